"""What a run came to, written out whole: one row for each row of the input that could be computed, in their order.

First the columns that are no facts and that of the case, as they were given; then the values, those of a case on each
of its rows; then `missing`, the facts that an empty value would need. Rows that cannot be computed stand in a file or
table of their own, with their cells and why.
"""

from __future__ import annotations

import codecs
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongbao.core.errors import GongbaoError
from gongbao.rules.run import cells, databases
from gongbao.rules.run.answers import Answer
from gongbao.rules.run.places import DUCKDB, POSTGRES, XLSX, Place
from gongbao.rules.run.sources import execute, first_line
from gongbao.rules.run.staging import Layout
from gongbao.rules.run.work import Work

if TYPE_CHECKING:
    from gongbao.rules.run.running import Report

MISSING = "missing"
MOST_ROWS_OF_A_SHEET = 2**20 - 1
_AT_ONCE = 50_000
_RUNS, _NUMBER = r"'^\s*[-=+@＝＋－＠]'", r"'\s*[-+－＋][0-9０-９.,，．]+[%％]?\s*'"
"""A text that a spreadsheet would compute when it opens a CSV file; but not what is a number."""


def refuse_target(source: Place, target: Place, *, replace: bool) -> None:
    """Raises GongbaoError where the output cannot be, before anything is read."""
    written = [target.qualified, f"{target.qualified}_rejected"]
    if source.is_database and target.is_database:
        same = (source.kind, source.address) == (target.kind, target.address)
        same = same and source.path.resolve() == target.path.resolve()
        same = same and _plain(source, source.qualified) in [_plain(target, one) for one in written]
    else:
        same = source.path.resolve() in (target.path.resolve(), _beside_rejected(target).resolve())
        same = same and source.path != Path()
    if same:
        raise GongbaoError("the output would take the place of the input", where=target.shown)
    folder = target.beside.parent
    if not folder.is_dir():
        raise GongbaoError("there is no such folder", where=str(folder))
    if not target.is_database and target.path.is_dir():
        raise GongbaoError("this is a folder; name a file in it", where=target.shown)
    # Not is_dir(), which fails for a name that is too long.
    if not target.is_database and os.path.isdir(_beside_rejected(target)):
        raise GongbaoError(
            "this is a folder, where the rows that cannot be computed would be told",
            where=str(_beside_rejected(target)),
        )
    if not os.access(folder, os.W_OK):
        raise GongbaoError("nothing can be written in this folder", where=str(folder))


def _plain(place: Place, table: str) -> str:
    """Without the schema that need not be named; DuckDB does not tell a from A."""
    return table.lower().removeprefix("main.") if place.kind == DUCKDB else table.removeprefix("public.")


def refuse_layout(layout: Layout, answers: list[Answer], target: Place, connection: Any, *, replace: bool) -> None:
    """Raises GongbaoError where columns of the input would stand beside values of the same name, a sheet is full, or a
    table is there already."""
    import duckdb

    if target.kind == DUCKDB:
        try:
            databases.refuse_duckdb(connection, target, replace=replace)
        except duckdb.Error as error:
            raise GongbaoError(f"this cannot be written: {first_line(error)}", where=target.shown) from None
    elif target.kind == POSTGRES:
        databases.refuse_postgres(target, replace=replace)
    names = {one.name.lower() for one in answers} | {MISSING}
    for number in _kept(layout):
        heading = layout.source.headings[number - 1].strip()
        if heading.lower() in names:
            raise GongbaoError(f"the column {heading} has the name of a value that is put out; give it another")
    if target.kind == XLSX:
        (count,) = connection.execute("select count(*) from staged").fetchall()[0]
        if count > MOST_ROWS_OF_A_SHEET:
            raise GongbaoError(
                f"a worksheet holds {MOST_ROWS_OF_A_SHEET:,} rows, and these are {count:,}; take .parquet"
            )


