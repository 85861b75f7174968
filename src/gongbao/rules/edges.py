"""Where the rules of a policy flip, found from the rules themselves: the edges of brackets, thresholds and limits.

    flips(policy, case, "inpatient_self_pay")     # between 3000.00 and 3000.01, in the rule inpatient_aid
    edges(policy, case)                           # the case at each such edge, and a smallest unit to either side

A number or a date of a case is varied over its range, all else as it is. For each value the rules are evaluated as
`compute` does, and their trees are watched: how a comparison comes out (less, equal, more), which way a branch goes,
which is the least of several, where a value stands among the bands of a scale, whether a limit leaves nothing, which
records count, which choice is the best, which figures are in force. Two neighbouring values (a fen, a day, 0.01 apart)
of which something comes out differently are a flip. Nothing here knows a particular policy, nor says again what a rule
says.

What flips there and back between two of the values tried at first is not found. Those are the ends of the range, the
value that is given, every figure of the policy, powers of ten, and of dates each quarter of a year.
"""

from __future__ import annotations

import copy
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.rules import exact as ex
from gongbao.rules import tree
from gongbao.rules.compute import Refused, changed_table
from gongbao.rules.evaluate import Case, Impossible, MissingFacts, Scope, run_of
from gongbao.rules.facts import FIRST_YEAR, LARGEST, LAST_YEAR, Missing, as_json, read_facts
from gongbao.rules.figures import FigureTable
from gongbao.rules.policy import Fact, Policy, Record, Rule
from gongbao.rules.readings import choose
from gongbao.rules.scales import Scale
from gongbao.rules.types import SCALES, Type
from gongbao.rules.values import Choice, Quantity

MOST_FLIPS = 200
"""So many are looked for along one fact. A rule that rounds to thousands has no end of them."""

_PLACES = 2
"""The smallest unit of a decimal whose type has none: 0.01."""
_USUAL = 10**7
"""How far a number goes that declares no bound, in its own unit, if neither it nor a figure goes further."""
_DAYS_BEFORE, _DAYS_AFTER, _DAYS_APART = 400, 1200, 91


@dataclass(frozen=True, slots=True)
class Flip:
    """Two neighbouring values of a fact, one smallest unit apart, between which something comes out differently.

    `path` is where the fact stands in the case: visits[2].in_scope_cost. `below` and `above` are the values as JSON
    has them. `rules` names the rules in which something flips; it may be empty, where only other figures come into
    force or the policy itself does.
    """

    path: str
    below: Any
    above: Any
    rules: tuple[str, ...]


def flips(
    policy: Policy,
    given: Mapping[str, Any],
    fact: str | None = None,
    *,
    readings: Mapping[str, str] | None = None,
    figures: Mapping[str, str] | None = None,
) -> list[Flip]:
    """Every flip along a number or a date of the case, from low to high.

    `given` are the facts of a case as for `compute`. `fact` is the path of one of them, `cost` or `visits[2].cost`; by
    default all numbers and dates that the case has are varied in turn, and of each list of records those of the first
    and the last. `readings` and `figures` are as for `compute`.

    Raises Refused for facts that cannot be read, GongbaoError for another path, reading or figure.
    """
    base = _Base.of(policy, given, readings, figures)
    return [
        Flip(axis.path, axis.as_json(low), axis.as_json(low + 1), rules)
        for axis in base.axes(fact)
        for low, rules in _Search(base, axis).found()
    ]


