"""One case: where it stands, what may be done, what happened, and its papers."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases import actions, files, papers, queries
from gongbao.office.cases.actions import Overtaken
from gongbao.office.cases.actors import Acting, at_desk_of, first_for, for_opinion
from gongbao.office.cases.forms import Choices, Control, asked_of, bodies, controls, typed, typed_again, unit_choices
from gongbao.office.cases.models import Case, Proposal
from gongbao.office.cases.queries import Desk, ShownCase, ShownLetter
from gongbao.office.cases.refusals import told
from gongbao.office.cases.types import case_type
from gongbao.office.cases.views.common import (
    AT_DESK,
    BAD_REQUEST,
    CONFLICT,
    PAPERS,
    back,
    case_or_404,
    desk_of,
    download,
    language,
    seen_of,
)
from gongbao.office.cases.views.timeline import time_line, told_values
from gongbao.office.cases.words import Names, kind_of, light_of
from gongbao.office.intake import ticket
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.acting import actor_of
from gongbao.office.people.permissions import allows
from gongbao.office.people.queries import body_of
from gongbao.procedures import Obstacle, Refused, Run, Step
from gongbao.procedures.declare import OUR_RULE, SERVE
from gongbao.procedures.fields import SHANGHAI, Kind
from gongbao.procedures.sign_off import Verdict
from gongbao.procedures.words import tell

FORMS = "/cases/"
"""Below it stand the forms of cases, with which more may be sent than with others."""


# --- the page


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A run of a clock in words. `kind` is the light of an open one, else done, late or ran_out."""

    run: Run
    kind: str
    words: Label
    clause: str
    stops: tuple[tuple[str, str, str], ...]


