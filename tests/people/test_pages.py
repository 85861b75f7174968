"""The pages of people, as administrators and as everybody use them: what is done, what is refused, what is said."""

from datetime import timedelta

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.models import Entry
from gongbao.office.people import actions, queries, refusals
from gongbao.office.people.models import Account, OidcLink, Post, Unit
from gongbao.office.people.roles import Role
from gongbao.site import oidc_settings
from tests.people.made import PASSWORD, administrator_of, keep_city, open_account, today, tomorrow
from tests.site.html import read, said
from tests.site.test_translations import HAN

FINANCE = "/people/units/finance/"


@pytest.fixture
def city(db):
    return keep_city()


@pytest.fixture
def admin(city, client):
    """The administrator of the whole city, signed in."""
    account = administrator_of("yunlan")
    client.force_login(account)
    return account


@pytest.fixture
def finance(city, client):
    """The administrator of the finance office, signed in."""
    account = administrator_of("finance")
    client.force_login(account)
    return account


def give(client, account="yan.shu", unit="finance", **more):
    given = {"account": account, "role": "clerk", "since": str(today()), "until": "", **more}
    return client.post(f"/people/units/{unit}/posts/", given)


def refused(answer):
    assert answer.status_code == 400
    return read(answer).one(role="alert").text().strip()


# --- units and posts


def test_an_administrator_gives_and_ends_posts_and_the_log_says_who(client, finance):
    holder = open_account("yan.shu", called="严舒")
    assert give(client)["Location"] == FINANCE
    post = queries.posts_of(holder, today())[0]
    entry = Entry.objects.last()
    assert (entry.action, entry.actor_kind, entry.actor_id, entry.actor_role, entry.actor_unit) == (
        "people.give_post",
        "account",
        str(finance.public_id),
        "administrator",
        "finance",
    )
    assert "严舒" in client.get(FINANCE).content.decode()
    assert client.post(f"/people/posts/{post.uuid}/end/", {"last_day": str(tomorrow())})["Location"] == FINANCE
    assert Post.objects.get(uuid=post.uuid).until == tomorrow()
    client.post(f"/people/posts/{post.uuid}/end/", {"last_day": ""})
    assert queries.posts_of(holder, today()) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"account": "nobody"}, "没有账号 nobody"),
        ({"since": ""}, "第一日"),
        ({"until": "2020-01-01"}, "早于第一日"),
        ({"role": "king"}, "king"),
        ({"role": "auditor"}, "由全市管理员指定"),
    ],
)
def test_what_cannot_be_is_told_where_it_was_asked_and_keeps_what_was_typed(client, finance, given, told):
    open_account("yan.shu")
    before = Post.objects.count()
    answer = give(client, **given)
    assert told in refused(answer)
    assert Post.objects.count() == before
    if given.get("account") != "nobody":
        field = read(answer).one(id="account")
        assert field.attributes["value"] == "yan.shu"


def test_an_administrator_of_a_unit_sees_and_changes_it_and_what_is_below_it_alone(client, finance):
    page = client.get("/people/").content.decode()
    assert "财政局" in page and "预算科" in page
    assert "卫生健康委员会" not in page and "云岭市" not in page and "/people/accounts/" not in page
    open_account("yan.shu")
    assert give(client, unit="budget").status_code == 302
    for unit in ("health", "yunlan"):
        assert give(client, unit=unit).status_code == 403
        for path in ("", "change/", "below/", "substitutes/"):
            answer = client.post(f"/people/units/{unit}/{path}") if path else client.get(f"/people/units/{unit}/")
            assert answer.status_code == 403
    assert Post.objects.filter(account__username="yan.shu").count() == 1


