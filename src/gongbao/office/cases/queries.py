"""The only code that reads cases for a page, a command or an export.

Who sees a case: whoever holds a post in the body that handles it or above it, a unit that is asked to countersign, and
auditors; never a unit that is barred. What is personal is shown to the body that handles the case and to whoever is
asked for an opinion on it; for everybody else it is masked here. Nobody knows what a file holds, so that all of them
count as personal.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from gongbao.core.labels import Label
from gongbao.core.working_days import WorkingCalendar
from gongbao.gazette.masking import MASK
from gongbao.office.cases.actors import AT_DESK, HEADS, Acting, of_account
from gongbao.office.cases.calendar import calendar
from gongbao.office.cases.models import (
    Asked,
    Attachment,
    Case,
    CaseEvent,
    CaseLetter,
    DeskFeed,
    GivenOpinion,
    HandOver,
    Proposal,
    ProposalState,
    Reminder,
    WorkingDaysNotice,
)
from gongbao.office.cases.types import case_type
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.queries import ActingPost, acting_posts, body_of, posts_held, units_above, units_below
from gongbao.office.people.roles import Role as Post
from gongbao.procedures import Clock, Event, Field, Letter, Possible, Remedy, Role, Run, Situation, replay
from gongbao.procedures.declare import SERVE
from gongbao.procedures.fields import SHANGHAI, Value, from_plain
from gongbao.procedures.sign_off import COUNTERSIGN, Opinion, Progress, Verdict, progress

PAGE = 50
MASKED = MASK


# --- what events make of a case


def situation_of(case: Case, days: WorkingCalendar | None = None) -> Situation:
    """The case as its events give it, with what is personal. Two queries."""
    rows = case.events.select_related("personal").order_by("number")
    return _replayed(case, rows, days or calendar(), personal=True)


def situations_of(cases: Sequence[Case]) -> dict[int, Situation]:
    """The situations of many cases by their ids, without what is personal. Two queries."""
    events: dict[int, list[CaseEvent]] = {case.pk: [] for case in cases}
    for row in CaseEvent.objects.filter(case__in=events).order_by("case", "number"):
        events[row.case_id].append(row)
    days = calendar()
    return {case.pk: _replayed(case, events[case.pk], days, personal=False) for case in cases}


def _replayed(case: Case, rows: Iterable[CaseEvent], days: WorkingCalendar, *, personal: bool) -> Situation:
    declared = case_type(case.procedure)
    procedure = declared.procedure
    steps = procedure.all_steps()
    events = []
    for row in rows:
        plain = {**row.values, **(row.personal.values if personal and hasattr(row, "personal") else {})}
        asks = steps[row.step].asks if row.step in steps else ()
        events.append(Event(row.number, row.step, row.at, row.on, row.role, from_plain(asks, plain)))
    return replay(procedure, declared.reads(events), days)


def summary_of(case: Case, situation: Situation | None = None) -> Label:
    """One line of what the case is about, in which nothing is personal; `situation` is that of situations_of."""
    return case_type(case.procedure).summary(situation or situations_of([case])[case.pk])


def line_of(case: Case, situation: Situation | None = None) -> Label:
    """The summary, with what tells the case from others like it: for the desk."""
    situation = situation or situations_of([case])[case.pk]
    summary, about = summary_of(case, situation), case_type(case.procedure).about(situation)
    return Label(f"{summary.zh}：{about}", f"{summary.en}: {about}") if about else summary


def opinions_of(proposal: Proposal) -> list[Opinion]:
    return [
        Opinion(one.role, one.unit_key, Verdict(one.verdict), one.words, one.at)
        for one in proposal.opinions.order_by("id")
    ]


def units_barred(keys: Iterable[str]) -> set[int]:
    """The ids of units of these keys and of all below them."""
    found: set[int] = set()
    for unit in Unit.objects.filter(key__in=list(keys)):
        found |= units_below(unit)
    return found


# --- who sees what


@dataclass(frozen=True, slots=True)
class Desk:
    """What an account works on, on a day: its units and those below them, and whether it reads everything.

    `acting` are the posts in which it acts, those of whom it stands in for too. `units` and `bodies` are those whose
    cases it works on; `own_units` are those of all its posts, whatever they are for, and `keys` are the keys of these
    and of all above them: what bars one of these bars the account.
    """

    account: Account
    on: date
    acting: tuple[ActingPost, ...]
    units: frozenset[int]
    own_units: frozenset[int]
    keys: frozenset[str]
    bodies: frozenset[int]
    reads_all: bool
    posts: frozenset[tuple[int, str]]

    @property
    def works(self) -> bool:
        return bool(self.units)


def desk_of(account: Account, on: date, posts: Sequence[ActingPost] | None = None) -> Desk:
    """What the account may work on. A counter clerk and an administrator see no case by that post alone.

    `posts` are those of acting_posts, where they were read already.
    """
    posts = acting_posts(account, on) if posts is None else posts
    working = [one.post for one in posts if one.post.role in AT_DESK]
    units: set[int] = set()
    for post in working:
        units |= units_below(body_of(post.unit) if post.role in (Post.DEPUTY_HEAD, Post.HEAD) else post.unit)
        # A clerk or head of a section sees what its body handles as such.
        units.add(body_of(post.unit).pk)
    return Desk(
        account,
        on,
        tuple(posts),
        frozenset(units),
        frozenset(one.post.unit_id for one in posts),
        frozenset(unit.key for one in posts for unit in (one.post.unit, *units_above(one.post.unit))),
        frozenset(body_of(post.unit).pk for post in working),
        any(one.post.role == Post.AUDITOR for one in posts),
        frozenset((body_of(post.unit).pk, post.role) for post in working),
    )


def _seen_by(desk: Desk) -> Q:
    asked = Q(proposals__asked__unit__in=desk.bodies, proposals__state=ProposalState.OPEN)
    return Q() if desk.reads_all else Q(unit__in=desk.units) | asked


def _is_barred(case: Case, desk: Desk) -> bool:
    return bool(case.barred) and bool(units_barred(case.barred) & desk.own_units)


def find(uuid: UUID, desk: Desk) -> Case | None:
    """The case, if whoever sits at the desk may see it."""
    found = Case.objects.filter(uuid=uuid).filter(_seen_by(desk)).select_related("unit", "assigned").distinct().first()
    if found is None or (_is_barred(found, desk) and not desk.reads_all):
        return None
    return found


def handles(case: Case, desk: Desk) -> bool:
    """Whether the desk is of the body that handles the case: it may hand it over, and sees what is personal."""
    return body_of(case.unit).pk in desk.bodies and not _is_barred(case, desk)


def sees_personal(case: Case, desk: Desk) -> bool:
    """The body that handles the case, and whoever is asked for an opinion on it now."""
    if handles(case, desk):
        return True
    asked = Asked.objects.filter(proposal__case=case, proposal__state=ProposalState.OPEN, unit__in=desk.bodies)
    return asked.exists() and not _is_barred(case, desk)


def find_at_counter(uuid: UUID, account: Account, on: date) -> Case | None:
    """The case for a counter clerk, to whom nothing personal of it is shown; None where it bars their unit."""
    found = Case.objects.filter(uuid=uuid).select_related("unit").first()
    units = {one.post.unit_id for one in acting_posts(account, on)}
    return None if found is None or (found.barred and units_barred(found.barred) & units) else found


def letters_and_figures(typed: str) -> str:
    """A receipt number or a secret as it is kept, of what somebody typed: without spaces, hyphens and other signs."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def find_by_receipt(receipt: str) -> Case | None:
    return Case.objects.filter(receipt=letters_and_figures(receipt)).select_related("unit").first()


