"""A purchase of a county, as its desk, the city's operator and everybody meet it.

Registrations, offers and their opening are the same as of the city (test_market_browser.py), and done by actions.
"""

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.test_market_browser import Scene, confirmed_and_published, scene

__all__ = ["scene"]


def test_a_selection_of_a_county_at_its_own_desk(scene: Scene) -> None:
    from gongbao.systems.intermediary_market.sealing.envelopes import Part
    from tests.systems.intermediary_market import test_counties as counties
    from tests.systems.intermediary_market.buying import ENDS, SELECTION, market_there

    counties.keep_city()
    scene.market = county = counties.of_east(market_there())
    scene.on("2026-03-02 09:30")
    purchase = county.submit()

    # The city's operator reads it and may do nothing; the desk of the county publishes it.
    page = scene.visit(f"/market/purchases/{purchase.uuid}/", "city-clerk")
    expect(page.locator("main")).to_contain_text("本采购由东岭县政务服务中心办理，此处仅供查看。")
    expect(page.get_by_role("button", name="发布公告")).to_have_count(0)
    scene.look()
    scene.visit("/market/purchases/", "operator-clerk")
    page.get_by_role("link", name="教学楼安全鉴定").click()
    scene.look()
    page.get_by_role("button", name="发布公告").click()
    scene.visit(f"/market/notices/{purchase.uuid}/", "")
    expect(page.locator("main")).to_contain_text("东岭县政务服务中心")
    scene.look()

    purchase = counties.again(purchase)
    county.register(purchase, (0, 1), ("500", "400"))
    purchase = county.open(county.close(purchase), Part.REGISTRATION, ENDS + timedelta(hours=9))
    purchase = county.open(county.checked(purchase), Part.OFFER, SELECTION)
    county.settle(purchase)
    scene.on("2026-03-11 10:00")
    confirmed_and_published(scene, purchase.uuid, county.parties.agencies[1].name)
