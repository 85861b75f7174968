"""Where an agency sees what was reported of it, answers and appeals."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import files
from gongbao.office.cases.actions import Overtaken
from gongbao.office.cases.forms import asked_of, controls, typed, typed_again
from gongbao.office.cases.views.case import clock_rows
from gongbao.office.cases.views.common import BAD_REQUEST, CONFLICT, download, kept_nowhere, language, seen_of
from gongbao.office.cases.views.timeline import told_values
from gongbao.office.cases.words import Names
from gongbao.office.intake import ticket
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import allows
from gongbao.procedures import Problem, Refused, Step
from gongbao.procedures.fields import Kind
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import AGENCY, member_of_some, memberships_of_request
from gongbao.systems.intermediary_market.organisations.views.addresses import note_address
from gongbao.systems.intermediary_market.ratings import actions, procedure, queries
from gongbao.systems.intermediary_market.ratings.models import Conduct
from gongbao.systems.intermediary_market.ratings.refusals import told

PAGE = 20
FORMS = "/market/conduct/"
"""Below it stand forms with which files are sent."""


def _own(request: HttpRequest) -> list[Organisation]:
    return [one.organisation for one in memberships_of_request(request, AGENCY)]


def _found(request: HttpRequest, uuid: UUID) -> Conduct:
    found = queries.find(uuid, _own(request))
    if found is None:
        raise Http404("no such case")
    return found


@allows(member_of_some(AGENCY))
@require_safe
@kept_nowhere
def own(request: HttpRequest) -> HttpResponse:
    """What the agencies were told of."""
    page = Paginator(queries.of_agencies(_own(request)), PAGE).get_page(request.GET.get("page"))
    context = {
        "room": "market",
        "page": page,
        "rows": queries.findings(page),
        "agencies": _own(request),
        "query": "",
        "links": ClauseLinks(),
    }
    return render(request, "market/conduct.html", context)


@allows(member_of_some(AGENCY))
@require_safe
@kept_nowhere
def one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, now, names = _found(request, uuid), timezone.now(), Names()
    shown = queries.show(found, now)
    context = {
        "room": "market",
        "conduct": found,
        "case": found.case,
        "procedure": procedure.conduct,
        "finding": shown.finding,
        "state": shown.situation.state,
        "steps": [(each.step, each.obstacles) for each in shown.steps],
        "clocks": clock_rows(shown.situation.runs, procedure.conduct, now),
        "events": [(each, told_values(_words_of(each), names, language())) for each in shown.events][::-1],
        "links": ClauseLinks(),
    }
    return render(request, "market/conduct_case.html", context)


def _words_of(event: Any) -> tuple[Any, ...]:
    return tuple(value for value in event.values if value.field.kind != Kind.FILES)


@allows(member_of_some(AGENCY))
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def step(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """The form of a step of the agency."""
    found = _found(request, uuid)
    declared = procedure.conduct.steps.get(key)
    if declared is None or declared.begins or procedure.agency not in declared.by:
        raise Http404("no such step")
    if request.method != "POST":
        return ticket.give(_form(request, found, declared, {}), FORMS)
    assert isinstance(request.user, Account)
    try:
        given, uploads = typed(declared, procedure.agency, request)
        actions.answer(
            uuid, key, given, account=request.user, at=timezone.now(), seen=seen_of(request), uploads=uploads
        )
    except GongbaoError as error:
        status = CONFLICT if isinstance(error, Overtaken) else BAD_REQUEST
        return _form(
            request,
            _found(request, uuid),
            declared,
            typed_again(asked_of(declared, procedure.agency), request),
            error,
            status,
        )
    note_address(request, found.organisation)
    messages.success(request, _("Done: %(step)s") % {"step": declared.label.in_language(language())})
    return redirect("market:conduct_case", uuid)


def _form(
    request: HttpRequest,
    found: Conduct,
    declared: Step,
    given: Mapping[str, Any],
    error: GongbaoError | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = queries.show(found, timezone.now())
    problems: Sequence[Problem] = error.problems if isinstance(error, Refused) else ()
    made = controls(declared, procedure.agency, given, problems)
    context = {
        "room": "market",
        "conduct": found,
        "finding": shown.finding,
        "state": shown.situation.state,
        "step": declared,
        "clause_of_step": shown.situation.clause_of(declared),
        "controls": made,
        "has_files": any(one.shape == "files" for one in made),
        "files_again": bool(request.FILES),
        "seen": found.case.events_count,
        "elsewhere": all(one.step.key != declared.key for one in shown.steps),
        "refused": error.obstacles if isinstance(error, Refused) else (),
        "error": told(error) if error is not None and not isinstance(error, Refused) else "",
        "wrong": [one for one in made if one.wrong],
        "overtaken": isinstance(error, Overtaken),
        "links": ClauseLinks(),
    }
    return render(request, "market/conduct_step.html", context, status=status)


@allows(member_of_some(AGENCY))
@require_safe
@kept_nowhere
def file(request: HttpRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """A file of the case, so that the agency sees what is held against it."""
    found = _found(request, uuid)
    kept = found.case.attachments.filter(uuid=attachment, erased=False).first()
    if kept is None or all(kept not in event.attachments for event in queries.show(found, timezone.now()).events):
        raise Http404("no such file")
    try:
        content = files.read(kept.uuid)
    except GongbaoError as error:
        raise Http404(error.message) from error
    return download(content, kept.kind, kept.name)
