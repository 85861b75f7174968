"""What everybody sees: agencies with their grades, counts and ratings (第二十九条, 第三十四条)."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.office.cases.views.common import download, language
from gongbao.office.exports.kinds import AT_ONCE
from gongbao.office.exports.views import answer
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.library.views.content import MOST_ROWS, TooMany, too_many
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.queries import organisation as organisation_of
from gongbao.systems.intermediary_market.ratings import queries
from gongbao.systems.intermediary_market.ratings import workbook as books
from gongbao.systems.intermediary_market.ratings.exports import RATINGS
from gongbao.systems.intermediary_market.ratings.views.desk import may_propose
from gongbao.systems.intermediary_market.years import asked_year

PAGE = 20


def asked_words(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:100]


@allows(ANYONE)
@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    """The agencies of a year."""
    year, words, today = asked_year(request, queries.FIRST_YEAR), asked_words(request), timezone.localdate()
    page = Paginator(queries.agencies(year, words), PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "room": "market",
        "year": year,
        "years": range(today.year, queries.FIRST_YEAR - 1, -1),
        "words": words,
        "page": page,
        "rows": queries.rows_of(list(page), year, today),
        "query": f"{asked.urlencode()}&" if asked else "",
        "links": ClauseLinks(),
        "clause_of_grades": f"{DOCUMENT} 第三十四条",
    }
    return render(request, "market/ratings.html", context)


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def workbook(request: HttpRequest) -> HttpResponse:
    """The agencies of a year, and the ratings of it."""
    year, now = asked_year(request, queries.FIRST_YEAR), timezone.now()
    agencies, ratings = queries.agencies(year, asked_words(request)), queries.ratings().filter(at__year=year)
    if (number := max(agencies.count(), ratings.count())) > MOST_ROWS:
        return too_many(request, TooMany(number, narrow=False))
    name = f"ratings-{year}.xlsx"
    if number > AT_ONCE:
        given = {"year": str(year), "q": asked_words(request)}
        return answer(request, RATINGS.key, given, name=name, rows=agencies.count() + ratings.count())
    rows = queries.rows_of(list(agencies), year, timezone.localdate())
    shown = [queries.as_shown(one) for one in ratings]
    return download(books.of_year(year, rows, shown, language(), now), XLSX, name)


@allows(ANYONE)
@require_safe
def agency(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One agency: its grades by year, the conduct that counts, each rating."""
    found = organisation_of(uuid)
    if found is None or not found.is_agency:
        raise Http404("no such agency")
    page = Paginator(queries.ratings_of(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "room": "market",
        "agency": found,
        "grades": queries.grades_of(found, timezone.localdate()),
        "findings": queries.counting([found])[found.pk],
        "page": page,
        "ratings": [queries.as_shown(one) for one in page],
        "aspects": [label for _key, label in queries.ASPECTS],
        "mean": queries.mean_of(found),
        "query": "",
        "may_propose": may_propose(request),
        "document": DOCUMENT,
        "links": ClauseLinks(),
    }
    return render(request, "market/agency_ratings.html", context)
