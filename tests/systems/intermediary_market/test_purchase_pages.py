"""The pages of purchases: the owner's work place, the operator's form review, what everybody sees, the limits."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongbao.core.labels import Label
from gongbao.office.audit.actors import KEEPER
from gongbao.office.cases.actions import Upload
from gongbao.office.people.models import Account
from gongbao.systems.intermediary_market.complaints.models import Evidence
from gongbao.systems.intermediary_market.organisations.actions import leave_item
from gongbao.systems.intermediary_market.organisations.models import Listing
from gongbao.systems.intermediary_market.purchases import actions, queries
from gongbao.systems.intermediary_market.purchases.models import Draft, ProcurementLimit, Purchase
from gongbao.systems.intermediary_market.purchases.prices import price_told
from gongbao.systems.intermediary_market.purchases.terms import WrongTerms
from tests.systems.intermediary_market.buying import MONDAY, SELECTION, TERMS, Market, again, at, buying_market, seen

pytestmark = pytest.mark.one_database


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 09:30")


def on(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """The clock of the pages stands there."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(moment))


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, name: str, *args: Any, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(f"market:{name}", args=args), query)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def form(market: Market, **changed: Any) -> dict[str, str]:
    return {"item": str(market.item.uuid), **{f"v-{key}": str(value) for key, value in (TERMS | changed).items()}}


def test_a_form_that_is_sent_twice_is_one_purchase(market: Market) -> None:
    """Two of them would both count against the limit, and both be published."""
    client = signed_in(market.account)
    address = reverse("market:owner_new", args=[market.owner.uuid])
    (token,) = re.findall(r'name="once" value="([^"]+)"', client.get(address).content.decode())
    sent = {**form(market), "once": token, "looked": "yes"}
    first, second = client.post(address, sent), client.post(address, sent)
    assert first.status_code == 302 and first["Location"] == second["Location"]
    changed = client.post(address, {**sent, "v-budget": "90000"})
    assert changed.status_code == 400 and "90000" in changed.content.decode()
    assert [one.budget for one in Purchase.objects.all()] == [80000]
    stranger = signed_in(market.parties.people["works"])
    other = reverse("market:owner_new", args=[market.parties.owners[1].uuid])
    assert stranger.post(other, {**sent, "v-fund": "private"}).status_code == 400


def test_an_owner_drafts_a_purchase_and_hands_it_in(market: Market) -> None:
    client = signed_in(market.account)
    address = reverse("market:owner_new", args=[market.owner.uuid])
    assert 'value="5"' in client.get(address).content.decode()
    kept = client.post(address, {**form(market, project_name="半成的项目", budget=""), "save": "yes"})
    assert kept.status_code == 302
    assert "半成的项目" in client.get(kept["Location"]).content.decode()
    wrong = client.post(kept["Location"], form(market, budget="", contact_name=""))
    text = wrong.content.decode()
    assert wrong.status_code == 400 and 'href="#id-v-budget"' in text and "2 " in text
    assert "教学楼安全鉴定" in text  # what was typed is kept
    done = client.post(address, form(market) | draft_in(client, kept["Location"]))
    made = Purchase.objects.get()
    assert done["Location"] == reverse("market:owner_purchase", args=[made.uuid])
    assert not Draft.objects.exists()


def draft_in(client: Client, address: str) -> dict[str, str]:
    """The draft that the form at the address is of, as the form sends it."""
    found = dict(re.findall(r'name="(draft|draft_digest|once)" value="([^"]+)"', client.get(address).content.decode()))
    assert {*found} == {"draft", "draft_digest", "once"}
    return found


@pytest.mark.parametrize("meanwhile", ["kept anew", "dropped", "handed in"])
def test_what_is_typed_of_a_draft_that_changed_meanwhile_is_not_lost(market: Market, meanwhile: str) -> None:
    """Nor does it take the place of what the other typed, nor become a second purchase unasked."""
    client = signed_in(market.account)
    new = reverse("market:owner_new", args=[market.owner.uuid])
    address = client.post(new, {**form(market, work="初稿"), "save": "yes"})["Location"]
    mine, other = draft_in(client, address), draft_in(client, address)
    if meanwhile == "kept anew":
        client.post(new, {**form(market, work="他人所改"), **other, "save": "yes"})
    elif meanwhile == "dropped":
        client.post(reverse("market:drop_draft", args=[market.owner.uuid, mine["draft"]]))
    else:
        assert (
            client.post(new, {**form(market), **other})["Location"]
            == (
                client.post(new, {**form(market), **other})["Location"]  # pressed twice
            )
        )
    before = [*Draft.objects.values("given")], Purchase.objects.count()
    for more in ({}, {"save": "yes"}):
        answer = client.post(new, {**form(market, work="我所改"), **mine, **more})
        text = answer.content.decode()
        assert answer.status_code == 400 and "我所改" in text and "作为另一份" in text
        assert 'name="draft"' not in text
    assert ([*Draft.objects.values("given")], Purchase.objects.count()) == before
    assert client.post(new, {**form(market, work="我所改"), "once": mine["once"], "save": "yes"}).status_code == 302
    assert Draft.objects.count() == len(before[0]) + 1


