"""Signing in and out."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse

from gongbao.office.people.forms import SignInForm
from gongbao.office.people.permissions import ANYONE, allows

TOO_MANY_REQUESTS = 429


class SignIn(LoginView):
    """Django's view. Where it goes on to is an address of our own site or the front page."""

    authentication_form = SignInForm
    template_name = "people/sign_in.html"

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if getattr(form, "too_often", False):
            response.status_code = TOO_MANY_REQUESTS
        return response


class SignOut(LogoutView):
    """Django's view: by POST alone, so that no link signs anybody out."""

    http_method_names = ["post", "options"]


sign_in = allows(ANYONE, while_enrolling=True)(SignIn.as_view())
sign_out = allows(ANYONE, while_enrolling=True)(SignOut.as_view())
