"""Why a case comes to what it does: each rule's formula, with names and with figures, from the tree that computed it.

An explanation is versioned data: `Explanation.as_json()` is described in docs/contract.md. Texts, pages and calculation
sheets are renderings of it (render.py and the office), so that none of them can say something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from gongbao.rules import scales, tree
from gongbao.rules.compute import Result, version
from gongbao.rules.evaluate import MissingFacts, Scope, run_of
from gongbao.rules.facts import as_json
from gongbao.rules.policy import Policy, Rule
from gongbao.rules.types import SCALES, Type
from gongbao.rules.values import Choice, Label, Percent, Quantity

SCHEMA = "gongbao.explanation/1"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on which a way was taken or not: in words, with figures, and whether it holds (None: not known)."""

    words: Label
    figures: Label
    holds: bool | None


@dataclass(frozen=True, slots=True)
class UsedFigure:
    """A parameter, the value that was taken, and from when to when it is that."""

    name: str
    label: Label
    value: Label
    since: date | None
    until: date | None
    clause: str
    document: str


@dataclass(frozen=True, slots=True)
class UsedReading:
    name: str
    label: Label
    option: str
    option_label: Label
    is_default: bool
    clause: str


@dataclass(frozen=True, slots=True)
class UsedFact:
    path: str
    label: Label
    value: Label


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several choices, with what it comes to by each criterion."""

    choice: Label
    values: tuple[tuple[Label, Label], ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of several choices applies, by which clause, and what the others would have come to."""

    name: str
    label: Label
    clause: str
    candidates: tuple[Candidate, ...]


@dataclass(slots=True)
class Step:
    """One rule for the case, for one record or for one choice.

    `number` counts from 1. A rule that several others need is told once; elsewhere `told_in` is the number of that
    step, and the step has nothing below. `folded`: true, and without bearing on the result. `exact` is the value
    before rounding where rounding changed it. `record` is the path of a record (trips[2]), `record_label` its name.
    """

    number: int
    rule: str
    label: Label
    clause: str
    unit: Label | None
    value: Label | None
    data: Any
    exact: str = ""
    places: int | None = None
    record: str = ""
    record_label: Label | None = None
    choice: Label | None = None
    formula: Label | None = None
    figures: Label | None = None
    notes: tuple[Label, ...] = ()
    conditions: tuple[Condition, ...] = ()
    parameters: tuple[UsedFigure, ...] = ()
    readings: tuple[UsedReading, ...] = ()
    facts: tuple[UsedFact, ...] = ()
    missing: tuple[str, ...] = ()
    folded: bool = False
    told_in: int | None = None
    steps: list[Step] = field(default_factory=list)

    def walk(self) -> Iterator[Step]:
        yield self
        for one in self.steps:
            yield from one.walk()


@dataclass(slots=True)
class Explanation:
    """The steps of each reported value, in order. A list of records gives each record's steps.

    `chosen` is there where the case has several choices of which the best applies (就高不就低).
    """

    policy: str
    label: Label
    document: str
    version: str
    date: date | None
    as_if: bool
    chosen: Chosen | None
    steps: list[Step]

    def walk(self) -> Iterator[Step]:
        for one in self.steps:
            yield from one.walk()

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "policy": self.policy,
            **_label(self.label),
            "document": self.document,
            "version": self.version,
            "date": self.date.isoformat() if self.date else None,
            "as_if": self.as_if,
            "chosen": _chosen_json(self.chosen) if self.chosen else None,
            "steps": [_step_json(one) for one in self.steps],
        }


def explain(result: Result, only: tuple[str, str] | None = None) -> Explanation:
    """The explanation of a computed case; with `only` that of one value: its record (visits[2], or "") and its rule."""
    return _Teller(result, only).tell()


