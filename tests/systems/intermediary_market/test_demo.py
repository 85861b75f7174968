"""What shows the market: made once, each thing at each of its states, and for each step somebody who can take it."""

import json
import stat
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from joserfc import jwe
from joserfc.jwk import OctKey, RSAKey

from gongbao.office.audit import rebuild as derived
from gongbao.office.cases import queries
from gongbao.office.cases.actors import of_account
from gongbao.office.cases.models import Asked, Case
from gongbao.office.cases.types import case_type
from gongbao.office.outbox import queries as messages
from gongbao.office.outbox.models import Reading
from gongbao.office.people.acting import actor_of
from gongbao.office.people.actions import DEMO_ACCOUNTS, keep_units, open_demo_accounts
from gongbao.office.people.models import Account
from gongbao.office.people.queries import acting_posts
from gongbao.office.people.unit_files import read_units
from gongbao.procedures import Role
from gongbao.procedures.fields import SHANGHAI
from gongbao.sample import UNITS
from gongbao.systems.intermediary_market import demo as market
from gongbao.systems.intermediary_market.complaints.demo import open_demo
from gongbao.systems.intermediary_market.complaints.procedure import complaint
from gongbao.systems.intermediary_market.complaints.queries import published
from gongbao.systems.intermediary_market.contracts.procedure import FOLLOWS, contract
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import members_of
from gongbao.systems.intermediary_market.purchases.demo import CUSTODIANS
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.purchases.procedure import purchase
from gongbao.systems.intermediary_market.ratings.procedure import conduct
from gongbao.systems.intermediary_market.sealing import actions as sealing
from gongbao.systems.intermediary_market.sealing import queries as sealed
from gongbao.systems.intermediary_market.sealing.demo import PASSPHRASE, folder
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Sealing
from gongbao.systems.intermediary_market.supervision.fees import Mark, charges
from tests.systems.intermediary_market.custodians import content_key

PROCEDURES = (complaint, purchase, contract, conduct)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        timezone.now(),
        datetime(2026, 3, 2, 0, 0, 1, tzinfo=SHANGHAI),  # the first second of a working day
        datetime(2026, 10, 5, 23, 0, tzinfo=SHANGHAI),  # in the middle of days off
    ],
    ids=["now", "at midnight", "on a day off"],
)
def test_the_demonstration_has_a_case_at_each_state(now: datetime) -> None:
    keep_units(read_units(UNITS), at=now)
    open_demo_accounts(dict.fromkeys(DEMO_ACCOUNTS, "an odd pass phrase"), at=now, with_posts=True)
    made = open_demo(now)
    assert made == Case.objects.count() > 10
    states = set(Case.objects.values_list("state", flat=True))
    assert states >= {"received", "correcting", "handling", "examining", "closed", "withdrawn"}
    assert published().count() == 2
    clerk = Account.objects.get(username="demo-clerk")
    counts = queries.counts(queries.desk_of(clerk, now.astimezone(SHANGHAI).date()), now)
    assert counts["unit"] >= 6 and counts["overdue"] >= 1
    deputy = Account.objects.get(username="demo-section-head")
    assert len(queries.asked_of(queries.desk_of(deputy, now.astimezone(SHANGHAI).date()))) == 1
    assert not list(derived.differences())
    assert all(opened <= now for opened in Case.objects.values_list("opened_at", flat=True))
    assert open_demo(now) == 0


@pytest.mark.django_db
def test_the_demonstration_shows_everything_and_can_be_played_on(settings: Any, tmp_path: Path) -> None:
    settings.GONGBAO_HOME = tmp_path
    now = timezone.now()
    keep_units(read_units(UNITS), at=now)
    open_demo_accounts(dict.fromkeys(DEMO_ACCOUNTS, "an odd pass phrase"), at=now, with_posts=True)
    market.open_demo(now)
    for procedure in PROCEDURES:
        found = Case.objects.filter(procedure=procedure.key).values_list("state", flat=True)
        assert set(found) == set(procedure.states), procedure.key
    at_county = Purchase.objects.filter(case__unit__key="linlan-government-services")
    assert {one.case.state for one in at_county} == {"reviewing", "open", "selected"}
    marks = {mark for year in (now.year - 1, now.year) for one in charges(year, marked=True) for mark in one.marks}
    assert {Mark.ABOVE_PUBLISHED, Mark.RAISED} <= marks
    assert not list(derived.differences())
    somebody_can_take_every_step(now)
    nobody_drowns_in_messages(now)
    what_is_sealed_can_be_opened(now)
    there = (Case.objects.count(), Reading.objects.count(), CustodianKey.objects.count())
    market.open_demo(now)
    assert there == (Case.objects.count(), Reading.objects.count(), CustodianKey.objects.count())


