"""The only code that writes envelopes, custodians and openings.

Handing in and taking back leave nothing in the log: it would tell how many there are, and when each came. From the
deadline on everything is logged: what was handed in, as one Merkle root, and each opening of a layer.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical, moment
from gongbao.office.audit import checkpoints
from gongbao.office.audit.actions import Record, recorded
from gongbao.office.audit.actors import OUR_RULE, SYSTEM, Actor
from gongbao.office.kept import action, one_at_a_time
from gongbao.office.people.models import Account, Unit
from gongbao.office.worker.jobs import each
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.competence import county_of
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.models import Organisation, SigningKey
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.purchases.queries import published_terms
from gongbao.systems.intermediary_market.sealing import envelopes, notices, queries
from gongbao.systems.intermediary_market.sealing.envelopes import (
    NotOpened,
    Opened,
    OpenedOffer,
    Part,
    Problem,
)
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Envelope, Layer, Opening, Sealing

NOT_DISCLOSED = f"{DOCUMENT} 第三十八条第（二）项"
DEADLINE = f"{DOCUMENT} 第二十一条"
GRACE = timedelta(minutes=1)
"""How long after the deadline the list is fixed at the earliest: our rule. Until then what was received whole before
the deadline may still be on its way into the database."""
MOST = 5000
"""Envelopes of a purchase, nearly exactly: whoever may hand in unnamed may hand in much."""


# --- custodians


def register_custodian_key(account: Account, unit: Unit, jwk: Any, *, actor: Actor, at: datetime) -> CustodianKey:
    """Keep the public key that a member of staff made in their browser. Raises GongbaoError."""
    key = envelopes.public_key(jwk)
    with recorded("market.register_custodian_key", actor=actor, ground=OUR_RULE, at=at) as record:
        if CustodianKey.objects.filter(kid=key.kid).exists():
            raise GongbaoError("this key is registered already; make one of your own", where="key")
        kept = CustodianKey.objects.create(account=account, unit=unit, kid=key.kid, jwk=dict(key.jwk), made_at=at)
        record(kept.subject, kid=key.kid, account=str(account.public_id), unit=unit.key)
    return kept


def appoint_custodian(
    uuid: UUID, *, by: Account, county: Unit | None = None, actor: Actor, at: datetime
) -> CustodianKey:
    """Have notices that are published from now on sealed to this key: those of the desk of the county, or, None, those
    that the city's operator runs (competence.py). Raises GongbaoError."""
    with recorded("market.appoint_custodian", actor=actor, ground=NOT_DISCLOSED, at=at) as record:
        key = _key(uuid)
        if key.appointed_at:
            if key.county != county:
                raise GongbaoError("this key is appointed for another operator; make one for each", where="key")
            return key
        if key.account_id == by.pk:
            raise GongbaoError("nobody appoints themselves: the other person does", where="key")
        key.appointed_at, key.county = at, county
        key.save()
        record(key.subject, kid=key.kid, county=county.key if county else "")
    return key


def end_custodian_key(uuid: UUID, *, actor: Actor, at: datetime) -> None:
    """No further notice is sealed to this key. What was sealed to it before is opened with it. Raises GongbaoError."""
    with recorded("market.end_custodian_key", actor=actor, ground=OUR_RULE, at=at) as record:
        key = _key(uuid)
        key.ended_at = at
        key.save()
        record(key.subject, kid=key.kid)


def _key(uuid: UUID) -> CustodianKey:
    key = CustodianKey.objects.select_for_update(of=("self",)).filter(uuid=uuid, ended_at=None).first()
    if key is None:
        raise GongbaoError("there is no such key, or it was ended", where="key")
    return key


