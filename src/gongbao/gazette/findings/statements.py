"""Totals stated in words: a heading that counts its list, a lead-in that counts what follows, a sentence whose parts
do not make its whole, shares that do not make a hundred.

其中 does not say that all parts follow. That they do is taken from what else is said: an amount whose parts do add
up beside a count whose parts do not, classes that leave no third (男 and 女), a part called the rest, a bracket that
holds nothing but parts. Parts that come to more than the whole are told without that.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongbao.gazette.findings.columns import amounts_in, counts_in
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.findings.quantities import (
    PEOPLE,
    THINGS,
    Figure,
    base_of,
    decimals_of,
    figures_in,
    han_number,
    plain,
    total_of,
)
from gongbao.gazette.model import Clause, Document
from gongbao.gazette.tables import Table

_ENTRY_LENGTH = 60
_WHOLE_LENGTH = 300  # characters before 其中 within which the whole is stated
_PARTS_LENGTH = 1500
_INLINE_LENGTH = 5000
_MANY_MARKS = 12  # 一是, 二是: longer lists are not written so
_COUNTED = THINGS | PEOPLE
_BRACKET = re.compile(r"[（(](?P<said>[^（）()]{1,40})[)）]\s*[:：]?$")
_FILLER = re.compile(r"[共计合总额数投奖励金资补助发企业单位集体个人名项目学校人员万元，、；。:：\s]*")
_TOGETHER = re.compile(r"共(?:计|有|评选|表彰|奖励|认定)?$")
_NO_ENTRY = re.compile(r"^(?:备?注|说明|附件|附表|联系|（此件|主送|抄送)|[。！？]|[:：]$")
_LEAD_IN = re.compile(
    r"(?:下列|以下|如下|下述)(?P<number>\d{1,2}|[一二三四五六七八九十两]{1,3})"
    r"(?P<unit>个|家|名|项|条|种|类|点|件|款|所|处|人|位|大|方面|步|情形)"
)
# 二类家庭： is a name, so something stands before the number.
_ANNOUNCED = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})(?<![第每各少于过前后中级上多之零百千一二三四五六七八九十])(?P<number>\d{1,2}|[一二三四五六七八九十两]{1,3})"
    r"(?P<unit>个方面|大|项|条|点|种|类|个步骤|个阶段|个环节|种情形)(?P<what>[^，。；：、（）\d]{0,10})[:：]$"
)
# 更新设备四类：一是, where the first of the list follows directly.
_DIRECTLY = re.compile(
    r"(?<![第每几上多之零百千一二三四五六七八九十\d])(?P<number>\d{1,2}|[一二三四五六七八九十两]{1,3})"
    r"(?P<unit>大?类|个方面|方面|项|种|条|点|个步骤|个阶段|个环节|件|个|大)[^，。；：、（）\d]{0,10}(?=[：:]\s*(?:一是|[（(][1一][)）]))"
)
# 重点抓好五项工作。 before numbered clauses.
_TO_DO = re.compile(
    r"(?:抓好|做好|实施|开展|落实|推进|完成|聚焦|突出)(?:以下|下列)?(?P<number>\d{1,2}|[一二三四五六七八九十两]{1,3})"
    r"(?P<unit>个方面|项|大)(?:重点)?(?:工作|任务|措施|行动|工程|举措)。$"
)
_INLINE = (
    re.compile(r"([一二三四五六七八九十])是"),
    re.compile(r"[（(](\d{1,2}|[一二三四五六七八九十]{1,2})[)）]"),
    re.compile(r"(?<![\d.])(\d{1,2})[.．、](?!\d)"),
)
_SAME_ENDINGS = ("县区市", "镇乡村", "局委办", "院校园", "厂司社", "站所", "库河湖", "路", "山")
_MEMBERS = re.compile(r"[^，。；：、（）“”《》\n]{2,20}")
_OVERLAPPING = re.compile(
    r"女|党员|少数民族|残疾|大专|本科|硕士|博士|研究生|高级|中级|初级|职称|岁|护理|国家级|省级|市级|A级|获|已|新增|重点|贫困|低保|骨干|示范|规上|规模以上"
)
# Stages of one thing, of which a later one is among the earlier.
_STAGES = re.compile(
    r"已|完成|累计|到位|拨付|支出|申请|争取|立案|办结|移送|整改|销号|通过|合格|达标|建成|开工|投产|发放|受理|查处|签约|落地|参加|新增"
)
_YEARS = re.compile(r"20\d\d年|年度|今年|当年")
_REST = re.compile(r"其余|其他|其它|剩余|余下|自筹|另外")
_CLASSES: tuple[tuple[str, ...], ...] = (
    ("男", "女"),
    ("城镇|城市|市区|城区", "农村|乡村|乡镇"),
    ("第一产业|一产", "第二产业|二产", "第三产业|三产"),
    ("特等", "一等", "二等", "三等"),
    ("一等", "二等", "三等"),
    ("一等", "二等", "三等", "优秀|鼓励"),
    ("新建|新开工", "续建|结转"),
    ("新建", "改扩建|改建|扩建|改造"),
    ("新建", "改建", "扩建"),
    ("新建", "续建", "储备|前期|谋划"),
    ("公办|公立", "民办|私立"),
    ("上半年", "下半年"),
    ("一季度", "二季度", "三季度", "四季度"),
    ("线上", "线下"),
    ("室内", "室外"),
    ("地上", "地下"),
    ("优秀", "合格", "不合格"),
    ("优秀", "良好", "合格", "不合格"),
    ("一期", "二期"),
    ("一期", "二期", "三期"),
    ("中央|上级", "地方|本级"),
    ("进口", "出口"),
)
_CLASS_PATTERNS = tuple(tuple(re.compile(each) for each in classes) for classes in _CLASSES)
_NO_PART = re.compile(r"(?:每|各|同比|增长|增加|下降|比上年|较|占|提高|不足|人均|户均|(?<!下)达到?)[^，、；]{0,6}$")
_SHARES = re.compile(
    r"权重|分别占|各占|占总(?:成绩|分|评)|占比分别|比例分别|按.{0,12}比例(?:构成|计入|分担|承担|分配|安排|分成)|分值分别|所占比重分别"
    r"|(?:合计|总计|共计)(?:为|是)?100[%％]"
)
_HUNDRED = re.compile(r"(?:合计|总计|共计)(?:为|是)?\s*$")
_ALL_SHARES = re.compile(r"权重|占总(?:成绩|分|评)|构成|组成")
_FULL_MARKS = re.compile(
    r"(?:满分|总分|总分值|总计|合计|共计)(?:值)?(?:为|是|共|计)?\s*(?P<value>\d{2,4})\s*分(?![之类为别布管配])"
)
_HUNDRED_MARKS = re.compile("百分制")
_EXTRA_MARKS = re.compile("加分|附加|扣分|扣减|另加|奖励分|以上|以下|得分|不低于|达到|及格|合格|优秀")
# Limits of time stand beside each other and make no sum.
_NO_WHOLE = frozenset(
    ["%", "‰", "个百分点", "分", "次", "大", "点", "个工作日", "个自然日", "工作日", "个月", "个小时"]
)
_CONJUNCTION = re.compile(r"(?<=[元家个项人名位所处件条户座公里亩吨%])(?:和|及|以及|与)")


_QUARTERS = re.compile(r"(?<![前\d一二三四])第?([一二三四1-4])季度")
_HALVES = re.compile(r"(?<!前)([上下])半年")
_QUARTER_ORDER = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4, "上": 1, "下": 2}
_CUMULATED = re.compile("累计|达到|前|不低于|不少于|以上|超过|同比|增长|至")
_YEARLY = re.compile("全年|年度|年|共|总|计划|目标")
_CLASSES_FOLLOW = re.compile(
    r"(?<![第每零百千一二三四五六七八九十\d])(?P<number>\d{1,2}|[一二三四五六七八九十两]{1,3})"
    r"(?:个部分|部分|大类|类|种|档|批|期|个|家|大)[^，。；：、（）\d]{0,10}[：:]"
)


def statements_in(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """The totals stated in the words of a document that do not add up."""
    lists = Lists(manuscript, document)
    for stated in lists.stated:
        yield from lists.against(stated)
    for clause in document.walk():
        yield from _in_words(manuscript, document, clause)


# --- lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of a list: the heading of a clause (start -1), or a line of its text. `path` are the places of the
    clauses it stands in, from the outermost."""

    clause: Clause
    start: int
    words: str
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """A line that counts what follows it: the figures, and the lines and clauses that it counts.

    `announced` says that the line ends in a colon and says 下列 or what comes to it, so that long clauses count too.
    """

    at: int
    part: int
    line: ListLine
    figures: tuple[Figure, ...]
    entries: tuple[ListLine, ...]
    numbered: tuple[Clause, ...]
    announced: bool


