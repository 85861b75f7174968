"""Quantified targets: what is to reach which figure, by when, and who answers for it.

A figure counts as a target where the words make it one: 达到, 不低于, 控制在…以内, 增长, or a verb of bringing
about with what is counted (新增规上企业240家, 完成7万户改厕任务). Figures of the past, amounts paid as a reward,
thresholds of a regulation and plain descriptions are left out; so is a figure of which the words leave it open.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from gongbao.gazette.duties import Said, responsibility
from gongbao.gazette.model import Clause, ClauseKind, Document, DocumentKind


class Comparison(StrEnum):
    AT_LEAST = ">="  # 以上, 不低于, 不少于, 至少
    MORE = ">"  # 超过, 高于, 突破
    AT_MOST = "<="  # 以内, 不超过, 控制在
    LESS = "<"  # 低于, 小于
    EQUAL = "="  # 达到, or nothing said
    ABOUT = "about"  # 左右, 约


class Change(StrEnum):
    """Whether the figure is a change of the quantity and not the quantity."""

    RISE = "rise"  # 增长, 提高
    FALL = "fall"  # 下降, 压缩
    NONE = ""


class TargetYear(StrEnum):
    SENTENCE = "sentence"
    HEADING = "heading"  # of the clause or one above it, or the lead-in of the clause
    TITLE = "title"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One target. `value` is a decimal as printed, `high` the upper end of a range ("" where there is none).

    `unit` is printed behind the figure (亿元, %, 万户). `year` is the year by whose end the target is meant, from where
    `year_from` says; the last year of a five-year plan that is named. `units` are those responsible.
    """

    document: str
    locator: str
    eid: str
    line: int
    name: str
    comparison: Comparison
    change: Change
    value: str
    high: str
    unit: str
    year: int | None
    year_from: TargetYear
    units: tuple[str, ...]
    quote: str

    def as_dict(self) -> dict[str, object]:
        """What the JSON prints."""
        return {
            "document": self.document,
            "clause": self.locator,
            "eid": self.eid,
            "line": self.line,
            "name": self.name,
            "comparison": self.comparison.value,
            "change": self.change.value,
            "value": self.value,
            "high": self.high,
            "unit": self.unit,
            "year": self.year,
            "year_from": self.year_from.value,
            "units": list(self.units),
            "quote": self.quote,
        }


