"""What a cell says: a number, an amount of money, a percentage, a date, or words. And what a column holds."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from gongbao.gazette.tables.model import Cell, Column, Kind, Quantity

_NUMBER = r"[-+−]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?"
_DIGIT = re.compile(r"\d")
_PLAIN = re.compile(_NUMBER)
_MONEY = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>[十百千万亿]{{0,2}}(?:美|欧|港|日)?元)")
_PERCENT = re.compile(rf"(?P<number>{_NUMBER})\s*[%％]")
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*[-./年]\s*(?P<month>\d{1,2})(?:\s*[-./月]\s*(?:(?P<day>\d{1,2})\s*日?)?)?"
)
# 元 and its multiples, which convert into each other without a remainder.
_SCALE = {"元": 0, "千元": 3, "万元": 4, "十万元": 5, "百万元": 6, "千万元": 7, "亿元": 8}
_COUNTERS = (
    "家|个|项|户|人|名|所|处|件|张|条|套|座|批|台|辆|人次|万人|万人次|公里|千米|米|亩|公顷|平方米|万平方米|平方公里|"
    "吨|万吨|千克|公斤|克|毫克|微克|升|立方米|万立方米|年|天|日|岁|次|例|宗|起|部|本|册|床|‰|分"
)
_UNIT_IN_NAME = re.compile(
    rf"（(?:单位[:：])?((?:{_COUNTERS}|[十百千万亿]{{0,2}}(?:美|欧|港|日)?元|[%％])(?:/[^（）]{{1,4}})?)）"
)
_UNIT_LINE = re.compile(r"[（(]?\s*(?:计量)?单位\s*[:：]\s*(?P<unit>[^\s（）()，。；]{1,12})\s*[）)]?")
_MONEY_NAME = re.compile("金额|投资|资金|经费|预算|收入|支出|补助|补贴|奖励|资产|产值|费|款")
_TIME_NAME = re.compile("时间|日期|年月|时限|期限|开工|竣工|建成|完工")
_CODE_NAME = re.compile("电话|手机|邮编|编码|代码|编号|证号|账号|帐号|联系方式|文号|号码")
_STATED = re.compile(
    r"(?<![第\d.,])(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)\s*"
    r"(?P<unit>[十百千万亿]{0,2}元|家|个(?!\s*(?:月|工作日|自然日))|项|户|人|名|所|处|件|张|条|套|座|批)"
)
_NIL = re.compile(r"[-—–－/／\\*]+|无|空")

NUMERIC = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT)


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell by itself. `date` is its date where it can be read as one, though it may be a number too (2022.07)."""

    kind: Kind
    value: str
    unit: str = ""
    date: str = ""


@lru_cache(maxsize=20_000)
def read_cell(words: str) -> Reading:
    """The words of a cell that is not empty."""
    if not _DIGIT.search(words):
        return Reading(Kind.TEXT, words)
    date = _date(words)
    if (number := _number(words)) is not None:
        return Reading(Kind.DECIMAL if "." in number else Kind.INTEGER, number, date=date)
    if date:
        return Reading(Kind.DATE, date, date=date)
    for kind, pattern in ((Kind.MONEY, _MONEY), (Kind.PERCENT, _PERCENT)):
        found = pattern.fullmatch(words)
        number = _number(found["number"]) if found else None
        if found and number is not None:
            return Reading(kind, number, found["unit"] if kind is Kind.MONEY else "%")
    return Reading(Kind.TEXT, words)


def is_nil(words: str) -> bool:
    """—, / and 无: printed where there is nothing to print."""
    return bool(_NIL.fullmatch(words))


def _number(words: str) -> str | None:
    """12,345.60 -> "12345.60"; None for what is no number, and for 0551, which is a code."""
    if not _PLAIN.fullmatch(words):
        return None
    number = re.sub("[,，+]", "", words).replace("−", "-")
    whole = number.lstrip("-").partition(".")[0]
    return None if len(whole) > 1 and whole.startswith("0") else number


def _date(words: str) -> str:
    found = _DATE.fullmatch(words)
    if found is None or not 1 <= int(found["month"]) <= 12 or not 1 <= int(found["day"] or 1) <= 31:
        return ""
    day = f"-{int(found['day']):02}" if found["day"] else ""
    return f"{found['year']}-{int(found['month']):02}{day}"


