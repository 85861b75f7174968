"""The text of a manuscript as checks of its print look at it: cleaned paragraphs, and the way back to the raw text."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.model import Clause, Document

_AROUND = 10
"""Characters shown before and behind what is wrong."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something wrong at [start, end) of the raw text."""

    start: int
    end: int
    severity: Severity
    message: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the cleaned text that is not blank; `start` is its offset in that text."""

    start: int
    text: str
    document: Document | None

    @property
    def row(self) -> bool:
        return "\t" in self.text


class ShownText:
    """The cleaned text of a manuscript with the way back to the raw one."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.manuscript = manuscript
        self.gazette = manuscript.gazette
        self.raw = manuscript.text
        self.cleaned = manuscript.gazette.text

    # --- places -------------------------------------------------------------------------------------------------

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.raw))]

    @cached_property
    def _stretches(self) -> tuple[list[int], list[tuple[int, int, int, int]]]:
        """For each change: where it begins in the cleaned text; its start and lengths, cleaned and raw."""
        starts: list[int] = []
        out: list[tuple[int, int, int, int]] = []
        shift = 0
        for change in self.gazette.changes:
            starts.append(change.start + shift)
            out.append((change.start + shift, len(change.after), change.start, len(change.before)))
            shift += len(change.after) - len(change.before)
        return starts, out

    def raw_at(self, at: int, *, end: bool = False) -> int:
        """The raw offset of the character at `at` of the cleaned text; with `end`, that of the end before `at`."""
        if end:
            return self.raw_at(at - 1) + 1 if at else 0
        starts, stretches = self._stretches
        k = bisect_right(starts, at) - 1
        # A change that took something out begins where the next character does, and stands before it.
        if k < 0:
            return min(at, len(self.raw))
        start, length, raw_start, raw_length = stretches[k]
        inside = at - start
        if inside < length:
            return min(raw_start + min(inside, max(raw_length - 1, 0)), len(self.raw))
        return min(raw_start + raw_length + inside - length, len(self.raw))

    def line(self, raw: int) -> int:
        return bisect_right(self._line_starts, raw)

    def hit(self, start: int, end: int, severity: Severity, message: str, message_en: str) -> Hit:
        """A hit at [start, end) of the cleaned text."""
        begin = self.raw_at(start)
        return Hit(begin, max(begin + 1, self.raw_at(end, end=True)), severity, message, message_en)

    def quote(self, hit: Hit) -> str:
        begin = self._line_starts[self.line(hit.start) - 1]
        stop = self.raw.find("\n", max(hit.start, hit.end - 1))
        stop = len(self.raw) if stop < 0 else stop
        words = self.raw[max(begin, hit.start - _AROUND) : min(stop, hit.end + _AROUND)]
        return shortened(words) or shortened(self.raw[begin:stop])

    # --- what stands there ---------------------------------------------------------------------------------------

    @cached_property
    def _documents(self) -> list[Document]:
        return sorted(self.gazette.documents, key=lambda document: document.first_line)

    @cached_property
    def _first_lines(self) -> list[int]:
        return [document.first_line for document in self._documents]

    def document(self, line: int) -> Document | None:
        k = bisect_right(self._first_lines, line) - 1
        return self._documents[k] if k >= 0 and line <= self._documents[k].last_line else None

    @cached_property
    def _clauses(self) -> dict[int, list[Clause]]:
        return {id(document): sorted(document.walk(), key=lambda c: c.line) for document in self._documents}

    def clause(self, document: Document, line: int, words: str) -> Clause | None:
        """The clause of a line; of several that begin on it, the one that has the words."""
        clauses = self._clauses[id(document)]
        last = bisect_right(clauses, line, key=lambda clause: clause.line)
        if not last:
            return None
        one = clauses[last - 1]
        first = last - 1
        while first and clauses[first - 1].line == one.line and last - first < 200:
            first -= 1
        return next((c for c in clauses[first:last] if words and words in f"{c.heading}{c.text}"), one)

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        out: list[Paragraph] = []
        at = 0
        for text in self.cleaned.split("\n"):
            if text.strip():
                start = at + len(text) - len(text.lstrip(" \t"))
                out.append(Paragraph(at, text, self.document(self.line(self.raw_at(start)))))
            at += len(text) + 1
        return out

    def finding(self, line: int, hits: list[Hit]) -> Finding:
        first = hits[0]
        document = self.document(line)
        words = self.raw[first.start : first.end]
        clause = self.clause(document, line, words) if document else None
        quotes = dict.fromkeys(self.quote(hit) for hit in hits[:8])
        return Finding(
            name_of(document) if document else "",
            FindingKind.RECOGNITION,
            first.severity,
            first.message,
            first.message_en,
            tuple(Place(line, quote) for quote in quotes),
            clause.locator if clause else "",
            clause.eid if clause else "",
        )


def matches(
    text: ShownText, pattern: "re.Pattern[str]", *, rows: bool = True
) -> Iterator[tuple[Paragraph, "re.Match[str]"]]:
    for paragraph in text.paragraphs:
        if rows or not paragraph.row:
            for found in pattern.finditer(paragraph.text):
                yield paragraph, found
