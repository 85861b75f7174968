"""Contracts from the notice of award to the archive: clocks, filing, amendments, delivery, payment."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.audit.models import Entry
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actions import Overtaken
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.office.outbox.models import Message
from gongbao.office.people.acting import actor_of
from gongbao.procedures import Refused
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.contracts import actions, instalments, queries
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.demo import open_demo
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.purchases import procedure as buying
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.ratings.traces import REPORTS, Period
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import (
    AWARDED,
    PDF,
    SIGNED,
    SIGNING,
    Play,
    as_clerk,
    award,
    play,
    set_limit,
    situation,
)
from tests.systems.intermediary_market.parties import Parties, open_market

PAID_BY = at("2026-04-20 23:59")  # thirty days after the invoice end on a Sunday
OVERDUE = at("2026-04-21 00:00")


@pytest.fixture
def parties(db: None) -> Parties:
    return open_market()


@pytest.fixture
def played(parties: Parties) -> Play:
    set_limit()
    return play(parties)


def row(one: Play, now: datetime) -> queries.Row:
    one.contract.case.refresh_from_db()
    return queries.rows_of([one.contract], now)[0]


# --- signing


def test_a_notice_of_award_begins_a_contract_and_its_clock(played: Play) -> None:
    found = situation(played)
    assert found.state == market.awarded and found.values["award"] == Decimal("80000.00")
    assert str(found.run(market.signing).due) == "2026-03-17"
    logged = Entry.objects.filter(subject=played.contract.subject).get()
    assert "名" not in logged.content and played.contract.case.unit == played.parties.operator


def test_all_the_way_to_the_archive(played: Play) -> None:
    played.signed().filed().accepted().invoiced()
    played.contract.purchase.case.refresh_from_db()
    assert played.contract.purchase.case.state == "concluded"
    played.take("owner", "contract_pay", at("2026-04-01 10:00"), paid_on="2026-04-01", payment="30000.00")
    assert row(played, OVERDUE).owed == Decimal("50000.00")
    # All that is owed is the last payment, whichever form it was typed in.
    played.take("owner", "contract_pay", at("2026-04-02 10:00"), "payment_files", paid_on="2026-04-02", payment="50000")
    assert situation(played).state == market.paid
    played.take("agency", "contract_confirm", at("2026-04-02 11:00"), payment_number=1)
    with pytest.raises(Refused, match="confirmed by the agency, or it is said"):
        archive(played)
    archive(played, unconfirmed="已核对财政支付回单。")
    found = situation(played)
    assert found.is_over and not [run for run in found.runs if run.late]
    last = row(played, OVERDUE)
    assert (last.paid, last.confirmed) == (Decimal("80000.00"), Decimal("30000.00"))


def archive(one: Play, **given: str) -> None:
    case = Case.objects.get(pk=one.contract.case_id)
    cases.take_step(
        case.uuid, "contract_archive", given, acting=as_clerk(one.parties), at=at("2026-04-03 10:00"),
        seen=case.events_count,
    )  # fmt: skip


@pytest.mark.parametrize(("signed", "late"), [("2026-03-17", False), ("2026-03-18", True)])
def test_a_late_contract_says_why_and_is_recorded_as_late(played: Play, signed: str, late: bool) -> None:
    when = at(f"{signed} 16:00")
    if late:
        with pytest.raises(Refused, match="says why"):
            played.signed(when)
        assert situation(played).state == market.awarded
    played.signed(when, late_reason="单位公章年检")
    assert [run.clock.key for run in row(played, when).late] == (["contract_signing"] if late else [])
    assert Case.objects.get(pk=played.contract.case_id).late == (["contract_signing"] if late else [])


def test_a_contract_above_its_award_is_refused(played: Play) -> None:
    with pytest.raises(Refused, match="not above that of the award"):
        played.signed(amount="80000.01")
    assert not CaseEvent.objects.filter(step="contract_sign").exists()
    played.signed(amount="79999.99")


def test_an_offer_that_was_a_rate_leaves_the_sum_to_the_contract(parties: Parties) -> None:
    set_limit()
    one = play(parties, price=None)
    assert "award" not in situation(one).values
    one.signed(amount="91234.56")
    assert row(one, SIGNED).amount == Decimal("91234.56")


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"signed_on": "2027-01-01"}, "signed_on"),
        ({"scope": ""}, "scope"),
        ({"payment_days": "a"}, "payment_days"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(played: Play, changed: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        played.signed(**changed)
    assert [one.field for one in refused.value.problems] == [wrong]
    assert situation(played).state == market.awarded


def test_only_its_parties_and_only_their_own_steps(played: Play) -> None:
    played.signed().filed()
    for role, step in (("owner", "contract_deliver"), ("owner", "contract_file"), ("agency", "contract_pay")):
        with pytest.raises(Refused, match="it is for"):
            played.take(role, step, SIGNED)
    # And at the desk or the counter nobody takes them in their stead.
    case = played.contract.case
    with pytest.raises(GongbaoError, match="own page"):
        cases.take_step(
            case.uuid, "contract_deliver", {"delivery": "x"}, acting=as_clerk(played.parties), at=SIGNED,
            seen=case.events_count,
        )  # fmt: skip


def test_two_who_press_at_once_get_one_result(played: Play) -> None:
    played.signed().filed()
    seen = Case.objects.get(pk=played.contract.case_id).events_count
    played.take("agency", "contract_deliver", SIGNED, delivery="报告")
    with pytest.raises(Overtaken):
        actions.take(
            played.contract.uuid, "contract_deliver", {"delivery": "报告"}, at=SIGNED, seen=seen,
            acting=played.acting("agency"),
        )  # fmt: skip


def test_who_acts_for_another_takes_no_step(played: Play) -> None:
    other = played.parties.account_of(played.parties.agencies[2])
    acting = Acting(market.agency, actor_of(other), other)
    with pytest.raises(GongbaoError, match="do not act for this organisation"):
        actions.take(played.contract.uuid, "contract_sign", SIGNING, acting=acting, at=SIGNED, seen=1)
    with pytest.raises(GongbaoError, match="do not act for this organisation"):
        actions.take(played.contract.uuid, "contract_sign", SIGNING, acting=as_clerk(played.parties), at=SIGNED, seen=1)
    assert situation(played).state == market.awarded


# --- abandonment


@pytest.mark.parametrize("ground", ["none", "force_majeure"])
def test_the_agency_gives_the_award_back_with_or_without_a_ground(played: Play, ground: str) -> None:
    played.take("agency", "contract_abandon", AWARDED + timedelta(days=1), ground=ground, reason="人员已有安排")
    found = situation(played)
    assert found.state == market.abandoned and found.values["ground"] == ground
    played.contract.purchase.case.refresh_from_db()
    assert played.contract.purchase.case.state == "abandoned"


def test_the_owner_declines_to_sign(played: Play) -> None:
    with pytest.raises(Refused, match="needed"):
        played.take("owner", "contract_decline", AWARDED + timedelta(days=1), ground="none", reason="")
    played.take("owner", "contract_decline", AWARDED + timedelta(days=1), ground="none", reason="不再需要")
    played.contract.purchase.case.refresh_from_db()
    assert situation(played).state == market.not_signed and played.contract.purchase.case.state == "unsigned"


def test_the_operator_records_that_none_was_signed_when_the_time_is_over(played: Play) -> None:
    case, given = played.contract.case, {"side": "agency", "ground": "none", "reason": "经催告仍不签订"}
    with pytest.raises(Refused, match="not over"):
        cases.take_step(
            case.uuid, "contract_lapse", given, acting=as_clerk(played.parties), at=at("2026-03-17 23:00"),
            seen=case.events_count,
        )  # fmt: skip
    cases.take_step(
        case.uuid, "contract_lapse", given, acting=as_clerk(played.parties), at=at("2026-03-18 09:00"),
        seen=case.events_count,
    )  # fmt: skip
    played.contract.purchase.case.refresh_from_db()
    assert situation(played).state == market.lapsed and played.contract.purchase.case.state == "unsigned"


def sign_off(one: Play, case: Case, step: str, given: dict[str, str], when: datetime, role: Any, head: Any) -> None:
    """The clerk of the operator proposes the step, and its head signs."""
    case.refresh_from_db()
    proposal = cases.propose(
        case.uuid, step, given, acting=as_clerk(one.parties, role), at=when, seen=case.events_count
    )
    account, unit = one.parties.people["operator-head"], one.parties.operator.key
    cases.give_opinion(
        proposal.uuid, acting_role=head.key, unit_key=unit, verdict=Verdict.SIGNED, words="",
        actor=Actor(ActorKind.ACCOUNT, str(account.public_id), head.post, unit), account=account, for_account=None,
        at=when,
    )  # fmt: skip


def test_an_award_that_is_annulled_ends_its_contract(played: Play) -> None:
    given = {"annulled_for": "same_person", "findings": "工商登记载明。", "annulled_because": "应当回避。"}
    sign_off(played, played.contract.purchase.case, "annul", given, AWARDED, buying.operator, buying.operator_head)
    found = situation(played)
    assert found.state == market.annulled and found.values["reason"] == "应当回避。"


def test_a_conflict_found_after_the_signing_annuls_by_a_signed_decision(played: Play) -> None:
    played.signed().filed()
    given = {"conflict": "kinship", "findings": "经核实为近姻亲。", "reason": "应当回避而未回避。"}
    with pytest.raises(Refused, match="signed first"):
        cases.take_step(
            played.contract.case.uuid, "contract_rescind", given, acting=as_clerk(played.parties), at=SIGNED,
            seen=Case.objects.get(pk=played.contract.case_id).events_count,
        )  # fmt: skip
    sign_off(played, played.contract.case, "contract_rescind", given, SIGNED, market.clerk, market.section_head)
    assert situation(played).state == market.annulled


def test_the_next_in_rank_follows_where_the_notice_said_so(played: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the notice said is asked in purchases/actions.py, and answered here in its stead."""
    with recorded("market.tests", actor=as_clerk(played.parties).actor, ground="x", at=AWARDED) as record:
        other = Registration(
            purchase=played.contract.purchase, organisation=played.parties.agencies[1], envelope="second", content={},
            opened_at=AWARDED, admitted=True, offer={"price": "81000.00"},
        )  # fmt: skip
        other.save()
        record(played.contract.purchase.subject, made=True)
    monkeypatch.setattr("gongbao.systems.intermediary_market.purchases.actions._next_in_rank", lambda purchase: other)
    played.take("agency", "contract_abandon", AWARDED + timedelta(days=1), ground="none", reason="人员已有安排")
    purchase = Purchase.objects.select_related("case").get(pk=played.contract.purchase_id)
    assert (purchase.case.state, purchase.selected) == ("selected", other)
    assert situation(played).state == market.abandoned


