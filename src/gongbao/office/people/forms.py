"""The form of signing in: Django's own, with our words, and with a bound to how often it may be tried."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gongbao.office.people import actions
from gongbao.office.people.models import Account, UnitKind
from gongbao.office.people.roles import Role


def too_often(wait: timedelta) -> str:
    minutes = int(wait.total_seconds()) // 60 + 1
    return ngettext(
        "This was tried too often. Wait %(number)d minute, then try again.",
        "This was tried too often. Wait %(number)d minutes, then try again.",
        minutes,
    ) % {"number": minutes}


class SignInForm(AuthenticationForm):
    error_messages = {
        # The same words whatever is wrong: nobody learns here which accounts there are.
        "invalid_login": _("There is no account with this name and this password."),
        "inactive": _("There is no account with this name and this password."),
    }
    too_often = False

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return super().clean()
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        wait = actions.begin_try(name, address, timezone.now())
        if wait:
            self.too_often = True
            raise ValidationError(too_often(wait), code="too_often")
        cleaned = super().clean()
        actions.end_try(name, address)
        return cleaned


class CodeForm(forms.Form):
    """A code of the second factor, or a recovery code, of an account whose password was right."""

    code = forms.CharField(max_length=40, strip=True)
    is_too_often = False

    def __init__(self, *args: Any, account: Account, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.address = account, address

    def clean_code(self) -> str:
        typed = str(self.cleaned_data["code"])
        # Counted by themselves: who knows the password gets no further tries by showing that they do.
        name = f"code {self.account.public_id}"
        if wait := actions.begin_try(name, self.address, timezone.now()):
            self.is_too_often = True
            raise ValidationError(too_often(wait), code="too_often")
        if not self.is_right(typed):
            raise ValidationError(_("This code is not right, or was used already."))
        actions.end_try(name, self.address)
        return typed

    def is_right(self, typed: str) -> bool:
        return actions.accept_code(self.account, typed, at=timezone.now())


class FirstCodeForm(CodeForm):
    """The first code, which makes the second factor count. `recovery_codes` are told once, when it was right."""

    recovery_codes: list[str] | None = None

    def is_right(self, typed: str) -> bool:
        self.recovery_codes = actions.confirm_second_factor(self.account, typed, at=timezone.now())
        return self.recovery_codes is not None


class DaysForm(forms.Form):
    """From one day to another; the last may be open."""

    since = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)


class PostForm(DaysForm):
    """A post in a unit."""

    account = forms.CharField(max_length=150, strip=True)
    role = forms.ChoiceField(choices=Role.choices)


class OwnSubstituteForm(forms.Form):
    """Who stands in for oneself."""

    by = forms.CharField(max_length=150, strip=True)
    since = forms.DateField()
    until = forms.DateField()
    reason = forms.CharField(max_length=100, strip=True)


class SubstituteForm(OwnSubstituteForm):
    """Who stands in for somebody."""

    absent = forms.CharField(max_length=150, strip=True)


class UnitForm(forms.Form):
    """The names of a unit."""

    zh = forms.CharField(max_length=100, strip=True)
    en = forms.CharField(max_length=200, strip=True)


class NewUnitForm(UnitForm):
    """A unit below another."""

    key = forms.CharField(max_length=64, strip=True)
    kind = forms.ChoiceField(choices=UnitKind.choices)


class NewAccountForm(forms.Form):
    username = forms.CharField(max_length=150, strip=True)
    name = forms.CharField(max_length=60, strip=True, required=False)
