"""The ways through a rule: what is told of it when its branches went one way, worked out when a case first goes it.

Which way a case goes is asked of each case; what is said then (the formula, which figures, facts and rules it names) is
the same for all cases that go this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

from gongbao.rules import tree
from gongbao.rules.evaluate import MissingFacts, Run, Scope, run_of
from gongbao.rules.phrases import Phrase, with_figures, with_names
from gongbao.rules.policy import Policy, Rule
from gongbao.rules.shown import Words
from gongbao.rules.types import SCALES
from gongbao.rules.values import Choice

N = TypeVar("N", bound=tree.Node)
Bearing = Callable[[Scope], frozenset[int]]
Needed = tree.RuleRef | tree.EachRef | tree.Aggregate
Asked = tree.FactRef | tree.FieldRef


@dataclass(frozen=True, slots=True)
class Way:
    """`conditions` led to the formula: in words, with figures, and whether it holds.

    Below it stand the facts, figures and readings it names, its scales, and what has rules below it, each from left to
    right; with an aggregate the rules that it takes of each record. On what was `asked` in the conditions (nodes by
    id) the value always depends; `bearing` gives those of the formula on which it depends as it is.
    """

    conditions: tuple[tuple[Words, Phrase, bool | None], ...]
    formula: Words
    figures: Phrase | None
    facts: tuple[Asked, ...]
    parameters: tuple[tree.FigureRef, ...]
    readings: tuple[str, ...]
    scales: tuple[tree.Call, ...]
    needed: tuple[tuple[Needed, list[Rule[..., Any]]], ...]
    asked: frozenset[int]
    bearing: Bearing


def way_of(rule: Rule[..., Any], scope: Scope) -> Way:
    """The way that the rule goes for a case, or for one record or choice of it."""
    went: list[bool | None] = []
    _follow(rule.tree, scope, went)
    ways = rule.tree.told.ways
    found = ways.get(key := tuple(went))
    if found is None:
        found = ways[key] = _way(rule.policy, rule.tree, iter(went))
    return found  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a node once and for all: its outermost branches, and the ways a case went through them."""

    branches: tuple[tree.Branch, ...]
    ways: dict[tuple[bool | None, ...], Way]


def _rules(node: Needed) -> list[Rule[..., Any]]:
    if not isinstance(node, tree.Aggregate):
        return [node.rule]
    if node.item is None:
        return []
    found = {one.rule for one in node.item.walk() if isinstance(one, tree.RuleRef) and one.of == "loop"}
    return sorted(found, key=lambda one: one.line)


def _branches(node: tree.Node) -> tuple[tree.Branch, ...]:
    if node.told is None:
        node.told = _Told(tuple(dict.fromkeys(_outermost(node))), {})
    return node.told.branches  # type: ignore[no-any-return]


def _outermost(node: tree.Node) -> Iterator[tree.Branch]:
    if isinstance(node, tree.Branch):
        yield node
    elif not isinstance(node, tree.Aggregate):  # its branches go another way for each record
        for one in node.children():
            yield from _outermost(one)


def _follow(node: tree.Node, scope: Scope, went: list[bool | None]) -> None:
    """Note which way each branch goes, in an order that follows from the ways; None where a fact for it is missing."""
    for branch in _branches(node):
        holds: bool | None
        try:
            holds = bool(run_of(branch.condition)(scope))
        except MissingFacts:
            holds = None
        went.append(holds)
        _follow(branch.condition, scope, went)
        if holds is not None:
            _follow(branch.then if holds else branch.otherwise, scope, went)


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
    asked = [one for condition, _ in conditions for one in _visible(condition)]
    visible = [*asked, *_visible(kept)]
    facts: dict[tuple[type, str], Asked] = {}
    for one in visible:
        if isinstance(one, Asked):
            facts.setdefault((type(one), one.name), one)
    return Way(
        tuple([(with_names(policy, one), with_figures(policy, one), holds) for one, holds in conditions]),
        with_names(policy, kept),
        None if isinstance(kept, tree.Literal) else with_figures(policy, kept),
        tuple(facts.values()),
        tuple([one for one in visible if isinstance(one, tree.FigureRef)]),
        tuple(dict.fromkeys(one.name for one in visible if isinstance(one, tree.ReadingRef))),
        tuple([one for one in visible if isinstance(one, tree.Call) and one.function in SCALES.values()]),
        tuple([(one, _rules(one)) for one in visible if isinstance(one, Needed)]),
        frozenset(map(id, asked)),
        _bearing(kept),
    )


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


def _visible(node: tree.Node) -> Iterator[tree.Node]:
    """What a formula shows: a node and those below it, from left to right; of what hangs on a condition, that."""
    if isinstance(node, tree.Branch):
        yield from _visible(node.condition)
        return
    yield node
    if not isinstance(node, tree.Aggregate):
        for one in node.children():
            yield from _visible(one)


def _bearing(node: tree.Node) -> Bearing:
    """Not the greater side of a min, nor what is multiplied by zero."""
    visible = list(_visible(node))
    everything = frozenset(map(id, visible))
    if isinstance(node, tree.Branch | tree.Aggregate) or not any(map(_may_fold, visible)):
        return lambda scope: everything
    own, whole, value_of = frozenset((id(node),)), frozenset(map(id, node.walk())), run_of(node)
    below = [(run_of(one), _bearing(one)) for one in node.children()]

    def bearing(scope: Scope) -> frozenset[int]:
        try:
            value = value_of(scope)
        except MissingFacts:
            return whole
        kept = below
        if isinstance(node, tree.Extreme):
            kept = [one for one in below if one[0](scope) == value][:1]
        elif isinstance(node, tree.Operation) and node.op == "*":
            kept = [one for one in below if _is_zero(one[0](scope))][:1] or below
        elif isinstance(node, tree.All | tree.Any_) and value is isinstance(node, tree.Any_):
            kept = [one for one in below if _value_or_none(one[0], scope) is value][:1]
        return own.union(*[found(scope) for _, found in kept])

    return bearing


def _may_fold(node: tree.Node) -> bool:
    return isinstance(node, tree.Extreme | tree.All | tree.Any_) or (
        isinstance(node, tree.Operation) and node.op == "*"
    )


def _value_or_none(run: Run, scope: Scope) -> Any:
    try:
        return run(scope)
    except MissingFacts:
        return None


def _is_zero(value: Any) -> bool:
    return not isinstance(value, bool | Choice | str | date) and value == 0


__all__ = ["Asked", "Needed", "Way", "way_of"]
