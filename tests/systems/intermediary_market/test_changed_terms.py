"""Who may be admitted, and who hears that a notice changed: 第十三条、第十四条、第二十一条.

Nobody knows before the opening who registered. So each agency that can be admitted is told; the page where a receipt is
looked up tells whoever holds one; and the notice shows what differs.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.outbox.models import Message
from gongbao.systems.intermediary_market.organisations.actions import leave_item
from gongbao.systems.intermediary_market.purchases import actions, queries
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.sealing import actions as sealing
from gongbao.systems.intermediary_market.sealing import queries as sealed_queries
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.views import _standing
from tests.systems.intermediary_market.buying import (
    ENDS,
    MONDAY,
    TERMS,
    Market,
    again,
    at,
    buying_market,
    seen,
    stand_under,
)
from tests.systems.intermediary_market.custodians import sealed, stands_at
from tests.systems.intermediary_market.test_purchase_pages import on, page, signed_in

pytestmark = pytest.mark.one_database

OPENING = ENDS + timedelta(hours=9)
CHANGED, PUBLISHED_AGAIN = at("2026-03-05 10:00"), at("2026-03-06 10:00")


@pytest.fixture
def market(db: None) -> Market:
    """The first three agencies stand under the service."""
    return buying_market(under=3)


def of(market: Market, number: int) -> Registration:
    return Registration.objects.get(organisation=market.parties.agencies[number])


def told(market: Market, number: int) -> list[str]:
    """What was told to an agency, the last first."""
    account = market.parties.account_of(market.parties.agencies[number])
    return list(Message.objects.filter(account=account).order_by("-pk").values_list("text_en", flat=True))


def change(market: Market, made: Purchase, **changed: str) -> Purchase:
    """The owner changes the terms, and they are published again a day later."""
    given = {**TERMS, **changed}
    actions.change_terms(made, given, "漏写条件", account=market.account, at=CHANGED, seen=seen(made))
    return market.publish(made, PUBLISHED_AGAIN)


# --- who can be admitted


def test_who_was_not_under_the_service_when_registration_ended_is_marked_and_cannot_be_admitted(market: Market) -> None:
    made = market.opened([0, 3])
    assert (of(market, 0).standing, of(market, 0).admitted) == (True, None)
    left_out = of(market, 3)
    assert (left_out.standing, left_out.admitted, left_out.excluded) == (False, False, [])
    assert "第十四条" in left_out.reason
    for admitted in (True, False):
        with pytest.raises(GongbaoError, match=r"was not under the service.*第十三条、第十四条"):
            actions.judge(left_out, admitted, "仍予准入", account=market.account, at=OPENING)
    actions.judge(of(market, 0), True, "符合", account=market.account, at=OPENING)
    actions.finish_check(made, account=market.account, at=OPENING, seen=seen(made))  # nothing of it is left to judge
    assert again(made).case.state == "checked" and of(market, 3).admitted is False


def test_nobody_is_left_where_none_of_them_was_under_the_service(market: Market) -> None:
    made = market.opened([3, 4])
    actions.finish_check(made, account=market.account, at=OPENING, seen=seen(made))
    assert again(made).case.state == "failed"


@pytest.mark.parametrize(("entered", "left", "standing"), [
    ("2026-03-09 23:59", "", True),
    ("2026-03-10 00:00", "", False),
    ("2026-03-03 09:00", "2026-03-09 23:59", False),
    ("2026-03-03 09:00", "2026-03-10 00:00", True),
])  # fmt: skip
def test_it_is_the_moment_registration_ends_that_counts(
    market: Market, entered: str, left: str, standing: bool
) -> None:
    made = market.published()
    market.register(made, [3])
    listing = stand_under(market.parties.agencies[3], market.item, at(entered))
    if left:
        leave_item(listing, actor=KEEPER, at=at(left))
    market.open(market.close(made), Part.REGISTRATION, OPENING)
    assert of(market, 3).standing is standing


def test_the_offer_of_who_cannot_be_admitted_stays_sealed(market: Market) -> None:
    made = market.selecting([0, 3], ["300", "100"])
    assert of(market, 0).offer is not None and of(market, 3).offer is None
    made = market.settle(made)
    assert made.selected is not None and made.selected.organisation == market.parties.agencies[0]


def test_an_owner_negotiates_with_an_agency_under_the_service_alone(market: Market) -> None:
    made = market.opened([3])
    actions.finish_check(made, account=market.account, at=OPENING, seen=seen(made))
    with pytest.raises(GongbaoError, match="does not stand under the service"):
        actions.negotiate(
            again(made), market.parties.agencies[3], "5000", "no", "议定", account=market.account, at=OPENING
        )


def test_pages_say_who_can_be_admitted(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    made = market.published()
    on(monkeypatch, "2026-03-03 10:00")
    assert "第十四条" in page(Client(), "notice", made.uuid)
    enter = reverse("market:enter_service", args=[market.parties.agencies[3].uuid, market.item.uuid])
    assert enter in page(signed_in(market.parties.people["agency-4"]), "seal", made.uuid)
    assert "/enter/" not in page(signed_in(market.parties.people["agency-1"]), "seal", made.uuid)
    text = page(Client(), "seal", made.uuid)
    assert market.parties.agencies[0].uscc in text and market.parties.agencies[3].uscc not in text
    market.register(made, [0, 3])
    made = market.open(market.close(made), Part.REGISTRATION, OPENING)
    on(monkeypatch, "2026-03-10 10:00")
    client = signed_in(market.account)
    text = page(client, "owner_purchase", made.uuid)
    judged = [reverse("market:judge", args=[made.uuid, of(market, number).uuid]) for number in (0, 3)]
    assert judged[0] in text and judged[1] not in text
    answer = client.post(judged[1], {"verdict": "admit", "reason": "仍予准入"})
    assert answer.status_code == 400 and "第十三条、第十四条" in answer.content.decode()


# --- who is told


def test_whoever_can_be_admitted_hears_that_the_terms_change(market: Market) -> None:
    made = market.published()
    market.register(made, [0, 1])
    change(market, made, requirements="须有两名鉴定工程师")
    for number in (0, 1, 2):
        assert "begin anew" in told(market, number)[0] and "registration waits" in told(market, number)[1]
    assert told(market, 3) == []
    link = Message.objects.filter(text_en=told(market, 0)[0]).values_list("link", flat=True)[0]
    assert link == reverse("market:notice", args=[made.uuid]) + "#changes"


def test_an_extension_is_told_too_and_says_that_registrations_stand(market: Market) -> None:
    made = market.published()
    actions.extend(made, "1", "咨询较多", account=market.account, at=CHANGED, seen=seen(made))
    assert "registrations made before stand" in told(market, 0)[0] and told(market, 3) == []


def test_a_withdrawal_is_told_once_there_was_a_notice(market: Market) -> None:
    market.owner_step(market.submit(), "withdraw_purchase", MONDAY, reason="停办")
    assert told(market, 0) == []
    market.owner_step(market.published(project_name="另一项"), "withdraw_purchase", CHANGED, reason="停办")
    assert "no registration is opened" in told(market, 0)[0]


# --- what differs


def test_the_notice_shows_what_differs_and_whether_a_registration_stands(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = market.published()
    assert queries.changes(made) == []
    actions.extend(made, "1", "咨询较多", account=market.account, at=at("2026-03-04 10:00"), seen=seen(made))
    made = change(market, again(made), requirements="须有两名鉴定工程师", budget="70000", draw_source="另一数值")
    last, first = queries.changes(made)
    assert (last.anew, last.at, first.anew) == (True, PUBLISHED_AGAIN, False)
    said = {one.label.en: (one.before and one.before.en, one.after and one.after.en) for one in last.differences}
    assert said["Budget (yuan)"] == ("80,000.00", "70,000.00")
    assert said["Other conditions to register"] == (None, "须有两名鉴定工程师")
    assert said["End of the registration"] == ("2026-03-10 24:00", "2026-03-13 24:00")
    assert {one.label.en for one in first.differences} == {"End of the registration", "Time of the selection"}
    on(monkeypatch, "2026-03-06 11:00")
    text = page(Client(), "notice", made.uuid)
    assert 'id="changes"' in text and "须有两名鉴定工程师" in text and "漏写条件" in text


def standing(made: Purchase) -> dict[str, Any]:
    return _standing(sealed_queries.sealing_of(made.uuid))


def test_the_page_of_receipts_knows_since_which_terms_a_registration_stands(market: Market) -> None:
    made = market.published()
    first = standing(made)
    assert (datetime.fromisoformat(first["since"]), first["now"]) == (MONDAY, "")
    actions.extend(made, "1", "咨询较多", account=market.account, at=at("2026-03-04 10:00"), seen=seen(made))
    assert standing(again(made))["valid_from"] == first["valid_from"]
    actions.change_terms(
        made, {**TERMS, "budget": "70000"}, "核减", account=market.account, at=CHANGED, seen=seen(made)
    )
    assert standing(again(made))["now"] == "changing"
    made = market.publish(again(made), PUBLISHED_AGAIN)
    assert standing(made)["valid_from"] > first["valid_from"] and standing(made)["now"] == ""
    made = market.owner_step(made, "withdraw_purchase", at("2026-03-09 10:00"), reason="停办")
    assert standing(made)["now"] == "over"


def test_an_envelope_is_taken_back_while_the_terms_are_changed_too(market: Market) -> None:
    """第二十一条: whoever registered for other conditions need not wait for the changed ones to go."""
    made = market.published()
    mine = sealed(made, market.parties.agencies[0])
    sealing.hand_in(made.uuid, mine.given, at=at("2026-03-03 10:00"))
    actions.change_terms(
        made, {**TERMS, "budget": "70000"}, "核减", account=market.account, at=CHANGED, seen=seen(made)
    )
    with pytest.raises(GongbaoError, match="not open"):
        sealing.hand_in(made.uuid, mine.given, at=CHANGED)
    assert sealing.take_back(made.uuid, mine.digest, mine.secret, at=CHANGED)["format"].startswith("gongbao-envelope-w")
    with pytest.raises(GongbaoError, match="no envelope of this receipt"):
        sealing.take_back(made.uuid, mine.digest, mine.secret, at=CHANGED)


@pytest.mark.parametrize(("state", "when", "gives"), [
    ("interrupted", ENDS - timedelta(hours=1), True),
    ("interrupted", ENDS, False),
    ("open", ENDS, False),
    ("checking", MONDAY, False),
])  # fmt: skip
def test_nothing_is_taken_back_after_the_deadline(market: Market, state: str, when: Any, gives: bool) -> None:
    made = market.published()
    stands_at(made, state)
    assert sealed_queries.gives_back(sealed_queries.sealing_of(made.uuid), when) is gives
