"""Checkpoints: how long the log was at a moment, and the hash of its last entry, signed, to be kept elsewhere.

    {"format": "gongbao-checkpoint-1", "site": ..., "count": 12, "hash": ..., "at": "2026-03-02T01:00:00.000000Z",
     "public_key": ..., "signature": ...}

The signature is Ed25519 over the canonical JSON (gongbao.core.hash_chain) of the first five; key and signature are
hexadecimal. The private key lies in GONGBAO_AUDIT_KEY_FILE, or is drawn at first use into `audit_key` of the home.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import START, canonical, moment
from gongbao.office.audit.models import Entry, Head

FORMAT = "gongbao-checkpoint-1"
_LARGEST = 10_000  # bytes of a file


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """See the module. `at` is a moment in UTC as text, so that what was signed is what is read."""

    site: str
    count: int
    hash: str
    at: str
    public_key: str
    signature: str

    @property
    def day(self) -> date:
        """The day in the time zone of the site."""
        return timezone.localdate(datetime.fromisoformat(self.at))

    def as_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=2) + "\n"

    def is_signed_by(self, public_key: str) -> bool:
        """Whether the signature is that of this key, whatever key the checkpoint itself names."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            key.verify(bytes.fromhex(self.signature), _signed(self.site, self.count, self.hash, self.at))
        except (ValueError, InvalidSignature):
            return False
        return True


def _signed(site: str, count: int, hash: str, at: str) -> bytes:
    return canonical({"format": FORMAT, "site": site, "count": count, "hash": hash, "at": at}).encode()


def take(at: datetime) -> Checkpoint:
    """A checkpoint of the log as it stands. Raises GongbaoError where the head does not fit, or there is no key."""
    head = Head.objects.first() or Head(count=0, hash=START)
    last = Entry.objects.filter(number=head.count).values_list("hash", flat=True).first() or START
    if last != head.hash:
        raise GongbaoError("the head of the log does not fit its last entry; run: gongbao audit verify")
    key = _private_key()
    told = moment(at)
    signature = key.sign(_signed(site_name(), head.count, head.hash, told)).hex()
    return Checkpoint(site_name(), head.count, head.hash, told, _hex(key), signature)


def site_name() -> str:
    """The first name that the site answers to."""
    return str(settings.ALLOWED_HOSTS[0])


def read(content: str, *, where: str) -> Checkpoint:
    """A checkpoint from its JSON. Raises GongbaoError."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
        raise GongbaoError("this is no checkpoint of a log", where=where)
    texts = {"site": str, "count": int, "hash": str, "at": str, "public_key": str, "signature": str}
    for name, kind in texts.items():
        if type(data.get(name)) is not kind:
            raise GongbaoError(f"this checkpoint has no {name}", where=where)
    try:
        moment(datetime.fromisoformat(data["at"]))
        bytes.fromhex(data["public_key"]), bytes.fromhex(data["signature"])
        canonical(data["site"])
    except ValueError as error:
        raise GongbaoError("this checkpoint is damaged", where=where) from error
    return Checkpoint(**{name: data[name] for name in texts})


def read_file(path: Path) -> Checkpoint:
    """Raises GongbaoError."""
    try:
        with path.open(encoding="utf-8") as file:
            content = file.read(_LARGEST)
    except OSError as error:
        raise GongbaoError(f"this file cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise GongbaoError("this is no checkpoint of a log", where=str(path)) from error
    return read(content, where=str(path))


# --- the daily ones


def folder() -> Path:
    """Where daily checkpoints are written: a folder that goes off this machine soon."""
    return Path(settings.GONGBAO_CHECKPOINTS)


def path_of(day: date) -> Path:
    return folder() / f"checkpoint-{day}.json"


def kept() -> Iterator[tuple[date, Path]]:
    """The daily checkpoints that are in the folder, newest first, by their names alone."""
    found = []
    for path in folder().glob("checkpoint-*.json"):
        with suppress(ValueError):
            found.append((date.fromisoformat(path.stem.removeprefix("checkpoint-")), path))
    yield from sorted(found, reverse=True)


def export_daily(now: datetime) -> int:
    """Write the checkpoint of the day, unless there is one: how many were written, 0 or 1.

    None is written over a log that the one before does not fit: whoever reads the fault runs `gongbao audit verify`.
    Raises GongbaoError.
    """
    path = path_of(timezone.localdate(now))
    if path.exists():
        return 0
    for _, earlier in kept():
        _refuse_unfit(read_file(earlier), earlier)
        break
    content = take(now).as_json()
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(content, encoding="utf-8")
        try:
            # Of two workers at once one writes it; and what is there is whole.
            os.link(draft, path)
        except FileExistsError:
            return 0
        finally:
            draft.unlink()
    except OSError as error:
        raise GongbaoError(f"the checkpoint cannot be written: {error.strerror}", where=str(path)) from error
    return 1


def _refuse_unfit(earlier: Checkpoint, path: Path) -> None:
    found = Entry.objects.filter(number=earlier.count).values_list("hash", flat=True).first() or START
    if found != earlier.hash:
        raise GongbaoError(
            "the log does not fit the checkpoint before, and no new one is signed; run: gongbao audit verify",
            where=str(path),
        )


# --- the key


def public_key() -> str:
    """The key by which checkpoints of this site are known, in hexadecimal. Raises GongbaoError."""
    return _hex(_private_key())


def signed(value: dict[str, Any]) -> dict[str, Any]:
    """The value with `public_key` and `signature` (hexadecimal) over its canonical JSON, as a checkpoint has them:
    for receipts of this site. The value names its format, so that none is taken for another. Raises GongbaoError."""
    key = _private_key()
    return {**value, "public_key": _hex(key), "signature": key.sign(canonical(value).encode()).hex()}


def _hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _private_key() -> Ed25519PrivateKey:
    given = settings.GONGBAO_AUDIT_KEY_FILE
    path = Path(given) if given else Path(settings.GONGBAO_HOME) / "audit_key"
    try:
        if not given and not path.exists():
            _draw(path)
        content = path.read_bytes()
    except OSError as error:
        raise GongbaoError(f"the key of the log cannot be read: {error.strerror}", where=str(path)) from error
    try:
        key: Any = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise GongbaoError("this is no private key in PEM form without a password", where=str(path)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise GongbaoError("this is no Ed25519 key; make one with: openssl genpkey -algorithm ed25519", where=str(path))
    return key


def _draw(path: Path) -> None:
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Written aside and linked into place, so that of two first uses at once both read the same whole key.
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
