"""The calculation sheet (计算单) that a clerk staples to a decision: facts, values, and why, clause by clause.

    sheet_docx(result, "zh", made_on=date(2026, 5, 4))      a Word file to be completed
    sheet_pdf(result, "zh", made_on=date(2026, 5, 4))       the same to be printed

What is said is that of the explanation (rules/render.py), so that no paper says anything else than the page. Fonts are
named and not shipped. The same input gives the same bytes: the day is passed in.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from docx import Document as new_word_document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_LEADER
from docx.shared import Mm, Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import CondPageBreak, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from gongbao.core.columns import width, wrapped
from gongbao.office.papers.word import FANGSONG, HEITI, below, element_of, forget_template, name_font, undated
from gongbao.rules.compute import Result, fact_at, version
from gongbao.rules.explain import explain, shown
from gongbao.rules.facts import Missing
from gongbao.rules.policy import Fact, FactSheet, Rule
from gongbao.rules.render import Told, WordsOf, arranged, candidate_values, cited, heading, lines_of, value_of
from gongbao.rules.types import Type
from gongbao.rules.values import Label

_TEXTS = {
    "title": Label("计算单", "calculation sheet"),
    "policy": Label("政策", "policy"),
    "date": Label("标准日期", "date of the figures"),
    "made": Label("制表日期", "made on"),
    "version": Label("政策版本", "version of the policy"),
    "as_if": Label("不在施行期内，按视同施行计算", "outside the time in force; computed as if it were"),
    "facts": Label("事实", "Facts"),
    "values": Label("结果", "Result"),
    "steps": Label("计算过程", "How it was computed"),
    "item": Label("项目", "item"),
    "value": Label("数值", "value"),
    "clause": Label("依据", "clause"),
    "missing": Label("未提供", "not given"),
    "not_computed": Label("未能计算", "not computed"),
    "chosen": Label("适用", "applies"),
    "see": Label("见第{}步", "see step {}"),
    "no_bearing": Label("不影响结果", "no bearing on the result"),
    "by": Label("经办人", "Prepared by"),
    "checked": Label("复核人", "Checked by"),
    "day": Label("日期", "Date"),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: a head and rows of texts. Those in the columns `figures` end at the right."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()

    @property
    def size(self) -> float:
        """In points: with many columns the figures would not find room otherwise."""
        return 8 if len(self.head) > 7 else 9

    def shares(self) -> list[float]:
        """How wide each column is in proportion: room for its longest word, and more where there is more to read."""
        out = []
        for column, head in enumerate(self.head):
            cells = [row[column] for row in self.rows]
            longest = max((len(word) for text in (head, *cells) for word in re.findall("[!-~]+", text)), default=0)
            out.append(max(longest, min(24, max(map(width, cells))) / 1.5, 4) + 2.0)
        return out


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of the steps: how deep it stands, whether it names a step, and whether it has no bearing on the result."""

    text: str
    depth: int
    is_heading: bool = False
    is_brief: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the paper, whatever it is printed with."""

    title: str
    about: tuple[str, ...]
    grids: tuple[Grid, ...]
    steps_title: str
    steps: tuple[SheetLine, ...]
    signatures: tuple[tuple[str, str], ...]


def sheet_of(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> Sheet:
    """The content of the sheet; `words` gives a clause's words, where they shall stand on it."""
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    policy = result.policy
    colon = "：" if language.startswith("zh") else ": "
    about = [
        f"{say['policy']}{colon}{policy.label.in_language(language)}  {policy.document}",
        f"{say['date']}{colon}{result.date or say['missing']}",
        f"{say['version']}{colon}{version(policy)}",
        f"{say['made']}{colon}{made_on}",
    ]
    if result.as_if:
        about.append(say["as_if"])
    grids = [*_facts(result, language, say), *_values(result, language, say)]
    title = f"{policy.label.in_language(language)}{'' if language.startswith('zh') else ': '}{say['title']}"
    return Sheet(
        title,
        tuple(about),
        tuple(grids),
        say["steps"],
        tuple(_steps(result, language, say, words)),
        tuple((f"{say[who]}{colon}", f"{say['day']}{colon}") for who in ("by", "checked")),
    )


