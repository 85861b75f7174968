"""The only code that writes uploads: a file is received, taken up by one reader, and read, refused or cancelled.

Whoever reads an upload holds a lock on its file (flock), which ends with the process that holds it: an upload that is
said to be read and whose lock is free was left by a process that is gone, and the next reader takes it up.
"""

import fcntl
import logging
import os
import time
import traceback
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.gazette.files import read_bytes
from gongbao.gazette.source import DEFAULT_LIMIT
from gongbao.office import kept
from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.file_names import shown_name
from gongbao.office.intake.models import State, Upload
from gongbao.office.library import contract
from gongbao.office.library.actions import ingest_source
from gongbao.office.library.folder import files_folder
from gongbao.office.people.models import Account

log = logging.getLogger("gongbao.intake")

LIMIT = DEFAULT_LIMIT
"""Bytes of one file."""
MOST_WAITING = 50
"""Uploads that wait or are read at one time, of all accounts: their bytes lie on the disk."""
MOST_ATTEMPTS = 3
"""A file that ends the process whenever it is read is not tried for ever."""
REPORTED_EVERY = 0.5  # seconds between two writes of how far the reading has come

TOO_LARGE = "this file is larger than the limit of 64 MiB; split it, and give the parts one by one"
EMPTY = "this file is empty"
TOO_MANY = "too many files are waiting to be read; try again when some of them are done"
ENDED_THE_PROGRAM = (
    "reading this file ended the program three times, so it is not tried again; tell whoever runs this site"
)
FAULT = "reading this file met a fault of the program; tell whoever runs this site"
GONE = "the file was lost before it was read; give it again"


def folder() -> Path:
    return files_folder() / "uploads"


def _place(uuid: UUID) -> Path:
    return folder() / uuid.hex


# --- receiving


def receive(account: Account, name: str, chunks: Iterable[bytes]) -> Upload:
    """Keep the bytes of a file until they are read. Raises GongbaoError, and then keeps nothing."""
    name = shown_name(name)
    uuid = uuid4()
    place = _place(uuid)
    size, digest = 0, sha256()
    try:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with open(place, "xb") as file:
                for chunk in chunks:
                    size += len(chunk)
                    if size > LIMIT:
                        raise GongbaoError(TOO_LARGE, where=name)
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            # Where the files lie on this machine is no matter of whoever gives one.
            raise GongbaoError(f"the file cannot be kept: {error.strerror}", where=name) from error
        if not size:
            raise GongbaoError(EMPTY, where=name)
        with kept.action("intake.receive"):
            kept.one_at_a_time("intake.receive")
            if Upload.objects.filter(state__in=(State.WAITING, State.READING)).count() >= MOST_WAITING:
                raise GongbaoError(TOO_MANY, where=name)
            upload = Upload(
                uuid=uuid,
                account=account,
                name=name,
                sha256=digest.hexdigest(),
                size=size,
                created_at=timezone.now(),
            )
            upload.save()
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return upload


def cancel(uuid: UUID) -> None:
    """Take back an upload that is still waiting. Raises GongbaoError where it is not."""
    with kept.action("intake.cancel"):
        upload = Upload.objects.select_for_update().filter(uuid=uuid).first()
        if upload is None or upload.state != State.WAITING:
            raise GongbaoError("this upload is not waiting any more")
        _end(upload, State.CANCELLED)
    _place(uuid).unlink(missing_ok=True)


# --- reading


class Taken(NamedTuple):
    """An upload that this process reads, and its file, locked as long as it is open."""

    upload: Upload
    file: BinaryIO


def take() -> Taken | None:
    """The first upload that waits, or was left by a process that is gone; None where there is none."""
    open_ones = Upload.objects.filter(state__in=(State.WAITING, State.READING)).order_by("pk")
    for upload in open_ones:
        try:
            file = open(_place(upload.uuid), "rb")  # noqa: SIM115
        except OSError:
            _refuse(upload, GONE, only_without_file=True)
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if taken := _taken(upload):
                return Taken(taken, file)
        except BlockingIOError:
            pass  # another reader is at it
        except BaseException:
            file.close()
            raise
        file.close()
    return None


