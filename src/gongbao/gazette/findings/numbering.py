"""Numbers that are skipped or used twice: of clauses, annexes, rows and tables."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def wrong_numbering(manuscript: Manuscript) -> Iterator[Finding]:
    """Numbers that are skipped or used twice: of clauses, annexes, rows and tables."""
    yield from ()
