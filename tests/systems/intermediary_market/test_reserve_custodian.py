"""A third custodian in reserve: any two of the three open, in whatever order, and none of them alone."""

import json
from itertools import combinations, permutations
from typing import Any

import pytest
from django.test import Client

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.systems.intermediary_market import purchases as purchases_package
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.draw.queries import Stage, withheld
from gongbao.systems.intermediary_market.purchases import actions as purchases
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing import actions, envelopes, queries
from gongbao.systems.intermediary_market.sealing.envelopes import NotOpened, Part, Problem
from gongbao.systems.intermediary_market.sealing.models import Layer, Opening
from tests.systems.intermediary_market.custodians import (
    AFTER,
    BEFORE,
    FIRST,
    RESERVE,
    SECOND,
    appoint,
    content_key,
    fixed,
    keys_of,
    open_part,
    purchase_of,
    register_keys,
    rsa_key,
    sealed,
    stands_at,
)
from tests.systems.intermediary_market.drawing import SHARES, Scene, registered
from tests.systems.intermediary_market.parties import Parties, open_market

pytestmark = pytest.mark.one_database

THREE = (FIRST, SECOND, RESERVE)
PURCHASE = "3f0c1f5e-0000-4000-8000-000000000001"


def public_keys() -> list[envelopes.PublicKey]:
    return [envelopes.public_key(rsa_key(name).as_dict(private=False)) for name in THREE]


def halves(text: str, places: tuple[int, ...]) -> dict[int, str]:
    """What these of the three have of a part, after they opened theirs."""
    found = {}
    for place in places:
        one = envelopes.halves_for(text, place)
        key = content_key(one, rsa_key(THREE[place]))
        assert key is not None
        found[place] = envelopes.unwrapped(one, key, Part.OFFER, PURCHASE, public_keys()[place].kid)
    return found


# --- the form


@pytest.mark.parametrize("places", list(combinations(range(3), 2)))
def test_any_two_of_three_open_it(places: tuple[int, ...]) -> None:
    text = envelopes.seal("signed", Part.OFFER, PURCHASE, *public_keys())
    envelopes.check_unopened(text, Part.OFFER, PURCHASE, *public_keys())
    assert envelopes.put_together(text, halves(text, places), Part.OFFER, PURCHASE).rstrip() == "signed"


@pytest.mark.parametrize("place", range(3))
def test_one_alone_has_nothing_of_the_key(place: int) -> None:
    """Two envelopes of one key: what one custodian has of both is told apart by nothing."""
    text = envelopes.seal("signed", Part.OFFER, PURCHASE, *public_keys())
    (mine,) = halves(text, (place,)).values()
    for other in {0, 1, 2} - {place}:
        # Not its own halves for those of another either, nor random ones.
        for guessed in (mine, envelopes._encoded(b"\0" * 64)):
            with pytest.raises(NotOpened):
                envelopes.put_together(text, {place: mine, other: guessed}, Part.OFFER, PURCHASE)
    assert content_key(envelopes.halves_for(text, place), rsa_key(THREE[place - 1])) is None


def test_the_halves_of_one_are_random_whatever_the_key_is() -> None:
    same = {envelopes._shared_out(b"k" * 32)[place] for place in range(3) for _drawn in range(50)}
    assert len(same) == 150
    first, second, reserve = envelopes._shared_out(b"k" * 32)
    assert envelopes._xor(first[:32], second[:32]) == envelopes._xor(first[32:], reserve[:32]) == b"k" * 32
    assert envelopes._xor(second[32:], reserve[32:]) == b"k" * 32