def _facts(result: Result, language: str, say: dict[str, str]) -> Iterator[Grid]:
    plain, lists = [], []
    for one in result.policy.facts.declared().values():
        value = result.case.facts[one.name]
        if one.type.is_records:
            lists.append((one, value))
        else:
            clause = cited(result.policy.document, one.clause)
            plain.append((one.label.in_language(language), _fact(one, value, language, say), clause))
    yield Grid(say["facts"], (say["item"], say["value"], say["clause"]), tuple(plain))
    for one, value in lists:
        assert one.type.item is not None
        sheet: type[FactSheet] = one.type.item.python
        fields = sheet.declared().values()
        records = [] if isinstance(value, Missing) else value
        rows = tuple(
            (str(place), *(_fact(field, getattr(record, field.name), language, say, bare=True) for field in fields))
            for place, record in enumerate(records, start=1)
        )
        head = ("#", *(_with_unit(field.label, field.type, language) for field in fields))
        yield Grid(one.label.in_language(language), head, rows, _figures(field.type for field in fields))


def _fact(fact: Fact, value: Any, language: str, say: dict[str, str], *, bare: bool = False) -> str:
    return say["missing"] if isinstance(value, Missing) else shown(value, fact.type, language, bare=bare)


def _with_unit(label: Label, kind: Type, language: str) -> str:
    """The head of a column; a percentage has its sign in each cell."""
    if kind.unit is None or kind.kind == "percent":
        return label.in_language(language)
    return f"{label.zh}（{kind.unit.zh}）" if language.startswith("zh") else f"{label.en} ({kind.unit.en})"


def _figures(kinds: Iterable[Type]) -> frozenset[int]:
    return frozenset(column for column, kind in enumerate(kinds, start=1) if kind.is_number)


def _values(result: Result, language: str, say: dict[str, str]) -> Iterator[Grid]:
    plain, lists = [], []
    for name, reported in result.policy.reported.items():
        value = result.values[name]
        if not isinstance(reported, Rule):
            lists.append((name, reported, value))
            continue
        text = say["not_computed"] if value is None else shown(value, reported.type, language)
        plain.append((reported.label.in_language(language), text, cited(result.policy.document, reported.clause)))
    for name, parts, records in lists:
        listed = result.policy.facts.declared()[name]
        assert listed.type.item is not None
        fields = listed.type.item.python.declared()
        about = [fields[part] if isinstance(part, str) else part for part in parts]
        rows = tuple(
            (
                str(place),
                *(
                    say["not_computed"] if value is None else shown(value, one.type, language, bare=True)
                    for one, value in zip(about, record.values(), strict=True)
                ),
            )
            for place, record in enumerate(records or (), start=1)
        )
        title = f"{say['values']}{'：' if language.startswith('zh') else ': '}{listed.label.in_language(language)}"
        head = ("#", *(_with_unit(one.label, one.type, language) for one in about))
        yield Grid(title, head, rows, _figures(one.type for one in about))
    yield Grid(say["values"], (say["item"], say["value"], say["clause"]), tuple(plain), frozenset({1}))


def _steps(result: Result, language: str, say: dict[str, str], words: WordsOf | None) -> Iterator[SheetLine]:
    explanation = explain(result)
    colon = "：" if language.startswith("zh") else ": "
    if explanation.chosen:
        chosen = explanation.chosen
        clause = cited(explanation.document, chosen.clause)
        yield SheetLine(f"{chosen.label.in_language(language)}  {clause}", 0, is_heading=True)
        for one in chosen.candidates:
            values = candidate_values(one.values, language)
            mark = f"  ← {say['chosen']}" if one.chosen else ""
            yield SheetLine(f"{one.choice.in_language(language)}{colon}{values}{mark}", 1)
    told_words: set[tuple[str, str]] = set()

    def tell(told: Told, depth: int) -> Iterator[SheetLine]:
        step = told.step
        text = f"{step.number}. {heading(step, language)}{colon}{value_of(step, language)}"
        if told.see is not None:
            yield SheetLine(f"{text}  {say['see'].format(told.see)}", depth, is_brief=True)
            return
        if told.brief:
            yield SheetLine(f"{text}  {say['no_bearing']}", depth, is_brief=True)
            return
        yield SheetLine(f"{text}  {cited(explanation.document, step.clause)}", depth, is_heading=True)
        for line in lines_of(full[step.told_in or step.number], explanation, language):
            rests = f"  {cited(line.document, line.clause)}" if line.clause else ""
            text = line.text
            if line.kind == "missing":
                named = fact_at(result.policy.facts, text).label.in_language(language)
                text = f"{named}  {text}" if "[" in text else named
            yield SheetLine(f"{line.title}{colon}{text}{rests}", depth + 1)
        key = (explanation.document, step.clause)
        if words and key not in told_words and (found := words(*key)):
            told_words.add(key)
            yield SheetLine(found, depth + 1, is_brief=True)
        for one in told.below:
            yield from tell(one, depth + 1)

    full = {one.number: one for one in explanation.walk() if one.told_in is None}
    for told in arranged(explanation):
        yield from tell(told, 0)