def stated_figures(label: str) -> tuple[Quantity, ...]:
    """共3家园圃，补助合计26万元 -> 3 家, 26 万元."""
    return tuple(Quantity(found["number"].replace(",", ""), found["unit"]) for found in _STATED.finditer(label))


def unit_line(words: str) -> str:
    """单位：万元 -> 万元; "" for any other words."""
    found = _UNIT_LINE.fullmatch(words.strip())
    return found["unit"] if found else ""


def unit_in(words: str) -> str:
    """The unit a title or a head names in brackets: 总投资（万元）."""
    found = _UNIT_IN_NAME.findall(words.replace("(", "（").replace(")", "）"))
    return found[-1].replace("％", "%") if found else ""


def column_of(name: str, words: Sequence[str], table_unit: str) -> tuple[Column, bool]:
    """The type of a column, from its head and the cells that say something: more than half of them decide.

    And whether the unit is printed above them, so that a bare number is of it. `table_unit` is that of the table.
    """
    said = [read_cell(cell) for cell in words if cell and not is_nil(cell)]
    unit = unit_in(name)
    is_money = unit.endswith("元")
    if not said:
        return Column(name, Kind.MONEY if is_money else Kind.PERCENT if unit == "%" else Kind.TEXT, unit), bool(unit)
    counts = Counter(reading.kind for reading in said)
    dates = sum(bool(reading.date) for reading in said)
    if 2 * dates > len(said) and (counts[Kind.DATE] * 2 > len(said) or _TIME_NAME.search(name)):
        return Column(name, Kind.DATE, ""), False
    few_numbers = 2 * sum(counts[kind] for kind in NUMERIC) <= len(said)
    if few_numbers or _CODE_NAME.search(name) or (dates and _TIME_NAME.search(name)):
        return Column(name, Kind.TEXT, ""), False
    bare = counts[Kind.INTEGER] + counts[Kind.DECIMAL]
    if not unit and counts[Kind.MONEY] > max(bare, counts[Kind.PERCENT]):
        units = Counter(reading.unit for reading in said if reading.kind is Kind.MONEY)
        return Column(name, Kind.MONEY, units.most_common(1)[0][0]), False
    if is_money:
        return Column(name, Kind.MONEY, unit), True
    if not unit and table_unit.endswith("元") and _MONEY_NAME.search(name) and not counts[Kind.PERCENT]:
        return Column(name, Kind.MONEY, table_unit), True
    if unit == "%" or counts[Kind.PERCENT] > bare:
        return Column(name, Kind.PERCENT, "%"), unit == "%"
    return Column(name, Kind.DECIMAL if counts[Kind.DECIMAL] else Kind.INTEGER, unit), True


def typed(words: str, column: Column, *, unit_is_printed: bool) -> Cell:
    """The cell as one of its column; words, where it is not of the column's type.

    An amount in 亿元 below a head in 万元 is converted, which is exact.
    """
    if not words:
        return Cell("", None, column.kind)
    reading = read_cell(words)
    value: str | None = None
    match column.kind:
        case Kind.INTEGER:
            value = reading.value if reading.kind is Kind.INTEGER else None
        case Kind.DECIMAL:
            value = reading.value if reading.kind in (Kind.INTEGER, Kind.DECIMAL) else None
        case Kind.MONEY:
            if reading.kind is Kind.MONEY:
                value = _converted(reading, column.unit)
            elif reading.kind in (Kind.INTEGER, Kind.DECIMAL) and unit_is_printed:
                value = reading.value
        case Kind.PERCENT:
            if reading.kind is Kind.PERCENT or (reading.kind in (Kind.INTEGER, Kind.DECIMAL) and unit_is_printed):
                value = reading.value
        case Kind.DATE:
            value = reading.date or None
        case Kind.TEXT:
            value = words
    return Cell(words, words, Kind.TEXT) if value is None else Cell(words, value, column.kind)


def _converted(reading: Reading, unit: str) -> str | None:
    if reading.unit == unit:
        return reading.value
    if reading.unit not in _SCALE or unit not in _SCALE:
        return None
    converted = Decimal(reading.value).scaleb(_SCALE[reading.unit] - _SCALE[unit])
    return f"{converted:f}"
