"""A contract from its signing to a complaint that it is not paid, as its parties and the office meet it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import seat

PDF = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 contract"}


@pytest.fixture
def parties(transactional_db: None, settings: Any, tmp_path: Path) -> Any:
    from tests.systems.intermediary_market.awarded import set_limit
    from tests.systems.intermediary_market.parties import open_market

    settings.MEDIA_ROOT = tmp_path
    made = open_market()
    set_limit()
    return made


@pytest.fixture
def sit(page: Page, parties: Any, live_server: Any) -> Callable[[str], Page]:
    """`sit("agency-1")`: the browser is that person's from now on; `sit("")` is nobody's."""

    def sit_down(name: str) -> Page:
        seat(page, parties.people[name] if name else None, live_server.url)
        return page

    return sit_down


def send(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def test_a_contract_is_signed_filed_and_seen_by_everybody(
    sit: Callable[[str], Page], parties: Any, look: Callable[[Page], None], console_allowed: list[str]
) -> None:
    from tests.systems.intermediary_market.awarded import award

    console_allowed.append("400 (Bad Request)")
    now = timezone.now()
    contract = award(parties, confirmed=now - timedelta(days=30), issued=now - timedelta(hours=2))
    address = f"/market/contracts/{contract.uuid}/"
    page = sit("agency-1")
    page.goto("/market/contracts/mine/")
    look(page)
    page.get_by_role("link", name="水土保持方案技术评审").click()
    look(page)
    page.get_by_role("link", name="签订合同", exact=True).click()
    look(page)
    page.get_by_label("约定的完成日期").fill(f"{now + timedelta(days=30):%Y-%m-%d}")
    page.get_by_label("约定的服务范围").fill("编制并评审水土保持方案")
    page.get_by_label("开票后付款期限（日）").fill("30")
    send(page, "签订合同")
    # The contract itself was forgotten; what was typed is still there.
    expect(page.locator(".notice.wrong").first).to_be_visible()
    look(page)
    page.get_by_label("合同文本").set_input_files([PDF])
    send(page, "签订合同")
    expect(page.locator(".casehead-state")).to_contain_text("履行中")
    page.get_by_role("link", name="备案并公示", exact=True).click()
    page.get_by_label("备案文本（全文）").set_input_files([PDF])
    page.locator("input[type=file]").nth(1).set_input_files([{**PDF, "name": "公示.pdf"}])
    page.get_by_label("是", exact=True).check()
    send(page, "备案并公示")
    look(page)
    page = sit("")
    page.goto("/market/contracts/")
    look(page)
    page.get_by_role("link", name="水土保持方案技术评审").click()
    assert page.url.endswith(address)
    look(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="公示.pdf").click()
    assert Path(download.value.path()).read_bytes() == PDF["buffer"]


def test_one_button_complains_that_it_is_not_paid(
    sit: Callable[[str], Page], parties: Any, look: Callable[[Page], None]
) -> None:
    from tests.systems.intermediary_market.awarded import play

    now = timezone.now()
    issued = now - timedelta(days=80)
    one = play(parties, confirmed=now - timedelta(days=110), issued=issued)
    one.signed(issued + timedelta(days=1), deliver_by=(now - timedelta(days=40)).date()).filed(issued)
    one.accepted(now - timedelta(days=60)).invoiced(now - timedelta(days=58))
    address = f"/market/contracts/{one.contract.uuid}/"
    for name in ("school", "operator-clerk", "auditor"):
        page = sit(name)
        page.goto(address)
        expect(page.get_by_role("heading", name="付款已逾期")).to_be_visible()
        look(page)
    page = sit("operator-clerk")
    page.goto("/market/contracts/desk/?overdue=contract_payment")
    expect(page.get_by_role("link", name="水土保持方案技术评审")).to_be_visible()
    look(page)
    page = sit("agency-1")
    page.goto(address)
    send(page, "投诉拖欠服务费用")
    receipt = page.locator("dd.receipt").first.inner_text().strip()
    page = sit("reform-clerk")
    page.goto("/desk/")
    page.get_by_role("row").filter(has_text=receipt).get_by_role("link").first.click()
    page.locator("a[href$='/evidence/']").click()
    expect(page.locator("main")).to_contain_text("清单与存证摘要一致")
    look(page)
    page = sit("school")
    page.goto(f"/market/complaints/about/contract/{one.contract.uuid}/")
    look(page)


def test_instalments_are_typed_corrected_and_shown(
    sit: Callable[[str], Page], parties: Any, look: Callable[[Page], None], console_allowed: list[str]
) -> None:
    from tests.systems.intermediary_market.awarded import award

    console_allowed.append("400 (Bad Request)")
    now = timezone.now()
    contract = award(parties, confirmed=now - timedelta(days=30), issued=now - timedelta(hours=2))
    page = sit("agency-1")
    page.goto(f"/market/contracts/{contract.uuid}/step/contract_sign/")
    page.get_by_label("约定的完成日期").fill(f"{now + timedelta(days=30):%Y-%m-%d}")
    page.get_by_label("约定的服务范围").fill("编制并评审水土保持方案")
    page.get_by_label("开票后付款期限（日）").fill("30")
    page.get_by_label("合同文本").set_input_files([PDF])
    # The lines stay folded until somebody wants them; they open with the keyboard.
    expect(page.get_by_label("第1期的名称")).to_be_hidden()
    page.locator("summary").filter(has_text="分期交付和付款").press("Enter")
    for number, (title, sum_, condition) in enumerate(
        (("预付款", "30%", "advance"), ("报告", "60%", "delivery")), start=1
    ):
        page.get_by_label(f"第{number}期的名称").fill(title)
        page.get_by_label(f"第{number}期的金额或者比例").fill(sum_)
        page.get_by_label(f"第{number}期的付款条件").select_option(condition)
    send(page, "签订合同")
    expect(page.locator("details .wrong").first).to_contain_text("各期合计72,000.00元")
    expect(page.get_by_label("第2期的名称")).to_have_value("报告")
    look(page)
    page.get_by_label("第3期的名称").fill("质保金")
    page.get_by_label("第3期的金额或者比例").fill("10%")
    page.get_by_label("第3期的付款条件").select_option("retention")
    page.get_by_label("合同文本").set_input_files([PDF])
    send(page, "签订合同")
    rows = page.locator("#parts ~ div tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("24,000.00")
    look(page)


def test_what_one_party_says_of_secrecy_the_other_answers_and_either_lifts_it(
    sit: Callable[[str], Page], parties: Any, look: Callable[[Page], None], console_allowed: list[str]
) -> None:
    from tests.systems.intermediary_market.awarded import play

    console_allowed.append("400 (Bad Request)")
    now = timezone.now()
    one = play(parties, confirmed=now - timedelta(days=30), issued=now - timedelta(days=2))
    one.signed(now - timedelta(days=1), deliver_by=(now + timedelta(days=30)).date())
    address = f"/market/contracts/{one.contract.uuid}/"
    page = sit("agency-1")
    page.goto(address)
    page.get_by_role("link", name="提出依法保密，不备案公示", exact=True).click()
    expect(page.locator("main")).to_contain_text("在此之前备案期限照常计算")
    page.get_by_label("依法应当保密的依据").fill("商业秘密")
    look(page)
    send(page, "提出依法保密，不备案公示")
    expect(page.locator(".barred").filter(has_text="提出的一方不能自己同意")).to_be_visible()
    look(page)
    page = sit("school")
    page.goto(address)
    expect(page.locator(".steps-next")).to_contain_text("中选中介机构提出的依据：商业秘密")
    look(page)
    page.get_by_role("link", name="确认依法保密，不备案公示", exact=True).click()
    expect(page.get_by_label("依法应当保密的依据")).to_have_value("商业秘密")
    send(page, "确认依法保密，不备案公示")
    page.get_by_role("link", name="不再依法保密，恢复备案公示", exact=True).click()
    page.get_by_label("理由").fill("不属于依法应当保密的合同")
    look(page)
    send(page, "不再依法保密，恢复备案公示")
    expect(page.locator(".notice").filter(has_text="应当备案并公示")).to_be_visible()
    # The sum is raised by its owner, and by nobody else.
    page = sit("agency-1")
    page.goto(address)
    page.get_by_role("link", name="备案并公示", exact=True).click()
    page.get_by_label("备案文本（全文）").set_input_files([PDF])
    page.locator("input[type=file]").nth(1).set_input_files([{**PDF, "name": "公示.pdf"}])
    page.get_by_label("是", exact=True).check()
    send(page, "备案并公示")
    page.get_by_role("link", name="变更合同", exact=True).click()
    page.get_by_label("合同金额（元）").fill("499999")
    page.get_by_label("变更的内容和原因").fill("增加断面")
    page.get_by_label("补充协议").set_input_files([PDF])
    send(page, "变更合同")
    expect(page.locator(".notice.wrong").first).to_contain_text("提高合同金额的变更由项目业主记录")
    look(page)


def test_of_private_funds_one_party_proposes_to_file_it_and_the_other_agrees(
    sit: Callable[[str], Page], parties: Any, look: Callable[[Page], None]
) -> None:
    from tests.systems.intermediary_market.awarded import play

    now = timezone.now()
    one = play(parties, fund="private", confirmed=now - timedelta(days=30), issued=now - timedelta(days=2))
    one.signed(now - timedelta(days=1), deliver_by=(now + timedelta(days=30)).date())
    page = sit("school")
    page.goto(f"/market/contracts/{one.contract.uuid}/")
    page.get_by_role("link", name="提出备案", exact=True).click()
    page.get_by_label("约定的备案日期").fill(f"{now + timedelta(days=5):%Y-%m-%d}")
    look(page)
    send(page, "提出备案")
    page = sit("agency-1")
    page.goto(f"/market/contracts/{one.contract.uuid}/")
    expect(page.locator(".barred").filter(has_text="双方已约定备案")).to_be_visible()
    look(page)
    page.get_by_role("link", name="约定备案", exact=True).click()
    expect(page.get_by_label("约定的备案日期")).to_have_value(f"{now + timedelta(days=5):%Y-%m-%d}")
    look(page)
    send(page, "约定备案")
    expect(page.get_by_role("link", name="备案并公示", exact=True)).to_be_visible()