# --- filing


def test_a_contract_of_public_funds_is_filed_in_three_working_days_and_published(played: Play) -> None:
    played.signed()
    run = situation(played).run(market.filing)
    assert str(run.due) == "2026-03-17" and not list(queries.published())
    assert queries.public_page(played.contract.uuid) is None
    with pytest.raises(Refused, match="no personal data"):
        played.take("agency", "contract_file", SIGNED, "filed_files", "public_copy", names_nobody=False)
    played.filed(at("2026-03-18 10:00"))
    shown = queries.public_page(played.contract.uuid)
    assert shown is not None and shown.amount == Decimal("80000.00") and shown.filed_late
    assert [one.name for one in shown.copies] == ["public_copy.pdf"]


def test_a_contract_of_private_funds_is_filed_where_the_two_agree_on_it(parties: Parties) -> None:
    one = play(parties, fund="private", owner=parties.owners[1]).signed()
    assert situation(one).run(market.filing) is None and not market.must_be_filed(situation(one))
    with pytest.raises(Refused, match="public funds"):
        one.take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED)
    with pytest.raises(Refused, match="the two agreed to file it"):
        one.filed()
    with pytest.raises(Refused, match="one party proposed to file it"):
        one.take("owner", "contract_agree_filing", SIGNED, file_by="2026-03-20")
    one.take("owner", "contract_propose_filing", SIGNED, file_by="2026-03-20")
    assert situation(one).run(market.agreed_filing) is None and not market.must_be_filed(situation(one))
    with pytest.raises(Refused, match="the other party answers"):
        one.take("owner", "contract_agree_filing", SIGNED, file_by="2026-03-20")
    with pytest.raises(Refused, match="the one that was proposed"):
        one.take("agency", "contract_agree_filing", SIGNED, file_by="2026-03-23")
    one.take("agency", "contract_decline_filing", SIGNED, reason="不愿公开")
    with pytest.raises(Refused, match="one party proposed to file it"):
        one.take("agency", "contract_agree_filing", SIGNED, file_by="2026-03-20")
    one.agreed_to_file()
    assert str(situation(one).run(market.agreed_filing).due) == "2026-03-20"
    assert market.must_be_filed(situation(one))
    one.filed()
    assert queries.public_page(one.contract.uuid) is not None


