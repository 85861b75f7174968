"""The process of an engine: `python -m benchmarks.population.worker MODULE ENGINE FOLDER`.

MODULE is one of benchmarks.population, and ENGINE one of its ENGINES.

It says in a line of JSON that it has loaded its data. Then each line that it reads is a command, answered by another:
`run` builds what has to be built for a run, computes, and says the seconds of either; `run PATH` writes what that came
to as well. Anything that goes wrong is said as {"error": "..."}, and ends it.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import numpy as np


class Engine(Protocol):
    """What is measured. Made with the folder of the data, which it loads."""

    version: str
    keeps: bool
    """Whether what it builds serves every run; else each run has its own."""

    def build(self) -> None:
        """The structures that the library computes on, from arrays."""

    def run(self) -> Any:
        """Compute. What comes back is the library's own."""

    def result(self, found: Any) -> np.ndarray[Any, Any]:
        """What `run` came to, in fen, in the order of the data. Not timed."""


def main(module: str, name: str, folder: str) -> int:
    """Answer the commands on the standard input."""
    try:
        engines = importlib.import_module(f"benchmarks.population.{module}").ENGINES
        _serve(engines[name](Path(folder)))
    except Exception as error:
        first = (str(error).splitlines() or [""])[0][:200]
        _say({"error": f"{type(error).__name__}: {first}", "missing": isinstance(error, ImportError)})
        return 1
    return 0


def _serve(engine: Engine) -> None:
    _say({"version": engine.version})
    built = False
    for line in sys.stdin:
        _run, _, path = line.strip().partition(" ")
        begin = time.perf_counter()
        is_new = not (built and engine.keeps)
        if is_new:
            engine.build()
        start = time.perf_counter()
        found = engine.run()
        end = time.perf_counter()
        if path:
            np.save(path, engine.result(found))
        # What a run came to may be large, and others run while this one waits.
        del found
        _say({"building": start - begin if is_new else None, "seconds": end - start})
        built = True


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
