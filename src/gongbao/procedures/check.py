"""What contradicts itself in a declaration.

Beside what can be seen at each part, the procedure is walked through (see walk.py). So it is found when a case can come
to a state from which it cannot end, and when a clock can run out where what it does then cannot be done.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator

from gongbao.procedures.clocks import Clock, Measure, Period
from gongbao.procedures.declare import KEY, Letter, Procedure, Step
from gongbao.procedures.fields import Field, Kind
from gongbao.procedures.sign_off import COUNTERSIGN
from gongbao.procedures.walk import ENDED, NEVER, Standing, Walk

_MOST_STANDINGS = 20_000

_LONGEST = {
    Measure.WORKING_DAYS: 10_000,
    Measure.DAYS: 15_000,
    Measure.MONTHS: 480,
    Measure.YEARS: 40,
}
"""About forty years of each: no case waits longer, and what is longer is a slip of the pen."""


def contradictions(procedure: Procedure) -> list[str]:
    """Each contradiction in one sentence; empty where there is none."""
    found = [*_states(procedure), *_steps(procedure), *_clocks(procedure), *_others(procedure)]
    return found or list(_walk(procedure))


def _states(procedure: Procedure) -> Iterator[str]:
    if not any(step.begins for step in procedure.steps.values()):
        yield "no step begins a case: one must say begins=True"
    if not any(state.final for state in procedure.states.values()):
        yield "no state is final: a case could never end"
    reached = {step.to.key for step in procedure.steps.values() if step.to is not None}
    for state in procedure.states.values():
        if state.key not in reached:
            yield f"nobody reaches the state {state.key}: no step leads to it"
        if state.final and any(state in step.at and step.to is not None for step in procedure.steps.values()):
            yield f"the state {state.key} is final, and a step leads on from it"


def _grounded(where: str, clause: str) -> Iterator[str]:
    if not clause.strip():
        yield f"{where} has neither a clause nor OUR_RULE"


def _steps(procedure: Procedure) -> Iterator[str]:
    roles, states = procedure.roles.values(), procedure.states.values()
    for step in procedure.steps.values():
        where = f"the step {step.key}"
        yield from _grounded(where, step.clause)
        if not step.by:
            yield f"{where} may be taken by nobody"
        if step.begins and step.to is None:
            yield f"{where} begins a case and leads to no state"
        if any(role not in roles for role in step.by):
            yield f"{where} is for a role that is not of this procedure"
        if any(state not in states for state in (*step.at, *([step.to] if step.to else []))):
            yield f"{where} names a state that is not of this procedure"
        if step.letter is not None and step.letter not in procedure.letters.values():
            yield f"{where} makes a letter that is not of this procedure"
        if any(role.kind == "system" for role in step.by):
            yield from _of_the_program(procedure, step, where)
        for condition in step.conditions:
            yield from _grounded(f"{where}: the condition “{condition.label.en}”", condition.clause)
        yield from _fields(step, where)
        yield from _signatures(procedure, step, where)
        if step.clause_by:
            yield from _clause_by(procedure, step, where)


def _clause_by(procedure: Procedure, step: Step, where: str) -> Iterator[str]:
    told = f"{where} takes its clause from {step.clause_by}"
    chosen = next((one for one in procedure.fields() if one.key == step.clause_by), None)
    if chosen is None or chosen.kind != Kind.CHOICE:
        yield f"{told}, which is no choice that is asked for"
    elif not all(option.clause.strip() for option in chosen.options):
        yield f"{told}, where not every option has one"


def _of_the_program(procedure: Procedure, step: Step, where: str) -> Iterator[str]:
    clocks = procedure.clocks.values()
    if not any(clock.runs_out == step for clock in clocks):
        yield f"{where} is the program's, and no clock that runs out takes it"
    if step.asks or step.sign_off:
        yield f"{where} is the program's: it can be asked for nothing and signs nothing"
    if step.conditions or any(step in (*clock.opens, *clock.closes) for clock in clocks):
        yield f"{where} is the program's: nothing may stand in its way when the clock has run out"


def _signatures(procedure: Procedure, step: Step, where: str) -> Iterator[str]:
    if step.sign_off is None:
        return
    roles = step.sign_off.roles
    yield from _grounded(f"{where}: its sign-off", step.sign_off.clause)
    if not roles:
        yield f"{where} wants signatures, and names nobody who signs"
    if any(role not in procedure.roles.values() or role.kind != "staff" for role in roles):
        yield f"{where} is signed by a role that is no staff of this procedure"
    if len(set(roles)) != len(roles):
        yield f"{where} is signed by one role twice"
    if any(role.kind != "staff" for role in step.by):
        yield f"{where} is proposed to those who sign, and not everyone who may take it is staff"


def _fields(step: Step, where: str) -> Iterator[str]:
    keys = [one.key for one in step.asks]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{where} asks for {key} twice"
    for one in step.asks:
        field = f"{where}: the field {one.key}"
        options = [option.key for option in one.options]
        if not re.fullmatch(KEY, one.key):
            yield f"{field} should be named by small Latin letters, figures and _"
        if (one.kind in (Kind.CHOICE, Kind.CHOICES)) != bool(options):
            yield f"{field} has {'no options' if not options else 'options and no choice'}"
        if len(set(options)) != len(options):
            yield f"{field} has one option twice"
        if one.personal and one.public:
            yield f"{field} cannot be both personal and public"
        if (one.past or one.future) and one.kind not in (Kind.DATE, Kind.MOMENT):
            yield f"{field} is past or future, and no date"
        if one.longest < 1:
            yield f"{field} leaves no room for anything"
    on = step.field(step.on) if step.on else None
    if step.on and not _is(on, Kind.DATE):
        yield f"{where} takes its day from {step.on}, which is no date that it asks for"
    elif on is not None and not on.past:
        yield f"{where} takes its day from {step.on}, which may lie in the future: say past=True"
    if step.moves and not _is(step.field(step.moves), Kind.UNIT):
        yield f"{where} moves the case to {step.moves}, which is no unit that it asks for"


def _is(field: Field | None, *kinds: Kind) -> bool:
    return field is not None and field.kind in kinds


def _clocks(procedure: Procedure) -> Iterator[str]:
    steps = procedure.steps.values()
    for clock in procedure.clocks.values():
        where = f"the clock {clock.key}"
        yield from _grounded(where, clock.clause)
        if not clock.starts:
            yield f"nobody arms {where}: it starts with no step and no letter"
        for one in clock.starts:
            if isinstance(one, Letter) and not any(step.letter == one for step in steps):
                yield f"nobody arms {where}: no step makes the letter {one.key}"
            yield from _start(clock, one, where)
        if not (clock.ends or clock.runs_out or clock.opens or clock.closes):
            yield f"{where} waits for nothing: it ends with no step, opens and closes none, and does nothing"
        if bool(clock.stops) != bool(clock.resumes):
            yield f"{where} {'stops and never goes on' if clock.stops else 'goes on and never stops'}"
        if clock.stops and not clock.stop_clause.strip():
            yield f"{where} stops on no ground: stop_clause says on which"
        if any(step in clock.resumes for step in clock.stops):
            yield f"{where} is stopped by a step that lets it go on as well"
        if clock.runs_out is not None and not any(role.kind == "system" for role in clock.runs_out.by):
            yield f"{where} takes the step {clock.runs_out.key} when it runs out, which is not for SYSTEM"
        yield from _each(clock, where)
        yield from _period(clock.period, where)
        named = [*clock.ends, *clock.stops, *clock.resumes, *clock.opens, *clock.closes]
        named += [one for one in clock.starts if isinstance(one, Step)]
        named += [clock.runs_out] if clock.runs_out else []
        if any(step not in steps for step in named):
            yield f"{where} names a step that is not of this procedure"
        if any(role not in procedure.roles.values() for role in clock.tells):
            yield f"{where} tells a role that is not of this procedure"
        if clock.warns < 0:
            yield f"{where} warns after it has run out"


def _each(clock: Clock, where: str) -> Iterator[str]:
    """A clock with a run for each thing: every step that starts it says of which."""
    if not clock.each:
        return
    for one in clock.starts:
        field = None if isinstance(one, Letter) else one.field(clock.each)
        if field is None or not field.required:
            yield f"{where} has a run for each {clock.each}, which {one.key} does not ask for"
    if clock.runs_out is not None:
        yield f"{where} has a run for each {clock.each}, and a step of the program that would not say of which"


def _period(period: Period, where: str) -> Iterator[str]:
    if period.measure == Measure.UNTIL:
        if not period.until:
            yield f"{where} ends on a day that no field gives"
    elif not 1 <= period.number <= _LONGEST[period.measure]:
        yield f"{where} has a period of {period.label.en}; it should be 1 to {_LONGEST[period.measure]}"


def _start(clock: Clock, one: Step | Letter, where: str) -> Iterator[str]:
    given = {key: None if isinstance(one, Letter) else one.field(key) for key in (clock.since, clock.period.until)}
    for key, kinds in ((clock.since, (Kind.DATE,)), (clock.period.until, (Kind.DATE, Kind.MOMENT))):
        if key and not _is(given[key], *kinds):
            yield f"{where} counts by {key}, which is no date that {one.key} asks for"
    last = given[clock.period.until]
    if last is None or isinstance(one, Letter):
        return
    if not last.required or (last.staff and any(role.kind != "staff" for role in one.by)):
        yield f"{where} ends on {last.key}, which {one.key} does not ask everyone for"
    if last.kind == Kind.MOMENT and clock.stops:
        yield f"{where} ends at a moment, which no stop can put off: let {last.key} be a day"


def _others(procedure: Procedure) -> Iterator[str]:
    steps = procedure.steps.values()
    for role in procedure.roles.values():
        signs = any(step.sign_off and role in step.sign_off.roles for step in steps)
        if role.kind != "system" and not signs and not any(role in step.by for step in steps):
            yield f"the role {role.key} takes no step and signs none"
        if role.key == COUNTERSIGN:
            yield f"the role {role.key} has a key that sign-offs need for themselves"
    if procedure.letters and not any(role.kind == "staff" for role in procedure.roles.values()):
        yield "there are letters, and no staff that serves them"
    for letter in procedure.letters.values():
        where = f"the letter {letter.key}"
        yield from _grounded(where, letter.clause)
        if not any(step.letter == letter for step in steps):
            yield f"{where} is made by no step"
        if letter.to not in procedure.roles.values():
            yield f"{where} is to a role that is not of this procedure"
        for remedy in letter.remedies:
            told = f"{where}: its remedy {remedy.key}"
            yield from _grounded(told, remedy.clause)
            yield from _period(remedy.period, told)
            if remedy.period.measure == Measure.UNTIL:
                yield f"{told} has no period of its own"
    kinds: dict[str, Field] = {}
    for step in steps:
        for field in step.asks:
            if kinds.setdefault(field.key, field).kind != field.kind:
                yield f"the field {field.key} is {kinds[field.key].kind} in one step and {field.kind} in {step.key}"


# --- the walk


def _walk(procedure: Procedure) -> Iterator[str]:
    walk = Walk(procedure)
    onward: dict[Standing, set[Standing]] = {}
    wrong: dict[str, None] = {}
    waiting = deque([walk.beginning])
    taken: set[str] = set()
    while waiting and len(onward) < _MOST_STANDINGS:
        here = waiting.popleft()
        if here in onward:
            continue
        onward[here] = set()
        for step, there in walk.following(here, wrong):
            if step is not None:
                taken.add(step.key)
            onward[here].add(there)
            waiting.append(there)
    if waiting:
        yield "there are too many situations to walk through: too many clocks run at one time"
        return
    yield from wrong
    for step in procedure.steps.values():
        if step.key not in taken:
            yield f"the step {step.key} can never be taken: no case comes to where it may"
    for i, clock in enumerate(walk.clocks):
        # One that only a step into a final state starts is over as it begins.
        if all(status[i] in (NEVER, ENDED) for _, status, _ in onward):
            yield f"nobody arms the clock {clock.key}: no case comes to where it runs"
    ends = {here for here in onward if here[0] and procedure.states[here[0]].final}
    for state in dict.fromkeys(here[0] for here in _stuck(onward, ends)):
        yield f"a case can come to {state or 'its beginning'} and never end"


def _stuck(onward: dict[Standing, set[Standing]], ends: Collection[Standing]) -> Iterable[Standing]:
    back: dict[Standing, list[Standing]] = {}
    for here, following in onward.items():
        for there in following:
            back.setdefault(there, []).append(here)
    good, waiting = set(ends), deque(ends)
    while waiting:
        for before in back.get(waiting.popleft(), ()):
            if before not in good:
                good.add(before)
                waiting.append(before)
    return [here for here in onward if here not in good]
