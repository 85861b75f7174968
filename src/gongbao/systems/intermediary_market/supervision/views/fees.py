"""The supervision of prices (第八条): what is charged, and what market supervision found of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.cases.views.common import download, language
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.queries import find_contract
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.forms import Form, sent
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import (
    AGENCY,
    is_auditor,
    memberships_of_request,
    organisation_of_uscc,
)
from gongbao.systems.intermediary_market.ratings.queries import FIRST_YEAR
from gongbao.systems.intermediary_market.supervision import actions, fees, government_prices, queries, workbook
from gongbao.systems.intermediary_market.supervision.forms import INSPECTION, INSPECTION_OF_AGENCY
from gongbao.systems.intermediary_market.supervision.models import PriceInspection
from gongbao.systems.intermediary_market.supervision.views.common import (
    AT_PRICES,
    SEES_FEES,
    acting,
    as_typed,
    base,
    form_page,
    of_prices,
    refuse,
)
from gongbao.systems.intermediary_market.years import asked_year

PAGE = 50


def _asked(request: HttpRequest) -> tuple[int, ServiceItem | None, bool, list[fees.Reckoned]]:
    """The year, the service, whether only what is marked, and all purchases of it. Raises Http404."""
    year, given = asked_year(request, FIRST_YEAR), request.GET.get("item", "")
    item = _item(given) if given else None
    marked, competent = request.GET.get("marked", "") == "1", of_prices(request)
    county = competent.county if competent is not None and not is_auditor(request) else None
    return year, item, marked, fees.reckoned(year, item=item, county=county)


def _item(given: str) -> ServiceItem:
    try:
        found = catalogue.item(UUID(given))
    except ValueError:
        found = None
    if found is None:
        raise Http404("no such service")
    return found


@allows(SEES_FEES)
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """By service what is charged in a year, and of one service each purchase and what agencies publish."""
    year, item, marked, found = _asked(request)
    full = len(found) >= fees.MOST_ROWS
    if marked:
        found = [one for one in found if one.marks]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    asked = request.GET.copy()
    asked.pop("page", None)
    context = base(
        year=year,
        years=range(today.year, FIRST_YEAR - 1, -1),
        item=item,
        version=(catalogue.version_on(item, today) or catalogue.versions_of(item).last()) if item else None,
        price=government_prices.in_force(item, today) if item else None,
        marked=marked,
        services=[] if item else fees.by_service(found, today),
        published=Paginator(fees.published_fees(item, today), PAGE).get_page(request.GET.get("fees")) if item else None,
        page=page,
        charged=fees.charges_of(page.object_list),
        full=full,
        most=fees.MOST_ROWS,
        query=f"{asked.urlencode()}&" if asked else "",
        address=asked.urlencode(),
        inspects=of_prices(request) is not None,
        clause=f"{DOCUMENT} 第八条",
    )
    return render(request, "market/supervision/fees.html", context)


@allows(SEES_FEES)
@never_cache
@require_safe
def fees_workbook(request: HttpRequest) -> HttpResponse:
    """The same purchases, fees.MOST_ROWS at most."""
    year, _item_asked, marked, found = _asked(request)
    rows = fees.charges_of(one for one in found if one.marks or not marked)
    content = workbook.of_fees(year, rows, language(), timezone.now())
    return download(content, XLSX, f"fees-{year}.xlsx")


# --- inspections


def _own(request: HttpRequest) -> list[Organisation]:
    return [one.organisation for one in memberships_of_request(request, AGENCY)]


def _sees_all(request: HttpRequest) -> bool:
    return of_prices(request) is not None or is_auditor(request)


@allows(ANYONE)
@require_safe
def inspections(request: HttpRequest) -> HttpResponse:
    """What is published of inspections; for market supervision and auditors all, for an agency its own too."""
    everything, own = _sees_all(request), _own(request)
    page = Paginator(queries.seen_inspections(own, everything=everything), PAGE).get_page(request.GET.get("page"))
    ids = {one.pk for one in own}
    context = base(
        page=page,
        rows=[queries.as_shown(one, inside=everything or one.agency_id in ids) for one in page],
        inspects=of_prices(request) is not None,
        everything=everything,
        clause=f"{DOCUMENT} 第八条",
    )
    return render(request, "market/supervision/inspections.html", context)


@allows(ANYONE)
@require_safe
def inspection(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One of them, with what it replaces."""
    row = queries.inspection(uuid)
    inside = row is not None and (_sees_all(request) or row.agency_id in {one.pk for one in _own(request)})
    if row is None or not (inside or (row.is_public and not hasattr(row, "replaced_by"))):
        raise Http404("no such inspection")
    context = base(
        shown=queries.as_shown(row, inside=inside),
        row=row,
        inside=inside,
        earlier=queries.earlier(row) if inside else [],
        later=getattr(row, "replaced_by", None),
        inspects=of_prices(request) is not None,
        clause=f"{DOCUMENT} 第八条",
    )
    return render(request, "market/supervision/inspection.html", context)


