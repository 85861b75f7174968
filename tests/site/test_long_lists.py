"""What anybody may ask for is bounded: rows on a page, in an answer, in a workbook, in a feed; and all is to be had."""

import io
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import icalendar
import openpyxl
import pytest
from django.core.cache import cache
from django.urls import reverse

from gongbao.office.library import actions, contract, exports, queries
from gongbao.office.people.readers import KEEPER, VISITOR
from gongbao.site.api import COST_OF_A_FILE
from tests.library.test_content import ingest
from tests.site.html import read

AWARDS = "云政〔2026〕2号"  # one table of 36 rows in groups, with a total
LISTS = "云岭政〔2026〕21号"
TWO_TABLES = """云岭市人民政府关于公布名册的通知
云岭政〔2026〕21号
各县人民政府：
现将两份名册公布如下。
云岭市人民政府
2026年1月5日
附件1
园圃名册
名称\t数量
{gardens}
合计\t21
附件2
联系表
单位\t联系人\t电话
市园林局\t钱多多\t0000-2965071
市水利局\t孙小满\t0000-2965072
""".format(gardens="\n".join(f"第{number}园\t{number}" for number in range(1, 7)))


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def lists(db: None) -> str:
    ingest(TWO_TABLES)
    assert [one.row_count for one in queries.document_tables(queries.get_revision(LISTS))] == [6, 2]
    return reverse("library:tables", args=[LISTS])


def cells(response: Any, place: int = 0) -> list[list[str]]:
    body = read(response).all("tbody")[place]
    return [[cell.text() for cell in row.all("td")] for row in body.all("tr")]


# --- tables


def test_a_long_table_is_paged_by_its_address(client, lists, monkeypatch):
    monkeypatch.setattr("gongbao.office.library.views.content.ROWS_SHOWN", 3)
    monkeypatch.setattr("gongbao.office.library.views.content.ROWS_OF_ONE", 4)
    every = client.get(lists)
    assert [row[0] for row in cells(every)] == ["第1园", "第2园", "第3园"]
    assert len(cells(every, 1)) == 2
    page = read(every)
    assert page.all("a", href=f"{lists}?table=1") and not page.all("a", href=f"{lists}?table=2")
    first, second = client.get(f"{lists}?table=1"), client.get(f"{lists}?table=1&page=2")
    assert [row[0] for row in cells(first) + cells(second)] == [f"第{number}园" for number in range(1, 7)]
    # The total stands below the last row it sums, and nowhere else.
    assert [len(read(one).all("tfoot")) for one in (first, second)] == [0, 1]
    assert read(first).all("a", href=f"{lists}?table=1&page=2")
    assert cells(client.get(f"{lists}?table=1&page=99")) == cells(second)
    for wrong in ("3", "0", "-1", "x", "9" * 30):
        assert client.get(lists, {"table": wrong}).status_code == 404


def test_many_tables_are_paged(client, lists, monkeypatch):
    monkeypatch.setattr("gongbao.office.library.views.content.TABLES_SHOWN", 1)
    assert [len(cells(client.get(lists, {"page": number}))) for number in (1, 2)] == [6, 2]
    assert read(client.get(lists, {"page": 2})).one("section").attributes["id"] == "table-2"


def test_what_is_hidden_is_hidden_in_every_piece(lists, monkeypatch):
    shown = queries.get_revision(LISTS)
    kept = queries.document_tables(shown)[1]
    for first in (0, 1):
        (row,) = queries.table(kept, shown, VISITOR, first=first, most=1).rows
        (whole,) = queries.table(kept, shown, KEEPER, first=first, most=1).rows
        assert [cell.value for cell in row.cells[1:]] == ["＊＊＊", "0000-＊＊＊"]
        assert whole.cells[1].value == ("钱多多", "孙小满")[first]


