"""The only code that writes cases. Each action checks, locks the case, writes, and logs, in one transaction.

Whoever presses twice, or presses what another has pressed before, is told so: an action names how many events it has
`seen`, and is refused where there are more by now.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from gongbao.core.dates import ONE_DAY
from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical, digest
from gongbao.core.labels import Label
from gongbao.core.working_days import CHINA, Notice, WorkingCalendar, title_of_notice
from gongbao.office.audit.actions import Record, recorded
from gongbao.office.audit.actors import OUR_RULE, SYSTEM, Actor
from gongbao.office.cases import files, notices
from gongbao.office.cases.actors import Acting, as_system
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
    PersonalValues,
    Proposal,
    ProposalState,
    Reminder,
    WorkingDaysNotice,
)
from gongbao.office.cases.queries import feed_digest, letters_and_figures, opinions_of, situation_of, units_barred
from gongbao.office.cases.types import case_type
from gongbao.office.file_names import shown_name
from gongbao.office.kept import one_at_a_time
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.queries import body_of
from gongbao.office.worker.jobs import each
from gongbao.procedures import Event, Obstacle, Option, Procedure, Refused, Run, Situation, Step, start
from gongbao.procedures.declare import SERVE, Letter
from gongbao.procedures.fields import SHANGHAI, Field, Kind, Value, read, to_plain
from gongbao.procedures.sign_off import (
    Opinion,
    Verdict,
    check_countersigners,
    check_opinion,
    progress,
)

TENDED_AT_ONCE = 200
MOST_EVENTS = 1000
"""How many events a case takes: each is taken after all those before it were gone through."""
OPINION = Field("words", Label("意见", "The opinion"), Kind.TEXT, required=False, longest=2000)
REASON = Field("reason", Label("原因", "The reason"), required=False)
TITLE = Field("title", Label("通知标题", "The title of the notice"), required=False)
"""What is typed beside the fields of steps; it is read as these are."""

_RECEIPT_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another when read aloud


class Overtaken(GongbaoError):
    """Something happened in the case since the page was made that it was decided on."""

    def __init__(self) -> None:
        super().__init__("something happened in this case in the meantime; look at it again")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is given with a step: for which field, its name, its bytes."""

    field: str
    name: str
    content: bytes


IDENTITY = (
    Option("identity_card", Label("居民身份证", "identity card")),
    Option("passport", Label("护照或者通行证", "passport or travel permit")),
    Option("licence", Label("营业执照或者登记证书", "business licence or certificate of registration")),
    Option("other", Label("其他证件", "another paper")),
)
AUTHORITY = (
    Option("letter", Label("授权委托书", "power of attorney")),
    Option("representative", Label("法定代表人身份证明", "proof of being the legal representative")),
    Option("guardian", Label("监护关系证明", "proof of guardianship")),
    Option("other", Label("其他证明", "another proof")),
)


@dataclass(frozen=True, slots=True)
class Counter:
    """What was seen at the counter of somebody who stood there: a paper of IDENTITY, and one of AUTHORITY where they
    act for another ("" else). Kinds of papers, never their numbers."""

    identity: str
    authority: str = ""

    def __post_init__(self) -> None:
        if all(self.identity != one.key for one in IDENTITY):
            raise GongbaoError("say which paper showed who stands there", where="identity")
        if self.authority and all(self.authority != one.key for one in AUTHORITY):
            raise GongbaoError("say what shows that they may act for the other", where="authority")


@dataclass(frozen=True, slots=True)
class Begun:
    """A case that was begun, and the secret that is told this once. `again`: it had been begun a moment before."""

    case: Case
    secret: str
    again: bool = False


# --- beginning


def begin(
    procedure: Procedure,
    step: Step,
    given: Mapping[str, Any],
    *,
    acting: Acting,
    unit: Unit,
    at: datetime,
    uploads: Sequence[Upload] = (),
    barred: Iterable[str] = (),
    counter: Counter | None = None,
    once: str = "",
    own: bool = False,
) -> Begun:
    """Begin a case that `unit` handles. Raises Refused and GongbaoError, and then nothing is kept.

    `own`: the system of the case does it (CaseType.own_steps). `barred`: the keys of units that may neither handle nor
    see it. `once`: a token of the form that was sent (see
    new_token). One that is sent twice begins one case, and for a while is told the same secret, which follows from the
    token and is kept nowhere.
    """
    if once and (before := _begun_before(once, at)) is not None:
        return before
    barred = sorted(set(barred))
    if unit.closed:
        raise GongbaoError(f"the unit {unit.key} is closed")
    if unit.pk in units_barred(barred):
        raise GongbaoError(f"the unit {unit.key} may not handle this case")
    secret = _secret_of(once) if once else _drawn(12)
    case = Case(
        uuid=_uuid_of(once) if once else uuid4(),
        receipt=_drawn(10),
        procedure=procedure.key,
        procedure_digest=procedure.digest(),
        unit=unit,
        barred=barred,
        salt=secrets.token_hex(16),
        opened_at=at,
    )
    case.secret_digest = _secret_digest(case.receipt, secret)
    try:
        with (
            files.together(),
            recorded("cases.begin", actor=acting.actor, ground=procedure.cite(step.clause), at=at) as record,
        ):
            situation = start(procedure, calendar())
            _refuse_of_system(case, step, own)
            _happen(case, situation, step, given, acting, at, record, uploads=uploads, counter=counter)
            notices.begun(case, step, at)
    except IntegrityError:
        # The same form, sent at the same moment, was quicker.
        if once and (before := _begun_before(once, at)) is not None:
            return before
        raise
    return Begun(case, secret)


