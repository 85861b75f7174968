"""Contracts as their parties, the office and everybody meet them; complaints that carry the evidence of one."""

import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from gongbao.core.errors import GongbaoError
from gongbao.office.cases.models import Case
from gongbao.systems.intermediary_market.complaints import queries as complaints
from gongbao.systems.intermediary_market.complaints.models import Evidence
from gongbao.systems.intermediary_market.complaints.procedure import complainant
from gongbao.systems.intermediary_market.contracts import actions, queries
from gongbao.systems.intermediary_market.contracts import procedure as market
from tests.cases.office import at
from tests.systems.intermediary_market.awarded import (
    PDF,
    SIGNED,
    SIGNING,
    Play,
    award,
    play,
    set_limit,
    situation,
)
from tests.systems.intermediary_market.parties import Parties, open_market

pytestmark = pytest.mark.one_database

PAID_BY = at("2026-04-20 23:59")  # thirty days after the invoice end on a Sunday
OVERDUE = at("2026-04-21 00:00")


@pytest.fixture
def parties(db: None) -> Parties:
    return open_market()


@pytest.fixture
def played(parties: Parties) -> Play:
    set_limit()
    return play(parties)


# --- complaints with their evidence


def overdue_play(parties: Parties) -> Play:
    set_limit()
    return play(parties).signed().filed().accepted().invoiced()


def button(client: Client, one: Play) -> Any:
    """Press the one button on the page of the contract."""
    address = f"/market/contracts/{one.contract.uuid}/"
    page = client.get(address).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once, page
    return client.post(f"{address}overdue-payment/", {"once": once[1]})


def test_one_button_complains_of_an_overdue_payment(
    parties: Parties, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = overdue_play(parties)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("2026-04-22 10:00"))
    client.force_login(one.account("agency"))
    answer = button(client, one)
    assert answer.status_code == 200
    complaint = Case.objects.get(procedure="market_complaint")
    assert complaint.receipt in answer.content.decode() and complaint.unit.key == "development-reform"
    facts = complaint.events.get().personal.values["facts"]
    assert "许政办〔2022〕27号 第四十条第（六）项" in facts and "80,000.00元" in facts and "2026-04-20" in facts
    evidence = Evidence.objects.get(complaint=complaint)
    assert evidence.about == one.contract.subject
    assert [event["step"] for event in evidence.content["events"]] == [
        "contract_begin", "contract_sign", "contract_agree_delivery", "contract_file", "contract_deliver",
        "contract_accept", "contract_invoice",
    ]  # fmt: skip
    assert evidence.content["overdue"] == [{"clock": "contract_payment", "due": "2026-04-20"}]
    assert {file["field"] for file in evidence.content["files"]} == {
        "contract_files", "filed_files", "public_copy", "delivery_files", "invoice_files",
    }  # fmt: skip


def test_nothing_is_complained_of_that_is_not_overdue(parties: Parties) -> None:
    one = overdue_play(parties)
    with pytest.raises(GongbaoError, match="no payment of this contract is overdue"):
        actions.complain_of_payment(
            one.contract.uuid, acting=one.acting("agency", complainant), name="x", contact="", at=PAID_BY
        )
    assert not Evidence.objects.exists()


def test_of_private_funds_another_clause_is_the_ground(parties: Parties) -> None:
    """第四十条 is about owners of projects from public funds."""
    one = play(parties, fund="private", owner=parties.owners[1]).signed().accepted().invoiced()
    facts = complained(one).complaint.events.get().personal.values["facts"]
    assert "第三十五条" in facts and "第四十条" not in facts


def complained(one: Play) -> Evidence:
    begun = actions.complain_of_payment(
        one.contract.uuid, acting=one.acting("agency", complainant), name="澄心", contact="", at=OVERDUE
    )
    return Evidence.objects.get(complaint=begun.case)


