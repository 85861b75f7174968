"""What stands in front of a case's papers: the list of them (卷内目录) and the time line.

contents_docx(about, rows, "zh")      contents_pdf(…)
time_line_docx(about, rows, "zh")     time_line_pdf(…)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gongbao.core.labels import Label
from gongbao.office.papers.paper import Block, Line, Paper, colon, day_in_words, listed, moment_in_words, required
from gongbao.office.papers.pdf import pdf_of
from gongbao.office.papers.word import docx_of

_TEXTS = {
    "contents": Label("卷内目录", "Contents of the file"),
    "time_line": Label("办理经过", "Time line"),
    "case": Label("案件编号", "Case"),
    "matter": Label("事项", "Matter"),
    "unit": Label("承办单位", "Unit"),
    "made": Label("制表日期", "Made on"),
    "order": Label("顺序号", "No."),
    "number": Label("文号", "Number"),
    "author": Label("责任者", "By"),
    "title": Label("题名", "Title"),
    "day": Label("日期", "Date"),
    "pages": Label("页号", "Pages"),
    "note": Label("备注", "Notes"),
    "at": Label("时间", "When"),
    "what": Label("事项经过", "What happened"),
    "who": Label("办理人", "By"),
    "clause": Label("依据", "Ground"),
    "nothing": Label("（无）", "(none)"),
}


@dataclass(frozen=True, slots=True)
class FileCover:
    """Which case it is, and the day on which the list is made."""

    case_number: str
    matter: str
    unit: str
    made_on: date


@dataclass(frozen=True, slots=True)
class FiledPaper:
    """A paper of the file; `pages` as they are numbered in it (3-5)."""

    title: str
    number: str = ""
    author: str = ""
    day: date | None = None
    pages: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened, and when: a day, or a moment with its zone."""

    at: datetime | date
    what: str
    who: str = ""
    clause: str = ""
    note: str = ""


def contents_docx(cover: FileCover, papers: Sequence[FiledPaper], language: str) -> bytes:
    """The list of the papers as a Word file. Raises GongbaoError without the number of the case."""
    return docx_of(contents_paper(cover, papers, language))


def contents_pdf(cover: FileCover, papers: Sequence[FiledPaper], language: str) -> bytes:
    """The list of the papers as a PDF. Raises GongbaoError without the number of the case."""
    return pdf_of(contents_paper(cover, papers, language))


def time_line_docx(cover: FileCover, happenings: Sequence[Happening], language: str) -> bytes:
    """What happened, in the order given, as a Word file. Raises GongbaoError where a moment has no zone."""
    return docx_of(time_line_paper(cover, happenings, language))


def time_line_pdf(cover: FileCover, happenings: Sequence[Happening], language: str) -> bytes:
    """What happened, in the order given, as a PDF. Raises GongbaoError where a moment has no zone."""
    return pdf_of(time_line_paper(cover, happenings, language))


def contents_paper(cover: FileCover, papers: Sequence[FiledPaper], language: str) -> Paper:
    """The content of the list."""
    rows = [
        (
            str(place),
            one.number,
            one.author,
            one.title,
            day_in_words(one.day, language) if one.day else "",
            one.pages,
            one.note,
        )
        for place, one in enumerate(papers, start=1)
    ]
    columns = ("order", "number", "author", "title", "day", "pages", "note")
    return _list("contents", columns, rows, (1.3, 4, 3.4, 6.5, 3, 1.5, 2), cover, language)


def time_line_paper(cover: FileCover, happenings: Sequence[Happening], language: str) -> Paper:
    """The content of the time line."""
    rows = [
        (
            moment_in_words(one.at, language) if isinstance(one.at, datetime) else day_in_words(one.at, language),
            one.what,
            one.who,
            one.clause,
            one.note,
        )
        for one in happenings
    ]
    return _list("time_line", ("at", "what", "who", "clause", "note"), rows, (3.4, 6, 3, 4, 4), cover, language)


def _list(
    key: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    shares: Sequence[float],
    cover: FileCover,
    language: str,
) -> Paper:
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    mark, title = colon(language), say[key]
    number = required(cover.case_number, "the number of the case")
    about = [("case", number), ("matter", cover.matter), ("unit", cover.unit)]
    about.append(("made", day_in_words(cover.made_on, language)))
    blocks: list[Block] = [Line(title, size=20, face="title", align="center", leading=30, after=8, keep=True)]
    blocks += [Line(f"{say[name]}{mark}{value}") for name, value in about if value.strip()]
    blocks[-1] = Line(f"{say['made']}{mark}{day_in_words(cover.made_on, language)}", after=6, keep=True)
    if rows:
        blocks.append(listed([say[name] for name in columns], rows, shares=shares, size=10))
    else:
        blocks.append(Line(say["nothing"]))
    return Paper(title, language, tuple(blocks), running=f"{title}{mark}{number}", day=cover.made_on)