def test_units_are_made_renamed_and_closed(client, admin):
    made = {"key": "office", "zh": "办公室", "en": "General Office", "kind": "section"}
    assert client.post(f"{FINANCE}below/", made)["Location"] == FINANCE
    assert "已有使用该标识的单位" in refused(client.post(f"{FINANCE}below/", made))
    assert "标识由小写字母和数字组成" in refused(client.post(f"{FINANCE}below/", {**made, "key": "No Key"}))
    client.post("/people/units/office/change/", {"zh": "综合办公室", "en": "Office"})
    assert Unit.objects.get(key="office").zh == "综合办公室"
    client.post("/people/units/office/change/", {"closed": "yes"})
    assert Unit.objects.get(key="office").closed
    assert "尚未关闭" in refused(client.post(f"{FINANCE}change/", {"closed": "yes"}))


# --- substitutes


def test_an_administrator_names_a_substitute_for_whoever_is_theirs(client, finance, city):
    city.member("yan.shu", "finance", Role.CLERK)
    city.member("bai.lu", "health", Role.CLERK)
    given = {"absent": "yan.shu", "by": "bai.lu", "since": str(today()), "until": str(tomorrow()), "reason": "leave"}
    assert client.post(f"{FINANCE}substitutes/", given)["Location"] == FINANCE
    made = queries.substitutes_from(today()).get()
    # Not the other way round: bai.lu is of another office.
    answer = client.post(f"{FINANCE}substitutes/", {**given, "absent": "bai.lu", "by": "yan.shu"})
    assert "没有岗位" in refused(answer)
    url = f"{FINANCE}substitutes/{made.uuid}/end/"
    assert client.post(url.replace("finance", "budget")).status_code == 404
    assert client.post(url).status_code == 302
    assert not queries.substitutes_from(today()).exists()


def test_one_names_ones_own_substitute_and_nobody_elses(client, city):
    mine = city.member("yan.shu", "finance", Role.CLERK)
    colleague = city.member("bai.lu", "finance", Role.HEAD)
    client.force_login(mine)
    given = {"by": "bai.lu", "since": str(today()), "until": str(tomorrow()), "reason": "leave"}
    assert client.post("/me/substitutes/", given)["Location"] == "/me/"
    made = queries.acted_for(mine, today()).get()
    assert "bai.lu" in client.get("/me/").content.decode()
    client.force_login(colleague)
    assert "代理 yan.shu" in client.get("/me/").content.decode()
    assert client.post(f"/me/substitutes/{made.uuid}/end/").status_code == 404
    client.force_login(mine)
    assert "已有代理人" in refused(client.post("/me/substitutes/", given))
    assert client.post(f"/me/substitutes/{made.uuid}/end/")["Location"] == "/me/"
    assert not queries.acted_for(mine, today()).exists()


# --- accounts


def test_accounts_are_opened_with_a_password_that_is_shown_once(client, admin):
    answer = client.post("/people/accounts/", {"username": "yan.shu", "name": "严舒"})
    password = read(answer).one("code", class_="secret").text()
    account = Account.objects.get(username="yan.shu")
    assert account.check_password(password) and account.name == "严舒"
    assert "no-store" in answer["Cache-Control"]
    assert password not in client.get(f"/people/accounts/{account.public_id}/").content.decode()
    assert "已有该名称的账号" in refused(client.post("/people/accounts/", {"username": "yan.shu"}))
    assert "演示账号" in refused(client.post("/people/accounts/", {"username": "demo-x"}))
    assert account.check_password(password)


def change(client, account, do, **more):
    return client.post(f"/people/accounts/{account.public_id}/change/", {"do": do, **more})


