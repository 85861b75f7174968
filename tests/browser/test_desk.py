"""A complaint from the counter to its publication, as those who work on it and whoever brought it meet it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import seat

FACTS = "合同约定之外另收资料费八百元。"


@pytest.fixture
def office(transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from gongbao.core.labels import Label
    from gongbao.office.cases import types
    from gongbao.office.cases.types import CaseType, Routed
    from tests.cases.office import open_office

    settings.MEDIA_ROOT = tmp_path
    made = open_office()
    known = types.case_type("market_complaint")
    there = CaseType(
        known.procedure, known.party_name, known.party_contact, known.summary,
        route=lambda values: Routed(made.market, Label("测试", "a test")),
        wordings=known.wordings, letter_values=known.letter_values, letter_codes=known.letter_codes,
    )  # fmt: skip
    monkeypatch.setitem(types._types, "market_complaint", there)
    return made


@pytest.fixture
def sit(page: Page, office: Any, live_server: Any) -> Callable[[str], Page]:
    """`sit("clerk")`: the browser is that person's from now on; `sit("")` is nobody's."""

    def sit_down(name: str) -> Page:
        seat(page, office.people[name] if name else None, live_server.url)
        return page

    return sit_down


def step(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def send(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def test_a_complaint_from_the_counter_to_its_publication(
    sit: Callable[[str], Page], look: Callable[[Page], None], console_allowed: list[str]
) -> None:
    # A form with nothing in it is sent on purpose.
    console_allowed.append("400 (Bad Request)")

    # Somebody stands at the counter.
    page = sit("counter")
    page.goto("/counter/")
    look(page)
    step(page, "提出投诉")
    look(page)
    send(page, "提出投诉")
    expect(page.locator(".notice.wrong")).to_contain_text("需要更正")
    look(page)
    page.get_by_label("居民身份证").check()
    page.get_by_label("投诉事项").select_option("fees")
    page.get_by_label("中介机构").check()
    page.get_by_label("被投诉主体名称").fill("云岭测绘有限公司")
    page.get_by_label("投诉事实和请求").fill(FACTS)
    page.get_by_label("投诉人姓名或者名称").fill("纪小满")
    page.get_by_label("证据材料").set_input_files(
        [{"name": "账单.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 bill"}]
    )
    send(page, "提出投诉")
    receipt, secret = (one.strip() for one in page.locator("dd.receipt").all_inner_texts())
    look(page)
    with page.expect_download() as download:
        send(page, "下载回执（PDF）")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert receipt not in page.url and secret not in page.url

    # The clerk takes it, and asks for a correction.
    page = sit("clerk")
    page.goto("/desk/")
    look(page)
    page.get_by_role("button", name=f"领取{receipt}").click()
    expect(page.locator(".notice")).to_contain_text("本件已由您办理")
    page.get_by_role("link", name="服务收费和价格行为").click()
    look(page)
    expect(page.locator(".caseline")).to_contain_text(FACTS)
    with page.expect_download() as download:
        page.get_by_role("link", name="账单.pdf").click()
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.7 bill"
    step(page, "要求补正材料")
    page.get_by_label("需要补正的内容").fill("请提供服务合同复印件。")
    page.get_by_label("补正期限").fill(timezone.localdate().replace(year=2090, day=1).isoformat())
    look(page)
    send(page, "要求补正材料")
    expect(page.locator(".state")).to_have_text("待补正")
    page.get_by_role("link", name="登记送达").click()
    page.get_by_label("送达日期").fill(timezone.localdate().isoformat())
    page.get_by_label("直接送达").check()
    send(page, "送达")
    expect(page.locator(".letters")).to_contain_text("送达")

    # Whoever brought it follows it on the page, and corrects it.
    page = sit("")
    page.goto("/follow/")
    look(page)
    page.get_by_label("回执编号").fill(receipt.lower())
    page.get_by_label("查询密码").fill(secret)
    send(page, "查询")
    expect(page.locator(".caseline")).to_contain_text("请提供服务合同复印件。")
    look(page)
    step(page, "补正材料")
    page.get_by_label("补正内容").fill("补交服务合同一份。")
    look(page)
    send(page, "补正材料")
    expect(page.locator(".state")).to_have_text("待受理")
    assert receipt not in page.url
    send(page, "关闭本件")
    expect(page.get_by_label("查询密码")).to_be_visible()

    # It is accepted, decided and signed.
    page = sit("clerk")
    page.goto("/desk/")
    page.get_by_role("link", name="服务收费和价格行为").click()
    case = page.url
    step(page, "受理")
    send(page, "受理")
    expect(page.locator(".state")).to_have_text("办理中")
    step(page, "作出处理决定")
    page.get_by_label("投诉属实").check()
    page.get_by_label("查明的事实").fill("收费与公示不符。")
    page.get_by_label("处理决定和依据").fill("退还多收的费用。")
    look(page)
    send(page, "提交审批")
    expect(page.locator(".proposal")).to_contain_text("科室负责人")
    for name in ("section-head", "deputy"):
        page = sit(name)
        page.goto("/desk/opinions/")
        look(page)
        page.get_by_role("link", name="服务收费和价格行为").click()
        page.get_by_label("意见").fill("同意。")
        look(page)
        send(page, "同意")
        expect(page.locator(".notice")).to_contain_text("您的意见已记录")

    # The letter is printed, served, and the decision published.
    page = sit("clerk")
    page.goto(case)
    expect(page.locator(".state")).to_have_text("已作出处理决定")
    with page.expect_download() as download:
        page.get_by_role("link", name="投诉处理决定书 PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.locator(".letters li", has_text="投诉处理决定书").get_by_role("link", name="登记送达").click()
    expect(page.get_by_label("投诉处理决定书")).to_be_checked()
    page.get_by_label("送达日期").fill(timezone.localdate().isoformat())
    page.get_by_label("直接送达").check()
    send(page, "送达")
    step(page, "公布处理决定")
    page.get_by_label("公布的内容").fill("投诉属实，责令退还多收的费用。")
    send(page, "公布处理决定")
    expect(page.locator(".state")).to_have_text("已办结")
    look(page)


def test_a_case_is_worked_on_by_keyboard_and_without_script(
    sit: Callable[[str], Page], office: Any, page: Page, live_server: Any
) -> None:
    from tests.cases.office import complain

    begun = complain(office, timezone.now())
    page = sit("clerk")
    page.goto(f"/cases/{begun.case.uuid}/")
    accept = page.get_by_role("link", name="受理", exact=True)
    for _ in range(60):
        page.keyboard.press("Tab")
        if accept.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/steps/accept/")
    button = page.locator("main").get_by_role("button", name="受理", exact=True)
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_text("办理中")
    cookies = page.context.cookies()
    plain = page.context.browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="zh-CN")  # type: ignore[union-attr]
    plain.add_cookies(cookies)  # type: ignore[arg-type]
    quiet = plain.new_page()
    quiet.goto(f"/cases/{begun.case.uuid}/")
    step(quiet, "撤回投诉")
    send(quiet, "撤回投诉")
    expect(quiet.locator(".state")).to_have_text("已撤回")
    plain.close()
