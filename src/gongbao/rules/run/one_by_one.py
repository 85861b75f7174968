"""The cases that columns do not hold: their cells as they were given, for `compute`, or why they are no cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from gongbao.rules.fact_tables import from_table, given_twice
from gongbao.rules.facts import MOST_RECORDS, Problem
from gongbao.rules.run import cells
from gongbao.rules.run.batches import Chunk
from gongbao.rules.run.staging import Layout

_ROWS_AT_ONCE = 20_000


@dataclass(slots=True)
class GivenCase:
    """One case with its rows, as `raw` numbers them. `given` is for `read_facts`; where there are `problems`, each with
    the row that it concerns (None: all of them), the rows are no case that can be computed. `place` is its own in a
    chunk.

    `records` says for each record of a list on which of the rows it stands, by its place among them.
    """

    rows: list[int]
    name: str
    place: int = 0
    given: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[int | None, Problem]] = field(default_factory=list)
    records: dict[str, list[int]] = field(default_factory=dict)
    row_of: Callable[[str], int | None] = lambda path: None


def given_cases(connection: Any, layout: Layout, chunk: Chunk, cases: Iterable[int]) -> Iterator[GivenCase]:
    """Some cases of a chunk, by their places in it, in order."""
    waiting: list[int] = []
    rows: list[int] = []

    def read() -> Iterator[GivenCase]:
        for place, case in zip(waiting, cases_on(connection, layout, rows), strict=True):
            case.place = place
            yield case
        waiting.clear()
        rows.clear()

    for place in cases:
        of_case = chunk.rows[int(chunk.starts[place]) : int(chunk.starts[place + 1])].tolist()
        if len(of_case) > MOST_RECORDS + 1:
            case = _too_large(connection, layout, of_case)
            case.place = place
            yield case
            continue
        waiting.append(place)
        rows += of_case
        if len(rows) > _ROWS_AT_ONCE:
            yield from read()
    yield from read()


def cases_on(connection: Any, layout: Layout, rows: list[int]) -> Iterator[GivenCase]:
    """The cases on some rows, in the order of the rows."""
    if not rows:
        return
    given = ", ".join(
        cells.given_as(f"raw.c{number}", one) if number not in layout.carried else "null"
        for number, one in enumerate(layout.source.types, 1)
    )
    beyond = ", raw.beyond" if layout.source.has_beyond else ""
    cursor = connection.cursor()
    cursor.execute(
        f"select raw.row, cast(raw.key as varchar), {given}{beyond} from keyed raw "
        f"where raw.row between {min(rows)} and {max(rows)} and raw.row in (select unnest(?::bigint[]))",
        [rows],
    )
    found = {line[0]: line for line in cursor.fetchall()}
    lines = [found[row] for row in rows]
    firsts = _first_rows(cursor, layout, lines)
    if not layout.has_records:
        for line in lines:
            yield _case(layout, [line], firsts)
        return
    for _, group in groupby(lines, key=lambda line: line[1]):
        yield _case(layout, list(group), {})


def _first_rows(cursor: Any, layout: Layout, lines: list[Any]) -> dict[str, int]:
    """Where rows are cases: the row on which a case that is given twice stands first."""
    if layout.has_records or not layout.headings.case:
        return {}
    keys = [line[1] for line in lines if line[1] is not None]
    cursor.execute(
        "select cast(key as varchar) as name, first from repeated where name in (select unnest(?::varchar[]))", [keys]
    )
    return dict(cursor.fetchall())


def _case(layout: Layout, lines: list[Any], firsts: dict[str, int]) -> GivenCase:
    called = layout.source.first_row
    rows = [line[0] for line in lines]
    key = lines[0][1]
    case = GivenCase(rows, key or "")
    if key in firsts and firsts[key] != rows[0]:
        case.problems.append((None, given_twice(key, firsts[key] + called)))
        return case
    carried = {*layout.carried}
    headings = [None if number in carried else one for number, one in enumerate(layout.source.headings, 1)]
    table = from_table(
        layout.policy.facts,
        [headings, *(_with_key(line, layout.headings.case) for line in lines)],
        [1, *(row + called for row in rows)],
    )
    case.problems = [(cell.row - called, problem) for cell, problem in table.problems]
    if table.cases:
        (found,) = table.cases
        case.given = found.given
        at = {row: place for place, row in enumerate(rows)}
        for name in layout.lists:
            case.records[name] = [
                at[found.cells[f"{name}[{index}]"].row - called] for index in range(len(found.given.get(name, ())))
            ]
        case.row_of = lambda path: found.cell_of(path).row - called if path else None
    return case


def _with_key(line: Any, case_column: int | None) -> list[Any]:
    values = list(line[2:])
    if case_column:
        values[case_column - 1] = line[1]
    return values


def _too_large(connection: Any, layout: Layout, rows: list[int]) -> GivenCase:
    """Far more records than a case may have: it is refused by their number, without reading them."""
    cursor = connection.cursor()
    (key,) = cursor.execute(f"select cast(key as varchar) from keyed where row = {rows[0]}").fetchall()[0]
    if key is None:
        problem = Problem("", None, "缺少编号", "the row has no case", "no_case")
        return GivenCase(rows, "", problems=[(None, problem)])
    name = next(one.records for one in layout.columns if one.records)
    return GivenCase(rows, key, given={name: [{}] * len(rows)})


__all__ = ["GivenCase", "cases_on", "given_cases"]
