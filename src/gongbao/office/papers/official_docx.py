"""A document as a Word file (.docx) on A4, laid out as GB/T 9704-2012 (党政机关公文格式) demands.

A page holds 22 lines of 28 characters: 3号 Fangsong on a grid. What only the issuing body may put on paper is not made
here: no red head, no red line, no seal. So the number stands below the title, as a gazette prints it, and the
signature follows the rule for papers without a seal (7.3.5.2).

Sizes below are in half-points (3号 is 16 pt), lengths in twentieths of a point, as the file has them.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Mm, Twips

from gongbao.gazette.akoma_ntoso import legal_in_xml
from gongbao.gazette.model import Clause, ClauseKind, Document, Part, PartKind, gap
from gongbao.office.papers.word import (
    FANGSONG,
    HEITI,
    KAITI,
    SONGTI,
    TITLE_SONG,
    Element,
    W,
    below,
    element_of,
    forget_template,
    name_font,
    undated,
)

SIZE_2, SIZE_3, SIZE_4, SIZE_SMALL_4, SIZE_5 = 44, 32, 28, 24, 21

LINES, CHARACTERS = 22, 28
PAGE_WIDTH, PAGE_HEIGHT = Mm(210), Mm(297)
TOP, LEFT = Mm(37), Mm(28)  # 天头, 订口
AREA_WIDTH, AREA_HEIGHT = Mm(156), Mm(225)  # 版心

# Rounded down: a twip too many and the last line or character goes over.
LINE_PITCH = AREA_HEIGHT // Twips(1) // LINES
CHARACTER_PITCH = AREA_WIDTH / CHARACTERS / Twips(1)
CHARACTER_SPACE = int((AREA_WIDTH.pt / CHARACTERS - SIZE_3 / 2) * 4096) - 1
"""How much wider than the font a character of the grid is, in 1/4096 pt; less than nought: 28 do not quite fit."""

PAGE_NUMBER_LINE = 360
FOOTER_DISTANCE = Mm(297 - 37 - 225 - 7) - Twips(PAGE_NUMBER_LINE // 2)
"""From the paper's edge to the page number's line, so that the dashes, in its middle, lie 7 mm below the text."""

MAX_COLUMNS = 63
"""Word opens no table with more; what stands in further cells is joined into the last."""

_SHORT_CELL = 8
_LABEL = 12
"""A row with nothing but its first cell, and that longer than this, is a heading across the table."""


@dataclass(frozen=True, slots=True)
class _Style:
    """`first_line` in characters; `outline` is the level in Word's navigation pane."""

    identifier: str
    name: str
    font: str = FANGSONG
    size: int = SIZE_3
    align: str = "both"
    first_line: float = 0
    outline: int | None = None
    on_grid: bool = True


TITLE = _Style("GongwenTitle", "公文标题", TITLE_SONG, SIZE_2, "center", outline=0)
NUMBER = _Style("GongwenNumber", "发文字号", align="center")
ADDRESSEES = _Style("GongwenAddressees", "主送机关")
TEXT = _Style("GongwenText", "公文正文", first_line=2)
DIVISION = _Style("GongwenDivision", "编章节", HEITI, align="center", outline=1)
LEVEL_1 = _Style("GongwenLevel1", "一级标题", HEITI, first_line=2, outline=1)
LEVEL_2 = _Style("GongwenLevel2", "二级标题", KAITI, first_line=2, outline=2)
ANNEX_NOTE = _Style("GongwenAnnexNote", "附件说明", align="left")
SIGNATURE = _Style("GongwenSignature", "发文机关署名", align="right")
DATE = _Style("GongwenDate", "成文日期", align="right")
ANNEX_LABEL = _Style("GongwenAnnexLabel", "附件序号", HEITI)
CELL = _Style("GongwenCell", "表格文字", size=SIZE_SMALL_4, align="left", on_grid=False)
SMALL_CELL = _Style("GongwenSmallCell", "表格小字", size=SIZE_5, align="left", on_grid=False)
PAGE_NUMBER_ODD = _Style("GongwenPageOdd", "单页页码", SONGTI, SIZE_4, "right", on_grid=False)
PAGE_NUMBER_EVEN = _Style("GongwenPageEven", "双页页码", SONGTI, SIZE_4, "left", on_grid=False)
STYLES = (
    *(TITLE, NUMBER, ADDRESSEES, TEXT, DIVISION, LEVEL_1, LEVEL_2, ANNEX_NOTE, SIGNATURE, DATE, ANNEX_LABEL),
    *(CELL, SMALL_CELL, PAGE_NUMBER_ODD, PAGE_NUMBER_EVEN),
)

