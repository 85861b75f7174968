"""The pages as the server sends them: what is on them, in both languages, and what is not."""

import re
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path
from unittest import mock
from urllib.parse import quote, unquote

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

import gongbao
from gongbao.gazette import model as reading
from gongbao.office.library import queries
from gongbao.office.library.models import Document
from gongbao.office.library.templatetags.library import KINDS, PARTS, REASONS, shown, whole_issue
from tests.library import made
from tests.site.html import read, said
from tests.site.test_translations import HAN

SUBSIDY = "云政办〔2026〕1号"  # 22 articles, one that repeals an older document
AIR = "云政办〔2026〕6号"
CANTEEN = "云政办〔2026〕4号"  # two instruments, two annexes, tables


def address(number: str, *steps: str) -> str:
    return "/documents/" + "".join(f"{quote(step, safe='')}/" for step in (number, *steps))


def every_page(sample) -> list[str]:
    """An address of every kind of page, of every document, and of each kind of clause."""
    pages = [
        "/",
        "/documents/",
        "/duties/",
        "/indicators/",
        "/findings/",
        address(CANTEEN, "tables"),
        "/documents/?kind=notice&on=2026-02-01",
        "/documents/?text=%E6%97%A0%E6%AD%A4",
    ]
    for one in sample.documents:
        pages += [address(one.key), address(one.key, "raw"), address(one.key, "revisions", "1")]
        by_kind = {clause.kind: clause.eid for clause in queries.clauses(queries.get_revision(one.key))}
        pages += [address(one.key, eid) for eid in by_kind.values()]
    return [*pages, "/nowhere/", address("云政办〔2026〕99号"), address(SUBSIDY, "art_99")]


# --- every page


@pytest.mark.one_database
def test_in_english_no_chinese_stands_outside_what_is_marked_as_chinese(english, sample):
    for url in every_page(sample):
        page = read(english.get(url))
        assert page.one("html").attributes["lang"] == "en"
        for words, language, element in said(page):
            assert language == "zh-Hans" or not HAN.search(words), f"{url}: <{element.tag}> {words[:60]}"


@pytest.mark.one_database
def test_in_chinese_no_english_words_stand_outside_what_is_marked(client, sample):
    """What a translation forgot shows as a run of Latin letters; documents themselves are looked at elsewhere."""
    known = {"gongbao", "English", "ingest", "FILE", "http", "testserver", "documents", "gazette", "txt"}
    known |= {"Akoma", "Ntoso", "JSON", "Word", "xlsx"}
    for url in every_page(sample):
        for words, language, element in said(read(client.get(url))):
            quoted = element.tag in ("code", "td", "del", "q")
            if quoted or element.attributes.get("id") in ("cite-address", "cite-words"):
                continue
            found = set(re.findall(r"[A-Za-z]{3,}", words)) - known
            assert language == "en" or not found, f"{url}: <{element.tag}> {words[:80]}"


@pytest.mark.one_database
def test_every_page_is_well_built(client, sample):
    for url in every_page(sample):
        response = client.get(url)
        page = read(response)
        assert len(page.all("h1")) == 1, url
        levels = [int(element.tag[1]) for element in page.walk() if re.fullmatch("h[1-6]", element.tag)]
        assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels)), (url, levels)
        ids = [element.attributes["id"] for element in page.walk() if "id" in element.attributes]
        assert len(ids) == len(set(ids)), url
        for link in page.all("a"):
            if link.attributes["href"].startswith("#"):
                assert unquote(link.attributes["href"][1:]) in ids, f"{url}: {link.attributes['href']}"
        for landmark in ("header", "main", "footer"):
            assert page.all(landmark), url
        assert page.all("a")[0].attributes == {"class": "skip", "href": "#content"}


@pytest.mark.one_database
def test_no_page_asks_for_anything_inline_or_elsewhere(client, sample):
    for url in every_page(sample):
        response = client.get(url)
        assert "default-src 'self'" in response["Content-Security-Policy"]
        for element in read(response).walk():
            assert element.tag != "style" and "style" not in element.attributes, url
            assert not [name for name in element.attributes if name.startswith("on")], url
            if element.tag == "script":
                assert element.attributes["src"].startswith("/static/") and not element.text().strip()
            for name in ("href", "src", "action"):
                assert not re.match(r"(https?:)?//", element.attributes.get(name, "")), (url, element.attributes)


