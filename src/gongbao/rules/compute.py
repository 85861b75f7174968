"""Compute a policy for one case: from what was given to values, what is missing, what is refused, and why.

result = compute(policy, {"categories": ["subsistence_allowance"], "inpatient_self_pay": "20000", …})
result.values["inpatient_aid"]      Money("14000.00")
result.as_json(explain=True)        what `gongbao compute --json --explain` prints
"""

from __future__ import annotations

import hashlib
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from gongbao.core.errors import GongbaoError
from gongbao.rules import tree
from gongbao.rules.evaluate import Case, Impossible, MissingFacts, Scope
from gongbao.rules.facts import Missing, Problem, as_json, limited, read_facts
from gongbao.rules.policy import Fact, FactSheet, Policy, Rule
from gongbao.rules.readings import choose
from gongbao.rules.readings import digest as readings_digest
from gongbao.rules.shown import Said, Words, in_both
from gongbao.rules.values import GivenText, Label
from gongbao.rules.wanted import Wanted

if TYPE_CHECKING:
    from gongbao.rules.explain import WordsOf
    from gongbao.rules.figures import FigureTable

SCHEMA = "gongbao.result/1"


class Refused(GongbaoError):
    """A case that cannot be computed: every reason, each with its place, in Chinese and in English."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{one.path}: {one.en}" if one.path else one.en for one in problems))


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that was left out and is needed: where it belongs, what it is called, the rule that needs it."""

    path: str
    label: Label
    clause: str
    rule: Rule[..., Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What a case comes to. `values` has None where a fact is missing; `readings` are those it relies on."""

    policy: Policy
    given: Any
    case: Case
    values: dict[str, Any]
    missing: tuple[str, ...]
    questions: tuple[Question, ...]
    readings: dict[str, str]
    date: date | None
    as_if: bool
    changed: dict[str, str] = field(default_factory=dict)

    def as_json(self, *, explain: bool = False, words: WordsOf | None = None) -> dict[str, Any]:
        """One JSON object; amounts are decimal strings. Described in docs/contract.md.

        With `explain` why it is so; `words` then gives the words of the clauses that are cited.
        """
        out: dict[str, Any] = {
            "schema": SCHEMA,
            "policy": self.policy.name,
            "version": version(self.policy),
            "date": self.date.isoformat() if self.date else None,
            "values": {name: self._json(name, value) for name, value in self.values.items()},
            "missing": list(self.missing),
            "questions": [
                {"path": one.path, "zh": one.label.zh, "en": one.label.en, "clause": one.clause, "rule": one.rule.name}
                for one in self.questions
            ],
            "readings": self.readings,
            "as_if": self.as_if,
            "figures": self.changed,
        }
        if explain:
            from gongbao.rules.explain import explain as explanation

            out["explanation"] = explanation(self).as_json(words=words)
        return out

    def _json(self, name: str, value: Any) -> Any:
        reported = self.policy.reported[name]
        if isinstance(reported, Rule):
            return as_json(value, reported.type)
        listed = self.policy.facts.declared()[name].type.item
        assert listed is not None
        if value is None:
            return None
        fields = listed.python.declared()
        return [
            {
                key: as_json(one, fields[key].type if key in fields else self.policy.rules[key].type)
                for key, one in record.items()
            }
            for record in value
        ]


@cache
def version(policy: Policy) -> str:
    """What a decided case keeps of the policy: another as soon as its rules, figures or readings are. Comments,
    docstrings, and the words of figures and readings make no other."""
    parts = (
        policy.name,
        *_tokens(policy.file.read_text(encoding="utf-8")),
        policy.figure_table.digest(),
        readings_digest(policy.reading_table),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


_LAYOUT = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def _tokens(source: str) -> Iterator[str]:
    """What a module says, whatever is noted beside it and however its lines are broken."""
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL):
            continue
        if before in (*_LAYOUT, tokenize.COMMENT) and token.type == tokenize.STRING:
            before = tokenize.COMMENT  # a docstring
            continue
        if before != tokenize.COMMENT or token.type != tokenize.NEWLINE:
            yield tokenize.tok_name[token.type] if token.type in _LAYOUT else token.string
        before = token.type


@lru_cache(maxsize=64)
def changed_table(policy: Policy, figures: tuple[tuple[str, str], ...]) -> FigureTable:
    """The policy's figures with some changed, made once for the many cases of a run. Raises GongbaoError."""
    return policy.figure_table.changed(dict(figures))


def compute(
    policy: Policy,
    given: Any,
    *,
    readings: Mapping[str, str] | None = None,
    figures: Mapping[str, str] | None = None,
    as_if: bool = False,
) -> Result:
    """Compute a case.

    `given` are the facts, as JSON has them. `readings` chooses other options than the defaults, `figures` changes
    parameters (`inpatient_rate[subsistence_allowance]` to `75%`), `as_if` computes a case outside the policy's time in
    force with the nearest figures. Raises Refused with every reason.
    """
    read = read_facts(policy.facts, given)
    if read.problems:
        raise Refused(read.problems)
    options = choose(policy.reading_table, dict(readings or {}))
    table = changed_table(policy, tuple(figures.items())) if figures else policy.figure_table
    case = Case(policy, read.facts, table, options, nearest=as_if)
    try:
        day = _refuse(case, as_if)
        values, wanted, relied_on = _values(case)
    except Impossible as error:
        raise Refused((_impossible(error),)) from None
    missing = wanted.paths()
    return Result(
        policy,
        given,
        case,
        values,
        missing,
        tuple(_question(policy, path, wanted.rules[path]) for path in missing),
        {name: getattr(options, name) for name in policy.readings.declared() if name in relied_on},
        day,
        as_if,
        dict(figures or {}),
    )


def _refuse(case: Case, as_if: bool) -> date | None:
    """The day that governs. Raises Refused where the policy is not in force on it or on the date of a record, and with
    every check that fails."""
    day, problems = _day(case)
    if as_if:
        problems = []
    try:
        problems += _failing_checks(case)
    except (Impossible, GongbaoError):
        # Where the policy is not in force, a check may lack its figures.
        if not problems:
            raise
    if problems:
        raise Refused(limited(problems))
    return day


def _day(case: Case) -> tuple[date | None, list[Problem]]:
    """The day that governs, and where the policy is not in force on it, or on the date of a record."""
    policy = case.policy
    try:
        day = case.day
    except MissingFacts:
        day = None
    dates = [(_path_of_day(policy), day)]
    for one in policy.facts.declared().values():
        dated = one.type.item.python.dated_field if one.type.item and one.type.item.kind == "record" else ""
        records = case.facts[one.name]
        if dated and isinstance(records, list):
            dates += [(f"{one.name}[{place}].{dated}", getattr(record, dated)) for place, record in enumerate(records)]
    problems = [_not_in_force(policy, path, found) for path, found in dates if isinstance(found, date)]
    return day, [one for one in problems if one]


def _not_in_force(policy: Policy, path: str, day: date) -> Problem | None:
    early = day < policy.since
    if not early and (policy.until is None or day <= policy.until):
        return None
    bound, clause = (policy.since, policy.since_clause) if early else (policy.until, policy.until_clause)
    cited = f"{policy.document} {clause}"
    return Problem(
        path=path,
        label=fact_at(policy.facts, path).label if path else None,
        zh=f"{day} 不在“{policy.zh}”的施行期内：{f'自 {bound} 起施行' if early else f'施行至 {bound}'}（{cited}）",
        en=f"{policy.en} is not in force on {day}: it is {'from' if early else 'until'} {bound} ({cited})",
        code="not_in_force",
    )


def _path_of_day(policy: Policy) -> str:
    if policy.dated in policy.facts.declared():
        return policy.dated
    return next(iter(sorted(policy.rules[policy.dated].facts_needed)), "")


def _failing_checks(case: Case) -> Iterator[Problem]:
    """Every check that fails. One that needs a missing fact waits for it."""
    for rule in case.policy.checks:
        scopes = case.of(rule.record) if rule.record and not _missing_list(case, rule) else []
        for scope in scopes if rule.record else [case.scope]:
            try:
                if scope.value(rule) is False:
                    yield _problem(case.policy, rule, scope)
            except MissingFacts:
                continue


def _missing_list(case: Case, rule: Rule[..., Any]) -> bool:
    assert rule.record is not None
    try:
        case.of(rule.record)
    except MissingFacts:
        return True
    return False


def _problem(policy: Policy, rule: Rule[..., Any], scope: Scope) -> Problem:
    fields = [node for node in rule.tree.walk() if isinstance(node, tree.FieldRef | tree.FactRef)]
    if rule.record is None:
        path = next((node.name for node in fields if isinstance(node, tree.FactRef)), "")
    else:
        names = [node.name for node in fields if isinstance(node, tree.FieldRef)]
        path = f"{policy.list_of(rule.record)}[{scope.index}]" + (f".{names[-1]}" if names else "")
    said = refusal_of(rule)
    zh, en = said.zh, said.en
    if told := list(_asked(policy, fields, scope)):
        zh += "：" + "，".join(f"{label.zh}为{said.zh}" for label, said in told)
        en += ": " + ", ".join(f"{label.en} is {said.en}" for label, said in told)
    return Problem(path, fact_at(policy.facts, path).label if path else None, zh, en, rule.name)


def refusal_of(check: Rule[..., Any]) -> Words:
    """What a failing check says of every case, without the facts of one."""
    cited = f"{check.policy.document} {check.clause}"
    return Words(f"{check.label.zh}（{cited}）", f"{check.label.en} ({cited})")


def _asked(policy: Policy, nodes: list[tree.FieldRef | tree.FactRef], scope: Scope) -> Iterator[tuple[Label, Said]]:
    """The facts that a check asks of the case and of its own record, with what was given, from left to right."""
    of_case, of_record = policy.facts.declared(), scope.record.declared() if scope.record else {}
    seen = set()
    for node in reversed(nodes):  # a tree is gone through from the right
        if isinstance(node, tree.FieldRef):
            about = of_record[node.name] if node.of == "record" else None
            value = getattr(scope.record, node.name, None)
        else:
            about, value = of_case[node.name], scope.case.facts[node.name]
        if about is None or about in seen or about.type.is_records or value.__class__ is Missing:
            continue
        seen.add(about)
        yield about.label, in_both(value, about.type)


def _impossible(error: Impossible) -> Problem:
    label = error.rule.label
    return Problem(
        path="",
        label=label,
        zh=f"无法计算“{label.zh}”：{error.reason.zh}",
        en=f"{label.en} cannot be computed: {error.reason.en}",
        code="impossible",
    )


def _values(case: Case) -> tuple[dict[str, Any], Wanted, set[str]]:
    """What is reported, what is to be asked for where it is null, and the readings that the rest relies on."""
    came_out: set[Rule[..., Any]] = set()
    open_: list[tuple[Scope, Rule[..., Any]]] = []
    wanted = Wanted(case)

    def take(scope: Scope, rule: Rule[..., Any]) -> Any:
        try:
            value = scope.value(rule)
        except MissingFacts:
            open_.append((scope, rule))
            return None
        came_out.add(rule)
        return _plain(value)

    values: dict[str, Any] = {}
    for name, reported in case.policy.reported.items():
        if isinstance(reported, Rule):
            values[name] = take(case.scope, reported)
            continue
        try:
            scopes = case.records(name)
        except MissingFacts:
            wanted.listed(name, [part for part in reported if isinstance(part, Rule)])
            values[name] = None
            continue
        values[name] = [
            {
                part if isinstance(part, str) else part.name: _plain(getattr(scope.record, part))
                if isinstance(part, str)
                else take(scope, part)
                for part in reported
            }
            for scope in scopes
        ]
    # What is still to be asked for may lie behind readings that no value has relied on.
    relied_on = case.readings_used & _readings_of(came_out) if case.lacks else set(case.readings_used)
    for scope, rule in open_:
        wanted.value(scope, rule)
    return values, wanted, relied_on


def _plain(value: Any) -> Any:
    """What is put out is looked up by others: a text is found by what it says, and not by its like (GivenText)."""
    return str(value) if value.__class__ is GivenText else value


def _readings_of(rules: set[Rule[..., Any]]) -> set[str]:
    """The readings that rules may rely on, themselves or by the rules that they need."""
    found: set[str] = set()
    seen: set[Rule[..., Any]] = set()
    waiting = list(rules)
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        found.update(node.name for node in one.tree.walk() if isinstance(node, tree.ReadingRef))
        waiting += [one.policy.rules[name] for name in one.needs]
        if one.by_choice and one.policy.best:
            waiting += [criterion.rule for criterion in one.policy.best.criteria]
    return found


def _question(policy: Policy, path: str, rule: Rule[..., Any]) -> Question:
    found = fact_at(policy.facts, path)
    return Question(path, found.label, found.clause, rule)


def fact_at(sheet: type[FactSheet], path: str) -> Fact:
    """The declaration of the fact that a path names: `visits[2].level`."""
    head, _, rest = path.partition(".")
    found = sheet.declared()[head.partition("[")[0]]
    if rest and found.type.item is not None:
        return fact_at(found.type.item.python, rest)
    return found
