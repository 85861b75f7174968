"""The only code that writes to the library: a file goes in, whole or not at all."""

import os
import secrets
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.db import DataError, OperationalError
from django.utils import timezone

from gongbao.core.citations import read_number
from gongbao.core.errors import GongbaoError
from gongbao.gazette import model as reading
from gongbao.gazette import read_gazette
from gongbao.gazette.deadlines import DeadlineKind
from gongbao.gazette.duties import find_duties
from gongbao.gazette.files import read_file
from gongbao.gazette.findings import Finding as FoundInText
from gongbao.gazette.findings import check_gazette
from gongbao.gazette.indicators import find_indicators
from gongbao.gazette.masking import Masker
from gongbao.gazette.personal import find_personal
from gongbao.gazette.source import DEFAULT_LIMIT, DOCX, MARKDOWN, PDF, PLAIN, SourceText
from gongbao.gazette.tables import Table, find_tables
from gongbao.gazette.tables.pieces import pieces, plain_head, plain_rows
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER as KEEPER_ACTS
from gongbao.office.audit.actors import OUR_RULE, Actor
from gongbao.office.library import queries, search
from gongbao.office.library.derivation import CHECKS, DERIVATION
from gongbao.office.library.folder import files_folder
from gongbao.office.library.keys import KEY_LENGTH, bounded, document_key, locator_key, numbered_key, title_key
from gongbao.office.library.models import (
    EID_LENGTH,
    NUMBER_LENGTH,
    Annex,
    Clause,
    Cleaning,
    ContentsLine,
    Document,
    DocumentTable,
    Duty,
    DutyUnit,
    Feed,
    Finding,
    Indicator,
    IndicatorUnit,
    Part,
    PersonalMark,
    Printing,
    Reference,
    Revision,
    SearchEntry,
    Source,
    TableRows,
)
from gongbao.office.people.readers import KEEPER

Progress = Callable[[str, int, int], None]
"""Called with the step, how many are done, and how many there are: "reading" (documents), "checking" (the file),
"keeping" (clauses); "deriving" (documents) and "checking" (files) where an older library is brought up to date."""

ACTION = "library.ingest"
_BATCH = 1000  # rows given to the database at once; Django cuts further where a database takes fewer values
_QUERY_BATCH = 500
_LARGE_BATCH = 50  # rows of which each is long
_SUFFIXES = {PLAIN: ".txt", MARKDOWN: ".md", DOCX: ".docx", PDF: ".pdf"}


class Outcome(StrEnum):
    """What became of a file, or of a document in it."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class DocumentResult:
    key: str
    number: str
    title: str
    status: Outcome
    revision: int


@dataclass(frozen=True, slots=True)
class ContentsCheck:
    """The table of contents against what was found: `missing` was announced and not found, `unannounced` the reverse.

    `differing` are found under a title that differs in a few characters from the one announced. A file without a table
    of contents announces nothing, and nothing in it is called unannounced.
    """

    announced: int
    found: int
    missing: list[str]
    differing: list[str]
    unannounced: list[str]


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What a file brought. `absent` are the keys of documents that the file it supersedes held and it does not."""

    source_id: int
    file: str
    status: Outcome
    gazette: str
    documents: list[DocumentResult]
    cleaned: dict[str, int]
    contents: ContentsCheck
    absent: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def ingest_file(
    path: str | os.PathLike[str],
    *,
    limit: int = DEFAULT_LIMIT,
    progress: Progress | None = None,
    actor: Actor = KEEPER_ACTS,
) -> IngestResult:
    """Read the file at `path` into the library; its bytes are kept. `limit` is the greatest size taken, in bytes.

    Raises GongbaoError where the file cannot be read; the library is then as it was.
    """
    path = Path(path)
    source = read_file(path, limit=limit)
    content = None
    # What comes through a pipe has been read and is gone; its text is kept all the same.
    if path.is_file():
        try:
            content = path.read_bytes()
        except OSError as error:
            raise GongbaoError(f"this file cannot be read: {error.strerror}", where=str(path)) from error
        if sha256(content).hexdigest() != source.sha256:
            raise GongbaoError("this file was changed while it was being read; try again", where=str(path))
    return ingest_source(source, path.name, content=content, progress=progress, actor=actor)


