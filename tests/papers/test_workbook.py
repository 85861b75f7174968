"""The workbook, read back from the file."""

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import MAX_TEXT, Sheet, SheetColumn, safe_sheet_title, to_workbook

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
COLUMNS = (
    SheetColumn("序号", Kind.INTEGER),
    SheetColumn("项目", Kind.TEXT),
    SheetColumn("投资额", Kind.MONEY, "万元"),
    SheetColumn("完成率", Kind.PERCENT),
    SheetColumn("完成时间", Kind.DATE),
)
ROWS = (
    ("1", "云岭市甲园改造", "1234567.50", "9.95", "2026-03-31"),
    ("2", "乙园", "0.30", "100", "2026-03"),
    ("3", None, "-12", "", date(2026, 12, 1)),
)


def opened(*sheets: Sheet, **fields: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(to_workbook(sheets, **({"title": "甲"} | fields))))


def first(sheet: Sheet) -> Any:
    return opened(sheet).worksheets[0]


def cell(value: str | date | None, kind: Kind) -> Any:
    return first(Sheet("甲", [SheetColumn("列", kind)], [[value]]))["A2"]


def stored(value: str, kind: Kind) -> str:
    """What stands in the file, and not what a program makes of it."""
    made = to_workbook([Sheet("甲", [SheetColumn("列", kind)], [[value]])], title="甲")
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        sheet = etree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    (found,) = sheet.xpath("//m:c[@r='A2']", namespaces=NAMES)
    return "".join(found.itertext())


def values(sheet: Any) -> list[list[Any]]:
    return [[one.value for one in row] for row in sheet.iter_rows()]


def test_head_rows_and_print() -> None:
    sheet = first(Sheet("投资计划", COLUMNS, ROWS))
    assert sheet.title == "投资计划"
    assert values(sheet) == [
        ["序号", "项目", "投资额（万元）", "完成率（%）", "完成时间"],
        [1, "云岭市甲园改造", 1234567.5, 9.95, datetime(2026, 3, 31)],
        [2, "乙园", 0.3, 100, "2026-03"],
        [3, None, -12, None, datetime(2026, 12, 1)],
    ]
    assert [one.font.bold for one in sheet[1]] == [True] * 5
    assert [one.font.bold for one in sheet[2]] == [False] * 5
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E4"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet["B2"].alignment.wrap_text


def test_formats_show_what_is_printed() -> None:
    sheet = first(Sheet("甲", COLUMNS, ROWS))
    assert [sheet[place].number_format for place in ("A2", "C2", "C3", "C4", "D2", "D3", "E2")] == [
        *("0", "#,##0.00", "#,##0.00", "#,##0", "0.00", "0", "yyyy-mm-dd")
    ]


def test_a_heading_totals_and_notes() -> None:
    sheet = first(
        Sheet(
            "甲",
            COLUMNS,
            ROWS,
            totals=[("合计", [None, None, "1234555.80", None, None]), ("其中：甲", ["2", None, "1.0", None, None])],
            notes=["注：一。" * 40, "注：二。"],
            heading="投资计划表",
        )
    )
    assert sheet["A1"].value == "投资计划表"
    assert sheet["A1"].font.bold and sheet["A1"].font.size > sheet["A2"].font.size
    assert [one.value for one in sheet[2]][:2] == ["序号", "项目"]
    assert sheet.freeze_panes == "A3"
    assert sheet.print_title_rows == "$2:$2"
    # Sorting must not mix the totals in.
    assert sheet.auto_filter.ref == "A2:E5"
    assert [one.value for one in sheet[6][:5]] == ["合计", None, 1234555.8, None, None]
    assert [one.value for one in sheet[7][:5]] == [2, "其中：甲", 1, None, None]
    assert sheet["C7"].number_format == "#,##0.0"
    assert [one.font.bold for one in sheet[6][:5]] == [True] * 5
    assert sheet["A8"].value == "注：一。" * 40
    assert sheet["A9"].value == "注：二。"
    # A little beyond the table, which is narrow.
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:F1", "A8:F8", "A9:F9"}
    assert sheet.row_dimensions[8].height > 2 * 15 > sheet.row_dimensions[1].height


