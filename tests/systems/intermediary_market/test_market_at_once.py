"""Who presses at the same moment, and who is killed at any write, on both databases: from the notice to the award by
draw, with a custodian in reserve. Of two presses one counts, and the other is refused in words."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import pytest
from django.urls import reverse

from gongbao.office.audit import rebuild as derived
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.office.audit.queries import verify
from gongbao.office.cases import actions as cases
from gongbao.office.cases.models import Case, CaseEvent, Proposal
from gongbao.office.outbox.models import Message
from gongbao.office.people.actions import give_post, keep_account
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.draw import actions as draws
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.draw.models import Draw, DrawEntry, DrawShare
from gongbao.systems.intermediary_market.organisations.actions import add_member
from gongbao.systems.intermediary_market.purchases import actions
from gongbao.systems.intermediary_market.purchases.models import Computed, NotCounted, Purchase, Registration
from gongbao.systems.intermediary_market.sealing import actions as sealing
from gongbao.systems.intermediary_market.sealing import queries as sealed
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Opening, Sealing
from tests.cases.test_at_once import at_once
from tests.systems.intermediary_market.buying import (
    ENDS,
    MONDAY,
    SELECTION,
    START,
    Market,
    again,
    bare_market,
    seen,
)
from tests.systems.intermediary_market.custodians import (
    FIRST,
    RESERVE,
    SECOND,
    appoint,
    content_key,
    keys_of,
    open_part,
    register_keys,
    rsa_key,
    seal_part,
)
from tests.systems.intermediary_market.killed import killed_at_each_write
from tests.systems.intermediary_market.parties import PASSWORD
from tests.systems.intermediary_market.test_purchase_pages import form, on, signed_in

HOUR = timedelta(hours=1)
CHECK = ENDS + 9 * HOUR
SHARES = {Party.OWNER: "0a" * 32, Party.OPERATOR: "0b" * 32}


def drawing_market() -> Market:
    """With a custodian in reserve, a second clerk at the operator, and a second person who acts for the owner."""
    made = bare_market()
    appoint(made.parties, FIRST, SECOND, RESERVE)
    register_keys(made.parties)
    actions.enter_limit(2026, "300000", "云澜市2026年集中采购目录", account=None, actor=KEEPER, at=START)
    for name in ("operator-clerk-2", "school-2"):
        made.parties.people[name], _ = keep_account(name, password=PASSWORD, at=START)
    give_post(made.parties.people["operator-clerk-2"], made.parties.operator.key, "clerk", since=START.date(), at=START)
    add_member(made.owner, made.parties.people["school-2"], since=START.date(), actor=KEEPER, at=START)
    return made


def commit(market: Market, made: Purchase, party: Party, when: datetime, share: str = "") -> None:
    share = share or SHARES[party]
    text = seal_part(sealed.sealing_of(made.uuid), json.dumps({"share": share}), Part.SHARE)
    committed = arithmetic.commitment(str(made.uuid), party, share)
    draws.commit(made, party, committed, text, at=when, actor=market.operator().actor)


def proposed(market: Market, made: Purchase, when: datetime) -> Proposal:
    given = {"redraw_reason": "公开数值录入有误"}
    return cases.propose(made.case.uuid, "redraw", given, acting=market.operator(when=when), at=when, seen=seen(made))


# --- pressed at once


class Pressed:
    """What several people press on their pages at the same moment: the status of each answer, and the refusals."""

    def __init__(self, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
        self.market, self.patch = market, monkeypatch

    def at(self, when: datetime) -> None:
        on(self.patch, f"{when:%Y-%m-%d %H:%M}")

    def page(self, who: str, address: str, **given: str) -> Callable[[], Any]:
        client = signed_in(self.market.parties.people[who])
        return lambda: client.post(address, given)

    def work(self, who: str, made: Purchase, part: Part, keys: Any) -> Callable[[], Any]:
        client = signed_in(self.market.parties.people[who])
        address = reverse("market:envelopes_to_open", args=[made.uuid, part.value])
        return lambda: client.post(address, json.dumps(keys), content_type="application/json")

    def together(self, *works: Callable[[], Any]) -> tuple[list[int], list[str]]:
        answers: list[Any] = []
        raised = at_once([lambda work=work: answers.append(work()) for work in works])  # type: ignore[misc]
        assert raised == []
        return sorted(one.status_code for one in answers), [
            refusal(one) for one in answers if one.status_code not in (200, 302)
        ]

    def one_of(self, *works: Callable[[], Any]) -> str:
        """One counts, and the others are told the same: what they are told."""
        status, refusals = self.together(*works)
        assert status[0] in (200, 302) and all(one in (400, 409) for one in status[1:]), (status, refusals)
        (told,) = {*refusals}
        return told


def refusal(answer: Any) -> str:
    """Why, in the language of the page, which is Chinese."""
    text = answer.content.decode()
    if answer["Content-Type"].startswith("application/json"):
        told = str(json.loads(text)["error"])
    else:
        (found,) = re.findall(r'<div class="notice wrong"[^>]*>(.*?)</div>', text, re.DOTALL)[:1] or [""]
        told = re.sub(r"<[^>]+>", "", found).strip()
    assert re.search(r"[\u4e00-\u9fff]", told) and not re.search(r"[a-z]{4}", told), told or text
    return told


@pytest.mark.django_db(transaction=True)
def test_of_those_who_press_the_same_button_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    market = drawing_market()
    press = Pressed(market, monkeypatch)
    overtaken, opened = "此间本件已有新的办理情况", "已经开启"

    press.at(MONDAY)
    new = reverse("market:owner_new", args=[market.owner.uuid])
    given = form(market, way="random_draw") | {"once": cases.new_token()}
    assert press.together(*[press.page(who, new, **given) for who in ("school", "school", "school")])[0] == [302] * 3
    made = Purchase.objects.get()

    def at_notice(name: str, *args: Any, **more: str) -> list[Callable[[], Any]]:
        address, given = reverse(name, args=args), {"seen": str(seen(made)), **more}
        return [press.page(who, address, **given) for who in ("operator-clerk", "operator-clerk-2")]

    def of_owner(name: str, *args: Any, **more: str) -> list[Callable[[], Any]]:
        address, given = reverse(f"market:{name}", args=[made.uuid, *args]), {"seen": str(seen(made)), **more}
        return [press.page(who, address, **given) for who in ("school", "school-2")]

    assert overtaken in press.one_of(*at_notice("market:publish_notice", made.uuid))
    made = again(made)
    assert made.terms.exclude(published_at=None).count() == 1
    for party in SHARES:
        commit(market, made, party, MONDAY)
    market.register(made, [0, 1])
    made = market.close(made)

    # Any two of three, and the third, and one of them twice.
    press.at(CHECK)
    keys = {name: keys_of(made, Part.REGISTRATION, name) for name in (FIRST, SECOND, RESERVE)}
    told = press.one_of(*[press.work(RESERVE, made, Part.REGISTRATION, keys[RESERVE]) for _pressed in range(3)])
    assert told == opened
    others = [press.work(name, made, Part.REGISTRATION, keys[name]) for name in (FIRST, SECOND, FIRST)]
    assert press.one_of(*others) == opened
    made = again(made)
    assert (made.case.state, made.registrations.count()) == ("checking", 2)
    for one in made.registrations.all():
        answers = press.together(*of_owner("judge", one.uuid, verdict="admit", reason="证书齐全"))
        assert answers == ([302, 302], [])
    assert overtaken in press.one_of(*of_owner("finish_check"))

    press.at(SELECTION)
    keys = {name: keys_of(made, Part.OFFER, name) for name in (FIRST, SECOND, RESERVE)}
    three = [press.work(name, made, Part.OFFER, keys[name]) for name in (FIRST, SECOND, RESERVE)]
    status, refusals = press.together(*three)
    assert (status, refusals) == ([200, 200, 400], [opened])
    assert [one.part for one in Opening.objects.all()] == [Part.REGISTRATION] * 2 + [Part.OFFER] * 2
    assert overtaken in press.one_of(*of_owner("select_agency"))
    assert Draw.objects.get().fixed_at == SELECTION

    # The draw is set aside by two, as it is made.
    draw = reverse("market:draw", args=[made.uuid])
    for who, party in (("school", Party.OWNER), ("operator-clerk", Party.OPERATOR)):
        shares = [press.page(who, f"{draw}share/", party=party, share=SHARES[party]) for _pressed in range(2)]
        assert press.together(*shares)[0] == [302, 302]
    press.at(SELECTION + HOUR)
    value = {"value": "03 07 12", "value_from": "公告", "published_at": f"{SELECTION + HOUR / 2:%Y-%m-%d %H:%M}"}
    assert press.together(*[press.page("operator-clerk", f"{draw}value/", **value)] * 2)[0] == [302, 302]
    made = again(made)
    proposal = proposed(market, made, SELECTION + HOUR)
    sign = reverse("cases:opinion", args=[made.case.uuid, proposal.uuid])
    signed = {"verdict": Verdict.SIGNED.value, "words": "", "role": "section_head", "unit": market.parties.operator.key}
    status, refusals = press.together(
        press.page("operator-head", sign, **signed), press.page("operator-clerk-2", f"{draw}run/")
    )
    assert status[0] == 302 and len(refusals) == 1, (status, refusals)
    was_run = not Draw.objects.filter(number=2).exists()
    made = again(made)
    assert (made.case.state == "selected", made.selected is not None) == (was_run, was_run)
    assert CaseEvent.objects.filter(case=made.case, step__in=("draw", "redraw")).count() == 1
    if was_run:
        assert overtaken in refusals[0]
    else:
        assert "公开数值" in refusals[0]
        draw_anew(market, made)
    assert press.together(*[press.page(who, f"{draw}run/") for who in ("operator-clerk", "operator-clerk-2")])[0] == [
        302, 302,
    ]  # fmt: skip
    assert CaseEvent.objects.filter(case=made.case, step="draw").count() == 1

    assert overtaken in press.one_of(*of_owner("owner_step", "confirm"))
    address = "cases:step"
    assert overtaken in press.one_of(*at_notice(address, made.case.uuid, "publish_award"))
    made = again(made)
    assert made.case.state == "announced"
    assert not list(derived.differences()) and not list(verify().breaks)


def draw_anew(market: Market, made: Purchase) -> None:
    """After the draw was set aside: other shares, and a later value."""
    later = SELECTION + HOUR
    for party, share in ((Party.OWNER, "1a" * 32), (Party.OPERATOR, "1b" * 32)):
        commit(market, made, party, later, share)
    for party, share in ((Party.OWNER, "1a" * 32), (Party.OPERATOR, "1b" * 32)):
        draws.reveal(made, party, share, at=later, actor=market.operator().actor)
    value = later + HOUR / 4
    draws.set_public_value(made, "08 09 10", "公告", value, at=value, actor=market.operator().actor)


@pytest.mark.django_db(transaction=True)
def test_of_two_choices_after_one_attempt_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negotiated, or published again, at the same moment: 第二十三条 opens one of them."""
    from tests.systems.intermediary_market.test_failed_selections import ended

    market = drawing_market()
    press = Pressed(market, monkeypatch)
    second = ended(market, "failed", "public", ended(market, "failed", "public", None))
    press.at(SELECTION)
    given = {
        "v-agency": market.parties.agencies[3].uscc, "v-price": "79000", "v-kinship": "no", "v-reason": "两次废标",
    }  # fmt: skip
    negotiate = reverse("market:negotiate", args=[second.uuid])
    new = f"{reverse('market:owner_new', args=[market.owner.uuid])}?previous={second.uuid}"
    works = [press.page(who, negotiate, **given) for who in ("school", "school-2")]
    works.append(press.page("school", new, **form(market), once=cases.new_token()))
    status, _refusals = press.together(*works)
    assert status[0] == 302 and all(one == 400 for one in status[1:])
    assert Purchase.objects.filter(previous=second).count() == 1
    assert not list(verify().breaks)


