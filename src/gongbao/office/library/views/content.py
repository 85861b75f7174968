"""What documents hold beside their words: tables, duties, indicators; and the files and feeds in which they go out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongbao.core.errors import GongbaoError
from gongbao.gazette.tables import Cell, Kind, Table
from gongbao.office.library import exports, queries
from gongbao.office.library.folder import files_folder
from gongbao.office.library.layout import SHORT_CELL
from gongbao.office.library.models import Duty, Finding, Indicator, Revision
from gongbao.office.library.views.common import Misread, Other, document_url, misread, no_document, turning
from gongbao.office.library.views.documents import RAW_PAGE
from gongbao.office.library.words import DEADLINE_KINDS, FINDING_KINDS, SEVERITIES
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.office.people.readers import Reader, reader_of

PAGE_SIZE = 50
SHOWN_UNITS = 12  # of the facet; the others are a click away
TABLES_SHOWN = 10  # on a page of all tables, each with its first ROWS_SHOWN rows
ROWS_SHOWN = 100
ROWS_OF_ONE = 200  # on a page of one table
MOST_ROWS = 10_000
"""Of a workbook that the site writes: seconds of work, and bounded memory. The command line has no limit."""
NUMERIC = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT)


# --- tables


@allows(ANYONE)
@require_safe
def tables(request: HttpRequest, key: str) -> HttpResponse:
    try:
        found = queries.get_document(key)
    except GongbaoError:
        return no_document(request, key)
    shown = found.shown
    shown.document = found
    kept = queries.document_tables(shown)
    number = kept.count()
    url = reverse("library:tables", args=[found.key])
    asked = str(request.GET.get("table", "1" if number == 1 else ""))
    if asked and not (asked.isdecimal() and len(asked) < 9 and 1 <= int(asked) <= max(1, number)):
        raise Http404(asked)
    reader = reader_of(request)
    paged: Page[Any]
    if asked and number:
        one = kept[int(asked) - 1]
        paged = Paginator(range(one.row_count), ROWS_OF_ONE).get_page(request.GET.get("page", "1"))
        first = max(0, paged.start_index() - 1)
        laid = [_laid(queries.table(one, shown, reader, first=first, most=ROWS_OF_ONE), int(asked), url)]
    else:
        paged = Paginator(kept, TABLES_SHOWN).get_page(request.GET.get("page", "1"))
        parts = [queries.table(one, shown, reader, most=ROWS_SHOWN) for one in paged]
        laid = [_laid(part, place, url) for place, part in enumerate(parts, max(1, paged.start_index()))]

    def address(place: int) -> str:
        given = {"table": asked if number > 1 else "", "page": str(place) if place > 1 else ""}
        return Asked({name: value for name, value in given.items() if value}).url(url)

    context = {
        "room": "documents",
        "document": found,
        "revision": shown,
        "document_url": document_url(found),
        "all_url": url if asked and number > 1 else "",
        "export_url": reverse("library:export", args=[found.key, "xlsx"]),
        "many": _too_many_rows(shown),
        "most": MOST_ROWS,
        "tables": laid,
        "page": paged,
        **turning(paged, address),
    }
    return render(request, "library/tables.html", context)


def _too_many_rows(shown: Revision) -> "TooMany | None":
    rows = queries.row_count(shown)
    command = f"gongbao tables {shown.document.key} --xlsx FILE"
    return TooMany(rows, command, narrow=False) if rows > MOST_ROWS else None


def _laid(table: Table, place: int, url: str) -> dict[str, Any]:
    """A table, or a part of it, as its page has it: rows as lists of (words, classes of the cell)."""
    figures = [column.kind in NUMERIC for column in table.columns]
    rows: list[tuple[tuple[str, ...], list[tuple[str, str]]]] = []
    groups: tuple[str, ...] = ()
    for row in table.rows:
        # A label stands above the first of its rows.
        fresh = tuple(label for at, label in enumerate(row.groups) if row.groups[: at + 1] != groups[: at + 1])
        groups = row.groups
        cells = zip(row.cells, figures, strict=True)
        rows.append((fresh, [(cell.value or "", _classes(cell, figure)) for cell, figure in cells]))
    return {
        "name": _("Table %(number)d") % {"number": place},
        "place": place,
        "table": table,
        # Where columns have units of their own, the table's says nothing more.
        "unit": "" if any(column.unit for column in table.columns) else table.unit,
        "width": len(table.columns),
        "columns": list(zip(table.columns, figures, strict=True)),
        "rows": rows,
        "is_part": len(rows) < table.row_count,
        "first": table.first_row + 1,
        "last": table.first_row + len(rows),
        "url": f"{url}?table={place}",
        "totals": [
            (total.label, [(cell.value or "", figure) for cell, figure in zip(total.cells, figures, strict=True)])
            for total in table.totals
        ],
    }


def _classes(cell: Cell, figure: bool) -> str:
    classes = ["figure" if figure else "short" if len(cell.value or "") <= SHORT_CELL else "", "soft" * cell.filled]
    return " ".join(name for name in classes if name)


# --- files


@dataclass(frozen=True, slots=True)
class TooMany:
    """That a workbook would have more than MOST_ROWS rows; `command` writes it, "" where none does, and a filter may
    narrow it."""

    rows: int
    command: str = ""
    narrow: bool = True


def too_many(request: HttpRequest, many: TooMany) -> HttpResponse:
    context = {"room": "documents", "many": many, "most": MOST_ROWS}
    return render(request, "library/too_many.html", context, status=400)


@allows(ANYONE)
@require_safe
def export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The document as a file."""
    wanted = exports.FORMATS.get(form)
    if wanted is None:
        raise Http404(form)
    try:
        found = queries.get_document(key)
    except GongbaoError:
        return no_document(request, key)
    found.shown.document = found
    if form == "xlsx" and (many := _too_many_rows(found.shown)):
        return too_many(request, many)
    content = wanted.make(found.shown, reader_of(request))
    return _file(content, wanted.media_type, f"{found.key}{wanted.suffix}")


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A file to be kept, never to be shown in the site's own page."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


