"""Messages on the site: who sees them, what marks them read, what every page says of them. All names are invented."""

from datetime import date, timedelta

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import OUR_RULE, SYSTEM
from gongbao.office.audit.models import Entry
from gongbao.office.outbox import queries
from gongbao.office.outbox.actions import ToAccount, ToPost, mark_read
from gongbao.office.outbox.models import Message, Reading
from gongbao.office.people.models import Account, Post, Substitute, Unit
from gongbao.office.people.queries import acting_posts
from gongbao.office.people.roles import Role
from tests.outbox.conftest import NOW, put_up, write
from tests.site.html import read

pytestmark = pytest.mark.django_db


def account(name):
    made = Account(username=name)
    made.save()
    return made


@pytest.fixture
def office():
    """lan and ting are clerks of the same unit; mei stands in for lan; bo is of another unit."""
    people = {name: account(name) for name in ("lan", "ting", "mei", "bo")}
    long_ago = date(2020, 1, 1)
    with kept.action("tests.office"), recorded("tests.office", actor=SYSTEM, ground=OUR_RULE, at=NOW) as record:
        units = [
            Unit.objects.create(key=key, zh=zh, en=en, kind="department")
            for key, zh, en in (("canteens", "食堂办", "Canteen office"), ("parks", "公园办", "Park office"))
        ]
        for name, unit in (("lan", 0), ("ting", 0), ("bo", 1)):
            Post.objects.create(account=people[name], unit=units[unit], role=Role.CLERK, since=long_ago)
        Substitute.objects.create(
            absent=people["lan"], by=people["mei"], since=long_ago, until=date(2100, 1, 1), reason="leave"
        )
        record("tests:office")
    return {**people, "unit": units[0]}


def seen(name, office):
    posts = acting_posts(office[name], date(2026, 5, 6))
    return [one.subject_en for one in queries.messages_of(office[name], posts)]


def test_who_sees_what(office):
    put_up(ToAccount(office["lan"]), 1)
    put_up(ToPost(office["unit"], Role.CLERK), 2)
    put_up(ToPost(office["unit"], Role.HEAD), 3)
    assert seen("lan", office) == ["Matter 2", "Matter 1"]
    assert seen("ting", office) == ["Matter 2"]
    assert seen("mei", office) == ["Matter 2"], "a substitute acts in the post and is not the person"
    assert seen("bo", office) == []


def test_unread_first_and_each_reads_for_themselves(office):
    messages = [put_up(ToPost(office["unit"], Role.CLERK), number) for number in (1, 2, 3)]
    mark_read(messages[2], office["lan"], NOW)
    mark_read(messages[2], office["lan"], NOW + timedelta(days=1))
    assert Reading.objects.get().read_at == NOW
    assert seen("lan", office) == ["Matter 2", "Matter 1", "Matter 3"]
    posts = acting_posts(office["lan"], date(2026, 5, 6))
    assert queries.unread_count(office["lan"], posts) == 2
    assert queries.unread_count(office["ting"], acting_posts(office["ting"], date(2026, 5, 6))) == 3


def test_of_the_latest_the_unread_come_first_and_all_are_on_a_page(office, monkeypatch):
    """However many there are, as many are sorted."""
    monkeypatch.setattr(queries, "LOOKED_THROUGH", 3)
    messages = [put_up(ToPost(office["unit"], Role.CLERK), number) for number in range(1, 6)]
    mark_read(messages[3], office["lan"], NOW)
    found = queries.Listed(office["lan"], acting_posts(office["lan"], date(2026, 5, 6)))
    told = [one.subject_en for one in found[0:5]]
    assert told == ["Matter 5", "Matter 3", "Matter 4", "Matter 2", "Matter 1"] and len(found) == 5
    pages = [[one.subject_en for one in found[place : place + 2]] for place in (0, 2, 4)]
    assert [one for page in pages for one in page] == told
    assert [one.unread for one in found[1:4]] == [True, False, True]


def test_the_log_says_whom_it_was_to(office):
    message = put_up(ToPost(office["unit"], Role.CLERK))
    entry = Entry.objects.get(subject=f"message:{message.uuid}")
    assert '"to":"post:canteens/clerk"' in entry.content
    assert "Due today" not in entry.content
    put_up(ToAccount(office["bo"]))
    assert f'"to":"account:{office["bo"].public_id}"' in Entry.objects.filter(action="outbox.message")[1].content


def test_a_message_is_written_by_its_actions_alone(office):
    message = put_up(ToAccount(office["lan"]))
    message.text_en = "Something else."
    with pytest.raises(kept.WriteOutsideAction):
        message.save()
    with pytest.raises(kept.WriteOutsideAction):
        Message.objects.all().delete()


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "cases/1/"]
)
def test_a_link_leads_to_this_site_alone(office, link):
    with pytest.raises(GongbaoError, match="path of this site"):
        put_up(ToAccount(office["lan"]), link=link)
    assert not Message.objects.exists()