_TOLD_AGAIN = timedelta(minutes=15)


def new_token() -> str:
    """What a form that begins a case has in it, so that it begins one however often it is sent."""
    return secrets.token_urlsafe(24)


def _drawn(length: int) -> str:
    return "".join(secrets.choice(_RECEIPT_SIGNS) for _ in range(length))


def _uuid_of(once: str) -> UUID:
    return UUID(bytes=salted_hmac("gongbao.cases.once.uuid", once, algorithm="sha256").digest()[:16], version=4)


def _secret_of(once: str) -> str:
    number = int.from_bytes(salted_hmac("gongbao.cases.once.secret", once, algorithm="sha256").digest())
    signs = []
    for _ in range(12):
        number, sign = divmod(number, len(_RECEIPT_SIGNS))
        signs.append(_RECEIPT_SIGNS[sign])
    return "".join(signs)


def _begun_before(once: str, at: datetime) -> Begun | None:
    if len(once) < 20:
        raise GongbaoError("this form is not whole; open it again")
    case = Case.objects.select_related("unit").filter(uuid=_uuid_of(once)).first()
    if case is None:
        return None
    if at - case.opened_at > _TOLD_AGAIN:
        raise GongbaoError("this form was sent already; its receipt was printed then")
    return Begun(case, _secret_of(once), again=True)


def _secret_digest(receipt: str, secret: str) -> str:
    # The secret is drawn with 60 bits, so that a slow hash would add nothing.
    return salted_hmac("gongbao.cases.secret", f"{receipt} {secret}", algorithm="sha256").hexdigest()


def right_secret(case: Case, secret: str) -> bool:
    typed = letters_and_figures(secret)
    return constant_time_compare(case.secret_digest, _secret_digest(case.receipt, typed))


# --- steps


def take_step(
    uuid: UUID,
    step: str,
    given: Mapping[str, Any],
    *,
    acting: Acting,
    at: datetime,
    seen: int,
    uploads: Sequence[Upload] = (),
    counter: Counter | None = None,
    own: bool = False,
) -> CaseEvent:
    """Take a step that wants no signatures. Raises Refused, Overtaken and GongbaoError, and then nothing is kept.

    `own`: the system of the case does it (CaseType.own_steps).
    """
    found = tended(uuid, at)
    declared = _step(found, step)
    _refuse_of_system(found, declared, own)
    with (
        files.together(),
        recorded("cases.take_step", actor=acting.actor, ground=_ground(found, declared, given), at=at) as record,
    ):
        case = _locked(uuid, seen)
        _refuse_barred(case, acting)
        return _happen(case, _situation(case), declared, given, acting, at, record, uploads=uploads, counter=counter)


def _locked_out(uuid: UUID) -> Case:
    """The case as it stands, not locked: what the ground of the action is looked up with."""
    case = Case.objects.filter(uuid=uuid).first()
    if case is None:
        raise GongbaoError("there is no such case")
    return case


def _locked(uuid: UUID, seen: int) -> Case:
    case = Case.objects.select_for_update(of=("self",)).select_related("unit").get(uuid=uuid)
    if case.events_count != seen:
        raise Overtaken
    return case


def _situation(case: Case) -> Situation:
    return situation_of(case, calendar())


def _step(case: Case, key: str) -> Step:
    procedure = case_type(case.procedure).procedure
    step = procedure.all_steps().get(key)
    if step is None:
        raise Refused(key, [Obstacle(Label(f"没有“{key}”这一环节", f"there is no step {key}"), OUR_RULE)])
    return step


def _ground(case: Case, step: Step, given: Mapping[str, Any]) -> str:
    # The situation takes a query, and few steps ask it for their clause.
    if step.clause_by:
        return situation_of(case).clause_of(step, given)
    return case_type(case.procedure).procedure.cite(step.clause)


def _refuse_of_system(case: Case, step: Step, own: bool) -> None:
    if step.key in case_type(case.procedure).own_steps and not own:
        raise GongbaoError("this step is taken on the system's own page of the case")