_ANNEX_NOTE = ("附件：", "附件:")
_ANNEX_MARK = re.compile(r"\d{1,3}[.．、] {0,4}")


def to_official_docx(document: Document) -> bytes:
    """The document, with what it issues and its annexes each on a new page, as the bytes of a .docx file.

    Time and memory grow linearly with the length of the document.
    """
    word = docx.Document()
    _set_page(word)
    _set_styles(word)
    _set_properties(word, document)
    body = word.element.body
    end = body.sectPr
    for element in list(body):
        if element is not end:
            body.remove(element)
    for element in _Layout(document).elements():
        end.addprevious(element)
    made = io.BytesIO()
    word.save(made)
    return undated(made)


# -- the page --


def _set_page(word: Any) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.top_margin, section.left_margin = TOP, LEFT
    section.bottom_margin = PAGE_HEIGHT - TOP - AREA_HEIGHT
    section.right_margin = PAGE_WIDTH - LEFT - AREA_WIDTH
    section.gutter = 0
    section.header_distance, section.footer_distance = Mm(15), FOOTER_DISTANCE
    properties = section._sectPr
    for grid in properties.findall(W + "docGrid"):
        properties.remove(grid)
    # The grid is the last but one that a section may have, and the template has nothing behind it.
    properties.append(
        element_of("docGrid", type="linesAndChars", linePitch=str(int(LINE_PITCH)), charSpace=str(CHARACTER_SPACE))
    )
    word.settings.odd_and_even_pages_header_footer = True
    word.settings.element.find(W + "themeFontLang").set(W + "eastAsia", "zh-CN")
    for footer, style in ((section.footer, PAGE_NUMBER_ODD), (section.even_page_footer, PAGE_NUMBER_EVEN)):
        footer.is_linked_to_previous = False
        for old in list(footer._element):
            footer._element.remove(old)
        footer._element.append(_page_number(style))


def _page_number(style: _Style) -> Element:
    """— 1 —, one character from the outer edge."""
    paragraph = _paragraph(style)
    _run(paragraph, "— ")
    for kind in ("begin", "", "separate", "1", "end"):
        run = below(paragraph, "r")
        if kind == "":
            below(run, "instrText").text = "PAGE"
        elif kind == "1":
            below(run, "t").text = kind
        else:
            below(run, "fldChar", fldCharType=kind)
    _run(paragraph, " —")
    return paragraph


def _set_properties(word: Any, document: Document) -> None:
    about = word.core_properties
    about.title, about.author = legal_in_xml(document.title)[:255], legal_in_xml(document.issuer)[:255]
    about.subject, about.language = legal_in_xml(document.number)[:255], "zh-CN"
    about.comments = about.keywords = about.last_modified_by = ""
    # The template's own day of making would be nonsense, and today's would make each export another file.
    about.created = about.modified = datetime.combine(document.date, time()) if document.date else datetime(1980, 1, 1)


# -- styles --


def _set_styles(word: Any) -> None:
    forget_template(word, FANGSONG)
    # The grid is measured in characters of Normal.
    _fill_style(word.styles["Normal"].element, _Style("Normal", "Normal"), spacing=True)
    for style in STYLES:
        made = word.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
        made.element.set(W + "styleId", style.identifier)
        made.base_style = word.styles["Normal"]
        made.quick_style = True
        _fill_style(made.element, style)


