"""A case worked out in a browser: rows, the result at once, the same case from a link, another language."""

import re

import pytest
from playwright.sync_api import Page, expect

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
    assert not any("?" in url.partition("#")[0] for url in asked if "/policies/" in url)
