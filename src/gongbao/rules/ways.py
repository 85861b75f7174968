"""The ways through a rule: what is told of it when its branches went one way, worked out when a case first goes it.

Which way a case goes is asked of each case; what is said then (the formula, which figures, facts and rules it names) is
the same for all cases that go this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from gongbao.rules import tree
from gongbao.rules.evaluate import MissingFacts, Run, Scope
from gongbao.rules.generated import branches_of, careful_of
from gongbao.rules.phrases import Phrase, with_figures, with_names
from gongbao.rules.policy import Fact, Policy, Record, Rule
from gongbao.rules.types import SCALES
from gongbao.rules.values import Choice

N = TypeVar("N", bound=tree.Node)
Bearing = Callable[[Scope], frozenset[int]]
Needed = tree.RuleRef | tree.EachRef | tree.Aggregate


@dataclass(frozen=True, slots=True)
class AskedFact:
    """A fact that a formula names. `record`: of the records of which class it is; None for one of the case."""

    about: Fact
    record: type[Record] | None


@dataclass(frozen=True, slots=True)
class Below:
    """What a formula has rules below it for: a rule, all values of one, or an aggregate with those that it takes of
    each record. It bears where the node `shown` does, which is another where an aggregate names a rule of the own
    record beside those that it counts (the group that theirs is to be)."""

    node: Needed
    rules: list[Rule[..., Any]]
    shown: tree.Node

    @property
    def may_be_open(self) -> bool:
        """Whether it need not have been computed: none is counted, or others settled which."""
        return self.node is not self.shown


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """`conditions` led to the formula: in both languages, with figures, and whether it holds.

    Below it stand the facts, figures and readings it names, its scales, and the rules it needs, from left to right. On
    what was `asked` in the conditions (nodes by id) the value always depends; of what is `shown` in the formula
    `bearing` gives those on which it depends as it is, None where on all.
    """

    conditions: tuple[tuple[dict[str, str], Phrase, bool | None], ...]
    formula: dict[str, str]
    figures: Phrase | None
    facts: tuple[AskedFact, ...]
    parameters: tuple[tree.FigureRef, ...]
    readings: tuple[str, ...]
    scales: tuple[tree.Call, ...]
    needed: tuple[Below, ...]
    asked: frozenset[int]
    shown: tree.Node
    bearing: Bearing | None


def way_of(rule: Rule[..., Any], scope: Scope) -> tuple[Way, bool]:
    """The way that the rule goes for a case, or for one record or choice of it; and whether that follows from the
    branches alone that its evaluation came by."""
    told = _told(rule.tree)
    went: list[bool | None] = []
    is_known = _follow(rule.policy, rule.tree, scope, _bits(rule.tree, getattr(scope, f"w_{rule.name}") or 0), went)
    found = told.ways.get(key := tuple(went))
    if found is None:
        found = told.ways[key] = _way(rule.policy, rule.tree, iter(went))
    return found, is_known


def _bits(node: tree.Node, way: int) -> dict[tree.Branch, bool]:
    """Which way the branches went that evaluation came by (generated.py)."""
    found = {}
    for branch in branches_of(node):
        way, bits = divmod(way, 4)
        if bits:
            found[branch] = bits == 1
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a node once and for all: its outermost branches, and the ways a case went through them."""

    outermost: tuple[tree.Branch, ...]
    ways: dict[tuple[bool | None, ...], Way]


def _rules(node: Needed) -> list[Rule[..., Any]]:
    if not isinstance(node, tree.Aggregate):
        return [node.rule]
    if node.item is None:
        return []
    found = {one.rule for one in node.item.walk() if isinstance(one, tree.RuleRef) and one.of == "loop"}
    return sorted(found, key=lambda one: one.line)


def _told(node: tree.Node) -> _Told:
    if node.told is None:
        node.told = _Told(tuple(dict.fromkeys(_outermost(node))), {})
    return node.told  # type: ignore[no-any-return]


def _branches(node: tree.Node) -> tuple[tree.Branch, ...]:
    return _told(node).outermost


def _outermost(node: tree.Node) -> Iterator[tree.Branch]:
    if isinstance(node, tree.Branch):
        yield node
    elif not isinstance(node, tree.Aggregate):  # its branches go another way for each record
        for one in node.children():
            yield from _outermost(one)


def _follow(
    policy: Policy, node: tree.Node, scope: Scope, known: dict[tree.Branch, bool], went: list[bool | None]
) -> bool:
    """Note which way each branch goes, in an order that follows from the ways; None where a fact for it is missing.
    Whether evaluation came by each of them."""
    came_by = True
    for branch in _branches(node):
        holds = known.get(branch)
        if holds is None:
            came_by = False
            with suppress(MissingFacts):
                holds = bool(careful_of(policy, branch.condition)(scope))
        went.append(holds)
        came_by &= _follow(policy, branch.condition, scope, known, went)
        if holds is not None:
            came_by &= _follow(policy, branch.then if holds else branch.otherwise, scope, known, went)
    return came_by


