"""Counting, by calendars worked out by hand from the notices of 2022 and 2026, and against a second way of counting."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.dates import add_months
from gongbao.core.working_days import CHINA, Notice
from gongbao.procedures import Event, Period, ProcedureError, Run, days, months, replay, until, working_days, years
from gongbao.procedures.clocks import Measure, Status, paused
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.words import tell, tell_left
from tests.procedures.imaginary import PERMIT, happened, noon, one_clock, run_of

# The days off that the notices set, and the weekend days worked for them.
OFF = """
2022-01-01 2022-01-03   2022-01-31 2022-02-06   2022-04-03 2022-04-05   2022-04-30 2022-05-04
2022-06-03 2022-06-05   2022-09-10 2022-09-12   2022-10-01 2022-10-07
2026-01-01 2026-01-03   2026-02-15 2026-02-23   2026-04-04 2026-04-06   2026-05-01 2026-05-05
2026-06-19 2026-06-21   2026-09-25 2026-09-27   2026-10-01 2026-10-07
"""
WORKED = """
2022-01-29 2022-01-30 2022-04-02 2022-04-24 2022-05-07 2022-10-08 2022-10-09
2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
"""


def day(text: str) -> date:
    return date.fromisoformat(text)


def of_the_notices(one: date) -> bool:
    """Whether the day is worked, by the two lists above."""
    bounds = [day(text) for text in OFF.split()]
    if any(since <= one <= last for since, last in zip(bounds[::2], bounds[1::2], strict=True)):
        return False
    return one.isoformat() in WORKED.split() or one.weekday() < 5


@pytest.mark.parametrize("year", [2022, 2026])
def test_the_calendar_has_the_days_of_the_notices(year: int) -> None:
    for passed in range(360):
        one = date(year, 1, 1) + timedelta(passed)
        assert CHINA.is_working_day(one) == of_the_notices(one), one


# --- by hand


@pytest.mark.parametrize(
    ("since", "number", "last", "why"),
    [
        ("2026-09-29", 1, "2026-09-30", "Tuesday; Wednesday is the first"),
        ("2026-09-29", 2, "2026-10-08", "We 30 is 1; 1 to 7 October are off; Th 8 is 2"),
        ("2026-09-30", 2, "2026-10-09", "Th 8 is 1, Fr 9 is 2"),
        ("2026-09-30", 3, "2026-10-10", "Saturday the 10th is worked: it is 3"),
        ("2026-09-30", 4, "2026-10-12", "Su 11 is off, Mo 12 is 4"),
        ("2026-09-18", 1, "2026-09-20", "Sa 19 is off, Sunday the 20th is worked"),
        ("2026-02-12", 2, "2026-02-14", "Fr 13 is 1, Saturday the 14th is worked"),
        ("2026-02-13", 2, "2026-02-24", "Sa 14 is 1; 15 to 23 February are off; Tu 24 is 2"),
        ("2026-02-15", 1, "2026-02-24", "it starts on a day off, and the first worked day is 1"),
        ("2026-02-26", 2, "2026-02-28", "Fr 27 is 1, Saturday the 28th is worked"),
        ("2026-04-30", 1, "2026-05-06", "1 to 5 May are off"),
        ("2026-05-08", 1, "2026-05-09", "Saturday the 9th is worked"),
        ("2022-01-28", 2, "2022-01-30", "the Saturday and the Sunday before the holiday are worked"),
        ("2022-01-28", 3, "2022-02-07", "31 January to 6 February are off"),
        ("2022-04-01", 2, "2022-04-06", "Sa 2 is worked: 1; 3 to 5 are off; We 6 is 2"),
        ("2022-04-22", 1, "2022-04-24", "Sunday the 24th is worked"),
        ("2022-04-29", 3, "2022-05-07", "Th 5 is 1, Fr 6 is 2, Saturday the 7th is worked: 3"),
        ("2022-09-30", 2, "2022-10-09", "Sa 8 is 1 and Su 9 is 2: both are worked"),
        ("2022-09-30", 15, "2022-10-26", "8 and 9 are 1, 2; 10 to 14 are 3 to 7; 17 to 21 are 8 to 12; We 26 is 15"),
        ("2022-06-02", 1, "2022-06-06", "3 to 5 June are off"),
    ],
)
def test_working_days(since: str, number: int, last: str, why: str) -> None:
    assert run_of(working_days(number), ("go", since)).due == day(last), why


@pytest.mark.parametrize(
    ("since", "period", "last", "why"),
    [
        ("2026-03-02", days(10), "2026-03-12", "Monday and ten days: a Thursday"),
        ("2026-09-21", days(10), "2026-10-08", "1 October is off, and so are the days to the 7th"),
        ("2026-09-10", days(10), "2026-09-20", "a Sunday, but one that is worked"),
        ("2026-09-09", days(10), "2026-09-20", "Saturday the 19th is off: the next day is a Sunday that is worked"),
        ("2022-09-24", days(15), "2022-10-09", "Sunday the 9th is worked"),
        ("2022-01-16", days(15), "2022-02-07", "31 January is off, to 6 February"),
        ("2026-01-31", months(1), "2026-02-28", "no 31 February: the last of the month, a Saturday that is worked"),
        ("2026-08-31", months(6), "2027-03-01", "28 February 2027 is a Sunday: Monday"),
        ("2026-04-01", months(6), "2026-10-08", "1 October is off"),
        ("2026-03-16", months(6), "2026-09-16", "a Wednesday"),
        ("2024-02-29", years(2), "2026-02-28", "no 29 February in 2026"),
        ("2024-02-29", years(4), "2028-02-29", "there is one in 2028"),
        ("2025-10-01", years(1), "2026-10-08", "1 October is off"),
    ],
)
def test_days_months_and_years(since: str, period: Period, last: str, why: str) -> None:
    assert run_of(period, ("go", since)).due == day(last), why


# Begun on Friday 2026-03-06, 5 working days: Mo 9, Tu 10, We 11, Th 12, Fr 13. In brackets the days that count.
@pytest.mark.parametrize(
    ("steps", "last", "why"),
    [
        ([], "2026-03-13", "(9 10 11 12 13)"),
        ([("stop", "2026-03-10"), ("resume", "2026-03-12")], "2026-03-17", "(9 10) 11 12 | (13 16 17)"),
        ([("stop", "2026-03-10"), ("resume", "2026-03-10")], "2026-03-13", "on and off on one day: nothing is lost"),
        ([("stop", "2026-03-06"), ("resume", "2026-03-09")], "2026-03-16", "stopped on the first day: 9 | (10 to 16)"),
        ([("stop", "2026-03-13"), ("resume", "2026-03-18")], "2026-03-18", "nothing was left: the day it goes on"),
        ([("stop", "2026-03-13"), ("resume", "2026-03-21")], "2026-03-23", "it goes on on a Saturday: Monday"),
        ([("stop", "2026-03-12"), ("resume", "2026-03-21")], "2026-03-23", "one was left; Mo 23 is the first after"),
        ([("stop", "2026-03-14"), ("resume", "2026-03-18")], "2026-03-13", "it had run out the day before"),
        (
            [("stop", "2026-03-10"), ("resume", "2026-03-10"), ("stop", "2026-03-10"), ("resume", "2026-03-11")],
            "2026-03-16",
            "twice on one day: (9 10) 11 | (12 13 16)",
        ),
        (
            [("stop", "2026-03-10"), ("resume", "2026-03-11"), ("stop", "2026-03-11"), ("resume", "2026-03-12")],
            "2026-03-17",
            "one pause after the other: (9 10) 11 | 12 | (13 16 17)",
        ),
        (
            [("stop", "2026-03-13"), ("resume", "2026-03-16"), ("stop", "2026-03-16"), ("resume", "2026-03-19")],
            "2026-03-19",
            "nothing was left, and it is stopped again on its last day",
        ),
        (
            [("stop", "2026-03-13"), ("resume", "2026-03-21"), ("stop", "2026-03-22"), ("resume", "2026-03-25")],
            "2026-03-25",
            "put off to Mo 23, and stopped before that day is over",
        ),
        ([("stop", "2026-03-10"), ("resume", "2026-03-15")], "2026-03-18", "a Sunday: (9 10) | (16 17 18)"),
    ],
)
def test_stops(steps: list[tuple[str, str]], last: str, why: str) -> None:
    assert run_of(working_days(5), ("go", "2026-03-06"), *steps).due == day(last), why


@pytest.mark.parametrize(
    ("period", "since", "steps", "last", "why"),
    [
        (
            working_days(3),
            "2026-09-29",
            [("stop", "2026-09-30"), ("resume", "2026-10-06")],
            "2026-10-09",
            "30 September is 1; the pause ends within the holiday, and takes nothing of it: 8 and 9 October",
        ),
        (
            working_days(3),
            "2026-09-29",
            [("stop", "2026-09-30"), ("resume", "2026-10-08")],
            "2026-10-10",
            "8 October is the last day of the pause: Fr 9, and Sa 10, which is worked",
        ),
        (days(10), "2026-03-02", [("stop", "2026-03-10"), ("resume", "2026-03-20")], "2026-03-23", "12 + 10: a Sunday"),
        (days(10), "2026-03-02", [("stop", "2026-03-12"), ("resume", "2026-03-20")], "2026-03-20", "nothing was left"),
        (months(1), "2026-03-02", [("stop", "2026-03-10"), ("resume", "2026-03-20")], "2026-04-13", "2 + 10: a Sunday"),
        (months(1), "2026-03-03", [("stop", "2026-04-03"), ("resume", "2026-04-08")], "2026-04-08", "nothing was left"),
        (months(1), "2026-03-03", [("stop", "2026-04-05"), ("resume", "2026-04-08")], "2026-04-03", "it had run out"),
        (years(1), "2025-03-03", [("stop", "2025-12-31"), ("resume", "2026-01-10")], "2026-03-13", "3 + 10 March"),
    ],
)
def test_stops_of_other_periods(period: Period, since: str, steps: list[tuple[str, str]], last: str, why: str) -> None:
    assert run_of(period, ("go", since), *steps).due == day(last), why


def test_a_day_that_was_set_and_a_moment() -> None:
    assert run_of(until("last"), ("go", "2026-09-20"), last=day("2026-09-29")).due == day("2026-09-29")
    assert run_of(until("last"), ("go", "2026-09-20"), last=day("2026-10-03")).due == day("2026-10-08")
    stopped = [("go", "2026-09-20"), ("stop", "2026-09-21"), ("resume", "2026-09-24")]
    assert run_of(until("last"), *stopped, last=day("2026-09-29")).due == day("2026-10-08"), "29 + 3 is 2 October"
    moment = datetime(2026, 10, 3, 9, 30, tzinfo=SHANGHAI)
    run = run_of(until("last"), ("go", "2026-09-20"), last=moment)
    assert (run.due, run.ends_at, run.provisional) == (day("2026-10-03"), moment, False)
    assert not run.overdue(moment - timedelta(seconds=1)) and run.overdue(moment)
    assert tell(run, day("2026-10-02")).en.endswith("last day 2026-10-03 09:30")
    # Given in another zone it is the same moment, and its day that of Shanghai.
    late = datetime(2026, 10, 3, 17, 0, tzinfo=UTC)
    run = run_of(until("last"), ("go", "2026-09-20"), last=late)
    assert (run.due, run.ends_at) == (day("2026-10-04"), late)
    assert not run.is_over(late - timedelta(microseconds=1)) and run.is_over(late.astimezone(SHANGHAI))


def test_the_last_day_ends_at_midnight_in_shanghai() -> None:
    run = run_of(working_days(2), ("go", "2026-09-29"))
    midnight = datetime(2026, 10, 9, 0, 0, tzinfo=SHANGHAI)
    assert run.ends_at == midnight
    assert not run.overdue(midnight - timedelta(seconds=1)) and run.overdue(midnight)
    in_utc = datetime(2026, 10, 8, 16, 0, tzinfo=UTC)
    assert not run.overdue(in_utc - timedelta(seconds=1)) and run.overdue(in_utc)


@pytest.mark.parametrize(
    ("moment", "on"),
    [("2026-09-29T15:59:59+00:00", "2026-09-29"), ("2026-09-29T16:00:00+00:00", "2026-09-30")],
)
def test_the_day_of_a_step_is_that_of_shanghai(moment: str, on: str) -> None:
    given = {"name": "甲", "goods": "food", "size": "3", "deposit": "1", "heated": "no"}
    event = replay(PERMIT, []).take("apply", PERMIT.roles["applicant"], given, datetime.fromisoformat(moment))
    assert event.on == day(on)


def test_a_moment_without_its_zone_is_a_fault() -> None:
    with pytest.raises(ValueError, match="offset"):
        replay(PERMIT, []).take("apply", PERMIT.roles["applicant"], {}, datetime(2026, 9, 1, 9, 0))


# --- stopped, ended, restarted


def test_a_stopped_clock_has_no_last_day_and_counts_no_day() -> None:
    run = run_of(working_days(5), ("go", "2026-03-06"), ("stop", "2026-03-10"))
    assert (run.status, run.due, run.ends_at) == (Status.STOPPED, None, None)
    assert not run.overdue(noon("2026-12-31"))
    looked = [date(2026, 3, one) for one in (6, 9, 10, 11, 30)]
    assert [(run.spent(one), run.left(one)) for one in looked] == [(0, 5), (1, 4), (2, 3), (2, 3), (2, 3)]
    assert tell(run, day("2026-03-30")).en == "5 working days, 3 left, stopped since 2026-03-10 (云政办〔2026〕1号 二)"


def test_a_stop_does_not_hide_that_a_clock_had_run_out() -> None:
    run = run_of(working_days(5), ("go", "2026-03-06"), ("stop", "2026-03-17"))
    assert run.status == Status.STOPPED and run.due == day("2026-03-13")
    assert run.overdue(noon("2026-03-17")) and run.left(day("2026-03-30")) == -2
    assert (
        "2 working days overdue" in tell(run, day("2026-03-30")).en
        and "stopped since" in tell(run, day("2026-03-30")).en
    )


@pytest.mark.parametrize("end", ["done", "close", "again"])
def test_whatever_ends_a_stopped_clock_ends_its_pause(end: str) -> None:
    situation = happened(one_clock(working_days(5)), ("go", "2026-03-06"), ("stop", "2026-03-10"), (end, "2026-03-20"))
    run = situation.runs[0]
    assert run.status == Status.ENDED and run.stops[-1].until == day("2026-03-20") and not run.late
    assert tell(run, day("2026-04-01")).en == "5 working days, done on 2026-03-20"
    assert paused(situation.runs) == 10


def test_done_late_and_in_time() -> None:
    in_time = run_of(working_days(5), ("go", "2026-03-06"), ("done", "2026-03-13"))
    late = run_of(working_days(5), ("go", "2026-03-06"), ("done", "2026-03-14"))
    assert (in_time.late, late.late) == (False, True)
    assert tell(late, day("2026-03-20")).zh == "5个工作日，已于2026-03-14完成，逾期"
    assert late.left(day("2026-12-01")) == 0, "looked at as of its end, on which no working day had passed"


def test_a_clock_that_starts_anew() -> None:
    situation = happened(
        one_clock(working_days(5)), ("go", "2026-03-06"), ("again", "2026-03-09"), ("again", "2026-03-25")
    )
    assert [(run.since.day, run.status, run.due and run.due.day, run.late) for run in situation.runs] == [
        (6, Status.ENDED, 13, False), (9, Status.ENDED, 16, True), (25, Status.RUNNING, 1, False),
    ]  # fmt: skip
    assert situation.run("one") == situation.runs[-1] and situation.due == day("2026-04-01")


def test_days_recorded_out_of_order_make_no_pause_before_the_run_or_twice() -> None:
    plain = run_of(months(1), ("go", "2026-03-10"), ("stop", "2026-03-10"), ("resume", "2026-03-12"))
    before = run_of(months(1), ("go", "2026-03-10"), ("stop", "2026-03-02"), ("resume", "2026-03-12"))
    assert before.due == plain.due == day("2026-04-13")
    steps = [("stop", "2026-03-12"), ("resume", "2026-03-18"), ("stop", "2026-03-14"), ("resume", "2026-03-19")]
    assert run_of(days(20), ("go", "2026-03-10"), *steps).due == day("2026-04-07"), (
        "30 March, and 7 days of pause: 6 April"
    )


# --- provisional


def test_a_last_day_in_a_year_without_a_notice_is_provisional() -> None:
    last_known = max(CHINA.notices)
    run = run_of(working_days(30), ("go", f"{last_known}-12-01"))
    assert run.provisional and "provisional" in tell(run, day(f"{last_known}-12-02")).en
    assert not run_of(working_days(2), ("go", f"{last_known}-12-01")).provisional
    # The notice comes: the same events give another last day, which is certain.
    year = last_known + 1
    off = frozenset(date(year, 1, 1) + timedelta(passed) for passed in range(10))
    events = happened(one_clock(working_days(30)), ("go", f"{last_known}-12-01")).events
    known = CHINA.with_notice(Notice(year, "a notice", off, frozenset()))
    again = replay(one_clock(working_days(30)), events, known).run("one")
    assert again is not None and not again.provisional
    assert run.due is not None and again.due is not None and again.due > run.due
    # While it is stopped too: as if it went on today.
    stopped = run_of(working_days(30), ("go", f"{last_known}-12-01"), ("stop", f"{last_known}-12-02"))
    assert stopped.provisional


# --- words


@pytest.mark.parametrize(
    ("today", "zh", "en"),
    [
        ("2026-03-06", "剩余5个工作日", "5 left"),
        ("2026-03-08", "剩余5个工作日", "5 left"),
        ("2026-03-12", "剩余1个工作日", "1 left"),
        ("2026-03-13", "今日届满", "last day today"),
        ("2026-03-14", "已逾期", "overdue"),
        ("2026-03-16", "已逾期1个工作日", "1 working day overdue"),
        ("2026-03-17", "已逾期2个工作日", "2 working days overdue"),
    ],
)
def test_how_much_is_left_in_words(today: str, zh: str, en: str) -> None:
    told = tell_left(run_of(working_days(5), ("go", "2026-03-06")), day(today))
    assert (told.zh, told.en) == (zh, en)


def test_put_off_to_a_day_on_which_it_is_still_in_time() -> None:
    run = run_of(working_days(5), ("go", "2026-03-06"), ("stop", "2026-03-13"), ("resume", "2026-03-21"))
    assert [tell_left(run, day(one)).en for one in ("2026-03-21", "2026-03-23", "2026-03-24")] == [
        "1 left", "last day today", "1 working day overdue",
    ]  # fmt: skip


# --- a second way of counting: all days are listed, and those that do not count are crossed out

Found = tuple[Period, date, list[tuple[date, date]]]

STARTS = st.dates(date(2022, 1, 1), date(2026, 6, 30))


@st.composite
def runs(draw: st.DrawFn) -> Found:
    measure = draw(st.sampled_from([Measure.WORKING_DAYS, Measure.DAYS, Measure.MONTHS, Measure.YEARS]))
    most = {Measure.WORKING_DAYS: 40, Measure.DAYS: 60, Measure.MONTHS: 4, Measure.YEARS: 1}[measure]
    since = draw(STARTS)
    pauses, from_ = [], since
    for wait, length in draw(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=4)):
        stopped = from_ + timedelta(wait)
        from_ = stopped + timedelta(length)
        pauses.append((stopped, from_))
    return Period(draw(st.integers(1, most)), measure), since, pauses


def listed(period: Period, since: date, pauses: list[tuple[date, date]]) -> date:
    every = [since + timedelta(passed) for passed in range(1, 900)]
    crossed = {one for one in every for stopped, on in pauses if stopped < one <= on}
    if period.measure == Measure.WORKING_DAYS:
        crossed |= {one for one in every if not CHINA.is_working_day(one)}
    number = period.number
    if period.measure in (Measure.MONTHS, Measure.YEARS):
        number = (add_months(since, number * (12 if period.measure == Measure.YEARS else 1)) - since).days
    reached = [one for one in every if one not in crossed][number - 1]
    return next(
        one
        for one in every
        if one >= reached and CHINA.is_working_day(one) and not any(stopped <= one < on for stopped, on in pauses)
    )


def made(period: Period, since: date, pauses: list[tuple[date, date]]) -> Run:
    steps = [("go", since.isoformat())]
    for stopped, on in pauses:
        steps += [("stop", stopped.isoformat()), ("resume", on.isoformat())]
    return run_of(period, *steps)


@given(runs())
def test_the_last_day_is_that_of_the_other_way_of_counting(found: Found) -> None:
    assert made(*found).due == listed(*found)


@given(runs(), st.integers(-3, 80))
def test_what_is_spent_and_left_makes_the_whole(found: Found, later: int) -> None:
    period, since, _ = found
    run = made(*found)
    assert run.due is not None and run.due > since
    today = since + timedelta(later)
    whole = run.left(since)
    assert run.spent(today) + run.left(today) == whole
    if period.measure == Measure.WORKING_DAYS:
        assert whole in (period.number, period.number + 1), "one more where it is put off past a day off"
    assert (run.left(today) < 0) <= (today > run.due)
    assert run.spent(today) == 0 or today > since
    end = datetime.combine(run.due + timedelta(1), time_of_day(), SHANGHAI)
    assert run.ends_at == end and not run.is_over(end - timedelta(microseconds=1)) and run.is_over(end)


@given(runs())
def test_a_pause_never_brings_the_last_day_forward(found: Found) -> None:
    period, since, pauses = found
    last = [made(period, since, pauses[:count]).due or date.min for count in range(len(pauses) + 1)]
    assert last == sorted(last)


def test_events_must_follow_each_other() -> None:
    first = Event(1, "go", noon("2026-03-06"), day("2026-03-06"), "clerk", {})
    with pytest.raises(ProcedureError, match="event 3 follows 1"):
        replay(one_clock(days(1)), [first, Event(3, "stop", noon("2026-03-06"), day("2026-03-06"), "clerk", {})])
    with pytest.raises(ProcedureError, match="event 1: one_clock has no step begin"):
        replay(one_clock(days(1)), [Event(1, "begin", noon("2026-03-06"), day("2026-03-06"), "clerk", {})])
