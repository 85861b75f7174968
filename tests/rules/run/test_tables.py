"""How rows become cases, what is refused and what is told, and that nothing is left behind."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook, load_workbook

from gongbao.core.errors import GongbaoError
from gongbao.rules.columns import NotInColumns
from gongbao.rules.run import Job, Report, case_on, load, run, running
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.run.tables import drawn, expected, scattered
from tests.rules.run.test_run import compare, read_csv, rows_of_workbook, write_csv, write_workbook

HEAD = "case,groups,cost,clean,on"
ROW = "alone,1333.33,true,2026-03-01"


def written(folder: Path, text: str, name: str = "given.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def computed(folder: Path, text: str, policy: Any = heating, **options: Any) -> tuple[list[Any], list[Any], Report]:
    """The rows of the output and of those rejected."""
    source = written(folder, text)
    report = run(Job(policy, str(source), str(folder / "out.csv"), **options))
    rejected = folder / "out.csv.rejected"
    return read_csv(folder / "out.csv"), read_csv(rejected) if rejected.exists() else [], report


def refused(folder: Path, job: Job) -> str:
    """It is refused in words, and the folder is as it was."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(GongbaoError) as wrong:
        run(job)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert not [path for path in folder.rglob("*") if path.is_dir() and path.name.endswith((".work", "tmp"))]
    return str(wrong.value)


# --- rows and cases


@pytest.mark.parametrize("policy", [ferry, heating], ids=lambda policy: policy.name)
def test_rows_of_a_case_may_stand_anywhere(policy: Any, tmp_path: Path) -> None:
    table = scattered(drawn(policy, 5, 80), 6)
    source = write_csv(tmp_path / "given.csv", table)
    report = run(Job(policy, str(source), str(tmp_path / "out.csv")))
    compare(table, expected(table), read_csv(tmp_path / "out.csv"), report, tmp_path / "out.csv.rejected")


def test_a_table_without_cases_has_one_on_each_row(tmp_path: Path) -> None:
    rows, _, report = computed(tmp_path, f"groups,cost,clean,on\n{ROW}\n\n{ROW}\n,,,\n")
    assert len(rows) == report.rows == report.cases == 2
    assert list(rows[0]) == ["subsidy", "missing"] or "subsidy" in rows[0]


def test_records_without_cases_are_one(tmp_path: Path) -> None:
    rows, _, report = computed(
        tmp_path, "year,date,pier,kind,fare\n2026,2026-05-01,甲渡,large,33.33\n,2026-05-02,甲渡,small,60\n", ferry
    )
    assert report.cases == 1
    assert len({row["allowance_total"] for row in rows}) == 1 and len(rows) == 2


def test_a_case_that_is_left_empty_goes_on_from_the_row_above(tmp_path: Path) -> None:
    text = "编号,year,date,pier,kind,fare\nA,2026,2026-05-01,甲渡,large,33.33\n,,2026-05-02,甲渡,small,60\n"
    rows, rejected, report = computed(tmp_path, text, ferry)
    assert report.cases == 1 and not rejected
    assert [row["编号"] for row in rows] == ["A", None]
    _, rejected, _ = computed(tmp_path, text.replace("\nA,", "\n,", 1), ferry)
    assert [row["code"] for row in rejected] == ["no_case", "no_case"]
    assert [row["row"] for row in rejected] == ["2", "3"]


def test_facts_that_are_left_out_are_told_and_not_guessed(tmp_path: Path) -> None:
    rows, rejected, report = computed(tmp_path, f"{HEAD}\nA,alone,1333.33,,2026-03-01\nB,{ROW}\n")
    assert not rejected and report.cases_with_missing == 1
    assert rows[0]["missing"] == "clean" and rows[0]["subsidy"] is None
    assert rows[1]["missing"] is None and rows[1]["subsidy"]


def test_a_fact_without_column_refuses_the_run(tmp_path: Path) -> None:
    source = written(tmp_path, "case,groups,coost,clean,on\nA,alone,5,true,2026-03-01\n")
    told = refused(tmp_path, Job(heating, str(source), str(tmp_path / "out.csv")))
    assert "no column for cost (取暖费用)" in told and "coost: did you mean cost?" in told
    said: list[str] = []
    job = Job(heating, str(source), str(tmp_path / "out.csv"), allow_missing=True)
    report = run(job, say=said.append)
    assert report.cases_with_missing == 1
    assert said[0] == "carried along, as they are no facts: coost"
    assert read_csv(tmp_path / "out.csv")[0]["coost"] == "5"


