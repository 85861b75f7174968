"""Many cases in a workbook: what goes in, what comes back, and which cells are told to be wrong."""

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from gongbao.core.errors import GongbaoError
from gongbao.site.policies import workbooks
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating


def book(rows: list[list[Any]]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rows_of(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()]


HEAD = ["编号", "对象类别", "取暖费用（元）", "使用清洁能源", "申请日期"]


def test_a_template_has_a_column_for_each_fact_and_says_what_it_takes() -> None:
    made = load_workbook(io.BytesIO(workbooks.template(heating, "zh")))
    assert [cell.value for cell in made.worksheets[0][1]] == HEAD
    about = [[cell.value for cell in row] for row in made.worksheets[1].iter_rows()]
    assert about[1][0] == "对象类别" and "独居老人" in about[1][1] and about[1][2] == "云政办〔2026〕3号 第二条"
    assert workbooks.template(ferry, "en")


def test_the_template_filled_in_comes_back_with_values() -> None:
    content = book(
        [HEAD, ["A1", "独居老人、其他居民", 1500.55, "是", "2026-11-01"], ["A2", "other", "100", "no", "2026-11-01"]]
    )
    found = rows_of(workbooks.computed(heating, content, "zh"))
    assert found[0][5:9] == ["= 自负额（元）", "= 基本补贴（元）", "= 清洁能源补贴（元）", "= 补贴合计（元）"]
    assert found[1][5:9] == ["0.00", "650.17", "65.02", "715.19"]
    assert found[2][5:9] == ["200.00", "0.00", "0.00", "0.00"]
    assert [row[:5] for row in found] == rows_of(content)


def test_a_wrong_cell_is_coloured_and_says_why_and_the_others_are_computed() -> None:
    content = book(
        [
            HEAD,
            ["A1", "独居老人", -5, "是", "2026-11-01"],
            ["A2", "alone", 0.125, "maybe", "2026-11-31"],
            ["A3", "alone", 10, "是", "2026-11-01"],
        ]
    )
    sheet = load_workbook(io.BytesIO(workbooks.computed(heating, content, "zh"))).worksheets[0]
    assert sheet["C2"].fill.fgColor.rgb == "FFF4B6B6" and "取暖费用" in sheet["C2"].comment.text
    for wrong in ("C3", "D3", "E3"):
        assert sheet[wrong].comment is not None, wrong
    assert "小数" in sheet["C3"].comment.text
    assert sheet["I3"].value is None and sheet["J3"].value
    assert sheet["I4"].value == "5.50"


def test_a_missing_fact_is_marked_in_another_colour() -> None:
    sheet = load_workbook(
        io.BytesIO(workbooks.computed(heating, book([HEAD, ["A1", "alone", None, "是", "2026-11-01"]]), "en"))
    ).worksheets[0]
    assert sheet["F2"].value == "0.00" and sheet["I2"].value is None
    assert "cost of heating" in sheet["J2"].value


def test_records_stand_in_rows_of_their_case() -> None:
    head = ["case", "year", "date of the trip", "pier", "kind of ferry", "fare"]
    content = book(
        [head, ["x", 2026, "2026-01-01", "a", "large ferry", 50], [None, None, "2026-01-02", "a", "large", 50]]
    )
    found = rows_of(workbooks.computed(ferry, content, "en"))
    column = found[0].index("= allowance（yuan）")
    assert [row[column] for row in found[1:]] == ["23.00", "23.00"]
    assert found[1][found[0].index("= allowance of the year（yuan）")] == "46.00"


def test_what_was_pasted_is_a_workbook_too() -> None:
    pasted = "对象类别\t取暖费用\t使用清洁能源\t申请日期\n独居老人\t1,500.55\t是\t2026-11-01\n"
    found = rows_of(workbooks.computed(heating, workbooks.from_text(pasted), "zh"))
    assert "715.19" in found[1]


def test_a_heading_that_is_no_fact_is_told() -> None:
    sheet = load_workbook(
        io.BytesIO(
            workbooks.computed(heating, book([[*HEAD, "颜色"], ["A1", "alone", 1, "是", "2026-11-01", "红"]]), "zh")
        )
    ).worksheets[0]
    assert sheet["F1"].comment is not None and "颜色" in sheet["F1"].comment.text


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (workbooks.MOST_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04", book([HEAD])[:-40]])
def test_what_is_no_workbook_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(GongbaoError, match="no workbook"):
        workbooks.computed(heating, content, "zh")


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(GongbaoError, match="unpacks"):
        workbooks.computed(heating, _bomb(), "zh")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1)
    with pytest.raises(GongbaoError, match="rows"):
        workbooks.computed(heating, book([HEAD, *[["A", "alone", 1, "是", "2026-11-01"]] * 3]), "zh")