@pytest.mark.one_database
@pytest.mark.parametrize(("language", "interrupted", "overtaken"), [
    ("zh-hans", "选取因故中断", "此间本件已有新的办理情况"),
    ("en", "the selection is interrupted", "something happened in this case in the meantime"),
])  # fmt: skip
def test_what_came_between_is_told_to_a_custodian_in_words(
    db: None, monkeypatch: pytest.MonkeyPatch, language: str, interrupted: str, overtaken: str
) -> None:
    """An outage, declared before a custodian sends what was opened, and in the same moment."""
    market = drawing_market()
    made = market.published()
    market.register(made, [0])
    made = market.close(made)
    open_part(market.parties, made, Part.REGISTRATION, FIRST, CHECK)
    keys = keys_of(made, Part.REGISTRATION, SECOND)
    on(monkeypatch, f"{CHECK:%Y-%m-%d %H:%M}")
    client = signed_in(market.parties.people[SECOND])
    address = reverse("market:envelopes_to_open", args=[made.uuid, Part.REGISTRATION.value])

    def told() -> str:
        headers = {"accept-language": language}
        answer = client.post(address, json.dumps(keys), content_type="application/json", headers=headers)
        assert answer.status_code == 400 and Opening.objects.count() == 1
        return str(answer.json()["error"])

    with monkeypatch.context() as patch:

        def late(*given: Any, **more: Any) -> Any:
            raise cases.Overtaken

        patch.setattr(cases, "take_step", late)
        assert overtaken in told()
    outage = {"outage": "network", "outage_since": f"{CHECK:%Y-%m-%d %H:%M}", "outage_note": "机房网络中断"}
    market.desk(again(made), "declare_outage", CHECK, **outage)
    assert interrupted in told() and "第二十八条" in told()


