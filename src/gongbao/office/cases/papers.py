"""The papers of a case, made of what is kept of it: letters, the approval sheet, the case file, the receipt.

A letter's gaps are filled with the values of the case by the keys of their fields, in the words of the letter's
language; `case_number`, the receipt number; `due_on`, the last day that stands when the letter is made; and for each
step that was taken `<step>_on`, the day of it. What else its wording asks for the system gives
(CaseType.letter_values).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.actions import AUTHORITY
from gongbao.office.cases.models import Attachment, Case, Proposal
from gongbao.office.cases.queries import ShownEvent, ShownLetter, opinions_of, shown_opinions
from gongbao.office.cases.types import case_type
from gongbao.office.cases.words import Names, value_in_words
from gongbao.office.papers import case_file
from gongbao.office.papers.approval_sheet import (
    ApprovalSheet,
    Listed,
    OpinionGiven,
    ToSign,
    approval_docx,
    approval_pdf,
)
from gongbao.office.papers.case_file import FileCover, FiledPaper, Happening
from gongbao.office.papers.letters import (
    Authority,
    CaseLetter,
    RemedyTold,
    Service,
    items,
    letter_docx,
    letter_pdf,
)
from gongbao.office.papers.receipt import Receipt, receipt_docx, receipt_pdf
from gongbao.office.papers.wordings import wording
from gongbao.office.people.models import Unit
from gongbao.office.people.queries import body_of
from gongbao.procedures import Event, Situation, replay
from gongbao.procedures.declare import clause_label
from gongbao.procedures.fields import SHANGHAI, from_plain
from gongbao.procedures.sign_off import progress

_APPROVAL, _COUNTERSIGNS = Label("审批单", "approval sheet"), Label("会签单位", "countersigning unit")


def _unit(unit: Unit, language: str) -> str:
    return unit.in_language(language)


# --- letters


def letter_of(case: Case, situation: Situation, shown: ShownLetter, language: str) -> CaseLetter:
    """What is printed of a letter. Raises GongbaoError where nobody is left to whom it goes."""
    declared = case_type(case.procedure)
    procedure = situation.procedure
    then = replay(procedure, situation.events[: shown.event.number], situation.calendar)
    addressee = then.values.get(declared.party_name)
    if not isinstance(addressee, str) or not addressee.strip():
        raise GongbaoError("nobody is told to whom this letter goes: what is personal in the case was erased")
    step = procedure.steps[shown.event.step]
    served = None
    if shown.served is not None:
        manner = procedure.all_steps()[shown.served.step].field("manner")
        value = shown.served.values.get("manner")
        words = value_in_words(manner, value, Names(), language) if manner and value is not None else ""
        served = Service(shown.served.on, words)
    body = body_of(case.unit)
    clauses = dict.fromkeys((procedure.cite(shown.letter.clause), then.clause_of(step)))
    return CaseLetter(
        authority=Authority(_unit(shown.row.unit, language)),
        title=shown.letter.label,
        number=shown.number.in_language(language),
        addressee=addressee,
        wording=wording(shown.letter.key, language, declared.wordings),
        values=_gaps(case, then, shown.event, language),
        clauses=tuple(clauses),
        to_correct=items(str(shown.event.values.get("to_correct", ""))),
        remedies=tuple(
            RemedyTold(one.remedy, last_day=one.last_day, provisional=one.provisional) for one in shown.remedies
        ),
        day=shown.event.on,
        unit=_unit(body, language) if body.pk != shown.row.unit_id else "",
        served=served,
    )


def _gaps(case: Case, then: Situation, event: Event, language: str) -> dict[str, str | date]:
    names = Names()
    filled: dict[str, str | date] = {"case_number": case.receipt, "text": ""}
    fields = {field.key: field for field in then.procedure.fields()}
    for key, value in then.values.items():
        if key not in fields or key == "to_correct":
            continue
        day = isinstance(value, date) and not isinstance(value, datetime)
        filled[key] = value if day else value_in_words(fields[key], value, names, language)  # type: ignore[assignment]
    for one in then.events:
        filled[f"{one.step}_on"] = one.on
    due = [run.due for run in then.open_runs if run.due is not None]
    if due:
        filled["due_on"] = min(due)
    for key, given in case_type(case.procedure).letter_values(then, event).items():
        filled[key] = given.in_language(language) if isinstance(given, Label) else given
    return filled


LETTERS: Mapping[str, Callable[[CaseLetter], bytes]] = {"docx": letter_docx, "pdf": letter_pdf}


# --- the approval sheet


def approval_of(case: Case, proposal: Proposal, situation: Situation, summary: Label, language: str) -> ApprovalSheet:
    """The sheet of a proposal, with the opinions on it so far and who is still asked."""
    step = situation.procedure.steps[proposal.step]
    assert step.sign_off is not None
    names = Names()
    values = from_plain(step.asks, proposal.values)
    files = {str(one.uuid): one for one in case.attachments.all()}
    listed = [files[key] for value in values.values() if isinstance(value, tuple) for key in value if key in files]
    here = progress(step.sign_off, proposal.unit_key, proposal.countersigners, opinions_of(proposal))
    countersigns = _COUNTERSIGNS.in_language(language)
    pairs = []
    for field in step.asks:
        if field.key in values and (words := value_in_words(field, values[field.key], names, language)):
            pairs.append((field.label.in_language(language), words))
    return ApprovalSheet(
        title=f"{step.label.zh}审批单" if language.startswith("zh") else f"{step.label.en}: {_APPROVAL.en}",
        case_number=case.receipt,
        matter=f"{situation.procedure.label.in_language(language)}：{summary.in_language(language)}"
        if language.startswith("zh")
        else f"{situation.procedure.label.en}: {summary.en}",
        unit=names.unit(proposal.unit_key, language),
        step=step.label.in_language(language),
        proposed_by=proposal.account.shown_name,
        proposed_at=proposal.at,
        clause=clause_label(situation.clause_of(step, values)).in_language(language),
        proposal=tuple(pairs),
        countersigning=tuple(names.unit(key, language) for key in proposal.countersigners),
        opinions=tuple(
            OpinionGiven(
                one.role.in_language(language) if one.role else countersigns,
                names.unit(one.row.unit_key, language),
                one.verdict,
                one.row.words,
                one.row.account.shown_name,
                one.row.at,
            )
            for one in shown_opinions(proposal)
        ),
        waiting=tuple(
            ToSign(one.role.label.in_language(language) if one.role else countersigns, names.unit(one.unit, language))
            for one in here.asked
        ),
        files=_listed(listed, language),
    )


APPROVALS: Mapping[str, Callable[[ApprovalSheet, str], bytes]] = {"docx": approval_docx, "pdf": approval_pdf}


def _listed(attachments: list[Attachment], language: str) -> tuple[Listed, ...]:
    erased = "（已删除）" if language.startswith("zh") else "(erased)"
    return tuple(Listed(one.name or erased) for one in attachments)


# --- the case file


def cover_of(case: Case, summary: Label, on: date, language: str) -> FileCover:
    return FileCover(case.receipt, summary.in_language(language), _unit(body_of(case.unit), language), on)


def contents_of(
    case: Case, events: tuple[ShownEvent, ...], letters: list[ShownLetter], language: str
) -> list[FiledPaper]:
    """What is in the file, in the order in which it came: files, letters, approval sheets."""
    by_event = {one.row.event_id: one for one in letters}
    sheets = {one.event_id: one for one in case.proposals.select_related("account").exclude(event=None)}
    names = Names()
    found = []
    for event in events:
        author = names.unit(event.row.unit_key, language) if event.row.unit_key else event.role.in_language(language)
        for file in event.attachments:
            found.append(FiledPaper(file.name, author=author, day=event.row.on))
        if sheet := sheets.get(event.row.pk):
            title = f"{event.label.zh}审批单" if language.startswith("zh") else f"{event.label.en}: {_APPROVAL.en}"
            unit = names.unit(sheet.unit_key, language)
            found.append(FiledPaper(title, author=unit, day=sheet.at.astimezone(SHANGHAI).date()))
        if letter := by_event.get(event.row.pk):
            found.append(
                FiledPaper(
                    letter.letter.label.in_language(language),
                    number=letter.number.in_language(language),
                    author=_unit(letter.row.unit, language),
                    day=letter.event.on,
                )
            )
    return found


def happenings_of(events: tuple[ShownEvent, ...], language: str) -> list[Happening]:
    return [
        Happening(
            one.row.at,
            one.label.in_language(language),
            who=one.row.account.shown_name if one.row.account else one.role.in_language(language),
            clause=clause_label(one.clause).in_language(language),
        )
        for one in events
    ]


FILES: Mapping[str, Mapping[str, Callable[..., bytes]]] = {
    "contents": {"docx": case_file.contents_docx, "pdf": case_file.contents_pdf},
    "time-line": {"docx": case_file.time_line_docx, "pdf": case_file.time_line_pdf},
}


# --- the receipt


def receipt_of(
    case: Case,
    secret: str,
    situation: Situation,
    summary: Label,
    address: str,
    language: str,
) -> Receipt:
    """The receipt of a case that was begun. `address` is that of the page on which it is followed."""
    state = situation.state
    assert state is not None
    begun = case.events.select_related("account").get(number=1)
    name = str(situation.values.get(case_type(case.procedure).party_name, ""))
    seen = begun.counter or {}
    proof = next((one.label.in_language(language) for one in AUTHORITY if one.key == seen.get("authority")), "")
    next_label = state.next or state.label
    return Receipt(
        authority=Authority(_unit(body_of(case.unit), language)),
        number=case.receipt,
        secret=secret,
        matter=f"{situation.procedure.label.in_language(language)}（{summary.zh}）"
        if language.startswith("zh")
        else f"{situation.procedure.label.en} ({summary.en})",
        at=begun.at,
        next=next_label.in_language(language),
        next_by=case.due,
        address=address,
        handed_in_by="" if proof else name,
        behalf_of=name if proof else "",
        proof=proof,
        counter=Names().unit(begun.unit_key, language) if begun.unit_key else "",
        by=begun.account.shown_name if begun.account else "",
        papers=_listed(list(case.attachments.all()), language),
    )


RECEIPTS: Mapping[str, Callable[[Receipt, str], bytes]] = {"docx": receipt_docx, "pdf": receipt_pdf}
