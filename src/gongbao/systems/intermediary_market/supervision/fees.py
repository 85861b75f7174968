"""What agencies charge, for market supervision (第八条): published fees, awards, contracts, and government prices.

Only purchases whose award notice is published are read, and what became of them: nothing that is sealed, under check,
selected or kept back. What deviates is marked; a mark is a question for whoever inspects, and no finding. Reads only.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from gongbao.core.labels import Label
from gongbao.office.people.models import Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, ServiceItem
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.queries import agreed_of
from gongbao.systems.intermediary_market.contracts.queries import contracts as all_contracts
from gongbao.systems.intermediary_market.organisations.models import Offering, Organisation, in_force
from gongbao.systems.intermediary_market.organisations.queries import shown
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.purchases.queries import price_in_words, public_awards
from gongbao.systems.intermediary_market.supervision.government_prices import IN_FIGURES, if_in_force, most
from gongbao.systems.intermediary_market.supervision.models import GovernmentPrice, Measure, Standard

MOST_ROWS = 5000
"""So many purchases of a year are read at once; a city has fewer. Where there are more, the page says so."""


class Mark(Enum):
    """What deviates, each with the clause that it stands on."""

    ABOVE_STANDARD = ("above_standard", Label("高于政府定价", "above the government price"), "第十条")
    NOT_AS_FIXED = ("not_as_fixed", Label("低于固定收费标准", "below the fixed government price"), "第十条")
    RATE_ABOVE = ("rate_above", Label("费率高于政府定价的费率", "rate above that of the government price"), "第十条")
    ABOVE_AWARD = ("above_award", Label("高于中选金额", "above the award"), "第三十二条第（二）项")
    RAISED = ("raised", Label("变更后提高价格", "raised by an amendment"), "第三十二条第（二）项")
    ABOVE_PUBLISHED = (
        "above_published",
        Label("高于机构公布的收费", "above the fee that the agency published"),
        "第八条",
    )

    def __init__(self, key: str, label: Label, clause: str) -> None:
        self.key, self.label, self.clause = key, label, clause


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What is compared of a purchase: so little that a whole year of it may be read. Sums are in yuan, None where there
    is none, or the contract is secret.

    `published` is what the agency published of its fee by the day of the award, with what is secret in it; `standard`
    the government price on the day of the contract, or of the award before.
    """

    purchase_id: int
    item_id: int
    version_id: int
    awarded_on: date
    award_sum: Decimal | None
    signed_on: date | None
    sums: tuple[Decimal, ...]
    published: str
    standard: GovernmentPrice | None
    marks: tuple[Mark, ...]

    @property
    def amount(self) -> Decimal | None:
        """What the contract stands at."""
        return self.sums[-1] if self.sums else None


@dataclass(frozen=True, slots=True)
class Charge:
    """A purchase with what is charged for it, as it is shown: `published` without what is secret.

    `award` is what the agency offered or agreed on, in words.
    """

    purchase: Purchase
    agency: Organisation
    awarded_on: date
    award: str
    award_sum: Decimal | None
    contract: Contract | None
    signed_on: date | None
    signed_sum: Decimal | None
    amount: Decimal | None
    published: str
    standard: GovernmentPrice | None
    marks: tuple[Mark, ...]

    @property
    def item(self) -> ServiceItem:
        return self.purchase.item.item


def charges(
    year: int, *, item: ServiceItem | None = None, county: Unit | None = None, marked: bool = False
) -> list[Charge]:
    """The purchases awarded in the year, the newest first: of one service, of the owners of a county, or those alone in
    which something deviates. MOST_ROWS at most."""
    found = reckoned(year, item=item, county=county)
    return charges_of(one for one in found if one.marks or not marked)


def charges_of(found: Iterable[Reckoned]) -> list[Charge]:
    """These with their purchases, agencies and contracts, in their order. Two queries."""
    several = list(found)
    purchases = public_awards().in_bulk([one.purchase_id for one in several])
    wanted = [one.selected_id for one in purchases.values()]
    signed = {one.registration_id: one for one in all_contracts().filter(registration__in=wanted)}
    return [_charge(one, purchases[one.purchase_id], signed) for one in several if one.purchase_id in purchases]


def _charge(one: Reckoned, purchase: Purchase, signed: Mapping[int, Contract]) -> Charge:
    registration = purchase.selected
    assert registration is not None
    return Charge(
        purchase, registration.organisation, one.awarded_on, price_in_words(registration), one.award_sum,
        signed.get(registration.pk), one.signed_on, one.sums[0] if one.sums else None, one.amount,
        shown(one.published, inside=False), one.standard, one.marks,
    )  # fmt: skip


def reckoned(year: int, *, item: ServiceItem | None = None, county: Unit | None = None) -> list[Reckoned]:
    """What is compared of the purchases awarded in the year, the newest first, MOST_ROWS at most: no case is replayed.

    It is worked out each time, and nothing of it is kept: a government price may be recorded for a day that is past,
    and marks what was charged since. Four queries.
    """
    awards = public_awards().filter(awarded_at__year=year).exclude(selected=None)
    if item is not None:
        awards = awards.filter(item__item=item)
    if county is not None:
        awards = awards.filter(owner__county=county)
    rows = list(
        awards.values_list(
            "pk", "item__item", "item", "awarded_at", "selected", "selected__organisation",
            "selected__offer__price", "selected__offer__rate",
        )[:MOST_ROWS]
    )  # fmt: skip
    items = {of_item for _, of_item, *_ in rows}
    agreed, standards = agreed_of([row[4] for row in rows]), _standards(items)
    fees = _fees({row[5] for row in rows}, items)
    found = []
    for pk, of_item, version, awarded_at, selected, agency, price, rate in rows:
        assert awarded_at is not None
        awarded_on = awarded_at.astimezone(SHANGHAI).date()
        signed_on, sums = agreed.get(selected, (None, ()))
        published = next((fee for at, fee in fees.get((agency, of_item), ()) if at <= awarded_at), "")
        standard = _on(standards.get(of_item, ()), signed_on or awarded_on)
        award = Decimal(str(price)) if price else None
        marks = _marks(award, rate, sums, standard, comparable(published))
        found.append(Reckoned(pk, of_item, version, awarded_on, award, signed_on, sums, published, standard, marks))
    return found