def test_names_written_otherwise_are_one_and_put_out_as_they_were_given(tmp_path: Path) -> None:
    piers = ["码头A", "码头Ａ", "码头 a", "乙"]
    lines = [f"{case},2026,2026-05-01,{pier},large,3" for case, many in (("A", piers), ("B", ["乙"])) for pier in many]
    rows, rejected, report = computed(tmp_path, "case,year,date,pier,kind,fare\n" + "\n".join(lines) + "\n", ferry)
    assert not rejected and [row["own"] for row in rows] == ["3.00", "1.00", "0.00", "3.00", "3.00"]
    assert [row["pier"] for row in rows] == [*piers, "乙"]
    assert report.one_by_one == 1


def test_only_the_values_that_are_named(tmp_path: Path) -> None:
    rows, _, _ = computed(
        tmp_path,
        "case,year,date,pier,kind,fare\nA,2026,2026-05-01,甲渡,large,33.33\n",
        ferry,
        values=("allowance_total",),
    )
    assert list(rows[0]) == ["case", "allowance_total", "missing"]
    told = refused(tmp_path, Job(ferry, str(tmp_path / "given.csv"), str(tmp_path / "x.csv"), values=("alowance",)))
    assert "did you mean allowance?" in told


def test_figures_readings_and_days_out_of_force(tmp_path: Path) -> None:
    table = drawn(heating, 7, 60)
    options: dict[str, Any] = {"figures": {"extra[alone]": "40%"}, "readings": {"limit_over": "basic_only"}}
    source = write_csv(tmp_path / "given.csv", table)
    for as_if in (False, True):
        told = expected(table, **options, as_if=as_if)
        report = run(Job(heating, str(source), str(tmp_path / "out.csv"), **options, as_if=as_if))
        compare(table, told, read_csv(tmp_path / "out.csv"), report, tmp_path / "out.csv.rejected")
    assert told.rows != expected(table).rows
    for wrong in ({"figures": {"extra[nobody]": "1%"}}, {"readings": {"limit_over": "none"}}):
        assert refused(tmp_path, Job(heating, str(source), str(tmp_path / "x.csv"), **wrong))


def test_what_is_not_in_columns_is_computed_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> Any:
        raise NotInColumns("of this test")

    monkeypatch.setattr(running, "prepared", none)
    table = drawn(ferry, 8, 30)
    source = write_csv(tmp_path / "given.csv", table)
    report = run(Job(ferry, str(source), str(tmp_path / "out.csv")))
    assert report.one_by_one == report.cases
    compare(table, expected(table), read_csv(tmp_path / "out.csv"), report, tmp_path / "out.csv.rejected")


def test_a_case_with_too_many_records_is_refused_by_their_number(tmp_path: Path) -> None:
    trips = "".join(f"A,2026,2026-05-01,甲渡,large,{fare}.33\n" for fare in range(10_002))
    rows, rejected, report = computed(tmp_path, f"case,year,date,pier,kind,fare\n{trips}B,2026,,,,\n", ferry)
    assert len(rows) == 1 and report.rejected_rows == 10_002
    assert {row["code"] for row in rejected} == {"too_many_records"}
    assert "10002" in rejected[0]["reason_zh"]


# --- CSV


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{HEAD}\nA,{ROW}\n",
        f"{HEAD}\r\nA,{ROW}\r\n",
        f"{HEAD}\nA,{ROW}",
        f"{HEAD}\n\nA,{ROW}\n\n",
        f"{HEAD},note\nA,{ROW}\n",
        f'{HEAD},note\nA,{ROW},"two\nlines, ""quoted"""\n',
        f"{HEAD}\nA,{ROW}\n".replace(",", ";"),
        f"{HEAD}\nA,{ROW}\n".replace(",", "\t"),
        'case,groups,"取暖费用\n（元）",clean,on\nA,alone,"1,333.33",是,2026年3月1日\n',
        f"{HEAD}\r\nA,{ROW}\n",
    ],
    ids=["mark", "crlf", "no end", "empty lines", "short row", "quoted", "semicolons", "tabs", "heading", "mixed ends"],
)
def test_csv_files_as_they_come(text: str, tmp_path: Path) -> None:
    rows, rejected, _ = computed(tmp_path, text)
    assert len(rows) == 1 and not rejected
    assert rows[0]["subsidy"] == computed(tmp_path, f"{HEAD}\nA,{ROW}\n")[0][0]["subsidy"]


