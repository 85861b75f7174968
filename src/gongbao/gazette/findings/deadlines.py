"""Deadlines that are over before the document is dated, periods that end before they begin, days that no calendar has.

A day of the past is only told where the sentence asks for something by it. What a document tells of the past
(截至2021年底, 已于6月底前完成), and the days by which somebody had to be registered, built or born in order to be
entitled, are no deadlines. That a document holds from a day before its date is lawful; that its term is over is not.
"""

import calendar
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gongbao.core.numerals import chinese_to_int
from gongbao.gazette.deadlines import Deadline, DeadlineKind, Relation, YearFrom, read_deadlines
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.model import Clause, ClauseKind, Document, DocumentKind
from gongbao.gazette.tables import Table


def deadlines_before_date(manuscript: Manuscript) -> Iterator[Finding]:
    """Deadlines of the past, terms and periods that end before they begin, and days that do not exist."""
    for document in manuscript.gazette.documents:
        yield from _impossible_days(manuscript, document)
        yield from _term(manuscript, document)
        for part in document.parts:
            regulation = any(clause.kind is ClauseKind.ARTICLE for clause in part.walk())
            tells = bool(_TELLS.search(part.title))
            for clause in part.walk():
                yield from _of_clause(manuscript, document, clause, regulation=regulation, tells=tells)
            yield from _stages(manuscript, document, part.clauses)
        for table in manuscript.tables(document):
            yield from _of_table(document, table)


def _of_clause(
    manuscript: Manuscript, document: Document, clause: Clause, *, regulation: bool, tells: bool
) -> Iterator[Finding]:
    for heading, words in ((True, clause.heading), (False, clause.text)):
        at = 0
        for line in words.split("\n"):
            where = _Where(manuscript, document, clause, heading, at)
            if _RANGE_MAY_STAND.search(line):
                yield from _backward_periods(where, line)
            if document.date is not None and "\t" not in line and ("年" in line or "月" in line):
                yield from _past(where, line, document.date, regulation=regulation, tells=tells)
            at += len(line) + 1


@dataclass(frozen=True, slots=True)
class _Where:
    """A line of a clause, which begins at `offset` of its text."""

    manuscript: Manuscript
    document: Document
    clause: Clause
    heading: bool
    offset: int

    def finding(self, start: int, end: int, severity: Severity, message: str, message_en: str, quote: str) -> Finding:
        clause = self.clause
        line = clause.line if self.heading else self.manuscript.line_of(clause, self.offset + start, self.offset + end)
        place = Place(line, shortened(quote))
        return Finding(
            name_of(self.document),
            FindingKind.DEADLINE,
            severity,
            message,
            message_en,
            (place,),
            clause.locator,
            clause.eid,
        )


# --- deadlines that are over --------------------------------------------------------------------------------------

