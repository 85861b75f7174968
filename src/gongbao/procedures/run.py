"""A case under way: events in their order make the situation; the situation says what may be done next.

Nothing here knows where events are kept or what time it is. An event's `at` is the moment at which it was recorded, its
`on` the day that counts in law: the same day in Shanghai, unless a field of the step gives it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.core.working_days import CHINA, WorkingCalendar
from gongbao.procedures.clocks import Clock, Measure, Run, Status, Stop
from gongbao.procedures.declare import (
    OUR_RULE,
    SERVE,
    SYSTEM,
    Letter,
    Procedure,
    ProcedureError,
    Role,
    State,
    Step,
    clause_label,
)
from gongbao.procedures.fields import SHANGHAI, Problem, Value, read


@dataclass(frozen=True, slots=True)
class Event:
    """What happened in a case: the step (`serve` for the service of a letter), when, in which role, what was given."""

    number: int
    step: str
    at: datetime
    on: date
    role: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a step cannot be taken, and the clause that says so."""

    label: Label
    clause: str

    @property
    def told(self) -> Label:
        """The same in one sentence of each language, with the clause."""
        ground = clause_label(self.clause)
        return Label(f"{self.label.zh}（{ground.zh}）", f"{self.label.en} ({ground.en})")


@dataclass(frozen=True, slots=True)
class Possible:
    """A step of the state in which the case is; it can be taken where there are no obstacles."""

    step: Step
    obstacles: tuple[Obstacle, ...]


class Refused(GongbaoError):
    """A step that cannot be taken: the obstacles, or what is wrong with what was given for it."""

    def __init__(self, step: Step | str, obstacles: Sequence[Obstacle] = (), problems: Sequence[Problem] = ()) -> None:
        self.obstacles, self.problems = tuple(obstacles), tuple(problems)
        told = [one.told.en for one in obstacles]
        told += [f"{one.field}: {one.message.en}" for one in problems]
        super().__init__("; ".join(told), where=step if isinstance(step, str) else step.key)

    @property
    def label(self) -> Label:
        """All of it in both languages."""
        told = [one.told for one in self.obstacles] + [one.message for one in self.problems]
        return Label("；".join(one.zh for one in told), "; ".join(one.en for one in told))


