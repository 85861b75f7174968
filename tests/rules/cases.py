"""Cases of the imaginary country, for whatever shows a result."""

from typing import Any

from gongbao.rules import Result, compute
from gongbao.systems.outpatient_pooling.rules import outpatient_pooling
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds

TRIPS = [
    {"date": "2026-05-01", "pier": "甲渡", "kind": "large", "fare": "33.33"},
    {"date": "2026-07-03", "pier": "甲渡", "kind": "small", "fare": "60"},
    {"date": "2026-07-03", "pier": "甲渡", "kind": "large", "fare": "80"},
]
PASTURES = [
    {"village": "east", "cover": "12.5", "cover_last_year": "11", "herds": 3},
    {"village": "west", "cover": "9", "cover_last_year": "9.3", "herds": 0},
    {"village": "hill", "cover": "3", "cover_last_year": "2", "herds": 2},
]


def heated(readings: dict[str, str] | None = None, **facts: Any) -> Result:
    """Two groups, of which the first comes out better, and a sum that is rounded up."""
    given = {"groups": ["alone", "large"], "cost": "1333.33", "clean": True, "on": "2026-03-01"} | facts
    return compute(heating, {name: fact for name, fact in given.items() if fact is not None}, readings=readings)


def ferried(trips: list[dict[str, Any]] | None = None) -> Result:
    """Three trips, the first before the limit rises."""
    return compute(ferry, {"year": 2026, "moved_on": "2026-06-10", "trips": TRIPS if trips is None else trips})


def grazed() -> Result:
    """Three villages in two groups."""
    return compute(herds, {"month": "2026-03", "pastures": PASTURES})


def visited() -> Result:
    """Two visits, of which the first was not settled directly, so that nothing else has a bearing on it."""
    visit = {"institution": "甲", "level": "primary", "in_scope_cost": "100", "designated": True}
    visit |= {"during_inpatient_stay": False, "suspended": False}
    visits = [
        visit | {"date": "2023-02-01", "settled_directly": False},
        visit | {"date": "2023-05-01", "settled_directly": True},
    ]
    return compute(outpatient_pooling, {"year": 2023, "status": "active", "visits": visits})
