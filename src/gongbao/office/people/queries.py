"""The only code that reads accounts, units, posts and substitutes for a page or a command."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from gongbao.office.people.models import Account, Post, Substitute, Unit
from gongbao.office.people.roles import NOT_PASSED_ON

ADDS_GAZETTES = "library.add_gazette"
SEES_PERSONAL_DATA = "people.see_personal_data"


def accounts() -> QuerySet[Account]:
    """All accounts by name."""
    return Account.objects.order_by("username")


def account_exists(name: str) -> bool:
    return Account.objects.filter(username=Account.normalize_username(name.strip())).exists()


def own_rights(account: Account) -> dict[str, bool]:
    """Whether the account was given each of the rights; one that is closed keeps them and cannot use them."""
    given = account.user_permissions.values_list("content_type__app_label", "codename")
    held = {f"{app}.{name}" for app, name in given}
    return {right: account.is_superuser or right in held for right in (ADDS_GAZETTES, SEES_PERSONAL_DATA)}


# --- units


@dataclass(frozen=True, slots=True)
class UnitInTree:
    """A unit in the order of the tree, and how far below its root it stands."""

    unit: Unit
    depth: int


def unit_tree() -> list[UnitInTree]:
    """All units, each before those below it; those below one unit in the order in which they were created."""
    below: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.order_by("id"):
        below[unit.parent_id].append(unit)
    tree: list[UnitInTree] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in below[parent]:
            tree.append(UnitInTree(unit, depth))
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return tree


def units_below(unit: Unit) -> set[int]:
    """The ids of the unit and of all units below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for pk, parent in Unit.objects.exclude(parent=None).values_list("id", "parent_id"):
        children[parent].append(pk)
    found, waiting = {unit.pk}, [unit.pk]
    while waiting:
        for child in children[waiting.pop()]:
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


# --- posts


@dataclass(frozen=True, slots=True)
class ActingPost:
    """A post in which an account may act; `for_account` is whom it stands in for, None where the post is its own."""

    post: Post
    for_account: Account | None = None


def _held(on: date) -> Q:
    return Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))


def posts_held(on: date) -> QuerySet[Post]:
    """All posts that are held on the day. Whoever has a closed account holds none."""
    return Post.objects.filter(_held(on), account__is_active=True).select_related("unit", "account").order_by("id")


def posts_of(account: Account, on: date) -> list[Post]:
    """The account's own posts on the day."""
    return list(posts_held(on).filter(account=account))


def acting_posts(account: Account, on: date) -> list[ActingPost]:
    """The posts in which the account may act on the day: its own first, then those of whom it stands in for.

    Standing in goes one step: the substitute of a substitute acts for the one alone. Nobody is stood in for as an
    auditor or as an administrator.
    """
    own = [ActingPost(post) for post in posts_of(account, on)]
    if not account.is_active:
        return []
    absent = Substitute.objects.filter(by=account, since__lte=on, until__gte=on).values("absent")
    passed_on = posts_held(on).filter(account__in=absent).exclude(role__in=NOT_PASSED_ON)
    return own + [ActingPost(post, post.account) for post in passed_on]


def is_staff(account: Account, on: date) -> bool:
    """Whether the account holds a post or a right, or stands in for somebody who holds a post."""
    return account.is_active and (
        account.is_superuser or any(own_rights(account).values()) or bool(acting_posts(account, on))
    )


# --- substitutes


def substitutes_from(on: date) -> QuerySet[Substitute]:
    """Those that are under way on the day, or come later, by their days."""
    return Substitute.objects.filter(until__gte=on).select_related("absent", "by").order_by("since", "until", "id")
