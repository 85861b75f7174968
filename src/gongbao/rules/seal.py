"""Close a policy: every rule gets its types, its tree and what it needs; what is declared wrongly is refused."""

from __future__ import annotations

import difflib
import inspect
import typing
from typing import Any

from gongbao.rules import tree
from gongbao.rules.module import refuse_what_is_no_declaration
from gongbao.rules.policy import EarlierMark, FactSheet, FigureSheet, Policy, PolicyError, ReadingSheet, Record, Rule
from gongbao.rules.source import Builder, line_of
from gongbao.rules.types import Type, type_of


def seal(policy: Policy) -> None:
    """Raises PolicyError."""
    _check_records(policy)
    for one in policy.rules.values():
        _read_return(one)
    done: set[Rule[..., Any]] = set()
    going: list[Rule[..., Any]] = []

    def need(rule: Rule[..., Any]) -> None:
        if rule in done:
            return
        if rule in going:
            names = " -> ".join(one.name for one in [*going[going.index(rule) :], rule])
            raise policy.error(f"rules need each other in a circle: {names}", rule.line)
        if rule.policy is not policy:
            raise policy.error(f"{rule.name} belongs to {rule.policy.name}", going[-1].line if going else 0)
        going.append(rule)
        _resolve(rule, need)
        rule.tree = Builder(rule, need).build()
        _sum_up(rule)
        going.pop()
        done.add(rule)

    for one in policy.rules.values():
        need(one)
    _check_best(policy)
    _check_reported(policy)
    _check_paid(policy)
    _check_dated(policy)
    _check_used(policy)
    refuse_what_is_no_declaration(policy)


_ORDERED = ("date", "month", "money", "percent", "decimal", "integer")


def _check_records(policy: Policy) -> None:
    """That the fields which order and date the records are there, and are something that can."""
    for one in policy.facts.declared().values():
        if not one.type.is_records or one.type.item is None:
            continue
        record: type[Record] = one.type.item.python
        if policy.list_of(record) != one.name:
            raise policy.error(
                f"{policy.list_of(record)} and {one.name} are both lists of {record.__name__}; "
                "give the second a class of its own",
                line_of(str(policy.file), policy.facts, one.name),
            )
        fields = record.declared()
        for word, name, kinds, wanted in (
            ("ordered_by", record.order_field, _ORDERED, "a date or a number"),
            ("dated", record.dated_field, ("date", "month"), "a date"),
        ):
            found = fields.get(name)
            if not name or (found and found.type.kind in kinds and not found.type.optional):
                continue
            near = difflib.get_close_matches(name, fields, 1)
            hint = f"; was {near[0]} meant?" if near and not found else ""
            file, line = record.declared_on
            message = f"{word}={name!r} names no field of {record.__name__} that is {wanted} and always there{hint}"
            raise PolicyError(message, file=file, line=line)


def _hints(rule: Rule[..., Any]) -> dict[str, Any]:
    found = rule.function.__annotations__
    if any(isinstance(hint, str) for hint in found.values()):
        found = typing.get_type_hints(rule.function, include_extras=True)
    return found


def _read_return(rule: Rule[..., Any]) -> None:
    hints = _hints(rule)
    if "return" not in hints:
        raise rule.policy.error(f"{rule.name} does not say what it returns", rule.line)
    try:
        rule.type = type_of(hints["return"])
    except TypeError as error:
        raise rule.policy.error(str(error), rule.line) from None
    if rule.type.kind == "decimal" and rule.type.places is None:
        raise rule.policy.error(
            f"{rule.name} does not say to how many decimals; write Annotated[Decimal, Places(2)]", rule.line
        )
    if rule.is_check and rule.type.kind != "flag":
        raise rule.policy.error(f"{rule.name} is a check and returns Flag", rule.line)


def _resolve(rule: Rule[..., Any], need: Any) -> None:
    """Find what each parameter stands for."""
    hints = _hints(rule)
    defaults = {name: one.default for name, one in inspect.signature(rule.function).parameters.items()}
    for name, default in defaults.items():
        if name not in hints:
            raise rule.policy.error(f"the parameter {name} of {rule.name} has no type", rule.line)
        rule.parameters[name] = _meaning(rule, name, hints[name], default, need)
    if rule.earlier:
        _check_earlier(rule, type_of(hints[rule.earlier[0]]), rule.earlier[1])


