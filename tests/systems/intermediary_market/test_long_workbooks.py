"""The long workbooks of the market, as the worker makes them: the same as a short one that a request makes."""

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from gongbao.office.exports import actions
from gongbao.office.exports.models import Export
from gongbao.systems.intermediary_market.contracts import views as of_contracts
from gongbao.systems.intermediary_market.publication import views as of_publication
from gongbao.systems.intermediary_market.ratings.views import public as of_ratings
from tests.systems.intermediary_market.awarded import play
from tests.systems.intermediary_market.buying import buying_market
from tests.systems.intermediary_market.parties import Parties
from tests.systems.intermediary_market.test_purchase_pages import on

pytestmark = pytest.mark.one_database


@pytest.fixture
def parties(db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Parties:
    settings.MEDIA_ROOT = tmp_path / "files"
    on(monkeypatch, "2026-05-06 12:00")
    market = buying_market()
    market.announced()
    return market.parties


def cells(content: bytes) -> list[tuple[str, list[tuple[Any, ...]]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book]


@pytest.mark.parametrize(("name", "who", "query"), [
    ("contracts_workbook", "", ""),
    ("contracts_workbook", "", "year=2026&fund=public&q=水土"),
    ("own_contracts_workbook", "agency-1", ""),
    ("own_contracts_workbook", "agency-1", "overdue=any"),
    ("own_contracts_workbook", "agency-1", "overdue=contract_filing"),
    ("contracts_at_desk_workbook", "operator-clerk", ""),
    ("ratings_workbook", "", "year=2026&q=测绘"),
    ("selections_workbook", "", "year=2026"),
])  # fmt: skip
def test_what_the_worker_makes_is_what_a_request_makes(
    parties: Parties, monkeypatch: pytest.MonkeyPatch, name: str, who: str, query: str
) -> None:
    if "contracts" in name:
        play(parties).signed()
    client = Client()
    if who:
        client.force_login(parties.people[who])
    address = f"{reverse(f'market:{name}')}?{query}"
    short = client.get(address)
    assert short.status_code == 200, short.content.decode()
    for views in (of_contracts, of_ratings, of_publication):
        monkeypatch.setattr(views, "AT_ONCE", -1)
    offered = client.get(address)
    assert "制作约需" in offered.content.decode() and not Export.objects.exists()
    page = client.post(address)["Location"]
    export = Export.objects.get()
    while actions.make(export.asked_at):
        pass
    made = client.get(f"{page}file/")
    assert made["Content-Disposition"] == short["Content-Disposition"]
    assert cells(made.content) == cells(short.content)
