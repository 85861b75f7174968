"""The bytes of attachments: kept under their ids, handed out as downloads alone."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from uuid import UUID

from django.db import transaction

from gongbao.core.errors import GongbaoError
from gongbao.office.file_names import shown_name
from gongbao.office.library.folder import files_folder

LARGEST = 20 * 1024 * 1024  # bytes
SPARED = 1024 * 1024 * 1024  # bytes of the disk that files leave to the database and the log: anybody may send some

KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
)
"""What a file is, its first bytes say. A .docx and an .xlsx are archives too; nothing here unpacks one."""


def folder() -> Path:
    return files_folder() / "cases"


def place(uuid: UUID) -> Path:
    return folder() / uuid.hex[:2] / uuid.hex


def kind_of(name: str, content: bytes) -> str:
    """What the file is. Raises GongbaoError where it is empty, too large, or of a kind that is not taken."""
    shown = shown_name(name)
    if not content:
        raise GongbaoError("this file is empty", where=shown)
    if len(content) > LARGEST:
        raise GongbaoError(f"this file is larger than {LARGEST // 1024 // 1024} MiB", where=shown)
    for beginning, kind in KINDS:
        if content.startswith(beginning):
            return kind
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise GongbaoError(
            "this kind of file is not taken; give PDF, PNG, JPEG, .docx, .xlsx, .zip or text", where=shown
        )
    return "text/plain"


_made: ContextVar[list[UUID] | None] = ContextVar("gongbao_made_files", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Round a transaction: the files that are kept in it are taken away again if it fails."""
    made: list[UUID] = []
    token = _made.set(made)
    try:
        yield
    except BaseException:
        for uuid in made:
            place(uuid).unlink(missing_ok=True)
        raise
    finally:
        _made.reset(token)


def keep(uuid: UUID, content: bytes) -> None:
    """Write the bytes to the disk, before the transaction that speaks of them ends; see `together`."""
    made = _made.get()
    assert made is not None, "a file is kept outside of together()"
    made.append(uuid)
    where = place(uuid)
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(where.parent).free < SPARED + len(content):
            raise GongbaoError("there is too little room for files on this site now; send it without them, or later")
        with open(os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # Where files lie on this machine is no matter of whoever gives one.
        raise GongbaoError(f"the file cannot be kept: {error.strerror}") from error


def read(uuid: UUID) -> bytes:
    """Raises GongbaoError where the bytes are not there."""
    try:
        return place(uuid).read_bytes()
    except OSError as error:
        raise GongbaoError("the file is not there; tell whoever runs this site") from error


def forget_after_commit(uuids: list[UUID]) -> None:
    def forget() -> None:
        for uuid in uuids:
            place(uuid).unlink(missing_ok=True)

    transaction.on_commit(forget)
