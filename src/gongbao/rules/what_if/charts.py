"""A value against one fact, before and after a reform, all other facts as in one case; and where it jumps.

A few hundred points are computed over the span. Where three neighbours do not lie on a line the gap is divided again
and again, so that a jump is found to the last unit of the fact: between 14,500.00 and 14,500.01 yuan, say. A jump is a
cliff where it is more than the slopes beside it and the rounding of the rules explain, and large enough to be seen.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from gongbao.core.errors import GongbaoError
from gongbao.rules import exact as ex
from gongbao.rules.cases import read_worked_cases
from gongbao.rules.columns import calendar
from gongbao.rules.columns.batch import PLACE, Batch, Column, DoesNotHold, Records, batch_of, outside, value_of
from gongbao.rules.columns.engine import Engine
from gongbao.rules.columns.lower import NotInColumns, places_of
from gongbao.rules.columns.program import Program, Settings, prepared
from gongbao.rules.columns.tally import given as values_given
from gongbao.rules.compute import Refused, compute
from gongbao.rules.evaluate import Impossible, MissingFacts
from gongbao.rules.facts import facts_as_json, read_facts
from gongbao.rules.figure_values import rebuilt
from gongbao.rules.figure_values import value_of as value_of_text
from gongbao.rules.policy import Fact, Policy, Rule
from gongbao.rules.recompute import with_facts
from gongbao.rules.types import Type
from gongbao.rules.values import Quantity
from gongbao.rules.what_if.population import (
    TODAY,
    Population,
    Reform,
    number_text,
    records_of,
    value_rule,
    whole_number,
)
from gongbao.rules.yaml_parts import nearest

GRID = 240
"""In so many parts the span is divided first."""
MOST_CLIFFS = 50
_FINER = 16
_ROUNDS = 12
_MOST_POINTS = 4_000
_ROUNDING = 3
"""Units of the last decimal by which the roundings of several rules together may bend a line."""
_SEEN = 200
"""A jump of less than this part of what the whole curve rises and falls is not looked for."""
_FIRST_YEAR = 1000
"""A whole number that cannot be less is a year, and no amount."""


@dataclass(frozen=True, slots=True)
class Cliff:
    """Where a value jumps: with the fact at `low` it is `value_low`, one unit later, at `high`, it is `value_high`.

    `below` and `above` say how many persons of the population stand within the chart's distance on either side,
    `alike_below` and `alike_above` how many of these have the same choices, and answers of yes and no, as the case.
    """

    curve: str
    low: int
    high: int
    value_low: int
    value_high: int
    below: int = 0
    above: int = 0
    alike_below: int = 0
    alike_above: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """Points of the fact, rising, each with the values of the curves: before, after, and against where there is one.

    Numbers are in the unit of the last decimal of the fact or value; None where the case cannot be computed so.
    `facts` is the case as JSON has it. `more_cliffs` were found and are not listed.
    """

    policy: Policy
    rule: Rule[..., Any]
    path: str
    fact: Fact
    reform: Reform
    against: Reform | None
    facts: dict[str, Any]
    points: list[tuple[int, tuple[int | None, ...]]]
    cliffs: list[Cliff]
    more_cliffs: int
    distance: int
    persons: int | None

    @property
    def curves(self) -> tuple[str, ...]:
        return ("before", "after", "against")[: 2 + (self.against is not None)]

    def as_json(self) -> dict[str, Any]:
        """Amounts are decimal strings. Described in docs/contract.md."""

        def text(number: int | None, kind: Type) -> str | None:
            return None if number is None else number_text(number, kind)

        kind, fact = self.rule.type, self.fact.type
        return {
            "policy": self.policy.name,
            "value": {"name": self.rule.name, "zh": self.rule.label.zh, "en": self.rule.label.en, "unit": _unit(kind)},
            "fact": {"path": self.path, "zh": self.fact.label.zh, "en": self.fact.label.en, "unit": _unit(fact)},
            **self.reform.as_json(),
            "against": self.against.as_json() if self.against else None,
            "case": self.facts,
            "points": [
                {"at": text(at, fact)} | {name: text(one, kind) for name, one in zip(self.curves, found, strict=True)}
                for at, found in self.points
            ],
            "cliffs": [
                {
                    "curve": one.curve,
                    "at": text(one.low, fact),
                    "next": text(one.high, fact),
                    "value_at": text(one.value_low, kind),
                    "value_next": text(one.value_high, kind),
                    "jump": text(one.value_high - one.value_low, kind),
                    "below": one.below,
                    "above": one.above,
                    "alike_below": one.alike_below,
                    "alike_above": one.alike_above,
                }
                for one in self.cliffs
            ],
            "more_cliffs": self.more_cliffs,
            "distance": text(self.distance, fact),
            "persons": self.persons,
        }


def _unit(kind: Type) -> dict[str, str] | None:
    return {"zh": kind.unit.zh, "en": kind.unit.en} if kind.unit else None


def chart_facts(policy: Policy) -> dict[str, Fact]:
    """The facts that a value can be drawn against, by path, money first; visits.cost is that of the first visit."""
    found: dict[str, Fact] = {}
    for name, one in policy.facts.declared().items():
        if one.type.is_records and one.type.item is not None:
            found |= {f"{name}.{key}": part for key, part in one.type.item.python.declared().items()}
        else:
            found[name] = one
    numbers = [(name, one) for name, one in found.items() if _is_amount(one)]
    return dict(sorted(numbers, key=lambda pair: pair[1].type.kind != "money"))


def _is_amount(fact: Fact) -> bool:
    is_year = fact.type.kind == "integer" and fact.least is not None and int(fact.least) >= _FIRST_YEAR
    return fact.type.is_number and not is_year


def chart(
    policy: Policy,
    fact: str | None = None,
    reform: Reform = TODAY,
    *,
    against: Reform | None = None,
    value: str | None = None,
    population: Population | None = None,
    given: Mapping[str, Any] | None = None,
    span: tuple[str, str] | None = None,
    distance: str | None = None,
    fewest: int = 1,
    engine: Engine | None = None,
) -> Chart:
    """The value against the fact (a path of `chart_facts`, or units[2].pm25; by default the first).

    All other facts are as `given`; without it, as is typical of the population (of `fewest` cases at least), or else as
    in a worked case. `span` is from where to where the fact goes, `distance` how near to a cliff a person counts as
    near, both in its own unit.
    Raises GongbaoError for a fact, value, figure or option that there is not, and Refused for a case that cannot be.
    """
    rule = value_rule(policy, value)
    path, about = _fact(policy, fact)
    base = dict(given) if given is not None else typical(policy, rule, population, fewest)
    line = _Line(policy, rule, path, about, base, engine or (population.engine if population else Engine(None)))
    low, high = line.span(span, population)
    reforms = [TODAY, reform, *([against] if against is not None else [])]
    curves = [_Curve(line, one) for one in reforms]
    grid = sorted({low + (high - low) * part // GRID for part in range(GRID + 1)})
    grid = _evened(sorted({*grid, *(one for one in line.candidates(reforms) if low <= one <= high)}))
    shown = set(grid)
    found: list[Cliff] = []
    for name, curve in zip(("before", "after", "against"), curves, strict=False):
        shown.update(curve.refine(grid))
        found += curve.cliffs(name)
    shown.update(at for one in found for at in (one.low, one.high))
    points = sorted(shown)
    columns = [curve.at(points) for curve in curves]
    near = line.distance(distance, low, high)
    listed = found[:MOST_CLIFFS]
    if population is not None:
        listed = _with_near(line, population, listed, near)
    return Chart(
        policy=policy,
        rule=rule,
        path=path,
        fact=about,
        reform=reform,
        against=against,
        facts=line.facts,
        points=list(zip(points, zip(*columns, strict=True), strict=True)),
        cliffs=listed,
        more_cliffs=len(found) - len(listed),
        distance=near,
        persons=None if population is None else population.count(line.list),
    )


def _fact(policy: Policy, path: str | None) -> tuple[str, Fact]:
    """The path with its record's number, and the declaration."""
    known = chart_facts(policy)
    if not known:
        raise GongbaoError(f"{policy.name} asks for no number that a value could be drawn against")
    path = next(iter(known)) if path is None else path.replace(" ", "")
    head, dot, name = path.partition(".")
    records, bracket, number = head.partition("[")
    plain = f"{records}{dot}{name}"
    if plain not in known or (bracket and not (number.endswith("]") and number[:-1].isdecimal() and len(number) < 7)):
        raise GongbaoError(f"there is no number {path}; there are {', '.join(known)}{nearest(plain, known)}")
    if not dot:
        if bracket:
            raise GongbaoError(f"{records} is no list; write {records}")
        return path, known[plain]
    return f"{records}[{int(number[:-1]) if bracket else 0}].{name}", known[plain]


