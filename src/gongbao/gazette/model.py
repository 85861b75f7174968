"""What reading a gazette yields: an issue, its documents, their parts and clauses.

Plain values, no behaviour beyond looking at oneself; lines are 1-based lines of the raw text.
The meaning of each field, for programs that use the JSON, stands in docs/contract.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class ClauseKind(StrEnum):
    """The level of a clause, in the order in which levels usually contain each other."""

    PREAMBLE = "preamble"  # 引言: what stands before the first numbered clause
    BOX = "box"  # 专栏
    PART = "part"  # 编
    CHAPTER = "chapter"  # 章
    SECTION = "section"  # 节, 一、, 1 (decimal)
    SUBSECTION = "subsection"  # （一）, 1.1
    ARTICLE = "article"  # 条
    PARAGRAPH = "paragraph"  # 款, 1. below （一）, 1.1.1, and the unnumbered paragraphs of a longer clause
    SUBPARAGRAPH = "subparagraph"  # 项 of an article, （1）
    POINT = "point"  # 目 of an article, ①
    ITEM = "item"  # anything below that


class PartKind(StrEnum):
    """A document is a covering text, the instruments it issues (印发), and annexes (附件)."""

    BODY = "body"
    INSTRUMENT = "instrument"
    ANNEX = "annex"


class DocumentKind(StrEnum):
    """The kinds of official documents (党政机关公文处理工作条例 第八条), told by the last word of the title."""

    RESOLUTION = "resolution"  # 决议
    DECISION = "decision"  # 决定
    ORDER = "order"  # 令
    COMMUNIQUE = "communique"  # 公报
    ANNOUNCEMENT = "announcement"  # 公告
    PUBLIC_NOTICE = "public_notice"  # 通告
    OPINIONS = "opinions"  # 意见
    NOTICE = "notice"  # 通知
    CIRCULAR = "circular"  # 通报
    REPORT = "report"  # 报告
    REQUEST = "request"  # 请示
    REPLY = "reply"  # 批复
    PROPOSAL = "proposal"  # 议案
    LETTER = "letter"  # 函
    MINUTES = "minutes"  # 纪要
    OTHER = "other"  # an instrument printed by itself: 办法, 方案, 规划...


class Reason(StrEnum):
    """Why cleaning altered something."""

    LINE_END = "line_end"
    FULL_WIDTH = "full_width"
    RADICAL = "radical"  # ⼈ for 人, as PDF files have it
    NOUGHT = "nought"  # 二OO三年
    INVISIBLE = "invisible_character"
    SPACE = "space"
    SPACED_OUT = "spaced_out"  # 总 则
    TAG = "tag"
    ENTITY = "entity"
    TABLE_ROW = "table_row"  # | a | b |
    NOTATION = "notation"
    DOCUMENT_NUMBER = "document_number"  # 云岭政[2020]3号
    BRACKET = "bracket"
    PUNCTUATION = "punctuation"
    DECIMAL_NUMBER = "decimal_number"  # 8. 2. 1
    PAGE_NUMBER = "page_number"
    RUNNING_HEAD = "running_head"
    SEPARATOR_ROW = "separator_row"
    PAGE_BREAK = "page_break"
    LINE_WIDTH = "line_width"  # lines broken at a fixed width
    TORN_DATE = "date_torn_over_lines"
    TORN_SIGNATURE = "signature_torn_over_lines"
    NO_LINE_BREAKS = "no_line_breaks"  # a text on one endless line
    ITEMS_ON_ONE_LINE = "items_on_one_line"  # …。（二）…
    STRAY_WORD = "stray_foreign_word"
    DOUBLED = "doubled_character"
    MARK = "mark"  # Markdown's #, ** and -


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that cleaning altered. `before` stood at offset `start` of the raw text; `after` replaced it.

    `reason` is one of Reason, or several with "; " between them where steps met in one place.
    """

    start: int
    line: int
    before: str
    after: str
    reason: str


def gap(number: str, words: str) -> str:
    """What stands between a clause's number and its words: 第三条 and 2.1 stand apart, （一） and 一、 do not.

    1. does before a figure, or 60周岁 would become 1.60周岁.
    """
    if not number or not words:
        return ""
    apart = number.startswith("第") or number[-1].isalnum() or (number[-1] == "." and words[0].isdecimal())
    return " " if apart else ""


