"""The pages of the market, and the form by which anybody complains."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from gongbao.office.cases.models import Case
from gongbao.office.people.models import SignInTries
from gongbao.systems.intermediary_market import actions
from gongbao.systems.intermediary_market.models import Function
from tests.cases.office import COMPLAINT, START, Office, open_office

pytestmark = pytest.mark.one_database

FORM = "/begin/market_complaint/file/"


@pytest.fixture
def office(db: None) -> Office:
    made = open_office()
    actions.name_competent(Function.PRICES, "market-supervision", at=START)
    return made


def prefixed(client: Client, **changed: str) -> dict[str, str]:
    """What the form asks for, by the names that it gives its fields."""
    page = client.get(FORM).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)
    name = re.search(r'name="([^"]*)complainant_name"', page)
    assert once and name
    given = {**COMPLAINT, **changed}
    return {"once": once[1], **{f"{name[1]}{key}": value for key, value in given.items()}}


def test_the_pages_answer_in_both_languages(office: Office, client: Client) -> None:
    for address in ("/market/", "/market/decisions/", "/market/statistics/", FORM):
        for language, word in (("zh-hans", "中介超市"), ("en", "Services market")):
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200 and word in answer.content.decode(), address


@pytest.mark.parametrize("year", ["1999", "abcd", "２０２６", "99999", "2026'"])
def test_no_such_year(office: Office, client: Client, year: str) -> None:
    assert client.get("/market/statistics/", {"year": year}).status_code == 404


def test_anybody_complains_without_an_account(office: Office, client: Client) -> None:
    answer = client.post(FORM, prefixed(client))
    assert answer.status_code == 200
    case = Case.objects.get()
    page = answer.content.decode()
    assert case.receipt in page and case.unit.key == "market-supervision"
    assert answer["Cache-Control"] == "private, no-store"


def test_sent_twice_it_is_one_complaint(office: Office, client: Client) -> None:
    given = prefixed(client)
    client.post(FORM, given)
    client.post(FORM, given)
    assert Case.objects.count() == 1


def test_what_was_typed_stays_in_the_form(office: Office, client: Client) -> None:
    answer = client.post(FORM, prefixed(client, complainant_name=""))
    assert answer.status_code == 400 and COMPLAINT["facts"] in answer.content.decode()
    assert not Case.objects.exists()


def test_only_staff_says_when_a_complaint_came(office: Office, client: Client) -> None:
    assert "received_on" not in client.get(FORM).content.decode()
    client.post(FORM, prefixed(client, received_on="2026-01-01"))
    assert not Case.objects.filter(events__on__lt="2026-11-01").exists()


def test_nobody_begins_what_is_not_open_to_all(office: Office, client: Client) -> None:
    for address in ("/begin/market_complaint/accept/", "/begin/nothing/file/"):
        assert client.get(address).status_code == 404


def test_a_flood_from_one_address_is_stopped(office: Office, client: Client, monkeypatch: Any) -> None:
    from gongbao.office.people.actions import tries

    monkeypatch.setattr(tries, "TRIES_OF_AN_ADDRESS", 2)
    for _ in range(3):
        answer = client.post(FORM, prefixed(client))
    assert answer.status_code in (400, 429) and Case.objects.count() == 2
    assert SignInTries.objects.exists()


def test_the_workbook_has_the_figures_of_the_page(office: Office, client: Client) -> None:
    client.post(FORM, prefixed(client))
    answer = client.get("/market/statistics.xlsx", headers={"accept-language": "zh-hans"})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:2] == ["单位", "收到"]
    assert rows[1][:2] == ["市场监督管理局", 1]
