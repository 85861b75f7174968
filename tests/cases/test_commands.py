"""The commands for cases, against docs/contract.md."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from gongbao import cli
from gongbao.office.cases.models import WorkingDaysNotice
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
