"""What a visitor tries so as to learn names that are masked: each was found once. The city and its people are invented.

The names stand where no list of names is: among units, in titles of annexes and instruments, in locators, in what
another document says, in what quotations cut, beside what cleaning changed.
"""

import re
import unicodedata
from html import unescape
from urllib.parse import unquote

import pytest
from django.urls import reverse

from gongbao.gazette import duties, indicators
from gongbao.gazette.masking import MASK, Mark, Masker, PersonalKind
from gongbao.office import kept
from gongbao.office.library import actions, queries
from gongbao.office.library.models import Cleaning, DutyUnit, PersonalMark, Revision
from gongbao.office.people.readers import KEEPER, VISITOR
from tests.library.test_content import ingest
from tests.site.test_content_pages import crawl, words_of

NAMES = ("祁望川", "谷雨眠", "慕容听雪")
FLOODS, OTHER = "岚川政办〔2026〕2号", "岚川政办〔2026〕3号"
ISSUE = f"""岚川市人民政府公报

2026年第1期

岚川市人民政府办公室
关于印发防汛工作两个办法的通知

{FLOODS}

各县（区）人民政府：

《岚川市防汛方案》《祁望川工作室办法》已经市政府同意，现印发给你们，请认真贯彻执行。

附件：1.祁望川防汛责任表
2.谷雨眠防汛责任表

岚川市人民政府办公室
2026年2月5日

岚川市防汛方案

一、到2026年底，祁望川包保责任区水位达标率达到98%以上。（责任单位：市水利局、谷雨眠、祁望川）
二、联系人：祁望川，电话：13612340001；联系人：谷雨眠，电话：13612340002；联系人：慕容听雪，电话：13612340003。
三、{"加强巡查防守" * 98}，由慕容听雪{"加强巡查防守" * 9}，市水利局应当于2026年9月30日前完成。
四、市水利局应当于2026年6月30日前{"稳" * 186}慕容听雪{"完成排查整治" * 40}。
《祁望川工作室暂行办法》（岚川政办〔2024〕9号）同时废止。

祁望川工作室办法

第一条　祁望川工作室应当于2026年9月30日前完成建设。

附件1

祁望川防汛责任表

姓名	单位	电话
祁望川	市水利局	13612340001
谷雨眠	市防办	13612340002

岚川市人民政府办公室
关于修改部分文件的通知

{OTHER}

各县（区）人民政府，市人民政府各部门：

一、废止《祁望川工作室办法》（{FLOODS}）第一条。

岚川市人民政府办公室
2026年5月5日
"""


@pytest.fixture
def floods(db) -> Revision:
    ingest(ISSUE)
    shown = queries.get_revision(FLOODS)
    assert set(NAMES) <= set(shown.personal_marks.values_list("value", flat=True))
    return shown


def seen_in(words: str) -> str:
    """Words without the marks and white space that a page has among them."""
    plain = unicodedata.normalize("NFKC", re.sub(r"<[^>]*>", "", unescape(words).replace("\r\n ", "")))
    return re.sub(r"\s", "", plain)


@pytest.mark.one_database
def test_a_name_among_units_in_titles_and_in_locators_is_met_nowhere(client, floods) -> None:
    _feed, token = actions.open_feed("值班室")
    seen = crawl(client)
    for url in (
        reverse("library:feed", args=[token]),
        f"/api/documents/{FLOODS}",
        f"/api/documents/{FLOODS}/status?on=2027-01-01",
        *(f"/api/{room}" for room in ("duties", "indicators", "findings")),
    ):
        seen[url] = words_of(client.get(url))
    listed = client.get("/api/documents").json()
    seen["listed"] = next(str(one) for one in listed["items"] if one["key"] == FLOODS)
    assert len(seen) > 50
    for url, words in seen.items():
        # What the other document says is not marked in it, and stands on its own pages.
        if OTHER not in unquote(url):
            for name in NAMES:
                assert name not in seen_in(words), url


