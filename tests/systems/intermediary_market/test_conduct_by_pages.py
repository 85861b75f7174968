"""Conduct of an agency from its unfounded complaints to a corrected finding, by pages alone."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gongbao.office.cases.models import Case
from gongbao.office.people.actions import give_post, keep_account
from gongbao.systems.intermediary_market.ratings.models import Check, Conduct
from tests.systems.intermediary_market.awarded import play, set_limit
from tests.systems.intermediary_market.by_pages import Pages
from tests.systems.intermediary_market.parties import PASSWORD, START, open_market
from tests.systems.intermediary_market.test_contract_pages import form

HEADS = (
    ("operator-deputy", "government-services", "deputy_head"),
    ("prices-head", "market-supervision", "section_head"),
    ("prices-deputy", "market-supervision", "deputy_head"),
)


@pytest.fixture
def pages(db: None, monkeypatch: pytest.MonkeyPatch) -> Pages:
    parties = open_market()
    set_limit()
    for name, unit, role in HEADS:
        account, _ = keep_account(name, password=PASSWORD, at=START)
        give_post(account, unit, role, since=START.date(), at=START)
        parties.people[name] = account
    cache.clear()
    return Pages(parties, monkeypatch)


def complain(pages: Pages, contract: Any) -> Case:
    """The agency complains of its contract, and the authority finds nothing in it."""
    client = pages.client("agency-1")
    address = f"/market/complaints/about/contract/{contract.uuid}/"
    before = set(Case.objects.values_list("pk", flat=True))
    answer = client.post(address, form(client, address, subject="fees", facts="业主多扣费用。"))
    assert answer.status_code == 200, answer.content.decode()[:3000]
    case = Case.objects.exclude(pk__in=before).get()
    pages.desk(case, "accept", "prices-clerk")
    pages.desk(
        case, "decide", "prices-clerk", "prices-head", "prices-deputy",
        outcome="unfounded", findings="账目相符。", decision="驳回投诉。",
    )  # fmt: skip
    return case


def test_from_the_third_unfounded_complaint_to_a_corrected_finding(pages: Pages) -> None:
    contract = play(pages.parties).signed().contract
    agency = pages.parties.agencies[0]
    complaints = []
    for day in ("2026-03-16", "2026-03-17", "2026-03-18"):
        pages.on(f"{day} 09:30")
        if complaints:  # two are not enough
            pages.client("operator-clerk").post("/market/conduct/desk/check/")
            assert not Conduct.objects.exists()
        complaints.append(complain(pages, contract))

    # The clerk has the market checked; nobody else is told of it, and nothing counts.
    pages.on("2026-03-19 09:30")
    pages.client("operator-clerk").post("/market/conduct/desk/check/")
    conduct = Conduct.objects.get()
    address, case = f"/market/conduct/{conduct.uuid}/", conduct.case
    assert f"/cases/{case.uuid}/" in pages.read("operator-clerk", "/market/conduct/desk/?state=proposed")
    shown = pages.read("operator-clerk", f"/cases/{case.uuid}/")
    assert all(one.receipt in shown for one in complaints)
    assert shown.count("由其业务授权人登录提出") == 3
    assert pages.client("agency-1").get(address).status_code == 404

    # It is heard for five working days, and until it answered nobody decides.
    pages.desk(case, "conduct_notify", "operator-clerk")
    assert address in (listed := pages.read("agency-1", "/market/conduct/")) and "第三十二条第（八）项" in listed
    assert "第三十二条第（八）项" in pages.read("agency-1", address)
    assert all(one.receipt in pages.read("agency-1", address) for one in complaints)
    assert reverse("cases:step", args=[case.uuid, "conduct_verify"]) not in pages.read(
        "operator-clerk", f"/cases/{case.uuid}/"
    )
    pages.on("2026-03-24 16:00")
    pages.send("agency-1", f"{address}step/conduct_state/", statement="第二件系另一机构冒名。")

    pages.on("2026-03-25 09:30")
    assert "第二件系另一机构冒名。" in pages.read("operator-head", f"/cases/{case.uuid}/")
    decided = {"kind": "b8", "happened_on": "2026-03-18", "findings": "三件均由其账号提出。"}
    pages.desk(case, "conduct_verify", "operator-clerk", "operator-head", **decided)
    assert grades(pages, agency) == ("B级", "1", "0")

    # The appeal is another's to sign; the finding counts until it is decided, and after.
    pages.on("2026-03-26 09:30")
    pages.send("agency-1", f"{address}step/conduct_appeal/", appeal="请调取登录记录。")
    assert grades(pages, agency) == ("B级", "1", "0")
    pages.desk(case, "conduct_uphold", "operator-clerk", "operator-deputy", appeal_decision="登录记录与认定一致。")
    assert "登录记录与认定一致。" in pages.read("agency-1", address)

    # Later it turns out otherwise: corrected, with all that stood before.
    pages.on("2026-06-01 09:30")
    pages.desk(
        case, "conduct_correct", "operator-clerk", "operator-deputy",
        corrected_to="none", happened_on="2026-03-18", correction="复核认定第二件系冒名。",
    )  # fmt: skip
    assert grades(pages, agency) == ("A级", "0", "0")
    history = pages.read("agency-1", address)
    for words in ("三件均由其账号提出。", "登录记录与认定一致。", "复核认定第二件系冒名。", "第二件系另一机构冒名。"):
        assert words in history
    assert "三件均由其账号提出。" not in pages.read("agency-2", f"/market/ratings/{agency.uuid}/")
    # The same complaints are not proposed again.
    pages.client("operator-clerk").post("/market/conduct/desk/check/")
    assert Conduct.objects.filter(clues__check_name=Check.UNFOUNDED).distinct().count() == 1


def grades(pages: Pages, agency: Any) -> tuple[str, ...]:
    """The agency's row of the year on the public page: its grade, and how often B and C."""
    shown = Client().get("/market/ratings/?year=2026").content.decode()
    row = next(one for one in re.findall(r"<tr>.*?</tr>", shown, re.DOTALL) if agency.name in one)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    plain = [re.sub(r"<[^>]+>", " ", one).split() for one in cells]
    return tuple((one or [""])[0] for one in plain[:3])
