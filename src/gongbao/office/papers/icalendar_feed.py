"""Days and deadlines as a calendar (.ics, RFC 5545) that calendars of all kinds subscribe to.

Deadlines take nobody's time: they block none and ring none. Nothing is read from the clock; the same entries give the
same bytes, so that a server can tell whether a feed has changed.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from gongbao.gazette.akoma_ntoso import legal_in_xml
from gongbao.gazette.deadlines import Every

SHANGHAI = ZoneInfo("Asia/Shanghai")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_WEEK_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What comes again and again; `first` is the first day on which it can.

    `month` is that of the year, of the half-year (1 to 6) or of the quarter (1 to 3); where there is none, the first of
    them, and the last with `last_day`. `day` is that of the month, or of the week (1 is Monday), or else that of
    `first`; a month without it has its last day instead. `last_day` is the last of the month.
    """

    every: Every
    month: int | None
    day: int | None
    last_day: bool
    first: date


@dataclass(frozen=True, slots=True)
class Entry:
    """`uid` must stay the same whenever the entry is handed out again, and `stamp` (with a zone) tells when it changed.

    `at` is a time of day in Shanghai, `day` the day where no time is known. With a `recurrence` only the time of day of
    `at` counts: the first day follows from the rule.
    """

    uid: str
    summary: str
    description: str
    url: str
    day: date | None
    at: datetime | None
    recurrence: Recurrence | None
    stamp: datetime
    categories: tuple[str, ...] = ()


def to_icalendar(entries: Iterable[Entry], *, name: str, description: str, refresh_hours: int = 24) -> bytes:
    """The entries in the order given, as the bytes of an .ics file; an entry without any day is a ValueError."""
    calendar = Calendar()
    refresh = timedelta(hours=refresh_hours)
    for key, value in (
        ("prodid", "-//gongbao//gongbao//ZH"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
        # Each twice: as RFC 7986 has it, and as the programs had it before.
        ("name", _line(name)),
        ("x-wr-calname", _line(name)),
        ("description", _text(description)),
        ("x-wr-caldesc", _text(description)),
        ("x-wr-timezone", SHANGHAI.key),
    ):
        calendar.add(key, value)
    calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", refresh, parameters={"VALUE": "DURATION"})
    events = [_event(entry) for entry in entries]
    if any(isinstance(event.start, datetime) for event in events):
        calendar.add_component(_shanghai())
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


def _event(entry: Entry) -> Event:
    if entry.stamp.tzinfo is None:
        raise ValueError(f"{entry.uid}: a stamp without a time zone")
    at = entry.at
    if at is not None:
        at = at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    recurrence = entry.recurrence
    day = first_day(recurrence) if recurrence else at.date() if at else entry.day
    if day is None:
        raise ValueError(f"{entry.uid}: no day")
    event = Event()
    event.add("uid", _line(entry.uid))
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    if at is not None:
        # Without an end it ends as it begins, as a deadline does.
        event.add("dtstart", datetime.combine(day, at.time().replace(microsecond=0), SHANGHAI))
    else:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
    if recurrence:
        event.add("rrule", _rule(recurrence))
    event.add("summary", _line(entry.summary))
    for key, value in (("description", _text(entry.description)), ("url", _line(entry.url))):
        if value:
            event.add(key, value)
    if categories := [_line(category) for category in entry.categories if category.strip()]:
        event.add("categories", categories)
    event.add("transp", "TRANSPARENT")
    return event


def _text(words: str) -> str:
    return _CONTROL.sub("", legal_in_xml(words.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def _line(words: str) -> str:
    return " ".join(_text(words).split())


def _shanghai() -> Timezone:
    """Since 1992 the clocks of China have not been changed: one rule, and no end to it."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1992, 1, 1))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone = Timezone()
    zone.add("tzid", SHANGHAI.key)
    zone.add_component(standard)
    return zone


# -- what comes again --

_INTERVALS = {Every.YEAR: 12, Every.HALF_YEAR: 6, Every.QUARTER: 3, Every.MONTH: 1}


def first_day(recurrence: Recurrence) -> date:
    """The first day of the rule. Calendars begin to count there, so it has to be a day of the rule itself."""
    first = recurrence.first
    if recurrence.every == Every.DAY:
        return first
    if recurrence.every == Every.WEEK:
        return first + timedelta(days=(_week_day(recurrence) - first.weekday()) % 7)
    month, day = _month_and_day(recurrence)
    year, place = first.year, first.month
    while (place - month) % _INTERVALS[recurrence.every] or _in_month(year, place, day) < first:
        year, place = (year, place + 1) if place < 12 else (year + 1, 1)
    return _in_month(year, place, day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _rule(recurrence: Recurrence) -> dict[str, object]:
    """Where a month has no such day the standard leaves the month out; so the last of those it has is asked for."""
    if recurrence.every == Every.DAY:
        return {"FREQ": "DAILY"}
    if recurrence.every == Every.WEEK:
        return {"FREQ": "WEEKLY", "BYDAY": _WEEK_DAYS[_week_day(recurrence)]}
    month, day = _month_and_day(recurrence)
    interval = _INTERVALS[recurrence.every]
    rule: dict[str, object] = {"FREQ": "MONTHLY", "INTERVAL": interval}
    if interval == 1:
        rule = {"FREQ": "MONTHLY"}
    elif interval == 12:
        rule = {"FREQ": "YEARLY", "BYMONTH": month}
    # In a year that is no leap year February is at its shortest.
    shortest = min(monthrange(2023, place)[1] for place in range(1, 13) if (place - month) % interval == 0)
    if recurrence.last_day:
        return rule | {"BYMONTHDAY": -1}
    if day <= shortest:
        return rule | {"BYMONTHDAY": day}
    return rule | {"BYMONTHDAY": list(range(28, day + 1)), "BYSETPOS": -1}


def _week_day(recurrence: Recurrence) -> int:
    """From 0, Monday."""
    day = recurrence.day or recurrence.first.isoweekday()
    if not 1 <= day <= 7:
        raise ValueError(f"a week has no day {day}")
    return day - 1


def _month_and_day(recurrence: Recurrence) -> tuple[int, int]:
    """31 for the last day."""
    month = recurrence.month or (_INTERVALS[recurrence.every] if recurrence.last_day else 1)
    day = 31 if recurrence.last_day else recurrence.day or recurrence.first.day
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"no day of a calendar: month {month}, day {day}")
    return month, day
