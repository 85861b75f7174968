"""The pages of the library: the list, a document, a clause, the text as received.

What is read comes from queries.py; what is said about it is decided here and in the templates.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongbao.core.citations import CLOSE, OPEN
from gongbao.core.dates import DATE_PATTERN, date_from_match, read_date
from gongbao.core.errors import GongbaoError
from gongbao.gazette.model import gap
from gongbao.office.library import queries
from gongbao.office.library.compare import Kind, compare
from gongbao.office.library.layout import Links, lay_out
from gongbao.office.library.models import Clause, Document, Reference, Revision
from gongbao.office.library.queries import GroundKind, Status
from gongbao.office.library.templatetags.library import KINDS, day, part_name
from gongbao.office.library.views.common import (
    Misread,
    Other,
    clause_link,
    day_asked,
    document_url,
    misread,
    no_document,
    not_found,
    turning,
)
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.office.people.readers import Reader, reader_of

SHOWN_VALUES = 8  # of a facet; the others are a click away
RAW_PAGE = 200  # lines
COMPARED_PAGE = 200  # clauses
_YEAR_OF_NUMBER = re.compile(rf"\s*[{OPEN}]\s*((?:19|20)\d\d)\s*[{CLOSE}](?=\s*\d)\s*")


# --- the list


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor asked of the list. `on` is the day of the status."""

    gazette: str
    issuer: str
    kind: str
    year: int | None
    status: str
    text: str
    on: date
    today: date

    @classmethod
    def of(cls, request: HttpRequest, today: date) -> "Filters":
        asked = {name: str(value).strip() for name, value in request.GET.items()}
        # A filter that cannot be understood must not be passed over: the list would claim what was not asked.
        try:
            year = int(asked["year"][:6]) if asked.get("year") else None
        except ValueError as error:
            raise Misread(_("Year"), asked["year"], _("A year is written like 2022.")) from error
        return cls(
            gazette=asked.get("gazette", ""),
            issuer=asked.get("issuer", ""),
            kind=asked.get("kind", ""),
            year=year,
            status=asked.get("status", ""),
            text=asked.get("text", "")[:200],
            on=day_asked(request, today),
            today=today,
        )

    def query(self) -> dict[str, Any]:
        return {
            "gazette": self.gazette,
            "issuer": self.issuer,
            "kind": self.kind,
            "year": self.year,
            "status": self.status,
            "text": self.text,
            "on": self.on,
        }

    def asked(self) -> dict[str, Any]:
        """As query(), with the year of a number typed in part, [2022]27, in the brackets that numbers have."""
        return self.query() | {"text": _YEAR_OF_NUMBER.sub(r"〔\1〕", self.text)}

    def url(self, **changed: str) -> str:
        """The address of the list with these filters, some of them changed ("" takes one away)."""
        values = {name: "" if value is None else str(value) for name, value in self.query().items()}
        values["on"] = "" if self.on == self.today else self.on.isoformat()
        values |= changed
        given = {name: value for name, value in values.items() if value}
        return reverse("library:documents") + (f"?{urlencode(given)}" if given else "")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet with the address that chooses it, or, where it is chosen, that lets it go."""

    label: str
    count: int
    url: str
    chosen: bool
    chinese: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    values: list[Value]
    more: list[Value]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use and the address of the list without it. `chinese`: the label is a name from a document."""

    key: str
    name: str
    label: str
    url: str
    chinese: bool


@allows(ANYONE)
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    try:
        filters = Filters.of(request, timezone.localdate())
    except Misread as field:
        return misread(request, field)
    reader = reader_of(request)
    asked = filters.asked()
    words = queries.sought(asked.pop("text"), reader)
    found = queries.with_status(queries.list_documents(**asked, text=words, reader=reader), filters.on)
    page = queries.page(found, request.GET.get("page", "1"))
    counted = queries.facets(**asked, text=words, reader=reader)
    chosen = {name: str(value) for name, value in filters.query().items() if value not in ("", None)}
    context = {
        "room": "documents",
        "chosen": filters,
        "on": filters.on,
        "today": filters.today,
        # The day chosen goes along to the document.
        "day_asked": "" if filters.on == filters.today else f"?{urlencode({'on': filters.on.isoformat()})}",
        "kept": [(name, chosen[name]) for name in queries.FACETS if name in chosen],
        "facets": [_facet(filters, name, counted[name]) for name in queries.FACETS],
        "chips": _chips(filters),
        "page": page,
        "words": words,
        "matches": queries.matches(page.object_list, words, reader) if words.words else [],
        **turning(page, lambda number: filters.url(page=str(number) if number > 1 else "")),
        "library_is_empty": not page.paginator.count and not queries.documents().exists(),
    }
    response = render(request, "library/documents.html", context)
    if request.headers.get("HX-Request"):
        # The form sends empty fields too: the address that is kept is the short one.
        response["HX-Push-Url"] = filters.url(page=str(page.number) if page.number > 1 else "")
    return response


