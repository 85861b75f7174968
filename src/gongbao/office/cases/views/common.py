"""What the pages of cases share."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from gongbao.office.cases import queries
from gongbao.office.cases.models import Case
from gongbao.office.cases.queries import Desk
from gongbao.office.file_names import shown_name
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import in_role, posts_of_request
from gongbao.office.people.roles import Role

BAD_REQUEST, CONFLICT, TOO_MANY_REQUESTS = 400, 409, 429

AT_DESK = in_role(Role.CLERK, Role.SECTION_HEAD, Role.DEPUTY_HEAD, Role.HEAD, Role.AUDITOR)
"""Whoever works on cases, and whoever reads all of them. Which cases they see their desk says."""

View = Callable[..., HttpResponse]


def language() -> str:
    return get_language() or "zh-hans"


def account_of(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # or they would not have come here
    return request.user


def desk_of(request: HttpRequest) -> Desk:
    return queries.desk_of(account_of(request), timezone.localdate(), posts_of_request(request))


def case_or_404(desk: Desk, uuid: UUID) -> Case:
    """The case, if the desk sees it: what is there and may not be seen is told like what is not there."""
    found = queries.find(uuid, desk)
    if found is None:
        raise Http404("no such case")
    return found


def seen_of(request: HttpRequest) -> int:
    """The number of events that whoever sent the form had seen; -1, which no case has, where it does not say."""
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page of ours that the form names as `next`."""
    onward = request.POST.get("next", "")
    fits = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return redirect(onward if fits else otherwise)


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file that is saved and never shown in the page's place: nothing in it runs under our address."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, shown_name(name)) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPERS = {"docx": DOCX, "pdf": "application/pdf"}


def kept_nowhere(view: View) -> View:
    """What is answered is about one person alone: no browser and no proxy keeps it."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return answered
