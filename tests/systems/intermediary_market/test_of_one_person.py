"""One person behind two organisations (第二十二条第（一）项): what counts, what is evidence, and who is told when.

A competitor must not be made to stand aside by naming its representative as one's own controller.
"""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.outbox.models import Message
from gongbao.systems.intermediary_market.organisations import actions, business_register, queries
from gongbao.systems.intermediary_market.organisations.actions import Particulars
from gongbao.systems.intermediary_market.organisations.models import Affiliation, Organisation
from gongbao.systems.intermediary_market.organisations.queries import Tie
from gongbao.systems.intermediary_market.purchases import actions as purchases
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.systems.intermediary_market.buying import ENDS, MONDAY, Market, again, buying_market, seen
from tests.systems.intermediary_market.parties import START, Parties, open_market, uscc
from tests.systems.intermediary_market.test_organisations import form_of

NOW = START + timedelta(days=60)
CLAIM = {"controller": "控制人", "controller_id": "id-2"}
"""The first agency names the representative of the second as its own controller."""


@pytest.fixture
def parties(db: None) -> Parties:
    return open_market()


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def claim(agency: Organisation, given: dict[str, str] = CLAIM) -> None:
    actions.change_particulars(agency, given, actor=KEEPER, at=MONDAY)


def say(one: Organisation, other: Organisation, at: object = MONDAY) -> None:
    actions.say_affiliated(one, other, actor=KEEPER, at=at)  # type: ignore[arg-type]


def found(purchase: Purchase) -> dict[str, tuple[list[str], list[str]]]:
    """By name of who registered: on which clauses it stands aside, and with whom it would be of one person."""
    return {
        one.organisation.name: (one.excluded, sorted(each["name"] for each in one.claimed))
        for one in Registration.objects.filter(purchase=purchase).select_related("organisation")
    }


# --- the register


def register_of(path: Path, *rows: tuple[str, ...]) -> business_register.FileRegister:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([business_register.COLUMNS + business_register.NUMBERS, *rows])
    return business_register.FileRegister(path)


def test_the_register_confirms_a_person_by_the_number_alone(parties: Parties, tmp_path: Path) -> None:
    register = register_of(tmp_path / "r.csv", (uscc(77), "某公司", "active", "白芷", "330-1", "330-2"))
    told = {"name": "某公司", "kind": "enterprise", "legal_representative": "白芷", "controller": "半夏"}

    def enter(**numbers: str) -> Organisation:
        return actions.enter_agency(
            uscc(77), Particulars(**told, **numbers), account=parties.people["nobody"], register=register,
            actor=KEEPER, at=NOW,
        )  # fmt: skip

    with pytest.raises(GongbaoError, match="another identity number") as refused:
        enter(legal_representative_id="id-2", controller_id="330-2")
    assert refused.value.where == "legal_representative_id"
    made = enter(legal_representative_id="330-1", controller_id="id-2")
    assert (made.legal_representative_confirmed, made.controller_confirmed) == (True, False)
    made = actions.change_particulars(made, {"controller_id": "330-2"}, register=register, actor=KEEPER, at=NOW)
    assert made.controller_confirmed
    # Another number, without a register to ask: what was confirmed of the number before is none of it.
    made = actions.change_particulars(made, {"controller_id": "id-2"}, actor=KEEPER, at=NOW)
    assert (made.legal_representative_confirmed, made.controller_confirmed) == (True, False)


# --- who is told, and when


def told(parties: Parties, name: str) -> list[str]:
    return [one.text_zh for one in Message.objects.filter(account=parties.people[name]).order_by("pk")]


def test_who_is_claimed_is_told_at_once_and_who_claims_learns_nothing(parties: Parties) -> None:
    first = parties.agencies[0]
    claim(first)
    (words,) = told(parties, "agency-2")
    assert first.name in words and not told(parties, "agency-1") and not told(parties, "agency-3")
    claim(first, {"telephone": "0991-1"})
    claim(first)  # the same once more
    assert len(told(parties, "agency-2")) == 1


def test_who_comes_after_a_claim_of_its_representative_is_told_and_not_by_whom(parties: Parties) -> None:
    """A name would let anybody try numbers out, to learn what a person controls; a controller is not told of at all."""
    claim(parties.agencies[0], {"controller_id": "330-9"})
    told_of = {"name": "新公司", "kind": "enterprise", "legal_representative": "白芷", "controller": "半夏"}
    actions.enter_agency(
        uscc(77), Particulars(**told_of, legal_representative_id="330-9"), account=parties.people["nobody"],
        actor=KEEPER, at=NOW,
    )  # fmt: skip
    (words,) = told(parties, "nobody")
    assert "运维机构查询" in words and parties.agencies[0].name not in words
    assert "新公司" in told(parties, "agency-1")[0]
    actions.enter_agency(
        uscc(78), Particulars(**told_of, legal_representative_id="330-8", controller_id="330-9"),
        account=parties.people["works"], actor=KEEPER, at=NOW,
    )  # fmt: skip
    assert not told(parties, "works") and len(told(parties, "nobody")) == 2


# --- the opening


