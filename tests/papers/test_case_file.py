"""The list of a case's papers and its time line, read back from the files."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.office.papers.case_file import (
    FileCover,
    FiledPaper,
    Happening,
    contents_docx,
    contents_pdf,
    time_line_docx,
    time_line_pdf,
)
from tests.papers.printed import NONSENSE, TEXTS, bare, check_nonsense, docx_of, pdf_pages, pdf_text

COVER = FileCover("TS-2026-0012", "测绘服务投诉", "青松局中介科", date(2026, 8, 1))
PAPERS = [
    FiledPaper("投诉书", "", "林某某", date(2026, 7, 1), "1-2"),
    FiledPaper("投诉受理通知书", "云青投受〔2026〕12号", "云岭市青松局", date(2026, 7, 3), "3", "已送达"),
]
# 10:05 in Shanghai.
HAPPENINGS = [
    Happening(datetime(2026, 7, 3, 2, 5, tzinfo=UTC), "受理", "陈某某", "云政办〔2026〕5号 第七条"),
    Happening(date(2026, 7, 6), "送达", "陈某某", note="直接送达"),
]
CONTENTS = [pytest.param(contents_docx, "docx", id="docx"), pytest.param(contents_pdf, "pdf", id="pdf")]
TIME_LINE = [pytest.param(time_line_docx, "docx", id="docx"), pytest.param(time_line_pdf, "pdf", id="pdf")]


@pytest.mark.parametrize(("make", "kind"), CONTENTS)
def test_the_list_has_each_paper_with_its_pages(make: Any, kind: str) -> None:
    text = bare(TEXTS[kind](make(COVER, PAPERS, "zh")))
    for said in ("卷内目录", "案件编号：TS-2026-0012", "承办单位：青松局中介科", "制表日期：2026年8月1日"):
        assert said in text, said
    rows = text[text.index("备注") :]
    order = ["1", "林某某", "投诉书", "2026年7月1日", "1-2", "2", "云青投受〔2026〕12号", "投诉受理通知书", "已送达"]
    at = 0
    for one in order:
        assert (at := rows.find(one, at)) >= 0, one


@pytest.mark.parametrize(("make", "kind"), TIME_LINE)
def test_the_time_line_has_days_and_moments(make: Any, kind: str) -> None:
    text = bare(TEXTS[kind](make(COVER, HAPPENINGS, "zh")))
    rows = text[text.index("备注") :]
    at = 0
    for one in ("2026年7月3日10:05", "受理", "云政办〔2026〕5号第七条", "2026年7月6日送达", "直接送达"):
        assert (at := rows.find(one, at)) >= 0, one


def test_the_english_ones_have_english_heads() -> None:
    assert "Contents of the file" in pdf_text(contents_pdf(COVER, PAPERS, "en"))
    text = " ".join(pdf_text(time_line_pdf(COVER, HAPPENINGS, "en")).split())
    assert "What happened" in text and "3 July 2026" in text


def test_many_rows_have_heads_and_the_case_on_each_page() -> None:
    pages = pdf_pages(contents_pdf(COVER, PAPERS * 60, "zh"))
    assert len(pages) > 3
    assert all("题名" in page for page in pages)
    assert all("卷内目录：TS-2026-0012" in page for page in pages[1:])
    assert bare("".join(pages)).count("投诉受理通知书") == 60
    table = docx_of(contents_docx(COVER, PAPERS * 60, "zh")).tables[0]
    assert len(table.rows) == 121 and table.rows[0]._tr.trPr.xpath("w:tblHeader")


@pytest.mark.parametrize("make", [contents_docx, contents_pdf, time_line_docx, time_line_pdf])
def test_an_empty_file_says_so_and_one_input_is_one_file(make: Any) -> None:
    made = make(COVER, [], "zh")
    assert made == make(COVER, [], "zh")
    kind = "pdf" if made.startswith(b"%PDF") else "docx"
    assert "（无）" in TEXTS[kind](made)


def test_what_it_cannot_do_without_is_asked_for() -> None:
    with pytest.raises(GongbaoError, match="number of the case"):
        contents_docx(FileCover("", "甲", "乙", date(2026, 8, 1)), PAPERS, "zh")
    with pytest.raises(GongbaoError, match="time zone"):
        time_line_pdf(COVER, [Happening(datetime(2026, 7, 3, 10, 5), "受理")], "zh")


@pytest.mark.parametrize("name", NONSENSE)
def test_what_people_paste_is_printed(name: str) -> None:
    one = NONSENSE[name]
    for make, kind in ((contents_docx, "docx"), (contents_pdf, "pdf")):
        check_nonsense(name, kind, make(COVER, [FiledPaper(one)], "zh"))
    for make, kind in ((time_line_docx, "docx"), (time_line_pdf, "pdf")):
        check_nonsense(name, kind, make(COVER, [Happening(date(2026, 7, 3), one)], "zh"))