# --- lists


class Due:
    """What is due: the words of the list's filter."""

    OVERDUE, TODAY, WEEK, STOPPED, UNSERVED = "overdue", "today", "week", "stopped", "unserved"
    ALL = (OVERDUE, TODAY, WEEK, STOPPED, UNSERVED)


def list_cases(
    desk: Desk,
    *,
    mine: bool = False,
    unassigned: bool = False,
    over: bool | None = False,
    due: str = "",
    procedure: str = "",
    state: str = "",
    receipt: str = "",
    now: datetime,
) -> QuerySet[Case]:
    """The cases of the desk, those that are due first; closed ones (`over`) newest first; None for both.

    A case that bars the desk's units is not among them.
    """
    found = Case.objects.select_related("unit__parent__parent", "assigned")
    if over is not None:
        found = found.filter(over=over)
    if mine:
        found = found.filter(assigned=desk.account)
    if not desk.reads_all:
        # Of one's own too: a case stays with its unit when who had it goes.
        found = found.filter(unit__in=desk.units)
    if unassigned:
        found = found.filter(assigned=None)
    if procedure:
        found = found.filter(procedure=procedure.replace("\0", ""))
    if state:
        found = found.filter(state=state.replace("\0", ""))
    if receipt:
        found = found.filter(receipt=letters_and_figures(receipt))
    found = found.filter(_is_due(due, now))
    if not desk.reads_all:
        for key in desk.keys:
            found = found.exclude(barred__icontains=f'"{key}"')
    return _in_order(found, bool(over))


