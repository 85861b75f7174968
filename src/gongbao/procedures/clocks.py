"""Clocks: legal periods that start, stop, go on, end or run out.

How days are counted, each a choice with its ground:

- the day of the event that starts a period is not counted (民法典 第二百零一条第一款);
- the last day ends at 24:00, Asia/Shanghai (第二百零三条第二款): a clock has run out when the next day begins;
- a period of days, months or years whose last day is not a working day ends on the next one (第二百零三条第一款); one
  of working days cannot end on a day off;
- months and years end on the corresponding day, or on the last of the month (第二百零二条);
- a pause is a period too: its first day is not counted into it and its last day is, so of a pause from Monday to
  Wednesday the clock runs through Monday, and goes on with Thursday. If nothing was left when it stopped, the last day
  is the one on which it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from gongbao.core.dates import ONE_DAY, add_months
from gongbao.core.labels import Label
from gongbao.core.working_days import WorkingCalendar
from gongbao.procedures.fields import SHANGHAI

if TYPE_CHECKING:
    from gongbao.procedures.declare import Letter, Role, State, Step


class Measure(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    UNTIL = "until"  # a day or a moment that a field of the starting step gives


@dataclass(frozen=True, slots=True)
class Period:
    """So many working days, days, months or years; or until what the field `until` of the starting step says."""

    number: int
    measure: Measure
    until: str = ""

    @property
    def label(self) -> Label:
        one = self.number == 1
        return {
            Measure.WORKING_DAYS: Label(f"{self.number}个工作日", f"{self.number} working day{'' if one else 's'}"),
            Measure.DAYS: Label(f"{self.number}日", f"{self.number} day{'' if one else 's'}"),
            Measure.MONTHS: Label(f"{self.number}个月", f"{self.number} month{'' if one else 's'}"),
            Measure.YEARS: Label(f"{self.number}年", f"{self.number} year{'' if one else 's'}"),
            Measure.UNTIL: Label("至指定之日", "until the day set"),
        }[self.measure]


def working_days(number: int) -> Period:
    return Period(number, Measure.WORKING_DAYS)


def days(number: int) -> Period:
    """Calendar days."""
    return Period(number, Measure.DAYS)


def months(number: int) -> Period:
    return Period(number, Measure.MONTHS)


def years(number: int) -> Period:
    return Period(number, Measure.YEARS)


def until(field: str) -> Period:
    """To the end of the day, or to the moment, that this field of the starting step gives."""
    return Period(0, Measure.UNTIL, field)


@dataclass(frozen=True, slots=True)
class Clock:
    """A declared clock; see Procedure.clock."""

    key: str
    label: Label
    period: Period
    clause: str
    starts: tuple[Step | Letter, ...]
    since: str
    stops: tuple[Step, ...]
    resumes: tuple[Step, ...]
    stop_clause: str
    ends: tuple[Step, ...]
    runs_out: Step | None
    opens: tuple[Step, ...]
    closes: tuple[Step, ...]
    tells: tuple[Role, ...]
    warns: int

    def waits_at(self, state: State) -> bool:
        """Whether something that it waits for can be done at the state.

        The service of a letter starts it only there: one that is recorded when all is done starts nothing.
        """
        awaited = (*self.ends, *self.opens, *self.closes, *([self.runs_out] if self.runs_out else []))
        return any(state in step.at for step in awaited)


class Status(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"  # what it waits for was done, in time or late
    RAN_OUT = "ran_out"  # and it did what is declared for that: there is nothing left to wait for


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause: from the day of the step that stopped the clock to that of the one that let it go on (None: still)."""

    since: date
    until: date | None
    by: int
    """Number of the event that stopped it: its step has the ground."""
    clause: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a clock. `started_by` is the number of the event; a restarted clock has several runs."""

    clock: Clock
    started_by: int
    since: date
    fixed_end: date | datetime | None = None
    stops: tuple[Stop, ...] = ()
    ended_on: date | None = None
    ended_by: int | None = None
    ran_out: bool = False
    calendar: WorkingCalendar = field(repr=False, compare=False, kw_only=True)

    @property
    def status(self) -> Status:
        if self.ran_out:
            return Status.RAN_OUT
        if self.ended_on is not None:
            return Status.ENDED
        return Status.STOPPED if self.stops and self.stops[-1].until is None else Status.RUNNING

    @property
    def is_open(self) -> bool:
        return self.status in (Status.RUNNING, Status.STOPPED)

    @property
    def stopped(self) -> Stop | None:
        """The pause that it is in."""
        return self.stops[-1] if self.status == Status.STOPPED else None

    def _pauses(self, day: date) -> bool:
        return any(one.since < day and (one.until is None or day <= one.until) for one in self.stops)

    @property
    def due(self) -> date | None:
        """The last day; None while the clock is stopped, as nobody knows when it goes on."""
        if self.status == Status.STOPPED:
            return None
        return self._due()

    def _due(self) -> date:
        if isinstance(self.fixed_end, datetime):
            return self.fixed_end.astimezone(SHANGHAI).date()
        if self.fixed_end is not None:
            return self._later(self.fixed_end)
        period = self.clock.period
        if period.measure in (Measure.WORKING_DAYS, Measure.DAYS):
            return self._counted_to(period.number, working=period.measure == Measure.WORKING_DAYS)
        number = period.number * (12 if period.measure == Measure.YEARS else 1)
        return self._later(add_months(self.since, number))

    def _later(self, day: date) -> date:
        """A last day that falls in the time after a pause began is put off by the days of the pauses."""
        for stop in self.stops:
            if stop.until is not None and stop.since < day:
                day += stop.until - stop.since
        return self.calendar.next_working_day(day)

    def _counted_to(self, number: int, *, working: bool) -> date:
        day, counted = self.since, 0
        while counted < number:
            day += ONE_DAY
            if not self._pauses(day) and (not working or self.calendar.is_working_day(day)):
                counted += 1
        if self._ended_by_pause(day):
            day = max(stop.until for stop in self.stops if stop.until is not None and stop.since == day)
        return self.calendar.next_working_day(day)

    def _ended_by_pause(self, day: date) -> bool:
        return any(stop.since == day and stop.until is not None and stop.until > day for stop in self.stops)

    @property
    def ends_at(self) -> datetime | None:
        """The moment from which the clock has run out; None while it is stopped."""
        if self.status == Status.STOPPED:
            return None
        if isinstance(self.fixed_end, datetime) and not self.stops:
            return self.fixed_end
        return datetime.combine(self._due() + ONE_DAY, time(), SHANGHAI)

    @property
    def provisional(self) -> bool:
        """Whether the last day may change, as the days off of its year are not known yet; false for a given moment."""
        if isinstance(self.fixed_end, datetime):
            return False
        return self.calendar.is_provisional(self._due_or_so())

    def _due_or_so(self) -> date:
        if self.stopped is None:
            return self._due()
        return replace(self, stops=(*self.stops[:-1], replace(self.stops[-1], until=self.stops[-1].since)))._due()

    def spent(self, today: date) -> int:
        """Days of the period that are over or, today, under way; working days where it is one of those."""
        last = min(today, self.ended_on or today)
        working = self.clock.period.measure == Measure.WORKING_DAYS
        day, counted = self.since, 0
        while day < last:
            day += ONE_DAY
            if not self._pauses(day) and (not working or self.calendar.is_working_day(day)):
                counted += 1
        return counted

    def left(self, today: date) -> int:
        """Days of the period after today; below 0 by so many days as it is overdue."""
        if self.clock.period.measure == Measure.WORKING_DAYS:
            return self.clock.period.number - self.spent(today)
        due = self._due_or_so()
        if self.stopped is not None:
            return (due - min(today, self.stopped.since)).days
        return (due - today).days

    def overdue(self, now: datetime) -> bool:
        """Whether it has run out by `now` and what it waits for has not been done."""
        end = self.ends_at
        return self.is_open and end is not None and now >= end

    @property
    def late(self) -> bool:
        """Whether what it waited for was done after its last day."""
        return self.status == Status.ENDED and self.ended_on is not None and self.ended_on > self._due()


def paused(runs: Sequence[Run]) -> int:
    """Days for which clocks were stopped, of pauses that are over."""
    return sum((stop.until - stop.since).days for run in runs for stop in run.stops if stop.until is not None)
