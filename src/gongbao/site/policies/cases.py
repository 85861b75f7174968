"""A case as the page has it: what was typed, as the engine reads it, and again as fields with what was typed in them.

A field is called by the path of its fact: visits[2].level. Whatever was typed stays as it was typed, so that a page
that comes back has lost nothing. What was left empty is left out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from gongbao.rules.facts import NotJson, parse_json
from gongbao.rules.policy import Fact, FactSheet, Policy
from gongbao.rules.types import Type
from gongbao.rules.values import Label

READING = "reading:"
MOST_ROWS = 100
"""Of records that the page has fields for; more come by workbook or API."""
LONGEST = 200_000
"""Characters of a case that is sent in one field."""

_PATH = re.compile(r"(\w+)\[(\d+)\](.*)")
_ROW = re.compile(r"\[(\d{1,4})\]\.")


@dataclass(slots=True)
class Typed:
    """A case as it was typed: `facts` and `readings` are what `compute` takes."""

    facts: dict[str, Any] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    as_if: bool = False
    places: dict[str, list[int]] = field(default_factory=dict)

    @property
    def record_count(self) -> int:
        return sum(len(one) for one in self.facts.values() if isinstance(one, list))

    def as_typed(self, path: str) -> str:
        """The path of the field that a path of the case came from: rows with nothing in them have moved the others."""
        found = _PATH.fullmatch(path)
        places = self.places.get(found[1], []) if found else []
        if found is None or int(found[2]) >= len(places):
            return path
        return f"{found[1]}[{places[int(found[2])]}]{found[3]}"

    def as_text(self) -> str:
        """As it travels in one field, and behind the # of a link."""
        whole = {"facts": self.facts, "readings": self.readings, "as_if": self.as_if}
        # Half of a pair of surrogates has no bytes, and goes on as the escape that it came as.
        return json.dumps(whole, ensure_ascii=False).encode(errors="backslashreplace").decode()


def fields_of(fact: Fact) -> type[FactSheet]:
    assert fact.type.item is not None
    return fact.type.item.python


def typed(policy: Policy, post: QueryDict) -> Typed:
    """The case of a form, or the one that stands whole in its field `case`. Nothing in it is trusted, or refused."""
    if "case" in post:
        return _whole(post.get("case", ""))
    facts: dict[str, Any] = {}
    places: dict[str, list[int]] = {}
    for name, fact in policy.facts.declared().items():
        if fact.type.is_records:
            rows = _rows(fact, post)
            facts[name], places[name] = list(rows.values()), list(rows)
        elif fact.type.kind == "list":
            if chosen := post.getlist(name):
                facts[name] = chosen
        elif value := post.get(name, "").strip():
            facts[name] = value
    return Typed(facts, _readings(policy, post), post.get("as_if") == "1", places)


def _readings(policy: Policy, post: Mapping[str, Any]) -> dict[str, str]:
    return {name: post[READING + name] for name in policy.reading_table if post.get(READING + name)}


def _rows(fact: Fact, post: QueryDict) -> dict[int, dict[str, str]]:
    """The records that the form has, by their places in it; one with nothing in it is none."""
    places = {
        int(found[1]) for name in post if name.startswith(fact.name) and (found := _ROW.match(name, len(fact.name)))
    }
    rows = {}
    for place in sorted(places)[:MOST_ROWS]:
        names = ((part, f"{fact.name}[{place}].{part}") for part in fields_of(fact).declared())
        row = {part: value for part, full in names if (value := post.get(full, "").strip())}
        if row:
            rows[place] = row
    return rows


def _whole(text: str) -> Typed:
    try:
        given = parse_json(text[:LONGEST])
    except NotJson:
        given = None
    if not isinstance(given, dict):
        return Typed()
    facts, readings = given.get("facts"), given.get("readings")
    chosen = readings.items() if isinstance(readings, dict) else ()
    return Typed(
        _as_texts(facts) if isinstance(facts, dict) else {},
        {_shown(name): _shown(one) for name, one in chosen if isinstance(one, str)},
        given.get("as_if") is True,
    )


def _shown(text: str) -> str:
    """As a page can show it: no half of a pair of surrogates, which JSON can name and UTF-8 has no bytes for."""
    return text.encode(errors="replace").decode()


