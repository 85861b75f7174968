"""The API of the site: the routers of all systems under one address, described by one OpenAPI document.

What concerns every answer is decided here and nowhere else: errors, how many are given to whom, which other sites may
read them, who may keep them. The routers are those of the systems (gongbao.office.library.api).
"""

import functools
import hashlib
import http
import ipaddress
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as spoken
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.operation import Operation

from gongbao import SCHEMA_VERSION
from gongbao.core.errors import GongbaoError
from gongbao.office.api import NotThere, answer, error
from gongbao.office.library.api import router as library
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.site.policies.api import described_by_policy
from gongbao.site.policies.api import router as policies
from gongbao.site.what_if.api import router as what_if

PREFIX = "/api/"
JSON = "application/json"
SHOWN = 60  # characters of a value that an error repeats


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: clients that are generated from the description call theirs so."""
        return operation.view_func.__name__


api = Api(
    title="gongbao",
    version=SCHEMA_VERSION,
    description=_(
        "The documents of the gazette, for programs: read only, without an account. What a visitor may not see on the "
        "pages is masked here too."
    ),
    urls_namespace="api",
    # Both are ours: see description_json and documentation.
    openapi_url=None,
    docs_url=None,
)
api.add_router("", library)
api.add_router("", policies)
api.add_router("", what_if)


# --- the description


@functools.cache
def described() -> dict[str, Any]:
    """The OpenAPI document."""
    told: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    for _route, operation in _operations(told):
        for parameter in operation["parameters"]:
            schema = parameter["schema"]
            # What is left out is no null: a parameter in an address is there or it is not.
            kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
            if len(kinds) == 1:
                schema.update(kinds[0] | schema)
            elif kinds:
                schema["anyOf"] = kinds
            schema.pop("description", None)
            schema.pop("title", None)
            if schema.get("default", "") is None:
                del schema["default"]
    # What gathers parameters is no object of an answer.
    told["components"]["schemas"].pop("Paging", None)
    described_by_policy(told, PREFIX)
    return told


def _operations(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((route, one) for route, methods in told["paths"].items() for one in methods.values())


@functools.cache
def _known_parameters() -> dict[str, set[str]]:
    """Which parameters an address may have behind its question mark, by Django's name of the route."""
    return {
        re.sub(r"\{(\w+)\}", r"<\1>", route).lstrip("/"): {
            parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"
        }
        for route, operation in _operations(described())
    }


@allows(ANYONE)
@csrf_exempt
@require_safe
def description_json(request: HttpRequest) -> HttpResponse:
    return answer(described())


# --- errors


@api.exception_handler(GongbaoError)
def _refused(request: HttpRequest, refused: GongbaoError) -> HttpResponse:
    return error(refused.message, refused.where, status=404 if isinstance(refused, NotThere) else 400)


@api.exception_handler(ValidationError)
def _misread(request: HttpRequest, misread: ValidationError) -> HttpResponse:
    wrong = misread.errors[0]
    # An alias, or the name of a field within one parameter, stands last; a member of a union may stand behind it.
    field = next((str(step) for step in wrong["loc"][1:] if step in request.GET), str(wrong["loc"][-1]))
    kind, context = wrong["type"], wrong.get("ctx", {})
    if kind == "missing":
        return error(f"{field} is missing", field, status=400)
    if kind == "value_error":
        why = str(context.get("error", ""))
    elif "expected" in context:
        allowed = [one["ctx"]["expected"] for one in misread.errors if "expected" in one.get("ctx", {})]
        why = f"it may be {' or '.join(allowed)}"
    elif kind.startswith("bool"):
        why = "it may be true or false"
    else:
        why = str(wrong["msg"])
    return error(f"{field} is “{_short(request.GET.get(field, ''))}”: {why}", field, status=400)


def _short(typed: Any) -> str:
    words = "".join(sign if sign.isprintable() else "�" for sign in str(typed)[: SHOWN + 1])
    return words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"


