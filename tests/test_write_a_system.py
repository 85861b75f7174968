"""docs/write-a-system.md, by doing what it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "write-a-system.md").read_text(encoding="utf-8")
GONGBAO = Path(sys.executable).with_name("gongbao")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.S))
BESIDE = {"try_it.py": "", "settings.py": "my-systems"}
"""The files that stand outside the folder of the procedure."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders that the page makes, file by file."""
    top = tmp_path_factory.mktemp("city")
    for name, text in FILES.items():
        file = top / BESIDE.get(name, "my-systems/night_work") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (top / "my-systems" / "night_work" / "__init__.py").touch()
    return top


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    kept |= {"GONGBAO_SYSTEMS": str(folder / "my-systems"), "GONGBAO_HOME": str(folder / "home"), **more}
    program = {"gongbao": str(GONGBAO), "python": sys.executable}
    return subprocess.run(
        [program[command[0]], *command[1:]], cwd=folder, env=kept, capture_output=True, text=True, timeout=120
    )


def test_the_page_names_each_file() -> None:
    assert set(FILES) == {"procedure.py", "clauses.yaml", "try_it.py", "apps.py", "settings.py"}


def test_each_command_of_the_page_works(folder: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    commands = [line for block in blocks for line in block.strip().splitlines()]
    assert len(commands) == 7
    for command in commands:
        done = run(folder, *command.split())
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert done.stderr == "" and (re.search("night_work|云政办|days", done.stdout) or "--" in command), command
    for name in ("night_work.svg", "night_work.bpmn"):
        assert (folder / name).read_text(encoding="utf-8").startswith("<")


def test_it_comes_out_as_the_page_says(folder: Path) -> None:
    told = run(folder, "python", "try_it.py").stdout
    assert "5 working days, 4 left, stopped since 2026-09-02 (云政办〔2026〕13号 第三条)" in told
    assert "10 days, 10 left, last day 2026-09-14" in told
    assert "Complete []" in told and "dropped" in told


def test_what_the_page_says_in_short_is_what_is_declared(folder: Path) -> None:
    data = json.loads(run(folder, "gongbao", "procedure", "night_work", "--json").stdout)
    clocks = {one["key"]: (one["period"]["number"], one["period"]["measure"]) for one in data["clocks"]}
    assert clocks == {"decision": (5, "working_days"), "completion": (10, "days"), "objections": (3, "working_days")}
    covered = json.loads(run(folder, "gongbao", "coverage", data["document"], "--json").stdout)
    assert covered["placed"] == covered["clauses"] == len(yaml.safe_load(FILES["clauses.yaml"])["clauses"])


def test_the_case_type_is_there_on_a_site_with_these_settings(folder: Path) -> None:
    program = (
        "import django; django.setup()\n"
        "from gongbao.office.cases.types import case_types\n"
        "from gongbao.systems import procedure\n"
        "print([one.procedure.key for one in case_types() if one.procedure is procedure(one.procedure.key)])\n"
    )
    path = {"PYTHONPATH": str(folder / "my-systems"), "DJANGO_SETTINGS_MODULE": "settings"}
    done = run(folder, "python", "-c", program, **path)
    assert done.returncode == 0, done.stderr
    assert "market_complaint" in done.stdout and "night_work" in done.stdout
    checked = run(folder, "gongbao", "django", "check", **path)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("file", "right", "wrong", "message"),
    [
        ("procedure.py", "starts=[notice], opens", "starts=[grant], opens", "can never be taken"),
        ("procedure.py", "night_work.ready()", "", "end its declaration with ready()"),
        ("procedure.py", 'zh="公示", en="Give', 'zh="", en="Give', "a label needs its Chinese"),
        ("clauses.yaml", "drop]", "droop]", "droop is no step of the procedures here; was drop meant"),
        ("clauses.yaml", ", clock: [objections]", "", "the clock objections cites 第四条; name it there"),
    ],
)
def test_a_mistake_is_told(folder: Path, file: str, right: str, wrong: str, message: str) -> None:
    path = folder / "my-systems" / "night_work" / file
    before = path.read_text(encoding="utf-8")
    assert right in before
    try:
        path.write_text(before.replace(right, wrong), encoding="utf-8")
        done = run(folder, "gongbao", "coverage")
    finally:
        path.write_text(before, encoding="utf-8")
    assert done.returncode == 1 and message in done.stderr


def test_mypy_takes_the_declaration_as_it_stands(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--follow-imports=silent",
         str(folder / "my-systems" / "night_work" / "procedure.py"), str(folder / "try_it.py")],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
