"""The table that was given, as a view `raw` of a work database: `row` from 0, and its cells as c1, c2, … in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.rules.run import cells, csv_files, databases
from gongbao.rules.run.places import CSV, PARQUET, POSTGRES, XLSX, Place

Tell = Callable[[float], None]
"""Is told now and then which share of a step is done, 0 to 1."""


def silent(share: float) -> None:
    """Tells nobody."""


@dataclass(slots=True)
class Source:
    """What is in `raw`. `first_row` is what the first row is called where it comes from; `has_beyond`: cells without a
    heading stand in a column `beyond`. `put_out_as` gives for columns that are carried another type than they are read
    with, or is empty."""

    headings: list[str]
    types: list[str]
    first_row: int
    has_beyond: bool = False
    put_out_as: list[str] = field(default_factory=list)


def connect(
    file: Path, *, folder: Path, threads: int | None = None, memory: str = "1GiB", is_shared: bool = False
) -> Any:
    """A work database that takes no more memory than said and fetches nothing from anywhere.

    Raises GongbaoError where it cannot be opened; where `is_shared`, that may be because another run has it open.
    """
    import duckdb

    settings: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory,
        "temp_directory": str(folder / "tmp"),
        "preserve_insertion_order": "true",
    }
    if threads:
        settings["threads"] = str(threads)
    try:
        return duckdb.connect(str(file), config=settings)
    except duckdb.Error as error:
        if is_shared and "lock" in str(error):
            raise GongbaoError("another run is at work on this output", where=str(folder)) from None
        raise GongbaoError(f"the work database cannot be opened: {first_line(error)}", where=str(file)) from None


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def execute(connection: Any, sql: str, tell: Tell = silent) -> None:
    """Run one long statement, and tell how far it is. Ctrl-C ends it."""
    if tell is silent:
        connection.execute(sql)
        return
    failed: list[BaseException] = []

    def work() -> None:
        try:
            connection.execute(sql)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="gongbao-run")
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.2)
            tell(max(connection.query_progress(), 0) / 100)
    except BaseException:
        connection.interrupt()
        thread.join()
        raise
    if failed:
        raise failed[0]


def stage(connection: Any, place: Place, folder: Path, tell: Tell = silent) -> Source:
    """Make the view `raw`. Raises GongbaoError for what cannot be read."""
    import duckdb

    try:
        if place.kind == PARQUET:
            return _parquet(connection, place)
        if place.kind == CSV:
            return _csv(connection, place, folder, tell)
        if place.kind == XLSX:
            return _workbook(connection, place, folder, tell)
        if place.kind == POSTGRES:
            return _postgres(connection, place, folder, tell)
        headings, types = databases.from_duckdb(connection, place, lambda sql: execute(connection, sql, tell))
        raw_of_table(connection)
        return Source(headings, types, 1)
    except GongbaoError as error:
        raise GongbaoError(error.message, where=error.where or place.shown) from None
    except OSError as error:
        raise GongbaoError(f"this cannot be read: {error.strerror}", where=place.shown) from None
    except duckdb.Error as error:
        raise GongbaoError(f"this cannot be read: {first_line(error)}", where=place.shown) from None


def identity_of(place: Place) -> dict[str, Any]:
    """By what it is seen that the input is another one. Of a table in PostgreSQL nothing shows that it has changed."""
    if place.kind == POSTGRES:
        return {"table": place.shown}
    _exists(place)
    about = place.path.stat()
    return {
        "file": str(place.path.resolve()),
        "table": place.qualified,
        "size": about.st_size,
        "changed": about.st_mtime_ns,
    }


def refuse_changed(place: Place, before: dict[str, Any]) -> None:
    """Raises GongbaoError where the input is another one than it was: rows would meet what others come to."""
    if identity_of(place) != before:
        raise GongbaoError("this has changed while it was read; give the command again", where=place.shown)


def _exists(place: Place) -> None:
    if place.path.is_dir():
        raise GongbaoError("this is a folder; name a file in it", where=place.shown)
    if not place.path.is_file():
        raise GongbaoError("there is no such file", where=place.shown)


def _file(path: Path) -> str:
    """A file as DuckDB's readers take it, to whom * and [ would mean many files."""
    return cells.quoted("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.resolve())))


def _parquet(connection: Any, place: Place) -> Source:
    _exists(place)
    with place.path.open("rb") as stream:
        if stream.read(4) != b"PAR1":
            raise GongbaoError("this is no Parquet file", where=place.shown)
    plain = connection.execute(f"describe select * from read_parquet({_file(place.path)})").fetchall()
    if any(one[0].lower() == "file_row_number" for one in plain):
        # The name under which the number of each row is read.
        raise GongbaoError("its column file_row_number cannot be read; give it another name", where=place.shown)
    read = f"read_parquet({_file(place.path)}, file_row_number = true, hive_partitioning = false)"
    described = connection.execute(f"describe select * from {read}").fetchall()
    named = [(one[0], one[1]) for one in described if one[0] != "file_row_number"]
    listed = "".join(f", {cells.name(heading)} as c{number}" for number, (heading, _) in enumerate(named, 1))
    connection.execute(f"create or replace view raw as select file_row_number as row{listed} from {read}")
    return Source([one for one, _ in named], [one for _, one in named], 1)


def _csv(connection: Any, place: Place, folder: Path, tell: Tell) -> Source:
    import duckdb

    _exists(place)
    given = csv_files.look_at(place.path)
    count = len(given.headings)
    columns = _places(count)
    is_regular = given.encoding == "utf-8-sig" and not any("\n" in one or "\r" in one for one in given.headings)
    if is_regular:
        try:
            _read_csv(connection, place.path, given.separator, columns, 1, tell)
        except duckdb.Error:
            is_regular = False
    if not is_regular:
        with _passing(folder) as target:
            csv_files.write_regular(given, target, tell)
            _read_csv(connection, target, ",", [*columns, "beyond"], 0, tell)
    raw_of_table(connection)
    return Source(given.headings, ["VARCHAR"] * count, 2, not is_regular)


def _read_csv(
    connection: Any, path: Path, separator: str, columns: list[str], skip: int, tell: Tell, *, keep_empty: bool = False
) -> None:
    types = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    execute(
        connection,
        f"create or replace table cells_given as select * from read_csv({_file(path)}, auto_detect = false, "
        f"header = false, delim = {cells.quoted(separator)}, quote = '\"', escape = '\"', skip = {skip}, nullstr = '', "
        f"allow_quoted_nulls = {not keep_empty}, "
        f"max_line_size = {csv_files.LONGEST_LINE}, hive_partitioning = false, columns = {{{types}}})",
        tell,
    )


def _workbook(connection: Any, place: Place, folder: Path, tell: Tell) -> Source:
    from gongbao.rules.run.worksheets import write_regular

    _exists(place)
    with _passing(folder) as target:
        headings = write_regular(place.path, target, lambda share: tell(share * 0.8))
        _read_csv(
            connection, target, ",", [*_places(len(headings)), "beyond"], 0, lambda share: tell(0.8 + share * 0.2)
        )
    raw_of_table(connection)
    return Source(headings, ["VARCHAR"] * len(headings), 2, True)


def _postgres(connection: Any, place: Place, folder: Path, tell: Tell) -> Source:
    with _passing(folder) as target:
        headings, types, put_out_as = databases.from_postgres(place, target, lambda share: tell(share * 0.7))
        columns = _places(len(headings))
        _read_csv(connection, target, ",", columns, 0, lambda share: tell(0.7 + share * 0.3), keep_empty=True)
    casts = [_cast(column, sql_type) for column, sql_type in zip(columns, types, strict=True)]
    connection.execute(f"create or replace view raw as select rowid as row, {', '.join(casts)} from cells_given")
    return Source(headings, types, 1, put_out_as=put_out_as)


def _cast(column: str, sql_type: str) -> str:
    if sql_type == "VARCHAR":
        return column
    return f"cast({f'cast({column} as json)' if sql_type.endswith('[]') else column} as {sql_type}) as {column}"


def _places(count: int) -> list[str]:
    return [f"c{number}" for number in range(1, count + 1)]


@contextmanager
def _passing(folder: Path) -> Iterator[Path]:
    """A file that is needed only for a while."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "regular.csv"
    try:
        yield target
    finally:
        target.unlink(missing_ok=True)


def raw_of_table(connection: Any) -> None:
    """`raw` over a table whose rows stand in the order of input."""
    connection.execute("create or replace view raw as select rowid as row, * from cells_given")


__all__ = ["Source", "Tell", "connect", "execute", "first_line", "identity_of", "refuse_changed", "silent", "stage"]
