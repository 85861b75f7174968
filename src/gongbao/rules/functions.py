"""The functions a rule may call, beside `min`, `max`, `abs`, `any` and `all`.

Each is an ordinary function, so that a rule can be called in a test; the tree of a rule names it, and every target
(explanation, columns, SQL) knows its own way to say it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, TypeVar, overload

from gongbao.core import dates
from gongbao.core.errors import NoAnswer
from gongbao.core.working_days import add_working_days, is_working_day, working_days_between
from gongbao.rules import exact as ex
from gongbao.rules.values import Decimal, Percent, Quantity

Q = TypeVar("Q", bound=Quantity)
T = TypeVar("T")


@overload
def total(items: Iterable[int]) -> int: ...
@overload
def total(items: Iterable[Q]) -> Q: ...
def total(items: Iterable[Any]) -> Any:
    """The sum; of none it is zero."""
    found: Any = 0
    for item in items:
        found = item + found
    return found


@overload
def mean(items: Iterable[int]) -> Decimal: ...
@overload
def mean(items: Iterable[Q]) -> Q: ...
def mean(items: Iterable[Any]) -> Any:
    """The arithmetic mean, exact: of amounts an amount, of whole numbers a decimal.

    Raises ZeroDivisionError for none.
    """
    found = [Decimal(item) if type(item) is int else item for item in items]
    if not found:
        raise ZeroDivisionError("the mean of none")
    return total(found) / len(found)


def count(items: Iterable[object]) -> int:
    """How many there are."""
    return sum(1 for _ in items)


def first(items: Iterable[T], otherwise: T) -> T:
    """The first, or `otherwise` where there is none."""
    return next(iter(items), otherwise)


def capped(amount: Q, limit: Q, used: Q) -> Q:
    """The part of `amount` that still fits into `limit` when `used` has gone before: never negative.

    Used with `earlier`, a yearly limit that is used up visit by visit.
    """
    part: Any = amount
    left: Any = limit
    left = left - used
    return type(amount)(0) if left < 0 else min(part, left)


def ratio(part: Any, whole: Any) -> Decimal:
    """Part by whole, of two amounts of one kind or two whole numbers. Raises ZeroDivisionError."""
    if type(part) is int and type(whole) is int:
        return Decimal(part) / Decimal(whole)
    if type(part) is not type(whole) or not isinstance(part, Quantity):
        raise TypeError("a ratio is of two amounts of one kind")
    return Decimal.of(ex.divide(part.exact, whole.exact))


def as_percent(number: Decimal) -> Percent:
    """0.65 -> 65 %."""
    return Percent.of(ex.multiply(number.exact, ex.exact(100)))


def points(percent: Percent) -> Decimal:
    """65 % -> 65, a number of percentage points (百分点)."""
    return Decimal.of(percent.exact)


def whole(number: Decimal) -> Decimal:
    """The whole part of a number, towards zero."""
    return Decimal(int(number.exact))


def year_of(day: date) -> int:
    return day.year


def month_of(day: date) -> int:
    return day.month


def last_day_of_month(day: date) -> date:
    return dates.add_months(day.replace(day=1), 1) - dates.ONE_DAY


def last_day_of_year(year: int) -> date:
    return date(year, 12, 31)


def first_of_next_month(day: date) -> date:
    """The 1st of the month after (次月)."""
    return dates.add_months(day.replace(day=1), 1)


def add_months(day: date, months: int) -> date:
    """The corresponding day; the last of the month where there is none such (民法典 第二百零二条)."""
    return dates.add_months(day, months)


def whole_years(since: date, until: date) -> int:
    """How many years have been completed, a year being complete on its corresponding day."""
    return whole_months(since, until, "down") // 12


def whole_months(since: date, until: date, begun: Literal["down", "up"]) -> int:
    """How many months; one that is begun and not complete counts not at all ("down") or in full ("up").

    Raises ValueError where `until` is before `since`.
    """
    if until < since:
        raise NoAnswer(f"{until}早于{since}", f"{until} is before {since}")
    months = (until.year - since.year) * 12 + until.month - since.month
    if dates.add_months(since, months) > until:
        months -= 1
    return months + (begun == "up" and dates.add_months(since, months) < until)


LIBRARY: dict[object, str] = {
    function: function.__name__
    for function in (
        capped,
        ratio,
        as_percent,
        points,
        whole,
        year_of,
        month_of,
        last_day_of_month,
        last_day_of_year,
        first_of_next_month,
        add_months,
        whole_years,
        whole_months,
        is_working_day,
        add_working_days,
        working_days_between,
    )
}
AGGREGATES: dict[object, str] = {total: "total", mean: "mean", count: "count", first: "first", any: "any", all: "all"}
