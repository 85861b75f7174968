"""The counter: somebody stands there, or has written or called, and a clerk begins a case for them, or goes on with it.

Also the receipt, on which the secret of a case stands once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import actions, queries
from gongbao.office.cases.actions import Begun, Counter, Overtaken, new_token
from gongbao.office.cases.actors import Acting, as_party, first_for, of_account
from gongbao.office.cases.forms import asked_of, controls, counter_form, counter_of, typed, typed_again
from gongbao.office.cases.models import Case
from gongbao.office.cases.refusals import told
from gongbao.office.cases.types import CaseType, case_type, case_types
from gongbao.office.cases.views.case import clock_rows, staff_only
from gongbao.office.cases.views.common import (
    AT_DESK,
    BAD_REQUEST,
    CONFLICT,
    account_of,
    desk_of,
    kept_nowhere,
    language,
    seen_of,
)
from gongbao.office.intake import ticket
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people import actions as people
from gongbao.office.people.forms import too_often
from gongbao.office.people.permissions import ANYONE, allows, in_role
from gongbao.office.people.roles import Role
from gongbao.procedures import Possible, Problem, Refused, Situation, Step
from gongbao.procedures.fields import SHANGHAI, Kind, read

AT_COUNTER = in_role(Role.COUNTER)


def begun_by_party(one: CaseType) -> list[Step]:
    """The steps by which a party begins a case of the type."""
    return [
        step
        for step in one.procedure.steps.values()
        if step.begins and any(role.kind == "party" for role in step.by) and one.route is not None
    ]


@allows(AT_COUNTER)
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """What can be begun here, and a case by its receipt number."""
    wrong = ""
    if request.method == "POST":
        found = queries.find_by_receipt(request.POST.get("receipt", ""))
        if found and queries.find_at_counter(found.uuid, account_of(request), timezone.localdate()):
            return redirect("cases:counter_case", found.uuid)
        wrong = _("There is no case with this receipt number.")
    context = {
        "room": "desk",
        "types": [(one, step) for one in case_types() for step in begun_by_party(one)],
        "wrong": wrong,
        "receipt": request.POST.get("receipt", ""),
    }
    return render(request, "cases/counter.html", context, status=BAD_REQUEST if wrong else 200)


# --- beginning


@allows(AT_COUNTER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def begin_at_counter(request: HttpRequest, procedure: str, key: str) -> HttpResponse:
    """The form that begins a case for whoever stands there."""
    one, step = _beginning(procedure, key)
    acting = first_for(_at_counter(request, one), step.by)
    if acting is None:
        raise Http404("nobody begins this at the counter")
    return _begin(request, one, step, acting, "/counter/")


@allows(AT_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def begin_at_desk(request: HttpRequest, procedure: str, key: str) -> HttpResponse:
    """The form that begins a case which came by post or telephone."""
    one, step = _beginning(procedure, key)
    on = timezone.localdate()
    acting = first_for(staff_only(tuple(of_account(account_of(request), one.procedure, None, on))), step.by)
    if acting is None:
        raise Http404("it is begun by others")
    return _begin(request, one, step, acting, "/desk/")


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def begin(request: HttpRequest, procedure: str, key: str) -> HttpResponse:
    """The form by which anybody begins a case, without an account, where its type is open to all."""
    one, step = _beginning(procedure, key)
    role = next((role for role in step.by if role.kind == "party"), None)
    if role is None or not one.open_to_all:
        raise Http404("nobody begins this without the office")
    return _begin(request, one, step, as_party(role), "/begin/")


def _beginning(procedure: str, key: str) -> tuple[CaseType, Step]:
    try:
        one = case_type(procedure)
    except GongbaoError as error:
        raise Http404(error.message) from error
    step = one.procedure.steps.get(key)
    if step is None or not step.begins or one.route is None:
        raise Http404("no such beginning")
    return one, step


def _at_counter(request: HttpRequest, one: CaseType) -> list[Acting]:
    found = of_account(account_of(request), one.procedure, None, timezone.localdate())
    return [acting for acting in found if acting.at_counter]


@dataclass(slots=True)
class Filling:
    """A form that is filled in at the counter: what was given, and what is wrong with it."""

    given: Mapping[str, Any]
    problems: Sequence[Problem] = ()
    counter_wrong: GongbaoError | None = None
    error: GongbaoError | None = None
    files_again: bool = False
    too_often: str = ""

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems or self.counter_wrong or self.error or self.too_often)


def _counter(request: HttpRequest, acting: Acting, filling: Filling) -> Counter | None:
    """What was seen at the counter, where somebody stands at one."""
    if not acting.at_counter:
        return None
    try:
        return counter_of(request)
    except GongbaoError as error:
        filling.counter_wrong = error
        return None


def _begin(request: HttpRequest, one: CaseType, step: Step, acting: Acting, forms: str) -> HttpResponse:
    now = timezone.now()
    filling = Filling({})
    if request.method == "POST":
        begun = _sent(request, one, step, acting, now, filling)
        if begun is not None:
            return receipt_page(request, begun, _onward(acting))
    context = {
        "room": "desk" if acting.account else "follow",
        "type": one,
        "step": step,
        "clause_of_step": one.procedure.cite(step.clause),
        "at_counter": acting.at_counter,
        "onward": _onward(acting),
        "once": request.POST.get("once") or new_token(),
        **_form_context(request, step, acting, filling),
    }
    response = render(request, "cases/begin.html", context, status=BAD_REQUEST if filling.is_wrong else 200)
    return ticket.give(response, forms) if context["has_files"] else response


def _onward(acting: Acting) -> str:
    """Where staff goes on; "" for whoever files it themselves."""
    if acting.account is None:
        return ""
    return reverse("cases:counter" if acting.at_counter else "cases:desk")


def _form_context(request: HttpRequest, step: Step, acting: Acting, filling: Filling) -> dict[str, Any]:
    shown = controls(step, acting.role, filling.given, filling.problems)
    counter_words = told(filling.counter_wrong) if filling.counter_wrong is not None else ""
    return {
        "links": ClauseLinks(),
        "controls": shown,
        "has_files": any(one.shape == "files" for one in shown),
        "files_again": filling.files_again,
        "wrong": [*_counter_wrong(filling), *(one for one in shown if one.wrong)],
        "error": told(filling.error) if filling.error is not None else filling.too_often,
        "counter": counter_form(request, filling.counter_wrong, counter_words) if acting.at_counter else None,
    }


def _counter_wrong(filling: Filling) -> list[dict[str, str]]:
    """What is wrong with what was seen at the counter, as it stands in the list of what has to be mended."""
    if filling.counter_wrong is None:
        return []
    if filling.counter_wrong.where == "authority":
        return [{"id": "id-authority", "label": _("For whom they act")}]
    return [{"id": "id-identity", "label": _("Paper that showed who stands there")}]


def _sent(
    request: HttpRequest, one: CaseType, step: Step, acting: Acting, now: datetime, filling: Filling
) -> Begun | None:
    """The case that was begun; None where something is wrong, which `filling` then says."""
    assert one.route is not None
    filling.files_again = bool(request.FILES)
    filling.given = typed_again(asked_of(step, acting.role), request)
    counter = _counter(request, acting, filling)
    try:
        given, uploads = typed(step, acting.role, request)
        fields = [field for field in asked_of(step, acting.role) if field.kind != Kind.FILES]
        values, problems = read(fields, given, now.astimezone(SHANGHAI).date())
        filling.problems = problems
        if filling.is_wrong:
            return None
        if acting.account is None:
            # Counted for the address alone: whoever files fifty in a quarter of an hour is no person.
            token, address = f"begin {new_token()}", str(request.META.get("REMOTE_ADDR", ""))
            if wait := people.begin_try(token, address, now):
                filling.too_often = too_often(wait)
                return None
        routed = one.route(values)
        return actions.begin(
            one.procedure,
            step,
            given,
            acting=acting,
            unit=routed.unit,
            barred=routed.barred,
            at=now,
            uploads=uploads,
            counter=counter,
            once=request.POST.get("once", ""),
        )
    except Refused as error:
        filling.problems = error.problems
        filling.error = None if error.problems else error
    except GongbaoError as error:
        filling.error = error
    return None


def _received_before(situation: Situation) -> str:
    """The day from which the periods count, where the case was entered on a later one; "" else."""
    first = situation.events[0]
    return first.on.isoformat() if first.on != first.at.astimezone(SHANGHAI).date() else ""


def receipt_page(request: HttpRequest, begun: Begun, onward: str = "") -> HttpResponse:
    """The receipt, on which the secret stands this once. It is the answer to the form itself: no address leads here.

    `onward`: where staff goes on; "" for whoever filed it themselves.
    """
    situation = queries.situation_of(begun.case)
    context = {
        "room": "desk" if onward else "follow",
        "onward": onward,
        "sees_case": onward == reverse("cases:desk") and queries.find(begun.case.uuid, desk_of(request)) is not None,
        "received_on": _received_before(situation),
        "begun": begun,
        "case": begun.case,
        "situation": situation,
        "procedure": situation.procedure,
        "summary": queries.summary_of(begun.case),
        "clocks": clock_rows(tuple(situation.open_runs), situation.procedure, timezone.now()),
        "links": ClauseLinks(),
        "follow": request.build_absolute_uri(reverse("cases:follow")),
    }
    response = render(request, "cases/receipt.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


# --- going on


def _case(request: HttpRequest, uuid: UUID) -> Case:
    found = queries.find_at_counter(uuid, account_of(request), timezone.localdate())
    if found is None:
        raise Http404("no such case")
    return found


def _party_steps(case: Case, now: datetime) -> tuple[Any, list[Possible]]:
    situation = queries.situation_of(case)
    party = [role for role in situation.procedure.roles.values() if role.kind == "party"]
    return situation, queries.offered(situation, now, party)


@allows(AT_COUNTER)
@require_safe
@kept_nowhere
def counter_case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where a case stands, and what whoever brought it may do now. Nothing personal is shown of it."""
    now, found = timezone.now(), _case(request, uuid)
    situation, steps = _party_steps(found, now)
    procedure = situation.procedure
    context = {
        "room": "desk",
        "case": found,
        "situation": situation,
        "procedure": procedure,
        "state": situation.state,
        "summary": queries.summary_of(found),
        "clocks": clock_rows(tuple(situation.open_runs), procedure, now),
        "steps": [(one.step, situation.clause_of(one.step), one.obstacles) for one in steps],
        "links": ClauseLinks(),
    }
    return render(request, "cases/counter_case.html", context)