def test_what_can_never_be_done_any_more_is_not_offered(parties: Parties) -> None:
    def barred(one: Play, side: str) -> set[str]:
        role = {"owner": market.owner, "agency": market.agency}[side]
        shown = queries.show(one.contract, queries.Reader((role,), False, False), PAID_BY)
        return {each.step.key for each in shown.steps if each.obstacles}

    set_limit()
    one = play(parties).signed().filed()
    assert "contract_propose_exempt" in barred(one, "owner")  # it may be amended, and that kept secret
    assert not {"contract_exempt", "contract_decline_exempt", "contract_lift_exempt"} & barred(one, "owner")
    one.accepted()
    assert barred(one, "owner") == barred(one, "agency") == set()
    unfiled = play(parties, owner=parties.owners[1]).signed().accepted()
    offered = queries.show(unfiled.contract, queries.Reader((market.owner,), False, False), PAID_BY).steps
    assert "contract_propose_exempt" in {each.step.key for each in offered if not each.obstacles}


def test_an_answer_is_offered_to_the_other_party_with_what_it_answers(parties: Parties, client: Client) -> None:
    set_limit()
    one = play(parties).signed()
    one.take("owner", "contract_propose_exempt", SIGNED, secret_ground="保守国家秘密法第十三条")
    address = f"/market/contracts/{one.contract.uuid}/"
    for role, answers in (("owner", False), ("agency", True)):
        client.force_login(one.account(role))
        page = client.get(address).content.decode()
        assert ("step/contract_exempt/" in page) is answers and "step/contract_decline_exempt/" in page
        assert ("提出的一方不能自己同意" in page) is not answers and "step/contract_propose_exempt/" not in page
        assert "项目业主提出的依据：保守国家秘密法第十三条" in page
    form = client.get(f"{address}step/contract_exempt/").content.decode()
    assert "保守国家秘密法第十三条</textarea>" in form
    one.take("agency", "contract_exempt", SIGNED, secret_ground="保守国家秘密法第十三条")
    for role in ("owner", "agency"):
        client.force_login(one.account(role))
        page = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert "step/contract_lift_exempt/" in page and "Keep it secret no more" in page
    form = client.get(f"{address}step/contract_lift_exempt/").content.decode()
    assert "备案期限自当日重新计算" in form


def test_an_amendment_says_who_records_it(parties: Parties, client: Client) -> None:
    set_limit()
    one = play(parties).signed().filed()
    client.force_login(one.account("agency"))
    address = f"/market/contracts/{one.contract.uuid}/step/contract_amend/"
    form = client.get(address).content.decode()
    assert "提高金额的由项目业主记录" in form
    seen = re.search(r'name="seen" value="(\d+)"', form)
    assert seen
    given = {"v-amount": "499999", "v-amended_on": "2026-03-12", "v-deliver_by": "2026-05-10", "v-change": "涨价"}
    answer = client.post(address, given | {"seen": seen[1]})
    page = answer.content.decode()
    assert answer.status_code == 400 and "提高合同金额的变更由项目业主记录" in page and "第三十二条第（二）项" in page


def test_evidence_stays_as_it_was(parties: Parties, client: Client) -> None:
    one = overdue_play(parties)
    evidence = complained(one)
    before = json.dumps(evidence.content, sort_keys=True)
    one.take("owner", "contract_pay", OVERDUE, paid_on="2026-04-21", payment="80000.00")
    evidence.refresh_from_db()
    assert json.dumps(evidence.content, sort_keys=True) == before
    shown = complaints.shown_evidence(evidence, "zh-hans")
    assert shown.whole and shown.later == 2 and not any(event.changed for event in shown.events)
    # A list that somebody changed says so.
    evidence.content["events"][1]["values"]["amount"] = "1.00"
    assert not complaints.shown_evidence(evidence, "zh-hans").whole


def test_evidence_is_for_whoever_handles_the_complaint(parties: Parties, client: Client) -> None:
    one = overdue_play(parties)
    evidence = complained(one)
    address = f"/market/complaints/{evidence.complaint.uuid}/evidence"
    file = next(entry for entry in evidence.content["files"] if entry["field"] == "contract_files")
    for name, status in (("reform-clerk", 200), ("finance-clerk", 404), ("operator-clerk", 404), ("agency-1", 403)):
        client.force_login(parties.people[name])
        assert client.get(f"{address}/").status_code == status, name
        assert client.get(f"{address}/{file['uuid']}/").status_code == status, name
        assert client.get(f"{address}.json").status_code == status, name
    client.force_login(parties.people["reform-clerk"])
    content = b"".join(client.get(f"{address}/{file['uuid']}/"))
    assert content == PDF + b"contract_files"
    assert f"{address}/" in client.get(f"/cases/{evidence.complaint.uuid}/").content.decode()


