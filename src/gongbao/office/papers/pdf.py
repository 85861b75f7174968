"""A paper as a PDF, A4, to be printed.

The one font is that which every reader of PDF brings for Chinese; it is named in the file and not shipped. What it does
not have is printed in Times where that has it, and else as 〓, the mark of printers for a character that they lack,
with a note below: nothing falls out of a name unseen.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from copy import copy
from functools import cache
from itertools import groupby, islice
from typing import Any

import segno
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    TableStyle,
)
from reportlab.platypus import Table as PdfTable

from gongbao.core.columns import wrapped
from gongbao.core.labels import Label
from gongbao.office.papers.paper import (
    A4_HEIGHT,
    A4_WIDTH,
    Blanks,
    Block,
    Code,
    Face,
    Line,
    NewPage,
    Paper,
    Row,
    Table,
    printable,
)

_FONT, _OTHER_FONT = "STSong-Light", "Times-Roman"
_LACKING = "〓"
_LACKING_NOTE = Label("PDF 字体没有此处的字，以 Word 文本为准", "a character that the font lacks: see the Word file")
_CHUNK = 10
"""Lines of a cell that stay together; a row with more may be broken over pages between them."""
_PADDING = 3


def pdf_of(paper: Paper) -> bytes:
    """The paper as a PDF. The same paper gives the same bytes."""
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    top, right, bottom, left = paper.margins
    blocks = list(paper.blocks)
    if any(_LACKING in _shown(text) and _LACKING not in text for text in _texts(blocks)):
        chinese = paper.language.startswith("zh")
        note = (
            "此处的字不在 PDF 字体之内，以 Word 文本为准。"
            if chinese
            else "a character that the font lacks: see the Word file."
        )
        blocks.append(Line(f"{_LACKING} {note}", size=8, before=6))
    flow = [one for place, block in enumerate(blocks) for one in _flow(block, blocks[place + 1 :], paper)]
    made = io.BytesIO()
    document = BaseDocTemplate(
        made,
        pagesize=(A4_WIDTH * mm, A4_HEIGHT * mm),
        title=_shown(paper.title).replace("\n", " "),
        author="",
        lang="zh-CN" if paper.language.startswith("zh") else "en",
        # No time of making and no random name inside: one paper, one file.
        invariant=1,
    )
    frame = Frame(
        left * mm, bottom * mm, paper.area * mm, (A4_HEIGHT - top - bottom) * mm,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip

    def around(canvas: Any, document: Any) -> None:
        canvas.setFont(_FONT, 9)
        canvas.drawCentredString(A4_WIDTH / 2 * mm, bottom / 2 * mm, f"— {document.page} —")
        if paper.running and document.page > 1:
            canvas.drawRightString((A4_WIDTH - right) * mm, (A4_HEIGHT - top / 2) * mm, _shown(paper.running))

    document.addPageTemplates([PageTemplate(frames=[frame], onPage=around)])
    document.build(flow)
    return made.getvalue()


def _texts(blocks: Sequence[Block]) -> list[str]:
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, Line):
            texts.append(block.text)
        elif isinstance(block, Table):
            texts += [cell.text for row in block.rows for cell in row.cells]
        elif isinstance(block, Blanks):
            texts += block.labels
        elif isinstance(block, Code):
            texts += [line.text for line in block.lines]
    return texts


def _flow(block: Block, following: Sequence[Block], paper: Paper) -> list[Any]:
    room = paper.area * mm
    if isinstance(block, Line):
        after = following[0] if following else None
        if block.keep and isinstance(after, Table):
            # A table that is kept with its title would not be broken over pages.
            title = _Lines(block, room)
            rows = [high for *_, high in islice(_rows(after, room), after.heads + 1)]
            return [CondPageBreak(block.before + title.high + block.after + sum(rows)), title]
        return _paragraph(block, room, keep=block.keep)
    if isinstance(block, Table):
        return [_table(block, room)]
    if isinstance(block, Blanks):
        return [_Blanks(block, room)]
    if isinstance(block, Code):
        return [_code(block, room)]
    assert isinstance(block, NewPage)
    return [PageBreak()]


# --- text


@cache
def _font_of(char: str) -> str:
    """The font that has the character; none has "": GBK is what every Chinese font holds, and Extension A beside it.

    Letters with accents are as wide as Chinese characters in the Chinese one.
    """
    wanted = ((_FONT, "gbk"), (_OTHER_FONT, "cp1252"))
    for font, codec in reversed(wanted) if "\u00c0" <= char <= "\u00ff" and char.isalpha() else wanted:
        try:
            char.encode(codec)
        except UnicodeEncodeError:
            continue
        return font
    return _FONT if "\u3400" <= char <= "\u4db5" else ""


def _shown(text: str) -> str:
    # The font has no minus sign of mathematics.
    text = printable(text).replace("−", "-")
    return "".join(char if char == "\n" or _font_of(char) else _LACKING for char in text)


@cache
def _width(char: str) -> float:
    wide: float = pdfmetrics.stringWidth(char, _font_of(char), 1)
    return wide


def _measure(text: str) -> float:
    return sum(map(_width, text))


class _Lines(Flowable):
    """Lines of one size. They are broken here: reportlab breaks either no Chinese, or English within words."""

    def __init__(self, line: Line, room: float, *, keep: bool = False) -> None:
        super().__init__()
        self.line, self.room, self.keepWithNext = line, room, keep
        self.leading = line.leading or line.size + 4
        self.spaceBefore, self.spaceAfter = line.before, line.after
        self.mark = _shown(line.mark)
        self.left = line.left + line.hanging
        self.inner = room - self.left - line.right
        # The first line's indent is reckoned in whole characters: what breaks the lines knows one width only.
        indent = "\u3000" * round(line.first / line.size)
        self.lines: list[tuple[float, str, bool]] = []
        """Of each how far it is indented, the words, and whether it ends a paragraph."""
        for place, given in enumerate(_shown(line.text).split("\n")):
            found = wrapped((indent if place == 0 else "") + given, self.inner / line.size + 0.001, _measure)
            for at, words in enumerate(found):
                first = line.first if place == at == 0 else 0
                self.lines.append((first, words.removeprefix(indent) if first else words, at == len(found) - 1))

    def part(self, start: int, end: int) -> _Lines:
        """Some of the lines."""
        one = copy(self)
        one.lines = self.lines[start:end]
        # What reportlab notes on a flowable that it moved to the next page.
        if hasattr(one, "_postponed"):
            del one._postponed
        if start:
            one.spaceBefore, one.mark = 0, ""
        if end < len(self.lines):
            one.spaceAfter, one.keepWithNext = 0, False
        return one

    @property
    def high(self) -> float:
        return len(self.lines) * self.leading

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self.room, self.high

    def split(self, width: float, height: float) -> list[_Lines]:
        """No page ends with the first line of a paragraph alone, none begins with the last."""
        count = min(int((height + 0.01) // self.leading), len(self.lines) - 2)
        return [self.part(0, count), self.part(count, len(self.lines))] if count >= 2 else []

    def draw(self) -> None:
        line = self.line
        # The writing stands in the middle of its leading.
        at = self.high - self.leading / 2 - line.size * 0.36
        if self.mark:
            self._draw(self.mark, line.left, at, 0)
        for first, words, ends in self.lines:
            slack = self.inner - first - _measure(words) * line.size
            x = self.left + first + {"center": slack / 2, "right": slack}.get(line.align, 0)
            spread = 0.0
            if line.align == "both" and not ends and 0 < slack < 2 * line.size and len(words) > 1:
                spread = slack / (len(words) - 1)
            self._draw(words, x, at, spread)
            at -= self.leading

    def _draw(self, words: str, x: float, y: float, spread: float) -> None:
        text = self.canv.beginText(x, y)
        text.setCharSpace(spread)
        if self.line.face != "text":
            # The font has one weight: its outline is drawn as well.
            self.canv.setLineWidth(self.line.size / 40)
            text.setTextRenderMode(2)
        for font, chars in groupby(words, _font_of):
            text.setFont(font, self.line.size)
            text.textOut("".join(chars))
        self.canv.drawText(text)


def _paragraph(line: Line, room: float, *, keep: bool) -> list[_Lines]:
    """A paragraph; of a long one that is kept with what follows, the last two lines are."""
    lines = _Lines(line, room, keep=keep)
    count = len(lines.lines)
    return [lines.part(0, count - 2), lines.part(count - 2, count)] if keep and count > 4 else [lines]


# --- tables


def _cells(row: Row, table: Table, room: float) -> list[list[_Lines | str]]:
    """The row as one or, where there is much to read in it, several that may come to stand on different pages."""
    widths = _widths(table, room)
    whole: list[_Lines | None] = []
    at = 0
    for cell in row.cells:
        wide = sum(widths[at : at + cell.span]) - 2 * _PADDING
        face: Face = "heading" if cell.label else "text"
        line = Line(cell.text, size=table.size, face=face, align=cell.align, leading=table.size + 3.5, after=0)
        whole += [_Lines(line, wide)]
        whole += [None] * (cell.span - 1)
        at += cell.span
    longest = max(len(one.lines) for one in whole if one)
    if longest <= 2 * _CHUNK:
        return [[one or "" for one in whole]]
    return [
        [one.part(start, start + _CHUNK) if one and len(one.lines) > start else "" for one in whole]
        for start in range(0, longest, _CHUNK)
    ]


def _widths(table: Table, room: float) -> list[float]:
    return [room * share / sum(table.shares) for share in table.shares]


def _rows(table: Table, room: float) -> Iterator[tuple[Row, int, list[_Lines | str], float]]:
    """Row, number of the piece, what stands in it, and how high it is."""
    for row in table.rows:
        pieces = _cells(row, table, room)
        for piece, cells in enumerate(pieces):
            high = max(one.high for one in cells if isinstance(one, _Lines))
            high += _PADDING * ((piece == 0) + (piece == len(pieces) - 1))
            yield row, piece, cells, max(high, row.height * mm if piece == 0 else 0)


class _Closed(PdfTable):
    """A table with a line around it, on each page over which it is broken."""

    def draw(self) -> None:
        super().draw()
        self.canv.setLineWidth(0.5)
        self.canv.rect(0, 0, self._width, self._height)


def _table(table: Table, room: float) -> PdfTable:
    rows = list(_rows(table, room))
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        *((f"{side}PADDING", (0, 0), (-1, -1), _PADDING) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
    ]
    for at, (row, piece, _, _) in enumerate(rows):
        if piece == 0:
            style.append(("LINEABOVE", (0, at), (-1, at), 0.5, colors.black))
        else:
            style += [
                ("VALIGN", (0, at - 1), (-1, at), "TOP"),
                ("BOTTOMPADDING", (0, at - 1), (-1, at - 1), 0),
                ("TOPPADDING", (0, at), (-1, at), 0),
            ]
        column = 0
        for cell in row.cells:
            style.append(("LINEAFTER", (column + cell.span - 1, at), (column + cell.span - 1, at), 0.5, colors.black))
            if cell.span > 1:
                style.append(("SPAN", (column, at), (column + cell.span - 1, at)))
            if cell.label:
                style.append(("BACKGROUND", (column, at), (column + cell.span - 1, at), colors.whitesmoke))
            column += cell.span
    return _Closed(
        [cells for _, _, cells, _ in rows],
        colWidths=_widths(table, room),
        rowHeights=[high for _, _, _, high in rows],
        repeatRows=table.heads,
        style=TableStyle(style),
    )


# --- blanks, codes


class _Blanks(Flowable):
    """Each label has its share of the line; a blank ends a centimetre before the next label."""

    def __init__(self, blanks: Blanks, room: float) -> None:
        super().__init__()
        self.blanks, self.room, self.keepWithNext = blanks, room, blanks.keep
        self.spaceBefore = blanks.before

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self.room, self.blanks.size + 6

    def draw(self) -> None:
        share, size = self.room / len(self.blanks.labels), self.blanks.size
        for place, label in enumerate(self.blanks.labels):
            lines = _Lines(Line(label, size=size, leading=size + 4), share)
            lines.drawOn(self.canv, place * share, 2)
            start = place * share + _measure(_shown(label)) * size + 2
            self.canv.setLineWidth(0.5)
            self.canv.line(start, 2, (place + 1) * share - 10 * mm, 2)


class _Picture(Flowable):
    """The code as squares: sharp at any size."""

    def __init__(self, address: str, size: float) -> None:
        super().__init__()
        self.squares = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
        self.size = size

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self.size, self.size

    def draw(self) -> None:
        side = self.size / len(self.squares)
        path = self.canv.beginPath()
        for down, row in enumerate(self.squares, start=1):
            for across, is_dark in enumerate(row):
                if is_dark:
                    path.rect(across * side, self.size - down * side, side, side)
        self.canv.drawPath(path, stroke=0, fill=1)


def _code(code: Code, room: float) -> PdfTable:
    size = code.millimetres * mm
    words = [one for line in code.lines for one in _paragraph(line, room - size - 4 * mm, keep=False)]
    table = PdfTable([[_Picture(code.address, size), words]], colWidths=[size + 4 * mm, room - size - 4 * mm])
    edges = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *edges]))
    return table
