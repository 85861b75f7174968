"""The schema of a policy's facts describes the canonical form, and no more than is read."""

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from gongbao.rules.fact_schema import json_schema
from gongbao.rules.facts import read_facts
from tests.rules.imaginary import Air, Heating
from tests.rules.test_facts import HOUSEHOLD, MONTH

SHEETS = [(Heating, HOUSEHOLD), (Air, MONTH)]


def errors(sheet: Any, case: Any) -> list[str]:
    checker = Draft202012Validator(json_schema(sheet), format_checker=FormatChecker(["date"]))
    return [error.json_path for error in checker.iter_errors(case)]


@pytest.mark.parametrize(("sheet", "case"), SHEETS)
def test_a_schema_is_one_and_takes_the_canonical_form(sheet: Any, case: Any) -> None:
    Draft202012Validator.check_schema(json_schema(sheet))
    assert errors(sheet, case) == []


@pytest.mark.parametrize(("sheet", "case"), SHEETS)
def test_a_schema_stands_in_openapi_as_it_is(sheet: Any, case: Any) -> None:
    schema = json_schema(sheet)
    paths = {"/": {"get": {"responses": {"200": {"description": "x"}}}}}
    about = {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": paths}
    OpenAPIV31SpecValidator(about | {"components": {"schemas": {"Case": schema}}}).validate()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cost", "1.001"), ("cost", "-1"), ("cost", -1), ("cost", 1e14), ("cost", "abc"), ("cost", True),
        ("cost", None), ("rent", 0), ("rent", 5001), ("balance", -501), ("share", 101), ("rooms", 21), ("rooms", -1),
        ("rooms", 1.5), ("cold", "1.25"), ("owner", "maybe"), ("groups", []), ("groups", ["teacher"]),
        ("on", "2022-02-30"), ("address", ""), ("address", "x" * 201),
        ("deliveries", [{"date": "2022-01-01", "cost": 1, "more": 1}]),
        ("deliveries", {}), ("more", 1),
    ],
)  # fmt: skip
def test_what_a_schema_refuses_is_not_read_either(name: str, value: Any) -> None:
    case = copy.deepcopy(HOUSEHOLD) | {name: value}
    assert errors(Heating, case)
    given = read_facts(Heating, case)
    assert given.problems or given.missing


@pytest.mark.parametrize(
    ("name", "value"), [("cost", 1.5), ("cost", "1.1000"), ("balance", "-1"), ("moved_on", None), ("deliveries", [])]
)
def test_what_a_schema_takes_is_read(name: str, value: Any) -> None:
    case = copy.deepcopy(HOUSEHOLD) | {name: value}
    assert errors(Heating, case) == []
    given = read_facts(Heating, case)
    assert not given.problems and not given.missing


def test_a_case_that_lacks_facts_is_one_and_what_is_never_asked_for_has_a_default() -> None:
    properties = json_schema(Heating)["properties"]
    assert {name for name, about in properties.items() if "default" in about} == {"balance", "moved_on"}
    assert properties["balance"]["default"] == "0.00"
    assert errors(Heating, {}) == errors(Heating, {"deliveries": [{}]}) == []
    assert not read_facts(Heating, {"deliveries": [{}]}).problems
    assert errors(Air, {"month": "2026-13", "paid": True}) == ["$.month"]


def test_each_member_once_is_said_by_number() -> None:
    shares = json_schema(Air)["properties"]["shares"]
    assert (shares["minItems"], shares["maxItems"]) == (3, 3)


def test_labels_clauses_and_units_are_there_in_both_languages() -> None:
    rooms = json_schema(Heating)["properties"]["rooms"]
    assert (rooms["title"], rooms["x-title-en"], rooms["x-clause"]) == ("房间数", "rooms", "第三条")
    assert rooms["description"] == "不含厨房（依据：第三条）"
    assert rooms["x-description-en"] == "Without the kitchen. (under 第三条)"
    assert json_schema(Heating)["properties"]["cold"]["x-unit"] == "℃"
    groups = json_schema(Heating)["properties"]["groups"]["items"]
    assert groups["x-enum-labels"]["student"] == {"zh": "学生", "en": "student"}
