"""What the pages of prices and credit share: who may, and their forms."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import Actor
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.permissions import Rule, posts_of_request
from gongbao.procedures import Field, Refused
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.forms import Form, page
from gongbao.systems.intermediary_market.organisations.queries import is_auditor
from gongbao.systems.intermediary_market.supervision import queries
from gongbao.systems.intermediary_market.supervision.queries import Competent
from gongbao.systems.intermediary_market.supervision.refusals import told


def of_prices(request: HttpRequest) -> Competent | None:
    """The post in which whoever asks supervises prices: at market supervision, the city's or a county's (第八条)."""
    return queries.competent_post(posts_of_request(request), Function.PRICES)


def of_reform(request: HttpRequest) -> Competent | None:
    """The post in which whoever asks acts for development and reform of the city (第十条)."""
    found = queries.competent_post(posts_of_request(request), Function.COORDINATION)
    return found if found is not None and found.county is None else None


AT_PRICES = Rule(
    "whoever works at a desk of market supervision", lambda request, address: of_prices(request) is not None
)
SEES_FEES = Rule(
    "whoever works at a desk of market supervision, and auditors",
    lambda request, address: of_prices(request) is not None or is_auditor(request),
)
AT_REFORM = Rule(
    "whoever works at a desk of development and reform", lambda request, address: of_reform(request) is not None
)
SEES_CREDIT = Rule(
    "whoever works at a desk of development and reform, and auditors",
    lambda request, address: of_reform(request) is not None or is_auditor(request),
)


def acting(request: HttpRequest, competent: Competent | None) -> dict[str, Any]:
    """Who acts, as the actions take it."""
    assert isinstance(request.user, Account) and competent is not None  # or they would not have come here
    unit: Unit = competent.post.post.unit
    actor: Actor = actor_of(request.user, competent.post)
    return {"unit": unit, "account": request.user, "actor": actor}


def base(**more: Any) -> dict[str, Any]:
    return {"room": "market", "links": ClauseLinks(), "document": DOCUMENT, **more}


def refuse(form: Form, error: GongbaoError) -> None:
    """What an action said: beside the field that it names, where there is such a one."""
    if isinstance(error, Refused) and error.problems:
        form.error = "; ".join(one.message.in_language(get_language() or "") for one in error.problems)
    else:
        form.refuse(error, told)


def form_page(
    request: HttpRequest,
    form: Form,
    *,
    title: str,
    lead: str,
    submit: str,
    back: str,
    clause: str,
    about: Sequence[tuple[str, str, str]] = (),
    hidden: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of a form. `about`: what it is about, each with its label, words, and an address or ""; `hidden`: what
    the form carries beside what is typed; `more`: what its template knows besides."""
    return page(
        request, form, title=title, lead=lead, submit=submit, back=back, clause=clause,
        about="market/supervision/_about.html", facts=about, hidden=hidden or {}, **more,
    )  # fmt: skip


def number_of(text: str) -> int:
    """A number that a form carries; -1, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def as_typed(fields: Sequence[Field], given: Mapping[str, Any]) -> dict[str, str]:
    """What was kept, as it would be typed, for the form that replaces it."""
    return {one.key: "" if given.get(one.key) is None else str(given[one.key]) for one in fields if one.key in given}
