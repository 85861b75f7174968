"""The notice on the days off of a year, entered by an administrator of the city on the day it is out."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from gongbao.core.errors import GongbaoError
from gongbao.core.working_days import CHINA, title_of_notice
from gongbao.office.cases import actions, queries
from gongbao.office.cases.calendar import calendar
from gongbao.office.cases.days import read_days
from gongbao.office.cases.refusals import told
from gongbao.office.cases.views.common import BAD_REQUEST, account_of
from gongbao.office.people.acting import actor_of
from gongbao.office.people.permissions import allows, in_role, posts_of_request
from gongbao.office.people.queries import ActingPost, city
from gongbao.office.people.roles import Role


@allows(in_role(Role.ADMINISTRATOR))
@require_http_methods(["GET", "HEAD", "POST"])
def working_days(request: HttpRequest) -> HttpResponse:
    """What is known, and the form: checked first, then entered."""
    post = _of_the_city(request)
    known = calendar()
    following = max(known.notices) + 1
    typed: dict[str, Any] = {"year": str(following), "title": title_of_notice(following), "off": "", "worked": ""}
    wrong: dict[str, str] = {}
    changes = None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:5000] for name in typed}
        try:
            year, off, worked = _read(typed)
            changes = actions.check_working_days(year, off, worked)
            if request.POST.get("do") == "enter":
                changed = actions.enter_working_days(
                    year,
                    off,
                    worked,
                    actor=actor_of(account_of(request), post),
                    at=timezone.now(),
                    title=typed["title"],
                )
                messages.success(request, _entered(year, changed))
                return redirect("cases:working_days")
        except GongbaoError as error:
            wrong[error.where or "year"] = told(error)
            changes = None
    context = {
        "room": "desk",
        "entered": queries.notices(),
        "known_until": max(CHINA.notices),
        "certain_until": known.known_until,
        "following": following,
        "typed": typed,
        "wrong": wrong,
        "changes": changes,
        "days": _days(typed) if changes is not None else None,
    }
    return render(request, "cases/working_days.html", context, status=BAD_REQUEST if wrong else 200)


def _of_the_city(request: HttpRequest) -> ActingPost:
    """The calendar is one for the whole office: an administrator of a part of it does not set it."""
    whole = city()
    for one in posts_of_request(request):
        if one.post.role == Role.ADMINISTRATOR and (whole is None or one.post.unit_id == whole.pk):
            return one
    raise PermissionDenied


def _read(typed: dict[str, Any]) -> tuple[int, list[date], list[date]]:
    year = typed["year"].strip()
    if not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise GongbaoError("a year has four figures", where="year")
    return int(year), read_days(typed["off"], "off"), read_days(typed["worked"], "worked")


def _days(typed: dict[str, Any]) -> dict[str, list[date]]:
    return {"off": read_days(typed["off"]), "worked": read_days(typed["worked"])}


def _entered(year: int, changed: int) -> str:
    return ngettext(
        "The notice of %(year)d is entered; the last day of %(number)d case is another now.",
        "The notice of %(year)d is entered; the last days of %(number)d cases are others now.",
        changed,
    ) % {"year": year, "number": changed}
