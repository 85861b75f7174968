"""What is written of cases: each action whole or not at all, each once, each in the log."""

import json
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from gongbao.core.errors import GongbaoError
from gongbao.office.audit import rebuild as derived
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.audit.models import Entry
from gongbao.office.cases import actions, files, queries, refusals
from gongbao.office.cases.actors import as_party
from gongbao.office.cases.models import Attachment, Case, CaseEvent, CaseLetter, PersonalValues, Reminder
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.outbox.models import Letter, Message
from gongbao.office.people.actions import end_post
from gongbao.procedures import Refused
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.complaints import procedure as market
from tests.cases.office import COMPLAINT, MONDAY, NO_LONGER_KEPT, Office, at, complain, open_office

DECISION = {"outcome": "upheld", "findings": "收费与公示不符。", "decision": "退还多收的费用。"}


def test_a_complaint_from_filing_to_publication(office: Office) -> None:
    begun = complain(office)
    case = begun.case
    assert (case.state, case.due) == ("received", date(2026, 3, 4))
    office.take(case, "accept", "clerk", at("2026-03-03 10:00"))
    case.refresh_from_db()
    assert (case.state, case.due) == ("handling", date(2026, 3, 24))
    office.take(case, "commission", "clerk", at("2026-03-04 10:00"), ground="testing", examiner="检测院", question="?")
    case.refresh_from_db()
    assert (case.state, case.due) == ("examining", None)
    office.take(case, "conclude", "clerk", at("2026-03-11 10:00"), result="不合格")
    case.refresh_from_db()
    # 14 of 15 working days were left on the 4th, and go on with the 12th.
    assert case.due == date(2026, 3, 31)
    proposal = office.propose(case, "decide", "clerk", at("2026-03-12 10:00"), **DECISION)
    office.sign(proposal, "section-head", at("2026-03-12 11:00"))
    case.refresh_from_db()
    assert case.state == "handling"
    office.sign(proposal, "deputy", at("2026-03-13 11:00"), words="同意")
    case.refresh_from_db()
    assert (case.state, case.due) == ("decided", date(2026, 3, 17))
    office.take(case, "publish", "clerk", at("2026-03-16 10:00"), published_text="退还多收的费用。")
    case.refresh_from_db()
    assert (case.state, case.over, case.due, case.look_at) == ("closed", True, None, None)
    assert list(case.events.values_list("step", flat=True)) == [
        "file", "accept", "commission", "conclude", "decide", "publish",
    ]  # fmt: skip
    assert list(CaseLetter.objects.values_list("key", "year", "serial")) == [
        ("acceptance", 2026, 1), ("decision", 2026, 1),
    ]  # fmt: skip
    assert not list(derived.differences())


def test_nothing_personal_stands_in_the_log_or_in_a_message(office: Office) -> None:
    case = complain(office).case
    office.take(case, "accept", "clerk")
    told = "".join(Entry.objects.values_list("content", flat=True)) + json.dumps(
        list(Message.objects.values()), default=str
    )
    for field in ("facts", "complainant_name", "complainant_contact"):
        assert COMPLAINT[field] not in told
    assert COMPLAINT["against"] not in told
    assert Message.objects.exists()


def test_the_secret_opens_its_own_case_alone(office: Office) -> None:
    one, two = complain(office), complain(office)
    assert actions.right_secret(one.case, one.secret) and actions.right_secret(one.case, one.secret.lower())
    assert not actions.right_secret(two.case, one.secret)
    assert not actions.right_secret(one.case, "")
    assert queries.find_by_receipt(f" {one.case.receipt.lower()} ") == one.case
    assert one.secret not in json.dumps(list(Case.objects.values()), default=str)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"subject": "weather"}, "choose one of"),
        ({"facts": ""}, "is needed"),
        ({"against": "a\nb"}, "one line"),
        ({"colour": "red"}, "there is no field colour"),
        ({"received_on": "2026-03-01"}, "there is no field received_on"),
        ({"sector_unit": "no-such-unit"}, "no such unit"),
    ],
)
def test_what_cannot_be_used_is_told_and_keeps_nothing(office: Office, changed: dict[str, Any], told: str) -> None:
    before = Entry.objects.count()
    with pytest.raises(Refused, match=told):
        complain(office, **changed)
    assert not Case.objects.exists() and not CaseEvent.objects.exists() and Entry.objects.count() == before


