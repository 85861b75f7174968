"""Custodians who do nothing: by when they open, who is reminded and who is told, and where it is seen."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import actions as cases
from gongbao.office.cases.models import Proposal
from gongbao.office.outbox.models import Message
from gongbao.procedures import Refused
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.draw import actions as draws
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.draw.models import Draw
from gongbao.systems.intermediary_market.publication import queries as publication
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing import queries
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.systems.intermediary_market.buying import ENDS, MONDAY, SELECTION, Market, again, at, buying_market, seen
from tests.systems.intermediary_market.custodians import FIRST, SECOND, seal_part

pytestmark = pytest.mark.one_database

DAY = timedelta(days=1)
ALL = {FIRST, SECOND, "government-services clerk", "government-services section_head"}


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def reminded(purchase: Purchase, clock: str) -> list[tuple[str, str]]:
    rows = purchase.case.reminders.filter(clock=clock).order_by("id")
    return [(one.kind, one.due.isoformat()) for one in rows]


def told(words: str) -> set[str]:
    """To whom a message with these words went: an account, or a post in a unit."""
    found = Message.objects.filter(subject_zh__contains=words)
    return {one.account.username if one.account else f"{one.unit.key} {one.role}" for one in found}


def test_registrations_are_opened_within_a_working_day_of_the_deadline(market: Market) -> None:
    purchase = market.published()
    market.register(purchase, [0])
    purchase = market.close(purchase)
    cases.tend_due(ENDS + timedelta(hours=1))  # Tuesday, the last day
    assert reminded(purchase, "names_opening") == [("warning", "2026-03-10")]
    assert told("即将到期：开启报名信息") == {
        FIRST,
        SECOND,
        "government-services clerk",
        "government-services section_head",
    }
    (task,) = queries.tasks_of(market.parties.people[FIRST], ENDS + timedelta(hours=1))
    assert task.due is not None and not task.late

    cases.tend_due(ENDS + DAY)
    cases.tend_due(ENDS + DAY)
    assert reminded(purchase, "names_opening") == [("warning", "2026-03-10"), ("overdue", "2026-03-10")]
    assert told("已逾期：开启报名信息") == {
        FIRST,
        SECOND,
        "government-services clerk",
        "government-services section_head",
    }
    (task,) = queries.tasks_of(market.parties.people[SECOND], ENDS + DAY)
    assert task.late
    # It is late, and told to be: nothing is lost by that.
    opened = market.open(purchase, Part.REGISTRATION, ENDS + DAY)
    assert opened.case.state == "checking" and "names_opening" in opened.case.late
    (stage,) = [one for one in publication.compute_figures(2026, ENDS + DAY).stages if one.key == "names_opening"]
    assert (stage.met, stage.late, stage.waiting) == (0, 1, 0)


@pytest.mark.parametrize(
    ("checked_at", "due"), [(ENDS + timedelta(hours=10), "2026-03-12"), (SELECTION + DAY, "2026-03-13")]
)
def test_offers_are_opened_within_a_working_day_of_selection_and_check(
    market: Market, checked_at: datetime, due: str
) -> None:
    from gongbao.systems.intermediary_market.purchases import actions

    purchase = market.opened([0, 1])
    for one in purchase.registrations.all():
        actions.judge(one, True, "按报名条件核对", account=market.account, at=checked_at)
    actions.finish_check(purchase, account=market.account, at=checked_at, seen=seen(purchase))
    purchase = again(purchase)
    late = at(f"{due} 00:00") + DAY
    cases.tend_due(at(f"{due} 08:00"))
    cases.tend_due(late)
    assert reminded(purchase, "offers_opening") == [("warning", due), ("overdue", due)]
    assert FIRST in told("已逾期：开启报价")
    assert market.open(purchase, Part.OFFER, late).case.state == "selecting"


# --- a draw


SHARES = {Party.OWNER: "0a" * 32, Party.OPERATOR: "0b" * 32}


@pytest.fixture
def drawing(market: Market) -> Purchase:
    """At its draw since the selection, on Wednesday; both have committed."""
    purchase = market.published(way="random_draw")
    commit(market, purchase, MONDAY)
    market.register(purchase, [0, 1])
    purchase = market.open(market.close(purchase), Part.REGISTRATION, ENDS + timedelta(hours=9))
    return market.settle(market.open(market.checked(purchase), Part.OFFER, SELECTION))


def commit(market: Market, purchase: Purchase, when: datetime, shares: dict[Party, str] = SHARES) -> None:
    sealing = queries.sealing_of(purchase.uuid)
    for party, share in shares.items():
        sealed = seal_part(sealing, f'{{"share": "{share}"}}', Part.SHARE)
        made = arithmetic.commitment(str(purchase.uuid), party, share)
        draws.commit(purchase, party, made, sealed, at=when, actor=market.operator().actor)


def reveal(market: Market, purchase: Purchase, when: datetime) -> None:
    for party, share in SHARES.items():
        draws.reveal(purchase, party, share, at=when, actor=market.operator().actor)


def test_shares_of_a_draw_are_opened_within_a_working_day(market: Market, drawing: Purchase) -> None:
    cases.tend_due(SELECTION + DAY)
    cases.tend_due(SELECTION + 2 * DAY)
    assert reminded(drawing, "shares_opening") == [("warning", "2026-03-12"), ("overdue", "2026-03-12")]
    assert told("已逾期：打开随机数") == ALL | {"school"}
    reveal(market, drawing, SELECTION + 2 * DAY)
    drawing = again(drawing)
    assert drawing.case.events.last().step == "open_shares" and "shares_opening" in drawing.case.late
    assert drawing.case.due is None  # the value is waited for, and not the shares


def test_shares_in_time_are_not_late(market: Market, drawing: Purchase) -> None:
    reveal(market, drawing, SELECTION + timedelta(hours=1))
    cases.tend_due(SELECTION + 3 * DAY)
    assert reminded(drawing, "shares_opening") == []


# --- two set a draw aside


def propose(market: Market, drawing: Purchase, when: datetime, name: str = "operator-clerk") -> Proposal:
    given = {"redraw_reason": "公开数值录入有误"}
    acting = market.operator(name)
    return cases.propose(drawing.case.uuid, "redraw", given, acting=acting, at=when, seen=seen(drawing))


def sign(market: Market, proposal: Proposal, when: datetime, name: str = "operator-head") -> None:
    acting = market.operator(name)
    cases.give_opinion(
        proposal.uuid, acting_role="operator_head", unit_key=market.parties.operator.key, verdict=Verdict.SIGNED,
        words="", actor=acting.actor, account=market.parties.people[name], for_account=None, at=when,
    )  # fmt: skip


def test_a_draw_is_set_aside_by_two_also_when_the_value_is_known(market: Market, drawing: Purchase) -> None:
    when = SELECTION + timedelta(hours=3)
    reveal(market, drawing, SELECTION + timedelta(hours=1))
    draws.set_public_value(drawing, "03 07 12", "第2026030期公告", when, at=when, actor=market.operator().actor)
    with pytest.raises(Refused):
        cases.take_step(
            drawing.case.uuid, "redraw", {"redraw_reason": "x"}, acting=market.operator(), at=when, seen=seen(drawing)
        )
    proposal = propose(market, drawing, when)
    assert Draw.objects.get(purchase=drawing).set_aside_at is None
    sign(market, proposal, when + DAY)
    first, second = Draw.objects.filter(purchase=drawing).order_by("number")
    assert (first.set_aside_at, first.set_aside_reason) == (when + DAY, "公开数值录入有误")
    assert second.root and second.root != first.root and second.set_aside_at is None
    # Its shares are to be opened within a working day again: Friday.
    cases.tend_due(SELECTION + 5 * DAY)
    assert ("overdue", "2026-03-13") in reminded(drawing, "shares_opening")


def test_whoever_proposed_it_does_not_sign(market: Market, drawing: Purchase) -> None:
    from gongbao.office.people.actions import give_post

    both = market.parties.people["operator-clerk"]
    give_post(both, market.parties.operator.key, "section_head", since=MONDAY.date(), at=MONDAY)
    proposal = propose(market, drawing, SELECTION)
    with pytest.raises(GongbaoError, match="you have acted on this already"):
        sign(market, proposal, SELECTION, "operator-clerk")
    assert Draw.objects.get(purchase=drawing).set_aside_at is None


def test_the_page_of_a_draw_leads_to_the_proposal(market: Market, drawing: Purchase) -> None:
    client = Client()
    client.force_login(market.parties.people["operator-clerk"])
    page = client.get(f"/market/purchases/{drawing.uuid}/draw/").content.decode()
    assert f"/cases/{drawing.case.uuid}/steps/redraw/" in page
    for name in ("school", "agency-1"):
        client.force_login(market.parties.people[name])
        assert "steps/redraw" not in client.get(f"/market/purchases/{drawing.uuid}/draw/").content.decode()
