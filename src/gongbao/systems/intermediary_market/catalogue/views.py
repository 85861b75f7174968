"""The pages of the services: what everybody sees, and what their authorities do."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.office.people.queries import unit as unit_named
from gongbao.systems.intermediary_market.catalogue import actions, queries
from gongbao.systems.intermediary_market.catalogue import workbook as workbooks
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent
from gongbao.systems.intermediary_market.catalogue.forms import CHANGE, IMPORT, NEW, RECOMMEND
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.organisations.forms import Form, page, sent
from gongbao.systems.intermediary_market.organisations.queries import listed_under
from gongbao.systems.intermediary_market.organisations.refusals import told
from gongbao.systems.intermediary_market.staff import AT_MARKET_DESK, acting_at, own_body

PAGE = 20


@allows(ANYONE)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    words = request.GET.get("q", "").strip()[:100]
    authority = unit_named(request.GET.get("authority", ""))
    found = queries.services(today, words=words, authority=authority)
    context = {
        "room": "market",
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "words": words,
        "authority": authority,
        "authorities": queries.authorities(today),
        "pager_query": f"{urlencode({'q': words, 'authority': authority.key if authority else ''})}&",
    }
    return render(request, "market/services.html", context)


@allows(ANYONE)
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    content = workbooks.export(queries.services(timezone.localdate(now)), get_language() or "zh-hans", now)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="services.xlsx"'
    return response


@allows(ANYONE)
@require_safe
def service(request: HttpRequest, uuid: UUID) -> HttpResponse:
    item, today = _item(uuid), timezone.localdate()
    version = queries.version_on(item, today)
    if version is None:
        raise Http404("not published yet")
    versions = list(queries.versions_of(item))
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == asked), version)
    context = {
        "room": "market",
        "item": item,
        "version": shown,
        "is_current": shown.pk == version.pk,
        "versions": versions,
        "page": Paginator(listed_under(item, today), PAGE).get_page(request.GET.get("page")),
        "query": urlencode({"version": asked}) + "&" if asked else "",
        "enough": queries.enough(today),
        "recommended": queries.recommendations(item, today),
    }
    return render(request, "market/service.html", context)


def _item(uuid: UUID) -> ServiceItem:
    item = queries.item(uuid)
    if item is None:
        raise Http404("no such service")
    return item


# --- what authorities do


def _form(
    request: HttpRequest,
    fields: tuple[Any, ...],
    do: Callable[[Form], object],
    *,
    title: str,
    lead: str,
    submit: str,
    clause: str = "第七条第（一）项",
    given: dict[str, Any] | None = None,
    **more: Any,
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
    back = reverse("market:desk")
    return page(request, form, title=title, lead=lead, submit=submit, back=back, clause=clause, **more)


def _content(form: Form) -> ItemContent:
    return ItemContent(**{name: form.text(name) for name in ItemContent.__dataclass_fields__})


def _since(form: Form) -> date:
    since = form.values["since"]
    assert isinstance(since, date)
    return since


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    authority = own_body(request)

    def do(form: Form) -> None:
        code = form.text("code")
        if ServiceItem.objects.filter(code=code).exists():
            raise GongbaoError("there is a service of this code already", where="code")
        actions.keep_item(
            code, _content(form), authority=authority, since=_since(form), actor=acting_at(request, authority),
            at=timezone.now(),
        )  # fmt: skip

    return _form(
        request, NEW, do, given={"since": str(timezone.localdate())}, title=_("Publish a service"),
        submit=_("Publish it"), lead=_("Your unit answers for what stands here."),
    )  # fmt: skip


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    item = _item(uuid)
    actor = acting_at(request, item.authority)
    last = queries.versions_of(item)[0]
    given = {name: getattr(last, name) for name in ItemContent.__dataclass_fields__}

    def do(form: Form) -> None:
        actions.keep_item(
            item.code, _content(form), authority=item.authority, since=_since(form), actor=actor, at=timezone.now()
        )

    return _form(
        request, CHANGE, do, given={**given, "since": str(timezone.localdate())},
        title=_("Change a service"), submit=_("Publish another version"),
        lead=_("What was published stays; notices that stand on it go on with it."), about="market/_item.html",
        item=item,
    )  # fmt: skip


@allows(AT_MARKET_DESK)
@require_POST
def end(request: HttpRequest, uuid: UUID) -> HttpResponse:
    item = _item(uuid)
    actor = acting_at(request, item.authority)
    with suppress(GongbaoError):  # it was ended in the meantime
        actions.end_item(item, authority=item.authority, actor=actor, at=timezone.now())
    return redirect("market:desk")


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def read_in(request: HttpRequest) -> HttpResponse:
    """The services of a workbook, all or none."""
    authority = own_body(request)

    def do(form: Form) -> None:
        upload = form.upload("workbook")
        assert upload is not None
        try:
            rows = workbooks.read(upload.content)
            actions.keep_items(
                rows, authority=authority, since=_since(form), actor=acting_at(request, authority), at=timezone.now()
            )
        except GongbaoError as error:
            raise GongbaoError(_placed(error)) from error

    return _form(
        request, IMPORT, do, given={"since": str(timezone.localdate())}, title=_("Read services in"),
        submit=_("Read them in"),
        lead=_("All of them or none. Take the workbook that is exported, change it, and give it back."),
    )  # fmt: skip


def _placed(error: GongbaoError) -> str:
    """What is wrong, and in which row and column, in the language of the page."""
    row, _space, name = error.where.partition(" ")
    if not row.isdecimal():
        return told(error)
    place = _("Row %(number)s") % {"number": row}
    head = f" {workbooks.HEADS[name].in_language(get_language() or '')}" if name in workbooks.HEADS else ""
    return f"{place}{head}: {told(error)}"


@allows(AT_MARKET_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recommend(request: HttpRequest, uuid: UUID) -> HttpResponse:
    item, today = _item(uuid), timezone.localdate()
    actor = acting_at(request, item.authority)

    def do(form: Form) -> None:
        actions.recommend(
            item, form.text("name"), form.text("reason"), uscc=form.text("uscc"), unit=item.authority, actor=actor,
            at=timezone.now(),
        )  # fmt: skip

    return _form(
        request, RECOMMEND, do, clause="第十四条", title=_("Recommend an agency"), submit=_("Recommend it"),
        lead=_("Whom you recommend enters like any other. No selection waits for it."), about="market/_item.html",
        item=item, recommended=queries.recommendations(item, today), there=queries.agencies_under(item, today),
        version=queries.version_on(item, today),
    )  # fmt: skip
