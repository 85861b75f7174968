"""The environment of the peers that gongbao itself never has: .venv-bench, made from requirements/bench.txt."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import ROOT

FOLDER = ROOT / ".venv-bench"
LOCKED = ROOT / "requirements" / "bench.txt"
_MADE = FOLDER / ".made-from"
_PYTHON = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"


def there() -> Path | None:
    """The Python of the environment, if it is there and as it is locked now."""
    found = FOLDER / _PYTHON
    return found if found.exists() and _MADE.exists() and _MADE.read_text() == _locked() else None


def made(say: Callable[[str], None]) -> Path | None:
    """The same, made at need; None where it cannot be, and `say` tells so."""
    if found := there():
        return found
    say(f"installing pandas, Polars and OpenFisca-core into {FOLDER.name}")
    pip = [str(FOLDER / _PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True, stdin=subprocess.DEVNULL)
        subprocess.run([*pip, "-r", str(LOCKED)], check=True, stdin=subprocess.DEVNULL)
    except subprocess.CalledProcessError:
        say("they could not be installed: pandas, Polars and OpenFisca-core are left out")
        return None
    _MADE.write_text(_locked())
    return there()


def _locked() -> str:
    return hashlib.sha256(LOCKED.read_bytes()).hexdigest()
