"""Evaluate a policy's rules for one case: exactly, each rule once, asking only for the facts that are needed.

Each node of a rule's tree becomes a small function of a scope. A scope is the case itself or one record of it; a rule
is evaluated in the scope it belongs to and its value is kept there. What cannot be computed because a fact was left out
raises MissingFacts with every fact that is missing (lost.py), so that all of them can be asked for at once; `and`, `or`
and branches that are settled without the fact are settled.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from gongbao.rules import functions, scales, tree
from gongbao.rules.facts import Missing
from gongbao.rules.lost import Lost
from gongbao.rules.policy import FigureSheet, Policy, ReadingSheet, Record, Rule
from gongbao.rules.types import as_type
from gongbao.rules.values import Choice, Decimal, Quantity

if TYPE_CHECKING:
    from gongbao.rules.figures import FigureTable
    from gongbao.rules.shown import Said

Run = Callable[["Scope"], Any]


class MissingFacts(Exception):
    """What was asked needs facts that were left out: their paths, as `visits[2].level`."""

    def __init__(self, lost: Lost) -> None:
        self.lost = lost
        super().__init__(lost)


class Impossible(Exception):
    """A rule cannot be computed from the facts, for a reason of arithmetic: which, and why."""

    def __init__(self, rule: Rule[..., Any], index: int | None, reason: str) -> None:
        self.rule, self.index, self.reason = rule, index, reason
        super().__init__(f"{rule.name}: {reason}")


@dataclass(slots=True, eq=False)
class Evaluated:
    """A rule's value as it is reported, and as it was before it was rounded."""

    value: Any
    exact: Any


class Scope:
    """The case (record None), or one record of it at its place in the input."""

    __slots__ = ("_figures", "case", "counted", "index", "kept", "loop", "record", "said", "used", "values", "went")

    def __init__(self, case: Case, record: Record | None = None, index: int | None = None) -> None:
        self.case, self.record, self.index = case, record, index
        self.kept: dict[Rule[..., Any], Evaluated | Lost] = {}
        self.values: dict[Rule[..., Any], Any] = {}  # of whatever rule was asked from here, wherever it is kept
        self.used: dict[Rule[..., Any], Any] = {}
        self.counted: dict[tree.Aggregate, tuple[list[Scope], Lost | None]] = {}
        self.went: dict[tree.Branch, bool] = {}  # which way the branches of the rules here went
        self.loop: Scope | None = None
        self.said: dict[object, str | Said] = {}  # what phrases.py said of values here
        self._figures: FigureSheet | None = None

    @property
    def day(self) -> date:
        """The day whose figures govern here."""
        dated = type(self.record).dated_field if self.record is not None else ""
        return known(getattr(self.record, dated)) if dated else self.case.day

    @property
    def figures(self) -> FigureSheet:
        if self._figures is None:
            self._figures = self.case.table.at(self.day, nearest=self.case.nearest)
        return self._figures

    def value(self, rule: Rule[..., Any]) -> Any:
        """Raises MissingFacts, Impossible."""
        found = self.values[rule] = self.evaluated(rule).value
        return found

    def evaluated(self, rule: Rule[..., Any]) -> Evaluated:
        """Raises MissingFacts, Impossible."""
        scope = self.home(rule)
        found = scope.kept.get(rule)
        if found is None:
            if rule.earlier:
                scope.case.in_order(rule)
                found = scope.kept[rule]
            else:
                found = scope.evaluate(rule)
        if found.__class__ is Lost:
            raise MissingFacts(found)
        return found  # type: ignore[return-value]

    def home(self, rule: Rule[..., Any]) -> Scope:
        """The scope in which the rule's value is kept: of this record or the case, for this choice or the best."""
        case = self.case.home(rule)
        if rule.record is None:
            return case.scope
        if self.record is None:
            raise AssertionError(f"{rule.name} is asked of no record")
        return self if case is self.case else case.of(rule.record)[self.index or 0]

    def evaluate(self, rule: Rule[..., Any]) -> Evaluated | Lost:
        out: Evaluated | Lost
        try:
            exact = run_of(rule.tree)(self)
            out = Evaluated(as_type(exact, rule.type), exact)
        except MissingFacts as error:
            self.case.ask(error.lost, rule)
            out = error.lost
        except (ZeroDivisionError, ValueError) as error:
            raise Impossible(rule, self.index, str(error)) from None
        self.kept[rule] = out
        return out


