"""Who reads: what a page, an export or a feed may show.

Every query that hands out words of a document takes a Reader; whoever may not see personal data gets it masked there.
"""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Reader:
    """One who reads."""

    sees_personal_data: bool


VISITOR = Reader(sees_personal_data=False)
KEEPER = Reader(sees_personal_data=True)
"""Whoever works on the database itself, as on the command line: nothing in it is hidden from them."""


def reader_of(request: HttpRequest) -> Reader:
    """The reader that a request comes from: a visitor, unless an account with the permission is signed in."""
    return Reader(sees_personal_data=request.user.has_perm("people.see_personal_data"))
