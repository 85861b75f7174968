"""Tables as a workbook (.xlsx) that can be sorted, filtered, reckoned with and printed.

What is printed in a gazette must not change on its way into a cell: a figure that Excel would round, a date that it
does not know and words that it would take for a formula stay text. The same input gives the same bytes.

Each row is written before the next is read: beyond the rows given and the file made, memory does not grow with them.
"""

import io
import math
import re
import shutil
import zipfile
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from gongbao.core.labels import Label
from gongbao.gazette.akoma_ntoso import legal_in_xml
from gongbao.gazette.tables import Kind
from gongbao.office.papers.official_docx import width
from gongbao.office.papers.word import SONGTI

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The type of the content."""
MAX_TEXT = 32_767
"""Characters of a cell; Excel counts one beyond the Basic Multilingual Plane as two."""
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_TITLE = 31
SIGNIFICANT = 15
"""Digits that Excel keeps of a number."""

MAX_WIDTH, MIN_WIDTH, HEAD_WIDTH = 60, 6, 20
"""Of columns, in half-width characters. A head wider than HEAD_WIDTH is wrapped."""
DEFAULT_WIDTH = 8.43
A_STEP = 100
"""Rows that are written between two looks at whether to go on."""
LINE_WIDTH = 72
"""Heading and notes run over so many columns that they have this much room, though the table be narrower."""
LINE_HEIGHT, MAX_HEIGHT = 15.0, 409.0
"""Of rows, in points."""
FONT_SIZE = 11
A4 = 9

NO_DAY = datetime(1980, 1, 1)
"""The first that a zip file can state."""
FIRST_DATE = date(1900, 3, 1)
"""Excel takes 1900 for a leap year, so that its earlier days are others than those of the calendar."""

_NUMERIC = frozenset((Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT))
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A formula, or what would turn into a number or a date as soon as somebody opens the cell and leaves it.
_WOULD_CHANGE = re.compile(r"\s*[=+\-@＝＋－＠]|[\d.,:/%eE\s-]+\Z")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

# Full-width ones are refused by Chinese Excel as well.
_TITLE_SIGNS = str.maketrans(
    dict.fromkeys(":：/／\\＼", "-") | dict(zip("[［]］", "（（））", strict=True)) | dict.fromkeys("*＊?？", "")
)

_LINE = Side(style="thin", color="FF7F7F7F")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD_FILL = PatternFill("solid", fgColor="FFEDEDED")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """`name` and `unit` stand in the head: 名称（万元）, amount (yuan)."""

    name: str
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. Each row, and each total behind its label, has one value for each column; None and "" leave it empty.

    A value is text, a number as an exact decimal string, or a date, as such or as YYYY-MM-DD; the kind of its column
    tells which. `heading` stands above the head, `notes` below the table.
    """

    title: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Sequence[str | date | None]]
    totals: Sequence[tuple[str, Sequence[str | None]]] = ()
    notes: Sequence[str] = ()
    heading: str = ""


Heads = Sequence[tuple[Label, Kind]]


def sheet_of(title: Label, heads: Heads, rows: Sequence[Sequence[str | date | None]], language: str) -> Sheet:
    """A table whose title and heads are labels; sums of money are in yuan."""
    yuan = Label("元", "yuan").in_language(language)
    columns = [
        SheetColumn(label.in_language(language), kind, yuan if kind == Kind.MONEY else "") for label, kind in heads
    ]
    return Sheet(title.in_language(language), columns, rows)


def to_workbook(sheets: Sequence[Sheet], *, title: str, made_at: datetime | None = None) -> bytes:
    """The tables, each on a sheet of its own, as the bytes of an .xlsx file.

    `made_at` is what the file says of its making; nothing is read from the clock. A table that does not fit on a sheet,
    or a row that does not fit its columns, is a ValueError.
    """
    steps = writing(sheets, title=title, made_at=made_at)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return bytes(ended.value)


