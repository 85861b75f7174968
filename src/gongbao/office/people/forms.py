"""The form of signing in: Django's own, with our words, and with a bound to how often it may be tried."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gongbao.office.people import actions


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
            minutes = int(wait.total_seconds()) // 60 + 1
            raise ValidationError(
                ngettext(
                    "This was tried too often. Wait %(number)d minute, then try again.",
                    "This was tried too often. Wait %(number)d minutes, then try again.",
                    minutes,
                )
                % {"number": minutes},
                code="too_often",
            )
        cleaned = super().clean()
        actions.end_try(name, address)
        return cleaned