def test_a_cell_without_heading_rejects_its_case(tmp_path: Path) -> None:
    rows, rejected, _ = computed(tmp_path, f"{HEAD}\nA,{ROW},stray\nB,{ROW}\n")
    assert [row["case"] for row in rows] == ["B"]
    assert rejected[0]["code"] == "no_heading" and rejected[0]["…"] == "stray"


def test_a_rejected_file_can_be_mended_and_run(tmp_path: Path) -> None:
    text = f"{HEAD},district\nA,alone,12.345,true,2026-03-01,东\nB,{ROW},西\n"
    _, rejected, _ = computed(tmp_path, text)
    assert [row["case"] for row in rejected] == ["A"] and rejected[0]["cost"] == "12.345"
    assert (tmp_path / "out.csv.rejected").read_bytes().startswith(b"\xef\xbb\xbf")
    mended = (tmp_path / "out.csv.rejected").read_text("utf-8-sig").replace("12.345", "12.34", 1)
    rows, rejected, _ = computed(tmp_path, mended)
    assert not rejected and rows[0]["district"] == "东" and not (tmp_path / "out.csv.rejected").exists()


# --- workbooks


def test_a_workbook_is_read_as_it_shows(tmp_path: Path) -> None:
    from datetime import date, datetime

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "对象类别", "取暖费用（元）", "使用清洁能源", "申请日期"])
    sheet.append([1, "独居老人", 1333.33, True, date(2026, 3, 1)])
    sheet["A5"], sheet["B5"], sheet["C5"], sheet["D5"] = 2, "alone、large", 1e3, "是"
    sheet["E5"] = datetime(2026, 3, 1, 12)
    book.save(tmp_path / "given.xlsx")
    report = run(Job(heating, str(tmp_path / "given.xlsx"), str(tmp_path / "out.xlsx")))
    assert report.rows == 2 and report.rejected_rows == 1
    (row,) = rows_of_workbook(tmp_path / "out.xlsx")
    assert row["编号"] == "1" and row["subsidy"] and "." in row["subsidy"]
    assert read_csv(tmp_path / "out.xlsx.rejected")[0]["row"] == "5"


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    source = written(tmp_path, f"{HEAD},=note\n=A1,{ROW},=1+1\n@x,{ROW},+1\n")
    run(Job(heating, str(source), str(tmp_path / "out.xlsx")))
    cells = [cell for row in load_workbook(tmp_path / "out.xlsx").worksheets[0].iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert {"=A1", "=1+1", "@x", "+1", "=note"} <= {cell.value for cell in cells}


def test_what_a_cell_of_a_workbook_cannot_hold(tmp_path: Path) -> None:
    source = written(tmp_path, f"{HEAD},note\nA,{ROW},\x01\uffff{'x' * 40_000}\n")
    run(Job(heating, str(source), str(tmp_path / "out.xlsx")))
    (row,) = rows_of_workbook(tmp_path / "out.xlsx")
    assert row["note"] is not None and row["note"].startswith("\ufffd\ufffdx") and len(row["note"]) == 32_767


def bomb(path: Path) -> None:
    """A workbook of some kilobytes whose sheet is far larger."""
    write_workbook(path, drawn(heating, 1, 1))
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", b" " * 70_000_000 + b"</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, sheet if name.endswith("sheet1.xml") else content)


# --- what is refused