def _fill_style(element: Element, style: _Style, spacing: bool = False) -> None:
    """Give a style its paragraph and run properties, in the order in which the schema wants them."""
    for name in ("pPr", "rPr"):
        for old in element.findall(W + name):
            element.remove(old)
    paragraph = below(element, "pPr")
    if spacing:
        # Exactly 22 lines: no line is moved for the sake of a widow, no gap slipped in between figures and Chinese.
        for name in ("widowControl", "autoSpaceDE", "autoSpaceDN"):
            below(paragraph, name, val="0")
    if style.outline is not None:
        below(paragraph, "keepNext")
    if not style.on_grid:
        below(paragraph, "snapToGrid", val="0")
    page_number = style in (PAGE_NUMBER_ODD, PAGE_NUMBER_EVEN)
    if spacing:
        below(paragraph, "spacing", before="0", after="0", line="240", lineRule="auto")
    elif page_number:
        below(paragraph, "spacing", line=str(PAGE_NUMBER_LINE), lineRule="exact")
    if page_number:
        below(paragraph, "ind", **_indent(style.size, **{"right" if style.align == "right" else "left": 1}))
    elif style.first_line:
        below(paragraph, "ind", **_indent(style.size, firstLine=style.first_line))
    below(paragraph, "jc", val=style.align)
    if style.outline is not None:
        below(paragraph, "outlineLvl", val=str(style.outline))
    run = below(element, "rPr")
    name_font(below(run, "rFonts"), style.font)
    for name in ("sz", "szCs"):
        below(run, name, val=str(style.size))


def _indent(size: int, **characters: float) -> dict[str, str]:
    """Indents in characters, and in twips for programs that know no characters.

    A hanging indent is in twips alone: in characters, Word takes the left indent beside it for what is left of the
    hanging line, and others do not.
    """
    out: dict[str, str] = {}
    if "hanging" in characters:
        return {side: str(round(number * CHARACTER_PITCH)) for side, number in characters.items()}
    for side, number in characters.items():
        if number:
            out[f"{side}Chars"] = str(round(number * 100))
            out[side] = str(round(number * size * 10))
    return out


# -- the text --


