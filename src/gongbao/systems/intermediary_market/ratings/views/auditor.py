"""What auditors look through: each forbidden act (第三十八条 to 第四十条), and the traces of it in a year."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gongbao.office.cases.views.common import download, language
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import allows, in_role
from gongbao.office.people.roles import Role
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.ratings import liabilities as table
from gongbao.systems.intermediary_market.ratings import queries
from gongbao.systems.intermediary_market.ratings import workbook as books
from gongbao.systems.intermediary_market.ratings.traces import REPORTS, Period
from gongbao.systems.intermediary_market.years import asked_year

SHOWN = 20
"""So many traces of a report on the page; the workbook has all."""


@allows(in_role(Role.AUDITOR))
@never_cache
@require_safe
def liabilities(request: HttpRequest) -> HttpResponse:
    now, year = timezone.now(), asked_year(request, queries.FIRST_YEAR)
    filled = table.filled(Period.of_year(year, now))
    counts = {one.report.key: one.found.count() for one in filled}
    context = {
        "room": "audit",
        "year": year,
        "years": range(timezone.localdate().year, queries.FIRST_YEAR - 1, -1),
        "acts": [
            (act, f"{DOCUMENT} {act.clause}", [(REPORTS[key], counts[key]) for key in act.reports])
            for act in table.ACTS
        ],
        "reports": [
            (one.report, number, one.found.latest(SHOWN)) for one in filled if (number := counts[one.report.key])
        ],
        "empty": [one.report for one in filled if not counts[one.report.key]],
        "links": ClauseLinks(),
    }
    return render(request, "market/liabilities.html", context)


@allows(in_role(Role.AUDITOR))
@never_cache
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    now, year = timezone.now(), asked_year(request, queries.FIRST_YEAR)
    content = books.of_liabilities(table.filled(Period.of_year(year, now)), language(), now)
    return download(content, XLSX, f"liabilities-{year}.xlsx")
