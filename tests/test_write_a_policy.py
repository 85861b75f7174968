"""docs/write-a-policy.md, by doing what it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gongbao.rules.coverage import REASONS
from gongbao.rules.figure_values import WORDS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "write-a-policy.md").read_text(encoding="utf-8")
GONGBAO = Path(sys.executable).with_name("gongbao")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.S))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the page makes, file by file."""
    top = tmp_path_factory.mktemp("city")
    for name, text in FILES.items():
        file = top / name if name == "case.json" else top / "my-policies" / "book_vouchers" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return top


def run(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    # A module written twice within a second, both times as long, would be read from the cache of the first.
    kept |= {"PYTHONDONTWRITEBYTECODE": "1"}
    kept |= {"GONGBAO_SYSTEMS": str(folder / "my-policies"), "GONGBAO_HOME": str(folder / "home")}
    return subprocess.run(
        [GONGBAO, *arguments], cwd=folder, env=kept, input=stdin, capture_output=True, text=True, timeout=120
    )


def test_the_page_names_each_file_of_the_folder() -> None:
    assert set(FILES) == {
        "rules.py",
        "parameters.yaml",
        "readings.yaml",
        "clauses.yaml",
        "cases/two_children.yaml",
        "case.json",
    }


def test_each_command_of_the_page_works(folder: Path) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    for command in block.strip().splitlines():
        done = run(folder, *command.split()[1:])
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert re.search("book-vouchers|云政办|640.00|1 worked cases, none", done.stdout), command


def test_the_worked_case_comes_out(folder: Path) -> None:
    case: dict[str, Any] = yaml.load(FILES["cases/two_children.yaml"], yaml.BaseLoader)
    done = run(folder, "compute", case["policy"], "-", "--json", stdin=json.dumps(case["facts"]))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["values"] == case["values"]


def test_the_reading_makes_the_difference_it_says(folder: Path) -> None:
    plain = json.loads(run(folder, "compute", "book-vouchers", "case.json", "--json").stdout)
    other = json.loads(
        run(folder, "compute", "book-vouchers", "case.json", "--json", "--reading", "limit_for=ordinary").stdout
    )
    assert (plain["values"]["vouchers"], other["values"]["vouchers"]) == ("500.00", "640.00")


def test_a_mistake_is_told_with_its_file_and_line(folder: Path) -> None:
    file = folder / "my-policies" / "book_vouchers" / "rules.py"
    right = file.read_text(encoding="utf-8")
    try:
        file.write_text(right.replace("min(before_limit,", "0.5 * min(before_limit,"), encoding="utf-8")
        done = run(folder, "policies")
    finally:
        file.write_text(right, encoding="utf-8")
    line = right[: right.index("min(before_limit,")].count("\n") + 1
    assert done.returncode == 1
    assert f"rules.py:{line}" in done.stderr and 'Decimal("0.5")' in done.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "line_of", "message"),
    [
        ("    if allowance:\n", "    if allowance\n", "    if allowance:\n", "this is not Python: expected ':'"),
        ("zh=" + '"书本费", ', "", "    paid: Money", "zh"),
        ("clause=", "claus=", "book_vouchers = Policy(", "claus"),
        ("facts=Facts", "facts=Fact", "    facts=", "NameError: name 'Fact' is not defined"),
        ("fact,\n    marginal", "facto,\n    marginal", "from gongbao.rules import", "cannot import name 'facto'"),
    ],
)
def test_a_mistake_of_python_is_told_with_its_file_and_line(
    folder: Path, right: str, wrong: str, line_of: str, message: str
) -> None:
    file = folder / "my-policies" / "book_vouchers" / "rules.py"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before.replace(right, wrong, 1), encoding="utf-8")
        done = run(folder, "policies")
    finally:
        file.write_text(before, encoding="utf-8")
    line = before[: before.index(line_of)].count("\n") + 1
    assert done.returncode == 1 and "internal error" not in done.stderr
    assert f"rules.py:{line}: " in done.stderr and message in done.stderr


def test_clauses_that_are_missing_are_told_with_the_policies(folder: Path) -> None:
    file = folder / "my-policies" / "book_vouchers" / "clauses.yaml"
    before = file.read_bytes()
    assert "clauses.yaml" not in run(folder, "policies").stderr
    try:
        file.unlink()
        done = run(folder, "policies")
    finally:
        file.write_bytes(before)
    assert "book_vouchers/clauses.yaml: there is no such file" in done.stderr and "book-vouchers" in done.stdout


def test_the_page_has_each_reason_and_each_word() -> None:
    assert {one for one in REASONS if f"`{one}`" not in PAGE} == set()
    assert {one for one in WORDS if one not in PAGE} == set()


def test_mypy_takes_the_module_as_it_stands(folder: Path) -> None:
    file = folder / "my-policies" / "book_vouchers" / "rules.py"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", file.name],
        cwd=file.parent,
        env={name: value for name, value in os.environ.items() if name != "MYPYPATH"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "right", "wrong", "message"),
    [
        ("parameters.yaml", "limit:", "limits:", "limit"),
        ("parameters.yaml", "2026-09-01: 500", "2026-10-01: 500", "begins on 2026-10-01"),
        ("readings.yaml", "limit_for:", "limit_of:", "limit_"),
    ],
)
def test_a_mistake_in_a_file_is_told_on_load(folder: Path, file: str, right: str, wrong: str, message: str) -> None:
    path = folder / "my-policies" / "book_vouchers" / file
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace(right, wrong), encoding="utf-8")
        done = run(folder, "policies")
    finally:
        path.write_text(before, encoding="utf-8")
    assert done.returncode == 1 and message in done.stderr and file in done.stderr
