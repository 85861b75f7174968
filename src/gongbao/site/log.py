"""The form of the log, and what is left out of it.

People search for names, addresses hold the secret of a feed, and anybody can write anything into an address or the
name of a host; a log is read by many. So of what a caller wrote nothing is told but the method, and which of our
addresses was meant.
"""

import logging
import re

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

_WORDS = re.compile("[^/]+")
_LONGEST = 200  # characters of an address that is none of ours
# waitress puts the address into the message itself.
_SERVING = re.compile(r"(?<=while serving ).*", re.DOTALL)


def told(request: HttpRequest) -> str:
    """The address of a request as the log tells it: /documents/<str:key>/, and /…/… where it is none of ours."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        # That a style sheet is missing is worth knowing; in any other address a name or a token may have been typed.
        ours = settings.STATIC_URL if request.path.startswith(settings.STATIC_URL) else "/"
        return (ours + _WORDS.sub("…", request.path[len(ours) :]))[:_LONGEST]
    return f"/{match.route}"


class Discreet(logging.Filter):
    """Takes out of what Django and waitress log what a caller wrote; RequestLog writes nothing of the kind itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            if record.name == "django.security.DisallowedHost":
                return False  # the line of RequestLog says so, without a traceback
            record.msg, record.args = "%.10s %s %s", (request.method, told(request), getattr(record, "status_code", ""))
            if record.name.startswith("django.security."):
                # Its message quotes heads of the request; what was refused the logger's name says.
                record.exc_info = None
        elif record.name == "waitress":
            record.msg = _SERVING.sub("a request", str(record.msg))
        return True


class OneLine(logging.Formatter):
    """Each event on one line, a traceback too: what reads a log counts lines, and nobody can forge one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        lines = (line.strip() for line in super().format(record).splitlines())
        # A terminal that shows the log must not obey what somebody wrote.
        return "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode()
            for char in " | ".join(line for line in lines if line)
        )
