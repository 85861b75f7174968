"""Parties and services that show the market: invented, in the imaginary city of the sample.

For a site on this machine alone; see gongbao.site.server.open_demo_accounts. Nothing is made where there is an
organisation already.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stdnum.cn.uscc import calc_check_digit

from gongbao.office.audit.actors import KEEPER
from gongbao.office.people.models import Account, Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market import actions as market
from gongbao.systems.intermediary_market.catalogue import actions as catalogue
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent
from gongbao.systems.intermediary_market.catalogue.models import Pricing, ServiceItem, Supply
from gongbao.systems.intermediary_market.complaints.demo import FUNCTIONS
from gongbao.systems.intermediary_market.models import Competence, Function
from gongbao.systems.intermediary_market.organisations import actions
from gongbao.systems.intermediary_market.organisations.actions import Held, Offered, Particulars, Practising
from gongbao.systems.intermediary_market.organisations.business_register import Entry
from gongbao.systems.intermediary_market.organisations.models import Organisation

AGENCY_ACCOUNT, OWNER_ACCOUNT = "demo-agency", "demo-owner"
ENTERED = timedelta(days=200)
"""So long ago the services were published and the first agencies entered."""


@dataclass(frozen=True, slots=True)
class _Item:
    authority: str
    code: str
    name: str
    qualification: str
    time_limit: str
    fee: str
    pricing: str = Pricing.MARKET
    supply: str = Supply.OPEN


ITEMS = (
    _Item("development-reform", "FG-01", "节能报告编制", "", "十五个工作日", "双方约定"),
    _Item(
        "development-reform", "FG-02", "项目申请报告编制", "工程咨询单位资信甲级；工程咨询单位资信乙级", "二十个工作日",
        "双方约定",
    ),
    _Item("housing", "ZJ-01", "施工图设计文件审查", "施工图审查机构认定", "十个工作日", "双方约定"),
    _Item("housing", "ZJ-02", "工程造价咨询", "", "十个工作日", "双方约定"),
    _Item("natural-resources", "ZR-01", "测绘成果编制", "测绘资质甲级；测绘资质乙级", "十五个工作日", "双方约定"),
    _Item("natural-resources", "ZR-02", "土地评估", "", "十个工作日", "双方约定", supply=Supply.AGREEMENT),
    _Item("ecology", "ST-01", "环境影响报告表编制", "", "三十个工作日", "双方约定"),
    _Item(
        "ecology", "ST-02", "环境监测", "检验检测机构资质认定", "十个工作日", "按公布的标准", pricing=Pricing.GOVERNMENT
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Agency:
    """`services` by the code of each, with the name of the qualification shown, "" for none. `fee` is what it publishes
    for them: where that is a sum, an award above it is marked for market supervision."""

    name: str
    region: str
    address: str
    services: tuple[tuple[str, str], ...]
    entered_ago: int = 190
    telephone: str = ""
    fee: str = "按合同约定，一次包干"


AGENCIES = (
    _Agency(
        "澄心工程咨询有限公司", "110101", "云澜市松风路12号",
        (("FG-01", ""), ("FG-02", "工程咨询单位资信甲级"), ("ZJ-02", "")),
    ),
    _Agency("青柠测绘服务部", "310101", "云澜市青禾街3号", (("ZR-01", "测绘资质乙级"), ("ZR-02", ""))),
    _Agency("云岫检测有限公司", "440101", "外省青岚市远山路8号", (("ST-02", "检验检测机构资质认定"),)),
    _Agency("白鹭评估事务所", "510101", "云澜市白鹭洲7号", (("ZR-02", ""), ("ZJ-02", ""), ("FG-01", ""))),
    _Agency(
        "远志设计有限公司", "330101", "外省海棠市竹里路21号", (("ZJ-01", "施工图审查机构认定"), ("ZJ-02", "")), 120,
        fee="9500元/项",
    ),
    _Agency("紫菀环境科技有限公司", "320101", "外省海棠市竹里路5号", (("ST-01", ""), ("FG-01", "")), 60),
    _Agency("木禾造价咨询有限公司", "410101", "云澜市木禾巷2号", (("ZJ-02", ""), ("FG-01", "")), 30),
    # The same telephone as the one before: for a person to look at.
    _Agency("石榴工程管理有限公司", "410101", "云澜市石榴园9号", (("ZJ-02", ""),), 3, "0999-6600007"),
)  # fmt: skip
OWNERS = (
    ("云澜市青禾实验学校", "12", "institution", ""),
    ("云澜市园区管理服务中心", "12", "institution", ""),
    ("松风建材有限公司", "91", "enterprise", ""),
    ("临澜区第一小学", "12", "institution", "linlan"),
)
"""Name, beginning of the code, kind, and the county to which it belongs, "" for the city's own level."""
COUNTY, COUNTY_DESK = "linlan", "linlan-government-services"
"""The one county that runs what its owners buy; for the others the city does."""


