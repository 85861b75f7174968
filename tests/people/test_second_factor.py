"""The second factor: set up, asked for, used once, lost and reset; and whom production lets do nothing without one."""

import re
import time
from datetime import timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.models import Entry
from gongbao.office.people import actions, queries, second_factor
from gongbao.office.people.models import RecoveryCode, SecondFactor
from gongbao.office.people.roles import Role
from gongbao.office.people.views import sign_in as views
from tests.people.made import PASSWORD, keep_city, open_account
from tests.site.html import read

CODE, ME = "/sign-in/code/", "/me/second-factor/"


@pytest.fixture
def clerk(db):
    return open_account("yan.shu")


def secret_of(account):
    return second_factor.decrypted(SecondFactor.objects.get(account=account).secret)


def code_of(account, steps=0):
    """The code of now, or of so many steps later, in a step whose code was not used yet."""
    return pyotp.TOTP(secret_of(account)).at(time.time() + 30 * steps)


def set_up(account):
    """Set up long ago, so that the code of now is not used yet; the recovery codes."""
    actions.begin_second_factor(account)
    long_ago = timezone.now() - timedelta(hours=1)
    codes = actions.confirm_second_factor(account, pyotp.TOTP(secret_of(account)).at(long_ago), at=long_ago)
    assert codes is not None
    account.refresh_from_db()
    return codes


def sign_in(client, **more):
    return client.post("/sign-in/", {"username": "yan.shu", "password": PASSWORD, **more})


def signed_in(client):
    return "_auth_user_id" in client.session


# --- setting it up


def test_it_is_set_up_with_a_first_code_and_the_recovery_codes_are_shown_once(client, clerk):
    client.force_login(clerk)
    assert "qr" not in client.get(ME).content.decode()
    assert client.post(ME, {"do": "begin"})["Location"] == ME
    page = read(client.get(ME))
    shown = page.one("code", class_="secret").text().replace(" ", "")
    assert shown == secret_of(clerk)
    assert len(page.one("svg").all("path")) > 0
    assert not queries.has_second_factor(clerk)
    answer = client.post(ME, {"do": "confirm", "code": "000000" if code_of(clerk) != "000000" else "111111"})
    assert answer.status_code == 400 and not queries.has_second_factor(clerk)
    answer = client.post(ME, {"do": "confirm", "code": code_of(clerk)})
    codes = [one.text() for one in read(answer).all("code")]
    assert len(codes) == len(set(codes)) == 10
    assert all(re.fullmatch("[a-z2-9]{4}(-[a-z2-9]{4}){3}", one) for one in codes)
    assert answer["Cache-Control"] == "private, no-store" or "no-store" in answer["Cache-Control"]
    assert queries.has_second_factor(clerk) and signed_in(client)
    later = client.get(ME).content.decode()
    assert codes[0] not in later and shown not in later.replace(" ", "")


def test_setting_it_up_ends_the_other_sessions(client, clerk):
    other = Client()
    for one in (client, other):
        one.force_login(clerk)
    client.post(ME, {"do": "begin"})
    client.post(ME, {"do": "confirm", "code": code_of(clerk)})
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def test_the_picture_holds_the_secret_and_the_name(clerk):
    import segno

    actions.begin_second_factor(clerk)
    uri = pyotp.TOTP(secret_of(clerk)).provisioning_uri(name="yan.shu", issuer_name="gongbao")
    assert uri.startswith("otpauth://totp/gongbao:yan.shu?secret=")
    drawn = second_factor.qr("yan.shu", secret_of(clerk))
    path = re.compile(r' d="([^"]*)"')
    expected = segno.make(uri, error="m").svg_inline(scale=5, border=4)
    assert path.findall(drawn)[-1] == path.findall(expected)[-1]
    assert "style" not in drawn


# --- signing in


def test_the_right_password_alone_signs_nobody_in(client, clerk):
    set_up(clerk)
    answer = sign_in(client, next="/documents/?kind=notice")
    assert answer["Location"] == f"{CODE}?next=%2Fdocuments%2F%3Fkind%3Dnotice"
    assert not signed_in(client)
    assert client.get("/me/").status_code == 302
    form = read(client.get(answer["Location"])).one("form", class_="form")
    values = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    answer = client.post(CODE, {**values, "code": code_of(clerk)})
    assert (answer.status_code, answer["Location"]) == (302, "/documents/?kind=notice")
    assert signed_in(client) and client.get("/me/").status_code == 200
    assert views.HALF_WAY not in client.session


@pytest.mark.parametrize("bad", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_code_leads_to_no_other_site(client, clerk, bad):
    set_up(clerk)
    sign_in(client)
    assert client.post(CODE, {"code": code_of(clerk), "next": bad})["Location"] == "/"


def test_a_code_is_good_once(client, clerk):
    set_up(clerk)
    code = code_of(clerk)
    sign_in(client)
    assert client.post(CODE, {"code": code}).status_code == 302
    second = Client()
    sign_in(second)
    answer = second.post(CODE, {"code": code})
    assert answer.status_code == 200 and not signed_in(second)
    assert "已经使用过" in answer.content.decode()
    # Nor is an older one good after a newer.
    assert not actions.accept_code(clerk, code_of(clerk, -1), at=timezone.now())


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(clerk, steps, good):
    set_up(clerk)
    at = timezone.now()
    code = pyotp.TOTP(secret_of(clerk)).at(int(at.timestamp()) + 30 * steps)
    assert actions.accept_code(clerk, code, at=at) is good


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "123 45", "a" * 41, "-" * 16])
def test_what_is_no_code_is_refused(client, clerk, code):
    set_up(clerk)
    sign_in(client)
    assert client.post(CODE, {"code": code}).status_code == 200
    assert not signed_in(client)


