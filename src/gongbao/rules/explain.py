"""Why a case comes to what it does: each rule's formula, with names and with figures, from the tree that computed it.

An explanation is versioned data: `Explanation.as_json()` is described in docs/contract.md. Texts, pages and calculation
sheets are renderings of it (render.py and the office), so that none of them can say something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

from gongbao.rules import scales, tree
from gongbao.rules.compute import Result, version
from gongbao.rules.evaluate import MissingFacts, Scope, counted, run_of
from gongbao.rules.facts import as_json
from gongbao.rules.figures import FigureTable
from gongbao.rules.lost import Lost
from gongbao.rules.phrases import key_of, said_of
from gongbao.rules.policy import FigureSheet, Rule
from gongbao.rules.shown import Said, Words, in_both, number, shown
from gongbao.rules.values import Choice, Label, Quantity
from gongbao.rules.ways import Asked, Needed, Way, way_of

SCHEMA = "gongbao.explanation/1"

WordsOf = Callable[[str, str], str | None]
"""From document and clause to the clause's words; None where nobody holds them."""


@dataclass(slots=True, eq=False)
class Condition:
    """A condition on which a way was taken or not: in words, with figures, and whether it holds (None: not known)."""

    words: Said
    figures: Said
    holds: bool | None


@dataclass(slots=True, eq=False)
class UsedFigure:
    """A parameter, the value that was taken, and from when to when it is that."""

    name: str
    label: Said
    value: Said
    since: date | None
    until: date | None
    clause: str
    document: str


@dataclass(slots=True, eq=False)
class UsedReading:
    name: str
    label: Said
    option: str
    option_label: Said
    is_default: bool
    clause: str


@dataclass(slots=True, eq=False)
class UsedFact:
    path: str
    label: Said
    value: Said


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several choices, with what it comes to by each criterion."""

    choice: Said
    values: tuple[tuple[Said, Said], ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of several choices applies, by which clause, and what the others would have come to."""

    name: str
    label: Said
    clause: str
    candidates: tuple[Candidate, ...]


@dataclass(slots=True, eq=False)
class _Place:
    """For what a rule was computed: the case, a record of it, a choice; and what was told of it before."""

    record: str
    record_label: Said | None
    choice: Label | None
    steps: dict[Rule[..., Any], Step] = field(default_factory=dict)
    facts: dict[str, UsedFact | None] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Step:
    """One rule for the case, for one record or for one choice.

    `number` counts from 1. A rule that several others need is told once; elsewhere `told_in` is the number of that
    step, and the step has nothing below. `folded`: true, and without bearing on the result. `exact` is the value
    before rounding where rounding changed it. `missing` names some of the facts where there are `more_missing`.
    """

    number: int
    of: Rule[..., Any]
    value: Said | None
    data: Any
    place: _Place
    exact: str = ""
    missing: tuple[str, ...] = ()
    more_missing: bool = False
    folded: bool = False
    told_in: int | None = None
    formula: Said | None = None
    figures: Said | None = None
    notes: Sequence[Said] = ()
    conditions: Sequence[Condition] = ()
    parameters: Sequence[UsedFigure] = ()
    readings: Sequence[UsedReading] = ()
    facts: Sequence[UsedFact] = ()
    steps: Sequence[Step] = ()

    @property
    def rule(self) -> str:
        return self.of.name

    @property
    def label(self) -> Label:
        return self.of.label

    @property
    def clause(self) -> str:
        return self.of.clause

    @property
    def places(self) -> int | None:
        return self.of.type.places

    @property
    def record(self) -> str:
        """The path of the record: trips[2]; "" where the rule is on the case."""
        return self.place.record

    @property
    def record_label(self) -> Said | None:
        return self.place.record_label

    @property
    def choice(self) -> Label | None:
        return self.place.choice

    def lacking(self, lost: Lost) -> Step:
        self.missing, self.more_missing = tuple(sorted(lost.first)), lost.more
        return self

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

    def citations(self) -> Iterator[tuple[str, str]]:
        """Each document and clause that is cited, once, where it is cited first."""
        cited = [(self.document, self.chosen.clause)] if self.chosen else []
        for step in self.walk():
            cited.append((self.document, step.clause))
            cited += [(one.document, one.clause) for one in step.parameters]
            cited += [(self.document, one.clause) for one in step.readings]
        yield from dict.fromkeys(one for one in cited if one[1])

    def as_json(self, *, words: WordsOf | None = None) -> dict[str, Any]:
        """`words` gives the words of the clauses that are cited, where they shall be there too.

        What several steps name is the same object in each of them: copy it before you change it.
        """
        out = {
            "schema": SCHEMA,
            "policy": self.policy,
            **_label(self.label),
            "document": self.document,
            "version": self.version,
            "date": self.date.isoformat() if self.date else None,
            "as_if": self.as_if,
            "chosen": _chosen_json(self.chosen) if self.chosen else None,
            "steps": list(map(_AsJson().step, self.steps)),
        }
        if words is not None:
            found = {f"{document} {clause}": words(document, clause) for document, clause in self.citations()}
            out["words"] = {citation: one for citation, one in found.items() if one}
        return out