@allows(AT_COUNTER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def counter_step(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """A step of the party that stands there."""
    now, found = timezone.now(), _case(request, uuid)
    one = case_type(found.procedure)
    step = one.procedure.steps.get(key)
    acting = first_for(_at_counter(request, one), step.by) if step is not None and not step.begins else None
    if step is None or acting is None:
        raise Http404("no such step")
    filling, status = Filling({}), 200
    if request.method == "POST":
        filling.files_again = bool(request.FILES)
        filling.given = typed_again(asked_of(step, acting.role), request)
        seen_there = _counter(request, acting, filling)
        try:
            given, uploads = typed(step, acting.role, request)
            if filling.counter_wrong is None:
                actions.take_step(
                    uuid, key, given, acting=acting, at=now, seen=seen_of(request), uploads=uploads, counter=seen_there
                )
                messages.success(request, _("Done: %(step)s") % {"step": step.label.in_language(language())})
                return redirect("cases:counter_case", uuid)
        except Refused as error:
            filling.problems, filling.error = error.problems, None if error.problems else error
        except GongbaoError as error:
            filling.error = error
        status = CONFLICT if isinstance(filling.error, Overtaken) else BAD_REQUEST
        found = _case(request, uuid)
    situation, steps = _party_steps(found, timezone.now())
    possible = next((row for row in steps if row.step.key == key), None)
    context = {
        "room": "desk",
        "case": found,
        "procedure": one.procedure,
        "state": situation.state,
        "summary": queries.summary_of(found),
        "step": step,
        "clause_of_step": situation.clause_of(step),
        "seen": found.events_count,
        "elsewhere": possible is None,
        "obstacles": possible.obstacles if possible else (),
        "overtaken": isinstance(filling.error, Overtaken),
        **_form_context(request, step, acting, filling),
    }
    response = render(request, "cases/counter_step.html", context, status=status)
    return ticket.give(response, "/counter/") if context["has_files"] else response
