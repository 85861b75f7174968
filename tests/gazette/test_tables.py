"""Tables as typed rows, on tables made up for it."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.gazette import read_gazette
from gongbao.gazette.model import Clause, ClauseKind
from gongbao.gazette.tables import Quantity, Table, find_tables, tables_among, tables_in

HEAD = "云岭市人民政府关于甲事项的通知\n云岭政〔2021〕1号\n各县：\n"


def clause(*lines: str, heading: str = "", eid: str = "sec_1") -> Clause:
    """A clause of lines; | stands for the tab between two cells."""
    text = "\n".join(line.replace("|", "\t") for line in lines)
    return Clause(ClauseKind.SECTION, "", heading, text, 7, f"一{eid}", eid)


def only(*lines: str, heading: str = "", title: str = "") -> Table:
    (table,) = tables_in(clause(*lines, heading=heading), title=title)
    return table


def values(table: Table) -> list[list[str | None]]:
    return [[cell.value for cell in row.cells] for row in table.rows]


def types(table: Table) -> list[tuple[str, str]]:
    return [(str(column.kind), column.unit) for column in table.columns]


# --- columns and their types --------------------------------------------------------------------------------------


def test_a_plain_table() -> None:
    table = only("表1 甲乙清单", "序号|名称|数量（家）|占比（%）", "1|甲|12|3.5", "2|乙|1,234|40")
    assert table.title == "表1 甲乙清单"
    assert table.names == ("序号", "名称", "数量（家）", "占比（%）")
    assert values(table) == [["1", "甲", "12", "3.5"], ["2", "乙", "1234", "40"]]
    assert types(table) == [("integer", ""), ("text", ""), ("integer", "家"), ("percent", "%")]
    assert (table.eid, table.locator, table.line, table.unit) == ("sec_1", "一sec_1", 7, "")
    assert table.column("名称") == ("甲", "乙")


@pytest.mark.parametrize(
    ("head", "cells", "kind", "unit", "expected"),
    [
        ("金额", ["10万元", "2.50 万元"], "money", "万元", ["10", "2.50"]),
        ("金额（万元）", ["10", "1,000,000.5"], "money", "万元", ["10", "1000000.5"]),
        ("金额(万元)", ["10", "3"], "money", "万元", ["10", "3"]),
        ("投资（单位：亿元）", ["0.5", "3"], "money", "亿元", ["0.5", "3"]),
        # What converts without a remainder is converted; a bare number has no unit but that of the head.
        ("投资（万元）", ["1.25亿元", "3"], "money", "万元", ["12500", "3"]),
        ("金额", ["10万元", "20万元", "300元", "7"], "money", "万元", ["10", "20", "0.0300", "7"]),
        ("金额", ["5万元", "3万美元", "6万元"], "money", "万元", ["5", "3万美元", "6"]),
        ("标准（元/人）", ["100", "200"], "integer", "元/人", ["100", "200"]),
        ("浓度（微克/立方米）", ["35.5", "40"], "decimal", "微克/立方米", ["35.5", "40"]),
        ("完成率", ["95%", "96.5％", "7"], "percent", "%", ["95", "96.5", "7"]),
        ("目标", ["95%", "≥96%", "90%"], "percent", "%", ["95", "≥96%", "90"]),
        ("数量", ["5", "—", "7"], "integer", "", ["5", "—", "7"]),
        ("数量", ["-5", "−3.20", "+7"], "decimal", "", ["-5", "-3.20", "7"]),
        ("数量", ["00000000000000000000000000000000000009.5", "1"], "text", "", None),
        ("数量", ["123456789012345678901234567890.123456789", "1"], "decimal", "", None),
        ("区号", ["0374", "0371"], "text", "", ["0374", "0371"]),
        ("联系电话", ["2965071", "2965072"], "text", "", ["2965071", "2965072"]),
        ("开工时间", ["2022.07", "2022.5"], "date", "", ["2022-07", "2022-05"]),
        ("备注", ["2022.07", "2022.5"], "decimal", "", ["2022.07", "2022.5"]),
        ("日期", ["2022年7月1日", "2022-12-31", "2022年8月"], "date", "", ["2022-07-01", "2022-12-31", "2022-08"]),
        ("开工时间", ["2022.13", "年底", "2022.1"], "text", "", ["2022.13", "年底", "2022.1"]),
        ("期限", ["2021-2022", "2022-2025"], "text", "", ["2021-2022", "2022-2025"]),
        ("数", ["5", "甲"], "text", "", ["5", "甲"]),
    ],
)
def test_types(head: str, cells: list[str], kind: str, unit: str, expected: list[str] | None) -> None:
    table = only(f"名称|{head}|地", *(f"甲{k}|{cell}|乙" for k, cell in enumerate(cells)))
    assert (str(table.columns[1].kind), table.columns[1].unit) == (kind, unit)
    assert [row.cells[1].value for row in table.rows] == (expected or cells)
    assert [row.cells[1].printed for row in table.rows] == cells


def test_a_cell_not_of_its_type_keeps_its_words() -> None:
    table = only("名称|金额", "甲|10万元", "乙|通报", "丙|20万元", "丁|7")
    assert [(cell.value, str(cell.kind)) for cell in (row.cells[1] for row in table.rows)] == [
        ("10", "money"),
        ("通报", "text"),
        ("20", "money"),
        ("7", "text"),  # of what, is not said
    ]
    assert [note["not_of_type"] for note in table.as_json()["row_notes"]] == [[], ["金额"], [], ["金额"]]


def test_the_unit_of_the_table() -> None:
    above = only("甲乙表", "单位：万元", "序号|名称|总投资", "1|甲|5", "2|乙|6")
    assert (above.title, above.unit, types(above)[2]) == ("甲乙表", "万元", ("money", "万元"))
    within = only("单位：万元||", "序号|名称|总投资", "1|甲|5", "2|乙|6", title="丙表")
    assert (within.title, within.unit, types(within)) == (
        "丙表",
        "万元",
        [("integer", ""), ("text", ""), ("money", "万元")],
    )
    assert only("名称|投资（万元）", "甲|5", "乙|6").unit == "万元"
    assert only("名称|投资（万元）|产值（亿元）", "甲|5|1", "乙|6|1").unit == ""


def test_broken_words_are_joined_where_the_column_has_them_whole() -> None:
    table = only("名称|单位", "甲|云岭市教育局", "乙|云岭市教 育局", "丙|东区 西区")
    assert table.column("单位") == ("云岭市教育局", "云岭市教育局", "东区 西区")
    assert table.rows[1].cells[1].printed == "云岭市教 育局"


# --- heads --------------------------------------------------------------------------------------------------------


def test_heads_of_several_rows() -> None:
    table = only(
        "地区|机构||学校||备注",
        "|数量 （家）|床位|小学|中学|",
        "甲县|1|20|3|4|",
        "乙县|2|30|5|6|无",
    )
    assert table.names == ("地区", "机构 / 数量（家）", "机构 / 床位", "学校 / 小学", "学校 / 中学", "备注")
    assert len(table.rows) == 2
    assert types(table)[1] == ("integer", "家")


def test_heads_of_three_rows() -> None:
    table = only("地区|床位|||托位", "|目标|计划||", "||2022|2023|", "甲县|1|2|3|4", "乙县|5|6|7|8")
    assert table.names == ("地区", "床位 / 目标", "床位 / 计划 / 2022", "床位 / 计划 / 2023", "托位")
    assert values(table) == [["甲县", "1", "2", "3", "4"], ["乙县", "5", "6", "7", "8"]]


def test_heads_that_repeat_after_a_page_break() -> None:
    table = only("地区|机构|", "|甲|乙", "一县|1|2", "地区|机 构|", "|甲|乙", "二县|3|4", "|甲|乙", "三县|5|6")
    assert [row.cells[0].value for row in table.rows] == ["一县", "二县", "三县"]
    assert len(table.heads) == 5


def test_a_table_that_goes_on_elsewhere() -> None:
    first = clause("表1 甲", "序号|名称|数", "1|甲|5", eid="a")
    second = clause("续表1", "序号|名称|数", "2|乙|6", eid="b")
    third = clause("表2 丙", "序号|名称|数", "1|丙|7", eid="c")
    tables = tables_among([first, second, third])
    assert [(table.title, table.eid, table.column("名称")) for table in tables] == [
        ("表1 甲", "a", ("甲", "乙")),
        ("表2 丙", "c", ("丙",)),
    ]


def test_no_head_and_no_name() -> None:
    table = only("1|甲|5", "2|乙|6")
    assert table.names == ("第1列", "第2列", "第3列")
    assert len(table.rows) == 2
    assert only("|2021年|2022年", "甲|5|6", "乙|7|8").names == ("第1列", "2021年", "2022年")
    assert only("项目||金额", "甲|乙|5", "丙|丁|6").names == ("项目", "项目 2", "金额")
    assert only("名|名|数", "甲|乙|5", "丙|丁|6").names == ("名", "名 2", "数")


def test_a_template_is_a_table_without_rows() -> None:
    table = only("序号|名称|地区|联系人")
    assert (len(table.rows), table.names) == (0, ("序号", "名称", "地区", "联系人"))
    assert table.as_json()["rows"] == []


def test_a_lone_tab_is_no_table() -> None:
    assert tables_in(clause("经办|甲")) == []
    assert tables_in(clause("无表格之文。")) == []


def test_a_head_that_changes_within_a_table_adds_its_columns() -> None:
    table = only(
        "一、甲类|||", "事项|单位|县|金额", "A|甲|东|5万元", "二、乙类|||", "事项|项目|人员|金额", "B|丙|丁|6万元"
    )
    assert table.names == ("事项", "单位", "县", "项目", "人员", "金额")
    assert values(table) == [["A", "甲", "东", None, None, "5"], ["B", None, None, "丙", "丁", "6"]]
    assert [(group.label, group.first_row, group.row_count) for group in table.groups] == [
        ("一、甲类", 0, 1),
        ("二、乙类", 1, 1),
    ]


def test_another_table_begins_within_a_block() -> None:
    rows = (
        "序号|名称|数",
        "1|甲|5",
        "表2 丙丁||",
        "地区|个数|家数",
        "东|1|2",
        "项目名称|单位名称|金额|备注",
        "甲|乙|5|",
    )
    tables = tables_in(clause("表1 甲乙", *rows))
    assert [(table.title, table.names) for table in tables] == [
        ("表1 甲乙", ("序号", "名称", "数")),
        ("表2 丙丁", ("地区", "个数", "家数")),
        ("", ("项目名称", "单位名称", "金额", "备注")),
    ]


# --- titles and notes -----------------------------------------------------------------------------------------------


def test_where_the_title_comes_from() -> None:
    rows = ("序号|名称|数", "1|甲|5")
    assert only("表3 某表", *rows, heading="节", title="附件题").title == "表3 某表"
    assert only(*rows, heading="节", title="附件题").title == "节"
    assert only("现将名单公布如下：", *rows, title="附件题").title == "附件题"
    assert only("专栏1 某表||", *rows, title="附件题").title == "专栏1 某表"
    section = clause(heading="大节", eid="sec_1")
    below = clause(*rows, eid="sec_1__p_1")
    beside = clause(*rows, eid="sec_10")
    assert [table.title for table in tables_among([section, below, beside], title="附件题")] == ["大节", "附件题"]


def test_notes_are_no_rows() -> None:
    table = only("序号|名称|数", "1|甲|5", "2|乙|6", "备注：数据来自乙局。||", "注：另见丙。||")
    assert len(table.rows) == 2
    assert table.notes == ("备注：数据来自乙局。", "注：另见丙。")


# --- groups and merged cells ----------------------------------------------------------------------------------------


def test_groups() -> None:
    table = only(
        "序号|名称|金额（万元）",
        "一、东区，共2家企业，奖励共1,300.5万元。||",
        "1|甲|300.5",
        "序号|名称|金额（万元）",
        "2|乙|1000",
        "二、西区（3项，自第5批起36个月、5个工作日）||",
        "（一）内环||",
        "1|丙|7",
        "（二）外环||",
        "1|丁|8",
        "三、空区||",
    )
    assert [row.groups for row in table.rows] == [
        ("一、东区，共2家企业，奖励共1,300.5万元。",),
        ("一、东区，共2家企业，奖励共1,300.5万元。",),
        ("二、西区（3项，自第5批起36个月、5个工作日）", "（一）内环"),
        ("二、西区（3项，自第5批起36个月、5个工作日）", "（二）外环"),
    ]
    assert [(group.level, group.first_row, group.row_count) for group in table.groups] == [
        (0, 0, 2),
        (0, 2, 2),
        (1, 2, 1),
        (1, 3, 1),
        (0, 4, 0),
    ]
    assert table.groups[0].stated == (Quantity("2", "家"), Quantity("1300.5", "万元"))
    assert table.groups[1].stated == (Quantity("3", "项"),)
    assert table.groups[2].stated == ()


def test_a_label_without_a_mark() -> None:
    table = only("序号|事项|部门", "统一事项（2项）||", "1|甲|乙局", "2|丙|丁局", "承诺事项||", "3|戊|己局")
    assert [row.groups for row in table.rows] == [("统一事项（2项）",)] * 2 + [("承诺事项",)]


def test_a_row_with_a_name_only_is_a_row() -> None:
    table = only("地区|数量|备注", "东区|5|", "西区||", "南区|6|")
    assert table.column("地区") == ("东区", "西区", "南区")
    assert table.groups == ()


def test_merged_cells_are_filled_down_and_marked() -> None:
    table = only(
        "类别|级别|名称|部门|数",
        "甲类|一级|A|东局|1",
        "||B||2",
        "|二级|C||3",
        "甲类||D|西局|4",
        "乙类|一级|E||5",
        "||F||6",
    )
    assert [[cell.value for cell in row.cells[:2]] for row in table.rows] == [
        ["甲类", "一级"],
        ["甲类", "一级"],
        ["甲类", "二级"],
        ["甲类", "二级"],  # the label printed again after a page break does not end the level
        ["乙类", "一级"],
        ["乙类", "一级"],
    ]
    # What stands below the next label of the first column is not that of the last.
    assert table.column("部门") == ("东局", "东局", "东局", "西局", None, None)
    assert [[cell.filled for cell in row.cells] for row in table.rows[:2]] == [
        [False] * 5,
        [True, True, False, True, False],
    ]
    assert table.rows[1].cells[0].printed == ""
    assert table.as_json()["row_notes"][1]["filled"] == ["类别", "级别", "部门"]


def test_what_is_not_filled_down() -> None:
    numbers = only("序号|名称|数", "1|甲|5", "2|乙|", "3|丙|7")
    assert numbers.column("数") == ("5", None, "7")
    each_its_own = only("序号|类型|数", "1|甲|5", "2|甲|6", "3||7", "4|甲|8")
    assert each_its_own.column("类型") == ("甲", "甲", None, "甲")
    remarks = only("序号|部门|备注", "1|甲|见乙", "2|丙|", "3|丁|")
    assert remarks.column("备注") == ("见乙", None, None)
    not_at_first = only("序号|部门|数", "1||5", "2|丙|6", "3||7")
    assert not_at_first.column("部门") == (None, "丙", None)
    over_groups = only("序号|部门|数", "一、东||", "1|甲|5", "2||6", "二、西||", "1||7")
    assert over_groups.column("部门") == ("甲", "甲", None)
    behind_totals = only("序号|部门|数", "1|甲|5", "2||6", "小计||11", "3||7")
    assert behind_totals.column("部门") == ("甲", "甲", None)
    dashes = only("序号|部门|数", "1|甲|5", "2|—|6", "3||7")
    assert dashes.column("部门") == ("甲", "—", None)


def test_a_merged_cell_that_states_a_figure_is_a_group() -> None:
    table = only("事项|单位|金额", "甲（3家）|A|5万元", "|B|5万元", "甲 （3家）|C|5万元", "乙（1家）|D|5万元")
    assert [(group.column, group.label, group.first_row, group.row_count) for group in table.groups] == [
        ("事项", "甲（3家）", 0, 3),
        ("事项", "乙（1家）", 3, 1),
    ]
    assert table.groups[0].stated == (Quantity("3", "家"),)


# --- rows that are shifted, rows of another width -------------------------------------------------------------------


AWARDS = (
    "事项|单位|县|金额",
    "甲类|A|东县|10万元",
    "|B|东县|10万元",
    "|C|西县|10万元",
    "|D|西县|10万元",
    "乙类|E|东县|5万元",
)


def test_a_shifted_row_is_put_right() -> None:
    table = only(*AWARDS, "F|东县|5万元|", "|G|西县|5万元")
    assert values(table)[5:] == [["乙类", "F", "东县", "5"], ["乙类", "G", "西县", "5"]]
    assert [row.moved for row in table.rows] == [False] * 5 + [True, False]
    assert table.as_json()["row_notes"][5]["moved"] is True


def test_a_row_that_lost_a_cell_in_its_midst() -> None:
    rows = [f"{k}|甲{k}|东县|{k}0" for k in range(1, 6)]
    table = only("序号|名称|县|数", *rows, "6|甲6|60|")
    assert values(table)[5] == ["6", "甲6", None, "60"]
    assert table.rows[5].moved


def test_a_row_is_not_moved_without_evidence() -> None:
    table = only(*AWARDS, "F|东县|通报|", "|5|东县|10万元", "丙类|6|东县|")
    assert values(table)[5:] == [
        ["F", "东县", "通报", None],
        ["F", "5", "东县", "10"],
        ["丙类", "6", "东县", None],
    ]
    assert not any(row.moved for row in table.rows)


def test_rows_wider_than_their_head() -> None:
    table = only(*AWARDS, "丙类|F||东县|5万元", "|G||西县|5万元", "丁类|H|所|西县|5万元")
    assert table.names == ("事项", "单位", "单位 2", "县", "金额")
    assert values(table)[5:] == [
        ["丙类", "F", None, "东县", "5"],
        ["丙类", "G", None, "西县", "5"],
        ["丁类", "H", "所", "西县", "5"],
    ]


def test_rows_narrower_than_their_head() -> None:
    # A column that is the trace of a merged cell is missing after the page break.
    table = only("事项|项目||单位|金额", "甲类|A||东局|5万元", "|B||西局|5万元", "乙类|C|西局|6万元")
    assert table.names == ("事项", "项目", "单位", "金额")
    assert values(table)[2] == ["乙类", "C", "西局", "6"]
    assert values(only("序号|名称|数", "1|甲|5", "2|乙")) == [["1", "甲", "5"], ["2", "乙", None]]


# --- totals -----------------------------------------------------------------------------------------------------------


def test_totals_are_no_rows() -> None:
    table = only("序号|名称|个数|总投资（万元）", "合 计||3|30.5", "1|甲|1|10", "2|乙|2|20.5")
    assert len(table.rows) == 2
    (total,) = table.totals
    assert (total.label, [cell.value for cell in total.cells]) == ("合 计", [None, None, "3", "30.5"])
    assert (total.first_row, total.row_count, total.groups, total.spans, total.moved) == (0, 2, (), (), False)
    assert table.as_json()["totals"][0]["values"] == {"个数": "3", "总投资（万元）": "30.5"}


def test_totals_of_groups_and_of_the_whole() -> None:
    table = only(
        "序号|名称|数", "一、东||", "1|甲|1", "2|乙|2", "小计||3", "二、西||", "1|丙|4", "合计||4", "合计||7", "总计||8"
    )
    assert [(total.label, total.first_row, total.row_count, total.groups) for total in table.totals] == [
        ("小计", 0, 2, ("一、东",)),
        ("合计", 2, 1, ("二、西",)),
        ("合计", 0, 3, ()),
        ("总计", 0, 3, ()),  # that it is wrong is for the findings
    ]


def test_subtotals_without_groups() -> None:
    table = only("名称|数", "甲|1", "乙|2", "小计|3", "丙|4", "小计|4", "总计|7")
    assert [(total.first_row, total.row_count) for total in table.totals] == [(0, 2), (2, 1), (0, 3)]
    first = only("名称|数", "小计|3", "甲|1", "乙|2", "小计|4", "丙|4")
    assert [(total.first_row, total.row_count) for total in first.totals] == [(0, 2), (2, 1)]


def test_a_total_that_is_shifted_or_spans() -> None:
    rows = [f"{k}|甲{k}|乙|{k}0|{k}|丙{k}" for k in range(1, 5)]
    table = only("序号|名称|类型|床位|数|地", *rows, "新增床位合计||100|||", "床位合计|||110||")
    shifted, spanning = table.totals
    assert ([cell.value for cell in shifted.cells], shifted.moved) == ([None, None, None, "100", None, None], True)
    assert spanning.spans == (("床位", "数"),)


def test_the_whole_city_is_a_total_where_its_figures_are() -> None:
    whole = only("地区|机构（家）|床位（张）", "东县|1|20", "西县|2|30", "全市|3|50", "床位合计|50|")
    assert [total.label for total in whole.totals] == ["全市", "床位合计"]
    assert len(whole.rows) == 2
    rates = only("地区|完成率（%）", "东县|90", "西县|97", "全市|95")
    assert (len(rates.rows), rates.totals) == (3, ())
    first = only("地区|数", "全市|9", "东县|4", "西县|4")  # wrong, and a total all the same
    assert first.totals[0].cells[1].value == "9"


def test_words_that_look_like_a_total() -> None:
    table = only("序号|名称|数", "1|统计|5", "2|会计|6", "3|设计|7", "4|累计差额调整|8")
    assert (len(table.rows), table.totals) == (4, ())


# --- whole documents ------------------------------------------------------------------------------------------------


def test_lines_of_the_file() -> None:
    text = (
        HEAD + "表 1 甲乙情况\n\n地区\t数量 (家)\t金额\n东县\t1\t5 万元\n\n<b>西县</b>\t2\t6 万元\n合计\t3\t11 万元\n"
    )
    document = read_gazette(text).documents[0]
    (table,) = find_tables(document, source=text.split("\n"))
    assert (table.title, table.names) == ("表1甲乙情况", ("地区", "数量（家）", "金额"))
    assert [row.line for row in table.rows] == [7, 9]
    assert (table.line, table.last_line, table.totals[0].line) == (6, 10, 10)
    (without,) = find_tables(document)
    assert [row.line for row in without.rows] == [None, None]
    assert without.as_json()["rows"] == table.as_json()["rows"]


def test_markdown() -> None:
    text = HEAD + "甲乙清单\n\n| 序号 | 名称 | 数 |\n|---|---|---|\n| 1 | 甲 | 5 |\n| 2 |  | 6 |\n"
    (table,) = find_tables(read_gazette(text).documents[0], source=text.split("\n"))
    assert values(table) == [["1", "甲", "5"], ["2", "甲", "6"]]
    assert [row.line for row in table.rows] == [8, 9]


def test_html_with_cells_that_span() -> None:
    html = (
        '<table><tr><td rowspan="2">地区</td><td colspan="2">机构</td><td rowspan=2>说</td></tr>'
        "<tr><td>公办</td><td>民办</td></tr>"
        "<tr><th rowspan='2'>东县</th><td>1</td><td>2</td><td rowspan='2'>见乙</td></tr><tr><td>3</td><td>4</td></tr>"
        '<tr><td>合计</td><td colspan="3">10</td></tr></table>'
    )
    text = HEAD + "甲乙清单\n\n" + html + "\n后文。\n"
    (table,) = find_tables(read_gazette(text).documents[0], source=text.split("\n"))
    assert table.names == ("地区", "机构 / 公办", "机构 / 民办", "说")
    assert values(table) == [["东县", "1", "2", "见乙"], ["东县", "3", "4", "见乙"]]
    assert table.totals[0].spans == (("机构 / 公办", "机构 / 民办"),)
    assert {row.line for row in table.rows} == {6}


# --- whatever the table ---------------------------------------------------------------------------------------------


def printed(tables: list[Table]) -> Counter[str]:
    """Every word that stands in what was read."""
    out: Counter[str] = Counter()
    for table in tables:
        out.update(cell for head in table.heads for cell in head)
        out.update(cell.printed for row in table.rows for cell in row.cells)
        out.update(cell.printed for total in table.totals for cell in total.cells)
        out.update(total.label for total in table.totals)
        out.update(group.label for group in table.groups if not group.column)
        out.update(table.notes)
        out[table.title] += 1
    del out[""]
    return out


CELLS = st.sampled_from(
    [
        "",
        "",
        "",
        "甲",
        "乙 丙",
        "序号",
        "名称",
        "金额",
        "1",
        "2",
        "1,000.5",
        "10万元",
        "3亿元",
        "5%",
        "2022.07",
        "—",
        "合计",
    ]
    + [
        "小计",
        "全市",
        "一、东（2家）",
        "（一）内",
        "统一（3项）",
        "备注：无",
        "单位：万元",
        "表2 某",
        "总床位",
        "2022年",
        "长" * 50,
    ]
)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=7), min_size=1, max_size=14)


@settings(max_examples=500)
@given(ROWS)
def test_no_cell_is_lost(rows: list[list[str]]) -> None:
    tables = tables_in(clause(*("|".join(row) for row in rows)))
    full = [row for row in rows if any(row)]
    if len(full) > 1 or any(sum(map(bool, row)) > 2 for row in full):
        assert printed(tables) == Counter(cell for row in rows for cell in row if cell)
    for table in tables:
        names = table.names
        assert len(set(names)) == len(names) and all(names)
        for row in table.rows:
            assert len(row.cells) == len(names)
            for cell, column in zip(row.cells, table.columns, strict=True):
                if cell.value is not None and cell.kind is column.kind and cell.kind in ("integer", "decimal", "money"):
                    Decimal(cell.value)
        for group in table.groups:
            assert 0 <= group.first_row <= group.first_row + group.row_count <= len(table.rows)
        for total in table.totals:
            assert 0 <= total.first_row <= total.first_row + total.row_count <= len(table.rows)
        assert [set(row) for row in table.as_json()["rows"]] == [set(names)] * len(table.rows)


REGULAR = st.integers(2, 6).flatmap(
    lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=2, max_size=20)
)


@settings(max_examples=200)
@given(REGULAR)
def test_no_cell_of_a_regular_table_is_lost(rows: list[list[str]]) -> None:
    test_no_cell_is_lost.hypothesis.inner_test(rows)  # type: ignore[attr-defined]


def test_nothing_but_empty_cells() -> None:
    assert tables_in(clause("||", "||", "|")) == []
    assert only("甲|乙|丙", "||", "||").rows == ()


def test_one_column() -> None:
    table = only("名称|", "甲|", "乙|")
    assert [cell for row in table.rows for cell in row.cells if cell.value] != []
    assert printed([table]) == Counter(["名称", "甲", "乙"])


def test_more_columns_than_a_table_has() -> None:
    row = "|".join(f"甲{k}" for k in range(3000))
    table = only("序号|名称|数", "1|甲|5", row)
    held = " ".join(cell.printed for row in table.rows for cell in row.cells).split()
    assert set(held) >= {f"甲{k}" for k in range(3000)}


@pytest.mark.parametrize(
    "rows",
    [
        ["序号|名称|数"] + [f"{k}|甲{k}|{k}" for k in range(30_000)],
        ["序号|名称|数"] + ["全市|全市|5"] * 20_000,
        ["序号|名称|数"] + ["合计||5", "一、东||"] * 10_000,
        ["甲|乙|丙|丁", "A|B|C|5"] * 10_000,
        ["|".join("甲" * (k % 9 + 2)) for k in range(20_000)],
    ],
    ids=["plain", "whole", "totals", "heads", "ragged"],
)
def test_very_long_tables(rows: list[str]) -> None:
    # Read in one go where time grows with the rows; a quadratic step would not come to an end.
    tables = tables_in(clause(*rows))
    assert sum(printed(tables).values()) == sum(bool(cell) for row in rows for cell in row.split("|"))
