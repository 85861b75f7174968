"""The form in which the library answers programs: the objects that docs/contract.md describes field by field.

Plain dictionaries, ready for JSON, under gongbao.SCHEMA_VERSION; a test holds the description against them.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from gongbao import SCHEMA_VERSION
from gongbao.core.citations import Citation
from gongbao.gazette import model as reading
from gongbao.gazette.findings import Finding, FindingKind, Place, Severity
from gongbao.gazette.tables import Table
from gongbao.office.library import queries
from gongbao.office.library.models import Clause, Duty, Feed, Indicator, Reference, Revision
from gongbao.office.library.models import Finding as KeptFinding
from gongbao.office.library.search import Piece
from gongbao.office.people.readers import Reader

if TYPE_CHECKING:
    from gongbao.office.library.actions import IngestResult

Json = dict[str, Any]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def ingested(result: "IngestResult", file: str) -> Json:
    """What became of one file; `file` as it was named to the command."""
    contents = result.contents
    return {
        "schema_version": SCHEMA_VERSION,
        "file": file,
        "status": str(result.status),
        "gazette": result.gazette,
        "documents": [
            {
                "key": document.key,
                "number": document.number,
                "title": document.title,
                "status": str(document.status),
                "revision": document.revision,
            }
            for document in result.documents
        ],
        "cleaned": dict(result.cleaned),
        "contents": {
            "announced": contents.announced,
            "found": contents.found,
            "missing": contents.missing,
            "differing": contents.differing,
            "unannounced": contents.unannounced,
        },
        "absent": result.absent,
        "notes": result.notes,
    }


def not_ingested(file: str, error: str) -> Json:
    """That a file could not be read, and why."""
    return {"schema_version": SCHEMA_VERSION, "file": file, "error": error}


def document(revision: Revision, status: str, day: date, reader: Reader) -> Json:
    """One entry of the list of documents. Costs no query for a revision of `queries.seen_details`."""
    parts = queries.parts(revision, reader)
    return {
        "schema_version": SCHEMA_VERSION,
        "key": revision.document.key,
        "number": revision.document.number,
        "title": revision.title,
        "issuer": revision.issuer,
        "addressees": queries.addressees(revision, reader),
        "date": _day(revision.date),
        "kind": revision.kind,
        "gazette": revision.gazette,
        "in_force_from": _day(revision.in_force_from),
        "in_force_until": _day(revision.in_force_until),
        "status": str(status),
        "status_on": _day(day),
        "articles": revision.articles,
        "instruments": [part.title for part in parts if part.kind == reading.PartKind.INSTRUMENT],
        "annexes": [
            {"label": annex.label, "title": annex.title, "present": annex.present}
            for annex in queries.annexes(revision, reader)
        ],
        "repeals": [
            {
                "number": reference.number,
                "title": reference.title,
                "scope": reference.scope,
                "provisions": list(reference.provisions),
            }
            for reference in _repealing(revision, reader)
        ],
        "revision": revision.sequence,
    }


def _repealing(revision: Revision, reader: Reader) -> Iterable[Reference]:
    fetched = getattr(revision, "repealing", None)
    return queries.repeals(revision, reader) if fetched is None else fetched


def whole_document(revision: Revision, day: date, reader: Reader) -> Json:
    """A document with all its clauses, what it refers to and what refers to it, as the reader may see it."""
    references = queries.references(revision, reader)
    targets = queries.targets(references)
    return {
        **document(revision, queries.status_on(revision, day), day, reader),
        "first_line": revision.first_line,
        "last_line": revision.last_line,
        "parts": [
            {
                "kind": str(part.kind),
                "label": part.label,
                "title": part.title,
                "prefix": part.prefix,
                "clauses": [_nested(one) for one in part.clauses],
            }
            for part in queries.outline(revision, reader)
        ],
        "references": [
            {
                "kind": reference.kind,
                "number": reference.number,
                "title": reference.title,
                "scope": reference.scope,
                "provisions": list(reference.provisions),
                "locator": reference.clause.locator if reference.clause else "",
                "eid": reference.eid,
                "document": targets[reference.pk].key if reference.pk in targets else None,
            }
            for reference in references
        ],
        "cited_by": [
            {
                "document": reference.revision.document.key,
                "title": reference.revision.title,
                "kind": reference.kind,
                "scope": reference.scope,
                "provisions": list(reference.provisions),
                "locator": reference.clause.locator if reference.clause else "",
                "eid": reference.eid,
            }
            for reference in queries.cited_by(revision, reader)
        ],
        "revisions": [
            {
                "revision": one.sequence,
                "title": one.title,
                "date": _day(one.date),
                "file": one.source.name,
                "sha256": one.source.sha256,
                "received_at": one.source.received_at.isoformat(timespec="seconds"),
            }
            for one in queries.revisions(revision.document)
        ],
    }


def clause(found: Clause, reader: Reader) -> Json:
    """A clause with all below it; `found.revision.document` is at hand (see queries.get_clause)."""
    revision = found.revision
    return {
        "schema_version": SCHEMA_VERSION,
        "document": revision.document.key,
        "title": revision.title,
        "revision": revision.sequence,
        "citation": str(Citation(revision.document.key, found.locator)),
        **_nested(queries.with_all_below(found, reader)),
    }


def _nested(read: reading.Clause) -> Json:
    """A clause and all below it, from the lowest up, so that no wording is put together twice."""
    made: dict[int, Json] = {}
    for one in reversed(list(read.walk())):
        below = [made.pop(id(child)) for child in one.children]
        words = one.own_words()
        made[id(one)] = {
            "locator": one.locator,
            "eid": one.eid,
            "kind": str(one.kind),
            "number": one.number,
            "heading": one.heading,
            "own_text": one.text,
            "text": "\n".join(text for text in (words, *(child["text"] for child in below)) if text),
            "children": below,
        }
    return made[id(read)]


def places(found: queries.Match) -> list[Json]:
    """The clauses of a document in which words stand; the document itself where they stand in none."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "document": found.revision.document.key,
        "title": found.revision.title,
        "in_title": found.in_title,
    }

    def place(locator: str, eid: str, passage: Iterable[Piece]) -> Json:
        pieces = [{"text": piece.text, "hit": piece.hit} for piece in passage]
        return document | {"locator": locator, "eid": eid, "passage": pieces, "more": found.more}

    if not found.clauses:
        return [place("", "", found.title)]
    return [place(one.locator, one.eid, one.passage) for one in found.clauses]


