"""The rooms of the market, as links to those that whoever looks may enter."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from gongbao.office.cases.views.common import desk_of
from gongbao.office.people.permissions import declared, posts_of_request
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.queries import is_auditor
from gongbao.systems.intermediary_market.purchases.queries import works_on_purchases
from gongbao.systems.intermediary_market.supervision.queries import competent_post

register = template.Library()


class Room(NamedTuple):
    """The name of an address, what a link to it says, and what its view asks beyond its permission."""

    name: str
    label: Promise
    asks: Callable[[HttpRequest], bool] = lambda request: True


def _on_purchases(request: HttpRequest) -> bool:
    return works_on_purchases(desk_of(request))


def _of_public_funds(request: HttpRequest) -> bool:
    return is_auditor(request) or competent_post(posts_of_request(request), Function.PROCUREMENT) is not None


ROOMS: dict[str, tuple[Room, ...]] = {
    "public": (
        Room("services", pgettext_lazy("part of the market", "Catalogue of services")),
        Room("agencies", pgettext_lazy("part of the market", "Agencies")),
        Room("notices", pgettext_lazy("part of the market", "Notices")),
        Room("awards", pgettext_lazy("part of the market", "Awards")),
        Room("contracts", pgettext_lazy("part of the market", "Contracts")),
        Room("ratings", pgettext_lazy("part of the market", "Ratings")),
        Room("limits", pgettext_lazy("part of the market", "Procurement limits")),
        Room("prices", pgettext_lazy("part of the market", "Government prices")),
        Room("inspections", pgettext_lazy("part of the market", "Price inspections")),
        Room("readings", pgettext_lazy("part of the market", "How the document is read")),
        Room("selection_figures", pgettext_lazy("part of the market", "Selections in figures")),
        Room("open_data", pgettext_lazy("part of the market", "Open data")),
    ),
    "party": (
        Room("mine", pgettext_lazy("part of the market", "My organisations")),
        Room("owner_purchases", pgettext_lazy("part of the market", "My purchases")),
        Room("own_registrations", pgettext_lazy("part of the market", "My registrations")),
        Room("own_contracts", pgettext_lazy("part of the market", "My contracts")),
        Room("rate", pgettext_lazy("part of the market", "Services to rate")),
        Room("conduct", pgettext_lazy("part of the market", "What was reported of us")),
        Room("signing_keys", pgettext_lazy("part of the market", "Signing keys")),
    ),
    "staff": (
        Room("desk", pgettext_lazy("part of the market", "Services and entries")),
        Room("purchases_at_desk", pgettext_lazy("part of the market", "Purchases"), _on_purchases),
        Room("spending", pgettext_lazy("part of the market", "Bought from public funds"), _of_public_funds),
        Room("fees", pgettext_lazy("part of the market", "Fees and prices")),
        Room("credit", pgettext_lazy("part of the market", "Credit records")),
        Room("contracts_at_desk", pgettext_lazy("part of the market", "Contracts at the desk")),
        Room("conduct_desk", pgettext_lazy("part of the market", "Conduct of agencies")),
        Room("custody", pgettext_lazy("part of the market", "Custody of envelopes")),
        Room("liabilities", pgettext_lazy("part of the market", "Forbidden acts and their traces")),
    ),
}


@register.simple_tag(takes_context=True)
def may_enter(context: dict[str, Any], name: str) -> bool:
    """Whether the permission of the view of this name lets whoever looks in: a link that is refused helps nobody."""
    rule = declared(resolve(reverse(f"market:{name}")).func)
    return rule is not None and rule.lets(context["request"], {})


@register.inclusion_tag("market/_rooms.html", takes_context=True)
def rooms(context: dict[str, Any], kind: str) -> dict[str, Any]:
    """Those of the kind into which the permission of their view lets whoever looks."""
    request = context["request"]
    links = []
    for room in ROOMS[kind]:
        try:
            address = reverse(f"market:{room.name}")
        except NoReverseMatch:  # a part that this site does not have
            continue
        rule = declared(resolve(address).func)
        if address != request.path and rule is not None and rule.lets(request, {}) and room.asks(request):
            links.append((address, room.label))
    return {"links": links}
