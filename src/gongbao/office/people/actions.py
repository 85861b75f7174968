"""The only code that writes accounts, and what is kept of the tries to sign in.

Two writes are Django's own: signing in sets `last_login` of the account, and a password whose hash is of an older kind
is hashed again at that moment. Both belong to signing in itself, are made by django.contrib.auth, and change no right.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import translation
from django.utils.crypto import salted_hmac

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.people.models import Account, SignInTries
from gongbao.office.people.queries import ADDS_GAZETTES, SEES_PERSONAL_DATA

DEMO_PREFIX = "demo-"
"""Names of accounts that show the program begin so; a production site refuses to start with one."""

DEMO_RIGHTS = {
    "demo-clerk": {ADDS_GAZETTES: True, SEES_PERSONAL_DATA: True},
    "demo-visitor": {ADDS_GAZETTES: False, SEES_PERSONAL_DATA: False},
}

# --- accounts


def keep_account(
    name: str,
    *,
    password: str | None = None,
    adds_gazettes: bool | None = None,
    sees_personal_data: bool | None = None,
    is_open: bool | None = None,
) -> tuple[Account, bool]:
    """Create the account, or change what is given of it (None leaves it as it is); whether it was created.

    A new password ends the sessions of the account, and so does closing it. An account is closed and never removed:
    what it did keeps its name. Raises GongbaoError.
    """
    name = Account.normalize_username(name.strip())
    only_closes = is_open is False and password is None and not (adds_gazettes or sees_personal_data)
    if name.startswith(DEMO_PREFIX) and not only_closes:
        raise GongbaoError(f"a name that begins with {DEMO_PREFIX} is for accounts that show the program; take another")
    with kept.action("people.keep_account"):
        kept.one_at_a_time("people.keep_account")
        account = Account.objects.select_for_update().filter(username=name).first()
        created = account is None
        if account is None:
            if password is None:
                raise GongbaoError(f"there is no account {name} yet; a new one needs a password")
            account = Account(username=name)
        if password is not None:
            _set_password(account, password)
        if is_open is not None:
            account.is_active = is_open
        with _told_in_english(name):
            account.full_clean()
        account.save()
        _set_rights(account, {ADDS_GAZETTES: adds_gazettes, SEES_PERSONAL_DATA: sees_personal_data})
    return account, created


def _set_password(account: Account, password: str) -> None:
    with _told_in_english("the password"):
        validate_password(password, account)
    account.set_password(password)


@contextmanager
def _told_in_english(where: str) -> Iterator[None]:
    """Turns what a check of Django's says into an error of ours, in the language that all of them are in."""
    with translation.override("en"):
        try:
            yield
        except ValidationError as error:
            raise GongbaoError(" ".join(error.messages), where=where) from error


def _set_rights(account: Account, rights: dict[str, bool | None]) -> None:
    for right, has in rights.items():
        if has is None:
            continue
        app, _, codename = right.partition(".")
        permission = Permission.objects.get(content_type__app_label=app, codename=codename)
        if has:
            account.user_permissions.add(permission)
        else:
            account.user_permissions.remove(permission)


def open_demo_accounts(passwords: dict[str, str]) -> None:
    """The accounts that show the program, each with its password; created if absent.

    For a site on this machine alone, and never for one that people rely on: whoever calls this has made sure of it.
    """
    with kept.action("people.open_demo_accounts"):
        kept.one_at_a_time("people.keep_account")
        for name, rights in DEMO_RIGHTS.items():
            account = Account.objects.select_for_update().filter(username=name).first() or Account(username=name)
            account.set_password(passwords[name])
            account.is_active = True
            account.save()
            _set_rights(account, dict(rights))


def shut_demo_accounts() -> None:
    """Whoever still knows the password of such an account signs in no more, nor goes on where they are signed in."""
    with kept.action("people.shut_demo_accounts"):
        for account in Account.objects.select_for_update().filter(username__startswith=DEMO_PREFIX, is_active=True):
            account.set_unusable_password()
            account.is_active = False
            account.save()


# --- tries to sign in

TRIES_OF_A_NAME = 5
TRIES_OF_AN_ADDRESS = 50
"""More, as a whole office may sit behind one address. Only what fails is counted in the end."""
TRIES_WITHIN = timedelta(minutes=15)


def begin_try(name: str, address: str, now: datetime) -> timedelta:
    """Count a try before it is made, so that tries at once count too; how long to wait, where there were too many.

    It makes no difference whether there is an account of that name.
    """
    limits = {_digest("name", name.casefold()): TRIES_OF_A_NAME}
    if network := _network(address):
        limits[_digest("address", network)] = TRIES_OF_AN_ADDRESS
    with kept.action("people.begin_try"):
        kept.one_at_a_time("people.try")
        SignInTries.objects.filter(since__lte=now - TRIES_WITHIN).delete()
        held = {row.digest: row for row in SignInTries.objects.filter(digest__in=limits)}
        full = [row.since + TRIES_WITHIN - now for row in held.values() if row.tries >= limits[row.digest]]
        if full:
            return max(full)
        for digest in limits:
            row = held.get(digest) or SignInTries(digest=digest, tries=0, since=now)
            row.tries += 1
            row.save()
    return timedelta()


def end_try(name: str, address: str) -> None:
    """The try was right: nothing is held against the name any more, and it does not count for the address."""
    with kept.action("people.end_try"):
        kept.one_at_a_time("people.try")
        SignInTries.objects.filter(digest=_digest("name", name.casefold())).delete()
        mine = SignInTries.objects.filter(digest=_digest("address", _network(address)), tries__gt=0)
        mine.update(tries=F("tries") - 1)


def _digest(kind: str, value: str) -> str:
    return salted_hmac(f"gongbao.people.tries.{kind}", value, algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    """An IPv4 address, or the half of an IPv6 address that one subscriber has whole; "" for none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), 64), strict=False))
    return str(found)
