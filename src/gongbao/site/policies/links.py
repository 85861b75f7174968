"""From a clause that a policy cites to the page of its words, where the library holds the document."""

from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.library import queries


class ClauseLinks:
    """`links(document, clause)` is an address, or "" where the library does not hold it. Each is looked up once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], str] = {}
        self._absent: set[str] = set()

    def __call__(self, document: str, clause: str) -> str:
        key = (document, clause)
        if key not in self._found:
            self._found[key] = self._looked_up(document, clause)
        return self._found[key]

    def _looked_up(self, document: str, clause: str) -> str:
        if not clause or document in self._absent:
            return ""
        try:
            revision = queries.get_revision(document)
        except GongbaoError:
            self._absent.add(document)
            return ""
        try:
            found = queries.find_clause(revision, clause)
        except GongbaoError:
            return reverse("library:document", args=[revision.document.key])
        return reverse("library:clause", args=[revision.document.key, found.eid])


def words_of_clause(document: str, clause: str) -> str | None:
    """A clause's words as a visitor may see them; None where the library does not hold it."""
    try:
        return queries.find_clause(queries.get_revision(document), clause).text or None
    except GongbaoError:
        return None
