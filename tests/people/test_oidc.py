"""Signing in by OpenID Connect, against a small provider on the loopback: who comes in, and what does not hold."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.models import Entry
from gongbao.office.people import actions, queries, second_factor
from gongbao.office.people.models import Account, OidcLink, SecondFactor
from gongbao.site import oidc_settings
from tests.people.made import open_account
from tests.people.provider import CLIENT_ID, CLIENT_SECRET, FOREIGN_KEY, KEY, serving
from tests.site.html import read

pytestmark = pytest.mark.one_database

START, BACK = "/sign-in/provider/", "/sign-in/provider/back/"


@pytest.fixture(scope="module")
def _serving():
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(_serving, settings):
    fresh = type(_serving)(issuer=_serving.issuer)
    _serving.__dict__.update(fresh.__dict__)
    settings.GONGBAO_OIDC = oidc_settings.Provider(_serving.issuer, CLIENT_ID, CLIENT_SECRET)
    return _serving


@pytest.fixture
def clerk(db):
    return open_account("yan.shu")


@pytest.fixture
def linked(clerk, provider):
    actions.link(clerk, provider.issuer, "7f3a", at=timezone.now())
    return clerk


def to_provider(client, **asked):
    """What the provider was asked for by way of the browser."""
    answer = client.get(START, asked)
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def come_back(client, provider, asked):
    url = urlsplit(provider.authorize(asked))
    assert url.path == BACK
    return client.get(f"{url.path}?{url.query}")


def sign_in(client, provider, **asked):
    return come_back(client, provider, to_provider(client, **asked))


def signed_in(client):
    return "_auth_user_id" in client.session


# --- who comes in


def test_the_button_is_there_only_where_a_provider_is_set(client, db, settings):
    assert START not in client.get("/sign-in/").content.decode()
    assert client.get(START).status_code == client.get(BACK).status_code == 404
    settings.GONGBAO_OIDC = oidc_settings.Provider("https://id.example", "a", "b")
    page = read(client.get("/sign-in/?next=/documents/"))
    assert [one.attributes["href"] for one in page.all("a") if START in one.attributes["href"]] == [
        f"{START}?next=%2Fdocuments%2F"
    ]


def test_whom_an_administrator_linked_is_signed_in_and_led_on(client, provider, linked):
    answer = sign_in(client, provider, next="/documents/?kind=notice")
    assert (answer.status_code, answer["Location"]) == (302, "/documents/?kind=notice")
    assert client.session["_auth_user_id"] == str(linked.pk)
    assert provider.refusals == []
    assert "_state" not in str(dict(client.session.items()))


@pytest.mark.parametrize("bad", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(client, provider, linked, bad):
    assert sign_in(client, provider, next=bad)["Location"] == "/"


def test_state_nonce_and_challenge_are_other_ones_each_time(client, provider, linked):
    first, second = to_provider(client), to_provider(client)
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 20 and first[name] != second[name]
    assert first["redirect_uri"] == f"http://testserver{BACK}"


def test_the_first_sign_in_of_a_name_that_is_open_binds_it(client, provider, clerk):
    actions.open_for(clerk, provider.issuer, "yan.shu", at=timezone.now())
    assert sign_in(client, provider)["Location"] == "/" and signed_in(client)
    link = OidcLink.objects.get()
    assert (link.account, link.subject, link.username, link.open_until) == (clerk, "7f3a", "", None)
    entry = Entry.objects.last()
    assert (entry.action, entry.actor_kind) == ("people.link_at_first_sign_in", "system")
    # From now on the name means nothing: another who is called so there is somebody else.
    provider.subject = "9c1d"
    other = Client()
    assert sign_in(other, provider).status_code == 403 and not signed_in(other)


def test_a_name_is_open_for_fourteen_days(client, provider, clerk):
    actions.open_for(clerk, provider.issuer, "yan.shu", at=timezone.now() - timedelta(days=14))
    assert sign_in(client, provider).status_code == 403 and not signed_in(client)
    assert OidcLink.objects.get().subject == ""


def test_nobody_is_created_and_a_name_alone_is_not_enough(client, provider, clerk):
    assert sign_in(client, provider).status_code == 403
    provider.username = "somebody.new"
    assert sign_in(client, provider).status_code == 403
    assert Account.objects.count() == 1 and not signed_in(client)


def test_a_closed_account_is_not_signed_in(client, provider, linked):
    actions.keep_account("yan.shu", is_open=False)
    assert sign_in(client, provider).status_code == 403 and not signed_in(client)


def test_a_link_that_was_ended_is_none(client, provider, linked):
    actions.unlink(linked, provider.issuer, at=timezone.now())
    assert sign_in(client, provider).status_code == 403 and not signed_in(client)


def test_a_subject_of_another_provider_is_somebody_else(client, provider, clerk):
    actions.link(clerk, "https://elsewhere.example", "7f3a", at=timezone.now())
    assert sign_in(client, provider).status_code == 403 and not signed_in(client)


def test_two_accounts_are_not_linked_to_one_subject(provider, linked):
    other = open_account("bai.lu")
    with pytest.raises(GongbaoError, match="linked to this subject already"):
        actions.link(other, provider.issuer, "7f3a", at=timezone.now())
    actions.open_for(other, provider.issuer, "bai", at=timezone.now())
    with pytest.raises(GongbaoError, match="another account is open"):
        actions.open_for(linked, provider.issuer, "bai", at=timezone.now())


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd", "otp"], "acr": "high"}])
def test_the_second_factor_is_asked_for_here_whatever_the_provider_says(client, provider, linked, claims):
    provider.claims = claims
    actions.begin_second_factor(linked)
    secret = second_factor.decrypted(SecondFactor.objects.get().secret)
    long_ago = timezone.now() - timedelta(hours=1)
    assert actions.confirm_second_factor(linked, pyotp.TOTP(secret).at(long_ago), at=long_ago)
    answer = sign_in(client, provider, next="/documents/")
    assert answer["Location"] == "/sign-in/code/?next=%2Fdocuments%2F" and not signed_in(client)
    answer = client.post("/sign-in/code/?next=%2Fdocuments%2F", {"code": pyotp.TOTP(secret).now()})
    assert answer["Location"] == "/documents/" and signed_in(client)


# --- what does not hold

NOW = int(time.time())


@pytest.mark.parametrize(
    "change",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"exp": NOW - 3600, "iat": NOW - 7200}},
        {"claims": {"exp": None}},
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"iss": None}},
        {"claims": {"aud": "another client"}},
        {"claims": {"aud": ["another client"], "azp": CLIENT_ID}},
        {"claims": {"aud": None}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 7}},
        {"claims": {"sub": "x" * 256}},
        {"claims": {"nbf": NOW + 3600}},
        {"key": FOREIGN_KEY},
        {"algorithm": "none", "key": b""},
        {"algorithm": "HS256", "key": CLIENT_SECRET.encode()},
        {"algorithm": "HS256", "key": KEY.as_pem(private=False)},
        {"with_id_token": False},
        {"announced": "https://elsewhere.example"},
    ],
    # Keys and times are others in each process, and its workers have to call each test by one name.
    ids=lambda change: " ".join(
        f"{key}-{'-'.join(value) if isinstance(value, dict) else ''}" for key, value in change.items()
    ),
)
def test_what_the_provider_answers_wrongly_signs_nobody_in(client, provider, linked, change, caplog):
    asked = to_provider(client)
    provider.__dict__.update(change)
    answer = come_back(client, provider, asked)
    assert answer.status_code == 403 and not signed_in(client)
    assert "未能登录" in answer.content.decode()
    assert "a sign-in by way of the provider was refused" in caplog.text
    assert "7f3a" not in caplog.text
    # And rightly again, it does.
    provider.__dict__.update(type(provider)(issuer=provider.issuer).__dict__)
    assert sign_in(client, provider).status_code == 302 and signed_in(client)


def test_an_answer_to_the_question_of_another_browser_signs_nobody_in(client, provider, linked):
    """Somebody's own code, sent to another: that one would work on in the account of the first."""
    asked = to_provider(Client())
    assert come_back(client, provider, asked).status_code == 403 and not signed_in(client)


