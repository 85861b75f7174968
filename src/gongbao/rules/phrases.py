"""Formulas in words: what is said of a node of a rule's tree, in both languages, with names or with figures.

A phrase is put together once and has slots, for which telling.py writes what is said of the case. Which way a rule went
is settled before (ways.py): a branch that is left in a formula is one that hangs on a missing fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gongbao.rules import tree
from gongbao.rules.bare import dressed
from gongbao.rules.evaluate import MissingFacts, Scope, counted
from gongbao.rules.generated import careful_of
from gongbao.rules.policy import Policy
from gongbao.rules.shown import LANGUAGES, Said, Words, in_both, number_text
from gongbao.rules.types import Type
from gongbao.rules.values import Choice

_TIMES, _PLUS, _COMPARED, _NOT, _AND, _OR = 6, 5, 4, 3, 2, 1
_ALONE = 9
_SIGNS = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " − "}
_COMPARES = {"<": " < ", "<=": " ≤ ", ">": " > ", ">=": " ≥ ", "==": " = ", "!=": " ≠ "}
_BETWEEN = {
    "in": (" 属于 ", " is one of "),
    "not in": (" 不属于 ", " is none of "),
    "is": (" 为 ", " is "),
    "is not": (" 不为 ", " is not "),
}
_CALLED = {
    "min": ("取小", "the lesser of"),
    "max": ("取大", "the greater of"),
    "total": ("求和", "total of"),
    "mean": ("平均", "mean of"),
    "count": ("个数", "number of"),
    "any": ("存在", "any of"),
    "all": ("全部", "all of"),
    "first": ("第一个", "first of"),
    "marginal": ("分段累计", "by bands"),
    "amount_by_band": ("按档定额", "amount of the band"),
    "rate_by_band": ("按档比例", "at the rate of the band"),
    "ratio": ("比值", "ratio of"),
    "as_percent": ("折合百分数", "as a percentage"),
    "points": ("百分点", "points of"),
    "whole": ("整数部分", "whole part of"),
    "decimal": ("", ""),
    "abs": ("绝对值", "absolute value of"),
    "year_of": ("年份", "year of"),
    "month_of": ("月份", "month of"),
    "last_day_of_month": ("当月末日", "last day of the month of"),
    "last_day_of_year": ("当年末日", "last day of"),
    "first_of_next_month": ("次月1日", "first of the month after"),
    "add_months": ("加月数", "months added to"),
    "whole_years": ("整年数", "whole years from"),
    "whole_months": ("整月数", "whole months from"),
    "is_working_day": ("工作日", "working day"),
    "add_working_days": ("加工作日", "working days added to"),
    "working_days_between": ("工作日数", "working days between"),
}
_BEGUN_MONTH = {
    "down": ("不足一月的舍去", "a begun one left out"),
    "up": ("不足一月的按一月计", "a begun one as a whole"),
}
"""What whole_months does with a month that is begun and not complete."""
_MOST_LISTED = 12

# What a formula with figures shows the value of, and not the name.
_FILLED = (
    tree.FactRef,
    tree.FieldRef,
    tree.RuleRef,
    tree.EachRef,
    tree.BestRef,
    tree.EarlierRef,
    tree.FigureRef,
    tree.ReadingRef,
    tree.Aggregate,
)

Say = Callable[[Scope], Said]
"""What stands in a slot for a case."""


@dataclass(frozen=True, slots=True)
class Open:
    """A slot of a phrase: what is said of the value of the node stands there, a negative number in `brackets`."""

    node: tree.Node
    brackets: bool


@dataclass(slots=True, eq=False)
class Phrase:
    """Words and slots, of which the same stand in the same order in both languages. `of_case`: what stands in them is
    of the case alone, and so the same for each record."""

    zh: tuple[str | Open, ...]
    en: tuple[str | Open, ...]
    of_case: bool

    @property
    def slots(self) -> tuple[Open, ...]:
        return tuple([one for one in self.zh if isinstance(one, Open)])


_Parts = list["str | Open"]


def with_names(policy: Policy, node: tree.Node) -> dict[str, str]:
    """The formula with names in both languages: no case changes it."""
    zh, en = ("".join(map(str, _Putter(policy, place, False).parts(node))) for place in range(len(LANGUAGES)))
    return {"zh": zh, "en": en}


def with_figures(policy: Policy, node: tree.Node) -> Phrase:
    zh, en = (tuple(_merged(_Putter(policy, place, True).parts(node))) for place in range(len(LANGUAGES)))
    phrase = Phrase(zh, en, False)
    assert phrase.slots == tuple(one for one in en if isinstance(one, Open))
    phrase.of_case = all(isinstance(one.node, tree.FactRef | tree.ReadingRef) for one in phrase.slots)
    return phrase


def _merged(parts: Iterable[str | Open]) -> Iterator[str | Open]:
    """The same with neighbouring texts joined."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        yield part
        text = ""
    if text:
        yield text


