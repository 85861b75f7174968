"""What the office is told of the cases of contracts."""

from datetime import datetime

from django.urls import reverse

from gongbao.core.labels import Label
from gongbao.office.audit.actions import Record
from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.office.cases.types import CaseType
from gongbao.office.outbox.actions import ToAccount, send
from gongbao.office.outbox.models import LONGEST_SUBJECT
from gongbao.procedures import Event, Role, Run, Situation
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.contracts import earlier, instalments
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.procedure import (
    OWN_STEPS,
    begin,
    clerk,
    contract,
    deliver,
    end,
    exempt,
    lapse,
    lift_exempt,
    lift_exempt_private,
    pay,
    pay_rest,
    payment,
    propose_exempt,
    propose_filing,
    rescind,
    settle,
    unsettle,
)
from gongbao.systems.intermediary_market.organisations.queries import members_of
from gongbao.systems.intermediary_market.purchases import actions as purchases
from gongbao.systems.intermediary_market.retention import files_kept_until


def _summary(situation: Situation) -> Label:
    name = str(situation.values.get("service", ""))
    return Label(name, name) if name else contract.label


def _about(situation: Situation) -> str:
    return "、".join(str(situation.values[key]) for key in ("owner_name", "agency_name") if key in situation.values)


def _of(case: Case) -> Contract | None:
    found = Contract.objects.filter(case=case)
    return found.select_related("case", "purchase__case", "purchase__owner", "registration__organisation").first()


def _page(case: Case) -> str:
    found = _of(case)
    return reverse("market:contract", args=[found.uuid]) if found is not None else ""


def follows(case: Case, situation: Situation, event: Event, record: Record) -> None:
    """See gongbao.office.cases.types.CaseType. A case that is being begun has no contract yet."""
    found = _of(case)
    if found is None:
        return
    if event.step in QUIET:
        return
    if event.step in (lapse.key, rescind.key):
        _end_purchase(found, case.events.select_related("account", "for_account").get(number=event.number))
    _tell_the_others(found, situation, event)


def _end_purchase(found: Contract, row: CaseEvent) -> None:
    """The operator recorded at its desk that none was signed, or annulled the award later: its purchase is over."""
    account = row.account
    assert account is not None
    stood_in = str(row.for_account.public_id) if row.for_account else ""
    actor = Actor(ActorKind.ACCOUNT, str(account.public_id), clerk.post, row.unit_key, stood_in)
    acting = Acting(clerk, actor, account, row.for_account, row.unit_key)
    reason = str(row.values["reason"])
    if row.step == lapse.key:
        purchases.not_signed(found.purchase, reason, acting=acting, at=row.at)
    else:
        ground, findings = str(row.values["conflict"]), str(row.values["findings"])
        purchases.annulled_after_signing(found.purchase, ground, findings, reason, acting=acting, at=row.at)


def reminds(case: Case, run: Run, role: Role, words: Label, at: datetime) -> None:
    """Tell whoever acts for the party that a day comes near, or is over; the agency of a payment when it is overdue."""
    found = _of(case)
    if found is None or (run.clock == payment and role.key == "agency" and not run.overdue(at)):
        return
    organisation = found.purchase.owner if role.key == "owner" else found.registration.organisation
    for member in members_of(organisation, at.astimezone(SHANGHAI).date()):
        send(
            ToAccount(member.account),
            subject=Label(
                f"{contract.label.zh}：{words.zh}"[:LONGEST_SUBJECT], f"Contract: {words.en}"[:LONGEST_SUBJECT]
            ),
            text=Label(
                f"{contract.label.zh} {case.receipt}：{words.zh}。", f"{contract.label.en} {case.receipt}: {words.en}."
            ),
            about=case.subject,
            at=at,
            link=reverse("market:contract", args=[found.uuid]),
        )


_PAID = Label(
    "请在10个工作日内确认收款或者提出异议；沉默不视为确认。",
    "Confirm the payment or dispute it within 10 working days; silence confirms nothing.",
)
_ASKED = {
    deliver.key: Label(
        "请在10个工作日内验收；沉默不视为验收通过。",
        "Accept or refuse it within 10 working days; silence accepts nothing.",
    ),
    pay.key: _PAID,
    pay_rest.key: _PAID,
    propose_exempt.key: Label(
        "请答复是否属于依法应当保密的合同；答复之前，备案期限照常计算。",
        "Say whether the law keeps it secret; until you have, the time to file runs.",
    ),
    propose_filing.key: Label(
        "请答复是否同意备案；不答复不视为同意。", "Say whether you agree; silence agrees to nothing."
    ),
}
"""What the other party is asked to do of what was recorded."""

_TOLD = (settle, unsettle, end, exempt, lift_exempt, lift_exempt_private)
NOT_TOLD = frozenset(
    step.key
    for step in contract.steps.values()
    if step == begin or (step not in _TOLD and all(one.kind != "staff" for one in step.by))
)
"""What the two do with each other, of which the operator gets no message: it has something to do once all is settled.
Of a result that is given back, or of none being signed, the case of the purchase tells it."""

QUIET = frozenset({*instalments.AGREES, unsettle.key})
"""Steps that say no more than the one they follow from."""


def _tell_the_others(found: Contract, situation: Situation, event: Event) -> None:
    """Whoever acts for the owner and the agency is told of what somebody else did, by a message on the site."""
    case = found.case
    step = contract.all_steps()[event.step]
    state = situation.state
    asked = _ASKED.get(event.step)
    zh, en = (asked.zh, f" {asked.en}") if asked is not None else ("", "")
    for role, organisation in (
        ("owner", found.purchase.owner),
        ("agency", found.registration.organisation),
    ):
        if role == event.role or state is None:
            continue
        for member in members_of(organisation, event.at.astimezone(SHANGHAI).date()):
            send(
                ToAccount(member.account),
                subject=Label(f"{contract.label.zh}：{step.label.zh}", f"{contract.label.en}: {step.label.en}"),
                text=Label(
                    f"{contract.label.zh} {case.receipt}：{step.label.zh}，现为“{state.label.zh}”。{zh}",
                    f"{contract.label.en} {case.receipt}: {step.label.en}; it stands at “{state.label.en}”.{en}",
                ),
                about=case.subject,
                at=event.at,
                link=reverse("market:contract", args=[found.uuid]),
            )


CASE_TYPE = CaseType(
    contract,
    party_name="agency_name",
    summary=_summary,
    about=_about,
    own_steps=OWN_STEPS,
    follows=follows,
    reminds=reminds,
    not_told=NOT_TOLD,
    page=_page,
    kept_until=files_kept_until,
    reads=earlier.as_now,
)
