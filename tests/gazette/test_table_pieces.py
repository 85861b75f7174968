"""Tables in pieces: nothing is lost or told twice, and what went through JSON is what it was."""

import json
from dataclasses import replace

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.tables import Cell, Kind, find_tables
from gongbao.gazette.tables.pieces import from_plain, joined, pieces, plain_head, plain_rows, stretch
from gongbao.sample import GAZETTE

TEXT = GAZETTE.read_text(encoding="utf-8")
TABLES = [
    table for document in read_gazette(TEXT).documents for table in find_tables(document, source=TEXT.split("\n"))
]


@pytest.mark.parametrize("size", [1, 4, 7, 100])
def test_a_table_is_its_pieces(size: int) -> None:
    assert any(table.groups for table in TABLES) and any(table.totals for table in TABLES)
    for table in TABLES:
        cut = list(pieces(table, size))
        assert [piece.first_row for piece in cut] == list(range(0, len(table.rows), size))
        assert all(len(piece.rows) <= size and piece.row_count == len(table.rows) for piece in cut)
        assert joined(cut) == table


def test_a_total_stands_in_the_piece_of_its_last_row() -> None:
    table = next(table for table in TABLES if table.totals and len(table.rows) == 6)
    assert [bool(piece.totals) for piece in pieces(table, 4)] == [False, True]


def test_what_is_kept_as_json_comes_back() -> None:
    first, *others = TABLES[0].rows
    odd = (Cell("", "甲", Kind.TEXT, True), Cell("", None, Kind.TEXT), Cell("1,000", "1000", Kind.INTEGER))
    odd_row = replace(first, cells=(*odd, *first.cells[3:]), groups=("一", "二"), moved=True)
    for table in (*TABLES, replace(TABLES[0], rows=(odd_row, *others))):
        for piece in pieces(table, 5):
            head, rows = (json.loads(json.dumps(plain)) for plain in (plain_head(piece), plain_rows(piece)))
            assert from_plain(head, rows) == piece


def test_a_stretch_of_rows() -> None:
    table = next(table for table in TABLES if table.groups)
    cut = stretch(table, 5, 12)
    assert (cut.rows, cut.first_row, cut.row_count) == (table.rows[5:12], 5, len(table.rows))
    assert cut.groups == tuple(group for group in table.groups if 5 <= group.first_row < 12) != ()
    assert stretch(cut, 0, 100) is cut
    assert joined([stretch(table, 0, 5), cut, stretch(table, 12, 100)]) == table


def test_a_table_without_rows_is_one_piece() -> None:
    empty = replace(TABLES[0], rows=(), groups=(), row_count=0)
    assert list(pieces(empty, 10)) == [empty]
    assert stretch(empty, 0, 10) is empty
