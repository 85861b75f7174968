"""Receipts, read back from the files: number, secret, papers, what comes next; the code and what its address says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pypdfium2.raw
import pytest
import segno

from gongbao.core.errors import GongbaoError
from gongbao.office.papers.paper import Authority, Listed
from gongbao.office.papers.receipt import Receipt, receipt_docx, receipt_pdf
from tests.papers.printed import NONSENSE, TEXTS, bare, check_nonsense, docx_of, pdf_pages, pdf_text

ADDRESS = "https://gongbao.example/zh/where/"
RECEIPT = Receipt(
    Authority("云岭市青松局", telephone="0999-1234567"),
    "TS-2026-0012",
    "7KQ4-M2XR-9WDT",
    "测绘服务投诉",
    # 10:05 in Shanghai.
    datetime(2026, 7, 3, 2, 5, tzinfo=UTC),
    "决定是否受理",
    ADDRESS,
    date(2026, 7, 7),
    "林某某",
    "某某建设公司",
    "授权委托书原件",
    "3号窗口",
    "陈某某",
    (("投诉事项", "收费"),),
    (Listed("投诉书", "2页，原件"), Listed("测绘合同", "6页，复印件")),
)
ONLINE = replace(RECEIPT, counter="", by="", behalf_of="", proof="")
MAKERS = [pytest.param(receipt_docx, "docx", id="docx"), pytest.param(receipt_pdf, "pdf", id="pdf")]


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_it_says_what_was_handed_in_by_whom_and_what_comes_next(make: Any, kind: str) -> None:
    text = bare(TEXTS[kind](make(RECEIPT, "zh")))
    for said in (
        "云岭市青松局",
        "收件回执",
        "TS-2026-0012",
        "林某某",
        "某某建设公司",
        "授权委托书原件",
        "2026年7月3日10:05",
        "3号窗口",
        "陈某某",
        "投诉书",
        "6页，复印件",
        "共2件",
        "决定是否受理",
        "最迟于：2026年7月7日",
        ADDRESS,
        "提交人签名",
    ):
        assert said in text, said
    assert text.count("7KQ4-M2XR-9WDT") == 1
    assert "不要告诉他人" in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("receipt", [RECEIPT, ONLINE], ids=["counter", "online"])
def test_it_is_one_page(language: str, receipt: Receipt) -> None:
    assert len(pdf_pages(receipt_pdf(receipt, language))) == 1


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_over_the_net_nobody_signs(make: Any, kind: str) -> None:
    text = TEXTS[kind](make(ONLINE, "zh"))
    assert "签名" not in text and "收件窗口" not in text and "代理" not in text


def test_the_english_one_has_english_labels() -> None:
    text = " ".join(pdf_text(receipt_pdf(RECEIPT, "en")).split())
    assert "Receipt number" in text and "No later than: 7 July 2026" in text and "3 July 2026, 10:05" in text


def test_no_papers_is_said() -> None:
    assert "未提交材料" in pdf_text(receipt_pdf(replace(RECEIPT, papers=()), "zh"))


def test_the_code_of_the_pdf_is_the_address() -> None:
    page = pypdfium2.PdfDocument(receipt_pdf(RECEIPT, "zh"))[0]
    paths = [one.get_bounds() for one in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH])]
    squares = [it for it in paths if it[2] - it[0] > 50 and abs((it[2] - it[0]) - (it[3] - it[1])) < 0.5]
    assert len(squares) == 1
    left, _, right, top = squares[0]
    picture = page.render(scale=6, grayscale=True).to_pil()
    wanted = [list(map(bool, row)) for row in segno.make(ADDRESS, error="m", micro=False).matrix_iter(border=0)]
    side = (right - left) / len(wanted)
    middles = [(place + 0.5) * side for place in range(len(wanted))]
    seen = [
        [picture.getpixel((int((left + x) * 6), int((page.get_height() - top + y) * 6))) < 128 for x in middles]
        for y in middles
    ]
    assert seen == wanted


def test_the_code_of_the_word_file_is_the_address_and_says_what_it_is() -> None:
    word = docx_of(receipt_docx(RECEIPT, "zh"))
    assert len(word.inline_shapes) == 1
    assert "二维码" in word.inline_shapes[0]._inline.docPr.get("descr")
    picture = next(part.blob for part in word.part.package.iter_parts() if part.content_type == "image/png")
    other = docx_of(receipt_docx(replace(RECEIPT, address=ADDRESS + "en"), "zh"))
    assert picture != next(part.blob for part in other.part.package.iter_parts() if part.content_type == "image/png")


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS + "?secret=7KQ4-M2XR-9WDT",
        ADDRESS + "?name=%E6%9E%97%E6%9F%90%E6%9F%90",
        ADDRESS + "某某建设公司",
        "ftp://gongbao.example/",
        "/zh/where/",
        "",
    ],
)
def test_an_address_that_tells_too_much_or_leads_nowhere_is_refused(address: str) -> None:
    with pytest.raises(GongbaoError) as told:
        receipt_pdf(replace(RECEIPT, address=address), "zh")
    assert told.value.where == "address"
    assert RECEIPT.secret not in str(told.value) and RECEIPT.handed_in_by not in str(told.value)


@pytest.mark.parametrize(
    "change", [{"proof": " "}, {"secret": ""}, {"number": ""}, {"next": ""}, {"at": datetime(2026, 7, 3)}]
)
def test_what_it_cannot_do_without_is_asked_for(change: dict[str, Any]) -> None:
    with pytest.raises(GongbaoError):
        receipt_docx(replace(RECEIPT, **change), "zh")


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_one_receipt_is_one_file(make: Any, kind: str) -> None:
    assert make(RECEIPT, "zh") == make(RECEIPT, "zh")


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_what_people_paste_is_printed(make: Any, kind: str, name: str) -> None:
    one = NONSENSE[name]
    receipt = replace(RECEIPT, told=(("说明", one),), papers=(Listed(one[:200], one[:200]),), handed_in_by=one[:200])
    check_nonsense(name, kind, make(receipt, "zh"))
