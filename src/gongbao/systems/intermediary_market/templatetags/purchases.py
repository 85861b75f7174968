"""Moments and prices of purchases as people write them."""

from datetime import datetime, timedelta

from django import template

from gongbao.office.cases.templatetags.cases import told
from gongbao.office.intake.templatetags.intake import moment
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.purchases.prices import price_told

register = template.Library()


@register.filter
def deadline(value: datetime | None) -> str:
    """A moment; one at the end of a day is 24:00 of that day and not 00:00 of the next; "" for none."""
    if value is None:
        return ""
    local = value.astimezone(SHANGHAI)
    if (local.hour, local.minute) != (0, 0):
        return moment(value)
    return moment(local - timedelta(minutes=1)).replace("23:59", "24:00")


@register.filter
def price(kept: str) -> str:
    """A price in the language of the page; "" for none."""
    return told(price_told(kept))