class _Putter:
    """Puts a phrase together in one language."""

    def __init__(self, policy: Policy, place: int, figures: bool) -> None:
        self.policy, self.place, self.figures = policy, place, figures
        self.in_generator = False
        self.in_condition = False  # of a generator, where the record it goes through stands beside the rule's own

    def parts(self, node: tree.Node) -> _Parts:
        return self._open(node, 0) or self._said(node)[0]

    def _open(self, node: tree.Node, holds: int) -> _Parts:
        return (
            [Open(node, holds >= _PLUS and is_one_number(node))] if self.figures and isinstance(node, _FILLED) else []
        )

    def _said(self, node: tree.Node) -> tuple[_Parts, int]:
        """What is said of a node, and how tightly it holds together."""
        said = self._SAID[type(node)](self, node)
        if isinstance(said, tuple):
            return said
        return ([said] if isinstance(said, str) else said), _ALONE

    def _within(self, node: tree.Node, holds: int) -> _Parts:
        """What is said of a node inside one that holds its parts together with `holds`."""
        if found := self._open(node, holds):
            return found
        parts, own = self._said(node)
        return ["(", *parts, ")"] if own < holds else list(parts)

    def _named(self, node: tree.Node) -> _Parts:
        """What a generator takes of each record, or asks of it: with names throughout."""
        before = self.figures, self.in_generator
        self.figures, self.in_generator = False, True
        try:
            return self._within(node, 0)
        finally:
            self.figures, self.in_generator = before

    def _in(self, label: Said) -> str:
        return label.zh if self.place == 0 else label.en

    def _branch(self, node: tree.Branch) -> Any:
        condition = self._within(node.condition, 0)
        if not self.in_generator:
            return [("取决于：", "depends on: ")[self.place], *condition]
        # Each record may go another way.
        then, otherwise = self._within(node.then, _OR), self._within(node.otherwise, _OR)
        if self.place == 0:
            return [*condition, "时", *then, "，否则", *otherwise], 0
        return [*then, " if ", *condition, ", otherwise ", *otherwise], 0

    def _literal(self, node: tree.Literal) -> Any:
        if node.type.kind == "none":
            return ("无", "nothing")[self.place]
        if isinstance(node.value, tuple):
            return ("、", ", ")[self.place].join(self._in(one.label) for one in node.value)
        if isinstance(node.value, str):
            return _BEGUN_MONTH[node.value][self.place] if node.value in _BEGUN_MONTH else f"“{node.value}”"
        return self._in(in_both(node.value, node.type, bare=True))

    def _fact(self, node: tree.FactRef) -> str:
        return self._in(self.policy.facts.declared()[node.name].label)

    def _field(self, node: tree.FieldRef) -> str:
        return self._whose(node.of) + self._in(node.record.declared()[node.name].label)  # type: ignore[attr-defined]

    def _rule(self, node: tree.RuleRef | tree.EachRef) -> str:
        return self._whose(node.of if isinstance(node, tree.RuleRef) else "") + self._in(node.rule.label)

    def _whose(self, of: str) -> str:
        return ("其", "its ")[self.place] if self.in_condition and of == "loop" else ""

    def _best(self, node: tree.BestRef) -> str:
        assert self.policy.best is not None
        return self._in(self.policy.best.label)

    def _earlier(self, node: tree.EarlierRef) -> str:
        name = self._in(node.rule.label)
        return (f"此前的{name}合计", f"{name} so far")[self.place]

    def _parameter(self, node: tree.FigureRef) -> str:
        return self._in(self.policy.figure_table.entries[node.name].label)

    def _reading(self, node: tree.ReadingRef) -> str:
        return self._in(self.policy.reading_table[node.name].label)

    def _operation(self, node: tree.Operation) -> Any:
        holds = _TIMES if node.op in "*/" else _PLUS
        left = self._within(node.left, holds)
        right = self._within(node.right, holds + (node.op in "-/"))
        return [*left, _SIGNS[node.op], *right], holds

    def _negative(self, node: tree.Negative) -> Any:
        return ["−", *self._within(node.item, 8)], 8

    def _comparison(self, node: tree.Comparison) -> Any:
        if isinstance(node.left, tree.ReadingRef) and isinstance(node.right, tree.Literal):
            wanted = self._in(self.policy.reading_table[node.left.name].options[node.right.value].label)
            return [*self._within(node.left, 0), _COMPARES[node.op], f"“{wanted}”"], _COMPARED
        sign = _COMPARES.get(node.op) or _BETWEEN[node.op][self.place]
        left, right = self._within(node.left, _PLUS - 1), self._within(node.right, _PLUS - 1)
        return [*left, sign, *right], _COMPARED

    def _joined(self, node: tree.All | tree.Any_) -> Any:
        every = isinstance(node, tree.All)
        word = ((" 且 ", " and ") if every else (" 或 ", " or "))[self.place]
        holds = _AND if every else _OR
        parts: _Parts = []
        for one in node.items:
            parts += [word] if parts else []
            parts += self._within(one, holds + 1)
        return parts, holds

    def _not(self, node: tree.Not) -> Any:
        return [("非 ", "not ")[self.place], *self._within(node.item, _COMPARED)], _NOT

    def _call_of(self, name: str, arguments: list[_Parts]) -> _Parts:
        word = _CALLED[name][self.place]
        parts: _Parts = []
        for one in arguments:
            parts += [", "] if parts else []
            parts += one
        return [f"{word}{' ' if self.place else ''}(", *parts, ")"] if word else parts

    def _extreme(self, node: tree.Extreme) -> _Parts:
        return self._call_of(node.which, [self._within(one, 0) for one in node.items])

    def _call(self, node: tree.Call) -> _Parts:
        if node.function == "capped":
            amount, limit, used = (self._within(one, _PLUS + 1) for one in node.arguments)
            left = self._call_of("max", [["0"], [*limit, " − ", *used]])
            return self._call_of("min", [amount, left])
        return self._call_of(node.function, [self._within(one, 0) for one in node.arguments])

    def _aggregate(self, node: tree.Aggregate) -> _Parts:
        if node.source_each is not None:
            return self._call_of(node.function, [self._named(node.source_each)])
        listed = self._in(self.policy.facts.declared()[node.source].label)
        text: _Parts = self._named(node.item) if node.item else [listed]
        if node.condition is not None:
            before, after = (("（", "）"), (" where ", ""))[self.place]
            self.in_condition = True
            text = [*text, before, *self._named(node.condition), after]
            self.in_condition = False
        return self._call_of(node.function, [text])

    _SAID: dict[type, Callable[[_Putter, Any], Any]] = {
        tree.Literal: _literal,
        tree.FactRef: _fact,
        tree.FieldRef: _field,
        tree.RuleRef: _rule,
        tree.EachRef: _rule,
        tree.BestRef: _best,
        tree.EarlierRef: _earlier,
        tree.FigureRef: _parameter,
        tree.ReadingRef: _reading,
        tree.Operation: _operation,
        tree.Negative: _negative,
        tree.Comparison: _comparison,
        tree.All: _joined,
        tree.Any_: _joined,
        tree.Not: _not,
        tree.Branch: _branch,
        tree.Extreme: _extreme,
        tree.Call: _call,
        tree.Aggregate: _aggregate,
    }


