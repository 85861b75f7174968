"""What a front page tells of the library: how much it holds, and an example of each kind. Reads; nothing is written."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache

from gongbao.gazette.model import ClauseKind
from gongbao.office.library import queries
from gongbao.office.library.models import Clause, Document, Duty, Finding, Indicator, Revision, Source
from gongbao.office.people.readers import Reader
from gongbao.sample import CITY

NEWEST = 5
LOOKED_THROUGH = 20  # documents, for one that has a clause to show


@dataclass(frozen=True, slots=True)
class Numbers:
    """How much the library holds that counts today; `in_force` on the day asked for."""

    documents: int
    in_force: int
    clauses: int
    duties: int
    indicators: int
    findings: int


def numbers(on: date) -> Numbers:
    """Counted once for each state of the library and each day: it only changes when a file is read in."""
    last = Source.objects.order_by("-pk").values_list("pk", "received_at", "sha256").first()
    key = f"gongbao.overview.{on}.{last[0]}.{last[1].timestamp()}.{last[2]}" if last else ""
    held = cache.get(key) if key else None
    if held is None:
        held = (
            Document.objects.filter(current__isnull=False).count(),
            queries.list_documents(status=queries.Status.IN_FORCE, on=on).count(),
            Clause.objects.filter(revision__current_of__isnull=False).count(),
            Duty.objects.filter(revision__current_of__isnull=False).count(),
            Indicator.objects.filter(revision__current_of__isnull=False).count(),
            queries.findings().order_by().count(),
        )
        if key:
            cache.set(key, held, 24 * 3600)
    return Numbers(*held)


def newest(on: date) -> list[Any]:
    """The newest documents, each with its status on the day."""
    return list(queries.with_status(queries.documents(), on)[:NEWEST])


def a_clause(reader: Reader) -> tuple[Revision, Clause] | None:
    """An article of a new document, or else any clause of it, with its words."""
    shown = list(queries.documents()[:LOOKED_THROUGH])
    for wanted in ({"kind": ClauseKind.ARTICLE}, {}):
        for revision in shown:
            found = revision.clauses.filter(**wanted).exclude(text="").order_by("order").first()
            if found is not None:
                return revision, queries.clause_at(revision, found.eid, reader)
    return None


def a_duty(on: date, reader: Reader) -> Duty | None:
    """The duty of a unit that is due next; where none is to come, the one that was due last."""
    dated = queries.duties(queries.DutyFilter(on=on)).filter(due__isnull=False).exclude(lead=[])
    found = dated.filter(due__gte=on).order_by("due", "pk").first() or dated.order_by("-due", "pk").first()
    return queries.seen_duties([found], reader)[0] if found else None


def a_finding(reader: Reader) -> Finding | None:
    found = queries.findings().first()
    return queries.seen_findings([found], reader)[0] if found else None


def holds_the_sample() -> bool:
    """Whether the gazette of the imaginary city is in the library."""
    return Source.objects.filter(gazette_title__startswith=CITY).exists()
