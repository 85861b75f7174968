"""The calculation sheet (计算单) that a clerk staples to a decision: facts, values, and why, clause by clause.

    sheet_docx(result, "zh", made_on=date(2026, 5, 4))      a Word file to be completed
    sheet_pdf(result, "zh", made_on=date(2026, 5, 4))       the same to be printed

What is said is that of the explanation (rules/render.py), so that no paper says anything else than the page. Fonts are
named and not shipped. The same input gives the same bytes: the day is passed in.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape

from docx import Document as new_word_document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Mm, Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import CondPageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from gongbao.office.papers.word import FANGSONG, HEITI, below, element_of, forget_template, name_font, undated
from gongbao.rules.compute import Result
from gongbao.rules.explain import explain, shown
from gongbao.rules.facts import Missing
from gongbao.rules.policy import Fact, FactSheet, Rule
from gongbao.rules.render import WordsOf, arranged, cited, heading, lines_of, value_of
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
    """A table: a head and rows of texts."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


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
    about: tuple[tuple[str, str], ...]
    grids: tuple[Grid, ...]
    steps_title: str
    steps: tuple[SheetLine, ...]
    signatures: tuple[str, ...]


def sheet_of(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> Sheet:
    """The content of the sheet; `words` gives a clause's words, where they shall stand on it."""
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    policy = result.policy
    about = [
        (say["policy"], f"{policy.label.in_language(language)}（{policy.document}）"),
        (say["date"], str(result.date or say["missing"])),
        (say["version"], result.as_json()["version"]),
        (say["made"], str(made_on)),
    ]
    if result.as_if:
        about.append(("", say["as_if"]))
    grids = [*_facts(result, language, say), *_values(result, language, say)]
    title = f"{policy.label.in_language(language)}{'' if language.startswith('zh') else ': '}{say['title']}"
    return Sheet(
        title,
        tuple(about),
        tuple(grids),
        say["steps"],
        tuple(_steps(result, language, say, words)),
        (say["by"], say["checked"], say["day"]),
    )


def _facts(result: Result, language: str, say: dict[str, str]) -> Iterator[Grid]:
    plain, lists = [], []
    for one in result.policy.facts.declared().values():
        value = result.case.facts[one.name]
        if one.type.item is not None and one.type.item.kind == "record":
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
            (str(place), *(_fact(field, getattr(record, field.name), language, say) for field in fields))
            for place, record in enumerate(records, start=1)
        )
        head = ("#", *(field.label.in_language(language) for field in fields))
        yield Grid(one.label.in_language(language), head, rows)


def _fact(fact: Fact, value: Any, language: str, say: dict[str, str]) -> str:
    return say["missing"] if isinstance(value, Missing) else shown(value, fact.type, language)


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
                    say["not_computed"] if value is None else shown(value, one.type, language)
                    for one, value in zip(about, record.values(), strict=True)
                ),
            )
            for place, record in enumerate(records or (), start=1)
        )
        title = f"{say['values']}{'：' if language.startswith('zh') else ': '}{listed.label.in_language(language)}"
        yield Grid(title, ("#", *(one.label.in_language(language) for one in about)), rows)
    yield Grid(say["values"], (say["item"], say["value"], say["clause"]), tuple(plain))


def _steps(result: Result, language: str, say: dict[str, str], words: WordsOf | None) -> Iterator[SheetLine]:
    explanation = explain(result)
    colon = "：" if language.startswith("zh") else ": "
    if explanation.chosen:
        chosen = explanation.chosen
        clause = cited(explanation.document, chosen.clause)
        yield SheetLine(f"{chosen.label.in_language(language)}  {clause}", 0, is_heading=True)
        for one in chosen.candidates:
            values = "，".join(
                f"{label.in_language(language)} {value.in_language(language)}" for label, value in one.values
            )
            mark = f"  ← {say['chosen']}" if one.chosen else ""
            yield SheetLine(f"{one.choice.in_language(language)}{colon}{values}{mark}", 1)
    told_words: set[tuple[str, str]] = set()
    steps = explanation.steps

    def tell(told: Any, depth: int) -> Iterator[SheetLine]:
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
            yield SheetLine(f"{line.title}{colon}{line.text}{rests}", depth + 1)
        key = (explanation.document, step.clause)
        if words and key not in told_words and (found := words(*key)):
            told_words.add(key)
            yield SheetLine(found, depth + 1, is_brief=True)
        for one in told.below:
            yield from tell(one, depth + 1)

    full = {one.number: one for one in explanation.walk() if one.told_in is None}
    assert steps is explanation.steps
    for told in arranged(explanation):
        yield from tell(told, 0)


