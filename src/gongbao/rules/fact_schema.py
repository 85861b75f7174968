"""The facts of a policy as a JSON Schema (draft 2020-12, which OpenAPI 3.1 takes as it stands).

It describes the canonical form, which `facts.as_json` writes. `read_facts` takes more (2022年5月1日 for a date, the
label of a choice), and checks what no schema says (a 30th of February, each member exactly once); so what the schema
admits may still be refused, in words, and what it does not admit may be read.

No fact is `required`: a case is computed without some of them, and what is then null is asked for in `missing`. A fact
that may be left out for good has a `default`; it is never asked for.
"""

from typing import Any

from gongbao.rules import facts
from gongbao.rules.policy import Fact, FactSheet
from gongbao.rules.types import Type

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(sheet: type[FactSheet]) -> dict[str, Any]:
    """The schema of a case. Each fact has its labels in `title` and `x-title-en`, its clause in `x-clause`."""
    return {"$schema": DIALECT, **_object(sheet)}


def _object(sheet: type[FactSheet]) -> dict[str, Any]:
    declared = sheet.declared()
    return {
        "type": "object",
        "properties": {name: _fact(fact) for name, fact in declared.items()},
        "additionalProperties": False,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    help_zh, help_en = (fact.help.zh, fact.help.en) if fact.help else ("", "")
    about = {
        "title": fact.label.zh,
        "x-title-en": fact.label.en,
        "description": f"{help_zh}（依据：{fact.clause}）",
        "x-description-en": f"{help_en} (under {fact.clause})".strip(),
        "x-clause": fact.clause,
    }
    if fact.type.unit:
        about |= {"x-unit": fact.type.unit.zh, "x-unit-en": fact.type.unit.en}
    shape = _value(fact.type, fact)
    if fact.optional or fact.type.optional:
        shape = {"anyOf": [shape, {"type": "null"}]}
    if fact.optional:
        about["default"] = facts.as_json(fact.default, fact.type)
    return about | shape


def _value(kind: Type, fact: Fact) -> dict[str, Any]:
    match kind.kind:
        case "money" | "percent" | "decimal":
            bounds = _bounds(kind, fact)
            sign = "-?" if bounds.get("minimum", -1) < 0 and bounds.get("exclusiveMinimum", -1) < 0 else ""
            places = facts.MOST_DECIMALS if kind.places is None else kind.places
            decimals = rf"(\.[0-9]{{1,{places}}}0*)?" if places else ""
            text = {"type": "string", "format": "decimal", "pattern": f"^{sign}[0-9]+{decimals}$"}
            return {"anyOf": [text, {"type": "number", **bounds}]}
        case "integer":
            return {"type": "integer", **_bounds(kind, fact)}
        case "flag":
            return {"type": "boolean"}
        case "choice":
            labels = {member.value: {"zh": member.label.zh, "en": member.label.en} for member in kind.python}
            return {"type": "string", "enum": list(labels), "x-enum-labels": labels}
        case "date":
            return {"type": "string", "format": "date"}
        case "month":
            return {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
        case "text":
            return {"type": "string", "minLength": 1, "maxLength": fact.longest}
        case "record":
            return _object(kind.python)
    assert kind.item is not None
    return {"type": "array", "items": _value(kind.item, fact), **_length(kind.item, fact)}


def _bounds(kind: Type, fact: Fact) -> dict[str, int | float]:
    least = fact.least
    if least is None and fact.over is None and kind.kind != "decimal":
        least = "0"
    bounds = {"exclusiveMinimum": fact.over, "minimum": least, "maximum": fact.most or str(facts.LARGEST)}
    return {name: _json_number(bound) for name, bound in bounds.items() if bound is not None}


def _json_number(bound: str) -> int | float:
    # A schema has JSON's numbers. They only describe; what is computed with is read by read_facts.
    return int(bound) if bound.lstrip("-").isdecimal() else float(bound)


def _length(item: Type, fact: Fact) -> dict[str, int]:
    if fact.one_for_each:
        record: Any = item.python
        members = len(record.declared()[fact.one_for_each].type.python)
        return {"minItems": members, "maxItems": members}
    return {"minItems": 1 if item.kind == "choice" else 0, "maxItems": facts.MOST_RECORDS}
