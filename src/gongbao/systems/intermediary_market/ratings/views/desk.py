"""The operator's list of what was proposed, and where it proposes and has the market checked; auditors read it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.actors import Acting, first_for, of_account
from gongbao.office.cases.views.common import download, language
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.library.views.content import MOST_ROWS, TooMany, too_many
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import Rule, allows
from gongbao.procedures import Field, Refused
from gongbao.systems.intermediary_market.organisations import queries as organisations
from gongbao.systems.intermediary_market.organisations.forms import Form, page, sent
from gongbao.systems.intermediary_market.ratings import actions, procedure, queries
from gongbao.systems.intermediary_market.ratings import workbook as books
from gongbao.systems.intermediary_market.ratings.refusals import told

PAGE = 50
AT_OPERATOR = Rule(
    "whoever works at a desk of the operator", lambda request, address: organisations.at_operator(request)
)
SEES_OPERATOR = Rule(
    "whoever works at a desk of the operator, and auditors",
    lambda request, address: organisations.at_operator(request) or organisations.is_auditor(request),
)
USCC = Field("uscc", Label("统一社会信用代码", "Unified social credit code"), longest=18)
PROPOSED = (USCC, *(one for one in procedure.propose.asks if one.key != "agency_name"))


def _state(request: HttpRequest) -> str:
    given = request.GET.get("state", "")
    if given and given not in procedure.conduct.states:
        raise Http404("no such state")
    return given


def _clerk(request: HttpRequest) -> Acting | None:
    """Whoever asks, as a clerk of the operator; None where they hold no such post."""
    unit = organisations.operator()
    if unit is None or not isinstance(request.user, Account):
        return None
    return first_for(of_account(request.user, procedure.conduct, unit, timezone.localdate()), [procedure.clerk])


@allows(SEES_OPERATOR)
@never_cache
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    state, counts = _state(request), queries.counts()
    shown = Paginator(queries.proposals(state), PAGE).get_page(request.GET.get("page"))
    context = {
        "room": "desk",
        "page": shown,
        "rows": queries.proposals_of(list(shown)),
        "states": [(one, counts[one.key]) for one in procedure.conduct.states.values() if one.key in counts],
        "asked": state,
        "query": f"state={state}&" if state else "",
        "last": queries.last_check(),
        "may_propose": _clerk(request) is not None,
        "at_operator": organisations.at_operator(request),
        "links": ClauseLinks(),
    }
    return render(request, "market/conduct_desk.html", context)


@allows(SEES_OPERATOR)
@never_cache
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    found = queries.proposals(_state(request))
    if (number := found.count()) > MOST_ROWS:
        return too_many(request, TooMany(number))
    rows = queries.proposals_of(list(found))
    return download(books.of_conduct(rows, language(), timezone.now()), XLSX, "conduct.xlsx")


@allows(AT_OPERATOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """The form in which a clerk proposes what is not proven yet."""
    acting = _clerk(request)
    if acting is None:
        raise PermissionDenied
    form = Form(PROPOSED, given={"uscc": request.GET.get("agency", "")[:18]})
    if request.method == "POST":
        form = sent(request, PROPOSED)
        if not form.is_wrong and _proposed(request, form, acting):
            return redirect("market:conduct_desk")
    return page(
        request,
        form,
        title=_("Propose conduct of an agency"),
        lead=_("Evidence, and no proof: it counts only once the agency was heard and a person has decided."),
        submit=_("Propose it"),
        back=reverse("market:conduct_desk"),
        clause="第三十条",
        room="desk",
    )


def _proposed(request: HttpRequest, form: Form, acting: Acting) -> bool:
    """Whether it was proposed; where it was refused the form says why."""
    agency = organisations.organisation_of_uscc(form.text("uscc").upper())
    if agency is None or not agency.is_agency:
        form.wrong("uscc", _("no agency of this code is in the market"))
        return False
    files = {one.key for one in PROPOSED if one.kind == "files"}
    given: dict[str, Any] = {key: value for key, value in form.values.items() if key != "uscc" and key not in files}
    try:
        actions.propose(agency, given, acting=acting, at=timezone.now(), uploads=form.uploads)
    except Refused as error:
        form.problems += error.problems
        form.error = told(error) if error.obstacles else ""
        return False
    except GongbaoError as error:
        form.refuse(error)
        return False
    messages.success(request, _("It is proposed; look at it at the desk."))
    return True


@allows(AT_OPERATOR)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """The market's own checks, now."""
    acting = _clerk(request)
    if acting is None or acting.account is None:
        raise PermissionDenied
    try:
        made = actions.check(timezone.now(), by=acting.account, actor=acting.actor)
    except GongbaoError as error:
        messages.error(request, told(error))
    else:
        words = ngettext("%(number)s new case was proposed.", "%(number)s new cases were proposed.", made)
        messages.success(request, words % {"number": made})
    return redirect("market:conduct_desk")
