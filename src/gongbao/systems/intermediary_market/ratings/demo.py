"""Ratings and conduct that show the market: invented, of the parties and contracts of the demo.

For a site on this machine alone; see gongbao.site.server.open_demo_accounts. Nothing is made where somebody rated or
proposed something already. What the market finds by itself is proposed as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from gongbao.core.working_days import CHINA
from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actors import Acting
from gongbao.office.people.models import Account, Unit
from gongbao.procedures import Role
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import operator
from gongbao.systems.intermediary_market.ratings import actions, procedure, queries
from gongbao.systems.intermediary_market.ratings.models import Conduct, Rating

CLERK = "demo-operator"
SIGNS = {procedure.section_head: "demo-operator-head", procedure.deputy_head: "demo-operator-deputy"}
_POINTS = (
    (95, 90, 98, 90, 92, "成果清楚，答疑及时。"),
    (82, 60, 88, 85, 80, "质量尚可，交付晚于约定。"),
    (90, 88, 92, 75, 90, ""),
)
"""Of the five aspects, and words."""


@dataclass(frozen=True, slots=True)
class _Conduct:
    """Conduct of an agency, by number, proposed so many working days before today, and the steps that followed: after
    how many working days, which, what was given."""

    agency: int
    ago: int
    kind: str
    source: str
    facts: str
    steps: tuple[tuple[int, str, Mapping[str, Any]], ...] = ()


_NOTIFY: tuple[int, str, Mapping[str, Any]] = (1, procedure.notify.key, {})
_STATE = {"statement": "该费用在合同补充条款中约定。"}
_CONDUCT = (
    _Conduct(0, 3, "b2", "owner", "结算时另收资料整理费，采购公告没有约定。", (_NOTIFY,)),
    _Conduct(
        1, 40, "b3", "owner", "成果晚于约定十二日交付，没有提出正当理由。",
        (_NOTIFY, (9, procedure.verify.key, {"findings": "合同、交付记录相符，未收到陈述。"})),
    ),
    _Conduct(
        2, 24, "b4", "authority", "检测报告缺少质控数据，被行业主管部门退回。",
        (
            _NOTIFY,
            (3, procedure.state.key, {"statement": "质控数据另册提交，装订时漏附。"}),
            (6, procedure.verify.key, {"findings": "补交的质控数据不能对应原始记录。"}),
            (10, procedure.appeal.key, {"appeal": "原始记录编号有误，申请重新核对。"}),
        ),
    ),
    _Conduct(
        3, 20, "b2", "complaint", "投诉反映另行收取加急费。",
        (_NOTIFY, (2, procedure.state.key, _STATE), (6, procedure.dismiss.key, {"dismissal": "补充条款有约定。"})),
    ),
    _Conduct(
        4, 60, "c7", "audit", "检查发现将勘察部分交由他人完成。",
        (
            _NOTIFY,
            (4, procedure.state.key, {"statement": "系劳务协作。"}),
            (8, procedure.verify.key, {"findings": "协作方独立完成并收取全部勘察费用，属违规分包。"}),
        ),
    ),
    _Conduct(
        0, 9, "b6", "other", "登记的联系电话一度无法接通。",
        ((2, procedure.drop.key, {"drop_reason": "系线路检修，当日恢复。"}),),
    ),
    _Conduct(
        5, 6, "b4", "authority", "报告表漏附监测点位图，被行业主管部门退回。",
        (_NOTIFY, (3, procedure.state.key, {"statement": "点位图在第三册，已向受理窗口说明。"})),
    ),
    _Conduct(
        3, 14, "b7", "owner", "承诺派驻的专业人员未到岗。",
        (
            _NOTIFY,
            (3, procedure.state.key, {"statement": "人员请假，已安排他人接替。"}),
            (6, procedure.verify.key, {"findings": "接替人员未办理变更，承诺未履行。"}),
        ),
    ),
    _Conduct(
        4, 30, "b3", "owner", "审查意见晚于约定五日出具。",
        (
            _NOTIFY,
            (2, procedure.state.key, {"statement": "业主补充图纸后重新计算期限。"}),
            (5, procedure.verify.key, {"findings": "合同未约定补图后顺延。"}),
            (9, procedure.appeal.key, {"appeal": "双方另有书面顺延约定，随申诉提交。"}),
            (12, procedure.overturn.key, {"appeal_decision": "书面约定属实，不构成逾期。"}),
        ),
    ),
)  # fmt: skip


def open_demo(now: datetime) -> int:
    """Rate what was accepted, propose and decide conduct, and have the market checked: how many of these there are."""
    unit = operator()
    if Rating.objects.exists() or Conduct.objects.exists() or unit is None:
        return 0
    made = _rate(now)
    agencies = list(Organisation.objects.filter(is_agency=True).order_by("pk"))
    for one in _CONDUCT:
        if one.agency < len(agencies):
            _play(one, agencies[one.agency], unit, now)
            made += 1
    return made + actions.check_daily(now)


def _rate(now: datetime) -> int:
    owners = list(Organisation.objects.filter(is_owner=True))
    contracts = list(queries.rated_contracts(owners))
    rated = contracts[:-1] or contracts  # one is left for whoever tries it
    for number, contract in enumerate(rated):
        *points, words = _POINTS[number % len(_POINTS)]
        given = dict(zip((key for key, _label in queries.ASPECTS), points, strict=True)) | {"words": words}
        account = contract.purchase.owner.members.order_by("pk")[0].account
        actions.rate(contract.uuid, given, account=account, at=now)
    return len(rated)


def _play(one: _Conduct, agency: Organisation, unit: Unit, now: datetime) -> None:
    began = max(_working_days_before(now, one.ago), agency.entered_at)
    day = began.astimezone(SHANGHAI).date() - timedelta(days=2)
    given = {"kind": one.kind, "happened_on": day, "source": one.source, "facts": one.facts}
    found = actions.propose(agency, given, acting=_acting(CLERK, procedure.clerk, unit), at=began)
    for after, key, values in one.steps:
        at = min(datetime.combine(CHINA.add(began.date(), after), time(15), SHANGHAI), now)
        if key == procedure.verify.key:
            values = {**values, "kind": one.kind, "happened_on": day}
        _step(found, key, values, unit, at)
    cases.tended(found.case.uuid, now)


def _step(found: Conduct, key: str, values: Mapping[str, Any], unit: Unit, at: datetime) -> None:
    case = cases.tended(found.case.uuid, at)
    declared = procedure.conduct.steps[key]
    if procedure.agency in declared.by:
        account = found.organisation.members.order_by("pk")[0].account
        actions.answer(found.uuid, key, values, account=account, at=at, seen=case.events_count)
        return
    clerk = _acting(CLERK, procedure.clerk, unit)
    if declared.sign_off is None:
        cases.take_step(case.uuid, key, values, acting=clerk, at=at, seen=case.events_count)
        return
    proposal = cases.propose(case.uuid, key, values, acting=clerk, at=at, seen=case.events_count)
    for role in declared.sign_off.roles:
        signer = _acting(SIGNS[role], role, unit)
        assert signer.account is not None
        cases.give_opinion(
            proposal.uuid, acting_role=role.key, unit_key=unit.key, verdict=Verdict.SIGNED, words="同意。",
            actor=signer.actor, account=signer.account, for_account=None, at=at,
        )  # fmt: skip


def _acting(name: str, role: Role, unit: Unit) -> Acting:
    """Somebody of the operator; they did their work before they got their posts, today."""
    account = Account.objects.get(username=name)
    actor = Actor(ActorKind.ACCOUNT, str(account.public_id), role.post, unit.key)
    return Acting(role, actor, account, unit_key=unit.key)


def _working_days_before(now: datetime, number: int) -> datetime:
    day = now.astimezone(SHANGHAI).date()
    while number > 0 or not CHINA.is_working_day(day):
        day -= timedelta(days=1)
        number -= CHINA.is_working_day(day)
    return min(datetime.combine(day, time(9, 30), SHANGHAI), now)
