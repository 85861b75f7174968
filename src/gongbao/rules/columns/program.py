"""The rules of a policy in whole numbers, in an order in which each comes after what it needs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from gongbao.rules import exact as ex
from gongbao.rules.columns import calendar, lower
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.lower import Lowering, NotInColumns, Number
from gongbao.rules.columns.whole import Whole
from gongbao.rules.figures import FigureTable
from gongbao.rules.policy import Fact, FigureSheet, Policy, Rule
from gongbao.rules.readings import choose
from gongbao.rules.scales import Scale
from gongbao.rules.types import Type
from gongbao.rules.values import Choice, Quantity

Int64 = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_MOST = tuple(10**power for power in range(13, 4, -1))
"""How large a number of a fact may be that declares no bound, in its own unit: the largest that excludes overflow."""


class DoesNotFit(Exception):
    """Figures beyond the bounds, or with more decimals, than a program was made for: make one for these."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a figure stands among the figures of a day: `size` numbers from `base` on, one for each key (the last key
    changes first); of a scale for each key `bands` times three: above, whether it is included, and what it gives.

    `lo` to `hi` are what the numbers (of a scale: what the bands give) may be set to without a new program.
    """

    base: int
    size: int
    bands: int
    kind: Type
    places: int
    lo: int
    hi: int
    above_kind: Type | None = None
    above_places: int = 0
    above_lo: int = 0
    above_hi: int = 0


class Slots:
    """Where each figure of a policy stands, with room for the figures of the tables given."""

    def __init__(self, policy: Policy, tables: Iterable[FigureTable]) -> None:
        self.policy = policy
        self._of: dict[str, Slot] = {}
        self.count = 0
        tables = list(tables)
        for name, kind in policy.figures.declared().items():
            values = [one.value for table in tables for one in table.entries[name].values]
            made = _slot(self.count, kind, values)
            self._of[name] = made
            self.count += made.size

    def of(self, name: str) -> Slot:
        return self._of[name]

    def place(self, name: str, keys: tuple[Choice, ...] = (), band: int | None = None, part: str = "gives") -> int:
        """The slot of one number: by its keys, limit[resident]; of a scale by a band's place, and above or gives."""
        slot, place = self._of[name], 0
        for key in keys:
            place = place * len(type(key)) + list(type(key)).index(key)
        if band is None:
            return slot.base + place
        return slot.base + (place * slot.bands + band) * 3 + (0 if part == "above" else 2)

    def row(self, sheet: FigureSheet) -> list[int]:
        """The figures of a day as whole numbers. Raises DoesNotFit."""
        out: list[int] = []
        for name, slot in self._of.items():
            for value in _leaves(getattr(sheet, name)):
                out += _row_of(value, slot)
        return out


