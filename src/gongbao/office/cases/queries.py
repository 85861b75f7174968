"""The only code that reads cases for a page, a command or an export.

Who sees a case: whoever holds a post in the body that handles it or above it, a unit that is asked to countersign, and
auditors; never a unit that is barred. What is personal is shown to the body that handles the case and to whoever is
asked for an opinion on it; for everybody else it is masked here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from gongbao.core.labels import Label
from gongbao.core.working_days import WorkingCalendar
from gongbao.gazette.masking import MASK
from gongbao.office.cases.actors import Acting, body_of, of_account
from gongbao.office.cases.calendar import calendar
from gongbao.office.cases.models import Asked, Attachment, Case, CaseEvent, Proposal, ProposalState
from gongbao.office.cases.types import case_type
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.queries import acting_posts, units_below
from gongbao.office.people.roles import Role as Post
from gongbao.procedures import Event, Field, Possible, Run, Situation, replay
from gongbao.procedures.fields import SHANGHAI, Value, from_plain
from gongbao.procedures.sign_off import COUNTERSIGN, Opinion, Progress, Verdict, progress

PAGE = 50
MASKED = MASK


# --- what events make of a case


def situation_of(case: Case, days: WorkingCalendar | None = None) -> Situation:
    """The case as its events give it, with what is personal. Two queries."""
    procedure = case_type(case.procedure).procedure
    steps = procedure.all_steps()
    events = []
    for row in case.events.select_related("personal").order_by("number"):
        plain = {**row.values, **(row.personal.values if hasattr(row, "personal") else {})}
        asks = steps[row.step].asks if row.step in steps else ()
        events.append(Event(row.number, row.step, row.at, row.on, row.role, from_plain(asks, plain)))
    return replay(procedure, events, days or calendar())


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
    """What an account works on, on a day: its units and those below them, and whether it reads everything."""

    account: Account
    on: date
    units: frozenset[int]
    own_units: frozenset[int]
    keys: frozenset[str]
    bodies: frozenset[int]
    reads_all: bool
    posts: frozenset[tuple[int, str]]

    @property
    def works(self) -> bool:
        return bool(self.units)


_AT_DESK = (Post.CLERK, Post.SECTION_HEAD, Post.DEPUTY_HEAD, Post.HEAD)


def desk_of(account: Account, on: date) -> Desk:
    """What the account may work on. A counter clerk and an administrator see no case by that post alone."""
    posts = acting_posts(account, on)
    working = [one.post for one in posts if one.post.role in _AT_DESK]
    units: set[int] = set()
    for post in working:
        units |= units_below(body_of(post.unit) if post.role in (Post.DEPUTY_HEAD, Post.HEAD) else post.unit)
        # A clerk or head of a section sees what its body handles as such.
        units.add(body_of(post.unit).pk)
    return Desk(
        account,
        on,
        frozenset(units),
        frozenset(post.unit_id for post in working),
        frozenset(post.unit.key for post in working),
        frozenset(body_of(post.unit).pk for post in working),
        any(one.post.role == Post.AUDITOR for one in posts),
        frozenset((body_of(post.unit).pk, post.role) for post in working),
    )


def _seen_by(desk: Desk) -> Q:
    asked = Q(proposals__asked__unit__in=desk.bodies, proposals__state=ProposalState.OPEN)
    return Q() if desk.reads_all else Q(unit__in=desk.units) | asked


def _is_barred(case: Case, desk: Desk) -> bool:
    return bool(case.barred) and bool(units_barred(case.barred) & (desk.own_units | desk.bodies))


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


def find_by_receipt(receipt: str) -> Case | None:
    typed = "".join(sign for sign in receipt.upper() if sign.isalnum())
    return Case.objects.filter(receipt=typed).select_related("unit").first()


# --- lists


class Due:
    """What is due: the words of the list's filter."""

    OVERDUE, TODAY, WEEK, STOPPED = "overdue", "today", "week", "stopped"
    ALL = (OVERDUE, TODAY, WEEK, STOPPED)


