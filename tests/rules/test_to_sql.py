"""The tree carries another target than `compute`: the running limit and the group mean on DuckDB, in whole numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from gongbao.rules import Policy, values
from gongbao.systems.air_compensation.rules import District, air_compensation
from gongbao.systems.outpatient_pooling.rules import Level, Status, outpatient_pooling
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import Village
from tests.rules.country.herds.rules import policy as herds
from tests.rules.to_sql import MACROS, Compiler, by_compute, by_sql, computed, constant, quotient, rules_of

Random = random.Random
Facts = dict[str, Any]

CASES = 300


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        yield opened


def drawn(one: Callable[[Random], Facts], number: int = CASES) -> list[Facts]:
    seeded = Random(20220701)
    return [one(seeded) for _ in range(number)]


def decimal(seeded: Random, least: str, most: str, places: int) -> str:
    scale = 10**places
    return str(Decimal(seeded.randint(int(Decimal(least) * scale), int(Decimal(most) * scale))) / scale)


def days(seeded: Random, first: date, last: date, number: int) -> list[str]:
    """Of a few days, so that several things happen on one of them, in no order."""
    span = (last - first).days
    few = [first + timedelta(seeded.randint(0, span)) for _ in range(max(1, number * 2 // 3))]
    return [seeded.choice(few).isoformat() for _ in range(number)]


def of(choice: Any, seeded: Random) -> str:
    return str(seeded.choice(list(choice)).value)


def ferried(seeded: Random) -> Facts:
    year = seeded.choice([2026, 2027])
    moved_on = seeded.choice([None, f"{year}-{seeded.randint(1, 12):02}-28"])
    trips = [
        {"date": day, "pier": seeded.choice("ab"), "kind": kind, "fare": decimal(seeded, "0", "40", 2)}
        for day in days(seeded, date(year, 1, 1), date(year, 12, 31), seeded.randint(0, 12))
        for kind in [seeded.choice(["small", "large"])]
    ]
    return {"year": year, "moved_on": moved_on, "trips": trips}


def grazed(seeded: Random) -> Facts:
    pastures = [
        {
            "village": village.value,
            "cover": decimal(seeded, "0", "25", 1),
            "cover_last_year": decimal(seeded, "0.1", "25", 1),
            "herds": seeded.randint(0, 2),
        }
        for village in seeded.sample(list(Village), len(Village))
    ]
    return {"month": f"{seeded.randint(2026, 2028)}-{seeded.randint(3, 12):02}", "pastures": pastures}


def treated(seeded: Random) -> Facts:
    year = seeded.choice([2022, 2023, 2024])
    first = date(year, 7 if year == 2022 else 1, 1)
    status = of(Status, seeded)
    retired_on = None if status == "retired" else seeded.choice([None, f"{year}-{seeded.randint(1, 12):02}-15"])
    visits = [
        {
            "date": day,
            "institution": seeded.choice("甲乙"),
            "level": of(Level, seeded),
            "in_scope_cost": seeded.choice(["40", "40.01", "3000", decimal(seeded, "0", "900", 2)]),
            "designated": seeded.random() < 0.95,
            "settled_directly": seeded.random() < 0.95,
            "during_inpatient_stay": seeded.random() < 0.05,
            "suspended": seeded.random() < 0.05,
        }
        for day in days(seeded, first, date(year, 12, 31), seeded.randint(0, 12))
    ]
    return {"year": year, "status": status, "retired_on": retired_on, "visits": visits}


def measured(seeded: Random) -> Facts:
    def micrograms(least: str, most: str) -> str:
        return decimal(seeded, least, most, seeded.choice([0, 1, 2]))

    units = [
        {
            "unit": unit.value,
            "pm25": micrograms("25", "45"),
            "pm25_last_year": micrograms("25", "45"),
            "pm10": micrograms("60", "90"),
            "pm10_last_year": micrograms("60", "90"),
            "good_days": str(seeded.randint(10, 30)),
            "pm25_target": micrograms("30", "45"),
            "pm10_target": micrograms("65", "90"),
            "good_days_target": str(seeded.randint(10, 25)),
        }
        for unit in seeded.sample(list(District), len(District))
    ]
    return {
        "month": f"2023-{seeded.randint(1, 12):02}",
        "city_pays_province": seeded.random() < 0.3,
        "units": units,
    }


def both_ways(
    database: duckdb.DuckDBPyConnection,
    policy: Policy,
    given: list[Facts],
    readings: dict[str, str] | None = None,
    decimals: int = 0,
) -> dict[str, list[Any]]:
    """Each rule's values, the same by both: what is reported, and what led to it."""
    compiler = Compiler(policy, readings=readings, decimals=decimals)
    cases = computed(policy, given, readings)
    found, expected = by_sql(database, compiler, cases), by_compute(compiler, cases)
    for rule in rules_of(policy):
        assert found[rule.name] == expected[rule.name], rule.name
    return found


