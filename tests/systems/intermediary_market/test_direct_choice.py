"""A direct choice without a notice: only where 第十八条第一款 is read so, and within all other bounds."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.people.models import Account
from gongbao.systems.intermediary_market.interpretation.actions import choose_reading
from gongbao.systems.intermediary_market.organisations.actions import add_member, change_particulars
from gongbao.systems.intermediary_market.publication import ocds
from gongbao.systems.intermediary_market.publication import queries as publication
from gongbao.systems.intermediary_market.purchases import actions, terms
from gongbao.systems.intermediary_market.purchases.models import Computed, Purchase
from gongbao.systems.intermediary_market.purchases.terms import WrongTerms
from gongbao.systems.intermediary_market.ratings import liabilities
from gongbao.systems.intermediary_market.ratings.traces import Period
from tests.systems.intermediary_market.buying import MONDAY, TERMS, Market, again, at, buying_market
from tests.systems.intermediary_market.test_purchase_pages import on, page, signed_in

pytestmark = pytest.mark.one_database


@pytest.fixture
def market(db: None) -> Market:
    return buying_market(under=2)


def read_so(name: str = "direct_choice", option: str = "without_notice") -> None:
    choose_reading(
        name, option, date(2026, 3, 1), "云澜市政务函〔2026〕3号", account=None, actor=KEEPER, at=at("2026-02-20 09:00")
    )


def choose(market: Market, number: int = 0, price: str = "79000", **more: Any) -> Purchase:
    given = {**TERMS, **{key: more.pop(key) for key in list(more) if key in TERMS}}
    told = {"kinship": "no", "reason": "已多次承担同类鉴定", "account": market.account, "at": MONDAY, **more}
    return actions.choose_directly(market.owner, market.item, given, market.parties.agencies[number], price, **told)


def test_a_direct_choice_follows_a_notice_unless_it_is_read_otherwise(market: Market) -> None:
    with pytest.raises(GongbaoError, match="follows a notice"):
        choose(market)
    read_so()
    with pytest.raises(GongbaoError, match="follows a notice"):
        choose(market, at=at("2026-02-27 09:00"))  # the day before that from which it is read so
    assert not Purchase.objects.exists()
    assert choose(market).case.state == "confirmed"


def test_it_goes_on_as_every_award_does(market: Market) -> None:
    read_so()
    read_so("fewest_direct", "three")  # that is asked of a notice
    made = choose(market)
    assert (made.way, made.selected.organisation) == ("direct", market.parties.agencies[0])  # type: ignore[union-attr]
    assert not made.terms.exclude(published_at=None).exists()
    assert "registration_days" not in made.terms.get().content and "draw" not in made.terms.get().content
    kept = {one.policy: one.result["values"] for one in Computed.objects.filter(purchase=made)}
    assert set(kept) == {"market-conflicts", "market-outcome", "market-limit"}
    assert (kept["market-outcome"]["needs_notice"], kept["market-outcome"]["failed"]) in (
        (False, False),
        ("false",) * 2,
    )
    name = market.parties.agencies[0].name
    assert Client().get(reverse("market:notice", args=[made.uuid])).status_code == 404
    made = market.desk(made, "publish_award", MONDAY)
    assert made.case.state == "announced" and name in page(Client(), "notice", made.uuid)
    assert name in page(Client(), "awards")
    told = publication.selection(made.uuid)
    assert told is not None
    tender = ocds._tender(told, "https://market.example/notice")
    assert (tender["procurementMethod"], "tenderPeriod" in tender) == ("limited", False)
    made = market.desk(made, "issue_award", at("2026-03-10 09:00"))
    assert made.contracts.get().registration == made.selected


@pytest.mark.parametrize(("more", "where", "words"), [
    ({"number": 2}, "agency", "does not stand under"),
    ({"price": "80000.01"}, "price", "no more than the budget"),
    ({"price": "0"}, "price", "more than nothing"),
    ({"kinship": "yes"}, "agency", "第二十二条第（二）项"),
    ({"kinship": ""}, "kinship", "needed"),
    ({"reason": " "}, "reason", "needed"),
    ({"budget": "300001", "price": "1"}, "budget", "would spend"),
    ({"excluded": "secrecy"}, "excluded", "第二条第六款"),
    ({"budget_year": "2027"}, "fund", "has not entered the procurement limit"),
])  # fmt: skip
def test_what_stands_against_it_is_told_and_nothing_is_kept(
    market: Market, more: dict[str, Any], where: str, words: str
) -> None:
    read_so()
    with pytest.raises(GongbaoError, match=words) as refused:
        choose(market, **more)
    assert refused.value.where == where
    assert not Purchase.objects.exists()


def test_nobody_chooses_an_agency_of_their_own(market: Market) -> None:
    read_so()
    change_particulars(market.owner, {"controller_id": "id-1"}, actor=KEEPER, at=at("2026-02-01 09:00"))
    market.owner.refresh_from_db()
    with pytest.raises(GongbaoError, match="第二十二条第（三）项"):
        choose(market)
    add_member(market.parties.agencies[1], market.account, since=date(2026, 2, 1), actor=KEEPER, at=MONDAY)
    with pytest.raises(GongbaoError, match="acts for an agency"):
        choose(market, 1)


def test_what_was_chosen_counts_against_the_limit(market: Market) -> None:
    read_so()
    choose(market, budget="200000")
    (told,) = [each for each in liabilities.filled(Period.of_year(2026, MONDAY)) if each.report.key == "without_notice"]
    assert [one.about.split(" · ")[0] for one in told.traces] == [market.owner.name]
    with pytest.raises(GongbaoError, match="would spend"):
        choose(market, budget="100001")
    assert choose(market, budget="100001", fund="private").fund == "private"


def test_a_service_under_agreement_is_not_chosen_directly(market: Market) -> None:
    read_so()
    version = market.item.versions.get()
    version.supply = "agreement"
    with pytest.raises(WrongTerms, match="第十八条第二款"):
        terms.read_direct(TERMS, version, market.owner, MONDAY.date(), files=False)


def test_the_owner_chooses_on_its_page(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    client, owner = signed_in(market.account), market.owner.uuid
    address = reverse("market:choose_directly", args=[owner])
    assert "须先发布公告" in page(client, "choose_directly", owner)
    assert client.post(f"{address}?item={market.item.uuid}", {}).status_code == 400
    assert address not in page(client, "owner_purchases")
    read_so()
    assert address in page(client, "owner_purchases")
    assert str(market.item.uuid) in page(client, "choose_directly", owner)
    text = page(client, "choose_directly", owner, item=str(market.item.uuid))
    chosen = market.parties.agencies[0]
    assert str(chosen.uuid) in text and str(market.parties.agencies[2].uuid) not in text
    sent = {f"v-{one.key}": str(TERMS[one.key]) for one in terms.DIRECT_FIELDS if one.key in TERMS}
    sent |= {
        "v-agency": str(chosen.uuid),
        "v-price": "79000",
        "v-kinship": "no",
        "v-reason": "就近",
        "once": _once(text),
    }
    there = f"{address}?item={market.item.uuid}"
    wrong = client.post(there, {**sent, "v-kinship": "yes"})
    assert wrong.status_code == 400 and "第二十二条第（二）项" in wrong.content.decode()
    assert "79000" in wrong.content.decode() and not Purchase.objects.exists()
    first, second = client.post(there, sent), client.post(there, sent)
    assert first.status_code == 302 and first["Location"] == second["Location"]
    made = Purchase.objects.get()
    assert chosen.name in page(client, "owner_purchase", made.uuid)
    _others_stay_out(market.parties.people["works"], address)
    assert again(made).case.state == "confirmed"


def _once(text: str) -> str:
    return text.split('name="once" value="')[1].split('"')[0]


def _others_stay_out(account: Account, address: str) -> None:
    get: Callable[[str], Any] = signed_in(account).get
    assert get(address).status_code == 404
