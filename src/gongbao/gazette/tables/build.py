"""Make tables of typed rows: columns put together, shifted rows put right, merged cells filled down, totals told."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, pairwise

from gongbao.gazette.model import Document
from gongbao.gazette.tables.align import fit, profiles, put_right
from gongbao.gazette.tables.cells import NUMERIC, column_of, is_nil, read_cell, stated_figures, typed, unit_in
from gongbao.gazette.tables.collect import Block, Source, blocks, squeeze
from gongbao.gazette.tables.model import Cell, ClauseLike, Column, Group, Kind, Row, Table, Total
from gongbao.gazette.tables.shape import Label, Segment, Shape, TotalRow, may_be_whole, shapes

_LABEL_LENGTH = 60  # characters; longer words are no label of a merged cell
_REMARKS = ("备注", "说明", "注")

_Groups = tuple[str, ...]
_Key = tuple[
    int, int
]  # a column of a segment: its place in the head, and 0, or 1, 2... for those behind without a head


def find_tables(document: Document, *, source: Sequence[str] | None = None) -> list[Table]:
    """The tables of a document in reading order.

    With the lines of the file as `source`, tables, rows, groups and totals carry the lines they stand on.
    """
    if not any("\t" in clause.text for part in document.parts for clause in part.walk()):
        return []
    lines = Source(source, document.first_line, document.last_line) if source is not None else None
    return [
        table for part in document.parts for block in blocks(part.walk(), part.title, lines) for table in _tables(block)
    ]


def tables_among(clauses: Iterable[ClauseLike], *, title: str = "") -> list[Table]:
    """The tables of clauses that follow each other in a part; `title` is that of the part.

    It is the title of a table that has neither a caption nor a heading above it.
    """
    return [table for block in blocks(clauses, title, None) for table in _tables(block)]


def tables_in(clause: ClauseLike, *, title: str = "") -> list[Table]:
    """The tables of one clause."""
    return tables_among([clause], title=title)


def _tables(block: Block) -> list[Table]:
    return [
        _table(block, shape, shape.title or (block.caption if not k else "") or block.title)
        for k, shape in enumerate(shapes(block))
    ]


@dataclass(slots=True)
class _Mark:
    """A label over the rows from `first` to before `end`."""

    label: Label
    path: _Groups
    first: int
    end: int = 0


@dataclass(slots=True)
class _Line:
    """A row or a total whose cells stand under the columns of the table, `segment` under whose head."""

    cells: list[str]
    line: int | None
    moved: bool
    segment: int
    label: str = ""
    mark: "_Mark | None" = None

    @property
    def groups(self) -> _Groups:
        return self.mark.path if self.mark else ()


def _table(block: Block, shape: Shape, title: str) -> Table:
    names, lines, heads = _lines(shape)
    _take_wholes(list(lines.values()))
    rows: list[_Line] = []
    totals: list[tuple[_Line, int]] = []
    marks: list[_Mark] = []
    above: list[_Mark] = []
    for place, entry in enumerate(shape.entries):
        if isinstance(entry, Label):
            while above and above[-1].label.level >= entry.level:
                above.pop().end = len(rows)
            path = (*(mark.label.words for mark in above), entry.words)
            above.append(_Mark(entry, path, len(rows)))
            marks.append(above[-1])
            continue
        line = lines[place]
        line.mark = above[-1] if above else None
        if line.label:
            totals.append((line, len(rows)))
        else:
            rows.append(line)
    for mark in above:
        mark.end = len(rows)

    printed = [[row.cells[at] for row in rows] for at in range(len(names))]
    unit = shape.unit or unit_in(title)
    found = [column_of(name, cells, unit) for name, cells in zip(names, printed, strict=True)]
    columns = tuple(column for column, _ in found)
    cells = [
        _typed(words, column, unit_is_printed) for words, (column, unit_is_printed) in zip(printed, found, strict=True)
    ]
    after_total = {at for _, at in totals}
    merged = _fill_down(cells, columns, rows, heads, after_total)
    built = tuple(
        Row(row_cells, row.groups, row.line, row.moved)
        for row_cells, row in zip(zip(*cells, strict=True) if cells else ((),) * len(rows), rows, strict=True)
    )
    total_cells = [
        tuple(typed(words, column, unit_is_printed=p) for words, (column, p) in zip(line.cells, found, strict=True))
        for line, _ in totals
    ]
    money = {column.unit for column in columns if column.kind is Kind.MONEY}
    return Table(
        title,
        shape.unit or (money.pop() if len(money) == 1 else ""),
        columns,
        built,
        tuple(_totals(totals, total_cells, columns, built)),
        tuple(_groups(marks, merged, columns, built)),
        tuple(shape.notes),
        tuple(row for segment in shape.segments if segment.head for row in segment.head.rows),
        block.clause.eid,
        block.clause.locator,
        shape.first_line or block.clause.line,
        shape.last_line,
        len(built),
    )


# --- cells under columns ----------------------------------------------------------------------------------------------


def _lines(shape: Shape) -> tuple[list[str], dict[int, _Line], list[set[int]]]:
    """The names of the columns; the rows and totals by their place among the entries; the columns each head has.

    Heads that differ within a table put their columns together: a name that is there is the same column, others come
    before the next one that is there.
    """
    names: list[str] = []
    layouts: list[dict[_Key, str]] = []
    sorted_out: list[dict[int, tuple[dict[_Key, str], bool]]] = []
    for at, segment in enumerate(shape.segments):
        entries = {
            place: entry[1]
            for place, entry in enumerate(shape.entries)
            if not isinstance(entry, Label) and entry[0] == at
        }
        layout, cells = _segment(segment, entries)
        layouts.append(layout)
        sorted_out.append(cells)
        new: list[str] = []
        for name in layout.values():
            if name in names:
                place = names.index(name)
                names[place:place] = new
                new = []
            else:
                new.append(name)
        names += new
    index = {name: k for k, name in enumerate(names)}
    lines: dict[int, _Line] = {}
    for at, (layout, cells) in enumerate(zip(layouts, sorted_out, strict=True)):
        places = {key: index[name] for key, name in layout.items()}
        for place, (row, moved) in cells.items():
            out = [""] * len(names)
            for key, cell in row.items():
                out[places[key]] = cell
            entry = shape.entries[place]
            assert not isinstance(entry, Label)
            raw = entry[1].row if isinstance(entry[1], TotalRow) else shape.segments[at].data[entry[1]]
            label = entry[1].label if isinstance(entry[1], TotalRow) else ""
            lines[place] = _Line(out, raw.line, moved, at, label=label)
    return names, dict(sorted(lines.items())), [{index[name] for name in layout.values()} for layout in layouts]


def _segment(
    segment: Segment, entries: dict[int, int | TotalRow]
) -> tuple[dict[_Key, str], dict[int, tuple[dict[_Key, str], bool]]]:
    """The columns of a segment by their keys in order, and its rows by place: cells by key, and whether moved."""
    raw: dict[int, list[str]] = {}
    for place, entry in entries.items():
        if isinstance(entry, TotalRow):
            raw[place] = ["" if k == entry.place else cell for k, cell in enumerate(entry.row.cells)]
        else:
            raw[place] = segment.data[entry].cells
    data = [raw[place] for place, entry in entries.items() if not isinstance(entry, TotalRow)]
    if segment.head is None:
        width = Counter(map(len, data or raw.values())).most_common(1)[0][0] if raw else 0
        names, own = [""] * width, [True] * width
    else:
        names, own = segment.head.names, segment.head.own
        width = len(names)
    moved: set[int] = set()
    as_printed = profiles(data, width)
    for place, printed in raw.items():
        if len(printed) == width and (better := put_right(printed, as_printed)):
            raw[place] = better
            moved.add(place)
    # A column without a head and without a cell is the trace of cells that were merged.
    used = {k for printed in raw.values() if len(printed) == width for k, cell in enumerate(printed) if cell}
    kept = [k for k in range(width) if own[k] or k in used]
    right = {place: _kept(printed, width, kept) for place, printed in raw.items()}
    columns = as_printed
    if moved or len(kept) != width:
        rows = [row for place, row in right.items() if row and not isinstance(entries[place], TotalRow)]
        columns = profiles(rows, len(kept))
    for place, row in right.items():
        if row and len(raw[place]) != width and (better := put_right(row, columns)):
            right[place] = better
            moved.add(place)
    wide: dict[int, list[int]] = {}
    for length in sorted({len(raw[place]) for place, row in right.items() if row is None}):
        wide[length] = fit(
            [printed for place, printed in raw.items() if right[place] is None and len(printed) == length], columns
        )

    keys = {(k, 0) for k in range(len(kept))}
    out: dict[int, tuple[dict[_Key, str], bool]] = {}
    for place, row in right.items():
        if row is not None:
            out[place] = ({(k, 0): cell for k, cell in enumerate(row) if cell}, place in moved)
            continue
        cells: dict[_Key, str] = {}
        column, more = -1, 0
        for cell, to in zip(raw[place], wide[len(raw[place])], strict=True):
            if to >= 0:
                column, more = to, 0
                if cell:
                    cells[(to, 0)] = cell
            elif cell:
                more += 1
                cells[(column, more)] = cell
        keys |= cells.keys()
        out[place] = (cells, False)
    return _names([names[k] for k in kept], sorted(keys)), out


def _kept(row: list[str], width: int, kept: list[int]) -> list[str] | None:
    """The row under the columns that are kept; None where it is wider than they are."""
    if len(row) == width:
        return [row[k] for k in kept]
    length = max((k + 1 for k, cell in enumerate(row) if cell), default=0)
    if len(row) > len(kept) and length > len(kept):
        return None
    return [*row[: len(kept)], *[""] * (len(kept) - len(row))]


def _names(heads: list[str], keys: list[_Key]) -> dict[_Key, str]:
    """A name of its own for each column: 第3列 where there is no head, `A 2` behind A that is merged to the right."""
    out: dict[_Key, str] = {}
    taken: set[str] = set()
    for place, (column, more) in enumerate(keys, 1):
        name = heads[column] if 0 <= column < len(heads) and not (more and column == len(heads) - 1) else ""
        name = name or f"第{place}列"
        count = 1
        while (f"{name} {count}" if count > 1 else name) in taken:
            count += 1
        name = f"{name} {count}" if count > 1 else name
        taken.add(name)
        out[(column, more)] = name
    return out


def _typed(words: Sequence[str], column: Column, unit_is_printed: bool) -> list[Cell]:
    """The cells of a column. Words that a narrow column broke are joined where the column has them unbroken too."""
    whole = {cell for cell in words if " " not in cell}
    known: dict[str, Cell] = {}
    for cell in words:
        if cell not in known:
            joined = cell.replace(" ", "")
            if joined != cell and joined in whole:
                known[cell] = replace(typed(joined, column, unit_is_printed=unit_is_printed), printed=cell)
            else:
                known[cell] = typed(cell, column, unit_is_printed=unit_is_printed)
    return [known[cell] for cell in words]


# --- merged cells -----------------------------------------------------------------------------------------------------


def _fill_down(
    cells: list[list[Cell]],
    columns: tuple[Column, ...],
    rows: list[_Line],
    heads: list[set[int]],
    after_total: set[int],
) -> list[int]:
    """Fill the cells that are merged with the one above. The columns in which that was done.

    A column is of merged cells where its first cell is printed, others are empty, and the same words are hardly ever
    printed twice one below the other, as they are in a column that has a cell for each row. What is filled ends with
    the group and the total, and where the first column begins a new merged cell.
    """
    merged = [
        at
        for at, column in enumerate(columns)
        if column.kind is Kind.TEXT
        and not column.name.startswith(_REMARKS)
        and _is_merged([cell.printed for cell, row in zip(cells[at], rows, strict=True) if at in heads[row.segment]])
    ]
    outer = 0 in merged
    begins = [False] * len(rows)
    for at in merged:
        carried: str | None = None
        for k, (cell, row) in enumerate(zip(cells[at], rows, strict=True)):
            changed = k and (row.groups != rows[k - 1].groups or k in after_total)
            if changed or (at and outer and begins[k]) or at not in heads[row.segment]:
                carried = None
            if cell.printed:
                begins[k] |= at == 0 and squeeze(cell.value or "") != squeeze(carried or "")
                carried = None if is_nil(cell.printed) else cell.value
            elif carried is not None and at in heads[row.segment]:
                cells[at][k] = Cell("", carried, Kind.TEXT, filled=True)
    return merged


def _is_merged(printed: list[str]) -> bool:
    empty = sum(not words for words in printed)
    if not empty or not printed[0] or any(len(words) > _LABEL_LENGTH for words in printed):
        return False
    twice = sum(bool(words) and words == before for before, words in pairwise(printed))
    return 4 * twice <= empty


# --- totals -----------------------------------------------------------------------------------------------------------


def _amount(cell: Cell) -> Decimal | None:
    return Decimal(cell.value) if cell.kind in NUMERIC and cell.value is not None else None


def _take_wholes(lines: list[_Line]) -> None:
    """全市 is the total of its columns where it stands first or last, and no other row has more in any of them."""
    for end in (0, -1):
        rows = [line for line in lines if not line.label]
        if len(rows) < 3 or not may_be_whole(rows[end].cells):
            continue
        whole = rows.pop(end)
        compared = False
        for at, words in enumerate(whole.cells):
            amount = _figure(words)
            figures = [figure for row in rows if (figure := _figure(row.cells[at])) is not None]
            if amount is not None and figures:
                compared |= len(figures) > 1
                if max(figures) > amount:
                    compared = False
                    break
        if compared:
            place = next(k for k, cell in enumerate(whole.cells) if cell)
            whole.label, whole.cells[place] = whole.cells[place], ""


def _figure(words: str) -> Decimal | None:
    if not words:
        return None
    reading = read_cell(words)
    return Decimal(reading.value) if reading.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY) else None


def _totals(
    totals: list[tuple[_Line, int]], cells: list[tuple[Cell, ...]], columns: tuple[Column, ...], rows: tuple[Row, ...]
) -> Iterable[Total]:
    """What each total sums: its group, the whole table, or for 小计 without a group the rows since the one before.

    Where it may be the group or the table, that with which more of its figures agree.
    """
    if not totals:
        return
    sums = [
        list(accumulate((_amount(row.cells[at]) or Decimal() for row in rows), initial=Decimal()))
        for at in range(len(columns))
    ]

    def agreeing(figures: tuple[Cell, ...], first: int, end: int) -> int:
        amounts = ((at, amount) for at, cell in enumerate(figures) if (amount := _amount(cell)) is not None)
        return sum(amount == sums[at][end] - sums[at][first] for at, amount in amounts)

    subtotals = [at for line, at in totals if line.mark is None and "小计" in squeeze(line.label)]
    leading = subtotals[:1] == [0]  # 小计 stands above its rows
    before = 0  # the row behind the last 小计
    for k, ((line, at), figures) in enumerate(zip(totals, cells, strict=True)):
        label = squeeze(line.label)
        ranges: list[tuple[int, int, _Groups]] = [(0, len(rows), ())]
        if line.mark is not None and "总" not in label:
            ranges.insert(0, (line.mark.first, line.mark.end, line.mark.path))
        if "小计" in label:
            if line.mark is None:
                following = totals[k + 1][1] if k + 1 < len(totals) else len(rows)
                ranges = [(at, following, ()) if leading else (before, at, ())]
                before = at
            ranges = ranges[:1]
        first, end, path = max(ranges, key=lambda r: agreeing(figures, r[0], r[1]))
        yield Total(
            line.label, figures, first, end - first, path, tuple(_spans(figures, columns)), line.line, line.moved
        )


def _spans(figures: tuple[Cell, ...], columns: tuple[Column, ...]) -> Iterable[tuple[str, ...]]:
    at = 0
    while at < len(figures):
        end = at + 1
        if _amount(figures[at]) is not None:
            while end < len(figures) and not figures[end].printed and columns[end].kind in NUMERIC:
                end += 1
            if end > at + 1:
                yield tuple(column.name for column in columns[at:end])
        at = end


# --- groups -----------------------------------------------------------------------------------------------------------


def _groups(
    marks: list[_Mark], merged: list[int], columns: tuple[Column, ...], rows: tuple[Row, ...]
) -> Iterable[Group]:
    """The labels in rows of their own, then the merged cells that state a figure."""
    for mark in marks:
        label = mark.label
        yield Group(
            label.words,
            "",
            len(mark.path) - 1,
            mark.first,
            mark.end - mark.first,
            stated_figures(label.words),
            label.line,
        )
    for at in merged:
        first = 0
        for k in range(1, len(rows) + 1):
            if k < len(rows) and _same_cell(rows[first], rows[k], at):
                continue
            label_words = rows[first].cells[at].value
            if label_words is not None and (figures := stated_figures(label_words)):
                yield Group(
                    label_words, columns[at].name, len(rows[first].groups), first, k - first, figures, rows[first].line
                )
            first = k


def _same_cell(one: Row, other: Row, at: int) -> bool:
    """Whether two rows stand beside the same merged cell, which a page break prints twice."""
    return one.groups == other.groups and squeeze(one.cells[at].value or "") == squeeze(other.cells[at].value or "")
