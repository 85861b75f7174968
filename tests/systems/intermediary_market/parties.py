"""Imaginary parties of the market for tests: the operator's unit and desks, two owners and several agencies."""

from dataclasses import dataclass
from datetime import datetime

from stdnum.cn.uscc import calc_check_digit

from gongbao.office.audit.actors import KEEPER
from gongbao.office.people.actions import give_post, keep_account, keep_unit
from gongbao.office.people.models import Account, Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.actions import name_competent
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations import actions
from gongbao.systems.intermediary_market.organisations.models import Mending, Organisation
from tests.replayed import replayed

PASSWORD = "a long and odd pass phrase 7"
START = datetime(2026, 1, 5, 8, tzinfo=SHANGHAI)

UNITS = (
    ("city", "云岭市", "City of Yunling", "city", ""),
    ("government-services", "政务服务和大数据管理局", "Government Services Bureau", "department", "city"),
    ("market-supervision", "市场监督管理局", "Market Supervision Administration", "department", "city"),
    ("finance", "财政局", "Finance Bureau", "department", "city"),
    ("development-reform", "发展和改革委员会", "Development and Reform Commission", "department", "city"),
    ("housing", "住房和城乡建设局", "Housing and Construction Bureau", "department", "city"),
)
PEOPLE = (
    ("operator-clerk", "government-services", "clerk"),
    ("operator-head", "government-services", "section_head"),
    ("housing-clerk", "housing", "clerk"),
    ("housing-head", "housing", "section_head"),
    ("finance-clerk", "finance", "clerk"),
    ("reform-clerk", "development-reform", "clerk"),
    ("prices-clerk", "market-supervision", "clerk"),
    ("auditor", "city", "auditor"),
    ("nobody", "", ""),
)
FUNCTIONS = (
    (Function.OPERATOR, "government-services"),
    (Function.PRICES, "market-supervision"),
    (Function.PROCUREMENT, "finance"),
    (Function.COORDINATION, "development-reform"),
)
OWNERS = (("school", "青禾学校", "institution"), ("works", "松风建材有限公司", "enterprise"))
AGENCIES = ("澄心工程咨询有限公司", "青柠测绘服务部", "云岫检测有限公司", "白鹭评估事务所", "远志设计有限公司")


def uscc(number: int, region: str = "110101") -> str:
    """An invented unified social credit code whose check is right."""
    plain = f"91{region}{number:09d}"
    return plain + calc_check_digit(plain)


@dataclass
class Parties:
    """`people` by account name: those of PEOPLE, `school`, `works`, `agency-1` ... `agency-5`."""

    people: dict[str, Account]
    units: dict[str, Unit]
    owners: list[Organisation]
    agencies: list[Organisation]

    @property
    def operator(self) -> Unit:
        return self.units["government-services"]

    def account_of(self, organisation: Organisation) -> Account:
        return organisation.members.order_by("id")[0].account

    def signed(self, mending: Mending, at: datetime) -> Mending:
        """What one of the operator proposed, as its section head signed it."""
        return actions.decide_mending(
            mending, Verdict.SIGNED, role="operator_head", account=self.people["operator-head"], actor=KEEPER, at=at
        )

    def take_out(self, organisation: Organisation, reasons: str, at: datetime) -> Mending:
        """The organisation is out of the market: a clerk of the operator proposed it, and the head signed."""
        clerk = self.people["operator-clerk"]
        return self.signed(actions.propose_removal(organisation, reasons, account=clerk, actor=KEEPER, at=at), at)


def open_market() -> Parties:
    """All of them, since the beginning of 2026."""
    _keep_parties()
    return there()


def there() -> Parties:
    """The parties that the database holds."""
    return Parties(
        {one.username: one for one in Account.objects.all()},
        {one.key: one for one in Unit.objects.all()},
        list(Organisation.objects.filter(is_owner=True).order_by("id")),
        list(Organisation.objects.filter(is_agency=True).order_by("id")),
    )


@replayed
def _keep_parties() -> None:
    for key, zh, en, kind, parent in UNITS:
        keep_unit(key, zh=zh, en=en, kind=kind, parent=parent, at=START)
    for function, unit in FUNCTIONS:
        name_competent(function, unit, at=START)
    for name, unit, role in PEOPLE:
        account, _ = keep_account(name, password=PASSWORD, at=START)
        if unit:
            give_post(account, unit, role, since=START.date(), at=START)
    for number, (name, called, kind) in enumerate(OWNERS, start=1):
        account, _ = keep_account(name, password=PASSWORD, at=START)
        actions.enter_owner(
            uscc(900 + number), actions.Particulars(called, kind, f"云岭市松风路{number}号", f"0991-55500{number:02d}"),
            account=account, actor=KEEPER, at=START,
        )  # fmt: skip
    for number, called in enumerate(AGENCIES, start=1):
        account, _ = keep_account(f"agency-{number}", password=PASSWORD, at=START)
        told = actions.Particulars(
            called, "enterprise", f"云岭市青禾街{number}号", f"0991-66600{number:02d}", f"代表{number}", f"id-{number}",
            f"控制人{number}", f"controller-{number}",
        )  # fmt: skip
        actions.enter_agency(uscc(number), told, account=account, actor=KEEPER, at=START)
