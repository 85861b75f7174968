"""A clock in words, in both languages: “2 working days, 1 left, stopped since 2026-07-03 (第三十六条第二款)”."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from gongbao.core.dates import ONE_DAY
from gongbao.core.labels import Label
from gongbao.procedures.clocks import Clock, Measure, Run, Status
from gongbao.procedures.declare import Letter, Step, clause_label
from gongbao.procedures.fields import SHANGHAI


def tell(run: Run, today: date) -> Label:
    """How a run of a clock stands on a day."""
    zh, en = [run.clock.period.label.zh], [run.clock.period.label.en]
    if run.status == Status.ENDED:
        assert run.ended_on is not None
        zh.append(f"已于{run.ended_on}完成" + ("，逾期" if run.late else ""))
        en.append(f"done on {run.ended_on}" + (", late" if run.late else ""))
    elif run.status == Status.RAN_OUT:
        zh.append(f"已于{run.ended_on}届满")
        en.append(f"ran out on {run.ended_on}")
    else:
        left = tell_left(run, today)
        zh.append(left.zh)
        en.append(left.en)
        if run.due is not None:
            zh.append(f"{_last(run)}届满")
            en.append(f"last day {_last(run)}")
        if run.stopped is not None:
            ground = clause_label(run.stopped.clause)
            zh.append(f"自{run.stopped.since}起停止计算（{ground.zh}）")
            en.append(f"stopped since {run.stopped.since} ({ground.en})")
    if run.is_open and run.provisional:
        zh.append("节假日安排尚未公布，暂定")
        en.append("provisional: the days off of that year are not known yet")
    return Label("，".join(zh), ", ".join(en))


def _last(run: Run) -> str:
    """The last day; of a clock that ends at a moment, with the time of day."""
    return tell_end(run.fixed_end) if isinstance(run.fixed_end, datetime) else str(run.due)


def tell_end(moment: datetime) -> str:
    """The moment at which a time ends; at the end of a day it is 24:00 of that day and not 00:00 of the next."""
    local = moment.astimezone(SHANGHAI)
    if local.time() == time():
        return f"{local.date() - ONE_DAY} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def tell_left(run: Run, today: date) -> Label:
    """How much is left: 1 left, last day today, 2 working days overdue; of a time that has to pass, that it is over."""
    left = run.left(today)
    working = run.clock.period.measure == Measure.WORKING_DAYS
    if run.due == today:
        return Label("今日届满", "last day today")
    if run.is_waiting_time and run.due is not None and run.due < today:
        return Label("已届满", "over")
    if left == 0 and run.due is not None and run.due < today:
        # On the days off after the last day no working day has passed yet.
        return Label("已逾期", "overdue")
    if left >= 0:
        return Label(f"剩余{left}{'个工作日' if working else '日'}", f"{left} left")
    unit_en = f"{'working ' if working else ''}day{'' if left == -1 else 's'}"
    return Label(f"已逾期{-left}{'个工作日' if working else '日'}", f"{-left} {unit_en} overdue")


def tell_clock(clock: Clock) -> Label:
    """What is declared of a clock: 15 working days from “Accept” until “Decide”; stopped by “Ask for more papers” …"""
    period = clock.period.label
    zh = [f"自{_quoted(clock.starts).zh}起{period.zh}"]
    began = _quoted(clock.starts).en
    en = [f"from {began} {period.en}" if clock.period.until else f"{period.en} from {began}"]
    if clock.ends:
        zh.append(f"至{_quoted(clock.ends).zh}为止")
        en.append(f"until {_quoted(clock.ends).en}")
    if clock.stops:
        stops, resumes, ground = _quoted(clock.stops), _quoted(clock.resumes), clause_label(clock.stop_clause)
        zh.append(f"{stops.zh}时停止计算，{resumes.zh}后继续（{ground.zh}）")
        en.append(f"stopped by {stops.en}, goes on with {resumes.en} ({ground.en})")
    if clock.runs_out:
        zh.append(f"届满即{_quoted([clock.runs_out]).zh}")
        en.append(f"when it runs out: {_quoted([clock.runs_out]).en}")
    if clock.opens:
        zh.append(f"届满后方可{_quoted(clock.opens).zh}")
        en.append(f"only when it is over: {_quoted(clock.opens).en}")
    if clock.closes:
        zh.append(f"届满后不得{_quoted(clock.closes).zh}")
        en.append(f"no more when it is over: {_quoted(clock.closes).en}")
    if (each := clock.field_of_each) is not None:
        zh.append(f"按{each.label.zh}分别计算")
        en.append(f"counted for each by itself: {each.label.en}")
    return Label("，".join(zh), ", ".join(en))


def _quoted(parts: Sequence[Step | Letter]) -> Label:
    """Steps by their names; a letter, whose service it is that counts, with that word."""
    zh = "、".join(f"“{one.label.zh}”" + ("送达" if isinstance(one, Letter) else "") for one in parts)
    en = ", ".join(("service of " if isinstance(one, Letter) else "") + f"“{one.label.en}”" for one in parts)
    return Label(zh, en)
