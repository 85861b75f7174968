"""What computes columns: NumPy at once, and the compiled rules as soon as they are there.

    engine = Engine(folder)                     # where compiled rules are kept: <GONGBAO_HOME>/columns
    engine.compute(program, settings, batch, names)
    engine.tally(program, settings, batch, name, before, cells, count)

Both give the same numbers. Rules are compiled in the background when they are first asked for, which takes seconds;
what another process has compiled before is there in a moment. Without Numba, without a folder, or where compiling
fails, NumPy goes on.
"""

from __future__ import annotations

import importlib.util
import logging
import threading
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gongbao.rules.columns import in_numpy, tally
from gongbao.rules.columns.batch import Batch, Column
from gongbao.rules.columns.lower import NotInColumns
from gongbao.rules.columns.program import Program, Settings, Values
from gongbao.rules.columns.whole import Whole

log = logging.getLogger(__name__)

_ONE_AT_A_TIME = threading.Lock()
"""Numba compiles one thing at a time in any case, and the other threads have something to do."""


class Engine:
    """Computes and tallies; safe to share between threads. `folder` may be missing: it is made when it is needed."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder if folder is not None and importlib.util.find_spec("numba") else None
        self._compiling: dict[Any, threading.Thread] = {}
        self._compiled: set[Any] = set()
        self._failed: set[Any] = set()
        self._lock = threading.Lock()

    def compute(
        self,
        program: Program,
        settings: Settings,
        batch: Batch,
        names: Iterable[str] | None = None,
        *,
        threads: int | None = None,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Values:
        """See `in_numpy.compute`."""
        wanted = list(program.steps if names is None else names)
        folder = self._ready("computing", program, settings, batch, wanted)
        if folder is not None:
            from gongbao.rules.columns import in_numba

            return in_numba.compute(
                program, settings, batch, wanted, folder=folder, threads=threads, is_wanted=is_wanted
            )
        return in_numpy.compute(program, settings, batch, wanted, threads=threads, is_wanted=is_wanted)

    def tally(
        self,
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
    ) -> tally.Tally:
        """See `tally.tally`. Of `before` and `cells`, narrow integers are the faster ones: less has to be read."""
        batch = _of_one_day(program, batch)
        folder = self._ready("tallying", program, settings, batch, name, before, cells)
        if folder is not None:
            from gongbao.rules.columns import in_numba

            return in_numba.tally(
                program,
                settings,
                batch,
                name,
                before,
                cells,
                count,
                folder=folder,
                threads=threads,
                is_wanted=is_wanted,
            )
        return tally.tally(program, settings, batch, name, before, cells, count, threads=threads, is_wanted=is_wanted)

    def wait(self, timeout: float | None = None) -> bool:
        """Until all is compiled that was asked for; each compilation is waited for so many seconds at most. Whether
        none goes on and none has failed."""
        for one in list(self._compiling.values()):
            one.join(timeout)
        return not self._compiling and not self._failed

    # In the background

    def _ready(self, kind: str, program: Program, *asked: Any) -> Path | None:
        """The folder with what is asked for, once it is compiled; before that, it will be."""
        if self.folder is None:
            return None
        from gongbao.rules.columns import in_numba

        try:
            job: in_numba.Job = getattr(in_numba, kind)(program, *asked)
        except NotInColumns:
            if (kind, program) not in self._failed:
                log.exception("%s cannot be compiled; it is computed without", program.policy.name)
                self._failed.add((kind, program))
            return None
        if job.key in self._compiled:
            return self.folder
        with self._lock:
            if job.key not in self._failed | self._compiled and job.key not in self._compiling:
                # A daemon: who asks once and leaves is not kept waiting for it.
                thread = threading.Thread(
                    target=self._compile, args=(job, self.folder, program.policy.name), daemon=True
                )
                self._compiling[job.key] = thread
                thread.start()
        return None

    def _compile(self, job: Any, folder: Path, policy: str) -> None:
        try:
            with _ONE_AT_A_TIME:
                job.compile(folder)
        except Exception:
            log.exception("%s could not be compiled; it is computed without", policy)
            self._failed.add(job.key)
        else:
            self._compiled.add(job.key)
        finally:
            with self._lock:
                del self._compiling[job.key]


# Whether a column is one number throughout, by its identity, for as long as it is there: columns are not changed in
# place, and a population is tallied with each move of a slider.
_ONE_NUMBER: dict[int, tuple[weakref.ref[Column], bool]] = {}


def _of_one_day(program: Program, batch: Batch) -> Batch:
    """The batch; where all cases have the same day, the columns that make it are one number. The figures are then
    looked up once, which saves a fifth of the time."""
    columns = dict(batch.columns)
    for name in _of_the_day(program):
        if _is_one_number(columns[name]):
            columns[name] = np.broadcast_to(columns[name][:1], batch.cases)
    return Batch(batch.cases, columns, batch.records)


def _of_the_day(program: Program) -> set[str]:
    """The facts of the case on which its day depends."""
    found, seen, left = set[str](), set[Whole](), [program.day]
    while left:
        one = left.pop()
        if one in seen:
            continue
        seen.add(one)
        left += one.args
        if one.op in ("value", "none", "lost"):
            step = program.steps[one.about.name]
            left += [step.value, step.none, step.lost]
        elif one.op == "column" and not one.about[0]:
            found.add(one.about[1])
    return found


def _is_one_number(column: Column) -> bool:
    if len(column) < 2 or column[0] != column[-1]:
        return False
    kept = _ONE_NUMBER.get(id(column))
    if kept is None or kept[0]() is not column:
        place = id(column)
        gone = weakref.ref(column, lambda _: _ONE_NUMBER.pop(place, None))
        kept = _ONE_NUMBER[place] = gone, bool((column == column[0]).all())
    return kept[1]


__all__ = ["Engine"]