def _is_due(due: str, now: datetime) -> Q:
    """The filter for what is due; all for ""."""
    today = now.astimezone(SHANGHAI).date()
    # One in which only a time has to pass has no due_at.
    not_overdue = Q(due_at=None) | Q(due_at__gt=now)
    if due == Due.OVERDUE:
        return Q(due_at__lte=now)
    if due == Due.TODAY:
        return Q(due=today) & not_overdue
    if due == Due.WEEK:
        return Q(due__lte=calendar().add(today, 5)) & not_overdue
    if due == Due.UNSERVED:
        return Q(pk__in=_unserved().values("event__case"))
    return Q(due=None) if due == Due.STOPPED else Q()


def _unserved() -> QuerySet[CaseLetter]:
    """The letters whose service is not recorded; what may be done against them runs from it."""
    services = CaseEvent.objects.filter(step=SERVE, case=OuterRef("event__case"), number__gt=OuterRef("event__number"))
    services = services.annotate(letter_served=KT("values__letter")).filter(letter_served=OuterRef("key"))
    return CaseLetter.objects.exclude(Exists(services))


def _in_order(found: QuerySet[Case], over: bool) -> QuerySet[Case]:
    if over:
        return found.order_by("-closed_at", "-pk")
    return found.order_by(F("due").asc(nulls_last=True), "pk")


def counts(desk: Desk, now: datetime) -> dict[str, int]:
    """How many cases wait: mine, the unit's, without anybody, overdue, due today, due within five working days, with a
    letter to be served; and how many opinions."""
    open_ones = list_cases(desk, now=now)
    wanted = {due: Count("pk", filter=_is_due(due, now)) for due in (Due.OVERDUE, Due.TODAY, Due.WEEK)}
    return {
        "mine": list_cases(desk, mine=True, now=now).count(),
        **open_ones.order_by().aggregate(unit=Count("pk"), unassigned=Count("pk", filter=Q(assigned=None)), **wanted),
        "unserved": list_cases(desk, over=None, due=Due.UNSERVED, now=now).count(),
        "asked": len(asked_of(desk)),
    }


def asked_of(desk: Desk) -> list[Asked]:
    """The opinions that are asked of the desk's posts now: those of its roles, and countersignatures of its bodies."""
    rows = Asked.objects.filter(unit__in=desk.bodies, proposal__state=ProposalState.OPEN)
    rows = rows.select_related("proposal__case__unit", "unit").order_by("proposal__at")
    return [one for one in rows if may_say(one, desk) and not _is_barred(one.proposal.case, desk)]


def may_say(asked: Asked, desk: Desk) -> bool:
    """Whether the desk may give this opinion: a role's by whoever holds it, a unit's by any of its heads."""
    if asked.proposal.account_id == desk.account.pk:
        return False
    if asked.role:
        return (asked.unit_id, asked.role) in desk.posts
    return any((asked.unit_id, role) in desk.posts for role in HEADS)


