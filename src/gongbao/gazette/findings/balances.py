"""Columns of a table that belong together by what they are called: shares that make a hundred, a plan with its change.

Shares (占比, 权重) come to the hundred that the total row prints; where one of them alone is not that of the amount
beside it, that row is the wrong one. A plan and its change make the plan after the change (年初预算, 调整数, 调整后).
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from gongbao.gazette.findings.model import Finding, FindingKind, Place, Severity, shortened
from gongbao.gazette.findings.quantities import decimals_of, plain, total_of
from gongbao.gazette.tables import Cell, Kind, Table

_SHARE_NAME = re.compile(r"占比|比重|构成|权重|(?:所占|分配|构成|占总\S{1,3})比例|^比例$")
_NO_SHARE = re.compile(r"同比|增|降|达标|完成|覆盖|累计|以上|首付|最高|最低")
_BRACKET = re.compile(r"（[^（）]*）|\([^()]*\)|\s")
_BEFORE = re.compile(r"预算|计划|指标|调整前|变更前|原|年初|期初")
_CHANGE = re.compile(
    r"^(?:本次|预算|指标|计划)*(?:调整|调增|调减|增减|追加|变动|变更|增加)+(?:数|额|金额|情况|指标|预算)?$"
)
_AFTER = re.compile(r"(?:调整|变更|追加|变动)后")
_NOT_ALL = re.compile(r"^\s*[（(]?其中")
_MOST = 30  # per cent that shares may miss the hundred by and still be meant to make it
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY)


def balances_of(table: Table, document: str) -> Iterator[Finding]:
    """The shares of a table that make no hundred, and the rows that a change does not lead to what they print."""
    yield from _shares(table, document)
    yield from _changes(table, document)


def _value(cell: Cell) -> Decimal | None:
    return Decimal(cell.value) if cell.value is not None and cell.kind is not Kind.TEXT and not cell.filled else None


def _signed(cell: Cell) -> Decimal | None:
    """The figure of a cell, with the sign before it; 0 where it is empty or a dash."""
    words = cell.printed.replace(",", "").replace("−", "-").replace("－", "-").replace("＋", "+").strip()
    if not words or words in "-—–/":
        return Decimal()
    if re.fullmatch(r"[-+]?\s*\d{1,15}(?:\.\d{1,6})?", words):
        return Decimal(words.replace(" ", ""))
    return None


def _shares(table: Table, document: str) -> Iterator[Finding]:
    if any(_NOT_ALL.match(cell.printed) for row in table.rows for cell in row.cells[:3]):
        return
    for at, column in enumerate(table.columns):
        name = column.name.rpartition(" / ")[2]
        if not (_SHARE_NAME.search(name) and not _NO_SHARE.search(name)):
            continue
        total = next((t for t in table.totals if t.row_count == len(table.rows) and not t.groups), None)
        if total is None or _value(total.cells[at]) != 100 or len(table.totals) != 1:
            continue
        shares = [_value(row.cells[at]) for row in table.rows]
        known = [share for share in shares if share is not None]
        if len(known) < max(2, len(shares)):
            continue
        summed = total_of(known)
        step = Decimal(1).scaleb(-max(decimals_of(share) for share in known))
        if abs(summed - 100) > _MOST or abs(summed - 100) <= step * (len(known) + 1) / 2:
            continue
        words = [column.name, f"{plain(summed)}%"]
        lines = [total.line or table.line]
        if (wrong := _wrong_share(table, total.cells, known, step)) is not None:
            row, right = wrong
            lines.insert(0, table.rows[row].line or table.line)
            words.append(f"，其中第{row + 1}行应为{plain(right)}%")
        yield Finding(
            document,
            FindingKind.SUM,
            Severity.ERROR,
            f"“{words[0]}”一栏各行相加为{words[1]}，不是100%{''.join(words[2:])}。",
            f"The shares in the column “{column.name}” add up to {plain(summed)}% and not to 100%.",
            tuple(Place(line, shortened(column.name)) for line in lines),
            table.locator,
            table.eid,
        )


def _wrong_share(
    table: Table, total: tuple[Cell, ...], shares: list[Decimal], step: Decimal
) -> tuple[int, Decimal] | None:
    """The only row whose share is not that of its amount in a column where all others are; and what it should be."""
    for at, column in enumerate(table.columns):
        whole = _value(total[at])
        if column.kind not in _NUMBERS or not whole:
            continue
        amounts = [_value(row.cells[at]) for row in table.rows]
        off = [
            (row, right)
            for row, (amount, share) in enumerate(zip(amounts, shares, strict=True))
            if (right := (amount or Decimal()) * 100 / whole) is not None and abs(right - share) > step
        ]
        if len(off) == 1:
            return off[0][0], off[0][1].quantize(step)
    return None


def _changes(table: Table, document: str) -> Iterator[Finding]:
    names = [_BRACKET.sub("", column.name.rpartition(" / ")[2]) for column in table.columns]
    for change, name in enumerate(names):
        if not _CHANGE.match(name) or _AFTER.search(name):
            continue
        befores = [k for k in range(change - 1, -1, -1) if _BEFORE.search(names[k]) and not _AFTER.search(names[k])]
        afters = [k for k in range(change + 1, len(names)) if _AFTER.search(names[k])]
        if not befores or not afters:
            continue
        before, after = befores[0], afters[0]
        lines = [(row.cells, row.line) for row in table.rows] + [
            (total.cells, total.line) for total in table.totals if not total.spans
        ]
        fits, off = 0, []
        for cells, line in lines:
            values = [_signed(cells[k]) for k in (before, change, after)]
            if values[0] is None or values[1] is None or values[2] is None or not (values[0] or values[2]):
                continue
            if values[0] + values[1] == values[2]:
                fits += bool(values[1])
            else:
                off.append((cells, line, values[0], values[1], values[2]))
        # Where a decrease is printed without a sign, or figures are rounded, more than a row or two miss.
        if not off or fits < 2 * len(off):
            continue
        for cells, line, first, second, third in off:
            yield Finding(
                document,
                FindingKind.SUM,
                Severity.ERROR,
                f"“{names[before]}”{plain(first)}加“{name}”{plain(second)}为{plain(first + second)}，"
                f"“{names[after]}”一栏却为{plain(third)}。",
                f"{plain(first)} changed by {plain(second)} comes to {plain(first + second)}, but "
                f"“{names[after]}” has {plain(third)}.",
                (Place(line or table.line, shortened(" ".join(cell.printed for cell in cells if cell.printed))),),
                table.locator,
                table.eid,
            )
