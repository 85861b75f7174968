"""A rule's tree as whole-number expressions.

A number is `whole` / `under` / 10 ** `places`; `under` is None for one, and otherwise over 0. So sums, products and
quotients are exact, and only a rule's declared type rounds. Where an expression could overflow, whole.py raises
TooLarge, and program.py tries again with narrower bounds for the facts that declare none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from gongbao.rules import exact as ex
from gongbao.rules import tree
from gongbao.rules.columns import calendar
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.whole import ONE, ZERO, Whole
from gongbao.rules.facts import FIRST_YEAR, LARGEST, LAST_YEAR, MOST_RECORDS
from gongbao.rules.policy import Fact, Policy, Rule
from gongbao.rules.types import Type
from gongbao.rules.values import Choice, Quantity

if TYPE_CHECKING:
    from gongbao.rules.columns.program import Slots

MOST_CHOICES = 62
MOST_PLACES = 6
"""Decimals with which the column of a number is kept whose fact declares none."""


class NotInColumns(Exception):
    """What a policy says that columns cannot hold; `compute` then does it, case by case."""


@dataclass(frozen=True, slots=True)
class Number:
    """A value of a rule's tree: a number of so many decimals over `under`; or a flag, a choice's place in its class, a
    day, the code of a text. `none` says whether it is None, `lost` whether it needs a fact that is missing; the other
    parts then mean nothing."""

    whole: Whole
    places: int = 0
    under: Whole | None = None
    none: Whole = ZERO
    lost: Whole = ZERO

    def scaled(self, places: int) -> Number:
        """The same with more decimals."""
        if places == self.places:
            return self
        return replace(self, whole=w.mul(self.whole, w.const(10 ** (places - self.places))), places=places)

    def rounded(self, places: int) -> Number:
        number = self.scaled(max(places, self.places))
        by = w.mul(w.const(10 ** (number.places - places)), number.under or ONE)
        return Number(w.rounded(number.whole, by), places, None, self.none, self.lost)


def places_of(kind: Type) -> int:
    """With how many decimals a column of this type is kept."""
    if not kind.is_number or kind.kind == "integer":
        return 0
    return MOST_PLACES if kind.places is None else kind.places


def bounds_of(kind: Type, fact: Fact | None, most: int) -> tuple[int, int]:
    """The least and greatest that a column of this type may hold: as the fact declares, else up to `most` of its unit
    (scaled), as facts.py has it. What lies outside is for `compute` to decide."""
    match kind.kind:
        case "flag":
            return 0, 1
        case "choice":
            return 0, len(kind.python) - 1
        case "list":
            assert kind.item is not None
            return 0, 2 ** len(kind.item.python) - 1
        case "date" | "month":
            return calendar.number_of(date(FIRST_YEAR, 1, 1)), calendar.number_of(date(LAST_YEAR, 12, 31))
        case "text":
            return 0, 2**40
    scale = 10 ** places_of(kind)
    limit = min(most, LARGEST) * scale
    declared = [] if fact is None else [one for one in (fact.least, fact.over) if one is not None]
    lo, hi = -limit if declared or kind.kind == "decimal" else 0, limit
    if fact is not None and fact.least is not None:
        lo = max(lo, math.ceil(ex.exact(fact.least) * scale))
    if fact is not None and fact.over is not None:
        lo = max(lo, math.floor(ex.exact(fact.over) * scale) + 1)
    if fact is not None and fact.most is not None:
        hi = min(hi, math.floor(ex.exact(fact.most) * scale))
    if kind.kind == "decimal" and not declared:
        lo = -hi
    return lo, hi


def _place(one: Choice) -> int:
    return [*type(one)].index(one)


def most_records(policy: Policy, name: str) -> int:
    """How many records of a list a case may have."""
    fact = policy.facts.declared()[name]
    if fact.one_for_each and fact.type.item is not None:
        return len(fact.type.item.python.declared()[fact.one_for_each].type.python)
    return MOST_RECORDS


@dataclass(slots=True)
class Lowering:
    """Turns the trees of one policy into expressions.

    `most` bounds the numbers of facts that declare no bound; `nullable` are the facts, by list and name, that may be
    missing, beside which a column "name?" says where they are given; `used` what the rules with earlier(…) may have
    come to, by the bounds of their own values; `guards` collects what must hold for a case to be computed here at all.
    """

    policy: Policy
    slots: Slots
    most: int
    nullable: frozenset[tuple[str, str]] = frozenset()
    values: dict[str, Number] = field(default_factory=dict)
    used: dict[str, tuple[int, int]] = field(default_factory=dict)
    guards: list[Whole] = field(default_factory=list)
    _rule: Rule[..., Any] | None = None
    _done: dict[tuple[int, int | None], tuple[Number, list[Whole]]] = field(default_factory=dict)
    _asked: list[list[Whole]] = field(default_factory=list)

    def rule(self, rule: Rule[..., Any]) -> Number:
        """The rule's rounded value as an expression of facts, figures and the values of other rules."""
        self._rule, self._done, self._asked = rule, {}, []
        if rule.type.is_number and rule.type.kind != "integer":
            if rule.type.places is None:
                raise self.refused("a rule without decimals")
            return self._rounded_to(rule.tree, rule.type.places)
        found = self.number(rule.tree)
        if found.under is not None or found.places:
            raise self.refused("a quotient that is not rounded")
        return found

    def _rounded_to(self, node: tree.Node, places: int) -> Number:
        """Each way rounded by itself, so that quotients of different ways need no common divisor."""
        if not isinstance(node, tree.Branch):
            return self.number(node).rounded(places)
        return self._once((id(node), places), lambda: self._branched(node, lambda one: self._rounded_to(one, places)))

    def refused(self, what: str) -> NotInColumns:
        assert self._rule is not None
        return NotInColumns(f"{self._rule.name} of {self.policy.name}: {what}")

    @property
    def lacking(self) -> set[tuple[str, str]]:
        """The columns that say where a fact is given that may be missing."""
        return {(records, f"{name}?") for records, name in self.nullable}

    def guard(self, condition: Whole) -> None:
        """What must hold of a case, or of each of its records, wherever this is computed."""
        if condition.frame == w.PAIR:
            raise self.refused("a condition on pairs of records")
        if condition.needs_earlier:
            raise self.refused("a condition on what came before")
        guards = self._asked[-1] if self._asked else self.guards
        if not w.is_const(condition, 1) and condition not in guards:
            guards.append(condition)

    def number(self, node: tree.Node) -> Number:
        make = _MAKERS.get(type(node))
        if make is None:
            raise self.refused(type(node).__name__)
        return self._once((id(node), None), partial(make, self, node))

    def _once(self, key: tuple[int, int | None], make: Callable[[], Number]) -> Number:
        """What is made once for a node; its guards are asked for wherever the node stands."""
        if key not in self._done:
            self._done[key] = self._collected(make)
        found, guards = self._done[key]
        for one in guards:
            self.guard(one)
        return found

    def _collected(self, make: Callable[[], Number]) -> tuple[Number, list[Whole]]:
        self._asked.append([])
        return make(), self._asked.pop()

    def _where(self, holds: Whole, make: Callable[[], Number]) -> Number:
        """What is computed only where this holds, and so are its guards, if columns can say so."""
        found, guards = self._collected(make)
        for one in guards:
            with suppress(w.Mixed):
                there = w.either(w.invert(holds), one)
                one = one if there.frame == w.PAIR or there.needs_earlier else there
            self.guard(one)
        return found

    # Leaves

    def _literal(self, node: tree.Literal) -> Number:
        return self._constant(node.value)

    def _constant(self, value: Any) -> Number:
        if isinstance(value, Quantity):
            places = ex.places_of(value.exact)
            if places > 12:
                raise self.refused(f"{value!r}")
            return Number(w.const(int(value.exact * 10**places)), places)
        if isinstance(value, Choice):
            return Number(w.const(_place(value)))
        if value is None:
            return Number(ZERO, none=ONE)
        if isinstance(value, date):
            return Number(w.const(calendar.number_of(value)))
        if isinstance(value, tuple):
            return Number(w.const(sum(1 << _place(one) for one in value)))
        if isinstance(value, int):
            return Number(w.const(int(value)))
        raise self.refused(f"the text {value!r}")

    def _fact(self, node: tree.FactRef) -> Number:
        return self._column("", node.name, w.CASE, self.policy.facts.declared()[node.name])

    def _field(self, node: tree.FieldRef) -> Number:
        frame = w.LOOP if node.of == "loop" else w.RECORD
        record: Any = node.record
        return self._column(self.policy.list_of(record), node.name, frame, record.declared()[node.name])

    def _column(self, records: str, name: str, frame: str, fact: Fact) -> Number:
        kind = fact.type
        if kind.is_records or (kind.kind == "list" and (kind.item is None or kind.item.kind != "choice")):
            raise self.refused(f"the list {name}")
        count = len(kind.item.python) if kind.item else len(kind.python) if kind.kind == "choice" else 0
        if count > MOST_CHOICES:
            raise self.refused(f"a choice of {count}")
        lo, hi = bounds_of(kind, fact, self.most)
        none = ZERO
        if kind.optional:
            none = w.invert(w.leaf("column", (records, f"{name}?"), 0, 1, frame, records))
        lost = ZERO
        if (records, name) in self.nullable and not fact.optional:
            lost = w.invert(w.leaf("column", (records, f"{name}?"), 0, 1, frame, records))
        if kind.optional or not w.is_const(lost, 0):
            lo, hi = min(lo, 0), max(hi, 0)
        return Number(w.leaf("column", (records, name), lo, hi, frame, records), places_of(kind), None, none, lost)

    def _rule_ref(self, node: tree.RuleRef) -> Number:
        return self._value(node.rule, w.LOOP if node.of == "loop" else w.RECORD)

    def _value(self, rule: Rule[..., Any], frame: str) -> Number:
        known = self.values[rule.name]
        records = self.policy.list_of(rule.record) if rule.record is not None else ""
        frame = frame if records else w.CASE
        none = lost = ZERO
        if not w.is_const(known.none, 0):
            none = w.leaf("none", rule, 0, 1, frame, records)
        if not w.is_const(known.lost, 0):
            lost = w.leaf("lost", rule, 0, 1, frame, records)
        value = w.leaf("value", rule, known.whole.lo, known.whole.hi, frame, records)
        return Number(value, known.places, None, none, lost)

    def _best(self, node: tree.BestRef) -> Number:
        return Number(w.leaf("choice", None, 0, len(node.type.python) - 1, w.RUN))

    def _earlier(self, node: tree.EarlierRef) -> Number:
        lo, hi = self.used.get(node.rule.name, (0, 0))
        assert node.rule.record is not None
        records = self.policy.list_of(node.rule.record)
        return Number(w.leaf("earlier", node.rule, lo, hi, w.RECORD, records), node.rule.type.places or 0)

    def _reading(self, node: tree.ReadingRef) -> Number:
        options = self.policy.readings.declared()[node.name]
        return Number(w.leaf("setting", node.name, 0, len(options) - 1, w.RUN))

    def _figure(self, node: tree.FigureRef) -> Number:
        slot = self.slots.of(node.name)
        if slot.bands:
            raise self.refused(f"the scale {node.name} by itself")
        index, lost = self._index(node)
        return Number(w.figure(slot.base, slot.size, index, self._dated(), slot.lo, slot.hi), slot.places, lost=lost)

    def _dated(self) -> str:
        """The list whose records have their own day, where the rule is on one of them."""
        record = self._rule.record if self._rule else None
        return self.policy.list_of(record) if record is not None and record.dated_field else ""

    def _index(self, node: tree.FigureRef) -> tuple[Whole | None, Whole]:
        """Where in the slots of the figure its keys point, and whether one of them is missing."""
        index: Whole | None = None
        lost = ZERO
        for key, kind in zip(node.keys, self.policy.figures.declared()[node.name].key, strict=False):
            found = self.number(key)
            lost = w.either(lost, found.lost)
            index = found.whole if index is None else w.add(w.mul(index, w.const(len(kind.python))), found.whole)
        return index, lost

    # Arithmetic

    def _operation(self, node: tree.Operation) -> Number:
        left, right = self.number(node.left), self.number(node.right)
        if node.op == "*":
            return product(left, node.left.type, right, node.right.type)
        if node.op == "/":
            return self.quotient(left, right)
        left, right = level([left, right])
        whole = (w.add if node.op == "+" else w.sub)(left.whole, right.whole)
        return replace(left, whole=whole, lost=w.either(left.lost, right.lost))

    def quotient(self, left: Number, right: Number) -> Number:
        """By nought it is for `compute` to refuse the case."""
        self.guard(w.invert(w.equal(right.whole, ZERO)))
        if left.under is right.under:
            left, right = replace(left, under=None), replace(right, under=None)
        sign = w.where(w.less(right.whole, ZERO), w.const(-1), ONE)
        part = w.mul(w.mul(left.whole, sign), w.mul(w.const(10**right.places), right.under or ONE))
        by = w.maximum(w.absolute(right.whole), ONE)
        return Number(part, left.places, w.mul(left.under or ONE, by), lost=w.either(left.lost, right.lost))

    def _negative(self, node: tree.Negative) -> Number:
        item = self.number(node.item)
        return replace(item, whole=w.neg(item.whole))

    def _extreme(self, node: tree.Extreme) -> Number:
        return extreme(node.which, [self.number(one) for one in node.items])

    # Conditions

    def _comparison(self, node: tree.Comparison) -> Number:
        if isinstance(node.left, tree.ReadingRef) and isinstance(node.right, tree.Literal):
            options = self.policy.readings.declared()[node.left.name]
            same = w.equal(self.number(node.left).whole, w.const(options.index(node.right.value)))
            return Number(same if node.op == "==" else w.invert(same))
        left, right = self.number(node.left), self.number(node.right)
        return Number(self._compared(node.op, left, right), lost=w.either(left.lost, right.lost))

    def _compared(self, op: str, left: Number, right: Number) -> Whole:
        if op in ("is", "is not"):
            return left.none if op == "is" else w.invert(left.none)
        if op in ("in", "not in"):
            found = w.bit(right.whole, left.whole)
            return found if op == "in" else w.invert(found)
        left, right = level([left, right])
        if op in ("==", "!="):
            same = w.both(w.equal(left.none, right.none), w.either(left.none, w.equal(left.whole, right.whole)))
            return same if op == "==" else w.invert(same)
        one, other = (left.whole, right.whole) if op in ("<", "<=") else (right.whole, left.whole)
        return (w.less if op in ("<", ">") else w.less_or_equal)(one, other)

    def _all(self, node: tree.All) -> Number:
        return self._joined(node.items, w.both, settles=False)

    def _any(self, node: tree.Any_) -> Number:
        return self._joined(node.items, w.either, settles=True)

    def _joined(self, items: Iterable[tree.Node], join: Callable[[Whole, Whole], Whole], settles: bool) -> Number:
        """What one known flag settles needs no other: a missing fact is lost only where none does."""
        found, lost, settled = w.const(int(not settles)), ZERO, ZERO
        for item in items:
            one = self._where(w.invert(settled), partial(self.number, item))
            found = join(found, one.whole)
            lost = w.either(lost, one.lost)
            value = one.whole if settles else w.invert(one.whole)
            settled = w.either(settled, w.both(w.invert(one.lost), value))
        if w.is_const(lost, 0):
            return Number(found)
        # Where it is settled, what is lost beside it must not unsettle it.
        found = w.where(settled, w.const(int(settles)), found)
        return Number(found, lost=w.both(lost, w.invert(settled)))

    def _not(self, node: tree.Not) -> Number:
        item = self.number(node.item)
        return replace(item, whole=w.invert(item.whole))

    def _branch(self, node: tree.Branch) -> Number:
        return self._branched(node, self.number)

    def _branched(self, node: tree.Branch, make: Callable[[tree.Node], Number]) -> Number:
        condition = self.number(node.condition)
        then = self._where(condition.whole, partial(make, node.then))
        return choice(condition, then, self._where(w.invert(condition.whole), partial(make, node.otherwise)))

    # Records

    def _aggregate(self, node: tree.Aggregate) -> Number:
        if isinstance(node.source_each, tree.EachRef):
            rule = node.source_each.rule
            assert rule.record is not None
            source, item = self.policy.list_of(rule.record), self._value(rule, w.LOOP)
            condition = Number(ONE)
        else:
            source, of_each = node.source, node.item
            condition = self.number(node.condition) if node.condition else Number(ONE)
            item = self._where(condition.whole, partial(self.number, of_each)) if of_each else Number(ONE)
        if item.under is not None:
            raise self.refused(f"{node.function} of quotients")
        if item.whole.needs_earlier or condition.whole.needs_earlier:
            raise self.refused(f"{node.function} by what came before")
        most = most_records(self.policy, source)
        counts = condition.whole

        def counted(what: Whole) -> Whole:
            return w.aggregate("count", source, ONE, what, 0, most)

        count = counted(counts)
        lacks = w.either(condition.lost, w.both(counts, item.lost))
        lost = ZERO if w.is_const(lacks, 0) else w.less(ZERO, counted(lacks))
        if node.function == "count":
            return Number(count, lost=lost)
        if node.function in ("any", "all"):
            decides = item.whole if node.function == "any" else w.invert(item.whole)
            settling = w.both(counts, decides)
            if not w.is_const(lost, 0):
                settling = w.both(settling, w.invert(lacks))
            settled = w.less(ZERO, counted(settling))
            # The values of a rule for all records are asked for together, and none of them may be missing.
            if node.source_each is None:
                lost = w.both(lost, w.invert(settled))
            return Number(settled if node.function == "any" else w.invert(settled), lost=lost)
        lo, hi = min(item.whole.lo, 0), max(item.whole.hi, 0)
        if node.function == "first":
            assert node.otherwise is not None
            first = w.aggregate("first", source, item.whole, counts, lo, hi)
            none = item.none if w.is_const(item.none) else w.aggregate("first", source, item.none, counts, 0, 1)
            there_is = Number(w.less(ZERO, count), lost=lost)
            otherwise = self._where(w.equal(count, ZERO), partial(self.number, node.otherwise))
            return choice(there_is, replace(item, whole=first, none=none, lost=ZERO), otherwise)
        sum_ = w.aggregate("total", source, item.whole, counts, lo * most, hi * most)
        if node.function == "total":
            return Number(sum_, item.places, lost=lost)
        self.guard(w.either(lost, w.less(ZERO, count)))
        return Number(sum_, item.places, w.maximum(count, ONE), lost=lost)

    # Calls

    def _call(self, node: tree.Call) -> Number:
        given = [self.number(one) for one in node.arguments if not _is_word(one) and not _is_scale(one)]
        lost = ZERO
        for one in given:
            lost = w.either(lost, one.lost)
        return replace(self._called(node, given), lost=lost)

    def _called(self, node: tree.Call, given: list[Number]) -> Number:
        if node.function in ("marginal", "rate_by_band", "amount_by_band"):
            value, scale = node.arguments
            if not isinstance(scale, tree.FigureRef):
                raise self.refused("a scale that is no figure")
            return self._scaled_by(node.function, given[0], value.type, scale)
        if node.function == "whole_months":
            begun = node.arguments[2]
            assert isinstance(begun, tree.Literal)
            return Number(self._whole_months(given[0].whole, given[1].whole, begun.value == "up"))
        make = _CALLS.get(node.function)
        if make is None:
            raise self.refused(f"{node.function}()")
        return make(self, *given)

    def _scaled_by(self, function: str, value: Number, kind: Type, node: tree.FigureRef) -> Number:
        slot, dated = self.slots.of(node.name), self._dated()
        keys, lost = self._index(node)
        if not w.is_const(lost, 0):
            raise self.refused("a scale by a key that may be missing")
        scale_type = node.type
        assert scale_type.item is not None

        def slot_of(offset: int, lo: int, hi: int) -> Whole:
            if keys is None:
                return w.figure(slot.base + offset, 1, None, dated, lo, hi)
            index = w.add(w.mul(keys, w.const(slot.bands * 3)), w.const(offset))
            return w.figure(slot.base, slot.size, index, dated, lo, hi)

        # above, included and gives of each band stand one after the other.
        bands = [
            (
                Number(slot_of(place, slot.above_lo, slot.above_hi), slot.above_places),
                slot_of(place + 1, 0, 1),
                Number(slot_of(place + 2, slot.lo, slot.hi), slot.places),
            )
            for place in range(0, slot.bands * 3, 3)
        ]
        found = Number(ZERO)
        if function == "marginal":
            for place, (above, _, gives) in enumerate(bands):
                top = extreme("min", [value, bands[place + 1][0]]) if place + 1 < len(bands) else value
                top, foot = level([top, above])
                part = replace(top, whole=w.maximum(w.sub(top.whole, foot.whole), ZERO))
                one, other = level([found, product(part, kind, gives, scale_type.item)])
                found = replace(one, whole=w.add(one.whole, other.whole))
            return found
        for above, included, gives in bands:
            reached, bound = level([value, above])
            holds = w.either(w.less(bound.whole, reached.whole), w.both(included, w.equal(bound.whole, reached.whole)))
            found = choice(Number(holds), gives, found)
        return product(value, kind, found, scale_type.item) if function == "rate_by_band" else found

    def _capped(self, amount: Number, limit: Number, used: Number) -> Number:
        limit, used = level([limit, used])
        left = replace(limit, whole=w.sub(limit.whole, used.whole))
        some = extreme("min", [amount, replace(left, whole=w.maximum(left.whole, ZERO))])
        return choice(Number(w.less(left.whole, ZERO)), Number(ZERO), some)

    def _whole(self, number: Number) -> Number:
        return Number(w.whole_part(number.whole, w.mul(w.const(10**number.places), number.under or ONE)))

    def look_up(self, table: str, index: Whole) -> Whole:
        """An entry of a table of the calendar; an index beyond it is for `compute`."""
        entries, first = calendar.table(table), calendar.first_index(table)
        last = first + len(entries) - 1
        self.guard(w.both(w.less_or_equal(w.const(first), index), w.less_or_equal(index, w.const(last))))
        within = w.minimum(w.maximum(index, w.const(first)), w.const(last))
        return w.lookup(table, within, int(entries.min()), int(entries.max()))

    def _add_months(self, day: Whole, months: Whole) -> Whole:
        number = w.add(self.look_up("month_number", day), months)
        length = self.look_up("month_length", number)
        return w.sub(w.add(self.look_up("month_begins", number), w.minimum(self.look_up("day", day), length)), ONE)

    def _whole_months(self, since: Whole, until: Whole, up: bool) -> Whole:
        self.guard(w.less_or_equal(since, until))
        months = w.sub(self.look_up("month_number", until), self.look_up("month_number", since))
        months = w.maximum(months, ZERO)
        months = w.where(w.less(until, self._add_months(since, months)), w.sub(months, ONE), months)
        begun = w.less(self._add_months(since, months), until)
        return w.add(months, begun) if up else months

    def _add_working_days(self, day: Number, number: Number) -> Number:
        from gongbao.core.working_days import MOST_DAYS

        count = number.whole
        self.guard(w.both(w.less_or_equal(ZERO, count), w.less_or_equal(count, w.const(MOST_DAYS))))
        place = w.sub(w.add(self.look_up("worked", day.whole), count), ONE)
        # For none it is the day itself; the table is then asked for some other entry, which nobody sees.
        found = self.look_up(calendar.WORKING, w.maximum(place, ZERO))
        return Number(w.where(w.equal(count, ZERO), day.whole, found))

    def _working_days_between(self, since: Number, until: Number) -> Number:
        self.guard(w.less_or_equal(since.whole, until.whole))
        return Number(w.sub(self.look_up("worked", until.whole), self.look_up("worked", since.whole)))