def test_a_contract_that_the_law_keeps_secret_is_neither_filed_nor_published(played: Play) -> None:
    played.signed().kept_secret()
    assert not [run for run in situation(played).open_runs if run.clock == market.filing]
    with pytest.raises(Refused):
        played.filed()
    assert queries.public_page(played.contract.uuid) is None and not list(queries.published())


@pytest.mark.parametrize(("says", "answers"), [("owner", "agency"), ("agency", "owner")])
def test_what_one_party_says_keeps_no_contract_secret(played: Play, says: str, answers: str) -> None:
    ground = {"secret_ground": "商业秘密"}
    played.signed()
    with pytest.raises(Refused, match="one party said that the law keeps it secret"):
        played.take(says, "contract_exempt", SIGNED, **ground)
    played.take(says, "contract_propose_exempt", SIGNED, **ground)
    assert not market.is_secret(situation(played)) and market.must_be_filed(situation(played))
    assert (
        str(situation(played).run(market.filing).due) == "2026-03-17" and situation(played).run(market.filing).is_open
    )
    with pytest.raises(Refused, match="the other party answers"):
        played.take(says, "contract_exempt", SIGNED, **ground)
    played.take(answers, "contract_decline_exempt", SIGNED, reason="不属于依法应当保密的合同")
    assert market.secrecy_proposed(situation(played)) is None
    with pytest.raises(Refused, match="one party said"):
        played.take(answers, "contract_exempt", SIGNED, **ground)
    # Whoever files it has answered.
    played.take(says, "contract_propose_exempt", SIGNED, **ground)
    played.filed()
    assert market.secrecy_proposed(situation(played)) is None and list(queries.published()) == [played.contract]


