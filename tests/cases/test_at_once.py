"""What several people do at the same moment: each of it happens once, or is told, and nobody meets a fault."""

import threading
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.db import connections

from gongbao.core.errors import GongbaoError
from gongbao.office.audit import rebuild as derived
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.queries import verify
from gongbao.office.cases import actions
from gongbao.office.cases.models import Case, CaseLetter, DeskFeed, WorkingDaysNotice
from gongbao.systems.intermediary_market.complaints import procedure as market
from tests.cases.office import MONDAY, Office, complain, open_office

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def office() -> Office:
    return open_office()


def at_once(works: Sequence[Callable[[], Any]]) -> list[Exception]:
    """Do all of them in threads that begin together: what was raised."""
    ready, raised = threading.Barrier(len(works)), list[Exception]()

    def run(work: Callable[[], Any]) -> None:
        ready.wait()
        try:
            work()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_an_account_has_one_calendar(office: Office) -> None:
    assert at_once([lambda: actions.open_feed(office.people["clerk"], at=MONDAY)] * 6) == []
    assert DeskFeed.objects.filter(revoked_at=None).count() == 1


def test_a_notice_is_entered_twice(office: Office) -> None:
    days = [date(2027, 1, 1)]
    assert at_once([lambda: actions.enter_working_days(2027, days, [], actor=KEEPER, at=MONDAY)] * 6) == []
    assert WorkingDaysNotice.objects.count() == 1


def test_letters_are_numbered_without_a_gap_and_one_step_is_taken_once(office: Office) -> None:
    cases = [complain(office).case for _ in range(5)]
    acting = office.as_("clerk", market.clerk, cases[0])

    def accept(case: Case) -> Callable[[], Any]:
        return lambda: actions.take_step(case.uuid, "accept", {}, acting=acting, at=MONDAY, seen=1)

    raised = at_once([accept(case) for case in [*cases, *cases]])
    assert len(raised) == 5 and all(isinstance(one, GongbaoError) for one in raised)
    assert sorted(CaseLetter.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5]
    assert not list(derived.differences()) and not list(verify().breaks)
