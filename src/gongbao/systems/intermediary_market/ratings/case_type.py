"""What the office is told of the cases about conduct, and whom the agency's people hear from."""

from datetime import date, datetime

from django.urls import reverse

from gongbao.core.labels import Label
from gongbao.office.audit.actions import Record
from gongbao.office.cases.models import Case
from gongbao.office.cases.types import CaseType
from gongbao.office.outbox.actions import ToAccount, send
from gongbao.procedures import Event, Situation
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.organisations import queries as organisations
from gongbao.systems.intermediary_market.ratings import procedure
from gongbao.systems.intermediary_market.ratings.procedure import KINDS, OWN_STEPS, conduct
from gongbao.systems.intermediary_market.retention import files_kept_until

_TOLD: dict[str, Label] = {
    procedure.notify.key: Label(
        "收到一条关于贵机构行为的线索，尚待核实，请在5个工作日内陈述意见",
        "something was reported of your agency that is not yet proven; state your view within 5 working days",
    ),
    procedure.verify.key: Label(
        "该行为经核实，计入年度综合评价；不服的，可以在10个工作日内申诉",
        "the conduct was verified and counts for the yearly grade; you may appeal within 10 working days",
    ),
    procedure.dismiss.key: Label("该行为未经核实，不予计入", "the conduct was not verified and does not count"),
    procedure.uphold.key: Label("申诉未获支持，认定维持", "your appeal was decided: the finding stands"),
    procedure.overturn.key: Label("申诉成立，认定撤销", "your appeal was decided: the finding is overturned"),
    procedure.correct.key: Label("认定已更正", "the finding was corrected"),
}
"""What the people of the agency are told when a step was taken."""


def _summary(situation: Situation) -> Label:
    kind = next((one for one in KINDS if one.key == situation.values.get("kind")), None)
    return kind.label if kind else conduct.label


def _follows(case: Case, situation: Situation, event: Event, record: Record) -> None:
    """Tells the agency. When the case begins, it is not kept yet whose it is, and nobody is told."""
    told = _TOLD.get(event.step)
    if told is None:
        return
    found, told = case.market_conduct, _with_what(told, situation)
    for member in organisations.members_of(found.organisation, _day(event.at)):
        send(
            ToAccount(member.account),
            subject=Label(f"{conduct.label.zh} {case.receipt}", f"{conduct.label.en} {case.receipt}"),
            text=Label(f"{told.zh}。", f"{told.en[0].upper()}{told.en[1:]}."),
            about=found.subject,
            at=event.at,
            link=reverse("market:conduct_case", args=[found.uuid]),
        )


def _with_what(told: Label, situation: Situation) -> Label:
    """What is told, after what the conduct is by now and the clause that names it; alone where it is nothing."""
    key = situation.values.get("corrected_to", situation.values.get("kind"))
    kind = next((one for one in KINDS if one.key == key), None)
    if kind is None:
        return told
    return Label(f"{kind.label.zh}（{kind.clause}）：{told.zh}", f"{kind.label.en} ({kind.clause}): {told.en}")


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


CASE_TYPE = CaseType(
    conduct,
    party_name="agency_name",
    summary=_summary,
    about=lambda situation: str(situation.values.get("agency_name", "")),
    own_steps=OWN_STEPS,
    follows=_follows,
    kept_until=files_kept_until,
)
