"""The route of the API that tells what a change comes to, for the invented population of a policy."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_noop as _
from ninja import Path, Router
from pydantic import Field

from gongbao import SCHEMA_VERSION
from gongbao.core.errors import GongbaoError
from gongbao.office.api import LONGEST, Error, Json, NotThere, Thing, Top, answer, answers, error, told, too_long
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.rules.columns import NotInColumns, program_of
from gongbao.rules.columns.program import DoesNotFit
from gongbao.rules.compute import changed_table
from gongbao.rules.facts import NotJson, parse_json
from gongbao.rules.policy import Policy
from gongbao.rules.what_if import Reform, compare
from gongbao.site.what_if.answers import DECIDED, Ready
from gongbao.site.what_if.populations import DEMONSTRATION, FAILED, READY, registry
from gongbao.site.what_if.turns import Late, turn
from gongbao.systems import policies as all_policies

router = Router()

PARTS = ("figures", "readings", "against", "value", "by", "parts")
MOST_DIVISIONS = 3
WAIT = 2  # seconds, while the population is made

_CHANGES: Json = {
    "figures": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "figures that are changed, such as inpatient_rate[subsistence_allowance]",
    },
    "readings": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "readings that are changed, each to one of its options",
    },
}
BODY: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **_CHANGES,
        "against": {
            "type": "object",
            "additionalProperties": False,
            "properties": _CHANGES,
            "description": "a second change, to be set beside",
        },
        "value": {"type": "string", "description": "the value that is compared; by default what is paid in the end"},
        "by": {
            "type": "array",
            "items": {"type": "string"},
            "maxItems": MOST_DIVISIONS,
            "description": "in whose groups it is told too: district, category, inpatient_self_pay",
        },
        "parts": {
            "type": "boolean",
            "default": False,
            "description": "add the sums of the other values that the policy reports",
        },
    },
}


class WhatIfUnit(Thing):
    """A unit in both languages."""

    zh: str = told("in Chinese")
    en: str = told("in English")


class WhatIfValue(Thing):
    """The value that is compared."""

    name: str = told("name of its rule")
    zh: str = told("what it is called in Chinese")
    en: str = told("what it is called in English")
    clause: str = told("clause of the rule")
    type: str = told("money, decimal, integer, percent or flag")
    unit: WhatIfUnit | None = told("its unit; null where it has none")
    decimals: int | None = told("how many it has; null for whole numbers, and for yes or no")
    records: str = told('the list of whose records it is a value; "" where it is one of the case')


class WhatIfChange(Thing):
    """Figures and readings that are changed; none for what holds today."""

    figures: dict[str, str] = told("the figures")
    readings: dict[str, str] = told("the readings")


class WhatIfSums(Thing):
    """Some persons before and after. Sums are decimal strings; of a yes or no they count those with yes."""

    persons: int = told("how many there are")
    before: str = told("sum of the value before")
    after: str = told("sum after")
    change: str = told("the difference, with its sign")
    change_percent: str | None = told("the same as a percentage of what was before; null where that is nothing")
    mean_change: str = told("the difference for each of the persons, rounded")
    gained: int = told("for how many it rises")
    gain: str = told("by how much for all of these")
    lost: int = told("for how many it falls")
    loss: str = told("by how much, without sign")
    entered: int = told("who had nothing and comes to something")
    left: int = told("who had something and comes to nothing")
    receiving_before: int = told("who had something")
    receiving_after: int = told("who has something")


class WhatIfGroup(WhatIfSums):
    """One group of a division."""

    key: str = told("what data has for it")
    zh: str = told("what it is called in Chinese")
    en: str = told("what it is called in English")


class WhatIfPart(WhatIfSums):
    """Another value that the policy reports of the same persons."""

    name: str = told("name of its rule")
    zh: str = told("what it is called in Chinese")
    en: str = told("what it is called in English")


class WhatIfSize(Thing):
    """Those whose value changed by so much."""

    # Not called as it is written, which is a word of Python.
    from_: str = Field(alias="from", description="from this change on")
    below: str | None = told("up to below this one; null for the last size of all")
    gained: int = told("for how many it rises by so much")
    gain: str = told("sum of these rises")
    lost: int = told("for how many it falls by so much")
    loss: str = told("sum of these falls")


class WhatIfDivision(Thing):
    """The groups of a division, which add up to all."""

    dimension: str = told("its name")
    zh: str = told("what it is called in Chinese")
    en: str = told("what it is called in English")
    kind: str = told("carried, choice, choices, flag, tenth, year, month or applied")
    groups: list[WhatIfGroup] = told("the groups that have persons")


class WhatIfReason(Thing):
    """Why some cases are in none of the numbers."""

    zh: str = told("in Chinese")
    en: str = told("in English")
    cases: int = told("for how many")


class WhatIfLeftOut(Thing):
    """What is in none of the numbers."""

    cases: int = told("how many cases")
    persons: int = told("how many persons these are")
    reasons: list[WhatIfReason] = told("why, the commonest first")


class WhatIfOutcome(WhatIfChange):
    """What a change comes to, beside what it is compared with."""

    compared_with: WhatIfChange = told("beside what it stands")
    total: WhatIfSums = told("all persons")
    sizes: list[WhatIfSize] = told("how large the changes are, from small to large")
    by: list[WhatIfDivision] = told("the divisions that were asked for")
    parts: list[WhatIfPart] = told("other values, where they were asked for; else []")
    decided: int = told("cases that were computed one by one, because columns do not hold them")
    left_out: WhatIfLeftOut = told("what is in none of the numbers")


class WhatIfUnread(Thing):
    """Cases of the population that could not be read."""

    cases: int = told("how many")
    reasons: list[WhatIfReason] = told("why some of them could not")


class WhatIf(Top):
    """What other figures or readings come to for the invented population."""

    policy: str = told("name of the policy")
    version: str = told("version of the policy that computed it")
    value: WhatIfValue = told("the value that is compared")
    outcome: WhatIfOutcome = told("the change beside what holds today")
    against: WhatIfOutcome | None = told("the second change beside what holds today; null where there is none")
    between: WhatIfOutcome | None = told("the first change beside the second; null where there is none")
    unread: WhatIfUnread = told("cases that could not be read")


@router.post(
    "/policies/{name}/what-if",
    response=answers(WhatIf) | {413: Error, 503: Error},
    by_alias=True,
    summary=_("What a change comes to"),
    description=_(
        "Computes the invented population of the policy with other figures or readings, and what changes. While the "
        "population is made the answer is 503."
    ),
    tags=[_("Policies")],
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}}},
)
@allows(ANYONE)
def what_if(request: HttpRequest, name: str = Path(..., description=_("name of the policy"))) -> HttpResponse:
    found = all_policies().get(name)
    if found is None:
        raise NotThere(f"there is no such policy; there are {', '.join(all_policies())}", where="name")
    if request.GET:
        return error("what is asked stands in the body; nothing may stand behind the ? of the address", status=400)
    try:
        asked = _asked(parse_json(request.body.decode()))
    except RequestDataTooBig:
        return too_long()
    except UnicodeDecodeError:
        return error("the body is not UTF-8", status=400)
    except NotJson as wrong:
        return error(wrong.message, status=400)
    reforms = [_reform(found, asked, ""), _reform(found, asked["against"], "against.") if "against" in asked else None]
    held = registry.get(found, DEMONSTRATION)
    if held.state == FAILED and held.error is not None:
        raise held.error
    if held.state != READY:
        response = error(f"the population is being made; ask again in {WAIT} seconds", status=503)
        response["Retry-After"] = str(WAIT)
        return response
    return _told(held.ready, reforms, asked)


def _told(ready: Ready, reforms: list[Reform | None], asked: Json) -> JsonResponse:
    change, against = reforms
    assert change is not None
    try:
        with turn():
            found = compare(
                ready.population,
                change,
                asked.get("value"),
                against,
                asked.get("by", ()),
                parts=asked.get("parts", False),
                decide=DECIDED,
            )
    except Late as late:
        response = error(f"too much is computed just now; ask again in {late.seconds} seconds", status=429)
        response["Retry-After"] = str(late.seconds)
        return response
    response = answer({"schema_version": SCHEMA_VERSION, **found.as_json()})
    response["Cache-Control"] = "no-store"
    return response


def _asked(body: Any) -> Json:
    """Raises GongbaoError for a body that is no such object."""
    if not isinstance(body, dict):
        raise GongbaoError('the body is an object such as {"figures": {…}}')
    for part in body:
        if part not in PARTS:
            raise GongbaoError(f"there is no part of that name; there are {', '.join(PARTS)}", where=str(part)[:60])
    if "value" in body and not _is_short(body["value"]):
        raise GongbaoError("value is the name of a value", where="value")
    by = body.get("by", [])
    if not isinstance(by, list) or len(by) > MOST_DIVISIONS or not all(map(_is_short, by)):
        raise GongbaoError(f"by is a list of at most {MOST_DIVISIONS} names", where="by")
    if not isinstance(body.get("parts", False), bool):
        raise GongbaoError("parts is true or false", where="parts")
    if "against" in body and not isinstance(body["against"], dict):
        raise GongbaoError("against is an object of figures and readings", where="against")
    return body


def _is_short(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text) <= LONGEST


def _reform(policy: Policy, asked: Json, where: str) -> Reform:
    """Raises GongbaoError for what cannot be, and for what there is no room for without making the rules anew."""
    changes = {}
    for part in asked:
        if where and part not in ("figures", "readings"):
            raise GongbaoError(
                "there is no part of that name; there are figures, readings", where=f"{where}{part}"[:60]
            )
    for name in ("figures", "readings"):
        value = asked.get(name) or {}
        if not isinstance(value, dict) or not all(_is_short(one) for pair in value.items() for one in pair):
            raise GongbaoError(f"{name} is an object of texts of at most {LONGEST} characters", where=f"{where}{name}")
        changes[name] = value
    reform = Reform(**changes)
    table = changed_table(policy, tuple(sorted(reform.figures.items())))
    try:
        program_of(policy).settings(table, reform.readings)
    except DoesNotFit:
        beyond = _beyond(policy, reform)
        raise GongbaoError(f"{beyond} is beyond what is computed here", where=f"{where}figures") from None
    except NotInColumns:
        pass
    return reform


def _beyond(policy: Policy, reform: Reform) -> str:
    """The figure for which there is no room, as it was given; all of them where each alone has room."""
    given = {f"{name}={text}": {name: text} for name, text in reform.figures.items()}
    for words, figure in given.items():
        try:
            program_of(policy).settings(changed_table(policy, tuple(figure.items())))
        except DoesNotFit:
            return words
        except GongbaoError:
            continue  # a band that stands only beside another one that is changed
    return ", ".join(given)
