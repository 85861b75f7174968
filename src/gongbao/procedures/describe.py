"""A procedure as data: states, steps, clocks, letters and roles, each with its clause. For programs and the terminal.

The objects are described in docs/contract.md. A label is {"zh": …, "en": …} throughout.
"""

from __future__ import annotations

from typing import Any

from gongbao.core.labels import Label
from gongbao.procedures.clocks import Clock, Period
from gongbao.procedures.declare import Letter, Procedure, Remedy, Role, SignOff, State, Step
from gongbao.procedures.fields import Field

Json = dict[str, Any]


def summary(procedure: Procedure) -> Json:
    """A line in the list of procedures."""
    return {
        "key": procedure.key,
        "label": _label(procedure.label),
        "document": procedure.document,
        "in_force_from": procedure.since.isoformat(),
        "in_force_from_clause": procedure.since_clause,
        "version": procedure.version,
        "state_count": len(procedure.states),
        "step_count": len(procedure.steps),
        "clock_count": len(procedure.clocks),
    }


def description(procedure: Procedure) -> Json:
    """All of a procedure. The step of service, which every procedure with letters has, is not among the steps."""
    return {
        **summary(procedure),
        "roles": [_role(one) for one in procedure.roles.values()],
        "states": [_state(one) for one in procedure.states.values()],
        "steps": [_step(one) for one in procedure.steps.values()],
        "clocks": [_clock(one) for one in procedure.clocks.values()],
        "letters": [_letter(one) for one in procedure.letters.values()],
    }


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _maybe(label: Label | None) -> dict[str, str] | None:
    return _label(label) if label else None


def _keys(parts: tuple[Role | State | Step | Letter, ...]) -> list[str]:
    return [one.key for one in parts]


def _role(role: Role) -> Json:
    return {"key": role.key, "label": _label(role.label), "kind": role.kind, "post": role.post, "unit": role.unit}


def _state(state: State) -> Json:
    return {"key": state.key, "label": _label(state.label), "final": state.final, "next": _maybe(state.next)}


def _step(step: Step) -> Json:
    return {
        "key": step.key,
        "label": _label(step.label),
        "clause": step.clause,
        "help": _maybe(step.help),
        "by": _keys(step.by),
        "begins": step.begins,
        "at": _keys(step.at),
        "to": step.to.key if step.to else None,
        "asks": [_field(one) for one in step.asks],
        "conditions": [{"label": _label(one.label), "clause": one.clause} for one in step.conditions],
        "sign_off": _sign_off(step.sign_off),
        "letter": step.letter.key if step.letter else None,
        "on": step.on or None,
        "moves": step.moves or None,
        "publishes": step.publishes,
        "clause_by": step.clause_by or None,
    }


def _sign_off(sign_off: SignOff | None) -> Json | None:
    if sign_off is None:
        return None
    return {"roles": _keys(sign_off.roles), "clause": sign_off.clause, "countersign": sign_off.countersign}


def _field(field: Field) -> Json:
    return {
        "key": field.key,
        "label": _label(field.label),
        "kind": field.kind.value,
        "clause": field.clause,
        "help": _maybe(field.help),
        "required": field.required,
        "staff": field.staff,
        "personal": field.personal,
        "public": field.public,
        "options": [{"key": one.key, "label": _label(one.label), "clause": one.clause} for one in field.options],
        "longest": field.longest,
        "past": field.past,
        "future": field.future,
    }


def _clock(clock: Clock) -> Json:
    return {
        "key": clock.key,
        "label": _label(clock.label),
        "clause": clock.clause,
        "period": _period(clock.period),
        "starts": _keys(clock.starts),
        "since": clock.since or None,
        "stops": _keys(clock.stops),
        "resumes": _keys(clock.resumes),
        "stop_clause": clock.stop_clause,
        "ends": _keys(clock.ends),
        "runs_out": clock.runs_out.key if clock.runs_out else None,
        "opens": _keys(clock.opens),
        "closes": _keys(clock.closes),
        "tells": _keys(clock.tells),
        "warns": clock.warns,
        "each": clock.each or None,
    }


def _period(period: Period) -> Json:
    return {
        "number": period.number or None,
        "measure": period.measure.value,
        "until": period.until or None,
        "label": _label(period.label),
    }


def _letter(letter: Letter) -> Json:
    return {
        "key": letter.key,
        "label": _label(letter.label),
        "clause": letter.clause,
        "to": letter.to.key,
        "remedies": [_remedy(one) for one in letter.remedies],
    }


def _remedy(remedy: Remedy) -> Json:
    return {
        "key": remedy.key,
        "label": _label(remedy.label),
        "clause": remedy.clause,
        "period": _period(remedy.period),
        "where": _label(remedy.where),
    }
