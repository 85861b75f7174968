"""Which facts are still to be asked for: all that the values which are null may need.

Evaluation goes no further than what is missing stops it: where a condition is open, it has not looked at what stands
behind it. Whoever asks people for facts wants all of them at once. So from each value that is null it is gone once more
through the rules: a condition that is settled opens its one way, one that is open both, and what has come out needs
nothing. Of a list that is missing itself, the facts that its records would have are not known yet and not named.
"""

from __future__ import annotations

from typing import Any

from gongbao.rules import tree
from gongbao.rules.evaluate import Case, Impossible, MissingFacts, Scope
from gongbao.rules.facts import Missing
from gongbao.rules.generated import careful_of
from gongbao.rules.policy import FactSheet, Rule

_OPEN = (MissingFacts, Impossible, ZeroDivisionError, ValueError)
"""What the attempt to compute something raises that may not have to be computed at all."""


class Wanted:
    """What is missing for the values that are handed to `value`. `rules` has for each path the rule that needs it."""

    def __init__(self, case: Case) -> None:
        self.case, self.policy = case, case.policy
        try:
            _ = case.day
        except MissingFacts:  # without it nothing has come out, which hides what will be settled once it is given
            self.case = Case(case.policy, case.facts, case.table, case.options, nearest=case.nearest, dayless=True)
        self.rules: dict[str, Rule[..., Any]] = {}
        self._seen: set[tuple[object, ...]] = set()

    def value(self, scope: Scope, rule: Rule[..., Any]) -> None:
        """A reported value that is null."""
        if rule not in self.policy.before_the_day:
            self._day(rule)
        of_records = None if scope.record is None else self.case.of(type(scope.record))
        self._rule(self.case.scope if of_records is None else of_records[scope.index or 0], rule)

    def listed(self, name: str, rules: list[Rule[..., Any]]) -> None:
        """A list of records that is missing, of which these would be reported."""
        for rule in rules:
            self._ask(self.case.facts[name], rule)
            self._day(rule)
            self._anywhere(rule)

    def paths(self) -> tuple[str, ...]:
        """In the order in which the facts are declared, and records were given."""
        found = []
        for value in self.case.facts.values():
            if value.__class__ is list and value and isinstance(value[0], FactSheet):
                found += [one for record in value for one in vars(record).values() if one.__class__ is Missing]
            elif value.__class__ is Missing:
                found.append(value)
        return tuple(one.path for one in found if one.path in self.rules)

    def _first(self, *key: object) -> bool:
        """Whether it is the first time that we come by here."""
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _ask(self, value: Any, rule: Rule[..., Any]) -> None:
        if value.__class__ is Missing:
            self.rules.setdefault(value.path, rule)

    def _day(self, rule: Rule[..., Any]) -> None:
        """The day that governs the case."""
        dated = self.policy.rules.get(self.policy.dated)
        if dated is None:
            self._ask(self.case.facts[self.policy.dated], rule)
        else:
            self._rule(self.case.scope, dated)

    def _rule(self, scope: Scope, rule: Rule[..., Any]) -> None:
        if not self._first(rule, scope):
            return
        try:
            home = scope.home(rule)
        except _OPEN:
            self._best(scope, rule)
            return
        try:
            home.find(rule)
            return  # it has come out
        except _OPEN:
            pass
        if home is not scope and not self._first(rule, home):
            return
        if rule.earlier:
            self._order(rule)
        self._node(rule.tree, home, None, rule)

    def _each(self, case: Case, rule: Rule[..., Any], asking: Rule[..., Any]) -> None:
        """A rule on each record of its list."""
        assert rule.record is not None
        records = self.case.facts[self.policy.list_of(rule.record)]
        if records.__class__ is Missing:
            self._ask(records, asking)
            self._anywhere(rule)
        elif self._first("each", rule, case):
            for one in case.of(rule.record):
                self._rule(one, rule)

    def _order(self, rule: Rule[..., Any]) -> None:
        """What says which records stand before which, and which count together."""
        assert rule.record is not None and rule.earlier is not None
        if self._first("order", rule):
            order = [rule.record.order_field] if rule.record.order_field else []
            for record in self.case.of(rule.record):
                for name in (*order, *rule.earlier[1].same):
                    self._ask(getattr(record.record, name), rule)

    def _best(self, scope: Scope, rule: Rule[..., Any]) -> None:
        """A rule that is computed for the best choice, where it is open which that is."""
        best, case = self.policy.best, self.case
        assert best is not None
        if case.facts[best.fact].__class__ is Missing:
            self._ask(case.facts[best.fact], rule)
            self._anywhere(rule)
            for criterion in best.criteria:
                self._anywhere(criterion.rule)
            return
        among, is_open = case.choices(), False
        for criterion in best.criteria:
            try:
                found = [case.part(one).scope.value(criterion.rule) for one in among]
            except _OPEN:
                is_open = True
            if is_open:
                for one in among:
                    self._rule(case.part(one).scope, criterion.rule)
            else:
                top = max(found) if criterion.direction == "highest" else min(found)
                among = [one for one, value in zip(among, found, strict=True) if value == top]
        for one in among:
            part = case.part(one)
            self._rule(part.scope if rule.record is None else part.of(rule.record)[scope.index or 0], rule)

    def _anywhere(self, rule: Rule[..., Any]) -> None:
        """All that a rule may need of the case, where it cannot be gone through for want of records or choices."""
        if not self._first("anywhere", rule):
            return
        self._of_case(rule.tree, rule)
        if rule.record is not None:
            self._ask(self.case.facts[self.policy.list_of(rule.record)], rule)
        if rule.by_choice and self.policy.best is not None:
            self._ask(self.case.facts[self.policy.best.fact], rule)

    def _of_case(self, node: tree.Node, rule: Rule[..., Any]) -> None:
        """The facts of the case that are named somewhere below a node."""
        for one in node.walk():
            if isinstance(one, tree.FactRef):
                self._ask(self.case.facts[one.name], rule)
            elif isinstance(one, tree.Aggregate) and one.source:
                self._ask(self.case.facts[one.source], rule)
            elif isinstance(one, tree.RuleRef | tree.EachRef):
                self._anywhere(one.rule)

    def _held(self, node: tree.Node, here: Scope, loop: Scope | None) -> Any:
        """What a node comes to; None where that is open."""
        before, here.loop = here.loop, loop
        try:
            return careful_of(self.policy, node)(here)
        except _OPEN:
            return None
        finally:
            here.loop = before

    def _node(self, node: tree.Node, here: Scope, loop: Scope | None, rule: Rule[..., Any]) -> None:
        if not self._first(node, here, loop):
            return
        below: tuple[tree.Node, ...] = ()
        match node:
            case tree.FactRef():
                self._ask(self.case.facts[node.name], rule)
            case tree.FieldRef():
                of = loop if node.of == "loop" else here
                assert of is not None
                self._ask(getattr(of.record, node.name), rule)
            case tree.RuleRef():
                self._rule((loop if node.of == "loop" else None) or here, node.rule)
            case tree.EachRef():
                self._each(here.case.home(node.rule), node.rule, rule)
            case tree.EarlierRef():
                self._each(here.case, node.rule, rule)
            case tree.FigureRef():
                if here.record is not None and here.record.dated_field:
                    self._ask(getattr(here.record, here.record.dated_field), rule)
                below = node.keys
            case tree.Branch():
                holds = self._held(node.condition, here, loop)
                below = (node.condition, node.then, node.otherwise)
                if holds is not None:
                    below = (node.then if holds else node.otherwise,)
            case tree.All() | tree.Any_():
                held = [self._held(one, here, loop) for one in node.items]
                if isinstance(node, tree.Any_) not in held:
                    below = tuple(one for one, holds in zip(node.items, held, strict=True) if holds is None)
            case tree.Aggregate() if node.source_each is None:
                self._records(node, here, rule)
                below = (node.otherwise,) if node.otherwise is not None else ()
            case _:
                below = tuple(node.children())
        for one in below:
            self._node(one, here, loop, rule)

    def _records(self, node: tree.Aggregate, here: Scope, rule: Rule[..., Any]) -> None:
        """What an aggregate needs of the records that it may count."""
        parts = [one for one in (node.condition, node.item) if one is not None]
        if self.case.facts[node.source].__class__ is Missing:
            self._ask(self.case.facts[node.source], rule)
            for one in parts:
                self._of_case(one, rule)
            return
        if self._held(node, here, None) is not None:
            return
        for other in here.case.records(node.source):
            counts = True if node.condition is None else self._held(node.condition, here, other)
            if counts is False:
                continue
            for one in parts if counts is None else parts[-1:] if node.item is not None else []:
                self._node(one, here, other, rule)
            if node.function == "first" and counts:
                break


__all__ = ["Wanted"]
