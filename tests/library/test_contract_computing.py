"""docs/contract.md against what the computing commands print: every field, and no other."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.library.test_contract import SECTIONS, fields
from tests.rig import ROOT
from tests.rules.test_compute import HEATING, trip

GONGBAO = Path(sys.executable).with_name("gongbao")
COUNTRY = ROOT / "tests" / "rules" / "country"


def run(*arguments: str, stdin: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GONGBAO_SYSTEMS": str(COUNTRY), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [GONGBAO, *arguments], cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == status, done.stderr + done.stdout
    return done


def lines(done: subprocess.CompletedProcess[str]) -> list[Any]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(value: dict[str, Any], told: dict[str, str], more: frozenset[str] = frozenset()) -> None:
    """The fields of an object, and of those within it, are those of the table."""
    here = {name for name in told if not any(mark in name for mark in ".[")}
    assert set(value) == here | more
    for name in here:
        kind, found = told[name], value[name]
        below = {
            path.removeprefix(f"{name}.").removeprefix(f"{name}[]."): of
            for path, of in told.items()
            if path.startswith((f"{name}.", f"{name}[]."))
        }
        if kind.endswith(" or null"):
            if found is None:
                continue
            kind = kind.removesuffix(" or null")
        if kind == "value":
            continue
        if kind == "list of object":
            for one in found:
                check(one, below)
        elif kind == "object":
            check(found, below)
        elif kind.startswith("list of "):
            assert all(isinstance(one, str) for one in found)
        else:
            types = {"string": str, "date": str, "integer": int, "boolean": bool, "object of value": dict}
            assert type(found) is types[kind], name


def fields_of(command: str, table: int = 0) -> dict[str, str]:
    return fields(f"gongbao {command}", table)


RESULT = "compute POLICY FILE --json"


def test_results_and_refusals() -> None:
    given = [json.dumps(HEATING), '{"cost": -1}', "nonsense", '{"groups": ["alone"], "on": "2026-02-01"}']
    done = run("compute", "heating", "-", "--json", "--explain", stdin="\n".join(given), status=1)
    right, negative, nonsense, missing = lines(done)
    check(right, fields_of(RESULT), frozenset({"explanation"}))
    check(missing, fields_of(RESULT), frozenset({"explanation"}))
    assert set(missing["missing"]) == {"cost", "clean"} and len(missing["questions"]) == 2
    check(negative, fields_of(RESULT, 1))
    check(nonsense, fields_of(RESULT, 1))
    assert (negative["line"], nonsense["line"]) == (2, 3)
    assert right["values"]["subsidy"] == "715.19"


def test_records_are_lists_of_objects() -> None:
    facts = {"year": 2026, "trips": [trip("2026-01-01", "50")]}
    (result,) = lines(run("compute", "ferry", "-", "--json", stdin=json.dumps(facts)))
    check(result, fields_of(RESULT))
    assert result["values"]["trips"] == [{"pier": "a", "own": "4.00", "allowance": "23.00"}]


def test_a_kept_case_is_computed_again(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    kept = run("compute", "heating", "-", "--json", "--keep", stdin=json.dumps(HEATING)).stdout
    check(json.loads(kept), fields_of(RESULT), frozenset({"facts", "options", "parameters"}))
    file.write_text(kept + '{"schema": "other"}\n', encoding="utf-8")
    done = run("recompute", str(file), "--json", "--figure", "extra[alone]=20%", "--explain", status=1)
    again, refused = lines(done)
    check(again, fields_of("recompute FILE --json"))
    assert [one["kind"] for one in again["differences"]] == ["changed", "top_up"]
    check(refused, fields_of(RESULT, 1))
    text = run("recompute", str(file), "--figure", "extra[alone]=5%", "--language", "en", status=1)
    assert "claw-back −32.51 yuan" in text.stdout and "no kept case" in text.stderr
    assert file.read_text(encoding="utf-8").startswith(kept)


def test_policies_coverage_and_cases(tmp_path: Path) -> None:
    listed = json.loads(run("policies", "--json").stdout)
    for one in listed:
        check(one, fields_of("policies --json"))
    assert {"heating", "ferry", "herds", "medical-assistance"} <= {one["name"] for one in listed}
    described = json.loads(run("policy", "heating", "--json").stdout)
    below = SECTIONS["gongbao policy POLICY --json"]
    for name in set(described) - set(listed[0]) - {"schema_version"}:
        assert f"`{name}`" in below
    drawn = tmp_path / "heating.svg"
    run("policy", "heating", "--diagram", str(drawn))
    assert drawn.read_text(encoding="utf-8").startswith("<svg")


def test_coverage_and_cases_of_our_own() -> None:
    from gongbao.cli import main

    environment = {key: value for key, value in os.environ.items() if key != "GONGBAO_SYSTEMS"}
    done = subprocess.run(
        [GONGBAO, "cases", "--json"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    cases = json.loads(done.stdout)
    assert len(cases) > 100
    for one in cases:
        check(one, fields_of("cases [POLICY] --json"))
    assert {"compute", "recompute", "policies", "policy", "coverage", "cases"} <= set(main.commands)


def test_a_population(tmp_path: Path) -> None:
    done = run("population", "medical-assistance", "--persons", "3", "-o", str(tmp_path / "three.parquet"), "--json")
    check(json.loads(done.stdout), fields_of("population POLICY --json"))


def test_what_if(tmp_path: Path) -> None:
    data = tmp_path / "households.csv"
    lines = [f"{place},alone,{500 + 100 * place},true,2026-02-01" for place in range(9)]
    data.write_text("\n".join(["home,groups,cost,clean,on", *lines, "9,alone,,true,2026-02-01"]), encoding="utf-8")
    changed = (
        "--set",
        "extra[alone]=20%",
        "--against-set",
        "extra[alone]=5%",
        "--by",
        "groups",
        "--parts",
        "--chart",
        "cost",
    )
    told = json.loads(run("whatif", "heating", str(data), *changed, "--json").stdout)
    name = "whatif POLICY DATA --json"
    check(told, fields_of(name))
    outcome = {path.removeprefix("outcome."): kind for path, kind in fields_of(name).items() if "outcome." in path}
    for one in (told["outcome"], told["against"], told["between"]):
        check(one, outcome)
        (dimension,) = one["by"]
        assert [set(group) for group in dimension["groups"]] == [set(one["total"]) | {"key", "zh", "en"}]
        assert one["parts"] and all(set(part) == set(one["total"]) | {"name", "zh", "en"} for part in one["parts"])
    assert told["unread"]["cases"] == 1 and told["outcome"]["sizes"]
    drawn = told["chart"]
    for point in drawn["points"]:
        del point["against"]
    check(drawn, fields_of(name, 1))


def test_ten_thousand_lines_are_a_stream() -> None:
    done = run("compute", "heating", "-", "--json", stdin=(json.dumps(HEATING) + "\n") * 2000)
    assert done.stdout.count('"subsidy": "715.19"') == 2000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compute", "heatin", "-"), "was heating meant"),
        (("compute", "heating", "/nowhere.json"), "no such file"),
        (("compute", "heating", str(COUNTRY)), "folder"),
        (("compute", "heating", "-", "--reading", "limit_over=all"), "limit_over"),
        (("compute", "heating", "-", "--figure", "limits=1"), "limit"),
        (("policy", "nothing"), "there is no policy"),
        (("coverage", "云政办〔1999〕1号"), "no policy and no procedure stands on|clauses.yaml"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_words(arguments: tuple[str, ...], message: str) -> None:
    done = subprocess.run(
        [GONGBAO, *arguments],
        cwd=ROOT,
        env={**os.environ, "GONGBAO_SYSTEMS": str(COUNTRY), "PYTHONPATH": str(ROOT)},
        input=json.dumps(HEATING),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (1, 2) and "internal error" not in done.stderr
    assert __import__("re").search(message, done.stderr), done.stderr
