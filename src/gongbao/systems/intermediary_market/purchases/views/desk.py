"""The operator's work on purchases, beside the pages of its cases; and the limits, which finance enters."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.actors import Acting, first_for, of_account
from gongbao.office.cases.forms import typed_in
from gongbao.office.cases.queries import find
from gongbao.office.cases.views.common import AT_DESK, BAD_REQUEST, account_of, desk_of, language, seen_of
from gongbao.office.people.acting import actor_of
from gongbao.office.people.permissions import ANYONE, allows, posts_of_request
from gongbao.procedures import Field, Kind
from gongbao.systems.intermediary_market.purchases import actions, procedure, queries
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.purchases.refusals import in_words
from gongbao.systems.intermediary_market.purchases.views.common import (
    base,
    clocks,
    form_context,
    page_of,
    purchase_or_404,
)

_LIMIT = (
    Field("budget_year", Label("预算年度", "Budget year"), Kind.NUMBER, "第三条第二款"),
    Field("amount", Label("采购限额标准（元）", "Procurement limit (yuan)"), Kind.MONEY, "第三条第二款"),
    Field("source", Label("来源（文件名称和文号）", "Source: the document that sets it"), longest=200),
)


def _acting(request: HttpRequest, purchase: Purchase) -> Acting | None:
    account, day = account_of(request), timezone.localdate()
    found = of_account(account, procedure.purchase, purchase.case.unit, day, posts_of_request(request))
    return first_for(found, [procedure.operator])


@allows(AT_DESK)
@require_safe
def purchases(request: HttpRequest) -> HttpResponse:
    """The purchases that are under way: those that the desk runs; for the city's operator and auditors all of them."""
    desk = desk_of(request)
    if not queries.works_on_purchases(desk):
        raise Http404("this desk does not work on purchases")
    page, query = page_of(request, queries.at_desk(desk))
    rows = [(one, queries.state_of(one).label) for one in page]
    return render(
        request,
        "market/purchases/at_desk.html",
        base(page=page, query=query, rows=rows, all_desks=queries.sees_all_desks(desk)),
    )


@allows(AT_DESK)
@require_safe
def purchase(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page(request, _of_desk(request, uuid))


def _of_desk(request: HttpRequest, uuid: UUID) -> Purchase:
    found = queries.of_desk(desk_of(request)).filter(uuid=uuid).first()
    if found is None:
        raise Http404("this desk does not work on such a purchase")
    return found


def _page(request: HttpRequest, found: Purchase, error: str = "", status: int = 200) -> HttpResponse:
    now, desk = timezone.now(), desk_of(request)
    last = queries.last_terms(found)
    acting = _acting(request, found)
    may = (
        {one.step.key for one in queries.situation(found).steps(now, [acting.role]) if not one.obstacles}
        if acting
        else set()
    )
    context = base(
        purchase=found,
        terms=last,
        state=queries.state_of(found).label,
        groups=queries.told(last.content),
        files=queries.annexes(found, last.content),
        flags=queries.flags(queries.handed_in(found)),
        decides=acting is not None and found.case.state == queries.deciding(found).key,
        clocks=clocks(queries.runs(found), now),
        seen=found.case.events_count,
        steps=[one for key, one in procedure.purchase.steps.items() if key in may - procedure.OWN_STEPS],
        acts=acting is not None,
        sees_case=find(found.case.uuid, desk) is not None,
        may_publish=procedure.publish_notice.key in may,
        may_reopen=procedure.reopen.key in may,
        happened=queries.happened(found, everything=True),
        has_draw=queries.has_draw(found),
        # 第十一条: of one that is over auditors see who registered, though it failed and is told to nobody else.
        registrations=queries.by_envelope(found) if found.case.over and desk.reads_all else [],
        error=error,
    )
    return render(request, "market/purchases/desk.html", context, status=status)


@allows(AT_DESK)
@require_POST
def publish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _take(request, uuid, actions.publish, _("The notice is published."))


@allows(AT_DESK)
@require_POST
def decide_flag(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let words stand at which the form review points, or have them corrected, with a reason (第五条第三款)."""
    given = request.POST

    def decide(found: Purchase, *, acting: Acting, at: datetime, seen: int) -> object:
        if given.get("verdict") not in ("stands", "correct"):
            raise GongbaoError("say whether the words stand", where="flag")
        stands = given["verdict"] == "stands"
        return actions.decide_flag(found, given.get("flag", ""), stands, given.get("reason", ""), acting=acting, at=at)

    return _take(request, uuid, decide, _("It is kept."))


@allows(AT_DESK)
@require_POST
def reopen(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _take(request, uuid, actions.reopen, _("Registration is open again."))


def _take(request: HttpRequest, uuid: UUID, action: Callable[..., object], done: str) -> HttpResponse:
    found = _of_desk(request, uuid)
    acting = _acting(request, found)
    if acting is None:
        unit = found.case.unit.in_language(language())
        raise PermissionDenied(_("A clerk of %(unit)s does this: that unit runs this purchase.") % {"unit": unit})
    try:
        action(found, acting=acting, at=timezone.now(), seen=seen_of(request))
    except GongbaoError as error:
        return _page(request, purchase_or_404(uuid), in_words(error), BAD_REQUEST)
    messages.success(request, done)
    return redirect("market:purchase_at_desk", uuid)


# --- limits


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """The procurement limits with their sources, for everybody; entered by finance (第三条第二款)."""
    post = queries.finance_post(posts_of_request(request))
    given: dict[str, Any] = {}
    error: GongbaoError | None = None
    if request.method == "POST":
        if post is None:
            raise PermissionDenied
        given, _files = typed_in(_LIMIT, request)
        account = account_of(request)
        try:
            actions.enter_limit(**given, account=account, actor=actor_of(account, post), at=timezone.now())
        except GongbaoError as refused:
            error = refused
        else:
            messages.success(request, _("The limit is entered."))
            return redirect("market:limits")
    context = base(
        limits=queries.limits(),
        enters=post is not None,
        missing=queries.needs_limit(timezone.localdate()),
        year=timezone.localdate().year,
        **form_context(_LIMIT, given, error),
    )
    return render(request, "market/purchases/limits.html", context, status=BAD_REQUEST if error else 200)
