"""Pages and addresses of what is sealed: for agencies that hand in, for custodians who open."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import Actor
from gongbao.office.cases.refusals import told
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.permissions import ANYONE, allows, in_role, posts_of_request
from gongbao.office.people.queries import ActingPost
from gongbao.office.people.roles import Role
from gongbao.systems.intermediary_market.competence import competences
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.draw.queries import awaiting as draws_awaiting
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.actions import register_signing_key
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import (
    AGENCY,
    acting_for,
    listed_under,
    listing_of,
    member_of_some,
    memberships_of_request,
    signing_key,
)
from gongbao.systems.intermediary_market.organisations.views.addresses import note_address
from gongbao.systems.intermediary_market.purchases.procedure import reviewing, to_correct
from gongbao.systems.intermediary_market.sealing import actions, queries
from gongbao.systems.intermediary_market.sealing.envelopes import LONGEST_PROPOSAL, PRICES, Part, is_digest
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Sealing
from gongbao.systems.intermediary_market.sealing.refusals import in_words

STAFF = in_role(Role.CLERK, Role.SECTION_HEAD, Role.DEPUTY_HEAD, Role.HEAD)
APPOINTS = {Role.SECTION_HEAD, Role.DEPUTY_HEAD, Role.HEAD}
LARGEST = 200_000  # bytes of an envelope; the form is checked to the byte afterwards
BATCH = 100  # envelopes that a custodian's browser asks for at once


def _given(request: HttpRequest) -> Any:
    """What came as JSON; None where it is none."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _answer(content: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store"})


def _answered(work: Callable[[], dict[str, Any]]) -> JsonResponse:
    """What the work gives, or why it was refused."""
    try:
        return _answer(work())
    except GongbaoError as error:
        return _answer({"error": in_words(told(error)), "field": error.where}, status=400)


# --- handing in: nobody is asked who they are, and no session is read


def _asked_of(sealing: Sealing) -> dict[str, Any]:
    """What the browser needs to seal for a purchase."""
    terms = sealing.purchase.terms.exclude(published_at=None).last()
    content = terms.content if terms else {}
    kind = content.get("price_kind", "")
    return {
        "purchase": str(sealing.purchase.uuid),
        "terms": terms.number if terms else 0,
        "price": kind if kind in PRICES else "price",
        "draw": bool(content.get("draw")),
        # Who stands under the service is public: the browser looks its agency up there, and asks the site nothing.
        "under": sorted(one.uscc for one in listed_under(sealing.purchase.item.item, timezone.localdate())),
        "custodians": [{"kid": one.kid, "jwk": one.jwk} for one in queries.custodians(sealing)],
    }


def _standing(sealing: Sealing) -> dict[str, Any]:
    """By what the browser tells of a receipt whether its registration stands: the number of the terms since which one
    does, when they were published, and what happens to the notice now. What the receipt says stays in the browser."""
    purchase = sealing.purchase
    published = list(purchase.terms.exclude(published_at=None).order_by("number"))
    valid_from = published[-1].content.get("valid_from", published[-1].number) if published else 0
    since = next((one.published_at for one in published if one.number == valid_from), None)
    now = ""
    if purchase.case.over:
        now = "over"
    elif purchase.case.state in (reviewing.key, to_correct.key):
        now = "changing"
    return {
        "purchase": str(purchase.uuid), "valid_from": valid_from, "since": since.isoformat() if since else "",
        "now": now,
    }  # fmt: skip


def _without_standing(request: HttpRequest, sealing: Sealing) -> list[Organisation]:
    """The agencies of whoever is signed in that could not be admitted today. Looking at this page needs no account."""
    if not isinstance(request.user, Account):
        return []
    mine = [one.organisation for one in memberships_of_request(request, AGENCY)]
    item, today = sealing.purchase.item.item, timezone.localdate()
    return [one for one in mine if listing_of(one, item, today) is None]


