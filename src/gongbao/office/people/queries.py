"""The only code that reads accounts for a page or a command."""

from django.db.models import QuerySet

from gongbao.office.people.models import Account

ADDS_GAZETTES = "library.add_gazette"
SEES_PERSONAL_DATA = "people.see_personal_data"


def accounts() -> QuerySet[Account]:
    """All accounts by name."""
    return Account.objects.order_by("username")


def account_exists(name: str) -> bool:
    return Account.objects.filter(username=Account.normalize_username(name.strip())).exists()


def own_rights(account: Account) -> dict[str, bool]:
    """Whether the account was given each of the rights; one that is closed keeps them and cannot use them."""
    given = account.user_permissions.values_list("content_type__app_label", "codename")
    held = {f"{app}.{name}" for app, name in given}
    return {right: account.is_superuser or right in held for right in (ADDS_GAZETTES, SEES_PERSONAL_DATA)}
