"""What those see of a purchase who supervise its owner, and do not run it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gongbao.office.cases.views.common import AT_DESK, desk_of, kept_nowhere
from gongbao.office.people.permissions import allows
from gongbao.office.people.queries import body_of
from gongbao.systems.intermediary_market.purchases.unconfirmed import supervising
from gongbao.systems.intermediary_market.purchases.unconfirmed import unconfirmed as found_of
from gongbao.systems.intermediary_market.purchases.views.common import base, purchase_or_404


@allows(AT_DESK)
@require_safe
@kept_nowhere
def unconfirmed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A result that was not confirmed in time, for the bodies that were told so, and for auditors."""
    purchase, desk = purchase_or_404(uuid), desk_of(request)
    told = {body_of(one).pk for one in supervising(purchase)}
    found = found_of(purchase) if desk.reads_all or told & desk.bodies else None
    if found is None:
        raise Http404("no such result that this desk was told of")
    return render(request, "market/purchases/unconfirmed.html", base(purchase=purchase, found=found))
