"""Many cases at once: a workbook to fill in, and the same workbook back with what each case comes to.

    template(policy, "zh")                          an empty one, with a heading for each fact
    computed(policy, content, "zh")                 the one that was given, with columns of values; each cell that is
                                                    wrong is coloured and says what is wrong with it
    from_text("编号\\t费用\\n…")                      a workbook of what was copied out of a spreadsheet

Which row is which case is told in gongbao.rules.fact_tables. Nothing is kept: the file goes back as it came in.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from gongbao.core.errors import GongbaoError
from gongbao.rules import Refused, compute
from gongbao.rules.compute import Result
from gongbao.rules.fact_tables import Case, Cell, cell_value, from_table
from gongbao.rules.facts import Problem, as_json
from gongbao.rules.policy import Fact, Policy, Rule
from gongbao.rules.values import Label

MOST_ROWS = 10_000
MOST_COLUMNS = 200
MOST_BYTES = 2**20
MOST_UNPACKED = 100 * 2**20

_WRONG = PatternFill("solid", fgColor="FFF4B6B6")
_MISSING = PatternFill("solid", fgColor="FFFFE9A8")
_VALUE = PatternFill("solid", fgColor="FFE3F1E3")
_AUTHOR = "gongbao"

_TEXTS = {
    "cases": Label("计算", "cases"),
    "about": Label("填写说明", "how to fill in"),
    "fact": Label("栏目", "column"),
    "clause": Label("依据", "clause"),
    "allowed": Label("填写内容", "what it takes"),
    "case": Label("编号", "case"),
    "problems": Label("存在问题", "problems"),
    "missing": Label("缺少：{}", "missing: {}"),
}


def template(policy: Policy, language: str) -> bytes:
    """A workbook with a heading for each fact, and a second sheet that says what each column takes."""
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = say["cases"]
    columns = [(say["case"], None), *((_heading(fact, language), fact) for fact in _columns(policy))]
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


def _columns(policy: Policy) -> Iterator[Fact]:
    for fact in policy.facts.declared().values():
        if fact.type.is_records and fact.type.item is not None:
            yield from fact.type.item.python.declared().values()
        else:
            yield fact


def _heading(fact: Fact, language: str) -> str:
    unit = fact.type.unit
    label = fact.label.in_language(language)
    if unit is None:
        return label
    return f"{label}（{unit.zh}）" if language.startswith("zh") else f"{label} ({unit.en})"


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


def from_text(text: str) -> bytes:
    """A workbook of what was pasted: a row on each line, the cells apart by tabs. Every cell is a text."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for place, line in enumerate(text.splitlines(), start=1):
        if place > MOST_ROWS + 1:
            raise GongbaoError(f"more than {MOST_ROWS:,} rows; give them in several parts")
        sheet.append([cell[:1000] or None for cell in line.split("\t")][:MOST_COLUMNS])
    return _bytes(book)


