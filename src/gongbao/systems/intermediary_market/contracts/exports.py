"""The workbooks of contracts that are made by the worker, where there are many rows."""

from datetime import date

from django.db.models import QuerySet

from gongbao.office.cases.queries import desk_of
from gongbao.office.exports.kinds import Asked, Kind, Making, gathered, written
from gongbao.office.people.models import Account
from gongbao.office.rows import in_order
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.competence import is_platform_desk
from gongbao.systems.intermediary_market.contracts import queries, workbook
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.queries import memberships

# --- what everybody sees


def _published(asked: Asked) -> QuerySet[Contract]:
    given = asked.given
    year = int(given["year"]) if given.get("year") else None
    return queries.published(text=given.get("q", ""), fund=given.get("fund", ""), year=year)


def _make_published(asked: Asked) -> Making:
    found = _published(asked)
    keys = list(found.values_list("pk", flat=True))
    rows = yield from gathered(keys, lambda some: queries.published_of(in_order(found, some)))
    sheet = workbook.published_sheet(rows, asked.language)
    return (yield from written([sheet], sheet.title, asked.at))


PUBLISHED = Kind("market.contracts", _make_published, open_to_all=True)


# --- what the parties see, and the desk


def _of_own(asked: Asked) -> QuerySet[Contract]:
    assert asked.account is not None  # the page is for those who are signed in
    own = memberships(asked.account, asked.at.astimezone(SHANGHAI).date())
    return queries.of_organisations([one.organisation for one in own])


def _of_desk(asked: Asked) -> QuerySet[Contract]:
    assert asked.account is not None
    return queries.of_desk(desk_of(asked.account, asked.at.astimezone(SHANGHAI).date()))


def _make_rows(asked: Asked, among: QuerySet[Contract]) -> Making:
    key = asked.given.get("overdue", "")
    found = queries.past_due(among, asked.at) if key else among
    keys = list(found.values_list("pk", flat=True))
    rows = yield from gathered(keys, lambda some: queries.rows_of(in_order(among, some), asked.at))
    if clock := queries.clock_of(key):
        rows = [one for one in rows if one.is_overdue_in(clock)]
    sheets = workbook.sheets_of_rows(rows, asked.language)
    return (yield from written(sheets, sheets[0].title, asked.at))


def _own_scope(account: Account, on: date) -> str:
    return ",".join(sorted(str(one.organisation_id) for one in memberships(account, on)))


def _desk_scope(account: Account, on: date) -> str:
    desk = desk_of(account, on)
    everything = desk.reads_all or is_platform_desk(desk.bodies)
    return "everything" if everything else ",".join(str(one) for one in sorted(desk.units))


OWN = Kind("market.own_contracts", lambda asked: _make_rows(asked, _of_own(asked)), _own_scope)
DESK = Kind("market.contracts_at_desk", lambda asked: _make_rows(asked, _of_desk(asked)), _desk_scope)