def test_every_link_on_a_page_leads_somewhere(client, sample):
    seen = set()
    for url in ["/documents/", address(SUBSIDY), address(SUBSIDY, "art_9"), address(CANTEEN), address(SUBSIDY, "raw")]:
        for link in read(client.get(url)).all("a"):
            seen.add(unescape(link.attributes["href"]).partition("#")[0])
    for url in sorted(seen - {""}):
        assert client.get(url).status_code == 200, url


# --- the list


def test_the_list_shows_number_title_issuer_date_kind_and_status(client, sample):
    page = read(client.get("/documents/?on=2026-12-01"))
    item = next(item for item in page.one(class_="documents").all("li") if SUBSIDY in item.text())
    assert item.one("h2").text() == "云澜市人民政府办公室关于印发云澜市居民冬季清洁取暖补贴办法的通知"
    for words in ("云澜市人民政府办公室", "2026年1月28日", "通知", "有效"):
        assert words in item.text()
    assert page.one(id="count").text() == "共 8 件"


def test_dates_in_english(english, sample):
    assert "28 January 2026" in read(english.get("/documents/")).text()


def test_the_number_beside_a_value_is_the_number_of_documents_it_leads_to(client, sample):
    page = read(client.get("/documents/?on=2026-03-10"))
    links = page.one(id="facets").all("a")
    assert len(links) >= 8
    for link in links:
        found = read(client.get(unescape(link.attributes["href"])))
        count = int(link.one(class_="count").text())
        assert len(found.one(class_="documents").all("h2")) == count, link.text()


def test_a_filter_in_use_can_be_taken_away(client, sample):
    page = read(client.get("/documents/?kind=decision&year=2026&text=%E5%A5%96%E5%8A%B1&on=2026-03-10"))
    chips = {
        chip.attributes["id"]: chip.attributes["href"]
        for chip in page.all("a", class_="chip")
        if "id" in chip.attributes
    }
    assert set(chips) == {"chip-kind", "chip-year", "chip-text", "chip-on"}
    assert "kind=" not in chips["chip-kind"] and "year=2026" in chips["chip-kind"]
    assert "on=" not in chips["chip-on"] and "kind=decision" in chips["chip-on"]
    chosen = page.one(id="facets").all("a", aria_current="true")
    assert [link.one("span", class_="count").parent.children[0].text() for link in chosen] == ["决定", "2026"]
    kept = {field.attributes["name"]: field.attributes["value"] for field in page.one(id="kept").all("input")}
    assert kept == {"kind": "decision", "year": "2026"}


def test_words_are_shown_where_they_stand(client, sample):
    page = read(client.get(f"/documents/?text={quote('补贴')}"))
    items = page.one(class_="documents").children
    first = next(item for item in page.one(class_="documents").all("li") if SUBSIDY in item.text())
    assert [mark.text() for mark in first.one("h2").all("mark")] == ["补贴"]
    links = first.one(class_="places").all("a")
    assert len(links) == 3 and all(client.get(link.attributes["href"]).status_code == 200 for link in links)
    for place in first.one(class_="places").all("li")[:3]:
        assert "补贴" in [mark.text() for mark in place.all("mark")]
    assert re.fullmatch(r"另有 \d+ 处条款", first.one(class_="places").all("li")[3].text().strip())
    assert page.one(id="order").text() == "标题含有者在前，其余从新到旧"
    assert items and page.one(id="count").text().startswith("共 ")
    # A count that is not exact says so.
    with mock.patch.object(queries, "MOST_CONFIRMED", 0):
        page = read(client.get(f"/documents/?text={quote('奖励和扣减以考核地区为单位')}"))
        assert page.one(id="count").text().startswith("约 ")


def test_words_of_a_document_are_words_and_no_markup(client, db):
    made.put(made.gazette(made.document(title="关于<b>停车</b>的通知", text="第一条 <mark>停车</mark>&amp;。")))
    for text in ("停车", "<b>", "&amp;", "mark"):
        body = client.get("/documents/", {"text": text}).content.decode()
        assert "&lt;" in body and "<b>" not in body and "<mark>停车</mark>&amp;。" not in body


