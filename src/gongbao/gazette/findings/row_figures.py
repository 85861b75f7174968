"""Figures of the running text against the row of a table that they are of, and against the total that they refer to.

A row is that of a figure where its name stands before the figure in the sentence. What the figure must be of, too, is
what the column is of: their units agree, a price by the piece included (每人每月200元, 元/人·月), and so do the words
of the column, or where it is only called 标准 those around the table.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.findings.quantities import Figure, base_of, decimals_of, figures_in, plain, same_kind
from gongbao.gazette.model import Clause, Document, PartKind
from gongbao.gazette.tables import Kind, Table

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY)
_ORDER_COLUMN = re.compile(r"^(?:序号?|编号|代码|备注|说明|单位|责任.{0,4}|牵头.{0,4}|时间|时限)$")
_NO_NAME = re.compile(r"^(?:合计|总计|小计|共计|其他|其它|其余|全[市县区省]|全部|备注|无|是|否|[\d.,%\-—/年月日]+)$")
_BRACKET = re.compile(r"（[^（）]*）|\([^()]*\)|\s")
_GENERIC_COLUMN = re.compile(
    r"^(?:(?:执行|收费|补助|补贴|奖励|发放|征收|缴费|计费|支付|现行|资助|基准)?(?:标准|金额|价格|单价|额度)|收费|数量|名额|指标|任务|合计|人数|个数|数)$"
)
_COLUMN_TAIL = re.compile(r"(?:总数|数量|标准|金额|个数|人数|名额|任务|计划|数|额)$")
_NEGATED = "非不无未准半次副类等"
_PER_BEHIND = re.compile(
    r"\s*[/／](?P<pers>立方米|平方米|公里|千瓦时|人次|小时|分钟|课时|学时|公斤|千克|[人户亩吨年月天日次个生床辆台场班头只株米度])(?:[·．.•/／](?P<more>[年月天日次]))?"
)
_PER_BEFORE = re.compile(
    r"每(?P<first>立方米|平方米|公里|千瓦时|学期|学年|[\u4e00-\u9fff])(?:[\u4e00-\u9fff]{0,2}?每(?P<second>学期|学年|[\u4e00-\u9fff]))?[^，。；、每\d]{0,8}$"
)
_CHANGED = re.compile(r"[增减提降]|由|原|其中|各|同比|比上|剩余|已|累计|另|再|超|除|上浮|下浮|调")
_CHANGED_TO = re.compile(r"(?:提高|调整|上调|下调|增加|降低)(?:到|至|为)(?:每[\u4e00-\u9fff]{1,3}){0,2}\s*$")
_CHANGED_FROM = re.compile(r"\s*(?:/[\u4e00-\u9fff·]{1,5})?(?:提高|调整|上调|下调|增加|降低|提至|降至|降到)")
_CLOSE = re.compile(r"[共计为有是达招收设奖励配备名额安排分下核定：:\s]{0,6}")
_SEE = re.compile(r"见附[件表]|见下表|附后|见附|如下表|分解表")
_EACH = re.compile(r"(?:每|各|人均|户均|其中|最高|不超过)[^，。；、]{0,8}$")
_YEAR = re.compile(r"20\d\d(?=年)")
_LONGEST_NAME = 30
_MOST_ROWS = 3000


@dataclass(frozen=True, slots=True)
class _Cell:
    """A figure of a row: its amount in the base of its unit, what it is by, the name of its column."""

    amount: Decimal
    base: str
    pers: frozenset[str]
    column: str
    unit: str
    printed: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A row with its figures; `around` are the words that say what the table is of."""

    name: str
    cells: tuple[_Cell, ...]
    line: int
    around: str
    table: int


def figures_against_rows(manuscript: Manuscript, document: Document, tables: Sequence[Table]) -> Iterator[Finding]:
    """The figures that the row which they are of does not bear out, and those that the total referred to does not."""
    yield from _rows(manuscript, document, tables)
    yield from _totals(manuscript, document, tables)


