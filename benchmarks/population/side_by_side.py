"""The engines in turn: one process for each, which stays warm; every round asks all of them, each time from another on.

What an engine came to is compared with gongbao's NumPy, row by row. Of one that is slow fewer rounds are measured.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.population import data, environment, growth
from benchmarks.processes import ROOT, Stopped, apart, surroundings

Say = Callable[[str], None]

LIMIT = 300.0
"""Seconds after which an engine is not waited for any longer."""
BYTES_OF_A_VISIT = 500
"""What all processes together hold of a visit, and what the greediest of them takes for a while."""
ROUNDS_OF_SLOW = ((5.0, 2), (1.0, 3))
"""Seconds of its first run, and how many rounds an engine that takes longer is measured in at the most."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. A tiny run measures nothing; it installs no peers, and compiles nothing."""

    persons: int
    visits: int
    rounds: int
    sizes: tuple[int, ...]
    agreed_on: int
    is_tiny: bool = False

    def with_rows(self, persons: int, visits: int) -> "Scale":
        """The same with other numbers of rows; nothing else is then measured on more of them."""
        most = max(persons, visits)
        sizes = tuple(size for size in self.sizes if size <= most)
        if len(sizes) < 2:
            sizes = (most // 2, most)
        return replace(self, persons=persons, visits=visits, sizes=sizes, agreed_on=min(self.agreed_on, most))


FULL = Scale(4_400_000, 30_000_000, 5, (10_000, 100_000, 1_000_000, 10_000_000), 1_000_000)
MIDDLE = Scale(1_000_000, 3_000_000, 5, (10_000, 100_000, 1_000_000), 200_000)
TINY = Scale(1_000, 1_000, 1, (500, 1_000), 0, is_tiny=True)


@dataclass(frozen=True, slots=True)
class Line:
    """An engine: how the page names it, its module and its name there, and whether it is in the peers' environment."""

    title: str
    module: str
    engine: str
    is_peer: bool = False
    is_compared: bool = True


OF_PERSONS = (
    Line("the memory alone", "memory", "persons", is_compared=False),
    Line("gongbao, Numba", "in_gongbao", "persons in Numba"),
    Line("gongbao, Numba, every value in between", "in_gongbao", "persons in Numba, all"),
    Line("gongbao, Numba, a what-if", "in_gongbao", "persons in Numba, a what-if", is_compared=False),
    Line("gongbao, NumPy", "in_gongbao", "persons"),
    Line("gongbao, NumPy, a what-if", "in_gongbao", "persons, a what-if", is_compared=False),
    Line("Polars, int64 fen", "in_polars", "persons", is_peer=True),
    Line("DuckDB, BIGINT fen", "in_duckdb", "persons"),
    Line("DuckDB, DECIMAL yuan", "in_duckdb", "persons in DECIMAL"),
    Line("pandas, int64 fen", "in_pandas", "persons", is_peer=True),
    Line("OpenFisca-core, by hand, int32 fen", "in_openfisca", "persons by hand, in fen", is_peer=True),
    Line("OpenFisca-core, by hand, float32 yuan", "in_openfisca", "persons by hand", is_peer=True),
    Line("OpenFisca-core, as documented", "in_openfisca", "persons as documented", is_peer=True),
)
OF_VISITS = (
    Line("the memory alone", "memory", "visits", is_compared=False),
    Line("gongbao, Numba", "in_gongbao", "visits in Numba"),
    Line("gongbao, Numba, every value in between", "in_gongbao", "visits in Numba, all"),
    Line("gongbao, Numba, put into order first", "in_gongbao", "visits as they come"),
    Line("gongbao, NumPy", "in_gongbao", "visits"),
    Line("Polars, int64 fen", "in_polars", "visits", is_peer=True),
    Line("DuckDB, BIGINT fen", "in_duckdb", "visits"),
    Line("pandas, int64 fen", "in_pandas", "visits", is_peer=True),
    Line("OpenFisca-core, by hand, int32 fen", "in_openfisca", "visits by hand, in fen", is_peer=True),
    Line("OpenFisca-core, by hand, float32 yuan", "in_openfisca", "visits by hand", is_peer=True),
)
REFERENCE, BASE = "gongbao, NumPy", "gongbao, Numba"


@dataclass(slots=True)
class Measured:
    """What was measured of an engine: `seconds` by round. `problem` says why there is nothing, or is empty.

    `differing` rows came to something else than with gongbao, by `most` fen at the most; None where not compared.
    """

    title: str
    version: str = ""
    building: list[float] = field(default_factory=list)
    seconds: dict[int, float] = field(default_factory=dict)
    differing: int | None = None
    most: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class City:
    """What a run measured; `growth` is as growth.py has it."""

    scale: Scale
    persons: list[Measured]
    visits: list[Measured]
    growth: dict[str, Any]


def available_memory() -> int | None:
    """Bytes that are free, or hold what can be read again; None where the system does not say."""
    told = Path("/proc/meminfo")
    found = re.search(r"^MemAvailable: +(\d+) kB", told.read_text(), re.M) if told.exists() else None
    return int(found[1]) * 1024 if found else None


class _Failed(Exception):
    """An engine cannot go on; `short` is for the page, which names nothing of this machine."""

    def __init__(self, reason: str, short: str) -> None:
        super().__init__(reason)
        self.short = short


NOT_INSTALLED = "not installed"


class _Process:
    """The process of an engine: see worker.py."""

    def __init__(self, python: str, line: Line, folder: Path) -> None:
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.population.worker", line.module, line.engine, str(folder)],
            cwd=ROOT,
            env=surroundings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        timer = threading.Timer(LIMIT, self._process.kill)
        timer.start()
        line = self._process.stdout.readline()
        timer.cancel()
        if not line:
            raise _Failed("ended without an answer: out of memory, or of time", "out of memory or time")
        found = json.loads(line)
        if "error" in found:
            raise _Failed(found["error"], NOT_INSTALLED if found["missing"] else "failed")
        return found  # type: ignore[no-any-return]

    def ask(self, command: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            print(command, file=self._process.stdin, flush=True)
        except BrokenPipeError as error:
            raise _Failed("ended", "failed") from error
        return self.answer()

    def __enter__(self) -> "_Process":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def measured(lines: Sequence[Line], folder: Path, rounds: int, peers: Path | None, say: Say) -> list[Measured]:
    """Every engine on the data in `folder`; `peers` is the Python of the peers' environment."""
    out = {line.title: Measured(line.title) for line in lines}
    with ExitStack() as stack:
        running: dict[str, _Process] = {}
        most: dict[str, int] = {}
        # What the others are compared with comes first.
        for line in sorted(lines, key=lambda one: one.title != REFERENCE):
            found = out[line.title]
            if line.is_peer and peers is None:
                found.problem = NOT_INSTALLED
                continue
            say(f"  {line.title}")
            process = stack.enter_context(_Process(str(peers if line.is_peer else sys.executable), line, folder))
            try:
                found.version = process.answer()["version"]
                first = _run(found, process, f"run {_saved(folder, line.title)}")
            except _Failed as error:
                if line.title == REFERENCE:
                    raise Stopped(f"{line.title}, with which all others are compared: {error}") from error
                _fail(found, error, say)
                continue
            if line.is_compared:
                _compare(found, folder)
            running[line.title] = process
            most[line.title] = min([rounds, *(few for seconds, few in ROUNDS_OF_SLOW if first > seconds)])
        for number in range(rounds):
            titles = list(running)
            turn = number % max(len(titles), 1)
            for title in titles[turn:] + titles[:turn]:
                if number < most[title]:
                    try:
                        out[title].seconds[number] = _run(out[title], running[title], "run")
                    except _Failed as error:
                        _fail(out[title], error, say)
                        del running[title]
    return list(out.values())


def _run(found: Measured, process: _Process, command: str) -> float:
    told = process.ask(command)
    if told["building"] is not None:
        found.building.append(told["building"])
    return float(told["seconds"])


def _fail(found: Measured, error: _Failed, say: Say) -> None:
    found.problem = error.short
    say(f"  {found.title}: {error}")


def _saved(folder: Path, title: str) -> Path:
    kept = folder / "found"
    kept.mkdir(exist_ok=True)
    return kept / f"{title.replace(' ', '-')}.npy"


def _compare(found: Measured, folder: Path) -> None:
    reference = np.load(_saved(folder, REFERENCE))
    own = np.load(_saved(folder, found.title))
    if own.shape != reference.shape:
        raise ValueError(f"{found.title} has {len(own)} rows instead of {len(reference)}")
    apart = np.abs(own.astype(np.int64) - reference)
    found.differing, found.most = int(np.count_nonzero(apart)), int(apart.max(initial=0))


def of_city(folder: Path, scale: Scale, say: Say) -> City:
    """All of it, with its files in `folder`. Raises Stopped where the machine has too little memory for it."""
    needed, there = scale.visits * BYTES_OF_A_VISIT, available_memory()
    if there is not None and there < needed:
        raise Stopped(
            f"{scale.visits} visits in all engines at once take {needed / 1e9:.1f} GB of memory, and "
            f"{there / 1e9:.1f} GB are free: name fewer with --visits"
        )
    peers = None if scale.is_tiny else environment.made(say)
    say(f"medical assistance for {scale.persons} persons, by every engine")
    apart(data.write_persons, folder, scale.persons)
    persons = measured(_lines(OF_PERSONS, scale), folder, scale.rounds, peers, say)
    say(f"the pooling of outpatient costs over {scale.visits} visits, by every engine")
    apart(data.write_visits, folder, scale.visits)
    visits = measured(_lines(OF_VISITS, scale), folder, scale.rounds, peers, say)
    say(f"from {scale.sizes[0]} rows to {scale.sizes[-1]}")
    grown = growth.of_both(folder, scale.sizes, scale.agreed_on, scale.rounds)
    return City(scale, persons, visits, grown)


def _lines(lines: Sequence[Line], scale: Scale) -> list[Line]:
    return [line for line in lines if not (scale.is_tiny and "Numba" in line.title)]
