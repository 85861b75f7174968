"""Ratings after the service; conduct that is proposed, heard, decided and appealed; grades; how long files are kept."""

import ast
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.audit.models import Entry
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actors import Acting, as_party, first_for, of_account
from gongbao.office.cases.models import Case
from gongbao.office.cases.papers import approval_of
from gongbao.office.cases.queries import situation_of
from gongbao.office.cases.types import case_types
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.outbox.models import Message
from gongbao.office.people.acting import actor_of
from gongbao.office.people.actions import give_post, keep_account
from gongbao.office.people.models import Account
from gongbao.procedures import Refused
from gongbao.procedures.sign_off import Verdict
from gongbao.systems import intermediary_market
from gongbao.systems.intermediary_market.complaints import procedure as complaints
from gongbao.systems.intermediary_market.complaints.routing import route
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import agencies as agencies_of_market
from gongbao.systems.intermediary_market.purchases import procedure as buying
from gongbao.systems.intermediary_market.ratings import actions, checks, procedure, queries
from gongbao.systems.intermediary_market.ratings.models import Check, CheckRun, Clue, Conduct, Rating
from gongbao.systems.intermediary_market.retention import files_kept_until
from gongbao.systems.intermediary_market.rules import Conduct as ConductKind
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import SIGNED, Play, play, set_limit
from tests.systems.intermediary_market.buying import buying_market
from tests.systems.intermediary_market.parties import PASSWORD, START, Parties, open_market

MONDAY = at("2026-04-20 09:30")
FULL = {"quality": "90", "timeliness": "80", "attitude": "100", "fees": "70", "conduct": "65"}


@pytest.fixture
def parties(db: None) -> Parties:
    found = open_market()
    set_limit()
    deputy, _ = keep_account("operator-deputy", password=PASSWORD, at=START)
    give_post(deputy, "government-services", "deputy_head", since=START.date(), at=START)
    found.people["operator-deputy"] = deputy
    return found


# --- ratings


def test_the_owner_rates_a_service_once_by_the_weights_of_the_day(parties: Parties) -> None:
    one = play(parties)
    owner, agency = one.account("owner"), one.account("agency")
    with pytest.raises(GongbaoError, match="after it was accepted"):
        actions.rate(one.contract.uuid, FULL, account=owner, at=SIGNED)
    one.signed().filed().accepted()
    with pytest.raises(GongbaoError, match="no such contract of yours"):
        actions.rate(one.contract.uuid, FULL, account=agency, at=MONDAY)
    made = actions.rate(one.contract.uuid, FULL, account=owner, at=MONDAY)
    assert made.total == Decimal("81.00")
    assert made.computed["policy"] == "market-rating" and made.computed["values"] == {"rating": "81.00"}
    with pytest.raises(GongbaoError, match="rated already"):
        actions.rate(one.contract.uuid, FULL, account=owner, at=MONDAY)
    assert Rating.objects.count() == 1
    assert queries.mean_of(parties.agencies[0]) == Decimal("81.00")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quality": "101"}, "quality"),
        ({"fees": "-1"}, "fees"),
        ({"attitude": ""}, "attitude"),
        ({"conduct": "好"}, "conduct"),
        ({"words": "请联系13912345678"}, "words"),
    ],
)
def test_a_rating_that_cannot_be_is_refused_at_its_field(parties: Parties, changed: dict[str, str], field: str) -> None:
    one = play(parties).signed().filed().accepted()
    with pytest.raises(Refused) as refused:
        actions.rate(one.contract.uuid, {**FULL, **changed}, account=one.account("owner"), at=MONDAY)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert not Rating.objects.exists()


def test_what_is_rated_is_not_told_of_a_contract_that_the_law_keeps_secret(parties: Parties) -> None:
    one = play(parties).signed().kept_secret().accepted()
    actions.rate(one.contract.uuid, {**FULL, "words": "按期完成"}, account=one.account("owner"), at=MONDAY)
    shown = queries.as_shown(queries.ratings().get())
    assert parties.owners[0].name not in (shown.owner, shown.words) and "水土" not in shown.service
    assert shown.total == Decimal("81.00") and shown.agency == parties.agencies[0].name
    assert queries.is_secret(one.contract)
    one.take("owner", "contract_lift_exempt", SIGNED, reason="不再保密")
    assert not queries.is_secret(one.contract)
    assert queries.as_shown(queries.ratings().get()).owner == parties.owners[0].name