# --- lists


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a list by its address; `wrong` values raise Misread where they are read."""

    values: dict[str, str]

    @classmethod
    def of(cls, request: HttpRequest, names: tuple[str, ...]) -> "Asked":
        given = {name: str(request.GET.get(name, "")).strip()[:200] for name in names}
        return cls({name: value for name, value in given.items() if value})

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def day(self, name: str, label: str) -> date | None:
        if not (value := self.get(name)):
            return None
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise Misread(label, value, _("A date is written like 2022-06-24.")) from error

    def year(self) -> int | None:
        if not (value := self.get("year")):
            return None
        if not value.isdecimal() or len(value) > 4:
            raise Misread(_("Year"), value, _("A year is written like 2022."))
        return int(value)

    def url(self, address: str, **changed: str) -> str:
        """The address of the list with these values, some of them changed ("" takes one away)."""
        given = {name: value for name, value in (self.values | changed).items() if value}
        return address + (f"?{urlencode(given)}" if given else "")


def _paged(request: HttpRequest, found: Any, address: Callable[[int], str]) -> dict[str, Any]:
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    return {"page": page, **turning(page, address)}


def _chips(asked: Asked, url: str, labels: dict[str, str], shown: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The filters in use, each with the address of the list without it."""
    shown = shown or {}
    return [
        {
            "key": name,
            "name": labels[name],
            "label": shown.get(name, value),
            "url": asked.url(url, **{name: ""}),
            "chinese": name in ("unit", "document", "text"),
        }
        for name, value in asked.values.items()
    ]


DUTY_FIELDS = ("unit", "leads", "from", "until", "kind", "document")


def _duties_asked(asked: Asked) -> queries.DutyFilter:
    kind = asked.get("kind")
    if kind and kind not in DEADLINE_KINDS:
        raise Misread(_("Kind of deadline"), kind, ", ".join(DEADLINE_KINDS))
    return queries.DutyFilter(
        on=timezone.localdate(),
        unit=asked.get("unit"),
        leads=bool(asked.get("leads")),
        key=asked.get("document"),
        kind=kind,
        first=asked.day("from", _("Due from")),
        last=asked.day("until", _("Due until")),
    )