def test_a_label_without_a_free_place() -> None:
    columns = [SheetColumn("甲", Kind.TEXT), SheetColumn("乙", Kind.INTEGER)]
    sheet = first(
        Sheet("甲", columns, [], totals=[("合计", ["合计", "3"]), ("合计", ["共两家", "3"]), ("", ["乙", "3"])])
    )
    assert values(sheet)[1:] == [["合计", 3], ["合计 共两家", 3], ["乙", 3]]


@pytest.mark.parametrize(
    ("column", "head"),
    [
        (SheetColumn("投资额（万元）", Kind.MONEY, "万元"), "投资额（万元）"),
        (SheetColumn("投资额(万元)", Kind.MONEY, "万元"), "投资额(万元)"),
        (SheetColumn("占比", Kind.PERCENT, "%"), "占比（%）"),
        (SheetColumn("Amount", Kind.MONEY, "yuan"), "Amount (yuan)"),
        (SheetColumn("户数", Kind.INTEGER, "户"), "户数（户）"),
        (SheetColumn("=名称", Kind.TEXT), "=名称"),
    ],
)
def test_units_stand_in_the_head(column: SheetColumn, head: str) -> None:
    assert first(Sheet("甲", [column], []))["A1"].value == head


# -- numbers and dates --


@pytest.mark.parametrize(
    "number",
    ["0", "9.95", "0.1", "-0.5", "5.10", "123456789012345", "0.000000123456789", "1234567890.12345", "99999.99999"],
)
def test_a_number_stands_in_the_file_digit_by_digit(number: str) -> None:
    for kind in (Kind.DECIMAL, Kind.MONEY, Kind.PERCENT):
        assert stored(number, kind) == number
        found = cell(number, kind)
        assert found.data_type == "n"
        assert Decimal(repr(found.value)) == Decimal(number)
        decimals = len(number.partition(".")[2])
        assert found.number_format.partition(".")[2] == "0" * decimals


@pytest.mark.parametrize(
    "number",
    [
        *("1234567890123456", "0.1234567890123456", "12345678901234.50", "440100199001011234", "0.00000000000000001"),
        *("007", "1,200", "1e5", "+3", "-0", "1.", ".5", "１２", "约3", "Infinity", "1" + "0" * 400),
    ],
)
def test_what_is_not_kept_as_a_number_stays_text(number: str) -> None:
    for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY):
        found = cell(number, kind)
        assert (found.data_type, found.value) == ("s", number)


def test_a_number_in_a_column_of_text_stays_text() -> None:
    for words in ("0012", "12", "2026-01-02", "1/2"):
        found = cell(words, Kind.TEXT)
        assert (found.data_type, found.value) == ("s", words)
        # Or it would turn into a number or a day when somebody opens the cell and leaves it.
        assert found.quotePrefix


@settings(max_examples=200, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**14), max_value=10**14))
def test_no_number_is_rounded(number: Decimal) -> None:
    words = f"{number:f}"
    found = cell(words, Kind.DECIMAL)
    shown = found.value if found.data_type == "s" else repr(found.value)
    assert Decimal(shown) == number
    assert stored(words, Kind.DECIMAL) == words


@pytest.mark.parametrize(
    "words", ["2026-03", "2026-02-30", "2026-13-01", "2026年3月", "1900-02-28", "20260301", "长期"]
)
def test_what_is_no_day_of_excel_stays_text(words: str) -> None:
    found = cell(words, Kind.DATE)
    assert (found.data_type, found.value) == ("s", words)


def test_days() -> None:
    for day in ("1900-03-01", "2026-02-28", "2028-02-29"):
        for value in (day, date.fromisoformat(day)):
            found = cell(value, Kind.DATE)
            assert found.is_date
            assert found.value.date().isoformat() == day
    assert cell(date(1895, 1, 1), Kind.DATE).value == "1895-01-01"
    assert cell(date(2026, 1, 1), Kind.TEXT).is_date


# -- words --


