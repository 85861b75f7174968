"""Words looked for in a library: `python -m benchmarks.searching`, in a process with a scratch database.

A search is what the page of the list asks for: which documents hold the words, the first page of them with those that
have them in the title before, and the clauses in which they stand.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processes import run

# Words of the sample, of which the generator makes its documents: in a few, in some, in all.
WORDS = (
    "车",
    "取暖",
    "政府",
    "财政局",
    "人民政府",
    "市人民政府",
    "清洁取暖补贴",
    "取暖 补贴",
    "PM2.5",
    "2026",
    "没有",
)
Measured = list[dict[str, Any]]
_ADDRESSES = ("postgresql:///postgres", "postgresql://postgres@127.0.0.1:5432/postgres")


def measured(runs: int) -> Measured:
    """How long each search takes, on the database of this process."""
    from gongbao.office.library import queries

    out = []
    for words in WORDS:
        times = []
        for turn in range(runs + 1):
            begin = time.perf_counter()
            sought = queries.sought(words)
            listed = list(queries.list_documents(text=sought)[: queries.PAGE_SIZE])
            found = queries.matches(listed, sought)
            if turn:  # the first also warms what is kept between requests
                times.append((time.perf_counter() - begin) * 1000)
        clauses = sum(len(one.clauses) for one in found)
        out.append({"words": words, "documents": len(sought.found), "clauses": clauses, "milliseconds": times})
    return out


def on_sqlite(folder: Path, documents: int, runs: int, limit: float = 3600) -> Measured:
    """The searches in a library made for them, in a home below `folder`."""
    return _run(folder / "home-searches", documents, runs, limit)


def on_postgres(folder: Path, documents: int, runs: int, limit: float = 3600) -> Measured | None:
    """The searches on a PostgreSQL of this machine, in a database made for it; None where none answers."""
    with scratch_database() as address:
        return _run(folder / "home-postgres", documents, runs, limit, address) if address else None


def _run(home: Path, documents: int, runs: int, limit: float, database: str = "") -> Measured:
    arguments = ("--documents", str(documents), "--runs", str(runs))
    return run("benchmarks.searching", *arguments, home=home, limit=limit, database=database)  # type: ignore[no-any-return]


@contextmanager
def scratch_database() -> Iterator[str]:
    """The address of a database of a PostgreSQL of this machine, made for this; "" where none answers."""
    import psycopg

    name = f"gongbao_bench_{os.getpid()}"
    for address in _ADDRESSES:
        try:
            keeper = psycopg.connect(address, connect_timeout=3, autocommit=True)
        except psycopg.OperationalError:
            continue
        with keeper:
            try:
                keeper.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
            except psycopg.errors.InsufficientPrivilege:
                continue
            try:
                yield address.removesuffix("postgres") + name
            finally:
                keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]
            return
    yield ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    if not os.environ.get("GONGBAO_HOME"):
        parser.error("GONGBAO_HOME must name an empty folder: the library of this installation is not for measuring")

    from benchmarks import pages
    from gongbao.site.prepare import migrate, set_up

    set_up()
    migrate()
    from gongbao.office.library import actions

    # What a check finds is not looked for here, and takes longer than all else.
    actions.check_gazette = lambda *values, **named: []
    pages.fill(options.documents)
    print(json.dumps(measured(options.runs)))


if __name__ == "__main__":
    main()
