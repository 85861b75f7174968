"""Kinds of files that the worker makes, and the parts that most of them are made of."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from gongbao.office.papers.workbook import Sheet, writing

if TYPE_CHECKING:
    from gongbao.office.people.models import Account

AT_ONCE = 300
"""Rows that a request makes by itself: about half a second."""

Row = TypeVar("Row")
Making: TypeAlias = Generator[int, None, bytes]
"""Yields how far it is, in percent; what it returns is the file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for: the filters as text, who asked (None: whoever comes by), when, and the language."""

    given: Mapping[str, str]
    account: Account | None
    at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `scope` says in a line what an account may see of it on a day; the file is given as long as that
    is what it was when it was asked for. What is `open_to_all` belongs to nobody."""

    key: str
    make: Callable[[Asked], Making]
    scope: Callable[[Account, date], str] = lambda account, on: ""
    open_to_all: bool = False

    def scope_of(self, account: Account | None, on: date) -> str:
        return self.scope(account, on) if account is not None and not self.open_to_all else ""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Registering it again changes nothing; another of that key is a fault."""
    if _kinds.setdefault(kind.key, kind) != kind:
        raise ValueError(f"there is another kind {kind.key}")


def kind_of(key: str) -> Kind | None:
    return _kinds.get(key)


CHUNK = 100
READING = 30
"""Percent of the work that it takes to read the rows: to write them takes the rest."""


def gathered(
    keys: Sequence[int], read: Callable[[Sequence[int]], Sequence[Row]], *, since: int = 0, until: int = READING
) -> Generator[int, None, list[Row]]:
    """The rows of the keys, in their order; `read` gives those of some of them. It is from `since` to `until` percent
    of the work."""
    found: list[Row] = []
    for place in range(0, len(keys), CHUNK):
        found += read(keys[place : place + CHUNK])
        yield since + (until - since) * place // len(keys)
    return found


def written(sheets: Sequence[Sheet], title: str, made_at: datetime) -> Making:
    """The tables as a workbook."""
    rows = sum(len(one.rows) for one in sheets) or 1
    steps = writing(sheets, title=title, made_at=made_at)
    while True:
        try:
            done = next(steps)
        except StopIteration as ended:
            return bytes(ended.value)
        yield READING + (100 - READING) * min(done, rows) // rows