@pytest.mark.parametrize(
    "words",
    ["=1+1", '=HYPERLINK("http://example.invalid")', "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "=", "#N/A", "#REF!"],
)
def test_words_are_never_a_formula(words: str) -> None:
    for kind in Kind:
        if kind in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT) and words == "-1":
            continue
        found = cell(words, kind)
        assert found.data_type == "s"
        assert found.value == words
        assert found.quotePrefix or words.startswith("#")
    made = to_workbook([Sheet(words, [SheetColumn(words, Kind.TEXT)], [], notes=[words], heading=words)], title=words)
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert not re.search(rb"<f[ >]", file.read("xl/worksheets/sheet1.xml"))


def test_characters_that_no_xml_may_hold_are_left_out() -> None:
    assert cell("甲\x00乙\x0b\x1f\ud800\ufffe丙\r\n丁\r戊", Kind.TEXT).value == "甲乙丙\n丁\n戊"
    assert cell("\x00", Kind.TEXT).value is None
    book = opened(Sheet("\x00", COLUMNS[:1], [], notes=["\x01注"], heading="\x02表"), title="甲\x00")
    assert book.properties.title == "甲"


def test_what_excel_would_read_as_a_sign_is_marked() -> None:
    assert stored("甲_x000A_乙", Kind.TEXT) == "甲_x005F_x000A_乙"
    assert stored("甲_x乙", Kind.TEXT) == "甲_x乙"


def test_spaces_stay() -> None:
    assert cell("  甲 \n 乙 ", Kind.TEXT).value == "  甲 \n 乙 "


def test_too_long_a_text_is_cut_and_the_sheet_says_so() -> None:
    fits, long, wide = "甲" * MAX_TEXT, "甲" * (MAX_TEXT + 1), "𠮷" * MAX_TEXT
    sheet = first(Sheet("甲", [SheetColumn("列", Kind.TEXT)], [[fits], [long], [wide]]))
    assert sheet["A2"].value == fits
    assert sheet["A3"].value == "甲" * (MAX_TEXT - 1) + "…"
    # Excel counts these as two each.
    assert sheet["A4"].value == "𠮷" * (MAX_TEXT // 2) + "…"
    assert "2 处" in sheet["A5"].value and "32,767" in sheet["A5"].value


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_words_make_a_file_that_opens(words: str) -> None:
    sheet = Sheet(
        words, [SheetColumn(words, kind, words) for kind in Kind], [[words] * 6], [(words, [words] * 6)], [words], words
    )
    book = opened(sheet, sheet, title=words)
    assert len(book.worksheets) == 2
    assert len({one.casefold() for one in book.sheetnames}) == 2
    for one in book.worksheets:
        assert all(found.data_type != "f" for row in one.iter_rows() for found in row)


# -- titles of sheets --


@pytest.mark.parametrize(
    ("title", "taken", "wanted"),
    [
        ("投资计划", [], "投资计划"),
        ("附件1：名单[甲]*?", [], "附件1-名单（甲）"),
        ("2025/2026\\a:b", [], "2025-2026-a-b"),
        ("", [], "表"),
        ("?*\x00 ", [], "表"),
        ("'甲'", [], "甲"),
        ("  甲\n乙  ", [], "甲 乙"),
        ("History", [], "表History"),
        ("甲" * 31, [], "甲" * 31),
        ("甲" * 40, [], "甲" * 31),
        ("𠮷" * 31, [], "𠮷" * 15),
        ("甲", ["甲"], "甲（2）"),
        ("Abc", ["aBC", "abc（2）"], "Abc（3）"),
        ("甲" * 40, ["甲" * 31], "甲" * 28 + "（2）"),
        ("", ["表"], "表（2）"),
    ],
)
def test_safe_sheet_title(title: str, taken: Sequence[str], wanted: str) -> None:
    assert safe_sheet_title(title, taken) == wanted


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("[]:*?/\\'aA（")), max_size=40), max_size=8)
)
def test_titles_are_such_as_excel_takes(titles: list[str]) -> None:
    taken: list[str] = []
    for title in titles:
        made = safe_sheet_title(title, taken)
        assert 1 <= len(made.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]", made)
        assert not made.startswith("'") and not made.endswith("'")
        assert made.casefold() not in [other.casefold() for other in taken]
        taken.append(made)


def test_many_sheets_of_one_name() -> None:
    sheets = [Sheet("任务分工" * 10, COLUMNS, ROWS)] * 12
    names = opened(*sheets).sheetnames
    assert len(set(names)) == 12
    assert max(map(len, names)) == 31


