"""Signing in and out: who comes in, who does not, what is told, and what is kept of it. All names are invented."""

import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from gongbao import cli
from gongbao.core.errors import GongbaoError
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.people import actions
from gongbao.office.people.models import Account, SignInTries
from gongbao.site import server
from gongbao.site import settings as settings_of_the_site
from gongbao.systems.intermediary_market import demo as market
from gongbao.systems.intermediary_market.sealing import demo as demo_keys
from tests.program import gongbao, ready, serving
from tests.site.html import read

PASSWORD = "three calm herons"


@pytest.fixture
def clerk(db):
    return actions.keep_account("yunling.clerk", password=PASSWORD)[0]


def try_to(client, name="yunling.clerk", password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": name, "password": password, **more})


def signed_in(client):
    return "_auth_user_id" in client.session


# --- the password


def test_a_password_is_hashed_slowly_and_one_that_was_not_is_hashed_again(client, clerk, settings):
    """All other tests hash quickly."""
    settings.PASSWORD_HASHERS = settings_of_the_site.PASSWORD_HASHERS + settings.PASSWORD_HASHERS
    assert actions.keep_account("ting.lan", password=PASSWORD)[0].password.startswith("argon2$argon2id$")
    assert not clerk.password.startswith("argon2")
    try_to(client)
    assert signed_in(client)
    clerk.refresh_from_db()
    assert clerk.password.startswith("argon2$argon2id$")


# --- the pages


def test_signing_in_goes_on_to_where_it_was_asked_for(client, clerk):
    page = read(client.get("/documents/?kind=notice"))
    link = next(link for link in page.all("a") if link.attributes["href"].startswith("/sign-in/"))
    form = read(client.get(link.attributes["href"])).one("form", class_="form")
    values = {field.attributes["name"]: field.attributes.get("value", "") for field in form.all("input")}
    assert values["next"] == "/documents/?kind=notice"
    answer = try_to(client, next=values["next"])
    assert (answer.status_code, answer["Location"]) == (302, "/documents/?kind=notice")
    assert "yunling.clerk" in read(client.get("/documents/")).one("header").text()


@pytest.mark.parametrize(
    "bad", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "/\\elsewhere.example", ""]
)
def test_signing_in_goes_to_no_other_site(client, clerk, bad):
    assert try_to(client, next=bad)["Location"] == "/"


def test_signing_out_is_by_post_alone(client, clerk):
    try_to(client)
    assert client.get("/sign-out/").status_code == 405
    assert signed_in(client)
    assert client.post("/sign-out/")["Location"] == "/"
    assert not signed_in(client)


def test_both_forms_are_protected_against_forged_requests(clerk):
    strict = Client(enforce_csrf_checks=True)
    assert try_to(strict).status_code == 403
    assert strict.post("/sign-out/").status_code == 403


def test_an_unknown_name_a_wrong_password_and_a_closed_account_are_told_alike(client, clerk):
    actions.keep_account("yunling.gone", password=PASSWORD, is_open=False)
    answers = [try_to(client, password="wrong"), try_to(client, name="nobody"), try_to(client, name="yunling.gone")]
    said = {re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers}
    assert len(said) == 1 and "账号名或密码不正确" in said.pop()
    assert {answer.status_code for answer in answers} == {200}


def test_a_session_ends_after_twelve_hours_and_with_the_browser(client, clerk):
    answer = try_to(client)
    cookie = answer.cookies["sessionid"]
    assert cookie["max-age"] == "" and cookie["expires"] == ""
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    session = Session.objects.get()
    assert timedelta(hours=11.9) < session.expire_date - timezone.now() <= timedelta(hours=12)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "yunling.clerk" not in client.get("/documents/").content.decode()


