"""Purchases, from the purchase information to the notice of award: what may be done, by whom, by when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.cases import actions as cases
from gongbao.office.cases import papers
from gongbao.office.cases.actions import Overtaken
from gongbao.office.cases.models import CaseEvent, CaseLetter
from gongbao.office.cases.queries import counts, desk_of, letters_of, situation_of
from gongbao.office.outbox.models import Message
from gongbao.office.people.actions import keep_account
from gongbao.procedures import Refused
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent, keep_item
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.actions import (
    Particulars,
    add_member,
    change_particulars,
    enter_agency,
    register_signing_key,
    say_affiliated,
)
from gongbao.systems.intermediary_market.purchases import actions, queries
from gongbao.systems.intermediary_market.purchases.models import NotCounted, ProcurementLimit, Purchase, Registration
from gongbao.systems.intermediary_market.purchases.terms import WrongTerms
from gongbao.systems.intermediary_market.purchases.views.public import label_of_problem
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
from tests.systems.intermediary_market.custodians import FIRST, SECOND, open_part, signing_key
from tests.systems.intermediary_market.parties import PASSWORD, START

pytestmark = pytest.mark.one_database


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


# --- the terms, and what may not be bought


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"project_name": ""}, "project_name"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_telephone": "文竹"}, "contact_telephone"),
        ({"budget": "0"}, "budget"),
        ({"budget": "1.5e3"}, "budget"),
        ({"budget_year": "2024"}, "budget_year"),
        ({"registration_days": "4"}, "registration_days"),
        ({"selection_days": "0"}, "selection_days"),
        ({"selection_time": "25:00"}, "selection_time"),
        ({"excluded": ""}, "excluded"),
        ({"excluded": "disaster"}, "excluded"),
        ({"excluded": "accident"}, "excluded"),
        ({"excluded": "secrecy"}, "excluded"),
        ({"excluded": "privacy"}, "excluded"),
        ({"way": "best_value", "criteria": "方案 60\n报价 30"}, "criteria"),
        ({"way": "best_value", "criteria": "方案 60\n方案 40"}, "criteria"),
        ({"way": "best_value", "criteria": "方案"}, "criteria"),
        ({"criteria": "方案 100"}, "criteria"),
        ({"way": "negotiation"}, "way"),
        ({"way": "random_draw", "after_abandonment": "next_in_rank"}, "after_abandonment"),
        ({"fewest": "10"}, "fewest"),  # that is not the owner's to set
        ({"surprise": "1"}, "surprise"),
    ],
)
def test_terms_that_are_not_in_order_are_refused_by_their_field(
    market: Market, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(WrongTerms) as refused:
        market.submit(**changed)
    assert field in {one.field for one in refused.value.problems}
    assert not Purchase.objects.exists()


def test_what_the_market_is_not_for_is_refused_with_the_clause(market: Market) -> None:
    for excluded in ("disaster", "secrecy", "privacy"):
        with pytest.raises(WrongTerms) as refused:
            market.submit(excluded=excluded)
        assert "第二条第六款" in refused.value.label.zh


def test_services_under_agreement_and_at_government_prices(market: Market) -> None:
    content = {
        "name": "检测", "legal_ground": "某条", "time_limit": "5日", "process": "检测", "conditions": "无",
        "fee_standard": "定",
    }  # fmt: skip
    housing = market.parties.units["housing"]

    def item(code: str, **more: str) -> Any:
        made = ItemContent(**content, **more)
        return keep_item(code, made, authority=housing, since=START.date(), actor=KEEPER, at=START)[0].item

    agreed, priced = item("A", supply="agreement"), item("G", pricing="government")
    for way in ("direct", "lowest_price"):
        with pytest.raises(WrongTerms, match="第十八条第二款"):
            actions.submit(market.owner, agreed, {**TERMS, "way": way}, account=market.account, at=MONDAY)
    with pytest.raises(WrongTerms, match="第十条"):
        actions.submit(market.owner, priced, TERMS, account=market.account, at=MONDAY)
    actions.submit(market.owner, priced, {**TERMS, "way": "random_draw"}, account=market.account, at=MONDAY)
    for criteria in ("服务方案 60\n报 价 40", "服务方案 100；下浮最多的得满分", "收费标准 100"):
        given = {**TERMS, "way": "best_value", "criteria": criteria}
        with pytest.raises(WrongTerms, match="第十条"):
            actions.submit(market.owner, priced, given, account=market.account, at=MONDAY)
        actions.submit(market.owner, market.item, given, account=market.account, at=MONDAY)
    given = {**TERMS, "way": "best_value", "criteria": "服务方案 60；评价因素见附件\n造价人员 40"}
    actions.submit(market.owner, priced, given, account=market.account, at=MONDAY)


def test_public_funds_are_those_of_public_bodies(market: Market) -> None:
    works, account = market.parties.owners[1], market.parties.people["works"]
    with pytest.raises(WrongTerms, match="第三条第二款"):
        actions.submit(works, market.item, TERMS, account=account, at=MONDAY)
    actions.submit(works, market.item, {**TERMS, "fund": "private"}, account=account, at=MONDAY)


# --- the limit


def test_without_a_limit_nothing_from_public_funds_is_published(market: Market) -> None:
    with pytest.raises(GongbaoError, match="procurement limit of 2025"):
        market.submit(budget_year="2025")
    market.submit(budget_year="2025", fund="private")


def test_the_limit_sums_up_a_year_by_owner_and_service_and_is_reached_exactly(market: Market) -> None:
    market.submit(budget="200000")
    with pytest.raises(GongbaoError, match=r"300,000\.01 yuan in 2026"):
        market.submit(budget="100000.01")
    second = market.submit(budget="100000")
    # What is withdrawn is not spent.
    market.owner_step(second, "withdraw_purchase", MONDAY, reason="不再需要")
    market.submit(budget="100000")


def test_a_limit_is_entered_anew_and_the_one_before_stays(market: Market) -> None:
    actions.enter_limit("2026", "50000.00", "补充通知", account=None, actor=KEEPER, at=MONDAY)
    assert ProcurementLimit.objects.filter(budget_year=2026).count() == 2
    with pytest.raises(GongbaoError, match=r"limit is 50,000\.00"):
        market.submit()
    for year, amount in (("2026", "0"), ("1999", "1"), ("x", "1"), ("2026", "1.234")):
        with pytest.raises(GongbaoError):
            actions.enter_limit(year, amount, "通知", account=None, actor=KEEPER, at=MONDAY)


def test_a_limit_that_was_lowered_meanwhile_stops_the_publication(market: Market) -> None:
    made = market.submit()
    actions.enter_limit("2026", "50000", "补充通知", account=None, actor=KEEPER, at=MONDAY)
    with pytest.raises(GongbaoError, match=r"limit is 50,000\.00"):
        market.publish(made)
    assert again(made).case.state == "reviewing"


# --- the form review


def test_form_review_has_two_working_days_and_one_list_of_corrections(market: Market) -> None:
    made = market.submit()
    assert str(made.case.due) == "2026-03-04"
    market.desk(made, "ask_corrections", MONDAY, corrections="补充面积\n补充联系人")
    assert again(made).case.state == "to_correct"
    tuesday = MONDAY + timedelta(days=4)
    actions.resubmit(made, {**TERMS, "subject": "面积4300平方米"}, account=market.account, at=tuesday, seen=seen(made))
    # Anew, from the day after the corrections (第二十条第三款).
    assert str(again(made).case.due) == "2026-03-10"
    with pytest.raises(Refused, match="in one list"):
        market.desk(made, "ask_corrections", tuesday, corrections="还有一点")
    assert market.publish(made, tuesday).case.state == "open"


def test_what_may_not_be_published_is_declined_with_two_signatures(market: Market) -> None:
    made = market.desk(market.submit(), "decline_purchase", MONDAY, ground="secrecy", reason="涉及保密")
    assert made.case.state == "declined"
    assert CaseLetter.objects.get().key == "declined_letter"


def test_a_step_of_the_market_is_not_taken_on_the_pages_of_cases(market: Market) -> None:
    made = market.submit()
    with pytest.raises(GongbaoError, match="own page"):
        cases.take_step(made.case.uuid, "publish_notice", {}, acting=market.operator(), at=MONDAY, seen=1)


def test_somebody_who_does_not_act_for_the_owner_is_refused(market: Market) -> None:
    stranger = market.parties.people["agency-1"]
    with pytest.raises(GongbaoError, match="do not act"):
        actions.submit(market.owner, market.item, TERMS, account=stranger, at=MONDAY)


# --- registration


def test_registration_ends_with_the_fifth_working_day_after_the_notice(market: Market) -> None:
    made = market.published()
    assert made.registration_ends_at == ENDS  # Monday the 9th, 24:00; Saturday and Sunday do not count
    assert made.selection_at == SELECTION
    assert queries.is_open(made, ENDS - timedelta(microseconds=1))
    assert not queries.is_open(made, ENDS)
    assert market.close(made).case.state == "registered"


def test_it_is_extended_before_the_deadline_only(market: Market) -> None:
    made = market.published()
    last_moment = ENDS - timedelta(seconds=1)
    actions.extend(made, "2", "咨询较多", account=market.account, at=last_moment, seen=seen(made))
    made = again(made)
    assert made.registration_ends_at == at("2026-03-12 00:00")
    with pytest.raises((Refused, Overtaken)):
        actions.extend(made, "2", "再延", account=market.account, at=at("2026-03-12 00:00"), seen=seen(made))
    assert again(made).case.state == "registered"


def test_who_registered_before_an_extension_counts(market: Market) -> None:
    made = market.published()
    market.register(made, [0])
    actions.extend(made, "1", "咨询较多", account=market.account, at=ENDS - timedelta(hours=1), seen=seen(made))
    made = market.close(again(made))
    market.open(made, Part.REGISTRATION, at("2026-03-11 09:00"))
    assert Registration.objects.count() == 1


def test_changed_terms_restart_the_days_tell_agencies_and_ask_for_new_registrations(market: Market) -> None:
    made = market.published()
    market.register(made, [0, 1], sealed_at=at("2026-03-12 10:00").isoformat())  # the clock of their browsers is wrong
    when = at("2026-03-05 10:00")
    changed = {**TERMS, "requirements": "须有两名鉴定工程师"}
    actions.change_terms(made, changed, "漏写条件", account=market.account, at=when, seen=seen(made))
    assert not queries.is_open(again(made), when)
    made = market.publish(made, at("2026-03-06 10:00"))
    assert made.registration_ends_at == at("2026-03-14 00:00")
    market.register(made, [1], sealed_at=at("2026-03-11 10:00").isoformat())
    made = market.open(market.close(made), Part.REGISTRATION, at("2026-03-16 09:00"))
    assert [one.organisation for one in Registration.objects.all()] == [market.parties.agencies[1]]
    assert NotCounted.objects.filter(problem="earlier_terms").count() == 1


def test_a_registration_under_terms_that_were_never_published_does_not_count(market: Market) -> None:
    """Sealed once under number 9999 it would hold for whatever the owner publishes later."""
    made = market.published()
    market.register(made, [0], terms=9999)
    market.register(made, [1])
    made = market.open(market.close(made), Part.REGISTRATION, ENDS + timedelta(hours=9))
    assert [one.organisation for one in queries.by_envelope(made)] == [market.parties.agencies[1]]
    (left,) = queries.not_counted(made)
    assert (left.organisation, left.problem) == (market.parties.agencies[0], "unknown_terms")
    assert label_of_problem(left.problem).zh


def test_the_owner_withdraws_before_the_deadline_and_not_after(market: Market) -> None:
    made = market.published()
    assert market.owner_step(made, "withdraw_purchase", ENDS - timedelta(hours=1), reason="停办").case.over
    later = market.published(when=at("2026-03-02 11:00"), project_name="另一项")
    with pytest.raises((Refused, Overtaken)):
        market.owner_step(later, "withdraw_purchase", ENDS, reason="停办")


# --- the first opening, and the check


def test_one_person_behind_two_of_them_excludes_both(market: Market) -> None:
    first, second = market.parties.agencies[:2]
    from gongbao.office.audit.actions import recorded

    with recorded("tests.same", actor=KEEPER, ground="our rule", at=START) as record:
        second.controller_digest = first.legal_representative_digest
        first.legal_representative_confirmed = second.controller_confirmed = True  # as the business register has it
        first.save()
        second.save()
        record(second.subject)
    made = market.opened([0, 1, 2])
    found = {one.organisation_id: one.excluded for one in Registration.objects.filter(purchase=made)}
    clause = ["第二十二条第（一）项"]
    assert [found[one.pk] for one in market.parties.agencies[:3]] == [clause, clause, []]
    excluded = Registration.objects.get(organisation=first)
    with pytest.raises(GongbaoError, match="stand aside"):
        actions.judge(excluded, True, "仍予准入", account=market.account, at=ENDS)


def test_who_declares_kinship_stands_aside(market: Market) -> None:
    made = market.published()
    market.register(made, [0], ["100"], kinship=True)
    market.register(made, [1], ["200"])
    made = market.open(market.close(made), Part.REGISTRATION, ENDS + timedelta(hours=9))
    excluded = {one.organisation: one.excluded for one in queries.by_envelope(made)}
    assert excluded == {market.parties.agencies[0]: ["第二十二条第（二）项"], market.parties.agencies[1]: []}


def test_who_would_buy_from_itself_stands_aside(market: Market) -> None:
    """The owner as an agency, and an agency that the owner's representative leads, as both say."""
    own = Particulars(market.owner.name, market.owner.kind)
    enter_agency(market.owner.uscc, own, account=market.account, actor=KEEPER, at=START)
    key = signing_key(market.owner.uscc).as_dict(private=False)
    register_signing_key(market.owner, key, actor=KEEPER, at=START)
    given = {"legal_representative": "代表2", "legal_representative_id": "id-2"}
    market.parties.owners[0] = change_particulars(market.owner, given, actor=KEEPER, at=START)
    say_affiliated(market.owner, market.parties.agencies[1], actor=KEEPER, at=START)
    say_affiliated(market.parties.agencies[1], market.owner, actor=KEEPER, at=START)
    market.parties.agencies.insert(0, market.owner)
    made = market.opened([0, 1, 2])
    found = {one.organisation.name: one.excluded for one in queries.by_envelope(made)}
    itself, other, led = (one.name for one in market.parties.agencies[:3])
    assert found[other] == [] and "第二十二条第（三）项" in found[itself] and "第二十二条第（三）项" in found[led]


