"""Jobs, and one round of all of them."""

import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection, connections

log = logging.getLogger("gongbao.worker")

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work. `run` does what is due at the time it is given, and says how many pieces it did.

    The others wait while it runs: it does some seconds of work and leaves the rest to the next round, which comes at
    once when it did any. One that is done `aside` has a thread beside theirs: somebody sits before a page and waits for
    it, and it holds up no clock.
    """

    name: str  # like outbox.deliver
    run: Callable[[datetime], int]
    aside: bool = False


_jobs: dict[str, Job] = {}


def register(job: Job) -> None:
    """Have the worker do this job. Registering it again changes nothing; another of that name is a fault."""
    if _jobs.setdefault(job.name, job) != job:
        raise ValueError(f"there is another job {job.name}")


def registered() -> list[Job]:
    """The jobs in the order in which they were registered."""
    return list(_jobs.values())


@dataclass
class Round:
    """What one round did: the pieces of each job that did any, and the jobs that met a fault."""

    done: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    database_away: bool = False


def run_once(
    now: datetime,
    *,
    jobs: Iterable[Job] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Round:
    """Do each job once. What one of them meets does not keep the others from their work."""
    result = Round()
    for job in registered() if jobs is None else jobs:
        if stopped():
            break
        if not connection.in_atomic_block:
            # One that the database ended, or that is too old, is not what the next job finds.
            close_old_connections()
        try:
            if count := job.run(now):
                result.done[job.name] = count
        except Exception as error:
            result.failed.append(job.name)
            tell_fault(job.name, error)
            if isinstance(error, (OperationalError, InterfaceError)):
                result.database_away = True
                connections.close_all()
    return result


def each(name: str, keys: Iterable[Key], do: Callable[[Key], str | None]) -> int:
    """Do a job's pieces one by one, and log a line for each: how many were done.

    `do` is one transaction; it answers in a word or two what was done, without personal data, or None where there was
    nothing to do any more. A piece that meets a fault is logged and left for the next round, and the others are done;
    where the database does not answer, the rest is left as well. A key is what the log may show: an id.
    """
    done = 0
    for key in keys:
        try:
            told = do(key)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            tell_fault(f"{name} {key}", error)
            continue
        if told is not None:
            done += 1
            log.info("%s %s: %s", name, key, told)
    return done


def tell_fault(what: str, error: Exception) -> None:
    """Log a fault by its kind and place. Not its words: they may be those of a letter or of a case."""
    places = reversed(traceback.extract_tb(error.__traceback__)[-3:])
    where = " < ".join(f"{place.name} in {place.filename.rpartition('/')[2]}:{place.lineno}" for place in places)
    if isinstance(error, DatabaseError):
        code = getattr(error.__cause__, "sqlstate", None) or getattr(error.__cause__, "sqlite_errorname", None)
        log.error("%s: %s %s at %s", what, type(error).__name__, code or "", where)
    else:
        log.error("%s: %s at %s", what, type(error).__name__, where)
