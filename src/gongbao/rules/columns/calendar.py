"""Days as whole numbers, counted from 1970-01-01, and what rules ask of them, as tables over the years 1900 to 2200."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from gongbao.core.working_days import CHINA
from gongbao.rules.facts import FIRST_YEAR, LAST_YEAR

EPOCH = date(1970, 1, 1)
FIRST, LAST = (date(FIRST_YEAR, 1, 1) - EPOCH).days, (date(LAST_YEAR + 1, 12, 31) - EPOCH).days
FIRST_MONTH = FIRST_YEAR * 12
"""Months are numbered by year * 12 + month - 1."""

# Of each day from FIRST to LAST; of each month from FIRST_MONTH on; of each year from FIRST_YEAR on.
OF_DAYS = ("year", "month", "day", "month_number", "last_of_month", "first_of_next_month", "is_working", "worked")
OF_MONTHS = ("month_begins", "month_length")
OF_YEARS = ("year_ends",)
WORKING = "working_day"
"""The n-th working day since FIRST; `worked` counts those up to a day."""


def number_of(day: date) -> int:
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=number)


def first_index(table: str) -> int:
    """The index of the table's first entry."""
    return {**dict.fromkeys(OF_DAYS, FIRST), **dict.fromkeys(OF_MONTHS, FIRST_MONTH)}.get(
        table, FIRST_YEAR if table in OF_YEARS else 0
    )


@cache
def table(name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """A table by its name, int64."""
    days = np.arange(FIRST, LAST + 1).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    begins = months.astype("datetime64[D]").astype(np.int64)
    next_begins = (months + 1).astype("datetime64[D]").astype(np.int64)
    month_number = months.astype(np.int64) + 1970 * 12
    all_months = np.arange(month_number[0], month_number[-1] + 1)
    month_begins = (all_months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    match name:
        case "year":
            return month_number // 12
        case "month":
            return month_number % 12 + 1
        case "day":
            return days.astype(np.int64) - begins + 1
        case "month_number":
            return month_number
        case "last_of_month":
            return next_begins - 1
        case "first_of_next_month":
            return next_begins
        case "month_begins":
            return month_begins
        case "month_length":
            ends = (all_months + 1 - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
            return ends - month_begins
        case "year_ends":
            return np.array([number_of(date(year, 12, 31)) for year in range(FIRST_YEAR, LAST_YEAR + 2)])
        case "is_working":
            return np.array([CHINA.is_working_day(day_of(number)) for number in range(FIRST, LAST + 1)], np.int64)
        case "worked":
            return np.cumsum(table("is_working"))
        case "working_day":
            return np.nonzero(table("is_working"))[0] + FIRST
    raise KeyError(name)


__all__ = ["EPOCH", "FIRST", "LAST", "day_of", "first_index", "number_of", "table"]
