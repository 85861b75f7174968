"""The only code that reads messages and letters for a page, a job or a command."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from gongbao.office.outbox.models import Channel, Envelope, Letter, Message, Outcome, Reading, Stage
from gongbao.office.people.models import Account
from gongbao.office.people.queries import ActingPost, body_of

# --- messages


def _to(account: Account, posts: Sequence[ActingPost]) -> Q:
    """What is to the account itself, and to the posts in which it may act; what is to a body is to its sections too."""
    to = Q(account=account)
    for one in posts:
        to |= Q(unit__in={one.post.unit_id, body_of(one.post.unit).pk}, role=one.post.role)
    return to


def _unread(account: Account) -> Any:
    return ~Exists(Reading.objects.filter(message=OuterRef("pk"), account=account))


def messages_of(account: Account, posts: Sequence[ActingPost]) -> QuerySet[Message]:
    """The messages to the account and to its posts of today: unread first, then the latest first.

    Each has `unread`, and `read_at` where it was read.
    """
    mine = Reading.objects.filter(message=OuterRef("pk"), account=account)
    return (
        Message.objects.filter(_to(account, posts))
        .select_related("unit")
        .annotate(unread=_unread(account), read_at=Subquery(mine.values("read_at")[:1]))
        .order_by("-unread", "-id")
    )


LOOKED_THROUGH = 1000


class Listed(Sequence[Message]):
    """The same for a list that is shown page by page: of the LOOKED_THROUGH latest the unread come first. To sort all
    that a desk was ever told would take the longer, the longer it stands."""

    def __init__(self, account: Account, posts: Sequence[ActingPost]) -> None:
        self._rows = messages_of(account, posts).order_by("-id")
        found = Message.objects.filter(_to(account, posts)).annotate(unread=_unread(account)).order_by("-id")
        latest = list(found.values_list("pk", "unread")[:LOOKED_THROUGH])
        self._latest = [pk for pk, _ in sorted(latest, key=lambda one: not one[1])]

    @cached_property
    def _length(self) -> int:
        looked_through = len(self._latest)
        return looked_through if looked_through < LOOKED_THROUGH else self._rows.count()

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: Any) -> Any:
        start, stop, _step = place.indices(len(self)) if isinstance(place, slice) else (place, place + 1, 1)
        found = self._rows.in_bulk(self._latest[start:stop])
        rows = [found[pk] for pk in self._latest[start:stop]]
        if stop > len(self._latest):
            rows += self._rows[max(start, len(self._latest)) : stop]
        return rows if isinstance(place, slice) else rows[0]


def unread_up_to(newest: Message, account: Account, posts: Sequence[ActingPost]) -> QuerySet[Message]:
    """The messages that are unread, up to this one: those that came later nobody has seen."""
    return Message.objects.filter(_to(account, posts), pk__lte=newest.pk).filter(_unread(account))


MOST_COUNTED = 99


def unread_count(account: Account, posts: Sequence[ActingPost]) -> int:
    """How many messages are unread, counted to 100 and no further."""
    unread = Message.objects.filter(_to(account, posts)).filter(_unread(account)).order_by()
    return unread[: MOST_COUNTED + 1].count()


def message_of(account: Account, posts: Sequence[ActingPost], uuid: UUID) -> Message | None:
    """The message, for whoever it is to."""
    return Message.objects.filter(_to(account, posts), uuid=uuid).first()


# --- letters


def letters_about(about: str) -> QuerySet[Letter]:
    """The letters about a subject of the log, such as case:UUID, the first first."""
    return Letter.objects.filter(about=about)


def due(channel: Channel, at: datetime, most: int) -> list[int]:
    """The letters of a channel that a worker may take up, those that are due longest first."""
    found = Envelope.objects.filter(letter__channel=channel, due_at__lte=at).exclude(stage=Stage.ENDED)
    return list(found.order_by("due_at", "pk").values_list("pk", flat=True)[:most])


KEPT_FOR = timedelta(days=30)
"""How long address and words stay after a letter is over: as long as somebody may ask what it said."""


def served(at: datetime, most: int) -> list[int]:
    """The letters whose address and words have served."""
    over = Envelope.objects.filter(stage=Stage.ENDED, letter__ended_at__lte=at - KEPT_FOR)
    return list(over.order_by("pk").values_list("pk", flat=True)[:most])


LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The letters of a channel that have not left the house. `is_set_up` is whether they have a way out at all."""

    channel: Channel
    is_set_up: bool
    count: int
    oldest: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether the oldest waits for longer than a server is usually away."""
        return now - self.oldest > LATE_AFTER


def waiting() -> list[Waiting]:
    """The channels in which letters wait, for the desk to say so."""
    rows = (
        Envelope.objects.exclude(stage=Stage.ENDED)
        .values("letter__channel")
        .annotate(count=Count("pk"), oldest=Min("letter__created_at"))
        .order_by("letter__channel")
    )
    return [
        Waiting(Channel(row["letter__channel"]), is_set_up(row["letter__channel"]), row["count"], row["oldest"])
        for row in rows
    ]


def is_set_up(channel: str) -> bool:
    """Whether letters of the channel have a way out."""
    return bool(settings.EMAIL_HOST if channel == Channel.EMAIL else settings.GONGBAO_SMS)


def not_delivered(since: date) -> QuerySet[Letter]:
    """The letters that were refused or given up since the day, the latest first."""
    lost = Letter.objects.filter(outcome__in=(Outcome.REFUSED, Outcome.GIVEN_UP), ended_at__date__gte=since)
    return lost.order_by("-ended_at")
