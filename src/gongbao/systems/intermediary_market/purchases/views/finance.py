"""What was bought from public funds, for finance (第九条) and for auditors (第十一条)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gongbao.office.cases.views.common import AT_DESK, download, language
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import allows, posts_of_request
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.queries import is_auditor
from gongbao.systems.intermediary_market.purchases import limit, queries, workbook
from gongbao.systems.intermediary_market.purchases import spending as read
from gongbao.systems.intermediary_market.purchases.views.common import base


def _asked_year(request: HttpRequest) -> int:
    """The budget year that is asked for, this one where none is. Raises Http404, for whoever may not look too."""
    if not (is_auditor(request) or queries.finance_post(posts_of_request(request))):
        raise Http404("this desk does not look after public funds")
    this = timezone.localdate().year
    given = request.GET.get("year", "")
    if not given:
        return this
    found = next((one for one in (*read.years(), this) if str(one) == given), None)
    if found is None:
        raise Http404("no such year")
    return found


@allows(AT_DESK)
@never_cache
@require_safe
def spending(request: HttpRequest) -> HttpResponse:
    year, today = _asked_year(request), timezone.localdate()
    rows = read.of_year(year, today)
    context = base(
        year=year,
        years=sorted({*read.years(), today.year}, reverse=True),
        rows=rows,
        limit=limit.limit_of(year),
        over=sum(one.standing == "over" for one in rows),
        near=sum(one.standing == "near" for one in rows),
        funding=f"{DOCUMENT} 第九条第一款",
    )
    return render(request, "market/purchases/spending.html", context)


@allows(AT_DESK)
@never_cache
@require_safe
def spending_workbook(request: HttpRequest) -> HttpResponse:
    year, now = _asked_year(request), timezone.now()
    rows = read.of_year(year, timezone.localdate())
    content = workbook.of_spending(year, rows, limit.limit_of(year), language(), now)
    return download(content, XLSX, f"public-funds-{year}.xlsx")
