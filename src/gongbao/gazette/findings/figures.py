"""A figure in the text that contradicts a table, or another document of the manuscript."""

from collections.abc import Iterator

from gongbao.gazette.findings.listed import figures_against_lists
from gongbao.gazette.findings.model import Finding, Manuscript
from gongbao.gazette.findings.said_twice import figures_said_twice


def contradicting_figures(manuscript: Manuscript) -> Iterator[Finding]:
    """A figure in the text that contradicts a table, or another document of the manuscript."""
    for document in manuscript.gazette.documents:
        yield from figures_against_lists(manuscript, document)
    yield from figures_said_twice(manuscript)