class Case:
    """One case under evaluation. `choice` is set in the part that computes for one choice of best_of."""

    def __init__(
        self,
        policy: Policy,
        facts: dict[str, Any],
        table: FigureTable,
        options: ReadingSheet,
        *,
        nearest: bool = False,
        parent: Case | None = None,
        choice: Choice | None = None,
    ) -> None:
        self.policy, self.facts, self.table, self.options = policy, facts, table, options
        self.nearest, self.parent, self.choice = nearest, parent, choice
        self.scope = Scope(self)
        self.asked: dict[str, Rule[..., Any]] = parent.asked if parent else {}
        self._asked_of: set[Lost] = parent._asked_of if parent else set()
        self.readings_used: set[str] = parent.readings_used if parent else set()
        self._day: date | None = None
        self._records: dict[str, list[Scope]] = {}
        self._parts: dict[Choice, Case] = {}
        self._best: Choice | None = None

    @property
    def day(self) -> date:
        """The date whose figures govern the case. Raises MissingFacts."""
        if self.parent:
            return self.parent.day
        if self._day is None:
            dated = self.policy.dated
            rule = self.policy.rules.get(dated)
            self._day = self.scope.value(rule) if rule else known(self.facts[dated])
        return self._day

    def ask(self, lost: Lost, rule: Rule[..., Any]) -> None:
        """Note which rule was the first to need each of the facts."""
        for path in lost.paths(self._asked_of):
            self.asked.setdefault(path, rule)

    def scopes(self) -> Iterator[Scope]:
        """Every scope in which a rule may have been evaluated: the case, its records, its parts for each choice."""
        yield self.scope
        for records in self._records.values():
            yield from records
        for part in self._parts.values():
            yield from part.scopes()

    def records(self, source: str) -> list[Scope]:
        """One scope for each record of a list among the facts, in the order of input."""
        found = self._records.get(source)
        if found is None:
            found = [Scope(self, record, place) for place, record in enumerate(known(self.facts[source]))]
            self._records[source] = found
        return found

    def of(self, record: type[Record]) -> list[Scope]:
        """The same by the class of the records."""
        return self.records(self.policy.list_of(record))

    def home(self, rule: Rule[..., Any]) -> Case:
        """The part of the case in which a rule is computed: the whole, or that of one choice."""
        if not rule.by_choice:
            return self.parent or self
        if self.choice is not None:
            return self
        try:
            return self.part(self.best())
        except MissingFacts as error:
            raise self._asking_more(error, rule) from None

    def _asking_more(self, error: MissingFacts, rule: Rule[..., Any]) -> MissingFacts:
        """Where the choices themselves are missing: with what the rule would miss besides, whichever they were."""
        self.ask(error.lost, rule)
        assert self.policy.best is not None
        if self.facts[self.policy.best.fact].__class__ is not Missing:
            return error
        try:
            self.part(next(iter(self.policy.best.choice))).scope.value(rule)
        except MissingFacts as more:
            return MissingFacts(Lost.together((error.lost, more.lost)))
        return error

    def part(self, choice: Choice) -> Case:
        found = self._parts.get(choice)
        if found is None:
            found = self._parts[choice] = Case(
                self.policy, self.facts, self.table, self.options, nearest=self.nearest, parent=self, choice=choice
            )
        return found

    def choices(self) -> list[Choice]:
        """Those the case has, in the order of the class: the order in which they were given never matters."""
        assert self.policy.best is not None
        given = known(self.facts[self.policy.best.fact])
        return [one for one in self.policy.best.choice if one in given]

    def best(self) -> Choice:
        """Which choice comes out best by the policy's criteria. Raises MissingFacts."""
        assert self.policy.best is not None
        if self._best is None:
            among = self.choices()
            for criterion in self.policy.best.criteria:
                if len(among) > 1:
                    found = gather(lambda one: self.part(one).scope.value(criterion.rule), among)  # noqa: B023
                    top = max(found) if criterion.direction == "highest" else min(found)
                    among = [one for one, value in zip(among, found, strict=True) if value == top]
            self._best = among[0]
        return self._best

    def in_order(self, rule: Rule[..., Any]) -> None:
        """Evaluate a rule with earlier(…) for all records, one after the other in their declared order."""
        assert rule.earlier is not None and rule.record is not None
        scopes = self.of(rule.record)
        field = rule.record.order_field
        totals: dict[Any, Any] = {}
        lost: Lost | None = None
        try:
            ordered = sorted(scopes, key=lambda one: known(getattr(one.record, field))) if field else scopes
        except MissingFacts:
            ordered = scopes
            lost = Lost.together([_lost(one, field) for one in scopes if _is_missing(one, field)])
        zero = rule.type.python(0)
        for scope in ordered:
            try:
                if lost is not None:
                    raise MissingFacts(lost)
                key = tuple(gather(known, [getattr(scope.record, name) for name in rule.earlier[1].same]))
                before = totals.get(key, zero)
                if before.__class__ is Lost:
                    raise MissingFacts(before)
            except MissingFacts as error:
                self.ask(error.lost, rule)
                # Where it is not known whether this one counts with those after it, those are not known either.
                if lost is None and any(_is_missing(scope, name) for name in rule.earlier[1].same):
                    lost = error.lost
                scope.kept[rule] = error.lost
                continue
            scope.used[rule] = before
            found = scope.evaluate(rule)
            totals[key] = found if isinstance(found, Lost) else before + found.value


