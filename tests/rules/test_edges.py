"""Where rules flip, found from the rules: thresholds, bands, limits, periods, checks, the best of several."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules import Policy, Refused, compute
from gongbao.rules.edges import MOST_FLIPS, edges, flips
from gongbao.rules.readings import NoSuchReading
from gongbao.systems import policies, populations
from tests.rules.cases import PASTURES, TRIPS
from tests.rules.columns.agreement import agree, is_taken
from tests.rules.columns.drawing import drawn_cases
from tests.rules.columns.imagined import imagined
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds

HEATED: dict[str, Any] = {"groups": ["alone", "other"], "cost": "1333.33", "clean": True, "on": "2026-03-01"}
FERRIED: dict[str, Any] = {"year": 2026, "moved_on": "2026-06-10", "trips": TRIPS}
GRAZED: dict[str, Any] = {"month": "2026-03", "pastures": PASTURES}


def found(policy: Policy, given: dict[str, Any], fact: str, **options: Any) -> list[tuple[Any, Any]]:
    listed = flips(policy, given, fact, **options)
    assert all(one.path == fact for one in listed)
    return [(one.below, one.above) for one in listed]


def test_an_own_share_bands_and_a_limit() -> None:
    alone = HEATED | {"groups": ["other"], "clean": False}
    assert found(heating, alone, "cost") == [
        # The own share of 200; exactly it is neither below nor above.
        ("199.99", "200.00"),
        ("200.00", "200.01"),
        # 1000 above it, where the second band begins: 超过.
        ("1199.99", "1200.00"),
        ("1200.00", "1200.01"),
        # 500 and 30 % of the rest are 800 fen by fen up to here; two hundredths of a fen more round to no more.
        ("2199.98", "2199.99"),
        ("2200.01", "2200.02"),
    ]


def test_which_rules_flip_and_with_which_figures() -> None:
    (edge,) = {one.rules for one in flips(heating, HEATED | {"groups": ["alone"]}, "cost") if one.below == "999.99"}
    assert edge == ("basic",)
    lower = found(heating, HEATED | {"groups": ["other"]}, "cost", figures={"own_share": "150.5"})
    assert ("150.49", "150.50") in lower and ("199.99", "200.00") not in lower


def test_readings_decide_what_flips() -> None:
    both = found(heating, HEATED, "cost", readings={"limit_over": "both"})
    basic = found(heating, HEATED, "cost", readings={"limit_over": "basic_only"})
    assert both != basic
    with pytest.raises(NoSuchReading):
        flips(heating, HEATED, "cost", readings={"limit_over": "neither"})


def test_periods_in_force_and_of_figures() -> None:
    assert found(heating, HEATED, "on") == [
        ("2025-12-31", "2026-01-01"),
        ("2026-12-31", "2027-01-01"),  # another own share
        ("2028-12-31", "2029-01-01"),
    ]
    assert found(herds, GRAZED, "month") == [("2026-02", "2026-03")]


def test_fields_of_a_record_checks_and_what_came_before() -> None:
    assert ("2026-12-31", "2027-01-01") in found(ferry, FERRIED, "trips[0].date")
    # An own share of 4 a day and pier, then half of the rest up to what a guest may have.
    assert found(ferry, FERRIED, "trips[0].fare")[:2] == [("3.99", "4.00"), ("4.00", "4.01")]
    # Resident from the 1st of the month after moving: the first trip was on 1 May, two on 3 July.
    assert found(ferry, FERRIED, "moved_on") == [
        ("2026-03-31", "2026-04-01"),
        ("2026-04-30", "2026-05-01"),
        ("2026-06-30", "2026-07-01"),
    ]


def test_by_default_every_fact_and_the_first_and_the_last_record() -> None:
    paths = {one.path for one in flips(herds, GRAZED)}
    assert {"month", "pastures[0].cover", "pastures[2].cover", "pastures[2].herds"} <= paths
    assert not any("[1]" in one for one in paths)
    assert found(herds, GRAZED, "pastures[1].herds") == [(0, 1)]


def test_the_best_of_several_flips_where_two_come_to_the_same(tmp_path: Path) -> None:
    several = imagined(
        tmp_path,
        """
class Facts(FactSheet):
    on: Date = asked()
    kinds: list[Kind] = asked()
    cost: Money = asked()
""",
        """
@rule
def aid(best: Kind, cost: Money) -> Money:
    if best == Kind.A:
        return Money(300)
    return cost * Percent(50) if best == Kind.B else cost / 3