@pytest.mark.parametrize("lifts", ["owner", "agency"])
def test_either_lifts_that_it_is_secret_and_it_is_filed_and_published(played: Play, lifts: str) -> None:
    played.signed().kept_secret()
    with pytest.raises(Refused, match="private funds"):
        played.take(lifts, "contract_lift_exempt_private", SIGNED, reason="x")
    later = at("2026-03-16 10:00")
    played.take(lifts, "contract_lift_exempt", later, reason="经核对不属于保密范围")
    found = situation(played)
    assert not market.is_secret(found) and market.must_be_filed(found)
    assert str(found.run(market.filing).due) == "2026-03-19" and found.run(market.filing).is_open
    with pytest.raises(Refused, match="both said"):
        played.take(lifts, "contract_lift_exempt", later, reason="x")
    played.filed(later)
    assert list(queries.published()) == [played.contract]
    # What was published is withdrawn while an amendment is secret, and there again when that is lifted.
    played.take("owner", "contract_amend", later, "amendment_files", **AMENDED)
    played.kept_secret(later, by=lifts)
    registration = played.contract.registration_id
    assert not list(queries.published()) and queries.agreed_of([registration]) == {}
    played.take(lifts, "contract_lift_exempt", later, reason="x")
    assert list(queries.published()) == [played.contract]
    assert queries.agreed_of([registration])[registration][1] == (Decimal("80000.00"), Decimal("90000.00"))
    assert [one.step for one in market.not_filed(situation(played))] == ["contract_amend"]


