"""The pages of contracts: what everybody sees, what the two parties do, what the operator looks after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases import files
from gongbao.office.cases.actions import Overtaken, new_token
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.forms import PREFIX, asked_of, controls, typed, typed_again
from gongbao.office.cases.queries import Desk
from gongbao.office.cases.refusals import told
from gongbao.office.cases.views.case import clock_rows
from gongbao.office.cases.views.common import (
    AT_DESK,
    BAD_REQUEST,
    CONFLICT,
    desk_of,
    download,
    kept_nowhere,
    language,
    seen_of,
)
from gongbao.office.cases.views.counter import receipt_page
from gongbao.office.cases.views.timeline import told_values
from gongbao.office.cases.words import Names, light_of
from gongbao.office.exports.kinds import AT_ONCE
from gongbao.office.exports.kinds import Kind as ExportKind
from gongbao.office.exports.views import answer
from gongbao.office.intake import ticket
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.library.views.common import turning
from gongbao.office.library.views.content import MOST_ROWS, TooMany, too_many
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.procedures import Problem, Refused, Role, Run, Step
from gongbao.procedures.fields import Kind
from gongbao.systems.intermediary_market.complaints.procedure import complainant
from gongbao.systems.intermediary_market.contracts import actions, exports, instalments, queries, schedule, workbook
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.queries import Reader, Row
from gongbao.systems.intermediary_market.contracts.refusals import in_words
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import member_of_some, memberships_of_request
from gongbao.systems.intermediary_market.organisations.views.addresses import note_address
from gongbao.systems.intermediary_market.purchases.models import Fund
from gongbao.systems.intermediary_market.ratings.queries import is_to_be_rated

PAGE = 50
FORMS = "/market/contracts/"
"""Below it stand forms with which files are sent."""


def _own(request: HttpRequest) -> list[Organisation]:
    return [one.organisation for one in memberships_of_request(request)]


def _desk(request: HttpRequest) -> Desk | None:
    return desk_of(request) if isinstance(request.user, Account) else None


def _workbook(content: bytes, name: str) -> HttpResponse:
    return download(content, XLSX, name)


def _turning(request: HttpRequest, page: Page) -> dict[str, Any]:
    """The links between the pages of a list, with what else is asked for."""

    def address(number: int) -> str:
        asked = request.GET.copy()
        asked["page"] = str(number)
        return f"?{asked.urlencode()}"

    return turning(page, address)


# --- lists


def _asked_year(request: HttpRequest) -> int | None:
    given = request.GET.get("year", "")
    if given and not (given.isascii() and given.isdecimal() and len(given) == 4):
        raise Http404("no such year")
    return int(given) if given else None


def _published(request: HttpRequest) -> QuerySet[Contract]:
    fund = request.GET.get("fund", "")
    if fund and fund not in Fund.values:
        raise Http404("no such source of funds")
    return queries.published(text=request.GET.get("q", "").strip()[:100], fund=fund, year=_asked_year(request))


@allows(ANYONE)
@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """The contracts that were filed."""
    page = Paginator(_published(request), PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "room": "market",
        "page": page,
        "contracts": queries.published_of(list(page)),
        "asked": asked,
        "query": asked.urlencode(),
        **_turning(request, page),
        "funds": Fund.choices,
        "links": ClauseLinks(),
        "clause": market.contract.cite("第二十五条第二款"),
    }
    return render(request, "market/contracts.html", context)


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def published_workbook(request: HttpRequest) -> HttpResponse:
    among = _published(request)
    if (number := among.count()) > MOST_ROWS:
        return too_many(request, TooMany(number))
    if number > AT_ONCE:
        given = {key: request.GET.get(key, "").strip()[:100] for key in ("q", "fund", "year")}
        return answer(request, exports.PUBLISHED.key, given, name="contracts.xlsx", rows=number)
    found = queries.published_of(list(among))
    return _workbook(workbook.of_published(found, language(), timezone.now()), "contracts.xlsx")


def _clock(request: HttpRequest) -> Any:
    """The clock whose list of what is overdue is asked for; "any" for all of them; None for all contracts."""
    key = request.GET.get("overdue", "")
    if not key or key == queries.ANY_OVERDUE:
        return key or None
    clock = queries.clock_of(key)
    if clock is None:
        raise Http404("no such list")
    return clock


def _asked(among: QuerySet[Contract], clock: Any, now: datetime) -> QuerySet[Contract] | list[Row]:
    """What is asked for: all, what is overdue, or where one clock is, which is found by looking at each."""
    if clock is None:
        return among
    return queries.past_due(among, now) if clock == queries.ANY_OVERDUE else queries.overdue(among, now, clock)


def _list(request: HttpRequest, among: QuerySet[Contract], *, room: str, title: str, export: str) -> HttpResponse:
    now, clock = timezone.now(), _clock(request)
    first, more = queries.overdue_first(among, now)
    of_one_clock = clock is not None and clock != queries.ANY_OVERDUE
    listed: Any = [one for one in first if one.is_overdue_in(clock)] if of_one_clock else _asked(among, clock, now)
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    rows: list[Row] = list(page) if of_one_clock else queries.rows_of(list(page), now)
    context = {
        "room": room,
        "title": title,
        "page": page,
        "rows": [(row, light_of(row.contract.case, row.situation, now)) for row in rows],
        "counts": [(one, number) for one, number in queries.overdue_counts(first) if number or more],
        "followed": queries.FOLLOWED if more else None,
        "asked": request.GET.get("overdue", ""),
        "export": export,
        **_turning(request, page),
    }
    return render(request, "market/contract_list.html", context)


@allows(member_of_some())
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The contracts of the organisations for which whoever asks acts."""
    among = queries.of_organisations(_own(request))
    return _list(request, among, room="market", title=_("Our contracts"), export="market:own_contracts_workbook")