def test_all_are_equally_long_and_another_form_is_refused() -> None:
    first, second, reserve = public_keys()
    text = envelopes.seal("signed", Part.OFFER, PURCHASE, first, second, reserve)
    assert len(text) == len(envelopes.seal("x" * 16384, Part.OFFER, PURCHASE, first, second, reserve))
    two = envelopes.seal("signed", Part.OFFER, PURCHASE, first, second)
    pieces = text.split("~")
    wrong: list[Any] = [
        two, None, "", "~~~", "~".join(pieces[:3]), "~".join([*pieces, pieces[3]]),
        "~".join([pieces[0], pieces[2], pieces[1], pieces[3]]),  # to another than it says
        "~".join([pieces[1], *pieces[1:]]),
        text.replace("..", ".AAAA.", 1),  # a key in what has none
        text + "=",
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(GongbaoError):
            envelopes.check_unopened(one, Part.OFFER, PURCHASE, first, second, reserve)
    with pytest.raises(GongbaoError):
        envelopes.check_unopened(text, Part.OFFER, PURCHASE, first, second)
    with pytest.raises(GongbaoError):
        envelopes.check_unopened(text, Part.REGISTRATION, PURCHASE, first, second, reserve)
    short = envelopes._encrypted(b"short", Part.OFFER, PURCHASE, None, b"k" * 32)
    with pytest.raises(GongbaoError, match="length"):
        envelopes.check_unopened("~".join([short, *pieces[1:]]), Part.OFFER, PURCHASE, first, second, reserve)


def test_two_contents_cannot_be_sealed_for_two_pairs() -> None:
    """The content is there once, under the one key that its header names: halves of another make nothing readable."""
    first, second, reserve = public_keys()
    one = envelopes.seal("one", Part.OFFER, PURCHASE, first, second, reserve).split("~")
    other = envelopes.seal("other", Part.OFFER, PURCHASE, first, second, reserve).split("~")
    mixed = "~".join([one[0], one[1], one[2], other[3]])
    envelopes.check_unopened(mixed, Part.OFFER, PURCHASE, first, second, reserve)
    assert envelopes.put_together(mixed, halves(mixed, (0, 1)), Part.OFFER, PURCHASE).rstrip() == "one"
    for places in ((0, 2), (1, 2)):
        with pytest.raises(NotOpened) as told:
            envelopes.put_together(mixed, halves(mixed, places), Part.OFFER, PURCHASE)
        assert told.value.problem is Problem.MALFORMED


# --- a purchase


@pytest.fixture
def parties(db: None) -> Parties:
    made = open_market()
    appoint(made, *THREE)
    register_keys(made)
    return made


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []

    def opened(purchase: Any, given: Any, at: Any, record: Any) -> None:
        found[:] = given

    monkeypatch.setattr(purchases, "names_opened", opened)
    monkeypatch.setattr(purchases, "offers_opened", opened)
    assert purchases_package
    return found


@pytest.fixture
def purchase(parties: Parties) -> Purchase:
    made = purchase_of(parties)
    for agency in parties.agencies[:2]:
        actions.hand_in(made.uuid, sealed(made, agency).given, at=BEFORE)
    stands_at(made, "registered")
    fixed(made)
    return made


@pytest.mark.parametrize("names", list(permutations(THREE, 2)))
def test_two_of_three_open_in_whatever_order(
    parties: Parties, purchase: Purchase, received: list[Any], names: tuple[str, str]
) -> None:
    assert [one.account.username for one in queries.custodians(queries.sealing_of(purchase.uuid))] == list(THREE)
    (third,) = set(THREE) - set(names)
    for place, name in enumerate(names, start=1):
        (task,) = queries.tasks_of(parties.people[name], AFTER)
        assert (task.layer, task.waits) == (Layer(place), None)
        assert not received
        open_part(parties, purchase, Part.REGISTRATION, name)
    assert {one.agency for one in received} == set(parties.agencies[:2])
    assert {one.problem for one in received} == {None}
    # Neither whoever opened nor the third has to open it any more.
    for name in (*names, third):
        assert [one.part for one in queries.tasks_of(parties.people[name], AFTER)] == [Part.OFFER] * (name != "")
        with pytest.raises(GongbaoError, match="opened already"):
            actions.open_layer(
                purchase.uuid, Part.REGISTRATION, {}, account=parties.people[name], actor=KEEPER, at=AFTER
            )
    assert Opening.objects.filter(part=Part.REGISTRATION).count() == 2


def test_one_of_three_does_not_open_for_two(parties: Parties, purchase: Purchase, received: list[Any]) -> None:
    keys = keys_of(purchase, Part.REGISTRATION, RESERVE)
    open_part(parties, purchase, Part.REGISTRATION, RESERVE, keys=keys)
    with pytest.raises(GongbaoError, match="opened already"):
        open_part(parties, purchase, Part.REGISTRATION, RESERVE, keys=keys)
    with pytest.raises(GongbaoError, match="nothing was kept"):
        open_part(parties, purchase, Part.REGISTRATION, FIRST, keys=keys)
    assert not received and Opening.objects.count() == 1


def test_what_one_could_not_open_is_told(parties: Parties, purchase: Purchase, received: list[Any]) -> None:
    keys = keys_of(purchase, Part.REGISTRATION, RESERVE)
    lost = min(keys)
    open_part(parties, purchase, Part.REGISTRATION, RESERVE, keys={**keys, lost: None})
    open_part(parties, purchase, Part.REGISTRATION, SECOND)
    assert {one.envelope: one.problem for one in received} == {lost: Problem.FIRST_UNREADABLE, max(keys): None}


def test_the_notice_says_whether_there_is_a_reserve(parties: Parties) -> None:
    made = purchase_of(parties)
    page = Client().get(f"/market/purchases/{made.uuid}/seal/").content.decode()
    assert queries.sealing_of(made.uuid).reserve.kid in page and "任何两名" in page
    entry = Entry.objects.filter(action="market.prepare_sealing").last()
    assert entry is not None and queries.sealing_of(made.uuid).reserve.kid in entry.content


def test_with_two_there_is_none_and_the_notice_says_so(db: None) -> None:
    parties = open_market()
    appoint(parties)
    made = purchase_of(parties)
    assert queries.sealing_of(made.uuid).reserve is None
    assert "没有备用保管人" in Client().get(f"/market/purchases/{made.uuid}/seal/").content.decode()


# --- a draw


@pytest.fixture
def scene(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(purchases, "shares_opened", lambda *given, **more: None)
    made = registered(THREE)
    made.open_offers()
    return made.to(Stage.FIXED)


@pytest.mark.parametrize("names", list(permutations(THREE, 2)))
def test_two_of_three_open_a_withheld_share(scene: Scene, names: tuple[str, str]) -> None:
    for place, name in enumerate(names, start=1):
        waits = {one.share.party: one.layer for one in withheld(scene.draw, scene.parties.people[name])}
        assert waits == {Party.OWNER: Layer(place), Party.OPERATOR: Layer.FIRST}
        for _pressed in range(2):
            kept = scene.open_layer(Party.OWNER, name)
    assert (kept.share, kept.by_custodians) == (SHARES[Party.OWNER], True)
    assert json.dumps(SHARES[Party.OPERATOR]) not in json.dumps([kept.sealed, kept.first_key])