SAID = {
    404: "there is nothing at this address; /api/docs lists what there is",
    405: "this address is read only",
    500: "the server failed; nothing was changed, and whoever runs it finds the reason in the log",
}


def _in_words(response: HttpResponse) -> HttpResponse:
    """An error that Django made a page of, or ninja a word, in the form of all errors."""
    status = response.status_code
    if status < 400 or response.headers.get("Content-Type", "").startswith(JSON):
        return response
    said = SAID.get(status, http.HTTPStatus(status).phrase.lower())
    if status == 405 and "POST" in response.get("Allow", ""):
        said = "a case is sent here by POST"
    words = error(said, status=status)
    if "Allow" in response:
        words["Allow"] = response["Allow"]
    return words


# --- how many answers somebody gets


def asking(request: HttpRequest) -> str:
    """Whose requests are counted together: an account's, or those of an address."""
    if request.user.is_authenticated:
        return f"account {request.user.pk}"
    address = str(request.META.get("REMOTE_ADDR", ""))
    # The server that ships with the program has put the caller there already, and takes the header from nobody but
    # the proxy; with another server the proxy itself stands there. What callers write in front of it is not read.
    if settings.GONGBAO_PROXY and address == settings.GONGBAO_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if known.version == 6:
        # Whoever has one address of IPv6 has all that begin like it.
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


FILES = frozenset(f"library:{name}" for name in ("export", "duties_xlsx", "indicators_xlsx"))
COST_OF_A_FILE = 6
"""A file is seconds of work: it counts as so many answers of the API."""


