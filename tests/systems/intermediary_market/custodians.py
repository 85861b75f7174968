"""Custodians with their keys, purchases in whatever state, and envelopes, for tests of what is sealed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from secrets import token_hex
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.cases.models import Case
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, ServiceItem
from gongbao.systems.intermediary_market.organisations.actions import register_signing_key
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases.models import Purchase, Terms
from gongbao.systems.intermediary_market.sealing import actions, envelopes, queries
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Sealing
from tests.systems.intermediary_market.parties import START, Parties

ENDS = datetime.fromisoformat("2026-03-12T00:00:00+08:00")
BEFORE = ENDS - timedelta(days=2)
AFTER = ENDS + timedelta(minutes=2)
SELECTION = ENDS + timedelta(days=3)
FIRST, SECOND, RESERVE = "operator-clerk", "housing-clerk", "finance-clerk"


@cache
def rsa_key(name: str) -> RSAKey:
    return RSAKey.generate_key(3072)


@cache
def signing_key(uscc: str) -> ECKey:
    return ECKey.generate_key("P-256")


def appoint(parties: Parties, *names: str) -> list[CustodianKey]:
    """These people of the office have made a key and were appointed."""
    keys = []
    for name in names or (FIRST, SECOND):
        account = parties.people[name]
        unit = account.posts.get().unit
        jwk = rsa_key(name).as_dict(private=False)
        key = actions.register_custodian_key(account, unit, jwk, actor=KEEPER, at=START)
        by = parties.people["operator-head" if name != "operator-head" else "operator-clerk"]
        keys.append(actions.appoint_custodian(key.uuid, by=by, actor=KEEPER, at=START))
    return keys


def register_keys(parties: Parties) -> None:
    """Each agency has a key to sign with."""
    for agency in parties.agencies:
        register_signing_key(agency, signing_key(agency.uscc).as_dict(private=False), actor=KEEPER, at=START)


def purchase_of(parties: Parties, *, state: str = "open", ends: datetime = ENDS, sealed: bool = True) -> Purchase:
    """A purchase whose case stands where it is said, without what led there."""
    with recorded("tests.purchase", actor=KEEPER, ground=OUR_RULE, at=START) as record:
        item = ServiceItem.objects.create(code=token_hex(4), authority=parties.units["housing"])
        version = ItemVersion.objects.create(
            item=item, number=1, since=START.date(), name="工程测绘", legal_ground="某法第一条",
            time_limit="10个工作日", process="受理、测绘、出具报告", conditions="无", fee_standard="协商",
        )  # fmt: skip
        case = Case.objects.create(
            receipt=token_hex(8), secret_digest=token_hex(8), procedure="market_purchase", procedure_digest="",
            unit=parties.operator, opened_at=START, state=state,
        )  # fmt: skip
        purchase = Purchase.objects.create(
            case=case, owner=parties.owners[0], item=version, fund="private", budget_year=2026, budget="50000.00",
            way="lowest_price", registration_ends_at=ends, selection_at=ends + (SELECTION - ENDS),
        )  # fmt: skip
        Terms.objects.create(purchase=purchase, number=1, content={}, at=START, published_at=START)
        record(purchase.subject)
        if sealed:
            actions.prepare(purchase, actor=KEEPER, at=START)
    return purchase


def stands_at(purchase: Purchase, state: str) -> None:
    with recorded("tests.stands_at", actor=KEEPER, ground=OUR_RULE, at=AFTER) as record:
        purchase.case.state = state
        purchase.case.save()
        record(purchase.subject, state=state)


@dataclass(frozen=True)
class Sealed:
    given: dict[str, str]
    secret: str

    @property
    def digest(self) -> str:
        return envelopes.digest_of(self.given["registration"], self.given["offer"], self.given["withdrawal"])


def registration(purchase: Purchase, agency: Organisation) -> dict[str, Any]:
    return {
        "part": "registration", "purchase": str(purchase.uuid), "terms": 1, "agency": agency.uscc, "name": agency.name,
        "qualification": "测绘乙级 K-7731", "promise": True, "no_conflict": True, "kinship": False, "commitment": "",
        "sealed_at": BEFORE.isoformat(),
    }  # fmt: skip


def offer(purchase: Purchase, agency: Organisation, **changed: Any) -> dict[str, Any]:
    return {
        "part": "offer", "purchase": str(purchase.uuid), "agency": agency.uscc, "price": "48123.45",
        "proposal": "三名测绘员，七日内完成。", "draw_share": "", **changed,
    }  # fmt: skip


def sealed(
    purchase: Purchase,
    agency: Organisation,
    *,
    price: str = "48123.45",
    kind: str = "price",
    changed: dict[str, Any] | None = None,
    key: ECKey | None = None,
    signed: Callable[[str], str] = lambda text: text,
) -> Sealed:
    """An envelope as an agency makes it; `kind` is what the price is of (price, rate, discount), `changed` what is of
    its registration, `signed` what becomes of that once signed."""
    sealing = queries.sealing_of(purchase.uuid)
    key = key or signing_key(agency.uscc)
    said_offer = offer(purchase, agency, price=price)
    said_offer[kind] = said_offer.pop("price")
    signed_offer = envelopes.signed(said_offer, key)
    said = {"offer": envelopes.digest_of_offer(signed_offer), **(changed or {})}
    signed_registration = signed(envelopes.signed({**registration(purchase, agency), **said}, key))
    secret = token_hex(16)
    return Sealed(
        {
            "registration": seal_part(sealing, signed_registration, Part.REGISTRATION),
            "offer": seal_part(sealing, signed_offer, Part.OFFER),
            "withdrawal": sha256(secret.encode()).hexdigest(),
        },
        secret,
    )


def seal_part(sealing: Sealing, signed: str, part: Part) -> str:
    return envelopes.seal(signed, part, str(sealing.purchase.uuid), *queries.public_keys(sealing))


def content_key(text: str, key: RSAKey) -> str | None:
    """What a custodian's browser gives for a JWE: null where the tag does not hold, too."""
    head, wrapped, iv, body, tag = text.split(".")
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    try:
        raw = key.private_key.decrypt(envelopes._decoded(wrapped), oaep)
        AESGCM(raw).decrypt(
            *map(envelopes._decoded, (iv,)), envelopes._decoded(body) + envelopes._decoded(tag), head.encode()
        )
    except (ValueError, InvalidTag):
        return None
    return envelopes._encoded(raw)


def keys_of(purchase: Purchase, part: Part, name: str) -> dict[str, str | None]:
    """The content keys that the custodian of that name gives for what waits for them."""
    sealing = queries.sealing_of(purchase.uuid)
    (key,) = [one for one in queries.custodians(sealing) if one.account.username == name]
    return {digest: content_key(text, rsa_key(name)) for digest, text in queries.to_open(sealing, part, key).items()}


def fixed(purchase: Purchase, at: datetime = AFTER) -> Sealing:
    return actions.fix(queries.sealing_of(purchase.uuid), at=at)


def open_part(
    parties: Parties, purchase: Purchase, part: Part, name: str, at: datetime = AFTER, keys: Any = ...
) -> Any:
    keys = keys_of(purchase, part, name) if keys is ... else keys
    return actions.open_layer(purchase.uuid, part, keys, account=parties.people[name], actor=KEEPER, at=at)