def test_a_keeper_reads_titles_and_repeals_as_they_stand(floods) -> None:
    assert queries.parts(floods, KEEPER)[2].title == "祁望川工作室办法"
    fresh = queries.get_revision(FLOODS)
    assert [queries.parts(fresh, VISITOR)[at].title for at in (2, 3)] == [f"{MASK}工作室办法", f"{MASK}防汛责任表"]
    assert queries.references(fresh)[-1].title == f"{MASK}工作室暂行办法"


@pytest.mark.parametrize("piece", ["祁", "望川", "川包", "祁望川", "雨眠", "谷雨眠"])
def test_nothing_is_counted_by_a_piece_of_a_name(client, floods, piece: str) -> None:
    for room, field in (("duties", "unit"), ("indicators", "text"), ("indicators", "unit")):
        assert client.get(f"/api/{room}", {field: piece}).json()["count"] == 0, room
    assert FLOODS not in [one.document.key for one in queries.list_documents(text=piece)]
    assert queries.indicators(text="水位达标率").count() == 1
    assert queries.indicators(text=piece, reader=KEEPER).count() == int(piece in "祁望川包保")


def test_a_person_among_units_is_no_unit(floods) -> None:
    assert set(DutyUnit.objects.values_list("name", flat=True)) == {"市水利局"}


def test_indicators_are_found_by_a_part_of_a_unit(sample) -> None:
    every = [one for one in queries.indicators() if one.units]
    assert every
    name = every[0].units[0]
    assert every[0] in queries.indicators(unit=name[:3])
    # Databases keep the characters of a list as \\u5e02: nobody looks for that.
    assert not queries.indicators(unit="u5e")


def test_a_quotation_that_was_cut_shows_no_piece_of_a_name(client, floods) -> None:
    told = queries.seen_duties(queries.duties(queries.DutyFilter(on=floods.date)))
    for duty in told:
        for words in (duty.duty, duty.quote):
            assert not re.search("慕容|容听|听雪", words), words


def test_what_a_cut_leaves_of_a_value() -> None:
    marks = [(PersonalKind.NAME, "王建设"), (PersonalKind.NAME, "慕容听雪"), (PersonalKind.TELEPHONE, "13612340002")]
    mask = Masker(Mark(*mark) for mark in marks)
    for words, longest, shown in (
        ("由慕容听雪和慕容", 0, f"由{MASK}和{MASK}"),
        ("由慕容听……完成", 99, f"由{MASK}……完成"),
        ("电话136 1234", 99, f"电话{MASK}"),
        ("共5013612", 99, "共5013612"),
        ("听雪负责", 4, f"{MASK}负责"),
        # Words that people are called by begin many a sentence that was not cut.
        ("建设广场", 5, "建设广场"),
        ("", 0, ""),
    ):
        assert mask.passage(words, longest=longest) == shown


def test_the_lengths_of_passages_are_those_that_they_are_cut_to() -> None:
    assert (queries._DUTY, queries._DUTY_QUOTE) == (duties._DUTY_LENGTH, duties._QUOTE_LENGTH)
    assert (queries._INDICATOR, queries._INDICATOR_QUOTE) == (indicators._NAME_LENGTH, indicators._QUOTE_LENGTH)


def test_no_piece_of_a_name_stands_beside_what_cleaning_changed(db) -> None:
    """Whatever was changed near a name: before it, in it, behind it, at any distance."""
    torn = (f"{place}.由慕 容听雪{'稳' * place}联系 ，电话１３６１２３４０００３。\n" for place in range(1, 41))
    head = "岚川市人民政府办公室\n关于值守工作的通知\n\n岚川政办〔2026〕5号\n\n联系人：慕容听雪，电话：13612340003。\n"
    ingest(head + "".join(torn) + "\n岚川市人民政府办公室\n2026年2月5日\n")
    shown = queries.get_revision("岚川政办〔2026〕5号")
    assert PersonalMark.objects.filter(value="慕容听雪").exists()
    changes = queries.cleanings(shown, shown.first_line, shown.last_line)
    assert len(changes) > 80 and any(change.before == MASK for change in changes)
    for change in changes:
        for words in (change.before, change.after):
            assert not re.search("[慕容听雪]|136|0003", seen_in(words)), words
    unmasked = queries.cleanings(shown, shown.first_line, shown.last_line, KEEPER)
    assert len(unmasked) == Cleaning.objects.filter(line__range=(shown.first_line, shown.last_line)).count()


