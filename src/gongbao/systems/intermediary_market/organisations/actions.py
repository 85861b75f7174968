"""The only code that writes who takes part in the market."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from stdnum.cn import uscc as unified_social_credit_code
from stdnum.exceptions import ValidationError

from gongbao.core.errors import GongbaoError
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import OUR_RULE, Actor
from gongbao.office.people.models import Account, Unit
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations import queries
from gongbao.systems.intermediary_market.organisations.models import Member, Organisation, OrganisationKind, SigningKey

ENTRY = f"{DOCUMENT} 第十四条"
OWNERS = f"{DOCUMENT} 第六条第（三）项"
CHANGES = f"{DOCUMENT} 第十六条"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an organisation says of itself. The two identity numbers are not kept: their keyed digests are."""

    name: str
    kind: str
    address: str = ""
    telephone: str = ""
    legal_representative: str = ""
    legal_representative_id: str = ""
    controller: str = ""
    controller_id: str = ""


# --- entering


def enter_agency(uscc: str, particulars: Particulars, *, account: Account, actor: Actor, at: datetime) -> Organisation:
    """The organisation offers services from now on, and the account acts for it. Raises GongbaoError."""
    return _enter(uscc, particulars, account=account, actor=actor, at=at, as_agency=True, ground=ENTRY)


def enter_owner(
    uscc: str, particulars: Particulars, *, account: Account, unit: Unit | None = None, actor: Actor, at: datetime
) -> Organisation:
    """The organisation buys services from now on, and the account acts for it (第二条第三款). Raises GongbaoError.

    `unit` is the unit of the office that the owner is, if it is one.
    """
    return _enter(uscc, particulars, account=account, actor=actor, at=at, as_agency=False, ground=OWNERS, unit=unit)


def _enter(
    uscc: str, told: Particulars, *, account: Account, actor: Actor, at: datetime, as_agency: bool, ground: str,
    unit: Unit | None = None,
) -> Organisation:  # fmt: skip
    code = checked_uscc(uscc)
    with recorded("market.enter", actor=actor, ground=ground, at=at) as record:
        kept.one_at_a_time(f"market.organisation.{code}")
        found = Organisation.objects.select_for_update().filter(uscc=code).first()
        if found is None:
            found = Organisation(uscc=code, entered_at=at, unit=unit)
            _set(found, told)
        elif not queries.is_member(account, found, timezone.localdate(at)):
            raise GongbaoError("this organisation is in the market already; ask one who acts for it", where="uscc")
        if found.is_agency if as_agency else found.is_owner:
            raise GongbaoError("this organisation is in the market already", where="uscc")
        if as_agency:
            found.is_agency = True
        else:
            found.is_owner = True
        found.save()
        record(found.subject, agency=found.is_agency, owner=found.is_owner, kind=found.kind)
        if not queries.is_member(account, found, timezone.localdate(at)):
            add_member(found, account, since=timezone.localdate(at), actor=actor, at=at)
    return found


def checked_uscc(given: str) -> str:
    """The unified social credit code, 18 signs, as GB 32100 writes it. Raises GongbaoError."""
    try:
        return str(unified_social_credit_code.validate(unicodedata.normalize("NFKC", given)))
    except ValidationError as error:
        raise GongbaoError(
            "this is no unified social credit code: it has 18 figures and letters, the last of which is a check",
            where="uscc",
        ) from error


def person_digest(identity_number: str) -> str:
    """What tells whether two are the same person; nobody can read the number from it. "" where none is given."""
    plain = "".join(unicodedata.normalize("NFKC", identity_number).split()).upper()
    return salted_hmac("gongbao.market.person", plain, algorithm="sha256").hexdigest() if plain else ""


