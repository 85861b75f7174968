"""The worker that goes round until it is stopped: alone in `gongbao worker`, or along with the site."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, connections
from django.utils import timezone

from gongbao.office.worker import actions
from gongbao.office.worker.jobs import registered, run_once

log = logging.getLogger("gongbao.worker")

EVERY = 5.0  # seconds between two rounds in which nothing is due
LONGEST_REST = 600.0  # seconds for which a job that fails again and again is left alone
SEEN_EVERY = 30.0  # seconds


class Worker:
    """Does the registered jobs until it is stopped; the piece of work it is at then is ended first.

    A job that fails rests for 5 seconds, then for twice as long each time up to ten minutes, and the others go on.
    """

    def __init__(
        self, *, aside: bool = False, every: float = EVERY, clock: Callable[[], datetime] = timezone.now
    ) -> None:
        """`aside`: for the jobs that are done aside, and for those alone."""
        self._aside = aside
        self._every = every
        self._clock = clock
        self._stopped = threading.Event()
        name = "gongbao-worker-aside" if aside else "gongbao-worker"
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)
        self._rests: dict[str, tuple[float, int]] = {}  # until when, by the monotonic clock, and after how many faults
        self._seen = float("-inf")

    def start(self) -> None:
        self._thread.start()

    def stop(self, wait: float = 5.0) -> None:
        """Ask it to end, and wait for it. What it has not ended by then is as if it had been killed."""
        self.ask_to_stop()
        self._thread.join(wait)

    def ask_to_stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        """Go round in this thread."""
        while not self._stopped.is_set():
            did = self.go_round()
            if not did:
                self._stopped.wait(self._every)
        connections.close_all()

    def go_round(self) -> bool:
        """One round of the jobs that do not rest; whether there may be more to do at once."""
        if not self._aside:
            # What is aside says nothing of whether clocks are looked after.
            self._tell_seen()
        own = [job for job in registered() if job.aside == self._aside]
        awake = [job for job in own if self._rests.get(job.name, (0.0, 0))[0] <= time.monotonic()]
        result = run_once(self._clock(), jobs=awake, stopped=self._stopped.is_set)
        for job in awake:
            if job.name in result.failed:
                faults = self._rests.get(job.name, (0.0, 0))[1] + 1
                rest = min(self._every * 2 ** min(faults - 1, 20), LONGEST_REST)
                self._rests[job.name] = (time.monotonic() + rest, faults)
            else:
                self._rests.pop(job.name, None)
        return bool(result.done)

    def _tell_seen(self) -> None:
        if time.monotonic() - self._seen < SEEN_EVERY:
            return
        try:
            actions.seen(self._clock())
            self._seen = time.monotonic()
        except DatabaseError as error:
            log.error("the database cannot be used: %s", type(error).__name__)
            connections.close_all()
