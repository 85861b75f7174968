"""What an owner meets on its pages from the form to the award, and what each of the others sees of it: refusals with
their clauses in both languages, changed terms, reminders, results that are not confirmed or kept back, an outage."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.cases import actions as cases
from gongbao.office.cases.models import CaseEvent
from gongbao.office.outbox.models import Message
from gongbao.office.people.actions import give_post, keep_account
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent, keep_item
from gongbao.systems.intermediary_market.catalogue.models import Pricing, ServiceItem, Supply
from gongbao.systems.intermediary_market.purchases import limit
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.ratings import liabilities
from gongbao.systems.intermediary_market.ratings.traces import Period
from gongbao.systems.intermediary_market.sealing import actions as sealing
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.systems.intermediary_market.buying import (
    ENDS,
    MONDAY,
    SELECTION,
    START,
    TERMS,
    Market,
    again,
    at,
    buying_market,
    seen,
)
from tests.systems.intermediary_market.custodians import sealed
from tests.systems.intermediary_market.parties import PASSWORD
from tests.systems.intermediary_market.test_failed_selections import handed_in, post, published
from tests.systems.intermediary_market.test_purchase_pages import form, on, page, signed_in

pytestmark = pytest.mark.one_database
HOUR = timedelta(hours=1)
LANGUAGES = ("zh-hans", "en")


@pytest.fixture
def market(db: None, monkeypatch: pytest.MonkeyPatch) -> Market:
    on(monkeypatch, "2026-03-02 09:30")
    return buying_market()


CONTENT = ItemContent(
    name="消防设施检测", legal_ground="云澜市消防办法第三条", time_limit="10个工作日", process="委托、检测",
    conditions="图纸", fee_standard="双方协商",
)  # fmt: skip


def service(market: Market, code: str, since: datetime = START, **content: str) -> ServiceItem:
    housing = market.parties.units["housing"]
    version, _ = keep_item(
        code, replace(CONTENT, **content), authority=housing, since=since.date(), actor=KEEPER, at=since
    )
    return version.item


def step(made: Purchase, key: str, given: dict[str, str], who: Any, name: str = "market:owner_step") -> Any:
    """A step on its own page: of the owner, or, as `cases:step`, of the operator."""
    uuid = made.case.uuid if name == "cases:step" else made.uuid
    given = {f"v-{name}": value for name, value in given.items()} | {"seen": str(seen(made))}
    return signed_in(who).post(reverse(name, args=[uuid, key]), given)


def told(market: Market, who: str, made: Purchase) -> list[str]:
    """What an account, or the heads of a unit, were told about the purchase, the last first."""
    to = {"account": market.parties.people[who]} if who in market.parties.people else {
        "unit": market.parties.units[who], "role": "section_head",
    }  # fmt: skip
    rows = Message.objects.filter(**to, about__in=(made.subject, made.case.subject))
    return [f"{one.subject_zh} {one.text_zh}" for one in rows.order_by("-pk")]


# --- what may not be bought here


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_may_not_be_bought_is_refused_with_its_clause(market: Market, language: str) -> None:
    """第二条第六款, 第三条第二款, 第十条 and 第十八条第二款: each stands on the page, and what was typed with it."""
    supplied = service(market, "XY-01", supply=Supply.AGREEMENT.value)
    priced = service(market, "DJ-01", pricing=Pricing.GOVERNMENT.value)
    not_here = {"zh-hans": "不适用网上中介超市", "en": "may not be bought over the market"}
    refused: list[tuple[dict[str, str], dict[str, str], str]] = [
        *(({"excluded": one}, not_here, "第二条第六款") for one in ("disaster", "accident", "secrecy", "privacy")),
        ({"item": str(supplied.uuid)}, {"zh-hans": "协议供货", "en": "supplied by agreement"}, "第十八条第二款"),
        ({"item": str(priced.uuid)}, {"zh-hans": "不能竞价选取", "en": "cannot be competed on"}, "第十条"),
        ({"item": str(priced.uuid), "way": "best_value", "criteria": "投标报价 100；报价最低的得满分"},
         {"zh-hans": "不能对价格评分：投标报价", "en": "no criterion gives points for it: 投标报价"}, "第十条"),
        ({"budget_year": "2027"}, {"zh-hans": "尚未录入", "en": "has not entered the procurement limit of 2027"},
         "第三条第二款"),
        ({"budget": "300000.01"}, {"zh-hans": "300,000.01", "en": "300,000.01 yuan in 2026"}, "第三条第二款"),
    ]  # fmt: skip
    client, address = signed_in(market.account), reverse("market:owner_new", args=[market.owner.uuid])
    for changed, words, clause in refused:
        given = form(market, **{key: value for key, value in changed.items() if key != "item"})
        given["item"] = changed.get("item", given["item"])
        answer = client.post(address, given, headers={"accept-language": language})
        text = answer.content.decode()
        assert answer.status_code == 400 and words[language] in text and clause in text, (changed, text)
        assert "教学楼安全鉴定" in text
    assert not Purchase.objects.exists()
    # Of private funds there is no limit; a government price may be met by another way.
    handed_in(market, fund="private", budget_year="2027")
    assert client.post(address, form(market, way="random_draw") | {"item": str(priced.uuid)}).status_code == 302


def test_a_service_that_comes_under_agreement_supply_meanwhile_is_not_published(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = handed_in(market)
    housing, content = market.parties.units["housing"], replace(CONTENT, supply=Supply.AGREEMENT.value)
    keep_item("FW-01", content, authority=housing, since=at("2026-03-03 00:00").date(), actor=KEEPER, at=MONDAY)
    on(monkeypatch, "2026-03-03 09:30")
    answer = post(market, "operator-clerk", "publish_notice", made.uuid, seen=str(seen(made)))
    text = answer.content.decode()
    assert answer.status_code == 400 and "supplied by agreement" in text and "第十八条第二款" in text
    assert again(made).case.state == "reviewing"


# --- changed terms, an extension, a re-publication


def test_changed_terms_begin_the_days_anew_and_an_extension_comes_before_the_deadline(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = published(market)
    assert made.registration_ends_at == ENDS
    on(monkeypatch, "2026-03-05 10:00")
    given = form(market, work="增加一栋教学楼") | {"v-reason": "漏写一栋", "seen": str(seen(made))}
    changes = reverse("market:owner_terms", args=[made.uuid])
    assert signed_in(market.account).post(changes, {**given, "v-reason": ""}).status_code == 400
    assert again(made).case.state == "open"
    assert signed_in(market.account).post(changes, given).status_code == 302
    with pytest.raises(GongbaoError, match="not open"):
        envelope = sealed(made, market.parties.agencies[0], changed={"terms": 2})
        sealing.hand_in(made.uuid, envelope.given, at=at("2026-03-05 11:00"))
    on(monkeypatch, "2026-03-06 10:00")
    assert post(market, "operator-clerk", "publish_notice", made.uuid, seen=str(seen(made))).status_code == 302
    made = again(made)
    # Friday is not counted: five working days end with the next one.
    assert made.registration_ends_at == at("2026-03-14 00:00")
    text = page(Client(), "notice", made.uuid)
    assert "增加一栋教学楼" in text and "2026年3月13日 24:00" in text and "漏写一栋" in text
    for number in (1, 5):
        assert "须重新提交" in told(market, f"agency-{number}", made)[0]

    on(monkeypatch, "2026-03-13 23:59")
    assert step(made, "extend", {"days": "1", "reason": "咨询较多"}, market.account).status_code == 302
    made = again(made)
    assert made.registration_ends_at == at("2026-03-17 00:00")
    assert "此前的报名继续有效" in told(market, "agency-1", made)[0]
    assert "咨询较多" in page(Client(), "notice", made.uuid)
    # At the deadline it is too late, for this as for a change, though no worker has been round yet.
    on(monkeypatch, "2026-03-17 00:00")
    late = step(made, "extend", {"days": "1", "reason": "再延"}, market.account)
    assert late.status_code == 409 and "此间本件已有新的办理情况" in late.content.decode()
    assert signed_in(market.account).post(changes, given | {"seen": str(seen(made))}).status_code in (400, 404, 409)
    made = again(made)
    assert (made.case.state, made.registration_ends_at) == ("registered", at("2026-03-17 00:00"))
    assert "再延" not in page(Client(), "notice", made.uuid)


# --- what the owner is reminded of, and a result that is not confirmed


def test_the_owner_is_reminded_and_what_it_does_not_confirm_is_recorded_and_told(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = published(market)
    for when in ("2026-03-09 08:00", "2026-03-10 08:00", "2026-03-11 08:00"):
        cases.tend_due(at(when))
    reminded = " ".join(told(market, "school", made))
    assert "即将到期：报名" in reminded and "即将到期：公开选取" in reminded
    made = market.settle(
        market.open(market.checked(market.opened([0, 1], ["100", "200"], budget="1000")), Part.OFFER, SELECTION)
    )
    assert "请在1个工作日内确认" in told(market, "school", made)[0]
    cases.tend_due(at("2026-03-12 08:00"))
    assert any("即将到期：确认选取结果" in one for one in told(market, "school", made))
    for _round in range(3):
        cases.tend_due(at("2026-03-20 00:00"))
    made = again(made)
    assert made.case.state == "selected" and CaseEvent.objects.filter(case=made.case, step="escalate").count() == 1
    for who in ("school", "government-services", "finance", "development-reform"):
        assert any("逾期未确认" in one for one in told(market, who, made)), who
    assert any("第四十条第（二）项" in one for one in told(market, "finance", made))
    on(monkeypatch, "2026-03-20 09:00")
    client = signed_in(market.account)
    text = page(client, "owner_purchase", made.uuid)
    assert "逾期未确认" in text and "第四十条第（二）项" in text
    # The operator cannot go on, and nobody is told who was selected.
    operator = market.parties.people["operator-clerk"]
    assert step(made, "publish_award", {}, operator, "cases:step").status_code in (400, 404, 409)
    assert market.parties.agencies[0].name not in page(Client(), "notice", made.uuid)
    assert step(made, "refuse_result", {"reason": "报价异常，需要核实"}, market.account).status_code == 302
    assert again(made).case.state == "selected"
    year = Period.of_year(2026, at("2026-03-20 10:00"))
    (found,) = [one for one in liabilities.filled(year) if one.report.key == "unconfirmed"]
    assert len(found.traces) == 2
    assert step(made, "confirm", {}, market.account).status_code == 302
    assert again(made).case.state == "confirmed"


def led_to(market: Market, made: Purchase) -> dict[str, str]:
    """Where the message that a result was not confirmed in time leads the heads of each unit."""
    rows = Message.objects.filter(about=made.subject, role="section_head", subject_zh__contains="逾期未确认")
    return {one.unit.key: one.link for one in rows if one.unit}


def test_those_who_supervise_are_led_to_what_is_overdue_and_why(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = market.selected()
    agency = market.parties.agencies[0].name
    page_of_it = reverse("market:unconfirmed", args=[made.uuid])
    for name, unit in (("finance-head", "finance"), ("reform-head", "development-reform"), ("other-head", "housing")):
        account = keep_account(name, password=PASSWORD, at=START)[0]
        give_post(account, unit, "section_head", since=START.date(), at=START)
        market.parties.people[name] = account
    on(monkeypatch, "2026-03-12 23:00")
    assert signed_in(market.parties.people["finance-head"]).get(page_of_it).status_code == 404  # in time as yet
    cases.tend_due(at("2026-03-13 00:00"))
    links = led_to(market, made)
    assert links == {
        "government-services": reverse("market:purchase_at_desk", args=[made.uuid]),
        "finance": page_of_it, "development-reform": page_of_it,
    }  # fmt: skip
    on(monkeypatch, "2026-03-16 09:00")
    given = {"reason": f"{agency}报价异常，需要核实"}
    assert step(made, "refuse_result", given, market.account).status_code == 302
    assert signed_in(market.parties.people["operator-head"]).get(links["government-services"]).status_code == 200
    for who in ("finance-head", "reform-head", "auditor"):
        text = signed_in(market.parties.people[who]).get(page_of_it).content.decode()
        for words in ("尚未确认", "2026年3月12日", market.owner.name, "报价异常，需要核实", "第四十条第（二）项"):
            assert words in text, (who, words)
        assert agency not in text and str(TERMS["contact_name"]) not in text
    for who in ("other-head", "agency-1"):
        assert signed_in(market.parties.people[who]).get(page_of_it).status_code in (403, 404), who
    assert Client().get(page_of_it).status_code in (302, 403)
    # Confirmed at last, and announced: nothing is left out any more.
    assert step(made, "confirm", {}, market.account).status_code == 302
    market.desk(again(made), "publish_award", at("2026-03-16 09:00"))
    text = signed_in(market.parties.people["finance-head"]).get(page_of_it).content.decode()
    assert "尚未确认" not in text and "确认选取结果" in text and agency in text


def test_of_private_funds_the_ground_is_not_that_of_public_owners(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = market.selected(fund="private")
    cases.tend_due(at("2026-03-13 00:00"))
    assert set(led_to(market, made)) == {"government-services", "development-reform"}
    told_them = [one for who in ("government-services", "development-reform") for one in told(market, who, made)]
    assert not any("第四十条" in one for one in told_them)
    assert sum("第二十四条" in one for one in told_them) == 2
    on(monkeypatch, "2026-03-16 09:00")
    for text in (
        page(signed_in(market.account), "owner_purchase", made.uuid),
        page(signed_in(market.parties.people["auditor"]), "unconfirmed", made.uuid),
    ):
        assert "第四十条第（二）项" not in text and "第二十四条" in text


# --- a result that is kept back


def test_the_owner_keeps_a_result_back_with_ground_and_end(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    made = market.owner_step(market.selected(), "confirm")
    on(monkeypatch, "2026-03-11 10:00")
    given = {"unpublished_ground": "地块尚在征收协商", "unpublished_until": "2026-03-20"}
    for wrong in ({"unpublished_ground": ""}, {"unpublished_until": ""}, {"unpublished_until": "2026-03-10"}):
        answer = step(made, "hold_back", given | wrong, market.account)
        assert answer.status_code == 400 and again(made).case.state == "confirmed", wrong
    assert step(made, "hold_back", given, market.account).status_code == 302
    made = again(made)
    name, operator = market.parties.agencies[0].name, market.parties.people["operator-clerk"]
    assert step(made, "publish_award", {}, operator, "cases:step").status_code in (400, 409)
    assert again(made).case.state == "unpublished"
    for who in ("", "agency-1", "agency-2", "works", "finance-clerk"):
        client = signed_in(market.parties.people[who]) if who else Client()
        for address in (reverse("market:notice", args=[made.uuid]), reverse("market:awards"),
                        reverse("market:notices")):  # fmt: skip
            text = client.get(address).content.decode()
            assert name not in text.replace(f">{name}</", "") or who == "agency-1", (who, address)
            assert "暂不公开" not in text and "征收" not in text
    cases.tend_due(at("2026-03-20 23:59"))
    assert again(made).case.state == "unpublished"
    cases.tend_due(at("2026-03-21 00:00"))
    assert again(made).case.state == "confirmed"
    on(monkeypatch, "2026-03-23 09:00")
    assert step(again(made), "publish_award", {}, operator, "cases:step").status_code == 302
    assert name in page(Client(), "notice", made.uuid)


def test_a_result_is_confirmed_and_kept_back_in_one_act(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could publish it in between."""
    made = market.selected()
    on(monkeypatch, "2026-03-11 10:00")
    assert (
        "暂不公开至"
        in signed_in(market.account).get(reverse("market:owner_step", args=[made.uuid, "confirm"])).content.decode()
    )
    given = {"unpublished_ground": "地块尚在征收协商", "unpublished_until": "2026-03-20"}
    for wrong in ({"unpublished_ground": ""}, {"unpublished_until": ""}, {"unpublished_until": "2026-03-10"}):
        assert step(made, "confirm", given | wrong, market.account).status_code == 400, wrong
        assert again(made).case.state == "selected"
    assert step(made, "confirm", given, market.account).status_code == 302
    made = again(made)
    assert made.case.state == "unpublished"
    assert [one.step for one in made.case.events.order_by("number")][-2:] == ["confirm", "hold_back"]


