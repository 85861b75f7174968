"""Every procedure walked through at random: it never contradicts itself, and a case can always still end."""

import itertools
from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gongbao.core.labels import Label
from gongbao.procedures import (
    Condition,
    Event,
    Field,
    Kind,
    Procedure,
    Refused,
    Role,
    Situation,
    Step,
    days,
    replay,
    start,
)
from gongbao.procedures.declare import SERVE
from gongbao.procedures.fields import SHANGHAI, from_plain, to_plain
from gongbao.procedures.sign_off import COUNTERSIGN, Opinion, Verdict, check_countersigners, check_opinion, progress
from gongbao.procedures.words import tell
from gongbao.systems import procedures
from tests.procedures.imaginary import PERMIT

ALL = [PERMIT, *procedures().values()]
each = pytest.mark.parametrize("procedure", ALL, ids=lambda one: one.key)

BEGIN = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)


def values_of(field: Field, now: datetime, situation: Situation) -> st.SearchStrategy[Any]:
    """Values that the field takes."""
    today = now.astimezone(SHANGHAI).date()
    began = situation.events[0].on if situation.events else today - timedelta(days=20)
    first = today if field.future else began
    last = today if field.past else max(first, today + timedelta(days=60))
    day = st.dates(first, last)
    if field.key == "letter" and field.kind == Kind.CHOICE and situation.letters():
        return st.sampled_from([one.key for one in situation.letters()])
    text = st.sampled_from(["甲", "乙方", "no. 3"])
    options = [one.key for one in field.options]
    return {
        Kind.LINE: text,
        Kind.TEXT: text,
        Kind.UNIT: st.sampled_from(["trade", "fire"]),
        Kind.ACCOUNT: text,
        Kind.CHOICE: st.sampled_from(options or [""]),
        Kind.CHOICES: st.lists(st.sampled_from(options or [""]), min_size=1),
        Kind.FLAG: st.booleans(),
        Kind.NUMBER: st.integers(0, 40),
        Kind.MONEY: st.decimals(0, 10**6, places=2),
        Kind.DATE: day,
        Kind.MOMENT: st.builds(lambda one, hours: datetime(one.year, one.month, one.day, 9, tzinfo=SHANGHAI)
                               + timedelta(hours=hours), day, st.integers(0, 12)),
        Kind.FILES: st.lists(text, min_size=1, max_size=2),
    }[field.kind]  # fmt: skip


