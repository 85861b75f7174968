"""What the pages of people say in more than one place."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from gongbao.office.people.models import Post
from gongbao.office.people.roles import Role

FIELDS = {
    "account": gettext_lazy("Account name"),
    "username": gettext_lazy("Account name"),
    "absent": gettext_lazy("Account of who is away"),
    "by": gettext_lazy("Account of who stands in"),
    "since": gettext_lazy("First day"),
    "until": gettext_lazy("Last day"),
    "reason": gettext_lazy("Reason"),
    "role": gettext_lazy("Role"),
    "zh": gettext_lazy("Chinese name"),
    "en": gettext_lazy("English name"),
    "key": gettext_lazy("Key"),
    "kind": pgettext_lazy("of a unit", "Kind"),
    "name": gettext_lazy("Name of the person"),
}


def fields_wrong(form: forms.Form) -> list[str]:
    """What is wrong with a form, a sentence for each field."""
    between = _("%(field)s: %(wrong)s")
    return [
        between % {"field": FIELDS.get(name, name), "wrong": " ".join(str(one) for one in wrong)}
        for name, wrong in form.errors.items()
    ]


def days(since: date, until: date | None) -> str:
    first = date_format(since, "Y-m-d")
    if until is None:
        return _("from %(since)s") % {"since": first}
    return _("%(since)s to %(until)s") % {"since": first, "until": date_format(until, "Y-m-d")}


def post_words(post: Post) -> dict[str, Any]:
    return {
        "uuid": post.uuid,
        "role": Role(post.role).label,
        "unit": post.unit.in_language(get_language() or ""),
        "key": post.unit.key,
        "days": days(post.since, post.until),
        "account": post.account,
        "ends": post.until,
    }