# --- Word

# In millimetres: the margins, and what they leave of A4 for the text.
_MARGIN, _AREA = 20, 170
_INDENT = Pt(14)


def sheet_docx(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> bytes:
    """The sheet as a Word file, A4."""
    sheet = sheet_of(result, language, words=words, made_on=made_on)
    word = new_word_document()
    forget_template(word, FANGSONG)
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)
    about = word.core_properties
    about.title, about.author, about.comments = sheet.title, "", ""
    about.created = about.modified = datetime.combine(made_on, time())
    _paragraph(word, sheet.title, size=16, font=HEITI, center=True)
    for line in sheet.about:
        _paragraph(word, line)
    for grid in sheet.grids:
        if grid.rows:
            _paragraph(word, grid.title, size=12, font=HEITI, before=8, keep=True)
            _word_table(word, grid)
    _paragraph(word, sheet.steps_title, size=12, font=HEITI, before=8, keep=True)
    for step in sheet.steps:
        _paragraph(
            word,
            step.text,
            size=8.5 if step.is_brief else 10,
            font=HEITI if step.is_heading else "",
            before=4 if step.is_heading else 0,
            depth=step.depth,
            keep=step.is_heading,
        )
    for place, (name, day) in enumerate(sheet.signatures, start=1):
        line_to_sign = _paragraph(word, f"{name}\t\t{day}\t", before=24, keep=place < len(sheet.signatures))
        for at, leader in ((70, WD_TAB_LEADER.LINES), (85, WD_TAB_LEADER.SPACES), (150, WD_TAB_LEADER.LINES)):
            line_to_sign.paragraph_format.tab_stops.add_tab_stop(Mm(at), leader=leader)
    _page_number(section.footer.paragraphs[0])
    made = io.BytesIO()
    word.save(made)
    return undated(made)


def _paragraph(
    within: Any,
    text: str,
    *,
    size: float = 10.5,
    font: str = "",
    center: bool = False,
    before: float = 0,
    depth: int = 0,
    keep: bool = False,
) -> Any:
    paragraph = within.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.left_indent = Pt(before), Pt(2), _INDENT * depth
    form.keep_with_next = keep
    paragraph.alignment = 1 if center else 0
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    if font:
        name_font(run._element.get_or_add_rPr().get_or_add_rFonts(), font)
    return paragraph


