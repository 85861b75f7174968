"""Government prices (第十条): what everybody sees, and where development and reform enters them."""

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
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.organisations.forms import Form, sent
from gongbao.systems.intermediary_market.supervision import actions, government_prices, queries
from gongbao.systems.intermediary_market.supervision.forms import PRICE
from gongbao.systems.intermediary_market.supervision.views.common import (
    AT_REFORM,
    acting,
    base,
    form_page,
    number_of,
    of_reform,
    refuse,
)

PAGE = 50


@allows(ANYONE)
@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """The services whose price is set by the government, each with its standard in force."""
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.priced(timezone.localdate(), words), PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = base(
        page=page,
        words=words,
        query=f"{asked.urlencode()}&" if asked else "",
        clause=government_prices.CLAUSE,
        enters=of_reform(request) is not None,
    )
    return render(request, "market/supervision/prices.html", context)


@allows(AT_REFORM)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form in which development and reform fixes the standard of a service."""
    item, today = catalogue.item(uuid), timezone.localdate()
    if item is None or item.ended_at is not None:
        raise Http404("no such service")
    seen, given = len(government_prices.prices_of(item)), {"since": str(today)}
    form = Form(PRICE, given=given)
    if request.method == "POST":
        form, seen = sent(request, PRICE), number_of(request.POST.get("seen", ""))
        if not form.is_wrong:
            try:
                actions.enter_price(
                    item, form.values, seen=seen, **acting(request, of_reform(request)), at=timezone.now()
                )
            except GongbaoError as error:
                refuse(form, error)
            else:
                messages.success(request, _("The fee standard is entered; the authority of the service is told."))
                return redirect("market:service", item.uuid)
    version = catalogue.version_on(item, today) or catalogue.versions_of(item).last()
    address = reverse("market:service", args=[item.uuid])
    about: list[Any] = [(_("Service"), f"{item.code} {version.name if version else ''}", address)]
    if (price := government_prices.in_force(item, today)) is not None:
        about.append((_("In force today"), government_prices.figure_told(price).in_language(request.LANGUAGE_CODE), ""))
    return form_page(
        request,
        form,
        title=_("Set the fee standard of a service"),
        lead=_(
            "What was entered before stays. Each standard ends the one before it on the day from which it is in force."
        ),
        submit=_("Enter it"),
        back=address,
        clause="第十条",
        about=about,
        hidden={"seen": str(seen)},
    )