def _check_earlier(rule: Rule[..., Any], given: Type, mark: EarlierMark) -> None:
    error = rule.policy.error
    if rule.record is None:
        raise error(f"earlier() is for a rule on each record; {rule.name} is on none", rule.line)
    if not rule.type.is_number or rule.type.optional:
        raise error(f"earlier() is a total; {rule.name} returns {rule.type}, of which there is none", rule.line)
    if (given.kind, given.optional) != (rule.type.kind, False):
        assert rule.earlier is not None
        raise error(
            f"{rule.earlier[0]} is what {rule.name} came to before, {rule.type} and not {given}; write the same type",
            rule.line,
        )
    fields = rule.record.declared()
    for name in mark.same:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, 1)
            hint = f"; was {near[0]} meant?" if near else f"; there are {', '.join(fields)}"
            raise error(f"earlier({name!r}): {rule.record.__name__} has no field {name}{hint}", rule.line)


def _meaning(rule: Rule[..., Any], name: str, hint: Any, default: Any, need: Any) -> Any:
    policy = rule.policy
    if hint is policy.figures:
        return "figures"
    if hint is policy.readings:
        return "readings"
    try:
        kind = type_of(hint)
    except TypeError as error:
        raise policy.error(f"{name}: {error}", rule.line) from None
    if isinstance(default, EarlierMark):
        rule.earlier = (name, default)
        return tree.EarlierRef(line=rule.line, type=rule.type, rule=rule, same=default.same)
    if default is not inspect.Parameter.empty:
        raise policy.error(f"{name}: a parameter has no default but earlier(…)", rule.line)
    if kind.kind == "record":
        if rule.record_name:
            raise policy.error(f"{rule.name} is on one record; take the others in a generator", rule.line)
        _on(rule, kind.python, name)
        return "record"
    facts = policy.facts.declared()
    if name in facts:
        _same(rule, name, kind, facts[name].type)
        return tree.FactRef(line=rule.line, type=facts[name].type, name=name)
    if policy.best and name == policy.best.name:
        _same(rule, name, kind, Type("choice", policy.best.choice))
        return tree.BestRef(line=rule.line, type=kind, name=name)
    if name in policy.rules:
        return _rule_parameter(rule, name, kind, need)
    best = [policy.best.name] if policy.best else []
    near = difflib.get_close_matches(name, [*facts, *policy.rules, *best], 1)
    hint_text = f"; was {near[0]} meant?" if near else ""
    raise policy.error(f"{rule.name} needs {name}, which is neither a fact nor a rule{hint_text}", rule.line)


def _rule_parameter(rule: Rule[..., Any], name: str, kind: Type, need: Any) -> tree.Node:
    needed = rule.policy.rules[name]
    need(needed)
    if kind.kind == "list" and kind.item is not None:
        if needed.record is None:
            raise rule.policy.error(f"{name} is one value and not one for each record", rule.line)
        _same(rule, name, kind.item, needed.type)
        return tree.EachRef(line=rule.line, type=Type("list", list, item=needed.type), rule=needed)
    _same(rule, name, kind, needed.type)
    if needed.record is not None:
        if rule.record is None:
            _on(rule, needed.record, "")
        elif rule.record is not needed.record:
            raise rule.policy.error(f"{name} is on another kind of record", rule.line)
    return tree.RuleRef(line=rule.line, type=needed.type, rule=needed)


def _on(rule: Rule[..., Any], record: type[Record], name: str) -> None:
    listed = {
        one.type.item.python: one.name
        for one in rule.policy.facts.declared().values()
        if one.type.kind == "list" and one.type.item is not None
    }
    if record not in listed:
        raise rule.policy.error(f"no fact is a list of {record.__name__}", rule.line)
    if rule.record not in (None, record):
        raise rule.policy.error(f"{rule.name} is on two kinds of records", rule.line)
    rule.record, rule.record_name = record, name or rule.record_name


def _same(rule: Rule[..., Any], name: str, given: Type, declared: Type) -> None:
    kinds = {given.kind, declared.kind}
    same = given.python is declared.python and given.optional == declared.optional
    if kinds == {"list"} and given.item is not None and declared.item is not None:
        same = given.item.python is declared.item.python
    elif not (len(kinds) == 1 or kinds == {"date", "month"}):
        same = False
    if not same:
        raise rule.policy.error(f"{rule.name} takes {name} as {given}, it is {declared}", rule.line)


