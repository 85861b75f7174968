"""Units out of a file: YAML, where each has those below it, or a workbook, where each row names its parent.

    units:
      - key: yunlan
        zh: 云澜市人民政府
        en: People's Government of Yunlan
        kind: city
        below:
          - {key: finance, zh: 云澜市财政局, en: Yunlan Finance Bureau, kind: department}

A workbook has the columns key, zh, en, kind, parent on its first sheet, headings first.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import yaml
from openpyxl.utils.exceptions import InvalidFileException

from gongbao.core.errors import GongbaoError
from gongbao.office.people.actions.units import UnitRow

COLUMNS = ("key", "zh", "en", "kind", "parent")
LARGEST = 4 * 1024 * 1024  # bytes
MOST_UNITS = 20_000
DEEPEST = 8


def read_units(path: Path) -> list[UnitRow]:
    """The units of the file, in its order. Raises GongbaoError, naming the place in the file."""
    try:
        if path.stat().st_size > LARGEST:
            raise GongbaoError("this file is larger than 4 MiB, which no list of units is", where=str(path))
        found = _workbook(path) if path.suffix.lower() == ".xlsx" else _yaml(path)
        # A YAML file names a piece of itself again and again with few signs.
        rows = list(islice(found, MOST_UNITS + 1))
    except OSError as error:
        raise GongbaoError(f"this file cannot be read: {error.strerror}", where=str(path)) from error
    if len(rows) > MOST_UNITS:
        raise GongbaoError(f"this file names more than {MOST_UNITS} units", where=str(path))
    if not rows:
        raise GongbaoError("this file names no unit", where=str(path))
    return rows


# --- YAML


def _yaml(path: Path) -> Iterator[UnitRow]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise GongbaoError("this file is not UTF-8", where=str(path)) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path} line {mark.line + 1}" if mark else str(path)
        why = getattr(error, "problem", None) or "it lies too deep"
        raise GongbaoError(f"this is no YAML: {why}", where=where) from error
    if not isinstance(told, dict) or set(told) != {"units"}:
        raise GongbaoError("this file holds one list, called units", where=str(path))
    yield from _listed(told["units"], "units", "", path, 0)


def _listed(told: Any, place: str, parent: str, path: Path, depth: int) -> Iterator[UnitRow]:
    if not isinstance(told, list):
        raise GongbaoError("here stands no list of units", where=f"{path} {place}")
    if depth > DEEPEST:
        raise GongbaoError(f"units lie more than {DEEPEST} deep in each other", where=f"{path} {place}")
    for at, one in enumerate(told, start=1):
        here = f"{path} {place}[{at}]"
        if not isinstance(one, dict):
            raise GongbaoError("a unit has key, zh, en and kind, and below where there are any", where=here)
        for name in one:
            if name not in (*COLUMNS[:4], "below"):
                raise GongbaoError(f"a unit has no {name}; it has key, zh, en, kind and below", where=here)
        row = _row({name: one.get(name) for name in COLUMNS[:4]} | {"parent": parent}, here)
        yield row
        if one.get("below") is not None:
            yield from _listed(one["below"], f"{place}[{at}].below", row.key, path, depth + 1)


# --- a workbook


def _workbook(path: Path) -> Iterator[UnitRow]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, EOFError) as error:
        raise GongbaoError("this is no workbook (.xlsx) that can be read", where=str(path)) from error
    try:
        found = book.worksheets[0].iter_rows(values_only=True, max_col=len(COLUMNS) + 20)
        heads = [str(cell or "").strip() for cell in next(found, ())]
        if missing := [name for name in COLUMNS if name not in heads]:
            raise GongbaoError(f"the first row lacks {', '.join(missing)}", where=str(path))
        for number, cells in enumerate(found, start=2):
            if any(cell not in (None, "") for cell in cells):
                named = dict(zip(heads, cells, strict=False))
                yield _row({name: named.get(name) for name in COLUMNS}, f"{path} row {number}")
    finally:
        book.close()


def _row(told: dict[str, Any], where: str) -> UnitRow:
    for name, value in told.items():
        if value is not None and not isinstance(value, str):
            raise GongbaoError(f"{name} is no text", where=where)
        if name != "parent" and not (value or "").strip():
            raise GongbaoError(f"{name} is missing", where=where)
    return UnitRow(**{name: (value or "").strip() for name, value in told.items()})