def test_the_status_is_that_of_the_day_asked_for(client, sample):
    def statuses(day):
        return read(client.get(f"/documents/?text={quote(SUBSIDY)}&kind=notice&on={day}")).one(class_="documents")

    # Its own date is 28 January.
    assert "尚未发布" in statuses("2026-01-27").text()
    assert "尚未施行" in statuses("2026-01-28").text()
    assert "尚未施行" in statuses("2026-03-31").text()
    assert "有效" in statuses("2026-04-01").text()


def test_the_day_chosen_in_the_list_goes_along_to_the_document(client, sample):
    def link(query):
        return (
            read(client.get(f"/documents/?kind=notice{query}")).one(class_="documents").all("a")[0].attributes["href"]
        )

    assert link("&on=2026-03-31").endswith("/?on=2026-03-31")
    assert "?" not in link("") and "?" not in link(f"&on={timezone.localdate()}")
    page = read(client.get(address(SUBSIDY), {"on": "2026-03-31"}))
    facts = page.one(class_="titleblock")
    assert facts.one(class_="status").text() == "尚未施行" and "2026年3月31日" in facts.text()
    assert "所选日期2026年3月31日" in page.one(class_="notice").text()
    assert page.one(class_="notice").one("a").attributes["href"] == address(SUBSIDY)
    assert read(client.get(address(SUBSIDY), {"on": "2026-01-01"})).one(class_="status").text() == "尚未发布"
    for today in ({}, {"on": timezone.localdate().isoformat()}):
        assert not read(client.get(address(SUBSIDY), today)).all(class_="notice")
    response = client.get(address("云政办[2026]1号"), {"on": "2026-03-31"})
    assert response["Location"] == f"{address(SUBSIDY)}?on=2026-03-31"


@pytest.mark.parametrize("query", ["year=abc", "on=2026-13-01", "on=yesterday", "year=1e3"])
def test_a_filter_that_cannot_be_understood_is_refused_in_words(client, sample, query):
    response = client.get(f"/documents/?{query}")
    assert response.status_code == 400
    assert "无法理解" in read(response).text()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/documents/?on=20222", "状态日期：20222"),
        ("/documents/?year=abc", "年份：abc"),
        (address(SUBSIDY) + "?on=20222", "状态日期：20222"),
    ],
)
def test_the_field_that_cannot_be_understood_is_named(client, sample, url, words):
    response = client.get(url)
    assert response.status_code == 400 and words in read(response).text()


def test_an_issue_is_not_broken_over_two_lines(client, sample):
    facet = read(client.get("/documents/")).one("a", id="gazette-1")
    assert facet.one("span", class_="unbroken").text() == "2026年第1期"
    assert facet.children[0].text() == "云澜市人民政府公报2026年第1期"
    assert whole_issue("<b>第12期") == '&lt;b&gt;<span class="unbroken">第12期</span>'


@pytest.mark.parametrize(
    "query", ["kind=nothing", "year=99999", "year=-1", "status=x", "text=%00", "issuer=%00", "page=x"]
)
def test_odd_filters_find_nothing_or_everything_and_break_nothing(client, sample, query):
    assert client.get(f"/documents/?{query}").status_code == 200


def test_where_nothing_is_found_the_way_back_is_shown(client, sample):
    page = read(client.get("/documents/?kind=letter"))
    assert "没有符合条件的文件" in page.text()
    assert page.one(class_="empty").one("a").attributes["href"] == "/documents/"


@pytest.mark.django_db
def test_an_empty_library_says_how_to_fill_it(client):
    text = read(client.get("/")).text()
    assert "文件库中还没有文件" in text and "gongbao ingest" in text


@pytest.mark.django_db
def test_a_long_list_comes_in_pages(client, django_assert_max_num_queries):
    numbers = [f"云岭政办〔2021〕{number}号" for number in range(1, 121)]
    made.put(made.gazette(*(made.document(number, f"关于{number}的通知", f"第一条 {number}。") for number in numbers)))
    client.get("/documents/")
    with django_assert_max_num_queries(12):
        page = read(client.get("/documents/?page=2&kind=notice"))
    assert len(page.one(class_="documents").all("h2")) == 50
    assert page.one(class_="documents").attributes["start"] == "51"
    pager = page.one(class_="pager")
    assert pager.one("a", rel="prev").attributes["href"] == "/documents/?kind=notice"
    assert pager.one("a", rel="next").attributes["href"] == "/documents/?kind=notice&page=3"
    assert pager.one(aria_current="page").text() == "2"


