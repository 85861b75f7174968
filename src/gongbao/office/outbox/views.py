"""The messages of whoever is signed in, and of the posts in which they act."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from gongbao.core.labels import Label
from gongbao.office.library.views.common import turning
from gongbao.office.outbox import actions, queries
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import SIGNED_IN, allows, posts_of_request

PAGE_SIZE = 30


@allows(SIGNED_IN)
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Account)
    posts = posts_of_request(request)
    page = Paginator(queries.Listed(request.user, posts), PAGE_SIZE).get_page(request.GET.get("page", "1"))
    language = get_language() or "zh-hans"
    rows = [
        {
            "message": one,
            "subject": Label(one.subject_zh, one.subject_en).in_language(language),
            "text": _beyond(Label(one.subject_zh, one.subject_en), Label(one.text_zh, one.text_en), language),
            "unit": one.unit.in_language(language) if one.unit else "",
        }
        for one in page.object_list
    ]
    url = reverse("outbox:messages")
    context = {
        "room": "messages",
        "page": page,
        "rows": rows,
        "is_staff": bool(posts),
        "newest": max(page.object_list, key=lambda one: one.pk).uuid if rows else "",
        **turning(page, lambda number: f"{url}?page={number}" if number > 1 else url),
    }
    return render(request, "outbox/messages.html", context)


def _beyond(subject: Label, text: Label, language: str) -> str:
    """The text, where it says more than the subject."""
    told = text.in_language(language)
    return "" if told.strip().rstrip("。.") == subject.in_language(language).strip().rstrip("。.") else told


@allows(SIGNED_IN)
@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark all messages as read, up to the newest that stood on the page: none that came since."""
    assert isinstance(request.user, Account)
    try:
        newest = queries.message_of(request.user, posts_of_request(request), UUID(request.POST.get("until", "")))
    except ValueError:
        newest = None
    if newest is None:
        raise Http404("no such message")
    unread = queries.unread_up_to(newest, request.user, posts_of_request(request))
    actions.mark_all_read(unread, request.user, timezone.now())
    return HttpResponseRedirect(reverse("outbox:messages"))


@allows(SIGNED_IN)
@require_POST
def mark_read(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mark one message as read. To others it makes no difference whether there is one."""
    assert isinstance(request.user, Account)
    message = queries.message_of(request.user, posts_of_request(request), uuid)
    if message is None:
        raise Http404("no such message")
    actions.mark_read(message, request.user, timezone.now())
    return HttpResponseRedirect(reverse("outbox:messages"))
