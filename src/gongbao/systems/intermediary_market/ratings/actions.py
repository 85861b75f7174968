"""The only code that writes ratings and conduct. What happens in a case is a step of it (office/cases/actions.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import SYSTEM, Actor
from gongbao.office.cases import actions as cases
from gongbao.office.cases import files
from gongbao.office.cases.actions import Upload
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.office.kept import one_at_a_time
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, Unit
from gongbao.office.worker.jobs import each
from gongbao.procedures import OUR_RULE, Field, Kind, Problem, Refused
from gongbao.procedures.fields import SHANGHAI, read
from gongbao.rules import compute
from gongbao.systems.intermediary_market.complaints.privacy import reveals
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations import queries as organisations
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.ratings import procedure as market
from gongbao.systems.intermediary_market.ratings import queries, weights
from gongbao.systems.intermediary_market.ratings.checks import Found
from gongbao.systems.intermediary_market.ratings.models import CheckRun, Clue, Conduct, Rating, RatingWeights
from gongbao.systems.intermediary_market.rules import market_rating

RATING = f"{DOCUMENT} 第二十九条"
CHECKED_AT_ONCE = 50
"""So many proposals in one round of the worker; the rest follow in the next, which comes at once."""

# --- ratings

RATED: tuple[Field, ...] = (
    *(
        Field(key, label, Kind.NUMBER, "第二十九条", help=Label("0至100分", "0 to 100 points"), public=True)
        for key, label in queries.ASPECTS
    ),
    Field(
        "words", Label("评价意见（公示，不含个人信息）", "Words; published, so nothing of persons in them"),
        Kind.TEXT, "第二十九条", required=False, longest=500, public=True,
    ),
)  # fmt: skip


def rate(uuid: UUID, given: Mapping[str, Any], *, account: Account, at: datetime) -> Rating:
    """The owner of a contract rates its agency, once, after the service. Raises Refused and GongbaoError."""
    day = at.astimezone(SHANGHAI).date()
    with recorded("market.rate", actor=actor_of(account), ground=RATING, at=at) as record:
        contract = Contract.objects.filter(uuid=uuid).first()
        if contract is None or not organisations.is_member(account, contract.purchase.owner, day, organisations.OWNER):
            raise GongbaoError("there is no such contract of yours")
        # Two that press at once: the second waits here, and finds the rating.
        Case.objects.select_for_update(of=("self",)).get(pk=contract.case_id)
        if not queries.was_served(contract):
            raise GongbaoError("a service is rated after it was accepted")
        if Rating.objects.filter(contract=contract).exists():
            raise GongbaoError("this service was rated already")
        values = _rated(given, at)
        points = {key: values[key] for key, _label in queries.ASPECTS}
        figures = weights.weights_on(day).figures
        result = compute(market_rating, {**points, "on": day.isoformat()}, figures=figures).as_json()
        rating = Rating(
            contract=contract,
            agency=contract.registration.organisation,
            **points,
            total=Decimal(result["values"]["rating"]),
            computed=result,
            words=values.get("words", ""),
            account=account,
            at=at,
        )
        rating.save()
        record(rating.subject, contract=str(contract.uuid), **points, total=str(rating.total))
    return rating


def _rated(given: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What was given, each aspect within 0 to 100. Raises Refused with all that is wrong."""
    values, problems = read(RATED, given, at.astimezone(SHANGHAI).date())
    for key, label in queries.ASPECTS:
        points = values.get(key)
        if isinstance(points, int) and not 0 <= points <= 100:
            problems.append(Problem(key, Label(f"{label.zh}应为0至100分", f"{label.en} has 0 to 100 points")))
    if reveals(str(values.get("words", "")), {}):
        told = Label(
            "评价意见含有个人的号码或者地址，请删除", "there is a number or address of a person in it; take it out"
        )
        problems.append(Problem("words", told))
    if problems:
        raise Refused("rate", problems=problems)
    return values


# --- what the aspects weigh

WEIGHTS: tuple[Field, ...] = (
    *(
        Field(key, Label(f"{label.zh}（%）", f"{label.en} (per cent)"), Kind.NUMBER, "第二十九条", public=True)
        for key, label in queries.ASPECTS
    ),
    Field("since", Label("自何日起", "From which day on"), Kind.DATE, future=True, public=True,
          help=Label("最早自明日起；已经作出的评价不变",
                     "tomorrow at the earliest: what was rated before stays as it is")),
    Field("ground", Label("依据（文件名称和文号）", "What decides it: document and number"), longest=300, public=True),
)  # fmt: skip


def set_weights(given: Mapping[str, Any], *, account: Account | None, actor: Actor, at: datetime) -> RatingWeights:
    """Let the five aspects weigh so much from a day on, tomorrow at the earliest: no rating that was given changes.

    What was set before stays and counts for the days before. Raises Refused with all that is wrong: a sum that is not
    100 too.
    """
    today = at.astimezone(SHANGHAI).date()
    values, problems = read(WEIGHTS, given, today)
    percent: dict[str, Any] = {key: values[key] for key in weights.ASPECTS if key in values}
    if len(percent) == len(weights.ASPECTS) and (together := sum(percent.values())) != weights.WHOLE:
        told = Label(f"五项权重合计{together}，应为100", f"the five come to {together}, and should to 100")
        problems.append(Problem(weights.ASPECTS[0], told))
    if values.get("since") == today:
        problems.append(Problem("since", Label("最早自明日起", "they hold from tomorrow on at the earliest")))
    if problems:
        raise Refused("set_weights", problems=problems)
    with recorded("market.set_weights", actor=actor, ground=RATING, at=at) as record:
        made = RatingWeights(**values, entered_at=at, entered_by=account)
        made.save()
        record(f"market_weights:{made.pk}", since=made.since, **percent, ground=made.ground)
    return made