def test_nobody_reviews_the_notice_or_judges_the_agency_for_which_they_act(market: Market) -> None:
    made = market.submit()
    add_member(market.owner, market.parties.people["operator-clerk"], since=START.date(), actor=KEEPER, at=START)
    with pytest.raises(GongbaoError, match="does not review"):
        market.publish(made)
    acting = market.operator()
    other, _ = keep_account("operator-other", password=PASSWORD, at=START)
    actions.publish(again(made), acting=replace(acting, account=other), at=MONDAY, seen=seen(made))
    made = again(made)
    market.register(made, [0, 1])
    made = market.open(market.close(made), Part.REGISTRATION, ENDS + timedelta(hours=9))
    add_member(market.parties.agencies[0], market.account, since=START.date(), actor=KEEPER, at=START)
    own, stranger = sorted(queries.by_envelope(made), key=lambda one: one.organisation_id)
    with pytest.raises(GongbaoError, match="does not judge"):
        actions.judge(own, True, "证书齐全", account=market.account, at=ENDS)
    with pytest.raises(GongbaoError, match="does not judge"):
        actions.mark(own, {}, account=market.account, at=ENDS)
    assert actions.judge(stranger, True, "证书齐全", account=market.account, at=ENDS).admitted


def test_the_owner_gives_a_reason_for_each_and_checks_all(market: Market) -> None:
    made = market.opened([0, 1])
    one, other = queries.by_envelope(made)
    with pytest.raises(GongbaoError):
        actions.judge(one, True, " ", account=market.account, at=ENDS)
    actions.judge(one, True, "证书齐全", account=market.account, at=ENDS)
    with pytest.raises(GongbaoError, match="everyone"):
        actions.finish_check(made, account=market.account, at=ENDS, seen=seen(made))
    actions.judge(other, False, "证书过期", account=market.account, at=ENDS)
    actions.finish_check(made, account=market.account, at=ENDS, seen=seen(made))
    assert again(made).case.state == "checked"


