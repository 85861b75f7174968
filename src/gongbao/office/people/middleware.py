"""What holds for every request of somebody who is signed in, and for every request: whether whoever asks may."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from gongbao.office.api import error
from gongbao.office.people import permissions, queries
from gongbao.office.people.models import Account

log = logging.getLogger("gongbao.permissions")

UNAUTHORIZED, FORBIDDEN = 401, 403
BEGAN, LAST = "began", "last"  # seconds since 1970, in a session
MINUTE = 60

Next = Callable[[HttpRequest], HttpResponse]


class SessionsEnd:
    """Ends a session 12 hours after signing in, and that of staff after some time without a request.

    Both moments are kept in the session itself, the last request to the minute.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, Account):
            session, now = request.session, int(time.time())
            began, last = session.get(BEGAN, now), session.get(LAST, now)
            if now - began >= settings.SESSION_COOKIE_AGE or (
                now - last >= settings.GONGBAO_IDLE and queries.is_staff(request.user, timezone.localdate())
            ):
                logout(request)
            elif LAST not in session or now - last >= MINUTE:
                session[BEGAN], session[LAST] = began, now
        return self.get_response(request)


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
        if _must_enrol(request) and not permissions.answers_while_enrolling(view, request.method):
            if request.method in ("GET", "HEAD") and not _is_api(request):
                return redirect("second_factor")
            return refusal(request)
        return None if rule.lets(request, address) else refusal(request)


def _must_enrol(request: HttpRequest) -> bool:
    """Whether whoever asks has to set up a second factor before anything else works."""
    if not settings.GONGBAO_STAFF_NEED_SECOND_FACTOR or not isinstance(request.user, Account):
        return False
    return queries.is_staff(request.user, timezone.localdate()) and not queries.has_second_factor(request.user)


def _is_api(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.route.startswith("api/")


def refusal(request: HttpRequest) -> HttpResponse:
    """What somebody gets who may not: a stranger is sent to sign in, if they can be sent on from there."""
    stranger = not request.user.is_authenticated
    if _is_api(request):
        if stranger:
            return error("this is for whoever is signed in", status=UNAUTHORIZED)
        return error("this account may not ask for this", status=FORBIDDEN)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": _("You are not signed in, or may not do this.")}, status=FORBIDDEN)
    if stranger and request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    raise PermissionDenied