def _taken(upload: Upload) -> Upload | None:
    """The upload, now being read; None where it has been read, refused or cancelled since it was looked up."""
    with kept.action("intake.take"):
        mine = (
            Upload.objects.select_for_update(skip_locked=True)
            .filter(pk=upload.pk, state__in=(State.WAITING, State.READING))
            .first()
        )
        if mine is None:
            return None
        given_up = mine.attempts >= MOST_ATTEMPTS
        if given_up:
            mine.error = ENDED_THE_PROGRAM
            _end(mine, State.REFUSED)
        else:
            mine.state = State.READING
            mine.attempts += 1
            mine.started_at = timezone.now()
            mine.step, mine.done, mine.total = "", 0, 0
            mine.save()
    if given_up:
        _place(upload.uuid).unlink(missing_ok=True)
        return None
    return mine


def read(taken: Taken) -> None:
    """Read an upload into the library, and keep what came of it. Raises DatabaseError where the database is away."""
    upload = taken.upload
    try:
        with taken.file as file:
            # The lock is held to the end: it goes with the file.
            _read(upload, file)
    finally:
        _under_way.pop(upload.pk, None)


def _read(upload: Upload, file: BinaryIO) -> None:
    try:
        content = file.read()
        # What a file is, its bytes say; of its name only .md is looked at, in a file that is text.
        source = read_bytes(content, name=upload.name, limit=LIMIT)
        if source.sha256 != upload.sha256:
            raise GongbaoError(GONE)
        actor = Actor(ActorKind.ACCOUNT, id=str(upload.account.public_id))
        result = ingest_source(source, upload.name, content=content, progress=_Reports(upload), actor=actor)
    except GongbaoError as error:
        if isinstance(error.__cause__, DatabaseError):
            # Nothing is wrong with the file: it is tried again.
            _put_back(upload)
            raise error.__cause__ from error
        _refuse(upload, error.message)
    except DatabaseError:
        _put_back(upload)
        raise
    except Exception as error:
        # Not the words of the error: they may be words of the file.
        where = " | ".join(line.strip() for line in traceback.format_tb(error.__traceback__)[-3:])
        log.error("upload %s: %s at %s", upload.uuid, type(error).__name__, where)
        _refuse(upload, FAULT)
    else:
        with kept.action("intake.done"):
            upload.source_id = result.source_id
            upload.result = contract.ingested(result, upload.name)
            _end(upload, State.DONE)
        _place(upload.uuid).unlink(missing_ok=True)


def _end(upload: Upload, state: State) -> None:
    upload.state = state
    upload.step = ""
    upload.ended_at = timezone.now()
    upload.save()


def _refuse(upload: Upload, error: str, *, only_without_file: bool = False) -> None:
    place = _place(upload.uuid)
    with kept.action("intake.refuse"):
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        # Another reader may have ended it, and taken its file away, since it was looked up.
        if row.is_over or (only_without_file and place.exists()):
            return
        row.error = error
        _end(row, State.REFUSED)
    place.unlink(missing_ok=True)


def _put_back(upload: Upload) -> None:
    """Let it wait again. Where even that cannot be written, the free lock says the same."""
    try:
        with kept.action("intake.put_back"):
            upload.state = State.WAITING
            upload.save()
    except DatabaseError:
        pass


_under_way: dict[int, tuple[str, int, int]] = {}
"""How far the readings of this process are: what is kept in one transaction is seen by others only when it ends."""


def under_way(upload: Upload) -> tuple[str, int, int]:
    """Step, done, and total of an upload that is being read."""
    return _under_way.get(upload.pk, (upload.step, upload.done, upload.total))


class _Reports:
    """Called by the reading with how far it is; writes that down, not too often."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.written = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        _under_way[self.upload.pk] = (step, done, total)
        now = time.monotonic()
        # Within the transaction that keeps the documents nobody would see it before the end.
        if connection.in_atomic_block or (step == self.upload.step and now - self.written < REPORTED_EVERY):
            return
        self.written = now
        with kept.action("intake.report"):
            self.upload.step, self.upload.done, self.upload.total = step, done, total
            self.upload.save(update_fields=["step", "done", "total"])


FORGOTTEN_AFTER = timedelta(hours=1)


def sweep() -> None:
    """Remove the bytes of what no upload is waiting for: a process ended between keeping them and saying so."""
    if not folder().is_dir():
        return
    names = {uuid.hex for uuid in Upload.objects.filter(ended_at__isnull=True).values_list("uuid", flat=True)}
    before = time.time() - FORGOTTEN_AFTER.total_seconds()
    for path in folder().iterdir():
        if path.name not in names and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
