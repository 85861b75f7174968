"""Working days of China: Monday to Friday without the public holidays, and the weekend days that make up for them.

Which days these are is set each autumn for the year that follows, by a notice of the General Office of the State
Council (国务院办公厅关于某年部分节假日安排的通知). The package `chinesecalendar` holds the days of all notices since
2004. Where no notice is known the days are counted as Monday to Friday, and the result is provisional: `is_provisional`
says so, and it must be counted again when the notice is out.

The day on which a period starts is not counted (民法典 第二百零一条).
"""

from datetime import date

from chinese_calendar import holidays, workdays

from gongbao.core.dates import ONE_DAY

FIRST_KNOWN = min(holidays).replace(month=1, day=1)

MOST_DAYS = 10_000
"""More working days than any period has: about forty years."""


def known_until() -> date:
    """The last day that is certain: 28 December of the last year whose notice is known.

    New Year's holiday is set by the notice of the next year, and such notices have turned days from 29 December on into
    working days or holidays (2006, 2007, 2011, 2018), never an earlier one.
    """
    return date(max(holidays).year, 12, 28)


def is_provisional(day: date) -> bool:
    """Whether what is counted up to this day may change, as no notice that settles it is known."""
    return not FIRST_KNOWN <= day <= known_until()


def is_working_day(day: date) -> bool:
    return day in workdays or (day.weekday() < 5 and day not in holidays)


def add_working_days(day: date, number: int) -> date:
    """The day that is `number` working days after `day`, which is itself not counted; for 0 it is `day`.

    Raises ValueError for a number below 0 or above MOST_DAYS.
    """
    if not 0 <= number <= MOST_DAYS:
        raise ValueError(f"{number} working days; give 0 to {MOST_DAYS}")
    for _ in range(number):
        day += ONE_DAY
        while not is_working_day(day):
            day += ONE_DAY
    return day


def working_days_between(since: date, until: date) -> int:
    """How many working days come after `since`, up to and including `until`.

    Raises ValueError where `until` is before `since`.
    """
    if until < since:
        raise ValueError(f"{until} is before {since}")
    days = (until - since).days
    return sum(is_working_day(since + ONE_DAY * passed) for passed in range(1, days + 1))
