"""Bodies that something is to be reported to and that were never created."""

from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript


def bodies_never_created(manuscript: Manuscript) -> Iterator[Finding]:
    """Bodies that something is to be reported to and that were never created."""
    yield from ()
