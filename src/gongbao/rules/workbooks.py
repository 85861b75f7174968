"""The cells of a workbook (.xlsx), read as a stream, within limits.

    for row, column, given in Workbook(package, LIMITS).cells():
        given.value, given.number_format

A workbook is a zip of XML, and a kilobyte of it can stand for gigabytes. So it is read as a stream here, and not by
openpyxl, which builds before it is asked: what is not a cell of the first sheet is passed over, and reading ends where
a limit is passed. What a workbook gives otherwise wrongly raises errors of zipfile, expat, dates and more.
"""

import math
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from gongbao.core.errors import GongbaoError
from gongbao.rules.fact_tables import Cell, Formula

LONGEST_TEXT = 1 << 20
"""Characters of a cell; a spreadsheet takes a thirtieth of it."""

_LONGEST_FORMULA = 1_000
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_COLUMN = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


class NotTaken(GongbaoError):
    """A table that cannot be read, in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en, zh=zh)


class Given(NamedTuple):
    """A cell: a text, a number, a truth, a date or time, or None; and the format in which a number is shown."""

    value: Any
    number_format: str = "General"


class Limits(NamedTuple):
    """How much is read before a workbook is not taken: bytes unpacked, elements, characters of shared texts."""

    unpacked: int
    elements: int
    shared_characters: int


class Workbook:
    def __init__(self, package: zipfile.ZipFile, limits: Limits) -> None:
        self.package, self.limits = package, limits
        self.names = {name.lower(): name for name in package.namelist()}
        self.unpacked = self.elements = 0
        self.epoch = WINDOWS_EPOCH
        self.texts: list[str] = []
        self.formats: list[str] = []

    def cells(self, *, formulas: bool = False) -> Iterator[tuple[int, int, Given]]:
        """The cells of the first sheet with their row and column, from 1. A formula is what it last came to. One that
        never did is a Formula with `formulas`; NotTaken is raised for it otherwise."""
        book = self._targets("", "officeDocument")[0]
        sheet = self._first_sheet(book)
        for name in self._targets(book, "sharedStrings"):
            self.texts = self._shared_texts(name)
        for name in self._targets(book, "styles"):
            self.formats = self._number_formats(name)
        for row, column, given in self._sheet(sheet):
            if isinstance(given.value, Formula) and not formulas:
                at = Cell(row, column).address
                raise NotTaken(
                    f"单元格{at}的公式没有计算结果：请在电子表格软件中打开并保存，或直接填写数值",
                    f"the formula of cell {at} has no result: open the file in a spreadsheet and save it, "
                    f"or write the value itself",
                )
            yield row, column, given

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
                if self.unpacked > self.limits.unpacked or self.elements > self.limits.elements:
                    raise _too_large()
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
        characters = 0
        words = _Words()
        for event, tag, _ in self._events(name):
            words.take(event, tag)
            if event == "begin" and tag == "si":
                words = _Words()
            elif event == "end" and tag == "si":
                texts.append(words.text())
                characters += len(texts[-1])
                if characters > self.limits.shared_characters:
                    raise _too_large()
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

    def _sheet(self, name: str) -> Iterator[tuple[int, int, Given]]:
        row = column = 0
        about: dict[str, str] = {}
        words = _Words()
        formula: str | None = None
        in_formula = False
        for event, tag, attributes in self._events(name):
            words.take(event, tag)
            if event == "begin" and tag == "row":
                row, column = int(attributes.get("r", row + 1)), 0
            elif event == "begin" and tag == "c":
                place = _COLUMN.fullmatch(attributes.get("r", ""))
                column = _number_of(place[1]) if place else column + 1
                about, words, formula = attributes, _Words(), None
            elif tag == "f" and event != "text":
                in_formula = event == "begin"
                formula = formula or ""
            elif in_formula and event == "text":
                formula = f"{formula or ''}{tag}"[:_LONGEST_FORMULA]
            elif event == "end" and tag == "c":
                text, kind = words.text(), about.get("t", "n")
                if formula is not None and not text and kind != "str":
                    yield row, column, Given(Formula(f"={formula}"))
                elif text and (given := self._given(text, kind, int(about.get("s", "0")))).value != "":
                    yield row, column, given

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
        self.characters = 0
        self.inside = self.aloud = False

    def take(self, event: str, tag: str) -> None:
        if event == "text":
            if self.inside and not self.aloud:
                self.pieces.append(tag)
                self.characters += len(tag)
                if self.characters > LONGEST_TEXT:
                    raise _too_large()
        elif tag in ("v", "t"):
            self.inside = event == "begin"
        elif tag == "rPh":
            self.aloud = event == "begin"

    def text(self) -> str:
        return "".join(self.pieces)


def _too_large() -> NotTaken:
    return NotTaken(
        "该工作簿解压后过大，请将各行粘贴到空白工作簿中",
        "this workbook unpacks to more than is taken; paste its rows into an empty one",
    )


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
