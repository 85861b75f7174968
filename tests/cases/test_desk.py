"""The desk as people meet it: its lists, one case, its forms, and who is shown what."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gongbao.office.cases import actions, queries
from gongbao.office.cases.models import Attachment, Case, CaseEvent, GivenOpinion, HandOver
from gongbao.office.intake import ticket
from gongbao.office.people.actions import end_post, give_post, keep_unit
from gongbao.systems.intermediary_market.complaints import procedure as market
from tests.cases.office import COMPLAINT, START, Office, complain
from tests.cases.pages import PERSONAL, form, page_of, seen, signed_in, stranger, today, words
from tests.site import html

DECISION = form(outcome="upheld", findings="收费与公示不符。", decision="退还多收的费用。")


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def accepted(office: Office, **changed: Any) -> Case:
    case: Case = today(office, **changed).case
    office.take(case, "accept", "clerk", timezone.now())
    case.refresh_from_db()
    return case


# --- lists


def test_the_desk_counts_and_lists(office: Office) -> None:
    case = today(office).case
    late = complain(office).case
    elsewhere = today(office, unit=office.housing).case
    clerk = signed_in(office, "clerk")
    page = clerk.get("/desk/?tab=unit")
    told = words(page)
    assert case.receipt in told and late.receipt in told and elsewhere.receipt not in told
    assert "2 cases" in told and "working days overdue" in told and "fees and prices" in told
    assert words(clerk.get("/desk/?tab=unit&due=overdue")).count("Take it") == 1
    assert late.receipt not in words(clerk.get(f"/desk/?tab=unit&receipt={case.receipt.lower()}"))
    assert "No case answers" in words(clerk.get("/desk/?tab=unit&procedure=market_complaint&state=closed"))
    for nonsense in ("tab=x", "due=x", "procedure=x", "state=x", "page=x", "page=-1", "who=x", "receipt=%00%27"):
        assert clerk.get(f"/desk/?{nonsense}").status_code == 200, nonsense


def test_the_desk_asks_no_more_for_many_cases_than_for_few(office: Office, django_assert_max_num_queries: Any) -> None:
    clerk = signed_in(office, "clerk")
    for _ in range(3):
        today(office)
    with django_assert_max_num_queries(60) as few:
        clerk.get("/desk/?tab=unit")
    for _ in range(20):
        today(office)
    with django_assert_max_num_queries(len(few)):
        page = clerk.get("/desk/?tab=unit")
    assert words(page).count("Take it") == 23


def test_a_case_is_taken_from_the_list_once(office: Office) -> None:
    case = today(office).case
    clerk, second = signed_in(office, "clerk"), signed_in(office, "second-clerk")
    sent = {"seen": 0, "next": "/desk/?tab=unit"}
    assert clerk.post(f"{page_of(case)}take/", sent)["Location"] == "/desk/?tab=unit"
    assert clerk.post(f"{page_of(case)}take/", sent).status_code == 302
    # Whoever comes second is told, and takes nothing from anybody.
    answer = second.post(f"{page_of(case)}take/", sent)
    assert answer.status_code == 409 and "in the meantime" in words(answer)
    case.refresh_from_db()
    assert case.assigned == office.people["clerk"] and HandOver.objects.count() == 1
    assert case.receipt in words(clerk.get("/desk/"))
    foreign = clerk.post(f"{page_of(case)}take/", {"seen": 1, "next": "https://elsewhere.example/"})
    assert foreign["Location"] == page_of(case)


def test_pages_of_a_long_list(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    cases = [today(office).case for _ in range(5)]
    clerk = signed_in(office, "clerk")
    found = [words(clerk.get(f"/desk/?tab=unit&page={number}")) for number in (1, 2, 3)]
    assert [sum(case.receipt in page for case in cases) for page in found] == [2, 2, 1]


# --- who sees what


def test_each_page_for_those_who_may_not(office: Office) -> None:
    case = accepted(office)
    letter = queries.letters_of(case, queries.situation_of(case))[0].row.uuid
    pages = [
        "/desk/", "/desk/opinions/", "/desk/due.ics", page_of(case), f"{page_of(case)}steps/decide/",
        f"{page_of(case)}letters/{letter}.pdf", f"{page_of(case)}contents.pdf",
    ]  # fmt: skip
    for address in pages:
        assert stranger().get(address)["Location"].startswith("/sign-in/"), address
        for name in ("nobody", "counter"):
            assert signed_in(office, name).get(address).status_code == 403, (address, name)
    for address in pages[3:]:
        assert signed_in(office, "housing-clerk").get(address).status_code == 404, address
        expected = 200 if address == page_of(case) else 404
        assert signed_in(office, "auditor").get(address).status_code == expected, address
        assert signed_in(office, "clerk").get(address).status_code == 200, address
    posts = ["take/", "hand-over/", "steps/withdraw/"]
    for name in ("housing-clerk", "auditor"):
        for one in posts:
            assert signed_in(office, name).post(page_of(case) + one, {"seen": 2}).status_code == 404, (name, one)
    case.refresh_from_db()
    assert case.state == "handling" and case.assigned is None


def test_nothing_personal_is_shown_to_who_may_not(office: Office) -> None:
    pdf = b"%PDF-1.7 evidence"
    case = today(office).case
    begun = actions.begin(
        market.complaint, market.file, COMPLAINT, acting=office.as_("counter", market.complainant),
        unit=office.market, at=timezone.now(), uploads=[actions.Upload("evidence", "纪小满的账单.pdf", pdf)],
        counter=actions.Counter("passport"),
    )  # fmt: skip
    kept = Attachment.objects.get()
    file = f"{page_of(begun.case)}files/{kept.uuid}/"
    crawled = ["/desk/", "/desk/?tab=unit", "/desk/due.ics", page_of(case), page_of(begun.case)]
    clerk = signed_in(office, "clerk")
    own = clerk.get(page_of(begun.case)).content.decode()
    assert all(one in own for one in PERSONAL) and kept.name in own
    for name in ("auditor", "housing-clerk", "counter", "nobody"):
        for address in [*crawled, f"/counter/cases/{begun.case.uuid}/"]:
            told = signed_in(office, name).get(address).content.decode()
            assert not any(one in told for one in (*PERSONAL, kept.name)), (name, address)
        assert signed_in(office, name).get(file).status_code in (403, 404), name
    assert "masked" in words(signed_in(office, "auditor").get(page_of(begun.case)))
    # What lists and calendars say has nothing personal even for those who handle it.
    for address in crawled[:3]:
        assert not any(one in clerk.get(address).content.decode() for one in PERSONAL), address


def test_a_file_is_a_download_and_nothing_else(office: Office) -> None:
    begun = actions.begin(
        market.complaint, market.file, COMPLAINT, acting=office.as_("counter", market.complainant),
        unit=office.market, at=timezone.now(), uploads=[actions.Upload("evidence", 'a"\r\nb.pdf', b"%PDF-1.7 x")],
        counter=actions.Counter("passport"),
    )  # fmt: skip
    kept = Attachment.objects.get()
    answer = signed_in(office, "clerk").get(f"{page_of(begun.case)}files/{kept.uuid}/")
    assert answer.content == b"%PDF-1.7 x"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    other = today(office).case
    assert signed_in(office, "clerk").get(f"{page_of(other)}files/{kept.uuid}/").status_code == 404


def test_a_barred_unit_finds_nothing(office: Office) -> None:
    case = today(office, barred=["housing"]).case
    assert signed_in(office, "housing-head").get(page_of(case)).status_code == 404
    assert case.receipt not in signed_in(office, "housing-head").get("/desk/?tab=unit").content.decode()


@pytest.mark.parametrize("role", ["clerk", "counter"])
def test_whoever_has_any_post_in_a_barred_unit_finds_nothing(office: Office, role: str) -> None:
    keep_unit("permits", zh="许可科", en="Section of permits", kind="section", parent="housing", at=START)
    give_post(office.people["clerk"], "permits", role, since=START.date(), at=START)
    case = today(office, barred=["housing"]).case
    clerk = signed_in(office, "clerk")
    assert clerk.get(page_of(case)).status_code == 404
    for address in ("/desk/?tab=unit", "/desk/due.ics"):
        assert case.receipt not in clerk.get(address).content.decode(), address
    # Others of the body that handles it are none the worse.
    assert case.receipt in signed_in(office, "second-clerk").get("/desk/?tab=unit").content.decode()


def test_a_case_stays_with_its_unit_when_who_had_it_goes(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    clerk.post(f"{page_of(case)}take/", {"seen": 0})
    assert case.receipt in clerk.get("/desk/?tab=mine").content.decode()
    (post,) = office.desk("clerk").acting
    end_post(post.post.uuid, at=timezone.now())
    give_post(office.people["clerk"], "housing", "clerk", since=timezone.localdate(), at=timezone.now())
    assert case.receipt not in clerk.get("/desk/?tab=mine").content.decode()


# --- steps


def test_a_step_is_taken_once_however_often_it_is_pressed(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    assert "Accept" in words(clerk.get(page_of(case)))
    sent = seen(case)
    answer = clerk.post(f"{page_of(case)}steps/accept/", sent, follow=True)
    assert answer.status_code == 200 and "Done: Accept" in words(answer) and "being handled" in words(answer)
    again = clerk.post(f"{page_of(case)}steps/accept/", sent)
    assert again.status_code == 409 and "in the meantime" in words(again)
    assert CaseEvent.objects.filter(case=case, step="accept").count() == 1


def test_what_was_typed_is_kept_when_another_was_quicker(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    sent = seen(case) | form(to_unit="housing", reason="属于住建部门的职责")
    office.take(case, "accept", "second-clerk", timezone.now())
    answer = clerk.post(f"{page_of(case)}steps/transfer/", sent)
    told = words(answer)
    assert answer.status_code == 409
    assert "in the meantime" in told and "being handled" in told and "属于住建部门的职责" in told
    assert "selected>\u3000Housing" in answer.content.decode() and "not taken there" in told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "What has to be corrected is needed"),
        ({"to_correct": "x" * 2001, "correct_by": "2090-01-01"}, "up to 2000 characters"),
        ({"to_correct": "x", "correct_by": "soon"}, "should be a date"),
        ({"to_correct": "x", "correct_by": "2020-01-01"}, "may not be before today"),
        ({"to_correct": "x\x00y", "correct_by": "2090-01-01"}, "cannot be shown"),
    ],
)
def test_nonsense_in_a_form_is_told_beside_its_field(office: Office, given: dict[str, str], told: str) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    answer = clerk.post(f"{page_of(case)}steps/ask_correction/", seen(case) | form(**given))
    assert answer.status_code == 400 and told in words(answer) and 'aria-invalid="true"' in answer.content.decode()
    assert CaseEvent.objects.filter(case=case).count() == 1


@pytest.mark.parametrize("number", ["", "x", "-1", "１", "99999999999999999999", "0"])
def test_a_form_that_does_not_say_what_was_seen(office: Office, number: str) -> None:
    case = today(office).case
    answer = signed_in(office, "clerk").post(f"{page_of(case)}steps/accept/", {"seen": number})
    assert answer.status_code == 409
    case.refresh_from_db()
    assert case.state == "received"


def test_steps_of_others_and_steps_that_are_none(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    for key in ("correction_missed", "nothing", "file"):
        assert clerk.get(f"{page_of(case)}steps/{key}/").status_code == (200 if key == "file" else 404), key
    assert signed_in(office, "deputy").get(f"{page_of(case)}steps/accept/").status_code == 404
    answer = clerk.post(f"{page_of(case)}steps/publish/", seen(case) | form(published_text="x"))
    assert answer.status_code == 400 and "the case stands at “received”" in words(answer)


def test_files_come_with_a_step(office: Office) -> None:
    case = accepted(office)
    clerk = signed_in(office, "clerk")
    office.take(case, "commission", "clerk", timezone.now(), ground="testing", examiner="检测院", question="?")
    good, bad = SimpleUploadedFile("报告.pdf", b"%PDF-1.7 y"), SimpleUploadedFile("run.exe", b"MZ\x90\x00")
    address = f"{page_of(case)}steps/conclude/"
    answer = clerk.post(address, seen(case) | form(result="不合格", result_files=[good, bad]))
    assert answer.status_code == 400 and "kind of file is not taken" in words(answer)
    assert "choose them again" in words(answer) and "不合格" in words(answer)
    assert not Attachment.objects.exists()
    good.seek(0)
    answer = clerk.post(address, seen(case) | form(result="不合格", result_files=good), follow=True)
    assert "报告.pdf" in words(answer) and Attachment.objects.count() == 1


def test_a_transferred_case_is_gone_from_the_desk(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    sent = seen(case) | form(to_unit="housing", reason="属住建职责")
    answer = clerk.post(f"{page_of(case)}steps/transfer/", sent)
    assert answer["Location"] == "/desk/"
    assert clerk.get(page_of(case)).status_code == 404
    assert signed_in(office, "housing-clerk").get(page_of(case)).status_code == 200


# --- signatures


def test_a_decision_through_its_signatures(office: Office) -> None:
    case = accepted(office)
    clerk, head, deputy = (signed_in(office, name) for name in ("clerk", "section-head", "deputy"))
    housing = signed_in(office, "housing-head")
    form_page = clerk.get(f"{page_of(case)}steps/decide/")
    assert "Countersigning units" in words(form_page) and "deputy head" in words(form_page)
    for others in (["nothing"], ["a\x00b"], ["housing", "housing"], ["market-supervision"]):
        answer = clerk.post(f"{page_of(case)}steps/decide/", seen(case) | DECISION | {"countersigners": others})
        assert answer.status_code == 400 and "退还多收的费用" in words(answer), others
    sent = seen(case) | DECISION | {"countersigners": ["housing"]}
    assert clerk.post(f"{page_of(case)}steps/decide/", sent).status_code == 302
    assert "being signed already" in words(clerk.post(f"{page_of(case)}steps/decide/", sent))
    proposal = case.proposals.get()
    give = f"{page_of(case)}proposals/{proposal.uuid}/opinion/"
    # Not one's own, and not out of turn.
    assert "You are not asked" in words(clerk.post(give, {"verdict": "signed", "role": "section_head", "unit": "x"}))
    assert case.receipt in words(head.get("/desk/opinions/"))
    assert case.receipt not in words(deputy.get("/desk/opinions/"))
    asked = {"role": "section_head", "unit": "market-supervision"}
    assert "Say whether" in words(head.post(give, asked | {"verdict": "maybe"}))
    answer = head.post(give, asked | {"verdict": "returned", "words": "  "})
    assert answer.status_code == 400 and "say why" in words(answer)
    assert "up to 2000" in words(head.post(give, asked | {"verdict": "signed", "words": "长" * 2001}))
    assert "cannot be shown" in words(head.post(give, asked | {"verdict": "signed", "words": "a\x00b"}))
    assert head.post(give, asked | {"verdict": "signed", "words": "同意"}).status_code == 302
    assert head.post(give, asked | {"verdict": "signed"}).status_code == 409
    # The unit that countersigns sees the case until it has spoken.
    assert housing.get(page_of(case)).status_code == 200
    said = {"verdict": "objected", "words": "金额有异议", "role": "", "unit": "housing"}
    assert housing.post(give, said)["Location"] == "/desk/opinions/"
    assert housing.get(page_of(case)).status_code == 404
    assert "金额有异议" in words(deputy.get(page_of(case)))
    sheet = deputy.get(f"{page_of(case)}proposals/{proposal.uuid}.pdf")
    assert sheet.content.startswith(b"%PDF-")
    signed = {"verdict": "signed", "role": "deputy_head", "unit": "market-supervision"}
    answer = deputy.post(give, signed, follow=True)
    assert "Your opinion is kept" in words(answer) and "decided" in words(answer)
    assert GivenOpinion.objects.count() == 3


def test_a_returned_proposal_comes_back_with_what_was_typed(office: Office) -> None:
    case = today(office).case
    clerk, head = signed_in(office, "clerk"), signed_in(office, "section-head")
    clerk.post(f"{page_of(case)}steps/refuse/", seen(case) | form(reason="不属受理范围"))
    proposal = case.proposals.get()
    sent = {"verdict": "returned", "words": "请写明依据", "role": "section_head", "unit": "market-supervision"}
    head.post(f"{page_of(case)}proposals/{proposal.uuid}/opinion/", sent)
    assert "请写明依据" in words(clerk.get(page_of(case)))
    assert "不属受理范围" in clerk.get(f"{page_of(case)}steps/refuse/").content.decode()
    clerk.post(f"{page_of(case)}steps/refuse/", seen(case) | form(reason="不属受理范围，见第三十五条"))
    second = case.proposals.get(state="open")
    take_back = f"{page_of(case)}proposals/{second.uuid}/take-back/"
    assert "no such proposal of yours" in words(head.post(take_back, follow=True))
    assert "taken back" in words(clerk.post(take_back, follow=True))
    assert "in the meantime" in words(clerk.post(take_back, follow=True))


def test_a_substitute_signs_for_whoever_is_away(office: Office) -> None:
    from gongbao.office.people.actions import name_substitute

    case = today(office).case
    on = timezone.localdate()
    name_substitute(
        office.people["section-head"], office.people["second-clerk"], since=on, until=on + timedelta(days=3),
        reason="leave", at=timezone.now(),
    )  # fmt: skip
    signed_in(office, "clerk").post(f"{page_of(case)}steps/refuse/", seen(case) | form(reason="不属受理范围"))
    proposal = case.proposals.get()
    second = signed_in(office, "second-clerk")
    assert case.receipt in words(second.get("/desk/opinions/"))
    sent = {"verdict": "signed", "role": "section_head", "unit": "market-supervision"}
    second.post(f"{page_of(case)}proposals/{proposal.uuid}/opinion/", sent)
    opinion = GivenOpinion.objects.get()
    assert opinion.for_account == office.people["section-head"] and opinion.account == office.people["second-clerk"]


# --- who has it


def test_a_case_is_handed_over_within_its_body(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    to = {name: str(office.people[name].public_id) for name in office.people}
    sent = {"seen": 0, "reason": "出差", "to": to["second-clerk"]}
    answer = clerk.post(f"{page_of(case)}hand-over/", sent, follow=True)
    assert "Handed over to second-clerk" in words(answer) and "出差" in words(answer)
    again = clerk.post(f"{page_of(case)}hand-over/", sent)
    assert again.status_code == 409 and "出差" in again.content.decode()
    for other in (to["housing-clerk"], "", "x", to["nobody"]):
        answer = clerk.post(f"{page_of(case)}hand-over/", {"seen": 1, "to": other})
        assert answer.status_code == 400 and "Choose somebody" in words(answer), other
    long = clerk.post(f"{page_of(case)}hand-over/", {"seen": 1, "to": "nobody", "reason": "长" * 201})
    assert long.status_code == 400 and "up to 200" in words(long)
    hidden = clerk.post(f"{page_of(case)}hand-over/", {"seen": 1, "to": "nobody", "reason": "a\x00b"})
    assert hidden.status_code == 400 and "cannot be shown" in words(hidden)
    clerk.post(f"{page_of(case)}hand-over/", {"seen": 1, "to": "nobody"})
    case.refresh_from_db()
    assert case.assigned is None and HandOver.objects.count() == 2


# --- letters and papers


def test_letters_are_printed_and_their_service_is_recorded(office: Office) -> None:
    case = accepted(office)
    clerk = signed_in(office, "clerk")
    clerk.post(f"{page_of(case)}steps/decide/", seen(case) | DECISION)
    proposal = case.proposals.get()
    for name, role in (("section-head", "section_head"), ("deputy", "deputy_head")):
        sent = {"verdict": "signed", "role": role, "unit": "market-supervision"}
        signed_in(office, name).post(f"{page_of(case)}proposals/{proposal.uuid}/opinion/", sent)
    case.refresh_from_db()
    assert case.state == "decided"
    letters = queries.letters_of(case, queries.situation_of(case))
    assert [one.letter.key for one in letters] == ["acceptance", "decision"]
    for one in letters:
        for end, begins in (("docx", b"PK"), ("pdf", b"%PDF-")):
            for query in ("", "?language=en"):
                answer = clerk.get(f"{page_of(case)}letters/{one.row.uuid}.{end}{query}")
                assert answer.status_code == 200 and answer.content.startswith(begins), (one.letter.key, end)
                assert answer["Content-Disposition"].startswith("attachment")
    assert clerk.get(f"{page_of(case)}letters/{letters[0].row.uuid}.exe").status_code == 404
    for paper in ("contents", "time-line"):
        assert clerk.get(f"{page_of(case)}{paper}.docx").content.startswith(b"PK")
        assert clerk.get(f"{page_of(case)}{paper}.pdf").content.startswith(b"%PDF-")
    assert clerk.get(f"{page_of(case)}nothing.pdf").status_code == 404
    assert "60 days from the service" in words(clerk.get(page_of(case)))
    serve = f"{page_of(case)}steps/serve/"
    assert 'value="decision" checked' in clerk.get(f"{serve}?letter=decision").content.decode()
    on = timezone.localdate()
    assert market.complaint.serve is not None
    manner = market.complaint.serve.asks[2].options[0].key
    given = form(letter="decision", served_on=on.isoformat(), manner=manner)
    assert clerk.post(serve, seen(case) | given).status_code == 302
    told = words(clerk.get(page_of(case)))
    assert f"Served on {on}" in told
    last = queries.letters_of(case, queries.situation_of(case))[1].remedies[0].last_day
    assert last is not None and last >= on + timedelta(days=60) and f"until {last}" in told


# --- the calendar


def told_address(client: Client) -> str:
    return html.read(client.post("/desk/feed/")).one(id="feed-address").text().removeprefix("http://testserver")


def test_the_calendar_of_a_desk(office: Office) -> None:
    case, other = today(office).case, today(office, unit=office.housing).case
    clerk = signed_in(office, "clerk")
    calendar = clerk.get("/desk/due.ics").content.decode()
    assert case.receipt in calendar and other.receipt not in calendar and str(case.due).replace("-", "") in calendar
    address = told_address(clerk)
    assert case.receipt in stranger().get(address).content.decode()
    second = told_address(clerk)
    assert second != address and stranger().get(address).status_code == 404
    clerk.post("/desk/feed/end/")
    assert stranger().get(second).status_code == 404
    assert stranger().get("/desk/feeds/x.ics").status_code == 404


def test_a_feed_ends_with_the_post(office: Office) -> None:
    case = today(office).case
    account = office.people["nobody"]
    token = actions.open_feed(account, at=timezone.now())
    assert case.receipt not in stranger().get(f"/desk/feeds/{token}.ics").content.decode()
    give_post(account, "market-supervision", "clerk", since=date(2026, 1, 5), at=timezone.now())
    assert case.receipt in stranger().get(f"/desk/feeds/{token}.ics").content.decode()
    account.is_active = False
    account.save()
    assert stranger().get(f"/desk/feeds/{token}.ics").status_code == 404


# --- files that are larger than a form of words


def test_a_form_with_files_lets_more_be_sent_to_it(office: Office) -> None:
    case = accepted(office)
    clerk = signed_in(office, "clerk")
    clerk.get(f"{page_of(case)}steps/ask_completion/")
    assert ticket.COOKIE not in clerk.cookies
    given = clerk.get(f"{page_of(case)}steps/serve/").cookies[ticket.COOKIE]
    assert given["path"] == "/cases/"
    cookies = f"{ticket.COOKIE}={given.coded_value}"
    assert ticket.is_held(cookies, f"{page_of(case)}steps/serve/")
    assert not ticket.is_held(cookies, "/read/") and not ticket.is_held(cookies, "/follow/")
