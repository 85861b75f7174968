"""In which roles of a procedure somebody may act in a case.

A staff role is held by whoever holds its post in the unit of the case. Sections count with the body that they belong
to: the deputy head of a bureau signs what its section handles. A party acts with the secret of the receipt, or at the
counter through a clerk who holds the post of one there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gongbao.office.audit.actors import PARTY, SYSTEM, Actor, ActorKind
from gongbao.office.cases.models import Asked
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.queries import ActingPost, acting_posts, body_of
from gongbao.office.people.roles import Role as Post
from gongbao.procedures import Procedure, Role

HEADS = (Post.SECTION_HEAD, Post.DEPUTY_HEAD, Post.HEAD)
"""Any of whom speaks for a unit that countersigns."""
AT_DESK = (Post.CLERK, *HEADS)
"""Who works on cases."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody in one role of a procedure. `unit_key` is the unit in which they hold their post, "" without one."""

    role: Role
    actor: Actor
    account: Account | None = None
    for_account: Account | None = None
    unit_key: str = ""
    at_counter: bool = False


def of_account(
    account: Account, procedure: Procedure, unit: Unit | None, on: date, posts: Sequence[ActingPost] | None = None
) -> list[Acting]:
    """The roles in which an account may act in a case that `unit` handles, own posts first.

    `unit` None: in a case that is to begin, whoever it will go to; there staff acts at its own unit. `posts` are those
    of acting_posts, where they were read already.
    """
    posts = acting_posts(account, on) if posts is None else posts
    body = body_of(unit) if unit is not None else None
    found = [
        _as(account, role, one)
        for role in procedure.roles.values()
        if role.kind == "staff"
        for one in posts
        if one.post.role == role.post and (body is None or body_of(one.post.unit).pk == body.pk)
    ]
    at_counter = [one for one in posts if one.post.role == Post.COUNTER]
    if at_counter:
        for role in procedure.roles.values():
            if role.kind == "party":
                found.append(_as(account, role, at_counter[0], at_counter=True))
    return found


def _as(account: Account, role: Role, one: ActingPost, *, at_counter: bool = False) -> Acting:
    actor = Actor(
        ActorKind.ACCOUNT,
        id=str(account.public_id),
        role=one.post.role,
        unit=one.post.unit.key,
        for_id=str(one.for_account.public_id) if one.for_account else "",
    )
    return Acting(role, actor, account, one.for_account, one.post.unit.key, at_counter)


def as_party(role: Role) -> Acting:
    """Whoever holds the secret of the case."""
    return Acting(role, PARTY)


def as_system(role: Role) -> Acting:
    return Acting(role, SYSTEM)


def first_for(acting: Iterable[Acting], roles: Iterable[Role]) -> Acting | None:
    """The first that is in one of the roles."""
    wanted = {role.key for role in roles}
    return next((one for one in acting if one.role.key in wanted), None)


def for_opinion(account: Account, asked: Asked, on: date) -> ActingPost | None:
    """The post in which the account gives the opinion that is asked: its own first; None where it may not."""
    roles = (asked.role,) if asked.role else HEADS
    posts = (one for one in acting_posts(account, on) if one.post.role in roles)
    return next((one for one in posts if body_of(one.post.unit).pk == asked.unit_id), None)


def at_desk_of(account: Account, unit: Unit, on: date) -> ActingPost | None:
    """The post in which the account works on what the unit handles, whichever it is; own posts first."""
    body = body_of(unit).pk
    posts = (one for one in acting_posts(account, on) if one.post.role in AT_DESK)
    return next((one for one in posts if body_of(one.post.unit).pk == body), None)
