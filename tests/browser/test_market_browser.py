"""A selection of each way, from the notice to the rating, as each party meets it; a complaint about its contract."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import seat

PASSPHRASE = "a long and odd pass phrase 7"
PDF = {"name": "文本.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 paper"}


@dataclass
class Scene:
    """The market, the browser, and the clock of the site."""

    page: Page
    address: str
    patch: pytest.MonkeyPatch
    see: Callable[[Page], None]
    files: Path
    market: Any = None
    who: str = ""
    looks_at_shared: bool = False

    def on(self, moment: str) -> datetime:
        """The clock of the site stands there from now on, and the worker has come by."""
        from gongbao.office.cases.actions import tend_due
        from gongbao.systems.intermediary_market.sealing.actions import fix_due
        from tests.systems.intermediary_market.buying import at

        now = at(moment)
        self.patch.setattr("django.utils.timezone.now", lambda: now)
        tend_due(now)
        fix_due(now)
        self.sit(self.who)  # a session does not last that long
        return now

    def sit(self, name: str) -> Page:
        """The browser is that person's from now on; "" is nobody's."""
        self.who = name
        seat(self.page, self.market.parties.people[name] if name else None, self.address)
        return self.page

    def visit(self, address: str, who: str | None = None) -> Page:
        if who is not None:
            self.sit(who)
        self.page.goto(address)
        return self.page

    def fill(self, **given: Any) -> None:
        """The fields of a form, by their keys: what is typed, chosen or uploaded."""
        for key, value in given.items():
            field = self.page.locator(f"[name=v-{key}]")
            kind = field.first.get_attribute("type")
            if kind == "file":
                field.set_input_files(value)
            elif kind in ("radio", "checkbox"):
                self.page.locator(f"[name=v-{key}][value={value}]").check()
            elif field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(str(value))

    def press(self, at: str = "") -> None:
        """The main button of the form that is sent to an address that ends so; without it, of the only form."""
        form = self.page.locator(f'main form[action$="{at}"]' if at else "main form.form")
        form.locator("button.main").click()

    def state(self) -> str:
        return self.page.locator(".casehead-state .status").first.inner_text()

    def look(self, *, shared: bool = False) -> None:
        """The page fits, wide and narrow, and has no barriers. What all ways share is looked at in one of them."""
        if shared and not self.looks_at_shared:
            return
        self.see(self.page)


@pytest.fixture
def scene(
    page: Page,
    live_server: Any,
    transactional_db: None,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    look: Callable[[Page], None],
) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    return Scene(page, live_server.url, monkeypatch, look, tmp_path)


def made_key(scene: Scene) -> Path:
    for name in ("passphrase", "again"):
        scene.page.locator(f"[name={name}]").fill(PASSPHRASE)
    with scene.page.expect_download() as download:
        scene.page.locator("form[data-does=make-key] button.main").click()
    path = scene.files / download.value.suggested_filename
    download.value.save_as(path)
    return path


def downloaded(scene: Scene, name: str) -> bytes:
    with scene.page.expect_download() as download:
        scene.page.get_by_role("link", name=name).click()
    return Path(download.value.path()).read_bytes()


def opened(scene: Scene, keys: dict[str, Path]) -> None:
    """Both custodians open what waits, one after the other."""
    for name, file in keys.items():
        page = scene.visit("/market/custody/", name)
        page.get_by_role("link", name="现在打开").click()
        page.locator("#key").set_input_files(file)
        page.locator("[name=passphrase]").fill(PASSPHRASE)
        scene.look(shared=True)
        page.locator("form[data-does=open] button.main").click()
        expect(page.locator("[data-count]")).to_have_text("2")
        expect(page.locator("[data-unreadable]")).to_have_text("0")


def confirmed_and_published(scene: Scene, uuid: Any, agency: str) -> None:
    """The owner confirms, the operator publishes the award, everybody sees it."""
    page = scene.visit(f"/market/buying/purchases/{uuid}/", "school")
    scene.look(shared=True)
    page.get_by_role("link", name="确认选取结果").click()
    scene.look(shared=True)
    scene.press()
    assert scene.state() == "已确认"
    scene.visit("/market/awards/", "")
    expect(page.locator("main")).not_to_contain_text(agency)
    scene.visit(f"/market/purchases/{uuid}/", "operator-clerk")
    scene.look(shared=True)
    page.get_by_role("link", name="发布中选公告").click()
    scene.look(shared=True)
    scene.press()
    scene.visit("/market/awards/", "")
    scene.look(shared=True)
    expect(page.locator("main")).to_contain_text(agency)
    scene.visit(f"/market/notices/{uuid}/")
    scene.look(shared=True)
    expect(page.locator("main")).to_contain_text(agency)


def awarded(scene: Scene, uuid: Any) -> Any:
    """Publicity is over, and the operator issues the notice of award: the contract that begins with it."""
    from gongbao.systems.intermediary_market.contracts.models import Contract

    page = scene.visit(f"/market/purchases/{uuid}/", "operator-clerk")
    expect(page.get_by_role("link", name="出具中选通知书")).to_have_count(0)
    scene.on("2026-03-20 10:00")
    page.reload()
    expect(page.locator(".casehead")).to_contain_text("已届满")
    page.get_by_role("link", name="出具中选通知书").click()
    scene.press()
    expect(page.locator(".letters")).to_contain_text("中选通知书")
    expect(page.locator(".caseline")).not_to_contain_text("逾期")  # nobody was late
    scene.look(shared=True)
    return Contract.objects.get(purchase__uuid=uuid)


def step(scene: Scene, contract: Any, who: str, key: str, **given: Any) -> None:
    """A party takes a step of the contract on its page."""
    page = scene.visit(f"/market/contracts/{contract.uuid}/", who)
    page.locator(f'main a[href$="/step/{key}/"]').click()
    scene.fill(**given)
    scene.press()
    expect(page.locator(".casehead-state")).to_be_visible()


def performed_and_rated(scene: Scene, contract: Any, agency: str, total: str) -> None:
    """The contract is signed, filed, delivered, accepted, invoiced and paid, and the service rated."""
    step(
        scene, contract, agency, "contract_sign", deliver_by="2026-04-10", scope="两栋教学楼安全鉴定", payment_days=30,
        contract_files=[PDF],
    )  # fmt: skip
    step(scene, contract, agency, "contract_file", filed_files=[PDF], public_copy=[PDF], names_nobody="yes")
    scene.visit("/market/contracts/", "")
    expect(scene.page.locator("main")).to_contain_text("房屋安全鉴定")
    scene.on("2026-04-08 10:00")
    step(scene, contract, agency, "contract_deliver", delivery="鉴定报告两份")
    step(scene, contract, "school", "contract_accept", acceptance="符合约定")
    step(scene, contract, agency, "contract_invoice", invoice_number="00001", invoice_files=[PDF])
    step(scene, contract, "school", "contract_pay")
    assert scene.state() == "已付清"
    expect(scene.page.locator(".notice").first).to_contain_text("付清")
    scene.look(shared=True)
    page = scene.page
    page.get_by_role("link", name="评价", exact=True).click()
    scene.look(shared=True)
    scene.fill(quality=90, timeliness=90, attitude=90, fees=90, conduct=90)
    scene.press()
    scene.visit("/market/ratings/?year=2026", "")
    expect(page.locator("main")).to_contain_text(total)


@dataclass(frozen=True)
class Keys:
    """The files that custodians and agencies keep, by their accounts."""

    custody: dict[str, Path]
    signing: dict[str, Path]


def prepared(scene: Scene) -> Keys:
    """Custodians and agencies make their keys, finance enters the limit."""
    from tests.systems.intermediary_market.buying import bare_market
    from tests.systems.intermediary_market.custodians import FIRST, SECOND

    scene.market = bare_market()
    scene.on("2026-03-02 09:30")
    page = scene.page
    keys = Keys({}, {})
    for name in (FIRST, SECOND):
        scene.visit("/market/custody/", name)
        keys.custody[name] = made_key(scene)
    scene.visit("/market/custody/", "operator-head")
    for _ in keys.custody:
        page.get_by_role("button", name="指定", exact=True).first.click()
    for name in ("agency-1", "agency-2"):
        scene.visit("/market/signing-keys/", name)
        keys.signing[name] = made_key(scene)
    scene.visit("/market/limits/", "finance-clerk")
    scene.fill(budget_year=2026, amount="300000", source="云澜市2026年集中采购目录")
    scene.press()
    expect(page.locator("main")).to_contain_text("300,000.00")
    scene.look(shared=True)
    return keys


def published(scene: Scene, way: str, **terms: str) -> Any:
    """The owner drafts, keeps, and hands in; the operator reviews its form, and publishes."""
    from gongbao.systems.intermediary_market.purchases.models import Purchase
    from tests.systems.intermediary_market.buying import TERMS

    page = scene.visit("/market/buying/", "school")
    page.locator('main a.main[href$="/new/"]').click()
    scene.look(shared=True)
    page.locator("#item").select_option(str(scene.market.item.uuid))
    scene.fill(project_name=TERMS["project_name"], way=way)
    page.locator("button[name=save]").click()
    page.locator("#item").select_option(str(scene.market.item.uuid))
    given = {**TERMS, "way": way, **terms}
    scene.fill(**{key: value for key, value in given.items() if value}, annexes=[PDF])
    scene.press()
    assert scene.state() == "形式审查中"
    assert downloaded(scene, "文本.pdf") == PDF["buffer"]
    scene.look(shared=True)

    scene.visit("/market/purchases/", "operator-clerk")
    scene.look(shared=True)
    page.get_by_role("link", name=TERMS["project_name"]).click()
    scene.look(shared=True)
    expect(page.get_by_role("link", name="一次性告知补正")).to_be_visible()
    assert downloaded(scene, "文本.pdf") == PDF["buffer"]
    scene.press("/publish/")
    assert scene.state() == "报名中"
    return Purchase.objects.get()


def handed_in(scene: Scene, keys: Keys, *prices: str) -> None:
    """Two agencies seal and hand in, without an account."""
    from tests.systems.intermediary_market.buying import TERMS

    page = scene.page
    scene.on("2026-03-05 14:00")
    for file, agency, price in zip(keys.signing.values(), scene.market.parties.agencies[:2], prices, strict=True):
        scene.visit("/market/notices/", "")
        page.get_by_role("link", name=TERMS["project_name"]).click()
        page.locator('main a[href$="/seal/"]').click()
        page.locator("#agency").fill(agency.uscc)
        page.locator("#name").fill(agency.name)
        for promise in ("promise", "no_conflict"):
            page.locator(f"[name={promise}]").check()
        page.locator("[name=kinship][value=no]").check()
        page.locator("#price").fill(price)
        page.locator("#proposal").fill("三名鉴定人员，二十日内完成。")
        page.locator("#key").set_input_files(file)
        page.locator("form[data-does=seal] [name=passphrase]").fill(PASSPHRASE)
        with page.expect_download() as download:
            page.locator("form[data-does=seal] button.main").click()
        assert json.loads(Path(download.value.path()).read_text())["envelope"]


def ready_to_select(scene: Scene, keys: Keys, made: Any) -> Page:
    """Time is over: the custodians open who registered, the owner checks them, and the offers are opened at the time of
    the selection. The owner's page."""
    page = scene.page
    scene.on("2026-03-10 09:00")
    opened(scene, keys.custody)
    scene.visit(f"/market/buying/purchases/{made.uuid}/", "school")
    scene.look(shared=True)
    for agency in scene.market.parties.agencies[:2]:
        one = page.locator("article", has_text=agency.name)
        one.locator("[name=verdict][value=admit]").check()
        one.locator("[name=reason]").fill("资料齐全")
        one.get_by_role("button").click()
    scene.press("/check/")
    assert scene.state() == "待选取"
    scene.on("2026-03-11 09:30")
    opened(scene, keys.custody)
    return scene.visit(f"/market/buying/purchases/{made.uuid}/", "school")