@allows(ANYONE)
@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    url = reverse("library:duties")
    asked = Asked.of(request, DUTY_FIELDS)
    try:
        wanted = _duties_asked(asked)
    except Misread as field:
        return misread(request, field)
    found = queries.duties(wanted)
    by_day = bool(wanted.first or wanted.last)
    ordered = queries.by_day(found) if by_day else queries.in_reading_order(found)
    context = _paged(
        request,
        queries.InPages(ordered, by_days=by_day),
        lambda number: asked.url(url, page=str(number) if number > 1 else ""),
    )
    context["rows"] = [_duty_row(duty) for duty in queries.seen_duties(context["page"].object_list, reader_of(request))]
    without_unit = queries.DutyFilter(
        on=wanted.on, key=wanted.key, kind=wanted.kind, first=wanted.first, last=wanted.last
    )
    units = [
        Other(asked.url(url, unit="" if unit.value == wanted.unit else unit.value), unit.value, str(unit.count or ""))
        for unit in queries.units_of(queries.duties(without_unit))
    ]
    labels = {
        "unit": _("Unit"),
        "leads": _("Only where it leads"),
        "from": _("Due from"),
        "until": _("Due until"),
        "kind": _("Kind of deadline"),
        "document": _("Document"),
    }
    context |= {
        "room": "duties",
        "asked": asked,
        "by_day": by_day,
        "units": units[:SHOWN_UNITS],
        "more_units": units[SHOWN_UNITS : SHOWN_UNITS + 200],
        "unit": wanted.unit,
        "kinds": [(kind, word, kind == wanted.kind) for kind, word in DEADLINE_KINDS.items()],
        "chips": _chips(
            asked,
            url,
            labels,
            {"kind": str(DEADLINE_KINDS.get(wanted.kind, "")), "leads": _("yes")},
        ),
        "export_url": asked.url(reverse("library:duties_xlsx")),
        "all_url": url,
    }
    return render(request, "library/duties.html", context)


def _duty_row(duty: Duty) -> dict[str, Any]:
    document = duty.revision.document
    return {
        "duty": duty,
        "clause": Other(
            reverse("library:clause", args=[document.key, duty.clause.eid]), f"{document.key} {duty.clause.locator}"
        ),
        "words": str(duty.deadline["words"]) if duty.deadline else "",
        "lead": "、".join(duty.lead) + ("等" if duty.others and duty.lead else ""),
        "support": "、".join(duty.support),
    }


@allows(ANYONE)
@require_safe
def duties_xlsx(request: HttpRequest) -> HttpResponse:
    try:
        wanted = _duties_asked(Asked.of(request, DUTY_FIELDS))
    except Misread as field:
        return misread(request, field)
    found = queries.in_reading_order(queries.duties(wanted))
    if (number := found.count()) > MOST_ROWS:
        return too_many(request, TooMany(number, "gongbao duties --xlsx FILE"))
    seen = queries.each_seen(found, queries.seen_duties, reader_of(request))
    name = _("Duties")
    return _file(exports.duties_workbook(seen, name), XLSX, f"{name}.xlsx")


INDICATOR_FIELDS = ("text", "unit", "year", "document")


def _indicators_asked(asked: Asked, reader: Reader) -> Any:
    return queries.indicators(
        key=asked.get("document"), year=asked.year(), unit=asked.get("unit"), text=asked.get("text"), reader=reader
    )


@allows(ANYONE)
@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    url = reverse("library:indicators")
    asked = Asked.of(request, INDICATOR_FIELDS)
    try:
        found = _indicators_asked(asked, reader_of(request))
    except Misread as field:
        return misread(request, field)
    context = _paged(
        request, queries.InPages(found), lambda number: asked.url(url, page=str(number) if number > 1 else "")
    )
    labels = {"text": _("Indicator"), "unit": _("Responsible"), "year": _("Year"), "document": _("Document")}
    context |= {
        "room": "indicators",
        "asked": asked,
        "rows": [
            _indicator_row(one) for one in queries.seen_indicators(context["page"].object_list, reader_of(request))
        ],
        "chips": _chips(asked, url, labels),
        "export_url": asked.url(reverse("library:indicators_xlsx")),
        "all_url": url,
    }
    return render(request, "library/indicators.html", context)


def _indicator_row(one: Indicator) -> dict[str, Any]:
    document = one.revision.document
    return {
        "indicator": one,
        "units": "、".join(one.units),
        "clause": Other(
            reverse("library:clause", args=[document.key, one.clause.eid]), f"{document.key} {one.clause.locator}"
        ),
    }


