"""Letters, read back from the files: what they say and in what order, what is refused, where the signature stands."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pypdfium2
import pytest

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.papers.letters import (
    CaseLetter,
    RemedyTold,
    Service,
    clause_in_words,
    items,
    letter_docx,
    letter_paper,
    letter_pdf,
)
from gongbao.office.papers.paper import Authority
from gongbao.office.papers.wordings import GENERAL, WordingError, read_wording, wording
from gongbao.procedures import Remedy, days, months
from gongbao.systems.intermediary_market.complaints.procedure import complaint
from tests.papers.printed import NONSENSE, TEXTS, bare, check_nonsense, docx_of, pdf_pages, pdf_text

MARKET = files("gongbao.systems.intermediary_market").joinpath("wordings")
AUTHORITY = Authority("云岭市青松局", "中介服务科", "0999-1234567", "青松路8号", "工作日9:00—17:00")
REVIEW = Remedy(
    "review", Label("行政复议", "review"), days(60), "行政复议法 第二十条", Label("云岭市人民政府", "the city")
)
SUIT = Remedy("suit", Label("行政诉讼", "lawsuit"), months(6), "行政诉讼法 第四十六条", Label("人民法院", "the court"))
MAKERS = [pytest.param(letter_docx, "docx", id="docx"), pytest.param(letter_pdf, "pdf", id="pdf")]
# What a case has, beside the fields that its steps ask for: see gongbao.office.cases.papers.
OF_THE_CASE = {"case_number", "due_on", *(f"{step}_on" for step in complaint.steps)}

REFUSAL = CaseLetter(
    AUTHORITY,
    Label("不予受理决定书", "decision not to accept"),
    "云青投不〔2026〕3号",
    "林某某",
    read_wording(
        "关于{matter}的申请收悉。\n理由：{reason}\n根据{clauses}的规定不予受理。\n{remedies}", "zh", "refusal"
    ),
    {"matter": "测绘", "reason": "不属于本机关职责。"},
    clauses=("云政办〔2026〕5号 第九条", "行政许可法 第三十二条"),
    remedies=(RemedyTold(REVIEW), RemedyTold(SUIT)),
    day=date(2026, 7, 3),
)


def in_english(**other: Any) -> CaseLetter:
    words = read_wording("We refuse {matter}: {reason}\nUnder {clauses}.\n{remedies}", "en", "refusal.en")
    return replace(REFUSAL, wording=words, **other)


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_it_says_who_what_why_and_what_against_it_in_that_order(make: Any, kind: str) -> None:
    text = bare(TEXTS[kind](make(REFUSAL)))
    order = [
        "云岭市青松局",
        "不予受理决定书",
        "云青投不〔2026〕3号",
        "林某某：",
        "关于测绘的申请收悉。",
        "理由：不属于本机关职责。",
        "根据云政办〔2026〕5号第九条、《行政许可法》第三十二条的规定不予受理。",
        "如对本文书不服",
        "1.行政复议：自本文书送达之日起60日内，向云岭市人民政府提出（《行政复议法》第二十条）。",
        "2.行政诉讼：自本文书送达之日起6个月内，向人民法院提出（《行政诉讼法》第四十六条）。",
        "云岭市青松局2026年7月3日",
        "（联系部门：中介服务科；联系电话：0999-1234567；地址：青松路8号；办公时间：工作日9:00—17:00）",
        "送达回证",
    ]
    places = [text.find(one) for one in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_once_served_the_remedies_have_their_last_days(make: Any, kind: str) -> None:
    served = replace(
        REFUSAL,
        served=Service(date(2026, 7, 6), "直接送达", "一楼窗口"),
        remedies=(
            RemedyTold(REVIEW, where="青松区人民政府", last_day=date(2026, 9, 4)),
            RemedyTold(SUIT, last_day=date(2027, 1, 6), provisional=True),
        ),
    )
    text = bare(TEXTS[kind](make(served)))
    assert "自2026年7月6日送达之日起60日内，即最迟于2026年9月4日，向青松区人民政府提出" in text
    assert "即最迟于2027年1月6日（节假日安排尚未公布，暂定），向人民法院提出" in text
    proof = text[text.index("送达回证") :]
    assert "直接送达" in proof and "一楼窗口" in proof and "2026年7月6日" in proof and "□直接" not in proof


def test_a_last_day_without_service_is_refused() -> None:
    with pytest.raises(GongbaoError, match="review"):
        letter_docx(replace(REFUSAL, remedies=(RemedyTold(REVIEW, last_day=date(2026, 9, 4)),)))


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_the_english_letter_says_that_it_is_a_translation(make: Any, kind: str) -> None:
    text = " ".join(TEXTS[kind](make(in_english())).split())
    for said in (
        "Decision not to accept",
        "林某某:",
        "We refuse 测绘",
        "1. review: within 60 days of service of this letter, at the city",
        "3 July 2026",
        "the Chinese text alone has legal effect",
        "Proof of service",
    ):
        assert said in text, said
    assert "，" not in text


# --- what has to be corrected


def test_what_has_to_be_corrected_is_numbered_and_a_single_one_is_not() -> None:
    words = read_wording("请补正：\n{to_correct}\n特此通知。", "zh", "correction")
    letter = replace(REFUSAL, wording=words, remedies=(), to_correct=("测绘合同", "3份复印件", "  "))
    lines = [one.text for one in docx_of(letter_docx(letter)).paragraphs]
    at = lines.index("请补正：")
    assert lines[at + 1 : at + 4] == ["1.测绘合同", "2. 3份复印件", "特此通知。"]
    lines = [one.text for one in docx_of(letter_docx(replace(letter, to_correct=("测绘合同",)))).paragraphs]
    assert "测绘合同" in lines


def test_items_are_the_lines_without_their_numbers() -> None:
    assert items("1. 合同\n2、付款凭证\n\n（三）身份证明\n- 其他\n2.5万元的发票\n3份复印件") == (
        "合同",
        "付款凭证",
        "身份证明",
        "其他",
        "2.5万元的发票",
        "3份复印件",
    )


# --- wordings


@pytest.mark.parametrize("missing", ["matter", "reason"])
@pytest.mark.parametrize("value", [None, "", " \n\u3000"])
def test_a_gap_that_is_not_filled_is_named_with_its_line(missing: str, value: str | None) -> None:
    values = {key: one for key, one in REFUSAL.values.items() if key != missing}
    if value is not None:
        values[missing] = value
    with pytest.raises(WordingError) as told:
        letter_docx(replace(REFUSAL, values=values))
    line = {"matter": 1, "reason": 2}[missing]
    assert str(told.value) == f"refusal: the letter cannot be written: nothing is given for {{{missing}}} (line {line})"


def test_what_is_missing_is_told_all_at_once() -> None:
    with pytest.raises(WordingError, match=r"\{matter\} \(line 1\), \{reason\} \(line 2\), \{remedies\} \(line 4\)"):
        letter_docx(replace(REFUSAL, values={}, remedies=()))


def test_remedies_that_the_wording_has_no_place_for_are_not_dropped() -> None:
    with pytest.raises(WordingError, match=r"no place for \{remedies\}"):
        letter_docx(replace(REFUSAL, wording=read_wording("不予受理。", "zh", "refusal")))


def test_a_paragraph_is_left_out_for_want_of_what_it_may_do_without() -> None:
    words = read_wording("决定。\n电话：{telephone?}，找{name?}。\n完。", "zh", "one")
    letter = replace(REFUSAL, wording=words, remedies=(), values={})
    texts = [one.text for one in docx_of(letter_docx(letter)).paragraphs]
    assert "完。" in texts and not any(one.startswith("电话") for one in texts)
    texts = [one.text for one in docx_of(letter_docx(replace(letter, values={"name": "某"}))).paragraphs]
    assert "电话：0999-1234567，找某。" in texts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("一。\n二{Reason}。", "one:2: a gap is written"),
        ("一。\n\n# {\n二{", "one:4: a gap is written"),
        ("{a}}", "one:1: a gap is written"),
        ("救济：{remedies}", "one:1: {remedies} has to stand on a line of its own"),
        ("# 无\n\n", "one: the wording is empty"),
    ],
)
def test_a_wording_that_cannot_be_read_names_the_line(text: str, told: str) -> None:
    with pytest.raises(WordingError) as error:
        read_wording(text, "zh", "one")
    assert str(error.value).startswith(told)


def test_what_fills_a_gap_is_no_wording_itself() -> None:
    letter = replace(REFUSAL, values=dict(REFUSAL.values) | {"reason": "见{clauses}和{nothing}\n第二段"})
    texts = [one.text for one in docx_of(letter_docx(letter)).paragraphs]
    assert "理由：见{clauses}和{nothing}" in texts and "第二段" in texts


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", sorted(complaint.letters))
def test_each_letter_of_the_complaint_has_words_that_its_case_can_fill(key: str, language: str) -> None:
    found = wording(key, language, MARKET)
    assert MARKET.joinpath(found.name).is_file() and found.name.startswith(key)
    fields = {one.key for one in complaint.fields()}
    of_the_letter = {"clauses", "to_correct", "remedies"}
    assert found.gaps <= fields | OF_THE_CASE | of_the_letter
    declared = complaint.letters[key]
    assert ("remedies" in found.gaps) == bool(declared.remedies)
    letter = CaseLetter(
        AUTHORITY,
        declared.label,
        "云青投〔2026〕1号",
        "林某某",
        found,
        {gap: f"（{gap}）" for gap in found.gaps - of_the_letter},
        clauses=(complaint.cite(declared.clause),),
        to_correct=("合同",) if "to_correct" in found.gaps else (),
        remedies=tuple(map(RemedyTold, declared.remedies)),
    )
    text = pdf_text(letter_pdf(letter))
    assert "{" not in text
    assert all(f"（{gap}）" in bare(text) for gap in found.gaps - of_the_letter)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_letter_without_words_of_its_own_takes_ours(language: str) -> None:
    assert wording("acceptance", language).name == f"acceptance.{language}.txt"
    general = wording("extension", language, MARKET)
    assert general.name == f"{GENERAL}.{language}.txt"
    with pytest.raises(WordingError, match=r"\{text\}"):
        letter_docx(replace(REFUSAL, wording=general))
    text = pdf_text(letter_pdf(replace(REFUSAL, wording=general, values={"text": "期限延长。"})))
    assert "期限延长。" in text and "云政办〔2026〕5号" in text
    for key in ("correction", "refusal", "decision"):
        assert wording(key, language).gaps


def test_clauses_are_cited_as_a_letter_does() -> None:
    assert clause_in_words("云政办〔2026〕5号 第九条", "zh") == "云政办〔2026〕5号第九条"
    assert clause_in_words("行政复议法 第二十条", "zh") == "《行政复议法》第二十条"
    assert clause_in_words("《行政复议法》 第二十条", "zh") == "《行政复议法》第二十条"
    assert clause_in_words("第九条", "zh") == "第九条"
    assert clause_in_words("行政复议法 第二十条", "en") == "行政复议法 第二十条"


@pytest.mark.parametrize("change", [{"addressee": " "}, {"authority": Authority("\u200b")}])
def test_a_letter_to_nobody_or_from_nobody_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(GongbaoError, match="the paper needs"):
        letter_docx(replace(REFUSAL, **change))


# --- the page


def test_the_proof_of_service_has_a_page_of_its_own() -> None:
    pages = pdf_pages(letter_pdf(REFUSAL))
    assert [("送达回证" in page) for page in pages] == [False] * (len(pages) - 1) + [True]
    proof = bare(pages[-1])
    for said in ("不予受理决定书", "云青投不〔2026〕3号", "林某某", "送达地点", "□直接", "见证人签名", "受送达人签名"):
        assert said in proof, said
    word = docx_of(letter_docx(REFUSAL))
    begins = [one for one in word.paragraphs if one.paragraph_format.page_break_before]
    assert [one.text for one in begins] == ["云岭市青松局"]
    assert "送达回证" not in pdf_text(letter_pdf(replace(REFUSAL, with_proof=False)))


def rectangle(page: Any, text: str) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the last place where the text stands, in points."""
    reader = page.get_textpage()
    whole = reader.get_text_range()
    at = whole.rindex(text)
    boxes = [reader.get_charbox(place) for place in range(at, at + len(text))]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def test_there_is_room_for_the_seal_and_the_date_stands_four_characters_in() -> None:
    letter = replace(REFUSAL, wording=read_wording("不予受理。", "zh", "one"), remedies=())
    page = pypdfium2.PdfDocument(letter_pdf(letter))[0]
    text, unit, day = (rectangle(page, one) for one in ("不予受理。", "云岭市青松局", "2026年7月3日"))
    right = (210 - 23.8) / 25.4 * 72
    assert right - day[2] == pytest.approx(4 * 16, abs=3)
    assert (unit[0] + unit[2]) / 2 == pytest.approx((day[0] + day[2]) / 2, abs=3)
    # Two lines free above; a seal of 42 mm about the middle of both then leaves the text alone.
    middle = (unit[1] + day[3]) / 2
    assert text[1] > middle + 21 / 25.4 * 72
    assert unit[3] < text[1] - 2 * 28
    contact = rectangle(page, "（联系部门")
    assert contact[3] < day[1] - 20


