"""The only code that writes the catalogue of services."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import SYSTEM, Actor
from gongbao.office.outbox.actions import ToPost, send
from gongbao.office.people.models import Unit
from gongbao.office.people.roles import Role
from gongbao.office.worker import each
from gongbao.systems.intermediary_market.catalogue import queries
from gongbao.systems.intermediary_market.catalogue.models import (
    ItemVersion,
    Pricing,
    Recommendation,
    ServiceItem,
    Supply,
)
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.supervision import government_prices
from gongbao.systems.intermediary_market.uscc import checked_uscc

CATALOGUE = f"{DOCUMENT} 第七条第（一）项"
FEW = f"{DOCUMENT} 第十四条"
LONGEST_TEXT = 2000  # characters
MOST_ITEMS = 2000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class ItemContent:
    """What an authority publishes of a service: the elements that 第七条第（一）项 names, and how it is bought."""

    name: str
    legal_ground: str
    time_limit: str
    process: str
    conditions: str
    fee_standard: str
    qualification: str = ""
    pricing: str = Pricing.MARKET
    supply: str = Supply.OPEN


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A service as a file gives it; `place` is the number of its row."""

    place: str
    code: str
    content: ItemContent


def keep_item(
    code: str, content: ItemContent, *, authority: Unit, since: date, actor: Actor, at: datetime
) -> tuple[ItemVersion, bool]:
    """Publish the service, or another version of it, from the day on; whether anything is new.

    What was published stays as it was: a version begins today at the earliest, and not before the one that comes
    before it. Raises GongbaoError.
    """
    content = _checked(content)
    if not _CODE.fullmatch(code):
        raise GongbaoError("a code is of letters, figures, points and hyphens, up to 40", where="code")
    with recorded("market.keep_item", actor=actor, ground=CATALOGUE, at=at) as record:
        kept.one_at_a_time("market.catalogue")
        item = ServiceItem.objects.select_for_update().filter(code=code).first()
        last = item.versions.order_by("-number").first() if item is not None else None
        if item is not None:
            _refuse_others(item, authority)
        if last is not None and _content(last) == content:
            return last, False
        if last is not None and since < max(last.since, timezone.localdate(at)):
            raise GongbaoError("what is published is not changed for days that are over", where="since")
        if item is not None:
            government_prices.refuse_against(item, content.pricing, since)
        if item is None:
            item = ServiceItem(code=code, authority=authority)
            item.save()
        version = ItemVersion(item=item, number=last.number + 1 if last else 1, since=since, **asdict(content))
        version.save()
        record(item.subject, code=code, version=version.number, since=since, authority=authority.key)
        if last is None:
            tell_if_few(item, at)
    return version, True


def _content(version: ItemVersion) -> ItemContent:
    return ItemContent(**{name: getattr(version, name) for name in ItemContent.__dataclass_fields__})


def _checked(content: ItemContent) -> ItemContent:
    found = {name: str(value).strip() for name, value in asdict(content).items()}
    for name, value in found.items():
        if not value and name != "qualification":
            raise GongbaoError("this has to be told of a service", where=name)
        longest = getattr(ItemVersion._meta.get_field(name), "max_length", None) or LONGEST_TEXT
        if len(value) > longest:
            raise GongbaoError(f"this is longer than {longest} characters", where=name)
    if found["pricing"] not in Pricing.values:
        raise GongbaoError(f"this is one of {', '.join(Pricing.values)}", where="pricing")
    if found["supply"] not in Supply.values:
        raise GongbaoError(f"this is one of {', '.join(Supply.values)}", where="supply")
    return ItemContent(**found)


def _refuse_others(item: ServiceItem, authority: Unit) -> None:
    if item.authority_id != authority.pk:
        raise GongbaoError("another authority publishes this service", where="code")
    if item.ended_at is not None:
        raise GongbaoError("this service is offered no more; give another code", where="code")