@pytest.mark.parametrize("numbers", [[], [0]])
def test_it_fails_with_nobody(market: Market, numbers: list[int]) -> None:
    made = market.checked(market.opened(numbers), rejected=numbers)
    assert made.case.state == "failed"
    assert CaseEvent.objects.get(case=made.case, step="fail").values["failure"] == "nobody"


# --- the selection


def test_the_lowest_price_within_the_budget_is_selected(market: Market) -> None:
    made = market.settle(market.selecting([0, 1, 2], ["50000", "40000.01", "80000.01"]))
    assert made.selected is not None and made.selected.organisation == market.parties.agencies[1]
    assert made.case.state == "selected"
    assert made.computed.filter(policy="market-outcome").count() == 2


def test_a_discount_is_better_the_greater_it_is(market: Market) -> None:
    made = market.published(price_kind="discount")
    market.register(made, [0, 1], ["12", "20"])
    made = market.checked(market.open(market.close(made), Part.REGISTRATION, ENDS + timedelta(hours=9)))
    made = market.settle(market.open(made, Part.OFFER, SELECTION))
    assert made.selected is not None and made.selected.organisation == market.parties.agencies[1]
    assert queries.price_in_words(made.selected) == "下浮率20%"


def test_equals_are_drawn_among(market: Market) -> None:
    made = market.settle(market.selecting([0, 1, 2], ["400", "400", "500"]))
    assert made.case.state == "drawing"
    entries = made.draws.get().entries.all()
    assert {one.registration.organisation for one in entries} == set(market.parties.agencies[:2])
    actions.drawn(made, entries[0].registration, at=SELECTION, actor=KEEPER)
    assert again(made).selected == entries[0].registration
    assert again(made).case.state == "selected"


