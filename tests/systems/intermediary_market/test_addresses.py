"""Where agencies are from, and when they hand in, changes no outcome of a selection (第五条第三款)."""

from collections.abc import Mapping, Sequence

import pytest

from gongbao.office.audit.actors import KEEPER
from gongbao.systems.intermediary_market.organisations.actions import change_particulars
from gongbao.systems.intermediary_market.purchases.models import Computed, Purchase
from tests.systems.intermediary_market.buying import Market, buying_market
from tests.systems.intermediary_market.parties import START

PRICES = {0: "48123.45", 1: "47000", 2: "48123.46", 3: "90000"}
"""What the agencies ask, by number; the last is above the budget."""
ADDRESSES = ("云岭市松溪区竹林路1号", "云岭市松溪区竹林路2号", "远江市港前街3号", "远江市港前街4号")

pytestmark = pytest.mark.one_database


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def played(market: Market, order: Sequence[int], addresses: Sequence[str]) -> Purchase:
    """A selection by price where each agency, by number, is at that address; in that order they hand in."""
    for agency, address in zip(market.parties.agencies, addresses, strict=False):
        change_particulars(agency, {"address": address}, actor=KEEPER, at=START)
    return market.settle(market.selecting(order, [PRICES[number] for number in order]))


def decided(purchase: Purchase) -> Mapping[str, object]:
    """What the policies came to, by agency; the limit is of the owner, and what it spends adds up."""
    found = {}
    for one in Computed.objects.filter(purchase=purchase).exclude(policy="market-limit").order_by("pk"):
        values = dict(one.result["values"])
        for part in ("candidates", "registrants"):
            values[part] = sorted(values.get(part, []), key=lambda each: each["agency"])
        found[one.policy] = values
    return found


def test_no_outcome_depends_on_an_address_or_on_who_was_first_to_hand_in(market: Market) -> None:
    first = played(market, [0, 1, 2, 3], ADDRESSES)
    expected, agency = decided(first), market.parties.agencies[1]
    assert {"market-conflicts", "market-outcome"} <= set(expected)
    assert first.selected is not None and first.selected.organisation == agency
    for order, addresses in (([3, 2, 1, 0], ADDRESSES), ([1, 3, 0, 2], ADDRESSES[::-1])):
        again = played(market, order, addresses)
        assert decided(again) == expected
        assert again.selected is not None and again.selected.organisation == agency
