"""The form in which accounts are told to programs: the objects that docs/contract.md describes."""

from typing import Any

from django.utils import timezone

from gongbao import SCHEMA_VERSION
from gongbao.office.people.models import Account
from gongbao.office.people.queries import ADDS_GAZETTES, SEES_PERSONAL_DATA, own_rights


def account(one: Account) -> dict[str, Any]:
    rights = own_rights(one)
    return {
        "schema_version": SCHEMA_VERSION,
        "name": one.username,
        "adds_gazettes": rights[ADDS_GAZETTES],
        "sees_personal_data": rights[SEES_PERSONAL_DATA],
        "open": one.is_active,
        "created_at": timezone.localtime(one.date_joined).isoformat(),
        "last_sign_in": timezone.localtime(one.last_login).isoformat() if one.last_login else None,
    }
