"""What every .docx of ours has in common: fonts, a package without the template's leavings or a date, elements.

`docx_of` prints a `Paper`. Fonts are named, never shipped; beside each stands the font that Windows has in its place.
"""

import io
import math
import zipfile
from datetime import datetime, time
from typing import Any

import segno
from docx import Document as new_word_document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree

from gongbao.core.columns import width
from gongbao.office.papers.paper import (
    A4_HEIGHT,
    A4_WIDTH,
    Blanks,
    Code,
    Face,
    Line,
    NewPage,
    Paper,
    Row,
    Table,
    printable,
)

FANGSONG, HEITI, KAITI, TITLE_SONG, SONGTI = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
SUBSTITUTES = {FANGSONG: "仿宋", HEITI: "SimHei", KAITI: "楷体", TITLE_SONG: "华文中宋", SONGTI: "SimSun"}

# The stubs of lxml are no dependency of ours.
Element = Any

W = qn("w:p").removesuffix("p")
"""The namespace of Word's elements, as lxml writes it before a name."""


def undated(made: io.BytesIO) -> bytes:
    """The same package without the time of its making: one document, one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as dated, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as same:
        for member in dated.infolist():
            same.writestr(zipfile.ZipInfo(member.filename), dated.read(member), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def forget_template(word: Any, font: str) -> None:
    """Take the template's picture, styles and fonts out of a new document, and give it one font and our languages."""
    for relations in (word.part.package.rels, word.part.rels):
        for name, relation in list(relations.items()):
            # A picture of the template, and its styles once more.
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects")):
                del relations[name]
    for old in word.styles.element.findall(W + "style"):
        if not old.get(W + "default"):
            word.styles.element.remove(old)
    fonts = element_of("rFonts")
    defaults = word.styles.element.find(W + "docDefaults").find(W + "rPrDefault").find(W + "rPr")
    for name in ("rFonts", "lang"):
        for old in defaults.findall(W + name):
            defaults.remove(old)
    defaults.insert(0, fonts)
    name_font(fonts, font)
    defaults.append(element_of("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA"))
    table = next(rel.target_part for rel in word.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    table._blob = _font_table()


def _font_table() -> bytes:
    table = element_of("fonts")
    for name, substitute in SUBSTITUTES.items():
        font = below(table, "font", name=name)
        below(font, "altName", val=substitute)
        below(font, "charset", val="86")
    made: bytes = etree.tostring(table, encoding="UTF-8", xml_declaration=True, standalone=True)
    return made


def name_font(fonts: Element, name: str) -> None:
    """One font for Chinese and Latin alike: a figure then takes half the room of a character."""
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(W + script, name)


def element_of(name: str, /, **attributes: str) -> Element:
    return _with(etree.Element(W + name, nsmap={"w": W[1:-1]}), attributes)


def below(parent: Element, name: str, /, **attributes: str) -> Element:
    return _with(etree.SubElement(parent, W + name), attributes)


def _with(element: Element, attributes: dict[str, str]) -> Element:
    for key, value in attributes.items():
        element.set(W + key, value)
    return element


# --- A paper

_FACES = {"text": FANGSONG, "heading": HEITI, "title": TITLE_SONG}
_LINES_KEPT = 12
"""A row of no more lines goes to the next page as a whole."""


def docx_of(paper: Paper) -> bytes:
    """The paper as a Word file, A4. The same paper gives the same bytes."""
    word = new_word_document()
    forget_template(word, FANGSONG)
    section = word.sections[0]
    section.page_width, section.page_height = Mm(A4_WIDTH), Mm(A4_HEIGHT)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, paper.margins)
    about = word.core_properties
    about.title, about.author, about.comments = printable(paper.title).replace("\n", " ")[:255], "", ""
    about.language = "zh-CN" if paper.language.startswith("zh") else "en"
    about.created = about.modified = datetime.combine(paper.day, time()) if paper.day else datetime(1980, 1, 1)
    new_page = False
    for block in paper.blocks:
        if isinstance(block, Line):
            # A break of its own would leave an empty line on top of the page.
            _write(word.add_paragraph(), block, new_page=new_page)
        elif isinstance(block, Table):
            _write_table(word, block, paper.area)
        elif isinstance(block, Blanks):
            _write_blanks(word, block, paper.area)
        elif isinstance(block, Code):
            _write_code(word, block, paper.area)
        new_page = isinstance(block, NewPage)
    if paper.running:
        section.different_first_page_header_footer = True
        _write(section.header.paragraphs[0], Line(paper.running, size=9, align="right"))
        _write_page_number(section.first_page_footer.paragraphs[0])
    _write_page_number(section.footer.paragraphs[0])
    made = io.BytesIO()
    word.save(made)
    return undated(made)


