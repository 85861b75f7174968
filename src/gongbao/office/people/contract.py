"""The form in which people are told to programs: the objects that docs/contract.md describes."""

from datetime import date
from typing import Any

from django.utils import timezone

from gongbao import SCHEMA_VERSION
from gongbao.office.people import queries
from gongbao.office.people.models import Account, OidcLink, Post, Substitute, Unit
from gongbao.office.people.queries import ADDS_GAZETTES, SEES_PERSONAL_DATA, own_rights


def account(one: Account) -> dict[str, Any]:
    rights = own_rights(one)
    return {
        "schema_version": SCHEMA_VERSION,
        "id": str(one.public_id),
        "name": one.username,
        "called": one.name,
        "adds_gazettes": rights[ADDS_GAZETTES],
        "sees_personal_data": rights[SEES_PERSONAL_DATA],
        "open": one.is_active,
        "second_factor": queries.has_second_factor(one),
        "provider": [_link(link) for link in queries.oidc_links().filter(account=one)],
        "created_at": timezone.localtime(one.date_joined).isoformat(),
        "last_sign_in": timezone.localtime(one.last_login).isoformat() if one.last_login else None,
    }


def _link(one: OidcLink) -> dict[str, Any]:
    return {
        "issuer": one.issuer,
        "subject": one.subject,
        "name": one.username,
        "open_until": timezone.localtime(one.open_until).isoformat() if one.open_until else None,
    }


def unit(one: Unit, depth: int = 0) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "key": one.key,
        "zh": one.zh,
        "en": one.en,
        "kind": one.kind,
        "parent": one.parent.key if one.parent else "",
        "closed": one.closed,
        "depth": depth,
    }


def post(one: Post) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "id": str(one.uuid),
        "account": one.account.username,
        "unit": one.unit.key,
        "role": one.role,
        "since": one.since.isoformat(),
        "until": _day(one.until),
    }


def substitute(one: Substitute) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "id": str(one.uuid),
        "absent": one.absent.username,
        "by": one.by.username,
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "reason": one.reason,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