def test_of_private_funds_secrecy_is_lifted_without_a_day_to_file(parties: Parties) -> None:
    one = play(parties, fund="private", owner=parties.owners[1]).signed().kept_secret()
    one.take("agency", "contract_lift_exempt_private", SIGNED, reason="x")
    assert situation(one).run(market.filing) is None and not market.is_secret(situation(one))


def test_auditors_see_what_is_kept_secret_and_what_is_above_award_or_budget(parties: Parties) -> None:
    set_limit("5000000.00")
    one, rate = play(parties), play(parties, agency=parties.agencies[1], price=None)
    private = play(parties, fund="private", owner=parties.owners[1], agency=parties.agencies[2])
    private.signed().kept_secret()
    private.take("owner", "contract_amend_private", SIGNED, "amendment_files", **AMENDED | {"amount": "900000"})
    one.signed().kept_secret().take("owner", "contract_lift_exempt", SIGNED, reason="x")
    one.filed().take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED)
    rate.signed(amount="100000.00").filed()
    rate.take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED | {"amount": "100000.01"})

    def told(report: str) -> list[tuple[str, str]]:
        found = REPORTS[report].read(Period.of_year(2026, SIGNED))
        assert found.count() == len(found.latest())
        return [(trace.what.en, trace.about.split(" · ")[1]) for trace in found.latest()]

    first, second = (each.contract.registration.organisation.name for each in (one, rate))
    assert told("kept_secret") == [
        ("Keep it secret no more", first), ("Confirm that the law keeps it secret", first),
    ]  # fmt: skip
    assert sorted(told("above_award")) == sorted([
        ("a contract of 90,000.00 yuan, above the award of 80,000.00", first),
        ("a contract of 100,000.01 yuan, above the budget of 100,000.00", second),
    ])  # fmt: skip


def test_a_copy_that_is_taken_down_is_handed_out_no_more(played: Play, client: Client) -> None:
    played.signed().filed()
    (copy,) = queries.public_page(played.contract.uuid).copies  # type: ignore[union-attr]
    address = f"/market/contracts/{played.contract.uuid}/copy/{copy.uuid}/"
    assert b"".join(client.get(address)).startswith(PDF)
    case = Case.objects.get(pk=played.contract.case_id)
    cases.take_step(
        case.uuid, "contract_take_down", {"reason": "含有联系人手机号码"}, acting=as_clerk(played.parties), at=SIGNED,
        seen=case.events_count,
    )  # fmt: skip
    assert client.get(address).status_code == 404
    assert queries.public_page(played.contract.uuid).copies == ()  # type: ignore[union-attr]


# --- amendments

AMENDED = {"amended_on": SIGNED.date(), "amount": "90000.00", "deliver_by": "2026-05-10", "change": "增加两处断面"}


def test_amendments_are_filed_like_the_contract(played: Play) -> None:
    played.signed()
    with pytest.raises(Refused, match="is filed"):
        played.take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED)
    played.filed()
    played.take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED)
    found = situation(played)
    assert market.must_be_filed(found) and str(found.run(market.filing).due) == "2026-03-17"
    assert str(found.run(market.delivery).due) == "2026-05-11"  # the 10th is a Sunday
    # Until it is filed the public sees the contract as it was.
    assert queries.public_page(played.contract.uuid).amount == Decimal("80000.00")  # type: ignore[union-attr]
    played.filed()
    shown = queries.public_page(played.contract.uuid)
    assert shown is not None and shown.amount == Decimal("90000.00") and len(shown.amendments) == 1


def test_an_amendment_is_held_against_the_limit(parties: Parties) -> None:
    set_limit("170000.00")
    one, other = play(parties).signed().filed(), play(parties, agency=parties.agencies[1]).signed()
    assert other.contract.purchase.owner == one.contract.purchase.owner
    with pytest.raises(GongbaoError, match=r"170,000\.01") as refused:
        one.take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED | {"amount": "90000.01"})
    assert refused.value.where == "amount" and not CaseEvent.objects.filter(step="contract_amend").exists()
    one.take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED)  # exactly the limit


