"""Find the blocks of lines with tabs in clauses, with what stands above them, and the lines of the file they are on."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from gongbao.gazette.lines import signature
from gongbao.gazette.tables.cells import unit_line
from gongbao.gazette.tables.model import ClauseLike

_CAPTION_LENGTH = 60
_WIDEST = 64  # columns; what stands beyond is kept in the last one
_NO_CAPTION = re.compile("[。；：，、]$|如下|下表|见表")
_CONTINUED = re.compile(r"^[（(]?\s*续\s*(?:前|上)?\s*表|[（(]\s*续表?\s*[）)]$")
_SPACE = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")
_LONG = 5000  # characters within which the next row of the same line is looked for
_NEAR = 400  # lines of the file within which the next row of a table is looked for


@dataclass(slots=True)
class RawRow:
    """A row as printed. `line` is that of the file, None where it is not known."""

    cells: list[str]
    line: int | None = None


@dataclass(slots=True)
class Block:
    """Rows one behind the other. `caption` stands directly above them; `title` is that of the clause or part."""

    clause: ClauseLike
    caption: str
    title: str
    unit: str
    rows: list[RawRow] = field(default_factory=list)


def squeeze(words: str) -> str:
    """Without spaces, except between Latin letters or figures: 2025年 目标 is 2025年目标."""
    return _SPACE.sub("", words.strip())


def blocks(clauses: Iterable[ClauseLike], title: str, source: "Source | None") -> list[Block]:
    """The blocks of the clauses of one part, in reading order; what goes on as 续表 is one block."""
    out: list[Block] = []
    above: list[ClauseLike] = []
    for clause in clauses:
        while above and not clause.eid.startswith(above[-1].eid + "__"):
            above.pop()
        if clause.heading:
            above.append(clause)
        if "\t" not in clause.text:
            continue
        heading = next((_title(other) for other in reversed(above)), title)
        if source is not None:
            source.go_to(clause.line)
        for block in _in_clause(clause, heading):
            if source is not None:
                source.find(block.rows)
            if _CONTINUED.search(block.caption) and out:
                out[-1].rows += block.rows
            else:
                out.append(block)
    return out


def _title(clause: ClauseLike) -> str:
    return f"{clause.number} {clause.heading}".strip() if clause.number.startswith("专栏") else clause.heading


def _in_clause(clause: ClauseLike, title: str) -> Iterator[Block]:
    words: list[str] = []
    for is_table, lines in groupby(clause.text.split("\n"), key=lambda line: "\t" in line):
        if not is_table:
            words = [line.strip() for line in lines if line.strip()]
            continue
        rows = [RawRow(_cells(line)) for line in lines]
        unit = ""
        if words and (unit := unit_line(words[-1])):
            words.pop()
        caption = words[-1] if words and len(words[-1]) <= _CAPTION_LENGTH and not _NO_CAPTION.search(words[-1]) else ""
        words = []
        if is_block(rows):
            yield Block(clause, caption, title, unit, rows)


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > _WIDEST:
        cells[_WIDEST - 1 :] = [" ".join(cell for cell in cells[_WIDEST - 1 :] if cell)]
    return cells


def is_block(rows: list[RawRow]) -> bool:
    """Two rows with words or more, or one of three cells: a lone tab in a line of words makes no table."""
    full = [row for row in rows if any(row.cells)]
    return len(full) > 1 or (len(full) == 1 and sum(map(bool, full[0].cells)) > 2)


class Source:
    """The lines of a file, to find again the rows that cleaning took from them."""

    def __init__(self, source: Sequence[str], first_line: int, last_line: int) -> None:
        self._at: dict[str, list[int]] = {}
        self._long: list[tuple[int, str]] = []  # lines of HTML that hold several rows
        self._from = (0, 0)  # in the first of them, where the next row is looked for
        self._line = first_line - 1
        for number, line in enumerate(source[first_line - 1 : last_line], first_line):
            if sign := signature(line):
                self._at.setdefault(sign, []).append(number)
                if line.count("<tr") > 1:
                    self._long.append((number, sign))

    def go_to(self, line: int) -> None:
        """What is looked for next stands on `line` or below."""
        self._line = max(self._line, line - 1)

    def find(self, rows: list[RawRow]) -> None:
        """Give each row its line; rows that are not found have theirs where they fill the gap between two that are."""
        for row in rows:
            sign = signature("".join(row.cells))
            lines = self._at.get(sign, [])
            at = bisect_right(lines, self._line)
            if sign and at < len(lines) and lines[at] <= self._line + _NEAR:
                row.line = self._line = lines[at]
            elif sign and (number := self._in_long(sign)):
                row.line = self._line = number
        known = [k for k, row in enumerate(rows) if row.line is not None]
        for before, after in pairwise(known):
            first, last = rows[before].line, rows[after].line
            if first is not None and last is not None and last - first == after - before:
                for k in range(before + 1, after):
                    rows[k].line = first + k - before

    def _in_long(self, sign: str) -> int:
        """The line of HTML in which the row stands behind the one before; 0 where there is none."""
        place, start = self._from
        while place < len(self._long) and (self._long[place][0] < self._line or start >= len(self._long[place][1])):
            place, start = place + 1, 0
        if place < len(self._long):
            number, words = self._long[place]
            found = words.find(sign, start, start + _LONG)
            if found >= 0 and number <= self._line + _NEAR:
                self._from = (place, found + len(sign))
                return number
        return 0
