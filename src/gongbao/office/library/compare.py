"""Two revisions of a document side by side: clause against clause, and within a clause what was altered.

Plain values in, plain values out: what is compared is what the reader may see of either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Protocol

LONGEST = 4000
"""Characters of a clause in which each altered piece is sought; a longer one is shown as altered whole."""


class ClauseLike(Protocol):
    locator: str
    eid: str

    def own_words(self) -> str: ...


class Kind(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the words of a clause, and whether the other revision has it otherwise."""

    words: str
    altered: bool


@dataclass(frozen=True, slots=True)
class Side:
    """A clause in one of the revisions."""

    locator: str
    eid: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A clause of the one revision beside that of the other; None where one has none."""

    kind: Kind
    before: Side | None
    after: Side | None


def compare(before: Iterable[ClauseLike], after: Iterable[ClauseLike]) -> list[Row]:
    """The clauses of both in reading order. Those of the same address stand beside each other."""
    old, new = list(before), list(after)
    out: list[Row] = []
    matcher = SequenceMatcher(None, [one.locator for one in old], [one.locator for one in new], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            out += [_beside(one, other) for one, other in zip(old[a:b], new[c:d], strict=True)]
        else:
            out += _unlike(old[a:b], new[c:d])
    return out


def _unlike(old: Sequence[ClauseLike], new: Sequence[ClauseLike]) -> Iterable[Row]:
    """A stretch with other addresses: a clause that was only numbered anew stands beside what it was."""
    words = {one.own_words().removeprefix(_number(one)): one for one in reversed(old)}
    taken: set[int] = set()
    rows: list[Row] = []
    for one in new:
        same = words.get(one.own_words().removeprefix(_number(one)))
        if same is not None and id(same) not in taken:
            taken.add(id(same))
            rows.append(_beside(same, one))
        else:
            rows.append(Row(Kind.ADDED, None, _side(one, altered=True)))
    gone = [Row(Kind.REMOVED, _side(one, altered=True), None) for one in old if id(one) not in taken]
    return [*gone, *rows]


def _number(one: ClauseLike) -> str:
    return str(getattr(one, "number", ""))


def _side(one: ClauseLike, *, altered: bool) -> Side:
    return Side(one.locator, one.eid, (Piece(one.own_words(), altered),))


def _beside(old: ClauseLike, new: ClauseLike) -> Row:
    a, b = old.own_words(), new.own_words()
    if a == b:
        return Row(Kind.SAME, _side(old, altered=False), _side(new, altered=False))
    if max(len(a), len(b)) > LONGEST:
        return Row(Kind.CHANGED, _side(old, altered=True), _side(new, altered=True))
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if j > i:
            left.append(Piece(a[i:j], tag != "equal"))
        if m > k:
            right.append(Piece(b[k:m], tag != "equal"))
    return Row(Kind.CHANGED, Side(old.locator, old.eid, tuple(left)), Side(new.locator, new.eid, tuple(right)))
