"""What an agency does about purchases beside registering, which nobody sees (sealing/)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.forms import typed_in
from gongbao.office.cases.views.common import BAD_REQUEST, account_of, kept_nowhere
from gongbao.office.people.permissions import allows
from gongbao.procedures import Field, Kind
from gongbao.systems.intermediary_market.organisations.queries import AGENCY, member_of_some, memberships_of_request
from gongbao.systems.intermediary_market.organisations.views.addresses import note_address
from gongbao.systems.intermediary_market.purchases import actions, queries
from gongbao.systems.intermediary_market.purchases.views.common import base, form_context, page_of, purchase_or_404

_GIVE_BACK = (Field("reason", Label("放弃理由", "Why it is given back"), Kind.TEXT, longest=2000),)


@allows(member_of_some(AGENCY))
@require_safe
@kept_nowhere
def registrations(request: HttpRequest) -> HttpResponse:
    """The agency's own registrations, once they were opened and the selection came to an end."""
    mine = [one.organisation for one in memberships_of_request(request, AGENCY)]
    page, query = page_of(request, queries.registrations_of(mine))
    rows = [(one, queries.public_state(one.purchase), queries.price_in_words(one)) for one in page]
    return render(request, "market/purchases/registrations.html", base(page=page, query=query, rows=rows))


@allows(member_of_some(AGENCY))
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def give_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give an award back (第三十二条第（一）项)."""
    found = purchase_or_404(uuid)
    mine = {one.organisation_id: one.organisation for one in memberships_of_request(request, AGENCY)}
    if not queries.result_is_public(found) or found.selected is None or found.selected.organisation_id not in mine:
        raise Http404("no award of yours")
    giver = found.selected.organisation_id  # it may pass to the next in rank
    given: dict[str, Any] = {}
    error: GongbaoError | None = None
    if request.method == "POST":
        given, _files = typed_in(_GIVE_BACK, request)
        try:
            acting = actions.as_agency(account_of(request))
            actions.give_back(found, given["reason"], acting=acting, at=timezone.now())
        except GongbaoError as refused:
            error = refused
        else:
            note_address(request, mine[giver])
            messages.success(request, _("The award is given back."))
            return redirect("market:notice", uuid)
    context = base(purchase=found, **form_context(_GIVE_BACK, given, error))
    return render(request, "market/purchases/give_back.html", context, status=BAD_REQUEST if error else 200)