class Lists:
    """The lists of a document that are counted by a heading or a lead-in."""

    def __init__(self, manuscript: Manuscript, document: Document) -> None:
        self.manuscript = manuscript
        self.document = document
        self.tables: dict[str, list[Table]] = {}
        for table in manuscript.tables(document):
            self.tables.setdefault(table.eid, []).append(table)
        self.stated: list[Stated] = []
        self._counted: dict[int, list[Decimal]] = {}
        before = 0
        for number, part in enumerate(document.parts):
            before += self._part(part.clauses, number, before)

    def _part(self, clauses: Sequence[Clause], number: int, before: int) -> int:
        lines: list[ListLine] = []
        _flat(clauses, (), lines)
        figures = [_stated_by(line) for line in lines]
        # Where the clause that a line stands in ends: the first line whose path does not begin with its.
        ends = _ends(lines)
        siblings = _siblings(clauses)
        for at, (line, said) in enumerate(zip(lines, figures, strict=True)):
            found, announced = said
            if not found:
                continue
            clause = line.clause
            numbered: list[Clause] = []
            if clause.number or clause.heading or clause.children:
                end = ends[at]
                numbered = [child for child in clause.children if child.number]
                if not clause.children and announced and not clause.number:
                    end = at + 1
            else:
                end = at + 1
                while end < len(lines) and not lines[end].clause.number and not figures[end][0]:
                    end += 1
                if end == at + 1:
                    numbered = _numbered_behind(siblings.get(id(clause), ((), 0)))
            entries = lines[at + 1 : end]
            if announced and not numbered and not clause.children and line.start >= 0 and not entries:
                numbered = _numbered_behind(siblings.get(id(clause), ((), 0)))
            self.stated.append(
                Stated(before + at, number, line, tuple(found), tuple(entries), tuple(numbered), announced)
            )
        return len(lines)

    def counts(self, stated: Stated) -> list[Decimal]:
        """In how many ways what follows may be counted; nothing where it is no list."""
        out: list[Decimal] = []
        if stated.numbered:
            if not stated.announced and not all(_is_short(clause) for clause in stated.numbered):
                return []
            if len(stated.numbered) > 1 or stated.announced:
                out.append(Decimal(len(stated.numbered)))
                if (last := _ordinal(stated.numbered[-1].number)) is not None:
                    out.append(Decimal(last))
                # Numbers may be those of classes, and what is counted the lines below them.
                if any(clause.children for clause in stated.numbered):
                    headings = {id(clause) for clause in stated.numbered}
                    out.append(Decimal(sum(id(line.clause) not in headings for line in stated.entries)))
                elif any("\n" in clause.text for clause in stated.numbered):
                    out.append(Decimal(len(stated.entries) - len(stated.numbered)))
        tables = self._tables(stated)
        if stated.line.start >= 0 and any(table.title == stated.line.words for table in tables):
            return []  # a caption, which is held against its table with the figures of the text
        for table in tables:
            if id(table) not in self._counted:
                self._counted[id(table)] = counts_in(table)
            out += self._counted[id(table)]
        if tables:
            out.append(Decimal(sum(len(table.rows) for table in tables)))
        elif not stated.numbered:
            out += lines_counted(stated.entries)
        return out

    def amounts(self, stated: Stated, unit: str) -> list[Decimal]:
        """What the amounts in the entries come to: in brackets at their end, or in the columns of a table."""
        tables = self._tables(stated)
        if tables:
            return [value for table in tables for value in amounts_in(table, unit)]
        found = amount_of_entries(stated.entries, unit)
        return [] if found is None else [found]

    def _tables(self, stated: Stated) -> list[Table]:
        eids = dict.fromkeys(line.clause.eid for line in (stated.line, *stated.entries) if "\t" in line.clause.text)
        first = stated.line.clause.line
        return [table for eid in eids for table in self.tables.get(eid, []) if table.rows and (table.line >= first)]

    def against(self, stated: Stated) -> Iterator[Finding]:
        for figure in stated.figures:
            if figure.unit.endswith("元") or figure.base == "":
                found = self.amounts(stated, figure.unit)
                what, what_en = f"所列金额相加为{{}}{figure.unit}", "the amounts listed add up to {}"
            else:
                found = self.counts(stated)
                inner = [each for other in self._inner(stated) for each in other.figures if each.unit == figure.unit]
                if inner:
                    found.append(total_of([each.value for each in inner]))
                what, what_en = "其下所列为{}", "{} are listed"
            if not found or figure.value in found:
                continue
            shown = plain(found[0])
            quote = stated.line.clause.number + stated.line.words if stated.line.start < 0 else stated.line.words
            places = [Place(self._line(stated.line), shortened(quote))]
            if stated.numbered:
                places.append(Place(stated.numbered[-1].line, shortened(stated.numbered[-1].own_words())))
            elif stated.entries and "\t" not in stated.entries[-1].words:
                places.append(Place(self._line(stated.entries[-1]), shortened(stated.entries[-1].words)))
            yield Finding(
                name_of(self.document),
                FindingKind.SUM,
                Severity.ERROR,
                f"“{shortened(stated.line.words)[-40:]}”称{figure.words}，{what.format(shown)}。",
                f"The words say {figure.words}, but {what_en.format(shown)}.",
                tuple(places),
                stated.line.clause.locator,
                stated.line.clause.eid,
            )

    def _inner(self, stated: Stated) -> list[Stated]:
        first = bisect_right(self.stated, stated.at, key=lambda other: other.at)
        end = bisect_right(self.stated, stated.at + len(stated.entries), key=lambda other: other.at)
        return [other for other in self.stated[first:end] if other.part == stated.part]

    def _line(self, line: ListLine) -> int:
        if line.start < 0:
            return line.clause.line
        return self.manuscript.line_of(line.clause, line.start, line.start + min(len(line.words), 40))


