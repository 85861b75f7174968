"""The procurement limit: what an owner has spent in a budget year, and whether a purchase stays within (第三条第二款).

The figure is set by the procurement catalogue of the year and not by the document: finance enters it with its source,
and until it has nothing from public funds goes over the market.

OUR_RULE: until a contract is signed a purchase counts with its budget (第十九条第（一）项), however its agency is
selected, also where a price is known by then. It is what the owner may bind itself to, as the next in rank may follow
at another price; and a total that fell with the price would tell it while the result is kept back
(第三十八条第（三）项). From its signature on a contract counts with its sum.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.rules.compute import Result, compute
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.interpretation.queries import readings_on
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.models import Fund, ProcurementLimit, Purchase
from gongbao.systems.intermediary_market.rules import market_limit

SPENDS_NOTHING = frozenset(
    one.key
    for one in (
        procedure.declined, procedure.withdrawn, procedure.failed, procedure.annulled, procedure.abandoned,
        procedure.rerun, procedure.unsigned,
    )
)  # fmt: skip
"""The states in which nothing is spent, or will be, by that attempt."""


def limit_of(budget_year: int) -> ProcurementLimit | None:
    """The figure of the year that counts: the one entered last."""
    return ProcurementLimit.objects.filter(budget_year=budget_year).order_by("pk").last()


def spent(owner: Organisation, budget_year: int, *, without: Purchase | None = None) -> list[dict[str, str]]:
    """The owner's purchases of the year from public funds, as facts of the policy; without the attempts of a project.

    Of one whose contract is signed the sum of the contract counts, of one bought outside its price, else the budget.
    """
    found = Purchase.objects.filter(owner=owner, fund=Fund.PUBLIC, budget_year=budget_year)
    found = found.exclude(case__state__in=SPENDS_NOTHING).select_related("item__item", "case")
    if without is not None:
        found = found.exclude(project=without.project)
    return [{"item": one.item.item.code, "budget_year": str(budget_year), "amount": str(_amount(one))} for one in found]


def _amount(purchase: Purchase) -> Decimal:
    state = purchase.case.state
    if state == procedure.outside.key:
        return Decimal(_last_value(purchase.case, "outside_price"))
    if state not in (procedure.awarded.key, procedure.concluded.key):
        return purchase.budget
    contract = purchase.contracts.select_related("case").order_by("-id").first()
    signed = _last_value(contract.case, "amount") if contract is not None else None
    return Decimal(signed or purchase.budget)


def _last_value(case: Case, key: str) -> Any:
    rows = CaseEvent.objects.filter(case=case, values__has_key=key).order_by("-number")
    return next((row.values[key] for row in rows[:1]), None)


def check(
    owner: Organisation,
    item: ServiceItem,
    budget_year: int,
    amount: Decimal,
    on: date,
    *,
    without: Purchase | None = None,
) -> Result:
    """What the policy says of a purchase from public funds, or of a contract's new sum. Raises GongbaoError: where no
    limit is entered for the year, and where it is exceeded."""
    limit = limit_of(budget_year)
    if limit is None:
        raise GongbaoError(
            f"the finance bureau has not entered the procurement limit of {budget_year}; until it has, no purchase "
            f"from public funds is published ({DOCUMENT} 第三条第二款)",
            where="fund",
        )
    facts = {
        "fund": "public",
        "item": item.code,
        "budget_year": str(budget_year),
        "amount": str(amount),
        "limit": str(limit.amount),
        "on": on.isoformat(),
        "spent": spent(owner, budget_year, without=without),
    }
    result = compute(market_limit, facts, readings=readings_on(market_limit, on))
    if not result.values["within_limit"]:
        total = result.as_json()["values"]["year_total"]
        raise GongbaoError(
            f"with this purchase the owner would spend {Decimal(total):,.2f} yuan in {budget_year}; the "
            f"procurement limit is {limit.amount:,.2f} yuan ({DOCUMENT} 第三条第二款)",
            where="budget",
        )
    return result
