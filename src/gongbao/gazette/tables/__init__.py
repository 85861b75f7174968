"""Tables as typed rows.

    from gongbao.gazette.tables import find_tables
    for table in find_tables(document):
        print(table.title, table.names, len(table.rows))

A clause holds a table as lines whose cells stand between tabs. Each step is a module: collect (blocks of such lines,
with their captions, and the lines of the file they stand on), shape (which rows are heads, group labels, totals,
notes), align (rows shifted by a column), cells (the types of columns), build (all of it, and merged cells). No cell
that is printed is lost: it stands in a row, a total, a head, a group, a note or the title.
"""

from gongbao.gazette.tables.build import find_tables, tables_among, tables_in
from gongbao.gazette.tables.model import Cell, Column, Group, Kind, Quantity, Row, Table, Total

__all__ = [
    "Cell",
    "Column",
    "Group",
    "Kind",
    "Quantity",
    "Row",
    "Table",
    "Total",
    "find_tables",
    "tables_among",
    "tables_in",
]
