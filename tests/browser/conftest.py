"""Pages as a person meets them: a headless Chromium on the site as it is served."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from tests import rig

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"

# A page is tried at these widths; heights are those of common screens.
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}


def looked_at(language: str, size: dict[str, int], large: bool) -> bool:
    """Whether a page is searched for barriers in this dress: each two of language, width and print meet in one of them.

    The search costs more than all else in the browser, and what is wrong in a dress is wrong in a pair of these.
    """
    return large == ((language == "en") != (size == NARROW))


def fits(page: Page) -> None:
    """Nothing stands beside the window of the page that is loading or stands there, narrow or wide."""
    page.wait_for_load_state()
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        # The frames of tables are measured anew a moment after the window changed.
        page.wait_for_function("width => document.documentElement?.scrollWidth <= width", arg=size["width"])


def seat(page: Page, account: Any, address: str) -> None:
    """The browser is that account's from now on, at the site of that address; with None it is nobody's."""
    from django.conf import settings
    from django.test import Client

    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies(name=name)
    if account is not None:
        client = Client()
        client.force_login(account)
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    rig.need("chromium")
    # Playwright's plain interface keeps an event loop open in this thread, and Django refuses to ask the database
    # beside one. Nothing on that loop touches the database, so the refusal is lifted while the loop is there, and
    # stands for every other test: the browser tests run last.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=rig.chromium(),
                args=[
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            )
            yield chromium
            chromium.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def console_allowed() -> list[str]:
    """Pieces of console errors that this test expects: `console_allowed.append("404")` before visiting such a page."""
    return []


@pytest.fixture
def page(browser: Browser, live_server, console_allowed: list[str]) -> Iterator[Page]:
    """A page at 1280 px, in Chinese; `page.goto("/")` is the live server's.

    The test fails when the console shows an error, a script throws, or anything is asked of another host. For a
    narrow screen: `page.set_viewport_size(NARROW)`, from tests.browser.conftest.
    """
    own = urlsplit(live_server.url).netloc
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(piece in message.text for piece in console_allowed):
            wrong.append(f"console: {message.text} ({message.location.get('url', '')})")

    def foreign(route: Route) -> None:
        wrong.append(f"asked another host: {route.request.url}")
        route.abort()

    context = browser.new_context(base_url=live_server.url, viewport=WIDE, locale="zh-CN")
    context.route(lambda url: urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != own, foreign)
    context.on("console", heard)
    context.on("weberror", lambda error: wrong.append(f"script: {error.error}"))
    yield context.new_page()
    context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails when the page as it stands has a serious or critical barrier."""
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        page.wait_for_load_state()
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        # Nothing found on nothing looked at would pass too.
        assert found["passes"], f"axe found nothing to look at on {page.url}"
        bad = [
            f"{violation['impact']}: {violation['id']}: {violation['help']}: {node['target']} {node['html'][:200]}"
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert not bad, f"barriers on {page.url}:\n" + "\n".join(bad)

    return check


@pytest.fixture(scope="session")
def look(axe: Callable[[Page], None]) -> Callable[[Page], None]:
    """`look(page)` fails when the page does not fit its window, narrow or wide, or has a barrier."""

    def see(page: Page) -> None:
        fits(page)
        axe(page)

    return see
