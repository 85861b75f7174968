"""Rows of a worksheet become cases, and each problem knows its cell."""

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.rules.fact_tables import Cell, Formula, Table, cell_value, from_table
from gongbao.rules.fact_tables import headings as headings_of
from gongbao.rules.facts import parse_json, read_facts
from gongbao.rules.policy import FactSheet, Record, fact
from gongbao.rules.values import Date, Integer, Money
from tests.rules.imaginary import Air, Heating
from tests.rules.test_facts import MONTH


class Person(FactSheet):
    born: Date = fact("第一条", zh="出生日期", en="born on")
    income: Money = fact("第一条", zh="收入", en="income")


class Meal(Record):
    date: Date = fact("第二条", zh="日期", en="date")
    price: Money = fact("第二条", zh="价格", en="price")


class Canteen(FactSheet):
    date: Date = fact("第一条", zh="日期", en="date")
    year: Integer = fact("第一条", zh="年度", en="year")
    meals: list[Meal] = fact("第二条", zh="用餐", en="meals")


def givens(table: Table) -> list[dict[str, Any]]:
    return [case.given for case in table.cases]


def told(table: Table) -> list[tuple[str, str]]:
    return [(cell.address, problem.code) for cell, problem in table.problems]


def test_each_row_is_a_case_under_names_or_labels_in_any_order() -> None:
    for headings in (["income", "born"], ["收入（元）", " 出生日期 "], ["Income (yuan)", "Born on"]):
        table = from_table(Person, [headings, ["100", "1950-01-01"], [None, ""], [200, "1960-01-01", None]])
        assert givens(table) == [{"income": "100", "born": "1950-01-01"}, {"income": 200, "born": "1960-01-01"}]
        assert [case.row for case in table.cases] == [2, 4]
        assert table.problems == ()


def test_each_problem_knows_its_cell() -> None:
    (case,) = from_table(Person, [["born", "income"], ["1950-02-30", -1]]).cases
    assert [case.cell_of(one.path) for one in read_facts(Person, case.given).problems] == [Cell(2, 1), Cell(2, 2)]
    (case,) = from_table(Person, [["born"], ["1950-01-01"]]).cases
    assert [case.cell_of(path) for path in read_facts(Person, case.given).missing] == [Cell(2, 0)]


def test_headings_that_cannot_be_meant() -> None:
    table = from_table(Person, [["incom", "born", "出生日期", "zzz", None], ["1", "2", "3", "4", "5"]])
    assert told(table) == [
        *(("A1", "unknown_name"), ("C1", "given_twice"), ("D1", "unknown_name")),
        *(("A2", "not_taken"), ("C2", "not_taken"), ("D2", "not_taken"), ("E2", "no_heading")),
    ]
    assert table.problems[0][1].en == "no fact is called “incom”; did you mean income?"
    assert givens(table) == [{"born": "2"}]


def test_a_row_with_something_under_no_fact_is_no_case_to_compute() -> None:
    table = from_table(Person, [["born", "incom", ""], ["1", 5, None], ["2", " ", None], ["3", None, 7]])
    assert told(table) == [("B1", "unknown_name"), ("B2", "not_taken"), ("C4", "no_heading")]
    assert [case.wrong_row for case in table.cases] == [2, 0, 4]
    assert "“5”" in table.problems[1][1].zh and "B1" in table.problems[1][1].en


def test_a_case_with_a_wrong_row_is_not_to_be_computed() -> None:
    head = ["编号", "year", "meals.date", "price"]
    rows = [["a", 2026, "2026-01-01", 1], ["b", 2026, "2026-01-01", 1], ["a", 2025, "2026-01-02", 2]]
    table = from_table(Canteen, [head, *rows])
    assert told(table) == [("B4", "differs")]
    assert [(case.name, case.wrong_row) for case in table.cases] == [("a", 4), ("b", 0)]


def test_a_formula_without_a_result_is_told_and_never_read() -> None:
    table = from_table(
        Person, [["编号", "born", "income"], ["a", "1950-01-01", Formula("=A9")], [Formula("=A2"), 1, 2]]
    )
    assert told(table) == [("C2", "no_result"), ("A3", "no_result")]
    assert [(case.given, case.wrong_row) for case in table.cases] == [({"born": "1950-01-01"}, 2)]


def test_a_cell_beside_the_headings_is_told() -> None:
    assert told(from_table(Person, [["born"], ["1950-01-01", "", "x"]])) == [("C2", "no_heading")]


def test_an_empty_table_has_no_cases() -> None:
    assert from_table(Person, []) == from_table(Person, [["born"]]) == Table((), ())


def test_a_case_may_be_given_only_once_without_records() -> None:
    table = from_table(Person, [["编号", "born"], ["甲", 1], ["乙", 2], ["甲", 3], [None, 4]])
    assert [case.name for case in table.cases] == ["甲", "乙"]
    assert told(table) == [("A4", "given_twice"), ("A5", "no_case")]


