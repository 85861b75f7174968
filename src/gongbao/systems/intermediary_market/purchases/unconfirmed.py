"""A result that its owner did not confirm in time (第二十四条): what those are told who supervise the owner.

They learn whose purchase it is, since when it is overdue and why, and nothing of who registered or was selected: that
is told to nobody else before the award notice either. Reads only.
"""

from dataclasses import dataclass
from datetime import date, datetime

from gongbao.core.labels import Label
from gongbao.office.people.models import Unit
from gongbao.systems.intermediary_market.competence import competent
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.purchases import procedure, queries
from gongbao.systems.intermediary_market.purchases.models import Fund, Purchase

_ENDS = frozenset(
    one.key for one in (procedure.confirm, procedure.pass_on, procedure.abandon, procedure.annul)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """What the owner said of why it does not confirm, without the names of who registered while they are not public."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """`due` is the last day to confirm, `recorded_at` when it was recorded that nobody had; `ended` is what ended it
    since, confirmed late or not at all, None while it waits."""

    purchase: Purchase
    project_name: str
    clause: str
    due: date
    recorded_at: datetime
    reasons: tuple[Reason, ...]
    ended: Label | None
    ended_at: datetime | None
    is_public: bool


def supervising(purchase: Purchase) -> list[Unit]:
    """Who is told beside the unit that runs the purchase: who coordinates complaints (第十条), and of public funds who
    supervises procurement (第九条第二款)."""
    functions = [Function.COORDINATION]
    if purchase.fund == Fund.PUBLIC:
        functions.append(Function.PROCUREMENT)
    named = (competent(one, purchase.owner.county) for one in functions)
    return list(dict.fromkeys(one for one in named if one is not None))


def unconfirmed(purchase: Purchase) -> Unconfirmed | None:
    """The last result that was not confirmed in time; None where none was."""
    situation = queries.situation(purchase)
    recorded = situation.taken(procedure.escalate)
    if not recorded:
        return None
    last = recorded[-1]
    run = next(
        one
        for one in reversed(situation.runs)
        if one.clock.key == procedure.confirmation.key and one.started_by < last.number
    )
    assert run.due is not None  # nothing stops it
    after = (one for one in situation.events if one.number > last.number and one.step in _ENDS)
    end = next(after, None)
    until = end.number if end is not None else last.number + len(situation.events)
    public = queries.result_is_public(purchase)
    reasons = tuple(
        Reason(one.at, _told(str(one.values["reason"]), purchase, public))
        for one in situation.taken(procedure.refuse_result)
        if run.started_by < one.number < until
    )
    return Unconfirmed(
        purchase,
        queries.project_name_of(purchase),
        queries.clause_when_unconfirmed(purchase),
        run.due,
        last.at,
        reasons,
        procedure.purchase.steps[end.step].label if end is not None else None,
        end.at if end is not None else None,
        public,
    )


def _told(words: str, purchase: Purchase, public: bool) -> str:
    if public:
        return words
    for one in queries.by_envelope(purchase):
        for name in (one.organisation.name, one.organisation.uscc):
            words = words.replace(name, "（报名机构）")
    return words
