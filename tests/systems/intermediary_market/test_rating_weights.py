"""What the aspects of a rating weigh: set by who leads the operator, for ratings of a day and later."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.procedures import Refused
from gongbao.systems.intermediary_market.ratings import actions, weights
from gongbao.systems.intermediary_market.ratings.models import Rating, RatingWeights
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import SIGNED, play, set_limit
from tests.systems.intermediary_market.parties import Parties, open_market

pytestmark = pytest.mark.one_database

NOW = SIGNED
SET = {"quality": 40, "timeliness": 20, "attitude": 10, "fees": 20, "conduct": 10}
SINCE = NOW.date() + timedelta(days=10)
GIVEN = {"quality": 100, "timeliness": 0, "attitude": 0, "fees": 0, "conduct": 0}


@pytest.fixture
def parties(db: None) -> Parties:
    set_limit()
    return open_market()


def enter(since: date = SINCE, ground: str = "云澜市政务函〔2026〕9号", **changed: Any) -> RatingWeights:
    given = SET | {"since": since, "ground": ground} | changed
    return actions.set_weights(given, account=None, actor=KEEPER, at=NOW)


def test_where_nothing_is_set_each_weighs_twenty(parties: Parties) -> None:
    assert weights.weights_on(NOW.date()) == weights.default_on(NOW.date()) == weights.Weights((20,) * 5)


def test_a_rating_is_computed_with_the_weights_of_its_day_and_keeps_them(parties: Parties) -> None:
    enter()
    totals = []
    for number, day in enumerate((SINCE - timedelta(days=1), SINCE)):
        one = play(parties, agency=parties.agencies[number]).signed().filed().accepted()
        rating = actions.rate(one.contract.uuid, GIVEN, account=one.account("owner"), at=at(f"{day} 09:00"))
        totals.append((rating.total, rating.computed["figures"].get("weight[quality]")))
    assert totals == [(Decimal("20.00"), None), (Decimal("40.00"), "40%")]
    enter(SINCE + timedelta(days=1), quality=0, conduct=50)
    assert list(Rating.objects.order_by("pk").values_list("total", flat=True)) == [Decimal("20.00"), Decimal("40.00")]


def test_the_last_entry_for_a_day_counts_and_the_earlier_ones_stay(parties: Parties) -> None:
    enter()
    enter(quality=30, conduct=20)
    assert weights.weights_on(SINCE).percent == (30, 20, 10, 20, 20)
    assert weights.weights_on(SINCE - timedelta(days=1)).by is None
    assert RatingWeights.objects.count() == len(weights.history()) == 2
    assert Entry.objects.filter(action="market.set_weights").count() == 2


@pytest.mark.parametrize(("changed", "field"), [
    ({"quality": 41}, "quality"),
    ({"quality": 39}, "quality"),
    ({"quality": "-1"}, "quality"),
    ({"fees": ""}, "fees"),
    ({"fees": "20.5"}, "fees"),
    ({"since": NOW.date()}, "since"),
    ({"since": NOW.date() - timedelta(days=1)}, "since"),
    ({"ground": " "}, "ground"),
])  # fmt: skip
def test_what_cannot_be_is_refused(parties: Parties, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        enter(**changed)
    assert [one.field for one in refused.value.problems] == [field]
    assert not RatingWeights.objects.exists()


def test_the_head_of_the_operator_sets_them_and_everybody_reads_them(
    parties: Parties, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    address = reverse("market:rating_weights")
    given = {f"v-{key}": str(value) for key, value in SET.items()}
    given |= {"v-since": str(SINCE), "v-ground": "云澜市政务函〔2026〕9号"}
    for name in ("operator-clerk", "finance-clerk", "school", "auditor"):
        client.force_login(parties.people[name])
        assert client.post(address, given).status_code == 403, name
    client.force_login(parties.people["operator-head"])
    wrong = client.post(address, given | {"v-quality": "41"})
    assert wrong.status_code == 400 and "合计101" in wrong.content.decode() and 'value="41"' in wrong.content.decode()
    assert client.post(address, given).status_code == 302
    client.logout()
    page = client.get(address).content.decode()
    assert "云澜市政务函〔2026〕9号" in page and "40%" in page and "今日适用" in page
    assert client.get(reverse("market:ratings")).content.decode().count(address) == 1
    one = play(parties).signed().filed().accepted()
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(f"{SINCE} 09:00"))
    client.force_login(one.account("owner"))
    form = client.get(reverse("market:rate_contract", args=[one.contract.uuid])).content.decode()
    assert "服务质量40%" in form
