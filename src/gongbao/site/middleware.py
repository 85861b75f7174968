"""What is done to every request and every answer."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("gongbao.request")

# Nothing is loaded from elsewhere, nothing inline runs, and nobody frames a page. A view that must differ sets the
# header itself.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)

LOGGED = 500  # characters of an address
SECRET = "/feeds/"  # what stands behind it in an address lets whoever reads it in

Next = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Says on every answer what a browser may load for it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class RequestLog:
    """One line for each request. The query is left out: people search for names, and a log is read by many."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        milliseconds = (time.perf_counter() - began) * 1000
        log.info("%s %s %d %.0f ms", request.method, _logged(request.path), response.status_code, milliseconds)
        return response


def _logged(path: str) -> str:
    before, secret, _token = path.partition(SECRET)
    return (before + secret + "…" if secret else path)[:LOGGED]
