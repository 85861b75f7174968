"""The calculation sheet, read back from the files: what it says, in both languages, page by page."""

import io
from datetime import date
from typing import Any

import pypdfium2
import pytest
from docx import Document

from gongbao.office.papers.calculation_sheet import sheet_docx, sheet_pdf
from gongbao.rules import compute
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.test_compute import HEATING, trip

DAY = date(2026, 5, 4)
LONG = {"year": 2026, "trips": [trip(f"2026-{1 + n // 28:02}-{1 + n % 28:02}", "3.35") for n in range(60)]}


def docx_text(content: bytes) -> str:
    word = Document(io.BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in word.paragraphs), *cells])


def pdf_text(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf).replace("\r", "")


@pytest.mark.parametrize("read", [(sheet_docx, docx_text), (sheet_pdf, pdf_text)], ids=["docx", "pdf"])
def test_it_says_facts_values_steps_and_clauses(read: Any) -> None:
    make, text_of = read
    text = text_of(make(compute(heating, HEATING), "zh", made_on=DAY))
    for said in (
        "取暖补贴计算单",
        "云政办〔2026〕3号",
        "2026-05-04",
        "取暖费用",
        "1,500.55 元",
        "715.19 元",
        "清洁能源加补比例",
        "650.17 × 10%",
        "第五条",
        "经办人",
        "独居老人",
    ):
        assert said in text, said


@pytest.mark.parametrize("make", [sheet_docx, sheet_pdf])
def test_the_english_one_has_english_labels(make: Any) -> None:
    text = (docx_text if make is sheet_docx else pdf_text)(make(compute(heating, HEATING), "en", made_on=DAY))
    assert "cost of heating" in text and "total subsidy" in text and "Prepared by" in text


@pytest.mark.parametrize("make", [sheet_docx, sheet_pdf])
def test_one_result_and_day_is_one_file(make: Any) -> None:
    result = compute(heating, HEATING)
    assert make(result, "zh", made_on=DAY) == make(result, "zh", made_on=DAY)
    assert make(result, "zh", made_on=DAY) != make(result, "zh", made_on=date(2026, 5, 5))


def test_what_is_missing_is_said() -> None:
    facts = {key: value for key, value in HEATING.items() if key != "cost"}
    text = docx_text(sheet_docx(compute(heating, facts), "zh", made_on=DAY))
    assert "未提供" in text and "未能计算" in text


def test_a_long_case_has_heads_on_each_page_and_page_numbers() -> None:
    pdf = pypdfium2.PdfDocument(sheet_pdf(compute(ferry, LONG), "zh", made_on=DAY))
    pages = [page.get_textpage().get_text_range() for page in pdf]
    assert len(pages) > 3
    assert all(f"— {number} —" in page for number, page in enumerate(pages, start=1))
    assert "乘船日期" in pages[0] and "乘船日期" in pages[1]
    word = Document(io.BytesIO(sheet_docx(compute(ferry, LONG), "zh", made_on=DAY)))
    trips = next(table for table in word.tables if len(table.rows) == 61)
    assert trips.rows[0]._tr.trPr.xpath("w:tblHeader")


def test_the_words_of_a_clause_stand_below_its_first_step() -> None:
    words = {("云政办〔2026〕3号", "第五条"): "（条文）"}
    result = compute(heating, HEATING)
    text = docx_text(sheet_docx(result, "zh", made_on=DAY, words=lambda *key: words.get(key)))
    assert text.count("（条文）") == 1
