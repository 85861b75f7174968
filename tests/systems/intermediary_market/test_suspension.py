"""An award is suspended for a complaint about it that was accepted, or for an order with its number."""

from typing import Any

import pytest

from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actors import Acting, as_party
from gongbao.office.cases.models import Case
from gongbao.office.outbox.models import Message
from gongbao.procedures import Refused
from gongbao.systems.intermediary_market.complaints import actions as complaining
from gongbao.systems.intermediary_market.complaints import procedure as complaints
from gongbao.systems.intermediary_market.complaints import sources
from gongbao.systems.intermediary_market.purchases.models import Purchase
from tests.systems.intermediary_market.buying import Market, at, buying_market

pytestmark = pytest.mark.one_database
SUSPENDED, LATER = at("2026-03-12 10:00"), at("2026-03-16 10:00")


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def complain(made: Purchase) -> Case:
    about = sources.find("purchase", made.uuid, [], None)
    assert about is not None
    given = {
        "subject": "selection", "against_kind": "agency", "against": "某机构", "facts": "资质不符",
        "complainant_name": "甘棠",
    }  # fmt: skip
    return complaining.complain(about.source, given, acting=as_party(complaints.complainant), at=SUSPENDED).case


def step(market: Market, complaint: Case, key: str, when: Any, role: str = "clerk") -> None:
    account = market.parties.people["operator-clerk"]
    actor = Actor(ActorKind.ACCOUNT, str(account.public_id), "clerk", complaint.unit.key)
    acting = Acting(complaints.complaint.roles[role], actor, account, unit_key=complaint.unit.key)
    complaint.refresh_from_db()
    cases.take_step(complaint.uuid, key, {}, acting=acting, at=when, seen=complaint.events_count)


def suspend(market: Market, made: Purchase, number: str) -> Purchase:
    given = {"suspended_for": "complaint", "complaint": number, "suspension_reason": "待查"}
    return market.desk(made, "suspend_award", SUSPENDED, **given)


def test_a_complaint_stops_an_award_once_it_was_accepted_and_until_it_is_over(market: Market) -> None:
    made = market.announced()
    complaint = complain(made)
    with pytest.raises(Refused, match="not accepted yet"):
        suspend(market, made, complaint.receipt)
    step(market, complaint, "accept", SUSPENDED)
    assert Message.objects.filter(text_en__startswith="A complaint about this award was accepted").exists()
    made = suspend(market, made, complaint.receipt)
    assert made.case.state == "suspended"
    with pytest.raises(Refused, match="not decided yet"):
        market.desk(made, "resume_award", LATER, resumed_because="不再审查")


@pytest.mark.parametrize("number", ["K7", ""])
def test_a_number_of_no_complaint_about_it_stops_nothing(market: Market, number: str) -> None:
    made = market.announced()
    with pytest.raises(Refused, match=r"no complaint about this purchase|needed for this ground"):
        suspend(market, made, number)
    assert made.case.state == "announced"


def test_a_complaint_about_another_purchase_stops_nothing(market: Market) -> None:
    made = market.announced()
    complaint = complain(market.published(project_name="另一项"))
    step(market, complaint, "accept", SUSPENDED)
    with pytest.raises(Refused, match="no complaint about this purchase"):
        suspend(market, made, complaint.receipt)


@pytest.mark.parametrize("lacking", ["ordered_by", "order_number"])
def test_an_order_is_named_with_its_number(market: Market, lacking: str) -> None:
    given = {"suspended_for": "supervision", "ordered_by": "财政局", "order_number": "1号", "suspension_reason": "待查"}
    given.pop(lacking)
    with pytest.raises(Refused, match=f"{lacking}: needed"):
        market.desk(market.announced(), "suspend_award", SUSPENDED, **given)