def test_what_is_to_a_body_is_to_its_sections_too(office, django_assert_num_queries):
    """A section's message is not its body's, nor its body's that of another post or of another body's section."""
    with kept.action("tests.office"), recorded("tests.office", actor=SYSTEM, ground=OUR_RULE, at=NOW) as record:
        section = Unit.objects.create(key="menus", zh="菜单科", en="Menus", kind="section", parent=office["unit"])
        desk = Unit.objects.create(key="soups", zh="汤品组", en="Soups", kind="section", parent=section)
        county = Unit.objects.create(key="county", zh="某县", en="A county", kind="county", parent=office["unit"])
        for name, unit in (("wen", section), ("rui", desk), ("an", county)):
            office[name] = account(name)
            Post.objects.create(account=office[name], unit=unit, role=Role.CLERK, since=date(2020, 1, 1))
        record("tests:office")
    put_up(ToPost(office["unit"], Role.CLERK), 1)
    put_up(ToPost(office["unit"], Role.SECTION_HEAD), 2)
    put_up(ToPost(section, Role.CLERK), 3)
    assert seen("wen", office) == ["Matter 3", "Matter 1"]
    assert seen("lan", office) == seen("rui", office) == ["Matter 1"]
    assert seen("an", office) == seen("bo", office) == []
    posts = acting_posts(office["rui"], date(2026, 5, 6))
    with django_assert_num_queries(1):
        assert queries.unread_count(office["rui"], posts) == 1


# --- the page


def test_a_stranger_is_sent_to_sign_in(client):
    answer = client.get("/messages/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/messages/")


def test_the_page_in_both_languages(client, office):
    put_up(ToAccount(office["lan"]), 1, link="/documents/")
    put_up(ToPost(office["unit"], Role.CLERK), 2)
    client.force_login(office["lan"])
    page = read(client.get("/messages/"))
    assert [row.one("h2").text() for row in page.one(class_="messages").all("li")] == ["未读 第2件", "未读 第1件"]
    assert "发给食堂办经办人" in page.text()
    assert page.one("nav", class_="rooms").one(class_="count").text() == "2 条未读"
    client.cookies["django_language"] = "en"
    page = read(client.get("/messages/"))
    assert "to Canteen office, Clerk" in page.text()
    (link,) = page.one(class_="messages").all("a")
    assert (link.attributes["href"], link.attributes["aria-label"]) == ("/documents/", "Open: Matter 1")


def test_marking_is_a_form_and_for_whom_it_is_to(client, office):
    message = put_up(ToPost(office["unit"], Role.CLERK))
    url = f"/messages/{message.uuid}/read/"
    client.force_login(office["bo"])
    assert client.post(url).status_code == 404
    client.force_login(office["lan"])
    assert client.get(url).status_code == 405
    assert client.post(url)["Location"] == "/messages/"
    page = read(client.get("/messages/"))
    assert not page.all(class_="count")
    assert not page.all(class_="message-unread")
    assert Reading.objects.get().account == office["lan"]


def test_whoever_has_no_message_is_told_so(client, office):
    client.force_login(office["bo"])
    page = read(client.get("/messages/"))
    assert "没有发给您的消息。" in page.text()
    assert not page.one("nav", class_="rooms").all(class_="count")


def test_the_number_in_the_masthead_is_one_query_however_many_there_are(client, office, django_assert_num_queries):
    for number in range(120):
        put_up(ToPost(office["unit"], Role.CLERK), number)
    posts = acting_posts(office["lan"], date(2026, 5, 6))
    with django_assert_num_queries(1):
        assert queries.unread_count(office["lan"], posts) == 100
    client.force_login(office["lan"])
    assert read(client.get("/documents/")).one("nav", class_="rooms").one(class_="count").text() == "99+ 条未读"
    pages = read(client.get("/messages/?page=4"))
    assert len(pages.one(class_="messages").all("li")) == 30


def test_staff_are_told_of_letters_that_wait_and_of_those_that_reached_nobody(client, office, mail, settings):
    from django.utils import timezone

    from gongbao.office.outbox import delivery

    now = timezone.now()
    mail.to_address["lan.ting@example.org"] = "550 no"
    write("lan.ting@example.org", at=now)
    delivery.deliver(now)
    write("bo@example.org", at=now - timedelta(hours=2))
    client.force_login(office["lan"])
    notice = read(client.get("/messages/")).one(class_="notice").text()
    assert "邮件服务器未接收" in notice
    assert "1封信件未能送达" in notice
    settings.EMAIL_HOST = ""
    assert "有1封邮件待发：尚未配置邮件服务器。" in read(client.get("/messages/")).one(class_="notice").text()
    resident = account("resident")
    client.force_login(resident)
    assert not read(client.get("/messages/")).all(class_="notice")


def test_all_that_was_seen_is_marked_read_and_nothing_that_came_since(client, office):
    for number in (1, 2):
        put_up(ToPost(office["unit"], Role.CLERK), number)
    client.force_login(office["lan"])
    until = read(client.get("/messages/")).one("input", name="until").attributes["value"]
    put_up(ToPost(office["unit"], Role.CLERK), 3)
    assert client.post("/messages/read/", {"until": until}).status_code == 302
    assert Reading.objects.filter(account=office["lan"]).count() == 2
    posts = acting_posts(office["lan"], date(2026, 5, 6))
    assert queries.unread_count(office["lan"], posts) == 1
    assert not Reading.objects.filter(account=office["ting"]).exists()
    foreign = put_up(ToAccount(office["bo"]), 4).uuid
    for wrong in ("", "soon", foreign):
        assert client.post("/messages/read/", {"until": wrong}).status_code == 404
    assert client.get("/messages/read/").status_code == 405