def test_lowest_price(scene: Scene) -> None:
    scene.looks_at_shared = True
    keys = prepared(scene)
    made = published(scene, "lowest_price")
    handed_in(scene, keys, "48,123.45", "46000")
    page = ready_to_select(scene, keys, made)
    expect(page.locator("main")).to_contain_text("46,000.00元")
    scene.press("/select/")
    assert scene.state() == "待确认"
    confirmed_and_published(scene, made.uuid, scene.market.parties.agencies[1].name)
    performed_and_rated(scene, awarded(scene, made.uuid), "agency-2", "90.00")


def test_direct_choice(scene: Scene) -> None:
    keys = prepared(scene)
    made = published(scene, "direct")
    handed_in(scene, keys, "40000", "46000")
    page = ready_to_select(scene, keys, made)
    agency = scene.market.parties.agencies[1]
    scene.look()
    page.locator("fieldset").get_by_label(agency.name).check()
    page.locator("#reason").fill("做过同类鉴定，人员配备最好。")
    scene.press("/select/")
    assert scene.state() == "待确认"
    confirmed_and_published(scene, made.uuid, agency.name)
    performed_and_rated(scene, awarded(scene, made.uuid), "agency-2", "90.00")


def test_best_value(scene: Scene) -> None:
    keys = prepared(scene)
    made = published(scene, "best_value", criteria="服务方案 60\n报价 40")
    handed_in(scene, keys, "40000", "50000")
    page = ready_to_select(scene, keys, made)
    agencies = scene.market.parties.agencies
    scene.look()
    for agency, points in ((agencies[0], ("60", "100")), (agencies[1], ("95", "80"))):
        one = page.locator("article", has_text=agency.name)
        for place, given in enumerate(points, start=1):
            one.locator(f"[name=p-{place}]").fill(given)
        one.get_by_role("button").click()
    scene.press("/select/")
    assert scene.state() == "待确认"
    confirmed_and_published(scene, made.uuid, agencies[1].name)
    performed_and_rated(scene, awarded(scene, made.uuid), "agency-2", "90.00")


