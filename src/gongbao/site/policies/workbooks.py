"""Many cases at once: a workbook to fill in, and the same workbook back with what each case comes to.

    template(policy, "zh")                          an empty one, with a heading for each fact
    computed(policy, rows, "zh")                    one of the rows that were given, with columns of values; each cell
                                                    that is wrong is coloured and says what is wrong with it

How rows are read is told in given_rows.py, and which is which case in gongbao.rules.fact_tables. Nothing is kept.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from gongbao.gazette.akoma_ntoso import legal_in_xml
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import number_format as format_of
from gongbao.rules import Refused, compute
from gongbao.rules.compute import Result
from gongbao.rules.fact_tables import Case, Cell, cell_value, from_table, headings
from gongbao.rules.facts import Problem, as_json
from gongbao.rules.policy import Fact, Policy, Rule
from gongbao.rules.shown import shown
from gongbao.rules.types import Type
from gongbao.rules.values import Label
from gongbao.site.policies.given_rows import NOTHING, Rows

MOST_COMMENTS = 1_000
"""A comment is a drawing of its own; what more there is to say stands in the last column alone."""
LONGEST_TEXT = 16_000
"""Characters of a cell: half of what a spreadsheet takes, which counts some as two."""

_WRONG = PatternFill("solid", fgColor="FFF4B6B6")
_MISSING = PatternFill("solid", fgColor="FFFFE9A8")
_VALUE = PatternFill("solid", fgColor="FFE3F1E3")
_AUTHOR = "gongbao"
_ANSWERS = "→ "
"""Begins the heading of each column of values."""

_TEXTS = {
    "cases": Label("计算", "cases"),
    "about": Label("填写说明", "how to fill in"),
    "fact": Label("栏目", "column"),
    "clause": Label("依据", "clause"),
    "allowed": Label("填写内容", "what it takes"),
    "case": Label("编号", "case"),
    "problems": Label("存在问题", "problems"),
    "missing": Label("缺少：{}", "missing: {}"),
    "see": Label("未计算：第{}行有误", "not computed: row {} is wrong"),
}


def template(policy: Policy, language: str) -> bytes:
    """A workbook with a heading for each fact, and a second sheet that says what each column takes."""
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = say["cases"]
    columns = [
        (say["case"], None),
        *((_with_unit(one, fact.type, language), fact) for one, fact in headings(policy.facts, language)),
    ]
    for place, (name, _) in enumerate(columns, start=1):
        cell = sheet.cell(1, place, name)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = min(max(2 * len(name), 10), 40)
    sheet.freeze_panes = "A2"
    about = book.create_sheet(say["about"])
    about.append([say["fact"], say["allowed"], say["clause"]])
    for name, fact in columns:
        if fact is not None:
            about.append([name, _takes(fact, language), f"{policy.document} {fact.clause}"])
    for letter, width in (("A", 34), ("B", 70), ("C", 34)):
        about.column_dimensions[letter].width = width
    return _bytes(book)


def _with_unit(heading: str, kind: Type, language: str) -> str:
    if kind.unit is None:
        return heading
    return f"{heading}（{kind.unit.zh}）" if language.startswith("zh") else f"{heading} ({kind.unit.en})"


def _takes(fact: Fact, language: str) -> str:
    kind = fact.type.item or fact.type
    if kind.kind == "choice":
        listed = "、".join(one.label.in_language(language) for one in kind.python)
        several = {True: ("（可填多项）", " (several may stand in one cell)"), False: ("", "")}[
            fact.type.kind == "list"
        ]
        return listed + several[not language.startswith("zh")]
    words = {
        "money": ("金额，最多两位小数", "an amount with at most two decimals"),
        "percent": ("百分数", "a percentage"),
        "decimal": ("数字", "a number"),
        "integer": ("整数", "a whole number"),
        "flag": ("是或否", "yes or no"),
        "date": ("日期，如2022-07-01", "a date, as 2022-07-01"),
        "month": ("月份，如2022-09", "a month, as 2022-09"),
        "text": ("文字", "a text"),
    }[kind.kind]
    return words[not language.startswith("zh")]


def computed(
    policy: Policy, rows: Rows, language: str, *, readings: Mapping[str, str] | None = None, as_if: bool = False
) -> bytes:
    """A workbook of the rows, with what their cases come to in columns behind those that were given.

    A cell that is wrong is coloured and has a comment; one that lacks a fact likewise, in another colour. A case that
    is refused, or has a wrong cell in any of its rows, has the reasons in the last column and no values.
    """
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    rows = _as_filled_in(rows)
    table = from_table(policy.facts, [[cell_value(*cell) for cell in row] for row in rows])
    first = max(map(len, rows), default=0) + 1
    heads = list(_heads(policy, language))
    values: dict[Cell, Amount | str] = {}
    notes = _Notes(language)
    for cell, problem in table.problems:
        notes.wrong(cell, problem)
    for case in table.cases:
        try:
            result = compute(policy, case.given, readings=readings, as_if=as_if)
        except Refused as error:
            for problem in error.problems:
                notes.wrong(case.cell_of(problem.path), problem, case.row)
            continue
        if case.wrong_row:
            if case.wrong_row != case.row:
                notes.of_row(case.row, say["see"].format(case.wrong_row))
            continue
        values.update(_values(first, heads, case, result, language))
        for question in result.questions:
            words = say["missing"].format(question.label.in_language(language))
            notes.missing(case.cell_of(question.path), words, case.row)
    return _written(rows, [*(head for _, _, head in heads), say["problems"]], first, values, notes)


def _as_filled_in(rows: Rows) -> Rows:
    """The rows without the columns of an answer: whoever mends a cell in the workbook that came back gives it again."""
    heads = [str(cell.value or "") for cell in rows[0]] if rows else []
    ours = {place for place, head in enumerate(heads) if head.startswith(_ANSWERS)}
    if ours:
        ours |= {place for place, head in enumerate(heads) if head in (_TEXTS["problems"].zh, _TEXTS["problems"].en)}
    return [[cell for place, cell in enumerate(row) if place not in ours] for row in rows] if ours else rows


def _heads(policy: Policy, language: str) -> Iterator[tuple[str, Rule[..., Any], str]]:
    """The list (empty for the case itself), the rule and the heading of each column of values."""
    for name, reported in policy.reported.items():
        for part in (reported,) if isinstance(reported, Rule) else reported:
            if isinstance(part, Rule):
                head = _with_unit(part.label.in_language(language), part.type, language)
                yield ("" if isinstance(reported, Rule) else name), part, f"{_ANSWERS}{head}"


class Amount(NamedTuple):
    """A number as it is printed, with all its decimals, and the format in which a spreadsheet shows it so."""

    printed: str
    number_format: str


def _values(
    first: int, heads: list[tuple[str, Rule[..., Any], str]], case: Case, result: Result, language: str
) -> Iterator[tuple[Cell, Amount | str]]:
    for place, (listed, rule, _) in enumerate(heads, start=first):
        if not listed:
            yield Cell(case.row, place), _value(result.values[rule.name], rule.type, language)
            continue
        for index, record in enumerate(result.values[listed] or ()):
            row = case.cell_of(f"{listed}[{index}]").row
            yield Cell(row, place), _value(record[rule.name], rule.type, language)


def _value(value: Any, kind: Type, language: str) -> Amount | str:
    """A number is one that can be summed, unless a spreadsheet would keep less of it than all its digits."""
    if value is None:
        return ""
    if not kind.is_number:
        return shown(value, kind, language)
    printed = str(as_json(value, kind))
    number_format = format_of(printed, Kind.MONEY if kind.kind == "money" else Kind.DECIMAL)
    return Amount(printed, number_format) if number_format else printed


class _Notes:
    """Colours and comments of cells, several of one cell joined; and the reasons of each case in the last column."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.fills: dict[Cell, PatternFill] = {}
        self.comments: dict[Cell, list[str]] = {}
        self.reasons: dict[int, list[str]] = {}

    def wrong(self, cell: Cell, problem: Problem, row: int | None = None) -> None:
        self._note(cell, problem.in_language(self.language), _WRONG, row)

    def missing(self, cell: Cell, words: str, row: int) -> None:
        self._note(cell, words, _MISSING, row)

    def said_of(self, row: int) -> str | None:
        return ("；" if self.language.startswith("zh") else "; ").join(self.reasons.get(row, ())) or None

    def of_row(self, row: int, words: str) -> None:
        self.reasons.setdefault(row, []).append(words)

    def _note(self, cell: Cell, text: str, fill: PatternFill, row: int | None) -> None:
        if cell.column:
            self.fills[cell] = fill
            if cell in self.comments or len(self.comments) < MOST_COMMENTS:
                self.comments.setdefault(cell, []).append(text)
        self.of_row(row or cell.row, text)