@pytest.mark.parametrize("path", ["/duties/", "/duties.xlsx", "/indicators/", "/indicators.xlsx", "/findings/"])
@pytest.mark.parametrize("asked", ["\x00", "a\x00b"])
def test_no_database_is_asked_for_a_nought(client, floods, path: str, asked: str) -> None:
    """PostgreSQL takes no NUL in what is looked for."""
    for field in ("document", "unit", "text"):
        assert client.get(path, {field: asked}).status_code == 200


# --- a document that nobody has looked through yet

WORDS = (
    *NAMES,
    "13612340001",
    "水位达标率",
    "加强巡查防守",
    "包保责任区",
    "市水利局",
    "防汛方案",
    "暂行办法",
    "完成建设",
)


@pytest.fixture
def not_looked_through(floods) -> Revision:
    """As an upgrade that was cut off leaves it at the worst: what an older version derived is there, the marks not."""
    with kept.action("test"):
        PersonalMark.objects.all().delete()
        Revision.objects.update(derived_by=0, masked_text=None)
    return queries.get_revision(FLOODS)


@pytest.mark.one_database
def test_nothing_is_told_of_a_document_that_was_not_looked_through(client, not_looked_through) -> None:
    _feed, token = actions.open_feed("值班室")
    seen = crawl(client)
    documents = [f"/documents/{FLOODS}", f"/api/documents/{FLOODS}"]
    eids = [one.eid for one in queries.clauses(not_looked_through)]
    for url in (
        reverse("library:feed", args=[token]),
        *(f"{documents[0]}/export.{form}" for form in ("akn", "json", "docx", "xlsx")),
        *(f"{documents[0]}/{page}/" for page in ("raw", "tables", "compare", *eids)),
        *(f"{documents[1]}{page}" for page in ("", "/status?on=2027-01-01", "/tables", "/findings")),
        *(f"{documents[1]}/clauses/{eid}" for eid in eids),
        *(f"/api/{room}" for room in ("documents", "duties", "indicators", "findings")),
        *(f"/{room}.xlsx" for room in ("duties", "indicators")),
    ):
        response = client.get(url, follow=True)
        assert response.status_code in (200, 404), url
        seen[url] = words_of(response)
    assert client.get(f"{documents[0]}/source/").status_code in (403, 404)
    assert not queries.shows_source(not_looked_through.source, VISITOR)
    assert len(seen) > 40 and MASK in seen[f"{documents[1]}/clauses/{eids[0]}"]
    for url, words in seen.items():
        for word in WORDS:
            assert word not in seen_in(words), url


def test_nothing_is_found_by_the_words_of_a_document_that_was_not_looked_through(client, not_looked_through) -> None:
    for word in (*WORDS, "水利", "望川", "防汛方案 两个办法"):
        assert not queries.list_documents(text=word).exists(), word
        assert not queries.matches(queries.list_documents(text=word), queries.sought(word)), word
        assert client.get("/api/indicators", {"text": word}).json()["count"] == 0
        assert client.get("/api/duties", {"unit": word}).json()["count"] == 0
    assert queries.list_documents(text="加强巡查防守", reader=KEEPER).count() == 1
    # Its title is what the city cites it by.
    assert queries.list_documents(text="两个办法").count() == 1


def test_a_keeper_reads_what_was_not_looked_through(not_looked_through) -> None:
    assert NAMES[0] in queries.text(not_looked_through, KEEPER)
    assert queries.shows_source(not_looked_through.source, KEEPER)
