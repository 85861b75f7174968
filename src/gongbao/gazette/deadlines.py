"""Deadlines as documents word them: 10个工作日内, 每月25日前, 2022年6月底前, 接到报告后1小时内, 汛期前.

A deadline is read as it is printed, with its values. When the clock of a counted one starts, and whether a day is a
working day, is for gongbao.procedures to say; the words that start it are kept in `event`.

A named day (9月9日前) and the end of a stretch (6月底前, 年底前) are that day itself. A month or a year that is only
named (6月前, 2025年前) begins what is outside: the last day before it is meant.
"""

import calendar
import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum

from gongbao.core.numerals import CHINESE_NUMERAL, chinese_to_int


class DeadlineKind(StrEnum):
    FIXED_DATE = "fixed_date"  # 2022年6月底前
    RECURRING = "recurring"  # 每月25日前
    WORKING_DAYS = "working_days"  # 10个工作日内
    CALENDAR_DAYS = "calendar_days"  # 三十日内, 两周内
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    EVENT = "event"  # 汛期前, 即日起


class Relation(StrEnum):
    """How the time named bounds what is to be done."""

    BY = "by"  # not later than it: 前, 止
    AT = "at"  # in it, at it: 年底完工, 每年10月份, 每季度一次
    WITHIN = "within"  # counted onward from the event: 内
    AHEAD = "ahead"  # counted back from the event: 提前3日, 会议召开5日前
    FROM = "from"  # 即日起


class YearFrom(StrEnum):
    """Where the year of a fixed date comes from."""

    WORDS = "words"  # printed with it
    SENTENCE = "sentence"  # the year named last before it in the same sentence
    DOCUMENT = "document"  # inferred: the year of the document's date
    PLAN = "plan"  # inferred: the last year of the five-year plan that is named