def list_lines(clauses: Sequence[Clause]) -> list[ListLine]:
    """The lines of clauses with their headings, in reading order."""
    out: list[ListLine] = []
    _flat(clauses, (), out)
    return out


def _flat(clauses: Sequence[Clause], path: tuple[int, ...], out: list[ListLine]) -> None:
    for clause in clauses:
        here = (*path, id(clause))
        if clause.heading:
            out.append(ListLine(clause, -1, clause.heading, here))
        at = 0
        for words in clause.text.split("\n"):
            if words.strip():
                out.append(ListLine(clause, at, words.strip(" "), here))
            at += len(words) + 1
        if not clause.heading and not clause.text.strip() and clause.number:
            out.append(ListLine(clause, -1, "", here))
        _flat(clause.children, here, out)


def _ends(lines: Sequence[ListLine]) -> list[int]:
    """For each line the place behind the last line of its clause."""
    last: dict[int, int] = {}
    for at, line in enumerate(lines):
        for each in line.path:
            last[each] = at + 1
    return [last[id(line.clause)] for line in lines]


def _siblings(clauses: Sequence[Clause]) -> dict[int, tuple[Sequence[Clause], int]]:
    out: dict[int, tuple[Sequence[Clause], int]] = {}
    waiting = [clauses]
    while waiting:
        level = waiting.pop()
        for at, clause in enumerate(level):
            out[id(clause)] = (level, at)
            if clause.children:
                waiting.append(clause.children)
    return out


