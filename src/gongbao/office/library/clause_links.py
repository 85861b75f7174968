"""From a clause that somebody cites to its words and the page of them, where the library holds the document."""

from typing import NamedTuple

from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.library import queries
from gongbao.office.library.models import Revision


class _Found(NamedTuple):
    address: str
    words: str


_NOTHING = _Found("", "")


class ClauseLinks:
    """`links(document, clause)` is an address, or "" where the library does not hold it. Each is looked up once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Found] = {}
        self._revisions: dict[str, Revision | None] = {}
        self._told: set[tuple[str, str]] = set()

    def __call__(self, document: str, clause: str) -> str:
        return self._look_up(document, clause).address

    def of(self, citation: str) -> str:
        """The address for a clause that is cited with its document: 许政办〔2022〕27号 第三十六条第二款."""
        document, _, clause = citation.partition(" ")
        return self(document, clause.strip())

    def words(self, document: str, clause: str) -> str | None:
        """A clause's words as a visitor may see them; None where the library does not hold it."""
        return self._look_up(document, clause).words or None

    def words_once(self, document: str, clause: str) -> str | None:
        """The same where a clause is named first, so that a page has the words of each one time."""
        if (document, clause) in self._told:
            return None
        self._told.add((document, clause))
        return self.words(document, clause)

    def _look_up(self, document: str, clause: str) -> _Found:
        key = (document, clause)
        if key not in self._found:
            self._found[key] = self._looked_up(document, clause)
        return self._found[key]

    def _looked_up(self, document: str, clause: str) -> _Found:
        revision = self._revision(document) if clause else None
        if revision is None:
            return _NOTHING
        try:
            found = queries.find_clause(revision, clause)
        except GongbaoError:
            return _Found(reverse("library:document", args=[revision.document.key]), "")
        return _Found(reverse("library:clause", args=[revision.document.key, found.eid]), found.text)

    def _revision(self, document: str) -> Revision | None:
        if document not in self._revisions:
            try:
                self._revisions[document] = queries.get_revision(document)
            except GongbaoError:
                self._revisions[document] = None
        return self._revisions[document]
