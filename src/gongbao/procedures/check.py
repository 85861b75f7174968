"""What contradicts itself in a declaration.

Beside what can be seen at each part, the procedure is walked through: every state that a case can reach, with every
clock not started, running, stopped, run out or ended. So it is found when a case can come to a state from which it
cannot end, and when a clock can run out where what it does then cannot be done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from gongbao.procedures.clocks import Clock, Measure
from gongbao.procedures.declare import Letter, Procedure, State, Step
from gongbao.procedures.fields import Field, Kind

_NEVER, _RUNS, _STOPPED, _OUT, _ENDED = "-", "runs", "stopped", "out", "ended"

_MOST_SITUATIONS = 200_000

_Situation = tuple[str, tuple[str, ...]]


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


def _steps(procedure: Procedure) -> Iterator[str]:
    for step in procedure.steps.values():
        where = f"the step {step.key}"
        if not step.clause.strip():
            yield f"{where} has neither a clause nor OUR_RULE"
        if not step.by:
            yield f"{where} may be taken by nobody"
        if step.begins and step.to is None:
            yield f"{where} begins a case and leads to no state"
        if any(role not in procedure.roles.values() for role in step.by):
            yield f"{where} is for a role that is not of this procedure"
        if any(state not in procedure.states.values() for state in (*step.at, *([step.to] if step.to else []))):
            yield f"{where} names a state that is not of this procedure"
        if any(role.kind == "system" for role in step.by):
            if not any(clock.runs_out == step for clock in procedure.clocks.values()):
                yield f"{where} is the program's, and no clock that runs out takes it"
            if step.asks or step.sign_off:
                yield f"{where} is the program's: it can be asked for nothing and signs nothing"
        yield from _fields(step, where)
        if step.sign_off and not step.sign_off.roles:
            yield f"{where} wants signatures, and names nobody who signs"


def _fields(step: Step, where: str) -> Iterator[str]:
    keys = [one.key for one in step.asks]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{where} asks for {key} twice"
    for one in step.asks:
        if (one.kind in (Kind.CHOICE, Kind.CHOICES)) != bool(one.options):
            yield f"{where}: the field {one.key} has {'no options' if not one.options else 'options and no choice'}"
        if one.personal and one.public:
            yield f"{where}: the field {one.key} cannot be both personal and public"
    if step.on and not _is(step.field(step.on), Kind.DATE):
        yield f"{where} takes its day from {step.on}, which is no date that it asks for"
    if step.moves and not _is(step.field(step.moves), Kind.UNIT):
        yield f"{where} moves the case to {step.moves}, which is no unit that it asks for"


def _is(field: Field | None, *kinds: Kind) -> bool:
    return field is not None and field.kind in kinds


def _clocks(procedure: Procedure) -> Iterator[str]:
    steps = procedure.steps.values()
    for clock in procedure.clocks.values():
        where = f"the clock {clock.key}"
        if not clock.clause.strip():
            yield f"{where} has neither a clause nor OUR_RULE"
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
        if clock.runs_out is not None and not any(role.kind == "system" for role in clock.runs_out.by):
            yield f"{where} takes the step {clock.runs_out.key} when it runs out, which is not for SYSTEM"
        if clock.period.measure != Measure.UNTIL and clock.period.number < 1:
            yield f"{where} has a period of no length"
        named = (*clock.ends, *clock.stops, *clock.resumes, *clock.opens, *clock.closes)
        if any(step not in steps for step in named):
            yield f"{where} names a step that is not of this procedure"


def _start(clock: Clock, one: Step | Letter, where: str) -> Iterator[str]:
    for key, kinds in ((clock.since, (Kind.DATE,)), (clock.period.until, (Kind.DATE, Kind.MOMENT))):
        if key and (isinstance(one, Letter) or not _is(one.field(key), *kinds)):
            yield f"{where} counts by {key}, which is no date that {one.key} asks for"


def _others(procedure: Procedure) -> Iterator[str]:
    steps = procedure.steps.values()
    for role in procedure.roles.values():
        signs = any(step.sign_off and role in step.sign_off.roles for step in steps)
        if role.kind != "system" and not signs and not any(role in step.by for step in steps):
            yield f"the role {role.key} takes no step and signs none"
    for letter in procedure.letters.values():
        if not any(step.letter == letter for step in steps):
            yield f"the letter {letter.key} is made by no step"


# --- the walk


def _walk(procedure: Procedure) -> Iterator[str]:
    clocks = list(procedure.clocks.values())
    beginning: _Situation = ("", (_NEVER,) * len(clocks))
    onward: dict[_Situation, set[_Situation]] = {}
    wrong: dict[str, None] = {}
    waiting = deque([beginning])
    taken: set[str] = set()
    while waiting and len(onward) < _MOST_SITUATIONS:
        here = waiting.popleft()
        if here in onward:
            continue
        onward[here] = set()
        for step, there in _next(procedure, clocks, here, wrong):
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
    ends = {here for here in onward if here[0] and procedure.states[here[0]].final}
    for state in dict.fromkeys(state for state, _ in _stuck(onward, ends)):
        yield f"a case can come to {state or 'its beginning'} and never end"


def _stuck(onward: dict[_Situation, set[_Situation]], ends: set[_Situation]) -> Iterable[_Situation]:
    back: dict[_Situation, list[_Situation]] = {}
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


def _next(
    procedure: Procedure, clocks: list[Clock], here: _Situation, wrong: dict[str, None]
) -> Iterator[tuple[Step | None, _Situation]]:
    at, status = here
    state = procedure.states.get(at)
    for step in procedure.steps.values():
        if (step.begins and state is None) or (state is not None and state in step.at):
            system = all(role.kind == "system" for role in step.by)
            opened = all(status[i] == _OUT for i, clock in enumerate(clocks) if step in clock.opens)
            closed = any(status[i] == _OUT for i, clock in enumerate(clocks) if step in clock.closes)
            if not system and opened and not closed:
                yield step, _after(procedure, clocks, here, step)
    for letter in procedure.letters.values() if state is not None else ():
        # Service may come at any time after the letter; earlier it changes nothing that is looked at here.
        if any(letter in clock.starts and state is not None and clock.waits_at(state) for clock in clocks):
            yield None, _after(procedure, clocks, here, letter)
    for i, clock in enumerate(clocks):
        if status[i] != _RUNS or (state is not None and state.final):
            continue
        out = (at, (*status[:i], _OUT, *status[i + 1 :]))
        if clock.runs_out is None:
            yield None, out
        elif state is not None and state in clock.runs_out.at:
            yield clock.runs_out, _after(procedure, clocks, out, clock.runs_out)
        else:
            wrong[f"the clock {clock.key} can run out at {at}, where its step {clock.runs_out.key} cannot be taken"] = (
                None
            )


def _after(procedure: Procedure, clocks: list[Clock], here: _Situation, what: Step | Letter) -> _Situation:
    at, status = here
    to: State | None = what.to if isinstance(what, Step) else None
    now = list(status)
    for i, clock in enumerate(clocks):
        if isinstance(what, Step):
            # Like run.Situation.after: a clock that has run out stays open until what it waits for is done.
            if what in clock.ends and now[i] in (_RUNS, _STOPPED, _OUT):
                now[i] = _ENDED
            elif what in clock.resumes and now[i] == _STOPPED:
                now[i] = _RUNS
            elif what in clock.stops and now[i] in (_RUNS, _OUT):
                now[i] = _STOPPED
        elif not clock.waits_at(procedure.states[at]):
            continue
        if any(what == one for one in clock.starts):
            now[i] = _RUNS
    ends = to is not None and to.final
    return (to.key if to else at), tuple(_ENDED if ends else one for one in now)