_YEAR = r"(?:19|20)\d{2}"
_SENTENCE_END = re.compile("[。；！？]")
_SEGMENT_END = re.compile("[，。；！？：:]")
_MUST = re.compile(
    r"应当|应该|(?<![响反供适相对效])应(?![急用对届力收])|必须|务必|务于|(?<![主重需纲概摘])要(?![求素件点目闻])|(?<!无)须"
    r"|(?<!所)需(?![求要])|确保|力争|请|限(?:期|于|时)|不得(?:迟|晚)于|[最不][迟晚]"
)
_TASK = re.compile(
    r"[，]?(?:[^，。；的]{1,20}?(?:局|委|办|政府|单位|部门|厅|中心|公司|管委会|医院|学校|院校|企业|乡镇|街道|各县|各区|机构|银行|协会))?(?:将[^，。；]{1,30})?(?:分别|全部|全面|基本|集中|如期|按时|统一|一次性|自行)?"
    r"(?:完成(?!的)|报送|上报|报至|报市|报省|报县|报[^，。；的]{1,12}(?:备案|审批|审核|汇总)|提交|递交|制定|印发|出台|编制|建立|落实|整改|反馈|上线|启动|部署"
    r"|建成(?!的)|投入使用(?!的)|投用(?!的)|开工(?!的|建设的)|竣工(?!的)|完工(?!的)|实现|达到|清零|拨付|兑现|公布|公示|汇总|移交|召开|组织|开展|配齐|修订)"
)
_CLOSES = re.compile(r"截止(?:时间|日期|日|期)\s?(?:为|是|定为|[：:])\s?$")
_LOST = re.compile("(?:，|。|；)?(?:逾期|$)")
_TOLD = re.compile(r"已|曾|未(?!来)|原计划|原定|此前|逾期|以来|截至|截止到?$|取得|荣获|获评|比.{0,4}提前|较.{0,4}提前")
_REVIEW = re.compile(
    r"同比|顺利|圆满|率先|先后|去年|上年(?!度)|过去|回顾|[成立现布发台行到高升束划]了|成效|成绩|历史|当时|按照.{0,30}要求$"
    r"|(?:完成|建成|改造|实施|竣工)的[^，。；]{1,24}(?:为|共|达|有)\s?\d"
)
# What is printed under such a title tells what was done.
_TELLS = re.compile(
    "历史|历年|回顾|大事记|纪实|(?:总结|(?:完成|进展|落实|执行|推进|办理)情况(?:汇总|通报|报告|一览)?表?)》?$"
)
_DEMANDED = re.compile(r"^[^，。；]{0,40}的(?:要求|目标|部署|规定|任务要求)")
_SINCE = re.compile(r"(?:截至|截止到?|自|从|较|比|同|与|以|早在|[（(]?原)\s*$")
_ENTITLED_BEFORE = re.compile(r"(?:对于?|凡是?|将|把|属于|符合|具备|持有|享受|至|为)[^，。；]{0,12}$")
_ENTITLED_BEHIND = re.compile(
    r"^[^，。；：]{0,60}的[^，。；：的]{0,16}[，：]?(?:可|按|给予|不|享受|予以|适用|仍|继续|由|参照|纳入|均|一律|从)"
)
_CONDITION = re.compile(r"^[^，。；：]{0,60}的(?:[，。；：）]|$)")
_RELATIVE = re.compile(r"^(?![将对把由向就，])[^，。；的]{1,10}的")
_DONE_SINCE = re.compile(r"已经?(?:全部|基本|全面|顺利|如期|按时)?(?:完成|建成|实现|到位|落实|印发|启动)")
_TIMES_AGAIN = re.compile(r"每|次年|翌年|当年|下一?年|年度|常年|逐年")
_RECENT = 100
"""Days for which a date without a year may be one that has just passed; further back it is the next year's."""


def _past(where: _Where, line: str, issued: date, *, regulation: bool, tells: bool) -> Iterator[Finding]:
    latest: date | None = None
    deadlines = read_deadlines(line, issued)
    starts = [deadline.start for deadline in deadlines]
    for deadline in deadlines:
        if deadline.kind is not DeadlineKind.FIXED_DATE or deadline.date is None:
            continue
        earlier, latest = latest, max(latest or deadline.date, deadline.date)
        if deadline.date >= issued or not _is_asked(line, deadline, where.document.kind, tells):
            continue
        printed = deadline.year_from in (YearFrom.WORDS, YearFrom.PLAN, YearFrom.SENTENCE)
        if deadline.year_from is YearFrom.SENTENCE and not _is_its_year(line, deadline):
            continue
        if not printed and (
            regulation
            or deadline.relation is not Relation.BY
            or (issued - deadline.date).days > _RECENT
            or (earlier is not None and earlier > deadline.date)
            or _TIMES_AGAIN.search(_sentence(line, deadline))
        ):
            continue
        severity = Severity.ERROR if printed else Severity.WARNING
        behind = _SEGMENT_END.split(line[deadline.end : deadline.end + 40])[0]
        yield where.finding(
            deadline.start,
            deadline.end,
            severity,
            f"期限“{deadline.words}”早于发文日期{_chinese(issued)}。",
            f"The deadline “{deadline.words}” ({deadline.date}) lies before the date of the document, {issued}.",
            line[deadline.start : deadline.end] + behind,
        )
    for found in _LABELLED.finditer(line):
        year = found["year"] or found["first"]
        if not year or not (found["year"] or found["month"]):
            continue
        label = _last_day(year, found["month"], found["day"])
        if label is not None and label < issued and not _TOLD.search(line[found.end() : found.end() + 20]):
            at = bisect_left(starts, found.start())
            if at < len(starts) and starts[at] < found.end():
                continue
            yield where.finding(
                found.start(),
                found.end(),
                Severity.ERROR,
                f"“{found[0]}”早于发文日期{_chinese(issued)}。",
                f"“{found[0]}” ({label}) lies before the date of the document, {issued}.",
                found[0],
            )


