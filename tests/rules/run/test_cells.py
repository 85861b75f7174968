"""What SQL takes for plain is what the reader of `compute` reads, to the last digit; all else it leaves alone."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from typing import Annotated, Any

import duckdb
import pytest

from gongbao.rules import Choice, Date, FactSheet, Flag, Integer, Money, Month, Percent, Places, Text, Unit, fact
from gongbao.rules import Decimal as Number
from gongbao.rules.run import cells


class Side(Choice):
    LEFT = "left", "左", "the left"
    RIGHT = "right", "右", "the right"


class Sheet(FactSheet):
    cost: Money = fact("一", zh="费用", en="cost")
    debt: Money = fact("一", zh="欠款", en="debt", least="-100", most="500")
    rate: Percent = fact("一", zh="比例", en="rate")
    height: Annotated[Number, Places(1), Unit("厘米", "cm")] = fact("一", zh="高度", en="height")
    exact: Number = fact("一", zh="系数", en="factor", over="0")
    count: Integer = fact("一", zh="人数", en="persons", least="1", most="2199")
    is_there: Flag = fact("一", zh="在场", en="present")
    side: Side = fact("一", zh="侧", en="side")
    on: Date = fact("一", zh="日期", en="date")
    month: Month = fact("一", zh="月份", en="month")
    name: Text = fact("一", zh="名称", en="name")


FACTS = Sheet.declared()
TEXTS = [
    *(
        "0",
        "-0",
        "0.0",
        "12",
        "12.5",
        "12.50",
        "12.500",
        "12.505",
        "012",
        ".5",
        "5.",
        "1e3",
        "1,234.50",
        "１２",
        "-3.25",
    ),
    *("65%", "10000000000000", "10000000000000.01", "99999999999999999999", "0.000001", "0.0000001", "1.1234560"),
    *("true", "false", "True", "TRUE", "是", "否", "yes", "1", "left", "Left", "左", "the right", "middle"),
    *("2022-05-01", "2022-5-1", "2022-02-29", "2024-02-29", "1899-12-31", "2199-12-31", "2200-01-01", "2022/5/1"),
    *("2022-09", "2022-13", "2022-9", "2022-09-01", "2022-05-01 00:00:00", "+2022-05-01", "２０２２-05-01"),
    *(
        "甲院",
        " 甲院",
        "甲 院",
        "甲\u3000院",
        "甲  院",
        "a\u200bb",
        "a\nb",
        "\x1fa",
        "é",
        "\u0301",
        "x" * 200,
        "x" * 201,
        "😀",
    ),
    *("", " ", "\u3000", "NaN", "inf", "null", "--1", "1-2"),
]


def compare(name: str, sql_type: str, values: list[Any], *, every: bool = False) -> int:
    """How many of the cells are plain; each of those is what the reader reads. `every`: none is left to the reader."""
    one = FACTS[name]
    connection = duckdb.connect()
    texts = [None if value is None else str(value) for value in values]
    connection.execute(
        f"create table t as select place, cast(given as {sql_type}) as given "
        "from (select unnest(range(?)) as place, unnest(?::varchar[]) as given)",
        [len(texts), texts],
    )
    given, given_type = cells.given_as("given", sql_type.upper()), cells.type_given(sql_type.upper())
    plain = cells.plain(Sheet, one, given_type, given)
    plains = 0
    for cell, number in connection.execute(f"select {given}, {plain} from t order by place").fetchall():
        if cell is None:
            assert number is None
            continue
        if one.type.kind == "text":
            read: Any = cells.read_cell(Sheet, one, cell)
            assert number in (None, cell)
        else:
            read = cells.number_of_cell(Sheet, one, cell)
        assert number is None or number == read, (name, cell)
        assert not every or number == read, (name, cell)
        plains += number is not None
    return plains


@pytest.mark.parametrize("name", FACTS)
def test_texts(name: str) -> None:
    rng = random.Random(name)
    drawn = [f"{rng.randint(-(10**4), 10 ** rng.randint(1, 15))}.{rng.randint(0, 9999)}" for _ in range(300)]
    days = [f"{rng.randint(1890, 2210)}-{rng.randint(0, 13):02}-{rng.randint(0, 32):02}" for _ in range(300)]
    assert compare(name, "varchar", [*TEXTS, *drawn, *days]) >= 1


@pytest.mark.parametrize("name", ["cost", "debt", "rate", "height", "exact", "count"])
def test_binary_floats_are_taken_by_their_shortest_text(name: str) -> None:
    rng = random.Random(name)
    short = [round(rng.uniform(-10, 10 ** rng.randint(0, 12)), rng.randint(0, 3)) for _ in range(500)]
    near = [math.nextafter(one, to) for one in short for to in (-math.inf, math.inf)]
    values = [*short, *near, 0.0, -0.0, 0.1 + 0.2, 1e15, 1e16, 1e300, 5e-324, float("inf"), float("nan"), 2.675, 1e13]
    assert compare(name, "double", values) > 20
    assert compare(name, "float", [one for one in values if abs(one) < 1e38]) > 20


@pytest.mark.parametrize("name", ["cost", "debt", "rate", "height", "exact", "count"])
@pytest.mark.parametrize("sql_type", ["decimal(9,1)", "decimal(18,2)", "decimal(18,4)", "decimal(38,10)", "bigint"])
def test_exact_numbers(name: str, sql_type: str) -> None:
    rng = random.Random(name)
    places = int(sql_type.rstrip(")").rpartition(",")[2]) if "decimal" in sql_type else 0
    values = [Decimal(rng.randint(-500, 10**8)).scaleb(-rng.randint(0, places)) for _ in range(400)]
    values += [Decimal(rng.randint(-500, 10**5)) for _ in range(100)] + [Decimal(0), Decimal(1), Decimal(2199)]
    assert compare(name, sql_type, values, every="bigint" in sql_type) >= 2


def test_other_types() -> None:
    assert compare("is_there", "boolean", [True, False, None], every=True) == 2
    assert compare("cost", "boolean", [True]) == compare("side", "bigint", [0]) == compare("on", "bigint", [45000]) == 0
    days = ["1899-12-31", "1900-01-01", "2022-02-28", "2199-12-31", "2200-01-01"]
    assert compare("on", "date", days, every=True) == 3
    assert compare("month", "date", ["2022-02-28", "2022-02-01"], every=True) == 1
    times = ["2022-02-28 00:00:00", "2022-02-28 00:00:01", "2022-02-01 00:00:00"]
    for kind in ("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"):
        assert compare("on", kind, times, every=True) == 2
        assert compare("month", kind, times, every=True) == 1
    assert compare("side", "enum('left', '左')", ["left", "左", None]) == 1
    assert compare("count", "hugeint", [1, 2199, 2200, 10**30], every=True) == 2
    assert compare("cost", "ubigint", [2**64 - 1, 5], every=True) == 1


def test_white_space_is_what_a_reader_strips() -> None:
    with duckdb.connect() as connection:
        for code in [*range(0x21), 0x85, 0xA0, *range(0x2000, 0x2070), 0x3000, 0xFEFF]:
            if code:
                text = f"{chr(code)}x{chr(code)}"
                (found,) = connection.execute(f"select {cells.stripped('?', 'VARCHAR')}", [text]).fetchall()[0]
                assert found == text.strip()
