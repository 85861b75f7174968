"""Evaluate a policy's rules for one case: exactly, each rule once, asking only for the facts that are needed.

Each rule is a function of a scope, whose source generated.py writes from the rule's tree. A scope is the case itself or
one record of it; a rule is evaluated in the scope it belongs to and its value is kept there. What cannot be computed
because a fact was left out raises MissingFacts with the facts that evaluation came to lack (lost.py); wanted.py finds
all that are to be asked for. `and`, `or` and branches that are settled without the fact are settled. Whether a policy
applies, and with which figures, hangs on the day of the case: without that no value comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from gongbao.core.errors import NoAnswer
from gongbao.rules import tree
from gongbao.rules.bare import ZERO, dressed
from gongbao.rules.exact import add, rounded
from gongbao.rules.exact import exact as exact_of
from gongbao.rules.facts import Missing
from gongbao.rules.generated import HELPERS, careful_of, is_rounded, plain_of, scope_class
from gongbao.rules.lost import Lost
from gongbao.rules.policy import FactSheet, FigureSheet, Policy, ReadingSheet, Record, Rule
from gongbao.rules.shown import Words
from gongbao.rules.values import Choice

if TYPE_CHECKING:
    from gongbao.rules.figures import FigureTable

Run = Callable[["Scope"], Any]


class MissingFacts(Exception):
    """What was asked needs facts that were left out: their paths, as `visits[2].level`."""

    def __init__(self, lost: Lost) -> None:
        self.lost = lost
        super().__init__(lost)


class Impossible(Exception):
    """A rule cannot be computed from the facts, for a reason of arithmetic: which, and why."""

    def __init__(self, rule: Rule[..., Any], index: int | None, error: Exception) -> None:
        self.rule, self.index, self.reason = rule, index, _reason(error)
        super().__init__(f"{rule.name}: {self.reason.en}")


def _reason(error: Exception) -> Words:
    if isinstance(error, NoAnswer):
        return Words(error.zh, str(error))
    if isinstance(error, ZeroDivisionError):
        return Words("没有可以求平均的数" if "mean" in str(error) else "除数为零", str(error))
    return Words("日期或者数值超出可以计算的范围", str(error))


@dataclass(slots=True, eq=False)
class Evaluated:
    """A rule's value as it is reported, and as it was before it was rounded."""

    value: Any
    exact: Any


