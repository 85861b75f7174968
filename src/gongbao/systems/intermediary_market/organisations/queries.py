"""The only code that reads who takes part in the market for a page, an export or another part."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from gongbao.office.people.models import Account
from gongbao.office.people.permissions import Rule
from gongbao.systems.intermediary_market.organisations.models import Member, Organisation, SigningKey

OWNER, AGENCY = "owner", "agency"


def organisation(uuid: UUID | str) -> Organisation | None:
    return Organisation.objects.filter(uuid=uuid).first()


def organisation_of_uscc(uscc: str) -> Organisation | None:
    return Organisation.objects.filter(uscc=uscc).first()


# --- who acts for whom


def _held(on: date) -> Q:
    return Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))


def memberships(account: Account, on: date, kind: str = "") -> list[Member]:
    """The organisations that the account acts for on the day; of one kind alone with OWNER or AGENCY."""
    found = Member.objects.filter(_held(on), account=account, organisation__removed_at=None)
    if kind:
        found = found.filter(**{f"organisation__is_{kind}": True})
    return list(found.select_related("organisation", "account").order_by("id"))


def members_of(organisation: Organisation, on: date) -> QuerySet[Member]:
    return Member.objects.filter(_held(on), organisation=organisation).select_related("account").order_by("id")


def is_member(account: Account, organisation: Organisation, on: date) -> bool:
    return members_of(organisation, on).filter(account=account).exists()


def acting_for(request: HttpRequest, organisation_uuid: UUID | str, kind: str = "") -> Organisation:
    """The organisation, for which whoever asks acts today. Raises Http404 where there is none or they do not."""
    for one in memberships_of_request(request, kind):
        if str(one.organisation.uuid) == str(organisation_uuid):
            return one.organisation
    raise Http404("no such organisation of yours")


def memberships_of_request(request: HttpRequest, kind: str = "") -> list[Member]:
    if not isinstance(request.user, Account):
        return []
    return memberships(request.user, timezone.localdate(), kind)


def member_of_some(kind: str = "") -> Rule:
    """For @allows: whoever acts for an organisation today, of one kind alone with OWNER or AGENCY."""

    def asks(request: HttpRequest, address: Mapping[str, Any]) -> bool:
        return bool(memberships_of_request(request, kind))

    return Rule(f"whoever acts for an {kind or 'organisation'} of the market", asks)


# --- keys


def signing_key(organisation: Organisation) -> SigningKey | None:
    """The key with which the agency signs now."""
    return SigningKey.objects.filter(organisation=organisation, ended_at=None).first()