# --- the case that is drawn


def typical(policy: Policy, rule: Rule[..., Any], population: Population | None, fewest: int = 1) -> dict[str, Any]:
    """A case as JSON has it: the most frequent choices, answers and days of the persons who have something today, and
    of those who share them the amounts in the middle. Where there is no population, or there can be no such case, or
    an amount would be the middle of fewer than the `fewest` cases, a worked case of the policy."""
    found = None
    if population is not None and population.batch.cases:
        found = population.kept(("typical", rule.name, fewest), lambda: _of_many(policy, rule, population, fewest))
    found = found or _worked_case(policy, rule.name)
    if found is None:
        raise GongbaoError(f"{policy.name} has no worked case to draw a chart for; give one")
    return found


def _of_many(policy: Policy, rule: Rule[..., Any], population: Population, fewest: int) -> dict[str, Any] | None:
    try:
        facts = facts_as_json(policy.facts, _in_the_middle(policy, rule, population, fewest))
        return None if compute(policy, facts).missing else facts
    except (Refused, _TooFew):
        return None


class _TooFew(Exception):
    """What is in the middle would be that of hardly more than one person."""


@lru_cache(maxsize=64)
def _worked_case(policy: Policy, name: str) -> dict[str, Any] | None:
    """The first worked case that can be computed and whose value is something; else the first that can be."""
    first = None
    for one in read_worked_cases([policy]):
        if one.policy != policy.name or one.refused:
            continue
        try:
            result = compute(policy, one.facts)
            if result.missing:
                continue
            rule = policy.rules[name]
            scopes = result.case.records(records_of(rule)) if rule.record else [result.case.scope]
            something = any(whole_number(scope.value(rule), rule.type) for scope in scopes)
        except (Refused, MissingFacts, Impossible):
            continue
        facts = facts_as_json(policy.facts, result.case.facts)
        if something:
            return facts
        first = first or facts
    return first


