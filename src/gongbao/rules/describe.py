"""A policy as data: what it asks, computes with and gives, each with its clause. For programs, pages, the terminal.

The objects are described in docs/contract.md. A label is {"zh": …, "en": …} throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gongbao.rules import readings, tree
from gongbao.rules.compute import version
from gongbao.rules.coverage import CARRIERS, REASONS, Account, Carrier, ClauseEntry, Coverage, Placement, read_clauses
from gongbao.rules.facts import as_json
from gongbao.rules.policy import Fact, FactSheet, Policy, Rule
from gongbao.rules.types import Type
from gongbao.rules.values import Label, Unit

Json = dict[str, Any]


def summary(policy: Policy) -> Json:
    """A line in the list of policies."""
    return {
        "name": policy.name,
        "label": _label(policy.label),
        "about": _label(Label(policy.about_zh, policy.about_en)) if policy.about_zh else None,
        "document": policy.document,
        "in_force_from": policy.since.isoformat(),
        "in_force_from_clause": policy.since_clause,
        "in_force_until": policy.until.isoformat() if policy.until else None,
        "in_force_until_clause": policy.until_clause,
        "version": version(policy),
        "rule_count": sum(not one.is_check for one in policy.rules.values()),
    }


def description(policy: Policy) -> Json:
    """All of a policy."""
    return {
        **summary(policy),
        "dated": policy.dated,
        "facts": [_fact(one) for one in policy.facts.declared().values()],
        "figures": [{"name": name, **one} for name, one in policy.figure_table.as_dict().items()],
        "readings": [{"name": name, **one} for name, one in _readings(policy).items()],
        "rules": [_rule(one) for one in policy.rules.values() if not one.is_check],
        "checks": [_rule(one) for one in policy.checks],
        "best_of": _best_of(policy),
        "reported": [_reported(name, one) for name, one in policy.reported.items()],
    }


def _label(label: Label | Unit) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _unit(kind: Type) -> dict[str, str] | None:
    return _label(kind.unit) if kind.unit else None


def _fact(fact: Fact) -> Json:
    item = fact.type.item or fact.type
    fields: type[FactSheet] | None = item.python if item.kind == "record" else None
    return {
        "name": fact.name,
        "label": _label(fact.label),
        "help": _label(fact.help) if fact.help else None,
        "clause": fact.clause,
        "type": item.kind,
        "list": fact.type.kind == "list",
        "unit": _unit(item),
        "decimals": item.places,
        "choices": [{"value": one.value, "label": _label(one.label)} for one in item.python]
        if item.kind == "choice"
        else [],
        "least": fact.least,
        "most": fact.most,
        "over": fact.over,
        "optional": fact.optional,
        "default": as_json(fact.default, fact.type) if fact.optional else None,
        "one_for_each": fact.one_for_each,
        "fields": [_fact(one) for one in fields.declared().values()] if fields else [],
    }


def _readings(policy: Policy) -> dict[str, Json]:
    """With the options as a list, in the order of the file."""
    return {
        name: {**one, "options": [{"name": option, **about} for option, about in one["options"].items()]}
        for name, one in readings.as_dict(policy.reading_table).items()
    }


def _rule(rule: Rule[..., Any]) -> Json:
    return {
        "name": rule.name,
        "label": _label(rule.label),
        "clause": rule.clause,
        "summary": rule.summary,
        "type": rule.type.kind,
        "unit": _unit(rule.type),
        "decimals": rule.type.places,
        "records": records_of(rule),
        "for_each_choice": rule.by_choice,
        "uses_earlier": rule.earlier is not None,
        "needs": rule.needs,
        **reads(rule),
    }


def records_of(rule: Rule[..., Any]) -> str:
    """The list of records on each of which the rule is; "" where it is on the case."""
    return rule.policy.list_of(rule.record) if rule.record is not None else ""


def reads(rule: Rule[..., Any]) -> dict[str, list[str]]:
    """The facts, figures and readings that the rule itself reads, each in alphabetical order; a field of a record as
    visits.level."""
    listed = {one.type.item.python: one.name for one in rule.policy.facts.declared().values() if one.type.item}
    found: dict[str, set[str]] = {"facts": set(), "figures": set(), "readings": set()}
    for node in rule.tree.walk():
        if isinstance(node, tree.FieldRef):
            found["facts"].add(f"{listed[node.record]}.{node.name}")
        elif isinstance(node, tree.FactRef):
            found["facts"].add(node.name)
        elif isinstance(node, tree.FigureRef):
            found["figures"].add(node.name)
        elif isinstance(node, tree.ReadingRef):
            found["readings"].add(node.name)
    return {kind: sorted(names) for kind, names in found.items()}


def _best_of(policy: Policy) -> Json | None:
    best = policy.best
    if best is None:
        return None
    return {
        "name": best.name,
        "label": _label(best.label),
        "clause": best.clause,
        "of": best.fact,
        "criteria": [{"direction": one.direction, "rule": one.rule.name} for one in best.criteria],
    }


def _reported(name: str, reported: Rule[..., Any] | tuple[str | Rule[..., Any], ...]) -> Json:
    if isinstance(reported, Rule):
        return {"name": name, "records": False, "parts": []}
    return {
        "name": name,
        "records": True,
        "parts": [part if isinstance(part, str) else part.name for part in reported],
    }


# --- Coverage


def coverages(policies: Iterable[Policy], carriers: Mapping[Path, Sequence[Carrier]]) -> list[Coverage]:
    """The clauses.yaml of each folder that has policies, or carriers of its procedures.

    Raises PolicyError for one that is not there or is wrong.
    """
    folders: dict[Path, list[Policy]] = {}
    for policy in policies:
        folders.setdefault(policy.file.parent, []).append(policy)
    for folder in carriers:
        folders.setdefault(folder, [])
    return [
        read_clauses(folder / "clauses.yaml", within, carriers.get(folder, ())) for folder, within in folders.items()
    ]


def coverage_summary(coverage: Coverage, account: Account | None) -> Json:
    """What accounts for a document's clauses, in numbers. `account` compares with the document where the library holds
    it; without one the entries of clauses.yaml stand for the clauses."""
    entries = coverage.entries.values()
    placements = account.placements if account else tuple(Placement(one.locator, one, "named") for one in entries)
    counts = (account or Account(placements, ())).counts()
    return {
        "document": coverage.document,
        "in_library": account is not None,
        "clauses": len(placements),
        "placed": sum(one.how != "unplaced" for one in placements),
        "unplaced": account.unplaced if account else [],
        "strangers": [one.locator for one in account.strangers] if account else [],
        "carried_by": [
            {"kind": kind, "label": _label(label), "clauses": counts[kind]} for kind, label in CARRIERS.items()
        ],
        "carried_by_none": [
            {
                "reason": reason,
                "label": _label(label),
                "clauses": counts[reason],
                "locators": [one.locator for one in placements if one.entry and one.entry.none == reason],
            }
            for reason, label in REASONS.items()
        ],
    }


def coverage_by_clause(coverage: Coverage, account: Account | None) -> list[Json]:
    """Each clause in reading order, with what carries it or why nothing does."""
    if account is None:
        return [_placement(Placement(one.locator, one, "named")) for one in coverage.entries.values()]
    return [_placement(one) for one in account.placements]


def _placement(placement: Placement) -> Json:
    entry = placement.entry or ClauseEntry(placement.locator, {}, "", None, 0)
    return {
        "locator": placement.locator,
        "how": placement.how,
        "carried_by": [{"kind": kind, "name": name} for kind, names in entry.carried_by.items() for name in names],
        "none": {"reason": entry.none, "label": _label(REASONS[entry.none])} if entry.none else None,
        "note": _label(entry.note) if entry.note else None,
    }
