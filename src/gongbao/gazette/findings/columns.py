"""Sums printed in tables: totals below or above their rows, columns that sum up others, labels that count their rows.

What a total sums is not taken on trust. Rows that sum up others themselves (一 above 1 and 2, 其中 below) are told by
their marks, columns that sum up others by what most rows do; of several readings the one that fits best is taken, and
a total is told of only where none fits.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongbao.gazette.findings.model import Finding, FindingKind, Place, Severity, shortened
from gongbao.gazette.findings.quantities import (
    PEOPLE,
    THINGS,
    Figure,
    base_of,
    decimals_of,
    figures_in,
    plain,
    total_of,
)
from gongbao.gazette.tables import Cell, Column, Group, Kind, Row, Table, Total
from gongbao.gazette.tables.cells import NUMERIC, is_nil, read_cell

_Values = list[Decimal | None]

# Columns whose figures are no amounts that add up.
_NO_SUM = re.compile(
    r"率|比重|占比|比例|构成|增速|增幅|增长|增减|同比|环比|排名|名次|位次|排序|人均|户均|平均|年均|均价|均值|单价|价格|标准|指数|浓度|系数|密度"
    r"|强度|等级|级别|得分|评分|成绩|编号|代码|编码|序号|号码|年份|时间|日期|期限|年限|年龄|工期|月份|电话|邮编|经度|纬度|温度|[%％‰]|(?:元|人|亩|户|个)/"
)
_SHARES = re.compile(r"占比|比重|比例|构成|权重")
_YEAR_NAME = re.compile(r"年(?!度?(?:计划|投资|资金|任务|目标|预算))")
_SUM_NAME = re.compile(
    r"^(?:合计|总计|小计|共计|总数|总额|计|总和|全部|总人数|总投资|.{0,8}(?:合计|小计|总计))(?:（[^（）]{0,10}）)?$"
)
_PURE_SUM = re.compile(r"^(?:合计|总计|小计|共计|计)(?:（[^（）]{0,10}）)?$")
_ROUNDED = re.compile("四舍五入|尾数|取整|进位|修约|小数")
_SOME_OF = re.compile(r"^(?:\d{1,3}[.、．])?\s*[（(#]?其中")
_ORDER = (
    re.compile(r"[一二三四五六七八九十]{1,3}(?:[、.．]|$)"),
    re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]"),
    re.compile(r"\d{1,3}(?:[、．]|\.(?!\d)|$)"),
    re.compile(r"[（(]\d{1,2}[）)]"),
)
_DECIMAL_ORDER = re.compile(r"\d{1,2}((?:\.\d{1,2})+)(?!\d)")
_WORDS_FIGURE = re.compile(r"\s*(?P<number>[-−]?\d[\d,]*(?:\.\d+)?)\s*(?P<unit>[^\d\s\-—~～./]{1,4})\s*")
_COUNT_CELL = re.compile(r"(?:共|计)?\s*(?P<number>\d{1,5})\s*(?P<unit>家|个|项|名|人|所|处|件|户|条|宗|座)")
_NAMES = re.compile(r"名称|企业|单位|项目|学校|机构|姓名|名单|事项|对象")
_OWN_NAME = re.compile(r"（[^（）]*）|\s")
_IN_BRACKET = re.compile(
    r"[\d,.家个项名人所处件户条宗座元张套批位十百千万亿，、；\s共计合总额奖励金资补助首次重新认定发投年度]*"
)
_LONGEST_RUN = 40  # rows below an unmarked subtotal
_EXACT_MONEY = ("元", "千元", "万元")
_MANY_TOTALS = 400
_OFTEN = 20  # times that a row may be summed up
_SAMPLE = 30  # rows on which a column must be a sum before all are looked at
_WIDE = 20  # columns of figures; of a wider table only those are taken for sums that are called so
_MANY_PAIRS = 50_000


def sums_of(table: Table, document: str, *, below: str = "") -> Iterator[Finding]:
    """The totals, summing columns and counting labels of a table that do not add up.

    `below` are the words that stand directly below it, where a note may say that its figures are rounded.
    """
    sheet = _Sheet(table, document)
    sheet.rounded |= bool(_ROUNDED.search(below))
    yield from sheet.sums()
    yield from sheet.labels()


def counts_in(table: Table) -> list[Decimal]:
    """The numbers that a count of what the table lists may be: of its rows, of their different names."""
    sheet = _Sheet(table, "")
    out = sheet.counts(range(len(table.rows))) if table.rows else []
    return out


def counts_of(table: Table, groups: Sequence[Group]) -> list[list[Decimal]]:
    """For each group the numbers that a count of its rows may be."""
    sheet = _Sheet(table, "")
    return [sheet.counts(range(group.first_row, group.first_row + group.row_count)) for group in groups]


def amounts_in(table: Table, unit: str) -> list[Decimal]:
    """What the columns of amounts of a table come to, in the unit."""
    return _Sheet(table, "").money(range(len(table.rows)), unit)


def groups_of(table: Table) -> list[tuple[list[Decimal], list[Decimal]]]:
    """For each labelled stretch of rows the numbers that may count it, and what its amounts come to in 元.

    Stretches are those under a label, and those that are the total of one; of each, the rows.
    """
    sheet = _Sheet(table, "")
    stretches = {(group.first_row, group.row_count) for group in table.groups}
    stretches |= {(total.first_row, total.row_count) for total in table.totals}
    out = []
    for first, count in sorted(stretches)[:_MANY_TOTALS]:
        if count:
            rows = range(first, first + count)
            out.append((sheet.counts(rows), sheet.money(rows, "元")))
    return out


@dataclass(slots=True)
class _Wrong:
    """A figure of a total or a row that is not the sum; `by` is how much it is too large."""

    at: int
    printed: Decimal
    summed: Decimal

    @property
    def by(self) -> Decimal:
        return self.printed - self.summed


@dataclass(frozen=True, slots=True)
class _Across:
    """A column that is the sum of others beside it."""

    at: int
    parts: tuple[int, ...]


class _Sheet:
    def __init__(self, table: Table, document: str) -> None:
        self.table = table
        self.document = document
        self.columns = table.columns
        self.units = [self._unit(at) for at in range(len(self.columns))]
        self.rows: list[_Values] = [self._values(row.cells) for row in table.rows]
        self.totals: list[_Values] = [self._values(total.cells) for total in table.totals]
        self.summed = [at for at in range(len(self.columns)) if self._adds_up(at)]
        self.levels = _levels(table.rows)
        self.checked = self._checked()
        self.groups = sorted(table.groups, key=lambda group: group.first_row)
        self.rounded = any(_ROUNDED.search(note) for note in table.notes)

    # --- what the cells say -------------------------------------------------------------------------------------------

    def _unit(self, at: int) -> str:
        """The unit that the cells of a column of words carry (12家, 8家); "" for any other column."""
        if self.columns[at].kind is not Kind.TEXT:
            return ""
        units = set()
        count = 0
        for row in self.table.rows:
            words = row.cells[at].printed
            if not words or is_nil(words):
                continue
            found = _WORDS_FIGURE.fullmatch(words)
            if found is None or row.cells[at].filled:
                return ""
            units.add(found["unit"])
            count += 1
        return units.pop() if len(units) == 1 and count > 1 else ""

    def _values(self, cells: Sequence[Cell]) -> _Values:
        return [
            self._value(cell, column, unit) for cell, column, unit in zip(cells, self.columns, self.units, strict=True)
        ]

    def _value(self, cell: Cell, column: Column, unit: str) -> Decimal | None:
        """The figure of a cell, 0 where nothing or only words are printed, None where it cannot be told."""
        if cell.kind in NUMERIC and cell.value is not None:
            return Decimal(cell.value)
        words = cell.printed
        if not words or is_nil(words) or not re.search(r"\d", words):
            return Decimal()
        if unit:
            found = _WORDS_FIGURE.fullmatch(words)
            return Decimal(found["number"].replace(",", "").replace("−", "-")) if found else None
        if column.kind in NUMERIC and (reading := read_cell(words)).kind in (Kind.INTEGER, Kind.DECIMAL):
            return Decimal(reading.value)
        return None

    def _adds_up(self, at: int) -> bool:
        column = self.columns[at]
        if column.kind is Kind.PERCENT or (column.kind not in NUMERIC and not self.units[at]):
            return False
        if _NO_SUM.search(column.name) or column.unit.endswith(("%", "‰")) or "/" in column.unit:
            return False
        values = [value for row in self.rows if (value := row[at])]
        years = bool(values) and all(1949 <= value <= 2100 for value in values)
        return not (years and len(values) > 1 and _YEAR_NAME.search(column.name))

    def _slack(self, at: int, values: Sequence[Decimal | None]) -> Decimal:
        """How far the sum of rounded figures may be from their rounded sum."""
        figures = [value for value in values if value]
        places = max((decimals_of(value) for value in figures), default=0)
        step = Decimal(1).scaleb(-places)
        if self.rounded:
            return step * (len(figures) + 1) / 2
        unit = self.columns[at].unit or self.units[at] or self.table.unit
        coarse = places > 0 or (unit[:1] in ("万", "亿") and unit != "万元")
        if not coarse or unit in _EXACT_MONEY:
            return Decimal()
        return step if len(figures) <= 12 else 2 * step

    def _checked(self) -> set[int]:
        """The totals that are looked at: all, but where there is no end of totals of the whole table, the last."""
        totals = self.table.totals
        if sum(total.row_count for total in totals) <= _OFTEN * (len(self.rows) + 100):
            return set(range(len(totals)))
        return set(range(max(0, len(totals) - _OFTEN), len(totals)))

    # --- totals and summing columns -----------------------------------------------------------------------------------

    def sums(self) -> Iterator[Finding]:
        across, wrong_rows = self._across()
        down = [self._down(k) if k in self.checked else [] for k in range(len(self.table.totals))]
        taken: set[tuple[int, int]] = set()  # row, column: what the wrong cell of a row explains
        told_rows: set[tuple[int, int]] = set()
        told_totals: set[int] = set()
        few = len(wrong_rows) * len(down) <= _MANY_PAIRS
        for (row, at), wrong in wrong_rows.items() if few else ():
            parts = next(each.parts for each in across if each.at == at)
            for k, wrongs in enumerate(down):
                total = self.table.totals[k]
                if row >= 0 and not total.first_row <= row < total.first_row + total.row_count:
                    continue
                for other in wrongs:
                    if row >= 0 and (
                        (other.at in parts and other.by == wrong.by) or (other.at == at and other.by == -wrong.by)
                    ):
                        if (row, at) not in told_rows:
                            yield self._cell(row, other, at)
                            told_rows.add((row, at))
                        taken.add((k, other.at))
                    elif row == -1 - k and (
                        (other.at in parts and other.by == -wrong.by) or (other.at == at and other.by == wrong.by)
                    ):
                        told_rows.add((row, at))
        for k, wrongs in enumerate(down):
            left = [wrong for wrong in wrongs if (k, wrong.at) not in taken]
            if left:
                told_totals.add(k)
                yield self._total(self.table.totals[k], left)
        # Where 小计 is wrong by a cell, so may be the 合计 beside it: what is told once is not told again.
        for (row, at), wrong in wrong_rows.items():
            if (row, at) in told_rows or (row < 0 and -1 - row in told_totals):
                continue
            each = next(each for each in across if each.at == at)
            yield self._row(row, each, wrong)
        yield from self._parents()

    def _down(self, k: int) -> list[_Wrong]:
        """The figures of a total that are not the sum of its rows, however these are read."""
        total, values = self.table.totals[k], self.totals[k]
        first, end = total.first_row, total.first_row + total.row_count
        if end - first < 2:
            return []
        spanned = {name: span for span in total.spans for name in span}
        readings, doubtful = self._readings(first, end)
        wrongs: list[list[_Wrong]] = []
        agreeing: list[int] = []
        for rows in readings:
            wrong: list[_Wrong] = []
            agree = 0
            for at in self.summed:
                printed = values[at]
                if not total.cells[at].printed or printed is None or is_nil(total.cells[at].printed):
                    continue
                column = [self.rows[row][at] for row in rows]
                if any(value is None for value in column) or not any(column):
                    continue
                figures = [value for value in column if value is not None]
                if (span := spanned.get(self.columns[at].name)) is not None:
                    one = self._spanning(total, printed, at, span, rows)
                else:
                    one = self._against(k, at, printed, figures, rows)
                if one is None:
                    agree += 1
                elif one.by:
                    wrong.append(one)
            wrongs.append(wrong)
            agreeing.append(agree)
        best = max(range(len(readings)), key=lambda n: (agreeing[n], -len(wrongs[n])))
        if not agreeing[best] and doubtful and not self._tree_holds(first, end):
            return []
        return wrongs[best]

    def _readings(self, first: int, end: int) -> tuple[list[list[int]], bool]:
        """The rows that a total may sum: all; or, where some sum up others, those alone that do not stand below one.

        And whether the marks of the rows leave it open.
        """
        rows = list(range(first, end))
        out = [rows]
        levels = self.levels[first:end]
        told = [level for level in levels if level is not None]
        if told and min(told) < max(told):
            top = min(told)
            out.append([row for row in rows if self.levels[row] == top])
        without = [row for row in rows if not _is_some_of(self.table.rows[row])]
        if len(without) < len(rows):
            out.append(without)
        doubtful = len(out) > 1
        if nested := self._nested(first, end):
            out.append([row for row in rows if row not in nested])
        return [reading for reading in out if reading], doubtful

    def _nested(self, first: int, end: int) -> set[int]:
        """Rows without a mark that are the sum of those directly below them in each column (市区 above districts)."""
        out: set[int] = set()
        for row in range(first, end - 2):
            values = [(at, value) for at in self.summed if (value := self.rows[row][at])]
            if not values:
                continue
            sums = {at: Decimal() for at, _ in values}
            for below in range(row + 1, min(end, row + _LONGEST_RUN)):
                for at, _ in values:
                    sums[at] += self.rows[below][at] or Decimal()
                if below > row + 1 and all(sums[at] == value for at, value in values):
                    out.add(row)
                    break
                if any(sums[at] > value > 0 for at, value in values):
                    break
        return out

    def _against(self, k: int, at: int, printed: Decimal, figures: list[Decimal], rows: list[int]) -> _Wrong | None:
        """None where the total agrees, a _Wrong of 0 where nothing can be said."""
        summed = total_of(figures)
        if abs(printed - summed) <= self._slack(at, [*figures, printed]):
            return None
        if self._of_subtotals(k, at, rows) == printed:
            return None
        nonzero = [figure for figure in figures if figure]
        counted = self.columns[at].kind is Kind.MONEY or self.columns[at].unit or self.units[at]
        if len(nonzero) > 2 and min(nonzero) > 0 and printed <= max(nonzero) and not counted:
            return _Wrong(at, printed, printed)  # an average, or a figure that does not add up
        if printed == len(rows) or printed == len(nonzero):
            return _Wrong(at, printed, printed)  # counts them
        return _Wrong(at, printed, summed)

    def _of_subtotals(self, k: int, at: int, rows: list[int]) -> Decimal | None:
        """What the totals within the rows of this one come to, with the rows that none of them has."""
        totals = self.table.totals
        if len(totals) < 2 or (len(totals) > _MANY_TOTALS and k != len(totals) - 1):
            return None
        first, end = totals[k].first_row, totals[k].first_row + totals[k].row_count
        out = Decimal()
        covered = first
        inside = [
            other
            for other in range(len(totals))
            if other != k
            and first <= totals[other].first_row
            and totals[other].first_row + totals[other].row_count <= end
            and totals[other].row_count < totals[k].row_count
        ]
        chosen = set(rows)
        for other in sorted(inside, key=lambda o: (totals[o].first_row, -totals[o].row_count)):
            if totals[other].first_row < covered or self.totals[other][at] is None:
                continue
            between = [
                self.rows[row][at] or Decimal() for row in range(covered, totals[other].first_row) if row in chosen
            ]
            out += total_of(between) + (self.totals[other][at] or Decimal())
            covered = totals[other].first_row + totals[other].row_count
        if covered == first:
            return None
        return out + total_of([self.rows[row][at] or Decimal() for row in range(covered, end) if row in chosen])

    def _spanning(
        self, total: Total, printed: Decimal, at: int, span: tuple[str, ...], rows: list[int]
    ) -> _Wrong | None:
        """A figure below several columns may be the total of its own, of all, or of those that its label names."""
        places = [k for k, column in enumerate(self.columns) if column.name in span and k in self.summed]
        named = _OWN_NAME.sub("", total.label)
        named = re.sub("合计|总计|小计|共计|^总|总数|全市|[：:]", "", named)
        of_label = [k for k in places if named and named in _OWN_NAME.sub("", self.columns[k].name)]
        sums = {k: total_of([self.rows[row][k] or Decimal() for row in rows]) for k in places}
        if printed in (sums.get(at), total_of(list(sums.values())), total_of([sums[k] for k in of_label])):
            return None
        # Of totals that are wrong themselves this one may be the right sum.
        for other, values in zip(self.table.totals, self.totals, strict=True):
            if other is not total and (other.first_row, other.row_count) == (total.first_row, total.row_count):
                of_others = [values[k] for k in of_label or places]
                if printed == total_of([value for value in of_others if value is not None]):
                    return None
        if of_label:
            return _Wrong(at, printed, total_of([sums[k] for k in of_label]))
        if named or len(places) == 1:
            return _Wrong(at, printed, printed)
        return _Wrong(at, printed, sums.get(at, printed))

    # --- rows that sum up those below them ----------------------------------------------------------------------------

    def _children(self, first: int, end: int) -> Iterator[tuple[int, list[int]]]:
        """Rows with the rows directly below them, by their marks."""
        stack: list[tuple[int, list[int]]] = []
        for row in range(first, end):
            level = self.levels[row]
            if level is None:
                continue
            while stack and (self.levels[stack[-1][0]] or 0) >= level:
                yield stack.pop()
            if stack:
                stack[-1][1].append(row)
            stack.append((row, []))
        yield from reversed(stack)

    def _family(self, first: int, end: int) -> Iterator[tuple[int, list[int], list[_Wrong], int]]:
        for row, below in self._children(first, end):
            if len(below) < 2 or any(_is_some_of(self.table.rows[child]) for child in below):
                continue
            wrong: list[_Wrong] = []
            agree = 0
            for at in self.summed:
                printed = self.rows[row][at]
                figures = [self.rows[child][at] for child in below]
                known = [figure for figure in figures if figure is not None]
                if not printed or len(known) < len(figures) or not any(known):
                    continue
                if abs(printed - total_of(known)) <= self._slack(at, [*known, printed]):
                    agree += 1
                else:
                    wrong.append(_Wrong(at, printed, total_of(known)))
            yield row, below, wrong, agree

    def _tree_holds(self, first: int, end: int) -> bool:
        return any(agree and agree >= len(wrong) for _, _, wrong, agree in self._family(first, end))

    def _parents(self) -> Iterator[Finding]:
        found = list(self._family(0, len(self.rows)))
        agreeing = sum(agree > 0 and agree >= len(wrong) for _, _, wrong, agree in found)
        for row, below, wrong, agree in found:
            if not wrong or (agree < len(wrong) and agreeing < 2):
                continue
            for one in wrong:
                name = self.columns[one.at].name
                yield self._finding(
                    self.table.rows[row].line,
                    self.table.rows[row].cells,
                    f"“{name}”一栏，本行为{plain(one.printed)}，其下{len(below)}行相加为{plain(one.summed)}，相差{plain(abs(one.by))}。",
                    f"In the column “{name}” this row has {plain(one.printed)}, but the {len(below)} rows below it "
                    f"add up to {plain(one.summed)}.",
                    more=tuple(below[:1]),
                )

    # --- columns that sum up others -----------------------------------------------------------------------------------

    def _across(self) -> tuple[list[_Across], dict[tuple[int, int], _Wrong]]:
        """The columns that sum up others, and their cells that do not; a total k is row -1 - k."""
        found: list[_Across] = []
        wrong: dict[tuple[int, int], _Wrong] = {}
        numeric = self.summed
        if len(numeric) < 3:
            return found, wrong
        lines = [*enumerate(self.rows), *((-1 - k, values) for k, values in enumerate(self.totals))]
        for at in numeric:
            best: tuple[int, int, _Across, list[tuple[int, _Wrong]]] | None = None
            if len(numeric) > _WIDE and not _SUM_NAME.match(self.columns[at].name.rpartition(" / ")[2]):
                continue
            for parts in self._parts(at):
                if len(lines) > 2 * _SAMPLE:
                    agree, off = self._check(lines[:_SAMPLE], at, parts)
                    if agree <= len(off):
                        continue
                agree, off = self._check(lines, at, parts)
                if best is None or (agree, -len(off)) > (best[0], best[1]):
                    best = (agree, -len(off), _Across(at, parts), off)
            if best is None:
                continue
            agree, off = best[0], best[3]
            name = self.columns[at].name.rpartition(" / ")[2]
            if _PURE_SUM.match(name):
                holds = agree >= max(1, len(off))
            elif _SUM_NAME.match(name) and not any(one.by > 0 for _, one in off):
                holds = agree >= max(2, 3 * len(off))
            elif _SUM_NAME.match(name):
                # Of a whole that is larger than its parts not all may be printed.
                holds = agree >= max(3, 4 * len(off))
            else:
                holds = agree >= max(3, 5 * len(off))
            if holds:
                found.append(best[2])
                wrong |= {(row, at): one for row, one in off}
        return found, wrong

    def _parts(self, at: int) -> list[tuple[int, ...]]:
        """The columns that a column may sum up: those under the same head, those to its right, those to its left."""
        numeric = [k for k in self.summed if k != at]
        names = [column.name.split(" / ") for column in self.columns]
        out: list[tuple[int, ...]] = []

        def add(parts: Sequence[int]) -> None:
            kept = tuple(part for part in parts if self._same_unit(at, part))
            if len(kept) > 1 and kept not in out:
                out.append(kept)

        parent = names[at][:-1]
        siblings = [k for k in numeric if parent and names[k][: len(parent)] == parent]
        leaves = [k for k in siblings if len(names[k]) == len(names[at])]
        add(leaves)
        add([k for k in siblings if len(names[k]) == len(names[at]) or _PURE_SUM.match(names[k][-1])])
        add([k for k in siblings if k > at])
        right = self._run(at, 1)
        left = self._run(at, -1)
        add(right)
        add(left)
        # 合计 beside heads that each have a 小计 of their own.
        own = [k for k in numeric if len(names[k]) > 1 and _PURE_SUM.match(names[k][-1]) and names[k][:-1] != parent]
        heads = {tuple(names[k][:-1]) for k in own}
        add(own)
        add(sorted([*own, *(k for k in numeric if k > at and len(names[k]) == 1)]))
        add([k for k in right if tuple(names[k][:-1]) not in heads])
        return out

    def _run(self, at: int, step: int) -> list[int]:
        out: list[int] = []
        k = at + step
        while 0 <= k < len(self.columns) and k in self._summed_set():
            if _PURE_SUM.match(self.columns[k].name.rpartition(" / ")[2]) and self.columns[k].name.count(
                " / "
            ) == self.columns[at].name.count(" / "):
                break
            out.append(k)
            k += step
        return sorted(out)

    def _summed_set(self) -> set[int]:
        return set(self.summed)

    def _same_unit(self, one: int, other: int) -> bool:
        first, second = self.columns[one], self.columns[other]
        return (first.unit or self.units[one]) == (second.unit or self.units[other]) and (
            (first.kind is Kind.MONEY) == (second.kind is Kind.MONEY)
        )

    def _check(
        self, lines: list[tuple[int, _Values]], at: int, parts: tuple[int, ...]
    ) -> tuple[int, list[tuple[int, _Wrong]]]:
        agree = 0
        off: list[tuple[int, _Wrong]] = []
        for row, values in lines:
            printed = values[at]
            figures = [values[part] for part in parts]
            known = [figure for figure in figures if figure is not None]
            if row < 0 and self.table.totals[-1 - row].spans:
                continue
            if not printed or len(known) < len(figures) or not any(known):
                continue
            summed = total_of(known)
            if abs(printed - summed) <= self._slack(at, [*known, printed]):
                agree += 1
            else:
                off.append((row, _Wrong(at, printed, summed)))
        return agree, off

    # --- labels that count --------------------------------------------------------------------------------------------

    def labels(self) -> Iterator[Finding]:
        for group in self.table.groups:
            yield from self._label(group)
        for k, total in enumerate(self.table.totals):
            if k in self.checked:
                yield from self._counted(total)

    def _label(self, group: Group) -> Iterator[Finding]:
        if group.row_count == 0 or (group.column and group.row_count == len(self.table.rows) and len(group.stated) > 3):
            return
        rows = range(group.first_row, group.first_row + group.row_count)
        inner = self._inner(group)
        for stated in self._plain_figures(group):
            value, unit = Decimal(stated[0]), stated[1]
            if unit.endswith("元"):
                found = self.money(rows, unit)
                what, what_en = "其下各行金额相加", "the amounts of its rows add up to"
            elif unit in THINGS | PEOPLE:
                found = self.counts(rows)
                what, what_en = "其下所列", "the rows listed under it are"
            else:
                continue
            of_inner = total_of([Decimal(q.value) for other in inner for q in other.stated if q.unit == unit])
            if not found or value in found or (of_inner and value == of_inner and not group.column):
                continue
            shown = found[0]
            tail = unit if unit.endswith("元") else "行"
            yield self._finding(
                group.line,
                (),
                f"“{shortened(group.label)}”称{plain(value)}{unit}，{what}为{plain(shown)}{tail}。",
                f"The label says {plain(value)}{unit}, but {what_en} {plain(shown)}.",
                quote=group.label,
                more=(rows[0],),
            )

    def _plain_figures(self, group: Group) -> list[tuple[str, str]]:
        """Figures that the label states of its rows: not 每户3万元, not 3项以上, and no standards."""
        out: list[tuple[str, str]] = []
        for figure in figures_in(group.label):
            if not figure.exact or figure.unit not in {q.unit for q in group.stated}:
                continue
            before = group.label[max(0, figure.start - 6) : figure.start]
            if re.search(r"(?:每|各|标准|单价|第).{0,2}$", before) or not _counts_rows(group.label, figure):
                continue
            # 总投资 of a table that has no column for it is of something else.
            named = re.search("(?:总|年度|计划)投资", before)
            if named and not any(named[0] in column.name for column in self.columns):
                continue
            out.append((str(figure.value), figure.unit))
        return out

    def _inner(self, group: Group) -> list[Group]:
        first = bisect_left(self.groups, group.first_row, key=lambda other: other.first_row)
        end = bisect_left(self.groups, group.first_row + group.row_count, key=lambda other: other.first_row)
        return [other for other in self.groups[first : min(end, first + _MANY_TOTALS)] if self._within(other, group)]

    def _within(self, one: Group, other: Group) -> bool:
        return (
            other.first_row <= one.first_row
            and one.first_row + one.row_count <= other.first_row + other.row_count
            and one.level > other.level
        )

    def money(self, rows: range, unit: str) -> list[Decimal]:
        """The sums of the columns of amounts, in the unit."""
        out: list[Decimal] = []
        for at in self.summed:
            column = self.columns[at]
            of = column.unit if column.kind is Kind.MONEY else self.units[at] or column.unit or self.table.unit
            if not of.endswith("元"):
                continue
            values = [self.rows[row][at] for row in rows]
            if any(value is None for value in values) or not any(values):
                continue
            summed = total_of([value for value in values if value is not None])
            out.append(summed.scaleb(base_of(of)[1] - base_of(unit)[1]).normalize())
        return out

    def counts(self, rows: range) -> list[Decimal]:
        """How many rows there are; how many different names they have; what columns of counts come to."""
        out = [Decimal(len(rows))]
        for at, column in enumerate(self.columns):
            if column.kind is Kind.TEXT and not self.units[at]:
                values = [self.table.rows[row].cells[at].value for row in rows]
                different = {re.sub(r"\s", "", value) for value in values if value and not is_nil(value)}
                if 2 * len(different) > len(rows):
                    out.append(Decimal(len(different)))
                if _NAMES.search(column.name):
                    listed = sum(1 + len(re.findall("[、；]", value)) for value in values if value)
                    out.append(Decimal(listed))
                    out.append(Decimal(sum(bool(self.table.rows[row].cells[at].printed) for row in rows)))
            elif at in self.summed and column.name != "序号":
                out.append(total_of([self.rows[row][at] or Decimal() for row in rows]))
        numbers = [
            row.cells[0].printed for row in (self.table.rows[k] for k in rows) if row.cells and row.cells[0].printed
        ]
        if numbers and all(re.fullmatch(r"\d{1,4}", number) for number in numbers):
            out.append(Decimal(len(numbers)))  # rows without a number go on from the one above
        return out

    def _counted(self, total: Total) -> Iterator[Finding]:
        """合计 | 12家 in a column of names, or 合计（12家）."""
        rows = range(total.first_row, total.first_row + total.row_count)
        if len(rows) < 2:
            return
        said: list[tuple[Decimal, str]] = []
        for figure in figures_in(total.label):
            if figure.exact and figure.unit in THINGS | PEOPLE:
                said.append((figure.value, figure.unit))
        for at, cell in enumerate(total.cells):
            if at in self.summed or not cell.printed:
                continue
            if found := _COUNT_CELL.fullmatch(cell.printed):
                said.append((Decimal(found["number"]), found["unit"]))
        for value, unit in said:
            found_counts = self.counts(rows)
            if value not in found_counts:
                yield self._finding(
                    total.line,
                    total.cells,
                    f"“{total.label}”行称{plain(value)}{unit}，所列为{len(rows)}行。",
                    f"The total says {plain(value)}{unit}, but {len(rows)} rows are listed.",
                    quote=_printed(total.cells, total.label),
                    more=(rows[0],),
                )

    # --- what is told -------------------------------------------------------------------------------------------------

    def _total(self, total: Total, wrongs: list[_Wrong]) -> Finding:
        many = total.row_count
        shown = wrongs[:3]
        words = "；".join(
            f"“{self.columns[w.at].name}”为{plain(w.printed)}，所列{many}行相加为{plain(w.summed)}，相差{plain(abs(w.by))}"
            for w in shown
        )
        words_en = "; ".join(
            f"“{self.columns[w.at].name}” has {plain(w.printed)}, but the rows add up to {plain(w.summed)}"
            for w in shown
        )
        return self._finding(
            total.line,
            total.cells,
            f"“{total.label}”行{words}{'；另有其他栏不符' if len(wrongs) > 3 else ''}。",
            f"In the total “{total.label}” {words_en}.",
            quote=_printed(total.cells, total.label),
            more=(total.first_row,),
        )

    def _cell(self, row: int, wrong: _Wrong, at: int) -> Finding:
        """One cell explains why both its row and its column do not add up."""
        name = self.columns[wrong.at].name
        printed = self.rows[row][wrong.at] or Decimal()
        right = printed + wrong.by
        return self._finding(
            self.table.rows[row].line,
            self.table.rows[row].cells,
            f"“{name}”一栏本行为{plain(printed)}，按行合计（“{self.columns[at].name}”）和列合计{plain(wrong.printed)}推算都应为{plain(right)}。",
            f"This row has {plain(printed)} in “{name}”; by both the total of the row and that of the column "
            f"it would have to be {plain(right)}.",
        )

    def _row(self, row: int, across: _Across, wrong: _Wrong) -> Finding:
        name = self.columns[across.at].name
        parts = "、".join(self.columns[part].name.rpartition(" / ")[2] for part in across.parts[:6])
        more = "等" if len(across.parts) > 6 else ""
        line, cells, label = (
            (self.table.rows[row].line, self.table.rows[row].cells, "")
            if row >= 0
            else (
                self.table.totals[-1 - row].line,
                self.table.totals[-1 - row].cells,
                self.table.totals[-1 - row].label,
            )
        )
        return self._finding(
            line,
            cells,
            f"本行“{name}”为{plain(wrong.printed)}，{parts}{more}各栏相加为{plain(wrong.summed)}，"
            f"相差{plain(abs(wrong.by))}。",
            f"In this row “{name}” has {plain(wrong.printed)}, but the columns it sums up "
            f"come to {plain(wrong.summed)}.",
            quote=_printed(cells, label),
        )

    def _finding(
        self,
        line: int | None,
        cells: Sequence[Cell],
        message: str,
        message_en: str,
        *,
        quote: str = "",
        more: tuple[int, ...] = (),
    ) -> Finding:
        places = [Place(line or self.table.line, shortened(quote or _printed(cells, "")))]
        for row in more:
            other = self.table.rows[row]
            places.append(Place(other.line or self.table.line, shortened(_printed(other.cells, ""))))
        return Finding(
            self.document,
            FindingKind.SUM,
            Severity.ERROR,
            message,
            message_en,
            tuple(places),
            self.table.locator,
            self.table.eid,
        )


def _counts_rows(label: str, figure: Figure) -> bool:
    """Whether a figure of a label counts what stands under it: （5家）, 共5家; and not 新建5个站点."""
    before = label[: figure.start]
    if re.search(r"(?:共|共计|合计|总计|计)\s*$|共[^，。；（]{0,8}$", before):
        return True
    opened = before.rfind("（")
    return opened >= 0 and "）" not in before[opened:] and bool(_IN_BRACKET.fullmatch(before[opened + 1 :]))


def _printed(cells: Sequence[Cell], label: str) -> str:
    return " ".join(words for words in (label, *(cell.printed for cell in cells)) if words)


def _is_some_of(row: Row) -> bool:
    return any(_SOME_OF.match(cell.printed) for cell in row.cells[:3] if cell.printed)


def _levels(rows: Sequence[Row]) -> list[int | None]:
    """How deep each row stands by the mark of its first cell; as the one above where it has none; None before any."""
    out: list[int | None] = []
    for row in rows:
        first = row.cells[0].printed if row.cells else ""
        level = None
        if first:
            decimal = _DECIMAL_ORDER.match(first)
            if decimal is not None and read_cell(first).kind in (Kind.TEXT, Kind.DECIMAL, Kind.DATE):
                level = 2 + decimal[1].count(".")
            else:
                level = next((k for k, order in enumerate(_ORDER) if order.match(first)), None)
        if _is_some_of(row):
            above = next((each for each in reversed(out[-1:])), None)
            some = bool(out) and _is_some_of(rows[len(out) - 1])
            level = None if above is None else above if some else above + 10
        elif level is None and out and not first:
            level = out[-1]
        out.append(level)
    return out