def _numbered_behind(place: tuple[Sequence[Clause], int]) -> list[Clause]:
    level, at = place
    out: list[Clause] = []
    for clause in level[at + 1 : at + 60]:
        if not clause.number or (out and clause.kind is not out[0].kind):
            break
        out.append(clause)
    return out


def _stated_by(line: ListLine) -> tuple[list[Figure], bool]:
    """The figures by which a line counts what follows, and whether it says that a list follows."""
    words = line.words
    if "\t" in words or not re.search(r"[\d一二三四五六七八九十两]", words):
        return [], False
    if words.endswith(("：", ":")):
        last = re.split("[。；]", words[:-1])[-1] + "："
        found = _LEAD_IN.search(last) or _ANNOUNCED.search(last)
        if found is not None and not re.search("之一|任何|其中[一两二]|以下[为是]", last):
            number = int(found["number"]) if found["number"].isdecimal() else han_number(found["number"])
            if number is not None and number > 1:
                return [Figure(found.start("number"), found.end("unit"), Decimal(number), found["unit"], True)], True
    if len(words) <= _ENTRY_LENGTH and (found := _TO_DO.search(words)):
        number = int(found["number"]) if found["number"].isdecimal() else han_number(found["number"])
        if number is not None and number > 1:
            return [Figure(found.start("number"), found.end("unit"), Decimal(number), found["unit"], True)], True
    if len(words) > _ENTRY_LENGTH or re.search("[。；]", words[:-1]):
        return [], False
    bracket = _BRACKET.search(words)
    if bracket is not None:
        said = bracket["said"]
        figures = figures_in(said)
        rest = "".join(
            said[end:start]
            for end, start in zip([0, *(f.end for f in figures)], [*(f.start for f in figures), len(said)], strict=True)
        )
        if figures and _FILLER.fullmatch(rest) and all(f.exact for f in figures):
            kept = [f for f in figures if f.unit in _COUNTED or f.unit.endswith("元")]
            # （10万元） alone is the amount of an entry, not what a list comes to.
            if any(f.unit in _COUNTED for f in kept) or (kept and line.start < 0):
                return kept, False
    if line.start < 0 or line.clause.children:
        figures = [
            f
            for f in figures_in(words)
            if f.exact and (f.unit in _COUNTED or f.unit.endswith("元")) and _TOGETHER.search(words[: f.start])
        ]
        return figures, False
    return [], False


def _is_short(clause: Clause) -> bool:
    words = clause.heading + clause.text
    return 1 < len(words) <= _ENTRY_LENGTH and not re.search("[。；：！？]", words)


def _ordinal(number: str) -> int | None:
    found = re.search(r"\d{1,3}|[一二三四五六七八九十]{1,3}", number)
    if found is None:
        return None
    return int(found[0]) if found[0].isdecimal() else han_number(found[0])


def lines_counted(entries: Sequence[ListLine]) -> list[Decimal]:
    """Lines as entries of a list; [] where they are prose. Names on one line count by what stands between them."""
    words = [line.words for line in entries]
    while words and re.match(r"(?:备?注|说明)\s*[:：]|（此件", words[-1]):
        words.pop()
    listed = [each for each in words if each]
    if len(listed) < 2 or any(len(each) > _ENTRY_LENGTH or _NO_ENTRY.search(each) or "\t" in each for each in listed):
        if len(listed) == 1 and not re.search("[。；：]", listed[0].rstrip("。")) and listed[0].count("、") > 1:
            return [Decimal(1 + listed[0].count("、"))]
        return []
    gaps = sum(len(re.findall(r"\s+", each)) for each in listed)
    if 2 * gaps >= 3 * len(listed):
        return []  # several names on a line, with gaps that cannot be told from those within names
    out = [Decimal(len(listed))]
    commas = sum(each.count("、") for each in listed)
    if commas:
        out.append(Decimal(len(listed) + commas))
        if commas >= len(listed):
            out.reverse()
    return out


