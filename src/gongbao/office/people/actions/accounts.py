"""Accounts: their passwords and rights, and those that show the program."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE, Actor, ActorKind
from gongbao.office.people import queries
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account, new_session_key
from gongbao.office.people.queries import ADDS_GAZETTES, SEES_PERSONAL_DATA
from gongbao.office.people.roles import Role

DEMO_PREFIX = "demo-"
"""Names of accounts that show the program begin so; a production site refuses to start with one."""

_ALL_RIGHTS = {ADDS_GAZETTES: True, SEES_PERSONAL_DATA: True}
_NO_RIGHTS = {ADDS_GAZETTES: False, SEES_PERSONAL_DATA: False}

DEMO_ACCOUNTS: dict[str, tuple[dict[str, bool], tuple[str, Role] | None]] = {
    "demo-clerk": (_ALL_RIGHTS, ("market-supervision", Role.CLERK)),
    "demo-section-head": (_NO_RIGHTS, ("market-supervision", Role.SECTION_HEAD)),
    "demo-deputy": (_NO_RIGHTS, ("market-supervision", Role.DEPUTY_HEAD)),
    "demo-head": (_NO_RIGHTS, ("market-supervision", Role.HEAD)),
    "demo-counter": (_NO_RIGHTS, ("government-services", Role.COUNTER)),
    "demo-operator": (_NO_RIGHTS, ("government-services", Role.CLERK)),
    "demo-operator-head": (_NO_RIGHTS, ("government-services", Role.SECTION_HEAD)),
    "demo-operator-deputy": (_NO_RIGHTS, ("government-services", Role.DEPUTY_HEAD)),
    "demo-county": (_NO_RIGHTS, ("linlan-government-services", Role.CLERK)),
    "demo-county-head": (_NO_RIGHTS, ("linlan-government-services", Role.SECTION_HEAD)),
    "demo-county-deputy": (_NO_RIGHTS, ("linlan-government-services", Role.DEPUTY_HEAD)),
    "demo-authority": (_NO_RIGHTS, ("housing", Role.CLERK)),
    "demo-authority-head": (_NO_RIGHTS, ("housing", Role.SECTION_HEAD)),
    "demo-authority-deputy": (_NO_RIGHTS, ("housing", Role.DEPUTY_HEAD)),
    "demo-reform": (_NO_RIGHTS, ("development-reform", Role.CLERK)),
    "demo-reform-head": (_NO_RIGHTS, ("development-reform", Role.SECTION_HEAD)),
    "demo-reform-deputy": (_NO_RIGHTS, ("development-reform", Role.DEPUTY_HEAD)),
    "demo-finance": (_NO_RIGHTS, ("finance", Role.CLERK)),
    "demo-finance-head": (_NO_RIGHTS, ("finance", Role.SECTION_HEAD)),
    "demo-finance-deputy": (_NO_RIGHTS, ("finance", Role.DEPUTY_HEAD)),
    "demo-custodian": (_NO_RIGHTS, ("audit", Role.CLERK)),
    "demo-custodian-2": (_NO_RIGHTS, ("transport", Role.CLERK)),
    "demo-county-custodian": (_NO_RIGHTS, ("linlan-market-supervision", Role.CLERK)),
    "demo-county-custodian-2": (_NO_RIGHTS, ("linlan-housing", Role.CLERK)),
    "demo-auditor": (_NO_RIGHTS, ("yunlan", Role.AUDITOR)),
    "demo-administrator": (_NO_RIGHTS, ("yunlan", Role.ADMINISTRATOR)),
    "demo-owner": (_NO_RIGHTS, None),
    "demo-agency": (_NO_RIGHTS, None),
    **{f"demo-agency-{number}": (_NO_RIGHTS, None) for number in range(2, 9)},
    "demo-visitor": (_NO_RIGHTS, None),
}
"""Each with its rights, and the post it holds in the units of the sample."""


def subject(account: Account) -> str:
    """What the log calls the account."""
    return f"account:{account.public_id}"


def keep_account(
    name: str,
    *,
    password: str | None = None,
    called: str | None = None,
    adds_gazettes: bool | None = None,
    sees_personal_data: bool | None = None,
    is_open: bool | None = None,
    actor: Actor = KEEPER,
    at: datetime | None = None,
) -> tuple[Account, bool]:
    """Create the account, or change what is given of it (None leaves it as it is); whether it was created.

    `called` is what the person is called. A new password ends the sessions of the account, and so does closing it. An
    account is closed and never removed: what it did keeps its name. `at` is the moment (default: now). Raises
    GongbaoError.
    """
    name, at = Account.normalize_username(name.strip()), at or timezone.now()
    only_closes = is_open is False and password is None and not (called or adds_gazettes or sees_personal_data)
    if name.startswith(DEMO_PREFIX) and not only_closes:
        raise GongbaoError(f"a name that begins with {DEMO_PREFIX} is for accounts that show the program; take another")
    with recorded("people.keep_account", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.keep_account")
        account = Account.objects.select_for_update().filter(username=name).first()
        created = account is None
        if account is None:
            if password is None:
                raise GongbaoError(f"there is no account {name} yet; a new one needs a password")
            account = Account(username=name)
        told: dict[str, Any] = {"created": True} if created else {}
        if password is not None:
            _set_password(account, password)
            told["password"] = True
        if called is not None:
            account.name = called.strip()
            told["called"] = True  # that, and not what
        if is_open is not None:
            if not is_open and actor.kind == ActorKind.ACCOUNT:
                refuse_without_administrator(without=account, at=at)
            account.is_active = is_open
            told["open"] = is_open
        with _told_in_english(name):
            account.full_clean()
        account.save()
        told |= _set_rights(account, {ADDS_GAZETTES: adds_gazettes, SEES_PERSONAL_DATA: sees_personal_data})
        record(subject(account), **told)
    return account, created


def refuse_without_administrator(*, without: Account, at: datetime, ending: int | None = None) -> None:
    """Raise GongbaoError where nobody would administer the whole city any more without the account (or its post)."""
    held = queries.posts_held(timezone.localdate(at)).filter(role=Role.ADMINISTRATOR, unit__parent=None)
    others = held.exclude(pk=ending) if ending else held.exclude(account=without)
    if held.filter(account=without).exists() and not others.exists():
        raise GongbaoError("this is the last administrator of the city; give the post to another first")


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


def _set_rights(account: Account, rights: dict[str, bool | None]) -> dict[str, bool]:
    """The rights that were given or taken, by the last part of their name."""
    told = {}
    for right, has in rights.items():
        if has is None:
            continue
        app, _, codename = right.partition(".")
        permission = Permission.objects.get(content_type__app_label=app, codename=codename)
        if has:
            account.user_permissions.add(permission)
        else:
            account.user_permissions.remove(permission)
        told[codename] = has
    return told


# --- one's own


def change_own_password(account: Account, password: str, *, at: datetime) -> Account:
    """A new password for the account that is signed in, whose old one was right; ends its sessions."""
    with recorded("people.change_own_password", actor=actor_of(account), ground=OUR_RULE, at=at) as record:
        kept_account = Account.objects.select_for_update().get(pk=account.pk)
        kept_account.set_password(password)
        kept_account.save()
        record(subject(account), password=True)
    return kept_account


def end_sessions(account: Account, *, actor: Actor, at: datetime) -> Account:
    """Everybody who is signed in with the account is signed out."""
    with recorded("people.end_sessions", actor=actor, ground=OUR_RULE, at=at) as record:
        kept_account = Account.objects.select_for_update().get(pk=account.pk)
        draw_session_key(kept_account)
        record(subject(account))
    return kept_account


def draw_session_key(account: Account) -> None:
    """Inside an action: no session of the account holds any longer."""
    account.session_key = new_session_key()
    account.save(update_fields=["session_key"])


# --- those that show the program


def open_demo_accounts(passwords: dict[str, str], *, with_posts: bool = False, at: datetime | None = None) -> None:
    """The accounts that show the program, each with its password; created if absent.

    For a site on this machine alone, and never for one that people rely on: whoever calls this has made sure of it.
    With `with_posts` they hold their posts in the units of the sample; one whose unit is not there is not given.
    """
    from gongbao.office.people.actions.units import give_post

    at = at or timezone.now()
    today = timezone.localdate(at)
    # A password takes a tenth of a second to hash, and most often they all have the same.
    hashed = {password: make_password(password) for password in set(passwords.values())}
    with recorded("people.open_demo_accounts", actor=KEEPER, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.keep_account")
        for name, (rights, post) in DEMO_ACCOUNTS.items():
            account = Account.objects.select_for_update().filter(username=name).first() or Account(username=name)
            account.password = hashed[passwords[name]]
            account.is_active = True
            account.save()
            record(subject(account), open=True, password=True, **_set_rights(account, dict(rights)))
            if with_posts and post and queries.unit(post[0]) and not queries.posts_of(account, today):
                give_post(account, post[0], post[1], since=today, actor=KEEPER, at=at)


def shut_demo_accounts(*, at: datetime | None = None) -> None:
    """Whoever still knows the password of such an account signs in no more, nor goes on where they are signed in."""
    found = Account.objects.filter(username__startswith=DEMO_PREFIX, is_active=True)
    with recorded("people.shut_demo_accounts", actor=KEEPER, ground=OUR_RULE, at=at or timezone.now()) as record:
        for account in found.select_for_update():
            account.set_unusable_password()
            account.is_active = False
            account.save()
            record(subject(account), open=False)
