"""The workbook of the selections of a year, made by the worker where there are many rows."""

from django.core.paginator import Paginator

from gongbao.office.exports.kinds import Asked, Kind, Making, gathered, written
from gongbao.office.rows import in_order
from gongbao.systems.intermediary_market.publication import queries, workbook

ROWS = 2000
"""Of selections in one workbook: a large year has several."""


def _make(asked: Asked) -> Making:
    found = queries.published(int(asked.given["year"]))
    page = Paginator(found.values_list("pk", flat=True), ROWS).get_page(asked.given["page"])
    shown = yield from gathered(list(page.object_list), lambda some: queries.selections(in_order(found, some)))
    sheet = workbook.selections_sheet(shown, asked.language)
    return (yield from written([sheet], sheet.title, asked.at))


SELECTIONS = Kind("market.selections", _make, open_to_all=True)
