"""What the pages of purchases share."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from gongbao.core.errors import GongbaoError
from gongbao.office.cases.forms import Control, controls_of
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.rows import in_order
from gongbao.procedures import Field, Problem, Refused
from gongbao.procedures.clocks import Run
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.words import tell
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.purchases import queries, terms
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.purchases.refusals import in_words
from gongbao.systems.intermediary_market.purchases.terms import WrongTerms

PAGE = 20
CLAUSES = {
    "contents": f"{DOCUMENT} 第十九条",
    "limit": f"{DOCUMENT} 第三条第二款",
    "ways": f"{DOCUMENT} 第十八条第一款",
    "check": f"{DOCUMENT} 第二十六条",
    "aside": f"{DOCUMENT} 第二十二条第（一）项",
    "award": f"{DOCUMENT} 第二十四条",
    "standing": f"{DOCUMENT} 第十四条",
    "registration": f"{DOCUMENT} 第二十一条",
    "abandoned": f"{DOCUMENT} 第三十二条第（一）项",
}
FORMS = "/market/"
"""Below it stand forms with which files are sent."""


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any]) -> tuple[Page, str]:
    """The page that is asked for, and what else is asked for, to be carried from page to page."""
    asked = request.GET.copy()
    asked.pop("page", None)
    kept = asked.urlencode()
    return turned_to(rows, request.GET.get("page")), f"{kept}&" if kept else ""


def turned_to(rows: QuerySet[Any] | Sequence[Any], number: str | None) -> Page:
    """A page of them. Of rows of the database the keys are read first: PostgreSQL would work out what is told of each
    row for all those that come before the page, too."""
    if not isinstance(rows, QuerySet):
        return Paginator(rows, PAGE).get_page(number)
    page: Page = Paginator(rows.values_list("pk", flat=True), PAGE).get_page(number)
    page.object_list = in_order(rows, list(page.object_list))
    return page


def purchase_or_404(uuid: UUID) -> Purchase:
    found = queries.purchase(uuid)
    if found is None:
        raise Http404("no such purchase")
    return found


def base(**more: Any) -> dict[str, Any]:
    return {"room": "market", "links": ClauseLinks(), "document": DOCUMENT, "clauses": CLAUSES, **more}


def problems_of(error: GongbaoError | None, fields: Sequence[Field]) -> tuple[list[Problem], str, bool]:
    """What is wrong by field, what is wrong beside them in words, and whether something happened meanwhile."""
    from gongbao.office.cases.actions import Overtaken

    if error is None:
        return [], "", False
    keys = {one.key for one in fields}
    found: list[Problem] = []
    if isinstance(error, WrongTerms | Refused):
        found = [one for one in error.problems if one.field in keys]
    elif error.where in keys:
        from gongbao.core.labels import Label

        words = in_words(error)
        found = [Problem(error.where, Label(words, words))]
    return found, "" if found else in_words(error), isinstance(error, Overtaken)


def form_context(
    fields: Sequence[Field], given: dict[str, Any], error: GongbaoError | None, *, files_again: bool = False
) -> dict[str, Any]:
    """What cases/_fields.html and cases/_wrong.html need, for a form of these fields."""
    problems, words, overtaken = problems_of(error, fields)
    shown = controls_of(fields, given, problems)
    return {
        "controls": shown,
        "wrong": [one for one in shown if one.wrong],
        "error": words,
        "overtaken": overtaken,
        "refused": (),
        "has_files": any(one.shape == "files" for one in shown),
        "files_again": files_again,
    }


def grouped(shown: Sequence[Control]) -> list[tuple[terms.Group, list[Control]]]:
    """The controls of the terms, in the seven groups of 第十九条."""
    by_key = {one.field.key: one for one in shown}
    return [(group, [by_key[one.key] for one in group.fields if one.key in by_key]) for group in terms.GROUPS]


def clocks(runs: Sequence[Run], now: Any) -> list[tuple[Run, Any]]:
    """The clocks that run, each with its words."""
    today = now.astimezone(SHANGHAI).date()
    return [(one, tell(one, today)) for one in runs]
