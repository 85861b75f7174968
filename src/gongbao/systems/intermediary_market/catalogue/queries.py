"""The only code that reads the catalogue of services for a page, an export or another part."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from gongbao.office.outbox.models import Message
from gongbao.office.people.models import Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, Recommendation, ServiceItem
from gongbao.systems.intermediary_market.organisations.models import Listing, in_force
from gongbao.systems.intermediary_market.rules import OutcomeFigures, market_outcome


def enough(on: date) -> int:
    """So many agencies there should be under a service (第十四条). With fewer its authority is told."""
    figures = market_outcome.figure_table.at(on, nearest=True)
    assert isinstance(figures, OutcomeFigures)
    return figures.fewest_for_competition


def item(uuid: UUID | str) -> ServiceItem | None:
    return ServiceItem.objects.select_related("authority").filter(uuid=uuid).first()


def version_on(item: ServiceItem, on: date) -> ItemVersion | None:
    """What the authority publishes of the service on the day; None before its first day."""
    return item.versions.filter(since__lte=on).order_by("-number").first()


def versions_of(item: ServiceItem) -> QuerySet[ItemVersion]:
    """All that was and will be published of it, the newest first."""
    return item.versions.order_by("-number")


def services(
    on: date,
    *,
    words: str = "",
    authority: Unit | None = None,
    authorities: Collection[int] | None = None,
    below: int | None = None,
) -> QuerySet[ItemVersion]:
    """The services of the day as they stand then, by their codes; `agencies` is how many are listed under each.

    Those of one authority alone, of some (by id), with the words in their name or code, or with fewer agencies than
    `below`, those with the fewest first.
    """
    later = ItemVersion.objects.filter(item=OuterRef("item"), since__lte=on, number__gt=OuterRef("number"))
    listed = Listing.objects.filter(in_force(on), item=OuterRef("item")).order_by().values("item")
    found = (
        ItemVersion.objects.filter(~Exists(later), since__lte=on, item__ended_at=None)
        .select_related("item__authority")
        .annotate(agencies=Coalesce(Subquery(listed.annotate(number=Count("pk")).values("number")), 0))
    )
    if words:
        found = found.filter(Q(name__icontains=words) | Q(item__code__icontains=words))
    if authority is not None:
        found = found.filter(item__authority=authority)
    if authorities is not None:
        found = found.filter(item__authority__in=authorities)
    if below is not None:
        return found.filter(agencies__lt=below).order_by("agencies", "item__code")
    return found.order_by("item__code")


def authorities(on: date) -> QuerySet[Unit]:
    """The units that publish services on the day."""
    with_some = services(on).values("item__authority")
    return Unit.objects.filter(pk__in=with_some).order_by("id")


def agencies_under(item: ServiceItem, on: date) -> int:
    return Listing.objects.filter(in_force(on), item=item).count()


def with_few(on: date, authorities: Collection[int] | None = None) -> QuerySet[ItemVersion]:
    """The services under which there are too few agencies (`enough`), those with the fewest first."""
    return services(on, authorities=authorities, below=enough(on))


LOOKED_BACK = 7
"""So many days a worker may have stood still, and still tells of a qualification that ran out meanwhile."""


def run_out(on: date) -> list[UUID]:
    """The services with fewer than three agencies of which one's qualification ran out in the days before, and whose
    authority was not told since."""
    ended = Listing.objects.filter(
        ended_at=None, qualification__until__lt=on, qualification__until__gte=on - timedelta(days=LOOKED_BACK)
    )
    last = dict(ended.order_by().values_list("item").annotate(Max("qualification__until")))
    few = services(on, below=enough(on)).filter(item__in=last)
    return [
        version.item.uuid
        for version in few
        if not Message.objects.filter(
            about=version.item.subject, created_at__gte=_begin(last[version.item_id] + timedelta(days=1))
        ).exists()
    ]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def accepted(version: ItemVersion) -> tuple[str, ...]:
    """The qualifications of which an agency has to hold one; none where the law asks for none."""
    return tuple(one for part in version.qualification.replace(";", "；").split("；") if (one := part.strip()))


@dataclass(frozen=True, slots=True)
class Recommended:
    """A recommendation, and whether whom it names has come since."""

    recommendation: Recommendation
    entered: bool


def recommendations(item: ServiceItem, on: date) -> list[Recommended]:
    """Whom the authority recommended for the service, the newest first."""
    there = set(Listing.objects.filter(in_force(on), item=item).values_list("organisation__uscc", flat=True))
    found = Recommendation.objects.filter(item=item).select_related("unit").order_by("-id")
    return [Recommended(one, bool(one.uscc) and one.uscc in there) for one in found]