def test_pieces_make_the_table(lists, monkeypatch):
    whole = queries.tables(queries.get_revision(LISTS), KEEPER)
    monkeypatch.setattr(queries, "TABLE_PIECE", 2)
    with actions.kept.action("test"):
        queries.Revision.objects.update(derived_by=0)
    actions.derive_outdated()
    shown = queries.get_revision(LISTS)
    assert queries.tables(shown, KEEPER) == whole
    part = queries.table(queries.document_tables(shown)[0], shown, KEEPER, first=1, most=4)
    assert (part.rows, part.first_row) == (whole[0].rows[1:5], 1)


def test_rows_in_answers_are_bounded_and_all_to_be_had(client, sample, lists, monkeypatch):
    monkeypatch.setattr("gongbao.office.library.api.ROWS", 4)
    every = f"/api/documents/{AWARDS}/tables"
    shown = queries.get_revision(AWARDS)
    whole = contract.table(shown, queries.tables(shown)[0])
    assert whole["row_count"] == len(whole["rows"]) == 36
    (first,) = client.get(every).json()["items"]
    assert (len(first["rows"]), first["first_row"], first["row_count"]) == (4, 0, 36)
    gathered: dict[str, list[Any]] = {name: [] for name in ("rows", "row_notes", "groups", "totals")}
    while len(gathered["rows"]) < first["row_count"]:
        told = client.get(f"{every}/1", {"first_row": len(gathered["rows"])}).json()
        for name, rows in gathered.items():
            rows += told[name]
    assert gathered == {name: whole[name] for name in gathered}
    for address, field in ((f"{every}/1?first_row=36", "first_row"), (f"{every}/2", "number")):
        refused = client.get(address)
        assert (refused.status_code, refused.json()["field"]) == (404, field)
    # The tables of an answer share the rows that it may have.
    both = client.get(f"/api/documents/{LISTS}/tables").json()["items"]
    assert [(len(one["rows"]), one["row_count"]) for one in both] == [(4, 6), (0, 2)]
    assert both[1]["columns"] == ["单位", "联系人", "电话"]


# --- lists


@pytest.mark.parametrize("by_days", [False, True])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_of_a_list_are_the_list(sample, by_days, size):
    found = queries.duties(queries.DutyFilter(on=date(2026, 3, 1), first=date(2026, 1, 1) if by_days else None))
    ordered = queries.by_day(found) if by_days else queries.in_reading_order(found)
    pages = queries.InPages(ordered, by_days=by_days)
    whole = list(ordered)
    assert len(whole) == len(pages) == pages.count() > 7
    assert [row for first in range(0, len(whole), size) for row in pages[first : first + size]] == whole


def test_units_are_not_counted_among_very_many_duties(client, sample, monkeypatch):
    every = queries.duties(queries.DutyFilter(on=date(2026, 3, 1)))
    counted = queries.units_of(every)
    monkeypatch.setattr(queries, "MOST_COUNTED", every.count() - 1)
    named = queries.units_of(every)
    assert {unit.value for unit in named} == {unit.value for unit in counted} and counted[0].count > 0
    assert {unit.count for unit in named} == {0}
    links = read(client.get("/duties/")).one("ul", **{"aria-labelledby": "facet-unit"}).all("a")
    assert named[0].value in links[0].text() and not re.search(r"\d", links[0].text())


# --- workbooks


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("/duties.xlsx", "gongbao duties --xlsx FILE"),
        ("/indicators.xlsx", "gongbao indicators --xlsx FILE"),
        (f"/documents/{AWARDS}/export.xlsx", f"gongbao tables {AWARDS} --xlsx FILE"),
    ],
)
def test_a_workbook_of_too_many_rows_is_refused_in_words(client, sample, monkeypatch, address, command):
    assert client.get(address)["Content-Type"] == exports.XLSX
    monkeypatch.setattr("gongbao.office.library.views.content.MOST_ROWS", 5)
    told = client.get(address)
    assert told.status_code == 400
    words = read(told).text()
    assert command in words and "5 行" in words


