"""The only code that reads the library for a page, a command or an export.

What hands out words of a document takes the `reader` they are for, a visitor unless another is named, and masks here,
and nowhere else, the personal data that the reader may not see: see `mask_of`.

The day on which a status is asked for is passed in. A list is a queryset of revisions (each the current one of its
document), so that whoever shows it takes one page of it; see `page`.
"""

import difflib
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum, StrEnum
from functools import cached_property
from hashlib import sha256
from heapq import nlargest
from itertools import islice
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Abs, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongbao.core.citations import read_citation, read_number
from gongbao.core.errors import GongbaoError
from gongbao.gazette import model as reading
from gongbao.gazette.deadlines import DeadlineKind
from gongbao.gazette.masking import MASK, Mark, Masker, PersonalKind
from gongbao.gazette.tables import Table
from gongbao.gazette.tables.pieces import from_plain, joined, stretch
from gongbao.office.library import search
from gongbao.office.library.keys import document_key, locator_key, locator_steps, step_number, title_key
from gongbao.office.library.models import (
    Annex,
    Clause,
    Cleaning,
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
    Reference,
    Revision,
    SearchEntry,
    Source,
    TableRows,
)
from gongbao.office.people.readers import VISITOR, Reader

PAGE_SIZE = 50
# Characters that gongbao.gazette.duties and indicators cut a passage to; one that is shorter begins where it begins.
_DUTY, _DUTY_QUOTE, _INDICATOR, _INDICATOR_QUOTE = 200, 600, 40, 300
_STRIPPED = 20  # characters of white space that a passage may have lost
_QUERY_BATCH = 500
_SEEN_AT_ONCE = 1000  # rows
# How many near misses an error names.
_NEAR = 5
# Among how many names one is sought that looks like another, and how many are compared with care.
_MOST_LOOKED_AT = 10_000
_MOST_COMPARED = 200


class Status(models.TextChoices):
    """Whether a document is in force on a day."""

    NOT_YET = "not_yet", _("Not yet in force")  # 尚未施行
    IN_FORCE = "in_force", _("In force")  # 有效
    PARTLY_REPEALED = "partly_repealed", _("Partly repealed")  # 部分废止
    EXPIRED = "expired", _("Expired")  # 已失效: its own term ended
    REPEALED = "repealed", _("Repealed")  # 已废止


# --- who sees what

_T = TypeVar("_T")
_Row = TypeVar("_Row", bound=models.Model)


def mask_of(revision: Revision, reader: Reader) -> Callable[[str], str]:
    """What turns words of the revision into those that the reader may see. One query for a revision, the first time.

    Where nobody has looked yet for personal data, a visitor may see no word.
    """
    if reader.sees_personal_data:
        return _as_it_is
    if not revision.derived_by:
        return _NOTHING_SHOWN
    masker: Masker | None = getattr(revision, "_masker", None)
    if masker is None:
        marks = revision.personal_marks.values_list("kind", "value")
        masker = Masker(Mark(PersonalKind(kind), value) for kind, value in marks)
        revision._masker = masker  # type: ignore[attr-defined]
    return masker


def _as_it_is(text: str) -> str:
    return text


class _HidesAll(Masker):
    """Hides every word, in as many lines as there were."""

    def __call__(self, text: str) -> str:
        return re.sub(r"[^\n]+", MASK, text)

    def passage(self, text: str, *, longest: int = 0) -> str:
        return self(text)

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))] if text else []


_NOTHING_SHOWN = _HidesAll(())


def masked(value: _T, mask: Callable[[str], str]) -> _T:
    """A value, or a tree of lists, tuples, dictionaries and dataclasses, with every string in it masked."""
    if mask is _as_it_is:
        return value
    return _masked(value, mask)


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else mask(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_masked(one, mask) for one in value)
    if isinstance(value, dict):
        return {key: _masked(one, mask) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _masked(getattr(value, field.name), mask) for field in fields(value)})
    return value


def _seen(clauses: Iterable[Clause], revision: Revision, reader: Reader) -> list[Clause]:
    """The clauses of the revision as the reader may see them; their eIds say nothing and stay."""
    found = list(clauses)
    mask = mask_of(revision, reader)
    if mask is not _as_it_is:
        for clause in found:
            clause.text, clause.heading, clause.locator = mask(clause.text), mask(clause.heading), mask(clause.locator)
    return found


# --- lists


def documents() -> QuerySet[Revision]:
    """The current revision of every document, newest first: by date, then by number."""
    return (
        Revision.objects.filter(current_of__isnull=False)
        .select_related("document")
        .defer("text", "masked_text")
        .order_by(
            F("date").desc(nulls_last=True),
            "document__series",
            "-document__year",
            "-document__serial",
            "document__key",
        )
    )


def list_documents(
    *,
    gazette: str = "",
    issuer: str = "",
    kind: str = "",
    year: int | None = None,
    status: str = "",
    on: date | None = None,
    text: "str | Sought" = "",
    reader: Reader = VISITOR,
) -> QuerySet[Revision]:
    """The documents that meet all conditions given, newest first; with words, those that have them in the title before.

    `year` is that of the date of the document, `status` its Status on the day `on` (today, where none is given), and
    `text` words that each stand in its title, its number or its text, as far as the reader may see it; see `sought`.
    """
    words = sought(text, reader, all_confirmed=True) if isinstance(text, str) else text
    found = _holding(words) if words.words else documents()
    if gazette:
        found = found.filter(gazette=_plain(gazette))
    if issuer:
        found = found.filter(issuer=_plain(issuer))
    if kind:
        found = found.filter(kind=_plain(kind))
    if year is not None:
        found = found.filter(date__year=year) if date.min.year <= year <= date.max.year else found.none()
    if status:
        found = with_status(found, on or timezone.localdate()).filter(status=_plain(status))
    return found


def _holding(words: "Sought") -> QuerySet[Revision]:
    """The revisions that were found by words: with these in the title first, then the newest, and of one day the last.

    There may be many to be sorted, so nothing is joined to them: the index has current revisions only.
    """
    among = search.index().among
    order: list[Any] = [F("date").desc(nulls_last=True), "-pk"]
    # Where all have them in the title, or none, there is nothing to put before.
    if words.titles and len(words.titles) < len(words.found):
        order.insert(0, Case(When(among("pk", words.titles), then=Value(0)), default=Value(1)))
    return (
        Revision.objects.filter(among("pk", words.found))
        .prefetch_related("document")
        .defer("text", "masked_text")
        .order_by(*order)
    )


def page(revisions: QuerySet[Revision], number: int | str = 1, size: int = PAGE_SIZE) -> Page[Revision]:
    """One page of a list; the first or the last where there is no such page. Two queries."""
    return Paginator(revisions, size).get_page(number)


