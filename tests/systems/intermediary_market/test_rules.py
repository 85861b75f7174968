"""The market's rules against plain sums of our own, and in any order of those who register."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from gongbao.rules import compute
from gongbao.systems import policy

NAMES = ("澄心", "青柠", "云岭", "白桦", "松风", "竹溪")
AGREED = [{"agency": NAMES[2], "other": NAMES[4]}]
ADDRESSES = ("云澜市青川县", "云澜市", "远江市", "")


def values(name: str, facts: dict[str, Any], **readings: str) -> dict[str, Any]:
    found = compute(policy(name), facts, readings=readings)
    assert not found.missing
    return found.as_json()["values"]


def shuffled(seeded: Random, listed: list[Any]) -> list[Any]:
    return seeded.sample(listed, len(listed))


def registrants(seeded: Random) -> list[dict[str, Any]]:
    people = ["p1", "p2", "p3", None]
    return [
        {
            "agency": name,
            "legal_representative": seeded.choice(people),
            "controller": seeded.choice(people),
            "representative_confirmed": seeded.random() < 0.6,
            "controller_confirmed": seeded.random() < 0.6,
            "kinship": seeded.random() < 0.1,
            "other_ground": seeded.random() < 0.1,
            "other_claimed": seeded.random() < 0.1,
        }
        for name in NAMES[: seeded.randint(0, len(NAMES))]
    ]


def selection(seeded: Random) -> dict[str, Any]:
    names = NAMES[: seeded.randint(0, len(NAMES))]
    way = seeded.choice(["best_value", "lowest_price", "random_draw"])
    return {
        "way": way,
        "price_kind": seeded.choice(["sum", "rate", "discount"]),
        "on": "2026-05-06",
        "candidates": [
            {
                "agency": name,
                "excluded": seeded.random() < 0.2,
                "admitted": seeded.random() < 0.8,
                "offer": None if seeded.random() < 0.1 else str(seeded.randint(1, 3)),
            }
            for name in names
        ],
        "criteria": [{"name": "方案", "weight": "70%"}, {"name": "报价", "weight": "30%"}],
        "marks": [
            {"agency": name, "criterion": criterion, "points": seeded.choice(["60", "70", "80.5"])}
            for name in names
            for criterion in ("方案", "报价")
        ],
    }


# --- the order and the addresses of those who register


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_registrants_changes_no_conflict_and_no_outcome(seed: int) -> None:
    seeded = Random(seed)
    given = registrants(seeded)
    by_agency = {one["agency"]: one for one in values("market-conflicts", _conflict(given))["registrants"]}
    again = values("market-conflicts", _conflict(shuffled(seeded, given)))["registrants"]
    assert {one["agency"]: one for one in again} == by_agency
    turned = [{"agency": one["other"], "other": one["agency"]} for one in _conflict(given)["agreed"]]
    again = values("market-conflicts", _conflict(given) | {"agreed": turned})["registrants"]
    assert {one["agency"]: one for one in again} == by_agency

    facts = selection(seeded)
    turned = facts | {name: shuffled(seeded, facts[name]) for name in ("candidates", "criteria", "marks")}
    one, other = values("market-outcome", facts), values("market-outcome", turned)
    places = [{each.pop("agency"): each for each in found.pop("candidates")} for found in (one, other)]
    assert one == other and places[0] == places[1]


@pytest.mark.parametrize("seed", range(6))
def test_who_bears_which_name_makes_no_difference(seed: int) -> None:
    """Agencies swap what they are called, and where they are from: each place goes with the offer, not with the name.

    No rule of the market is given an address: there is no fact for it to stand in.
    """
    seeded = Random(seed)
    facts = selection(seeded)
    names = [one["agency"] for one in facts["candidates"]]
    others = dict(zip(names, shuffled(seeded, names), strict=True))
    renamed = facts | {
        part: [one | {"agency": others[one["agency"]]} for one in facts[part]] for part in ("candidates", "marks")
    }
    found = values("market-outcome", facts)["candidates"]
    again = values("market-outcome", renamed)["candidates"]
    assert [one | {"agency": others[one["agency"]]} for one in found] == again
    for one in (policy("market-outcome"), policy("market-conflicts")):
        asked = {
            part.label.en
            for fact in one.facts.declared().values()
            if fact.type.is_records and fact.type.item
            for part in fact.type.item.python.declared().values()
        }
        assert not any("address" in name or "place" in name for name in asked)


# --- against plain sums


def _conflict(given: list[dict[str, Any]]) -> dict[str, Any]:
    """With two that both say that they are of one person, where both registered."""
    return {
        "on": "2026-05-06",
        "registrants": given,
        "agreed": [one for one in AGREED if set(one.values()) <= {each["agency"] for each in given}],
    }


@pytest.mark.parametrize("seed", range(12))
def test_who_stands_aside_is_who_shares_a_person_that_is_confirmed(seed: int) -> None:
    """And what one side alone says is evidence of both sides, and excludes neither."""
    given = registrants(Random(100 + seed))
    named = {one["agency"]: {one["legal_representative"], one["controller"]} - {None} for one in given}
    by_register = {
        one["agency"]: {
            one[person]
            for person, sure in (("legal_representative", "representative"), ("controller", "controller"))
            if one[f"{sure}_confirmed"] and one[person]
        }
        for one in given
    }

    def shares(name: str, behind: dict[str, set[str]]) -> bool:
        return any(behind[name] & people for other, people in behind.items() if other != name)

    facts = _conflict(given)
    agreed = {name for one in facts["agreed"] for name in one.values()}
    told = {one["agency"]: one for one in given}
    for one in values("market-conflicts", facts)["registrants"]:
        name = one["agency"]
        assert one["same_person"] == (shares(name, by_register) or name in agreed)
        assert one["excluded"] == (one["same_person"] or one["kinship"] or one["other_ground"])
        evidence = shares(name, named) or told[name]["other_claimed"]
        assert one["claimed"] == (evidence and not one["excluded"])


@pytest.mark.parametrize("seed", range(16))
def test_places_are_those_of_sorting(seed: int) -> None:
    facts = selection(Random(200 + seed))
    found = values("market-outcome", facts)
    running = {
        one["agency"]: one
        for one in facts["candidates"]
        if one["admitted"] and not one["excluded"] and (facts["way"] != "lowest_price" or one["offer"])
    }
    weights = {"方案": Fraction(70, 100), "报价": Fraction(30, 100)}
    score: Counter[str] = Counter()
    for mark in facts["marks"]:
        score[mark["agency"]] += Fraction(Decimal(mark["points"])) * weights[mark["criterion"]]  # type: ignore[assignment]

    def key(name: str) -> Fraction:
        if facts["way"] == "best_value":
            return -Fraction(score[name])
        if facts["way"] == "lowest_price":
            return Fraction(running[name]["offer"]) * (-1 if facts["price_kind"] == "discount" else 1)
        return Fraction(0)

    keys = sorted(map(key, running))
    expected = {name: keys.index(key(name)) + 1 for name in running}
    assert {one["agency"]: one["place"] for one in found["candidates"] if one["place"]} == expected
    first = sum(place == 1 for place in expected.values())
    assert found["outcome"] == ("failed" if first == 0 else "selected" if first == 1 else "draw")


@pytest.mark.parametrize("seed", range(12))
def test_three_complaints_in_any_year(seed: int) -> None:
    """Against windows that are tried out day by day."""
    seeded = Random(300 + seed)
    days = [date(2026, 1, 1) + timedelta(seeded.randint(0, 900)) for _ in range(seeded.randint(0, 6))]
    found = values(
        "market-unfounded-complaints", {"on": "2028-12-31", "complaints": [{"on": f"{day}"} for day in days]}
    )
    first = date(2026, 1, 1)
    windows = [first + timedelta(n) for n in range(1000) if (first + timedelta(n)).day != 29]
    expected = any(sum(start <= day <= start.replace(year=start.year + 1) for day in days) >= 3 for start in windows)
    assert found["too_many"] == expected


def test_weights_of_a_rating_that_are_not_whole_are_refused_whoever_changes_them() -> None:
    facts = {"quality": 1, "timeliness": 1, "attitude": 1, "fees": 1, "conduct": 1, "on": "2026-05-06"}
    changed = compute(policy("market-rating"), facts, figures={"weight[quality]": "30%", "weight[fees]": "10%"})
    assert changed.as_json()["values"] == {"rating": "1.00"}
    with pytest.raises(Exception, match="100 %"):
        compute(policy("market-rating"), facts, figures={"weight[quality]": "30%"})
