"""Random cases: the three policies give what a second reading of the documents gives, and what no reading may break."""

import copy
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from gongbao.rules import compute
from gongbao.rules.readings import Reading
from gongbao.systems import policy
from tests.systems import oracles

CASES = 150

Facts = dict[str, Any]


def amount(random_: random.Random, most: int) -> str:
    """To the fen; often at an edge of the documents, or one fen beside it."""
    if random_.random() < 0.3:
        edge = random_.choice([0, 3000, 7200, 14500, 10000, 30000, 40, 80])
        return f"{max(edge * 100 + random_.choice([-1, 0, 1]), 0) / 100:.2f}"
    return f"{random_.randrange(most * 100) / 100:.2f}"


def medical(random_: random.Random) -> Facts:
    categories = list(oracles.POOREST) + list(oracles.THRESHOLD)
    return {
        "categories": random_.sample(categories, random_.choice([1, 1, 2, 3, 6])),
        "inpatient_self_pay": amount(random_, 120000),
        "outpatient_self_pay": amount(random_, 60000),
        "standard_referral": random_.random() < 0.7,
        "in_province": random_.random() < 0.8,
        "on": str(date(2022, 5, 1) + timedelta(days=random_.randrange(900))),
    }


def outpatient(random_: random.Random) -> Facts:
    year = random_.choice([2022, 2022, 2023, 2024])
    first = date(year, 7, 1) if year == 2022 else date(year, 1, 1)
    days = [first + timedelta(days=random_.randrange(180)) for _ in range(8)]

    def often(chance: float) -> bool:
        return random_.random() < chance

    def visit() -> Facts:
        return {
            "date": str(random_.choice(days)),
            "institution": random_.choice(["甲医院", "乙医院", "丙中心"]),
            "level": random_.choice(list(oracles.SHARES)),
            "in_scope_cost": amount(random_, 120 if often(0.5) else 1500),
            "designated": often(0.93),
            "settled_directly": often(0.93),
            "during_inpatient_stay": often(0.07),
            "suspended": often(0.07),
        }

    facts: Facts = {
        "year": year,
        "status": random_.choice(["active", "active", "retired", "flexible_8", "flexible_6", "flexible_4_2"]),
        "visits": [visit() for _ in range(random_.choice([0, 1, 4, 12, 20]))],
    }
    if facts["status"] != "retired" and often(0.6):
        facts["retired_on"] = str(first + timedelta(days=random_.randrange(-40, 230)))
    return facts


def air(random_: random.Random) -> Facts:
    def level(low: int, high: int, places: int) -> str:
        return f"{random_.randrange(low * 10**places, high * 10**places) / 10**places:.{places}f}"

    places = random_.choice([0, 1, 2])
    spread = random_.choice([2, 12, 40])

    def unit(name: str) -> Facts:
        return {
            "unit": name,
            "pm25": level(40, 40 + spread, places),
            "pm25_last_year": level(38, 44 + spread, places),
            "pm10": level(70, 70 + spread, places),
            "pm10_last_year": level(66, 74 + spread, places),
            "good_days": random_.randrange(10, 31),
            "pm25_target": level(40, 41 + spread, places),
            "pm10_target": level(70, 71 + spread, places),
            "good_days_target": random_.randrange(10, 31),
        }

    names = [*oracles.CENTRAL, *oracles.COUNTIES]
    random_.shuffle(names)
    return {
        "month": random_.choice(["2022-09", "2022-12", "2023-02"]),
        "city_pays_province": random_.random() < 0.3,
        "units": [unit(name) for name in names],
    }


POLICIES: dict[str, tuple[Callable[[random.Random], Facts], Callable[..., Facts]]] = {
    "medical-assistance": (medical, oracles.medical_assistance),
    "outpatient-pooling": (outpatient, oracles.outpatient_pooling),
    "air-compensation": (air, oracles.air_compensation),
}


def some_readings(random_: random.Random, table: dict[str, Reading]) -> dict[str, str]:
    """The defaults in half of the cases, otherwise any options."""
    if random_.random() < 0.5:
        return {}
    return {name: random_.choice(list(reading.options)) for name, reading in table.items()}


def as_fractions(value: Any) -> Any:
    """Values as JSON has them, their amounts as fractions; names stay."""
    if isinstance(value, dict):
        return {name: one if name == "unit" else as_fractions(one) for name, one in value.items()}
    return [as_fractions(one) for one in value] if isinstance(value, list) else Fraction(value)


@pytest.mark.parametrize("name", POLICIES)
def test_a_second_reading_of_the_document_gives_the_same(name: str) -> None:
    make, oracle = POLICIES[name]
    random_ = random.Random(name)
    for _ in range(CASES):
        facts = make(random_)
        readings = some_readings(random_, policy(name).reading_table)
        result = compute(policy(name), facts, readings=readings)
        assert as_fractions(result.as_json()["values"]) == oracle(facts, readings), (facts, readings)
        assert not result.missing


def paths(facts: Facts) -> Iterator[tuple[str | int, ...]]:
    """The places of the facts that may be missing; one that may be left out is never."""
    for name, value in facts.items():
        if name == "retired_on":
            continue
        yield (name,)
        for place, record in enumerate(value if isinstance(value, list) else []):
            yield from ((name, place, key) for key in record if isinstance(record, dict))


def left_out(facts: Facts, some: list[tuple[str | int, ...]]) -> Facts:
    found = copy.deepcopy(facts)
    for path in sorted(some, key=len, reverse=True):
        within: Any = found
        for key in path[:-1]:
            within = within[key]
        within.pop(path[-1])
    return found


