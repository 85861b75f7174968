"""A case as it was decided, kept whole; and what it would come to under another fact, figure, reading or policy.

    kept = keep(compute(policy, facts))                  as `gongbao compute --json --keep` prints it
    again = recompute(kept, policy, facts={"cost": "1800"})
    again.differences                                    each value that is now another

Recomputing changes nothing by itself: it tells what would have to be paid in addition (补发) or claimed back (追回).
Rules and figures are today's. Readings, and figures that were changed when the case was computed, stay as they are kept
unless they are changed here; so under an unchanged policy a difference comes from what is changed here, and from
nothing else.
"""

from __future__ import annotations

import copy
import decimal
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from gongbao.core.errors import GongbaoError
from gongbao.rules import tree
from gongbao.rules.compute import SCHEMA, Result, compute, version
from gongbao.rules.evaluate import MissingFacts
from gongbao.rules.explain import Explanation, explain
from gongbao.rules.facts import facts_as_json, parse_json
from gongbao.rules.figure_values import plain
from gongbao.rules.policy import Fact, FactSheet, Policy, Rule
from gongbao.rules.values import Label

Kind = Literal["top_up", "claw_back", "changed"]

KINDS: dict[str, Label] = {
    "top_up": Label("补发", "top-up"),
    "claw_back": Label("追回", "claw-back"),
    "changed": Label("变化", "changed"),
}


def keep(result: Result) -> dict[str, Any]:
    """The result as JSON, with all that it was computed with: facts, the option of every reading, the figures.

    `facts` are in the canonical form, null where one was left out. `options` has the readings that the case did not
    come to rely on too. `parameters` has for each figure that a rule of the case read the values that governed, with
    the days for which they hold.
    """
    policy, case = result.policy, result.case
    return {
        **result.as_json(),
        "facts": facts_as_json(policy.facts, case.facts),
        "options": {name: getattr(case.options, name) for name in policy.readings.declared()},
        "parameters": _parameters(result),
    }


def _parameters(result: Result) -> dict[str, list[dict[str, Any]]]:
    case = result.case
    read = set()
    for scope in case.scopes():
        for name in {name for rule in scope.kept for name in _figures_of(rule)}:
            try:
                read.add((name, case.table.entries[name].on(scope.day, nearest=True).since))
            except MissingFacts:
                continue
    return {
        name: [
            {
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
                "value": plain(one.value),
            }
            for one in entry.values
            if (name, one.since) in read
        ]
        for name, entry in case.table.entries.items()
        if any(name == found for found, _ in read)
    }


@cache
def _figures_of(rule: Rule[..., Any]) -> frozenset[str]:
    return frozenset(node.name for node in rule.tree.walk() if isinstance(node, tree.FigureRef))


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is another than was kept.

    `path` is subsidy, or visits[2].pooled_fund_pays. `before` and `after` are as JSON has them, None where a fact was
    missing or there was no such record. Amounts that the policy pays are a "top_up" where they rise, a "claw_back"
    where they fall; any other value is "changed". `difference` is a decimal with its sign, None for what is no number.
    """

    path: str
    rule: Rule[..., Any]
    before: Any
    after: Any
    difference: str | None
    kind: Kind
    explanation: Explanation | None = None

    def as_json(self) -> dict[str, Any]:
        unit = self.rule.type.unit
        return {
            "path": self.path,
            "zh": self.rule.label.zh,
            "en": self.rule.label.en,
            "clause": self.rule.clause,
            "unit": {"zh": unit.zh, "en": unit.en} if unit else None,
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
            "difference": self.difference,
            "explanation": self.explanation.as_json() if self.explanation else None,
        }


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A kept case beside what it comes to now. `changed_parameters` are the figures it read that have other values."""

    version: str
    result: Result
    differences: list[Difference]
    changed_parameters: list[str]

    @property
    def version_now(self) -> str:
        return version(self.result.policy)

    def as_json(self) -> dict[str, Any]:
        return {
            "policy": self.result.policy.name,
            "version": self.version,
            "version_now": self.version_now,
            "version_changed": self.version != self.version_now,
            "changed_parameters": self.changed_parameters,
            "missing": list(self.result.missing),
            "differences": [one.as_json() for one in self.differences],
        }


def policy_of(kept: Any) -> str:
    """The name of the policy that a kept case was computed by. Raises GongbaoError where it is no whole kept case."""
    if not isinstance(kept, Mapping) or kept.get("schema") != SCHEMA:
        raise GongbaoError(
            "this is no kept case; keep cases with: gongbao compute --json --keep",
            zh="这不是留存的案件；留存案件用：gongbao compute --json --keep",
        )
    missing = [name for name, kind in _KEPT.items() if not isinstance(kept.get(name), kind)]
    missing += [
        name
        for name in ("options", "figures")
        if name not in missing and not all(isinstance(one, str) for one in kept[name].values())
    ]
    if missing:
        raise GongbaoError(
            f"this case was not kept whole, it lacks {', '.join(missing)}; compute with --keep",
            zh=f"案件未完整留存，缺少{'、'.join(missing)}；计算时请加--keep",
        )
    return str(kept["policy"])


_KEPT: dict[str, type] = {
    "policy": str,
    "version": str,
    "values": dict,
    "facts": dict,
    "options": dict,
    "figures": dict,
    "parameters": dict,
    "as_if": bool,
}


