"""What each owner bought from public funds in a budget year, against the limit of that year: for finance, which funds
what is bought (第九条), and for auditors (第十一条). Reads only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongbao.core.labels import Label
from gongbao.office.people.models import Unit
from gongbao.rules.compute import compute
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, ServiceItem
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
    bought = Purchase.objects.filter(fund=Fund.PUBLIC).order_by().values_list("budget_year", flat=True).distinct()
    return sorted({*bought, *ProcurementLimit.objects.values_list("budget_year", flat=True)}, reverse=True)


def of_year(budget_year: int, on: date, county: Unit | None = None) -> list[Spent]:
    """By owner and service, as the document is read on the day; those over the limit first, then those near it. With a
    county, of its owners alone. A fixed number of queries."""
    figure, names, readings = limit.limit_of(budget_year), _names(on), readings_on(market_limit, on)
    among = Purchase.objects.filter(owner__county=county) if county is not None else Purchase.objects.all()
    spent = limit.spent_by_owner(among, budget_year)
    owners = Organisation.objects.filter(pk__in=spent).order_by("name", "pk")
    found: list[Spent] = []
    for owner in owners:
        services = _by_service(spent[owner.pk])
        # What is counted is summed: of several purchases of a service it is the same as of one of their sum.
        facts = [{"item": key, "budget_year": str(budget_year), "amount": str(sum(services[key]))} for key in services]
        for code, amounts in services.items():
            total = _total(facts, code, budget_year, figure, on, readings) if figure else None
            standing = _standing(total, figure)
            found.append(
                Spent(owner, code, names.get(code, code), len(amounts), sum(amounts, Decimal(0)), total, standing)
            )
    order = ("over", "near", "no_limit", "")
    return sorted(found, key=lambda one: order.index(one.standing))


def _by_service(facts: Iterable[dict[str, str]]) -> dict[str, list[Decimal]]:
    """The amounts of an owner's purchases, by the codes of the services in their order."""
    found: dict[str, list[Decimal]] = {}
    for one in sorted(facts, key=lambda one: one["item"]):
        found.setdefault(one["item"], []).append(Decimal(one["amount"]))
    return found


def _names(on: date) -> dict[str, str]:
    """The names of the services by code: of the day, else the last that was published."""
    last = {one.item_id: one.name for one in ItemVersion.objects.order_by("pk")}
    on_day = {one.item_id: one.name for one in ItemVersion.objects.filter(since__lte=on).order_by("number")}
    codes = ServiceItem.objects.values_list("pk", "code")
    return {code: name for pk, code in codes if (name := on_day.get(pk, last.get(pk, "")))}


def _total(
    spent: Sequence[dict[str, str]], code: str, budget_year: int, figure: ProcurementLimit, on: date,
    readings: Mapping[str, str],
) -> Decimal:  # fmt: skip
    """What the policy sums up where nothing more is bought."""
    facts = {
        "fund": "public", "item": code, "budget_year": str(budget_year), "amount": "0", "limit": str(figure.amount),
        "on": on.isoformat(), "spent": list(spent),
    }  # fmt: skip
    result = compute(market_limit, facts, readings=readings)
    return Decimal(result.as_json()["values"]["year_total"])


def _standing(total: Decimal | None, figure: ProcurementLimit | None) -> str:
    if total is None or figure is None:
        return "no_limit"
    if total > figure.amount:
        return "over"
    return "near" if total >= figure.amount * NEAR else ""
