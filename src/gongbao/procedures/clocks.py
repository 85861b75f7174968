"""Clocks: legal periods that start, stop, go on, end or run out.

How days are counted, each a choice with its ground:

- the day of the event that starts a period is not counted (民法典 第二百零一条第一款);
- the last day ends at 24:00, Asia/Shanghai (第二百零三条第二款): a clock has run out when the next day begins;
- a period of days, months or years, or to a day that was set, whose last day is not a working day ends on the next one
  (第二百零三条第一款); one of working days cannot end on a day off;
- months and years end on the corresponding day, or on the last of the month (第二百零二条);
- a pause is a period too: its first day is not counted into it and its last day is, so of a pause from Monday to
  Wednesday the clock runs through Monday, and goes on with Thursday. If nothing was left when it stopped, the last day
  is the one on which it goes on;
- a clock that had run out before it was stopped stays run out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from gongbao.core.dates import ONE_DAY, add_months
from gongbao.core.labels import Label
from gongbao.core.working_days import WorkingCalendar
from gongbao.procedures.fields import SHANGHAI

if TYPE_CHECKING:
    from gongbao.procedures.declare import Letter, Role, State, Step
    from gongbao.procedures.fields import Field


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
    each: str = ""

    @property
    def field_of_each(self) -> Field | None:
        """The field that tells its runs from each other; None for a clock that has one run at a time."""
        # A letter, which asks for nothing, starts no such clock.
        asked = (field for one in self.starts for field in getattr(one, "asks", ()))
        return next((field for field in asked if field.key == self.each), None)

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
    """One run of a clock. `started_by` is the number of the event; a restarted clock has several runs.

    `of`: of a clock that is counted for each thing by itself, which one this run is of, as text; else "".
    """

    clock: Clock
    started_by: int
    since: date
    fixed_end: date | datetime | None = None
    stops: tuple[Stop, ...] = ()
    ended_on: date | None = None
    ended_by: int | None = None
    ran_out: bool = False
    of: str = ""
    calendar: WorkingCalendar = field(repr=False, compare=False, kw_only=True)

    @property
    def label(self) -> Label:
        """What it is for, and of which thing where each has its own: pay (invoice 00012)."""
        label, field = self.clock.label, self.clock.field_of_each
        if field is None or not self.of:
            return label
        return Label(f"{label.zh}（{field.label.zh}{self.of}）", f"{label.en} ({field.label.en} {self.of})")

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

    @property
    def due(self) -> date | None:
        """The last day; None while the clock is stopped, as nobody knows when it goes on.

        One that had run out before it was stopped keeps its last day.
        """
        last = self._last_day()
        return None if self.stopped is not None and self.stopped.since <= last else last

    def _last_day(self) -> date:
        """The last day; of a stopped clock the one that it has if it goes on the same day."""
        if isinstance(self.fixed_end, datetime):
            # Midnight is the end of the day before.
            return (self.fixed_end - timedelta.resolution).astimezone(SHANGHAI).date()
        period = self.clock.period
        if self.fixed_end is not None:
            return self._last_after_pauses(self.fixed_end)
        if period.measure in (Measure.WORKING_DAYS, Measure.DAYS):
            return self._put_off(self._counted_to(period.number))
        number = period.number * (12 if period.measure == Measure.YEARS else 1)
        return self._last_after_pauses(add_months(self.since, number))

    def _finished(self) -> list[tuple[date, date]]:
        """The pauses that are over, in order: no two of them overlap."""
        return [(one.since, one.until) for one in self.stops if one.until is not None]

    def _counts(self, day: date) -> bool:
        """Whether the day is one of those that the clock counts."""
        working = self.clock.period.measure == Measure.WORKING_DAYS
        return (not working or self.calendar.is_working_day(day)) and not self._is_in_finished(day)

    def _is_in_finished(self, day: date) -> bool:
        return any(since < day <= until for since, until in self._finished())

    def _counted_to(self, number: int) -> date:
        day, counted = self.since, 0
        while counted < number:
            day += ONE_DAY
            counted += self._counts(day)
        return day

    def _last_after_pauses(self, day: date) -> date:
        """A last day that was not over when a pause began is put off by the days of the pause."""
        for since, until in self._finished():
            if since <= day:
                day += until - since
        return self._put_off(day)

    def _put_off(self, day: date) -> date:
        """The last day is a working day, and none of a pause but the one on which the clock goes on."""
        while True:
            day = self.calendar.next_working_day(day)
            goes_on = next((until for since, until in self._finished() if since <= day < until), None)
            if goes_on is None:
                return day
            day = goes_on

    @property
    def ends_at(self) -> datetime | None:
        """The moment from which the clock has run out; None while it is stopped, unless it had run out before."""
        due = self.due
        if isinstance(self.fixed_end, datetime) and due is not None:
            return self.fixed_end
        return None if due is None else datetime.combine(due + ONE_DAY, time(), SHANGHAI)

    @property
    def provisional(self) -> bool:
        """Whether the last day may change, as the days off of its year are not known yet; false for a given moment."""
        return not isinstance(self.fixed_end, datetime) and self.calendar.is_provisional(self._last_day())

    def _count(self, after: date, last: date) -> int:
        """How many days the clock counts after a day, up to and including another; below 0 where that lies before."""
        if last < after:
            return -self._count(last, after)
        return sum(self._counts(after + ONE_DAY * passed) for passed in range(1, (last - after).days + 1))

    def _seen_on(self, today: date) -> date:
        """The day as of which it is looked at: not after its end, nor after the day on which it was stopped."""
        halts = (self.ended_on, self.stopped.since if self.stopped is not None else None)
        return min((today, *(one for one in halts if one is not None)))

    def spent(self, today: date) -> int:
        """Days of the period that are over or, today, under way; working days where it is one of those."""
        return max(0, self._count(self.since, self._seen_on(today)))

    def left(self, today: date) -> int:
        """Days of the period after today, counted as the period is; below 0 by so many days as it is overdue.

        From the day of its start on, what is spent and what is left make the same sum on each day.
        """
        return self._count(max(self.since, self._seen_on(today)), self._last_day())

    def is_over(self, now: datetime) -> bool:
        """Whether its last day has passed, be it waited for still or not."""
        end = self.ends_at
        return end is not None and now >= end

    def overdue(self, now: datetime) -> bool:
        """Whether it has run out by `now` and what it waits for has not been done; never a time that has to pass."""
        return self.is_open and self.is_over(now) and not self.is_waiting_time

    @property
    def late(self) -> bool:
        """Whether what it waited for was done after its last day; never where that could not be done before."""
        if self.is_waiting_time:
            return False
        return self.status == Status.ENDED and self.ended_on is not None and self.ended_on > self._last_day()

    @property
    def is_waiting_time(self) -> bool:
        """Whether what it waits for can be done only once it has run out: nobody is late when it has."""
        return any(step in self.clock.opens for step in self.clock.ends)


def paused(runs: Sequence[Run]) -> int:
    """Days for which clocks were stopped, of pauses that are over."""
    return sum((stop.until - stop.since).days for run in runs for stop in run.stops if stop.until is not None)
