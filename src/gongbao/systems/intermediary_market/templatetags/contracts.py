"""Sums as the market's pages show them."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def amount(value: Decimal | None) -> str:
    """80,000.00; "" for none. The unit, yuan, stands in the head or the label."""
    return "" if value is None else f"{value:,.2f}"
