"""Many cases in a workbook: what goes in, what comes back, and which cells are told to be wrong."""

import io
import re
import zipfile
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import MAC_EPOCH

from gongbao.rules.fact_tables import from_table
from gongbao.rules.policy import Policy
from gongbao.rules.values import Money
from gongbao.rules.workbooks import Limits
from gongbao.rules.workbooks import Workbook as read_workbook
from gongbao.site.policies import given_rows, workbooks
from gongbao.site.policies.given_rows import NotTaken
from gongbao.systems import policies
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def book(rows: list[list[Any]]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    return saved(made)


def computed(policy: Policy, content: bytes, language: str) -> bytes:
    return workbooks.computed(policy, given_rows.of_workbook(content), language)


def rows_of(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()]


HEAD = ["编号", "对象类别", "取暖费用（元）", "使用清洁能源", "申请日期"]


def test_a_template_has_a_column_for_each_fact_and_says_what_it_takes() -> None:
    made = load_workbook(io.BytesIO(workbooks.template(heating, "zh")))
    assert [cell.value for cell in made.worksheets[0][1]] == HEAD
    about = [[cell.value for cell in row] for row in made.worksheets[1].iter_rows()]
    assert about[1][0] == "对象类别" and "独居老人" in about[1][1] and about[1][2] == "云政办〔2026〕3号 第二条"
    assert workbooks.template(ferry, "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_heading_of_every_template_is_taken_and_told_of_no_other(language: str) -> None:
    for policy in (*policies().values(), heating, ferry):
        content = workbooks.template(policy, language)
        heads = rows_of(content)[0]
        assert from_table(policy.facts, [heads]).problems == (), policy.name
        assert len(set(heads)) == len(heads) > 1
        about = [row[0] for row in load_workbook(io.BytesIO(content)).worksheets[1].iter_rows(values_only=True)]
        assert about[1:] == heads[1:]


def test_the_template_filled_in_comes_back_with_values() -> None:
    content = book(
        [HEAD, ["A1", "独居老人、其他居民", 1500.55, "是", "2026-11-01"], ["A2", "other", "100", "no", "2026-11-01"]]
    )
    found = rows_of(computed(heating, content, "zh"))
    assert found[0][5:9] == ["→ 自负额（元）", "→ 基本补贴（元）", "→ 清洁能源补贴（元）", "→ 补贴合计（元）"]
    assert found[1][5:9] == [0, 650.17, 65.02, 715.19]
    assert found[2][5:9] == [200, 0, 0, 0]
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
    sheet = load_workbook(io.BytesIO(computed(heating, content, "zh"))).worksheets[0]
    assert sheet["C2"].fill.fgColor.rgb == "FFF4B6B6" and "取暖费用" in sheet["C2"].comment.text
    for wrong in ("C3", "D3", "E3"):
        assert sheet[wrong].comment is not None, wrong
    assert "小数" in sheet["C3"].comment.text
    assert sheet["I3"].value is None and sheet["J3"].value
    assert sheet["I4"].value == 5.5


def test_what_a_case_lost_on_the_way_is_told_and_not_computed_without() -> None:
    """A heading that is no fact, a row that contradicts another of its case, a formula that was never worked out."""
    rows = [
        [*HEAD, "有能源"],
        *([f"A{n}", "alone", 10, "是", "2026-11-01", clean] for n, clean in enumerate(["是", None])),
    ]
    found = rows_of(computed(heating, book(rows), "zh"))
    assert found[1][6:10] == [None] * 4 and "F1" in found[1][10] and "有能源" in found[1][10]
    assert found[2][6:11] == [0, 5, 0.5, 5.5, None]

    head = ["case", "year", "date of the trip", "pier", "kind of ferry", "fare"]
    trips = [["x", 2026, "2026-01-01", "a", "large", 50], ["x", 2025, "2026-01-02", "a", "large", 50]]
    found = rows_of(computed(ferry, book([head, *trips, ["y", *trips[0][1:]]]), "en"))
    assert not any(found[1][6:-1]) and found[1][-1] == "not computed: row 3 is wrong"
    assert not any(found[2][6:-1]) and "differs from B2" in found[2][-1]
    assert 23 in found[3] and found[3][-1] is None

    sheet = load_workbook(
        io.BytesIO(
            computed(
                heating,
                book([HEAD, *([f"A{n}", "alone", cost, "是", "2026-11-01"] for n, cost in enumerate(["=5+5", 10]))]),
                "zh",
            )
        )
    ).worksheets[0]
    assert sheet["C2"].value == "=5+5" and sheet["C2"].data_type == "s" and "没有计算结果" in sheet["C2"].comment.text
    assert sheet["I2"].value is None and sheet["I3"].value == 5.5


def test_amounts_are_numbers_that_can_be_summed_and_the_longest_are_texts() -> None:
    rows = [
        HEAD,
        ["A1", "alone", "1500.55", "是", "2026-11-01"],
        ["A2", "other", "9999999999999.99", "no", "2026-11-01"],
    ]
    content = computed(heating, book(rows), "zh")
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet["I2"].value == 715.19 and sheet["I2"].number_format == "#,##0.00"
    part = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>715.19</v>" in part and "<v>200.00</v>" in part
    printed = [
        workbooks._value(Money(one), heating.rules["subsidy"].type, "zh") for one in ("0.10", "1234567890123456.78")
    ]
    assert printed == [("0.10", "#,##0.00"), "1234567890123456.78"]


@pytest.mark.parametrize(("language", "own", "other"), [("zh", "应为", "must"), ("en", "must", "应为")])
def test_what_is_told_is_in_the_language_of_the_page_alone(language: str, own: str, other: str) -> None:
    content = computed(heating, book([HEAD, ["A1", "nobody", None, "是", "2026-11-01"]]), language)
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    for said in (sheet["B2"].comment.text, sheet["J2"].value):
        assert own in said and other not in said
    assert "alone（" not in sheet["J2"].value


def test_a_missing_fact_is_marked_in_another_colour() -> None:
    sheet = load_workbook(
        io.BytesIO(computed(heating, book([HEAD, ["A1", "alone", None, "是", "2026-11-01"]]), "en"))
    ).worksheets[0]
    assert sheet["F2"].value == 0 and sheet["I2"].value is None
    assert "cost of heating" in sheet["J2"].value


def test_records_stand_in_rows_of_their_case() -> None:
    head = ["case", "year", "date of the trip", "pier", "kind of ferry", "fare"]
    content = book(
        [head, ["x", 2026, "2026-01-01", "a", "large ferry", 50], [None, None, "2026-01-02", "a", "large", 50]]
    )
    found = rows_of(computed(ferry, content, "en"))
    column = found[0].index("→ allowance (yuan)")
    assert [row[column] for row in found[1:]] == [23, 23]
    assert found[1][found[0].index("→ allowance of the year (yuan)")] == 46


def test_what_was_pasted_is_a_workbook_too() -> None:
    pasted = "对象类别\t取暖费用\t使用清洁能源\t申请日期\n独居老人\t1,500.55\t是\t2026-11-01\n"
    found = rows_of(workbooks.computed(heating, given_rows.of_text(pasted), "zh"))
    assert 715.19 in found[1]


def test_a_heading_that_is_no_fact_is_told() -> None:
    sheet = load_workbook(
        io.BytesIO(computed(heating, book([[*HEAD, "颜色"], ["A1", "alone", 1, "是", "2026-11-01", "红"]]), "zh"))
    ).worksheets[0]
    assert sheet["F1"].comment is not None and "颜色" in sheet["F1"].comment.text


# --- what is given to do harm

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def made_of(sheet: str, *, strings: str = "", styles: str = "") -> bytes:
    """A workbook whose sheet, shared texts and styles are what is given, and everything else as it should be."""
    package = zipfile.ZipFile(io.BytesIO(book([["a"]])))
    parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>'.encode()
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'.encode()
    rels = "xl/_rels/workbook.xml.rels"
    strings_of_it = b'<Relationship Id="r9" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    parts[rels] = parts[rels].replace(b"</Relationships>", strings_of_it)
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'.encode()
    return packed(parts)


def packed(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADED = (
    "<row r='1'>" + "".join(inline(f"{letter}1", head) for letter, head in zip("ABCDE", HEAD, strict=True)) + "</row>"
)


def test_a_cell_merged_over_the_whole_sheet_is_one_cell() -> None:
    content = made_of(f"<sheetData>{HEADED}</sheetData><mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>")
    assert [cell.value for cell in given_rows.of_workbook(content)[0]] == HEAD


@pytest.mark.parametrize(
    "sheet",
    [
        inline("GS1", "x"),
        "<row r='10002'>" + inline("A10002", "x") + "</row>",
        "<row r='1048576'><c t='b'><v>1</v></c></row>",
        "<row><c><v>1</v></c></row>" * 10_002,
        "<row><c/><c><v>1</v></c></row>" * 1_001,
        "<row><c t='s'><v>0</v></c></row>" * 101,
        "<row/>" * 50_000,
    ],
    ids=["column", "row", "last row", "rows", "cells", "characters", "elements"],
)
def test_more_than_the_limits_is_refused_while_it_is_read(sheet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in (("MOST_CELLS", 1_000), ("MOST_CHARACTERS", 100_000), ("MOST_ELEMENTS", 40_000)):
        monkeypatch.setattr(given_rows, name, limit)
    content = made_of(f"<sheetData>{sheet}</sheetData>", strings=f"<si><t>{'x' * 1_000}</t></si>")
    assert len(content) < 100_000
    with pytest.raises(NotTaken, match=r"several parts|unpacks"):
        given_rows.of_workbook(content)


def test_what_lies_far_out_and_is_empty_is_nothing() -> None:
    content = made_of(
        f"<dimension ref='A1:XFD1048576'/><sheetData>{HEADED}<row r='1048576'><c s='0'/></row></sheetData>"
    )
    assert len(given_rows.of_workbook(content)) == 1


def test_a_text_at_the_end_of_the_limits_is_no_sheet_full_of_cells() -> None:
    made = Workbook()
    made.active["GR10001"] = "x"
    rows = given_rows.of_workbook(saved(made))
    assert len(rows) == 10_001 and sum(map(len, rows)) == 200


def test_a_part_that_unpacks_to_too_much_is_refused() -> None:
    big = " " * (given_rows.MOST_UNPACKED + 1)
    for content in (made_of(big), made_of("", strings=big), made_of("", styles=big)):
        with pytest.raises(NotTaken, match="unpacks"):
            given_rows.of_workbook(content)


BILLION = b"<!DOCTYPE a [<!ENTITY b 'xxxxxxxxxx'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><a>&c;</a>"


@pytest.mark.parametrize("name", ["_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
@pytest.mark.parametrize("broken", [b"", b"<", b"<a/>", b"<a></b>", b"\0", BILLION, None])
def test_a_workbook_with_a_broken_part_is_refused_in_words(name: str, broken: bytes | None) -> None:
    package = zipfile.ZipFile(io.BytesIO(book([["a", 1, datetime(2026, 1, 1)]])))
    parts = {one: package.read(one) for one in package.namelist()}
    parts.pop(name)
    content = packed(parts if broken is None else parts | {name: broken})
    with pytest.raises(NotTaken, match=r"no workbook|nothing in it") as refused:
        given_rows.of_workbook(content)
    assert refused.value.in_language("zh") not in ("", refused.value.message)


@pytest.mark.parametrize(
    "cell", ["<c t='s'><v>7</v></c>", "<c s='99'><v>1</v></c>", "<c><v>abc</v></c>", "<c t='d'><v>2026</v></c>"]
)
def test_a_cell_that_points_nowhere_is_refused_in_words(cell: str) -> None:
    with pytest.raises(NotTaken, match="no workbook"):
        given_rows.of_workbook(made_of(f"<sheetData><row>{cell}</row></sheetData>"))


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_no_workbook_has_is_refused(how: int) -> None:
    package = zipfile.ZipFile(io.BytesIO(book([["a"]])))
    with pytest.raises(NotTaken, match="no workbook"):
        given_rows.of_workbook(packed({name: package.read(name) for name in package.namelist()}, how))


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04", book([HEAD])[:-40]])
def test_what_is_no_workbook_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(NotTaken, match="no workbook"):
        given_rows.of_workbook(content)


# --- what a cell is


def test_cells_are_what_they_show() -> None:
    made = Workbook()
    sheet = made.active
    sheet.append([1, 1500.55, True, "  ", "是", datetime(2026, 11, 1), None, 0.65, time(8, 30), "#N/A"])
    sheet["F1"].number_format, sheet["H1"].number_format = "yyyy/m/d", "0%"
    ((first, cost, flag, _, yes, day, nothing, rate, hour, error),) = given_rows.of_workbook(saved(made))
    assert (first.value, cost.value, flag.value, yes.value) == (1, 1500.55, True, "是")
    assert day == (datetime(2026, 11, 1), "yyyy/m/d") and nothing.value is None and rate == (0.65, "0%")
    assert hour.value == time(8, 30) and error.value == "#N/A"
    made.epoch = MAC_EPOCH
    assert given_rows.of_workbook(saved(made))[0][5].value == datetime(2026, 11, 1)
    rich = "<si><r><rPr><b/></rPr><t>某</t></r><r><t>院</t></r><rPh sb='0' eb='1'><t>mou</t></rPh></si>"
    content = made_of("<sheetData><row><c t='s'><v>0</v></c><c><v>1e400</v></c></row></sheetData>", strings=rich)
    assert [cell.value for cell in given_rows.of_workbook(content)[0]] == ["某院", "1e400"]


def test_what_comes_back_shows_the_same_as_what_was_given() -> None:
    made = Workbook()
    made.active.append(HEAD)
    made.active.append(["A1", "alone", 10, "是", datetime(2026, 11, 1)])
    made.active["E2"].number_format = "yyyy/m/d"
    sheet = load_workbook(io.BytesIO(computed(heating, saved(made), "zh"))).worksheets[0]
    assert sheet["E2"].value == datetime(2026, 11, 1) and sheet["E2"].number_format == "yyyy/m/d"
    assert sheet["I2"].value == 5.5


# --- formulas


def formulas_in(content: bytes) -> list[str]:
    cells = (cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row)
    return [cell.coordinate for cell in cells if cell.data_type == "f"]


LIKE_FORMULAS = "编号\t=A1\t取暖费用\n=1+1\t=HYPERLINK(1)\t=1500\n@x\t+1\t-1\n"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_cell_that_is_handed_out_is_a_formula(language: str) -> None:
    for policy in (*policies().values(), heating, ferry):
        assert not formulas_in(workbooks.template(policy, language)), policy.name
        answer = workbooks.computed(policy, given_rows.of_text(LIKE_FORMULAS), language)
        assert not formulas_in(answer), policy.name
        heads = next(load_workbook(io.BytesIO(answer)).worksheets[0].iter_rows(values_only=True))
        assert len([head for head in heads if str(head).startswith("→ ")]) >= 1, policy.name


def test_every_other_workbook_is_written_where_no_text_becomes_a_formula() -> None:
    """Each of these is held to that by tests of its own: here, in tests/papers, tests/rules and test_what_if."""
    package = Path(workbooks.__file__).parents[2]
    making = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"openpyxl import .*\bWorkbook\b", path.read_text(encoding="utf-8"))
    }
    assert making == {
        "office/papers/workbook.py",
        "rules/run/worksheets.py",
        "rules/what_if/tables.py",
        "site/policies/workbooks.py",
        "site/what_if/tables.py",
    }


def test_a_pasted_cell_that_looks_like_a_formula_stays_and_is_told() -> None:
    rows = given_rows.of_text("\t".join(HEAD) + "\nA1\talone\t=1500\t是\t2026-11-01")
    sheet = load_workbook(io.BytesIO(workbooks.computed(heating, rows, "zh"))).worksheets[0]
    assert sheet["C2"].value == "=1500" and "=1500" in sheet["C2"].comment.text


def test_of_a_formula_what_it_last_came_to_is_taken() -> None:
    first = "<row r='2'><c r='B2' t='str'><f>A9</f><v>alone</v></c><c r='C2'><f>5+5</f><v>10</v></c>"
    empty = "<c r='D2' t='str'><f>A9</f><v></v></c></row>"
    rows = given_rows.of_workbook(made_of(f"<sheetData>{HEADED}{first}{empty}</sheetData>"))
    assert [cell.value for cell in rows[1]] == [None, "alone", 10]


def test_who_marks_no_cells_is_told_the_place_of_a_formula_that_never_came_to_anything() -> None:
    """A run of millions of rows, the catalogue of services."""
    content = book([HEAD, ["A1", "alone", "=5+5", "是", "2026-11-01"]])
    with zipfile.ZipFile(io.BytesIO(content)) as package, pytest.raises(NotTaken, match="cell C2 has no") as refused:
        list(read_workbook(package, Limits(2**20, 1_000, 1_000)).cells())
    assert "单元格C2" in refused.value.in_language("zh")
