"""What the pages of the library share: links to documents, fields that cannot be understood, what is not there."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongbao.office.library import queries
from gongbao.office.library.models import Clause, Document


@dataclass(frozen=True, slots=True)
class Other:
    """Another document, or a clause, as a link; `url` is "" where the library does not hold it."""

    url: str
    label: str
    scope: str = ""
    provisions: str = ""
    clause: "Other | None" = None


class Misread(Exception):
    """A field of an address that cannot be understood. `name` is what the page calls it, `wanted` how it is written."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(name)
        self.name, self.value, self.wanted = name, value, wanted


def day_asked(request: HttpRequest, today: date) -> date:
    """The day `on` for which a status is asked, or today."""
    asked = str(request.GET.get("on", "")).strip()
    try:
        return date.fromisoformat(asked) if asked else today
    except ValueError as error:
        raise Misread(_("Status on"), asked, _("A date is written like 2022-06-24.")) from error


def misread(request: HttpRequest, field: Misread) -> HttpResponse:
    return render(request, "library/misread.html", {"room": "documents", "field": field}, status=400)


def turning(page: Page, address: Any) -> dict[str, Any]:
    """The links between the pages of a list: the first, the last, and those around this one; None is a gap."""
    last = page.paginator.num_pages
    wanted = sorted({1, last, *range(max(1, page.number - 2), min(last, page.number + 2) + 1)})
    links: list[tuple[int, str]] = []
    for number in wanted:
        if links and number > links[-1][0] + 1:
            links.append((0, ""))
        links.append((number, address(number)))
    return {
        "page_links": links,
        "previous_url": address(page.number - 1) if page.has_previous() else "",
        "next_url": address(page.number + 1) if page.has_next() else "",
    }


def document_url(found: Document) -> str:
    return reverse("library:document", args=[found.key])


def clause_link(found: Document, clause: Clause | None, label: str = "") -> Other | None:
    if clause is None:
        return None
    return Other(reverse("library:clause", args=[found.key, clause.eid]), label or clause.locator)


def no_document(request: HttpRequest, key: str) -> HttpResponse:
    near = [
        Other(document_url(one), f"{one.number or one.key} {one.shown.title if one.number else ''}".strip())
        for one in queries.near_documents(key)
    ]
    return not_found(request, key, near)


def not_found(
    request: HttpRequest, looked_for: str, near: list[Any], found: Document | None = None, *, chinese: bool = True
) -> HttpResponse:
    context = {
        "room": "documents",
        "looked_for": looked_for,
        # What is not Chinese is the number of a revision; a clause and a document are looked for by what is printed.
        "chinese": chinese,
        "near": [one for one in near if one],
        "document": found,
        "document_title": found.shown.title if found and found.number else "",
        "document_url": document_url(found) if found else "",
    }
    return render(request, "library/not_found.html", context, status=404)