def prepare(purchase: Purchase, *, actor: Actor, at: datetime) -> Sealing:
    """Say to whom the envelopes of a purchase are sealed; done when its notice is published, in the same action.

    Raises GongbaoError where fewer than two persons are appointed.
    """
    with recorded("market.prepare_sealing", actor=actor, ground=NOT_DISCLOSED, at=at) as record:
        there = Sealing.objects.filter(purchase=purchase).first()
        if there is not None:
            return there
        first, second, reserve = _custodians(county_of(purchase.case.unit), at.astimezone(SHANGHAI).date())
        sealing = Sealing.objects.create(purchase=purchase, first=first, second=second, reserve=reserve, prepared_at=at)
        record(purchase.subject, first=first.kid, second=second.kid, reserve=reserve.kid if reserve else "")
    return sealing


def _custodians(county: Unit | None, on: date) -> tuple[CustodianKey, CustodianKey, CustodianKey | None]:
    """Two persons whom the operator of that level appointed, of different units where there are such: the longest
    appointed, each by the newest key. And a third, where there is one, who stands in for either."""
    newest = {key.account_id: key for key in queries.appointed(county, on)}
    keys = list(newest.values())
    if len(keys) < 2:
        raise GongbaoError(
            "no notice can be published before two custodians are appointed, who open what is sealed",
            where="custodians",
        )
    first = keys[0]
    second = next((key for key in keys[1:] if key.unit_id != first.unit_id), keys[1])
    return first, second, next((key for key in keys[1:] if key != second), None)


# --- handing in and taking back, by nobody who is known


def hand_in(purchase: UUID, given: Any, *, at: datetime) -> dict[str, Any]:
    """Keep an envelope that was received whole at the moment `at`: its receipt, signed by the site.

    `given` has registration and offer (JWE) and withdrawal (SHA-256 of the secret that takes it back, hexadecimal). The
    same envelope sent again gets a receipt again. Raises GongbaoError.
    """
    sealing = queries.open_sealing_of(purchase)
    _refuse_late(sealing, at)
    if not isinstance(given, dict):
        raise GongbaoError("this is no envelope", where="envelope")
    for part in (Part.REGISTRATION, Part.OFFER):
        envelopes.check_unopened(given.get(part), part, str(purchase), *queries.public_keys(sealing))
    withdrawal = given.get("withdrawal")
    if not envelopes.is_digest(withdrawal):
        raise GongbaoError("this is no digest of the secret that takes an envelope back", where="withdrawal")
    digest = envelopes.digest_of(given[Part.REGISTRATION], given[Part.OFFER], withdrawal)
    with action("market.hand_in"):
        _still_open(sealing)
        there = Envelope.objects.filter(sealing=sealing)
        if there.count() >= MOST and not there.filter(digest=digest).exists():
            raise GongbaoError("no more envelopes are taken for this purchase; tell the operator", where="envelope")
        envelope = Envelope(
            sealing=sealing,
            digest=digest,
            registration=given[Part.REGISTRATION],
            offer=given[Part.OFFER],
            withdrawal=withdrawal,
        )
        # The same one may come again, and twice at once.
        Envelope.objects.bulk_create([envelope], ignore_conflicts=True)
    return _receipt("gongbao-envelope-1", purchase, digest, at)


def take_back(purchase: UUID, digest: Any, secret: Any, *, at: datetime) -> dict[str, Any]:
    """Delete an envelope for whoever has its secret, before the deadline: a receipt of that. Raises GongbaoError."""
    sealing = queries.open_sealing_of(purchase)
    if not queries.gives_back(sealing, at):
        raise GongbaoError("registration for this purchase is not open", where="purchase")
    with action("market.take_back"):
        _still_open(sealing)
        found = Envelope.objects.filter(sealing=sealing, digest=digest).first() if envelopes.is_digest(digest) else None
        proof = sha256(secret.encode("utf-8", "replace")).hexdigest() if isinstance(secret, str) else ""
        if found is None or not constant_time_compare(found.withdrawal, proof):
            raise GongbaoError("there is no envelope of this receipt and secret", where="receipt")
        found.delete()
    return _receipt("gongbao-envelope-withdrawn-1", purchase, found.digest, at)


def _receipt(format: str, purchase: UUID, digest: str, at: datetime) -> dict[str, Any]:
    site = checkpoints.site_name()
    return checkpoints.signed(
        {"format": format, "site": site, "purchase": str(purchase), "envelope": digest, "at": moment(at)}
    )


