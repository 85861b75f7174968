"""The calendar, read back from the file, and its rules expanded by another library."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from gongbao.gazette.deadlines import Every
from gongbao.office.papers.icalendar_feed import Entry, Recurrence, first_day, to_icalendar

STAMP = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTHS = {Every.YEAR: 12, Every.HALF_YEAR: 6, Every.QUARTER: 3, Every.MONTH: 1}


def entry(**fields: Any) -> Entry:
    given = {
        "uid": "1-art_3-0@gongbao",
        "summary": "报送进展",
        "description": "云政〔2026〕1号 第三条\n市教育局",
        "url": "http://example.invalid/documents/1#art_3",
        "day": date(2026, 6, 30),
        "at": None,
        "recurrence": None,
        "stamp": STAMP,
    }
    return Entry(**(given | fields))


def made(*entries: Entry, name: str = "云岭市教育局", description: str = "说明") -> bytes:
    return to_icalendar(entries, name=name, description=description)


def read(*entries: Entry) -> Any:
    return Calendar.from_ical(made(*entries))


def event(one: Entry) -> Any:
    (found,) = read(one).walk("VEVENT")
    return found


def days(recurrence: Recurrence, number: int) -> list[date]:
    """The first days of the rule, by dateutil."""
    found = event(entry(recurrence=recurrence))
    start = found["dtstart"].dt
    rule = rrulestr(found["rrule"].to_ical().decode(), dtstart=datetime.combine(start, time()))
    expanded = [moment.date() for moment in islice(iter(rule), number)]
    # What is no day of the rule would be an additional one in some calendars and none in others.
    assert expanded[0] == start
    return expanded


def rule(recurrence: Recurrence) -> str:
    return str(event(entry(recurrence=recurrence))["rrule"].to_ical().decode())


def test_an_entry_of_a_day() -> None:
    found = event(entry(categories=("市教育局", "市财政局, 市人社局")))
    assert found["dtstart"].dt == date(2026, 6, 30)
    assert found["dtstart"].params["VALUE"] == "DATE"
    assert found["dtend"].dt == date(2026, 7, 1)
    assert found["dtstamp"].dt == STAMP
    assert found["uid"] == "1-art_3-0@gongbao"
    assert found["summary"] == "报送进展"
    assert found["description"] == "云政〔2026〕1号 第三条\n市教育局"
    assert found["url"] == "http://example.invalid/documents/1#art_3"
    assert found["categories"].cats == ["市教育局", "市财政局, 市人社局"]
    assert found["transp"] == "TRANSPARENT"
    assert not found.subcomponents, "nothing rings"
    assert "rrule" not in found


def test_the_calendar_itself() -> None:
    calendar = read(entry())
    assert calendar["version"] == "2.0"
    assert calendar["prodid"] == "-//gongbao//gongbao//ZH"
    assert calendar["name"] == calendar["x-wr-calname"] == "云岭市教育局"
    assert calendar["description"] == calendar["x-wr-caldesc"] == "说明"
    assert calendar["x-wr-timezone"] == "Asia/Shanghai"
    lines = made(entry()).decode().split("\r\n")
    assert "REFRESH-INTERVAL;VALUE=DURATION:P1D" in lines
    assert "X-PUBLISHED-TTL;VALUE=DURATION:P1D" in lines
    assert not calendar.walk("VTIMEZONE"), "days have no zone"


def test_an_empty_calendar() -> None:
    assert not read().walk("VEVENT")


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 6, 30, 17, 30),
        datetime(2026, 6, 30, 17, 30, tzinfo=SHANGHAI),
        datetime(2026, 6, 30, 9, 30, tzinfo=UTC),
    ],
)
def test_an_entry_of_a_time_of_day(at: datetime) -> None:
    calendar = read(entry(at=at), entry(uid="2"))
    first, second = calendar.walk("VEVENT")
    assert first["dtstart"].to_ical() == b"20260630T173000"
    assert first["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert "dtend" not in first
    assert second["dtstart"].dt == date(2026, 6, 30)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == "Asia/Shanghai"
    # Such programs as know the zone from this alone get the same time.
    here = zone.to_tz()
    for moment in (datetime(2026, 1, 1), datetime(2026, 7, 1), datetime(2090, 7, 1)):
        assert moment.replace(tzinfo=here).utcoffset() == timedelta(hours=8)


def test_a_time_of_day_that_comes_again() -> None:
    recurrence = Recurrence(Every.MONTH, None, 10, False, date(2026, 6, 11))
    found = event(entry(at=datetime(2026, 6, 30, 17, 30), recurrence=recurrence))
    assert found["dtstart"].to_ical() == b"20260710T173000"


def test_what_cannot_be_placed_is_refused() -> None:
    for wrong in (
        entry(day=None),
        entry(stamp=datetime(2026, 3, 1)),
        entry(recurrence=Recurrence(Every.MONTH, None, 32, False, date(2026, 1, 1))),
        entry(recurrence=Recurrence(Every.YEAR, 13, 1, False, date(2026, 1, 1))),
        entry(recurrence=Recurrence(Every.WEEK, None, 8, False, date(2026, 1, 1))),
    ):
        with pytest.raises(ValueError):
            made(wrong)


# -- recurrences --

MONTH_ENDS_OF_2027 = [date(2027, month, day) for month, day in enumerate(
    (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1
)]  # fmt: skip


def test_the_31st_of_each_month_is_its_last_day_where_it_has_none() -> None:
    recurrence = Recurrence(Every.MONTH, None, 31, False, date(2027, 1, 1))
    assert rule(recurrence) == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    assert days(recurrence, 12) == MONTH_ENDS_OF_2027


def test_the_30th_and_the_29th_in_february() -> None:
    assert days(Recurrence(Every.MONTH, None, 30, False, date(2027, 1, 31)), 3) == [
        date(2027, 2, 28),
        date(2027, 3, 30),
        date(2027, 4, 30),
    ]
    assert days(Recurrence(Every.MONTH, None, 29, False, date(2028, 2, 1)), 2) == [date(2028, 2, 29), date(2028, 3, 29)]
    assert days(Recurrence(Every.MONTH, None, 29, False, date(2027, 2, 1)), 2) == [date(2027, 2, 28), date(2027, 3, 29)]


def test_the_last_day_of_each_month() -> None:
    recurrence = Recurrence(Every.MONTH, None, None, True, date(2027, 1, 1))
    assert rule(recurrence) == "FREQ=MONTHLY;BYMONTHDAY=-1"
    assert days(recurrence, 12) == MONTH_ENDS_OF_2027


def test_the_last_day_of_february() -> None:
    last = [date(2027, 2, 28), date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28)]
    for recurrence in (
        Recurrence(Every.YEAR, 2, None, True, date(2026, 3, 1)),
        Recurrence(Every.YEAR, 2, 29, False, date(2026, 3, 1)),
        Recurrence(Every.YEAR, 2, 31, False, date(2026, 3, 1)),
    ):
        assert days(recurrence, 5) == last
    # 2100 is no leap year.
    assert days(Recurrence(Every.YEAR, 2, 29, False, date(2096, 2, 29)), 5)[4] == date(2100, 2, 28)


def test_a_day_of_each_year() -> None:
    recurrence = Recurrence(Every.YEAR, 3, 31, False, date(2026, 4, 1))
    assert rule(recurrence) == "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=3"
    assert days(recurrence, 2) == [date(2027, 3, 31), date(2028, 3, 31)]
    assert days(Recurrence(Every.YEAR, None, None, True, date(2026, 4, 1)), 2) == [
        date(2026, 12, 31),
        date(2027, 12, 31),
    ]


@pytest.mark.parametrize(
    ("recurrence", "wanted"),
    [
        # 每季度首月10日前, from the middle of a quarter.
        (Recurrence(Every.QUARTER, 1, 10, False, date(2026, 2, 5)), ["04-10", "07-10", "10-10"]),
        (Recurrence(Every.QUARTER, 1, 10, False, date(2026, 1, 10)), ["01-10", "04-10", "07-10"]),
        (Recurrence(Every.QUARTER, None, 10, False, date(2026, 1, 11)), ["04-10", "07-10", "10-10"]),
        # 每季度末.
        (Recurrence(Every.QUARTER, 3, None, True, date(2026, 1, 1)), ["03-31", "06-30", "09-30", "12-31"]),
        (Recurrence(Every.QUARTER, None, None, True, date(2026, 4, 1)), ["06-30", "09-30", "12-31"]),
        (Recurrence(Every.QUARTER, 2, 31, False, date(2026, 1, 1)), ["02-28", "05-31", "08-31", "11-30"]),
        (Recurrence(Every.HALF_YEAR, None, None, True, date(2026, 1, 1)), ["06-30", "12-31"]),
        (Recurrence(Every.HALF_YEAR, 1, 15, False, date(2026, 1, 1)), ["01-15", "07-15"]),
    ],
)
def test_quarters_and_half_years(recurrence: Recurrence, wanted: Sequence[str]) -> None:
    assert [day.isoformat() for day in days(recurrence, len(wanted))] == [f"2026-{day}" for day in wanted]


def test_weeks_and_days() -> None:
    # 2026-06-03 is a Wednesday.
    assert days(Recurrence(Every.WEEK, None, 5, False, date(2026, 6, 3)), 2) == [date(2026, 6, 5), date(2026, 6, 12)]
    assert days(Recurrence(Every.WEEK, None, 1, False, date(2026, 6, 3)), 1) == [date(2026, 6, 8)]
    assert days(Recurrence(Every.WEEK, None, None, False, date(2026, 6, 3)), 1) == [date(2026, 6, 3)]
    assert days(Recurrence(Every.DAY, None, None, False, date(2026, 6, 3)), 2) == [date(2026, 6, 3), date(2026, 6, 4)]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(MONTHS)),
    st.integers(1, 12),
    st.integers(1, 31),
    st.booleans(),
    st.dates(date(1995, 1, 1), date(2090, 1, 1)),
)
def test_no_period_is_left_out(every: Every, month: int, day: int, last_day: bool, first: date) -> None:
    interval = MONTHS[every]
    month = (month - 1) % interval + 1
    found = days(Recurrence(every, month, day, last_day, first), 6)
    assert found[0] >= first
    assert (found[0] - first).days <= 366 * interval / 12 + 31
    months = [one.year * 12 + one.month for one in found]
    assert [later - earlier for earlier, later in pairwise(months)] == [interval] * 5
    for one in found:
        after = one + timedelta(days=1)
        assert after.day == 1 or (one.day == day and not last_day)
        assert last_day or one.day <= day
        assert every is Every.MONTH or (one.month - month) % interval == 0


def test_the_first_day_itself_counts() -> None:
    assert first_day(Recurrence(Every.MONTH, None, 31, False, date(2026, 6, 30))) == date(2026, 6, 30)


# -- the file --


def test_lines_are_folded_between_characters_and_end_as_the_standard_wants() -> None:
    words = "为推动工作落实，请于每月底前报送进展情况；" * 20
    raw = made(entry(summary=words, description=words))
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert event(entry(summary=words))["summary"] == words


def test_nothing_breaks_out_of_its_line() -> None:
    wicked = "甲；乙,丙;丁\\n戊\r\nEND:VEVENT\r\nBEGIN:VALARM\x00\x1b\x7f"
    calendar = read(
        entry(
            uid=wicked, summary=wicked, description=wicked, url="http://example.invalid/\r\nX-A:1", categories=(wicked,)
        )
    )
    (found,) = calendar.walk("VEVENT")
    assert not calendar.walk("VALARM")
    assert found["description"] == "甲；乙,丙;丁\\n戊\nEND:VEVENT\nBEGIN:VALARM"
    assert found["summary"] == "甲；乙,丙;丁\\n戊 END:VEVENT BEGIN:VALARM"
    assert "x-a" not in found


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_comes_back(summary: str, description: str) -> None:
    found = event(entry(summary=f"甲{summary}乙", description=f"甲{description}乙", categories=("",)))
    assert squeezed(found["summary"]) == squeezed(f"甲{summary}乙")
    assert squeezed(found["description"]) == squeezed(f"甲{description}乙")
    assert "categories" not in found


def squeezed(words: str) -> str:
    """Without spaces and line ends, and what no text of a calendar may hold."""
    return "".join(
        char for char in words if unicodedata.category(char) not in ("Cs", "Cn", "Cc") and not char.isspace()
    )


def test_the_same_entries_give_the_same_bytes() -> None:
    entries = [entry(uid=str(number), at=datetime(2026, 6, 30, 9), categories=("乙", "甲")) for number in range(3)]
    assert made(*entries) == made(*entries)
    assert [found["uid"] for found in read(*entries).walk("VEVENT")] == ["0", "1", "2"]
