"""A document as Akoma Ntoso 3.0 (OASIS LegalDocML), so that the tools of others can read it.

The covering text is the document; what it issues and its annexes are attachments, each a document of its own. Each
clause is one element and bears the eId of `gongbao.gazette.addresses`; no other element of the text has an eId but the
attachments. Why it is cut this way, and how its IRIs are made, stands in docs/decisions/0005-akoma-ntoso.md.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from lxml import etree

from gongbao.core.citations import NUMBER_PATTERN, DocumentNumber
from gongbao.core.numerals import read_int
from gongbao.gazette.model import Clause, ClauseKind, Document, DocumentKind, Part, PartKind, Reference, ReferenceKind

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"

NO_DATE = date.min
"""Stands where the schema demands a date and the document has none; its name says `unknown`."""

_HIERARCHY = {
    ClauseKind.PART: "part",
    ClauseKind.CHAPTER: "chapter",
    ClauseKind.SECTION: "section",
    ClauseKind.SUBSECTION: "subsection",
    ClauseKind.ARTICLE: "article",
    ClauseKind.PARAGRAPH: "paragraph",
    ClauseKind.SUBPARAGRAPH: "subparagraph",
    ClauseKind.POINT: "point",
}
"""What has no element of its own (专栏, and levels below 目) is an hcontainer, named after its kind."""

_FORMAT = "akn"
_SOURCE = "#gongbao"

# Whatever XML 1.0 cannot hold, not even as an entity.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_IRI = re.compile(r"[^\w.~〔〕（）-]+")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_TITLE_MARK = re.compile("[《》]")
_ARTICLE = re.compile(r"第(.{1,9})条")

# The stubs of lxml are no dependency of ours.
Element = Any


def to_akoma_ntoso(
    document: Document, *, country: str = "cn", language: str = "zho", made_on: date | None = None
) -> bytes:
    """The document as Akoma Ntoso 3.0 in UTF-8, valid against its schema whatever the text.

    `country` is a code of ISO 3166-1 in small letters, `language` one of ISO 639-2; `made_on` is the day the XML is
    made, for which the document's own day stands where none is given. Characters that XML cannot hold are left out.
    Time and memory grow linearly with the length of the document.
    """
    return _Export(document, country, language, made_on).run()


def work_iri(number: str, title: str, day: date | None, country: str = "cn") -> str:
    """The IRI of a document as a work, from what a citation of it gives; a title alone gives one without a date."""
    year = _YEAR.search(number)
    when = year[0] if year else day.isoformat() if day else "-"
    return f"/akn/{country}/doc/{when}/{_iri(number or title) or '-'}"


def _iri(text: str) -> str:
    return _NOT_IN_IRI.sub(lambda found: quote(found[0].encode("utf-8", "replace"), safe=""), text)


def legal_in_xml(text: str) -> str:
    """The text without the characters that no XML file may hold (most control characters, lone surrogates)."""
    return _ILLEGAL.sub("", text)


@dataclass(frozen=True, slots=True)
class _Component:
    """A part with its name within the document ("main", "instrument", "att_1") and its eId as an attachment."""

    part: Part
    name: str
    eid: str


def _components(document: Document) -> list[_Component]:
    """The parts as the eIds of their clauses name them: see `addresses.address`."""
    parts = document.parts or [Part(PartKind.BODY, "", document.title, document.first_line)]
    principal = next((part for part in parts if part.kind is PartKind.INSTRUMENT), parts[0])
    out: list[_Component] = []
    attached = 0
    for part in parts:
        name, eid = "instrument", ""
        if part is not principal and part.kind is not PartKind.BODY:
            attached += 1
            name = eid = f"att_{attached}"
        out.append(_Component(part, name if out else "main", eid if out else ""))
    return out


class _Export:
    def __init__(self, document: Document, country: str, language: str, made_on: date | None) -> None:
        self.document = document
        self.country = country
        self.work = work_iri(document.number, document.title, document.date, country)
        dated = document.date.isoformat() if document.date else ""
        self.expression = f"{self.work}/{language}@{dated}"
        self.language = language
        self.made_on = made_on or document.date
        self.issuers = list(dict.fromkeys(document.issuer.split()))
        # What a clause names -> the IRI of what is meant.
        self.named: dict[str, dict[str, str]] = {}
        self.references = [one for one in document.references if one.number or one.title]
        for reference in self.references:
            here = self.named.setdefault(reference.eid, {})
            for name in filter(None, (reference.number, reference.title)):
                here.setdefault(name, self._target(reference))

    def _target(self, reference: Reference) -> str:
        return work_iri(reference.number, reference.title, None, self.country)

    def run(self) -> bytes:
        root = etree.Element(_tag("akomaNtoso"), nsmap={None: NAMESPACE})
        first, *others = _components(self.document)
        main = self._component(root, first)
        if others:
            attachments = _add(main, "attachments")
            for component in others:
                attachment = _add(attachments, "attachment", eId=component.eid)
                if component.part.label:
                    _inline(attachment, "num", component.part.label)
                self._component(attachment, component)
        made: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        return made

    def _component(self, parent: Element, component: _Component) -> Element:
        """One document: the whole, or one of its attachments."""
        part = component.part
        main = component.name == "main"
        is_act = any(clause.kind is ClauseKind.ARTICLE for clause in part.walk())
        if is_act:
            made = _add(parent, "act", name="act")
        elif part.kind is PartKind.BODY and self.document.kind is not DocumentKind.OTHER:
            made = _add(parent, "statement", name=str(self.document.kind))
        else:
            made = _add(parent, "doc", name=str(part.kind))
        self._meta(made, component)
        self._preface(made, part, main)
        clauses = list(part.clauses)
        if len(clauses) > 1 and _is_plain(clauses[0]):
            self._plain(_add(made, "preamble", eId=clauses.pop(0).eid), part.clauses[0])
        body = _add(made, "body" if is_act else "mainBody")
        for clause in clauses:
            if is_act:
                self._hierarchical(body, clause)
            elif _is_flow(clause):
                self._flow(body, clause)
            elif _is_plain(clause):
                self._plain(_add(body, "container", name="text", eId=clause.eid), clause)
            else:
                self._hierarchical(body, clause)
        if not clauses:
            _inline(body, "p")
        if main:
            self._conclusions(made)
        return made

    def _preface(self, made: Element, part: Part, main: bool) -> None:
        titles = [part.title]
        if main:
            titles = list(dict.fromkeys((self.document.title, part.title)))
        lines: list[tuple[str, str, str]] = [("title", "docTitle", title) for title in titles if title]
        if main:
            lines = [("label", "", part.label), *lines] if part.label else lines
            lines += [("number", "docNumber", self.document.number)] if self.document.number else []
            lines += [("addressees", "", f"{self.document.addressees}：")] if self.document.addressees else []
        if lines:
            preface = _add(made, "preface")
            for name, tag, text in lines:
                line = _inline(preface, "p", "" if tag else text, **{"class": name})
                if tag:
                    etree.SubElement(line, _tag(tag)).text = legal_in_xml(text)

    def _conclusions(self, made: Element) -> None:
        day = self.document.date
        if not self.issuers and day is None:
            return
        conclusions = _add(made, "conclusions")
        for place, issuer in enumerate(self.issuers, 1):
            line = _inline(conclusions, "p", **{"class": "signature"})
            etree.SubElement(line, _tag("signature"), refersTo=f"#org_{place}").text = legal_in_xml(issuer)
        if day is not None:
            line = _inline(conclusions, "p", **{"class": "date"})
            etree.SubElement(line, _tag("docDate"), date=day.isoformat()).text = f"{day.year}年{day.month}月{day.day}日"

    # -- what is said about the document --

    def _meta(self, made: Element, component: _Component) -> None:
        meta = _add(made, "meta")
        self._identification(meta, component)
        if component.name == "main":
            events = self._lifecycle(meta)
            self._modifications(meta)
            if events:
                group = _add(_add(meta, "temporalData", source=_SOURCE), "temporalGroup", eId="tmpg_1")
                _add(group, "timeInterval", refersTo="#in_force", **events)
            self._references(meta)

    def _identification(self, meta: Element, component: _Component) -> None:
        document = self.document
        identification = _add(meta, "identification", source=_SOURCE)
        authors = [f"#org_{place}" for place in range(1, len(self.issuers) + 1)] or ["#org_unknown"]
        for tag, iri, suffix, day, what, by in (
            ("FRBRWork", self.work, "", document.date, "Generation", authors),
            ("FRBRExpression", self.expression, "", document.date, "Generation", authors),
            ("FRBRManifestation", self.expression, f".{_FORMAT}", self.made_on, "XMLConversion", [_SOURCE]),
        ):
            level = _add(identification, tag)
            _add(level, "FRBRthis", value=f"{iri}/!{component.name}{suffix}")
            _add(level, "FRBRuri", value=f"{iri}{suffix}")
            title = document.title if component.name == "main" else component.part.title
            if tag == "FRBRWork" and title:
                _add(level, "FRBRalias", name="title", value=title)
            _add(level, "FRBRdate", date=(day or NO_DATE).isoformat(), name=what if day else "unknown")
            for author in by:
                _add(level, "FRBRauthor", href=author)
            if tag == "FRBRWork":
                _add(level, "FRBRcountry", value=self.country)
                _add(level, "FRBRsubtype", value=str(document.kind))
                if document.number:
                    _add(level, "FRBRnumber", value=document.number)
            elif tag == "FRBRExpression":
                _add(level, "FRBRlanguage", language=self.language)
            else:
                _add(level, "FRBRformat", value="application/akn+xml")

    def _lifecycle(self, meta: Element) -> dict[str, str]:
        """The events; yields start and end of the time in force, the end being the first day no longer in force."""
        validity = self.document.validity
        events: list[tuple[str, date, dict[str, str]]] = []
        if self.document.date is not None:
            events.append(("", self.document.date, {"type": "generation"}))
        if validity.from_ is not None:
            said = {"href": f"#{validity.from_clause}"} if validity.from_clause else {}
            events.append(("start", validity.from_, {"refersTo": "#commencement", **said}))
        if validity.until is not None and validity.until < date.max:
            said = {"href": f"#{validity.until_clause}"} if validity.until_clause else {}
            events.append(("end", validity.until + timedelta(days=1), {"refersTo": "#expiry", **said}))
        if not events:
            return {}
        lifecycle = _add(meta, "lifecycle", source=_SOURCE)
        bounds: dict[str, str] = {}
        for place, (bound, day, attributes) in enumerate(events, 1):
            _add(lifecycle, "eventRef", eId=f"e_{place}", date=day.isoformat(), source=_SOURCE, **attributes)
            if bound:
                bounds[bound] = f"#e_{place}"
        return bounds

    def _modifications(self, meta: Element) -> None:
        said = [one for one in self.references if one.kind is not ReferenceKind.CITES]
        if not said:
            return
        active = _add(_add(meta, "analysis", source=_SOURCE), "activeModifications")
        for place, reference in enumerate(said, 1):
            repeals = reference.kind is ReferenceKind.REPEALS
            articles = [eid for eid in map(_article_eid, reference.provisions) if eid]
            # An instrument named as a part, or an amendment whose words were not taken apart: there is more to it.
            known = len(articles) == len(reference.provisions) and (repeals or reference.scope == "partial")
            modification = _add(
                active,
                "textualMod",
                type="repeal" if repeals else "substitution",
                eId=f"mod_{place}",
                incomplete="" if repeals and known else "true",
            )
            _add(modification, "source", href=f"#{reference.eid}" if reference.eid else self.work)
            target = self._target(reference)
            for eid in articles or [""]:
                _add(modification, "destination", href=f"{target}#{eid}" if eid else target)

    def _references(self, meta: Element) -> None:
        references = _add(meta, "references", source=_SOURCE)
        cited = {(one.number, one.title): one for one in self.references}
        for place, reference in enumerate(cited.values(), 1):
            title, number = reference.title, reference.number
            shown = (f"《{title}》（{number}）" if number else f"《{title}》") if title else number
            _add(references, "activeRef", eId=f"ref_{place}", href=self._target(reference), showAs=shown)
        organizations = f"/akn/ontology/organization/{self.country}"
        for place, issuer in enumerate(self.issuers, 1):
            _add(
                references, "TLCOrganization", eId=f"org_{place}", href=f"{organizations}/{_iri(issuer)}", showAs=issuer
            )
        if not self.issuers:
            _add(references, "TLCOrganization", eId="org_unknown", href=f"{organizations}/unknown", showAs="未载明")
        for tag, eid, href, shown in (
            ("TLCConcept", "in_force", "concept/in_force", "有效"),
            ("TLCEvent", "commencement", "event/commencement", "施行"),
            ("TLCEvent", "expiry", "event/expiry", "失效"),
            ("TLCProcess", "gongbao", "process/gongbao", "gongbao"),
        ):
            _add(references, tag, eId=eid, href=f"/akn/ontology/{href}", showAs=shown)

    # -- the text --

    def _hierarchical(self, parent: Element, clause: Clause) -> None:
        """A clause with num and heading. What has no number stands before, after or between what has one."""
        if clause.kind not in _HIERARCHY or _last(clause.eid).startswith("p_"):
            element = _add(parent, "hcontainer", name=str(clause.kind), eId=clause.eid)
        else:
            element = _add(parent, _HIERARCHY[clause.kind], eId=clause.eid)
        if clause.number:
            _inline(element, "num", clause.number)
        if clause.heading:
            self._linked(_inline(element, "heading"), clause.heading, clause.eid)
        children = clause.children
        first, last = 0, len(children)
        while first < last and _is_flow(children[first]):
            first += 1
        while last > first and _is_flow(children[last - 1]):
            last -= 1
        if clause.text or first:
            intro = _add(element, "intro" if first < last else "content")
            self._blocks(intro, clause.text, clause.eid)
            for child in children[:first]:
                self._flow(intro, child)
        for child in children[first:last]:
            self._hierarchical(element, child)
        if last < len(children):
            wrap_up = _add(element, "wrapUp")
            for child in children[last:]:
                self._flow(wrap_up, child)

    def _plain(self, element: Element, clause: Clause) -> None:
        self._blocks(element, clause.text, clause.eid)
        for child in clause.children:
            self._flow(element, child)

    def _flow(self, parent: Element, clause: Clause) -> None:
        """An unnumbered paragraph: a p, or a box of several where it has several lines or a table."""
        if "\n" in clause.text or "\t" in clause.text:
            self._blocks(_add(parent, "blockContainer", eId=clause.eid), clause.text, clause.eid)
        else:
            self._linked(_inline(parent, "p", eId=clause.eid), clause.text, clause.eid)

    def _blocks(self, parent: Element, text: str, eid: str) -> None:
        """A p for each line, a table for each run of lines with tabs."""
        if not text:
            return
        table: Element = None
        for line in text.split("\n"):
            if "\t" not in line:
                table = None
                self._linked(_inline(parent, "p"), line, eid)
                continue
            if table is None:
                table = _add(parent, "table")
            row = _add(table, "tr")
            for cell in line.split("\t"):
                self._linked(_inline(etree.SubElement(row, _tag("td")), "p"), cell, eid, tail="")

    def _linked(self, element: Element, text: str, eid: str, tail: str = "\n") -> None:
        """Fill in a text whose mentions of other documents lead there."""
        element.tail = tail
        at = 0
        before: Element = None
        for start, end, href in _mentions(text, self.named.get(eid, {})):
            if before is None:
                element.text = legal_in_xml(text[at:start])
            else:
                before.tail = legal_in_xml(text[at:start])
            before = etree.SubElement(element, _tag("ref"), href=href)
            before.text = legal_in_xml(text[start:end])
            at = end
        if before is None:
            element.text = legal_in_xml(text)
        else:
            before.tail = legal_in_xml(text[at:])


def _is_flow(clause: Clause) -> bool:
    """A paragraph that is nothing but words (not a 款, which is a level of an article)."""
    return not (clause.number or clause.heading or clause.children) and _last(clause.eid).startswith("p_")


def _is_plain(clause: Clause) -> bool:
    """Words before the first number, with nothing but paragraphs below."""
    return (
        clause.kind is ClauseKind.PREAMBLE
        and not (clause.number or clause.heading)
        and bool(clause.text or clause.children)
        and all(map(_is_flow, clause.children))
    )


def _last(eid: str) -> str:
    return eid.rpartition("__")[2]


def _article_eid(provision: str) -> str:
    """第九条 -> art_9; "" for what cannot be told without the document (a chapter, a paragraph, an instrument)."""
    found = _ARTICLE.fullmatch(provision)
    number = read_int(found[1]) if found else None
    return f"art_{number}" if number else ""


def _mentions(text: str, named: dict[str, str]) -> list[tuple[int, int, str]]:
    """Where a text names one of the documents: a 《title》, a number, or both as one, from left to right."""
    if not named:
        return []
    found: list[tuple[int, int, str]] = []
    for start, end, href in sorted([*_titles(text, named), *_numbers(text, named)]):
        if found and start < found[-1][1]:
            continue  # a number within a title
        if found and found[-1][2] == href and text[found[-1][1] : start] == "（" and text[end : end + 1] == "）":
            found[-1] = (found[-1][0], end + 1, href)
        else:
            found.append((start, end, href))
    return found


def _titles(text: str, named: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    depth = start = 0
    for mark in _TITLE_MARK.finditer(text):
        if mark[0] == "《":
            start = mark.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                title = text[start + 1 : mark.start()].replace("〈", "《").replace("〉", "》").replace(" ", "")
                if title in named:
                    yield start, mark.end(), named[title]


def _numbers(text: str, named: dict[str, str]) -> Iterable[tuple[int, int, str]]:
    for found in NUMBER_PATTERN.finditer(text):
        series = found["series"]
        for skipped in range(len(series)):  # the sentence may run into the series
            number = str(DocumentNumber(series[skipped:], int(found["year"]), int(found["serial"])))
            if number in named:
                yield found.start() + skipped, found.end(), named[number]
                break


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: Element, tag: str, /, **attributes: str) -> Element:
    """A structural element on a line of its own. Attributes without a value are left out."""
    if parent.text is None:
        parent.text = "\n"
    element = etree.SubElement(parent, _tag(tag))
    element.tail = "\n"
    for name, value in attributes.items():
        if value:
            element.set(name, legal_in_xml(value))
    return element


def _inline(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    """An element that holds words."""
    element = _add(parent, tag, **attributes)
    element.text = legal_in_xml(text)
    return element
