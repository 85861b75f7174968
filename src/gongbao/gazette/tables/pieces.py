"""Tables as values for JSON, and cut into pieces: a few rows of a long table are read without the others.

A piece is a table with the same columns that has some of the rows, the totals that end among them and the groups that
begin there, so that each row, total and group of a table stands in one piece.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from gongbao.gazette.tables.model import Cell, Column, Group, Kind, Quantity, Row, Table, Total

Plain = list[Any]


def pieces(table: Table, size: int) -> Iterator[Table]:
    """The table in pieces of `size` rows, the last of what is left; a table without rows is one piece."""
    firsts = range(0, max(1, len(table.rows)), size)
    totals: list[list[Total]] = [[] for _ in firsts]
    groups: list[list[Group]] = [[] for _ in firsts]
    for total in table.totals:
        totals[bisect_right(firsts, _last_row(total)) - 1].append(total)
    for group in table.groups:
        groups[bisect_right(firsts, group.first_row) - 1].append(group)
    for first, ending, beginning in zip(firsts, totals, groups, strict=True):
        yield replace(
            table,
            rows=table.rows[first : first + size],
            totals=tuple(ending),
            groups=tuple(beginning),
            first_row=table.first_row + first,
        )


def joined(found: Iterable[Table]) -> Table:
    """Pieces that follow each other as one."""
    held = list(found)
    return replace(
        held[0],
        rows=tuple(chain.from_iterable(one.rows for one in held)),
        totals=tuple(chain.from_iterable(one.totals for one in held)),
        groups=tuple(chain.from_iterable(one.groups for one in held)),
    )


def stretch(table: Table, first: int, end: int) -> Table:
    """Of a table, or a piece, the rows from `first` to before `end`, counted in the whole table."""
    begins, ends = max(first, table.first_row), min(end, table.first_row + len(table.rows))
    if (begins, ends) == (table.first_row, table.first_row + len(table.rows)):
        return table
    return replace(
        table,
        rows=table.rows[begins - table.first_row : ends - table.first_row],
        totals=tuple(total for total in table.totals if begins <= _last_row(total) < ends),
        groups=tuple(group for group in table.groups if begins <= group.first_row < ends),
        first_row=begins,
    )


def _last_row(total: Total) -> int:
    """The row that a total stands below."""
    return max(0, total.first_row + total.row_count - 1)


# --- for JSON


def plain_head(table: Table) -> dict[str, Any]:
    """What all pieces of a table have in common."""
    return {
        "title": table.title,
        "unit": table.unit,
        "columns": [[column.name, str(column.kind), column.unit] for column in table.columns],
        "notes": list(table.notes),
        "heads": [list(head) for head in table.heads],
        "eid": table.eid,
        "locator": table.locator,
        "line": table.line,
        "last_line": table.last_line,
        "row_count": table.row_count,
    }


def plain_rows(piece: Table) -> dict[str, Any]:
    """What is a piece's own."""
    kinds = [column.kind for column in piece.columns]
    return {
        "first_row": piece.first_row,
        "rows": [[_plain_cells(row.cells, kinds), list(row.groups), row.line, row.moved] for row in piece.rows],
        "totals": [
            [
                total.label,
                _plain_cells(total.cells, kinds),
                total.first_row,
                total.row_count,
                list(total.groups),
                [list(span) for span in total.spans],
                total.line,
                total.moved,
            ]
            for total in piece.totals
        ],
        "groups": [
            [
                group.label,
                group.column,
                group.level,
                group.first_row,
                group.row_count,
                [[figure.value, figure.unit] for figure in group.stated],
                group.line,
            ]
            for group in piece.groups
        ],
    }


def from_plain(head: dict[str, Any], rows: dict[str, Any]) -> Table:
    """The piece that plain_head and plain_rows were made of."""
    columns = tuple(Column(name, Kind(kind), unit) for name, kind, unit in head["columns"])
    kinds = [column.kind for column in columns]
    return Table(
        title=head["title"],
        unit=head["unit"],
        columns=columns,
        rows=tuple(
            Row(_cells(cells, kinds), tuple(groups), line, moved) for cells, groups, line, moved in rows["rows"]
        ),
        totals=tuple(
            Total(label, _cells(cells, kinds), first, count, tuple(groups), tuple(map(tuple, spans)), line, moved)
            for label, cells, first, count, groups, spans, line, moved in rows["totals"]
        ),
        groups=tuple(
            Group(label, column, level, first, count, tuple(Quantity(*figure) for figure in stated), line)
            for label, column, level, first, count, stated, line in rows["groups"]
        ),
        notes=tuple(head["notes"]),
        heads=tuple(map(tuple, head["heads"])),
        eid=head["eid"],
        locator=head["locator"],
        line=head["line"],
        last_line=head["last_line"],
        row_count=head["row_count"],
        first_row=rows["first_row"],
    )


def _plain_cells(cells: Iterable[Cell], kinds: Iterable[Kind]) -> Plain:
    """Most cells are what is printed, and of the kind of their column: these are a string."""
    return [
        cell.printed
        if cell == Cell(cell.printed, cell.printed or None, kind)
        else [cell.printed, cell.value, str(cell.kind), cell.filled]
        for cell, kind in zip(cells, kinds, strict=True)
    ]


def _cells(plain: Plain, kinds: Iterable[Kind]) -> tuple[Cell, ...]:
    return tuple(
        Cell(one, one or None, kind) if isinstance(one, str) else Cell(one[0], one[1], Kind(one[2]), one[3])
        for one, kind in zip(plain, kinds, strict=True)
    )
