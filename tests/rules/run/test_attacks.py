"""What is done to a run: inputs that change or lead elsewhere, names that are taken, folders of somebody else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules.run import Job, case_on, load, loading, outputs, run
from gongbao.rules.run.databases import refuse_postgres
from gongbao.rules.run.places import place_of
from tests.rules.country.heating.rules import policy as heating
from tests.rules.run.test_run import read_csv
from tests.rules.run.test_tables import HEAD, ROW, written


def parquet(path: Path, costs: list[str]) -> str:
    rows = ", ".join(f"('{number}', '{ROW.replace('1333.33', cost)}')" for number, cost in enumerate(costs))
    names = HEAD.split(",")
    cells = ", ".join(f"split_part(cells, ',', {place})  as \"{name}\"" for place, name in enumerate(names[1:], 1))
    duckdb.sql(f"copy (select number as \"{names[0]}\", {cells} from (values {rows}) t(number, cells)) to '{path}'")
    return str(path)


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("ending", ["out.parquet", "out.csv", "out.xlsx", "out.duckdb:paid"])
@pytest.mark.parametrize("when", ["computing", "writing"])
def test_rows_never_meet_what_another_input_comes_to(
    tmp_path: Path, ending: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = parquet(tmp_path / "in.parquet", ["1000", "2000"])
    other = parquet(tmp_path / "other.parquet", ["2000", "1000", "3000"])
    in_order = outputs._in_order

    def changed_meanwhile(*given: Any) -> None:
        if os.path.exists(other):
            os.replace(other, source)
        in_order(*given)

    def progress(step: str, done: int, total: int) -> None:
        if when == step == "computing" and os.path.exists(other):
            os.replace(other, source)

    if when == "writing":
        monkeypatch.setattr(outputs, "_in_order", changed_meanwhile)
    target = f"{tmp_path}/{ending}"
    with pytest.raises(GongbaoError, match="has changed while it was read"):
        run(Job(heating, source, target), progress=progress)
    assert not os.path.exists(other)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("out") and one.is_file()] == []
    said: list[str] = []
    assert run(Job(heating, source, target), say=said.append).rows == 3
    assert any("begun anew" in one for one in said)


def test_a_population_that_changes_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = parquet(tmp_path / "in.parquet", ["1000", "2000"])
    other = parquet(tmp_path / "other.parquet", ["2000", "1000"])
    stage = loading.stage_cells

    def slowly(*given: Any) -> None:
        os.replace(other, source)
        stage(*given)

    monkeypatch.setattr(loading, "stage_cells", slowly)
    with pytest.raises(GongbaoError, match="has changed while it was read"):
        load(heating, source)


def test_a_table_that_is_there_stays_though_it_is_called_rejected(tmp_path: Path) -> None:
    source = str(written(tmp_path, f"{HEAD}\nA,{ROW}\n"))
    with duckdb.connect(str(tmp_path / "city.duckdb")) as connection:
        connection.execute("create table paid_rejected as select 42 as one")
    with pytest.raises(GongbaoError, match="paid_rejected already; --replace"):
        run(Job(heating, source, f"{tmp_path}/city.duckdb:paid"))
    with duckdb.connect(str(tmp_path / "city.duckdb")) as connection:
        assert connection.execute("from paid_rejected").fetchall() == [(42,)]
        assert connection.execute("show tables").fetchall() == [("paid_rejected",)]


@pytest.mark.parametrize("name", ["people", "PEOPLE", "main.people", "Main.People"])
def test_no_input_is_written_over_under_another_spelling(tmp_path: Path, name: str) -> None:
    given = written(tmp_path, f"{HEAD}\nA,{ROW}\n")
    with duckdb.connect(str(tmp_path / "city.duckdb")) as connection:
        for table in ("people", "people_rejected"):
            connection.execute(f"create table {table} as from read_csv('{given}', all_varchar = true)")
    for source in ("people", "people_rejected"):
        with pytest.raises(GongbaoError, match="place of the input"):
            run(
                Job(heating, f"{tmp_path}/city.duckdb:{source}", f"{tmp_path}/city.duckdb:{name}", replace=True),
            )


def test_the_rejected_file_is_run_as_it_is_but_not_onto_itself(tmp_path: Path) -> None:
    source = str(written(tmp_path, f"{HEAD}\nA,{ROW}\nB,{ROW.replace('1333.33', 'much')}\n"))
    assert run(Job(heating, source, str(tmp_path / "out.csv"))).rejected_rows == 1
    rejected = tmp_path / "out.csv.rejected"
    before = files(tmp_path)
    with pytest.raises(GongbaoError, match="place of the input"):
        run(Job(heating, str(rejected), str(tmp_path / "out.csv")))
    assert files(tmp_path) == before
    rejected.write_text(rejected.read_text("utf-8-sig").replace("much", "1333.33", 1), "utf-8-sig")
    assert run(Job(heating, str(rejected), str(tmp_path / "rest.csv"))).rejected_rows == 0


def test_a_view_of_a_database_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    given = written(tmp_path, f"{HEAD}\nA,{ROW}\n")
    with duckdb.connect(str(tmp_path / "city.duckdb")) as connection:
        connection.execute(f"create table t as from read_csv('{given}', all_varchar = true)")
        connection.execute(f"create view people as select t.*, r.content as more from t, read_text('{secret}') r")
    with pytest.raises(GongbaoError, match="this is a view"):
        run(Job(heating, f"{tmp_path}/city.duckdb:people", str(tmp_path / "out.csv")))
    with pytest.raises(GongbaoError, match="this is a view"):
        load(heating, f"{tmp_path}/city.duckdb:People")
    assert not list(tmp_path.glob("out*"))


def test_the_folder_of_a_run_is_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = str(written(tmp_path, f"{HEAD}\nA,{ROW}\n"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "run.json").write_text('{"form": 1}')
    (tmp_path / "out.csv.work").symlink_to(elsewhere)
    before = files(tmp_path)
    with pytest.raises(GongbaoError, match="not your own"):
        run(Job(heating, source, str(tmp_path / "out.csv")))
    assert files(tmp_path) == before
    (tmp_path / "out.csv.work").unlink()
    shutil.copytree(elsewhere, tmp_path / "out.csv.work")
    monkeypatch.setattr(os, "geteuid", lambda: (tmp_path / "out.csv.work").stat().st_uid + 1)
    with pytest.raises(GongbaoError, match="not your own"):
        run(Job(heating, source, str(tmp_path / "out.csv")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'{HEAD}\nA,"{ROW}\nB,{ROW}\nC,{ROW}\n', "no CSV file"),
        (f'{HEAD}\nA,"x"y{ROW}\nB,{ROW}\n', "no CSV file"),
    ],
)
def test_a_quote_that_is_not_closed_takes_in_no_rows(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(GongbaoError, match=words):
        run(Job(heating, str(written(tmp_path, text)), str(tmp_path / "out.csv")))


def test_a_folder_in_the_place_of_what_is_rejected_is_told_before_anything_is_read(tmp_path: Path) -> None:
    source = str(written(tmp_path, f"{HEAD}\nA,{ROW}\n"))
    (tmp_path / "out.csv.rejected").mkdir()
    with pytest.raises(GongbaoError, match="this is a folder"):
        run(Job(heating, source, str(tmp_path / "out.csv")))
    assert not (tmp_path / "out.csv.work").exists()


def test_a_column_that_is_called_as_the_number_of_a_row_is_told(tmp_path: Path) -> None:
    source = parquet(tmp_path / "in.parquet", ["1000"])
    again = tmp_path / "again.parquet"
    duckdb.sql(f"copy (select *, 7 as file_row_number from read_parquet('{source}')) to '{again}'")
    with pytest.raises(GongbaoError, match="give it another name"):
        run(Job(heating, str(again), str(tmp_path / "out.csv")))


def test_names_that_are_too_long_are_told(tmp_path: Path) -> None:
    source = str(written(tmp_path, f"{HEAD}\nA,{ROW}\n"))
    for target in (f"{tmp_path}/{'x' * 250}.csv", f"{tmp_path}/x.duckdb:{'x' * 300}"):
        with pytest.raises(GongbaoError, match="too long"):
            run(Job(heating, source, target))
    with pytest.raises(GongbaoError, match="there is no row"):
        case_on(heating, source, 10**60)


@pytest.mark.parametrize("sign", ["/", "#", "?"])
def test_nothing_of_a_password_is_told(sign: str) -> None:
    with pytest.raises(GongbaoError) as told:
        place_of(f"postgresql://keeper:hush{sign}hush@db.city.example:5432/city#people")
    assert "hush" not in str(told.value) and "hush" not in (told.value.where or "")


def test_an_address_without_a_host_stays_one() -> None:
    assert place_of("postgresql:///city#people").address == "postgresql:///city"


@pytest.mark.django_db
@pytest.mark.postgres
def test_the_two_tables_of_postgres_have_names_of_their_own() -> None:
    from tests import rig

    address = rig.postgres_url().rpartition("/")[0] + "/postgres"
    with pytest.raises(GongbaoError, match="too long for a table"):
        refuse_postgres(place_of(f"{address}#{'y' * 55}"), replace=False)


def test_no_cell_of_a_csv_file_is_computed(tmp_path: Path) -> None:
    cells = ["=1+1", " =1+1", "@x", "+a", "-a", "＝1", "-5", "+1,234.50", "-65%", "东", "1-2", "'=1"]
    rows = [f'"{cell}",{place},{ROW}' for place, cell in enumerate(cells)]
    wrong = [f'"=2",x{place},alone,=1,true,2026-03-01' for place in range(2)]
    source = str(written(tmp_path, "\n".join([f"note,{HEAD},=2", *(f"{row},3" for row in [*rows, *wrong])])))
    run(Job(heating, source, f"{tmp_path}/out.csv"))
    notes = [row["note"] for row in read_csv(tmp_path / "out.csv")]
    assert read_csv(tmp_path / "out.csv")[0]["'=2"] == "3"
    assert notes == [f"'{cell}" for cell in cells[:6]] + cells[6:]
    assert {(row["note"], row["cost"]) for row in read_csv(tmp_path / "out.csv.rejected")} == {("'=2", "'=1")}
    run(Job(heating, source, f"{tmp_path}/out.parquet"))
    assert [note for (note,) in duckdb.sql(f"select note from '{tmp_path}/out.parquet'").fetchall()] == cells
