"""Dates as documents print them, and arithmetic on them that says how it counts."""

import calendar
import re
from datetime import date, timedelta

from gongbao.core.numerals import CHINESE_NUMERAL, chinese_to_int

ONE_DAY = timedelta(days=1)

DATE_PATTERN = re.compile(
    rf"(?P<year>(?:19|20)\d{{2}}|[{CHINESE_NUMERAL}]{{4}})\s*年\s*"
    rf"(?P<month>\d{{1,2}}|[{CHINESE_NUMERAL}]{{1,3}})\s*月\s*(?P<day>\d{{1,2}}|[{CHINESE_NUMERAL}]{{1,3}})\s*日"
)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else (chinese_to_int(text) or 0)


def date_from_match(found: "re.Match[str]") -> date | None:
    """The date of a match of DATE_PATTERN; None where the calendar has no such day."""
    try:
        return date(_number(found["year"]), _number(found["month"]), _number(found["day"]))
    except ValueError:
        return None


def read_date(text: str) -> date | None:
    """2022年4月1日, 2022 年 4 月 1 日 or 二〇二二年四月一日 -> date; None where `text` is not just one date."""
    found = DATE_PATTERN.fullmatch(text.strip())
    return date_from_match(found) if found else None


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later; the last of the month where it has no such day (民法典 第二百零二条)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later, by the same rule."""
    return add_months(day, 12 * years)
