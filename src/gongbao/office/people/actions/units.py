"""Units, the posts that are held in them, and who stands in for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE, Actor, ActorKind
from gongbao.office.people import queries
from gongbao.office.people.actions.accounts import refuse_without_administrator
from gongbao.office.people.models import Account, Post, Substitute, Unit, UnitKind
from gongbao.office.people.roles import ALONE, Role

LONGEST_SUBSTITUTION = timedelta(days=366)

# --- units


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as a file gives it; `parent` is the key of another, "" for the city itself."""

    key: str
    zh: str
    en: str
    kind: str
    parent: str = ""


def keep_unit(
    key: str,
    *,
    zh: str | None = None,
    en: str | None = None,
    kind: str | None = None,
    parent: str | None = None,
    closed: bool | None = None,
    actor: Actor = KEEPER,
    at: datetime,
) -> tuple[Unit, bool]:
    """Create the unit, or change what is given of it (None leaves it as it is); whether it was created.

    `parent` is the key of the unit above it; the first unit is the city, and all others stand below it. A unit is
    closed once nobody holds a post in it and none below it is open; it is never removed. Raises GongbaoError.
    """
    with recorded("people.keep_unit", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.units")
        unit = queries.unit(key)
        created = unit is None
        if unit is None:
            if not (zh and en and kind):
                raise GongbaoError("a new unit needs a Chinese and an English name and a kind", where=key)
            unit = Unit(key=key)
        unit.zh, unit.en = (zh if zh is not None else unit.zh).strip(), (en if en is not None else unit.en).strip()
        unit.kind = kind if kind is not None else unit.kind
        if parent is not None or created:
            unit.parent = _parent(unit, parent or "")
        if closed is not None and closed != unit.closed:
            if closed:
                _refuse_closing(unit, timezone.localdate(at))
            elif unit.parent and unit.parent.closed:
                raise GongbaoError(f"the unit above it, {unit.parent.key}, is closed", where=key)
            unit.closed = closed
        with translation.override("en"):
            try:
                unit.full_clean()
            except ValidationError as error:
                raise GongbaoError(" ".join(error.messages), where=key) from error
        unit.save()
        record(
            f"unit:{key}",
            created=created,
            zh=unit.zh,
            en=unit.en,
            kind=unit.kind,
            parent=unit.parent.key if unit.parent else "",
            closed=unit.closed,
        )
    return unit, created


def _parent(unit: Unit, key: str) -> Unit | None:
    if not key:
        if unit.kind != UnitKind.CITY:
            raise GongbaoError("only a city stands below no other unit; name its parent", where=unit.key)
        other = Unit.objects.filter(parent=None).exclude(pk=unit.pk).first()
        if other is not None:
            raise GongbaoError(f"the city is {other.key}; every other unit stands below it", where=unit.key)
        return None
    above = queries.unit(key)
    if above is None:
        raise GongbaoError(f"there is no unit {key} that it could stand below", where=unit.key)
    if above.closed:
        raise GongbaoError(f"{key} is closed; nothing is put below it", where=unit.key)
    if unit.pk and above.pk in queries.units_below(unit):
        raise GongbaoError(f"{key} stands below {unit.key} itself", where=unit.key)
    return above


def _refuse_closing(unit: Unit, today: date) -> None:
    if unit.pk is None:
        return
    below = Unit.objects.filter(parent=unit, closed=False).first()
    if below is not None:
        raise GongbaoError(f"{below.key} below it is still open", where=unit.key)
    if Post.objects.filter(unit=unit).filter(queries.not_over(today)).exists():
        raise GongbaoError("posts are held in it, or will be; end them first", where=unit.key)


def keep_units(rows: Sequence[UnitRow], *, actor: Actor = KEEPER, at: datetime) -> tuple[int, int]:
    """Create or change all units of a file, or none: how many were created, and how many were there already.

    A row may name a parent that stands further down. Raises GongbaoError.
    """
    named: dict[str, UnitRow] = {}
    for row in rows:
        if row.key in named:
            raise GongbaoError("the key is there twice", where=row.key)
        named[row.key] = row
    created = 0
    waiting = list(rows)
    with recorded("people.keep_units", actor=actor, ground=OUR_RULE, at=at):
        while waiting:
            ready = [row for row in waiting if row.parent not in {one.key for one in waiting}]
            if not ready:
                raise GongbaoError("each of these stands below another of them", where=waiting[0].key)
            for row in ready:
                _unit, new = keep_unit(
                    row.key, zh=row.zh, en=row.en, kind=row.kind, parent=row.parent, actor=actor, at=at
                )
                created += new
            waiting = [row for row in waiting if row not in ready]
    return created, len(rows) - created


# --- posts


def give_post(
    account: Account,
    unit_key: str,
    role: str,
    *,
    since: date,
    until: date | None = None,
    actor: Actor = KEEPER,
    at: datetime,
) -> Post:
    """The account holds the role in the unit from one day to another, both included, or without end.

    Raises GongbaoError: for a closed account or unit, a post it holds already, and an auditor with another post.
    """
    if role not in Role.values:
        raise GongbaoError(f"there is no role {role}; there are {', '.join(Role.values)}", where="role")
    if until is not None and until < since:
        raise GongbaoError(f"the last day, {until}, is before the first, {since}", where="until")
    with recorded("people.give_post", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.units")
        unit = queries.unit(unit_key)
        if unit is None:
            raise GongbaoError(f"there is no unit {unit_key}; gongbao units lists them", where="unit")
        if unit.closed:
            raise GongbaoError(f"the unit {unit_key} is closed", where="unit")
        if role == Role.AUDITOR and actor.kind == ActorKind.ACCOUNT and actor.unit != queries.city_key():
            raise GongbaoError("an auditor reads everything; who administers the whole city names them", where="role")
        holder = Account.objects.select_for_update().get(pk=account.pk)
        if not holder.is_active:
            raise GongbaoError(f"the account {holder.username} is closed", where="account")
        meanwhile = Post.objects.filter(account=holder).filter(queries.between(since, until)).select_related("unit")
        for other in meanwhile:
            if (other.unit_id, other.role) == (unit.pk, role):
                raise GongbaoError(f"{holder.username} holds this post already, from {other.since}", where="account")
            if role in ALONE or other.role in ALONE:
                raise GongbaoError(
                    f"an auditor holds no other post, and {holder.username} is {other.role} of {other.unit.key}",
                    where="role",
                )
        post = Post(account=holder, unit=unit, role=role, since=since, until=until)
        post.save()
        record(f"post:{post.uuid}", account=holder.public_id, unit=unit.key, role=role, since=since, until=until)
    return post


def end_post(post: UUID, *, last_day: date | None = None, actor: Actor = KEEPER, at: datetime) -> Post:
    """The post is held to `last_day`, or, with None, ends at once: nothing is done in it any more from now on.

    Raises GongbaoError.
    """
    with recorded("people.end_post", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.units")
        found = Post.objects.select_for_update(of=("self",)).select_related("account", "unit").filter(uuid=post).first()
        if found is None:
            raise GongbaoError("there is no such post", where=str(post))
        yesterday = timezone.localdate(at) - timedelta(days=1)
        until = yesterday if last_day is None else last_day
        if until < yesterday:
            raise GongbaoError("a post does not end in the past; what was done in it was done", where="until")
        if found.until is not None and found.until <= until:
            raise GongbaoError(f"the post ends on {found.until} already", where=str(post))
        if actor.kind == ActorKind.ACCOUNT and found.role == Role.ADMINISTRATOR and found.unit.parent_id is None:
            refuse_without_administrator(without=found.account, at=at, ending=found.pk)
        found.until = until
        found.save()
        record(f"post:{found.uuid}", until=until)
    return found


# --- substitutes


def name_substitute(
    absent: Account, by: Account, *, since: date, until: date, reason: str, actor: Actor = KEEPER, at: datetime
) -> Substitute:
    """`by` stands in for `absent` from one day to another, both included, a year at the longest.

    Whoever names their own names somebody who holds a post in a unit of theirs. Raises GongbaoError.
    """
    reason = reason.strip()
    if until < since:
        raise GongbaoError(f"the last day, {until}, is before the first, {since}", where="until")
    if until < timezone.localdate(at):
        raise GongbaoError(f"the last day, {until}, is over", where="until")
    if until - since >= LONGEST_SUBSTITUTION:
        raise GongbaoError("nobody stands in for longer than a year; give the post to another", where="until")
    if not reason:
        raise GongbaoError("a reason is needed, such as leave", where="reason")
    if len(reason) > 100:
        raise GongbaoError("the reason is longer than 100 characters", where="reason")
    if absent.pk == by.pk:
        raise GongbaoError("nobody stands in for themselves", where="by")
    with recorded("people.name_substitute", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.units")
        _refuse_unfit(absent, by, since, until, actor, at)
        made = Substitute(absent=absent, by=by, since=since, until=until, reason=reason)
        made.save()
        # The reason is a person's own matter.
        record(f"substitute:{made.uuid}", absent=absent.public_id, by=by.public_id, since=since, until=until)
    return made


def _refuse_unfit(absent: Account, by: Account, since: date, until: date, actor: Actor, at: datetime) -> None:
    for one in (absent, by):
        if not Account.objects.filter(pk=one.pk, is_active=True).exists():
            raise GongbaoError(f"the account {one.username} is closed", where="account")
    theirs = list(Post.objects.filter(account=by).filter(queries.between(since, until)))
    if not theirs:
        raise GongbaoError(f"{by.username} holds no post on these days", where="by")
    if any(post.role in ALONE for post in theirs):
        raise GongbaoError(f"{by.username} is an auditor and stands in for nobody", where="by")
    if actor.id == str(absent.public_id):
        units = Post.objects.filter(account=absent).filter(queries.between(since, until)).values_list("unit")
        if not {(post.unit_id,) for post in theirs} & set(units):
            raise GongbaoError(f"{by.username} is in no unit of yours; an administrator can name them", where="by")
    # One that was ended before its first day was over has its last day in the past.
    last = max(since, timezone.localdate(at))
    other = Substitute.objects.filter(absent=absent, since__lte=until, until__gte=last).first()
    if other is not None:
        raise GongbaoError(
            f"somebody stands in already from {other.since} to {other.until}; end that first", where="since"
        )


def end_substitute(substitute: UUID, *, actor: Actor = KEEPER, at: datetime) -> Substitute:
    """Nobody stands in any more from now on. Raises GongbaoError."""
    with recorded("people.end_substitute", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.units")
        found = Substitute.objects.select_for_update().filter(uuid=substitute).first()
        if found is None:
            raise GongbaoError("there is no such substitute", where=str(substitute))
        yesterday = timezone.localdate(at) - timedelta(days=1)
        if found.until <= yesterday:
            raise GongbaoError(f"that ended on {found.until} already", where=str(substitute))
        found.until = yesterday
        found.save()
        record(f"substitute:{found.uuid}", until=yesterday)
    return found