@allows(member_of_some())
@require_http_methods(["GET", "HEAD", "POST"])
def own_workbook(request: HttpRequest) -> HttpResponse:
    return _rows_workbook(request, queries.of_organisations(_own(request)), exports.OWN, "our-contracts.xlsx")


def _rows_workbook(request: HttpRequest, among: QuerySet[Contract], kind: ExportKind, name: str) -> HttpResponse:
    """No more than MOST_ROWS are looked at, whatever of them is asked for."""
    now, clock = timezone.now(), _clock(request)
    if (number := (queries.past_due(among, now) if clock else among).count()) > MOST_ROWS:
        return too_many(request, TooMany(number))
    if number > AT_ONCE:
        given = {"overdue": request.GET.get("overdue", "")}
        return answer(request, kind.key, given, name=name, rows=number)
    found = _asked(among, clock, now)
    rows = found if isinstance(found, list) else queries.rows_of(list(found), now)
    return _workbook(workbook.of_rows(rows, language(), now), name)


@allows(AT_DESK)
@require_safe
def at_desk(request: HttpRequest) -> HttpResponse:
    """The contracts that the desk sees: of the purchases that it runs; for the city's operator and auditors all."""
    return _list(
        request,
        queries.of_desk(desk_of(request)),
        room="desk",
        title=_("Contracts of the market"),
        export="market:contracts_at_desk_workbook",
    )


