"""The log for auditors. Whether it holds is not kept anywhere and not shown here: `gongbao audit verify` says it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.audit import checkpoints as kept
from gongbao.office.audit import paper, queries
from gongbao.office.audit.models import Entry
from gongbao.office.audit.words import ACTIONS, ACTORS
from gongbao.office.library.views.common import Misread
from gongbao.office.people.permissions import allows, in_role
from gongbao.office.people.roles import Role

AUDITOR = in_role(Role.AUDITOR)
MOST_CHECKPOINTS = 100
"""On the page; all of them lie in their folder."""
_LARGEST_NUMBER = 2**63 - 1  # that a database takes


@allows(AUDITOR)
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    asked = {name: str(request.GET.get(name, "")).strip()[:200] for name in ("action", "subject", "unit", "day")}
    try:
        wanted = queries.Wanted(asked["action"], asked["subject"], asked["unit"], _day(asked["day"]))
        page = queries.page(wanted, before=_number(request, "before"), after=_number(request, "after"))
    except Misread as field:
        return render(request, "library/misread.html", {"room": "log", "field": field}, status=400)
    filters = {name: value for name, value in asked.items() if value}
    url = reverse("audit:log")

    def turned(**more: int) -> str:
        return f"{url}?{urlencode({**filters, **more})}"

    units = queries.units()
    names = _unit_names({*units, *(one.actor_unit for one in page.entries)})
    context = {
        "room": "log",
        "rows": [_row(one, names) for one in page.entries],
        "older_url": turned(before=page.before) if page.before is not None else "",
        "newer_url": turned(after=page.after) if page.after is not None else "",
        "all_url": url,
        "asked": asked,
        "filtered": bool(filters),
        "actions": [(key, ACTIONS.get(key, key)) for key in queries.actions()],
        "units": [(key, names.get(key, key)) for key in units],
    }
    return render(request, "audit/log.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Misread(_("Day"), text, _("A date is written like 2022-06-24.")) from error


def _number(request: HttpRequest, name: str) -> int | None:
    text = str(request.GET.get(name, ""))
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 19:
        raise Misread(name, text, _("This is a number of an entry."))
    return min(int(text), _LARGEST_NUMBER)


def _unit_names(keys: Iterable[str]) -> dict[str, str]:
    language = get_language() or "zh-hans"
    return {key: label.in_language(language) for key, label in queries.unit_labels(keys).items()}


def _row(one: Entry, names: dict[str, str]) -> dict[str, Any]:
    roles = dict(Role.choices)
    return {
        "entry": one,
        "url": reverse("audit:entry", args=[one.number]),
        "action": ACTIONS.get(one.action, ""),
        "actor": ACTORS.get(one.actor_kind, one.actor_kind),
        "role": roles.get(one.actor_role, one.actor_role),
        "unit": names.get(one.actor_unit, one.actor_unit),
    }


@allows(AUDITOR)
@require_safe
def entry(request: HttpRequest, number: int) -> HttpResponse:
    found = queries.entry(number) if number <= _LARGEST_NUMBER else None
    if found is None:
        raise Http404("no such entry")
    before = queries.entry(number - 1)
    context = {
        "room": "log",
        **_row(found, _unit_names([found.actor_unit])),
        "content": _content(found),
        "fits": found.hash_as(found.number) == found.hash and (before is None or before.hash == found.previous),
        "before_url": reverse("audit:entry", args=[number - 1]) if before else "",
        "after_url": reverse("audit:entry", args=[number + 1]) if queries.entry(number + 1) else "",
        "case_url": _case_url(found.subject),
        "subject_url": f"{reverse('audit:log')}?{urlencode({'subject': found.subject})}",
    }
    return render(request, "audit/entry.html", context)


def _case_url(subject: str) -> str:
    """The page of the case that an entry is about; "" where it is about something else."""
    kind, _colon, key = subject.partition(":")
    if kind != "case":
        return ""
    try:
        return reverse("cases:case", args=[UUID(key)])
    except ValueError:
        return ""


def _content(one: Entry) -> list[tuple[str, str]]:
    """Names and values; what is no object (somebody changed it) is shown as it stands."""
    try:
        values = json.loads(one.content)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        return [("", one.content)]
    return [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in values.items()
    ]


@allows(AUDITOR)
@require_safe
def checkpoints(request: HttpRequest) -> HttpResponse:
    rows: list[dict[str, Any]] = []
    days = list(kept.kept())
    key = ""
    with suppress(GongbaoError):
        key = kept.public_key()
    for day, path in days[:MOST_CHECKPOINTS]:
        try:
            one = kept.read_file(path)
        except GongbaoError:
            rows.append({"day": day, "one": None})
            continue
        files = [(form, reverse("audit:checkpoint", args=[f"{day}.{form}"])) for form in _FORMS]
        rows.append({"day": day, "one": one, "signed": one.is_signed_by(key), "files": files})
    context = {"room": "log", "rows": rows, "left": max(0, len(days) - MOST_CHECKPOINTS), "key": key}
    return render(request, "audit/checkpoints.html", context)


_FORMS = {
    "pdf": ("application/pdf", paper.checkpoint_pdf),
    "txt": ("text/plain; charset=utf-8", lambda one: paper.checkpoint_text(one).encode()),
    "json": ("application/json", lambda one: one.as_json().encode()),
}


@allows(AUDITOR)
@require_safe
def checkpoint(request: HttpRequest, name: str) -> HttpResponse:
    """The daily checkpoint 2026-03-02.pdf, .txt or .json."""
    day, _dot, form = name.partition(".")
    try:
        path = kept.path_of(date.fromisoformat(day))
        content_type, made = _FORMS[form]
        one = kept.read_file(path)
    except (ValueError, KeyError, GongbaoError) as error:
        raise Http404("no such checkpoint") from error
    response = HttpResponse(made(one), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{path.stem}.{form}"'
    return response