def _facet_names() -> dict[str, str]:
    return {
        "gazette": _("Issue"),
        "issuer": _("Issuer"),
        "kind": _("Kind"),
        "year": _("Year"),
        "status": _("Status"),
    }


def _label(name: str, value: str) -> str:
    if name == "kind":
        return str(KINDS.get(value, value))
    if name == "status" and value in Status.values:
        return str(Status(value).label)
    return value


def _is_chinese(name: str) -> bool:
    return name in ("gazette", "issuer", "text")


def _facet(filters: Filters, name: str, counted: list[queries.FacetValue]) -> Facet:
    chosen = str(filters.query()[name] or "")
    values = [
        Value(
            label=_label(name, item.value),
            count=item.count,
            url=filters.url(**{name: "" if item.value == chosen else item.value}),
            chosen=item.value == chosen,
            chinese=_is_chinese(name),
        )
        for item in counted
    ]
    shown = values[:SHOWN_VALUES]
    if len(values) <= SHOWN_VALUES + 1 or any(value.chosen for value in values[SHOWN_VALUES:]):
        shown = values
    return Facet(name, _facet_names()[name], shown, values[len(shown) :])


def _chips(filters: Filters) -> list[Chip]:
    names = _facet_names()
    chips = [
        Chip(name, names[name], _label(name, str(value)), filters.url(**{name: ""}), _is_chinese(name))
        for name, value in filters.query().items()
        if name in names and value
    ]
    if filters.text:
        chips.append(Chip("text", _("Words"), filters.text, filters.url(text=""), True))
    if filters.on != filters.today:
        chips.append(Chip("on", _("Status on"), day(filters.on), filters.url(on=""), False))
    return chips


# --- one document


@allows(ANYONE)
@require_safe
def document(request: HttpRequest, key: str) -> HttpResponse:
    try:
        found = queries.get_document(key)
    except GongbaoError:
        return no_document(request, key)
    if found.key != key:
        # Other brackets, a title: the permanent address is the one that is kept.
        asked = request.GET.urlencode()
        return HttpResponseRedirect(document_url(found) + (f"?{asked}" if asked else ""))
    return _document_page(request, found, found.shown)


@allows(ANYONE)
@require_safe
def revision(request: HttpRequest, key: str, sequence: int) -> HttpResponse:
    try:
        found = queries.get_document(key)
    except GongbaoError:
        return no_document(request, key)
    try:
        asked = queries.get_revision(found.key, sequence)
    except GongbaoError:
        near = [
            Other(reverse("library:revision", args=[found.key, one.sequence]), _revision_name(one))
            for one in queries.revisions(found)
        ]
        return not_found(request, _("revision %(number)d") % {"number": sequence}, near, found, chinese=False)
    return _document_page(request, found, asked)


