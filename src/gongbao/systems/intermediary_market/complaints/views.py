"""The pages of the market that everybody may see: what it is, the decisions on complaints, how many there were."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.papers.workbook import XLSX, Sheet, SheetColumn, to_workbook
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.competence import competences, counties
from gongbao.systems.intermediary_market.complaints import queries
from gongbao.systems.intermediary_market.complaints.procedure import OUTCOMES, complaint
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.queries import is_auditor
from gongbao.systems.intermediary_market.staff import posts_at_desk
from gongbao.systems.intermediary_market.years import asked_year

PAGE = 20


@allows(ANYONE)
def market(request: HttpRequest) -> HttpResponse:
    links = ClauseLinks()
    clocks = [(clock, links(DOCUMENT, clock.clause)) for clock in complaint.clocks.values() if "条" in clock.clause]
    return render(
        request,
        "market/market.html",
        {
            "room": "market",
            "document": DOCUMENT,
            "document_url": links(DOCUMENT, complaint.since_clause),
            "complaint": complaint,
            "clocks": clocks,
            "competences": competences(),
            "has_counties": counties().exists(),
            "at_desk": bool(posts_at_desk(request)) or is_auditor(request),
        },
    )


@allows(ANYONE)
def decisions(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.published(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "market/decisions.html",
        {
            "room": "market",
            "page": page,
            "decisions": [queries.as_published(event) for event in page],
            "clause": "第三十七条",
            "clause_url": ClauseLinks()(DOCUMENT, "第三十七条"),
        },
    )


@allows(ANYONE)
def statistics(request: HttpRequest) -> HttpResponse:
    year = asked_year(request)
    found = queries.statistics(year, timezone.now())
    return render(
        request,
        "market/statistics.html",
        {
            "room": "market",
            "year": year,
            "years": queries.years(),
            "tables": [
                (title, [(name, _cells(counted)) for name, counted in rows]) for title, _first, rows in _tables(found)
            ],
            "heads": _heads(),
            "total": _cells(found.total),
            "counted": found.total,
        },
    )


@allows(ANYONE)
def statistics_workbook(request: HttpRequest) -> HttpResponse:
    year, now = asked_year(request), timezone.now()
    found = queries.statistics(year, now)
    sheets = [_sheet(heading, first, rows, found.total) for heading, first, rows in _tables(found)]
    title = _("Complaints received in %(year)s") % {"year": year}
    content = to_workbook(sheets, title=title, made_at=now)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="complaints-{year}.xlsx"'
    return response


_COLUMNS: tuple[tuple[str, Label], ...] = (
    ("received", Label("收到", "received")),
    ("accepted", Label("受理", "accepted")),
    ("refused", Label("不予受理", "not accepted")),
    ("withdrawn", Label("撤回", "withdrawn")),
    ("decided", Label("作出决定", "decided")),
    ("waiting", Label("在办", "under way")),
    ("late_acceptance", Label("逾期受理", "accepted late")),
    ("late_decision", Label("逾期决定", "decided late")),
    ("overdue", Label("现已逾期", "overdue now")),
)


Rows = list[tuple[str, queries.Counted]]


def _tables(found: queries.Statistics) -> list[tuple[str, str, Rows]]:
    """Of each table the title, the head of its first column, and its rows."""
    language = get_language() or "zh-hans"
    return [
        (_("By unit"), _("Unit"), [(unit.in_language(language), one) for unit, one in found.by_unit]),
        (_("By subject"), _("Subject"), [(label.in_language(language), one) for label, one in found.by_subject]),
    ]


def _heads() -> list[str]:
    language = get_language() or "zh-hans"
    return [label.in_language(language) for _name, label in _COLUMNS] + [
        one.label.in_language(language) for one in OUTCOMES
    ]


def _cells(counted: queries.Counted) -> list[int]:
    return [getattr(counted, name) for name, _label in _COLUMNS] + [
        counted.outcomes.get(one.key, 0) for one in OUTCOMES
    ]


def _sheet(title: str, first: str, rows: Rows, total: queries.Counted) -> Sheet:
    columns = [SheetColumn(first, Kind.TEXT), *(SheetColumn(head, Kind.INTEGER) for head in _heads())]
    return Sheet(
        title=title,
        columns=columns,
        rows=[[name, *(str(cell) for cell in _cells(counted))] for name, counted in rows],
        totals=[(_("Total"), [None, *(str(cell) for cell in _cells(total))])],
    )
