"""The pages of the policies. A case comes in the body of a request, goes out with the answer, and is kept nowhere."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.papers.calculation_sheet import sheet_docx, sheet_pdf
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.rules.policy import Policy
from gongbao.rules.readings import NoSuchReading
from gongbao.rules.workbooks import NotTaken
from gongbao.site.policies import given_rows
from gongbao.site.policies.cases import READING, Typed, form, typed
from gongbao.site.policies.results import MOST_EXPLAINED, Mark, Outcome, outcome
from gongbao.site.policies.results import computed as result_of
from gongbao.site.policies.workbooks import computed, template
from gongbao.systems import policies as all_policies
from gongbao.systems import populations

SHEETS = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", sheet_docx),
    "pdf": ("application/pdf", sheet_pdf),
}
COST_OF_A_SHEET = 6
COST_OF_A_TABLE = 20
"""Of a workbook before anybody knows what is in it."""
RECORDS, ROWS = 20, 250
"""So many records that are explained, or rows of a table, cost as much as one answer more; on paper, one sheet more."""
MOST_ON_A_SHEET = 100
"""Records; the steps of each fill a page."""

View = Callable[..., HttpResponse]


def _in_measure(cost: int) -> Callable[[View], View]:
    """Count what is computed with the answers of the API, and keep nothing of it in any cache."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            late = _counted(request, cost) if request.method == "POST" else None
            response = late or view(request, *args, **kwargs)
            response["Cache-Control"] = "no-store"
            return response

        return counted

    return decorate


