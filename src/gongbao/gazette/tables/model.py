"""What reading a table yields. Plain values; the meaning of each field in JSON stands in docs/contract.md."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class ClauseLike(Protocol):
    """A clause as gongbao.gazette.model has it, or as a database keeps it."""

    @property
    def number(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def locator(self) -> str: ...
    @property
    def eid(self) -> str: ...


class Kind(StrEnum):
    """What the cells of a column are."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell under a column. `printed` are its words ("" where nothing is printed).

    `value` is a number as an exact decimal string, a date as YYYY-MM or YYYY-MM-DD, or the words; None where nothing
    is printed and nothing was filled down. `kind` is that of the column, or TEXT where the cell is not of it.
    `filled` marks a value that is printed in the merged cell above, and not here.
    """

    printed: str
    value: str | None
    kind: Kind
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the head ("A / B" for heads of several rows); `unit` is 万元, %, 家... or ""."""

    name: str
    kind: Kind
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """One cell for each column. `groups` are the labels the row stands under, the widest first.

    `line` is that of the file (None where it is not known); `moved` says that the row was printed shifted.
    """

    cells: tuple[Cell, ...]
    groups: tuple[str, ...]
    line: int | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Total:
    """A total that is printed. It sums the `row_count` rows from `first_row` on (places in Table.rows).

    `cells` has one for each column; where a printed figure is followed by empty cells of columns that hold figures,
    `spans` has the names of all these columns: the figure may be that of all of them (cells merged to the right).
    `groups` is the group it is the total of, () for the whole table or for a stretch of rows that has no label.
    """

    label: str
    cells: tuple[Cell, ...]
    first_row: int
    row_count: int
    groups: tuple[str, ...]
    spans: tuple[tuple[str, ...], ...]
    line: int | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Quantity:
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Group:
    """A label over rows: a row of its own (`column` ""), or a merged cell of a column that states a figure.

    `stated` are the figures in the label: 共3家园圃，补助合计26万元 says 3 家 and 26 万元. The label stands over
    the `row_count` rows from `first_row` on; `level` is 0 for the widest.
    """

    label: str
    column: str
    level: int
    first_row: int
    row_count: int
    stated: tuple[Quantity, ...]
    line: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the clause `eid`. `heads` are the rows of heads as printed, those that repeat included.

    `line` is that of the first row in the file where the source was given, else that of the clause. `row_count` is how
    many rows the table has; one that was cut (gongbao.gazette.tables.pieces) holds those from `first_row` on, with the
    totals that end among them and the groups that begin there.
    """

    title: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Total, ...]
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    heads: tuple[tuple[str, ...], ...]
    eid: str
    locator: str
    line: int
    last_line: int | None
    row_count: int
    first_row: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> tuple[str | None, ...]:
        """The values of a column, row by row."""
        place = self.names.index(name)
        return tuple(row.cells[place].value for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """The table as `gongbao tables` prints it (docs/contract.md)."""
        names = self.names
        return {
            "title": self.title,
            "unit": self.unit,
            "columns": list(names),
            "rows": [_values(names, row.cells) for row in self.rows],
            "totals": [
                {
                    "label": total.label,
                    "values": {
                        name: cell.value
                        for name, cell in zip(names, total.cells, strict=True)
                        if cell.value is not None
                    },
                    "first_row": total.first_row,
                    "row_count": total.row_count,
                    "groups": list(total.groups),
                    "spans": [list(span) for span in total.spans],
                    "line": total.line,
                    "moved": total.moved,
                }
                for total in self.totals
            ],
            "types": {column.name: {"type": str(column.kind), "unit": column.unit} for column in self.columns},
            "groups": [
                {
                    "label": group.label,
                    "column": group.column,
                    "level": group.level,
                    "first_row": group.first_row,
                    "row_count": group.row_count,
                    "stated": [{"value": figure.value, "unit": figure.unit} for figure in group.stated],
                    "line": group.line,
                }
                for group in self.groups
            ],
            "row_notes": [
                {
                    "line": row.line,
                    "groups": list(row.groups),
                    "filled": [name for name, cell in zip(names, row.cells, strict=True) if cell.filled],
                    "moved": row.moved,
                    "printed": {
                        name: cell.printed
                        for name, cell in zip(names, row.cells, strict=True)
                        if cell.printed and cell.printed != cell.value
                    },
                    "not_of_type": [
                        column.name
                        for column, cell in zip(self.columns, row.cells, strict=True)
                        if cell.value is not None and cell.kind is not column.kind
                    ],
                }
                for row in self.rows
            ],
            "notes": list(self.notes),
            "clause": self.eid,
            "locator": self.locator,
            "line": self.line,
            "last_line": self.last_line,
            "first_row": self.first_row,
            "row_count": self.row_count,
        }


def _values(names: tuple[str, ...], cells: tuple[Cell, ...]) -> dict[str, str | None]:
    return {name: cell.value for name, cell in zip(names, cells, strict=True)}
