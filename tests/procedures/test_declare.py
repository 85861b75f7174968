"""Declarations: each contradiction by one small wrong one, and right ones that pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.procedures import (
    OUR_RULE,
    SYSTEM,
    Condition,
    Field,
    Kind,
    Letter,
    Option,
    Period,
    Procedure,
    ProcedureError,
    Remedy,
    Role,
    SignOff,
    State,
    Step,
    clause_label,
    days,
    months,
    until,
    working_days,
    years,
)
from gongbao.procedures.clocks import Measure
from gongbao.procedures.describe import description
from gongbao.systems import procedures
from tests.procedures.imaginary import PERMIT, label, one_clock, stall_permit

ONE: dict[str, Any] = {"zh": "一", "en": "one"}
A = label("甲", "a")


class Small:
    """received --decide--> closed, with a clock on it: right as it stands. Tests make it wrong in one place."""

    def __init__(self) -> None:
        self.made = Procedure("small", document="云政办〔2026〕1号", since=date(2026, 1, 1), since_clause="九", **ONE)
        self.clerk = self.made.staff("clerk", **ONE)
        self.party = self.made.party("party", **ONE)
        self.received = self.made.state("received", **ONE)
        self.closed = self.made.state("closed", final=True, **ONE)
        self.file = self.step("file", by=[self.party], begins=True, to=self.received)
        self.decide = self.step("decide", at=[self.received], to=self.closed)
        self.clock("decision", working_days(5), starts=[self.file], ends=[self.decide])

    def step(self, key: str, clause: str = "一", **more: Any) -> Step:
        return self.made.step(key, clause, **ONE, **{"by": [self.clerk], **more})

    def clock(self, key: str, period: Period, clause: str = "一", **more: Any) -> None:
        self.made.clock(key, period, clause, **ONE, **more)

    def letter(self, key: str = "letter", clause: str = "一", **more: Any) -> Letter:
        return self.made.letter(key, clause, **ONE, **{"to": self.party, **more})

    def lapse(self, key: str = "lapse", **more: Any) -> Step:
        return self.step(key, **{"by": [SYSTEM], "at": [self.received], "to": self.closed, **more})

    def asking(self, *fields: Field, **more: Any) -> Step:
        """One more step, which asks for these."""
        return self.step("more", at=[self.received], asks=fields, **more)


def test_right_declarations_pass() -> None:
    assert Small().made.ready().is_ready
    stall_permit()
    assert {"market_complaint"} <= set(procedures()) and all(one.is_ready for one in procedures().values())


DAY = Field("day", A, Kind.DATE, past=True)
OTHER = State("other", A)
NOBODY = Role("nobody", A, "staff", "nobody")


def no_begin(s: Small) -> None:
    s.made.steps["file"] = replace(s.file, at=(s.received,))


def no_final(s: Small) -> None:
    s.made.states["closed"] = replace(s.closed, final=False)


def wait(s: Small, **more: Any) -> State:
    """A state beside the others, with a step there and one back."""
    waiting = s.made.state("waiting", **ONE)
    s.step("go", at=[s.received], to=waiting, **more)
    s.step("back", at=[waiting], to=s.received)
    return waiting


def trap(s: Small) -> None:
    hole = s.made.state("hole", **ONE)
    s.step("fall", at=[s.received], to=hole)
    s.step("turn", at=[hole])


def trap_behind_a_clock(s: Small) -> None:
    """One step leads out, and is closed by a clock that may have run out before."""
    hole = s.made.state("hole", **ONE)
    s.step("fall", at=[s.received], to=hole)
    out = s.step("climb", at=[hole], to=s.closed)
    s.clock("light", days(3), starts=[s.file], closes=[out])


def trap_of_an_ended_clock(s: Small) -> None:
    """The clock is ended in time, and its last day passes all the same."""
    hole = s.made.state("hole", **ONE)
    fall = s.step("fall", at=[s.received], to=hole)
    out = s.step("climb", at=[hole], to=s.closed)
    s.clock("light", days(3), starts=[s.file], ends=[fall], closes=[out])


def runs_out_elsewhere(s: Small) -> None:
    wait(s)
    s.clock("patience", days(3), starts=[s.file], runs_out=s.lapse())


def never_opened(s: Small) -> None:
    """A step that a clock opens, which starts only with that step."""
    waiting = wait(s)
    step = s.step("open", at=[waiting], to=s.received)
    s.clock("gate", days(3), starts=[step], opens=[step])


def never_armed(s: Small) -> None:
    """The letter is made, and where it can be served nothing waits for it."""
    s.step("tell", at=[s.received], to=s.closed, letter=s.letter())
    s.clock("answer", days(3), starts=[s.made.letters["letter"]], closes=[s.file])


def over_as_it_begins(s: Small) -> None:
    s.clock("after", days(3), starts=[s.decide], ends=[s.decide])


def too_many(s: Small) -> None:
    for number in range(9):
        step = s.step(f"step{number}", at=[s.received])
        s.clock(f"clock{number}", days(3), starts=[step], ends=[s.decide])


WRONG: list[tuple[str, Callable[[Small], Any]]] = [
    # states
    ("no step begins a case", no_begin),
    ("no state is final", no_final),
    ("nobody reaches the state other", lambda s: s.made.state("other", **ONE)),
    ("the state closed is final, and a step leads on", lambda s: s.step("on", at=[s.closed], to=s.received)),
    # steps
    ("the step more has neither a clause nor OUR_RULE", lambda s: s.step("more", " ", at=[s.received])),
    ("the step more may be taken by nobody", lambda s: s.step("more", at=[s.received], by=[])),
    ("the step more begins a case and leads to no state", lambda s: s.step("more", begins=True)),
    ("the step more is for a role that is not of this", lambda s: s.step("more", at=[s.received], by=[NOBODY])),
    ("the step more names a state that is not of this", lambda s: s.step("more", at=[s.received, OTHER])),
    ("the step more names a state that is not of this", lambda s: s.step("more", at=[s.received], to=OTHER)),
    ("the step more makes a letter that is not of this",
     lambda s: s.step("more", at=[s.received], letter=Letter("x", A, s.party, "一"))),
    ("the step lapse is the program's, and no clock", lambda s: s.lapse()),
    ("the step lapse is the program's: it can be asked for nothing",
     lambda s: s.clock("x", days(1), starts=[s.file], runs_out=s.lapse(asks=[DAY]))),
    ("the step lapse is the program's: it can be asked for nothing",
     lambda s: s.clock("x", days(1), starts=[s.file], runs_out=s.lapse(sign_off=SignOff((s.clerk,), "一")))),
    ("the step lapse is the program's: nothing may stand in its way",
     lambda s: s.clock("x", days(1), starts=[s.file], runs_out=s.lapse(when=[Condition(A, "一", lambda _, __: True)]))),
    ("the step lapse is the program's: nothing may stand in its way",
     lambda s: s.clock("x", days(1), starts=[s.file], runs_out=s.lapse(), opens=[s.made.steps["lapse"]])),
    ("the condition “a” has neither", lambda s: s.asking(when=[Condition(A, "", lambda _, __: True)])),
    ("asks for day twice", lambda s: s.asking(DAY, DAY)),
    ("the field Day should be named", lambda s: s.asking(Field("Day", A))),
    ("the field kind has no options", lambda s: s.asking(Field("kind", A, Kind.CHOICE))),
    ("the field kind has options and no choice", lambda s: s.asking(Field("kind", A, options=(Option("a", A),)))),
    ("the field kind has one option twice",
     lambda s: s.asking(Field("kind", A, Kind.CHOICE, options=(Option("a", A), Option("a", A))))),
    ("cannot be both personal and public", lambda s: s.asking(Field("name", A, personal=True, public=True))),
    ("is past or future, and no date", lambda s: s.asking(Field("name", A, past=True))),
    ("leaves no room", lambda s: s.asking(Field("name", A, longest=0))),
    ("takes its day from day, which is no date that it asks for", lambda s: s.asking(on="day")),
    ("takes its day from day, which is no date", lambda s: s.asking(Field("day", A, Kind.MOMENT), on="day")),
    ("takes its day from day, which may lie in the future", lambda s: s.asking(replace(DAY, past=False), on="day")),
    ("takes its clause from kind, which is no choice", lambda s: s.asking(clause_by="kind")),
    ("takes its clause from kind, which is no choice", lambda s: s.asking(Field("kind", A), clause_by="kind")),
    ("takes its clause from kind, where not every option has one",
     lambda s: s.asking(Field("kind", A, Kind.CHOICE, options=(Option("a", A),)), clause_by="kind")),
    ("moves the case to unit, which is no unit", lambda s: s.asking(Field("unit", A), moves="unit")),
    ("the field day is date in one step and line in other",
     lambda s: (s.asking(DAY), s.step("other", at=[s.received], asks=[Field("day", A)]))),
    # signatures
    ("its sign-off has neither", lambda s: s.asking(sign_off=SignOff((s.clerk,), ""))),
    ("wants signatures, and names nobody", lambda s: s.asking(sign_off=SignOff((), "一"))),
    ("signed by a role that is no staff", lambda s: s.asking(sign_off=SignOff((NOBODY,), "一"))),
    ("signed by a role that is no staff", lambda s: s.asking(sign_off=SignOff((s.party,), "一"))),
    ("signed by one role twice", lambda s: s.asking(sign_off=SignOff((s.clerk, s.clerk), "一"))),
    ("not everyone who may take it is staff",
     lambda s: s.asking(by=[s.party, s.clerk], sign_off=SignOff((s.clerk,), "一"))),
    # clocks
    ("the clock x has neither a clause nor", lambda s: s.clock("x", days(1), "", starts=[s.file], ends=[s.decide])),
    ("nobody arms the clock x: it starts with no step", lambda s: s.clock("x", days(1), starts=[], ends=[s.decide])),
    ("nobody arms the clock x: no step makes the letter",
     lambda s: s.clock("x", days(1), starts=[s.letter()], ends=[s.decide])),
    ("waits for nothing", lambda s: s.clock("x", days(1), starts=[s.file])),
    ("stops and never goes on",
     lambda s: s.clock("x", days(1), starts=[s.file], ends=[s.decide], stops=[s.asking()], stop_clause="一")),
    ("goes on and never stops",
     lambda s: s.clock("x", days(1), starts=[s.file], ends=[s.decide], resumes=[s.asking()])),
    ("stops on no ground", lambda s: s.clock(
        "x", days(1), starts=[s.file], ends=[s.decide], stops=[s.asking()], resumes=[s.decide])),
    ("is stopped by a step that lets it go on as well", lambda s: s.clock(
        "x", days(1), starts=[s.file], ends=[s.decide], stops=[s.asking()], resumes=[s.made.steps["more"]],
        stop_clause="一")),
    ("which is not for SYSTEM", lambda s: s.clock("x", days(1), starts=[s.file], runs_out=s.decide)),
    ("has a period of 0 days; it should be 1 to 15000",
     lambda s: s.clock("x", days(0), starts=[s.file], ends=[s.decide])),
    ("has a period of -1 month", lambda s: s.clock("x", months(-1), starts=[s.file], ends=[s.decide])),
    ("has a period of 999 years", lambda s: s.clock("x", years(999), starts=[s.file], ends=[s.decide])),
    ("ends on a day that no field gives",
     lambda s: s.clock("x", Period(0, Measure.UNTIL), starts=[s.file], ends=[s.decide])),
    ("names a step that is not of this",
     lambda s: s.clock("x", days(1), starts=[PERMIT.steps["apply"]], ends=[s.decide])),
    ("names a step that is not of this",
     lambda s: s.clock("x", days(1), starts=[s.file], runs_out=PERMIT.steps["lapse"])),
    ("names a step that is not of this",
     lambda s: s.clock("x", days(1), starts=[s.file], ends=[PERMIT.steps["correct"]])),
    ("tells a role that is not of this",
     lambda s: s.clock("x", days(1), starts=[s.file], ends=[s.decide], tells=[NOBODY])),
    ("has a run for each day, which file does not ask for",
     lambda s: s.clock("x", days(1), starts=[s.file], ends=[s.decide], each="day")),
    ("has a run for each day, which letter does not ask for",
     lambda s: s.clock("x", days(1), starts=[s.letter()], ends=[s.decide], each="day")),
    ("a step of the program that would not say of which",
     lambda s: s.clock("x", days(1), starts=[s.asking(DAY)], runs_out=s.lapse(), each="day")),
    ("warns after it has run out",
     lambda s: s.clock("x", days(1), starts=[s.file], ends=[s.decide], warns=-1)),
    ("counts by day, which is no date that file asks for",
     lambda s: s.clock("x", days(1), starts=[s.file], ends=[s.decide], since="day")),
    ("counts by day, which is no date that letter asks for",
     lambda s: s.clock("x", until("day"), starts=[s.letter()], ends=[s.decide])),
    ("ends on day, which more does not ask everyone for",
     lambda s: s.clock("x", until("day"), starts=[s.asking(replace(DAY, required=False))], ends=[s.decide])),
    ("ends on day, which more does not ask everyone for",
     lambda s: s.clock("x", until("day"), starts=[s.asking(replace(DAY, staff=True), by=[s.party])], ends=[s.decide])),
    ("ends at a moment, which no stop can put off", lambda s: s.clock(
        "x", until("at"), starts=[s.asking(Field("at", A, Kind.MOMENT))], ends=[s.decide], stops=[s.file],
        resumes=[s.decide], stop_clause="一")),
    # roles and letters
    ("the role idle takes no step and signs none", lambda s: s.made.staff("idle", **ONE)),
    ("the role countersign has a key that sign-offs need",
     lambda s: s.step("more", at=[s.received], by=[s.made.staff("countersign", **ONE)])),
    ("the letter letter is made by no step", lambda s: s.letter()),
    ("the letter letter has neither", lambda s: s.step("more", at=[s.received], letter=s.letter(clause=""))),
    ("is to a role that is not of this", lambda s: s.step("more", at=[s.received], letter=s.letter(to=NOBODY))),
    ("its remedy r has neither", lambda s: s.step(
        "more", at=[s.received], letter=s.letter(remedies=[Remedy("r", A, days(1), "", A)]))),
    ("its remedy r has a period of 0 days", lambda s: s.step(
        "more", at=[s.received], letter=s.letter(remedies=[Remedy("r", A, days(0), "一", A)]))),
    ("its remedy r has no period of its own", lambda s: s.step(
        "more", at=[s.received], letter=s.letter(remedies=[Remedy("r", A, until("day"), "一", A)]))),
    # the walk
    ("a case can come to hole and never end", trap),
    ("a case can come to hole and never end", trap_behind_a_clock),
    ("a case can come to hole and never end", trap_of_an_ended_clock),
    ("the clock patience can run out at waiting, where its step lapse cannot be taken", runs_out_elsewhere),
    ("the step open can never be taken", never_opened),
    ("nobody arms the clock answer: no case comes to where it runs", never_armed),
    ("nobody arms the clock after", over_as_it_begins),
    ("too many situations", too_many),
]  # fmt: skip


@pytest.mark.parametrize(("words", "spoil"), WRONG, ids=[f"{n}-{words[:40]}" for n, (words, _) in enumerate(WRONG)])
def test_a_contradiction_is_told(words: str, spoil: Callable[[Small], Any]) -> None:
    small = Small()
    spoil(small)
    with pytest.raises(ProcedureError) as caught:
        small.made.ready()
    assert words in caught.value.message
    assert caught.value.where == "small" and not small.made.is_ready


def test_letters_need_staff_that_serves_them() -> None:
    made = Procedure("lonely", document="云政办〔2026〕1号", since=date(2026, 1, 1), since_clause="九", **ONE)
    party = made.party("party", **ONE)
    closed = made.state("closed", final=True, **ONE)
    letter = made.letter("letter", "一", to=party, **ONE)
    made.step("file", "一", by=[party], begins=True, to=closed, letter=letter, **ONE)
    with pytest.raises(ProcedureError, match="there are letters, and no staff that serves them"):
        made.ready()


def test_a_letter_of_the_program_is_served_by_any_staff() -> None:
    small = Small()
    letter = small.letter()
    small.clock("patience", days(3), starts=[small.file], runs_out=small.lapse(letter=letter))
    serve = small.made.ready().serve
    assert serve is not None and serve.by == (small.clerk,)


def test_a_closed_step_is_no_trap_where_the_clock_waits_elsewhere() -> None:
    """Like trap_behind_a_clock, with a way out that no clock closes."""
    small = Small()
    trap_behind_a_clock(small)
    small.step("dig", at=[small.made.states["hole"]], to=small.closed)
    small.made.ready()


def test_something_may_be_done_when_all_is_over() -> None:
    small = Small()
    small.step("note", at=[small.closed])
    small.made.ready()


def test_all_contradictions_are_told_at_once() -> None:
    small = Small()
    small.made.staff("idle", **ONE)
    small.made.state("other", **ONE)
    with pytest.raises(ProcedureError, match=r"nobody reaches the state other.*; .*the role idle"):
        small.made.ready()


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda s: s.made.state("Closed", **ONE), "small Latin letters"),
        (lambda s: s.made.state("closed", **ONE), "taken already"),
        (lambda s: s.made.state("x", zh="", en="one"), "needs its Chinese and its English"),
        (lambda s: s.made.party("system", **ONE), "taken already"),
        (lambda s: s.step("serve", at=[s.received]), "the program's own"),
        (lambda s: s.step("more"), "either begins a case or names the states"),
        (lambda s: s.step("more", begins=True, at=[s.received]), "either begins a case or names the states"),
        (lambda s: s.made.ready().state("late", **ONE), "the procedure is ready"),
    ],
)
def test_what_is_refused_as_it_is_written(declare: Callable[[Small], Any], words: str) -> None:
    with pytest.raises(GongbaoError) as caught:
        declare(Small())
    assert words in str(caught.value)


# --- what a declaration tells


@pytest.mark.parametrize(
    ("clause", "cited"),
    [
        ("第三条", "云政办〔2026〕30号 第三条"),
        ("附件1 第三条", "云政办〔2026〕30号 附件1 第三条"),
        ("行政复议法 第二十条", "行政复议法 第二十条"),
        (OUR_RULE, OUR_RULE),
    ],
)
def test_citations(clause: str, cited: str) -> None:
    assert PERMIT.cite(clause) == cited


def test_our_rule_has_a_label_and_a_clause_is_its_own() -> None:
    assert clause_label(OUR_RULE) == label("本系统自定", "our rule")
    assert clause_label("第三条") == label("第三条", "第三条")


CHANGES: list[Callable[[Small], Any]] = [
    lambda s: s.step("more", at=[s.received]),
    lambda s: s.asking(DAY),
    lambda s: s.asking(replace(DAY, required=False)),
    lambda s: s.asking(DAY, on="day"),
    lambda s: s.asking(when=[Condition(A, "一", lambda _, __: True)]),
    lambda s: s.asking(sign_off=SignOff((s.clerk,), "一")),
    lambda s: s.asking(letter=s.letter()),
    lambda s: s.asking(letter=s.letter(remedies=[Remedy("r", A, days(60), "一", A)])),
    lambda s: s.clock("x", days(1), starts=[s.file], ends=[s.decide]),
    lambda s: s.clock("x", days(1), starts=[s.file], closes=[s.decide]),
    lambda s: s.clock("x", days(2), starts=[s.file], ends=[s.decide]),
    lambda s: s.clock("x", days(2), starts=[s.file], ends=[s.decide], warns=2),
    lambda s: s.clock("x", days(2), starts=[s.file], runs_out=s.lapse()),
    lambda s: s.clock("x", days(2), starts=[s.asking(DAY)], ends=[s.decide]),
    lambda s: s.clock("x", days(2), starts=[s.asking(DAY)], ends=[s.decide], each="day"),
]


def test_the_digest_tells_every_change_apart_but_words_of_help() -> None:
    digests = {Small().made.digest()}
    for change in CHANGES:
        small = Small()
        change(small)
        digests.add(small.made.digest())
    assert len(digests) == 1 + len(CHANGES)
    assert Small().made.digest() == Small().made.digest()
    helped = Small()
    helped.made.steps["decide"] = replace(helped.decide, help=A)
    assert helped.made.digest() == Small().made.digest()


def test_a_description_is_data_and_names_every_part() -> None:
    import json

    for one in (PERMIT, one_clock(days(1)), *procedures().values()):
        told = description(one)
        assert json.loads(json.dumps(told)) == told
        for part in ("roles", "states", "steps", "clocks", "letters"):
            assert [part["key"] for part in told[part]] == list(getattr(one, part))
        assert (told["state_count"], told["step_count"], told["clock_count"]) == (
            len(told["states"]), len(told["steps"]), len(told["clocks"]),
        )  # fmt: skip


def test_fields_are_told_once() -> None:
    keys = [one.key for one in procedures()["market_complaint"].fields()]
    assert keys.count("correct_by") == 1 and len(set(keys)) == len(keys)