class Scope:
    """The case (record None), or one record of it at its place in the input; of a class that generated.py writes, which
    has the facts and the rules' values as attributes.

    `whole` is the scope of the case to which the record belongs; `base`, in the part for one choice, the same scope of
    the case as a whole.
    """

    __slots__ = (
        *("_figures", "base", "case", "counted", "index", "kept", "loop", "record", "used", "whole"),
        *("choice", "label", "path", "told"),
    )

    def __init__(
        self, case: Case, record: Record | None = None, index: int | None = None, *, base: Scope | None = None
    ) -> None:
        self.case, self.record, self.index = case, record, index
        self.base: Scope = base or self
        self.whole: Scope = self if record is None else case.scope
        self.kept: dict[Rule[..., Any], Lost | None] = {}  # the rules evaluated here, with what they lack
        self.used: dict[Rule[..., Any], Any] = {}
        self.counted: dict[tree.Aggregate, tuple[list[Scope], Lost | None]] = {}
        self.loop: Scope | None = None  # the record that a generator goes through, in the careful form
        # What an explanation says of the scope itself, and the steps that it has told here: see explain.py.
        self.path = ""
        self.label: dict[str, str] | None = None
        self.choice: dict[str, str] | None = None
        self.told: dict[Rule[..., Any], dict[str, Any]] | None = None
        self._figures: Any = None
        self.fill(case.facts if record is None else record.__dict__)

    def fill(self, given: Mapping[str, Any]) -> None:
        """Take the facts. Written for each policy."""
        raise NotImplementedError

    @property
    def day(self) -> date:
        """The day whose figures govern here."""
        dated = type(self.record).dated_field if self.record is not None else ""
        return known(getattr(self.record, dated)) if dated else self.case.day

    @property
    def sheet(self) -> FigureSheet:
        """The figures that govern here."""
        return self.case.table.at(self.day, nearest=self.case.nearest)

    @property
    def figures(self) -> Any:
        """The same with their bare values."""
        if self._figures is None:
            self._figures = self.case.table.bare_at(self.day, nearest=self.case.nearest)
        return self._figures

    def value(self, rule: Rule[..., Any]) -> Any:
        """Raises MissingFacts, Impossible."""
        return dressed(self.home(rule).find(rule), rule.type)

    def evaluated(self, rule: Rule[..., Any]) -> Evaluated:
        """Raises MissingFacts, Impossible."""
        home = self.home(rule)
        value = home.find(rule)
        exact = getattr(home, f"x_{rule.name}") if is_rounded(rule) and value is not None else value
        return Evaluated(dressed(value, rule.type), dressed(exact, rule.type))

    def home(self, rule: Rule[..., Any]) -> Scope:
        """The scope in which the rule's value is kept: of this record or the case, for this choice or the best."""
        case = self.case.home(rule)
        if rule.record is None:
            return case.scope
        if self.record is None:
            raise AssertionError(f"{rule.name} is asked of no record")
        return self if case is self.case else case.of(rule.record)[self.index or 0]

    def find(self, rule: Rule[..., Any]) -> Any:
        """The bare value of a rule whose home is here. Raises MissingFacts, Impossible."""
        if rule not in self.kept:
            if rule.earlier:
                self.case.in_order(rule)
            else:
                value = self.evaluate(rule)
                if value is not None:
                    return value
        lost = self.kept[rule]
        if lost is not None:
            raise MissingFacts(lost)
        return getattr(self, f"r_{rule.name}")

    def evaluate(self, rule: Rule[..., Any]) -> Any:
        """Compute a rule; None, too, where a fact for it is missing."""
        value = lost = None
        try:
            if self.case.lacks:
                found = careful_of(rule.policy, rule.tree)
                dayless = self.case.dayless or rule in rule.policy.before_the_day
                exact = found(self) if dayless else gather(self._take, (_day_of, found))[1]
                value = self.keep(rule, exact)
            else:
                value = (rule.plain or plain_of(rule))(self)
        except MissingFacts as error:
            lost = error.lost
        except (ArithmeticError, ValueError) as error:  # a day after the last year there is overflows
            raise Impossible(rule, self.index, error) from None
        self.kept[rule] = lost
        return value

    def _take(self, run: Run) -> Any:
        return run(self)

    def keep(self, rule: Rule[..., Any], exact: Any) -> Any:
        """What the plain form does at its end."""
        value = exact
        if is_rounded(rule) and exact is not None:
            setattr(self, f"x_{rule.name}", exact)
            value = rounded(exact_of(exact), rule.type.places or 0)
        setattr(self, f"r_{rule.name}", value)
        return value

    def take(self, other: Scope, rules: Iterable[Rule[..., Any]]) -> None:
        """Take over what another case of the same shape has computed for some rules."""
        for rule in rules:
            if rule in other.kept:
                self.kept[rule] = other.kept[rule]
                for mark in "rwx" if is_rounded(rule) else "rw":
                    if other.kept[rule] is None:
                        setattr(self, f"{mark}_{rule.name}", getattr(other, f"{mark}_{rule.name}", None))
            if rule in other.used:
                self.used[rule] = other.used[rule]


@cache
def scope_of(policy: Policy, record: type[Record] | None) -> type[Scope]:
    return scope_class(policy, record, Scope)


class Case:
    """One case under evaluation. `choice` is set in the part that computes for one choice of best_of.

    One that is `dayless` computes what needs no figure without its day, too: to see what else it lacks (wanted.py).
    """

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
        dayless: bool = False,
    ) -> None:
        self.policy, self.facts, self.table, self.options = policy, facts, table, options
        self.nearest, self.parent, self.choice = nearest, parent, choice
        self.dayless: bool = parent.dayless if parent else dayless
        self.lacks: bool = parent.lacks if parent else _lacks(facts)
        self.same: dict[tuple[Any, ...], Any] = {}  # what aggregates come to, by what they take of a rule's own record
        self.scope: Scope = scope_of(policy, None)(self, base=parent.scope if parent else None)
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
            self._day = self.scope.find(rule) if rule else known(self.facts[dated])
        return self._day

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
            records = known(self.facts[source])
            if self.parent:
                bases: Sequence[Scope | None] = self.parent.records(source)
            else:
                bases = [None] * len(records)
            # mypy takes the class of a frozen dataclass for unhashable.
            made = [scope_of(self.policy, type(one)) for one in records[:1]]  # type: ignore[arg-type]
            found = [
                made[0](self, record, place, base=base)
                for place, (record, base) in enumerate(zip(records, bases, strict=True))
            ]
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
            ordered = sorted(scopes, key=lambda one: known(getattr(one, f"f_{field}"))) if field else scopes
        except MissingFacts:
            ordered = scopes
            lost = Lost.together([_lost(one, field) for one in scopes if _is_missing(one, field)])
        zero: Any = 0 if rule.type.kind == "integer" else ZERO
        for scope in ordered:
            try:
                if lost is not None:
                    raise MissingFacts(lost)
                key = tuple(gather(known, [getattr(scope, f"f_{name}") for name in rule.earlier[1].same]))
                before = totals.get(key, zero)
                if before.__class__ is Lost:
                    raise MissingFacts(before)
            except MissingFacts as error:
                # Where it is not known whether this one counts with those after it, those are not known either.
                if lost is None and any(_is_missing(scope, name) for name in rule.earlier[1].same):
                    lost = error.lost
                scope.kept[rule] = error.lost
                continue
            scope.used[rule] = before
            found = scope.evaluate(rule)
            own = scope.kept[rule]
            totals[key] = own if own is not None else before + found if found.__class__ is int else add(before, found)


