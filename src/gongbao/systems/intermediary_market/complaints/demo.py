"""Complaints that show the program: invented, in the imaginary city of the sample, one or more at each state.

For a site on this machine alone; see gongbao.site.server.open_demo_accounts. Nothing is made where there is a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from gongbao.core.working_days import CHINA
from gongbao.office.cases import actions as cases
from gongbao.office.cases import queries
from gongbao.office.cases.actors import as_party, first_for, of_account
from gongbao.office.cases.models import Case
from gongbao.office.people.models import Account
from gongbao.procedures.declare import SERVE
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market import actions
from gongbao.systems.intermediary_market.complaints import procedure as market
from gongbao.systems.intermediary_market.complaints.routing import route
from gongbao.systems.intermediary_market.models import Competence, Function

FUNCTIONS = {
    Function.OPERATOR: "government-services",
    Function.PRICES: "market-supervision",
    Function.PROCUREMENT: "finance",
    Function.COORDINATION: "development-reform",
}

Steps = tuple[tuple[int, str, Mapping[str, Any]], ...]
"""For each step: working days after the filing, its key, what is given."""

_DECIDE: Mapping[str, Any] = {
    "outcome": "upheld",
    "findings": "合同约定总价包干，另收的资料整理费没有约定。",
    "decision": "责令退还多收的费用，记入中介机构当年的评价。",
}
_REFUSE: Mapping[str, Any] = {"reason": "反映的事项不属于网上中介超市的服务收费，已告知向合同约定的仲裁机构申请仲裁。"}
_SIGNERS = {"section_head": "demo-section-head", "deputy_head": "demo-deputy"}
_SERVE_ACCEPTANCE: Mapping[str, Any] = {"letter": "acceptance", "manner": "electronic"}


@dataclass(frozen=True, slots=True)
class _Complaint:
    """One invented complaint, filed so many working days before today."""

    ago: int
    subject: str
    against: str
    facts: str
    name: str
    steps: Steps = ()
    proposes: Mapping[str, Any] | None = None
    """What is proposed as the decision and waits for signatures."""
    decided: int | None = None
    """So many working days after the filing the decision was signed."""
    refused: int | None = None
    """The same of the decision not to accept it."""
    published: bool = False


_COMPLAINTS: tuple[_Complaint, ...] = (
    _Complaint(0, "fees", "澄心工程咨询有限公司", "报价单之外又收加急费。", "甘棠"),
    _Complaint(1, "fees", "青柠测绘服务部", "同一份测绘成果收取两次费用。", "木禾商贸有限公司"),
    _Complaint(4, "fees", "澄心工程咨询有限公司", "公示价格与实际收费不一致。", "冬青"),
    _Complaint(
        3, "fees", "白鹭评估事务所", "评估费按项目投资额加收，事先没有说明。", "石榴小区业主委员会",
        steps=((1, "ask_correction", {"to_correct": "请补充委托合同和付款凭证。", "days": 5}),),
    ),
    _Complaint(
        6, "fees", "青柠测绘服务部", "未按合同约定出具发票。", "半夏",
        steps=((1, "accept", {}), (2, SERVE, _SERVE_ACCEPTANCE)),
    ),
    _Complaint(
        12, "fees", "云岫检测有限公司", "检测报告数据与送样不符，仍收全额费用。", "川贝食品厂",
        steps=(
            (1, "accept", {}),
            (4, "commission", {
                "ground": "testing", "examiner": "云澜市产品质量检验检测中心", "question": "样品与报告数据是否一致。",
            }),
        ),
    ),
    _Complaint(
        14, "fees", "白鹭评估事务所", "要求先付全款才出具报告。", "连翘",
        steps=((2, "accept", {}),), proposes={**_DECIDE, "outcome": "unfounded", "findings": "合同约定了付款方式。",
                                             "decision": "未发现违反约定的收费行为。"},
    ),
    _Complaint(
        7, "fees", "远志设计有限公司", "图纸加印费高于公布的标准。", "辛夷",
        steps=((1, "accept", {}), (6, "ask_completion", {"to_correct": "请补充加印清单和收据。", "days": 5})),
    ),
    _Complaint(16, "fees", "青柠测绘服务部", "复测时重复收取进场费。", "泽兰", steps=((2, "accept", {}),), decided=15),
    _Complaint(9, "fees", "白鹭评估事务所", "私人房屋买卖的评估收费有争议。", "半枝莲商行", refused=2),
    _Complaint(
        20, "fees", "澄心工程咨询有限公司", "收取资料整理费三千元，合同没有约定。", "苍术",
        steps=((1, "accept", {}), (2, SERVE, _SERVE_ACCEPTANCE)), decided=15,
        published=True,
    ),
    _Complaint(
        25, "fees", "云岫检测有限公司", "逾期出具报告，拒绝按约减收费用。", "白芷",
        steps=((4, "accept", {}),), decided=18, published=True,
    ),
    _Complaint(18, "fees", "青柠测绘服务部", "误以为重复收费。", "佩兰", steps=((1, "withdraw", {}),)),
    _Complaint(2, "owner", "云澜市某园区管理服务中心", "选取结果公布后迟迟不签合同。", "紫菀设计有限公司"),
    _Complaint(2, "procurement", "云澜市某学校", "采购公告要求必须是本地企业。", "远志检测有限公司"),
)  # fmt: skip


def open_demo(now: datetime) -> int:
    """Name who is competent, and make the complaints, in the names of the demo accounts: how many there are new."""
    for function, unit in FUNCTIONS.items():
        if not Competence.objects.filter(function=function).exists():
            actions.name_competent(function, unit, at=now)
    if Case.objects.exists():
        return 0
    for one in _COMPLAINTS:
        _make(one, now)
    return len(_COMPLAINTS)


def _make(one: _Complaint, now: datetime) -> None:
    filed = _working_days_before(now, one.ago)
    given = {
        "subject": one.subject,
        "against_kind": "owner" if one.subject in ("owner", "procurement") else "agency",
        "against": one.against,
        "facts": one.facts,
        "complainant_name": one.name,
    }
    routed = route(given)
    case = cases.begin(
        market.complaint, market.file, given, acting=as_party(market.complainant), unit=routed.unit, at=filed,
        barred=routed.barred,
    ).case  # fmt: skip
    for after, step, values in one.steps:
        _take(case, step, dict(values), _after(filed, after, now))
    if one.proposes is not None:
        _propose(case, "decide", one.proposes, _after(filed, 5, now))
    for signed_after, step, values in ((one.decided, "decide", _DECIDE), (one.refused, "refuse", _REFUSE)):
        if signed_after is not None:
            when = _after(filed, signed_after, now)
            proposal = _propose(case, step, values, when)
            signed_by = market.complaint.steps[step].sign_off
            assert signed_by is not None
            for role in signed_by.roles:
                _sign(proposal, _SIGNERS[role.key], when)
    if one.published:
        text = "反映的收费问题属实，已责令中介机构退还多收的费用，并记入当年评价。"
        _take(case, "publish", {"published_text": text}, _after(filed, (one.decided or 0) + 1, now))


def _take(case: Case, step: str, values: dict[str, Any], at: datetime) -> None:
    case.refresh_from_db()
    if "days" in values:
        values["correct_by"] = CHINA.add(at.date(), values.pop("days"))
    if step == SERVE:
        values["served_on"] = at.date()
    if step == "withdraw":
        acting = as_party(market.complainant)
    else:
        account = Account.objects.get(username="demo-clerk")
        found = first_for(of_account(account, market.complaint, case.unit, _post_day(at)), [market.clerk])
        assert found is not None
        acting = found
    cases.take_step(case.uuid, step, values, acting=acting, at=at, seen=case.events_count)


def _propose(case: Case, step: str, values: Mapping[str, Any], at: datetime) -> Any:
    case.refresh_from_db()
    account = Account.objects.get(username="demo-clerk")
    acting = first_for(of_account(account, market.complaint, case.unit, _post_day(at)), [market.clerk])
    assert acting is not None
    return cases.propose(case.uuid, step, values, acting=acting, at=at, seen=case.events_count)


def _sign(proposal: Any, name: str, at: datetime) -> None:
    account = Account.objects.get(username=name)
    desk = queries.desk_of(account, _post_day(at))
    asked = next(one for one in queries.asked_of(desk) if one.proposal_id == proposal.pk)
    acting = next(
        one
        for one in of_account(account, market.complaint, proposal.case.unit, _post_day(at))
        if one.role.post == asked.role
    )
    cases.give_opinion(
        proposal.uuid, acting_role=queries.said_as(asked, proposal.case), unit_key=asked.unit.key,
        verdict=Verdict.SIGNED, words="同意。", actor=acting.actor, account=account, for_account=None, at=at,
    )  # fmt: skip


def _post_day(at: datetime) -> date:
    """The demo accounts hold their posts since today, and did their work before."""
    return max(at.astimezone(SHANGHAI).date(), _today())


def _today() -> date:
    first = Account.objects.get(username="demo-clerk").posts.order_by("since").first()
    assert first is not None
    return first.since


def _working_days_before(now: datetime, number: int) -> datetime:
    day = now.astimezone(SHANGHAI).date()
    while number > 0 or not CHINA.is_working_day(day):
        day -= timedelta(days=1)
        number -= CHINA.is_working_day(day)
    return min(datetime.combine(day, time(9, 30), SHANGHAI), now)


def _after(filed: datetime, number: int, now: datetime) -> datetime:
    """So many working days after the filing, and never after now."""
    return min(datetime.combine(CHINA.add(filed.date(), number), time(15, 0), SHANGHAI), now)