best_of("best", "一", highest(aid), of="kinds", zh="好", en="best")
values(aid)
""",
    )
    case = {"on": "2026-03-01", "kinds": ["a", "b", "c"], "cost": "1"}
    # Half a fen is rounded up: 599.99 comes to 300 as well. Half and a third of a fen are the same too, of two not.
    assert found(several, case, "cost")[-2:] == [("899.98", "899.99"), ("900.01", "900.02")]
    assert ("599.98", "599.99") in found(several, case, "cost") and ("600.00", "600.01") in found(several, case, "cost")
    best = [compute(several, one).case.best().value for one in edges(several, case, "cost")]
    assert set(best) == {"a", "b"} and best == sorted(best)


def test_edges_are_the_values_on_both_sides_and_one_more_each_way() -> None:
    case = HEATED | {"groups": ["other"], "clean": False}
    costs = [one["cost"] for one in edges(heating, case, "cost")]
    assert costs[:4] == ["199.98", "199.99", "200.00", "200.01"] and costs[4] == "200.02"
    assert costs == sorted(costs, key=float) and len(costs) == len(set(costs))
    assert all(one | {"cost": "1333.33"} == case for one in edges(heating, case, "cost"))
    trips = edges(ferry, FERRIED, "trips[2].fare")
    assert all(one["trips"][:2] == TRIPS[:2] for one in trips) and TRIPS[2]["fare"] == "80"


def test_the_case_itself_is_left_as_it_is() -> None:
    given = {"year": 2026, "moved_on": None, "trips": [dict(one) for one in TRIPS]}
    edges(ferry, given)
    assert given == {"year": 2026, "moved_on": None, "trips": TRIPS}


def test_what_is_missing_is_not_varied_unless_it_is_asked_for() -> None:
    without = {name: one for name, one in HEATED.items() if name != "cost"}
    assert {one.path for one in flips(heating, without)} == {"on"}
    assert found(heating, without, "cost")


@pytest.mark.parametrize("path", ["costs", "clean", "groups", "cost[0].x", "trips", "cost.x"])
def test_a_path_without_a_number_or_date_is_refused(path: str) -> None:
    with pytest.raises(GongbaoError, match="no number or date of the case"):
        flips(heating, HEATED, path)


@pytest.mark.parametrize("path", ["trips[3].fare", "trips[0].pier", "trips[0].fares", "trips.fare"])
def test_a_path_to_no_record_is_refused(path: str) -> None:
    with pytest.raises(GongbaoError, match="no number or date of the case"):
        flips(ferry, FERRIED, path)


def test_facts_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(Refused):
        flips(heating, HEATED | {"cost": "-1"})


def test_what_flips_without_end_is_not_followed_without_end(tmp_path: Path) -> None:
    endless = imagined(
        tmp_path,
        """
class Facts(FactSheet):
    on: Date = asked()
    cost: Money = asked(most="100000")
""",
        """
@rule
def thousands(cost: Money) -> Two:
    return whole(ratio(cost, Money(10)))
@rule
def rest(cost: Money, thousands: Two) -> Flag:
    return cost - Money(10) * thousands < Money(5)
values(rest)
""",
    )
    assert 0 < len(flips(endless, {"on": "2026-03-01", "cost": "5"}, "cost")) <= MOST_FLIPS


def test_no_flip_is_left_out_that_a_look_at_every_value_finds() -> None:
    """The height of the first of three villages, a tenth at a time, against what the document says of it."""

    def outcome(tenths: int) -> list[tuple[int, int]]:
        covers = [Fraction(tenths, 10), Fraction(9), Fraction(3)]
        mean = sum(covers) / 3
        return [_compared(one, mean) for one in covers]

    def _compared(cover: Fraction, mean: Fraction) -> tuple[int, int]:
        """Above or below the mean; less, exactly or more than 5 cm, where the second band begins."""
        above, beyond = cover - mean, abs(cover - mean) - 5
        return (above > 0) - (above < 0), (beyond > 0) - (beyond < 0)

    expected = [tenths for tenths in range(-400, 400) if outcome(tenths) != outcome(tenths + 1)]
    listed = [one for one in flips(herds, GRAZED, "pastures[0].cover") if "for_height" in one.rules]
    assert [int(Fraction(one.below) * 10) for one in listed] == expected and len(expected) == 18


@pytest.mark.parametrize("one", [policies()[name] for name in populations()], ids=list(populations()))
def test_every_policy_has_its_edges(one: Policy) -> None:
    case = next(case for case in drawn_cases(one, 9, seed=12) if is_taken(one, case))
    fact = "units[0].pm25" if one.name == "air-compensation" else None
    found = agree(one, edges(one, case, fact), each_alone=False)
    assert found.compared > 0 and found.left == 0
