"""The tables of days against the functions that rules call, and what is looked up in them against the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from gongbao.core.working_days import CHINA, MOST_DAYS
from gongbao.rules import functions
from gongbao.rules.columns import calendar, program_of
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.lower import _CALLS, Lowering, Number
from gongbao.rules.columns.whole import CASE, Whole
from gongbao.rules.facts import FIRST_YEAR, LAST_YEAR
from tests.rules.columns.in_python import evaluate
from tests.rules.country.heating.rules import policy as heating

FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
"""The days that a fact may hold. The tables go on for a year, as rules look beyond."""
ONE_DAY = timedelta(days=1)


def special_days() -> list[date]:
    """The first and last days of all, each 29 February, the ends of each February, and the turns of some years."""
    februaries = [date(year, 3, 1) - ONE_DAY * back for year in range(FIRST_YEAR, LAST_YEAR + 1) for back in (0, 1, 2)]
    turns = [
        date(year, 1, 1) + ONE_DAY * off for year in (1901, 1970, 2000, 2022, 2100, 2199) for off in (-2, -1, 0, 1)
    ]
    return [FIRST, FIRST + ONE_DAY, LAST - ONE_DAY, LAST, *februaries, *turns]


def some_days(seeded: Random, many: int) -> list[date]:
    """Any days, and as many of the years whose days off are known."""
    days = [FIRST + ONE_DAY * seeded.randint(0, (LAST - FIRST).days) for _ in range(many)]
    return days + [date(2003, 6, 1) + ONE_DAY * seeded.randint(0, 9_000) for _ in range(many)]


DAYS = [*special_days(), *some_days(Random(1), 500)]


def entry(table: str, index: int) -> int:
    return int(calendar.table(table)[index - calendar.first_index(table)])


def test_days_and_their_numbers() -> None:
    assert calendar.number_of(date(1970, 1, 1)) == 0 and calendar.number_of(date(2022, 5, 1)) == 19_113
    for day in DAYS:
        assert calendar.day_of(calendar.number_of(day)) == day
    numbers = np.array([calendar.number_of(day) for day in DAYS])
    assert numbers.astype("datetime64[D]").tolist() == DAYS
    assert (calendar.day_of(calendar.FIRST), calendar.day_of(calendar.LAST)) == (FIRST, date(LAST_YEAR + 1, 12, 31))


@pytest.mark.parametrize("name", [*calendar.OF_DAYS, *calendar.OF_MONTHS, *calendar.OF_YEARS, calendar.WORKING])
def test_a_table_is_whole(name: str) -> None:
    """An entry for each day, month or year, in int64, the same table each time."""
    table = calendar.table(name)
    years = LAST_YEAR + 1 - FIRST_YEAR + 1
    lengths = {calendar.OF_DAYS: calendar.LAST - calendar.FIRST + 1, calendar.OF_MONTHS: years * 12}
    length = next((found for names, found in lengths.items() if name in names), years)
    assert table.dtype == np.int64 and calendar.table(name) is table
    if name == calendar.WORKING:
        assert len(table) == calendar.table("is_working").sum() and calendar.first_index(name) == 0
    else:
        assert len(table) == length


def test_there_is_no_other_table() -> None:
    with pytest.raises(KeyError):
        calendar.table("weekday")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("year", lambda day: day.year),
        ("month", lambda day: day.month),
        ("day", lambda day: day.day),
        ("month_number", lambda day: day.year * 12 + day.month - 1),
        ("last_of_month", lambda day: calendar.number_of(functions.last_day_of_month(day))),
        ("first_of_next_month", lambda day: calendar.number_of(functions.first_of_next_month(day))),
        ("is_working", lambda day: int(CHINA.is_working_day(day))),
    ],
)
def test_a_table_of_days(name: str, function: Callable[[date], int]) -> None:
    for day in [*DAYS, date(LAST_YEAR + 1, 12, 31)]:
        assert entry(name, calendar.number_of(day)) == function(day), day


def test_tables_of_months_and_years() -> None:
    for month in range(calendar.FIRST_MONTH, (LAST_YEAR + 2) * 12):
        begins = date(month // 12, month % 12 + 1, 1)
        last = functions.last_day_of_month(begins)
        assert entry("month_begins", month) == calendar.number_of(begins)
        assert entry("month_length", month) == last.day
    for year in range(FIRST_YEAR, LAST_YEAR + 2):
        assert entry("year_ends", year) == calendar.number_of(functions.last_day_of_year(year))


def test_tables_of_working_days() -> None:
    """`worked` counts those from FIRST up to a day, that day included, and `working_day` has the day of each count."""
    worked, days, is_working = (calendar.table(name) for name in ("worked", calendar.WORKING, "is_working"))
    assert worked[0] == is_working[0] and (np.diff(worked) == is_working[1:]).all()
    assert (np.diff(days) > 0).all() and (is_working[days - calendar.FIRST] == 1).all()
    assert (worked[days - calendar.FIRST] == np.arange(1, len(days) + 1)).all()
    known = [day for day in DAYS if 2004 <= day.year <= 2020]
    assert any(CHINA.is_working_day(day) != (day.weekday() < 5) for day in known), "days off and days made up for"


# --- what is looked up in them


class LookedUp:
    """A function of rules as an expression of columns a, b, …, with what must hold for it."""

    def __init__(self, name: str, *bounds: tuple[int, int], word: str = "") -> None:
        self.lowering = Lowering(heating, program_of(heating).slots, 10**9)
        columns = [w.leaf("column", ("", "abc"[at]), lo, hi, CASE) for at, (lo, hi) in enumerate(bounds)]
        if word:
            self.whole: Whole = self.lowering._whole_months(columns[0], columns[1], word == "up")
        else:
            self.whole = _CALLS[name](self.lowering, *map(Number, columns)).whole

    def of(self, *given: int) -> int | None:
        """The value, which lies within its bounds; None where it is left to `compute`."""
        columns = dict(zip("abc", given, strict=False))
        if not all(evaluate(one, columns)[one] for one in self.lowering.guards):
            return None
        value = evaluate(self.whole, columns)[self.whole]
        assert self.whole.lo <= value <= self.whole.hi
        return value


DAY = calendar.number_of(FIRST), calendar.number_of(LAST)


def told(function: Callable[..., Any], *given: Any) -> int | None:
    """What the function gives, as a column has it; None where it refuses, or gives a day beyond the tables."""
    try:
        found = function(*given)
    except (ValueError, OverflowError):
        return None
    if isinstance(found, date):
        number = calendar.number_of(found)
        return number if calendar.FIRST <= number <= calendar.LAST else None
    return int(found)


@pytest.mark.parametrize(
    "function",
    [
        functions.year_of,
        functions.month_of,
        functions.last_day_of_month,
        functions.first_of_next_month,
        functions.is_working_day,
    ],
    ids=lambda one: one.__name__,
)
def test_functions_of_a_day(function: Callable[[date], Any]) -> None:
    looked_up = LookedUp(function.__name__, DAY)
    for day in DAYS:
        assert looked_up.of(calendar.number_of(day)) == told(function, day) is not None, day


def test_the_last_day_of_a_year() -> None:
    looked_up = LookedUp("last_day_of_year", (1800, 2300))
    for year in range(1800, 2301):
        expected = told(functions.last_day_of_year, year) if FIRST_YEAR <= year <= LAST_YEAR + 1 else None
        assert looked_up.of(year) == expected, year


def test_months_added() -> None:
    looked_up, seeded = LookedUp("add_months", DAY, (-5_000, 5_000)), Random(2)
    refused = 0
    for day in DAYS:
        for months in (seeded.choice([0, 1, -1, 12]), seeded.randint(-30, 30), seeded.randint(-5_000, 5_000)):
            expected = told(functions.add_months, day, months)
            assert looked_up.of(calendar.number_of(day), months) == expected, (day, months)
            refused += expected is None
    assert refused > 500


def pairs(seeded: Random) -> list[tuple[date, date]]:
    """Days with others a little or a long time after them, the corresponding day and its neighbours often."""
    found = []
    for since in DAYS:
        months = seeded.choice([0, 1, 12, seeded.randint(0, 1_000)])
        until = functions.add_months(since, months) + ONE_DAY * seeded.choice([-1, 0, 0, 1, seeded.randint(0, 40)])
        found += [(since, until)] if FIRST <= until <= LAST else []
        found.append((since, seeded.choice(DAYS)))
    return found


@pytest.mark.parametrize("begun", ["down", "up"])
def test_whole_months(begun: Any) -> None:
    looked_up, refused = LookedUp("whole_months", DAY, DAY, word=begun), 0
    for since, until in pairs(Random(3)):
        expected = told(functions.whole_months, since, until, begun)
        found = looked_up.of(calendar.number_of(since), calendar.number_of(until))
        assert found == expected, (since, until)
        refused += expected is None
    assert refused > 200


def test_whole_years() -> None:
    looked_up = LookedUp("whole_years", DAY, DAY)
    for since, until in pairs(Random(4))[::3]:
        found = looked_up.of(calendar.number_of(since), calendar.number_of(until))
        assert found == told(functions.whole_years, since, until), (since, until)


def test_working_days_added() -> None:
    looked_up, seeded = LookedUp("add_working_days", DAY, (-5, MOST_DAYS + 5)), Random(5)
    for day in DAYS[::4]:
        for number in (seeded.choice([0, 1]), seeded.randint(2, 60)):
            expected = told(functions.add_working_days, day, number)
            assert looked_up.of(calendar.number_of(day), number) == expected, (day, number)
    for day, number in ((date(2010, 1, 1), MOST_DAYS), (date(2010, 1, 1), MOST_DAYS + 1), (FIRST, -1), (LAST, 0)):
        assert looked_up.of(calendar.number_of(day), number) == told(functions.add_working_days, day, number)
    # Beyond the tables only `compute` can say.
    assert looked_up.of(calendar.number_of(LAST), 300) is None
    assert told(functions.add_working_days, LAST, 300) is None


def test_working_days_between() -> None:
    looked_up, seeded, refused = LookedUp("working_days_between", DAY, DAY), Random(6), 0
    for since in DAYS[::2]:
        until = min(since + ONE_DAY * seeded.choice([0, 1, 7, seeded.randint(-3, 200)]), LAST)
        expected = told(functions.working_days_between, since, until) if until >= FIRST else None
        if until >= FIRST:
            found = looked_up.of(calendar.number_of(since), calendar.number_of(until))
            assert found == expected, (since, until)
        refused += expected is None
    assert refused
