"""Prices, inspections and credit records that show the program: invented, in the imaginary city of the sample.

For a site on this machine alone; see gongbao.site.server.open_demo_accounts. Nothing is made where something of it is
there already; what needs a unit, a service or an agency that is not there is left out.
"""

from datetime import date, datetime, timedelta
from typing import Any

from gongbao.office.audit.actors import KEEPER
from gongbao.office.people.models import Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.competence import competent
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.ratings.procedure import conduct
from gongbao.systems.intermediary_market.supervision import actions
from gongbao.systems.intermediary_market.supervision.models import GovernmentPrice

_PRICES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    (
        "ST-02", 150,
        {"kind": "maximum", "measure": "unit", "figure": "650", "per": "样品",
         "words": "环境监测按样品计收，每个样品最高650元，含采样、运输和检测。", "document": "云发改价〔2026〕11号"},
    ),
    (
        "ST-02", 30,
        {"kind": "maximum", "measure": "unit", "figure": "600", "per": "样品",
         "words": "环境监测按样品计收，每个样品最高600元，含采样、运输和检测。", "document": "云发改价〔2026〕37号"},
    ),
)  # fmt: skip
"""The code of the service, since how many days, and what is entered."""

_INSPECTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("澄心工程咨询有限公司", {
        "finding": "in_order", "found": "抽查三份合同，收费与公布的标准和合同约定一致。", "is_public": True,
        "document": "云市监检〔2026〕21号"}),
    ("远志设计有限公司", {
        "finding": "violation", "found": "合同总价之外另收图纸加急费。", "measure": "责令退还多收的费用。",
        "is_public": True, "document": "云市监价罚〔2026〕4号"}),
)  # fmt: skip
_PUNISHED = "石榴工程管理有限公司"


def open_demo(now: datetime) -> int:
    """Fix prices, record inspections and a joint punishment, and hand credit records over: how many records of it."""
    reform, prices = competent(Function.COORDINATION), competent(Function.PRICES)
    if reform is None or prices is None or GovernmentPrice.objects.exists():
        return 0
    made = _prices(reform, now) + _inspections(prices, now) + _punishment(reform, now)
    return made + _hand_over(reform, now)


def _by(unit: Unit, at: datetime) -> dict[str, Any]:
    return {"unit": unit, "account": None, "actor": KEEPER, "at": at}


def _day(now: datetime, ago: int) -> date:
    return (now - timedelta(days=ago)).astimezone(SHANGHAI).date()


def _prices(unit: Unit, now: datetime) -> int:
    made = 0
    for code, ago, given in _PRICES:
        item = ServiceItem.objects.filter(code=code).first()
        if item is not None:
            at = now - timedelta(days=ago + 5)
            actions.enter_price(item, {**given, "since": _day(now, ago)}, seen=made, **_by(unit, at))
            made += 1
    return made


def _inspections(unit: Unit, now: datetime) -> int:
    made = 0
    for name, given in _INSPECTIONS:
        agency = Organisation.objects.filter(name=name).first()
        if agency is not None:
            actions.inspect(agency, {**given, "inspected_on": _day(now, 12)}, **_by(unit, now - timedelta(days=10)))
            made += 1
    return made


def _punishment(unit: Unit, now: datetime) -> int:
    agency = Organisation.objects.filter(name=_PUNISHED).first()
    if agency is None:
        return 0
    given = {
        "reason": "因提供虚假证明文件被列入严重失信主体名单。", "decided_by": "云澜市市场监督管理局",
        "document": "云市监失信〔2026〕2号", "since": _day(now, 2), "until": _day(now, -3 * 365),
    }  # fmt: skip
    actions.record_punishment(agency, given, **_by(unit, now - timedelta(days=1)))
    return 1


def _hand_over(unit: Unit, now: datetime) -> int:
    """The records of the month before the last one."""
    until = _day(now, 0).replace(day=1) - timedelta(days=32)
    since = max(until.replace(day=1), conduct.since)
    if until < since:
        return 0
    actions.hand_over_credit(since, until, seen=0, system=None, **_by(unit, now - timedelta(days=20)))
    return 1
