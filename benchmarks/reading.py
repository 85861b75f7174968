"""Reading: `python -m benchmarks.reading PATH` measures one text in one process; see `all_sizes` for the whole.

Time is processor time, which other work on the machine disturbs least; reading waits for nothing, so on an idle
machine a clock on the wall shows the same. Memory is the greatest the process had, less what it had with the text
loaded and nothing read yet.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import texts
from benchmarks.processes import Stopped, apart, run

SIZES = (1, 2, 4, 8, 16, 32, 64)  # MB
SHAPE_SIZES = (1, 4)  # MB
LARGE_SHAPE = 16  # MB
SEVERAL_UP_TO = 2  # MB; what is larger is read once
_STEPS = ("clean", "cut", "outline", "address", "find_references", "find_validity")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """The measurements of one text: seconds of each run, bytes of memory at the peak, seconds of the floor."""

    bytes: int
    documents: int
    clauses: int
    seconds: list[float]
    memory: int  # bytes beyond the loaded text
    peak: int  # bytes, the whole process
    floor: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A hostile shape at its sizes; `stopped` says why the last is missing, or is empty."""

    name: str
    sizes: list[Size]
    stopped: str = ""


def make(path: Path, size: int, shape: str) -> None:
    """Write a text of about `size` bytes."""
    text = texts.shape(shape, size) if shape else texts.gazette(size)
    path.write_text(text, encoding="utf-8", newline="")


def _peak() -> int:
    """The greatest memory of this process so far, in bytes. The unit differs between systems."""
    greatest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return greatest if sys.platform == "darwin" else greatest * 1024


def _leave_room() -> None:
    """Rather an error here than a machine that swaps."""
    try:
        available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_AS, (available * 9 // 10, resource.RLIM_INFINITY))


def measure(path: Path, *, steps: bool = False) -> dict[str, Any]:
    """Read the text once. With `steps`, the seconds of each step as well."""
    from gongbao.gazette import read, read_gazette

    _leave_room()
    read_gazette(texts.HEAD + "第一条 甲。")  # what is done once in a process is not the text's
    text = path.read_bytes().decode("utf-8")
    spent = dict.fromkeys(_STEPS, 0.0)
    if steps:
        for name in _STEPS:
            setattr(read, name, _timed(getattr(read, name), name, spent))
    before = _peak()
    begin = time.process_time()
    gazette = read_gazette(text)
    seconds = time.process_time() - begin
    peak = _peak()
    return {
        "bytes": path.stat().st_size,
        "documents": len(gazette.documents),
        "clauses": sum(1 for document in gazette.documents for _ in document.walk()),
        "seconds": seconds,
        "memory": peak - before,
        "peak": peak,
        "floor": _floor(text),
        "steps": spent,
    }


def _timed(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*values: Any) -> Any:
        begin = time.process_time()
        try:
            return function(*values)
        finally:
            spent[name] += time.process_time() - begin

    return timed


def _floor(text: str) -> float:
    """Seconds to go through the lines and do nothing with them: no reader in this language can be faster."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        for line in text.splitlines():
            line.strip()
        best = min(best, time.process_time() - begin)
    return best


# --- in the calling process


def _text(folder: Path, size: float, shape: str = "") -> Path:
    """The path of a new text of `size` MB."""
    path = folder / f"{shape or 'gazette'} {size:g}"
    apart(make, path, int(size * texts.MB), shape)
    return path


def _measured(path: Path, runs: int, limit: float) -> Size:
    results = [run("benchmarks.reading", str(path), limit=limit) for _ in range(runs)]
    path.unlink()
    return Size(
        bytes=results[0]["bytes"],
        documents=results[0]["documents"],
        clauses=results[0]["clauses"],
        seconds=[result["seconds"] for result in results],
        memory=max(result["memory"] for result in results),
        peak=max(result["peak"] for result in results),
        floor=min(result["floor"] for result in results),
    )


def all_sizes(folder: Path, sizes: Sequence[float], say: Say, most_runs: int = 3, limit: float = 900) -> Shape:
    """Gazettes of these sizes in MB; the small ones several times, as chance weighs most there."""
    done: list[Size] = []
    for size in sizes:
        runs = most_runs if size <= SEVERAL_UP_TO else 1
        say(f"reading a gazette of {size:g} MB, {runs} time{'s' if runs > 1 else ''}")
        try:
            done.append(_measured(_text(folder, size), runs, limit))
        except Stopped as error:
            return Shape("gazette", done, f"{size:g} MB: {error}")
    return Shape("gazette", done)


def all_shapes(folder: Path, sizes: Sequence[float], say: Say, limit: float = 300) -> list[Shape]:
    """Each hostile shape at these sizes in MB, up to the first that does not end in `limit` seconds.

    Two at a time where there are two cores: the time of a processor is counted, not that of the wall.
    """
    paths = {name: [_text(folder, size, name) for size in sizes] for name in texts.SHAPES}

    def one(name: str) -> Shape:
        done: list[Size] = []
        for size, path in zip(sizes, paths[name], strict=True):
            say(f"reading {size:g} MB of the shape: {name}")
            try:
                done.append(_measured(path, 1, limit))
            except Stopped as error:
                return Shape(name, done, f"{size:g} MB: {error}")
        return Shape(name, done)

    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        return list(pool.map(one, texts.SHAPES))


def shares(folder: Path, size: float) -> dict[str, float]:
    """The share of each step in the time of reading, 0 to 1."""
    path = _text(folder, size)
    result = run("benchmarks.reading", str(path), "--steps")
    path.unlink()
    return {name: seconds / result["seconds"] for name, seconds in result["steps"].items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--steps", action="store_true")
    options = parser.parse_args()
    print(json.dumps(measure(options.path, steps=options.steps)))


if __name__ == "__main__":
    main()
