"""Moments as people write them."""

from datetime import datetime

from django import template
from django.utils import timezone

from gongbao.office.library.templatetags.library import day

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    """2022年6月24日 14:05, in the time of the site; "" for none."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local.date())} {local:%H:%M}"
