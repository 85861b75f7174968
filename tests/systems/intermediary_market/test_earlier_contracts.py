"""Contracts that an earlier version recorded, before there were instalments: they go on from wherever they stood.

What that version wrote is written here as it wrote it (the last version to do so is the commit before 87943c2): steps
without an instalment, an invoice of the settlement in all, payments without an invoice, states that are no more.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gongbao.core.hash_chain import canonical, digest
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.office.cases.rebuild import cache_differences, event_differences
from gongbao.office.worker.jobs import registered
from gongbao.systems.intermediary_market.contracts import actions, earlier, queries
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.ratings.traces import REPORTS, Period
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import SIGNED, Play, award, play, set_limit, situation
from tests.systems.intermediary_market.parties import Parties, open_market

SIGN = ("contract_sign", "agency", {
    "signed_on": "2026-03-12", "amount": "80000.00", "deliver_by": "2026-04-10", "scope": "方案", "payment_days": 30,
})  # fmt: skip
FILE = ("contract_file", "agency", {"names_nobody": True})
DELIVER = ("contract_deliver", "agency", {"delivery": "评审报告"})
ACCEPT = ("contract_accept", "owner", {"acceptance": "符合约定"})
AHEAD = ("contract_pay", "owner", {"paid_on": "2026-03-13", "payment": "10000.00"})
INVOICE = ("contract_invoice", "agency", {
    "invoiced_on": "2026-03-20", "invoice_number": "00001", "settlement": "80000.00", "pay_by": "2026-04-19",
})  # fmt: skip
PAY_REST = ("contract_pay_rest", "owner", {"paid_on": "2026-04-01", "payment": "80000.00"})
LATER = at("2026-04-22 10:00")
ON = ("signed_on", "invoiced_on", "paid_on")


@pytest.fixture
def parties(db: None) -> Parties:
    set_limit()
    return open_market()


def recorded_then(
    parties: Parties, state: str, *steps: tuple[str, str, dict[str, Any]], one: Play | None = None
) -> Play:
    """A contract with these steps as that version kept and logged them; `state`: the one that its row names."""
    one = one or play(parties)
    case, when = Case.objects.get(pk=one.contract.case_id), SIGNED
    with recorded("cases.take_step", actor=KEEPER, ground=OUR_RULE, at=when) as record:
        for step, role, values in steps:
            when += timedelta(minutes=1)
            day = next((date.fromisoformat(values[key]) for key in ON if key in values), when.date())
            case.events_count += 1
            CaseEvent(
                case=case, number=case.events_count, step=step, at=when, on=day, role=role, values=values,
                account=one.account(role),
            ).save()  # fmt: skip
            told = {key: digest(case.salt, canonical(value)) for key, value in values.items()}
            record(case.subject, event=case.events_count, step=step, on=day, role=role, values=told)
        case.state = state
        case.save()
    return one


def carried(one: Play, when: datetime = LATER) -> Any:
    """How the contract stands after the worker came by, which then finds nothing more to do."""
    assert actions.carry_over(when) == 1
    assert actions.carry_over(when) == 0
    assert list(event_differences()) == []
    assert [each for each in cache_differences() if each.subject == one.contract.case.subject] == []
    return situation(one)


def test_what_was_signed_is_one_instalment_with_its_day_and_goes_all_the_way(parties: Parties) -> None:
    one = recorded_then(parties, "performing", SIGN, FILE)
    now = carried(one, SIGNED + timedelta(days=1))
    (part,) = market.parts_of(now)
    assert (part.amount, part.label.en) == (Decimal("80000.00"), "to be delivered")
    assert str(now.run(market.delivery, 1).due) == "2026-04-10"
    assert now.events[-1].role == "platform"
    one.accepted().invoiced()
    one.take("owner", "contract_pay", LATER, paid_on="2026-04-20", payment="80000.00")
    one.take("agency", "contract_confirm", LATER)
    assert situation(one).state == market.paid


def test_what_was_delivered_is_accepted_or_refused(parties: Parties) -> None:
    one = recorded_then(parties, "delivered", SIGN, FILE, DELIVER)
    now = carried(one)
    assert now.state == market.performing and one.contract.case.state == "performing"
    assert [run.of for run in now.overdue(LATER)] == ["1"]  # ten working days to accept it
    one.take("owner", "contract_refuse", LATER, reason="缺图", deliver_by="2026-05-08")
    assert [str(run.due) for run in situation(one).open_runs] == ["2026-05-08"]
    one.accepted(LATER).invoiced(LATER)
    assert situation(one).state == market.accepted


def test_what_was_accepted_is_invoiced(parties: Parties) -> None:
    one = recorded_then(parties, "accepted", SIGN, FILE, DELIVER, ACCEPT)
    assert actions.carry_over(LATER) == 0  # nothing is left to do
    assert situation(one).open_runs == []
    one.invoiced()
    assert market.overdue_payment(situation(one), LATER) == Decimal("80000.00")


def test_what_was_invoiced_is_overdue_complained_of_and_paid(parties: Parties, client: Client) -> None:
    """A part had been paid before the invoice, which then was of the settlement in all."""
    one = recorded_then(parties, "invoiced", SIGN, FILE, AHEAD, DELIVER, ACCEPT, INVOICE)
    now = carried(one)
    assert now.state == market.accepted and market.overdue_payment(now, LATER) == Decimal("70000.00")
    (row,) = queries.rows_of([one.contract], LATER)
    assert (row.paid, row.confirmed, row.owed) == (Decimal("10000.00"), Decimal("0.00"), Decimal("70000.00"))
    client.force_login(one.account("agency"))
    page = client.get(f"/market/contracts/{one.contract.uuid}/").content.decode()
    assert "70,000.00" in page and "付款1（未开票）" in page and "投诉拖欠服务费用" in page
    one.take("owner", "contract_pay", LATER, invoice_number="00001", paid_on="2026-04-22", payment="70000.00")
    assert situation(one).state == market.paid
    # The payment of then is disputed as any other; what is said of it opens the contract again.
    one.take("agency", "contract_dispute", LATER, payment_number=1, reason="未到账")
    assert market.overdue_payment(situation(one), LATER) == Decimal("10000.00")


def test_what_was_paid_ahead_of_any_delivery_keeps_its_day_and_its_sum(parties: Parties) -> None:
    one = recorded_then(parties, "performing", SIGN, FILE, AHEAD)
    now = carried(one)
    (part,) = market.parts_of(now)
    assert (part.paid, part.to_invoice) == (Decimal("10000.00"), Decimal("70000.00"))
    assert {run.clock for run in now.overdue(LATER)} == {market.delivery, market.confirmation}
    one.accepted(LATER).invoiced(LATER, "70000.00")
    one.take("owner", "contract_pay", LATER, invoice_number="00001", paid_on="2026-04-22", payment="70000.00")
    assert situation(one).state == market.paid


def test_what_was_paid_is_settled_and_goes_into_the_archive(parties: Parties) -> None:
    one = recorded_then(parties, "paid", SIGN, FILE, DELIVER, ACCEPT, INVOICE, PAY_REST)
    now = carried(one)
    assert now.state == market.paid and now.events[-1].step == "contract_settle"
    assert [run.of for run in now.open_runs if run.clock == market.confirmation] == ["1"]
    one.take("agency", "contract_confirm", LATER)
    assert {each.step.key for each in situation(one).steps(LATER, [market.clerk]) if not each.obstacles} >= {
        "contract_archive"
    }


@pytest.mark.parametrize("state", earlier.STATES)
def test_lists_and_pages_stand_a_row_of_then_before_the_worker_came(
    parties: Parties, client: Client, state: str
) -> None:
    steps = (SIGN, FILE, DELIVER) if state == "delivered" else (SIGN, FILE, DELIVER, ACCEPT, INVOICE)
    one = recorded_then(parties, state, *steps)
    address = f"/market/contracts/{one.contract.uuid}/"
    for name, lists in (("operator-clerk", ["/market/contracts/desk/", "/desk/"]), ("agency-1", [address])):
        client.force_login(parties.people[name])
        for each in (address, *lists):
            assert client.get(each).status_code == 200, (name, each)
    period = Period.of_year(2026, timezone.now())
    assert any(one.contract.case.receipt in trace.about for trace in REPORTS["arrears"].read(period).latest()) == (
        state == "invoiced"
    )


def test_what_one_party_kept_secret_then_stays_so_until_one_of_them_lifts_it(parties: Parties, client: Client) -> None:
    one = recorded_then(parties, "performing", SIGN, ("contract_exempt", "agency", {"secret_ground": "商业秘密"}))
    now = carried(one, SIGNED + timedelta(days=1))
    assert market.is_secret(now) and not [run for run in now.open_runs if run.clock == market.filing]
    (trace,) = REPORTS["kept_secret"].read(Period.of_year(2026, LATER)).latest()
    assert trace.what.en == "kept secret by the word of one party"
    for role in ("owner", "agency"):
        client.force_login(one.account(role))
        page = client.get(f"/market/contracts/{one.contract.uuid}/").content.decode()
        assert "商业秘密" in page and "step/contract_lift_exempt/" in page
    one.take("owner", "contract_lift_exempt", LATER, reason="不属于依法应当保密的合同")
    assert situation(one).run(market.filing).is_open
    one.filed(LATER)
    assert queries.public_page(one.contract.uuid) is not None


def test_what_one_party_agreed_to_file_then_is_filed(parties: Parties, client: Client) -> None:
    one = Play(parties, award(parties, fund="private"))
    step, role, values = SIGN
    signed = (f"{step}_private", role, values)
    recorded_then(parties, "performing", signed, ("contract_agree_filing", "owner", {"file_by": "2026-04-30"}), one=one)
    now = carried(one, SIGNED + timedelta(days=1))
    assert market.must_be_filed(now) and str(now.run(market.agreed_filing).due) == "2026-04-30"
    client.force_login(one.account("agency"))
    assert "2026-04-30" in client.get(f"/market/contracts/{one.contract.uuid}/").content.decode()
    one.filed(LATER)
    assert queries.public_page(one.contract.uuid) is not None


def test_a_contract_of_today_is_read_as_it_was_recorded(parties: Parties) -> None:
    events = situation(play(parties).signed().filed().accepted().invoiced()).events
    assert earlier.as_now(events) == list(events) and len(events) == 7
    assert actions.carry_over(LATER) == 0


def test_the_worker_does_it() -> None:
    assert "market.carry_over" in {job.name for job in registered()}