def _document_page(request: HttpRequest, found: Document, shown: Revision) -> HttpResponse:
    today = timezone.localdate()
    try:
        on = day_asked(request, today)
    except Misread as field:
        return misread(request, field)
    shown.document = found
    is_current = shown.pk == found.current_id
    url_of_document = document_url(found)
    revision_url = reverse("library:revision", args=[found.key, shown.sequence])
    # Only the clauses of the newest revision have pages: in an older one a clause is a place in the page.
    before, after = (url_of_document, "/") if is_current else (f"{revision_url}#", "")

    reader = reader_of(request)
    shown.addressees = queries.addressees(shown, reader)
    named = queries.references(shown, reader)
    held = queries.targets(named)
    rows = queries.clauses(shown, reader)
    eids = {row.eid: row for row in rows}
    parts_held = queries.parts(shown, reader)
    parts = lay_out(
        [(part.pk, part.kind, part.label, part.title) for part in parts_held],
        rows,
        before=before,
        after=after,
        links=_links(found, named, held),
    )
    standing = queries.standing_on(shown, on, reader)
    context = {
        "room": "documents",
        "document": found,
        "revision": shown,
        "is_current": is_current,
        "document_url": url_of_document,
        "print_url": reverse("library:print", args=[found.key]),
        "raw_url": reverse("library:raw", args=[found.key]),
        "source_url": (
            reverse("library:source", args=[found.key])
            if is_current and shown.source.stored_as and queries.shows_source(shown.source, reader)
            else ""
        ),
        "held": _held(found, shown) if is_current else [],
        "files": _files(found) if is_current else [],
        "gazette_url": f"{reverse('library:documents')}?{urlencode({'gazette': shown.gazette})}",
        "before": before,
        "after": after,
        "on": on,
        "today_url": "" if on == today else url_of_document if is_current else revision_url,
        "status": standing.status,
        "grounds": _grounds(standing),
        "from_clause": eids.get(shown.from_clause),
        "until_clause": eids.get(shown.until_clause),
        "days_counted": _days_counted(shown, eids.get(shown.from_clause)),
        "repeals": [_named(one, held) for one in named if one.kind == "repeals"],
        "repealed_by": [_naming(one) for one in queries.repealed_by(shown, reader)],
        "events": _events(shown, reader),
        "clauses_cited": [
            (Other(f"#{row.eid}", row.locator), _once([_naming(one) for one in references]))
            for row, references in queries.clauses_cited(shown, rows, reader)
        ],
        "compare_url": reverse("library:compare", args=[found.key]) if found.shown.sequence > 1 else "",
        "cited_by": _once([_naming(one) for one in queries.cited_by(shown, reader) if one.kind != "repeals"]),
        "revisions": [
            Other(reverse("library:revision", args=[found.key, one.sequence]), _revision_name(one))
            for one in queries.revisions(found)
            if one.sequence != shown.sequence
        ],
        "parts": parts,
        "has_outline": any(part.outline for part in parts) or len(parts) > 1,
        "full_name": _full_name(found, shown.title),
        "signature": _signature(shown, reader),
        "text": "" if parts else queries.text(shown, reader),
        "not_printed": _not_printed(shown, reader),
        "covering": _covering(parts_held),
    }
    return render(request, "library/document.html", context)


def _held(found: Document, shown: Revision) -> list[Other]:
    """What stands in the document beside its words, each with its page."""
    counted = queries.counts(shown)
    asked = urlencode({"document": found.key})
    tables, duties, targets = counted["tables"], counted["duties"], counted["indicators"]
    out = []
    if tables:
        out.append(Other(reverse("library:tables", args=[found.key]), _("Tables")))
    if duties:
        label = ngettext("%(number)d duty", "%(number)d duties", duties) % {"number": duties}
        out.append(Other(f"{reverse('library:duties')}?{asked}", label))
    if targets:
        label = ngettext("%(number)d indicator", "%(number)d indicators", targets) % {"number": targets}
        out.append(Other(f"{reverse('library:indicators')}?{asked}", label))
    if found_wrong := counted["findings"]:
        label = ngettext("%(number)d finding", "%(number)d findings", found_wrong) % {"number": found_wrong}
        out.append(Other(f"{reverse('library:findings')}?{asked}", label))
    return out


def _files(found: Document) -> list[Other]:
    names = {"docx": _("Word"), "akn": "Akoma Ntoso", "json": "JSON"}
    return [Other(reverse("library:export", args=[found.key, form]), name) for form, name in names.items()]


def _full_name(found: Document, title: str) -> str:
    """As a document is named in another: 《许昌市…暂行办法》（许政办〔2022〕27号）."""
    # Titles within a title get the inner brackets.
    named = f"《{title.replace('《', '〈').replace('》', '〉')}》" if title else ""
    return f"{named}（{found.number}）" if named and found.number else named or found.number or found.key


def _days_counted(shown: Revision, clause: Clause | None) -> int:
    """How many days after its date a revision is in force, where its clause counts them; 0 where it names the day."""
    if clause is None or not shown.date or not shown.in_force_from or shown.in_force_from <= shown.date:
        return 0
    named = {date_from_match(found) for found in DATE_PATTERN.finditer(f"{clause.heading}\n{clause.text}")}
    return 0 if shown.in_force_from in named else (shown.in_force_from - shown.date).days


def _not_printed(shown: Revision, reader: Reader) -> list[str]:
    """The annexes that the revision announces and its source does not hold."""
    return [str(annex) for annex in queries.annexes(shown, reader) if not annex.present]


def _covering(parts: list[Any]) -> str:
    """What citations call the covering text (通知 of a notice); "" for the word of the page's language."""
    return parts[0].prefix if parts and parts[0].kind == "body" and get_language() != "en" else ""