# --- one case


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value of a step, as its reader may see it: MASKED, and `masked`, where it may not be seen."""

    field: Field
    value: Value
    masked: bool = False


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event of the time line."""

    row: CaseEvent
    label: Label
    clause: str
    role: Label
    values: tuple[ShownValue, ...]
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal with its opinions, and who is asked now."""

    row: Proposal
    label: Label
    values: tuple[ShownValue, ...]
    progress: Progress
    may_say: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case as whoever sits at the desk may see it."""

    case: Case
    situation: Situation
    personal: bool
    events: tuple[ShownEvent, ...]
    runs: tuple[Run, ...]
    acting: tuple[Acting, ...]
    steps: tuple[Possible, ...]
    proposal: ShownProposal | None
    works: bool


def offered(situation: Situation, now: datetime, roles: Collection[Role]) -> list[Possible]:
    """The steps that the pages of cases offer: those that a system keeps to its own pages are not among them."""
    own = case_type(situation.procedure.key).own_steps
    return [one for one in situation.steps(now, roles) if one.step.key not in own]


def show(case: Case, desk: Desk, now: datetime) -> ShownCase:
    """The case for a page; `steps` are those that the desk may take now, or propose."""
    situation = situation_of(case)
    personal = sees_personal(case, desk)
    # The service of a letter is recorded after the end too.
    handled = handles(case, desk)
    acting = of_account(desk.account, situation.procedure, case.unit, desk.on, desk.acting) if handled else []
    return ShownCase(
        case,
        situation,
        personal,
        tuple(shown_events(case, situation, personal)),
        situation.runs,
        tuple(acting),
        tuple(offered(situation, now, [one.role for one in acting])),
        _shown_proposal(case, situation, personal, desk),
        handled and not case.over,
    )


def shown_events(case: Case, situation: Situation, personal: bool) -> Iterable[ShownEvent]:
    files = {str(one.uuid): one for one in case.attachments.all()}
    steps = situation.procedure.all_steps()
    rows = case.events.select_related("account", "for_account", "letter").order_by("number")
    said: dict[str, Value] = {}
    for row, event in zip(rows, situation.events, strict=True):
        step = steps[event.step]
        said |= event.values
        clause = situation.procedure.clause_of(step, said)
        values = shown_values(step.asks, event.values, personal)
        attached = [
            files[one]
            for field in step.asks
            for one in _file_ids(event.values.get(field.key))
            if personal and one in files
        ]
        role = situation.procedure.roles[row.role].label
        yield ShownEvent(row, step.label, clause, role, tuple(values), tuple(attached))