def _in_the_middle(policy: Policy, rule: Rule[..., Any], population: Population, fewest: int) -> dict[str, Any]:
    stand, records = population.stand(rule), records_of(rule)
    held = ~population.of_persons(stand.doubtful, records)
    having = held & (stand.values != 0)
    persons = np.nonzero(having if having.any() else held)[0]
    batch = population.batch
    cases = batch.records[records].case_of[persons] if records else persons
    sheet = policy.facts.declared()
    alone = {name: one for name, one in sheet.items() if not one.type.is_records}
    everyone = np.arange(batch.cases)
    facts, cases = _frequent(alone, batch.columns, cases, everyone, fewest)
    for name, one in sheet.items():
        if not one.type.is_records or one.type.item is None:
            continue
        own = batch.records[name]
        record = one.type.item.python
        rows = np.nonzero(np.isin(own.case_of, cases))[0]
        if one.one_for_each:
            # Of each member its own middle, among all of its records.
            members = list(record.declared()[one.one_for_each].type.python)
            places = [np.nonzero(own.columns[one.one_for_each] == place)[0] for place in range(len(members))]
        else:
            places = [rows]
        facts[name] = [
            record(**_frequent(record.declared(), own.columns, these, own.case_of, fewest)[0]) for these in places
        ]
    return facts