FACETS = ("gazette", "issuer", "kind", "year", "status")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet and how many documents have it, given the conditions on the other facets."""

    value: str
    count: int


def facets(
    *,
    gazette: str = "",
    issuer: str = "",
    kind: str = "",
    year: int | None = None,
    status: str = "",
    on: date | None = None,
    text: "str | Sought" = "",
    reader: Reader = VISITOR,
) -> dict[str, list[FacetValue]]:
    """For each of FACETS the values there are, the most frequent first (years: the latest first). Five queries."""
    day = on or timezone.localdate()
    wanted = (_plain(gazette), _plain(issuer), _plain(kind), year, _plain(status))
    # The short columns are read once and counted here: in the database each facet would look through the texts again.
    found = with_status(list_documents(text=text, reader=reader), day).order_by()
    rows = [
        (*names, dated and dated.year, standing)
        for *names, dated, standing in found.values_list("gazette", "issuer", "kind", "date", "status")
    ]
    out = {}
    for place, facet in enumerate(FACETS):
        matching = rows
        for other, want in enumerate(wanted):
            # Its own condition does not narrow a facet.
            if other != place and want not in ("", None):
                matching = [row for row in matching if row[other] == want]
        counted = Counter(row[place] for row in matching if row[place] not in ("", None))
        values = sorted(counted.items(), key=lambda item: item[0], reverse=facet == "year")
        if facet != "year":
            values.sort(key=lambda item: -item[1])
        out[facet] = [FacetValue(str(value), count) for value, count in values]
    return out


def facet_value(facet: str, typed: str) -> str:
    """The value of a facet that a person means: itself, or the only one that `typed` is part of. "" stays "".

    Raises GongbaoError, naming the values, where none or several could be meant.
    """
    typed = _plain(typed).strip()
    if not typed:
        return ""
    values = list(documents().order_by(facet).values_list(facet, flat=True).distinct().exclude(**{facet: ""}))
    if typed in values:
        return typed
    found = [value for value in values if title_key(typed) in title_key(value)]
    if len(found) == 1:
        return found[0]
    if found:
        raise GongbaoError(f"“{_short(typed)}” may be one of several: {_listed(found)}")
    raise GongbaoError(
        f"no document has the {facet} “{_short(typed)}”" + (f"; there are {_listed(values)}" if values else "")
    )


def with_details(revisions: QuerySet[Revision]) -> QuerySet[Revision]:
    """The revisions with their parts, annexes and repeals (`repealing`): three queries more, however many."""
    return revisions.prefetch_related(
        "parts",
        "annexes",
        Prefetch(
            "references",
            Reference.objects.filter(kind=reading.ReferenceKind.REPEALS).order_by("order"),
            to_attr="repealing",
        ),
    )


def seen_details(found: Iterable[Any], reader: Reader = VISITOR) -> list[Any]:
    """Revisions of `with_details` as the reader may see them. One query for all."""
    out = list(found)
    _with_maskers(out, reader)
    for revision in out:
        parts(revision, reader)
        annexes(revision, reader)
        revision.addressees = addressees(revision, reader)
        _seen_references(revision.repealing, mask_of(revision, reader), located=False)
    return out


# --- words that are looked for

MOST_CONFIRMED = 500  # documents whose text is read at once to confirm a long word
_SHOWN_CLAUSES = 3  # of a document in a list
_WORDS_PLACED = 5  # words by which clauses are looked for; all are marked
_READ_AT_FIRST = 6  # clauses of a document that are read to find those that are shown


@dataclass(frozen=True, slots=True)
class Sought:
    """Words and the current revisions in which they all stand, as far as a reader may see them.

    `titles` are those that have all of them in title and number. Where not `confirmed`, a few of both may hold only
    pieces of a long word: `matches` sorts these out of what is shown, and a count is not exact.
    """

    words: list[str]
    found: frozenset[int] = frozenset()
    titles: frozenset[int] = frozenset()
    confirmed: bool = True


def sought(text: str, reader: Reader = VISITOR, *, all_confirmed: bool = False) -> Sought:
    """Look up the words of `text`; each must stand in title, number or text. No words: nothing is looked for.

    The words of a document number are looked for in its normal form, whatever brackets were typed. Words of up to four
    characters are found by the index alone. Longer ones are confirmed on the texts, unless there are too many of these,
    and not `all_confirmed`.
    """
    text = _plain(text).strip()
    number = read_number(text)
    words = search.words(str(number) if number else text)
    if not words:
        return Sought([])
    grams = [gram for word in words for gram in search.grams_of_word(word)]
    held = search.index().documents(list(dict.fromkeys(grams)), sees_personal_data=reader.sees_personal_data)
    if not reader.sees_personal_data and (unseen := held.texts & _never_looked_through()):
        held = replace(held, texts=held.texts - (unseen - held.titles))
    long = [word for word in words if len(word) > search.DOCUMENT_GRAM]
    if not long:
        return Sought(words, frozenset(held.texts), frozenset(held.titles))
    if len(held.texts) > MOST_CONFIRMED and not all_confirmed:
        return Sought(words, frozenset(held.texts), frozenset(held.titles), confirmed=False)
    titles = _confirmed(sorted(held.titles), long, reader, in_text=False)
    texts = titles | _confirmed(sorted(held.texts - titles), long, reader)
    return Sought(words, frozenset(texts), frozenset(titles))


def _never_looked_through() -> set[int]:
    """The revisions of which nobody knows what personal data they hold: none, unless an upgrade was cut off."""
    return set(Revision.objects.filter(derived_by=0).order_by().values_list("pk", flat=True))


def _confirmed(revisions: Sequence[int], words: Sequence[str], reader: Reader, *, in_text: bool = True) -> set[int]:
    """Those of the revisions in whose title, number or text all the words stand, as far as the reader may see it."""
    nothing = When(derived_by=0, then=Value(""))
    seen = Case(nothing, default=Coalesce("masked_text", "text"), output_field=models.TextField())
    text: Any = F("text") if reader.sees_personal_data else seen
    text = text if in_text else Value("")
    return {
        pk
        for batch in _batches(revisions)
        for pk, title, number, words_of in Revision.objects.filter(search.index().among("pk", batch))
        .order_by()
        .annotate(words_of=text)
        .values_list("pk", "title", "document__number", "words_of")
        if search.holds(f"{title}\n{number}\n{words_of}", words)
    }


@dataclass(frozen=True, slots=True)
class ClauseMatch:
    """A clause in which words stand, and its words around the first of them."""

    locator: str
    eid: str
    passage: list[search.Piece]


@dataclass(frozen=True, slots=True)
class Match:
    """A document in which words stand: its title, and the first clauses that hold them, those with most of them first.

    `more` is how many further clauses there are, None where that would take long to know.
    """

    revision: Revision
    in_title: bool
    title: list[search.Piece]
    clauses: list[ClauseMatch]
    more: int | None


def matches(revisions: Iterable[Revision], words: Sought, reader: Reader = VISITOR) -> list[Match]:
    """Where the words stand in these revisions, a page of those found. One that does not hold them is left out."""
    held = list(revisions)
    if not words.confirmed:
        long = [word for word in words.words if len(word) > search.DOCUMENT_GRAM]
        true = _confirmed([one.pk for one in held], long, reader)
        held = [one for one in held if one.pk in true]
    places = _places([one.pk for one in held], words.words, reader)
    # What the index says of words of two characters needs no confirmation.
    counted = all(len(word) <= search.CLAUSE_GRAM for word in words.words)
    at_first = _SHOWN_CLAUSES if counted else _READ_AT_FIRST
    first = {pk: ranked[:at_first] for pk, ranked in places.items()}
    _with_maskers(held, reader)
    read = _clauses_at(first)
    out = []
    for revision in held:
        ranked = places.get(revision.pk, [])
        shown: list[ClauseMatch] = []
        at = 0
        while at < len(ranked) and len(shown) < _SHOWN_CLAUSES:
            batch = ranked[at : at + (_QUERY_BATCH if at else at_first)]
            rows = _clauses_at({revision.pk: batch}) if at else read
            for place in batch:
                at += 1
                if match := _clause_match(rows[revision.pk, place], revision, words.words, reader):
                    shown.append(match)
                    if len(shown) == _SHOWN_CLAUSES:
                        break
        more = len(ranked) - at if counted or at == len(ranked) else None
        title = search.marked(revision.title, words.words)
        in_title = search.holds(f"{revision.title}\n{revision.document.number}", words.words)
        out.append(Match(revision, in_title, title, shown, more))
    return out


def _places(revisions: Sequence[int], words: Sequence[str], reader: Reader) -> dict[int, list[int]]:
    """For each revision the places of the clauses that may hold words: those that may hold most of them first."""
    index = search.index()
    unseen = SearchEntry.Part.MASKED if reader.sees_personal_data else SearchEntry.Part.UNMASKED
    rows = SearchEntry.objects.filter(index.among("revision", revisions))
    rows = rows.exclude(part__in=(SearchEntry.Part.TITLE, unseen)).order_by()
    entries = dict(rows.values_list("pk", "revision"))
    counted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for entry, place, held in index.clauses(list(entries), words[:_WORDS_PLACED]):
        counted[entries[entry]].append((-held, place))
    return {revision: [place for _held, place in sorted(found)] for revision, found in counted.items()}


def _clauses_at(places: dict[int, list[int]]) -> dict[tuple[int, int], Clause]:
    wanted = [(revision, place) for revision, held in places.items() for place in held]
    found: dict[tuple[int, int], Clause] = {}
    for batch in _batches(wanted):
        # Written out as figures: hundreds of parameters, or of conditions, take longer than the question itself. And in
        # a SELECT of its own: SQLite would look through the whole table for a bare list.
        values = ", ".join(f"({revision:d}, {place:d})" for revision, place in batch)
        named = RawSQL(
            f'(revision_id, "order") IN (SELECT * FROM (VALUES {values}) AS named)', (), models.BooleanField()
        )
        found |= {(row.revision_id, row.order): row for row in Clause.objects.filter(named).order_by()}
    return found


def _clause_match(clause: Clause, revision: Revision, words: Sequence[str], reader: Reader) -> ClauseMatch | None:
    clause.revision = revision
    _seen([clause], revision, reader)
    mask = mask_of(revision, reader)
    whole = mask(clause.own_words())
    held = [word for word in words if search.holds(whole, [word])]
    if not held:
        return None
    # Its number stands in the locator already.
    clause.number = ""
    text = mask(clause.own_words())
    return ClauseMatch(clause.locator, clause.eid, search.passage(text if search.holds(text, held) else whole, words))


LONGEST_SOUGHT = 1000


def _plain(text: str) -> str:
    """What is looked for: no database takes a NUL in it and nothing kept holds one; nothing kept is so long either."""
    return text[:LONGEST_SOUGHT].replace("\x00", "")


# --- status
#
# A repeal is a reference of another document's current revision. It names the repealed document by its number or,
# without one, by a title: that of the document itself or of an instrument that it issues. A title is often used again
# by the document that replaces the one of that title, so by title only what is older than the repeal is repealed. A
# repeal works from the day on which the repealing document comes into force, for ever: its own end revives nothing.


def _in_library() -> QuerySet[Reference]:
    """The references that count: those of current revisions."""
    return Reference.objects.filter(revision__current_of__isnull=False)


def _repeals_by(day: date) -> QuerySet[Reference]:
    """The repeals that work on the day; one whose document has no date at all is taken to work."""
    return (
        _in_library()
        .filter(kind=reading.ReferenceKind.REPEALS)
        .annotate(since=Coalesce("revision__in_force_from", "revision__date"))
        .filter(Q(since__isnull=True) | Q(since__lte=day))
    )


def repealed_on(day: date) -> tuple[set[int], set[int]]:
    """Ids of the current revisions that are repealed on the day: as a whole, and in part only. Four queries.

    Repeals are few beside the documents, so what they name is looked up, and not for each document who names it.
    """
    working = _repeals_by(day)
    by_number: dict[str, list[tuple[int, date | None, str]]] = defaultdict(list)
    by_title: dict[str, list[tuple[int, date | None, str]]] = defaultdict(list)
    fields = ("number", "title_key", "revision__document", "revision__date", "scope")
    for number, title, *repeal in working.values_list(*fields):
        (by_number[number] if number else by_title[title]).append(tuple(repeal))

    scopes: dict[int, set[str]] = defaultdict(set)
    known = Document.objects.filter(current__isnull=False)
    numbered = known.filter(number__in=working.filter(number__gt="").values("number"))
    for revision, document, number in numbered.values_list("current", "pk", "number"):
        scopes[revision] |= {scope for by, _date, scope in by_number[number] if by != document}

    titles = working.filter(title_key__gt="").values("title_key")
    titled = known.filter(current__title_key__in=titles).annotate(several=Value(False))
    instruments = Part.objects.filter(kind=reading.PartKind.INSTRUMENT)
    others = instruments.filter(revision=OuterRef("revision")).exclude(pk=OuterRef("pk"))
    issued = instruments.filter(title_key__in=titles, revision__current_of__isnull=False)
    for revision, document, title, dated, several in (
        *titled.values_list("current", "pk", "current__title_key", "current__date", "several"),
        *issued.annotate(several=Exists(others)).values_list(
            "revision", "revision__document", "title_key", "revision__date", "several"
        ),
    ):
        later = {scope for by, since, scope in by_title[title] if by != document and _is_older(dated, since)}
        # One of several instruments that were issued together: the others stay.
        scopes[revision] |= {"partial"} if several and later else later

    whole = {revision for revision, found in scopes.items() if "whole" in found}
    return whole, {revision for revision, found in scopes.items() if found} - whole


def repealed_documents() -> dict[str, date]:
    """What documents of the library repeal as a whole: number, or title where no number is named, to the first day."""
    repeals = _in_library().filter(kind=reading.ReferenceKind.REPEALS, scope="whole")
    dated = repeals.annotate(since=Coalesce("revision__in_force_from", "revision__date")).filter(since__isnull=False)
    out: dict[str, date] = {}
    for number, title, since in dated.order_by("since").values_list("number", "title", "since"):
        if name := number or title:
            out.setdefault(name, since)
    return out


def with_status(revisions: QuerySet[Revision], day: date) -> QuerySet[Any]:
    """The revisions, current ones, with `status` on the day as `standing_on` tells it. Four queries at once."""
    whole, partly = repealed_on(day)
    return revisions.annotate(
        begins=Coalesce("in_force_from", "date"),
        status=Case(
            When(pk__in=whole, then=Value(Status.REPEALED.value)),
            When(begins__gt=day, then=Value(Status.NOT_YET.value)),
            When(in_force_until__lt=day, then=Value(Status.EXPIRED.value)),
            When(pk__in=partly, then=Value(Status.PARTLY_REPEALED.value)),
            default=Value(Status.IN_FORCE.value),
            output_field=models.CharField(),
        ),
    )


class GroundKind(StrEnum):
    """What a status rests on."""

    COMMENCEMENT = "commencement"  # from when it is in force
    TERM = "term"  # until when
    REPEAL = "repeal"  # what another document repeals of it
    AMENDMENT = "amendment"  # what another document changes in it; only in a history


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that a status rests on: the clause that says so, in `document`.

    `clause` is None where the document's date speaks for lack of a clause. `since` is the first day of a commencement
    or a repeal, for a term the last day in force. `scope` and `provisions` are those of the repeal.
    """

    kind: GroundKind
    document: Document
    title: str
    clause: Clause | None
    since: date | None
    scope: str = ""
    provisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of a revision on a day with its grounds, the one that decides first."""

    status: Status
    day: date
    grounds: tuple[Ground, ...]


def status_on(revision: Revision, day: date) -> Status:
    """Whether the revision is in force on the day."""
    return standing_on(revision, day).status


def standing_on(revision: Revision, day: date, reader: Reader = VISITOR) -> Standing:
    """Whether the revision is in force on the day, and which clauses say so."""
    eids = [eid for eid in (revision.from_clause, revision.until_clause) if eid]
    rows = _seen(revision.clauses.filter(eid__in=eids), revision, reader) if eids else []
    clauses = {clause.eid: clause for clause in rows}
    begins = revision.in_force_from or revision.date
    own: list[Ground] = []
    if begins:
        own.append(_own_ground(GroundKind.COMMENCEMENT, revision, clauses.get(revision.from_clause), begins))
    if revision.in_force_until:
        own.append(_own_ground(GroundKind.TERM, revision, clauses.get(revision.until_clause), revision.in_force_until))
    repeals = [ground for ground in _repeal_grounds(revision, reader) if ground.since is None or ground.since <= day]
    whole = [ground for ground in repeals if ground.scope == "whole"]

    if whole:
        partial = [ground for ground in repeals if ground.scope != "whole"]
        return Standing(Status.REPEALED, day, (*whole, *partial, *own))
    if begins and begins > day:
        return Standing(Status.NOT_YET, day, (*own, *repeals))
    if revision.in_force_until and revision.in_force_until < day:
        return Standing(Status.EXPIRED, day, (*reversed(own), *repeals))
    if repeals:
        return Standing(Status.PARTLY_REPEALED, day, (*repeals, *own))
    return Standing(Status.IN_FORCE, day, tuple(own))


def history(revision: Revision, reader: Reader = VISITOR) -> list[Ground]:
    """What happened to the document, by day: its date, when it came into force, amendments, repeals, its end.

    What other documents did to it counts from the day on which they came into force; a day that is not known is left
    out. The date of the document is a commencement without a clause.
    """
    standing = standing_on(revision, date.max, reader)
    out = [ground for ground in standing.grounds if ground.since]
    if revision.date and all(ground.since != revision.date for ground in out):
        out.append(_own_ground(GroundKind.COMMENCEMENT, revision, None, revision.date))
    for reference in cited_by(revision, reader):
        if reference.kind != reading.ReferenceKind.AMENDS:
            continue
        amending = reference.revision
        if since := amending.in_force_from or amending.date:
            out.append(
                Ground(
                    GroundKind.AMENDMENT,
                    amending.document,
                    amending.title,
                    reference.clause,
                    since,
                    reference.scope,
                    tuple(reference.provisions),
                )
            )
    return sorted(out, key=lambda ground: (ground.since or date.min, ground.kind))


def _seen_naming(found: list[Reference], revision: Revision, reader: Reader) -> list[Reference]:
    """Where other documents name the revision, without what is masked in it or in them."""
    if found and not reader.sees_personal_data:
        _seen_references(found, mask_of(revision, reader))
        for reference, mask in _with_masks(found, reader):
            _seen_references([reference], mask)
    return found


def _seen_references(found: Iterable[Reference], mask: Callable[[str], str], *, located: bool = True) -> None:
    for one in found:
        one.title, one.provisions = mask(one.title), _masked(one.provisions, mask)
        if located and one.clause is not None:
            one.clause.locator = mask(one.clause.locator)


def _own_ground(kind: GroundKind, revision: Revision, clause: Clause | None, since: date) -> Ground:
    return Ground(kind, revision.document, revision.title, clause, since)


def _repeal_grounds(revision: Revision, reader: Reader) -> list[Ground]:
    """All repeals of the document, the earliest first, each with the scope it has for the document as a whole."""
    instruments = _instrument_keys(revision)
    grounds = []
    for reference in repealed_by(revision, reader):
        scope, provisions = reference.scope, tuple(reference.provisions)
        if reference.title_key and reference.title_key != revision.title_key and len(instruments) > 1:
            # One of several instruments that were issued together: the others stay.
            scope, provisions = "partial", provisions or (reference.title,)
        repealing = reference.revision
        grounds.append(
            Ground(
                GroundKind.REPEAL,
                repealing.document,
                repealing.title,
                reference.clause,
                repealing.in_force_from or repealing.date,
                scope,
                provisions,
            )
        )
    return sorted(grounds, key=lambda ground: ground.since or date.min)


def _instrument_keys(revision: Revision) -> list[str]:
    return [part.title_key for part in _parts(revision) if part.kind == reading.PartKind.INSTRUMENT]


# --- references


def _naming(revision: Revision) -> QuerySet[Reference]:
    """The references of other documents in the library that name this one, with what it takes to show them."""
    keys = sorted({key for key in (revision.title_key, *_instrument_keys(revision)) if key})
    named = Q(title_key__in=keys[:_QUERY_BATCH])
    if revision.document.number:
        named |= Q(number=revision.document.number)
    return (
        _in_library()
        .filter(named)
        .exclude(revision__document=revision.document_id)
        .select_related("revision__document", "clause")
        .defer("revision__text", "revision__masked_text", "clause__text")
        .order_by("revision__date", "revision__document__key", "order")
    )


def cited_by(revision: Revision, reader: Reader = VISITOR) -> list[Reference]:
    """Where other documents of the library name this one, whatever for (see `kind`)."""
    found: list[Reference] | None = getattr(revision, "_named_by", None)
    if found is None:
        # A page asks several times: what repeals it, what amends it, which of its clauses are cited.
        found = list(_naming(revision))
        revision._named_by = found  # type: ignore[attr-defined]
    return _seen_naming(found, revision, reader)


def repealed_by(revision: Revision, reader: Reader = VISITOR) -> list[Reference]:
    """The references by which other documents of the library repeal this one or parts of it, on whatever day."""
    repeals = [one for one in cited_by(revision, reader) if one.kind == reading.ReferenceKind.REPEALS]
    return [one for one in repeals if one.number or _is_older(revision.date, one.revision.date)]


def _is_older(dated: date | None, repealing: date | None) -> bool:
    return repealing is None or dated is None or repealing > dated


def references(revision: Revision, reader: Reader = VISITOR) -> list[Reference]:
    """What the revision names, in reading order."""
    found = list(revision.references.select_related("clause").defer("clause__text"))
    if found and not reader.sees_personal_data:
        _seen_references(found, mask_of(revision, reader))
    return found


def repeals(revision: Revision, reader: Reader = VISITOR) -> list[Reference]:
    """What the revision repeals, in reading order."""
    return [reference for reference in references(revision, reader) if reference.kind == reading.ReferenceKind.REPEALS]


def targets(given: Iterable[Reference]) -> dict[int, Document]:
    """The document of the library that each reference names, by the id of the reference; those not there are left out.

    By number, or by the title of the document or of an instrument that it issues, where just one has that title.
    """
    given = list(given)
    numbers = sorted({reference.number for reference in given if reference.number})
    keys = sorted({reference.title_key for reference in given if reference.title_key})
    by_number: dict[str, list[Document]] = {}
    by_title: dict[str, dict[int, Document]] = {}
    for batch in _batches(numbers):
        for document in (
            Document.objects.filter(number__in=batch)
            .select_related("current")
            .defer("current__text", "current__masked_text")
        ):
            by_number.setdefault(document.number, []).append(document)
    for batch in _batches(keys):
        for document in (
            Document.objects.filter(current__title_key__in=batch)
            .select_related("current")
            .defer("current__text", "current__masked_text")
        ):
            by_title.setdefault(document.shown.title_key, {})[document.pk] = document
        parts = Part.objects.filter(
            title_key__in=batch, kind=reading.PartKind.INSTRUMENT, revision__current_of__isnull=False
        ).select_related("revision__document__current")
        for part in parts.defer(
            "revision__text",
            "revision__masked_text",
            "revision__document__current__text",
            "revision__document__current__masked_text",
        ):
            by_title.setdefault(part.title_key, {})[part.revision.document_id] = part.revision.document
    out = {}
    for reference in given:
        if reference.number:
            found = by_number.get(reference.number, [])
            # Where two share a number, the title tells them apart.
            found = [one for one in found if one.shown.title_key == title_key(reference.title)] or found
        else:
            found = list(by_title.get(reference.title_key, {}).values())
        if len(found) == 1:
            out[reference.pk] = found[0]
    return out


def _batches(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (values[start : start + _QUERY_BATCH] for start in range(0, len(values), _QUERY_BATCH))


# --- one document


def get_document(number: str) -> Document:
    """The document of this number, in any brackets and spacing, or of this key, or, if only one has it, this title.

    Raises GongbaoError, naming what is near, where there is none.
    """
    wanted = _plain(number).strip()
    if not wanted:
        raise GongbaoError("no document is named; write its number, like 许政办〔2022〕27号")
    known = (
        Document.objects.filter(current__isnull=False)
        .select_related("current")
        .defer("current__text", "current__masked_text")
    )
    read = read_number(wanted)
    names = {name for name in (str(read) if read else "", document_key("", "", wanted)) if name}
    found = list(known.filter(key__in=names))
    if not found:
        title = title_key(wanted)
        instruments = Part.objects.filter(kind=reading.PartKind.INSTRUMENT, title_key=title).values("revision")
        # One set of ids, and no OR of two conditions, for which the whole table would be read.
        titled = Revision.objects.filter(title_key=title).order_by().values("pk").union(instruments.order_by())
        found = list(known.filter(current__in=titled).order_by("pk")[: _NEAR + 1])
        if len(found) > 1:
            raise GongbaoError(
                f"several documents have the title “{_short(wanted)}”: {_listed(one.key for one in found)}"
            )
    if found:
        return found[0]
    if not known.exists():
        raise GongbaoError("the library is empty; read a gazette first: gongbao ingest FILE")
    near = _near_documents(wanted)
    raise GongbaoError(
        f"“{_short(str(read) if read else wanted)}” is not in the library"
        + (f"; near it are {_listed(near)}" if near else "; gongbao documents lists what is")
    )


def get_revision(number: str, sequence: int | None = None) -> Revision:
    """A revision of a document: the current one, or that of the sequence number. Raises GongbaoError."""
    document = get_document(number)
    if sequence is None:
        document.shown.document = document
        return document.shown
    revision = document.revisions.filter(sequence=sequence).first() if 0 < sequence < 2**31 else None
    if revision is None:
        there = document.revisions.count()
        raise GongbaoError(f"{document.key} has no revision {sequence}; it has {there}, counted from 1")
    revision.document = document
    return revision


def revisions(document: Document) -> list[Revision]:
    """All revisions of a document with their sources, the first first."""
    return list(
        document.revisions.select_related("source")
        .defer("text", "masked_text", "source__raw_text", "source__text")
        .order_by("sequence")
    )


def _near_documents(wanted: str) -> list[str]:
    """Keys of documents that may have been meant: of the same number in another series, near it, or alike."""
    if read := read_number(wanted):
        numbers = Document.objects.values_list("key", flat=True)
        if found := sorted(numbers.filter(year=read.year, serial=read.serial)[:_NEAR]):
            return found
        same = numbers.filter(series=read.series)
        return list(same.order_by(Abs(F("year") - read.year), Abs(F("serial") - read.serial), "key")[:3])
    return _alike(wanted, Document.objects.order_by("-pk").values_list("key", flat=True)[:_MOST_LOOKED_AT])


def _alike(wanted: str, names: Iterable[str]) -> list[str]:
    """Up to three of the names that look like the one wanted.

    To compare two names takes long, so only those are compared that have most characters in common with it.
    """
    wanted = wanted[:100]
    signs = set(wanted)
    hopeful = nlargest(
        _MOST_COMPARED, names, key=lambda name: len(signs.intersection(name)) - abs(len(name) - len(wanted))
    )
    return difflib.get_close_matches(wanted, hopeful, n=3, cutoff=0.5)


# --- clauses


def clauses(revision: Revision, reader: Reader = VISITOR) -> list[Clause]:
    """All clauses of the revision in reading order. `depth`, `order` and `last` say how they nest."""
    return _seen(revision.clauses.order_by("order"), revision, reader)


def parts(revision: Revision, reader: Reader = VISITOR) -> list[Part]:
    """Covering text, instruments and annexes in reading order."""
    found = _parts(revision)
    mask = mask_of(revision, reader)
    if mask is not _as_it_is:
        for part in found:
            part.label, part.title, part.prefix = mask(part.label), mask(part.title), mask(part.prefix)
    return found


def annexes(revision: Revision, reader: Reader = VISITOR) -> list[Annex]:
    """The annexes that the revision announces or holds, in order."""
    found = list(revision.annexes.all())
    mask = mask_of(revision, reader)
    if mask is not _as_it_is:
        for annex in found:
            annex.label, annex.title = mask(annex.label), mask(annex.title)
    return found


def addressees(revision: Revision, reader: Reader = VISITOR) -> str:
    """Whom the revision is addressed to."""
    return mask_of(revision, reader)(revision.addressees)


def _parts(revision: Revision) -> list[Part]:
    if "parts" in getattr(revision, "_prefetched_objects_cache", {}):
        return list(revision.parts.all())
    found: list[Part] | None = getattr(revision, "_parts", None)
    if found is None:
        found = list(revision.parts.order_by("order"))
        revision._parts = found  # type: ignore[attr-defined]
    return found


def outline(revision: Revision, reader: Reader = VISITOR) -> list[reading.Part]:
    """The parts of the revision with their clauses nested as they were read: plain values."""
    by_part: dict[int, list[Clause]] = {}
    for clause in clauses(revision, reader):
        by_part.setdefault(clause.part_id, []).append(clause)
    return [
        reading.Part(
            kind=reading.PartKind(part.kind),
            label=part.label,
            title=part.title,
            line=part.line,
            prefix=part.prefix,
            clauses=tree(by_part.get(part.pk, [])),
        )
        for part in parts(revision, reader)
    ]


def as_read(revision: Revision, reader: Reader = VISITOR) -> reading.Document:
    """The revision as the plain value that reading a gazette yields, with `revision.document` at hand."""
    return reading.Document(
        number=revision.document.number,
        title=revision.title,
        issuer=revision.issuer,
        addressees=addressees(revision, reader),
        date=revision.date,
        kind=reading.DocumentKind(revision.kind),
        first_line=revision.first_line,
        last_line=revision.last_line,
        text=text(revision, reader),
        parts=outline(revision, reader),
        announced_annexes=[
            reading.AnnouncedAnnex(annex.label, annex.title, annex.present) for annex in annexes(revision, reader)
        ],
        references=[
            reading.Reference(
                reading.ReferenceKind(one.kind),
                one.number,
                one.title,
                one.scope,
                tuple(one.provisions),
                one.eid,
                one.line,
            )
            for one in references(revision, reader)
        ],
        validity=reading.Validity(
            revision.in_force_from, revision.in_force_until, revision.from_clause, revision.until_clause
        ),
    )


def tree(rows: Iterable[Clause]) -> list[reading.Clause]:
    """Clauses in reading order as nested plain values; the top ones are those that stand in no other of them."""
    top: list[reading.Clause] = []
    above: list[tuple[int, reading.Clause]] = []  # (order of the last clause below it, clause)
    for row in rows:
        clause = row.as_read()
        while above and above[-1][0] < row.order:
            above.pop()
        (above[-1][1].children if above else top).append(clause)
        above.append((row.last, clause))
    return top


def below(clause: Clause, reader: Reader = VISITOR) -> list[Clause]:
    """The clause and all below it in reading order."""
    rows = Clause.objects.filter(revision=clause.revision_id, order__gte=clause.order, order__lte=clause.last)
    return _seen(rows.order_by("order"), clause.revision, reader)


def ancestors(clause: Clause, reader: Reader = VISITOR) -> list[Clause]:
    """The clauses in which the clause stands, the outermost first."""
    rows = Clause.objects.filter(revision=clause.revision_id, order__lt=clause.order, last__gte=clause.order)
    return _seen(rows.order_by("order"), clause.revision, reader)


def with_all_below(clause: Clause, reader: Reader = VISITOR) -> reading.Clause:
    """The clause as a plain value, what stands below it nested in it: `full_text()` is its whole wording."""
    return tree(below(clause, reader))[0]


def clause_at(revision: Revision, eid: str, reader: Reader = VISITOR) -> Clause:
    """The clause of an eId. Raises GongbaoError."""
    clause = revision.clauses.filter(eid=_plain(eid)).select_related("part").first()
    if clause is None:
        raise GongbaoError(f"{revision.document.key} has no clause with the address {_short(eid)}")
    clause.revision = revision
    return _seen_with_part(clause, revision, reader)


def _seen_with_part(clause: Clause, revision: Revision, reader: Reader) -> Clause:
    mask = mask_of(revision, reader)
    part = clause.part
    part.label, part.title, part.prefix = mask(part.label), mask(part.title), mask(part.prefix)
    return _seen([clause], revision, reader)[0]


def get_clause(citation: str, reader: Reader = VISITOR) -> Clause:
    """The clause a person cites: `许政办〔2022〕27号 第三十六条`, with `revision.document` at hand.

    The locator is looked up as it stands, then without what people write differently, then as the end of just one
    locator (without the annex, or without the 款 of which there is one); an eId is taken too. Raises GongbaoError that
    says whether the document or the clause is missing, or which clauses could be meant.
    """
    revision, locator = _cited(citation)
    if not locator:
        raise GongbaoError(
            f"{revision.document.key} is a whole document; name a clause of it, such as "
            f"{mask_of(revision, reader)(_example(revision))}, or see gongbao document"
        )
    return find_clause(revision, locator, reader)


def _cited(citation: str) -> tuple[Revision, str]:
    """The document that a citation begins with, and the rest of it."""
    wanted = " ".join(_plain(citation).split())
    if not wanted:
        raise GongbaoError("no clause is named; write it like 许政办〔2022〕27号 第三十六条")
    # A document that shares its number with another (key_2), or that has none, is cited by its key.
    words = wanted.split(" ")
    beginnings = {document_key("", "", " ".join(words[:count])): count for count in range(1, min(len(words), 60) + 1)}
    keyed = (
        Document.objects.filter(key__in=beginnings, current__isnull=False)
        .select_related("current")
        .defer("current__text", "current__masked_text")
    )
    found = max(keyed, key=lambda document: len(document.key), default=None)
    if found is not None:
        found.shown.document = found
        return found.shown, " ".join(words[beginnings[found.key] :])
    if wanted.startswith("《") and "》" in wanted:
        title, _mark, rest = wanted[1:].partition("》")
        # 《…》（许政办〔2022〕27号）第三条: the number says it better than the title.
        if behind := re.match(r"\s*[（(]([^（）()]*[〔［\[【（(]?\d{4}[^（）()]*号)[）)](.*)", rest):
            return get_revision(behind[1]), behind[2].strip()
        return get_revision(title), rest.strip()
    read = read_citation(wanted)
    return get_revision(read.number), read.locator


def find_clause(revision: Revision, locator: str, reader: Reader = VISITOR) -> Clause:
    """The clause of the revision that a locator names; see get_clause."""
    clause = _find_clause(revision, locator, mask_of(revision, reader))
    clause.revision = revision
    return _seen_with_part(clause, revision, reader)


def _find_clause(revision: Revision, locator: str, mask: Callable[[str], str]) -> Clause:
    """`mask` is for the locators that an error names."""
    locator = _plain(locator)
    rows = revision.clauses.select_related("part").order_by()
    exact = list(rows.filter(locator_key=locator_key(locator)))
    same = [clause for clause in exact if clause.locator == locator.strip()]
    if len(same or exact) == 1:
        return (same or exact)[0]
    if not exact:
        # 第一款 of an article that has no other is the article itself.
        exact = list(rows.filter(locator_key=locator_key(locator).replace("第一款", "")))
        exact = exact or list(rows.filter(eid=locator.strip()))
        if len(exact) == 1:
            return exact[0]
    names = list(revision.clauses.order_by("order").values_list("pk", "locator"))
    wanted = locator_steps(locator)
    found: list[tuple[int, str]] = []
    if exact:
        found = [(clause.pk, clause.locator) for clause in exact]
        # 附件1 1 and 附件11 are alike without white space, and differ in their steps.
        found = [(pk, name) for pk, name in found if locator_steps(name) == wanted] or found
    else:
        steps = [(pk, name, locator_steps(name)) for pk, name in names]
        bracketed = locator_steps(locator, bracketed=True)
        found = _ending(steps, wanted) or _ending(steps, bracketed) or _leaving_out(steps, wanted, bracketed)
    if len(found) == 1:
        return rows.get(pk=found[0][0])
    document = revision.document.key
    if found:
        raise GongbaoError(
            f"“{_short(locator)}” may be one of several clauses of {document}: "
            f"{_listed([mask(name) for _, name in found])}"
        )
    near = _near_clauses([name for _, name in names], wanted)
    raise GongbaoError(
        f"{document} has no clause “{_short(locator)}”"
        + (f"; near it are {_listed(map(mask, near))}" if near else "; gongbao document shows those it has")
    )


_Named = tuple[int, str, list[str]]
"""Id, locator and its steps."""


def _ending(names: Sequence[_Named], wanted: list[str]) -> list[tuple[int, str]]:
    """The clauses whose locator ends in the steps wanted."""
    if not wanted:
        return []
    return [(pk, name) for pk, name, steps in names if steps[-len(wanted) :] == wanted]


def _leaving_out(names: Sequence[_Named], *wanted: list[str]) -> list[tuple[int, str]]:
    """The clauses that are meant if 款, chapters and the like may be left out or are named where they need not be."""

    def bare(steps: list[str]) -> list[str]:
        return [step for step in steps[:-1] if not re.fullmatch(r"第.+[款编章节]", step)] + steps[-1:]

    shorter = [bare(steps) for steps in wanted if steps]
    return [(pk, name) for pk, name, steps in names if bare(steps) in shorter]


def _near_clauses(names: Sequence[str], wanted: list[str]) -> list[str]:
    """Locators that may have been meant: in the same clause, as far as that exists, those of the nearest numbers."""
    cut = [(name, locator_steps(name)) for name in names]
    deepest = max((len(steps) for _, steps in cut), default=0)
    for length in range(min(len(wanted) - 1, deepest), -1, -1):
        number = step_number(wanted[length])
        inside = [
            (abs(step_number(steps[length])[1] - number[1]), name)
            for name, steps in cut
            if len(steps) == length + 1
            and steps[:length] == wanted[:length]
            and step_number(steps[length])[0] == number[0]
        ]
        if inside:
            near = {name for _, name in sorted(inside)[: _NEAR - 2]}
            return [name for name in names if name in near]
        if length and any(steps == wanted[:length] for _, steps in cut):
            return [name for name, steps in cut if steps[:length] == wanted[:length]][:_NEAR]
    return _alike(" ".join(wanted), names[:_MOST_LOOKED_AT])


def _example(revision: Revision) -> str:
    names = (
        revision.clauses.exclude(kind=reading.ClauseKind.PREAMBLE).order_by("order").values_list("locator", flat=True)
    )
    return next(iter(names[:1]), "引言")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    listed = ", ".join(_short(name) for name in names[:_NEAR])
    return f"{listed} and {len(names) - _NEAR} more" if len(names) > _NEAR else listed


# --- sources


def sources() -> QuerySet[Source]:
    """The files of the library, the latest first, without their texts."""
    return Source.objects.order_by("-pk").defer("raw_text", "text")


def shows_source(source: Source, reader: Reader) -> bool:
    """Whether the reader may have the file itself: its bytes cannot be masked."""
    if reader.sees_personal_data:
        return True
    marked = Exists(PersonalMark.objects.filter(revision=OuterRef("pk")))
    return not Revision.objects.filter(Q(derived_by=0) | marked, printings__source=source).exists()


def cleaned_lines(revision: Revision) -> Counter[int]:
    """How much cleaning altered in each line of the revision in which it altered something."""
    return Counter(_cleanings(revision, revision.first_line, revision.last_line).values_list("line", flat=True))


def cleaned_reasons(revision: Revision) -> Counter[str]:
    """Why cleaning altered something in the lines of the revision, and how often."""
    return Counter(_cleanings(revision, revision.first_line, revision.last_line).values_list("reason", flat=True))


def cleanings(revision: Revision, first: int, last: int, reader: Reader = VISITOR) -> list[Cleaning]:
    """What cleaning altered in the lines `first` to `last` of the revision's source, in order."""
    found = list(_cleanings(revision, first, last))
    mask = mask_of(revision, reader)
    if found and isinstance(mask, Masker):
        raw = revision.source.raw_text
        # Sought in all that stands around: a piece of a name is no name.
        begin = max(0, found[0].start - _AROUND)
        around = raw[begin : found[-1].start + len(found[-1].before) + _AROUND]
        hidden = [(begin + start, begin + end) for start, end in mask.spans(around)]
        starts = [start for start, _end in hidden]
        for change in found:
            end = change.start + len(change.before)
            at = bisect_left(starts, end)
            if at and hidden[at - 1][1] > change.start:
                change.before, change.after = MASK, ""
            else:
                change.after = mask(change.after)
    return found


