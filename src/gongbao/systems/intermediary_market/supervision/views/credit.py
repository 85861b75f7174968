"""Credit records (第十条, 第三十四条): what development and reform hands over, and joint punishments of others."""

from datetime import date
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
from gongbao.core.hash_chain import canonical
from gongbao.office.cases.views.common import download, language
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.permissions import allows
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.forms import Form, sent
from gongbao.systems.intermediary_market.organisations.queries import organisation_of_uscc
from gongbao.systems.intermediary_market.ratings import queries as ratings
from gongbao.systems.intermediary_market.supervision import actions, credit, credit_system, queries, workbook
from gongbao.systems.intermediary_market.supervision.forms import (
    HAND_OVER,
    PUNISHMENT,
    PUNISHMENT_CHANGED,
    PUNISHMENT_OF_AGENCY,
)
from gongbao.systems.intermediary_market.supervision.models import CreditHandOver
from gongbao.systems.intermediary_market.supervision.queries import Competent
from gongbao.systems.intermediary_market.supervision.views.common import (
    AT_REFORM,
    SEES_CREDIT,
    acting,
    as_typed,
    base,
    form_page,
    number_of,
    of_reform,
    refuse,
)
from gongbao.systems.intermediary_market.supervision.workbook import OF, facts_told
from gongbao.systems.intermediary_market.years import asked_year

PAGE = 50
MOST_SHOWN = 200
"""So many agencies are shown before they are handed over."""
JSON = "application/json"


@allows(SEES_CREDIT)
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The agencies of a year with grade, conduct and punishments, and what was handed over."""
    today = timezone.localdate()
    year = asked_year(request, ratings.FIRST_YEAR)
    page = Paginator(ratings.agencies(year), PAGE).get_page(request.GET.get("page"))
    agencies = list(page)
    counted, held = ratings.counting(agencies), queries.punishments_on(agencies, today)
    rows = [
        (
            one,
            [each for each in counted.get(one.agency.pk, ()) if each.happened_on.year == year],
            held.get(one.agency.pk, []),
        )
        for one in ratings.rows_of(agencies, year, today)
    ]
    context = base(
        year=year,
        years=range(today.year, ratings.FIRST_YEAR - 1, -1),
        page=page,
        rows=rows,
        query=f"year={year}&",
        punishments=list(queries.punishments()[:PAGE]),
        hand_overs=list(queries.hand_overs()[:PAGE]),
        hands_over=of_reform(request) is not None,
        system=credit_system.configured() is not None,
        clauses=[f"{DOCUMENT} 第十条", f"{DOCUMENT} 第三十四条", f"{DOCUMENT} 第五条第一款"],
    )
    return render(request, "market/supervision/credit.html", context)


def _suggested(today: date) -> dict[str, str]:
    """From the day after the last hand-over, or the first day of the year, to the last day of the month before."""
    end = date(today.year, today.month, 1)
    until = date.fromordinal(end.toordinal() - 1)
    last = queries.hand_overs().first()
    since = date.fromordinal(last.until.toordinal() + 1) if last is not None else date(until.year, 1, 1)
    return {"since": str(min(since, until)), "until": str(until)}


@allows(AT_REFORM)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """The form in which credit records are handed over: what of the days would be is looked at first."""
    seen, content = queries.last_number(), None
    form = Form(HAND_OVER, given=_suggested(timezone.localdate()))
    if request.method == "POST":
        form, seen = sent(request, HAND_OVER), number_of(request.POST.get("seen", ""))
        looked_at = request.POST.get("looked_at", "")
        if not form.is_wrong:
            try:
                content = _previewed(form, seen, of_reform(request))
                if looked_at:
                    return _hand_over(request, form, seen, looked_at)
            except GongbaoError as error:
                refuse(form, error)
    told = _("A file is written for the credit system.") if credit_system.configured() else _(
        "No credit system is connected: the file is taken from the page of the hand-over."
    )  # fmt: skip
    return form_page(
        request,
        form,
        title=_("Hand credit records over"),
        lead=_(
            "Grades, verified conduct and joint punishments of these days; corrections of what was handed over before."
        ),
        submit=_("Look at what would be handed over") if content is None else _("Hand them over"),
        back=reverse("market:credit"),
        clause="第十条",
        about=[(_("Hand-over"), str(seen + 1) if seen >= 0 else "", ""), (_("Credit system"), told, "")],
        hidden={"seen": str(seen)} | ({} if content is None else {"looked_at": credit.looked_at(content)}),
        preview=None if content is None else _preview(content),
    )


def _days(form: Form) -> tuple[date, date]:
    since, until = form.values["since"], form.values["until"]
    assert isinstance(since, date) and isinstance(until, date)
    return since, until


def _previewed(form: Form, seen: int, competent: Competent | None) -> dict[str, Any]:
    """What would be handed over now. Raises GongbaoError."""
    assert competent is not None  # or they would not have come here
    (since, until), now = _days(form), timezone.now()
    credit.refuse_days(since, until, timezone.localdate(now))
    return credit.package(seen + 1, since, until, competent.post.post.unit, now)


def _hand_over(request: HttpRequest, form: Form, seen: int, looked_at: str) -> HttpResponse:
    made = actions.hand_over_credit(
        *_days(form), seen=seen, system=credit_system.configured(), looked_at=looked_at,
        **acting(request, of_reform(request)), at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("The credit records are handed over."))
    return redirect("market:credit_hand_over", made.uuid)


def _preview(content: dict[str, Any]) -> dict[str, Any]:
    """What a page shows of a package before it is handed over: the agencies of which more than an A is told."""
    told = [one for one in content["agencies"] if one["conduct"] or one["punishments"] or _below(one["grades"])]
    return {
        "since": content["since"],
        "until": content["until"],
        "corrections": _corrections(content),
        "agencies": told[:MOST_SHOWN],
        "not_shown": len(told[MOST_SHOWN:]),
        "plain": len(content["agencies"]) - len(told),
    }


def _below(grades: list[dict[str, Any]]) -> bool:
    return any(one["times_b"] or one["times_c"] for one in grades)


def _corrections(content: dict[str, Any]) -> list[Any]:
    return [
        (each, OF[each["of"]], facts_told(each["of"], each["was"]), facts_told(each["of"], each["is"]))
        for each in content["corrections"]
    ]


def _hand_over_or_404(uuid: UUID) -> CreditHandOver:
    found = queries.hand_over(uuid)
    if found is None:
        raise Http404("no such hand-over")
    return found


@allows(SEES_CREDIT)
@never_cache
@require_safe
def one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What was handed over, and whether it is still as it was."""
    found = _hand_over_or_404(uuid)
    content: dict[str, Any] = found.content
    page = Paginator(content["agencies"], PAGE).get_page(request.GET.get("page"))
    context = base(
        row=found,
        content=content,
        page=page,
        corrections=_corrections(content),
        as_it_was=credit.digest_of(content) == found.sha256,
        clause=f"{DOCUMENT} 第十条",
    )
    return render(request, "market/supervision/hand_over.html", context)


