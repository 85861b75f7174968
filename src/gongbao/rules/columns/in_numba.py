"""A program over columns compiled by Numba: one pass over the cases, on several threads, nothing kept in between.

The text of generated.py is put into a folder of the caller's as a module, once for each set of rules and kind of batch;
there Numba keeps what it compiled, for the next process too. Figures, readings and columns are arguments: another
figure compiles nothing. Another integer type of a column does, once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gongbao.rules.columns import calendar
from gongbao.rules.columns.batch import Batch, Column
from gongbao.rules.columns.generated import Written, form_of, written, written_tally
from gongbao.rules.columns.program import Int64, Program, Settings, Values
from gongbao.rules.columns.tally import EDGES, SIZES, Tally, largest

BLOCK = 65_536
"""Cases and records for which a thread works before it asks whether it is still wanted: some milliseconds."""
_WRITTEN_ON = 946684800
"""Numba takes a module for changed that has another time, and two processes may write the same at once."""


def compute(
    program: Program,
    settings: Settings,
    batch: Batch,
    names: Iterable[str] | None = None,
    *,
    folder: Path,
    threads: int | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Values:
    """What `in_numpy.compute` gives; a column may be of any integer type. The first time, it compiles for seconds.

    A column whose stride is 0 (`np.broadcast_to`) counts as one number. Raises ImportError without Numba, OSError where
    the folder cannot be written, NotInColumns.
    """
    job = computing(program, settings, batch, names)
    run = function(job.written.text, folder)
    doubtful = np.zeros(batch.cases, bool)
    out: dict[str, Int64] = {}
    for name in job.written.outputs:
        step = program.steps.get(name.removesuffix("?"))
        out[name] = np.zeros(batch.records[step.records].count if step and step.records else batch.cases, np.int64)

    def work(blocks: Iterator[tuple[int, int]]) -> None:
        for first, last in blocks:
            if not is_wanted():
                raise InterruptedError
            run(first, last, *job.arguments, doubtful, *out.values())

    _on_threads(work, batch, job.written.lists, threads)
    return Values(out, doubtful)


def tally(
    program: Program,
    settings: Settings,
    batch: Batch,
    name: str,
    before: Column,
    cells: Column,
    count: int,
    *,
    folder: Path,
    threads: int | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Tally:
    """What `tally.tally` gives, in one pass: no value is written to memory. `before` may be of any integer type."""
    job = tallying(program, settings, batch, name, before, cells)
    run = function(job.written.text, folder)
    doubtful = np.zeros(batch.cases, bool)

    def work(blocks: Iterator[tuple[int, int]]) -> list[Int64]:
        sums = _no_sums(count)
        for first, last in blocks:
            if not is_wanted():
                raise InterruptedError
            run(first, last, *job.arguments, doubtful, count, *sums)
        return sums

    found = _on_threads(work, batch, job.written.lists, threads)
    after, moved, persons, of_size = (sum(parts[1:], parts[0]) for parts in zip(*found, strict=True))
    gain, loss, entered, left = (np.ascontiguousarray(one) for one in moved.reshape(count, 4).T)
    gained, lost = (persons.reshape(count, 2, SIZES)[:, side].copy() for side in (0, 1))
    return Tally(
        after=after,
        gain=gain,
        loss=loss,
        gained=gained,
        lost=lost,
        entered=entered,
        left=left,
        gain_of_size=of_size[:SIZES].copy(),
        loss_of_size=of_size[SIZES:].copy(),
        doubtful=doubtful,
    )


def _no_sums(count: int) -> list[Int64]:
    """After; gain, loss, entered and left; gained and lost by size; gain and loss by size of all cells."""
    return [np.zeros(size, np.int64) for size in (count, count * 4, count * 2 * SIZES, 2 * SIZES)]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be called, and with what beside the range of cases and what is written to."""

    written: Written
    arguments: list[Any]
    outputs: list[Any]

    @property
    def key(self) -> Any:
        """The same for what is compiled once."""
        kinds = [(one.dtype.str, one.flags.writeable) if isinstance(one, np.ndarray) else "" for one in self.arguments]
        return self.written.text, tuple(kinds)

    def compile(self, folder: Path) -> None:
        """By a call for no cases, with arrays of the kinds that it is to have."""
        function(self.written.text, folder)(0, 0, *self.arguments, np.zeros(0, bool), *self.outputs)


def computing(program: Program, settings: Settings, batch: Batch, names: Iterable[str] | None = None) -> Job:
    """Raises NotInColumns."""
    wanted = tuple(program.steps if names is None else names)
    text = written(program, wanted, form_of(program, batch))
    return Job(text, _arguments(text, settings, batch), [np.zeros(0, np.int64) for _ in text.outputs])