def kinds_of_columns(database: duckdb.DuckDBPyConnection) -> set[str]:
    """No result is cast, so that a DOUBLE on the way to one would show here."""
    rows = database.execute("SELECT DISTINCT data_type FROM duckdb_columns() WHERE NOT internal").fetchall()
    return {kind for (kind,) in rows}


def test_the_running_limit_of_the_ferry(database: duckdb.DuckDBPyConnection) -> None:
    found = both_ways(database, ferry, drawn(ferried))
    # The limit did fall and rise on the way, and bit: otherwise a window would have done.
    limits = [one for one in found["limit_then"] if len(set(one)) > 1]
    assert any(one != sorted(one) for one in limits) and any(one != sorted(one, reverse=True) for one in limits)
    assert any(total == 10_000 for total in found["allowance_total"])
    assert kinds_of_columns(database) <= {"BIGINT", "HUGEINT", "DATE", "VARCHAR", "BOOLEAN"}


def test_a_limit_that_falls_and_rises_again_is_not_a_clipped_sum(database: duckdb.DuckDBPyConnection) -> None:
    # A guest has 30 on small ferries and 20 on large ones. The second trip finds nothing left and uses none, so the
    # third still finds 5.
    trips = [
        {"date": f"2026-0{month}-01", "pier": "a", "kind": kind, "fare": fare}
        for month, kind, fare in ((1, "small", "41.67"), (2, "large", "100"), (3, "small", "100"))
    ]
    found = both_ways(database, ferry, [{"year": 2026, "moved_on": "2026-12-31", "trips": trips}])
    assert found["allowance"] == [[2500, 0, 500]]


def test_the_group_means_of_the_herds(database: duckdb.DuckDBPyConnection) -> None:
    # 5 % against a mean of 2 %: exactly 3 points, which the second band includes.
    edge = [
        {"village": village, "cover": cover, "cover_last_year": "10", "herds": 1}
        for village, cover in (("east", "10.5"), ("west", "10.1"), ("hill", "10"))
    ]
    found = both_ways(database, herds, [{"month": "2026-03", "pastures": edge}, *drawn(grazed)])
    assert found["for_improvement"][0][0] == 450
    assert any(one[0] != one[1] for one in found["group_improvement"])
    assert any(amount < 0 for one in found["for_height"] for amount in one)


@pytest.mark.parametrize("limit_caps", ["what_the_fund_pays", "the_cost_counted"])
def test_the_running_limit_of_outpatient_pooling(database: duckdb.DuckDBPyConnection, limit_caps: str) -> None:
    found = both_ways(database, outpatient_pooling, drawn(treated), {"limit_caps": limit_caps})
    used_up = {
        limit for limit, left in zip(found["annual_limit"], found["limit_left"], strict=True) if limit and not left
    }
    assert used_up == {75_000, 100_000, 150_000, 200_000}  # both terms, in 2022 and after
    assert any(len(set(one)) > 1 for one in found["limit_then"])  # retirement within the year


@pytest.mark.parametrize(
    "readings",
    [
        {},
        {
            "first_microgram": "nothing_below_one",
            "part_of_a_day": "whole_days_only",
            "city_pays": "only_a_positive_net",
        },
        {
            "first_microgram": "only_above_one",
            "improvement_baseline": "rate_of_means",
            "missed_target": "improvement_too",
        },
    ],
)
def test_the_group_means_of_air_compensation(database: duckdb.DuckDBPyConnection, readings: dict[str, str]) -> None:
    found = both_ways(database, air_compensation, drawn(measured, CASES // 3), readings, decimals=2)
    assert all(len(set(one)) == 2 for one in found["pm25_baseline"])
    amounts = [amount for one in found["net"] for amount in one]
    assert min(amounts) < 0 < max(amounts)
    assert kinds_of_columns(database) <= {"BIGINT", "HUGEINT", "DATE", "VARCHAR", "BOOLEAN"}


@pytest.mark.parametrize("left", ["1", "-1", "0.005", "-0.005", "0.0149999", "200.01", "0"])
@pytest.mark.parametrize("right", ["1", "-1", "3", "-3", "0.08", "2"])
def test_a_quotient_is_rounded_once_a_half_away_from_zero(
    database: duckdb.DuckDBPyConnection, left: str, right: str
) -> None:
    for statement in MACROS:
        database.execute(statement)
    number = quotient(constant(values.Decimal(left)), constant(values.Decimal(right))).rounded(2)
    expected = (values.Decimal(left) / values.Decimal(right)).rounded(2)
    assert database.execute(f"SELECT {number.text}").fetchall() == [(int(expected.exact * 100),)]


def test_what_it_does_not_know_is_named() -> None:
    with pytest.raises(NotImplementedError, match=r"BestRef in line \d+ of own_share"):
        Compiler(heating)
