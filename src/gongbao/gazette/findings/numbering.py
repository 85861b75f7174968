"""Numbers that are skipped, used twice, run backwards or are referred to and do not exist.

What is looked at: clauses of every level, lists inside a sentence (一是…二是…), boxes, captions of tables and figures,
annexes as they are announced and as they are printed, the column 序号 of a table, references to a clause or an annex
of the same document, and document numbers. A numbering may begin again at one wherever it likes, and it may run on
through headings; both are told by the numbers themselves.
"""

import re
from collections.abc import Iterator

from gongbao.core.citations import NUMBER_PATTERN, read_number
from gongbao.gazette.findings.captions import annexes, captions, table_rows
from gongbao.gazette.findings.clause_numbers import decimals, inside_sentences, lists
from gongbao.gazette.findings.model import Finding, Manuscript, Place, Severity, shortened
from gongbao.gazette.findings.runs import made, told
from gongbao.gazette.findings.self_references import references
from gongbao.gazette.model import Document


def wrong_numbering(manuscript: Manuscript) -> Iterator[Finding]:
    """All findings of this kind, document by document."""
    yield from _document_numbers(manuscript)
    for document in manuscript.gazette.documents:
        amends = bool(_AMENDS.search(document.title))
        for part in document.parts:
            for items in lists(part, amends):
                yield from told(document, items)
            yield from decimals(document, part)
            yield from inside_sentences(manuscript, document, part)
            if not amends:
                yield from references(manuscript, document, part)
        yield from captions(manuscript, document)
        yield from annexes(manuscript, document)
        yield from table_rows(manuscript, document)


# Such a document prints clauses of others.
_AMENDS = re.compile("关于(?:公布|集中|宣布)?(?:修改|修正|修订|废止|清理|失效)|修正案(?:（[^（）]*）)?$")


def _document_numbers(manuscript: Manuscript) -> Iterator[Finding]:
    """A number that two documents bear."""
    first: dict[str, Document] = {}
    for document in manuscript.gazette.documents:
        if not document.number:
            continue
        other = first.setdefault(document.number, document)
        if other is not document and other.title != document.title:
            yield made(
                document,
                Severity.ERROR,
                f"文号“{document.number}”用于两份文件：《{other.title}》和《{document.title}》。",
                f"The number {document.number} is borne by two documents: 《{other.title}》 and 《{document.title}》.",
                (_number_place(manuscript, document), _number_place(manuscript, other)),
            )


def _number_place(manuscript: Manuscript, document: Document) -> Place:
    for line in range(document.first_line, min(document.first_line + 15, document.last_line + 1)):
        words = manuscript.raw_lines[line - 1]
        found = NUMBER_PATTERN.search(words)
        if found and str(read_number(found[0])) == document.number:
            return Place(line, shortened(words))
    return Place(document.first_line, shortened(manuscript.raw_lines[document.first_line - 1]))