@allows(ANYONE)
@require_safe
def indicators_xlsx(request: HttpRequest) -> HttpResponse:
    try:
        found = _indicators_asked(Asked.of(request, INDICATOR_FIELDS), reader_of(request))
    except Misread as field:
        return misread(request, field)
    if (number := found.count()) > MOST_ROWS:
        return too_many(request, TooMany(number, "gongbao indicators --xlsx FILE"))
    seen = queries.each_seen(found, queries.seen_indicators, reader_of(request))
    name = _("Indicators")
    return _file(exports.indicators_workbook(seen, name), XLSX, f"{name}.xlsx")


# --- the file itself

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@allows(ANYONE)
@require_safe
def source(request: HttpRequest, key: str) -> HttpResponseBase:
    """The file that the document came in, byte for byte: to be saved, never shown."""
    try:
        shown = queries.get_document(key).shown
    except GongbaoError:
        return no_document(request, key)
    if not queries.shows_source(shown.source, reader_of(request)):
        raise PermissionDenied(_("The file holds personal data, and a file cannot be masked."))
    try:
        if not shown.source.stored_as:
            raise FileNotFoundError
        stored = open(files_folder() / shown.source.stored_as, "rb")  # noqa: SIM115
    except OSError as error:
        raise Http404("this file was not kept") from error
    name, ending = Path(shown.source.name), Path(shown.source.stored_as).suffix
    # The name is whoever's who sent the file; what it is, its bytes said.
    response = FileResponse(
        stored, as_attachment=True, filename=f"{name.stem}{ending}", content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


# --- findings

FINDING_FIELDS = ("kind", "severity", "document")


@allows(ANYONE)
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    url = reverse("library:findings")
    asked = Asked.of(request, FINDING_FIELDS)
    kind, severity = asked.get("kind"), asked.get("severity")
    for value, known, label in (
        (kind, FINDING_KINDS, _("Kind of finding")),
        (severity, SEVERITIES, pgettext("of a finding", "Severity")),
    ):
        if value and value not in known:
            return misread(request, Misread(label, value, ", ".join(known)))
    found = queries.findings(key=asked.get("document"), kind=kind, severity=severity)
    context = _paged(
        request, queries.InPages(found), lambda number: asked.url(url, page=str(number) if number > 1 else "")
    )
    labels = {
        "kind": _("Kind of finding"),
        "severity": pgettext("of a finding", "Severity"),
        "document": _("Document"),
    }
    shown = {"kind": str(FINDING_KINDS.get(kind, "")), "severity": str(SEVERITIES.get(severity, ""))}
    seen = queries.seen_findings(context["page"].object_list, reader_of(request))
    context |= {
        "room": "findings",
        "asked": asked,
        "rows": [_finding_row(one) for one in seen],
        "kinds": [(name, word, name == kind) for name, word in FINDING_KINDS.items()],
        "severities": [(name, word, name == severity) for name, word in SEVERITIES.items()],
        "chips": _chips(asked, url, labels, shown),
        "all_url": url,
    }
    return render(request, "library/findings.html", context)


def _finding_row(one: Finding) -> dict[str, Any]:
    assert one.revision is not None
    key = one.revision.document.key
    raw = reverse("library:raw", args=[key])
    clause = None
    if one.clause is not None:
        clause = Other(reverse("library:clause", args=[key, one.clause.eid]), f"{key} {one.clause.locator}")
    return {
        "finding": one,
        "message": one.message_en if get_language() == "en" else one.message,
        "kind": FINDING_KINDS.get(one.kind, one.kind),
        "severity": SEVERITIES.get(one.severity, one.severity),
        "clause": clause or Other(reverse("library:document", args=[key]), key),
        "places": [
            Other(f"{raw}?{urlencode({'page': page})}#line-{place['line']}", place["quote"], str(place["line"]))
            for place in one.places
            if (page := max(0, place["line"] - one.revision.first_line) // RAW_PAGE + 1)
        ],
    }


# --- feeds


@allows(ANYONE)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A calendar of duties, for whoever knows its address."""
    found = queries.open_feed(token)
    if found is None:
        raise Http404("no such feed")
    duties = queries.duties_of_feed(found, timezone.localdate())

    def address(duty: Duty) -> str:
        place = reverse("library:clause", args=[duty.revision.document.key, duty.clause.eid])
        return request.build_absolute_uri(place)

    response = HttpResponse(
        exports.duties_calendar(found, duties, address), content_type="text/calendar; charset=utf-8"
    )
    # Nobody else keeps what stands at a secret address, and no search engine lists it.
    patch_cache_control(response, private=True, max_age=3600)
    response["X-Robots-Tag"] = "noindex"
    return response
