"""The page of a draw: a share made and sealed in the browser, and one that is withheld opened by both custodians."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from joserfc import jwe
from joserfc.jwk import OctKey
from playwright.sync_api import Page, expect

from tests.browser.conftest import seat

PASSPHRASE = "a long and odd pass phrase 7"


@pytest.fixture
def scene(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    from gongbao.systems.intermediary_market.purchases import actions as purchases
    from tests.systems.intermediary_market.drawing import registered

    # What a purchase makes of who was drawn is looked at elsewhere.
    monkeypatch.setattr(purchases, "drawn", lambda purchase, registration, **more: None)
    monkeypatch.setattr(purchases, "shares_opened", lambda *given, **more: None)
    scene = registered()
    scene.open_offers()
    return scene


def sit(page: Page, scene: Any, live_server: Any, name: str) -> None:
    """The browser is that person's from now on, at the page of the draw."""
    page.context.clear_cookies()
    seat(page, scene.parties.people[name], live_server.url)
    page.goto(f"/market/purchases/{scene.purchase.uuid}/draw/")


def key_file(name: str, folder: Path) -> Path:
    """As a custodian's browser keeps it."""
    from tests.systems.intermediary_market.custodians import rsa_key

    header = {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2c": 1000, "cty": "jwk+json"}
    jwk = json.dumps(rsa_key(name).as_dict(private=True))
    path = folder / f"{name}.jwe"
    path.write_text(
        jwe.encrypt_compact(header, jwk, OctKey.import_key(PASSPHRASE), algorithms=[header["alg"], header["enc"]])
    )
    return path


def test_a_draw_in_the_browser(
    page: Page,
    scene: Any,
    live_server: Any,
    look: Callable[[Page], None],
    tmp_path: Path,
    console_allowed: list[str],
) -> None:
    from gongbao.systems.intermediary_market.draw import draw, proof, queries
    from gongbao.systems.intermediary_market.draw.draw import Party
    from tests.systems.intermediary_market.custodians import FIRST, SECOND

    # Owner and operator make their shares, and keep them.
    shares = {}
    for name, party in (("school", Party.OWNER), ("operator-clerk", Party.OPERATOR)):
        sit(page, scene, live_server, name)
        look(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="生成随机数并提交承诺").click()
        shares[party] = json.loads(Path(download.value.path()).read_text())["share"]
        expect(page.locator("[data-say=done]")).to_be_visible()
        kept = scene.draw.shares.get(party=party)
        assert kept.commitment == draw.commitment(str(scene.purchase.uuid), party, shares[party])
        assert not kept.share
    scene.prepare()

    # The operator opens its share; a wrong one is refused, and told.
    console_allowed.append("400")
    sit(page, scene, live_server, "operator-clerk")
    for share, told in ((shares[Party.OWNER], "与已提交的承诺不符"), (shares[Party.OPERATOR], "随机数已打开")):
        page.get_by_label("随机数", exact=True).fill(share)
        page.get_by_role("button", name="打开", exact=True).click()
        expect(page.locator("main")).to_contain_text(told)

    # The owner does not: the custodians do, one after the other.
    for name in (FIRST, SECOND):
        sit(page, scene, live_server, name)
        look(page)
        page.locator("[type=file]").set_input_files(key_file(name, tmp_path))
        page.locator("[type=password]").fill("not this pass phrase")
        page.get_by_role("button", name="打开本层").click()
        expect(page.locator("[data-say=wrong-passphrase]")).to_be_visible()
        page.locator("[type=password]").fill(PASSPHRASE)
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("button", name="打开本层").click()
        assert PASSPHRASE not in (sent.value.post_data or "") and "filename" not in (sent.value.post_data or "")
        expect(page.locator("main")).to_contain_text("本层已打开")
    assert scene.draw.shares.get(party=Party.OWNER).share == shares[Party.OWNER]

    # With the result everybody sees it, and it is checked.
    sit(page, scene, live_server, "operator-clerk")
    page.get_by_label("数值", exact=True).fill("03 07 12")
    page.get_by_label("公众查询处").fill("第2026030期公告")
    page.get_by_label("公布时间").fill(f"{timezone.localtime():%Y-%m-%d %H:%M:%S.%f}")
    page.get_by_role("button", name="保存公开数值").click()
    expect(page.locator("main")).to_contain_text("公开数值已保存")
    page.get_by_role("button", name="抽取", exact=True).click()
    expect(page.locator("main")).to_contain_text("由项目业主确认结果")
    scene.publish_result()
    page.context.clear_cookies()
    page.goto(f"/market/purchases/{scene.purchase.uuid}/draw/")
    look(page)
    expect(page.locator("main")).to_contain_text("全部相符")
    with page.expect_download() as download:
        page.get_by_role("link", name="抽取文件").click()
    read = proof.read(Path(download.value.path()).read_bytes())
    assert read == queries.proof_file(scene.draw)