def _table_call(table: str) -> Callable[..., Number]:
    return lambda lowering, day: Number(lowering.look_up(table, day.whole))


_CALLS: dict[str, Callable[..., Number]] = {
    "capped": Lowering._capped,
    "ratio": Lowering.quotient,
    "as_percent": lambda _, number: replace(number, whole=w.mul(number.whole, w.const(100))),
    "points": lambda _, percent: percent,
    "decimal": lambda _, number: number,
    "whole": Lowering._whole,
    "abs": lambda _, number: replace(number, whole=w.absolute(number.whole)),
    "year_of": _table_call("year"),
    "month_of": _table_call("month"),
    "last_day_of_month": _table_call("last_of_month"),
    "first_of_next_month": _table_call("first_of_next_month"),
    "last_day_of_year": _table_call("year_ends"),
    "is_working_day": _table_call("is_working"),
    "add_months": lambda lowering, day, months: Number(lowering._add_months(day.whole, months.whole)),
    "whole_years": lambda lowering, since, until: Number(
        w.whole_part(lowering._whole_months(since.whole, until.whole, False), w.const(12))
    ),
    "add_working_days": Lowering._add_working_days,
    "working_days_between": Lowering._working_days_between,
}
_MAKERS: dict[type[tree.Node], Callable[[Lowering, Any], Number]] = {
    tree.Literal: Lowering._literal,
    tree.FactRef: Lowering._fact,
    tree.FieldRef: Lowering._field,
    tree.RuleRef: Lowering._rule_ref,
    tree.BestRef: Lowering._best,
    tree.EarlierRef: Lowering._earlier,
    tree.FigureRef: Lowering._figure,
    tree.ReadingRef: Lowering._reading,
    tree.Operation: Lowering._operation,
    tree.Negative: Lowering._negative,
    tree.Comparison: Lowering._comparison,
    tree.All: Lowering._all,
    tree.Any_: Lowering._any,
    tree.Not: Lowering._not,
    tree.Branch: Lowering._branch,
    tree.Extreme: Lowering._extreme,
    tree.Call: Lowering._call,
    tree.Aggregate: Lowering._aggregate,
}


