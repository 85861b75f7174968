"""The JSON of an explanation against its schema: what is promised is there, and nothing is there unpromised."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gongbao.rules import Result
from gongbao.rules.explain import SCHEMA, explain
from tests.rules.cases import ferried, grazed, heated

PROMISED = json.loads(files("gongbao.rules").joinpath("explanation.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(PROMISED)
CASES = [
    heated(),
    heated(cost=None, groups=["alone"]),
    heated(on=None, groups=["other"]),
    heated(readings={"limit_over": "basic_only"}),
    ferried(),
    ferried([]),
    ferried([{} for _ in range(30)]),  # more is missing than a step names
    grazed(),
]


def made(result: Result) -> dict[str, Any]:
    told = explain(result).as_json(words=lambda document, clause: f"{clause}的条文")
    return json.loads(json.dumps(told))  # type: ignore[no-any-return]


def closed(schema: Any) -> Any:
    """The schema with every object closed: a field that it does not name is then an error."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: closed(one) for key, one in schema.items()}
    return out | {"additionalProperties": False} if schema.get("type") == "object" else out


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(PROMISED)
    assert PROMISED["properties"]["schema"]["const"] == PROMISED["title"] == SCHEMA


@pytest.mark.parametrize("result", CASES)
def test_explanations_are_as_promised(result: Result) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(made(result))] == []


@pytest.mark.parametrize("result", CASES)
def test_nothing_is_there_that_the_schema_does_not_name(result: Result) -> None:
    assert [error.message for error in Draft202012Validator(closed(PROMISED)).iter_errors(made(result))] == []


def named(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}) if schema.get("type") == "object" else ()
        for one in schema.values():
            yield from named(one)


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = {key: one for key, one in value.items() if key != "words"}  # whose keys are citations
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(one)


def test_every_field_is_met_in_some_case() -> None:
    assert set(named(PROMISED)) == {key for result in CASES for key in keys(made(result))}


def broken() -> Iterator[dict[str, Any]]:
    for change in (
        {"schema": "gongbao.explanation/2"},
        {"steps": None},
        {"date": "1 March"},
        {"version": ""},
        {"document": ""},
        {"words": {"云政办〔2026〕3号 第四条": ""}},
        {"words": {"云政办〔2026〕3号 第四条": None}},
    ):
        yield made(heated()) | change
    for key, value in (("value", 1.5), ("number", 0), ("folded", None), ("conditions", None), ("told_in", 1)):
        one = made(heated())
        one["steps"][1][key] = value
        yield one
    one = made(heated())
    del one["steps"][1]["places"]
    yield one
    one = made(heated())
    one["chosen"]["candidates"][1]["chosen"] = True
    yield one


@pytest.mark.parametrize("explanation", list(broken()))
def test_what_is_not_as_promised_is_found(explanation: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(explanation)
