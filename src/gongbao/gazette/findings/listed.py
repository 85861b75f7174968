"""Figures of the running text against the tables and lists of the same document.

What a covering text says of the list it publishes (对甲公司等12家企业奖励96万元), and what a sentence says of a
quantity that a table has a column for (全市共有书屋74家, beside a column 书屋总数 whose total is 47).
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from gongbao.gazette.findings.columns import amounts_in, counts_in, counts_of, groups_of
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.findings.quantities import (
    PEOPLE,
    THINGS,
    Figure,
    base_of,
    decimals_of,
    figures_in,
    plain,
    same_kind,
    total_of,
)
from gongbao.gazette.findings.statements import Lists, amount_of_entries, lines_counted, list_lines
from gongbao.gazette.model import Clause, Document, Part, PartKind
from gongbao.gazette.tables import Kind, Table

_LIST_TITLE = re.compile(r"名单|清单|一览表|明细|名录|目录|项目表|安排表|分配表|汇总表|计划表|情况表|表$")
_HONOURS = re.compile(
    r"表彰|奖励|授予|命名|认定|嘉奖|表扬|记功|公布|确定|评选|入选|拨付|下达|安排|列入|纳入|入库|认可|评定|共计?(?=\d)|共有|合计"
)
_SEE_LIST = re.compile(r"名单|清单|附件|附表|附后|见下?表|如下表|一览表")
_OF_LIST = re.compile(
    r"(?:共|计|安排|下达|授予|确定|认定|命名|公布|评选|表彰|奖励)[\u4e00-\u9fff]{0,6}\s*$|(?:等|为|对|将|的)\s*$"
)
_PEOPLE_WORDS = re.compile(r"姓名|个人|教师|工作者|人员|标兵|劳动模范|能手|同志|专家|选手|人才|学生|青年|人选")
_COUNTED_TITLE = re.compile(
    r"[（(]\s*(?:共|共计|计)?\s*(?P<number>\d{1,5})\s*(?P<unit>家|个|项|名|人|所|处|件|户|条|座)\s*[)）]$"
)
# What there is, and not what is published: 全市共有企业1200家.
_STOCK = re.compile(r"(?:共有|现有|拥有|已|累计|建成|超过|(?<!下)达到?|组织|选派|带动|服务|新增|来自)[^，。；]{0,12}$")
_PERSON_LINE = re.compile(
    r"[\u4e00-\u9fff·]{2,4}\s+[\u4e00-\u9fff]{4,}|[\u4e00-\u9fff]\s[\u4e00-\u9fff]\s+[\u4e00-\u9fff]{4,}"
)
_EACH = re.compile(r"(?:每|各|人均|户均|标准为?|最高|不超过)[^，。；、]{0,8}$")
_MONEY_OF_LIST = re.compile(
    r"(?:奖励|奖金|资金|补助|补贴|投资|经费|金额|拨付|下达|安排|合计|共计?|总计|给予|总额)[^，。；\d]{0,8}$"
)
_SCOPE = re.compile(r"全[市县区省州镇乡]|我[市县区]|共有|共计|合计|总计|总数|总量|目前|现有|截至")
_OTHER_SCOPE = re.compile(r"其中|新增|每|目标|计划|力争|到20\d\d年|预计|累计|将|同比|增长|达到.{0,4}以上|缺口|尚有")
_LEADING = re.compile(
    r"^(?:[、和及与]|全[市县区省州镇乡]|我[市县区]|目前|现有|现共?有?|共有|共计?|已建成?|建成|拥有|设有|总|合计|截至目前|各类|纳入|登记|有)+"
)
_TRAILING = re.compile(r"(?:共有|总数|总量|总计|合计|数量|达到|共计|面积为|为|达|共|有|数|是|约)+$")
_UNIT_BRACKET = re.compile(r"（[^（）]*）|\([^()]*\)|\s")
_COUNT_NAME = re.compile(r"(?:总数|总量|数量|个数|家数|户数|人数|总计|合计|数)$")
_SOME = re.compile("抽查|抽检|抽样|部分|示范|重点|试点|入选|获奖|首批|第[一二三四五]批")
_MANY_SUMS = 500
_YEAR = re.compile(r"20\d\d(?=\s?年)")
_HAN_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9+\-“”]{2,30}$")
_HAN_BEHIND = re.compile(r"(?:的)?(?P<name>[\u4e00-\u9fff]{2,20})(?=[，。；、（：]|$)")


def figures_against_lists(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """The figures of the text that no table or list of the document bears out."""
    tables = [table for table in manuscript.tables(document) if table.rows]
    yield from _titles(manuscript, document, tables)
    told: set[Place] = set()
    for finding in _columns(manuscript, document, tables):
        told.add(finding.places[0])
        yield finding
    for finding in _covering(manuscript, document, tables):
        if not any(place.line == finding.line and place.quote in finding.places[0].quote for place in told):
            yield finding


# --- what the text says of a list -------------------------------------------------------------------------------------


class _Listed:
    """What the tables and lists of a document come to, in every way in which a text may count them."""

    def __init__(self, manuscript: Manuscript, document: Document, tables: list[Table]) -> None:
        self.tables = tables
        self.people: set[Decimal] = set()
        self.things: set[Decimal] = set()
        self.amounts: set[Decimal] = set()  # in 元
        self.where: Place | None = None
        self._first: tuple[Decimal, str] | None = None
        for table in tables:
            self._table(table)
        if len(tables) > 1:
            self._all_tables(tables)
        lists = Lists(manuscript, document)
        self._lists(lists)
        for part in document.parts:
            if part.kind is not PartKind.BODY:
                self._plain(part)

    def of(self, unit: str) -> set[Decimal]:
        return self.people if unit in PEOPLE else self.things

    def _said(self, unit: str, value: Decimal) -> None:
        (self.amounts if unit.endswith("元") else self.of(unit)).add(value)

    def _see(self, line: int, words: str) -> None:
        self.where = self.where or Place(line, shortened(words))

    def _table(self, table: Table) -> None:
        of_people = any(_PEOPLE_WORDS.search(name) for name in table.names) and not re.search(
            "企业|项目名称|单位名称", "".join(table.names)
        )
        counted = self.people if of_people else self.things
        counted |= set(counts_in(table))
        for count, amounts in groups_of(table):
            counted |= set(count)
            self.amounts |= set(amounts)
        widest = [group for group in table.groups if not group.column and group.level == 0 and group.row_count]
        if len(widest) > 1 and sum(group.row_count for group in widest) == len(table.rows):
            counted |= _sums([set(counts) for counts in counts_of(table, widest)])
        # What the labels say is taken at its word: where a label is wrong, that is told of the label.
        together: dict[str, Decimal] = {}
        for group in table.groups:
            for stated in group.stated:
                value = Decimal(stated.value)
                if stated.unit.endswith("元"):
                    value = value.scaleb(base_of(stated.unit)[1])
                if stated.unit in PEOPLE | THINGS or stated.unit.endswith("元"):
                    self._said(stated.unit, value)
                    if group.level == 0 and not group.column:
                        together[stated.unit] = together.get(stated.unit, Decimal()) + value
        for unit, value in together.items():
            self._said(unit, value)
        for total in table.totals:
            for cell, column in zip(total.cells, table.columns, strict=True):
                if cell.value is None or cell.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY):
                    continue
                if column.unit.endswith("元") and "/" not in column.unit:
                    self.amounts.add(Decimal(cell.value).scaleb(base_of(column.unit)[1]))
                else:
                    counted.add(Decimal(cell.value))
        self.amounts |= set(amounts_in(table, "元"))
        self._see(table.line, table.title or " ".join(table.names))

    def _all_tables(self, tables: list[Table]) -> None:
        rows = Decimal(sum(len(table.rows) for table in tables))
        self.things.add(rows)
        self.people.add(rows)
        sums = [amounts_in(table, "元") for table in tables]
        if all(sums):
            self.amounts.add(total_of([each[0] for each in sums]))

    def _lists(self, lists: Lists) -> None:
        """Headings that count their lists: each, and all of one kind together."""
        total: dict[bool, list[set[Decimal]]] = {True: [], False: []}
        for stated in lists.stated:
            for figure in stated.figures:
                if figure.base == "元" or figure.base == "":
                    self.amounts.add(figure.amount)
                    self.amounts |= set(lists.amounts(stated, "元"))
                elif figure.unit in PEOPLE | THINGS:
                    self.of(figure.unit).add(figure.value)
                    counts = lists.counts(stated)
                    self.of(figure.unit).update(counts)
                    if not stated.announced and counts:
                        total[figure.unit in PEOPLE].append({figure.value, *counts})
                        self._see(stated.line.clause.line, stated.line.words)
        for people, values in total.items():
            if values:
                (self.people if people else self.things).update(_sums(values))
        if total[True] and total[False]:
            both = _sums([*total[True], *total[False]])
            self.people |= both
            self.things |= both

    def _plain(self, part: Part) -> None:
        """An annex that is a list without a heading that counts it."""
        if not _LIST_TITLE.search(part.title):
            return
        lines = [line for line in list_lines(part.clauses) if line.words]
        persons = sum(bool(_PERSON_LINE.match(line.words)) for line in lines)
        of_people = bool(_PEOPLE_WORDS.search(part.title)) or 2 * persons > len(lines)
        listed = self.people if of_people else self.things
        counts = lines_counted(lines)
        numbered = [clause for clause in part.clauses if clause.number]
        if counts:
            listed.update(counts)
            self._see(part.line, part.title)
        if len(numbered) > 1:
            listed.add(Decimal(len(numbered)))
        amount = amount_of_entries(lines, "元")
        if amount is not None:
            self.amounts.add(amount)


def _sums(choices: list[set[Decimal]]) -> set[Decimal]:
    """What one of each set may come to together: rows of one group, names of another."""
    out = {Decimal()}
    for values in choices:
        out = {before + value for before in out for value in values}
        if len(out) > _MANY_SUMS:
            out = set(sorted(out)[:_MANY_SUMS])
    return out


def _titles(manuscript: Manuscript, document: Document, tables: list[Table]) -> Iterator[Finding]:
    """名单（共10家） above a table of nine."""
    of_part: dict[int, list[Table]] = {}
    clauses = {clause.eid: number for number, part in enumerate(document.parts) for clause in part.walk()}
    for table in tables:
        of_part.setdefault(clauses.get(table.eid, -1), []).append(table)
    titled = [(part.title, part.line, of_part.get(number, [])) for number, part in enumerate(document.parts)]
    titled += [(table.title, table.line, [table]) for table in tables if all(table.title != t for t, _, _ in titled)]
    headings = {clause.heading for clause in document.walk()}  # counted with the lists
    for title, line, below in titled:
        if title in headings:
            continue
        found = _COUNTED_TITLE.search(title)
        if found is None or not below:
            continue
        counts = {count for table in below for count in counts_in(table)}
        counts.add(Decimal(sum(len(table.rows) for table in below)))
        value = Decimal(found["number"])
        if value in counts:
            continue
        rows = sum(len(table.rows) for table in below)
        near = (*range(line, line + 6), *range(line - 1, line - 6, -1))
        shown = (k for k in near if 0 < k <= len(manuscript.raw_lines) and found[0] in manuscript.raw_lines[k - 1])
        number = next(shown, line)
        yield Finding(
            name_of(document),
            FindingKind.FIGURE,
            Severity.ERROR,
            f"标题“{shortened(title)}”称{plain(value)}{found['unit']}，表中为{rows}行。",
            f"The title says {plain(value)}, but the table has {rows} rows.",
            (Place(number, shortened(title)), Place(below[0].line, shortened(" ".join(below[0].names)))),
            below[0].locator,
            below[0].eid,
        )


def _covering(manuscript: Manuscript, document: Document, tables: list[Table]) -> Iterator[Finding]:
    titles = [part.title for part in document.parts if part.kind is not PartKind.BODY]
    titles += [table.title for table in tables]
    if not any(_LIST_TITLE.search(title) for title in titles):
        return
    if any(not annex.present for annex in document.announced_annexes):
        return
    listed = _Listed(manuscript, document, tables)
    if listed.where is None:
        return
    for part in document.parts:
        for clause in part.walk():
            opening = part.kind is PartKind.BODY or clause is part.clauses[0]
            if not opening and not _SEE_LIST.search(clause.text):
                continue
            yield from _sentences(manuscript, document, clause, listed, part.kind is PartKind.BODY)


def _sentences(
    manuscript: Manuscript, document: Document, clause: Clause, listed: _Listed, covering: bool
) -> Iterator[Finding]:
    at = 0
    for sentence in re.split(r"(?<=[。；\n])", clause.text):
        start = at
        at += len(sentence)
        if "\t" in sentence or not _HONOURS.search(sentence) or not re.search(r"\d", sentence):
            continue
        if not covering and not _SEE_LIST.search(sentence):
            continue
        words = sentence.partition("其中")[0]
        borne_out = False
        unmatched: list[Figure] = []
        for figure in figures_in(words):
            before, behind = words[max(0, figure.start - 60) : figure.start], words[figure.end : figure.end + 20]
            if not figure.exact or _EACH.search(before) or _STOCK.search(before) or re.match(r"\s*[/／]", behind):
                continue
            if figure.unit in PEOPLE | THINGS:
                counts = listed.of(figure.unit)
                bound = _OF_LIST.search(before) or re.search("[、，和]$", before)
                if not counts or not bound or re.match("(?:方面|月|工作日|层次|等级|批次|百分点|原则)", behind):
                    continue
                if figure.value in counts:
                    borne_out = True
                elif _HONOURS.search(words) and (covering or re.search("共|合计|总计", before[-12:])):
                    unmatched.append(figure)
            elif figure.base == "元" and listed.amounts and _MONEY_OF_LIST.search(before):
                if any(_equal(figure, amount) for amount in listed.amounts):
                    borne_out = True
                else:
                    unmatched.append(figure)
        for figure in unmatched:
            # An amount alone may be of something else; beside a count that is that of the list it is the list's.
            if figure.base == "元" and not borne_out and not (covering and _single_amount(listed, sentence)):
                continue
            place = manuscript.place(clause, start + max(0, figure.start - 20), start + figure.end + 6)
            options = listed.amounts if figure.base == "元" else listed.of(figure.unit)
            near = min(options, key=lambda value: abs(value - (figure.amount if figure.base == "元" else figure.value)))
            shown = plain(near.scaleb(-base_of(figure.unit)[1])) + figure.unit if figure.base == "元" else plain(near)
            assert listed.where is not None
            yield Finding(
                name_of(document),
                FindingKind.FIGURE,
                Severity.ERROR,
                f"文中称{figure.words}，与所附表单不符：表单所列最接近的数为{shown}。",
                f"The text says {figure.words}, but nothing in the list comes to that; the nearest is {shown}.",
                (place, listed.where),
                clause.locator,
                clause.eid,
            )


def _single_amount(listed: _Listed, sentence: str) -> bool:
    return bool(_SEE_LIST.search(sentence)) or len(listed.amounts) == 1


def _equal(figure: Figure, amount: Decimal) -> bool:
    """Whether the figure is the amount, rounded to as many places as the figure is printed with."""
    step = Decimal(1).scaleb(base_of(figure.unit)[1] - decimals_of(figure.value))
    if figure.amount == amount:
        return True
    return step >= 1000 and amount % step != 0 and abs(figure.amount - amount) < step and figure.unit != "元"


# --- what the text says of a column -----------------------------------------------------------------------------------


def _columns(manuscript: Manuscript, document: Document, tables: list[Table]) -> Iterator[Finding]:
    named: dict[str, list[tuple[Decimal, str, Table, int]]] = {}
    for table in tables:
        for total in table.totals:
            if total.groups or total.row_count != len(table.rows) or "小计" in total.label:
                continue
            spanned = {name for span in total.spans for name in span}
            for cell, column in zip(total.cells, table.columns, strict=True):
                if cell.value is None or cell.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY):
                    continue
                if column.name in spanned or not column.unit:
                    continue
                for key in _keys(column.name):
                    value = Decimal(cell.value).scaleb(base_of(column.unit)[1])
                    named.setdefault(key, []).append((value, column.unit, table, total.line or table.line))
    if not named:
        return
    for clause in document.walk():
        at = 0
        for sentence in re.split(r"(?<=[。；\n])", clause.text):
            if "\t" not in sentence and _SCOPE.search(sentence):
                yield from _of_columns(manuscript, document, clause, sentence, at, named)
            at += len(sentence)


def _keys(name: str) -> list[str]:
    parts = [_UNIT_BRACKET.sub("", part) for part in name.split(" / ")]
    last = _COUNT_NAME.sub("", parts[-1]).removeprefix("总")
    key = "".join([*(part for part in parts[:-1]), last]) if not last or len(parts) > 1 else last
    return [key] if len(key) >= 2 else []


def _of_columns(
    manuscript: Manuscript,
    document: Document,
    clause: Clause,
    sentence: str,
    at: int,
    named: dict[str, list[tuple[Decimal, str, Table, int]]],
) -> Iterator[Finding]:
    begin = 0
    opening = sentence.partition("，")[0]
    years = set(_YEAR.findall(sentence))
    for figure in figures_in(sentence):
        before = re.split("[，：（）、]", sentence[begin : figure.start])[-1]
        begin = figure.end
        if not figure.exact or _OTHER_SCOPE.search(before) or figure.unit in ("%", "‰", "分"):
            continue
        run = _HAN_RUN.search(before)
        names = []
        if run is not None:
            names.append(_TRAILING.sub("", _LEADING.sub("", run[0])).removeprefix("总"))
        if behind := _HAN_BEHIND.match(sentence, figure.end):
            names.append(behind["name"])
        for name in names:
            found = named.get(name)
            if found is None:
                continue
            of_unit = [each for each in found if base_of(each[1])[0] == figure.base or same_kind(each[1], figure.unit)]
            if not of_unit or any(_equal(figure, value) for value, *_ in of_unit):
                continue
            value, unit, table, line = of_unit[0]
            # Of those that are inspected, or chosen, there may be fewer than there are.
            if _SOME.search(table.title) and not _SOME.search(before + name):
                continue
            told = set(_YEAR.findall(table.title + "年".join(table.names)))
            if years and years != told:
                continue
            if not _SCOPE.search(before + name) and not _SCOPE.search(opening):
                continue
            place = manuscript.place(clause, at + max(0, figure.start - 20), at + figure.end)
            shown = plain(value.scaleb(-base_of(unit)[1])) + unit
            yield Finding(
                name_of(document),
                FindingKind.FIGURE,
                Severity.ERROR,
                f"文中称“{name}”{figure.words}，表中合计为{shown}。",
                f"The text has {figure.words} for “{name}”, the total of the table is {shown}.",
                (place, Place(line, shortened(table.title or " ".join(table.names)))),
                clause.locator,
                clause.eid,
            )
            break
