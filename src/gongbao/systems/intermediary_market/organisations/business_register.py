"""The business register: a port, and a file that stands in for it.

The business register of the country knows whether a body is registered (第十三条第（一）项). The live one is not
connected: it needs an agreement with the authority that keeps it, and its interface is not public. A site names a file
that was exported from it (GONGBAO_BUSINESS_REGISTER), or nothing; then entries are marked as not checked, for the
review that follows (第七条第（四）项). What connects the live one later is a class with `look_up`.
"""

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from gongbao.core.errors import GongbaoError

COLUMNS = ("uscc", "name", "status", "legal_representative")
NUMBERS = ("legal_representative_id", "controller_id")
"""Further columns, where the register gives identity numbers: of the legal representative, and of who controls it."""
ACTIVE = "active"
LARGEST = 256 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register says of a body. `status` is ACTIVE, or a word for why it is not (dissolved, revoked)."""

    uscc: str
    name: str
    status: str = ACTIVE
    legal_representative: str = ""
    legal_representative_id: str = ""
    controller_id: str = ""


class BusinessRegister(Protocol):
    """Where it is looked up whether a body is registered."""

    def look_up(self, uscc: str) -> Entry | None:
        """The body of that unified social credit code; None where there is none. Raises GongbaoError."""


@dataclass(frozen=True, slots=True)
class FileRegister:
    """A CSV file, UTF-8, with the columns uscc, name, status and legal_representative, headings first; those of NUMBERS
    may stand beside them."""

    path: Path

    def look_up(self, uscc: str) -> Entry | None:
        try:
            stat = self.path.stat()
            if stat.st_size > LARGEST:
                raise GongbaoError("the file of the business register is too large; tell whoever runs this site")
            return _entries(self.path, stat.st_mtime_ns, stat.st_size).get(uscc)
        except (OSError, csv.Error, UnicodeDecodeError) as error:
            raise GongbaoError("the business register cannot be read now; tell whoever runs this site") from error


@lru_cache(maxsize=1)
def _entries(path: Path, changed: int, size: int) -> Mapping[str, Entry]:
    """Read anew when the file is another."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise GongbaoError(f"the file of the business register lacks the column {', '.join(missing)}")
        found = (Entry(**{name: (row.get(name) or "").strip() for name in COLUMNS + NUMBERS}) for row in rows)
        return {one.uscc.upper(): one for one in found}


def configured() -> BusinessRegister | None:
    """The register that this site was told of; None without one."""
    return FileRegister(Path(settings.GONGBAO_BUSINESS_REGISTER)) if settings.GONGBAO_BUSINESS_REGISTER else None


def check(register: BusinessRegister, uscc: str, name: str, legal_representative: str) -> Entry:
    """The body as the register has it. Raises GongbaoError where it knows none of this code, or says otherwise what is
    told of it here."""
    entry = register.look_up(uscc)
    if entry is None:
        raise GongbaoError("the business register has no body of this code", where="uscc")
    if plain_name(entry.name) != plain_name(name):
        raise GongbaoError("the business register has another name for this code", where="name")
    if entry.status != ACTIVE:
        raise GongbaoError("the business register says that this body is active no more", where="uscc")
    told = entry.legal_representative
    if told and plain_name(told) != plain_name(legal_representative):
        raise GongbaoError(
            "the business register has another legal representative for this code", where="legal_representative"
        )
    return entry


def plain_name(text: str) -> str:
    """A name without what is written one way or the other: width of signs, spaces, capitals."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
