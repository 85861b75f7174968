"""What the routers of the API share, whatever system they are of: forms of parameters, pages of lists, answers, errors.

A router declares its routes with these; `gongbao.site.api` puts the routers together and sees to all that concerns
every answer. The objects that go out are made elsewhere (for the library: contract.py) and are not made anew here:
what a route declares as its answer is its description, and the tests hold the two together.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_noop as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from gongbao import SCHEMA_VERSION
from gongbao.core.errors import GongbaoError

Json = dict[str, Any]

PAGE_SIZE = 50
LARGEST_PAGE = 200
LONGEST = 200  # characters of a parameter in words
LONGEST_SENTENCE = 2_000


# --- errors


class NotThere(GongbaoError):
    """What is asked for by its name does not exist; `where` is the parameter that names it."""


def error(message: str, field: str = "", *, status: int) -> JsonResponse:
    """The one form in which the API says that it gives no answer."""
    told = {"schema_version": SCHEMA_VERSION, "error": shortened(message, LONGEST_SENTENCE), "field": shortened(field)}
    return answer(told, status=status)


def too_long() -> JsonResponse:
    """The answer to a body that is longer than it may be."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 2**20
    return error(f"the body is too long: {most:g} MB at most", status=413)


def shortened(words: str, longest: int = LONGEST) -> str:
    """Of what somebody sent no more is repeated than anybody reads."""
    return words if len(words) <= longest else words[: longest - 1] + "…"


# --- parameters: what cannot be understood is told and never passed over


def _words(typed: str) -> str:
    words = typed.strip()
    if not words:
        raise ValueError("it says nothing; leave it out")
    if not words.isprintable():
        raise ValueError("it holds control characters")
    if len(words) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    return words


def _day(typed: Any) -> dt.date:
    # Not what pydantic takes for a date: 20260101 would be so many seconds after 1970.
    if isinstance(typed, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
        try:
            return dt.date.fromisoformat(typed)
        except ValueError:
            pass
    raise ValueError("a date is written like 2022-06-24")


def whole(least: int, most: int, wanted: str) -> Callable[[Any], int]:
    """Reads a whole number; `wanted` says how it is written."""

    def read(typed: Any) -> int:
        if isinstance(typed, str) and re.fullmatch("[0-9]{1,9}", typed):
            typed = int(typed)
        if not isinstance(typed, int) or not least <= typed <= most:
            raise ValueError(wanted)
        return typed

    return read


Words = Annotated[str, AfterValidator(_words), Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST})]
Day = Annotated[dt.date, BeforeValidator(_day)]
Year = Annotated[
    int,
    BeforeValidator(whole(1, 9999, "a year is written like 2022")),
    Field(json_schema_extra={"minimum": 1, "maximum": 9999}),
]


class Paging(BaseModel):
    """Which page of a list is asked for."""

    page: Annotated[int, BeforeValidator(whole(1, 10**9, "a page is a number from 1 on"))] = Field(
        1, description=_("which page of the list, counted from 1"), json_schema_extra={"minimum": 1}
    )
    size: Annotated[int, BeforeValidator(whole(1, LARGEST_PAGE, f"a page has 1 to {LARGEST_PAGE} items"))] = Field(
        PAGE_SIZE,
        description=_("how many items a page has, at most 200"),
        json_schema_extra={"minimum": 1, "maximum": LARGEST_PAGE},
    )


# --- what is declared


def told(description: str) -> Any:
    """A field that is always there, with what it says."""
    return Field(description=description)


class Thing(BaseModel):
    """An object of an answer. What a later version adds to it is no break, so nothing here forbids more fields."""


class Top(Thing):
    schema_version: str = told("version of the form of all answers; a change of its first figure breaks something")


class Listed(Top):
    """A page of a list."""

    count: int = told("how many items the list has, on all its pages")
    next: str | None = told("address of the next page; null on the last")
    previous: str | None = told("address of the page before; null on the first")


class Error(Top):
    """Why there is no answer."""

    error: str = told("what is wrong, in one sentence, in English")
    field: str = told('the parameter that is wrong, or that names what is not there; "" where it is none')


def answers(declared: Any) -> dict[int, Any]:
    """What a route can answer, for its declaration."""
    return {200: declared, 400: Error, 404: Error, 429: Error, 500: Error}


# --- answers


def answer(value: Json, *, status: int = 200) -> JsonResponse:
    try:
        return JsonResponse(value, status=status, json_dumps_params={"ensure_ascii": False})
    except UnicodeEncodeError:
        # Half of a pair of surrogates, which JSON can name and UTF-8 has no bytes for: it came in with the request.
        told = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode(errors="replace")
        return JsonResponse(json.loads(told), status=status, json_dumps_params={"ensure_ascii": False})


def listed(
    request: HttpRequest, found: Any, paging: Paging, items: Callable[[Sequence[Any]], Sequence[Json]]
) -> JsonResponse:
    """One page of a list; `items` makes the objects of its rows, and only of those."""
    paginator = Paginator(found, paging.size)
    try:
        page = paginator.page(paging.page)
    except EmptyPage as empty:
        raise NotThere(f"there is no page {paging.page}; the last is {paginator.num_pages}", where="page") from empty

    def address(number: int) -> str:
        asked = request.GET.dict() | {"page": str(number)}
        return request.build_absolute_uri(f"{request.path}?{urlencode(asked)}")

    return answer(
        {
            "schema_version": SCHEMA_VERSION,
            "count": paginator.count,
            "next": address(page.number + 1) if page.has_next() else None,
            "previous": address(page.number - 1) if page.has_previous() else None,
            "items": list(items(list(page.object_list))),
        }
    )
