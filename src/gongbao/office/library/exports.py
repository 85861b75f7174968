"""What the library hands out as files: Akoma Ntoso, JSON, Word, workbooks, calendars.

Given is what queries.py hands out, masked for whoever gets the file. Every file has the same bytes whenever it is made
from the same words, so that two of them can be compared.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongbao.gazette.akoma_ntoso import to_akoma_ntoso
from gongbao.gazette.deadlines import DeadlineKind, Every, Relation
from gongbao.gazette.tables import Kind, Table
from gongbao.office.library import contract, queries
from gongbao.office.library.models import Duty, Feed, Indicator, Revision
from gongbao.office.library.words import change_word, comparison_sign, deadline_kind_word
from gongbao.office.papers.icalendar_feed import Entry, Recurrence, to_icalendar
from gongbao.office.papers.official_docx import to_official_docx
from gongbao.office.papers.workbook import XLSX, Sheet, SheetColumn, to_workbook
from gongbao.office.people.readers import Reader


class Format(NamedTuple):
    """A form in which a document is handed out: the end of its file's name, its media type, and what makes it."""

    suffix: str
    media_type: str
    make: Callable[[Revision, Reader], bytes]


def _akoma_ntoso(revision: Revision, reader: Reader) -> bytes:
    received = timezone.localtime(revision.created_at).date()
    return to_akoma_ntoso(queries.as_read(revision, reader), made_on=received)


def _docx(revision: Revision, reader: Reader) -> bytes:
    return to_official_docx(queries.as_read(revision, reader))


def _json(revision: Revision, reader: Reader) -> bytes:
    # The status of a day would change from day to day; that on which it was received does not.
    received = timezone.localtime(revision.created_at).date()
    answer = contract.whole_document(revision, received, reader)
    return (json.dumps(answer, ensure_ascii=False, indent=2) + "\n").encode()


def _tables(revision: Revision, reader: Reader) -> bytes:
    return tables_workbook(revision, queries.tables(revision, reader))