def clock_rows(runs: tuple[Run, ...], procedure: Any, now: datetime) -> list[ClockRow]:
    """Those that are open first."""
    today = now.astimezone(SHANGHAI).date()
    rows = []
    for run in runs:
        kind = kind_of(run, now) if run.is_open else "ran_out" if run.ran_out else "late" if run.late else "done"
        stops = tuple((str(one.since), str(one.until or ""), one.clause) for one in run.stops if one.until is not None)
        rows.append(ClockRow(run, kind, tell(run, today), procedure.cite(run.clock.clause), stops))
    return sorted(rows, key=lambda row: not row.run.is_open)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as a button, or with what stands in its way."""

    step: Step
    clause: str
    obstacles: tuple[Obstacle, ...]
    to_sign: bool


def staff_only(acting: tuple[Acting, ...]) -> list[Acting]:
    """At the desk nobody acts for a party that stands at the counter."""
    return [one for one in acting if not one.at_counter]


def step_rows(shown: ShownCase) -> list[StepRow]:
    """The steps that the desk may take or propose, those of the document before those of our own rule.

    The service of a letter has its place beside the letters.
    """
    acting = staff_only(shown.acting)
    rows = [
        StepRow(one.step, shown.situation.clause_of(one.step), one.obstacles, one.step.sign_off is not None)
        for one in shown.steps
        if one.step.key != SERVE and first_for(acting, one.step.by) is not None
    ]
    return sorted(rows, key=lambda row: row.clause == OUR_RULE)


def case_context(request: HttpRequest, case: Case, desk: Desk, now: datetime) -> dict[str, Any]:
    shown = queries.show(case, desk, now)
    names, links = Names(), ClauseLinks()
    letters = queries.letters_of(case, shown.situation)
    procedure = shown.situation.procedure
    context = head_context(case, shown, now) | {
        "links": links,
        "shown": shown,
        "clocks": clock_rows(shown.runs, procedure, now),
        "steps": step_rows(shown),
        "letters": letters,
        "may_serve": first_for(staff_only(shown.acting), procedure.serve.by) is not None if procedure.serve else False,
        "items": time_line(shown, letters, names, language()),
        "account": desk.account,
        "handles": shown.works,
        "reads_log": desk.reads_all,
        "mine": case.assigned_id == desk.account.pk,
        "seen_hand_overs": case.hand_overs.count(),
        "colleagues": queries.colleagues(case, desk.on) if shown.works else [],
        "sheets": [one.row for one in queries.past_proposals(case) if one.row.event_id] if shown.personal else [],
        **proposal_context(shown, desk, names),
    }
    return context


def head_context(case: Case, shown: ShownCase, now: datetime) -> dict[str, Any]:
    """What stands at the head of each page of a case."""
    situation = shown.situation
    return {
        "room": "desk",
        "case": case,
        "situation": situation,
        "procedure": situation.procedure,
        "summary": queries.line_of(case),
        "state": situation.state,
        "light": None if case.over else light_of(case, situation, now),
        "personal": shown.personal,
        "own_page": case_type(case.procedure).page(case),
    }


def proposal_context(shown: ShownCase, desk: Desk, names: Names) -> dict[str, Any]:
    found = shown.proposal
    if found is None:
        return {}
    sign_off = shown.situation.procedure.steps[found.row.step].sign_off
    assert sign_off is not None
    roles = {role.key: role.label for role in sign_off.roles}
    return {
        "proposal": found,
        "proposed": told_values(tuple(v for v in found.values if v.field.kind != Kind.FILES), names, language()),
        "opinions": queries.shown_opinions(found.row),
        "awaited": [
            (one.role.label if one.role else Label("会签单位", "countersigning unit"), names.unit(one.unit, language()))
            for one in found.progress.asked
        ],
        "asked": [
            {
                "role": one.role,
                "unit": one.unit,
                "countersigns": not one.role,
                "label": None if not one.role else roles.get(queries.said_as(one, shown.case)),
            }
            for one in found.may_say
        ],
        "countersigning": [names.unit(key, language()) for key in found.row.countersigners],
        "own_proposal": found.row.account_id == desk.account.pk,
    }


@allows(AT_DESK)
@require_safe
def case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    desk = desk_of(request)
    found = case_or_404(desk, uuid)
    return render(request, "cases/case.html", case_context(request, found, desk, timezone.now()))


def _page_with(request: HttpRequest, uuid: UUID, desk: Desk, status: int, **more: Any) -> HttpResponse:
    """The page of the case as it stands now, with what was typed and what is wrong with it."""
    context = case_context(request, case_or_404(desk, uuid), desk, timezone.now())
    return render(request, "cases/case.html", context | more, status=status)


def address_of(uuid: UUID) -> str:
    return reverse("cases:case", args=[uuid])


# --- steps


@allows(AT_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """The form of a step; sent, it takes it, or proposes it where it wants signatures."""
    now, desk = timezone.now(), desk_of(request)
    found = case_or_404(desk, uuid)
    shown = queries.show(found, desk, now)
    declared = shown.situation.procedure.all_steps().get(key)
    if declared is None:
        raise Http404("no such step")
    acting = first_for(staff_only(shown.acting), declared.by)
    if acting is None:
        # It is no step of theirs: the page of the case has those that are.
        raise Http404("no such step")
    if request.method == "POST":
        return _take(request, found, shown, declared, acting, desk, now)
    given = queries.last_values(found, key, desk.account)
    if key == SERVE:
        given = {"letter": request.GET.get("letter", "")}
    response = _form(request, found, shown, declared, acting, desk, now, given)
    return ticket.give(response, FORMS) if any(one.kind == Kind.FILES for one in declared.asks) else response


def _take(
    request: HttpRequest, found: Case, shown: ShownCase, declared: Step, acting: Acting, desk: Desk, now: datetime
) -> HttpResponse:
    given: dict[str, Any] = {}
    try:
        given, uploads = typed(declared, acting.role, request)
        seen = seen_of(request)
        if declared.sign_off is not None:
            named = request.POST.getlist("countersigners")
            actions.propose(
                found.uuid, declared.key, given, acting=acting, at=now, seen=seen, uploads=uploads, countersigners=named
            )
            messages.success(request, _("Proposed. It is on its way to be signed."))
        else:
            actions.take_step(found.uuid, declared.key, given, acting=acting, at=now, seen=seen, uploads=uploads)
            messages.success(request, _("Done: %(step)s") % {"step": declared.label.in_language(language())})
    except GongbaoError as error:
        return _refused(request, found, declared, acting, desk, error)
    # A step may have moved the case to a unit of which this desk is none.
    seen_still = queries.find(found.uuid, desk) is not None
    return redirect(address_of(found.uuid) if seen_still else reverse("cases:desk"))


def _refused(
    request: HttpRequest, found: Case, declared: Step, acting: Acting, desk: Desk, error: GongbaoError
) -> HttpResponse:
    now = timezone.now()
    case = queries.find(found.uuid, desk)
    if case is None:
        messages.error(request, told(error))
        return redirect("cases:desk")
    shown = queries.show(case, desk, now)
    given = typed_again(asked_of(declared, acting.role), request)
    status = CONFLICT if isinstance(error, Overtaken) else BAD_REQUEST
    files_again = bool(request.FILES)
    return _form(
        request, case, shown, declared, acting, desk, now, given, error=error, status=status, files_again=files_again
    )


def _form(
    request: HttpRequest,
    found: Case,
    shown: ShownCase,
    declared: Step,
    acting: Acting,
    desk: Desk,
    now: datetime,
    given: dict[str, Any],
    *,
    error: GongbaoError | None = None,
    status: int = 200,
    files_again: bool = False,
) -> HttpResponse:
    problems = error.problems if isinstance(error, Refused) else ()
    possible = next((one for one in shown.steps if one.step.key == declared.key), None)
    barred = queries.units_barred(found.barred)
    shown_controls: list[Control] = controls(
        declared, acting.role, given, problems, _choices(declared, found, desk, barred)
    )
    without = {*barred, body_of(found.unit).pk}
    letters = queries.letters_of(found, shown.situation)
    if declared.key == SERVE:
        shown_controls = [_of_letters(one, letters) if one.field.key == "letter" else one for one in shown_controls]
    context = head_context(found, shown, now) | {
        "links": ClauseLinks(),
        "items": time_line(shown, letters, Names(), language()),
        "step": declared,
        "clause_of_step": shown.situation.clause_of(declared),
        "acting": acting,
        "controls": shown_controls,
        "has_files": any(one.shape == "files" for one in shown_controls),
        "files_again": files_again,
        "seen": found.events_count,
        "possible": possible is not None and not possible.obstacles,
        "obstacles": possible.obstacles if possible is not None else (),
        "elsewhere": possible is None,
        "being_signed": declared.sign_off is not None and shown.proposal is not None,
        "countersign": bodies(without) if declared.sign_off is not None and declared.sign_off.countersign else [],
        "countersigners": request.POST.getlist("countersigners"),
        "sign_off": declared.sign_off,
        "sign_clause": shown.situation.procedure.cite(declared.sign_off.clause) if declared.sign_off else "",
        "error": told(error) if error is not None and not problems else "",
        "refused": error.obstacles if isinstance(error, Refused) else (),
        "wrong": [one for one in shown_controls if one.wrong],
        "overtaken": isinstance(error, Overtaken),
        "latest": shown.events[-1] if shown.events else None,
    }
    return render(request, "cases/step.html", context, status=status)


def _of_letters(control: Control, letters: list[ShownLetter]) -> Control:
    """Of all letters of the procedure those that were made; the only one that is not served yet is chosen."""
    made = {one.letter.key for one in letters}
    unserved = {one.letter.key for one in letters if one.served is None}
    choices = [one for one in control.choices if one.value in made]
    if len(unserved) == 1 and not control.typed:
        choices = [replace(one, chosen=one.value in unserved) for one in choices]
    return replace(control, choices=tuple(choices))


def _choices(declared: Step, found: Case, desk: Desk, barred: set[int]) -> Choices:
    kinds = {one.kind for one in declared.asks}
    without = {*barred, found.unit_id} if declared.moves else set()
    people = queries.colleagues(found, desk.on) if Kind.ACCOUNT in kinds else []
    return Choices(
        units=unit_choices(without) if Kind.UNIT in kinds else (),
        accounts=tuple((str(one.public_id), one.shown_name) for one in people),
    )


# --- signatures


@allows(AT_DESK)
@require_POST
def opinion(request: HttpRequest, uuid: UUID, proposal: UUID) -> HttpResponse:
    """Give an opinion on a proposal: sign it, return it, or object."""
    now, desk = timezone.now(), desk_of(request)
    found = case_or_404(desk, uuid)
    shown = queries.show(found, desk, now)
    words = request.POST.get("words", "").replace("\r\n", "\n")
    typed_again: dict[str, Any] = {"typed_words": words, "typed_verdict": request.POST.get("verdict", "")}
    open_one = shown.proposal
    if open_one is None or open_one.row.uuid != proposal:
        return _page_with(request, uuid, desk, CONFLICT, opinion_error=told(Overtaken()), **typed_again)
    role, unit = request.POST.get("role", ""), request.POST.get("unit", "")
    asked = next((one for one in open_one.may_say if (one.role, one.unit.key) == (role, unit)), None)
    if asked is None:
        wrong = _("You are not asked for this opinion now.")
        return _page_with(request, uuid, desk, CONFLICT, opinion_error=wrong, **typed_again)
    post = for_opinion(desk.account, asked, desk.on)
    assert post is not None
    try:
        verdict = Verdict(request.POST.get("verdict", ""))
    except ValueError:
        wrong = _("Say whether you sign it.")
        return _page_with(request, uuid, desk, BAD_REQUEST, opinion_error=wrong, **typed_again)
    try:
        actions.give_opinion(
            proposal,
            acting_role=queries.said_as(asked, found),
            unit_key=asked.unit.key,
            verdict=verdict,
            words=words,
            actor=actor_of(desk.account, post),
            account=desk.account,
            for_account=post.for_account,
            at=now,
        )
    except GongbaoError as error:
        if queries.find(uuid, desk) is None:
            messages.error(request, told(error))
            return redirect("cases:opinions")
        status = CONFLICT if isinstance(error, Overtaken) else BAD_REQUEST
        return _page_with(request, uuid, desk, status, opinion_error=told(error), **typed_again)
    messages.success(request, _("Your opinion is kept."))
    # Whoever countersigned sees the case no more.
    return redirect(address_of(uuid) if queries.find(uuid, desk) is not None else reverse("cases:opinions"))


@allows(AT_DESK)
@require_POST
def take_back(request: HttpRequest, uuid: UUID, proposal: UUID) -> HttpResponse:
    desk = desk_of(request)
    found = case_or_404(desk, uuid)
    if not found.proposals.filter(uuid=proposal).exists():
        raise Http404("no such proposal")
    post = at_desk_of(desk.account, found.unit, desk.on)
    try:
        actions.take_back(proposal, actor=actor_of(desk.account, post), account=desk.account, at=timezone.now())
    except GongbaoError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, _("The proposal was taken back."))
    return redirect(address_of(uuid))


# --- who has it


@allows(AT_DESK)
@require_POST
def take(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a case: hand it over to oneself."""
    desk = desk_of(request)
    found = case_or_404(desk, uuid)
    if found.assigned_id == desk.account.pk:
        # Pressed twice, or by another window: it is theirs already.
        return back(request, address_of(uuid))
    return _hand_over(request, found, desk, to=desk.account.public_id, done=_("The case is yours now."))