def explain(result: Result, only: tuple[str, str] | None = None) -> Explanation:
    """The explanation of a computed case; with `only` that of one value: its record (visits[2], or "") and its rule."""
    return _Teller(result, only).tell()


class _Teller:
    def __init__(self, result: Result, only: tuple[str, str] | None) -> None:
        self.only = only
        self.result, self.policy, self.case = result, result.policy, result.case
        self.places: dict[Scope, _Place] = {}
        self.figures = _figures_told(result.case.table)
        self.readings: dict[str, UsedReading] = {}
        self.number = 0

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
                steps += [self.step(rule, scope) for rule in rules if self.tells(self.place(scope).record, rule)]
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

    def step(self, rule: Rule[..., Any], asked: Scope, folded: bool = False) -> Step:
        self.number += 1
        try:
            scope = asked.home(rule)
        except MissingFacts as error:  # which choice is the best is open
            return Step(self.number, rule, None, None, _NOWHERE, folded=folded).lacking(error.lost)
        place = self.place(scope)
        known = place.steps.get(rule)
        if known is not None:
            again = Step(self.number, rule, known.value, known.data, place, known.exact)
            again.missing, again.more_missing = known.missing, known.more_missing
            again.folded, again.told_in = folded, known.number
            return again
        step = place.steps[rule] = Step(self.number, rule, None, None, place, folded=folded)
        self.evaluate(step, scope)
        way = way_of(rule, scope)
        step.formula = way.formula
        if way.figures is not None:
            figures = way.figures.fill(scope)
            step.figures = figures if figures != way.formula else None
        if way.conditions:
            step.conditions = [Condition(words, figures.fill(scope), holds) for words, figures, holds in way.conditions]
        if way.scales:
            step.notes = [note for scale in way.scales for note in _bands(scale, scope)]
        if way.parameters:
            used = dict.fromkeys([self.figure(one, scope) for one in way.parameters])
            step.parameters = [one for one in used if one is not None]
        if way.readings:
            step.readings = [self.reading(one) for one in way.readings]
        if way.facts:
            told = [self.fact(one, scope, place) for one in way.facts]
            step.facts = [one for one in told if one is not None]
        if way.needed:
            step.steps = self.below(way, scope)
        return step

    def evaluate(self, step: Step, scope: Scope) -> None:
        rule = step.of
        try:
            found = scope.evaluated(rule)
        except MissingFacts as error:
            step.lacking(error.lost)
            return
        step.value = said_of(found.value, rule.type, scope, rule)
        step.data = as_json(found.value, rule.type)
        if isinstance(found.exact, Quantity) and isinstance(found.value, Quantity) and found.exact != found.value:
            exact = found.exact.exact
            step.exact = f"{exact.numerator}/{exact.denominator}" if isinstance(exact, Fraction) else f"{exact:f}"

    def place(self, scope: Scope) -> _Place:
        found = self.places.get(scope)
        if found is None:
            choice = scope.case.choice.label if scope.case.choice is not None else None
            found = self.places[scope] = _Place(*self.record_of(scope), choice)
        return found

    def record_of(self, scope: Scope) -> tuple[str, Said | None]:
        """The path of a record and what it is called: by the field of which there is one for each, else by its place
        in the input."""
        if scope.record is None or scope.index is None:
            return "", None
        name = self.policy.list_of(type(scope.record))
        path, field = f"{name}[{scope.index}]", self.policy.facts.declared()[name].one_for_each
        value = getattr(scope.record, field) if field else None
        if isinstance(value, Choice):
            return path, value.label
        return path, Words(f"第{scope.index + 1}项", f"no. {scope.index + 1}")

    def below(self, way: Way, scope: Scope) -> list[Step]:
        """The steps of the rules that stand in the formula and its conditions, each once."""
        bearing = way.bearing(scope)
        seen: set[tuple[Rule[..., Any], Scope]] = set()
        steps = []
        for node, rules in way.needed:
            folded = id(node) not in bearing and id(node) not in way.asked
            for home in self.homes(node, scope) if rules else ():
                for rule in rules:
                    if (rule, home) not in seen:
                        seen.add((rule, home))
                        steps.append(self.step(rule, home, folded))
        return steps

    def homes(self, node: Needed, scope: Scope) -> Sequence[Scope]:
        if isinstance(node, tree.RuleRef):
            return (scope,)
        if isinstance(node, tree.EachRef):
            assert node.rule.record is not None
            return scope.case.home(node.rule).of(node.rule.record)
        return counted(node, scope)[0]

    def figure(self, node: tree.FigureRef, scope: Scope) -> UsedFigure | None:
        try:
            sheet, keys = scope.figures, tuple([run_of(one)(scope) for one in node.keys])
        except MissingFacts:
            return None
        known = self.figures.get((sheet, node.name, keys))
        if known is None:
            known = self.figures[sheet, node.name, keys] = self._figure(node, keys, scope)
        return known

    def _figure(self, node: tree.FigureRef, keys: tuple[Any, ...], scope: Scope) -> UsedFigure:
        entry, value = scope.case.table.entries[node.name], run_of(node)(scope)
        since, until = scope.case.table.period(node.name, scope.day)
        label: Said = entry.label
        if keys:
            said = [one.label if isinstance(one, Choice) else Words(str(one), str(one)) for one in keys]
            label = Words(
                f"{label.zh}（{'、'.join([one.zh for one in said])}）",
                f"{label.en} ({', '.join([one.en for one in said])})",
            )
        shown = _A_SCALE if isinstance(value, scales.Scale) else in_both(value, node.type)
        return UsedFigure(node.name, label, shown, since, until, entry.clause, entry.document or self.policy.document)

    def reading(self, name: str) -> UsedReading:
        found = self.readings.get(name)
        if found is None:
            reading = self.policy.reading_table[name]
            option = getattr(self.case.options, name)
            about = reading.options[option]
            found = self.readings[name] = UsedReading(
                name, reading.label, option, about.label, option == reading.default, about.clause or reading.clause
            )
        return found

    def fact(self, node: Asked, scope: Scope, place: _Place) -> UsedFact | None:
        """The fact with its value; None for a list of records, and for one that is missing."""
        if isinstance(node, tree.FactRef):
            scope, place = self.case.scope, self.place(self.case.scope)
        if node.name not in place.facts:
            place.facts[node.name] = self._fact(node, scope, place)
        return place.facts[node.name]

    def _fact(self, node: Asked, scope: Scope, place: _Place) -> UsedFact | None:
        if isinstance(node, tree.FieldRef):
            declared, path = node.record.declared()[node.name], f"{place.record}.{node.name}"  # type: ignore[attr-defined]
        else:
            declared, path = self.policy.facts.declared()[node.name], node.name
        if declared.type.is_records:
            return None
        try:
            value = run_of(node)(scope)
        except MissingFacts:
            return None
        return UsedFact(path, declared.label, said_of(value, declared.type, scope, key_of(node)))

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
                try:
                    said = in_both(case.part(one).scope.value(rule), rule.type)
                except MissingFacts:  # it was beaten before this was asked
                    said = _NOT_NEEDED
                values.append((rule.label, said))
            out.append(Candidate(one.label, tuple(values), one is chosen))
        return Chosen(best.name, best.label, best.clause, tuple(out))