FORMATS: dict[str, Format] = {
    "akn": Format(".xml", "application/akn+xml", _akoma_ntoso),
    "json": Format(".json", "application/json", _json),
    "docx": Format(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    "xlsx": Format(".xlsx", XLSX, _tables),
}
"""By the name under which a command or an address asks for it; xlsx holds the tables of the document."""


# --- workbooks


def tables_workbook(revision: Revision, tables: Sequence[Table]) -> bytes:
    """A sheet for each table, its columns typed; totals below the rows, and in a column what groups they stand in."""
    name = revision.document.number or revision.title
    return to_workbook([_table_sheet(table, place) for place, table in enumerate(tables, 1)], title=name)


def _table_sheet(table: Table, place: int) -> Sheet:
    grouped = any(row.groups for row in table.rows)
    columns = [SheetColumn(column.name, column.kind, column.unit) for column in table.columns]
    rows = [[cell.value for cell in row.cells] for row in table.rows]
    totals = [(total.label, [cell.value for cell in total.cells]) for total in table.totals]
    if grouped:
        columns.insert(0, SheetColumn(_("Group"), Kind.TEXT))
        rows = [[" / ".join(row.groups), *cells] for row, cells in zip(table.rows, rows, strict=True)]
        totals = [(label, [None, *cells]) for label, cells in totals]
    unit = [_("Unit: %(unit)s") % {"unit": table.unit}] if table.unit else []
    return Sheet(
        title=table.title or _("Table %(number)d") % {"number": place},
        columns=columns,
        rows=rows,
        totals=totals,
        notes=[*unit, *table.notes, _("From %(clause)s") % {"clause": table.locator}],
        heading=table.title,
    )


def duties_workbook(duties: Iterable[Duty], name: str) -> bytes:
    """The duties as one sheet, a row each."""
    text = Kind.TEXT
    columns = [
        SheetColumn(_("Document"), text),
        SheetColumn(_("Clause"), text),
        SheetColumn(_("Lead"), text),
        SheetColumn(_("Support"), text),
        SheetColumn(_("Duty"), text),
        SheetColumn(_("Due on"), Kind.DATE),
        SheetColumn(_("Deadline as printed"), text),
        SheetColumn(_("Kind of deadline"), text),
        SheetColumn(_("Words of the document"), text),
    ]
    between = pgettext("between units", ", ")
    rows = [
        [
            duty.revision.document.key,
            duty.clause.locator,
            between.join(duty.lead),
            between.join(duty.support),
            duty.duty,
            duty.due.isoformat() if duty.due else None,
            str(duty.deadline["words"]) if duty.deadline else None,
            deadline_kind_word(duty.deadline_kind),
            duty.quote,
        ]
        for duty in duties
    ]
    return to_workbook([Sheet(title=name, columns=columns, rows=rows)], title=name)


def indicators_workbook(indicators: Iterable[Indicator], name: str) -> bytes:
    """The targets as one sheet, a row each; figures as numbers, the unit beside them."""
    text = Kind.TEXT
    columns = [
        SheetColumn(_("Document"), text),
        SheetColumn(_("Clause"), text),
        SheetColumn(_("Indicator"), text),
        SheetColumn(_("Change"), text),
        SheetColumn(_("Comparison"), text),
        SheetColumn(_("Value"), Kind.DECIMAL),
        SheetColumn(_("Up to"), Kind.DECIMAL),
        SheetColumn(pgettext("of measure", "Unit"), text),
        SheetColumn(_("Year"), Kind.INTEGER),
        SheetColumn(_("Responsible"), text),
        SheetColumn(_("Words of the document"), text),
    ]
    between = pgettext("between units", ", ")
    rows = [
        [
            one.revision.document.key,
            one.clause.locator,
            one.name,
            change_word(one.change),
            comparison_sign(one.comparison),
            one.value,
            one.high or None,
            one.unit,
            str(one.year) if one.year else None,
            between.join(one.units),
            one.quote,
        ]
        for one in indicators
    ]
    return to_workbook([Sheet(title=name, columns=columns, rows=rows)], title=name)


# --- calendars


def duties_calendar(feed: Feed, duties: Iterable[Duty], address: Callable[[Duty], str]) -> bytes:
    """The duties that have a day, or come back on one, as a calendar; `address` is the page of a duty's clause."""
    entries = [entry for duty in duties if (entry := _entry(duty, address(duty))) is not None]
    return to_icalendar(
        entries,
        name=feed.unit or feed.name,
        description=_(
            "Duties with a day, read from the documents by a program. The gazette as printed is authentic. What was "
            "due more than a year ago is left out; where there are many, those nearest in time are here: at most "
            "%(number)d with a day, and as many that recur."
        )
        % {"number": queries.FEED_LENGTH},
    )


def _entry(duty: Duty, url: str) -> Entry | None:
    deadline = duty.deadline or {}
    revision = duty.revision
    recurrence = _recurrence(deadline, revision.date) if duty.deadline_kind == DeadlineKind.RECURRING else None
    if duty.due is None and recurrence is None:
        return None
    clock = deadline.get("time") or ""
    at = None
    if clock and duty.due is not None:
        hour, minute = (int(figure) for figure in clock.split(":"))
        # 24:00 is the end of the day, and no time of the clock.
        if hour < 24:
            at = datetime.combine(duty.due, time(hour, minute), ZoneInfo(settings.TIME_ZONE))
    units = pgettext("between units", ", ").join((*duty.lead, *duty.support))
    return Entry(
        uid=f"{revision.document_id}-{duty.clause.eid}-{duty.order}@gongbao",
        summary=duty.duty,
        description="\n".join(
            line
            for line in (
                f"{revision.document.key} {duty.clause.locator}",
                units,
                str(deadline.get("words") or ""),
                duty.quote,
            )
            if line
        ),
        url=url,
        day=duty.due,
        at=at,
        recurrence=recurrence,
        stamp=revision.created_at,
        categories=tuple(duty.lead),
    )


_WHOLE = {Every.YEAR: 12, Every.HALF_YEAR: 6, Every.QUARTER: 3}


def _recurrence(deadline: dict[str, Any], issued: date | None) -> Recurrence | None:
    """On which day a recurring deadline falls; None where no day can be told (每季度一次: at any time in it)."""
    every = deadline.get("every")
    if not every or issued is None:
        return None
    every = Every(every)
    month, day, last_day = deadline.get("month"), deadline.get("day"), bool(deadline.get("last_day"))
    if every is Every.DAY:
        return None  # an entry on each day of a calendar hides the others
    if not day and not last_day:
        return None
    if every in _WHOLE and not month:
        if deadline.get("relation") != Relation.BY and not last_day:
            return None
        # 每季度10日前 is the 10th of its first month; 每季度末 the last day of its last.
        month = _WHOLE[every] if last_day else 1
    return Recurrence(every=every, month=month, day=day, last_day=last_day, first=issued)