def test_a_random_draw_is_among_all_who_were_admitted(market: Market) -> None:
    made = market.settle(market.selecting([0, 1], way="random_draw"))
    assert made.case.state == "drawing" and made.draws.get().entries.count() == 2


def test_a_direct_choice_is_the_owners_with_a_reason(market: Market) -> None:
    made = market.selecting([0, 1], way="direct")
    one = queries.by_envelope(made)[1]
    with pytest.raises(GongbaoError):
        market.settle(made, chosen=one)
    with pytest.raises(GongbaoError, match="choose one"):
        market.settle(made, reason="经验较多")
    with pytest.raises(GongbaoError, match="owner chooses"):
        actions.settle(made, acting=market.operator(), at=SELECTION, seen=seen(made), chosen=one, reason="经验较多")
    assert market.settle(made, chosen=one, reason="经验较多").selected == one


def test_best_value_goes_by_the_weights_of_the_notice(market: Market) -> None:
    made = market.selecting([0, 1], way="best_value", criteria="方案 70\n报价 30")
    found = {one.organisation_id: one for one in queries.by_envelope(made)}
    first, second = (found[one.pk] for one in market.parties.agencies[:2])
    with pytest.raises(GongbaoError, match="give points"):
        market.settle(made)
    actions.mark(first, {"方案": "90", "报价": "10"}, account=market.account, at=SELECTION)  # 66
    actions.mark(second, {"方案": "60.5", "报价": "80"}, account=market.account, at=SELECTION)  # 66.35
    for points in ("101", "-1", "很好", "1.005", ""):
        with pytest.raises(GongbaoError):
            actions.mark(first, {"方案": points, "报价": "10"}, account=market.account, at=SELECTION)
    assert market.settle(made).selected == second


