"""What the form review points at in a notice is let stand for a reason, or corrected; nothing else is published."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.systems.intermediary_market.organisations.actions import add_member
from gongbao.systems.intermediary_market.purchases import actions, queries, terms
from gongbao.systems.intermediary_market.purchases.models import FlagDecision, Purchase
from gongbao.systems.intermediary_market.ratings import liabilities
from gongbao.systems.intermediary_market.ratings.traces import Period
from tests.systems.intermediary_market.buying import MONDAY, TERMS, Market, again, buying_market, seen
from tests.systems.intermediary_market.test_purchase_pages import on, page, signed_in

pytestmark = pytest.mark.one_database

BEST_VALUE: Mapping[str, Any] = {
    "way": "best_value",
    "criteria": "服务方案 60\n综合实力 30；在本市设有分公司的加10分\n企业性质 10",
}


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def flags(made: Purchase) -> list[queries.Pointed]:
    return queries.flags(queries.handed_in(made))


def decide(
    market: Market, made: Purchase, key: str, stands: bool = True, reason: str = "服务须现场值守"
) -> FlagDecision:
    return actions.decide_flag(made, key, stands, reason, acting=market.operator(), at=MONDAY)


def test_a_weight_and_how_points_are_given_are_pointed_at(market: Market) -> None:
    found = [
        (one.field.key, one.finding.words, one.weight and one.weight.zh) for one in flags(market.submit(**BEST_VALUE))
    ]
    assert found == [("criteria", "本市设有分公司", "权重30%"), ("criteria", "企业性质", "权重10%")]


def test_how_points_are_given_is_kept_and_published_with_the_criterion(market: Market) -> None:
    content = terms.read(
        {**TERMS, **BEST_VALUE}, market.item.versions.get(), market.owner, MONDAY.date(), files=False
    ).content
    assert content["criteria"][1] == {"name": "综合实力", "weight": "30", "scoring": "在本市设有分公司的加10分"}
    assert terms.as_typed(content)["criteria"] == BEST_VALUE["criteria"]
    assert terms.kept(content).criteria[1].scoring and not terms.kept(content).criteria[0].scoring


def test_nothing_is_published_before_each_flag_is_let_stand(market: Market) -> None:
    made = market.submit(**BEST_VALUE)
    first, second = (one.key for one in flags(made))
    for decided in (
        lambda: None,
        lambda: decide(market, made, first),
        lambda: decide(market, made, second, stands=False),
    ):
        decided()
        with pytest.raises(GongbaoError, match="第五条第三款"):
            market.publish(made)
    assert not made.terms.exclude(published_at=None).exists()
    decide(market, made, second)  # decided again, the last counts, and both are kept
    made = market.publish(made)
    assert made.case.state == "open" and FlagDecision.objects.count() == 3
    assert [one.words for one in queries.let_stand(made)] == ["本市设有分公司", "企业性质"]


def test_what_was_decided_holds_for_the_terms_that_were_looked_at_alone(market: Market) -> None:
    made = market.submit(requirements="须在本市设有分公司")
    decide(market, made, flags(made)[0].key)
    market.desk(made, "ask_corrections", MONDAY, corrections="补充图纸")
    given = {**TERMS, "requirements": "须在本市设有分公司"}
    actions.resubmit(made, given, account=market.account, at=MONDAY, seen=seen(made))
    with pytest.raises(GongbaoError, match="第五条第三款"):
        market.publish(made)


def test_corrected_words_ask_for_nothing(market: Market) -> None:
    made = market.submit(requirements="须在本市设有分公司")
    decide(market, made, flags(made)[0].key, stands=False, reason="无法律依据")
    market.desk(made, "ask_corrections", MONDAY, corrections="删去分公司的要求")
    actions.resubmit(made, dict(TERMS), account=market.account, at=MONDAY, seen=seen(made))
    assert market.publish(made).case.state == "open" and queries.let_stand(again(made)) == []


@pytest.mark.parametrize(("change", "words"), [
    ({"key": "requirements:99:size"}, "no such words"), ({"reason": " "}, "needed"),
])  # fmt: skip
def test_a_decision_that_cannot_be_kept_is_refused_in_words(market: Market, change: dict[str, Any], words: str) -> None:
    made = market.submit(requirements="须在本市设有分公司")
    with pytest.raises(GongbaoError, match=words):
        decide(market, made, **{"key": flags(made)[0].key, **change})
    assert not FlagDecision.objects.exists()


def test_whoever_acts_for_the_owner_lets_nothing_stand(market: Market) -> None:
    made = market.submit(requirements="须在本市设有分公司")
    clerk = market.parties.people["operator-clerk"]
    add_member(market.owner, clerk, since=MONDAY.date(), actor=KEEPER, at=MONDAY)
    with pytest.raises(GongbaoError, match="does not review the form"):
        decide(market, made, flags(made)[0].key)


def test_the_operator_decides_on_its_page_and_everybody_reads_why(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    made = market.submit(**BEST_VALUE)
    client = signed_in(market.parties.people["operator-clerk"])
    text = page(client, "purchase_at_desk", made.uuid)
    assert "权重30%" in text and "权重10%" in text and "第五条第三款" in text
    address = reverse("market:decide_flag", args=[made.uuid])
    keys = [one.key for one in flags(made)]
    assert client.post(address, {"flag": keys[0], "reason": "x"}).status_code == 400  # no verdict
    refused = client.post(reverse("market:publish_notice", args=[made.uuid]), {"seen": seen(made)})
    assert refused.status_code == 400 and "第五条第三款" in refused.content.decode()
    for key in keys:
        assert client.post(address, {"flag": key, "verdict": "stands", "reason": "须现场值守"}).status_code == 302
    assert "须现场值守" in page(signed_in(market.account), "owner_purchase", made.uuid)
    assert client.post(reverse("market:publish_notice", args=[made.uuid]), {"seen": seen(made)}).status_code == 302
    text = page(Client(), "notice", made.uuid)
    assert "须现场值守" in text and "在本市设有分公司的加10分" in text
    report = next(one for one in liabilities.filled(Period.of_year(2026, MONDAY)) if one.report.key == "in_notices")
    assert any("企业性质" in one.about for one in report.traces)


def test_an_auditor_and_another_desk_decide_nothing(market: Market) -> None:
    made = market.submit(requirements="须在本市设有分公司")
    address = reverse("market:decide_flag", args=[made.uuid])
    for name in ("auditor", "finance-clerk", "school"):
        answer = signed_in(market.parties.people[name]).post(address, {"flag": "x", "verdict": "stands", "reason": "x"})
        assert answer.status_code in (403, 404)
    assert not FlagDecision.objects.exists()
