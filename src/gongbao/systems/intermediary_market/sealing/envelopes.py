"""Sealed envelopes: their form, what is checked of them unopened, and how they are read once two custodians opened.

    content, JSON -> JWS by the agency (RFC 7515, ES256) -> padded with blanks to a fixed length
      -> JWE to the second custodian (RFC 7516, RSA-OAEP-256 and A256GCM) -> JWE to the first custodian

Where there is a reserve custodian any two of the three open it. The content is then encrypted once, under a key that is
shared out in pairs: for each pair of custodians one has a random half of its own and the other what makes the key of it
by XOR. So each has two halves, which are random to whoever has no other's.

    padded content -> JWE "dir" (A256GCM) under the key ~ JWE of two halves to the first ~ the second ~ the reserve

An envelope has two parts sealed so, `registration` and `offer`, which are opened at different times; draw shares are
sealed in the same way, as a part of their own. All JWE are compact, with exactly these members of the header, in this
order:

    {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": ..., "purchase": ..., "part": ..., "key_digest": ...}

but that the one of "dir" has no `kid`, which is the thumbprint (RFC 7638) of the custodian's key. `purchase` and `part`
keep an envelope from being opened for another purchase or too early: the tag covers them, and a custodian's browser
gives no key of an envelope that says otherwise. `key_digest`, SHA-256 of the content key in base64url, ties the
envelope to one key, and so to one content: with GCM alone somebody could seal two prices in one ciphertext, and have a
custodian choose later (decision 0025).

No Django here but for the types of what is opened. The browser's side is static/market/sealing.js.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, TypeGuard

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label

if TYPE_CHECKING:
    from gongbao.systems.intermediary_market.organisations.models import Organisation


class Part(StrEnum):
    """What is sealed: opened at the deadline, at the selection, and when a share of the draw is withheld."""

    REGISTRATION = "registration"
    OFFER = "offer"
    SHARE = "share"


SIZES = {Part.REGISTRATION: 4096, Part.OFFER: 16384, Part.SHARE: 1024}
"""Bytes to which a signed content is padded, so that its length tells nothing."""

LONGEST_PROPOSAL = 3000  # characters; of three bytes each in UTF-8 they fit in, with all else that an offer has

SMALLEST_KEY, LARGEST_KEY = 3072, 4096  # bits of a custodian's RSA key
_EXPONENT = 65537
_IV, _TAG, _KEY = 12, 16, 32  # bytes
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")


class Problem(StrEnum):
    """Why an envelope gives no registration, or no offer."""

    FIRST_UNREADABLE = "first_unreadable"
    SECOND_UNREADABLE = "second_unreadable"
    MALFORMED = "malformed"
    OTHER_PURCHASE = "other_purchase"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    OTHER_AGENCY = "other_agency"
    NOT_PROMISED = "not_promised"
    SUPERSEDED = "superseded"
    OTHER_OFFER = "other_offer"

    @property
    def label(self) -> Label:
        return _PROBLEMS[self]


_PROBLEMS = {
    Problem.FIRST_UNREADABLE: Label("先开启的保管人未能打开", "the custodian who opened first could not open it"),
    Problem.SECOND_UNREADABLE: Label("后开启的保管人未能打开", "the custodian who opened second could not open it"),
    Problem.MALFORMED: Label("内容不符合约定格式", "its content is not in the form that was asked for"),
    Problem.OTHER_PURCHASE: Label("为另一项目密封", "it was sealed for another purchase"),
    Problem.UNKNOWN_KEY: Label(
        "签名密钥未登记或者已停用", "it is signed by a key that is not registered, or was ended"
    ),
    Problem.BAD_SIGNATURE: Label("签名无效", "its signature does not hold"),
    Problem.OTHER_AGENCY: Label("由另一机构签名", "it is signed by another agency"),
    Problem.NOT_PROMISED: Label("未作第二十一条的承诺", "it lacks the promises of Article 21"),
    Problem.SUPERSEDED: Label("同一机构后来另有密封件", "the same agency sealed a later one"),
    Problem.OTHER_OFFER: Label("不是报名时密封的报价", "it is not the offer that was sealed with the registration"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What the first opening gave of one envelope.

    `envelope` is its digest, the receipt of the agency. `registration` has (all checked, where there is no problem)
    purchase, terms (number), agency (USCC), name, qualification, promise, no_conflict, kinship (bool each),
    commitment (hex of the draw share, or ""), offer (digest of the offer) and sealed_at (ISO 8601).
    """

    envelope: str
    registration: dict[str, Any] = field(default_factory=dict)
    agency: "Organisation | None" = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class OpenedOffer:
    """What the second opening gave of one envelope: `offer` has purchase, agency, proposal, draw_share (hex, or "")
    and, by the notice's kind of price, one of price (yuan), rate or discount (per cent), as decimal texts."""

    envelope: str
    offer: dict[str, Any] = field(default_factory=dict)
    problem: Problem | None = None