def test_prices_are_not_opened_before_the_time_of_the_selection(market: Market) -> None:
    made = market.checked(market.opened([0]))
    with pytest.raises(GongbaoError):
        market.open(made, Part.OFFER, SELECTION - timedelta(minutes=1))


# --- the result


def test_a_result_that_is_not_confirmed_is_reported_and_never_deemed_confirmed(market: Market) -> None:
    made = market.selected()
    told = Message.objects.count()
    cases.tend_due(at("2026-03-13 00:00"))  # Thursday the 12th was the one working day
    made = again(made)
    assert made.case.state == "selected"
    assert CaseEvent.objects.get(case=made.case, step="escalate").on == at("2026-03-12 00:00").date()
    assert Message.objects.count() > told
    assert market.owner_step(made, "confirm", at("2026-04-01 10:00")).case.state == "confirmed"


def test_the_operator_is_told_of_what_it_has_to_do_and_of_nothing_that_waits_for_others(market: Market) -> None:
    made = market.owner_step(market.selected(), "confirm")
    told = Message.objects.filter(about=made.case.subject, unit=made.case.unit, role="clerk").order_by("pk")
    steps = [one.subject_en.split(": ")[1] for one in told.exclude(subject_en__contains="soon due")]
    assert steps == ["new, to be handled", "Open the offers", "Confirm the result"]


