"""Accounts as an OpenID Connect provider knows them. No account is ever created by a provider."""

from datetime import datetime, timedelta

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE, SYSTEM, Actor
from gongbao.office.people.actions.accounts import subject
from gongbao.office.people.models import Account, OidcLink

OPEN_FOR = timedelta(days=14)
"""So long a name stays open for its first sign-in: names are given again by providers, subjects are not."""


def link(account: Account, issuer: str, subject_there: str, *, actor: Actor = KEEPER, at: datetime) -> OidcLink:
    """The account is whom the provider calls `subject_there`. Raises GongbaoError."""
    subject_there = subject_there.strip()
    if not subject_there:
        raise GongbaoError("the subject is what the provider calls the account; it is not empty", where="subject")
    with recorded("people.link", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.oidc")
        if OidcLink.objects.filter(issuer=issuer, subject=subject_there).exists():
            raise GongbaoError("an account is linked to this subject already", where="subject")
        OidcLink.objects.filter(account=account, issuer=issuer).delete()
        made = OidcLink(account=account, issuer=issuer, subject=subject_there)
        made.save()
        record(subject(account), linked=True)
    return made


def open_for(account: Account, issuer: str, username: str, *, actor: Actor = KEEPER, at: datetime) -> OidcLink:
    """Whoever signs in first as `username` (preferred_username) of the provider, within 14 days, is the account.

    Raises GongbaoError.
    """
    username = username.strip()
    if not username or len(username) > 150:
        raise GongbaoError("the name at the provider has 1 to 150 characters", where="username")
    with recorded("people.open_for", actor=actor, ground=OUR_RULE, at=at) as record:
        kept.one_at_a_time("people.oidc")
        other = OidcLink.objects.filter(issuer=issuer, username=username, subject="").exclude(account=account)
        if other.exists():
            raise GongbaoError("another account is open for this name", where="username")
        OidcLink.objects.filter(account=account, issuer=issuer).delete()
        made = OidcLink(account=account, issuer=issuer, username=username, open_until=at + OPEN_FOR)
        made.save()
        record(subject(account), open_until=made.open_until)
    return made


def unlink(account: Account, issuer: str, *, actor: Actor = KEEPER, at: datetime) -> None:
    """The provider's word is good for the account no more. Raises GongbaoError where it was not."""
    with recorded("people.unlink", actor=actor, ground=OUR_RULE, at=at) as record:
        gone, _rows = OidcLink.objects.filter(account=account, issuer=issuer).delete()
        if not gone:
            raise GongbaoError(f"the account {account.username} is not linked")
        record(subject(account), linked=False)


def signed_in_at_provider(issuer: str, subject_there: str, username: str, *, at: datetime) -> Account | None:
    """The open account that the provider means; a first sign-in of a name that is open binds its subject."""
    with recorded("people.link_at_first_sign_in", actor=SYSTEM, ground=OUR_RULE, at=at) as record:
        found = OidcLink.objects.select_related("account").filter(issuer=issuer, subject=subject_there).first()
        if found is None and username:
            kept.one_at_a_time("people.oidc")
            found = (
                OidcLink.objects.select_related("account")
                .filter(issuer=issuer, subject="", username=username, open_until__gt=at, account__is_active=True)
                .first()
            )
            if found is not None:
                found.subject, found.username, found.open_until = subject_there, "", None
                found.save()
                record(subject(found.account), linked=True)
    return found.account if found is not None and found.account.is_active else None
