"""Repealed documents that are still relied on."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def reliance_on_repealed(manuscript: Manuscript) -> Iterator[Finding]:
    """Repealed documents that are still relied on."""
    yield from ()