def _unit_of(column_unit: str, table_unit: str, kind: Kind) -> tuple[str, int, frozenset[str]]:
    unit = column_unit or (table_unit if kind is Kind.MONEY else "")
    first, *pers = re.split(r"[/／·．.•]", unit)
    base, power = base_of(first.strip()) if first.strip() else ("", 0)
    return base, power, frozenset(per.strip() for per in pers if per.strip())


def _lines(document: Document, tables: Sequence[Table]) -> Iterator[_Line]:
    clauses = {clause.eid: (part.title, clause) for part in document.parts for clause in part.walk()}
    count = 0
    for number, table in enumerate(tables):
        name_at = next(
            (
                at
                for at, column in enumerate(table.columns)
                if column.kind is Kind.TEXT and not _ORDER_COLUMN.match(_BRACKET.sub("", column.name))
            ),
            None,
        )
        count += len(table.rows)
        if name_at is None or count > _MOST_ROWS:
            continue
        title, clause = clauses.get(table.eid, ("", None))
        words = clause.heading + re.split("\n[^\n]*\t", "\n" + clause.text)[0] if clause else ""
        around = f"{table.title}｜{title}｜{words[-80:]}"
        seen: dict[str, int] = {}
        for row in table.rows:
            seen[row.cells[name_at].printed] = seen.get(row.cells[name_at].printed, 0) + 1
        units = [_unit_of(column.unit, table.unit, column.kind) for column in table.columns]
        for row in table.rows:
            printed = row.cells[name_at].printed
            name = _BRACKET.sub("", printed)
            if not 2 <= len(name) <= _LONGEST_NAME or _NO_NAME.match(name) or seen[printed] > 1:
                continue
            cells = tuple(
                _Cell(
                    Decimal(cell.value).scaleb(power),
                    base,
                    pers,
                    _BRACKET.sub("", column.name),
                    column.unit,
                    cell.value,
                )
                for at, (cell, column, (base, power, pers)) in enumerate(
                    zip(row.cells, table.columns, units, strict=True)
                )
                if at != name_at and cell.value is not None and cell.kind in _NUMBERS and base
            )
            if cells:
                yield _Line(name, cells, row.line or table.line, around, number)


def _rows(manuscript: Manuscript, document: Document, tables: Sequence[Table]) -> Iterator[Finding]:
    named: dict[str, list[_Line]] = {}
    for line in _lines(document, tables):
        named.setdefault(line.name, []).append(line)
    lengths = sorted({len(name) for name in named}, reverse=True)
    if not named:
        return
    for clause in document.walk():
        at = 0
        for sentence in re.split(r"(?<=[。；\n])", clause.text):
            if "\t" not in sentence and re.search(r"\d", sentence):
                yield from _in_sentence(manuscript, document, clause, sentence, at, named, lengths)
            at += len(sentence)


def _names_in(sentence: str, named: dict[str, list[_Line]], lengths: Sequence[int]) -> list[tuple[int, int, str]]:
    """The row names that stand in a sentence, the longest at each place."""
    out: list[tuple[int, int, str]] = []
    at = 0
    while at < len(sentence):
        length = next((n for n in lengths if sentence[at : at + n] in named), 0)
        if length and (at == 0 or sentence[at - 1] not in _NEGATED):
            out.append((at, at + length, sentence[at : at + length]))
            at += length
        else:
            at += 1
    return out


def _pers_of(sentence: str, figure: Figure) -> frozenset[str]:
    if behind := _PER_BEHIND.match(sentence, figure.end):
        return frozenset(per for per in (behind["pers"], behind["more"]) if per)
    if before := _PER_BEFORE.search(sentence[max(0, figure.start - 24) : figure.start]):
        return frozenset(per for per in (before["first"], before["second"]) if per)
    return frozenset()