# What stands in a slot


def is_one_number(node: tree.Node) -> bool:
    return node.type.is_number and not isinstance(node, tree.Aggregate | tree.EachRef)


def say_of(policy: Policy, node: tree.Node) -> Say:
    """What is said of the value of a node for a scope; its name in brackets where a fact for it is missing."""
    if isinstance(node, tree.ReadingRef):
        quoted = quoted_of(policy, node.name)
        return lambda scope: quoted[getattr(scope.case.options, node.name)]
    if node.type.kind == "scale":
        name = Words(**with_names(policy, node))
        return lambda scope: name
    if isinstance(node, tree.Aggregate) and node.source_each is not None:
        each, function = say_of(policy, node.source_each), node.function
        return lambda scope: _called(function, each(scope))
    run, kind = careful_of(policy, node), node.type
    names = with_names(policy, node)
    missing = Words(f"[{names['zh']}]", f"[{names['en']}]")

    def say(scope: Scope) -> Said:
        try:
            if isinstance(node, tree.EachRef):
                source, values = policy.list_of(node.rule.record), run(scope)  # type: ignore[arg-type]
                said = [said_of(one, node.rule.type) for one in values]
                return _listed(_of_each(policy, source, node.rule.type, scope.case.records(source), said))
            if isinstance(node, tree.Aggregate):
                return _called(node.function, _items(policy, node, scope))
            return said_of(run(scope), kind)
        except MissingFacts:
            return missing

    return say


