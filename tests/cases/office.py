"""A small imaginary office for the tests of cases: two bureaus, a section, and people with posts in them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gongbao.office.cases import actions, queries
from gongbao.office.cases.actors import Acting, as_party, first_for, of_account
from gongbao.office.cases.models import Case
from gongbao.office.people.actions import give_post, keep_account, keep_unit
from gongbao.office.people.models import Account, Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.complaints import procedure as market
from tests.replayed import replayed

PASSWORD = "a long and odd pass phrase 7"
COMPLAINT = {
    "subject": "fees",
    "against_kind": "agency",
    "against": "云岭测绘有限公司",
    "facts": "合同约定之外另收资料费。",
    "complainant_name": "纪小满",
    "complainant_contact": "xiaoman@example.org",
}


def at(text: str) -> datetime:
    """2026-03-02 09:30, in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


START = at("2026-01-05 08:00")
MONDAY = at("2026-03-02 09:30")
TODAY = MONDAY.date()
NO_LONGER_KEPT = at("2041-03-02 00:00")
"""When a complaint that ended on MONDAY may be erased."""


@dataclass
class Office:
    market: Unit
    housing: Unit
    section: Unit
    people: dict[str, Account]

    def acting(self, name: str, case: Case | None = None, *, on: date = TODAY) -> list[Acting]:
        return of_account(self.people[name], market.complaint, case.unit if case else None, on)

    def as_(self, name: str, role: Any, case: Case | None = None) -> Acting:
        found = first_for(self.acting(name, case), [role])
        assert found is not None, f"{name} does not act as {role.key}"
        return found

    def desk(self, name: str, on: date = TODAY) -> queries.Desk:
        return queries.desk_of(self.people[name], on)

    def take(self, case: Case, step: str, name: str, when: datetime = MONDAY, **given: Any) -> Any:
        case.refresh_from_db()
        declared = market.complaint.all_steps()[step]
        acting = first_for(self.acting(name, case), declared.by)
        assert acting is not None
        return actions.take_step(case.uuid, step, given, acting=acting, at=when, seen=case.events_count)

    def propose(self, case: Case, step: str, name: str, when: datetime = MONDAY, **given: Any) -> Any:
        case.refresh_from_db()
        others = given.pop("countersigners", [])
        acting = self.as_(name, market.clerk, case)
        return actions.propose(
            case.uuid, step, given, acting=acting, at=when, seen=case.events_count, countersigners=others
        )

    def sign(
        self, proposal: Any, name: str, when: datetime = MONDAY, verdict: Verdict = Verdict.SIGNED, words: str = ""
    ) -> Any:
        desk = self.desk(name, when.date())
        asked = next(one for one in queries.asked_of(desk) if one.proposal_id == proposal.pk)
        post = next(
            one
            for one in self.acting(name, proposal.case, on=when.date()) or self.acting(name, on=when.date())
            if not asked.role or one.role.post == asked.role
        )
        return actions.give_opinion(
            proposal.uuid,
            acting_role=queries.said_as(asked, proposal.case),
            unit_key=asked.unit.key,
            verdict=verdict,
            words=words,
            actor=post.actor,
            account=self.people[name],
            for_account=post.for_account,
            at=when,
        )


def open_office() -> Office:
    """The office, since the beginning of 2026."""
    _keep_office()
    people = {one.username: one for one in Account.objects.all()}
    unit = {one.key: one for one in Unit.objects.all()}
    return Office(unit["market-supervision"], unit["housing"], unit["fees"], people)


PEOPLE = (
    ("clerk", "market-supervision", "clerk"),
    ("second-clerk", "fees", "clerk"),
    ("section-head", "market-supervision", "section_head"),
    ("deputy", "market-supervision", "deputy_head"),
    ("housing-clerk", "housing", "clerk"),
    ("housing-head", "housing", "section_head"),
    ("counter", "city", "counter"),
    ("auditor", "city", "auditor"),
    ("nobody", "", ""),
)


@replayed
def _keep_office() -> None:
    for key, zh, en, kind, parent in (
        ("city", "云岭市", "City of Yunling", "city", ""),
        ("market-supervision", "市场监督管理局", "Market Supervision Administration", "department", "city"),
        ("housing", "住房和城乡建设局", "Housing and Construction Bureau", "department", "city"),
        ("fees", "价格科", "Section of prices", "section", "market-supervision"),
    ):
        keep_unit(key, zh=zh, en=en, kind=kind, parent=parent, at=START)
    for name, unit, role in PEOPLE:
        account, _ = keep_account(name, password=PASSWORD)
        if unit:
            give_post(account, unit, role, since=START.date(), at=START)


def complain(office: Office, when: datetime = MONDAY, **changed: Any) -> actions.Begun:
    """A complaint by somebody without an account, at the market supervision."""
    unit = changed.pop("unit", office.market)
    barred = changed.pop("barred", ())
    return actions.begin(
        market.complaint,
        market.file,
        {**COMPLAINT, **changed},
        acting=as_party(market.complainant),
        unit=unit,
        at=when,
        barred=barred,
    )