def _in_sentence(
    manuscript: Manuscript,
    document: Document,
    clause: Clause,
    sentence: str,
    at: int,
    named: dict[str, list[_Line]],
    lengths: Sequence[int],
) -> Iterator[Finding]:
    names = _names_in(sentence, named, lengths)
    if not names:
        return
    for figure in figures_in(sentence):
        before = [each for each in names if each[1] <= figure.start]
        if (
            not before
            or not figure.exact
            or not figure.base
            or any(s < figure.end and figure.start < e for s, e, _ in names)
        ):
            continue
        start, end, name = before[-1]
        if len(before) > 1 and re.fullmatch("[、和与及或\\s]+", sentence[before[-2][1] : start]):
            continue
        between = sentence[end : figure.start]
        to = _CHANGED_TO.search(between)
        if (_CHANGED.search(between) and not to) or _CHANGED_FROM.match(sentence, figure.end):
            continue
        wrong = _wrong(sentence, start, between, figure, named[name], changed=bool(to))
        if wrong is None:
            continue
        line, cell = wrong
        place = manuscript.place(clause, at + max(start, figure.start - 40), at + figure.end + 4)
        yield Finding(
            name_of(document),
            FindingKind.FIGURE,
            Severity.ERROR,
            f"文中“{name}”为{figure.words}，表中“{shortened(cell.column)}”一栏为{plain(Decimal(cell.printed))}{cell.unit}。",
            f"The text has {figure.words} for “{name}”, the table has {plain(Decimal(cell.printed))} {cell.unit} "
            f"in the column “{shortened(cell.column)}”.",
            (place, Place(line.line, shortened(f"{line.name} {cell.printed}"))),
            clause.locator,
            clause.eid,
        )


def _wrong(
    sentence: str, start: int, between: str, figure: Figure, lines: Sequence[_Line], *, changed: bool
) -> tuple[_Line, _Cell] | None:
    """The cell that the figure should be, where there is only one that it can be of and it is another figure."""
    pers = _pers_of(sentence, figure)
    if not pers and re.search("[每各]", between[-8:]):
        return None
    found: list[tuple[_Line, _Cell]] = []
    for line in lines:
        for cell in line.cells:
            if cell.base == figure.base or (not pers and not cell.pers and same_kind(cell.base, figure.base)):
                if _equal(figure, cell.amount):
                    return None
                if cell.pers == pers:
                    found.append((line, cell))
    if len(lines) > 1 or not found:
        return None
    if len(found) > 1 or not _generic(found[0][1].column):
        words = between + figure.unit + sentence[figure.end : figure.end + 6]
        full = [(line, cell) for line, cell in found if cell.column.rpartition("/")[2].strip() in words]
        found = full or [(line, cell) for line, cell in found if _of_column(cell.column, figure.unit, words)]
    elif pers or changed:
        found = [(line, cell) for line, cell in found if _of_table(line, sentence, start)]
    elif not _CLOSE.fullmatch(between) or len(lines[0].name) < 4 or figure.base == "元":
        return None
    if len(found) != 1:
        return None
    line = found[0][0]
    years, told = set(_YEAR.findall(sentence)), set(_YEAR.findall(line.around + "年".join([found[0][1].column, ""])))
    return None if not pers and years and told and not years & told else found[0]


def _equal(figure: Figure, amount: Decimal) -> bool:
    if figure.amount == amount:
        return True
    step = Decimal(1).scaleb(base_of(figure.unit)[1] - decimals_of(figure.value))
    return base_of(figure.unit)[1] > 0 and amount % step != 0 and abs(figure.amount - amount) < step


def _generic(column: str) -> bool:
    return bool(_GENERIC_COLUMN.match(column.rpartition("/")[2].strip()))


