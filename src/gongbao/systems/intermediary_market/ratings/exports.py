"""The workbook of a year's grades and ratings, made by the worker where there are many rows."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from gongbao.office.exports.kinds import READING, Asked, Kind, Making, gathered, written
from gongbao.office.rows import in_order
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.ratings import queries, workbook


def _make(asked: Asked) -> Making:
    year, today = int(asked.given["year"]), asked.at.astimezone(SHANGHAI).date()
    agencies, ratings = queries.agencies(year, asked.given.get("q", "")), queries.ratings().filter(at__year=year)
    half = READING // 2
    rows = yield from _read(agencies, lambda some: queries.rows_of(some, year, today), 0, half)
    given = yield from _read(ratings, lambda some: [queries.as_shown(one) for one in some], half, READING)
    sheets = workbook.sheets_of_year(year, rows, given, asked.language)
    return (yield from written(sheets, sheets[0].title, asked.at))


def _read(found: QuerySet[Any], shown: Callable[[Sequence[Any]], Sequence[Any]], since: int, until: int) -> Any:
    keys = list(found.values_list("pk", flat=True))
    return (yield from gathered(keys, lambda some: shown(in_order(found, some)), since=since, until=until))


RATINGS = Kind("market.ratings", _make, open_to_all=True)
