"""Where an owner rates the services that it bought (第二十九条)."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.views.common import language
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import allows
from gongbao.procedures import Refused
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.forms import Form, page, sent
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import OWNER, member_of_some, memberships_of_request
from gongbao.systems.intermediary_market.ratings import actions, queries
from gongbao.systems.intermediary_market.ratings.refusals import told
from gongbao.systems.intermediary_market.ratings.weights import weights_on

PAGE = 20


def _own(request: HttpRequest) -> list[Organisation]:
    return [one.organisation for one in memberships_of_request(request, OWNER)]


@allows(member_of_some(OWNER))
@never_cache
@require_safe
def to_rate(request: HttpRequest) -> HttpResponse:
    """The services that were accepted, and what they were given."""
    shown = Paginator(queries.rated_contracts(_own(request)), PAGE).get_page(request.GET.get("page"))
    context = {
        "room": "market",
        "page": shown,
        "rows": [(one, getattr(one, "rating", None)) for one in shown],
        "query": "",
        "links": ClauseLinks(),
        "clause_of_ratings": f"{DOCUMENT} 第二十九条",
    }
    return render(request, "market/rate.html", context)


def _weighed() -> str:
    """The weights of today in words: quality 20 %, timeliness 20 %, …"""
    percent = weights_on(timezone.localdate()).percent
    named = [
        Label(f"{label.zh}{number}%", f"{label.en.lower()} {number} %")
        for (_key, label), number in zip(queries.ASPECTS, percent, strict=True)
    ]
    return Label("、".join(one.zh for one in named), ", ".join(one.en for one in named)).in_language(language())


@allows(member_of_some(OWNER))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form in which one service is rated."""
    contract = queries.rated_contracts(_own(request)).filter(uuid=uuid).first()
    if contract is None:
        raise Http404("no such contract")
    form = Form(actions.RATED)
    if request.method == "POST":
        form = sent(request, actions.RATED)
        assert isinstance(request.user, Account)
        try:
            if not form.is_wrong:
                actions.rate(uuid, dict(form.values), account=request.user, at=timezone.now())
                messages.success(request, _("The rating is kept and published."))
                return redirect("market:rate")
        except Refused as error:
            form.problems += error.problems
        except GongbaoError as error:
            form.error = told(error)
    agency, service = contract.registration.organisation.name, contract.purchase.item.name
    return page(
        request,
        form,
        title=_("Rate the service of %(agency)s") % {"agency": agency},
        lead=_("%(service)s. A service is rated once, and the rating is published. The aspects weigh %(weights)s.")
        % {"service": service, "weights": _weighed()},
        submit=_("Rate it"),
        back=reverse("market:rate"),
        clause="第二十九条",
    )