# --- conduct


def propose(parties: Parties, kind: str = "b2", number: int = 0, day: str = "2026-03-16") -> Conduct:
    given = {"kind": kind, "happened_on": day, "source": "owner", "facts": "另收资料费。"}
    return actions.propose(parties.agencies[number], given, acting=staff(parties, "operator-clerk", MONDAY), at=MONDAY)


def staff(parties: Parties, name: str, when: datetime) -> Any:
    found = of_account(parties.people[name], procedure.conduct, parties.operator, when.date())
    acting = first_for(found, [procedure.clerk, procedure.section_head, procedure.deputy_head])
    assert acting is not None
    return acting


def take(parties: Parties, conduct: Conduct, step: str, when: datetime, signer: str = "", **given: Any) -> None:
    """A step of the operator, signed by another where it has to be."""
    case = Case.objects.get(pk=conduct.case_id)
    acting = staff(parties, "operator-clerk", when)
    if procedure.conduct.steps[step].sign_off is None:
        cases.take_step(case.uuid, step, given, acting=acting, at=when, seen=case.events_count)
        return
    made = cases.propose(case.uuid, step, given, acting=acting, at=when, seen=case.events_count)
    signs = staff(parties, signer, when)
    cases.give_opinion(
        made.uuid, acting_role=signs.role.key, unit_key=parties.operator.key, verdict=Verdict.SIGNED, words="",
        actor=signs.actor, account=parties.people[signer], for_account=None, at=when,
    )  # fmt: skip


def answer(parties: Parties, conduct: Conduct, step: str, when: datetime, **given: Any) -> None:
    seen = Case.objects.get(pk=conduct.case_id).events_count
    account = parties.account_of(conduct.organisation)
    actions.answer(conduct.uuid, step, given, account=account, at=when, seen=seen)


def verified(parties: Parties, kind: str = "b2", number: int = 0, day: str = "2026-03-16") -> Conduct:
    found = propose(parties, kind, number, day)
    take(parties, found, "conduct_notify", MONDAY)
    answer(parties, found, "conduct_state", MONDAY + timedelta(days=1), statement="没有另收。")
    take(
        parties, found, "conduct_verify", MONDAY + timedelta(days=2), "operator-head",
        kind=kind, happened_on=day, findings="票据为证。",
    )  # fmt: skip
    return found


def state(conduct: Conduct) -> str:
    return Case.objects.get(pk=conduct.case_id).state


def grade(parties: Parties, number: int = 0, year: int = 2026) -> tuple[str, int, int]:
    found = queries.grades_of(parties.agencies[number], MONDAY.date())
    one = next(each for each in found if each.year == year)
    return one.grade, one.times_b, one.times_c


def test_nothing_counts_before_the_agency_was_heard_and_a_person_decided(parties: Parties) -> None:
    found = propose(parties, "c6")
    assert grade(parties) == ("A", 0, 0)
    assert not queries.of_agencies([found.organisation]).exists()  # it was not told yet
    decision = {"kind": "c6", "happened_on": "2026-03-16", "findings": "无。"}
    with pytest.raises(Refused):
        take(parties, found, "conduct_verify", MONDAY, "operator-head", **decision)
    take(parties, found, "conduct_notify", MONDAY)
    assert Message.objects.filter(about=found.subject).count() == 1
    # The fifth working day is Monday the 27th; until then nobody decides.
    with pytest.raises(Refused):
        take(parties, found, "conduct_verify", at("2026-04-27 23:00"), "operator-head", **decision)
    cases.tend_due(at("2026-04-27 23:59"))
    assert state(found) == "hearing"
    cases.tend_due(at("2026-04-28 00:00"))
    assert state(found) == "heard" and grade(parties) == ("A", 0, 0)
    answer(parties, found, "conduct_add", at("2026-04-28 08:00"), addition="迟到的说明")
    take(parties, found, "conduct_verify", at("2026-04-28 09:00"), "operator-head", **decision)
    assert grade(parties) == ("C", 0, 1)