def ingest_source(
    source: SourceText,
    name: str,
    *,
    content: bytes | None = None,
    progress: Progress | None = None,
    actor: Actor = KEEPER_ACTS,
) -> IngestResult:
    """Read a text into the library under the file name `name`; `content` are the bytes it came in, to be kept.

    `actor` is who gave it over, for the log.

    The same bytes again change nothing, even where a later file has since revised their documents: otherwise two
    versions that are loaded at each start of a site would revise each other for ever.
    """
    # A file name need not be text; what is kept and printed has to be.
    name = name.encode(errors="replace").decode()
    if known := Source.objects.filter(sha256=source.sha256).first():
        return _known(known, name)
    reading_progress = None if progress is None else partial(progress, "reading")
    gazette = read_gazette(source.text, progress=reading_progress)
    if not gazette.documents:
        raise GongbaoError("no document was found in it", where=name)
    _refuse_what_cannot_be_kept(gazette, name)
    if progress is not None:
        progress("checking", 0, 1)
    # Before the database is locked: it takes as long as reading does.
    findings = check_gazette(gazette, source.text)

    draft: Path | None = None
    try:
        stored_as = ""
        if content is not None:
            stored_as = f"{source.sha256[:2]}/{source.sha256}{_SUFFIXES.get(source.media_type, '')}"
            draft = _draft(content)
        now = timezone.now()
        with recorded(ACTION, actor=actor, ground=OUR_RULE, at=now) as record:
            kept.one_at_a_time(ACTION)
            if known := Source.objects.filter(sha256=source.sha256).first():
                return _known(known, name)
            result = _Writer(source, name, stored_as, gazette, findings, now, progress).write()
            # Neither the name of the file nor titles: both may name a person.
            outcomes = _counts(one.status for one in result.documents)
            record(f"source:{result.source_id}", sha256=source.sha256, documents=outcomes)
            if draft is not None:
                # Last: a name derived from the content is harmless if the commit fails now, a missing file is not.
                _put(draft, stored_as)
        return result
    except OperationalError as error:
        raise GongbaoError(f"the database cannot be written: {_first_line(error)}", where=name) from error
    except DataError as error:
        raise GongbaoError(f"the database does not take what is in it: {_first_line(error)}", where=name) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _known(source: Source, name: str) -> IngestResult:
    """The result for a file whose bytes are in the library."""
    printings = list(source.printings.select_related("document", "revision").defer("revision__text"))
    contents = list(source.contents.all())
    return IngestResult(
        source_id=source.pk,
        file=name,
        status=Outcome.UNCHANGED,
        gazette=source.gazette_title,
        documents=[
            DocumentResult(
                printing.document.key,
                printing.document.number,
                printing.revision.title,
                Outcome.UNCHANGED,
                printing.revision.sequence,
            )
            for printing in printings
        ],
        cleaned=_counts(source.cleanings.values_list("reason", flat=True)),
        contents=_contents_check(
            [_Announced(line.title, line.document_id, line.same_title) for line in contents],
            [(printing.revision.title, printing.document_id) for printing in printings],
        ),
        notes=source.notes.splitlines(),
    )


