"""Nobody acts for an organisation without having said yes; until then, and after, they have no right there."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.outbox.models import Message
from gongbao.office.people.actions import give_post, keep_account, keep_unit
from gongbao.systems.intermediary_market.organisations import actions, queries
from gongbao.systems.intermediary_market.organisations.actions import Person
from gongbao.systems.intermediary_market.organisations.models import Invitation, Member
from tests.systems.intermediary_market.parties import PASSWORD, START, Parties, open_market, uscc

NOW = START + timedelta(days=60)
TODAY = NOW.date()
PERSON = Person("0991-7770001", "330-1")


@pytest.fixture
def market(db: None) -> Parties:
    return open_market()


def invite(market: Parties, named: str = "nobody", by: str = "agency-1", at: object = NOW) -> Invitation:
    return actions.invite(market.agencies[0], named, account=market.people[by], actor=KEEPER, at=at)  # type: ignore[arg-type]


def accept(market: Parties, one: Invitation, by: str = "nobody", at: object = NOW) -> Member:
    return actions.accept_invitation(one, PERSON, account=market.people[by], actor=KEEPER, at=at)  # type: ignore[arg-type]


def test_who_is_invited_has_no_right_until_they_accept_and_gives_their_own_number(market: Parties) -> None:
    agency, account = market.agencies[0], market.people["nobody"]
    one = invite(market, " nobody ")
    assert Message.objects.get(account=account).link == f"/market/invitations/{one.uuid}/"
    assert queries.invitations_to(account, NOW) == [one] and not queries.is_member(account, agency, TODAY)
    member = accept(market, one)
    assert queries.is_member(account, agency, TODAY) and member.person_digest == actions.person_digest("330-1")
    assert Message.objects.filter(account=market.people["agency-1"]).count() == 1
    with pytest.raises(GongbaoError, match="stands no more"):
        accept(market, one)  # pressed twice
    assert Member.objects.filter(account=account).count() == 1


def test_nobody_accepts_the_invitation_of_another(market: Parties) -> None:
    one = invite(market)
    for name in ("agency-2", "agency-1", "operator-clerk"):
        with pytest.raises(GongbaoError, match="stands no more"):
            accept(market, one, by=name)


def test_what_ends_an_invitation(market: Parties) -> None:
    withdrawn = invite(market)
    actions.withdraw_invitation(withdrawn, actor=KEEPER, at=NOW)
    late = NOW + timedelta(days=queries.INVITED_DAYS)
    lapsed = invite(market, "works")
    declined = invite(market, "school")
    actions.decline_invitation(declined, account=market.people["school"], actor=KEEPER, at=NOW)
    for one, name, at in ((withdrawn, "nobody", NOW), (lapsed, "works", late), (declined, "school", NOW)):
        with pytest.raises(GongbaoError, match="stands no more"):
            accept(market, one, by=name, at=at)
    with pytest.raises(GongbaoError, match="stands no more"):
        actions.withdraw_invitation(withdrawn, actor=KEEPER, at=NOW)
    # The same name may be asked again once it is over.
    assert invite(market, "works", at=late).pk != lapsed.pk


def test_an_invitation_of_who_was_removed_since_is_worth_nothing(market: Parties) -> None:
    agency = market.agencies[0]
    actions.add_member(agency, market.people["works"], since=TODAY, actor=KEEPER, at=NOW)
    one = invite(market, by="works")
    actions.end_member(queries.members_of(agency, TODAY)[1], actor=KEEPER, at=NOW)
    assert queries.invitations_to(market.people["nobody"], NOW) == []
    with pytest.raises(GongbaoError, match="stands no more"):
        accept(market, one)
    second = invite(market, "school")
    market.take_out(agency, "已注销", NOW)
    with pytest.raises(GongbaoError, match="stands no more"):
        accept(market, second, by="school")


def test_who_holds_a_post_accepts_for_no_agency(market: Parties) -> None:
    """They may be asked: a refusal then would tell that there is such an account."""
    one = invite(market, "housing-clerk")
    with pytest.raises(GongbaoError, match="holds a post"):
        accept(market, one, by="housing-clerk")
    assert Invitation.objects.get().ended_at is None


def test_an_account_that_is_opened_later_has_no_part_in_an_invitation_of_its_name(market: Parties) -> None:
    invite(market, "no.such")
    later, _ = keep_account("no.such", password=PASSWORD, at=NOW)
    assert queries.invitations_to(later, NOW) == []


def test_an_organisation_does_not_write_to_others_without_end(market: Parties) -> None:
    for number in range(actions.MOST_INVITATIONS):
        one = invite(market, f"name-{number}")
        actions.withdraw_invitation(one, actor=KEEPER, at=NOW)
    with pytest.raises(GongbaoError, match="invitations within"):
        invite(market)
    invite(market, at=NOW + timedelta(days=queries.INVITED_DAYS))


# --- who may act


def test_who_may_not_act_any_more(market: Parties) -> None:
    """A post in the office, a closed account, an organisation that is out, a body of the office that is closed."""
    agency, owner, account = market.agencies[0], market.owners[0], market.people["agency-1"]
    actions.add_member(agency, market.people["nobody"], since=TODAY, actor=KEEPER, at=NOW)
    give_post(market.people["nobody"], "housing", "clerk", since=TODAY, at=NOW)
    assert not queries.is_member(market.people["nobody"], agency, TODAY)
    assert queries.belongs_to(market.people["nobody"], agency, TODAY)  # and still judges nothing of its own
    # So whoever is left alone stays, though two are named.
    with pytest.raises(GongbaoError, match="nobody would act"):
        actions.end_member(queries.members_of(agency, TODAY)[0], actor=KEEPER, at=NOW)
    market.take_out(agency, "已注销", NOW)
    assert not queries.is_member(account, agency, TODAY)

    clerk, parks = market.people["housing-clerk"], keep_unit(
        "parks", zh="园林局", en="Parks Bureau", kind="department", parent="city", at=START
    )[0]  # fmt: skip
    bureau = actions.enter_owner(
        uscc(77), actions.Particulars("园林局", "state_organ"), account=clerk, unit=parks, actor=KEEPER, at=NOW
    )
    assert queries.is_member(clerk, bureau, TODAY, queries.OWNER)
    assert not queries.is_member(clerk, bureau, TODAY, queries.AGENCY)
    keep_unit("parks", closed=True, at=NOW)
    assert not queries.is_member(clerk, bureau, TODAY) and queries.memberships(clerk, TODAY) == []
    assert queries.is_member(market.people["school"], owner, TODAY)
    keep_account("school", is_open=False, at=NOW)
    market.people["school"].refresh_from_db()
    assert not queries.is_member(market.people["school"], owner, TODAY)


# --- pages


@pytest.mark.one_database
def test_nothing_tells_whether_there_is_an_account(market: Parties, client: Client) -> None:
    """Of a name that nobody has, of an official, of one who declined: the answers and the page are the same."""
    mine = f"/market/mine/{market.agencies[0].uuid}/"
    keep_account("works", is_open=False, at=timezone.now())
    pages = []
    for name in ("no.such", "nobody", "housing-clerk", "works"):
        client.force_login(market.people["agency-1"])
        answer = client.post(f"{mine}members/", {"v-username": name})
        assert (answer.status_code, answer["location"]) == (302, mine)
        assert client.post(f"{mine}members/", {"v-username": name}).status_code == 400  # pressed twice
        one = Invitation.objects.get(named=name, ended_at=None)
        if name == "nobody":
            other = Client()
            other.force_login(market.people["nobody"])
            assert other.post(f"/market/invitations/{one.uuid}/decline/").status_code == 302
        pages.append(_plain(client.get(mine).content.decode(), name, one))
        assert client.post(f"{mine}members/", {"v-username": name}).status_code == 400
        assert client.post(f"{mine}invitations/{one.uuid}/withdraw/").status_code == 302
        assert client.post(f"{mine}invitations/{one.uuid}/withdraw/").status_code == 400
    assert "已邀请" in pages[0] and len(set(pages)) == 1


def _plain(page: str, name: str, one: Invitation) -> str:
    """The part of the page about who acts, without what differs by name."""
    part = page[page.index('id="members"') :]
    part = part[: part.index('id="papers"')]
    return re.sub(r'value="[^"]*"', "", part.replace(name, "").replace(str(one.uuid), ""))


@pytest.mark.one_database
def test_an_invitation_is_accepted_or_declined_on_its_page_by_who_was_invited(market: Parties, client: Client) -> None:
    agency = market.agencies[0]
    one = invite(market, at=timezone.now())
    page = f"/market/invitations/{one.uuid}/"
    given = {"v-person_telephone": "0991-7770001", "v-person_id": "330-1"}
    for name in ("agency-1", "agency-2", "housing-clerk"):
        client.force_login(market.people[name])
        assert client.get(page).status_code == client.post(page, given).status_code == 404, name
        assert client.post(f"{page}decline/").status_code == 404
    assert Client().get(page).status_code == 302
    client.force_login(market.people["nobody"])
    assert page in client.get("/market/mine/").content.decode()
    assert client.get(f"/market/mine/{agency.uuid}/").status_code == 403
    assert agency.name in client.get(page).content.decode()
    assert client.post(page, {"v-person_telephone": "", "v-person_id": ""}).status_code == 400
    assert client.post(page, given).status_code == 302
    twice = client.post(page, given)
    assert twice.status_code == 404 and "已经处理" in twice.content.decode()
    assert client.get(f"/market/mine/{agency.uuid}/").status_code == 200
    # Of another organisation nothing is withdrawn.
    other = actions.invite(
        market.agencies[1], "works", account=market.people["agency-2"], actor=KEEPER, at=timezone.now()
    )
    assert client.post(f"/market/mine/{agency.uuid}/invitations/{other.uuid}/withdraw/").status_code == 404
    assert client.post(f"/market/mine/{market.agencies[1].uuid}/members/", {"v-username": "works"}).status_code == 404
    client.force_login(market.people["works"])
    assert client.post(f"/market/invitations/{other.uuid}/decline/").status_code == 302
    assert client.post(f"/market/invitations/{other.uuid}/decline/").status_code == 404
