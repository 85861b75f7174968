"""The only code that reads the log for a page or a command."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from gongbao.core.labels import Label
from gongbao.office.audit.chain import Verdict as Verdict
from gongbao.office.audit.chain import verify as verify
from gongbao.office.audit.models import Entry
from gongbao.office.people.models import Unit

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; "" and None for any."""

    action: str = ""
    subject: str = ""
    unit: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first. `before` and `after` are the numbers from which the pages beside go on, None for none."""

    entries: Sequence[Entry]
    before: int | None
    after: int | None


def page(wanted: Wanted, *, before: int | None = None, after: int | None = None) -> Page:
    """The newest entries below the number `before`, or the oldest above `after`; of all, the newest."""
    rows = _found(wanted)
    if after is not None:
        found = list(rows.filter(number__gt=after).order_by("number")[: PAGE + 1])
        newer, older = len(found) > PAGE, True
        found = found[:PAGE][::-1]
    else:
        if before is not None:
            rows = rows.filter(number__lt=before)
        found = list(rows.order_by("-number")[: PAGE + 1])
        newer, older = before is not None, len(found) > PAGE
        found = found[:PAGE]
    return Page(
        found,
        before=found[-1].number if found and older else None,
        after=found[0].number if found and newer else None,
    )


def entry(number: int) -> Entry | None:
    return Entry.objects.filter(number=number).first()


def _found(wanted: Wanted) -> QuerySet[Entry]:
    rows = Entry.objects.all()
    values: dict[str, Any] = {"action": wanted.action, "actor_unit": wanted.unit}
    asked = {name: value for name, value in values.items() if value}
    if wanted.subject:
        # One subject has few entries: whatever else is asked is looked for among these.
        rows = rows.filter(subject=wanted.subject)
    rows = rows.filter(**asked)
    if wanted.day is not None:
        # Moments follow the numbers nearly always, so that those of a day are one stretch of numbers.
        begin = datetime.combine(wanted.day, time(), timezone.get_current_timezone())
        within = {"at__gte": begin, "at__lt": begin + timedelta(days=1)}
        ends = Entry.objects.filter(**within).aggregate(first=Min("number"), last=Max("number"))
        if ends["first"] is None:
            return rows.none()
        rows = rows.filter(number__gte=ends["first"], number__lte=ends["last"], **within)
    return rows


def actions() -> list[str]:
    """The names of all actions that the log knows, found by leaps over an index: a log of a million has some dozens."""
    return _leaps("action")


def units() -> list[str]:
    """The keys of all units in which somebody acted."""
    return _leaps("actor_unit")


def _leaps(column: str) -> list[str]:
    found: list[str] = []
    rows = Entry.objects.order_by(column).values_list(column, flat=True)
    value = rows.filter(**{f"{column}__gt": ""}).first()
    while value is not None:
        found.append(value)
        value = rows.filter(**{f"{column}__gt": value}).first()
    return found


def unit_labels(keys: Iterable[str]) -> dict[str, Label]:
    """What the units with these keys are called; a unit that is not kept any more is left out."""
    return {one.key: Label(one.zh, one.en) for one in Unit.objects.filter(key__in=set(keys))}