def _refuse_barred(case: Case, acting: Acting) -> None:
    if acting.unit_key and case.barred and acting.unit_key in _keys(units_barred(case.barred)):
        raise GongbaoError("this unit may neither handle nor see the case")


def _keys(units: set[int]) -> set[str]:
    return set(Unit.objects.filter(pk__in=units).values_list("key", flat=True))


def _happen(
    case: Case,
    situation: Situation,
    step: Step,
    given: Mapping[str, Any],
    acting: Acting,
    at: datetime,
    record: Record,
    *,
    uploads: Sequence[Upload] = (),
    counter: Counter | None = None,
    signed: bool = False,
) -> CaseEvent:
    """The event of a step: checked, kept, with its files, its letter, and what it does to the row of the case."""
    if acting.at_counter and counter is None:
        raise GongbaoError("at the counter, say which paper showed who stands there", where="identity")
    if not signed:
        given = _with_uploads(step, given, uploads)
    event = situation.take(step, acting.role, given, at, signed=signed)
    _refuse_unknown(case, step, event)
    _refuse_of_type(case, step, event.values)
    return _keep(case, situation, step, event, acting, record, uploads=uploads, counter=counter)


def _with_uploads(step: Step, given: Mapping[str, Any], uploads: Sequence[Upload]) -> dict[str, Any]:
    """Files stand in their fields by names until they are kept, so that they are checked with the rest."""
    found = {key: value for key, value in given.items() if (one := step.field(key)) is None or one.kind != Kind.FILES}
    for upload in uploads:
        field = step.field(upload.field)
        if field is None or field.kind != Kind.FILES:
            raise GongbaoError("no file is asked for here", where=upload.field)
        found.setdefault(upload.field, []).append(shown_name(upload.name))
        # Here, for files of one name count as one where the values are read.
        if len(found[upload.field]) > field.longest:
            raise GongbaoError(f"up to {field.longest} files are taken here", where=upload.field)
    return found


def _kept_files(
    case: Case, step: Step, values: Mapping[str, Value], uploads: Sequence[Upload], at: datetime
) -> dict[str, Value]:
    """The values with the ids of the files in place of their names; the files are kept."""
    kept: dict[str, Value] = dict(values)
    ids: dict[str, list[str]] = {}
    for upload in uploads:
        uuid = uuid4()
        field = step.field(upload.field)
        files.keep(uuid, upload.content)
        Attachment(
            uuid=uuid,
            case=case,
            field=upload.field,
            name=shown_name(upload.name),
            kind=files.kind_of(upload.name, upload.content),
            size=len(upload.content),
            sha256=sha256(upload.content).hexdigest(),
            personal=field is None or field.personal,
            at=at,
        ).save()
        ids.setdefault(upload.field, []).append(str(uuid))
    return kept | {key: tuple(found) for key, found in ids.items()}


def _refuse_unknown(case: Case, step: Step, event: Event) -> None:
    """What a value names has to be there: units that may handle the case, accounts that are open."""
    barred = units_barred(case.barred)
    for field in step.asks:
        value = event.values.get(field.key)
        if value is None:
            continue
        if field.kind == Kind.UNIT:
            unit = Unit.objects.filter(key=value, closed=False).first()
            if unit is None:
                raise Refused(step, [Obstacle(Label("没有这个单位", "there is no such unit"), OUR_RULE)])
            if step.moves == field.key and unit.pk in barred:
                raise Refused(step, [Obstacle(Label("该单位应当回避", "this unit may not handle the case"), OUR_RULE)])
        if field.kind == Kind.ACCOUNT and not Account.objects.filter(public_id=str(value), is_active=True).exists():
            raise Refused(step, [Obstacle(Label("没有这个账号", "there is no such account"), OUR_RULE)])


def _refuse_of_type(case: Case, step: Step, values: Mapping[str, Value]) -> None:
    problems = case_type(case.procedure).refuses(case, step, values)
    if problems:
        raise Refused(step, problems=problems)


