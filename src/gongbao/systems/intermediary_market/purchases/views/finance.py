"""What was bought from public funds, for finance (第九条) and for auditors (第十一条)."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gongbao.office.cases.views.common import AT_DESK, download, language
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.models import Unit
from gongbao.office.people.permissions import allows, posts_of_request
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.queries import is_auditor
from gongbao.systems.intermediary_market.purchases import limit, workbook
from gongbao.systems.intermediary_market.purchases import spending as read
from gongbao.systems.intermediary_market.purchases.views.common import base, page_of
from gongbao.systems.intermediary_market.supervision.queries import Competent, competent_post


@dataclass(frozen=True, slots=True)
class Asked:
    """The budget year that is asked for, and the county whose owners are shown, None for those of the whole city."""

    year: int
    county: Unit | None


def finance(request: HttpRequest) -> Competent | None:
    """The post in which whoever asks looks after public funds, of the city or of a county: finance is that of each
    level (第九条)."""
    return competent_post(posts_of_request(request), Function.PROCUREMENT)


def _asked(request: HttpRequest) -> Asked:
    """Of this year where none is asked for. Raises Http404, for whoever may not look too."""
    competent, everything = finance(request), is_auditor(request)
    if competent is None and not everything:
        raise Http404("this desk does not look after public funds")
    county = competent.county if competent is not None and not everything else None
    this = timezone.localdate().year
    given = request.GET.get("year", "")
    if not given:
        return Asked(this, county)
    found = next((one for one in (*read.years(), this) if str(one) == given), None)
    if found is None:
        raise Http404("no such year")
    return Asked(found, county)


@allows(AT_DESK)
@never_cache
@require_safe
def spending(request: HttpRequest) -> HttpResponse:
    asked, today = _asked(request), timezone.localdate()
    rows = read.of_year(asked.year, today, asked.county)
    page, query = page_of(request, rows)
    context = base(
        year=asked.year,
        county=asked.county,
        years=sorted({*read.years(), today.year}, reverse=True),
        page=page,
        query=query,
        rows=list(page),
        limit=limit.limit_of(asked.year),
        over=sum(one.standing == "over" for one in rows),
        near=sum(one.standing == "near" for one in rows),
        funding=f"{DOCUMENT} 第九条第一款",
    )
    return render(request, "market/purchases/spending.html", context)


@allows(AT_DESK)
@never_cache
@require_safe
def spending_workbook(request: HttpRequest) -> HttpResponse:
    asked, now = _asked(request), timezone.now()
    rows = read.of_year(asked.year, timezone.localdate(), asked.county)
    content = workbook.of_spending(asked.year, rows, limit.limit_of(asked.year), language(), now)
    return download(content, XLSX, f"public-funds-{asked.year}.xlsx")
