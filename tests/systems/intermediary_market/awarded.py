"""Purchases whose notice of award is issued, and the contracts that began with it, for tests of what comes after."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE, Actor, ActorKind
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actions import Upload
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.models import CaseEvent
from gongbao.office.cases.queries import situation_of
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, ServiceItem
from gongbao.systems.intermediary_market.contracts import actions
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases import procedure as buying
from gongbao.systems.intermediary_market.purchases.models import ProcurementLimit, Purchase, Registration
from tests.cases.office import at
from tests.systems.intermediary_market.parties import START, Parties

CONFIRMED = at("2026-03-02 09:30")
"""A Monday. Five working days of public notice end on Monday the 9th, and the notice of award follows on the 10th."""
AWARDED = at("2026-03-10 10:00")
"""Five working days to sign end on Tuesday the 17th."""
SIGNED = at("2026-03-12 15:00")
"""Three working days to file end on Tuesday the 17th."""
PDF = b"%PDF-1.4 invented"


def as_clerk(parties: Parties, role: Any = market.clerk) -> Acting:
    account = parties.people["operator-clerk"]
    unit = parties.operator.key
    actor = Actor(ActorKind.ACCOUNT, str(account.public_id), role.post, unit)
    return Acting(role, actor, account, None, unit)


def set_limit(amount: str = "500000.00", year: int = 2026) -> None:
    with recorded("market.tests", actor=KEEPER, ground=OUR_RULE, at=START) as record:
        ProcurementLimit(budget_year=year, amount=Decimal(amount), source="云岭市采购目录", entered_at=START).save()
        record(f"market_limit:{year}", amount=amount)


def award(
    parties: Parties,
    *,
    owner: Organisation | None = None,
    agency: Organisation | None = None,
    fund: str = "public",
    price: str | None = "80000.00",
    service: str = "水土保持方案技术评审",
    code: str = "WATER-1",
    confirmed: datetime = CONFIRMED,
    issued: datetime = AWARDED,
) -> Contract:
    """A purchase that was negotiated, with its award published and issued as the operator does it, and its contract."""
    owner, agency = owner or parties.owners[0], agency or parties.agencies[0]
    account = parties.account_of(owner)
    with recorded("market.tests", actor=KEEPER, ground=OUR_RULE, at=confirmed) as record:
        item = ServiceItem.objects.filter(code=code).first()
        if item is None:
            item = ServiceItem(code=code, authority=parties.units["housing"])
            item.save()
            ItemVersion(
                item=item, number=1, since=START.date(), name=service, legal_ground="某条例", time_limit="20日",
                process="评审", conditions="无", fee_standard="协商",
            ).save()  # fmt: skip
        registration = uuid4()
        given = {
            "owner_name": owner.name, "project_name": "河道整治", "item_name": service, "fund": fund,
            "budget": "100000.00", "way": "negotiation", "terms": 1, "selected_agency": agency.name,
            "selected_registration": str(registration),
        }  # fmt: skip
        begun = cases.begin(
            buying.purchase, buying.negotiate, given, acting=Acting(buying.owner, actor_of(account), account),
            unit=parties.operator, at=confirmed, own=True,
        )  # fmt: skip
        purchase = Purchase(
            case=begun.case, owner=owner, item=item.versions.get(), fund=fund, budget_year=2026,
            budget=Decimal("100000.00"), way="direct",
        )  # fmt: skip
        purchase.save()
        Registration(
            uuid=registration, purchase=purchase, organisation=agency, envelope=uuid4().hex, content={},
            opened_at=confirmed, admitted=True, offer={"price": price} if price else {"rate": "0.85"},
        ).save()  # fmt: skip
        purchase.selected = Registration.objects.get(uuid=registration)
        purchase.save()
        record(purchase.subject, made=True)
    for step, when in ((buying.publish_award, confirmed), (buying.issue_award, issued)):
        begun.case.refresh_from_db()
        cases.take_step(
            begun.case.uuid, step.key, {}, acting=as_clerk(parties, buying.operator), at=when,
            seen=begun.case.events_count, own=True,
        )  # fmt: skip
    return Contract.objects.get(purchase=purchase)


SIGNING = {
    "signed_on": SIGNED.date(),
    "amount": "80000.00",
    "deliver_by": "2026-04-10",
    "scope": "编制并评审水土保持方案",
    "payment_days": 30,
}


@dataclass
class Play:
    """A contract and its parties, who take their steps one after the other."""

    parties: Parties
    contract: Contract
    events: list[CaseEvent] = field(default_factory=list)

    def account(self, role: str) -> Account:
        organisation = self.contract.purchase.owner if role == "owner" else self.contract.registration.organisation
        return self.parties.account_of(organisation)

    def acting(self, role: str, as_: Any = None) -> Acting:
        account = self.account(role)
        return Acting(as_ or market.contract.roles[role], actor_of(account), account)

    def take(self, role: str, step: str, when: datetime, *files: str, **given: Any) -> CaseEvent:
        """The step, with a file for each field in `files`."""
        self.contract.case.refresh_from_db()
        event = actions.take(
            self.contract.uuid,
            step,
            given,
            acting=self.acting(role),
            at=when,
            seen=self.contract.case.events_count,
            uploads=[Upload(one, f"{one}.pdf", PDF + one.encode()) for one in files],
        )
        self.events.append(event)
        return event

    # --- as far as that

    def signed(self, when: datetime = SIGNED, **changed: Any) -> "Play":
        step = "contract_sign" if self.contract.purchase.fund == "public" else "contract_sign_private"
        self.take("agency", step, when, "contract_files", **SIGNING | {"signed_on": when.date()} | changed)
        return self

    def filed(self, when: datetime = SIGNED) -> "Play":
        self.take("agency", "contract_file", when, "filed_files", "public_copy", names_nobody=True)
        return self

    def kept_secret(self, when: datetime = SIGNED, by: str = "owner") -> "Play":
        ground = "保守国家秘密法第十三条"
        self.take(by, "contract_propose_exempt", when, secret_ground=ground)
        self.take("agency" if by == "owner" else "owner", "contract_exempt", when, secret_ground=ground)
        return self

    def agreed_to_file(self, when: datetime = SIGNED, file_by: str = "2026-03-20") -> "Play":
        self.take("owner", "contract_propose_filing", when, file_by=file_by)
        self.take("agency", "contract_agree_filing", when, file_by=file_by)
        return self

    def accepted(self, when: datetime = SIGNED + timedelta(days=7)) -> "Play":
        self.take("agency", "contract_deliver", when, "delivery_files", delivery="评审报告")
        self.take("owner", "contract_accept", when, acceptance="符合约定")
        return self

    def invoiced(self, when: datetime = SIGNED + timedelta(days=8), invoiced: str = "80000.00") -> "Play":
        """To be paid by thirty days later, which is a Sunday: Monday, 2026-04-20."""
        self.take(
            "agency", "contract_invoice", when, "invoice_files", invoiced_on=when.date(), invoice_number="00001",
            invoiced=invoiced, pay_by=when.date() + timedelta(days=30),
        )  # fmt: skip
        return self


def play(parties: Parties, **made: Any) -> Play:
    return Play(parties, award(parties, **made))


def situation(one: Play) -> Any:
    """Where its contract stands now."""
    one.contract.case.refresh_from_db()
    return situation_of(one.contract.case)