class Walk(RuleBasedStateMachine):
    procedure: Procedure = PERMIT

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.situation = start(self.procedure)

    def _given(self, data: st.DataObject, step: Step, role: Role) -> dict[str, Any]:
        given = {}
        for field in step.asks:
            if (field.staff and role.kind != "staff") or (not field.required and data.draw(st.booleans())):
                continue
            given[field.key] = data.draw(values_of(field, self.now, self.situation))
        return given

    def _happens(self, event: Event) -> None:
        self.situation = self.situation.after(event)

    def _takes(self, data: st.DataObject, step: Step) -> None:
        role = data.draw(st.sampled_from([one for one in step.by if one.kind != "system"]))
        given = self._given(data, step, role)
        try:
            signed = step.sign_off is not None and self._signed(data, step)
            if step.sign_off is not None and not signed:
                self.situation.read(step, role, given, self.now)
                return
            self._happens(self.situation.take(step, role, given, self.now, signed=signed))
        except Refused as error:
            # Nothing that the fields ask for was left out: only what depends on the case may stand in the way.
            assert error.obstacles and not error.problems, error
            assert error.label.zh and error.label.en

    def _signed(self, data: st.DataObject, step: Step) -> bool:
        assert step.sign_off is not None
        units = st.lists(st.sampled_from(["fire", "health"]), unique=True)
        others = data.draw(units) if step.sign_off.countersign else []
        check_countersigners(step.sign_off, "trade", others)
        said: list[Opinion] = []
        while asked := progress(step.sign_off, "trade", others, said).asked:
            one = data.draw(st.sampled_from(asked))
            verdict = data.draw(st.sampled_from([Verdict.SIGNED, Verdict.SIGNED, Verdict.RETURNED]))
            if one.role is None and verdict == Verdict.RETURNED:
                verdict = Verdict.OBJECTED
            new = Opinion(one.role.key if one.role else COUNTERSIGN, one.unit, verdict, "意见", self.now)
            check_opinion(step.sign_off, "trade", others, said, new)
            said.append(new)
        return progress(step.sign_off, "trade", others, said).complete

    @initialize(data=st.data())
    def begins(self, data: st.DataObject) -> None:
        while self.situation.state is None:
            self._takes(data, self.situation.steps(self.now)[0].step)

    @precondition(lambda self: self.situation.state is not None)
    @rule(data=st.data())
    def somebody_does_something(self, data: st.DataObject) -> None:
        possible = [one.step for one in self.situation.steps(self.now) if not one.obstacles]
        if possible:
            self._takes(data, data.draw(st.sampled_from(possible)))

    @rule(hours=st.integers(1, 24 * 20))
    def time_goes_on(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def time_goes_on_to_the_next_last_day(self) -> None:
        ends = [one.ends_at for one in self.situation.open_runs if one.ends_at and one.ends_at > self.now]
        self.now = min(ends, default=self.now)

    @rule()
    def the_program_does_what_is_due(self) -> None:
        count = 0
        while (event := self.situation.fires(self.now)) is not None:
            assert event.role == "system" and event.on <= self.now.astimezone(SHANGHAI).date()
            self._happens(event)
            count += 1
            assert count < 1000
        assert self.situation.fires(self.now) is None

    @invariant()
    def events_make_the_situation(self) -> None:
        assert replay(self.procedure, self.situation.events) == self.situation
        for event in self.situation.events:
            fields = self.procedure.all_steps()[event.step].asks
            assert from_plain(fields, to_plain(event.values)) == event.values

    @invariant()
    def clocks_are_right(self) -> None:
        today = self.now.astimezone(SHANGHAI).date()
        for run in self.situation.runs:
            told = tell(run, today)
            assert told.zh and told.en
            assert run.due is None or run.due >= run.since
            assert run.spent(today) >= 0
            for one in (run.since, today - timedelta(days=1), today, today + timedelta(days=30)):
                if one >= run.since:
                    assert run.spent(one) + run.left(one) == run.left(run.since)
            if run.is_open and run.due is not None and run.left(today) < 0:
                assert run.overdue(self.now) != run.is_waiting_time
            for earlier, later in zip(run.stops, run.stops[1:], strict=False):
                assert earlier.until is not None and run.since <= earlier.since <= earlier.until <= later.since
        if self.situation.is_over:
            assert self.situation.open_runs == [] and self.situation.due is None

    def teardown(self) -> None:
        assert can_end(self.situation, self.now), (self.situation.state, self.situation.open_runs)


def example(field: Field, now: datetime, situation: Situation) -> Any:
    """One value that the field takes."""
    today = now.astimezone(SHANGHAI).date()
    if field.key == "letter" and situation.letters():
        return situation.letters()[-1].key
    return {
        Kind.CHOICE: field.options[0].key if field.options else "",
        Kind.CHOICES: [field.options[0].key] if field.options else [],
        Kind.FLAG: True,
        Kind.NUMBER: 1,
        Kind.MONEY: Decimal(1),
        Kind.DATE: today,
        Kind.MOMENT: now if field.past else now + timedelta(days=1),
        Kind.FILES: ["f1"],
    }.get(field.kind, "甲")


def examples(step: Step, now: datetime, situation: Situation) -> Iterator[dict[str, Any]]:
    """What may be given for a step: the plainest first, then later days, other choices and other sums, for conditions
    look at values too."""
    asked = {one.key: one for one in step.asks if one.required}
    plain = {key: example(one, now, situation) for key, one in asked.items()}
    later = now.astimezone(SHANGHAI).date() + timedelta(days=60)
    ways = {
        Kind.DATE: [None, later],
        Kind.CHOICE: [None, -1],
        Kind.MONEY: [None, *sums_of(situation)],
    }
    kinds = [kind for kind in ways if any(one.kind == kind for one in asked.values())]
    things = {clock.each for clock in situation.procedure.clocks.values()} & set(asked)
    about = [[(key, value) for value in known_as(situation, key, plain[key])] for key in sorted(things)]
    for chosen, which in itertools.product(
        itertools.product(*(ways[kind] for kind in kinds)), itertools.product(*about)
    ):
        given = plain | dict(which)
        for kind, value in zip(kinds, chosen, strict=True):
            for key, one in asked.items():
                if value is None or one.kind != kind or one.past or key == "letter":
                    continue
                given[key] = one.options[-1].key if kind == Kind.CHOICE else value
        yield given


def known_as(situation: Situation, key: str, plain: Any) -> list[Any]:
    """What a step may be about: the things of which the case knows, and a new one."""
    return list(dict.fromkeys([plain, *(one.values[key] for one in situation.events if key in one.values)]))


def sums_of(situation: Situation) -> list[Decimal]:
    """The sums that the case knows, and what is left of each when all of another is taken off."""
    totals: dict[str, Decimal] = {}
    last: dict[str, Decimal] = {}
    for event in situation.events:
        for key, value in event.values.items():
            if isinstance(value, Decimal):
                totals[key], last[key] = totals.get(key, Decimal(0)) + value, value
    left = [one - total for one in last.values() for total in totals.values()]
    return sorted({Decimal("0.5"), *last.values(), *(one for one in left if one >= 0)})


def chosen_at_the_beginning(situation: Situation) -> tuple[Any, ...]:
    """What goes on may depend on it."""
    return tuple(
        sorted((key, str(value)) for key, value in situation.events[0].values.items()) if situation.events else ()
    )


def next_last_day(situation: Situation, now: datetime) -> datetime | None:
    """When the next clock is over; of one that was started anew, its last run alone."""
    last = [situation.run(key) for key in situation.procedure.clocks]
    return min((one.ends_at for one in last if one and one.ends_at and one.ends_at > now), default=None)


def can_end(situation: Situation, now: datetime) -> bool:
    """Whether a case can still come to its end, by steps that people may take and by waiting: searched in breadth."""
    waiting = deque([(situation, now)])
    seen: set[Any] = set()
    while waiting:
        here, at = waiting.popleft()
        if here.is_over:
            return True
        clocks = {key: here.run(key) for key in here.procedure.clocks}
        known = (
            here.state and here.state.key,
            tuple((run.status, run.is_over(at)) if run else None for run in clocks.values()),
            tuple(one.key for one in here.letters()),
        )
        if known in seen:
            continue
        seen.add(known)
        for step, role in ((one.step, role) for one in here.steps(at) if not one.obstacles for role in one.step.by):
            for given in examples(step, at, here):
                try:
                    waiting.append((here.after(here.take(step, role, given, at, signed=True)), at))
                except Refused:
                    continue
                break
        if (event := here.fires(at)) is not None:
            waiting.append((here.after(event), at))
        if (later := next_last_day(here, at)) is not None:
            waiting.append((here, later))
    return False


@each
def test_walks(procedure: Procedure) -> None:
    walk = type(f"Walk_{procedure.key}", (Walk,), {"procedure": procedure})
    run_state_machine_as_test(walk, settings=settings(max_examples=30, stateful_step_count=25, deadline=None))


NEEDS_SEVERAL = {"contract_accept_part"}
"""Steps that need two things side by side, of which the search below makes one: taken in test_instalments.py."""


@each
def test_every_step_and_clock_is_met_on_some_walk(procedure: Procedure) -> None:
    """By search in breadth, with real values: each step is taken, each clock starts, each final state is reached.

    What a step leads to that was not taken before is looked at first, and the search ends when all was met.
    """
    waiting: deque[tuple[Situation, datetime]] = deque([(start(procedure), BEGIN)])
    seen: set[Any] = set()
    steps: set[str] = set()
    clocks: set[str] = set()
    states: set[str] = set()
    wanted = (set(procedure.all_steps()) - NEEDS_SEVERAL, set(procedure.clocks), set(procedure.states))
    while waiting and not all(found >= one for found, one in zip((steps, clocks, states), wanted, strict=True)):
        here, at = waiting.popleft()
        steps |= {one.step for one in here.events[-1:]}
        clocks |= {one.clock.key for one in here.runs}
        states |= {here.state.key} if here.state else set()
        known = (
            here.state and here.state.key,
            tuple((run.status, run.is_over(at)) if (run := here.run(key)) else None for key in procedure.clocks),
            tuple(one.key for one in here.letters()),
            tuple(one.step for one in here.events[-1:]),
            chosen_at_the_beginning(here),
        )
        if known in seen or len(here.events) > 12:
            continue
        seen.add(known)
        for one in here.steps(at):
            for role in one.step.by[:1] if not one.obstacles else ():
                for given in examples(one.step, at, here):
                    try:
                        event = here.take(one.step, role, given, at, signed=True)
                    except Refused:
                        continue
                    add = waiting.append if event.step in steps else waiting.appendleft
                    add((here.after(event), at))
        if (due := here.fires(at)) is not None:
            waiting.append((here.after(due), at))
        elif (later := next_last_day(here, at)) is not None:
            waiting.append((here, later))
    assert steps >= set(procedure.steps) - NEEDS_SEVERAL, set(procedure.steps) - steps
    assert clocks == set(procedure.clocks) and states == set(procedure.states)
    assert (SERVE in steps) == bool(procedure.letters)


def test_a_case_that_cannot_end_is_found() -> None:
    """The search itself can fail: the only way out has a condition that never holds, which no declaration shows."""
    made = Procedure("shut", document="云政办〔2026〕1号", zh="一", en="one", since=date(2026, 1, 1), since_clause="一")
    clerk = made.staff("clerk", zh="一", en="one")
    open_ = made.state("open", zh="一", en="one")
    closed = made.state("closed", zh="一", en="one", final=True)
    never = Condition(Label("一", "one"), "一", lambda situation, given: False)
    begin = made.step("begin", "一", zh="一", en="one", by=[clerk], begins=True, to=open_)
    end = made.step("end", "一", zh="一", en="one", by=[clerk], at=[open_], to=closed, when=[never])
    made.clock("clock", days(3), "一", zh="一", en="one", starts=[begin], ends=[end])
    situation = replay(made.ready(), [Event(1, "begin", BEGIN, BEGIN.date(), "clerk", {})])
    assert not can_end(situation, BEGIN)