def form(client: Client, address: str, **changed: str) -> dict[str, str]:
    """The form that begins a complaint, as the page fills it in, with what is typed besides."""
    page = client.get(address).content.decode()
    typed = dict(re.findall(r'name="(once|v-[a-z_]+)"[^>]* value="([^"]*)"', page))
    typed |= dict(re.findall(r'name="(v-[a-z_]+)" value="([^"]+)" checked', page))
    typed |= dict(re.findall(r'<select id="id-(v-[a-z_]+)".*?<option value="([^"]+)" selected', page, re.DOTALL))
    return typed | {f"v-{key}": value for key, value in changed.items()}


@pytest.mark.parametrize("name", ["", "agency-1", "works"])
def test_anybody_complains_about_what_they_can_see_and_the_evidence_goes_with_it(
    parties: Parties, client: Client, name: str
) -> None:
    set_limit()
    hidden, one = play(parties).signed(), play(parties, code="WATER-2", service="环境影响评价").signed().filed()
    if name:
        client.force_login(parties.people[name])
    unseen = f"/market/complaints/about/contract/{hidden.contract.uuid}/"
    assert client.get(unseen).status_code == (200 if name == "agency-1" else 404)
    address = f"/market/complaints/about/contract/{one.contract.uuid}/"
    given = form(client, address, facts="要求中介机构垫付专家费。")
    assert given["v-against"] == one.contract.purchase.owner.name
    assert given["v-complainant_name"] == ("澄心工程咨询有限公司" if name == "agency-1" else "")
    wrong = client.post(address, given | {"v-complainant_name": ""})
    assert wrong.status_code == 400 and "要求中介机构垫付专家费。" in wrong.content.decode()
    assert not Evidence.objects.exists()
    answer = client.post(address, given | {"v-complainant_name": "纪小满"})
    assert answer.status_code == 200
    evidence = Evidence.objects.get()
    assert evidence.complaint.receipt in answer.content.decode()
    assert evidence.about == one.contract.subject and len(evidence.content["events"]) == 4
    client.post(address, given | {"v-complainant_name": "纪小满"})  # the same form again
    assert Evidence.objects.count() == 1 and Case.objects.filter(procedure="market_complaint").count() == 1


def test_a_purchase_is_complained_of_with_its_events(parties: Parties, client: Client) -> None:
    set_limit()
    purchase = play(parties).contract.purchase
    address = f"/market/complaints/about/purchase/{purchase.uuid}/"
    assert client.get(address).status_code == 200  # its award is public
    client.force_login(parties.people["school"])
    answer = client.post(address, form(client, address, facts="x"))
    assert answer.status_code == 200
    evidence = Evidence.objects.get()
    assert evidence.about == purchase.subject
    assert [one["step"] for one in evidence.content["events"]] == [
        "negotiate", "publish_award", "serve", "issue_award", "serve",
    ]  # fmt: skip