def amount_of_entries(entries: Sequence[ListLine], unit: str) -> Decimal | None:
    """The sum of the amounts in brackets at the end of the lines, in the unit; None unless every entry has one."""
    total = Decimal()
    count = 0
    for line in entries:
        found = _BRACKET.search(line.words)
        figures = figures_in(found["said"]) if found else []
        if len(figures) != 1 or not (figures[0].base == "元" or figures[0].unit in ("万", "亿")):
            if not found and not line.words:
                continue
            if _stated_by(line)[0] or (line.start < 0 and line.clause.children):
                continue  # a heading within the list
            return None
        total += figures[0].amount
        count += 1
    return total.scaleb(-base_of(unit)[1]).normalize() if count > 1 else None


# --- sentences --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """What is wrong with text[start:end]."""

    start: int
    end: int
    severity: Severity
    message: str
    message_en: str


def _in_words(manuscript: Manuscript, document: Document, clause: Clause) -> Iterator[Finding]:
    at = 0
    for words in clause.text.split("\n"):
        if "\t" not in words and re.search(r"[\d一二三四五六七八九十]", words):
            told: list[_Said] = []
            for look in (_whole_and_parts, _shares, _inline_lists, _members, _quarters, _counted_classes):
                for said in look(words):
                    if any(said.start < other.end and other.start < said.end for other in told[-8:]):
                        continue
                    told.append(said)
                    place = manuscript.place(clause, at + said.start, at + said.end)
                    yield Finding(
                        name_of(document),
                        FindingKind.SUM,
                        said.severity,
                        said.message,
                        said.message_en,
                        (place,),
                        clause.locator,
                        clause.eid,
                    )
        at += len(words) + 1


def _whole_and_parts(text: str) -> Iterator[_Said]:
    for whole, whole_at, parts, parts_at, among in _divisions(text):
        yield from _compare(text, whole, whole_at, parts, parts_at, among)


def _divisions(text: str) -> Iterator[tuple[str, int, str, int, bool]]:
    """Words that may state a whole, words that may state its parts, their places, and whether 其中 stands between."""
    for found in re.finditer("其中[，：:]?", text):
        begin = max(0, found.start() - _WHOLE_LENGTH)
        before = text[begin : found.start()]
        stripped = before.rstrip("，。；（( ")
        head = re.split("[。；]", stripped)[-1]
        tail = re.match(r"[^。\n]*", text[found.end() : found.end() + _PARTS_LENGTH])
        region = tail[0] if tail else ""
        if before.endswith(("（", "(")):
            region = re.split("[）)]", _without_brackets(region))[0]
        yield head, begin + len(stripped) - len(head), region, found.end(), True
    for bracket in re.finditer(r"[（(](?P<inside>[^（）()]{6,200})[)）]", text):
        inside = bracket["inside"]
        if "其中" in inside or not re.search(r"\d", inside):
            continue
        head = re.split("[，。；、]", text[max(0, bracket.start() - _WHOLE_LENGTH) : bracket.start()])[-1]
        yield head, bracket.start() - len(head), inside, bracket.start("inside"), False
    for made in re.finditer(r"由(?P<inside>[^。；由]{6,200}?)(?:组成|构成)", text):
        before = text[max(0, made.start() - _WHOLE_LENGTH) : made.start()]
        head = re.split("[。；]", before.rstrip("，"))[-1]
        behind = len(before) - len(before.rstrip("，"))
        yield head, made.start() - behind - len(head), made["inside"], made.start("inside"), False
    for colon in re.finditer("[：:](?!.{0,6}其中)", text):
        head = re.split("[。；：]", text[max(0, colon.start() - _WHOLE_LENGTH) : colon.start()])[-1]
        if "其中" in head or not re.search(r"(?:共|合计|总计|总投资|总额|总数|分别(?:是|为))", head):
            continue
        tail = re.match(r"[^。：:\n]*", text[colon.end() : colon.end() + _PARTS_LENGTH])
        yield head, colon.start() - len(head), tail[0] if tail else "", colon.end(), False


def _without_brackets(words: str) -> str:
    """Words in brackets as spaces, so that places stay."""
    return re.sub(r"[（(][^（）()]*[)）]", lambda found: " " * len(found[0]), words)


@dataclass(frozen=True, slots=True)
class _Piece:
    label: str
    figure: Figure


def _compare(text: str, whole: str, whole_at: int, parts: str, parts_at: int, among: bool) -> Iterator[_Said]:
    region = _without_brackets(parts).partition("其中")[0]
    region = _CONJUNCTION.sub(lambda found: "、" + " " * (len(found[0]) - 1), region)
    wholes: dict[str, list[Figure]] = {}
    for figure in figures_in(whole):
        if _is_total(whole, figure):
            wholes.setdefault(figure.base, []).append(figure)
    results: list[tuple[Figure, list[_Piece], bool]] = []
    for base, figures in wholes.items():
        figure = figures[-1]
        if len(figures) > 1 and re.search("[，、；]", whole[figure.end :]):
            continue
        pieces, complete = _pieces(region, base)
        if len(pieces) < 2 or not figure.exact:
            continue
        results.append((figure, pieces, complete))
    for figure, pieces, complete in results:
        summed = total_of([piece.figure.amount for piece in pieces])
        if summed == figure.amount or not all(piece.figure.exact for piece in pieces):
            continue
        if abs(summed - figure.amount) <= _rounding(figure, pieces):
            continue
        # The same parts counted otherwise, or paid, that do add up: these are all the parts.
        twin = any(
            other is not figure
            and len(others) == len(pieces)
            and total_of([piece.figure.amount for piece in others]) == other.amount
            for other, others, _ in results
        )
        if among and not twin and _has_sibling(whole, figure, pieces):
            continue
        labels = [piece.label for piece in pieces]
        if not (twin or _is_division(labels, figure, summed, among, complete)):
            continue
        scale = base_of(figure.unit)[1]
        shown = plain(summed.scaleb(-scale))
        words = "、".join(piece.figure.words for piece in pieces[:8]) + ("等" if len(pieces) > 8 else "")
        start = whole_at + figure.start
        yield _Said(
            max(whole_at, start - 12),
            max(start + 2, min(len(text), parts_at + pieces[-1].figure.end)),
            Severity.ERROR if twin or summed > figure.amount else Severity.WARNING,
            f"总数为{figure.words}，各部分（{words}）相加为{shown}{figure.unit}。",
            f"The total is {figure.words}, but its parts add up to {shown}{figure.unit}.",
        )


