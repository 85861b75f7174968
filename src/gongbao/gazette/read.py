"""Read the text of an issue, or of one document: clean, cut, outline, address, references, validity."""

from collections.abc import Callable

from gongbao.gazette.addresses import address
from gongbao.gazette.clean import clean
from gongbao.gazette.cut import RawDocument, cut
from gongbao.gazette.heads import plain
from gongbao.gazette.lines import annex_titles
from gongbao.gazette.model import AnnouncedAnnex, Document, Gazette, Part, PartKind
from gongbao.gazette.outline import outline
from gongbao.gazette.references import find_references
from gongbao.gazette.validity import find_validity

Progress = Callable[[int, int], None]
"""Called with the number of documents done and the number of all."""


def read_gazette(text: str, *, progress: Progress | None = None) -> Gazette:
    """Read a text. Whatever the text, the result holds every word of it: what fits no pattern is a paragraph.

    Time and memory grow linearly with the length of the text.
    """
    cleaned = clean(text)
    issue = cut(cleaned.lines)
    documents: list[Document] = []
    for done, raw in enumerate(issue.documents):
        if progress is not None:
            progress(done, len(issue.documents))
        documents.append(_read_document(raw))
    if progress is not None:
        progress(len(issue.documents), len(issue.documents))
    return Gazette(
        issue.title, issue.publisher, issue.year, issue.issue, documents, issue.contents, cleaned.changes, cleaned.text
    )


def _read_document(raw: RawDocument) -> Document:
    parts = [Part(part.kind, part.label, part.title, part.line, clauses=outline(part.lines)) for part in raw.parts]
    document = Document(
        raw.number,
        raw.title,
        raw.issuer,
        raw.addressees,
        raw.date,
        raw.kind,
        raw.lines[0].number if raw.lines else 1,
        raw.lines[-1].number if raw.lines else 1,
        "\n".join(line.text for line in raw.lines),
        [part for part in parts if part.clauses or part.kind is not PartKind.BODY or len(parts) == 1],
    )
    document.announced_annexes = _announced_annexes(raw, parts)
    address(document)
    document.references = find_references(document)
    document.validity = find_validity(document)
    return document


def _announced_annexes(raw: RawDocument, parts: list[Part]) -> list[AnnouncedAnnex]:
    """The list of annexes at the foot of a text, each with whether the file holds it."""
    printed = {part.label: part for part in reversed(parts) if part.kind is not PartKind.BODY and part.label}
    out: list[AnnouncedAnnex] = []
    for raw_part in raw.parts:
        at = 0
        while at < len(raw_part.lines):
            titles, behind = annex_titles(raw_part.lines, at)
            for number, title in titles:
                label, name = f"附件{number}", plain(title).rstrip("。；")
                here = printed.get(label)
                # What the document issues is no annex of it, though it is printed as one.
                if here is None or here.kind is PartKind.ANNEX:
                    out.append(AnnouncedAnnex(label, name, here is not None))
            at = max(behind, at + 1)
    announced = {annex.label for annex in out}
    for part in parts:
        if part.kind is PartKind.ANNEX and part.label not in announced:
            out.append(AnnouncedAnnex(part.label, part.title, True))
    return out