def test_random_draw_and_a_complaint_about_its_contract(scene: Scene) -> None:
    keys = prepared(scene)
    made = published(scene, "random_draw")
    page = scene.page

    # Owner and operator commit to their shares while agencies register.
    shares = {}
    for name in ("school", "operator-clerk"):
        scene.visit(f"/market/purchases/{made.uuid}/draw/", name)
        with page.expect_download() as download:
            page.locator("form[data-does=share] button.main").click()
        shares[name] = json.loads(Path(download.value.path()).read_text())["share"]
        expect(page.locator("[data-say=done]")).to_be_visible()
    handed_in(scene, keys, "48000", "46000")
    ready_to_select(scene, keys, made)

    # The draw begins, the shares are opened, and then comes the public value.
    scene.press("/select/")
    assert scene.state() == "抽取中"
    scene.look()
    for name, share in shares.items():
        scene.visit(f"/market/purchases/{made.uuid}/draw/", name)
        page.locator("[name=share]").fill(share)
        scene.press("/draw/share/")
    scene.on("2026-03-12 10:00")
    scene.visit(f"/market/purchases/{made.uuid}/draw/", "operator-clerk")
    page.locator("#value").fill("03 07 12 19 25 31 08")
    page.locator("#value_from").fill("第2026030期公告")
    page.locator("#published_at").fill("2026-03-11 21:30")
    scene.press("/draw/value/")
    scene.press("/draw/run/")
    made.refresh_from_db()
    place = scene.market.parties.agencies.index(made.selected.organisation)
    confirmed_and_published(scene, made.uuid, made.selected.organisation.name)
    contract = awarded(scene, made.uuid)
    performed_and_rated(scene, contract, f"agency-{place + 1}", "90.00")
    complained(scene, contract, f"agency-{place + 1}")


