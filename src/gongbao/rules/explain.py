"""Why a case comes to what it does: each rule's formula, with names and with figures, from the tree that computed it.

An explanation is versioned data, described in docs/contract.md, and is put together as that from the start:
`Explanation.as_json()`. Texts, pages and calculation sheets are renderings of it (render.py and the office), so that
none of them can say something else; `Step` and what belongs to one read it for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from gongbao.rules import scales, tree
from gongbao.rules.bare import dressed
from gongbao.rules.compute import Result, version
from gongbao.rules.evaluate import MissingFacts, Scope
from gongbao.rules.figures import FigureTable
from gongbao.rules.generated import careful_of
from gongbao.rules.lost import Lost
from gongbao.rules.phrases import say_of
from gongbao.rules.policy import Rule
from gongbao.rules.shown import Said, Words, in_both, shown
from gongbao.rules.telling import lacking, teller_of, told_of
from gongbao.rules.values import Choice, Label
from gongbao.rules.ways import Way, way_of

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


def _value_of(rule: Rule[..., Any], scope: Scope | None) -> Said | None:
    if scope is None:
        return None
    try:
        return in_both(scope.value(rule), rule.type)
    except MissingFacts:
        return None


@dataclass
class Explanation:
    """The steps of each reported value, in order. A list of records gives each record's steps.

    `chosen` is there where the case has several choices of which the best applies (就高不就低). `told` are the steps
    as JSON; `found` has for each, by its number, the rule and where its value is kept, None where that is open.
    """

    policy: str
    label: Label
    document: str
    version: str
    date: date | None
    as_if: bool
    chosen: Chosen | None
    told: list[Json]
    found: list[tuple[Rule[..., Any], Scope | None]]

    @cached_property
    def steps(self) -> list[Step]:
        values = [_value_of(rule, scope) for rule, scope in self.found]
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


class _Teller:
    """Has the steps of one explanation told (telling.py), and keeps what many of them name as one object in all."""

    def __init__(self, result: Result, only: tuple[str, str] | None) -> None:
        self.only = only
        self.result, self.policy, self.case = result, result.policy, result.case
        self.figures = _figures_told(result.case.table)
        self.readings: dict[str, Json] = {}
        self.once: dict[str, Json] = {}  # conditions that are the same for all records
        self.listed: dict[int, Said] = {}  # what was said of the records that an aggregate counts, by the id of these
        self.found: list[tuple[Rule[..., Any], Scope | None]] = []
        for scope in self.case.scopes():
            scope.told = None

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
            rules = [part for part in reported if isinstance(part, Rule)]
            for scope in scopes:
                steps += [self.step(rule, scope) for rule in rules if self.tells(self.begin(scope), rule)]
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

    def step(self, rule: Rule[..., Any], asked: Scope) -> Json:
        try:
            scope = asked.home(rule)
        except MissingFacts as error:  # which choice is the best is open
            return self.homeless(rule, error.lost)
        return teller_of(rule)(self, scope, False)

    def homeless(self, rule: Rule[..., Any], lost: Lost) -> Json:
        self.found.append((rule, None))
        label, unit = rule.label, rule.type.unit
        return {
            "number": len(self.found),
            "rule": rule.name,
            **_label(label),
            "clause": rule.clause,
            "value": None,
            **({"unit": {"zh": unit.zh, "en": unit.en}} if unit else {}),
            **{"conditions": [], "parameters": [], "readings": [], "facts": []},
            **lacking(lost),
            **{"folded": False, "steps": []},
        }

    def begin(self, scope: Scope) -> str:
        """Note what each step says of the scope. Its path."""
        if scope.told is None:
            scope.told = {}
            scope.path, label = self.record_of(scope)
            scope.label = _label(label) if label else None
            if scope.case.choice is not None:
                scope.choice = _label(scope.case.choice.label)
        return scope.path

    def way(self, rule: Rule[..., Any], scope: Scope) -> Callable[..., Json]:
        """What tells of the rule, by the way that it went there."""
        way, is_known = way_of(rule, scope)
        careful = self.case.lacks
        found = _TOLD_BY.get(key := (way, careful))
        if found is None:
            found = _TOLD_BY[key] = told_of(rule, way, careful=careful)
        if is_known and not careful:
            rule.ways[getattr(scope, f"w_{rule.name}")] = found
        return found

    def asked(self, rule: Rule[..., Any], scope: Scope) -> tuple[Any, Lost | None]:
        """What a rule comes to, and what it lacks."""
        try:
            return scope.find(rule), None
        except MissingFacts as error:
            return None, error.lost

    def of_records(self, node: tree.Aggregate, say: Callable[[Scope], Said], scope: Scope) -> Said:
        """What is said of the records that an aggregate counts: the same for all for which these are the same."""
        counts = scope.counted.get(node)
        if counts is None:
            return say(scope)
        found = self.listed.get(id(counts[0]))
        if found is None:
            found = self.listed[id(counts[0])] = say(scope)
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

    def parameters(self, nodes: tuple[tree.FigureRef, ...], scope: Scope, key: Any = None) -> tuple[Any, ...]:
        """The parameters with their values, and what each value is said to be in a formula; kept under the key."""
        told, texts = [], []
        for node in nodes:
            try:
                sheet = scope.figures
                keys = tuple([careful_of(self.policy, one)(scope) for one in node.keys])
            except MissingFacts:
                continue
            found = self.figures.get((sheet, node.name, keys))
            if found is None:
                found = self.figures[sheet, node.name, keys] = self.figure(node, keys, scope)
            told.append(found)
            texts.append(say_of(self.policy, node)(scope).zh)
        out = list({id(one): one for one in told}.values()), *texts
        if key is not None:
            self.figures[key] = out
        return out

    def figure(self, node: tree.FigureRef, keys: tuple[Any, ...], scope: Scope) -> Json:
        entry, value = scope.case.table.entries[node.name], dressed(careful_of(self.policy, node)(scope), node.type)
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


_NOT_NEEDED = Words("未填，不影响结果", "not given, and of no bearing")
_A_SCALE = Words("分档标准", "a scale")

_TOLD_BY: dict[tuple[Way, bool], Callable[..., Json]] = {}

_Figures = dict[tuple[Any, ...], Any]
_TOLD: WeakKeyDictionary[FigureTable, _Figures] = WeakKeyDictionary()


def _figures_told(table: FigureTable) -> _Figures:
    """What was told of the figures of a table, by their days, names and keys: the same for every case."""
    return _TOLD.setdefault(table, {})


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
