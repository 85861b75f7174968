"""Cases drawn at random from nothing but the fact sheet of a policy and the numbers of its figures.

Of numbers, figures and their neighbours come often, and numbers that stand in the case already; of dates, those around
a change of figures and the ends of months. Dates of a case fall into one year mostly, and a whole number that can only
be a year is that year; otherwise the checks of most policies would refuse all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from gongbao.rules import Policy
from gongbao.rules.edges import numbers_of
from gongbao.rules.facts import LARGEST
from gongbao.rules.policy import Fact, FactSheet
from gongbao.rules.types import Type

Facts = dict[str, Any]

_YEARS = (1900, 2199)
_TEXTS = ("甲", "乙", "丙")
_SIZES = (0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 9, 12)
_LARGE = 40


class Drawing:
    """What the cases of a policy are drawn from: nothing of what its rules say."""

    def __init__(self, policy: Policy, seeded: Random) -> None:
        self.policy, self.seeded = policy, seeded
        table = policy.figure_table
        self.figures = sorted({one for one in numbers_of(table) if one >= 0}) or [Fraction(1000)]
        self.first = policy.since
        self.last = policy.until or max([policy.since, *table.changes]).replace(month=12, day=28) + timedelta(days=1000)
        self.changes = [one for one in table.changes if self.first <= one <= self.last] or [self.first]

        self._scaled: dict[int, list[int]] = {}

    def scaled(self, scale: int) -> list[int]:
        """The figures in smallest units."""
        if scale not in self._scaled:
            self._scaled[scale] = [int(one * scale) for one in self.figures]
        return self._scaled[scale]

    def case(self) -> Facts:
        """One case, as JSON has it, with every fact given but those that may be left out."""
        return _OneCase(self).sheet(self.policy.facts)


class _OneCase:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing, self.seeded = drawing, drawing.seeded
        self.strays = self.seeded.random() < 0.04
        on = self.seeded.choice(drawing.changes) if self.seeded.random() < 0.3 else self._any_day()
        self.begins = max(drawing.first, date(on.year, 1, 1))
        self.ends = min(drawing.last, date(on.year, 12, 31))
        self.days = [self._day() for _ in range(self.seeded.choice((1, 3, 6)))]
        self.numbers: dict[Type, list[int]] = {}

    def sheet(self, sheet: type[FactSheet]) -> Facts:
        found = {}
        for name, one in sheet.declared().items():
            if one.optional and self.seeded.random() < 0.4:
                continue
            if one.type.optional and self.seeded.random() < 0.4:
                found[name] = None
                continue
            found[name] = self.value(one)
        return found

    def value(self, one: Fact) -> Any:
        kind, seeded = one.type, self.seeded
        match kind.kind:
            case "flag":
                return seeded.random() < 0.7
            case "choice":
                return seeded.choice(list(kind.python)).value
            case "date":
                return self.day().isoformat()
            case "month":
                return f"{self.day():%Y-%m}"
            case "text":
                return seeded.choice(_TEXTS)
            case "list" if kind.item is not None and kind.item.kind == "choice":
                members = list(kind.item.python)
                return [each.value for each in seeded.sample(members, seeded.randint(1, len(members)))]
            case "list" if kind.item is not None:
                return self.records(one, kind.item.python)
        return self.number(one)

    def records(self, one: Fact, record: type[FactSheet]) -> list[Facts]:
        if one.one_for_each:
            members = list(record.declared()[one.one_for_each].type.python)
            self.seeded.shuffle(members)
            return [self.sheet(record) | {one.one_for_each: each.value} for each in members]
        size = _LARGE if self.seeded.random() < 0.01 else self.seeded.choice(_SIZES)
        return [self.sheet(record) for _ in range(size)]

    # Days

    def _any_day(self) -> date:
        span = (self.drawing.last - self.drawing.first).days
        return self.drawing.first + timedelta(days=self.seeded.randint(0, span))

    def _day(self) -> date:
        """In the year of the case: any, one around a change of figures, or one around the end of a month."""
        drawn, seeded = self.seeded.random(), self.seeded
        day = self.begins + timedelta(days=seeded.randint(0, (self.ends - self.begins).days))
        if drawn < 0.3:
            day = seeded.choice(self.drawing.changes) + timedelta(days=seeded.choice((-1, 0, 1)))
        elif drawn < 0.5:
            day = day.replace(day=1) + timedelta(days=seeded.choice((-1, 0, 27)))
        return min(max(day, self.begins), self.ends)

    def day(self) -> date:
        if self.strays and self.seeded.random() < 0.3:
            return self._any_day() + timedelta(days=self.seeded.choice((-1000, 0, 0, 1000)))
        return self.seeded.choice(self.days) if self.seeded.random() < 0.7 else self._day()

    # Numbers, in smallest units

    def number(self, one: Fact) -> str:
        kind, seeded = one.type, self.seeded
        bounds, scale = _bounds(one), _scale(one.type)
        if kind.kind == "integer" and bounds.is_year:
            return str(seeded.randint(bounds.least, bounds.most) if self.strays else self.begins.year)
        before = self.numbers.setdefault(kind, [])
        found = seeded.choice(before) if before and seeded.random() < 0.15 else self._drawn(bounds, scale)
        found = min(max(found, bounds.least), bounds.most)
        before.append(found)
        return str(Decimal(found).scaleb(-len(str(scale)) + 1)) if scale > 1 else str(found)

    def _drawn(self, bounds: _Bounds, scale: int) -> int:
        seeded, figures = self.seeded, self.drawing.scaled(scale)
        largest = 3 * max(figures[-1], 10 * scale)
        drawn = seeded.random()
        if drawn < 0.35:
            return seeded.choice(figures) + seeded.choice((-1, 0, 0, 1))
        if drawn < 0.45:
            return seeded.choice((max(bounds.least, -largest), min(bounds.most, largest), 0))
        if drawn < 0.6:
            return seeded.randint(0, 12 * scale)
        top = min(bounds.most, largest)
        if drawn < 0.7 and not bounds.is_declared:
            top = int(10 ** seeded.randint(0, 7)) * scale
        found = seeded.randint(0, top)
        if drawn > 0.9:
            found = found // scale * scale
        return -found if bounds.least < 0 and seeded.random() < 0.3 else found


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Of a number, in smallest units. `is_declared` says whether the fact itself has a greatest value."""

    least: int
    most: int
    is_declared: bool
    is_year: bool


