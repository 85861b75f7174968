"""A population in memory: its facts as columns in compact types, and what else its table says of each case."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gongbao.core.errors import GongbaoError
from gongbao.rules.columns.batch import Batch, Column, Records
from gongbao.rules.facts import MOST_RECORDS, read_facts
from gongbao.rules.policy import Policy
from gongbao.rules.run.batches import ROWS_AT_ONCE, Bounds, Chunk, chunk_of
from gongbao.rules.run.one_by_one import GivenCase, cases_on, given_cases
from gongbao.rules.run.places import place_of
from gongbao.rules.run.sources import Tell, connect, identity_of, refuse_changed, silent, stage
from gongbao.rules.run.staging import Layout, layout_of, make_keyed, stage_cells

MOST_LABELS = 1000
MOST_TOLD = 100

Int32 = np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True, slots=True)
class Labels:
    """A column that is no fact and has few values, the same on all rows of a case: names[codes[i]] is that of case i;
    an empty cell is an empty text."""

    codes: Int32
    names: list[str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case that is not in the batch: its first row, as its file counts (with a row of headings the first is 2), what
    it is called, and why."""

    row: int
    case: str
    zh: str
    en: str


@dataclass(slots=True)
class Loaded:
    """`left_out` has the first hundred of the cases that are missing a fact, or have one that cannot be read.
    `not_carried` says of the other columns that are no facts why they are not among those `carried`."""

    batch: Batch
    carried: dict[str, Labels]
    left_out: list[LeftOut] = field(default_factory=list)
    left_out_count: int = 0
    not_carried: dict[str, str] = field(default_factory=dict)


def load(policy: Policy, source: str, *, progress: Tell = silent) -> Loaded:
    """Read a population into memory. `source` is as `place_of` has it; `progress` is told the share that is done.

    Integers are as small as a column allows (int8 to int64). Raises GongbaoError for what cannot be read, and for a
    table that lacks a needed fact altogether.
    """
    with _for_once(policy, source, lambda share: progress(share * 0.3)) as (connection, layout):
        refuse_lacking(layout, place_of(source).shown)
        stage_cells(connection, layout, lambda share: progress(0.3 + share * 0.4))
        return _collected(connection, layout, lambda share: progress(0.7 + share * 0.3))


@contextmanager
def _for_once(policy: Policy, source: str, tell: Tell = silent) -> Iterator[tuple[Any, Layout]]:
    """The input in a work database that is taken away afterwards."""
    place = place_of(source)
    folder = Path(tempfile.mkdtemp(prefix="gongbao-"))
    try:
        connection = connect(folder / "work.duckdb", folder=folder)
        try:
            about = identity_of(place)
            yield connection, layout_of(policy, stage(connection, place, folder, tell), place.shown)
            refuse_changed(place, about)
        finally:
            connection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def case_on(policy: Policy, source: str, row: int) -> GivenCase:
    """The case that a row belongs to, as it is given; rows are counted as in `LeftOut`. Raises GongbaoError."""
    with _for_once(policy, source) as (connection, layout):
        make_keyed(connection, layout)
        at = row - layout.source.first_row
        query = "select row, cast(key as varchar) from keyed where row = ?"
        found = connection.execute(query, [at]).fetchall() if abs(at) < 2**63 else []
        if not found:
            (last,) = connection.execute("select max(row) from raw").fetchall()[0]
            there = f"{layout.source.first_row} to {last + layout.source.first_row}" if last is not None else "none"
            raise GongbaoError(f"there is no row {row}; rows of cases are {there}", where=place_of(source).shown)
        key = found[0][1]
        same = "cast(key as varchar) is not distinct from ?"
        rows = [at]
        if layout.has_records and key is not None:
            query = f"select row from keyed where {same} order by row limit {MOST_RECORDS + 2}"
            rows = [one for (one,) in connection.execute(query, [key]).fetchall()]
        connection.execute(
            f"create table repeated as select key, min(row) as first from keyed where {same} and key is not null "
            "group by key having count(*) > 1",
            [key],
        )
        return next(cases_on(connection, layout, rows))


def refuse_lacking(layout: Layout, where: str, needed: set[str] | None = None) -> None:
    """Raises GongbaoError where a fact without default has no column, naming a column that may be it. `needed` names
    facts of the case and lists; of others nothing is said."""
    lacking = [one for one in layout.lacking() if needed is None or (one[0] or one[1].name) in needed]
    if not lacking:
        return
    names = [f"{f'{records}.' if records else ''}{fact.name} ({fact.label.zh})" for records, fact in lacking]
    near = [
        f"{layout.source.headings[cell.column - 1]}: {problem.en.partition('; ')[2]}"
        for cell, problem in layout.headings.problems
        if "did you mean" in problem.en
    ]
    hint = f"; {'; '.join(near)}" if near else ""
    raise GongbaoError(f"no column for {', '.join(names)}{hint}", where=where)


