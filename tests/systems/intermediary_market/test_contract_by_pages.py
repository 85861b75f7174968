"""Contracts by pages alone: in instalments to an overdue and disputed payment, amended, given back, annulled later."""

from typing import Any

import pytest
from django.urls import reverse

from gongbao.office.cases.models import Case
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.purchases import limit
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.purchases.queries import may_follow, public_state
from tests.systems.intermediary_market.awarded import PDF, award, set_limit
from tests.systems.intermediary_market.by_pages import Pages
from tests.systems.intermediary_market.parties import open_market
from tests.systems.intermediary_market.test_contract_pages import button

SCHEDULE = {
    "part-title": ["预付款", "报告", "质保金"], "part-sum": ["30%", "60%", "10%"],
    "part-condition": ["advance", "delivery", "retention"], "part-day": ["", "", ""],
}  # fmt: skip
SIGNING = {
    "deliver_by": "2026-04-10", "scope": "编制并评审水土保持方案", "payment_days": "10", "contract_files": PDF,
}  # fmt: skip
AMENDED = {"deliver_by": "2026-05-08", "change": "增加两处断面", "amendment_files": PDF}


@pytest.fixture
def pages(db: None, monkeypatch: pytest.MonkeyPatch) -> Pages:
    set_limit("90000.00")
    made = Pages(open_market(), monkeypatch)
    made.on("2026-03-12 10:00")
    return made


@pytest.fixture
def contract(pages: Pages) -> Contract:
    return award(pages.parties)


def step(contract: Contract, key: str) -> str:
    return reverse("market:contract_step", args=[contract.uuid, key])


def page_of(contract: Contract) -> str:
    return reverse("market:contract", args=[contract.uuid])


def sign(pages: Pages, contract: Contract, **more: Any) -> None:
    pages.send("agency-1", step(contract, "contract_sign"), **SIGNING, **more)
    file(pages, contract)


def file(pages: Pages, contract: Contract) -> None:
    pages.send("agency-1", step(contract, "contract_file"), filed_files=PDF, public_copy=PDF, names_nobody="yes")


def test_an_instalment_is_overdue_complained_of_paid_disputed_and_paid(pages: Pages, contract: Contract) -> None:
    sign(pages, contract, **SCHEDULE)
    invoice = {"invoice_number": "0001", "invoice_files": PDF}
    pages.send("agency-1", step(contract, "contract_invoice"), part="1", **invoice)
    # Ten days end on Sunday the 22nd: it may be paid until the Monday.
    pages.on("2026-03-23 23:00")
    assert "付款已逾期" not in pages.read("agency-1", page_of(contract))
    pages.on("2026-03-24 09:30")
    for name in ("agency-1", "school", "operator-clerk", "auditor"):
        assert "付款已逾期" in pages.read(name, page_of(contract)), name
        assert ("投诉拖欠服务费用" in pages.read(name, page_of(contract))) == (name == "agency-1")
    assert contract.purchase.item.name in pages.read(
        "operator-clerk", "/market/contracts/desk/?overdue=contract_payment"
    )
    answer = button(pages.client("agency-1"), Played(contract))
    complaint = Case.objects.get(procedure="market_complaint")
    assert answer.status_code == 200 and complaint.receipt in answer.content.decode()
    facts = complaint.events.get().personal.values["facts"]
    assert "发票0001，金额24,000.00元，应于2026-03-23前付清" in facts and "第四十条第（六）项" in facts

    pages.send("school", step(contract, "contract_pay"), payment_files=PDF)
    assert "付款已逾期" not in pages.read("agency-1", page_of(contract))
    pages.send("agency-1", step(contract, "contract_dispute"), reason="未到账")
    shown = pages.read("school", page_of(contract))
    assert "付款已逾期" in shown and "中介机构有异议，不计入已付" in shown
    pages.send("school", step(contract, "contract_pay"), payment_files=PDF)
    pages.send("agency-1", step(contract, "contract_confirm"))
    assert "付款已逾期" not in pages.read("operator-clerk", page_of(contract))


def test_an_amendment_above_the_limit_is_refused_in_words_and_a_filed_one_is_published(
    pages: Pages, contract: Contract
) -> None:
    sign(pages, contract)
    address = step(contract, "contract_amend")
    refused = pages.send("school", address, 400, amount="90000.01", **AMENDED)
    assert "90,000.01" in refused and "第三条第二款" in refused and "增加两处断面" in refused
    pages.send("school", address, amount="90000.00", **AMENDED)
    assert "应当备案并公示" in pages.read("agency-1", page_of(contract))
    assert "90,000.00" not in pages.public(page_of(contract))
    file(pages, contract)
    assert "90,000.00" in pages.public(page_of(contract)) and "增加两处断面" in pages.public(page_of(contract))


def test_an_award_that_is_given_back_is_published_again(pages: Pages, contract: Contract) -> None:
    pages.send("agency-1", step(contract, "contract_abandon"), ground="none", reason="人员已有安排")
    purchase = Purchase.objects.select_related("case").get(pk=contract.purchase_id)
    assert purchase.case.over
    assert may_follow(purchase)  # its owner publishes it again
    # It is found by the market's checks, and proposed to a person.
    pages.client("operator-clerk").post("/market/conduct/desk/check/")
    assert pages.parties.agencies[0].name in pages.read("operator-clerk", "/market/conduct/desk/?state=proposed")


def test_a_conflict_found_later_annuls_by_a_signed_decision(pages: Pages, contract: Contract) -> None:
    sign(pages, contract)
    pages.desk(
        contract.case, "contract_rescind", "operator-clerk", "operator-head",
        conflict="kinship", findings="经核实为近姻亲。", reason="应当回避而未回避。",
    )  # fmt: skip
    for name in ("agency-1", "school"):
        shown = pages.read(name, page_of(contract))
        assert "中选结果被取消" in shown and "应当回避而未回避。" in shown
    # The purchase is annulled with it: its award stands no more, nothing of it is spent, and it is published again.
    purchase = Purchase.objects.select_related("case").get(pk=contract.purchase_id)
    assert public_state(purchase).zh == "结果已撤销" and purchase.selected is None and may_follow(purchase)
    assert contract.purchase.item.name not in pages.public("/market/awards/")
    assert limit.spent(purchase.owner, 2026) == []
    assert "撤销选取结果决定书" in pages.read("operator-clerk", f"/cases/{purchase.case.uuid}/")
    client = pages.client("auditor")
    assert purchase.case.receipt in client.get("/market/liabilities/?year=2026").content.decode()


class Played:
    """What the button of an overdue payment is pressed on."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