def keep_items(
    rows: Sequence[ItemRow], *, authority: Unit, since: date, actor: Actor, at: datetime
) -> tuple[int, int, int]:
    """All services of a file or none: how many are new, have a new version, and are as they were. Raises GongbaoError,
    naming the place in the file."""
    if len(rows) > MOST_ITEMS:
        raise GongbaoError(f"a file has up to {MOST_ITEMS} services")
    new = changed = 0
    seen: dict[str, str] = {}
    with recorded("market.keep_items", actor=actor, ground=CATALOGUE, at=at):
        for row in rows:
            try:
                if row.code in seen:
                    raise GongbaoError(f"this code stands in row {seen[row.code]} already", where="code")
                seen[row.code] = row.place
                version, is_new = keep_item(row.code, row.content, authority=authority, since=since, actor=actor, at=at)
            except GongbaoError as error:
                raise GongbaoError(error.message, where=f"{row.place} {error.where}".strip()) from error
            new += is_new and version.number == 1
            changed += is_new and version.number > 1
    return new, changed, len(rows) - new - changed


def end_item(item: ServiceItem, *, authority: Unit, actor: Actor, at: datetime) -> ServiceItem:
    """The service is offered no more; what was published of it stays. Raises GongbaoError."""
    with recorded("market.end_item", actor=actor, ground=CATALOGUE, at=at) as record:
        found = ServiceItem.objects.select_for_update().get(pk=item.pk)
        _refuse_others(found, authority)
        found.ended_at = at
        found.save()
        record(found.subject, code=found.code)
    return found


# --- too few agencies


def tell_if_few(item: ServiceItem, at: datetime) -> None:
    """Inside an action: the authority is told where there are too few agencies under its service."""
    today = timezone.localdate(at)
    there, enough = queries.agencies_under(item, today), queries.enough(today)
    if there >= enough:
        return
    version = queries.version_on(item, today)
    name = version.name if version else item.code
    send(
        ToPost(item.authority, Role.CLERK),
        subject=Label(f"中介服务事项下机构不足{enough}家", f"Fewer than {enough} agencies under a service"),
        text=Label(
            f"“{name}”（{item.code}）下现有{there}家中介机构，请介绍推荐。公开选取不因此受影响。",
            f"There are {there} agencies under “{name}” ({item.code}); recommend some. No selection is held up by it.",
        ),
        about=item.subject,
        link=reverse("market:recommend", args=[item.uuid]),
        at=at,
        ground=FEW,
    )


def tell_of_run_out(now: datetime) -> int:
    """A job of the worker: qualifications ran out in the last days, and left fewer than three under a service. Its
    authority is told once of each day. How many were told."""
    return each("market.few", queries.run_out(timezone.localdate(now)), lambda uuid: _tell_of_run_out(uuid, now))


def _tell_of_run_out(uuid: UUID, now: datetime) -> str | None:
    with recorded("market.few", actor=SYSTEM, ground=FEW, at=now):
        item = ServiceItem.objects.select_for_update(of=("self",)).select_related("authority").get(uuid=uuid)
        if uuid not in queries.run_out(timezone.localdate(now)):
            return None
        tell_if_few(item, now)
    return "told"


def recommend(
    item: ServiceItem, name: str, reason: str, *, uscc: str = "", unit: Unit, actor: Actor, at: datetime
) -> Recommendation:
    """The authority recommends a body for its service (第十四条); whoever that is enters like any other.

    Raises GongbaoError.
    """
    name, reason = " ".join(name.split()), reason.strip()
    if not name or len(name) > 100:
        raise GongbaoError("name whom you recommend, in up to 100 characters", where="name")
    if not reason or len(reason) > LONGEST_TEXT:
        raise GongbaoError(f"say why, in up to {LONGEST_TEXT} characters", where="reason")
    code = checked_uscc(uscc) if uscc.strip() else ""
    with recorded("market.recommend", actor=actor, ground=FEW, at=at) as record:
        locked = ServiceItem.objects.select_for_update().get(pk=item.pk)
        _refuse_others(locked, unit)
        made = Recommendation(item=locked, unit=unit, name=name, uscc=code, reason=reason, at=at)
        made.save()
        record(locked.subject, recommendation=made.uuid, uscc=code)
    return made
