"""Working days of China: Monday to Friday without the public holidays, and the weekend days that make up for them.

Which days these are is set each autumn for the year that follows, by a notice of the General Office of the State
Council (国务院办公厅关于某年部分节假日安排的通知). The package `chinesecalendar` holds the days of all notices since
2004: `CHINA` is the calendar made of them, and an office adds the notice of a further year with `with_notice`. Where no
notice is known the days are counted as Monday to Friday, and the result is provisional: `is_provisional` says so, and
it must be counted again when the notice is out.

The day on which a period starts is not counted (民法典 第二百零一条).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chinese_calendar import holidays, workdays

from gongbao.core.dates import ONE_DAY
from gongbao.core.errors import NoAnswer

MOST_DAYS = 10_000
"""More working days than any period has: about forty years."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice sets: days off and weekend days that are worked, most of them in its year, a few just before."""

    year: int
    title: str
    off: frozenset[date]
    worked: frozenset[date]


def title_of_notice(year: int) -> str:
    return f"国务院办公厅关于{year}年部分节假日安排的通知"


class WorkingCalendar:
    """The working days by the notices that are known; those of years in between are all known."""

    __slots__ = ("_off", "_worked", "first_known", "notices")

    def __init__(self, notices: Iterable[Notice]) -> None:
        self.notices = {one.year: one for one in sorted(notices, key=lambda one: one.year)}
        if list(self.notices) != list(range(min(self.notices), max(self.notices) + 1)):
            raise ValueError("a notice is missing between two that are given")
        self._off: set[date] = set()
        self._worked: set[date] = set()
        for notice in self.notices.values():
            # A later notice has the last word on a day.
            self._off = (self._off - notice.worked) | notice.off
            self._worked = (self._worked - notice.off) | notice.worked
        self.first_known = date(min(self.notices), 1, 1)

    def with_notice(self, notice: Notice) -> "WorkingCalendar":
        """The calendar with one notice more, or another in place of the one of its year."""
        return WorkingCalendar((self.notices | {notice.year: notice}).values())

    @property
    def known_until(self) -> date:
        """The last day that is certain: 28 December of the last year whose notice is known.

        New Year's holiday is set by the notice of the next year, and such notices have turned days from 29 December on
        into working days or holidays (2006, 2007, 2011, 2018), never an earlier one.
        """
        return date(max(self.notices), 12, 28)

    def is_provisional(self, day: date) -> bool:
        """Whether what is counted up to this day may change, as no notice that settles it is known."""
        return not self.first_known <= day <= self.known_until

    def is_working_day(self, day: date) -> bool:
        return day in self._worked or (day.weekday() < 5 and day not in self._off)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is worked, else the first worked day after it (民法典 第二百零三条第一款)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add(self, day: date, number: int) -> date:
        """The day that is `number` working days after `day`, which is itself not counted; for 0 it is `day`.

        Raises ValueError for a number below 0 or above MOST_DAYS.
        """
        if not 0 <= number <= MOST_DAYS:
            raise NoAnswer(f"{number}个工作日；应为0至{MOST_DAYS}个", f"{number} working days; give 0 to {MOST_DAYS}")
        for _ in range(number):
            day = self.next_working_day(day + ONE_DAY)
        return day

    def between(self, since: date, until: date) -> int:
        """How many working days come after `since`, up to and including `until`.

        Raises ValueError where `until` is before `since`.
        """
        if until < since:
            raise NoAnswer(f"{until}早于{since}", f"{until} is before {since}")
        return sum(self.is_working_day(since + ONE_DAY * passed) for passed in range(1, (until - since).days + 1))


def _known_notices() -> Iterable[Notice]:
    for year in range(min(holidays).year, max(holidays).year + 1):
        yield Notice(
            year,
            title_of_notice(year),
            off=frozenset(day for day in holidays if day.year == year),
            worked=frozenset(day for day in workdays if day.year == year),
        )


CHINA = WorkingCalendar(_known_notices())
"""The notices since 2004 that `chinesecalendar` holds. It files the last days of a December with their own year."""


def is_provisional(day: date) -> bool:
    """By CHINA, as the functions below."""
    return CHINA.is_provisional(day)


def is_working_day(day: date) -> bool:
    return CHINA.is_working_day(day)


def add_working_days(day: date, number: int) -> date:
    return CHINA.add(day, number)


def working_days_between(since: date, until: date) -> int:
    return CHINA.between(since, until)