_NOWHERE = _Place("", None, None)
_NOT_NEEDED = Words("未填，不影响结果", "not given, and of no bearing")
_A_SCALE = Words("分档标准", "a scale")
_BELOW_ALL = Words("低于第一档", "below the first band")

_Figures = dict[tuple[FigureSheet, str, tuple[Any, ...]], UsedFigure]
_TOLD: WeakKeyDictionary[FigureTable, _Figures] = WeakKeyDictionary()


def _figures_told(table: FigureTable) -> _Figures:
    """What was told of the figures of a table, by their days, names and keys: the same for every case."""
    return _TOLD.setdefault(table, {})


def _bands(node: tree.Call, scope: Scope) -> list[Said]:
    """Which part of the value each band of a scale takes."""
    try:
        value, scale = [run_of(one)(scope) for one in node.arguments]
    except MissingFacts:
        return []
    if not isinstance(scale, scales.Ladder):
        band = scale.band_of(value)
        if band is None:
            return [_BELOW_ALL]
        text = f"{number(band.above)}{'≤' if band.included else '<'}{number(value)}: {number(band.gives)}"
        return [Words(text, text)]
    out: list[Said] = []
    for band, part in scale.parts(value):
        text = f"> {number(band.above)}: {number(part)} × {number(band.gives)} = {number(part * band.gives)}"
        out.append(Words(text, text))
    return out