NONSENSE: dict[str, Callable[[Path], object]] = {
    "given.parquet": lambda path: path.write_bytes(b"PAR1" + b"\0" * 50),
    "text.parquet": lambda path: path.write_bytes(b"a,b\n1,2\n"),
    "given.csv": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "empty.csv": lambda path: path.write_bytes(b""),
    "heading.csv": lambda path: path.write_bytes(HEAD.encode() + b"\n"),
    "wrong.csv": lambda path: path.write_bytes(b"a,b\n1,2\n"),
    "utf16.csv": lambda path: path.write_bytes(f"{HEAD}\nA,{ROW}\n".encode("utf-16")),
    "twice.csv": lambda path: path.write_bytes(f"{HEAD},取暖费用\nA,{ROW},1\n".encode()),
    "taken.csv": lambda path: path.write_bytes(f"{HEAD},subsidy\nA,{ROW},1\n".encode()),
    "given.xlsx": lambda path: path.write_bytes(b"PK\3\4 no workbook"),
    "bomb.xlsx": bomb,
    "given.duckdb:people": lambda path: Path(str(path).partition(":")[0]).write_bytes(b"no database"),
    "none.duckdb:people": lambda path: None,
    "none.csv": lambda path: None,
    "folder.csv": lambda path: path.mkdir(),
    "given.xls": lambda path: path.write_bytes(b"?"),
    "given": lambda path: path.write_bytes(b"?"),
    "given.duckdb": lambda path: path.write_bytes(b"?"),
    "http://city.example/given.csv": lambda path: None,
    "postgresql://user:secret@127.0.0.1:1/city#people": lambda path: None,
    "postgresql://127.0.0.1/city": lambda path: None,
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_in_words(name: str, tmp_path: Path) -> None:
    source = name if "://" in name else str(tmp_path / name)
    NONSENSE[name](Path(source))
    told = refused(tmp_path, Job(heating, source, str(tmp_path / "out.parquet")))
    assert len(told) > 20 and "Traceback" not in told and "secret" not in told


def test_outputs_that_cannot_be(tmp_path: Path) -> None:
    source = str(written(tmp_path, f"{HEAD}\nA,{ROW}\n"))
    with duckdb.connect(str(tmp_path / "city.duckdb")) as connection:
        connection.execute("create table people as select 1 as one")
    (tmp_path / "mine.csv.work").mkdir()
    (tmp_path / "mine.csv.work" / "letter.txt").write_text("dear")
    for target, words in (
        (source, "place of the input"),
        (str(tmp_path / "none" / "out.csv"), "no such folder"),
        (str(tmp_path), "ending"),
        (f"{tmp_path}/city.duckdb:people", "--replace"),
        (str(tmp_path / "mine.csv"), "not one of its own"),
    ):
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        with pytest.raises(GongbaoError, match=words):
            run(Job(heating, source, target))
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    run(Job(heating, source, f"{tmp_path}/city.duckdb:people", replace=True))
    with duckdb.connect(str(tmp_path / "city.duckdb")) as connection:
        assert connection.execute("select subsidy is not null from people").fetchall() == [(True,)]
        assert connection.execute("show tables").fetchall() == [("people",)]
    again = f"{tmp_path}/city.duckdb:people"
    with pytest.raises(GongbaoError, match="place of the input"):
        run(Job(heating, again, again, replace=True))


# --- into memory, and one case


def test_a_population_is_loaded_with_what_it_carries(tmp_path: Path) -> None:
    text = (
        "case,year,date,pier,kind,fare,district,person\n"
        "A,2026,2026-05-01,甲渡,large,33.33,东,1\nA,,2026-04-01,乙渡,small,60.00,东,1\n"
        "B,2026,2026-05-01,甲渡,large,33.333,西,2\nC,2026,,,,,西,3\n"
    )
    found = load(ferry, str(written(tmp_path, text)))
    assert found.batch.cases == 2 and found.left_out_count == 1
    (left,) = found.left_out
    assert (left.row, left.case) == (4, "B") and "33.333" in left.zh and "33.333" in left.en
    trips = found.batch.records["trips"]
    assert trips.starts.tolist() == [0, 2, 2]
    assert trips.columns["fare"].tolist() == [6000, 3333] and trips.columns["#place"].tolist() == [1, 0]
    assert {name: [one.names[code] for code in one.codes] for name, one in found.carried.items()} == {
        "district": ["东", "西"],
        "person": ["1", "3"],
    }


@pytest.mark.parametrize("between", ["", ",,,,,,,\n"], ids=["", "empty row"])
def test_what_is_carried_belongs_to_its_case_wherever_its_rows_stand(between: str, tmp_path: Path) -> None:
    head = "case,year,date,pier,kind,fare,district,trip\n"
    b, a, c, d = (
        "B,2026,2026-05-01,甲渡,large,33.33,西,x\n",
        "A,2026,2026-05-01,甲渡,large,20,东,y\n",
        "C,2026,,,,,,z\n",
        "B,2026,2026-05-01,甲渡,large,10,西,y\n",
    )
    for rows, districts in ((b + d + between + a + c, ["西", "东", ""]), (a + b + between + c + d, ["东", "西", ""])):
        found = load(ferry, str(written(tmp_path, head + rows)))
        assert {name: [one.names[code] for code in one.codes] for name, one in found.carried.items()} == {
            "district": districts
        }
    flat = load(heating, str(written(tmp_path, f"{HEAD},ward\nA,{ROW},9\n{between[2:]}B,{ROW},8\n")))
    assert [flat.carried["ward"].names[code] for code in flat.carried["ward"].codes] == ["9", "8"]


def test_the_case_of_any_row(tmp_path: Path) -> None:
    text = f"{HEAD}\nA,{ROW}\nB,large,5,true,2026-03-01\nA,{ROW}\n"
    source = str(written(tmp_path, text))
    assert case_on(heating, source, 3).given == {"groups": "large", "cost": "5", "clean": "true", "on": "2026-03-01"}
    assert [one.code for _, one in case_on(heating, source, 4).problems] == ["given_twice"]
    for row in (0, 1, 5):
        with pytest.raises(GongbaoError, match="rows of cases are 2 to 4"):
            case_on(heating, source, row)


def test_what_is_carried_into_a_workbook_shows_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "given.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'alone' as groups, 5 as cost, true as clean, date '2026-03-01' as on, "
            "cast(110101199001011234 as bigint) as person, 0.5::double as share, 'nan'::double as none, "
            "timestamptz '2026-03-01 00:00:00+00' as at, timestamp '2026-03-01 10:00:00' as here, "
            "123.450::decimal(9,3) as area, 99999999999999999.99::decimal(38,2) as huge, ['a', 'b'] as tags, "
            f"time '10:00:00' as clock, 'x'::blob as raw) to '{source}'"
        )
    run(Job(heating, str(source), str(tmp_path / "out.xlsx")))
    head, row = load_workbook(tmp_path / "out.xlsx").worksheets[0].iter_rows()
    found = {str(name.value): cell for name, cell in zip(head, row, strict=True)}
    assert found["person"].value == "110101199001011234" and found["share"].value == 0.5
    assert found["none"].value == "nan" and found["huge"].value == "99999999999999999.99"
    assert found["area"].value == 123.45 and found["area"].number_format == "0.000"
    assert found["here"].is_date and str(found["at"].value).startswith("2026-03-01") and found["tags"].value == "a、b"


