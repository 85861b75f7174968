"""The commands for cases, against docs/contract.md."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from gongbao import cli
from gongbao.office.audit.models import Entry
from gongbao.office.cases import types
from gongbao.office.cases.models import PersonalValues, WorkingDaysNotice
from tests.cases.office import Office, at, complain
from tests.cases.pages import PERSONAL, today
from tests.library.test_contract import all_met, check, fields


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def runs(*arguments: str) -> Any:
        with pytest.raises(SystemExit):
            cli.run([*arguments, "--json"])
        told = capsys.readouterr().out
        assert not any(one in told for one in PERSONAL)
        return json.loads(told) if told else None

    return runs


def test_the_desks_of_the_office(office: Office, printed: Callable[..., Any]) -> None:
    late = complain(office).case
    other = today(office, unit=office.housing).case
    office.take(late, "accept", "clerk", at("2026-03-20 10:00"))
    done = today(office).case
    office.take(done, "withdraw", "clerk", timezone.now())
    told, met = fields("gongbao desk --json"), set[str]()
    rows = printed("desk")
    assert [one["receipt"] for one in rows] == [late.receipt, other.receipt]
    assert rows[0]["light"] == "overdue" and rows[0]["late"] == ["acceptance"]
    for one in [*rows, *printed("desk", "--closed")]:
        check(one, told, met)
    all_met(told, met)
    assert [one["receipt"] for one in printed("desk", "--unit", "housing")] == [other.receipt]
    assert [one["receipt"] for one in printed("desk", "--due", "overdue")] == [late.receipt]
    assert printed("desk", "--due", "today") == [] and printed("desk", "--unit", "nothing") is None
    assert len(printed("desk", "--limit", "1")) == 1


def test_what_is_personal_in_a_closed_case_is_erased(
    office: Office, printed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = today(office).case
    asked = ("erase", case.receipt.lower(), "--ground", "保管期满", "--yes")
    # While it is under way it is needed.
    assert printed(*asked) is None and PersonalValues.objects.count() == 1
    office.take(case, "withdraw", "clerk", timezone.now())
    assert printed("erase", case.receipt, "--ground", " ", "--yes") is None
    assert printed("erase", case.receipt, "--ground", "保管期满") is None
    assert printed("erase", "2222222222", "--ground", "保管期满", "--yes") is None
    assert printed(*asked) is None  # a complaint is kept for fifteen years
    assert PersonalValues.objects.count() == 1
    kept_no_longer = replace(types.case_type(case.procedure), kept_until=lambda case: None)
    monkeypatch.setitem(types._types, case.procedure, kept_no_longer)
    told, met = fields("gongbao erase RECEIPT --json"), set[str]()
    done = printed(*asked)
    check(done, told, met)
    all_met(told, met)
    assert (done["receipt"], done["erased"]) == (case.receipt, 1) and not PersonalValues.objects.exists()
    entry = Entry.objects.get(action="cases.erase_personal")
    assert (entry.ground, entry.subject) == ("保管期满", case.subject)
    assert printed(*asked)["erased"] == 0


def test_a_notice_on_working_days(office: Office, printed: Callable[..., Any]) -> None:
    case = complain(office, at("2026-12-25 10:00")).case
    office.take(case, "accept", "clerk", at("2026-12-28 10:00"))
    told, met = fields("gongbao working-days YEAR --json"), set[str]()
    notice = ("working-days", "2027", "--off", "2027-01-01..2027-01-03", "--worked", "2027-02-06")
    looked = printed(*notice, "--check")
    assert not looked["entered"] and looked["changed"] == 1 and not WorkingDaysNotice.objects.exists()
    for one in (looked, printed(*notice)):
        check(one, told, met)
    all_met(told, met)
    case.refresh_from_db()
    assert not case.provisional
    told, met = fields("gongbao working-days --json"), set[str]()
    check(printed("working-days"), told, met)
    all_met(told, met)
    assert printed("working-days", "2027", "--off", "soon") is None
    assert printed("working-days", "--off", "2027-01-01") is None