def somebody_can_take_every_step(now: datetime) -> None:
    """Whatever is under way can be carried to its end by accounts that somebody signs in with."""
    today = timezone.localdate(now)
    accounts = list(Account.objects.filter(username__in=DEMO_ACCOUNTS))
    posts = {one: acting_posts(one, today) for one in accounts}
    for case in Case.objects.filter(over=False).select_related("unit"):
        procedure = case_type(case.procedure).procedure
        parties = parties_of(case, today)

        def who(role: Role, case: Case = case, parties: dict[str, set[str]] = parties) -> set[str]:
            if role.kind == "party":
                return parties[role.key]
            assert role.kind == "staff"
            procedure = case_type(case.procedure).procedure
            acting = {one: of_account(one, procedure, case.unit, today, posts[one]) for one in accounts}
            return {one.username for one, found in acting.items() if any(a.role == role for a in found)}

        for step in procedure.steps.values():
            if step.begins or step.key in FOLLOWS or all(role.kind == "system" for role in step.by):
                continue
            by = {role.key: who(role) for role in step.by if role.kind != "system"}
            assert all(by.values()), (case.procedure, case.state, case.unit.key, step.key, by)
            signers = [who(role) for role in step.sign_off.roles] if step.sign_off else []
            # Each of them is another person, and none is who proposes it.
            several = [set().union(*by.values()), *signers]
            assert all(several) and len(set().union(*several)) >= len(several), (
                case.procedure,
                case.unit.key,
                step.key,
            )
    for asked in Asked.objects.select_related("proposal__case", "unit"):
        desks = (queries.desk_of(one, today) for one in accounts)
        assert any(queries.may_say(asked, desk) for desk in desks), (asked.proposal.step, asked.unit.key)


def parties_of(case: Case, today: date) -> dict[str, set[str]]:
    """The accounts that act for each party of the case."""

    def acting_for(*organisations: Organisation) -> set[str]:
        found = {one.account.username for each in organisations for one in members_of(each, today)}
        return found & set(DEMO_ACCOUNTS)

    if case.procedure == complaint.key:
        return {"complainant": {"whoever has the receipt"}}
    if case.procedure == conduct.key:
        return {"agency": acting_for(case.market_conduct.organisation)}
    if case.procedure == contract.key:
        made = case.contract
        return {
            "owner": acting_for(made.purchase.owner),
            "agency": acting_for(made.registration.organisation),
        }
    bought = case.purchase
    chosen = [bought.selected.organisation] if bought.selected else Organisation.objects.filter(is_agency=True)
    each = [acting_for(one) for one in chosen]
    assert all(each)
    with_files = {one for one in CUSTODIANS if (folder() / f"{one}.jwe").is_file()}
    sealing_of = Sealing.objects.filter(purchase=bought).first()
    keys = sealed.custodians(sealing_of) if sealing_of else ()
    assert all(one.account.username in with_files for one in keys)
    return {"owner": acting_for(bought.owner), "agency": set().union(*each), "custodian": with_files}


def nobody_drowns_in_messages(now: datetime) -> None:
    """What is unread is about something under way, and no more than somebody reads in a morning."""
    under_way = {one.subject for one in Case.objects.filter(over=False)}
    under_way |= {one.subject for one in Purchase.objects.filter(case__over=False)}
    counts = {}
    for account in Account.objects.filter(username__in=DEMO_ACCOUNTS):
        found = messages.messages_of(account, acting_posts(account, timezone.localdate(now))).filter(unread=True)
        assert {one.about for one in found} <= under_way
        counts[account.username] = len(found)
    assert 5 <= counts["demo-operator"] <= 40 and max(counts.values()) <= 40, counts


def what_is_sealed_can_be_opened(now: datetime) -> None:
    """With the key files and their pass phrase, as the custodians' browsers do; for their eyes alone in the home."""
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder().iterdir()} == {0o600}
    assert PASSPHRASE in (folder() / "README.txt").read_text()
    keys = {}
    for name in CUSTODIANS:
        opened = jwe.decrypt_compact(
            (folder() / f"{name}.jwe").read_text(), OctKey.import_key(PASSPHRASE),
            algorithms=["PBES2-HS512+A256KW", "A256GCM"],
        )  # fmt: skip
        key = RSAKey.import_key(json.loads(opened.plaintext or b""))
        (kept,) = CustodianKey.objects.filter(account__username=name)
        assert key.thumbprint() == kept.kid and kept.appointed_at and kept.ended_at is None
        keys[kept] = key
    for state, part, then in (
        ("registered", Part.REGISTRATION, "checking"), ("checked", Part.OFFER, "selecting"),
    ):  # fmt: skip
        waiting = Sealing.objects.filter(purchase__case__state=state, purchase__selection_at__lte=now)
        if part is Part.REGISTRATION:
            waiting = Sealing.objects.filter(purchase__case__state=state)
        of = sealed.sealing_of(waiting.get().purchase.uuid)
        with transaction.atomic():
            for key in sealed.custodians(of):
                of = sealed.sealing_of(of.purchase.uuid)
                todo = sealed.to_open(of, part, key)
                given = {digest: content_key(text, keys[key]) for digest, text in todo.items()}
                sealing.open_layer(
                    of.purchase.uuid, part, given, account=key.account, actor=actor_of(key.account), at=now
                )
            of.purchase.case.refresh_from_db()
            assert of.purchase.case.state == then
            transaction.set_rollback(True)