class _Teller:
    def __init__(self, result: Result, only: tuple[str, str] | None) -> None:
        self.only = only
        self.result, self.policy, self.case = result, result.policy, result.case
        self.told: dict[tuple[int, Rule[..., Any]], Step] = {}
        self.figures: dict[tuple[str, tuple[Any, ...], date], UsedFigure] = {}
        self.number = 0
        self.words = [_words(self.policy, language) for language in LANGUAGES]

    def tell(self) -> Explanation:
        steps = []
        for name, reported in self.policy.reported.items():
            if isinstance(reported, Rule):
                if self.tells("", reported):
                    steps.append(self.step(reported, self.case.scope))
                continue
            try:
                scopes = self.case.records(name)
            except MissingFacts:
                continue
            for scope in scopes:
                rules = [part for part in reported if isinstance(part, Rule)]
                steps += [self.step(rule, scope) for rule in rules if self.tells(self.record_of(scope), rule)]
        policy = self.policy
        return Explanation(
            policy.name,
            policy.label,
            policy.document,
            version(policy),
            self.result.date,
            self.result.as_if,
            self.chosen(),
            steps,
        )

    def tells(self, record: str, rule: Rule[..., Any]) -> bool:
        return self.only in (None, (record, rule.name))

    def step(self, rule: Rule[..., Any], asked: Scope) -> Step:
        try:
            scope = asked.home(rule)
        except MissingFacts as error:  # which choice is the best is open
            self.number += 1
            missing = tuple(sorted(error.paths))
            return Step(self.number, rule.name, rule.label, rule.clause, _unit(rule.type), None, None, missing=missing)
        known = self.told.get((id(scope), rule))
        self.number += 1
        step = Step(
            self.number, rule.name, rule.label, rule.clause, _unit(rule.type), None, None, places=rule.type.places
        )
        step.record, step.choice = self.record_of(scope), self.choice_of(scope)
        step.record_label = self.name_of(scope)
        self.evaluate(rule, scope, step)
        if known is not None:
            step.told_in = known.number
            return step
        self.told[(id(scope), rule)] = step
        taken = _Taken(scope)
        kept = taken.of(rule.tree)
        step.conditions = tuple(
            Condition(self.label(one, scope, False), self.label(one, scope, True), holds)
            for one, holds in taken.conditions
        )
        step.formula, step.figures = self.label(kept, scope, False), self.label(kept, scope, True)
        if step.formula == step.figures or isinstance(kept, tree.Literal):
            step.figures = None
        self.details(step, taken, kept, scope)
        return step

    def evaluate(self, rule: Rule[..., Any], scope: Scope, step: Step) -> None:
        try:
            found = scope.evaluated(rule)
        except MissingFacts as error:
            step.missing = tuple(sorted(error.paths))
            return
        step.value = Label(*(shown(found.value, rule.type, language) for language in LANGUAGES))
        step.data = as_json(found.value, rule.type)
        if isinstance(found.exact, Quantity) and isinstance(found.value, Quantity) and found.exact != found.value:
            exact = found.exact.exact
            step.exact = f"{exact.numerator}/{exact.denominator}" if isinstance(exact, Fraction) else f"{exact:f}"

    def record_of(self, scope: Scope) -> str:
        if scope.record is None:
            return ""
        return f"{self.policy.list_of(type(scope.record))}[{scope.index}]"

    def name_of(self, scope: Scope) -> Label | None:
        """What a record is called: by the field of which there is one for each, else by its place in the input."""
        if scope.record is None or scope.index is None:
            return None
        listed = self.policy.facts.declared()[self.policy.list_of(type(scope.record))]
        value = getattr(scope.record, listed.one_for_each) if listed.one_for_each else None
        if isinstance(value, Choice):
            return value.label
        return Label(f"第{scope.index + 1}项", f"no. {scope.index + 1}")

    def choice_of(self, scope: Scope) -> Label | None:
        return scope.case.choice.label if scope.case.choice is not None else None

    def label(self, node: tree.Node, scope: Scope, with_figures: bool) -> Label:
        return Label(*(words.say(node, scope, with_figures) for words in self.words))

    def details(self, step: Step, taken: _Taken, kept: tree.Node, scope: Scope) -> None:
        """What stands below a step: the figures, readings, facts and rules it used, each once."""
        seen: set[Any] = set()
        parameters, readings, facts, notes = [], [], [], []
        relevant = _bearing(kept, scope)
        asked = [node for condition, _ in taken.conditions for node in _visible(condition, scope)]
        bearing = {id(node) for node in asked} | relevant
        for node in [*asked, *_visible(kept, scope)]:
            if isinstance(node, _FACTS):
                if node.name not in seen:
                    seen.add(node.name)
                    facts += self.fact(node, scope)
            elif isinstance(node, tree.FigureRef):
                if (one := self.figure(node, scope)) and one not in seen:
                    seen.add(one)
                    parameters.append(one)
            elif isinstance(node, tree.ReadingRef):
                if node.name not in seen:
                    seen.add(node.name)
                    readings.append(self.reading(node.name))
            elif isinstance(node, tree.Call):
                if node.function in SCALES.values():
                    notes += self.bands(node, scope)
            elif isinstance(node, _RULES):
                for rule, home in self.below(node, scope):
                    if (rule, id(home)) not in seen:
                        seen.add((rule, id(home)))
                        child = self.step(rule, home)
                        child.folded = id(node) not in bearing
                        step.steps.append(child)
        step.parameters, step.readings = tuple(parameters), tuple(readings)
        step.facts, step.notes = tuple(facts), tuple(notes)

    def below(self, node: tree.Node, scope: Scope) -> list[tuple[Rule[..., Any], Scope]]:
        if isinstance(node, tree.RuleRef):
            return [(node.rule, scope)] if node.of == "record" else []
        if isinstance(node, tree.EachRef):
            assert node.rule.record is not None
            return [(node.rule, one) for one in scope.case.home(node.rule).of(node.rule.record)]
        assert isinstance(node, tree.Aggregate)
        if node.source_each is not None or node.item is None:
            return []
        rules = {one.rule for one in node.item.walk() if isinstance(one, tree.RuleRef) and one.of == "loop"}
        return [(rule, other) for other in _holding(node, scope) for rule in sorted(rules, key=lambda one: one.line)]

    def figure(self, node: tree.FigureRef, scope: Scope) -> UsedFigure | None:
        try:
            day = scope.day
            keys = tuple(run_of(one)(scope) for one in node.keys)
        except MissingFacts:
            return None
        known = self.figures.get((node.name, keys, day))
        if known is None:
            known = self.figures[node.name, keys, day] = self._figure(node, keys, scope)
        return known

    def _figure(self, node: tree.FigureRef, keys: tuple[Any, ...], scope: Scope) -> UsedFigure:
        entry, value = scope.case.table.entries[node.name], run_of(node)(scope)
        since, until = scope.case.table.period(node.name, scope.day)
        label = entry.label
        if keys:
            label = Label(
                f"{label.zh}（{'、'.join(_said(one, 'zh') for one in keys)}）",
                f"{label.en} ({', '.join(_said(one, 'en') for one in keys)})",
            )
        if isinstance(value, scales.Scale):
            said = Label("分档标准", "a scale")
        else:
            said = Label(*(shown(value, node.type, language) for language in LANGUAGES))
        return UsedFigure(node.name, label, said, since, until, entry.clause, entry.document or self.policy.document)

    def reading(self, name: str) -> UsedReading:
        reading = self.policy.reading_table[name]
        option = getattr(self.case.options, name)
        about = reading.options[option]
        return UsedReading(
            name, reading.label, option, about.label, option == reading.default, about.clause or reading.clause
        )

    def fact(self, node: tree.FactRef | tree.FieldRef, scope: Scope) -> list[UsedFact]:
        """The fact with its value; none of a list of records, nor of those a generator goes through."""
        if isinstance(node, tree.FieldRef):
            if node.of == "loop":
                return []
            declared, path = node.record.declared()[node.name], f"{self.record_of(scope)}.{node.name}"  # type: ignore[attr-defined]
        else:
            declared, path = self.policy.facts.declared()[node.name], node.name
        if declared.type.is_records:
            return []
        try:
            value = run_of(node)(scope)
        except MissingFacts:
            return []
        said = Label(*(shown(value, declared.type, language) for language in LANGUAGES))
        return [UsedFact(path, declared.label, said)]

    def bands(self, node: tree.Call, scope: Scope) -> list[Label]:
        """Which part of the value each band of a scale takes."""
        try:
            value, scale = (run_of(one)(scope) for one in node.arguments)
        except MissingFacts:
            return []
        if not isinstance(scale, scales.Ladder):
            band = scale.band_of(value)
            if band is None:
                return [Label("低于第一档", "below the first band")]
            text = f"{_number(band.above)}{'≤' if band.included else '<'}{_number(value)}: {_number(band.gives)}"
            return [Label(text, text)]
        out = []
        for band, part in scale.parts(value):
            text = f"> {_number(band.above)}: {_number(part)} × {_number(band.gives)} = {_number(part * band.gives)}"
            out.append(Label(text, text))
        return out

    def chosen(self) -> Chosen | None:
        case, best = self.case, self.policy.best
        if best is None:
            return None
        try:
            among, chosen = case.choices(), case.best()
        except MissingFacts:
            return None
        if len(among) < 2:
            return None
        out = []
        for one in among:
            values = []
            for rule in (criterion.rule for criterion in best.criteria):
                value = case.part(one).scope.value(rule)
                values.append((rule.label, Label(*(shown(value, rule.type, language) for language in LANGUAGES))))
            out.append(Candidate(one.label, tuple(values), one is chosen))
        return Chosen(best.name, best.label, best.clause, tuple(out))