def _sum_up(rule: Rule[..., Any]) -> None:
    """What the rule needs, directly and at the end; whether it is computed for each choice of best_of."""
    needed: dict[str, Rule[..., Any]] = {}
    facts: set[str] = set()
    best = rule.policy.best
    for node in rule.tree.walk():
        if isinstance(node, tree.FactRef):
            facts.add(node.name)
        elif isinstance(node, tree.Aggregate) and node.source:
            facts.add(node.source)
        elif isinstance(node, tree.BestRef):
            rule.by_choice = True
        elif isinstance(node, tree.RuleRef | tree.EachRef):
            needed[node.rule.name] = node.rule
    for one in needed.values():
        facts |= one.facts_needed
        rule.by_choice = rule.by_choice or one.by_choice
    if rule.record is not None:
        facts.add(rule.policy.list_of(rule.record))
    if rule.by_choice and best:
        facts.add(best.fact)
    rule.needs, rule.facts_needed = list(needed), frozenset(facts)


def _check_best(policy: Policy) -> None:
    if policy.best is None:
        return
    for one in policy.best.criteria:
        kind = one.rule.type
        if not (kind.is_number or kind.kind == "flag") or kind.optional or one.rule.record is not None:
            raise policy.error(f"{one.rule.name} cannot be a ground for the best {policy.best.name}", one.rule.line)


def _check_reported(policy: Policy) -> None:
    facts = policy.facts.declared()
    for name, reported in policy.reported.items():
        if isinstance(reported, Rule):
            if reported.record is not None:
                raise policy.error(f"{name} is on each record; report it under its list", reported.line)
            continue
        listed = facts[name].type.item if name in facts else None
        if listed is None or listed.kind != "record":
            raise policy.error(f"{name} is no list of records among the facts")
        for part in reported:
            if isinstance(part, Rule) and part.record is not listed.python:
                raise policy.error(f"{part.name} is not on {listed.python.__name__}", part.line)
            if isinstance(part, str) and part not in listed.python.declared():
                raise policy.error(f"{listed.python.__name__} has no field {part}")


def _check_paid(policy: Policy) -> None:
    reported = {
        one.name
        for parts in policy.reported.values()
        for one in ((parts,) if isinstance(parts, Rule) else parts)
        if isinstance(one, Rule)
    }
    for name in policy.paid - reported:
        raise policy.error(f"{name} is paid and not reported", policy.rules[name].line)


def _check_dated(policy: Policy) -> None:
    found = policy.facts.declared().get(policy.dated)
    rule = policy.rules.get(policy.dated)
    kind = found.type if found else rule.type if rule else None
    if kind is None or kind.kind not in ("date", "month"):
        raise policy.error(f"dated={policy.dated!r} names no date among the facts and rules", policy.declared_on)
    if rule and any(isinstance(one, tree.FigureRef) for one in rule.tree.walk()):
        raise policy.error(f"{rule.name} gives the date of the figures and cannot need one", rule.line)


def _check_used(policy: Policy) -> None:
    """A rule that nobody needs, a figure that no rule reads, a fact that no rule asks for: each is a mistake."""
    used: set[str] = {policy.dated} | {one.name for one in policy.checks}
    figures: set[str] = set()
    readings: set[str] = set()
    facts: set[str] = {policy.dated} | ({policy.best.fact} if policy.best else set())
    for reported in policy.reported.values():
        used |= {reported.name} if isinstance(reported, Rule) else {p.name for p in reported if isinstance(p, Rule)}
    used |= {one.rule.name for one in policy.best.criteria} if policy.best else set()
    for rule in policy.rules.values():
        used |= set(rule.needs)
        facts |= rule.facts_needed
        for node in rule.tree.walk():
            if isinstance(node, tree.FigureRef):
                figures.add(node.name)
            elif isinstance(node, tree.ReadingRef):
                readings.add(node.name)
    for name, one in policy.rules.items():
        if name not in used:
            raise policy.error(f"nothing needs the rule {name}, and it is not reported", one.line)
    sheets: tuple[tuple[str, type[FigureSheet] | type[ReadingSheet] | type[FactSheet], set[str]], ...] = (
        ("figure", policy.figures, figures),
        ("reading", policy.readings, readings),
        ("fact", policy.facts, facts),
    )
    for what, sheet, found in sheets:
        for name in sheet.declared():
            if name not in found:
                raise policy.error(f"no rule reads the {what} {name}", line_of(str(policy.file), sheet, name))