def _marks(
    award: Decimal | None, rate: object, sums: Sequence[Decimal], standard: GovernmentPrice | None,
    published: Decimal | None,
) -> tuple[Mark, ...]:  # fmt: skip
    charged = [one for one in (award, *sums) if one is not None]
    ceiling, highest = most(standard), max(charged, default=None)
    found = []
    if ceiling is not None and highest is not None and highest > ceiling:
        found.append(Mark.ABOVE_STANDARD)
    if standard is not None and standard.kind == Standard.FIXED and ceiling is not None and charged:
        found += [Mark.NOT_AS_FIXED] if charged[-1] < ceiling else []
    if rate and standard is not None and standard.kind in IN_FIGURES and standard.measure == Measure.RATE:
        found += [Mark.RATE_ABOVE] if standard.figure is not None and Decimal(str(rate)) > standard.figure else []
    if award is not None and sums and sums[-1] > award:
        found.append(Mark.ABOVE_AWARD)
    if any(after > before for before, after in pairwise(sums)):
        found.append(Mark.RAISED)
    if published is not None and charged and charged[-1] > published:
        found.append(Mark.ABOVE_PUBLISHED)
    return tuple(found)


def _standards(items: Collection[int]) -> dict[int, list[GovernmentPrice]]:
    """The government prices of the services, in the order in which they count."""
    found: dict[int, list[GovernmentPrice]] = {}
    for one in GovernmentPrice.objects.filter(item__in=items).order_by("since", "number"):
        found.setdefault(one.item_id, []).append(one)
    return found


def _on(rows: Iterable[GovernmentPrice], day: date) -> GovernmentPrice | None:
    said = [one for one in rows if one.since <= day]
    return if_in_force(said[-1] if said else None, day)


# --- what agencies publish


def _fees(agencies: Collection[int], items: Collection[int]) -> dict[tuple[int, int], list[tuple[datetime, str]]]:
    """What the agencies published of the services and when, the newest first, by agency and service."""
    found: dict[tuple[int, int], list[tuple[datetime, str]]] = {}
    rows = Offering.objects.filter(listing__organisation__in=agencies, listing__item__in=items).order_by("-at", "-pk")
    for agency, item, at, fee in rows.values_list("listing__organisation", "listing__item", "at", "fee"):
        found.setdefault((agency, item), []).append((at, fee))
    return found


_SUM = re.compile(r"(?:每项|一项)?([0-9]{1,9}(?:\.[0-9]{1,2})?)(元|万元)(?:/项|每项)?。?")


def comparable(fee: str) -> Decimal | None:
    """The sum for the whole service that a published fee comes to, in yuan: of 8000元, 0.8万元/项. None where it says
    more, or something else: that is for a person to compare."""
    found = _SUM.fullmatch("".join(fee.split()).replace(",", "").replace("，", ""))
    if found is None:
        return None
    return Decimal(found[1]) * (10000 if found[2] == "万元" else 1)


@dataclass(frozen=True, slots=True)
class PublishedFee:
    """What an agency publishes of its fee for a service, without what is secret."""

    agency: Organisation
    since: date
    fee: str


def published_fees(item: ServiceItem, on: date) -> list[PublishedFee]:
    """Of the agencies that stand under the service on the day, by name. Two queries."""
    listings = item.listings.filter(in_force(on)).select_related("organisation").order_by("organisation__name", "pk")
    there = list(listings)
    last = {one.listing_id: one for one in Offering.objects.filter(listing__in=there).order_by("number")}
    return [
        PublishedFee(
            one.organisation, last[one.pk].at.astimezone(SHANGHAI).date(), shown(last[one.pk].fee, inside=False)
        )
        for one in there
        if one.pk in last
    ]


# --- by service


@dataclass(frozen=True, slots=True)
class ServiceFees:
    """A service in a year: how many awards, the lowest and the highest sum that stands, and how many are marked."""

    version: ItemVersion
    standard: GovernmentPrice | None
    number: int
    lowest: Decimal | None
    highest: Decimal | None
    marked: int


def by_service(found: Iterable[Reckoned], on: date) -> list[ServiceFees]:
    """The services of these purchases, those with something marked first. Three queries at most."""
    by_item: dict[int, list[Reckoned]] = {}
    for one in found:
        by_item.setdefault(one.item_id, []).append(one)
    current = {one.item_id: one for one in catalogue.services(on)}
    # One that the catalogue has no more is named as in the purchase that was awarded last.
    gone = [several[0].version_id for pk, several in by_item.items() if pk not in current]
    current |= {one.item_id: one for one in ItemVersion.objects.filter(pk__in=gone).select_related("item")}
    standards = _standards(by_item)
    rows = []
    for pk, several in by_item.items():
        sums = [one.award_sum if one.amount is None else one.amount for one in several]
        told = [one for one in sums if one is not None]
        rows.append(
            ServiceFees(
                current[pk],
                _on(standards.get(pk, ()), on),
                len(several),
                min(told, default=None),
                max(told, default=None),
                sum(bool(one.marks) for one in several),
            )
        )
    return sorted(rows, key=lambda one: (-one.marked, one.version.item.code))
