"""How the document is read: chosen by the operator from a day on, and what is decided follows it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.systems.intermediary_market.interpretation import queries
from gongbao.systems.intermediary_market.interpretation.actions import choose_reading
from gongbao.systems.intermediary_market.interpretation.models import MarketReading
from gongbao.systems.intermediary_market.purchases import actions, limit
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.ratings import checks
from gongbao.systems.intermediary_market.rules import market_limit, market_unfounded_complaints
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.systems.intermediary_market.buying import ENDS, Market, again, at, buying_market, seen
from tests.systems.intermediary_market.test_purchase_pages import signed_in

pytestmark = pytest.mark.one_database
BEFORE = at("2026-02-20 09:00")
THEN = date(2026, 3, 1)


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def choose(name: str, option: str, since: date = THEN, ground: str = "云澜市政务函〔2026〕3号") -> MarketReading:
    return choose_reading(name, option, since, ground, account=None, actor=KEEPER, at=BEFORE)


def notice(purchase: Purchase) -> str:
    return Client().get(reverse("market:notice", args=[purchase.uuid])).content.decode()


def test_a_selection_that_would_hold_fails_where_three_are_needed(market: Market) -> None:
    assert market.checked(market.opened([0], ["100"])).case.state == "checked"
    choose("fewest_lowest_price", "three")
    strict = market.published()
    assert (strict.terms.first().content.get("fewest"), strict.terms.last().content["fewest"]) == (None, 3)  # type: ignore[union-attr]
    assert "最低机构数" in notice(strict)
    market.register(strict, [0, 1])
    opened = market.open(market.close(strict), Part.REGISTRATION, ENDS + timedelta(hours=9))
    assert market.checked(opened).case.state == "failed"


def test_what_was_published_before_is_decided_as_it_was_read_then(market: Market) -> None:
    choose("fewest_lowest_price", "three", date(2026, 3, 3))
    made = market.published()
    actions.extend(made, "2", "咨询较多", account=market.account, at=at("2026-03-04 09:00"), seen=2)
    made = again(made)
    market.register(made, [0], ["100"])
    ends = made.registration_ends_at
    assert ends is not None
    opened = market.open(market.close(made), Part.REGISTRATION, ends + timedelta(hours=9))
    for one in opened.registrations.all():
        actions.judge(one, True, "符合", account=market.account, at=ends + timedelta(hours=10))
    actions.finish_check(opened, account=market.account, at=ends + timedelta(hours=10), seen=seen(opened))
    assert again(opened).case.state == "checked"


def test_the_limit_is_summed_up_by_owner_once_that_is_chosen(market: Market) -> None:
    spent = [{"item": "QT-01", "budget_year": "2026", "amount": "299999"}]

    def within(on: date, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setattr(limit, "spent", lambda *args, **more: spent)
        return limit.check(market.owner, market.item, 2026, 2, on).values["within_limit"]  # type: ignore[arg-type]

    choose("summed_by", "owner")
    with pytest.MonkeyPatch.context() as patch:
        assert within(date(2026, 2, 28), patch)
        with pytest.raises(GongbaoError, match="procurement limit"):
            within(THEN, patch)


def test_complaints_of_two_calendar_years_are_parted_once_that_is_chosen(market: Market) -> None:
    choose("one_year", "calendar")
    agency = market.parties.agencies[0]
    days = (date(2025, 11, 3), date(2025, 12, 4), date(2026, 1, 5))
    made = [checks.Complaint(f"c{day}", f"no{day}", agency, day) for day in days]

    def found(on: date) -> int:
        readings = queries.readings_on(market_unfounded_complaints, on)
        return len(checks.unfounded(made, (), on=on, readings=readings))

    assert (found(date(2026, 2, 28)), found(THEN)) == (1, 0)


def test_the_last_choice_for_a_day_counts_and_the_earlier_ones_stay(market: Market) -> None:
    choose("summed_by", "owner")
    choose("summed_by", "owner_and_item", date(2026, 4, 1))
    choose("summed_by", "owner_and_item", THEN)
    choose("summed_by", "owner", date(2026, 4, 1))
    for day, option in ((date(2026, 2, 28), None), (THEN, "owner_and_item"), (date(2026, 4, 1), "owner")):
        assert queries.readings_on(market_limit, day).get("summed_by") == option
    assert MarketReading.objects.count() == 4


@pytest.mark.parametrize(("name", "option", "since", "ground", "where"), [
    ("summed_by", "owner", date(2026, 2, 20), "函", "since"),
    ("summed_by", "nobody", THEN, "函", "choice"),
    ("after_abandonment", "next_in_rank", THEN, "函", "choice"),
    ("summed_by", "owner", THEN, " ", "ground"),
])  # fmt: skip
def test_what_cannot_be_chosen_is_refused(
    market: Market, name: str, option: str, since: date, ground: str, where: str
) -> None:
    with pytest.raises(GongbaoError) as refused:
        choose(name, option, since, ground)
    assert refused.value.where == where
    assert not MarketReading.objects.exists()


def test_the_head_of_the_operator_chooses_on_the_page_and_everybody_reads_it(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: BEFORE)
    address = reverse("market:readings")
    given = {"v-choice": "summed_by.owner", "v-since": "2026-03-01", "v-ground": "云澜市财购〔2026〕7号"}
    for name in ("operator-clerk", "finance-clerk", "school", "auditor"):
        assert signed_in(market.parties.people[name]).post(address, given).status_code == 403
    head = signed_in(market.parties.people["operator-head"])
    wrong = head.post(address, {**given, "v-since": "2026-02-20"})
    assert wrong.status_code == 400 and "云澜市财购〔2026〕7号" in wrong.content.decode()
    assert head.post(address, given).status_code == 302
    text = Client().get(address).content.decode()
    assert "云澜市财购〔2026〕7号" in text and "同一业主的全部事项" in text
    # Today it still is what it was.
    assert [one.option for one in queries.chosen_on(BEFORE.date()) if one.reading.name == "summed_by"] == [
        "owner_and_item"
    ]
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("2026-03-02 09:00"))
    assert "（2026-03-01" in Client().get(address).content.decode().replace("(", "（")