_LABELLED = re.compile(
    r"(?:(?:报名|申报|征集|受理|活动|竞赛|培训|公示|反馈|整治|实施|征求意见|投票|展览)(?:时间|期|期限)|完成时[限间]|完成期限|时间节点|截止(?:时间|日期)|报送时[限间]|整改[时期]限|工作时限|办理时限)\s?(?:[：:]|为)\s?"
    r"(?:(?P<first>20\d{2})\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?\s?[至到—\-~～]\s?)?"
    r"(?:(?P<year>20\d{2})\s?年)?(?:\s?(?P<month>\d{1,2})\s?月(?:\s?(?P<day>\d{1,2})\s?日)?)?(?![至—\-~～\s]*\d)"
)


_ITS_YEAR = re.compile(rf"{_YEAR}\s?年(?:\s?\d{{1,2}}\s?月|[底末初]|前|，|全年|内|[上下]半年|第?[一二三四]季度|汛)")


def _is_its_year(line: str, deadline: Deadline) -> bool:
    """Whether the year named before a deadline is meant for it: not in 2022年度的资金于4月底前拨付."""
    before = _SENTENCE_END.split(line[max(0, deadline.start - 100) : deadline.start])[-1]
    years = list(re.finditer(rf"{_YEAR}\s?年", before))
    return bool(years) and _ITS_YEAR.match(before, years[-1].start()) is not None


def _sentence(line: str, deadline: Deadline) -> str:
    before = _SENTENCE_END.split(line[max(0, deadline.start - 300) : deadline.start])[-1]
    return before + _SENTENCE_END.split(line[deadline.start : deadline.end + 300])[0]


_TELLING = (DocumentKind.CIRCULAR, DocumentKind.REPORT, DocumentKind.COMMUNIQUE, DocumentKind.DECISION)


def _is_asked(line: str, deadline: Deadline, kind: DocumentKind, tells: bool) -> bool:
    """Whether something is asked for by that day, and not told, nor made a condition."""
    before = line[max(0, deadline.start - 120) : deadline.start]
    behind = line[deadline.end : deadline.end + 120]
    before = _SENTENCE_END.split(before)[-1]
    behind = _SENTENCE_END.split(behind)[0]
    near = _SEGMENT_END.split(before)[-1]
    segment = _SEGMENT_END.split(behind.lstrip("，"))[0]
    if _CLOSES.search(before) and _LOST.match(behind):
        return True  # 截止日期为…，逾期未报的不再补报
    if _SINCE.search(before) or _TOLD.search(near) or _TOLD.search(segment[:30]) or _DEMANDED.search(behind):
        return False
    if near.count("《") > near.count("》") or before.count("“") > before.count("”"):
        return False
    task = _TASK.match(behind)
    # 2005年8月31日前出生的儿童应当入学 asks for nothing by that day.
    relative = task is None and _RELATIVE.search(behind) is not None
    if relative or _DONE_SINCE.search(behind):
        return False
    asks = bool(_MUST.search(near) or _MUST.search(segment[:20]))
    if not asks:
        if _ENTITLED_BEFORE.search(near) or _ENTITLED_BEHIND.search(behind) or _CONDITION.search(behind):
            return False
        if _REVIEW.search(before) or _REVIEW.search(behind):
            return False
        if tells or kind in (
            DocumentKind.CIRCULAR,
            DocumentKind.REPORT,
            DocumentKind.COMMUNIQUE,
            DocumentKind.DECISION,
        ):
            return False
        return task is not None or (behind[:1] in ("）", "") and before.endswith(("（", "：")))
    return not _CONDITION.search(behind) or task is not None