def test_a_long_unit_stays_on_the_paper() -> None:
    letter = replace(REFUSAL, unit="云岭市青松局" * 4 + "印章科")
    made = letter_pdf(letter)
    page = next(at for at, text in enumerate(pdf_pages(made)) if "印章科" in text)
    left, _, right, _ = rectangle(pypdfium2.PdfDocument(made)[page], "印章科")
    assert left > 28 / 25.4 * 72 and right < (210 - 23) / 25.4 * 72


def test_the_signature_never_stands_alone_and_no_line_begins_with_a_mark() -> None:
    words = read_wording("{reason}\n特此通知。", "zh", "one")
    for count in range(150, 800, 31):
        reason = ("甲乙丙丁（戊己庚）、" * 100)[:count] + "完。"
        letter = replace(REFUSAL, wording=words, remedies=(), values={"reason": reason}, with_proof=False)
        pages = pdf_pages(letter_pdf(letter))
        signed = next(page for page in pages if "2026年7月3日" in page)
        assert "云岭市青松局" in signed and "特此通知" in signed and "联系电话" in signed
        assert "甲乙" in signed or "戊己" in signed, count
        lines = [line for page in pages for line in page.splitlines() if line]
        assert not any(line[0] in "，。、；：）" for line in lines)
        assert not any(line[-1] in "（〔《" for line in lines)