def test_what_a_signed_in_person_saw_is_not_kept_by_the_browser(client, clerk):
    assert "no-store" not in client.get("/documents/").get("Cache-Control", "")
    try_to(client)
    assert client.get("/documents/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("change", [{"password": "seven quiet otters"}, {"is_open": False}])
def test_a_new_password_and_closing_the_account_end_its_sessions(client, clerk, change):
    try_to(client)
    actions.keep_account("yunling.clerk", **change)
    assert "yunling.clerk" not in client.get("/documents/").content.decode()


# --- too many tries


def test_a_name_is_tried_five_times_whether_it_exists_or_not(client, clerk):
    for name in ("yunling.clerk", "nobody"):
        assert [try_to(client, name=name, password="wrong").status_code for _ in range(6)] == [200] * 5 + [429]
        answer = try_to(client, name=name.upper() if name == "nobody" else name)
        assert answer.status_code == 429 and "请等待 15 分钟" in answer.content.decode()
    assert not signed_in(client)


def test_after_a_while_the_name_may_be_tried_again(client, clerk):
    for _ in range(6):
        try_to(client, password="wrong")
    assert try_to(client).status_code == 429
    later = timezone.now() + actions.TRIES_WITHIN
    assert actions.begin_try("yunling.clerk", "", later) == timedelta()


def test_signing_in_wipes_what_was_counted_for_the_name_and_counts_nothing_for_the_address(client, clerk):
    for _ in range(3):
        for _ in range(4):
            try_to(client, password="wrong")
        assert try_to(client).status_code == 302
    assert [row.tries for row in SignInTries.objects.all()] == [12]


def test_an_address_is_tried_fifty_times_whatever_the_names(db):
    now = timezone.now()
    for number in range(50):
        assert not actions.begin_try(f"name{number}", "192.0.2.7", now)
    assert actions.begin_try("another", "192.0.2.7", now) == actions.TRIES_WITHIN
    assert not actions.begin_try("another", "192.0.2.8", now)
    # What one subscriber has of IPv6 is one address, and one IPv4 address is itself in any spelling.
    for number in range(50):
        actions.begin_try(f"six{number}", f"2001:db8::{number:x}", now)
    assert actions.begin_try("another", "2001:db8::ffff", now)
    assert not actions.begin_try("another", "2001:db8:0:1::1", now)
    assert actions.begin_try("another", "::ffff:192.0.2.7", now)


def test_neither_name_nor_address_nor_password_is_kept_or_logged(client, clerk, caplog):
    caplog.set_level(logging.DEBUG)
    try_to(client, name="yunling.clerk", password="wrong heron", next="/?secret")
    try_to(client)
    kept = " ".join(str(values) for values in SignInTries.objects.values_list())
    for piece in ("yunling", "127.0.0.1", "heron"):
        assert piece not in kept
        assert piece not in "".join(record.getMessage() for record in caplog.records if "INSERT" not in str(record.msg))


def test_tries_are_written_by_actions_alone(db):
    with pytest.raises(WriteOutsideAction):
        SignInTries.objects.create(digest="x", tries=1, since=timezone.now())


# --- accounts


def test_rights_are_given_and_taken_one_by_one(clerk):
    actions.keep_account("yunling.clerk", adds_gazettes=True, sees_personal_data=True)
    actions.keep_account("yunling.clerk", sees_personal_data=False)
    account = Account.objects.get(username="yunling.clerk")
    assert account.has_perm("library.add_gazette") and not account.has_perm("people.see_personal_data")
    assert account.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("yunling", "short", "too short"),
        ("yunling", "password123", "too common"),
        ("yunling", "73910462851", "entirely numeric"),
        ("yunling.clerk", "yunling.clerk", "similar to the username"),
        ("yun ling", PASSWORD, "valid username"),
        ("", PASSWORD, "cannot be blank"),
        ("demo-auditor", PASSWORD, "take another"),
    ],
)
def test_what_is_weak_or_not_possible_is_refused_in_words(db, name, password, told):
    with pytest.raises(GongbaoError, match=told):
        actions.keep_account(name, password=password)
    assert not Account.objects.exists()


def test_an_account_that_shows_the_program_can_be_closed_and_nothing_else(db, client):
    actions.open_demo_accounts(dict.fromkeys(actions.DEMO_ACCOUNTS, PASSWORD))
    for change in ({"is_open": True}, {"password": PASSWORD}, {"adds_gazettes": True, "is_open": False}, {}):
        with pytest.raises(GongbaoError, match="take another"):
            actions.keep_account("demo-clerk", **change)
    assert try_to(client, "demo-clerk", PASSWORD).status_code == 302
    actions.keep_account("demo-clerk", is_open=False)
    assert "demo-clerk" not in client.get("/documents/").content.decode()
    assert try_to(client, "demo-clerk", PASSWORD).status_code == 200
    with pytest.raises(GongbaoError, match="there is no account demo-nobody"):
        actions.keep_account("demo-nobody", is_open=False)


def test_on_the_command_line_a_password_comes_from_standard_input(tmp_path):
    done = gongbao(ready(tmp_path), "account", "yunling")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--password-stdin" in done.stderr


