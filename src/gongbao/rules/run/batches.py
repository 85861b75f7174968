"""The staged cases some thousands at a time, as a Batch, with the rows that each of them stands on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gongbao.rules.columns.batch import PLACE, Batch, Column, Records, number_of
from gongbao.rules.columns.program import Flags, Int64
from gongbao.rules.policy import Fact
from gongbao.rules.run.staging import Layout, sheet_of

ROWS_AT_ONCE = 500_000


@dataclass(slots=True)
class Chunk:
    """Some cases. `rows` are their rows (from 0, as `raw` has them), those of case i from starts[i] to starts[i + 1],
    in the order of input; `record_rows` says for each record of a list its place in `rows`. Where `odd`, the columns
    of a case mean nothing."""

    first: int
    batch: Batch
    odd: Flags
    rows: Int64
    starts: Int64
    record_rows: dict[str, Int64]


class Bounds:
    """Where chunks of whole cases begin and end."""

    def __init__(self, connection: Any, layout: Layout) -> None:
        self.has_records = layout.has_records
        if self.has_records:
            sizes = connection.execute("select size from cases").fetchnumpy()["size"]
            self.starts = np.concatenate([[0], np.cumsum(np.asarray(sizes, np.int64))])
        else:
            (count,) = connection.execute("select count(*) from staged").fetchall()[0]
            self.starts = np.arange(0)
            self.count = count
            return
        self.count = len(self.starts) - 1

    @property
    def rows(self) -> int:
        return int(self.starts[-1]) if self.has_records else self.count

    def row_of(self, case: int) -> int:
        """The place among the staged rows at which a case begins."""
        return int(self.starts[case]) if self.has_records else case

    def after(self, first: int, rows_at_once: int) -> int:
        """The case after a chunk of about so many rows that begins with `first`."""
        if not self.has_records:
            return min(first + rows_at_once, int(self.count))
        last = int(np.searchsorted(self.starts, self.starts[first] + rows_at_once, "right")) - 1
        return min(max(last, first + 1), int(self.count))

    def chunks(self, rows_at_once: int) -> Iterator[tuple[int, int]]:
        first = 0
        while first < self.count:
            after = self.after(first, rows_at_once)
            yield first, after
            first = after


Nullable = frozenset[tuple[str, str]]
"""Facts that may be missing, by list ("" for the case) and name."""


def nullable_of(connection: Any, layout: Layout) -> Nullable:
    """The facts that are missing somewhere."""
    lists = layout.lists
    # Where a whole list is missing, every case is odd.
    found = {(records, fact.name) for records, fact in layout.lacking() if not records or records in lists}
    for table, in_table in (("cases", False), ("staged", True)):
        wanted = [one for one in layout.columns if bool(one.records) is in_table or not layout.has_records]
        wanted = [one for one in wanted if not one.fact.optional and not one.fact.type.optional]
        if not wanted or (table == "cases" and not layout.has_records):
            continue
        counts = ", ".join(
            f"count(*) filter (f{one.number} is null{f' and has{lists.index(one.records)}' if one.records else ''})"
            for one in wanted
        )
        missing = connection.execute(f"select {counts} from {table}").fetchall()[0]
        found |= {(one.records, one.fact.name) for one, count in zip(wanted, missing, strict=True) if count}
    return frozenset(found)


def chunk_of(
    connection: Any, layout: Layout, bounds: Bounds, first: int, last: int, nullable: Nullable = frozenset()
) -> Chunk:
    """The cases from `first` up to and without `last`. One that lacks a fact is odd, but for those of `nullable`: they
    have a column that says where they are given."""
    low, high = bounds.row_of(first), bounds.row_of(last)
    cursor = connection.cursor()
    found = cursor.execute(f"select * from staged where rowid >= {low} and rowid < {high}").fetchnumpy()
    if not layout.has_records:
        return _of_rows(layout, found, first, nullable)
    own = cursor.execute(f"select * from cases where rowid >= {first} and rowid < {last}").fetchnumpy()
    starts = np.asarray(bounds.starts[first : last + 1] - low)
    return _of_records(layout, found, own, first, starts, nullable)


def _of_rows(layout: Layout, found: dict[str, Any], first: int, nullable: Nullable) -> Chunk:
    count = len(found["row"])
    odd = _filled(found["odd"], 0).astype(bool)
    columns = _columns(layout, "", found, count, odd, nullable)
    rows = np.asarray(found["row"], np.int64)
    batch = Batch(count, columns)
    for name, fact in layout.policy.facts.declared().items():
        if fact.type.is_records:
            # No column belongs to it.
            odd[:] = True
            batch.records[name] = _no_records(layout, name, count)
    return Chunk(first, batch, odd, rows, np.arange(count + 1), {})


def _no_records(layout: Layout, name: str, count: int) -> Records:
    sheet = sheet_of(layout.policy, name).declared()
    columns = {key: np.zeros(0, np.int64) for key in (PLACE, *sheet)}
    columns |= {f"{key}?": np.zeros(0, np.int64) for key, fact in sheet.items() if fact.type.optional}
    return Records(np.zeros(count + 1, np.int64), columns)


def _of_records(
    layout: Layout, found: dict[str, Any], own: dict[str, Any], first: int, starts: Int64, nullable: Nullable
) -> Chunk:
    count = len(starts) - 1
    odd = _filled(own["odd"], 0).astype(bool)
    case_of = np.repeat(np.arange(count), np.diff(starts))
    odd[case_of[_filled(found["odd"], 0).astype(bool)]] = True
    batch = Batch(count, _columns(layout, "", own, count, odd, nullable))
    record_rows: dict[str, Int64] = {}
    lists = layout.lists
    for name, fact in layout.policy.facts.declared().items():
        if not fact.type.is_records:
            continue
        if name not in lists:
            odd[:] = True
            batch.records[name] = _no_records(layout, name, count)
            continue
        there = np.nonzero(_filled(found[f"has{lists.index(name)}"], 0))[0]
        of_case = case_of[there]
        part = {key: column[there] for key, column in found.items()}
        odd_records = np.zeros(len(there), bool)
        columns = _columns(layout, name, part, len(there), odd_records, nullable)
        odd[of_case[odd_records]] = True
        counts = np.bincount(of_case, minlength=count)
        begins = np.concatenate([[0], np.cumsum(counts)])
        columns[PLACE] = np.arange(len(there)) - np.repeat(begins[:-1], counts)
        order_field = sheet_of(layout.policy, name).order_field  # type: ignore[attr-defined]
        if order_field:
            order = np.lexsort([columns[order_field], of_case])
            columns = {key: column[order] for key, column in columns.items()}
            there = there[order]
        batch.records[name] = Records(begins, columns)
        record_rows[name] = there
    return Chunk(first, batch, odd, np.asarray(found["row"], np.int64), starts, record_rows)


def _columns(
    layout: Layout, records: str, found: dict[str, Any], count: int, odd: Flags, nullable: Nullable
) -> dict[str, Column]:
    """A column for each fact of the case or of a list; what is missing makes odd."""
    places = {one.fact.name: one.number for one in layout.columns if one.records == records}
    out: dict[str, Column] = {}
    for name, fact in sheet_of(layout.policy, records).declared().items():
        if fact.type.is_records:
            continue
        value = found[f"f{places[name]}"] if name in places else np.ma.array(np.zeros(count, np.int8), mask=True)
        absent = np.ma.getmaskarray(value)
        default = None if fact.type.kind == "text" else _default(fact)
        out[name] = _filled(value, 0 if default is None else default)
        if fact.type.optional:
            out[f"{name}?"] = (~absent | (default is not None)).astype(np.int8)
        if (records, name) in nullable and not fact.optional and not fact.type.optional:
            out[f"{name}?"] = (~absent).astype(np.int8)
        elif not fact.optional or (fact.default is not None and default is None):
            odd |= absent
    return out


def _default(fact: Fact) -> int | None:
    return None if not fact.optional or fact.default is None else number_of(fact.default, fact.type, {})


def _filled(value: Any, by: int) -> Any:
    if not np.ma.isMaskedArray(value):
        return value
    if not np.ma.is_masked(value):
        return value.data
    info = np.iinfo(value.dtype) if value.dtype.kind in "iu" else None
    if info and not info.min <= by <= info.max:
        value = value.astype(np.int64)
    return value.filled(by)


__all__ = ["ROWS_AT_ONCE", "Bounds", "Chunk", "Nullable", "chunk_of", "nullable_of"]