def quoted_of(policy: Policy, reading: str) -> dict[str, Words]:
    """The options of a reading, as they stand in a formula."""
    options = policy.reading_table[reading].options
    return {one: Words(f"“{about.label.zh}”", f"“{about.label.en}”") for one, about in options.items()}


def said_of(value: Any, kind: Type) -> Said:
    """A bare value without its unit."""
    if value is not None and kind.is_number:
        text = number_text(value, kind.places, kind.kind == "percent")
        return Words(text, text)
    return in_both(dressed(value, kind), kind, bare=True)


def in_brackets(said: Said) -> Said:
    """A negative number, put into brackets."""
    return Words(f"({said.zh})", f"({said.en})") if said.zh[0] == "−" == said.en[0] else said


def _items(policy: Policy, node: tree.Aggregate, scope: Scope) -> Said:
    """What the records that are counted give. Raises MissingFacts where it is not known which they are."""
    if node.item is None:
        text = str(careful_of(policy, node)(scope))
        return Words(text, text)
    records, lost = counted(policy, node, scope)
    if lost is not None:
        raise MissingFacts(lost)
    item, kind = careful_of(policy, node.item), node.item.type
    said: list[Said] = []
    before = scope.loop
    try:
        for other in records:
            scope.loop = other
            said.append(said_of(item(scope), kind))
    finally:
        scope.loop = before
    return _listed(_of_each(policy, node.source, kind, records, said))


def _of_each(policy: Policy, source: str, kind: Type, records: Iterable[Scope], said: Sequence[Said]) -> Sequence[Said]:
    """What is said of the records, a number with the name of its record where each has one: 东城区 42.10."""
    field = policy.facts.declared()[source].one_for_each
    if not field or not kind.is_number:
        return said
    names = [getattr(one, f"f_{field}") for one in records]
    return [
        Words(f"{name.label.zh} {one.zh}", f"{name.label.en} {one.en}") if isinstance(name, Choice) else one
        for name, one in zip(names, said, strict=True)
    ]


def _listed(all_said: Iterable[Said]) -> Said:
    said = list(all_said)
    if len(said) > _MOST_LISTED:
        said = [*said[: _MOST_LISTED - 1], Words("…", "…"), said[-1]]
    return Words(", ".join([one.zh for one in said]), ", ".join([one.en for one in said]))


def _called(name: str, said: Said) -> Words:
    zh, en = _CALLED[name]
    return Words(f"{zh}({said.zh})" if zh else said.zh, f"{en} ({said.en})" if en else said.en)


__all__ = [
    "Open",
    "Phrase",
    "in_brackets",
    "is_one_number",
    "quoted_of",
    "said_of",
    "say_of",
    "with_figures",
    "with_names",
]
