"""The .docx as GB/T 9704-2012 wants it, read back from the file."""

import io
import itertools
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.gazette import read_gazette
from gongbao.gazette.akoma_ntoso import legal_in_xml
from gongbao.gazette.docx import read_docx
from gongbao.gazette.model import Clause, ClauseKind, Document, DocumentKind, Part, PartKind
from gongbao.office.papers.official_docx import to_official_docx, width
from gongbao.sample import GAZETTE

SAMPLE = {document.number: document for document in read_gazette(GAZETTE.read_text(encoding="utf-8")).documents}
SUBSIDY = SAMPLE["云政办〔2026〕1号"]
CANTEENS = SAMPLE["云政办〔2026〕4号"]
PLAN = SAMPLE["云政〔2026〕1号"]


def opened(document: Document) -> Any:
    return docx.Document(io.BytesIO(to_official_docx(document)))


def made(clauses: list[Clause], **fields: Any) -> Document:
    given = {
        "number": "云岭政〔2021〕1号",
        "title": "甲",
        "issuer": "云岭市人民政府",
        "date": date(2021, 3, 4),
    } | fields
    parts = given.pop("parts", [Part(PartKind.BODY, "", "", 1, clauses=clauses)])
    return Document(addressees="", kind=DocumentKind.NOTICE, first_line=1, last_line=1, text="", parts=parts, **given)


def paragraph(word: Any, begins: str) -> Any:
    return next(one for one in word.paragraphs if one.text.startswith(begins))


def fonts(properties: Any) -> set[str]:
    found = properties.find(qn("w:rFonts"))
    return {found.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")}


def style_fonts(one: Any) -> set[str]:
    return fonts(one.style.element.rPr)


def indent(one: Any, side: str) -> str | None:
    """From the paragraph itself, or from its style."""
    for properties in (one._p.pPr, one.style.element.pPr):
        found = properties.find(qn("w:ind")) if properties is not None else None
        if found is not None and found.get(qn(f"w:{side}")) is not None:
            return str(found.get(qn(f"w:{side}")))
    return None


def text_area(section: Any) -> tuple[Emu, Emu]:
    return (
        Emu(section.page_width - section.left_margin - section.right_margin),
        Emu(section.page_height - section.top_margin - section.bottom_margin),
    )


def test_page() -> None:
    """A4; 天头 37 mm, 订口 28 mm, 版心 156 mm by 225 mm."""
    word = opened(SUBSIDY)
    assert len(word.sections) == 1
    section = word.sections[0]
    size = [round(length.mm, 1) for length in (section.page_width, section.page_height)]
    margins = [round(length.mm, 1) for length in (section.top_margin, section.left_margin)]
    assert (size, margins) == ([210.0, 297.0], [37.0, 28.0])
    area = [length.mm for length in text_area(section)]
    assert area == [pytest.approx(156, abs=0.1), pytest.approx(225, abs=0.1)]


def test_grid_of_22_lines_of_28_characters() -> None:
    """Each just fits, and one more does not."""
    word = opened(SUBSIDY)
    section = word.sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    normal = word.styles["Normal"]
    room, height = text_area(section)
    pitch = int(grid.get(qn("w:linePitch")))
    assert 22 * pitch <= height.twips < 22.05 * pitch
    # The pitch of a character is the size of Normal and charSpace, in 1/4096 pt (ECMA-376 part 1, 17.6.5).
    character = normal.font.size.pt + int(grid.get(qn("w:charSpace"))) / 4096
    assert 28 * character <= room.pt < 28.05 * character
    assert {one.get(qn("w:val")) for one in normal.element.pPr if one.tag == qn("w:widowControl")} == {"0"}


def test_page_numbers() -> None:
    """— 1 — in 4号宋体, one character from the outer edge, 7 mm below the text."""
    word = opened(SUBSIDY)
    assert word.settings.odd_and_even_pages_header_footer
    section = word.sections[0]
    for footer, align, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "rightChars"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "leftChars"),
    ):
        (line,) = footer.paragraphs
        assert line.text == "— 1 —"
        field = [one.get(qn("w:fldCharType")) for one in line._p.iter(qn("w:fldChar"))]
        assert field == ["begin", "separate", "end"]
        assert [one.text for one in line._p.iter(qn("w:instrText"))] == ["PAGE"]
        assert line.style.paragraph_format.alignment == align
        assert indent(line, side) == "100"
        assert line.style.font.size.pt == 14
        assert style_fonts(line) == {"宋体"}
        dashes = section.footer_distance + line.style.paragraph_format.line_spacing / 2
        assert (section.bottom_margin - dashes) / 36000 == pytest.approx(7, abs=0.1)


def test_head() -> None:
    word = opened(SUBSIDY)
    title, number, addressees = word.paragraphs[:3]
    assert title.text == SUBSIDY.title
    assert (style_fonts(title), title.style.font.size.pt) == ({"方正小标宋简体"}, 22)
    assert title.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert number.text == "云政办〔2026〕1号"
    assert number.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert number._p.pPr.find(qn("w:spacing")).get(qn("w:afterLines")) == "100"
    assert addressees.text == "各县（市、区）人民政府，高新区管委会，市人民政府各部门："
    assert indent(addressees, "firstLineChars") is None
    assert (style_fonts(addressees), addressees.style.font.size.pt) == ({"仿宋_GB2312"}, 16)


