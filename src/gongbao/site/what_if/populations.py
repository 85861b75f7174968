"""The populations that the page computes with: each loaded once into the memory of the process, by a thread aside.

    registry.get(policy, name)      what there is of it now: ready, or how far it has come

A population is a file GONGBAO_HOME/populations/<policy>/<name>.parquet. The one of invented persons, which everybody
may use, has a folder of its own, invented.demonstration, so that no file that is put in is taken for it. It is made
when it is first asked for, by whichever process is first. The memory that all of them take is bounded: the one that was
used longest ago goes, and is loaded again when somebody asks.
"""

import fcntl
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from gongbao.core.errors import GongbaoError
from gongbao.rules.policy import Policy

log = logging.getLogger("gongbao.what_if")

DEMONSTRATION = "(invented)"
"""The invented population, which everybody may use. No file that is put in can be called so: see `_NAME`."""
PERSONS, SEED = 20_000, 7
MOST_BYTES = 2 * 1024**3
"""What the populations of a process may take together; one that is larger alone is kept alone."""
TRY_AGAIN = 30.0  # seconds after which one that could not be loaded is tried again

_NAME = re.compile(r"[\w][\w.-]{0,59}")

WAITING, MAKING, LOADING, READY, FAILED = "waiting", "making", "loading", "ready", "failed"


@dataclass(slots=True)
class Held:
    """A population as it is now. `done` is the share of the work (0 to 1), `error` says why it `failed`."""

    state: str = WAITING
    done: float = 0.0
    ready: Any = None
    error: GongbaoError | None = None
    bytes: int = 0
    used: float = 0.0
    stamp: tuple[int, int] = (0, 0)  # size and time of change of the file that was read


class Registry:
    """Thread-safe. `make` writes the invented population of a policy into a file, `load` reads one from a file; both
    are told a function to call with how far they are."""

    def __init__(
        self,
        *,
        make: Callable[[Policy, Path, Callable[[float], None]], None],
        load: Callable[[Policy, Path, Callable[[float], None]], Any],
        size_of: Callable[[Any], int],
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._load, self._size_of = make, load, size_of
        self._most_bytes, self._clock = most_bytes, clock
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], Held] = {}
        # One is brought at a time: each takes as much memory and as many cores as it gets.
        self._bringing = threading.Lock()

    def get(self, policy: Policy, name: str) -> Held:
        """What there is of it; its loading is begun where it is not there. The name must be one of `names`."""
        key = (policy.name, name)
        with self._lock:
            held = self._held.get(key)
            if held is not None and held.state == READY and held.stamp != _stamp(path_of(policy, name)):
                held = None  # another file stands under the name
            if held is not None and held.state == FAILED and self._clock() - held.used > TRY_AGAIN:
                held = None
            if held is None:
                held = self._held[key] = Held(used=self._clock())
                # A daemon: a site that is told to end is not kept by it.
                threading.Thread(
                    target=self._bring, args=(policy, name, held), name=f"gongbao-population-{name}", daemon=True
                ).start()
            elif held.state == READY:
                held.used = self._clock()
            return held

    def _bring(self, policy: Policy, name: str, held: Held) -> None:
        path = path_of(policy, name)
        try:
            with self._bringing:
                if name == DEMONSTRATION:
                    self._bring_demonstration(policy, path, held)
                else:
                    self._read(policy, path, held)
        except GongbaoError as error:
            held.error = error
        except Exception:
            log.exception("the population %s of %s could not be loaded", name, policy.name)
            held.error = GongbaoError("the population could not be loaded; whoever runs the site finds why in the log")
        with self._lock:
            held.used = self._clock()
            held.state = FAILED if held.error else READY
            self._make_room(held)

    def _bring_demonstration(self, policy: Policy, path: Path, held: Held) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path.with_suffix(".lock"), "w") as lock:
            # Of several processes one makes it, and the others wait for that.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                try:
                    self._read(policy, path, held)
                    return
                except GongbaoError:
                    # Made by another version, with other facts.
                    log.info("the invented population of %s is made anew", policy.name)
            held.state = MAKING
            draft = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.parquet")
            try:
                self._make(policy, draft, lambda share: setattr(held, "done", share))
                os.replace(draft, path)
            finally:
                draft.unlink(missing_ok=True)
        self._read(policy, path, held)

    def _read(self, policy: Policy, path: Path, held: Held) -> None:
        held.state, held.done, held.stamp = LOADING, 0.0, _stamp(path)
        held.ready = self._load(policy, path, lambda share: setattr(held, "done", share))
        held.bytes = self._size_of(held.ready)

    def _make_room(self, newest: Held) -> None:
        """Let go of what was used longest ago, until the rest is small enough; never of the newest."""
        ready = sorted((one.used, key) for key, one in self._held.items() if one.state == READY)
        taken = sum(one.bytes for one in self._held.values() if one.state == READY)
        for _used, key in ready:
            if taken <= self._most_bytes:
                return
            if self._held[key] is not newest:
                taken -= self._held.pop(key).bytes

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._held.clear()


def folder_of(policy: Policy) -> Path:
    return Path(settings.GONGBAO_HOME) / "populations" / policy.name


def path_of(policy: Policy, name: str) -> Path:
    if name == DEMONSTRATION:
        return Path(settings.GONGBAO_HOME) / "invented.demonstration" / f"{policy.name}.parquet"
    return folder_of(policy) / f"{name}.parquet"


def kept_names(policy: Policy) -> list[str]:
    """The populations that somebody put into the home, by name; the invented one is not among them."""
    try:
        found = sorted(path.stem for path in folder_of(policy).glob("*.parquet"))
    except OSError:
        return []
    return [name for name in found if _NAME.fullmatch(name)]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return (0, 0)
    return about.st_size, about.st_mtime_ns


def _made(policy: Policy, path: Path, progress: Callable[[float], None]) -> None:
    from gongbao.site.what_if import answers

    answers.make_demonstration(policy, path, PERSONS, SEED, progress)


def _loaded(policy: Policy, path: Path, progress: Callable[[float], None]) -> Any:
    from gongbao.site.what_if import answers

    return answers.load(policy, path, progress)


def _size(ready: Any) -> int:
    from gongbao.site.what_if import answers

    return answers.size_of(ready)


registry = Registry(make=_made, load=_loaded, size_of=_size)