_HAN = "\u4e00-\u9fff"
_NAME_LENGTH = 40
_QUOTE_LENGTH = 300
_NUMBER = r"\d{1,9}(?:\.\d{1,4})?"
_UNIT = (
    r"(?:[万亿千百]{0,2}(?:个百分点|百分点|[%％‰]|元|美元|吨标准煤|吨|亩|公顷|平方公里|平方米|立方米|公里|千米|米|人次|户次|人|名|户|家"
    r"|个工作日|个|所|座|处|项|件|套|张|台|辆|条|批|场|次|天|岁|微克/立方米|微克|千瓦时|千瓦|只|头|株|种|类|间|部|倍|床|支|棵|盏|杆|对|辆次|篇)"
    r"|[万亿])"
)
_WORDS_BEFORE = (
    r"控制在|稳定在|保持在|维持在|不低于|不少于|不高于|不超过|不得超过|高于|低于|大于|小于|超过|突破|达到|达|增至|增加到|增加至|提高到|提升到|提高至"
    r"|提升至|扩大到|降到|降至|下降到|下降至|降低到|降低至|压减至|压减到|压缩至|压缩到|缩短至|缩短到|减少到|减少至|增长|提高|提升|增加|上升|上涨"
    r"|下降|降低|减少|压减|压缩|缩短|至少|超|约|≥|>|＞|≤|<|＜"
)
_FIGURE = re.compile(
    rf"(?P<before>{_WORDS_BEFORE})?(?P<more>不低于|不少于|不超过|超过|至少|超|到|至|约|近|以上)?\s?"
    rf"(?<![\d.—\-~～/第+])(?P<value>{_NUMBER})(?:\s?[%％]?\s?[-—–~～至]\s?(?P<high>{_NUMBER}))?\s?(?P<unit>{_UNIT})"
    r"(?P<after>以上|以下|以内|之内|左右|上下)?"
)
_COMPARISONS = {
    "以上": Comparison.AT_LEAST,
    "以下": Comparison.AT_MOST,
    "以内": Comparison.AT_MOST,
    "之内": Comparison.AT_MOST,
    "左右": Comparison.ABOUT,
    "上下": Comparison.ABOUT,
    "不低于": Comparison.AT_LEAST,
    "不少于": Comparison.AT_LEAST,
    "至少": Comparison.AT_LEAST,
    "≥": Comparison.AT_LEAST,
    "高于": Comparison.MORE,
    "大于": Comparison.MORE,
    "超过": Comparison.MORE,
    "超": Comparison.MORE,
    "突破": Comparison.MORE,
    ">": Comparison.MORE,
    "＞": Comparison.MORE,
    "控制在": Comparison.AT_MOST,
    "不高于": Comparison.AT_MOST,
    "不超过": Comparison.AT_MOST,
    "不得超过": Comparison.AT_MOST,
    "≤": Comparison.AT_MOST,
    "低于": Comparison.LESS,
    "小于": Comparison.LESS,
    "<": Comparison.LESS,
    "＜": Comparison.LESS,
    "约": Comparison.ABOUT,
}
_RISES = ("增长", "提高", "提升", "增加", "上升", "上涨")
_FALLS = ("下降", "降低", "减少", "压减", "压缩", "缩短")
# Verbs of bringing about. What is counted stands before the figure (新增企业240家) or behind it (打造50个示范点).
_VERB = (
    r"新增发放|新增|新建改扩建|新改建|新建|新培育|新创建|新培养|新认定|改扩建|改建提升|改造提升|改建|扩建|续建|建成|建设|打造|培育|培养|引进|招引"
    r"|改造|创建|争创|完成|安排|培训|救助|争取|发放|实施|上线|整治|治理|修复|栽植|绿化|开工|建立|设立|配备|配建|选树|遴选|开展|举办|转移"
)
_VERB_BEHIND = re.compile(
    rf"(?P<verb>{_VERB})(?:省定|全部|年度|至少|不少于|约|超|近|国家级|省级|市级)?(?:（[^（）]{{1,16}}）)?$"
)
_VERB_LOOSE = re.compile(r"(?P<verb>推动|实现|对|组织|帮助|支持|覆盖|惠及)$")
_VERB_WITHIN = re.compile(rf"{_VERB}")
_THING = rf"(?:[{_HAN}A-Za-z0-9+]|“[^”]{{1,20}}”|（[^（）]{{1,12}}）)"
_OBJECT = re.compile(rf"的?(?P<object>{_THING}{{1,30}})")
_OBJECTS = re.compile(rf"的?(?P<object>(?:{_THING}|、){{1,40}})")  # 对2000户失能、半失能老年人家庭进行改造
_NO_OBJECT = re.compile(r"(?:方面|领域|层次|环节|阶段|方向|维度|专项行动|月|年(?!度)|方案)")
_LEADING = re.compile(
    r"^(?:[、和及与并且：:▲，；]|其中|力争|确保|争取(?=.{4})|计划|预计|全年|当年|年度内|进一步|基本|努力|推动|实现(?=.{3})|稳步|逐步|高质量|切实|全面|着力"
    r"|每年(?=新)|同时|实施(?=.{6}达)|使|让|保持(?=.{3})|(?:到|至)?(?:20\d{2}年|“?十[一二三四五六]五”?)(?:年?[底末])?前?|年底前|今年|[一二三四五六]是|通过[^，]{0,12}，)+"
)
_TRAILING = re.compile(r"(?:力争|确保|均|分别|要|也|再|同比|年均|平均|总体|预计|在|各|应)?$")
# What is told of the past or of what there is.
_PAST = re.compile(
    r"已|累计|截至|目前|现有|原有|同比|上年|去年|过去|以来|占比达\d|受灾|灾害造成|“?十[一二三]五”?(?:时期|期间)|奖励|补贴标准|补助|罚款|资助|给予|按照?每|不足|预测"
)
_PAST_HEADING = re.compile(
    r"执行情况|回顾|发展基础|基础条件|现状|成效|取得|完成情况|实现情况|存在的?问题|面临|形势|背景|灾情|灾害损失|指导思想|“?十[一二三]五”?"
)
# Titles of documents that set targets; a 办法, a 预案 or a 细则 sets thresholds.
_SETS_TARGETS = re.compile("规划|计划|方案|意见|重点工作|工作报告|行动|任务|目标|措施|要点|清单")
_SETS_RULES = re.compile(r"办法|细则|条例|规定|预案|规则|机制|指南|标准|制度|奖励政策|名单|目录|决定$|办法（试行）")
_YEAR = re.compile(
    r"(?P<year>20\d{2})\s?年(?!第|产)|“?十(?P<plan>[一二三四五六七八九])五”?(?:规划)?(?:时期|期间)?(?:期?末)?"
)
_COMPARED = re.compile(r"(?:比|较|与|同)$")
_THIS_YEAR = re.compile("全年|年度|今年|年内|年底|本年")
# What a scheme pays, and no target of the city's.
_PARAMETER = re.compile(r"起付|支付比例|报销|限额|缴费|计发|标准为|免征")