# --- periods ------------------------------------------------------------------------------------------------------

_LINK = r"\s?(?:起|开始)?\s?[，,]?\s?(?:—{1,2}|-{1,2}|－|–|~|～|〜|至|到|截至|截止到?|延续?至)\s?"
_RANGE_MAY_STAND = re.compile(r"[年月日号\d起始，]\s?(?:[—\-－–~～〜至到]|截[至止]|延续?至)\s?(?:\d|次年|翌年|第二年)")
_PERIODS = tuple(
    re.compile(pattern)
    for pattern in (
        # 2022年5月1日至2022年3月31日, 2022年5月至3月, 2022年5月20日至10日
        rf"(?<!\d)(?P<year1>{_YEAR})\s?年\s?(?P<month1>\d{{1,2}})\s?月(?:份)?(?:\s?(?P<day1>\d{{1,2}})\s?[日号])?(?:[上中下]旬|[底初末])?{_LINK}"
        rf"(?P<next>次年|翌年|第二年|当年)?(?:(?P<year2>{_YEAR})\s?年)?(?:\s?(?P<month2>\d{{1,2}})\s?月(?:份)?)?(?:\s?(?P<day2>\d{{1,2}})\s?[日号])?",
        # 2022年5—3月
        rf"(?<!\d)(?P<year1>{_YEAR})\s?年\s?(?P<month1>\d{{1,2}}){_LINK}(?P<month2>\d{{1,2}})\s?月",
        # 5月20日至10日, 5月20—10日
        rf"(?<![\d年])(?<!年\s)(?P<month1>\d{{1,2}})\s?月\s?(?P<day1>\d{{1,2}})\s?[日号]?{_LINK}(?:(?P<month2>\d{{1,2}})\s?月\s?)?(?P<day2>\d{{1,2}})\s?[日号]",
        # 2022年至2021年, 2025—2021年
        rf"(?<![\dA-Za-z])(?<![A-Z/T]\s)(?P<year1>{_YEAR})\s?年?(?:度)?{_LINK}(?P<year2>{_YEAR})\s?年(?!\s?\d)",
        # 2022.05—2022.03, 2022-05-01至2022-03-31
        rf"(?<![\d.\-/])(?P<year1>{_YEAR})[.\-/](?P<month1>\d{{1,2}})(?:[.\-/](?P<day1>\d{{1,2}}))?"
        rf"\s?(?:—{{1,2}}|－|–|~|～|至|到|\s-\s|-(?=20))\s?"
        rf"(?P<year2>{_YEAR})[.\-/](?P<month2>\d{{1,2}})(?:[.\-/](?P<day2>\d{{1,2}}))?(?![\d.\-/])",
    )
)


def _backward_periods(where: _Where, line: str) -> Iterator[Finding]:
    told: list[tuple[int, int]] = []
    for pattern in _PERIODS:
        for found in pattern.finditer(line):
            if any(start < found.end() and found.start() < end for start, end in told[-8:]):
                continue
            period = _period(found)
            if period is None:
                continue
            told.append(found.span())
            begin, end, sure = period
            if end < begin:
                words = re.sub(r"\s", "", found[0])
                yield where.finding(
                    found.start(),
                    found.end(),
                    Severity.ERROR if sure else Severity.WARNING,
                    f"“{words}”的终止时间早于起始时间。",
                    f"The period “{words}” ends before it begins.",
                    line[max(0, found.start() - 10) : found.end() + 10],
                )


