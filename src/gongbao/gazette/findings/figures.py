"""A figure in the text that contradicts a table, or another document of the manuscript."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def contradicting_figures(manuscript: Manuscript) -> Iterator[Finding]:
    """A figure in the text that contradicts a table, or another document of the manuscript."""
    yield from ()
