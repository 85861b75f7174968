"""Cells as whole numbers, in SQL: the canonical form by an expression, every other by the reader that `compute` has.

A cell is plain where it is written as `as_json` writes it, or has the type of its fact; `plain` gives the number of
columns.batch for it, and NULL for every other cell. What is not plain (65%, 是, 2022/5/1, 1,234.50, labels) is read by
`read_facts`, once for each way of writing it. What that cannot read stays NULL, and its case is for `compute`.
"""

from __future__ import annotations

import re
from typing import Any

from gongbao.rules.columns.batch import DoesNotHold, number_of
from gongbao.rules.columns.lower import bounds_of, places_of
from gongbao.rules.facts import FIRST_YEAR, LARGEST, LAST_YEAR, Missing, read_facts
from gongbao.rules.policy import Fact, FactSheet

WHITESPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""What `str.strip` takes away."""

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_MOST_DIGITS = 18
"""A DECIMAL of so many digits is an int64."""


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A name as SQL has it."""
    return '"' + text.replace('"', '""') + '"'


def stripped(cell: str, sql_type: str) -> str:
    """The cell as a text without white space around it; NULL where nothing is left."""
    text = cell if sql_type == "VARCHAR" else f"cast({cell} as varchar)"
    return f"nullif(trim({text}, {quoted(WHITESPACE)}), '')"


def is_empty(cell: str, sql_type: str) -> str:
    if sql_type != "VARCHAR":
        return f"{cell} is null"
    return f"({cell} is null or trim({cell}, {quoted(WHITESPACE)}) = '')"


def given_as(cell: str, sql_type: str) -> str:
    """The cell as it is read: a binary float of four bytes as its shortest text, which is what was typed."""
    if sql_type.startswith("ENUM") or sql_type in ("FLOAT", "UUID"):
        return f"cast({cell} as varchar)"
    if sql_type in ("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"):
        return f"cast({cell} as timestamp)"
    return cell


def type_given(sql_type: str) -> str:
    """The type of what `given_as` gives."""
    if sql_type.startswith("ENUM") or sql_type in ("FLOAT", "UUID"):
        return "VARCHAR"
    return "TIMESTAMP" if sql_type.startswith("TIMESTAMP_") else sql_type


def plain(sheet: type[FactSheet], fact: Fact, sql_type: str, cell: str) -> str:
    """The cell's number as an SQL expression (of a text: the text), NULL where it is not plain."""
    kind = fact.type
    if kind.kind == "text":
        # Without white space at its ends, and without any sign that facts.py refuses.
        form = r"'[^\pC\pZ]+( [^\pC\pZ]+)*'"
        return _if(f"length({cell}) <= {fact.longest} and regexp_full_match({cell}, {form})", cell, sql_type, "VARCHAR")
    if kind.kind == "flag":
        number = f"case {cell} when 'true' then 1 when 'false' then 0 end"
        return f"cast({cell} as utinyint)" if sql_type == "BOOLEAN" else _if("", number, sql_type, "VARCHAR")
    if kind.kind == "choice":
        ways = " ".join(f"when {quoted(one.value)} then {_read(sheet, fact, one.value)}" for one in kind.python)
        return _if("", f"case {cell} {ways} end", sql_type, "VARCHAR")
    if kind.kind in ("date", "month"):
        return _day(cell, sql_type, is_month=kind.kind == "month")
    if not kind.is_number:
        return "cast(null as bigint)"
    places = places_of(kind)
    lo, hi = bounds_of(kind, fact, LARGEST)
    number = _number(cell, sql_type, places)
    return f"case when {number} between {lo} and {min(hi, 2**62)} then {number} end"


def _if(condition: str, value: str, sql_type: str, wanted: str) -> str:
    if sql_type != wanted:
        return "cast(null as varchar)" if wanted == "VARCHAR" and not value.startswith("case") else "cast(null as int)"
    return f"case when {condition} then {value} end" if condition else value