def _signature(shown: Revision, reader: Reader) -> list[str]:
    """The lines of issuer and date at the foot of the first part, as printed; none where they do not stand so."""
    lines = [line.strip() for line in queries.text(shown, reader).split("\n") if line.strip()]
    for place, line in enumerate(lines):
        if shown.date is None or read_date(line) != shown.date:
            continue
        first = place
        while first and lines[first - 1] and lines[first - 1].replace(" ", "") in shown.issuer.replace(" ", ""):
            first -= 1
        if first < place:
            return lines[first : place + 1]
    return []


@allows(ANYONE)
@require_safe
def comparison(request: HttpRequest, key: str) -> HttpResponse:
    """Two revisions side by side: `from` and `to`, otherwise the newest and the one before it."""
    try:
        found = queries.get_document(key)
    except GongbaoError:
        return no_document(request, key)
    known = queries.revisions(found)
    numbers = {one.sequence: one for one in known}
    chosen = []
    for name, label, other in (("from", _("Before"), len(known) - 1), ("to", _("After"), len(known))):
        asked = str(request.GET.get(name, "")).strip()
        if asked and (not asked.isdecimal() or int(asked[:9]) not in numbers):
            return misread(request, Misread(label, asked, _("It is the number of a revision.")))
        chosen.append(numbers[int(asked[:9])] if asked else numbers[max(other, 1)])
    before, after = chosen
    before.document = after.document = found
    reader = reader_of(request)
    rows = compare(queries.clauses(before, reader), queries.clauses(after, reader))
    everything = request.GET.get("all") == "1"
    address = reverse("library:compare", args=[found.key])

    def url(**values: object) -> str:
        return f"{address}?{urlencode({'from': before.sequence, 'to': after.sequence, **values})}"

    differing = [row for row in rows if row.kind is not Kind.SAME]
    page = Paginator(rows if everything else differing, COMPARED_PAGE).get_page(request.GET.get("page", "1"))
    kept = {"all": 1} if everything else {}
    context = {
        "room": "documents",
        "document": found,
        "document_url": document_url(found),
        "before": before,
        "after": after,
        "names": [(one.sequence, _revision_name(one)) for one in known],
        "facts": _changed_facts(before, after, reader),
        "changed": len(differing),
        "page": page,
        "everything": everything,
        "toggle_url": url() if everything else url(all=1),
        "before_url": reverse("library:revision", args=[found.key, before.sequence]),
        "after_url": reverse("library:revision", args=[found.key, after.sequence]),
        **turning(page, lambda number: url(**kept, page=number)),
    }
    return render(request, "library/comparison.html", context)


def _changed_facts(before: Revision, after: Revision, reader: Reader) -> list[tuple[str, str, str]]:
    """What is said of the document beside its clauses, where it differs: its name, before, after."""
    facts = (
        (_("Title"), before.title, after.title),
        (_("Issuer"), before.issuer, after.issuer),
        (_("Date"), day(before.date), day(after.date)),
        (_("In force from"), day(before.in_force_from), day(after.in_force_from)),
        (_("In force until"), day(before.in_force_until), day(after.in_force_until)),
        (_("Addressed to"), queries.addressees(before, reader), queries.addressees(after, reader)),
    )
    return [fact for fact in facts if fact[1] != fact[2]]


def _events(shown: Revision, reader: Reader) -> list[tuple[date, str, Other | None]]:
    """The time line of a document: day, what happened, and the clause that says so; [] where it says nothing new."""
    words = {
        GroundKind.COMMENCEMENT: _("in force"),
        GroundKind.TERM: _("last day in force"),
        GroundKind.REPEAL: _("repealed"),
        GroundKind.AMENDMENT: _("amended"),
    }
    out: list[tuple[date, str, Other | None]] = []
    for ground in queries.history(shown, reader):
        assert ground.since is not None
        what = words[ground.kind]
        if ground.kind is GroundKind.COMMENCEMENT and ground.clause is None and ground.since == shown.date:
            what = _("issued")
        elif ground.kind is GroundKind.REPEAL and ground.scope != "whole":
            what = _("repealed in part")
        link = None
        if ground.document.pk != shown.document_id:
            label = f"{ground.document.key} {ground.clause.locator if ground.clause else ''}".strip()
            link = clause_link(ground.document, ground.clause, label) or Other(document_url(ground.document), label)
        elif ground.clause is not None:
            link = Other(f"#{ground.clause.eid}", ground.clause.locator)
        out.append((ground.since, what, link))
    return out if len(out) > 1 else []