def test_a_draft_is_nobody_elses(market: Market) -> None:
    draft = actions.save_draft(market.owner, {"project_name": "草稿"}, account=market.account, at=MONDAY)
    stranger = signed_in(market.parties.people["works"])
    address = reverse("market:owner_new", args=[market.owner.uuid])
    assert stranger.get(f"{address}?draft={draft.uuid}").status_code == 404
    assert stranger.post(reverse("market:drop_draft", args=[market.owner.uuid, draft.uuid])).status_code == 404
    signed_in(market.account).post(reverse("market:drop_draft", args=[market.owner.uuid, draft.uuid]))
    assert not Draft.objects.exists()


def test_what_the_form_review_points_at_is_shown_before_it_is_handed_in(market: Market) -> None:
    client = signed_in(market.account)
    address = reverse("market:owner_new", args=[market.owner.uuid])
    given = form(market, requirements="须在本市设有分公司")
    first = client.post(address, given)
    assert first.status_code == 400 and "本市设有分公司" in first.content.decode()
    assert not Purchase.objects.exists()
    assert client.post(address, {**given, "looked": "yes"}).status_code == 302
    made = Purchase.objects.get()
    # And to the operator.
    shown = page(signed_in(market.parties.people["operator-clerk"]), "purchase_at_desk", made.uuid)
    assert "本市设有分公司" in shown


def test_papers_come_with_the_purchase_and_are_published_with_the_notice(market: Market) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(market.account)
    address = reverse("market:owner_new", args=[market.owner.uuid])
    client.get(address)  # gives the ticket for files
    paper = SimpleUploadedFile("参数.txt", "面积4200平方米".encode())
    assert client.post(address, {**form(market), "v-annexes": paper}).status_code == 302
    made = Purchase.objects.get()
    attachment = made.case.attachments.get()
    file = reverse("market:notice_file", args=[made.uuid, attachment.uuid])
    assert Client().get(file).status_code == 404
    # Before that they are the owner's, and nobody else's.
    assert client.get(file).content.decode() == "面积4200平方米"
    assert signed_in(market.parties.people["works"]).get(file).status_code == 404
    market.publish(made)
    assert Client().get(file).content.decode() == "面积4200平方米"
    text = page(Client(), "notice", made.uuid)
    assert "参数.txt" in text and TERMS["no_annexes"] not in text  # there is something attached


def test_a_notice_without_papers_says_why_there_are_none(market: Market) -> None:
    """第十九条第（二）项: "see the papers" and no paper is handed in by nobody."""
    client = signed_in(market.account)
    address = reverse("market:owner_new", args=[market.owner.uuid])
    for language, words in (("zh-hans", "第十九条第（二）项"), ("en", "why there is nothing to attach")):
        answer = client.post(address, form(market, no_annexes=""), headers={"accept-language": language})
        text = answer.content.decode()
        assert answer.status_code == 400 and words in text and 'href="#id-v-annexes"' in text
    draft = client.post(address, {**form(market), "save": "yes"})["Location"]
    assert TERMS["no_annexes"] in client.get(draft).content.decode()
    assert client.post(address, form(market)).status_code == 302
    made = Purchase.objects.get()
    assert TERMS["no_annexes"] in page(
        signed_in(market.parties.people["operator-clerk"]), "purchase_at_desk", made.uuid
    )
    market.publish(made)
    assert TERMS["no_annexes"] in page(Client(), "notice", made.uuid)
    # Papers that came before stand, until it is said that there is nothing to attach.
    paper = Upload("annexes", "参数.txt", b"4200")
    common: dict[str, Any] = {"account": market.account, "at": MONDAY}
    actions.change_terms(made, TERMS, "补充附件", seen=seen(made), uploads=[paper], **common)
    assert [one.name for one in queries.annexes(made, queries.last_terms(made).content)] == ["参数.txt"]
    market.publish(again(made))
    actions.change_terms(again(made), {**TERMS, "no_annexes": ""}, "改联系人", seen=seen(made), **common)
    assert [one.name for one in queries.annexes(made, queries.last_terms(made).content)] == ["参数.txt"]
    market.publish(again(made))
    actions.change_terms(again(made), TERMS, "附件有误", seen=seen(made), **common)
    assert queries.annexes(made, queries.last_terms(made).content) == []