class _Writer:
    """One file on its way into the tables, inside the transaction."""

    def __init__(
        self,
        source: SourceText,
        name: str,
        stored_as: str,
        gazette: reading.Gazette,
        findings: Sequence[FoundInText],
        now: datetime,
        progress: Progress | None,
    ) -> None:
        self.gazette = gazette
        self.findings = findings
        self.name = name
        self.now = now
        self.progress = progress or (lambda step, done, total: None)
        self.source = Source(
            sha256=source.sha256,
            name=name,
            media_type=source.media_type,
            encoding=source.encoding,
            size=source.size,
            gazette_title=gazette.title,
            publisher=gazette.publisher,
            year=gazette.year,
            issue=gazette.issue,
            received_at=now,
            stored_as=stored_as,
            notes="\n".join(" ".join(note.split()) for note in source.notes),
            raw_text=source.text,
            text=gazette.text,
        )

    def write(self) -> IngestResult:
        printed = self.gazette.documents
        # A document that a file prints twice, word for word, is one document; `read` has each once.
        once: dict[tuple[str, str, str], int] = {}
        places: list[int] = []
        read: list[reading.Document] = []
        for text in printed:
            places.append(once.setdefault((text.number, text.title, text.text), len(once)))
            if places[-1] == len(read):
                read.append(text)
        digests = [sha256(text.text.encode()).hexdigest() for text in read]

        matched = _match(read, digests, self.gazette.title)
        before = [document.current if document else None for document in matched]
        superseded = self._superseded(before)
        self.source.supersedes = superseded
        self.source.save()

        documents = self._documents(read, matched)
        outcomes: list[Outcome] = []
        fresh: list[tuple[reading.Document, Revision]] = []
        revisions: list[Revision] = []
        for document, old, text, digest in zip(documents, before, read, digests, strict=True):
            if old is not None and old.digest == digest:
                revisions.append(old)
                outcomes.append(Outcome.UNCHANGED)
            else:
                revision = self._revision(document, text, digest, old.sequence + 1 if old else 1)
                fresh.append((text, revision))
                revisions.append(revision)
                outcomes.append(Outcome.REVISED if old else Outcome.NEW)
        Revision.objects.bulk_create([revision for _, revision in fresh], _BATCH)
        for _, revision in fresh:
            revision.document.current = revision
        Document.objects.bulk_update([revision.document for _, revision in fresh], ["current"], _BATCH)
        search.index().forget([old.pk for old, now in zip(before, revisions, strict=True) if old and old.pk != now.pk])

        clauses = self._clauses(fresh)
        _derive([(text, revision, clauses[revision.pk]) for text, revision in fresh], self.source.raw_text.split("\n"))
        Printing.objects.bulk_create(
            [
                Printing(
                    source=self.source,
                    order=order,
                    document=documents[place],
                    revision=revisions[place],
                    first_line=text.first_line,
                    last_line=text.last_line,
                )
                for order, (text, place) in enumerate(zip(printed, places, strict=True))
            ],
            _BATCH,
        )
        announced = [
            _Announced(
                entry.title,
                documents[places[entry.document]].pk if entry.document is not None else None,
                entry.same_title,
            )
            for entry in self.gazette.contents
        ]
        ContentsLine.objects.bulk_create(
            [
                ContentsLine(
                    source=self.source,
                    order=order,
                    title=entry.title,
                    page=entry.page,
                    line=entry.line,
                    same_title=entry.same_title,
                    document_id=announced[order].document,
                )
                for order, entry in enumerate(self.gazette.contents)
            ],
            _BATCH,
        )
        Cleaning.objects.bulk_create(
            (
                Cleaning(
                    source=self.source,
                    start=change.start,
                    line=change.line,
                    reason=change.reason,
                    before=change.before,
                    after=change.after,
                )
                for change in self.gazette.changes
            ),
            _BATCH,
        )
        _keep_findings(self.source, self.findings)
        return IngestResult(
            source_id=self.source.pk,
            file=self.name,
            status=_file_outcome(outcomes, superseded),
            gazette=self.gazette.title,
            documents=[
                DocumentResult(
                    documents[place].key,
                    documents[place].number,
                    text.title,
                    outcomes[place],
                    revisions[place].sequence,
                )
                for text, place in zip(printed, places, strict=True)
            ],
            cleaned=_counts(change.reason for change in self.gazette.changes),
            contents=_contents_check(
                announced, [(text.title, documents[place].pk) for text, place in zip(printed, places, strict=True)]
            ),
            absent=_absent(superseded, documents),
            notes=self.source.notes.splitlines(),
        )

    def _superseded(self, before: Sequence[Revision | None]) -> Source | None:
        """The file that this one takes the place of: the same issue, or the same document by itself."""
        if self.gazette.title:
            return Source.objects.filter(gazette_title=self.gazette.title).order_by("-pk").first()
        for old in before:
            if old is not None and not old.source.gazette_title:
                return old.source
        return None

    def _documents(self, read: Sequence[reading.Document], matched: Sequence[Document | None]) -> list[Document]:
        """The document of each text; those that the library did not have are created."""
        keys = [document_key(text.number, text.issuer, text.title) for text in read]
        taken = _taken(key for key, document in zip(keys, matched, strict=True) if document is None)
        counted: Counter[str] = Counter()
        created: list[Document] = []
        out: list[Document] = []
        for text, key, document in zip(read, keys, matched, strict=True):
            if document is None:
                number = read_number(text.number)
                document = Document(
                    key=_free_key(key, taken, counted),
                    number=text.number,
                    series=number.series if number else "",
                    year=number.year if number else 0,
                    serial=number.serial if number else 0,
                )
                created.append(document)
            out.append(document)
        Document.objects.bulk_create(created, _BATCH)
        return out

    def _revision(self, document: Document, text: reading.Document, digest: str, sequence: int) -> Revision:
        return Revision(
            document=document,
            source=self.source,
            sequence=sequence,
            digest=digest,
            date=text.date,
            kind=text.kind,
            gazette=self.gazette.title,
            first_line=text.first_line,
            last_line=text.last_line,
            in_force_from=text.validity.from_,
            in_force_until=text.validity.until,
            from_clause=text.validity.from_clause,
            until_clause=text.validity.until_clause,
            articles=text.article_count,
            created_at=self.now,
            title=text.title,
            title_key=title_key(text.title),
            issuer=text.issuer,
            addressees=text.addressees,
            text=text.text,
        )

    def _clauses(self, fresh: Sequence[tuple[reading.Document, Revision]]) -> dict[int, dict[str, Clause]]:
        """Parts, clauses and references of the new revisions; the clauses by the id of the revision and their eId.

        Clauses go in level by level, because a row must be there before those below can point at it.
        """
        parts: list[Part] = []
        levels: dict[int, list[Clause]] = defaultdict(list)
        by_eid: dict[int, dict[str, Clause]] = {}
        for text, revision in fresh:
            order = 0
            by_eid[revision.pk] = {}
            for place, read in enumerate(text.parts):
                part = Part(
                    revision=revision,
                    order=place,
                    kind=read.kind,
                    label=read.label,
                    title=read.title,
                    title_key=title_key(read.title),
                    prefix=read.prefix,
                    line=read.line,
                )
                parts.append(part)
                rows = _rows(read.clauses, revision, part, order)
                order += len(rows)
                for row in rows:
                    levels[row.depth].append(row)
                    by_eid[revision.pk][row.eid] = row
        Part.objects.bulk_create(parts, _BATCH)
        Annex.objects.bulk_create(
            [
                Annex(revision=revision, order=place, label=annex.label, title=annex.title, present=annex.present)
                for text, revision in fresh
                for place, annex in enumerate(text.announced_annexes)
            ],
            _BATCH,
        )
        total, done = sum(map(len, levels.values())), 0
        for depth in sorted(levels):
            for start in range(0, len(levels[depth]), _BATCH):
                batch = levels[depth][start : start + _BATCH]
                Clause.objects.bulk_create(batch)
                done += len(batch)
                self.progress("keeping", done, total)
        references = []
        for text, revision in fresh:
            for place, reference in enumerate(text.references):
                references.append(
                    Reference(
                        revision=revision,
                        clause=by_eid[revision.pk].get(reference.eid),
                        order=place,
                        line=reference.line,
                        kind=reference.kind,
                        scope=reference.scope,
                        number=reference.number[:NUMBER_LENGTH],
                        title=reference.title,
                        title_key="" if reference.number else title_key(reference.title),
                        eid=reference.eid,
                        provisions=list(reference.provisions),
                    )
                )
        Reference.objects.bulk_create(references, _BATCH)
        return by_eid