def _refuse_late(sealing: Sealing, at: datetime) -> None:
    if not queries.takes_envelopes(sealing, at):
        raise GongbaoError("registration for this purchase is not open", where="purchase")


def _lock(sealing: Sealing) -> str:
    return f"market.sealing.{sealing.pk}"


def _still_open(sealing: Sealing) -> None:
    """Hold the list open to the end of the transaction."""
    one_at_a_time(_lock(sealing), beside_others=True)
    if Sealing.objects.values_list("fixed_at", flat=True).get(pk=sealing.pk) is not None:
        raise GongbaoError(
            "the envelopes of this purchase were counted meanwhile; this one is not kept", where="purchase"
        )


# --- the deadline


def fix(sealing: Sealing, *, actor: Actor = SYSTEM, at: datetime) -> Sealing:
    """Fix the list of what was handed in, at the earliest GRACE after the deadline. Raises GongbaoError."""
    with recorded("market.fix_envelopes", actor=actor, ground=DEADLINE, at=at) as record:
        one_at_a_time(_lock(sealing))
        sealing = queries.with_custodians().select_for_update(of=("self",)).get(pk=sealing.pk)
        if sealing.fixed_at is not None:
            return sealing
        ends = sealing.purchase.registration_ends_at
        if ends is None or at < ends + GRACE or sealing.purchase.case.state != procedure.registered.key:
            raise GongbaoError("registration is not over yet", where="purchase")
        digests = list(sealing.envelopes.order_by("digest").values_list("digest", flat=True))
        sealing.fixed_at, sealing.root, sealing.count = at, envelopes.merkle_root(digests), len(digests)
        sealing.save()
        record(sealing.purchase.subject, root=sealing.root)  # and not how many
        notices.first_turn(sealing, Part.REGISTRATION, at)
    return sealing


def fix_due(now: datetime) -> int:
    """The worker's job: fix what is due."""

    def one(pk: int) -> str:
        sealing = fix(Sealing.objects.get(pk=pk), at=now)
        return f"fixed as {sealing.root[:16]}"

    return each("market.fix_envelopes", queries.to_fix(now - GRACE), one)


# --- opening


def open_layer(
    purchase: UUID, part: Part, keys: Any, *, account: Account, actor: Actor, at: datetime
) -> tuple[Layer, int]:
    """Open one custodian's layer of a part, of all its envelopes in one act: the layer, and how many were not readable.

    `keys` has to the digest of each envelope its content key (base64url), None where the custodian could not open it.
    The first layer is that of the first custodian, or of whichever of three opens first. The second gives the contents,
    which are handed on to the purchase. Raises GongbaoError.
    """
    with recorded("market.open_envelopes", actor=actor, ground=DEADLINE, at=at) as record:
        sealing = fix(queries.sealing_of(purchase), actor=actor, at=at)
        layer, key = queries.turn(sealing, part, account, at)
        todo = queries.to_open(sealing, part, key)
        _refuse_wrong_keys(todo, keys, part, str(purchase), key.kid)
        Opening.objects.create(sealing=sealing, part=part, layer=layer, key=key, at=at, keys=dict(keys))
        unreadable = sum(given is None for given in keys.values())
        record(
            sealing.purchase.subject,
            part=part,
            layer=int(layer),
            root=sealing.root,
            unreadable=unreadable,  # not how many there are: the log is read by more than those who may know it by now
            keys=sha256(canonical(keys).encode()).hexdigest(),
        )
        if layer is Layer.SECOND:
            _hand_on(sealing, part, at, record)
        else:
            notices.second_turn(sealing, part, at, but=key)
    return layer, unreadable


def _refuse_wrong_keys(todo: Mapping[str, str], keys: Any, part: Part, purchase: str, kid: str) -> None:
    if not isinstance(keys, dict) or keys.keys() != todo.keys():
        raise GongbaoError("these are not the keys of the envelopes that wait; load the page again", where="keys")
    for digest, given in keys.items():
        if given is None:
            continue
        try:
            envelopes.unwrapped(todo[digest], given, part, purchase, kid)
        except GongbaoError as error:
            raise GongbaoError(
                f"the key of envelope {digest[:16]} does not open it; nothing was kept", where="keys"
            ) from error