@pytest.mark.parametrize("name", POLICIES)
def test_what_is_computed_without_some_facts_holds_with_them_and_asking_once_is_enough(name: str) -> None:
    make, _ = POLICIES[name]
    random_ = random.Random(f"{name}, missing")
    for _ in range(CASES // 5):
        facts = make(random_)
        places = list(paths(facts))
        some = random_.sample(places, min(random_.choice([1, 2, 3, 6]), len(places)))
        named = {path: "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)[1:] for path in some}
        whole = dict(single(compute(policy(name), facts).as_json()["values"]))
        result = compute(policy(name), left_out(facts, some))
        found = dict(single(result.as_json()["values"]))
        assert all(value in (None, whole.get(path, value)) for path, value in found.items()), (some, facts)
        assert set(result.missing) <= set(named.values()), (some, facts)
        assert bool(result.missing) == (None in found.values()), (some, facts)
        if not {("visits",), ("units",)} & set(some):  # of a list that is missing nobody knows what it will lack
            unasked = [path for path in some if named[path] not in result.missing]
            assert not compute(policy(name), left_out(facts, unasked)).missing, (some, facts)


def single(values: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each single value with its path."""
    if isinstance(values, dict | list):
        for key, one in values.items() if isinstance(values, dict) else enumerate(values):
            yield from single(one, f"{path}.{key}")
    else:
        yield path, values


def test_aid_is_never_more_than_was_paid_and_never_less_than_nothing() -> None:
    random_ = random.Random("aid")
    for _ in range(CASES):
        facts = medical(random_)
        values = as_fractions(compute(policy("medical-assistance"), facts).as_json()["values"])
        paid = Fraction(facts["inpatient_self_pay"]) + Fraction(facts["outpatient_self_pay"])
        assert all(value >= 0 for value in values.values()), facts
        assert values["total_aid"] + values["remaining_self_pay"] == paid
        assert values["basic_aid"] <= 30000 and values["supplementary_aid"] <= 10000


def test_the_order_of_categories_never_matters() -> None:
    random_ = random.Random("order")
    for _ in range(40):
        facts = medical(random_)
        shuffled = facts | {"categories": random_.sample(facts["categories"], len(facts["categories"]))}
        first, second = (compute(policy("medical-assistance"), one).as_json()["values"] for one in (facts, shuffled))
        assert first == second, facts


def test_another_category_never_lessens_the_aid() -> None:
    random_ = random.Random("more")
    for _ in range(40):
        facts = medical(random_)
        alone = facts | {"categories": facts["categories"][:1]}
        more, less = (
            Fraction(compute(policy("medical-assistance"), one).as_json()["values"]["total_aid"])
            for one in (facts, alone)
        )
        assert more >= less, facts


@pytest.mark.parametrize("limit_caps", ["what_the_fund_pays", "the_cost_counted"])
def test_the_fund_pays_no_more_than_the_visit_cost_nor_than_the_limit_allows(limit_caps: str) -> None:
    random_ = random.Random("fund")
    for _ in range(CASES):
        facts = outpatient(random_)
        result = compute(policy("outpatient-pooling"), facts, readings={"limit_caps": limit_caps})
        values = as_fractions(result.as_json()["values"])
        paid = Fraction(0)
        for visit, came in zip(facts["visits"], values["visits"], strict=True):
            cost = Fraction(visit["in_scope_cost"])
            assert 0 <= came["deductible"] <= min(cost, Fraction(40))
            assert 0 <= came["pooled_fund_pays"] <= cost - came["deductible"]
            assert came["pooled_fund_pays"] + came["person_pays"] == cost
            paid += came["pooled_fund_pays"]
        assert values["pooled_fund_total"] == paid <= 2000
        assert 0 <= values["limit_left"] <= values["annual_limit"]


def test_visits_of_different_days_may_come_in_any_order() -> None:
    random_ = random.Random("days")
    for _ in range(40):
        facts = outpatient(random_)
        by_day = {visit["date"]: visit for visit in facts["visits"]}
        visits = list(by_day.values())
        mixed = random_.sample(visits, len(visits))
        one, other = (
            compute(policy("outpatient-pooling"), facts | {"visits": given}).as_json()["values"]
            for given in (visits, mixed)
        )
        assert [one["visits"][visits.index(visit)] for visit in mixed] == other["visits"], facts


def test_what_nine_units_receive_the_city_pays() -> None:
    random_ = random.Random("balance")
    for _ in range(CASES):
        facts = air(random_)
        readings = some_readings(random_, policy("air-compensation").reading_table)
        values = as_fractions(compute(policy("air-compensation"), facts, readings=readings).as_json()["values"])
        assert sum(unit["net"] for unit in values["units"]) == -values["city_balance"]
        if facts["city_pays_province"]:
            assert all(unit["net"] <= 0 for unit in values["units"]), facts


def test_the_order_of_the_units_never_matters() -> None:
    random_ = random.Random("units")
    for _ in range(20):
        facts = air(random_)
        turned = facts | {"units": facts["units"][::-1]}
        one, other = (compute(policy("air-compensation"), given).as_json()["values"] for given in (facts, turned))
        assert one["units"] == other["units"][::-1]
        assert one["city_balance"] == other["city_balance"]


@pytest.mark.parametrize(("year", "limit"), [(2020, "1500.00"), (2021, "1500.00"), (2022, "750.00"), (2023, "1500.00")])
def test_only_2022_has_half_the_limit(year: int, limit: str) -> None:
    facts = {"year": year, "status": "active", "visits": []}
    assert compute(policy("outpatient-pooling"), facts, as_if=True).as_json()["values"]["annual_limit"] == limit


def test_each_pollutant_has_the_clause_of_its_own_band() -> None:
    entries = policy("air-compensation").figure_table.entries
    assert entries["pm25_level_from"].clause == "第四条第（一）项"
    assert entries["pm10_level_from"].clause == "第四条第（三）项"