def _keep(
    case: Case,
    situation: Situation,
    step: Step,
    event: Event,
    acting: Acting,
    record: Record,
    *,
    uploads: Sequence[Upload] = (),
    counter: Counter | None = None,
) -> CaseEvent:
    if not case.salt:
        raise GongbaoError("what is personal in this case was erased: nothing is added to it any more")
    after = situation.after(event)
    # What ends a case, and what the program does in it by itself, has to be possible at any time.
    ends = after.is_over and not situation.is_over
    if event.number > MOST_EVENTS and not ends and acting.role.kind != "system":
        raise GongbaoError(f"this case has {MOST_EVENTS} events, and takes only one that ends it")
    moved = step.moves and Unit.objects.get(key=event.values[step.moves])
    if moved:
        case.unit, case.assigned = moved, None
    _cache(case, after, event.at)
    case.save()
    values = _kept_files(case, step, event.values, uploads, event.at)
    personal = {one.key for one in step.asks if one.personal}
    plain = to_plain(values)
    row = CaseEvent(
        case=case,
        number=event.number,
        step=event.step,
        at=event.at,
        on=event.on,
        role=event.role,
        values={key: value for key, value in plain.items() if key not in personal},
        account=acting.account,
        for_account=acting.for_account,
        unit_key=acting.unit_key,
        counter=asdict(counter) if counter else None,
    )
    row.save()
    hidden = {key: value for key, value in plain.items() if key in personal}
    if hidden:
        PersonalValues(event=row, values=hidden).save()
    if step.letter is not None:
        _number(row, step.letter.key, case)
    # That a letter was served changes nothing of what is being signed.
    open_one = Proposal.objects.filter(case=case, state=ProposalState.OPEN).first()
    if open_one is not None and step.key != SERVE:
        _end(open_one, ProposalState.OVERTAKEN, event.at)
    record(
        case.subject,
        event=event.number,
        step=event.step,
        on=event.on,
        role=event.role,
        unit=case.unit.key,
        state=case.state,
        values={key: digest(case.salt, canonical(value)) for key, value in plain.items()},
        # Salted too: a short file with words that can be guessed is no better hidden than the words.
        files=[digest(case.salt, sha256(upload.content).hexdigest()) for upload in uploads],
    )
    notices.happened(case, after, step, acting, event.at)
    case_type(case.procedure).follows(case, after, replace(event, values=values), record)
    if step.letter is not None:
        _serve_at_once(case, after, step.letter, acting, event, record)
    return row


def _serve_at_once(
    case: Case, situation: Situation, letter: Letter, acting: Acting, made: Event, record: Record
) -> None:
    """Record the service of a letter that was served by being made."""
    manner, serve = case_type(case.procedure).served_at_once.get(letter.key), situation.procedure.serve
    if manner is not None and serve is not None:
        given = {"letter": letter.key, "served_on": made.on, "manner": manner}
        _happen(case, situation, serve, given, acting, made.at, record)


def _cache(case: Case, situation: Situation, at: datetime) -> None:
    """What the row says of the events."""
    for name, value in cached(situation, reminded_of(case), at).items():
        setattr(case, name, value)
    case.closed_at = at if situation.is_over else None


Reminded = tuple[str, int, str, date]
"""A reminder that was sent: the clock, the number of the event that started its run, the kind, the last day."""


def cached(situation: Situation, reminded: Collection[Reminded], now: datetime) -> dict[str, Any]:
    """The caches of a case, as its events and the reminders of it that were sent give them."""
    waiting = _waiting(situation)
    first = min(waiting, key=lambda pair: pair[0], default=None)
    return {
        "events_count": len(situation.events),
        "state": situation.state.key if situation.state else "",
        "due": first[1].due if first else None,
        "due_at": min((moment for moment, one in waiting if not one.is_waiting_time), default=None),
        "look_at": _next_look(situation, reminded, now),
        "provisional": any(one.provisional for _, one in waiting),
        "over": situation.is_over,
        "late": sorted({run.clock.key for run in situation.runs if run.late}),
    }


def _waiting(situation: Situation) -> list[tuple[datetime, Run]]:
    """The clocks that wait for something, with the moments from which they have run out."""
    return [(one.ends_at, one) for one in situation.open_runs if one.ends_at and (one.clock.ends or one.clock.runs_out)]


def due_by(situation: Situation) -> date | None:
    """The first of the last days, as the row of the case has it."""
    first = min(_waiting(situation), key=lambda pair: pair[0], default=None)
    return first[1].due if first else None


def reminded_of(case: Case) -> set[Reminded]:
    return set(case.reminders.values_list("clock", "started_by", "kind", "due")) if case.pk else set()


def _next_look(situation: Situation, reminded: Collection[Reminded], now: datetime) -> datetime | None:
    """When the worker has to look at the case: to warn, to tell that a clock has run out, to take the step for it."""
    moments: list[datetime] = []
    for run in situation.open_runs:
        end, due = run.ends_at, run.due
        if end is None or due is None:
            continue
        if run.clock.runs_out is not None and situation.state in run.clock.runs_out.at:
            moments.append(end)
        if not run.clock.tells:
            continue
        if (run.clock.key, run.started_by, "overdue", due) not in reminded:
            if not run.is_waiting_time:
                moments.append(end)
            if now < end and (run.clock.key, run.started_by, "warning", due) not in reminded:
                moments.append(datetime.combine(_warned_on(run, due, situation.calendar), time(), SHANGHAI))
    return min(moments, default=None)


