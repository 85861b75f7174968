"""A worker that tends cases is killed at each step, and two take up what it left: each clock is fired once."""

import os
import subprocess
import sys
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection

from gongbao.office.audit import rebuild as derived
from gongbao.office.audit.queries import verify
from gongbao.office.cases.models import Case, CaseEvent, Reminder
from gongbao.office.outbox.models import Message
from tests import rig
from tests.cases.office import Office, at, complain, open_office
from tests.program import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

LATER = at("2026-03-07 00:00")


@pytest.fixture
def cases() -> list[Case]:
    """Two complaints whose corrections did not come by the 6th."""
    office: Office = open_office()
    made = [complain(office).case for _ in range(2)]
    for case in made:
        office.take(case, "ask_correction", "clerk", to_correct="请补充合同。", correct_by="2026-03-06")
    return made


def workers(now: datetime, *more: int) -> str:
    """What they printed."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.cases.worker_process",
            str(connection.settings_dict["NAME"]),
            now.isoformat(),
            *map(str, more),
        ],
        cwd=rig.ROOT,
        env={**os.environ, "GONGBAO_HOME": str(settings.GONGBAO_HOME)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def two_at_once(now: datetime) -> None:
    workers(now)


def each_once(cases: list[Case], messages: int) -> None:
    for case in cases:
        case.refresh_from_db()
        assert case.state == "received"
        assert CaseEvent.objects.filter(case=case, step="correction_missed").count() == 1
    assert Reminder.objects.count() == 0
    assert Message.objects.count() == messages
    assert not list(derived.differences())
    assert not list(verify().breaks)


def test_killed_at_each_statement_each_clock_is_fired_once(cases: list[Case]) -> None:
    before = Message.objects.count()
    killed = int(workers(LATER, 5, 8).split()[-1])
    assert killed >= 4
    two_at_once(LATER)
    each_once(cases, before + 2)


def test_two_workers_at_once_fire_each_clock_once(cases: list[Case]) -> None:
    before = Message.objects.count()
    two_at_once(LATER)
    each_once(cases, before + 2)
