"""Cases as the rows of a worksheet or a CSV file.

The first row has the headings: for each fact its name or its Chinese or English label, in any order; a unit in brackets
after it, 医疗费用（元）, is left aside. Where a label stands both for a fact of the case and for one of its records, it
is written with the list it belongs to: visits.date, or 就诊.日期; that of the case as case.date, or 本案.日期. Rows
without any value are skipped.

Where no column belongs to a list of records (visits, units), each row is a case. Where one does, each row is one
record, and what concerns the whole case is repeated on each of its rows, or stands on one of them. A column headed 编号
or `case` says which rows belong together, wherever they stand; left empty, as in merged cells, it goes on from the row
above. Without that column all rows are one case. A case whose columns of records are all empty has no records.

Nothing that was filled in is left aside in silence: a cell in a column that is no fact, a formula without a result, a
row that contradicts another of its case are problems, and the case is not one to compute.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gongbao.rules.facts import Problem, nearest
from gongbao.rules.policy import Fact, FactSheet
from gongbao.rules.values import Label

CASE_HEADINGS = ("编号", "case")
OF_CASE = Label("本案", "case")
"""Stands before the name or label of a fact of the case, where a record has one that is called the same."""

_UNIT_IN_BRACKETS = re.compile(r"[（(][^（）()]*[）)]\s*\Z")
_LONGEST_HEADING = 200


class Cell(NamedTuple):
    """Row and column from 1, as a worksheet counts. Column 0 stands for the row as a whole."""

    row: int
    column: int

    @property
    def address(self) -> str:
        """As a worksheet calls it: B7."""
        letters, rest = "", self.column
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(65 + letter) + letters
        return f"{letters}{self.row}"


class Formula(str):
    """Stands in a cell for what its formula would have come to: no spreadsheet has worked it out yet."""

    __slots__ = ()


@dataclass(slots=True)
class Case:
    """The facts of one case, for `read_facts`, and the cell of each path. `name` is what its 编号 says.

    `wrong_row` is the first of its rows with a problem among those of the table, 0 where all are well: what was given
    is not what the case is, and is not to be computed.
    """

    name: str
    row: int
    given: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    wrong_row: int = 0

    def cell_of(self, path: str) -> Cell:
        """The cell of a problem or a missing fact; where it has none, its record's row or that of the case."""
        while path:
            if path in self.cells:
                return self.cells[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return Cell(self.row, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """The cases in order of their first rows, and what is wrong with headings and rows themselves."""

    cases: tuple[Case, ...]
    problems: tuple[tuple[Cell, Problem], ...]


def cell_value(value: Any, number_format: str) -> Any:
    """What a worksheet's cell shows: a cell of format 0% that shows 65% holds 0.65, and is meant as 65 %."""
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in number_format:
        return f"{value:.12%}"
    return value


class Column(NamedTuple):
    """A column of a table that holds a fact. `number` counts from 1."""

    number: int
    records: str
    """The name of the list; empty for a fact of the case itself."""
    fact: Fact


class Headings(NamedTuple):
    """What the columns of a table are: facts, the case (None without such a column), and what is wrong with others."""

    columns: list[Column]
    case: int | None
    problems: list[tuple[Cell, Problem]]


def headings(sheet: type[FactSheet], language: str) -> list[tuple[str, Fact]]:
    """A heading for each fact of the case and of its records, none with two meanings: its label where that has one."""
    meanings = _meanings(sheet)
    found = []
    for name, fact in sheet.declared().items():
        parts = fact.type.item.python.declared().values() if fact.type.is_records else [fact]  # type: ignore[union-attr]
        within = (fact.label if fact.type.is_records else OF_CASE).in_language(language)
        for part in parts:
            label = part.label.in_language(language)
            of = name if fact.type.is_records else OF_CASE.en
            ways = (label, f"{within}.{label}", f"{of}.{part.name}")
            found.append((next((way for way in ways if len(meanings[way.lower()]) == 1), ways[-1]), part))
    return found


def from_table(sheet: type[FactSheet], rows: Iterable[Sequence[Any]], numbers: Iterable[int] | None = None) -> Table:
    """The cases of a table. Raises nothing: an unknown heading is a problem, and so is all that stands below it.

    `numbers` are what the rows are called, headings first, where they are some out of a larger table.
    """
    numbered = zip(itertools.count(1) if numbers is None else numbers, rows, strict=False)
    _, headings = next(numbered, (1, ()))
    columns, case_column, problems = read_headings(sheet, headings)
    has_records = any(column.records for column in columns)
    read = {column.number for column in columns} | {case_column}
    cases: dict[str, Case] = {}
    last: Case | None = None
    for number, row in numbered:
        if all(_is_empty(value) for value in row):
            continue
        before = len(problems)
        problems += _not_read(row, number, headings, read)
        key = _key(row, case_column, has_records, number, last)
        if key is None:
            cell = Cell(number, case_column or 0)
            if cell not in (one for one, _ in problems[before:]):
                problems.append((cell, Problem("", None, "缺少编号", "the row has no case", "no_case")))
            continue
        if key in cases and not has_records:
            problems.append((Cell(number, case_column or 0), given_twice(key, cases[key].row)))
            continue
        last = cases.setdefault(key, Case(key, number))
        _take(last, row, number, columns, problems)
        if len(problems) > before:
            last.wrong_row = last.wrong_row or number
    return Table(tuple(cases.values()), tuple(problems))


def given_twice(case: str, row: int) -> Problem:
    """A case that stands in an earlier row, where each row is one."""
    return Problem("", None, f"编号{case}在第{row}行已出现", f"case {case} is in row {row} already", "given_twice")


def _key(row: Sequence[Any], case_column: int | None, has_records: bool, number: int, last: Case | None) -> str | None:
    if case_column is None:
        return "1" if has_records else str(number)
    value = row[case_column - 1] if case_column <= len(row) else None
    if isinstance(value, Formula):
        return None
    if not _is_empty(value):
        return str(value).strip()
    return last.name if last and has_records else None


def _take(
    case: Case, row: Sequence[Any], number: int, columns: list[Column], problems: list[tuple[Cell, Problem]]
) -> None:
    records: dict[str, dict[str, Any]] = {}
    indexes: dict[str, int] = {}
    for column in columns:
        if column.records and column.records not in indexes:
            indexes[column.records] = len(case.given.setdefault(column.records, []))
        value = row[column.number - 1] if column.number <= len(row) else None
        if isinstance(value, Formula):
            value = None
        if column.records and not _is_empty(value):
            records.setdefault(column.records, {})[column.fact.name] = value
        elif not column.records:
            _take_of_case(case, column, Cell(number, column.number), value, problems)
    for name, record in records.items():
        case.given[name].append(record)
        path = f"{name}[{indexes[name]}]"
        case.cells[path] = Cell(number, 0)
        for column in columns:
            if column.records == name:
                case.cells[f"{path}.{column.fact.name}"] = Cell(number, column.number)


def _take_of_case(case: Case, column: Column, cell: Cell, value: Any, problems: list[tuple[Cell, Problem]]) -> None:
    name, label = column.fact.name, column.fact.label
    if _is_empty(value):
        case.cells.setdefault(name, cell)
    elif name not in case.given:
        case.given[name] = value
        case.cells[name] = cell
    elif case.given[name] != value:
        before = case.cells[name].address
        zh = f"「{label.zh}」与{before}不同；同一编号各行应相同"
        en = f"“{label.en}” differs from {before}; it must be the same on all rows of a case"
        problems.append((cell, Problem(name, label, zh, en, "differs")))


def read_headings(sheet: type[FactSheet], headings: Sequence[Any]) -> Headings:
    """What each heading of a table stands for."""
    problems: list[tuple[Cell, Problem]] = []
    meanings = _meanings(sheet)
    known = {word: word for word in (*meanings, *CASE_HEADINGS)}
    columns: list[Column] = []
    case_column: int | None = None
    taken: dict[tuple[str, str], int] = {}
    for number, heading in enumerate(headings, 1):
        if _is_empty(heading):
            continue
        cell, shown = Cell(1, number), str(heading).strip()[:_LONGEST_HEADING]
        word = shown.lower()
        if word not in known:
            word = _UNIT_IN_BRACKETS.sub("", word).strip()
        found = meanings.get(word, [])
        if not found and word in CASE_HEADINGS and case_column is None:
            case_column = number
        elif not found:
            zh, en = f"没有名为“{shown}”的事实", f"no fact is called “{shown}”"
            meant = nearest(word, known)
            if meant:
                zh, en = f"{zh}；是否想写{meant}？", f"{en}; did you mean {meant}?"
            problems.append((cell, Problem("", None, zh, en, "unknown_name")))
        elif len(found) > 1:
            ways = [_way(records, fact, meanings) for records, fact in found]
            zh, en = f"“{shown}”有多种含义，请写{'或'.join(ways)}", f"“{shown}” is ambiguous; write {' or '.join(ways)}"
            problems.append((cell, Problem("", None, zh, en, "ambiguous")))
        else:
            ((records, fact),) = found
            before = taken.setdefault((records, fact.name), number)
            if before != number:
                first = Cell(1, before).address
                zh, en = f"“{shown}”已在{first}出现", f"“{shown}” is in {first} already"
                problems.append((cell, Problem("", fact.label, zh, en, "given_twice")))
            else:
                columns.append(Column(number, records, fact))
    return Headings(columns, case_column, problems)


def _way(records: str, fact: Fact, meanings: Mapping[str, list[tuple[str, Fact]]]) -> str:
    if records:
        return f"{records}.{fact.name}"
    return fact.name if len(meanings[fact.name.lower()]) == 1 else f"{OF_CASE.en}.{fact.name}"


def _meanings(sheet: type[FactSheet]) -> Mapping[str, list[tuple[str, Fact]]]:
    """What each heading may stand for: the list of records, or nothing, and the fact. Names go before labels."""
    names: dict[str, list[tuple[str, Fact]]] = {}
    labels: dict[str, list[tuple[str, Fact]]] = {}

    def add(into: dict[str, list[tuple[str, Fact]]], word: str, records: str, fact: Fact) -> None:
        meant = into.setdefault(word.lower(), [])
        if (records, fact) not in meant:
            meant.append((records, fact))

    for name, fact in sheet.declared().items():
        if not fact.type.is_records:
            add(names, name, "", fact)
            add(names, f"{OF_CASE.en}.{name}", "", fact)
            for whole, label in ((OF_CASE.zh, fact.label.zh), (OF_CASE.en, fact.label.en)):
                add(labels, label, "", fact)
                add(labels, f"{whole}.{label}", "", fact)
            continue
        for part in fact.type.item.python.declared().values():  # type: ignore[union-attr]
            add(names, part.name, name, part)
            add(names, f"{name}.{part.name}", name, part)
            for whole, label in ((fact.label.zh, part.label.zh), (fact.label.en, part.label.en)):
                add(labels, label, name, part)
                add(labels, f"{whole}.{label}", name, part)
    return labels | names


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _not_read(
    row: Sequence[Any], number: int, headings: Sequence[Any], read: Collection[int | None]
) -> Iterator[tuple[Cell, Problem]]:
    """What of a row no fact is read from."""
    for place, value in enumerate(row, 1):
        if _is_empty(value):
            continue
        if place not in read:
            heading = headings[place - 1] if place <= len(headings) else None
            yield Cell(number, place), _stray(value, heading, Cell(1, place))
        elif isinstance(value, Formula):
            zh = "该公式没有计算结果：请在电子表格软件中打开并保存，或直接填写数值"
            en = "this formula has no result: open the file in a spreadsheet and save it, or write the value itself"
            yield Cell(number, place), Problem("", None, zh, en, "no_result")


def _stray(value: Any, heading: Any, above: Cell) -> Problem:
    shown = str(value)[:40]
    if _is_empty(heading):
        zh, en = f"“{shown}”所在的列没有标题", f"“{shown}” stands in a column without heading"
        return Problem("", None, zh, en, "no_heading")
    called = str(heading).strip()[:40]
    zh = f"“{shown}”未被采用：{above.address}的标题“{called}”不能作为一项事实；请改正标题，或删去该列"
    en = (
        f"“{shown}” is not taken: the heading “{called}” in {above.address} does not stand for one fact; mend the "
        "heading, or take the column out"
    )
    return Problem("", None, zh, en, "not_taken")
