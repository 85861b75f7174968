"""How the rules on records (visits, districts) were computed, as a calculation sheet says it: a table for each rule.

What is the same for all records that went one way (the formula, the conditions, the figures) stands once above its
table, which has a row for each record with what is its own; records for which all is the same share one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gongbao.core.labels import Label
from gongbao.office.papers.paper import Table, listed
from gongbao.rules.explain import Explanation, Step
from gongbao.rules.render import (
    Line,
    Told,
    before_rounding,
    condition_line,
    kept_decimals,
    lines_of,
    origins,
    title_of,
    value_of,
)

_HEADS = {
    "record": Label("对象", "for"),
    "condition": Label("条件", "conditions"),
    "figures": Label("代入", "in figures"),
    "bands": Label("分档", "bands"),
    "exact": Label("取整前", "before rounding"),
    "value": Label("结果", "result"),
}
_ABOVE = ("formula", "parameter", "reading")
"""What is said above a table, beside the conditions; the facts of the records have a table of their own."""


@dataclass(frozen=True, slots=True)
class RecordSteps:
    """A rule for the records that went one way. `numbers` are those by which its steps are referred to."""

    numbers: frozenset[int]
    label: str
    clause: str
    above: tuple[Line, ...]
    table: Table


def on_the_case(told: Iterable[Told]) -> Iterator[Told]:
    """The steps that are on no record; those below a step on a record come in its place, where told in full."""
    for one in told:
        below = tuple(on_the_case(one.below))
        if one.step.record:
            yield from (other for other in below if not other.brief)
        else:
            yield replace(one, below=below)


Asked = Callable[[str], str]
"""From the path of a missing fact to how it is asked for."""


def on_records(told: Iterable[Told], explanation: Explanation, language: str, asked: Asked) -> Iterator[RecordSteps]:
    """Each rule on records that has bearing on the result, after those that it needs."""
    full = origins(explanation)
    told_as: dict[int, int] = {}
    by_rule: dict[tuple[str, str], dict[tuple[int, int], Step]] = {}
    for one in _from_below(told):
        if one.step.record and not one.brief:
            step = full[one.step.number]
            told_as[step.number] = one.step.number
            source, _, place = step.record.rstrip("]").partition("[")
            by_rule.setdefault((source, step.rule), {})[int(place), step.number] = step
    for steps in by_rule.values():
        by_way: dict[object, list[Step]] = {}
        for _, step in sorted(steps.items()):
            conditions = tuple((one.words.zh, one.holds) for one in step.conditions)
            by_way.setdefault((step.formula, conditions, step.choice), []).append(step)
        for same in by_way.values():
            above, table = _table(same, explanation, language, asked)
            label = same[0].label.in_language(language)
            if choice := same[0].choice:
                label += f"（{choice.zh}）" if language.startswith("zh") else f" ({choice.en})"
            numbers = frozenset(told_as[step.number] for step in same)
            yield RecordSteps(numbers, label, same[0].clause, above, table)


def _from_below(told: Iterable[Told]) -> Iterator[Told]:
    for one in told:
        yield from _from_below(one.below)
        yield one


def _table(
    steps: Sequence[Step], explanation: Explanation, language: str, asked: Asked
) -> tuple[tuple[Line, ...], Table]:
    above, own = [], []
    for same in zip(*(step.conditions for step in steps), strict=True):
        differ = len({one.figures.zh for one in same}) > 1
        above.append(condition_line(same[0], language, figures=not differ))
        if differ:
            own.append([one.figures.in_language(language) for one in same])
    lines = dict.fromkeys(line for step in steps for line in lines_of(step, explanation, language))
    above += [line for line in lines if line.kind in _ABOVE]
    rounds = next((step for step in steps if step.exact), None)
    if rounds is not None:
        above.append(Line("rounding", title_of("rounding", language), kept_decimals(rounds, language)))
    columns = {
        "condition": ["\n".join(one) for one in zip(*own, strict=True)],
        "figures": [step.figures.in_language(language) if step.figures else "" for step in steps],
        "bands": ["\n".join(one.in_language(language) for one in step.notes) for step in steps],
        "exact": [before_rounding(step) if step.exact else "" for step in steps],
        "value": [_value(step, language, asked) for step in steps],
    }
    columns = {name: cells for name, cells in columns.items() if any(cells)}
    head = [_HEADS["record"].in_language(language), *(_HEADS[name].in_language(language) for name in columns)]
    alike: dict[tuple[str, ...], list[str]] = {}
    for step, cells in zip(steps, zip(*columns.values(), strict=True), strict=True):
        alike.setdefault(cells, []).append(_record(step, language))
    between = "、" if language.startswith("zh") else ", "
    rows = [(between.join(records), *cells) for cells, records in alike.items()]
    figures = frozenset(place for place, name in enumerate(columns, start=1) if name in ("exact", "value"))
    return tuple(above), listed(head, rows, figures=figures, size=8)


def _record(step: Step, language: str) -> str:
    return step.record_label.in_language(language) if step.record_label else step.record


def _value(step: Step, language: str, asked: Asked) -> str:
    """The value, or that there is none and which facts are missing for it."""
    missing = [*map(asked, step.missing), *(["…"] if step.more_missing else [])]
    return "\n".join([value_of(step, language), *(f"{title_of('missing', language)} {one}" for one in missing)])