def _leaves(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _innermost(kind: Type) -> Type:
    return kind.item if kind.kind == "mapping" and kind.item is not None else kind


def _slot(base: int, kind: Type, values: list[Any]) -> Slot:
    inner = _innermost(kind)
    keys = 1
    for key in kind.key if kind.kind == "mapping" else ():
        keys *= len(key.python)
    leaves = [one for value in values for one in _leaves(value)]
    if inner.kind != "scale":
        places, lo, hi = _room(inner, leaves)
        return Slot(base, keys, 0, inner, places, lo, hi)
    assert inner.item is not None
    bands = [band for scale in leaves for band in scale.bands]
    most = max(len(scale.bands) for scale in leaves)
    places, lo, hi = _room(inner.item, [band.gives for band in bands])
    above_places, above_lo, above_hi = _room(inner.key[0], [band.above for band in bands])
    return Slot(base, keys * most * 3, most, inner.item, places, lo, hi, inner.key[0], above_places, above_lo, above_hi)


def _room(kind: Type, values: list[Any]) -> tuple[int, int, int]:
    """Decimals and bounds with room for these values and for ten times as much, a percentage up to 1000 %."""
    if kind.kind in ("flag", "choice", "date", "month"):
        return (0, *lower.bounds_of(kind, None, 0))
    if not kind.is_number:
        raise NotInColumns(f"a figure that is a {kind}")
    places = kind.places or 0
    if kind.kind == "decimal" and kind.places is None:
        places = max([0, *(ex.places_of(one.exact) for one in values)])
    found = [_scaled(one, places) for one in values]
    top = max([1000 * 10**places if kind.kind == "percent" else 1, *(abs(one) * 10 for one in found)])
    hi = 10 ** len(str(top - 1))
    return places, (-hi if min(found, default=0) < 0 else 0), hi


def _scaled(value: Any, places: int) -> int:
    if isinstance(value, Quantity):
        number = value.exact * 10**places
        if number % 1:
            raise DoesNotFit(f"{value!r}")
        return int(number)
    if isinstance(value, Choice):
        return list(type(value)).index(value)
    return calendar.number_of(value) if hasattr(value, "toordinal") else int(value)


def _row_of(value: Any, slot: Slot) -> list[int]:
    def within(number: int, lo: int, hi: int) -> int:
        if not lo <= number <= hi:
            raise DoesNotFit(f"{number}")
        return number

    if not isinstance(value, Scale):
        return [within(_scaled(value, slot.places), slot.lo, slot.hi)]
    out = []
    for band in value.bands:
        out.append(within(_scaled(band.above, slot.above_places), slot.above_lo, slot.above_hi))
        out.append(int(band.included))
        out.append(within(_scaled(band.gives, slot.places), slot.lo, slot.hi))
    missing = slot.bands - len(value.bands)
    if missing < 0:
        raise DoesNotFit("more bands")
    # A band that nothing reaches: above all that the one before it can have.
    return out + [slot.above_hi, 0, out[-1]] * missing


@dataclass(frozen=True, slots=True)
class Settings:
    """Figures and readings for a run: `figures[p]` are the slots of the days from `changes[p - 1]` on (p = 0: before
    the first), `readings` the place of each reading's option."""

    figures: Int64
    changes: Int64
    readings: dict[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """A rule and its value; `none` is const 0 where it is never None, `lost` where it never lacks a fact. `records`
    names its list, "" for the case."""

    rule: Rule[..., Any]
    value: Whole
    places: int
    none: Whole
    lost: Whole
    records: str

    @property
    def is_sequential(self) -> bool:
        return self.rule.earlier is not None


@dataclass(frozen=True, slots=True)
class Values:
    """What a run came to, by the names of rules: int64 with the decimals of the rule's type, flags as 0 and 1, a choice
    as its place in its class, a date as its day number; "name?" says where an optional value is one. Of a rule on
    records, one for each record. The choice that came out best stands under the name of best_of.

    Where `doubtful`, a case's values mean nothing: `compute` decides it.
    """

    of: dict[str, Int64]
    doubtful: Flags


@dataclass(eq=False, slots=True)
class Program:
    """The rules of a policy in whole numbers. `columns` are the facts they read, by list ("" for the case) and name,
    each with its bounds; `day` gives the day whose figures govern a case."""

    policy: Policy
    slots: Slots
    steps: dict[str, Step]
    guards: list[Whole]
    day: Whole
    columns: dict[tuple[str, str], tuple[int, int]]
    most: int

    def settings(self, table: FigureTable, readings: Mapping[str, str] | None = None) -> Settings:
        """Raises DoesNotFit where the program has no room for a figure, NoSuchReading for another name or option."""
        options = choose(self.policy.reading_table, dict(readings or {}))
        changes = table.changes
        days = [changes[0] - timedelta(days=1), *changes] if changes else []
        rows = [self.slots.row(table.at(day, nearest=True)) for day in days]
        return Settings(
            figures=np.array(rows, np.int64).reshape(len(rows) or 1, self.slots.count),
            changes=np.array([calendar.number_of(day) for day in changes], np.int64),
            readings={
                name: listed.index(getattr(options, name)) for name, listed in self.policy.readings.declared().items()
            },
        )


_MAKING = threading.RLock()


def program_of(
    policy: Policy, table: FigureTable | None = None, nullable: frozenset[tuple[str, str]] = frozenset()
) -> Program:
    """The policy's program, with room for the figures of the table as well as its own; kept for the next who asks.

    `nullable` are facts, by list ("" for the case) and name, that may be missing: a batch then has a column "name?"
    beside each, with 1 where it is given. A case is doubtful where a value that is wanted needs a missing one.
    Raises NotInColumns.
    """
    with _MAKING:
        return _program_with(policy, table, nullable)


@lru_cache(maxsize=64)
def _program_with(policy: Policy, table: FigureTable | None, nullable: frozenset[tuple[str, str]]) -> Program:
    """The widest bounds for numbers of facts that exclude an overflow."""
    tables = [policy.figure_table, *([table] if table else [])]
    failed: Exception | None = None
    for most in _MOST:
        try:
            return _program(policy, Slots(policy, tables), most, nullable)
        except w.TooLarge as error:
            failed = error
        except w.Mixed as error:
            raise NotInColumns(f"{policy.name} mixes records of two lists: {error}") from None
    raise NotInColumns(f"{policy.name} has numbers that are too large: {failed}")


def prepared(
    policy: Policy,
    figures: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    nullable: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Program, Settings]:
    """A program and settings for changed figures, named as for `compute`; the usual program where it has room.

    Raises GongbaoError for another name or value, NotInColumns.
    """
    from gongbao.rules.compute import changed_table

    table = changed_table(policy, tuple(figures.items())) if figures else policy.figure_table
    try:
        program = program_of(policy, None, nullable)
        return program, program.settings(table, readings)
    except DoesNotFit:
        program = program_of(policy, table, nullable)
    try:
        return program, program.settings(table, readings)
    except DoesNotFit as error:
        raise NotInColumns(f"{policy.name} has a figure that columns cannot hold: {error}") from None


def _program(policy: Policy, slots: Slots, most: int, nullable: frozenset[tuple[str, str]]) -> Program:
    needed = frozenset((records, name) for records, name in nullable if not _sheet(policy, records)[name].optional)
    lowering = Lowering(policy, slots, most, needed)
    steps: dict[str, Step] = {}
    for rule in in_order(policy):
        if rule.is_check:
            check = lowering.rule(rule)
            lowering.values[rule.name] = check
            lowering.guard(w.either(check.lost, check.whole))
            continue
        number = lowering.rule(rule)
        if rule.earlier:
            number = _all_there(lowering, rule, _with_earlier(lowering, rule))
        records = policy.list_of(rule.record) if rule.record is not None else ""
        if rule.by_choice and records:
            raise NotInColumns(f"{rule.name} of {policy.name}: on each record, for each choice")
        lowering.values[rule.name] = number
        steps[rule.name] = Step(rule, number.whole, number.places, number.none, number.lost, records)
    dated = policy.facts.declared().get(policy.dated)
    day = (
        lowering._column("", policy.dated, w.CASE, dated)
        if dated
        else lowering._value(policy.rules[policy.dated], w.CASE)
    )
    lowering.guard(w.invert(day.lost))
    for one in policy.facts.declared().values():
        record = one.type.item.python if one.type.is_records and one.type.item is not None else None
        if record is not None and (one.name, record.dated_field) in needed:
            lowering.guard(w.leaf("column", (one.name, f"{record.dated_field}?"), 0, 1, w.RECORD, one.name))
    columns = _columns(
        [*(one.value for one in steps.values()), *(one.none for one in steps.values()), *lowering.guards]
    )
    return Program(policy, slots, steps, lowering.guards, day.whole, _with_dates(policy, columns, most), most)


def _with_earlier(lowering: Lowering, rule: Rule[..., Any]) -> Number:
    """A rule that needs what it came to before: its bounds, taken as often as a case has records, must bear itself."""
    assert rule.record is not None
    most = lower.most_records(rule.policy, rule.policy.list_of(rule.record))
    number = lowering.rule(rule)
    for _ in range(6):
        bounds = (min(number.whole.lo, 0) * most, max(number.whole.hi, 0) * most)
        if lowering.used.get(rule.name) == bounds:
            return number
        lowering.used[rule.name] = bounds
        number = lowering.rule(rule)
    raise NotInColumns(f"{rule.name} of {rule.policy.name} grows with what came before")


def _all_there(lowering: Lowering, rule: Rule[..., Any], number: Number) -> Number:
    """Where something is missing for one record of a sequence, what comes after hangs in the air: all of it has to be
    there, whichever way the rule goes."""
    assert rule.earlier is not None and rule.record is not None
    name = rule.policy.list_of(rule.record)
    for field_name in (*rule.earlier[1].same, rule.record.order_field):
        if (name, field_name) in lowering.nullable:
            lowering.guard(w.leaf("column", (name, f"{field_name}?"), 0, 1, w.RECORD, name))
    if w.is_const(number.lost, 0):
        return number
    for one in (*number.whole.walk(), *number.lost.walk()):
        if one.op == "lost":
            lowering.guard(w.invert(one))
        elif one.op == "column" and one.about in lowering.lacking:
            lowering.guard(one)
    return replace(number, lost=w.ZERO)


def in_order(policy: Policy) -> list[Rule[..., Any]]:
    """Every rule after those it needs."""
    out: dict[str, Rule[..., Any]] = {}

    def go(rule: Rule[..., Any]) -> None:
        if rule.name not in out:
            for name in rule.needs:
                go(policy.rules[name])
            out[rule.name] = rule

    for rule in policy.rules.values():
        go(rule)
    return list(out.values())


def _sheet(policy: Policy, records: str) -> dict[str, Fact]:
    """The facts of the case, or of the records of a list."""
    facts = policy.facts.declared()
    if not records:
        return facts
    item: Any = facts[records].type.item
    found: dict[str, Fact] = item.python.declared()
    return found


def _columns(roots: Iterable[Whole]) -> dict[tuple[str, str], tuple[int, int]]:
    return {one.about: (one.lo, one.hi) for root in roots for one in root.walk() if one.op == "column"}


def _with_dates(
    policy: Policy, columns: dict[tuple[str, str], tuple[int, int]], most: int
) -> dict[tuple[str, str], tuple[int, int]]:
    """Also what orders and dates the records, tells them apart, and lists the choices."""
    wanted: list[tuple[str, str]] = []
    facts = policy.facts.declared()
    if policy.dated in facts:
        wanted.append(("", policy.dated))
    if policy.best:
        wanted.append(("", policy.best.fact))
    for one in facts.values():
        if one.type.is_records and one.type.item is not None:
            record = one.type.item.python
            wanted += [(one.name, name) for name in (record.order_field, record.dated_field, one.one_for_each) if name]
    for rule in policy.rules.values():
        if rule.earlier and rule.record:
            wanted += [(policy.list_of(rule.record), name) for name in rule.earlier[1].same]
    found = dict(columns)
    for records, name in wanted:
        sheet = _sheet(policy, records)
        found.setdefault((records, name), lower.bounds_of(sheet[name].type, sheet[name], most))
    return found


__all__ = ["DoesNotFit", "Program", "Settings", "Slot", "Slots", "Step", "Values", "prepared", "program_of"]