def find_indicators(document: Document) -> list[Indicator]:
    """The targets of a document, in reading order; none in one that awards, repeals or sets rules by articles."""
    if document.kind in (DocumentKind.DECISION, DocumentKind.COMMUNIQUE, DocumentKind.CIRCULAR):
        return []
    out: list[Indicator] = []
    for part in document.parts:
        title = part.title or document.title
        out += indicators_of(part.clauses, title, document.number, document.date, document.title)
    return out


def indicators_of(
    clauses: Sequence[Clause], title: str, number: str, issued: date | None, document_title: str = ""
) -> list[Indicator]:
    """The targets in the clauses of one part. `title` is the part's, which says whether it sets targets at all."""
    whole = f"{title}{document_title}"
    if not _SETS_TARGETS.search(whole) or (_SETS_RULES.search(title) and not re.search("方案|规划|计划|意见", title)):
        return []
    reader = _Reader(number, issued, responsibility(clauses))
    context = _year_in(title, TargetYear.TITLE)
    if context[0] is None:
        context = _year_in(document_title, TargetYear.TITLE)
    reader.read(clauses, context, past=bool(_PAST_HEADING.search(title)))
    return reader.out


_Year = tuple[int | None, TargetYear]


def _year_in(words: str, source: TargetYear) -> _Year:
    """The year named last in the words, or the last year of the plan that is named."""
    found = None
    for each in _YEAR.finditer(words[:2000]):
        if not _COMPARED.search(words[max(0, each.start() - 1) : each.start()]):
            found = each
    if found is None:
        return None, TargetYear.NONE
    if found["year"]:
        return int(found["year"]), source
    return 1955 + 5 * (10 + "一二三四五六七八九".index(found["plan"]) + 1), source