class NotOpened(Exception):
    """What was sealed cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


# --- keys


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A custodian's: `kid` is its thumbprint (RFC 7638, SHA-256, base64url), `length` its modulus in bytes."""

    kid: str
    jwk: Mapping[str, str]

    @property
    def length(self) -> int:
        return len(_decoded(self.jwk["n"]))


def public_key(given: Any) -> PublicKey:
    """A custodian's key from a JWK. Raises GongbaoError, also where a private key came along."""
    where = "key"
    if not isinstance(given, dict) or given.get("kty") != "RSA":
        raise GongbaoError("this is no public RSA key in the form of a JWK", where=where)
    if {"d", "p", "q", "dp", "dq", "qi"} & set(given):
        raise GongbaoError("this is a private key: it must never leave the custodian; make a new one", where=where)
    try:
        modulus = int.from_bytes(_decoded(given["n"]))
        bits, exponent = modulus.bit_length(), int.from_bytes(_decoded(given["e"]))
        if SMALLEST_KEY <= bits <= LARGEST_KEY and bits % 8 == 0 and exponent == _EXPONENT:
            # Written anew, so that one key has one text and every browser reads it.
            jwk = {"kty": "RSA", "n": _encoded(modulus.to_bytes(bits // 8)), "e": "AQAB"}
            return PublicKey(RSAKey.import_key({**jwk}).thumbprint(), jwk)
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise GongbaoError("this is no public RSA key in the form of a JWK", where=where) from error
    raise GongbaoError(
        f"this key has {bits} bits; it must have {SMALLEST_KEY} to {LARGEST_KEY} and the exponent {_EXPONENT}",
        where=where,
    )


# --- unopened


def is_digest(given: Any) -> TypeGuard[str]:
    return _matches(_HEX, given)


def digest_of(registration: str, offer: str, withdrawal: str) -> str:
    """The digest of an envelope, which is its receipt: SHA-256 of its three members, in hexadecimal."""
    return sha256(f"{registration}\n{offer}\n{withdrawal}".encode()).hexdigest()


def check_unopened(
    sealed: Any, part: Part, purchase: str, first: PublicKey, second: PublicKey, reserve: PublicKey | None = None
) -> None:
    """Refuse what does not look like a sealed part, to the byte. Raises GongbaoError.

    Whether anything can be read within nobody sees before it is opened.
    """
    if reserve is None:
        inner = _length(len(_header(part, purchase, second.kid, "x" * 43)), second.length, SIZES[part])
        _check_jwe(sealed, part, purchase, first, inner)
        return
    custodians = (first, second, reserve)
    content, *halves = sealed.split(_JOIN) if isinstance(sealed, str) else [sealed]
    if len(halves) != len(custodians):
        raise GongbaoError("this was not sealed for this purchase and its custodians", where=part)
    _check_jwe(content, part, purchase, None, SIZES[part])
    for one, custodian in zip(halves, custodians, strict=True):
        _check_jwe(one, part, purchase, custodian, _HALVES)


def _check_jwe(sealed: Any, part: Part, purchase: str, to: PublicKey | None, length: int) -> None:
    """Refuse what is no JWE of that many bytes to this custodian, or to none."""
    found = _pieces(sealed, part, purchase, to.kid if to else "")
    if found is None:
        raise GongbaoError("this was not sealed for this purchase and its custodians", where=part)
    _head, key, iv, text, tag = found
    if (len(key), len(iv), len(text), len(tag)) != (to.length if to else 0, _IV, length, _TAG):
        raise GongbaoError("this has not the length of a sealed envelope", where=part)


def merkle_root(digests: Iterable[str]) -> str:
    """What fixes a list of digests (hexadecimal), in their order: RFC 6962, 2.1, in hexadecimal."""

    def root(leaves: list[bytes]) -> bytes:
        if len(leaves) <= 1:
            return sha256(b"\0" + leaves[0] if leaves else b"").digest()
        half = 1 << (len(leaves) - 1).bit_length() - 1
        return sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()

    return root([bytes.fromhex(one) for one in digests]).hex()


# --- sealing, as the browser does


def seal(
    signed: str, part: Part, purchase: str, first: PublicKey, second: PublicKey, reserve: PublicKey | None = None
) -> str:
    """A signed content, sealed to both custodians, or to any two of three. Raises GongbaoError where it is too long."""
    text = signed.encode()
    if len(text) > SIZES[part]:
        raise GongbaoError(f"this is {len(text)} bytes long; {SIZES[part]} can be sealed", where=part)
    padded = text.ljust(SIZES[part])
    if reserve is None:
        return _encrypted(_encrypted(padded, part, purchase, second).encode(), part, purchase, first)
    key = token_bytes(_KEY)
    halves = zip(_shared_out(key), (first, second, reserve), strict=True)
    return _JOIN.join(
        [
            _encrypted(padded, part, purchase, None, key),
            *(_encrypted(_encoded(one).encode(), part, purchase, to) for one, to in halves),
        ]
    )


_JOIN = "~"
_HALVES = 86  # letters of two halves of a key in base64url


def _shared_out(key: bytes) -> tuple[bytes, bytes, bytes]:
    """What the first, the second and the reserve have of a key: of each pair with one of the others a half, in order of
    the others."""
    one, other, third = (token_bytes(_KEY) for _ in range(3))
    return one + other, _xor(key, one) + third, _xor(key, other) + _xor(key, third)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def signed(content: Mapping[str, Any], key: ECKey) -> str:
    """The content as a JWS by the agency's key."""
    header = {"alg": "ES256", "kid": key.thumbprint()}
    return jws.serialize_compact(header, json.dumps(content, ensure_ascii=False), key, algorithms=["ES256"])


def _encrypted(text: bytes, part: Part, purchase: str, to: PublicKey | None, key: bytes = b"") -> str:
    """A JWE to a custodian under a key that is drawn for it; to none, under the key that is given."""
    content_key, iv = key or token_bytes(_KEY), token_bytes(_IV)
    header = _encoded(_header(part, purchase, to.kid if to else "", _encoded(sha256(content_key).digest())))
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    wrapped = RSAKey.import_key(dict(to.jwk)).public_key.encrypt(content_key, oaep) if to else b""
    encrypted = AESGCM(content_key).encrypt(iv, text, header.encode())
    return ".".join([header, *map(_encoded, (wrapped, iv, encrypted[:-_TAG], encrypted[-_TAG:]))])


# --- opening


def halves_for(sealed: str, place: int) -> str:
    """Of a part that any two of three open, the JWE to one of them: 0 the first, 1 the second, 2 the reserve."""
    return sealed.split(_JOIN)[1 + place]


def put_together(sealed: str, halves: Mapping[int, str], part: Part, purchase: str) -> str:
    """What such a part holds, by what the JWE to two of the three hold, by their places. Raises NotOpened where these
    do not make its key: whoever sealed it did so wrongly."""
    (lower, one), (higher, other) = sorted(halves.items())
    try:
        # Each has its halves in order of the others, itself left out.
        mine, theirs = _half(one, higher - 1), _half(other, lower)
        return unwrapped(sealed.split(_JOIN)[0], _encoded(_xor(mine, theirs)), part, purchase, "")
    except (GongbaoError, ValueError) as error:
        raise NotOpened(Problem.MALFORMED) from error


def _half(halves: str, number: int) -> bytes:
    return _decoded(halves)[number * _KEY : (number + 1) * _KEY]


def unwrapped(sealed: str, content_key: str, part: Part, purchase: str, kid: str) -> str:
    """What a JWE holds, by the content key (base64url) that its custodian gave.

    Raises GongbaoError where that is not its key: the header names the digest of the one that is.
    """
    found = _pieces(sealed, part, purchase, kid)
    try:
        key = _decoded(content_key) if isinstance(content_key, str) else b""
        if found is None or len(key) != _KEY or _encoded(sha256(key).digest()) != _digest_named(sealed):
            raise InvalidTag
        _, _, iv, text, tag = found
        return AESGCM(key).decrypt(iv, text + tag, sealed.split(".", 1)[0].encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise GongbaoError("this is not the key of the envelope", where=part) from error


def is_sealed(sealed: str, part: Part, purchase: str, kid: str) -> bool:
    """Whether it is a JWE of the form for this custodian: what is not, no custodian can be asked to open."""
    return _pieces(sealed, part, purchase, kid) is not None


def read_signed(text: str, key_of: Callable[[str], tuple[Mapping[str, Any], Any] | None]) -> tuple[dict[str, Any], Any]:
    """The content of a padded JWS, and whose it is; `key_of` gives to a thumbprint the public JWK and its owner.

    Raises NotOpened.
    """
    try:
        compact = text.rstrip(" ").encode("ascii")
        kid = jws.extract_compact(compact).headers().get("kid")
        known = key_of(kid) if isinstance(kid, str) else None
        if known is None:
            raise NotOpened(Problem.UNKNOWN_KEY)
        payload = jws.deserialize_compact(compact, ECKey.import_key(dict(known[0])), algorithms=["ES256"]).payload
    except JoseError as error:
        raise NotOpened(Problem.BAD_SIGNATURE) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise NotOpened(Problem.MALFORMED) from error
    try:
        content = json.loads(payload or b"")
    except (ValueError, RecursionError) as error:
        raise NotOpened(Problem.MALFORMED) from error
    if not isinstance(content, dict):
        raise NotOpened(Problem.MALFORMED)
    return content, known[1]


def digest_of_offer(text: str) -> str:
    """What a registration says of the offer sealed with it: SHA-256 of its JWS without the padding."""
    return sha256(text.rstrip(" ").encode()).hexdigest()


# --- what was said

_HEX = re.compile(r"[0-9a-f]{64}")
_YUAN = re.compile(r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,2})?")
_PER_CENT = re.compile(r"100(\.0{1,4})?|(0|[1-9][0-9]?)(\.[0-9]{1,4})?")
_USCC = re.compile(r"[0-9A-Z]{18}")
PRICES = {"price": _YUAN, "rate": _PER_CENT, "discount": _PER_CENT}


def read_registration(content: Mapping[str, Any], purchase: str) -> dict[str, Any]:
    """What a registration says, in its form: see Opened. Raises NotOpened."""
    if content.get("part") != Part.REGISTRATION or content.get("purchase") != purchase:
        raise NotOpened(Problem.OTHER_PURCHASE)
    said = {
        "purchase": purchase,
        "terms": content.get("terms"),
        "agency": content.get("agency"),
        "name": content.get("name"),
        "qualification": content.get("qualification", ""),
        "promise": content.get("promise"),
        "no_conflict": content.get("no_conflict"),
        "kinship": content.get("kinship"),
        "commitment": content.get("commitment", ""),
        "offer": content.get("offer"),
        "sealed_at": content.get("sealed_at"),
    }
    fits = (
        type(said["terms"]) is int
        and 0 < said["terms"] < 10_000
        and _matches(_USCC, said["agency"])
        and _is_text(said["name"], 100)
        and _is_text(said["qualification"], 200, empty=True)
        and type(said["kinship"]) is bool
        and (said["commitment"] == "" or _matches(_HEX, said["commitment"]))
        and _matches(_HEX, said["offer"])
        and _is_moment(said["sealed_at"])
    )
    if not fits:
        raise NotOpened(Problem.MALFORMED)
    if said["promise"] is not True or said["no_conflict"] is not True:  # 第二十一条
        raise NotOpened(Problem.NOT_PROMISED)
    return said


def read_offer(content: Mapping[str, Any], purchase: str) -> dict[str, Any]:
    """What an offer says, in its form: see OpenedOffer. Raises NotOpened."""
    if content.get("part") != Part.OFFER or content.get("purchase") != purchase:
        raise NotOpened(Problem.OTHER_PURCHASE)
    said = {
        "purchase": purchase,
        "agency": content.get("agency"),
        "proposal": content.get("proposal", ""),
        "draw_share": content.get("draw_share", ""),
        **{kind: content[kind] for kind in PRICES if content.get(kind, "") != ""},
    }
    fits = (
        _matches(_USCC, said["agency"])
        and _is_text(said["proposal"], LONGEST_PROPOSAL, empty=True)
        and (said["draw_share"] == "" or _matches(_HEX, said["draw_share"]))
        and len(said.keys() & set(PRICES)) <= 1
        and all(_matches(form, said[kind]) for kind, form in PRICES.items() if kind in said)
    )
    if not fits:
        raise NotOpened(Problem.MALFORMED)
    return said


def _matches(pattern: re.Pattern[str], given: Any) -> bool:
    return isinstance(given, str) and bool(pattern.fullmatch(given))


def _is_text(given: Any, longest: int, *, empty: bool = False) -> bool:
    # A text with a null cannot be kept by PostgreSQL, nor one with half a character.
    return (
        isinstance(given, str)
        and len(given) <= longest
        and (empty or bool(given.strip()))
        and "\0" not in given
        and not any("\ud800" <= sign <= "\udfff" for sign in given)
    )


def _is_moment(given: Any) -> bool:
    try:
        return isinstance(given, str) and len(given) <= 40 and datetime.fromisoformat(given).utcoffset() is not None
    except ValueError:
        return False


# --- the pieces of a JWE


def _header(part: Part, purchase: str, kid: str, key_digest: str) -> bytes:
    """That of a JWE to the custodian of the key; of one whose key is shared out where `kid` is ""."""
    told = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": kid} if kid else {"alg": "dir", "enc": "A256GCM"}
    told |= {"purchase": purchase, "part": str(part), "key_digest": key_digest}
    return json.dumps(told, separators=(",", ":")).encode()


def _digest_named(sealed: str) -> str:
    return str(json.loads(_decoded(sealed.split(".", 1)[0]))["key_digest"])


def _pieces(sealed: Any, part: Part, purchase: str, kid: str) -> tuple[bytes, bytes, bytes, bytes, bytes] | None:
    """Header, wrapped key, IV, text and tag of a JWE; None where it is none of exactly our form."""
    if not isinstance(sealed, str) or sealed.count(".") != 4:
        return None
    pieces = sealed.split(".")
    if not all(_BASE64.fullmatch(piece) for piece in (pieces[0], *pieces[2:])):
        return None
    if not (_BASE64.fullmatch(pieces[1]) if kid else pieces[1] == ""):
        return None
    try:
        header, key, iv, text, tag = map(_decoded, pieces)
        named = json.loads(header)["key_digest"]
        # Base64 of the same bytes can end in different letters: one envelope has one text.
        exact = all(_encoded(one) == piece for one, piece in zip((header, key, iv, text, tag), pieces, strict=True))
    except (ValueError, KeyError, TypeError, NotBase64, RecursionError):
        return None
    if not exact or not _matches(_KEY_DIGEST, named) or header != _header(part, purchase, kid, named):
        return None
    return header, key, iv, text, tag


_KEY_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")


def _length(header: int, key: int, text: int) -> int:
    """How long a JWE is: characters, of a header, a wrapped key and a text of so many bytes."""
    return sum(-(-4 * one // 3) for one in (header, key, _IV, text, _TAG)) + 4


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
