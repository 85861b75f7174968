"""Which rows of a block are heads, labels of groups, totals, notes, and which are data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongbao.gazette.tables.cells import read_cell, stated_figures, unit_line
from gongbao.gazette.tables.collect import Block, RawRow, squeeze
from gongbao.gazette.tables.model import Kind

_HEAD_CELL = 40  # characters; longer cells are no heads
_MANY = 100  # columns of heads that differ; with more, the next head begins another table
_NOTE = re.compile(r"^(?:备\s*注|附?\s*注|说\s*明|资料来源|数据来源|填表说明)\s*\d*\s*[:：]")
_TABLE_NUMBER = re.compile(r"^(?:附?表|专栏)\s*[\d一二三四五六七八九十]+")
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_TOTAL = re.compile(r"(?:[总合小共累]计|总数|.{0,12}(?:合计|总计|小计))(?:（.{0,12}）)?[:：]?")
_WHOLE = re.compile(r"全[市省县区国州域]|全部|总体")
_TITLE = re.compile(r"(?:表|单|目录|情况|一览|计划)(?:（[^（）]{0,20}）)?$")
_HEAD_WORD = re.compile(
    "序号|编号|名称|项目|单位|指标|内容|金额|地区|区域|时间|备注|类别|类型|事项|数量|目标|姓名|电话"
)
# Marks of labels, the widest first.
_MARKS = (
    re.compile(r"第[一二三四五六七八九十百\d]+(?:部分|类|批|编|篇)"),
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"（[一二三四五六七八九十]+）"),
    re.compile(r"\d{1,2}[.．、](?!\d)"),
    re.compile(r"（\d{1,2}）"),
)
UNMARKED = len(_MARKS)


@dataclass(slots=True)
class Head:
    """The names of the columns, "" for one that has no head of its own; `rows` as printed, repeats included."""

    names: list[str]
    own: list[bool]
    rows: list[tuple[str, ...]]
    keys: list[tuple[str, ...]]


@dataclass(slots=True)
class Segment:
    """Rows below one head. `head` is None where none is printed."""

    head: Head | None
    data: list[RawRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a group, in a row of its own."""

    words: str
    level: int
    line: int | None


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A total. `place` is that of its label among the cells."""

    label: str
    place: int
    row: RawRow


# What stands in a table, in order: a row of data (its segment and its place there), a label, a total.
Entry = tuple[int, int] | Label | tuple[int, TotalRow]


@dataclass(slots=True)
class Shape:
    """A table whose rows are told apart."""

    title: str = ""
    unit: str = ""
    segments: list[Segment] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first_line: int | None = None
    last_line: int | None = None


def shapes(block: Block) -> list[Shape]:
    """The tables of a block: one, unless another title or another head begins within it."""
    reader = _Reader(block)
    reader.read()
    return reader.done


class _Reader:
    def __init__(self, block: Block) -> None:
        self.rows = [row for row in block.rows if any(row.cells) and not _is_rule(row.cells)]
        self.lone_are_data = _lone_are_data(self.rows)
        self.done: list[Shape] = []
        self.shape = Shape(unit=block.unit)
        self.names: set[str] = set()  # of the columns of further heads

    def read(self) -> None:
        at = 0
        while at < len(self.rows):
            at = self._next(at)
        self._close()

    def _close(self) -> None:
        shape = self.shape
        if shape.title or shape.segments or shape.entries or shape.notes:
            self.done.append(shape)
        self.shape = Shape()
        self.names = set()

    def _next(self, at: int) -> int:
        """Read the row at `at`, and those that belong to it; the place behind them."""
        row = self.rows[at]
        filled = [k for k, cell in enumerate(row.cells) if cell]
        words = row.cells[filled[0]]
        lone = len(filled) == 1
        if lone and _TABLE_NUMBER.match(words) and self.shape.segments:
            self._close()
        self._see(row)
        if lone and not self.shape.segments and self._before_head(words, at):
            return at + 1
        segment = self.shape.segments[-1] if self.shape.segments else None
        if segment is None:
            return self._first_head(at)
        head = segment.head
        if head is not None and (keys := _repeats(self.rows, at, head)):
            for k in range(at, at + keys):
                head.rows.append(tuple(self.rows[k].cells))
                self._see(self.rows[k])
            return at + keys
        if not lone and head is not None and (other := self._other_head(at, head)):
            return other
        if total := _total(row, filled):
            self.shape.entries.append((len(self.shape.segments) - 1, total))
            return at + 1
        if self._after_total(row, filled):
            self.shape.entries.append((len(self.shape.segments) - 1, TotalRow(words, filled[0], row)))
            return at + 1
        if lone and self._lone(words, filled[0], row):
            return at + 1
        segment.data.append(row)
        self.shape.entries.append((len(self.shape.segments) - 1, len(segment.data) - 1))
        return at + 1

    def _see(self, row: RawRow) -> None:
        if row.line is not None:
            self.shape.first_line = self.shape.first_line or row.line
            self.shape.last_line = row.line

    def _before_head(self, words: str, at: int) -> bool:
        """A lone cell above the head: a unit, a note, the label of a group, or the title."""
        if unit := unit_line(words):
            self.shape.unit = unit
            self.shape.notes.append(words)
        elif _NOTE.match(words):
            self.shape.notes.append(words)
        elif at + 1 == len(self.rows) or not _may_be_head(self.rows[at + 1].cells):
            return False
        elif not self.shape.title and (_TABLE_NUMBER.match(words) or _TITLE.search(words)):
            self.shape.title = words
        elif _mark(words) < UNMARKED or stated_figures(words):
            self.shape.entries.append(Label(words, _mark(words), self.rows[at].line))
        elif not self.shape.title:
            self.shape.title = words
        else:
            return False
        return True

    def _first_head(self, at: int) -> int:
        head, behind = _head(self.rows, at)
        if head is None:
            self.shape.segments.append(Segment(None))
            segment = self.shape.segments[-1]
            segment.data.append(self.rows[at])
            self.shape.entries.append((len(self.shape.segments) - 1, 0))
            return at + 1
        self.shape.segments.append(Segment(head))
        for row in self.rows[at:behind]:
            self._see(row)
        return behind

    def _other_head(self, at: int, head: Head) -> int:
        """A head that differs: of the same table where it shares columns, else of another. 0 where it is none."""
        cells = [squeeze(cell) for cell in self.rows[at].cells]
        names = [cell for cell in cells if cell]
        if len(names) < 2 or not _may_be_head(self.rows[at].cells) or any(re.search(r"\d", cell) for cell in names):
            return 0
        shared = len({*names} & {*head.names})
        if shared >= 2 and 2 * shared >= len(names):
            self.names |= {*names}
            if len(self.names) > _MANY:
                self._close()
            return self._first_head(at)
        widths = len(self.rows[at].cells) != len(head.names)
        if sum(bool(_HEAD_WORD.search(name)) for name in names) >= 2 and (widths or names[0] == "序号"):
            title = ""
            if self.shape.entries and isinstance(self.shape.entries[-1], Label):
                title = self.shape.entries[-1].words
                self.shape.entries.pop()
            row = self.rows[at]
            self._close()
            self.shape.title = title
            self._see(row)
            return self._first_head(at)
        return 0

    def _after_total(self, row: RawRow, filled: list[int]) -> bool:
        """总床位 33893 below 床位合计: a total of totals, with fewer figures than a row has."""
        last = self.shape.entries[-1] if self.shape.entries else None
        return (
            isinstance(last, tuple)
            and isinstance(last[1], TotalRow)
            and len(filled) > 1
            and 2 * len(filled) <= len(row.cells)
            and bool(re.match("总", row.cells[filled[0]]))
        )

    def _lone(self, words: str, place: int, row: RawRow) -> bool:
        """A row with one cell, below the head: a note, a unit, or the label of a group; False for data."""
        mark = _mark(words)
        if _NOTE.match(words) or unit_line(words) or (len(words) > _HEAD_CELL and words.endswith(("。", "；"))):
            self.shape.notes.append(words)
            if unit := unit_line(words):
                self.shape.unit = self.shape.unit or unit
        elif read_cell(words).kind is not Kind.TEXT or (place and mark == UNMARKED):
            return False
        elif mark < UNMARKED and (len(row.cells) > 2 or mark < 3):
            self.shape.entries.append(Label(words, mark, row.line))
        elif len(row.cells) > 2 and not place and (stated_figures(words) or not self.lone_are_data):
            self.shape.entries.append(Label(words, UNMARKED, row.line))
        else:
            return False
        return True


def may_be_whole(cells: Sequence[str]) -> bool:
    """全市 1200 900: the total of its columns, perhaps; the figures of the other rows decide."""
    return bool(_WHOLE.fullmatch(squeeze(next((cell for cell in cells if cell), ""))))


def _is_rule(cells: Sequence[str]) -> bool:
    return all(not cell or re.fullmatch(":?-{3,}:?", cell) for cell in cells)


def _lone_are_data(rows: Sequence[RawRow]) -> bool:
    """Whether a row with its first cell only may be data: where the first column holds words, as 东城区 does."""
    full = [row.cells for row in rows if sum(map(bool, row.cells)) > 1][1:]
    named = sum(bool(cells[0]) and read_cell(cells[0]).kind is Kind.TEXT for cells in full)
    return not full or 2 * named > len(full)


def _mark(words: str) -> int:
    return next((level for level, mark in enumerate(_MARKS) if mark.match(words)), UNMARKED)


def _total(row: RawRow, filled: list[int]) -> TotalRow | None:
    """The row as a total, where one of its first three cells says so and a figure follows, or nothing at all."""
    for place in filled[:3]:
        words = squeeze(row.cells[place])
        if read_cell(row.cells[place]).kind is not Kind.TEXT:
            continue
        if _TOTAL.fullmatch(words):
            behind = [row.cells[k] for k in filled if k > place]
            if all(len(cell) <= _HEAD_CELL for cell in behind):
                return TotalRow(row.cells[place], place, row)
    return None


# --- heads ------------------------------------------------------------------------------------------------------------


def _may_be_head(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(
        len(cell) <= _HEAD_CELL
        and not re.search("[。；]", cell)
        and (read_cell(cell).kind is Kind.TEXT or _YEAR.fullmatch(squeeze(cell)))
        for cell in filled
    )


def _head(rows: Sequence[RawRow], at: int) -> tuple[Head | None, int]:
    """The head that begins at `at`, and the place behind it. A row below belongs to it as long as it stands only
    below cells that are merged to the right, and below each of them."""
    first = rows[at].cells
    if not _may_be_head(first):
        return None, at
    width = len(first)
    printed = [first]
    spans = _spans(first, range(width))
    k = at + 1
    while spans and k < len(rows) and len(rows[k].cells) == width:
        below = rows[k].cells
        inside = {place for span in spans for place in span}
        filled = {place for place, cell in enumerate(below) if cell}
        if not filled or not filled <= inside or any(not below[span[0]] for span in spans):
            break
        if any(len(below[place]) > _HEAD_CELL for place in filled):
            break
        printed.append(below)
        spans = [narrower for span in spans for narrower in _spans(below, span)]
        k += 1
    names: list[str] = []
    own: list[bool] = []
    for place in range(width):
        path: list[str] = []
        for level, cells in enumerate(printed):
            if cells[place]:
                path.append(squeeze(cells[place]))
            elif level == 0 or not any(row[place] for row in printed[:level]):
                # Below a cell that is merged to the right: the nearest one to the left on this level.
                left = next((cells[other] for other in range(place, -1, -1) if cells[other]), "")
                if left and (level == 0 or _same_parent(printed, level, place)):
                    path.append(squeeze(left))
        names.append(" / ".join(path))
        own.append(any(cells[place] for cells in printed))
    keys = [tuple(squeeze(cell) for cell in cells if cell) for cells in printed]
    return Head(names, own, [tuple(cells) for cells in printed], keys), k


def _spans(cells: Sequence[str], places: range) -> list[range]:
    """The stretches of a cell and the empty ones to its right."""
    out: list[range] = []
    start = None
    for place in places:
        if cells[place]:
            if start is not None and place - start > 1:
                out.append(range(start, place))
            start = place
    if start is not None and places.stop - start > 1:
        out.append(range(start, places.stop))
    return out


def _same_parent(printed: Sequence[Sequence[str]], level: int, place: int) -> bool:
    """Whether the cell to the left on this level stands below the same cell of the level above."""
    left = next(other for other in range(place, -1, -1) if printed[level][other])
    return not any(cells[other] for cells in printed[:level] for other in range(left + 1, place + 1))


def _repeats(rows: Sequence[RawRow], at: int, head: Head) -> int:
    """How many rows from `at` on are the head once more, after a page break."""
    keys = head.keys
    if len(keys[0]) < 2:
        return 0
    for first in range(len(keys)):
        if _key(rows[at]) == keys[first]:
            count = 1
            while (
                first + count < len(keys) and at + count < len(rows) and _key(rows[at + count]) == keys[first + count]
            ):
                count += 1
            return count
    return 0


def _key(row: RawRow) -> tuple[str, ...]:
    return tuple(squeeze(cell) for cell in row.cells if cell)
