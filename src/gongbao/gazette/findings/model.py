"""What a check tells, and what it is given to look at."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from gongbao.gazette.lines import signature
from gongbao.gazette.model import Clause, Document, Gazette
from gongbao.gazette.tables import Table, find_tables

QUOTE_LENGTH = 80
"""Characters of the manuscript that a place shows at the most."""


class FindingKind(StrEnum):
    SUM = "sum"  # a sum in a table, or a stated total, that does not add up
    FIGURE = "figure"  # a figure that contradicts a table or another document
    NUMBERING = "numbering"  # a number that is skipped or used twice
    CONTENTS = "contents"  # the table of contents against the body
    NAME = "name"  # one name in two spellings
    BRACKET = "bracket"  # brackets of a scale with a hole or an overlap
    DEADLINE = "deadline"  # a deadline before the date of the document
    BODY = "body"  # a body that is reported to and was never created
    REPEALED = "repealed"  # a repealed document that is still relied on
    RECOGNITION = "recognition"  # a suspected error of page recognition


class Severity(StrEnum):
    ERROR = "error"  # cannot be right: two places exclude each other
    WARNING = "warning"  # most likely wrong
    NOTE = "note"  # worth a look


@dataclass(frozen=True, slots=True)
class Place:
    """Words of the manuscript that show a finding. `line` is 1-based in the file as it was given."""

    line: int
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an editor should look at. `places` is never empty; the first is where it is to be mended.

    `document` is the number of the document, its title where it has none, "" for the issue itself (its table of
    contents); `locator` and `eid` are those of the clause, "" where the finding is not in one. `message` says in one
    sentence what is wrong, with both figures or spellings, in Chinese; `message_en` the same in English.
    """

    document: str
    kind: FindingKind
    severity: Severity
    message: str
    message_en: str
    places: tuple[Place, ...]
    locator: str = ""
    eid: str = ""

    @property
    def line(self) -> int:
        return self.places[0].line

    @property
    def evidence(self) -> str:
        """The words of all places, as one string."""
        return " … ".join(place.quote for place in self.places)

    def as_dict(self) -> dict[str, object]:
        """What the JSON prints (docs/contract.md)."""
        return {
            "document": self.document,
            "line": self.line,
            "kind": self.kind.value,
            "severity": self.severity.value,
            "message": self.message,
            "message_en": self.message_en,
            "evidence": self.evidence,
            "places": [{"line": place.line, "quote": place.quote} for place in self.places],
            "clause": self.locator,
            "eid": self.eid,
        }


class Manuscript:
    """A gazette that was read, with the text it was read from; what several checks need is worked out once.

    `repealed` are documents known from elsewhere to be repealed: number, or title without 《》, to the first day.
    """

    def __init__(self, gazette: Gazette, text: str, repealed: Mapping[str, date]) -> None:
        self.gazette = gazette
        self.text = text
        self.repealed = repealed
        self._tables: dict[int, list[Table]] = {}
        self._lines: tuple[Clause, _Lines] | None = None

    @cached_property
    def raw_lines(self) -> list[str]:
        """The lines of the file; line n of a place is raw_lines[n - 1]."""
        return self.text.split("\n")

    @cached_property
    def _signatures(self) -> list[str]:
        return [signature(line) for line in self.raw_lines]

    def tables(self, document: Document) -> list[Table]:
        """The tables of a document, with the lines of the file on which their rows stand."""
        key = id(document)
        if key not in self._tables:
            self._tables[key] = find_tables(document, source=self.raw_lines)
        return self._tables[key]

    def line_of(self, clause: Clause, start: int = 0, end: int | None = None) -> int:
        """The line of the file on which the words clause.text[start:end] begin; the clause's own where not found.

        A clause may stand on many lines of the file: page breaks tear it, and tables are part of its text.
        """
        words = signature(clause.text[start : end if end is not None else start + 12])
        # Words that come back in the clause: the one meant is found by what stands before it, and by how much does.
        before = signature(clause.text[max(0, start - 12) : start])
        lines = self._lines_of(clause)
        begin = lines.length_before(start)
        for wanted, lead in ((before + words, len(before)), (words, 0), (words[:4], 0)):
            if not wanted:
                continue
            at = lines.joined.find(wanted, max(0, begin - lead))
            if at < 0:
                at = lines.joined.find(wanted)
            if at >= 0:
                return clause.line + bisect_right(lines.starts, at + lead) - 1
        return clause.line

    def _lines_of(self, clause: Clause) -> "_Lines":
        """The lines a clause stands on; those of the clause asked for last are kept."""
        if self._lines is None or self._lines[0] is not clause:
            signatures = self._signatures[clause.line - 1 : self._behind(clause) - 1]
            self._lines = (clause, _Lines(signatures, clause.text))
        return self._lines[1]

    @cached_property
    def _clause_lines(self) -> list[int]:
        return sorted({clause.line for document in self.gazette.documents for clause in document.walk()})

    def _behind(self, clause: Clause) -> int:
        """The line on which the next clause begins."""
        lines = self._clause_lines
        at = bisect_right(lines, clause.line)
        return lines[at] if at < len(lines) else len(self.raw_lines) + 1

    def place(self, clause: Clause, start: int, end: int) -> Place:
        """The words clause.text[start:end], at most QUOTE_LENGTH of them, with their line."""
        return Place(self.line_of(clause, start, end), shortened(clause.text[start:end]))


_BLOCK = 256


class _Lines:
    """Lines of the file as one string without white space and marks, and where each begins in it."""

    def __init__(self, signatures: list[str], text: str) -> None:
        self.joined = "".join(signatures)
        self.starts = list(accumulate((len(signature) for signature in signatures[:-1]), initial=0))
        self._text = text
        # So many letters stand before each block of the clause's text; the file has as many, or more.
        blocks = (len(signature(text[at : at + _BLOCK])) for at in range(0, len(text), _BLOCK))
        self._before = list(accumulate(blocks, initial=0))

    def length_before(self, start: int) -> int:
        """How many letters stand in the text before the offset `start`."""
        block = min(start // _BLOCK, len(self._before) - 1)
        return self._before[block] + len(signature(self._text[block * _BLOCK : start]))


def name_of(document: Document) -> str:
    """What findings call a document: its number, or its title where it has none."""
    return document.number or document.title


def shortened(words: str) -> str:
    """Words in one line, at most QUOTE_LENGTH of them."""
    words = re.sub(r"\s+", " ", words).strip()
    return words if len(words) <= QUOTE_LENGTH else words[: QUOTE_LENGTH - 1] + "…"
