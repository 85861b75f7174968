"""Giving gazettes over, and what became of them."""

from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.intake import actions, queries, ticket, worker
from gongbao.office.intake.models import State, Upload
from gongbao.office.intake.refusals import in_words
from gongbao.office.library.models import Finding
from gongbao.office.library.views.common import Other, turning
from gongbao.office.library.words import FINDING_KINDS, SEVERITIES
from gongbao.office.people.permissions import SIGNED_IN, allows, holds
from gongbao.office.people.readers import reader_of

PAGE_SIZE = 30
SHOWN_FINDINGS = 20
BAD_REQUEST = 400


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


@allows(holds("library.add_gazette"))
@csrf_exempt  # only until it is known who asks: what is sent is not looked at before
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """The page where gazettes are given over, and the latest of them."""
    return _given(request)


@csrf_protect
def _given(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return ticket.give(_page(request, []))
    assert request.user.is_authenticated  # or they would not have come here
    received: list[Upload] = []
    refused: list[dict[str, str]] = []
    for file in request.FILES.getlist("files"):
        try:
            received.append(actions.receive(request.user, file.name or "", file.chunks()))
        except GongbaoError as error:
            refused.append({"name": file.name or "?", "error": in_words(error.message)})
    for name in getattr(request, "files_too_large", []):
        refused.append({"name": name, "error": in_words(actions.TOO_LARGE)})
    if received:
        worker.wake()
    if not received and not refused:
        refused.append({"name": "", "error": _("No file was chosen.")})
    if _wants_json(request):
        urls = [_url(one) for one in received]
        return JsonResponse({"urls": urls, "refused": refused}, status=BAD_REQUEST if refused else 200)
    if refused:
        response = _page(request, refused)
        response.status_code = BAD_REQUEST
        return response
    return HttpResponseRedirect(_url(received[0]) if len(received) == 1 else reverse("intake:read"))


def _url(one: Upload) -> str:
    return reverse("intake:upload", args=[one.uuid])


def _page(request: HttpRequest, refused: list[dict[str, str]]) -> HttpResponse:
    page = Paginator(queries.uploads(), PAGE_SIZE).get_page(request.GET.get("page", "1"))
    url = reverse("intake:read")
    context = {
        "room": "read",
        "refused": refused,
        "page": page,
        "limit": actions.LIMIT,
        **turning(page, lambda number: f"{url}?page={number}" if number > 1 else url),
    }
    return render(request, "intake/read.html", context)


# --- one upload


def _asked(request: HttpRequest, uuid: UUID) -> Upload:
    """The upload, for whoever may see it. To others it makes no difference whether there is one."""
    assert request.user.is_authenticated
    found = queries.upload(uuid)
    if not request.user.has_perm("library.add_gazette") and (found is None or not queries.may_see(request.user, found)):
        raise PermissionDenied
    if found is None:
        raise Http404("no such upload")
    return found


@allows(SIGNED_IN)
@require_safe
def upload(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _asked(request, uuid)
    step, done, total = actions.under_way(found)
    context: dict[str, Any] = {
        "room": "read",
        "upload": found,
        "url": _url(found),
        "state": State(found.state).label,
        "step": _steps().get(step, "") if found.state == State.READING else "",
        "done": done,
        "total": total,
        "may_cancel": found.state == State.WAITING,
        "error": in_words(found.error) if found.error else "",
    }
    if found.state == State.DONE:
        context |= _result(request, found)
    return render(request, "intake/upload.html", context)


def _steps() -> dict[str, str]:
    return {
        "reading": _("The text is cleaned, and cut into documents and clauses."),
        "checking": _("The documents are checked for contradictions."),
        "keeping": _("The documents are kept in the library."),
    }


def _result(request: HttpRequest, found: Upload) -> dict[str, Any]:
    result = found.result or {}
    documents = result.get("documents", [])
    counted_in = queries.findings_by_document(found)
    for one in documents:
        one["url"] = reverse("library:document", args=[one["key"]])
        one["findings_url"] = f"{reverse('library:findings')}?{urlencode({'document': one['key']})}"
        one["finding_count"] = counted_in.get(one["key"], 0)
        one["word"] = _outcomes().get(one["status"], one["status"])
    kinds, first = queries.findings(found, reader_of(request), SHOWN_FINDINGS)
    counted = sum(number for _kind, number in kinds)
    return {
        "result": result,
        "outcome": _outcomes().get(result.get("status", ""), ""),
        "documents": documents,
        "document_counts": [
            (_outcomes().get(status, status), number)
            for status, number in Counter(one["status"] for one in documents).items()
        ],
        "cleaned": list(result.get("cleaned", {}).items()),
        "cleaned_count": sum(result.get("cleaned", {}).values()),
        "contents": result.get("contents", {}),
        "absent": [Other(reverse("library:document", args=[key]), key) for key in result.get("absent", [])],
        "notes": [in_words(note) for note in result.get("notes", [])],
        "finding_count": counted,
        "finding_kinds": [(FINDING_KINDS.get(kind, kind), number) for kind, number in kinds],
        "findings": [_finding(one) for one in first],
        "findings_left": counted - len(first),
    }


def _outcomes() -> dict[str, str]:
    return {"new": _("new"), "revised": _("revised"), "unchanged": _("unchanged")}


def _finding(one: Finding) -> dict[str, Any]:
    link = None
    if one.revision is not None:
        key = one.revision.document.key
        link = Other(reverse("library:document", args=[key]), key)
        if one.clause is not None:
            link = Other(reverse("library:clause", args=[key, one.clause.eid]), f"{key} {one.clause.locator}")
    return {
        "kind": FINDING_KINDS.get(one.kind, one.kind),
        "severity": SEVERITIES.get(one.severity, one.severity),
        "message": one.message_en if get_language() == "en" else one.message,
        "line": one.line,
        "link": link,
    }


@allows(SIGNED_IN)
@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _asked(request, uuid)
    with suppress(GongbaoError):  # it is being read already, or is over: the page says which
        actions.cancel(found.uuid)
    return HttpResponseRedirect(_url(found))