def _frequent(
    sheet: Mapping[str, Fact], columns: Mapping[str, Column], rows: Any, case_of: Column, fewest: int
) -> tuple[dict[str, Any], Any]:
    """One value for each fact: what is most frequent among those rows that have what was chosen before, of days of the
    same year; then of amounts that in the middle. Also the rows that are left. Raises _TooFew where those, or those
    that have an amount, are rows of fewer than the `fewest` cases."""

    def check(those: Any) -> None:
        if len(those) and len(np.unique(case_of[those])) < fewest:
            raise _TooFew

    found: dict[str, Any] = {}
    for name, fact in sheet.items():
        if _is_amount(fact):
            continue
        found[name], rows = _most_frequent(fact, columns, rows)
    check(rows)
    for name, fact in sheet.items():
        if _is_amount(fact):
            given = columns.get(f"{name}?")
            having = rows if given is None else rows[given[rows] != 0]
            check(having)
            column = columns[name][having]
            middle = len(column) // 2
            found[name] = value_of(int(np.partition(column, middle)[middle]), fact.type) if len(column) else None
    return {name: found[name] for name in sheet}, rows


def _most_frequent(fact: Fact, columns: Mapping[str, Column], rows: Any) -> tuple[Any, Any]:
    column, given = columns[fact.name][rows], columns.get(f"{fact.name}?")
    if given is not None:
        there = given[rows] != 0
        if 2 * int(np.count_nonzero(there)) <= len(there):
            return None, rows[~there]
        column, rows = column[there], rows[there]
    if not len(column):
        return None, rows
    if fact.type.kind in ("date", "month"):
        years = calendar.table("year")[np.clip(column, calendar.FIRST, calendar.LAST, dtype=np.int64) - calendar.FIRST]
        kept = years == _mode(years)
        return value_of(_mode(column[kept]), fact.type), rows[kept]
    number = _mode(column)
    kept = column == number
    return str(number) if fact.type.kind == "text" else value_of(number, fact.type), rows[kept]


def _mode(column: Column) -> int:
    values, counts = np.unique(column, return_counts=True)
    return int(values[np.argmax(counts)])