# -- what is not there, or too much --


def test_empty_tables() -> None:
    sheet = first(Sheet("甲", COLUMNS, []))
    assert sheet.max_row == 1
    assert sheet.auto_filter.ref == "A1:E1"
    assert values(first(Sheet("甲", [], [], notes=["无数据"])))[0][0] == "无数据"
    assert opened(title="空").sheetnames == ["空"]


def test_rows_that_do_not_fit_are_refused() -> None:
    two = COLUMNS[:2]
    for wrong in (
        Sheet("甲", two, [["1"]]),
        Sheet("甲", two, [["1", "甲", "乙"]]),
        Sheet("甲", two, [], totals=[("合计", ["1"])]),
        Sheet("甲", [], [], totals=[("合计", [])]),
        Sheet("甲", two, [("1", "甲")] * 1_048_576),
        Sheet("甲", two[:1] * 16_385, []),
    ):
        with pytest.raises(ValueError):
            to_workbook([wrong], title="甲")


def test_columns_are_as_wide_as_their_content() -> None:
    columns = [SheetColumn(name, Kind.TEXT) for name in ("甲", "乙", "丙", "一个很长很长的列名需要在表头换行显示")]
    sheet = first(Sheet("甲", columns, [["a" * 20, "甲" * 20, "甲" * 200, None]]))
    a, b, c, d = (sheet.column_dimensions[letter].width for letter in "ABCD")
    assert 20 < a < 26 and 40 < b < 46 and c == 60 and 20 < d < 26
    assert sheet.row_dimensions[2].height > 6 * 15
    assert sheet.row_dimensions[1].height > 15


# -- the file --


def test_the_same_tables_give_the_same_bytes() -> None:
    """In another process too, where sets have another order."""
    script = (
        "import hashlib\nfrom datetime import date\nfrom gongbao.gazette.tables import Kind\n"
        "from gongbao.office.papers.workbook import *\n"
        "columns = [SheetColumn('列', kind, '元') for kind in Kind]\n"
        "rows = [['1', '2.5', '3', '4', '2026-01-01', '甲']]\n"
        "one = Sheet('甲', columns, rows, [('合计', [None] * 6)], ['注'] * 20, '表')\n"
        "print(hashlib.sha256(to_workbook([one, one], title='甲')).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(runs) == 1


def test_times() -> None:
    def times(made: bytes) -> set[tuple[int, ...]]:
        with zipfile.ZipFile(io.BytesIO(made)) as file:
            assert file.testzip() is None
            return {member.date_time for member in file.infolist()}

    sheet = Sheet("甲", COLUMNS, ROWS)
    assert times(to_workbook([sheet], title="甲")) == {(1980, 1, 1, 0, 0, 0)}
    moment = datetime(2026, 3, 1, 12, 30, 2, tzinfo=UTC)
    assert times(to_workbook([sheet], title="甲", made_at=moment)) == {(2026, 3, 1, 12, 30, 2)}
    about = opened(sheet, made_at=moment).properties
    assert about.created == about.modified == moment.replace(tzinfo=None)
    about = opened(sheet).properties
    assert about.created == about.modified == datetime(1980, 1, 1)
    assert about.title == "甲"
    assert times(to_workbook([sheet], title="甲", made_at=datetime(1970, 1, 1))) == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.skipif(sys.platform == "win32", reason="measured with the module resource")
def test_a_hundred_thousand_rows() -> None:
    """What is needed beyond the rows themselves stays within tens of megabytes."""
    script = (
        "import resource\nfrom gongbao.gazette.tables import Kind\nfrom gongbao.office.papers.workbook import *\n"
        "columns = [SheetColumn('列', kind) for kind in (Kind.INTEGER, Kind.TEXT, Kind.MONEY)]\n"
        "rows = [('1', '云岭市甲园', '12.50')] * 100_000\n"
        "to_workbook([Sheet('甲', columns, rows[:10])], title='甲')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "made = to_workbook([Sheet('甲', columns, rows)], title='甲')\n"
        "print(len(made), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    size, more = map(int, done.stdout.split())
    assert size > 200_000
    more //= 1024 if sys.platform == "darwin" else 1
    assert more < 40 * 1024
