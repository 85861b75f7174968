"""What is done to the answers of somebody who is signed in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class NotKept:
    """What a signed-in person was shown is not kept by the browser: the next one at the desk could go back to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