def test_what_is_pushed_as_the_address_is_the_short_one(client, sample):
    today = timezone.localdate().isoformat()
    response = client.get(f"/documents/?text=&on={today}&kind=notice&page=1", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/documents/?kind=notice"


@pytest.mark.parametrize(
    "typed", ["云岭政办[2021]2", "云岭政办 （ 2021 ） 2", "【2021】2", "云岭政办［2021］2号", "〔2021〕2"]
)
def test_part_of_a_number_is_found_in_whatever_brackets_it_is_typed(client, db, typed):
    made.put(made.gazette(*(made.document(f"云岭政办〔2021〕{serial}号", f"办法{serial}") for serial in (1, 2, 27))))
    page = read(client.get("/documents/", {"text": typed}))
    wanted = {"云岭政办〔2021〕2号"} | (set() if "号" in typed else {"云岭政办〔2021〕27号"})
    assert {number.text() for number in page.all(class_="number")} == wanted


# --- a document


def test_a_document_shows_all_its_words_clause_by_clause(client, sample):
    for one in sample.documents:
        page = read(client.get(address(one.key)))
        squeezed = re.sub(r"\s+", "", page.one("article").text())
        rows = list(queries.clauses(queries.get_revision(one.key)))
        assert [element.attributes["id"] for element in page.all(class_="clause")] == [row.eid for row in rows]
        for row in rows:
            box = page.one(id=row.eid)
            assert box.attributes["data-locator"] == row.locator
            for words in (row.number, row.heading, *re.split(r"[\n\t]", row.text)):
                assert re.sub(r"\s+", "", words) in squeezed


def test_a_document_says_what_it_is(client, sample):
    page = read(client.get(address(SUBSIDY)))
    facts = {pair.one("dt").text(): pair.one("dd") for pair in page.one(class_="factlist").children if pair != "\n    "
             and not isinstance(pair, str)}  # fmt: skip
    assert facts["发文机关"].text() == "云澜市人民政府办公室"
    assert facts["成文日期"].text() == "2026年1月28日"
    assert facts["文种"].text() == "通知"
    assert "2026年4月1日" in facts["施行日期"].text()
    # The clause that says so is linked.
    clause = queries.get_revision(SUBSIDY).from_clause
    assert facts["施行日期"].one("a").attributes["href"] == f"#{clause}" and page.one(id=clause)
    assert "云政办〔2021〕9号" in facts["废止"].text()
    assert "云澜市人民政府公报2026年第1期" in facts["刊载于"].text()
    assert "第 254 至" in facts["刊载于"].text() and "第 1 版" in facts["刊载于"].text()


def test_salutation_and_signature_are_shown_as_printed(client, db):
    foot = "云岭市人民政府 办公室\n2021年3月1日"
    made.put(made.gazette(made.document(text=f"第一条 停车。\n{foot}", instruments=["停车办法"])))
    first, second = read(client.get(address("云岭政办〔2021〕1号"))).one("article").all("section")
    shown = [one for one in first.children if not isinstance(one, str)]
    assert [one.attributes["class"] for one in shown[1:]] == ["salutation", "clause", "signature"]
    assert shown[1].text() == "各县人民政府："
    assert [line.text() for line in shown[3].all("p")] == foot.split("\n")
    assert not second.all(class_="salutation") and not second.all(class_="signature")


@pytest.mark.parametrize("foot", ["", "2021年3月1日", "云岭市人民政府办公室\n2021年3月2日", "停车\n2021年3月1日"])
def test_no_signature_is_made_up_where_none_is_printed(client, db, foot):
    made.put(made.gazette(made.document(text=f"第一条 停车。\n{foot}")))
    assert not read(client.get(address("云岭政办〔2021〕1号"))).all(class_="signature")


def test_title_and_number_are_there_to_be_copied_as_documents_cite_them(client, db):
    made.put(made.gazette(
        made.document(title="云岭市人民政府关于印发《停车办法》的通知"),
        made.document("云岭市公告第3号", ""),
        made.document("", "停车公告"),
    ))  # fmt: skip
    named = {
        read(client.get(address(key))).one(id="full-name").text()
        for key in Document.objects.values_list("key", flat=True)
    }
    assert named == {
        "《云岭市人民政府关于印发〈停车办法〉的通知》（云岭政办〔2021〕1号）", "云岭市公告第3号", "《停车公告》",
    }  # fmt: skip
    page = read(client.get(address("云岭政办〔2021〕1号", "art_1")))
    assert (
        page.one(id="cite-full").text() == "《云岭市人民政府关于印发〈停车办法〉的通知》（云岭政办〔2021〕1号）第一条"
    )


def test_an_annex_that_is_announced_and_not_printed_is_named(client, db):
    one = made.document()
    one.announced_annexes = [
        reading.AnnouncedAnnex("附件1", "车位表", present=True),
        reading.AnnouncedAnnex("附件2", "申请表", present=False),
    ]
    made.put(made.gazette(one, made.document("云岭政办〔2021〕2号", "收费办法")))
    facts = {row.one("dt").text(): row for row in read(client.get(address(one.number))).all(class_="whole")}
    assert [item.text() for item in facts["未刊附件"].all("li")] == ["附件2 申请表"]
    assert "未刊附件" not in read(client.get(address("云岭政办〔2021〕2号"))).text()


def test_where_the_first_day_was_counted_the_page_says_how(client, sample, db):
    def begins(number):
        facts = read(client.get(address(number))).one(class_="factlist")
        return next(row.one("dd") for row in facts.all("div") if row.one("dt").text() == "施行日期")

    revision = queries.get_revision(AIR)
    assert (revision.in_force_from - revision.date).days == 30
    assert "成文日期后第 30 日，见 " in begins(AIR).text()
    assert begins(AIR).one("a").attributes["href"] == f"#{revision.from_clause}"
    # This one names the day.
    assert "日，见" not in begins(SUBSIDY).text()
    # So does this one, and in figures of another kind.
    named = made.document(text="第一条 自二〇二一年四月一日起施行。", begins=date(2021, 4, 1))
    made.put(made.gazette(named))
    assert "日，见" not in begins(named.number).text()


def test_the_text_as_received_is_a_link_below_the_title(client, sample):
    ways = read(client.get(address(SUBSIDY))).one(class_="titleways")
    assert [link.attributes["href"] for link in ways.all("a")] == [address(SUBSIDY, "raw")]
    # What needs script waits for it.
    assert all("hidden" in button.attributes for button in ways.all("button"))


def test_documents_that_the_library_holds_are_linked_in_the_text(client, sample):
    page = read(client.get(address(CANTEEN)))
    links = [link for link in page.one("article").all("a") if "云政〔2026〕1号" in link.text()]
    assert links and {unquote(link.attributes["href"]) for link in links} == {"/documents/云政〔2026〕1号/"}
    cited = read(client.get(address("云政〔2026〕1号")))
    assert "被引用" in cited.one(class_="factlist").text() and CANTEEN in cited.one(class_="factlist").text()


def test_parts_have_their_titles_and_places(client, sample):
    page = read(client.get(address(CANTEEN)))
    parts = page.one("article").all("section")
    assert [part.attributes["id"] for part in parts] == ["part-1", "part-2", "part-3", "part-4", "part-5"]
    assert re.sub(r"\s+", " ", parts[3].one("h2").text()).strip() == "附件1 云澜市社区食堂验收要点"
    outline = page.one(id="outline")
    assert [entry.all("a")[0].attributes["href"] for entry in outline.all("li", class_="branch")] == [
        f"#part-{number}" for number in range(1, 6)
    ]


def test_a_repeal_is_told_on_both_pages(client, db):
    old = made.document("云岭政办〔2020〕1号", "停车办法", day=date(2020, 1, 1))
    partly = made.document("云岭政办〔2020〕2号", "收费办法", day=date(2020, 1, 1))
    new = made.document(
        "云岭政办〔2021〕1号",
        "新停车办法",
        references=[
            made.repeal("云岭政办〔2020〕1号"),
            made.repeal("云岭政办〔2020〕2号", scope="partial", provisions=["第九条"]),
        ],
    )
    made.put(made.gazette(old, partly, new))
    page = read(client.get(address("云岭政办〔2020〕1号")))
    facts = page.one(class_="factlist")
    assert page.one(class_="titleblock").one(class_="status").text() == "已废止"
    assert address("云岭政办〔2021〕1号", "art_1") in [link.attributes["href"] for link in facts.all("a")]
    assert "被废止" in facts.text()
    facts = read(client.get(address("云岭政办〔2021〕1号"))).one(class_="factlist")
    assert {address("云岭政办〔2020〕1号"), address("云岭政办〔2020〕2号")} <= {
        link.attributes["href"] for link in facts.all("a")
    }
    page = read(client.get(address("云岭政办〔2020〕2号")))
    assert page.one(class_="titleblock").one(class_="status").text() == "部分废止"
    assert "第九条" in page.one(class_="factlist").text()


def test_a_document_of_seven_hundred_clauses_takes_no_more_queries_than_one_of_one(
    client, db, django_assert_num_queries
):
    def of(count, number):
        clauses = [
            made.clause(reading.ClauseKind.ARTICLE, f"第{place}条", f"第{place}条", f"art_{place}", f"词{place}。")
            for place in range(1, count + 1)
        ]
        return made.document(number, f"办法{count}", f"办法{count}", clauses=clauses)

    made.put(made.gazette(of(1, "云岭政办〔2021〕1号"), of(700, "云岭政办〔2021〕2号")))
    client.get("/documents/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(address("云岭政办〔2021〕1号"))
    with django_assert_num_queries(len(few)):
        page = read(client.get(address("云岭政办〔2021〕2号")))
    assert len(page.all(class_="clause")) == 700
    assert len(few) <= 19


def test_other_brackets_and_a_title_lead_to_the_permanent_address(client, sample):
    for wanted in (
        "云政办[2026]1号",
        "云政办（2026）1号",
        "云澜市人民政府办公室关于印发云澜市居民冬季清洁取暖补贴办法的通知",
    ):
        response = client.get(address(wanted))
        assert (response.status_code, unquote(response["Location"])) == (302, f"/documents/{SUBSIDY}/")


def test_an_older_revision_stays_readable_and_says_what_it_is(client, db):
    number = "云岭政办〔2021〕1号"
    made.put(made.gazette(made.document(number, text="第一条 旧。"), title="公报"), "old")
    made.put(made.gazette(made.document(number, text="第一条 新。"), title="公报"), "new")
    newest = read(client.get(address(number)))
    assert "新。" in newest.one("article").text() and "旧" not in newest.one("article").text()
    assert not newest.all(class_="notice")
    assert address(number, "revisions", "1") in [link.attributes["href"] for link in newest.all("a")]
    older = read(client.get(address(number, "revisions", "1")))
    assert "旧" in older.one("article").text() and "不是最新版" in older.one(class_="notice").text()
    # A clause of an older revision has no page: its permanent address is that of the newest.
    assert older.one("a", class_="num").attributes["href"] == f"{address(number, 'revisions', '1')}#art_1"
    missing = client.get(address(number, "revisions", "3"))
    assert missing.status_code == 404 and "第 3 版" in read(missing).text()


# --- a clause


def test_a_clause_page_holds_the_clause_with_all_below_it_and_how_to_cite_it(client, sample):
    clause = queries.get_clause(f"{SUBSIDY} 第九条")
    page = read(client.get(address(SUBSIDY, clause.eid)))
    assert page.one("h1").text() == "第九条"
    words = re.sub(r"\s+", "", page.one(class_="text").text())
    below = queries.below(clause)
    for row in below:
        assert re.sub(r"\s+", "", row.text) in words
    assert [element.attributes["id"] for element in page.all(class_="clause")] == [row.eid for row in below]
    assert page.one(id="cite-citation").text() == f"{SUBSIDY} 第九条"
    permanent = f"http://testserver{address(SUBSIDY, clause.eid)}"
    assert page.one(id="cite-address").text() == permanent
    assert page.one(id="cite-words").text().splitlines()[-2:] == [f"{SUBSIDY} 第九条", permanent]
    crumbs = [link.attributes["href"] for link in page.one(class_="crumbs").all("a")]
    above = [address(SUBSIDY, row.eid) for row in queries.ancestors(clause)]
    assert crumbs == ["/documents/", address(SUBSIDY), f"{address(SUBSIDY)}#part-2", *above]


def test_a_clause_is_cited_by_the_title_of_what_it_stands_in(client, sample):
    """An instrument is cited by its own title, an annex by that of the document it belongs to."""
    page = read(client.get(address(SUBSIDY, "art_9")))
    assert page.one(id="cite-full").text() == f"《云澜市居民冬季清洁取暖补贴办法》（{SUBSIDY}）第九条"
    revision = queries.get_revision(CANTEEN)
    annexed = next(row for row in queries.clauses(revision) if row.part.kind == "annex")
    assert annexed.locator.startswith("附件1")
    page = read(client.get(address(CANTEEN, annexed.eid)))
    assert page.one(id="cite-full").text() == f"《{revision.title}》（{CANTEEN}）{annexed.locator}"


def test_from_the_first_article_to_the_last_by_the_next_link(client, sample):
    url, seen = address(SUBSIDY, queries.get_clause(f"{SUBSIDY} 第一条").eid), []
    while url:
        page = read(client.get(url))
        seen.append(page.one("h1").text())
        following = page.all("a", rel="next")
        url = following[0].attributes["href"] if following else ""
    numbers = [row.locator for row in queries.clauses(queries.get_revision(SUBSIDY)) if row.kind == "article"]
    assert len(numbers) == 22 and seen == numbers


def test_a_clause_written_as_it_is_cited_leads_to_its_address(client, sample):
    clause = queries.get_clause(f"{SUBSIDY} 第九条")
    for wanted in ("第九条", "第9条"):
        response = client.get(address(SUBSIDY, wanted))
        assert (response.status_code, response["Location"]) == (302, address(SUBSIDY, clause.eid))


def test_a_clause_tells_who_names_it(client, db):
    named = made.document("云岭政办〔2020〕2号", "收费办法", day=date(2020, 1, 1))
    naming = made.document(
        "云岭政办〔2021〕1号", references=[made.repeal("云岭政办〔2020〕2号", scope="partial", provisions=["第一条"])]
    )
    made.put(made.gazette(named, naming))
    about = read(client.get(address("云岭政办〔2020〕2号", "art_1"))).one(class_="about")
    assert address("云岭政办〔2021〕1号", "art_1") in [link.attributes["href"] for link in about.all("a")]
    about = read(client.get(address("云岭政办〔2021〕1号", "art_1"))).one(class_="about")
    assert not about.all("a")


# --- as received


def test_the_raw_text_is_shown_line_by_line_with_every_change(client, sample):
    revision = queries.get_revision(SUBSIDY)
    lines: list[str] = []
    changes = 0
    url = address(SUBSIDY, "raw")
    while url:
        page = read(client.get(url))
        for row in page.one("tbody").all("tr"):
            lines.append(row.one("td", class_="as").text())
            changes += len(row.all("del"))
        following = page.all("a", rel="next")
        url = following[0].attributes["href"] if following else ""
    assert "\n".join(lines) == queries.raw_text(revision)
    assert changes == len(queries.cleanings(revision, 1, 100_000)) > 0


def test_only_the_lines_with_changes(client, sample):
    page = read(client.get(address(SUBSIDY, "raw") + "?changed=1"))
    assert all(row.all("del") for row in page.one("tbody").all("tr"))


def test_white_space_that_was_changed_can_be_seen():
    with translation.override("en"):
        assert shown("") == '<span class="soft small">nothing</span>'
        assert shown("\n\n") == "↵↵" and shown(" ") == "␣" and shown("\u3000") == "□"
        assert shown("<b>\n") == "&lt;b&gt;↵\n"


# --- words for keys


def test_every_key_of_the_reader_has_a_word():
    assert set(KINDS) == {kind.value for kind in reading.DocumentKind}
    assert set(PARTS) == {kind.value for kind in reading.PartKind}
    assert set(REASONS) == {reason.value for reason in reading.Reason}


def test_every_reason_in_the_sample_has_a_word(sample):
    given = {reason for reasons in sample.cleaned for reason in reasons.split("; ")}
    assert given and given <= set(REASONS)


# --- what is not there


def test_a_document_that_is_not_there(client, sample):
    response = client.get(address("云政办〔2026〕99号"))
    page = read(response)
    assert response.status_code == 404
    assert "云政办〔2026〕99号" in page.one("code").text()
    assert any("云政办〔2026〕" in unquote(link.attributes["href"]) for link in page.one("main").all("a"))


def test_a_clause_that_is_not_there(client, sample):
    for wanted in ("art_99", "第三十条", "x" * 3000, "\x00"):
        response = client.get(address(SUBSIDY, wanted))
        assert response.status_code == 404, wanted
        assert address(SUBSIDY) in [link.attributes["href"] for link in read(response).all("a")]
    near = read(client.get(address(SUBSIDY, "第三十条"))).one("main").all("a")
    assert any("art_" in link.attributes["href"] for link in near)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_nothing_but_themselves(language, name):
    """Django shows some of them without a request, and with whatever else has failed."""
    with translation.override(language):
        page = read(render_to_string(f"{name}.html"))
    assert page.one("main").one("h1").text()
    assert page.one(class_="message-code").text() == name[:3]
    if language == "en":
        assert not [words for words, marked, _ in said(page) if marked != "zh-Hans" and HAN.search(words)]


# --- how the pages look


def test_large_print_is_kept_in_a_cookie_and_drawn_by_the_server(client, sample):
    page = read(client.get("/documents/"))
    assert "class" not in page.one("html").attributes
    response = client.post("/large-print/", {"print": "large", "next": "/documents/?kind=notice"})
    assert (response.status_code, response["Location"]) == (302, "/documents/?kind=notice")
    page = read(client.get("/documents/"))
    assert page.one("html").attributes["class"] == "large"
    assert page.one("button", name="print").attributes["aria-pressed"] == "true"
    client.post("/large-print/", {"print": "normal", "next": "/"})
    assert "class" not in read(client.get("/documents/")).one("html").attributes


@pytest.mark.parametrize("bad", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_large_print_leads_to_no_other_host(client, bad):
    assert client.post("/large-print/", {"print": "large", "next": bad})["Location"] == "/"


def test_large_print_changes_nothing_by_a_link(client):
    assert client.get("/large-print/?print=large").status_code == 405


def test_the_language_switch_comes_back_to_the_same_page(client, sample):
    assert read(client.get("/documents/")).one("html").attributes["lang"] == "zh-Hans"
    response = client.post("/i18n/setlang/", {"language": "en", "next": address(SUBSIDY)})
    assert response["Location"] == address(SUBSIDY)
    assert read(client.get(address(SUBSIDY))).one("html").attributes["lang"] == "en"


def test_the_switches_are_protected_against_forged_requests(sample):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post("/large-print/", {"print": "large"}).status_code == 403


# --- on paper


def test_the_foot_of_a_printed_page_is_the_citation(client, sample):
    page = read(client.get(address(SUBSIDY)))
    sheets = [
        link.attributes["href"] for link in page.all("link", rel="stylesheet") if "print.css" in link.attributes["href"]
    ]
    sheet = client.get(sheets[-1])
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert f'content: "{SUBSIDY}"' in sheet.content.decode()
    sheet = client.get(reverse("library:clause_print", args=[SUBSIDY, queries.get_clause(f"{SUBSIDY} 第九条").eid]))
    assert f'content: "{SUBSIDY} 第九条"' in sheet.content.decode()
    assert client.get(reverse("library:print", args=["无"])).status_code == 404


def test_a_title_cannot_break_out_of_the_printed_foot(client, db):
    made.put(made.gazette(made.document("", 'x"; } body { display: none } </style> \\')))
    key = Document.objects.get().key
    content = client.get(reverse("library:print", args=[key])).content.decode()
    quoted = content.partition('content: "')[2]
    # Up to the quotation mark that ends the string, nothing stands that could end it sooner.
    assert re.match(r'(?:[^"\\\n<]|\\[0-9a-f]+ )*"; font:', quoted)


def test_the_files_of_the_look_ask_for_nothing_elsewhere():
    folder = Path(gongbao.__file__).parent / "site" / "static" / "gongbao"
    files = [path for path in folder.iterdir() if path.suffix in (".css", ".js", ".svg")]
    assert len(files) >= 4
    for path in files:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]|@import|@font-face|url\(", text), path