def edges(
    policy: Policy,
    given: Mapping[str, Any],
    fact: str | None = None,
    *,
    readings: Mapping[str, str] | None = None,
    figures: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Cases at the flips: for each the values on both sides, and one more smallest unit to each side.

    Everything else is as in the case that is given. Arguments and errors are those of `flips`.
    """
    base = _Base.of(policy, given, readings, figures)
    cases = []
    for axis in base.axes(fact):
        wanted = {low + step for low, _ in _Search(base, axis).found() for step in (-1, 0, 1, 2)}
        cases += [_with(given, axis, axis.as_json(one)) for one in sorted(wanted) if axis.lo <= one <= axis.hi]
    return cases


def _with(given: Mapping[str, Any], axis: _Axis, value: Any) -> dict[str, Any]:
    case = copy.deepcopy(dict(given))
    within = case[axis.records][axis.place] if axis.records else case
    within[axis.name] = value
    return case


# What is varied


@dataclass(frozen=True, slots=True)
class _Axis:
    """A fact that is varied, of the case (`records` "") or of the record at `place`; `lo` to `hi` in smallest units."""

    records: str
    place: int
    name: str
    type: Type
    lo: int
    hi: int

    @property
    def path(self) -> str:
        return f"{self.records}[{self.place}].{self.name}" if self.records else self.name

    def value(self, number: int) -> Any:
        """The value that is so many smallest units."""
        match self.type.kind:
            case "integer":
                return number
            case "date":
                return date.fromordinal(number)
            case "month":
                return date(number // 12, number % 12 + 1, 1)
        return self.type.python.of(ex.divide(ex.exact(number), ex.exact(_scale(self.type))))

    def as_json(self, number: int) -> Any:
        return as_json(self.value(number), self.type)


def _scale(kind: Type) -> int:
    """How many smallest units make one."""
    if not kind.is_number or kind.kind == "integer":
        return 1
    return int(10 ** (_PLACES if kind.places is None else kind.places))


def _number_of(value: Any, kind: Type) -> int:
    """A value in smallest units; one between two of them is the lower."""
    if isinstance(value, Quantity):
        return int(value.exact * _scale(kind) // 1)
    if isinstance(value, date):
        return value.year * 12 + value.month - 1 if kind.kind == "month" else value.toordinal()
    return int(value)


_IN_RECORDS = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


@dataclass(slots=True)
class _Base:
    """The case from which one fact at a time is varied."""

    policy: Policy
    facts: dict[str, Any]
    table: FigureTable
    options: Any
    figures: set[Fraction] = field(default_factory=set)

    @classmethod
    def of(
        cls,
        policy: Policy,
        given: Mapping[str, Any],
        readings: Mapping[str, str] | None,
        figures: Mapping[str, str] | None,
    ) -> _Base:
        read = read_facts(policy.facts, given)
        if read.problems:
            raise Refused(read.problems)
        table = changed_table(policy, tuple(figures.items())) if figures else policy.figure_table
        base = cls(policy, read.facts, table, choose(policy.reading_table, dict(readings or {})))
        base.figures = set(numbers_of(table))
        return base

    def axes(self, fact: str | None) -> Iterator[_Axis]:
        """Raises GongbaoError for a path at which no number or date stands."""
        if fact is not None:
            yield self._named(fact)
            return
        for name, one in self.policy.facts.declared().items():
            value = self.facts[name]
            if isinstance(value, Missing):
                continue
            if _varies(one):
                yield self._axis("", 0, one, value)
            elif one.type.is_records and one.type.item is not None:
                fields: dict[str, Fact] = one.type.item.python.declared()
                for place in sorted({0, len(value) - 1} if value else ()):
                    for part in fields.values():
                        held = getattr(value[place], part.name)
                        if _varies(part) and not isinstance(held, Missing):
                            yield self._axis(name, place, part, held)

    def _named(self, path: str) -> _Axis:
        facts, within = self.policy.facts.declared(), _IN_RECORDS.fullmatch(path)
        if within is None:
            one = facts.get(path)
            if one is not None and _varies(one):
                return self._axis("", 0, one, self.facts[path])
        elif within[1] in facts and facts[within[1]].type.is_records:
            item, held = facts[within[1]].type.item, self.facts[within[1]]
            one = item.python.declared().get(within[3]) if item is not None else None
            if one is not None and _varies(one) and not isinstance(held, Missing) and int(within[2]) < len(held):
                return self._axis(within[1], int(within[2]), one, getattr(held[int(within[2])], within[3]))
        raise GongbaoError(f"{path} is no number or date of the case; write cost, or visits[2].cost")

    def _axis(self, records: str, place: int, one: Fact, value: Any) -> _Axis:
        kind = one.type
        given = None if value is None or isinstance(value, Missing) else _number_of(value, kind)
        if kind.kind in ("date", "month"):
            first, last = self._days(None if given is None else value)
            return _Axis(records, place, one.name, kind, _number_of(first, kind), _number_of(last, kind))
        scale = _scale(kind)
        if one.most is not None:
            hi = int(ex.exact(one.most) * scale // 1)
        else:
            furthest = max((abs(number) for number in self.figures), default=Fraction(0))
            hi = min(max(_USUAL, int(furthest) * 10) * scale, LARGEST * scale)
            hi = hi if given is None else max(hi, min(abs(given) * 10, LARGEST * scale))
        if one.least is not None:
            lo = -int(-ex.exact(one.least) * scale // 1)
        elif one.over is not None:
            lo = int(ex.exact(one.over) * scale // 1) + 1
        else:
            lo = -hi if kind.kind == "decimal" else 0
        return _Axis(records, place, one.name, kind, lo, max(lo, hi))

    def _days(self, given: date | None) -> tuple[date, date]:
        about = [self.policy.since, *self.table.changes, *([self.policy.until] if self.policy.until else [])]
        about += [given] if given else []
        lo, hi = min(about) - timedelta(days=_DAYS_BEFORE), max(about) + timedelta(days=_DAYS_AFTER)
        return max(lo, date(FIRST_YEAR, 1, 1)), min(hi, date(LAST_YEAR, 12, 31))

    def tried_first(self, axis: _Axis) -> list[int]:
        """Values between which flips are looked for."""
        found = {axis.lo, axis.hi}
        value = _held(self.facts, axis)
        if value is not None and not isinstance(value, Missing):
            found.add(_number_of(value, axis.type))
        if axis.type.kind == "month":
            found |= set(range(axis.lo, axis.hi + 1))
        elif axis.type.kind == "date":
            found |= set(range(axis.lo, axis.hi, _DAYS_APART))
            found |= {one.toordinal() for one in [self.policy.since, *self.table.changes]}
        else:
            scale = _scale(axis.type)
            tens = [Fraction(sign * 10**power) for power in range(14) for sign in (1, -1)]
            found |= {int(one * scale // 1) for one in [Fraction(0), *tens, *self.figures]}
        return sorted(one for one in found if axis.lo <= one <= axis.hi)


def _varies(one: Fact) -> bool:
    return one.type.is_number or one.type.kind in ("date", "month")


def _held(facts: Mapping[str, Any], axis: _Axis) -> Any:
    return getattr(facts[axis.records][axis.place], axis.name) if axis.records else facts[axis.name]


def numbers_of(table: FigureTable) -> Iterator[Fraction]:
    """Every number among the figures."""

    def go(value: Any) -> Iterator[Fraction]:
        if isinstance(value, dict):
            for one in value.values():
                yield from go(one)
        elif isinstance(value, Scale):
            for band in value.bands:
                yield from go(band.above)
                yield from go(band.gives)
        elif isinstance(value, Quantity):
            yield Fraction(value.exact)
        elif type(value) is int:
            yield Fraction(value)

    for entry in table.entries.values():
        for one in entry.values:
            yield from go(one.value)


# What depends on it

_WATCHED = (tree.Branch, tree.All, tree.Any_, tree.Comparison, tree.Extreme, tree.Call, tree.Aggregate)


class _Dependents:
    """The rules that depend on a fact, and the nodes of their trees that do; what else there is stays as it is.

    Which choice is the best may depend on it too; but rules are watched for each choice, where it is given.
    """

    def __init__(self, policy: Policy, axis: _Axis) -> None:
        self.policy, self.axis = policy, axis
        self.rules: list[Rule[..., Any]] = []
        self._of: dict[str, bool] = {}
        self._nodes: dict[int, tuple[bool, bool]] = {}
        dated = policy.rules.get(policy.dated)
        self.day = self._rule(dated) if dated else not axis.records and axis.name == policy.dated
        for one in policy.rules.values():
            if self._rule(one):
                self.rules.append(one)

    def _rule(self, rule: Rule[..., Any]) -> bool:
        if rule.name not in self._of:
            ordered = rule.earlier is not None and rule.record is not None and self._orders(rule.record, rule)
            self._of[rule.name] = ordered or any(
                self._itself(one, rule) for one in rule.tree.walk() if not isinstance(one, tree.EarlierRef)
            )
        return self._of[rule.name]

    def _orders(self, record: type[Record], rule: Rule[..., Any]) -> bool:
        assert rule.earlier is not None
        fields = (record.order_field, *rule.earlier[1].same)
        return self.axis.records == self.policy.list_of(record) and self.axis.name in fields

    def watched(self, node: tree.Node, rule: Rule[..., Any]) -> bool:
        """Whether it, or something below it, may come out differently."""
        return all(self._node(node, rule))

    def _node(self, node: tree.Node, rule: Rule[..., Any]) -> tuple[bool, bool]:
        """Whether it depends on the fact, and whether there is something below it that is watched."""
        found = self._nodes.get(id(node))
        if found is None:
            below = [self._node(one, rule) for one in node.children()]
            depends = self._itself(node, rule) or any(one for one, _ in below)
            found = self._nodes[id(node)] = depends, isinstance(node, _WATCHED) or any(all(one) for one in below)
        return found

    def _itself(self, node: tree.Node, rule: Rule[..., Any]) -> bool:
        axis = self.axis
        match node:
            case tree.FactRef():
                return not axis.records and node.name == axis.name
            case tree.FieldRef():
                record: Any = node.record
                return axis.records == self.policy.list_of(record) and node.name == axis.name
            case tree.RuleRef() | tree.EachRef() | tree.EarlierRef():
                return self._rule(node.rule)
            case tree.FigureRef():
                return self._figures(rule)
        return False

    def _figures(self, rule: Rule[..., Any]) -> bool:
        dated = rule.record.dated_field if rule.record is not None else ""
        if not dated:
            return self.day
        assert rule.record is not None
        return self.axis.records == self.policy.list_of(rule.record) and self.axis.name == dated


# What comes out for one value


_Key = tuple[Any, ...]
_Noted = dict[_Key, tuple[Any, Any]]
"""What was watched, by the rule, where, and the node: how it came out, and by how much it is on that side."""


class _Unknown(Exception):
    """A fact is missing, or there is nothing to be computed."""


class _Watch:
    """The rules for one value of the fact, and how everything came out that may depend on it."""

    def __init__(self, case: Case, dependents: _Dependents) -> None:
        self.case, self.dependents = case, dependents
        self.noted: _Noted = {}
        self._seen: set[_Key] = set()

    def all(self) -> _Noted:
        for rule in self.dependents.rules:
            for case, choice in self._cases(rule):
                for scope in self._scopes(case, rule):
                    with _nothing_known():
                        _value(scope.value, rule)
                    if self.dependents.watched(rule.tree, rule):
                        self._node(rule.tree, scope, rule, (choice, scope.index))
        self._best()
        self._days()
        return self.noted

    def _cases(self, rule: Rule[..., Any]) -> list[tuple[Case, Choice | None]]:
        if not rule.by_choice:
            return [(self.case, None)]
        try:
            return [(self.case.part(one), one) for one in self.case.choices()]
        except MissingFacts:
            return []

    def _scopes(self, case: Case, rule: Rule[..., Any]) -> list[Scope]:
        if rule.record is None:
            return [case.scope]
        try:
            return case.of(rule.record)
        except MissingFacts:
            return []

    def _best(self) -> None:
        best = self.case.policy.best
        if best is None or not any(one.rule in self.dependents.rules for one in best.criteria):
            return
        with _nothing_known():
            choices = self.case.choices()
            self.noted["", "best"] = _value(self.case.best), None
            for place, criterion in enumerate(best.criteria):
                values = [_value(self.case.part(one).scope.value, criterion.rule) for one in choices]
                for (one, left), (other, right) in combinations(zip(choices, values, strict=True), 2):
                    self._sign(("", "best", place, one, other), left, right)

    def _days(self) -> None:
        """Whether the policy is in force, and which figures are."""
        policy, axis, changes = self.case.policy, self.dependents.axis, self.case.table.changes

        def day(key: _Key, found: date) -> None:
            over = policy.until is not None and found > policy.until
            self.noted[key] = (found < policy.since, over, bisect_right(changes, found)), None

        if self.dependents.day:
            with _nothing_known():
                day(("", "day"), _value(lambda: self.case.day))
        listed = policy.facts.declared()[axis.records].type.item if axis.records else None
        if listed is not None and axis.name == listed.python.dated_field:
            day(("", "day", axis.place), _held(self.case.facts, axis))

    # Nodes

    def _node(self, node: tree.Node, scope: Scope, rule: Rule[..., Any], where: _Key) -> None:
        key = (rule.name, *where, id(node))
        if key in self._seen:
            return
        self._seen.add(key)

        def go(one: tree.Node) -> None:
            if self.dependents.watched(one, rule):
                self._node(one, scope, rule, where)

        with _nothing_known():
            match node:
                case tree.Branch():
                    go(node.condition)
                    holds = bool(self._at(node.condition, scope))
                    self.noted[key] = holds, None
                    go(node.then if holds else node.otherwise)
                    return
                case tree.All() | tree.Any_():
                    self._settled(node, scope, go)
                    return
                case tree.Aggregate():
                    self._records(node, scope, rule, where, key)
                    return
                case tree.Comparison():
                    self._sign(
                        key,
                        self._at(node.left, scope),
                        self._at(node.right, scope),
                        node.op,
                    )
                case tree.Extreme():
                    first, *others = (self._at(one, scope) for one in node.items)
                    for place, other in enumerate(others):
                        self._sign((*key, place), first, other)
                case tree.Call():
                    self._call(node, scope, key)
        for one in node.children():
            go(one)

    def _at(self, node: tree.Node, scope: Scope) -> Any:
        """What a node comes to there."""
        return _value(run_of(self.case.policy, node), scope)

    def _settled(self, node: tree.All | tree.Any_, scope: Scope, go: Callable[[tree.Node], None]) -> None:
        """What comes after the one that settles it may have no meaning: `moved_on is not None and moved_on < …`."""
        settles = isinstance(node, tree.Any_)
        for one in node.items:
            go(one)
            with _nothing_known():
                if self._at(one, scope) is settles:
                    return

    def _records(self, node: tree.Aggregate, scope: Scope, rule: Rule[..., Any], where: _Key, key: _Key) -> None:
        if node.source_each is not None:
            return  # the values of a rule that is watched by itself
        before = scope.loop
        try:
            for place, other in enumerate(_value(scope.case.records, node.source)):
                for part in (node.condition, node.item):
                    if part is None:
                        continue
                    scope.loop = other
                    if self.dependents.watched(part, rule):
                        self._node(part, scope, rule, (*where, place))
                    if part is node.condition:
                        scope.loop = other
                        counts = False
                        with _nothing_known():
                            counts = bool(self._at(part, scope))
                        self.noted[*key, place] = counts, None
                        if not counts:
                            break
        finally:
            scope.loop = before
        if node.otherwise is not None and self.dependents.watched(node.otherwise, rule):
            self._node(node.otherwise, scope, rule, where)

    def _call(self, node: tree.Call, scope: Scope, key: _Key) -> None:
        if node.function == "capped":
            amount, limit, used = (self._at(one, scope) for one in node.arguments)
            self._sign((*key, "used"), used, limit)
            self._sign((*key, "amount"), used + amount, limit)
        elif node.function in SCALES.values():
            value, scale = (self._at(one, scope) for one in node.arguments)
            for place, band in enumerate(scale.bands):
                self._sign((*key, place), value, band.above)
        elif node.function == "abs":
            item = self._at(node.arguments[0], scope)
            self._sign(key, item, item - item)

    def _sign(self, key: _Key, left: Any, right: Any, op: str = "<") -> None:
        """Whether the left is less, equal or more, and by how much."""
        if isinstance(left, Quantity | int) and isinstance(right, Quantity | int) and not isinstance(left, bool):
            by: Any = Fraction(_exact(left)) - Fraction(_exact(right))
        elif isinstance(left, date) and isinstance(right, date):
            by = Fraction((left - right).days)
        elif op in ("in", "not in"):
            self.noted[key] = left in right, None
            return
        else:
            self.noted[key] = left == right, None
            return
        self.noted[key] = (by > 0) - (by < 0), by


def _exact(value: Any) -> Any:
    return value.exact if isinstance(value, Quantity) else value


def _value(take: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return take(*arguments)
    except (MissingFacts, Impossible, ZeroDivisionError, ValueError) as error:
        raise _Unknown from error


class _nothing_known:
    """Leave out what cannot be known."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        return kind is _Unknown


# Looking for the flips


class _Search:
    def __init__(self, base: _Base, axis: _Axis) -> None:
        self.base, self.axis = base, axis
        self.dependents = _Dependents(base.policy, axis)
        self._noted: dict[int, _Noted] = {}
        self._kept = self._independent()

    def found(self) -> list[tuple[int, tuple[str, ...]]]:
        """The lower value of each flip, with the rules in which something flips."""
        out: dict[int, tuple[str, ...]] = {}
        if not self.dependents.rules and not self.dependents.day:
            return []
        waiting = [(low, high, 0) for low, high in pairwise(self.base.tried_first(self.axis))][::-1]
        while waiting and len(out) < MOST_FLIPS:
            low, high, depth = waiting.pop()
            below, above = self.noted(low), self.noted(high)
            keys = [key for key, (came_out, _) in below.items() if key in above and above[key][0] != came_out]
            if not keys:
                continue
            if high - low == 1:
                out[low] = tuple(sorted({key[0] for key in keys} - {""}))
                continue
            between = _between(low, high, [(below[key][1], above[key][1]) for key in keys], depth)
            waiting += [(between, high, depth + 1), (low, between, depth + 1)]
        return sorted(out.items())

    def noted(self, number: int) -> _Noted:
        if number not in self._noted:
            self._noted[number] = _Watch(self._case(number), self.dependents).all()
        return self._noted[number]

    def _case(self, number: int) -> Case:
        """The case with another value of the fact, and with all that does not depend on it already computed."""
        facts, axis, value = dict(self.base.facts), self.axis, self.axis.value(number)
        if axis.records:
            listed = list(facts[axis.records])
            record = object.__new__(type(listed[axis.place]))
            record.__dict__.update(listed[axis.place].__dict__)
            record.__dict__[axis.name] = value
            listed[axis.place] = record
            facts[axis.records] = listed
        else:
            facts[axis.name] = value
        case = self._new(facts)
        for scope, (other, steady) in zip(_all_scopes(case), self._kept, strict=True):
            scope.take(other, steady)
        return case

    def _new(self, facts: dict[str, Any]) -> Case:
        return Case(self.base.policy, facts, self.base.table, self.base.options, nearest=True)

    def _independent(self) -> list[tuple[Scope, list[Rule[..., Any]]]]:
        case = self._new(self.base.facts)
        changing = set(self.dependents.rules)
        watch = _Watch(case, self.dependents)
        for rule in self.base.policy.rules.values():
            if rule not in changing:
                for part, _ in watch._cases(rule):
                    for scope in watch._scopes(part, rule):
                        with _nothing_known():
                            _value(scope.value, rule)
        out = []
        for scope in _all_scopes(case):
            # What is asked of the case for the best of its choices changes with the best.
            steady = [
                rule for rule in {**scope.kept, **scope.used}
                if rule not in changing and (scope.case.choice is not None or not rule.by_choice)
            ]  # fmt: skip
            out.append((scope, steady))
        return out


def _all_scopes(case: Case) -> Iterator[Scope]:
    """Of the case and its parts for each choice: themselves, and all their records."""
    cases = [case]
    with suppress(MissingFacts):
        cases += [case.part(one) for one in case.choices()] if case.policy.best is not None else []
    for one in cases:
        yield one.scope
        for name, listed in case.policy.facts.declared().items():
            if listed.type.is_records and not isinstance(case.facts[name], Missing):
                yield from one.records(name)


def _between(low: int, high: int, margins: list[tuple[Any, Any]], depth: int) -> int:
    """A value between two: where the first of what flips would be nought if it grew evenly, and at times the middle."""
    if depth % 3 != 2:
        for below, above in margins:
            if below is not None and above is not None and below != above:
                guess = low + int((high - low) * abs(below) / (abs(below) + abs(above)))
                return min(max(guess, low + 1), high - 1)
    return (low + high) // 2


__all__ = ["MOST_FLIPS", "Flip", "edges", "flips", "numbers_of"]