def _rows(clauses: Sequence[reading.Clause], revision: Revision, part: Part, first: int) -> list[Clause]:
    """The clauses of a part in reading order. A list of things to do and no recursion: a file may nest at will."""
    rows: list[Clause] = []
    todo: list[tuple[reading.Clause, Clause | None, int] | Clause] = [(clause, None, 0) for clause in reversed(clauses)]
    while todo:
        item = todo.pop()
        if isinstance(item, Clause):
            item.last = first + len(rows) - 1
            continue
        read, parent, depth = item
        row = Clause(
            revision=revision,
            part=part,
            parent=parent,
            order=first + len(rows),
            depth=depth,
            kind=read.kind,
            number=read.number,
            heading=read.heading,
            text=read.text,
            locator=read.locator,
            locator_key=locator_key(read.locator),
            eid=read.eid,
            line=read.line,
        )
        rows.append(row)
        todo.append(row)  # met again when all below it has been taken
        todo += [(child, row, depth + 1) for child in reversed(read.children)]
    return rows


# --- what is derived


def _derive(read: Iterable[tuple[reading.Document, Revision, Mapping[str, Clause]]], lines: Sequence[str]) -> None:
    """Personal data, duties, indicators and tables of revisions that have none yet.

    Of each the text, its row and its clauses by eId; `lines` are those of the file that all of them stand in.
    """
    marks: list[PersonalMark] = []
    duties: list[Duty] = []
    units: list[DutyUnit] = []
    indicators: list[Indicator] = []
    answering: list[IndicatorUnit] = []
    revisions: list[Revision] = []
    seen: list[tuple[Revision, Masker, Mapping[str, Clause]]] = []
    for text, revision, clauses in read:
        found = find_personal(text)
        marks += [PersonalMark(revision=revision, kind=mark.kind, value=mark.value) for mark in found]
        mask = Masker(found)
        revision.masked_text = mask(text.text) if mask.hides(text.text) else None
        revision.derived_by = DERIVATION
        revisions.append(revision)
        if revision.document.current_id == revision.pk:
            seen.append((revision, mask, clauses))
        for place, duty in enumerate(find_duties(text)):
            deadline = duty.deadline
            row = Duty(
                revision=revision,
                clause=clauses[duty.eid],
                order=place,
                line=duty.line,
                lead=list(duty.lead),
                support=list(duty.support),
                others=duty.others,
                duty=duty.duty,
                quote=duty.quote,
                deadline=deadline.as_dict() if deadline else None,
                deadline_kind=deadline.kind if deadline else "",
                due=deadline.date if deadline and deadline.kind == DeadlineKind.FIXED_DATE else None,
            )
            duties.append(row)
            for names, leads in ((duty.lead, True), (duty.support, False)):
                # Units are what duties are sought and counted by; a person who stands among them is none.
                kept_names = [name for name in names if not mask.hides(name)]
                units += [DutyUnit(duty=row, name=bounded(name), leads=leads) for name in kept_names]
        for place, target in enumerate(find_indicators(text)):
            name = queries.indicator_name(target.name, mask)
            indicator = Indicator(
                revision=revision,
                clause=clauses[target.eid],
                order=place,
                line=target.line,
                name=target.name,
                masked_name=name if name != target.name else None,
                comparison=target.comparison,
                change=target.change,
                value=target.value,
                high=target.high,
                unit=target.unit,
                year=target.year,
                year_from=target.year_from,
                units=list(target.units),
                quote=target.quote,
            )
            indicators.append(indicator)
            kept_names = [name for name in target.units if not mask.hides(name)]
            answering += [IndicatorUnit(indicator=indicator, name=bounded(name)) for name in kept_names]
        _keep_tables(revision, find_tables(text, source=lines))
    PersonalMark.objects.bulk_create(marks, _BATCH)
    Duty.objects.bulk_create(duties, _BATCH)
    DutyUnit.objects.bulk_create(units, _BATCH)
    Indicator.objects.bulk_create(indicators, _BATCH)
    IndicatorUnit.objects.bulk_create(answering, _BATCH)
    Revision.objects.bulk_update(revisions, ["masked_text", "derived_by"], _BATCH)
    _index(seen)