class _Layout:
    def __init__(self, document: Document) -> None:
        self.document = document

    def elements(self) -> Iterator[Element]:
        """Paragraphs and tables in order. Two tables never meet, and a table is never the last."""
        after_table = False
        for element in self._all():
            is_table = element.tag == W + "tbl"
            if is_table and after_table:
                yield _paragraph(CELL)
            yield element
            after_table = is_table
        if after_table:
            yield _paragraph(CELL)

    def _all(self) -> Iterator[Element]:
        document = self.document
        parts = document.parts or [Part(PartKind.BODY, "", document.title, document.first_line)]
        yield from self._head(parts[0])
        yield from self._clauses(parts[0])
        yield from self._signature()
        for part in parts[1:]:
            yield from self._part_head(part)
            yield from self._clauses(part)

    def _head(self, first: Part) -> Iterator[Element]:
        document = self.document
        if first.label:
            yield _written(_paragraph(ANNEX_LABEL), first.label)
        titles = [title for title in dict.fromkeys((document.title, first.title)) if title]
        lines = [(TITLE, title) for title in titles] + ([(NUMBER, document.number)] if document.number else [])
        for place, (style, words) in enumerate(lines, 1):
            yield _written(_paragraph(style, after=place == len(lines)), words)
        if document.addressees:
            yield _written(_paragraph(ADDRESSEES), f"{document.addressees}：")

    def _part_head(self, part: Part) -> Iterator[Element]:
        if part.label:
            yield _written(_paragraph(ANNEX_LABEL, new_page=True), part.label)
        if part.title or not part.label:
            yield _written(
                _paragraph(TITLE, new_page=not part.label, before=bool(part.label), after=bool(part.title)), part.title
            )

    def _signature(self) -> Iterator[Element]:
        """Signature two characters from the right, the date beginning two characters further in than it."""
        document = self.document
        issuers = document.issuer.split()
        day = document.date
        words = f"{day.year}年{day.month}月{day.day}日" if day else ""
        signature_right, date_right = 2.0, 4.0
        if issuers and words:
            longer = width(issuers[0]) - width(words)
            date_right = longer
            if date_right < 2:
                signature_right, date_right = 4 - longer, 2.0
        for place, issuer in enumerate(issuers):
            # However long the name, the line must not be pushed out of the page.
            right = max(0.0, min(signature_right, CHARACTERS - width(issuer)))
            yield _written(_paragraph(SIGNATURE, before=place == 0, right=right), issuer)
        if words:
            yield _written(
                _paragraph(DATE, before=not issuers, right=max(0.0, min(date_right, CHARACTERS - width(words)))), words
            )

    def _clauses(self, part: Part) -> Iterator[Element]:
        waiting: list[tuple[str, str]] = []
        for clause in part.walk():
            bare = clause.number and not clause.heading and not clause.text
            if bare and clause.children and not clause.children[0].number:
                # 第三十六条 stands on the line of its first 款.
                first = clause.children[0]
                number = clause.number + _gap(clause.number, first.heading or first.text or " ")
                waiting.append((number, _font(clause, _style(clause))))
                continue
            yield from self._clause(clause, waiting)
            waiting = []

    def _clause(self, clause: Clause, waiting: list[tuple[str, str]]) -> Iterator[Element]:
        style = _style(clause)
        head = clause.number + _gap(clause.number, clause.heading or clause.text) + clause.heading
        lines = clause.text.split("\n") if clause.text else []
        runs_in = not clause.heading or clause.heading.endswith(("。", "：", "；", "？", "！"))
        if not head and not waiting and lines and lines[0].startswith(_ANNEX_NOTE):
            yield from _annex_note(lines)
            return
        if head or waiting:
            joins = bool(lines) and runs_in and "\t" not in lines[0]
            alone = not waiting and not joins
            paragraph = _paragraph(style if alone else TEXT)
            for number, font in waiting:
                _run(paragraph, number, font)
            _run(paragraph, head, "" if alone and style is not TEXT else _font(clause, style))
            if joins:
                _run(paragraph, lines.pop(0))
            yield paragraph
        rows: list[list[str]] = []
        for line in lines:
            if "\t" in line:
                rows.append(line.split("\t"))
                continue
            if rows:
                yield _table(rows)
                rows = []
            yield _written(_paragraph(TEXT), line)
        if rows:
            yield _table(rows)


def _style(clause: Clause) -> _Style:
    """The style of a clause whose heading stands on a line of its own."""
    if clause.kind in (ClauseKind.PART, ClauseKind.CHAPTER, ClauseKind.BOX) or (
        clause.kind is ClauseKind.SECTION and clause.number.startswith("第")
    ):
        return DIVISION
    return {ClauseKind.SECTION: LEVEL_1, ClauseKind.SUBSECTION: LEVEL_2}.get(clause.kind, TEXT)


def _font(clause: Clause, style: _Style) -> str:
    """The font of number and heading where the words follow on the same line; "" for that of the words."""
    if clause.kind is ClauseKind.ARTICLE:
        return HEITI
    return style.font if style.font != FANGSONG else ""


def _gap(number: str, following: str) -> str:
    """What stands between a number and the words behind it; 1. 60周岁 must not become 1.60周岁."""
    if not following:
        return ""
    # 第一条 stands a whole character apart in an official document.
    return "\u3000" if number.startswith("第") else gap(number, following)