def _write(paragraph: Any, line: Line, *, new_page: bool = False) -> None:
    """Straight into the elements: through python-docx's own properties a long paper takes several times as long."""
    element = paragraph._element
    for old in element.findall(W + "pPr"):
        element.remove(old)
    form = element_of("pPr")
    element.insert(0, form)
    if line.keep:
        below(form, "keepNext")
    if new_page:
        below(form, "pageBreakBefore")
    if line.mark:
        tabs = below(form, "tabs")
        below(tabs, "tab", val="left", pos=_twips(line.left + line.hanging))
    leading = {"line": _twips(line.leading), "lineRule": "exact"} if line.leading else {}
    below(form, "spacing", before=_twips(line.before), after=_twips(line.after), **leading)
    first = {"hanging": _twips(line.hanging)} if line.hanging else {"firstLine": _twips(line.first)}
    below(form, "ind", left=_twips(line.left + line.hanging), right=_twips(line.right), **first)
    below(form, "jc", val=line.align)
    _run(paragraph, f"{line.mark}\t{printable(line.text)}" if line.mark else printable(line.text), line)


def _run(paragraph: Any, text: str, line: Line) -> None:
    run = paragraph.add_run(text)._element
    form = element_of("rPr")
    run.insert(0, form)
    if line.face != "text":
        name_font(below(form, "rFonts"), _FACES[line.face])
    for name in ("sz", "szCs"):
        below(form, name, val=str(round(line.size * 2)))


def _twips(points: float) -> str:
    return str(round(points * 20))


def _write_table(word: Any, table: Table, area: float) -> None:
    made = word.add_table(rows=0, cols=len(table.shares))
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [area * share / sum(table.shares) for share in table.shares]
    for column, wide in zip(made.columns, widths, strict=True):
        column.width = Mm(wide)
    borders = element_of("tblBorders")
    # The schema wants them before the layout.
    made._tbl.tblPr.find(W + "tblLayout").addprevious(borders)
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        below(borders, side, val="single", sz="4", space="0", color="auto")
    for place, row in enumerate(table.rows):
        _write_row(made.add_row(), row, table, widths, is_head=place < table.heads)


def _write_row(made: Any, row: Row, table: Table, widths: list[float], *, is_head: bool) -> None:
    about = made._tr.get_or_add_trPr()
    if all(math.ceil(width(cell.text) * table.size / 2 / Mm(50).pt) <= _LINES_KEPT for cell in row.cells):
        about.append(element_of("cantSplit"))
    if is_head:
        about.append(element_of("tblHeader"))
    if row.height:
        made.height, made.height_rule = Mm(row.height), WD_ROW_HEIGHT_RULE.AT_LEAST
    at = 0
    cells = made.cells
    for cell in row.cells:
        wide = sum(widths[at : at + cell.span])
        box = cells[at] if cell.span == 1 else cells[at].merge(cells[at + cell.span - 1])
        box.width, box.vertical_alignment = Mm(wide), 1
        face: Face = "heading" if cell.label else "text"
        _write(box.paragraphs[0], Line(cell.text, size=table.size, face=face, align=cell.align, after=0))
        at += cell.span


def _write_blanks(word: Any, blanks: Blanks, area: float) -> None:
    """Each label has its share of the line; a blank ends a centimetre before the next label."""
    share = area / len(blanks.labels)
    paragraph = word.add_paragraph()
    _write(paragraph, Line("", before=blanks.before, keep=blanks.keep))
    tabs = element_of("tabs")
    paragraph._element.find(f"{W}pPr/{W}spacing").addprevious(tabs)
    for place in range(len(blanks.labels)):
        if place:
            below(tabs, "tab", val="left", pos=_twips(Mm(share * place).pt))
        below(tabs, "tab", val="left", leader="underscore", pos=_twips(Mm(share * (place + 1) - 10).pt))
    _run(paragraph, "\t\t".join(map(printable, blanks.labels)) + "\t", Line("", size=blanks.size))


def _write_code(word: Any, code: Code, area: float) -> None:
    table = word.add_table(rows=1, cols=2)
    table.autofit = False
    room = code.millimetres + 4
    for column, wide in zip(table.columns, (room, area - room), strict=True):
        column.width = Mm(wide)
    picture, words = table.rows[0].cells
    picture.width, words.width, words.vertical_alignment = Mm(room), Mm(area - room), 1
    shown = picture.paragraphs[0].add_run().add_picture(io.BytesIO(_png(code)), width=Mm(code.millimetres))
    shown._inline.docPr.set("descr", printable(code.alternative))
    for place, line in enumerate(code.lines):
        _write(words.add_paragraph() if place else words.paragraphs[0], line)


def _png(code: Code) -> bytes:
    made = io.BytesIO()
    segno.make(code.address, error="m", micro=False).save(made, kind="png", scale=8)
    return made.getvalue()


def _write_page_number(paragraph: Any) -> None:
    _write(paragraph, Line("", align="center"))
    for kind in ("begin", "", "end"):
        run = below(paragraph._element, "r")
        if kind:
            below(run, "fldChar", fldCharType=kind)
        else:
            below(run, "instrText").text = "PAGE"