def _period(found: "re.Match[str]") -> tuple[date, date, bool] | None:
    """The first and the last day of a period, and whether the year of both is printed."""
    groups = found.groupdict()
    year1, year2, again = groups.get("year1"), groups.get("year2"), groups.get("next")
    month1, month2, day1, day2 = (groups.get(name) for name in ("month1", "month2", "day1", "day2"))
    if not (year2 or month2 or day2):
        return None
    if not year1 and month2 and int(month2) != int(month1 or 0):
        return None  # 11月20日至3月10日: over the turn of the year
    first_year = int(year1 or 2000)
    last_year = int(year2) if year2 else first_year + (again is not None and again != "当年")
    if not (year2 or month2) and day2 and not day1:
        return None
    begin = _first_day(first_year, month1, day1)
    end = _last_day(str(last_year), month2 or (month1 if not year2 else None), day2)
    return None if begin is None or end is None else (begin, end, bool(year2) or (not year1))


def _first_day(year: int, month: str | None, day: str | None) -> date | None:
    try:
        return date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None


def _last_day(year: str, month: str | None, day: str | None) -> date | None:
    number, last = int(year), int(month or 12)
    if not 1 <= last <= 12:
        return None
    try:
        return date(number, last, int(day) if day else calendar.monthrange(number, last)[1])
    except ValueError:
        return None


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# --- the term of the document -------------------------------------------------------------------------------------