def test_a_filter_brings_the_rows_within_the_limit(client, sample, monkeypatch):
    number = queries.duties(queries.DutyFilter(on=date(2026, 3, 1), unit="市水利局")).count()
    monkeypatch.setattr("gongbao.office.library.views.content.MOST_ROWS", number)
    assert client.get("/duties.xlsx").status_code == 400
    assert client.get("/duties.xlsx", {"unit": "市水利局"}).status_code == 200


def test_the_page_of_tables_offers_no_workbook_that_would_be_refused(client, sample, monkeypatch):
    address = reverse("library:tables", args=[AWARDS])
    assert "export.xlsx" in client.get(address).content.decode()
    monkeypatch.setattr("gongbao.office.library.views.content.MOST_ROWS", 35)
    assert "export.xlsx" not in client.get(address).content.decode()


def test_a_workbook_in_batches_has_every_row_masked(client, sample, monkeypatch):
    def values(response: Any) -> list[tuple[Any, ...]]:
        return list(openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))

    whole = values(client.get("/duties.xlsx"))
    monkeypatch.setattr(queries, "_SEEN_AT_ONCE", 7)
    assert values(client.get("/duties.xlsx")) == whole
    assert len(whole) == 1 + queries.duties(queries.DutyFilter(on=date(2026, 3, 1))).count()


def test_files_are_counted_with_the_answers_of_the_api(client, sample, settings, monkeypatch):
    # Within one minute, whatever the clock of the test says.
    monkeypatch.setattr("gongbao.site.api.time", SimpleNamespace(time=lambda: 1_000_000_020.0))
    settings.GONGBAO_API_LIMIT = 2 * COST_OF_A_FILE
    assert [client.get("/duties.xlsx").status_code for _ in range(2)] == [200, 200]
    refused = client.get(f"/documents/{AWARDS}/export.docx")
    assert refused.status_code == 429 and 1 <= int(refused["Retry-After"]) <= 60
    assert f"{refused['Retry-After']} 秒" in read(refused).text()
    assert client.get("/api/duties").status_code == 429
    assert client.get("/duties/").status_code == 200
    assert client.get("/indicators.xlsx", REMOTE_ADDR="192.0.2.7").status_code == 200


# --- feeds


def test_a_feed_has_what_is_nearest_in_time(db, monkeypatch):
    ingest(
        """云岭市人民政府关于按期完成任务的通知
云岭政〔2024〕3号
各县人民政府：
云岭市人民政府
2024年1月5日
一、任务
1. 市财政局于2024年3月1日前完成第一项工作。
2. 市财政局于2025年4月1日前完成第二项工作。
3. 市财政局于2026年2月1日前完成第三项工作。
4. 市财政局于2026年4月1日前完成第四项工作。
5. 市财政局于2026年5月1日前完成第五项工作。
6. 市财政局应于每月25日前报送进度。
"""
    )
    feed, _token = actions.open_feed("值班室")
    on = date(2026, 3, 1)

    def held() -> list[str]:
        return [str(duty.due or duty.deadline_kind) for duty in queries.duties_of_feed(feed, on)]

    # What was due more than a year ago is left out.
    assert held() == ["2025-04-01", "2026-02-01", "2026-04-01", "2026-05-01", "recurring"]
    monkeypatch.setattr(queries, "FEED_LENGTH", 3)
    assert held() == ["2026-02-01", "2026-04-01", "2026-05-01", "recurring"]
    monkeypatch.setattr(queries, "FEED_LENGTH", 1)
    assert held() == ["2026-04-01", "recurring"]


def test_a_feed_says_what_it_leaves_out(client, sample):
    _feed, token = actions.open_feed("值班室")
    calendar = icalendar.Calendar.from_ical(client.get(reverse("library:feed", args=[token])).content)
    told = str(calendar["description"])
    assert "1000" in told and re.search("一年|year", told)
