"""What somebody gives as a table: a workbook (.xlsx) or rows copied out of a spreadsheet -> the rows of its cells.

    rows = of_workbook(content)             the first sheet
    rows = of_text("编号\\t费用\\n…")         every cell a text
    rows[1][2].value, rows[1][2].number_format

A workbook is a zip of XML, and a kilobyte of it can stand for gigabytes. So it is read as a stream here, and not by
openpyxl, which builds before it is asked: what is not a cell of the first sheet is passed over, and reading ends where
a limit is passed. Every error is a NotTaken, in both languages.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from gongbao.core.errors import GongbaoError
from gongbao.rules.fact_tables import Cell

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

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_COLUMN = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


class NotTaken(GongbaoError):
    """A table that cannot be read, in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        super().__init__(en)

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.message


class Given(NamedTuple):
    """A cell: a text, a number, a truth, a date or time, or None; and the format in which a number is shown."""

    value: Any
    number_format: str = "General"


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
    """The rows of the first sheet. A formula is what it last came to; raises NotTaken for one that never did."""
    if len(content) > MOST_BYTES:
        raise NotTaken(
            f"工作簿超过{MOST_BYTES // 2**20} MB，请分几次计算",
            f"a workbook of more than {MOST_BYTES // 2**20} MB is not taken; give it in several parts",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _Workbook(package).rows()
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


class _Workbook:
    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.names = {name.lower(): name for name in package.namelist()}
        self.unpacked = self.elements = 0
        self.epoch = WINDOWS_EPOCH
        self.texts: list[str] = []
        self.formats: list[str] = []

    def rows(self) -> Rows:
        book = self._targets("", "officeDocument")[0]
        sheet = self._first_sheet(book)
        for name in self._targets(book, "sharedStrings"):
            self.texts = self._shared_texts(name)
        for name in self._targets(book, "styles"):
            self.formats = self._number_formats(name)
        return self._sheet(sheet)

    # -- parts

    def _events(self, name: str) -> Iterator[tuple[str, str, dict[str, str]]]:
        """("begin", name, attributes), ("end", name, {}) and ("text", text, {}); names without their space."""
        member = self.package.getinfo(self.names[name.lower()])
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("no workbook is compressed like that")
        waiting: list[tuple[str, str, dict[str, str]]] = []
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: waiting.append(("begin", _local(tag), attributes))
        parser.EndElementHandler = lambda tag: waiting.append(("end", _local(tag), {}))
        parser.CharacterDataHandler = lambda text: waiting.append(("text", text, {}))
        parser.StartDoctypeDeclHandler = _no_doctype
        with self.package.open(member) as part:
            while chunk := part.read(1 << 18):
                self.unpacked += len(chunk)
                parser.Parse(chunk)
                self.elements += sum(kind == "begin" for kind, _, _ in waiting)
                if self.unpacked > MOST_UNPACKED or self.elements > MOST_ELEMENTS:
                    raise NotTaken(
                        "该工作簿解压后过大，请将各行粘贴到空白工作簿中",
                        "this workbook unpacks to more than is taken; paste its rows into an empty one",
                    )
                yield from waiting
                waiting.clear()
        parser.Parse(b"", True)
        yield from waiting

    def _targets(self, part: str, kind: str) -> list[str]:
        """The parts of a kind that a part names as its own; "" is the package."""
        folder, _, name = part.rpartition("/")
        found = []
        for event, tag, about in self._events(f"{folder}/_rels/{name}.rels".lstrip("/")):
            if event == "begin" and tag == "Relationship" and about["Type"].endswith(f"/{kind}"):
                found.append(_within(folder, about["Target"]))
        return found[:1]

    def _first_sheet(self, book: str) -> str:
        sheet = ""
        for event, tag, about in self._events(book):
            if event == "begin" and tag == "workbookPr" and about.get("date1904") in ("1", "true"):
                self.epoch = MAC_EPOCH
            elif event == "begin" and tag == "sheet" and not sheet:
                sheet = next(value for key, value in about.items() if key.endswith(" id"))
        folder, _, name = book.rpartition("/")
        for event, tag, about in self._events(f"{folder}/_rels/{name}.rels".lstrip("/")):
            if event == "begin" and tag == "Relationship" and about["Id"] == sheet:
                return _within(folder, about["Target"])
        raise ValueError("no sheet")

    def _shared_texts(self, name: str) -> list[str]:
        texts: list[str] = []
        words = _Words()
        for event, tag, _ in self._events(name):
            words.take(event, tag)
            if event == "begin" and tag == "si":
                words = _Words()
            elif event == "end" and tag == "si":
                texts.append(words.text())
        return texts

    def _number_formats(self, name: str) -> list[str]:
        """By the number of a cell's style."""
        own: dict[int, str] = {}
        formats: list[str] = []
        of_cells = False
        for event, tag, about in self._events(name):
            if tag == "cellXfs":
                of_cells = event == "begin"
            elif event == "begin" and tag == "numFmt" and "formatCode" in about:
                own[int(about["numFmtId"])] = about["formatCode"][:255]
            elif event == "begin" and tag == "xf" and of_cells:
                number = int(about.get("numFmtId", "0"))
                formats.append(own.get(number) or BUILTIN_FORMATS.get(number, "General"))
        return formats

    # -- the sheet

    def _sheet(self, name: str) -> Rows:
        table = _Table()
        row = column = 0
        about: dict[str, str] = {}
        words = _Words()
        is_formula = False
        for event, tag, attributes in self._events(name):
            words.take(event, tag)
            if event == "begin" and tag == "row":
                row, column = int(attributes.get("r", row + 1)), 0
            elif event == "begin" and tag == "c":
                place = _COLUMN.fullmatch(attributes.get("r", ""))
                column = _number_of(place[1]) if place else column + 1
                about, words, is_formula = attributes, _Words(), False
            elif event == "begin" and tag == "f":
                is_formula = True
            elif event == "end" and tag == "c":
                text, kind = words.text(), about.get("t", "n")
                if is_formula and not text and kind != "str":
                    at = Cell(row, column).address
                    raise NotTaken(
                        f"单元格{at}的公式没有计算结果：请在电子表格软件中打开并保存，或直接填写数值",
                        f"the formula of cell {at} has no result: open the file in a spreadsheet and save it, "
                        f"or write the value itself",
                    )
                if text and (given := self._given(text, kind, int(about.get("s", "0")))).value != "":
                    table.put(row, column, given)
        return table.rows()

    def _given(self, text: str, kind: str, style: int) -> Given:
        if kind == "s":
            return Given(self.texts[int(text)])
        if kind == "b":
            return Given(text.strip() in ("1", "true"))
        if kind == "d":
            return Given(datetime.fromisoformat(text.strip()).replace(tzinfo=None), "yyyy-mm-dd")
        if kind != "n":
            return Given(text)
        number = int(text) if _WHOLE.fullmatch(text.strip()) else float(text)
        if not math.isfinite(number):
            return Given(text)
        number_format = self.formats[style] if style or self.formats else "General"
        if is_date_format(number_format):
            try:
                shown = from_excel(number, self.epoch, timedelta=is_timedelta_format(number_format))
            except (OverflowError, ValueError):
                return Given(number)  # before or after all days: the number that it is
            return Given(shown, number_format)
        return Given(number, number_format)


class _Words:
    """The text of a cell: the value, or the pieces of a rich text, without how they are read aloud."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.inside = self.aloud = False

    def take(self, event: str, tag: str) -> None:
        if event == "text":
            if self.inside and not self.aloud:
                self.pieces.append(tag)
        elif tag in ("v", "t"):
            self.inside = event == "begin"
        elif tag == "rPh":
            self.aloud = event == "begin"

    def text(self) -> str:
        return "".join(self.pieces)


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _no_doctype(*_: object) -> None:
    raise ValueError("no workbook has a document type, whose entities may stand for more than is written")


def _within(folder: str, target: str) -> str:
    """The name of a part, as another in `folder` calls it."""
    if target.startswith("/"):
        return target[1:]
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