@pytest.fixture
def run(db, monkeypatch, capsys):
    def runs(*arguments, stdin=""):
        import io

        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            cli.run(list(arguments))
        return (ended.value.code or 0, *capsys.readouterr())

    return runs


def test_the_commands_for_accounts(run):
    code, out, err = run("account", "yunling", "--adds-gazettes", "--password-stdin", stdin=PASSWORD + "\n")
    assert (code, out, err) == (0, "account yunling created: adds gazettes\n", "")
    code, out, err = run("account", "yunling", "--sees-personal-data", "--closed")
    assert (code, out) == (0, "account yunling kept: adds gazettes, sees personal data, closed\n")
    code, out, err = run("accounts")
    assert out.splitlines()[1].split()[0] == "yunling" and "1 account" in err
    code, out, err = run("account", "weak", "--password-stdin", stdin="poor\n")
    assert code == 1 and err.startswith("gongbao: the password: This password is too short")


# --- demonstration accounts


def test_the_sample_on_this_machine_comes_with_accounts_of_a_password_drawn_at_each_start(tmp_path):
    import json

    passwords = []
    ready(tmp_path / "home")
    for _ in range(2):
        log = tmp_path / "log"
        with serving(tmp_path / "home", "--sample", told=passwords) as (port, _process):
            told = passwords[-1]["demo_accounts"]
            assert [one["name"] for one in told] == list(actions.DEMO_ACCOUNTS)
            assert port
        assert not [one for one in told if one["password"] in log.read_text()]
    assert passwords[0]["demo_accounts"] != passwords[1]["demo_accounts"]
    done = gongbao(tmp_path / "home", "accounts", "--json")
    rights = {one["name"]: (one["adds_gazettes"], one["sees_personal_data"]) for one in json.loads(done.stdout)}
    assert {name for name, held in rights.items() if any(held)} == {"demo-clerk"}


def test_whoever_starts_the_sample_is_told_the_one_password_and_where_the_key_files_lie(settings, tmp_path):
    settings.GONGBAO_HOME = tmp_path
    assert cli._demo_told({}) == []
    told = cli._demo_told({"demo-clerk": PASSWORD, "demo-visitor": PASSWORD})
    assert told == [
        "accounts to try it with: demo-clerk, demo-visitor", f"the password of them all: {PASSWORD}",
    ]  # fmt: skip
    demo_keys.keep({})
    more = cli._demo_told({"demo-clerk": PASSWORD})[2:]
    assert str(demo_keys.folder()) in more[0] and demo_keys.PASSPHRASE in more[1]


class Listening:
    def __init__(self, host):
        self.host = host

    def getsockname(self):
        return self.host, 8000


@pytest.fixture
def kept_connections(monkeypatch):
    """What serves closes its connections before it forks; a test goes on with its own."""
    monkeypatch.setattr(server.connections, "close_all", lambda: None)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "2001:db8::1", "fe80::1%eth0"])
def test_no_demonstration_account_where_others_may_reach_the_site(db, kept_connections, host):
    assert server.open_demo_accounts(Listening(host)) == {}
    assert not Account.objects.exists()


@pytest.mark.parametrize("name", ["PRODUCTION", "GONGBAO_PROXY"])
def test_no_demonstration_account_in_production_or_behind_a_proxy(db, kept_connections, settings, name):
    setattr(settings, name, "1")
    assert server.open_demo_accounts(Listening("127.0.0.1")) == {}
    assert not Account.objects.exists()


def test_no_demonstration_account_on_a_site_with_a_name(db, kept_connections, monkeypatch):
    monkeypatch.setenv("GONGBAO_HOSTS", "gongbao.example")
    assert server.open_demo_accounts(Listening("127.0.0.1")) == {}
    assert not Account.objects.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_demonstration_accounts_are_shut_when_the_site_opens_to_others(db, kept_connections, monkeypatch, client, host):
    # What lies on their desks takes long to make, and has tests of its own.
    monkeypatch.setattr(market, "PARTS", ())
    passwords = server.open_demo_accounts(Listening(host))
    assert try_to(client, "demo-clerk", passwords["demo-clerk"]).status_code == 302
    server.shut_demo_accounts()
    assert "demo-clerk" not in client.get("/documents/").content.decode()
    assert try_to(client, "demo-clerk", passwords["demo-clerk"]).status_code == 200
