"""Draws as the market keeps them: the order of the acts, withheld shares, interruption, and what whom is shown when."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.audit.models import Entry
from gongbao.office.outbox.models import Message
from gongbao.systems.intermediary_market.draw import actions, proof, queries
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw import notices as draw_notices
from gongbao.systems.intermediary_market.draw.draw import Missing, Party
from gongbao.systems.intermediary_market.draw.models import Draw, DrawEntry, DrawShare
from gongbao.systems.intermediary_market.draw.queries import Stage
from gongbao.systems.intermediary_market.organisations.actions import add_member
from gongbao.systems.intermediary_market.organisations.models import Member
from gongbao.systems.intermediary_market.purchases import actions as purchases
from gongbao.systems.intermediary_market.purchases import queries as purchase_queries
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Layer
from tests.cases.test_at_once import at_once
from tests.systems.intermediary_market import buying, custodians, drawing
from tests.systems.intermediary_market.custodians import (
    ENDS,
    FIRST,
    SECOND,
    content_key,
    purchase_of,
    rsa_key,
)
from tests.systems.intermediary_market.drawing import NOT_BEFORE, SHARES, SOURCE, Scene, later, registered
from tests.systems.intermediary_market.killed import killed_at_each_write
from tests.systems.intermediary_market.parties import START


@pytest.fixture
def scene(closed: Scene) -> Scene:
    closed.open_offers()
    return closed


@pytest.fixture
def closed(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The same before the custodians opened the offers. What a purchase makes of who was drawn is not looked at."""

    def drawn(purchase: Purchase, registration: Registration, **more: Any) -> None:
        with recorded("tests.drawn", actor=KEEPER, ground=OUR_RULE, at=more["at"]) as record:
            purchase.selected = registration
            purchase.save()
            record(purchase.subject)

    monkeypatch.setattr(purchases, "drawn", drawn)
    monkeypatch.setattr(purchases, "shares_opened", lambda *given, **more: None)
    return registered()


# --- a draw as it should be


def test_a_draw_from_commitments_to_a_file_that_holds(scene: Scene) -> None:
    scene.to(Stage.VALUED)
    first = scene.run()
    file = queries.proof_file(scene.draw)
    assert [one for one in proof.checks(file) if not one.holds] == []
    assert proof.read(json.dumps(file.as_json()).encode()) == file
    assert file.order[0] == first.organisation.uscc
    assert [one.organisation.uscc for one in queries.result(scene.purchase)] == list(file.order)
    assert {one.share for one in file.listed} == {"", "00" * 32, "01" * 32}
    assert [(one.agency, one.reason) for one in file.excluded] == [(scene.parties.agencies[4].uscc, "资质已经过期")]
    assert (file.is_tie, file.source, file.not_before) == (False, SOURCE, NOT_BEFORE)


def test_each_registrant_shows_that_it_stands_in_the_list(scene: Scene) -> None:
    scene.to(Stage.FIXED)
    for one in scene.parties.agencies[:4]:
        shown = queries.own_proof(scene.draw, one)
        assert shown is not None and shown.holds and shown.root == scene.draw.root
    assert queries.own_proof(scene.draw, scene.parties.agencies[4]) is None


def test_equals_of_another_way_are_drawn_among_alike(scene: Scene) -> None:
    with recorded("tests.way", actor=KEEPER, ground=OUR_RULE, at=ENDS) as record:
        scene.purchase.way = "lowest_price"
        scene.purchase.save()
        record(scene.purchase.subject)
    equals = scene.registrations[1:3]
    for party in SHARES:
        scene.commit(party)
    scene.prepare(equals)
    for party in SHARES:
        scene.reveal(party)
    scene.set_value()
    assert scene.run() in equals
    file = queries.proof_file(scene.draw)
    assert file.is_tie and len(file.listed) == 2
    # Whoever was admitted and is no equal was not excluded.
    assert len(file.excluded) == 1