_FACTS = (tree.FactRef, tree.FieldRef)
_RULES = (tree.RuleRef, tree.EachRef, tree.Aggregate)


class _Taken:
    """The ways that were taken through the branches of a tree, and the conditions that led there."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.conditions: list[tuple[tree.Node, bool | None]] = []

    def of(self, node: tree.Node) -> tree.Node:
        while isinstance(node, tree.Branch):
            try:
                holds = bool(run_of(node.condition)(self.scope))
            except MissingFacts:
                self.conditions.append((node.condition, None))
                return node
            self.conditions.append((node.condition, holds))
            node = node.then if holds else node.otherwise
        return node


def _way(node: tree.Node, scope: Scope) -> tree.Node:
    """Past the branches inside a formula, to what was computed."""
    return _Taken(scope).of(node)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a node can be known once and for all. `visible` is None where a branch below decides what is shown."""

    visible: tuple[tree.Node, ...] | None
    may_fold: bool


def _seen(node: tree.Node) -> _Seen:
    if node.told is None:
        below = [node] if isinstance(node, tree.Aggregate) else list(node.walk())
        open_ = any(isinstance(one, tree.Branch) for one in below)
        rules = any(isinstance(one, tree.RuleRef | tree.EachRef | tree.Aggregate) for one in below)
        folds = any(isinstance(one, tree.Extreme | tree.Operation | tree.All | tree.Any_) for one in below)
        node.told = _Seen(None if open_ else tuple(_in_order(node)), rules and folds)
    return node.told  # type: ignore[no-any-return]


