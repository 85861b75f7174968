"""The commands that show procedures, against docs/contract.md, with procedures of our own and of another city."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gongbao.systems import procedures
from tests.library.test_contract_computing import check, fields_of

GONGBAO = Path(sys.executable).with_name("gongbao")

FERRY = """
from datetime import date
from gongbao.procedures import Procedure, days

ferry = Procedure("ferry_permit", document="云政办〔2026〕9号", zh="渡口许可", en="ferry permit",
                  since=date(2026, 1, 1), since_clause="第九条")
clerk = ferry.staff("clerk", zh="经办人", en="clerk")
open_ = ferry.state("open", zh="待办", en="open")
closed = ferry.state("closed", zh="办结", en="closed", final=True)
apply = ferry.step("apply", "第二条", zh="申请", en="Apply", by=[clerk], begins=True, to=open_)
decide = ferry.step("decide", "第三条", zh="决定", en="Decide", by=[clerk], at=[open_], to=closed)
ferry.clock("decision", days(20), "第三条", zh="决定", en="decide", starts=[apply], ends=[decide])
ferry.ready()
"""


def run(*arguments: str, city: Path | None = None, status: int = 0) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if key != "GONGBAO_SYSTEMS"}
    environment |= {"GONGBAO_SYSTEMS": str(city)} if city else {}
    done = subprocess.run([GONGBAO, *arguments], env=environment, capture_output=True, timeout=60)
    assert done.returncode == status, done.stderr.decode()
    assert (status == 0) == (done.stderr == b"")
    return done


@pytest.fixture
def city(tmp_path: Path) -> Path:
    (tmp_path / "ferry").mkdir()
    (tmp_path / "ferry" / "procedure.py").write_text(FERRY, encoding="utf-8")
    return tmp_path


def labels(told: dict[str, str]) -> dict[str, str]:
    """The fields of a table, and within each of those that are labels or periods what is said of them once."""
    full = dict(told)
    for name, kind in told.items():
        is_label = name.rpartition(".")[2] in ("label", "help", "next", "where")
        if kind.startswith("object") and is_label:
            full |= {f"{name}.zh": "string", f"{name}.en": "string"}
        if name == "letters[].remedies[].period":
            full |= {f"{name}.{key}": of for key, of in (
                ("number", "integer or null"), ("measure", "string"), ("until", "string or null"), ("label", "object"),
                ("label.zh", "string"), ("label.en", "string"))}  # fmt: skip
    return full


def test_the_list() -> None:
    listed = json.loads(run("procedures", "--json").stdout)
    assert [one["key"] for one in listed] == list(procedures())
    for one in listed:
        check(one, fields_of("procedures --json"))
    text = run("procedures").stdout.decode()
    assert all(one in text for one in procedures())


@pytest.mark.parametrize("key", list(procedures()))
def test_one_procedure_as_data(key: str) -> None:
    told: dict[str, Any] = json.loads(run("procedure", key, "--json").stdout)
    more = labels(fields_of("procedure PROCEDURE --json"))
    check(told, fields_of("procedures --json") | more)
    assert told["steps"] and told["clocks"]


@pytest.mark.parametrize("key", list(procedures()))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_procedure_in_words(key: str, language: str) -> None:
    text = run("procedure", key, "--language", language).stdout.decode()
    procedure = procedures()[key]
    for part in (*procedure.states.values(), *procedure.steps.values(), *procedure.clocks.values()):
        assert part.key in text and part.label.in_language(language) in text
    assert ("our rule" in text) == (language == "en") and ("本系统自定" in text) == (language == "zh")


def test_clocks_in_words() -> None:
    text = run("procedure", "market_complaint", "--language", "en").stdout.decode()
    assert (
        "2 working days from “File a complaint”, until “Accept”, “Refuse to accept”, "
        "stopped by “Ask for a correction”, goes on with “Correct”, “Correction did not come” (第三十六条第二款)"
    ) in text
    assert "from “Ask for a correction” until the day set, until “Correct”, when it runs out: “Corr" in text


def test_files_and_standard_output(tmp_path: Path) -> None:
    svg, bpmn = tmp_path / "a.svg", tmp_path / "a.bpmn"
    assert run("procedure", "market_complaint", "--svg", str(svg), "--bpmn", str(bpmn)).stdout == b""
    assert etree.parse(str(svg)).getroot().tag.endswith("svg")
    assert etree.parse(str(bpmn)).getroot().tag.endswith("definitions")
    assert run("procedure", "market_complaint", "--svg", "-").stdout == svg.read_bytes()
    assert run("procedure", "market_complaint", "--bpmn", "-").stdout == bpmn.read_bytes()
    english = run("procedure", "market_complaint", "--bpmn", "-", "--language", "en").stdout
    assert b"Accept" in english and "受理".encode() not in english
    both = run("procedure", "market_complaint", "--svg", str(svg), "--json").stdout
    assert json.loads(both)["key"] == "market_complaint"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("procedure", "market_complain"), 1, "was market_complaint meant"),
        (("procedure",), 2, "PROCEDURE"),
        (("procedure", "market_complaint", "--svg", "-", "--bpmn", "-"), 2, "only one"),
        (("procedure", "market_complaint", "--svg", "-", "--json"), 2, "only one"),
        (("procedure", "market_complaint", "--svg", "/nowhere/x.svg"), 1, "cannot be written"),
        (("procedure", "market_complaint", "--language", "fr"), 2, "fr"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_words(arguments: tuple[str, ...], status: int, words: str) -> None:
    done = run(*arguments, status=status)
    assert words in done.stderr.decode() and done.stdout == b""


def test_procedures_of_another_city(city: Path) -> None:
    listed = json.loads(run("procedures", "--json", city=city).stdout)
    assert [one["key"] for one in listed] == [*procedures(), "ferry_permit"]
    assert "自“申请”起20日，至“决定”为止" in run("procedure", "ferry_permit", city=city).stdout.decode()


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ('"ferry_permit"', '"market_complaint"', "stands already in"),
        ("ferry.ready()", "", "end its declaration with ready()"),
        ("to=closed)", "to=open_)", "nobody reaches the state closed"),
    ],
)
def test_a_mistake_in_a_declaration_is_told_on_load(city: Path, right: str, wrong: str, words: str) -> None:
    (city / "ferry" / "procedure.py").write_text(FERRY.replace(right, wrong), encoding="utf-8")
    assert words in run("procedures", city=city, status=1).stderr.decode()
