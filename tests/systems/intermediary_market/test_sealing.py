"""What is sealed says nothing before it is opened, to nobody; each opening is one logged act of two persons."""

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import Http404
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey
from joserfc.registry import HeaderParameter

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical
from gongbao.office.audit import checkpoints, triggers
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.office.kept import action
from gongbao.office.library import search
from gongbao.office.people import middleware
from gongbao.office.people.actions import keep_account
from gongbao.systems.intermediary_market import purchases as purchases_package
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.sealing import actions, envelopes, queries, views
from gongbao.systems.intermediary_market.sealing.envelopes import Opened, OpenedOffer, Part, Problem
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Envelope, Layer, Opening, Sealing
from tests.systems.intermediary_market.custodians import (
    AFTER,
    BEFORE,
    ENDS,
    FIRST,
    SECOND,
    SELECTION,
    Sealed,
    appoint,
    content_key,
    fixed,
    keys_of,
    offer,
    open_part,
    purchase_of,
    register_keys,
    rsa_key,
    seal_part,
    sealed,
    signing_key,
    stands_at,
)
from tests.systems.intermediary_market.killed import killed_at_each_write
from tests.systems.intermediary_market.parties import START, Parties, open_market

PURCHASE = "3f0c1f5e-0000-4000-8000-000000000001"


@pytest.fixture
def parties(db: None) -> Parties:
    made = open_market()
    appoint(made)
    register_keys(made)
    return made