@allows(AT_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_workbook(request: HttpRequest) -> HttpResponse:
    among = queries.of_desk(desk_of(request))
    return _rows_workbook(request, among, exports.DESK, "contracts-of-the-market.xlsx")


# --- one contract


def _found(request: HttpRequest, uuid: UUID) -> tuple[Contract, Reader | None]:
    contract = queries.find_contract(uuid)
    if contract is None:
        raise Http404("no such contract")
    return contract, queries.reader_of(contract, _own(request), _desk(request))


@allows(ANYONE)
@require_safe
def contract(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A contract: all of it for whoever is concerned, what was published of it for everybody else."""
    found, reader = _found(request, uuid)
    if reader is None:
        shown = queries.public_page(uuid)
        if shown is None:
            raise Http404("no such contract")
        return render(request, "market/contract_public.html", {"room": "market", "contract": shown})
    return _page(request, found, reader)


def _page(request: HttpRequest, found: Contract, reader: Reader, *, error: str = "", status: int = 200) -> HttpResponse:
    now, names = timezone.now(), Names()
    shown = queries.show(found, reader, now)
    situation = shown.row.situation
    context = {
        "room": "market" if reader.roles else "desk",
        "contract": found,
        "case": found.case,
        "procedure": market.contract,
        "shown": shown,
        "row": shown.row,
        "reader": reader,
        "roles": [one.label for one in reader.roles],
        "light": None if found.case.over else light_of(found.case, situation, now),
        "steps": [
            (one, market.contract.cite(one.step.clause))
            for one in sorted(shown.steps, key=lambda one: bool(one.obstacles))
        ],
        "clocks": clock_rows(situation.runs, market.contract, now),
        # What was agreed on stands in the table of the instalments.
        "events": [
            (one, told_values(_without_files(one.values), names, language()))
            for one in shown.events
            if one.row.step not in instalments.AGREES
        ][::-1],
        "complaint_text": _complaint_text(found, shown, reader),
        "rates": market.owner in reader.roles and is_to_be_rated(found),
        "once": new_token(),
        "error": error,
        "links": ClauseLinks(),
    }
    response = render(request, "market/contract.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _without_files(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(one for one in values if one.field.kind != Kind.FILES)


def _complaint_text(found: Contract, shown: queries.ShownContract, reader: Reader) -> str:
    """What a complaint of the overdue payment would say; "" where there is none to make."""
    if shown.overdue_payment is None or market.agency not in reader.roles:
        return ""
    agency = found.registration.organisation
    complaint = actions.of_payment(found, shown.row.situation, agency.name, agency.telephone, timezone.now())
    return str(complaint["facts"])


def _acting(request: HttpRequest, role: Role) -> Acting:
    assert isinstance(request.user, Account)
    return Acting(role, actor_of(request.user), request.user)


@allows(member_of_some())
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def step(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """The form of a step of one of the two parties; `?about=` says which instalment, invoice or payment it is about."""
    found, reader = _found(request, uuid)
    declared = market.contract.steps.get(key)
    role = next((one for one in reader.roles if declared and one in declared.by), None) if reader else None
    taken_by_itself = key in market.FOLLOWS or key in market.VARIANTS
    if reader is None or declared is None or role is None or declared.begins or taken_by_itself:
        raise Http404("no such step")
    if request.method != "POST":
        return ticket.give(_form(request, found, reader, declared, role, _first(request, found, declared)), FORMS)
    try:
        given, uploads = typed(declared, role, request)
        given.update(schedule.typed_in(declared, request))
        event = actions.take(
            uuid, key, given, acting=_acting(request, role), at=timezone.now(), seen=seen_of(request), uploads=uploads
        )
    except GongbaoError as error:
        found, reader = _found(request, uuid)
        if reader is None:
            raise Http404("no such contract") from error
        status = CONFLICT if isinstance(error, Overtaken) else BAD_REQUEST
        again = {**typed_again(asked_of(declared, role), request), **schedule.typed_in(declared, request)}
        return _form(request, found, reader, declared, role, again, error, status)
    if role == market.agency:
        note_address(request, found.registration.organisation)
    taken = market.contract.steps[event.step]  # that of a payment goes by its sum
    messages.success(request, _("Done: %(step)s") % {"step": taken.label.in_language(language())})
    return redirect("market:contract", uuid)


def _first(request: HttpRequest, found: Contract, declared: Step) -> dict[str, Any]:
    """What stands in a form before anything was typed: what follows from what was agreed."""
    situation = queries.rows_of([found], timezone.now())[0].situation
    field = market.ABOUT.get(declared.key)
    possible = {str(about): about for about, _named in market.targets(situation, declared.key)} if field else {}
    asked = request.GET.get("about", "")
    about = possible.get(asked) if asked in possible else next(iter(possible.values()), None)
    first = market.suggested(situation, declared.key, timezone.localdate(), about)
    return {**first, field: about} if field and about is not None else first


@dataclass(frozen=True, slots=True)
class Choosing:
    """The control for what a step is about: its name, what is chosen, and what may be, each with its words."""

    name: str
    chosen: str
    choices: tuple[tuple[str, Label], ...]


def _about(row: Row, declared: Step, given: Mapping[str, Any]) -> Choosing | None:
    """What the step may be about: one is told, of several one is chosen; None of a step that is about the whole."""
    field = market.ABOUT.get(declared.key)
    if field is None:
        return None
    named = market.targets(row.situation, declared.key)
    return Choosing(PREFIX + field, str(given.get(field) or ""), tuple((str(about), told) for about, told in named))


def _waiting_for(declared: Step, row: Row) -> tuple[Run, ...]:
    """The clocks that wait for the step: it has to be taken by their end."""
    steps = (market.pay, market.pay_rest) if declared == market.pay else (declared,)  # as it turns out when it is taken
    return tuple(run for run in row.situation.open_runs if set(steps) & set(run.clock.ends))


_OWN_CONTROL = frozenset({*market.ABOUT.values(), schedule.FIELD})
"""Fields that have a control of their own, or are filled in by the action (the number of a payment)."""


def _has_control(declared: Step, key: str) -> bool:
    """Whether a field has the control that every field has: the number of an invoice is typed where it is made."""
    return key not in _OWN_CONTROL or (key == "invoice_number" and declared == market.invoice)


def _form(
    request: HttpRequest,
    found: Contract,
    reader: Reader,
    declared: Step,
    role: Role,
    given: Mapping[str, Any],
    error: GongbaoError | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    shown = queries.show(found, reader, now)
    problems: Sequence[Problem] = error.problems if isinstance(error, Refused) else ()
    made = controls(declared, role, given, problems)
    possible = next((one for one in shown.steps if one.step.key == declared.key), None)
    planned = next((one for one in made if one.field.key == schedule.FIELD), None)
    place = made.index(planned) if planned is not None else len(made)
    context = {
        "room": "market",
        "contract": found,
        "row": shown.row,
        "state": shown.row.situation.state,
        "step": declared,
        "clause_of_step": market.contract.cite(declared.clause),
        "controls": [one for one in made[:place] if _has_control(declared, one.field.key)],
        "controls_after": [one for one in made[place:] if _has_control(declared, one.field.key)],
        "about": _about(shown.row, declared, given),
        "clocks": clock_rows(_waiting_for(declared, shown.row), market.contract, now),
        "schedule": schedule.grid(planned, shown.row.parts) if planned is not None else None,
        "has_files": any(one.shape == "files" for one in made),
        "files_again": bool(request.FILES),
        "seen": found.case.events_count,
        "elsewhere": possible is None,
        "obstacles": possible.obstacles if possible is not None else (),
        "refused": error.obstacles if isinstance(error, Refused) else (),
        "error": in_words(error) if error is not None and not isinstance(error, Refused) else "",
        "wrong": [one for one in made if one.wrong],
        "overtaken": isinstance(error, Overtaken),
        "links": ClauseLinks(),
    }
    return render(request, "market/contract_step.html", context, status=status)


@allows(ANYONE)
@require_safe
@kept_nowhere
def file(request: HttpRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """A file of the contract, for the two parties and the office that handles it."""
    found, reader = _found(request, uuid)
    if reader is None or not reader.sees_files:
        raise Http404("no such file")
    return _hand_out(found, attachment)


@allows(ANYONE)
@require_safe
def copy(request: HttpRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """A published copy, for everybody."""
    shown = queries.public_page(uuid)
    if shown is None or all(one.uuid != attachment for one in shown.copies):
        raise Http404("no such file")
    contract = queries.find_contract(uuid)
    assert contract is not None
    return _hand_out(contract, attachment)


def _hand_out(contract: Contract, attachment: UUID) -> HttpResponse:
    kept = contract.case.attachments.filter(uuid=attachment, erased=False).first()
    if kept is None:
        raise Http404("no such file")
    try:
        content = files.read(kept.uuid)
    except GongbaoError as error:
        raise Http404(error.message) from error
    return download(content, kept.kind, kept.name)


# --- one button


@allows(member_of_some("agency"))
@require_POST
@kept_nowhere
def overdue_payment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The agency complains that it is not paid: one button, with the evidence of the contract. The receipt follows."""
    found, reader = _found(request, uuid)
    if reader is None or market.agency not in reader.roles:
        raise Http404("no such contract")
    agency = found.registration.organisation
    try:
        begun = actions.complain_of_payment(
            uuid,
            acting=_acting(request, complainant),
            name=agency.name,
            contact=agency.telephone,
            at=timezone.now(),
            once=request.POST.get("once", ""),
        )
    except GongbaoError as error:
        words = told(error) if isinstance(error, Refused) else in_words(error)
        return _page(request, found, reader, error=words, status=BAD_REQUEST)
    note_address(request, agency)
    return receipt_page(request, begun)