@pytest.mark.parametrize(("kind", "clause"), [("b2", "第三十二条第（二）项"), ("c7", "第三十三条第（七）项")])
@pytest.mark.parametrize("decision", ["conduct_verify", "conduct_dismiss"])
def test_a_decision_cites_the_clause_of_the_conduct(parties: Parties, kind: str, clause: str, decision: str) -> None:
    found = propose(parties, kind)
    take(parties, found, "conduct_notify", MONDAY)
    answer(parties, found, "conduct_state", MONDAY + timedelta(days=1), statement="无。")
    case = Case.objects.get(pk=found.case_id)
    cited = f"许政办〔2022〕27号 {clause}"
    possible = {one.step.key: situation_of(case).clause_of(one.step) for one in situation_of(case).steps(MONDAY)}
    assert possible[decision] == cited
    told = {"kind": kind, "happened_on": "2026-03-16", "findings": "合同为证。"}
    given = told if decision == "conduct_verify" else {"dismissal": "无据。"}
    take(parties, found, decision, MONDAY + timedelta(days=2), "operator-head", **given)
    case.refresh_from_db()
    assert [one.clause for one in queries.show(found, MONDAY).events][-1] == cited
    assert Entry.objects.get(action="cases.propose").ground == cited
    sheet = approval_of(case, case.proposals.get(), situation_of(case), procedure.conduct.label, "zh")
    assert sheet.clause == cited
    message = Message.objects.filter(about=found.subject).latest("id")
    assert clause in message.text_zh and clause in message.text_en


def test_who_proposes_the_decision_does_not_sign_it_and_who_signed_it_not_the_appeal(parties: Parties) -> None:
    found = verified(parties)
    answer(parties, found, "conduct_appeal", MONDAY + timedelta(days=3), appeal="票据不是本机构的。")
    assert state(found) == "appealed" and grade(parties) == ("B", 1, 0)
    words = {"appeal_decision": "查明票据系他人所开。"}
    with pytest.raises(GongbaoError):
        take(parties, found, "conduct_overturn", MONDAY + timedelta(days=4), "operator-head", **words)
    case = Case.objects.get(pk=found.case_id)
    proposal = case.proposals.get(state="open")
    deputy = staff(parties, "operator-deputy", MONDAY)
    cases.give_opinion(
        proposal.uuid, acting_role="deputy_head", unit_key=parties.operator.key, verdict=Verdict.SIGNED, words="",
        actor=deputy.actor, account=parties.people["operator-deputy"], for_account=None, at=MONDAY + timedelta(days=5),
    )  # fmt: skip
    assert state(found) == "overturned" and grade(parties) == ("A", 0, 0)


def test_without_an_appeal_it_stands_and_is_corrected_with_its_history(parties: Parties) -> None:
    found = verified(parties, "c4")
    cases.tend_due(MONDAY + timedelta(days=30))
    assert state(found) == "standing" and grade(parties) == ("C", 0, 1)
    when = MONDAY + timedelta(days=40)
    correction = {"happened_on": "2026-03-16", "correction": "证据另有解释。"}
    take(parties, found, "conduct_correct", when, "operator-deputy", corrected_to="b5", **correction)
    assert grade(parties) == ("B", 1, 0)
    take(parties, found, "conduct_correct", when, "operator-deputy", corrected_to="none", **correction)
    assert grade(parties) == ("A", 0, 0)
    told = [event.values for event in found.case.events.order_by("number")]
    assert [one.get("kind") or one.get("corrected_to") for one in told if "happened_on" in one] == [
        "c4", "c4", "b5", "none",
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "to"), [("b2", "c6"), ("b2", "none b2")])
def test_a_correction_never_makes_it_graver_without_a_hearing(parties: Parties, kind: str, to: str) -> None:
    found = verified(parties, kind)
    when = MONDAY + timedelta(days=40)
    cases.tend_due(when)
    *before, last = to.split()
    given = {"happened_on": "2026-03-16", "correction": "另有证据。"}
    for one in before:
        take(parties, found, "conduct_correct", when, "operator-deputy", corrected_to=one, **given)
    stands = grade(parties)
    with pytest.raises(Refused, match="does not make it graver"):
        take(parties, found, "conduct_correct", when, "operator-deputy", corrected_to=last, **given)
    assert grade(parties) == stands


def test_b_and_c_stand_side_by_side_and_count_for_the_year_of_the_conduct(parties: Parties) -> None:
    for kind, day in (("b1", "2026-01-20"), ("b1", "2026-02-20"), ("c9", "2026-03-20")):
        verified(parties, kind, 0, day)
    assert grade(parties) == ("BC", 2, 1)
    assert grade(parties, 1) == ("A", 0, 0)
    row = queries.rows_of([parties.agencies[0]], 2026, MONDAY.date())[0]
    assert (row.grade.grade, row.grade.times_b, row.grade.times_c, row.ratings, row.mean) == ("BC", 2, 1, 0, None)