_AROUND = 200  # characters: no piece of personal data is longer than what stands around a change in it


def _cleanings(revision: Revision, first: int, last: int) -> QuerySet[Cleaning]:
    first, last = max(first, revision.first_line), min(last, revision.last_line)
    return revision.source.cleanings.filter(line__range=(first, last)).order_by("start", "pk")


def text(revision: Revision, reader: Reader = VISITOR) -> str:
    """The cleaned text of the revision, whole."""
    return mask_of(revision, reader)(revision.text)


def raw_text(revision: Revision, reader: Reader = VISITOR) -> str:
    """The lines of the source's raw text in which the revision stands, as they were received."""
    lines = revision.source.raw_text.split("\n")
    return mask_of(revision, reader)("\n".join(lines[revision.first_line - 1 : revision.last_line]))


# --- for the pages: what is near something that is not there, and what stands beside and behind a clause


def near_documents(wanted: str) -> list[Document]:
    """Documents that may have been meant by a number or title that is not there; see get_document."""
    keys = _near_documents(_plain(wanted).strip())
    found = Document.objects.filter(key__in=keys, current__isnull=False).select_related("current")
    return sorted(found.defer("current__text", "current__masked_text"), key=lambda document: keys.index(document.key))


def near_clauses(revision: Revision, wanted: str, reader: Reader = VISITOR) -> list[Clause]:
    """Clauses that may have been meant by a locator or an eId that is not there."""
    names = dict(revision.clauses.order_by("order").values_list("locator", "pk"))
    near = _near_clauses(list(names), locator_steps(_plain(wanted)))
    if not near:
        eids = dict(revision.clauses.order_by("order").values_list("eid", "locator"))
        near = [eids[eid] for eid in _alike(wanted, list(eids)[:_MOST_LOOKED_AT])]
    rows = revision.clauses.filter(pk__in=[names[name] for name in near[:_NEAR]]).order_by("order")
    return _seen(rows, revision, reader)


