"""The table of contents against the documents that are printed."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def contents_against_body(manuscript: Manuscript) -> Iterator[Finding]:
    """The table of contents against the documents that are printed."""
    yield from ()
