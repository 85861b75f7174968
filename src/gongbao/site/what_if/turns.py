"""Whose turn it is to compute: a few answers at a time, whoever asks, so that other pages are answered meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
"""Answers that are computed at the same time; each uses all cores that there are."""
LONGEST_WAIT = 20  # seconds for one's turn

_turns = threading.BoundedSemaphore(AT_ONCE)


class Late(Exception):
    """Too much was asked for; `seconds` says when to ask again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn. Raises Late."""
    if not _turns.acquire(timeout=LONGEST_WAIT):
        raise Late(1)
    try:
        yield
    finally:
        _turns.release()
