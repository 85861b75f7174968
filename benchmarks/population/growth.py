"""How time grows with rows, and whether gongbao's own engines agree: `python -m benchmarks.population.growth`."""

import argparse
import importlib.util
import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.population import data, in_gongbao
from benchmarks.processes import run
from gongbao.rules.columns import Batch, in_numpy, program_of
from gongbao.systems import policies

SEVERAL_BELOW = 1_000_000
"""Rows from which on fewer runs are enough: other work on the machine then counts for little."""
ASKED = {data.AID: ("total_aid",), data.POOLING: ("pooled_fund_pays",)}


def _batch(policy: str, rows: int) -> Batch:
    if policy == data.AID:
        return in_gongbao.persons(data.persons(rows, seed=rows))
    return in_gongbao.visits(*data.visits(rows, seed=rows))


def measured(folder: Path, sizes: list[int], agreed_on: int, runs: int) -> dict[str, Any]:
    """Seconds of each run by policy, engine and size; of `agreed_on` rows what differs between the engines.

    Where that is 0 rows, or Numba is not installed, NumPy is measured alone.
    """
    engines: dict[str, Any] = {"NumPy": in_numpy.compute}
    if agreed_on and importlib.util.find_spec("numba"):
        from gongbao.rules.columns import in_numba

        engines["Numba"] = partial(in_numba.compute, folder=in_gongbao.columns_folder(folder))
    grown = [
        {"policy": policy, "rows": rows, "seconds": _seconds(policy, rows, engines, runs)}
        for policy in ASKED
        for rows in sizes
    ]
    agreed = [_agreed(policy, agreed_on, engines) for policy in ASKED] if len(engines) > 1 else []
    return {"growth": grown, "agreed": agreed}


def _seconds(policy: str, rows: int, engines: dict[str, Any], runs: int) -> dict[str, list[float]]:
    program = program_of(policies()[policy])
    settings = program.settings(program.policy.figure_table)
    batch = _batch(policy, rows)
    found: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range((runs if rows < SEVERAL_BELOW else min(runs, 3)) + 1):
        for name, compute in engines.items():
            begin = time.perf_counter()
            compute(program, settings, batch, ASKED[policy])
            if turn:
                found[name].append(time.perf_counter() - begin)
    return found


def _agreed(policy: str, rows: int, engines: dict[str, Any]) -> dict[str, Any]:
    """Every value of every rule by both engines: how many values there are, and how many differ."""
    program = program_of(policies()[policy])
    settings = program.settings(program.policy.figure_table)
    batch = _batch(policy, rows)
    one, other = (compute(program, settings, batch, None) for compute in engines.values())
    if one.of.keys() != other.of.keys():
        raise ValueError(f"the engines name different values: {sorted(one.of.keys() ^ other.of.keys())}")
    apart = sum(int(np.count_nonzero(column != other.of[name])) for name, column in one.of.items())
    apart += int(np.count_nonzero(one.doubtful != other.doubtful))
    return {
        "policy": policy,
        "rows": rows,
        "values": sum(len(column) for column in one.of.values()),
        "differing": apart,
        "doubtful": int(np.count_nonzero(one.doubtful)),
    }


def of_both(folder: Path, sizes: tuple[int, ...], agreed_on: int, runs: int) -> dict[str, Any]:
    """The same, in a process of its own."""
    arguments = (
        str(folder),
        "--sizes",
        *(str(size) for size in sizes),
        "--agreed-on",
        str(agreed_on),
        "--runs",
        str(runs),
    )
    return run("benchmarks.population.growth", *arguments)  # type: ignore[no-any-return]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", required=True)
    parser.add_argument("--agreed-on", type=int, required=True)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(json.dumps(measured(options.folder, options.sizes, options.agreed_on, options.runs)))