def _way(policy: Policy, node: tree.Node, went: Iterator[bool | None]) -> Way:
    conditions: list[tuple[tree.Node, bool | None]] = []
    while isinstance(node, tree.Branch):
        holds = next(went)
        condition = _straight(node.condition, went)
        conditions.append((condition, holds))
        if holds is None:
            node = _with(node, {"condition": condition})
            break
        node = node.then if holds else node.otherwise
    kept = node if isinstance(node, tree.Branch) else _straight(node, went)
    asked = [one for condition, _ in conditions for one in visible_in(condition)]
    visible = [*asked, *visible_in(kept)]
    named = [below for one in visible for below in (one, *_beside_counted(one))]
    facts: dict[tuple[type, str], AskedFact] = {}
    for one in named:
        if isinstance(one, tree.FactRef | tree.FieldRef):
            declared = policy.facts.declared() if isinstance(one, tree.FactRef) else one.record.declared()  # type: ignore[attr-defined]
            about = declared[one.name]
            if not about.type.is_records:
                record = None if isinstance(one, tree.FactRef) else one.record
                facts.setdefault((type(one), one.name), AskedFact(about, record))
    return Way(
        tuple([(with_names(policy, one), with_figures(policy, one), holds) for one, holds in conditions]),
        with_names(policy, kept),
        None if isinstance(kept, tree.Literal) else with_figures(policy, kept),
        tuple(facts.values()),
        tuple([one for one in named if isinstance(one, tree.FigureRef)]),
        tuple(dict.fromkeys(one.name for one in named if isinstance(one, tree.ReadingRef))),
        tuple([one for one in visible if isinstance(one, tree.Call) and one.function in SCALES.values()]),
        _needed(visible),
        frozenset(map(id, asked)),
        kept,
        _bearing(policy, kept) if folds(kept) else None,
    )


def _needed(visible: list[tree.Node]) -> tuple[Below, ...]:
    found: list[Below] = []
    told = {one.rule for one in visible if isinstance(one, tree.RuleRef)}
    for one in visible:
        for beside in _beside_counted(one):
            if isinstance(beside, tree.RuleRef) and beside.rule not in told:
                told.add(beside.rule)
                found.append(Below(beside, [beside.rule], one))
        if isinstance(one, Needed):
            found.append(Below(one, _rules(one), one))
    return tuple(found)


def _beside_counted(node: tree.Node) -> Iterator[tree.Node]:
    """What an aggregate names that is not of the records it goes through: 所在组 in 平均(浓度（其所在组 = 所在组）)."""
    if isinstance(node, tree.Aggregate):
        for part in (node.item, node.condition):
            if part is not None:
                yield from (one for one in visible_in(part, whole=True) if not _is_of_counted(one))


def _is_of_counted(node: tree.Node) -> bool:
    return any(isinstance(one, tree.FieldRef | tree.RuleRef) and one.of == "loop" for one in node.walk())


def _straight(node: tree.Node, went: Iterator[bool | None]) -> tree.Node:
    """The node with its branches replaced by what was taken, in the order of `_follow`."""
    taken: dict[int, tree.Node] = {}
    for branch in _branches(node):
        holds = next(went)
        condition = _straight(branch.condition, went)
        if holds is None:
            taken[id(branch)] = _with(branch, {"condition": condition})
        else:
            taken[id(branch)] = _straight(branch.then if holds else branch.otherwise, went)
    return _replaced(node, taken) if taken else node


def _replaced(node: tree.Node, taken: dict[int, tree.Node]) -> tree.Node:
    found = taken.get(id(node))
    if found is None:
        found = node
        if _branches(node):
            below = {one.name: getattr(node, one.name) for one in fields(node)}
            changed = {
                name: tuple([_replaced(one, taken) for one in value])
                if isinstance(value, tuple)
                else _replaced(value, taken)
                for name, value in below.items()
                if isinstance(value, tree.Node)
                or (isinstance(value, tuple) and value and isinstance(value[0], tree.Node))
            }
            found = _with(node, changed)
        taken[id(node)] = found
    return found


def _with(node: N, changed: dict[str, Any]) -> N:
    return replace(node, run=None, told=None, **changed)


def visible_in(node: tree.Node, *, whole: bool = False) -> Iterator[tree.Node]:
    """What a formula shows: a node and those below it, from left to right; of what hangs on a condition, that, or the
    `whole` of it."""
    if isinstance(node, tree.Branch) and not whole:
        yield from visible_in(node.condition)
        return
    yield node
    if not isinstance(node, tree.Aggregate):
        for one in node.children():
            yield from visible_in(one, whole=whole)


def _bearing(policy: Policy, node: tree.Node) -> Bearing:
    """Not what is multiplied by zero, nor what stands beside what settles an and, or an or. Both sides of a min bear:
    had the greater one been less, the result would be another."""
    if not folds(node):
        everything = frozenset(map(id, visible_in(node)))
        return lambda scope: everything
    own, whole, value_of = frozenset((id(node),)), frozenset(map(id, node.walk())), careful_of(policy, node)
    below = [(careful_of(policy, one), _bearing(policy, one)) for one in node.children()]

    def bearing(scope: Scope) -> frozenset[int]:
        try:
            value = value_of(scope)
        except MissingFacts:
            return whole
        kept = below
        if isinstance(node, tree.Operation) and node.op == "*":
            kept = list(islice((one for one in below if _is_zero(one[0](scope))), 1)) or below
        elif isinstance(node, tree.All | tree.Any_) and value is isinstance(node, tree.Any_):
            # What stands behind what settles it may make no sense: x is not None and x > 1.
            kept = list(islice((one for one in below if _value_or_none(one[0], scope) is value), 1))
        return own.union(*[found(scope) for _, found in kept])

    return bearing


def folds(node: tree.Node) -> bool:
    """Whether there is anything on which it may not depend."""
    return not isinstance(node, tree.Branch | tree.Aggregate) and any(
        isinstance(one, tree.All | tree.Any_) or (isinstance(one, tree.Operation) and one.op == "*")
        for one in visible_in(node)
    )


def _value_or_none(run: Run, scope: Scope) -> Any:
    try:
        return run(scope)
    except MissingFacts:
        return None


def _is_zero(value: Any) -> bool:
    return not isinstance(value, bool | Choice | str | date) and value == 0


__all__ = ["AskedFact", "Below", "Way", "way_of"]