@allows(ANYONE)
@require_safe
def seal(request: HttpRequest, purchase: UUID) -> HttpResponse:
    sealing = queries.sealing_of(purchase)
    asked = _asked_of(sealing)
    return render(
        request,
        "market/seal.html",
        {
            "room": "market",
            "sealing": sealing,
            "purchase": sealing.purchase,
            "open": queries.takes_envelopes(sealing, timezone.now()),
            "gives_back": queries.gives_back(sealing, timezone.now()),
            "standing": json.dumps(_standing(sealing)),
            "without": _without_standing(request, sealing),
            "links": ClauseLinks(),
            "under": f"{DOCUMENT} 第十四条",
            "asked": json.dumps(asked),
            "price": asked["price"],
            "longest_proposal": LONGEST_PROPOSAL,
            "promises": "第二十一条",
            "kinship": "第二十二条第（二）项",
        },
    )


@allows(ANYONE, unlogged=True)
@csrf_exempt
@require_POST
def hand_in(request: HttpRequest, purchase: UUID) -> HttpResponse:
    # No token of a form: that would be bound to a session. Whoever can hand in unnamed needs nobody else's browser.
    given = _given(request) if len(request.body) <= LARGEST else None
    at = timezone.now()  # when it has come in whole
    return _answered(lambda: actions.hand_in(purchase, given, at=at))


@allows(ANYONE, unlogged=True)
@csrf_exempt
@require_POST
def take_back(request: HttpRequest, purchase: UUID) -> HttpResponse:
    given = _fields(request)
    return _answered(lambda: actions.take_back(purchase, given.get("envelope"), given.get("secret"), at=timezone.now()))


@allows(ANYONE, unlogged=True)
@csrf_exempt
@require_POST
def look(request: HttpRequest, purchase: UUID) -> HttpResponse:
    """Whether an envelope is among those that were fixed at the deadline. By POST: no address tells its digest."""
    sealing, digest = queries.sealing_of(purchase), _fields(request).get("envelope")

    def there() -> dict[str, Any]:
        found = queries.is_in(sealing, digest if is_digest(digest) else "")
        if found is None:
            raise GongbaoError("registration is not over yet", where="purchase")
        return {"there": found, "root": sealing.root}

    return _answered(there)


def _fields(request: HttpRequest) -> dict[str, Any]:
    given = _given(request)
    return given if isinstance(given, dict) else {}


# --- the key with which an agency signs


@allows(member_of_some(AGENCY))
@require_safe
def signing_keys(request: HttpRequest) -> HttpResponse:
    agencies = [one.organisation for one in memberships_of_request(request, AGENCY)]
    return render(
        request,
        "market/signing_keys.html",
        {"room": "market", "agencies": [(one, signing_key(one)) for one in agencies]},
    )


@allows(member_of_some(AGENCY))
@require_POST
def add_signing_key(request: HttpRequest, organisation: UUID) -> HttpResponse:
    agency, jwk = acting_for(request, organisation, AGENCY), _fields(request)
    actor = actor_of(_account(request))

    def keep() -> dict[str, Any]:
        kid = register_signing_key(agency, jwk, actor=actor, at=timezone.now()).thumbprint
        note_address(request, agency)
        return {"kid": kid}

    return _answered(keep)


# --- custodians


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def _post(request: HttpRequest) -> ActingPost:
    """The own post in which somebody is a custodian: never that of whom they stand in for."""
    own = [one for one in posts_of_request(request) if one.for_account is None and one.post.role != Role.AUDITOR]
    if not own:
        raise PermissionDenied
    return own[0]


def _appointing(request: HttpRequest) -> dict[Unit | None, ActingPost]:
    """For which levels whoever asks appoints custodians, and in which post: a head of the city's operator (None) or of
    the desk of a county. The first of their posts decides, and one's own come first."""
    operators = {one.unit_id: one.county for one in competences().filter(function=Function.OPERATOR)}
    found: dict[Unit | None, ActingPost] = {}
    for one in posts_of_request(request):
        if one.post.role in APPOINTS and one.post.unit_id in operators:
            found.setdefault(operators[one.post.unit_id], one)
    return found