def write(
    work: Work,
    layout: Layout,
    answers: list[Answer],
    target: Place,
    report: Report,
    is_same: Callable[[], None],
    *,
    replace: bool,
    progress: Callable[[str, int, int], None],
) -> None:
    """Write output and rejected rows. Raises GongbaoError; what was there before then stays as it was.

    `is_same` raises it where the input has changed: it is asked once all has been read.
    """
    import duckdb

    def tell(share: float) -> None:
        progress("writing", int(share * 1000), 1000)

    _in_order(work, lambda share: tell(0))
    out, rejected = _select(work, layout, answers), _select_rejected(layout)
    try:
        if target.is_database:
            selects = {"": out} | ({"_rejected": rejected} if report.rejected_rows else {})
            _to_database(work, selects, target, tell, is_same, replace=replace)
            report.rejected_to = f"{target.qualified}_rejected" if report.rejected_rows else ""
        else:
            draft = work.folder / f"result.{target.kind}"
            if target.kind == XLSX:
                _to_sheet(work, out, draft, tell)
            else:
                _copy(work.connection, out, draft, tell, separator=target.separator)
            rejected_rows = _rejected_file(work, rejected, report)
            is_same()
            _put(draft, rejected_rows, target)
            report.rejected_to = str(_beside_rejected(target)) if report.rejected_rows else ""
    except OSError as error:
        raise GongbaoError(f"this cannot be written: {error.strerror}", where=target.shown) from None
    except duckdb.Error as error:
        raise GongbaoError(f"this cannot be written: {first_line(error)}", where=target.shown) from None


def _beside_rejected(target: Place) -> Path:
    return target.beside.with_name(target.beside.name + ".rejected")


def _put(draft: Path, rejected: Path | None, target: Place) -> None:
    """The files where they belong, those that are rejected first: the output says that all is done."""
    beside = _beside_rejected(target)
    if rejected is None:
        beside.unlink(missing_ok=True)
    else:
        os.replace(rejected, beside)
    os.replace(draft, target.path)


# --- what is written


def _kept(layout: Layout) -> list[int]:
    """The columns that are put out as they are, in the order of the input."""
    case = [layout.headings.case] if layout.headings.case else []
    return sorted([*layout.carried, *case])


def _in_order(work: Work, tell: Callable[[float], None]) -> None:
    """`answered`: the result in the order of the input."""
    connection = work.connection
    connection.execute("drop view if exists answered")
    _, in_order = work.get("order")
    if not in_order:
        execute(connection, "create or replace table sorted as select * from result order by row", tell)
    connection.execute(f"create view answered as select * from {'result' if in_order else 'sorted'}")


