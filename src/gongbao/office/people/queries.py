"""The only code that reads accounts, units, posts and substitutes for a page or a command."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from gongbao.core.errors import GongbaoError
from gongbao.office.people.models import Account, OidcLink, Post, RecoveryCode, SecondFactor, Substitute, Unit, UnitKind
from gongbao.office.people.roles import ALONE, NOT_PASSED_ON

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


def account_of(public_id: UUID | str) -> Account | None:
    return Account.objects.filter(public_id=public_id).first()


def account_named(name: str) -> Account:
    """Raises GongbaoError where there is none."""
    found = Account.objects.filter(username=Account.normalize_username(name.strip())).first()
    if found is None:
        raise GongbaoError(f"there is no account {name}", where="account")
    return found


# --- units


def unit(key: str) -> Unit | None:
    return Unit.objects.select_related("parent").filter(key=key).first()


@dataclass(frozen=True, slots=True)
class UnitInTree:
    """A unit in the order of the tree, and how far below its root it stands."""

    unit: Unit
    depth: int


def unit_tree() -> list[UnitInTree]:
    """All units, each before those below it; those below one unit in the order in which they were created."""
    below: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.select_related("parent").order_by("id"):
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


def units_above(unit: Unit) -> list[Unit]:
    """Those that the unit stands below, from the city down."""
    found: list[Unit] = []
    above = unit.parent
    while above is not None:
        found.insert(0, above)
        above = above.parent
    return found


def body_of(unit: Unit) -> Unit:
    """The body that a section belongs to; any other unit itself."""
    while unit.kind == UnitKind.SECTION and unit.parent is not None:
        unit = unit.parent
    return unit


def city() -> Unit | None:
    """The unit that stands below no other."""
    return Unit.objects.filter(parent=None).first()


def city_key() -> str:
    found = city()
    return found.key if found else ""


# --- posts


@dataclass(frozen=True, slots=True)
class ActingPost:
    """A post in which an account may act; `for_account` is whom it stands in for, None where the post is its own."""

    post: Post
    for_account: Account | None = None


def not_over(on: date) -> Q:
    """Posts that are held on the day or later; one that was ended before its first day was over is not among them."""
    return Q(until=None) | (Q(until__gte=on) & Q(until__gte=F("since")))


def between(since: date, until: date | None) -> Q:
    """Posts that are held on some day from one to another, both included; to the end of time with None."""
    begun = Q() if until is None else Q(since__lte=until)
    return begun & not_over(since)


def posts_held(on: date) -> QuerySet[Post]:
    """All posts that are held on the day. Whoever has a closed account holds none."""
    held = Post.objects.filter(between(on, on), account__is_active=True)
    # With those above it, so that the body of a section costs no query.
    return held.select_related("unit__parent__parent", "account").order_by("id")


def posts_of(account: Account, on: date) -> list[Post]:
    """The account's own posts on the day."""
    return list(posts_held(on).filter(account=account))


def posts_from(unit: Unit, on: date) -> QuerySet[Post]:
    """The posts of the unit on the day and later, by role and name."""
    return Post.objects.filter(not_over(on), unit=unit).select_related("unit", "account").order_by("role", "id")


def posts_on_or_after(on: date) -> QuerySet[Post]:
    """All posts that are held on the day or will be, by unit, role and name."""
    found = Post.objects.filter(not_over(on)).select_related("unit", "account")
    return found.order_by("unit__id", "role", "account__username", "id")


def posts_by_unit(on: date) -> dict[int, int]:
    """How many posts are held in each unit."""
    counted = posts_held(on).order_by().values_list("unit").annotate(number=Count("id"))
    return dict(counted)


def posts_of_accounts(accounts: Collection[int], on: date) -> dict[int, list[Post]]:
    """The posts of several accounts on the day, by account."""
    found: dict[int, list[Post]] = defaultdict(list)
    for post in posts_held(on).filter(account__in=accounts):
        found[post.account_id].append(post)
    return found


def acting_posts(account: Account, on: date) -> list[ActingPost]:
    """The posts in which the account may act on the day: its own first, then those of whom it stands in for.

    Standing in goes one step: the substitute of a substitute acts for the one alone. Nobody is stood in for as an
    auditor or as an administrator, and an auditor stands in for nobody.
    """
    own = [ActingPost(post) for post in posts_of(account, on)]
    if not account.is_active or any(one.post.role in ALONE for one in own):
        return own
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


def substitutes_in(units: Collection[int], on: date) -> QuerySet[Substitute]:
    """Those on the day or later of whoever holds a post in one of the units."""
    holders = Post.objects.filter(not_over(on), unit__in=units).values("account")
    return substitutes_from(on).filter(absent__in=holders)


def acted_for(account: Account, on: date) -> QuerySet[Substitute]:
    """Who stands in for the account on the day or later."""
    return substitutes_from(on).filter(absent=account)


# --- signing in


def has_second_factor(account: Account) -> bool:
    return SecondFactor.objects.filter(account=account).exclude(confirmed_at=None).exists()


def second_factor_begun(account: Account) -> SecondFactor | None:
    """What is being set up and was not confirmed."""
    return SecondFactor.objects.filter(account=account, confirmed_at=None).first()


def recovery_codes_left(account: Account) -> int:
    return RecoveryCode.objects.filter(account=account).count()


def oidc_links() -> QuerySet[OidcLink]:
    """By the names of the accounts."""
    return OidcLink.objects.select_related("account").order_by("account__username", "id")


def oidc_link_of(account: Account, issuer: str) -> OidcLink | None:
    return OidcLink.objects.filter(account=account, issuer=issuer).first()