def test_rows_with_one_number_are_the_records_of_one_case() -> None:
    rows = [
        ["编号", "年度", "用餐.日期", "price"],
        [1, 2026, "2026-01-01", 10],
        [2, None, "2026-01-02", 20],
        [None, 2025, "2026-01-03", 30],
        [1, 2026, "2026-01-04", "x"],
        [3, 2024, None, None],
    ]
    table = from_table(Canteen, rows)
    assert [case.name for case in table.cases] == ["1", "2", "3"]
    assert givens(table) == [
        {"year": 2026, "meals": [{"date": "2026-01-01", "price": 10}, {"date": "2026-01-04", "price": "x"}]},
        {"year": 2025, "meals": [{"date": "2026-01-02", "price": 20}, {"date": "2026-01-03", "price": 30}]},
        {"year": 2024, "meals": []},
    ]
    assert table.problems == ()
    case = table.cases[0]
    (problem,) = read_facts(Canteen, case.given).problems
    assert (problem.path, case.cell_of(problem.path).address) == ("meals[1].price", "D5")
    assert case.cell_of("meals[1].more") == Cell(5, 0)
    assert case.cell_of("meals") == Cell(2, 0)
    assert table.cases[1].cell_of("year") == Cell(4, 2)


def test_without_a_column_of_numbers_all_rows_are_one_case() -> None:
    rows = [["month", "市级已缴", "县（区）", "days", "已缴"]]
    rows += [["2026-02", "是", one["district"], one["days"], one["paid"]] for one in MONTH["shares"]]  # type: ignore[index, attr-defined]
    (case,) = from_table(Air, rows).cases
    assert read_facts(Air, case.given) == read_facts(Air, MONTH)


def test_a_label_of_two_meanings_is_written_with_its_list() -> None:
    table = from_table(Canteen, [["日期", "year"], [1, 2]])
    assert told(table) == [("A1", "ambiguous"), ("A2", "not_taken")]
    assert table.problems[0][1].en == "“日期” is ambiguous; write case.date or meals.date"
    assert told(from_table(Canteen, [["meals.date", "year"], [1, 2]])) == []
    for own in ("case.date", "本案.日期"):
        table = from_table(Canteen, [[own, "meals.date"], ["2026-01-01", "2026-01-02"]])
        assert told(table) == []
        assert givens(table) == [{"date": "2026-01-01", "meals": [{"date": "2026-01-02"}]}]


def test_the_headings_of_a_template_mean_one_fact_each() -> None:
    assert [heading for heading, _ in headings_of(Canteen, "zh")] == ["本案.日期", "年度", "用餐.日期", "价格"]
    assert [heading for heading, _ in headings_of(Canteen, "en")] == ["case.date", "year", "meals.date", "price"]
    for language in ("zh", "en"):
        assert told(from_table(Canteen, [[heading for heading, _ in headings_of(Canteen, language)]])) == []


def test_what_concerns_the_case_must_be_the_same_on_its_rows() -> None:
    table = from_table(Canteen, [["case", "year", "price"], ["a", 2026, 1], ["a", None, 2], ["a", 2025, 3]])
    assert told(table) == [("B4", "differs")]
    assert table.problems[0][1].en == "“year” differs from B2; it must be the same on all rows of a case"


def test_columns_have_the_letters_of_a_worksheet() -> None:
    assert [Cell(7, number).address for number in (1, 26, 27, 52, 703)] == ["A7", "Z7", "AA7", "AZ7", "AAA7"]


def test_cells_of_a_workbook_are_read_by_what_they_show() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["申请日期", "人员类别", "取暖费用（元）", "自付比例（%）", "房间数", "自有住房"])
    page.append([datetime(2026, 1, 31), "学生、老年人", 1234.56, 0.651, 3, True])
    page.append(["2026/2/1", "student", 0.07, 65.1, 3.0, "否"])
    page["D2"].number_format = "0.0%"
    kept = io.BytesIO()
    book.save(kept)
    page = openpyxl.load_workbook(io.BytesIO(kept.getvalue())).active
    rows = [[cell_value(cell.value, cell.number_format) for cell in row] for row in page.iter_rows()]
    first, second = (read_facts(Heating, case.given) for case in from_table(Heating, rows).cases)
    written = '{"on": "%s", "groups": %s, "cost": %s, "share": 65.1, "rooms": 3, "owner": %s}'
    for read, case in (
        (first, written % ("2026-01-31", '["student", "pensioner"]', "1234.56", "true")),
        (second, written % ("2026-02-01", '["student"]', "0.07", "false")),
    ):
        assert read.problems == ()
        assert read == read_facts(Heating, parse_json(case))


@pytest.mark.parametrize(
    ("held", "shown"), [(0.65, "65"), (0.07, "7"), (1, "100"), (0.1 + 0.2, "30"), (0.6525, "65.25")]
)
def test_a_cell_of_percent_is_its_hundredfold(held: float, shown: str) -> None:
    case = {"share": cell_value(held, "0%")}
    assert read_facts(Heating, case).facts["share"] == read_facts(Heating, {"share": shown}).facts["share"]


_CELL = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8)
_HEADING = st.sampled_from(["编号", "date", "year", "meals.date", "price", "日期", "用餐.价格"]) | _CELL


@settings(max_examples=100, deadline=None)
@given(st.lists(_HEADING, max_size=6), st.lists(st.lists(_CELL, max_size=7), max_size=6))
def test_any_table_is_read_or_refused_in_words(headings: list[Any], rows: list[list[Any]]) -> None:
    table = from_table(Canteen, [headings, *rows])
    for case in table.cases:
        given = read_facts(Canteen, case.given)
        for path in (*given.missing, *(problem.path for problem in given.problems)):
            assert 2 <= case.cell_of(path).row <= len(rows) + 1
    for _, problem in table.problems:
        assert problem.zh and problem.en
