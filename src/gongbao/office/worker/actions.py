"""The only code that writes when a worker was seen, and says since when none was."""

from datetime import datetime, timedelta

from gongbao.office import kept
from gongbao.office.worker.models import Seen

MISSED_AFTER = timedelta(minutes=10)
"""A round takes seconds; a letter to a slow server some minutes at the worst."""


def seen(now: datetime) -> None:
    """A worker went round at this moment."""
    with kept.action("worker.seen"):
        if not Seen.objects.filter(pk=1).update(at=now):
            Seen.objects.bulk_create([Seen(at=now)], ignore_conflicts=True)


def missed_since(now: datetime) -> datetime | None:
    """When a worker was last seen, if that is too long ago; None where one is at work, or none ever was."""
    last = Seen.objects.filter(pk=1).values_list("at", flat=True).first()
    return last if last is not None and now - last > MISSED_AFTER else None