@allows(AT_PRICES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inspect(request: HttpRequest) -> HttpResponse:
    """The form in which market supervision records an inspection: of a contract (`?contract=`), or of an agency."""
    contract = _contract(request)
    fields = INSPECTION_OF_AGENCY if contract is None else INSPECTION
    form = Form(fields, given={"inspected_on": str(timezone.localdate()), "uscc": request.GET.get("agency", "")[:18]})
    if request.method == "POST":
        form = sent(request, fields)
        agency = contract.registration.organisation if contract is not None else _agency(form)
        if agency is not None and not form.is_wrong and (made := _inspected(request, form, agency, contract=contract)):
            return redirect("market:inspection", made.uuid)
    return _inspection_page(request, form, contract, title=_("Record a price inspection"))


@allows(AT_PRICES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inspect_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form in which a record is replaced that is not so any more."""
    row = queries.inspection(uuid)
    # Replaced by somebody else meanwhile, it is so answered by the act, with what was typed.
    if row is None or (request.method != "POST" and hasattr(row, "replaced_by")):
        raise Http404("no such inspection")
    given = as_typed(INSPECTION, {one.key: getattr(row, one.key, None) for one in INSPECTION})
    given["is_public"] = "yes" if row.is_public else "no"
    form = Form(INSPECTION, given=given)
    if request.method == "POST":
        form = sent(request, INSPECTION)
        if not form.is_wrong and (made := _inspected(request, form, row.agency, replaces=row)):
            return redirect("market:inspection", made.uuid)
    return _inspection_page(
        request, form, row.contract, agency=row.agency, title=_("Replace the record of an inspection")
    )


def _contract(request: HttpRequest) -> Contract | None:
    """The contract that is asked for. Raises Http404 where there is no such one, or another body looks after it."""
    given, competent = request.GET.get("contract", ""), of_prices(request)
    if not given:
        return None
    try:
        found = find_contract(UUID(given))
    except ValueError:
        found = None
    county = competent.county if competent is not None else None
    if found is None or (county is not None and found.purchase.owner.county_id != county.pk):
        raise Http404("no such contract")
    return found


def _agency(form: Form) -> Organisation | None:
    found = organisation_of_uscc(form.text("uscc").upper())
    if found is None or not found.is_agency:
        if form.text("uscc"):
            form.wrong("uscc", _("no agency of this code is in the market"))
        return None
    return found


def _inspected(
    request: HttpRequest, form: Form, agency: Organisation, *, contract: Contract | None = None,
    replaces: PriceInspection | None = None,
) -> PriceInspection | None:  # fmt: skip
    """What was recorded; None where it was refused, and the form says why."""
    competent = of_prices(request)
    assert competent is not None  # or they would not have come here
    try:
        made = actions.inspect(
            agency, form.values, contract=contract, replaces=replaces, **acting(request, competent),
            for_account=competent.post.for_account, at=timezone.now(),
        )  # fmt: skip
    except GongbaoError as error:
        refuse(form, error)
        return None
    messages.success(request, _("The inspection is recorded, and the agency is told."))
    return made


def _inspection_page(
    request: HttpRequest, form: Form, contract: Contract | None, *, title: str, agency: Organisation | None = None
) -> HttpResponse:
    about: list[Any] = []
    agency = contract.registration.organisation if contract is not None else agency
    if agency is not None:
        about.append((_("Agency"), agency.name, reverse("market:agency_ratings", args=[agency.uuid])))
    if contract is not None:
        about.append(
            (_("Service"), contract.purchase.item.name, reverse("market:notice", args=[contract.purchase.uuid]))
        )
    return form_page(
        request,
        form,
        title=title,
        lead=_("The agency is told. What is recorded stays; what changes is recorded anew."),
        submit=_("Record it"),
        back=reverse("market:inspections"),
        clause="第八条",
        about=about,
    )
