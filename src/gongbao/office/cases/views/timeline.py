"""The time line of a case: its events, and what happened beside them, in the order in which it happened."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from gongbao.core.labels import Label
from gongbao.office.cases import queries
from gongbao.office.cases.actions import AUTHORITY, IDENTITY
from gongbao.office.cases.models import Attachment, HandOver
from gongbao.office.cases.queries import PastProposal, PublicCase, ShownCase, ShownEvent, ShownLetter
from gongbao.office.cases.words import Names, value_in_words
from gongbao.office.people.models import Account
from gongbao.procedures.fields import SHANGHAI, Kind, from_plain


@dataclass(frozen=True, slots=True)
class Told:
    """A value by its label; `masked` where the reader may not see it, `text` where it is long."""

    label: str
    value: str
    masked: bool = False
    text: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something that happened. `kind` is event, hand_over, reminder or proposal; `day` is set where it counts in law
    from another day than that on which it was recorded."""

    kind: Literal["event", "hand_over", "reminder", "proposal"]
    at: datetime
    what: Label
    clause: str = ""
    who: str = ""
    role: Label | None = None
    unit: str = ""
    for_whom: str = ""
    day: str = ""
    values: tuple[Told, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    hidden_files: bool = False
    letter: ShownLetter | None = None
    counter: Label | None = None
    hand_over: HandOver | None = None
    past: PastProposal | None = None
    overdue: bool = False


def told_values(shown: tuple[queries.ShownValue, ...], names: Names, language: str) -> tuple[Told, ...]:
    found = []
    for one in shown:
        label = one.field.label.in_language(language)
        if one.masked:
            found.append(Told(label, str(one.value), masked=True))
        elif words := value_in_words(one.field, one.value, names, language):
            found.append(Told(label, words, text=one.field.kind == Kind.TEXT))
    return tuple(found)


def time_line(
    shown: ShownCase, letters: list[ShownLetter], names: Names, language: str, *, staff: bool = True
) -> list[Item]:
    """The latest first."""
    by_event = {one.row.event_id: one for one in letters}
    items = [_event(one, by_event.get(one.row.pk), names, language) for one in shown.events]
    case = shown.case
    items += [
        Item("hand_over", one.at, Label("转交", "handed over"), who=_name(one.by), hand_over=one)
        for one in queries.hand_overs_of(case)
    ]
    for reminder, clock in queries.reminders_of(case):
        overdue = reminder.kind == "overdue"
        kind = Label("逾期提醒", "reminded: overdue") if overdue else Label("到期提醒", "reminded: soon due")
        what = Label(f"{kind.zh}：{clock.zh}", f"{kind.en}: {clock.en}")
        items.append(Item("reminder", reminder.at, what, day=reminder.due.isoformat(), overdue=overdue))
    items += [
        Item(
            "proposal",
            one.row.at,
            one.label,
            who=_name(one.row.account),
            for_whom=_name(one.row.for_account),
            # What came to pass stands with the step itself.
            values=() if one.row.event_id else _proposed(one, shown, names, language),
            past=one,
        )
        for one in queries.past_proposals(case)
    ]
    return sorted(items, key=lambda item: item.at)[::-1]


def _proposed(past: PastProposal, shown: ShownCase, names: Names, language: str) -> tuple[Told, ...]:
    step = shown.situation.procedure.steps[past.row.step]
    values = queries.shown_values(step.asks, from_plain(step.asks, past.row.values), shown.personal)
    return told_values(tuple(one for one in values if one.field.kind != Kind.FILES), names, language)


def _name(account: Account | None) -> str:
    return account.shown_name if account is not None else ""


def _event(one: ShownEvent, letter: ShownLetter | None, names: Names, language: str) -> Item:
    row = one.row
    recorded = row.at.astimezone(SHANGHAI).date()
    files = any(value.field.kind == Kind.FILES for value in one.values)
    return Item(
        "event",
        row.at,
        one.label,
        clause=one.clause,
        who=_name(row.account),
        role=one.role,
        unit=names.unit(row.unit_key, language) if row.unit_key else "",
        for_whom=_name(row.for_account),
        day=row.on.isoformat() if row.on != recorded else "",
        values=told_values(tuple(value for value in one.values if value.field.kind != Kind.FILES), names, language),
        attachments=one.attachments,
        hidden_files=files and not one.attachments,
        letter=letter,
        counter=_seen_at_counter(row.counter),
    )


def _seen_at_counter(counter: dict[str, str] | None) -> Label | None:
    if not counter:
        return None
    papers = {one.key: one.label for one in IDENTITY}
    proofs = {one.key: one.label for one in AUTHORITY}
    paper = papers.get(counter.get("identity", ""))
    proof = proofs.get(counter.get("authority", ""))
    zh, en = paper.zh if paper else "", paper.en if paper else ""
    if proof:
        zh, en = f"{zh}；代他人办理，凭{proof.zh}", f"{en}; for another, by {proof.en}"
    return Label(zh, en) if zh else None


def public_items(shown: PublicCase, names: Names, language: str) -> list[Item]:
    """What happened, for whoever brought the case: no names of staff, the latest first."""
    letters = {one.row.event_id: one for one in shown.letters}
    items = []
    for one in shown.events:
        item = _event(one, letters.get(one.row.pk), names, language)
        items.append(replace(item, who="", for_whom="", hidden_files=False, counter=None))
    return sorted(items, key=lambda item: item.at)[::-1]
