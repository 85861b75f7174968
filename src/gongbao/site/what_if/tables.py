"""What a change comes to as a table to keep: one row for each group, and for each of the changes set beside each other.

Amounts are written exactly, in the unit that the heading names.
"""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from gongbao.gazette.akoma_ntoso import legal_in_xml
from gongbao.office.papers.workbook import XLSX
from gongbao.rules.compute import version
from gongbao.rules.policy import Policy
from gongbao.site.what_if.answers import Answer, Sums
from gongbao.site.what_if.asked import Asked

CSV = "text/csv; charset=utf-8"

Row = tuple[Any, ...]


def _heads(answer: Answer) -> list[str]:
    unit = f" ({answer.unit})" if answer.unit else ""
    in_force, changed = pgettext("of a value", "in force"), pgettext("of a value", "changed")
    change = pgettext("of a value", "change")
    rise, fall = _("by how much it rises in all"), _("by how much it falls in all")
    return [
        _("Reform"),
        _("Divided by"),
        _("Group"),
        pgettext("of persons", "counted"),
        f"{answer.label}: {in_force}{unit}",
        f"{answer.label}: {changed}{unit}",
        f"{change}{unit}",
        pgettext("of persons", "for whom it rises"),
        f"{rise}{unit}",
        pgettext("of persons", "for whom it falls"),
        f"{fall}{unit}",
        pgettext("of persons", "who come in: from nothing to something"),
        pgettext("of persons", "who drop out: from something to nothing"),
    ]


def _rows(answer: Answer) -> Iterator[Row]:
    for place, name in enumerate(answer.names):
        yield (name, "", pgettext("of a value", "in all"), *_numbers(answer.sides[place]))
        for table in answer.tables:
            for row in table.rows:
                yield (name, table.label, row.label, *_numbers(row.sides[place]))


def _numbers(sums: Sums) -> Row:
    return (
        sums.counted,
        sums.before_amount,
        sums.after_amount,
        sums.after_amount - sums.before_amount,
        sums.gained,
        sums.gain_amount,
        sums.lost,
        sums.loss_amount,
        sums.entered_count,
        sums.left_count,
    )


def as_csv(policy: Policy, asked: Asked, answer: Answer, language: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_heads(answer))
    for row in _rows(answer):
        writer.writerow([_safe(cell) if isinstance(cell, str) else format(cell, "f") for cell in row])
    # With the mark by which spreadsheets know UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(text: str) -> str:
    """No formula: the names of groups come out of a file of data."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) else text


def as_xlsx(policy: Policy, asked: Asked, answer: Answer, language: str) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Sums"))
    sheet.freeze_panes = "A2"
    _put(sheet, _heads(answer), bold=True)
    for row in _rows(answer):
        _put(sheet, row, places=answer.places)
    for chart in (answer.sizes, answer.curve):
        if chart is not None:
            sheet = book.create_sheet(_("Sizes of the change") if chart is answer.sizes else _("Curve"))
            _put(sheet, [chart.title], bold=True)
            _put(sheet, chart.heads, bold=True)
            for row in chart.rows:
                _put(sheet, row)
    sheet = book.create_sheet(_("What was computed"))
    for row in _about(policy, asked, answer, language):
        _put(sheet, row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(policy: Policy, asked: Asked, answer: Answer, language: str) -> Iterator[Row]:
    yield _("Policy"), policy.label.in_language(language), policy.name
    yield _("Document"), policy.document
    yield _("Version"), version(policy)
    yield _("Population"), answer.population
    for one in answer.changes:
        yield f"{_('Reform')} {one.side}".strip(), one.label, one.before, one.after
    yield _("Address"), f"?{asked.query()}"
    for reason in answer.reasons:
        yield _("Left out"), reason


def _put(sheet: Any, row: Any, *, bold: bool = False, places: int = 0) -> None:
    cells = []
    for value in row:
        cell = WriteOnlyCell(sheet)
        if isinstance(value, str):
            # A text is a text, whatever it begins with: no cell that we hand out is a formula.
            cell.value, cell.data_type = legal_in_xml(value)[:16_000], "s"
        else:
            cell.value = value
            cell.number_format = "#,##0" if isinstance(value, int) or not places else "#,##0." + "0" * places
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)


FORMS: dict[str, tuple[str, Callable[[Policy, Asked, Answer, str], bytes]]] = {
    "csv": (CSV, as_csv),
    "xlsx": (XLSX, as_xlsx),
}