def standing(revision: Revision, day: date, reader: Reader) -> Json:
    """The status of a document on a day and what it rests on."""
    found = queries.standing_on(revision, day, reader)
    return {
        "schema_version": SCHEMA_VERSION,
        "document": revision.document.key,
        "title": revision.title,
        "revision": revision.sequence,
        "on": _day(day),
        "status": str(found.status),
        "in_force_from": _day(revision.in_force_from),
        "in_force_until": _day(revision.in_force_until),
        "grounds": [
            {
                "kind": str(ground.kind),
                "document": ground.document.key,
                "title": ground.title,
                "locator": ground.clause.locator if ground.clause else "",
                "eid": ground.clause.eid if ground.clause else "",
                "day": _day(ground.since),
                "scope": ground.scope,
                "provisions": list(ground.provisions),
            }
            for ground in found.grounds
        ],
    }


def table(revision: Revision, found: Table) -> Json:
    """A table of a revision, `revision.document` at hand."""
    return {
        "schema_version": SCHEMA_VERSION,
        "document": revision.document.key,
        "revision": revision.sequence,
        **found.as_json(),
    }


def duty(found: Duty) -> Json:
    """A duty of `queries.duties`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "document": found.revision.document.key,
        "title": found.revision.title,
        "clause": found.clause.locator,
        "eid": found.clause.eid,
        "line": found.line,
        "lead": found.lead,
        "support": found.support,
        "others": found.others,
        "duty": found.duty,
        "deadline": found.deadline,
        "quote": found.quote,
    }


def indicator(found: Indicator) -> Json:
    """A target of `queries.indicators`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "document": found.revision.document.key,
        "title": found.revision.title,
        "clause": found.clause.locator,
        "eid": found.clause.eid,
        "line": found.line,
        "name": found.name,
        "comparison": found.comparison,
        "change": found.change,
        "value": found.value,
        "high": found.high,
        "unit": found.unit,
        "year": found.year,
        "year_from": found.year_from,
        "units": found.units,
        "quote": found.quote,
    }


def finding(found: Finding) -> Json:
    return {"schema_version": SCHEMA_VERSION, **found.as_dict()}


def kept_finding(found: KeptFinding) -> Json:
    """A finding of `queries.findings`."""
    return finding(
        Finding(
            found.document,
            FindingKind(found.kind),
            Severity(found.severity),
            found.message,
            found.message_en,
            tuple(Place(place["line"], place["quote"]) for place in found.places),
            found.clause.locator if found.clause else "",
            found.clause.eid if found.clause else "",
        )
    )


def feed(found: Feed) -> Json:
    """A feed, without its address, which is not kept."""
    return {
        "schema_version": SCHEMA_VERSION,
        "feed": found.pk,
        "name": found.name,
        "unit": found.unit,
        "created_at": found.created_at.isoformat(timespec="seconds"),
        "revoked_at": found.revoked_at.isoformat(timespec="seconds") if found.revoked_at else None,
    }