# As JSON


def _label(label: Said) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


class _AsJson:
    """Writes the steps of one explanation. What many of them name (figures, readings, facts) is one object in all."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, Any]] = {}

    def step(self, step: Step) -> dict[str, Any]:
        rule, place = step.of, step.place
        label, unit = rule.label, rule.type.unit
        out: dict[str, Any] = {
            "number": step.number,
            "rule": rule.name,
            "zh": label.zh,
            "en": label.en,
            "clause": rule.clause,
            "value": step.data,
        }
        if unit:
            out["unit"] = {"zh": unit.zh, "en": unit.en}
        if step.exact:
            out["before_rounding"] = step.exact
            out["places"] = rule.type.places
        if place.record_label:
            out["record"] = place.record
            out["record_label"] = _label(place.record_label)
        if place.choice:
            out["choice"] = _label(place.choice)
        if step.told_in:
            out["told_in"] = step.told_in
            out["folded"] = step.folded
            return out
        if step.formula:
            out["formula"] = _label(step.formula)
        if step.figures:
            out["figures"] = _label(step.figures)
        if step.notes:
            out["notes"] = [_label(one) for one in step.notes]
        out["conditions"] = [
            {"zh": one.words.zh, "en": one.words.en, "figures": _label(one.figures), "holds": one.holds}
            for one in step.conditions
        ]
        kept = self.kept
        out["parameters"] = [kept.get(id(one)) or self.parameter(one) for one in step.parameters]
        out["readings"] = [kept.get(id(one)) or self.reading(one) for one in step.readings]
        out["facts"] = [kept.get(id(one)) or self.fact(one) for one in step.facts]
        if step.missing:
            out["missing"] = list(step.missing)
            if step.more_missing:
                out["more_missing"] = True
        out["folded"] = step.folded
        out["steps"] = [self.step(one) for one in step.steps]
        return out

    def parameter(self, one: UsedFigure) -> dict[str, Any]:
        out = self.kept[id(one)] = {
            "name": one.name,
            **_label(one.label),
            "value": _label(one.value),
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
            "clause": one.clause,
            "document": one.document,
        }
        return out

    def reading(self, one: UsedReading) -> dict[str, Any]:
        out = self.kept[id(one)] = {
            "name": one.name,
            **_label(one.label),
            "option": one.option,
            "option_label": _label(one.option_label),
            "default": one.is_default,
            "clause": one.clause,
        }
        return out

    def fact(self, one: UsedFact) -> dict[str, Any]:
        out = self.kept[id(one)] = {"path": one.path, **_label(one.label), "value": _label(one.value)}
        return out


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


__all__ = [
    "SCHEMA",
    "Candidate",
    "Chosen",
    "Condition",
    "Explanation",
    "Step",
    "UsedFact",
    "UsedFigure",
    "UsedReading",
    "WordsOf",
    "explain",
    "shown",
]
