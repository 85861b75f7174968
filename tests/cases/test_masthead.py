"""Where the masthead and the front page lead somebody, by their posts."""

import pytest
from django.utils import timezone

from gongbao.office.people.actions import give_post
from tests.cases.office import Office
from tests.cases.pages import signed_in, stranger
from tests.library import made
from tests.site import html

pytestmark = pytest.mark.one_database

OF_THE_OFFICE = {"/desk/", "/counter/", "/log/", "/people/"}


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("clerk", {"/desk/"}),
        ("deputy", {"/desk/"}),
        ("counter", {"/counter/"}),
        ("auditor", {"/desk/", "/log/"}),
        ("nobody", set()),
    ],
)
def test_each_post_finds_its_rooms_in_the_masthead(office: Office, name: str, ways: set[str]) -> None:
    client = signed_in(office, name)
    links = {one.attributes["href"] for one in html.read(client.get("/")).one("header").all("a")}
    assert links & OF_THE_OFFICE == ways
    for way in ways:
        page = html.read(client.get(way))
        (here,) = [one for one in page.one("header").all("a") if "aria-current" in one.attributes]
        assert (here.attributes["href"], here.attributes["aria-current"]) == (way, "page")


def test_an_administrator_finds_the_people(office: Office) -> None:
    give_post(office.people["nobody"], "city", "administrator", since=timezone.localdate(), at=timezone.now())
    client = signed_in(office, "nobody", "zh-hans")
    header = html.read(client.get("/people/")).one("header")
    (here,) = [one for one in header.all("a") if "aria-current" in one.attributes]
    assert (here.attributes["href"], here.text()) == ("/people/", "机构和人员")
    assert "/log/" not in {one.attributes["href"] for one in header.all("a")}


def test_the_front_page_tells_of_the_market_and_of_the_desk(office: Office) -> None:
    made.put(made.gazette(made.document(), title="云岭市人民政府公报2026年第1期"))
    told = html.read(stranger().get("/")).one("main")
    links = {one.attributes["href"] for one in told.all("a")}
    assert "/market/" in links and "/desk/" not in links and "signs in" in told.text()
    links = {one.attributes["href"] for one in html.read(signed_in(office, "clerk").get("/")).one("main").all("a")}
    assert {"/market/", "/desk/"} <= links