def test_a_result_that_is_not_public_yet_is_told_in_no_evidence(
    parties: Parties, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limit()
    one = play(parties)
    purchase, agency = one.contract.purchase, one.contract.registration.organisation
    monkeypatch.setattr(
        "gongbao.systems.intermediary_market.complaints.sources.result_is_public", lambda purchase: False
    )
    address = f"/market/complaints/about/purchase/{purchase.uuid}/"
    assert client.get(address).status_code == 404
    client.force_login(parties.people["school"])
    client.post(address, form(client, address, facts="x"))
    evidence = Evidence.objects.get()
    assert [entry["values"] for entry in evidence.content["events"]] == [None] * 5
    assert agency.name not in json.dumps(evidence.content, ensure_ascii=False)
    shown = complaints.shown_evidence(evidence, "zh-hans")
    assert shown.whole and all(event.withheld and not event.changed for event in shown.events)


def test_a_complaint_is_never_for_the_body_complained_of(parties: Parties) -> None:
    """An owner that is itself the body which coordinates complaints: the city takes it."""
    from gongbao.office.audit.actions import recorded
    from gongbao.office.audit.actors import KEEPER

    one = overdue_play(parties)
    owner = one.contract.purchase.owner
    with recorded("market.tests", actor=KEEPER, ground="x", at=OVERDUE) as record:
        owner.unit = parties.units["development-reform"]
        owner.save()
        record(owner.subject, unit="development-reform")
    case = complained(one).complaint
    assert case.unit.key == "city" and case.barred == ["development-reform"]


def test_who_is_named_does_not_bring_a_complaint_to_the_body_that_bought(parties: Parties, client: Client) -> None:
    """The finance bureau buys, and the operator is complained of: finance neither decides nor reads the evidence."""
    one = play_for(parties, "finance")
    address = f"/market/complaints/about/purchase/{one.contract.purchase.uuid}/"
    named = {"subject": "procurement", "against_kind": "operator", "against": "运维机构", "against_unit": ""}
    given = form(client, address, facts="x", complainant_name="纪小满", complainant_contact="某处", **named)
    assert client.post(address, given).status_code == 200
    evidence = Evidence.objects.get()
    assert evidence.complaint.unit.key == "development-reform" and "finance" in evidence.complaint.barred
    client.force_login(parties.people["finance-clerk"])
    assert client.get(f"/market/complaints/{evidence.complaint.uuid}/evidence/").status_code == 404


def play_for(parties: Parties, unit: str) -> Play:
    """An award of an owner that is that unit of the city."""
    from gongbao.office.audit.actions import recorded
    from gongbao.office.audit.actors import KEEPER

    set_limit()
    one = play(parties)
    owner = one.contract.purchase.owner
    with recorded("market.tests", actor=KEEPER, ground="x", at=OVERDUE) as record:
        owner.unit = parties.units[unit]
        owner.save()
        record(owner.subject, unit=unit)
    return one


# --- pages


def test_the_pages_answer_in_both_languages(parties: Parties, client: Client) -> None:
    one = overdue_play(parties)
    uuid = one.contract.uuid
    own = ("/market/contracts/mine/", f"/market/contracts/{uuid}/", "/market/contracts/mine/?overdue=any")
    for language, word in (("zh-hans", "合同"), ("en", "ontract")):
        asked = {"accept-language": language}
        for address in ("/market/contracts/", f"/market/contracts/{uuid}/"):
            answer = client.get(address, headers=asked)
            assert answer.status_code == 200 and word in answer.content.decode(), address
        for name in ("school", "agency-1"):
            client.force_login(parties.people[name])
            for address in own:
                answer = client.get(address, headers=asked)
                assert answer.status_code == 200 and word in answer.content.decode(), address
        client.force_login(parties.people["operator-clerk"])
        for address in ("/market/contracts/desk/", f"/market/contracts/{uuid}/"):
            assert client.get(address, headers=asked).status_code == 200, address
        client.logout()


def test_strangers_see_what_was_published_alone(parties: Parties, client: Client) -> None:
    set_limit()
    hidden = play(parties).signed()
    shown = play(parties, agency=parties.agencies[1]).signed(scope="联系13800000000").filed().accepted().invoiced()
    file = shown.contract.case.attachments.get(field="invoice_files")
    for name in ("", "agency-3", "works", "finance-clerk"):
        if name:
            client.force_login(parties.people[name])
        assert client.get(f"/market/contracts/{hidden.contract.uuid}/").status_code == 404, name
        page = client.get(f"/market/contracts/{shown.contract.uuid}/").content.decode()
        assert "80,000.00" in page and "13800000000" not in page and "00001" not in page, name
        assert client.get(f"/market/contracts/{shown.contract.uuid}/file/{file.uuid}/").status_code == 404, name
        rows = client.get("/market/contracts/").content.decode()
        assert str(shown.contract.uuid) in rows and str(hidden.contract.uuid) not in rows
        assert client.get(f"/market/contracts/{hidden.contract.uuid}/step/contract_file/").status_code != 200
    assert client.get("/market/contracts/mine/").status_code == 403
    client.logout()
    assert client.get("/market/contracts/desk/").status_code in (302, 403)


def test_an_auditor_reads_all_and_gets_no_files(parties: Parties, client: Client) -> None:
    one = overdue_play(parties)
    client.force_login(parties.people["auditor"])
    assert client.get(f"/market/contracts/{one.contract.uuid}/").status_code == 200
    file = one.contract.case.attachments.get(field="invoice_files")
    assert client.get(f"/market/contracts/{one.contract.uuid}/file/{file.uuid}/").status_code == 404
    client.force_login(parties.people["operator-clerk"])
    assert client.get(f"/market/contracts/{one.contract.uuid}/file/{file.uuid}/").status_code == 200


def test_what_was_typed_stays_in_the_form(played: Play, client: Client) -> None:
    client.force_login(played.account("agency"))
    address = f"/market/contracts/{played.contract.uuid}/step/contract_sign/"
    page = client.get(address).content.decode()
    assert 'value="80000.00"' in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    given = {f"v-{key}": str(value) for key, value in SIGNING.items()} | {"seen": seen[1], "v-amount": "80000.01"}
    answer = client.post(address, given)
    assert answer.status_code == 400 and 'value="80000.01"' in answer.content.decode()
    assert situation(played).state == market.awarded


LINES = {
    "part-title": ["预付款", "", "成果"],
    "part-sum": ["30%", "", "70%"],
    "part-condition": ["advance", "delivery", "delivery"],
    "part-day": ["", "", ""],
}


def test_instalments_are_typed_in_lines(played: Play, client: Client) -> None:
    client.force_login(played.account("agency"))
    address = f"/market/contracts/{played.contract.uuid}/step/contract_sign/"
    given = {f"v-{key}": str(value) for key, value in SIGNING.items()}
    # 2026-03-12, today by the clock of the tests, is later: late signing says why.
    given |= {"v-late_reason": "协商", "seen": "1"}
    wrong = client.post(address, given | LINES | {"part-sum": ["30%", "", "60%"]})
    page = wrong.content.decode()
    assert wrong.status_code == 400 and "72,000.00" in page and 'value="60%"' in page and "<details" in page
    assert re.search(r"<details[^>]* open", page)
    files = {"v-contract_files": SimpleUploadedFile("合同.pdf", PDF)}
    assert client.post(address, given | LINES | files).status_code == 302
    assert [(one.number, str(one.amount)) for one in market.parts_of(situation(played))] == [
        (1, "24000.00"), (2, "56000.00"),
    ]  # fmt: skip
    page = client.get(f"/market/contracts/{played.contract.uuid}/step/contract_invoice/").content.decode()
    assert '<input type="hidden" name="v-part" value="1">' in page and 'value="24000.00"' in page


def test_a_form_says_what_it_is_about(parties: Parties, client: Client) -> None:
    one = overdue_play(parties)
    address = f"/market/contracts/{one.contract.uuid}/"
    client.force_login(one.account("owner"))
    form = client.get(f"{address}step/contract_pay/").content.decode()
    assert form.count("clock-overdue") == 1  # by when it had to be paid
    one.take("owner", "contract_pay", PAID_BY, paid_on="2026-04-20", payment="30000.00")
    one.take("owner", "contract_pay", PAID_BY, paid_on="2026-04-20", payment="20000.00")
    client.force_login(one.account("agency"))
    page = client.get(address).content.decode()
    assert page.count("step/contract_confirm/?about=") == 2 and "step/contract_dispute/?about=2" in page
    form = client.get(f"{address}step/contract_confirm/?about=2").content.decode()
    assert '<option value="2" selected>' in form and '<option value="1">' in form
    for key in ("contract_settle", "contract_agree_sum", "contract_dispute_reopens", "contract_begin"):
        assert client.get(f"{address}step/{key}/").status_code == 404, key
    seen = re.search(r'name="seen" value="(\d+)"', form)
    assert (
        seen
        and client.post(
            f"{address}step/contract_dispute/", {"seen": seen[1], "v-payment_number": "2", "v-reason": "未到账"}
        ).status_code
        == 302
    )
    page = client.get(address).content.decode()
    assert "中介机构有异议，不计入已付" in page and "未到账" in page and "50,000.00" in page


def test_contracts_as_workbooks(parties: Parties, client: Client) -> None:
    one = overdue_play(parties)
    award(parties, agency=parties.agencies[1])
    (published,) = load_workbook(io.BytesIO(client.get("/market/contracts.xlsx").content)).worksheets
    cells = [[cell.value for cell in line] for line in published.iter_rows()]
    assert any("水土保持方案技术评审" in line and 80000 in line for line in cells)
    assert len([line for line in cells if "水土保持方案技术评审" in line]) == 1
    client.force_login(parties.people["operator-clerk"])
    book = load_workbook(io.BytesIO(client.get("/market/contracts/desk.xlsx").content))
    all_of_them, parts, invoices = book.worksheets
    told = [cell.value for line in all_of_them.iter_rows() for cell in line]
    assert [line[4].value for line in parts.iter_rows()][-1] == 1 and parts.max_row == 2
    assert [line[5].value for line in invoices.iter_rows()][-1] == "00001"
    assert told.count("水土保持方案技术评审") == 2 and one.contract.registration.organisation.name in told


def test_a_workbook_of_too_many_rows_is_refused_in_words(
    parties: Parties, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    overdue_play(parties)
    play(parties, agency=parties.agencies[1]).signed().filed()
    for views in ("contracts.views", "ratings.views.public", "ratings.views.desk"):
        monkeypatch.setattr(f"gongbao.systems.intermediary_market.{views}.MOST_ROWS", 1)
    for name, address in (
        ("", "/market/contracts.xlsx"), ("", "/market/ratings.xlsx?year=2026"),
        ("operator-clerk", "/market/contracts/desk.xlsx"), ("school", "/market/contracts/mine.xlsx"),
    ):  # fmt: skip
        if name:
            client.force_login(parties.people[name])
        answer = client.get(address)
        assert answer.status_code == 400 and "行" in answer.content.decode(), address
    # Both are overdue by now: what is overdue has no more rows than it may either.
    for most, status in ((1, 400), (2, 200)):
        monkeypatch.setattr("gongbao.systems.intermediary_market.contracts.views.MOST_ROWS", most)
        for asked in ("any", "contract_payment"):
            assert client.get(f"/market/contracts/mine.xlsx?overdue={asked}").status_code == status, asked


def test_a_longer_list_asks_no_more_of_the_database(parties: Parties, django_assert_num_queries: Any) -> None:
    set_limit()
    play(parties).signed().filed()
    for number in (1, 2):
        with django_assert_num_queries(4):
            assert len(queries.published_of(list(queries.published()))) == number
        with django_assert_num_queries(3):
            assert len(queries.overdue(queries.contracts(), OVERDUE)) == number
        play(parties, agency=parties.agencies[number]).signed().filed()


def test_no_more_overdue_contracts_are_followed_than_a_page_takes(
    parties: Parties, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, later = overdue_play(parties), play(parties, agency=parties.agencies[1])
    monkeypatch.setattr("gongbao.systems.intermediary_market.contracts.views.timezone.now", lambda: OVERDUE)
    client.force_login(parties.people["school"])
    counts: dict[int, dict[str, str]] = {}
    for most in (2, 1):
        monkeypatch.setattr(queries, "FOLLOWED", most)
        page = client.get("/market/contracts/mine/").content.decode()
        told = re.findall(r'overdue=(contract_[a-z_]+)"[^>]*>[^<]*?(\d+\+?)</a>', page)
        counts[most] = dict(told)
        assert ("最早逾期的1份" in page) is (most == 1)
    assert counts[2] == {"contract_payment": "1", "contract_signing": "1"}
    assert counts[1] == {one.key: f"{int(one == market.signing)}+" for one in queries.OVERDUE}
    listed = client.get("/market/contracts/mine/?overdue=contract_payment").content.decode()
    assert str(first.contract.uuid) not in listed
    book = load_workbook(io.BytesIO(client.get("/market/contracts/mine.xlsx?overdue=contract_payment").content))
    assert first.contract.case.receipt in [cell.value for line in book.worksheets[0].iter_rows() for cell in line]
    everything = client.get("/market/contracts/mine/?overdue=any").content.decode()
    assert all(str(one.contract.uuid) in everything for one in (first, later))


def test_filters_of_the_public_list(parties: Parties, client: Client) -> None:
    one = overdue_play(parties)
    for asked, there in (
        ({"q": one.contract.registration.organisation.name[:3]}, True),
        ({"q": "没有这一家"}, False),
        ({"fund": "public"}, True),
        ({"fund": "private"}, False),
        ({"year": "2026"}, True),
        ({"year": "2025"}, False),
    ):
        assert (str(one.contract.uuid) in client.get("/market/contracts/", asked).content.decode()) is there, asked
    for wrong in ({"fund": "x"}, {"year": "abcd"}):
        assert client.get("/market/contracts/", wrong).status_code == 404
