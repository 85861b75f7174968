"""Workbooks (.xlsx) in and out: the first sheet, read and written as a stream."""

from __future__ import annotations

import csv
import decimal
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.rules.fact_tables import cell_value
from gongbao.rules.run.csv_files import MOST_COLUMNS
from gongbao.rules.workbooks import Given, Limits, Workbook

MOST_ROWS = 2**20
_LEAST_UNPACKED = 64 * 2**20
_MOST_UNPACKED = 8 * 2**30
_MOST_SHARED_CHARACTERS = 50_000_000
_AS_OFTEN = 200
"""So many times as large as it is packed may a workbook be; the tables that offices keep are 10 to 40 times."""
_LONGEST_CELL = 32_767


def write_regular(path: Path, target: Path, tell: Callable[[float], None]) -> list[str]:
    """The rows without the headings as CSV, each at the place it has in the sheet, with one cell for each heading and
    one more for what stands beyond them. Gives the headings. Raises GongbaoError for what is no workbook."""
    size = path.stat().st_size
    most = min(max(_LEAST_UNPACKED, _AS_OFTEN * size), _MOST_UNPACKED)
    try:
        with zipfile.ZipFile(path) as package, target.open("w", encoding="utf-8", newline="") as stream:
            book = Workbook(package, Limits(most, most, _MOST_SHARED_CHARACTERS))
            writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
            return _write(_rows(book.cells()), writer.writerow, tell)
    except GongbaoError:
        raise
    except OSError:
        raise
    except Exception as error:
        # A file can be broken in more ways than zipfile, expat and dates have names for.
        raise GongbaoError("this is no workbook (.xlsx) that can be read") from error


def _rows(cells: Iterable[tuple[int, int, Given]]) -> Iterator[tuple[int, dict[int, str]]]:
    at, row = 1, dict[int, str]()
    for number, column, given in cells:
        if number != at:
            if number < at:
                raise ValueError("rows stand in order")
            yield at, row
            at, row = number, {}
        if number > MOST_ROWS or column > MOST_COLUMNS:
            raise GongbaoError(f"it has more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns")
        row[column] = _text(given)
    yield at, row


def _write(
    rows: Iterator[tuple[int, dict[int, str]]], write: Callable[[Sequence[str]], Any], tell: Callable[[float], None]
) -> list[str]:
    number, head = next(rows, (1, {}))
    if not head or number != 1:
        raise GongbaoError("the first sheet has no headings in its first row")
    count = max(head)
    places = range(1, count + 1)
    empty = [""] * (count + 1)
    for at, row in rows:
        while number + 1 < at:
            number += 1
            write(empty)
        number = at
        write([*(row.get(place, "") for place in places), next((row[place] for place in row if place > count), "")])
        if number % 1000 == 0:
            tell(number / MOST_ROWS)
    return [head.get(place, "") for place in places]


def _text(given: Given) -> str:
    """The cell as the texts of a CSV file have it."""
    value = cell_value(given.value, given.number_format)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{decimal.Decimal(repr(value)):f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.timetz() == time() else value.isoformat(" ")
    return str(value)


# --- out


def write_sheet(path: Path, headings: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet. Numbers are numbers, with the decimals of their type; texts are never formulas."""
    from openpyxl import Workbook as NewWorkbook
    from openpyxl.cell import WriteOnlyCell

    book = NewWorkbook(write_only=True)
    sheet = book.create_sheet("gongbao")
    formats = [_format(one) for one in types]

    def cell(value: Any, number_format: str | None) -> Any:
        if value is None:
            return None
        if isinstance(value, list):
            value = "、".join(map(str, value))
        if not _is_held(value):
            value = str(value)
        elif number_format is None and not isinstance(value, str):
            return value
        if isinstance(value, str):
            made = WriteOnlyCell(sheet, legal(value))
            made.data_type = "s"
            return made
        made = WriteOnlyCell(sheet, value)
        made.number_format = number_format
        return made

    sheet.append([cell(heading, None) for heading in headings])
    for row in rows:
        sheet.append([cell(value, form) for value, form in zip(row, formats, strict=True)])
    book.save(path)


def _is_held(value: Any) -> bool:
    """Whether a sheet shows it as it is: of a number 15 digits, of a time no zone."""
    if isinstance(value, int | decimal.Decimal):
        return -(10**15) < value < 10**15 and len(decimal.Decimal(value).as_tuple().digits) <= 15
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | time | date) and getattr(value, "tzinfo", None) is None


def _format(sql_type: str) -> str | None:
    if sql_type.startswith("DECIMAL"):
        places = int(sql_type.rstrip(")").rpartition(",")[2])
        return "0." + "0" * places if places else "0"
    return {"DATE": "yyyy-mm-dd", "TIMESTAMP": "yyyy-mm-dd hh:mm:ss"}.get(sql_type)


def legal(text: str) -> str:
    """A text as a cell can hold it."""
    return "".join(sign if _is_legal(sign) else "\ufffd" for sign in text[:_LONGEST_CELL])


def _is_legal(sign: str) -> bool:
    return sign in "\t\n\r" or " " <= sign <= "\ud7ff" or "\ue000" <= sign <= "\ufffd" or sign > "\uffff"


__all__ = ["MOST_ROWS", "legal", "write_regular", "write_sheet"]
