"""Which facts are missing for a value: shared between all the values that wait for the same ones.

Ten thousand visits without a date wait for ten thousand facts each. So a value that waits for what others wait for
points at theirs, and names no more than the first few itself; all of them are collected once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

MOST_NAMED = 20
"""How many paths a value names itself."""


class Lost:
    """`first` has paths of missing facts: all of them, or MOST_NAMED of them where `parts` has the rest."""

    __slots__ = ("first", "parts")

    def __init__(self, first: frozenset[str], parts: tuple[Lost, ...] = ()) -> None:
        self.first, self.parts = first, parts

    @classmethod
    def of(cls, path: str) -> Lost:
        return cls(frozenset((path,)))

    @property
    def more(self) -> bool:
        """Whether there are more than are named."""
        return bool(self.parts)

    @classmethod
    def together(cls, many: Iterable[Lost]) -> Lost:
        """What any of them lacks: one of the same where the others add nothing to it. There must be one."""
        parts = list(dict.fromkeys(many))
        parts = [one for one in parts if one is parts[0] or one.parts or not one.first <= parts[0].first]
        if len(parts) == 1:
            return parts[0]
        first: set[str] = set()
        for one in parts:
            if len(first) <= MOST_NAMED:
                first |= one.first
        if len(first) <= MOST_NAMED and not any(one.parts for one in parts):
            return cls(frozenset(first))
        return cls(frozenset(sorted(first)[:MOST_NAMED]), tuple(parts))

    def paths(self, seen: set[Lost] | None = None) -> Iterator[str]:
        """Every path, some more than once; nothing of the parts in `seen`, to which those met are added."""
        seen = set() if seen is None else seen
        waiting = [self]
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if one.parts:
                waiting += one.parts
            else:
                yield from one.first