def test_a_notice_that_was_handed_in_before_with_neither_goes_on(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(
            actions, "_read",
            lambda reads, given, uploads, *more: reads({**given, "no_annexes": ""}, *more[:3], files=True),
        )  # fmt: skip
        made = market.submit()
    made = market.publish(made)
    actions.extend(made, "2", "咨询较多", account=market.account, at=MONDAY, seen=seen(made))
    made = again(made)
    given = {**TERMS, "no_annexes": ""}
    with pytest.raises(WrongTerms, match="annexes"):  # new terms say it
        actions.change_terms(made, given, "改联系人", account=market.account, at=MONDAY, seen=seen(made))
    actions.change_terms(made, TERMS, "改联系人", account=market.account, at=MONDAY, seen=seen(made))


def test_the_operator_publishes_and_everybody_reads_the_seven_groups(market: Market) -> None:
    made = market.submit()
    assert Client().get(reverse("market:notice", args=[made.uuid])).status_code == 404
    clerk = signed_in(market.parties.people["operator-clerk"])
    assert page(clerk, "purchases_at_desk")
    seen = re.search(r'name="seen" value="(\d+)"', page(clerk, "purchase_at_desk", made.uuid))
    assert seen is not None
    address = reverse("market:publish_notice", args=[made.uuid])
    assert clerk.post(address, {"seen": seen[1]}).status_code == 302
    assert clerk.post(address, {"seen": seen[1]}).status_code == 400  # pressed twice
    text = page(Client(), "notice", made.uuid)
    for words in ("教学楼安全鉴定", "文竹", "0991-5550001", "80,000.00", "依法应当回避的情形", "24:00"):
        assert words in text
    assert "教学楼安全鉴定" in page(Client(), "notices", group="open")
    assert "教学楼安全鉴定" not in page(Client(), "notices", group="ended")
    assert "教学楼安全鉴定" in page(Client(), "notices", q="安全鉴")
    assert "教学楼安全鉴定" not in page(Client(), "notices", q="造价")
    assert Client().get(reverse("market:notices"), {"group": "x"}).status_code == 404


def test_who_is_not_of_the_operator_has_no_desk_for_purchases(market: Market) -> None:
    made = market.submit()
    for name in ("housing-clerk", "finance-clerk"):
        client = signed_in(market.parties.people[name])
        page(client, "purchase_at_desk", made.uuid, status=404)
        assert client.post(reverse("market:publish_notice", args=[made.uuid]), {"seen": "1"}).status_code == 404
    auditor = signed_in(market.parties.people["auditor"])
    assert "教学楼安全鉴定" in page(auditor, "purchase_at_desk", made.uuid)
    assert auditor.post(reverse("market:publish_notice", args=[made.uuid]), {"seen": "1"}).status_code == 403


def test_long_lists_are_read_page_by_page_in_as_many_queries(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongbao.systems.intermediary_market.purchases.views.common.PAGE", 2)
    client = signed_in(market.account)

    def asked(name: str) -> int:
        page(client, name)  # what is kept between requests is there
        with CaptureQueriesContext(connection) as found:
            page(client, name)
        return len(found)

    lists = ("owner_purchases", "notices")
    names = ["一号楼", "二号楼", "三号楼"]
    first: list[int] = []
    for name in names:
        market.published(project_name=name)
        first = first or [asked(one) for one in lists]
    assert [asked(one) for one in lists] == first
    for address, query in (("owner_purchases", {"owner": str(market.owner.uuid)}), ("notices", {})):
        one, two = (page(client, address, page=number, **query) for number in ("1", "2"))
        assert [name in one for name in names] == [False, True, True], address
        assert [name in two for name in names] == [True, False, False], address


def test_nothing_of_who_registered_is_shown_before_the_opening(market: Market) -> None:
    """The pages of this part; those of all parts are crawled in test_nothing_is_disclosed."""
    made = market.published()
    market.register(made, [0, 1], ["41111.11", "42222.22"])
    secrets = [*(one.name for one in market.parties.agencies[:2]), "41111.11", "42222.22"]
    before = {}
    for name in ("", "school", "operator-clerk", "operator-head", "auditor", "agency-1", "finance-clerk"):
        client = signed_in(market.parties.people[name]) if name else Client()
        for address in ("notices", "awards", "limits", "owner_purchases", "purchases_at_desk", "own_registrations"):
            before[name, address] = client.get(reverse(f"market:{address}")).content.decode()
        for address in ("notice", "owner_purchase", "purchase_at_desk"):
            before[name, address] = client.get(reverse(f"market:{address}", args=[made.uuid])).content.decode()
    for where, text in before.items():
        assert not [one for one in secrets if one in text], where


def test_the_owner_checks_and_selects_on_its_page(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.systems.intermediary_market.buying import Part

    made = market.opened([0, 1], ["300", "200"])
    on(monkeypatch, "2026-03-10 10:00")
    client = signed_in(market.account)
    text = page(client, "owner_purchase", made.uuid)
    assert market.parties.agencies[0].name in text
    # The operator's desk knows nothing of them.
    for name in ("operator-head", "auditor"):
        shown = page(signed_in(market.parties.people[name]), "purchase_at_desk", made.uuid)
        assert market.parties.agencies[0].name not in shown
    for one in queries.by_envelope(made):
        address = reverse("market:judge", args=[made.uuid, one.uuid])
        assert client.post(address, {"verdict": "", "reason": "x"}).status_code == 400
        assert client.post(address, {"verdict": "admit", "reason": ""}).status_code == 400
        assert client.post(address, {"verdict": "admit", "reason": "证书齐全"}).status_code == 302
    seen = {"seen": str(again(made).case.events_count)}
    assert client.post(reverse("market:finish_check", args=[made.uuid]), seen).status_code == 302
    on(monkeypatch, "2026-03-11 09:30")
    client = signed_in(market.account)  # a session does not last that long
    made = market.open(again(made), Part.OFFER, SELECTION)
    seen = {"seen": str(made.case.events_count)}
    assert "200.00元" in page(client, "owner_purchase", made.uuid)
    assert client.post(reverse("market:select_agency", args=[made.uuid]), seen).status_code == 302
    assert again(made).selected.organisation == market.parties.agencies[1]
    step = reverse("market:owner_step", args=[made.uuid, "confirm"])
    assert "第二十四条" in client.get(step).content.decode()
    seen = {"seen": str(again(made).case.events_count)}
    assert client.post(step, seen).status_code == 302
    assert again(made).case.state == "confirmed"
    # Not public before the award notice.
    assert market.parties.agencies[1].name not in page(Client(), "notice", made.uuid)
    market.desk(again(made), "publish_award")
    assert market.parties.agencies[1].name in page(Client(), "notice", made.uuid)
    assert market.parties.agencies[1].name in page(Client(), "awards")
    assert market.parties.agencies[1].name not in page(
        signed_in(market.parties.people["agency-1"]), "own_registrations"
    )


def test_the_owner_extends_changes_and_withdraws_on_its_pages(market: Market) -> None:
    made = market.published()
    client = signed_in(market.account)
    step = reverse("market:owner_step", args=[made.uuid, "extend"])
    wrong = client.post(step, {"seen": "2", "v-days": "0", "v-reason": "咨询较多"})
    assert wrong.status_code == 400 and "咨询较多" in wrong.content.decode()
    assert client.post(step, {"seen": "2", "v-days": "2", "v-reason": "咨询较多"}).status_code == 302
    assert again(made).registration_ends_at == at("2026-03-12 00:00")
    terms = reverse("market:owner_terms", args=[made.uuid])
    assert "教学楼安全鉴定" in client.get(terms).content.decode()
    given = {**form(market, work="增加一栋"), "v-reason": "补充", "seen": "3"}
    assert client.post(terms, given).status_code == 302
    assert again(made).case.state == "reviewing"
    assert "不能变更或者更正" in page(client, "owner_terms", made.uuid, status=400)
    text = page(Client(), "notice", made.uuid)
    assert "增加一栋" not in text  # not before it is published again
    withdraw = reverse("market:owner_step", args=[made.uuid, "withdraw_purchase"])
    assert client.post(withdraw, {"seen": "4", "v-reason": "停办"}).status_code == 302
    assert again(made).case.state == "withdrawn"


def test_others_do_not_come_to_an_owners_purchase(market: Market) -> None:
    made = market.published()
    works = signed_in(market.parties.people["works"])
    page(works, "owner_purchase", made.uuid, status=404)
    assert (
        works.post(reverse("market:owner_step", args=[made.uuid, "withdraw_purchase"]), {"seen": "2"}).status_code
        == 404
    )
    page(signed_in(market.account), "owner_purchase", uuid4(), status=404)


def test_an_agency_gives_its_award_back(market: Market) -> None:
    made = market.announced()
    address = reverse("market:give_back", args=[made.uuid])
    assert signed_in(market.parties.people["agency-2"]).get(address).status_code == 404
    client = signed_in(market.parties.people["agency-1"])
    assert client.get(address).status_code == 200
    assert client.post(address, {"v-reason": ""}).status_code == 400
    assert client.post(address, {"v-reason": "人手不足"}).status_code == 302
    assert again(made).case.state == "abandoned"
    assert market.parties.agencies[0].network_addresses.exists()  # 第三十三条第（二）项
    owner = page(signed_in(market.account), "owner_purchase", made.uuid)
    assert f"?previous={made.uuid}" in owner


def test_finance_enters_the_limit_and_nobody_else(market: Market) -> None:
    given = {"v-budget_year": "2026", "v-amount": "400000", "v-source": "云澜市2026年集中采购目录（补充）"}
    address = reverse("market:limits")
    for name in ("operator-clerk", "school", "auditor"):
        assert signed_in(market.parties.people[name]).post(address, given).status_code == 403
    client = signed_in(market.parties.people["finance-clerk"])
    wrong = client.post(
        address, {**given, "v-budget_year": "", "v-amount": "很多"}, headers={"accept-language": "zh-hans"}
    )
    assert wrong.status_code == 400
    # Each field says what is wrong with it, in the language of the page, and what was typed stands.
    for said in ("请填写预算年度", "应为金额，单位元，最多两位小数", 'value="很多"', given["v-source"]):
        assert said in wrong.content.decode()
    assert client.post(address, given).status_code == 302
    assert ProcurementLimit.objects.last().amount == 400000
    assert "400,000.00" in page(Client(), "limits")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_are_there_in_both_languages(market: Market, language: str) -> None:
    made = market.announced()
    client = signed_in(market.account)
    for who, name, args in (
        (Client(), "notices", ()), (Client(), "notice", (made.uuid,)), (client, "owner_purchase", (made.uuid,)),
        (client, "owner_new", (market.owner.uuid,)), (client, "owner_purchases", ()),
    ):  # fmt: skip
        answer = who.get(reverse(f"market:{name}", args=args), headers={"accept-language": language})
        assert answer.status_code == 200
        assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in answer.content.decode()[:300]


def test_the_owner_sees_who_stands_under_the_service(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    made = market.opened([0, 1], ["300", "200"])
    on(monkeypatch, "2026-03-10 10:00")
    left = Listing.objects.get(organisation=market.parties.agencies[1])
    leave_item(left, actor=KEEPER, at=at("2026-03-10 09:00"))  # after registration ended: it had stood there in time
    text = page(signed_in(market.account), "owner_purchase", made.uuid)
    said = {"今日在本事项之下": 1, "今日不在本事项之下，请核对其资质": 1}
    assert {words: text.count(words) for words in said} == said
    assert reverse("market:agency", args=[market.parties.agencies[1].uuid]) in text


def test_auditors_alone_see_who_registered_where_it_failed(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    made = market.opened([0, 1])
    name = market.parties.agencies[0].name
    on(monkeypatch, "2026-03-10 10:00")
    assert name not in page(signed_in(market.parties.people["auditor"]), "purchase_at_desk", made.uuid)
    assert market.checked(made, rejected=[0, 1]).case.state == "failed"
    shown = page(signed_in(market.parties.people["auditor"]), "purchase_at_desk", made.uuid)
    assert name in shown and "按报名条件核对" in shown
    assert name not in page(signed_in(market.parties.people["operator-head"]), "purchase_at_desk", made.uuid)
    assert name not in page(Client(), "notice", made.uuid)


def test_nobody_is_late_when_a_time_that_has_to_pass_is_over(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the selection and the publicity of an award: what ends them could not be done before."""
    from gongbao.office.cases import actions as cases

    waits = market.checked(market.opened([0, 1]))
    cases.tend_due(SELECTION)
    assert not waits.case.reminders.filter(clock="selection", kind="overdue").exists()
    made = market.announced()
    on(monkeypatch, "2026-03-20 10:00")
    text = page(signed_in(market.parties.people["operator-clerk"]), "purchase_at_desk", made.uuid)
    assert "已届满" in text and "逾期" not in text
    # The step that is due is offered there, as are others of the operator; none of those of its parties.
    assert "/steps/issue_award/" in text and "/steps/annul/" in text and "/steps/confirm/" not in text


def test_the_page_of_the_case_names_people_by_name_and_the_end_of_a_day_as_such(market: Market) -> None:
    made = market.announced()
    assert made.selected is not None
    text = page_of_case(signed_in(market.parties.people["operator-clerk"]), made)
    assert made.selected.organisation.name in text
    assert str(made.selected.uuid) not in text and "报名编号" not in text
    ends = again(made).registration_ends_at
    assert ends == at("2026-03-10 00:00") and "2026-03-09 24:00" in text and "2026-03-10 00:00" not in text


def page_of_case(client: Client, made: Purchase) -> str:
    answer = client.get(f"/cases/{made.case.uuid}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(("kept", "zh", "en"), [
    ("46000元", "46,000.00元", "46,000.00 yuan"),
    ("46000.50元", "46,000.50元", "46,000.50 yuan"),
    ("费率1.2%", "费率1.2%", "rate of 1.2%"),
    ("下浮率20%", "下浮率20%", "discount of 20%"),
])  # fmt: skip
def test_prices_are_told_in_the_language_of_the_reader(kept: str, zh: str, en: str) -> None:
    assert price_told(kept) == Label(zh, en) and price_told("") is None


def test_sums_are_written_in_one_way(market: Market) -> None:
    made = market.announced()
    assert made.selected is not None
    price = price_told(queries.price_in_words(made.selected))
    assert price is not None
    for language, unit in (("zh-hans", "元"), ("en", " yuan")):
        everybody = Client(headers={"accept-language": language})
        text = page(everybody, "notice", made.uuid)
        assert price.in_language(language).endswith(f".00{unit}")
        assert price.in_language(language) in text and price.in_language(language) in page(everybody, "awards")
        assert "80,000.00" in text and "80000" not in text and "80,000.00" in page(everybody, "notices")
    clerk = signed_in(market.parties.people["operator-clerk"])
    for address in (reverse("market:purchase_at_desk", args=[made.uuid]), f"/cases/{made.case.uuid}/"):
        english = clerk.get(address, headers={"accept-language": "en"}).content.decode()
        assert price.en in english and "元" not in english, address


def test_a_notice_of_award_is_opened_by_both_whom_it_names(market: Market) -> None:
    made = market.desk(market.announced(), "issue_award", at("2026-03-19 09:00"))
    assert made.selected is not None
    agencies = market.parties.agencies
    selected, other = (1, 2) if made.selected.organisation == agencies[0] else (2, 1)
    people = market.parties.people
    readers = {"owner": market.account, "agency": people[f"agency-{selected}"], "other": people[f"agency-{other}"]}
    clients = {"everybody": Client()} | {name: signed_in(one) for name, one in readers.items()}
    links = {
        name: re.findall(r'href="(/market/notices/[^"]+/letters/[^"]+\.pdf)"', page(client, "notice", made.uuid))
        for name, client in clients.items()
    }
    assert links["everybody"] == links["other"] == links["owner"][:1] and len(links["owner"]) == 2
    assert links["agency"] == links["owner"]
    for name, client in clients.items():
        codes = [client.get(address).status_code for address in links["owner"]]
        assert codes == ([200, 200] if name in ("owner", "agency") else [200, 404]), name


def test_an_award_notice_leads_to_a_complaint_about_its_purchase(market: Market) -> None:
    made, client = market.announced(), Client()
    (address,) = re.findall(r'href="([^"]+)">提出异议或者投诉</a>', page(client, "notice", made.uuid))
    shown = client.get(address).content.decode()
    (once,) = re.findall(r'name="once" value="([^"]+)"', shown)
    given = {
        "subject": "owner", "against_kind": "owner", "against": made.owner.name, "facts": "选取未按公告进行",
        "complainant_name": "澄心", "complainant_contact": "0991-5550001",
    }  # fmt: skip
    sent = {"once": once, **{f"v-{key}": value for key, value in given.items()}}
    token = re.findall(r'name="ticket" value="([^"]+)"', shown)
    assert client.post(address, sent | ({"ticket": token[0]} if token else {})).status_code == 200
    evidence = Evidence.objects.get()
    assert evidence.about == made.subject and "publish_award" in [one["step"] for one in evidence.content["events"]]