def test_from_the_notice_to_the_award_notice(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what really was sealed, and what the purchase makes of who was drawn."""
    market, share = buying.buying_market(), "5e" * 32
    plain = custodians.offer
    monkeypatch.setattr(custodians, "offer", lambda *given, **more: {**plain(*given, **more), "draw_share": share})
    purchase = market.published(way="random_draw")
    committed = arithmetic.commitment(str(purchase.uuid), Party.REGISTRANT, share)
    market.register(purchase, [0, 1, 2, 3], commitment=committed)
    opened = market.open(market.close(purchase), Part.REGISTRATION, buying.ENDS + timedelta(hours=9))
    made = market.settle(market.open(market.checked(opened, rejected=[3]), Part.OFFER, buying.SELECTION))
    scene, acting = Scene(market.parties, made), market.operator()
    # Its own days, after the selection.
    monkeypatch.setattr(drawing, "ENDS", buying.SELECTION - timedelta(hours=72))
    assert scene.draw.fixed_at == buying.SELECTION
    scene.to_value()
    for _pressed in range(2):
        first = actions.run(made, at=later(82), actor=acting.actor, account=acting.account)
    made = buying.again(made)
    assert (made.selected, made.case.state) == (first, "selected")
    assert not queries.is_public(scene.draw)
    made = market.owner_step(made, "confirm", later(83))
    market.desk(made, "publish_award", later(84))
    file = proof.read(Client().get(f"/market/draws/{scene.draw.uuid}/draw.json").content)
    assert isinstance(file, proof.DrawFile) and all(one.holds for one in proof.checks(file))
    assert file.order[0] == first.organisation.uscc
    assert [one.share for one in file.listed] == [share] * 3
    assert [one.agency for one in file.excluded] == [market.parties.agencies[3].uscc]


# --- nobody chooses once they could know the outcome


def test_acts_are_taken_in_their_order_alone(scene: Scene) -> None:
    refused(scene.run, "there is no draw in this purchase")
    scene.commit(Party.OWNER)
    refused(scene.run, "nothing can be drawn before the public value")
    refused(scene.set_value, "once all shares are open")
    refused(lambda: scene.reveal(Party.OWNER), "once the list is fixed")
    scene.prepare()
    refused(lambda: scene.reveal(Party.OWNER), "once both the owner and the operator")
    scene.commit(Party.OPERATOR)
    scene.reveal(Party.OWNER)
    refused(scene.set_value, "once all shares are open")
    scene.reveal(Party.OPERATOR)
    refused(scene.run, "nothing can be drawn before the public value")


def test_a_value_that_somebody_could_know_is_refused(scene: Scene) -> None:
    scene.to(Stage.FIXED)
    scene.reveal(Party.OWNER)
    scene.reveal(Party.OPERATOR, at=later(75))
    for published_at in (later(74), later(75)):
        refused(lambda at=published_at: scene.set_value(published_at=at), "before the last share", "published_at")
    refused(lambda: scene.set_value(published_at=later(82)), "in the future", "published_at")
    refused(lambda: scene.set_value(value=" "), "a line of up to", "value")
    scene.set_value()
    refused(lambda: scene.set_value(value="other"), "cannot be replaced", "value")


def test_a_value_from_before_the_day_of_the_notice_is_refused(scene: Scene) -> None:
    scene.to(Stage.BEGUN)
    actions.prepare(scene.purchase, scene.eligible, at=later(60), actor=KEEPER)
    for party in SHARES:
        scene.reveal(party, at=later(61))
    refused(lambda: scene.set_value(published_at=later(71)), "the notice names a later value", "published_at")
    scene.set_value(published_at=NOT_BEFORE)


def test_shares_wait_for_the_offers_in_which_the_registrants_have_theirs(closed: Scene) -> None:
    """Opened later, whoever opens them could choose whether those shares count."""
    for party in SHARES:
        closed.commit(party)
    closed.prepare()
    refused(lambda: closed.reveal(Party.OWNER), "shares are opened once the offers are")
    closed.open_offers()
    closed.reveal(Party.OWNER)


def test_without_shares_of_registrants_there_is_no_need_to_wait(closed: Scene) -> None:
    for party in SHARES:
        closed.commit(party)
    closed.prepare(closed.registrations[2:4])
    closed.reveal(Party.OWNER)


def test_a_share_that_does_not_fit_its_commitment_is_refused(scene: Scene) -> None:
    scene.to(Stage.FIXED)
    refused(lambda: scene.reveal(Party.OWNER, SHARES[Party.OPERATOR]), "not the share", "share")
    refused(lambda: scene.reveal(Party.OWNER, "0A" * 32), "not the share", "share")


def test_a_registrants_share_that_does_not_fit_does_not_count(scene: Scene) -> None:
    with recorded("tests.offer", actor=KEEPER, ground=OUR_RULE, at=ENDS) as record:
        scene.registrations[0].offer = {"draw_share": "ff" * 32}
        scene.registrations[0].save()
        record(scene.purchase.subject)
    scene.to(Stage.DRAWN)
    file = queries.proof_file(scene.draw)
    assert {one.share for one in file.listed} == {"", "01" * 32}
    assert [one.missing for one in file.missing] == [Missing.UNFIT]
    assert all(one.holds for one in proof.checks(file))


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.VALUED, Stage.DRAWN])
def test_a_share_left_out_once_the_shares_are_open_is_seen(scene: Scene, stage: Stage) -> None:
    """Whoever keeps the database blanks the share of a registrant, with or without a reason, and draws."""
    scene.to(stage)
    entry = scene.draw.entries.get(registration=scene.registrations[0])
    with recorded("tests.blank", actor=KEEPER, ground=OUR_RULE, at=later(82)) as record:
        entry.share, entry.missing = "", Missing.NOT_OPENED
        entry.save()
        record(scene.draw.subject)
    if stage == Stage.OPEN:
        scene.set_value()
    scene.run()
    assert "pinned" in {one.key for one in proof.checks(queries.proof_file(scene.draw)) if not one.holds}
    own = queries.own_proof(scene.draw, scene.parties.agencies[0])
    assert own is not None and not own.holds


@pytest.mark.parametrize("given", [None, {"draw_share": ""}])
def test_before_there_is_a_value_it_is_public_which_shares_count(scene: Scene, given: dict[str, str] | None) -> None:
    """As a root that tells nobody who they are of; a registrant sees in its proof whether its own is there."""
    with recorded("tests.offer", actor=KEEPER, ground=OUR_RULE, at=ENDS) as record:
        scene.registrations[0].offer = given
        scene.registrations[0].save()
        record(scene.purchase.subject)
    scene.to(Stage.FIXED)
    own = queries.own_proof(scene.draw, scene.parties.agencies[1])
    assert own is not None and own.pinned is None
    for party in SHARES:
        assert not scene.draw.shares_root
        scene.reveal(party)
    root = scene.draw.shares_root
    assert root and root in page(scene)
    entry = Entry.objects.filter(action="market.draw_reveal", subject=scene.draw.subject).last()
    assert entry is not None and root in entry.content
    said = []
    for one in scene.parties.agencies[:3]:
        own = queries.own_proof(scene.draw, one)
        assert own is not None and own.holds and own.pinned is not None and own.pinned.root == root
        assert proof.read(json.dumps(own.as_json()).encode()) == own
        said.append((own.pinned.share, own.pinned.missing))
    assert said == [("", Missing.NOT_OPENED), ("01" * 32, None), ("", None)]
    scene.set_value()
    scene.run()
    file = queries.proof_file(scene.draw)
    assert file.shares_root == root and all(one.holds for one in proof.checks(file))


def test_the_page_tells_with_the_result_whose_share_does_not_count(scene: Scene) -> None:
    with recorded("tests.offer", actor=KEEPER, ground=OUR_RULE, at=ENDS) as record:
        scene.registrations[0].offer = None
        scene.registrations[0].save()
        record(scene.purchase.subject)
    scene.to(Stage.DRAWN)
    assert "未随报价一并打开" not in page(scene)
    scene.publish_result()
    assert "未随报价一并打开" in page(scene)


def test_an_earlier_draw_says_that_its_shares_were_not_pinned(scene: Scene) -> None:
    scene.to(Stage.DRAWN)
    with recorded("tests.earlier", actor=KEEPER, ground=OUR_RULE, at=later(82)) as record:
        Draw.objects.filter(pk=scene.draw.pk).update(shares_root="")
        record(scene.draw.subject)
    own = queries.own_proof(scene.draw, scene.parties.agencies[0])
    assert own is not None and own.holds and own.pinned is None
    scene.publish_result()
    assert all(one.holds for one in proof.checks(queries.proof_file(scene.draw)))
    assert "未在公开数值公布前固定" in page(scene)


def test_a_commitment_is_not_replaced_nor_used_twice(scene: Scene) -> None:
    kept = scene.commit(Party.OWNER)
    assert scene.commit(Party.OWNER).pk == kept.pk
    refused(lambda: scene.commit(Party.OWNER, "0c" * 32), "cannot be replaced", "commitment")
    scene.again()
    refused(lambda: scene.commit(Party.OWNER), "was used before", "commitment")
    with pytest.raises(GongbaoError, match="a share is of"):
        actions.commit(scene.purchase, "registrant", "0" * 64, "", at=START, actor=KEEPER)


def test_what_is_not_sealed_to_both_custodians_is_no_commitment(scene: Scene) -> None:
    refused(lambda: scene.commit(Party.OWNER, sealed="rubbish"), "was not sealed for this purchase", "share")
    other = purchase_of(scene.parties)
    elsewhere = Scene(scene.parties, other).sealed(SHARES[Party.OWNER])
    refused(lambda: scene.commit(Party.OWNER, sealed=elsewhere), "was not sealed for this purchase", "share")


def test_the_list_is_fixed_once_and_of_those_who_may_take_part(scene: Scene) -> None:
    refused(lambda: actions.prepare(scene.purchase, [], at=ENDS, actor=KEEPER), "nobody")
    refused(lambda: scene.prepare(scene.registrations), "not admitted by the owner")
    refused(lambda: scene.prepare([scene.eligible[0]] * 2), "twice")
    fixed = scene.prepare()
    assert scene.prepare().root == fixed.root
    refused(lambda: scene.prepare(scene.eligible[:3]), "is fixed")


# --- withheld shares


def test_both_custodians_open_a_share_that_is_withheld(scene: Scene) -> None:
    scene.to(Stage.FIXED)
    scene.reveal(Party.OPERATOR)
    first, second = (scene.parties.people[name] for name in (FIRST, SECOND))
    assert [one.layer for one in queries.withheld(scene.draw, first)] == [Layer.FIRST]
    client = Client()
    for name, told in ((FIRST, True), (SECOND, False)):
        client.force_login(scene.parties.people[name])
        assert (f"/purchases/{scene.purchase.uuid}/draw/" in client.get("/market/custody/").content.decode()) is told
    assert queries.withheld(scene.draw, second) == []
    refused(lambda: scene.open_layer(Party.OWNER, SECOND), "the first custodian opens before")
    scene.open_layer(Party.OWNER, FIRST)
    assert not scene.draw.closed_at
    assert [one.layer for one in queries.withheld(scene.draw, second)] == [Layer.SECOND]
    client.force_login(scene.parties.people[FIRST])
    twice = client.post(f"/market/purchases/{scene.purchase.uuid}/draw/layer/", {"party": "owner", "key": "x"})
    assert twice.status_code == 400 and "已没有需要您打开" in twice.content.decode()
    kept = scene.open_layer(Party.OWNER, SECOND)
    assert (kept.share, kept.by_custodians) == (SHARES[Party.OWNER], True)
    scene.set_value()
    scene.run()
    file = queries.proof_file(scene.draw)
    assert all(one.holds for one in proof.checks(file))
    assert [one.by_custodians for one in file.shares] == [True, False]


def test_one_custodian_alone_opens_nothing(scene: Scene) -> None:
    """What the first layer gives is sealed to the second: the share is not in it, and a wrong key is refused."""
    scene.to(Stage.FIXED)
    scene.open_layer(Party.OWNER, FIRST)
    share = scene.draw.shares.get(party=Party.OWNER)
    second = CustodianKey.objects.get(account__username=SECOND)
    assert SHARES[Party.OWNER] not in actions.sealed_for(share, second)
    assert content_key(actions.sealed_for(share, second), rsa_key(FIRST)) is None
    with pytest.raises(GongbaoError, match="not the key"):
        actions.open_layer(scene.purchase, Party.OWNER, second, share.first_key, at=later(74), actor=KEEPER)


def test_rubbish_that_was_sealed_gains_nothing_and_is_told(scene: Scene) -> None:
    """Whoever sealed another share is found before there is any value by which they could have chosen."""
    scene.commit(Party.OWNER, sealed=scene.sealed("ee" * 32))
    scene.commit(Party.OPERATOR)
    scene.prepare()
    scene.open_layer(Party.OWNER, FIRST)
    refused(lambda: scene.open_layer(Party.OWNER, SECOND), "is set aside")
    refused(scene.set_value, "once all shares are open")


# --- a second draw


def test_a_second_draw_is_an_event_with_its_reason(scene: Scene) -> None:
    scene.to(Stage.VALUED)
    refused(lambda: scene.again(" "), "a reason is needed", "reason")
    first = scene.draw
    second = scene.again("公开数值录入有误")
    entry = Entry.objects.filter(action="market.draw_again", subject=first.subject).last()
    assert entry is not None and second.subject in entry.content and "录入有误" not in entry.content
    # The same list, as nobody else may take part; with salts of its own, as the first may be told by now.
    assert second.fixed_at and second.root != first.root
    listed = [set(one.entries.values_list("registration", flat=True)) for one in (first, second)]
    assert listed[0] == listed[1]
    for party, share in ((Party.OWNER, "1a" * 32), (Party.OPERATOR, "1b" * 32)):
        scene.commit(party, share)
        scene.reveal(party, share, at=later(84)) if party == Party.OPERATOR else None
    scene.reveal(Party.OWNER, "1a" * 32, at=later(85))
    refused(lambda: scene.set_value("08 09 10"), "before the last share", "published_at")
    actions.set_public_value(scene.purchase, "08 09 10", "公告", later(86), at=later(87), actor=KEEPER)
    scene.run()
    file = queries.proof_file(scene.draw)
    assert (file.number, [(one.number, one.reason) for one in file.set_aside]) == (2, [(1, "公开数值录入有误")])
    assert all(one.holds for one in proof.checks(file))
    scene.publish_result()
    assert page(scene).count("公开数值录入有误") == 1


def test_a_draw_that_was_made_is_not_drawn_again(scene: Scene) -> None:
    scene.to(Stage.DRAWN)
    refused(scene.again, "is not drawn again")


@pytest.mark.parametrize("state", ["interrupted", "annulled"])
def test_a_draw_goes_on_only_where_the_purchase_is_at_its_draw(scene: Scene, state: str) -> None:
    scene.to(Stage.VALUED)
    with recorded("tests.state", actor=KEEPER, ground=OUR_RULE, at=later(81)) as record:
        scene.purchase.case.state = state
        scene.purchase.case.over = state == "annulled"
        scene.purchase.case.save()
        record(scene.purchase.subject)
    refused(scene.run, "not at its draw|is over")


def test_there_is_no_second_draw_without_such_an_event(scene: Scene) -> None:
    scene.to(Stage.DRAWN)
    first = scene.run()
    assert scene.run() == first
    with (
        pytest.raises(Exception, match=r"(?i)unique"),
        recorded("tests.second", actor=KEEPER, ground=OUR_RULE, at=ENDS) as record,
    ):
        Draw.objects.create(purchase=scene.purchase, number=2, begun_at=ENDS)
        record(scene.purchase.subject)


# --- interruption


def kept_rows() -> list[Any]:
    """All that is kept of draws, and how long the log is."""
    rows: list[Any] = [Entry.objects.count()]
    for model in (Draw, DrawShare, DrawEntry):
        rows += [tuple(row) for row in model.objects.order_by("pk").values_list()]
    return rows


def test_a_process_that_ends_at_any_write_leaves_a_state_from_which_it_goes_on(scene: Scene) -> None:
    """Every act is ended before each of its writes, the log's among them, and then done again."""
    acts: list[Callable[[], Any]] = [
        lambda: scene.commit(Party.OWNER),
        lambda: scene.commit(Party.OPERATOR),
        scene.prepare,
        lambda: scene.reveal(Party.OPERATOR),
        lambda: scene.open_layer(Party.OWNER, FIRST),
        lambda: scene.open_layer(Party.OWNER, SECOND),
        scene.set_value,
        scene.run,
    ]
    ended = 0
    for act in acts:
        writes = killed_at_each_write(act, kept_rows)
        assert writes >= 3
        ended += writes
        after = kept_rows()
        # Done again, as by somebody who does not know how far it came.
        act()
        assert kept_rows() == after
    assert ended > 25
    assert all(one.holds for one in proof.checks(queries.proof_file(scene.draw)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_who_press_at_once_get_one_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purchases, "drawn", lambda *given, **more: None)
    monkeypatch.setattr(purchases, "shares_opened", lambda *given, **more: None)
    scene = registered()
    scene.open_offers()
    assert at_once([lambda: scene.commit(Party.OWNER)] * 3 + [lambda: scene.commit(Party.OPERATOR)] * 3) == []
    assert at_once([scene.prepare] * 4) == []
    for party in SHARES:
        scene.reveal(party)
    scene.set_value()
    assert at_once([scene.run] * 4) == []
    assert Draw.objects.count() == 1 and DrawShare.objects.count() == 2
    assert Entry.objects.filter(action="market.draw").count() == 1
    assert all(one.holds for one in proof.checks(queries.proof_file(scene.draw)))


# --- what is shown


def page(scene: Scene, name: str = "", **more: Any) -> str:
    client = Client()
    if name:
        client.force_login(scene.parties.people[name])
    response = client.get(f"/market/purchases/{scene.purchase.uuid}/draw/", **more)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("stage", [one for one in Stage if one != Stage.SET_ASIDE])
def test_before_the_result_nothing_tells_who_takes_part(scene: Scene, stage: Stage) -> None:
    scene.to(stage)
    readers = ["", "operator-clerk", "school", "agency-1", "agency-5", "auditor", "nobody"]
    told = [(name, page(scene, name)) for name in readers]
    log = Entry.objects.filter(action__startswith="market.draw").values_list("content", flat=True)
    told += [("log", content) for content in log]
    entries = list(DrawEntry.objects.values_list("salt", "leaf"))
    secrets = [value for pair in [*entries, (scene.draw.padding,)] for value in pair if value]
    for reader, text in told:
        for number, agency in enumerate(scene.parties.agencies, start=1):
            assert agency.uscc not in text
            assert agency.name not in text or reader == f"agency-{number}"
        assert not [one for one in secrets if one in text]
    assert Client().get(f"/market/draws/{scene.draw.uuid}/draw.json").status_code == 404


@pytest.mark.parametrize("stage", [Stage.FIXED, Stage.OPEN, Stage.DRAWN])
def test_before_the_result_nothing_tells_how_many_take_part(scene: Scene, stage: Stage) -> None:
    """With two and with four the pages are the same but for hashes, and a proof has the same length."""

    def told(number: int) -> list[str]:
        everybody = scene.registrations
        with transaction.atomic():
            scene.registrations = everybody[:number]
            scene.to(stage)
            shown = [page(scene, name) for name in ("", "agency-1", "school")]
            own = queries.own_proof(scene.draw, scene.parties.agencies[0])
            log = [one.content for one in Entry.objects.filter(action="market.draw_prepare")]
            transaction.set_rollback(True)
        scene.registrations = everybody
        assert own is not None
        return [*(HASHED.sub("…", text) for text in (*shown, *log)), str(len(own.beside))]

    assert told(2) == told(4)


HASHED = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=value=\")[0-9A-Za-z]{64}(?=\")")


def test_with_the_result_everybody_sees_list_exclusions_and_order(scene: Scene) -> None:
    scene.to(Stage.DRAWN)
    scene.publish_result()
    text = page(scene)
    for agency in scene.parties.agencies:
        assert agency.name in text
    assert "资质已经过期" in text
    response = Client().get(f"/market/draws/{scene.draw.uuid}/draw.json")
    assert response.status_code == 200
    file = proof.read(response.content)
    assert isinstance(file, proof.DrawFile) and all(one.holds for one in proof.checks(file))


def test_a_registrant_gets_its_own_proof_alone(scene: Scene) -> None:
    scene.to(Stage.FIXED)
    one, other = scene.parties.agencies[:2]
    client = Client()
    address = f"/market/draws/{scene.draw.uuid}/{one.uuid}/proof.json"
    assert client.get(address).status_code == 302
    client.force_login(scene.parties.people["agency-1"])
    shown = proof.read(client.get(address).content)
    assert isinstance(shown, proof.Proof) and shown.holds and shown.entry.agency == one.uscc
    assert client.get(address.replace(str(one.uuid), str(other.uuid))).status_code == 404
    client.force_login(scene.parties.people["agency-5"])
    excluded = scene.parties.agencies[4]
    assert client.get(address.replace(str(one.uuid), str(excluded.uuid))).status_code == 404


def test_the_forms_are_for_those_who_give_the_shares(scene: Scene) -> None:
    scene.to(Stage.FIXED)
    base = f"/market/purchases/{scene.purchase.uuid}/draw/"
    client = Client()
    client.force_login(scene.parties.people["nobody"])
    for what in ("share", "value", "layer", "run"):
        assert client.post(f"{base}{what}/", {"party": "owner"}).status_code == 404
    client.force_login(scene.parties.people["school"])
    assert client.post(f"{base}share/", {"party": "operator", "share": SHARES[Party.OPERATOR]}).status_code == 404
    wrong = client.post(f"{base}share/", {"party": "owner", "share": "00" * 32})
    assert wrong.status_code == 400 and "与已提交的承诺不符" in wrong.content.decode()
    assert client.post(f"{base}share/", {"party": "owner", "share": SHARES[Party.OWNER]}).status_code == 302
    client.force_login(scene.parties.people["operator-clerk"])
    assert client.post(f"{base}share/", {"party": "operator", "share": SHARES[Party.OPERATOR]}).status_code == 302
    typed = {"value": "03 07 12", "value_from": "公告", "published_at": "下午"}
    wrong = client.post(f"{base}value/", typed)
    assert wrong.status_code == 400 and 'value="下午"' in wrong.content.decode()


def test_who_acts_for_the_owner_gives_no_share_of_the_operator(scene: Scene) -> None:
    """One person with both shares would make them one."""
    scene.to(Stage.FIXED)
    clerk = scene.parties.people["operator-clerk"]
    add_member(scene.purchase.owner, clerk, since=START.date(), actor=KEEPER, at=START)
    client = Client()
    client.force_login(clerk)
    address = f"/market/purchases/{scene.purchase.uuid}/draw/share/"
    assert client.post(address, {"party": "operator", "share": SHARES[Party.OPERATOR]}).status_code == 404
    assert client.post(address, {"party": "owner", "share": SHARES[Party.OWNER]}).status_code == 302


def test_a_browser_hands_in_a_commitment(scene: Scene) -> None:
    address = f"/market/purchases/{scene.purchase.uuid}/draw/commit/"
    share = SHARES[Party.OWNER]
    made = arithmetic.commitment(str(scene.purchase.uuid), Party.OWNER, share)
    given = {"party": "owner", "commitment": made, "sealed": scene.sealed(share)}

    def hand_in(name: str, **changed: Any) -> tuple[int, Any]:
        client = Client(headers={"accept-language": "en"})
        client.force_login(scene.parties.people[name])
        response = client.post(address, {**given, **changed}, content_type="application/json")
        return response.status_code, response.json() if response.status_code != 404 else None

    assert hand_in("nobody") == hand_in("works") == hand_in("operator-clerk") == (404, None)
    assert hand_in("school", party="operator") == hand_in("school", party="registrant") == (404, None)
    status, told = hand_in("school", sealed="rubbish")
    assert (status, told) == (400, {"error": "this was not sealed for this purchase and its custodians"})
    assert hand_in("school") == hand_in("school") == (200, {"commitment": made})
    assert share not in page(scene, "school") and made in page(scene)


def test_the_operator_makes_the_draw(scene: Scene) -> None:
    scene.to(Stage.VALUED)
    assert "/draw/run/" in page(scene, "operator-clerk")
    assert "/draw/run/" not in page(scene, "school")
    client = Client()
    client.force_login(scene.parties.people["operator-clerk"])
    for _pressed in range(2):
        assert client.post(f"/market/purchases/{scene.purchase.uuid}/draw/run/").status_code == 302
    scene.purchase.refresh_from_db()
    assert scene.purchase.selected == queries.result(scene.purchase)[0]
    assert "/draw/again/" not in page(scene, "operator-clerk")


def test_a_purchase_without_a_published_notice_has_no_page(scene: Scene) -> None:
    assert Client().get(f"/market/purchases/{uuid4()}/draw/").status_code == 404


def refused(act: Callable[[], Any], told: str, where: str | None = None) -> None:
    before = kept_rows()
    with pytest.raises(GongbaoError, match=told) as error:
        act()
    if where is not None:
        assert error.value.where == where
    assert kept_rows() == before


# --- who is told


def told(scene: Scene, name: str = "") -> list[str]:
    """What was told to an account of the scene, or to the operator's clerks, the last first."""
    to = {"account": scene.parties.people[name]} if name else {"unit": scene.parties.operator, "role": "clerk"}
    return list(Message.objects.filter(**to).order_by("-pk").values_list("text_en", flat=True))


def test_both_parties_and_the_custodians_are_told_what_a_draw_waits_for(scene: Scene) -> None:
    owner = "school"
    scene.commit(Party.OWNER)
    scene.prepare()
    scene.prepare()  # again, by a worker that had been interrupted: nobody is told twice
    assert told(scene, owner)[:1] == ["The list of the draw is fixed; open your share."]
    assert told(scene) == ["The list of the draw is fixed; commit to your share."]
    scene.commit(Party.OPERATOR)
    scene.reveal(Party.OPERATOR)
    assert told(scene, owner)[0] == "The other share is open; open yours."
    for name in (FIRST, SECOND):
        assert "the custodians do" in told(scene, name)[0]
    scene.reveal(Party.OWNER)
    assert told(scene)[0] == "All shares are open; enter the public value."


def test_whoever_registered_is_told_as_every_agency_of_the_service_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message to those in the list alone would tell the log who they are."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(draw_notices, "tell_agencies", lambda *given: asked.append(given))
    scene.to(Stage.FIXED)
    assert [(one[0], one[-1]) for one in asked] == [(scene.purchase, "draw")]
    for party in SHARES:
        scene.reveal(party)
    assert [(one[0], one[-1]) for one in asked] == [(scene.purchase, "draw")] * 2
    registered_there = [one.organisation_id for one in scene.registrations]
    members = Member.objects.filter(organisation__in=registered_there).values("account")
    assert members.exists() and not Message.objects.filter(account__in=members).exists()


def test_a_draw_that_is_set_aside_is_told_to_both(scene: Scene) -> None:
    scene.commit(Party.OWNER)
    scene.again()
    assert "begins again" in told(scene)[0] and "begins again" in told(scene, "school")[0]


def test_the_owner_and_everybody_come_to_the_draw_from_the_notice_on(db: None) -> None:
    market = buying.buying_market()
    made = market.submit(way="random_draw")
    assert not purchase_queries.has_draw(made)
    made = market.publish(made)
    address = f"/market/purchases/{made.uuid}/draw/"
    assert address in Client().get(f"/market/notices/{made.uuid}/").content.decode()
    assert not purchase_queries.has_draw(market.published(way="lowest_price"))