@dataclass(slots=True)
class Clause:
    """A clause with what stands below it.

    `number` is printed before the words ("第三十六条", "（一）", "2.1"; "" for an unnumbered paragraph), `heading`
    is a title or a run-in heading, `text` the clause's own words. `locator` and `eid` are unique in the document.
    """

    kind: ClauseKind
    number: str
    heading: str
    text: str
    line: int
    locator: str = ""
    eid: str = ""
    children: list["Clause"] = field(default_factory=list)

    def walk(self) -> Iterator["Clause"]:
        """This clause and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def own_words(self) -> str:
        """Number, heading and text as they are read, without what stands below."""
        head = self.number + gap(self.number, self.heading or self.text) + self.heading
        if self.heading and self.text:
            return head + ("" if self.heading.endswith(("。", "：", "；", "？", "！")) else "\n") + self.text
        return head + self.text

    def full_text(self) -> str:
        """The clause with all below it, a line for each paragraph."""
        lines: list[str] = []
        number = ""
        for clause in self.walk():
            words = clause.own_words()
            if words == clause.number and clause.children and not clause.children[0].number:
                number = words  # 第三十六条 stands on the line of its first 款
                continue
            if words or number:
                lines.append(number + gap(number, words) + words)
            number = ""
        return "\n".join(lines)


@dataclass(slots=True)
class Part:
    """The covering text, an instrument or an annex. `prefix` stands before the locators of its clauses."""

    kind: PartKind
    label: str  # "附件1"; "" where none is printed
    title: str
    line: int
    prefix: str = ""
    clauses: list[Clause] = field(default_factory=list)

    def walk(self) -> Iterator[Clause]:
        for clause in self.clauses:
            yield from clause.walk()


@dataclass(frozen=True, slots=True)
class AnnouncedAnnex:
    """An annex that the foot of a text lists (附件：1.… 2.…); `present` is False where the file does not hold it."""

    label: str
    title: str
    present: bool


class ReferenceKind(StrEnum):
    CITES = "cites"
    AMENDS = "amends"
    REPEALS = "repeals"


@dataclass(frozen=True, slots=True)
class Reference:
    """That a clause names another document, by `number`, by `title`, or both ("" where one is not given).

    `scope` is "whole" or "partial" for a repeal or an amendment, "" for a citation; `provisions` names the parts
    meant (clauses, or one of several instruments issued together).
    """

    kind: ReferenceKind
    number: str
    title: str
    scope: str
    provisions: tuple[str, ...]
    eid: str
    line: int


@dataclass(frozen=True, slots=True)
class Validity:
    """In force from the first day to the last day, both included; `until` is None while no end is known.

    `from_clause` and `until_clause` are the eIds of the clauses that say so; where `from_clause` is "", the
    document does not say, and the day of its date is taken.
    """

    from_: date | None
    until: date | None
    from_clause: str = ""
    until_clause: str = ""


@dataclass(slots=True)
class Document:
    """One document of a gazette. `number` is "" where none is printed."""

    number: str
    title: str
    issuer: str
    addressees: str
    date: date | None
    kind: DocumentKind
    first_line: int
    last_line: int
    text: str  # the cleaned text, whole
    parts: list[Part] = field(default_factory=list)
    announced_annexes: list[AnnouncedAnnex] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    validity: Validity = Validity(None, None)

    @property
    def article_count(self) -> int:
        return sum(clause.kind is ClauseKind.ARTICLE for clause in self.walk())

    @property
    def annexes(self) -> list[Part]:
        return [part for part in self.parts if part.kind is PartKind.ANNEX]

    @property
    def instruments(self) -> list[Part]:
        return [part for part in self.parts if part.kind is PartKind.INSTRUMENT]

    def walk(self) -> Iterator[Clause]:
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A line of the table of contents, and the place in `documents` of what it announces (None: not found).

    `same_title` is False where the document is printed under a title that differs in a few characters.
    """

    title: str
    page: int | None
    line: int
    document: int | None
    same_title: bool


@dataclass(slots=True)
class Gazette:
    """A file as read: an issue of a gazette (then `title` is "许昌市人民政府公报2022年第2期") or one document ("")."""

    title: str
    publisher: str
    year: int | None
    issue: int | None
    documents: list[Document]
    contents: list[ContentsEntry]
    changes: list[Change]
    text: str  # cleaned