def test_pressed_twice_it_happens_once(office: Office) -> None:
    case = complain(office).case
    acting = office.as_("clerk", market.clerk, case)
    actions.take_step(case.uuid, "accept", {}, acting=acting, at=MONDAY, seen=1)
    with pytest.raises(actions.Overtaken):
        actions.take_step(case.uuid, "accept", {}, acting=acting, at=MONDAY, seen=1)
    assert CaseEvent.objects.filter(case=case, step="accept").count() == 1


def test_a_step_is_for_its_role_at_its_state(office: Office) -> None:
    case = complain(office).case
    with pytest.raises(Refused, match="it is for: clerk"):
        actions.take_step(case.uuid, "accept", {}, acting=as_party(market.complainant), at=MONDAY, seen=1)
    with pytest.raises(Refused, match="the case stands at"):
        office.take(case, "publish", "clerk", published_text="x")
    with pytest.raises(Refused, match="signed first"):
        office.take(case, "refuse", "clerk", reason="x")
    assert not office.acting("housing-clerk", case)
    assert not office.acting("nobody", case)


def test_a_section_acts_for_its_body(office: Office) -> None:
    case = complain(office, unit=office.section).case
    assert {one.role.key for one in office.acting("deputy", case)} == {"deputy_head"}
    assert {one.role.key for one in office.acting("second-clerk", case)} == {"clerk"}
    office.take(case, "accept", "clerk")


def test_a_transferred_case_goes_to_the_other_unit_and_its_clock_goes_on(office: Office) -> None:
    case = complain(office).case
    office.take(case, "transfer", "clerk", at("2026-03-03 09:00"), to_unit="housing", reason="属住建职责")
    case.refresh_from_db()
    assert (case.unit, case.due) == (office.housing, date(2026, 3, 4))
    assert queries.find(case.uuid, office.desk("clerk")) is None
    office.take(case, "accept", "housing-clerk", at("2026-03-04 09:00"))


def test_a_barred_unit_neither_handles_nor_sees(office: Office) -> None:
    with pytest.raises(GongbaoError, match="may not handle"):
        complain(office, barred=["market-supervision"])
    with pytest.raises(GongbaoError, match="may not handle"):
        complain(office, unit=office.section, barred=["market-supervision"])
    case = complain(office, barred=["housing"]).case
    with pytest.raises(Refused, match="may not handle"):
        office.take(case, "transfer", "clerk", to_unit="housing", reason="x")
    office.take(case, "accept", "clerk")
    with pytest.raises(GongbaoError, match="may not see"):
        office.propose(case, "decide", "clerk", countersigners=["housing"], **DECISION)
    assert queries.find(case.uuid, office.desk("housing-head")) is None


def test_four_eyes_and_a_unit_that_countersigns(office: Office) -> None:
    case = complain(office).case
    office.take(case, "accept", "clerk")
    proposal = office.propose(case, "decide", "clerk", countersigners=["housing"], **DECISION)
    assert [one.proposal for one in queries.asked_of(office.desk("housing-head"))] == [proposal]
    assert not queries.asked_of(office.desk("clerk")) and not queries.asked_of(office.desk("deputy"))
    assert queries.find(case.uuid, office.desk("housing-head")) == case
    office.sign(proposal, "section-head")
    # The deputy is asked when the other unit has spoken.
    assert not queries.asked_of(office.desk("deputy"))
    office.sign(proposal, "housing-head", verdict=Verdict.OBJECTED, words="金额有异议")
    office.sign(proposal, "deputy")
    case.refresh_from_db()
    assert case.state == "decided"
    assert queries.find(case.uuid, office.desk("housing-head")) is None