def test_a_claim_of_one_side_excludes_neither_and_is_evidence_that_the_owner_weighs(
    market: Market, client: Client
) -> None:
    first, second, third = market.parties.agencies[:3]
    claim(first)
    made = market.opened([0, 1, 2])
    assert found(made) == {first.name: ([], [second.name]), second.name: ([], [first.name]), third.name: ([], [])}
    assert sum("同一人" in one for one in told(market.parties, "agency-2")) == 1  # of the claim, and not of the opening
    client.force_login(market.account)
    page = client.get(reverse("market:owner_purchase", args=[made.uuid]))
    assert page.content.decode().count("线索，尚非证明") == 2
    purchases.judge(
        Registration.objects.get(organisation=second), True, "对方所述查无依据", account=market.account, at=ENDS
    )
    purchases.judge(
        Registration.objects.get(organisation=first), False, "经核实为同一人控制", account=market.account, at=ENDS
    )
    result = made.computed.get(policy="market-conflicts").result["values"]
    assert {one["agency"] for one in result["registrants"] if one["claimed"]} == {first.uscc, second.uscc}


def test_both_stand_aside_where_both_say_so_before_registration_ended(market: Market) -> None:
    first, second, third, fourth = market.parties.agencies[:4]
    for one, other in ((first, second), (second, first), (third, fourth)):
        say(one, other)
    made = market.published()
    market.register(made, [0, 1, 2, 3])
    made = market.close(made)
    # What is said or taken back once registration has ended changes nothing of it.
    say(fourth, third, ENDS + timedelta(minutes=1))
    actions.end_affiliation(first, second, actor=KEEPER, at=ENDS + timedelta(minutes=1))
    made = market.open(made, Part.REGISTRATION, ENDS + timedelta(hours=9))
    clause = ["第二十二条第（一）项"]
    assert found(made) == {
        first.name: (clause, []), second.name: (clause, []), third.name: ([], []), fourth.name: ([], []),
    }  # fmt: skip


@pytest.mark.parametrize("office", ["legal_representative", "controller"])
def test_all_stand_aside_that_give_the_same_person_in_the_same_office(market: Market, office: str) -> None:
    first, second, third, fourth = market.parties.agencies[:4]
    same = {office: "白芷", f"{office}_id": "330-1"}
    for one in (first, second):
        claim(one, same)
    claim(third, {**same, office: "半夏"})  # a number that was lent: the register has another name for it
    made = market.opened([0, 1, 2, 3])
    clause = ["第二十二条第（一）项"]
    assert found(made) == {
        first.name: (clause, []), second.name: (clause, []), third.name: ([], sorted([first.name, second.name])),
        fourth.name: ([], []),
    }  # fmt: skip


def test_an_owner_keeps_no_agency_out_by_naming_its_representative(market: Market, client: Client) -> None:
    first, second = market.parties.agencies[:2]
    actions.change_particulars(market.owner, CLAIM, actor=KEEPER, at=MONDAY)
    assert market.owner.name in Message.objects.get(account=market.parties.people["agency-2"]).text_zh
    made = market.opened([0, 1])
    assert found(made) == {first.name: ([], []), second.name: ([], [market.owner.name])}
    client.force_login(market.account)
    page = client.get(reverse("market:owner_purchase", args=[made.uuid])).content.decode()
    assert page.count("线索，尚非证明") == 1
    checked = market.checked(again(made))
    assert seen(checked) and Registration.objects.get(organisation=second).admitted


# --- what the operator sees, and the pages


def test_the_operator_sees_with_whom_an_organisation_would_be_of_one_person(parties: Parties) -> None:
    first, second, third = parties.agencies[:3]
    claim(first)
    say(first, third)
    first.refresh_from_db()
    assert queries.ties(first, NOW) == [(second, Tie.CLAIMED)]
    say(third, first)
    assert dict(queries.ties(first, NOW)) == {second: Tie.CLAIMED, third: Tie.CONFIRMED}


@pytest.mark.one_database
def test_who_acts_for_an_organisation_says_so_on_its_page_and_nobody_else(parties: Parties, client: Client) -> None:
    first, second = parties.agencies[:2]
    page = f"/market/mine/{first.uuid}/of-one-person/"
    end = f"{page}{second.uuid}/end/"
    given = form_of({"uscc": second.uscc})
    for name, code in (("agency-2", 404), ("nobody", 403), ("operator-clerk", 403)):
        client.force_login(parties.people[name])
        assert client.post(page, given).status_code == client.post(end).status_code == code, name
    client.force_login(parties.people["agency-1"])
    for wrong in ("12", uscc(555), first.uscc):
        assert client.post(page, form_of({"uscc": wrong})).status_code == 400
    assert client.post(page, given).status_code == 302
    assert client.post(page, given).status_code == 400  # pressed twice
    assert second.name in client.get(f"/market/mine/{first.uuid}/").content.decode()
    assert first.name in Message.objects.get(account=parties.people["agency-2"]).text_zh
    assert client.post(end).status_code == 302 and client.post(end).status_code == 400
    assert Affiliation.objects.get().ended_at is not None
    # Who was sent away says nothing more.
    actions.add_member(first, parties.people["works"], since=NOW.date(), actor=KEEPER, at=NOW)
    actions.end_member(queries.members_of(first, NOW.date())[0], actor=KEEPER, at=NOW)
    assert client.post(page, given).status_code in (403, 404)


@pytest.mark.one_database
def test_the_page_of_the_operator_names_both(parties: Parties, client: Client) -> None:
    claim(parties.agencies[0])
    client.force_login(parties.people["operator-clerk"])
    page = client.get("/market/desk/organisations/", {"uscc": parties.agencies[1].uscc}).content.decode()
    assert parties.agencies[0].name in page and "仅一方所述，未经证实" in page
