"""The agencies of the market, as everybody may see them."""

from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.organisations import queries

PAGE = 20


@allows(ANYONE)
@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.agencies(timezone.localdate(), words), PAGE).get_page(request.GET.get("page"))
    context = {"room": "market", "page": page, "words": words, "pager_query": f"{urlencode({'q': words})}&"}
    return render(request, "market/agencies.html", context)


@allows(ANYONE)
@require_safe
def agency(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, today = queries.organisation(uuid), timezone.localdate()
    if found is None or not found.is_agency or found.removed_at is not None:
        raise Http404("no such agency")
    inside = queries.sees_inside(request, found)
    context = {
        "room": "market",
        "agency": found,
        "inside": inside,
        "services": [one for one in queries.services_of(found, today, inside=inside) if one.counts],
        "qualifications": [one for one in queries.qualifications(found) if queries.runs(one, today)],
        "professions": queries.practitioners_by_profession(found, today),
    }
    return render(request, "market/agency.html", context)