# --- Word

_MARGIN = Mm(20)
_INDENT = Pt(14)


def sheet_docx(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> bytes:
    """The sheet as a Word file, A4."""
    sheet = sheet_of(result, language, words=words, made_on=made_on)
    word = new_word_document()
    forget_template(word, FANGSONG)
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
    about = word.core_properties
    about.title, about.author, about.comments = sheet.title, "", ""
    about.created = about.modified = datetime.combine(made_on, time())
    _paragraph(word, sheet.title, size=16, font=HEITI, center=True)
    for label, text in sheet.about:
        _paragraph(word, f"{label}：{text}" if label else text)
    for grid in sheet.grids:
        if grid.rows:
            _paragraph(word, grid.title, size=12, font=HEITI, before=8, keep=True)
            _word_table(word, grid)
    _paragraph(word, sheet.steps_title, size=12, font=HEITI, before=8, keep=True)
    for line in sheet.steps:
        _paragraph(
            word,
            line.text,
            size=8.5 if line.is_brief else 10,
            font=HEITI if line.is_heading else "",
            before=4 if line.is_heading else 0,
            depth=line.depth,
            keep=line.is_heading,
        )
    _paragraph(word, "        ".join(f"{one}：________________" for one in sheet.signatures), before=24)
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
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    borders = below(table._tbl.tblPr, "tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        below(borders, side, val="single", sz="4", space="0", color="auto")
    for place, texts in enumerate((grid.head, *grid.rows)):
        row = table.add_row()
        about = row._tr.get_or_add_trPr()
        about.append(element_of("cantSplit"))
        if place == 0:
            about.append(element_of("tblHeader"))
        for cell, text in zip(row.cells, texts, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.font.size = Pt(9)
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
    plain = ParagraphStyle("plain", fontName=_PDF_FONT, fontSize=10, leading=14, wordWrap="CJK")
    title = ParagraphStyle("title", parent=plain, fontSize=16, leading=24, alignment=1)
    section = ParagraphStyle("section", parent=plain, fontSize=12, leading=18, spaceBefore=8)
    cell = ParagraphStyle("cell", parent=plain, fontSize=9, leading=12)
    flow: list[Any] = [Paragraph(_safe(sheet.title), title)]
    flow += [Paragraph(_safe(f"{label}：{text}" if label else text), plain) for label, text in sheet.about]
    for grid in sheet.grids:
        if grid.rows:
            # A table that is kept with its title would not be broken over pages.
            flow += [CondPageBreak(30 * mm), Paragraph(_safe(grid.title), section), _pdf_table(grid, cell)]
    flow += [CondPageBreak(30 * mm), Paragraph(_safe(sheet.steps_title), section)]
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
        flow.append(Paragraph(f"<b>{_safe(line.text)}</b>" if line.is_heading else _safe(line.text), style))
    flow.append(Spacer(0, 24))
    flow.append(
        Paragraph(
            "&nbsp;" * 6 + ("&nbsp;" * 8).join(f"{_safe(one)}：______________" for one in sheet.signatures), plain
        )
    )
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=sheet.title,
        author="",
        # No time of making and no random name inside: one result, one file.
        invariant=1,
    )
    document.build(flow, onFirstPage=_foot, onLaterPages=_foot)
    return made.getvalue()


def _safe(text: str) -> str:
    # The font of the readers has no minus sign of mathematics.
    return escape(text.replace("−", "-"))


def _pdf_table(grid: Grid, style: ParagraphStyle) -> Table:
    width = A4[0] - 40 * mm
    columns = len(grid.head)
    narrow = 10 * mm if grid.head[0] == "#" else 0
    rest = (width - narrow) / (columns - bool(narrow))
    table = Table(
        [[Paragraph(_safe(text), style) for text in row] for row in (grid.head, *grid.rows)],
        colWidths=[narrow or rest, *[rest] * (columns - 1)],
        repeatRows=1,
    )
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    return table


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont(_PDF_FONT, 9)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, f"— {document.page} —")