def computed(
    policy: Policy, content: bytes, language: str, *, readings: Mapping[str, str] | None = None, as_if: bool = False
) -> bytes:
    """The workbook with what its cases come to, in columns behind those that were given.

    A cell that is wrong is coloured and has a comment in both languages; one that lacks a fact likewise, in another
    colour. A case that is refused has the reasons in the last column and no values. Raises GongbaoError for what is no
    workbook, or too large.
    """
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    book = _opened(content)
    sheet = book.worksheets[0]
    if sheet.max_row > MOST_ROWS + 1 or sheet.max_column > MOST_COLUMNS:
        raise GongbaoError(f"more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns; give them in several parts")
    rows = [[cell_value(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows()]
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    table = from_table(policy.facts, rows)
    first = max((len(row) for row in rows), default=0) + 1
    heads = list(_heads(policy, language))
    for place, head in enumerate([*(head for _, _, head in heads), say["problems"]]):
        sheet.cell(1, first + place, head).font = Font(bold=True)
    notes = _Notes(sheet, first + len(heads))
    for cell, problem in table.problems:
        notes.wrong(cell, problem)
    for case in table.cases:
        try:
            result = compute(policy, case.given, readings=readings, as_if=as_if)
        except Refused as error:
            for problem in error.problems:
                notes.wrong(case.cell_of(problem.path), problem, case.row)
            continue
        _write(sheet, first, heads, case, result)
        for question in result.questions:
            cell = case.cell_of(question.path)
            notes.missing(
                cell,
                Label(
                    *(
                        _TEXTS["missing"].in_language(one).format(question.label.in_language(one))
                        for one in ("zh", "en")
                    )
                ),
                case.row,
            )
    notes.written()
    return _bytes(book)


def _heads(policy: Policy, language: str) -> Iterator[tuple[str, Rule[..., Any], str]]:
    """The list (empty for the case itself), the rule and the heading of each column of values."""
    for name, reported in policy.reported.items():
        for part in (reported,) if isinstance(reported, Rule) else reported:
            if isinstance(part, Rule):
                unit, label = part.type.unit, part.label.in_language(language)
                shown = label if unit is None else f"{label}（{unit.zh if language.startswith('zh') else unit.en}）"
                yield ("" if isinstance(reported, Rule) else name), part, f"= {shown}"


def _write(sheet: Any, first: int, heads: list[tuple[str, Rule[..., Any], str]], case: Case, result: Result) -> None:
    for place, (listed, rule, _) in enumerate(heads, start=first):
        if not listed:
            _put(sheet.cell(case.row, place), result.values[rule.name], rule)
            continue
        for index, record in enumerate(result.values[listed] or ()):
            row = case.cell_of(f"{listed}[{index}]").row
            found = next((cell.row for path, cell in case.cells.items() if path.startswith(f"{listed}[{index}]")), row)
            _put(sheet.cell(found, place), record[rule.name], rule)


def _put(cell: Any, value: Any, rule: Rule[..., Any]) -> None:
    """An amount as the text of its decimals: a spreadsheet's own numbers are binary and would round it."""
    text = as_json(value, rule.type)
    cell.value = "" if text is None else str(text)
    cell.fill = _VALUE


class _Notes:
    """Colours and comments of cells, several of one cell joined; and the reasons of each case in the last column."""

    def __init__(self, sheet: Any, column: int) -> None:
        self.sheet, self.column = sheet, column
        self.comments: dict[Cell, list[str]] = {}
        self.reasons: dict[int, list[str]] = {}

    def wrong(self, cell: Cell, problem: Problem, row: int | None = None) -> None:
        self._note(cell, f"{problem.zh}\n{problem.en}", _WRONG, row)

    def missing(self, cell: Cell, label: Label, row: int) -> None:
        self._note(cell, f"{label.zh}\n{label.en}", _MISSING, row)

    def _note(self, cell: Cell, text: str, fill: PatternFill, row: int | None) -> None:
        if cell.column:
            self.comments.setdefault(cell, []).append(text)
            self.sheet.cell(cell.row, cell.column).fill = fill
        self.reasons.setdefault(row or cell.row, []).append(text.replace("\n", " / "))

    def written(self) -> None:
        for cell, texts in self.comments.items():
            self.sheet.cell(cell.row, cell.column).comment = Comment("\n".join(texts), _AUTHOR, height=120, width=360)
        for row, texts in self.reasons.items():
            self.sheet.cell(row, self.column).value = "; ".join(texts)[:30_000]


def _opened(content: bytes) -> Any:
    """The workbook, after its package was looked at: none that unpacks to more than there is room for."""
    if len(content) > MOST_BYTES:
        raise GongbaoError(f"a workbook of more than {MOST_BYTES // 2**20} MiB is not taken")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(member.file_size for member in package.infolist()) > MOST_UNPACKED:
                raise GongbaoError("this workbook unpacks to more than is taken")
            for member in package.infolist():
                # What a member says of its size is not believed: it is read to see whether it stays below.
                with package.open(member) as opened:
                    while opened.read(1 << 20):
                        if opened.tell() > MOST_UNPACKED:
                            raise GongbaoError("this workbook unpacks to more than is taken")
        return load_workbook(io.BytesIO(content), data_only=True)
    except GongbaoError:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError, TypeError) as error:
        raise GongbaoError("this is no workbook (.xlsx)") from error


def _bytes(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
