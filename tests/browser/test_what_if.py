"""A change tried out in a browser: a slider moves, the sums follow, a link opens it again, with a keyboard too."""

import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from gongbao.site.what_if import populations
from tests.browser.conftest import NARROW, WIDE, looked_at
from tests.browser.test_pages import ZOOMED, dress, no_sideways_scroll

AID = "/policies/medical-assistance/what-if/"
RATE = "f.inpatient_rate[subsistence_allowance]"
FIELD = "#f-f-inpatient_rate-subsistence_allowance"
TOTAL = "#answer [data-total]"


@pytest.fixture(autouse=True)
def an_empty_library(db, monkeypatch):
    monkeypatch.setattr(populations, "PERSONS", 1_500)


def opened(page: Page, query: str = "") -> None:
    page.goto(AID + query)
    # The first who comes waits until the invented population is made.
    expect(page.locator(TOTAL).first).to_be_visible(timeout=60_000)


def total(page: Page, place: int = 0) -> Decimal:
    return Decimal(page.locator(TOTAL).nth(place).inner_text().replace(",", ""))


def slider(page: Page):
    return page.locator("[data-slider]", has=page.locator(FIELD)).locator("input[type=range]")


def test_a_move_is_answered_and_a_link_opens_it_again(page: Page, axe) -> None:
    opened(page)
    before = total(page)
    slider(page).fill("90")
    expect(page.locator(FIELD)).to_have_value("90")
    expect(page.locator(TOTAL)).not_to_have_text(f"{before:,}")
    after = total(page)
    assert after > before
    expect(page).to_have_url(re.compile(r"\?f\.inpatient_rate\[subsistence_allowance\]=90$"))
    expect(page.locator(".changes")).to_contain_text("70% → 90%")
    axe(page)
    link = page.url
    page.goto("about:blank")
    opened(page, link.partition("/what-if/")[2])
    expect(page.locator(FIELD)).to_have_value("90")
    expect(slider(page)).to_have_value("90")
    assert total(page) == after
    # Another language keeps it.
    page.get_by_role("button", name="English").click()
    expect(page.locator(FIELD)).to_have_value("90")
    assert total(page) == after


def test_two_changes_side_by_side(page: Page) -> None:
    opened(page, f"?{RATE}=90")
    kept = total(page)
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="存为方案A").click()
    expect(page.locator(TOTAL)).to_have_count(2)
    page.locator(FIELD).fill("80")
    expect(page.locator(TOTAL).nth(1)).not_to_have_text(f"{kept:,}")
    assert total(page, 0) == kept > total(page, 1)
    assert page.evaluate("window.stayed") is True
    page.get_by_role("button", name="A、B互换").click()
    expect(page.locator(FIELD)).to_have_value("90")
    assert total(page, 1) == kept
    page.get_by_role("button", name="去掉A").click()
    expect(page.locator(TOTAL)).to_have_count(1)
    assert total(page) == kept


def test_what_is_typed_is_told_where_it_is_wrong_and_back_again(page: Page) -> None:
    opened(page)
    before = page.locator(TOTAL).inner_text()
    page.locator(FIELD).fill("ninety")
    line = page.locator("#m-f-f-inpatient_rate-subsistence_allowance")
    expect(line).to_have_class(re.compile("is-wrong"))
    expect(page.locator(FIELD)).to_have_attribute("aria-invalid", "true")
    expect(page.locator(TOTAL)).to_have_text(before)
    page.locator(FIELD).fill("95")
    expect(line).to_be_empty()
    expect(page.locator(TOTAL)).not_to_have_text(before)
    page.locator("[data-slider]", has=page.locator(FIELD)).locator("[data-reset]").click()
    expect(page.locator(FIELD)).to_have_value("70")
    expect(page.locator(FIELD)).to_be_focused()
    expect(page.locator(TOTAL)).to_have_text(before)
    page.locator("input[name='r.unreferred_treatment'][value=excluded]").check()
    expect(page.locator(TOTAL)).not_to_have_text(before)
    page.get_by_role("link", name="全部恢复现行").click()
    expect(page.locator("input[name='r.unreferred_treatment'][value=as_is]")).to_be_checked()
    expect(page.locator(TOTAL)).to_have_text(before)