def test_another_organisation_does_not_answer(parties: Parties) -> None:
    found = propose(parties)
    take(parties, found, "conduct_notify", MONDAY)
    stranger = parties.account_of(parties.agencies[1])
    with pytest.raises(GongbaoError, match="no such case of yours"):
        actions.answer(found.uuid, "conduct_state", {"statement": "替答"}, account=stranger, at=MONDAY, seen=2)
    with pytest.raises(GongbaoError, match="system's own page"):
        cases.take_step(
            found.case.uuid, "conduct_state", {"statement": "持编号者"}, acting=as_party(procedure.agency), at=MONDAY,
            seen=2,
        )  # fmt: skip
    assert queries.find(found.uuid, [parties.agencies[1]]) is None


def test_the_kinds_are_those_of_the_rule_in_the_order_of_the_document() -> None:
    assert [one.key for one in procedure.KINDS] == [one.value for one in ConductKind]
    b = [one.clause for one in procedure.KINDS if one.key.startswith("b")]
    c = [one.clause for one in procedure.KINDS if one.key.startswith("c")]
    assert b == [f"第三十二条第（{n}）项" for n in "一二三四五六七八"]
    assert c == [f"第三十三条第（{n}）项" for n in "一二三四五六七八九"]


# --- a grade blocks nothing


def test_a_grade_never_blocks_by_itself(parties: Parties) -> None:
    """What lets an agency in, lists it, seals, opens, checks and selects knows nothing of ratings."""
    verified(parties, "c6")
    assert parties.agencies[0] in agencies_of_market(MONDAY.date())
    root = Path(intermediary_market.__file__).parent
    parts = ["organisations", "catalogue", "purchases", "sealing", "draw", "contracts"]
    # The page of a contract leads to its rating; who is selected is settled by then.
    page = root / "contracts" / "views.py"
    for file in (path for part in parts for path in sorted((root / part).rglob("*.py")) if path != page):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = getattr(node, "module", "") or "" if isinstance(node, ast.ImportFrom) else ""
            assert all("ratings" not in f"{module}.{name}".split(".") for name in names), file
            reads = node.attr if isinstance(node, ast.Attribute) else ""
            assert reads not in ("market_conduct", "market_grade"), file


def test_an_agency_with_a_c_registers_is_admitted_and_selected(db: None) -> None:
    market = buying_market()
    verified(market.parties, "c6")
    assert grade(market.parties) == ("C", 0, 1)
    purchase = market.selected(numbers=(0, 1), prices=("100", "200"))
    assert purchase.selected is not None and purchase.selected.organisation == market.parties.agencies[0]
    assert purchase.selected.excluded == [] and purchase.selected.admitted is True


# --- checks


ONE, OTHER, THIRD = (checks.Agency(f"id-{n}", name) for n, name in enumerate(("澄心", "青柠", "云岫")))
DAY = date(2026, 4, 20)


def test_a_shared_telephone_is_proposed_of_each_and_only_what_is_new_later() -> None:
    first = checks.shared([checks.Group("telephone", (ONE, OTHER))], on=DAY)
    assert {one.agency: one.kind for one in first} == {ONE: "c3", OTHER: "c3"}
    known = {one.key(clue) for one in first for clue in one.clues}
    again = checks.shared([checks.Group("telephone", (ONE, OTHER, THIRD))], on=DAY)
    told = {one.agency: [clue.content["other"] for clue in one.clues] for one in checks.new(again, known)}
    assert told == {ONE: ["id-2"], OTHER: ["id-2"], THIRD: ["id-0", "id-1"]}


def test_a_network_address_is_c2_and_what_no_clause_names_is_nothing() -> None:
    groups = [checks.Group(what, (ONE, OTHER)) for what in ("network", "address", "control")]
    assert [one.kind for one in checks.shared(groups, on=DAY)] == ["c2", "c2"]


def complaint(number: int, day: date, agency: checks.Agency = ONE) -> checks.Complaint:
    return checks.Complaint(f"case-{number}", f"R{number}", agency, day)


