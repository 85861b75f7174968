"""What somebody gives as a table: a workbook (.xlsx) or rows copied out of a spreadsheet -> the rows of its cells.

    rows = of_workbook(content)             the first sheet
    rows = of_text("编号\\t费用\\n…")         every cell a text
    rows[1][2].value, rows[1][2].number_format

A workbook is read as a stream, within limits: see gongbao.rules.workbooks. Every error is a NotTaken, in both
languages.
"""

import io
import re
import zipfile
from typing import TypeAlias

from gongbao.core.errors import GongbaoError
from gongbao.rules.workbooks import Given, Limits, NotTaken, Workbook

MOST_ROWS = 10_000
MOST_COLUMNS = 200
MOST_CELLS = 200_000
MOST_BYTES = 2**20
MOST_UNPACKED = 32 * 2**20
MOST_ELEMENTS = 5 * MOST_CELLS
"""A cell has four, where its text stands apart from it."""
MOST_CHARACTERS = 4_000_000
"""Of all cells: a text that stands once in the file may be that of each of them."""
LONGEST_CELL = 1_000
"""Characters of a cell that was pasted. No fact is as long."""

NOTHING = Given(None)
Rows: TypeAlias = list[list[Given]]


def of_text(text: str) -> Rows:
    """The rows of a text: a row on each line, the cells apart by tabs. What begins with = is a text as the others."""
    table = _Table()
    for row, line in enumerate(re.split(r"\r\n?|\n", text), start=1):
        for column, cell in enumerate(line.split("\t"), start=1):
            if cell.strip():
                table.put(row, column, Given(cell[:LONGEST_CELL]))
    return table.rows()


def of_workbook(content: bytes) -> Rows:
    """The rows of the first sheet. A formula is what it last came to, and a Formula where it never did."""
    if len(content) > MOST_BYTES:
        raise NotTaken(
            f"工作簿超过{MOST_BYTES // 2**20} MB，请分几次计算",
            f"a workbook of more than {MOST_BYTES // 2**20} MB is not taken; give it in several parts",
        )
    try:
        table = _Table()
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            # No shared text is longer than what it is unpacked from.
            book = Workbook(package, Limits(MOST_UNPACKED, MOST_ELEMENTS, MOST_UNPACKED))
            for row, column, given in book.cells(formulas=True):
                table.put(row, column, given)
        return table.rows()
    except GongbaoError:
        raise
    except Exception as error:
        # A file can be broken in more ways than zipfile, expat and dates have names for.
        raise NotTaken("这不是可读取的工作簿（.xlsx）", "this is no workbook (.xlsx) that can be read") from error


class _Table:
    """Cells that come one by one, counted."""

    def __init__(self) -> None:
        self.cells: dict[int, dict[int, Given]] = {}
        self.count = self.characters = 0

    def put(self, row: int, column: int, given: Given) -> None:
        if row > MOST_ROWS + 1 or column > MOST_COLUMNS:
            raise NotTaken(
                f"超过{MOST_ROWS:,}行或{MOST_COLUMNS}列，请分几次计算",
                f"more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns; give them in several parts",
            )
        self.count += 1
        self.characters += len(given.value) if isinstance(given.value, str) else 0
        if self.count > MOST_CELLS or self.characters > MOST_CHARACTERS:
            raise NotTaken(
                f"超过{MOST_CELLS:,}个单元格或{MOST_CHARACTERS:,}字，请分几次计算",
                f"more than {MOST_CELLS:,} cells or {MOST_CHARACTERS:,} characters; give them in several parts",
            )
        self.cells.setdefault(row, {})[column] = given

    def rows(self) -> Rows:
        if not self.cells:
            raise NotTaken("没有可计算的内容", "there is nothing in it to compute")
        return [
            [row.get(column, NOTHING) for column in range(1, max(row, default=0) + 1)]
            for row in (self.cells.get(number, {}) for number in range(1, max(self.cells, default=0) + 1))
        ]
