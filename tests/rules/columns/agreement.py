"""The columns against `compute`: every rule's value, every choice that came out best, of every case, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from gongbao.rules import Policy, Refused, Result, compute
from gongbao.rules.columns import Batch, Program, Settings, Values, batch_of, in_numpy
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.batch import PLACE, number_of, outside
from gongbao.rules.columns.program import Step, prepared
from gongbao.rules.evaluate import Impossible, MissingFacts, Scope
from gongbao.rules.facts import Missing, read_facts
from gongbao.rules.policy import FactSheet
from gongbao.rules.types import Type

Engine = Callable[[Program, Settings, Batch, list[str] | None], Values]


@dataclass(slots=True)
class Agreement:
    """How many cases there were; of them those compared, those `compute` refuses, those it takes and is left to."""

    cases: int = 0
    compared: int = 0
    refused: int = 0
    left: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.cases + other.cases,
            self.compared + other.compared,
            self.refused + other.refused,
            self.left + other.left,
        )


def agree(
    policy: Policy,
    cases: Sequence[Mapping[str, Any]],
    readings: Mapping[str, str] | None = None,
    figures: Mapping[str, str] | None = None,
    *,
    each_alone: bool = True,
    engine: Engine = in_numpy.compute,
) -> Agreement:
    """Compares both; the cases may be any, but those that cannot even be read are left out of the columns.

    What the columns give a value must be taken by `compute`, with the same values: where all rules are asked for, and
    where it is only one of them (unless not `each_alone`). Facts may be missing; what needs them is then for `compute`.
    """
    results = [_by_compute(policy, one, readings, figures) for one in cases]
    kept = []
    for one, result in zip(cases, results, strict=True):
        read = None if result is not None else read_facts(policy.facts, one)
        if read is None or not read.problems:
            kept.append((result.case.facts if read is None else read.facts, result))
    batch, nullable = batch_with_missing(policy, [facts for facts, _ in kept])
    program, settings = prepared(policy, figures, readings, nullable)
    beyond = outside(program, batch)
    expected = _Expected(program, [result for _, result in kept])
    values = engine(program, settings, batch, None)
    unsure = values.doubtful | beyond
    compared = expected.compare(values, batch, unsure)
    for name in program.steps if each_alone else ():
        alone = engine(program, settings, batch, [name])
        expected.compare(alone, batch, alone.doubtful | beyond)
    left = sum(bool(one) for one, (_, result) in zip(unsure, kept, strict=True) if result is not None)
    return Agreement(len(cases), compared, sum(result is None for result in results), left)


class _Expected:
    """What `compute` came to: numbers as columns have them, for each rule and case."""

    def __init__(self, program: Program, results: list[Result | None]) -> None:
        self.program, self.results = program, results
        self._of: dict[tuple[str, int], list[Any]] = {}
        self._texts: dict[str, int] = {}

    def compare(self, values: Values, batch: Batch, unsure: Any) -> int:
        """Raises AssertionError. Returns how many cases were compared."""
        best, places = self.program.policy.best, np.nonzero(~unsure)[0].tolist()
        steps = [one for name, one in self.program.steps.items() if name in values.of]
        for place in places:
            result = self.results[place]
            assert result is not None, "the columns take what compute refuses"
            for step in steps:
                expected, came_out = self.of(step, place), _came_out(values, batch, step, place)
                assert came_out == expected, f"{step.rule.name}: {came_out}, not {expected}: {result.given}"
            if best is not None and best.name in values.of:
                assert list(best.choice)[int(values.of[best.name][place])] is result.case.best(), result.given
        return len(places)

    def of(self, step: Step, place: int) -> list[Any]:
        found = self._of.get((step.rule.name, place))
        if found is None:
            result = self.results[place]
            assert result is not None
            scopes = result.case.records(step.records) if step.records else [result.case.scope]
            found = self._of[step.rule.name, place] = [_number(scope, step, self._texts) for scope in scopes]
        return found


def _by_compute(
    policy: Policy,
    case: Mapping[str, Any],
    readings: Mapping[str, str] | None,
    figures: Mapping[str, str] | None,
) -> Result | None:
    try:
        return compute(policy, case, readings=readings, figures=figures)
    except Refused:
        return None


def is_taken(policy: Policy, case: Mapping[str, Any]) -> bool:
    return _by_compute(policy, case, None, None) is not None


_NOTHING, _LACKING = "nothing", "lacking"
"""Of a rule that compute does not ask for and that cannot be computed; of one that needs a fact that is missing."""


def _number(scope: Scope, step: Step, texts: dict[str, int]) -> Any:
    try:
        value = scope.value(step.rule)
    except Impossible:
        return _NOTHING
    except MissingFacts:
        return _LACKING
    if value is None or isinstance(value, str):
        return value
    return number_of(value, step.rule.type, texts)


def _came_out(values: Values, batch: Batch, step: Step, place: int) -> list[Any]:
    """What the columns have for a case: of a rule on records, in the order in which they were given."""
    name = step.rule.name
    column = values.of[name]
    given = values.of[f"{name}?"] if not w.is_const(step.none, 0) else np.ones(len(column), np.int64)
    if not step.records:
        return [int(column[place]) if given[place] else None]
    records = batch.records[step.records]
    first, last = int(records.starts[place]), int(records.starts[place + 1])
    places = records.columns[PLACE][first:last]
    out: list[Any] = [None] * (last - first)
    for row, where in enumerate(places):
        out[int(where)] = int(column[first + row]) if given[first + row] else None
    return out


def batch_with_missing(policy: Policy, cases: Sequence[Mapping[str, Any]]) -> tuple[Batch, frozenset[tuple[str, str]]]:
    """The facts as columns, nought where one is missing, and which are missing in some case, by list and name."""
    lacking: dict[tuple[str, str], None] = {}

    def filled(facts: Mapping[str, Any], sheet: type[FactSheet], records: str) -> dict[str, Any]:
        found = {}
        for name, one in sheet.declared().items():
            value = facts[name]
            if isinstance(value, Missing):
                lacking[records, name] = None
                value = _stand_in(one.type)
            elif one.type.is_records and one.type.item is not None:
                record = one.type.item.python
                value = [_record(record, filled(vars(each), record, name)) for each in value]
            found[name] = value
        return found

    batch = batch_of(policy, [filled(one, policy.facts, "") for one in cases])
    for records, name in lacking:
        columns = batch.records[records].columns if records else batch.columns
        held = _in_order(cases, batch, records) if records else [one[name] for one in cases]
        values = [getattr(one, name) for one in held] if records else held
        given = np.array([not isinstance(one, Missing) and one is not None for one in values], np.int64)
        columns[f"{name}?"] = given
        columns[name] = columns[name] * given
    return batch, frozenset(lacking)


def _in_order(cases: Sequence[Mapping[str, Any]], batch: Batch, records: str) -> list[Any]:
    """The records of all cases, as they stand in the columns."""
    held = batch.records[records]
    listed = [one[records] for one in cases]
    return [listed[case][place] for case, place in zip(held.case_of, held.columns[PLACE], strict=True)]


def _record(record: type[FactSheet], facts: dict[str, Any]) -> Any:
    made = object.__new__(record)
    made.__dict__.update(facts)
    return made


def _stand_in(kind: Type) -> Any:
    """Any value of the type."""
    match kind.kind:
        case "choice":
            return next(iter(kind.python))
        case "date" | "month":
            return date(1970, 1, 1)
        case "list":
            return []
    return kind.python(0)