def open_demo(now: datetime) -> int:
    """Name who is competent, publish the services, and let the parties enter: how many organisations there are new.

    Services of units that are not there are left out, and with them who would stand under them.
    """
    for function, unit in FUNCTIONS.items():
        if not Competence.objects.filter(function=function).exists():
            market.name_competent(function, unit, at=now)
    has_desk = Competence.objects.filter(function=Function.OPERATOR, county__key=COUNTY).exists()
    if not has_desk and Unit.objects.filter(key=COUNTY_DESK).exists():
        market.name_competent(Function.OPERATOR, COUNTY_DESK, COUNTY, at=now)
    if Organisation.objects.exists():
        return 0
    since = now - ENTERED
    items = {one.code: _publish(one, since) for one in ITEMS if Unit.objects.filter(key=one.authority).exists()}
    for number, agency in enumerate(AGENCIES, start=1):
        _enter(number, agency, items, now - timedelta(days=agency.entered_ago))
    for number, (name, prefix, kind, county) in enumerate(OWNERS, start=1):
        told = Particulars(name, kind, f"云澜市中心路{number}号", f"0999-55000{number:02d}", "商陆")
        actions.enter_owner(
            code_of(prefix, "110101", 900 + number), told, account=_account(OWNER_ACCOUNT),
            county=Unit.objects.filter(key=county).first(), actor=KEEPER, at=since,
        )  # fmt: skip
    _review(items, now)
    return len(AGENCIES) + len(OWNERS)


def code_of(prefix: str, region: str, number: int) -> str:
    """An invented unified social credit code whose check is right."""
    plain = f"{prefix}{region}{number:09d}"
    return str(plain + calc_check_digit(plain))


def _account(name: str) -> Account:
    return Account.objects.get(username=name)


def _publish(one: _Item, at: datetime) -> ServiceItem:
    content = ItemContent(
        name=one.name,
        legal_ground="该行业的法律、法规规定的审批前置条件",
        qualification=one.qualification,
        time_limit=one.time_limit,
        process="委托、签订合同、编制、交付成果、验收",
        conditions="项目已立项，能提供基础资料",
        fee_standard=one.fee,
        pricing=one.pricing,
        supply=one.supply,
    )
    authority = Unit.objects.get(key=one.authority)
    version, _new = catalogue.keep_item(one.code, content, authority=authority, since=_day(at), actor=KEEPER, at=at)
    return version.item


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _enter(number: int, one: _Agency, items: dict[str, ServiceItem], at: datetime) -> None:
    told = Particulars(
        one.name, "enterprise", one.address, one.telephone or f"0999-66000{number:02d}", f"代表人{number}",
        f"demo-{number}", f"控制人{number}", f"demo-controller-{number}",
    )  # fmt: skip
    code = code_of("91", one.region, number)
    # The last entered while the register was away, and waits to be looked at.
    register = None if one is AGENCIES[-1] else _Register(Entry(code, one.name, legal_representative=f"代表人{number}"))
    found = actions.enter_agency(code, told, register=register, account=_account_of(number), actor=KEEPER, at=at)
    if number % 2:
        actions.add_practitioner(found, Practising("苏叶", "注册咨询工程师", f"ZX-{number:04d}"), actor=KEEPER, at=at)
    for code, name in one.services:
        if code not in items:
            continue
        held = None
        if name:
            certificate = Held(name, f"证字{number:04d}号", "发证机关", _day(at), _day(at) + timedelta(days=3 * 365))
            held = actions.add_qualification(found, certificate, actor=KEEPER, at=at)
        offered = Offered("按委托要求编制成果并参加审查", "委托人提供基础资料；[[内部复核三遍]]", "十个工作日", one.fee)
        actions.enter_item(found, items[code], offered, qualification=held, actor=KEEPER, at=at)


@dataclass(frozen=True, slots=True)
class _Register:
    """The business register as it would answer for one of these invented agencies."""

    entry: Entry

    def look_up(self, uscc: str) -> Entry | None:
        return self.entry if uscc == self.entry.uscc else None


def _account_of(number: int) -> Account:
    return _account(AGENCY_ACCOUNT if number == 1 else f"{AGENCY_ACCOUNT}-{number}")


def _review(items: dict[str, ServiceItem], now: datetime) -> None:
    """Those who have been there for long were looked at; the last ones wait."""
    for item in items.values():
        for listing in item.listings.filter(entered_at__lt=now - timedelta(days=100)):
            actions.review(
                listing, "in_order", unit=item.authority, actor=KEEPER, at=listing.entered_at + timedelta(days=20)
            )