def _hand_on(sealing: Sealing, part: Part, at: datetime, record: Record) -> None:
    from gongbao.systems.intermediary_market.purchases import actions as purchases

    texts = queries.texts(sealing, part)
    if part is Part.REGISTRATION:
        purchases.names_opened(sealing.purchase, _opened(sealing, texts), at, record)
    elif part is Part.OFFER:
        purchases.offers_opened(sealing.purchase, _opened_offers(sealing, texts), at, record)


def _opened(sealing: Sealing, texts: Mapping[str, str | Problem]) -> list[Opened]:
    """What the registrations say; of several of an agency the one that it sealed last counts (our rule).

    One for terms that do not hold gives way to one that does: what a browser takes for the time is the agency's word.
    """
    opened = [_registration(sealing, digest, text) for digest, text in texts.items()]
    current = published_terms(sealing.purchase)
    holding = range(current.content.get("valid_from", 1), current.number + 1) if current else range(0)
    last: dict[int, Opened] = {}
    for one in opened:
        if one.agency is not None and one.problem is None:
            before = last.get(one.agency.pk)
            if before is None or _rank(one, holding) > _rank(before, holding):
                last[one.agency.pk] = one
    counting = {id(one) for one in last.values()}
    return [
        one
        if one.problem is not None or id(one) in counting
        else Opened(one.envelope, one.registration, one.agency, Problem.SUPERSEDED)
        for one in opened
    ]


def _rank(one: Opened, holding: range) -> tuple[bool, datetime, str]:
    said = one.registration
    return said["terms"] in holding, datetime.fromisoformat(said["sealed_at"]), one.envelope


def _registration(sealing: Sealing, digest: str, text: str | Problem) -> Opened:
    if isinstance(text, Problem):
        return Opened(digest, problem=text)
    try:
        content, agency = envelopes.read_signed(text, lambda kid: _signer(sealing, kid))
        said = envelopes.read_registration(content, str(sealing.purchase.uuid))
    except NotOpened as error:
        return Opened(digest, problem=error.problem)
    if said["agency"] != agency.uscc:
        return Opened(digest, problem=Problem.OTHER_AGENCY)
    return Opened(digest, said, agency)


def _opened_offers(sealing: Sealing, texts: Mapping[str, str | Problem]) -> list[OpenedOffer]:
    registered = {
        one.envelope: one for one in Registration.objects.filter(envelope__in=texts).select_related("organisation")
    }
    return [_offer(sealing, registered[digest], text) for digest, text in texts.items()]


def _offer(sealing: Sealing, registered: Registration, text: str | Problem) -> OpenedOffer:
    if isinstance(text, Problem):
        return OpenedOffer(registered.envelope, problem=text)
    try:
        content, agency = envelopes.read_signed(text, lambda kid: _signer(sealing, kid))
        said = envelopes.read_offer(content, str(sealing.purchase.uuid))
    except NotOpened as error:
        return OpenedOffer(registered.envelope, problem=error.problem)
    if agency.pk != registered.organisation_id or said["agency"] != agency.uscc:
        return OpenedOffer(registered.envelope, problem=Problem.OTHER_AGENCY)
    if envelopes.digest_of_offer(text) != registered.content.get("offer"):
        return OpenedOffer(registered.envelope, problem=Problem.OTHER_OFFER)
    return OpenedOffer(registered.envelope, said)


def _signer(sealing: Sealing, kid: str) -> tuple[Mapping[str, Any], Organisation] | None:
    """The public key of an agency that was good at the deadline, and the agency."""
    ends = sealing.purchase.registration_ends_at
    assert ends is not None
    found = SigningKey.objects.select_related("organisation").filter(thumbprint=kid, made_at__lte=ends).first()
    if found is None or (found.ended_at is not None and found.ended_at <= ends):
        return None
    return found.jwk, found.organisation
