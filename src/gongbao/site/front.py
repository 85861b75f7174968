"""The front page: what this is, in a minute, by what the library holds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from gongbao.office.cases.actors import AT_DESK
from gongbao.office.intake import ticket
from gongbao.office.intake.actions import LIMIT
from gongbao.office.library import overview
from gongbao.office.people.permissions import ANYONE, allows, posts_of_request
from gongbao.office.people.readers import reader_of
from gongbao.sample import CITY

SHOWN = 90  # characters of a clause, or of a duty


@allows(ANYONE)
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    reader = reader_of(request)
    adds = request.user.has_perm("library.add_gazette")
    context: dict[str, Any] = {
        "room": "front",
        "today": today,
        "numbers": overview.numbers(today),
        "city": CITY if overview.holds_the_sample() else "",
        "newest": overview.newest(today),
        "adds": adds,
        "at_desk": any(one.post.role in AT_DESK for one in posts_of_request(request)),
        "limit": LIMIT,
    }
    if example := overview.a_clause(reader):
        revision, clause = example
        context["clause"] = {
            "url": reverse("library:clause", args=[revision.document.key, clause.eid]),
            "citation": clause.citation(revision.document),
            "words": _short(clause.text or clause.heading),
        }
    if duty := overview.a_duty(today, reader):
        key = duty.revision.document.key
        context["duty"] = {
            "url": reverse("library:clause", args=[key, duty.clause.eid]),
            "citation": f"{key} {duty.clause.locator}",
            "units": "、".join(duty.lead[:3]),
            "words": _short(duty.duty),
            "due": duty.due,
        }
    if finding := overview.a_finding(reader):
        context["finding"] = finding.message_en if get_language() == "en" else finding.message
    response = render(request, "front.html", context)
    return ticket.give(response) if adds else response


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
