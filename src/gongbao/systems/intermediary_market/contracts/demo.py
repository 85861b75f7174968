"""Contracts that show the program: invented, those that the demo's notices of award began, one or more at each state.

For a site on this machine alone; see gongbao.site.server.open_demo_accounts. Nothing is played where a
contract has been already; each goes as far as its script and the time since its notice of award do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from gongbao.core.working_days import CHINA
from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actions import Upload
from gongbao.office.cases.actors import Acting
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.contracts import actions
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.queries import rows_of
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases.models import Fund


@dataclass(frozen=True, slots=True)
class _Step:
    """A step so many working days after the notice of award. A day in `days` is so many days after that of the step."""

    after: int
    role: str
    key: str
    given: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    days: Mapping[str, int] = field(default_factory=dict)


def _sign(after: int, *, deliver: int = 30, late: str = "", schedule: str = "") -> _Step:
    given = {"scope": "按采购公告的服务内容编制并交付成果，配合评审修改。", "payment_days": 15, "schedule": schedule}
    if late:
        given["late_reason"] = late
    days = {"signed_on": 0, "deliver_by": deliver}
    return _Step(after, "agency", market.sign.key, given, ("contract_files",), days)


def _amend(after: int, amount: str, change: str, *, deliver: int = 20) -> _Step:
    given = {"amount": amount, "change": change, "schedule": ""}
    return _Step(
        after, "owner", market.amend.key, given, ("amendment_files",), {"amended_on": 0, "deliver_by": deliver}
    )


def _file(after: int) -> _Step:
    return _Step(after, "agency", market.file.key, {"names_nobody": True}, ("filed_files", "public_copy"))


def _deliver(after: int) -> _Step:
    return _Step(after, "agency", market.deliver.key, {"delivery": "成果报告三册及电子文件"}, ("delivery_files",))


def _accept(after: int) -> _Step:
    return _Step(after, "owner", market.accept.key, {"acceptance": "成果齐全，符合约定。"})


def _invoice(after: int, part: int = 1) -> _Step:
    given = {"invoice_number": f"26500000123{44 + part}", "part": part}
    return _Step(after, "agency", market.invoice.key, given, ("invoice_files",), {"invoiced_on": 0, "pay_by": 15})


def _pay(after: int, payment: str = "") -> _Step:
    given = {"payment": payment} if payment else {}
    return _Step(after, "owner", market.pay.key, given, ("payment_files",), {"paid_on": 0})


def _confirm(after: int) -> _Step:
    return _Step(after, "agency", market.confirm.key)


def _dispute(after: int) -> _Step:
    return _Step(after, "agency", market.dispute.key, {"reason": "至今未到账，请核对收款账号。"})


_IN_PARTS = "预付款|30%|advance|\n初步成果|40%|delivery|\n最终成果|30%|delivery|"
_PERFORMED = (_sign(3), _file(4), _deliver(12), _accept(14), _invoice(15))
_SCRIPTS: tuple[tuple[_Step, ...], ...] = (
    (*_PERFORMED, _pay(18), _confirm(19), _Step(20, "operator", market.archive.key)),
    _PERFORMED,  # its payment is overdue
    (*_PERFORMED, _pay(20), _confirm(21)),
    (
        _sign(2, schedule=_IN_PARTS),
        _file(4),
        _invoice(4),
        _pay(6),
        _confirm(7),
        _deliver(10),
        _accept(12),
        _invoice(13, 2),
        _pay(16),
        _dispute(17),
        _deliver(18),
    ),
    (
        _sign(3),
        _file(5),
        _Step(9, "owner", market.end.key, {"ground": "law", "reason": "规划调整，项目不再实施。"}),
    ),
    (
        _Step(
            2, "agency", market.abandon.key, {"ground": "other", "reason": "承担该项目的注册人员离职，无法按期完成。"}
        ),
    ),
    (_sign(7, late="双方对验收标准协商用时较长。"), _file(12)),
    (_Step(4, "owner", market.decline.key, {"ground": "other", "reason": "建设资金被调整，暂不签订。"}),),
    (
        _sign(3),
        _file(4),
        _amend(6, "36500", "增加支路测绘一点二公里。"),
        _file(7),
        _deliver(10),
        _Step(12, "owner", market.refuse.key, {"reason": "缺少附图，数据与现场不一致。"}, days={"deliver_by": 20}),
    ),
    (
        _Step(
            7, "operator", market.lapse.key,
            {"side": "both", "ground": "none", "reason": "双方对付款方式协商不成，逾期未签订。"},
        ),
    ),
    (_sign(4), _Step(5, "agency", market.propose_exempt.key, {"secret_ground": "成果涉及的测绘数据属于国家秘密。"})),
    (),
)  # fmt: skip
"""What becomes of the contracts, the first of them with the first notice of award. The fourth is paid in advance and
in parts, and its agency disputes a payment; that of the ninth is raised; of the eleventh its agency says that the law
keeps it secret, and waits for an answer."""


def open_demo(now: datetime) -> int:
    """Play the contracts, where none has been: how many."""
    under_way = Contract.objects.filter(case__over=False)  # one was annulled with its award
    if under_way.exclude(case__events_count=1).exists():
        return 0
    waiting = list(
        under_way.select_related("case__unit", "purchase__owner", "registration__organisation").order_by(
            "case__opened_at", "pk"
        )
    )
    for contract, script in zip(waiting, _SCRIPTS, strict=False):
        for step in script:
            if not _take(contract, step, now):
                break
    return len(waiting)


def _take(contract: Contract, step: _Step, now: datetime) -> bool:
    """Take the step; False where its time has not come yet."""
    case = contract.case
    case.refresh_from_db()
    day = CHINA.add(case.opened_at.astimezone(SHANGHAI).date(), step.after)
    when = datetime.combine(day, time(15, 0), SHANGHAI)
    if when > now:
        return False
    key = step.key
    if step.role == "operator":
        cases.take_step(case.uuid, key, step.given, acting=_clerk_of(case.unit), at=when, seen=case.events_count)
        return True
    if contract.purchase.fund == Fund.PRIVATE:
        if key == market.file.key:
            _agree_to_file(contract, step.after, now)
            case.refresh_from_db()
        key = market.sign_private.key if key == market.sign.key else key
    given = dict(step.given) | {name: day + timedelta(days=number) for name, number in step.days.items()}
    situation = rows_of([contract], when)[0].situation
    targets = market.targets(situation, key) if key in market.ABOUT else []
    about = given.get("part", targets[0][0] if targets else None)
    if key in market.ABOUT:
        given[market.ABOUT[key]] = about
    suggested = market.suggested(situation, key, day, about)
    asked = {one.key for one in market.contract.steps[key].asks}
    given = {name: value for name, value in suggested.items() if name in asked and value is not None} | given
    if "amount" in asked:
        given.setdefault("amount", contract.purchase.budget)
    owner, agency = contract.purchase.owner, contract.registration.organisation
    actions.take(
        contract.uuid,
        key,
        given,
        acting=_acting(owner if step.role == "owner" else agency, step.role),
        at=when,
        seen=case.events_count,
        uploads=[Upload(one, f"{_NAMES[one]}.txt", f"{_NAMES[one]}（演示）\n".encode()) for one in step.files],
    )
    return True


def _agree_to_file(contract: Contract, after: int, now: datetime) -> None:
    """What is paid from private funds is filed once the two agreed on it."""
    for role, key in (("owner", market.propose_filing.key), ("agency", market.agree_filing.key)):
        _take(contract, _Step(after, role, key, days={"file_by": 3}), now)


def _clerk_of(unit: Unit) -> Acting:
    """They did their work before they got their post, today."""
    account = Account.objects.filter(posts__unit=unit, posts__role=market.clerk.post).order_by("pk")[0]
    actor = Actor(ActorKind.ACCOUNT, str(account.public_id), market.clerk.post, unit.key)
    return Acting(market.clerk, actor, account, unit_key=unit.key)


def _acting(organisation: Organisation, role: str) -> Acting:
    account = organisation.members.order_by("pk")[0].account
    return Acting(market.contract.roles[role], actor_of(account), account)


_NAMES = {
    "contract_files": "中介服务合同",
    "filed_files": "备案合同全文",
    "public_copy": "公示文本",
    "delivery_files": "成果报告",
    "amendment_files": "补充协议",
    "invoice_files": "发票",
    "payment_files": "付款凭证",
}