def width(text: str) -> float:
    """Width in characters: a figure or Latin letter is half of one."""
    return sum(1 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def _annex_note(lines: list[str]) -> Iterator[Element]:
    """附件：1.甲 / 2.乙 — a blank line above, and each line that goes on beginning below the name of the annex."""
    for place, line in enumerate(lines):
        label = line[: len(_ANNEX_NOTE[0])] if place == 0 else ""
        rest = line[len(label) :].lstrip()
        mark = _ANNEX_MARK.match(rest)
        start = 2 if place == 0 else 5
        name = 5 + (width(mark[0]) if mark else 0)
        yield _written(_paragraph(ANNEX_NOTE, before=place == 0, left=name, hanging=name - start), line)


# -- tables --


def _table(rows: list[list[str]]) -> Element:
    """Rows as they stand, short ones filled up; the first row again on each page."""
    columns = min(MAX_COLUMNS, max(map(len, rows)))
    style = CELL if columns <= 6 else SMALL_CELL
    widths = _widths(rows, columns)
    table = element_of("tbl")
    properties = below(table, "tblPr")
    below(properties, "tblW", w=str(sum(widths)), type="dxa")
    below(properties, "jc", val="center")
    borders = below(properties, "tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        below(borders, side, val="single", sz="4", space="0", color="auto")
    below(properties, "tblLayout", type="fixed")
    margins = below(properties, "tblCellMar")
    for side in ("left", "right"):
        below(margins, side, w="57", type="dxa")
    grid = below(table, "tblGrid")
    for column in widths:
        below(grid, "gridCol", w=str(column))
    for place, cells in enumerate(rows):
        row = below(table, "tr")
        kept = below(row, "trPr")
        below(kept, "cantSplit")
        if place == 0 and len(rows) > 1:
            below(kept, "tblHeader")
        if len(cells) > columns:
            cells = cells[: columns - 1] + [" ".join(filter(None, cells[columns - 1 :]))]
        if _is_label(cells):
            _cell(row, cells[0], sum(widths), style, "left", span=columns)
            continue
        for column in range(columns):
            words = cells[column] if column < len(cells) else ""
            align = "center" if place == 0 or len(words) <= _SHORT_CELL else "left"
            _cell(row, words, widths[column], style, align)
    return table


def _is_label(cells: list[str]) -> bool:
    return len(cells) > 1 and len(cells[0]) > _LABEL and not any(cells[1:])


def _widths(rows: list[list[str]], columns: int) -> list[int]:
    """Columns as wide as what stands in them asks, within reason; together as wide as the text."""
    wanted = [3.0] * columns
    for cells in rows:
        if not _is_label(cells):
            for column, words in enumerate(cells[:columns]):
                wanted[column] = min(20.0, max(wanted[column], width(words[:40]) + 1))
    whole = AREA_WIDTH // Twips(1)
    return [int(whole * one / sum(wanted)) for one in wanted]


def _cell(row: Element, words: str, wide: int, style: _Style, align: str, span: int = 1) -> None:
    cell = below(row, "tc")
    properties = below(cell, "tcPr")
    below(properties, "tcW", w=str(wide), type="dxa")
    if span > 1:
        below(properties, "gridSpan", val=str(span))
    below(properties, "vAlign", val="center")
    cell.append(_written(_paragraph(style, align=align), words))


# -- elements --


def _paragraph(
    style: _Style,
    *,
    new_page: bool = False,
    before: bool = False,
    after: bool = False,
    align: str = "",
    **indent: float,
) -> Element:
    """An empty paragraph; `before` and `after` leave a line free, `indent` is in characters."""
    paragraph = element_of("p")
    properties = below(paragraph, "pPr")
    below(properties, "pStyle", val=style.identifier)
    if new_page:
        below(properties, "pageBreakBefore")
    if before or after:
        spacing: dict[str, str] = {}
        for side, wanted in (("before", before), ("after", after)):
            if wanted:
                spacing |= {f"{side}Lines": "100", side: str(int(LINE_PITCH))}
        below(properties, "spacing", **spacing)
    if indents := _indent(style.size, **indent):
        below(properties, "ind", **indents)
    if align and align != style.align:
        below(properties, "jc", val=align)
    return paragraph


def _run(paragraph: Element, words: str, font: str = "") -> None:
    words = legal_in_xml(words).replace("\t", " ")
    if not words:
        return
    run = below(paragraph, "r")
    if font:
        name_font(below(below(run, "rPr"), "rFonts"), font)
    text = below(run, "t")
    text.text = words
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _written(paragraph: Element, words: str) -> Element:
    _run(paragraph, words)
    return paragraph
