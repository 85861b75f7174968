"""Before the names are opened every page, answer and file reads as if nobody had registered: to everybody."""

import re
from collections import Counter
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from gongbao.office.people.actions import give_post, keep_account
from gongbao.office.people.models import Account
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.people.test_routes import ROUTES
from tests.systems.intermediary_market.buying import ENDS, Market, at, buying_market, market_there
from tests.systems.intermediary_market.custodians import FIRST, SECOND, open_part
from tests.systems.intermediary_market.parties import PASSWORD, START
from tests.systems.intermediary_market.test_counties import keep_city, of_east

pytestmark = pytest.mark.one_database

# Nobody, the owner, an agency that registers, and the office: the operator's head, the authority of the sector with the
# second custodian, procurement, prices with market supervision, development and reform.
WHO = (
    "", "school", "agency-1", "operator-head", SECOND, "finance-clerk", "prices-clerk", "reform-clerk", "auditor",
    "administrator",
)  # fmt: skip
# Where a county has a desk too: its clerk, and the one of the city's operator. Each is a custodian of what is bought at
# its own desk, and has no part in what is bought at the other.
AT_DESKS = ("east-clerk", FIRST)
VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<==)[^&]*|\d+")
PAGES = ("notices", "buying/purchases", "purchases")
LINK = re.compile(r"""(?:href|src|action|hx-get)="(/[^"#]*)["#]""")
ONCE = re.compile(r'<input type="hidden" name="(?:csrfmiddlewaretoken|once)" value="[^"]*">')
# Not of what is kept, or ended by being asked for.
LEFT_OUT = ("/static/", "/sign-out/", "/oidc/", "/healthz", "/documents/", "/policies/", "/api/policies/")


@pytest.fixture
def market(db: None, monkeypatch: pytest.MonkeyPatch) -> Market:
    made = buying_market()
    monkeypatch.setattr(timezone, "now", lambda: at("2026-03-04 10:00"))
    return made


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> Market:
    keep_city()
    monkeypatch.setattr(timezone, "now", lambda: at("2026-03-04 10:00"))
    return market_there()


def keep_administrator() -> None:
    account, _ = keep_account("administrator", password=PASSWORD, at=START)
    give_post(account, "city", "administrator", since=START.date(), at=START)


def seeds(market: Market, purchase: Purchase) -> list[str]:
    """Every address without a part that varies, and those that ask for a name, a receipt number, or the purchase."""
    name, code = market.parties.agencies[0].name, market.parties.agencies[0].uscc
    parts = {"uuid": purchase.uuid, "purchase": purchase.uuid, "year": 2026, "organisation": market.owner.uuid}
    plain = []
    for route in ROUTES:
        if route.method in ("", "GET") and set(re.findall(r"<(?:\w+:)?(\w+)>", route.route)) <= {*parts}:
            plain.append(route.address(**parts))
    return [
        *plain,
        f"/api/search?text={quote(name)}",
        f"/api/search?text={code}",
        f"/desk/?receipt={purchase.case.receipt}",
        f"/cases/{purchase.case.uuid}/",
        f"/log/?subject=purchase:{purchase.uuid}",
    ]


def answer_of(client: Client, address: str) -> tuple[int, Any]:
    """Its status, and what it says but for what is drawn anew each time."""
    answer = client.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code, ONCE.sub("", content.decode()) if is_page else content


def read(client: Client, start: list[str]) -> dict[str, Any]:
    """What somebody reads who follows every link from there on: to each address what it says, where it says anything.

    Of addresses that differ in an id or a value alone two are read, and all of those that are about the purchase.
    """
    found: dict[str, Any] = {}
    waiting, seen, alike = list(start), set[str](), Counter[str]()
    while waiting:
        address = waiting.pop(0)
        kind = VARIES.sub("", address)
        if address in seen or address.startswith(LEFT_OUT) or (alike[kind] >= 2 and address not in start):
            continue
        seen.add(address)
        alike[kind] += 1
        status, said = answer_of(client, address)
        if status == 200:
            found[address] = said
            waiting += [unescape(one) for one in LINK.findall(said)] if isinstance(said, str) else []
    return found


def browser(name: str) -> Client:
    client = Client(raise_request_exception=False)
    if name:
        client.force_login(Account.objects.get(username=name))
    return client


@pytest.mark.parametrize("name", WHO)
def test_with_three_envelopes_all_reads_as_with_none(market: Market, name: str) -> None:
    """No name, no price and no count: what does not change tells nothing of what was handed in."""
    keep_administrator()
    purchase = market.published()
    client = browser(name)
    before = read(client, seeds(market, purchase))
    assert len(before) > 40 and any(str(purchase.uuid) in one for one in before)
    market.register(purchase, [0, 1, 2], ["1111.50", "2222.50", "3333.50"])
    assert [one for one, said in before.items() if answer_of(client, one) != (200, said)] == []


@pytest.mark.parametrize("name", AT_DESKS)
def test_desks_and_custodians_of_city_and_county_read_nothing_of_either(city: Market, name: str) -> None:
    county = of_east(city)
    bought = [(city, city.published()), (county, county.published())]
    client = browser(name)
    before = read(client, [one for market, purchase in bought for one in seeds(market, purchase)])
    assert "/market/custody/" in before
    assert all(f"/market/notices/{purchase.uuid}/" in before for _, purchase in bought)
    for market, purchase in bought:
        market.register(purchase, [0, 1, 2], ["1111.50", "2222.50", "3333.50"])
    assert [one for one, said in before.items() if answer_of(client, one) != (200, said)] == []


def test_between_the_deadline_and_the_opening_too_and_then_the_owner_alone_reads_names(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase, nobodys = market.published(), market.published(project_name="另一项目")
    market.register(purchase, [0, 1, 2], ["1111.50", "2222.50", "3333.50"])
    monkeypatch.setattr(timezone, "now", lambda: ENDS.replace(hour=8))
    market.close(nobodys)
    names = [one.name for one in market.parties.agencies[:3]]

    def told(who: str, bought: Purchase) -> str:
        client = browser(who)
        return "\n".join(str(answer_of(client, f"/market/{page}/{bought.uuid}/")) for page in PAGES)

    ours = {who: told(who, purchase) for who in ("", "school", "works", "agency-2", "operator-clerk", "auditor")}
    for who, said in ours.items():
        assert not any(name in said for name in names), who
        other = told(who, nobodys).replace(str(nobodys.uuid), str(purchase.uuid))
        for varies in ("另一项目", nobodys.case.receipt, str(nobodys.case.uuid)):
            other = other.replace(varies, "")
        for varies in ("教学楼安全鉴定", purchase.case.receipt, str(purchase.case.uuid)):
            said = said.replace(varies, "")
        assert said == other, who
    for name in (FIRST, SECOND):
        open_part(market.parties, purchase, Part.REGISTRATION, name, ENDS.replace(hour=9))
    opened = {who: told(who, purchase) for who in ours}
    assert all(name in opened["school"] for name in names)
    for who in ("", "works", "agency-2"):
        assert not any(name in opened[who] for name in names), who
    assert not any("1111.50" in said for said in opened.values())