class _Line:
    """One case, in which one fact goes from low to high."""

    def __init__(
        self, policy: Policy, rule: Rule[..., Any], path: str, fact: Fact, base: dict[str, Any], engine: Engine
    ) -> None:
        self.policy, self.rule, self.path, self.fact, self.engine = policy, rule, path, fact, engine
        head, _, name = path.rpartition(".")
        self.list, self.name = head.partition("[")[0], name
        self.record = int(head.partition("[")[2][:-1]) if head else 0
        self.places = places_of(fact.type)
        read = read_facts(policy.facts, base)
        if read.problems:
            raise Refused(read.problems)
        self.facts = facts_as_json(policy.facts, read.facts)
        if self.list:
            there = len(self.facts[self.list] or [])
            if self.record >= there:
                raise GongbaoError(f"{path} is not there: the case has {there} of {self.list}, counted from 0")
        records = records_of(rule)
        self.of_value = self.record if records == self.list else 0
        if records and not self.facts[records]:
            raise GongbaoError(f"the case has none of {records}, of which {rule.name} is a value")
        try:
            self.one: Batch | None = batch_of(
                policy, [read_facts(policy.facts, self.with_fact(self._bounds()[0] or 0)).facts]
            )
        except (DoesNotHold, AttributeError):
            self.one = None

    def with_fact(self, number: int) -> dict[str, Any]:
        return with_facts(self.policy, self.facts, {self.path: self.text(number)})

    def text(self, number: int) -> str:
        return number_text(number, self.fact.type)

    def batch(self, numbers: Sequence[int]) -> Batch | None:
        """The case with each of the numbers; None where columns do not hold it."""
        if self.one is None:
            return None
        order = self._order()
        if order and self.name == order:
            try:
                return batch_of(
                    self.policy, [read_facts(self.policy.facts, self.with_fact(one)).facts for one in numbers]
                )
            except DoesNotHold:
                return None
        count = len(numbers)
        columns = {name: np.repeat(column, count) for name, column in self.one.columns.items()}
        records = {}
        for name, held in self.one.records.items():
            starts = np.arange(count + 1) * held.count
            records[name] = Records(starts, {key: np.tile(column, count) for key, column in held.columns.items()})
        target, rows = (columns, slice(None)) if not self.list else (records[self.list].columns, self._rows(count))
        target[self.name][rows] = np.array(numbers, np.int64)
        if f"{self.name}?" in target:
            target[f"{self.name}?"][rows] = 1
        return Batch(count, columns, records)

    def _order(self) -> str:
        if not self.list:
            return ""
        item: Any = self.policy.facts.declared()[self.list].type.item
        return str(item.python.order_field)

    def _rows(self, count: int) -> Any:
        assert self.one is not None
        held = self.one.records[self.list]
        place = int(np.nonzero(held.columns[PLACE] == self.record)[0][0])
        return np.arange(count) * held.count + place

    def person(self, batch: Batch, values: Any) -> Any:
        """The value that is drawn, of each case of the batch."""
        records = records_of(self.rule)
        if not records:
            return values
        held = batch.records[records]
        return values[held.columns[PLACE] == self.of_value]

    def exact(self, number: int, reform: Reform) -> int | None:
        try:
            result = compute(self.policy, self.with_fact(number), figures=reform.figures, readings=reform.readings)
            scope = result.case.scope
            if self.rule.record is not None:
                scope = result.case.records(records_of(self.rule))[self.of_value]
            return whole_number(scope.value(self.rule), self.rule.type)
        except (Refused, MissingFacts, Impossible):
            return None

    # From where to where

    def span(self, wanted: tuple[str, str] | None, population: Population | None) -> tuple[int, int]:
        least, most = self._bounds()
        if wanted is not None:
            low, high = (self.number(one) for one in wanted)
            if not low < high:
                raise GongbaoError(f"{wanted[0]} is not less than {wanted[1]}")
            if (least is not None and low < least) or (most is not None and high > most):
                raise GongbaoError(f"{self.path} cannot go from {wanted[0]} to {wanted[1]}")
            return low, high
        tops = [2 * one for one in self.candidates([TODAY]) if one > 0]
        if population is not None and population.batch.cases:
            column = population.in_order(self.name, self.list)
            if len(column):
                tops.append(int(column[len(column) * 99 // 100]))
        high = _nice(max([*tops, 10 * 10**self.places]))
        high = high if most is None else min(high, most)
        low = 0 if least is None or least <= 0 else least
        return low, max(high, low + 1)

    def _bounds(self) -> tuple[int | None, int | None]:
        scale = 10**self.places
        least = 0 if self.fact.type.kind != "decimal" else None
        if self.fact.least is not None:
            least = int(ex.exact(self.fact.least) * scale)
        elif self.fact.over is not None:
            least = int(ex.exact(self.fact.over) * scale) + 1
        return least, None if self.fact.most is None else int(ex.exact(self.fact.most) * scale)

    def number(self, text: str) -> int:
        """A number in the fact's unit, as a column has it. Raises GongbaoError."""
        kind = self.fact.type
        try:
            found = value_of_text(f"{text}%" if kind.kind == "percent" and not text.endswith("%") else text, kind)
        except ValueError as error:
            raise GongbaoError(str(error)) from None
        return whole_number(found, kind)

    def distance(self, wanted: str | None, low: int, high: int) -> int:
        if wanted is not None:
            found = self.number(wanted)
            if found <= 0:
                raise GongbaoError(f"{wanted} is no distance; it must be more than 0")
            return found
        return max(_nice(max((high - low) // 100, 1)), 1)

    def candidates(self, reforms: Iterable[Reform]) -> Iterator[int]:
        """The figures that are of the fact's kind, each with the unit below and above: bounds are mostly these."""
        for reform in reforms:
            table = self.policy.figure_table.changed(reform.figures) if reform.figures else self.policy.figure_table
            for entry in table.entries.values():
                for one in entry.values:
                    for number in self._of_kind(entry.type, one.value):
                        yield from (number - 1, number, number + 1)

    def _of_kind(self, kind: Type, value: Any) -> list[int]:
        found: list[int] = []

        def leaf(name: str, kind: Type, value: Any) -> Any:
            if isinstance(value, self.fact.type.python) and type(value) is not bool:
                exact = (value.exact if isinstance(value, Quantity) else value) * 10**self.places
                if exact % 1 == 0:
                    found.append(int(exact))
            return value

        rebuilt("", kind, value, leaf)
        return found


class _Curve:
    """The value under one reform at any place of the line, each computed once."""

    def __init__(self, line: _Line, reform: Reform) -> None:
        self.line, self.reform = line, reform
        self.known: dict[int, int | None] = {}
        self.ready: tuple[Program, Settings] | None
        try:
            self.ready = prepared(line.policy, reform.figures, reform.readings)
        except NotInColumns:
            self.ready = None

    def at(self, numbers: Sequence[int]) -> list[int | None]:
        new = [one for one in numbers if one not in self.known]
        if new:
            self.known.update(zip(new, self._compute(new), strict=True))
        return [self.known[one] for one in numbers]

    def _compute(self, numbers: Sequence[int]) -> list[int | None]:
        line, batch = self.line, self.line.batch(numbers)
        if batch is None or self.ready is None:
            return [line.exact(one, self.reform) for one in numbers]
        program, settings = self.ready
        found = line.engine.compute(program, settings, batch, [line.rule.name])
        values = line.person(batch, values_given(program, line.rule.name, found.of))
        doubtful = found.doubtful | outside(program, batch)
        return [
            line.exact(number, self.reform) if doubt else int(value)
            for number, value, doubt in zip(numbers, values, doubtful, strict=True)
        ]

    def _unseen(self, part: int) -> int:
        """What counts as no jump: what rounding explains, or a small part of the whole curve."""
        if not places_of(self.line.rule.type):
            return 0
        there = [one for one in self.known.values() if one is not None]
        return max(_ROUNDING, (max(there) - min(there)) // part if there else 0)

    def refine(self, grid: Sequence[int]) -> list[int]:
        """Compute the grid, and more where the curve bends; the points that the first bends added, to be shown too."""
        self.at(grid)
        points = list(grid)
        added: list[int] = []
        for round_ in range(_ROUNDS):
            new: set[int] = set()
            for low, high in self._bent(points):
                new.update(low + (high - low) * part // _FINER for part in range(1, _FINER))
            new -= set(points)
            if not new or len(points) + len(new) > _MOST_POINTS:
                break
            points = sorted({*points, *new})
            self.at(points)
            if round_ == 0:
                added = sorted(new)
        return added

    def _bent(self, points: Sequence[int]) -> set[tuple[int, int]]:
        """The gaps, wider than one unit, at whose ends the curve is no line."""
        found = set()
        values = self.at(points)
        # A jump between three points an equal way apart bends them by half of it.
        unseen = self._unseen(2 * _SEEN)
        for place in range(1, len(points) - 1):
            left, here, right = points[place - 1 : place + 2]
            before, now, after = values[place - 1 : place + 2]
            if before is None or now is None or after is None:
                is_bent = not (before is now is after)
            else:
                bend = (now - before) * (right - here) - (after - now) * (here - left)
                is_bent = abs(bend) > unseen * (right - left)
            if is_bent:
                found |= {one for one in ((left, here), (here, right)) if one[1] - one[0] > 1}
        return found

    def cliffs(self, name: str) -> list[Cliff]:
        points = sorted(self.known)
        steps = list(pairwise(points))
        found = []
        unseen = self._unseen(_SEEN)
        for place, (low, high) in enumerate(steps):
            one, other = self.known[low], self.known[high]
            if high - low > 1 or one is None or other is None:
                continue
            beside = [steps[near] for near in (place - 1, place + 1) if 0 <= near < len(steps)]
            steepest = max([0, *(self._slope(*gap) for gap in beside)])
            if abs(other - one) > steepest + unseen:
                found.append(Cliff(name, low, high, one, other))
        return found

    def _slope(self, low: int, high: int) -> int:
        """By how much at most the value changes from one unit to the next, on average over the gap, rounded up."""
        one, other = self.known[low], self.known[high]
        return 0 if one is None or other is None else -(-abs(other - one) // (high - low))


def _evened(points: list[int]) -> list[int]:
    """With more points in a gap beside a far narrower one, beside which a jump in it would be no bend."""
    widths = [high - low for low, high in pairwise(points)]
    more = []
    for place, (low, high) in enumerate(pairwise(points)):
        beside = [widths[near] for near in (place - 1, place + 1) if 0 <= near < len(widths)]
        if beside and 4 * min(beside) < high - low:
            more += [low + (high - low) * part // 4 for part in (1, 2, 3)]
    return sorted({*points, *more})


def _nice(number: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … that is not less."""
    power: int = 10 ** (len(str(number)) - 1)
    return next(one * power for one in (1, 2, 5, 10) if one * power >= number)


# --- who stands near


def _with_near(line: _Line, population: Population, cliffs: list[Cliff], distance: int) -> list[Cliff]:
    everybody = population.in_order(line.name, line.list)
    alike = _alike(line, population)

    def between(numbers: Column, low: int, high: int) -> int:
        """How many are from low up to and including high."""
        return bisect_right(numbers, high) - bisect_left(numbers, low)

    def near(one: Cliff) -> Iterator[int]:
        for numbers in (everybody, alike):
            yield between(numbers, one.low - distance + 1, one.low)
            yield between(numbers, one.high, one.high + distance - 1)

    return [Cliff(one.curve, one.low, one.high, one.value_low, one.value_high, *near(one)) for one in cliffs]


def _alike(line: _Line, population: Population) -> Column:
    """The numbers of who has the same choices, and answers of yes and no, as the case (of a record those of the record
    too), from the least to the greatest."""
    same = _told_apart(line)

    def make() -> Column:
        found = np.ones(population.batch.cases, bool)
        for name in same[""]:
            found &= population.batch.columns[name] == same[""][name]
        columns = population.batch.columns
        if line.list:
            found, columns = population.of_persons(found, line.list), population.batch.records[line.list].columns
            for name in same[line.list]:
                found &= columns[name] == same[line.list][name]
        if f"{line.name}?" in columns:
            found &= columns[f"{line.name}?"] != 0
        return np.sort(columns[line.name][found])

    key = tuple((records, name, value) for records, within in same.items() for name, value in within.items())
    return population.kept(("alike", line.list, line.name, key), make)


def _told_apart(line: _Line) -> dict[str, dict[str, int]]:
    """What the case has of the facts that tell who is alike, and its record of the list ("" is the case)."""
    found: dict[str, dict[str, int]] = {"": {}, line.list: {}}
    if line.one is None:
        return found
    for name, fact in line.policy.facts.declared().items():
        if _tells_apart(fact.type):
            found[""][name] = int(line.one.columns[name][0])
    if line.list:
        row = int(line._rows(1)[0])
        item: Any = line.policy.facts.declared()[line.list].type.item
        for name, fact in item.python.declared().items():
            if _tells_apart(fact.type):
                found[line.list][name] = int(line.one.records[line.list].columns[name][row])
    return found


def _tells_apart(kind: Type) -> bool:
    return kind.kind in ("flag", "choice") or (kind.kind == "list" and not kind.is_records)


__all__ = ["Chart", "Cliff", "chart", "chart_facts", "typical"]
