"""What is done to every request and every answer."""

import logging
import time
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.office.audit import triggers
from gongbao.office.worker import actions as worker
from gongbao.site.log import told
from gongbao.site.prepare import answering_database, lacks_migrations

log = logging.getLogger("gongbao.request")

# Nothing is loaded from elsewhere, nothing inline runs, and nobody frames a page. A view that must differ sets the
# header itself.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)

HEALTH = "/healthz"

Next = Callable[[HttpRequest], HttpResponse]


class Health:
    """Says to a machine whether this process can answer people: 200, or 503 and why.

    That no worker is seen any more is told in a second line, and is no 503: pages are answered without one, and a
    process that is taken out of service does no clocks either.

    The first of all, so that it is asked under any name and without TLS, opens no session, and fills no log: only what
    is wrong is logged, with the reason of the database, which strangers are not told.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != HEALTH:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(("GET", "HEAD"))
        lack = _lack()
        return HttpResponse(
            f"{lack or 'well'}\n{'' if lack else _missed()}",
            status=503 if lack else 200,
            content_type="text/plain; charset=utf-8",
            headers={"Cache-Control": "no-store"},
        )


def _lack() -> str:
    """What keeps this process from answering people; "" for nothing."""
    try:
        with answering_database():
            lack = "the database is not in the form this version needs" if lacks_migrations() else ""
            if not lack and triggers.missing(connection):
                lack = "the database lacks triggers that guard the log and what it tells of"
    except GongbaoError as error:
        log.warning("%s: %s", HEALTH, error.message)
        return "the database does not answer"
    if lack:
        log.warning("%s: %s", HEALTH, lack)
    return lack


def _missed() -> str:
    """A line that says since when no worker does what has come due; "" where one is at work, or none ever was."""
    now = timezone.now()
    try:
        last = worker.missed_since(now)
    except DatabaseError:
        return ""
    if last is None:
        return ""
    told = f"no worker has been seen for {int((now - last).total_seconds() // 60)} minutes"
    log.warning("%s: %s", HEALTH, told)
    return f"{told}\n"


class ContentSecurityPolicy:
    """Says on every answer what a browser may load for it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class RequestLog:
    """One line for each request, of what the caller wrote as much as `told` lets through.

    None for what is declared so (permissions.allows): when a sealed envelope came would tell, beside others, from whom.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        if response.status_code < 500 and getattr(getattr(request.resolver_match, "func", None), "unlogged", False):
            return response
        milliseconds = (time.perf_counter() - began) * 1000
        line = ("%.10s %s %d %.0f ms", request.method, told(request), response.status_code, milliseconds)
        if response.status_code == 400 and not _names_us(request):
            log.warning(line[0] + ", under a name that is not in GONGBAO_HOSTS", *line[1:])
        else:
            log.info(*line)
        return response


def _names_us(request: HttpRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
