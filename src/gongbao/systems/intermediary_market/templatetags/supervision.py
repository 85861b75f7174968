"""Government prices, and what authorities recorded of an agency, as other pages show them."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from gongbao.office.cases.templatetags.cases import told
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.supervision import government_prices, queries
from gongbao.systems.intermediary_market.supervision.models import GovernmentPrice
from gongbao.systems.intermediary_market.supervision.views.common import of_reform

register = template.Library()


@register.filter
def figure(price: GovernmentPrice | None) -> str:
    """The figure of a fee standard in the language of the page; "" for none."""
    return told(government_prices.figure_told(price)) if price is not None else ""


@register.simple_tag
def price_standing(version: ItemVersion, on: date | datetime | None = None) -> queries.Priced | None:
    """How a service stands to government pricing on the day, today without one; None where it has nothing to do with
    it."""
    day = timezone.localdate(on) if isinstance(on, datetime) else on
    return queries.standing_of(version, day or timezone.localdate())


@register.inclusion_tag("market/supervision/_standard.html")
def standard(standing: queries.Priced) -> dict[str, Any]:
    """The fee standard in force, or that there is none, in words and with its clause."""
    return {"standing": standing, "clause": government_prices.CLAUSE, "links": ClauseLinks()}


@register.inclusion_tag("market/supervision/_price_history.html", takes_context=True)
def price_history(context: dict[str, Any], version: ItemVersion) -> dict[str, Any]:
    """On the page of a service: the standard in force, all that were entered, and a link for who enters them."""
    item = version.item
    return {
        "item": item,
        "standing": queries.standing_of(version, timezone.localdate()),
        "prices": government_prices.prices_of(item),
        "may_set": item.ended_at is None and of_reform(context["request"]) is not None,
        "clause": government_prices.CLAUSE,
        "links": ClauseLinks(),
    }


@register.inclusion_tag("market/supervision/_agency.html")
def recorded_of(agency: Organisation) -> dict[str, Any]:
    """What everybody sees of joint punishments that hold today, and of price inspections."""
    return {
        "punishments": queries.punishments_on([agency], timezone.localdate()).get(agency.pk, []),
        "inspections": queries.public_inspections(agency)[:20],
    }


@register.inclusion_tag("market/supervision/_punishments.html")
def punishments_of(agency: Organisation) -> dict[str, Any]:
    """For the owner that checks the conditions: the joint punishments that hold today."""
    return {"punishments": queries.punishments_on([agency], timezone.localdate()).get(agency.pk, [])}