def _set(found: Organisation, told: Particulars) -> list[str]:
    """Put what is told into the record; the names of the fields that are others now."""
    new: dict[str, Any] = {
        name: " ".join(getattr(told, name).split())
        for name in ("name", "kind", "address", "telephone", "legal_representative", "controller")
    }
    if not new["name"]:
        raise GongbaoError("the organisation needs its name", where="name")
    if new["kind"] not in OrganisationKind.values:
        raise GongbaoError(f"the kind is one of {', '.join(OrganisationKind.values)}", where="kind")
    for person in ("legal_representative", "controller"):
        number = getattr(told, f"{person}_id")
        if number.strip():
            new[f"{person}_digest"] = person_digest(number)
    changed = [name for name, value in new.items() if getattr(found, name) != value]
    for name in changed:
        longest = Organisation._meta.get_field(name).max_length
        if longest and len(new[name]) > longest:
            raise GongbaoError(f"this is longer than {longest} characters", where=name)
        setattr(found, name, new[name])
    return changed


def change_particulars(
    organisation: Organisation, changes: Mapping[str, str], *, actor: Actor, at: datetime
) -> Organisation:
    """Change what is given, by the names of Particulars; the rest stays (第十六条). Raises GongbaoError."""
    names = {one.name for one in fields(Particulars)}
    for name in changes:
        if name not in names:
            raise GongbaoError(f"an organisation has no {name}", where=name)
    with recorded("market.change_particulars", actor=actor, ground=CHANGES, at=at) as record:
        found = Organisation.objects.select_for_update().get(pk=organisation.pk)
        now = {name: getattr(found, name, "") for name in names}
        changed = _set(found, Particulars(**{**now, **changes}))
        found.save()
        record(found.subject, changed=sorted(changed))  # that, and not what: some of it is personal
    return found


# --- who acts for it


def add_member(organisation: Organisation, account: Account, *, since: date, actor: Actor, at: datetime) -> Member:
    """The account acts for the organisation from the day on. Raises GongbaoError."""
    with recorded("market.add_member", actor=actor, ground=CHANGES, at=at) as record:
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if not account.is_active:
            raise GongbaoError("this account is closed", where="account")
        if queries.is_member(account, locked, since):
            raise GongbaoError("this account acts for the organisation already", where="account")
        member = Member(account=account, organisation=locked, since=since)
        member.save()
        record(locked.subject, member=account.public_id, since=since)
    return member


def end_member(member: Member, *, actor: Actor, at: datetime) -> Member:
    """The account acts for the organisation no more from now on. The last one stays. Raises GongbaoError."""
    with recorded("market.end_member", actor=actor, ground=CHANGES, at=at) as record:
        today = timezone.localdate(at)
        locked = Organisation.objects.select_for_update().get(pk=member.organisation_id)
        members = list(queries.members_of(locked, today))
        found = next((one for one in members if one.pk == member.pk), None)
        if found is None:
            raise GongbaoError("this account acts for the organisation no more", where="account")
        if len(members) == 1:
            raise GongbaoError("nobody would act for the organisation; name another first", where="account")
        found.until = today - timedelta(days=1)
        found.save()
        record(locked.subject, member=found.account.public_id, until=found.until)
    return found


# --- keys


def register_signing_key(
    organisation: Organisation, jwk: Mapping[str, Any], *, actor: Actor, at: datetime
) -> SigningKey:
    """The agency signs with this key (a public JWK, P-256) from now on, and with none before. Raises GongbaoError."""
    public = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    if "d" in jwk:
        raise GongbaoError("this is a private key; it stays in the browser that made it", where="jwk")
    try:
        if (public["kty"], public["crv"]) != ("EC", "P-256"):
            raise ValueError
        thumbprint = ECKey.import_key({name: str(value) for name, value in public.items()}).thumbprint()
    except (JoseError, ValueError, TypeError) as error:
        raise GongbaoError("this is no public key of the curve P-256 (JWK)", where="jwk") from error
    with recorded("market.register_signing_key", actor=actor, ground=OUR_RULE, at=at) as record:
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if not locked.is_agency:
            raise GongbaoError("only an agency signs what it seals", where="organisation")
        if SigningKey.objects.filter(thumbprint=thumbprint).exists():
            raise GongbaoError("this key was given before; make a new one", where="jwk")
        SigningKey.objects.filter(organisation=locked, ended_at=None).update(ended_at=at)
        key = SigningKey(organisation=locked, thumbprint=thumbprint, jwk=public, made_at=at)
        key.save()
        record(locked.subject, key=thumbprint)
    return key