def test_the_notice_of_award_comes_after_five_working_days(market: Market) -> None:
    made = market.announced()
    with pytest.raises(Refused, match="not over"):
        market.desk(made, "issue_award", at("2026-03-18 17:00"))
    made = market.desk(made, "issue_award", at("2026-03-19 09:00"))
    assert made.case.state == "awarded"
    # Five days at least, and so never late; as little as the opening of the offers at its time.
    assert made.case.late == []
    assert Contract.objects.get().registration == made.selected
    situation = situation_of(made.case)
    for shown in letters_of(made.case, situation):
        for language in ("zh-hans", "en"):
            letter = papers.letter_of(made.case, situation, shown, language)
            assert papers.LETTERS["docx"](letter)


def test_letters_of_an_award_are_served_as_they_are_made(market: Market) -> None:
    made = market.announced()
    (letter,) = letters_of(made.case, situation_of(made.case))
    assert letter.served is not None and letter.served.on == letter.event.on
    assert letter.served.values["manner"] == "notice"
    made = market.desk(made, "issue_award", at("2026-03-19 09:00"))
    _, notice = letters_of(made.case, situation_of(made.case))
    assert notice.served is not None and notice.served.values["manner"] == "electronic"
    clerk = desk_of(market.parties.people["operator-clerk"], SELECTION.date())
    assert counts(clerk, SELECTION)["unserved"] == 0


def test_only_a_recorded_suspension_stops_the_notice_of_award(market: Market) -> None:
    made = market.announced()
    order = {"ordered_by": "云岭市人民法院", "order_number": "（2026）行保1号", "suspension_reason": "异议待查"}
    made = market.desk(made, "suspend_award", at("2026-03-12 10:00"), suspended_for="court", **order)
    with pytest.raises(Refused):
        market.desk(made, "issue_award", at("2026-04-01 09:00"))
    with pytest.raises(Refused, match="lifted_by: needed"):
        market.desk(made, "resume_award", at("2026-04-01 09:00"), resumed_because="异议不成立")
    made = market.desk(
        made, "resume_award", at("2026-04-01 09:00"), resumed_because="已解除", lifted_by="（2026）行保1号之一"
    )
    with pytest.raises(Refused, match="not over"):
        market.desk(made, "issue_award", at("2026-04-01 10:00"))
    assert market.desk(made, "issue_award", at("2026-04-09 10:00")).case.state == "awarded"


def test_a_result_that_is_kept_back_is_public_after_its_end(market: Market) -> None:
    made = market.owner_step(market.selected(), "confirm")
    made = market.owner_step(
        made, "hold_back", SELECTION, unpublished_ground="依法暂不公开", unpublished_until="2026-03-20"
    )
    with pytest.raises(Refused):
        market.desk(made, "publish_award", at("2026-03-20 10:00"))
    assert not queries.result_is_public(made)
    assert queries.public_state(made).zh == "选取进行中"
    cases.tend_due(at("2026-03-21 00:00"))
    made = market.desk(again(made), "publish_award", at("2026-03-23 10:00"))
    assert queries.result_is_public(made)