def _counted(request: HttpRequest, cost: int) -> HttpResponse | None:
    """The answer to somebody who has had too much in this minute; None for all others."""
    # Not at the top: the API is made of these policies.
    from gongbao.site.api import seconds_to_wait

    wait = seconds_to_wait(request, cost) if cost else 0
    if not wait:
        return None
    page = "policies/_429.html" if "HX-Request" in request.headers else "policies/429.html"
    response = render(request, page, {"room": "policies", "seconds": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response


def _more_of(case: Typed) -> int:
    return min(case.record_count, MOST_EXPLAINED) // RECORDS


def _policy(name: str) -> Policy:
    found = all_policies().get(name)
    if found is None:
        raise Http404
    return found


def _language() -> str:
    return "en" if get_language() == "en" else "zh"


@allows(ANYONE)
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    language = _language()
    found = [
        {
            "name": one.name,
            "label": one.label.in_language(language),
            "about": _about(one, language),
            "policy": one,
            "has_population": one.name in populations(),
        }
        for one in all_policies().values()
    ]
    return render(request, "policies/policies.html", {"room": "policies", "policies": found})


def _about(policy: Policy, language: str) -> str:
    return policy.about_zh if language == "zh" else policy.about_en


@allows(ANYONE)
@_in_measure(1)
def policy(request: HttpRequest, name: str) -> HttpResponse:
    """The page with an empty form; posted to, with the case that came, one row more or less, and what it comes to."""
    found, language, links = _policy(name), _language(), ClauseLinks()
    case = typed(found, request.POST) if request.method == "POST" else Typed()
    if late := _counted(request, _more_of(case)):
        return late
    more, less = request.POST.get("more", ""), request.POST.get("less", "")
    fields = form(found, case, language, more=more, less=less)
    if request.method == "POST":
        # The form has its rows in order now.
        case.places = {}
    context = _context(found, case, language, links) | {
        "fields": fields,
        "about": _about(found, language),
        "has_population": found.name in populations(),
        "document_url": links(found.document, found.since_clause),
        "readings": _readings(found, case, language, links),
        "links": links,
    }
    if request.method == "POST" and not (more or less):
        context["outcome"] = outcome(found, case, language, links)
    return render(request, "policies/policy.html", context)


def _context(found: Policy, case: Typed, language: str, links: ClauseLinks) -> dict[str, Any]:
    return {
        "room": "policies",
        "policy": found,
        "label": found.label.in_language(language),
        "since_url": links(found.document, found.since_clause),
        "case": case,
        "case_text": case.as_text(),
        "most_explained": MOST_EXPLAINED,
        "most_on_a_sheet": MOST_ON_A_SHEET,
    }


def _readings(found: Policy, case: Typed, language: str, links: ClauseLinks) -> list[dict[str, Any]]:
    return [
        {
            "name": READING + name,
            "label": one.label.in_language(language),
            "clause": one.clause,
            "url": links(found.document, one.clause),
            "reason": one.reason.in_language(language),
            "authority": one.authority.in_language(language),
            "options": [
                (option.name, option.label.in_language(language), case.readings.get(name, one.default) == option.name)
                for option in one.options.values()
            ],
            "default": one.options[one.default].label.in_language(language),
        }
        for name, one in found.reading_table.items()
    ]


@allows(ANYONE)
@require_POST
@_in_measure(1)
def compute_case(request: HttpRequest, name: str) -> HttpResponse:
    """What the case comes to, as a piece of the page."""
    found, language, links = _policy(name), _language(), ClauseLinks()
    case = typed(found, request.POST)
    if late := _counted(request, _more_of(case)):
        return late
    context = _context(found, case, language, links) | {"outcome": outcome(found, case, language, links)}
    return render(request, "policies/_result.html", context)


@allows(ANYONE)
@require_POST
@_in_measure(COST_OF_A_SHEET)
def sheet(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The calculation sheet as .docx or PDF, or the case and what it comes to as JSON."""
    found, language = _policy(name), _language()
    if form not in ("json", *SHEETS):
        raise Http404
    case = typed(found, request.POST)
    if form != "json" and case.record_count > MOST_ON_A_SHEET:
        words = _("A calculation sheet has room for the steps of %(number)s records; this case has more.")
        told = Outcome(None, marks=(Mark("", words % {"number": MOST_ON_A_SHEET}, True),))
    elif late := _counted(request, _more_of(case) * (1 if form == "json" else COST_OF_A_SHEET)):
        return late
    else:
        told = result_of(found, case, language)
    if told.result is None:
        context = _context(found, case, language, ClauseLinks()) | {"outcome": told}
        return render(request, "policies/refused.html", context, status=422)
    response: HttpResponse
    if form == "json":
        value = told.result.as_json(explain=case.record_count <= MOST_EXPLAINED)
        response = JsonResponse(value, json_dumps_params={"ensure_ascii": False})
    else:
        kind, make = SHEETS[form]
        made = make(told.result, language, words=ClauseLinks().words, made_on=timezone.localdate())
        response = HttpResponse(made, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{found.name}.{form}"'
    return response


@allows(ANYONE)
@require_safe
def empty_workbook(request: HttpRequest, name: str) -> HttpResponse:
    """A workbook to be filled in with many cases."""
    found = _policy(name)
    return _workbook(template(found, _language()), f"{found.name}.xlsx")


@allows(ANYONE)
@require_POST
@_in_measure(COST_OF_A_TABLE)
def many(request: HttpRequest, name: str) -> HttpResponse:
    """Many cases, as a workbook or as rows pasted from one; the same workbook back with what each comes to."""
    found, language = _policy(name), _language()
    given, pasted = request.FILES.get("workbook"), request.POST.get("rows", "")
    try:
        rows = given_rows.of_workbook(given.read()) if given else given_rows.of_text(pasted)
        if late := _counted(request, len(rows) // ROWS):
            return late
        made = computed(found, rows, language, readings=typed(found, request.POST).readings)
    except GongbaoError as error:
        words = error.in_language(language) if isinstance(error, NotTaken | NoSuchReading) else error.message
        context = _context(found, Typed(), language, ClauseLinks()) | {"pasted": pasted, "words": words}
        return render(request, "policies/no_workbook.html", context, status=422)
    return _workbook(made, f"{found.name}-computed.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