def _keep_tables(revision: Revision, found: Sequence[Table]) -> None:
    """What a column holds is told by all its cells, so all of it is worked out here, and a page reads its rows."""
    kept_tables = [
        DocumentTable(revision=revision, order=order, row_count=table.row_count, head=plain_head(table))
        for order, table in enumerate(found)
    ]
    DocumentTable.objects.bulk_create(kept_tables, _LARGE_BATCH)
    TableRows.objects.bulk_create(
        (
            TableRows(table=row, first_row=piece.first_row, rows=plain_rows(piece))
            for row, table in zip(kept_tables, found, strict=True)
            for piece in pieces(table, queries.TABLE_PIECE)
        ),
        _LARGE_BATCH,
    )


def _index(seen: Sequence[tuple[Revision, Masker, Mapping[str, Clause]]]) -> None:
    """Put current revisions that are not in the search index into it: each with its mask and its clauses."""
    part = SearchEntry.Part
    entries: list[SearchEntry] = []
    texts: list[tuple[Revision, Masker | None, Mapping[str, Clause]]] = []
    for revision, mask, clauses in seen:
        parts = [part.TEXT] if revision.masked_text is None else [part.MASKED, part.UNMASKED]
        entries.append(SearchEntry(revision=revision, part=part.TITLE))
        texts.append((revision, None, {}))
        entries += [SearchEntry(revision=revision, part=one) for one in parts]
        texts += [(revision, mask if one == part.MASKED else None, clauses) for one in parts]
    SearchEntry.objects.bulk_create(entries, _BATCH)

    def rows() -> Iterator[tuple[int, str]]:
        for entry, (revision, mask, _clauses) in zip(entries, texts, strict=True):
            words = f"{revision.title}\n{revision.document.number}"
            if entry.part != part.TITLE:
                words += "\n" + ((revision.masked_text or "") if mask else revision.text)
            yield entry.pk, words

    def clause_rows() -> Iterator[tuple[int, int, str]]:
        for entry, (_revision, mask, clauses) in zip(entries, texts, strict=True):
            for clause in clauses.values():
                words = clause.own_words()
                yield entry.pk, clause.order, mask(words) if mask else words

    search.index().write(rows(), clause_rows())


