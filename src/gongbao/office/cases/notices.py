"""Who is told of what happens in a case: by a message on the site, and whoever brought it by e-mail or telephone.

What is told names the case by its receipt number, its procedure and its state, never what is personal.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.actors import Acting, at_desk_of
from gongbao.office.cases.models import Case, PersonalValues, Proposal
from gongbao.office.cases.types import case_type
from gongbao.office.outbox.actions import ToAccount, ToEmail, ToPhone, ToPost, email_address, phone_number, send
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.queries import body_of
from gongbao.office.people.roles import Role as Post
from gongbao.procedures import Run, Situation, Step
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.words import tell

_Receiver = ToAccount | ToPost


def _link(case: Case) -> str:
    return reverse("cases:case", args=[case.uuid])


def _matter(case: Case) -> Label:
    label = case_type(case.procedure).procedure.label
    return Label(f"{label.zh} {case.receipt}", f"{label.en} {case.receipt}")


def _workers(case: Case, at: datetime) -> list[_Receiver]:
    """Whoever has the case; the clerks of its unit while nobody has, or who has it works there no more."""
    day = at.astimezone(SHANGHAI).date()
    if case.assigned is not None and at_desk_of(case.assigned, case.unit, day) is not None:
        return [ToAccount(case.assigned)]
    return [ToPost(case.unit, Post.CLERK)]


def _tell(case: Case, to: Sequence[_Receiver], zh: str, en: str, at: datetime) -> None:
    matter = _matter(case)
    for one in to:
        send(
            one,
            subject=Label(f"{matter.zh}：{zh}", f"{matter.en}: {en}"),
            text=Label(f"{matter.zh}：{zh}。", f"{matter.en}: {en}."),
            about=case.subject,
            at=at,
            link=_link(case),
        )


def begun(case: Case, step: Step, at: datetime) -> None:
    if step.key in case_type(case.procedure).not_told:
        return
    _tell(case, _workers(case, at), "新收到，请办理", "new, to be handled", at)


def happened(case: Case, after: Situation, step: Step, acting: Acting, at: datetime) -> None:
    """A party's step is told to whoever works on the case, one of the office to the party, a move to the new unit."""
    if len(after.events) == 1:
        return
    if step.moves:
        _tell(case, _workers(case, at), "已移送本单位，请办理", "transferred to this unit, to be handled", at)
    elif acting.role.kind != "staff" and step.key not in case_type(case.procedure).not_told:
        _tell(case, _workers(case, at), f"{step.label.zh}", f"{step.label.en}", at)
    # What was done in their name at a counter they are told too: it may have been another who stood there.
    if (acting.role.kind != "party" or acting.at_counter) and step.to is not None:
        _tell_party(case, after, at)


def asked(proposal: Proposal, at: datetime) -> None:
    """Whoever is asked for an opinion now, and was not before."""
    case = proposal.case
    for one in proposal.asked.select_related("unit"):
        # A unit that countersigns answers through any of its heads; that of the section is told.
        to = ToPost(one.unit, Post(one.role) if one.role else Post.SECTION_HEAD)
        _tell(case, [to], "请签署意见", "your opinion is asked for", at)


def returned(proposal: Proposal, at: datetime) -> None:
    _tell(proposal.case, [ToAccount(proposal.account)], "审批退回", "the proposal was returned", at)


def handed_over(case: Case, to: Account, at: datetime) -> None:
    _tell(case, [ToAccount(to)], "已转交您办理", "handed over to you", at)


def reminded(case: Case, run: Run, kind: str, now: datetime) -> None:
    """The roles that the clock tells: the clerk is whoever has the case; parties the system of the case tells."""
    told = tell(run, now.astimezone(SHANGHAI).date())
    zh = f"{'已逾期' if kind == 'overdue' else '即将到期'}：{run.label.zh}（{told.zh}）"
    en = f"{'overdue' if kind == 'overdue' else 'soon due'}: {run.label.en} ({told.en})"
    body: Unit = body_of(case.unit)
    for role in run.clock.tells:
        if role.kind != "staff":
            case_type(case.procedure).reminds(case, run, role, Label(zh, en), now)
            continue
        to = _workers(case, now) if role.post == Post.CLERK else [ToPost(body, Post(role.post))]
        _tell(case, to, zh, en, now)


def _tell_party(case: Case, after: Situation, at: datetime) -> None:
    """Whoever brought the case, where they left an address: how it stands now, and where to look."""
    field = case_type(case.procedure).party_contact
    if not field or after.state is None:
        return
    held = PersonalValues.objects.filter(event__case=case, values__has_key=field).order_by("-event__number").first()
    to = _address(str(held.values[field])) if held else None
    if to is None:
        return
    matter, state = _matter(case), after.state.label
    send(
        to,
        subject=Label(f"{matter.zh}：{state.zh}", f"{matter.en}: {state.en}"),
        text=Label(
            f"您的{matter.zh}现为“{state.zh}”。请凭回执编号和查询密码在网站“查询办理情况”中查看。",
            f"Your {matter.en} now stands at “{state.en}”. Follow it on the site with its receipt number and secret.",
        ),
        about=case.subject,
        at=at,
    )


def _address(contact: str) -> ToEmail | ToPhone | None:
    """An address that is written as one; else None: it was given in words, for a person to read."""
    try:
        if "@" in contact:
            return ToEmail(email_address(contact))
        if re.fullmatch(r"\+?[0-9 ()-]{5,20}", contact):
            return ToPhone(phone_number(contact))
    except GongbaoError:
        pass
    return None
