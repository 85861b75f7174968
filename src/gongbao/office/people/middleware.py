"""What holds for every request of somebody who is signed in, and for every request: whether whoever asks may."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from gongbao.office.api import error
from gongbao.office.people import permissions

log = logging.getLogger("gongbao.permissions")

UNAUTHORIZED, FORBIDDEN = 401, 403

Next = Callable[[HttpRequest], HttpResponse]


class NotKept:
    """What a signed-in person was shown is not kept by the browser: the next one at the desk could go back to it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Permissions:
    """Asks what the view declares before it is called, and refuses where it declares nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, address: dict[str, Any]) -> HttpResponse | None:
        rule = permissions.declared(view, request.method)
        if rule is None:
            log.error("a view declares not who may call it (permissions.allows), so nobody may")
            raise PermissionDenied
        return None if rule.lets(request, address) else refusal(request)


def refusal(request: HttpRequest) -> HttpResponse:
    """What somebody gets who may not: a stranger is sent to sign in, if they can be sent on from there."""
    stranger = not request.user.is_authenticated
    if request.resolver_match and request.resolver_match.route.startswith("api/"):
        if stranger:
            return error("this is for whoever is signed in", status=UNAUTHORIZED)
        return error("this account may not ask for this", status=FORBIDDEN)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": _("You are not signed in, or may not do this.")}, status=FORBIDDEN)
    if stranger and request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    raise PermissionDenied