def test_an_answer_is_good_once(client, provider, linked):
    asked = to_provider(client)
    back = urlsplit(provider.authorize(asked))
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    client.post("/sign-out/")
    assert client.get(f"{back.path}?{back.query}").status_code == 403 and not signed_in(client)


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=x&state=x", "error=access_denied&state=x", "code=%00"]
)
def test_an_answer_that_nobody_asked_for_signs_nobody_in(client, provider, linked, query):
    assert client.get(f"{BACK}?{query}").status_code == 403 and not signed_in(client)


def test_the_code_of_somebody_else_lacks_its_verifier(client, provider, linked):
    theirs = provider.authorize(to_provider(Client()))
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    mine = to_provider(client)
    assert client.get(BACK, {"code": code, "state": mine["state"]}).status_code == 403
    assert provider.refusals == ["verifier"] and not signed_in(client)


def test_a_provider_that_does_not_answer_is_no_fault_of_the_site(client, db, settings):
    settings.GONGBAO_OIDC = oidc_settings.Provider("http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET)
    assert client.get(START).status_code == 403
    assert client.get("/sign-in/").status_code == 200


# --- settings

GOOD = {
    "GONGBAO_OIDC_ISSUER": "https://id.example.gov.cn/realms/city",
    "GONGBAO_OIDC_CLIENT_ID": "gongbao",
    "GONGBAO_OIDC_CLIENT_SECRET": "secret",
}


def test_the_provider_of_the_environment(tmp_path):
    assert oidc_settings.read({}, production=True) is None
    found = oidc_settings.read(GOOD, production=True)
    assert found.issuer == GOOD["GONGBAO_OIDC_ISSUER"] and "secret'" not in repr(found)
    (tmp_path / "secret").write_text("of a file\n")
    held = {**GOOD, "GONGBAO_OIDC_CLIENT_SECRET": "", "GONGBAO_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert oidc_settings.read(held, production=True).client_secret == "of a file"
    assert oidc_settings.read({**GOOD, "GONGBAO_OIDC_ISSUER": "http://localhost:8080"}, production=False)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"GONGBAO_OIDC_ISSUER": ""}, "needs GONGBAO_OIDC_ISSUER"),
        ({"GONGBAO_OIDC_CLIENT_ID": ""}, "needs GONGBAO_OIDC_CLIENT_ID"),
        ({"GONGBAO_OIDC_CLIENT_SECRET": ""}, "needs GONGBAO_OIDC_CLIENT_SECRET"),
        ({"GONGBAO_OIDC_ISSUER": "http://localhost"}, "begins with https"),
        ({"GONGBAO_OIDC_ISSUER": "id.example"}, "no address"),
        ({"GONGBAO_OIDC_ISSUER": "https://[id"}, "no address"),
        ({"GONGBAO_OIDC_ISSUER": "https://id.example?a=b"}, "no address"),
        ({"GONGBAO_OIDC_ISSUER": "https://user:password@id.example"}, "no address"),
        ({"GONGBAO_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"}, "cannot be read"),
    ],
)
def test_half_of_a_provider_is_refused(change, told):
    with pytest.raises(GongbaoError, match=told) as refused:
        oidc_settings.read({**GOOD, **change}, production=True)
    assert "password" not in str(refused.value)


def test_no_more_is_asked_of_the_links_than_who(linked):
    assert [one.account for one in queries.oidc_links()] == [linked]
