"""From where an agency acts is noted for what it does signed in, in every room (第三十三条第（二）项)."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from gongbao.systems.intermediary_market.organisations import queries
from gongbao.systems.intermediary_market.ratings import actions as ratings
from gongbao.systems.intermediary_market.ratings import procedure as conduct
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import play, set_limit
from tests.systems.intermediary_market.by_pages import Pages
from tests.systems.intermediary_market.custodians import signing_key
from tests.systems.intermediary_market.parties import open_market
from tests.systems.intermediary_market.test_contract_pages import button
from tests.systems.intermediary_market.test_ratings import staff

pytestmark = pytest.mark.one_database


class From(Pages):
    """Pages that are asked for from one address."""

    address = "203.0.113.1"

    def client(self, name: str) -> Client:
        client = super().client(name)
        client.defaults["REMOTE_ADDR"] = self.address
        return client


def test_each_act_of_an_agency_notes_where_it_came_from(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    parties = open_market()
    set_limit()
    cache.clear()
    pages, agency = From(parties, monkeypatch), parties.agencies[0]
    contract = (played := play(parties).signed().filed().accepted().invoiced()).contract

    pages.on("2026-04-22 10:00")
    pages.read("agency-1", f"/market/contracts/{contract.uuid}/")
    assert not agency.network_addresses.exists()  # who only reads does nothing

    pages.address = "203.0.113.2"
    key = signing_key(agency.uscc).as_dict(private=False)
    sent = pages.client("agency-1").post(f"/market/signing-keys/{agency.uuid}/", json.dumps(key), "application/json")
    assert sent.status_code == 200, sent.content.decode()
    assert agency.network_addresses.count() == 1

    pages.address = "203.0.113.3"
    assert button(pages.client("agency-1"), played).status_code == 200
    assert agency.network_addresses.count() == 2

    pages.address = "203.0.113.4"
    pages.send(
        "school", f"/market/contracts/{contract.uuid}/step/contract_pay/", amount="80000.00", paid_on="2026-04-21"
    )
    assert agency.network_addresses.count() == 2  # the owner's act is not the agency's
    pages.send("agency-1", f"/market/contracts/{contract.uuid}/step/contract_confirm/")
    assert agency.network_addresses.count() == 3

    pages.address = "203.0.113.5"
    told = {"kind": "b2", "happened_on": "2026-03-16", "source": "owner", "facts": "另收资料费。"}
    proposed = ratings.propose(agency, told, acting=staff(parties, "operator-clerk", at("2026-04-22 10:00")),
                               at=at("2026-04-22 10:00"))  # fmt: skip
    pages.desk(proposed.case, conduct.notify.key, "operator-clerk")
    pages.send("agency-1", f"/market/conduct/{proposed.uuid}/step/conduct_state/", statement="没有另收。")
    assert agency.network_addresses.count() == 4

    # Another agency that acts from there shares the address, and is asked about it.
    other = signing_key(parties.agencies[1].uscc).as_dict(private=False)
    pages.client("agency-2").post(
        f"/market/signing-keys/{parties.agencies[1].uuid}/", json.dumps(other), "application/json"
    )
    assert [one.organisations for one in queries.shared() if one.what == "network"] == [tuple(parties.agencies[:2])]