class Every(StrEnum):
    YEAR = "year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline. `words` stand at `start` to `end` of the text that was read.

    fixed_date: `date` (None while the year is not known), `month` and `day` as printed, `year_from`.
    recurring: `every`, with `month` (of the year, or of the quarter: 1 to 3), `day` (of the month; of the week: 1 to
    7) where printed; `last_day` for 月底, 年底 and 季度末; `next_period` for 次月, 次年.
    working_days, calendar_days, months, years, hours: `number` of them, for a range (12至24个月内) its upper end with
    the lower in `least`; `event` is what they are counted from ("" where that is not said). hours: `minutes` always
    holds the whole time, `number` is None where that is no whole number of hours.
    event: `event`, and `year` where it is that of one year (2023年汛期前).
    `time` is a time of day, "16:00".
    """

    kind: DeadlineKind
    relation: Relation
    words: str
    start: int
    end: int
    date: datetime.date | None = None
    year_from: YearFrom | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    time: str = ""
    every: Every | None = None
    last_day: bool = False
    next_period: bool = False
    number: int | None = None
    least: int | None = None
    minutes: int | None = None
    event: str = ""

    def as_dict(self) -> dict[str, str | int | bool | None]:
        """All fields, with dates as YYYY-MM-DD: what the JSON prints."""
        out: dict[str, str | int | bool | None] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, StrEnum):
                value = value.value
            out[field.name] = value.isoformat() if isinstance(value, datetime.date) else value
        return out


_COUNT = rf"(?:\d{{1,4}}|[{CHINESE_NUMERAL}]{{1,5}})"
_YEAR = r"(?:(?:19|20)\d{2}|[二一][〇零○九][〇零○一二三四五六七八九]{2})"
# 前 that is the word "before" and not the beginning of 前期, 前置, 前提…
_BEFORE = r"(?:之前|以前|前(?![期来后提往景述款列沿置者瞻身线台卫三端年两]))"
_TIME = r"(?:\s?(?P<hour>2[0-4]|1\d|0?\d)(?:[:：](?P<minute>[0-5]\d)|[时点](?:(?P<minute2>[0-5]?\d)分|整)?))"

_COUNTED = re.compile(
    r"(?P<ahead>提前(?:至少)?\s?)?(?P<floor>不少于|不得少于|至少)?(?P<cap>(?:最长|最多|最迟)?不得?超过\s?)?"
    rf"(?:(?P<least>{_COUNT})\s?(?:个?工作日|日|天|个月|年)?\s?[至到—\-–~～]\s?)?"
    rf"(?P<number>{_COUNT}|半)\s?(?:（\d{{1,4}}）)?\s?(?P<measure>个)?\s?"
    r"(?P<unit>工作日|日历天|自然日|小时|分钟|星期|季度|日|天|周|月|年)"
    r"(?P<tail>以内|之内|内|之前|以前|前)?"
)
# 近三年内, 逾期30日内: a stretch of the past or a condition, and no deadline.
_NO_DEADLINE_BEHIND = re.compile(r"(?:近|过去|最近|连续|任意|逾期|超过|超期|前|第|未满|每隔|同一?|[\d.])\s?$")
_NO_DEADLINE_AHEAD = re.compile(r"的?(?:核酸|累计|连续|发生|出现|新发|有\d|不得|不再|不予|免|同一|在同一|\d{1,3}次)")
_LEFT_UNDONE = re.compile(r"[，]?(?:仍|均|尚)?(?:未|没有|拒不)")  # 7日内未答复的
_KINDS = {
    "工作日": (DeadlineKind.WORKING_DAYS, 1),
    "日历天": (DeadlineKind.CALENDAR_DAYS, 1),
    "自然日": (DeadlineKind.CALENDAR_DAYS, 1),
    "日": (DeadlineKind.CALENDAR_DAYS, 1),
    "天": (DeadlineKind.CALENDAR_DAYS, 1),
    "周": (DeadlineKind.CALENDAR_DAYS, 7),
    "星期": (DeadlineKind.CALENDAR_DAYS, 7),
    "月": (DeadlineKind.MONTHS, 1),
    "季度": (DeadlineKind.MONTHS, 3),
    "年": (DeadlineKind.YEARS, 1),
    "小时": (DeadlineKind.HOURS, 60),
    "分钟": (DeadlineKind.HOURS, 1),
}
_HALVES = {
    "年": (DeadlineKind.MONTHS, 6),
    "月": (DeadlineKind.CALENDAR_DAYS, 15),
    "小时": (DeadlineKind.HOURS, 30),
}
# What stands right before a count and starts it: each pattern ends where the count begins.
_WINDOW = 100
_SINCE = re.compile(r"(?P<event>[^，。；、：]{1,45})(?:(?:之日|当日|当天|次日|之时)起|(?<!一)起)(?:计算)?[，,]?的?$")
_AFTER = re.compile(r"(?P<event>[^，。；、：]{1,45}?)(?:以后|之后|后)的?$")
_AFTER_COMMA = re.compile(
    r"(?P<event>[^，。；：]{2,45}?)(?:以后|之后|后)，"
    r"[^，。；]{0,40}?(?:应当|应该|应|要|须|需|必须|将)?(?:于|在)?$"
)
_NAMED = re.compile(r"(?P<event>(?:完成|接到|收到|接报|受理|签订|取得|领取|公布|印发|送达)[^，。；、：]{0,30})$")
_OCCASION = re.compile(
    r"(?P<event>[^，。；、：]{0,30}(?:召开|届满|期满|到期|结束|举办|举行|开赛|开工|开始|实施|施行|开业|搬迁|变更))前?$"
)
_LEAD_IN = re.compile(
    r"自(?![然主行动愿筹身我治查评用建有律])|从(?![事业])|在(?![建线岗校册籍职])|于|应当|应该|必须"
    r"|[应须](?![急用对届])|要(?![求素件点])|需(?!求)"
)
# 验收用时缩短到9个工作日以内: a target, and no deadline of a duty
_SHORTENED = re.compile(r"(?:压减|压缩|缩短|控制|减少|精简)[到至在为]?\s?$")
_DAY_ITSELF = re.compile(r"(?:之日|当日|当天|次日|之时)$")
_NOTICED = re.compile(r"接到|收到|接报|获知|得知|发现")

_MONTH = r"(?P<month>(?<!\d)(?:1[0-2]|0?[1-9])|元|十[一二]?|[一二三四五六七八九])\s?月(?:份)?"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])\s?[日号]"
_PART = r"(?P<part>月?底|末|上旬|中旬|下旬|初)"
_POINT = re.compile(
    rf"(?:(?P<prefix>次年|翌年|第二年|下一?年度?|今年|本年度?|当年|明年|(?P<year>{_YEAR})\s?年(?!度))\s?的?)?"
    rf"(?:{_MONTH}(?:\s?{_DAY}{_TIME}?|\s?{_PART})?|(?P<year_end>年?[底末])|(?P<half>上半年|下半年)"
    rf"|第?(?P<quarter>[一二三四1-4])季度[末底]?)"
    rf"(?P<before>{_BEFORE}|止)?"
)
_BARE_YEAR = re.compile(rf"(?P<year>{_YEAR})\s?年(?P<before>{_BEFORE}|以?内)(?!碳达峰)")
_WITHIN_YEAR = re.compile(rf"(?<![{CHINESE_NUMERAL}\d半多几数当])(?:今|本|当)?年内(?![容涝部])")
_NEXT_ITEM = re.compile(r"\s?[、和及]\s?")
# What makes a point without 前 (2022年10月底) a deadline: a word before it or what is to be done behind it.
_CLOSING = re.compile(
    r"(?:截止(?:日期|时间)?(?:为|至|到|是)?|不得?[晚迟]于|最[迟晚](?:不?超过|于|在)?|务必?[在于]|[应须]于|应当于)\s?[：:]?$"
)
_AIMED = re.compile(r"(?:确保[在于]?|力争[在于到]?|[于在到至]|计划|预计)\s?$")
_TO_BE_DONE = re.compile(
    r"，?[^，。；、]{0,8}(?:完工|完成|建成|竣工|投用|投入使用|开工|实现|建立|达到|将|基本|力争|全部|确保|实施)"
)
_LAST_YEAR = re.compile(r"(?:20|19)\d{2}\s?年")

_EACH = re.compile(r"(?P<head>每(?:一)?(?:个)?|次|下一?个?)(?P<every>半年|年|季|月|周|星期|日|天)度?的?")
_EACH_OF = {
    Every.YEAR: re.compile(
        rf"(?:{_MONTH}(?:\s?{_DAY}{_TIME}?|\s?{_PART})?|(?P<end>年?[底末])|(?P<first>年?初))(?P<before>{_BEFORE})?"
    ),
    Every.HALF_YEAR: re.compile(rf"(?P<end>[底末])(?P<before>{_BEFORE})?"),
    Every.QUARTER: re.compile(
        rf"(?:(?:首|第(?P<nth>[一二三])个|(?P<third>末))月(?:份)?|(?P<end>[底末])|(?P<first>初))"
        rf"(?:的?{_DAY})?(?P<before>{_BEFORE})?"
    ),
    Every.MONTH: re.compile(
        rf"(?:{_DAY}{_TIME}?|(?P<end>月?[底末])|(?P<first>月?初)|(?P<part>上旬|中旬|下旬))(?P<before>{_BEFORE})?"
    ),
    Every.WEEK: re.compile(rf"(?P<week_day>[一二三四五六日天])(?![个次]){_TIME}?(?P<before>{_BEFORE})?"),
    Every.DAY: re.compile(rf"{_TIME}(?P<before>{_BEFORE})?"),
}
_EVERY = {
    "半年": Every.HALF_YEAR,
    "年": Every.YEAR,
    "季": Every.QUARTER,
    "月": Every.MONTH,
    "周": Every.WEEK,
    "星期": Every.WEEK,
    "日": Every.DAY,
    "天": Every.DAY,
}
# 每年至少开展2次演练, 每周召开例会, 每月将名单抄送: something that is done, not a rate (每月300元).
_DONE_EACH = re.compile(
    r"(?:要|应当?|须|需|都|均|至少|定期)?(?:(?:[^，。；、\d]{0,8}(?:至少|不少于|不得少于)?[一两二三四五六\d]{1,2}次)"
    r"|(?:向|对|将|组织|召开|开展|进行|通报|汇总|公布|公示|更新|调度|评估|检查|督导|上报|报[^销]|考核|监测|编制|印发|调整|研究|分析))"
)
_PERIODICALLY = re.compile(
    r"(?:按|逐)(?P<every>半年|年|季|月|周|日)度?(?=向|对|将|报|通报|调度|汇总|公布|兑现|考核|排名|调整|统计|上报|拨付)"
)
_EVENT = re.compile(
    rf"(?:(?P<prefix>每年|次年|第二年|今年|明年|(?P<year>{_YEAR})\s?年)\s?的?)?"
    r"(?P<event>主汛期|汛期|入汛|汛|供地|土地出让|开工|竣工|竣工验收|验收|施工|开学|春节|元旦|国庆节?|五一|中秋节?|端午节?|春耕|三夏"
    r"|采暖季|供暖季?|入冬|上市|交付|启用|投入使用|投产|投用|开赛|审批|签订合同|会议召开|入住|出厂|出栏|屠宰)"
    rf"(?P<before>{_BEFORE})(?!的)"
)
_AT_ONCE = re.compile(r"(?:自|从)?即日起")
_PLAN = re.compile(r"“?十(?P<plan>[一二三四五六七八九])五”?(?:规划)?(?:时期|期间)?(?:期?末|结束)")
_COMPARED = re.compile(r"(?:比|较|与|同|相比)$")

_END_OF_SENTENCE = "。；！？\n"


def read_deadlines(text: str, issued: date | None) -> list[Deadline]:
    """All deadlines of a text, from left to right, none overlapping another.

    `issued` is the date of the document; it gives the year to a date printed without one (6月底前), unless the
    sentence names a year before it. Where that day would lie more than half a year before `issued`, the next year is
    meant. Never fails, and takes time that grows linearly with the text.
    """
    found: list[Deadline] = []
    taken = bytearray(len(text))
    readers: tuple[Callable[[str, date | None], Iterator[Deadline]], ...] = (
        _recurring,
        _events,
        _points,
        _counted,
    )
    for reader in readers:
        for deadline in reader(text, issued):
            if taken.find(1, deadline.start, deadline.end) < 0:
                taken[deadline.start : deadline.end] = b"\x01" * (deadline.end - deadline.start)
                found.append(deadline)
    return sorted(found, key=lambda deadline: deadline.start)


def _make(kind: DeadlineKind, relation: Relation, text: str, start: int, end: int) -> Deadline:
    return Deadline(kind, relation, text[start:end], start, end)


def _number(words: str | None) -> int | None:
    if not words:
        return None
    return int(words) if words.isdecimal() else 1 if words == "元" else chinese_to_int(words)


def _clock(found: "re.Match[str]") -> str:
    groups = found.groupdict()
    if not groups.get("hour"):
        return ""
    return f"{int(groups['hour']):02}:{int(groups.get('minute') or groups.get('minute2') or 0):02}"


def _day_of(part: str | None) -> int | None:
    return {"初": 1, "上旬": 10, "中旬": 20}.get(part or "")


# --- 每月25日前, 次年1月31日前 -------------------------------------------------------------------------------------


def _recurring(text: str, issued: date | None) -> Iterator[Deadline]:
    for head in _EACH.finditer(text):
        every = _EVERY[head["every"]]
        each = head["head"].startswith("每")
        found = _EACH_OF[every].match(text, head.end())
        if found is not None:
            groups = found.groupdict()
            part = groups.get("part")
            day = _number(groups.get("day")) or _day_of(part) or (1 if groups.get("first") else None)
            month = _number(groups.get("month"))
            if every is Every.QUARTER and not groups.get("end"):
                month = 3 if groups.get("third") else _number(groups.get("nth")) or 1
            if every is Every.WEEK:
                day = 7 if groups["week_day"] in "日天" else _number(groups["week_day"])
            whole_month = every is Every.YEAR and month is not None and day is None and not part
            if not each and not groups.get("before"):
                continue
            relation = Relation.BY if groups.get("before") else Relation.AT
            if whole_month and relation is Relation.BY and month is not None:
                month = 12 if month == 1 else month - 1  # 每年6月前: by the end of May
            yield replace(
                _make(DeadlineKind.RECURRING, relation, text, head.start(), found.end()),
                every=every,
                month=month,
                day=day,
                time=_clock(found),
                last_day=bool(groups.get("end") or (part and day is None) or (whole_month and relation is Relation.BY)),
                next_period=not each,
            )
        elif each and _DONE_EACH.match(text, head.end()):
            yield replace(_make(DeadlineKind.RECURRING, Relation.AT, text, head.start(), head.end()), every=every)
    for head in _PERIODICALLY.finditer(text):
        yield replace(
            _make(DeadlineKind.RECURRING, Relation.AT, text, head.start(), head.end()), every=_EVERY[head["every"]]
        )


# --- 汛期前, 即日起, “十四五”末 -------------------------------------------------------------------------------------


def _events(text: str, issued: date | None) -> Iterator[Deadline]:
    for found in _EVENT.finditer(text):
        prefix = found["prefix"] or ""
        deadline = replace(
            _make(DeadlineKind.EVENT, Relation.BY, text, found.start(), found.end()),
            event=found["event"],
            year=_year_of(found["year"]),
            next_period=prefix in ("次年", "第二年"),
        )
        if prefix.startswith("每年"):
            deadline = replace(deadline, kind=DeadlineKind.RECURRING, every=Every.YEAR)
        elif issued is not None and prefix in ("今年", "明年"):
            deadline = replace(deadline, year=issued.year + (prefix == "明年"))
        yield deadline
    for found in _AT_ONCE.finditer(text):
        yield replace(_make(DeadlineKind.EVENT, Relation.FROM, text, found.start(), found.end()), event="即日")
    for found in _PLAN.finditer(text):
        if not _COMPARED.search(text[max(0, found.start() - 4) : found.start()]):
            year = 1955 + 5 * (10 + (chinese_to_int(found["plan"]) or 0))
            before = re.compile(_BEFORE).match(text, found.end())
            yield replace(
                _make(
                    DeadlineKind.FIXED_DATE,
                    Relation.BY if before else Relation.AT,
                    text,
                    found.start(),
                    before.end() if before else found.end(),
                ),
                date=date(year, 12, 31),
                year=year,
                month=12,
                day=31,
                year_from=YearFrom.PLAN,
            )


# --- 2022年6月底前, 年底前 -----------------------------------------------------------------------------------------


def _points(text: str, issued: date | None) -> Iterator[Deadline]:
    points = list(_POINT.finditer(text))
    for place, found in enumerate(points):
        end = found.end()
        before = found["before"]
        if not before and found["day"]:
            before = _before_of_list(text, points, place)
        if found["year_end"] and not found["prefix"] and not found["year_end"].startswith("年"):
            continue  # 底线, 末端
        ends = bool(found["part"] or found["year_end"] or found["half"] or found["quarter"])
        if not before:
            behind = text[max(0, found.start() - 12) : found.start()]
            closing = _CLOSING.search(behind)
            by_then = behind.endswith("到") and found["prefix"]
            aimed = (
                ends
                and not behind.endswith(("截至", "截止", "截止到"))
                and (found["prefix"] or _AIMED.search(behind))
                and (by_then or _TO_BE_DONE.match(text, end))
            )
            if not closing and not aimed:
                continue
            if not ends and not found["day"]:
                continue
            before = closing[0] if closing else None  # 不得晚于, 截止
        yield _fixed(text, found, bool(before), issued)
    for found in _BARE_YEAR.finditer(text):
        year = _year_of(found["year"])
        if year is not None:
            year -= 0 if found["before"].endswith("内") else 1
            yield _on(text, found.start(), found.end(), Relation.BY, date(year, 12, 31), YearFrom.WORDS)
    for found in _WITHIN_YEAR.finditer(text):
        deadline = _make(DeadlineKind.FIXED_DATE, Relation.BY, text, found.start(), found.end())
        yield _dated(deadline, 12, 31, issued.year if issued else None, YearFrom.DOCUMENT)


def _before_of_list(text: str, points: list["re.Match[str]"], place: int) -> str | None:
    """The 前 of 6月25日、9月25日前, which stands behind the last of them only."""
    for k in range(place, min(place + 6, len(points) - 1)):
        gap = _NEXT_ITEM.fullmatch(text, points[k].end(), points[k + 1].start())
        if gap is None or not points[k + 1]["day"]:
            return None
        if points[k + 1]["before"]:
            return points[k + 1]["before"]
    return None


def _year_of(words: str | None) -> int | None:
    return _number(words) if words else None


def _fixed(text: str, found: "re.Match[str]", before: bool, issued: date | None) -> Deadline:
    prefix = found["prefix"] or ""
    month, day = _number(found["month"]), _number(found["day"]) or _day_of(found["part"])
    if found["half"]:
        month = 6 if found["half"] == "上半年" else 12
    elif found["quarter"]:
        month = 3 * (_number(found["quarter"]) or 1)
    elif found["year_end"]:
        month = 12
    bare_month = found["month"] is not None and day is None and not found["part"]
    deadline = replace(
        _make(DeadlineKind.FIXED_DATE, Relation.BY if before else Relation.AT, text, found.start(), found.end()),
        time=_clock(found),
    )
    if prefix in ("次年", "翌年", "第二年", "当年") or prefix.startswith("下"):
        if bare_month and month is not None:
            month = 12 if month == 1 else month - 1
        return replace(
            deadline,
            kind=DeadlineKind.RECURRING,
            every=Every.YEAR,
            month=month,
            day=day,
            last_day=day is None,
            next_period=prefix != "当年",
        )
    year, year_from = _year_of(found["year"]), YearFrom.WORDS
    if year is None and prefix == "":
        year, year_from = _year_before(text, found.start()), YearFrom.SENTENCE
    if year is None:
        year_from = YearFrom.DOCUMENT
        if issued is not None:
            year = issued.year + (prefix == "明年")
            if prefix == "" and month is not None and (issued.month - month) > 6:
                year += 1
    if bare_month and month is not None:
        eve = date(year or 2000, month, 1) - timedelta(days=1)
        return _dated(deadline, eve.month, eve.day, eve.year if year else None, year_from)
    return _dated(deadline, month or 12, day, year, year_from)


def _year_before(text: str, at: int) -> int | None:
    """The year that the sentence names last before `at`."""
    window = text[max(0, at - _WINDOW) : at]
    window = window[max(window.rfind(mark) for mark in _END_OF_SENTENCE) + 1 :]
    # 2025年度的奖励资金于4月底前拨付: what is paid for is past, the day is to come.
    years = [found[0] for found in _LAST_YEAR.finditer(window) if not window.startswith("度", found.end())]
    return int(years[-1][:4]) if years else None


def _dated(deadline: Deadline, month: int, day: int | None, year: int | None, year_from: YearFrom) -> Deadline:
    if day is None and (year is not None or month != 2):
        day = calendar.monthrange(year or 2001, month)[1]
    when = None
    if year is not None and day is not None and day <= calendar.monthrange(year, month)[1]:
        when = date(year, month, day)
    return replace(deadline, date=when, year=year, month=month, day=day, year_from=None if year is None else year_from)


def _on(text: str, start: int, end: int, relation: Relation, when: date, year_from: YearFrom) -> Deadline:
    deadline = _make(DeadlineKind.FIXED_DATE, relation, text, start, end)
    return _dated(deadline, when.month, when.day, when.year, year_from)


# --- 自…之日起10个工作日内 -----------------------------------------------------------------------------------------


def _counted(text: str, issued: date | None) -> Iterator[Deadline]:
    for found in _COUNTED.finditer(text):
        start = found.start("least") if found["least"] else found.start("number")
        unit, tail = found["unit"], found["tail"] or ""
        count_start = found.start()
        number = None if found["number"] == "半" else _number(found["number"])
        if found["number"] != "半" and (number is None or number == 0 or (unit == "年" and number > 100)):
            continue
        if unit == "月" and not found["measure"]:
            continue  # 6月内
        if found["measure"] and unit not in ("月", "工作日", "小时", "季度", "星期"):
            continue
        if unit == "日" and text[max(0, start - 2) : start].rstrip().endswith("月"):
            continue  # 每月25日前
        behind = text[max(0, start - 4) : start]
        if not found["cap"] and not found["floor"] and _NO_DEADLINE_BEHIND.search(behind) and not found["ahead"]:
            continue
        if _LEFT_UNDONE.match(text, found.end()):
            continue
        if _SHORTENED.search(text[max(0, count_start - 6) : count_start]):
            continue
        if found["floor"] and not found["ahead"]:
            continue  # 公示不少于5个工作日: how long it lasts
        window = text[max(0, count_start - _WINDOW) : count_start]
        window = window[max(window.rfind(mark) for mark in _END_OF_SENTENCE) + 1 :]
        relation = Relation.WITHIN
        event, event_start = "", count_start
        if found["ahead"]:
            relation = Relation.AHEAD
        elif tail.endswith("前"):
            occasion = _OCCASION.search(window)
            if occasion is None:
                continue
            relation = Relation.AHEAD
            event, event_start = occasion["event"], count_start - len(window) + occasion.start()
        elif tail.endswith("内"):
            occasion = _OCCASION.search(window) if window.endswith("前") else None
            if occasion is not None:
                relation = Relation.AHEAD
                event, event_start = occasion["event"], count_start - len(window) + occasion.start()
            else:
                event, event_start = _event(window, count_start)
            if not event and _NO_DEADLINE_AHEAD.match(text, found.end()):
                continue
        elif found["cap"] and unit != "年":
            event, event_start = _event(window, count_start)
        else:
            continue
        kind, factor = _HALVES.get(unit, (None, 0)) if number is None else _KINDS[unit]
        if kind is None:
            continue
        whole = factor * (1 if number is None else number)
        minutes = None
        least = _number(found["least"])
        amount: int | None = whole
        if kind is DeadlineKind.HOURS:
            minutes = whole
            amount = whole // 60 if whole % 60 == 0 else None
        elif least is not None:
            least *= factor
        yield replace(
            _make(kind, relation, text, event_start, found.end()),
            number=amount,
            least=least,
            minutes=minutes,
            event=event,
        )


def _event(window: str, at: int) -> tuple[str, int]:
    """What a count at `at` is counted from, and where the words that say so begin; ("", at) where nothing does."""
    for pattern in (_SINCE, _AFTER, _AFTER_COMMA, _NAMED):
        found = pattern.search(window)
        if found is None:
            continue
        event, start = found["event"], found.start("event")
        whole = start
        for lead in _LEAD_IN.finditer(event):
            if lead.end() < len(event):
                whole, start = found.start("event") + lead.start(), found.start("event") + lead.end()
                if event[lead.start()] not in "自从在于":
                    whole = start
        event = window[start : found.end("event")]
        noticed = _NOTICED.search(event)
        if noticed is not None and noticed.start() > 0:
            start = whole = start + noticed.start()
            event = event[noticed.start() :]
        event = _DAY_ITSELF.sub("", event.strip())
        if event:
            return event, at - len(window) + whole
    return "", at
