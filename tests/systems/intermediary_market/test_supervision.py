"""Government prices, the supervision of fees, joint punishments, and credit records that are handed over."""

import json
import re
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.office.cases import actions as cases
from gongbao.office.outbox.models import Message
from gongbao.procedures import Refused
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent, keep_item
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.organisations.actions import Offered, enter_item
from gongbao.systems.intermediary_market.purchases import refusals as of_purchases
from gongbao.systems.intermediary_market.purchases.terms import WrongTerms
from gongbao.systems.intermediary_market.ratings import procedure
from gongbao.systems.intermediary_market.rules import market_outcome
from gongbao.systems.intermediary_market.supervision import actions, credit, fees, government_prices, queries, refusals
from gongbao.systems.intermediary_market.supervision.credit_system import FolderCreditSystem, configured
from gongbao.systems.intermediary_market.supervision.demo import open_demo
from gongbao.systems.intermediary_market.supervision.fees import Mark
from gongbao.systems.intermediary_market.supervision.models import (
    CreditHandOver,
    GovernmentPrice,
    JointPunishment,
    PriceInspection,
)
from gongbao.systems.intermediary_market.supervision.views import fees as fees_views
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import SIGNED, play
from tests.systems.intermediary_market.buying import MONDAY, Market, buying_market
from tests.systems.intermediary_market.parties import START, Parties
from tests.systems.intermediary_market.test_purchase_pages import on, page, signed_in
from tests.systems.intermediary_market.test_ratings import parties, state, take, verified

__all__ = ["parties"]
NOW = at("2026-05-06 10:00")
STANDARD = {
    "kind": "maximum", "measure": "whole", "figure": "60000", "words": "每项最高六万元",
    "document": "云发改价〔2026〕3号", "since": date(2026, 1, 10),
}  # fmt: skip
INSPECTED = {
    "inspected_on": date(2026, 5, 6), "finding": "violation", "found": "合同外另收资料整理费。",
    "measure": "责令退还", "document": "云市监价罚〔2026〕8号",
}  # fmt: skip
PUNISHED = {
    "reason": "被列入严重失信主体名单", "decided_by": "云岭市市场监督管理局", "document": "云市监失信〔2026〕2号",
    "since": date(2026, 3, 1), "until": date(2029, 2, 28),
}  # fmt: skip


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def reform(of: Parties) -> dict[str, Any]:
    return {"unit": of.units["development-reform"], "account": of.people["reform-clerk"], "actor": KEEPER}


def supervision(of: Parties) -> dict[str, Any]:
    return {"unit": of.units["market-supervision"], "account": of.people["prices-clerk"], "actor": KEEPER}


def fix(of: Parties, item: ServiceItem, seen: int = 0, when: Any = START, **changed: Any) -> GovernmentPrice:
    return actions.enter_price(item, {**STANDARD, **changed}, seen=seen, **reform(of), at=when)


def content(**changed: str) -> ItemContent:
    plain = {
        "name": "房屋安全鉴定", "legal_ground": "云澜市房屋使用安全办法第九条", "time_limit": "20个工作日",
        "process": "委托、勘查、检测、出具报告", "conditions": "房屋权属证明", "fee_standard": "双方协商",
    }  # fmt: skip
    return ItemContent(**{**plain, **changed})


def version(market: Market, code: str = "FW-01", **changed: str) -> Any:
    authority = market.parties.units["housing"]
    return keep_item(code, content(**changed), authority=authority, since=MONDAY.date(), actor=KEEPER, at=MONDAY)[0]


# --- government prices


