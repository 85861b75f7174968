"""Suspected errors of page recognition."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def suspected_errors(manuscript: Manuscript) -> Iterator[Finding]:
    """Suspected errors of page recognition."""
    yield from ()