def test_whoever_gains_by_another_sum_does_not_record_it(played: Play) -> None:
    played.signed().filed()
    for role, amount, words in (
        ("agency", "499999.00", "raises the sum is recorded by the owner .*第三十二条第（二）项"),
        ("owner", "79999.99", "lowers the sum is recorded by the agency"),
    ):
        with pytest.raises(Refused, match=words):
            played.take(role, "contract_amend", SIGNED, "amendment_files", **AMENDED | {"amount": amount})
    # Either records one that leaves the sum as it is.
    played.take("agency", "contract_amend", SIGNED, "amendment_files", **AMENDED | {"amount": "80000"})
    played.filed().take("owner", "contract_amend", SIGNED, "amendment_files", **AMENDED)
    played.filed().take("agency", "contract_amend", SIGNED, "amendment_files", **AMENDED | {"amount": "70000"})
    assert row(played, SIGNED).amount == Decimal("70000.00")


@pytest.mark.parametrize("role", ["owner", "agency"])
def test_a_rate_or_a_discount_is_signed_at_no_more_than_the_budget(parties: Parties, role: str) -> None:
    set_limit()
    one = play(parties, price=None)
    given = {**SIGNING, "amount": "100000.01"}
    with pytest.raises(Refused, match=r"not above the budget of 100,000\.00 yuan .*第十九条第（一）项"):
        one.take(role, "contract_sign", SIGNED, "contract_files", **given)
    one.take(role, "contract_sign", SIGNED, "contract_files", **given | {"amount": "100000.00"})
    assert situation(one).state == market.performing


def test_private_funds_know_no_limit(parties: Parties) -> None:
    one = play(parties, fund="private", owner=parties.owners[1]).signed()
    one.take("owner", "contract_amend_private", SIGNED, "amendment_files", **AMENDED | {"amount": "9000000.00"})
    assert row(one, SIGNED).amount == Decimal("9000000.00")


# --- delivery, acceptance, invoice, payment


def test_what_is_refused_is_delivered_anew(played: Play) -> None:
    played.signed().filed()
    played.take("agency", "contract_deliver", at("2026-04-09 10:00"), delivery="报告")
    with pytest.raises(Refused, match="needed"):
        played.take("owner", "contract_refuse", at("2026-04-10 10:00"), reason="", deliver_by="2026-04-20")
    played.take("owner", "contract_refuse", at("2026-04-10 10:00"), reason="缺少附图", deliver_by="2026-04-20")
    assert str(situation(played).run(market.delivery).due) == "2026-04-20"
    played.take("agency", "contract_deliver", at("2026-04-21 10:00"), delivery="补充附图的报告")
    assert [run.clock.key for run in row(played, OVERDUE).late] == ["contract_delivery"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"pay_by": "2026-04-18"}, "no shorter than agreed"),
        ({"invoiced": "80000.01"}, "no more than the instalment"),
        ({"invoiced": "0"}, "more than nothing"),
    ],
)
def test_an_invoice_keeps_to_the_contract(played: Play, changed: dict[str, str], words: str) -> None:
    played.signed().filed()
    when = SIGNED + timedelta(days=8)
    given = {"invoiced_on": when.date(), "invoice_number": "1", "invoiced": "80000.00", "pay_by": "2026-04-19"}
    with pytest.raises(Refused, match="what the instalment waits for"):
        played.take("agency", "contract_invoice", when, "invoice_files", **given | {"part": 1})
    played.accepted()
    with pytest.raises(Refused, match=words):
        played.take("agency", "contract_invoice", when, "invoice_files", **given | changed)
    played.take("agency", "contract_invoice", when, "invoice_files", **given)
    assert row(played, when).owed == Decimal("80000.00")


@pytest.mark.parametrize("payment", ["0", "80000.01", "1e3", "NaN"])
def test_no_other_sums_are_paid(played: Play, payment: str) -> None:
    played.signed().filed().accepted().invoiced()
    with pytest.raises(Refused):
        played.take("owner", "contract_pay", at("2026-04-01 10:00"), paid_on="2026-04-01", payment=payment)
    assert row(played, OVERDUE).paid == 0