@allows(AT_DESK)
@require_POST
def hand_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hand a case over to somebody of its body, or to nobody."""
    desk = desk_of(request)
    found = case_or_404(desk, uuid)
    to = request.POST.get("to", "")
    if to == "nobody":
        return _hand_over(request, found, desk, to=None, done=_("The case waits for whoever takes it."))
    return _hand_over(request, found, desk, to=to, done=_("The case was handed over."))


def _hand_over(request: HttpRequest, found: Case, desk: Desk, *, to: Any, done: str) -> HttpResponse:
    reason = request.POST.get("reason", "")
    again = {"typed_to": str(to or "nobody"), "typed_reason": reason}
    post = at_desk_of(desk.account, found.unit, desk.on)
    if post is None or not queries.handles(found, desk):
        raise Http404("this desk does not handle the case")
    receiver = None
    if to is not None:
        receiver = next((one for one in queries.colleagues(found, desk.on) if str(one.public_id) == str(to)), None)
        if receiver is None and str(to) == str(desk.account.public_id):
            # A substitute has no post of their own in the body.
            receiver = desk.account
        if receiver is None:
            wrong = _("Choose somebody who works in this body.")
            return _page_with(request, found.uuid, desk, BAD_REQUEST, hand_over_error=wrong, **again)
    try:
        actions.hand_over(
            found.uuid,
            receiver,
            actor=actor_of(desk.account, post),
            by=desk.account,
            at=timezone.now(),
            reason=reason,
            seen=seen_of(request),
        )
    except GongbaoError as error:
        status = CONFLICT if isinstance(error, Overtaken) else BAD_REQUEST
        return _page_with(request, found.uuid, desk, status, hand_over_error=told(error), **again)
    messages.success(request, done)
    return back(request, address_of(found.uuid))


# --- files and papers


@allows(AT_DESK)
@require_safe
def file(request: HttpRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """A file of the case, for whoever sees what is personal in it."""
    desk = desk_of(request)
    found = case_or_404(desk, uuid)
    kept = found.attachments.filter(uuid=attachment, erased=False).first()
    if kept is None or not queries.sees_personal(found, desk):
        raise Http404("no such file")
    try:
        content = files.read(kept.uuid)
    except GongbaoError as error:
        raise Http404(error.message) from error
    return download(content, kept.kind, kept.name)


def _paper_language(request: HttpRequest) -> str:
    """Papers are in Chinese; where it is asked for, in English for information."""
    return "en" if request.GET.get("language") == "en" else "zh-hans"


def _for_papers(request: HttpRequest, uuid: UUID, form: str) -> tuple[Case, ShownCase]:
    desk = desk_of(request)
    found = case_or_404(desk, uuid)
    shown = queries.show(found, desk, timezone.now())
    if form not in PAPERS or not shown.personal:
        raise Http404("no such paper")
    return found, shown


@allows(AT_DESK)
@require_safe
def letter(request: HttpRequest, uuid: UUID, letter: UUID, form: str) -> HttpResponse:
    found, shown = _for_papers(request, uuid, form)
    made = next((one for one in queries.letters_of(found, shown.situation) if one.row.uuid == letter), None)
    if made is None:
        raise Http404("no such letter")
    wanted = _paper_language(request)
    try:
        content = papers.LETTERS[form](papers.letter_of(found, shown.situation, made, wanted))
    except GongbaoError as error:
        messages.error(request, told(error))
        return redirect(address_of(uuid))
    return download(content, PAPERS[form], f"{made.letter.label.in_language(wanted)} {found.receipt}.{form}")


@allows(AT_DESK)
@require_safe
def approval(request: HttpRequest, uuid: UUID, proposal: UUID, form: str) -> HttpResponse:
    found, shown = _for_papers(request, uuid, form)
    row = Proposal.objects.filter(case=found, uuid=proposal).select_related("account", "case").first()
    if row is None:
        raise Http404("no such proposal")
    wanted = _paper_language(request)
    summary = queries.summary_of(found)
    sheet = papers.approval_of(found, row, shown.situation, summary, wanted)
    return download(papers.APPROVALS[form](sheet, wanted), PAPERS[form], f"{sheet.title} {found.receipt}.{form}")


@allows(AT_DESK)
@require_safe
def case_file(request: HttpRequest, uuid: UUID, paper: str, form: str) -> HttpResponse:
    """What stands in front of the file: the list of its papers, and the time line."""
    if paper not in papers.FILES:
        raise Http404("no such paper")
    found, shown = _for_papers(request, uuid, form)
    wanted = _paper_language(request)
    cover = papers.cover_of(found, queries.summary_of(found), timezone.localdate(), wanted)
    rows: list[Any]
    if paper == "contents":
        letters = queries.letters_of(found, shown.situation)
        rows = list(papers.contents_of(found, shown.events, letters, wanted))
    else:
        rows = list(papers.happenings_of(shown.events, wanted))
    return download(papers.FILES[paper][form](cover, rows, wanted), PAPERS[form], f"{paper} {found.receipt}.{form}")
