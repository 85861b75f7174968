"""Brackets of a scale that leave a hole or overlap.

A scale is a run of brackets of one measure: in a sentence, in consecutive sentences or items, in a column or the heads
of a table. Whether a bound belongs to its bracket is taken from the words ((含), 不足, 超过), then from what the
document says of 以上 and 以下, then from 民法典 第一千二百五十九条 (以上, 以下 and 以内 include the number).

Brackets are only held to be of one scale where the measure before them is the same and something is said of each:
the ages under 6 and over 65 that ride free are no scale.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from gongbao.core.numerals import chinese_to_int
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.model import Clause, Document
from gongbao.gazette.tables import Table


def holes_and_overlaps(manuscript: Manuscript) -> Iterator[Finding]:
    """Scales whose brackets leave a value to none or give one to two, and those whose first bracket begins too late."""
    for document in manuscript.gazette.documents:
        reader = _Reader(_said_of_bounds(document.text))
        for part in document.parts:
            reader.clauses(part.clauses)
        reader.close()
        scales = reader.scales
        for table in manuscript.tables(document):
            scales += _scales_of_table(table, reader.said)
        for scale in scales:
            yield from _judge(scale, manuscript, document)


# --- quantities and bounds ----------------------------------------------------------------------------------------


class _Bound(StrEnum):
    """Whether a bracket holds its bound, and what says so."""

    IN = "in"  # the words themselves
    OUT = "out"
    DEFINED_IN = "defined_in"  # what the document says of 以上 and 以下
    DEFINED_OUT = "defined_out"
    LAW_IN = "law_in"  # 以上 and 以下 of which the document says nothing
    OPEN = "open"  # 5—10: nothing says


_INSIDE = {_Bound.IN, _Bound.DEFINED_IN, _Bound.LAW_IN}
_OUTSIDE = {_Bound.OUT, _Bound.DEFINED_OUT}

_FACTORS = {"": 1, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_FACTORS |= {"十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
_SCALE = r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![克米瓦])|百(?!分))"
# Things that are counted come in wholes: between 200 and 201 of them lies nothing.
_COUNTED = (
    "家|户|人次|人|名|位|件|项|所|座|辆|台|套|床|张|头|只|羽|株|棵|栋|层|起|例|处|条|次|篇|场|批|期|班|门|单|票|箱|艘|架|间|村|宗"
    "|课时|学时|学分|个(?![月百小])|分(?![钟贝])"
)
_MEASURED = (
    "个百分点|百分点|%|‰|周岁|岁|个月|个?小时|分钟|个工作日|工作日|天|年(?![度级产均末底初])"
    "|微克|毫克|千克|公斤|克|吨标准煤|吨|平方公里|平方千米|平方米|立方米|公里|千米|毫米|厘米|米|公顷|亩|升|千瓦时|千瓦|兆瓦"
    "|摄氏度|℃|分贝|度|倍|㎡|m²|km|mm|kW|MW|kV|元|美元"
)
_UNIT = rf"(?:(?:{_MEASURED}|{_COUNTED})(?:/(?:(?![的以者至到])[\u4e00-\u9fff]){{1,4}}|/[a-zA-Z³²\d]{{1,3}})?)"
_SAME_UNIT = {
    "名": "人",
    "位": "人",
    "周岁": "岁",
    "㎡": "平方米",
    "m²": "平方米",
    "公斤": "千克",
    "百分点": "个百分点",
}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.\d{1,6})?"
_CHINESE = r"[一二三四五六七八九十两][一二三四五六七八九十百千零]{0,6}"

_AT_LEAST = ("不低于", "不少于", "不小于", "达到", "突破", "达", "已满", "满", "大于等于", "大于或等于", "≥", "≧", ">=")
_MORE = ("超过", "超出", "高于", "多于", "大于", "优于", "劣于", ">", "＞")
_AT_MOST = ("不高于", "不超过", "不大于", "不多于", "未超过", "小于等于", "小于或等于", "≤", "≦", "<=")
_LESS = ("未达到", "未满", "不足", "不满", "不到", "低于", "少于", "小于", "<", "＜")
_BEFORE = "|".join(sorted((*_AT_LEAST, *_MORE, *_AT_MOST, *_LESS), key=len, reverse=True))


def _side(at: str) -> str:
    return (
        rf"(?P<pre{at}>{_BEFORE})?\s?(?P<number{at}>{_NUMBER}|{_CHINESE})\s?(?P<scale{at}>{_SCALE})?\s?(?P<unit{at}>{_UNIT})?"
        rf"(?:\s?[（(](?P<in{at}>不?含)[^（）()]{{0,12}}[）)])?\s?(?P<and{at}>及其?)?(?P<after{at}>以上|以下|以内|之内)?"
        rf"(?:\s?[（(](?P<late{at}>不?含)[^（）()]{{0,12}}[）)])?"
    )


_LINK = r"(?P<link>\s?(?:—{1,2}|-{1,2}|–|－|~|～|〜|至|到)\s?|[、，,]?(?:且|但|并)?)"
_INTERVAL = re.compile(rf"(?<![\d.A-Za-z〔第*×/])(?:{_side('1')})(?:{_LINK}(?:{_side('2')}))?")
# 100万元≤年产值<500万元
_CHAIN = re.compile(
    rf"(?<![\d.A-Za-z])(?P<number1>{_NUMBER})\s?(?P<scale1>{_SCALE})?(?P<unit1>{_UNIT})?\s?(?P<low>≤|<=|<|＜)"
    rf"\s?(?P<what>[\u4e00-\u9fffA-Za-z]{{1,16}})\s?(?P<high>≤|<=|<|＜)\s?"
    rf"(?P<number2>{_NUMBER})\s?(?P<scale2>{_SCALE})?(?P<unit2>{_UNIT})?"
)


@dataclass(frozen=True, slots=True)
class _Bracket:
    """One bracket, with its ends in units (None: open). `words` stand at start to end of what was read."""

    low: Decimal | None
    high: Decimal | None
    low_bound: _Bound
    high_bound: _Bound
    unit: str
    words: str
    start: int
    end: int
    measure: str = ""  # what is measured, as it stands before the bracket, or inside it
    opens: int = 0  # where the measure begins, where it stands before
    marginal: bool = False  # 的部分: only what lies in it is counted so
    plain: bool = False  # low and high are printed with a dash only
    finest: Decimal = Decimal(1)  # the last place printed, in units


def _said_of_bounds(text: str) -> dict[str, bool]:
    """What the document says of 以上, 以下 and 以内: whether each includes the number."""
    out: dict[str, bool] = {}
    for found in re.finditer("本数", text):
        before = re.split("[。；\n]", text[max(0, found.start() - 200) : found.start()])[-1]
        sentence = before + re.split("[。\n]", text[found.start() : found.end() + 60])[0]
        words: list[str] = []
        for token in re.finditer(r"以上|以下|以内|(?P<not>不|未)?(?P<verdict>包括|包含|含)", sentence):
            if token["verdict"]:
                for word in words:
                    out.setdefault(word, not token["not"])
                words = []
            else:
                words.append(token[0])
    return out


_AMOUNT_WORD = re.compile(
    r"(?:处以?|并处|罚款|给予|奖励|奖补|补助|补贴|补偿|资助|不超过|最高|扣|收取|缴纳|支付|奖|限额|安排|提供|发放|核定|减免|增加|新建|新增|培育|打造|建设|建成"
    r"|予以|可|配备|设置|按照?|引进|预留|每[^，。]{1,6})$"
)
_AMOUNT_BEHIND = re.compile(r"的?(?:一次性)?(?:罚款|罚金|奖励|补助|补贴|资助|奖金|违约金|滞纳金)|有期徒刑|拘役|拘留")
_AMOUNT_UNIT = re.compile("元|[%‰％]|倍|年|月|个月|日|天|小时|分|百分|个百分|$")
_GRADE = re.compile(
    r"(?:评为|为|定为|确定为|即)?(?:优秀|优良|优|良好|良|中等|合格|基本合格|较好|一般|不合格|较差|差|(?:特|超)?大型|中型|小型|微型|[A-Ea-e]+级?|[一二三四五六七八九ⅠⅡⅢⅣⅤ\d]+(?:级|档|类|等)奖?|特等奖?)"
    r"(?:企业|等次|等级|单位|档次|项目)?$"
)
_SEPARATOR = re.compile(r"[，,；;。：:、（(）)\n\t“”？！|]")
_LEADING = re.compile(
    r"^(?:(?:对于?|凡|若|如果?|当(?![月年日期季])|其中|且|并|按照?|在|或|和|及|以|则|而|\d{1,2}[.．]|[一二三四五六]是|第[一二三四五六七八九]档|\s)+)"
)
_TRAILING = re.compile(r"(?:在|为|是|处于|介于|约|仅|\s)+$")


def _read(text: str, said: dict[str, bool], unit: str | None) -> list[_Bracket]:
    """All brackets of a text, in order. `unit` is what figures without one are of; None where they are no brackets."""
    out: list[_Bracket] = []
    chains = list(_CHAIN.finditer(text))
    for chain in chains:
        bracket = _of_chain(chain, unit)
        if bracket is not None:
            out.append(bracket)
    at, place = 0, 0
    while found := _INTERVAL.search(text, at):
        while place < len(chains) and chains[place].end() <= found.start():
            place += 1
        if place < len(chains) and chains[place].start() < found.end():
            at = chains[place].end()
            continue
        bracket, at = _of_match(found, said, unit)
        if bracket is not None:
            out.append(_with_measure(bracket, text))
    return sorted(out, key=lambda bracket: bracket.start)


def _quantity(number: str, scale: str | None) -> Decimal | None:
    if number[0].isdecimal():
        value = Decimal(number.replace(",", ""))
    else:
        whole = chinese_to_int(number)
        if whole is None:
            return None
        value = Decimal(whole)
    return value * _FACTORS[scale or ""]


def _finest(number: str, scale: str | None) -> Decimal:
    places = len(number.partition(".")[2]) if number[0].isdecimal() else 0
    return Decimal(1).scaleb(-places) * _FACTORS[scale or ""]


def _unit_of(printed: str) -> tuple[str, int]:
    """The unit that is printed and how many of it one is: 万元 is 10000 元."""
    found = re.match(rf"(?P<scale>{_SCALE})?(?P<head>[^/]*)/?(?P<per>.*)", printed)
    if found is None or not found["head"]:
        return printed, 1
    head = _SAME_UNIT.get(found["head"], found["head"])
    return (f"{head}/{found['per']}" if found["per"] else head), _FACTORS[found["scale"] or ""]


def _of_chain(found: "re.Match[str]", unit: str | None) -> _Bracket | None:
    printed = found["unit2"] or found["unit1"] or unit
    if printed is None:
        return None
    name, factor = _unit_of(printed)
    scale = found["scale1"] if found["unit1"] or found["scale1"] else found["scale2"]
    low, high = _quantity(found["number1"], scale), _quantity(found["number2"], found["scale2"])
    if low is None or high is None or low >= high:
        return None
    return _Bracket(
        low * factor,
        high * factor,
        _Bound.IN if found["low"] in ("≤", "<=") else _Bound.OUT,
        _Bound.IN if found["high"] in ("≤", "<=") else _Bound.OUT,
        name,
        found[0],
        found.start(),
        found.end(),
        measure=found["what"],
        opens=found.start(),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    value: Decimal
    lower: bool | None  # None: a bare figure
    bound: _Bound


def _side_of(found: "re.Match[str]", at: str, said: dict[str, bool], scale: str | None, factor: int) -> _Side | None:
    value = _quantity(found["number" + at], scale)
    if value is None:
        return None
    before, after, within = found["pre" + at], found["after" + at], found["in" + at] or found["late" + at]
    bound, lower = _Bound.OPEN, None
    if after:
        lower = after == "以上"
        law = said.get("以内" if after == "之内" else after)
        bound = _Bound.LAW_IN if law is None else _Bound.DEFINED_IN if law else _Bound.DEFINED_OUT
        if found["and" + at]:
            bound = _Bound.IN
        elif before:
            bound = _Bound.OPEN  # 高于5以上: it says both
    elif before:
        lower = before in _AT_LEAST or before in _MORE
        bound = _Bound.IN if before in _AT_LEAST or before in _AT_MOST else _Bound.OUT
    if within:
        bound = _Bound.IN if within == "含" else _Bound.OUT
    return _Side(value * factor, lower, bound)


def _of_match(found: "re.Match[str]", said: dict[str, bool], unit: str | None) -> tuple[_Bracket | None, int]:
    """The bracket of a match, and where to look on: behind it, or behind its first figure where the two are apart."""
    first_end = found.start("link") if found["number2"] else found.end()
    alone = max(first_end, found.end("number1"))
    two = found["number2"] is not None
    dash = two and found["link"].strip(" 、，,且但并") != ""
    printed = found["unit1"] or (found["unit2"] if dash else None)
    second = found["unit2"] or found["unit1"]
    # 1亿元（含）不满5亿元
    begins = found["in1"] == "含" and found["pre2"] in _LESS
    if two and not dash and not (found["after1"] or found["pre1"] or begins):
        two = False
    if two and (second or unit) is not None:
        name, factor = _unit_of(second or unit or "")
        mine, mine_factor = _unit_of(printed or unit or "")
        bare_first = dash and not found["unit1"] and not found["scale1"]
        scale1 = found["scale2"] if bare_first else found["scale1"]
        if found["unit1"] and not found["scale1"] and not found["unit2"] and found["scale2"]:
            scale1 = None
        scale2 = found["scale2"] if found["unit2"] or found["scale2"] else found["scale1"]
        if scale2 and not second:
            factor = 1  # 500万 in a column of 万元
        low = _side_of(found, "1", said, scale1, mine_factor if found["unit1"] else factor)
        high = _side_of(found, "2", said, scale2, factor)
        if low is not None and begins and low.lower is None:
            low = replace(low, lower=True)
        # 100—500 and 100以上500以下; 3以上、5以上 are two.
        joined = (
            low is not None
            and high is not None
            and mine == name
            and low.lower is not False
            and high.lower is not True
            and (dash or (low.lower is True and high.lower is False))
            and low.value < high.value
        )
        if joined and low is not None and high is not None:
            if _no_bracket(found, low.value, name, dash and not found["after2"]):
                return None, found.end()
            plain = dash and low.bound is _Bound.OPEN and low.lower is None
            finest = min(_finest(found["number1"], scale1), _finest(found["number2"], scale2)) * factor
            return (
                _Bracket(
                    low.value,
                    high.value,
                    low.bound,
                    high.bound,
                    name,
                    found[0].strip(),
                    found.start(),
                    found.end(),
                    plain=plain,
                    finest=finest,
                ),
                found.end(),
            )
        if dash:
            return None, found.end()
    printed = found["unit1"] or unit
    if printed is None:
        return None, alone
    name, factor = _unit_of(printed)
    if found["scale1"] and not found["unit1"]:
        factor = 1
    side = _side_of(found, "1", said, found["scale1"], factor)
    if side is None or side.lower is None or _no_bracket(found, side.value, name, False):
        return None, alone
    low_value, high_value = (side.value, None) if side.lower else (None, side.value)
    return (
        _Bracket(
            low_value,
            high_value,
            side.bound,
            side.bound,
            name,
            found.string[found.start() : alone].strip(),
            found.start(),
            alone,
            finest=_finest(found["number1"], found["scale1"]) * factor,
        ),
        alone,
    )


def _no_bracket(found: "re.Match[str]", low: Decimal, unit: str, dashed: bool) -> bool:
    """Years (2021—2025年), figures of a date, and figures that a word or another figure goes on behind."""
    before = found.string[max(0, found.start() - 1) : found.start()]
    return (unit == "年" and low >= 1900) or (dashed and before in ("月", "年", "号", "-", "—"))


def _with_measure(bracket: _Bracket, text: str) -> _Bracket:
    begin = max(0, bracket.start - 40)
    before = text[begin : bracket.start]
    for found in _SEPARATOR.finditer(before):
        begin = bracket.start - len(before) + found.end()
    words = _LEADING.sub("", text[begin : bracket.start].strip())
    measure = _TRAILING.sub("", words)
    behind = text[bracket.end : bracket.end + 12]
    marginal = bool(re.match(r"[）)]?(?:之间)?的?(?:[\u4e00-\u9fff]{0,4})部分", behind))
    return replace(bracket, measure=measure, opens=bracket.start - len(words), marginal=marginal)


# --- runs of brackets ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Shown:
    """A bracket where it stands, and what is said of it."""

    bracket: _Bracket
    line: int | None
    quote: str
    clause: Clause | None
    saying: str  # the words behind it, up to the next bracket
    start: int = 0


@dataclass(slots=True)
class _Scale:
    shown: list[_Shown]
    rising: bool | None = None
    table: bool = False
    measure: str = ""
    locator: str = ""
    eid: str = ""
    last: int = 0  # of the clauses, by their order
    parent: int = 0
    fresh: bool = field(default=True)


_FARTHEST = 160
_OPEN_SCALES = 4


class _Reader:
    """Goes through the clauses, and puts the brackets it meets into scales."""

    def __init__(self, said: dict[str, bool]) -> None:
        self.said = said
        self.scales: list[_Scale] = []
        self._open: dict[str, list[_Scale]] = {}

    def clauses(self, clauses: Sequence[Clause], parent: int = 0) -> None:
        for place, clause in enumerate(clauses):
            for words in (clause.heading, clause.text):
                if words and words != clause.number:
                    self._words(clause, words, place, parent)
            self.clauses(clause.children, id(clause))

    def close(self) -> None:
        for scales in self._open.values():
            self.scales += scales
        self._open = {}

    def _words(self, clause: Clause, words: str, place: int, parent: int) -> None:
        if not _WORTH_READING.search(words):
            return
        at = 0
        for line in words.split("\n"):
            if "\t" not in line and _WORTH_READING.search(line):
                brackets = _read(line, self.said, None)
                for k, bracket in enumerate(brackets):
                    stop = brackets[k + 1].start if k + 1 < len(brackets) else len(line)
                    self._put(clause, line, bracket, line[bracket.end : stop], at, place, parent)
            at += len(line) + 1

    def _put(
        self, clause: Clause, line: str, bracket: _Bracket, saying: str, offset: int, place: int, parent: int
    ) -> None:
        measure = bracket.measure
        if _AMOUNT_WORD.search(measure):
            return
        if _AMOUNT_UNIT.match(bracket.unit) and _AMOUNT_BEHIND.match(line, bracket.end):
            return  # 5万元以下的补贴; 40周岁以下的补贴30万元 is a bracket of ages
        if _GRADE.fullmatch(measure):
            measure = ""
        quoted = line[max(0, bracket.opens) : bracket.end]
        shown = _Shown(bracket, None, quoted, clause, saying, offset + bracket.start)
        open_here = self._open.setdefault(bracket.unit, [])
        for scale in sorted(open_here, key=lambda one: one.measure != measure):
            if self._follows(scale, shown, measure, line, offset, place, parent):
                scale.shown.append(shown)
                scale.last, scale.parent = place, parent
                scale.measure = scale.measure or measure
                open_here.remove(scale)
                open_here.insert(0, scale)
                return
        open_here.insert(
            0, _Scale([shown], None, False, measure, clause.locator, clause.eid, last=place, parent=parent)
        )
        self.scales += open_here[_OPEN_SCALES:]
        del open_here[_OPEN_SCALES:]

    def _follows(
        self, scale: _Scale, shown: _Shown, measure: str, line: str, offset: int, place: int, parent: int
    ) -> bool:
        last = scale.shown[-1]
        if not _same_measure(scale.measure, measure, bare=last.clause is shown.clause):
            return False
        if last.clause is shown.clause:
            between = shown.start - last.start - len(last.bracket.words)
            if between > _FARTHEST or between < 0:
                return False
            begin = last.start + len(last.bracket.words) - offset
            words = line[max(0, begin) : shown.bracket.opens]
            if begin >= 0 and not _says_something(words + ("" if shown.bracket.measure == measure else "等级")):
                return False
        elif parent != scale.parent or not 0 < place - scale.last <= 1:
            return False
        return _goes_on(scale, shown.bracket)


_WORTH_READING = re.compile(
    r"以上|以下|以内|超过|高于|低于|大于|小于|少于|多于|不足|不到|满|[≥≤<>＜＞]"
    r"|[\d一二三四五六七八九十）)万元%人]\s?[—\-–－~～〜至到]|[—\-–－~～〜至到]\s?\d"
)
_CONNECTIVES = re.compile(r"[、，；。：或和及与（）()\s的以且]|部分|包括|之间|人员|企业|项目|单位|家庭")


def _says_something(words: str) -> bool:
    """Whether something is said of the bracket before the next begins: 6岁以下、65岁以上 says nothing of the first."""
    return len(_CONNECTIVES.sub("", words)) >= 2 and not words.endswith("或")


def _same_measure(first: str, second: str, *, bare: bool) -> bool:
    if first == second:
        return True
    if not first or not second:
        return bare or not (first or second)
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 2 and longer.endswith(shorter)


def _goes_on(scale: _Scale, bracket: _Bracket) -> bool:
    """Whether the bracket lies beyond the last one, on the side to which the scale goes."""
    last = scale.shown[-1].bracket
    rises = _not_below(bracket, last)
    falls = _not_below(last, bracket)
    if rises == falls:  # the same again, or one within the other
        return False
    if scale.rising is None:
        scale.rising = rises
    return scale.rising is rises


def _not_below(one: _Bracket, other: _Bracket) -> bool:
    low = other.low is None or (one.low is not None and one.low >= other.low)
    high = one.high is None or (other.high is not None and one.high >= other.high)
    return low and high


# --- tables -------------------------------------------------------------------------------------------------------

_NO_SCALE_COLUMN = re.compile(r"目标|指标值|限值|参考|电话|编号|序号|日期|年份|年度|备注|任务|内容")


def _scales_of_table(table: Table, said: dict[str, bool]) -> list[_Scale]:
    out: list[_Scale] = []
    for place, column in enumerate(table.columns):
        if _NO_SCALE_COLUMN.search(column.name):
            continue
        unit = column.unit or _unit_in(column.name) or ""
        cells = [(row.cells[place].printed, row.line, row.cells[place].filled, row.groups) for row in table.rows]
        out += _scales_of_cells(cells, unit, said, table)
    heads = [(column.name.rsplit(" / ", 1)[-1], table.line, False, ()) for column in table.columns]
    out += _scales_of_cells(heads, "", said, table)
    return out


def _unit_in(name: str) -> str:
    found = re.search(rf"[（(]((?:{_SCALE})?{_UNIT})[）)]", name)
    return found[1] if found else ""


def _scales_of_cells(
    cells: Iterable[tuple[str, int | None, bool, tuple[str, ...]]], unit: str, said: dict[str, bool], table: Table
) -> list[_Scale]:
    out: list[_Scale] = []
    scale: _Scale | None = None
    group: tuple[str, ...] = ()
    for printed, line, filled, groups in cells:
        if filled or (not printed and scale is not None and not filled):
            continue
        bracket = _of_cell(printed, said, unit)
        if bracket is None or groups != group:
            scale = None
        group = groups
        if bracket is None:
            continue
        shown = _Shown(bracket, line, printed, None, "", 0)
        same = scale is not None and scale.shown[-1].bracket.unit == bracket.unit
        if scale is not None and same and _goes_on(scale, bracket):
            scale.shown.append(shown)
        else:
            scale = _Scale([shown], table=True, locator=table.locator, eid=table.eid)
            out.append(scale)
    return out


def _of_cell(printed: str, said: dict[str, bool], unit: str) -> _Bracket | None:
    """The bracket that a cell is; None where it holds anything else."""
    words = printed.strip()
    if not words or len(words) > 40:
        return None
    brackets = _read(words, said, unit)
    if len(brackets) != 1:
        return None
    bracket = brackets[0]
    rest = words[: bracket.start] + words[bracket.end :]
    if re.search(r"[\d年月日号时]", rest) or (not bracket.unit and (bracket.low or 0) >= 1900):
        return None  # 3-5月, 2022-2023
    return bracket if len(re.sub(r"[\W_]|的|部分|之间", "", rest)) <= 8 else None


# --- what is wrong ------------------------------------------------------------------------------------------------


class _Fault(StrEnum):
    HOLE = "hole"
    OVERLAP = "overlap"
    BOTH = "both"  # both brackets hold the bound
    NEITHER = "neither"
    UNDECIDED = "undecided"  # nothing says which one does


_AMOUNT = re.compile(
    r"\d\s?(?:万|亿|千)?元|\d\s?[%‰]|\d\s?(?:个)?(?:百分点|分(?!之)|倍|天|日|个月|人|名)|[一二三四五六七八九十百千万]元"
)
_WHOLE = re.compile(rf"(?:{_COUNTED})$")


def _judge(scale: _Scale, manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    shown = scale.shown if scale.rising is not False else scale.shown[::-1]
    yield from _begins_late(scale, shown, manuscript, document)
    if len(shown) < 2:
        return
    faults: dict[_Fault, list[tuple[_Shown, _Shown, Severity]]] = {}
    touching = 0
    apart = any(_is_apart(lower.bracket, upper.bracket) for lower, upper in pairwise(shown))
    for lower, upper in pairwise(shown):
        touching += _touch(lower.bracket, upper.bracket)
        fault = _fault(lower, upper, apart=apart)
        if fault is not None:
            faults.setdefault(fault[0], []).append((lower, upper, fault[1]))
    for kind, pairs in faults.items():
        if kind in (_Fault.HOLE, _Fault.OVERLAP):
            if len(shown) > 2 and not touching:
                continue
            if len(shown) == 2 and not (scale.table or all(_AMOUNT.search(one.saying) for one in shown)):
                continue
            if len(shown) == 2 and scale.table:
                continue
        yield _finding(kind, pairs, scale, manuscript, document)


def _touch(lower: _Bracket, upper: _Bracket) -> bool:
    if lower.high is None or upper.low is None:
        return False
    return lower.high == upper.low or 0 < upper.low - lower.high <= max(lower.finest, upper.finest)


_CUSTOM = ("岁", "分")
"""Units of which everybody says 60以下 and means less than 60."""


def _is_apart(lower: _Bracket, upper: _Bracket) -> bool:
    """Whether the scale counts 1—30, 31—60: then 60—90 behind it begins too early."""
    if lower.high is None or upper.low is None or not lower.plain:
        return False
    return 0 < upper.low - lower.high <= max(lower.finest, upper.finest)


def _fault(lower: _Shown, upper: _Shown, *, apart: bool) -> tuple[_Fault, Severity] | None:
    one, two = lower.bracket, upper.bracket
    if one.high is None or two.low is None:
        return None  # a ladder: 30万元以上, 50万元以上
    if one.high < two.low:
        return _hole(one, two)
    if one.high > two.low:
        return _Fault.OVERLAP, Severity.ERROR
    top, bottom = one.high_bound, two.low_bound
    if top in _OUTSIDE and bottom in _OUTSIDE:
        return _Fault.NEITHER, Severity.ERROR if top is bottom is _Bound.OUT else Severity.WARNING
    if one.marginal or two.marginal:
        return None  # at the bound both come to the same
    if top is _Bound.OPEN and one.low_bound is _Bound.IN and bottom is _Bound.OUT:
        return _Fault.NEITHER, Severity.WARNING  # 3亿元（含）至5亿元, 超过5亿元: each ends before its bound
    if top in _INSIDE and bottom in _INSIDE:
        if top is bottom is _Bound.LAW_IN and one.unit in _CUSTOM:
            return None
        if top is bottom:
            severity = {_Bound.IN: Severity.ERROR, _Bound.DEFINED_IN: Severity.WARNING}.get(top, Severity.NOTE)
            return _Fault.BOTH, severity
        if _Bound.LAW_IN not in (top, bottom):
            return _Fault.BOTH, Severity.WARNING
        return None  # 100万元（含）以下 and 100万元以上: what is meant is plain
    if one.plain and two.plain and top is bottom is _Bound.OPEN and (apart or _WHOLE.search(one.unit)):
        return _Fault.UNDECIDED, Severity.WARNING if apart else Severity.NOTE
    return None


def _hole(one: _Bracket, two: _Bracket) -> tuple[_Fault, Severity] | None:
    assert one.high is not None and two.low is not None
    gap = two.low - one.high
    finest = min(one.finest, two.finest)
    if finest < 1 and gap <= finest:
        return None  # 0—4.9, 5.0—9.9
    if gap <= 1 and not one.unit.startswith("元"):
        # 不足10人 and 11人以上 leave 10 out; 80—89分 and 90分以上 leave nothing out.
        outside = one.high_bound in _OUTSIDE or two.low_bound in _OUTSIDE
        return (_Fault.HOLE, Severity.ERROR) if outside else None
    if one.unit.startswith("元") and gap <= finest and finest < 1:
        return None
    return _Fault.HOLE, Severity.WARNING if gap <= finest else Severity.ERROR


_DIFFERENCE = re.compile(
    r"(?:高于|低于|超过|超出|优于|劣于|少于|多于|高出|低出|超)"
    r"[\u4e00-\u9fff]{0,12}(?:基数|基准|目标值?|指标|标准|均值|平均值|平均水平|同期|上年|去年|上月|限值|计划|定额|核定值|考核值|下限|上限|年度任务)$"
    r"|(?:同比|环比|较[\u4e00-\u9fff]{1,12})(?:上升|下降|增加|减少|提高|降低|改善|恶化|升高|增长)(?:率|幅度)?$"
)

_CHANGES = re.compile(r"(?:上升|下降|增加|减少|提高|降低|升高|增长|改善|恶化|高出|超出|超过|超标)(?:了|幅度|浓度|值)?$")


def _begins_late(
    scale: _Scale, shown: Sequence[_Shown], manuscript: Manuscript, document: Document
) -> Iterator[Finding]:
    """A difference from a base begins at 0: where its first bracket begins at 1, what lies below 1 is in none."""
    first = shown[0].bracket
    if scale.table or first.low is None or first.low <= 0 or first.high is None or not first.plain:
        return
    if len(shown) < 2:
        return
    # 增长10%—20%的 may well leave smaller growth without a reward; who begins at 1 forgot what is less than 1.
    if not (_DIFFERENCE.search(first.measure) or (first.low <= 1 and _CHANGES.search(first.measure))):
        return
    if _WHOLE.search(first.unit) and first.low == 1:
        return
    first_value = _figure(first.low, first.unit)
    yield Finding(
        name_of(document),
        FindingKind.BRACKET,
        Severity.WARNING,
        f"“{_short(shown[0])}”从{first_value}起算，0至{first_value}之间没有规定。",
        f"The scale begins at {first_value} (“{_short(shown[0])}”): nothing is said of what lies between 0 and it.",
        tuple(_place(one, manuscript) for one in shown[:2]),
        *_address(shown[0], scale),
    )


def _finding(
    kind: _Fault,
    pairs: Sequence[tuple[_Shown, _Shown, Severity]],
    scale: _Scale,
    manuscript: Manuscript,
    document: Document,
) -> Finding:
    chinese, english = [], []
    places: dict[Place, None] = {}
    for lower, upper, _severity in pairs[:4]:
        both = f"“{_short(lower)}”与“{_short(upper)}”"
        pair = f"“{_short(lower)}” and “{_short(upper)}”"
        low, high = lower.bracket.high, upper.bracket.low
        assert low is not None and high is not None
        one, two = _figure(low, lower.bracket.unit), _figure(high, upper.bracket.unit)
        if kind is _Fault.HOLE:
            chinese.append(f"{both}之间，{one}至{two}没有规定")
            english.append(f"between {pair} nothing covers {one} to {two}")
        elif kind is _Fault.OVERLAP:
            chinese.append(f"{both}重叠，{two}至{one}同属两档")
            english.append(f"{pair} overlap: {two} to {one} is in both")
        elif kind is _Fault.BOTH:
            chinese.append(f"{both}都包括{one}")
            english.append(f"{pair} both include {one}")
        elif kind is _Fault.NEITHER:
            chinese.append(f"{both}都不包括{one}")
            english.append(f"neither {pair} includes {one}")
        else:
            chinese.append(f"{both}相接，{one}属于哪一档没有说明")
            english.append(f"{pair} meet, and nothing says which one {one} belongs to")
        # In reading order the later one is where the scale goes wrong.
        for each in (lower, upper) if scale.rising is False else (upper, lower):
            places.setdefault(_place(each, manuscript))
    severity = min((pair[2] for pair in pairs), key=list(Severity).index)
    last = pairs[0][0] if scale.rising is False else pairs[0][1]
    message_en = "; ".join(english)
    return Finding(
        name_of(document),
        FindingKind.BRACKET,
        severity,
        "；".join(chinese) + "。",
        message_en[0].upper() + message_en[1:] + ".",
        tuple(places),
        *_address(last, scale),
    )


def _address(shown: _Shown, scale: _Scale) -> tuple[str, str]:
    return (shown.clause.locator, shown.clause.eid) if shown.clause else (scale.locator, scale.eid)


def _short(shown: _Shown) -> str:
    words = re.sub(r"\s", "", shown.bracket.words)
    return words if len(words) <= 30 else words[:29] + "…"


def _figure(value: Decimal, unit: str) -> str:
    for factor, name in ((10**8, "亿"), (10**4, "万")):
        if unit.startswith(("元", "人", "吨")) and value and value % (factor // 10) == 0 and value >= factor:
            return f"{(value / factor).normalize():f}{name}{unit}"
    return f"{value.normalize():f}{unit}"


def _place(shown: _Shown, manuscript: Manuscript) -> Place:
    clause = shown.clause
    if clause is None:
        return Place(shown.line or 1, shortened(shown.quote))
    words = shown.quote
    if shown.bracket.words in clause.text[shown.start : shown.start + len(shown.bracket.words) + 2]:
        line = manuscript.line_of(clause, shown.start, shown.start + len(shown.bracket.words))
    else:
        line = clause.line  # it stands in the heading
    return Place(line, shortened(words))