def _keep_findings(source: Source, found: Sequence[FoundInText]) -> None:
    """The findings of a source. By its text alone: what else the library holds may change, and they stay."""
    printings = list(source.printings.order_by("first_line").values_list("first_line", "last_line", "revision"))
    firsts = [first for first, _last, _revision in printings]
    places: list[int | None] = []
    for finding in found:
        at = bisect_right(firsts, finding.line) - 1
        stands = finding.document and at >= 0 and finding.line <= printings[at][1]
        places.append(printings[at][2] if stands else None)
    clauses: dict[tuple[int, str], int] = {}
    for eids in _batches(sorted({finding.eid for finding in found if finding.eid})):
        rows = Clause.objects.filter(revision__printings__source=source, eid__in=eids)
        clauses |= {(revision, eid): pk for revision, eid, pk in rows.values_list("revision", "eid", "pk")}
    Finding.objects.bulk_create(
        [
            Finding(
                source=source,
                revision_id=revision,
                clause_id=clauses.get((revision, finding.eid)) if revision else None,
                order=order,
                line=finding.line,
                kind=finding.kind,
                severity=finding.severity,
                document=finding.document,
                message=finding.message,
                message_en=finding.message_en,
                places=[{"line": place.line, "quote": place.quote} for place in finding.places],
            )
            for order, (finding, revision) in enumerate(zip(found, places, strict=True))
        ],
        _BATCH,
    )
    source.checked_by = CHECKS
    source.save()


def _check_outdated(progress: Progress | None) -> None:
    """Check again the sources that an older version checked, or none did. A source at a time, each whole."""
    outdated = list(queries.unchecked(CHECKS).values_list("pk", flat=True))
    for done, pk in enumerate(outdated):
        if progress is not None:
            progress("checking", done, len(outdated))
        with kept.action("library.check"):
            kept.one_at_a_time(ACTION)
            source = queries.unchecked(CHECKS).filter(pk=pk).first()
            if source is not None:
                Finding.objects.filter(source=source).delete()
                _keep_findings(source, check_gazette(read_gazette(source.raw_text), source.raw_text))


def derive_outdated(progress: Progress | None = None) -> int:
    """Derive again what an older version of the program derived, or did not yet; how many revisions that were.

    A revision at a time, each whole: it may be interrupted, and goes on from there the next time. Personal data comes
    first, since nothing is shown before it is marked; then the files are checked again.
    """
    outdated = list(queries.outdated(DERIVATION).values_list("pk", flat=True))
    if outdated and not Revision.objects.exclude(derived_by__lt=DERIVATION).exists():
        with kept.action("library.derive"):
            # All of the search index is made again; row by row the old one would take room beside it.
            search.index().clear()
    for done, pk in enumerate(outdated):
        if progress is not None:
            progress("deriving", done, len(outdated))
        with kept.action("library.derive"):
            kept.one_at_a_time(ACTION)
            revision = queries.outdated(DERIVATION).filter(pk=pk).select_related("document").first()
            if revision is None:
                continue  # another process was faster
            DutyUnit.objects.filter(duty__revision=revision).delete()
            IndicatorUnit.objects.filter(indicator__revision=revision).delete()
            TableRows.objects.filter(table__revision=revision).delete()
            for derived in (Duty, Indicator, DocumentTable, PersonalMark):
                derived.objects.filter(revision=revision).delete()
            search.index().forget([revision.pk])
            clauses = {clause.eid: clause for clause in revision.clauses.all()}
            _derive([(queries.as_read(revision, KEEPER), revision, clauses)], revision.source.raw_text.split("\n"))
    _check_outdated(progress)
    return len(outdated)


