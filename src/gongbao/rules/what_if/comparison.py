"""Before and after a reform: what it costs, who gains and loses and by how much, who comes to something or to nothing.

Everything is counted in whole numbers, amounts in the unit of the value's last decimal (fen), so that every sum is
exact. What columns do not hold is computed case by case where that is little, and otherwise left out and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from gongbao.core.errors import GongbaoError
from gongbao.rules import exact as ex
from gongbao.rules.columns.program import Flags, Int64
from gongbao.rules.columns.tally import EDGES, SIZES, Tally
from gongbao.rules.compute import version
from gongbao.rules.policy import Policy, Rule
from gongbao.rules.shown import Words
from gongbao.rules.what_if.population import (
    MOST_DECIDED,
    TODAY,
    Cells,
    Dimension,
    Group,
    Population,
    Reform,
    TooManyCells,
    number_text,
    records_of,
    value_rule,
    value_rules,
    without,
)

OTHER_VALUES = Words("其他结果", "other values")
MOST_REASONS = 20
"""So many reasons for which cases are left out are told, the commonest first."""


@dataclass(slots=True)
class Row:
    """Some persons before and after.

    before, after     the sum of the value; of a yes or no how many have yes
    gain, loss        by how much it rose in all, by how much it fell
    gained, lost      for how many persons
    entered, left     how many came from nothing to something, how many to nothing
    receiving         how many had something before
    """

    persons: int = 0
    before: int = 0
    after: int = 0
    gain: int = 0
    loss: int = 0
    gained: int = 0
    lost: int = 0
    entered: int = 0
    left: int = 0
    receiving: int = 0

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def receiving_after(self) -> int:
        return self.receiving + self.entered - self.left

    @property
    def mean_change(self) -> int:
        """Of all of the persons, rounded to the unit of the sums."""
        return _mean(self.change, self.persons)

    def add(self, before: int, after: int) -> None:
        """One more person."""
        change = after - before
        self.persons += 1
        self.before += before
        self.after += after
        self.gain += max(change, 0)
        self.loss += max(-change, 0)
        self.gained += change > 0
        self.lost += change < 0
        self.entered += before == 0 and after != 0
        self.left += before != 0 and after == 0
        self.receiving += before != 0

    def as_json(self, rule: Rule[..., Any]) -> dict[str, Any]:
        text = _texts(rule)
        return {
            "persons": self.persons,
            "before": text(self.before),
            "after": text(self.after),
            "change": text(self.change),
            "change_percent": _percent(self.change, self.before),
            "mean_change": text(self.mean_change),
            "gained": self.gained,
            "gain": text(self.gain),
            "lost": self.lost,
            "loss": text(self.loss),
            "entered": self.entered,
            "left": self.left,
            "receiving_before": self.receiving,
            "receiving_after": self.receiving_after,
        }


@dataclass(slots=True)
class Size:
    """Those whose value changed by at least `low` and less than `high`, which is None for the last size."""

    low: int
    high: int | None
    gained: int = 0
    gain: int = 0
    lost: int = 0
    loss: int = 0

    def as_json(self, rule: Rule[..., Any]) -> dict[str, Any]:
        text = _texts(rule)
        return {
            "from": text(self.low),
            "below": None if self.high is None else text(self.high),
            "gained": self.gained,
            "gain": text(self.gain),
            "lost": self.lost,
            "loss": text(self.loss),
        }


@dataclass(slots=True)
class LeftOut:
    """How many cases were not counted, and why: the commonest reasons, each with how many cases it concerns."""

    cases: int = 0
    persons: int = 0
    reasons: list[tuple[Words, int]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "persons": self.persons,
            "reasons": [{"zh": one.zh, "en": one.en, "cases": count} for one, count in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one reform comes to. `start` is what it is compared with. `decided` cases were computed one by one. `parts`
    are the other values of the same persons, where they were asked for: who comes under another of the rules' lines."""

    rule: Rule[..., Any]
    start: Reform
    reform: Reform
    total: Row
    sizes: list[Size]
    by: list[tuple[Dimension, list[tuple[Group, Row]]]]
    decided: int
    left_out: LeftOut
    parts: list[tuple[Rule[..., Any], Row]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            **self.reform.as_json(),
            "compared_with": self.start.as_json(),
            "total": self.total.as_json(self.rule),
            "sizes": [one.as_json(self.rule) for one in self.sizes],
            "by": [
                {
                    "dimension": dimension.name,
                    "zh": dimension.label.zh,
                    "en": dimension.label.en,
                    "kind": dimension.kind,
                    "groups": [
                        {"key": group.key, "zh": group.label.zh, "en": group.label.en, **row.as_json(self.rule)}
                        for group, row in found
                    ],
                }
                for dimension, found in self.by
            ],
            "parts": [
                {"name": rule.name, "zh": rule.label.zh, "en": rule.label.en, **row.as_json(rule)}
                for rule, row in self.parts
            ],
            "decided": self.decided,
            "left_out": self.left_out.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """`outcome` and `against` are two reforms, each beside what holds today; `between` has the second as its start and
    the first as its reform. `unread` cases the data held that could not be read."""

    policy: Policy
    rule: Rule[..., Any]
    outcome: Outcome
    against: Outcome | None
    between: Outcome | None
    unread: int
    unread_reasons: list[tuple[Words, int]]

    def as_json(self) -> dict[str, Any]:
        """Described in docs/contract.md; amounts are decimal strings."""
        rule = self.rule
        unit = rule.type.unit
        return {
            "policy": self.policy.name,
            "version": version(self.policy),
            "value": {
                "name": rule.name,
                "zh": rule.label.zh,
                "en": rule.label.en,
                "clause": rule.clause,
                "type": rule.type.kind,
                "unit": {"zh": unit.zh, "en": unit.en} if unit else None,
                "decimals": rule.type.places,
                "records": records_of(rule),
            },
            "outcome": self.outcome.as_json(),
            "against": self.against.as_json() if self.against else None,
            "between": self.between.as_json() if self.between else None,
            "unread": {
                "cases": self.unread,
                "reasons": [{"zh": one.zh, "en": one.en, "cases": count} for one, count in self.unread_reasons],
            },
        }


def compare(
    population: Population,
    reform: Reform,
    value: str | None = None,
    against: Reform | None = None,
    by: Sequence[str] = (),
    *,
    parts: bool = False,
    decide: int = MOST_DECIDED,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Comparison:
    """What the reform comes to for the population, and where another is given, what that comes to beside it.

    `by` names dimensions (`population.dimensions`) in whose groups it is told too; `parts` asks for the other values
    that the policy reports of the same persons, each of which takes as long as the first. Up to `decide` cases that
    columns do not hold are computed one by one. Raises GongbaoError for a figure, option, value or dimension that there
    is not, InterruptedError once `is_wanted` says no.
    """
    rule = value_rule(population.policy, value)
    names = list(dict.fromkeys(by))
    for name in names:
        population.dimension(name, records_of(rule))
    one = _Comparing(population, rule, names, decide, is_wanted)
    rules = value_rules(population.policy).values() if parts else ()
    others = [each for each in rules if each is not rule and records_of(each) == records_of(rule)]

    def told(start: Reform, changed: Reform) -> Outcome:
        found = one.outcome(start, changed)
        alone = [_Comparing(population, each, [], decide, is_wanted).outcome(start, changed) for each in others]
        return replace(found, parts=[(each.rule, each.total) for each in alone])

    outcome = told(TODAY, reform)
    other = between = None
    if against is not None:
        other, between = told(TODAY, against), told(against, reform)
    reasons = Counter(Words(each.zh, each.en) for each in population.unread)
    return Comparison(
        population.policy,
        rule,
        outcome,
        other,
        between,
        population.unread_count,
        reasons.most_common(MOST_REASONS),
    )


_NOBODY: Int64 = np.zeros(0, np.int64)


@dataclass(slots=True)
class _Comparing:
    population: Population
    rule: Rule[..., Any]
    names: list[str]
    decide: int
    is_wanted: Callable[[], bool]

    def outcome(self, start: Reform, reform: Reform) -> Outcome:
        population, rule = self.population, self.rule
        records = records_of(rule)
        ready = population.prepared(reform)
        stand = population.stand(rule, start, is_wanted=self.is_wanted)
        cells = self._cells(records)
        if ready is None and population.batch.cases > self.decide:
            raise GongbaoError(
                f"{population.policy.name} with these figures is not for columns, and a population of more than "
                f"{self.decide:,} cases is too large to be computed one by one"
            )
        doubtful = stand.doubtful
        tallies: list[Tally | None] = [None] * len(cells)
        if ready is not None:
            program, settings = ready
            beyond = population.outside(program)
            for place, one in enumerate(cells):
                codes = population.codes(one, rule, start)
                if beyond is not None and (beyond & ~doubtful).any():
                    codes = without(codes, population.of_persons(beyond, records))
                found = tallies[place] = population.engine.tally(
                    program,
                    settings,
                    population.batch,
                    rule.name,
                    stand.values,
                    codes,
                    one.count,
                    is_wanted=self.is_wanted,
                )
            for more in (found.doubtful, beyond):
                if more is not None and more.any():
                    doubtful = doubtful | more
        cases = np.nonzero(doubtful)[0] if doubtful is not stand.doubtful or stand.doubtful_count else _NOBODY
        decided, left_out = self._decide(start, reform, doubtful, cases)
        sizes = [Size(low, high) for low, high in zip((0, *EDGES), (*EDGES, None), strict=True)]
        total = Row()
        by: dict[str, list[tuple[Group, Row]]] = {}
        for place, one in enumerate(cells):
            table = self._table(one, tallies[place], start, doubtful)
            for name, places in zip(one.names, one.groups, strict=True):
                by[name] = self._groups(name, places, table, one, decided)
            if place == 0:
                total = _row(table.sum(axis=0))
                _add_sizes(sizes, tallies[place])
        for _, before, later in decided:
            total.add(before, later)
            _add_size(sizes, later - before)
        dimensions = {name: population.dimension(name, records) for name in self.names}
        return Outcome(
            rule=rule,
            start=start,
            reform=reform,
            total=total,
            sizes=_trimmed(sizes),
            by=[(dimensions[name], by[name]) for name in self.names],
            decided=len(cases) - left_out.cases,
            left_out=left_out,
        )

    def _cells(self, records: str) -> list[Cells]:
        """All dimensions at once, so that one pass will do; where these are too many parts, one by one."""
        try:
            return [self.population.cells(self.names, records)]
        except TooManyCells:
            return [self.population.cells([name], records) for name in self.names]

    def _table(self, cells: Cells, found: Tally | None, start: Reform, doubtful: Flags) -> Int64:
        """The numbers of each cell, in the order of the fields of Row: cells x fields."""
        if found is None:
            return np.zeros((cells.count, 10), np.int64)
        persons, receiving = self.population.counted(cells, self.rule, start)
        stand = self.population.stand(self.rule, start)
        if doubtful is not stand.doubtful:
            new = self.population.of_persons(doubtful & ~stand.doubtful, records_of(self.rule))
            codes = cells.codes[new]
            persons = persons - np.bincount(codes, minlength=cells.count)
            receiving = receiving - np.bincount(codes[stand.values[new] != 0], minlength=cells.count)
        return np.stack(
            [
                persons,
                found.after - found.gain + found.loss,
                found.after,
                found.gain,
                found.loss,
                found.gained.sum(axis=1),
                found.lost.sum(axis=1),
                found.entered,
                found.left,
                receiving,
            ],
            axis=1,
        )

    def _groups(
        self, name: str, places: Int64, table: Int64, cells: Cells, decided: list[tuple[int, int, int]]
    ) -> list[tuple[Group, Row]]:
        groups = self.population.dimension(name, records_of(self.rule)).groups
        sums = np.zeros((len(groups), table.shape[1]), np.int64)
        np.add.at(sums, places, table)
        found = [_row(one) for one in sums]
        for person, before, after in decided:
            found[int(places[cells.codes[person]])].add(before, after)
        return [(group, row) for group, row in zip(groups, found, strict=True) if row.persons]

    def _decide(
        self, start: Reform, reform: Reform, doubtful: Flags, cases: Int64
    ) -> tuple[list[tuple[int, int, int]], LeftOut]:
        """The persons of the cases that columns do not hold, each with its value before and after; and who is left."""
        population, records = self.population, records_of(self.rule)
        if len(cases) > self.decide:
            persons = int(np.count_nonzero(population.of_persons(doubtful, records)))
            why = Words(
                f"无法成批计算，且超过{self.decide}件，未逐件计算",
                f"not for columns, and more than {self.decide:,} of them, so not computed one by one",
            )
            return [], LeftOut(len(cases), persons, [(why, len(cases))])
        found: list[tuple[int, int, int]] = []
        reasons: Counter[Words] = Counter()
        left_out = LeftOut()
        for case in map(int, cases):
            if not self.is_wanted():
                raise InterruptedError
            before = population.decide(self.rule, start, case)
            after = population.decide(self.rule, reform, case)
            places = population.places_of(case, records)
            if isinstance(before, list) and isinstance(after, list):
                found += zip(places, before, after, strict=True)
                continue
            reasons[next(one for one in (before, after) if isinstance(one, Words))] += 1
            left_out.cases += 1
            left_out.persons += len(places)
        left_out.reasons = reasons.most_common(MOST_REASONS)
        return found, left_out


def _row(numbers: Int64) -> Row:
    return Row(*map(int, numbers))


def _add_sizes(sizes: list[Size], found: Tally | None) -> None:
    if found is None:
        return
    columns = found.gained.sum(axis=0), found.gain_of_size, found.lost.sum(axis=0), found.loss_of_size
    for one, gained, gain, lost, loss in zip(sizes, *columns, strict=True):
        one.gained, one.gain, one.lost, one.loss = int(gained), int(gain), int(lost), int(loss)


def _add_size(sizes: list[Size], change: int) -> None:
    if not change:
        return
    place = sum(edge <= abs(change) for edge in EDGES)
    one = sizes[min(place, SIZES - 1)]
    one.gained += change > 0
    one.gain += max(change, 0)
    one.lost += change < 0
    one.loss += max(-change, 0)


def _trimmed(sizes: list[Size]) -> list[Size]:
    """From the first size that somebody has to the last."""
    used = [place for place, one in enumerate(sizes) if one.gained or one.lost]
    return sizes[used[0] : used[-1] + 1] if used else []


def _mean(number: int, count: int) -> int:
    return int(ex.rounded(Fraction(number, count), 0)) if count else 0


def _texts(rule: Rule[..., Any]) -> Callable[[int], str]:
    return lambda number: number_text(number, rule.type)


def _percent(change: int, before: int) -> str | None:
    """The change as a percentage of what was before; None of nothing."""
    return f"{ex.rounded(Fraction(100 * change, abs(before)), 2):f}%" if before else None


# --- as a table

_HEADS = (
    ("reform", "方案", "reform"),
    ("dimension", "分组", "by"),
    ("group", "组别", "group"),
    ("persons", "人数", "persons"),
    ("before", "调整前", "before"),
    ("after", "调整后", "after"),
    ("change", "变化", "change"),
    ("mean_change", "人均变化", "mean change"),
    ("gained", "增加人数", "gain"),
    ("gain", "增加额", "by"),
    ("lost", "减少人数", "lose"),
    ("loss", "减少额", "by"),
    ("entered", "新进人数", "enter"),
    ("left", "退出人数", "leave"),
)


def heads(language: str) -> list[str]:
    """The headings of `rows`."""
    return [zh if language == "zh" else en for _, zh, en in _HEADS]


def rows(found: Comparison, language: str) -> Iterator[list[str | int | Decimal]]:
    """The comparison as a table: for each reform all persons, each dimension's groups, the other values that were asked
    for. Amounts are Decimals."""
    outcomes = [one for one in (found.outcome, found.against, found.between) if one]
    for number, outcome in enumerate(outcomes):
        name = (("方案一", "方案二", "方案一与方案二相比"), ("first", "second", "first against second"))[
            language != "zh"
        ][number]
        everybody = ("全部", "all")[language != "zh"]
        yield [name, "", everybody, *_cells(outcome.total, found.rule)]
        for dimension, groups in outcome.by:
            for group, row in groups:
                label = dimension.label.in_language(language)
                yield [name, label, group.label.in_language(language), *_cells(row, found.rule)]
        for rule, row in outcome.parts:
            yield [name, OTHER_VALUES.in_language(language), rule.label.in_language(language), *_cells(row, rule)]


def _cells(row: Row, rule: Rule[..., Any]) -> list[str | int | Decimal]:
    told = row.as_json(rule)
    return [Decimal(told[key]) if isinstance(told[key], str) else told[key] for key, _, _ in _HEADS if key in told]


__all__ = ["OTHER_VALUES", "Comparison", "LeftOut", "Outcome", "Row", "Size", "compare", "heads", "rows"]
