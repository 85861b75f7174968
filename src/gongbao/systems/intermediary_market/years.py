"""The year that a page of figures is asked for."""

from django.http import Http404, HttpRequest
from django.utils import timezone


def asked_year(request: HttpRequest, first: int = 2000) -> int:
    """The year in the address (`?year=`), from `first` on; this one where none is named. Raises Http404."""
    given, this = request.GET.get("year", ""), timezone.localdate().year
    if not given:
        return this
    if not (given.isascii() and given.isdecimal() and len(given) == 4 and first <= int(given) <= this):
        raise Http404("no such year")
    return int(given)