def test_a_result_is_kept_back_for_ninety_days_in_all(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the award notice of 第二十四条 is put off at will: at once, or by releasing it and asking again."""
    made = market.selected()
    on(monkeypatch, "2026-03-11 10:00")
    given = {"unpublished_ground": "地块尚在征收协商", "unpublished_until": "2026-06-10"}
    answer = step(made, "confirm", given, market.account)
    text = answer.content.decode()
    assert answer.status_code == 400 and "最长可暂不公开90日，本次不晚于2026-06-09" in text and "第二十四条" in text
    assert again(made).case.state == "selected"
    assert step(made, "confirm", {}, market.account).status_code == 302
    assert step(made, "hold_back", given | {"unpublished_until": "2099-12-31"}, market.account).status_code == 400
    assert step(made, "hold_back", given | {"unpublished_until": "2026-04-01"}, market.account).status_code == 302
    assert step(made, "release", {}, market.account).status_code == 302
    on(monkeypatch, "2026-05-20 10:00")
    assert step(made, "hold_back", given, market.account).status_code == 400  # the days are those of the confirmation
    assert step(made, "hold_back", given | {"unpublished_until": "2026-06-09"}, market.account).status_code == 302


# --- an outage


def test_an_outage_suspends_notifies_and_the_owner_goes_on_as_it_chooses(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """第二十八条."""
    operator = market.parties.people["operator-clerk"]
    outage = {"outage": "network", "outage_since": "2026-03-04 08:00", "outage_note": "机房光缆被挖断"}

    def interrupted() -> Purchase:
        on(monkeypatch, "2026-03-02 09:30")
        made = published(market, budget="1000")
        on(monkeypatch, "2026-03-04 09:00")
        assert step(made, "declare_outage", outage | {"outage": ""}, operator, "cases:step").status_code == 400
        assert step(made, "declare_outage", outage, operator, "cases:step").status_code == 302
        return again(made)

    made = interrupted()
    for who in ("school", "agency-1", "agency-5"):
        assert "中断" in told(market, who, made)[0], who
    text = page(Client(), "notice", made.uuid)
    assert "网络故障" in text and "机房光缆被挖断" in text and "第二十八条" in text
    with pytest.raises(GongbaoError, match="not open"):
        envelope = sealed(made, market.parties.agencies[0], changed={"terms": 2})
        sealing.hand_in(made.uuid, envelope.given, at=at("2026-03-04 10:00"))
    cases.tend_due(at("2026-03-10 00:00"))  # the deadline that was: nothing runs out meanwhile
    assert again(made).case.state == "interrupted"

    # It is run again, as another attempt.
    assert step(made, "choose_rerun", {}, market.account).status_code == 302
    assert "不再计入" in told(market, "agency-1", made)[0]
    following = published(market, again(made), budget="1000")
    assert following.case.receipt in page(Client(), "notice", made.uuid)

    # Or an agency is selected outside, which is recorded and published, and counts with its price.
    other = interrupted()
    outside = {"outside_agency": "云岭鉴定所", "outside_price": "900", "outside_reason": "询价三家后选定"}
    for wrong in ({"outside_agency": ""}, {"outside_price": ""}, {"outside_price": "0"}, {"outside_price": "-5"}):
        assert step(other, "choose_outside", outside | wrong, market.account).status_code == 400, wrong
    assert step(other, "choose_outside", outside, market.account).status_code == 302
    assert "自主选取" in told(market, "agency-1", other)[0]
    text = page(Client(), "notice", other.uuid)
    assert "云岭鉴定所" in text and "900.00" in text and "询价三家后选定" in text
    assert f"?previous={other.uuid}" not in page(signed_in(market.account), "owner_purchase", other.uuid)
    assert {one["amount"] for one in limit.spent(market.owner, 2026)} == {"1000.00", "900.00"}
