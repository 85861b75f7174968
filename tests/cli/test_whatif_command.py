"""`gongbao whatif` on the imaginary country: what it is told, what it says, and what it writes."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gongbao.rules import compute
from tests.cli.test_rules_commands import Gongbao, _runner, gongbao
from tests.rules.country.heating.rules import policy as heating

__all__ = ["_runner", "gongbao"]

HEAD = "=区,groups,cost,clean,on"
CASES = [
    {"groups": [group], "cost": cost, "clean": place % 2 == 0, "on": "2026-02-01"}
    for place, (group, cost) in enumerate(
        [("alone", "1333.33"), ("alone", "900"), ("large", "1200"), ("large", "0.01"), ("alone", "5000")]
    )
]
DISTRICTS = ["东", "东", "=西", "=西", "=西"]
ROWS = [
    ",".join([district, *one["groups"], one["cost"], str(one["clean"]).lower(), one["on"]])
    for district, one in zip(DISTRICTS, CASES, strict=True)
]
REFORM = ("--set", "extra[alone]=20%")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "homes.csv"
    path.write_text("\n".join([HEAD, *ROWS]), encoding="utf-8")
    return path


def total(
    figures: dict[str, str] | None = None, readings: dict[str, str] | None = None, within: Any = CASES
) -> Decimal:
    return sum(
        (
            Decimal(compute(heating, one, figures=figures, readings=readings).as_json()["values"]["subsidy"])
            for one in within
        ),
        Decimal(0),
    )


def test_as_json(gongbao: Gongbao, data: Path) -> None:
    done = gongbao("whatif", "heating", data, *REFORM, "--by", "=区", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["policy"], told["value"]["name"], told["against"], told["chart"]) == ("heating", "subsidy", None, None)
    outcome = told["outcome"]
    assert outcome["figures"] == {"extra[alone]": "20%"} and outcome["compared_with"] == {"figures": {}, "readings": {}}
    assert outcome["total"]["persons"] == len(CASES)
    assert Decimal(outcome["total"]["before"]) == total()
    assert Decimal(outcome["total"]["after"]) == total({"extra[alone]": "20%"})
    ((dimension),) = outcome["by"]
    groups = {group["key"]: Decimal(group["after"]) for group in dimension["groups"]}
    figures = {"extra[alone]": "20%"}
    assert groups == {"东": total(figures, within=CASES[:2]), "=西": total(figures, within=CASES[2:])}


def test_a_second_reform_and_a_reading(gongbao: Gongbao, data: Path) -> None:
    name, reading = next(iter(heating.reading_table.items()))
    option = next(one for one in reading.options if one != reading.default)
    done = gongbao("whatif", "heating", data, *REFORM, "--against-reading", f"{name}={option}", "--json")
    told = json.loads(done.out)
    assert Decimal(told["against"]["total"]["after"]) == total(readings={name: option})
    assert Decimal(told["between"]["total"]["before"]) == total(readings={name: option})
    assert Decimal(told["between"]["total"]["after"]) == total({"extra[alone]": "20%"})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            [
                "取暖补贴",
                "方案：extra[alone] = 20%",
                "调整前",
                "全部",
                "使用清洁能源",
                "断点",
                "未能读取1件",
            ],
        ),
        (
            "en",
            [
                "reform: extra[alone] = 20%",
                "before",
                "all",
                "gain",
                "other values",
                "jump",
                "1 cases could not be read",
            ],
        ),
    ],
)
def test_as_text(gongbao: Gongbao, data: Path, language: str, words: list[str]) -> None:
    data.write_text(data.read_text(encoding="utf-8") + "\n东,alone,,true,2026-02-01", encoding="utf-8")
    done = gongbao(
        "whatif", "heating", data, *REFORM, "--by", "clean", "--parts", "--chart", "cost", "--language", language
    )
    assert done.code == 0, done.err
    for word in words:
        assert word in done.out
    assert f"{total():,}" in done.out and f"{total({'extra[alone]': '20%'}):,}" in done.out
    assert f"{total({'extra[alone]': '20%'}) - total():,}" in done.out


def test_without_any_change_it_tells_what_it_costs(gongbao: Gongbao, data: Path) -> None:
    done = gongbao("whatif", "heating", data)
    assert done.code == 0 and f"{total():,}" in done.out and "与现行相同" in done.out


def test_tables(gongbao: Gongbao, data: Path, tmp_path: Path) -> None:
    for name in ("told.csv", "told.XLSX"):
        file = tmp_path / name
        done = gongbao("whatif", "heating", data, *REFORM, "--by", "=区", "--table", file, "--json")
        assert done.code == 0 and json.loads(done.out)["table"] == str(file)
    text = (tmp_path / "told.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    listed = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(tmp_path / "told.XLSX").worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(listed) == len(cells) == 1 + 1 + 2
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    # A spreadsheet that opens the CSV computes nothing of it.
    assert {row[2] for row in listed[1:]} == {"全部", "东", "'=西"} and {row[2] for row in cells[1:]} == {
        "全部",
        "东",
        "=西",
    }
    after = listed[0].index("调整后")
    assert Decimal(listed[1][after]) == total({"extra[alone]": "20%"}) == Decimal(str(cells[1][after]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--set", "extras[alone]=20%"), "extras[alone] is no figure"),
        (("--set", "extra[alone]=much"), "much"),
        (("--reading", "nothing=all"), "no reading nothing"),
        (("--against-set", "extra=1%"), "write extra[alone]"),
        (("--value", "subsidies"), "subsidy"),
        (("--by", "district"), "cannot be told apart by district"),
        (("--chart", "costs"), "there is no number costs"),
        (("--table", "told.pdf"), ".csv or .xlsx"),
    ],
)
def test_what_is_typed_wrongly_is_told(gongbao: Gongbao, data: Path, arguments: tuple[str, ...], message: str) -> None:
    done = gongbao("whatif", "heating", data, *arguments)
    assert done.code == 1 and message in done.err and not done.out
    assert len(done.err.splitlines()) == 1


def test_data_that_is_not_there(gongbao: Gongbao, tmp_path: Path) -> None:
    done = gongbao("whatif", "heating", tmp_path / "nothing.csv", *REFORM)
    assert done.code == 1 and "nothing.csv" in done.err
    assert gongbao("whatif", "heatin", tmp_path / "nothing.csv").code == 1
    assert gongbao("whatif", "heating", tmp_path / "nothing.csv", "--set", "extra").code == 2


def test_a_table_that_cannot_be_written_is_told(gongbao: Gongbao, data: Path, tmp_path: Path) -> None:
    done = gongbao("whatif", "heating", data, *REFORM, "--table", tmp_path / "nowhere" / "told.csv")
    assert done.code == 1 and "cannot be written" in done.err