@allows(STAFF)
@require_safe
def custody(request: HttpRequest) -> HttpResponse:
    account, appoints = _account(request), _appointing(request)
    keys = list(queries.custodian_keys())
    return render(
        request,
        "market/custody.html",
        {
            "room": "market",
            "tasks": queries.tasks_of(account, timezone.now()),
            "draws": draws_awaiting(account),
            "keys": keys,
            "mine": [one for one in keys if one.account_id == account.pk],
            "may_appoint": [(county.key if county else "", county) for county in appoints],
            "ends": {one.pk for one in keys if one.appointed_at is None or one.county in appoints} if appoints else (),
            "account": account,
        },
    )


@allows(STAFF)
@require_POST
def add_custodian_key(request: HttpRequest) -> HttpResponse:
    account, post, jwk = _account(request), _post(request), _given(request)
    actor = actor_of(account, post)

    def keep() -> dict[str, Any]:
        key = actions.register_custodian_key(account, post.post.unit, jwk, actor=actor, at=timezone.now())
        return {"kid": key.kid}

    return _answered(keep)


@allows(STAFF)
@require_POST
def appoint(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """For the level that the button names: whoever heads two operators says for which."""
    asked = request.POST.get("county", "")
    levels = {county.key if county else "": (county, post) for county, post in _appointing(request).items()}
    if asked not in levels:
        raise PermissionDenied
    county, post = levels[asked]
    by = _account(request)
    return _about_key(
        request, post, lambda actor, at: actions.appoint_custodian(uuid, by=by, county=county, actor=actor, at=at)
    )


@allows(STAFF)
@require_POST
def end_key(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """For its holder, and for a head of the operator that appointed it; before it is appointed, of any operator."""
    key = queries.custodian_keys().filter(uuid=uuid).first()
    waits = key is None or key.appointed_at is None
    posts = _appointing(request).items()
    post = next((one for county, one in posts if waits or (key is not None and county == key.county)), None)
    if post is None and (key is None or key.account_id != _account(request).pk):
        raise PermissionDenied
    return _about_key(
        request, post or _post(request), lambda actor, at: actions.end_custodian_key(uuid, actor=actor, at=at)
    )


def _about_key(
    request: HttpRequest, post: ActingPost, work: Callable[[Actor, datetime], CustodianKey | None]
) -> HttpResponse:
    try:
        work(actor_of(_account(request), post), timezone.now())
    except GongbaoError as error:
        words = in_words(told(error))
        return render(request, "market/custody_refused.html", {"room": "market", "refused": words}, status=400)
    return redirect("market:custody")


@allows(STAFF)
@require_safe
def open_page(request: HttpRequest, purchase: UUID, part: str) -> HttpResponse:
    account, sealing = _account(request), queries.sealing_of(purchase)
    task = next(
        (one for one in queries.tasks_of(account, timezone.now()) if one.sealing.pk == sealing.pk and one.part == part),
        None,
    )
    if task is None:
        raise Http404("nothing is to be opened here by this account")
    return render(request, "market/open.html", {"room": "market", "task": task, "purchase": sealing.purchase})


@allows(STAFF)
@require_http_methods(["GET", "POST"])
def work(request: HttpRequest, purchase: UUID, part: str) -> HttpResponse:
    """GET: some envelopes that wait for this custodian, after a digest. POST: to each digest its content key."""
    account, sealing = _account(request), queries.sealing_of(purchase)
    if part not in queries.OPENED:
        raise Http404("no such part")
    asked, at = Part(part), timezone.now()
    if request.method == "POST":
        actor, keys = actor_of(account, _post(request)), _given(request)

        def opened() -> dict[str, Any]:
            layer, unreadable = actions.open_layer(purchase, asked, keys, account=account, actor=actor, at=at)
            return {"layer": int(layer), "unreadable": unreadable}

        return _answered(opened)

    def waiting() -> dict[str, Any]:
        queries.turn(sealing, asked, account, at)
        fixed = actions.fix(sealing, actor=actor_of(account, _post(request)), at=at)
        _layer, key = queries.turn(fixed, asked, account, at)
        after = request.GET.get("after", "")
        sealed, last, left = queries.batch(fixed, asked, key, after if is_digest(after) else "", BATCH)
        return {"sealed": sealed, "last": last, "left": left}

    return _answered(waiting)
