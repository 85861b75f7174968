"""The thread that reads uploads: one in each process that serves, one file at a time."""

import logging
import threading

from django.db import DatabaseError, close_old_connections, connections

from gongbao.office.intake import actions

log = logging.getLogger("gongbao.intake")

LOOKED_EVERY = 5.0  # seconds: for what another process received
RESTED = 10.0  # seconds, after the database was away

_wanted = threading.Event()


def wake() -> None:
    """Tell the thread of this process that there is something to read."""
    _wanted.set()


class Worker:
    """Reads what waits until it is stopped; an upload it is at then is left to the next start."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gongbao-intake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, wait: float = 1.0) -> None:
        self._stopped.set()
        _wanted.set()
        self._thread.join(wait)

    def _run(self) -> None:
        swept = False
        while not self._stopped.is_set():
            try:
                close_old_connections()
                if not swept:
                    actions.sweep()
                    swept = True
                while not self._stopped.is_set() and (taken := actions.take()):
                    actions.read(taken)
            except (DatabaseError, OSError) as error:
                log.error("uploads wait: %s", type(error).__name__)
                connections.close_all()
                self._stopped.wait(RESTED)
                continue
            except Exception as error:
                # Whatever it is, the next upload must not wait for ever.
                log.error("uploads wait: %s", type(error).__name__)
                self._stopped.wait(RESTED)
                continue
            _wanted.wait(LOOKED_EVERY)
            _wanted.clear()
        connections.close_all()