def beside(clause: Clause, reader: Reader = VISITOR) -> tuple[Clause | None, Clause | None]:
    """The clauses before and after this one: of its kind and depth in its part, or else in reading order."""
    part = Clause.objects.filter(revision=clause.revision_id, part=clause.part_id)
    alike = part.filter(kind=clause.kind, depth=clause.depth)
    before = alike.filter(order__lt=clause.order).order_by("order").last()
    after = alike.filter(order__gt=clause.last).order_by("order").first()
    before = before or part.filter(order=clause.order - 1).first()
    after = after or part.filter(order=clause.last + 1).first()
    _seen([one for one in (before, after) if one], clause.revision, reader)
    return before, after


def clauses_cited(
    revision: Revision, rows: Iterable[Clause], reader: Reader = VISITOR
) -> list[tuple[Clause, list[Reference]]]:
    """The clauses among `rows`, those of the revision, that other documents name, each with where they do."""
    naming = [one for one in cited_by(revision, reader) if one.provisions]
    if not naming:
        return []
    by_end: dict[str, list[tuple[Clause, list[str]]]] = defaultdict(list)
    for row in rows:
        if steps := locator_steps(row.locator):
            by_end[steps[-1]].append((row, steps))
    cited: dict[int, tuple[Clause, list[Reference]]] = {}
    for reference in naming:
        for provision in reference.provisions:
            steps = locator_steps(provision)
            for row, own in by_end.get(steps[-1], []) if steps else []:
                if own[-len(steps) :] == steps:
                    cited.setdefault(row.pk, (row, []))[1].append(reference)
    return sorted(cited.values(), key=lambda item: item[0].order)


