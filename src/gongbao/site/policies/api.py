"""The routes of the policies in the API: what there are, what one is made of, what a case comes to.

One view computes under every policy. The description has a route for each instead, whose facts have a schema of their
own, so that a client knows what to send: see `described_by_policy`.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Router

from gongbao import SCHEMA_VERSION
from gongbao.core.errors import GongbaoError
from gongbao.office.api import (
    LONGEST,
    LONGEST_SENTENCE,
    Error,
    Json,
    NotThere,
    Paging,
    answer,
    answers,
    error,
    listed,
    shortened,
    too_long,
)
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.rules.compute import Refused, compute
from gongbao.rules.describe import description, summary
from gongbao.rules.fact_schema import json_schema
from gongbao.rules.facts import NotJson, Problem, parse_json
from gongbao.rules.policy import Policy
from gongbao.site.policies import schemas
from gongbao.site.policies.results import MOST_EXPLAINED
from gongbao.systems import policies as all_policies

router = Router()

NAME = _("name of the policy")
COMPUTE = "/policies/{name}/compute"
EXPLAIN = f"add the explanation, with at most {MOST_EXPLAINED} records"
RECORDS, EXPLAINED_RECORDS = 500, 20
"""So many records of a case count as one more answer."""
PARTS = ("facts", "readings", "figures", "as_if", "explain", "words")


def _policy(name: str) -> Policy:
    found = all_policies().get(name)
    if found is None:
        raise NotThere(f"there is no such policy; there are {', '.join(all_policies())}", where="name")
    return found


@router.get(
    "/policies",
    response=answers(schemas.Policies),
    summary=_("The policies"),
    description=_("The policies that can be computed, each with its document and the time in which it is in force."),
    tags=[_("Policies")],
)
@allows(ANYONE)
def policies(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    return listed(request, list(all_policies().values()), paging, lambda found: [summary(one) for one in found])


@router.get(
    "/policies/{name}",
    response=answers(schemas.WholePolicy),
    by_alias=True,
    summary=_("A policy, whole"),
    description=_("What it asks for, computes with and gives, each with its clause."),
    tags=[_("Policies")],
)
@allows(ANYONE)
def policy(request: HttpRequest, name: str = Path(..., description=NAME)) -> HttpResponse:
    return answer({"schema_version": SCHEMA_VERSION, **description(_policy(name))})


@router.post(
    COMPUTE,
    response=answers(schemas.Computed) | {413: Error, 422: schemas.RefusedCase},
    by_alias=True,
    summary=_("What a case comes to"),
    description=_("Computes the case that the body holds. Nothing of it is kept, and none of it is logged."),
    tags=[_("Policies")],
)
@allows(ANYONE)
def compute_case(request: HttpRequest, name: str = Path(..., description=NAME)) -> HttpResponse:
    response = _computed(request, _policy(name))
    response["Cache-Control"] = "no-store"
    return response


def _computed(request: HttpRequest, found: Policy) -> JsonResponse:
    if request.GET:
        return error("a case is sent in the body; nothing may stand behind the ? of the address", status=400)
    try:
        # Not what ninja would make of the body: its numbers are read exactly.
        body = parse_json(request.body.decode())
    except RequestDataTooBig:
        return too_long()
    except UnicodeDecodeError:
        return error("the body is not UTF-8", status=400)
    except NotJson as wrong:
        return error(wrong.message, status=400)
    try:
        given = _given(body)
        explain = given.pop("explain")
        records = _records(given["given"])
        if explain and records > MOST_EXPLAINED:
            raise GongbaoError(
                f"the steps of up to {MOST_EXPLAINED} records are told here, and this case has {records}; "
                f"gongbao compute {found.name} FILE.json --explain tells them all",
                where="explain",
            )
        if late := _counted(request, records // (EXPLAINED_RECORDS if explain else RECORDS)):
            return late
        words = ClauseLinks().words if given.pop("words") else None
        told = compute(found, **given).as_json(explain=explain, words=words)
        return answer({"schema_version": SCHEMA_VERSION, **told})
    except Refused as refused:
        return _refused(refused)


def _records(facts: Any) -> int:
    return sum(len(one) for one in facts.values() if isinstance(one, list)) if isinstance(facts, dict) else 0


def _counted(request: HttpRequest, cost: int) -> JsonResponse | None:
    # Not at the top: the API is made of these policies.
    from gongbao.site.api import too_many

    return too_many(request, cost) if cost else None


def _refused(refused: Refused) -> JsonResponse:
    first = refused.problems[0].path if refused.problems else ""
    message = shortened(refused.message, LONGEST_SENTENCE)
    told = {"schema_version": SCHEMA_VERSION, "error": message, "field": shortened(first)}
    return answer(told | {"problems": [problem_as_json(one) for one in refused.problems]}, status=422)


def problem_as_json(problem: Problem) -> Json:
    label = {"zh": problem.label.zh, "en": problem.label.en} if problem.label else None
    zh, en = (shortened(words, LONGEST_SENTENCE) for words in (problem.zh, problem.en))
    return {"path": shortened(problem.path), "label": label, "zh": zh, "en": en, "code": problem.code}


def _given(body: Any) -> Json:
    """The arguments of `compute`, and `explain` and `words`. Raises GongbaoError for a body that is no such object."""
    if not isinstance(body, dict) or "facts" not in body:
        raise GongbaoError('the body is an object such as {"facts": {…}}', where="facts")
    for name in body:
        if name not in PARTS:
            raise GongbaoError(f"there is no part of that name; there are {', '.join(PARTS)}", where=str(name)[:60])
    given: Json = {"given": body["facts"]}
    for name in ("readings", "figures"):
        value = body.get(name) or {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise GongbaoError(f"{name} is an object whose values are texts", where=name)
        for key, one in value.items():
            if len(key) > LONGEST or len(one) > LONGEST:
                raise GongbaoError(f"no name or value among {name} has more than {LONGEST} characters", where=name)
        given[name] = value
    for name in ("as_if", "explain", "words"):
        value = body.get(name, False)
        if not isinstance(value, bool):
            raise GongbaoError(f"{name} is true or false", where=name)
        given[name] = value
    if given["words"] and not given["explain"]:
        raise GongbaoError("words stand in the explanation; send explain as true too", where="words")
    return given


# --- the description


def described_by_policy(told: Json, prefix: str) -> None:
    """Put a route for each policy in the place of the one that computes them all."""
    paths, objects = told["paths"], told["components"]["schemas"]
    general = paths.pop(f"{prefix}{COMPUTE.lstrip('/')}")["post"]
    for name, found in all_policies().items():
        objects[f"facts.{name}"] = {key: part for key, part in json_schema(found.facts).items() if key != "$schema"}
        operation = general | {
            "operationId": f"compute_{name.replace('-', '_')}",
            "parameters": [],
            "x-policy": name,
            "requestBody": {"required": True, "content": {"application/json": {"schema": _body(name, found)}}},
        }
        paths[f"{prefix}policies/{name}/compute"] = {"post": operation}


def _body(name: str, found: Policy) -> Json:
    readings = {
        one.name: {
            "type": "string",
            "enum": list(one.options),
            "default": one.default,
            "title": one.label.zh,
            "description": f"{one.label.en} ({one.clause})",
        }
        for one in found.reading_table.values()
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["facts"],
        "properties": {
            "facts": {"$ref": f"#/components/schemas/facts.{name}"},
            "readings": {"type": "object", "additionalProperties": False, "properties": readings},
            "figures": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "figures to change for this once, such as inpatient_rate[subsistence_allowance]",
            },
            "as_if": {"type": "boolean", "default": False, "description": "also outside the time in force"},
            "explain": {"type": "boolean", "default": False, "description": EXPLAIN},
            "words": {
                "type": "boolean",
                "default": False,
                "description": "add to the explanation the words of the clauses, where the library holds the document",
            },
        },
    }
