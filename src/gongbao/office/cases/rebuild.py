"""What is kept of cases, compared with what gives it. See gongbao.office.audit.rebuild.

The row of a case has caches of its events. The events in turn are held against the log: each has an entry, with the
same step, day and role, and with digests of the same values. A cache is mended; an event that is not as the log says
was changed behind the actions' back, and is for a person to look at.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from gongbao.core.hash_chain import canonical, digest
from gongbao.office.audit.models import Entry
from gongbao.office.audit.rebuild import Difference
from gongbao.office.cases.actions import cached, reminded_of
from gongbao.office.cases.calendar import calendar
from gongbao.office.cases.models import Case
from gongbao.office.cases.queries import situation_of

_BATCH = 500


def cache_differences() -> Iterator[Difference]:
    """Where the row of a case says something else than its events."""
    for case, wrong in _wrong_caches(timezone.now()):
        for name, right in wrong.items():
            yield Difference(case.subject, name, str(getattr(case, name)), str(right))


def rebuild_caches() -> int:
    """Mend them, inside an action: how many cases."""
    mended = 0
    for case, wrong in list(_wrong_caches(timezone.now())):
        for name, right in wrong.items():
            setattr(case, name, right)
        case.save()
        mended += 1
    return mended


def _wrong_caches(now: datetime) -> Iterator[tuple[Case, dict[str, object]]]:
    days = calendar()
    for case in Case.objects.order_by("pk").iterator(chunk_size=_BATCH):
        right = cached(situation_of(case, days), reminded_of(case), now)
        wrong = {name: value for name, value in right.items() if getattr(case, name) != value}
        # Warnings that are due are sent in the order in which the worker comes round.
        if "look_at" in wrong and _past(case.look_at, now) and _past(right["look_at"], now):
            del wrong["look_at"]
        if wrong:
            yield case, wrong


def _past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def event_differences() -> Iterator[Difference]:
    """Where an event is not as the log says, or stands in one of them alone."""
    for case in Case.objects.order_by("pk").iterator(chunk_size=_BATCH):
        logged = {}
        for content in Entry.objects.filter(subject=case.subject).order_by("number").values_list("content", flat=True):
            entry = json.loads(content)
            if "event" in entry:
                logged[entry["event"]] = entry
        for row in case.events.select_related("personal"):
            where = f"event {row.number}"
            entry = logged.pop(row.number, None)
            if entry is None:
                yield Difference(case.subject, where, row.step, "")
                continue
            for name, kept in (("step", row.step), ("on", row.on.isoformat()), ("role", row.role)):
                if entry[name] != kept:
                    yield Difference(case.subject, f"{where} {name}", kept, entry[name])
            values = {**row.values, **(row.personal.values if hasattr(row, "personal") else {})}
            for name in entry["values"].keys() | values.keys():
                if name not in values:
                    # Erased, with the salt of its digests.
                    if case.salt:
                        yield Difference(case.subject, f"{where} {name}", "", "a value")
                elif case.salt and digest(case.salt, canonical(values[name])) != entry["values"].get(name):
                    yield Difference(case.subject, f"{where} {name}", "another value", "a value")
        for number, entry in logged.items():
            yield Difference(case.subject, f"event {number}", "", entry["step"])


def rebuild_events() -> int:
    """Nothing: what happened is not made again. A person looks at the differences."""
    return 0