def clause_cited_by(clause: Clause, reader: Reader = VISITOR) -> list[Reference]:
    """Where other documents of the library name this clause."""
    wanted = locator_steps(clause.locator)
    return [
        reference
        for reference in cited_by(clause.revision, reader)
        if any((steps := locator_steps(one)) and wanted[-len(steps) :] == steps for one in reference.provisions)
    ]


# --- what is derived from the text: tables, duties, indicators


def outdated(derivation: int) -> QuerySet[Revision]:
    """The revisions from which an older version of the program derived something, or none did yet."""
    return Revision.objects.filter(derived_by__lt=derivation).order_by("pk")


def unchecked(checks: int) -> QuerySet[Source]:
    """The sources that an older version of the program checked, or none did yet."""
    return Source.objects.filter(checked_by__lt=checks).order_by("pk")


def findings(*, key: str = "", kind: str = "", severity: str = "") -> QuerySet[Finding]:
    """What was found in the current revisions, or in that of a document; the newest document first."""
    # A later file that prints the same text again tells the same again.
    found = Finding.objects.filter(revision__current_of__isnull=False, source=F("revision__source"))
    if key:
        found = found.filter(revision__document__key=_plain(key))
    if kind:
        found = found.filter(kind=_plain(kind))
    if severity:
        found = found.filter(severity=_plain(severity))
    return (
        found.select_related("revision__document", "clause")
        .defer("revision__text", "revision__masked_text", "clause__text")
        .order_by(F("revision__date").desc(nulls_last=True), "revision__document__key", "order")
    )


