"""Tables of DuckDB files and of PostgreSQL databases, in and out.

PostgreSQL is spoken to by psycopg and COPY, so that no extension of DuckDB has to be fetched. A table is written in one
transaction, together with that of the rejected rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.rules.run import cells
from gongbao.rules.run.places import Place

_READ = 1 << 20
_ATTACHED = "other"
_REJECTED = "_rejected"
_LONGEST_NAME = 63
"""Bytes: PostgreSQL cuts a longer name, and the tables would be one."""


def _missing(place: Place) -> GongbaoError:
    return GongbaoError("there is no such table", where=place.shown)


# --- DuckDB


@contextmanager
def _attached(connection: Any, place: Place, *, read_only: bool) -> Iterator[None]:
    if read_only and not place.path.is_file():
        raise GongbaoError("there is no such file", where=place.shown)
    options = "read_only, type duckdb" if read_only else "type duckdb"
    connection.execute(f"attach {cells.quoted(str(place.path.resolve()))} as {_ATTACHED} ({options})")
    try:
        yield
    finally:
        connection.execute(f"detach {_ATTACHED}")


def _name(place: Place, suffix: str = "") -> str:
    return f"{_ATTACHED}.{cells.name(place.schema or 'main')}.{cells.name(place.table + suffix)}"


def _exists(connection: Any, place: Place, suffix: str = "", *, kind: str = "%") -> bool:
    query = (
        "select 1 from information_schema.tables where table_catalog = ? and lower(table_schema) = lower(?) and "
        "lower(table_name) = lower(?) and table_type like ?"
    )
    parameters = [_ATTACHED, place.schema or "main", place.table + suffix, kind]
    return bool(connection.execute(query, parameters).fetchall())


def from_duckdb(connection: Any, place: Place, copy: Callable[[str], None]) -> tuple[list[str], list[str]]:
    """Make `cells_given` out of a table: its names and types of columns. `copy` runs a long statement."""
    with _attached(connection, place, read_only=True):
        if not _exists(connection, place):
            raise _missing(place)
        if _exists(connection, place, kind="VIEW"):
            # It would read what its maker wrote into it: other files of whoever runs it.
            raise GongbaoError("this is a view; make a table of it first", where=place.shown)
        described = connection.execute(f"describe select * from {_name(place)}").fetchall()
        listed = ", ".join(f"{cells.name(one[0])} as c{number}" for number, one in enumerate(described, 1))
        copy(f"create or replace table cells_given as select {listed} from {_name(place)}")
    return [one[0] for one in described], [one[1] for one in described]


def refuse_duckdb(connection: Any, place: Place, *, replace: bool) -> None:
    """Raises GongbaoError where a table is there already that is not to be replaced."""
    if not place.path.exists():
        return
    with _attached(connection, place, read_only=True):
        _refuse_there(connection, place, replace=replace)


def _refuse_there(connection: Any, place: Place, *, replace: bool) -> None:
    for suffix in ("", _REJECTED):
        if not replace and _exists(connection, place, suffix):
            raise _is_there(place, suffix)


def _is_there(place: Place, suffix: str) -> GongbaoError:
    name = place.table + suffix
    return GongbaoError(f"there is a table of the name {name} already; --replace writes over it", where=place.shown)


def to_duckdb(
    connection: Any, place: Place, selects: dict[str, str], is_same: Callable[[], None], *, replace: bool
) -> None:
    """Write tables in one transaction: each select under the table's name with its suffix added. Nothing is kept where
    `is_same`, asked at the end, raises."""
    is_new = not place.path.exists()
    try:
        with _attached(connection, place, read_only=False):
            _refuse_there(connection, place, replace=replace)
            connection.begin()
            try:
                if place.schema:
                    connection.execute(f"create schema if not exists {_ATTACHED}.{cells.name(place.schema)}")
                connection.execute(f"drop table if exists {_name(place, _REJECTED)}")
                for suffix, select in selects.items():
                    connection.execute(f"drop table if exists {_name(place, suffix)}")
                    connection.execute(f"create table {_name(place, suffix)} as {select}")
                is_same()
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
    except BaseException:
        if is_new:
            place.path.unlink(missing_ok=True)
            Path(f"{place.path}.wal").unlink(missing_ok=True)
        raise


# --- PostgreSQL

_OF_POSTGRES = {
    "boolean": "BOOLEAN",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double precision": "DOUBLE",
    "real": "FLOAT",
    "date": "DATE",
    "timestamp without time zone": "TIMESTAMP",
    "text[]": "VARCHAR[]",
    "character varying[]": "VARCHAR[]",
}
_TO_POSTGRES = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(39,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "VARCHAR[]": "text[]",
}


@contextmanager
def _postgres(place: Place) -> Iterator[Any]:
    import psycopg

    try:
        with psycopg.connect(place.address, connect_timeout=15) as connection:
            connection.execute("set datestyle = 'ISO, YMD'")
            connection.execute("set extra_float_digits = 1")
            yield connection
    except psycopg.Error as error:
        told = str(error).strip().partition("\n")[0]
        raise GongbaoError(f"the database says: {_without_password(told, place)}", where=place.shown) from None


def _without_password(text: str, place: Place) -> str:
    found = re.search(r"://[^/@]*:([^@/]*)@", place.address)
    return text.replace(found[1], "…") if found and found[1] else text


def _table(place: Place, suffix: str = "") -> str:
    schema = f"{cells.name(place.schema)}." if place.schema else ""
    return f"{schema}{cells.name(place.table + suffix)}"


def from_postgres(place: Place, target: Path, tell: Callable[[float], None]) -> tuple[list[str], list[str], list[str]]:
    """A table as CSV without headings: its names of columns, their types as they are read, and as they are put out
    again. A numeric stays the text it is, which no type of DuckDB holds in every case."""
    with _postgres(place) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        oid = connection.execute("select to_regclass(%s)::oid", [_table(place)]).fetchone()[0]
        if oid is None:
            raise _missing(place)
        described = connection.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = %s and attnum > 0 and not attisdropped order by attnum",
            [oid],
        ).fetchall()
        rows = max(connection.execute("select reltuples from pg_class where oid = %s", [oid]).fetchone()[0], 1)
        listed = ", ".join(
            f"array_to_json({cells.name(name)})::text" if kind.endswith("[]") else f"{cells.name(name)}::text"
            for name, kind in described
        )
        sql = f"copy (select {listed} from {_table(place)}) to stdout (format csv, force_quote *)"
        done = 0
        with connection.cursor().copy(sql) as copy, target.open("wb") as stream:
            for block in copy:
                stream.write(block)
                done += bytes(block).count(b"\n")
                tell(min(done / rows, 1.0))
    kinds = [kind for _, kind in described]
    types = [_OF_POSTGRES.get(kind, "VARCHAR") for kind in kinds]
    return [name for name, _ in described], types, [_put_out_as(kind) for kind in kinds]


def _put_out_as(kind: str) -> str:
    found = re.fullmatch(r"numeric\((\d+),(\d+)\)", kind)
    return f"DECIMAL({found[1]},{found[2]})" if found and int(found[1]) <= 38 else ""


def refuse_postgres(place: Place, *, replace: bool) -> None:
    """Raises GongbaoError where there is no such database or schema, or a table that is not to be replaced."""
    with _postgres(place) as connection:
        if (
            place.schema
            and not connection.execute("select to_regnamespace(%s)", [cells.name(place.schema)]).fetchone()[0]
        ):
            raise GongbaoError(f"there is no schema {place.schema}", where=place.shown)
        if len(f"{place.table}{_REJECTED}".encode()) > _LONGEST_NAME:
            raise GongbaoError(f"with {_REJECTED} behind it this name is too long for a table", where=place.shown)
        _refuse_there_in_postgres(connection, place, replace=replace)


def _refuse_there_in_postgres(connection: Any, place: Place, *, replace: bool) -> None:
    for suffix in ("", _REJECTED):
        if not replace and connection.execute("select to_regclass(%s)", [_table(place, suffix)]).fetchone()[0]:
            raise _is_there(place, suffix)


def to_postgres(
    place: Place, tables: dict[str, tuple[list[tuple[str, str]], Path]], tell: Callable[[float], None], *, replace: bool
) -> None:
    """Write tables in one transaction: for each suffix of the name, columns with their types of DuckDB, and the rows as
    CSV. An empty cell is NULL unless it is quoted."""
    with _postgres(place) as connection:
        _refuse_there_in_postgres(connection, place, replace=replace)
        connection.execute(f"drop table if exists {_table(place, _REJECTED)}")
        for suffix, (columns, path) in tables.items():
            connection.execute(f"drop table if exists {_table(place, suffix)}")
            listed = ", ".join(f"{cells.name(name)} {_to_postgres(kind)}" for name, kind in columns)
            connection.execute(f"create table {_table(place, suffix)} ({listed})")
            size, done = max(path.stat().st_size, 1), 0
            sql = f"copy {_table(place, suffix)} from stdin (format csv)"
            with connection.cursor().copy(sql) as copy, path.open("rb") as stream:
                while block := stream.read(_READ):
                    copy.write(block)
                    done += len(block)
                    tell(done / size)


def _to_postgres(kind: str) -> str:
    return kind.lower().replace("decimal", "numeric") if kind.startswith("DECIMAL") else _TO_POSTGRES.get(kind, "text")


def as_postgres_reads(column: str, kind: str) -> str:
    """A column as the CSV for PostgreSQL has it."""
    if kind == "VARCHAR[]":
        # {"a","b"}: each text in quotes, with a backslash before quotes and backslashes.
        escaped = f"list_transform({column}, lambda x: '\"' || replace(replace(x, '\\', '\\\\'), '\"', '\\\"') || '\"')"
        return f"case when {column} is not null then '{{' || array_to_string({escaped}, ',') || '}}' end"
    if kind in _TO_POSTGRES or kind.startswith("DECIMAL"):
        return column
    # PostgreSQL keeps no text with the character 0.
    return f"replace(cast({column} as varchar), chr(0), '')"


__all__ = [
    "as_postgres_reads",
    "from_duckdb",
    "from_postgres",
    "refuse_duckdb",
    "refuse_postgres",
    "to_duckdb",
    "to_postgres",
]
