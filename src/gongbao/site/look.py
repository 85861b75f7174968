"""How a visitor wants the pages to look: large print (长辈模式), kept in a cookie and in nothing else."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gongbao.office.people.permissions import ANYONE, allows

COOKIE = "print"
YEAR = 365 * 24 * 3600  # seconds


@allows(ANYONE, while_enrolling=True)
@require_POST
def large_print(request: HttpRequest) -> HttpResponse:
    """Turn large print on (`print=large`) or off, and go back to the page the visitor was on."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if request.POST.get("print") == "large":
        response.set_cookie(
            COOKIE, "large", max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