@pytest.fixture
def purchase(parties: Parties) -> Purchase:
    return purchase_of(parties)


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the purchase was given by an opening; registrations are kept as the purchase keeps them."""
    found: list[Any] = []

    def names_opened(purchase: Purchase, opened: list[Opened], at: Any, record: Any) -> None:
        found[:] = opened
        for one in opened:
            if one.problem is None:
                Registration.objects.create(
                    purchase=purchase, organisation=one.agency, envelope=one.envelope, content=one.registration,
                    opened_at=at, admitted=True,
                )  # fmt: skip

    def offers_opened(purchase: Purchase, opened: list[OpenedOffer], at: Any, record: Any) -> None:
        found[:] = opened

    stub = SimpleNamespace(names_opened=names_opened, offers_opened=offers_opened)
    monkeypatch.setattr(purchases_package, "actions", stub, raising=False)
    return found


def hand_in(purchase: Purchase, envelope: Sealed, at: Any = BEFORE) -> dict[str, Any]:
    return actions.hand_in(purchase.uuid, envelope.given, at=at)


def registered(purchase: Purchase) -> None:
    stands_at(purchase, "registered")
    fixed(purchase)


# --- the form


def keys() -> tuple[envelopes.PublicKey, envelopes.PublicKey]:
    return tuple(envelopes.public_key(rsa_key(name).as_dict(private=False)) for name in (FIRST, SECOND))  # type: ignore


def decrypted(text: str, key: RSAKey) -> str:
    """By another library, which knows nothing of us but the names of three members of the header."""
    names = ("purchase", "part", "key_digest")
    registry = jwe.JWERegistry(
        {name: HeaderParameter(name, "str") for name in names}, algorithms=["RSA-OAEP-256", "A256GCM"]
    )
    return (jwe.decrypt_compact(text, key, registry=registry).plaintext or b"").decode()


def test_what_is_sealed_is_jwe_in_jwe() -> None:
    first, second = keys()
    made = envelopes.seal("signed", Part.OFFER, PURCHASE, first, second)
    envelopes.check_unopened(made, Part.OFFER, PURCHASE, first, second)
    inner = decrypted(made, rsa_key(FIRST))
    assert decrypted(inner, rsa_key(SECOND)).rstrip(" ") == "signed"


@given(st.text(alphabet="ab0测.", max_size=400))
@examples(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_its_length_says_nothing(text: str) -> None:
    first, second = keys()
    length = len(envelopes.seal("", Part.REGISTRATION, PURCHASE, first, second))
    assert len(envelopes.seal(text, Part.REGISTRATION, PURCHASE, first, second)) == length


def test_what_does_not_fit_in_is_refused() -> None:
    with pytest.raises(GongbaoError, match="16384 can be sealed"):
        envelopes.seal("x" * 16385, Part.OFFER, PURCHASE, *keys())
    longest = {"proposal": "测" * envelopes.LONGEST_PROPOSAL, "price": "9" * 10 + ".99", "draw_share": "f" * 64}
    assert envelopes.seal(
        envelopes.signed({"purchase": PURCHASE, "part": "offer", "agency": "9" * 18, **longest}, signing_key("any")),
        Part.OFFER, PURCHASE, *keys(),
    )  # fmt: skip


ALTERED: dict[str, Callable[[str], Any]] = {
    "nothing": lambda text: None,
    "a number": lambda text: 7,
    "empty": lambda text: "",
    "cut": lambda text: text[:-4],
    "one piece less": lambda text: text.rpartition(".")[0],
    "another letter that stands for the same bytes": lambda text: text[:-1] + chr(ord(text[-1]) + 1),
    "padded": lambda text: text + "=",
    "of another form": lambda text: f"{envelopes._encoded(b'{}')}.{text.partition('.')[2]}",
    "a header that names more": lambda text: _with_header(text, lambda header: {**header, "x": "1"}),
    "a header in another order": lambda text: _with_header(text, lambda header: dict(reversed(header.items()))),
    "to somebody else": lambda text: _with_header(text, lambda header: {**header, "kid": "x" * 43}),
    "of another purchase": lambda text: _with_header(text, lambda header: {**header, "purchase": str(uuid4())}),
    "of another part": lambda text: _with_header(text, lambda header: {**header, "part": "registration"}),
    "longer": lambda text: ".".join(p + "AAAA" if n == 3 else p for n, p in enumerate(text.split("."))),
}


def _with_header(text: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    head, _, rest = text.partition(".")
    header = json.dumps(change(json.loads(envelopes._decoded(head))), separators=(",", ":"))
    return f"{envelopes._encoded(header.encode())}.{rest}"


@pytest.mark.parametrize("name", ALTERED)
def test_what_is_no_sealed_part_is_refused(name: str) -> None:
    first, second = keys()
    made = envelopes.seal("signed", Part.OFFER, PURCHASE, first, second)
    with pytest.raises(GongbaoError, match=r"this (was not sealed for|has not the length)"):
        envelopes.check_unopened(ALTERED[name](made), Part.OFFER, PURCHASE, first, second)


def test_one_envelope_has_one_content_key() -> None:
    """With GCM alone a ciphertext can be made that two keys open, and a custodian would choose between two prices."""
    first, second = keys()
    made = envelopes.seal("signed", Part.OFFER, PURCHASE, first, second)
    key = content_key(made, rsa_key(FIRST))
    assert key is not None and envelopes.unwrapped(made, key, Part.OFFER, PURCHASE, first.kid)
    # Whoever names another key in the header has another header, over which the tag does not hold.
    other = envelopes._encoded(b"\1" * 32)
    named = envelopes._encoded(sha256(b"\1" * 32).digest())
    renamed = _with_header(made, lambda header: {**header, "key_digest": named})
    for text, given_key in ((made, other), (made, ""), (made, 7), (renamed, other)):
        with pytest.raises(GongbaoError, match="not the key of the envelope"):
            envelopes.unwrapped(text, given_key, Part.OFFER, PURCHASE, first.kid)  # type: ignore[arg-type]


def test_a_tree_of_digests() -> None:
    """RFC 6962, 2.1, by its own words."""
    one, two, three = ("00" * 32, "11" * 32, "22" * 32)
    leaf = [sha256(b"\0" + bytes.fromhex(text)).digest() for text in (one, two, three)]
    left = sha256(b"\1" + leaf[0] + leaf[1]).digest()
    assert envelopes.merkle_root([]) == sha256(b"").hexdigest()
    assert envelopes.merkle_root([one]) == leaf[0].hex()
    assert envelopes.merkle_root([one, two, three]) == sha256(b"\1" + left + leaf[2]).hexdigest()


@pytest.mark.parametrize(
    "jwk",
    [
        None, {}, {"kty": "oct", "k": "AA"}, {"kty": "RSA", "n": "!!", "e": "AQAB"},
        {"kty": "RSA", "n": 7, "e": "AQAB"},
        {"kty": "RSA", "n": envelopes._encoded(b"\xff" * 128), "e": "AQAB"},
        {"kty": "RSA", "n": envelopes._encoded(b"\xff" * 384), "e": "Aw"},
    ],
)  # fmt: skip
def test_what_is_no_key_of_a_custodian_is_refused(jwk: Any) -> None:
    with pytest.raises(GongbaoError):
        envelopes.public_key(jwk)


def test_a_private_key_that_came_along_is_refused() -> None:
    with pytest.raises(GongbaoError, match="private key"):
        envelopes.public_key(rsa_key(FIRST).as_dict(private=True))


@pytest.mark.parametrize(
    ("kind", "given", "fits"),
    [
        ("price", "0", True), ("price", "1234567890.12", True), ("price", "0.5", True), ("price", "12345678901", False),
        ("price", "1.005", False), ("price", "01", False), ("price", "-1", False), ("price", "1e3", False),
        ("price", "１", False), ("price", "1,000", False), ("price", " 1", False), ("price", 1, False),
        ("price", "NaN", False), ("rate", "100", True), ("rate", "3.1415", True), ("rate", "100.1", False),
        ("discount", "99.9999", True), ("discount", "101", False), ("discount", "1.00001", False),
        ("price", "1\n", False),
    ],
)  # fmt: skip
def test_prices_are_of_one_form(kind: str, given: Any, fits: bool) -> None:
    content = {"part": "offer", "purchase": PURCHASE, "agency": "9" * 18, kind: given}
    if fits:
        assert envelopes.read_offer(content, PURCHASE)[kind] == given
    else:
        with pytest.raises(envelopes.NotOpened):
            envelopes.read_offer(content, PURCHASE)


def test_an_offer_names_one_kind_of_price() -> None:
    content = {"part": "offer", "purchase": PURCHASE, "agency": "9" * 18, "price": "1", "rate": "1"}
    with pytest.raises(envelopes.NotOpened):
        envelopes.read_offer(content, PURCHASE)


# --- custodians


def test_two_persons_of_different_units(db: None) -> None:
    parties = open_market()
    purchase = purchase_of(parties, sealed=False)
    with pytest.raises(GongbaoError, match="two custodians"):
        actions.prepare(purchase, actor=KEEPER, at=START)
    appoint(parties, "operator-clerk")
    with pytest.raises(GongbaoError, match="two custodians"):
        actions.prepare(purchase, actor=KEEPER, at=START)
    appoint(parties, "operator-head", "housing-clerk")
    sealing = actions.prepare(purchase, actor=KEEPER, at=START)
    assert (sealing.first.account.username, sealing.second.account.username) == ("operator-clerk", "housing-clerk")
    assert actions.prepare(purchase, actor=KEEPER, at=START) == sealing


def test_who_left_is_no_custodian_of_new_notices(parties: Parties) -> None:
    keep_account(SECOND, is_open=False, at=START)
    with pytest.raises(GongbaoError, match="two custodians"):
        purchase_of(parties)


def test_nobody_appoints_themselves(parties: Parties) -> None:
    head = parties.people["operator-head"]
    jwk = rsa_key("operator-head").as_dict(private=False)
    key = actions.register_custodian_key(head, parties.operator, jwk, actor=KEEPER, at=START)
    with pytest.raises(GongbaoError, match="themselves"):
        actions.appoint_custodian(key.uuid, by=head, actor=KEEPER, at=START)
    with pytest.raises(GongbaoError, match="registered already"):
        actions.register_custodian_key(head, parties.operator, jwk, actor=KEEPER, at=START)
    actions.end_custodian_key(key.uuid, actor=KEEPER, at=START)
    with pytest.raises(GongbaoError, match="no such key"):
        actions.appoint_custodian(key.uuid, by=parties.people[FIRST], actor=KEEPER, at=START)


# --- handing in


def test_a_receipt_is_signed_by_the_site(parties: Parties, purchase: Purchase) -> None:
    envelope = sealed(purchase, parties.agencies[0])
    receipt = hand_in(purchase, envelope)
    assert receipt["envelope"] == envelope.digest
    told = {name: receipt[name] for name in receipt if name not in ("public_key", "signature")}
    assert receipt["public_key"] == checkpoints.public_key()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(receipt["public_key"]))
    key.verify(bytes.fromhex(receipt["signature"]), canonical(told).encode())


def test_the_same_envelope_sent_twice_is_one(parties: Parties, purchase: Purchase) -> None:
    envelope = sealed(purchase, parties.agencies[0])
    assert hand_in(purchase, envelope)["envelope"] == hand_in(purchase, envelope)["envelope"]
    assert Envelope.objects.count() == 1


def test_what_is_handed_in_for_another_purchase_is_refused(parties: Parties, purchase: Purchase) -> None:
    other = purchase_of(parties)
    envelope = sealed(other, parties.agencies[0])
    with pytest.raises(GongbaoError, match="not sealed for this purchase"):
        hand_in(purchase, envelope)
    for part in (Part.REGISTRATION, Part.OFFER):
        # As if it had been sealed for this one: it is taken, and no custodian gives a key of it.
        head = _with_header(envelope.given[part], lambda header: {**header, "purchase": str(purchase.uuid)})
        assert content_key(head, rsa_key(FIRST)) is None


def test_the_deadline_to_the_microsecond(parties: Parties, purchase: Purchase) -> None:
    late, last = sealed(purchase, parties.agencies[0]), sealed(purchase, parties.agencies[1])
    with pytest.raises(GongbaoError, match="not open"):
        hand_in(purchase, late, at=ENDS)
    hand_in(purchase, last, at=ENDS - timedelta(microseconds=1))
    with pytest.raises(GongbaoError, match="not open"):
        actions.take_back(purchase.uuid, last.digest, last.secret, at=ENDS)
    with pytest.raises(GongbaoError, match="not over"):
        fixed(purchase, at=ENDS + actions.GRACE - timedelta(microseconds=1))
    # Received in time, and still on its way when the worker closed registration.
    stands_at(purchase, "registered")
    hand_in(purchase, late, at=ENDS - timedelta(microseconds=1))
    assert fixed(purchase, at=ENDS + actions.GRACE).count == 2
    with pytest.raises(GongbaoError, match="not open"):
        hand_in(purchase, sealed(purchase, parties.agencies[2]), at=ENDS - timedelta(microseconds=1))


def test_nothing_is_taken_that_is_not_open(parties: Parties) -> None:
    for state in ("reviewing", "interrupted", "withdrawn", "checking"):
        purchase = purchase_of(parties, state=state)
        with pytest.raises(GongbaoError, match="not open"):
            hand_in(purchase, sealed(purchase, parties.agencies[0]))
    with pytest.raises(Http404):
        actions.hand_in(uuid4(), {}, at=BEFORE)


@pytest.mark.parametrize("given", [None, [], {}, {"registration": "x"}, "text", {"registration": None, "offer": 1}])
def test_what_is_no_envelope_is_told(purchase: Purchase, given: Any) -> None:
    with pytest.raises(GongbaoError):
        actions.hand_in(purchase.uuid, given, at=BEFORE)


def test_a_flood_ends_at_a_number(parties: Parties, purchase: Purchase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    envelope = sealed(purchase, parties.agencies[0])
    for number in (1, 2):
        hand_in(purchase, replace(envelope, given={**envelope.given, "withdrawal": f"{number:064x}"}))
    with pytest.raises(GongbaoError, match="no more envelopes"):
        hand_in(purchase, envelope)


# --- what a dump tells


def dump() -> Counter[str]:
    """All rows of all tables."""
    lines: Counter[str] = Counter()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        # SQLite's index of words is read by the tables that it lies in.
        for table in {*tables} - ({search.DOCUMENTS, search.CLAUSES} if connection.vendor == "sqlite" else set()):
            cursor.execute(f'SELECT * FROM "{table}"')
            lines.update(f"{table}: {row!r}" for row in cursor.fetchall())
    return lines


def files() -> dict[Path, bytes]:
    """All files of the site but the database itself, which the tables are read of."""
    home = Path(settings.GONGBAO_HOME)
    return {
        path: path.read_bytes()
        for folder in {home, Path(settings.MEDIA_ROOT), Path(settings.GONGBAO_CHECKPOINTS)}
        for path in folder.rglob("*")
        if path.is_file() and "sqlite3" not in path.name
    }


def said(parties: Parties, number: int) -> list[str]:
    """What must not be found: who it is, by any name the site has for it, and what it offers."""
    agency = parties.agencies[number]
    account = parties.account_of(agency)
    return [
        agency.uscc, agency.name, str(agency.uuid), agency.uuid.hex, account.username, str(account.public_id),
        account.public_id.hex, signing_key(agency.uscc).thumbprint(), "48123", "K-7731", "测绘员",
        canonical("测绘员")[1:-1].encode("unicode_escape").decode(),
    ]  # fmt: skip


def within(text: str) -> str:
    """A line of a dump with all base64 in it decoded as far as it goes."""
    decoded = [text]
    for piece in text.replace("'", ".").split("."):
        if len(piece) > 20 and envelopes._BASE64.fullmatch(piece):
            decoded.append(envelopes._decoded(piece[: len(piece) - len(piece) % 4]).decode("utf-8", "replace"))
    return "\n".join(decoded)


def sign_in(name: str, parties: Parties) -> Client:
    client = Client()
    client.force_login(parties.people[name])
    return client


def test_a_dump_before_opening_tells_neither_who_nor_what(
    parties: Parties, purchase: Purchase, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints.public_key()  # drawn at the first use
    monkeypatch.setattr(views.timezone, "now", lambda: BEFORE)
    # A session keeps its last request to the minute, which on a machine that stops for longer would be a new row.
    monkeypatch.setattr(middleware, "MINUTE", 24 * 60 * 60)
    browsers = {name: sign_in(name, parties) for name in parties.people if name.startswith("agency")}
    for browser in browsers.values():
        browser.get("/")
    before, log_before, files_before = dump(), Entry.objects.count(), files()
    envelope = sealed(purchase, parties.agencies[0])
    with caplog.at_level(logging.DEBUG):
        page = browsers["agency-1"].get(f"/market/purchases/{purchase.uuid}/seal/")
        assert page.status_code == 200
        # As the browser sends it: without cookies.
        answer = Client(enforce_csrf_checks=True).post(
            f"/market/purchases/{purchase.uuid}/envelopes/", json.dumps(envelope.given), content_type="application/json"
        )
    assert answer.status_code == 200, answer.content
    assert not answer.cookies
    new = dump() - before
    assert len(new) == 1, list(new)
    (row,) = new
    assert row.startswith("intermediary_market_envelope")
    told = "\n".join([within(row), caplog.text, *(str(one.content) for one in Entry.objects.all()[log_before:])])
    for word in said(parties, 0):
        assert word not in told, word
    assert Entry.objects.count() == log_before
    now = files()
    assert [path for path in now.keys() | files_before.keys() if now.get(path) != files_before.get(path)] == []
    # When it came stands nowhere: neither a moment nor a number that counts up.
    assert {one.name for one in Envelope._meta.concrete_fields} == {
        "id", "sealing", "digest", "registration", "offer", "withdrawal",
    }  # fmt: skip
    assert "/seal/ 200" in caplog.text and "envelopes" not in caplog.text


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_file_of_the_database_holds_no_word_of_it() -> None:
    """Its pages and its journal as they lie on the disk, not only what the tables give."""
    parties = open_market()
    appoint(parties)
    register_keys(parties)
    purchase = purchase_of(parties)
    envelope = sealed(purchase, parties.agencies[0])
    hand_in(purchase, envelope)
    path = Path(connection.settings_dict["NAME"])
    held = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    assert envelope.digest.encode() in held
    for word in ("48123", "K-7731", "测绘员", envelope.secret):
        assert word.encode() not in held, word


def test_the_words_that_are_searched_for_are_found_once_it_is_open(
    parties: Parties, purchase: Purchase, received: list[Any]
) -> None:
    """The search of the test above can find something."""
    before = dump()
    hand_in(purchase, sealed(purchase, parties.agencies[0]))
    registered(purchase)
    open_part(parties, purchase, Part.REGISTRATION, FIRST)
    open_part(parties, purchase, Part.REGISTRATION, SECOND)
    new = "\n".join(map(within, dump() - before))
    assert parties.agencies[0].uscc in new and "K-7731" in new
    assert "48123" not in new  # prices are not open yet


def test_between_the_openings_of_two_custodians_nothing_can_be_read(
    parties: Parties, purchase: Purchase, received: list[Any]
) -> None:
    before = dump()
    hand_in(purchase, sealed(purchase, parties.agencies[0]))
    registered(purchase)
    open_part(parties, purchase, Part.REGISTRATION, FIRST)
    told = "\n".join(map(within, dump() - before)) + json.dumps(keys_of(purchase, Part.REGISTRATION, SECOND))
    sealing = queries.sealing_of(purchase.uuid)
    told += "\n".join(map(within, queries.to_open(sealing, Part.REGISTRATION, sealing.second).values()))
    for word in said(parties, 0):
        assert word not in told, word


def test_who_takes_back_leaves_nothing(parties: Parties, purchase: Purchase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views.timezone, "now", lambda: BEFORE)
    before = dump()
    envelope = sealed(purchase, parties.agencies[0])
    hand_in(purchase, envelope)
    address = f"/market/purchases/{purchase.uuid}/envelopes/back/"
    for wrong in (
        {}, [], {"envelope": envelope.digest, "secret": "guess"}, {"envelope": "0" * 64, "secret": envelope.secret},
        {"envelope": "\0", "secret": "x"}, {"envelope": envelope.digest, "secret": "\ud800"},
    ):  # fmt: skip
        answer = Client().post(address, json.dumps(wrong), content_type="application/json")
        assert answer.status_code == 400
    assert Envelope.objects.count() == 1
    right = {"envelope": envelope.digest, "secret": envelope.secret}
    answer = Client(enforce_csrf_checks=True).post(address, json.dumps(right), content_type="application/json")
    assert answer.status_code == 200 and answer.json()["format"] == "gongbao-envelope-withdrawn-1"
    assert dump() == before


# --- opening


def test_names_first_by_two_persons_then_offers_of_the_admitted(
    parties: Parties, purchase: Purchase, received: list[Any]
) -> None:
    made = [sealed(purchase, agency, price=f"{n}000.50") for n, agency in enumerate(parties.agencies[:3], start=1)]
    for envelope in made:
        hand_in(purchase, envelope)
    with pytest.raises(GongbaoError, match="not over"):
        open_part(parties, purchase, Part.REGISTRATION, FIRST, at=BEFORE, keys={})
    registered(purchase)
    sealing = queries.sealing_of(purchase.uuid)
    assert (sealing.count, sealing.root) == (3, envelopes.merkle_root(sorted(one.digest for one in made)))
    with pytest.raises(GongbaoError, match="first custodian has not"):
        open_part(parties, purchase, Part.REGISTRATION, SECOND, keys={})
    with pytest.raises(Http404):
        open_part(parties, purchase, Part.REGISTRATION, "operator-head", keys={})
    log = Entry.objects.count()
    assert open_part(parties, purchase, Part.REGISTRATION, FIRST) == (Layer.FIRST, 0)
    assert received == []
    with pytest.raises(GongbaoError, match="opened already"):
        open_part(parties, purchase, Part.REGISTRATION, FIRST, keys={})
    assert open_part(parties, purchase, Part.REGISTRATION, SECOND) == (Layer.SECOND, 0)
    assert {one.agency for one in received} == set(parties.agencies[:3])
    assert {one.problem for one in received} == {None}
    entries = list(Entry.objects.order_by("number")[log:])
    assert [one.action for one in entries if one.action != "outbox.message"] == ["market.open_envelopes"] * 2
    assert not any(word in one.content for one in entries for word in said(parties, 0))
    assert not any(3 in json.loads(one.content).values() for one in entries)  # nor how many

    # Offers: not before the selection, nor before the owner has checked, and of the admitted alone.
    stands_at(purchase, "checked")
    with pytest.raises(GongbaoError, match="time of the selection"):
        open_part(parties, purchase, Part.OFFER, FIRST, keys={})
    refused = Registration.objects.get(organisation=parties.agencies[2])
    _set(refused, admitted=False)
    assert keys_of(purchase, Part.OFFER, FIRST).keys() == {made[0].digest, made[1].digest}
    open_part(parties, purchase, Part.OFFER, FIRST, at=SELECTION)
    open_part(parties, purchase, Part.OFFER, SECOND, at=SELECTION)
    assert {one.offer["price"] for one in received} == {"1000.50", "2000.50"}
    assert not any("3000.50" in json.dumps(one.keys) for one in Opening.objects.all())


def _set(row: Any, **values: Any) -> None:
    from gongbao.office.audit.actions import recorded
    from gongbao.office.audit.actors import OUR_RULE

    with recorded("tests.set", actor=KEEPER, ground=OUR_RULE, at=AFTER) as record:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        record(f"tests:{row.pk}")


def open_names(parties: Parties, purchase: Purchase) -> None:
    registered(purchase)
    open_part(parties, purchase, Part.REGISTRATION, FIRST)
    open_part(parties, purchase, Part.REGISTRATION, SECOND)


def test_what_is_wrong_within_is_told_and_hinders_nobody(
    parties: Parties, purchase: Purchase, received: list[Any]
) -> None:
    one, two, *_ = parties.agencies
    other = purchase_of(parties)
    sealing = queries.sealing_of(purchase.uuid)
    wrong = {
        Problem.UNKNOWN_KEY: sealed(purchase, two, key=ECKey.generate_key("P-256")),
        Problem.OTHER_AGENCY: sealed(purchase, two, changed={"agency": one.uscc}),
        Problem.NOT_PROMISED: sealed(purchase, two, changed={"no_conflict": False}),
        Problem.OTHER_PURCHASE: sealed(purchase, two, changed={"purchase": str(other.uuid)}),
        Problem.BAD_SIGNATURE: sealed(purchase, two, signed=lambda text: text[:-8] + "AAAAAAAA"),
        Problem.SUPERSEDED: sealed(purchase, one, changed={"sealed_at": (BEFORE - timedelta(hours=1)).isoformat()}),
    }
    unfit: tuple[dict[str, Any], ...] = (
        {"terms": "1"}, {"name": ""}, {"sealed_at": "2026-03-01T10:00:00"}, {"kinship": "no"}, {"offer": "x"},
        {"name": "a\0b"},
    )  # fmt: skip
    malformed = [sealed(purchase, two, changed=changed) for changed in unfit]
    malformed += [
        sealed(purchase, two, signed=lambda text, junk=junk: junk)  # type: ignore[misc]
        for junk in ("", "a.b.c", "测", "..", "{}", *map(signed_by(two), (b"[]", b"", b"\xff", HALF_A_CHARACTER)))
    ]
    right = sealed(purchase, one)
    for envelope in (*wrong.values(), *malformed, right):
        hand_in(purchase, envelope)
    # Rubbish of the right form: whatever the custodians can do, nothing comes of it.
    first = queries.public_key(sealing.first)
    junk_within = replace(
        right,
        given={
            **right.given,
            "registration": envelopes._encrypted(
                b"x" * len(content_text(right.given["registration"])), Part.REGISTRATION, str(purchase.uuid), first
            ),
        },
    )
    hand_in(purchase, junk_within)
    to_nobody = replace(right, given={**right.given, "registration": _with_other_key(right.given["registration"])})
    hand_in(purchase, to_nobody)
    open_names(parties, purchase)
    found = {opened.envelope: opened for opened in received}
    assert found[right.digest].problem is None and found[right.digest].agency == one
    for problem, envelope in wrong.items():
        assert found[envelope.digest].problem is problem, problem
    for envelope in malformed:
        assert found[envelope.digest].problem in BROKEN, found[envelope.digest]
    assert found[junk_within.digest].problem is Problem.MALFORMED
    assert found[to_nobody.digest].problem is Problem.FIRST_UNREADABLE
    assert Registration.objects.count() == 1


BROKEN = (Problem.MALFORMED, Problem.BAD_SIGNATURE, Problem.OTHER_PURCHASE)
HALF_A_CHARACTER = json.dumps({"part": "registration", "name": "\ud800"}).encode()


def signed_by(agency: Organisation) -> Callable[[bytes], str]:
    key = signing_key(agency.uscc)
    return lambda payload: jws.serialize_compact({"alg": "ES256", "kid": key.thumbprint()}, payload, key)


def content_text(text: str) -> str:
    return decrypted(text, rsa_key(FIRST))


def _with_other_key(text: str) -> str:
    pieces = text.split(".")
    pieces[1] = envelopes._encoded(b"\7" * 384)
    return ".".join(pieces)


def test_a_custodian_who_withholds_is_in_the_log_and_one_who_substitutes_is_refused(
    parties: Parties, purchase: Purchase, received: list[Any]
) -> None:
    made = [sealed(purchase, agency) for agency in parties.agencies[:2]]
    for envelope in made:
        hand_in(purchase, envelope)
    registered(purchase)
    right = keys_of(purchase, Part.REGISTRATION, FIRST)
    swapped = dict(zip(right, reversed(list(right.values())), strict=True))
    one = made[0].digest
    for wrong in ({}, None, [], swapped, {**right, one: "x"}, {**right, one: 7}, {**right, "0" * 64: None},
                  {digest: key for digest, key in right.items() if digest != one}):  # fmt: skip
        with pytest.raises(GongbaoError, match=r"(does not open it|not the keys)"):
            open_part(parties, purchase, Part.REGISTRATION, FIRST, keys=wrong)
    assert not Opening.objects.exists()
    assert open_part(parties, purchase, Part.REGISTRATION, FIRST, keys={**right, one: None}) == (Layer.FIRST, 1)
    entry = Entry.objects.filter(action="market.open_envelopes").latest("number")
    assert json.loads(entry.content)["unreadable"] == 1
    open_part(parties, purchase, Part.REGISTRATION, SECOND)
    assert {opened.envelope: opened.problem for opened in received}[one] is Problem.FIRST_UNREADABLE


@pytest.mark.parametrize("how", ["removed", "put in", "changed"])
def test_what_was_fixed_at_the_deadline_cannot_be_another(parties: Parties, purchase: Purchase, how: str) -> None:
    envelope, other = sealed(purchase, parties.agencies[0]), sealed(purchase, parties.agencies[1])
    hand_in(purchase, envelope)
    registered(purchase)
    with action("tests.behind_the_back"):
        if how == "removed":
            Envelope.objects.all().delete()
        elif how == "changed":
            Envelope.objects.update(registration=other.given["registration"])
        else:
            sealing = Sealing.objects.get(purchase=purchase)
            Envelope.objects.create(sealing=sealing, digest=other.digest, **other.given)
    with pytest.raises(GongbaoError, match="not those that were fixed"):
        open_part(parties, purchase, Part.REGISTRATION, FIRST, keys={})


def test_an_offer_that_was_not_sealed_with_the_registration_does_not_count(
    parties: Parties, purchase: Purchase, received: list[Any]
) -> None:
    agency = parties.agencies[0]
    envelope = sealed(purchase, agency)
    cheaper = envelopes.signed(offer(purchase, agency, price="1.00"), signing_key(agency.uscc))
    sealing = queries.sealing_of(purchase.uuid)
    mixed = replace(envelope, given={**envelope.given, "offer": seal_part(sealing, cheaper, Part.OFFER)})
    hand_in(purchase, mixed)
    open_names(parties, purchase)
    stands_at(purchase, "checked")
    open_part(parties, purchase, Part.OFFER, FIRST, at=SELECTION)
    open_part(parties, purchase, Part.OFFER, SECOND, at=SELECTION)
    assert [one.problem for one in received] == [Problem.OTHER_OFFER]


def test_of_a_purchase_that_is_over_nothing_is_opened(parties: Parties, purchase: Purchase) -> None:
    hand_in(purchase, sealed(purchase, parties.agencies[0]))
    registered(purchase)
    keys = keys_of(purchase, Part.REGISTRATION, FIRST)
    _set(purchase.case, over=True)
    with pytest.raises(GongbaoError, match="is over"):
        open_part(parties, purchase, Part.REGISTRATION, FIRST, keys=keys)


def test_who_is_killed_at_any_write_of_an_opening_begins_it_again(
    parties: Parties, purchase: Purchase, received: list[Any]
) -> None:
    hand_in(purchase, sealed(purchase, parties.agencies[0]))
    stands_at(purchase, "registered")
    part = Part.REGISTRATION
    acts: list[Callable[[], Any]] = [
        lambda: fixed(purchase),
        lambda: open_part(parties, purchase, part, FIRST),
        lambda: open_part(parties, purchase, part, SECOND),
    ]
    assert all(killed_at_each_write(act, dump) >= 2 for act in acts)
    assert [one.agency for one in received] == [parties.agencies[0]]
    assert Opening.objects.count() == 2


def test_nobody_registered(parties: Parties, purchase: Purchase, received: list[Any]) -> None:
    open_names(parties, purchase)
    assert received == []
    assert Opening.objects.count() == 2


def test_the_worker_fixes_what_is_due(parties: Parties, purchase: Purchase) -> None:
    hand_in(purchase, sealed(purchase, parties.agencies[0]))
    assert actions.fix_due(AFTER) == 0  # terms that are changed, and reviewed anew, get another deadline
    stands_at(purchase, "registered")
    assert actions.fix_due(ENDS) == 0
    assert actions.fix_due(AFTER) == 1
    assert actions.fix_due(AFTER) == 0
    assert Entry.objects.exclude(action="outbox.message").latest("number").action == "market.fix_envelopes"


# --- pages


def test_an_envelope_is_looked_for_once_the_list_is_fixed(
    parties: Parties, purchase: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = sealed(purchase, parties.agencies[0])
    hand_in(purchase, envelope)
    address = f"/market/purchases/{purchase.uuid}/envelopes/look/"

    def look(digest: Any) -> Any:
        return Client().post(address, json.dumps({"envelope": digest}), content_type="application/json")

    assert look(envelope.digest).status_code == 400
    registered(purchase)
    assert look(envelope.digest).json()["there"] is True
    for wrong in ("0" * 64, 7, None, "\0", "\ud800"):
        assert look(wrong).json()["there"] is False


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_answer_in_both_languages(
    parties: Parties, purchase: Purchase, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(headers={"accept-language": language})
    words = "密封报名" if language == "zh-hans" else "Register under seal"
    monkeypatch.setattr(views.timezone, "now", lambda: BEFORE)
    page = client.get(f"/market/purchases/{purchase.uuid}/seal/")
    assert words in page.content.decode() and Session.objects.count() == 0
    monkeypatch.setattr(views.timezone, "now", lambda: AFTER)
    registered(purchase)
    assert client.get(f"/market/purchases/{purchase.uuid}/seal/").status_code == 200
    client.force_login(parties.people[FIRST])
    assert client.get("/market/custody/").status_code == 200
    assert client.get(f"/market/custody/{purchase.uuid}/registration/").status_code == 200
    client.force_login(parties.people["agency-1"])
    assert client.get("/market/signing-keys/").status_code == 200


def test_only_its_custodian_gets_what_is_to_be_opened(
    parties: Parties, purchase: Purchase, received: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "BATCH", 2)
    monkeypatch.setattr(views.timezone, "now", lambda: AFTER)
    for agency in parties.agencies[:3]:
        hand_in(purchase, sealed(purchase, agency))
    registered(purchase)
    address = f"/market/custody/{purchase.uuid}/registration/work/"
    assert Client().get(address).status_code == 302
    assert sign_in("agency-1", parties).get(address).status_code == 403
    assert sign_in("auditor", parties).get(address).status_code == 403
    assert sign_in("operator-head", parties).get(address).status_code == 404
    assert sign_in(SECOND, parties).get(address).status_code == 400
    browser = sign_in(FIRST, parties)
    some = browser.get(address).json()
    assert (len(some["sealed"]), some["left"]) == (2, 1)
    rest = browser.get(f"{address}?after={some['sealed'][-1][0]}").json()
    assert (len(rest["sealed"]), rest["left"]) == (1, 0)
    keys = {digest: content_key(text, rsa_key(FIRST)) for digest, text in some["sealed"] + rest["sealed"]}
    sent = {"content_type": "application/json"}
    assert browser.post(address, json.dumps({}), **sent).status_code == 400
    answer = browser.post(address, json.dumps(keys), **sent)
    assert answer.json() == {"layer": 1, "unreadable": 0}
    assert browser.get(f"/market/custody/{purchase.uuid}/share/work/").status_code == 404
    assert browser.delete(address).status_code == browser.put(address).status_code == 405
    # What the first could not open is passed over, also where nothing else is in the batch.
    second = sign_in(SECOND, parties)
    _withheld(purchase, keys, *sorted(keys)[:2])
    some = second.get(address).json()
    assert (some["sealed"], some["left"], some["last"]) == ([], 1, sorted(keys)[1])
    assert [digest for digest, _ in second.get(f"{address}?after={some['last']}").json()["sealed"]] == [max(keys)]


def _withheld(purchase: Purchase, keys: dict[str, Any], *digests: str) -> None:
    """As if the first custodian had not been able to open these."""
    triggers.remove(connection, [Opening._meta.db_table])
    _set(Opening.objects.get(), keys={**keys, **dict.fromkeys(digests)})


def test_a_key_is_registered_appointed_and_ended_on_the_page(parties: Parties) -> None:
    jwk = rsa_key("finance-clerk").as_dict(private=False)
    holder, head, clerk = (sign_in(name, parties) for name in ("finance-clerk", "operator-head", "prices-clerk"))
    sent = {"content_type": "application/json"}
    assert holder.post("/market/custody/keys/", json.dumps({"kty": "RSA"}), **sent).status_code == 400
    assert holder.post("/market/custody/keys/", json.dumps(jwk), **sent).status_code == 200
    key = CustodianKey.objects.get(account__username="finance-clerk")
    assert key.unit.key == "finance" and key.appointed_at is None
    appoint_it, end_it = (f"/market/custody/keys/{key.uuid}/{do}/" for do in ("appoint", "end"))
    assert [holder.post(appoint_it).status_code, clerk.post(end_it).status_code] == [403, 403]
    assert head.post(appoint_it).status_code == 302
    key.refresh_from_db()
    assert key.appointed_at
    assert holder.post(end_it).status_code == 302
    assert head.post(end_it).status_code == 400