def _as_texts(value: Any) -> Any:
    """A case with its numbers as they were written."""
    if isinstance(value, dict):
        return {_shown(str(name)): _as_texts(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_as_texts(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


# --- fields


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form. `wrong` says what is wrong with what was typed, `asked` why it is asked for."""

    path: str
    identity: str
    label: str
    help: str
    unit: str
    clause: str
    kind: str
    value: str
    optional: bool
    options: tuple[Option, ...] = ()
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Records:
    """A list of records: the heads of its columns, and its rows. `even` where each member comes once, in a row of its
    own that can neither be added nor taken away; `blank` is a row to copy."""

    path: str
    identity: str
    label: str
    clause: str
    even: bool
    heads: tuple[Field, ...]
    rows: tuple[tuple[int, tuple[Field, ...]], ...]
    blank: tuple[Field, ...]


def identity(path: str) -> str:
    """The id of the field of a path."""
    return "f-" + re.sub(r"\W+", "-", path).strip("-")


def form(policy: Policy, case: Typed, language: str, *, more: str = "", less: str = "") -> list[Field | Records]:
    """The form with what was typed. `more` names a list that gets one more row, `less` a row (visits[2]) that goes."""
    out: list[Field | Records] = []
    for name, fact in policy.facts.declared().items():
        if fact.type.is_records:
            out.append(_records(fact, case.facts.get(name), language, more == name, less))
        else:
            out.append(_field(fact, name, case.facts.get(name), language))
    return out


def _records(fact: Fact, given: Any, language: str, more: bool, less: str) -> Records:
    declared = fields_of(fact).declared()
    rows = [one for one in given if isinstance(one, dict)][:MOST_ROWS] if isinstance(given, list) else []
    if fact.one_for_each:
        rows = _evenly(fact, rows)
    else:
        rows = [one for place, one in enumerate(rows) if less != f"{fact.name}[{place}]"]
        if more or not rows:
            rows = [*rows, {}][:MOST_ROWS]

    def fields(place: Any, row: Mapping[str, Any]) -> tuple[Field, ...]:
        return tuple(
            _field(part, f"{fact.name}[{place}].{name}", row.get(name), language, fixed=name == fact.one_for_each)
            for name, part in declared.items()
        )

    return Records(
        fact.name,
        identity(fact.name),
        fact.label.in_language(language),
        fact.clause,
        bool(fact.one_for_each),
        fields("head", {}),
        tuple((place, fields(place, row)) for place, row in enumerate(rows)),
        fields("__place__", {}),
    )


def _evenly(fact: Fact, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each member, with what was given for it."""
    key = fact.one_for_each
    members = fields_of(fact).declared()[key].type.python
    given = {str(row.get(key)): row for row in rows}
    return [given.get(one.value, {}) | {key: one.value} for one in members]


def _field(fact: Fact, path: str, value: Any, language: str, *, fixed: bool = False) -> Field:
    kind = fact.type
    item = kind.item if kind.kind == "list" and kind.item is not None else kind
    given = value if isinstance(value, list) else [] if value is None else [value]
    texts = [_shown(str(one)) for one in given]
    return Field(
        path,
        identity(path),
        fact.label.in_language(language),
        fact.help.in_language(language) if fact.help else "",
        item.unit.in_language(language) if isinstance(item.unit, Label) else _unit(item, language),
        fact.clause,
        "choices" if kind.kind == "list" else item.kind,
        texts[0] if texts else "",
        fact.optional,
        tuple(_options(item, texts, language)),
        fixed,
    )


def _unit(kind: Type, language: str) -> str:
    if kind.unit is None:
        return ""
    return kind.unit.zh if language == "zh" else kind.unit.en


def _options(kind: Type, chosen: list[str], language: str) -> Iterator[Option]:
    if kind.kind == "flag":
        for value, zh, en in (("true", "是", "yes"), ("false", "否", "no")):
            yield Option(value, zh if language == "zh" else en, value in chosen)
    elif kind.kind == "choice":
        for one in kind.python:
            yield Option(one.value, one.label.in_language(language), one.value in chosen)
