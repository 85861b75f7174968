"""Working days by the notices on public holidays, make-up days included."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.dates import ONE_DAY
from gongbao.core.working_days import (
    CHINA,
    add_working_days,
    is_provisional,
    is_working_day,
    working_days_between,
)

# The notice for 2026, of 4 November 2025: holidays from and to, and the weekend days that are worked.
HOLIDAYS_2026 = [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
                 ("09-25", "09-27"), ("10-01", "10-07")]  # fmt: skip
WORKED_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_every_day_of_2026_is_as_its_notice_says() -> None:
    one = day("2026-01-01")
    while one.year == 2026:
        short = f"{one:%m-%d}"
        if short in WORKED_2026:
            expected = True
        elif any(first <= short <= last for first, last in HOLIDAYS_2026):
            expected = False
        else:
            expected = one.weekday() < 5
        assert is_working_day(one) is expected, one
        one += ONE_DAY


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("2022-04-02", True),  # a Saturday, for Tomb-sweeping Day
        ("2022-04-24", True),  # a Sunday, for Labour Day
        ("2022-05-04", False),  # a Wednesday
        ("2022-10-08", True),
        ("2022-10-07", False),
        ("2018-12-29", True),  # a Saturday, by the notice of 2019
        ("2018-12-31", False),
        ("2020-01-31", False),  # the Spring Festival that was made longer
        ("2015-09-03", False),  # a holiday of one year only
        ("2024-02-09", True),
    ],
)
def test_days_of_other_years(text: str, works: bool) -> None:
    assert is_working_day(day(text)) is works


@pytest.mark.parametrize(
    ("since", "number", "until"),
    [
        ("2026-03-02", 1, "2026-03-03"),  # the first day is not counted
        ("2026-03-06", 1, "2026-03-09"),  # over a weekend
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday that is worked
        ("2026-02-14", 1, "2026-02-24"),  # over the Spring Festival
        ("2026-02-16", 1, "2026-02-24"),  # from within it
        ("2026-09-30", 3, "2026-10-10"),
        ("2022-04-29", 5, "2022-05-10"),
        ("2026-03-02", 0, "2026-03-02"),
        ("2026-03-01", 0, "2026-03-01"),
    ],
)
def test_adding_working_days(since: str, number: int, until: str) -> None:
    assert add_working_days(day(since), number) == day(until)


def test_the_day_itself_is_not_counted_between() -> None:
    assert working_days_between(day("2026-03-02"), day("2026-03-02")) == 0
    assert working_days_between(day("2026-03-02"), day("2026-03-08")) == 4
    assert working_days_between(day("2026-09-30"), day("2026-10-10")) == 3
    assert working_days_between(day("2025-12-31"), day("2026-12-31")) == 248


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="is before"):
        working_days_between(day("2026-03-02"), day("2026-03-01"))
    for number in (-1, 10_001):
        with pytest.raises(ValueError, match="working days"):
            add_working_days(day("2026-03-02"), number)


def test_years_without_a_notice_are_monday_to_friday_and_provisional() -> None:
    assert CHINA.known_until >= day("2026-12-28")
    for unknown in (day("2003-10-01"), date(CHINA.known_until.year + 1, 1, 1), date(CHINA.known_until.year, 12, 31)):
        assert is_provisional(unknown)
    assert not is_provisional(CHINA.known_until) and not is_provisional(day("2004-01-01"))
    monday = day("2091-10-01")
    assert [is_working_day(monday + ONE_DAY * passed) for passed in range(7)] == [True] * 5 + [False] * 2


@given(DAYS, st.integers(1, 60))
def test_what_was_added_lies_between(since: date, number: int) -> None:
    until = add_working_days(since, number)
    assert is_working_day(until)
    assert working_days_between(since, until) == number
