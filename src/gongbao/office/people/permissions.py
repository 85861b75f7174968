"""Who may: every view says it, and a request for one that does not say it is refused.

    @allows(holds("library.add_gazette"))
    def read(request): ...

The declaration is kept on the view (and on each operation of the API); the middleware `Permissions` reads it before
the view is called. What a declaration cannot know, such as whose case it is, the view asks for itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import Http404, HttpRequest
from django.utils import timezone

from gongbao.office.people.models import Account, Unit
from gongbao.office.people.queries import ActingPost, acting_posts, units_below
from gongbao.office.people.roles import Role

View = TypeVar("View", bound=Callable[..., Any])
UnitOf = Callable[[Mapping[str, Any]], Unit]
"""The unit that an address is about, of the parts of the address. Raises Http404 where there is none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may. `roles`, `unit` and `right` are what was declared, for pages and tests that tell it."""

    name: str
    asks: Callable[[HttpRequest, Mapping[str, Any]], bool]
    right: str = ""
    roles: tuple[Role, ...] = ()
    of_unit: bool = False

    def lets(self, request: HttpRequest, address: Mapping[str, Any]) -> bool:
        """Whether whoever asks may; `address` has the parts of the address."""
        return self.asks(request, address)

    def __str__(self) -> str:
        return self.name


ANYONE = Rule("anyone", lambda request, address: True)
SIGNED_IN = Rule("whoever is signed in", lambda request, address: request.user.is_authenticated)


def holds(right: str) -> Rule:
    """Whoever was given the right, for instance people.see_personal_data."""
    return Rule(f"whoever holds {right}", lambda request, address: request.user.has_perm(right), right=right)


def in_role(*roles: Role, unit: UnitOf | None = None) -> Rule:
    """Whoever acts in one of the roles today; with `unit`, in that unit or in one above it."""

    def asks(request: HttpRequest, address: Mapping[str, Any]) -> bool:
        found = [one for one in posts_of_request(request) if one.post.role in roles]
        if not found or unit is None:
            return bool(found)
        asked_for = unit(address)
        return any(asked_for.pk in units_below(one.post.unit) for one in found)

    where = " of the unit or of one above it" if unit else ""
    return Rule(f"{' or '.join(roles)}{where}", asks, roles=roles, of_unit=unit is not None)


def posts_of_request(request: HttpRequest) -> list[ActingPost]:
    """The posts in which whoever asks may act today; read once for a request."""
    if not isinstance(request.user, Account):
        return []
    kept: list[ActingPost] | None = getattr(request, "acting_posts", None)
    if kept is None:
        kept = acting_posts(request.user, timezone.localdate())
        request.acting_posts = kept  # type: ignore[attr-defined]
    return kept


def unit_named(part: str = "key") -> UnitOf:
    """The unit whose key is the part of the address."""

    def find(address: Mapping[str, Any]) -> Unit:
        found = Unit.objects.filter(key=address[part]).first()
        if found is None:
            raise Http404("no such unit")
        return found

    return find


# --- declaring


def allows(rule: Rule, *, while_enrolling: bool = False, unlogged: bool = False) -> Callable[[View], View]:
    """Declares who may call the view.

    With `while_enrolling` it is answered also to somebody who has to set up a second factor first, and may nothing
    else until then. With `unlogged` no line of the request log says that it was called, unless it failed.
    """

    def declare(view: View) -> View:
        view.allows = rule  # type: ignore[attr-defined]
        view.while_enrolling = while_enrolling  # type: ignore[attr-defined]
        view.unlogged = unlogged  # type: ignore[attr-defined]
        return view

    return declare


def declared(view: Any, method: str | None = "GET") -> Rule | None:
    """What the view declares, None for nothing. Of a view of the API, what its operation for the method declares."""
    return getattr(_declaring(view, method), "allows", None)


def answers_while_enrolling(view: Any, method: str | None = "GET") -> bool:
    return bool(getattr(_declaring(view, method), "while_enrolling", False))


def operations_of(view: Any) -> list[Any]:
    """The operations of an address of the API, one or more for each method it takes; [] for any other view.

    django-ninja makes a function for an address, which holds them within.
    """
    cells = view.__closure__ or () if getattr(view, "__module__", "") == "ninja.operation" else ()
    return [one for cell in cells for one in getattr(cell.cell_contents, "operations", [])]


def _declaring(view: Any, method: str | None) -> Any:
    operations = operations_of(view)
    if not operations:
        return view
    wanted = "GET" if method in ("HEAD", "OPTIONS", None) else method
    return next((one.view_func for one in operations if wanted in one.methods), operations[0].view_func)