def _number(event: CaseEvent, key: str, case: Case) -> None:
    """The next number of the year: the unit's row is locked, so that no number is given twice or left out."""
    body = Unit.objects.select_for_update().get(pk=body_of(case.unit).pk)
    year = event.at.astimezone(SHANGHAI).year
    last = (
        CaseLetter.objects.filter(procedure=case.procedure, key=key, unit=body, year=year)
        .order_by("-serial")
        .values_list("serial", flat=True)
        .first()
    )
    CaseLetter(event=event, key=key, procedure=case.procedure, unit=body, year=year, serial=(last or 0) + 1).save()


def read_anew(uuid: UUID, *, at: datetime) -> None:
    """Have the row of a case say what its events give as they are read now (CaseType.reads), within the action of the
    system that reads them otherwise than an earlier version did."""
    case = Case.objects.select_for_update(of=("self",)).get(uuid=uuid)
    _cache(case, _situation(case), at)
    case.save()


# --- signatures


def propose(
    uuid: UUID,
    step: str,
    given: Mapping[str, Any],
    *,
    acting: Acting,
    at: datetime,
    seen: int,
    uploads: Sequence[Upload] = (),
    countersigners: Sequence[str] = (),
) -> Proposal:
    """Propose a step that wants signatures; it is checked as if it were taken now.

    Raises Refused, Overtaken and GongbaoError.
    """
    found = tended(uuid, at)
    declared = _step(found, step)
    _refuse_of_system(found, declared, own=False)
    if declared.sign_off is None:
        raise GongbaoError(f"the step {step} wants no signature; take it")
    if acting.account is None:
        raise GongbaoError("only an account proposes a step")
    with (
        files.together(),
        recorded("cases.propose", actor=acting.actor, ground=_ground(found, declared, given), at=at) as record,
    ):
        case = _locked(uuid, seen)
        _refuse_barred(case, acting)
        situation = _situation(case)
        if Proposal.objects.filter(case=case, state=ProposalState.OPEN).exists():
            raise Refused(
                declared, [Obstacle(Label("已有一件正在审批", "another step is being signed already"), OUR_RULE)]
            )
        key = body_of(case.unit).key
        check_countersigners(declared.sign_off, key, countersigners)
        units = _open_units(countersigners, case)
        _, values = situation.read(declared, acting.role, _with_uploads(declared, given, uploads), at)
        _refuse_of_type(case, declared, values)
        values = _kept_files(case, declared, values, uploads, at)
        proposal = Proposal(
            case=case,
            step=declared.key,
            role=acting.role.key,
            values=to_plain(values),
            account=acting.account,
            for_account=acting.for_account,
            unit_key=key,
            countersigners=[unit.key for unit in units],
            seen=case.events_count,
            at=at,
        )
        proposal.save()
        _ask(proposal, declared)
        record(
            case.subject,
            proposal=str(proposal.uuid),
            step=declared.key,
            countersigners=proposal.countersigners,
            values={name: digest(case.salt, canonical(value)) for name, value in proposal.values.items()},
        )
        notices.asked(proposal, at)
    return proposal


def _open_units(keys: Sequence[str], case: Case) -> list[Unit]:
    units = list(Unit.objects.filter(key__in=[key for key in keys if key.isprintable()], closed=False))
    if len(units) != len(keys):
        raise GongbaoError("a unit that should countersign is not there", where="countersigners")
    barred = units_barred(case.barred)
    if any(unit.pk in barred for unit in units):
        raise GongbaoError("a unit that should countersign may not see the case", where="countersigners")
    return sorted(units, key=lambda unit: list(keys).index(unit.key))


def _ask(proposal: Proposal, step: Step) -> None:
    """Keep who is asked now, as the opinions give it."""
    assert step.sign_off is not None
    proposal.asked.all().delete()
    here = progress(step.sign_off, proposal.unit_key, proposal.countersigners, opinions_of(proposal))
    units = {unit.key: unit for unit in Unit.objects.filter(key__in=[one.unit for one in here.asked])}
    Asked.objects.bulk_create(
        Asked(proposal=proposal, role=one.role.post if one.role else "", unit=units[one.unit]) for one in here.asked
    )


