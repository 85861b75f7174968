"""The notice on the days off of a year, entered on the site."""

from datetime import date

import pytest
from django.test import Client

from gongbao.office.cases.days import read_days
from gongbao.office.cases.models import WorkingDaysNotice
from gongbao.office.people.actions import give_post, keep_account
from tests.cases.office import PASSWORD, START, Office, at, complain
from tests.cases.pages import signed_in, stranger, words

pytestmark = pytest.mark.one_database

PAGE = "/desk/working-days/"
NOTICE = {"year": "2027", "title": "", "off": "2027-01-01 至 2027-01-03", "worked": "2027-02-06"}


def administrator(unit: str = "city") -> Client:
    account, _ = keep_account(f"admin-{unit}", password=PASSWORD)
    give_post(account, unit, "administrator", since=START.date(), at=START)
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(account)
    return client


def test_a_notice_is_checked_and_then_entered(office: Office) -> None:
    case = complain(office, at("2026-12-25 10:00")).case
    office.take(case, "accept", "clerk", at("2026-12-28 10:00"))
    client = administrator()
    told = words(client.post(PAGE, NOTICE | {"do": "check"}))
    assert "The last day of 1 case would be another" in told and "2027-01-02" in told
    case.refresh_from_db()
    assert case.provisional and not WorkingDaysNotice.objects.exists()
    answer = client.post(PAGE, NOTICE | {"do": "enter"}, follow=True)
    assert "the last day of 1 case is another now" in words(answer)
    before = case.due
    case.refresh_from_db()
    assert not case.provisional and case.due != before
    assert [one.isoformat() for one in read_days(NOTICE["off"])] == WorkingDaysNotice.objects.get().off


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"year": "next"}, "a year has four figures"),
        ({"year": "2010"}, "known to the program"),
        ({"year": "2031"}, "enter the notice of 2030 first"),
        ({"off": ""}, "a year has days off"),
        ({"off": "New Year"}, "“New Year” is no day"),
        ({"off": "2027-01-03..2027-01-01"}, "is no range of days"),
        ({"off": "2027-01-01..2027-12-31"}, "is no range of days"),
        ({"worked": "2027-01-04"}, "no weekend day"),
        ({"title": "长" * 201, "do": "enter"}, "up to 200 characters"),
        ({"title": "a\x00b", "do": "enter"}, "cannot be shown"),
    ],
)
def test_a_notice_that_cannot_be(office: Office, changed: dict[str, str], told: str) -> None:
    answer = administrator().post(PAGE, NOTICE | {"do": "check"} | changed)
    assert answer.status_code == 400 and told in words(answer) and not WorkingDaysNotice.objects.exists()


def test_only_an_administrator_of_the_city_enters_it(office: Office) -> None:
    assert stranger().get(PAGE).status_code == 302
    for client in (signed_in(office, "clerk"), signed_in(office, "auditor"), administrator("housing")):
        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE, NOTICE | {"do": "enter"}).status_code == 403
    assert not WorkingDaysNotice.objects.exists()


def test_days_as_people_write_them() -> None:
    assert read_days("2027年1月1日\n2027-02-05，2027-02-06") == [
        date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 6),
    ]  # fmt: skip
    assert len(read_days("2027-02-05..2027-02-11、2027-02-11")) == 7
    assert read_days(" \n ") == []
