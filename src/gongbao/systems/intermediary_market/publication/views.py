"""The pages and files by which everybody may see how the market works: selections as open data, and in figures."""

from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.office.exports.kinds import AT_ONCE
from gongbao.office.exports.views import answer
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.models import Unit
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.competence import operator_unit
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.publication import ocds, queries, workbook
from gongbao.systems.intermediary_market.publication.exports import ROWS, SELECTIONS
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.years import asked_year

RELEASES = 100
"""In one package, or one page of a year."""
SHARES = 20
"""The agencies with the most awards, on the page; the workbook has all."""


@allows(ANYONE)
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    year, language, links = asked_year(request), _language(), ClauseLinks()
    found = queries.figures(year, timezone.now())
    return render(
        request,
        "market/selection_figures.html",
        {
            "room": "market",
            "year": year,
            "years": queries.years(),
            "figures": found,
            "ways": workbook.way_rows(found, language),
            "registered": workbook.registered_rows(found),
            "shares": found.shares[:SHARES],
            "more_shares": max(0, len(found.shares) - SHARES),
            "stages": [
                (one, clause, links(DOCUMENT, clause) if clause else "")
                for one in found.stages
                for clause in (workbook.clause_of(one),)
            ],
        },
    )


@allows(ANYONE)
@require_safe
def figures_workbook(request: HttpRequest) -> HttpResponse:
    year = asked_year(request)
    found = queries.figures(year, timezone.now())
    content = workbook.of_figures(found, _language(), found.at)
    return _file(content, f"selections-in-figures-{year}.xlsx")


@allows(ANYONE)
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    years = []
    for year in queries.years():
        found = queries.published(year)
        packages, workbooks = (
            [f"{reverse(name)}?{urlencode({'year': year, 'page': n})}" for n in Paginator(found, size).page_range]
            for name, size in (("market:releases", RELEASES), ("market:selections_workbook", ROWS))
        )
        years.append((year, found.count(), packages, workbooks))
    return render(request, "market/open_data.html", {"room": "market", "years": years})


@allows(ANYONE)
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """A package of the releases of a year; with more than RELEASES of them, of a page of the year."""
    year = asked_year(request)
    page, purchases = _asked_page(request, year, RELEASES)
    # Of all desks: the platform, which is one, publishes them.
    address = f"{request.path}?{urlencode({'year': year, 'page': page})}"
    return _package(request, queries.selections(purchases), address, operator_unit())


def _asked_page(request: HttpRequest, year: int, size: int) -> tuple[int, QuerySet[Purchase]]:
    """The page of the year that is asked for, and the purchases on it. Raises Http404."""
    found = queries.published(year)
    page, pages = request.GET.get("page", "1"), Paginator(found, size)
    if not (page.isascii() and page.isdecimal() and len(page) < 6 and int(page) in pages.page_range):
        raise Http404
    number = int(page)
    return number, found[(number - 1) * size : number * size]


@allows(ANYONE)
@require_safe
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = queries.selection(uuid)
    if found is None:
        raise Http404
    return _package(request, [found], request.path, found.purchase.case.unit)


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def selections_workbook(request: HttpRequest) -> HttpResponse:
    """The selections of a year; with more than ROWS of them, of a page of the year."""
    year = asked_year(request)
    page, purchases = _asked_page(request, year, ROWS)
    name = f"selections-{year}-{page}.xlsx"
    if (number := len(purchases)) > AT_ONCE:
        return answer(request, SELECTIONS.key, {"year": str(year), "page": str(page)}, name=name, rows=number)
    return _file(workbook.of_selections(queries.selections(purchases), _language(), timezone.now()), name)


def _package(request: HttpRequest, found: list[queries.Selection], address: str, publisher: Unit) -> HttpResponse:
    made = ocds.package(
        found,
        uri=request.build_absolute_uri(address),
        notice=lambda uuid: request.build_absolute_uri(reverse("market:notice", args=[uuid])),
        publisher=publisher.zh,
        at=timezone.now(),
    )
    return JsonResponse(made, json_dumps_params={"ensure_ascii": False})


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _language() -> str:
    return get_language() or "zh-hans"
