"""What lets a browser send more than a form: a signed cookie, looked at before the body of a request is taken in.

A server that knows no sessions decides with it how much it takes. It is no right: that is asked for afterwards.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpResponse, parse_cookie

COOKIE = "reading"
PATH = "/read/"
_SALT = "gongbao.intake.ticket"


def give(response: HttpResponse) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        signing.TimestampSigner(salt=_SALT).sign(PATH),
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def is_held(cookies: str) -> bool:
    """Whether the header `Cookie` of a request holds a ticket that is not over."""
    try:
        signed = parse_cookie(cookies).get(COOKIE, "")
        return bool(signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=settings.SESSION_COOKIE_AGE) == PATH)
    except signing.BadSignature:
        return False
