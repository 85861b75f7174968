"""What agencies charge, for market supervision (第八条): published fees, awards, contracts, and government prices.

Only purchases whose award notice is published are read, and what became of them: nothing that is sealed, under check,
selected or kept back. What deviates is marked; a mark is a question for whoever inspects, and no finding. Reads only.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import pairwise

from gongbao.core.labels import Label
from gongbao.office.people.models import Unit
from gongbao.procedures import Situation
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, ServiceItem
from gongbao.systems.intermediary_market.contracts import procedure as contracts
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.queries import Row, rows_of
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
class Charge:
    """A purchase with what is charged for it. Sums are in yuan, None where there is none, or the contract is secret.

    `award` is what the agency offered or agreed on, in words; `published` what it published of its fee by then, without
    what is secret; `standard` the government price on the day of the contract, or of the award before.
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
    year: int, now: datetime, *, item: ServiceItem | None = None, county: Unit | None = None, marked: bool = False
) -> list[Charge]:
    """The purchases awarded in the year, the newest first: of one service, of the owners of a county, or those alone in
    which something deviates. MOST_ROWS at most."""
    found = public_awards().filter(awarded_at__year=year).exclude(selected=None)
    if item is not None:
        found = found.filter(item__item=item)
    if county is not None:
        found = found.filter(owner__county=county)
    rows = _charges(list(found[:MOST_ROWS]), now)
    return [one for one in rows if one.marks] if marked else rows


def _charges(purchases: Sequence[Purchase], now: datetime) -> list[Charge]:
    """Six queries."""
    wanted = [one.selected_id for one in purchases]
    signed = {
        one.contract.registration_id: one for one in rows_of(list(all_contracts().filter(registration__in=wanted)), now)
    }
    fees = _fees(purchases)
    standards = _standards(purchases)
    return [
        _charge(
            one,
            signed.get(one.selected_id or 0),
            fees.get((one.selected.organisation_id, one.item.item_id), ()),
            standards,
        )
        for one in purchases
        if one.selected is not None
    ]


def _charge(
    purchase: Purchase, row: Row | None, offerings: Iterable[Offering], standards: dict[int, list[GovernmentPrice]]
) -> Charge:
    registration = purchase.selected
    assert registration is not None
    awarded_at = purchase.awarded_at
    assert awarded_at is not None
    awarded_on = awarded_at.astimezone(SHANGHAI).date()
    situation = row.situation if row is not None and not contracts.is_secret(row.situation) else None
    signed_on = row.signed_on if row is not None and situation is not None else None
    sums = _sums(situation) if situation is not None else []
    offer = registration.offer or {}
    award_sum = Decimal(str(offer["price"])) if offer.get("price") else None
    text = next((one.fee for one in offerings if one.at <= awarded_at), "")
    standard = _on(standards.get(purchase.item.item_id, ()), signed_on or awarded_on)
    marks = _marks(award_sum, offer.get("rate"), sums, standard, comparable(text))
    return Charge(
        purchase, registration.organisation, awarded_on, price_in_words(registration), award_sum,
        row.contract if row is not None else None, signed_on, sums[0] if sums else None, sums[-1] if sums else None,
        shown(text, inside=False), standard, marks,
    )  # fmt: skip


def _sums(situation: Situation) -> list[Decimal]:
    """What the contract was signed at, and each amendment of it, in their order."""
    steps = (*contracts.SIGNS, *contracts.AMENDS)
    found = (one.values.get("amount") for one in situation.events if one.step in steps)
    return [one for one in found if isinstance(one, Decimal)]


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


def _standards(purchases: Iterable[Purchase]) -> dict[int, list[GovernmentPrice]]:
    """The government prices of their services, in the order in which they count."""
    found: dict[int, list[GovernmentPrice]] = {}
    rows = GovernmentPrice.objects.filter(item__in={one.item.item_id for one in purchases})
    for one in rows.order_by("since", "number"):
        found.setdefault(one.item_id, []).append(one)
    return found


def _on(rows: Iterable[GovernmentPrice], day: date) -> GovernmentPrice | None:
    said = [one for one in rows if one.since <= day]
    return if_in_force(said[-1] if said else None, day)


# --- what agencies publish


def _fees(purchases: Iterable[Purchase]) -> dict[tuple[int, int], list[Offering]]:
    """What the selected agencies published of the services, the newest first, by agency and service."""
    agencies = {one.selected.organisation_id for one in purchases if one.selected is not None}
    items = {one.item.item_id for one in purchases}
    found: dict[tuple[int, int], list[Offering]] = {}
    rows = Offering.objects.filter(listing__organisation__in=agencies, listing__item__in=items)
    for one in rows.select_related("listing").order_by("-at", "-pk"):
        found.setdefault((one.listing.organisation_id, one.listing.item_id), []).append(one)
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


def by_service(found: Collection[Charge], on: date) -> list[ServiceFees]:
    """The services of these purchases, those with something marked first."""
    by_item: dict[int, list[Charge]] = {}
    for one in found:
        by_item.setdefault(one.item.pk, []).append(one)
    current = {one.item_id: one for one in catalogue.services(on)}
    standards = _standards([one.purchase for one in found])
    rows = []
    for pk, several in by_item.items():
        sums = [one.award_sum if one.amount is None else one.amount for one in several]
        told = [one for one in sums if one is not None]
        rows.append(
            ServiceFees(
                current.get(pk, several[0].purchase.item),
                _on(standards.get(pk, ()), on),
                len(several),
                min(told, default=None),
                max(told, default=None),
                sum(bool(one.marks) for one in several),
            )
        )
    return sorted(rows, key=lambda one: (-one.marked, one.version.item.code))
