"""What a case comes to, as the page shows it: values, what is asked for, what is wrong, and why, step by step."""

import re
from dataclasses import dataclass
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.rules.compute import Refused, Result, compute
from gongbao.rules.explain import explain, shown
from gongbao.rules.policy import Policy, Rule
from gongbao.rules.readings import NoSuchReading
from gongbao.site.policies.cases import Typed, identity
from gongbao.site.policies.charts import Chart, chart
from gongbao.site.policies.explained import Explained, explained

MOST_EXPLAINED = 200
"""Records of a case whose steps are told on a page or by the API: each has some twenty. The command line tells all."""

_RECORD = re.compile(r"\w+\[(\d+)\]\..+")


@dataclass(frozen=True, slots=True)
class Value:
    label: str
    value: str | None
    clause: str
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """`words` is None where a fact is missing. Figures stand on the right, and their unit in the head alone."""

    words: str | None
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """The values of each record."""

    label: str
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said next to a field: wrong, or asked for. `identity` is that of the field, "" where it has none."""

    identity: str
    words: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """`result` is None where the case is refused; `marks` then say why. `explained` is None with too many records."""

    result: Result | None
    values: tuple[Value, ...] = ()
    rows: tuple[Rows, ...] = ()
    marks: tuple[Mark, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()
    explained: Explained | None = None
    chart: Chart | None = None


def computed(policy: Policy, case: Typed, language: str) -> Outcome:
    """The result alone, or what is wrong. Raises nothing for what was typed."""
    try:
        return Outcome(compute(policy, case.facts, readings=case.readings, as_if=case.as_if))
    except Refused as refused:
        marks = (Mark(identity(case.as_typed(one.path)), one.in_language(language), True) for one in refused.problems)
        return Outcome(None, marks=tuple(marks))
    except GongbaoError as error:
        words = error.in_language(language) if isinstance(error, NoSuchReading) else error.message
        return Outcome(None, marks=(Mark("", words, True),))


def outcome(policy: Policy, case: Typed, language: str, links: ClauseLinks) -> Outcome:
    """What the case comes to, as the page shows it."""
    told = computed(policy, case, language)
    result = told.result
    if result is None:
        return told
    values, rows = _values(result, language, links)
    return Outcome(
        result,
        values,
        rows,
        tuple(_asked(result, case, language)),
        tuple(_readings(result, language)),
        explained(explain(result), language, links, words=links.words_once)
        if case.record_count <= MOST_EXPLAINED
        else None,
        chart(result, language),
    )


def _values(result: Result, language: str, links: ClauseLinks) -> tuple[tuple[Value, ...], tuple[Rows, ...]]:
    policy = result.policy
    values, tables = [], []
    for name, reported in policy.reported.items():
        value = result.values[name]
        if isinstance(reported, Rule):
            words = None if value is None else shown(value, reported.type, language)
            url = links(policy.document, reported.clause)
            values.append(Value(reported.label.in_language(language), words, reported.clause, url))
            continue
        listed = policy.facts.declared()[name]
        assert listed.type.item is not None
        fields = listed.type.item.python.declared()
        about = [fields[part] if isinstance(part, str) else part for part in reported]
        rows = tuple(
            tuple(
                Cell(None if one is None else shown(one, part.type, language, bare=True), _is_figure(part))
                for one, part in zip(record.values(), about, strict=True)
            )
            for record in value or ()
        )
        if rows:
            heads = tuple(Cell(_with_unit(part, language), _is_figure(part)) for part in about)
            tables.append(Rows(listed.label.in_language(language), heads, rows))
    return tuple(values), tuple(tables)


def _is_figure(part: Any) -> bool:
    return part.type.unit is not None


def _with_unit(part: Any, language: str) -> str:
    label, unit = part.label.in_language(language), part.type.unit
    if unit is None:
        return str(label)
    return f"{label}（{unit.zh}）" if language == "zh" else f"{label} ({unit.en})"


def _asked(result: Result, case: Typed, language: str) -> Any:
    for one in result.questions:
        label, rule = one.label.in_language(language), one.rule.label.in_language(language)
        if found := _RECORD.fullmatch(one.path):
            number = int(found[1]) + 1
            label = f"第{number}条的{label}" if language == "zh" else f"{label} (no. {number})"
        if one.rule.is_check:
            words = (
                f"需要{label}，以核对填写内容" if language == "zh" else f"{label} is needed to check what was filled in"
            )
        else:
            words = f"需要{label}，用于计算{rule}" if language == "zh" else f"{label} is needed for: {rule}"
        yield Mark(identity(case.as_typed(one.path)), words, False)


def _readings(result: Result, language: str) -> Any:
    for name, option in result.readings.items():
        about = result.policy.reading_table[name]
        yield about.label.in_language(language), about.options[option].label.in_language(language)
