"""A figure in the text that contradicts a table, or another document of the manuscript."""

from collections.abc import Iterator

from gongbao.gazette.findings.listed import figures_against_lists
from gongbao.gazette.findings.model import Finding, Manuscript
from gongbao.gazette.findings.row_figures import figures_against_rows
from gongbao.gazette.findings.said_again import figures_said_again
from gongbao.gazette.findings.said_twice import figures_said_twice


def contradicting_figures(manuscript: Manuscript) -> Iterator[Finding]:
    """A figure in the text that contradicts a table, or another document of the manuscript."""
    found: list[Finding] = []
    for document in manuscript.gazette.documents:
        found += figures_against_lists(manuscript, document)
    found += figures_said_twice(manuscript)
    yield from found
    # What the looser checks find on a line of which something is told already is the same once more.
    told = {place.line for finding in found for place in finding.places[:1]}
    for document in manuscript.gazette.documents:
        tables = [table for table in manuscript.tables(document) if table.rows]
        for finding in figures_against_rows(manuscript, document, tables):
            if finding.line not in told:
                told.add(finding.line)
                yield finding
    for finding in figures_said_again(manuscript):
        if not told & {place.line for place in finding.places}:
            yield finding
