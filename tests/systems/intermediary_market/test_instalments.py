"""Contracts in instalments: what is agreed, delivered, accepted, invoiced, paid, confirmed and disputed of each."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import actions as cases
from gongbao.office.cases.models import CaseEvent
from gongbao.office.outbox.models import Message
from gongbao.procedures import Refused
from gongbao.systems.intermediary_market.contracts import instalments, queries
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.instalments import ADVANCE, DELIVERY, RETENTION, Part
from gongbao.systems.intermediary_market.ratings import actions as ratings
from gongbao.systems.intermediary_market.ratings import queries as rated
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import SIGNED, Play, play, set_limit, situation
from tests.systems.intermediary_market.parties import Parties, open_market
from tests.systems.intermediary_market.test_ratings import FULL

pytestmark = pytest.mark.one_database

SCHEDULE = "预付款|30%|advance|\n初稿|40%|delivery|2026-03-31\n终稿|20%|delivery|2026-04-10\n质保金|10%|retention|"
PAID_BY, OVERDUE = at("2026-04-13 23:59"), at("2026-04-14 00:00")
"""Of an advance that is invoiced on the day of the signing: thirty days later is Saturday, 2026-04-11."""


@pytest.fixture
def parties(db: None) -> Parties:
    return open_market()


@pytest.fixture
def played(parties: Parties) -> Play:
    set_limit()
    return play(parties).signed(schedule=SCHEDULE).filed()


def paid(now: Any) -> Decimal:
    """What was paid as the owner says and the agency does not dispute."""
    return sum((one.paid for one in market.parts_of(now)), Decimal("0.00"))


def parts(one: Play) -> dict[int, Part]:
    return {part.number: part for part in market.parts_of(situation(one))}


def invoice(one: Play, part: int, number: str, sum_: str, when: Any = SIGNED, **more: Any) -> None:
    one.take(
        "agency", "contract_invoice", when, "invoice_files", part=part, invoiced_on=when.date(), invoice_number=number,
        invoiced=sum_, pay_by=when.date() + timedelta(days=30), **more,
    )  # fmt: skip


def pay(one: Play, number: str, sum_: str, when: Any = SIGNED, **more: Any) -> CaseEvent:
    given = {"invoice_number": number, "payment": sum_, "paid_on": when.date()} | more
    return one.take("owner", "contract_pay", when, **given)


def deliver(one: Play, part: int, when: Any = SIGNED) -> None:
    one.take("agency", "contract_deliver", when, part=part, delivery="报告")


# --- what is agreed


def test_shares_become_sums_and_each_delivery_has_its_own_day(played: Play) -> None:
    found = parts(played)
    assert [one.amount for one in found.values()] == [
        Decimal("24000.00"), Decimal("32000.00"), Decimal("16000.00"), Decimal("8000.00"),
    ]  # fmt: skip
    assert [one.condition for one in found.values()] == [ADVANCE, DELIVERY, DELIVERY, RETENTION]
    now = situation(played)
    assert {run.of: str(run.due) for run in now.open_runs if run.clock == market.delivery} == {
        "2": "2026-03-31", "3": "2026-04-10",
    }  # fmt: skip
    assert now.run(market.delivery, 3).label.zh == "按约定完成服务（期次3）"


def test_without_a_schedule_there_is_one_instalment(parties: Parties) -> None:
    set_limit()
    (one,) = parts(play(parties).signed()).values()
    assert (one.amount, one.condition, str(one.deliver_by)) == (Decimal("80000.00"), DELIVERY, "2026-04-10")


def test_shares_that_are_whole_leave_nothing_to_rounding() -> None:
    found, problems = instalments.planned(
        "甲|33.33%|delivery|\n乙|33.33%|delivery|\n丙|33.34%|delivery|", Decimal("100.01"), SIGNED.date(), SIGNED.date()
    )
    assert not problems and sum(one.amount for one in found) == Decimal("100.01")


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("预付款|30%|advance|\n成果|60%|delivery|", "come to 72,000.00 yuan, and the contract to 80,000.00"),
        ("预付款|30000|advance|\n成果|50000.01|delivery|", "come to 80,000.01 yuan"),
        ("预付款|100%|advance|", "at least one waits for a delivery"),
        ("|100%|delivery|", "instalment 1: name it"),
        ("成果|十万|delivery|", "a sum in yuan, or a share"),
        ("成果|0|delivery|", "more than nothing"),
        ("成果|100%|gift|", "choose what the payment waits for"),
        ("成果|100%|delivery|2026-13-01", "the day should be like"),
        ("成果|100%|delivery|2026-04-11", "from 2026-03-12 to 2026-04-10"),
        ("\n".join(["成果|1|delivery|"] * 13), "up to 12"),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused_and_nothing_is_signed(
    parties: Parties, schedule: str, words: str
) -> None:
    set_limit()
    one = play(parties)
    with pytest.raises(Refused, match=words) as refused:
        one.signed(schedule=schedule)
    assert {problem.field for problem in refused.value.problems} == {"schedule"}
    assert situation(one).state == market.awarded


def test_an_amendment_changes_what_has_not_begun(played: Play) -> None:
    deliver(played, 2)
    amended = {"amended_on": SIGNED.date(), "amount": "90000.00", "deliver_by": "2026-05-11", "change": "增加断面"}
    kept = "预付款|24000|advance|\n初稿|32000|delivery|2026-03-31\n"
    for begun in ("|", "另稿|32000|delivery|2026-03-31", "初稿|42000|delivery|2026-03-31"):  # given up, renamed, raised
        last = "24000" if "42000" in begun else "34000" if "|32000" in begun else "66000"
        wrong = f"预付款|24000|advance|\n{begun}\n终稿|{last}|delivery|"
        with pytest.raises(Refused, match="instalment 2 has begun"):
            played.take("owner", "contract_amend", SIGNED, "amendment_files", **amended | {"schedule": wrong})
    with pytest.raises(Refused, match="as they are from now on"):
        played.take("owner", "contract_amend", SIGNED, "amendment_files", **amended)
    schedule = kept + "终稿|30000|delivery|2026-05-11\n|\n补充报告|4000|delivery|2026-05-11"
    played.take("owner", "contract_amend", SIGNED, "amendment_files", **amended | {"schedule": schedule})
    found = parts(played)
    assert list(found) == [1, 2, 3, 5] and sum(one.amount for one in found.values()) == Decimal("90000.00")
    now = situation(played)
    assert {run.of: str(run.due) for run in now.open_runs if run.clock == market.delivery} == {
        "3": "2026-05-11", "5": "2026-05-11",
    }  # fmt: skip
    assert len(now.taken("contract_drop_part")) == 1
    # What was not changed was not agreed on anew.
    assert [one.values["part"] for one in now.taken("contract_agree_delivery")] == [2, 3, 3, 5]


def test_what_follows_by_itself_is_no_step_to_take(played: Play) -> None:
    for step in ("contract_agree_sum", "contract_drop_part", "contract_settle", "contract_unsettle"):
        with pytest.raises(GongbaoError, match="follows from another"):
            played.take("owner", step, SIGNED, part=2)


# --- all the way


def test_all_the_way_in_instalments(played: Play) -> None:
    invoice(played, 1, "A1", "20000.00")
    invoice(played, 1, "A2", "4000.00")
    pay(played, "A1", "20000.00")
    deliver(played, 2)
    deliver(played, 3)
    played.take("owner", "contract_accept", SIGNED, part=3)
    now = situation(played)
    assert now.state == market.performing and now.events[-1].step == "contract_accept_part"
    with pytest.raises(Refused, match="what the instalment waits for"):
        invoice(played, 2, "B", "32000.00")
    with pytest.raises(Refused, match="what the instalment waits for"):
        invoice(played, 4, "D", "8000.00")  # retention: everything has to be accepted
    played.take("owner", "contract_accept", SIGNED)  # one is left: which one need not be said
    assert situation(played).state == market.accepted
    for part, number, sum_ in ((2, "B", "32000.00"), (3, "C", "16000.00"), (4, "D", "8000.00")):
        invoice(played, part, number, sum_)
    pay(played, "B", "2000.00")
    pay(played, "B", "30000.00")
    for number, sum_ in (("C", "16000.00"), ("D", "8000.00")):
        pay(played, number, sum_)
    assert situation(played).state == market.accepted
    pay(played, "A2", "4000.00")
    now = situation(played)
    assert now.state == market.paid and paid(now) == Decimal("80000.00")
    assert [one.step for one in now.events][-2:] == ["contract_pay_rest", "contract_settle"]
    told = Message.objects.filter(unit__isnull=False, about=played.contract.case.subject)
    assert [message.subject_zh.rsplit("：", 1)[1] for message in told] == ["全部结清"]  # the rest is between the two
    assert not [run for run in now.open_runs if run.clock == market.payment]


def test_a_contract_that_was_paid_in_advance_is_settled_with_the_last_acceptance(parties: Parties) -> None:
    set_limit()
    schedule = "预付款|79999|advance|\n成果|1|delivery|"
    one = play(parties).signed(schedule=schedule).filed()
    invoice(one, 1, "A", "79999.00")
    pay(one, "A", "79999.00")
    deliver(one, 2)
    one.take("owner", "contract_accept", SIGNED)
    invoice(one, 2, "B", "0.50", last="yes")  # settled for less
    pay(one, "B", "0.50")
    assert situation(one).state == market.paid and paid(situation(one)) == Decimal("79999.50")


@pytest.mark.parametrize(
    ("part", "sum_", "words"),
    [
        (1, "24000.01", "no more than the instalment"),
        (2, "1.00", "what the instalment waits for"),
        (9, "1.00", "what the instalment waits for"),
        (1, "0", "more than nothing"),
    ],
)
def test_no_more_is_invoiced_than_was_agreed(played: Play, part: int, sum_: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        invoice(played, part, "A", sum_)
    invoice(played, 1, "A", "24000.00")
    with pytest.raises(Refused, match="what the instalment waits for"):
        invoice(played, 1, "B", "0.01")


def test_a_number_of_an_invoice_is_used_once(played: Play) -> None:
    invoice(played, 1, "A", "10000.00")
    with pytest.raises(Refused, match="is not in use"):
        invoice(played, 1, "A", "10000.00")
    with pytest.raises(Refused, match="made and not returned"):
        pay(played, "B", "10000.00")
    with pytest.raises(Refused, match="less than what is owed"):
        pay(played, "A", "10000.01")


def test_what_is_not_delivered_is_not_accepted(played: Play) -> None:
    for step, more in (("contract_accept", {}), ("contract_refuse", {"reason": "x", "deliver_by": "2026-04-01"})):
        with pytest.raises(Refused, match="is delivered and waits"):
            played.take("owner", step, SIGNED, part=2, **more)
    with pytest.raises(Refused, match="is to be delivered"):
        deliver(played, 1)  # an advance
    deliver(played, 2)
    with pytest.raises(Refused, match="is to be delivered"):
        deliver(played, 2)
    played.take("owner", "contract_refuse", SIGNED, part=2, reason="缺少附图", deliver_by="2026-04-08")
    now = situation(played)
    assert str(now.run(market.delivery, 2).due) == "2026-04-08" and str(now.run(market.delivery, 3).due) == "2026-04-10"
    assert parts(played)[2].label.en == "to be delivered"


def test_a_contract_is_not_ended_while_something_is_owed(played: Play) -> None:
    given = {"ground": "other", "reason": "项目取消"}
    invoice(played, 1, "A", "24000.00")
    with pytest.raises(Refused, match="what was invoiced is paid"):
        played.take("owner", "contract_end", SIGNED, **given)
    pay(played, "A", "24000.00")
    deliver(played, 2)
    with pytest.raises(Refused, match="what was delivered is accepted"):
        played.take("agency", "contract_end", SIGNED, **given)
    played.take("owner", "contract_refuse", SIGNED, part=2, reason="x", deliver_by="2026-04-08")
    played.take("agency", "contract_end", SIGNED, **given)
    assert situation(played).state == market.ended


def test_after_an_acceptance_the_owner_ends_it_for_a_conflict_and_rates_it(played: Play) -> None:
    """What was accepted is paid first; before, the operator annuls the award (第二十二条)."""
    deliver(played, 2)
    played.take("owner", "contract_accept", SIGNED, part=2)
    rescind = next(one for one in situation(played).steps(SIGNED, [market.clerk]) if one.step == market.rescind)
    assert ["the owner ends the contract" in one.label.en for one in rescind.obstacles] == [True]
    given = {"ground": "conflict", "reason": "经核实存在应当回避的情形"}
    with pytest.raises(Refused, match="what was accepted is invoiced"):
        played.take("owner", "contract_end", SIGNED, **given)
    invoice(played, 2, "A", str(parts(played)[2].amount))
    pay(played, "A", str(parts(played)[2].amount))
    owner = played.account("owner")
    with pytest.raises(GongbaoError, match="after it was accepted"):
        ratings.rate(played.contract.uuid, FULL, account=owner, at=SIGNED)  # it goes on, and is rated at its end
    played.take("owner", "contract_end", SIGNED, **given)
    assert situation(played).state == market.ended and situation(played).values["ground"] == "conflict"
    assert list(rated.rated_contracts([played.contract.purchase.owner])) == [played.contract]
    assert rated.is_to_be_rated(played.contract)
    ratings.rate(played.contract.uuid, FULL, account=owner, at=SIGNED)
    assert not rated.is_to_be_rated(played.contract)


def test_what_ended_before_anything_was_accepted_is_not_rated(played: Play) -> None:
    played.take("owner", "contract_end", SIGNED, ground="other", reason="项目取消")
    assert not rated.was_served(played.contract)
    assert not rated.rated_contracts([played.contract.purchase.owner]).exists()


# --- overdue, confirmed, disputed


def test_each_invoice_is_overdue_by_itself(played: Play) -> None:
    invoice(played, 1, "A", "20000.00")
    invoice(played, 1, "B", "4000.00", SIGNED + timedelta(days=10))
    pay(played, "A", "5000.00")
    assert market.overdue_invoices(situation(played), PAID_BY) == []
    (only,) = market.overdue_invoices(situation(played), OVERDUE)
    assert (only[0].number, only[0].owed, only[1]) == ("A", Decimal("15000.00"), date(2026, 4, 13))
    assert market.overdue_payment(situation(played), at("2026-04-30 10:00")) == Decimal("19000.00")
    # An invoice that is not over is returned; the other is not.
    with pytest.raises(Refused, match="is over"):
        played.take("owner", "contract_return_invoice", OVERDUE, invoice_number="A", reason="x")
    played.take("owner", "contract_return_invoice", OVERDUE, invoice_number="B", reason="税号有误")
    assert [one.number for one in instalments.invoices_of(parts(played).values())] == ["A"]
    invoice(played, 1, "B", "4000.00", OVERDUE)


def test_only_the_agency_confirms_and_a_disputed_payment_does_not_count(played: Play) -> None:
    invoice(played, 1, "A", "24000.00")
    pay(played, "A", "4000.00")
    pay(played, "A", "20000.00", SIGNED + timedelta(days=5))
    now = situation(played)
    assert now.run(market.payment, "A").ended_on is not None
    assert {run.of for run in now.open_runs if run.clock == market.confirmation} == {"1", "2"}
    for step, more in (("contract_confirm", {}), ("contract_dispute", {"reason": "未到账"})):
        with pytest.raises(Refused, match="it is for"):
            played.take("owner", step, SIGNED, payment_number=1, **more)
    played.take("agency", "contract_confirm", SIGNED, payment_number=1)
    with pytest.raises(Refused, match="waits for an answer"):
        played.take("agency", "contract_dispute", SIGNED, payment_number=1, reason="x")
    with pytest.raises(Refused, match="needed"):
        played.take("agency", "contract_dispute", SIGNED, payment_number=2, reason="")
    played.take("agency", "contract_dispute", SIGNED + timedelta(days=6), payment_number=2, reason="未到账")
    found = parts(played)[1]
    assert (found.paid, found.confirmed, found.owed) == (Decimal("4000.00"), Decimal("4000.00"), Decimal("20000.00"))
    # The day to pay counts again as it stood, and no silence ends it.
    assert [str(due) for _one, due in market.overdue_invoices(situation(played), OVERDUE)] == ["2026-04-13"]
    pay(played, "A", "20000.00", OVERDUE, paid_on="2026-04-10")
    assert market.overdue_payment(situation(played), OVERDUE) is None
    assert not situation(played).run(market.payment, "A").late


def test_a_dispute_takes_back_that_all_is_settled(parties: Parties) -> None:
    set_limit()
    one = play(parties).signed().filed().accepted().invoiced()
    when = at("2026-04-01 10:00")
    pay(one, "00001", "80000.00", when)
    assert situation(one).state == market.paid
    # Silence confirms nothing: after the ten working days it is overdue, and stays recorded.
    late = at("2026-04-30 10:00")
    assert [run.clock for run in situation(one).overdue(late)] == [market.confirmation]
    assert instalments.payments_of(market.parts_of(situation(one)))[0].standing == instalments.RECORDED
    one.take("agency", "contract_dispute", late, reason="只到账一半")
    now = situation(one)
    assert now.state == market.accepted and market.overdue_payment(now, late) == Decimal("80000.00")
    assert [event.step for event in now.events][-2:] == ["contract_dispute_reopens", "contract_unsettle"]
    pay(one, "00001", "80000.00", late)
    assert situation(one).state == market.paid


def test_the_other_party_is_asked_to_answer(played: Play) -> None:
    invoice(played, 1, "A", "24000.00")
    pay(played, "A", "24000.00")
    told = Message.objects.filter(about=played.contract.case.subject, account=played.account("agency"))
    assert any("10个工作日内确认收款或者提出异议" in one.text_zh for one in told)
    deliver(played, 2)
    told = Message.objects.filter(about=played.contract.case.subject, account=played.account("owner"))
    assert any("10个工作日内验收" in one.text_zh for one in told)


# --- reminders


def reminders(one: Play, now: str) -> dict[str, list[str]]:
    """What the worker tells the two parties at that moment, by the role."""
    before = set(Message.objects.values_list("pk", flat=True))
    cases.tend_due(at(now))
    told: dict[str, list[str]] = {"owner": [], "agency": []}
    for message in Message.objects.filter(about=one.contract.case.subject).exclude(pk__in=before).order_by("pk"):
        for role, found in told.items():
            if message.account == one.account(role):
                found.append(message.text_zh.split("：", 1)[1].split("（", 1)[0])
    return told


def test_parties_are_reminded_to_sign_once_before_and_once_after(parties: Parties) -> None:
    set_limit()
    one = play(parties)  # to be signed by Tuesday, 2026-03-17
    assert reminders(one, "2026-03-15 23:00") == {"owner": [], "agency": []}
    soon, over = ["即将到期：签订合同"], ["已逾期：签订合同"]
    assert reminders(one, "2026-03-16 08:00") == {"owner": soon, "agency": soon}
    assert reminders(one, "2026-03-17 23:59") == {"owner": [], "agency": []}
    assert reminders(one, "2026-03-18 00:00") == {"owner": over, "agency": over}
    assert reminders(one, "2026-03-19 08:00") == {"owner": [], "agency": []}


def test_parties_are_reminded_to_file_deliver_accept_and_pay(parties: Parties) -> None:
    set_limit()
    one = play(parties).signed(schedule=SCHEDULE)  # to be filed by 03-17; to be delivered by 03-31 and 04-10
    assert reminders(one, "2026-03-16 08:00") == {"owner": [], "agency": ["即将到期：合同备案并公示"]}
    assert reminders(one, "2026-03-18 00:00") == {"owner": [], "agency": ["已逾期：合同备案并公示"]}
    one.filed(at("2026-03-18 10:00"))
    assert reminders(one, "2026-03-30 08:00") == {"owner": [], "agency": ["即将到期：按约定完成服务"]}
    deliver(one, 2, at("2026-03-30 09:00"))
    invoice(one, 1, "A", "24000.00", at("2026-03-30 09:00"))  # to be paid by Wednesday, 2026-04-29
    assert reminders(one, "2026-04-01 08:00") == {"owner": [], "agency": []}  # delivered in time
    # Each in its own time: the other delivery, then the acceptance (ten working days, 清明 off), then the payment.
    assert reminders(one, "2026-04-09 08:00") == {"owner": [], "agency": ["即将到期：按约定完成服务"]}
    deliver(one, 3, at("2026-04-10 09:00"))
    one.take("owner", "contract_accept", at("2026-04-10 10:00"), part=3)
    last = situation(one).run(market.acceptance, 2).due
    assert reminders(one, f"{last} 08:00") == {"owner": ["即将到期：验收"], "agency": []}
    assert reminders(one, f"{last + timedelta(days=1)} 00:00") == {"owner": ["已逾期：验收"], "agency": []}
    assert reminders(one, "2026-04-28 08:00") == {"owner": ["即将到期：付款"], "agency": []}
    assert reminders(one, "2026-04-30 00:00") == {"owner": ["已逾期：付款"], "agency": ["已逾期：付款"]}
    assert reminders(one, "2026-05-12 00:00") == {"owner": [], "agency": []}


# --- what everybody sees


def test_of_public_funds_everybody_sees_instalments_and_confirmed_payments(played: Play) -> None:
    invoice(played, 1, "A", "24000.00")
    pay(played, "A", "4000.00")
    pay(played, "A", "20000.00")
    played.take("agency", "contract_confirm", SIGNED, payment_number=1)
    shown = queries.public_page(played.contract.uuid)
    assert shown is not None and [one.number for one in shown.parts] == [1, 2, 3, 4]
    assert [(one.number, one.amount) for one in shown.payments] == [(1, Decimal("4000.00"))]
    assert shown.parts[0].paid == Decimal("4000.00") and not shown.parts[0].is_settled


def test_of_private_funds_nobody_else_sees_them(parties: Parties) -> None:
    one = play(parties, fund="private", owner=parties.owners[1]).signed(schedule=SCHEDULE)
    one.agreed_to_file().filed()
    shown = queries.public_page(one.contract.uuid)
    assert shown is not None and shown.parts == shown.payments == ()
