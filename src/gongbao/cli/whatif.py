"""`gongbao whatif`: what other figures or another reading would come to for a population. See docs/what-if.md."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongbao import SCHEMA_VERSION
from gongbao.cli.printing import StatusLine, json_option, print_json, say, table, write_file
from gongbao.cli.rules import Setting, language_option
from gongbao.core.errors import GongbaoError

if TYPE_CHECKING:
    from gongbao.rules.policy import Policy, Rule
    from gongbao.rules.types import Type
    from gongbao.rules.what_if import Chart, Comparison, Outcome, Reform, Row


def register(cli: click.Group) -> None:
    """Add this command to the `gongbao` command."""
    from gongbao.cli import COMPUTING

    cli.command("whatif", section=COMPUTING)(whatif)


def _settings(option: str, name: str, metavar: str, text: str) -> Any:
    return click.option(option, name, type=Setting(), multiple=True, metavar=metavar, help=text)


@click.argument("name", metavar="POLICY")
@click.argument("data", metavar="DATA")
@_settings(
    "--set", "figures", "NAME[KEY]=VALUE", "Another figure: inpatient_rate[subsistence_allowance]=75%. May be repeated."
)
@_settings("--reading", "readings", "NAME=OPTION", "Another reading than the default. May be repeated.")
@_settings(
    "--against-set",
    "other_figures",
    "NAME[KEY]=VALUE",
    "A second reform beside the first: its figures. May be repeated.",
)
@_settings("--against-reading", "other_readings", "NAME=OPTION", "And its readings. May be repeated.")
@click.option("--value", metavar="NAME", help="The value that is compared; by default what is paid in the end.")
@click.option(
    "--by", multiple=True, metavar="DIMENSION", help="Also in groups: a column of DATA, or a fact. May be repeated."
)
@click.option("--parts", is_flag=True, help="Also the other values that the policy reports of the same persons.")
@click.option("--chart", "fact", metavar="FACT", help="Also the value against this fact: where it jumps, who is near.")
@click.option(
    "--table", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="A .csv or .xlsx file too."
)
@language_option
@json_option
def whatif(
    name: str,
    data: str,
    figures: tuple[tuple[str, str], ...],
    readings: tuple[tuple[str, str], ...],
    other_figures: tuple[tuple[str, str], ...],
    other_readings: tuple[tuple[str, str], ...],
    value: str | None,
    by: tuple[str, ...],
    parts: bool,
    fact: str | None,
    file: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """What other figures or another reading would come to for a population; nothing is kept.

    DATA is a .parquet, .csv or .xlsx file, FILE.duckdb:TABLE, or postgresql://…/DATABASE#TABLE, as for `gongbao run`.
    Told are the cost before and after, who gains and who loses and by how much, and who comes to something or to
    nothing.
    """
    from gongbao.rules.run import load
    from gongbao.rules.what_if import Population, Reform, chart, compare, value_rule
    from gongbao.systems import policy as find_policy

    found = find_policy(name)
    reform = Reform(dict(figures), dict(readings))
    against = Reform(dict(other_figures), dict(other_readings)) if other_figures or other_readings else None
    # What is wrong with the command is told before a large population is read.
    value_rule(found, value)
    for one in (reform, against):
        if one is not None:
            _refuse_wrong(found, one)
    if file is not None and file.suffix.lower() not in (".csv", ".xlsx"):
        raise GongbaoError("a table is written as .csv or .xlsx", where=str(file))
    progress = _Progress(data)
    try:
        population = Population.of(found, load(found, data, progress=progress))
    finally:
        progress.end()
    result = compare(population, reform, value, against=against, by=by, parts=parts)
    drawn = chart(found, fact, reform, against=against, value=value, population=population) if fact else None
    if file is not None:
        from gongbao.rules.what_if.tables import as_csv, as_xlsx

        write_file(file, (as_csv if file.suffix.lower() == ".csv" else as_xlsx)(result, language))
    if as_json:
        print_json(
            {
                "schema_version": SCHEMA_VERSION,
                **result.as_json(),
                "chart": drawn.as_json() if drawn else None,
                "table": str(file) if file else None,
            }
        )
        return
    say("\n".join([*_as_text(result, language), *(_chart_as_text(drawn, language) if drawn else ())]))


def _refuse_wrong(policy: Policy, reform: Reform) -> None:
    from gongbao.rules.compute import changed_table
    from gongbao.rules.readings import choose

    choose(policy.reading_table, reform.readings)
    changed_table(policy, tuple(reform.figures.items()))


class _Progress(StatusLine):
    """How much of the population is read, on a terminal."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name if "://" not in name else name.rpartition("#")[2]
        self.shown = -1

    def __call__(self, share: float) -> None:
        hundredths = int(share * 100)
        if self.terminal and hundredths > self.shown:
            self.shown = hundredths
            self.show(f"reading {Path(self.name).name}: {hundredths} %")


