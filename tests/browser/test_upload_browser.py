"""Signing in and giving a gazette over, as a clerk does it: by dropping, by choosing, and without script."""

import re

import pytest
from playwright.sync_api import expect

from gongbao.office.intake.models import State, Upload
from gongbao.office.intake.worker import Worker
from gongbao.office.people.actions import keep_account
from tests.browser.conftest import NARROW, WIDE, looked_at
from tests.browser.test_pages import dress, no_sideways_scroll
from tests.site.test_upload import LIST, NOTICE

PASSWORD = "three calm herons"

DROP = """([selector, files]) => {
    const carried = new DataTransfer();
    for (const [name, text] of files) carried.items.add(new File([text], name));
    const form = document.querySelector(selector);
    for (const kind of ["dragenter", "dragover", "drop"]) {
        form.dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}));
        if (kind === "dragover" && !form.classList.contains("over")) throw new Error("the place does not show itself");
    }
}"""


@pytest.fixture
def clerk(page, live_server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    keep_account("clerk", password=PASSWORD, adds_gazettes=True)
    page.goto("/read/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/read/$"))
    page.fill("#id_username", "clerk")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("读入公报")
    # The script shows it, and from then on files can be dropped.
    expect(page.locator(".drop-here")).to_be_visible()
    return page


@pytest.fixture
def working(clerk):
    worker = Worker()
    worker.start()
    yield
    worker.stop(60)


def test_a_file_dropped_is_read_and_its_page_renews_itself(clerk, axe):
    clerk.evaluate(DROP, [".drop", [["第3期.txt", NOTICE]]])
    clerk.wait_for_url(re.compile(r"/read/[0-9a-f-]{36}/$"))
    expect(clerk.locator(".status")).to_have_text("等待读入")
    axe(clerk)
    clerk.evaluate("window.stayed = true")
    worker = Worker()
    worker.start()
    try:
        expect(clerk.locator("#was-read")).to_be_visible(timeout=60_000)
    finally:
        worker.stop(60)
    expect(clerk.locator("#told")).to_have_text(re.compile("已读入"))
    assert clerk.evaluate("window.stayed") is True
    axe(clerk)
    clerk.locator(".documents a").first.click()
    expect(clerk.locator("h1")).to_have_text("云岭市人民政府办公室关于停车的通知")


def test_several_files_dropped_lead_to_the_list(clerk, working):
    clerk.evaluate(DROP, [".drop", [["one.txt", NOTICE], ["two.txt", LIST]]])
    expect(clerk.locator(".uploads tbody tr")).to_have_count(2)
    expect(clerk).to_have_url(re.compile("/read/$"))


def test_what_is_refused_stays_to_be_read(clerk, console_allowed):
    console_allowed.append("400")
    clerk.evaluate(DROP, [".drop", [["empty.txt", ""]]])
    expect(clerk.locator(".drop-told")).to_have_text(re.compile(r"empty\.txt\s+该文件是空的"))
    expect(clerk.locator(".drop button")).to_be_enabled()
    clerk.evaluate("document.querySelector('.drop').dataset.limit = 3")
    clerk.evaluate(DROP, [".drop", [["large.txt", "much"]]])
    expect(clerk.locator(".drop-told")).to_have_text(re.compile("超过 64 MiB"))
    assert not Upload.objects.exists()


def test_a_file_can_be_taken_back_while_it_waits(clerk):
    clerk.set_input_files("#files", {"name": "a.txt", "mimeType": "text/plain", "buffer": NOTICE.encode()})
    clerk.locator(".drop button").click()
    clerk.get_by_role("button", name="取消").click()
    expect(clerk.locator(".status")).to_have_text("已取消")
    assert Upload.objects.get().state == State.CANCELLED


def test_without_script_the_form_and_a_link_do_it(browser, clerk, live_server, working):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="zh-CN")
    context.add_cookies(clerk.context.cookies())
    plain = context.new_page()
    plain.goto("/read/")
    expect(plain.locator(".drop-here")).to_be_hidden()
    plain.set_input_files("#files", {"name": "a.txt", "mimeType": "text/plain", "buffer": NOTICE.encode()})
    plain.locator(".drop button").click()
    for _ in range(120):
        if plain.locator("#was-read").count():
            break
        plain.wait_for_timeout(500)
        if plain.get_by_role("link", name="刷新").count():
            plain.get_by_role("link", name="刷新").click()
    expect(plain.locator("#was-read")).to_be_visible()
    context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_the_intake_has_a_barrier(clerk, axe, live_server, console_allowed, language, size):
    console_allowed += ["400", "403"]
    clerk.set_viewport_size(size)
    for name, content in (("第3期.txt", NOTICE.encode()), ("picture.txt", b"\x89PNG\r\n\x1a\n")):
        clerk.goto("/read/")
        clerk.set_input_files("#files", {"name": name, "mimeType": "text/plain", "buffer": content})
        clerk.locator(".drop button").click()
        clerk.wait_for_url(re.compile(r"/read/[0-9a-f-]{36}/$"))
    worker = Worker()
    worker.start()
    expect(clerk.locator(".upload-refused")).to_be_visible(timeout=60_000)
    worker.stop(60)
    urls = ["/read/", "/sign-in/", *(f"/read/{one.uuid}/" for one in Upload.objects.all())]
    for large in (False, True):
        dress(clerk, live_server, language, large)
        for url in urls:
            clerk.goto(url)
            no_sideways_scroll(clerk)
            if looked_at(language, size, large):
                axe(clerk)