def _of_column(column: str, unit: str, words: str) -> bool:
    """Whether the words name what the column is of: 保费 of 保费（元/亩）, 班 of 招生班数."""
    key = _COLUMN_TAIL.sub("", column.rpartition("/")[2].strip())
    if len(key) >= 2 and key in words:
        return True
    if len(key) > 2 and key[-2:] in words:
        return True
    # 招生班数 beside 招收10个班: what is counted stands behind the figure.
    return bool(key) and unit in ("个", "名", "人") and key[-1] in words.partition(unit)[2][:2]


def _of_table(line: _Line, sentence: str, start: int) -> bool:
    """Whether the sentence speaks of what the table is of: three characters on end are shared, beside the name."""
    words = re.sub(r"[^\u4e00-\u9fff]", " ", sentence.replace(line.name, " "))
    grams = {words[k : k + 3] for k in range(len(words) - 2) if " " not in words[k : k + 3]}
    around = {line.around[k : k + 3] for k in range(len(line.around) - 2)}
    return bool(grams & around)


# --- totals -----------------------------------------------------------------------------------------------------------


def _totals(manuscript: Manuscript, document: Document, tables: Sequence[Table]) -> Iterator[Finding]:
    """本次检查企业38家，名单见附件, beside a table whose column of 家 comes to 36."""
    if any(not annex.present for annex in document.announced_annexes):
        return
    clauses = {clause.eid: part.kind for part in document.parts for clause in part.walk()}
    for clause in document.walk():
        at = 0
        for sentence in re.split(r"(?<=[。；\n])", clause.text):
            if "\t" not in sentence and (see := _SEE.search(sentence)) and re.search(r"\d", sentence):
                near = [table for table in tables if table.eid == clause.eid]
                if "下表" not in see[0]:
                    near = [table for table in tables if clauses.get(table.eid) is PartKind.ANNEX] or list(tables)
                yield from _of_total(manuscript, document, clause, sentence, at, near)
            at += len(sentence)


def _of_total(
    manuscript: Manuscript, document: Document, clause: Clause, sentence: str, at: int, tables: Sequence[Table]
) -> Iterator[Finding]:
    figures = [figure for figure in figures_in(sentence) if figure.base not in ("", "%", "‰", "分", "次")]
    for figure in figures:
        before = sentence[: figure.start]
        alone = sum(other.base == figure.base or same_kind(other.base, figure.base) for other in figures) == 1
        if not alone or not figure.exact or _EACH.search(before) or re.match(r"\s*[/／]", sentence[figure.end :]):
            continue
        found: list[tuple[Table, str, Decimal, int, str]] = []
        borne_out = False
        for table in tables:
            borne_out |= figure.value == len(table.rows)
            total = next((t for t in table.totals if t.row_count == len(table.rows) and not t.groups), None)
            for k, column in enumerate(table.columns):
                base, power, pers = _unit_of(column.unit, table.unit, column.kind)
                if pers or not base or not (base == figure.base or same_kind(base, figure.base)):
                    continue
                cell = total.cells[k] if total else None
                if total is None or cell is None or cell.value is None or cell.kind not in _NUMBERS or total.spans:
                    found.append((table, column.name, Decimal(-1), 0, ""))
                    continue
                amount = Decimal(cell.value).scaleb(power)
                borne_out |= _equal(figure, amount)
                found.append((table, column.name, amount, total.line or table.line, column.unit or table.unit))
        if borne_out or len(found) != 1 or found[0][2] < 0:
            continue
        table, column_name, amount, line, unit = found[0]
        shown = plain(amount.scaleb(-base_of(unit)[1])) + unit
        yield Finding(
            name_of(document),
            FindingKind.FIGURE,
            Severity.ERROR,
            f"文中称{figure.words}，所指表中“{shortened(column_name)}”合计为{shown}。",
            f"The text says {figure.words}, but the total of the column “{shortened(column_name)}” that it refers to "
            f"is {shown}.",
            (
                manuscript.place(clause, at + max(0, figure.start - 20), at + figure.end + 4),
                Place(line, shortened(table.title or " ".join(table.names))),
            ),
            clause.locator,
            clause.eid,
        )
