"""Moments of purchases as people write them."""

from datetime import datetime, timedelta

from django import template

from gongbao.office.intake.templatetags.intake import moment
from gongbao.procedures.fields import SHANGHAI

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