@dataclass(frozen=True)
class Situation:
    """Where a case stands. `runs` are all runs of all clocks in the order in which they started.

    `state` is None before the first event.
    """

    procedure: Procedure
    calendar: WorkingCalendar = field(repr=False)
    state: State | None = None
    events: tuple[Event, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()

    # --- looking

    @property
    def is_over(self) -> bool:
        return self.state is not None and self.state.final

    def run(self, clock: Clock | str, of: object = None) -> Run | None:
        """The last run of a clock, with `of` that of one thing (see Procedure.clock); None where it never started."""
        key = clock if isinstance(clock, str) else clock.key
        found = (one for one in reversed(self.runs) if one.clock.key == key)
        return next((one for one in found if of is None or one.of == str(of)), None)

    @property
    def open_runs(self) -> list[Run]:
        return [one for one in self.runs if one.is_open]

    @property
    def due(self) -> date | None:
        """The first of the last days of the clocks that run and wait for something."""
        found = [one.due for one in self.open_runs if one.due is not None and (one.clock.ends or one.clock.runs_out)]
        return min(found, default=None)

    def taken(self, step: Step | str) -> list[Event]:
        key = step if isinstance(step, str) else step.key
        return [one for one in self.events if one.step == key]

    def served(self, letter: Letter | str) -> date | None:
        """The day on which the letter was last served."""
        key = letter if isinstance(letter, str) else letter.key
        found = [one.on for one in self.taken(SERVE) if one.values.get("letter") == key]
        return found[-1] if found else None

    def letters(self) -> list[Letter]:
        """The letters that the steps taken so far made, each once, in order."""
        made = [self.procedure.steps[one.step].letter for one in self.events if one.step in self.procedure.steps]
        return list(dict.fromkeys(one for one in made if one is not None))

    def overdue(self, now: datetime) -> list[Run]:
        return [one for one in self.runs if one.overdue(now)]

    def clause_of(self, step: Step, given: Mapping[str, object] | None = None) -> str:
        """The clause of a step of the case, by what was said in it before and what is given now."""
        return self.procedure.clause_of(step, {**self.values, **(given or {})})

    # --- what may be done

    def steps(self, now: datetime, roles: Collection[Role] | None = None) -> list[Possible]:
        """The steps that people in these roles (None: in any) may take where the case stands, with what stands in the
        way of each. Those of the program itself are not among them."""
        found = []
        for step in self.procedure.all_steps().values():
            takers = [role for role in step.by if role.kind != "system"]
            if not takers or not self._is_at(step):
                continue
            if roles is not None and not any(role in roles for role in takers):
                continue
            if step.key == SERVE and not self.letters():
                continue
            found.append(Possible(step, tuple(self._obstacles(step, {}, now, given=False))))
        return found

    def _is_at(self, step: Step) -> bool:
        if self.state is None:
            return step.begins
        return any(state.key == self.state.key for state in step.at)

    def _obstacles(self, step: Step, values: Mapping[str, Value], now: datetime, *, given: bool) -> Iterator[Obstacle]:
        for clock in self.procedure.clocks.values():
            opens, closes = step in clock.opens, step in clock.closes
            if not opens and not closes:
                continue  # and its days are not counted
            if clock.each and step.field(clock.each) is not None and clock.each not in values:
                continue  # of which one is not said yet
            run = self.run(clock, values.get(clock.each) if clock.each else None)
            over = run is not None and run.is_over(now)
            due = run.due if run is not None else None
            zh = f"“{clock.label.zh}”期限" + (f"（{due}）" if due else "")
            en = f"the period “{clock.label.en}”" + (f" ({due})" if due else "")
            if opens and not over:
                yield Obstacle(Label(f"{zh}尚未届满", f"{en} is not over"), self.procedure.cite(clock.clause))
            if closes and over:
                yield Obstacle(Label(f"{zh}已经届满", f"{en} is over"), self.procedure.cite(clock.clause))
        for condition in step.conditions:
            try:
                holds = condition.test(self, dict(values))
            except KeyError:
                # It looks at what is given for the step, and nothing is given yet.
                holds = not given
            if not holds:
                yield Obstacle(condition.label, self.procedure.cite(condition.clause))

    def read(
        self, step: Step | str, role: Role, given: Mapping[str, Any], at: datetime
    ) -> tuple[Step, dict[str, Value]]:
        """The step, and its values as given, when it may be taken so at this moment. Raises Refused."""
        if at.utcoffset() is None:
            raise ValueError("the moment of a step needs its offset")
        key = step if isinstance(step, str) else step.key
        found = self.procedure.all_steps().get(key)
        if found is None:
            shown = key if key.isprintable() else ascii(key)
            raise Refused(shown, [Obstacle(Label(f"没有“{shown}”这一环节", f"there is no step {shown}"), OUR_RULE)])
        if not any(role.key == one.key for one in found.by):
            who_zh, who_en = "、".join(one.label.zh for one in found.by), ", ".join(one.label.en for one in found.by)
            raise Refused(found, [Obstacle(Label(f"应由{who_zh}办理", f"it is for: {who_en}"), self.clause_of(found))])
        if not self._is_at(found):
            zh = self.state.label.zh if self.state else "尚未开始"
            en = self.state.label.en if self.state else "not begun"
            raise Refused(
                found,
                [Obstacle(Label(f"案件现为“{zh}”", f"the case stands at “{en}”"), self.clause_of(found))],
            )
        asked = [one for one in found.asks if role.kind == "staff" or not one.staff]
        values, problems = read(asked, given, at.astimezone(SHANGHAI).date())
        if problems:
            raise Refused(found, problems=problems)
        obstacles = [*self._obstacles(found, values, at, given=True), *self._wrong_day(found, values, at)]
        if obstacles:
            raise Refused(found, obstacles)
        return found, values

    def _wrong_day(self, step: Step, values: Mapping[str, Value], at: datetime) -> Iterator[Obstacle]:
        """What is wrong with the day that was given for the step."""
        day = _day_of(step, values, at)
        since = self.procedure.since
        if step.begins and day < since:
            yield Obstacle(
                Label(f"{since}起施行，此前的事项不适用", f"in force since {since}, and not for what came before"),
                self.procedure.cite(self.procedure.since_clause),
            )
        if self.events and day < self.events[0].on:
            began = self.events[0].on
            yield Obstacle(
                Label(f"日期早于事项开始之日（{began}）", f"the day lies before the case began ({began})"),
                OUR_RULE,
            )
        if step.key == SERVE:
            made = [one for one in self.events if self._makes(one, values["letter"])]
            if not made:
                yield Obstacle(Label("该文书尚未作出", "this letter has not been made"), OUR_RULE)
            elif day < made[0].on:
                yield Obstacle(
                    Label(f"送达日期早于文书作出之日（{made[0].on}）", f"the letter was only made on {made[0].on}"),
                    OUR_RULE,
                )

    def _makes(self, event: Event, letter: object) -> bool:
        step = self.procedure.steps.get(event.step)
        return step is not None and step.letter is not None and step.letter.key == letter

    def take(
        self, step: Step | str, role: Role, given: Mapping[str, Any], at: datetime, *, signed: bool = False
    ) -> Event:
        """The event of a step, when it may be taken. Raises Refused.

        A step that wants signatures happens when it is `signed`; before, it is a proposal (see sign_off.py).
        """
        found, values = self.read(step, role, given, at)
        if found.sign_off is not None and not signed:
            raise Refused(
                found,
                [Obstacle(Label("须经审批", "it has to be signed first"), self.procedure.cite(found.sign_off.clause))],
            )
        return Event(len(self.events) + 1, found.key, at, _day_of(found, values, at), role.key, values)

    def fires(self, now: datetime) -> Event | None:
        """The step that the program takes because a clock has run out: the first of them; None where there is none.

        Its day is the last day of the clock, however late the program comes to it.
        """
        over = [one for one in self.open_runs if one.clock.runs_out is not None and one.is_over(now)]
        for run in sorted(over, key=lambda one: one.ends_at or now):
            step = run.clock.runs_out
            assert step is not None and run.due is not None
            if self._is_at(step):
                return Event(len(self.events) + 1, step.key, now, run.due, SYSTEM.key)
        return None

    # --- what events do

    def after(self, event: Event) -> Situation:
        """The situation when this has happened too. Raises ProcedureError where the procedure knows no such step."""
        if event.number != len(self.events) + 1:
            raise ProcedureError(f"event {event.number} follows {len(self.events)}", where=self.procedure.key)
        step = self.procedure.all_steps().get(event.step)
        if step is None:
            raise ProcedureError(f"{self.procedure.key} has no step {event.step}", where=f"event {event.number}")
        source: Step | Letter | None = step
        if step.key == SERVE:
            source = self.procedure.letters.get(str(event.values.get("letter")))
        state = step.to or self.state
        out = self._run_out_by(step, event)
        runs = [
            replace(run, ran_out=True, ended_on=event.on, ended_by=event.number)
            if run in out
            else self._moved(run, step, event)
            for run in self.runs
        ]
        for clock in self.procedure.clocks.values():
            if isinstance(source, Letter) and not (state is not None and clock.waits_at(state)):
                continue
            if source is not None and any(source == one for one in clock.starts):
                runs = [
                    self._ended(run, event) if run.clock.key == clock.key and _concerns(event, run) else run
                    for run in runs
                ]
                runs.append(self._started(clock, event))
        if state is not None and state.final:
            runs = [self._ended(run, event) for run in runs]
        # What was said of a letter's service is of that letter alone.
        values = self.values if step.key == SERVE else {**self.values, **event.values}
        return replace(self, state=state, events=(*self.events, event), values=values, runs=tuple(runs))

    def _run_out_by(self, step: Step, event: Event) -> list[Run]:
        """The runs that ran out, where the program took the step: those that were over by then.

        Where none was, the calendar has changed since: it is the one that ends first.
        """
        if event.role != SYSTEM.key:
            return []
        waiting = [run for run in self.runs if run.is_open and run.clock.runs_out == step]
        over = [run for run in waiting if run.is_over(event.at)]
        first = sorted((run for run in waiting if run.ends_at is not None), key=lambda run: run.ends_at or event.at)
        return over or first[:1] or waiting[:1]

    def _moved(self, run: Run, step: Step, event: Event) -> Run:
        clock = run.clock
        if not run.is_open or not _concerns(event, run):
            return run
        if step in clock.ends:
            return self._ended(run, event)
        if step in clock.resumes and run.status == Status.STOPPED:
            return self._resumed(run, event)
        if step in clock.stops and run.status == Status.RUNNING:
            # What is recorded late may be of an earlier day: a pause lies in the run, and behind the one before it.
            since = max(event.on, run.since, *(one.until for one in run.stops if one.until is not None))
            stop = Stop(since, None, event.number, self.procedure.cite(clock.stop_clause or clock.clause))
            return replace(run, stops=(*run.stops, stop))
        return run

    @classmethod
    def _ended(cls, run: Run, event: Event) -> Run:
        """The run, ended if it was open."""
        if not run.is_open:
            return run
        return replace(cls._resumed(run, event), ended_on=event.on, ended_by=event.number)

    @staticmethod
    def _resumed(run: Run, event: Event) -> Run:
        if run.status != Status.STOPPED:
            return run
        last = run.stops[-1]
        return replace(run, stops=(*run.stops[:-1], replace(last, until=max(last.since, event.on))))

    def _started(self, clock: Clock, event: Event) -> Run:
        since = event.values.get(clock.since) if clock.since else None
        day = since if isinstance(since, date) and not isinstance(since, datetime) else event.on
        fixed: date | datetime | None = None
        if clock.period.measure == Measure.UNTIL:
            given = event.values.get(clock.period.until)
            fixed = given if isinstance(given, date) else event.on
        of = str(event.values.get(clock.each, "")) if clock.each else ""
        return Run(clock, event.number, day, fixed, of=of, calendar=self.calendar)


def _concerns(event: Event, run: Run) -> bool:
    """Whether the event is about the run: of a clock with a run for each thing, about that thing or about all."""
    of = event.values.get(run.clock.each) if run.clock.each else None
    return of is None or str(of) == run.of


def _day_of(step: Step, values: Mapping[str, Value], at: datetime) -> date:
    """The day that counts in law: what the step's `on` gives, else the day in Shanghai."""
    day = values.get(step.on) if step.on else None
    return day if isinstance(day, date) and not isinstance(day, datetime) else at.astimezone(SHANGHAI).date()


def start(procedure: Procedure, calendar: WorkingCalendar = CHINA) -> Situation:
    """The situation before anything has happened."""
    return Situation(procedure, calendar)


def replay(procedure: Procedure, events: Iterable[Event], calendar: WorkingCalendar = CHINA) -> Situation:
    """What the events make of a case."""
    situation = start(procedure, calendar)
    for event in events:
        situation = situation.after(event)
    return situation
