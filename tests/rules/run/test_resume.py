"""A run that is ended, by whatever, goes on where it was; one for which something has changed begins anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules.run import Job, run, running
from tests.rig import ROOT
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.run.tables import drawn, expected
from tests.rules.run.test_run import compare, read_csv, write_csv

CHILD = """
import os, signal, sys
from gongbao.rules.run import Job, run, running
from tests.rules.country.ferry.rules import policy

running.ROWS_AT_ONCE = 40
signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may be run in the background, where it is ignored
source, target, number, after = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

def progress(step, done, total):
    global after
    after -= step == "computing"
    if after < 0 or (step == "writing" and number == signal.SIGTERM):
        os.kill(os.getpid(), number)

run(Job(policy, source, target), progress=progress)
"""


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 40)


def killed(source: Path, target: Path, number: signal.Signals, after: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(source), str(target), str(int(number)), str(after)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.usefixtures("few_at_once")
def test_it_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    table = drawn(ferry, 11, 120)
    source, target = write_csv(tmp_path / "given.csv", table), tmp_path / "out.csv"
    for number, after in ((signal.SIGKILL, 2), (signal.SIGINT, 3)):
        done = killed(source, target, number, after)
        assert done.returncode != 0
        assert not target.exists() and (tmp_path / "out.csv.work").is_dir()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["given.csv", "out.csv.work"]
    report = run(Job(ferry, str(source), str(target)))
    assert 40 * 3 < report.goes_on_from < report.rows
    compare(table, expected(table), read_csv(target), report, tmp_path / "out.csv.rejected")
    assert not (tmp_path / "out.csv.work").exists()


@pytest.mark.usefixtures("few_at_once")
def test_another_input_or_setting_begins_anew_and_that_is_told(tmp_path: Path) -> None:
    table = drawn(ferry, 12, 60)
    source, target = write_csv(tmp_path / "given.csv", table), tmp_path / "out.csv"

    def ended() -> None:
        def stop(step: str, done: int, total: int) -> None:
            if step == "computing" and done:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(Job(ferry, str(source), str(target)), progress=stop)

    def again(**options: Any) -> tuple[int, list[str]]:
        said: list[str] = []
        fresh = options.pop("fresh", False)
        report = run(Job(ferry, str(source), str(target), **options), fresh=fresh, say=said.append)
        return report.goes_on_from, [one for one in said if "begun anew" in one]

    ended()
    assert again()[0] > 0
    ended()
    assert again(fresh=True) == (0, [])
    ended()
    went_on, told = again(figures={"resident_limit": "5"})
    assert went_on == 0 and "another figures" in told[0]
    ended()
    table.rows[0][0] = "another"
    write_csv(source, table)
    went_on, told = again()
    assert went_on == 0 and "another input" in told[0]
    compare(
        table,
        expected(table),
        read_csv(target),
        run(Job(ferry, str(source), str(target))),
        target.with_name("out.csv.rejected"),
    )


def test_two_runs_do_not_work_on_one_output(tmp_path: Path) -> None:
    source, target = write_csv(tmp_path / "given.csv", drawn(ferry, 13, 20)), tmp_path / "out.csv"
    child = CHILD.replace("os.kill(os.getpid(), number)", "print('here', flush=True); sys.stdin.read()")
    other = subprocess.Popen(
        [sys.executable, "-c", child, str(source), str(target), "0", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout is not None and other.stdout.readline() == b"here\n"
        for fresh in (False, True):
            with pytest.raises(GongbaoError, match="another run is at work"):
                run(Job(ferry, str(source), str(target)), fresh=fresh)
        about = json.loads((tmp_path / "out.csv.work" / "run.json").read_text("utf-8"))
        assert about["policy"] == "ferry"
    finally:
        other.kill()
        other.communicate()
    run(Job(ferry, str(source), str(target)))
    assert target.exists()


@pytest.mark.usefixtures("few_at_once")
def test_an_output_that_cannot_be_written_keeps_what_was_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = write_csv(tmp_path / "given.csv", drawn(ferry, 14, 40)), tmp_path / "out.csv"
    target.write_text("as it was")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("gongbao.rules.run.outputs.shutil.copyfileobj", full)
        with pytest.raises(GongbaoError, match="No space left"):
            run(Job(ferry, str(source), str(target)))
    assert target.read_text() == "as it was"
    report = run(Job(ferry, str(source), str(target)))
    assert report.goes_on_from == report.rows and target.read_text("utf-8-sig").startswith("case")
