"""What stands on a paper, whatever it is printed with: lines, tables, blanks to fill in by hand, a code, new pages.

`word.docx_of` and `pdf.pdf_of` print one and the same `Paper`. Lengths are in points where nothing else is said.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from babel.dates import format_date

from gongbao.core.columns import width
from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.procedures.fields import SHANGHAI

Align = Literal["left", "center", "right", "both"]
Face = Literal["text", "heading", "title"]

A4_WIDTH, A4_HEIGHT = 210, 297
"""In millimetres."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. `first` indents its first line, `left` and `right` all of them; a `mark` (1.) stands before it, the
    words beginning `hanging` behind; `leading` 0 is as the size asks; `keep`: on one page with what follows."""

    text: str
    size: float = 10.5
    face: Face = "text"
    align: Align = "left"
    before: float = 0
    after: float = 2
    leading: float = 0
    first: float = 0
    left: float = 0
    right: float = 0
    mark: str = ""
    hanging: float = 0
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`label`: it says what stands beside or below it."""

    text: str
    label: bool = False
    span: int = 1
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """At least `height` millimetres high: room for what is written by hand."""

    cells: tuple[Cell, ...]
    height: float = 0


@dataclass(frozen=True, slots=True)
class Table:
    """As wide as the text; `shares` is how wide each column is in proportion. The first `heads` rows stand on each
    page again."""

    shares: tuple[float, ...]
    rows: tuple[Row, ...]
    heads: int = 0
    size: float = 10.5


@dataclass(frozen=True, slots=True)
class Blanks:
    """Labels with a line behind each to write on."""

    labels: tuple[str, ...]
    size: float = 10.5
    before: float = 24
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """An address as a QR code, and beside it what to do with it."""

    address: str
    lines: tuple[Line, ...]
    alternative: str
    """What it is, for whoever does not see it."""
    millimetres: float = 30


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows, a line, begins a page."""


Block = Line | Table | Blanks | Code | NewPage


@dataclass(frozen=True, slots=True)
class Paper:
    """`margins` in millimetres: top, right, bottom, left. `running` stands on top of all pages but the first."""

    title: str
    language: str
    blocks: tuple[Block, ...]
    margins: tuple[float, float, float, float] = (20, 20, 20, 20)
    running: str = ""
    day: date | None = None
    """The day of its making, as the file shall say it."""

    @property
    def area(self) -> float:
        """How wide the text is, in millimetres."""
        return A4_WIDTH - self.margins[1] - self.margins[3]


def listed(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    figures: frozenset[int] = frozenset(),
    shares: Sequence[float] = (),
    size: float = 0,
) -> Table:
    """A table with a head; the columns `figures` end at the right. With many columns it is printed smaller."""
    return Table(
        tuple(shares) or tuple(_shares(head, rows)),
        (
            Row(tuple(Cell(text, label=True) for text in head)),
            *(
                Row(tuple(Cell(text, align="right" if at in figures else "left") for at, text in enumerate(row)))
                for row in rows
            ),
        ),
        heads=1,
        size=size or (8 if len(head) > 7 else 9),
    )


def _shares(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[float]:
    """Room for the longest word of a column, and more where there is more to read."""
    for column, name in enumerate(head):
        cells = [row[column] for row in rows]
        longest = max((len(word) for text in (name, *cells) for word in re.findall("[!-~]+", text)), default=0)
        yield max(min(longest, 40), min(24, max(map(width, cells), default=0)) / 1.5, 4) + 2.0


@dataclass(frozen=True, slots=True)
class Authority:
    """The body in whose name a paper is, and where it can be reached; what is "" is not printed."""

    name: str
    contact: str = ""
    telephone: str = ""
    address: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper that comes with another; `note` says what it is: pages, original or copy."""

    name: str
    note: str = ""


_ENCLOSED = (Label("序号", "No."), Label("名称", "Name"), Label("说明", "Note"))


def enclosed_table(papers: Sequence[Listed], language: str) -> Table:
    """A list of papers, numbered."""
    rows = [(str(place), one.name, one.note) for place, one in enumerate(papers, start=1)]
    return listed([one.in_language(language) for one in _ENCLOSED], rows, shares=(1, 8, 4), size=10)


def section(text: str) -> Line:
    """The heading of a part of a form."""
    return Line(text, size=11, face="heading", before=8, after=3, keep=True)


def printable(text: str) -> str:
    """The text as it may stand on a paper: no control characters, and none that turns the order of what is read.

    A number behind a sign that turns the writing round would be printed backwards.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(
        " " if char == "\t" else char
        for char in text
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn")
    )


def day_in_words(day: date, language: str) -> str:
    """2026年7月3日, 3 July 2026: Arabic figures without noughts before them, as GB/T 9704 7.3.5.4 wants."""
    chinese = language.startswith("zh")
    return format_date(day, "y年M月d日" if chinese else "d MMMM y", locale="zh" if chinese else "en")


def moment_in_words(at: datetime, language: str) -> str:
    """Day and minute in Shanghai. Raises GongbaoError where `at` does not say of which zone it is."""
    if at.tzinfo is None:
        raise GongbaoError(f"the time {at} has no time zone")
    here = at.astimezone(SHANGHAI)
    return f"{day_in_words(here.date(), language)}{'' if language.startswith('zh') else ', '}{here:%H:%M}"


def local_day(at: datetime) -> date:
    """The day in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def required(text: str, what: str) -> str:
    """The text, of which a paper cannot do without. Raises GongbaoError where nothing would be read."""
    if not printable(text).strip():
        raise GongbaoError(f"the paper needs {what}")
    return text


def colon(language: str) -> str:
    return "：" if language.startswith("zh") else ": "