def _word_table(word: Any, grid: Grid) -> None:
    table = word.add_table(rows=0, cols=len(grid.head))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    shares = grid.shares()
    widths = [Mm(_AREA * share / sum(shares)) for share in shares]
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = wide
    borders = below(table._tbl.tblPr, "tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        below(borders, side, val="single", sz="4", space="0", color="auto")
    for place, texts in enumerate((grid.head, *grid.rows)):
        row = table.add_row()
        about = row._tr.get_or_add_trPr()
        about.append(element_of("cantSplit"))
        if place == 0:
            about.append(element_of("tblHeader"))
        for column, (cell, text, wide) in enumerate(zip(row.cells, texts, widths, strict=True)):
            cell.width = wide
            cell.paragraphs[0].alignment = 2 if place and column in grid.figures else 0
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(grid.size)
            if place == 0:
                name_font(run._element.get_or_add_rPr().get_or_add_rFonts(), HEITI)


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = 1
    for kind in ("begin", "", "end"):
        run = below(paragraph._element, "r")
        if kind:
            below(run, "fldChar", fldCharType=kind)
        else:
            below(run, "instrText").text = "PAGE"


# --- PDF

# The font of every reader for Chinese: named in the file, and found where it is read.
_PDF_FONT = "STSong-Light"


def sheet_pdf(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> bytes:
    """The sheet as a PDF, A4, to be printed."""
    sheet = sheet_of(result, language, words=words, made_on=made_on)
    if _PDF_FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_PDF_FONT))
    plain = ParagraphStyle("plain", fontName=_PDF_FONT, fontSize=10, leading=14)
    title = ParagraphStyle("title", parent=plain, fontSize=16, leading=24, alignment=1)
    section = ParagraphStyle("section", parent=plain, fontSize=12, leading=18, spaceBefore=8)
    flow: list[Any] = [_pdf_paragraph(sheet.title, title)]
    flow += [_pdf_paragraph(line, plain) for line in sheet.about]
    for grid in sheet.grids:
        if grid.rows:
            # A table that is kept with its title would not be broken over pages.
            flow += [CondPageBreak(30 * mm), _pdf_paragraph(grid.title, section), _pdf_table(grid, plain)]
    flow += [CondPageBreak(30 * mm), _pdf_paragraph(sheet.steps_title, section)]
    for line in sheet.steps:
        size = 8 if line.is_brief else 9.5
        style = ParagraphStyle(
            "line",
            parent=plain,
            fontSize=size,
            leading=size + 4,
            leftIndent=line.depth * 12,
            spaceBefore=4 if line.is_heading else 0,
            keepWithNext=line.is_heading,
        )
        flow.append(_pdf_paragraph(line.text, style))
    flow.append(KeepTogether([Spacer(0, 24), _pdf_signatures(sheet, plain)]))
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=_MARGIN * mm,
        rightMargin=_MARGIN * mm,
        topMargin=_MARGIN * mm,
        bottomMargin=_MARGIN * mm,
        title=sheet.title,
        author="",
        # No time of making and no random name inside: one result, one file.
        invariant=1,
    )
    document.build(flow, onFirstPage=_foot, onLaterPages=_foot)
    return made.getvalue()


def _pdf_paragraph(text: str, style: ParagraphStyle, room: float = _AREA * mm - 12) -> Paragraph:
    """Broken into lines here: reportlab breaks either no Chinese, or English within words."""
    # The font of the readers has no minus sign of mathematics.
    measure = partial(pdfmetrics.stringWidth, fontName=_PDF_FONT, fontSize=style.fontSize)
    lines = wrapped(text.replace("−", "-"), room - style.leftIndent, measure)
    return Paragraph("<br/>".join(map(escape, lines)), style)


def _pdf_table(grid: Grid, plain: ParagraphStyle) -> Table:
    shares = grid.shares()
    widths = [_AREA * mm * share / sum(shares) for share in shares]
    style = ParagraphStyle("cell", parent=plain, fontSize=grid.size, leading=grid.size + 3)
    right = ParagraphStyle("figure", parent=style, alignment=2)
    table = Table(
        [
            [
                # A hair less than the column, so that no line is broken a second time.
                _pdf_paragraph(text, right if place and column in grid.figures else style, widths[column] - 6.5)
                for column, text in enumerate(row)
            ]
            for place, row in enumerate((grid.head, *grid.rows))
        ],
        colWidths=widths,
        repeatRows=1,
    )
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _pdf_signatures(sheet: Sheet, plain: ParagraphStyle) -> Table:
    """A line for each who signs, with room for the name and for the day."""
    table = Table(
        [[_pdf_paragraph(name, plain), "", "", _pdf_paragraph(day, plain), ""] for name, day in sheet.signatures],
        colWidths=[25 * mm, 50 * mm, 10 * mm, 15 * mm, 40 * mm],
        rowHeights=14 * mm,
        hAlign="LEFT",
    )
    under = [("LINEBELOW", (column, 0), (column, -1), 0.5, colors.black) for column in (1, 4)]
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "BOTTOM"), *under]))
    return table


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont(_PDF_FONT, 9)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, f"— {document.page} —")