def test_an_invoice_is_returned_in_time_and_never_to_put_a_payment_off(played: Play) -> None:
    played.signed().filed().accepted().invoiced()
    with pytest.raises(Refused, match="is over"):
        played.take("owner", "contract_return_invoice", OVERDUE, reason="税号有误")
    played.take("owner", "contract_return_invoice", PAID_BY, reason="税号有误")
    assert situation(played).state == market.accepted and row(played, OVERDUE).owed is None


def test_a_payment_is_overdue_from_the_day_after_its_last(played: Play) -> None:
    played.signed().filed().accepted().invoiced()
    for now, is_over in ((PAID_BY, False), (OVERDUE, True)):
        found = row(played, now)
        assert (market.overdue_payment(situation(played), now) is not None) is is_over
        assert ["contract_payment"] * is_over == [run.clock.key for run in found.overdue]
        for among in (
            queries.of_organisation(played.contract.purchase.owner),
            queries.of_organisation(played.contract.registration.organisation),
            queries.contracts(),
        ):
            assert [one.contract for one in queries.overdue(among, now, market.payment)] == [played.contract] * is_over
    played.take("owner", "contract_pay", OVERDUE, paid_on="2026-04-21", payment="80000.00")
    assert [run.clock.key for run in row(played, OVERDUE).late] == ["contract_payment"]
    assert not queries.overdue(queries.contracts(), OVERDUE)


def test_overdue_lists_are_derived_for_each_clock(parties: Parties) -> None:
    set_limit()
    unsigned, unfiled = play(parties), play(parties, agency=parties.agencies[1]).signed()
    now = at("2026-03-18 08:00")
    counts = {clock.key: number for clock, number in queries.overdue_counts(queries.overdue(queries.contracts(), now))}
    assert counts["contract_signing"] == 1 and counts["contract_filing"] == 1 and counts["contract_payment"] == 0
    assert {one.contract for one in queries.overdue(queries.contracts(), now)} == {unsigned.contract, unfiled.contract}
    assert not {field.name for field in Contract._meta.fields} - {"id", "uuid", "purchase", "registration", "case"}


def test_the_other_party_is_told(played: Play) -> None:
    played.signed()
    told = Message.objects.filter(about=played.contract.case.subject, account=played.account("owner"))
    assert any(str(played.contract.uuid) in one.link for one in told)


# --- the demonstration


@pytest.mark.one_database
def test_the_demonstration_has_contracts_in_several_states(parties: Parties) -> None:
    set_limit("2000000.00")
    now = at("2026-06-01 12:00")
    for number, ago in enumerate((52, 50, 48, 35, 33, 31, 30, 28, 27, 25, 14, 2)):
        issued = now - timedelta(days=ago)
        agency = parties.agencies[number % 5]
        award(parties, agency=agency, confirmed=issued - timedelta(days=20), price="35000.00", issued=issued)
    assert open_demo(now) == 12
    rows = queries.rows_of(list(queries.contracts()), now)
    states = {one.contract.case.state for one in rows}
    assert states == set(market.contract.states) - {"annulled"}
    assert any(payment.standing == "disputed" for one in rows for payment in instalments.payments_of(one.parts))
    assert {
        clock.key for clock, number in queries.overdue_counts(queries.overdue(queries.contracts(), now)) if number
    } >= {
        "contract_payment",
        "contract_filing",
    }
    assert queries.published().count() >= 5
    assert all(event.at <= now for event in CaseEvent.objects.all())
    assert open_demo(now) == 0


@pytest.mark.parametrize("now", ["2026-03-02 00:00", "2026-10-05 23:00"])
def test_the_demonstration_stands_at_any_moment(parties: Parties, now: str) -> None:
    set_limit()
    moment = at(now)
    issued = moment - timedelta(days=20)
    award(parties, confirmed=issued - timedelta(days=20), issued=issued)
    assert open_demo(moment) == 1
    assert all(event.at <= moment for event in CaseEvent.objects.all())
