"""Signing in, by password or by way of a provider, with the second factor behind; and signing out."""

import logging
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from gongbao.office.people import actions, oidc, queries
from gongbao.office.people.forms import CodeForm, SignInForm
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, allows

log = logging.getLogger("gongbao.people")

FORBIDDEN, TOO_MANY_REQUESTS = 403, 429
HALF_WAY = "half_way"  # in a session: whose password was right, and whose code is still asked for
HALF_WAY_FOR = 300  # seconds
NEXT = "oidc_next"  # in a session: where to go on to after the provider
BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    """Django's view. Where it goes on to is an address of our own site or the front page."""

    authentication_form = SignInForm
    template_name = "people/sign_in.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        account = form.get_user()
        assert isinstance(account, Account)
        if queries.has_second_factor(account):
            return _half_way(self.request, account, self.get_redirect_url())
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if getattr(form, "too_often", False):
            response.status_code = TOO_MANY_REQUESTS
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"provider": bool(settings.GONGBAO_OIDC)}


class SignOut(LogoutView):
    """Django's view: by POST alone, so that no link signs anybody out."""

    http_method_names = ["post", "options"]


# --- the second factor


def _half_way(request: HttpRequest, account: Account, onward: str) -> HttpResponse:
    """Nobody is signed in yet: the session keeps whose code is asked for, and for how long."""
    request.session[HALF_WAY] = {
        "account": str(account.public_id),
        "hash": account.get_session_auth_hash(),
        "at": int(time.time()),
    }
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return HttpResponseRedirect(reverse("sign_in_code") + query)


def _account_half_way(request: HttpRequest) -> Account | None:
    """Whose password was right in this browser a moment ago, and is that still."""
    kept = request.session.get(HALF_WAY)
    if not isinstance(kept, dict) or not 0 <= time.time() - kept["at"] < HALF_WAY_FOR:
        return None
    account = queries.account_of(kept["account"])
    if account is None or not account.is_active:
        return None
    return account if constant_time_compare(kept["hash"], account.get_session_auth_hash()) else None


class SignInCode(RedirectURLMixin, FormView):
    """The code, after the password. Only the right one signs anybody in."""

    form_class = CodeForm
    template_name = "people/sign_in_code.html"
    account: Account

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        account = _account_half_way(request)
        if account is None:
            request.session.pop(HALF_WAY, None)
            query = f"?{urlencode({'next': self.get_redirect_url()})}" if self.get_redirect_url() else ""
            return HttpResponseRedirect(reverse("sign_in") + query)
        self.account = account
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        address = str(self.request.META.get("REMOTE_ADDR", ""))
        return super().get_form_kwargs() | {"account": self.account, "address": address}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        del self.request.session[HALF_WAY]
        login(self.request, self.account, backend=BACKEND)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: CodeForm) -> HttpResponse:
        response = super().form_invalid(form)
        if form.is_too_often:
            response.status_code = TOO_MANY_REQUESTS
        return response

    def get_default_redirect_url(self) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": self.get_redirect_url()}


# --- a provider


@allows(ANYONE, while_enrolling=True)
@never_cache
@require_safe
def to_provider(request: HttpRequest) -> HttpResponse:
    if not settings.GONGBAO_OIDC:
        raise Http404("no provider")
    onward = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = ""
    try:
        response = oidc.to_provider(request)
    except oidc.NotSignedIn as error:
        return _not_signed_in(request, error.message)
    request.session[NEXT] = onward
    return response


@allows(ANYONE, while_enrolling=True)
@never_cache
@require_safe
def from_provider(request: HttpRequest) -> HttpResponse:
    if not settings.GONGBAO_OIDC:
        raise Http404("no provider")
    onward = str(request.session.pop(NEXT, ""))
    try:
        subject, username = oidc.from_provider(request)
    except oidc.NotSignedIn as error:
        return _not_signed_in(request, error.message)
    account = actions.signed_in_at_provider(settings.GONGBAO_OIDC.issuer, subject, username, at=timezone.now())
    if account is None:
        return _not_signed_in(request, "no open account is linked to it")
    if queries.has_second_factor(account):
        return _half_way(request, account, onward)
    login(request, account, backend=BACKEND)
    return redirect(onward or settings.LOGIN_REDIRECT_URL)


def _not_signed_in(request: HttpRequest, reason: str) -> HttpResponse:
    # What is wrong the log says; whoever tries gets the same words for all of it.
    log.warning("a sign-in by way of the provider was refused: %s", reason)
    context = {"form": SignInForm(), "provider": True, "provider_refused": True}
    return render(request, "people/sign_in.html", context, status=FORBIDDEN)


sign_in = allows(ANYONE, while_enrolling=True)(SignIn.as_view())
sign_in_code = allows(ANYONE, while_enrolling=True)(never_cache(SignInCode.as_view()))
sign_out = allows(ANYONE, while_enrolling=True)(SignOut.as_view())
