"""How often somebody tried to sign in, by name and by address. What is kept of it names nobody."""

import ipaddress
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac

from gongbao.office import kept
from gongbao.office.people.models import SignInTries

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