def give_opinion(
    uuid: UUID, *, acting_role: str, unit_key: str, verdict: Verdict, words: str, actor: Actor, account: Account,
    for_account: Account | None, at: datetime,
) -> Proposal:  # fmt: skip
    """Sign, return, or (a unit that countersigns) object. The last signature takes the step.

    `uuid` is the proposal's, `acting_role` the key of a role of the procedure or COUNTERSIGN, for the body `unit_key`;
    whoever calls this has made sure that the account may speak so (queries.may_say). Raises Refused and GongbaoError.
    """
    found = Proposal.objects.select_related("case").filter(uuid=uuid).first()
    if found is None:
        raise GongbaoError("there is no such proposal")
    declared = _step(found.case, found.step)
    sign_off = declared.sign_off
    assert sign_off is not None
    ground = case_type(found.case.procedure).procedure.cite(sign_off.clause)
    with recorded("cases.give_opinion", actor=actor, ground=ground, at=at) as record:
        case = Case.objects.select_for_update(of=("self",)).select_related("unit").get(pk=found.case_id)
        proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=found.pk)
        proposal.case = case
        if proposal.state != ProposalState.OPEN:
            raise Overtaken
        opinion = Opinion(acting_role, unit_key, verdict, _typed(OPINION, words, at), at)
        given = opinions_of(proposal)
        check_opinion(sign_off, proposal.unit_key, proposal.countersigners, given, opinion)
        # Nobody signs their own proposal, nor one thing in two roles: four eyes.
        if account.pk in {proposal.account_id, *proposal.opinions.values_list("account_id", flat=True)}:
            raise Refused(
                declared,
                [Obstacle(Label("本人已在此件上办理或者签署", "you have acted on this already"), OUR_RULE)],
            )
        GivenOpinion(
            proposal=proposal,
            role=acting_role,
            unit_key=unit_key,
            verdict=verdict.value,
            words=opinion.words,
            at=at,
            account=account,
            for_account=for_account,
        ).save()
        record(
            case.subject,
            proposal=str(proposal.uuid),
            role=acting_role,
            unit=unit_key,
            verdict=verdict.value,
            words=digest(case.salt, opinion.words),
        )
        here = progress(sign_off, proposal.unit_key, proposal.countersigners, [*given, opinion])
        if here.returned:
            _end(proposal, ProposalState.RETURNED, at)
            notices.returned(proposal, at)
        elif here.complete:
            _take_signed(proposal, case, declared, actor, at, record)
        else:
            _ask(proposal, declared)
            notices.asked(proposal, at)
    return proposal


def _take_signed(proposal: Proposal, case: Case, step: Step, actor: Actor, at: datetime, record: Record) -> None:
    """The step happens with the last signature, on the day of it, in the name of whoever proposed it."""
    role = case_type(case.procedure).procedure.roles[proposal.role]
    acting = Acting(role, actor, proposal.account, proposal.for_account, proposal.unit_key)
    # Before the step, for the step ends whatever is still open.
    _end(proposal, ProposalState.DONE, at)
    proposal.event = _happen(case, _situation(case), step, proposal.values, acting, at, record, signed=True)
    proposal.save()


def _typed(field: Field, text: str, at: datetime) -> str:
    """What was typed, when it can be kept and shown. Raises Refused."""
    values, problems = read([field], {field.key: text}, at.astimezone(SHANGHAI).date())
    if problems:
        raise Refused(field.key, problems=problems)
    return str(values.get(field.key, ""))


def _end(proposal: Proposal, state: ProposalState, at: datetime) -> None:
    proposal.state = state
    proposal.ended_at = at
    proposal.save()
    proposal.asked.all().delete()


def take_back(uuid: UUID, *, actor: Actor, account: Account, at: datetime) -> None:
    """Take back one's own proposal. Raises GongbaoError where it is another's or is over."""
    with recorded("cases.take_back", actor=actor, ground=OUR_RULE, at=at) as record:
        proposal = Proposal.objects.select_for_update(of=("self",)).select_related("case").filter(uuid=uuid).first()
        if proposal is None or proposal.account_id != account.pk:
            raise GongbaoError("there is no such proposal of yours")
        if proposal.state != ProposalState.OPEN:
            raise Overtaken
        _end(proposal, ProposalState.TAKEN_BACK, at)
        record(proposal.case.subject, proposal=str(proposal.uuid))


# --- the desk