def test_an_award_that_is_given_back_ends_the_attempt_and_another_is_linked_to_it(market: Market) -> None:
    made = market.announced()
    agency = market.parties.people["agency-1"]
    with pytest.raises(GongbaoError, match="do not act"):
        actions.give_back(made, "人手不足", acting=actions.as_agency(market.account), at=SELECTION)
    actions.give_back(made, "人手不足", acting=actions.as_agency(agency), at=SELECTION)
    made = again(made)
    assert made.case.state == "abandoned" and made.selected is None
    following = market.submit(SELECTION, previous=made)
    assert (following.project, following.previous) == (made.project, made)
    with pytest.raises(GongbaoError, match="follows that one"):
        market.submit(SELECTION, previous=made)


def test_the_next_in_rank_follows_where_the_notice_said_so(market: Market) -> None:
    made = market.selected((0, 1), ("100", "200"), after_abandonment="next_in_rank")
    first, second = market.parties.agencies[:2]
    assert made.selected is not None and made.selected.organisation == first
    actions.give_back(made, "人手不足", acting=actions.as_agency(market.parties.people["agency-1"]), at=SELECTION)
    made = again(made)
    assert made.selected is not None and made.selected.organisation == second
    assert made.case.state == "selected"
    actions.give_back(made, "人手不足", acting=actions.as_agency(market.parties.people["agency-2"]), at=SELECTION)
    assert again(made).case.state == "abandoned"


def test_a_conflict_found_later_annuls_with_the_contract(market: Market) -> None:
    made = market.desk(market.announced(), "issue_award", at("2026-03-19 09:00"))
    made = market.desk(
        made,
        "annul",
        at("2026-03-20 09:00"),
        annulled_for="kinship",
        findings="查明亲属关系",
        annulled_because="应当回避",
    )
    assert made.case.state == "annulled" and made.selected is None
    assert Contract.objects.get().case.over


# --- an outage, and negotiation


def test_an_outage_interrupts_and_the_owner_starts_again_or_selects_outside(market: Market) -> None:
    given = {"outage": "network", "outage_since": "2026-03-04 08:00", "outage_note": "机房网络中断"}
    one = market.desk(market.published(), "declare_outage", at("2026-03-04 09:00"), **given)
    assert one.case.state == "interrupted" and not queries.is_open(one, at("2026-03-04 09:00"))
    actions.reopen(one, acting=market.operator(), at=at("2026-03-05 09:00"), seen=seen(one))
    assert again(one).registration_ends_at == at("2026-03-13 00:00")
    two = market.desk(market.opened([0], budget="1000"), "declare_outage", SELECTION, **given)
    with pytest.raises(GongbaoError, match="was over before"):
        actions.reopen(two, acting=market.operator(), at=SELECTION, seen=seen(two))
    two = market.owner_step(two, "choose_rerun")
    assert market.submit(SELECTION, previous=two, budget="1000").previous == two
    three = market.desk(again(one), "declare_outage", at("2026-03-05 10:00"), **given)
    three = market.owner_step(
        three, "choose_outside", outside_agency="云岭鉴定所", outside_price="70000", outside_reason="询价后选定"
    )
    assert three.case.state == "outside"


def test_what_is_selected_outside_with_public_funds_keeps_to_budget_and_limit(market: Market) -> None:
    """第三条第二款, as for what is selected in the market; private owners spend as they like."""
    outage = {"outage": "network", "outage_since": "2026-03-04 08:00", "outage_note": "机房网络中断"}
    given = {"outside_agency": "云岭鉴定所", "outside_reason": "询价后选定"}
    one = market.desk(market.published(), "declare_outage", at("2026-03-04 09:00"), **outage)
    with pytest.raises(GongbaoError, match="no more than the budget") as refused:
        market.owner_step(one, "choose_outside", outside_price="80000.01", **given)
    assert refused.value.where == "outside_price"
    actions.enter_limit(2026, "60000", "云澜市2026年集中采购目录（调整）", account=None, actor=KEEPER, at=MONDAY)
    with pytest.raises(GongbaoError, match=r"would spend 70,000\.00 yuan in 2026"):
        market.owner_step(one, "choose_outside", outside_price="70000", **given)
    assert again(one).case.state == "interrupted"
    kept = one.computed.count()
    assert market.owner_step(one, "choose_outside", outside_price="60000", **given).case.state == "outside"
    assert one.computed.count() == kept + 1 and one.computed.last().policy == "market-limit"  # type: ignore[union-attr]
    other = market.desk(market.published(fund="private"), "declare_outage", at("2026-03-04 09:00"), **outage)
    assert market.owner_step(other, "choose_outside", outside_price="90000", **given).case.state == "outside"


