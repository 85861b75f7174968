"""A direct choice without a notice, as the owner makes it, and what finance sees of it."""

from datetime import date

from playwright.sync_api import expect

from gongbao.office.audit.actors import KEEPER
from tests.browser.test_market_browser import Scene, scene

__all__ = ["scene"]


def test_direct_choice_without_a_notice(scene: Scene, console_allowed: list[str]) -> None:
    from gongbao.systems.intermediary_market.interpretation.actions import choose_reading
    from gongbao.systems.intermediary_market.purchases import terms
    from gongbao.systems.intermediary_market.purchases.models import Purchase
    from tests.systems.intermediary_market.buying import START, TERMS, buying_market

    scene.market = market = buying_market()
    agency = market.parties.agencies[0]
    ground = "云澜市政务函〔2026〕3号"
    choose_reading("direct_choice", "without_notice", date(2026, 3, 1), ground, account=None, actor=KEEPER, at=START)
    scene.on("2026-03-11 10:00")
    page = scene.visit("/market/buying/", "school")
    page.get_by_role("link", name="不发布公告直接选取").click()
    expect(page.locator("#item")).to_be_visible()
    scene.look()
    scene.press()
    expect(page.locator("[name=v-agency]").first).to_be_visible()
    scene.look()
    told = {one.key: TERMS[one.key] for one in terms.DIRECT_FIELDS if TERMS.get(one.key)}
    console_allowed.append("400")  # the form that is refused
    page.get_by_label(agency.name).check()
    scene.fill(**told, price="79000", kinship="yes", reason="做过同类鉴定")
    scene.press()
    expect(page.locator("main")).to_contain_text("第二十二条第（二）项")
    scene.look()
    scene.fill(kinship="no")
    scene.press()
    expect(page.locator(".casehead-state")).to_contain_text("已确认")
    scene.look()
    made = Purchase.objects.get()
    scene.visit("/market/spending/", "finance-clerk")
    expect(page.locator("table")).to_contain_text("青禾学校")
    scene.look()
    assert made.case.state == "confirmed"