# --- feeds


def open_feed(name: str, unit: str = "") -> tuple[Feed, str]:
    """A calendar of the duties of a unit ("" for all), and the token for its address, which nobody is told again.

    Raises GongbaoError where no duty names the unit.
    """
    name = " ".join(name.split())
    if not name:
        raise GongbaoError("a feed needs a name, so that it is known whom it was given to")
    if len(name) > KEY_LENGTH:
        raise GongbaoError(f"the name of the feed is longer than {KEY_LENGTH} characters")
    if unit:
        unit = queries.unit_meant(unit)
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    with recorded("library.open_feed", actor=KEEPER_ACTS, ground=OUR_RULE, at=now) as record:
        feed = Feed(digest=queries.feed_digest(token), name=name, unit=unit, created_at=now)
        feed.save()
        record(f"feed:{feed.pk}", unit=unit)
    return feed, token


def revoke_feed(number: int) -> Feed:
    """End a feed: its address answers no more. Raises GongbaoError where there is none or it has been revoked."""
    now = timezone.now()
    with recorded("library.revoke_feed", actor=KEEPER_ACTS, ground=OUR_RULE, at=now) as record:
        feed = Feed.objects.select_for_update().filter(pk=number).first() if 0 < number < 2**63 else None
        if feed is None:
            raise GongbaoError(f"there is no feed {number}; gongbao feeds lists them")
        if feed.revoked_at is not None:
            raise GongbaoError(f"feed {number} was revoked on {timezone.localtime(feed.revoked_at).date()}")
        feed.revoked_at = now
        feed.save()
        record(f"feed:{feed.pk}")
    return feed


# --- which document a text is


def _match(read: Sequence[reading.Document], digests: Sequence[str], gazette: str) -> list[Document | None]:
    """The document of the library that each text of a file is, or None where the library has none.

    A number names one document, so a number that the library knows is that document, whatever its title now is; only
    where several documents share a number (a misprint) does the title decide first, and then the order. Without a
    number, issuer and title must be the same, and the date or the issue: titles such as 任免通知 come back every month.
    """
    numbered: list[Document] = []
    for numbers in _batches(sorted({text.number for text in read if text.number})):
        numbered += _with_current(Document.objects.filter(number__in=numbers))
    titled: list[Document] = []
    for titles in _batches(sorted({title_key(text.title) for text in read if not text.number})):
        titled += _with_current(Document.objects.filter(number="", current__title_key__in=titles))

    out: list[Document | None] = [None] * len(read)
    given: set[int] = set()

    def give(candidates: Iterable[Document], identity: Callable[[Document], object], wanted: list[object]) -> None:
        """To each text that has none yet, the first candidate of the identity it wants.

        Each document once only: two texts of one file are never one a revision of the other.
        """
        waiting: dict[object, deque[Document]] = defaultdict(deque)
        for document in candidates:
            if document.pk not in given:
                waiting[identity(document)].append(document)
        for place, want in enumerate(wanted):
            if out[place] is None and want is not None and waiting.get(want):
                document = waiting[want].popleft()
                out[place] = document
                given.add(document.pk)

    give(
        numbered,
        lambda document: (document.number, document.shown.digest),
        [(text.number, digest) if text.number else None for text, digest in zip(read, digests, strict=True)],
    )
    give(
        numbered,
        lambda document: (document.number, document.shown.title_key),
        [(text.number, title_key(text.title)) if text.number else None for text in read],
    )
    give(numbered, lambda document: document.number, [text.number or None for text in read])

    give(
        titled,
        lambda document: (document.shown.issuer, document.shown.title_key, document.shown.date),
        [None if text.number else (text.issuer, title_key(text.title), text.date) for text in read],
    )
    if gazette:
        give(
            [document for document in titled if document.shown.gazette == gazette],
            lambda document: (document.shown.issuer, document.shown.title_key),
            [None if text.number else (text.issuer, title_key(text.title)) for text in read],
        )
    return out


