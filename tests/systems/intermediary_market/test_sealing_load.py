"""Many at once: two thousand envelopes in the last minute, the deadline among them, and who presses twice."""

import json
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import moment
from gongbao.systems.intermediary_market import purchases as purchases_package
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing import actions, queries, views
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import Envelope, Opening
from tests.systems.intermediary_market.custodians import (
    AFTER,
    BEFORE,
    ENDS,
    FIRST,
    Sealed,
    appoint,
    fixed,
    keys_of,
    open_part,
    purchase_of,
    register_keys,
    sealed,
    stands_at,
)
from tests.systems.intermediary_market.parties import Parties, open_market

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

IN_TIME, LATE = 2000, 100
BROWSERS = 8


@pytest.fixture
def parties(transactional_db: None) -> Parties:
    made = open_market()
    appoint(made)
    register_keys(made)
    return made


@pytest.fixture
def purchase(parties: Parties) -> Purchase:
    return purchase_of(parties)


def variants(envelope: Sealed, number: int) -> list[dict[str, str]]:
    """As many envelopes as are asked for: the server cannot tell what is in them, and here it is the same."""
    return [{**envelope.given, "withdrawal": f"{one:064x}"} for one in range(number)]


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of them in threads that begin together: what each gave or raised."""
    ready, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        ready.wait()
        try:
            found[place] = work()
        except Exception as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_two_thousand_in_the_last_minute(
    parties: Parties, purchase: Purchase, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over loopback, from several browsers at once. The minute goes by with each envelope that comes in: the one after
    the two thousandth comes at the deadline, whichever it is."""
    clock = count(1)
    step = timedelta(minutes=1) / (IN_TIME + 1)
    now = SimpleNamespace(now=lambda: ENDS - step * (IN_TIME + 1 - next(clock)))
    monkeypatch.setattr(views, "timezone", now)
    bodies = [json.dumps(one).encode() for one in variants(sealed(purchase, parties.agencies[0]), IN_TIME + LATE)]
    waiting, receipts, refused = iter(bodies), [], []
    taking = threading.Lock()

    def browser() -> None:
        connection = HTTPConnection(urlsplit(live_server.url).netloc, timeout=60)
        while True:
            with taking:
                body = next(waiting, None)
            if body is None:
                break
            connection.request(
                "POST", f"/market/purchases/{purchase.uuid}/envelopes/", body, {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            content = json.loads(answer.read())
            (receipts if answer.status == 200 else refused).append(content)
        connection.close()

    assert at_once([browser] * BROWSERS) == [None] * BROWSERS
    assert (len(receipts), len(refused)) == (IN_TIME, LATE)
    kept = set(Envelope.objects.values_list("digest", flat=True))
    assert kept == {one["envelope"] for one in receipts}
    assert len(kept) == IN_TIME
    assert max(one["at"] for one in receipts) < moment(ENDS)
    stands_at(purchase, "registered")
    assert fixed(purchase).count == IN_TIME


def test_what_is_on_its_way_when_the_list_is_fixed_is_in_it_or_gets_no_receipt(
    parties: Parties, purchase: Purchase
) -> None:
    given = variants(sealed(purchase, parties.agencies[0]), 30)
    last = ENDS - timedelta(microseconds=1)
    stands_at(purchase, "registered")
    works: list[Callable[[], Any]] = [
        lambda one=one: actions.hand_in(purchase.uuid, one, at=last)["envelope"] for one in given
    ]
    works.insert(10, lambda: fixed(purchase))
    found = at_once(works)
    sealing = queries.sealing_of(purchase.uuid)
    receipts = {one for one in found if isinstance(one, str)}
    assert receipts == set(Envelope.objects.values_list("digest", flat=True))
    assert sealing.count == len(receipts)
    assert all(isinstance(one, GongbaoError) for one in found if one not in receipts and one != sealing), found
    # And what was fixed is what is opened.
    assert keys_of(purchase, Part.REGISTRATION, FIRST).keys() == receipts


def test_the_same_envelope_at_once_is_one(parties: Parties, purchase: Purchase) -> None:
    given = sealed(purchase, parties.agencies[0]).given
    found = at_once([lambda: actions.hand_in(purchase.uuid, given, at=BEFORE)["envelope"]] * 6)
    assert len(set(found)) == 1
    assert Envelope.objects.count() == 1


def test_a_custodian_who_presses_twice_opens_once(
    parties: Parties, purchase: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Any] = []
    stub = SimpleNamespace(names_opened=lambda purchase, opened, at, record: handed.append(opened))
    monkeypatch.setattr(purchases_package, "actions", stub, raising=False)
    actions.hand_in(purchase.uuid, sealed(purchase, parties.agencies[0]).given, at=BEFORE)
    stands_at(purchase, "registered")
    fixed(purchase)
    for name in (FIRST, "housing-clerk"):
        keys = keys_of(purchase, Part.REGISTRATION, name)
        found = at_once(
            [lambda name=name, keys=keys: open_part(parties, purchase, Part.REGISTRATION, name, AFTER, keys)] * 4
        )
        assert sum(isinstance(one, tuple) for one in found) == 1
        assert all("opened already" in str(one) for one in found if not isinstance(one, tuple))
    assert Opening.objects.count() == 2
    assert len(handed) == 1
