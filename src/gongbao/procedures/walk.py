"""Where a case can come: every state, with every clock not started, running, stopped, run out or ended.

Conditions are taken to hold: what they look at is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from gongbao.procedures.clocks import Clock
from gongbao.procedures.declare import Procedure, State, Step

NEVER, RUNS, STOPPED, OUT, ENDED, PASSED = "-", "runs", "stopped", "out", "ended", "ended, last day passed"
OVER = (OUT, PASSED)

Standing = tuple[str, tuple[str, ...], frozenset[str]]
"""The state ("" before the case); of each clock, how it stands; the letters that were made and can start a clock."""


class Walk:
    """What can follow a situation. What each step and letter does to each clock is looked up once."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.clocks = list(procedure.clocks.values())
        self.steps_at = {
            state: [step for step in procedure.steps.values() if state in ([one.key for one in step.at] or [""])]
            for state in ("", *procedure.states)
        }
        numbered = list(enumerate(self.clocks))
        steps = procedure.steps.values()
        # A clock with a run for each thing stops no step: there may be another thing of which it is not over, and when
        # one of its runs has ended, others may go on.
        single = [(i, clock) for i, clock in numbered if not clock.each]
        self.opens = {one.key: [i for i, clock in single if one in clock.opens] for one in steps}
        self.closes = {one.key: [i for i, clock in single if one in clock.closes] for one in steps}
        self.ends = {
            one.key: {i for i, clock in numbered if one in clock.ends and not (clock.each and one.field(clock.each))}
            for one in steps
        }
        self.resumes = {one.key: {i for i, clock in numbered if one in clock.resumes} for one in steps}
        self.stops = {one.key: {i for i, clock in numbered if one in clock.stops} for one in steps}
        self.starts = {one.key: {i for i, clock in numbered if one in clock.starts} for one in steps}
        # Most steps move one clock or none.
        self.moves = {
            one.key: sorted(set().union(*(by[one.key] for by in (self.ends, self.resumes, self.stops, self.starts))))
            for one in steps
        }
        self.of_the_program = {one.key for one in steps if all(role.kind == "system" for role in one.by)}
        self.started_by_letter = {
            one.key: [i for i, clock in numbered if one in clock.starts] for one in procedure.letters.values()
        }
        self.beginning: Standing = ("", (NEVER,) * len(self.clocks), frozenset())

    def following(self, here: Standing, wrong: dict[str, None]) -> Iterator[tuple[Step | None, Standing]]:
        """Each step with the situation after it; None for what happens without a step of the declaration."""
        at, status, made = here
        state = self.procedure.states.get(at)
        if state is not None and state.final:
            # All clocks have ended; a step here leads nowhere else.
            yield from ((step, here) for step in self.steps_at[at])
            return
        for step in self.steps_at[at]:
            if step.key in self.of_the_program:
                continue
            opens, closes = self.opens[step.key], self.closes[step.key]
            opened = not opens or all(status[i] in OVER for i in opens)
            closed = closes and any(status[i] in OVER for i in closes)
            if opened and not closed:
                yield step, self.after(here, step)
        if state is None:
            return
        for key in made:
            yield None, self.served(here, key, state)
        for i, clock in enumerate(self.clocks):
            if status[i] == ENDED and (clock.opens or clock.closes) and not clock.each:
                yield None, (at, (*status[:i], PASSED, *status[i + 1 :]), made)
            if status[i] != RUNS or clock.each:
                continue
            out: Standing = (at, (*status[:i], OUT, *status[i + 1 :]), made)
            if clock.runs_out is None:
                yield None, out
            elif state in clock.runs_out.at:
                yield clock.runs_out, self.after(out, clock.runs_out)
            else:
                told = f"the clock {clock.key} can run out at {at}, where its step {clock.runs_out.key} cannot be taken"
                wrong[told] = None

    def after(self, here: Standing, step: Step) -> Standing:
        """Like run.Situation.after."""
        at, status, made = here
        if step.to is not None and step.to.final:
            return step.to.key, (ENDED,) * len(self.clocks), frozenset()
        now = list(status)
        for i in self.moves[step.key]:
            stands = status[i]
            if i in self.ends[step.key] and stands in (RUNS, STOPPED, OUT):
                now[i] = PASSED if stands == OUT else ENDED
            elif i in self.resumes[step.key] and stands == STOPPED:
                now[i] = RUNS
            elif i in self.stops[step.key] and stands == RUNS:
                # One that has run out stays so.
                now[i] = STOPPED
            if i in self.starts[step.key]:
                now[i] = RUNS
        if step.letter is not None and self.started_by_letter[step.letter.key]:
            made |= {step.letter.key}
        return (step.to.key if step.to else at), tuple(now), made

    def served(self, here: Standing, letter: str, state: State) -> Standing:
        at, status, made = here
        now = list(status)
        for i in self.started_by_letter[letter]:
            if self.clocks[i].waits_at(state):
                now[i] = RUNS
        return at, tuple(now), made


def clocks_at(procedure: Procedure) -> dict[str, list[tuple[Clock, bool]]]:
    """For each state the clocks that can run there, with True, or can be stopped there and never run, with False."""
    walk = Walk(procedure)
    met: dict[str, set[tuple[int, str]]] = {key: set() for key in procedure.states}
    seen = {walk.beginning}
    waiting = [walk.beginning]
    while waiting:
        for _, there in walk.following(waiting.pop(), {}):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
                met[there[0]] |= set(enumerate(there[1]))
    return {
        state: [
            (clock, (i, RUNS) in standings)
            for i, clock in enumerate(walk.clocks)
            if (i, RUNS) in standings or (i, STOPPED) in standings
            if not clock.each or clock.waits_at(procedure.states[state])
        ]
        for state, standings in met.items()
    }
