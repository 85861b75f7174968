"""Cases as a program is told of them. Nothing personal is among it."""

from datetime import datetime
from typing import Any

from gongbao import SCHEMA_VERSION
from gongbao.office.cases.models import Case, WorkingDaysNotice
from gongbao.office.cases.words import light_of
from gongbao.procedures import Situation


def case(one: Case, situation: Situation, now: datetime) -> dict[str, Any]:
    """`light` is overdue, today, soon, ok or stopped, "" where no period runs."""
    light = None if one.over else light_of(one, situation, now)
    return {
        "schema_version": SCHEMA_VERSION,
        "id": str(one.uuid),
        "receipt": one.receipt,
        "procedure": one.procedure,
        "state": one.state,
        "unit": one.unit.key,
        "opened_at": one.opened_at.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "due": one.due.isoformat() if one.due else None,
        "provisional": one.provisional,
        "light": light.kind if light else "",
        "late": one.late,
    }


def notice(one: WorkingDaysNotice) -> dict[str, Any]:
    return {
        "year": one.year,
        "title": one.title,
        "off": one.off,
        "worked": one.worked,
        "entered_at": one.entered_at.isoformat(),
    }