def tallying(program: Program, settings: Settings, batch: Batch, name: str, before: Column, cells: Column) -> Job:
    """Raises NotInColumns."""
    value, bound = program.steps[name].value, largest(len(before))
    is_bounded = -bound <= value.lo and value.hi <= bound
    text = written_tally(program, name, form_of(program, batch), is_bounded)
    arguments = [*_arguments(text, settings, batch), bound, _plain(before), _plain(cells), *_sizes()]
    return Job(text, arguments, [0, *_no_sums(0)])


@cache
def _sizes() -> tuple[Int64, Int64]:
    """The bounds of sizes, and for each length of a number in bits the size of the least of them: the size of any is
    this one or the next, as from one bound to the next a number at least doubles."""
    assert all(one * 2 <= other for one, other in pairwise(EDGES))
    least = [0, *(1 << bits for bits in range(63))]
    low = [sum(edge <= one for edge in EDGES) for one in least]
    return np.array([*EDGES, 2**63 - 1], np.int64), np.array([*low, len(EDGES)], np.int64)


# Calling


def _arguments(text: Written, settings: Settings, batch: Batch) -> list[Any]:
    out: list[Any] = [
        settings.figures.reshape(-1),
        settings.changes,
        np.array([settings.readings[name] for name in sorted(settings.readings)], np.int64),
        *(calendar.table(name) for name in text.tables),
        *(batch.records[name].starts for name in text.lists),
    ]
    for about in text.columns:
        records, name = about
        column = (batch.records[records].columns if records else batch.columns)[name]
        if about in text.constant:
            out.append(int(column[0]) if len(column) else 0)
        else:
            out.append(_plain(column))
    return out


def _plain(column: Column) -> Column:
    """The column as it is compiled for: one number after the other, a Boolean as a byte."""
    column = np.ascontiguousarray(column)
    return column.view(np.uint8) if column.dtype == bool else column


def _on_threads(
    work: Callable[[Iterator[tuple[int, int]]], Any], batch: Batch, lists: tuple[str, ...], threads: int | None
) -> list[Any]:
    """What the threads give, each of which takes block after block."""
    blocks = list(_blocks(batch, lists))
    workers = min(threads or os.cpu_count() or 1, max(len(blocks), 1))
    shared = iter(blocks)
    if workers == 1:
        return [work(shared)]
    with ThreadPoolExecutor(workers) as pool:
        return [one.result() for one in [pool.submit(work, shared) for _ in range(workers)]]


def _blocks(batch: Batch, lists: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    if not batch.cases:
        # So that it is compiled.
        yield 0, 0
    starts = [batch.records[name].starts for name in lists]
    first = 0
    while first < batch.cases:
        last = min(first + BLOCK, batch.cases)
        for one in starts:
            # However many records a case has, it is not divided.
            last = min(last, max(int(np.searchsorted(one, one[first] + BLOCK, "right")) - 1, first + 1))
        yield first, last
        first = last


# Compiling

_FUNCTIONS: dict[tuple[str, Path], Any] = {}
_LOADING = threading.Lock()


def function(text: str, folder: Path) -> Any:
    """The compiled function of a module of this text, kept in the folder; it compiles when first called."""
    digest = _digest(text)
    found = _FUNCTIONS.get((digest, folder))
    if found is None:
        with _LOADING:
            found = _FUNCTIONS.get((digest, folder)) or _loaded(text, folder, digest)
            _FUNCTIONS[digest, folder] = found
    return found


def _loaded(text: str, folder: Path, digest: str) -> Any:
    path = folder / f"rules_{digest}.py"
    _put(path, text)
    name = f"gongbao_columns_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Numba finds there again what it has compiled before.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module.run


def _put(path: Path, text: str) -> None:
    """Two processes may do this at once: the file is there whole or not at all, and the same from either."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = path.parent.stat()
    if about.st_uid != os.geteuid() or about.st_mode & 0o022:
        # What lies there is run.
        raise PermissionError(f"others could put programs into {path.parent}")
    if path.exists() and path.read_text("utf-8") == text and path.stat().st_mtime == _WRITTEN_ON:
        return
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.utime(name, (_WRITTEN_ON, _WRITTEN_ON))
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _digest(text: str) -> str:
    return hashlib.sha256("\n".join([_compiler(), text]).encode()).hexdigest()[:24]


@cache
def _compiler() -> str:
    """What beside the text determines the machine code: Numba keeps apart processors, but not this."""
    import numba

    machine = Path(__file__).with_name("machine.py").read_text("utf-8")
    return f"{numba.__version__} {sys.version} {machine}"


__all__ = ["BLOCK", "compute", "function", "tally"]