def _day(cell: str, sql_type: str, *, is_month: bool) -> str:
    day, condition = cell, "true"
    if sql_type == "VARCHAR":
        if is_month:
            day, condition = f"try_cast({cell} || '-01' as date)", f"regexp_full_match({cell}, '[0-9]{{4}}-[0-9]{{2}}')"
        else:
            form = "'[0-9]{4}-[0-9]{2}-[0-9]{2}'"
            day, condition = f"try_cast({cell} as date)", f"regexp_full_match({cell}, {form})"
    elif sql_type == "TIMESTAMP":
        day, condition = f"cast({cell} as date)", f"{cell} = date_trunc('day', {cell})"
    elif sql_type != "DATE":
        return "cast(null as int)"
    if is_month:
        condition += f" and day({day}) = 1"
    condition += f" and year({day}) between {FIRST_YEAR} and {LAST_YEAR}"
    return f"case when {condition} then cast({day} - date '1970-01-01' as int) end"


def _number(cell: str, sql_type: str, places: int) -> str:
    scale = 10**places
    if sql_type in INTEGERS:
        most = min(LARGEST, 2**62 // scale)
        return f"case when {cell} between {-most} and {most} then cast({cell} as bigint) * {scale} end"
    if sql_type == "DOUBLE":
        # n / scale is the double nearest to that decimal, and of the decimals with up to 15 digits no other has the
        # same nearest double: so it is the shortest text of the cell.
        n = f"round({cell} * {scale})"
        return f"case when abs({cell}) < {10**15 // scale} and {n} / {scale} = {cell} then cast({n} as bigint) end"
    if found := _DECIMAL.fullmatch(sql_type):
        width, decimals = int(found[1]), int(found[2])
        if decimals <= places and width <= _MOST_DIGITS and decimals + places < _MOST_DIGITS:
            # Of two such decimals DuckDB makes one of 18 digits, and fails beyond.
            most = min(LARGEST, 10 ** (_MOST_DIGITS - decimals - places) - 1)
            value = f"cast({cell} * cast({scale} as decimal({places + 1},0)) as bigint)"
            return f"case when {cell} between {-most} and {most} then {value} end"
        cell, sql_type = f"cast({cell} as varchar)", "VARCHAR"
    if sql_type != "VARCHAR":
        return "cast(null as bigint)"
    # A cast to DECIMAL would round further decimals away.
    decimals_form = rf"(\.[0-9]{{1,{places}}}0{{0,30}})?" if places else r"(\.0{1,30})?"
    digits = min(13, _MOST_DIGITS - 2 * places)
    if digits < 1:
        return "cast(null as bigint)"
    form = quoted(rf"-?[0-9]{{1,{digits}}}{decimals_form}")
    value = f"cast({cell} as decimal({_MOST_DIGITS},{places})) * cast({scale} as decimal({places + 1},0))"
    return f"case when regexp_full_match({cell}, {form}) then cast({value} as bigint) end"


def read_cell(sheet: type[FactSheet], fact: Fact, value: Any) -> Any:
    """The value of one cell as `compute` reads it; None where it cannot be read or has no value."""
    given = read_facts(sheet, {fact.name: value})
    wrong = any(one.path == fact.name or one.path.startswith(f"{fact.name}[") for one in given.problems)
    found = given.facts[fact.name]
    return None if wrong or isinstance(found, Missing) else found


def number_of_cell(sheet: type[FactSheet], fact: Fact, value: Any) -> int | None:
    """The number of a cell that is not plain; None where `compute` has to decide its case."""
    found = read_cell(sheet, fact, value)
    if found is None:
        return None
    try:
        return number_of(found, fact.type, {})
    except DoesNotHold:
        return None


def _read(sheet: type[FactSheet], fact: Fact, value: Any) -> int:
    number = number_of_cell(sheet, fact, value)
    assert number is not None
    return number
