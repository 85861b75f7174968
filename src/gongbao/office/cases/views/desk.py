"""The desk: the cases of whoever sits at it, what is due, and the opinions that are asked of them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from gongbao.core.labels import Label
from gongbao.office.cases import actions, queries
from gongbao.office.cases.models import Asked, Case
from gongbao.office.cases.queries import Desk, Due
from gongbao.office.cases.types import case_type, case_types
from gongbao.office.cases.views.common import AT_DESK, account_of, desk_of, language
from gongbao.office.cases.words import Light, light_of
from gongbao.office.library.views.common import turning
from gongbao.office.papers.icalendar_feed import Entry, to_icalendar
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.office.people.queries import body_of
from gongbao.procedures import State

MINE, UNIT, CLOSED = "mine", "unit", "closed"
TABS = (MINE, UNIT, CLOSED)


@dataclass(frozen=True, slots=True)
class Row:
    """A case of a list."""

    case: Case
    summary: Label
    procedure: Label
    state: State | None
    light: Light | None
    late: bool
    seen: int
    may_take: bool


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for; a value that is none is left out."""
    get = request.GET
    tab = get.get("tab", "")
    procedure = get.get("procedure", "")
    known = {one.procedure.key: one.procedure for one in case_types()}
    state = get.get("state", "") if procedure in known else ""
    return {
        "tab": tab if tab in TABS else "",
        "due": due if (due := get.get("due", "")) in Due.ALL else "",
        "who": "nobody" if get.get("who") == "nobody" else "",
        "procedure": procedure if procedure in known else "",
        "state": state if state and state in known[procedure].states else "",
        "receipt": get.get("receipt", "").strip()[:20],
    }


@allows(AT_DESK)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    now, here = timezone.now(), desk_of(request)
    counts = queries.counts(here, now)
    asked = _asked_for(request)
    # Whoever has nothing of their own looks at what waits in the unit.
    asked["tab"] = asked["tab"] or (MINE if counts["mine"] else UNIT)
    # A receipt number is looked for wherever the case lies; a letter is served after the end too.
    anywhere = bool(asked["receipt"]) or asked["due"] == Due.UNSERVED
    found = queries.list_cases(
        here,
        mine=asked["tab"] == MINE and not anywhere,
        unassigned=bool(asked["who"]),
        over=None if anywhere else asked["tab"] == CLOSED,
        due=asked["due"],
        procedure=asked["procedure"],
        state=asked["state"],
        receipt=asked["receipt"],
        now=now,
    )
    page = Paginator(found, queries.PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "room": "desk",
        "account": here.account,
        "counts": counts,
        "tiles": _tiles(counts),
        "tabs": [(tab, words, _address({"tab": tab}), tab == asked["tab"]) for tab, words in _tab_words()],
        "asked": asked,
        "filtered": any(asked[name] for name in ("due", "who", "procedure", "state", "receipt")),
        "plain_address": _address({"tab": asked["tab"]}),
        "procedures": case_types(),
        "states": list(case_type(asked["procedure"]).procedure.states.values()) if asked["procedure"] else [],
        "dues": _due_words(),
        "page": page,
        "rows": rows_of(page.object_list, here, now),
        "begins": begun_at_desk(here),
        "feed": queries.feed_of(here.account),
        **turning(page, lambda number: _address(asked | {"page": number if number > 1 else ""})),
    }
    return render(request, "cases/desk.html", context)


def _address(asked: dict[str, Any]) -> str:
    given = {name: value for name, value in asked.items() if value}
    return reverse("cases:desk") + (f"?{urlencode(given)}" if given else "")


def _tab_words() -> list[tuple[str, str]]:
    return [(MINE, _("My cases")), (UNIT, _("My unit’s cases")), (CLOSED, pgettext("cases", "Closed"))]


def _due_words() -> list[tuple[str, str]]:
    return [
        (Due.OVERDUE, pgettext("cases that are due", "Overdue")),
        (Due.TODAY, pgettext("cases that are due", "Due today")),
        (Due.WEEK, pgettext("cases that are due", "Due within five working days")),
        (Due.STOPPED, pgettext("cases that are due", "Nothing runs")),
        (Due.UNSERVED, pgettext("cases that are due", "Letter to be served")),
    ]


def _tiles(counts: dict[str, int]) -> list[tuple[str, str, int, str]]:
    """(kind, words, count, address) of what waits."""
    due = dict(_due_words())
    return [
        ("mine", _("My cases"), counts["mine"], _address({"tab": MINE})),
        ("unit", _("My unit’s cases"), counts["unit"], _address({"tab": UNIT})),
        ("unassigned", _("With nobody yet"), counts["unassigned"], _address({"tab": UNIT, "who": "nobody"})),
        ("overdue", due[Due.OVERDUE], counts[Due.OVERDUE], _address({"tab": UNIT, "due": Due.OVERDUE})),
        ("today", due[Due.TODAY], counts[Due.TODAY], _address({"tab": UNIT, "due": Due.TODAY})),
        ("week", due[Due.WEEK], counts[Due.WEEK], _address({"tab": UNIT, "due": Due.WEEK})),
        ("unserved", due[Due.UNSERVED], counts[Due.UNSERVED], _address({"tab": UNIT, "due": Due.UNSERVED})),
        ("asked", _("Opinions asked of me"), counts["asked"], reverse("cases:opinions")),
    ]