def _has_sibling(whole: str, figure: Figure, pieces: Sequence[_Piece]) -> bool:
    """甲类40家，其中小型20家，乙类60家: whether one of what follows is no part, but stands beside the whole.

    It is larger than the whole is, or is called as the whole is while the first part is not.
    """
    if pieces[0].figure.amount >= figure.amount:
        return False
    if any(piece.figure.amount > figure.amount for piece in pieces[1:]):
        return True
    named = re.search(r"([\u4e00-\u9fff]{2})[共有计为]*$", re.split("[，、；]", whole[: figure.start])[-1])
    if named is None or named[1] in pieces[0].label:
        return False
    return any(re.search(f"{named[1]}[共有计为]* ", piece.label) for piece in pieces[1:])


def _is_total(whole: str, figure: Figure) -> bool:
    before = whole[max(0, figure.start - 14) : figure.start]
    return not _NO_PART.search(before) and figure.unit not in _NO_WHOLE


def _rounding(figure: Figure, pieces: Sequence[_Piece]) -> Decimal:
    """How far figures with decimals may miss each other when each was rounded."""
    if not any(decimals_of(each.value) for each in (figure, *(piece.figure for piece in pieces))):
        return Decimal()
    if figure.unit in ("元", "万元") and not decimals_of(figure.value):
        return Decimal()
    places = min(decimals_of(each.value) for each in (figure, *(piece.figure for piece in pieces)))
    return Decimal(1).scaleb(base_of(figure.unit)[1] - places)


def _pieces(region: str, base: str) -> tuple[list[_Piece], bool]:
    """The parts counted in the base unit, and whether the words hold nothing else."""
    for separator in "；，、":
        if separator == "、":
            region = re.split("[，；]", region.lstrip("，； "))[0]
        if separator in region and (found := _split(region, separator, base)) is not None and len(found[0]) > 1:
            return found
    return [], False


def _split(region: str, separator: str, base: str) -> tuple[list[_Piece], bool] | None:
    """The parts between separators; None where one of them has two figures in the base unit."""
    out: list[_Piece] = []
    complete = True
    start = 0
    for segment in region.split(separator):
        found = [figure for figure in figures_in(segment) if figure.base == base]
        if len(found) > 1 and separator != "；":
            return None
        if not found:
            complete = complete and not segment.strip()
        else:
            figure = found[0]
            label = segment[: figure.start] + " " + segment[figure.end :]
            if _NO_PART.search(segment[: figure.start]) or not re.search(r"[\u4e00-\u9fffA-Za-z]", label):
                complete = False
            else:
                moved = Figure(start + figure.start, start + figure.end, figure.value, figure.unit, figure.exact)
                out.append(_Piece(label, moved))
        start += len(segment) + 1
    return out, complete


def _is_division(labels: Sequence[str], figure: Figure, summed: Decimal, among: bool, complete: bool) -> bool:
    """Whether the parts are all there are, or come to more than there is."""
    ample = 4 * summed >= 3 * figure.amount
    for classes in _CLASS_PATTERNS:
        if len(classes) == len(labels) and all(
            sum(bool(one.search(label)) for label in labels) == 1 for one in classes
        ):
            return ample
    if any(_REST.search(label) for label in labels):
        return ample
    if any(_STAGES.search(label) for label in labels):
        return False
    if any(_OVERLAPPING.search(label) for label in labels) and figure.base != "元":
        return False
    if summed < figure.amount and any("等" in label or _YEARS.search(label) for label in labels):
        return False
    if not among:
        return complete and figure.amount <= 2 * summed <= 4 * figure.amount
    return summed > figure.amount and complete


