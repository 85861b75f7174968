"""One's own page: posts, substitutes for the days one is away, password, second factor, sessions."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.people import actions, queries
from gongbao.office.people import second_factor as totp
from gongbao.office.people.acting import actor_of
from gongbao.office.people.forms import CodeForm, FirstCodeForm, OwnSubstituteForm, too_often
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import SIGNED_IN, allows, posts_of_request
from gongbao.office.people.refusals import in_words
from gongbao.office.people.roles import Role
from gongbao.office.people.views.words import days, fields_wrong, post_words

BAD_REQUEST, TOO_MANY_REQUESTS = 400, 429


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # or the permission would not have let them come here
    return request.user


@allows(SIGNED_IN)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, refused: list[str] | None = None) -> HttpResponse:
    account, today = _account(request), timezone.localdate()
    posts = posts_of_request(request)
    context = {
        "room": "me",
        "refused": refused or [],
        "posts": [
            {
                **post_words(one.post),
                "for": one.for_account.shown_name if one.for_account else "",
            }
            for one in posts
        ],
        "administers": any(one.post.role == Role.ADMINISTRATOR for one in posts),
        "may_be_absent": any(one.for_account is None for one in posts),
        "substitutes": [
            {"uuid": one.uuid, "name": one.by.shown_name, "days": days(one.since, one.until), "reason": one.reason}
            for one in queries.acted_for(account, today)
        ],
        "typed": request.POST if refused else {},
        "today": today,
        "second_factor": queries.has_second_factor(account),
        "recovery_codes": queries.recovery_codes_left(account),
        "idle_minutes": settings.GONGBAO_IDLE // 60,
    }
    return render(request, "people/me.html", context, status=BAD_REQUEST if refused else 200)


# --- substitutes


@allows(SIGNED_IN)
@require_POST
def name_substitute(request: HttpRequest) -> HttpResponse:
    form = OwnSubstituteForm(request.POST)
    if not form.is_valid():
        return _page(request, fields_wrong(form))
    given, account = form.cleaned_data, _account(request)
    try:
        actions.name_substitute(
            account,
            queries.account_named(given["by"]),
            since=given["since"],
            until=given["until"],
            reason=given["reason"],
            actor=actor_of(account),
            at=timezone.now(),
        )
    except GongbaoError as error:
        return _page(request, [in_words(error.message)])
    return redirect("me")


@allows(SIGNED_IN)
@require_POST
def end_substitute(request: HttpRequest, uuid: UUID) -> HttpResponse:
    account = _account(request)
    if not queries.acted_for(account, timezone.localdate()).filter(uuid=uuid).exists():
        raise Http404("no such substitute")
    actions.end_substitute(uuid, actor=actor_of(account), at=timezone.now())
    return redirect("me")


# --- password and sessions


@allows(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    account = _account(request)
    form = PasswordChangeForm(account, request.POST or None)
    status = 200
    if request.method == "POST":
        # Whoever sits down at an open desk gets no more tries at the old password than a stranger does.
        name, address = f"old {account.public_id}", str(request.META.get("REMOTE_ADDR", ""))
        if wait := actions.begin_try(name, address, timezone.now()):
            context = {"room": "me", "form": PasswordChangeForm(account), "too_often": too_often(wait)}
            return render(request, "people/password.html", context, status=TOO_MANY_REQUESTS)
        valid = form.is_valid()
        if "old_password" not in form.errors:
            actions.end_try(name, address)
        if valid:
            changed = actions.change_own_password(account, form.cleaned_data["new_password1"], at=timezone.now())
            update_session_auth_hash(request, changed)
            return redirect("me")
        status = BAD_REQUEST
    return render(request, "people/password.html", {"room": "me", "form": form}, status=status)


@allows(SIGNED_IN)
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """All sessions of the account but this one end."""
    account = _account(request)
    update_session_auth_hash(request, actions.end_sessions(account, actor=actor_of(account), at=timezone.now()))
    return redirect("me")


# --- the second factor


@allows(SIGNED_IN, while_enrolling=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up (`do=begin`, then `do=confirm` with a first code), or given up with a code (`do=reset`)."""
    account, do = _account(request), request.POST.get("do", "")
    if request.method == "POST" and do == "begin":
        if not queries.has_second_factor(account):
            actions.begin_second_factor(account)
        return redirect("second_factor")
    form: CodeForm | None = None
    if request.method == "POST":
        kind = CodeForm if queries.has_second_factor(account) else FirstCodeForm
        if kind is FirstCodeForm and queries.second_factor_begun(account) is None:
            return redirect("second_factor")
        form = kind(request.POST, account=account, address=str(request.META.get("REMOTE_ADDR", "")))
        if form.is_valid():
            if isinstance(form, FirstCodeForm):
                changed = queries.account_of(account.public_id)
                assert changed is not None
                update_session_auth_hash(request, changed)
                context = {"room": "me", "codes": form.recovery_codes}
                return render(request, "people/recovery_codes.html", context)
            actions.reset_second_factor(account, actor=actor_of(account), at=timezone.now())
            changed = queries.account_of(account.public_id)
            assert changed is not None
            update_session_auth_hash(request, changed)
            return redirect("second_factor")
    status = 200 if form is None else TOO_MANY_REQUESTS if form.is_too_often else BAD_REQUEST
    return render(request, "people/second_factor.html", _second_factor(account, form), status=status)


def _second_factor(account: Account, form: CodeForm | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "room": "me",
        "form": form,
        "needed": settings.GONGBAO_STAFF_NEED_SECOND_FACTOR and queries.is_staff(account, timezone.localdate()),
        "has": queries.has_second_factor(account),
        "recovery_codes": queries.recovery_codes_left(account),
    }
    begun = queries.second_factor_begun(account)
    if begun is not None:
        secret = totp.decrypted(begun.secret)
        context |= {
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            # segno makes it of figures alone: no word of anybody stands in it.
            "qr": mark_safe(totp.qr(account.get_username(), secret)),
        }
    return context
