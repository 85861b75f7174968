"""Failed selections (废标) and what follows them, on the pages of each party: 第二十三条, under each reading."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.outbox.models import Message
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent, keep_item
from gongbao.systems.intermediary_market.interpretation.actions import choose_reading
from gongbao.systems.intermediary_market.purchases import actions, queries, spending, terms
from gongbao.systems.intermediary_market.purchases.models import Computed, Purchase
from gongbao.systems.intermediary_market.ratings.liabilities import filled
from gongbao.systems.intermediary_market.ratings.traces import Period
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.systems.intermediary_market.buying import (
    ENDS,
    MONDAY,
    SELECTION,
    TERMS,
    Market,
    again,
    at,
    buying_market,
    seen,
)
from tests.systems.intermediary_market.custodians import AFTER, stands_at
from tests.systems.intermediary_market.parties import START
from tests.systems.intermediary_market.test_purchase_pages import form, on, page, signed_in

pytestmark = pytest.mark.one_database
CHECK = ENDS + timedelta(hours=10)
DISABLED = 'class="main" disabled'
FOLLOWS = "another attempt follows that one already"


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def read_so(name: str, option: str) -> None:
    choose_reading(
        name, option, date(2026, 3, 1), "云澜市政务函〔2026〕3号", account=None, actor=KEEPER, at=at("2026-02-20 09:00")
    )


def post(market: Market, who: str, name: str, *args: Any, query: str = "", **given: str) -> Any:
    """What a person sends on a page, in English, and what the page answers."""
    client = signed_in(market.parties.people[who])
    return client.post(reverse(f"market:{name}", args=args) + query, given, headers={"accept-language": "en"})


def handed_in(market: Market, previous: Purchase | None = None, **changed: str) -> Purchase:
    """The owner hands it in on the form of a purchase, as the next attempt after `previous`."""
    query = f"?previous={previous.uuid}" if previous else ""
    answer = post(market, "school", "owner_new", market.owner.uuid, query=query, **form(market, **changed))
    assert answer.status_code == 302, answer.content.decode()
    return Purchase.objects.latest("pk")


def published(market: Market, previous: Purchase | None = None, **changed: str) -> Purchase:
    made = handed_in(market, previous, **changed)
    answer = post(market, "operator-clerk", "publish_notice", made.uuid, seen=str(seen(made)))
    assert answer.status_code == 302, answer.content.decode()
    return again(made)


def checked(market: Market, made: Purchase, monkeypatch: pytest.MonkeyPatch, reject: int = 0) -> Purchase:
    """The deadline passes, the custodians open, and the owner checks on its page, and rejects so many."""
    assert made.registration_ends_at is not None
    made = market.open(market.close(made), Part.REGISTRATION, made.registration_ends_at + timedelta(hours=9))
    on(monkeypatch, f"{made.registration_ends_at + timedelta(hours=10):%Y-%m-%d %H:%M}")
    for place, one in enumerate(made.registrations.filter(excluded=[]).order_by("pk")):
        verdict = "reject" if place < reject else "admit"
        assert (
            post(market, "school", "judge", made.uuid, one.uuid, verdict=verdict, reason="按条件核对").status_code
            == 302
        )
    assert post(market, "school", "finish_check", made.uuid, seen=str(seen(made))).status_code == 302
    return again(made)


def negotiated(market: Market, after: Purchase, **changed: str) -> Any:
    given = {
        "v-agency": market.parties.agencies[3].uscc, "v-price": "79000", "v-kinship": "no", "v-reason": "两次废标",
    }  # fmt: skip
    return post(market, "school", "negotiate", after.uuid, **(given | changed))


def told_operator(market: Market, made: Purchase) -> list[str]:
    """What the clerks of the operator were told of the case of the purchase."""
    rows = Message.objects.filter(unit=market.parties.operator, role="clerk", about=made.case.subject)
    return [one.text_en.rpartition(": ")[2].rstrip(".") for one in rows.order_by("pk")]


# --- what fails


WAYS = ("best_value", "direct", "lowest_price", "random_draw")


@pytest.mark.parametrize("way", WAYS)
def test_fewer_than_the_notice_asks_for_fail_by_the_reading_of_each_way(
    market: Market, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """With two of three admitted it fails in this way, and in no other; the notice says three."""
    read_so(f"fewest_{way}", "three")
    criteria = {"criteria": "服务方案 60\n报价 40"} if way == "best_value" else {}
    on(monkeypatch, "2026-03-02 09:30")
    made = published(market, way=way, **criteria)
    assert "<dt>最低机构数</dt><dd>3</dd>" in page(Client(), "notice", made.uuid)
    market.register(made, [0, 1, 2])
    other = next(one for one in WAYS if one not in (way, "best_value"))
    beside = published(market, way=other)
    market.register(beside, [0])
    made = checked(market, made, monkeypatch, reject=1)
    assert made.case.state == "failed"
    assert "符合条件的机构少于公告的最低家数" in page(Client(), "notice", made.uuid)
    assert checked(market, beside, monkeypatch).case.state == "checked"


def test_a_notice_whose_owner_had_set_the_number_says_so_still(market: Market) -> None:
    made = market.published()
    earlier = made.terms.last().content | {"fewest": 3}  # type: ignore[union-attr]
    assert terms.kept(earlier)["fewest"] == 3 and "fewest" not in terms.as_typed(earlier)
    said = [one for group in queries.told(earlier) for one in group.said if one.field.key == "fewest"]
    assert [one.value for one in said] == [3]


def test_with_all_three_it_holds(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    read_so("fewest_lowest_price", "three")
    on(monkeypatch, "2026-03-02 09:30")
    made = published(market)
    market.register(made, [0, 1, 2], ["100", "200", "90000"])
    made = checked(market, made, monkeypatch)
    assert made.case.state == "checked"
    # One of the three asks for more than the budget: two offers count, and the reason is told as it is.
    made = market.open(made, Part.OFFER, SELECTION)
    on(monkeypatch, "2026-03-11 09:30")
    assert post(market, "school", "select_agency", made.uuid, seen=str(seen(made))).status_code == 302
    assert again(made).case.state == "failed"
    assert "有效报价少于公告的最低家数" in page(Client(), "notice", made.uuid)


# --- two in a row


def ended(market: Market, state: str, fund: str, previous: Purchase | None, **changed: str) -> Purchase:
    """An attempt that came to a notice, and ended so: what counts here is how."""
    made = market.publish(market.submit(previous=previous, fund=fund, **changed))
    with recorded("tests.ended", actor=KEEPER, ground=OUR_RULE, at=AFTER) as record:
        made.case.over = True
        record(made.subject, over=True)
        stands_at(made, state)
    return again(made)


@pytest.mark.parametrize(("attempts", "breaks_the_row", "passed_over"), [
    ("failed", False, False),
    ("failed failed", True, True),
    ("failed withdrawn failed", False, True),
    ("failed rerun failed", False, True),  # force majeure
    ("failed abandoned failed", False, True),
    ("failed failed withdrawn", False, True),
    ("withdrawn withdrawn", False, False),
    ("failed abandoned", False, False),
    ("failed annulled failed", False, False),
    ("failed/private failed/private", False, False),
    ("failed/private failed", False, False),
])  # fmt: skip
def test_negotiation_is_open_after_two_failures_in_a_row(
    market: Market, monkeypatch: pytest.MonkeyPatch, attempts: str, breaks_the_row: bool, passed_over: bool
) -> None:
    made = None
    for one in attempts.split():
        state, _slash, fund = one.partition("/")
        made = ended(market, state, fund or "public", made)
    assert made is not None
    on(monkeypatch, "2026-03-20 09:30")
    for reading, opens in (("breaks_the_row", breaks_the_row), ("passed_over", passed_over)):
        read_so("between_failures", reading)
        address = reverse("market:negotiate", args=[made.uuid])
        assert (address in page(signed_in(market.account), "owner_purchase", made.uuid)) is opens
        assert (DISABLED in page(signed_in(market.account), "negotiate", made.uuid)) is not opens
    if passed_over:
        assert negotiated(market, made).status_code == 302
        assert Purchase.objects.latest("pk").previous == made


def test_the_next_attempt_is_of_the_same_service_and_project(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a notice of anything that nobody answers would be one of the two failures."""
    first = ended(market, "failed", "public", None)
    with pytest.raises(GongbaoError, match="project name of the attempt before") as refused:
        market.submit(previous=first, project_name="另一个项目")
    assert refused.value.where == "project_name"
    content = {
        "name": "检测", "legal_ground": "某条", "time_limit": "5日", "process": "检测", "conditions": "无",
        "fee_standard": "定",
    }  # fmt: skip
    other, _made = keep_item(
        "FW-09", ItemContent(**content), authority=market.parties.units["housing"], since=START.date(), actor=KEEPER,
        at=START,
    )  # fmt: skip
    with pytest.raises(GongbaoError, match="service of the attempt before"):
        actions.submit(market.owner, other.item, TERMS, account=market.account, at=MONDAY, previous=first)
    assert Purchase.objects.count() == 1
    # On the page both stand fixed, whatever is sent, and its name stays when its terms are changed.
    on(monkeypatch, "2026-03-11 09:30")
    address = f"{reverse('market:owner_new', args=[market.owner.uuid])}?previous={first.uuid}"
    shown = signed_in(market.account).get(address).content.decode()
    assert 'name="v-project_name"' not in shown and 'name="item"' not in shown and TERMS["project_name"] in shown
    second = published(market, first, project_name="另一个项目")
    assert queries.project_name_of(second) == TERMS["project_name"]
    assert 'name="v-project_name"' not in page(signed_in(market.account), "owner_terms", second.uuid)
    given = form(market, project_name="另一个项目") | {"seen": str(seen(second)), "v-reason": "咨询较多"}
    assert post(market, "school", "owner_terms", second.uuid, **given).status_code == 302
    assert queries.last_terms(second).content["project_name"] == TERMS["project_name"]
    with pytest.raises(GongbaoError, match="project name of the attempt before"):
        actions.change_terms(
            published(market, ended(market, "failed", "public", None)), {**TERMS, "project_name": "另一个项目"}, "因故",
            account=market.account, at=at("2026-03-11 10:00"), seen=2,
        )  # fmt: skip


