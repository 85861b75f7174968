"""Brackets of a scale that leave a hole or overlap."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def holes_and_overlaps(manuscript: Manuscript) -> Iterator[Finding]:
    """Brackets of a scale that leave a hole or overlap."""
    yield from ()
