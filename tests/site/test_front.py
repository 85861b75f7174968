"""The front page: what a newcomer, a reader and a clerk are told there. Texts are invented."""

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from gongbao.office.library import overview, queries
from gongbao.office.people.actions import keep_account
from tests.library import made
from tests.site.html import read
from tests.site.test_upload import LIST, received
from tests.site.test_upload import read_all as read_uploads

pytestmark = pytest.mark.one_database

PASSWORD = "three calm herons"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def signed_in(name: str, **rights: bool) -> Client:
    keep_account(name, password=PASSWORD, **rights)
    client = Client()
    client.login(username=name, password=PASSWORD)
    return client


def test_a_newcomer_is_told_what_this_is_with_links_that_lead_there(client, sample):
    page = read(client.get("/"))
    assert [one.text() for one in page.all("h2")] == [
        "每一条款都有固定网址",
        "谁应在何时之前做什么",
        "某一天哪些文件有效",
        "能享受多少",
        "能办什么",
        "校核发现的疑点",
        "最新文件",
    ]
    links = [unescape(link.attributes["href"]) for link in page.one("main").all("a")]
    assert any(re.match(r"/documents/[^/]+/[^/]+/$", link) for link in links)
    rooms = {"/documents/", "/duties/", "/indicators/", "/findings/", "/policies/", "/market/"}
    assert rooms | {"/documents/?status=in_force"} <= set(links)
    for link in set(links):
        assert client.get(link).status_code == 200, link


def test_the_imaginary_city_is_called_so_and_a_real_library_is_not(client, english, sample):
    assert "这座城市是虚构的" in Client().get("/").content.decode()
    assert "this city is imaginary" in english.get("/").content.decode()


def test_without_the_sample_nothing_is_called_imaginary(client, db):
    made.put(made.gazette(made.document(), title="云岭市人民政府公报2021年第1期"))
    assert "虚构" not in client.get("/").content.decode()


def test_the_numbers_are_those_of_the_library_and_follow_it(client, sample):
    today = date(2026, 12, 1)
    told = overview.numbers(today)
    assert told.documents == 8 and told.clauses > 100
    assert told.duties == queries.duties(queries.DutyFilter(on=date(1, 1, 1))).count()
    assert told.findings == queries.findings().count()
    made.put(made.gazette(made.document()))
    assert overview.numbers(today).documents == 9
    assert "9 件文件" in read(client.get("/")).text()


def test_the_numbers_are_not_counted_again_for_each_visitor(client, sample, django_assert_num_queries):
    today = date(2026, 12, 1)
    overview.numbers(today)
    with django_assert_num_queries(1):
        overview.numbers(today)


def test_the_search_goes_to_the_list(client, sample):
    form = read(client.get("/")).one("form", role="search")
    assert form.attributes["action"] == "/documents/" and form.one("input").attributes["name"] == "text"
    assert "共 1 件" in client.get("/documents/", {"text": "社区食堂运营指南"}).content.decode()


def test_an_empty_library_says_how_to_begin(client, db):
    page = read(client.get("/"))
    assert "gongbao ingest" in page.text() and "登录" in page.one("main").text()
    clerk = read(signed_in("clerk", adds_gazettes=True).get("/"))
    assert clerk.all("form", class_="drop") and "gongbao ingest" in clerk.text()


def test_the_drop_zone_is_for_those_who_may(client, sample):
    assert not read(client.get("/")).all("form", class_="drop")
    assert not read(signed_in("reader").get("/")).all("form", class_="drop")
    answer = signed_in("clerk", adds_gazettes=True).get("/")
    form = read(answer).one("form", class_="drop")
    assert form.attributes["action"] == "/read/" and "reading" in answer.cookies


def test_personal_data_does_not_come_to_the_front(client, db):
    received(LIST)
    read_uploads()
    assert "13900001234" not in client.get("/").content.decode()
    assert "钱一二" not in client.get("/").content.decode()


def test_the_duty_shown_is_the_next_one_due(sample):
    for on in (date(2026, 1, 1), date(2026, 8, 1), date(2099, 1, 1)):
        due = [duty.due for duty in queries.duties(queries.DutyFilter(on=on)) if duty.due and duty.lead]
        shown = overview.a_duty(on, overview.queries.VISITOR)
        assert shown.due == min((day for day in due if day >= on), default=max(due))


def test_a_long_clause_is_cut_short(client, db):
    made.put(made.gazette(made.document(text="第一条 " + "停车" * 200)))
    page = read(client.get("/")).one(class_="says").text()
    assert re.search("[停车]…", page)
    assert len(page) < 1000
