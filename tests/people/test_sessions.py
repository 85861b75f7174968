"""Sessions end: after twelve hours, without activity, everywhere else; and one changes one's own password."""

import time

import pytest
from django.test import Client

from gongbao.office.audit.models import Entry
from gongbao.office.people import actions
from gongbao.office.people.middleware import BEGAN, LAST
from gongbao.office.people.models import Account
from tests.people.made import PASSWORD, open_account

NEW = "seven quiet otters"


@pytest.fixture
def staff(client):
    account = open_account("yan.shu", adds_gazettes=True)
    client.force_login(account)
    assert client.get("/me/").status_code == 200
    return account


def shift(client, **seconds):
    """As if the session had begun, or had last been used, so many seconds earlier."""
    session = client.session
    for name, by in seconds.items():
        session[name] -= by
    session.save()


pytestmark = pytest.mark.django_db


def test_who_is_staff_is_signed_out_after_half_an_hour_without_a_request(client, staff, settings):
    assert settings.GONGBAO_IDLE == 1800
    shift(client, last=1790)
    assert client.get("/me/").status_code == 200
    # That was a request, so the time begins anew.
    assert time.time() - client.session[LAST] < 60
    shift(client, last=1800)
    assert client.get("/me/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_request_is_written_down_to_the_minute(client, staff):
    shift(client, last=30)
    last = client.session[LAST]
    client.get("/me/")
    assert client.session[LAST] == last


def test_who_is_no_staff_stays_signed_in(client):
    client.force_login(open_account("bai.lu"))
    client.get("/me/")
    shift(client, last=7200)
    assert client.get("/me/").status_code == 200


def test_no_session_is_longer_than_twelve_hours_however_often_it_is_used(client, staff):
    shift(client, began=12 * 3600 - 60)
    assert client.get("/me/").status_code == 200
    shift(client, began=60)
    assert client.get("/me/").status_code == 302
    assert BEGAN not in client.session


def test_signing_out_everywhere_else_leaves_this_session_alone(client, staff):
    other = Client()
    other.force_login(staff)
    assert other.get("/me/").status_code == 200
    assert client.post("/me/sessions/end/").status_code == 302
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
    assert Entry.objects.last().action == "people.end_sessions"
    assert Entry.objects.last().actor_id == str(staff.public_id)


# --- one's own password


def change(client, old=PASSWORD, new=NEW, again=NEW):
    return client.post("/me/password/", {"old_password": old, "new_password1": new, "new_password2": again})


def test_ones_own_password_is_changed_and_ends_the_other_sessions(client, staff):
    other = Client()
    other.force_login(staff)
    assert change(client)["Location"] == "/me/"
    assert Account.objects.get().check_password(NEW)
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
    entry = Entry.objects.last()
    assert (entry.action, entry.subject, entry.content) == (
        "people.change_own_password",
        f"account:{staff.public_id}",
        '{"password":true}',
    )


@pytest.mark.parametrize(
    "given", [{"old": "wrong"}, {"new": "short", "again": "short"}, {"again": "eight loud crows"}, {"new": "yan.shu"}]
)
def test_a_wrong_or_weak_password_changes_nothing(client, staff, given):
    answer = change(client, **given)
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()
    assert Account.objects.get().check_password(PASSWORD)


def test_the_old_password_is_tried_five_times(client, staff):
    assert [change(client, old="wrong").status_code for _ in range(6)] == [400] * 5 + [429]
    assert change(client).status_code == 429
    assert Account.objects.get().check_password(PASSWORD)
    # It is counted by itself: at the door the account is not shut out.
    assert actions.begin_try("yan.shu", "192.0.2.1", Entry.objects.last().at).total_seconds() == 0