def test_a_day_that_is_not_set_is_left_to_be_written() -> None:
    texts = [one.text for one in docx_of(letter_docx(replace(REFUSAL, day=None))).paragraphs]
    assert "　　　　年　　月　　日" in texts


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_one_letter_is_one_file(make: Any, kind: str) -> None:
    assert make(REFUSAL) == make(REFUSAL)
    assert make(REFUSAL) != make(replace(REFUSAL, day=date(2026, 7, 4)))


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_what_people_paste_is_printed(make: Any, kind: str, name: str) -> None:
    letter = replace(REFUSAL, values=dict(REFUSAL.values) | {"reason": NONSENSE[name]})
    check_nonsense(name, kind, make(letter))


@pytest.mark.parametrize("name", sorted(NONSENSE.keys() - {"lines", "separators"}))
def test_nonsense_in_the_head_and_the_list_makes_a_paper_all_the_same(name: str) -> None:
    one = NONSENSE[name][:2_000]
    letter = replace(
        REFUSAL,
        authority=Authority(one, one, one, one, one),
        addressee=one,
        number=one,
        unit=one,
        clauses=(one,),
        place_of_service=one,
    )
    assert docx_of(letter_docx(letter)).paragraphs
    assert pdf_pages(letter_pdf(letter))


def test_names_with_accents_are_printed_as_they_are() -> None:
    assert "José Müñoz" in pdf_text(letter_pdf(in_english(addressee="José Müñoz")))


def test_the_paper_carries_no_author_and_the_day_of_the_letter() -> None:
    about = docx_of(letter_docx(REFUSAL)).core_properties
    assert (about.author, about.created.date(), about.title) == ("", date(2026, 7, 3), "不予受理决定书")
    assert letter_paper(REFUSAL).language == "zh"
