"""Where a case stands, for whoever has its receipt number and its secret.

Both come in the body of a request and stand in no address. That the secret was right the session remembers, for one
case and for 30 minutes after the last page; the secret itself is kept nowhere.
"""

import time
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import actions, files, papers, queries
from gongbao.office.cases.actions import Overtaken
from gongbao.office.cases.actors import Acting, as_party
from gongbao.office.cases.forms import asked_of, controls, typed, typed_again
from gongbao.office.cases.models import Case
from gongbao.office.cases.queries import PublicCase
from gongbao.office.cases.refusals import told
from gongbao.office.cases.types import case_type
from gongbao.office.cases.views.case import clock_rows
from gongbao.office.cases.views.common import (
    BAD_REQUEST,
    CONFLICT,
    PAPERS,
    TOO_MANY_REQUESTS,
    download,
    kept_nowhere,
    language,
    seen_of,
)
from gongbao.office.cases.views.timeline import public_items
from gongbao.office.cases.words import Names
from gongbao.office.intake import ticket
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people import actions as people
from gongbao.office.people.forms import too_often
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.procedures import Refused, Role, Step

FOLLOWED = "followed"  # in a session: the case whose secret was right, and when it was last looked at
FOLLOWED_FOR = 30 * 60  # seconds
FORMS = "/follow/"


def _followed(request: HttpRequest) -> Case | None:
    """The case whose secret was right in this browser, and not too long ago."""
    kept = request.session.get(FOLLOWED)
    if not isinstance(kept, dict):
        return None
    now = int(time.time())
    found = Case.objects.select_related("unit").filter(uuid=kept["case"]).first()
    if found is None or not 0 <= now - kept["at"] < FOLLOWED_FOR:
        request.session.pop(FOLLOWED, None)
        return None
    if now - kept["at"] >= 60:
        request.session[FOLLOWED] = {**kept, "at": now}
    return found


def _opened(request: HttpRequest) -> tuple[Case | None, str, int]:
    """The case that the form opens; else what is wrong, the same for a wrong number and a wrong secret."""
    receipt, secret = request.POST.get("receipt", "")[:100], request.POST.get("secret", "")[:100]
    plain = queries.letters_and_figures(receipt)
    if not plain or not secret.strip():
        return None, _("Give both the receipt number and the secret."), BAD_REQUEST
    name, address = f"case {plain}", str(request.META.get("REMOTE_ADDR", ""))
    if wait := people.begin_try(name, address, timezone.now()):
        return None, too_often(wait), TOO_MANY_REQUESTS
    found = queries.find_by_receipt(receipt)
    # A secret is held against something even where there is no case, so that both take as long.
    if not actions.right_secret(found or Case(receipt=plain, secret_digest=""), secret) or found is None:
        return None, _("There is no case with this receipt number and this secret."), BAD_REQUEST
    people.end_try(name, address)
    return found, "", 200


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("receipt", "secret")
@kept_nowhere
def follow(request: HttpRequest) -> HttpResponse:
    """The form; or, once it was right, where the case stands."""
    if request.method == "POST":
        found, wrong, status = _opened(request)
        if found is None:
            context = {"room": "follow", "wrong": wrong, "receipt": request.POST.get("receipt", "")[:100]}
            return render(request, "cases/follow.html", context, status=status)
        # Who knew the session before the secret was right does not know it now.
        request.session.cycle_key()
        request.session[FOLLOWED] = {"case": str(found.uuid), "at": int(time.time())}
        return redirect("cases:follow")
    opened = _followed(request)
    if opened is None:
        return render(request, "cases/follow.html", {"room": "follow"})
    return render(request, "cases/followed.html", _context(opened))


def _context(case: Case) -> dict[str, Any]:
    now, names, links = timezone.now(), Names(), ClauseLinks()
    shown = queries.show_public(case, now)
    procedure = shown.situation.procedure
    return {
        "room": "follow",
        "links": links,
        "case": case,
        "situation": shown.situation,
        "procedure": procedure,
        "state": shown.situation.state,
        "summary": queries.summary_of(case),
        "next": shown.next,
        "clocks": clock_rows(tuple(shown.situation.open_runs), procedure, now),
        "steps": [(one.step, shown.situation.clause_of(one.step), one.obstacles) for one in shown.steps],
        "letters": shown.letters,
        "items": public_items(shown, names, language()),
    }


@allows(ANYONE)
@require_POST
@kept_nowhere
def end(request: HttpRequest) -> HttpResponse:
    """Close the case in this browser."""
    request.session.pop(FOLLOWED, None)
    if not request.user.is_authenticated:
        request.session.flush()
    return redirect("cases:follow")


# --- steps


