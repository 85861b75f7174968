"""What a change of figures or readings comes to for a population: sums, who gains and loses, who crosses which line.

    before = in_numpy.compute(program, settings, batch, [name]).of[name]
    found = tally(program, changed, batch, name, before, cells, count)

The population is divided into cells (a category in a district in a decile, say); whoever asks adds the cells up by
one or the other. Everything is counted in whole numbers, amounts in the unit of the rule's type (fen).
"""

from __future__ import annotations

from dataclasses import dataclass

from gongbao.rules.columns.program import Int64

EDGES = tuple(step * 10**power for power in range(2, 9) for step in (1, 2, 5))
"""Bounds of the sizes of a change, in fen from one yuan on: the n-th size is from EDGES[n - 1] up to EDGES[n]."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Each array has one int64 for each cell, `gained` and `lost` one for each cell and size of the change.

    after       the sum of the value after the change
    gain, loss  by how much it rose in all, by how much it fell; both at least 0
    gained      how many persons (cases, or records of a rule on records) it rose for, by size: cells x (len(EDGES) + 1)
    lost        how many it fell for
    entered     how many came from nothing to something: who now stands on the paying side of a line of the rules
    left        how many came from something to nothing
    """

    after: Int64
    gain: Int64
    loss: Int64
    gained: Int64
    lost: Int64
    entered: Int64
    left: Int64