def _written(rows: Rows, heads: list[str], first: int, values: Mapping[Cell, Amount | str], notes: _Notes) -> bytes:
    """A new workbook. Of the one that was given nothing is in it but its values and how they are shown."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    for number in range(1, max(len(rows), 1) + 1):
        given = rows[number - 1] if number <= len(rows) else []
        cells: list[Any] = []
        for column in range(1, first + len(heads)):
            cell, fill = Cell(number, column), notes.fills.get(Cell(number, column))
            if column < first:
                value, number_format = given[column - 1] if column <= len(given) else NOTHING
            elif number == 1:
                value, number_format = heads[column - first], "General"
            elif column == first + len(heads) - 1:
                value, number_format = notes.said_of(number), "General"
            else:
                value, number_format = values.get(cell), "General"
                fill = fill or (None if value is None else _VALUE)
                if isinstance(value, Amount):
                    number_format = value.number_format
            if value is None and fill is None:
                cells.append(None)
                continue
            cells.append(_cell(sheet, value, number_format, fill, number == 1 and column >= first))
            if cell in notes.comments:
                text = _legal("\n".join(notes.comments[cell]))
                cells[-1].comment = Comment(text, _AUTHOR, height=120, width=360)
        sheet.append(cells)
    return _bytes(book)


def _cell(sheet: Any, value: Any, number_format: str, fill: PatternFill | None, is_head: bool) -> Any:
    """A text is a text, whatever it begins with: no cell that we hand out is a formula."""
    made = WriteOnlyCell(sheet)
    if isinstance(value, str):
        made.value, made.data_type = _legal(value), "s"
    elif isinstance(value, Amount):
        # As a string: openpyxl would write 16 digits of the nearest binary number.
        made.value, made.data_type = value.printed, "n"
    else:
        made.value = value
    if number_format != "General":
        made.number_format = number_format
    if fill is not None:
        made.fill = fill
    if is_head:
        made.font = Font(bold=True)
    return made


def _legal(text: str) -> str:
    """As a workbook can hold it: XML has no sign for most control characters and half pairs."""
    return legal_in_xml(text)[:LONGEST_TEXT]


def _bytes(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