# --- for a person


def _as_text(found: Comparison, language: str) -> Iterator[str]:
    zh = language == "zh"
    rule = found.rule
    label, what = rule.label.in_language(language), found.policy.label.in_language(language)
    yield f"{what}：{label}" if zh else f"{what}: {label}"
    sides = [(found.outcome, "方案一" if found.against else "方案", "first" if found.against else "reform")]
    if found.against and found.between:
        sides.append((found.against, "方案二", "second"))
        sides.append((found.between, "方案一与方案二相比", "first against second"))
    for outcome, in_zh, in_en in sides:
        yield ""
        yield f"{in_zh if zh else in_en}{'：' if zh else ': '}{_changes(outcome, language)}"
        yield from _outcome_as_text(outcome, found, language)
    if found.unread:
        yield ""
        yield f"未能读取{found.unread:,}件" if zh else f"{found.unread:,} cases could not be read"
        yield from _reasons(found.unread_reasons, language)


def _changes(outcome: Outcome, language: str) -> str:
    if outcome.start:
        return ""
    told = [f"{name} = {text}" for name, text in (*outcome.reform.figures.items(), *outcome.reform.readings.items())]
    return ", ".join(told) or ("与现行相同" if language == "zh" else "as it is today")


def _outcome_as_text(outcome: Outcome, found: Comparison, language: str) -> Iterator[str]:
    from gongbao.rules.what_if.comparison import OTHER_VALUES

    zh, rule = language == "zh", found.rule
    yield from _rows([("全部" if zh else "all", outcome.total, rule)], "", language)
    if outcome.sizes and rule.type.kind != "flag":
        yield ""
        yield from _sizes(outcome, language)
    for dimension, groups in outcome.by:
        yield ""
        named = [(group.label.in_language(language), row, rule) for group, row in groups]
        yield from _rows(named, dimension.label.in_language(language), language)
    if outcome.parts:
        yield ""
        others = [(each.label.in_language(language), row, each) for each, row in outcome.parts]
        yield from _rows(others, OTHER_VALUES.in_language(language), language)
    if outcome.decided:
        yield (
            f"其中{outcome.decided:,}件逐件计算" if zh else f"{outcome.decided:,} of the cases were computed one by one"
        )
    if outcome.left_out.cases:
        yield f"未计入{outcome.left_out.cases:,}件：" if zh else f"{outcome.left_out.cases:,} cases are left out:"
        yield from _reasons(outcome.left_out.reasons, language)


def _reasons(reasons: Any, language: str) -> Iterator[str]:
    for words, count in reasons:
        yield f"  {count:,}  {words.in_language(language)}"


