"""The working days of this office: the notices that the program knows, and those that were entered since."""

from datetime import date

from gongbao.core.working_days import CHINA, Notice, WorkingCalendar
from gongbao.office.cases.models import WorkingDaysNotice

_made: dict[tuple[object, ...], WorkingCalendar] = {}


def calendar() -> WorkingCalendar:
    """One query; the calendar itself is made once for each set of notices."""
    rows = list(WorkingDaysNotice.objects.order_by("year").values_list("year", "title", "off", "worked", "entered_at"))
    key = tuple((year, entered_at) for year, _, _, _, entered_at in rows)
    if key not in _made:
        made = CHINA
        for year, title, off, worked, _ in rows:
            made = made.with_notice(Notice(year, title, _days(off), _days(worked)))
        _made.clear()
        _made[key] = made
    return _made[key]


def _days(texts: list[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)
