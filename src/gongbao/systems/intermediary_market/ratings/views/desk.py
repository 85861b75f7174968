"""The operator's list of what was proposed, and where it proposes and has the market checked; auditors read it.

Who operates a county proposes conduct in its own purchases, and sees what became of its own proposals.
"""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
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
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.permissions import Rule, allows
from gongbao.office.people.queries import body_of
from gongbao.procedures import Field, Refused
from gongbao.systems.intermediary_market.competence import operating_units
from gongbao.systems.intermediary_market.organisations import queries as organisations
from gongbao.systems.intermediary_market.organisations.forms import Form, page, sent
from gongbao.systems.intermediary_market.ratings import actions, procedure, queries
from gongbao.systems.intermediary_market.ratings import workbook as books
from gongbao.systems.intermediary_market.ratings.models import Conduct
from gongbao.systems.intermediary_market.ratings.refusals import told

PAGE = 50
AT_OPERATOR = Rule(
    "whoever works at a desk of the operator", lambda request, address: organisations.at_operator(request)
)
PROPOSES = Rule(
    "whoever works at a desk of the operator or of the operating unit of a county",
    lambda request, address: organisations.at_operator(request) or bool(_counties(request)),
)
SEES_PROPOSALS = Rule(
    "whoever works at such a desk, and auditors",
    lambda request, address: PROPOSES.lets(request, address) or organisations.is_auditor(request),
)
USCC = Field("uscc", Label("统一社会信用代码", "Unified social credit code"), longest=18)
PROPOSED = (USCC, *(one for one in procedure.propose.asks if one.key != "agency_name"))
OF_COUNTY = (
    Field("receipt", Label("采购编号", "Number of the purchase"), clause="第六条第（二）项", longest=20,
          help=Label("本机构办理的采购", "one that your unit runs")),
    # The number and name of the purchase are put before what is written.
    *(replace(one, longest=2500) if one.key == "facts" else one for one in PROPOSED if one.key != "source"),
)  # fmt: skip


def _state(request: HttpRequest) -> str:
    given = request.GET.get("state", "")
    if given and given not in procedure.conduct.states:
        raise Http404("no such state")
    return given


def _counties(request: HttpRequest) -> list[Unit]:
    """The operating units of counties at whose desks whoever asks works."""
    bodies, operator = organisations.bodies_of(request), organisations.operator()
    found = (body_of(one) for one in operating_units()) if bodies else ()
    return [one for one in found if one.pk in bodies and one != operator]


def _clerk(request: HttpRequest, unit: Unit | None = None) -> Acting | None:
    """Whoever asks, as a clerk of the unit, or of the operator; None where they hold no such post."""
    unit = unit or organisations.operator()
    if unit is None or not isinstance(request.user, Account):
        return None
    return first_for(of_account(request.user, procedure.conduct, unit, timezone.localdate()), [procedure.clerk])


def _county_clerk(request: HttpRequest) -> Acting | None:
    return next((one for unit in _counties(request) if (one := _clerk(request, unit)) is not None), None)


def may_propose(request: HttpRequest) -> bool:
    """Whether whoever asks holds a post in which conduct is proposed."""
    return (_clerk(request) or _county_clerk(request)) is not None


def _reads_all(request: HttpRequest) -> bool:
    return organisations.at_operator(request) or organisations.is_auditor(request)


def _seen(request: HttpRequest, state: str = "") -> QuerySet[Conduct]:
    """The proposals that whoever asks sees: all, or those of their county."""
    return queries.proposals(state, None if _reads_all(request) else _counties(request))


@allows(SEES_PROPOSALS)
@never_cache
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    state, counts = _state(request), queries.counts(_seen(request))
    shown = Paginator(_seen(request, state), PAGE).get_page(request.GET.get("page"))
    context = {
        "room": "desk",
        "page": shown,
        "rows": queries.proposals_of(list(shown)),
        "states": [(one, counts[one.key]) for one in procedure.conduct.states.values() if one.key in counts],
        "asked": state,
        "query": f"state={state}&" if state else "",
        "last": queries.last_check(),
        "may_propose": may_propose(request),
        "may_check": _clerk(request) is not None,
        "reads_all": _reads_all(request),
        "links": ClauseLinks(),
    }
    return render(request, "market/conduct_desk.html", context)


@allows(SEES_PROPOSALS)
@never_cache
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    found = _seen(request, _state(request))
    if (number := found.count()) > MOST_ROWS:
        return too_many(request, TooMany(number))
    rows = queries.proposals_of(list(found))
    return download(books.of_conduct(rows, language(), timezone.now()), XLSX, "conduct.xlsx")


@allows(PROPOSES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """The form in which a clerk proposes what is not proven yet; one of a county says in which purchase it was."""
    acting, of_county = _clerk(request), False
    if acting is None:
        acting, of_county = _county_clerk(request), True
    if acting is None:
        raise PermissionDenied
    asked = OF_COUNTY if of_county else PROPOSED
    first = {"uscc": request.GET.get("agency", "")[:18], "receipt": request.GET.get("purchase", "")[:20]}
    form = Form(asked, given=first)
    if request.method == "POST":
        form = sent(request, asked)
        if not form.is_wrong and _proposed(request, form, acting):
            return redirect("market:conduct_desk")
    return page(
        request,
        form,
        title=_("Propose conduct of an agency"),
        lead=_("Evidence, and no proof: it counts only once the agency was heard and a person has decided."),
        submit=_("Propose it"),
        back=reverse("market:conduct_desk"),
        clause="第六条第（五）项" if of_county else "第三十条",
        room="desk",
    )


def _proposed(request: HttpRequest, form: Form, acting: Acting) -> bool:
    """Whether it was proposed; where it was refused the form says why."""
    agency = organisations.organisation_of_uscc(form.text("uscc").upper())
    if agency is None or not agency.is_agency:
        form.wrong("uscc", _("no agency of this code is in the market"))
        return False
    beside = {"uscc", "receipt", *(one.key for one in form.fields if one.kind == "files")}
    given: dict[str, Any] = {key: value for key, value in form.values.items() if key not in beside}
    more: dict[str, Any] = {"acting": acting, "at": timezone.now(), "uploads": form.uploads}
    try:
        if form.fields is OF_COUNTY:
            actions.propose_of_county(form.text("receipt"), agency, given, **more)
        else:
            actions.propose(agency, given, **more)
    except Refused as error:
        form.problems += error.problems
        form.error = told(error) if error.obstacles else ""
        return False
    except GongbaoError as error:
        form.refuse(error, told)
        return False
    to_operator = _("It is proposed to the operator.")
    messages.success(request, to_operator if form.fields is OF_COUNTY else _("It is proposed; look at it at the desk."))
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