def test_with_the_keyboard_alone(page: Page) -> None:
    opened(page)
    before = page.locator(TOTAL).inner_text()
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(FIELD)).to_have_value("71")
    expect(slider(page)).to_have_attribute("aria-valuetext", "71 %")
    expect(page.locator(TOTAL)).not_to_have_text(before)
    expect(slider(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.type("72")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("救助总额")
    # Nobody who presses Enter keeps or drops anything.
    expect(page.locator(TOTAL)).to_have_count(1)


def test_one_question_at_a_time_and_the_last_one_counts(page: Page) -> None:
    opened(page)
    on_their_way, most = [0], [0]

    def begun(request) -> None:
        if "/what-if/answer/" in request.url:
            on_their_way[0] += 1
            most[0] = max(most[0], on_their_way[0])

    def ended(request) -> None:
        if "/what-if/answer/" in request.url:
            on_their_way[0] -= 1

    page.on("request", begun)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    slider(page).evaluate(
        """one => { for (let value = 50; value <= 99; value++) {
             one.value = value; one.dispatchEvent(new Event("input", { bubbles: true })) } }"""
    )
    expect(page).to_have_url(re.compile("=99$"))
    expect(page.locator(".changes")).to_contain_text("99%")
    assert most[0] == 1


def test_who_moves_too_much_keeps_what_was_answered(page: Page, settings, console_allowed) -> None:
    opened(page)
    before = page.locator(TOTAL).inner_text()
    console_allowed.append("429")
    cache.clear()
    settings.GONGBAO_API_LIMIT = 1
    for number in range(12):
        with page.expect_response(lambda response: "/what-if/answer/" in response.url) as told:
            slider(page).fill(str(80 + number))
        if told.value.status == 429:
            break
    expect(page.locator("#answer [role=alert]")).to_be_visible()
    expect(page.locator(TOTAL)).not_to_have_text(before)
    cache.clear()


def test_folds_and_divisions_stay_as_they_were_chosen(page: Page) -> None:
    opened(page)
    page.locator("#w-by").select_option(label="区县")
    expect(page.locator("#answer h2")).to_have_text("区县")
    page.locator("details[data-fold-name=curve] > summary").click()
    slider(page).fill("60")
    expect(page.locator(".changes")).to_contain_text("60%")
    expect(page.locator("#answer h2")).to_have_text("区县")
    expect(page.locator("details[data-fold-name=curve]")).to_have_attribute("open", "")
    page.locator("#w-value").select_option(label="住院救助金额")
    expect(page.locator("#answer thead th").first).to_contain_text("住院救助金额")
    expect(page.locator(FIELD)).to_have_value("60")


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large-print"])
@pytest.mark.parametrize("size", [WIDE, NARROW, ZOOMED], ids=["wide", "narrow", "200%"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_has_no_barrier(page: Page, axe, live_server, language, size, large) -> None:
    dress(page, live_server, language, large)
    page.set_viewport_size(size)
    opened(page, f"?{RATE}=80&a=1&a.{RATE}=60&f.limit[near_subsistence]=x")
    page.locator("#answer details").evaluate_all("folds => folds.forEach(fold => { fold.open = true })")
    no_sideways_scroll(page)
    if looked_at(language, size, large):
        axe(page)
    if size is NARROW:
        # The sum stays in sight while a slider is moved.
        expect(page.locator(".bar")).to_be_in_viewport()
        page.locator(FIELD).scroll_into_view_if_needed()
        expect(page.locator(".bar")).to_be_in_viewport()


def test_on_paper_stand_the_changes_and_what_they_come_to(page: Page) -> None:
    opened(page, f"?{RATE}=80")
    page.emulate_media(media="print")
    expect(page.locator(".controls")).to_be_hidden()
    expect(page.locator(".changes")).to_be_visible()
    expect(page.locator(".sums")).to_be_visible()


def test_without_script_the_form_does_it(browser, live_server, page: Page) -> None:
    opened(page)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="zh-CN")
    plain = context.new_page()
    plain.goto(AID)
    before = total(plain)
    plain.locator(FIELD).fill("90")
    plain.locator(".controls button.main").click()
    expect(plain).to_have_url(re.compile(r"\?f\.inpatient_rate\[subsistence_allowance\]=90$"))
    assert total(plain) > before
    expect(plain.locator("input[type=range]").first).to_be_hidden()
    context.close()