def _day_of(scope: Scope) -> date:
    return scope.case.day


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


def _lacks(facts: dict[str, Any]) -> bool:
    """Whether any fact was left out."""
    if Missing in map(type, facts.values()):
        return True
    return any(
        isinstance(one, FactSheet) and Missing in map(type, one.__dict__.values())
        for listed in facts.values()
        if listed.__class__ is list
        for one in listed
    )


def counted(policy: Policy, node: tree.Aggregate, scope: Scope) -> tuple[list[Scope], Lost | None]:
    """The records that an aggregate counts, and what is missing to know it."""
    if node not in scope.counted:
        with suppress(MissingFacts):
            careful_of(policy, node)(scope)
    return scope.counted[node]


def run_of(policy: Policy, node: tree.Node) -> Run:
    """The value of a single node for a scope, as the policy speaks of it."""
    run, kind = careful_of(policy, node), node.type
    return lambda scope: dressed(run(scope), kind)


# What the careful form of a rule calls


def _gathered(here: Scope, nodes: Iterable[Run]) -> list[Any]:
    return gather(lambda one: one(here), nodes)


def _settled(here: Scope, settles: bool, nodes: Iterable[Run]) -> bool:
    """and (settled by one no), or (settled by one yes): what is settled needs no further fact."""
    lost: list[Lost] = []
    for one in nodes:
        try:
            if bool(one(here)) is settles:
                return settles
        except MissingFacts as error:
            lost.append(error.lost)
    if lost:
        raise MissingFacts(Lost.together(lost))
    return not settles


def _each_of(here: Scope, rule: Rule[..., Any]) -> list[Any]:
    assert rule.record is not None
    return gather(lambda one: one.find(rule), here.case.home(rule).of(rule.record))


def _earlier(here: Scope, rule: Rule[..., Any]) -> Any:
    found = here.used.get(rule)
    if found is None:  # what came before is open, and so is this one
        lost = here.kept[rule]
        assert lost is not None
        raise MissingFacts(lost)
    return found


def _gone_through(here: Scope, node: tree.Aggregate, condition: Run | None, item: Run | None) -> list[Any]:
    """What an aggregate takes of the records that it counts."""
    before, items = here.loop, []
    settles = {"any": True, "all": False}
    counted: list[Scope] = []
    lost: list[Lost] = []
    try:
        for other in here.case.records(node.source):
            # Set anew each time: a rule on the same record may go through a generator of its own.
            here.loop = other
            try:
                if condition is None or condition(here):
                    counted.append(other)
                    here.loop = other
                    items.append(item(here) if item else other)
                    if node.function in settles and items[-1] is settles[node.function]:
                        lost = []
                        break
                    if node.function == "first" and not lost:
                        break
            except MissingFacts as error:
                lost.append(error.lost)
    finally:
        here.loop = before
    missing = Lost.together(lost) if lost else None
    here.counted[node] = counted, missing
    if missing is not None:
        raise MissingFacts(missing)
    return items


HELPERS.update(
    counted_by=lambda here, node: counted(here.case.policy, node, here)[0],
    known=known,
    gathered=_gathered,
    settled=_settled,
    each_of=_each_of,
    earlier=_earlier,
    gone_through=_gone_through,
)