def _is_word(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and isinstance(node.value, str)


def _is_scale(node: tree.Node) -> bool:
    return node.type.kind == "scale"


# Numbers


def level(numbers: list[Number]) -> list[Number]:
    """The same numbers with as many decimals each, and over the same."""
    places = max(one.places for one in numbers)
    unders = list(dict.fromkeys(one.under for one in numbers if one.under is not None))
    out = []
    for one in numbers:
        found = one.scaled(places)
        for under in unders:
            if under is not one.under:
                found = replace(found, whole=w.mul(found.whole, under))
        together: Whole | None = None
        for under in unders:
            together = under if together is None else w.mul(together, under)
        out.append(replace(found, under=together))
    return out


def choice(condition: Number, then: Number, otherwise: Number) -> Number:
    then, otherwise = level([then, otherwise])
    holds = condition.whole
    return replace(
        then,
        whole=w.where(holds, then.whole, otherwise.whole),
        none=w.where(holds, then.none, otherwise.none),
        lost=w.either(condition.lost, w.where(holds, then.lost, otherwise.lost)),
    )


def product(left: Number, left_type: Type, right: Number, right_type: Type) -> Number:
    """Of a percentage a hundredth counts, unless it is multiplied by a plain number, which leaves a percentage."""
    kinds = {left_type.kind, right_type.kind}
    hundredth = "percent" in kinds and kinds <= {"percent", "money"}
    places = left.places + right.places + (2 if hundredth else 0)
    under = left.under
    if right.under is not None:
        under = right.under if under is None else w.mul(under, right.under)
    return Number(w.mul(left.whole, right.whole), places, under, lost=w.either(left.lost, right.lost))


def extreme(which: str, items: list[Number]) -> Number:
    items = level(items)
    found = items[0]
    for one in items[1:]:
        whole = (w.minimum if which == "min" else w.maximum)(found.whole, one.whole)
        found = replace(found, whole=whole, lost=w.either(found.lost, one.lost))
    return found


__all__ = ["Lowering", "NotInColumns", "Number", "bounds_of", "most_records", "places_of"]
