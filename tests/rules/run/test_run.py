"""A policy over a whole table comes to what `compute` comes to for each of its cases, whatever the table is in."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook, load_workbook

from gongbao.rules.policy import Policy
from gongbao.rules.run import Job, Report, run
from gongbao.rules.run.answers import answers_of
from gongbao.systems import policies
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds
from tests.rules.run.tables import Drawn, Expected, drawn, expected

ALL = [*policies().values(), heating, ferry, herds]
by_policy = pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.name)


def write_csv(path: Path, table: Drawn, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.headings)
        writer.writerows([["" if cell is None else cell for cell in row] for row in table.rows])
    return path


def read_csv(path: Path) -> list[dict[str, str | None]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t" if path.suffix == ".tsv" else ",")
        return [{name: cell or None for name, cell in row.items()} for row in rows]


def compare(table: Drawn, told: Expected, rows: list[dict[str, str | None]], report: Report, rejected: Path) -> None:
    """Every row that compute takes is there, in order, with its values; every other is among the rejected, and why."""
    names = [one.name for one in answers_of(table.policy)]
    kept = [place for place, row in enumerate(told.rows) if row is not None]
    assert len(rows) == len(kept)
    for place, row in zip(kept, rows, strict=True):
        given = dict(zip(table.headings, table.rows[place], strict=True))
        assert row["district"] == given["district"]
        assert {name: row[name] for name in names} == told.rows[place], place + 2
        assert bool(row["missing"]) >= bool(told.missing[place]), place + 2
    assert report.rejected_rows == len(told.codes) == len(table.rows) - len(kept)
    if told.codes:
        refused = read_csv(rejected)
        assert [int(row["row"] or "") for row in refused] == sorted(told.codes)
        for row in refused:
            assert set((row["code"] or "").split("; ")) <= told.codes[int(row["row"] or "")], row
            assert row["reason_zh"] and row["reason_en"]
    else:
        assert not rejected.exists()


@by_policy
def test_a_table_comes_to_what_its_cases_come_to(policy: Policy, tmp_path: Path) -> None:
    table = drawn(policy, 1, 150)
    told = expected(table)
    assert sum(row is not None for row in told.rows) > len(table.rows) // 10, "cases that are computed"
    source = write_csv(tmp_path / "given.csv", table)
    report = run(Job(policy, str(source), str(tmp_path / "out.csv")))
    compare(table, told, read_csv(tmp_path / "out.csv"), report, tmp_path / "out.csv.rejected")
    assert sorted(path.name for path in tmp_path.iterdir() if "rejected" not in path.name) == ["given.csv", "out.csv"]


# --- every kind of file and table


def typed(path: Path, table: Drawn, form: str) -> None:
    """The table as Parquet or a DuckDB table, each column in the type that all of its cells have."""
    connection = duckdb.connect(str(path) if form == "table" else ":memory:")
    listed = ", ".join(f"c{number} varchar" for number in range(len(table.headings)))
    connection.execute(f"create table given ({listed})")
    for row in table.rows:
        connection.execute(f"insert into given values ({', '.join('?' * len(row))})", row)
    columns = []
    for number, heading in enumerate(table.headings):
        kinds = ("boolean", "bigint", "decimal(18,2)", "double", "date")
        count = f"count(*) filter (trim(coalesce(c{number}, '')) <> '')"
        for kind in kinds:
            fits = f"count(*) filter (cast(try_cast(c{number} as {kind}) as varchar) = c{number})"
            same, there = connection.execute(f"select {fits}, {count} from given").fetchall()[0]
            if same == there and there:
                break
        else:
            kind = "varchar"
        columns.append(
            f'try_cast(c{number} as {kind}) as "{heading}"' if kind != "varchar" else f'c{number} as "{heading}"'
        )
    select = f"select {', '.join(columns)} from given"
    if form == "parquet":
        connection.execute(f"copy ({select}) to '{path}'")
    else:
        connection.execute(f"create table people as {select}")
        connection.execute("drop table given")
    connection.close()


def write_workbook(path: Path, table: Drawn) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(table.headings)
    for row in table.rows:
        sheet.append(row)
    book.save(path)


def read_table(select: str, database: Path | None = None) -> list[dict[str, str | None]]:
    with duckdb.connect(str(database) if database else ":memory:") as connection:
        described = connection.execute(f"describe {select}").fetchall()
        listed = ", ".join(f'cast("{one[0]}" as varchar)' for one in described)
        found = connection.execute(f"select {listed} from ({select})").fetchall()
    return [dict(zip([one[0] for one in described], row, strict=True)) for row in found]


@pytest.mark.parametrize("policy", [ferry, herds, policies()["medical-assistance"]], ids=lambda policy: policy.name)
@pytest.mark.parametrize("form", ["parquet", "duckdb", "xlsx", "gb18030"])
def test_every_kind_of_input_and_output_says_the_same(policy: Policy, form: str, tmp_path: Path) -> None:
    table = drawn(policy, 2, 60, label=True)
    told = expected(table)
    source, target = tmp_path / f"given.{form}", tmp_path / f"out.{form}"
    rejected = tmp_path / f"out.{form}.rejected"
    if form == "parquet":
        typed(source, table, form)
        report = run(Job(policy, str(source), str(target)))
        rows = read_table(f"select * from '{target}'")
    elif form == "duckdb":
        typed(source, table, "table")
        report = run(Job(policy, f"{source}:people", f"{target}:main.results"))
        rows = read_table("select * from results", target)
        if told.codes:
            rejected = tmp_path / "rejected.csv"
            with duckdb.connect(str(target)) as connection:
                connection.execute(f"copy results_rejected to '{rejected}'")
    elif form == "xlsx":
        write_workbook(source, table)
        report = run(Job(policy, str(source), str(target)))
        rows = rows_of_workbook(target)
    else:
        source = write_csv(tmp_path / "given.csv", table, "gb18030")
        report = run(Job(policy, str(source), str(tmp_path / "out.tsv")))
        rows, rejected = read_csv(tmp_path / "out.tsv"), tmp_path / "out.tsv.rejected"
    if form in ("parquet", "duckdb") and told.codes:
        # Their rows are counted from 1, and typed cells are told in other words.
        told.codes = {number - 1: codes for number, codes in told.codes.items()}
    compare(table, told, rows, report, rejected)
    left = {path.name for path in tmp_path.iterdir()}
    assert not {name for name in left if "work" in name or "tmp" in name}


def rows_of_workbook(path: Path) -> list[dict[str, str | None]]:
    """As they are shown: amounts with the decimals of their format."""
    head, *rows = load_workbook(path).worksheets[0].iter_rows()
    names = [str(cell.value) for cell in head]
    return [{name: shown(cell) for name, cell in zip(names, row, strict=True)} for row in rows]


def shown(cell: Any) -> str | None:
    if isinstance(cell.value, bool):
        return "true" if cell.value else "false"
    if isinstance(cell.value, int | float):
        places = len(cell.number_format.partition(".")[2])
        return f"{cell.value:.{places}f}"
    return None if cell.value is None else str(cell.value)
