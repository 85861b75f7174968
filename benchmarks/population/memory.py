"""The memory alone: every byte that gongbao is given is read, every byte of what is asked is written, nothing computed.

No engine can be faster that reads its facts from memory and writes what they come to.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.population import data, in_gongbao

Array = np.ndarray[Any, Any]


class _Memory:
    version = ""
    keeps = True
    policy = data.AID

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self) -> None:
        batch = in_gongbao.batch_of(self.folder, self.policy)
        columns = [*batch.columns.values()]
        rows = batch.cases
        for records in batch.records.values():
            columns += [records.starts, *records.columns.values()]
            rows = records.count
        threads = os.cpu_count() or 1
        self.parts = [list(_words(columns, part, threads)) for part in range(threads)]
        self.asked = np.empty(rows, np.int64)
        self.pool = ThreadPoolExecutor(threads)

    def run(self) -> Any:
        return list(self.pool.map(self._part, range(len(self.parts))))

    def _part(self, part: int) -> int:
        own = slice(len(self.asked) * part // len(self.parts), len(self.asked) * (part + 1) // len(self.parts))
        self.asked[own] = part
        return sum(int(np.bitwise_xor.reduce(words)) for words in self.parts[part])

    def result(self, found: Any) -> Any:
        return self.asked


def _words(columns: list[Array], part: int, parts: int) -> Iterator[Array]:
    """A part of each column as whole words, of whatever kind its numbers are."""
    for column in columns:
        own = column[len(column) * part // parts : len(column) * (part + 1) // parts]
        bytes_of = own.view(np.uint8)
        # A column of small numbers may begin its part within a word.
        skipped = -(bytes_of.ctypes.data % -8) % 8
        yield bytes_of[skipped : skipped + (len(bytes_of) - skipped) // 8 * 8].view(np.uint64)


class _OfVisits(_Memory):
    policy = data.POOLING


ENGINES = {"persons": _Memory, "visits": _OfVisits}