@pytest.mark.parametrize(
    ("days", "proposed"),
    [
        (["2025-05-01", "2025-09-01"], []),
        (["2025-05-01", "2025-09-01", "2026-05-01"], [3]),  # the third is included, and the day a year later
        (["2025-05-01", "2025-09-01", "2026-05-02"], []),
        (["2025-05-01", "2025-09-01", "2025-09-01", "2025-10-01"], [3]),
        (["2025-01-01"] * 6, [6]),
        (["2024-01-01", "2025-05-01", "2025-09-01", "2025-10-01"], [3]),
    ],
)
def test_three_unfounded_complaints_within_a_year(days: list[str], proposed: list[int]) -> None:
    made = [complaint(n, date.fromisoformat(day)) for n, day in enumerate(days)]
    found = checks.unfounded(made, (), on=date(2026, 6, 1))
    assert [len(one.clues) for one in found] == proposed
    known = {one.key(clue) for one in found for clue in one.clues}
    assert checks.unfounded(made, known, on=date(2026, 6, 1)) == []


def test_unfounded_complaints_of_two_agencies_are_not_added_up() -> None:
    made = [complaint(n, DAY, agency) for n, agency in enumerate((ONE, ONE, OTHER, OTHER))]
    assert checks.unfounded(made, (), on=DAY) == []


def share_telephone(first: Organisation, second: Organisation) -> None:
    with recorded("market.tests", actor=KEEPER, ground=OUR_RULE, at=START) as record:
        second.telephone = first.telephone
        second.save()
        record(second.subject, telephone=True)


def test_the_market_proposes_what_it_finds_and_each_thing_once(parties: Parties) -> None:
    share_telephone(parties.agencies[0], parties.agencies[1])
    late: Play = play(parties, agency=parties.agencies[2])
    late.signed(at("2026-03-18 10:00"), late_reason="公章在外")  # the last day was the 17th
    left = play(parties, agency=parties.agencies[3], code="WATER-2")
    # Later than the last day to sign, and still one thing and not two.
    left.take("agency", "contract_abandon", at("2026-03-19 09:00"), ground="none", reason="人手不足")
    assert actions.check_daily(at("2026-03-20 09:00")) == 4
    found = {(one.organisation_id, one.clues.get().check_name) for one in Conduct.objects.all()}
    ids = [one.pk for one in parties.agencies]
    assert found == {
        (ids[0], Check.SHARED_PERSON), (ids[1], Check.SHARED_PERSON), (ids[2], Check.LATE_CONTRACT),
        (ids[3], Check.ABANDONED),
    }  # fmt: skip
    assert {state(one) for one in Conduct.objects.all()} == {"proposed"}
    assert grade(parties) == ("A", 0, 0)
    # Once a day, and on demand whenever asked; nothing is proposed a second time, not after it was dropped either.
    assert actions.check_daily(at("2026-03-20 10:00")) == 0 and CheckRun.objects.count() == 1
    dropped = Conduct.objects.get(organisation=parties.agencies[0])
    wednesday = at("2026-04-01 09:00")
    take(parties, dropped, "conduct_drop", wednesday, "operator-head", drop_reason="同一楼宇总机")
    assert actions.check(wednesday, by=parties.people["operator-clerk"]) == 0
    assert CheckRun.objects.count() == 2
    # What comes to it later is new: the service was to be delivered by 10 April.
    assert actions.check_daily(MONDAY) == 1
    assert Clue.objects.filter(check_name=Check.LATE_SERVICE).count() == 1


def test_an_award_that_is_given_back_by_a_step_of_the_purchase_is_proposed_once(parties: Parties) -> None:
    one = play(parties)
    account = one.account("agency")
    acting = Acting(buying.agency, actor_of(account), account)
    case = one.contract.purchase.case
    case.refresh_from_db()
    told = {"abandoned_because": "人手不足"}
    cases.take_step(case.uuid, "abandon", told, acting=acting, at=SIGNED, seen=case.events_count, own=True)
    assert actions.check(SIGNED + timedelta(days=1)) == 1
    made = Conduct.objects.get()
    assert made.organisation == parties.agencies[0] and made.clues.get().check_name == Check.ABANDONED
    assert actions.check(SIGNED + timedelta(days=2)) == 0


