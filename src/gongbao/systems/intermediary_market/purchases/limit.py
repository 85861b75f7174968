"""The procurement limit: what an owner has spent in a budget year, and whether a purchase stays within (第三条第二款).

The figure is set by the procurement catalogue of the year and not by the document: finance enters it with its source,
and until it has nothing from public funds goes over the market.

OUR_RULE: until a contract is signed a purchase counts with its budget (第十九条第（一）项), however its agency is
selected, also where a price is known by then. It is what the owner may bind itself to, as the next in rank may follow
at another price; and a total that fell with the price would tell it while the result is kept back
(第三十八条第（三）项). From its signature on a contract counts with its sum.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KT

from gongbao.core.errors import GongbaoError
from gongbao.office.cases.models import CaseEvent
from gongbao.rules.compute import Result, compute
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.procedure import AMENDS, SIGNS
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
    found = Purchase.objects.filter(owner=owner)
    if without is not None:
        found = found.exclude(project=without.project)
    return spent_by_owner(found, budget_year).get(owner.pk, [])


def spent_by_owner(among: QuerySet[Purchase], budget_year: int) -> dict[int, list[dict[str, str]]]:
    """The same of several owners, by their ids: of those of these purchases that spend something. Four queries."""
    spending = among.filter(fund=Fund.PUBLIC, budget_year=budget_year).exclude(case__state__in=SPENDS_NOTHING)
    # Nor is by one whose award was annulled after its contract was signed: there nobody is selected any more.
    spending = spending.exclude(case__state=procedure.concluded.key, selected=None)
    signed = spending.filter(case__state__in=(procedure.awarded.key, procedure.concluded.key))
    # Of one whose award was given back the contract of the agency that followed counts.
    contracts = Contract.objects.filter(purchase__in=signed).order_by("pk")
    case_of = dict(contracts.values_list("purchase", "case"))
    agreed = _last_values(contracts.order_by().values("case"), "amount", (*SIGNS, *AMENDS))
    outside = spending.filter(case__state=procedure.outside.key)
    paid = _last_values(outside.order_by().values("case"), "outside_price", (procedure.choose_outside.key,))
    found: dict[int, list[dict[str, str]]] = {}
    rows = spending.order_by("pk").values_list("pk", "owner", "case", "case__state", "item__item__code", "budget")
    for pk, owner, case, state, code, budget in rows:
        amount = paid[case] if state == procedure.outside.key else agreed.get(case_of.get(pk, 0)) or budget
        found.setdefault(owner, []).append({"item": code, "budget_year": str(budget_year), "amount": str(amount)})
    return found


def _last_values(cases: Any, key: str, steps: Sequence[str]) -> dict[int, str]:
    """What was said last in each of the cases, in the events of these steps."""
    rows = CaseEvent.objects.filter(case__in=cases, step__in=steps, values__has_key=key)
    return dict(rows.order_by("case", "number").values_list("case", KT(f"values__{key}")))


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
