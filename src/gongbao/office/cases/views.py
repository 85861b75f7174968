"""The desk."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from gongbao.office.people.permissions import SIGNED_IN, allows


@allows(SIGNED_IN)
def case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    raise Http404
