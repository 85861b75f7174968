"""The tables of the two real issues, against what a person counted in them by eye.

The figures were read from the text line by line, not from what the program printed. Lines are those of the files.
"""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.tables import Table, find_tables

pytestmark = pytest.mark.gazettes


@pytest.fixture(scope="module")
def sources(gazettes: Path) -> dict[str, str]:
    return {name: (gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8") for name in ("02", "05")}


@pytest.fixture(scope="module")
def tables(sources: dict[str, str]) -> dict[str, list[Table]]:
    return {
        document.number: find_tables(document, source=text.split("\n"))
        for text in sources.values()
        for document in read_gazette(text).documents
    }


def total(table: Table, column: str, rows: range | None = None) -> Decimal:
    """The sum of a column; cells that hold no number are left out."""
    place = table.names.index(column)
    cells = [table.rows[k].cells[place] for k in rows or range(len(table.rows))]
    kind = table.columns[place].kind
    return sum((Decimal(cell.value) for cell in cells if cell.value is not None and cell.kind is kind), Decimal())


# number: for each table its first and last line, rows, columns, rows of heads with those that repeat
PRINTED = {
    "许政〔2022〕8号": [(584, 784, 181, 4, 1)],
    "许政〔2022〕9号": [(806, 1087, 261, 7, 5)],
    "许政〔2022〕13号": [(1463, 1474, 10, 3, 1), (1510, 1522, 12, 3, 1)],
    "许政办〔2022〕12号": [(2140, 2152, 10, 9, 2)],
    "许政办〔2022〕13号": [(2252, 2278, 22, 8, 1)],
    "许政办〔2022〕19号": [(2670, 2703, 26, 6, 3)],
    "许政办〔2022〕38号": [
        (1014, 1019, 5, 5, 1),
        (1025, 1040, 15, 5, 1),
        (1046, 1046, 0, 8, 1),
        (1050, 1050, 0, 8, 1),
        (1054, 1054, 0, 9, 1),
        (1058, 1058, 0, 8, 1),
        (1064, 1064, 0, 9, 1),
        (1068, 1069, 0, 13, 2),
        (1073, 1074, 0, 15, 2),
    ],
    "许政办〔2022〕41号": [
        (1244, 1259, 9, 9, 2),
        (1265, 1274, 8, 4, 1),
        (1342, 1361, 17, 5, 1),
        (1515, 1527, 9, 13, 3),
        (1541, 1732, 154, 11, 1),
        (1738, 1753, 9, 5, 1),
        (1760, 1767, 6, 6, 1),
        (1773, 1775, 2, 6, 1),
    ],
}


def test_every_table_and_no_other(tables: dict[str, list[Table]]) -> None:
    found = {
        number: [
            (table.line, table.last_line, len(table.rows), len(table.columns), len(table.heads)) for table in those
        ]
        for number, those in tables.items()
        if those
    }
    assert found == PRINTED


def test_every_row_has_its_line(tables: dict[str, list[Table]], sources: dict[str, str]) -> None:
    """And the words of each cell of a row stand on that line of the file."""
    for number, those in tables.items():
        lines = sources["05" if number in ("许政办〔2022〕38号", "许政办〔2022〕41号") else "02"].split("\n")
        for table in those:
            for row in [*table.rows, *table.totals]:
                assert row.line is not None
                raw = _letters(lines[row.line - 1])
                assert all(_letters(cell.printed) in raw for cell in row.cells)
            for group in table.groups:
                assert group.line is not None and _letters(group.label) in _letters(lines[group.line - 1])


def test_no_cell_is_lost(tables: dict[str, list[Table]], sources: dict[str, str]) -> None:
    """Every cell of every line with a tab within a table stands in what was read, as often as it is printed."""
    for number, those in tables.items():
        lines = sources["05" if number in ("许政办〔2022〕38号", "许政办〔2022〕41号") else "02"].split("\n")
        for table in those:
            assert table.last_line is not None
            raw = [line for line in lines[table.line - 1 : table.last_line] if "\t" in line]
            printed = Counter(letters for line in raw for cell in line.split("\t") if (letters := _letters(cell)))
            held = Counter(_letters(cell) for head in table.heads for cell in head)
            for row in [*table.rows, *table.totals]:
                held.update(_letters(cell.printed) for cell in row.cells)
            held.update(_letters(row.label) for row in table.totals)
            held.update(_letters(group.label) for group in table.groups if not group.column)
            held.update(map(_letters, table.notes))
            if table.title and _letters(table.title) in printed:
                held[_letters(table.title)] += 1
            del held[""]
            assert held == printed


def _letters(words: str) -> str:
    return re.sub(r"[\W_]", "", re.sub(r"<[^<>]*>", "", words)).replace("²", "2")


def test_awards_for_manufacturing(tables: dict[str, list[Table]]) -> None:
    (table,) = tables["许政〔2022〕8号"]
    assert table.names == ("序号", "奖励项目", "企业名称", "奖励金额（万元）")
    assert table.unit == "万元"
    assert total(table, "奖励金额（万元）") == 2870
    # lines of the labels, enterprises, 万元
    printed = [
        (585, 17, 290),
        (604, 21, 380),
        (627, 22, 310),
        (651, 19, 400),
        (671, 3, 40),
        (676, 37, 510),
        (715, 46, 690),
        (764, 8, 160),
        (776, 8, 90),
    ]
    assert [(group.line, group.row_count) for group in table.groups] == [(line, count) for line, count, _ in printed]
    for group, (_, count, money) in zip(table.groups, printed, strict=True):
        assert [(figure.value, figure.unit) for figure in group.stated] == [(str(count), "家"), (str(money), "万元")]
        rows = range(group.first_row, group.first_row + group.row_count)
        assert total(table, "奖励金额（万元）", rows) == money
        assert [table.rows[k].cells[0].value for k in rows] == [str(n) for n in range(1, count + 1)]
    assert all(cell.value and not cell.filled for row in table.rows for cell in row.cells)


def test_awards_for_science(tables: dict[str, list[Table]]) -> None:
    (table,) = tables["许政〔2022〕9号"]
    assert table.names == ("奖励事项", "获奖单位", "获奖单位 2", "县市区", "获奖项目及等级", "完成单位", "金额")
    assert total(table, "金额") == 1885
    parts = [group for group in table.groups if not group.column]
    assert [
        (group.line, group.row_count, group.stated[0].value, group.stated[0].unit, group.level) for group in parts
    ] == [
        (806, 125, "1060", "万元", 0),
        (937, 21, "106", "万元", 0),
        (961, 101, "594", "万元", 0),
        (1069, 9, "65", "万元", 0),
        (1080, 5, "60", "万元", 0),
    ]
    for group in parts:
        rows = range(group.first_row, group.first_row + group.row_count)
        assert total(table, "金额", rows) == Decimal(group.stated[0].value)
    # Six rows are printed a column too far to the left, below a merged cell.
    assert [row.line for row in table.rows if row.moved] == [828, 829, 830, 1026, 1059, 1079]
    # Five are commended, and are given no money.
    money = table.names.index("金额")
    assert [row.line for row in table.rows if row.cells[money].kind == "text"] == [940, 941, 957, 958, 959]
    # The merged cells say how many rows they stand beside, page breaks or not; one counts projects and units.
    items = [group for group in table.groups if group.column == "奖励事项"]
    assert len(items) == 29 and sum(group.row_count for group in items) == 261
    assert all(group.row_count == int(group.stated[0].value) for group in items)
    assert {group.row_count for group in items} >= {76, 38, 49, 21, 14, 9, 6, 5, 3, 2, 1}
    assert [len(group.stated) for group in items if group.line == 1071] == [2]
    assert all(row.cells[0].value and row.cells[money].value for row in table.rows)
    # 县 of the first three parts: all have one, and there are ten of them with 市直.
    counties = table.column("县市区")
    assert len(set(counties[:247])) == 10 and None not in counties[:247] and set(counties[247:]) == {None}


def test_projects_after_the_flood(tables: dict[str, list[Table]]) -> None:
    (table,) = tables["许政办〔2022〕12号"]
    assert table.names[:4] == ("序号", "领域", "项目个数", "总投资及分年度计划（万元） / 总投资")
    (sum_,) = table.totals
    figures = ["246", "528479", "100193", "230624", "115209", "66453", "16000"]
    assert [cell.value for cell in sum_.cells[2:]] == figures
    assert (sum_.line, sum_.row_count, sum_.spans) == (2142, 10, ())
    assert [str(total(table, name)) for name in table.names[2:]] == figures
    assert [(column.kind, column.unit) for column in table.columns[3:]] == [("money", "万元")] * 6
    assert sum(cell.printed == "—" for row in table.rows for cell in row.cells) == 28


def test_projects_against_floods(tables: dict[str, list[Table]]) -> None:
    (table,) = tables["许政办〔2022〕13号"]
    assert total(table, "总投资（万元）") == 116382
    assert [cell.value for cell in table.totals[0].cells] == [None] * 7 + ["116382"]
    # Two have no type printed, in a column that has one in every other row: nothing is filled in.
    assert [row.line for row in table.rows if row.cells[3].value is None] == [2256, 2258]
    assert not any(cell.filled for row in table.rows for cell in row.cells)
    assert {row.line: row.cells[5].value for row in table.rows}[2273] == "2022-05"
    assert {column.kind for column in table.columns[5:7]} == {"date"}


def test_matters_of_promised_approval(tables: dict[str, list[Table]]) -> None:
    (table,) = tables["许政办〔2022〕19号"]
    assert table.column("序号") == tuple(str(n) for n in range(1, 27))
    assert [(group.line, group.row_count, group.stated[0].value) for group in table.groups] == [
        (2671, 13, "13"),
        (2687, 8, "8"),
        (2698, 5, "5"),
    ]
    limits = table.names.index("办理时限")
    assert [row.line for row in table.rows if not row.cells[limits].filled] == [2672, 2688, 2692, 2699, 2701, 2703]
    assert None not in table.column("办理时限")
    # Remarks are printed in each row that has one: four, then three and three, then all five rows have none.
    assert [k for k, remark in enumerate(table.column("备注"), 1) if remark is None] == [
        *(1, 2, 3, 4, 14, 15, 16, 19, 20, 21, 22, 23, 24, 25, 26)
    ]


def test_lists_of_projects_to_attract(tables: dict[str, list[Table]], sources: dict[str, str]) -> None:
    contacts, contents, *templates = tables["许政办〔2022〕38号"]
    assert [row.line for row in contacts.rows if row.cells[0].filled] == [1016, 1017]
    assert contacts.columns[3].kind == "text"  # a telephone number is no quantity
    assert list(Counter(contents.column("项目类别")).values()) == [3, 3, 3, 4, 2]
    assert Counter(contents.column("清单分级")) == {"一级": 5, "二级": 10}
    # For the last category nobody is printed who collects the lists: the one above is not filled in.
    assert [row.line for row in contents.rows if row.cells[4].value is None] == [1039, 1040]
    lines = sources["05"].split("\n")
    assert [table.title for table in templates] == [lines[at - 1] for at in (1044, 1048, 1052, 1056, 1062, 1066, 1071)]
    assert templates[5].names[7:12] == tuple(
        f"前期手续办理情况 / {name}" for name in ("立项手续", "用地手续", "规划手续", "环评", "施工许可")
    )


def test_care_for_old_and_young(tables: dict[str, list[Table]]) -> None:
    now, nurseries, aims, plan, projects, policies, means, trades = tables["许政办〔2022〕41号"]
    assert [cell.value for cell in now.totals[0].cells[1:]] == [
        *("117", "15147", "79", "9138", "624", "4683", "9", "4925")
    ]
    assert [str(total(now, name)) for name in now.names[1:]] == [cell.value for cell in now.totals[0].cells[1:]]
    # 24285 and 9608 stand each over four columns, 33893 over all eight.
    assert [[len(span) for span in row.spans] for row in now.totals] == [[], [4, 4], [8]]
    assert [cell.value for cell in now.totals[1].cells if cell.value] == ["24285", "9608"]
    assert len(now.notes) == 1
    assert [cell.value for cell in nurseries.totals[0].cells] == [None, "365", "6", "14798"]
    assert [(group.line, group.row_count) for group in aims.groups] == [(1343, 12), (1356, 5)]
    assert aims.column("2025目标")[:2] == ("98", "≥90")
    assert plan.names[6] == "机构养老床位建设目标分解 / 年度滚动建设计划 / 2025"
    assert [cell.value for cell in plan.totals[0].cells[1:]] == [
        *("33806", "9521", "3808", "2858", "1903", "952", "19700", "4902", "491", "980", "1961", "1470")
    ]
    assert sum(cell.printed == "——" for row in plan.rows for cell in row.cells) == 10

    assert [(group.line, group.row_count) for group in projects.groups] == [(1542, 54), (1609, 100)]
    assert projects.column("序号") == tuple(str(n) for n in [*range(1, 55), *range(1, 101)])
    beds, places = projects.totals
    assert [(row.line, row.first_row, row.row_count, row.moved) for row in (beds, places)] == [
        (1608, 0, 54, True),
        (1732, 54, 100, True),
    ]
    assert [[cell.value for cell in row.cells if cell.value] for row in (beds, places)] == [["25597"], ["12058"]]
    old, young = range(54), range(54, 154)
    figures = [projects.names[k] for k in (3, 7, 8)]  # beds or places, 万元 in all, 万元 asked for
    assert [total(projects, name, old) for name in figures] == [25597, 568689, 110724]
    assert [total(projects, name, young) for name in figures] == [12058, 35270, 12888]
    # 县 is printed 17 and 25 times; the rest are merged cells.
    assert None not in projects.column("所属县（市、区）")
    assert [sum(not projects.rows[k].cells[10].filled for k in rows) for rows in (old, young)] == [17, 25]
    assert [len(table.rows) for table in (policies, means, trades)] == [9, 6, 2]
    assert [group.row_count for group in policies.groups] == [7, 2]
