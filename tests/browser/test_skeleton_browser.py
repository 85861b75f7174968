"""The rig of the browser tests itself: it sees what it must see."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect


def test_the_first_page_opens_and_the_database_can_be_asked_beside_it(page, axe):
    answer = page.goto("/")
    assert answer.status == 200
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert get_user_model().objects.count() == 0
    axe(page)


def test_axe_fails_on_a_barrier(page, axe):
    page.goto("/")
    page.evaluate("document.body.innerHTML = '<main><button></button></main>'")
    with pytest.raises(AssertionError, match="critical: button-name"):
        axe(page)


def test_an_inline_script_does_not_run(page, console_allowed):
    console_allowed.append("Content Security Policy")
    page.goto("/")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s)"
    )
    assert page.evaluate("window.ran") is None