def _role_of(step: Step) -> Role | None:
    return next((role for role in step.by if role.kind == "party"), None)


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def follow_step(request: HttpRequest, key: str) -> HttpResponse:
    """A step of whoever brought the case."""
    case = _followed(request)
    if case is None:
        return redirect("cases:follow")
    step = case_type(case.procedure).procedure.steps.get(key)
    role = _role_of(step) if step is not None and not step.begins else None
    if step is None or role is None:
        raise Http404("no such step")
    acting = as_party(role)
    if request.method == "POST":
        return _take(request, case, step, acting)
    response = _form(request, case, step, acting, {})
    return ticket.give(response, FORMS)


def _take(request: HttpRequest, case: Case, step: Step, acting: Acting) -> HttpResponse:
    if request.POST.get("case") != case.receipt:
        # The form is of a case that was open in this browser before: nothing that it says is meant for this one.
        messages.error(request, _("Another case is open in this browser by now. Nothing was done; look at it again."))
        return redirect("cases:follow")
    try:
        given, uploads = typed(step, acting.role, request)
        actions.take_step(
            case.uuid, step.key, given, acting=acting, at=timezone.now(), seen=seen_of(request), uploads=uploads
        )
    except GongbaoError as error:
        case.refresh_from_db()
        status = CONFLICT if isinstance(error, Overtaken) else BAD_REQUEST
        return _form(
            request, case, step, acting, typed_again(asked_of(step, acting.role), request), error=error, status=status
        )
    messages.success(request, _("Done: %(step)s") % {"step": step.label.in_language(language())})
    return redirect("cases:follow")


def _form(
    request: HttpRequest,
    case: Case,
    step: Step,
    acting: Acting,
    given: dict[str, Any],
    *,
    error: GongbaoError | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = queries.show_public(case, timezone.now())
    procedure = shown.situation.procedure
    problems = error.problems if isinstance(error, Refused) else ()
    possible = next((one for one in shown.steps if one.step.key == step.key), None)
    made = controls(step, acting.role, given, problems)
    context = {
        "room": "follow",
        "links": ClauseLinks(),
        "case": case,
        "procedure": procedure,
        "state": shown.situation.state,
        "summary": queries.summary_of(case),
        "step": step,
        "clause_of_step": shown.situation.clause_of(step),
        "controls": made,
        "has_files": any(one.shape == "files" for one in made),
        "files_again": bool(request.FILES),
        "seen": case.events_count,
        "elsewhere": possible is None,
        "obstacles": possible.obstacles if possible is not None else (),
        "error": told(error) if error is not None and not problems else "",
        "wrong": [one for one in made if one.wrong],
        "overtaken": isinstance(error, Overtaken),
    }
    return render(request, "cases/follow_step.html", context, status=status)


# --- files and papers


@allows(ANYONE)
@require_safe
@kept_nowhere
def follow_file(request: HttpRequest, attachment: UUID) -> HttpResponse:
    """A file that whoever brought the case gave themselves."""
    case = _followed(request)
    if case is None:
        return redirect("cases:follow")
    shown = queries.show_public(case, timezone.now())
    own = [one for event in shown.events for one in event.attachments]
    kept = next((one for one in own if one.uuid == attachment and not one.erased), None)
    if kept is None:
        raise Http404("no such file")
    try:
        content = files.read(kept.uuid)
    except GongbaoError as error:
        raise Http404(error.message) from error
    return download(content, kept.kind, kept.name)


@allows(ANYONE)
@require_safe
@kept_nowhere
def follow_letter(request: HttpRequest, letter: UUID, form: str) -> HttpResponse:
    """A letter that was served on whoever brought the case."""
    case = _followed(request)
    if case is None:
        return redirect("cases:follow")
    shown: PublicCase = queries.show_public(case, timezone.now())
    made = next((one for one in shown.letters if one.row.uuid == letter and one.served is not None), None)
    if made is None or form not in PAPERS:
        raise Http404("no such letter")
    wanted = "en" if request.GET.get("language") == "en" else "zh-hans"
    try:
        # The proof of service is the office's.
        letter_paper = replace(papers.letter_of(case, shown.situation, made, wanted), with_proof=False)
        content = papers.LETTERS[form](letter_paper)
    except GongbaoError as error:
        messages.error(request, told(error))
        return redirect("cases:follow")
    return download(content, PAPERS[form], f"{made.letter.label.in_language(wanted)} {case.receipt}.{form}")


@allows(ANYONE)
@require_POST
@sensitive_post_parameters("receipt", "secret")
@kept_nowhere
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipt as a PDF, for whoever has the secret in their hands still."""
    found, wrong, status = _opened(request)
    if found is None:
        context = {"room": "follow", "wrong": wrong, "receipt": request.POST.get("receipt", "")[:100]}
        return render(request, "cases/follow.html", context, status=status)
    secret = queries.letters_and_figures(request.POST.get("secret", ""))
    made = papers.receipt_of(
        found,
        secret,
        queries.situation_of(found),
        queries.summary_of(found),
        request.build_absolute_uri(reverse("cases:follow")),
        language(),
    )
    content = papers.RECEIPTS["pdf"](made, language())
    return download(content, PAPERS["pdf"], f"{_('Receipt')} {found.receipt}.pdf")
