"""Read the text of an issue, or of one document: clean, cut, outline, address, references, validity."""

from collections.abc import Callable

from gongbao.gazette.addresses import address
from gongbao.gazette.clean import clean
from gongbao.gazette.cut import RawDocument, cut
from gongbao.gazette.heads import plain
from gongbao.gazette.lines import ANNEX_ITEM, ANNEX_LIST
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
    annexes = [part for part in parts if part.kind is PartKind.ANNEX]
    out: list[AnnouncedAnnex] = []
    for part in raw.parts:
        for at, line in enumerate(part.lines):
            found = ANNEX_LIST.match(line.text.strip())
            if not found:
                continue
            first = ANNEX_ITEM.match(found["first"])
            titles = [(first["number"], first["title"])] if first else [("", found["first"])]
            for following in part.lines[at + 1 : at + 40]:
                item = ANNEX_ITEM.match(following.text.strip()) if first else None
                if item is None or int(item["number"]) != len(titles) + 1:
                    break
                titles.append((item["number"], item["title"]))
            for number, title in titles:
                label, name = f"附件{number}", plain(title).rstrip("。；")
                out.append(AnnouncedAnnex(label, name, any(annex.label == label for annex in annexes)))
    announced = {annex.label for annex in out}
    out += [AnnouncedAnnex(part.label, part.title, True) for part in annexes if part.label not in announced]
    return out
