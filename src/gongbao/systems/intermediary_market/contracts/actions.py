"""The only code that writes contracts. What happens to one is a step of its case (gongbao.office.cases.actions)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.audit.actions import Record, recorded
from gongbao.office.audit.actors import SYSTEM
from gongbao.office.cases import actions as cases
from gongbao.office.cases import files
from gongbao.office.cases.actions import Begun, Upload
from gongbao.office.cases.actors import Acting, as_system
from gongbao.office.cases.models import CaseEvent
from gongbao.office.cases.queries import situation_of
from gongbao.office.kept import one_at_a_time
from gongbao.office.worker.jobs import each
from gongbao.procedures import OUR_RULE, Obstacle, Refused, Situation, Step
from gongbao.procedures.fields import SHANGHAI, read
from gongbao.systems.intermediary_market.complaints.actions import complain as begin_complaint
from gongbao.systems.intermediary_market.complaints.evidence import Source
from gongbao.systems.intermediary_market.contracts import instalments, queries
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.instalments import Part
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import AGENCY, OWNER, is_member
from gongbao.systems.intermediary_market.purchases import actions as purchases
from gongbao.systems.intermediary_market.purchases import limit
from gongbao.systems.intermediary_market.purchases.models import Fund, Purchase, Registration
from gongbao.systems.intermediary_market.supervision import government_prices


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
    """Take a step of a contract, what follows from it by itself, and what it does to its purchase.

    Of steps that are the same form, the one is taken that what is given makes it: the last acceptance, the payment of
    all that is owed of an invoice, the dispute of one that counted as paid. Where a step can be about one thing alone
    (contracts.procedure.ABOUT), that need not be given. Raises Refused, Overtaken and GongbaoError, and then nothing is
    kept.
    """
    found = _contract(uuid)
    _of(found.purchase.owner if acting.role == market.owner else found.registration.organisation, acting, at)
    situation = situation_of(found.case)
    step, given = _as_it_is(situation, market.VARIANTS.get(step, step), given, at)
    if step in market.FOLLOWS:
        raise GongbaoError("this step follows from another by itself")
    _refuse_one_sided(situation, step, given, acting, at)
    planned = _planned(situation, step, given, at)
    declared = market.contract.steps.get(step)
    ground = market.contract.cite(declared.clause) if declared else market.contract.cite("第二十五条第一款")
    with files.together(), recorded("market.contract", actor=acting.actor, ground=ground, at=at):
        if step in (market.sign.key, market.amend.key):
            _refuse_above_limit(found, market.contract.steps[step], given, at)
        if step in (*market.SIGNS, *market.AMENDS):
            _refuse_above_price(found, market.contract.steps[step], situation, given, at)
        if step in market.SIGNS:
            _refuse_above_budget(found, market.contract.steps[step], situation, given, at)
        event = cases.take_step(
            found.case.uuid, step, given, acting=acting, at=at, seen=seen, uploads=uploads, own=True
        )
        _agree(found, planned, situation, event, acting, at)
        _settle(found, acting, at)
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
    kind = OWNER if acting.role == market.owner else AGENCY
    if acting.account is None or not is_member(acting.account, organisation, at.astimezone(SHANGHAI).date(), kind):
        raise GongbaoError("you do not act for this organisation any more")


def _refuse_one_sided(situation: Situation, step: str, given: Mapping[str, Any], acting: Acting, at: datetime) -> None:
    """What the other party has to say, or to record. Raises Refused."""
    declared = market.contract.steps.get(step)
    if declared is None:
        return
    values = {"amount": amount} if (amount := _amount(declared, given, at)) is not None else {}
    obstacle = market.is_for_the_other(situation, declared, acting.role, values)
    if obstacle is not None:
        raise Refused(declared, [obstacle])


def _amount(step: Step, given: Mapping[str, Any], at: datetime) -> Decimal | None:
    """The sum that is given for the step; None where none is, or none that can be read: the step tells that."""
    asks = [one for one in step.asks if one.key == "amount"]
    values, _problems = read(asks, {"amount": given.get("amount")}, at.astimezone(SHANGHAI).date())
    amount = values.get("amount")
    return amount if isinstance(amount, Decimal) else None


def _refuse_above_budget(
    found: Contract, step: Step, situation: Situation, given: Mapping[str, Any], at: datetime
) -> None:
    """A rate or a discount bounds no sum: what was announced to be spent does (第十九条第（一）项). Raises Refused."""
    amount, budget = _amount(step, given, at), found.purchase.budget
    if "award" in situation.values or amount is None or amount <= budget:
        return
    told = Label(
        f"中选结果没有金额的，合同金额不高于采购信息的预算{budget:,.2f}元",
        f"where the award has no sum, that of the contract is not above the budget of {budget:,.2f} yuan",
    )
    raise Refused(step, [Obstacle(told, market.contract.cite("第十九条第（一）项"))])


def _refuse_above_limit(found: Contract, step: Step, given: Mapping[str, Any], at: datetime) -> None:
    """A sum that the procurement limit has no room for: 第三条第二款. What an owner does waits here."""
    day = at.astimezone(SHANGHAI).date()
    amount, purchase = _amount(step, given, at), found.purchase
    if purchase.fund != Fund.PUBLIC or amount is None:
        return
    one_at_a_time(f"market.purchases_of.{purchase.owner_id}")
    try:
        limit.check(purchase.owner, purchase.item.item, purchase.budget_year, amount, day, without=purchase)
    except GongbaoError as error:
        raise GongbaoError(error.message, where="amount") from error


def _refuse_above_price(
    found: Contract, step: Step, situation: Situation, given: Mapping[str, Any], at: datetime
) -> None:
    """A sum that the government price of the day allows for no service as a whole (第十条). What was signed before the
    price was lowered may be amended in other things."""
    days = ("signed_on", "amended_on")
    asks = [one for one in step.asks if one.key in ("amount", *days)]
    values, _ = read(asks, {one.key: given.get(one.key) for one in asks}, at.astimezone(SHANGHAI).date())
    amount, stands_at = values.get("amount"), market.amount_of(situation)
    if not isinstance(amount, Decimal) or (stands_at is not None and amount <= stands_at):
        return
    day = next((one for key in days if isinstance(one := values.get(key), date)), at.astimezone(SHANGHAI).date())
    government_prices.refuse_above(found.purchase.item.item, amount, day, "amount")


def _as_it_is(situation: Situation, step: str, given: Mapping[str, Any], at: datetime) -> tuple[str, Mapping[str, Any]]:
    """The step that this one is, by what is given for it, and what is given with what follows from that."""
    found = dict(given)
    about = market.ABOUT.get(step)
    if about is None:
        return step, found
    if found.get(about) in (None, ""):
        possible = market.targets(situation, step)
        if len(possible) == 1:
            found[about] = possible[0][0]
    asks = [one for one in market.contract.steps[step].asks if one.key in (about, "payment")]
    values, _problems = read(asks, {one.key: found.get(one.key) for one in asks}, at.astimezone(SHANGHAI).date())
    if step == market.pay.key:
        found["payment_number"] = len(instalments.payments_of(market.parts_of(situation))) + 1
    if about not in values:
        return step, found
    if step == market.accept.key and not market.is_last_acceptance(situation, values[about]):
        return market.accept_part.key, found
    if step == market.pay.key:
        invoice = market.invoice_of(situation, values[about])
        if invoice is not None and values.get("payment") == invoice.owed:
            return market.pay_rest.key, found
    if step == market.dispute.key and (invoice := market.paid_up_by(situation, values[about])) is not None:
        return market.dispute_reopens.key, found | {
            "invoice_number": invoice.number,
            "invoiced_on": invoice.on,
            "pay_by": invoice.pay_by,
        }
    return step, found


def _planned(situation: Situation, step: str, given: Mapping[str, Any], at: datetime) -> list[Part]:
    """The instalments that the two agree on by the step; [] of a step by which they agree on none. Raises Refused."""
    if step not in (*market.SIGNS, *market.AMENDS):
        return []
    declared = market.contract.steps[step]
    keys = ("schedule", "amount", "deliver_by", declared.on)
    asks = [one for one in declared.asks if one.key in keys]
    values, _problems = read(asks, {key: given.get(key) for key in keys}, at.astimezone(SHANGHAI).date())
    amount, deliver_by, day = values.get("amount"), values.get("deliver_by"), values.get(declared.on)
    if not (isinstance(amount, Decimal) and isinstance(deliver_by, date) and isinstance(day, date)):
        return []  # what is wrong with these is told by the step itself
    found, problems = instalments.planned(
        str(values.get("schedule", "")), amount, day, deliver_by, market.parts_of(situation)
    )
    if problems:
        raise Refused(declared, problems=problems)
    return found


def _agree(
    found: Contract, planned: Sequence[Part], before: Situation, event: CaseEvent, acting: Acting, at: datetime
) -> None:
    """Take the steps by which the instalments are agreed on: of an amendment those that it changes."""
    if not planned:
        return
    now = {one.number: one for one in market.parts_of(before)}
    seen = event.number
    for number in sorted(now.keys() - {one.number for one in planned}):
        _then(found, market.drop_part.key, {"part": number}, acting, at, seen)
        seen += 1
    for one in planned:
        if one.number in now and now[one.number].agreed == one.agreed:
            continue
        given = {"part": one.number, "agreed_on": event.on, "part_title": one.title, "part_amount": one.amount}
        if one.is_delivered:
            _then(found, market.agree_delivery.key, given | {"deliver_by": one.deliver_by}, acting, at, seen)
        else:
            _then(found, market.agree_sum.key, given | {"part_condition": one.condition}, acting, at, seen)
        seen += 1


def _settle(found: Contract, acting: Acting, at: datetime) -> None:
    """The contract is settled with the last acceptance or payment, and not any more when a payment is disputed."""
    found.case.refresh_from_db()
    situation = situation_of(found.case)
    settled = market.is_settled(situation)
    if situation.state == market.accepted and settled:
        _then(found, market.settle.key, {}, acting, at, found.case.events_count)
    elif situation.state == market.paid and not settled:
        _then(found, market.unsettle.key, {}, acting, at, found.case.events_count)


def _then(found: Contract, step: str, given: Mapping[str, Any], acting: Acting, at: datetime, seen: int) -> None:
    cases.take_step(found.case.uuid, step, given, acting=acting, at=at, seen=seen, own=True)


def annul(purchase: Purchase, reason: str, *, acting: Acting, at: datetime) -> None:
    """End the contract of a purchase whose award is annulled (第二十二条): within the action that annuls it.

    Raises Refused where it was accepted or paid already: then it is settled between the two.
    """
    for one in Contract.objects.select_related("case").filter(purchase=purchase, case__over=False):
        by = Acting(market.clerk, acting.actor, acting.account, acting.for_account, acting.unit_key)
        cases.take_step(
            one.case.uuid, market.annul.key, {"reason": reason}, acting=by, at=at, seen=one.case.events_count, own=True
        )


# --- contracts of before there were instalments


def carry_over(now: datetime) -> int:
    """The job of the worker: what the steps of a contract from before there were instalments did not do, they do here.

    The one instalment of everything is agreed on, so that it has its day; what is all paid is settled; a row that names
    a state of then is read anew (earlier.py). Each contract once: it does nothing more where nothing is left to do.
    """
    return each("market.carry_over", queries.of_before_instalments(), lambda uuid: _carry_over(uuid, now))


def _carry_over(uuid: UUID, at: datetime) -> str | None:
    found = _contract(uuid)
    with recorded("market.carry_over", actor=SYSTEM, ground=OUR_RULE, at=at) as record:
        cases.read_anew(found.case.uuid, at=at)
        found.case.refresh_from_db()
        record(found.subject, state=found.case.state)
        situation = situation_of(found.case)
        parts, terms = market.parts_of(situation), market.terms_of(situation)
        program = as_system(market.platform)
        if situation.state == market.accepted and market.is_settled(situation):
            _then(found, market.settle.key, {}, program, at, found.case.events_count)
        elif situation.state == market.performing and terms is not None and parts[0].standing == instalments.AHEAD:
            given = {
                "part": parts[0].number, "agreed_on": terms.on, "part_title": parts[0].title,
                "part_amount": parts[0].amount, "deliver_by": parts[0].deliver_by,
            }  # fmt: skip
            _then(found, market.agree_delivery.key, given, program, at, found.case.events_count)
    return "carried over"


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
    return begin_complaint(source, of_payment(found, situation, name, contact, at), acting=acting, at=at, once=once)


def of_payment(found: Contract, situation: Situation, name: str, contact: str, at: datetime) -> dict[str, Any]:
    """What the complaint of the payments that are overdue says."""
    owner, values = found.purchase.owner, situation.values
    ground = "第四十条第（六）项" if market.is_public(situation) else "第三十五条"
    overdue = market.overdue_invoices(situation, at)
    each = "；".join(
        f"发票{one.number}，金额{one.amount:,.2f}元，应于{due}前付清，至今尚欠{one.owed:,.2f}元" for one, due in overdue
    )
    disputed = "".join(
        f"项目业主记录的{one.on}付款{one.amount:,.2f}元，我方未予确认。"
        for invoice, _due in overdue
        for one in invoice.payments
        if one.standing == instalments.DISPUTED
    )
    facts = (
        f"{values['owner_name']}与{values['agency_name']}就“{values['service']}”签订的中介服务合同，下列款项已经逾期："
        f"{each}。{disputed}"
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