def test_accounts_are_changed_one_thing_at_a_time(client, admin, settings):
    account = open_account("yan.shu", sees_personal_data=True)
    change(client, account, "rights", adds_gazettes="on")
    account = Account.objects.get(pk=account.pk)
    assert account.has_perm("library.add_gazette") and not account.has_perm("people.see_personal_data")
    change(client, account, "name", name="严舒")
    change(client, account, "close")
    account.refresh_from_db()
    assert (account.name, account.is_active) == ("严舒", False)
    change(client, account, "open")
    answer = change(client, account, "password")
    password = read(answer).one("code", class_="secret").text()
    account.refresh_from_db()
    assert account.is_active and account.check_password(password) and not account.check_password(PASSWORD)
    key = account.session_key
    change(client, account, "end-sessions")
    account.refresh_from_db()
    assert account.session_key != key
    assert "没有第二重验证" in refused(change(client, account, "second-factor"))
    actions.begin_second_factor(account)
    assert change(client, account, "second-factor").status_code == 302
    assert change(client, account, "nothing").status_code == 404
    assert change(client, account, "link", subject="x").status_code == 404  # no provider is set
    settings.GONGBAO_OIDC = oidc_settings.Provider("https://id.example", "a", "b")
    change(client, account, "open-for", username="yan")
    assert "yan" in client.get(f"/people/accounts/{account.public_id}/").content.decode()
    change(client, account, "link", subject="7f3a")
    assert OidcLink.objects.get().subject == "7f3a"
    change(client, account, "unlink")
    assert not OidcLink.objects.exists()
    assert {one.actor_id for one in Entry.objects.all() if one.actor_kind == "account"} == {str(admin.public_id)}


def test_the_last_administrator_cannot_close_themselves_nor_end_their_post(client, admin):
    assert "最后一名管理员" in refused(change(client, admin, "close"))
    post = queries.posts_of(admin, today())[0]
    assert "最后一名管理员" in refused(client.post(f"/people/posts/{post.uuid}/end/", {}))
    assert client.get("/people/").status_code == 200


def test_accounts_are_found_by_either_name(client, admin):
    open_account("yan.shu", called="严舒")
    open_account("bai.lu", called="白露")
    for text in ("yan", "严"):
        page = client.get("/people/accounts/", {"text": text}).content.decode()
        assert "yan.shu" in page and "bai.lu" not in page
    assert "没有符合的账号" in client.get("/people/accounts/", {"text": "\x00nobody"}).content.decode()


# --- what is shown


@pytest.mark.parametrize(
    "url", ["/me/", "/me/password/", "/me/second-factor/", "/people/", FINANCE, "/people/accounts/"]
)
def test_every_field_has_a_label_and_english_pages_are_english(client, admin, city, url):
    client.cookies["django_language"] = "en"
    city.member("yan.shu", "finance", Role.CLERK)
    page = read(client.get(url))
    labelled = {one.attributes["for"] for one in page.all("label") if "for" in one.attributes}
    for field in [*page.all("input"), *page.all("select")]:
        inside = field.parent is not None and field.parent.tag == "label"
        hidden = field.attributes.get("type") == "hidden"
        assert hidden or inside or field.attributes["id"] in labelled, field.attributes
    for words, language, _element in said(page):
        assert language.startswith("zh") or not HAN.search(words), words
    ids = [one.attributes["id"] for one in page.walk() if "id" in one.attributes]
    assert len(ids) == len(set(ids))


def test_a_persons_name_is_shown_to_signed_in_staff_alone(client, city):
    mine = city.member("yan.shu", "finance", Role.CLERK)
    actions.keep_account("yan.shu", called="严舒")
    assert "严舒" not in client.get("/sign-in/").content.decode()
    client.force_login(open_account("visitor"))
    for url in ("/people/", FINANCE, "/people/accounts/", f"/people/accounts/{mine.public_id}/"):
        assert client.get(url).status_code == 403
    assert "严舒" not in client.get("/me/").content.decode()


def test_every_refusal_of_the_actions_has_its_words(city):
    """A sentence that nobody translated would stand in English on a Chinese page."""
    from django.utils.translation import override

    account = city.member("yan.shu", "finance", Role.CLERK)
    with override("zh-hans"):
        for attempt in (
            lambda: actions.give_post(account, "finance", "clerk", since=today(), at=_now()),
            lambda: actions.keep_unit("finance", closed=True, at=_now()),
            lambda: actions.name_substitute(account, account, since=today(), until=today(), reason="x", at=_now()),
            lambda: actions.end_post(
                queries.posts_of(account, today())[0].uuid, last_day=today() - timedelta(days=3), at=_now()
            ),
        ):
            with pytest.raises(GongbaoError) as raised:
                attempt()
            assert HAN.search(refusals.in_words(raised.value.message)), raised.value.message


def _now():
    from django.utils import timezone

    return timezone.now()
