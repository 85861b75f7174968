"""Deadlines that are over before the document is dated."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def deadlines_before_date(manuscript: Manuscript) -> Iterator[Finding]:
    """Deadlines that are over before the document is dated."""
    yield from ()