def hand_over(
    uuid: UUID,
    to: Account | None,
    *,
    actor: Actor,
    by: Account,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Give a case to another account of its body, to oneself, or to nobody. Raises Overtaken and GongbaoError.

    `seen`: how many times it had been handed over when whoever asks looked. Whoever calls this has made sure that `by`
    works on the case (queries.handles), and `to` may.
    """
    with recorded("cases.hand_over", actor=actor, ground=OUR_RULE, at=at) as record:
        case = Case.objects.select_for_update(of=("self",)).filter(uuid=uuid).first()
        if case is None:
            raise GongbaoError("there is no such case")
        if case.over:
            raise GongbaoError("this case is closed")
        if seen is not None and case.hand_overs.count() != seen:
            raise Overtaken
        reason = _typed(REASON, reason, at)
        case.assigned = to
        case.save()
        HandOver(case=case, to=to, by=by, at=at, reason=reason).save()
        record(case.subject, to=str(to.public_id) if to else "", reason=digest(case.salt, reason))
        if to is not None and to.pk != by.pk:
            notices.handed_over(case, to, at)


def open_feed(account: Account, *, at: datetime) -> str:
    """The token for the address of a calendar of the account's desk, which nobody is told again. One before it ends."""
    token = secrets.token_urlsafe(32)
    with recorded("cases.open_feed", actor=actor_of(account), ground=OUR_RULE, at=at) as record:
        one_at_a_time(f"cases.feed {account.pk}")
        _end_feeds(account, at, record)
        feed = DeskFeed(digest=feed_digest(token), account=account, created_at=at)
        feed.save()
        record(f"desk_feed:{feed.pk}", account=str(account.public_id))
    return token


def end_feed(account: Account, *, at: datetime) -> None:
    """The address of the account's calendar answers no more."""
    with recorded("cases.end_feed", actor=actor_of(account), ground=OUR_RULE, at=at) as record:
        _end_feeds(account, at, record)


def _end_feeds(account: Account, at: datetime, record: Record) -> None:
    for feed in DeskFeed.objects.select_for_update().filter(account=account, revoked_at=None):
        feed.revoked_at = at
        feed.save()
        record(f"desk_feed:{feed.pk}", revoked=at)


def erase_personal(uuid: UUID, *, actor: Actor, ground: str, at: datetime) -> int:
    """Erase what is personal in a case that is over: values, files and their names, and the salt of its digests.

    The number of things that were erased. The events, the log and its digests stay. Raises GongbaoError.
    """
    with recorded("cases.erase_personal", actor=actor, ground=ground, at=at) as record:
        case = Case.objects.select_for_update(of=("self",)).filter(uuid=uuid).first()
        if case is None:
            raise GongbaoError("there is no such case")
        if not case.over:
            raise GongbaoError("this case is not closed: what is personal in it is still needed")
        kept_until = case_type(case.procedure).kept_until(case)
        if kept_until is not None and at.astimezone(SHANGHAI).date() < kept_until:
            raise GongbaoError(f"what is personal in this case is kept until {kept_until}")
        procedure = case_type(case.procedure).procedure
        personal = {one.key for one in procedure.fields() if one.personal}
        erased = PersonalValues.objects.filter(event__case=case).delete()[0]
        for proposal in case.proposals.all():
            if personal & proposal.values.keys():
                proposal.values = {key: value for key, value in proposal.values.items() if key not in personal}
                proposal.save()
                erased += 1
        gone = list(case.attachments.filter(personal=True, erased=False))
        for attachment in gone:
            attachment.name, attachment.sha256, attachment.erased = "", "", True
            attachment.save()
        case.salt = ""
        case.save()
        record(case.subject, erased=erased + len(gone))
        # The last: if the transaction fails, the bytes are still there.
        files.forget_after_commit([attachment.uuid for attachment in gone])
    return erased + len(gone)


# --- clocks


def tend_due(now: datetime) -> int:
    """Look at the cases that are due for it: take the steps that the program takes when a clock has run out, and tell
    whoever should know of clocks that run out soon, or have. The number of cases in which anything was done.
    """
    waiting = Case.objects.filter(over=False, look_at__lte=now).order_by("look_at", "pk")
    return each("cases.tend", waiting.values_list("uuid", flat=True)[:TENDED_AT_ONCE], lambda uuid: _tend(uuid, now))


def tended(uuid: UUID, at: datetime) -> Case:
    """The case as it stands, not locked, with what runs out by itself done first: a step that comes after the end of a
    clock does not pass because the worker has not been round yet. Whoever takes it is told that something happened.
    """
    found = _locked_out(uuid)
    if found.look_at is not None and found.look_at <= at and situation_of(found, calendar()).fires(at) is not None:
        _tend(uuid, at)
        found.refresh_from_db()
    return found


def _tend(uuid: UUID, now: datetime) -> str | None:
    found = _locked_out(uuid)
    procedure = case_type(found.procedure).procedure
    first = situation_of(found, calendar()).fires(now)
    ground = procedure.cite(procedure.steps[first.step].clause) if first else OUR_RULE
    with recorded("cases.tend", actor=SYSTEM, ground=ground, at=now) as record:
        case = Case.objects.select_for_update(of=("self",)).select_related("unit").get(uuid=uuid)
        # Another worker may have been here in between.
        if case.over or case.look_at is None or case.look_at > now:
            return None
        told = _fire(case, now, record) + _remind(case, now, record)
        case.look_at = _next_look(_situation(case), reminded_of(case), now)
        case.save()
        if not told:
            record(case.subject, looked=now)
    return ", ".join(told) or "nothing to do"


def _fire(case: Case, now: datetime, record: Record) -> list[str]:
    """The steps of the program; one may start a clock that has run out as well."""
    situation, told = _situation(case), []
    while (event := situation.fires(now)) is not None:
        step = situation.procedure.steps[event.step]
        _keep(case, situation, step, event, as_system(situation.procedure.roles[event.role]), record)
        situation = situation.after(event)
        told.append(event.step)
    return told


def _remind(case: Case, now: datetime, record: Record) -> list[str]:
    situation, sent, told = _situation(case), reminded_of(case), []
    today = now.astimezone(SHANGHAI).date()
    for run in situation.open_runs:
        due = run.due
        if due is None or not run.clock.tells:
            continue
        kind = "overdue" if run.overdue(now) else "warning"
        if kind == "warning" and run.is_over(now):
            continue  # a time that had to pass: nobody is late
        if kind == "warning" and today < _warned_on(run, due, situation.calendar):
            continue
        if (run.clock.key, run.started_by, kind, due) in sent:
            continue
        Reminder(case=case, clock=run.clock.key, started_by=run.started_by, kind=kind, due=due, at=now).save()
        record(case.subject, clock=run.clock.key, reminder=kind, due=due)
        notices.reminded(case, run, kind, now)
        told.append(f"{kind} {run.clock.key}")
    return told


def _warned_on(run: Run, due: date, days: WorkingCalendar) -> date:
    """The day on which `warns` working days are left, the last one not counted."""
    day, left = due, run.clock.warns
    while left > 0 and day > run.since:
        day -= ONE_DAY
        left -= days.is_working_day(day)
    return day


# --- working days


def enter_working_days(
    year: int, off: Iterable[date], worked: Iterable[date], *, actor: Actor, at: datetime, title: str = ""
) -> int:
    """Enter the notice on the days off of a year, and count again the last days of all cases that it touches.

    The number of cases whose last day is another now. Raises GongbaoError.
    """
    off, worked = sorted(set(off)), sorted(set(worked))
    _refuse_wrong_days(year, off, worked)
    title = _typed(TITLE, title, at) or title_of_notice(year)
    with recorded("cases.enter_working_days", actor=actor, ground=title, at=at) as record:
        one_at_a_time("cases.working_days")
        WorkingDaysNotice.objects.filter(year=year).delete()
        WorkingDaysNotice(
            year=year,
            title=title,
            off=[day.isoformat() for day in off],
            worked=[day.isoformat() for day in worked],
            entered_at=at,
        ).save()
        record(f"working_days:{year}", title=title, off=off, worked=worked)
        days = calendar()
        changed = 0
        for case in _touched(year).select_for_update(of=("self",)).iterator(chunk_size=500):
            before = (case.due, case.due_at, case.provisional, case.late)
            for name, value in cached(situation_of(case, days), reminded_of(case), at).items():
                setattr(case, name, value)
            if (case.due, case.due_at, case.provisional, case.late) == before:
                continue
            case.save()
            if case.due != before[0]:
                changed += 1
            told = {"due": case.due, "due_before": before[0], "provisional": case.provisional}
            record(case.subject, **told, **({"late": case.late} if case.late != before[3] else {}))
    return changed


def check_working_days(year: int, off: Iterable[date], worked: Iterable[date]) -> int:
    """How many last days would be others if this notice were entered; nothing is changed. Raises GongbaoError."""
    off, worked = sorted(set(off)), sorted(set(worked))
    _refuse_wrong_days(year, off, worked)
    days = calendar().with_notice(Notice(year, title_of_notice(year), frozenset(off), frozenset(worked)))
    return sum(due_by(situation_of(case, days)) != case.due for case in _touched(year).iterator(chunk_size=500))


def _touched(year: int) -> QuerySet[Case]:
    """The cases whose last days the notice of a year may change; also those in which none is waited for any more, for
    it may have been kept by the one count and missed by the other."""
    first = date(year - 1, 12, 29)
    open_ones = Q(over=False) & (Q(due=None) | Q(due__gte=first))
    over = Q(over=True, closed_at__gte=datetime.combine(first, time(), SHANGHAI))
    return Case.objects.select_related("unit").filter(open_ones | over)


def _refuse_wrong_days(year: int, off: Sequence[date], worked: Sequence[date]) -> None:
    last_known = max(CHINA.notices)
    entered = set(WorkingDaysNotice.objects.values_list("year", flat=True))
    if year > last_known + 1 and year - 1 not in entered:
        raise GongbaoError(f"enter the notice of {year - 1} first", where="year")
    if year <= last_known - 1:
        raise GongbaoError(f"the days of {year} are known to the program", where="year")
    if not off:
        raise GongbaoError("a year has days off", where="off")
    for name, days in (("off", off), ("worked", worked)):
        for day in days:
            if day.year != year and not (day.year == year - 1 and day >= date(year - 1, 12, 29)):
                raise GongbaoError(f"{day} is no day of {year}", where=name)
    for day in worked:
        if day.weekday() < 5:
            raise GongbaoError(f"{day} is no weekend day: only those are made working days", where="worked")
    if both := set(off) & set(worked):
        raise GongbaoError(f"{min(both)} cannot be both off and worked", where="worked")
