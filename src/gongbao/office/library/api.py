"""The routes of the library in the API. What goes out is made by contract.py, for the reader who asks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

# The description is English; the page that shows it is in both languages, so its words are gathered here.
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Router
from pydantic import BeforeValidator, Field

from gongbao.core.errors import GongbaoError
from gongbao.gazette.deadlines import DeadlineKind
from gongbao.gazette.findings import FindingKind, Severity
from gongbao.gazette.model import DocumentKind
from gongbao.office.api import Day, Json, NotThere, Paging, Words, Year, answer, answers, listed, whole
from gongbao.office.library import contract, queries, schemas
from gongbao.office.library.models import Revision
from gongbao.office.library.queries import Status
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.office.people.readers import reader_of

router = Router()

KEY = _("key of the document, its number in any brackets and spacing, or a title that only one has")
ON = _("day of the status; today where none is given")
ROWS = 2000
"""Of tables, in one answer."""
Number = Annotated[
    int, BeforeValidator(whole(1, 10**9, "a table is a number from 1 on")), Field(json_schema_extra={"minimum": 1})
]
Place = Annotated[
    int, BeforeValidator(whole(0, 10**9, "a row is a number from 0 on")), Field(json_schema_extra={"minimum": 0})
]
ONE_DOCUMENT = _("only those of this document: its key, its number in any brackets and spacing, or its title")


@contextmanager
def _looked_for(field: str) -> Iterator[None]:
    """What a query says of a name that leads nowhere, without the advice for the command line."""
    try:
        yield
    except GongbaoError as missing:
        raise NotThere(missing.message.partition("; gongbao ")[0], where=field) from missing


def _document(key: str, field: str = "key") -> Revision:
    with _looked_for(field):
        return queries.get_revision(key)


def _key(document: str | None) -> str:
    """The key of the document that a list is narrowed to; one that is not there is told, and is no empty list."""
    return _document(document, "document").document.key if document else ""


# --- documents


@router.get(
    "/documents",
    response=answers(schemas.Documents),
    summary=_("The documents"),
    description=_(
        "The documents that meet all conditions given, newest first: by date, then by number. Each is told without its "
        "clauses."
    ),
    tags=[_("Documents")],
)
@allows(ANYONE)
def documents(
    request: HttpRequest,
    paging: Query[Paging],
    gazette: Words | None = Query(None, description=_("title of the issue that printed it, in full")),
    issuer: Words | None = Query(None, description=_("the issuing body, in full")),
    kind: DocumentKind | None = Query(None, description=_("kind of document")),
    year: Year | None = Query(None, description=_("year of its date")),
    status: Status | None = Query(None, description=_("its status on the day that on names")),
    on: Day | None = Query(None, description=ON),
    text: Words | None = Query(
        None, description=_("words that each stand in its title, its number or its text, or a whole number")
    ),
) -> HttpResponse:
    day = on or timezone.localdate()
    found = queries.list_documents(
        gazette=gazette or "",
        issuer=issuer or "",
        kind=kind or "",
        year=year,
        status=status or "",
        on=day,
        text=text or "",
        reader=reader_of(request),
    )

    def items(rows: Sequence[Any]) -> list[Json]:
        reader = reader_of(request)
        return [contract.document(row, row.status, day, reader) for row in queries.seen_details(rows, reader)]

    return listed(request, queries.with_details(queries.with_status(found, day)), paging, items)


@router.get(
    "/documents/{key}",
    response=answers(schemas.WholeDocument),
    summary=_("A document, whole"),
    description=_("The document with all its clauses, what it refers to, what refers to it, and its revisions."),
    tags=[_("Documents")],
)
@allows(ANYONE)
def document(
    request: HttpRequest,
    key: str = Path(..., description=KEY),
    on: Day | None = Query(None, description=ON),
) -> HttpResponse:
    return answer(contract.whole_document(_document(key), on or timezone.localdate(), reader_of(request)))


@router.get(
    "/documents/{key}/status",
    response=answers(schemas.Standing),
    summary=_("Whether a document is in force"),
    description=_("The status of the document on a day, and what it rests on, what decides it first."),
    tags=[_("Documents")],
)
@allows(ANYONE)
def status(
    request: HttpRequest,
    key: str = Path(..., description=KEY),
    on: Day | None = Query(None, description=ON),
) -> HttpResponse:
    return answer(contract.standing(_document(key), on or timezone.localdate(), reader_of(request)))


# --- clauses


@router.get(
    "/documents/{key}/clauses/{eid}",
    response=answers(schemas.CitedClause),
    summary=_("A clause by its address"),
    description=_("The clause with all that stands below it, and its citation."),
    tags=[_("Clauses")],
)
@allows(ANYONE)
def clause(
    request: HttpRequest,
    key: str = Path(..., description=KEY),
    eid: str = Path(..., description=_("address of the clause after Akoma Ntoso, like art_4__subpara_1")),
) -> HttpResponse:
    reader = reader_of(request)
    found = _document(key)
    with _looked_for("eid"):
        return answer(contract.clause(queries.clause_at(found, eid, reader), reader))


@router.get(
    "/clause",
    response=answers(schemas.CitedClause),
    summary=_("A clause as a person cites it"),
    description=_(
        "The clause with all that stands below it. What could be several clauses is refused, and the error names them."
    ),
    tags=[_("Clauses")],
)
@allows(ANYONE)
def cited_clause(
    request: HttpRequest,
    citation: Words = Query(
        ..., description=_("number of the document, a space, and the clause, as people write them")
    ),
) -> HttpResponse:
    reader = reader_of(request)
    with _looked_for("citation"):
        return answer(contract.clause(queries.get_clause(citation, reader), reader))


# --- what documents hold


@router.get(
    "/documents/{key}/tables",
    response=answers(schemas.Tables),
    summary=_("The tables of a document"),
    description=_(
        "Its tables in reading order, as typed rows with exact decimals, groups and totals. An answer has at most "
        "2,000 rows; where a table has more than are there (row_count), the others are had from the table itself."
    ),
    tags=[_("Tables")],
)
@allows(ANYONE)
def tables(request: HttpRequest, paging: Query[Paging], key: str = Path(..., description=KEY)) -> HttpResponse:
    found = _document(key)
    reader = reader_of(request)

    def items(rows: Sequence[Any]) -> Iterator[Json]:
        room = ROWS
        for one in rows:
            yield contract.table(found, queries.table(one, found, reader, most=room))
            room = max(0, room - one.row_count)

    return listed(request, queries.document_tables(found), paging, lambda rows: list(items(rows)))


@router.get(
    "/documents/{key}/tables/{number}",
    response=answers(schemas.Table),
    summary=_("A table, or rows of it"),
    description=_(
        "At most 2,000 rows of a table, with the totals that stand below them and the groups that begin there; the "
        "others from first_row on, until row_count is reached."
    ),
    tags=[_("Tables")],
)
@allows(ANYONE)
def table(
    request: HttpRequest,
    key: str = Path(..., description=KEY),
    number: Number = Path(..., description=_("its place among the tables of the document, counted from 1")),
    first_row: Place = Query(0, description=_("the first row that is wanted, counted from 0")),
) -> HttpResponse:
    found = _document(key)
    kept = queries.document_tables(found)[number - 1 : number].first()
    if kept is None:
        raise NotThere(
            f"there is no table {number}; the document has {queries.counts(found)['tables']}", where="number"
        )
    if first_row > max(0, kept.row_count - 1):
        raise NotThere(f"there is no row {first_row}; the table has {kept.row_count}", where="first_row")
    rows = queries.table(kept, found, reader_of(request), first=first_row, most=ROWS)
    return answer(contract.table(found, rows))


@router.get(
    "/duties",
    response=answers(schemas.Duties),
    summary=_("The duties"),
    description=_(
        "Who must do what by when: in reading order, the newest document first; with from or until by the day on which "
        "it is due. Without a document, those of documents that were repealed as a whole by today are left out."
    ),
    tags=[_("Duties")],
)
@allows(ANYONE)
def duties(
    request: HttpRequest,
    paging: Query[Paging],
    unit: Words | None = Query(
        None,
        description=_("name of a unit that leads or supports; a part of it where no unit has it as its whole name"),
    ),
    leads: bool = Query(False, description=_("only where the unit leads")),
    first: Day | None = Query(None, alias="from", description=_("due on this day or later")),
    last: Day | None = Query(None, alias="until", description=_("due on this day or before")),
    kind: DeadlineKind | Literal["none"] | None = Query(
        None, description=_("kind of deadline; none for duties without one")
    ),
    document: Words | None = Query(None, description=ONE_DOCUMENT),
) -> HttpResponse:
    found = queries.duties(
        queries.DutyFilter(
            on=timezone.localdate(),
            unit=unit or "",
            key=_key(document),
            kind=kind or "",
            first=first,
            last=last,
            leads=leads,
        )
    )
    by_days = bool(first or last)
    ordered = queries.by_day(found) if by_days else queries.in_reading_order(found)

    def items(rows: Sequence[Any]) -> list[Json]:
        return [contract.duty(one) for one in queries.seen_duties(rows, reader_of(request))]

    return listed(request, queries.InPages(ordered, by_days=by_days), paging, items)


@router.get(
    "/indicators",
    response=answers(schemas.Indicators),
    summary=_("The indicators"),
    description=_("The quantified targets, in reading order, the newest document first."),
    tags=[_("Indicators")],
)
@allows(ANYONE)
def indicators(
    request: HttpRequest,
    paging: Query[Paging],
    text: Words | None = Query(None, description=_("words in the name of what is to reach the figure")),
    unit: Words | None = Query(None, description=_("a unit that answers for it, or a part of its name")),
    year: Year | None = Query(None, description=_("the year by whose end it is meant")),
    document: Words | None = Query(None, description=ONE_DOCUMENT),
) -> HttpResponse:
    reader = reader_of(request)
    found = queries.indicators(key=_key(document), year=year, unit=unit or "", text=text or "", reader=reader)

    def items(rows: Sequence[Any]) -> list[Json]:
        return [contract.indicator(one) for one in queries.seen_indicators(rows, reader)]

    return listed(request, queries.InPages(found), paging, items)


# --- findings


def _findings(
    request: HttpRequest, paging: Paging, key: str, kind: FindingKind | None, severity: Severity | None
) -> HttpResponse:
    found = queries.findings(key=key, kind=kind or "", severity=severity or "")

    def items(rows: Sequence[Any]) -> list[Json]:
        return [contract.kept_finding(one) for one in queries.seen_findings(rows, reader_of(request))]

    return listed(request, queries.InPages(found), paging, items)


@router.get(
    "/findings",
    response=answers(schemas.Findings),
    summary=_("The findings"),
    description=_(
        "Where documents contradict themselves or may be wrong, in reading order, the newest document first: what a "
        "program tells an editor, who decides."
    ),
    tags=[_("Findings")],
)
@allows(ANYONE)
def findings(
    request: HttpRequest,
    paging: Query[Paging],
    kind: FindingKind | None = Query(None, description=_("what is wrong")),
    severity: Severity | None = Query(None, description=_("how sure that is")),
    document: Words | None = Query(None, description=ONE_DOCUMENT),
) -> HttpResponse:
    return _findings(request, paging, _key(document), kind, severity)


@router.get(
    "/documents/{key}/findings",
    response=answers(schemas.Findings),
    summary=_("The findings in a document"),
    description=_("Where the document contradicts itself or may be wrong, in reading order."),
    tags=[_("Findings")],
)
@allows(ANYONE)
def document_findings(
    request: HttpRequest,
    paging: Query[Paging],
    key: str = Path(..., description=KEY),
    kind: FindingKind | None = Query(None, description=_("what is wrong")),
    severity: Severity | None = Query(None, description=_("how sure that is")),
) -> HttpResponse:
    return _findings(request, paging, _document(key).document.key, kind, severity)
