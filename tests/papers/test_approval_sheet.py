"""Approval sheets, read back from the files: opinions in order, boxes for those who still sign, heads on each page."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from docx.shared import Mm

from gongbao.core.errors import GongbaoError
from gongbao.office.papers.approval_sheet import ApprovalSheet, OpinionGiven, ToSign, approval_docx, approval_pdf
from gongbao.office.papers.paper import Listed
from gongbao.procedures.sign_off import Verdict
from tests.papers.printed import NONSENSE, TEXTS, bare, check_nonsense, docx_of, pdf_pages, pdf_text

# 10:05 in Shanghai.
AT = datetime(2026, 7, 3, 2, 5, tzinfo=UTC)
SHEET = ApprovalSheet(
    "处理决定审批单",
    "TS-2026-0012",
    "测绘服务投诉",
    "青松局中介科",
    "作出处理决定",
    "陈某某",
    AT,
    "云政办〔2026〕5号 第七条",
    (("处理结果", "投诉属实"), ("查明的事实", "多收3,200元。\n已核对合同。")),
    ("云岭市财政局", "云岭市发展改革委"),
    (
        OpinionGiven("科室负责人", "青松局中介科", Verdict.SIGNED, "", "李某某", AT),
        OpinionGiven("会签", "云岭市财政局", Verdict.OBJECTED, "先核对口径。", "周某某", AT.replace(day=4)),
    ),
    (ToSign("会签", "云岭市发展改革委"), ToSign("分管负责人", "青松局")),
    (Listed("投诉书", "2页，原件"), Listed("合同")),
)
MAKERS = [pytest.param(approval_docx, "docx", id="docx"), pytest.param(approval_pdf, "pdf", id="pdf")]


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_it_says_what_is_proposed_and_what_was_said_in_order(make: Any, kind: str) -> None:
    text = bare(TEXTS[kind](make(SHEET, "zh")))
    for said in (
        "处理决定审批单",
        "TS-2026-0012",
        "测绘服务投诉",
        "作出处理决定",
        "云政办〔2026〕5号第七条",
        "2026年7月3日10:05",
        "云岭市财政局、云岭市发展改革委",
        "多收3,200元。",
        "已核对合同。",
    ):
        assert said in text, said
    opinions = text[text.index("签名时间") :]
    order = ["科室负责人", "同意", "李某某", "会签", "有不同意见：先核对口径。", "周某某", "2026年7月4日10:05"]
    order += ["云岭市发展改革委", "分管负责人", "投诉书"]
    places = [opinions.find(one) for one in order]
    assert -1 not in places and places == sorted(places)


def test_who_still_signs_has_an_empty_box() -> None:
    table = next(one for one in docx_of(approval_docx(SHEET, "zh")).tables if one.rows[0].cells[0].text == "环节")
    waiting = table.rows[-2:]
    assert [row.cells[0].text for row in waiting] == ["会签\n云岭市发展改革委", "分管负责人\n青松局"]
    for row in waiting:
        assert [cell.text for cell in row.cells[1:]] == ["", "", ""]
        assert row.height >= Mm(16)
    assert table.rows[0]._tr.trPr.xpath("w:tblHeader")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_ordinary_one_is_one_page(language: str) -> None:
    assert len(pdf_pages(approval_pdf(SHEET, language))) == 1


def test_a_long_one_has_case_and_heads_on_each_page_and_a_line_around_each() -> None:
    opinion = OpinionGiven("科室负责人", "中介科", Verdict.SIGNED, "很长的意见。" * 1_600, "李某某", AT)
    made = approval_pdf(replace(SHEET, opinions=(opinion, opinion), files=()), "zh")
    pages = pdf_pages(made)
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"— {number} —" in page
        assert "环节" in page and "签名" in page
        assert ("处理决定审批单：TS-2026-0012" in page) == (number > 1)
    assert bare(pdf_text(made)).count("很长的意见。") > 3_150
    # Below the table of a page in the middle is a line from side to side.
    picture = pypdfium2.PdfDocument(made)[2].render(scale=1, grayscale=True).to_pil().convert("L")
    lines = [y for y in range(picture.height) if all(picture.getpixel((x, y)) < 230 for x in range(70, 520, 3))]
    assert lines[-1] > 740


def test_the_english_one_has_english_labels() -> None:
    text = " ".join(pdf_text(approval_pdf(SHEET, "en")).split())
    assert "agreed" in text and "objects: 先核对口径。" in text and "Countersigning units" in text
    assert "3 July 2026, 10:05" in text


def test_without_opinions_files_and_proposal_their_parts_are_left_out() -> None:
    text = pdf_text(approval_pdf(replace(SHEET, proposal=(), opinions=(), waiting=(), files=()), "zh"))
    assert not any(one in text for one in ("审批意见", "附件清单", "拟办内容"))


@pytest.mark.parametrize("change", [{"title": ""}, {"case_number": " "}, {"proposed_at": datetime(2026, 7, 3)}])
def test_what_it_cannot_do_without_is_asked_for(change: dict[str, Any]) -> None:
    with pytest.raises(GongbaoError):
        approval_docx(replace(SHEET, **change), "zh")


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_one_sheet_is_one_file(make: Any, kind: str) -> None:
    assert make(SHEET, "zh") == make(SHEET, "zh")


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_what_people_paste_is_printed(make: Any, kind: str, name: str) -> None:
    one = NONSENSE[name]
    check_nonsense(name, kind, make(replace(SHEET, proposal=(("内容", one),)), "zh"))
    opinion = OpinionGiven(one, one, Verdict.RETURNED, one, one, AT)
    everywhere = ApprovalSheet(one, one, one, one, one, one, AT, one, ((one, one),), (one,), (opinion,))
    if name != "long":
        assert TEXTS[kind](make(everywhere, "zh"))
