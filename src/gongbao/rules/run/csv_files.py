"""A CSV file as DuckDB can read it: its headings, its separator, and a file in UTF-8 with as many cells in each row.

Taken are UTF-8 with or without byte order mark, and GB18030, in which Chinese spreadsheets write; cells apart by
commas, semicolons or tabs, quoted with ". A file that is regular is read as it stands; any other is written anew first.
"""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from gongbao.core.errors import GongbaoError

MOST_COLUMNS = 1_000
LONGEST_LINE = 1 << 21
_CHUNK = 1 << 22


class CsvFile(NamedTuple):
    """`encoding` is "utf-8-sig" or "gb18030"."""

    path: Path
    encoding: str
    separator: str
    headings: list[str]


def look_at(path: Path, tell: Callable[[float], None] = lambda share: None) -> CsvFile:
    """Raises GongbaoError for what is no CSV file."""
    encoding = next((one for one in ("utf-8-sig", "gb18030") if _is_text(path, one, tell)), None)
    if encoding is None:
        raise GongbaoError("this is no text in UTF-8 or GB18030, and so no CSV file", where=str(path))
    with path.open(encoding=encoding, newline="") as stream:
        head = stream.readline(LONGEST_LINE)
    if not head.strip():
        raise GongbaoError("it has no row of headings", where=str(path))
    separator = max((",", ";", "\t"), key=head.count)
    headings = next(iter(_rows(path, encoding, separator)), [])
    if len(headings) > MOST_COLUMNS:
        raise GongbaoError(f"it has more than {MOST_COLUMNS} columns", where=str(path))
    return CsvFile(path, encoding, separator, headings)


def _is_text(path: Path, encoding: str, tell: Callable[[float], None]) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    size, done = max(path.stat().st_size, 1), 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
                done += len(chunk)
                tell(done / size)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _rows(path: Path, encoding: str, separator: str) -> Iterator[list[str]]:
    """Every row that is not empty."""
    with path.open(encoding=encoding, newline="") as stream:
        # A quote that is not closed would take in what follows, to the end of the file.
        rows = csv.reader(stream, delimiter=separator, strict=True)
        try:
            for row in rows:
                if row:
                    yield row
        except csv.Error as error:
            raise GongbaoError(f"this is no CSV file: {error}", where=f"{path} line {rows.line_num}") from None


def write_regular(given: CsvFile, target: Path, tell: Callable[[float], None] = lambda share: None) -> None:
    """The rows without the headings, each with as many cells as there are headings and one more for what stands
    beyond them."""
    count = len(given.headings)
    size, done = max(given.path.stat().st_size, 1), 0
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row in itertools.islice(_rows(given.path, given.encoding, given.separator), 1, None):
            beyond = next((cell for cell in row[count:] if cell.strip()), "")
            writer.writerow([*row[:count], *[""] * (count - len(row)), beyond])
            done += sum(map(len, row)) + len(row)
            tell(min(done / size, 1.0))


__all__ = ["CsvFile", "look_at", "write_regular"]