def list_cases(
    desk: Desk,
    *,
    mine: bool = False,
    unassigned: bool = False,
    over: bool = False,
    due: str = "",
    procedure: str = "",
    state: str = "",
    receipt: str = "",
    now: datetime,
) -> QuerySet[Case]:
    """The cases of the desk, those that are due first; closed ones (`over`) newest first.

    A case that bars the desk's units is not among them.
    """
    found = Case.objects.select_related("unit", "assigned").filter(over=over)
    if mine:
        found = found.filter(assigned=desk.account)
    elif not desk.reads_all:
        found = found.filter(unit__in=desk.units)
    if unassigned:
        found = found.filter(assigned=None)
    if procedure:
        found = found.filter(procedure=procedure)
    if state:
        found = found.filter(state=state)
    if receipt:
        found = found.filter(receipt=receipt.strip().upper())
    today = now.astimezone(SHANGHAI).date()
    if due == Due.OVERDUE:
        found = found.filter(due_at__lte=now)
    elif due == Due.TODAY:
        found = found.filter(due=today, due_at__gt=now)
    elif due == Due.WEEK:
        found = found.filter(due__lte=calendar().add(today, 5), due_at__gt=now)
    elif due == Due.STOPPED:
        found = found.filter(due=None)
    if not desk.reads_all:
        for key in desk.keys:
            found = found.exclude(barred__icontains=f'"{key}"')
    if over:
        return found.order_by("-closed_at", "-pk")
    return found.order_by(F("due").asc(nulls_last=True), "pk")


def counts(desk: Desk, now: datetime) -> dict[str, int]:
    """How many cases wait: mine, the unit's, without anybody, overdue, due today, due within five working days."""
    return {
        "mine": list_cases(desk, mine=True, now=now).count(),
        "unit": list_cases(desk, now=now).count(),
        "unassigned": list_cases(desk, unassigned=True, now=now).count(),
        **{due: list_cases(desk, due=due, now=now).count() for due in (Due.OVERDUE, Due.TODAY, Due.WEEK)},
        "asked": len(asked_of(desk)),
    }


def asked_of(desk: Desk) -> list[Asked]:
    """The opinions that are asked of the desk's posts now: those of its roles, and countersignatures of its bodies."""
    rows = Asked.objects.filter(unit__in=desk.bodies, proposal__state=ProposalState.OPEN)
    rows = rows.select_related("proposal__case__unit", "unit").order_by("proposal__at")
    return [one for one in rows if may_say(one, desk)]


def may_say(asked: Asked, desk: Desk) -> bool:
    """Whether the desk may give this opinion: a role's by whoever holds it, a unit's by any of its heads."""
    if asked.proposal.account_id == desk.account.pk:
        return False
    if asked.role:
        return (asked.unit_id, asked.role) in desk.posts
    heads = (Post.SECTION_HEAD, Post.DEPUTY_HEAD, Post.HEAD)
    return any((asked.unit_id, role) in desk.posts for role in heads)


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


def show(case: Case, desk: Desk, now: datetime) -> ShownCase:
    """The case for a page; `steps` are those that the desk may take now, or propose."""
    situation = situation_of(case)
    personal = sees_personal(case, desk)
    works = handles(case, desk) and not case.over
    # The service of a letter is recorded after the end too.
    acting = of_account(desk.account, situation.procedure, case.unit, desk.on) if handles(case, desk) else []
    return ShownCase(
        case,
        situation,
        personal,
        tuple(_shown_events(case, situation, personal)),
        situation.runs,
        tuple(acting),
        tuple(situation.steps(now, [one.role for one in acting])),
        _shown_proposal(case, situation, personal, desk),
        works,
    )


def _shown_events(case: Case, situation: Situation, personal: bool) -> Iterable[ShownEvent]:
    files = {str(one.uuid): one for one in case.attachments.all()}
    steps = situation.procedure.all_steps()
    rows = case.events.select_related("account", "for_account", "letter").order_by("number")
    for row, event in zip(rows, situation.events, strict=True):
        step = steps[event.step]
        values = shown_values(step.asks, event.values, personal)
        attached = [
            files[one]
            for field in step.asks
            for one in _file_ids(event.values.get(field.key))
            if one in files and (personal or not field.personal)
        ]
        role = situation.procedure.roles[row.role].label
        yield ShownEvent(row, step.label, situation.procedure.cite(step.clause), role, tuple(values), tuple(attached))


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


# --- for whoever brought it


@dataclass(frozen=True, slots=True)
class PublicCase:
    """What is told to anyone with the receipt number and the secret: nothing that is personal but their own steps."""

    case: Case
    situation: Situation
    events: tuple[ShownEvent, ...]
    steps: tuple[Possible, ...]
    next: Label | None


def show_public(case: Case, now: datetime) -> PublicCase:
    situation = situation_of(case)
    party = [role for role in situation.procedure.roles.values() if role.kind == "party"]
    events = []
    for one in _shown_events(case, situation, personal=True):
        own = situation.procedure.roles[one.row.role].kind == "party"
        values = tuple(value for value in one.values if own or value.field.public)
        events.append(ShownEvent(one.row, one.label, one.clause, one.role, values, one.attachments if own else ()))
    return PublicCase(
        case,
        situation,
        tuple(events),
        tuple(situation.steps(now, party)),
        situation.state.next if situation.state else None,
    )