def seen_findings(found: Iterable[Finding], reader: Reader = VISITOR) -> list[Finding]:
    """Findings as the reader may see them. Those of an issue as a whole belong to no revision, and quote no list."""
    out = list(found)
    for one, mask in _with_masks([row for row in out if row.revision_id], reader):
        one.message, one.message_en = _quoting(one.message, mask), _quoting(one.message_en, mask)
        one.places = _masked(one.places, mask.passage)
        if one.clause is not None:
            one.clause.locator = mask(one.clause.locator)
    return out


def _quoting(message: str, mask: Masker) -> str:
    """A message with what it quotes, each quotation cut out of a text."""
    return mask(re.sub(r"(?<=“)[^“”]+(?=”)", lambda quoted: mask.passage(quoted[0]), message))


def counts(revision: Revision) -> dict[str, int]:
    """How many tables, duties, indicators and findings stand in the revision."""
    return {
        "tables": revision.tables.count(),
        "duties": revision.duties.count(),
        "indicators": revision.indicators.count(),
        "findings": revision.findings.filter(source=revision.source_id).count(),
    }


TABLE_PIECE = 100
"""Rows of a table that are kept, and read, together."""


def document_tables(revision: Revision) -> QuerySet[DocumentTable]:
    """The tables of a revision in reading order, without their rows; see `table`."""
    return revision.tables.filter(revision__derived_by__gt=0).order_by("order")


