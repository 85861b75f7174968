"""Where a table of cases is, or goes to: a file, a table of a DuckDB file, a table of a PostgreSQL database.

cases.parquet   cases.csv   cases.xlsx
city.duckdb:cases                                    a table of a DuckDB file; city.duckdb:main.cases with its schema
postgresql://user:password@host:5432/city#cases      a table of a PostgreSQL database; #benefits.cases
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gongbao.core.errors import GongbaoError

PARQUET, CSV, XLSX, DUCKDB, POSTGRES = "parquet", "csv", "xlsx", "duckdb", "postgresql"
_BY_ENDING = {
    **dict.fromkeys((".parquet", ".pq"), PARQUET),
    **dict.fromkeys((".csv", ".txt", ".tsv", ".rejected"), CSV),
    ".xlsx": XLSX,
}
_DUCKDB_TABLE = re.compile(r"(?P<file>.+\.(?:duckdb|db|ddb)):(?P<table>[^/\\]+)", re.DOTALL)
_FORMS = "a .parquet, .csv or .xlsx file, FILE.duckdb:TABLE, or postgresql://…/DATABASE#TABLE"


@dataclass(frozen=True, slots=True)
class Place:
    """`path` is the file (of DuckDB: the database), `schema` and `table` name a table, `address` is PostgreSQL's.

    `shown` names the place in messages and never has a password in it.
    """

    kind: str
    shown: str
    path: Path = Path()
    schema: str = ""
    table: str = ""
    address: str = ""

    @property
    def is_database(self) -> bool:
        return self.kind in (DUCKDB, POSTGRES)

    @property
    def separator(self) -> str:
        """What stands between the cells of a CSV file that is written; one that is read is looked at."""
        return "\t" if self.path.suffix.lower() == ".tsv" else ","

    @property
    def beside(self) -> Path:
        """What files that belong to an output are named after: `beside` with .work or .rejected added."""
        if self.kind == POSTGRES:
            return Path(re.sub(r"[^\w.-]", "_", f"{self.schema}.{self.table}".lstrip(".")))
        return self.path.with_name(f"{self.path.name}.{self.qualified}") if self.kind == DUCKDB else self.path

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.table}" if self.schema else self.table


def place_of(text: str) -> Place:
    """Raises GongbaoError for what names no such place."""
    shown = text.encode(errors="replace").decode()
    if re.match(r"postgres(ql)?://", text):
        return _of_postgres(text)
    if re.match(r"[a-z][a-z0-9+.-]+://", text, re.IGNORECASE):
        raise GongbaoError(f"only postgresql:// is an address of a database; take {_FORMS}", where=shown)
    if found := _DUCKDB_TABLE.fullmatch(text):
        schema, table = _table(found["table"], shown)
        return Place(DUCKDB, shown, Path(found["file"]), schema, table)
    path = Path(text)
    if kind := _BY_ENDING.get(path.suffix.lower()):
        return Place(kind, shown, path)
    if path.suffix.lower() in (".duckdb", ".ddb", ".db"):
        raise GongbaoError(f"name a table of it: {shown}:TABLE", where=shown)
    if path.suffix.lower() in (".xls", ".xlsm", ".et", ".ods"):
        raise GongbaoError("save it as .xlsx or .csv first", where=shown)
    raise GongbaoError(f"its ending does not say what it is; take {_FORMS}", where=shown)


def _of_postgres(text: str) -> Place:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        # What the error tells may be a part of the password.
        raise GongbaoError(
            "this is no address of a database; in a password /, #, ?, : and @ are written %2F, %23, %3F, %3A and %40",
            where="postgresql://…",
        ) from None
    name = f"[{host}]" if ":" in host else host
    place = f"{f'{parts.username}@' if parts.username else ''}{name}{f':{port}' if port else ''}"
    shown = f"postgresql://{place}{parts.path}#{parts.fragment}"
    if not parts.fragment:
        raise GongbaoError("name a table after #: postgresql://…/DATABASE#TABLE", where=shown.rstrip("#"))
    schema, table = _table(unquote(parts.fragment), shown)
    # Put together again from its parts, an address without a host would have lost its //.
    return Place(POSTGRES, shown, Path(), schema, table, text.partition("#")[0])


def _table(name: str, shown: str) -> tuple[str, str]:
    schema, dot, table = name.partition(".")
    if not dot:
        schema, table = "", name
    if not table or (dot and not schema) or "\0" in name:
        raise GongbaoError("this names no table", where=shown)
    return schema, table