def _shares(text: str) -> Iterator[_Said]:
    """权重分别为30%、40%、40%; 满分100分，其中A 50分、B 40分."""
    at = 0
    for sentence in re.split("(?<=。)", text):
        words = _without_brackets(sentence)
        if (shares := _SHARES.search(words)) and "%" in words.replace("％", "%"):
            behind = words[max(0, shares.start() - 60) :] if "分别" not in shares[0] else words[shares.start() :]
            behind = re.split("；", behind)[0]
            if shares[0].startswith(("合计", "总计", "共计")):
                behind = re.split("[；：:]", words[: shares.start()])[-1]
            figures = [f for f in figures_in(behind) if f.unit == "%" and not _HUNDRED.search(behind[: f.start])]
            if len(figures) > 1 and all(f.exact for f in figures):
                summed = total_of([f.value for f in figures])
                slack = Decimal("0.2") if any(decimals_of(f.value) for f in figures) else Decimal()
                # Of those who bear a cost, or have a share, not all need be named.
                least = 75 if _ALL_SHARES.search(words) else 100
                if summed != 100 and abs(summed - 100) > slack and least <= summed <= 130:
                    first = words.find(behind) + figures[0].start
                    last = words.find(behind) + figures[-1].end
                    listed = "、".join(f.words for f in figures)
                    yield _Said(
                        at + first,
                        at + last,
                        Severity.WARNING,
                        f"各部分占比{listed}，相加为{plain(summed)}%，不是100%。",
                        f"The shares add up to {plain(summed)}% and not to 100%.",
                    )
        yield from _marks_of(words, at)
        at += len(sentence)


def _marks_of(words: str, at: int) -> Iterator[_Said]:
    """The marks of a sentence against the full marks that it states, before them or behind."""
    fulls = list(_FULL_MARKS.finditer(words))
    values = {Decimal(full["value"]) for full in fulls}
    if not fulls and _HUNDRED_MARKS.search(words):
        values = {Decimal(100)}
    inner = list(re.finditer("其中", words))
    if len(values) != 1 or len(inner) > 1 or _EXTRA_MARKS.search(words) or re.search("每|各(?!项)|分别?计", words):
        return
    value = values.pop()
    figures = [
        f
        for f in figures_in(words)
        if f.unit == "分" and not any(full.start() <= f.start < full.end() for full in fulls)
    ]
    # 其中 opens the parts: a figure before it is one of another kind.
    if any(f.start < inner[0].start() for f in figures) if inner else False:
        return
    summed = total_of([f.value for f in figures])
    if len(figures) < 2 or not all(f.exact for f in figures) or summed == value:
        return
    if not value <= 2 * summed <= 3 * value:
        return
    if not fulls and summed < value and not re.search("由|分为|包括|其中|构成|组成", words):
        return
    first = min([figures[0].start, *(full.start() for full in fulls)])
    yield _Said(
        at + first,
        at + max([figures[-1].end, *(full.end() for full in fulls)]),
        Severity.WARNING,
        f"总分为{plain(value)}分，各项分值相加为{plain(summed)}分。",
        f"Full marks are {plain(value)}, but the marks listed add up to {plain(summed)}.",
    )


def _inline_lists(text: str) -> Iterator[_Said]:
    """抓好以下三项工作：一是…；二是… and 下列四家企业：A、B、C。"""
    for found in sorted([*_LEAD_IN.finditer(text), *_DIRECTLY.finditer(text)], key=lambda each: each.start()):
        behind = re.match(r"[^，。；：]{0,20}[：:。]", text[found.end() :])
        number = int(found["number"]) if found["number"].isdecimal() else han_number(found["number"])
        if behind is None or number is None or number < 2:
            continue
        start = found.end() + behind.end()
        rest = text[start : start + _INLINE_LENGTH]
        if not rest.strip():
            continue
        counted = _marks(rest)
        if counted is None and behind[0][-1] in "：:":
            sentence = re.split("。", rest)[0]
            counted = _enumerated(sentence, number)
        if counted is None or counted == number:
            continue
        if found.re is _DIRECTLY and (number > _MANY_MARKS or counted < 2):
            continue
        yield _Said(
            found.start(),
            start + min(len(rest), 30),
            Severity.ERROR,
            f"称“{found[0]}”，其后所列为{counted}。",
            f"The words announce {number}, but {counted} follow.",
        )


def _marks(rest: str) -> int | None:
    """How many 一是, 二是 or （1）, （2） follow, where the first stands at the beginning."""
    for pattern in _INLINE:
        expected = 1
        for found in pattern.finditer(rest):
            value = int(found[1]) if found[1].isdecimal() else han_number(found[1])
            if expected == 1 and found.start() > 3:
                break
            if value == expected:
                expected += 1
        if expected > 2:
            return expected - 1
    return None


def _enumerated(sentence: str, number: int) -> int | None:
    """How many names stand between 、; None where they cannot be told. A final 和 may join two or be of a name."""
    words = _without_brackets(sentence).strip()
    if re.search("[，：；]|等", words) or words.count("、") < 1:
        return None
    items = words.split("、")
    if any(not item.strip() or len(item) > 30 for item in items):
        return None
    count = len(items)
    joined = re.search("和|及|与", items[-1])
    if joined and number in (count, count + 1):
        return number
    return count + 1 if joined else count


def _quarters(text: str) -> Iterator[_Said]:
    """全年新建200个，一季度建成40个，二季度建成50个…: a year and its quarters or halves."""
    at = 0
    for sentence in re.split("(?<=。)", text):
        if "季度" in sentence or "半年" in sentence:
            yield from _of_the_year(_without_brackets(sentence), at)
        at += len(sentence)


