"""A comparison as a file for a spreadsheet: a row for all persons, and one for each group."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from gongbao.rules.what_if.comparison import Comparison, heads, rows

_NOT_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def as_csv(found: Comparison, language: str) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it. A name that a spreadsheet would compute has ' before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads(language))
    for row in rows(found, language):
        writer.writerow([_safe(one) if isinstance(one, str) else one for one in row])
    return out.getvalue().encode("utf-8-sig")


def _safe(text: str) -> str:
    return f"'{text}" if text.lstrip().startswith(_NOT_A_FORMULA) else text


def as_xlsx(found: Comparison, language: str) -> bytes:
    """A workbook of one sheet, in which numbers are numbers, amounts with the decimals of the value."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    from gongbao.rules.run.worksheets import legal

    book = Workbook(write_only=True)
    sheet = book.create_sheet(found.rule.label.in_language(language)[:20].translate(_NO_TITLE) or "1")
    sheet.freeze_panes = "A2"
    places = found.rule.type.places or 0
    amount = "#,##0" + ("." + "0" * places if places else "")

    def cells(row: Iterable[Any], *, bold: bool = False) -> list[Any]:
        out = []
        for value in row:
            cell = WriteOnlyCell(sheet, legal(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"  # whatever it begins with
            elif isinstance(value, Decimal):
                cell.number_format = amount
            if bold:
                cell.font = Font(bold=True)
            out.append(cell)
        return out

    sheet.append(cells(heads(language), bold=True))
    for row in rows(found, language):
        sheet.append(cells(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_NO_TITLE = dict.fromkeys(map(ord, "[]:*?/\\'"))
"""Signs that the name of a sheet cannot have."""

__all__ = ["as_csv", "as_xlsx"]