def _collected(connection: Any, layout: Layout, tell: Tell) -> Loaded:
    bounds = Bounds(connection, layout)
    parts: list[Batch] = []
    kept_cases: list[Any] = []
    out = Loaded(Batch(0, {}), {})
    in_order, before = True, -1
    for first, last in bounds.chunks(ROWS_AT_ONCE):
        chunk = chunk_of(connection, layout, bounds, first, last)
        if chunk.odd.any():
            places = np.nonzero(chunk.odd)[0]
            out.left_out_count += len(places)
            out.left_out += _reasons(connection, layout, chunk, places[: MOST_TOLD - len(out.left_out)].tolist())
        parts.append(_without(chunk.batch, chunk.odd))
        kept_cases.append(~chunk.odd)
        in_order &= bool(chunk.rows[0] > before and (chunk.rows[1:] > chunk.rows[:-1]).all())
        before = int(chunk.rows[-1])
        tell(last / bounds.count)
    out.batch = _joined(parts, layout)
    kept = np.concatenate(kept_cases) if kept_cases else np.zeros(0, bool)
    out.carried = dict(_labels(connection, layout, kept, out.not_carried, in_order=in_order))
    return out


def _reasons(connection: Any, layout: Layout, chunk: Chunk, places: list[int]) -> Iterator[LeftOut]:
    for case in given_cases(connection, layout, chunk, places):
        problems = [one for _, one in case.problems]
        given = read_facts(layout.policy.facts, case.given)
        problems = problems or list(given.problems)
        zh, en = "；".join(one.zh for one in problems), "; ".join(one.en for one in problems)
        if not problems:
            listed = given.missing[:5]
            zh, en = f"缺少：{'、'.join(listed)}", f"missing: {', '.join(listed)}"
        yield LeftOut(case.rows[0] + layout.source.first_row, case.name, zh, en)


def _without(batch: Batch, odd: Any) -> Batch:
    """The cases that are not odd, in compact types."""
    kept = ~odd
    every = bool(kept.all())
    columns = {name: _compact(column if every else column[kept]) for name, column in batch.columns.items()}
    records = {}
    for name, held in batch.records.items():
        sizes = np.diff(held.starts)
        of_kept = np.ones(held.count, bool) if every else np.repeat(kept, sizes)
        starts = np.concatenate([[0], np.cumsum(sizes[kept])])
        records[name] = Records(starts, {key: _compact(one[of_kept]) for key, one in held.columns.items()})
    return Batch(int(kept.sum()), columns, records)


def _compact(column: Column) -> Column:
    if not len(column):
        return column.astype(np.int8)
    lo, hi = int(column.min()), int(column.max())
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= lo and hi <= np.iinfo(kind).max:
            return column.astype(kind, copy=False)
    return column.astype(np.int64, copy=False)


def _joined(parts: list[Batch], layout: Layout) -> Batch:
    """One batch of all; each part's column is given up as soon as it is copied."""
    if not parts:
        raise GongbaoError("there is no case in it")
    out = Batch(sum(one.cases for one in parts), {})
    for name in list(parts[0].columns):
        out.columns[name] = np.concatenate([one.columns.pop(name) for one in parts])
    for name in parts[0].records:
        starts, shift = [np.zeros(1, np.int64)], 0
        for one in parts:
            own = one.records[name].starts
            starts.append(own[1:] + shift)
            shift += int(own[-1])
        held = Records(np.concatenate(starts), {})
        for key in list(parts[0].records[name].columns):
            held.columns[key] = np.concatenate([one.records[name].columns.pop(key) for one in parts])
        out.records[name] = held
    return out


def _labels(
    connection: Any, layout: Layout, kept: Any, refused: dict[str, str], *, in_order: bool
) -> Iterator[tuple[str, Labels]]:
    """The carried columns; why one has no labels is put into `refused`."""
    counts = "select (select count(*) from raw), (select count(*) from staged)"
    (rows, staged) = connection.execute(counts).fetchall()[0]
    both = "raw join staged on raw.row = staged.row"
    if in_order and rows == staged:
        # Row stands beside row: nothing has to be looked up.
        both = "raw positional join staged"
    for number in layout.carried:
        heading = layout.source.headings[number - 1].strip()
        cell = f"coalesce(cast(raw.c{number} as varchar), '')"
        names = connection.execute(f"select distinct {cell} from raw limit {MOST_LABELS + 1}").fetchall()
        if not heading:
            continue
        if len(names) > MOST_LABELS:
            refused[heading] = f"it has more than {MOST_LABELS:,} different values"
            continue
        named = sorted(one for (one,) in names)
        connection.register(
            "label_names", {"name": np.array(named, object), "code": np.arange(len(named), dtype=np.int32)}
        )
        # Each staged row has its code; that of a case is the one that all its rows have.
        case = "staged.of_case" if layout.has_records else "staged.row"
        sql = (
            f"select min(code) as code, min(code) <> max(code) as differs from (select {case} as part, {cell} as name "
            f"from {both}) join label_names using (name) group by part order by part"
        )
        found = connection.execute(sql).fetchnumpy()
        connection.unregister("label_names")
        if not np.asarray(found["differs"]).any():
            yield heading, Labels(np.asarray(found["code"], np.int32)[kept], named)
        else:
            refused[heading] = "it has several values in the rows of one case"


__all__ = ["Labels", "LeftOut", "Loaded", "case_on", "load", "refuse_lacking"]
