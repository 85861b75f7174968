"""What a clerk has before the eyes on the page of a case and on the form of a step."""

import pytest
from django.utils import timezone

from gongbao.office.cases import papers, queries
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.complaints.procedure import complaint
from tests.cases.office import COMPLAINT, Office
from tests.cases.pages import form, page_of, seen, signed_in, stranger, today, words
from tests.site import html

pytestmark = pytest.mark.one_database


def test_the_steps_of_the_document_come_before_those_of_our_rule(office: Office) -> None:
    case = today(office).case
    page = html.read(signed_in(office, "clerk").get(page_of(case)))
    buttons = [one.text() for one in page.all("a") if "step-button" in one.attributes.get("class", "")]
    assert buttons[0] == complaint.steps["accept"].label.en
    assert buttons[-2:] == [complaint.steps[key].label.en for key in ("transfer", "withdraw")]


def test_the_form_of_a_step_has_the_case_below_it(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")
    assert COMPLAINT["facts"] in words(clerk.get(f"{page_of(case)}steps/accept/"))
    assert stranger().get(f"{page_of(case)}steps/accept/").status_code == 302


def test_only_letters_that_were_made_can_be_served(office: Office) -> None:
    case = today(office).case
    clerk = signed_in(office, "clerk")

    def offered() -> list[tuple[str, bool]]:
        page = html.read(clerk.get(f"{page_of(case)}steps/serve/"))
        radios = [one.attributes for one in page.all("input") if one.attributes.get("name") == "v-letter"]
        return [(one["value"], "checked" in one) for one in radios]

    assert offered() == []
    now = timezone.now()
    office.take(case, "accept", "clerk", now)
    assert offered() == [("acceptance", True)]
    served = {"letter": "acceptance", "served_on": timezone.localdate().isoformat(), "manner": "electronic"}
    office.take(case, "serve", "clerk", now, **served)
    assert offered() == [("acceptance", False)]


def test_whoever_is_asked_to_sign_finds_that_first_and_what_was_returned_stays(office: Office) -> None:
    case = today(office).case
    now = timezone.now()
    proposal = office.propose(case, "refuse", "clerk", now, reason="此事不归本机关管辖。")
    heads = html.read(signed_in(office, "section-head").get(page_of(case))).all("h2")
    assert [one.attributes.get("id") for one in heads][:2] == ["proposal", "next"]
    heads = html.read(signed_in(office, "clerk").get(page_of(case))).all("h2")
    assert [one.attributes.get("id") for one in heads][:2] == ["next", "proposal"]
    office.sign(proposal, "section-head", now, Verdict.RETURNED, "属于本机关职责。")
    told = words(signed_in(office, "section-head").get(page_of(case)))
    assert "此事不归本机关管辖。" in told and "属于本机关职责。" in told


def test_the_papers_name_our_own_rule_in_words(office: Office) -> None:
    case = today(office).case
    office.take(case, "withdraw", "clerk", timezone.now())
    desk = office.desk("clerk", timezone.localdate())
    shown = queries.show(case, desk, timezone.now())
    filed, withdrawn = papers.happenings_of(shown.events, "zh-hans")
    assert (filed.clause, withdrawn.clause) == (f"{complaint.document} 第三十五条", "本系统自定")


def test_a_refusal_stands_with_its_clause(office: Office) -> None:
    now = timezone.now()
    case = today(office).case
    office.take(case, "accept", "clerk", now)
    proposal = office.propose(case, "decide", "clerk", now, outcome="upheld", findings="属实。", decision="责令退还。")
    for name in ("section-head", "deputy"):
        office.sign(proposal, name, now)
    clerk = signed_in(office, "clerk")
    given = form(published_text=f"投诉人{COMPLAINT['complainant_name']}反映属实。")
    answer = clerk.post(f"{page_of(case)}steps/publish/", seen(case) | given)
    assert answer.status_code == 400
    notice = html.read(answer).one("div", class_="wrong")
    # A link, where the library holds the document: see the tag `clause`.
    assert (
        "take it out first" in notice.text()
        and notice.one(class_="clause-link").text() == "许政办〔2022〕27号 第三十七条"
    )