def test_a_returned_proposal_leaves_the_case_where_it_was(office: Office) -> None:
    case = complain(office).case
    first = office.propose(case, "refuse", "clerk", reason="不属受理范围")
    with pytest.raises(Refused, match="being signed already"):
        office.propose(case, "refuse", "clerk", reason="x")
    with pytest.raises(Refused, match="say why"):
        office.sign(first, "section-head", verdict=Verdict.RETURNED)
    office.sign(first, "section-head", verdict=Verdict.RETURNED, words="请写明依据")
    case.refresh_from_db()
    assert case.state == "received"
    second = office.propose(case, "refuse", "clerk", reason="不属受理范围，见第三十五条")
    office.sign(second, "section-head")
    case.refresh_from_db()
    assert (case.state, case.over) == ("refused", True)


def test_the_service_of_a_letter_leaves_what_is_being_signed(office: Office) -> None:
    case = complain(office).case
    office.take(case, "accept", "clerk")
    proposal = office.propose(case, "decide", "clerk", **DECISION)
    office.sign(proposal, "section-head")
    office.take(case, "serve", "clerk", letter="acceptance", served_on=MONDAY.date(), manner="electronic")
    office.sign(proposal, "deputy")
    case.refresh_from_db()
    assert case.state == "decided"


def test_another_step_overtakes_a_proposal(office: Office) -> None:
    case = complain(office).case
    proposal = office.propose(case, "refuse", "clerk", reason="x")
    office.take(case, "accept", "clerk")
    proposal.refresh_from_db()
    assert proposal.state == "overtaken" and not queries.asked_of(office.desk("section-head"))


def test_at_the_counter_a_paper_is_seen(office: Office) -> None:
    acting = office.as_("counter", market.complainant)
    with pytest.raises(GongbaoError, match="which paper"):
        actions.begin(market.complaint, market.file, COMPLAINT, acting=acting, unit=office.market, at=MONDAY)
    begun = actions.begin(
        market.complaint, market.file, COMPLAINT, acting=acting, unit=office.market, at=MONDAY,
        counter=actions.Counter("identity_card", "letter"),
    )  # fmt: skip
    (event,) = begun.case.events.all()
    assert event.account == office.people["counter"]
    assert event.counter == {"identity": "identity_card", "authority": "letter"}
    assert event.role == "complainant"
    assert queries.find(begun.case.uuid, office.desk("counter")) is None


def test_what_is_done_in_their_name_at_a_counter_they_are_told(office: Office) -> None:
    case = complain(office).case
    acting = office.as_("counter", market.complainant, case)
    seen = actions.Counter("identity_card")
    actions.take_step(case.uuid, "withdraw", {}, acting=acting, at=MONDAY, seen=1, counter=seen)
    (letter,) = Letter.objects.all()
    assert letter.about == case.subject and letter.envelope.address == COMPLAINT["complainant_contact"]