def test_no_more_is_negotiated_than_the_smallest_budget_that_failed(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ended(market, "failed", "public", None, budget="500")
    second = ended(market, "failed", "public", first, budget="70000")
    on(monkeypatch, "2026-03-20 09:30")
    assert "不超过500.00元" in page(signed_in(market.account), "negotiate", second.uuid)
    answer = negotiated(market, second)
    assert answer.status_code == 400 and "500.00 yuan" in answer.content.decode()
    # A third notice fails: the two before the negotiation count.
    third = ended(market, "failed", "public", second, budget="80000")
    assert negotiated(market, third, **{"v-price": "70000.01"}).status_code == 400
    assert negotiated(market, third, **{"v-price": "70000"}).status_code == 302
    made = Purchase.objects.latest("pk")
    assert (made.budget, queries.last_terms(made).content["budget"]) == (Decimal("70000"), "70000.00")
    (report,) = [
        one for one in filled(Period.of_year(2026, at("2026-03-21 09:00"))) if one.report.key == "negotiations"
    ]
    assert [one.about for one in report.traces] == [f"{market.owner.name} · 房屋安全鉴定 · {made.case.receipt}"]


def test_from_two_notices_to_the_negotiated_award(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    first = checked(market, published(market), monkeypatch)
    assert first.case.state == "failed"
    on(monkeypatch, "2026-03-11 09:30")
    assert DISABLED in page(signed_in(market.account), "negotiate", first.uuid)
    second = published(market, first)
    assert first.case.receipt in page(Client(), "notice", second.uuid)
    assert second.case.receipt in page(Client(), "notice", first.uuid)
    market.register(second, [4])
    second = checked(market, second, monkeypatch, reject=1)
    on(monkeypatch, "2026-03-23 10:00")
    assert "计入采购限额" in page(signed_in(market.account), "negotiate", second.uuid)
    wrong: dict[str, dict[str, str]] = {
        "who has to stand aside cannot be chosen": {"v-kinship": "yes"},
        "needed": {"v-kinship": ""},
        "no more than 80,000.00 yuan, the smallest budget": {"v-price": "80000.01"},
        "this agency is not in the market": {"v-agency": market.owner.uscc},
    }
    for words, given in wrong.items():
        answer = negotiated(market, second, **given)
        assert answer.status_code == 400 and words.lower() in answer.content.decode().lower(), words
    assert Purchase.objects.count() == 2
    assert negotiated(market, second).status_code == 302
    made = Purchase.objects.latest("pk")
    assert (made.case.state, made.previous, made.project) == ("confirmed", second, first.project)
    assert {one.policy for one in Computed.objects.filter(purchase=made)} == {
        "market-negotiation", "market-conflicts", "market-limit",
    }  # fmt: skip
    assert told_operator(market, made) == ["new, to be handled"]
    # Pressed once more: another attempt follows already.
    twice = negotiated(market, second)
    assert twice.status_code == 400 and FOLLOWS in twice.content.decode() and DISABLED in twice.content.decode()
    # Before its award notice nobody is told of it.
    assert made.case.receipt not in page(Client(), "notice", second.uuid)
    page(Client(), "notice", made.uuid, status=404)
    market.desk(made, "publish_award", at("2026-03-23 11:00"))
    assert made.case.receipt in page(Client(), "notice", second.uuid)
    assert second.case.receipt in page(Client(), "notice", made.uuid)


def test_a_kinship_that_the_agency_declared_itself_is_not_overruled(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """第二十二条第（二）项: in its registration for the attempt before it said so."""
    on(monkeypatch, "2026-03-02 09:30")
    first = published(market)
    market.register(first, [3], kinship=True)
    first = checked(market, first, monkeypatch)
    assert first.case.state == "failed"
    second = ended(market, "failed", "public", first)
    on(monkeypatch, "2026-03-20 09:30")
    answer = negotiated(market, second)
    assert answer.status_code == 400 and "第二十二条第（二）项" in answer.content.decode()
    assert negotiated(market, second, **{"v-agency": market.parties.agencies[2].uscc}).status_code == 302


def test_an_attempt_that_came_to_no_notice_is_not_told_of(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    before = handed_in(market)
    step = reverse("market:owner_step", args=[before.uuid, "withdraw_purchase"])
    signed_in(market.account).post(step, {"seen": "1", "v-reason": "填错"})
    made = published(market, again(before))
    text = page(Client(), "notice", made.uuid)
    assert before.case.receipt not in text and str(before.uuid) not in text
    assert before.case.receipt in page(signed_in(market.account), "owner_purchase", made.uuid)


# --- the limit


def test_a_negotiated_purchase_counts_with_its_budget_as_every_other(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its price of 69999 it would be within the limit of 300000, and with its budget of 80000 it is not."""
    second = ended(market, "failed", "public", ended(market, "failed", "public", None))
    other = market.submit(budget="230000.01")
    on(monkeypatch, "2026-03-20 09:30")
    answer = negotiated(market, second, **{"v-price": "69999"})
    words = answer.content.decode()
    assert answer.status_code == 400 and "310,000.01" in words and "第三条第二款" in words
    assert Purchase.objects.count() == 3
    market.owner_step(other, "withdraw_purchase", MONDAY, reason="停办")
    market.submit(budget="220000")
    assert negotiated(market, second, **{"v-price": "69999"}).status_code == 302
    (row,) = spending.of_year(2026, date(2026, 3, 20))
    assert (row.total, row.standing) == (300000, "near")


def test_the_pages_say_how_a_purchase_counts(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    read_so("direct_choice", "without_notice")
    direct = reverse("market:choose_directly", args=[market.owner.uuid])
    for client, address in (
        (Client(), reverse("market:limits")), (signed_in(market.account), f"{direct}?item={market.item.uuid}"),
    ):  # fmt: skip
        assert "签订合同前按预算金额计入采购限额" in client.get(address).content.decode()


# --- a direct choice after an attempt


def test_a_direct_choice_without_a_notice_is_linked_to_the_attempt_before(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ended(market, "failed", "public", None)
    on(monkeypatch, "2026-03-20 09:30")
    direct = f"{reverse('market:choose_directly', args=[market.owner.uuid])}?previous={first.uuid}"
    assert direct not in page(signed_in(market.account), "owner_purchase", first.uuid)
    read_so("direct_choice", "without_notice")
    client = signed_in(market.account)
    assert direct in page(client, "owner_purchase", first.uuid)
    text = client.get(direct).content.decode()
    assert first.case.receipt in text and TERMS["project_name"] in text
    (once,) = re.findall(r'name="once" value="([^"]+)"', text)
    sent = {f"v-{key}": str(TERMS[key]) for key in TERMS} | {
        "v-agency": str(market.parties.agencies[1].uuid), "v-price": "79000", "v-kinship": "no", "v-reason": "无人报名",
        "once": once,
    }  # fmt: skip
    for _pressed in range(2):
        assert client.post(direct, sent).status_code == 302
    made = Purchase.objects.latest("pk")
    assert (made.previous, made.project, made.case.state) == (first, first.project, "confirmed")
    assert told_operator(market, made) == ["new, to be handled"]
    # Another form, for the same attempt: it is followed already.
    answer = client.post(direct, sent | {"once": "another"})
    assert answer.status_code == 400 and Purchase.objects.count() == 2
    market.desk(made, "publish_award", at("2026-03-20 11:00"))
    assert made.case.receipt in page(Client(), "notice", first.uuid)
    assert first.case.receipt in page(Client(), "notice", made.uuid)