def test_after_two_failures_in_a_row_the_owner_negotiates(market: Market) -> None:
    first = market.checked(market.opened([]))
    agency = market.parties.agencies[3]

    def negotiate(after: Purchase, price: str = "79000") -> Purchase:
        return actions.negotiate(
            after, agency, price, "no", "两次废标", account=market.account, at=at("2026-03-25 10:00")
        )

    with pytest.raises(GongbaoError, match="in a row failed"):
        negotiate(first)
    second = market.submit(SELECTION, previous=first)
    second = market.publish(second, SELECTION)
    second = market.close(second)
    assert second.registration_ends_at is not None
    second = market.open(second, Part.REGISTRATION, second.registration_ends_at + timedelta(hours=9))
    actions.finish_check(
        second, account=market.account, at=second.registration_ends_at + timedelta(hours=9), seen=seen(second)
    )
    second = again(second)
    assert second.case.state == "failed"
    with pytest.raises(GongbaoError, match=r"no more than 80,000\.00 yuan"):
        negotiate(second, "80000.01")
    change_particulars(market.owner, {"controller_id": "id-4"}, actor=KEEPER, at=START)
    market.owner.refresh_from_db()
    with pytest.raises(GongbaoError, match="第二十二条第（三）项"):
        negotiate(again(second))  # from the agency that its controller leads
    change_particulars(market.owner, {"controller_id": "id-44"}, actor=KEEPER, at=START)
    second = again(second)
    made = negotiate(second)
    assert (made.case.state, made.way, made.project) == ("confirmed", "negotiation", first.project)
    made = market.desk(made, "publish_award", at("2026-03-25 11:00"))
    assert queries.notice(made.uuid, MONDAY) is not None


# --- two at once


def test_two_who_press_the_same_button_get_one_result(market: Market) -> None:
    made = market.submit()
    looked = seen(made)
    actions.publish(made, acting=market.operator(), at=MONDAY, seen=looked)
    with pytest.raises((Overtaken, Refused)):
        actions.publish(made, acting=market.operator(), at=MONDAY, seen=looked)
    assert again(made).terms.exclude(published_at=None).count() == 1


def told(market: Market, name: str) -> list[str]:
    """What was told to an account, the last first."""
    rows = Message.objects.filter(account=market.parties.people[name]).order_by("-pk")
    return list(rows.values_list("text_en", flat=True))


def test_custodians_are_told_that_it_is_their_turn(market: Market) -> None:
    made = market.published()
    market.register(made, [0, 1], ["100", "200"])
    assert not any("registrations" in one for name in (FIRST, SECOND) for one in told(market, name))
    made = market.close(made)
    turn = "Registration is over; open the registrations."
    assert told(market, FIRST)[:1] == [turn] and turn not in told(market, SECOND)
    open_part(market.parties, made, Part.REGISTRATION, FIRST, ENDS + timedelta(hours=9))
    assert told(market, SECOND)[:1] == [turn]
    open_part(market.parties, made, Part.REGISTRATION, SECOND, ENDS + timedelta(hours=9))
    market.checked(again(made))
    assert told(market, FIRST)[:1] == ["Open the offers at the time of the selection."]


def test_who_registered_hears_of_the_result_with_the_award_notice_and_not_before(market: Market) -> None:
    confirmed = market.owner_step(market.selected(), "confirm")
    names = ("agency-1", "agency-2", "agency-3")
    before = [told(market, name) for name in names]
    market.desk(confirmed, "publish_award")
    after = [told(market, name) for name in names]
    assert [len(now) - len(then) for now, then in zip(after, before, strict=True)] == [1, 1, 0]
    assert "is selected" in after[0][0] and "who objects may complain" in after[1][0]
