"""What lets a browser send more than a form of words: a signed cookie, looked at before the body of a request comes in.

It is given for the addresses below a path, with the page whose form sends files there.

A server that knows no sessions decides with it how much it takes. It is no right: that is asked for afterwards.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpResponse, parse_cookie

COOKIE = "reading"
PATH = "/read/"
_SALT = "gongbao.intake.ticket"


def give(response: HttpResponse, path: str = PATH) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        signing.TimestampSigner(salt=_SALT).sign(path),
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def is_held(cookies: str, path: str = PATH) -> bool:
    """Whether the header `Cookie` of a request for the path holds a ticket for it that is not over."""
    try:
        signed = parse_cookie(cookies).get(COOKIE, "")
        return path.startswith(signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=settings.SESSION_COOKIE_AGE))
    except signing.BadSignature:
        return False