def _in_order(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    if not isinstance(node, tree.Aggregate):
        for one in node.children():
            yield from _in_order(one)


def _visible(node: tree.Node, scope: Scope) -> Iterable[tree.Node]:
    """What a formula shows: a node and those below it, along the ways taken, from left to right."""
    known = _seen(node).visible
    return known if known is not None else _followed(node, scope)


def _followed(node: tree.Node, scope: Scope) -> Iterator[tree.Node]:
    node = _way(node, scope)
    if isinstance(node, tree.Branch):
        yield from _visible(node.condition, scope)
        return
    yield node
    if not isinstance(node, tree.Aggregate):
        for one in node.children():
            yield from _visible(one, scope)


def _holding(node: tree.Aggregate, scope: Scope) -> list[Scope]:
    """The records that an aggregate counts."""
    out, before = [], scope.loop
    try:
        for other in scope.case.records(node.source):
            scope.loop = other
            if node.condition is None or run_of(node.condition)(scope):
                out.append(other)
    except MissingFacts:
        return out
    finally:
        scope.loop = before
    return out


def _bearing(node: tree.Node, scope: Scope) -> set[int]:
    """The nodes on which the value depends as it is: not the greater side of a min, nor what is multiplied by zero."""
    node = _way(node, scope)
    if not _seen(node).may_fold:
        return {id(one) for one in _visible(node, scope)}
    found = {id(node)}
    try:
        value = run_of(node)(scope)
    except MissingFacts:
        return {id(one) for one in node.walk()}
    items = list(node.children())
    if isinstance(node, tree.Aggregate):
        return found
    if isinstance(node, tree.Extreme):
        items = [one for one in items if run_of(one)(scope) == value][:1]
    elif isinstance(node, tree.Operation) and node.op == "*":
        zeros = [one for one in items if _is_zero(run_of(one)(scope))]
        items = zeros[:1] or items
    elif isinstance(node, tree.All) and value is False:
        items = [one for one in items if _value_or_none(one, scope) is False][:1]
    elif isinstance(node, tree.Any_) and value is True:
        items = [one for one in items if _value_or_none(one, scope) is True][:1]
    for one in items:
        found |= _bearing(one, scope)
    return found


def _value_or_none(node: tree.Node, scope: Scope) -> Any:
    try:
        return run_of(node)(scope)
    except MissingFacts:
        return None


def _is_zero(value: Any) -> bool:
    return not isinstance(value, bool | Choice | str | date) and value == 0


# Formulas in words

_TIMES, _PLUS, _COMPARED, _NOT, _AND, _OR = 6, 5, 4, 3, 2, 1
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
    "total": ("合计", "total of"),
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


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a phrase, filled in for each case. `holds` is how tightly what stands there must hold together."""

    node: tree.Node
    holds: int


_Parts = tuple["str | _Slot", ...]
_ALONE = 9


class _Words:
    """Says nodes of a policy in one language, with names or with the figures of a scope.

    What is said of a node is put together once, as a phrase with slots, and filled in for each case.
    """

    def __init__(self, policy: Policy, language: str) -> None:
        self.policy, self.language = policy, language
        self.place = LANGUAGES.index(language)
        self.kept: dict[tuple[int, bool], tuple[_Parts, int]] = {}
        self.in_condition = False  # of a generator, where the record it goes through stands beside the rule's own

    def say(self, node: tree.Node, scope: Scope, with_figures: bool) -> str:
        return self._fill(self._phrase(node, with_figures)[0], scope, with_figures)

    def _fill(self, parts: _Parts, scope: Scope, figures: bool) -> str:
        out = []
        for part in parts:
            if part.__class__ is str:
                out.append(part)
                continue
            assert isinstance(part, _Slot)
            if isinstance(part.node, tree.Branch):
                out.append(self._branch(part, scope, figures))
            elif not figures:  # names that depend on the case: the records a condition picks are named by it
                out.append(self.say(part.node, scope, False))
            else:
                text = self._figure(part.node, scope)
                out.append(f"({text})" if part.holds >= _PLUS and text.startswith("−") else text)
        return "".join(out)

    def _branch(self, slot: _Slot, scope: Scope, figures: bool) -> str:
        node = _way(slot.node, scope)
        if isinstance(node, tree.Branch):  # the condition needs a fact that is missing: both ways are open
            condition = self.say(node.condition, scope, figures)
            return (f"取决于：{condition}", f"depends on: {condition}")[self.place]
        parts, own = self._phrase(node, figures)
        text = self._fill(parts, scope, figures)
        return f"({text})" if own < slot.holds else text

    def _phrase(self, node: tree.Node, figures: bool) -> tuple[_Parts, int]:
        """The phrase for a node, and how tightly it holds together."""
        found = self.kept.get((id(node), figures))
        if found is None:
            if isinstance(node, tree.Branch) or (figures and isinstance(node, _FILLED)):
                found = ((_Slot(node, 0),), _ALONE)
            else:
                said = self._SAID[type(node)](self, node, figures)
                parts, own = said if isinstance(said, tuple) else (said, _ALONE)
                found = (tuple(_merged([parts] if isinstance(parts, str) else parts)), own)
            self.kept[id(node), figures] = found
        return found

    def _within(self, node: tree.Node, figures: bool, holds: int) -> list[str | _Slot]:
        """The phrase for a node inside one that holds its parts together with `holds`."""
        if isinstance(node, tree.Branch) or (figures and isinstance(node, _FILLED)):
            return [_Slot(node, holds)]
        parts, own = self._phrase(node, figures)
        return ["(", *parts, ")"] if own < holds else list(parts)

    def _in(self, label: Label) -> str:
        return label.zh if self.place == 0 else label.en

    # What stands in a slot

    def _figure(self, node: tree.Node, scope: Scope) -> str:
        if isinstance(node, tree.ReadingRef):
            return self._in(self.policy.reading_table[node.name].options[getattr(scope.case.options, node.name)].label)
        known = scope.said.get(id(node))
        if known is not None:
            return known
        if isinstance(node, _OF_ONE) and node.of == "loop":
            return self._fill(self._phrase(node, False)[0], scope, False)
        try:
            if isinstance(node, tree.EachRef):
                return self._listed(run_of(node)(scope), node.rule.type)
            if isinstance(node, tree.Aggregate):
                return self._called(node.function, self._items(node, scope))
            value = run_of(node)(scope)
            if isinstance(value, _NUMBERS) and not isinstance(value, bool):
                scope.said[id(node)] = text = shown(value, node.type, self.language, bare=True)
                return text
        except MissingFacts:
            return f"[{self._fill(self._phrase(node, False)[0], scope, False)}]"
        if isinstance(value, scales.Scale):
            return self._fill(self._phrase(node, False)[0], scope, False)
        return shown(value, node.type, self.language, bare=True)

    def _items(self, node: tree.Aggregate, scope: Scope) -> str:
        if node.source_each is not None:
            return self._figure(node.source_each, scope)
        if node.item is None:
            return str(run_of(node)(scope))
        values, before = [], scope.loop
        try:
            for other in _holding(node, scope):
                scope.loop = other
                values.append(run_of(node.item)(scope))
        finally:
            scope.loop = before
        return self._listed(values, node.item.type)

    def _listed(self, values: list[Any], kind: Type) -> str:
        said = [shown(one, kind, self.language, bare=True) for one in values]
        if len(said) > _MOST_LISTED:
            said = [*said[: _MOST_LISTED - 1], "…", said[-1]]
        return ", ".join(said)

    def _called(self, name: str, said: str) -> str:
        word = _CALLED[name][self.place]
        return f"{word}{' ' if word and self.place else ''}({said})" if word else said

    # What is said of each kind of node

    def _literal(self, node: tree.Literal, figures: bool) -> Any:
        if node.type.kind == "none":
            return ("无", "nothing")[self.place]
        if isinstance(node.value, tuple):
            return ("、", ", ")[self.place].join(self._in(one.label) for one in node.value)
        if isinstance(node.value, str):
            return node.value
        return shown(node.value, node.type, self.language, bare=True)

    def _fact(self, node: tree.FactRef, figures: bool) -> Any:
        return self._in(self.policy.facts.declared()[node.name].label)

    def _field(self, node: tree.FieldRef, figures: bool) -> Any:
        return self._whose(node.of) + self._in(node.record.declared()[node.name].label)  # type: ignore[attr-defined]

    def _rule(self, node: tree.RuleRef | tree.EachRef, figures: bool) -> Any:
        return self._whose(node.of if isinstance(node, tree.RuleRef) else "") + self._in(node.rule.label)

    def _whose(self, of: str) -> str:
        return ("其", "its ")[self.place] if self.in_condition and of == "loop" else ""

    def _best(self, node: tree.BestRef, figures: bool) -> Any:
        assert self.policy.best is not None
        return self._in(self.policy.best.label)

    def _earlier(self, node: tree.EarlierRef, figures: bool) -> Any:
        name = self._in(node.rule.label)
        return (f"此前的{name}合计", f"{name} so far")[self.place]

    def _parameter(self, node: tree.FigureRef, figures: bool) -> Any:
        return self._in(self.policy.figure_table.entries[node.name].label)

    def _reading(self, node: tree.ReadingRef, figures: bool) -> Any:
        return self._in(self.policy.reading_table[node.name].label)

    def _operation(self, node: tree.Operation, figures: bool) -> Any:
        holds = _TIMES if node.op in "*/" else _PLUS
        left = self._within(node.left, figures, holds)
        right = self._within(node.right, figures, holds + (node.op in "-/"))
        return [*left, _SIGNS[node.op], *right], holds

    def _negative(self, node: tree.Negative, figures: bool) -> Any:
        return ["−", *self._within(node.item, figures, 8)], 8

    def _comparison(self, node: tree.Comparison, figures: bool) -> Any:
        if isinstance(node.left, tree.ReadingRef) and isinstance(node.right, tree.Literal):
            reading = self.policy.reading_table[node.left.name]
            wanted = self._in(reading.options[node.right.value].label)
            left: list[str | _Slot] = [_Slot(node.left, 0)] if figures else [self._in(reading.label)]
            return [*left, _COMPARES[node.op], wanted], _COMPARED
        sign = _COMPARES.get(node.op) or _BETWEEN[node.op][self.place]
        left, right = self._within(node.left, figures, _PLUS - 1), self._within(node.right, figures, _PLUS - 1)
        return [*left, sign, *right], _COMPARED

    def _joined(self, node: tree.All | tree.Any_, figures: bool) -> Any:
        every = isinstance(node, tree.All)
        word = ((" 且 ", " and ") if every else (" 或 ", " or "))[self.place]
        holds = _AND if every else _OR
        parts: list[str | _Slot] = []
        for one in node.items:
            parts += [word] if parts else []
            parts += self._within(one, figures, holds + 1)
        return parts, holds

    def _not(self, node: tree.Not, figures: bool) -> Any:
        return [("非 ", "not ")[self.place], *self._within(node.item, figures, _COMPARED)], _NOT

    def _call_of(self, name: str, arguments: list[list[str | _Slot]]) -> list[str | _Slot]:
        word = _CALLED[name][self.place]
        parts: list[str | _Slot] = []
        for one in arguments:
            parts += [", "] if parts else []
            parts += one
        return [f"{word}{' ' if self.place else ''}(", *parts, ")"] if word else parts

    def _extreme(self, node: tree.Extreme, figures: bool) -> Any:
        return self._call_of(node.which, [self._within(one, figures, 0) for one in node.items]), _ALONE

    def _call(self, node: tree.Call, figures: bool) -> Any:
        if node.function == "capped":
            amount, limit, used = (self._within(one, figures, _PLUS + 1) for one in node.arguments)
            zero: list[str | _Slot] = ["0"]
            rest: list[str | _Slot] = [*limit, " − ", *used]
            left = self._call_of("max", [zero, rest])
            return self._call_of("min", [amount, left]), _ALONE
        return self._call_of(node.function, [self._within(one, figures, 0) for one in node.arguments]), _ALONE

    def _aggregate(self, node: tree.Aggregate, figures: bool) -> Any:
        if node.source_each is not None:
            return self._call_of(node.function, [self._within(node.source_each, False, 0)]), _ALONE
        listed = self._in(self.policy.facts.declared()[node.source].label)
        text: list[str | _Slot] = self._within(node.item, False, 0) if node.item else [listed]
        if node.condition is not None:
            before, after = (("（", "）"), (" where ", ""))[self.place]
            self.in_condition = True
            text += [before, *self._within(node.condition, False, 0), after]
            self.in_condition = False
        return self._call_of(node.function, [text]), _ALONE

    _SAID: dict[type, Callable[[_Words, Any, bool], Any]] = {
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
        tree.Extreme: _extreme,
        tree.Call: _call,
        tree.Aggregate: _aggregate,
    }


@cache
def _words(policy: Policy, language: str) -> _Words:
    return _Words(policy, language)


def _merged(parts: Iterable[str | _Slot]) -> Iterator[str | _Slot]:
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


_MOST_LISTED = 12
_OF_ONE = (tree.FieldRef, tree.RuleRef)
_NUMBERS = (Quantity, int)

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


def shown(value: Any, kind: Type, language: str, *, bare: bool = False) -> str:
    """A value as a person reads it: 1,234.50 元, 65%, 是. `bare` leaves the unit of an amount out, as in a formula."""
    if value is None:
        return "无" if language == "zh" else "none"
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][language != "zh"]
    if isinstance(value, Choice):
        return value.label.in_language(language)
    if isinstance(value, list | tuple):
        item = kind.item or kind
        return ("、" if language == "zh" else ", ").join(shown(one, item, language) for one in value)
    if isinstance(value, Quantity | int):
        text = _number(value, kind.places)
        if bare or kind.unit is None or isinstance(value, Percent):
            return text
        return f"{text} {kind.unit.zh if language == 'zh' else kind.unit.en}"
    if kind.kind == "month":
        return f"{value:%Y-%m}"
    return str(value)


def _number(value: Any, places: int | None = None) -> str:
    """1,234.50, −3, 65%; a fraction to six decimals with …"""
    exact = value.exact if isinstance(value, Quantity) else value
    if isinstance(exact, Fraction):
        shortened = round(abs(exact) * 10**6)
        text = f"{shortened // 10**6:,}.{shortened % 10**6:06d}…"
    elif isinstance(exact, int):
        text = f"{abs(exact)}"
    else:
        text = f"{abs(exact):,f}"
        if places is not None and "." not in text and places and not isinstance(value, Percent):
            text = f"{abs(exact):,.{places}f}"
        elif "." in text and (places is None or isinstance(value, Percent)):
            text = text.rstrip("0").rstrip(".")
    sign = "−" if exact < 0 else ""
    return f"{sign}{text}{'%' if isinstance(value, Percent) else ''}"


def _said(value: Any, language: str) -> str:
    return value.label.in_language(language) if isinstance(value, Choice) else str(value)


def _unit(kind: Type) -> Label | None:
    return Label(kind.unit.zh, kind.unit.en) if kind.unit else None


# As JSON


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _step_json(step: Step) -> dict[str, Any]:
    out: dict[str, Any] = {
        "number": step.number,
        "rule": step.rule,
        **_label(step.label),
        "clause": step.clause,
        "value": step.data,
    }
    if step.unit:
        out["unit"] = _label(step.unit)
    if step.exact:
        out |= {"before_rounding": step.exact, "places": step.places}
    if step.record and step.record_label:
        out |= {"record": step.record, "record_label": _label(step.record_label)}
    if step.choice:
        out["choice"] = _label(step.choice)
    if step.told_in:
        return out | {"told_in": step.told_in, "folded": step.folded}
    if step.formula:
        out["formula"] = _label(step.formula)
    if step.figures:
        out["figures"] = _label(step.figures)
    if step.notes:
        out["notes"] = [_label(one) for one in step.notes]
    out["conditions"] = [
        {**_label(one.words), "figures": _label(one.figures), "holds": one.holds} for one in step.conditions
    ]
    out["parameters"] = [
        {
            "name": one.name,
            **_label(one.label),
            "value": _label(one.value),
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
            "clause": one.clause,
            "document": one.document,
        }
        for one in step.parameters
    ]
    out["readings"] = [
        {
            "name": one.name,
            **_label(one.label),
            "option": one.option,
            "option_label": _label(one.option_label),
            "default": one.is_default,
            "clause": one.clause,
        }
        for one in step.readings
    ]
    out["facts"] = [{"path": one.path, **_label(one.label), "value": _label(one.value)} for one in step.facts]
    if step.missing:
        out["missing"] = list(step.missing)
    return out | {"folded": step.folded, "steps": [_step_json(one) for one in step.steps]}


def _chosen_json(chosen: Chosen) -> dict[str, Any]:
    return {
        "name": chosen.name,
        **_label(chosen.label),
        "clause": chosen.clause,
        "candidates": [
            {
                "choice": _label(one.choice),
                "values": [{**_label(label), "value": _label(said)} for label, said in one.values],
                "chosen": one.chosen,
            }
            for one in chosen.candidates
        ],
    }