def row_count(revision: Revision) -> int:
    """How many rows the tables of the revision have together."""
    return revision.tables.aggregate(rows=Sum("row_count"))["rows"] or 0


def table(found: DocumentTable, revision: Revision, reader: Reader = VISITOR, *, first: int = 0, most: int) -> Table:
    """At most `most` rows of a table of the revision, from the row `first` on (counted from 0). One query."""
    # Of no rows at all a piece is read too, for what stands above them.
    held = TableRows.objects.filter(table=found, first_row__gt=first - TABLE_PIECE, first_row__lt=first + max(1, most))
    read = [from_plain(found.head, rows) for rows in held.order_by("first_row").values_list("rows", flat=True)]
    return masked(stretch(joined(read), first, first + most), mask_of(revision, reader))


def tables(revision: Revision, reader: Reader = VISITOR) -> list[Table]:
    """The tables of a revision in reading order, whole, with the lines of its file."""
    return [table(one, revision, reader, most=max(1, one.row_count)) for one in document_tables(revision)]


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """What is asked of the list of duties.

    `unit` is the name, or a part of it, of a unit that leads or supports (with `leads`: that leads); `key` that of a
    document; `kind` a DeadlineKind, or NO_DEADLINE. `first` and `last` bound the day of a fixed date, both included.
    The duties of a document that was repealed as a whole by the day `on` are left out, unless it is the document
    asked for.
    """

    on: date
    unit: str = ""
    key: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None
    leads: bool = False


NO_DEADLINE = "none"


def duties(asked: DutyFilter) -> QuerySet[Duty]:
    """The duties that are asked for: first those due on a day, by day; then the others, newest document first."""
    found = Duty.objects.filter(revision__current_of__isnull=False, revision__derived_by__gt=0)
    if asked.key:
        found = found.filter(revision__document__key=_plain(asked.key))
    else:
        whole, _partly = repealed_on(asked.on)
        found = found.exclude(revision__in=whole) if whole else found
    if asked.unit:
        name = "".join(_plain(asked.unit).split())
        named = DutyUnit.objects.filter(name=name)
        # A part of a name will do where no unit has it as its whole name.
        units = named if named.exists() else DutyUnit.objects.filter(name__contains=name)
        found = found.filter(pk__in=(units.filter(leads=True) if asked.leads else units).values("duty"))
    if asked.kind:
        found = found.filter(deadline_kind="" if asked.kind == NO_DEADLINE else _plain(asked.kind))
    if asked.first:
        found = found.filter(due__gte=asked.first)
    if asked.last:
        found = found.filter(due__lte=asked.last)
    return found.select_related("revision__document", "clause").defer(
        "revision__text", "revision__masked_text", "clause__text"
    )


def by_day(found: QuerySet[Duty]) -> QuerySet[Duty]:
    """Duties as a calendar has them: those due on a day first, by day, then the others, the newest document first."""
    newest = F("revision__date").desc(nulls_last=True)
    return found.order_by(F("due").asc(nulls_last=True), newest, "revision__document__key", "order")


def in_reading_order(found: QuerySet[Duty]) -> QuerySet[Duty]:
    """Duties as the documents have them, the newest document first."""
    return found.order_by(F("revision__date").desc(nulls_last=True), "revision__document__key", "order")


def seen_duties(found: Iterable[Duty], reader: Reader = VISITOR) -> list[Duty]:
    """Duties as the reader may see them."""
    out = list(found)
    for duty, mask in _with_masks(out, reader):
        duty.duty = mask.passage(duty.duty, longest=_DUTY)
        duty.quote = mask.passage(duty.quote, longest=_DUTY_QUOTE - _STRIPPED)
        duty.lead, duty.support = _masked(duty.lead, mask), _masked(duty.support, mask)
        duty.deadline = _masked(duty.deadline, mask)
        duty.clause.locator = mask(duty.clause.locator)
    return out


MOST_COUNTED = 5_000
"""Duties, of which is counted how many name each unit."""
_UNITS_NAMED = 212  # of all duties


