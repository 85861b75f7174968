"""What the lists of a desk find: by whom a case is about, by its receipt number, and by letters that wait."""

from typing import Any

from django.utils import timezone

from gongbao.office.cases import queries
from gongbao.office.cases.queries import Due
from tests.cases.office import COMPLAINT, Office
from tests.cases.pages import signed_in, today, words


def served(office: Office, case: Any, letter: str, **more: Any) -> None:
    given = {"letter": letter, "served_on": timezone.localdate().isoformat(), "manner": "electronic", **more}
    office.take(case, "serve", "clerk", timezone.now(), **given)


def test_cases_of_one_subject_are_told_apart(office: Office) -> None:
    today(office, against="云岭第一测绘有限公司")
    today(office, against="云岭第二测绘有限公司")
    told = words(signed_in(office, "clerk").get("/desk/"))
    assert "fees and prices: 云岭第一测绘有限公司" in told.lower() and "云岭第二测绘有限公司" in told
    # Who brought it is no matter of a list.
    assert COMPLAINT["complainant_name"] not in told


def test_a_receipt_number_finds_a_closed_case_from_any_list(office: Office) -> None:
    case = today(office).case
    office.take(case, "withdraw", "clerk", timezone.now())
    clerk = signed_in(office, "clerk")
    assert case.receipt not in words(clerk.get("/desk/?tab=unit"))
    for tab in ("mine", "unit", "closed"):
        assert f"/cases/{case.uuid}/" in clerk.get(f"/desk/?tab={tab}&receipt={case.receipt}").content.decode()
    other = signed_in(office, "housing-clerk").get(f"/desk/?receipt={case.receipt}")
    assert f"/cases/{case.uuid}/" not in other.content.decode()


def test_a_letter_that_waits_for_its_service_is_listed_after_the_end_too(office: Office) -> None:
    now = timezone.now()

    def waiting() -> int:
        desk = office.desk("clerk", timezone.localdate())
        found = queries.list_cases(desk, over=None, due=Due.UNSERVED, now=now).count()
        assert queries.counts(desk, now)["unserved"] == found
        return found

    case, other = today(office).case, today(office).case
    assert waiting() == 0
    office.take(case, "ask_correction", "clerk", now, to_correct="请补充。", correct_by="2090-01-01")
    assert waiting() == 1
    served(office, case, "correction")
    assert waiting() == 0
    proposal = office.propose(other, "refuse", "clerk", now, reason="不属于受理范围。")
    office.sign(proposal, "section-head", now)
    other.refresh_from_db()
    assert other.over and waiting() == 1
    page = signed_in(office, "clerk").get("/desk/?tab=unit&due=unserved")
    assert f"/cases/{other.uuid}/" in page.content.decode() and f"/cases/{case.uuid}/" not in page.content.decode()
    # A second letter of the kind waits in its own right.
    office.take(case, "correct", "clerk", now, correction="补交。")
    office.take(case, "ask_correction", "clerk", now, to_correct="还缺发票。", correct_by="2090-01-01")
    assert waiting() == 2
    served(office, other, "refusal")
    served(office, case, "correction")
    assert waiting() == 0
