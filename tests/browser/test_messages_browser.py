"""The messages in a browser: barriers, widths, both languages, large print; read with the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, looked_at, seat


@pytest.fixture
def signed_in(page: Page, live_server):
    """A clerk with two messages, one of them read."""
    from gongbao.office.outbox.actions import ToAccount, mark_read
    from gongbao.office.people.models import Account
    from tests.outbox.conftest import NOW, put_up

    clerk = Account.objects.create(username="lan.ting")
    mark_read(put_up(ToAccount(clerk), 1), clerk, NOW)
    put_up(ToAccount(clerk), 2, link="/documents/")
    seat(page, clerk, live_server.url)
    return page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_has_no_barrier(signed_in, axe, live_server, language, size):
    page = signed_in
    for large in (False, True):
        cookies = {"django_language": language} | ({"print": "large"} if large else {})
        page.context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()])
        page.set_viewport_size(size)
        page.goto("/messages/")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if looked_at(language, size, large):
            axe(page)


def test_a_message_is_read_with_the_keyboard(signed_in):
    page = signed_in
    page.goto("/messages/")
    expect(page.locator(".rooms .count")).to_contain_text("1")
    page.get_by_role("button", name="标为已读：第2件").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rooms .count")).to_have_count(0)
    expect(page.locator("#count")).to_have_text("没有未读消息")
    expect(page.locator(".message-unread")).to_have_count(0)