def units_of(found: QuerySet[Duty]) -> list[FacetValue]:
    """The units that duties name, with how many duties each has; the most frequent first.

    Where there are too many duties to be counted, those that all duties name most, with 0 for how many.
    """
    if found.order_by()[: MOST_COUNTED + 1].count() > MOST_COUNTED:
        names = cache.get_or_set("gongbao.units_named", _units_named, 3600)
        return [FacetValue(name, 0) for name in names or []]
    counted = (
        DutyUnit.objects.filter(duty__in=found.order_by().values("pk"))
        .order_by()
        .values_list("name")
        .annotate(count=Count("duty", distinct=True))
    )
    return [FacetValue(name, count) for name, count in sorted(counted, key=lambda row: (-row[1], row[0]))]


def _units_named() -> list[str]:
    named = DutyUnit.objects.order_by().values_list("name").annotate(rows=Count("pk")).order_by("-rows", "name")
    return [name for name, _rows in named[:_UNITS_NAMED]]


def unit_meant(typed: str) -> str:
    """The unit of a duty that a person means: itself, or the only one whose name holds `typed`. Raises GongbaoError."""
    typed = "".join(_plain(typed).split())
    names = DutyUnit.objects.filter(duty__revision__current_of__isnull=False).order_by("name")
    if names.filter(name=typed).exists():
        return typed
    found = list(names.filter(name__contains=typed).values_list("name", flat=True).distinct()[: _NEAR + 1])
    if len(found) == 1:
        return found[0]
    if found:
        raise GongbaoError(f"“{_short(typed)}” may be one of several units: {_listed(found)}")
    raise GongbaoError(f"no duty names a unit “{_short(typed)}”; gongbao duties lists those there are")


def indicators(
    *, key: str = "", year: int | None = None, unit: str = "", text: str = "", reader: Reader = VISITOR
) -> QuerySet[Indicator]:
    """The quantified targets of a document ("" for all), for a year, of a unit, or whose name holds `text`.

    What the reader may not see of a name finds nothing.
    """
    found = Indicator.objects.filter(revision__current_of__isnull=False, revision__derived_by__gt=0)
    if key:
        found = found.filter(revision__document__key=_plain(key))
    if year is not None:
        found = found.filter(year=year) if 0 <= year < 2**31 else found.none()
    unit, text = _plain(unit).strip(), _plain(text).strip()
    if text:
        name: Any = F("name") if reader.sees_personal_data else Coalesce("masked_name", "name")
        found = found.alias(seen_name=name).filter(seen_name__icontains=text)
    if unit:
        found = found.filter(pk__in=IndicatorUnit.objects.filter(name__icontains=unit).values("indicator"))
    return (
        found.select_related("revision__document", "clause")
        .defer("revision__text", "revision__masked_text", "clause__text")
        .order_by(F("revision__date").desc(nulls_last=True), "revision__document__key", "order")
    )


def seen_indicators(found: Iterable[Indicator], reader: Reader = VISITOR) -> list[Indicator]:
    """Indicators as the reader may see them."""
    out = list(found)
    for one, mask in _with_masks(out, reader):
        one.name = indicator_name(one.name, mask)
        one.quote = mask.passage(one.quote, longest=_INDICATOR_QUOTE - _STRIPPED)
        one.units = _masked(one.units, mask)
        one.clause.locator = mask(one.clause.locator)
    return out


class InPages:
    """A long list in its order, for a Paginator, which asks it for slices.

    The database counts the rows of each group, and rows of those groups alone are read that stand on the page: to reach
    the last page it would otherwise put all rows in order. Groups are the documents, the newest first, or days.
    """

    ordered = True

    def __init__(self, found: QuerySet[Any], *, by_days: bool = False) -> None:
        self._found, self._by_days = found, by_days

    @cached_property
    def _groups(self) -> list[tuple[Any, int]]:
        field = "due" if self._by_days else "revision"
        counted = dict(self._found.order_by().values_list(field).annotate(rows=Count("pk")))
        if self._by_days:
            return sorted(counted.items())
        # As in_reading_order has them.
        newest = Revision.objects.filter(current_of__isnull=False).order_by(
            F("date").desc(nulls_last=True), "document__key"
        )
        return [(pk, counted[pk]) for pk in newest.values_list("pk", flat=True) if pk in counted]

    def count(self) -> int:
        return sum(rows for _group, rows in self._groups)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, asked: slice) -> list[Any]:
        first, end, _step = asked.indices(self.count())
        wanted: list[Any] = []
        before = passed = 0
        for group, rows in self._groups:
            if passed + rows <= first:
                before = passed + rows
            elif passed < end:
                wanted.append(group)
            passed += rows
        field = "due__in" if self._by_days else "revision__in"
        return list(self._found.filter(**{field: wanted})[first - before : end - before])


def indicator_name(name: str, mask: Masker) -> str:
    """The name of an indicator as a visitor may see it."""
    return mask.passage(name, longest=_INDICATOR)


def each_seen(
    found: QuerySet[_Row], seen: Callable[[Iterable[_Row], Reader], list[_Row]], reader: Reader
) -> Iterator[_Row]:
    """Rows of a long list as the reader may see them; no more of them than a batch are held at once."""
    rows = found.iterator(chunk_size=_SEEN_AT_ONCE)
    while batch := list(islice(rows, _SEEN_AT_ONCE)):
        yield from seen(batch, reader)


def _with_masks(rows: Sequence[Any], reader: Reader) -> Iterator[tuple[Any, Masker]]:
    """Rows that belong to revisions, each with the mask of its revision. One query for all."""
    if reader.sees_personal_data:
        return
    masks = _maskers({row.revision_id for row in rows})
    for row in rows:
        if row.revision_id in masks:
            yield row, masks[row.revision_id]


def _maskers(revisions: Iterable[int]) -> dict[int, Masker]:
    """The mask of each revision that holds personal data, or may. One query for all."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    unseen: dict[int, Masker] = {}
    columns = ("pk", "derived_by", "personal_marks__kind", "personal_marks__value")
    among = search.index().among
    for batch in _batches(sorted(revisions)):
        held = Revision.objects.filter(Q(derived_by=0) | Q(personal_marks__isnull=False), among("pk", batch)).order_by()
        for revision, derived_by, kind, value in held.values_list(*columns):
            if not derived_by:
                unseen[revision] = _NOTHING_SHOWN
            else:
                marks[revision].append(Mark(PersonalKind(kind), value))
    return {revision: Masker(found) for revision, found in marks.items()} | unseen


def _with_maskers(revisions: Iterable[Revision], reader: Reader) -> None:
    """What `mask_of` would ask for each of the revisions, asked once for all."""
    if not reader.sees_personal_data:
        held = list(revisions)
        masks = _maskers({one.pk for one in held})
        for one in held:
            one._masker = masks.get(one.pk) or Masker(())  # type: ignore[attr-defined]


# --- feeds


def feed_digest(token: str) -> str:
    """What is kept of the token in a feed's address."""
    return sha256(token.encode()).hexdigest()


def feeds() -> QuerySet[Feed]:
    """All feeds, those that were revoked too, the oldest first."""
    return Feed.objects.order_by("pk")


def open_feed(token: str) -> Feed | None:
    """The feed of an address, unless it was revoked or never was."""
    return Feed.objects.filter(digest=feed_digest(token), revoked_at__isnull=True).first()


FEED_PAST = timedelta(days=365)
FEED_LENGTH = 1000
"""How many duties with a day a feed holds, and how many that recur: a calendar reads all of it each time."""


def duties_of_feed(feed: Feed, on: date) -> list[Duty]:
    """The duties that a feed holds on a day, as a visitor may see them: who was given its address is not known.

    Those with a day by their day, then those that recur. What was due long ago is left out; where there are too many,
    those nearest in time are there: what is to come, and then what was due last.
    """
    found = duties(DutyFilter(on=on, unit=feed.unit))
    coming = list(by_day(found.filter(due__gte=on))[:FEED_LENGTH])
    past = by_day(found.filter(due__lt=on, due__gte=on - FEED_PAST)).reverse()[: FEED_LENGTH - len(coming)]
    recurring = in_reading_order(found.filter(deadline_kind=DeadlineKind.RECURRING))[:FEED_LENGTH]
    return seen_duties([*reversed(list(past)), *coming, *recurring], VISITOR)
