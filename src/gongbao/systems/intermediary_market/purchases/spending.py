"""What each owner bought from public funds in a budget year, against the limit of that year: for finance, which funds
what is bought (第九条), and for auditors (第十一条). Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongbao.core.labels import Label
from gongbao.rules.compute import compute
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.interpretation.queries import readings_on
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases import limit
from gongbao.systems.intermediary_market.purchases.models import Fund, ProcurementLimit, Purchase
from gongbao.systems.intermediary_market.rules import market_limit

NEAR = Decimal("0.8")
"""OUR_RULE: from this part of the limit on a total is near it."""
STANDINGS = {
    "": Label("限额以内", "within the limit"),
    "near": Label("接近限额", "near the limit"),
    "over": Label("超过限额", "over the limit"),
    "no_limit": Label("未录入限额", "no limit entered"),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What an owner spends in the year on one service, in yuan: of `number` purchases, from the handing in on (see
    limit.spent). `total` is what counts against the limit as the document is read, None where no limit is entered;
    `standing` a key of STANDINGS."""

    owner: Organisation
    item_code: str
    item_name: str
    number: int
    amount: Decimal
    total: Decimal | None
    standing: str

    @property
    def label(self) -> Label:
        return STANDINGS[self.standing]


def years() -> list[int]:
    """The budget years in which something was bought from public funds, or that have a limit; the last first."""
    bought = Purchase.objects.filter(fund=Fund.PUBLIC).order_by().values_list("budget_year", flat=True)
    return sorted({*bought, *ProcurementLimit.objects.values_list("budget_year", flat=True)}, reverse=True)


def of_year(budget_year: int, on: date) -> list[Spent]:
    """By owner and service, as the document is read on the day; those over the limit first, then those near it."""
    figure = limit.limit_of(budget_year)
    names = _names(on)
    found: list[Spent] = []
    owners = Organisation.objects.filter(purchases__fund=Fund.PUBLIC, purchases__budget_year=budget_year)
    for owner in owners.distinct().order_by("name", "pk"):
        facts = limit.spent(owner, budget_year)
        for code in sorted({one["item"] for one in facts}):
            amounts = [Decimal(one["amount"]) for one in facts if one["item"] == code]
            total = _total(facts, code, budget_year, figure, on) if figure else None
            standing = _standing(total, figure)
            found.append(
                Spent(owner, code, names.get(code, code), len(amounts), sum(amounts, Decimal(0)), total, standing)
            )
    order = ("over", "near", "no_limit", "")
    return sorted(found, key=lambda one: order.index(one.standing))


def _names(on: date) -> dict[str, str]:
    found = {}
    for item in ServiceItem.objects.all():
        version = catalogue.version_on(item, on) or item.versions.order_by("-pk").first()
        if version is not None:
            found[item.code] = version.name
    return found


def _total(spent: Sequence[dict[str, str]], code: str, budget_year: int, figure: ProcurementLimit, on: date) -> Decimal:
    """What the policy sums up where nothing more is bought."""
    facts = {
        "fund": "public", "item": code, "budget_year": str(budget_year), "amount": "0", "limit": str(figure.amount),
        "on": on.isoformat(), "spent": list(spent),
    }  # fmt: skip
    result = compute(market_limit, facts, readings=readings_on(market_limit, on))
    return Decimal(result.as_json()["values"]["year_total"])


def _standing(total: Decimal | None, figure: ProcurementLimit | None) -> str:
    if total is None or figure is None:
        return "no_limit"
    if total > figure.amount:
        return "over"
    return "near" if total >= figure.amount * NEAR else ""