def known(value: Any) -> Any:
    """The value of a fact. Raises MissingFacts where it was left out."""
    if value.__class__ is Missing:
        raise MissingFacts(Lost.of(value.path))
    return value


def gather(take: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Each item taken. Raises one MissingFacts for all that is missing in any of them."""
    out: list[Any] = []
    lost: list[Lost] = []
    for item in items:
        try:
            out.append(take(item))
        except MissingFacts as error:
            lost.append(error.lost)
    if lost:
        raise MissingFacts(Lost.together(lost))
    return out


def _is_missing(scope: Scope, field: str) -> bool:
    return getattr(scope.record, field).__class__ is Missing


def _lost(scope: Scope, field: str) -> Lost:
    return Lost.of(getattr(scope.record, field).path)


def counted(node: tree.Aggregate, scope: Scope) -> tuple[list[Scope], Lost | None]:
    """The records that an aggregate counts, and what is missing to know it."""
    if node not in scope.counted:
        with suppress(MissingFacts):
            run_of(node)(scope)
    return scope.counted[node]


# From nodes to functions of a scope


def run_of(node: tree.Node) -> Run:
    """The evaluation of a node, made once."""
    if node.run is None:
        node.run = _MAKERS[type(node)](node)
    return node.run  # type: ignore[no-any-return]


def _literal(node: tree.Literal) -> Run:
    value = node.value
    return lambda scope: value


def _fact(node: tree.FactRef) -> Run:
    name = node.name

    def run(scope: Scope) -> Any:
        value = scope.case.facts[name]
        return known(value) if value.__class__ is Missing else value

    return run


def _field(node: tree.FieldRef) -> Run:
    take = operator.attrgetter(node.name)

    def run(scope: Scope) -> Any:
        value = take(scope.record)
        return known(value) if value.__class__ is Missing else value

    def run_on_loop(scope: Scope) -> Any:
        value = take(scope.loop.record)  # type: ignore[union-attr]
        return known(value) if value.__class__ is Missing else value

    return run_on_loop if node.of == "loop" else run


def _rule(node: tree.RuleRef) -> Run:
    rule = node.rule
    if node.of == "loop":

        def run_on_loop(scope: Scope) -> Any:
            other = scope.loop
            return other.values[rule] if rule in other.values else other.value(rule)  # type: ignore[union-attr]

        return run_on_loop
    return lambda scope: scope.values[rule] if rule in scope.values else scope.value(rule)


def _each(node: tree.EachRef) -> Run:
    rule = node.rule
    assert rule.record is not None
    record = rule.record
    return lambda scope: gather(lambda one: one.value(rule), scope.case.home(rule).of(record))


def _best(node: tree.BestRef) -> Run:
    return lambda scope: scope.case.choice if scope.case.choice is not None else scope.case.best()


def _earlier(node: tree.EarlierRef) -> Run:
    rule = node.rule

    def run(scope: Scope) -> Any:
        found = scope.used.get(rule)
        if found is None:  # what came before is open, and so is this one
            lost = scope.kept[rule]
            assert isinstance(lost, Lost)
            raise MissingFacts(lost)
        return found

    return run


def _figure(node: tree.FigureRef) -> Run:
    take = operator.attrgetter(node.name)
    if not node.keys:
        return lambda scope: take(scope.figures)
    if len(node.keys) == 1:
        key = run_of(node.keys[0])
        return lambda scope: take(scope.figures)[key(scope)]
    keys = [run_of(one) for one in node.keys]
    return lambda scope: take(scope.figures)[tuple(gather(lambda one: one(scope), keys))]


def _reading(node: tree.ReadingRef) -> Run:
    name = node.name

    def run(scope: Scope) -> Any:
        scope.case.readings_used.add(name)
        return getattr(scope.case.options, name)

    return run


_OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda one, many: one in many,
    "not in": lambda one, many: one not in many,
    "is": operator.is_,
    "is not": operator.is_not,
}


def _two(node: tree.Operation | tree.Comparison) -> Run:
    apply, left, right = _OPERATIONS[node.op], run_of(node.left), run_of(node.right)

    def run(scope: Scope) -> Any:
        try:
            one = left(scope)
        except MissingFacts as error:
            raise _with(error, right, scope) from None
        return apply(one, right(scope))

    return run


def _with(error: MissingFacts, other: Run, scope: Scope) -> MissingFacts:
    """The error with what the other side misses too, so that both are asked for."""
    try:
        other(scope)
    except MissingFacts as more:
        return MissingFacts(Lost.together((error.lost, more.lost)))
    return error


def _negative(node: tree.Negative) -> Run:
    item = run_of(node.item)
    return lambda scope: -item(scope)


def _settled(items: tuple[tree.Node, ...], settles: bool) -> Run:
    """and (settled by one no), or (settled by one yes): what is settled needs no further fact."""
    runs = [run_of(one) for one in items]

    def run(scope: Scope) -> Any:
        lost: list[Lost] = []
        for one in runs:
            try:
                if one(scope) is settles:
                    return settles
            except MissingFacts as error:
                lost.append(error.lost)
        if lost:
            raise MissingFacts(Lost.together(lost))
        return not settles

    return run


def _not(node: tree.Not) -> Run:
    item = run_of(node.item)
    return lambda scope: not item(scope)


def _branch(node: tree.Branch) -> Run:
    condition, then, otherwise = run_of(node.condition), run_of(node.then), run_of(node.otherwise)

    def run(scope: Scope) -> Any:
        holds = scope.went[node] = condition(scope)
        return then(scope) if holds else otherwise(scope)

    return run


def _extreme(node: tree.Extreme) -> Run:
    pick = min if node.which == "min" else max
    runs = [run_of(one) for one in node.items]
    return lambda scope: pick(gather(lambda one: one(scope), runs))


CALLS: dict[str, Callable[..., Any]] = {
    **{name: function for function, name in functions.LIBRARY.items()},  # type: ignore[misc]
    "marginal": scales.marginal,
    "amount_by_band": scales.amount_by_band,
    "rate_by_band": scales.rate_by_band,
    "decimal": Decimal,
    "abs": abs,
}


def _call(node: tree.Call) -> Run:
    function, runs = CALLS[node.function], [run_of(one) for one in node.arguments]
    if len(runs) == 1:
        only = runs[0]
        return lambda scope: function(only(scope))
    return lambda scope: function(*gather(lambda one: one(scope), runs))


def _aggregate(node: tree.Aggregate) -> Run:
    found: dict[str, Callable[[Any], Any]] = {
        "total": functions.total,
        "mean": functions.mean,
        "count": functions.count,
        "any": any,
        "all": all,
    }
    settles = {"any": True, "all": False}
    zero = node.type.python(0) if issubclass(node.type.python, Quantity) else 0
    otherwise = run_of(node.otherwise) if node.otherwise else None

    def result(scope: Scope, items: list[Any]) -> Any:
        if node.function == "first":
            assert otherwise is not None
            return items[0] if items else otherwise(scope)
        return found[node.function](items) if items or node.function != "total" else zero

    if node.source_each is not None:
        each = run_of(node.source_each)
        return lambda scope: result(scope, each(scope))
    item = run_of(node.item) if node.item else None
    condition = run_of(node.condition) if node.condition else None

    def run(scope: Scope) -> Any:
        before, items = scope.loop, []
        counted: list[Scope] = []
        lost: list[Lost] = []
        try:
            for other in scope.case.records(node.source):
                # Set anew each time: a rule on the same record may go through a generator of its own.
                scope.loop = other
                try:
                    if condition is None or condition(scope):
                        counted.append(other)
                        scope.loop = other
                        items.append(item(scope) if item else other)
                        if node.function in settles and items[-1] is settles[node.function]:
                            lost = []
                            break
                        if node.function == "first" and not lost:
                            break
                except MissingFacts as error:
                    lost.append(error.lost)
        finally:
            scope.loop = before
        missing = Lost.together(lost) if lost else None
        scope.counted[node] = counted, missing
        if missing is not None:
            raise MissingFacts(missing)
        return result(scope, items)

    return run


_MAKERS: dict[type[tree.Node], Callable[[Any], Run]] = {
    tree.Literal: _literal,
    tree.FactRef: _fact,
    tree.FieldRef: _field,
    tree.RuleRef: _rule,
    tree.EachRef: _each,
    tree.BestRef: _best,
    tree.EarlierRef: _earlier,
    tree.FigureRef: _figure,
    tree.ReadingRef: _reading,
    tree.Operation: _two,
    tree.Comparison: _two,
    tree.Negative: _negative,
    tree.All: lambda node: _settled(node.items, False),
    tree.Any_: lambda node: _settled(node.items, True),
    tree.Not: _not,
    tree.Branch: _branch,
    tree.Extreme: _extreme,
    tree.Call: _call,
    tree.Aggregate: _aggregate,
}