def test_levels() -> None:
    """一、 in 黑体, （一） in 楷体, 1. in 仿宋; each two characters in."""
    word = opened(PLAN)
    for begins, name in (("一、", "黑体"), ("（一）扩大", "楷体_GB2312"), ("1.", "仿宋_GB2312")):
        one = paragraph(word, begins)
        assert style_fonts(one) == {name}
        assert (one.style.font.size.pt, indent(one, "firstLineChars")) == (16, "200")
    # A heading that runs into its sentence has its own font, the sentence that of the text.
    running = paragraph(word, "（一）细化任务清单。")
    assert style_fonts(running) == {"仿宋_GB2312"}
    assert (running.runs[0].text, fonts(running.runs[0]._r.rPr)) == ("（一）细化任务清单。", {"楷体_GB2312"})
    assert running.runs[1]._r.rPr is None


def test_articles_and_chapters() -> None:
    word = opened(SUBSIDY)
    chapter = paragraph(word, "第一章")
    assert chapter.text == "第一章\u3000总则"
    assert (style_fonts(chapter), chapter.style.paragraph_format.alignment) == ({"黑体"}, WD_ALIGN_PARAGRAPH.CENTER)
    # The number of an article with several paragraphs stands on the line of the first.
    second = paragraph(word, "第二条")
    assert second.text.startswith("第二条\u3000本市行政区域内")
    assert fonts(second.runs[0]._r.rPr) == {"黑体"}
    assert indent(second, "firstLineChars") == "200"


@pytest.mark.parametrize(
    ("issuer", "signature", "day"),
    [
        # 28 characters a line: the date begins two characters behind the signature.
        ("云澜市人民政府办公室", 200, 400),
        ("云岭市人民政府", 300, 200),
        ("甲", 900, 200),
        ("云岭市人民政府" * 5, 0, 2200),
    ],
)
def test_signature(issuer: str, signature: int, day: int) -> None:
    document = made([], issuer=issuer, date=date(2026, 3, 6))
    word = opened(document)
    first, second = word.paragraphs[-2:]
    assert (first.text, second.text) == (issuer, "2026年3月6日")
    for one, right in ((first, signature), (second, day)):
        assert one.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.RIGHT
        assert int(indent(one, "rightChars") or 0) == right
    if width(issuer) < 24:
        begins = [28 - right / 100 - width(one.text) for one, right in ((first, signature), (second, day))]
        assert begins[1] - begins[0] == 2
    assert first._p.pPr.find(qn("w:spacing")).get(qn("w:beforeLines")) == "100"


def test_annexes() -> None:
    word = opened(CANTEENS)
    note = [one for one in word.paragraphs if one.style.name == "附件说明"]
    assert [one.text for one in note] == ["附件：1. 云澜市社区食堂验收要点", "2. 云澜市2026年社区食堂建设任务表"]
    # Both names, and what is left of them on a second line, begin below each other.
    character = 156 / 25.4 * 1440 / 28
    for one, start in zip(note, (2, 5), strict=True):
        left, hanging = int(indent(one, "left") or 0), int(indent(one, "hanging") or 0)
        assert left == pytest.approx(6.5 * character, abs=1)
        assert left - hanging == pytest.approx(start * character, abs=1)
    breaks = [one.text for one in word.paragraphs if one._p.pPr.find(qn("w:pageBreakBefore")) is not None]
    assert breaks == ["云澜市社区食堂建设工作方案", "云澜市社区食堂运营指南", "附件1", "附件2"]
    label = paragraph(word, "附件1")
    assert (style_fonts(label), label.style.font.size.pt, indent(label, "firstLineChars")) == ({"黑体"}, 16, None)
    title = paragraph(word, "云澜市社区食堂验收要点")
    assert (title.style.name, title._p.pPr.find(qn("w:spacing")).get(qn("w:beforeLines"))) == ("公文标题", "100")


def test_tables() -> None:
    (table,) = opened(CANTEENS).tables
    assert [cell.text for cell in table.rows[1].cells][:4] == ["1", "临澜区", "6", "2"]
    assert (len(table.rows), len(table.columns)) == (8, 9)
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True] + [False] * 7
    assert sum(int(one.get(qn("w:w"))) for one in table._tbl.tblGrid) <= 8845
    (awards,) = opened(SAMPLE["云政〔2026〕2号"]).tables
    label = awards.rows[1]._tr.findall(qn("w:tc"))
    assert [one.tcPr.find(qn("w:gridSpan")).get(qn("w:val")) for one in label] == ["4"]


