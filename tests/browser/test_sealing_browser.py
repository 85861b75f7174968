"""Sealing and opening as agencies and custodians meet them, and that the browser's side and the server's fit."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from joserfc import jwe
from joserfc.jwk import OctKey, RSAKey
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import seat

PASSPHRASE = "a long and odd pass phrase 7"


@pytest.fixture
def parties(transactional_db: None) -> Any:
    from tests.systems.intermediary_market.parties import open_market

    return open_market()


@pytest.fixture
def sit(page: Page, parties: Any, live_server: Any) -> Callable[[str], Page]:
    """`sit("agency-1")`: the browser is that person's from now on; `sit("")` is nobody's."""

    def sit_down(name: str) -> Page:
        page.context.clear_cookies()
        seat(page, parties.people[name] if name else None, live_server.url)
        return page

    return sit_down


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What an opening hands on to the purchase."""
    from gongbao.systems.intermediary_market import purchases

    found: list[Any] = []

    def opened(purchase: Any, given: Any, at: Any, record: Any) -> None:
        found[:] = given

    monkeypatch.setattr(purchases, "actions", SimpleNamespace(names_opened=opened, offers_opened=opened), raising=False)
    return found


def send(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def made_key(page: Page, folder: Path) -> Path:
    page.locator("[name=passphrase]").fill(PASSPHRASE)
    page.locator("[name=again]").fill(PASSPHRASE)
    with page.expect_download() as download:
        send(page, "生成密钥")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    expect(page.locator("[data-say=done]")).to_be_visible()
    return path


def test_from_the_keys_to_the_names(
    sit: Callable[[str], Page],
    parties: Any,
    received: list[Any],
    look: Callable[[Page], None],
    tmp_path: Path,
    console_allowed: list[str],
) -> None:
    from gongbao.systems.intermediary_market.organisations.models import SigningKey
    from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Envelope
    from tests.systems.intermediary_market import custodians

    # Two custodians make their keys, and the head of the operator appoints them.
    files = {}
    for name in (custodians.FIRST, custodians.SECOND):
        page = sit(name)
        page.goto("/market/custody/")
        if name == custodians.FIRST:
            look(page)
            page.locator("[name=passphrase]").fill(PASSPHRASE)
            page.locator("[name=again]").fill("another long pass phrase")
            send(page, "生成密钥")
            expect(page.locator("[data-say=other-passphrase]")).to_be_visible()
            assert CustodianKey.objects.count() == 0
        files[name] = made_key(page, tmp_path)
        kid = CustodianKey.objects.get(account__username=name).kid
        kept = jwe.decrypt_compact(
            files[name].read_text(), OctKey.import_key(PASSPHRASE), algorithms=["PBES2-HS512+A256KW", "A256GCM"]
        )
        key = RSAKey.import_key(json.loads(kept.plaintext or b""))
        assert key.is_private and key.thumbprint() == kid
    page = sit("operator-head")
    page.goto("/market/custody/")
    for _ in files:
        page.get_by_role("button", name="指定", exact=True).first.click()
    assert CustodianKey.objects.exclude(appointed_at=None).count() == 2

    # An agency makes its key, and seals; another's envelope is made by Python.
    agency, other = parties.agencies[:2]
    page = sit("agency-1")
    page.goto("/market/signing-keys/")
    look(page)
    signing = made_key(page, tmp_path)
    custodians.register_signing_key(
        other, custodians.signing_key(other.uscc).as_dict(private=False), actor=custodians.KEEPER, at=custodians.START
    )
    purchase = custodians.purchase_of(parties, ends=timezone.now() + timedelta(hours=1))
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/envelopes/") else None)
    page.goto(f"/market/purchases/{purchase.uuid}/seal/")
    look(page)
    page.locator("#agency").fill(agency.uscc.lower())
    page.locator("#name").fill(agency.name)
    page.locator("#qualification").fill("测绘乙级 K-7731")
    page.get_by_label("本机构满足公告的全部报名条件。").check()
    page.locator("[name=no_conflict]").check()
    page.get_by_label("否", exact=True).check()
    page.locator("#price").fill("48,123.45")
    page.locator("#proposal").fill("三名测绘员，七日内完成。")
    page.locator("#key").set_input_files(signing)
    page.locator("#seal ~ form [name=passphrase]").fill("not the pass phrase")
    send(page, "密封并提交")
    expect(page.locator("form[data-does=seal] [data-say=wrong-passphrase]")).to_be_visible()
    assert page.locator("#proposal").input_value() == "三名测绘员，七日内完成。"
    page.locator("#seal ~ form [name=passphrase]").fill(PASSPHRASE)
    with page.expect_download() as download:
        send(page, "密封并提交")
    receipt = tmp_path / "receipt.json"
    download.value.save_as(receipt)
    envelope = Envelope.objects.get()
    assert json.loads(receipt.read_text())["envelope"] == envelope.digest
    (request,) = sent
    assert "cookie" not in request.all_headers() and "referer" not in request.all_headers()

    # It is taken back, and handed in anew.
    page.locator("#receipt").set_input_files(receipt)
    send(page, "撤回")
    expect(page.locator("form[data-does=take-back] [data-say=done]")).to_be_visible()
    assert Envelope.objects.count() == 0
    with page.expect_download():
        send(page, "密封并提交")
    custodians.actions.hand_in(purchase.uuid, custodians.sealed(purchase, other).given, at=timezone.now())
    assert Envelope.objects.count() == 2

    # The deadline is over; each custodian opens in turn.
    over = timezone.now() - timedelta(minutes=5)
    with custodians.recorded("tests.over", actor=custodians.KEEPER, ground=custodians.OUR_RULE, at=over) as record:
        SigningKey.objects.update(made_at=over)
        purchase.registration_ends_at = over
        purchase.save()
        record(purchase.subject)
    custodians.stands_at(purchase, "registered")
    console_allowed.append("400 (Bad Request)")
    for name in (custodians.FIRST, custodians.SECOND):
        page = sit(name)
        page.goto("/market/custody/")
        page.get_by_role("link", name="现在打开").click()
        look(page)
        page.locator("#key").set_input_files(signing)
        page.locator("#passphrase").fill(PASSPHRASE)
        send(page, "全部打开")
        expect(page.locator("[data-say=wrong-key-file]")).to_be_visible()
        page.locator("#key").set_input_files(files[name])
        send(page, "全部打开")
        expect(page.locator("[data-say=done]")).to_be_visible()
        expect(page.locator("[data-count]")).to_have_text("2")
        expect(page.locator("[data-unreadable]")).to_have_text("0")
    assert {one.agency for one in received} == {agency, other}
    assert {one.problem for one in received} == {None}
    assert {one.registration["qualification"] for one in received} == {"测绘乙级 K-7731"}


OPENED = """async ([text, part, purchase, kid, jwk]) => {
  const sealing = await import("/static/market/sealing.js");
  try {
    return await sealing.contentKey(text, part, purchase, kid, await sealing.opensWith(jwk));
  } catch (error) {
    return error.message;
  }
}"""

SEALED = """async ([signed, jwk, purchase, keys]) => {
  const sealing = await import("/static/market/sealing.js");
  const custodians = [];
  for (const one of keys) {
    custodians.push({ jwk: one, kid: await sealing.thumbprint(one) });
  }
  const { given, secret } = await sealing.envelope(...signed, jwk, purchase, custodians);
  const tried = [];
  for (const wrong of ["x".repeat(4097), "测".repeat(1366)]) {
    tried.push(await sealing.seal(wrong, "registration", purchase, custodians).catch((error) => error.message));
  }
  const mixed = [{ ...custodians[0], kid: custodians[1].kid }, ...custodians.slice(1)];
  tried.push(await sealing.seal("x", "share", purchase, mixed).catch((error) => error.message));
  return { given, secret, tried, commitment: await sealing.commitment(purchase, "registrant", "ab".repeat(32)) };
}"""


def test_what_the_browser_seals_python_opens_and_the_other_way_round(page: Page, live_server: Any) -> None:
    from gongbao.systems.intermediary_market.draw.draw import Party, commitment
    from gongbao.systems.intermediary_market.sealing import envelopes
    from gongbao.systems.intermediary_market.sealing.envelopes import Part
    from tests.systems.intermediary_market.custodians import FIRST, RESERVE, SECOND, content_key, rsa_key, signing_key

    purchase, other = "3f0c1f5e-0000-4000-8000-000000000001", "3f0c1f5e-0000-4000-8000-000000000002"
    first, second = (envelopes.public_key(rsa_key(name).as_dict(private=False)) for name in (FIRST, SECOND))
    key = signing_key("any")
    page.goto("/market/")
    registration = {
        "terms": 1, "agency": "91110101000000001X", "name": "澄心工程咨询有限公司", "promise": True,
        "no_conflict": True, "kinship": False, "sealed_at": "2026-03-10T01:02:03.456Z",
    }  # fmt: skip
    offer = {"agency": "91110101000000001X", "price": "1.50", "proposal": "三名测绘员。"}
    made = page.evaluate(
        SEALED, [[registration, offer], key.as_dict(private=True), purchase, [dict(first.jwk), dict(second.jwk)]]
    )
    assert made["tried"] == ["too-long", "too-long", "wrong-custodian"]
    assert made["commitment"] == commitment(purchase, Party.REGISTRANT, "ab" * 32)
    read: dict[str, Any] = {}
    texts = {}
    for part in (Part.REGISTRATION, Part.OFFER):
        text = made["given"][part]
        envelopes.check_unopened(text, part, purchase, first, second)
        for name, public in ((FIRST, first), (SECOND, second)):
            opened = content_key(text, rsa_key(name))
            assert opened is not None
            text = envelopes.unwrapped(text, opened, part, purchase, public.kid)
        texts[part] = text
        read[part], _owner = envelopes.read_signed(text, lambda kid: (key.as_dict(private=False), kid))
    said = envelopes.read_registration(read[Part.REGISTRATION], purchase)
    assert said["name"] == registration["name"] and said["offer"] == envelopes.digest_of_offer(texts[Part.OFFER])
    assert envelopes.read_offer(read[Part.OFFER], purchase)["price"] == "1.50"

    # To any two of three: the browser's opened in Python, and what Python seals in the browser.
    reserve = envelopes.public_key(rsa_key(RESERVE).as_dict(private=False))
    three = [(FIRST, first), (SECOND, second), (RESERVE, reserve)]
    made = page.evaluate(
        SEALED,
        [[registration, offer], key.as_dict(private=True), purchase, [dict(public.jwk) for _name, public in three]],
    )
    for part in (Part.REGISTRATION, Part.OFFER):
        text = made["given"][part]
        envelopes.check_unopened(text, part, purchase, first, second, reserve)
        for left_out in range(3):
            halves = {}
            for place, (name, public) in enumerate(three):
                if place != left_out:
                    one = envelopes.halves_for(text, place)
                    given = content_key(one, rsa_key(name))
                    assert given is not None
                    halves[place] = envelopes.unwrapped(one, given, part, purchase, public.kid)
            signed = envelopes.put_together(text, halves, part, purchase)
            content, _owner = envelopes.read_signed(signed, lambda kid: (key.as_dict(private=False), kid))
            assert content["agency"] == offer["agency"]
    to_reserve = envelopes.halves_for(envelopes.seal("signed", Part.OFFER, purchase, first, second, reserve), 2)
    private = rsa_key(RESERVE).as_dict(private=True)
    given = page.evaluate(OPENED, [to_reserve, "offer", purchase, reserve.kid, private])
    assert given is not None and given == content_key(to_reserve, rsa_key(RESERVE))

    # The other way round, and what a custodian's browser gives no key of.
    sealed = envelopes.seal("signed", Part.OFFER, purchase, first, second)
    private = rsa_key(FIRST).as_dict(private=True)

    def opened_in_browser(text: str, part: str = "offer", of: str = purchase, jwk: Any = private) -> Any:
        return page.evaluate(OPENED, [text, part, of, first.kid, jwk])

    assert opened_in_browser(sealed) == content_key(sealed, rsa_key(FIRST))
    assert opened_in_browser(sealed, part="registration") == "foreign"
    assert opened_in_browser(sealed, of=other) == "foreign"
    head, _, rest = sealed.partition(".")
    moved = envelopes._encoded(envelopes._decoded(head).replace(purchase.encode(), other.encode()))
    assert opened_in_browser(f"{moved}.{rest}", of=other) is None
    assert opened_in_browser(sealed[:-2] + ("AA" if sealed[-2:] != "AA" else "BA")) is None
    assert opened_in_browser(sealed, jwk=rsa_key(SECOND).as_dict(private=True)) is None
