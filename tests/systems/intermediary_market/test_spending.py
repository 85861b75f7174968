"""What owners bought from public funds, against the limit of the year: for finance and auditors alone."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from gongbao.office.audit.actors import KEEPER
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent, keep_item
from gongbao.systems.intermediary_market.interpretation.actions import choose_reading
from gongbao.systems.intermediary_market.organisations.actions import Particulars, enter_owner
from gongbao.systems.intermediary_market.purchases import actions, spending
from gongbao.systems.intermediary_market.ratings import liabilities
from gongbao.systems.intermediary_market.ratings.traces import Period
from tests.systems.intermediary_market.buying import MONDAY, START, TERMS, Market, at, buying_market
from tests.systems.intermediary_market.parties import uscc
from tests.systems.intermediary_market.test_purchase_pages import on, page, signed_in

pytestmark = pytest.mark.one_database
DAY = date(2026, 3, 2)


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def other_service(market: Market, budget: str) -> None:
    content = ItemContent(
        name="消防设施检测", legal_ground="云澜市消防办法第三条", time_limit="10个工作日", process="委托、检测",
        conditions="图纸", fee_standard="双方协商",
    )  # fmt: skip
    version, _ = keep_item(
        "XF-01", content, authority=market.parties.units["housing"], since=START.date(), actor=KEEPER, at=START
    )
    given = {**TERMS, "budget": budget}
    actions.submit(market.owner, version.item, given, account=market.account, at=MONDAY)


def standings(year: int = 2026, on: date = DAY) -> list[tuple[str, int, Decimal, Decimal | None, str]]:
    return [(one.item_code, one.number, one.amount, one.total, one.standing) for one in spending.of_year(year, on)]


def test_by_owner_and_service_what_is_spent_stands_against_the_limit(market: Market) -> None:
    market.submit(budget="200000")
    market.submit(budget="39999.99")
    market.submit(budget="500000", fund="private")
    other_service(market, "100")
    expected = [
        ("FW-01", 2, Decimal("239999.99"), Decimal("239999.99"), ""),
        ("XF-01", 1, Decimal(100), Decimal(100), ""),
    ]
    assert standings() == expected
    market.submit(budget="0.01")  # 240000 is 80 % of the limit
    assert [(code, standing) for code, _n, _a, _t, standing in standings()] == [("FW-01", "near"), ("XF-01", "")]
    actions.enter_limit(2026, "240000", "云澜市2026年集中采购目录（调整）", account=None, actor=KEEPER, at=MONDAY)
    assert standings()[0][-1] == "near"  # exactly the limit is within it
    actions.enter_limit(2026, "239999.99", "云澜市2026年集中采购目录（二）", account=None, actor=KEEPER, at=MONDAY)
    assert standings()[0][-1] == "over"


def test_more_owners_and_purchases_ask_no_more_of_the_database(market: Market) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            spending.of_year(2026, DAY)
        return len(found)

    market.submit(budget="200")
    first = asked()
    other_service(market, "100")
    particulars = Particulars("青禾第二学校", "institution", "青禾路2号", "0991-5550098")
    other = enter_owner(
        uscc(960), particulars, account=market.account, county=None, actor=KEEPER, at=START
    )  # fmt: skip
    actions.submit(other, market.item, TERMS, account=market.account, at=MONDAY)
    assert len(standings()) == 3 and asked() == first


def test_what_came_to_nothing_is_not_spent_and_other_years_are_apart(market: Market) -> None:
    market.owner_step(market.published(), "withdraw_purchase", MONDAY, reason="停办")
    assert standings() == [] and standings(2025) == []
    assert spending.years() == [2026]


def test_summed_up_by_owner_where_it_is_read_so(market: Market) -> None:
    market.submit(budget="200000")
    other_service(market, "50000")
    choose_reading(
        "summed_by", "owner", date(2026, 3, 1), "云澜市财购〔2026〕7号", account=None, actor=KEEPER,
        at=at("2026-02-20 09:00"),
    )  # fmt: skip
    assert [(total, standing) for _c, _n, _a, total, standing in standings()] == [(Decimal(250000), "near")] * 2
    assert [standing for *_others, standing in standings(on=date(2026, 2, 28))] == ["", ""]


def test_finance_and_auditors_look_and_nobody_else(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 10:00")
    market.submit(budget="250000")
    for name in ("spending", "spending_workbook"):
        address = reverse(f"market:{name}")
        assert Client().get(address).status_code in (302, 403)
        people = {"operator-clerk": 404, "housing-head": 404, "school": 403, "finance-clerk": 200, "auditor": 200}
        for who, status in people.items():
            client = signed_in(market.parties.people[who])
            assert client.get(address).status_code == status
            assert client.get(address, {"year": "1999"}).status_code == (status if status != 200 else 404)
    client = signed_in(market.parties.people["finance-clerk"])
    text = page(client, "spending")
    assert "青禾学校" in text and "接近限额" in text and "250,000.00" in text and "云澜市2026年集中采购目录" in text
    assert reverse("market:spending") in page(client, "market")
    assert reverse("market:spending") not in page(signed_in(market.parties.people["operator-clerk"]), "market")
    english = client.get(reverse("market:spending"), headers={"accept-language": "en"}).content.decode()
    assert "near the limit" in english
    sheet = load_workbook(BytesIO(client.get(reverse("market:spending_workbook")).content)).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "青禾学校" in cells and "接近限额" in cells and "FW-01" in cells


def traced(key: str) -> list[str]:
    found = liabilities.filled(Period.of_year(2026, at("2026-12-31 12:00")))
    return [one.what.zh for each in found if each.report.key == key for one in each.traces]


def test_auditors_see_what_goes_round_the_limit(market: Market) -> None:
    market.published(budget="1000")
    assert traced("as_private") == traced("other_budget_year") == []
    market.submit(budget="500000", fund="private")
    assert traced("as_private") == ["行政事业单位以社会性资金采购：500000.00元"]
    works, account = market.parties.owners[1], market.parties.people["works"]
    given = {**TERMS, "fund": "private"}
    actions.submit(works, market.item, given, account=account, at=MONDAY)  # an enterprise has no public funds
    assert len(traced("as_private")) == 1
    actions.enter_limit(2027, "300000", "云澜市2027年集中采购目录", account=None, actor=KEEPER, at=MONDAY)
    market.published(budget="1000", budget_year="2027")
    market.published(budget="1000", budget_year="2027", fund="private")  # no limit there
    market.submit(budget="1000", budget_year="2027")  # no notice yet
    assert traced("other_budget_year") == ["计入2027年度限额"]