def test_fonts_are_named_with_a_substitute_and_not_shipped() -> None:
    data = to_official_docx(SUBSIDY)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        table = package.read("word/fontTable.xml").decode()
    assert not [name for name in names if re.search(r"\.(odttf|ttf|otf|jpeg|png)$", name)]
    pairs = dict(re.findall(r'w:font w:name="([^"]+)"><w:altName w:val="([^"]+)"', table))
    assert pairs["仿宋_GB2312"] == "仿宋" and pairs["楷体_GB2312"] == "楷体"
    used = {
        name for style in opened(SUBSIDY).styles if style.element.rPr is not None for name in fonts(style.element.rPr)
    }
    assert used == set(pairs)


def test_what_the_file_says_of_itself() -> None:
    about = opened(SUBSIDY).core_properties
    assert (about.title, about.author, about.subject) == (SUBSIDY.title, SUBSIDY.issuer, SUBSIDY.number)
    assert (about.comments, about.created.date(), about.language) == ("", SUBSIDY.date, "zh-CN")
    assert to_official_docx(SUBSIDY) == to_official_docx(SUBSIDY)


# -- every word --


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", legal_in_xml(words))


def text_of(word: Any) -> str:
    return squeezed("".join(one.text or "" for one in word.element.body.iter(qn("w:t"))))


def words_of(document: Document) -> str:
    day = document.date
    first = document.parts[0]
    head = first.label + document.title + (first.title if first.title != document.title else "") + document.number
    head += f"{document.addressees}：" if document.addressees else ""
    signature = document.issuer + (f"{day.year}年{day.month}月{day.day}日" if day else "")
    out = [head]
    for place, part in enumerate(document.parts):
        out.append(part.label + part.title if place else "")
        out += [clause.number + clause.heading + clause.text for clause in part.walk()]
        out.append(signature if place == 0 else "")
    return squeezed("".join(out))


@pytest.mark.parametrize("number", SAMPLE)
def test_every_word_of_the_sample_is_there_in_order(number: str) -> None:
    assert text_of(opened(SAMPLE[number])) == words_of(SAMPLE[number])


@pytest.mark.gazettes
@pytest.mark.parametrize("issue", ["02", "05"])
def test_every_word_of_the_real_issues_is_there_in_order(gazettes: Path, issue: str) -> None:
    for document in read_gazette((gazettes / f"xuchang-2022-{issue}.txt").read_text(encoding="utf-8")).documents:
        assert text_of(opened(document)) == words_of(document), document.number


@pytest.mark.parametrize("number", SAMPLE)
def test_our_own_reader_reads_the_file_as_the_same_document(number: str) -> None:
    document = SAMPLE[number]
    (again,) = read_gazette(read_docx(to_official_docx(document), 1_000_000)[0]).documents
    assert (again.number, again.title, again.issuer, again.date) == (
        *(document.number, document.title, document.issuer, document.date),
    )
    assert [clause.eid for clause in again.walk()] == [clause.eid for clause in document.walk()]


WORDS = st.one_of(
    st.text(max_size=12), st.sampled_from(["甲。", "甲\t乙", "甲\n乙", "\x00\x0b", "附件：1. 甲\n2.乙", "\t\n\t\t"])
)
CLAUSES = st.recursive(
    st.builds(
        Clause, st.sampled_from(ClauseKind), st.sampled_from(["", "第一条", "一、", "1"]), WORDS, WORDS, st.just(1)
    ),
    lambda below: st.builds(
        Clause,
        *(
            st.sampled_from(ClauseKind),
            st.sampled_from(["", "第一条", "一、"]),
            st.sampled_from(["", "甲"]),
            WORDS,
            st.just(1),
        ),
        children=st.lists(below, max_size=3),
    ),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CLAUSES, max_size=4), WORDS, WORDS, st.none() | st.dates())
def test_any_document(clauses: list[Clause], title: str, issuer: str, day: date | None) -> None:
    parts = [
        Part(PartKind.INSTRUMENT, "附件" if day else "", issuer, 1, clauses=clauses[:2]),
        Part(PartKind.ANNEX, "附件1", issuer, 1, clauses=clauses[2:]),
    ]
    document = made([], title=title, issuer=issuer, date=day, parts=parts)
    word = opened(document)
    assert text_of(word) == words_of(document)
    body = [one.tag for one in word.element.body]
    assert (qn("w:tbl"), qn("w:tbl")) not in itertools.pairwise(body)
    assert body[-2:] != [qn("w:tbl"), qn("w:sectPr")]


def test_more_columns_than_word_can_open() -> None:
    wide = "\t".join(str(n) for n in range(200))
    document = made([Clause(ClauseKind.PREAMBLE, "", "", f"{wide}\n甲\t乙", 1)])
    word = opened(document)
    (table,) = word.tables
    assert {len(row._tr.findall(qn("w:tc"))) for row in table.rows} == {63}
    assert text_of(word) == words_of(document)


def test_a_long_document() -> None:
    """Whatever took more than linear time would stand out here by minutes."""
    clauses = [Clause(ClauseKind.ARTICLE, f"第{n}条", "", "甲。", n) for n in range(1, 20_001)]
    document = made([*clauses, Clause(ClauseKind.PREAMBLE, "", "", "甲\t乙\n" * 5_000, 1)])
    assert text_of(opened(document)) == words_of(document)