def writing(sheets: Sequence[Sheet], *, title: str, made_at: datetime | None = None) -> Generator[int, None, bytes]:
    """The same little by little: yields how many rows are written; what it returns is the file."""
    book = Workbook(write_only=True)
    about = book.properties
    about.title, about.creator, about.language = legal_in_xml(title)[:255], None, "zh-CN"
    about.created = about.modified = _in_utc(made_at) if made_at else NO_DAY
    taken: list[str] = []
    before = 0
    for sheet in sheets or [Sheet(title, (), ())]:
        taken.append(safe_sheet_title(sheet.title, taken))
        for done in _Writer(book.create_sheet(taken[-1]), sheet).write():
            yield before + done
        before += len(sheet.rows)
    out = io.BytesIO()
    # Workbook.save() would put the time of the clock into it.
    ExcelWriter(book, _Archive(out, max(made_at.replace(tzinfo=None), NO_DAY) if made_at else NO_DAY)).save()
    return out.getvalue()


def safe_sheet_title(title: str, taken: Collection[str]) -> str:
    """A name that Excel takes for a sheet, as near to `title` as can be, and none of those `taken` (whatever case)."""
    words = " ".join(legal_in_xml(title).translate(_TITLE_SIGNS).split()).strip("' ")
    # Excel keeps that name for itself.
    wanted = words if words and words.casefold() != "history" else f"表{words}"
    others = {other.casefold() for other in taken}
    name, number = _clipped(wanted, MAX_TITLE).rstrip("' "), 1
    while name.casefold() in others:
        number += 1
        end = f"（{number}）"
        name = _clipped(wanted, MAX_TITLE - len(end)).rstrip("' ") + end
    return name


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _clipped(text: str, units: int) -> str:
    """The first `units` characters as Excel counts them."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


class _Archive(zipfile.ZipFile):
    """A zip file whose members all bear the same time, and nothing of the machine that made it."""

    def __init__(self, out: io.BytesIO, moment: datetime) -> None:
        super().__init__(out, "w", zipfile.ZIP_DEFLATED)
        self._moment = moment.timetuple()[:6]

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, self._moment)
        member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 0, 0
        return member

    # Wider than what they stand for, and narrower than what openpyxl calls them with.
    def writestr(self, name: Any, data: Any, *_: Any, **__: Any) -> None:  # type: ignore[override]
        with self.open(self._member(name), "w") as out:
            out.write(data.encode() if isinstance(data, str) else data)

    def write(self, path: Any, name: Any = None, *_: Any, **__: Any) -> None:  # type: ignore[override]
        with open(path, "rb") as sheet, self.open(self._member(name), "w", force_zip64=True) as out:
            shutil.copyfileobj(sheet, out, 1 << 20)


# -- a sheet --


@dataclass(frozen=True, slots=True)
class _Style:
    """`quoted`: text whatever it looks like, as if typed behind an apostrophe."""

    number_format: str = "General"
    head: bool = False
    bold: bool = False
    grid: bool = True
    quoted: bool = False
    size: int = FONT_SIZE


class _Writer:
    def __init__(self, out: Any, sheet: Sheet) -> None:
        self.out, self.sheet = out, sheet
        self.kinds = [column.kind for column in sheet.columns]
        self.cells: dict[_Style, Any] = {}
        self.row = self.cut = 0
        # openpyxl has a set there, whose order is another in each process; it only asks each for its str.
        self.out.merged_cells = self.merged = list[str]()

    def write(self) -> Iterator[int]:
        """Yields how many rows are written, now and then."""
        sheet, out = self.sheet, self.out
        lines = len(sheet.rows) + len(sheet.totals) + len(sheet.notes) + 4
        if lines > MAX_ROWS or len(sheet.columns) > MAX_COLUMNS:
            raise ValueError(f"{lines} rows of {len(sheet.columns)} columns do not fit on a sheet")
        heads = [_head(column) for column in sheet.columns]
        totals = [_total(label, cells, self.kinds) for label, cells in sheet.totals]
        widths = self._widths(heads, [cells for cells, _ in totals])
        head_row = 2 if sheet.heading else 1
        # All that stands in the file before the rows has to be known before the first of them.
        for column, wide in enumerate(widths, 1):
            out.column_dimensions[get_column_letter(column)].width = wide
        if heads:
            out.freeze_panes = f"A{head_row + 1}"
            out.print_title_rows = f"{head_row}:{head_row}"
        self._set_print()
        if sheet.heading:
            self._line(sheet.heading, widths, _Style(bold=True, grid=False, size=14))
        if heads:
            self._append(
                (self._text(head, _Style(head=True, bold=True)) for head in heads),
                max(_lines(head, wide - 2) for head, wide in zip(heads, widths, strict=True)),
            )
        for done, cells in enumerate(sheet.rows):
            if done % A_STEP == 0:
                yield done
            self._append(self._values(cells, self.kinds, bold=False), self._high(cells, widths))
        if heads:
            out.auto_filter.ref = f"A{head_row}:{get_column_letter(len(heads))}{self.row}"
        for cells, kinds in totals:
            self._append(self._values(cells, kinds, bold=True), self._high(cells, widths))
        for note in sheet.notes:
            self._line(note, widths, _Style(grid=False))
        if self.cut:
            cut = f"有 {self.cut} 处文字超过单元格 {MAX_TEXT:,} 字的上限，只保留前面部分，以“…”结尾。"
            self._line(cut, widths, _Style(grid=False))

    def _set_print(self) -> None:
        out = self.out
        out.page_setup.orientation, out.page_setup.paperSize = "landscape", A4
        out.page_setup.fitToWidth, out.page_setup.fitToHeight = 1, 0
        out.sheet_properties.pageSetUpPr.fitToPage = True
        out.print_options.horizontalCentered = True
        out.page_margins.left = out.page_margins.right = 0.5
        out.oddFooter.center.text = "第 &P 页，共 &N 页"

    def _widths(self, heads: list[str], totals: list[list[str | date | None]]) -> list[float]:
        wanted = [min(HEAD_WIDTH, _room(head)) + 2.0 for head in heads]
        for rows in (self.sheet.rows, totals):
            for cells in rows:
                for column, (value, kind) in enumerate(zip(cells, self.kinds, strict=True)):
                    if value is not None and wanted[column] < MAX_WIDTH:
                        wanted[column] = max(wanted[column], _room(_shown(value, kind)))
        return [float(min(MAX_WIDTH, max(MIN_WIDTH, wide) + 2)) for wide in wanted]

    def _append(self, cells: Iterator[Any] | list[Any], lines: int = 1, points: float = LINE_HEIGHT) -> None:
        self.row += 1
        if lines > 1 or points > LINE_HEIGHT:
            # Not as a height of openpyxl's, which would be fixed: the row still grows with what is typed into it.
            high = min(MAX_HEIGHT, lines * points + (points - LINE_HEIGHT) + 3)
            self.out.row_dimensions[self.row] = {"ht": f"{high:.1f}"}
        self.out.append(cells)
        self.out.row_dimensions.pop(self.row, None)

    def _high(self, cells: Sequence[str | date | None], widths: list[float]) -> int:
        """Lines of a row: only Excel finds that out by itself."""
        return max(
            (
                _lines(value, wide)
                for value, wide in zip(cells, widths, strict=True)
                if isinstance(value, str) and (len(value) > wide / 2 - 2 or "\n" in value)
            ),
            default=1,
        )

    def _line(self, words: str, widths: list[float], style: _Style) -> None:
        """A line across the table."""
        across, room = max(1, len(widths)), sum(widths) or DEFAULT_WIDTH
        while room < LINE_WIDTH:
            across, room = across + 1, room + DEFAULT_WIDTH
        if across > 1:
            self.merged.append(f"A{self.row + 1}:{get_column_letter(across)}{self.row + 1}")
        scale = style.size / FONT_SIZE
        self._append([self._text(words, style)], _lines(words, room / scale), LINE_HEIGHT * scale)

    def _values(self, cells: Sequence[str | date | None], kinds: Sequence[Kind], bold: bool) -> Iterator[Any]:
        for value, kind in zip(cells, kinds, strict=True):
            yield self._value(value, kind, bold)

    def _value(self, value: str | date | None, kind: Kind, bold: bool) -> Any:
        if isinstance(value, str) and kind is Kind.DATE:
            value = _day(value) or value
        if isinstance(value, date):
            if isinstance(value, datetime) or value < FIRST_DATE:
                return self._text(str(value), _Style(bold=bold))
            return self._filled(value, "d", _Style("yyyy-mm-dd", bold=bold))
        if not value:
            return self._filled(None, "n", _Style(bold=bold))
        if kind in _NUMERIC and (in_format := number_format(value, kind)):
            # As a string: openpyxl would write 16 digits of the nearest binary number.
            return self._filled(value, "n", _Style(in_format, bold=bold))
        return self._text(value, _Style(bold=bold))

    def _text(self, words: str, style: _Style) -> Any:
        words = legal_in_xml(words.replace("\r\n", "\n").replace("\r", "\n"))
        # _x000A_ would be read as the sign of that number.
        words = _ESCAPE.sub("_x005F_", words)
        if 2 * len(words) > MAX_TEXT and len(words.encode("utf-16-le")) > 2 * MAX_TEXT:
            words = _clipped(words, MAX_TEXT - 1) + "…"
            self.cut += 1
        if not words:
            return self._filled(None, "n", style)
        if _WOULD_CHANGE.match(words):
            style = replace(style, quoted=True)
        return self._filled(words, "s", style)

    def _filled(self, value: Any, data_type: str, style: _Style) -> Any:
        """The one cell of this style, which is written before the next is asked for."""
        cell = self.cells.get(style)
        if cell is None:
            cell = self.cells[style] = self._styled(style)
        cell.value, cell.data_type = value, data_type
        return cell

    def _styled(self, style: _Style) -> Any:
        cell = WriteOnlyCell(self.out)
        cell.font = Font(name=SONGTI, size=style.size, bold=style.bold)
        cell.alignment = Alignment(
            horizontal="center" if style.head else None,
            vertical="center" if style.grid else "top",
            wrap_text=style.number_format == "General",
        )
        cell.number_format = style.number_format
        if style.grid:
            cell.border = _GRID
        if style.head:
            cell.fill = _HEAD_FILL
        if style.quoted:
            cell.quotePrefix = 1
        return cell


# -- values --


def _head(column: SheetColumn) -> str:
    unit = column.unit or ("%" if column.kind is Kind.PERCENT else "")
    if not unit or column.name.endswith((f"（{unit}）", f"({unit})")):
        return column.name
    return f"{column.name} ({unit})" if column.name.isascii() else f"{column.name}（{unit}）"


def _total(
    label: str, cells: Sequence[str | None], kinds: Sequence[Kind]
) -> tuple[list[str | date | None], Sequence[Kind]]:
    """The row of a total, and of which kinds its cells are: the label stands in the first that is empty."""
    row: list[str | date | None] = list(cells)
    if not label or label in row:
        return row, kinds
    place = next((place for place, value in enumerate(row) if not value), 0)
    if not row:
        raise ValueError("a total without columns")
    row[place] = f"{label} {row[place]}" if row[place] else label
    return row, [Kind.TEXT if other == place else kind for other, kind in enumerate(kinds)]


def number_format(value: str, kind: Kind) -> str:
    """As many decimals as are printed; "" for what Excel would not keep as it is. 007 is no number but a name."""
    found = _NUMBER.fullmatch(value)
    decimals = len(found[1] or "") if found else 0
    digits = value.replace(".", "").lstrip("-0")
    if not found or len(digits) > SIGNIFICANT or decimals > SIGNIFICANT or (value[0] == "-" and not digits):
        return ""
    whole = "#,##0" if kind is Kind.MONEY else "0"
    return f"{whole}.{'0' * decimals}" if decimals else whole


def _day(value: str) -> date | None:
    """2026-03 and 2026-02-30 are none."""
    if not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _shown(value: str | date, kind: Kind) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{Decimal(value):,}" if kind is Kind.MONEY and number_format(value, kind) else value


def _lines(words: str, wide: float) -> int:
    """How many lines the words take in a column; a little less than its width is theirs."""
    return sum(max(1, math.ceil(_half_widths(line) / (wide - 2))) for line in words.split("\n"))


def _half_widths(line: str) -> float:
    return len(line) if line.isascii() else 2 * width(line)


def _room(words: str) -> float:
    """Width of the longest line, in half-width characters."""
    return max(_half_widths(line[:MAX_WIDTH]) for line in words.split("\n"))
