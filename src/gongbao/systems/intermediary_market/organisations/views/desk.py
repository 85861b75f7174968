"""The desk of the authorities and of the operator: services with few agencies, reviews, owners who wait."""

from collections.abc import Callable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import Actor
from gongbao.office.cases.views.common import account_of
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Unit
from gongbao.office.people.permissions import allows
from gongbao.office.people.queries import account_named, body_of, city_key
from gongbao.procedures.fields import Field
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.competence import counties
from gongbao.systems.intermediary_market.organisations import actions, queries
from gongbao.systems.intermediary_market.organisations.forms import (
    HAND_OVER,
    LEVEL,
    REASONS,
    REVIEW,
    SIGNATURE,
    Form,
    level_asked,
    level_of,
    page,
    sent,
)
from gongbao.systems.intermediary_market.organisations.models import Mending, Organisation
from gongbao.systems.intermediary_market.organisations.refusals import told
from gongbao.systems.intermediary_market.staff import AT_MARKET_DESK, SEES_MARKET_DESK, acting_at, posts_at_desk

PAGE = 50


@allows(SEES_MARKET_DESK)
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    return _desk(request)


def _desk(request: HttpRequest, error: str = "") -> HttpResponse:
    today, bodies = timezone.localdate(), queries.bodies_of(request)
    operates = queries.at_operator(request)
    if queries.is_auditor(request):
        bodies = {unit.pk for unit in catalogue.authorities(today)}
    waiting = Paginator(queries.to_review(bodies, today), PAGE).get_page(request.GET.get("page"))
    context = {
        "room": "market",
        "services": catalogue.services(today, authorities=bodies),
        "few": catalogue.with_few(today, bodies),
        "enough": catalogue.enough(today),
        "page": waiting,
        "to_review": queries.as_shown(list(waiting)),
        "operates": operates,
        "has_counties": counties().exists(),
        "reads_only": not queries.bodies_of(request),
        "mendings": queries.waiting_mendings() if operates or queries.is_auditor(request) else [],
        "owners": queries.owners_waiting() if operates or queries.is_auditor(request) else [],
        "error": error,
    }
    return render(request, "market/desk.html", context, status=400 if error else 200)


# --- reviews


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """An agency under a service of the authority, all of it, and what is found of it: 第七条第（四）项."""
    listing = queries.listing(uuid)
    if listing is None or (request.method != "POST" and listing.ended_at is not None):
        raise Http404("no such agency under a service")
    actor = acting_at(request, listing.item.authority)
    form = Form(REVIEW)
    if request.method == "POST":
        form = sent(request, REVIEW)
        if not form.is_wrong:
            try:
                actions.review(
                    listing, form.text("outcome"), form.text("reasons"), mend_by=form.values.get("mend_by"),  # type: ignore[arg-type]
                    unit=listing.item.authority, actor=actor, at=timezone.now(),
                )  # fmt: skip
                return redirect("market:desk")
            except GongbaoError as error:
                form.refuse(error)
    today = timezone.localdate()
    return page(
        request,
        form,
        title=_("Review: %(name)s") % {"name": listing.organisation.name},
        lead=_("The agency entered by itself; what you find of it is told to it."),
        clause="第七条第（四）项",
        submit=_("Keep the review"),
        back=reverse("market:desk"),
        about="market/_reviewed.html",
        service=queries.service_of(listing, today, inside=True),
        organisation=listing.organisation,
        practitioners=queries.practitioners(listing.organisation),
        papers=queries.papers(listing.organisation),
        before=queries.reviews(listing),
    )


# --- owners


def _operator() -> Unit:
    unit = queries.operator()
    if unit is None:
        raise Http404("no unit runs the market")
    return unit


