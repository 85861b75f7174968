"""What a change of figures or readings comes to for a population: sums, who gains and loses, who crosses which line.

    before = in_numpy.compute(program, settings, batch, [name]).of[name]
    found = tally(program, changed, batch, name, before, cells, count)

The population is divided into cells (a category in a district in a decile, say); whoever asks adds the cells up by
one or the other. Everything is counted in whole numbers, amounts in the unit of the rule's type (fen).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from gongbao.rules.columns import in_numpy
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.batch import Batch, Column, blocks
from gongbao.rules.columns.program import Flags, Int64, Program, Settings

EDGES = tuple(step * 10**power for power in range(2, 9) for step in (1, 2, 5))
"""Bounds of the sizes of a change, in fen from one yuan on: the n-th size is from EDGES[n - 1] up to EDGES[n]."""
SIZES = len(EDGES) + 1

_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Tally:
    """Each array has one int64 for each cell, `gained` and `lost` one for each cell and size of the change.

    after         the sum of the value after the change
    gain, loss    by how much it rose in all, by how much it fell; both at least 0
    gained        how many persons (cases, or records of a rule on records) it rose for, by size: cells x SIZES
    lost          how many it fell for
    entered       how many came from nothing to something: who now stands on the paying side of a line of the rules
    left          how many came from something to nothing
    gain_of_size  by how much it rose in all, by size, of all cells together
    loss_of_size  by how much it fell
    doubtful      which cases are for `compute` after the change; none of the counts above has them
    """

    after: Int64
    gain: Int64
    loss: Int64
    gained: Int64
    lost: Int64
    entered: Int64
    left: Int64
    gain_of_size: Int64
    loss_of_size: Int64
    doubtful: Flags


def largest(persons: int) -> int:
    """Up to where amounts are tallied: no sum over so many can then overflow, nor one of changes. A case with a value
    beyond it is doubtful, before the change as after."""
    return 2**61 // max(persons, 1)


def too_large(program: Program, name: str, values: Int64) -> Flags | None:
    """Which values are beyond `largest`; None where the rules exclude it."""
    value, bound = program.steps[name].value, largest(len(values))
    if -bound <= value.lo and value.hi <= bound:
        return None
    return np.asarray((values < -bound) | (values > bound))


def tally(
    program: Program,
    settings: Settings,
    batch: Batch,
    name: str,
    before: Column,
    cells: Column,
    count: int,
    *,
    threads: int | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Tally:
    """The rule's values under the settings beside those before.

    `before` and `cells` have one integer for each person: a case, or for a rule on records a record. A cell is a number
    from 0 up to `count`, or -1 for whom nothing is counted. None counts as 0, a flag as 0 or 1.
    """
    values = in_numpy.compute(program, settings, batch, [name], threads=threads, is_wanted=is_wanted)
    records = program.steps[name].records
    doubtful = values.doubtful
    after = given(program, name, values.of)
    starts = batch.records[records].starts if records else None
    beyond = too_large(program, name, after)
    if beyond is not None and beyond.any():
        doubtful |= beyond if starts is None else of_cases(beyond, batch, records)

    def some_blocks(some: list[tuple[int, int]]) -> list[Int64]:
        out = _nothing(count)
        for first, last in some:
            aside = doubtful[first:last]
            low, high = first, last
            if starts is not None:
                aside = np.repeat(aside, np.diff(starts[first : last + 1]))
                low, high = int(starts[first]), int(starts[last])
            _add_to(out, before[low:high], after[low:high], cells[low:high], aside)
        return out

    workers = threads or os.cpu_count() or 1
    parts = list(blocks(batch.cases, starts, _BLOCK))
    sums = _nothing(count)
    with ThreadPoolExecutor(workers) as pool:
        for found in pool.map(some_blocks, [parts[place::workers] for place in range(workers)]):
            for total, part in zip(sums, found, strict=True):
                total += part
    after_, gain, loss, gained, lost, entered, left, gain_of_size, loss_of_size = sums
    shape = (count, SIZES)
    return Tally(
        after=after_,
        gain=gain,
        loss=loss,
        gained=gained.reshape(shape),
        lost=lost.reshape(shape),
        entered=entered,
        left=left,
        gain_of_size=gain_of_size,
        loss_of_size=loss_of_size,
        doubtful=doubtful,
    )


def given(program: Program, name: str, values: dict[str, Int64]) -> Int64:
    """The rule's values, 0 where there is none."""
    if w.is_const(program.steps[name].none, 0):
        return values[name]
    return np.where(values[f"{name}?"] != 0, values[name], 0)


def of_cases(flags: Flags, batch: Batch, records: str) -> Flags:
    """The cases of the records that are flagged."""
    found = np.zeros(batch.cases, bool)
    found[batch.records[records].case_of[flags]] = True
    return found


def _nothing(count: int) -> list[Int64]:
    sizes = (count, count, count, count * SIZES, count * SIZES, count, count, SIZES, SIZES)
    assert len(sizes) == len(fields(Tally)) - 1
    return [np.zeros(size, np.int64) for size in sizes]


def _add_to(out: list[Int64], before: Column, after: Int64, cells: Column, aside: Flags) -> None:
    """Add a block to the sums, which are in the order of the fields of Tally."""
    sums, gain, loss, gained, lost, entered, left, gain_of_size, loss_of_size = out
    counted = (cells >= 0) & ~aside
    if not counted.all():
        before, after, cells = before[counted], after[counted], cells[counted]
    # Not by bincount with weights, which are binary fractions.
    np.add.at(sums, cells, after)
    change = after - before
    rows = np.nonzero(change)[0]
    cells, before, after, change = cells[rows].astype(np.int64), before[rows], after[rows], change[rows]
    size = np.searchsorted(EDGES, np.abs(change), "right")
    for sign, amounts, persons, of_size in ((1, gain, gained, gain_of_size), (-1, loss, lost, loss_of_size)):
        moved = change * sign > 0
        by = change[moved] * sign
        np.add.at(amounts, cells[moved], by)
        np.add.at(of_size, size[moved], by)
        persons += np.bincount(cells[moved] * SIZES + size[moved], minlength=len(persons))
    entered += np.bincount(cells[before == 0], minlength=len(entered))
    left += np.bincount(cells[after == 0], minlength=len(left))


__all__ = ["EDGES", "SIZES", "Tally", "given", "largest", "of_cases", "tally", "too_large"]
