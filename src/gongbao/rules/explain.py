"""Why a case comes to what it does: each rule's formula, with names and with figures, from the tree that computed it.

An explanation is versioned data, described in docs/contract.md, and is put together as that from the start:
`Explanation.as_json()`. Texts, pages and calculation sheets are renderings of it (render.py and the office), so that
none of them can say something else; `Step` and what belongs to one read it for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from gongbao.rules import scales, tree
from gongbao.rules.compute import Result, version
from gongbao.rules.evaluate import Evaluated, MissingFacts, Scope, counted, run_of
from gongbao.rules.facts import as_json
from gongbao.rules.figures import FigureTable
from gongbao.rules.lost import Lost
from gongbao.rules.phrases import Phrase
from gongbao.rules.policy import FigureSheet, Rule
from gongbao.rules.shown import Said, Words, in_both, number, shown
from gongbao.rules.types import DECIMAL
from gongbao.rules.values import Choice, Label, Quantity
from gongbao.rules.ways import AskedFact, Way, way_of

SCHEMA = "gongbao.explanation/1"

WordsOf = Callable[[str, str], str | None]
"""From document and clause to the clause's words; None where nobody holds them."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on which a way was taken or not: in words, with figures, and whether it holds (None: not known)."""

    words: Said
    figures: Said
    holds: bool | None


@dataclass(frozen=True, slots=True)
class UsedFigure:
    """A parameter, the value that was taken, and from when to when it is that."""

    name: str
    label: Said
    value: Said
    since: date | None
    until: date | None
    clause: str
    document: str


@dataclass(frozen=True, slots=True)
class UsedReading:
    name: str
    label: Said
    option: str
    option_label: Said
    is_default: bool
    clause: str


@dataclass(frozen=True, slots=True)
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


class Step:
    """One rule for the case, for one record or for one choice, as a rendering reads it from the JSON.

    `number` counts from 1. A rule that several others need is told once; elsewhere `told_in` is the number of that
    step, and the step has nothing below. `folded`: true, and without bearing on the result. `exact` is the value
    before rounding where rounding changed it. `missing` names some of the facts where there are `more_missing`.
    """

    def __init__(self, told: Json, values: Sequence[Said | None]) -> None:
        self.told = told
        self.number: int = told["number"]
        self.rule: str = told["rule"]
        self.label: Said = _words(told)
        self.clause: str = told["clause"]
        self.value: Said | None = values[self.number - 1]
        self.data = told["value"]
        self.exact: str = told.get("before_rounding", "")
        self.places: int | None = told.get("places")
        self.record: str = told.get("record", "")
        self.record_label = _words_or_none(told.get("record_label"))
        self.choice = _words_or_none(told.get("choice"))
        self.told_in: int | None = told.get("told_in")
        self.folded: bool = told["folded"]
        self.missing: tuple[str, ...] = tuple(told.get("missing", ()))
        self.more_missing: bool = told.get("more_missing", False)
        self.steps = [Step(one, values) for one in told.get("steps", ())]

    @property
    def formula(self) -> Said | None:
        return _words_or_none(self.told.get("formula"))

    @property
    def figures(self) -> Said | None:
        return _words_or_none(self.told.get("figures"))

    @property
    def notes(self) -> list[Said]:
        return [_words(one) for one in self.told.get("notes", ())]

    @property
    def conditions(self) -> list[Condition]:
        told = self.told.get("conditions", ())
        return [Condition(_words(one), _words(one["figures"]), one["holds"]) for one in told]

    @property
    def parameters(self) -> list[UsedFigure]:
        return [
            UsedFigure(
                one["name"],
                _words(one),
                _words(one["value"]),
                date.fromisoformat(one["since"]) if one["since"] else None,
                date.fromisoformat(one["until"]) if one["until"] else None,
                one["clause"],
                one["document"],
            )
            for one in self.told.get("parameters", ())
        ]

    @property
    def readings(self) -> list[UsedReading]:
        return [
            UsedReading(
                one["name"], _words(one), one["option"], _words(one["option_label"]), one["default"], one["clause"]
            )
            for one in self.told.get("readings", ())
        ]

    @property
    def facts(self) -> list[UsedFact]:
        return [UsedFact(one["path"], _words(one), _words(one["value"])) for one in self.told.get("facts", ())]

    def walk(self) -> Iterator[Step]:
        yield self
        for one in self.steps:
            yield from one.walk()