@pytest.mark.parametrize("kind", ["bigint", "double", "date", "varchar", "decimal(9,2)"])
def test_cases_may_be_called_by_anything(kind: str, tmp_path: Path) -> None:
    source, target = tmp_path / "given.parquet", tmp_path / "out.parquet"
    names = ["2026-01-01", "2026-02-01"] if kind == "date" else ["17", "18"]
    listed = ", ".join(
        f"(cast('{names[case]}' as {kind}), 2026, cast('2026-05-{day:02}' as date), '甲渡', 'large', 33.33)"
        for case, day in ((0, 1), (1, 1), (0, 2))
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from (values {listed}) given(\"case\", year, date, pier, kind, fare)) to '{source}'"
        )
        report = run(Job(ferry, str(source), str(target)))
        assert (report.rows, report.cases, report.rejected_rows) == (3, 2, 0)
        found = connection.execute(f'select "case", typeof("case"), allowance_total from \'{target}\'').fetchall()
        assert found[0] == found[2] and {one[1].lower() for one in found} == {kind.replace(" ", "")}
        each = [f"(cast('{names[case]}' as {kind}), 'alone', 5, true, date '2026-03-01')" for case in (0, 1, 0)]
        connection.execute(
            f'copy (select * from (values {", ".join(each)}) given("case", groups, cost, clean, "on")) to \'{source}\''
        )
    report = run(Job(heating, str(source), str(target)))
    (rejected,) = read_csv(tmp_path / "out.parquet.rejected")
    assert report.rejected_rows == 1 and rejected["row"] == "3" and rejected["code"] == "given_twice"


def test_columns_that_are_lacking_are_missing_in_every_case(tmp_path: Path) -> None:
    """Of records one field, and the whole list of them; what does not need it is computed."""
    without_kind = "case,year,date,pier,fare\nA,2026,2026-05-01,甲渡,33.33\nB,2026,,,\n"
    assert "trips.kind" in refused(
        tmp_path, Job(ferry, str(written(tmp_path, without_kind)), str(tmp_path / "out.csv"))
    )
    rows, rejected, report = computed(tmp_path, without_kind, ferry, allow_missing=True)
    assert not rejected and report.cases_with_missing == 1
    assert rows[0]["missing"] == "trips.kind" and rows[0]["allowance_total"] is None
    assert rows[1]["missing"] is None and rows[1]["allowance_total"] == "0.00"
    rows, rejected, report = computed(tmp_path, "case,year\nA,2026\nB,2027\n", ferry, allow_missing=True)
    assert not rejected and [row["missing"] for row in rows] == ["trips", "trips"]
    (tmp_path / "out.csv").unlink()
    for text in (without_kind, "case,year\nA,2026\n"):
        with pytest.raises(GongbaoError, match="no column for"):
            load(ferry, str(written(tmp_path, text)))