@allows(SEES_CREDIT)
@never_cache
@require_safe
def as_json(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The bytes whose digest was recorded."""
    found = _hand_over_or_404(uuid)
    return download(canonical(found.content).encode(), JSON, f"credit-{found.number:04d}.json")


@allows(SEES_CREDIT)
@never_cache
@require_safe
def as_workbook(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _hand_over_or_404(uuid)
    content = workbook.of_credit(found.content, language(), timezone.now())
    return download(content, XLSX, f"credit-{found.number:04d}.xlsx")


# --- joint punishments


@allows(AT_REFORM)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def punish(request: HttpRequest) -> HttpResponse:
    """The form in which a joint punishment is recorded that another body decided on."""
    form = Form(PUNISHMENT_OF_AGENCY, given={"uscc": request.GET.get("agency", "")[:18]})
    if request.method == "POST":
        form = sent(request, PUNISHMENT_OF_AGENCY)
        agency = organisation_of_uscc(form.text("uscc").upper())
        if not form.is_wrong and (agency is None or not agency.is_agency):
            form.wrong("uscc", _("no agency of this code is in the market"))
        if not form.is_wrong:
            assert agency is not None
            try:
                actions.record_punishment(agency, form.values, **acting(request, of_reform(request)), at=timezone.now())
            except GongbaoError as error:
                refuse(form, error)
            else:
                return _recorded(request)
    return _punishment_page(request, form, _("Record a joint punishment"))


@allows(AT_REFORM)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def punish_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form in which a record is replaced that is not so any more."""
    row = queries.punishment(uuid)
    if row is None or row.set_aside or hasattr(row, "replaced_by"):
        raise Http404("no such record")
    given = as_typed(PUNISHMENT, {one.key: getattr(row, one.key, None) for one in PUNISHMENT})
    form = Form(PUNISHMENT_CHANGED, given=given | {"set_aside": "no"})
    if request.method == "POST":
        form = sent(request, PUNISHMENT_CHANGED)
        if not form.is_wrong:
            try:
                actions.record_punishment(
                    row.agency, form.values, replaces=row, **acting(request, of_reform(request)), at=timezone.now()
                )
            except GongbaoError as error:
                refuse(form, error)
            else:
                return _recorded(request)
    about = [(_("Agency"), row.agency.name, reverse("market:agency_ratings", args=[row.agency.uuid]))]
    return _punishment_page(request, form, _("Change the record of a joint punishment"), about)


def _recorded(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("It is recorded, and the agency is told."))
    return redirect("market:credit")


def _punishment_page(request: HttpRequest, form: Form, title: str, about: Any = ()) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        lead=_("Others decide on it; here it is recorded and shown. It bars nothing by itself."),
        submit=_("Record it"),
        back=reverse("market:credit"),
        clause="第三十四条",
        about=about,
    )
