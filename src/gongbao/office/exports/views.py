"""The offer of a file that takes long, the page that says how far it is, and the file."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.cases.views.common import download
from gongbao.office.exports import actions
from gongbao.office.exports.kinds import kind_of
from gongbao.office.exports.models import Export, State
from gongbao.office.papers.workbook import XLSX
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, SIGNED_IN, allows
from gongbao.office.sentences import Sentences

ROWS_A_SECOND = 500

_KNOWN = Sentences(
    (
        translation.gettext_lazy("too many files are being made; ask again in a few minutes"),
        translation.gettext_lazy("this file is not being made any more"),
    )
)


def _account(request: HttpRequest) -> Account | None:
    return request.user if isinstance(request.user, Account) else None


def answer(request: HttpRequest, key: str, given: Mapping[str, str], *, name: str, rows: int) -> HttpResponse:
    """For a view whose workbook would take long: asked for, it is offered; sent, it is begun. So many `rows`."""
    kind, error = kind_of(key), ""
    assert kind is not None
    if request.method == "POST":
        language = translation.get_language() or ""
        try:
            made = actions.begin(
                kind, given, name=name, account=_account(request), language=language, at=timezone.now()
            )
        except GongbaoError as refused:
            error = _KNOWN.in_words(refused.message)
        else:
            return redirect("exports:export", made.uuid)
    context = {"rows": rows, "seconds": max(1, rows // ROWS_A_SECOND), "name": name, "error": error}
    return render(request, "exports/offer.html", context, status=400 if error else 200)


def _found(request: HttpRequest, uuid: UUID) -> Export:
    """For whoever asked for it, as long as they may see the same; everybody for what everybody may see."""
    found = Export.objects.select_related("account").filter(uuid=uuid).first()
    kind = kind_of(found.kind) if found is not None else None
    if found is None or kind is None or (found.account is not None and found.account != request.user):
        raise Http404("no such file")
    if found.scope != kind.scope_of(found.account, timezone.localdate()):
        raise Http404("what this account may see is another by now")
    return found


@allows(ANYONE)
@never_cache
@require_safe
def export(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _found(request, uuid)
    context = {"export": found, "state": State(found.state).label, "may_cancel": found.account is not None}
    return render(request, "exports/export.html", context)


@allows(ANYONE)
@never_cache
@require_safe
def file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _found(request, uuid)
    try:
        content = actions.place_of(found).read_bytes() if found.state == State.DONE else b""
    except FileNotFoundError:
        content = b""
    if not content:
        raise Http404("not made yet, or gone")
    return download(content, XLSX, found.name)


@allows(SIGNED_IN)
@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _found(request, uuid)
    if found.account is None:
        raise Http404("it is made for others too")
    try:
        actions.cancel(found.uuid, timezone.now())
    except GongbaoError as error:
        messages.error(request, _KNOWN.in_words(error.message))
    return redirect("exports:export", uuid)
