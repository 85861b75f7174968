"""Worked cases: the folder `cases` beside a policy, as data that a lawyer can read, sign and have checked.

    - title: {zh: 刚过起付标准一分, en: one fen above the threshold}
      clause: 四（三）1
      source: "by hand: 0.01 at 65 % is 0.0065, rounded"
      facts: {categories: [near_subsistence], inpatient_self_pay: "3000.01", …}
      readings: {…}                # where not the default
      values: {inpatient_aid: "0.01"}
      steps: {counts_for_aid: "true", "visits[1].terms": retired}      # values in between

A file holds one case or a list of them, for the policy whose name the file bears or the case's `policy` gives.
Instead of `values` a case may have `refused: CODE`, the code of the problem for which it is not taken. What is not
named under `values` is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gongbao.rules.compute import Refused, Result, compute
from gongbao.rules.evaluate import MissingFacts
from gongbao.rules.facts import as_json
from gongbao.rules.policy import Policy, PolicyError
from gongbao.rules.values import Label

# That of libyaml takes a tenth of the time; where PyYAML was built without it, the other reads the same.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_KEYS = {"title", "policy", "clause", "source", "facts", "readings", "values", "steps", "refused", "as_if"}


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """A case with what it must come to. `file` and `number` (from 1) say where it stands."""

    file: Path
    number: int
    policy: str
    title: Label
    clause: str
    source: str
    facts: Any
    readings: Mapping[str, str]
    values: Mapping[str, Any]
    steps: Mapping[str, str]
    refused: str


def read_worked_cases(policies: Iterable[Policy]) -> Iterator[WorkedCase]:
    """The worked cases in the folders of the policies. Raises PolicyError for a file that is not of the form above."""
    named = {one.name: one for one in policies}
    for folder in dict.fromkeys(one.file.parent for one in named.values()):
        for file in sorted((folder / "cases").glob("*.yaml")):
            yield from (one for one in _cases(file) if one.policy in named)


def _cases(file: Path) -> Iterator[WorkedCase]:
    try:
        # Every scalar as the text it is: amounts are never floats, and `on` is no truth value.
        found = yaml.load(file.read_text(encoding="utf-8"), _Loader)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise PolicyError(f"this is no YAML: {getattr(error, 'problem', error)}", file=str(file), line=line) from None
    for number, one in enumerate(found if isinstance(found, list) else [found], start=1):
        where = f"case {number}"
        if not isinstance(one, dict) or set(one) - _KEYS:
            unknown = ", ".join(sorted(set(one) - _KEYS)) if isinstance(one, dict) else "a text"
            raise PolicyError(f"{where} has {unknown}, where there are {', '.join(sorted(_KEYS))}", file=str(file))
        lacking = [key for key in ("title", "clause", "source", "facts") if key not in one]
        lacking += [] if "values" in one or "refused" in one else ["values"]
        if lacking or not isinstance(one["title"], dict):
            raise PolicyError(f"{where} lacks {', '.join(lacking or ['title: {zh, en}'])}", file=str(file))
        yield WorkedCase(
            file,
            number,
            one.get("policy", file.stem),
            Label(one["title"].get("zh", ""), one["title"].get("en", "")),
            one["clause"],
            one["source"],
            one["facts"],
            one.get("readings") or {},
            one.get("values") or {},
            one.get("steps") or {},
            one.get("refused", ""),
        )


def differences(case: WorkedCase, policy: Policy) -> list[str]:
    """Where the policy comes to something else than the case says, each in one sentence; none where it agrees."""
    try:
        result = compute(policy, case.facts, readings=case.readings)
    except Refused as error:
        codes = [one.code for one in error.problems]
        return [] if case.refused in codes else [f"it is refused: {error}"]
    if case.refused:
        return [f"it is taken, and should be refused as {case.refused}"]
    found = [*_different("", case.values, result.as_json()["values"])]
    for path, expected in case.steps.items():
        value = _step(result, path)
        if value != expected:
            found.append(f"{path} is {value}, not {expected}")
    return found


def _different(path: str, expected: Any, value: Any) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(value, dict):
        for name, one in expected.items():
            yield from _different(f"{path}.{name}".lstrip("."), one, value.get(name, "not there"))
    elif isinstance(expected, list) and isinstance(value, list) and len(expected) == len(value):
        for place, (one, other) in enumerate(zip(expected, value, strict=True)):
            yield from _different(f"{path}[{place}]", one, other)
    elif expected != _text(value):
        yield f"{path} is {_text(value)}, not {expected}"


def _text(value: Any) -> Any:
    """A value of JSON as YAML's text has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value) if not isinstance(value, dict | list) else value


def _step(result: Result, path: str) -> Any:
    """The value of a rule by its name, for a record as visits[1].terms."""
    found = re.fullmatch(r"(?:(\w+)\[(\d+)\]\.)?(\w+)", path)
    rule = result.policy.rules.get(found[3]) if found else None
    if found is None or rule is None:
        return "no rule"
    scope = result.case.records(found[1])[int(found[2])] if found[1] else result.case.scope
    try:
        return _text(as_json(scope.value(rule), rule.type))
    except MissingFacts:
        return "null"
