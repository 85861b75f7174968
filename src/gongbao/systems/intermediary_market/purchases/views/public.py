"""What everybody sees of purchases: the notices, what became of them, the awards, the limits."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases import files, papers
from gongbao.office.cases.views.common import PAPERS, download
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.organisations.queries import OWNER, memberships_of_request
from gongbao.systems.intermediary_market.purchases import actions, procedure, queries
from gongbao.systems.intermediary_market.purchases.models import Fund, Way
from gongbao.systems.intermediary_market.purchases.procedure import FUNDS, WAYS
from gongbao.systems.intermediary_market.purchases.views.common import base, clocks, page_of, purchase_or_404
from gongbao.systems.intermediary_market.sealing.envelopes import Problem


@allows(ANYONE)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The notices, those that agencies may register for first."""
    asked = {
        "group": request.GET.get("group", ""),
        "words": request.GET.get("q", "").strip()[:100],
        "way": request.GET.get("way", ""),
        "fund": request.GET.get("fund", ""),
    }
    if (
        asked["group"] not in ("", *queries.GROUPS)
        or asked["way"] not in ("", *Way.values)
        or asked["fund"] not in ("", *Fund.values)
    ):
        raise Http404("no such list")
    found = queries.public_notices(group=asked["group"], words=asked["words"], way=asked["way"], fund=asked["fund"])
    page, query = page_of(request, found)
    context = base(
        page=page,
        query=query,
        asked=asked,
        rows=[(one, queries.public_state(one)) for one in page],
        ways=WAYS,
        funds=FUNDS,
        groups=tuple(queries.GROUPS),
        owns=bool(memberships_of_request(request, OWNER)),
        now=timezone.now(),
    )
    return render(request, "market/purchases/notices.html", context)


@allows(ANYONE)
@require_safe
def notice(request: HttpRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    found = queries.notice(uuid, now)
    if found is None:
        raise Http404("no such notice")
    purchase = found.purchase
    context = base(
        notice=found,
        purchase=purchase,
        clocks=clocks([one for one in queries.runs(purchase) if one.clock.key in _SHOWN_CLOCKS], now),
        registrations=[(one, queries.price_in_words(one)) for one in found.registrations or ()],
        not_counted=[(one, label_of_problem(one.problem)) for one in found.not_counted],
        award=purchase.selected if found.registrations is not None else None,
        award_price=queries.price_in_words(purchase.selected)
        if found.registrations is not None and purchase.selected
        else "",
        has_draw=queries.has_draw(purchase),
        mine=any(one.organisation_id == purchase.owner_id for one in memberships_of_request(request, OWNER)),
        procedure=procedure.purchase,
        letters=queries.letters(purchase, [one.organisation for one in memberships_of_request(request)]),
    )
    return render(request, "market/purchases/notice.html", context)


_SHOWN_CLOCKS = (procedure.registration.key, procedure.selection.key, procedure.publicity.key)


def label_of_problem(key: str) -> Label:
    """Why an envelope gave nothing, in both languages."""
    return actions.PROBLEMS[key] if key in actions.PROBLEMS else Problem(key).label


@allows(ANYONE)
@require_safe
def notice_file(request: HttpRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    """A paper of the notice as it stands now; for its owner, of the purchase as it was handed in last."""
    purchase, found = purchase_or_404(uuid), queries.notice(uuid, timezone.now())
    there = list(found.files) if found is not None else []
    if purchase.owner_id in {one.organisation_id for one in memberships_of_request(request, OWNER)}:
        there += queries.annexes(purchase, queries.last_terms(purchase).content)
    kept = next((one for one in there if one.uuid == attachment), None)
    if kept is None:
        raise Http404("no such file")
    try:
        return download(files.read(kept.uuid), kept.kind, kept.name)
    except GongbaoError as error:
        raise Http404(error.message) from error


@allows(ANYONE)
@require_safe
def letter(request: HttpRequest, uuid: UUID, letter: UUID, form: str) -> HttpResponse:
    """The award notice, for everybody; the notice of award, for owner and agency."""
    purchase, own = purchase_or_404(uuid), [one.organisation for one in memberships_of_request(request)]
    made = next((one for one in queries.letters(purchase, own) if one.row.uuid == letter), None)
    if made is None or form not in PAPERS:
        raise Http404("no such letter")
    wanted = "en" if request.GET.get("language") == "en" else "zh-hans"
    try:
        content = papers.LETTERS[form](papers.letter_of(purchase.case, queries.situation(purchase), made, wanted))
    except GongbaoError as error:
        raise Http404(error.message) from error
    name = f"{made.letter.label.in_language(wanted)} {purchase.case.receipt}.{form}"
    response = download(content, PAPERS[form], name)
    response["Cache-Control"] = "private, no-store"
    return response


@allows(ANYONE)
@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    page, query = page_of(request, queries.public_awards())
    rows = [(one, queries.price_in_words(one.selected) if one.selected else "") for one in page]
    return render(request, "market/purchases/awards.html", base(page=page, query=query, rows=rows))