def begun_at_desk(here: Desk) -> list[Any]:
    """The procedures that staff may begin for somebody, in what arrives by post or telephone."""
    roles = {role for _unit, role in here.posts}
    return [
        one
        for one in case_types()
        if one.route is not None
        and any(
            role.kind == "staff" and role.post in roles
            for step in one.procedure.steps.values()
            if step.begins
            for role in step.by
        )
    ]


def rows_of(cases: Any, here: Desk, now: Any) -> list[Row]:
    listed = list(cases)
    situations = queries.situations_of(listed)
    handed = queries.hand_overs_counted(listed)
    rows = []
    for case in listed:
        situation = situations[case.pk]
        rows.append(
            Row(
                case,
                queries.line_of(case, situation),
                situation.procedure.label,
                situation.state,
                None if case.over else light_of(case, situation, now),
                bool(case.late),
                handed.get(case.pk, 0),
                not case.over and case.assigned_id != here.account.pk and body_of(case.unit).pk in here.bodies,
            )
        )
    return rows


# --- opinions


@dataclass(frozen=True, slots=True)
class AskedRow:
    """An opinion that is asked."""

    asked: Asked
    case: Case
    summary: Label
    step: Label
    role: Label | None
    light: Light | None


@allows(AT_DESK)
@require_safe
def opinions(request: HttpRequest) -> HttpResponse:
    now, here = timezone.now(), desk_of(request)
    asked = queries.asked_of(here)
    cases = {one.proposal.case_id: one.proposal.case for one in asked}
    situations = queries.situations_of(list(cases.values()))
    rows = []
    for one in asked:
        case = one.proposal.case
        situation = situations[case.pk]
        procedure = situation.procedure
        step = procedure.steps[one.proposal.step]
        role = procedure.roles[queries.said_as(one, case)].label if one.role else None
        rows.append(
            AskedRow(one, case, queries.line_of(case, situation), step.label, role, light_of(case, situation, now))
        )
    return render(request, "cases/opinions.html", {"room": "desk", "rows": rows, "account": here.account})


# --- the calendar


def _calendar(here: Desk, now: Any, request: HttpRequest) -> bytes:
    rows = queries.cases_of_feed(here, now)
    situations = queries.situations_of([case for case, _changed in rows])
    entries = []
    for case, changed in rows:
        situation = situations[case.pk]
        light = light_of(case, situation, now)
        procedure = situation.procedure.label.in_language(language())
        clock = light.run.clock.label.in_language(language()) if light else ""
        state = situation.state.label.in_language(language()) if situation.state else ""
        told = [state, case.unit.in_language(language())]
        if case.assigned_id == here.account.pk:
            told.append(pgettext("in a calendar", "with me"))
        if case.provisional:
            told.append(_("provisional"))
        entries.append(
            Entry(
                uid=f"{case.uuid}@gongbao",
                summary=f"{clock}: {procedure} {case.receipt}"
                if language() == "en"
                else f"{clock}：{procedure} {case.receipt}",
                description="\n".join(told),
                url=request.build_absolute_uri(reverse("cases:case", args=[case.uuid])),
                day=case.due,
                at=None,
                recurrence=None,
                stamp=changed,
            )
        )
    name = _("My desk")
    return to_icalendar(entries, name=name, description=_("What is due in my cases and my unit’s"), refresh_hours=4)


@allows(AT_DESK)
@require_safe
def due_ics(request: HttpRequest) -> HttpResponse:
    """What is due on the desk, as a file for a calendar."""
    response = HttpResponse(
        _calendar(desk_of(request), timezone.now(), request), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="due.ics"'
    return response


@allows(ANYONE)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The same for whoever knows the address: calendars cannot sign in. Nothing in it is personal."""
    account = queries.account_of_feed(token)
    if account is None:
        raise Http404("no such feed")
    here = queries.desk_of(account, timezone.localdate())
    response = HttpResponse(_calendar(here, timezone.now(), request), content_type="text/calendar; charset=utf-8")
    patch_cache_control(response, private=True, max_age=3600)
    response["X-Robots-Tag"] = "noindex"
    return response


@allows(AT_DESK)
@require_POST
def open_feed(request: HttpRequest) -> HttpResponse:
    """A new secret address for the calendar of the desk, which is shown this once; the one before it ends."""
    account: Account = account_of(request)
    token = actions.open_feed(account, at=timezone.now())
    address = request.build_absolute_uri(reverse("cases:feed", args=[token]))
    return render(request, "cases/feed.html", {"room": "desk", "address": address})


@allows(AT_DESK)
@require_POST
def end_feed(request: HttpRequest) -> HttpResponse:
    actions.end_feed(account_of(request), at=timezone.now())
    messages.success(request, _("The address of your calendar answers no more."))
    return redirect("cases:desk")