@cache
def _bounds(one: Fact) -> _Bounds:
    scale = _scale(one.type)
    most = LARGEST * scale if one.most is None else math.floor(Fraction(one.most) * scale)
    if one.least is not None:
        least = math.ceil(Fraction(one.least) * scale)
    elif one.over is not None:
        least = math.floor(Fraction(one.over) * scale) + 1
    else:
        least = -most if one.type.kind == "decimal" else 0
    return _Bounds(least, most, one.most is not None, _YEARS[0] <= least <= most <= _YEARS[1])


def _scale(kind: Type) -> int:
    if kind.kind == "integer":
        return 1
    return int(10 ** (3 if kind.places is None else kind.places))


def drawn_cases(policy: Policy, number: int, seed: int) -> list[Facts]:
    drawing = Drawing(policy, Random(seed))
    return [drawing.case() for _ in range(number)]


def drawn_rows(policy: Policy, number: int, seed: int) -> list[Facts]:
    """So many cases that they fill this many rows of a table: one for each record, or for a case without any."""
    drawing, found, rows = Drawing(policy, Random(seed)), [], 0
    while rows < number:
        found.append(drawing.case())
        rows += max(1, sum(len(one) for one in found[-1].values() if _is_records(one)))
    return found


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def with_gaps(cases: list[Facts], seed: int, often: float = 0.08) -> list[Facts]:
    """The same with facts of the case and of its records left out."""
    seeded = Random(seed)

    def thinned(facts: Facts) -> Facts:
        kept = {}
        for name, value in facts.items():
            if _is_records(value):
                kept[name] = [thinned(one) for one in value]
            elif (isinstance(value, list) and not value) or seeded.random() >= often:
                kept[name] = value
        return kept

    return [thinned(one) for one in cases]
