"""What the fuzz targets have in common: running seeded examples, keeping the input that broke the rule, and atheris.

A target gives `check` (the rule: raises where it is broken) and `example` (a damaged input from a seeded chance).
"""

import argparse
import hashlib
import random
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

Check = Callable[[bytes], None]
Example = Callable[[random.Random], bytes]


def check_and_keep(check: Check, data: bytes, folder: Path | None = None) -> None:
    """Check; an input that breaks the rule is left in the folder (the current one) as crash-<sha256>."""
    try:
        check(data)
    except BaseException:
        path = (folder or Path()) / f"crash-{hashlib.sha256(data).hexdigest()}"
        path.write_bytes(data)
        print(f"left in {path}", file=sys.stderr)
        raise


def run_at_random(check: Check, example: Example, *, runs: int, seed: int) -> None:
    """Examples from one seed, the same each time, with nothing else installed."""
    chance = random.Random(seed)
    for _ in range(runs):
        check_and_keep(check, example(chance))


def main(description: str, check: Check, example: Example) -> None:
    """The command of a target: --runs and --seed, or the options of libFuzzer where atheris is installed."""
    if "--runs" in sys.argv or "--help" in sys.argv or find_spec("atheris") is None:
        parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--runs", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)
        options = parser.parse_args()
        run_at_random(check, example, runs=options.runs, seed=options.seed)
        print(f"{options.runs} examples kept the rule (seed {options.seed})")
        return

    atheris = import_module("atheris")

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        # Bytes alone seldom make a text worth reading: every other time begin again from an example.
        return (example(random.Random(seed)) if seed % 2 else atheris.Mutate(data, max_size))[:max_size]

    atheris.instrument_all()
    atheris.Setup(sys.argv, check, custom_mutator=mutate)
    atheris.Fuzz()