class FilesInMeasure:
    """Middleware: files that are made for whoever asks are counted with the answers of the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.resolver_match is None or request.resolver_match.view_name not in FILES:
            return None
        if not (wait := seconds_to_wait(request, COST_OF_A_FILE)):
            return None
        response = render(request, "429.html", {"room": "documents", "seconds": wait}, status=429)
        response["Retry-After"] = str(wait)
        return response


def seconds_to_wait(request: HttpRequest, cost: int = 1, *, counter: str = "api", times: int = 1) -> int:
    """0 where the request may be answered; counts it, as so many answers as it costs.

    What is far lighter than an answer of the API has a `counter` of its own, and is answered so many `times` as often.
    """
    limit = settings.GONGBAO_API_LIMIT * (10 if request.user.is_authenticated else 1) * times
    now = time.time()
    minute = int(now // 60)
    # The digest, because not every cache takes every sign in a key.
    key = f"{counter}-{minute}-{hashlib.sha256(asking(request).encode()).hexdigest()[:32]}"
    cache.add(key, 0, timeout=120)
    try:
        count = cache.incr(key, cost)
    except ValueError:
        return 0  # dropped between the two lines: the cache is full, and the API is not what suffers for it
    return 0 if count <= limit else max(1, 60 - int(now % 60))


def too_many(request: HttpRequest, cost: int) -> JsonResponse | None:
    """The answer to somebody who has had too many in this minute; None for all others."""
    wait = seconds_to_wait(request, cost)
    if not wait:
        return None
    told = f"too many requests: {settings.GONGBAO_API_LIMIT} a minute; ask again in {wait} seconds"
    response = error(told, status=429)
    response["Retry-After"] = str(wait)
    return response


# --- every answer


class ApiAnswers:
    """Middleware: what holds for every answer of the API, and for no page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX) or request.path_info in (PREFIX, reverse("api_docs")):
            return self.get_response(request)
        signed_in = request.user.is_authenticated
        response: HttpResponse = too_many(request, 1) or self._asked(request)
        kept = response.get("Cache-Control") != "no-store"
        if response.status_code == 200 and kept:
            response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            response = get_conditional_response(request, etag=response["ETag"], response=response) or response
        response = _in_words(response)
        # Kept, and asked for again each time whether it still holds; with an account, not even kept.
        response["Cache-Control"] = "private, no-store" if signed_in else "no-cache" if kept else "no-store"
        patch_vary_headers(response, ["Cookie"])
        if not signed_in:
            # Scripts of other sites may read what anybody may read. They cannot send a cookie along with this.
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        if request.method == "HEAD":
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    def _asked(self, request: HttpRequest) -> HttpResponse:
        method = request.method
        if method == "HEAD":
            request.method = "GET"
        try:
            response = self.get_response(request)
        finally:
            request.method = method
        if response.status_code == 405:
            allowed = {one.strip() for one in response["Allow"].split(",")}
            allowed |= {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())
            response["Allow"] = ", ".join(sorted(allowed))
            if method == "OPTIONS":
                response = HttpResponse(status=204, headers={"Allow": response["Allow"]})
                response["Access-Control-Allow-Methods"] = response["Allow"]
                response["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
                response["Access-Control-Max-Age"] = "86400"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A parameter that means nothing here, or is there twice, is refused: a filter is never passed over."""
        if request.method != "GET" or not request.path_info.startswith(PREFIX) or request.resolver_match is None:
            return None
        known = _known_parameters().get(request.resolver_match.route)
        if known is None:
            return None
        for name, values in request.GET.lists():
            if name not in known:
                there = f"there are {', '.join(sorted(known))}" if known else "it takes none"
                return error(f"there is no parameter “{_short(name)}” here; {there}", _short(name), status=400)
            if len(values) > 1:
                return error(f"{name} is there more than once", name, status=400)
        return None


# --- the page that shows it


@allows(ANYONE)
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """The description as a page: no script, and nothing from elsewhere."""
    told = described()
    rooms: dict[str, list[dict[str, Any]]] = {}
    for route, operation in _operations(told):
        body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
        rooms.setdefault(spoken(operation["tags"][0]), []).append(
            {
                "id": operation["operationId"],
                "route": route,
                "method": "POST" if body else "GET",
                "body": [(name, _kind(part)) for name, part in body.get("properties", {}).items()],
                "summary": spoken(operation["summary"]),
                "description": spoken(operation["description"]),
                "parameters": [
                    {
                        "name": one["name"],
                        "in_path": one["in"] == "path",
                        "required": one["required"],
                        "description": spoken(one["description"]),
                        "type": _kind(one["schema"]),
                        "values": _values(one["schema"], told),
                        "default": one["schema"].get("default"),
                    }
                    for one in operation["parameters"]
                ],
                "answer": _kind(operation["responses"][200]["content"][JSON]["schema"]),
            }
        )
    context = {
        "room": "api",
        "description": spoken(told["info"]["description"]),
        "rooms": list(rooms.items()),
        "objects": [
            {"name": name, "fields": [(field, _kind(schema)) for field, schema in declared["properties"].items()]}
            for name, declared in sorted(told["components"]["schemas"].items())
            if "properties" in declared
        ],
        "enumerations": [
            (name, declared["enum"])
            for name, declared in sorted(told["components"]["schemas"].items())
            if "enum" in declared
        ],
        "limit": settings.GONGBAO_API_LIMIT,
    }
    return render(request, "api.html", context)


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in the words of JSON."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]"
    if isinstance(below := schema.get("additionalProperties"), dict):
        return f"{{{_kind(below)}}}"
    return str(schema.get("format") or schema.get("type") or "string")


def _values(schema: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """The values that a parameter may have, where they are counted."""
    if "$ref" in schema:
        return _values(told["components"]["schemas"][_kind(schema)], told)
    if "anyOf" in schema:
        return [value for one in schema["anyOf"] for value in _values(one, told)]
    return list(schema.get("enum", [schema["const"]] if "const" in schema else []))


urlpatterns = [
    path("", allows(ANYONE)(lambda request: redirect("api_docs")), name="api"),
    path("openapi.json", description_json, name="api_description"),
    path("docs", documentation, name="api_docs"),
    # Without ninja's own root, which stands behind ours and is never reached.
    path("", ([one for one in api.urls[0] if getattr(one, "name", "") != "api-root"], *api.urls[1:])),
]
