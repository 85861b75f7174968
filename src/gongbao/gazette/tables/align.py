"""Put cells under the columns they belong to, where a row is printed shifted or wider than its head.

Evidence is the other rows: a column of amounts holds no names, and 县 stands where 县 stood before. A row is moved
only when a number stands where the others have words, and only as a whole from some cell on.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gongbao.gazette.tables.cells import NUMERIC, is_nil, read_cell

_CHANGE = 0.6  # what a change of offset within a row costs
_MISMATCH = -2.0


@dataclass(slots=True)
class Profile:
    """What the rows of the right width have in a column."""

    rows: int = 0
    filled: int = 0
    numbers: int = 0
    words: int = 0
    values: Counter[str] = field(default_factory=Counter)

    def add(self, cell: str) -> None:
        self.rows += 1
        self.filled += bool(cell)
        if not cell or is_nil(cell):
            return
        if read_cell(cell).kind in NUMERIC:
            self.numbers += 1
        else:
            self.words += 1
            if len(self.values) < 5000:
                self.values[cell] += 1

    @property
    def is_numeric(self) -> bool:
        return self.numbers > 0 and self.numbers >= 4 * self.words

    @property
    def is_words(self) -> bool:
        return self.words > 0 and self.words >= 4 * self.numbers

    def score(self, cell: str) -> float:
        """How well a cell fits below the others; _MISMATCH where it contradicts them.

        Words belong where words always stand rather than where a merged cell leaves most rows empty.
        """
        always = self.filled / self.rows if self.rows else 0.5
        if not cell:
            return -0.5 * always
        if is_nil(cell):
            return 0.5 * always
        if read_cell(cell).kind in NUMERIC:
            return 1.0 if self.is_numeric else _MISMATCH if self.is_words else 0.2
        if self.is_numeric:
            return _MISMATCH
        return 0.5 * always + 0.5 * (self.values[cell] > 1)


def profiles(rows: Sequence[Sequence[str]], width: int) -> list[Profile]:
    out = [Profile() for _ in range(width)]
    for row in rows:
        if len(row) == width:
            for profile, cell in zip(out, row, strict=True):
                profile.add(cell)
    return out


def put_right(row: Sequence[str], columns: Sequence[Profile]) -> list[str] | None:
    """The row with its cells from some place on moved by the same number of columns; None where it may stay.

    `row` is as wide as the columns.
    """
    if row[-1] and row[0]:
        return None
    if not any(
        cell and column.is_words and read_cell(cell).kind in NUMERIC for cell, column in zip(row, columns, strict=True)
    ):
        return None
    places = [at for at, cell in enumerate(row) if cell]
    found = _place(places, len(columns), lambda item, column: columns[column].score(row[places[item]]))
    if found is None or found == places:
        return None
    offsets = [to - at for at, to in zip(places, found, strict=True)]
    moved_from = next(k for k, offset in enumerate(offsets) if offset)
    if len(set(offsets[moved_from:])) != 1:
        return None
    if any(columns[to].score(row[at]) == _MISMATCH for at, to in zip(places, found, strict=True)):
        return None
    out = [""] * len(columns)
    for at, to in zip(places, found, strict=True):
        out[to] = row[at]
    return out


def fit(rows: Sequence[Sequence[str]], columns: Sequence[Profile]) -> list[int]:
    """For rows of one width, wider than the head: the column of each of their places, -1 for one that has none."""
    width = len(rows[0])
    used = [at for at in range(width) if any(row[at] for row in rows)]
    samples = [[row[at] for row in rows[:50]] for at in used]

    def score(item: int, column: int) -> float:
        return sum(columns[column].score(cell) for cell in samples[item]) / len(samples[item])

    def placed(items: list[int]) -> list[int]:
        places = [used[item] for item in items]
        found = _place(places, len(columns), lambda k, column: score(items[k], column))
        assert found is not None
        return found

    kept = list(range(len(used)))
    # The place without which the rest fits best has no head; of several, the last.
    while len(kept) > len(columns):
        if len(kept) > len(columns) + 1:
            kept.pop()
            continue
        rests = [kept[:without] + kept[without + 1 :] for without in reversed(range(len(kept)))]
        kept = max(rests, key=lambda rest: sum(map(score, rest, placed(rest))))
    out = [-1] * width
    for item, column in zip(kept, placed(kept), strict=True):
        out[used[item]] = column
    return out


def _place(places: Sequence[int], width: int, score: Callable[[int, int], float]) -> list[int] | None:
    """Columns for cells in their order, best first, where leaving one's offset costs; None where they are too many."""
    if len(places) > width:
        return None
    if not places:
        return []
    rows: list[list[float]] = []
    back: list[list[int]] = []
    for item, at in enumerate(places):
        values = [float("-inf")] * width
        froms = [-1] * width
        best, best_at = float("-inf"), -1
        for column in range(width):
            if item:
                if column and rows[-1][column - 1] > best:
                    best, best_at = rows[-1][column - 1], column - 1
                same = column - (at - places[item - 1])
                before, source = best - _CHANGE, best_at
                if 0 <= same < column and rows[-1][same] >= before:
                    before, source = rows[-1][same], same
            else:
                before, source = (0.0 if column == at else -_CHANGE), -1
            if before == float("-inf"):
                continue
            values[column] = before + score(item, column) - 0.01 * abs(column - at)
            froms[column] = source
        rows.append(values)
        back.append(froms)
    column = max(range(width), key=lambda c: rows[-1][c])
    out = [column]
    for froms in reversed(back[1:]):
        column = froms[column]
        out.append(column)
    return out[::-1]
