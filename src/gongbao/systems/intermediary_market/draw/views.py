"""The page of a purchase's draw, which everybody may see, with what whoever is signed in may do; and its files."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import Actor
from gongbao.office.cases.actors import AT_DESK, first_for, of_account
from gongbao.office.cases.refusals import told
from gongbao.office.cases.views.common import BAD_REQUEST, account_of, download
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, SIGNED_IN, allows, posts_of_request
from gongbao.office.people.queries import body_of
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.draw import actions, queries
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.draw.refusals import in_words
from gongbao.systems.intermediary_market.organisations.queries import AGENCY, acting_for, memberships_of_request
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.purchases.procedure import purchase as purchase_procedure
from gongbao.systems.intermediary_market.purchases.procedure import redraw

LONGEST = 5000  # characters of a field that is typed


# --- what is shown


@allows(ANYONE)
@require_safe
def draw(request: HttpRequest, purchase: UUID) -> HttpResponse:
    return _page(request, queries.purchase_of(purchase))


def _page(request: HttpRequest, purchase: Purchase, **more: Any) -> HttpResponse:
    shown = queries.shown(purchase)
    context = {
        "room": "market",
        "purchase": purchase,
        "shown": shown,
        "now": shown[0] if shown and not shown[0].draw.set_aside_at else None,
        "typed": {},
        "wrong": {},
        **_of_mine(request, purchase),
        **more,
    }
    return render(request, "market/draw.html", context, status=BAD_REQUEST if more.get("wrong") else 200)


def _of_mine(request: HttpRequest, purchase: Purchase) -> dict[str, Any]:
    """What whoever is signed in may do, and has, in this draw."""
    if not isinstance(request.user, Account):
        return {}
    parties = _parties(request, purchase)
    current = queries.current(purchase)
    sealed_to = queries.sealed_to(purchase)
    agencies = [one.organisation for one in memberships_of_request(request, AGENCY)]
    return {
        "to_commit": [
            (one, queries.PARTIES[one], json.dumps({**sealed_to, "party": one}) if sealed_to else "")
            for one in parties
            if queries.may_commit(current, one)
        ],
        "to_reveal": [(one, queries.PARTIES[one]) for one in parties if queries.may_reveal(current, one)],
        "withheld": queries.withheld(current, request.user) if current else [],
        "sets_value": Party.OPERATOR in parties and queries.awaits_value(current),
        "runs": Party.OPERATOR in parties and queries.may_run(current),
        "sets_aside": queries.may_set_aside(current) and _proposes(request.user, purchase),
        "redraw": redraw.key,
        "mine": [one for one in agencies if current and queries.own_proof(current, one)],
    }


def _proposes(account: Account, purchase: Purchase) -> bool:
    """Whether somebody holds the post in which it is proposed to set a draw aside; others have no such form."""
    found = of_account(account, purchase_procedure, purchase.case.unit, timezone.localdate())
    return first_for(found, redraw.by) is not None


def _parties(request: HttpRequest, purchase: Purchase) -> dict[Party, Actor]:
    """For whom whoever asks gives a share, and as whom the log names them."""
    found = {}
    account = account_of(request)
    if any(one.organisation_id == purchase.owner_id for one in memberships_of_request(request)):
        found[Party.OWNER] = actor_of(account)
    # Nobody gives both shares, also where the operator is the owner itself, or its clerk acts for the owner.
    if Party.OWNER not in found:
        body = body_of(purchase.case.unit).pk  # the operating unit of the purchase: competence.py
        for one in posts_of_request(request):
            if one.post.role in AT_DESK and body_of(one.post.unit).pk == body:
                found.setdefault(Party.OPERATOR, actor_of(account, one))
    return found


# --- files


@allows(ANYONE)
@require_safe
def file(request: HttpRequest, draw: UUID) -> HttpResponse:
    return _json(queries.public_file(draw).as_json(), "draw.json")


@allows(SIGNED_IN)
@require_safe
def own_proof(request: HttpRequest, draw: UUID, organisation: UUID) -> HttpResponse:
    found = queries.own_proof(queries.draw_of(draw), acting_for(request, organisation, AGENCY))
    if found is None:
        raise Http404("this agency does not stand in the list")
    return _json(found.as_json(), "draw-proof.json")


def _json(content: dict[str, Any], name: str) -> HttpResponse:
    return download(json.dumps(content, ensure_ascii=False, indent=1).encode(), "application/json", name)


# --- what is done


@allows(SIGNED_IN)
@require_POST
def commit(request: HttpRequest, purchase: UUID) -> HttpResponse:
    """From a browser that made a share (static/market/sealing.js): JSON of party, commitment and the sealed share."""
    found = queries.purchase_of(purchase)
    try:
        given = json.loads(request.body)
        party, commitment, sealed = (str(given[name]) for name in ("party", "commitment", "sealed"))
    except (ValueError, TypeError, KeyError, RecursionError):
        return JsonResponse({"error": _("this form is not whole; open it again")}, status=BAD_REQUEST)
    actor = _parties(request, found).get(party)  # type: ignore[call-overload]
    if actor is None:
        raise Http404("not for this account")
    try:
        kept = actions.commit(found, party, commitment, sealed, at=timezone.now(), actor=actor)
    except GongbaoError as error:
        return JsonResponse({"error": in_words(told(error))}, status=BAD_REQUEST)
    return JsonResponse({"commitment": kept.commitment})


@allows(SIGNED_IN)
@require_POST
def reveal(request: HttpRequest, purchase: UUID) -> HttpResponse:
    def work(found: Purchase, party: Party, actor: Actor, typed: dict[str, str], at: datetime) -> str:
        actions.reveal(found, party, typed["share"].strip().lower(), at=at, actor=actor)
        return _("The share is open.")

    return _done(request, purchase, work, ("share",))


@allows(SIGNED_IN)
@require_POST
def set_value(request: HttpRequest, purchase: UUID) -> HttpResponse:
    def work(found: Purchase, party: Party, actor: Actor, typed: dict[str, str], at: datetime) -> str:
        published_at = _moment(typed["published_at"])
        actions.set_public_value(found, typed["value"], typed["value_from"], published_at, at=at, actor=actor)
        return _("The public value is kept.")

    return _done(request, purchase, work, ("value", "value_from", "published_at"), of=Party.OPERATOR)


@allows(SIGNED_IN)
@require_POST
def run(request: HttpRequest, purchase: UUID) -> HttpResponse:
    def work(found: Purchase, party: Party, actor: Actor, typed: dict[str, str], at: datetime) -> str:
        actions.run(found, at=at, actor=actor, account=account_of(request))
        return _("The draw is made; the owner confirms its result.")

    return _done(request, purchase, work, (), of=Party.OPERATOR)


Work = Callable[[Purchase, Party, Actor, dict[str, str], datetime], str]


def _done(
    request: HttpRequest, purchase: UUID, work: Work, names: tuple[str, ...], of: Party | None = None
) -> HttpResponse:
    """Do it for the party that the form names, or for `of`, and go back to the page; what is refused stands there."""
    found = queries.purchase_of(purchase)
    parties = _parties(request, found)
    party = of or next((one for one in parties if one == request.POST.get("party")), None)
    if party not in parties:
        raise Http404("not for this account")
    typed = {name: request.POST.get(name, "")[:LONGEST] for name in names}
    try:
        messages.success(request, work(found, party, parties[party], typed, timezone.now()))
    except GongbaoError as error:
        kept = {name: value for name, value in typed.items() if name != "share"}  # which is not shown again
        wrong = {error.where if error.where in names else "page": in_words(told(error))}
        return _page(request, found, wrong=wrong, typed=kept)
    return redirect("market:draw", found.uuid)


@allows(SIGNED_IN)
@require_POST
def open_layer(request: HttpRequest, purchase: UUID) -> HttpResponse:
    """A custodian opens what is theirs of a share that is withheld."""
    found, account = queries.purchase_of(purchase), account_of(request)
    current = queries.current(found)
    task = next(
        (one for one in queries.withheld(current, account) if one.share.party == request.POST.get("party"))
        if current
        else iter(()),
        None,
    )
    if task is None:
        if not queries.is_custodian(found, account):
            raise Http404("nothing is to be opened here by this account")
        # Opened by the other custodian, or by its own party, or pressed twice.
        return _page(request, found, wrong={"page": _("Nothing of this draw waits for you to open it any more.")})
    own = next((one for one in posts_of_request(request) if one.for_account is None), None)
    key = request.POST.get("key", "")[:LONGEST]
    try:
        actions.open_layer(found, task.share.party, task.key, key, at=timezone.now(), actor=actor_of(account, own))
    except GongbaoError as error:
        return _page(request, found, wrong={"page": in_words(told(error))})
    messages.success(request, _("The layer is open."))
    return redirect("market:draw", found.uuid)


def _moment(typed: str) -> datetime:
    """2026-03-02 15:00, in Shanghai. Raises GongbaoError."""
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise GongbaoError("this is no moment; write it like 2026-03-02 15:00", where="published_at") from error