def recompute(
    kept: Mapping[str, Any],
    policy: Policy,
    *,
    facts: Mapping[str, str] | None = None,
    figures: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    explained: bool = False,
) -> Recomputed:
    """What a kept case comes to today, with other facts (by path, as text), figures or readings where they are given.

    Raises Refused where it cannot be computed so, GongbaoError for what is no kept case of the policy or for a path
    that it does not have.
    """
    if policy_of(kept) != policy.name:
        raise GongbaoError(
            f"this case was computed by {kept['policy']}, not by {policy.name}",
            zh=f"该案件由{kept['policy']}计算，而不是{policy.name}",
        )
    result = compute(
        policy,
        with_facts(policy, kept["facts"], facts or {}),
        readings={**kept["options"], **(readings or {})},
        figures={**kept["figures"], **(figures or {})},
        as_if=kept["as_if"],
    )
    now = keep(result)
    found = [_difference(*pair) for pair in _pairs(policy, kept["values"], now["values"])]
    differences = [one for one in found if one is not None]
    if explained:
        differences = [_explained(one, result) for one in differences]
    changed = [
        name
        for name, values in now["parameters"].items()
        if name in kept["parameters"] and _by_day(values) != _by_day(kept["parameters"][name])
    ]
    return Recomputed(kept["version"], result, differences, changed)


def _by_day(values: Any) -> list[tuple[Any, Any]]:
    """The values that governed, by their first day; that one has ended since does not make it another."""
    return [(one.get("since"), one.get("value")) for one in _objects(values)]


def _objects(found: Any) -> list[dict[str, Any]]:
    """Raises GongbaoError where what was kept is no list of objects."""
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise GongbaoError(
            "this kept case was changed by hand: a list of objects is no longer one",
            zh="留存的案件被改动过：应为对象列表之处已不是列表",
        )
    return found


# --- Changed facts


def with_facts(policy: Policy, facts: Mapping[str, Any], changes: Mapping[str, str]) -> dict[str, Any]:
    """The facts with some of them changed, by path: cost, visits[2].level. A text stands for a value as a form's does,
    null for none, and JSON for a list of records. Raises GongbaoError for a path that the case does not have."""
    changed = copy.deepcopy(dict(facts))
    for path, text in changes.items():
        place, name, fact = _place(policy.facts, changed, path)
        place[name] = None if text == "null" else parse_json(text) if fact.type.is_records else text
    return changed


_STEP = re.compile(r"(\w+)(?:\[([0-9]{1,6})\])?")


def _place(sheet: type[FactSheet], given: dict[str, Any], path: str) -> tuple[dict[str, Any], str, Fact]:
    head, _, rest = path.partition(".")
    found = _STEP.fullmatch(head)
    fact = sheet.declared().get(found[1]) if found else None
    if found is None or fact is None:
        raise GongbaoError(
            f"there is no fact {path}; there are {', '.join(sheet.declared())}",
            zh=f"没有名为{path}的事实；可用的有：{'、'.join(sheet.declared())}",
        )
    item = fact.type.item
    if not found[2] and not rest:
        return given, fact.name, fact
    if item is None or item.kind != "record" or not found[2] or not rest:
        raise GongbaoError(
            f"{path} names no single fact; write a name, or for a record list[0].name",
            zh=f"{path}没有指明一项事实；写名称，记录的写list[0].name",
        )
    records = _objects(given.get(fact.name) or [])
    if int(found[2]) >= len(records):
        raise GongbaoError(
            f"{path} is not there: the case has {len(records)} of {fact.name}, counted from 0",
            zh=f"没有{path}：该案件的{fact.name}有{len(records)}条，从0数起",
        )
    return _place(item.python, records[int(found[2])], rest)


# --- Differences


def _pairs(
    policy: Policy, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Rule[..., Any], Any, Any]]:
    """Each reported value by path, as kept and as it is now; records one by one, by their place."""
    for name, reported in policy.reported.items():
        if isinstance(reported, Rule):
            yield name, reported, before.get(name), after[name]
            continue
        olds, news = _objects(before.get(name) or []), after[name] or []
        for index in range(max(len(olds), len(news))):
            old = olds[index] if index < len(olds) else {}
            new = news[index] if index < len(news) else {}
            for rule in reported:
                if isinstance(rule, Rule):
                    yield f"{name}[{index}].{rule.name}", rule, old.get(rule.name), new.get(rule.name)


def _difference(path: str, rule: Rule[..., Any], before: Any, after: Any) -> Difference | None:
    if before == after:
        return None
    if before is None or after is None or not rule.type.is_number:
        return Difference(path, rule, before, after, None, "changed")
    try:
        by = decimal.Decimal(after) - decimal.Decimal(before)
    except (decimal.InvalidOperation, TypeError, ValueError):
        raise GongbaoError(f"the kept value {path} is no amount", zh=f"留存的{path}不是数额") from None
    if not by:
        return None
    if rule.name not in rule.policy.paid:
        return Difference(path, rule, before, after, f"{by:f}", "changed")
    return Difference(path, rule, before, after, f"{by:f}", "top_up" if by > 0 else "claw_back")


def _explained(one: Difference, result: Result) -> Difference:
    record = one.path.rpartition(".")[0]
    told = explain(result, (record, one.rule.name))
    return Difference(one.path, one.rule, one.before, one.after, one.difference, one.kind, told if told.steps else None)