def _words(told: Json) -> Said:
    return Words(told["zh"], told["en"])


def _words_or_none(told: Json | None) -> Said | None:
    return _words(told) if told else None


@dataclass
class Explanation:
    """The steps of each reported value, in order. A list of records gives each record's steps.

    `chosen` is there where the case has several choices of which the best applies (就高不就低). `told` are the steps
    as JSON; `found` has for each, by its number, the rule and what it came to, None where a fact is missing.
    """

    policy: str
    label: Label
    document: str
    version: str
    date: date | None
    as_if: bool
    chosen: Chosen | None
    told: list[Json]
    found: list[tuple[Rule[..., Any], Evaluated | None]]

    @cached_property
    def steps(self) -> list[Step]:
        values = [in_both(found.value, rule.type) if found else None for rule, found in self.found]
        return [Step(one, values) for one in self.told]

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

    def as_json(self, *, words: WordsOf | None = None) -> Json:
        """`words` gives the words of the clauses that are cited, where they shall be there too.

        What several steps name, and what is the same for each case, is one object: copy it before you change it.
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
            "steps": self.told,
        }
        if words is not None:
            found = {f"{document} {clause}": words(document, clause) for document, clause in self.citations()}
            out["words"] = {citation: one for citation, one in found.items() if one}
        return out


def explain(result: Result, only: tuple[str, str] | None = None) -> Explanation:
    """The explanation of a computed case; with `only` that of one value: its record (visits[2], or "") and its rule."""
    return _Teller(result, only).tell()


@dataclass(slots=True, eq=False)
class _Place:
    """For what a rule is computed: the case, a record of it, a choice. `named` is what each of its steps says of that,
    `told` how each step that was told begins, with what was found, and `facts` what was said of each fact."""

    record: str
    named: Json
    told: dict[Rule[..., Any], tuple[Json, Evaluated | None]] = field(default_factory=dict)
    facts: dict[str, Json | None] = field(default_factory=dict)


class _Teller:
    """Writes the steps of one explanation. What many of them name (figures, readings, facts) is one object in all."""

    def __init__(self, result: Result, only: tuple[str, str] | None) -> None:
        self.only = only
        self.result, self.policy, self.case = result, result.policy, result.case
        self.places: dict[Scope, _Place] = {}
        self.figures = _figures_told(result.case.table)
        self.named: dict[Rule[..., Any], Json] = {}
        self.readings: dict[str, Json] = {}
        self.of_case: dict[Phrase, Json] = {}
        self.texts: dict[int, tuple[str, str]] = {}  # of the bands of scales, by id
        self.found: list[tuple[Rule[..., Any], Evaluated | None]] = []

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
            self.found,
        )

    def tells(self, record: str, rule: Rule[..., Any]) -> bool:
        return self.only in (None, (record, rule.name))

    def step(self, rule: Rule[..., Any], asked: Scope, folded: bool = False) -> Json:
        try:
            scope = asked.home(rule)
        except MissingFacts as error:  # which choice is the best is open
            return self.homeless(rule, error.lost, folded)
        place = self.places.get(scope) or self.place(scope)
        if rule in place.told:
            begun, found = place.told[rule]
            self.found.append((rule, found))
            return {**begun, "number": len(self.found), "told_in": begun["number"], "folded": folded}
        found, lost = None, None
        try:
            found = scope.evaluated(rule)
        except MissingFacts as error:
            lost = error.lost
        out = self.begun(rule, place, found)
        place.told[rule] = out.copy(), found
        way = way_of(rule, scope)
        out["formula"] = way.formula
        if way.figures is not None:
            figures = self.fill(way.figures, scope)
            if figures != way.formula:
                out["figures"] = figures
        if way.scales and (notes := [note for scale in way.scales for note in self.bands(scale, scope)]):
            out["notes"] = notes
        out["conditions"] = [
            {**words, "figures": self.fill(figures, scope), "holds": holds} for words, figures, holds in way.conditions
        ]
        out["parameters"] = self.parameters(way, scope) if way.parameters else []
        out["readings"] = [self.readings.get(one) or self.reading(one) for one in way.readings]
        out["facts"] = [told for one in way.facts if (told := self.fact(one, scope, place)) is not None]
        if lost is not None:
            _lacking(out, lost)
        out["folded"] = folded
        out["steps"] = self.below(way, scope) if way.needed else []
        return out

    def begun(self, rule: Rule[..., Any], place: _Place, found: Evaluated | None) -> Json:
        """What each step says of its rule, its value and what it was computed for."""
        self.found.append((rule, found))
        out = (self.named.get(rule) or self.name(rule)).copy()
        out["number"] = len(self.found)
        if found is not None:
            kind, value, exact = rule.type, found.value, found.exact
            out["value"] = as_json(value, kind)
            if kind.places is not None and isinstance(exact, Quantity) and exact.exact != value.exact:
                out["before_rounding"] = as_json(exact, DECIMAL)
                out["places"] = kind.places
        out.update(place.named)
        return out

    def name(self, rule: Rule[..., Any]) -> Json:
        label, unit = rule.label, rule.type.unit
        named: Json = {"number": 0, "rule": rule.name, **_label(label), "clause": rule.clause, "value": None}
        if unit:
            named["unit"] = {"zh": unit.zh, "en": unit.en}
        self.named[rule] = named
        return named

    def homeless(self, rule: Rule[..., Any], lost: Lost, folded: bool) -> Json:
        out = self.begun(rule, _NOWHERE, None)
        out |= {"conditions": [], "parameters": [], "readings": [], "facts": []}
        _lacking(out, lost)
        return out | {"folded": folded, "steps": []}

    def fill(self, phrase: Phrase, scope: Scope) -> Json:
        if not phrase.of_case:
            return phrase.fill(scope)
        found = self.of_case.get(phrase)
        if found is None:
            found = self.of_case[phrase] = phrase.fill(scope)
        return found

    def place(self, scope: Scope) -> _Place:
        found = self.places.get(scope)
        if found is None:
            record, label = self.record_of(scope)
            named: Json = {"record": record, "record_label": _label(label)} if label else {}
            if scope.case.choice is not None:
                named["choice"] = _label(scope.case.choice.label)
            found = self.places[scope] = _Place(record, named)
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

    def below(self, way: Way, scope: Scope) -> list[Json]:
        """The steps of the rules that stand in the formula and its conditions, each once."""
        bearing = way.bearing(scope) if way.bearing else None
        seen: set[tuple[Rule[..., Any], Scope]] = set()
        steps = []
        for node, rules in way.needed:
            folded = bearing is not None and id(node) not in bearing and id(node) not in way.asked
            if node.__class__ is tree.RuleRef:
                homes: Sequence[Scope] = (scope,)
            elif isinstance(node, tree.EachRef):
                assert node.rule.record is not None
                homes = scope.case.home(node.rule).of(node.rule.record)
            else:
                homes = counted(self.policy, node, scope)[0] if rules else ()  # type: ignore[arg-type]
            for home in homes:
                for rule in rules:
                    if (rule, home) not in seen:
                        seen.add((rule, home))
                        steps.append(self.step(rule, home, folded))
        return steps

    def parameters(self, way: Way, scope: Scope) -> list[Json]:
        told = []
        for node in way.parameters:
            try:
                sheet, keys = scope.figures, tuple([run_of(self.policy, one)(scope) for one in node.keys])
            except MissingFacts:
                continue
            found = self.figures.get((sheet, node.name, keys))
            if found is None:
                found = self.figures[sheet, node.name, keys] = self.figure(node, keys, scope)
            told.append(found)
        return list({id(one): one for one in told}.values()) if len(told) > 1 else told

    def figure(self, node: tree.FigureRef, keys: tuple[Any, ...], scope: Scope) -> Json:
        entry, value = scope.case.table.entries[node.name], run_of(self.policy, node)(scope)
        since, until = scope.case.table.period(node.name, scope.day)
        label: Said = entry.label
        if keys:
            said = [one.label if isinstance(one, Choice) else Words(str(one), str(one)) for one in keys]
            label = Words(
                f"{label.zh}（{'、'.join([one.zh for one in said])}）",
                f"{label.en} ({', '.join([one.en for one in said])})",
            )
        return {
            "name": node.name,
            **_label(label),
            "value": _label(_A_SCALE if isinstance(value, scales.Scale) else in_both(value, node.type)),
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "clause": entry.clause,
            "document": entry.document or self.policy.document,
        }

    def reading(self, name: str) -> Json:
        reading = self.policy.reading_table[name]
        option = getattr(self.case.options, name)
        about = reading.options[option]
        found = self.readings[name] = {
            "name": name,
            **_label(reading.label),
            "option": option,
            "option_label": _label(about.label),
            "default": option == reading.default,
            "clause": about.clause or reading.clause,
        }
        return found

    def fact(self, asked: AskedFact, scope: Scope, place: _Place) -> Json | None:
        """The fact with its value; None for one that is missing."""
        if asked.of_case:
            scope, place = self.case.scope, self.place(self.case.scope)
        if asked.name not in place.facts:
            path = f"{place.record}.{asked.name}" if place.record else asked.name
            try:
                place.facts[asked.name] = {"path": path, **_label(asked.label), "value": _label(asked.say(scope))}
            except MissingFacts:
                place.facts[asked.name] = None
        return place.facts[asked.name]

    def bands(self, node: tree.Call, scope: Scope) -> list[Json]:
        """Which part of the value each band of a scale takes."""
        try:
            value, scale = [run_of(self.policy, one)(scope) for one in node.arguments]
        except MissingFacts:
            return []
        if not isinstance(scale, scales.Ladder):
            band = scale.band_of(value)
            if band is None:
                return [_BELOW_ALL]
            above, gives = self.band(band)
            return [_same(f"{above}{'≤' if band.included else '<'}{number(value)}: {gives}")]
        out = []
        for band, part in scale.parts(value):
            above, gives = self.band(band)
            out.append(_same(f"> {above}: {number(part)} × {gives} = {number(part * band.gives)}"))
        return out

    def band(self, band: scales.Band[Any, Any]) -> tuple[str, str]:
        """Where it begins and what it gives, as texts."""
        found = self.texts.get(id(band))
        if found is None:
            found = self.texts[id(band)] = number(band.above), number(band.gives)
        return found

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


_NOWHERE = _Place("", {})
_NOT_NEEDED = Words("未填，不影响结果", "not given, and of no bearing")
_A_SCALE = Words("分档标准", "a scale")
_BELOW_ALL = {"zh": "低于第一档", "en": "below the first band"}

_Figures = dict[tuple[FigureSheet, str, tuple[Any, ...]], Json]
_TOLD: WeakKeyDictionary[FigureTable, _Figures] = WeakKeyDictionary()


def _figures_told(table: FigureTable) -> _Figures:
    """What was told of the figures of a table, by their days, names and keys: the same for every case."""
    return _TOLD.setdefault(table, {})


def _lacking(step: Json, lost: Lost) -> None:
    step["missing"] = sorted(lost.first)
    if lost.more:
        step["more_missing"] = True


def _same(text: str) -> Json:
    return {"zh": text, "en": text}


def _label(label: Said) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


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