def _of_the_year(words: str, at: int) -> Iterator[_Said]:
    for labels in (_QUARTERS, _HALVES):
        found = list(labels.finditer(words))
        if [_QUARTER_ORDER[each[1]] for each in found] != list(range(1, (5 if labels is _QUARTERS else 3))):
            continue
        head, region = words[: found[0].start()], words[found[0].start() :]
        if _CUMULATED.search(region):
            continue
        wholes = figures_in(head)
        if not wholes or not wholes[-1].exact or not _YEARLY.search(head):
            continue
        whole = wholes[-1]
        ends = [*(each.start() for each in found[1:]), len(words)]
        parts = [
            [f for f in figures_in(words[each.start() : end]) if f.base == whole.base and f.exact]
            for each, end in zip(found, ends, strict=True)
        ]
        if whole.unit in _NO_WHOLE or any(len(each) != 1 for each in parts):
            continue
        amounts = [each[0].amount for each in parts]
        summed = total_of(amounts)
        step = Decimal(1).scaleb(base_of(whole.unit)[1] - decimals_of(whole.value)) if "万" in whole.unit else Decimal()
        rising = amounts == sorted(amounts) and amounts[-1] == whole.amount
        if summed == whole.amount or rising or 2 * abs(summed - whole.amount) < step:
            continue
        if not whole.amount <= 2 * summed <= 4 * whole.amount:
            continue
        listed = "、".join(each[0].words for each in parts)
        shown = plain(summed.scaleb(-base_of(whole.unit)[1]))
        yield _Said(
            at + whole.start,
            at + len(words),
            Severity.ERROR,
            f"全年为{whole.words}，分期（{listed}）相加为{shown}{whole.unit}。",
            f"The year has {whole.words}, but its quarters or halves add up to {shown}{whole.unit}.",
        )


def _counted_classes(text: str) -> Iterator[_Said]:
    """共有车辆90辆，分属三类单位：甲40辆，乙30辆，丙10辆: as many parts as are announced are all there are."""
    for colon in _CLASSES_FOLLOW.finditer(text):
        number = int(colon["number"]) if colon["number"].isdecimal() else han_number(colon["number"])
        begin = max(0, colon.start() - _WHOLE_LENGTH)
        head = re.split("[。；：]", text[begin : colon.start()])[-1]
        tail = re.match(r"[^。：:\n]*", text[colon.end() : colon.end() + _PARTS_LENGTH])
        region = _without_brackets(tail[0] if tail else "")
        wholes = [f for f in figures_in(head) if _is_total(head, f) and f.exact]
        if "其中" in head or "其中" in region or not wholes:
            continue
        for whole in wholes:
            if sum(other.base == whole.base for other in wholes) > 1:
                continue
            pieces, complete = _pieces(region, whole.base)
            if len(pieces) != number or not complete or not all(piece.figure.exact for piece in pieces):
                continue
            summed = total_of([piece.figure.amount for piece in pieces])
            if summed == whole.amount or abs(summed - whole.amount) <= _rounding(whole, pieces):
                continue
            if not whole.amount <= 2 * summed <= 4 * whole.amount:
                continue
            listed = "、".join(piece.figure.words for piece in pieces[:8])
            shown = plain(summed.scaleb(-base_of(whole.unit)[1]))
            yield _Said(
                colon.start() - len(head) + whole.start,
                colon.end() + pieces[-1].figure.end,
                Severity.ERROR,
                f"总数为{whole.words}，{colon['number']}个部分（{listed}）相加为{shown}{whole.unit}。",
                f"The total is {whole.words}, but its parts add up to {shown}{whole.unit}.",
            )


def _members(text: str) -> Iterator[_Said]:
    """甲县、乙县、丙区四个县区: names of one ending, and how many they are said to be."""
    for figure in figures_in(text):
        if figure.unit not in ("个", "家", "所", "处", "座", "条") or not figure.exact or not 2 <= figure.value <= 20:
            continue
        before = re.split("[，。；：（）“”《》\n]", text[max(0, figure.start - 200) : figure.start])[-1].strip()
        if before.endswith(("等", "共", "其他", "其余", "和", "、", "各", "及")) or "、" not in before:
            continue
        items = before.split("、")
        last = items[-1][-1:]
        ending = next((each for each in _SAME_ENDINGS if last in each), "")
        if not last or not ending or any(item[-1:] not in ending or not _MEMBERS.fullmatch(item) for item in items):
            continue
        halves = re.split("和|以及|及|与", items[-1])
        count = len(items)
        if len(halves) == 2 and halves[0][-1:] in ending:
            count += 1
        endings = {item[-1] for item in items}
        if count == figure.value or not endings & set(re.split("[，。；：、（]", text[figure.end : figure.end + 6])[0]):
            continue
        yield _Said(
            max(0, figure.start - len(before)),
            figure.end,
            Severity.WARNING,
            f"列举{count}个，却称{figure.words}。",
            f"{count} are named, but the words say {figure.words}.",
        )
