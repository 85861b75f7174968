"""The facts of many cases as arrays, and their values back as what a policy speaks of.

What a fact becomes: money, percentages and decimals int64 with the decimals of their type (fen); whole numbers int64;
flags 0 and 1; a choice its place in its class; a list of choices one bit for each; a date or month the day number of
calendar.py; a text any code that is equal for equal texts. Beside a fact that may be None stands a column "name?" with
1 where it is given, and 0 in the fact's own where it is not. Any integer type will do that holds the column.

Records stand case after case, within a case in the order that their class declares (`ordered_by`), those that are
equal in it in the order of input; "#place" is each one's place in the input of its case, from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from gongbao.rules import exact as ex
from gongbao.rules.columns import calendar
from gongbao.rules.columns.lower import most_records, places_of
from gongbao.rules.columns.program import Flags, Int64, Program
from gongbao.rules.facts import Missing
from gongbao.rules.policy import Policy
from gongbao.rules.types import Type
from gongbao.rules.values import Choice, Quantity

PLACE = "#place"
_MOST = np.iinfo(np.int64).max

Column = np.ndarray[Any, np.dtype[Any]]


@dataclass(slots=True)
class Records:
    """The records of one list: those of case i are starts[i] to starts[i + 1], in the order of their class."""

    starts: Int64
    columns: dict[str, Column]
    _before: dict[tuple[str, ...], Int64] = field(default_factory=dict)
    _case_of: Int64 | None = None

    @property
    def count(self) -> int:
        return int(self.starts[-1])

    @property
    def case_of(self) -> Int64:
        """The case of each record."""
        if self._case_of is None:
            self._case_of = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        return self._case_of

    def before(self, same: tuple[str, ...]) -> Int64:
        """For each record the one before it in its case with the same values in `same`; -1 where it is the first."""
        found = self._before.get(same)
        if found is None:
            found = self._before[same] = self._find_before(same)
        return found

    def _find_before(self, same: tuple[str, ...]) -> Int64:
        places = np.arange(self.count)
        # What is None is 0 in its own column, and not the same as 0.
        told_apart = [self.columns[key] for name in same for key in (name, f"{name}?") if key in self.columns]
        # lexsort is stable, and its last key the first to sort by.
        order = np.lexsort([*reversed(told_apart), self.case_of]) if same else places
        keys = [self.case_of[order], *(column[order] for column in told_apart)]
        follows = np.ones(max(self.count - 1, 0), bool)
        for key in keys:
            follows &= key[1:] == key[:-1]
        out = np.full(self.count, -1, np.int64)
        out[order[1:][follows]] = order[:-1][follows]
        return out


@dataclass(slots=True)
class Batch:
    """`cases` many cases: a column for each fact, and the records of each list. See the module for their form."""

    cases: int
    columns: dict[str, Column]
    records: dict[str, Records] = field(default_factory=dict)

    def part(self, first: int, last: int) -> Batch:
        """The cases from `first` up to and without `last`."""
        records = {}
        for name, one in self.records.items():
            low, high = int(one.starts[first]), int(one.starts[last])
            records[name] = Records(
                one.starts[first : last + 1] - low, {key: column[low:high] for key, column in one.columns.items()}
            )
            for same, before in one._before.items():
                records[name]._before[same] = np.maximum(before[low:high] - low, -1)
        columns = {name: column[first:last] for name, column in self.columns.items()}
        return Batch(last - first, columns, records)

    def take(self, rows: Int64, names: Iterable[str]) -> Batch:
        """Some of the cases, by their places, with some of their columns; of policies without records."""
        assert not self.records
        return Batch(len(rows), {name: self.columns[name][rows] for name in dict.fromkeys(names)})


def blocks(cases: int, starts: Int64 | None, most: int) -> Iterator[tuple[int, int]]:
    """The cases in parts, from the first up to and without the second: `most` cases each or, where `starts` says which
    records each has, whole cases that have `most` records or so."""
    first = 0
    while first < cases:
        last = first + most
        if starts is not None:
            last = min(last, max(int(np.searchsorted(starts, starts[first] + most, "right")) - 1, first + 1))
        last = min(last, cases)
        yield first, last
        first = last


def outside(program: Program, batch: Batch) -> Flags:
    """Which cases hold what columns do not: a number beyond its bounds, no choice where one is needed, too many records
    or not one for each. `compute` has to decide them."""
    found = np.zeros(batch.cases, bool)
    for (records, name), (lo, hi) in program.columns.items():
        columns = batch.records[records].columns if records else batch.columns
        column = columns[name]
        if not len(column):
            continue
        given = f"{name}?"
        wrong = (column < lo) | (column > hi)
        if given in columns:
            wrong &= columns[given].astype(bool)
        if wrong.any():
            found[batch.records[records].case_of[wrong] if records else wrong] = True
    for one in program.policy.facts.declared().values():
        if one.type.kind == "list" and one.type.item is not None and one.type.item.kind == "choice":
            if one.name in batch.columns:
                found |= batch.columns[one.name] == 0
        elif one.type.is_records and one.name in batch.records:
            held = batch.records[one.name]
            found |= np.diff(held.starts) > most_records(program.policy, one.name)
            if one.one_for_each and one.type.item is not None:
                members = len(one.type.item.python.declared()[one.one_for_each].type.python)
                found |= ~_one_for_each(held, one.one_for_each, members)
    return found


def _one_for_each(records: Records, name: str, members: int) -> Flags:
    members_of, cases = records.columns[name], len(records.starts) - 1
    known = (members_of >= 0) & (members_of < members)
    places = records.case_of[known] * members + members_of[known].astype(np.int64)
    counted = np.bincount(places, minlength=cases * members)
    return np.asarray((counted.reshape(-1, members) == 1).all(axis=1))


class DoesNotHold(Exception):
    """A fact that a column cannot hold: it is missing, has more decimals than its column, or too many figures."""


def batch_of(policy: Policy, cases: Iterable[Mapping[str, Any]]) -> Batch:
    """The facts of cases, as `read_facts` gives them, as columns. Raises DoesNotHold for what they cannot hold."""
    listed = list(cases)
    facts = policy.facts.declared()
    texts: dict[str, int] = {}
    columns: dict[str, Column] = {}
    records: dict[str, Records] = {}
    for name, one in facts.items():
        values = [case[name] for case in listed]
        if one.type.is_records and one.type.item is not None:
            record = one.type.item.python
            found = []
            for value in values:
                if isinstance(value, Missing):
                    raise DoesNotHold(name)
                places = sorted(range(len(value)), key=lambda n: _order(value[n], record.order_field))
                found += [(place, value[place]) for place in places]
            starts = np.cumsum([0, *(len(value) for value in values)])
            held: dict[str, Column] = {PLACE: np.array([place for place, _ in found], np.int64)}
            for key, part in record.declared().items():
                held |= _columns(key, part.type, [getattr(each, key) for _, each in found], texts)
            records[name] = Records(starts, held)
        else:
            columns |= _columns(name, one.type, values, texts)
    return Batch(len(listed), columns, records)


def _order(record: Any, field_name: str) -> Any:
    value = getattr(record, field_name) if field_name else 0
    if isinstance(value, Missing):
        raise DoesNotHold(field_name)
    return value.exact if isinstance(value, Quantity) else value


def _columns(name: str, kind: Type, values: list[Any], texts: dict[str, int]) -> dict[str, Column]:
    found = {name: np.array([0 if one is None else number_of(one, kind, texts) for one in values], np.int64)}
    if kind.optional:
        found[f"{name}?"] = np.array([one is not None for one in values], np.int64)
    return found


def number_of(value: Any, kind: Type, texts: dict[str, int]) -> int:
    """A value as its column holds it. Raises DoesNotHold."""
    if isinstance(value, Missing):
        raise DoesNotHold(value.path)
    if isinstance(value, Quantity):
        number = value.exact * 10 ** places_of(kind)
        if number % 1 or abs(number) > _MOST:
            raise DoesNotHold(f"{value!r}")
        return int(number)
    if isinstance(value, Choice):
        return list(type(value)).index(value)
    if isinstance(value, list):
        return sum(1 << number_of(one, kind, texts) for one in value)
    if isinstance(value, date):
        return calendar.number_of(value)
    return texts.setdefault(value, len(texts)) if isinstance(value, str) else int(value)


def value_of(number: int, kind: Type) -> Any:
    """A column's number as the value of a rule or fact: Money, a choice, a date. Not for texts."""
    match kind.kind:
        case "money" | "percent" | "decimal":
            return kind.python.of(ex.divide(ex.exact(int(number)), ex.exact(10 ** places_of(kind))))
        case "flag":
            return bool(number)
        case "choice":
            return list(kind.python)[number]
        case "date" | "month":
            return calendar.day_of(int(number))
        case "list":
            assert kind.item is not None
            return [one for place, one in enumerate(kind.item.python) if number >> place & 1]
    return int(number)


__all__ = ["PLACE", "Batch", "DoesNotHold", "Records", "batch_of", "blocks", "outside", "value_of"]
