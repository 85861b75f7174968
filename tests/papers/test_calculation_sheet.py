"""The calculation sheet, read back from the files: what it says, in both languages, page by page."""

import io
import re
from datetime import date
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from gongbao.office.papers.calculation_sheet import sheet_docx, sheet_pdf
from gongbao.rules import Result, compute
from tests.papers.printed import docx_text, pdf_text
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.test_compute import HEATING, trip

DAY = date(2026, 5, 4)
LONG = {"year": 2026, "trips": [trip(f"2026-{1 + n // 28:02}-{1 + n % 28:02}", "3.35") for n in range(60)]}


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


@pytest.mark.parametrize(("language", "asked"), [("zh", "缺少：取暖费用"), ("en", "missing: cost of heating")])
@pytest.mark.parametrize(("make", "text_of"), [(sheet_docx, docx_text), (sheet_pdf, pdf_text)], ids=["docx", "pdf"])
def test_a_missing_fact_is_asked_for_by_its_name(make: Any, text_of: Any, language: str, asked: str) -> None:
    facts = {key: value for key, value in HEATING.items() if key != "cost"} | {"groups": ["alone"]}
    assert asked in text_of(make(compute(heating, facts), language, made_on=DAY)).splitlines()


def test_english_is_broken_between_words_and_has_its_own_marks() -> None:
    facts = {"year": 2026, "trips": [trip("2026-01-01", "3.35") | {"pier": "Westernmost landing stage of the lake"}]}
    made = sheet_pdf(compute(ferry, facts), "en", made_on=DAY)
    lines = pdf_text(made).splitlines()
    assert "made on: 2026-05-04" in lines
    words = {word for line in lines for word in line.split()}
    assert {"Westernmost", "landing", "stage"} <= words
    assert not any("：" in line or "（" in line for line in lines)


def test_units_stand_in_the_head_and_figures_at_the_right() -> None:
    word = Document(io.BytesIO(sheet_docx(compute(ferry, LONG), "zh", made_on=DAY)))
    trips = next(table for table in word.tables if len(table.rows) == 61)
    heads = [cell.text for cell in trips.rows[0].cells]
    fare = heads.index("票价（元）")
    assert trips.rows[1].cells[fare].text == "3.35"
    assert trips.rows[1].cells[fare].paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert trips.rows[1].cells[heads.index("乘船日期")].paragraphs[0].alignment != WD_ALIGN_PARAGRAPH.RIGHT
    assert sum(column.width for column in trips.columns) <= Mm(170)


@pytest.mark.parametrize(("make", "text_of"), [(sheet_docx, docx_text), (sheet_pdf, pdf_text)], ids=["docx", "pdf"])
def test_two_sign_each_with_a_day(make: Any, text_of: Any) -> None:
    text = text_of(make(compute(heating, HEATING), "zh", made_on=DAY))
    end = text[text.index("经办人：") :]
    assert "复核人：" in end and end.count("日期：") == 2


def test_a_long_case_has_heads_on_each_page_and_page_numbers() -> None:
    pdf = pypdfium2.PdfDocument(sheet_pdf(compute(ferry, LONG), "zh", made_on=DAY))
    pages = [page.get_textpage().get_text_range() for page in pdf]
    assert len(pages) > 3
    assert all(f"— {number} —" in page for number, page in enumerate(pages, start=1))
    assert "乘船日期" in pages[0] and "乘船日期" in pages[1]
    word = Document(io.BytesIO(sheet_docx(compute(ferry, LONG), "zh", made_on=DAY)))
    trips = next(table for table in word.tables if len(table.rows) == 61)
    assert trips.rows[0]._tr.trPr.xpath("w:tblHeader")


def tables_of(result: Result) -> list[list[list[str]]]:
    word = Document(io.BytesIO(sheet_docx(result, "zh", made_on=DAY)))
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in word.tables]


def test_rules_on_records_are_told_in_tables_and_what_is_the_same_once() -> None:
    facts = {"year": 2026, "trips": [trip("2026-01-01", "150"), trip("2026-01-02", "150"), trip("2026-01-03", "9")]}
    result = compute(ferry, facts)
    text = docx_text(sheet_docx(result, "zh", made_on=DAY))
    assert text.count("取小(限额前补助, 取大(0, 当日限额 − 此前的补助合计))") == 1
    (told,) = (one for one in tables_of(result) if any("取小(73.00" in cell for row in one for cell in row))
    assert told == [
        ["对象", "代入", "结果"],
        ["第1项", "取小(73.00, 取大(0, 100.00 − 0.00))", "73.00 元"],
        ["第2项", "取小(73.00, 取大(0, 100.00 − 73.00))", "27.00 元"],
        ["第3项", "取小(2.50, 取大(0, 100.00 − 100.00))", "0.00 元"],
    ]
    assert not any(step in text for step in ("见第", "不影响结果"))


@pytest.mark.parametrize("result", [compute(ferry, LONG), compute(heating, HEATING)], ids=["ferry", "heating"])
def test_steps_are_numbered_as_they_are_printed_and_references_lead_to_one(result: Result) -> None:
    text = docx_text(sheet_docx(result, "zh", made_on=DAY))
    printed = [int(found) for found in re.findall(r"^([0-9]+)\. ", text, re.MULTILINE)]
    assert printed == list(range(1, len(printed) + 1)) and len(printed) > 2
    assert {int(found) for found in re.findall("见第([0-9]+)步", text)} <= set(printed)


def test_records_that_come_to_the_same_share_a_row() -> None:
    limits = [row for one in tables_of(compute(ferry, LONG)) for row in one if row[0].startswith("第1项、第2项")]
    assert any(row[0].endswith("、第60项") for row in limits)


def test_a_record_that_lacks_more_than_is_named_says_so() -> None:
    result = compute(ferry, {"year": 2026, "trips": [{} for _ in range(30)]})
    cells = [cell for one in tables_of(result) for row in one for cell in row]
    assert any("缺少 票价  trips[0].fare" in cell for cell in cells)
    assert any(cell.endswith("…") and "未能计算" in cell for cell in cells)


def test_the_words_of_a_clause_stand_below_its_first_step() -> None:
    words = {("云政办〔2026〕3号", "第五条"): "（条文）"}
    result = compute(heating, HEATING)
    text = docx_text(sheet_docx(result, "zh", made_on=DAY, words=lambda *key: words.get(key)))
    assert text.count("（条文）") == 1
