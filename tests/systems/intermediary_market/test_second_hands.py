"""Taking an organisation out, or handing it over, takes two of the operator (organisations/actions.py)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER
from gongbao.office.outbox.models import Message
from gongbao.office.people.actions import give_post
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.organisations import actions, queries
from gongbao.systems.intermediary_market.organisations.models import Mending, Organisation
from gongbao.systems.intermediary_market.ratings import liabilities
from gongbao.systems.intermediary_market.ratings.traces import Period
from tests.systems.intermediary_market.parties import START, Parties, open_market

NOW = START + timedelta(days=60)
TODAY = NOW.date()
HEAD = "operator_head"


@pytest.fixture
def market(db: None) -> Parties:
    return open_market()


def proposed(market: Parties, by: str = "operator-clerk", to: str = "") -> Mending:
    agency, account = market.agencies[0], market.people[by]
    if to:
        return actions.propose_hand_over(agency, market.people[to], "冒名入驻", account=account, actor=KEEPER, at=NOW)
    return actions.propose_removal(agency, "该单位已注销", account=account, actor=KEEPER, at=NOW)


def decide(market: Parties, one: Mending, by: str = "operator-head", verdict: Verdict = Verdict.SIGNED,
           words: str = "", role: str = HEAD) -> Mending:  # fmt: skip
    return actions.decide_mending(one, verdict, words, role=role, account=market.people[by], actor=KEEPER, at=NOW)


def acts(market: Parties, name: str) -> bool:
    return queries.is_member(market.people[name], Organisation.objects.get(pk=market.agencies[0].pk), TODAY)


def test_nothing_happens_before_another_has_signed_and_all_concerned_are_told(market: Parties) -> None:
    one = proposed(market, to="nobody")
    assert acts(market, "agency-1") and not acts(market, "nobody")
    for name in ("agency-1", "nobody"):
        assert "冒名入驻" in Message.objects.get(account=market.people[name]).text_zh
    waits = Message.objects.get(unit=market.operator)
    assert waits.role == "section_head" and waits.link == f"/market/desk/signatures/{one.uuid}/"
    decide(market, one)
    assert acts(market, "nobody") and not acts(market, "agency-1")
    for name in ("agency-1", "nobody", "operator-clerk"):
        assert "两人已签署" in Message.objects.filter(account=market.people[name]).order_by("-pk")[0].text_zh, name


def test_the_report_has_what_was_done_also_when_it_is_in_the_market_again(market: Parties) -> None:
    decide(market, proposed(market))
    decide(market, proposed(market, to="nobody"))
    (told,) = [one for one in liabilities.filled(Period.of_year(2026, NOW)) if one.report.key == "reviews"]
    assert {one.what.zh for one in told.traces} == {"移出超市", "变更业务授权人"}


def test_the_same_person_signs_nothing_that_they_proposed(market: Parties) -> None:
    """Also not who holds both posts; and the database takes no such row."""
    one = proposed(market, by="operator-head")
    with pytest.raises(GongbaoError, match="you proposed this yourself"):
        decide(market, one)
    assert Organisation.objects.get(pk=market.agencies[0].pk).removed_at is None
    with (
        pytest.raises(IntegrityError), transaction.atomic(),
        recorded("tests.alone", actor=KEEPER, ground="our rule", at=NOW) as record,
    ):  # fmt: skip
        record(market.agencies[0].subject)
        one.decided_by, one.decided_at, one.verdict = market.people["operator-head"], NOW, "signed"
        one.save()
    # Another of the section heads does.
    give_post(market.people["operator-clerk"], "government-services", "section_head", since=TODAY, at=NOW)
    assert decide(market, Mending.objects.get(), by="operator-clerk").verdict == "signed"


def test_who_is_no_head_of_the_operator_does_not_sign(market: Parties) -> None:
    one = proposed(market)
    give_post(market.people["nobody"], "government-services", "clerk", since=TODAY, at=NOW)
    with pytest.raises(GongbaoError, match="not asked for an opinion"):
        decide(market, one, by="nobody", role="")


def test_a_proposal_is_returned_with_a_reason_or_taken_back_and_all_stays(market: Parties) -> None:
    with pytest.raises(GongbaoError, match="say why"):
        decide(market, proposed(market), verdict=Verdict.RETURNED)
    decide(market, Mending.objects.get(), verdict=Verdict.RETURNED, words="仍在登记")
    told = Message.objects.filter(account=market.people["operator-clerk"]).get()
    assert "未予签署" in told.text_zh
    second = proposed(market)
    for name in ("operator-head", "agency-1"):
        with pytest.raises(GongbaoError, match="only who proposed"):
            actions.take_mending_back(second, account=market.people[name], actor=KEEPER, at=NOW)
    actions.take_mending_back(second, account=market.people["operator-clerk"], actor=KEEPER, at=NOW)
    with pytest.raises(GongbaoError, match="in the meantime"):
        decide(market, second)
    assert acts(market, "agency-1")


def test_what_waits_is_neither_proposed_nor_signed_twice(market: Parties) -> None:
    one = proposed(market)
    with pytest.raises(GongbaoError, match="waits for a second signature already"):
        proposed(market, to="nobody")
    decide(market, one)
    with pytest.raises(GongbaoError, match="in the meantime"):
        decide(market, one)
    with pytest.raises(GongbaoError, match="taken out already"):
        proposed(market)


def test_nobody_mends_what_is_their_own(market: Parties) -> None:
    """Who of the operator acts for an owner, or would act, neither proposes nor signs."""
    school, clerk, head = market.owners[0], market.people["operator-clerk"], market.people["operator-head"]
    refused = pytest.raises(GongbaoError, match="neither proposes nor signs")
    with refused:
        actions.propose_hand_over(school, clerk, "无人办理", account=clerk, actor=KEEPER, at=NOW)
    one = actions.propose_hand_over(school, head, "无人办理", account=clerk, actor=KEEPER, at=NOW)
    with refused:
        decide(market, one)
    actions.add_member(school, clerk, since=TODAY, actor=KEEPER, at=NOW)
    actions.take_mending_back(one, account=clerk, actor=KEEPER, at=NOW)
    with refused:
        actions.propose_removal(school, "已撤销", account=clerk, actor=KEEPER, at=NOW)


def test_an_account_that_came_to_hold_a_post_in_between_is_handed_no_agency(market: Parties) -> None:
    one = proposed(market, to="nobody")
    give_post(market.people["nobody"], "housing", "clerk", since=TODAY, at=NOW)
    with pytest.raises(GongbaoError, match="holds a post"):
        decide(market, one)
    assert acts(market, "agency-1") and Mending.objects.get().decided_at is None


def test_who_was_sent_away_does_not_come_back_by_an_invitation_of_theirs(market: Parties) -> None:
    one = proposed(market, to="nobody")
    sent_away, friend = market.people["agency-1"], market.people["agency-2"]
    invited = actions.invite(market.agencies[0], "agency-2", account=sent_away, actor=KEEPER, at=NOW)
    decide(market, one)
    with pytest.raises(GongbaoError, match="stands no more"):
        actions.accept_invitation(invited, actions.NOBODY, account=friend, actor=KEEPER, at=NOW)


@pytest.mark.one_database
def test_the_pages_of_the_operator_and_who_sees_them(market: Parties, client: Client) -> None:
    agency = market.agencies[0]
    remove = f"/market/desk/organisations/{agency.uuid}/remove/"
    client.force_login(market.people["operator-clerk"])
    assert client.post(remove, {"v-reasons": "已注销"}).status_code == 302
    again = client.post(remove, {"v-reasons": "已注销"})  # pressed twice
    assert again.status_code == 400 and "等待第二人签署" in again.content.decode()
    one = Mending.objects.get()
    page = f"/market/desk/signatures/{one.uuid}/"
    assert page in client.get("/market/desk/").content.decode()
    assert page in client.get("/market/desk/organisations/", {"uscc": agency.uscc}).content.decode()
    signs = {"v-verdict": "signed", "v-words": ""}
    refused = client.post(page, signs)
    assert refused.status_code == 400 and "现在不由其签署意见" in refused.content.decode()
    for name, code in (("agency-1", 403), ("agency-2", 403), ("nobody", 403), ("housing-clerk", 404), ("auditor", 403)):
        client.force_login(market.people[name])
        assert client.post(page, signs).status_code in (code, 404), name
        assert page not in client.get("/market/desk/").content.decode() or name == "auditor"
    client.force_login(market.people["auditor"])
    shown = client.get(page)
    assert shown.status_code == 200 and "已注销" in shown.content.decode() and "v-verdict" not in shown.content.decode()
    client.force_login(market.people["agency-1"])
    assert "已注销" in client.get(f"/market/mine/{agency.uuid}/").content.decode()
    client.force_login(market.people["operator-head"])
    assert client.post(page, {"v-verdict": "returned", "v-words": ""}).status_code == 400
    assert client.post(page, signs).status_code == 302
    twice = client.post(page, signs)
    assert twice.status_code == 400
    agency.refresh_from_db()
    assert agency.removed_at is not None
    assert "operator-head" in client.get(page).content.decode()


@pytest.mark.one_database
def test_whoever_proposed_takes_it_back_on_its_page(market: Parties, client: Client) -> None:
    one = actions.propose_removal(
        market.agencies[0], "已注销", account=market.people["operator-clerk"], actor=KEEPER, at=timezone.now()
    )
    back = f"/market/desk/signatures/{one.uuid}/take-back/"
    client.force_login(market.people["operator-head"])
    assert client.post(back).status_code == 400
    client.force_login(market.people["operator-clerk"])
    assert client.post(back).status_code == 302 and client.post(back).status_code == 400
    assert Mending.objects.get().verdict == "taken_back"
