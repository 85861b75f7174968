"""Who of the office asks: in which post somebody acts for the authority of a service, or for the operator."""

from django.http import Http404, HttpRequest

from gongbao.office.audit.actors import Actor
from gongbao.office.cases.actors import AT_DESK
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.permissions import in_role, posts_of_request
from gongbao.office.people.queries import ActingPost, body_of
from gongbao.office.people.roles import Role

AT_MARKET_DESK = in_role(*AT_DESK)
"""Whoever works at a desk of a body of the office: what they see and do there is that of their body."""
SEES_MARKET_DESK = in_role(*AT_DESK, Role.AUDITOR)


def posts_at_desk(request: HttpRequest) -> list[ActingPost]:
    return [one for one in posts_of_request(request) if one.post.role in AT_DESK]


def acting_at(request: HttpRequest, unit: Unit) -> Actor:
    """Whoever asks, in a post at a desk of the body. Raises Http404 where they hold none there."""
    assert isinstance(request.user, Account)  # or they would not have come here
    for one in posts_at_desk(request):
        if body_of(one.post.unit).pk == unit.pk:
            return actor_of(request.user, one)
    raise Http404("nothing of yours")


def own_body(request: HttpRequest) -> Unit:
    """The body at whose desk whoever asks works: that of their first post."""
    return body_of(posts_at_desk(request)[0].post.unit)
