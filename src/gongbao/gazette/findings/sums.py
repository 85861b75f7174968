"""Sums in tables, and totals stated in words, that do not add up."""

from collections.abc import Iterator

from gongbao.gazette.findings.balances import balances_of
from gongbao.gazette.findings.columns import sums_of
from gongbao.gazette.findings.model import Finding, Manuscript, name_of
from gongbao.gazette.findings.statements import statements_in

_NOTE_LINES = 6  # below a table, within which a note is one of the table


def wrong_sums(manuscript: Manuscript) -> Iterator[Finding]:
    """Sums in tables, and totals stated in words, that do not add up."""
    for document in manuscript.gazette.documents:
        for table in manuscript.tables(document):
            last = table.last_line or table.line
            below = "\n".join(manuscript.raw_lines[last : last + _NOTE_LINES])
            told = set()
            for finding in sums_of(table, name_of(document), below=below):
                told.add(finding.line)
                yield finding
            yield from (each for each in balances_of(table, name_of(document)) if each.line not in told)
        yield from statements_in(manuscript, document)
