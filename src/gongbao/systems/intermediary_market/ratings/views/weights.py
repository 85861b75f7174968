"""What the aspects of a rating weigh, for everybody; who leads the operator sets it from a day on (第二十九条)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongbao.core.errors import GongbaoError
from gongbao.office.cases.forms import typed_in
from gongbao.office.cases.views.common import BAD_REQUEST, account_of
from gongbao.office.people.acting import actor_of
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.interpretation.views import leads_operator
from gongbao.systems.intermediary_market.purchases.views.common import base, form_context
from gongbao.systems.intermediary_market.ratings import actions, queries
from gongbao.systems.intermediary_market.ratings.actions import WEIGHTS as FIELDS
from gongbao.systems.intermediary_market.ratings.weights import ASPECTS, default_on, history, weights_on


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def weights(request: HttpRequest) -> HttpResponse:
    """The weights of today, what was set from when on what ground, and the form of who sets them."""
    post, today = leads_operator(request), timezone.localdate()
    now = weights_on(today)
    given: dict[str, Any] = dict(zip(ASPECTS, now.percent, strict=True))
    error: GongbaoError | None = None
    if request.method == "POST":
        if post is None:
            raise PermissionDenied
        given, _files = typed_in(FIELDS, request)
        account = account_of(request)
        try:
            actions.set_weights(given, account=account, actor=actor_of(account, post), at=timezone.now())
        except GongbaoError as refused:
            error = refused
        else:
            messages.success(request, _("The weights are entered."))
            return redirect("market:rating_weights")
    context = base(
        now=now,
        history=history(),
        default=default_on(today),
        today=today,
        aspects=[label for _key, label in queries.ASPECTS],
        sets=post is not None,
        clause_of_ratings=f"{DOCUMENT} 第二十九条",
        **form_context(FIELDS, given, error),
    )
    return render(request, "market/rating_weights.html", context, status=BAD_REQUEST if error else 200)
