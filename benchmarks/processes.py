"""Measurements run in processes of their own, which print one JSON value."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


class Stopped(Exception):
    """The measurement did not end; the message says in a few words why."""


def surroundings() -> dict[str, str]:
    """The environment of a process that is to see nothing of the caller's own site."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GONGBAO_", "DJANGO_")) and name != "DATABASE_URL"
    }


def run(module: str, *arguments: str, home: Path | None = None, limit: float = 600, database: str = "") -> Any:
    """The JSON value that `python -m module arguments` prints; `limit` is in seconds, `database` an address.

    The process sees nothing of the caller's own site: neither its database nor its settings.
    """
    kept = surroundings()
    if home is not None:
        kept |= {"GONGBAO_HOME": str(home), "GONGBAO_LOG_LEVEL": "ERROR"}
    if database:
        kept["DATABASE_URL"] = database
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=kept,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit,
        )
    except subprocess.TimeoutExpired as error:
        raise Stopped(f"stopped after {limit:.0f} s") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Stopped("not enough memory" if last.startswith("MemoryError") else last)
    return json.loads(done.stdout.splitlines()[-1])


def apart(function: Callable[..., None], *arguments: Any) -> None:
    """Do it in a child, so that its memory is never ours: a process begins with the peak of the one that started it."""
    child = multiprocessing.get_context("fork").Process(target=function, args=arguments)
    child.start()
    child.join()
    if child.exitcode:
        raise Stopped(f"{function.__name__} failed")