class _Reader:
    def __init__(self, number: str, issued: date | None, said: dict[int, list[Said]]) -> None:
        self.number = number
        self.issued = issued
        self.said = said
        self.out: list[Indicator] = []

    def read(self, clauses: Sequence[Clause], context: _Year, *, past: bool) -> None:
        for clause in clauses:
            if clause.kind is ClauseKind.ARTICLE:
                continue
            heading = clause.heading
            own_past = past or bool(_PAST_HEADING.search(heading[:60]))
            own = _year_in(heading, TargetYear.HEADING)
            own = own if own[0] is not None else context
            if not own_past:
                text = clause.text
                # A short heading is a name; a whole sentence that only its bracket follows is not.
                if (len(heading) > 12 or heading.endswith("。")) and _FIGURE.search(heading):
                    self._line(clause, heading, -len(heading) - 1, own)
                self._text(clause, text, own)
            lead_in = clause.text.rstrip().endswith("：") and len(clause.text) < 200
            below = _year_in(clause.text, TargetYear.HEADING) if lead_in else (None, TargetYear.NONE)
            self.read(clause.children, below if below[0] is not None else own, past=own_past)

    def _text(self, clause: Clause, text: str, context: _Year) -> None:
        at = 0
        table: list[str] = []
        for line in text.split("\n"):
            if "\t" in line:
                table.append(line)
            else:
                self._line(clause, line, at, context)
            at += len(line) + 1
        if table:
            self._table(clause, table, context)

    def _line(self, clause: Clause, line: str, offset: int, context: _Year) -> None:
        at = 0
        for sentence in re.split(r"(?<=[。！？])", line):
            self._sentence(clause, sentence, offset + at, context)
            at += len(sentence)

    def _sentence(self, clause: Clause, sentence: str, offset: int, context: _Year) -> None:
        if not re.search(r"\d", sentence):
            return
        opening = _YEAR.match(sentence.lstrip("▲ "))
        if (
            opening is not None
            and opening["year"]
            and self.issued is not None
            and int(opening["year"]) < self.issued.year
        ):
            return  # 2021年，全市…: a report
        start = 0
        verb = ""  # of a list: 新增A企业100家、B企业100家
        for segment in re.split(r"(?<=[，；：,])", sentence):
            verb = self._segment(clause, sentence, segment, offset, start, context, verb)
            start += len(segment)

    def _segment(
        self, clause: Clause, sentence: str, segment: str, offset: int, start: int, context: _Year, verb: str
    ) -> str:
        if _PAST.search(segment) or re.search(r"的[，；]$", segment):
            return ""
        begin = 0
        verb = ""
        end = 0
        for found in _FIGURE.finditer(segment):
            if found.start() < end:
                continue
            words = segment[begin : found.start()]
            in_list = begin > 0 and words.startswith(("、", "和", "及", "以及"))
            target = _target(words, found, segment, verb if in_list else "", begin == 0 or in_list)
            if target is None and found["unit"] == "岁":
                continue  # of 3岁以下婴幼儿托位数: part of the name
            begin = found.end()
            if target is None:
                verb = ""
                continue
            name, comparison, change, end, verb = target
            begin = max(begin, end)
            year = self._year(sentence, start + found.start(), context)
            if year is None:
                continue
            self._put(clause, offset + start + found.start(), name, comparison, change, found, year, sentence, start)
        return verb

    def _year(self, sentence: str, at: int, context: _Year) -> _Year | None:
        """The year a figure is meant for; None where it is one of the past."""
        year = _year_in(sentence[max(0, at - 300) : at], TargetYear.SENTENCE)
        if year[0] is None and _THIS_YEAR.search(sentence[max(0, at - 60) : at]) and context[0] is None and self.issued:
            year = (self.issued.year, TargetYear.SENTENCE)
        if year[0] is not None and self.issued is not None and year[0] < self.issued.year:
            return None
        return year if year[0] is not None else context

    def _put(
        self,
        clause: Clause,
        place: int,
        name: str,
        comparison: Comparison,
        change: Change,
        found: "re.Match[str]",
        year: _Year,
        sentence: str,
        start: int,
    ) -> None:
        at = start + found.start()
        quote = sentence.strip()
        if len(sentence) > _QUOTE_LENGTH:
            first = max(0, at - _QUOTE_LENGTH // 2)
            quote = sentence[first : first + _QUOTE_LENGTH].strip()
        self.out.append(
            Indicator(
                self.number,
                clause.locator,
                clause.eid,
                clause.line,
                name,
                comparison,
                change,
                _decimal(found["value"]),
                _decimal(found["high"]) if found["high"] else "",
                found["unit"].replace("％", "%"),
                year[0],
                year[1],
                self._units(clause, place),
                quote,
            )
        )

    def _units(self, clause: Clause, place: int) -> tuple[str, ...]:
        for said in self.said.get(id(clause), []):
            if place <= said.end or place < 0:
                return said.units.lead
        return ()

    # --- tables: 指标 | 2021年现状 | 2025年目标 | 责任单位 ----------------------------------------------------------

    def _table(self, clause: Clause, lines: list[str], context: _Year) -> None:
        columns: tuple[int, int, int] | None = None
        year = context
        for line in lines:
            cells = [cell.strip() for cell in line.split("\t")]
            head = _table_head(cells)
            if head is not None:
                columns = head
                year = _year_in(re.sub(r"(20\d{2})年?", r"\1年", cells[head[1]]), TargetYear.HEADING)
                year = year if year[0] is not None else context
                continue
            if any(re.search("完成数|完成情况|实现", cell) for cell in cells) and any("指标" in cell for cell in cells):
                columns = None
            if columns is None or max(columns) >= len(cells):
                continue
            name, value = cells[columns[0]], cells[columns[1]]
            found = _CELL.fullmatch(value)
            if found is None or len(name) < 3:
                continue
            unit = _UNIT_OF_NAME.search(name)
            bare = re.sub(r"^\d{1,3}[.．、]", "", name[: unit.start()] if unit else name).strip()
            word = found["before"] or found["after"] or ""
            responsible = tuple(re.split("[、，]", cells[columns[2]])) if columns[2] >= 0 and cells[columns[2]] else ()
            self.out.append(
                Indicator(
                    self.number,
                    clause.locator,
                    clause.eid,
                    clause.line,
                    bare,
                    _COMPARISONS.get(word, Comparison.EQUAL),
                    Change.NONE,
                    _decimal(found["value"]),
                    _decimal(found["high"]) if found["high"] else "",
                    (found["unit"] or "")
                    + (unit["unit"] if unit and unit["unit"] not in (found["unit"] or "") else ""),
                    year[0],
                    year[1],
                    responsible,
                    line[:_QUOTE_LENGTH],
                )
            )


_CELL = re.compile(
    rf"(?P<before>[≥>＞≤<＜约])?\s?(?P<value>{_NUMBER})(?:[-—~～](?P<high>{_NUMBER}))?\s?(?P<unit>[万亿]|[%％])?"
    r"(?P<after>以上|以下|以内|左右)?"
)
_UNIT_OF_NAME = re.compile(r"（(?P<unit>[^（）]{1,8})）$")


def _table_head(cells: list[str]) -> tuple[int, int, int] | None:
    """Places of the name, the target and the responsible unit (-1: none) in the head of a table of targets."""
    name = next((k for k, cell in enumerate(cells) if re.fullmatch(r"(?:主要)?指标(?:名称)?", cell)), None)
    if name is None or any(re.search("完成数|完成情况|实现", cell) for cell in cells):
        return None
    target = [k for k, cell in enumerate(cells) if "目标" in cell and len(cell) < 16]
    if not target:
        return None
    units = next((k for k, cell in enumerate(cells) if re.fullmatch(r"(?:责任|牵头)(?:单位|部门)", cell)), -1)
    return name, target[-1], units


_Target = tuple[str, Comparison, Change, int, str]


def _target(words: str, found: "re.Match[str]", segment: str, verb: str, fresh: bool) -> _Target | None:
    """Name, comparison, change, end, and verb of a list, where the words make the figure a target."""
    before, more, after = found["before"] or "", found["more"] or "", found["after"] or ""
    unit = found["unit"]
    if unit in ("次", "倍") and not (before or more):
        return None
    word = after or more if (after or more) in _COMPARISONS else before
    comparison = _COMPARISONS.get(word, Comparison.EQUAL)
    change = Change.NONE
    if before in _RISES and more not in ("到", "至"):
        change = Change.RISE
    elif before in _FALLS and more not in ("到", "至"):
        change = Change.FALL
    if change is not Change.NONE and unit in ("个", "项", "类", "种"):
        return None  # 提升3个…
    if unit == "岁" and change is Change.NONE and not re.match("达|提高|提升|增", before):
        return None  # 0—6岁儿童
    behind = segment[found.end() : found.end() + 1]
    if behind == "前" or (behind == "的" and before not in ("", "超", "至少") and not _VERB_BEHIND.search(words)):
        return None  # 长度大于500米的: a condition
    if re.search(r"(?:[（(为将把以用从由]|包括|包括以下|实行.{0,20})$", words) or _PARAMETER.search(words):
        return None
    if (
        words.endswith("、")
        or (words.startswith("按") and not _VERB_BEHIND.search(words))
        or re.search(r"(?:等|的|每|第|这|其他|共|分为|涉及|围绕)$", words)
    ):
        return None
    if _VERB_WITHIN.match(before):
        return None
    figure = before in ("", "超", "至少", "约", "不少于") or (before in ("超过", "不低于") and _bare_verb(words))
    if not figure or (before in ("不少于",) and not _bare_verb(words)):
        name = _name(words)
        return (name, comparison, change, found.end(), "") if name else None
    verb_behind = _VERB_BEHIND.search(words)
    loose = None
    if before or more or unit in ("%", "％") or words.endswith("对"):
        loose = _VERB_LOOSE.search(words)
    caught = verb_behind or loose
    if caught is not None:
        things = _OBJECTS if caught["verb"] == "对" else _OBJECT
        object_ = things.match(segment, found.end())
        if object_ is not None and "的" in object_["object"] and segment[object_.end() : object_.end() + 1] == "、":
            object_ = _OBJECTS.match(segment, found.end())
        if object_ is not None and _NO_OBJECT.match(object_["object"]):
            return None
        if object_ is not None and len(object_["object"]) > 1:
            prefix = words[: caught.start("verb")]
            lead = prefix if prefix.startswith("每") and len(prefix) <= 12 else ""
            name = lead + ("" if caught["verb"] in ("对", "实现") else caught["verb"]) + object_["object"]
            return name[:_NAME_LENGTH], comparison, change, object_.end(), caught["verb"] if verb_behind else ""
        if loose is not None and verb_behind is None:
            return None
        name = _name(words)
        return (name, comparison, change, found.end(), "") if name else None
    if verb and len(words) > 2:
        name = _name(words)
        return (
            (verb + name if name and not _VERB_WITHIN.match(name) else name, comparison, change, found.end(), verb)
            if name
            else None
        )
    verbs = list(_VERB_WITHIN.finditer(words))
    if not verbs:
        return None
    last = verbs[0] if len(words) - verbs[0].start() <= _NAME_LENGTH else verbs[-1]
    if len(words) - last.end() < 2 or before == "约":
        return None
    name = _name(words)
    if not name or len(name) > 28 or not fresh:
        name = _name(words[last.start() :])
    return (name, comparison, change, found.end(), last[0]) if name else None


def _bare_verb(words: str) -> bool:
    """Whether what is counted must stand behind the figure: 开展不少于2次演练."""
    return bool(re.search(rf"(?:{_VERB}|推动|对|组织)$", words))


# 培训合格后15个工作日, 最长5日, 延长5个工作日: a time within which something is done, and no quantity.
_NO_NAME = re.compile(r"(?:之?后|延长|顺延)$|^(?:最长|最短|最多|最少|最高|最低|误差|偏差)$")


def _name(words: str) -> str:
    words = words.strip()
    words = words[-60:]
    # In 打造A，培育B达到… the name begins behind the last comma; 、 belongs to it.
    words = re.split("[，；。：:]", words)[-1]
    words = re.sub("(?:在[^，]{1,20}基础上|(?:比(?![例重率])|较)[^，]{1,16})$", "", words)
    words = re.sub(r"^.{0,20}?到20\d{2}年[底末]?|^\d{1,2}月底?前?", "", words)
    stripped = _LEADING.sub("", words)
    stripped = _TRAILING.sub("", stripped).strip("、，“")
    if stripped.count("”") != stripped.count("“"):
        stripped = words[max(0, words.find(stripped) - 1) :] if words.find(stripped) > 0 else stripped
    stripped = stripped.strip("、， ")
    while len(stripped) > _NAME_LENGTH and "、" in stripped:
        stripped = stripped.partition("、")[2]
    han = len(re.findall(f"[{_HAN}A-Z]", stripped))
    if han < 2 or _NO_NAME.search(stripped):
        return ""
    return stripped[-_NAME_LENGTH:]


def _decimal(words: str) -> str:
    """The figure as a decimal without needless noughts in front."""
    number = Decimal(words)
    return format(number, "f")
