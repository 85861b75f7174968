"""The same policies with other figures: changed at random, and changing in the middle of the time in force."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from gongbao.core.dates import ONE_DAY
from gongbao.core.errors import GongbaoError
from gongbao.rules import Policy
from gongbao.rules import exact as ex
from gongbao.rules.figure_values import rebuilt
from gongbao.rules.figures import Dated, Entry, FigureTable
from gongbao.rules.scales import Scale
from gongbao.rules.types import Type
from gongbao.rules.values import Quantity


def with_figures_that_change(policy: Policy, seed: int, changes: int = 2) -> Policy:
    """The policy with figures that rise and fall on days after it came into force, scales with other bands too."""
    seeded = Random(seed)
    days = sorted(policy.since + timedelta(days=seeded.randint(20, 700)) for _ in range(changes))
    entries = {name: _changing(entry, days, seeded) for name, entry in policy.figure_table.entries.items()}
    variant = copy.copy(policy)
    # A cached property of the policy; its own table stays as it is.
    variant.__dict__["figure_table"] = FigureTable(policy.figures, policy.figure_table.file, entries)
    return variant


def _changing(entry: Entry, days: list[date], seeded: Random) -> Entry:
    values = [replace(entry.values[0], until=None)]
    for day in days:
        # Not all change on the same days.
        if day == values[-1].since or seeded.random() < 0.3:
            continue
        values[-1] = replace(values[-1], until=day - ONE_DAY)
        values.append(Dated(day, None, _other(entry.type, values[-1].value, seeded)))
    return replace(entry, values=tuple(values))


def _other(kind: Type, value: Any, seeded: Random) -> Any:
    def leaf(name: str, of: Type, one: Any) -> Any:
        if name.endswith(".above"):
            return one
        return _other_number(of, one, seeded)

    return rebuilt("", kind, _fewer_bands(value, seeded), leaf)


def _fewer_bands(value: Any, seeded: Random) -> Any:
    if isinstance(value, dict):
        return {key: _fewer_bands(one, seeded) for key, one in value.items()}
    if isinstance(value, Scale) and len(value.bands) > 1 and seeded.random() < 0.5:
        return type(value)(value.bands[:-1])
    return value


def _other_number(kind: Type, value: Any, seeded: Random) -> Any:
    share = seeded.choice(("0", "0.37", "0.5", "0.9", "1", "1.1", "2.5"))
    if isinstance(value, Quantity):
        places = ex.places_of(value.exact) if kind.places is None else kind.places
        return kind.python.of(ex.rounded(ex.multiply(value.exact, ex.exact(share)), places))
    return value


def changed_figures(policy: Policy, seed: int, number: int) -> Iterator[dict[str, str]]:
    """Changes as a clerk would type them: of one figure or of several; smaller, larger, far larger, with decimals."""
    seeded = Random(seed)
    numbers = list(_named_numbers(policy))
    made = 0
    while numbers and made < number:
        chosen = seeded.sample(numbers, min(len(numbers), seeded.choice((1, 1, 2, 5))))
        figures = {name: _typed(kind, value, seeded) for name, kind, value in chosen}
        with suppress(GongbaoError):  # bands that would no longer stand from low to high
            policy.figure_table.changed(figures)
            made += 1
            yield figures


def _named_numbers(policy: Policy) -> Iterator[tuple[str, Type, Any]]:
    found: list[tuple[str, Type, Any]] = []

    def leaf(name: str, kind: Type, value: Any) -> Any:
        if isinstance(value, Quantity):
            found.append((name, kind, value))
        return value

    for name, entry in policy.figure_table.entries.items():
        rebuilt(name, entry.type, entry.values[0].value, leaf)
    yield from found


def _typed(kind: Type, value: Quantity, seeded: Random) -> str:
    share = seeded.choice(("0", "0.37", "0.999", "1", "1.01", "3", "400"))
    number = ex.multiply(value.exact, ex.exact(share))
    # Figures without declared decimals may be given with any: a program with room for them is another.
    places = kind.places if kind.places is not None else seeded.choice((0, 2, 5))
    text = f"{ex.rounded(number, places):f}"
    return f"{text}%" if kind.kind == "percent" else text
