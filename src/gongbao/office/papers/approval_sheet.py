"""The sheet on which a step that wants signatures is put up, signed and filed (审批单).

    approval_docx(ApprovalSheet(…), "zh")      approval_pdf(…)

What was said already is printed, in its order; whoever is still to sign has a box to sign by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gongbao.core.labels import Label
from gongbao.office.papers.paper import (
    Block,
    Cell,
    Line,
    Paper,
    Row,
    Table,
    colon,
    enclosed_table,
    local_day,
    moment_in_words,
    required,
    section,
)
from gongbao.office.papers.paper import Listed as Listed
from gongbao.office.papers.pdf import pdf_of
from gongbao.office.papers.word import docx_of
from gongbao.procedures.sign_off import Verdict

_BOX = 17
"""Millimetres of a box to sign in."""

_TEXTS = {
    "case": Label("案件编号", "Case"),
    "unit": Label("承办单位", "Unit"),
    "matter": Label("事项", "Matter"),
    "step": Label("拟办事项", "Proposed step"),
    "clause": Label("依据", "Ground"),
    "by": Label("经办人", "Proposed by"),
    "at": Label("提出时间", "Proposed at"),
    "countersigning": Label("会签单位", "Countersigning units"),
    "proposal": Label("拟办内容", "What is proposed"),
    "opinions": Label("审批意见", "Opinions"),
    "role": Label("环节", "Who"),
    "opinion": Label("意见", "Opinion"),
    "signed": Label("签名", "Signature"),
    "when": Label("时间", "When"),
    "files": Label("附件清单", "Papers with it"),
}
VERDICTS = {
    Verdict.SIGNED: Label("同意", "agreed"),
    Verdict.OBJECTED: Label("有不同意见", "objects"),
    Verdict.RETURNED: Label("退回", "returned"),
}


@dataclass(frozen=True, slots=True)
class OpinionGiven:
    """`role` and `unit` as they are called, `signed_by` the name as it shall be printed."""

    role: str
    unit: str
    verdict: Verdict
    words: str
    signed_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ToSign:
    """Who is still asked."""

    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class ApprovalSheet:
    """A proposal with the opinions on it, in their order; `proposal` is what was proposed, as (label, value)."""

    title: str
    case_number: str
    matter: str
    unit: str
    step: str
    proposed_by: str
    proposed_at: datetime
    clause: str = ""
    proposal: tuple[tuple[str, str], ...] = ()
    countersigning: tuple[str, ...] = ()
    opinions: tuple[OpinionGiven, ...] = ()
    waiting: tuple[ToSign, ...] = ()
    files: tuple[Listed, ...] = ()


def approval_docx(sheet: ApprovalSheet, language: str) -> bytes:
    """The sheet as a Word file. Raises GongbaoError where title or case number are empty, or a time has no zone."""
    return docx_of(approval_paper(sheet, language))


def approval_pdf(sheet: ApprovalSheet, language: str) -> bytes:
    """The sheet as a PDF, to be printed. Raises GongbaoError where title or case number are empty, or a time has no
    zone."""
    return pdf_of(approval_paper(sheet, language))


def approval_paper(sheet: ApprovalSheet, language: str) -> Paper:
    """The content of the sheet."""
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    title = required(sheet.title, "a title")
    number = required(sheet.case_number, "the number of the case")
    blocks: list[Block] = [
        Line(title, size=20, face="title", align="center", leading=30, after=8, keep=True),
        _about(sheet, language, say),
    ]
    if sheet.proposal:
        blocks += [section(say["proposal"]), _pairs(sheet.proposal)]
    if sheet.opinions or sheet.waiting:
        blocks += [section(say["opinions"]), _opinions(sheet, language, say)]
    if sheet.files:
        blocks += [section(say["files"]), enclosed_table(sheet.files, language)]
    running = f"{title}{colon(language)}{number}"
    return Paper(title, language, tuple(blocks), running=running, day=local_day(sheet.proposed_at))


def _about(sheet: ApprovalSheet, language: str, say: dict[str, str]) -> Table:
    def pair(name: str, value: str, span: int = 1) -> tuple[Cell, Cell]:
        return Cell(say[name], label=True), Cell(value, span=span)

    rows = [
        Row((*pair("case", sheet.case_number), *pair("unit", sheet.unit))),
        Row(pair("matter", sheet.matter, 3)),
        Row(pair("step", sheet.step, 3)),
        Row((*pair("by", sheet.proposed_by), *pair("at", moment_in_words(sheet.proposed_at, language)))),
    ]
    if sheet.clause:
        rows.insert(3, Row(pair("clause", sheet.clause, 3)))
    if sheet.countersigning:
        units = ("、" if language.startswith("zh") else ", ").join(sheet.countersigning)
        rows.append(Row(pair("countersigning", units, 3)))
    # The longest English word is wider than the longest Chinese label.
    return Table((2, 5, 2, 5) if language.startswith("zh") else (2.6, 4.6, 2.2, 4.6), tuple(rows))


def _pairs(pairs: Sequence[tuple[str, str]]) -> Table:
    return Table((3, 11), tuple(Row((Cell(label, label=True), Cell(value))) for label, value in pairs))


def _opinions(sheet: ApprovalSheet, language: str, say: dict[str, str]) -> Table:
    head = Row(tuple(Cell(say[name], label=True, align="center") for name in ("role", "opinion", "signed", "when")))
    rows = [head]
    for one in sheet.opinions:
        verdict = VERDICTS[one.verdict].in_language(language)
        words = f"{verdict}{colon(language)}{one.words}" if one.words.strip() else verdict
        at = moment_in_words(one.at, language)
        rows.append(Row((Cell(_who(one.role, one.unit)), Cell(words), Cell(one.signed_by), Cell(at)), height=9))
    for waiting in sheet.waiting:
        rows.append(Row((Cell(_who(waiting.role, waiting.unit)), Cell(""), Cell(""), Cell("")), height=_BOX))
    return Table((3.2, 6.8, 2, 2.6), tuple(rows), heads=1, size=10)


def _who(role: str, unit: str) -> str:
    return f"{role}\n{unit}" if unit.strip() else role
