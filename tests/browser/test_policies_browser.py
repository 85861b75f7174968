"""A case worked out in a browser: rows, the result at once, the same case from a link, another language."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW

PAGE = "/policies/outpatient-pooling/"


@pytest.fixture(autouse=True)
def an_empty_library(db):
    return None


def test_a_case_from_typing_to_a_link_and_back(page: Page, live_server, axe) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(PAGE)
    page.locator("#f-year").fill("2023")
    page.locator("#f-status").select_option("active")
    page.get_by_role("button", name="增加一行").click()
    expect(page.locator("#f-visits-1-date")).to_be_focused()
    page.locator("#f-visits-1-date").fill("2023-03-01")
    page.locator("#f-visits-1-in_scope_cost").fill("-5")
    expect(page.locator("#m-f-visits-1-in_scope_cost")).to_have_class(re.compile("is-wrong"))
    page.locator("#f-visits-1-in_scope_cost").fill("500")
    page.locator("#f-visits-1-institution").fill("某医院")
    page.locator("#f-visits-1-level").select_option("primary")
    for name, value in (("designated", "true"), ("settled_directly", "true")):
        page.locator(f"#f-visits-1-{name}").select_option(value)
    for name in ("during_inpatient_stay", "suspended"):
        page.locator(f"#f-visits-1-{name}").select_option("false")
    page.locator("form#case button.main").click()
    expect(page.locator("#result")).to_be_focused()
    values = page.locator("#result .values").inner_text()
    assert "缺少" not in values
    link = page.evaluate("location.origin + location.pathname")
    page.evaluate("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }")
    page.locator("[data-link]").click()
    copied = str(page.evaluate("window.copied"))
    assert copied.startswith(f"{link}#case=")
    axe(page)
    # Another language keeps what was typed.
    page.get_by_role("button", name="English").click()
    expect(page.locator("#f-visits-0-in_scope_cost")).to_have_value("500")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("#f-visits-0-in_scope_cost")).to_have_value("500")
    page.goto("about:blank")
    page.goto(copied)
    expect(page.locator("#f-visits-0-institution")).to_have_value("某医院")
    expect(page.locator("#result .values")).to_have_text(re.compile("限额"))
    assert page.locator("#result .values").inner_text() == values
    # The picture is all on a telephone's screen, with what is written in it.
    page.set_viewport_size(NARROW)
    for part in (".picture svg", ".picture text >> text=年度限额"):
        box = page.locator(part).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= NARROW["width"], part
    assert not any("?" in url.partition("#")[0] for url in asked if "/policies/" in url)


@pytest.mark.parametrize("lost", ["cut", "broken"])
def test_a_link_of_which_something_was_lost_says_so(page: Page, lost: str, axe) -> None:
    held = base64.urlsafe_b64encode(b'{"facts": {"year": "2023"}, "readings": {}, "as_if": false}').decode()
    page.goto(f"{PAGE}#case={held.rstrip('=')[:-9] if lost == 'cut' else 'abc%%%'}")
    expect(page.get_by_role("alert").filter(has_text="链接不完整")).to_be_visible()
    axe(page)
    # The whole link, put into the same window, opens the case, and the words are gone.
    page.evaluate(f"location.hash = 'case={held.rstrip('=')}'")
    expect(page.locator("#f-year")).to_have_value("2023")
    expect(page.locator("#broken-link")).to_be_hidden()


def test_pressing_the_button_asks_once_and_leaves_what_was_opened_open(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/compute/") else None)
    page.goto("/policies/hospital-bears/")
    page.locator("#f-level").select_option("tertiary")
    page.locator("#f-out_of_scope_cost").fill("1000.01")
    page.locator("#f-on").fill("2022-06-01")
    page.locator("#f-total_cost").fill("10000")
    expect(page.locator("#result .values")).to_contain_text("0.01")
    page.locator("#result details.why > summary").click()
    asked.clear()
    page.locator("#f-total_cost").fill("9000")
    page.locator("form#case button.main").click()
    expect(page.locator("#result .values")).to_contain_text("100.01")
    expect(page.locator("#result")).to_be_focused()
    page.wait_for_timeout(1000)  # more than a field that is typed into waits
    assert len(asked) == 1
    expect(page.locator("#result")).to_be_focused()
    expect(page.locator("#result details.why")).to_have_attribute("open", "")
    expect(page.locator("#said")).to_contain_text("定点医疗机构承担 100.01 元")


def test_a_record_is_a_list_of_named_fields_on_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(PAGE)
    page.get_by_role("button", name="增加一行").click()
    field = page.get_by_role("textbox", name="2 政策范围内门诊费用 (元)")
    expect(field).to_have_id("f-visits-1-in_scope_cost")
    edges = field.evaluate("one => [one.getBoundingClientRect().left, one.getBoundingClientRect().right]")
    assert 0 <= edges[0] < edges[1] <= NARROW["width"]


def test_what_was_typed_is_there_again_after_another_page(page: Page) -> None:
    page.goto("/policies/hospital-bears/")
    page.locator("#f-total_cost").fill("10000")
    # The library of this test is empty, so the page links to no clause: any link of its own does as well.
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<a id=away href=\"/policies/\">a</a>')"
    )
    page.locator("#away").click()
    expect(page).to_have_url(re.compile(r"/policies/$"))
    page.go_back()
    expect(page.locator("#f-total_cost")).to_have_value("10000")
    page.goto("/policies/hospital-bears/")
    expect(page.locator("#f-total_cost")).to_have_value("")
