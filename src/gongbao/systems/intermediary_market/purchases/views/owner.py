"""The owner's work: drafts, purchases handed in, the check of who registered, the selection, the result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.actions import Overtaken, new_token
from gongbao.office.cases.forms import typed_again, typed_in
from gongbao.office.cases.views.common import BAD_REQUEST, CONFLICT, account_of, kept_nowhere, seen_of
from gongbao.office.intake import ticket
from gongbao.office.people.permissions import allows
from gongbao.procedures import Field, Kind, Option
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import (
    OWNER,
    acting_for,
    listed_under,
    member_of_some,
    memberships_of_request,
    organisation_of_uscc,
)
from gongbao.systems.intermediary_market.purchases import actions, procedure, queries, terms
from gongbao.systems.intermediary_market.purchases.models import Draft, Purchase, Registration, Way
from gongbao.systems.intermediary_market.purchases.refusals import in_words
from gongbao.systems.intermediary_market.purchases.views.common import (
    FORMS,
    base,
    clocks,
    form_context,
    grouped,
    purchase_or_404,
    turned_to,
)
from gongbao.systems.intermediary_market.purchases.views.public import label_of_problem

IS_OWNER = member_of_some(OWNER)


def _mine(request: HttpRequest, uuid: UUID) -> Purchase:
    """The purchase, of an owner that whoever asks acts for. Raises Http404."""
    found = purchase_or_404(uuid)
    if found.owner_id not in {one.organisation_id for one in memberships_of_request(request, OWNER)}:
        raise Http404("no such purchase of yours")
    return found


def _status(error: GongbaoError | None) -> int:
    return CONFLICT if isinstance(error, Overtaken) else BAD_REQUEST if error else 200


# --- what there is


def _page_of(request: HttpRequest, owner: Organisation) -> Page:
    """The page of its purchases: the first, but for the owner whose other pages are turned to."""
    turned = request.GET.get("page") if request.GET.get("owner") == str(owner.uuid) else None
    return turned_to(queries.purchases_of(owner), turned)


@allows(IS_OWNER)
@require_safe
@kept_nowhere
def purchases(request: HttpRequest) -> HttpResponse:
    owners = [one.organisation for one in memberships_of_request(request, OWNER)]
    rows = [
        (
            owner,
            page,
            f"owner={owner.uuid}&",
            [(one, queries.state_of(one).label) for one in page],
            list(queries.drafts_of(owner)),
        )
        for owner in owners
        for page in (_page_of(request, owner),)
    ]
    without_notice = not actions.needs_notice(timezone.localdate())
    return render(request, "market/purchases/mine.html", base(rows=rows, without_notice=without_notice))


# --- the form of the terms


def _item(request: HttpRequest, given: str) -> ServiceItem | None:
    try:
        return catalogue.item(UUID(given))
    except ValueError:
        return None


@allows(IS_OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def new(request: HttpRequest, owner: UUID) -> HttpResponse:
    """A purchase is drafted and handed in; with ?previous= as the next attempt, with ?draft= from what was kept."""
    organisation = acting_for(request, owner, OWNER)
    if request.method != "POST":
        kept_before = _draft(request, organisation)
        previous = kept_before.previous if kept_before else _previous(request, organisation)
        given = kept_before.given if kept_before else _first(previous, organisation)
        seen = actions.SeenDraft.of(kept_before) if kept_before else None
        return _with_ticket(_form(request, organisation, given, draft=seen, previous=previous))
    draft, previous = _seen_draft(request), _previous(request, organisation)
    fixed = _fixed(previous)
    given = typed_again(terms.FIELDS, request) | fixed
    try:
        given, uploads = typed_in(terms.FIELDS, request)
        given |= fixed
        given["item"] = request.POST.get("item", "")
        if "save" in request.POST:
            kept = {key: value for key, value in given.items() if isinstance(value, str)}
            made_draft = actions.save_draft(
                organisation, kept, account=account_of(request), at=timezone.now(), draft=draft, previous=previous
            )
            messages.success(request, _("The draft is kept. Files are chosen when it is handed in."))
            return redirect(f"{reverse('market:owner_new', args=[owner])}?draft={made_draft.uuid}")
        item = previous.item.item if previous else _item(request, given.pop("item"))
        given.pop("item", None)
        if item is None:
            raise GongbaoError(_("choose the service"), where="item")
        if _to_look_at(request, given):
            given["item"] = str(item.uuid)
            return _form(request, organisation, given, draft=draft, previous=previous, look=True)
        made = actions.submit(
            organisation, item, given, account=account_of(request), at=timezone.now(), uploads=uploads,
            previous=previous, draft=draft, once=request.POST.get("once", ""),
        )  # fmt: skip
    except GongbaoError as refused:
        error = refused
        if isinstance(refused, actions.DraftGone):
            draft = None  # what was typed goes on as one of its own
    else:
        messages.success(request, _("Handed in. The operator looks at its form within two working days."))
        return redirect("market:owner_purchase", made.uuid)
    given["item"] = request.POST.get("item", "")
    return _form(request, organisation, given, draft=draft, previous=previous, error=error)


def _to_look_at(request: HttpRequest, given: Mapping[str, Any]) -> bool:
    """Whether the form review points at something that the owner was not shown yet."""
    return request.POST.get("looked") != "yes" and bool(
        queries.findings(given, str(given.get("fund", "")), queries.places())
    )


def _draft(request: HttpRequest, owner: Organisation) -> Draft | None:
    asked = request.GET.get("draft", "")
    if not asked:
        return None
    found = queries.drafts_of(owner).filter(uuid=_uuid(asked)).first()
    if found is None:
        raise Http404("no such draft")
    return found


def _seen_draft(request: HttpRequest) -> actions.SeenDraft | None:
    """The draft that the form which was sent is of; whether it stands still is the act's to say."""
    asked = request.POST.get("draft", "")
    return actions.SeenDraft(_uuid(asked), request.POST.get("draft_digest", "")) if asked else None


