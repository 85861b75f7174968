"""Procedures declared once, each step and clock cited: what may be done next, by whom, by when.

    complaint = Procedure("complaint", document="云政办〔2026〕5号", zh="投诉处理", en="complaint",
                          since=date(2026, 7, 1), since_clause="第九条")
    clerk = complaint.staff("clerk", zh="经办人", en="clerk")
    received = complaint.state("received", zh="待受理", en="received")
    closed = complaint.state("closed", zh="已办结", en="closed", final=True)
    file = complaint.step("file", "第六条", zh="提出", en="file", by=[clerk], begins=True, to=received)
    decide = complaint.step("decide", "第七条", zh="决定", en="decide", by=[clerk], at=[received], to=closed)
    complaint.clock("decision", working_days(15), "第七条", zh="作出决定", en="decide", starts=[file], ends=[decide])
    complaint.ready()

`ready` refuses a declaration that contradicts itself. What happened is a list of events; `replay` makes of them the
situation of the case, which says what may be done (`steps`), and makes the next event (`take`). No Django; the time is
always given, never asked for.

    declare.py   states, steps, roles, fields, letters, clocks, sign-off: what a procedure is made of
    check.py     what contradicts itself in a declaration
    clocks.py    counting: when a clock runs out, what its stops add
    fields.py    what people give for a step -> values, or problems in words
    run.py       events -> the situation of a case; what may be done; the next event
    sign_off.py  a proposal on its way up
    walk.py      where a case can come
    words.py     a clock in words: 2 working days, 1 left, stopped since …
    describe.py  a procedure as data
    diagram.py   the picture; bpmn.py BPMN 2.0 XML
"""

from gongbao.procedures.clocks import Clock, Period, Run, Stop, days, months, until, working_days, years
from gongbao.procedures.declare import (
    OUR_RULE,
    SYSTEM,
    Condition,
    Letter,
    Procedure,
    ProcedureError,
    Remedy,
    Role,
    SignOff,
    State,
    Step,
    clause_label,
)
from gongbao.procedures.fields import Field, Kind, Option, Problem
from gongbao.procedures.run import Event, Obstacle, Possible, Refused, Situation, replay, start

__all__ = [
    "OUR_RULE",
    "SYSTEM",
    "Clock",
    "Condition",
    "Event",
    "Field",
    "Kind",
    "Letter",
    "Obstacle",
    "Option",
    "Period",
    "Possible",
    "Problem",
    "Procedure",
    "ProcedureError",
    "Refused",
    "Remedy",
    "Role",
    "Run",
    "SignOff",
    "Situation",
    "State",
    "Step",
    "Stop",
    "clause_label",
    "days",
    "months",
    "replay",
    "start",
    "until",
    "working_days",
    "years",
]
