"""What other pages show of the outbox."""

from typing import Any

from django import template
from django.utils import timezone

from gongbao.office.outbox import queries
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import posts_of_request

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_messages(context: dict[str, Any]) -> str:
    """How many messages are unread for whoever is signed in: "3", "99+", or "" for none."""
    request = context.get("request")
    # An error page may be shown before anybody looked who asks.
    if not isinstance(getattr(request, "user", None), Account):
        return ""
    assert request is not None
    # The masthead asks, and the page of the messages does.
    count: int | None = getattr(request, "unread_messages", None)
    if count is None:
        count = request.unread_messages = queries.unread_count(request.user, posts_of_request(request))
    return f"{queries.MOST_COUNTED}+" if count > queries.MOST_COUNTED else str(count or "")


@register.inclusion_tag("outbox/_waiting.html")
def letters_waiting() -> dict[str, Any]:
    """A notice where letters wait for a way out, or came to nothing in the last 30 days. For staff."""
    waiting = queries.waiting()
    since = timezone.localdate() - queries.KEPT_FOR
    return {
        "no_way_out": [one for one in waiting if not one.is_set_up],
        "held_up": [one for one in waiting if one.is_set_up and one.is_late(timezone.now())],
        "lost": queries.not_delivered(since).count(),
    }
