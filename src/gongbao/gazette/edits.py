"""A text that remembers what was changed in it.

Cleaning is a row of steps, each of which looks at the text as the step before left it. `EditedText` keeps, beside
the text, the stretches in which it differs from the raw text, so that every change can be shown with its place and
reason, and the raw text can be made again from the cleaned text and the record alone.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from gongbao.gazette.model import Change, Reason


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace [start, end) of the present text by `after`, for `reason`."""

    start: int
    end: int
    after: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Stretch:
    """[start, end) of the present text stands for [raw_start, raw_end) of the raw text."""

    start: int
    end: int
    raw_start: int
    raw_end: int
    reasons: tuple[Reason, ...]


class EditedText:
    """`text` is the text at present, `raw` what it was at first."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.text = raw
        self._stretches: list[_Stretch] = []

    def apply(self, edits: Iterable[Edit]) -> None:
        """Apply edits that are in order and do not overlap; one that changes nothing is passed over.

        Time is linear in the length of the text and the number of edits.
        """
        edits = [edit for edit in edits if self.text[edit.start : edit.end] != edit.after]
        if not edits:
            return
        pieces: list[str] = []
        stretches: list[_Stretch] = []
        copied = 0  # how far the present text has been taken over
        shift = 0  # by how much the new text is longer so far
        raw_shift = 0  # raw offset minus present offset, behind the stretches seen so far

        for cluster in _clusters(self._stretches, edits):
            start, end = cluster[0].start, max(item.end for item in cluster)
            raw_start = start + raw_shift
            new_start = start + shift
            reasons: list[Reason] = []
            for item in cluster:
                if isinstance(item, Edit):
                    if item.start < copied:
                        raise ValueError("edits overlap or are out of order")
                    pieces += (self.text[copied : item.start], item.after)
                    copied = item.end
                    shift += len(item.after) - (item.end - item.start)
                    reasons.append(item.reason)
                else:
                    raw_shift = item.raw_end - item.end
                    reasons += item.reasons
            stretches.append(
                _Stretch(new_start, end + shift, raw_start, end + raw_shift, tuple(dict.fromkeys(reasons)))
            )
        pieces.append(self.text[copied:])
        self.text = "".join(pieces)
        self._stretches = stretches

    def changes(self) -> list[Change]:
        """What differs from the raw text, in order; a stretch that came back to what it was is left out."""
        line_starts = _line_starts(self.raw)
        return [
            Change(
                piece.raw_start,
                bisect_right(line_starts, piece.raw_start),
                self.raw[piece.raw_start : piece.raw_end],
                self.text[piece.start : piece.end],
                "; ".join(piece.reasons),
            )
            for piece in self._stretches
            if self.raw[piece.raw_start : piece.raw_end] != self.text[piece.start : piece.end]
        ]

    def raw_lines(self) -> list[int]:
        """For each line of the present text the 1-based line of the raw text in which it begins."""
        starts = _line_starts(self.text)
        out: list[int] = []
        line, at = 1, 0
        k, raw_shift = 0, 0
        for start in starts:
            while k < len(self._stretches) and self._stretches[k].end <= start:
                raw_shift = self._stretches[k].raw_end - self._stretches[k].end
                k += 1
            inside = k < len(self._stretches) and self._stretches[k].start < start
            raw = self._stretches[k].raw_start if inside else start + raw_shift
            line += self.raw.count("\n", at, raw)
            at = max(at, raw)
            out.append(line)
        return out


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def _clusters(stretches: Sequence[_Stretch], edits: Sequence[Edit]) -> Iterable[list[_Stretch | Edit]]:
    """Stretches and edits in order, those that share characters together."""
    cluster: list[_Stretch | Edit] = []
    end = 0
    items: Iterable[_Stretch | Edit] = merge(stretches, edits, key=attrgetter("start", "end"))
    for item in items:
        if cluster and item.start >= end:
            yield cluster
            cluster = []
        end = max(end, item.end) if cluster else item.end
        cluster.append(item)
    if cluster:
        yield cluster


def without_overlaps(edits: list[Edit]) -> list[Edit]:
    """Edits in order, of those that overlap only the first."""
    out: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if not out or edit.start >= out[-1].end:
            out.append(edit)
    return out


def rebuild(text: str, changes: Sequence[Change]) -> str:
    """The raw text, from the cleaned text and the record of changes."""
    pieces: list[str] = []
    at, shift = 0, 0
    for change in changes:
        start = change.start + shift
        pieces += (text[at:start], change.before)
        at = start + len(change.after)
        shift += len(change.after) - len(change.before)
    pieces.append(text[at:])
    return "".join(pieces)
