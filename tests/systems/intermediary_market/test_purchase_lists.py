"""Lists of purchases look into the terms, which each database keeps in its own way: these tests run on both."""

import pytest

from gongbao.systems.intermediary_market.purchases import actions, queries
from gongbao.systems.intermediary_market.purchases.limit import spent
from tests.systems.intermediary_market.buying import MONDAY, SELECTION, Market, again, buying_market


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def test_notices_are_found_by_what_they_say_and_how_they_stand(market: Market) -> None:
    market.submit(project_name="尚未发布")
    one = market.published(project_name="图书馆测绘")
    other = market.announced(project_name="食堂鉴定")
    assert [found.project_name for found in queries.public_notices()] == ["食堂鉴定", "图书馆测绘"]
    assert list(queries.public_notices(words="馆测")) == [one]
    assert list(queries.public_notices(words="安全鉴定")) == [other, one]  # the service
    assert list(queries.public_notices(words="100%")) == []
    assert list(queries.public_notices(group="running")) == [one]  # its registration ended, too
    assert list(queries.public_notices(group="awarded", way="lowest_price", fund="public")) == [other]
    assert [found.project_name for found in queries.public_awards()] == ["食堂鉴定"]
    assert {found.project_name for found in queries.at_desk()} == {"尚未发布", "图书馆测绘", "食堂鉴定"}
    assert {found.project_name for found in queries.purchases_of(market.owner)} == {
        "尚未发布",
        "图书馆测绘",
        "食堂鉴定",
    }
    first = market.parties.agencies[0]
    assert [found.purchase for found in queries.registrations_of([first])] == [other]


def test_a_result_that_was_passed_on_is_public_only_when_it_is_published_anew(market: Market) -> None:
    made = market.announced(after_abandonment="next_in_rank")
    assert queries.result_is_public(made)
    actions.give_back(made, "人手不足", acting=actions.as_agency(market.parties.people["agency-1"]), at=SELECTION)
    made = again(made)
    assert made.case.state == "selected" and not queries.result_is_public(made)
    market.desk(market.owner_step(made, "confirm"), "publish_award")
    assert queries.result_is_public(made)


def test_two_purchases_of_an_owner_share_the_limit_on_both_databases(market: Market) -> None:
    made = market.submit(MONDAY, budget="250000")
    assert spent(market.owner, 2026) == [{"item": "FW-01", "budget_year": "2026", "amount": "250000.00"}]
    market.owner_step(made, "withdraw_purchase", MONDAY, reason="不再需要")
    assert spent(market.owner, 2026) == []
