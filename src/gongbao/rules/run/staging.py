"""A table of cases as whole numbers, case by case: what columns.batch holds, in tables of a work database.

    staged      one row for each row of the input that is not empty, sorted by case, then input: `row`, a number for
                each fact that it has a column for (f1, f2, … as the columns are counted), `odd` where a cell cannot be
                read
    cases       where rows are records: one row for each case in the order of their first rows: its key, its size, and
                the facts of the case

An odd case is one for `compute`: a cell that its own reader refuses, a fact that differs between rows, no case at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gongbao.core.errors import GongbaoError
from gongbao.rules.fact_tables import Column, Headings, read_headings
from gongbao.rules.policy import Fact, FactSheet, Policy
from gongbao.rules.run import cells
from gongbao.rules.run.sources import Source, Tell, execute, silent
from gongbao.rules.values import GivenText

_READ_AT_ONCE = 20_000


@dataclass(slots=True)
class Layout:
    """What the columns of a table are for a policy. `carried` are the places of those that are no facts, from 1."""

    policy: Policy
    source: Source
    headings: Headings
    carried: list[int]
    columns: list[Column] = field(default_factory=list)

    @property
    def has_records(self) -> bool:
        """Whether rows are records, of which several may be one case."""
        return any(one.records for one in self.columns)

    @property
    def lists(self) -> list[str]:
        """The lists whose records the rows are; that with the place n is there where `has{n}`."""
        return list(dict.fromkeys(one.records for one in self.columns if one.records))

    def sheet(self, column: Column) -> type[FactSheet]:
        return sheet_of(self.policy, column.records)

    def type_given(self, number: int) -> str:
        return cells.type_given(self.source.types[number - 1])

    def lacking(self) -> list[tuple[str, Fact]]:
        """The facts that have no default and no column: with the list they belong to."""
        there = {(one.records, one.fact.name) for one in self.columns}
        return [
            (records, fact)
            for records, fact in all_facts(self.policy)
            if not fact.optional and (records, fact.name) not in there
        ]


def sheet_of(policy: Policy, records: str) -> type[FactSheet]:
    if not records:
        return policy.facts
    item = policy.facts.declared()[records].type.item
    assert item is not None
    return item.python  # type: ignore[no-any-return]


def all_facts(policy: Policy) -> list[tuple[str, Fact]]:
    """Every fact of a case and of its records, with the name of the list that these are in."""
    found: list[tuple[str, Fact]] = []
    for name, fact in policy.facts.declared().items():
        if fact.type.is_records:
            found += [(name, part) for part in sheet_of(policy, name).declared().values()]
        else:
            found.append(("", fact))
    return found


def layout_of(policy: Policy, source: Source, where: str) -> Layout:
    """Raises GongbaoError where a heading has two meanings or stands twice, or where no column is a fact."""
    headings = read_headings(policy.facts, source.headings)
    for cell, problem in headings.problems:
        if problem.code != "unknown_name":
            raise GongbaoError(f"column {cell.address}: {problem.en}", where=where)
    known = {one.number for one in headings.columns} | {headings.case}
    carried = [number for number in range(1, len(source.headings) + 1) if number not in known]
    if not headings.columns:
        raise GongbaoError(f"no column is a fact of {policy.name}; see: gongbao policy {policy.name}", where=where)
    return Layout(policy, source, headings, carried, headings.columns)


def stage_cells(connection: Any, layout: Layout, tell: Tell = silent) -> None:
    """Make `staged`, and `cases` where rows are records."""
    make_keyed(connection, layout)
    expressions = [_expressions(layout, column) for column in layout.columns]
    _read_what_is_not_plain(connection, expressions, lambda share: tell(share * 0.2))
    stage = _stage_records if layout.has_records else _stage_cases
    stage(connection, layout, expressions, lambda share: tell(0.2 + share * 0.8))


@dataclass(slots=True)
class _Expressions:
    """A column in SQL. `given` is the cell as it is read; `number` and `bad` hold once its readings are known."""

    column: Column
    sheet: type[FactSheet]
    sql_type: str
    given: str
    plain: str
    joins: str = ""
    number: str = ""
    bad: str = ""

    @property
    def is_text(self) -> bool:
        return self.column.fact.type.kind == "text"

    @property
    def place(self) -> int:
        return self.column.number


def _expressions(layout: Layout, column: Column) -> _Expressions:
    given = cells.given_as(f"raw.c{column.number}", layout.source.types[column.number - 1])
    sheet, sql_type = layout.sheet(column), layout.type_given(column.number)
    return _Expressions(column, sheet, sql_type, given, cells.plain(sheet, column.fact, sql_type, given))


# --- which case a row belongs to


def key_of(layout: Layout) -> str:
    """The case of a row of `raw`, as SQL; NULL where its cell is empty, or where there is no such column."""
    number = layout.headings.case
    if number is None:
        return "cast(null as varchar)"
    sql_type = layout.source.types[number - 1]
    return f"raw.c{number}" if sql_type in cells.INTEGERS else cells.stripped(f"raw.c{number}", sql_type)


def make_keyed(connection: Any, layout: Layout) -> None:
    """`keyed`: raw, with the case of each row as `key`. An empty cell goes on from the row above where rows are
    records; without a column of cases all rows are one."""
    connection.execute("drop view if exists keyed")
    key = key_of(layout)
    if layout.has_records and layout.headings.case is None:
        key = "'1'"
    elif layout.has_records:
        (empty,) = connection.execute(f"select count(*) from raw where {key} is null").fetchall()[0]
        if empty:
            connection.execute(
                f"create or replace table keys as select row as at, last_value({key} ignore nulls) over (order by row "
                "rows between unbounded preceding and current row) as key from raw"
            )
            connection.execute("create view keyed as select raw.*, keys.key from raw join keys on keys.at = raw.row")
            return
    connection.execute(f"create view keyed as select raw.*, {key} as key from raw")


def _is_blank(layout: Layout) -> str:
    parts = [cells.is_empty(f"raw.c{number}", one) for number, one in enumerate(layout.source.types, 1)]
    if layout.source.has_beyond:
        parts.append("raw.beyond is null")
    return " and ".join(parts)


# --- reading what is not plain


def _read_what_is_not_plain(connection: Any, expressions: list[_Expressions], tell: Tell) -> None:
    """A table of readings for each column that has such cells: the cell, its number or text, whether it is empty."""
    counts = ", ".join(
        f"count(*) filter ({one.given} is not null and {one.plain} is null) as n{one.place}" for one in expressions
    )
    execute(connection, f"create or replace table not_plain as select {counts} from raw", lambda share: tell(share / 2))
    found = connection.execute("from not_plain").fetchall()[0]
    for one, count in zip(expressions, found, strict=True):
        if count:
            _readings(connection, one)
        _finish(one, has_readings=bool(count))
    connection.execute("create or replace table texts (text varchar, code bigint)")
    texts = [one for one in expressions if one.is_text]
    if texts:
        parts = " union ".join(f"select {one.number} as text from raw {one.joins}" for one in texts)
        execute(
            connection,
            "create or replace table texts as select text, row_number() over () - 1 as code "
            f"from (select distinct text from ({parts}) where text is not null)",
            lambda share: tell(0.5 + share / 2),
        )
        some_left_out = _leave_out_what_is_equal(connection)
        for one in texts:
            text, one.number = one.number, f"t{one.place}.code"
            one.joins += f" left join texts t{one.place} on t{one.place}.text = {text}"
            if some_left_out:
                one.bad = f"({one.bad} or ({text} is not null and {one.number} is null))"


def _leave_out_what_is_equal(connection: Any) -> bool:
    """Leave to `compute` the cases with texts that are written otherwise and name the same, such as 医院A and 医院Ａ:
    they are equal to a rule (GivenText), and each is put out as it was given. Says whether there are any."""
    alike: dict[str, list[str]] = {}
    for (text,) in connection.execute("select text from texts").fetchall():
        alike.setdefault(GivenText(text), []).append(text)
    other = [text for texts in alike.values() if len(texts) > 1 for text in texts]
    if other:
        connection.register("other", {"text": np.array(other, object)})
        connection.execute("delete from texts where text in (select text from other)")
        connection.unregister("other")
    return bool(other)


def _readings(connection: Any, one: _Expressions) -> None:
    table, place = f"readings_{one.place}", one.place
    connection.execute(
        f"create or replace table {table}_given as select distinct {one.given} as cell from raw "
        f"where {one.given} is not null and {one.plain} is null"
    )
    value = "varchar" if one.is_text else "bigint"
    connection.execute(f"create or replace table {table}_read (id bigint, value {value}, is_empty boolean)")
    (count,) = connection.execute(f"select count(*) from {table}_given").fetchall()[0]
    for first in range(0, count, _READ_AT_ONCE):
        rows = connection.execute(
            f"select rowid, cell from {table}_given where rowid >= {first} and rowid < {first + _READ_AT_ONCE}"
        ).fetchall()
        read = [_read(one, cell) for _, cell in rows]
        data = {
            "id": np.array([number for number, _ in rows], np.int64),
            "value": np.array([value for value, _ in read], object)
            if one.is_text
            else np.ma.array([value or 0 for value, _ in read], np.int64, mask=[value is None for value, _ in read]),
            "is_empty": np.array([is_empty for _, is_empty in read]),
        }
        connection.register("just_read", data)
        connection.execute(f"insert into {table}_read select id, value, is_empty from just_read")
        connection.unregister("just_read")
    connection.execute(
        f"create or replace table {table} as select cell, value, is_empty from {table}_given g "
        f"join {table}_read r on r.id = g.rowid where value is not null or is_empty"
    )
    connection.execute(f"drop table {table}_given")
    connection.execute(f"drop table {table}_read")
    one.joins = f" left join {table} m{place} on m{place}.cell = {one.given}"


def _read(one: _Expressions, cell: Any) -> tuple[Any, bool]:
    if isinstance(cell, str) and not cell.strip():
        return None, True
    if one.is_text:
        return cells.read_cell(one.sheet, one.column.fact, cell), False
    return cells.number_of_cell(one.sheet, one.column.fact, cell), False


def _finish(one: _Expressions, *, has_readings: bool) -> None:
    if not has_readings:
        one.number, one.bad = one.plain, "false"
        return
    place = one.place
    one.number = f"coalesce({one.plain}, m{place}.value)"
    one.bad = f"({one.given} is not null and {one.number} is null and m{place}.is_empty is not true)"


# --- the tables


def _column_type(one: _Expressions) -> str:
    match one.column.fact.type.kind:
        case "flag" | "choice":
            return "utinyint"
        case "date" | "month":
            return "integer"
    return "bigint"


def _is_odd(layout: Layout, expressions: list[_Expressions]) -> str:
    beyond = ["raw.beyond is not null"] if layout.source.has_beyond else []
    return " or ".join([*beyond, *(one.bad for one in expressions)]) or "false"


def _stage_cases(connection: Any, layout: Layout, expressions: list[_Expressions], tell: Tell) -> None:
    numbers = "".join(f", cast({one.number} as {_column_type(one)}) as f{one.place}" for one in expressions)
    joins = "".join(one.joins for one in expressions)
    odd = _is_odd(layout, expressions)
    if layout.headings.case:
        # Only the first row of a case counts; a further one is told.
        connection.execute(
            "create or replace table repeated as select key, min(row) as first from keyed where key is not null "
            "group by key having count(*) > 1"
        )
        joins += " left join repeated on repeated.key = raw.key"
        odd = f"raw.key is null or (repeated.first is not null and repeated.first <> raw.row) or {odd}"
    execute(
        connection,
        f"create or replace table staged as select raw.row{numbers}, ({odd}) as odd from keyed raw{joins} "
        f"where not ({_is_blank(layout)}) order by raw.row",
        tell,
    )


def _stage_records(connection: Any, layout: Layout, expressions: list[_Expressions], tell: Tell) -> None:
    own = [one for one in expressions if not one.column.records]
    of_records = [one for one in expressions if one.column.records]
    facts = "".join(f", cast(max({one.number}) as {_column_type(one)}) as f{one.place}" for one in own)
    differs = [f"(min({one.given}) is distinct from max({one.given}))" for one in own]
    odd = " or ".join(["raw.key is null", *differs, f"bool_or({_is_odd(layout, own)})"])
    joins = "".join(one.joins for one in own)
    execute(
        connection,
        "create or replace table cases as select * from (select raw.key, min(raw.row) as first, "
        f"count(*) as size{facts}, ({odd}) as odd from keyed raw{joins} where not ({_is_blank(layout)}) "
        "group by raw.key) order by first",
        lambda share: tell(share / 2),
    )
    numbers = "".join(f", cast({one.number} as {_column_type(one)}) as f{one.place}" for one in of_records)
    for place, name in enumerate(layout.lists):
        parts = [one for one in of_records if one.column.records == name]
        # An empty cell of white space has readings, and so is not NULL.
        given = " or ".join(f"({one.number}) is not null or {one.bad}" for one in parts)
        numbers += f", ({given}) as has{place}"
    joins = "".join(one.joins for one in of_records)
    execute(
        connection,
        f"create or replace table staged as select cast(cases.rowid as integer) as of_case, raw.row{numbers}, "
        f"({_is_odd(layout, of_records)}) as odd from keyed raw join cases on cases.key is not distinct from raw.key"
        f"{joins} where not ({_is_blank(layout)}) order by of_case, raw.row",
        lambda share: tell(0.5 + share / 2),
    )


__all__ = ["Layout", "all_facts", "key_of", "layout_of", "make_keyed", "sheet_of", "stage_cells"]