@pytest.mark.parametrize(("changed", "field"), [
    ({"kind": "dear"}, "kind"),
    ({"measure": ""}, "measure"),
    ({"figure": "6万"}, "figure"),
    ({"figure": "0"}, "figure"),
    ({"figure": "1.234"}, "figure"),
    ({"measure": "rate", "figure": "101", "per": "造价"}, "figure"),
    ({"measure": "unit", "figure": "2.5"}, "per"),
    ({"kind": "words"}, "figure"),
    ({"words": " "}, "words"),
    ({"document": ""}, "document"),
    ({"until": date(2026, 1, 9)}, "until"),
])  # fmt: skip
def test_a_standard_that_cannot_be_is_refused_at_its_field(market: Market, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(GongbaoError) as refused:
        fix(market.parties, market.item, **changed)
    assert refused.value.where == field and not GovernmentPrice.objects.exists()
    with override("zh-hans"):
        assert refusals.told(refused.value) != refused.value.message


def test_development_and_reform_alone_fixes_a_standard_once_for_a_service_that_is_offered(market: Market) -> None:
    with pytest.raises(GongbaoError, match="another body"):
        actions.enter_price(market.item, STANDARD, seen=0, **supervision(market.parties), at=START)
    made = fix(market.parties, market.item)
    with pytest.raises(GongbaoError, match="in the meantime"):
        fix(market.parties, market.item)  # pressed twice
    assert GovernmentPrice.objects.count() == 1
    entry = Entry.objects.filter(action="market.enter_price").get()
    assert "第十条" in entry.ground and json.loads(entry.content)["number"] == made.number
    # The catalogue says a market price: its authority is told to publish otherwise.
    about = Message.objects.filter(about=market.item.subject, subject_zh__contains="收费标准")
    told = about.get(unit=market.parties.units["housing"])
    assert "定价方式" in told.text_zh and "60,000.00元" in told.text_zh


def test_the_database_itself_keeps_what_was_entered(market: Market) -> None:
    made = fix(market.parties, market.item)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE intermediary_market_governmentprice SET figure = 1 WHERE id = %s", [made.pk])


def test_of_standards_the_one_of_the_day_counts_and_one_that_ran_out_counts_no_more(market: Market) -> None:
    item = market.item
    fix(market.parties, item, since=date(2026, 1, 1))
    fix(market.parties, item, 1, since=date(2026, 3, 1), until=date(2026, 3, 31), figure="50000")
    fix(market.parties, item, 2, since=date(2026, 3, 1), until=date(2026, 3, 31), figure="51000")  # entered last
    fix(market.parties, item, 3, kind="market", measure="", figure="", since=date(2026, 6, 1))

    def figure(day: str) -> Decimal | None:
        found = government_prices.in_force(item, date.fromisoformat(day))
        return found.figure if found else None

    days = ("2025-12-31", "2026-01-01", "2026-03-01", "2026-03-31", "2026-04-01", "2026-06-01")
    assert [figure(day) for day in days] == [None, Decimal(60000), Decimal(51000), Decimal(51000), None, None]
    marked = item.versions.get()
    assert [government_prices.stands_under(marked, date.fromisoformat(day)) for day in days] == [
        False, True, True, True, False, False,
    ]  # fmt: skip


def test_the_catalogue_says_of_the_pricing_what_development_and_reform_says(market: Market) -> None:
    version(market, pricing="government")  # nothing is fixed yet: it may say so
    assert "发展改革部门尚未核定收费标准" in page(Client(), "service", market.item.uuid)
    fix(market.parties, market.item)
    with pytest.raises(GongbaoError, match="has fixed the price") as refused:
        version(market, fee_standard="面议")
    assert refused.value.where == "pricing"
    fix(market.parties, market.item, 1, kind="market", measure="", figure="", since=MONDAY.date())
    with pytest.raises(GongbaoError, match="not have this service under government pricing"):
        version(market, pricing="government", fee_standard="面议")
    assert version(market).pricing == "market"
    assert version(market, "FW-02", pricing="government").number == 1


def test_no_competition_on_a_government_price_and_no_budget_above_it(market: Market) -> None:
    fix(market.parties, market.item)
    with pytest.raises(WrongTerms) as wrong:
        market.submit(budget="60000.01")
    told = {one.field: one.message.zh for one in wrong.value.problems}
    assert set(told) == {"budget", "way"} and all("第十条" in one for one in told.values())
    assert market.submit(budget="60000", way="random_draw").budget == 60000  # exactly the standard


@pytest.mark.parametrize("changed", [
    {"measure": "unit", "figure": "1", "per": "平方米"},
    {"measure": "rate", "figure": "0.5", "per": "造价"},
    {"kind": "words", "measure": "", "figure": ""},
])  # fmt: skip
def test_what_cannot_be_compared_is_shown_and_refuses_no_sum(
    market: Market, changed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fix(market.parties, market.item, **changed)
    on(monkeypatch, "2026-03-02 10:00")
    made = market.published(way="random_draw")
    for client, name in ((Client(), "notice"), (signed_in(market.account), "owner_purchase")):
        assert "每项最高六万元" in page(client, name, made.uuid)


def test_a_price_that_is_fixed_after_the_handing_in_is_kept_to_at_the_notice(market: Market) -> None:
    competed, drawn = market.submit(budget="60000"), market.submit(budget="80000", way="random_draw")
    scored = market.submit(budget="60000", way="best_value", criteria="服务方案 60\n报价 40")
    fix(market.parties, market.item, when=MONDAY)
    for made, words in (
        (competed, "不能竞价选取"), (drawn, "60,000.00元"), (scored, "评分：报价（许政办〔2022〕27号 第十条）"),
    ):  # fmt: skip
        with pytest.raises(GongbaoError) as refused:
            market.publish(made)
        with override("zh-hans"):
            assert words in of_purchases.in_words(refused.value)


def test_the_notice_goes_on_showing_the_standard_of_its_day(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    fix(market.parties, market.item, figure="90000")
    made = market.published(way="random_draw")
    fix(market.parties, market.item, 1, figure="70000", since=date(2026, 4, 1), words="每项最高七万元")
    on(monkeypatch, "2026-04-20 10:00")
    assert "90,000.00元" in page(Client(), "notice", made.uuid)
    shown = page(Client(), "prices")
    assert "70,000.00元" in shown and "90,000.00元" not in shown
    assert page(Client(), "service", market.item.uuid).count("云发改价〔2026〕3号") == 3  # in force, and each entered


def test_a_contract_above_the_government_price_is_refused_with_its_clause(parties: Parties) -> None:
    one = play(parties)
    fix(parties, one.contract.purchase.item.item, figure="79999.99")
    with pytest.raises(GongbaoError, match=r"at 79,999\.99 yuan at most") as refused:
        one.signed()
    assert refused.value.where == "amount" and "第十条" in refused.value.message
    one.signed(amount="79999.99").filed()
    given = {"amended_on": SIGNED.date(), "deliver_by": "2026-04-20", "change": "顺延工期"}
    with pytest.raises(GongbaoError, match="at most"):
        one.take("owner", "contract_amend", SIGNED, "amendment_files", **given, amount="80000")
    fix(parties, one.contract.purchase.item.item, 1, figure="100", since=SIGNED.date())
    # What was signed before the price was lowered may be amended in other things.
    one.take("owner", "contract_amend", SIGNED, "amendment_files", **given, amount="79999.99")


# --- fees


def charge(year: int = 2026, **more: Any) -> fees.Charge:
    [found] = fees.charges(year, **more)
    return found


def raised(parties: Parties, amount: str = "90000.00", **made: Any) -> Any:
    one = play(parties, **made).signed().filed()
    given = {"amended_on": SIGNED.date(), "deliver_by": "2026-04-20", "change": "增加工作量", "amount": amount}
    one.take("owner", "contract_amend", SIGNED, "amendment_files", **given)
    return one


def test_what_deviates_is_marked_and_what_does_not_is_not(parties: Parties) -> None:
    one = play(parties).signed()
    assert charge().marks == () and charge().signed_sum == charge().amount == Decimal(80000)
    assert fees.charges(2025) == fees.charges(2026, marked=True) == []
    fix(parties, one.contract.purchase.item.item, figure="80000", when=SIGNED)
    assert charge().marks == ()
    fix(parties, one.contract.purchase.item.item, 1, figure="79999.99", when=SIGNED)
    assert charge().marks == (Mark.ABOVE_STANDARD,)
    fix(parties, one.contract.purchase.item.item, 2, kind="fixed", figure="80001", when=SIGNED)
    assert charge(marked=True).marks == (Mark.NOT_AS_FIXED,)


def test_an_amendment_that_raises_the_price_is_marked_twice_over(parties: Parties) -> None:
    raised(parties)
    assert charge().marks == (Mark.ABOVE_AWARD, Mark.RAISED)
    assert charge().amount == Decimal(90000)


@pytest.mark.parametrize(("fee", "marked"), [
    ("79999.99元", True), ("每项7.9万元。", True), ("80,000元/项", False), ("80000元起", False),
    ("每平方米20元", False), ("面议", False), ("[[底价1元]]面议", False),
])  # fmt: skip
def test_a_published_fee_is_compared_where_it_is_one_sum(parties: Parties, fee: str, marked: bool) -> None:
    one = play(parties)
    listed = Offered("评审", "提供资料", "20日", fee)
    enter_item(parties.agencies[0], one.contract.purchase.item.item, listed, actor=KEEPER, at=START)
    assert (Mark.ABOVE_PUBLISHED in charge().marks) == marked
    assert "底价" not in charge().published


def test_a_rate_above_that_of_the_standard_is_marked(parties: Parties) -> None:
    one = play(parties, price=None)  # a rate of 0.85 %
    item = one.contract.purchase.item.item
    fix(parties, item, measure="rate", figure="0.85", per="造价")
    assert charge().marks == ()
    fix(parties, item, 1, measure="rate", figure="0.8499", per="造价")
    assert charge().marks == (Mark.RATE_ABOVE,)


def test_of_a_secret_contract_the_award_alone_is_read(parties: Parties) -> None:
    play(parties).signed().kept_secret()
    assert (charge().amount, charge().signed_on, charge().award) == (None, None, "80000.00元")


def test_nothing_before_the_award_notice_is_among_the_fees(market: Market) -> None:
    market.selected()
    assert fees.charges(2026) == []
    market.announced(project_name="另一项目")
    assert [one.award for one in fees.charges(2026)] == ["100元"]


def test_market_supervision_and_auditors_see_fees_and_nobody_else(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised(parties)
    on(monkeypatch, "2026-05-06 10:00")
    people = {"operator-clerk": 403, "housing-head": 403, "school": 403, "reform-clerk": 403, "prices-clerk": 200,
              "auditor": 200}  # fmt: skip
    for name in ("fees", "fees_workbook"):
        for who, status in people.items():
            page_of = signed_in(parties.people[who]).get(f"/market/{'fees/' if name == 'fees' else 'fees.xlsx'}")
            assert page_of.status_code == status, (name, who)
    client = signed_in(parties.people["prices-clerk"])
    item = ServiceItem.objects.get(code="WATER-1")
    shown = page(client, "fees", item=str(item.uuid))
    assert "变更后提高价格" in shown and "90,000.00" in shown and "登记检查" in shown
    assert "登记检查" not in page(signed_in(parties.people["auditor"]), "fees")
    page(client, "fees", status=404, item="nonsense")
    page(client, "fees", status=404, year="1999")
    assert "/market/fees/" in page(client, "market")
    assert "/market/fees/" not in page(signed_in(parties.people["operator-clerk"]), "market")
    sheet = load_workbook(BytesIO(client.get("/market/fees.xlsx?marked=1").content)).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "WATER-1" in cells and "高于中选金额；变更后提高价格" in cells


def test_so_many_purchases_and_no_more_are_read_at_once(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    play(parties), play(parties, agency=parties.agencies[1])
    monkeypatch.setattr(fees, "MOST_ROWS", 1)
    on(monkeypatch, "2026-05-06 10:00")
    assert len(fees.charges(2026)) == 1
    assert "采购超过1项" in page(signed_in(parties.people["prices-clerk"]), "fees")


def test_a_year_is_compared_in_few_queries_and_a_page_of_it_read(
    parties: Parties, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    raised(parties)
    play(parties, agency=parties.agencies[1])
    on(monkeypatch, "2026-05-06 10:00")
    with django_assert_num_queries(4):
        found = fees.reckoned(2026)
    with django_assert_num_queries(2):
        shown = fees.charges_of(found)
    assert [(one.purchase.pk, one.amount, one.marks) for one in shown] == [
        (one.purchase_id, one.amount, one.marks) for one in found
    ]
    with django_assert_num_queries(2):
        [service] = fees.by_service(found, NOW.date())
    assert (service.number, service.lowest, service.highest, service.marked) == (2, Decimal(80000), Decimal(90000), 1)
    monkeypatch.setattr(fees_views, "PAGE", 1)
    client = signed_in(parties.people["prices-clerk"])
    agency, other = (f"/ratings/{one.uuid}/" for one in parties.agencies[:2])
    first, second, marked = (page(client, "fees", **asked) for asked in ({}, {"page": "2"}, {"marked": "1"}))
    assert [(agency in one, other in one) for one in (first, second, marked)] == [
        (False, True), (True, False), (True, False),
    ]  # fmt: skip


# --- inspections


@pytest.mark.parametrize(("changed", "field"), [
    ({"finding": ""}, "finding"),
    ({"measure": ""}, "measure"),
    ({"finding": "in_order"}, "measure"),
    ({"found": ""}, "found"),
    ({"document": " "}, "document"),
    ({"found": "电话13800138000", "is_public": True}, "found"),
    ({"finding": "in_order", "measure": "", "propose": True}, "propose"),
    ({"propose": True}, "happened_on"),
])  # fmt: skip
def test_an_inspection_that_cannot_be_is_refused_at_its_field(
    parties: Parties, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(GongbaoError) as refused:
        actions.inspect(parties.agencies[0], {**INSPECTED, **changed}, **supervision(parties), at=NOW)
    assert refused.value.where == field and not PriceInspection.objects.exists()
    with override("zh-hans"):
        assert refusals.told(refused.value) != refused.value.message


def test_an_inspection_is_recorded_once_told_to_the_agency_and_replaced(parties: Parties) -> None:
    agency, contract = parties.agencies[0], play(parties).contract
    with pytest.raises(GongbaoError, match="another body"):
        actions.inspect(agency, INSPECTED, **reform(parties), at=NOW)
    with pytest.raises(GongbaoError, match="another agency's"):
        actions.inspect(parties.agencies[1], INSPECTED, contract=contract, **supervision(parties), at=NOW)
    made = actions.inspect(agency, INSPECTED, contract=contract, **supervision(parties), at=NOW)
    with pytest.raises(GongbaoError, match="recorded already"):
        actions.inspect(agency, INSPECTED, contract=contract, **supervision(parties), at=NOW)  # pressed twice
    assert Message.objects.filter(account=parties.people["agency-1"], about=made.subject).count() == 1
    assert list(queries.public_inspections()) == []
    final = {**INSPECTED, "is_public": True, "document": "云市监价复〔2026〕1号"}
    after = actions.inspect(agency, final, replaces=made, **supervision(parties), at=NOW)
    with pytest.raises(GongbaoError, match="in the meantime"):
        actions.inspect(agency, final, replaces=made, **supervision(parties), at=NOW)
    assert after.contract == contract and list(queries.public_inspections()) == [after]


def test_a_violation_is_proposed_to_the_operator_as_conduct_and_counts_for_nothing_yet(parties: Parties) -> None:
    given = {**INSPECTED, "propose": True, "happened_on": date(2026, 4, 1)}
    with pytest.raises(Refused):  # before the document was in force
        actions.inspect(parties.agencies[0], {**given, "happened_on": date(2021, 1, 1)}, **supervision(parties), at=NOW)
    assert not PriceInspection.objects.exists()
    made = actions.inspect(parties.agencies[0], given, **supervision(parties), at=NOW)
    assert made.conduct is not None and state(made.conduct) == procedure.proposed.key
    values = made.conduct.case.events.get(number=1).values
    assert (values["kind"], values["source"]) == ("b2", "market_supervision")
    with pytest.raises(GongbaoError, match="as conduct already"):
        actions.inspect(
            parties.agencies[0], {**given, "document": "另一文书"}, replaces=made, **supervision(parties), at=NOW
        )


def test_who_sees_an_inspection(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-05-06 12:00")
    contract = play(parties).signed().contract
    hidden = actions.inspect(parties.agencies[0], INSPECTED, contract=contract, **supervision(parties), at=NOW)
    clients = {who: signed_in(parties.people[who]) for who in ("prices-clerk", "auditor", "agency-1", "agency-2")}
    clients[""] = Client()
    sees = {who: client.get(f"/market/inspections/{hidden.uuid}/").status_code for who, client in clients.items()}
    assert sees == {"prices-clerk": 200, "auditor": 200, "agency-1": 200, "agency-2": 404, "": 404}
    listed = {who for who, client in clients.items() if str(hidden.uuid) in page(client, "inspections")}
    assert listed == {"prices-clerk", "auditor", "agency-1"}
    shown = actions.inspect(
        parties.agencies[0], {**INSPECTED, "is_public": True}, replaces=hidden, **supervision(parties), at=NOW
    )
    assert "责令退还" in page(Client(), "inspection", shown.uuid)
    assert INSPECTED["document"] in page(Client(), "agency", parties.agencies[0].uuid)
    assert str(hidden.uuid) not in page(Client(), "inspection", shown.uuid)


def test_an_inspection_on_the_page(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-05-06 12:00")
    contract = play(parties).signed().contract
    typed = {f"v-{key}": str(value) for key, value in INSPECTED.items()}
    for who, status in {"school": 403, "auditor": 403, "reform-clerk": 403, "operator-clerk": 403}.items():
        assert signed_in(parties.people[who]).post("/market/inspections/new/", typed).status_code == status
    client = signed_in(parties.people["prices-clerk"])
    address = f"/market/inspections/new/?contract={contract.uuid}"
    assert contract.registration.organisation.name in client.get(address).content.decode()
    wrong = client.post(address, typed | {"v-measure": ""})
    assert (
        wrong.status_code == 400 and "请填写处理措施" in wrong.content.decode() and "另收资料" in wrong.content.decode()
    )
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed).status_code == 400 and PriceInspection.objects.count() == 1
    unknown = client.post("/market/inspections/new/", typed | {"v-uscc": "91110101000000000X"})
    assert unknown.status_code == 400 and PriceInspection.objects.count() == 1
    assert client.get("/market/inspections/new/?contract=x").status_code == 404
    made = PriceInspection.objects.get()
    again = client.get(f"/market/inspections/{made.uuid}/replace/").content.decode()
    assert "责令退还" in again
    assert client.post(f"/market/inspections/{made.uuid}/replace/", typed | {"v-is_public": "yes"}).status_code == 302
    assert client.get(f"/market/inspections/{made.uuid}/replace/").status_code == 404
    late = client.post(f"/market/inspections/{made.uuid}/replace/", typed | {"v-measure": "迟来的处理"})
    assert late.status_code == 400 and "迟来的处理" in late.content.decode()


# --- joint punishments


@pytest.mark.parametrize(("changed", "field"), [
    ({"reason": ""}, "reason"),
    ({"reason": "联系人13800138000"}, "reason"),
    ({"decided_by": ""}, "decided_by"),
    ({"document": ""}, "document"),
    ({"until": date(2026, 2, 28)}, "until"),
    ({"set_aside": True}, "set_aside"),
])  # fmt: skip
def test_a_punishment_that_cannot_be_is_refused_at_its_field(
    parties: Parties, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(GongbaoError) as refused:
        actions.record_punishment(parties.agencies[0], {**PUNISHED, **changed}, **reform(parties), at=NOW)
    assert refused.value.where == field and not JointPunishment.objects.exists()
    with override("zh-hans"):
        assert refusals.told(refused.value) != refused.value.message


def punish(parties: Parties, **changed: Any) -> JointPunishment:
    return actions.record_punishment(parties.agencies[0], {**PUNISHED, **changed}, **reform(parties), at=NOW)


def test_a_punishment_is_recorded_once_shown_and_set_aside(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-05-06 12:00")
    with pytest.raises(GongbaoError, match="another body"):
        actions.record_punishment(parties.agencies[0], PUNISHED, **supervision(parties), at=NOW)
    made = punish(parties)
    with pytest.raises(GongbaoError, match="recorded already"):
        punish(parties)
    agency = parties.agencies[0].uuid
    assert PUNISHED["document"] in page(Client(), "agency", agency)
    assert Message.objects.filter(account=parties.people["agency-1"], about=made.subject).exists()
    changed = {**PUNISHED, "set_aside": True}
    actions.record_punishment(parties.agencies[0], changed, replaces=made, **reform(parties), at=NOW)
    with pytest.raises(GongbaoError, match="in the meantime"):
        actions.record_punishment(parties.agencies[0], changed, replaces=made, **reform(parties), at=NOW)
    assert PUNISHED["document"] not in page(Client(), "agency", agency)


def test_the_owner_sees_a_punishment_at_the_check_and_decides(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """It bars no registration: the owner may admit, or reject for the reason that it is shown."""
    actions.record_punishment(
        market.parties.agencies[0],
        {**PUNISHED, "excluded_by": "政府采购法第二十二条"},
        **reform(market.parties),
        at=START,
    )
    purchase = market.opened([0, 1])
    on(monkeypatch, "2026-03-10 12:00")
    shown = page(signed_in(market.account), "owner_purchase", purchase.uuid)
    assert "依法不得参加" in shown and "政府采购法第二十二条" in shown and shown.count("被列入严重失信主体名单") == 1
    assert market.checked(purchase).registrations.filter(admitted=True).count() == 2


# --- credit


def hand_over(parties: Parties, since: str, until: str, seen: int = 0, system: Any = None, when: Any = NOW) -> Any:
    days = date.fromisoformat(since), date.fromisoformat(until)
    return actions.hand_over_credit(*days, seen=seen, system=system, **reform(parties), at=when)


def of_agency(content: dict[str, Any], parties: Parties, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in content["agencies"] if one["uscc"] == parties.agencies[number].uscc)
    return found


@pytest.mark.parametrize(("since", "until", "field"), [
    ("2026-02-01", "2026-01-31", "until"), ("2026-01-01", "2026-05-06", "until"), ("2022-07-23", "2026-01-31", "since"),
])  # fmt: skip
def test_days_that_cannot_be_handed_over_are_refused(parties: Parties, since: str, until: str, field: str) -> None:
    with pytest.raises(GongbaoError) as refused:
        hand_over(parties, since, until)
    assert refused.value.where == field and not CreditHandOver.objects.exists()


def test_a_hand_over_is_one_logged_act_with_the_digest_of_what_was_handed_over(
    parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(parties, "b2", 0, "2026-03-16")
    punish(parties)
    made = hand_over(parties, "2026-01-01", "2026-04-30", system=FolderCreditSystem(tmp_path))
    with pytest.raises(GongbaoError, match="in the meantime"):
        hand_over(parties, "2026-01-01", "2026-04-30", system=FolderCreditSystem(tmp_path))  # pressed twice
    [file] = tmp_path.iterdir()
    assert file.name == made.receipt and sha256(file.read_bytes()).hexdigest() == made.sha256
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told == made.content and told["schema"] == credit.SCHEMA and len(told["agencies"]) == len(parties.agencies)
    first, second = of_agency(told, parties), of_agency(told, parties, 1)
    assert first["grades"] == [{"year": 2026, "grade": "B", "times_b": 1, "times_c": 0, "so_far": True}]
    assert [(one["kind"], one["clause"], one["happened_on"]) for one in first["conduct"]] == [
        ("b2", "第三十二条第（二）项", "2026-03-16")
    ]
    assert [one["document"] for one in first["punishments"]] == [PUNISHED["document"]]
    assert second["conduct"] == second["punishments"] == [] and second["grades"][0]["grade"] == "A"
    entry = Entry.objects.get(action="market.hand_over_credit")
    assert json.loads(entry.content)["sha256"] == made.sha256
    on(monkeypatch, "2026-05-06 12:00")
    client = signed_in(parties.people["reform-clerk"])
    assert client.get(f"/market/credit/hand-over/{made.uuid}.json").content == file.read_bytes()
    assert made.sha256 in page(client, "credit_hand_over", made.uuid) and "与移交时一致" in page(
        client, "credit_hand_over", made.uuid
    )
    book = load_workbook(BytesIO(client.get(f"/market/credit/hand-over/{made.uuid}.xlsx").content))
    assert [len(list(sheet.rows)) for sheet in book] == [1 + len(parties.agencies), 2, 2, 1]


def test_where_the_credit_system_takes_nothing_nothing_was_handed_over(parties: Parties, tmp_path: Path) -> None:
    with pytest.raises(GongbaoError, match="takes nothing now"):
        hand_over(parties, "2026-01-01", "2026-04-30", system=FolderCreditSystem(tmp_path / "absent"))
    assert not CreditHandOver.objects.exists()


def test_the_folder_of_the_settings_is_the_credit_system(settings: Any, tmp_path: Path) -> None:
    settings.GONGBAO_CREDIT_SYSTEM = ""
    assert configured() is None
    settings.GONGBAO_CREDIT_SYSTEM = str(tmp_path)
    assert configured() == FolderCreditSystem(tmp_path)


def test_what_was_handed_over_and_is_not_so_any_more_is_corrected_once(parties: Parties) -> None:
    one = verified(parties, "b2", 0, "2026-03-16")
    punished = punish(parties)
    hand_over(parties, "2026-01-01", "2026-04-30")
    later = at("2026-07-01 09:30")
    cases.tend_due(later)  # no appeal came in time
    take(parties, one, "conduct_correct", later, "operator-deputy", corrected_to="none",
         happened_on="2026-03-16", correction="另有证据")  # fmt: skip
    lifted = {**PUNISHED, "until": date(2026, 6, 1)}
    replaced = actions.record_punishment(parties.agencies[0], lifted, replaces=punished, **reform(parties), at=later)
    second = hand_over(parties, "2026-05-01", "2026-06-30", 1, when=later)
    told = {each["of"]: each for each in second.content["corrections"]}
    assert set(told) == {"conduct", "punishment"} and second.content["previous"]["number"] == 1
    assert told["conduct"]["is"] is None and told["conduct"]["handed_over_in"] == 1
    assert told["punishment"]["is"]["id"] == str(replaced.uuid) and told["punishment"]["is"]["until"] == "2026-06-01"
    # The year goes on, and its grade is told again as it stands now; the year 2027 corrects what was told of 2026.
    assert of_agency(second.content, parties)["grades"][0]["grade"] == "A"
    third = hand_over(parties, "2027-01-01", "2027-01-31", 2, when=at("2027-03-01 09:30"))
    assert {(each["of"], each["is"]["grade"], each["is"]["so_far"]) for each in third.content["corrections"]} == {
        ("grade", "A", False)
    }
    assert hand_over(parties, "2027-02-01", "2027-02-28", 3, when=at("2027-03-01 09:30")).content["corrections"] == []


def test_conduct_of_days_that_were_handed_over_without_it_follows(parties: Parties) -> None:
    hand_over(parties, "2026-01-01", "2026-03-31", when=at("2026-04-01 09:30"))
    made = verified(parties, "b2", 0, "2026-03-16")
    second = hand_over(parties, "2026-04-01", "2026-06-30", 1, when=at("2026-07-01 09:30"))
    assert [one["id"] for one in of_agency(second.content, parties)["conduct"]] == [str(made.uuid)]
    third = hand_over(parties, "2026-07-01", "2026-07-31", 2, when=at("2026-08-03 09:30"))
    assert of_agency(third.content, parties)["conduct"] == []


def looked_at(shown: str) -> str:
    """What the form carries once it has shown what would be handed over; "" before."""
    found = re.search(r'name="looked_at" value="([0-9a-f]{64})"', shown)
    return found[1] if found else ""


def test_what_would_be_handed_over_is_looked_at_first_and_nothing_else_is(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over(parties, "2025-12-01", "2025-12-31", when=at("2026-01-05 09:30"))
    on(monkeypatch, "2026-05-06 12:00")
    client, address = signed_in(parties.people["reform-clerk"]), reverse("market:hand_over_credit")
    verified(parties, "b2", 0, "2026-03-16")
    assert not looked_at(client.get(address).content.decode())
    given = {"v-since": "2026-01-01", "v-until": "2026-04-30", "seen": "1"}
    early = client.post(address, given | {"v-since": "2022-07-01"}).content.decode()
    assert "2022-07-24" in early and not looked_at(early)
    answer = client.post(address, given)
    first = answer.content.decode()
    assert answer.status_code == 200 and looked_at(first) and CreditHandOver.objects.count() == 1
    assert parties.agencies[0].name in first and "第三十二条第（二）项" in first and "B×1" in first
    assert parties.agencies[1].name not in first and f"另有{len(parties.agencies) - 1}家" in first
    # Something is found in the meantime: it is not handed over unseen, and the form shows it.
    verified(parties, "c1", 1, "2026-03-17")
    changed = client.post(address, given | {"looked_at": looked_at(first)})
    second = changed.content.decode()
    assert changed.status_code == 400 and "与查看时不同" in second and CreditHandOver.objects.count() == 1
    assert parties.agencies[1].name in second and looked_at(second) not in ("", looked_at(first))
    assert client.post(address, given | {"looked_at": looked_at(second)}).status_code == 302
    made = CreditHandOver.objects.get(number=2)
    assert credit.looked_at(made.content) == looked_at(second)


def test_who_sees_credit_records_and_who_hands_them_over(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-05-06 12:00")
    made = hand_over(parties, "2026-01-01", "2026-03-31")
    reads = ["/market/credit/", *(f"/market/credit/hand-over/{made.uuid}{end}" for end in ("/", ".json", ".xlsx"))]
    writes = ["/market/credit/hand-over/", "/market/credit/punishments/new/",
              f"/market/prices/{catalogue_item(parties).uuid}/enter/"]  # fmt: skip
    people = {"reform-clerk": (200, 200), "auditor": (200, 403), "prices-clerk": (403, 403), "school": (403, 403),
              "operator-clerk": (403, 403), "finance-clerk": (403, 403)}  # fmt: skip
    for who, (read, write) in people.items():
        client = signed_in(parties.people[who])
        assert {client.get(one).status_code for one in reads} == {read}, who
        assert {client.get(one).status_code for one in writes} == {write}, who
    client = signed_in(parties.people["reform-clerk"])
    given = {"v-since": "2026-04-01", "v-until": "2026-04-30", "seen": "1"}
    assert client.post(writes[0], given | {"v-until": "2026-05-06"}).status_code == 400
    looked = given | {"looked_at": looked_at(client.post(writes[0], given).content.decode())}
    assert CreditHandOver.objects.count() == 1  # it was looked at, and no more
    assert client.post(writes[0], looked).status_code == 302
    assert client.post(writes[0], looked).status_code == 400 and CreditHandOver.objects.count() == 2
    typed = {f"v-{key}": str(value) for key, value in PUNISHED.items()}
    assert client.post(writes[1], typed | {"v-uscc": "nobody"}).status_code == 400
    assert client.post(writes[1], typed | {"v-uscc": parties.agencies[0].uscc}).status_code == 302
    change = f"/market/credit/punishments/{JointPunishment.objects.get().uuid}/"
    assert PUNISHED["reason"] in client.get(change).content.decode()
    assert client.post(change, typed | {"v-set_aside": "yes"}).status_code == 302
    assert client.get(change).status_code == 404


def catalogue_item(parties: Parties) -> ServiceItem:
    authority = parties.units["housing"]
    return keep_item("FW-09", content(), authority=authority, since=START.date(), actor=KEEPER, at=START)[0].item


def test_a_standard_on_the_page(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 10:00")
    client = signed_in(market.parties.people["reform-clerk"])
    address = f"/market/prices/{market.item.uuid}/enter/"
    assert address in page(client, "service", market.item.uuid)
    assert address not in page(Client(), "service", market.item.uuid)
    typed = {f"v-{key}": str(value) for key, value in STANDARD.items()} | {"seen": "0"}
    wrong = client.post(address, typed | {"v-figure": "六万"})
    assert wrong.status_code == 400 and "请填写数字" in wrong.content.decode() and "六万" in wrong.content.decode()
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed).status_code == 400 and GovernmentPrice.objects.count() == 1
    for language, words in (("zh-hans", "最高60,000.00元"), ("en", "at most 60,000.00 yuan")):
        client.cookies["django_language"] = language
        assert words in page(client, "prices") and words in page(client, "service", market.item.uuid)


# --- how many there should be


def test_how_many_agencies_there_should_be_is_the_figure_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    table = market_outcome.figure_table
    assert catalogue.enough(MONDAY.date()) == table.entries["fewest_for_competition"].on(MONDAY.date()).value == 3


# --- the demonstration


def test_the_demonstration_shows_each_of_them_once(parties: Parties) -> None:
    keep_item("ST-02", content(), authority=parties.units["housing"], since=START.date(), actor=KEEPER, at=START)
    assert open_demo(NOW) == 5  # the agency that is punished is not there
    assert (PriceInspection.objects.count(), CreditHandOver.objects.count()) == (2, 1)
    assert open_demo(NOW) == 0
