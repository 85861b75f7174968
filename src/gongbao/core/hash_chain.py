"""A chain of hashes: each entry is hashed together with the hash of the one before, so that none can be changed,
removed, inserted or moved without all that follow saying so.

    value of an entry -> canonical(value): one text for one value -> link(previous, value): SHA-256 over both

The text is JSON with sorted keys and without spaces, which any language writes in a line or two.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

START = "0" * 64
"""What stands for the hash before the first entry."""

_DEEPEST = 20  # levels of lists and objects in each other


def canonical(value: Any) -> str:
    """The value as JSON, always the same text for the same value.

    Taken are None, bool, int, str, lists, tuples, objects with texts as keys, and, as texts: Decimal (never in powers
    of ten), UUID, date (2022-07-01), aware datetime (2022-07-01T01:02:03.000004Z) and members of an Enum by their
    value. A float is refused: two machines may write it differently. Raises TypeError and ValueError.
    """
    return json.dumps(
        _plain(value, 0),
        ensure_ascii=False,
        allow_nan=False,
        check_circular=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def moment(value: datetime) -> str:
    """An aware moment in UTC to the microsecond: 2022-07-01T01:02:03.000004Z. Raises ValueError."""
    if value.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def link(previous: str, value: Any) -> str:
    """The hash of an entry: SHA-256, in hexadecimal, of the previous hash, a line end, and the canonical value."""
    return sha256(f"{previous}\n{canonical(value)}".encode()).hexdigest()


def digest(salt: str, value: str) -> str:
    """What stands in a log for personal data: SHA-256, in hexadecimal, of salt and value.

    The salt is kept with the data, one for each person or case, and goes when the data goes: what remains says nothing
    to anybody. An empty or short salt is refused, for an identity number alone is found by trying all of them.
    """
    if len(salt) < 16:
        raise ValueError("a salt has 16 characters or more")
    # The length first, so that no other pair of salt and value gives the same text.
    return sha256(f"{len(salt)}:{salt}{value}".encode()).hexdigest()


def _plain(value: Any, depth: int) -> Any:
    if type(value) is str:  # as most are
        return _text(value)
    # Members first: those of StrEnum are texts too, and json would write them by their name in some versions.
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no number")
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    if depth == _DEEPEST:
        raise ValueError(f"more than {_DEEPEST} levels of lists and objects")
    if isinstance(value, list | tuple):
        return [_plain(one, depth + 1) for one in value]
    if isinstance(value, Mapping):
        return {_key(key): _plain(one, depth + 1) for key, one in value.items()}
    raise TypeError(f"a {type(value).__name__} has no one canonical text")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is no text, and cannot be a key")
    return _text(key)


def _text(value: str) -> str:
    # Neither can be kept by every database, and what is kept has to be what was hashed.
    if "\0" in value:
        raise ValueError("a text with a NUL in it")
    if not value.isascii():
        value.encode()  # raises UnicodeEncodeError, a ValueError, for half a character
    return str(value)