def _with_current(documents):
    return (
        documents.filter(current__isnull=False)
        .select_related("current__source")
        .order_by("pk")
        .defer("current__text", "current__source__raw_text", "current__source__text")
    )


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Pieces of a length that any database takes as the values of one query."""
    return (values[start : start + _QUERY_BATCH] for start in range(0, len(values), _QUERY_BATCH))


def _taken(wanted: Iterable[str]) -> set[str]:
    """The keys in use among those wanted, and all that were made from these by numbering them."""
    taken: set[str] = set()
    for keys in _batches(sorted(set(wanted))):
        taken |= set(Document.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in list(taken):
        # A key that was too long for a number behind it was cut further in front (see keys.bounded).
        beginning = key if len(key) < KEY_LENGTH - 40 else key[: KEY_LENGTH - 40]
        taken |= set(Document.objects.filter(key__startswith=beginning).values_list("key", flat=True))
    return taken


def _free_key(key: str, taken: set[str], places: Counter[str]) -> str:
    """`key`, or the first of key_2, key_3... that is not taken; it is taken from now on.

    `places` remembers how far the counting of each key has come.
    """
    free = key
    while free in taken:
        places[key] += 1
        free = numbered_key(key, places[key] + 1)
    taken.add(free)
    return free


def _file_outcome(outcomes: Iterable[Outcome], superseded: Source | None) -> Outcome:
    found = set(outcomes)
    if found == {Outcome.UNCHANGED}:
        return Outcome.UNCHANGED
    return Outcome.REVISED if superseded or Outcome.REVISED in found else Outcome.NEW


def _absent(superseded: Source | None, documents: Iterable[Document]) -> list[str]:
    if superseded is None:
        return []
    here = {document.pk for document in documents}
    printings = superseded.printings.select_related("document")
    return [printing.document.key for printing in printings if printing.document_id not in here]


class _Announced(NamedTuple):
    title: str
    document: int | None
    same_title: bool


def _contents_check(announced: Sequence[_Announced], printed: Sequence[tuple[str, int]]) -> ContentsCheck:
    named = {line.document for line in announced}
    return ContentsCheck(
        announced=len(announced),
        found=sum(line.document is not None for line in announced),
        missing=[line.title for line in announced if line.document is None],
        differing=[line.title for line in announced if line.document is not None and not line.same_title],
        unannounced=[title for title, document in printed if document not in named] if announced else [],
    )


def _counts(reasons: Iterable[str]) -> dict[str, int]:
    """How often each reason was given, the most frequent first; a change can have several (see gazette.edits)."""
    counts = Counter(one for reason in reasons for one in reason.split("; "))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _refuse_what_cannot_be_kept(gazette: reading.Gazette, name: str) -> None:
    """What no database would take, or what would leave a clause without an address, before anything is written."""
    for text in gazette.documents:
        if len(text.number) > NUMBER_LENGTH:
            raise GongbaoError(
                f"the document number in line {text.first_line} is longer than {NUMBER_LENGTH} characters", where=name
            )
        eids: set[str] = set()
        for clause in text.walk():
            if len(clause.eid) > EID_LENGTH:
                raise GongbaoError(f"the numbering in line {clause.line} is nested too deep to be cited", where=name)
            if not clause.eid or clause.eid in eids:
                raise GongbaoError(f"the clause in line {clause.line} has no address of its own", where=name)
            eids.add(clause.eid)


def _draft(content: bytes) -> Path:
    """Write the bytes beside where they will stand, so that putting them there is one step."""
    folder = files_folder()
    draft = folder / f".incoming.{os.getpid()}.{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with open(draft, "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise GongbaoError(f"the file cannot be kept in {folder}: {error.strerror}") from error
    return draft


def _put(draft: Path, stored_as: str) -> None:
    place = files_folder() / stored_as
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, place)
    except OSError as error:
        raise GongbaoError(f"the file cannot be kept as {place}: {error.strerror}") from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "no reason given")