# --- killed at any write


KEPT = (
    Purchase, Registration, NotCounted, Computed, Sealing, Opening, Draw, DrawShare, DrawEntry, Case, CaseEvent,
    Proposal, Entry, Message,
)  # fmt: skip


def kept() -> list[list[str]]:
    """All that is kept of the purchase, its case and its draws, the log, and what was told."""
    return [sorted(repr(row) for row in model.objects.values_list()) for model in KEPT]


def test_who_is_killed_at_any_write_of_an_opening_or_a_draw_begins_it_again(db: None) -> None:
    """With what the purchase makes of each: from the deadline, by any two of three custodians, over a share that is
    withheld and a draw that is set aside, to the result that is confirmed."""
    market = drawing_market()
    made = market.published(way="random_draw")
    for party in SHARES:
        commit(market, made, party, MONDAY)
    market.register(made, [0, 1, 2])
    now, later = partial(again, made), SELECTION + HOUR
    actor = market.operator().actor

    def opens(name: str, part: Part, when: datetime) -> Callable[[], Any]:
        keys = cache(lambda: keys_of(made, part, name))
        return lambda: open_part(market.parties, now(), part, name, when, keys())

    def withheld(name: str) -> DrawShare:
        draw, key = Draw.objects.get(set_aside_at=None), CustodianKey.objects.get(account__username=name)
        opened = content_key(draws.sealed_for(draw.shares.get(party=Party.OWNER), key), rsa_key(name))
        assert opened is not None
        return draws.open_layer(now(), Party.OWNER, key, opened, at=SELECTION, actor=actor)

    def judge() -> None:
        for one in made.registrations.all():
            actions.judge(one, True, "证书齐全", account=market.account, at=CHECK)

    def value(given: str, when: datetime) -> Draw:
        return draws.set_public_value(now(), given, "公告", when, at=when, actor=actor)

    def sign() -> None:
        head = market.operator("operator-head", later)
        cases.give_opinion(
            Proposal.objects.get().uuid, acting_role=head.role.key, unit_key=market.parties.operator.key,
            verdict=Verdict.SIGNED, words="", actor=head.actor, account=market.parties.people["operator-head"],
            for_account=None, at=later,
        )  # fmt: skip

    def anew(party: Party, share: str) -> list[Callable[[], Any]]:
        return [
            lambda: commit(market, now(), party, later, share),
            lambda: draws.reveal(now(), party, share, at=later, actor=actor),
        ]

    acts: list[Callable[[], Any]] = [
        lambda: cases.tended(made.case.uuid, ENDS),
        lambda: sealing.fix(sealed.sealing_of(made.uuid), at=ENDS + sealing.GRACE),
        opens(RESERVE, Part.REGISTRATION, CHECK),
        opens(SECOND, Part.REGISTRATION, CHECK),
        judge,
        lambda: actions.finish_check(now(), account=market.account, at=CHECK, seen=seen(made)),
        opens(FIRST, Part.OFFER, SELECTION),
        opens(RESERVE, Part.OFFER, SELECTION),
        lambda: market.settle(now()),
        lambda: draws.reveal(now(), Party.OPERATOR, SHARES[Party.OPERATOR], at=SELECTION, actor=actor),
        lambda: withheld(RESERVE),
        lambda: withheld(FIRST),
        lambda: value("03 07 12", later),
        lambda: proposed(market, now(), later),
        sign,
        *(one for pair in zip(anew(Party.OWNER, "1a" * 32), anew(Party.OPERATOR, "1b" * 32), strict=True)
          for one in pair),
        lambda: value("08 09 10", later + HOUR),
        lambda: draws.run(now(), at=later + HOUR, actor=actor, account=market.operator().account),
        lambda: market.owner_step(now(), "confirm", later + HOUR),
    ]  # fmt: skip
    writes = [killed_at_each_write(act, kept) if act is not judge else act() for act in acts]
    assert all(one is None or one >= 3 for one in writes), writes
    assert (now().case.state, CaseEvent.objects.filter(case=made.case, step="draw").count()) == ("confirmed", 1)
    assert Opening.objects.count() == 4 and [one.number for one in Draw.objects.order_by("number")] == [1, 2]
    assert not list(derived.differences()) and not list(verify().breaks)