def _previous(request: HttpRequest, owner: Organisation) -> Purchase | None:
    asked = request.POST.get("previous", "") or request.GET.get("previous", "")
    if not asked:
        return None
    found = queries.purchase(_uuid(asked))
    if found is None or found.owner_id != owner.pk:
        raise Http404("no such purchase")
    return found


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise Http404("no such thing") from error


def _fixed(attempt: Purchase | None) -> dict[str, str]:
    """What the owner is not asked again of the next attempt of a project, and does not change in one: its name. The
    service is that of the attempt before, too (第二十三条)."""
    return {} if attempt is None else {terms.PROJECT_NAME.key: queries.project_name_of(attempt)}


def _first(previous: Purchase | None, owner: Organisation) -> dict[str, str]:
    """What stands in a new form: of an attempt before all that it said."""
    if previous is not None:
        said = terms.as_typed(queries.last_terms(previous).content)
        return {**terms.DEFAULTS, **said, **_fixed(previous), "item": str(previous.item.item.uuid)}
    year = timezone.localdate().year
    fund = "public" if owner.kind in terms.PUBLIC_BODIES else "private"
    return {**terms.DEFAULTS, "budget_year": str(year), "fund": fund}


def _form(
    request: HttpRequest,
    owner: Organisation,
    given: Mapping[str, Any],
    *,
    draft: actions.SeenDraft | None = None,
    previous: Purchase | None = None,
    purchase: Purchase | None = None,
    error: GongbaoError | None = None,
    look: bool = False,
    more: Sequence[Field] = (),
) -> HttpResponse:
    fixed = _fixed(previous or (purchase if purchase and purchase.previous else None))
    fields = (*(one for one in terms.FIELDS if one.key not in fixed), *more)
    made = form_context(fields, dict(given), error, files_again=bool(request.FILES))
    findings = queries.findings(given, str(given.get("fund", "")), queries.places())
    context = base(
        owner=owner,
        purchase=purchase,
        previous=previous,
        draft=draft,
        item=given.get("item", ""),
        fixed=[(terms.PROJECT_NAME.label, name) for name in fixed.values()],
        services=catalogue.services(timezone.localdate()) if purchase is None and previous is None else (),
        groups=grouped(made["controls"]),
        reasons=[one for one in made["controls"] if one.field in more],
        findings=findings if request.method == "POST" else [],
        look=look,
        looked=request.POST.get("looked") == "yes",
        corrections=queries.corrections_asked(purchase) if purchase else "",
        changes=bool(more),
        seen=purchase.case.events_count if purchase else 0,
        once="" if purchase else request.POST.get("once") or new_token(),
        item_wrong=error is not None and error.where == "item",
        **made,
    )
    return render(request, "market/purchases/form.html", context, status=BAD_REQUEST if look else _status(error))