def _term(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    validity = document.validity
    if validity.until is None or not validity.until_clause:
        return
    clause = next((one for one in document.walk() if one.eid == validity.until_clause), None)
    if clause is None:
        return
    found = _END_OF_TERM.search(clause.text)
    start, end = (found.start(), found.end()) if found else (0, min(len(clause.text), 40))
    until = validity.until
    where = _Where(manuscript, document, clause, False, 0)
    quote = clause.text[start:end]
    if validity.from_ is not None and validity.from_clause and until < validity.from_:
        period = any(_period(one) for pattern in _PERIODS[:1] for one in pattern.finditer(clause.text))
        if not period:
            yield where.finding(
                start,
                end,
                Severity.ERROR,
                f"有效期截至{_chinese(until)}，早于施行日期{_chinese(validity.from_)}。",
                f"The term ends on {until}, before the document comes into force on {validity.from_}.",
                quote,
            )
    elif document.date is not None and until < document.date:
        yield where.finding(
            start,
            end,
            Severity.ERROR,
            f"有效期截至{_chinese(until)}，早于发文日期{_chinese(document.date)}。",
            f"The term ends on {until}, before the date of the document, {document.date}.",
            quote,
        )


_END_OF_TERM = re.compile(r"(?:有效期|试行期|执行期|实施期|暂定期|试行|暂行)[^。；]{0,60}")


# --- days that no calendar has ------------------------------------------------------------------------------------

_DAY = re.compile(
    rf"(?<![\d.])(?:(?P<year>{_YEAR})\s{{0,2}}年\s{{0,2}})?(?<!\d)(?P<month>\d{{1,2}})\s{{0,2}}月\s{{0,2}}(?P<day>\d{{1,2}})\s{{0,2}}[日号](?!\d)"
)
_CHINESE_DAY = re.compile(
    r"(?:(?P<year>[〇○零一二三四五六七八九]{4})年)?(?<![一二三四五六七八九十])(?P<month>十[一二]?|[一二三四五六七八九])月"
    r"(?P<day>三十一?|二十九)日"
)
_DOTTED_DAY = re.compile(
    rf"(?<![\d.\-/A-Za-z])(?P<year>{_YEAR})(?P<mark>[.\-/])(?P<month>0?[1-9]|1[0-2])(?P=mark)(?P<day>29|3[01])(?![\d.\-/])"
)


def _impossible_days(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    clauses = sorted(document.walk(), key=lambda clause: clause.line)
    lines = [clause.line for clause in clauses]
    for number in range(document.first_line, min(document.last_line, len(manuscript.raw_lines)) + 1):
        line = manuscript.raw_lines[number - 1]
        if not any(mark in line for mark in "月.-/"):
            continue
        for pattern in (_DAY, _CHINESE_DAY, _DOTTED_DAY):
            for found in pattern.finditer(line):
                if _exists(found):
                    continue
                at = bisect_right(lines, number) - 1
                clause = clauses[at] if at >= 0 else None
                words = re.sub(r"\s", "", found[0])
                yield Finding(
                    name_of(document),
                    FindingKind.DEADLINE,
                    Severity.ERROR,
                    f"日期“{words}”不存在。",
                    f"There is no such day as “{words}”.",
                    (Place(number, shortened(line[max(0, found.start() - 15) : found.end() + 15])),),
                    clause.locator if clause else "",
                    clause.eid if clause else "",
                )


def _exists(found: "re.Match[str]") -> bool:
    numbers: dict[str, int] = {}
    for name in ("year", "month", "day"):
        words = found[name]
        number = (
            2000 if words is None else int(words) if words.isdecimal() else chinese_to_int(words.replace("○", "〇"))
        )
        if number is None:
            return True
        numbers[name] = number
    try:
        date(**numbers)
    except ValueError:
        return False
    return True


# --- stages and tables --------------------------------------------------------------------------------------------

_STAGE = re.compile(
    r"(?:(?:阶段|第[一二三四五]步)[^\d。，（(：]{0,8}[（(：，]?"
    r"|(?:动员|部署|启动|实施|推进|排查|摸底|自查|整治|整改|总结|验收|评估|巩固|提升)[（(])"
    rf"\s?(?P<year>{_YEAR})\s?年(?:\s?(?P<month>\d{{1,2}})\s?月(?:\s?(?P<day>\d{{1,2}})\s?日)?)?(?P<till>底?前)?"
)


_STAGE_RANGE = re.compile(
    rf"(?P<year1>{_YEAR})\s?年\s?(?P<month1>\d{{1,2}})\s?月(?:\s?\d{{1,2}}\s?日)?"
    rf"(?:\s?[—\-–－~～至到]{{1,2}}\s?(?:(?P<year2>{_YEAR})\s?年)?\s?(?P<month2>\d{{1,2}})\s?月(?:\s?(?P<day2>\d{{1,2}})\s?日)?)?"
    r"(?![—\-–－~～至到起前年\d])"
)


def _stages(manuscript: Manuscript, document: Document, clauses: Sequence[Clause]) -> Iterator[Finding]:
    """A stage that begins before the one before it."""
    before: tuple[date, str] | None = None
    for clause in clauses:
        yield from _stages(manuscript, document, clause.children)
        words = clause.heading if _STAGE.search(clause.heading) else clause.text
        found = _STAGE.search(words[:80]) if clause.number else None
        begin = _first_day(int(found["year"]), found["month"], found["day"]) if found and not found["till"] else None
        if found is None or begin is None:
            before = None
            continue
        label = found[0][found.start("year") - found.start() :]
        over = _STAGE_RANGE.search(words, found.start("year"), found.end() + 30)
        end = (
            _last_day(over["year2"] or over["year1"], over["month2"] or over["month1"], over["day2"]) if over else None
        )
        if document.date is not None and end is not None and begin <= end < document.date:
            where = _Where(manuscript, document, clause, words is clause.heading, 0)
            period = over[0] if over else label
            yield where.finding(
                found.start(),
                found.end(),
                Severity.WARNING,
                f"本阶段“{period}”在发文日期{_chinese(document.date)}之前已经结束。",
                f"This stage (“{period}”) is over before the date of the document, {document.date}.",
                words[:80],
            )
        if before is not None and begin < before[0]:
            where = _Where(manuscript, document, clause, words is clause.heading, 0)
            yield where.finding(
                found.start(),
                found.end(),
                Severity.WARNING,
                f"本阶段自“{label}”开始，早于前一阶段的“{before[1]}”。",
                f"This stage begins “{label}”, before the stage before it (“{before[1]}”).",
                words[:80],
            )
        before = (begin, label)


_DUE = re.compile(
    r"完成时[限间]|完成期限|时间节点|时限要求|办结时限|整改[时期]限|报送时[限间]|推进时限|截止(?:时间|日期)"
)
_BEGINS = re.compile(r"开工|开始|起始|启动|起止?时间$")
_ENDS = re.compile(r"竣工|完工|结束|终止|截止|建成|投用|完成时[限间]")
_CELL_DATE = re.compile(
    rf"(?P<year>{_YEAR})(?:\s?[年.\-/]\s?(?P<month>1[0-2]|0?[1-9])(?![\d])(?:\s?[月.\-/]\s?(?P<day>3[01]|[12]\d|0?[1-9])?日?)?)?"
    r"\s?[年月]?(?:[底末]|[上中下]旬)?前?(?:完成)?"
)
_DONE = re.compile("已完成|已建成|完成情况|已办结|已投用|完工情况")


def _of_table(document: Document, table: Table) -> Iterator[Finding]:
    due = [place for place, column in enumerate(table.columns) if _DUE.search(column.name)]
    begins = [place for place, column in enumerate(table.columns) if _BEGINS.search(column.name)]
    ends = [place for place, column in enumerate(table.columns) if _ENDS.search(column.name)]
    if not due and not (len(begins) == len(ends) == 1):
        return
    done = bool(_DONE.search(table.title) or any(_DONE.search(name) for name in table.names))
    for row in table.rows:
        printed = [cell.printed.strip() for cell in row.cells]
        line = row.line or table.line
        for place in due:
            found = _CELL_DATE.fullmatch(printed[place])
            when = _last_day(found["year"], found["month"], found["day"]) if found else None
            if when is None or document.date is None or when >= document.date or done or _DONE.search("".join(printed)):
                continue
            yield _in_table(
                document,
                table,
                line,
                Severity.WARNING,
                f"“{_tail(table.names[place])}”栏的“{printed[place]}”早于发文日期{_chinese(document.date)}。",
                f"“{printed[place]}” under “{_tail(table.names[place])}” lies before the date of the document, "
                f"{document.date}.",
                printed,
            )
        if len(begins) == len(ends) == 1 and begins != ends:
            one, two = _CELL_DATE.fullmatch(printed[begins[0]]), _CELL_DATE.fullmatch(printed[ends[0]])
            begin = _first_day(int(one["year"]), one["month"], one["day"]) if one else None
            end = _last_day(two["year"], two["month"], two["day"]) if two else None
            if begin is not None and end is not None and end < begin:
                yield _in_table(
                    document,
                    table,
                    line,
                    Severity.ERROR,
                    f"终止时间“{printed[ends[0]]}”早于起始时间“{printed[begins[0]]}”。",
                    f"The end “{printed[ends[0]]}” lies before the beginning “{printed[begins[0]]}”.",
                    printed,
                )


def _in_table(
    document: Document, table: Table, line: int, severity: Severity, message: str, english: str, printed: Sequence[str]
) -> Finding:
    place = Place(line, shortened(" ".join(word for word in printed if word)))
    return Finding(
        name_of(document), FindingKind.DEADLINE, severity, message, english, (place,), table.locator, table.eid
    )


def _tail(name: str) -> str:
    return name.rsplit(" / ", 1)[-1]
