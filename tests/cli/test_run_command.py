"""`gongbao run` as it is typed: what it tells, how it ends, and a row explained as compute explains its case."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gongbao.cli import running
from tests.cli.test_rules_commands import Gongbao, gongbao, real  # noqa: F401
from tests.library.test_contract_computing import check, fields_of
from tests.program import PROGRAM, environment
from tests.rig import ROOT
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.run.tables import drawn
from tests.rules.run.test_run import read_csv, write_csv

HEAD = "case,groups,cost,clean,on,clena"
ROWS = "A,alone,1333.33,true,2026-03-01,x\nB,large,12.345,true,2026-03-01,y\nC,alone,5,,2026-03-01,z\n"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    (tmp_path / "given.csv").write_text(f"{HEAD}\n{ROWS}", encoding="utf-8")
    return tmp_path / "given.csv"


def test_what_is_told(gongbao: Gongbao, given: Path, tmp_path: Path) -> None:  # noqa: F811
    done = gongbao("run", "heating", given, "-o", tmp_path / "out.csv")
    assert done.code == 1
    assert "carried along, as they are no facts: clena" in done.err and "did you mean clean?" in done.err
    assert "3行，3个案件；2行的结果写入" in done.out and "1个案件缺少事实" in done.out
    assert f"1行（1个案件）无法计算，原因见{tmp_path}/out.csv.rejected" in done.out
    english = gongbao("run", "heating", given, "-o", tmp_path / "out.csv", "--language", "en").out
    assert "3 rows, 3 cases; what 2 rows come to is in" in english and "1 cases lack a fact" in english
    assert [row["case"] for row in read_csv(tmp_path / "out.csv")] == ["A", "C"]


def test_what_is_told_to_programs(gongbao: Gongbao, given: Path, tmp_path: Path) -> None:  # noqa: F811
    done = gongbao("run", "heating", given, "-o", tmp_path / "out.csv", "--json")
    found = json.loads(done.out)
    check(found, fields_of("run POLICY INPUT --json"))
    assert (found["rows"], found["rejected_rows"], found["cases_with_missing_facts"]) == (3, 1, 1)
    assert found["rejected_to"] == str(tmp_path / "out.csv.rejected") and found["carried"] == ["clena"]
    given.write_text(f"{HEAD}\n{ROWS.splitlines()[0]}\n", encoding="utf-8")
    done = gongbao("run", "heating", given, "-o", tmp_path / "out.csv", "--json")
    assert done.code == 0 and json.loads(done.out)["rejected_to"] is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_row_is_explained_as_compute_does(
    gongbao: Gongbao,  # noqa: F811
    given: Path,
    tmp_path: Path,
    language: str,
) -> None:
    settings = ("--figure", "extra[alone]=15%", "--reading", "limit_over=basic_only", "--language", language)
    cases = {
        2: {"groups": "alone", "cost": "1333.33", "clean": "true", "on": "2026-03-01"},
        3: {"groups": "large", "cost": "12.345", "clean": "true", "on": "2026-03-01"},
        4: {"groups": "alone", "cost": "5", "on": "2026-03-01"},
    }
    for row, facts in cases.items():
        (tmp_path / "case.json").write_text(json.dumps(facts), encoding="utf-8")
        for form in ((), ("--json",)):
            by_compute = gongbao("compute", "heating", tmp_path / "case.json", "--explain", *settings, *form)
            by_run = gongbao("run", "heating", given, "--explain", row, *settings, *form)
            if form and row == 3:
                assert json.loads(by_run.out) == json.loads(by_compute.out) | {"line": 3}
            else:
                assert by_run.out == by_compute.out
            assert (by_run.err, by_run.code) == (by_compute.err, by_compute.code)
    assert "rows of cases are 2 to 4" in gongbao("run", "heating", given, "--explain", 9).err


def test_a_row_of_records_stands_for_its_case(gongbao: Gongbao, tmp_path: Path) -> None:  # noqa: F811
    table = drawn(ferry, 3, 20, odd=0)
    write_csv(tmp_path / "given.csv", table)
    key = table.rows[10][0]
    rows = [row for row in table.rows if row[0] == key]
    names = ["date", "pier", "kind", "fare"]
    trips = [dict(zip(names, row[4:], strict=True)) for row in rows if row[4]]
    facts = {"year": rows[0][2], "trips": trips} | ({"moved_on": rows[0][3]} if rows[0][3] else {})
    (tmp_path / "case.json").write_text(json.dumps(facts), encoding="utf-8")
    by_compute = gongbao("compute", "ferry", tmp_path / "case.json", "--explain")
    assert gongbao("run", "ferry", tmp_path / "given.csv", "--explain", 12).out == by_compute.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "out.csv", "--explain", "2"), "writes no output"),
        ((), "say with -o where"),
        (("-o", "out.doc"), "its ending does not say"),
        (("-o", "out.csv", "--values", "subsidi"), "did you mean subsidy?"),
        (("-o", "out.csv", "--figure", "extra[alone]=x"), "extra"),
    ],
)
def test_mistakes(gongbao: Gongbao, given: Path, arguments: tuple[str, ...], words: str) -> None:  # noqa: F811
    done = gongbao("run", "heating", given, *arguments)
    assert done.code and words in done.err and not done.out


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where stderr is no terminal, a line now and then; on one, a line written over."""
    now = [100.0]
    monkeypatch.setattr(running.time, "monotonic", lambda: now[0])
    progress = running._Progress()
    for seconds, done in ((0, 0), (4, 300_000), (2, 450_000), (30, 900_000)):
        now[0] += seconds
        progress("computing", done, 1_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "computing 45 %, 450,000 of 1,000,000 rows, 75,000 rows/s, 0:07 left",
        "computing 90 %, 900,000 of 1,000,000 rows, 25,000 rows/s, 0:04 left",
    ]
    progress.terminal = True
    now[0] += 1
    progress("writing", 10, 1000)
    progress.say("said")
    assert capsys.readouterr().err == "\rwriting 1 %\rsaid\n"