def _file_ids(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def shown_values(fields: Iterable[Field], values: Mapping[str, Value], personal: bool) -> list[ShownValue]:
    found = []
    for field in fields:
        if field.key not in values:
            continue
        if field.personal and not personal:
            found.append(ShownValue(field, MASKED, masked=True))
        else:
            found.append(ShownValue(field, values[field.key]))
    return found


def _shown_proposal(case: Case, situation: Situation, personal: bool, desk: Desk) -> ShownProposal | None:
    row = case.proposals.filter(state=ProposalState.OPEN).select_related("account").first()
    if row is None:
        return None
    step = situation.procedure.steps[row.step]
    assert step.sign_off is not None
    here = progress(step.sign_off, row.unit_key, row.countersigners, opinions_of(row))
    values = shown_values(step.asks, from_plain(step.asks, row.values), personal)
    asked = row.asked.select_related("unit", "proposal")
    return ShownProposal(row, step.label, tuple(values), here, tuple(one for one in asked if may_say(one, desk)))


def said_as(asked: Asked, case: Case) -> str:
    """The role, or COUNTERSIGN, under which the opinion is kept."""
    if not asked.role:
        return COUNTERSIGN
    step = case_type(case.procedure).procedure.steps[asked.proposal.step]
    assert step.sign_off is not None
    return next(one.key for one in step.sign_off.roles if one.post == asked.role)


# --- what happened beside the steps


@dataclass(frozen=True, slots=True)
class ShownOpinion:
    """An opinion on a proposal: the role as it is called (None: of a unit that countersigns), and who gave it."""

    row: GivenOpinion
    role: Label | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PastProposal:
    """A proposal that is over, with its opinions."""

    row: Proposal
    label: Label
    opinions: tuple[ShownOpinion, ...]


def shown_opinions(proposal: Proposal) -> tuple[ShownOpinion, ...]:
    roles = case_type(proposal.case.procedure).procedure.roles
    return tuple(
        ShownOpinion(one, None if one.role == COUNTERSIGN else roles[one.role].label, Verdict(one.verdict))
        for one in proposal.opinions.select_related("account", "for_account")
    )


def past_proposals(case: Case) -> list[PastProposal]:
    steps = case_type(case.procedure).procedure.steps
    rows = case.proposals.exclude(state=ProposalState.OPEN).select_related("account", "for_account", "case")
    return [PastProposal(one, steps[one.step].label, shown_opinions(one)) for one in rows]


def hand_overs_of(case: Case) -> list[HandOver]:
    return list(case.hand_overs.select_related("to", "by"))


def hand_overs_counted(cases: Sequence[Case]) -> dict[int, int]:
    """How often each case was handed over, by its id."""
    found = HandOver.objects.filter(case__in=[case.pk for case in cases]).values_list("case").order_by()
    return dict(found.annotate(number=Count("id")))


def reminders_of(case: Case) -> list[tuple[Reminder, Label]]:
    """What was told of its clocks, and the name of the clock."""
    clocks = case_type(case.procedure).procedure.clocks
    return [(one, clocks[one.clock].label) for one in case.reminders.order_by("id") if one.clock in clocks]


def last_values(case: Case, step: str, account: Account) -> dict[str, Any]:
    """What the account last proposed for a step that did not come to pass, to begin with when it proposes it anew."""
    states = (ProposalState.RETURNED, ProposalState.TAKEN_BACK, ProposalState.OVERTAKEN)
    row = case.proposals.filter(step=step, account=account, state__in=states).order_by("-id").first()
    return dict(row.values) if row else {}


# --- letters


@dataclass(frozen=True, slots=True)
class RemedyDue:
    """A remedy against a letter; its last day once the letter was served."""

    remedy: Remedy
    last_day: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter that a step made, with its number, and its service where that is recorded."""

    row: CaseLetter
    letter: Letter
    number: Label
    event: Event
    served: Event | None
    remedies: tuple[RemedyDue, ...]


def letters_of(case: Case, situation: Situation) -> list[ShownLetter]:
    """The letters of the case in the order in which they were made."""
    rows = CaseLetter.objects.filter(event__case=case).select_related("event", "unit").order_by("event__number")
    events = {one.number: one for one in situation.events}
    letters = situation.procedure.letters
    made = [(row, letters[row.key], events[row.event.number]) for row in rows]
    found = []
    for row, letter, event in made:
        # A second letter of the kind is served in its own right; what was served before it was the first.
        later = [one.number for _, other, one in made if other == letter and one.number > event.number]
        services = [
            one
            for one in situation.taken(SERVE)
            if one.values.get("letter") == letter.key
            and one.number > event.number
            and (not later or one.number < min(later))
        ]
        served = services[-1] if services else None
        remedies = tuple(_remedy_due(one, served, situation.calendar) for one in letter.remedies)
        found.append(ShownLetter(row, letter, number_of(row, letter), event, served, remedies))
    return found


def _remedy_due(remedy: Remedy, served: Event | None, days: WorkingCalendar) -> RemedyDue:
    if served is None:
        return RemedyDue(remedy, None, False)
    clock = Clock(remedy.key, remedy.label, remedy.period, remedy.clause, (), "", (), (), "", (), None, (), (), (), 0)
    run = Run(clock, served.number, served.on, calendar=days)
    return RemedyDue(remedy, run.due, run.provisional)


def number_of(row: CaseLetter, letter: Letter) -> Label:
    """The number of a letter: its code, or else the names of the body and the letter, then year and serial number."""
    year = f"〔{row.year}〕{row.serial}号"
    if code := case_type(row.procedure).letter_codes.get(row.key):
        return Label(f"{code}{year}", f"{code}{year}")
    return Label(f"{row.unit.zh}{letter.label.zh}{year}", f"{row.unit.en}, {letter.label.en} {year}")


# --- who may have it


def colleagues(case: Case, on: date) -> list[Account]:
    """Who works in the body that handles the case, by name: whom it may be handed over to."""
    units = units_below(body_of(case.unit))
    held = posts_held(on).filter(unit__in=units, role__in=AT_DESK)
    own = {one.account_id: one.account for one in held if body_of(one.unit).pk == body_of(case.unit).pk}
    return sorted(own.values(), key=lambda account: account.shown_name)


# --- the calendar of a desk


FEED_LENGTH = 1000
"""How many cases a calendar holds: it is read whole each time."""


def feed_digest(token: str) -> str:
    """What is kept of the token in a feed's address."""
    return sha256(token.encode()).hexdigest()


def feed_of(account: Account) -> DeskFeed | None:
    return DeskFeed.objects.filter(account=account, revoked_at=None).first()


def account_of_feed(token: str) -> Account | None:
    """Whose desk the address shows, unless it was revoked, never was, or the account is closed."""
    found = DeskFeed.objects.filter(digest=feed_digest(token), revoked_at=None).select_related("account").first()
    return found.account if found is not None and found.account.is_active else None


def cases_of_feed(desk: Desk, now: datetime) -> list[tuple[Case, datetime]]:
    """The cases of the desk that have a last day, those due first, and when each last changed."""
    rows = list_cases(desk, now=now).exclude(due=None) if desk.works else Case.objects.none()
    found = list(rows.annotate(changed=Max("events__at"))[:FEED_LENGTH])
    return [(one, one.changed) for one in found]


# --- for whoever brought it


@dataclass(frozen=True, slots=True)
class PublicCase:
    """What is told to anyone with the receipt number and the secret: nothing that is personal but their own steps.

    `letters` are those to whoever brought the case; their words are told when they were served.
    """

    case: Case
    situation: Situation
    events: tuple[ShownEvent, ...]
    letters: tuple[ShownLetter, ...]
    steps: tuple[Possible, ...]
    next: Label | None


def show_public(case: Case, now: datetime) -> PublicCase:
    situation = situation_of(case)
    party = [role for role in situation.procedure.roles.values() if role.kind == "party"]
    letters = letters_of(case, situation)
    served = {one.row.event_id for one in letters if one.served is not None and one.letter.to in party}
    events = []
    for one in shown_events(case, situation, personal=True):
        own = situation.procedure.roles[one.row.role].kind == "party"
        # What a letter told them that was served on them they know, and when it was served.
        told = one.row.pk in served or one.row.step == SERVE
        values = tuple(
            value for value in one.values if own or value.field.public or (told and not value.field.personal)
        )
        events.append(ShownEvent(one.row, one.label, one.clause, one.role, values, one.attachments if own else ()))
    return PublicCase(
        case,
        situation,
        tuple(events),
        tuple(one for one in letters if one.letter.to in party),
        tuple(offered(situation, now, party)),
        situation.state.next if situation.state else None,
    )


# --- for the command line and administrators


def notices() -> list[WorkingDaysNotice]:
    """The notices on working days that the office has entered."""
    return list(WorkingDaysNotice.objects.order_by("year"))


def cases_of_unit(unit: Unit | None, *, due: str = "", over: bool = False, now: datetime) -> QuerySet[Case]:
    """The cases of a unit and those below it (None: of all), those that are due first; closed ones newest first."""
    found = Case.objects.select_related("unit").filter(over=over)
    if unit is not None:
        found = found.filter(unit__in=units_below(unit))
    return _in_order(found.filter(_is_due(due, now)), over)