def complained(scene: Scene, contract: Any, agency: str) -> None:
    """The agency complains from its contract; the authority that coordinates accepts, decides and publishes."""
    from gongbao.office.people.actions import give_post, keep_account

    people = scene.market.parties.people
    for name, role in (("reform-head", "section_head"), ("reform-deputy", "deputy_head")):
        since = scene.market.parties.owners[0].entered_at
        people[name], _ = keep_account(name, password=PASSPHRASE, at=since)
        give_post(people[name], "development-reform", role, since=since.date(), at=since)
    page = scene.visit(f"/market/contracts/{contract.uuid}/", agency)
    page.get_by_role("link", name="就该合同投诉").click()
    scene.look()
    scene.fill(facts="项目业主要求在合同之外增加一次检测，不另付费。")
    scene.press()
    receipt = page.locator("dd.receipt").first.inner_text().strip()

    page = scene.visit("/desk/", "reform-clerk")
    page.get_by_role("row").filter(has_text=receipt).get_by_role("link").first.click()
    case = page.url
    scene.look()
    page.locator('main a[href$="/steps/accept/"]').click()
    scene.press()
    expect(page.locator(".state")).to_have_text("办理中")
    page.locator("a[href$='/evidence/']").click()
    expect(page.locator("main")).to_contain_text("清单与存证摘要一致")
    page.goto(case)
    page.locator('main a[href$="/steps/decide/"]').click()
    scene.fill(outcome="upheld", findings="合同未约定该次检测。", decision="责令改正，按实际工作量另行结算。")
    scene.press()
    for name in ("reform-head", "reform-deputy"):
        scene.visit("/desk/opinions/", name)
        page.get_by_role("link", name="项目业主的行为").first.click()
        page.get_by_label("意见").fill("同意。")
        page.get_by_role("button", name="同意", exact=True).click()
    scene.visit(case, "reform-clerk")
    expect(page.locator(".state")).to_have_text("已作出处理决定")
    page.locator('main a[href$="/steps/publish/"]').click()
    scene.fill(published_text="投诉属实，责令改正。")
    scene.press()
    scene.visit("/market/decisions/", "")
    expect(page.locator("main")).to_contain_text("投诉属实，责令改正。")
    scene.look()
