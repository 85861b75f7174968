"""The only code that writes contracts. What happens to one is a step of its case (gongbao.office.cases.actions)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import Record, recorded
from gongbao.office.audit.actors import SYSTEM
from gongbao.office.cases import actions as cases
from gongbao.office.cases import files
from gongbao.office.cases.actions import Begun, Upload
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.models import CaseEvent
from gongbao.office.cases.queries import situation_of
from gongbao.office.kept import one_at_a_time
from gongbao.procedures import Situation, Step
from gongbao.procedures.fields import SHANGHAI, read
from gongbao.systems.intermediary_market.complaints.actions import complain as begin_complaint
from gongbao.systems.intermediary_market.complaints.evidence import Source
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import is_member
from gongbao.systems.intermediary_market.purchases import actions as purchases
from gongbao.systems.intermediary_market.purchases import limit
from gongbao.systems.intermediary_market.purchases.models import Fund, Purchase, Registration


def begin(
    purchase: Purchase,
    registration: Registration,
    amount: Decimal | None,
    at: datetime,
    record: Record,
    *,
    acting: Acting | None = None,
) -> Contract:
    """The contract that a notice of award leads to, within the action that issues the notice, whose log `record` is.

    `amount`: the sum of the award in yuan; None where the offer was a rate or a discount. `acting`: the clerk who
    issued the notice; without one, the program.
    """
    given: dict[str, Any] = {
        "service": purchase.item.name,
        "owner_name": purchase.owner.name,
        "agency_name": registration.organisation.name,
        "fund": purchase.fund,
    }
    if amount is not None:
        given["award"] = amount
    by = Acting(market.clerk, acting.actor, acting.account, acting.for_account, acting.unit_key) if acting else None
    begun = cases.begin(
        market.contract,
        market.begin,
        given,
        acting=by or Acting(market.clerk, SYSTEM),
        unit=purchase.case.unit,
        barred=purchase.case.barred,
        at=at,
        own=True,
    )
    made = Contract(purchase=purchase, registration=registration, case=begun.case)
    made.save()
    record(made.subject, purchase=str(purchase.uuid), registration=str(registration.uuid), case=str(begun.case.uuid))
    return made


def take(
    uuid: UUID,
    step: str,
    given: Mapping[str, Any],
    *,
    acting: Acting,
    at: datetime,
    seen: int,
    uploads: Sequence[Upload] = (),
) -> CaseEvent:
    """Take a step of a contract, and what it does to its purchase. A payment of all that is owed is a step of its own,
    whichever was asked for.

    Raises Refused, Overtaken and GongbaoError, and then nothing is kept.
    """
    found = _contract(uuid)
    _of(found.purchase.owner if acting.role == market.owner else found.registration.organisation, acting, at)
    situation = situation_of(found.case)
    if step in (market.pay.key, market.pay_rest.key):
        step = _payment(situation, given, at)
    declared = market.contract.steps.get(step)
    ground = market.contract.cite(declared.clause) if declared else market.contract.cite("第二十五条第一款")
    with files.together(), recorded("market.contract", actor=acting.actor, ground=ground, at=at):
        if step in (market.sign.key, market.amend.key):
            _refuse_above_limit(found, market.contract.steps[step], given, at)
        event = cases.take_step(
            found.case.uuid, step, given, acting=acting, at=at, seen=seen, uploads=uploads, own=True
        )
        if step in market.SIGNS:
            purchases.contract_signed(found.purchase, acting=acting, at=at)
        elif step == market.abandon.key:
            purchases.give_back(found.purchase, str(event.values["reason"]), acting=acting, at=at)
        elif step == market.decline.key:
            purchases.not_signed(found.purchase, str(event.values["reason"]), acting=acting, at=at)
        return event


def _contract(uuid: UUID) -> Contract:
    found = (
        Contract.objects.filter(uuid=uuid)
        .select_related(
            "case", "purchase__case", "purchase__owner__unit", "purchase__item__item", "registration__organisation"
        )
        .first()
    )
    if found is None:
        raise GongbaoError("there is no such contract")
    return found


def _of(organisation: Organisation, acting: Acting, at: datetime) -> None:
    """Whoever acts has to act for the party still."""
    if acting.account is None or not is_member(acting.account, organisation, at.astimezone(SHANGHAI).date()):
        raise GongbaoError("you do not act for this organisation any more")


def _refuse_above_limit(found: Contract, step: Step, given: Mapping[str, Any], at: datetime) -> None:
    """A sum that the procurement limit has no room for: 第三条第二款. What an owner does waits here."""
    day = at.astimezone(SHANGHAI).date()
    values, _ = read([one for one in step.asks if one.key == "amount"], {"amount": given.get("amount")}, day)
    amount, purchase = values.get("amount"), found.purchase
    if purchase.fund != Fund.PUBLIC or not isinstance(amount, Decimal):
        return
    one_at_a_time(f"market.purchases_of.{purchase.owner_id}")
    try:
        limit.check(purchase.owner, purchase.item.item, purchase.budget_year, amount, day, without=purchase)
    except GongbaoError as error:
        raise GongbaoError(error.message, where="amount") from error


def _payment(situation: Situation, given: Mapping[str, Any], at: datetime) -> str:
    """The step of a payment: that of the rest where it is all that is owed."""
    asks = [one for one in market.pay.asks if one.key == "payment"]
    values, _ = read(asks, {"payment": given.get("payment")}, at.astimezone(SHANGHAI).date())
    rest = market.outstanding(situation)
    all_of_it = rest is not None and values.get("payment") == rest and situation.state == market.invoiced
    return market.pay_rest.key if all_of_it else market.pay.key


def annul(purchase: Purchase, reason: str, *, acting: Acting, at: datetime) -> None:
    """End the contract of a purchase whose award is annulled (第二十二条): within the action that annuls it.

    Raises Refused where it was accepted or paid already: then it is settled between the two.
    """
    for one in Contract.objects.select_related("case").filter(purchase=purchase, case__over=False):
        by = Acting(market.clerk, acting.actor, acting.account, acting.for_account, acting.unit_key)
        cases.take_step(
            one.case.uuid, market.annul.key, {"reason": reason}, acting=by, at=at, seen=one.case.events_count, own=True
        )


# --- complaints


def complain_of_payment(uuid: UUID, *, acting: Acting, name: str, contact: str, at: datetime, once: str = "") -> Begun:
    """A complaint that the owner has not paid in time (第四十条第（六）项), with the evidence of the contract.

    `name` and `contact` are those of the agency. Raises Refused and GongbaoError: where nothing is overdue, too.
    """
    found = _contract(uuid)
    _of(found.registration.organisation, acting, at)
    situation = situation_of(found.case)
    if market.overdue_payment(situation, at) is None:
        raise GongbaoError("no payment of this contract is overdue")
    source = Source(found.subject, found.case, owner=found.purchase.owner)
    return begin_complaint(source, of_payment(found, situation, name, contact), acting=acting, at=at, once=once)


def of_payment(found: Contract, situation: Situation, name: str, contact: str) -> dict[str, Any]:
    """What the complaint of an overdue payment says."""
    run, owed = situation.run(market.payment), market.outstanding(situation)
    assert run is not None and owed is not None
    owner, values = found.purchase.owner, situation.values
    ground = "第四十条第（六）项" if market.is_public(situation) else "第三十五条"
    facts = (
        f"{values['owner_name']}与{values['agency_name']}就“{values['service']}”签订的中介服务合同，服务已经验收，"
        f"结算总额{values['settlement']:,.2f}元，应于{run.due}前付清，至今尚欠{owed:,.2f}元。"
        f"依据{market.contract.cite(ground)}提出投诉，请求责令支付。合同的办理记录和文件清单作为证据一并提交。"
    )
    given = {
        "subject": "owner",
        "against_kind": "owner",
        "against": owner.name,
        "facts": facts,
        "complainant_name": name,
    }
    if owner.unit is not None:
        given["against_unit"] = owner.unit.key
    if contact:
        given["complainant_contact"] = contact
    return given