def test_a_recovery_code_is_good_once_however_it_is_typed(client, clerk):
    codes = set_up(clerk)
    sign_in(client)
    assert client.post(CODE, {"code": f" {codes[3].replace('-', '').upper()} "}).status_code == 302
    assert queries.recovery_codes_left(clerk) == 9
    assert not actions.accept_code(clerk, codes[3], at=timezone.now())
    assert Entry.objects.filter(action="people.accept_code").last().content == '{"recovery_codes":9}'


def test_a_recovery_code_of_another_account_is_not_good(clerk):
    other = open_account("bai.lu")
    codes = set_up(other)
    set_up(clerk)
    assert not actions.accept_code(clerk, codes[0], at=timezone.now())


def test_codes_are_tried_five_times_and_the_password_gives_no_further_tries(client, clerk):
    set_up(clerk)
    wrong = "000000" if code_of(clerk) != "000000" else "111111"
    statuses = []
    for _ in range(3):
        sign_in(client)
        statuses += [client.post(CODE, {"code": wrong}).status_code for _ in range(2)]
    assert statuses == [200] * 5 + [429]
    sign_in(client)
    answer = client.post(CODE, {"code": code_of(clerk)})
    assert answer.status_code == 429 and not signed_in(client)


@pytest.mark.parametrize("change", [{"password": "seven quiet otters"}, {"is_open": False}, None])
def test_half_way_is_over_with_another_password_with_the_account_and_after_five_minutes(client, clerk, change):
    set_up(clerk)
    assert client.get(CODE)["Location"] == "/sign-in/"
    sign_in(client)
    assert client.get(CODE).status_code == 200
    if change:
        actions.keep_account("yan.shu", **change)
    else:
        session = client.session
        session[views.HALF_WAY] = session[views.HALF_WAY] | {"at": int(time.time()) - views.HALF_WAY_FOR}
        session.save()
    assert client.post(CODE, {"code": code_of(clerk)})["Location"] == "/sign-in/"
    assert not signed_in(client)


# --- what is kept


def test_neither_the_secret_nor_a_code_stands_in_the_database_or_the_log(clerk, settings):
    codes = set_up(clerk)
    secret = secret_of(clerk)
    kept = str(list(SecondFactor.objects.values())) + str(list(RecoveryCode.objects.values()))
    kept += str(list(Entry.objects.values()))
    assert secret not in kept
    for code in codes:
        assert code not in kept and code.replace("-", "") not in kept
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another key"
    with pytest.raises(GongbaoError, match="another secret key"):
        secret_of(clerk)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert secret_of(clerk) == secret


# --- lost, and given up


def test_who_lost_it_is_reset_and_signed_out(client, clerk):
    set_up(clerk)
    client.force_login(clerk)
    assert client.get("/me/").status_code == 200
    actions.reset_second_factor(clerk, at=timezone.now())
    assert client.get("/me/").status_code == 302
    assert not RecoveryCode.objects.exists()
    with pytest.raises(GongbaoError, match="has no second factor"):
        actions.reset_second_factor(clerk, at=timezone.now())
    assert sign_in(client)["Location"] == "/" and signed_in(client)


def test_one_gives_it_up_with_a_code_alone(client, clerk):
    set_up(clerk)
    client.force_login(clerk)
    assert client.post(ME, {"do": "reset", "code": "000000x"}).status_code == 400
    assert queries.has_second_factor(clerk)
    assert client.post(ME, {"do": "begin"}).status_code == 302
    assert client.post(ME, {"do": "reset", "code": code_of(clerk)}).status_code == 302
    assert not queries.has_second_factor(clerk)
    assert client.get("/me/").status_code == 200


# --- production


@pytest.fixture
def production(settings):
    settings.GONGBAO_STAFF_NEED_SECOND_FACTOR = True


@pytest.mark.parametrize("by", ["post", "right", "standing in"])
def test_staff_sets_it_up_before_anything_else_works(client, clerk, production, by):
    city = keep_city()
    if by == "post":
        city.post(clerk, "finance", Role.CLERK)
    elif by == "right":
        actions.keep_account("yan.shu", adds_gazettes=True)
    else:
        city.post(clerk, "finance", Role.CLERK)
        other = city.member("bai.lu", "finance", Role.HEAD)
        today = timezone.localdate()
        actions.name_substitute(other, clerk, since=today, until=today, reason="leave", at=timezone.now())
        actions.end_post(queries.posts_of(clerk, today)[0].uuid, at=timezone.now())
    sign_in(client)
    assert signed_in(client)
    for url in ("/", "/documents/", "/me/", "/read/", "/people/", "/me/password/"):
        assert client.get(url)["Location"] == ME, url
    assert client.get("/api/documents").status_code == 403
    assert client.post("/me/sessions/end/").status_code == 403
    assert client.get(ME).status_code == 200
    assert client.post("/i18n/setlang/", {"language": "en", "next": "/"}).status_code == 302
    client.post(ME, {"do": "begin"})
    client.post(ME, {"do": "confirm", "code": code_of(clerk)})
    for url in ("/", "/me/"):
        assert client.get(url).status_code == 200
    client.post("/sign-out/")
    assert not signed_in(client)


def test_who_holds_nothing_needs_none(client, clerk, production):
    sign_in(client)
    assert client.get("/me/").status_code == 200


def test_elsewhere_it_is_left_to_everybody(client, clerk):
    keep_city().post(clerk, "finance", Role.CLERK)
    sign_in(client)
    assert client.get("/me/").status_code == 200
