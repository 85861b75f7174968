"""Where a picture says more than a table: made on the server as SVG, without script, with its table beside it.

A policy that has a chart has a function here, by its name; nothing else knows of it. Colours are classes of
policies.css, so that print and large print have theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from gongbao.rules.compute import Result
from gongbao.rules.facts import Missing
from gongbao.rules.policy import Rule

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 72, 16, 28, 40


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, and the same as a table."""

    title: str
    svg: SafeString
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def chart(result: Result, language: str) -> Chart | None:
    """The chart of a case; None where its policy has none, or a fact that it needs is missing."""
    make = CHARTS.get(result.policy.name)
    return make(result, language) if make else None


def _scale(least: float, most: float) -> Callable[[float], float]:
    room = HEIGHT - TOP - BOTTOM
    return lambda value: round(TOP + room * (most - value) / ((most - least) or 1), 1)


def _frame(title: str, parts: list[str]) -> SafeString:
    head = (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">'
    )
    return mark_safe("".join([head, *parts, "</svg>"]))  # every text in it is escaped where it is put in


def _fluid(title: str, parts: list[str]) -> SafeString:
    """A picture whose places across are parts of its width: on a telephone it is narrower, and its words as large."""
    head = f'<svg class="chart fluid" height="{HEIGHT}" role="img" aria-label="{escape(title)}" '
    return mark_safe("".join([head, 'xmlns="http://www.w3.org/2000/svg">', *parts, "</svg>"]))  # as above


def _line(x1: float | str, y1: float, x2: float | str, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _text(x: float | str, y: float, words: str, anchor: str = "end", kind: str = "") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _signed(value: Decimal) -> str:
    return f"{value:,}".replace("-", "−")


def _limit_used_up(result: Result, language: str) -> Chart | None:
    """The year's limit (第十七条) and what the fund has paid after each visit, by date."""
    chinese = language == "zh"
    facts, values = result.case.facts, result.values
    visits, limit = facts["visits"], values["annual_limit"]
    if isinstance(visits, Missing) or not visits or limit is None or values["visits"] is None:
        return None
    paid = [one["pooled_fund_pays"] for one in values["visits"]]
    days = [one.date for one in visits]
    if any(one is None for one in paid) or any(isinstance(one, Missing) for one in days):
        return None
    year = int(facts["year"])
    order = sorted(range(len(visits)), key=lambda place: days[place])
    total, points = Decimal(0), []
    for place in order:
        total += Decimal(str(paid[place].exact))
        points.append((days[place], total))
    cap = Decimal(str(limit.exact))
    most = float(max(cap, total)) * 1.1 or 1.0
    y = _scale(0, most)

    def x(day: date) -> str:
        return f"{100 * (day - date(year, 1, 1)).days / 366:.2f}%"

    at, height, steps = "0%", y(0), []
    for day, so_far in points:
        steps.append(_line(at, height, x(day), height, "used"))
        at, below, height = x(day), height, y(float(so_far))
        steps.append(_line(at, below, at, height, "used"))
    steps.append(_line(at, height, "100%", height, "used"))
    title = f"{year}年限额使用情况（元）" if chinese else f"The limit of {year} being used up (yuan)"
    limit_words = f"年度限额 {cap:,}" if chinese else f"annual limit {cap:,}"
    paid_words = f"累计支付 {total:,}" if chinese else f"paid so far {total:,}"
    limit_at = y(float(cap))
    # Above its line, where that has room below the limit's and its words.
    paid_at = height - 8 if abs(height - limit_at) > 48 else height + 20
    parts = [
        _line("0%", y(0), "100%", y(0), "axis"),
        _line("0%", limit_at, "100%", limit_at, "limit"),
        _text("100%", limit_at - 8, limit_words),
        *steps,
        _text("100%", paid_at, paid_words) if total else "",
    ]
    for month in range(1, 13):
        label = f"{month}月" if chinese else f"{month}"
        kind = "" if month % 2 else "every-second"
        parts.append(_text(x(date(year, month, 15)), HEIGHT - 14, label, "middle", kind))
    heads = ("日期", "累计支付（元）") if chinese else ("date", "paid so far (yuan)")
    rows = tuple((day.isoformat(), f"{so_far:,}") for day, so_far in points)
    return Chart(title, _fluid(title, parts), heads, rows)


def _five_factors(result: Result, language: str) -> Chart | None:
    """The five factors of each unit (第四条), received upwards and deducted downwards."""
    reported: Any = result.policy.reported["units"]
    factors = [part for part in reported if isinstance(part, Rule) and part.name != "net"]
    units = result.values["units"]
    if not units or any(unit[one.name] is None for unit in units for one in factors):
        return None
    amounts = [[Decimal(str(unit[one.name].exact)) for one in factors] for unit in units]
    every = [amount for row in amounts for amount in row]
    least, most = float(min(Decimal(0), *every)) * 1.1, float(max(Decimal(0), *every)) * 1.1
    if least == most:
        return None
    y = _scale(least, most)
    title = "九个县（市、区）的五项因子（万元）" if language == "zh" else "The five factors of nine units (10,000 yuan)"
    names = [unit["unit"].label.in_language(language) for unit in units]
    group = (WIDTH - LEFT - RIGHT) / len(units)
    bar = group * 0.8 / len(factors)
    parts = [_text(LEFT - 8, y(float(end)) + 5, _signed(end)) for end in (min(every), max(every)) if end]
    for place, row in enumerate(amounts):
        for number, amount in enumerate(row):
            left = round(LEFT + group * (place + 0.1) + bar * number, 1)
            top, foot = y(max(0.0, float(amount))), y(min(0.0, float(amount)))
            said = f"{names[place]} {factors[number].label.in_language(language)} {_signed(amount)}"
            parts.append(
                f'<rect class="factor-{number + 1}" x="{left}" y="{top}" width="{bar:.1f}" '
                f'height="{foot - top:.1f}"><title>{escape(said)}</title></rect>'
            )
        parts.append(_text(round(LEFT + group * (place + 0.5), 1), HEIGHT - 20, str(place + 1), "middle"))
    parts += [_line(LEFT, y(0), WIDTH - RIGHT, y(0), "axis"), _text(LEFT - 8, y(0) + 5, "0")]
    for number, one in enumerate(factors):
        left = number * WIDTH / len(factors)
        parts.append(f'<rect class="factor-{number + 1}" x="{left}" y="6" width="10" height="10"/>')
        parts.append(_text(left + 14, 16, one.label.in_language(language), "start"))
    heads = ("#", "单位" if language == "zh" else "unit", *(one.label.in_language(language) for one in factors))
    rows = tuple(
        (str(place + 1), name, *map(_signed, row)) for place, (name, row) in enumerate(zip(names, amounts, strict=True))
    )
    return Chart(title, _frame(title, parts), heads, rows)


CHARTS: dict[str, Callable[[Result, str], Chart | None]] = {
    "outpatient-pooling": _limit_used_up,
    "air-compensation": _five_factors,
}
