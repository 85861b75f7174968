"""Lists of purchases look into the terms, which each database keeps in its own way: these tests run on both."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.cases import actions as cases
from gongbao.office.cases.queries import Due, counts, desk_of, list_cases
from gongbao.office.cases.rebuild import cache_differences
from gongbao.systems.intermediary_market.purchases import actions, queries
from gongbao.systems.intermediary_market.purchases.limit import spent
from gongbao.systems.intermediary_market.purchases.models import Purchase
from tests.systems.intermediary_market.buying import MONDAY, SELECTION, Market, again, at, buying_market


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
    desk = desk_of(market.parties.people["operator-clerk"], MONDAY.date())
    assert {found.project_name for found in queries.at_desk(desk)} == {"尚未发布", "图书馆测绘", "食堂鉴定"}
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


def test_when_something_of_a_purchase_became_public_is_kept_and_was_filled_in_for_those_before(market: Market) -> None:
    market.submit(project_name="尚未发布")
    made = market.announced(after_abandonment="next_in_rank")
    first = made.awarded_at
    actions.give_back(made, "人手不足", acting=actions.as_agency(market.parties.people["agency-1"]), at=SELECTION)
    made = market.desk(market.owner_step(again(made), "confirm"), "publish_award", at("2026-03-13 15:00"))
    assert first is not None and made.awarded_at == at("2026-03-13 15:00") > first > MONDAY
    assert made.published_at == made.public_at == MONDAY
    moments = ("published_at", "awarded_at", "public_at")
    kept = list(Purchase.objects.order_by("pk").values_list(*moments))
    assert kept[0] == (None, None, None)
    migration = import_module("gongbao.systems.intermediary_market.migrations.0018_public_since")
    with recorded("tests.migrate", actor=KEEPER, ground=OUR_RULE, at=MONDAY) as record:
        Purchase.objects.update(**dict.fromkeys(moments))
        migration.fill(apps, SimpleNamespace(connection=connection))
        record(made.subject)
    assert list(Purchase.objects.order_by("pk").values_list(*moments)) == kept


def test_two_purchases_of_an_owner_share_the_limit_on_both_databases(market: Market) -> None:
    made = market.submit(MONDAY, budget="250000")
    assert spent(market.owner, 2026) == [{"item": "FW-01", "budget_year": "2026", "amount": "250000.00"}]
    market.owner_step(made, "withdraw_purchase", MONDAY, reason="不再需要")
    assert spent(market.owner, 2026) == []


def test_a_purchase_whose_publicity_is_over_is_not_overdue(market: Market) -> None:
    """Nobody is late when a time is over that only had to pass: what waited for it may be done from then on."""
    over = market.announced().case
    late = market.submit(project_name="逾期审查").case
    now = at("2026-03-20 10:00")
    desk = desk_of(market.parties.people["operator-clerk"], date(2026, 3, 20))
    listed = {due: set(list_cases(desk, due=due, now=now)) for due in Due.ALL}
    assert listed[Due.OVERDUE] == {late} and over in listed[Due.WEEK] and over not in listed[Due.STOPPED]
    found = counts(desk, now)
    assert {due: found[due] for due in ("overdue", "today", "week")} == {"overdue": 1, "today": 0, "week": 1}
    cases.tend_due(now)
    assert set(over.reminders.values_list("kind", flat=True)) <= {"warning"}
    assert late.reminders.filter(kind="overdue").exists() and list(cache_differences()) == []
    # Of a time that ran out without a word nobody is told afterwards that it is soon due either.
    told = over.reminders.count()
    cases.tend_due(at("2026-03-25 10:00"))
    assert over.reminders.count() == told