def _revision_name(one: Revision) -> str:
    received = day(timezone.localtime(one.created_at).date())
    return _("revision %(number)d, received %(day)s") % {"number": one.sequence, "day": received}


def _links(found: Document, named: list[Reference], held: dict[int, Document]) -> Links:
    """Where the documents named in a text are to be read; what it says of itself is not linked."""
    by_number: dict[str, str] = {}
    by_title: dict[str, str] = {}
    for one in named:
        target = held.get(one.pk)
        if target is None or target.pk == found.pk:
            continue
        by_number[one.number or target.number] = document_url(target)
        by_title[one.title] = document_url(target)
    by_number.pop("", None)
    return Links(by_number, by_title)


def _named(one: Reference, held: dict[int, Document]) -> Other:
    """A document that this one names."""
    target = held.get(one.pk)
    title = f"《{one.title}》" if one.title else ""
    label = f"{title}（{one.number}）" if title and one.number else title or one.number
    return Other(document_url(target) if target else "", label, one.scope, "、".join(one.provisions))


def _naming(one: Reference) -> Other:
    """A document that names this one, with the clause where it does."""
    other = one.revision.document
    return Other(
        document_url(other),
        f"{other.number or other.key} {one.revision.title if other.number else ''}".strip(),
        one.scope,
        "、".join(one.provisions),
        clause_link(other, one.clause),
    )


def _once(others: list[Other]) -> list[Other]:
    return list({(one.url, one.clause.url if one.clause else ""): one for one in others}.values())


def _grounds(standing: queries.Standing) -> list[Other]:
    """What a status rests on, as links; that a document in force has begun is said beside its dates."""
    out: list[Other] = []
    for ground in standing.grounds:
        if ground.kind == GroundKind.REPEAL:
            label = f"{ground.document.number or ground.document.key} {ground.clause.locator if ground.clause else ''}"
            link = clause_link(ground.document, ground.clause, label.strip())
            out.append(link or Other(document_url(ground.document), label.strip()))
        elif ground.clause and (
            (ground.kind == GroundKind.TERM and standing.status == Status.EXPIRED)
            or (ground.kind == GroundKind.COMMENCEMENT and standing.status == Status.NOT_YET)
        ):
            out.append(Other(f"#{ground.clause.eid}", ground.clause.locator))
    return out


# --- one clause


@allows(ANYONE)
@require_safe
def clause(request: HttpRequest, key: str, eid: str) -> HttpResponse:
    try:
        found = queries.get_document(key)
    except GongbaoError:
        return no_document(request, key)
    shown = found.shown
    shown.document = found
    reader = reader_of(request)
    try:
        one = queries.clause_at(shown, eid, reader)
    except GongbaoError:
        try:
            # Someone wrote the clause as it is cited: /documents/许政办〔2022〕27号/第三十六条/
            one = queries.find_clause(shown, eid, reader)
        except GongbaoError:
            near = [clause_link(found, near) for near in queries.near_clauses(shown, eid, reader)]
            return not_found(request, eid, near, found)
    url = reverse("library:clause", args=[found.key, one.eid])
    if (found.key, one.eid) != (key, eid):
        return HttpResponseRedirect(url)

    url_of_document = document_url(found)
    below = queries.below(one, reader)
    named = [
        reference for reference in queries.references(shown, reader) if reference.clause_id in {row.pk for row in below}
    ]
    laid = lay_out(
        [(one.part.pk, one.part.kind, one.part.label, one.part.title)],
        below,
        before=url_of_document,
        after="/",
        links=_links(found, named, queries.targets(named)),
    )
    parts = queries.parts(shown, reader)
    place = next(index for index, part in enumerate(parts) if part.pk == one.part_id)
    previous, following = queries.beside(one, reader)
    citation = one.citation(found)
    address = request.build_absolute_uri(url)
    today = timezone.localdate()
    context = {
        "room": "documents",
        "document": found,
        "revision": shown,
        "clause": one,
        "citation": citation,
        "full_citation": _full_citation(found, shown, one),
        "document_url": url_of_document,
        "before": url_of_document,
        "after": "/",
        "part_name": _part_label(one.part) if len(parts) > 1 else "",
        "part_is_chinese": bool(one.part.label or (one.part.title and one.part.kind != "body")),
        "part_anchor": f"part-{place + 1}",
        "ancestors": [
            Other(reverse("library:clause", args=[found.key, above.eid]), _short_name(above))
            for above in queries.ancestors(one, reader)
        ],
        "own_name": _short_name(one),
        "html": laid[0].html,
        "status": queries.status_on(shown, today),
        "today": today,
        "address": address,
        "print_url": reverse("library:clause_print", args=[found.key, one.eid]),
        "words_to_copy": f"{queries.tree(below)[0].full_text()}\n{citation}\n{address}",
        "cited_by": _once([_naming(reference) for reference in queries.clause_cited_by(one, reader)]),
        "previous": clause_link(found, previous),
        "next": clause_link(found, following),
    }
    return render(request, "library/clause.html", context)


