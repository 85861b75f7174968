"""The only code that writes exports, and the job that makes them, a little in each round of the worker.

Whoever makes an export holds a lock on a file of its own (flock), which ends with the process that holds it: an export
that is said to be made and whose lock is free was left by a process that is gone, and is begun again.
"""

import fcntl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone, translation

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.exports.kinds import Asked, Kind, Making, kind_of
from gongbao.office.exports.models import Export, State
from gongbao.office.library.folder import files_folder
from gongbao.office.people.models import Account
from gongbao.office.worker.jobs import tell_fault

A_ROUND = 2.0  # seconds of work in a round, after which is told how far it is, and asked whether it is still wanted
MOST_WAITING = 20
"""Of all accounts and visitors together."""
MOST_ATTEMPTS = 3
"""One that ends the process whenever it is made is not tried for ever."""
SHARED_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=1)
OPEN = (State.WAITING, State.MAKING)


def folder() -> Path:
    return files_folder() / "exports"


def place_of(export: Export) -> Path:
    return folder() / export.uuid.hex


def asked_of(export: Export) -> Asked:
    return Asked(export.given, export.account, export.asked_at, export.language)


# --- asking


def begin(
    kind: Kind, given: Mapping[str, str], *, name: str, account: Account | None, language: str, at: datetime
) -> Export:
    """Have a file made. Asked for twice while it is made it is one; what everybody may see is one for all within the
    hour. Raises GongbaoError where too many wait."""
    whose = None if kind.open_to_all else account
    with kept.action("exports.begin"):
        kept.one_at_a_time("exports.begin")
        scope = kind.scope_of(whose, timezone.localdate(at))
        serves = Q(state__in=OPEN)
        if kind.open_to_all:
            serves |= Q(state=State.DONE, asked_at__gt=at - SHARED_FOR)
        same = Export.objects.filter(
            serves, kind=kind.key, given=dict(given), account=whose, scope=scope, language=language
        )
        if (there := same.order_by("-pk").first()) is not None:
            return there
        if Export.objects.filter(state__in=OPEN).count() >= MOST_WAITING:
            raise GongbaoError("too many files are being made; ask again in a few minutes")
        made = Export(
            kind=kind.key, given=dict(given), scope=scope, name=name, language=language, account=whose, asked_at=at
        )
        made.save()
    return made


def cancel(uuid: UUID, at: datetime) -> None:
    """Take back what is not made yet. Raises GongbaoError."""
    with kept.action("exports.cancel"):
        export = Export.objects.select_for_update().filter(uuid=uuid).first()
        if export is None or export.is_over:
            raise GongbaoError("this file is not being made any more")
        export.state, export.ended_at = State.CANCELLED, at
        export.save()


# --- making


@dataclass(slots=True)
class _Begun:
    """What this process is at: between two rounds it waits where it was."""

    export: Export
    steps: Making
    lock: BinaryIO


_at: list[_Begun] = []


def make(now: datetime) -> int:
    """Some seconds of work on the first export that waits: 1 where there was one."""
    begun = _at[0] if _at else _take(now)
    if begun is None:
        return 0
    export, end = begun.export, time.monotonic() + A_ROUND
    try:
        if not _still_wanted(export):
            return _let_go(begun)
        percent = export.percent
        with translation.override(export.language):
            while time.monotonic() < end:
                percent = next(begun.steps)
        _report(export, percent)
        return 1
    except StopIteration as ended:
        _keep(export, bytes(ended.value), now)
    except DatabaseError:
        # Nothing is wrong with what was asked: it is begun again.
        _let_go(begun)
        raise
    except Exception as error:
        tell_fault(f"exports.make {export.uuid}", error)
        _end(export, State.FAILED, now)
    return _let_go(begun)


def _let_go(begun: _Begun) -> int:
    begun.steps.close()
    begun.lock.close()
    _at.clear()
    return 1


def _lock_of(export: Export) -> Path:
    """It stays until the export is swept: taken away sooner, two might each lock a file of that name."""
    return folder() / f"{export.uuid.hex}.lock"


def _take(now: datetime) -> _Begun | None:
    for export in Export.objects.filter(state__in=OPEN).order_by("pk"):
        folder().mkdir(parents=True, exist_ok=True)
        lock = open(_lock_of(export), "ab")  # noqa: SIM115
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()  # another process is at it
            continue
        if (mine := _mine(export, now)) is None:
            lock.close()
            continue
        kind = kind_of(mine.kind)
        assert kind is not None  # or it had not been begun
        with translation.override(mine.language):
            _at.append(_Begun(mine, kind.make(asked_of(mine)), lock))
        return _at[0]
    return None


def _mine(export: Export, now: datetime) -> Export | None:
    with kept.action("exports.take"):
        row = (
            Export.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("account")
            .filter(pk=export.pk, state__in=OPEN)
            .first()
        )
        if row is None:
            return None
        if row.attempts >= MOST_ATTEMPTS or kind_of(row.kind) is None:
            row.state, row.ended_at = State.FAILED, now
            row.save()
            return None
        row.state, row.percent = State.MAKING, 0
        row.attempts += 1
        row.save()
    return row


def _still_wanted(export: Export) -> bool:
    return Export.objects.filter(pk=export.pk, state=State.MAKING).exists()


def _report(export: Export, percent: int) -> None:
    with kept.action("exports.report"):
        Export.objects.filter(pk=export.pk, state=State.MAKING).update(percent=percent)
    export.percent = percent


def _keep(export: Export, content: bytes, now: datetime) -> None:
    place = place_of(export)
    place.write_bytes(content)
    if not _end(export, State.DONE, now):
        place.unlink(missing_ok=True)


def _end(export: Export, state: State, now: datetime) -> bool:
    """Whether it had not been taken back meanwhile."""
    with kept.action("exports.end"):
        percent = 100 if state == State.DONE else export.percent
        changed = Export.objects.filter(pk=export.pk, state=State.MAKING).update(
            state=state, percent=percent, ended_at=now
        )
    return bool(changed)


def sweep(now: datetime) -> int:
    """Remove what was asked for more than a day ago, its file first: it is made again from what it was made of."""
    old = list(Export.objects.filter(ended_at__lt=now - KEPT_FOR).order_by("pk")[:100])
    for export in old:
        for path in (place_of(export), _lock_of(export)):
            path.unlink(missing_ok=True)
        with kept.action("exports.sweep"):
            Export.objects.filter(pk=export.pk).delete()
    return len(old)