# --- conduct


def propose(
    agency: Organisation,
    given: Mapping[str, Any],
    *,
    acting: Acting,
    at: datetime,
    uploads: Sequence[Upload] = (),
) -> Conduct:
    """Propose conduct of an agency: evidence, and no proof. `given` is that of procedure.propose without the name.

    Raises Refused and GongbaoError.
    """
    with (
        files.together(),
        recorded("market.propose_conduct", actor=acting.actor, ground=_ground(market.propose.clause), at=at) as record,
    ):
        begun = cases.begin(
            market.conduct,
            market.propose,
            {**given, "agency_name": agency.name},
            acting=acting,
            unit=_operator(),
            at=at,
            uploads=uploads,
            own=True,
        )
        made = Conduct(case=begun.case, organisation=agency)
        made.save()
        record(made.subject, case=str(begun.case.uuid), organisation=str(agency.uuid))
    return made


def propose_of_county(
    receipt: str,
    agency: Organisation,
    given: Mapping[str, Any],
    *,
    acting: Acting,
    at: datetime,
    uploads: Sequence[Upload] = (),
) -> Conduct:
    """The operating unit of a county proposes conduct of an agency in a purchase of its own, the one of that number.

    `acting` holds a post there. The operator hears of it as of any other proposal. Raises Refused and GongbaoError.
    """
    registration = queries.registration_at(acting.unit_key, receipt, agency)
    if registration is None:
        raise GongbaoError("your unit runs no purchase of this number in which this agency takes part", where="receipt")
    purchase = registration.purchase
    told = f"采购{purchase.case.receipt}（{purchase.owner.name}，{purchase.item.name}）：{given['facts']}"
    by = replace(acting, role=market.county)
    return propose(agency, {**given, "source": market.BY_COUNTY, "facts": told}, acting=by, at=at, uploads=uploads)


def _ground(clause: str) -> str:
    return market.conduct.cite(clause)


def _operator() -> Unit:
    unit = organisations.operator()
    if unit is None:
        raise GongbaoError("no unit is named that runs the market; tell whoever runs this site")
    return unit


def answer(
    uuid: UUID,
    step: str,
    given: Mapping[str, Any],
    *,
    account: Account,
    at: datetime,
    seen: int,
    uploads: Sequence[Upload] = (),
) -> CaseEvent:
    """A step of the agency: it states its view, adds to it, appeals. Raises Refused, Overtaken and GongbaoError."""
    found = Conduct.objects.select_related("case", "organisation").filter(uuid=uuid).first()
    day = at.astimezone(SHANGHAI).date()
    if found is None or not organisations.is_member(account, found.organisation, day, organisations.AGENCY):
        raise GongbaoError("there is no such case of yours")
    acting = Acting(market.agency, actor_of(account), account)
    return cases.take_step(found.case.uuid, step, given, acting=acting, at=at, seen=seen, uploads=uploads, own=True)


# --- the market's own checks


def check(at: datetime, *, by: Account | None = None, actor: Actor = SYSTEM) -> int:
    """Propose all that the checks find and that was not proposed before: how many cases that made.

    `by` asked for it; without one it is the worker's. Raises GongbaoError where nobody runs the market.
    """
    _operator()
    found = queries.what_was_found(at)
    made = each("market.check", range(len(found)), lambda number: _propose_found(found[number], at))
    _keep_run(at, by, actor, made)
    return made


def check_daily(now: datetime) -> int:
    """The job of the worker: the checks once a day, in rounds of CHECKED_AT_ONCE proposals."""
    if organisations.operator() is None or _ran_on(now):
        return 0
    found = queries.what_was_found(now)
    first = found[:CHECKED_AT_ONCE]
    made = each("market.check", range(len(first)), lambda number: _propose_found(first[number], now))
    if made == 0 or len(found) == len(first):
        _keep_run(now, None, SYSTEM, made)
    return made


def _ran_on(now: datetime) -> bool:
    start = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return CheckRun.objects.filter(account=None, at__gte=start).exists()


def _propose_found(found: Found, at: datetime) -> str | None:
    with recorded("market.propose_conduct", actor=SYSTEM, ground=_ground(market.propose.clause), at=at) as record:
        # Somebody may have had it checked in between: what they proposed is known now.
        one_at_a_time("market.check")
        keys = [found.key(one) for one in found.clues]
        if Clue.objects.filter(key__in=keys).exists():
            return None
        agency = Organisation.objects.get(uuid=found.agency.uuid)
        given = {"kind": found.kind, "happened_on": found.happened_on, "source": "check", "facts": found.facts}
        made = propose(agency, given, acting=Acting(market.checks, SYSTEM), at=at)
        for key, one in zip(keys, found.clues, strict=True):
            Clue(conduct=made, check_name=found.check, key=key, content=one.content).save()
        record(made.subject, check=str(found.check.value), clues=keys)
    return str(found.check.value)


def _keep_run(at: datetime, by: Account | None, actor: Actor, made: int) -> None:
    with recorded("market.check", actor=actor, ground=OUR_RULE, at=at) as record:
        run = CheckRun(at=at, account=by, proposed=made)
        run.save()
        record(f"market_check:{run.pk}", proposed=made)