def _owner(request: HttpRequest, uuid: UUID) -> Organisation:
    found = queries.organisation(uuid)
    waits = found is not None and found.owner_asked_at is not None and not found.is_owner
    # What was typed of one who was decided on meanwhile is answered by the act, with the form.
    if found is None or not (waits or request.method == "POST"):
        raise Http404("nobody waits here")
    return found


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The papers of one who asked to buy; sent, it is refused with reasons."""
    actor, found = acting_at(request, _operator()), _owner(request, uuid)
    form = Form(REASONS)
    if request.method == "POST":
        form = sent(request, REASONS)
        if not form.is_wrong:
            try:
                actions.decide_on_owner(
                    found, admitted=False, reasons=form.text("reasons"), actor=actor, at=timezone.now()
                )
                return redirect("market:desk")
            except GongbaoError as error:
                form.refuse(error)
    return page(
        request,
        form,
        title=found.name,
        lead=_("Asks to buy in the market. Look whether the papers are those of the body."),
        clause="第六条第（三）项",
        submit=_("Refuse it"),
        back=reverse("market:desk"),
        about="market/_owner.html",
        has_counties=counties().exists(),
        organisation=found,
        papers=queries.papers(found),
    )


@allows(AT_MARKET_DESK)
@require_POST
def admit_owner(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor, found = acting_at(request, _operator()), _owner(request, uuid)
    try:
        actions.decide_on_owner(found, admitted=True, actor=actor, at=timezone.now())
    except GongbaoError as error:
        return _desk(request, told(error))
    return redirect("market:desk")


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_owner(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """To which county an owner belongs, or one who waits: what the operator found, not only what was said."""
    actor, found = acting_at(request, _operator()), queries.organisation(uuid)
    fields = level_asked()
    if found is None or not (found.is_owner or found.owner_asked_at) or not fields:
        raise Http404("no such owner, or a city without counties")
    belongs = found.county

    def do(form: Form) -> None:
        try:
            actions.place_owner(found, level_of(form), actor=actor, at=timezone.now())
        except GongbaoError as error:
            raise GongbaoError(error.message, where=LEVEL) from error

    return _mend(
        request, found, fields, do, title=_("Where it belongs: %(name)s") % {"name": found.name},
        submit=_("Keep it"), clause="第六条第（二）项", given={LEVEL: belongs.key if belongs else city_key()},
        lead=_("What it hands in from now on is run by the operator of that level; what runs stays where it is."),
    )  # fmt: skip


# --- what the operator mends


@allows(AT_MARKET_DESK)
@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The organisation of a unified social credit code, also one that was taken out, for the operator."""
    acting_at(request, _operator())
    try:
        found = queries.organisation_of_uscc(actions.checked_uscc(request.GET.get("uscc", "")))
    except GongbaoError as error:
        return _desk(request, told(error))
    if found is None:
        return _desk(request, _("No organisation of this code is in the market."))
    context = {
        "room": "market",
        "organisation": found,
        "papers": queries.papers(found),
        "members": queries.members_of(found, timezone.localdate()),
        "mending": queries.waiting_mending(found),
        "ties": queries.ties(found, timezone.now()),
        "has_counties": counties().exists(),
    }
    return render(request, "market/organisation.html", context)


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One of the operator proposes to take an organisation out of the market, with reasons; another signs."""
    actor, found = acting_at(request, _operator()), queries.organisation(uuid)
    if found is None or (request.method != "POST" and found.removed_at is not None):
        raise Http404("no such organisation")

    def do(form: Form) -> None:
        actions.propose_removal(
            found, form.text("reasons"), account=account_of(request), actor=actor, at=timezone.now()
        )

    return _mend(
        request, found, REASONS, do, title=_("Take out: %(name)s") % {"name": found.name}, submit=_("Propose it"),
        lead=_(
            "For a body that is there no more, or that somebody made up. Nobody is kept out for anything else. "
            "It stays until the section head of the operator, another person, has signed; who acts for it is told now."
        ),
        clause="第三十八条第（一）项",
    )  # fmt: skip


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One of the operator proposes to give an organisation that somebody else had entered to those whose it is."""
    actor, found = acting_at(request, _operator()), queries.organisation(uuid)
    if found is None:
        raise Http404("no such organisation")

    def do(form: Form) -> None:
        try:
            account = account_named(form.text("username"))
        except GongbaoError as error:
            raise GongbaoError(error.message, where="username") from error
        actions.propose_hand_over(
            found, account, form.text("reasons"), account=account_of(request), actor=actor, at=timezone.now()
        )

    return _mend(
        request, found, HAND_OVER, do, title=_("Hand over: %(name)s") % {"name": found.name}, submit=_("Propose it"),
        lead=_(
            "Where somebody else had entered it, or nobody is left who acts for it. Once the section head of the "
            "operator, another person, has signed, this account alone acts for it; all concerned are told now."
        ),
    )  # fmt: skip


def _mending(uuid: UUID) -> Mending:
    found = queries.mending(uuid)
    if found is None:
        raise Http404("nothing of this kind waits")
    return found


@allows(SEES_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mending(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What one of the operator proposed, and the second signature: another signs or returns it."""
    found = _mending(uuid)
    if request.method != "POST" and queries.is_auditor(request):
        return _page_of_mending(request, Form(()), found, closed=True)
    role, actor = _hand(request, _operator())
    form = Form(SIGNATURE)
    if request.method == "POST":
        form = sent(request, SIGNATURE)
        if not form.is_wrong:
            try:
                actions.decide_mending(
                    found, Verdict(form.text("verdict")), form.text("words"), role=role, account=account_of(request),
                    actor=actor, at=timezone.now(),
                )  # fmt: skip
                return redirect("market:desk")
            except GongbaoError as error:
                form.refuse(error)
    return _page_of_mending(request, form, found, closed=found.decided_at is not None)


def _hand(request: HttpRequest, operator: Unit) -> tuple[str, Actor]:
    """The role and the post in which whoever asks works at the operator: that of who signs, where they hold it."""
    signs = actions.SECOND_HAND.roles[0]
    for one in posts_at_desk(request):
        if one.post.role == signs.post and body_of(one.post.unit).pk == operator.pk:
            return signs.key, actor_of(account_of(request), one)
    return "", acting_at(request, operator)


def _page_of_mending(request: HttpRequest, form: Form, found: Mending, *, closed: bool) -> HttpResponse:
    return page(
        request, form, title=f"{found.get_kind_display()}: {found.organisation.name}", submit=_("Keep it"),
        lead=_("What one of the operator proposed is done once its section head, another person, has signed."),
        back=reverse("market:desk"), about="market/_mending.html", mending=found, closed=closed,
        own=found.proposed_by_id == account_of(request).pk and not closed,
    )  # fmt: skip


@allows(AT_MARKET_DESK)
@require_POST
def take_mending_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actor, found = acting_at(request, _operator()), _mending(uuid)
    try:
        actions.take_mending_back(found, account=account_of(request), actor=actor, at=timezone.now())
    except GongbaoError as error:
        return _desk(request, told(error))
    return redirect("market:desk")


def _mend(
    request: HttpRequest,
    found: Organisation,
    fields: tuple[Field, ...],
    do: Callable[[Form], object],
    *,
    title: str,
    lead: str,
    submit: str,
    clause: str = "",
    given: dict[str, str] | None = None,
) -> HttpResponse:
    form = Form(fields, given=given or {})
    if request.method == "POST":
        form = sent(request, fields)
        if not form.is_wrong:
            try:
                do(form)
                return redirect("market:desk")
            except GongbaoError as error:
                form.refuse(error)
    back = f"{reverse('market:find_organisation')}?uscc={found.uscc}"
    return page(request, form, title=title, lead=lead, submit=submit, back=back, clause=clause)
