"""Findings: where a manuscript contradicts itself, what is known, or sound printing; told before it is printed.

    from gongbao.gazette.findings import check
    for finding in check(text):
        print(finding.line, finding.kind, finding.message)

Each kind of finding is looked for in a module of its own, named after it (sums, figures, numbering, contents, names and
homophones, brackets, deadlines, bodies, reliance, recognition); each has one public function, from a Manuscript to
findings.
`model` has the values. A false alarm is a defect like one that is missed: what may be right is not told.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity
from gongbao.gazette.model import Gazette

if TYPE_CHECKING:
    from gongbao.gazette.read import Progress

__all__ = ["Finding", "FindingKind", "Manuscript", "Place", "Severity", "check", "check_gazette"]


@cache
def _checks() -> tuple[Callable[[Manuscript], Iterable[Finding]], ...]:
    """Loaded when something is checked: they are hundreds of patterns, and who shows what was found needs none."""
    from gongbao.gazette.findings import (
        bodies,
        brackets,
        contents,
        deadlines,
        figures,
        homophones,
        names,
        numbering,
        recognition,
        reliance,
        sums,
    )

    return (
        sums.wrong_sums,
        figures.contradicting_figures,
        numbering.wrong_numbering,
        contents.contents_against_body,
        names.names_in_two_spellings,
        homophones.homophones,
        brackets.holes_and_overlaps,
        deadlines.deadlines_before_date,
        bodies.bodies_never_created,
        reliance.reliance_on_repealed,
        recognition.suspected_errors,
    )


def check(
    text: str, *, repealed: Mapping[str, date] | None = None, progress: "Progress | None" = None
) -> list[Finding]:
    """All findings of a manuscript (an issue or one document), by line.

    `repealed` are documents known to be repealed from elsewhere: number, or title without 《》, to the day from which.
    """
    from gongbao.gazette.read import read_gazette

    return check_gazette(read_gazette(text, progress=progress), text, repealed=repealed)


def check_gazette(gazette: Gazette, text: str, *, repealed: Mapping[str, date] | None = None) -> list[Finding]:
    """As `check`, for a gazette that has been read from `text`."""
    manuscript = Manuscript(gazette, text, repealed or {})
    found = {finding: None for look in _checks() for finding in look(manuscript)}
    return sorted(found, key=lambda finding: (finding.line, finding.kind, finding.message))