def test_ctrl_c_ends_it_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """The program itself, told to stop while it computes one case after the other."""
    lines = "".join(f"p{place},alone,{place}.33,是,1999-03-01\n" for place in range(5_000))
    (tmp_path / "given.csv").write_text(f"case,groups,cost,clean,on\n{lines}", encoding="utf-8")
    country = str(ROOT / "tests" / "rules" / "country")
    around = environment(tmp_path, GONGBAO_SYSTEMS=country, PYTHONPATH=str(ROOT))
    command = [PROGRAM, "run", "heating", str(tmp_path / "given.csv"), "-o", str(tmp_path / "out.csv"), "--as-if"]
    code = "import sys, gongbao.cli.running as r; r._EVERY = 0.0; from gongbao.cli import run; run(sys.argv[1:])"
    child = subprocess.Popen(
        [sys.executable, "-c", code, *command[1:]],
        env=around,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    for line in child.stderr:
        if line.startswith("computing") and not line.startswith("computing 0 %"):
            child.send_signal(signal.SIGINT)
            break
    told = child.communicate()[1]
    assert child.returncode == 130 and "the same command goes on" in told
    assert (tmp_path / "out.csv.work").is_dir() and not (tmp_path / "out.csv").exists()
    done = subprocess.run(command, env=around, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(read_csv(tmp_path / "out.csv")) == 5_000 and not (tmp_path / "out.csv.work").exists()


def test_compiled_rules_are_taken_from_the_home_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the folder one works in may have come with it."""
    (tmp_path / "var").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GONGBAO_HOME", raising=False)
    assert running._compiled() is None
    monkeypatch.setenv("GONGBAO_HOME", str(tmp_path / "var"))
    assert running._compiled() == tmp_path / "var" / "columns"