def decided(parties: Parties, outcome: str, when: datetime) -> None:
    """A complaint of the first agency that was decided so. The decision is written as its last event."""
    given = {
        "subject": "fees", "against_kind": "agency", "against": "某机构", "facts": "多收费用。",
        "complainant_name": parties.agencies[0].name,
    }  # fmt: skip
    case = cases.begin(
        complaints.complaint, complaints.file, given, acting=as_party(complaints.complainant),
        unit=route(given).unit, at=when,
    ).case  # fmt: skip
    clerk = first_for(
        of_account(parties.people["prices-clerk"], complaints.complaint, case.unit, when.date()), [complaints.clerk]
    )
    assert clerk is not None
    cases.take_step(case.uuid, "accept", {}, acting=clerk, at=when, seen=1)
    for name, role in (("prices-head", "section_head"), ("prices-deputy", "deputy_head")):
        if not Account.objects.filter(username=name).exists():
            account, _ = keep_account(name, password=PASSWORD, at=START)
            give_post(account, "market-supervision", role, since=START.date(), at=START)
    told = {"outcome": outcome, "findings": "无", "decision": "无"}
    proposal = cases.propose(case.uuid, "decide", told, acting=clerk, at=when, seen=2)
    for name, role in (("prices-head", "section_head"), ("prices-deputy", "deputy_head")):
        account = Account.objects.get(username=name)
        signs = next(
            one for one in of_account(account, complaints.complaint, case.unit, when.date()) if one.role.key == role
        )
        cases.give_opinion(
            proposal.uuid, acting_role=role, unit_key=case.unit.key, verdict=Verdict.SIGNED, words="",
            actor=signs.actor, account=account, for_account=None, at=when,
        )  # fmt: skip


def test_complaints_of_an_agency_are_counted_once_decided(parties: Parties) -> None:
    for day in ("2026-02-02", "2026-03-02"):
        decided(parties, "unfounded", at(f"{day} 09:00"))
    assert actions.check(MONDAY) == 0
    decided(parties, "fabricated", at("2026-03-09 09:00"))
    assert actions.check(MONDAY) == 1
    decided(parties, "unfounded", at("2026-03-16 09:00"))
    assert actions.check(MONDAY) == 1
    kinds = {one.clues.first().check_name: queries.findings([one])[0].kind.key for one in Conduct.objects.all()}
    assert kinds == {Check.FABRICATED: "c9", Check.UNFOUNDED: "b8"}
    assert actions.check(MONDAY) == 0


# --- kept


@pytest.mark.parametrize("outcome", ["unfounded", "fabricated"])
def test_a_complaint_that_counts_is_kept_as_long_as_the_files_are(parties: Parties, outcome: str) -> None:
    decided(parties, outcome, at("2026-03-02 09:00"))
    clerk = Account.objects.get(username="prices-clerk")
    case = Case.objects.get(procedure=complaints.complaint.key)
    acting = first_for(of_account(clerk, complaints.complaint, case.unit, MONDAY.date()), [complaints.clerk])
    assert acting is not None
    told = {"published_text": "投诉查无实据。"}
    cases.take_step(case.uuid, "publish", told, acting=acting, at=MONDAY, seen=case.events_count)
    case.refresh_from_db()
    assert case.over
    with pytest.raises(GongbaoError, match="kept until 2041"):
        cases.erase_personal(case.uuid, actor=KEEPER, ground=OUR_RULE, at=MONDAY + timedelta(days=6))


def test_every_case_of_the_market_is_kept_for_fifteen_years() -> None:
    types = [one for one in case_types() if one.procedure.document == DOCUMENT]
    assert {one.procedure.key for one in types} == {
        "market_complaint", "market_purchase", "market_contract", "market_conduct"
    }  # fmt: skip
    assert {one.kept_until for one in types} == {files_kept_until}


def test_files_are_kept_for_fifteen_years_and_records_for_ever(parties: Parties) -> None:
    found = verified(parties)
    cases.tend_due(MONDAY + timedelta(days=30))
    case = Case.objects.get(pk=found.case_id)
    assert case.closed_at is not None and case.closed_at.date() == date(2026, 5, 20)
    with pytest.raises(GongbaoError, match="kept until 2041-05-20"):
        cases.erase_personal(case.uuid, actor=KEEPER, ground=OUR_RULE, at=at("2041-05-19 23:00"))
    assert cases.erase_personal(case.uuid, actor=KEEPER, ground=OUR_RULE, at=at("2041-05-20 00:00")) > 0
    assert grade(parties) == ("B", 1, 0)  # the record of the year stays
    with pytest.raises(WriteOutsideAction):
        found.delete()
    record = found._meta.db_table
    with pytest.raises(DatabaseError), recorded("market.tests", actor=KEEPER, ground=OUR_RULE, at=START) as told:
        told("market:tests", removed=True)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {record}")
