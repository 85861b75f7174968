"""Complaints that are begun from a purchase or contract, and the evidence that these carry."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical
from gongbao.office.cases import files
from gongbao.office.cases.actions import new_token
from gongbao.office.cases.actors import Acting, as_party
from gongbao.office.cases.forms import asked_of, controls, typed, typed_again
from gongbao.office.cases.queries import find, sees_personal
from gongbao.office.cases.refusals import told
from gongbao.office.cases.views.common import AT_DESK, BAD_REQUEST, desk_of, download, kept_nowhere, language
from gongbao.office.cases.views.counter import receipt_page
from gongbao.office.intake import ticket
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people import actions as people
from gongbao.office.people.acting import actor_of
from gongbao.office.people.forms import too_often
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.procedures import Problem, Refused
from gongbao.systems.intermediary_market.complaints import actions, queries, sources
from gongbao.systems.intermediary_market.complaints.models import Evidence
from gongbao.systems.intermediary_market.complaints.procedure import complainant, complaint, file
from gongbao.systems.intermediary_market.organisations.queries import memberships_of_request

FORMS = "/market/complaints/"
"""Below it stand forms with which files are sent."""


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def complain(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """The form of a complaint about a purchase or contract, with what is known of it filled in."""
    own = [one.organisation for one in memberships_of_request(request)]
    desk = desk_of(request) if isinstance(request.user, Account) else None
    about = sources.find(kind, uuid, own, desk)
    if about is None:
        raise Http404("nothing of that kind to complain about")
    if request.method != "POST":
        return ticket.give(_form(request, about, _suggested(about)), FORMS)
    now = timezone.now()
    try:
        given, uploads = typed(file, complainant, request)
        if wait := _too_often(request, now):
            raise GongbaoError(wait)
        begun = actions.complain(
            about.source, given, acting=_acting(request), at=now, uploads=uploads, once=request.POST.get("once", "")
        )
    except GongbaoError as error:
        return _form(request, about, typed_again(asked_of(file, complainant), request), error, BAD_REQUEST)
    return receipt_page(request, begun)


def _acting(request: HttpRequest) -> Acting:
    if isinstance(request.user, Account):
        return Acting(complainant, actor_of(request.user), request.user)
    return as_party(complainant)


def _too_often(request: HttpRequest, now: datetime) -> str:
    """Whoever has no account is counted by the address alone, as on the other form that begins a complaint."""
    if isinstance(request.user, Account):
        return ""
    wait = people.begin_try(f"begin {new_token()}", str(request.META.get("REMOTE_ADDR", "")), now)
    return too_often(wait) if wait else ""


def _suggested(about: sources.About) -> dict[str, Any]:
    return {
        "subject": about.against.subject,
        "against_kind": about.against.kind,
        "against": about.against.name,
        "against_unit": about.against.unit,
        "complainant_name": about.complains.name if about.complains is not None else "",
        "complainant_contact": about.complains.telephone if about.complains is not None else "",
    }


def _form(
    request: HttpRequest,
    about: sources.About,
    given: dict[str, Any],
    error: GongbaoError | None = None,
    status: int = 200,
) -> HttpResponse:
    problems: Sequence[Problem] = error.problems if isinstance(error, Refused) else ()
    made = controls(file, complainant, given, problems)
    context = {
        "room": "market",
        "about": about,
        "step": file,
        "clause_of_step": complaint.cite(file.clause),
        "controls": made,
        "has_files": True,
        "files_again": bool(request.FILES),
        "once": request.POST.get("once") or new_token(),
        "error": told(error) if error is not None and not problems else "",
        "wrong": [one for one in made if one.wrong],
        "links": ClauseLinks(),
    }
    return render(request, "market/complain_about.html", context, status=status)


# --- the evidence, for whoever handles the complaint


def _evidence(request: HttpRequest, uuid: UUID) -> Evidence:
    desk = desk_of(request)
    case = find(uuid, desk)
    if case is None or not sees_personal(case, desk):
        raise Http404("no such complaint")
    found = queries.evidence_of(case)
    if found is None:
        raise Http404("this complaint was begun without evidence of the market")
    return found


@allows(AT_DESK)
@require_safe
@kept_nowhere
def evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What had happened when the complaint was begun, and whether it still stands so."""
    found = _evidence(request, uuid)
    context = {
        "room": "desk",
        "evidence": found,
        "case": found.complaint,
        "shown": queries.shown_evidence(found, language()),
        "links": ClauseLinks(),
    }
    return render(request, "market/evidence.html", context)


@allows(AT_DESK)
@require_safe
@kept_nowhere
def evidence_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The frozen list as it was digested, byte for byte."""
    found = _evidence(request, uuid)
    return download(canonical(found.content).encode(), "application/json", f"evidence-{found.complaint.receipt}.json")


@allows(AT_DESK)
@require_safe
@kept_nowhere
def attached(request: HttpRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """A file of the evidence, if its bytes are still those that were digested."""
    found = _evidence(request, uuid)
    listed = next((one for one in found.content["files"] if one["uuid"] == str(attachment)), None)
    if listed is None:
        raise Http404("no such file")
    try:
        content = files.read(attachment)
    except GongbaoError as error:
        raise Http404(error.message) from error
    if sha256(content).hexdigest() != listed["sha256"]:
        raise Http404("the file is not any more what it was")
    return download(content, files.kind_of(listed["name"], content), listed["name"])