def test_files_are_kept_with_the_case_or_not_at_all(office: Office, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    good = actions.Upload("evidence", "../账单.pdf", b"%PDF-1.7 ...")
    bad = actions.Upload("evidence", "run.exe", b"MZ\x90\x00")
    with pytest.raises(GongbaoError, match="not taken"):
        actions.begin(
            market.complaint, market.file, COMPLAINT, acting=as_party(market.complainant), unit=office.market,
            at=MONDAY, uploads=[good, bad],
        )  # fmt: skip
    assert not Attachment.objects.exists() and not [one for one in tmp_path.rglob("*") if one.is_file()]
    begun = actions.begin(
        market.complaint, market.file, COMPLAINT, acting=as_party(market.complainant), unit=office.market,
        at=MONDAY, uploads=[good, good],
    )  # fmt: skip
    kept = list(Attachment.objects.all())
    assert [one.name for one in kept] == ["账单.pdf", "账单.pdf"]
    assert files.read(kept[0].uuid) == good.content
    shown = queries.show(begun.case, office.desk("clerk"), MONDAY)
    assert list(shown.events[0].attachments) == kept
    hidden = queries.show(begun.case, office.desk("auditor"), MONDAY)
    assert not hidden.events[0].attachments
    assert COMPLAINT["facts"] not in str([one.value for event in hidden.events for one in event.values])


def test_what_is_personal_is_erased_and_the_log_still_fits(office: Office, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    case = complain(office).case
    with pytest.raises(GongbaoError, match="not closed"):
        actions.erase_personal(case.uuid, actor=KEEPER, ground=OUR_RULE, at=MONDAY)
    actions.take_step(case.uuid, "withdraw", {}, acting=as_party(market.complainant), at=MONDAY, seen=1)
    assert actions.erase_personal(case.uuid, actor=KEEPER, ground=OUR_RULE, at=NO_LONGER_KEPT) == 1
    assert not PersonalValues.objects.exists()
    assert not list(derived.differences())
    assert queries.situation_of(case).values["subject"] == "fees"


def test_files_leave_room_on_the_disk(
    office: Office, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(files, "SPARED", 1 << 60)
    with pytest.raises(GongbaoError, match="too little room"):
        actions.begin(
            market.complaint, market.file, COMPLAINT, acting=as_party(market.complainant), unit=office.market,
            at=MONDAY, uploads=[actions.Upload("evidence", "a.txt", b"x")],
        )  # fmt: skip
    assert not Case.objects.exists() and not [one for one in tmp_path.rglob("*") if one.is_file()]
    assert complain(office).case.pk


def test_a_file_that_is_erased_leaves_nothing_that_can_be_guessed(
    office: Office, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    words = "我叫纪小满".encode()
    case = actions.begin(
        market.complaint, market.file, COMPLAINT, acting=as_party(market.complainant), unit=office.market, at=MONDAY,
        uploads=[actions.Upload("evidence", "a.txt", words)],
    ).case  # fmt: skip
    assert Attachment.objects.get().sha256 == sha256(words).hexdigest()
    actions.take_step(case.uuid, "withdraw", {}, acting=as_party(market.complainant), at=MONDAY, seen=1)
    actions.erase_personal(case.uuid, actor=KEEPER, ground=OUR_RULE, at=NO_LONGER_KEPT)
    assert Attachment.objects.get().sha256 == ""
    assert not Entry.objects.filter(content__contains=sha256(words).hexdigest()).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL overwrites when it uses the place again")
def test_what_is_erased_is_no_more_in_the_file_of_the_database() -> None:
    def in_file(words: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("PRAGMA database_list")
            path = Path(cursor.fetchone()[2])
        return any(words.encode() in one.read_bytes() for one in path.parent.glob(f"{path.name}*"))

    connection.close()
    # SQLite was built to overwrite on some systems: only what our settings say shall count here.
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
        cursor.executescript(connection.settings_dict["OPTIONS"]["init_command"])
    words = "LONG-AND-ODD-WORDS " * 1000  # more than a page: what is short may lie in a page that is written anew
    case = complain(open_office(), facts=words[:4000]).case
    assert in_file("LONG-AND-ODD-WORDS")
    actions.take_step(case.uuid, "withdraw", {}, acting=as_party(market.complainant), at=MONDAY, seen=1)
    actions.erase_personal(case.uuid, actor=KEEPER, ground=OUR_RULE, at=NO_LONGER_KEPT)
    assert not in_file("LONG-AND-ODD-WORDS")


def test_a_case_takes_so_many_events_and_can_be_ended_then(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_EVENTS", 3)
    ask = {"to_correct": "请补充合同", "correct_by": "2026-03-06"}
    case, other = complain(office).case, complain(office).case
    for one in (case, other):
        office.take(one, "ask_correction", "clerk", **ask)
        office.take(one, "correct", "clerk", correction="补交。")
        with pytest.raises(GongbaoError, match="this case has 3 events") as refused:
            office.take(one, "accept", "clerk")
        one.refresh_from_db()
        assert (one.events_count, one.state) == (3, "received")
    with override("zh-hans"):
        assert refusals.told(refused.value).startswith("本件已有3条")
    office.take(case, "withdraw", "clerk")
    case.refresh_from_db()
    assert case.over and case.events_count == 4
    with pytest.raises(GongbaoError, match="this case has 3 events"):
        office.take(case, "serve", "clerk", letter="correction", served_on="2026-03-02", manner="electronic")


def test_events_cannot_be_written_outside_an_action(office: Office) -> None:
    case = complain(office).case
    with pytest.raises(WriteOutsideAction):
        case.save()
    with pytest.raises(WriteOutsideAction):
        CaseEvent.objects.filter(case=case).update(step="accept")


# --- clocks


def test_a_clock_that_runs_out_takes_its_step_once(office: Office) -> None:
    case = complain(office).case
    office.take(case, "ask_correction", "clerk", to_correct="请补充合同", correct_by="2026-03-06")
    case.refresh_from_db()
    assert (case.state, case.due) == ("correcting", date(2026, 3, 6))
    assert actions.tend_due(at("2026-03-06 23:59")) == 1  # it is told that the day has come
    case.refresh_from_db()
    assert case.state == "correcting"
    assert actions.tend_due(at("2026-03-07 00:00")) == 1
    assert actions.tend_due(at("2026-03-07 00:00")) == 0
    case.refresh_from_db()
    # Nothing of the two days was used: the correction was asked for on the day of receipt.
    assert (case.state, case.due) == ("received", date(2026, 3, 10))
    event = case.events.get(step="correction_missed")
    assert (event.role, event.account) == ("system", None)


def test_what_comes_after_the_end_does_not_pass_because_no_worker_was_round(office: Office) -> None:
    case = complain(office).case
    office.take(case, "ask_correction", "clerk", to_correct="请补充合同", correct_by="2026-03-06")
    case.refresh_from_db()
    late = {"correction": "合同见附件。"}
    with pytest.raises(actions.Overtaken):
        actions.take_step(
            case.uuid, "correct", late, acting=as_party(market.complainant), at=at("2026-03-07 00:00"), seen=2
        )
    assert list(case.events.values_list("step", flat=True)) == ["file", "ask_correction", "correction_missed"]


def test_who_has_left_is_not_reminded_in_place_of_who_works_there(office: Office) -> None:
    case = complain(office).case
    clerk = office.as_("clerk", market.clerk, case)
    actions.hand_over(case.uuid, clerk.account, actor=clerk.actor, by=office.people["clerk"], at=MONDAY)
    (post,) = office.desk("clerk").acting
    end_post(post.post.uuid, at=MONDAY)
    assert actions.tend_due(at("2026-03-03 09:00")) == 1
    reminded = Message.objects.exclude(role="section_head").latest("pk")
    assert (reminded.account, reminded.unit, reminded.role) == (None, office.market, "clerk")


def test_each_reminder_comes_once(office: Office) -> None:
    case = complain(office).case
    assert actions.tend_due(MONDAY) == 0
    assert actions.tend_due(at("2026-03-03 00:00")) == 1
    assert actions.tend_due(at("2026-03-03 09:00")) == 0
    assert list(Reminder.objects.values_list("kind", "due")) == [("warning", date(2026, 3, 4))]
    assert actions.tend_due(at("2026-03-05 00:00")) == 1
    assert actions.tend_due(at("2026-04-05 00:00")) == 0
    assert list(Reminder.objects.order_by("pk").values_list("kind", flat=True)) == ["warning", "overdue"]
    case.refresh_from_db()
    assert case.look_at is None and case.state == "received"
    assert "overdue" in str(Message.objects.order_by("-pk").values_list("subject_en", flat=True))


def test_what_was_late_by_days_that_were_off_is_late_no_more(office: Office) -> None:
    over, waiting = (complain(office, at("2027-01-04 09:00")).case for _ in range(2))
    for case in (over, waiting):
        office.take(case, "accept", "clerk", at("2027-01-07 09:00"))
    office.take(over, "withdraw", "clerk", at("2027-01-08 09:00"))
    examined = {"ground": "testing", "examiner": "检测院", "question": "x"}
    office.take(waiting, "commission", "clerk", at("2027-01-08 09:00"), **examined)
    for case in (over, waiting):
        case.refresh_from_db()
        assert case.late == ["acceptance"] and case.due is None
    off = [date(2027, 1, day) for day in (1, 5, 6)]
    assert actions.enter_working_days(2027, off, [], actor=KEEPER, at=at("2027-01-09 09:00")) == 0
    for case in (over, waiting):
        case.refresh_from_db()
        assert case.late == []
    assert not list(derived.differences())


def test_a_provisional_day_is_counted_again_when_the_notice_is_out(office: Office) -> None:
    case = complain(office, at("2026-12-25 10:00")).case
    office.take(case, "accept", "clerk", at("2026-12-28 10:00"))
    case.refresh_from_db()
    before = case.due
    assert case.provisional
    off = [date(2027, 1, 1) + timedelta(days=day) for day in range(3)]
    changed = actions.enter_working_days(2027, off, [], actor=KEEPER, at=at("2026-12-29 10:00"))
    case.refresh_from_db()
    assert changed == 1 and not case.provisional
    assert before == date(2027, 1, 18) and case.due == date(2027, 1, 19)
    entry = Entry.objects.filter(subject=case.subject).last()
    assert entry is not None and entry.action == "cases.enter_working_days" and "2027-01-18" in entry.content
    assert not list(derived.differences())


@pytest.mark.parametrize(
    ("year", "off", "worked", "told"),
    [
        (2024, [date(2024, 1, 1)], [], "known to the program"),
        (2029, [date(2029, 1, 1)], [], "notice of 2028 first"),
        (2027, [], [], "has days off"),
        (2027, [date(2028, 1, 1)], [], "no day of 2027"),
        (2027, [date(2027, 1, 1)], [date(2027, 1, 4)], "no weekend day"),
        (2027, [date(2027, 1, 2)], [date(2027, 1, 2)], "both off and worked"),
    ],
)
def test_a_notice_that_cannot_be_right(office: Office, year: int, off: Any, worked: Any, told: str) -> None:
    with pytest.raises(GongbaoError, match=told):
        actions.enter_working_days(year, off, worked, actor=KEEPER, at=MONDAY)


def test_what_was_changed_behind_the_actions_is_found(office: Office) -> None:
    from gongbao.office.audit.actions import recorded

    case = complain(office).case
    with recorded("tests.tamper", actor=KEEPER, ground=OUR_RULE, at=MONDAY) as record:
        Case.objects.filter(pk=case.pk).update(due=date(2030, 1, 1))
        PersonalValues.objects.filter(event__case=case).update(values={**COMPLAINT, "facts": "另一件事"})
        record("thing:1")
    told = [f"{name} {one.field}" for name, one in derived.differences()]
    assert "cases.caches due" in told
    assert "cases.events event 1 facts" in told
    assert "cases.events event 1 subject" not in told


# --- the desk


def test_the_desk_lists_what_its_unit_handles(office: Office) -> None:
    first, second = complain(office).case, complain(office, unit=office.housing).case
    desk = office.desk("clerk")
    assert list(queries.list_cases(desk, now=MONDAY)) == [first]
    assert list(queries.list_cases(office.desk("housing-clerk"), now=MONDAY)) == [second]
    assert list(queries.list_cases(office.desk("auditor"), now=MONDAY)) == [first, second]
    assert not queries.list_cases(office.desk("nobody"), now=MONDAY)
    clerk = office.people["clerk"]
    acting = office.as_("clerk", market.clerk, first)
    actions.hand_over(first.uuid, clerk, actor=acting.actor, by=clerk, at=MONDAY)
    counts = queries.counts(desk, at("2026-03-04 10:00"))
    nothing = {"unassigned": 0, "overdue": 0, "unserved": 0, "asked": 0}
    assert counts == {**nothing, "mine": 1, "unit": 1, "today": 1, "week": 1}
    assert queries.counts(desk, at("2026-03-05 00:00"))["overdue"] == 1
