"""Sums in tables, and totals stated in words, that do not add up."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def wrong_sums(manuscript: Manuscript) -> Iterator[Finding]:
    """Sums in tables, and totals stated in words, that do not add up."""
    yield from ()
