"""Procedures of an imaginary city: the permit for a market stall, and one clock by itself."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gongbao.core.labels import Label
from gongbao.core.working_days import CHINA, WorkingCalendar
from gongbao.procedures import (
    OUR_RULE,
    SYSTEM,
    Condition,
    Event,
    Field,
    Kind,
    Option,
    Period,
    Procedure,
    Remedy,
    Run,
    SignOff,
    Situation,
    days,
    months,
    start,
    until,
    working_days,
    years,
)
from gongbao.procedures.fields import SHANGHAI


def label(zh: str, en: str) -> Label:
    return Label(zh, en)


def stall_permit() -> Procedure:
    """A permit with a correction whose time runs from the service of the letter, a public notice that opens the draw
    and closes objections, a draw at a set moment, a permit that lasts months and is renewed, a report every year."""
    permit = Procedure(
        "stall_permit", document="云政办〔2026〕30号", zh="摊位许可", en="stall permit",
        since=date(2022, 1, 1), since_clause="第二十条",
    )  # fmt: skip
    applicant = permit.party("applicant", zh="申请人", en="applicant")
    neighbour = permit.party("neighbour", zh="利害关系人", en="neighbour")
    clerk = permit.staff("clerk", zh="经办人", en="clerk")
    section_head = permit.staff("section_head", zh="科室负责人", en="head of the section")
    head = permit.staff("head", zh="主要负责人", en="head")

    received = permit.state("received", zh="待审查", en="received", next_zh="审查申请", next_en="it is examined")
    correcting = permit.state("correcting", zh="待补正", en="to be corrected")
    noticed = permit.state("noticed", zh="公示中", en="under public notice")
    drawn = permit.state("drawn", zh="已摇号", en="drawn")
    in_force = permit.state("in_force", zh="许可有效", en="permit in force")
    refused = permit.state("refused", zh="不予许可", en="refused", final=True)
    lapsed = permit.state("lapsed", zh="视为撤回", en="lapsed", final=True)
    expired = permit.state("expired", zh="许可届满", en="expired", final=True)

    appeal = Remedy("appeal", label("复议", "appeal"), days(60), "第十九条", label("市政府", "the city"))
    to_correct = permit.letter("to_correct", "第五条", zh="补正通知书", en="notice to correct", to=applicant)
    refusal = permit.letter("refusal", "第七条", zh="不予许可决定书", en="refusal", to=applicant, remedies=[appeal])

    goods = (Option("food", label("食品", "food"), "第三条"), Option("books", label("图书", "books"), "第三条"))
    apply = permit.step(
        "apply", "第三条", zh="申请", en="Apply", by=[applicant, clerk], begins=True, to=received, on="applied_on",
        asks=[
            Field("name", label("姓名", "Name"), personal=True, longest=50),
            Field("plan", label("经营计划", "Plan"), Kind.TEXT, longest=300, required=False),
            Field("goods", label("商品", "Goods"), Kind.CHOICES, options=goods),
            Field("size", label("面积", "Square metres"), Kind.NUMBER),
            Field("deposit", label("押金", "Deposit"), Kind.MONEY),
            Field("heated", label("使用明火", "Open fire"), Kind.FLAG),
            Field("papers", label("材料", "Papers"), Kind.FILES, required=False, longest=3),
            Field("applied_on", label("收到之日", "Received on"), Kind.DATE, required=False, past=True, staff=True),
        ],
    )  # fmt: skip
    ask_correction = permit.step(
        "ask_correction", "第五条", zh="要求补正", en="Ask for a correction", by=[clerk], at=[received], to=correcting,
        letter=to_correct,
    )  # fmt: skip
    correct = permit.step("correct", "第五条", zh="补正", en="Correct", by=[applicant], at=[correcting], to=received)
    lapse = permit.step("lapse", "第五条", zh="视为撤回", en="Lapse", by=[SYSTEM], at=[correcting], to=lapsed)
    permit.step(
        "drop", OUR_RULE, zh="撤回", en="Drop", by=[applicant, clerk], at=[received, correcting, noticed, drawn],
        to=lapsed,
    )  # fmt: skip
    refuse = permit.step(
        "refuse", "第七条", zh="不予许可", en="Refuse", by=[clerk], at=[received, noticed], to=refused, letter=refusal,
        asks=[Field("why", label("理由", "Reasons"), Kind.TEXT)], sign_off=SignOff((section_head,), "第七条"),
    )  # fmt: skip
    give_notice = permit.step(
        "give_notice", "第八条", zh="公示", en="Give public notice", by=[clerk], at=[received], to=noticed,
        asks=[Field("draw_at", label("摇号时间", "Time of the draw"), Kind.MOMENT, future=True)],
        when=[Condition(label("面积不超过20平方米", "no more than 20 square metres"), "第四条",
                        lambda situation, given: int(str(situation.values["size"])) <= 20)],
    )  # fmt: skip
    object_ = permit.step(
        "object", "第九条", zh="提出异议", en="Object", by=[neighbour], at=[noticed],
        asks=[Field("objection", label("异议", "Objection"), Kind.TEXT)],
    )  # fmt: skip
    draw = permit.step("draw", "第十条", zh="摇号", en="Draw", by=[clerk], at=[noticed], to=drawn)
    grant = permit.step(
        "grant", "第十一条", zh="许可", en="Grant", by=[clerk], at=[drawn], to=in_force,
        sign_off=SignOff((section_head, head), "第十一条", countersign=True),
    )  # fmt: skip
    renew = permit.step("renew", "第十二条", zh="延续", en="Renew", by=[clerk], at=[in_force])
    report = permit.step("report", "第十三条", zh="年度报告", en="Report", by=[applicant], at=[in_force])
    expire = permit.step("expire", "第十二条", zh="届满", en="Expire", by=[SYSTEM], at=[in_force], to=expired)

    permit.clock(
        "examination", working_days(10), "第六条", zh="审查", en="examine", starts=[apply], ends=[give_notice, refuse],
        stops=[ask_correction], resumes=[correct], stop_clause="第五条", tells=[clerk], warns=2,
    )  # fmt: skip
    permit.clock(
        "correction", days(15), "第五条", zh="补正", en="correct", starts=[to_correct], ends=[correct], runs_out=lapse
    )
    permit.clock(
        "notice", working_days(5), "第八条", zh="公示", en="public notice", starts=[give_notice], opens=[draw],
        closes=[object_],
    )  # fmt: skip
    permit.clock("draw", until("draw_at"), "第十条", zh="摇号", en="draw", starts=[give_notice], opens=[draw])
    permit.clock("validity", months(6), "第十二条", zh="有效期", en="validity", starts=[grant, renew], runs_out=expire)
    permit.clock("report", years(1), "第十三条", zh="年度报告", en="report", starts=[grant, report], ends=[report])
    return permit.ready()


PERMIT = stall_permit()


# --- one clock by itself: every step says its day


def one_clock(period: Period, *, moment: bool = False) -> Procedure:
    """A clock of this period that starts with `go` (again and again), stops and goes on, and waits for `done`."""
    made = Procedure(
        "one_clock", document="云政办〔2026〕1号", zh="一", en="one", since=date(2000, 1, 1), since_clause="一"
    )
    clerk = made.staff("clerk", zh="经办人", en="clerk")
    open_ = made.state("open", zh="办理中", en="open")
    closed = made.state("closed", zh="已办结", en="closed", final=True)
    day = Field("day", label("日期", "Day"), Kind.DATE, past=True)
    last = Field("last", label("期限", "Last"), Kind.MOMENT if moment else Kind.DATE)
    asks = [day, last] if period.until else [day]
    common: Mapping[str, Any] = {"zh": "一", "en": "one", "by": [clerk], "on": "day"}
    go = made.step("go", "一", to=open_, begins=True, asks=asks, **common)
    again = made.step("again", "一", at=[open_], asks=asks, **common)
    stop = made.step("stop", "一", at=[open_], asks=[day], **common)
    resume = made.step("resume", "一", at=[open_], asks=[day], **common)
    done = made.step("done", "一", at=[open_], asks=[day], **common)
    made.step("close", "一", at=[open_], to=closed, asks=[day], **common)
    stops: Mapping[str, Any] = {} if moment else {"stops": [stop], "resumes": [resume], "stop_clause": "二"}
    made.clock("one", period, "一", zh="一", en="one", starts=[go, again], ends=[done], **stops)
    return made.ready()


def noon(day: str | date) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def happened(
    procedure: Procedure,
    *steps: tuple[str, str],
    calendar: WorkingCalendar = CHINA,
    last: date | datetime | None = None,
) -> Situation:
    """What these steps on these days make of a case of `one_clock`."""
    situation = start(procedure, calendar)
    for number, (step, day) in enumerate(steps, 1):
        values: dict[str, Any] = {"day": date.fromisoformat(day)}
        if last is not None and step in ("go", "again"):
            values["last"] = last
        situation = situation.after(Event(number, step, noon(day), date.fromisoformat(day), "clerk", values))
    return situation


def run_of(period: Period, *steps: tuple[str, str], last: date | datetime | None = None) -> Run:
    """The last run of the clock of `one_clock`."""
    moment = isinstance(last, datetime)
    run = happened(one_clock(period, moment=moment), *steps, last=last).run("one")
    assert run is not None
    return run