def _rows(rows: list[tuple[str, Row, Rule[..., Any]]], head: str, language: str) -> Iterator[str]:
    zh = language == "zh"
    counted = {(True, True): "人", (True, False): "条", (False, True): "persons", (False, False): "records"}[
        zh, all(rule.record is None for _, _, rule in rows)
    ]
    units = {rule.type.unit for _, _, rule in rows}
    kind = next(iter(units)) if len(units) == 1 else None
    unit = (f"（{kind.zh}）" if zh else f" ({kind.en})") if kind else ""
    heads = (
        [head, counted, f"调整前{unit}", "调整后", "变化", "变化率", "增加", "增加额", "减少", "减少额", "新进", "退出"]
        if zh
        else [head, counted, f"before{unit}", "after", "change", "", "gain", "by", "lose", "by", "enter", "leave"]
    )
    body = []
    for name, row, rule in rows:
        told = row.as_json(rule)
        body.append(
            [
                name,
                f"{row.persons:,}",
                *(_grouped(told[key]) for key in ("before", "after", "change")),
                told["change_percent"] or "",
                f"{row.gained:,}",
                _grouped(told["gain"]),
                f"{row.lost:,}",
                _grouped(told["loss"]),
                f"{row.entered:,}",
                f"{row.left:,}",
            ]
        )
    yield from _table(body, heads, 6)


def _sizes(outcome: Outcome, language: str) -> Iterator[str]:
    zh = language == "zh"
    heads = ["变化幅度", "增加", "增加额", "减少", "减少额"] if zh else ["by", "gain", "sum", "lose", "sum"]
    body = []
    for one in outcome.sizes:
        told = one.as_json(outcome.rule)
        low, high = _grouped(told["from"]), told["below"] and _grouped(told["below"])
        if zh:
            span = f"{low}以上" if not high else f"{low}至不足{high}" if one.low else f"不足{high}"
        else:
            span = f"{low} and more" if not high else f"{low} to below {high}" if one.low else f"below {high}"
        body.append([span, f"{one.gained:,}", _grouped(told["gain"]), f"{one.lost:,}", _grouped(told["loss"])])
    yield from _table(body, heads, 1)


def _table(body: list[list[str]], heads: list[str], first: int) -> list[str]:
    """Without the columns, from the first one named on, that have nothing but noughts."""
    for at in range(first, len(heads)):
        if all(row[at].strip("0.") == "" for row in body):
            for row in body:
                row[at] = ""
    return table(_right(body), heads)


def _right(body: list[list[str]]) -> list[list[str]]:
    """Numbers one below the other, the first column as it is."""
    widths = [max((len(row[at]) for row in body), default=0) for at in range(len(body[0]) if body else 0)]
    return [[row[0], *(row[at].rjust(widths[at]) for at in range(1, len(row)))] for row in body]


def _grouped(text: str) -> str:
    return f"{Decimal(text):,}"


def _chart_as_text(found: Chart, language: str) -> Iterator[str]:
    zh = language == "zh"
    told = found.as_json()
    fact = found.fact.label.in_language(language)

    def amount(text: str, kind: Type) -> str:
        unit = (kind.unit.zh if zh else kind.unit.en) if kind.unit else ""
        return f"{_grouped(text)} {unit}".rstrip()

    yield ""
    if not told["cliffs"]:
        yield f"{fact}：没有断点" if zh else f"{fact}: it jumps nowhere"
        return
    near = amount(told["distance"], found.fact.type)
    yield f"{fact}的断点，及相距{near}以内的人数：" if zh else f"{fact}: where it jumps, and who is within {near}:"
    curves = {"before": ("调整前", "before"), "after": ("调整后", "after"), "against": ("方案二", "second")}
    heads = ["", fact, "断点前", "断点后", "以下", "以上"] if zh else ["", fact, "at it", "beyond it", "below", "above"]
    body = [
        [
            curves[one["curve"]][0 if zh else 1],
            *(_grouped(one[key]) for key in ("at", "value_at", "value_next")),
            f"{one['below']:,}",
            f"{one['above']:,}",
        ]
        for one in told["cliffs"]
    ]
    yield from table(_right(body), heads)


__all__ = ["register"]