def _unique(names: Iterable[str]) -> list[str]:
    """Names of columns, none twice (a table of a database does not tell a from A)."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        found.append(name)
    return found


def _select(work: Work, layout: Layout, answers: list[Answer]) -> str:
    headings = [layout.source.headings[number - 1].strip() or f"column {number}" for number in _kept(layout)]
    parts = [
        f"{_as_given(layout, number)} as {cells.name(one)}"
        for number, one in zip(_kept(layout), _unique(headings), strict=True)
    ]
    parts += [f"{one.shown(f'a.v{place}')} as {cells.name(one.name)}" for place, one in enumerate(answers)]
    parts.append(f"a.missing as {MISSING}")
    (every, kept) = work.connection.execute(
        "select (select count(*) from raw), (select count(*) from answered)"
    ).fetchall()[0]
    if every == kept:
        # Both have every row, in the same order: neither has to be sorted or kept.
        is_there = "case when a.row = raw.row then a.status = 0 else error('rows out of order') end"
        return f"select {', '.join(parts)} from raw positional join answered a where {is_there}"
    return f"select {', '.join(parts)} from answered a join raw on raw.row = a.row where a.status = 0 order by a.row"


def _as_given(layout: Layout, number: int) -> str:
    """A column that is carried, in the type it had where it comes from."""
    other = layout.source.put_out_as[number - 1] if layout.source.put_out_as else ""
    return f"try_cast(raw.c{number} as {other})" if other else f"raw.c{number}"


def _select_rejected(layout: Layout) -> str:
    given = [(f"raw.c{number}", one.strip()) for number, one in enumerate(layout.source.headings, 1)]
    if layout.headings.case:
        given.pop(layout.headings.case - 1)
    if layout.source.has_beyond:
        given.append(("raw.beyond", "…"))
    cells_given, headings = [cell for cell, _ in given], [heading for _, heading in given]
    names = _unique(["row", "case", *headings, "path", "reason_zh", "reason_en", "code"])
    parts = [f"r.row + {layout.source.first_row}", "r.name", *cells_given, "r.path", "r.zh", "r.en", "r.code"]
    listed = ", ".join(f"{part} as {cells.name(name)}" for part, name in zip(parts, names, strict=True))
    return f"select {listed} from rejected r join raw on raw.row = r.row order by r.row"


# --- files


def _copy(connection: Any, select: str, path: Path, tell: Callable[[float], None], *, separator: str = ",") -> None:
    if path.suffix == ".parquet":
        form = "format parquet, compression zstd"
        execute(connection, f"copy ({select}) to {cells.quoted(str(path))} ({form})", tell)
        return
    described = connection.execute(f"describe {select}").fetchall()
    listed = ", ".join(f"{_as_text(cells.name(one[0]), one[1])} as {cells.name(_inert(one[0]))}" for one in described)
    rows = path.with_suffix(".rows")
    form = f"format csv, header true, delimiter '{separator}'"
    execute(connection, f"copy (select {listed} from ({select})) to {cells.quoted(str(rows))} ({form})", tell)
    # A spreadsheet takes a text for UTF-8 only where it is marked as such, and DuckDB writes no mark.
    with rows.open("rb") as unmarked, path.open("wb") as marked:
        marked.write(codecs.BOM_UTF8)
        shutil.copyfileobj(unmarked, marked, 1 << 22)
    rows.unlink()


def _to_sheet(work: Work, select: str, path: Path, tell: Callable[[float], None]) -> None:
    from gongbao.rules.run.worksheets import write_sheet

    cursor = work.connection.cursor()
    described = cursor.execute(f"describe {select}").fetchall()
    (total,) = cursor.execute("select count(*) from result").fetchall()[0]
    cursor.execute(select)

    def rows() -> Iterator[Any]:
        done = 0
        while found := cursor.fetchmany(_AT_ONCE):
            yield from found
            done += len(found)
            tell(done / max(total, 1))

    write_sheet(path, [one[0] for one in described], [one[1] for one in described], rows())


def _to_database(
    work: Work,
    selects: dict[str, str],
    target: Place,
    tell: Callable[[float], None],
    is_same: Callable[[], None],
    *,
    replace: bool,
) -> None:
    if target.kind == DUCKDB:
        databases.to_duckdb(work.connection, target, selects, is_same, replace=replace)
        return
    tables: dict[str, tuple[list[tuple[str, str]], Path]] = {}
    for suffix, select in selects.items():
        columns = [(one[0], one[1]) for one in work.connection.execute(f"describe {select}").fetchall()]
        listed = ", ".join(
            f"{databases.as_postgres_reads(cells.name(name), kind)} as {cells.name(name)}" for name, kind in columns
        )
        path = work.folder / f"rows{suffix}.csv"
        form = "format csv, header false"
        sql = f"copy (select {listed} from ({select})) to {cells.quoted(str(path))} ({form})"
        execute(work.connection, sql, lambda share: tell(share / 2))
        tables[suffix] = columns, path
    is_same()
    databases.to_postgres(target, tables, lambda share: tell(0.5 + share / 2), replace=replace)


def _as_text(column: str, sql_type: str) -> str:
    if sql_type.endswith("[]"):
        return f"array_to_string({column}, '、')"
    if sql_type == "VARCHAR" or sql_type.startswith("ENUM"):
        text = f"cast({column} as varchar)"
        runs = f"regexp_matches({text}, {_RUNS}) and not regexp_full_match({text}, {_NUMBER})"
        return f"case when {runs} then chr(39) || {text} else {text} end"
    return column


def _inert(heading: str) -> str:
    return f"'{heading}" if re.match(_RUNS.strip("'"), heading) else heading


def _rejected_file(work: Work, select: str, report: Report) -> Path | None:
    if not report.rejected_rows:
        return None
    path = work.folder / "rejected.csv"
    _copy(work.connection, select, path, lambda share: None)
    return path


__all__ = ["refuse_layout", "refuse_target", "write"]