def _with_ticket(response: HttpResponse) -> HttpResponse:
    return ticket.give(response, FORMS)


_REASON = (
    Field(
        "reason", Label("变更理由（随公告公开）", "Why the terms are changed; it is published"), Kind.TEXT, longest=2000
    ),
)


@allows(IS_OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def new_terms(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The corrections that were asked for, or, while agencies register, other terms."""
    found = _mine(request, uuid)
    # A form that was sent stays what it was, and what happened meanwhile is told on it.
    changes = "v-reason" in request.POST if request.method == "POST" else found.case.state == procedure.open_.key
    if request.method != "POST" and not changes and found.case.state != procedure.to_correct.key:
        return _page(request, found, GongbaoError("the terms are not changed or corrected where the purchase stands"))
    more = _REASON if changes else ()
    if request.method != "POST":
        given: dict[str, Any] = dict(terms.as_typed(queries.last_terms(found).content))
        return _with_ticket(_form(request, found.owner, given, purchase=found, more=more))
    fixed = _fixed(found if found.previous else None)
    given = typed_again(terms.FIELDS, request) | fixed
    reason = request.POST.get("v-reason", "")
    try:
        given, uploads = typed_in(terms.FIELDS, request)
        given |= fixed
        if _to_look_at(request, given):
            return _form(request, found.owner, {**given, "reason": reason}, purchase=found, look=True, more=more)
        common: dict[str, Any] = {
            "account": account_of(request), "at": timezone.now(), "seen": seen_of(request), "uploads": uploads,
        }  # fmt: skip
        if changes:
            actions.change_terms(found, given, reason, **common)
        else:
            actions.resubmit(found, given, **common)
    except GongbaoError as refused:
        error = refused
    else:
        messages.success(request, _("Handed in. The operator looks at its form within two working days."))
        return redirect("market:owner_purchase", uuid)
    return _form(
        request, found.owner, {**given, "reason": reason}, purchase=purchase_or_404(uuid), error=error, more=more
    )


@allows(IS_OWNER)
@require_POST
def drop_draft(request: HttpRequest, owner: UUID, draft: UUID) -> HttpResponse:
    organisation = acting_for(request, owner, OWNER)
    actions.drop_draft(organisation, draft, account=account_of(request), at=timezone.now())
    messages.success(request, _("The draft is gone."))
    return redirect("market:owner_purchases")


# --- one purchase


@allows(IS_OWNER)
@require_safe
@kept_nowhere
def purchase(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page(request, _mine(request, uuid))


def _page(request: HttpRequest, found: Purchase, error: GongbaoError | None = None, **more: Any) -> HttpResponse:
    now = timezone.now()
    last = queries.last_terms(found)
    situation = queries.situation(found)
    may = {one.step.key for one in situation.steps(now, [procedure.owner]) if not one.obstacles}
    context = base(
        purchase=found,
        terms=last,
        state=queries.state_of(found),
        groups=queries.told(last.content),
        files=queries.annexes(found, last.content),
        clocks=clocks([one for one in situation.open_runs if one.due is not None], now),
        seen=found.case.events_count,
        steps=[one for key, one in _STEPS.items() if key in may],
        may=may,
        changes=procedure.change_terms.key in may,
        corrections=queries.corrections_asked(found),
        flags=queries.flags(queries.handed_in(found)),
        happened=queries.happened(found, everything=True),
        following=queries.following_of(found),
        may_follow=queries.may_follow(found),
        without_notice=queries.may_follow(found) and not actions.needs_notice(timezone.localdate(now)),
        negotiates=_negotiates(found, now),
        is_public=queries.published_terms(found) is not None,
        has_draw=queries.has_draw(found),
        error=in_words(error) if error else "",
        **_registrations(found),
        **more,
    )
    return render(request, "market/purchases/purchase.html", context, status=_status(error))


def _negotiates(found: Purchase, now: datetime) -> bool:
    if not queries.may_follow(found):
        return False
    return bool(actions.may_negotiate(found, timezone.localdate(now)).values["may_negotiate"])


def _registrations(found: Purchase) -> dict[str, Any]:
    """Who registered, from the first opening on; the points of best value, from the second."""
    content = terms.kept(queries.last_terms(found).content)
    listed = queries.in_catalogue(found, timezone.localdate())
    rows = []
    for one in queries.by_envelope(found):
        marks = {each.criterion: each.points for each in one.marks.all()}
        rows.append(
            {
                "row": one,
                "listed": one.organisation_id in listed,
                "price": queries.price_in_words(one),
                "usable": queries.usable(one),
                "of_one_person": actions.ONE_PERSON in one.excluded,
                "proposal": (one.offer or {}).get("proposal", ""),
                "marks": [(each.name, each.weight, marks.get(each.name, "")) for each in content.criteria],
            }
        )
    return {
        "registrations": rows,
        "not_counted": [(one, label_of_problem(one.problem)) for one in queries.not_counted(found)],
        "checking": found.case.state == procedure.checking.key,
        "selecting": found.case.state == procedure.selecting.key,
        "best_value": found.way == Way.BEST_VALUE,
        "direct": found.way == Way.DIRECT,
    }


_EXTEND = (
    Field("days", Label("延长的工作日数", "Working days more"), Kind.NUMBER),
    Field("reason", Label("延长理由（随公告公开）", "Why it is extended; it is published"), Kind.TEXT, longest=2000),
)
_STEPS = {
    key: procedure.purchase.steps[key]
    for key in (
        "confirm", "refuse_result", "hold_back", "release", "extend", "choose_rerun", "choose_outside",
        "withdraw_purchase",
    )
}  # fmt: skip
"""The steps of an owner that have a form of their own, in the order in which they are offered."""
_ASKED = {"extend": _EXTEND, "confirm": tuple(replace(one, required=False) for one in procedure.hold_back.asks)}
"""What is asked on the form where it is not what the step asks for: an extension in days, and, with the confirmation,
whether the result is to be kept back."""


@allows(IS_OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def step(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    found = _mine(request, uuid)
    declared = _STEPS.get(key)
    if declared is None:
        raise Http404("no such step")
    fields = _ASKED.get(key, declared.asks)
    given: dict[str, Any] = {}
    error: GongbaoError | None = None
    if request.method == "POST":
        given, _files = typed_in(fields, request)
        account, now, seen = account_of(request), timezone.now(), seen_of(request)
        try:
            if declared is procedure.extend:
                actions.extend(found, given["days"], given["reason"], account=account, at=now, seen=seen)
            else:
                actions.owner_step(found, key, given, account=account, at=now, seen=seen)
        except GongbaoError as refused:
            error = refused
        else:
            messages.success(request, _("It is done."))
            return redirect("market:owner_purchase", uuid)
        found = purchase_or_404(uuid)
    context = base(
        purchase=found,
        step=declared,
        clause_of_step=procedure.purchase.cite(declared.clause),
        seen=found.case.events_count,
        possible=found.case.state in {one.key for one in declared.at},
        **form_context(fields, given, error),
    )
    return render(request, "market/purchases/step.html", context, status=_status(error))


def _acted(
    request: HttpRequest, uuid: UUID, work: Callable[[Purchase], object], done: str, at: str = ""
) -> HttpResponse:
    """Do something on the page of the purchase, and show it again: with what was refused, where it was."""
    found = _mine(request, uuid)
    try:
        work(found)
    except GongbaoError as error:
        return _page(request, purchase_or_404(uuid), error, typed_again=request.POST)
    messages.success(request, done)
    return redirect(f"{reverse('market:owner_purchase', args=[uuid])}{at}")


def _registration(found: Purchase, uuid: UUID) -> Registration:
    one = next((one for one in queries.by_envelope(found) if one.uuid == uuid), None)
    if one is None:
        raise Http404("no such registration")
    return one


@allows(IS_OWNER)
@require_POST
def judge(request: HttpRequest, uuid: UUID, registration: UUID) -> HttpResponse:
    """Admit or reject one of those who registered (第二十六条)."""

    def work(found: Purchase) -> object:
        verdict = request.POST.get("verdict", "")
        if verdict not in ("admit", "reject"):
            raise GongbaoError(_("say whether it is admitted"))
        return actions.judge(
            _registration(found, registration), verdict == "admit", request.POST.get("reason", ""),
            account=account_of(request), at=timezone.now(),
        )  # fmt: skip

    return _acted(request, uuid, work, _("It is kept."), f"#r-{registration}")


@allows(IS_OWNER)
@require_POST
def finish_check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _acted(
        request,
        uuid,
        lambda found: actions.finish_check(
            found, account=account_of(request), at=timezone.now(), seen=seen_of(request)
        ),
        _("The check is over."),
    )


@allows(IS_OWNER)
@require_POST
def mark(request: HttpRequest, uuid: UUID, registration: UUID) -> HttpResponse:
    """Give an offer points for each criterion."""

    def work(found: Purchase) -> None:
        content = terms.kept(queries.last_terms(found).content)
        points = {one.name: request.POST.get(f"p-{place}", "") for place, one in enumerate(content.criteria, start=1)}
        actions.mark(_registration(found, registration), points, account=account_of(request), at=timezone.now())

    return _acted(request, uuid, work, _("It is kept."), f"#r-{registration}")


@allows(IS_OWNER)
@require_POST
def select(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Select, as the notice says."""

    def work(found: Purchase) -> object:
        asked = request.POST.get("chosen", "")
        return actions.settle(
            found, acting=actions.as_owner(account_of(request)), at=timezone.now(), seen=seen_of(request),
            chosen=_registration(found, _uuid(asked)) if asked else None, reason=request.POST.get("reason", ""),
        )  # fmt: skip

    return _acted(request, uuid, work, _("It is done."))


def _negotiation_fields(most: Decimal | None) -> tuple[Field, ...]:
    told = None
    if most is not None:
        told = Label(
            f"不超过{most:,.2f}元，即历次废标公告中最低的预算金额",
            f"no more than {most:,.2f} yuan, the smallest budget of the notices that failed",
        )
    return (
        Field("agency", Label("中介机构统一社会信用代码", "Credit code of the agency"), longest=18),
        Field("price", Label("议定价格（元）", "Price agreed on (yuan)"), Kind.MONEY, "第二十三条", help=told),
        actions.KINSHIP,
        Field("reason", Label("议价情况和理由", "How it was negotiated, and why this agency"), Kind.TEXT, longest=1000),
    )


@allows(IS_OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def negotiate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """After two failures in a row: select by negotiation within the market (第二十三条)."""
    found = _mine(request, uuid)
    now = timezone.now()
    possible = _negotiates(found, now)
    fields = _negotiation_fields(actions.most_to_negotiate(found, timezone.localdate(now)) if possible else None)
    given: dict[str, Any] = {}
    error: GongbaoError | None = None
    if request.method == "POST":
        given, _files = typed_in(fields, request)
        try:
            agency = organisation_of_uscc(given["agency"].strip().upper())
            if agency is None:
                raise GongbaoError("this agency is not in the market", where="agency")
            made = actions.negotiate(
                found, agency, given["price"], given["kinship"], given["reason"], account=account_of(request), at=now
            )  # fmt: skip
        except GongbaoError as refused:
            error = refused
        else:
            messages.success(request, _("It is done."))
            return redirect("market:owner_purchase", made.uuid)
    context = base(
        purchase=found,
        step=procedure.negotiate,
        clause_of_step=procedure.purchase.cite(procedure.negotiate.clause),
        seen=found.case.events_count,
        possible=possible,
        counts=True,
        **form_context(fields, given, error),
    )
    return render(request, "market/purchases/step.html", context, status=_status(error))


# --- a direct choice without a notice


def _choice_fields(item: ServiceItem, on: date) -> tuple[tuple[Field, ...], dict[str, Organisation]]:
    """What is asked of the choice beside the terms, and the agencies that may be chosen by what stands for each."""
    agencies = {str(one.uuid): one for one in listed_under(item, on)}
    options = tuple(Option(key, Label(one.name, one.name)) for key, one in agencies.items())
    return (
        Field("agency", Label("中介机构", "Agency"), Kind.CHOICE, "第十四条", options=options),
        Field("price", Label("价格（元）", "Price (yuan)"), Kind.MONEY),
        actions.KINSHIP,
        Field("reason", Label("选取理由", "Why this agency"), Kind.TEXT, longest=1000),
    ), agencies


@allows(IS_OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
@kept_nowhere
def direct(request: HttpRequest, owner: UUID) -> HttpResponse:
    """Choose an agency without a notice, where 第十八条第一款 is read so today; first the service, by ?item=, or the
    attempt before, by ?previous=."""
    organisation, today = acting_for(request, owner, OWNER), timezone.localdate()
    previous = _previous(request, organisation)
    item = previous.item.item if previous else _item(request, request.GET.get("item", ""))
    allowed = not actions.needs_notice(today)
    context = base(
        owner=organisation, step=procedure.choose_directly, allowed=allowed, services=catalogue.services(today),
        previous=previous,
    )  # fmt: skip
    if item is None or not allowed:
        status = BAD_REQUEST if request.method == "POST" else 200
        return render(request, "market/purchases/direct.html", context, status=status)
    asked, agencies = _choice_fields(item, today)
    fixed = _fixed(previous)
    fields = (*(one for one in terms.DIRECT_FIELDS if one.key not in fixed), *asked)
    given: dict[str, Any] = _first(previous, organisation)
    error: GongbaoError | None = None
    if request.method == "POST":
        given = typed_again(fields, request)
        try:
            given, uploads = typed_in(fields, request)
            given |= fixed
            made = actions.choose_directly(
                organisation, item, given, agencies.get(given["agency"]), given["price"], given["kinship"],
                given["reason"], account=account_of(request), at=timezone.now(), uploads=uploads, previous=previous,
                once=request.POST.get("once", ""),
            )  # fmt: skip
        except GongbaoError as refused:
            error = refused
        else:
            messages.success(request, _("The choice is kept. The operator publishes the award notice."))
            return redirect("market:owner_purchase", made.uuid)
    shown = form_context(fields, given, error, files_again=bool(request.FILES))
    context |= shown | {
        "item": catalogue.version_on(item, today),
        "fixed": [(terms.PROJECT_NAME.label, name) for name in fixed.values()],
        "none_listed": not agencies,
        "groups": grouped(shown["controls"]),
        "choice": [one for one in shown["controls"] if one.field in asked],
        "once": request.POST.get("once") or new_token(),
    }
    return _with_ticket(render(request, "market/purchases/direct.html", context, status=_status(error)))
