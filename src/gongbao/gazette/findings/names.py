"""One name in two spellings."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def names_in_two_spellings(manuscript: Manuscript) -> Iterator[Finding]:
    """One name in two spellings."""
    yield from ()
