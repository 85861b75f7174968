"""The pages of ratings, conduct and liabilities in a browser: narrow and wide, without barriers, with the keyboard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import seat


@pytest.fixture
def scene(transactional_db: None) -> Any:
    from tests.systems.intermediary_market import test_ratings as play_it
    from tests.systems.intermediary_market.awarded import play, set_limit
    from tests.systems.intermediary_market.parties import open_market

    parties = open_market()
    set_limit()
    contract = play(parties).signed().filed().accepted()
    play_it.verified(parties, "b3", 0)
    told = play_it.propose(parties, "c3", 0)
    play_it.take(parties, told, "conduct_notify", timezone.now())
    return parties, contract, told


def sit(page: Page, live_server: Any, account: Any) -> None:
    """The browser is that person's from now on."""
    page.context.clear_cookies()
    seat(page, account, live_server.url)


def look_at(page: Page, look: Callable[[Page], None], address: str) -> None:
    page.goto(address)
    look(page)


def test_ratings_and_conduct_as_each_party(
    page: Page, live_server: Any, look: Callable[[Page], None], scene: Any
) -> None:
    parties, played, told = scene
    sit(page, live_server, parties.account_of(parties.owners[0]))
    look_at(page, look, f"/market/ratings/give/{played.contract.uuid}/")
    for key in ("quality", "timeliness", "attitude", "fees", "conduct"):
        page.locator(f"[name=v-{key}]").fill("90")
    page.locator("button.main").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("90.00")).to_be_visible()
    look_at(page, look, "/market/ratings/give/")

    sit(page, live_server, parties.account_of(parties.agencies[0]))
    look_at(page, look, "/market/conduct/")
    look_at(page, look, f"/market/conduct/{told.uuid}/")
    look_at(page, look, f"/market/conduct/{told.uuid}/step/conduct_state/")
    page.locator("[name=v-statement]").fill("总机号码，两家同在一楼。")
    page.locator("button.main").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("总机号码，两家同在一楼。")).to_be_visible()

    sit(page, live_server, parties.people["operator-clerk"])
    look_at(page, look, "/market/conduct/desk/")
    look_at(page, look, "/market/conduct/desk/propose/")
    sit(page, live_server, parties.people["auditor"])
    look_at(page, look, "/market/liabilities/?year=2026")

    page.context.clear_cookies()
    look_at(page, look, "/market/ratings/?year=2026")
    page.get_by_role("link", name=parties.agencies[0].name).click()
    expect(page.get_by_text("90.00")).to_have_count(2)
    look_at(page, look, f"/market/ratings/{parties.agencies[0].uuid}/")


@pytest.fixture
def parties(transactional_db: None) -> Any:
    from tests.systems.intermediary_market.parties import open_market

    return open_market()


def test_what_the_aspects_weigh_is_set_from_a_day_on(
    page: Page, live_server: Any, look: Callable[[Page], None], parties: Any, console_allowed: list[str]
) -> None:
    console_allowed.append("400 (Bad Request)")
    sit(page, live_server, parties.people["operator-head"])
    page.goto("/market/ratings/weights/")
    weights = {"quality": "40", "timeliness": "20", "attitude": "10", "fees": "20", "conduct": "20"}
    day = timezone.localdate() + timedelta(days=10)
    for key, value in {**weights, "since": f"{day}", "ground": "云澜市政务函〔2026〕9号"}.items():
        page.locator(f"[name=v-{key}]").fill(value)
    page.locator("form.form button.main").click()
    expect(page.locator("main")).to_contain_text("五项权重合计110，应为100")
    expect(page.locator("[name=v-ground]")).to_have_value("云澜市政务函〔2026〕9号")
    look(page)
    page.locator("[name=v-conduct]").fill("10")
    page.locator("form.form button.main").click()
    page.context.clear_cookies()
    page.goto("/market/ratings/weights/")
    row = page.get_by_role("row").filter(has_text=f"{day}")
    expect(row).to_contain_text("40%")
    expect(page.locator("form.form")).to_have_count(0)
    look(page)