def _part_label(part: Any) -> str:
    if part.kind == "body" or not (part.label or part.title):
        return _covering([part]) or part_name(part.kind)
    return " ".join(piece for piece in (part.label, part.title) if piece)


def _full_citation(found: Document, shown: Revision, one: Clause) -> str:
    """As a clause is named in another document: 《许昌市…暂行办法》（许政办〔2022〕27号）第三十六条."""
    # What is issued with a notice is cited by its own title; an annex by that of the document it belongs to.
    if one.part.kind == "annex":
        return _full_name(found, shown.title) + one.locator
    title = one.part.title if one.part.kind == "instrument" else ""
    return _full_name(found, title or shown.title) + one.locator.removeprefix(one.part.prefix)


def _short_name(one: Clause) -> str:
    """What a clause is called on the way to it: its number and heading, or the whole locator where it has none."""
    heading = one.heading.rstrip("。：；")
    heading = heading if len(heading) <= 24 else ""
    return f"{one.number}{gap(one.number, heading)}{heading}" or one.locator


# --- on paper


@allows(ANYONE)
@require_safe
def print_sheet(request: HttpRequest, key: str, eid: str = "") -> HttpResponse:
    """The foot of the printed pages: the citation. A sheet of its own, as styles within a page are not allowed."""
    try:
        found = queries.get_document(key)
        found.shown.document = found
        cited = (
            queries.clause_at(found.shown, eid, reader_of(request)).citation(found)
            if eid
            else found.number or found.key
        )
    except GongbaoError as error:
        raise Http404(str(error)) from error
    # In a string of CSS a backslash, a quotation mark and the end of a line have a meaning.
    plain = "".join(f"\\{ord(char):x} " if char in '\\"<' or ord(char) < 32 else char for char in cited)
    font = '9pt "SimSun", "Noto Serif CJK SC", serif'
    sheet = f'@page {{ @bottom-left {{ content: "{plain}"; font: {font}; color: #444; }} }}\n'
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


# --- as received


@dataclass(slots=True)
class RawLine:
    number: int
    text: str
    changes: list[Any] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        return not self.text.strip() and not self.changes


@allows(ANYONE)
@require_safe
def raw(request: HttpRequest, key: str) -> HttpResponse:
    try:
        found = queries.get_document(key)
    except GongbaoError:
        return no_document(request, key)
    shown = found.shown
    shown.document = found
    reader = reader_of(request)
    numbers = queries.cleaned_lines(shown)
    only_changed = request.GET.get("changed") == "1"
    received = queries.raw_text(shown, reader).split("\n")
    lines = [RawLine(shown.first_line + offset, text) for offset, text in enumerate(received)]
    if only_changed:
        lines = [line for line in lines if line.number in numbers]
    page = Paginator(lines, RAW_PAGE).get_page(request.GET.get("page", "1"))
    on_page = list(page.object_list)
    by_line = defaultdict(list)
    if on_page:
        for change in queries.cleanings(shown, on_page[0].number, on_page[-1].number, reader):
            by_line[change.line].append(change)
    for line in on_page:
        line.changes = by_line[line.number]

    def address(number: int, *, changed: bool = only_changed) -> str:
        given = ({"changed": "1"} if changed else {}) | ({"page": str(number)} if number > 1 else {})
        return reverse("library:raw", args=[found.key]) + (f"?{urlencode(given)}" if given else "")

    reasons = queries.cleaned_reasons(shown)
    context = {
        "room": "documents",
        "document": found,
        "revision": shown,
        "source": shown.source,
        "document_url": document_url(found),
        "change_count": sum(reasons.values()),
        "reasons": reasons.most_common(),
        "only_changed": only_changed,
        "all_url": address(1, changed=False),
        "changed_url": address(1, changed=True),
        "lines": on_page,
        "page": page,
        **turning(page, address),
    }
    return render(request, "library/raw.html", context)
