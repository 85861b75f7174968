"""Names in the data of a `gongbao whatif` that no spreadsheet should run, and that no workbook can hold."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_rules_commands import Gongbao, _runner, gongbao

__all__ = ["_runner", "gongbao"]


@pytest.mark.parametrize(
    ("name", "in_csv", "in_a_sheet"),
    [
        ("\x01\x1b[31m东\ufffe", "\x01\x1b[31m东\ufffe", "��[31m东�"),
        (" =1+1", "' =1+1", " =1+1"),
        ("＝1+1", "'＝1+1", "＝1+1"),
        ("东" * 40_000, "东" * 40_000, "东" * 32_767),
    ],
    ids=["controls", "space", "wide", "long"],
)
def test_a_table_with_such_a_name(gongbao: Gongbao, tmp_path: Path, name: str, in_csv: str, in_a_sheet: str) -> None:
    data = tmp_path / "homes.csv"
    rows = [f"{place},alone,1333.33,true,2026-02-01" for place in (name, "西")]
    data.write_text("\n".join(["区,groups,cost,clean,on", *rows]), encoding="utf-8")
    for file in ("told.csv", "told.xlsx"):
        command = ("whatif", "heating", data, "--set", "extra[alone]=20%", "--by", "区", "--table", tmp_path / file)
        assert gongbao(*command).code == 0
    listed = list(csv.reader(io.StringIO((tmp_path / "told.csv").read_text("utf-8-sig"))))
    sheet = openpyxl.load_workbook(tmp_path / "told.xlsx").worksheets[0]
    assert in_csv in {row[2] for row in listed}
    (cell,) = [row[2] for row in sheet.iter_rows() if row[2].value == in_a_sheet]
    assert cell.data_type == "s"
