"""The only code that reads which readings were chosen, for the rules and for the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gongbao.core.labels import Label
from gongbao.rules import Policy
from gongbao.rules.readings import Reading
from gongbao.systems.intermediary_market import rules
from gongbao.systems.intermediary_market.interpretation.models import MarketReading

POLICIES: tuple[Policy, ...] = (
    rules.market_limit,
    rules.market_conflicts,
    rules.market_outcome,
    rules.market_negotiation,
    rules.market_unfounded_complaints,
    rules.market_in_force,
)
NOT_CHOSEN_HERE: Mapping[str, Label] = {
    "after_abandonment": Label("由每份采购公告载明", "each notice says it"),
    "in_force_on": Label(
        "不在此选择：两种首日均已过去，只有2022年7月24日当天的事项会因此不同；按第三十日（7月24日）计算，与文件库一致",
        "not chosen here: both days are past, and only what was begun on 24 July 2022 itself would differ; the "
        "thirtieth day is taken, as in the library",
    ),
}
"""Readings that the operator does not choose, each with the reason."""


def all_readings() -> dict[str, Reading]:
    return {name: one for policy in POLICIES for name, one in policy.reading_table.items()}


def choosable() -> dict[str, Reading]:
    return {name: one for name, one in all_readings().items() if name not in NOT_CHOSEN_HERE}


def readings_on(policy: Policy, on: date) -> dict[str, str]:
    """What was chosen for the day of the policy's readings, as compute(readings=...) takes it."""
    rows = MarketReading.objects.filter(name__in=policy.reading_table, since__lte=on)
    return dict(rows.order_by("since", "pk").values_list("name", "option"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A reading as it stands on a day; `by` is the row that chose it, None where the default holds."""

    reading: Reading
    option: str
    by: MarketReading | None
    fixed: Label | None

    @property
    def label(self) -> Label:
        return self.reading.options[self.option].label


def chosen_on(on: date) -> list[Chosen]:
    """All readings of the document with what is taken on the day."""
    by = {row.name: row for row in MarketReading.objects.filter(since__lte=on).order_by("since", "pk")}
    found = []
    for name, one in all_readings().items():
        row = by.get(name)
        found.append(Chosen(one, row.option if row else one.default, row, NOT_CHOSEN_HERE.get(name)))
    return found


def history() -> list[tuple[MarketReading, Any, Any]]:
    """All that was ever chosen, the latest first, each with its reading and its option."""
    known = all_readings()
    rows = MarketReading.objects.order_by("-since", "-pk")
    return [(row, known[row.name], known[row.name].options[row.option]) for row in rows if row.name in known]
