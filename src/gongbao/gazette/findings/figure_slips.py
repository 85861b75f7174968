"""Slips of recognition in figures: document numbers, dates, letters among figures, points, commas and units."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from gongbao.gazette.findings.model import Severity
from gongbao.gazette.findings.shown_text import Hit, Paragraph, ShownText, matches
from gongbao.gazette.lines import HAN

# --- document numbers -------------------------------------------------------------------------------------------------

_OPEN = "〔﹝［[【〖（(｛{"
_CLOSE = "〕﹞］]】〗）)｝}"
_SHAPE = dict(zip(_OPEN + _CLOSE, "ttssbbrrcc" * 2, strict=True))
_YEAR = r"(?:19|20)\d{2}"
_ANY_OPEN, _ANY_CLOSE = re.escape(_OPEN), re.escape(_CLOSE)
_BRACKETED = re.compile(
    rf"(?<=[{HAN}])\s?(?P<open>[{_ANY_OPEN}])\s?{_YEAR}\s?(?P<close>[{_ANY_CLOSE}])\s{{0,4}}第?\s{{0,4}}\d{{1,5}}(?:\s{{0,4}}号)?"
)
_ONE_BRACKET = re.compile(
    rf"(?<=[{HAN}])(?:[〔﹝［\[]\s?{_YEAR}(?=\d{{1,4}}\s?号)|(?<![{_ANY_OPEN}\d])(?<![{_ANY_OPEN}]\s){_YEAR}\s?[〕﹞］\]](?=\s?\d{{1,4}}\s?号))"
)
_WRONG_YEAR = re.compile(r"(?<=[一-龥])[〔﹝]\s?(?P<year>\d{1,12}|\d{4}年)\s?[〕﹞]\s?第?\s?\d{1,5}\s?号")
_WRONG_YEAR_OTHER = re.compile(
    r"(?<=[政办发函字令文规])[\[［(（【]\s?(?P<year>\d{3}|\d{5,6})\s?[\]］)）】]\s?\d{1,5}\s?号"
)
_NO_WORD = re.compile(
    rf"(?<=[{HAN}])(?:[〔﹝]\s?{_YEAR}\s?[〕﹞]|(?<=[政办发函文])[\[［]\s?{_YEAR}\s?[\]］])\s?第?(?P<serial>\d{{1,4}})(?=\s?(?:[^\d\s号、，,—\-－–~～至和及与A-Za-z]|，\s?[{HAN}]|$))"
)
_NO_SERIAL = re.compile(rf"(?<=[{HAN}])[〔﹝]{_YEAR}[〕﹞]第?号")
_CITED = re.compile(rf"(?<=[{HAN}])[〔﹝]\s?(?P<year>{_YEAR})\s?[〕﹞]\s?\d{{1,5}}\s?号")


def numbers(text: ShownText) -> Iterator[Hit]:
    """Document numbers that are written wrongly."""
    for found in _BRACKETED.finditer(text.raw):
        if _SHAPE[found["open"]] != _SHAPE[found["close"]]:
            yield Hit(
                *found.span(),
                Severity.ERROR,
                f"文号“{_squeezed(found[0])}”的括号前后不一：“{found['open']}”与“{found['close']}”。",
                f"The brackets of the document number “{_squeezed(found[0])}” do not match.",
            )
    for paragraph, found in matches(text, _ONE_BRACKET):
        yield text.hit(
            paragraph.start + found.start(),
            paragraph.start + found.end(),
            Severity.ERROR,
            f"文号中的年份“{found[0]}”缺半个括号。",
            f"The year of a document number, “{found[0]}”, lacks one of its brackets.",
        )
    for pattern in (_WRONG_YEAR, _WRONG_YEAR_OTHER):
        for paragraph, found in matches(text, pattern):
            year = found["year"]
            # 〔85〕 is how numbers were written before 2000.
            if re.fullmatch(rf"{_YEAR}|[5-9]\d", year):
                continue
            yield text.hit(
                paragraph.start + found.start(),
                paragraph.start + found.end(),
                Severity.WARNING if year.endswith("年") else Severity.ERROR,
                f"文号“{_squeezed(found[0])}”的年份“{year}”有误。",
                f"The year “{year}” of the document number “{_squeezed(found[0])}” is none.",
            )
    numbered_rows = Counter(id(p.document) for p, _ in matches(text, _CITED) if p.row)
    for paragraph, found in matches(text, _NO_WORD):
        if paragraph.row and numbered_rows[id(paragraph.document)] < 2:
            continue
        yield text.hit(
            paragraph.start + found.start(),
            paragraph.start + found.end(),
            Severity.WARNING,
            f"文号“{_squeezed(found[0])}”缺“号”字。",
            f"The document number “{_squeezed(found[0])}” lacks its 号.",
        )
    for paragraph, found in matches(text, _NO_SERIAL):
        yield text.hit(
            paragraph.start + found.start(),
            paragraph.start + found.end(),
            Severity.WARNING,
            f"文号“{found[0]}”缺序号。",
            f"The document number “{found[0]}” lacks its serial.",
        )
    for paragraph, found in matches(text, _CITED):
        document = paragraph.document
        if document is None:
            continue
        own = re.search(rf"〔({_YEAR})〕", document.number)
        years = [int(own[1])] if own else []
        years += [document.date.year] if document.date else []
        if years and int(found["year"]) > max(*years, text.gazette.year or 0, 0):
            yield text.hit(
                paragraph.start + found.start(),
                paragraph.start + found.end(),
                Severity.WARNING,
                f"文号“{_squeezed(found[0])}”的年份{found['year']}晚于本文件的年份{max(years)}。",
                f"The document number “{_squeezed(found[0])}” is later than this document’s year {max(years)}.",
            )


def _squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


# --- dates and times --------------------------------------------------------------------------------------------------

_MONTH = re.compile(rf"(?<!\d)(?P<year>{_YEAR})\s?年\s?(?P<month>\d{{1,3}})\s?月(?!\s?\d{{1,2}}\s?[日号]|龄|嫂|饼)")
_MONTH_CHINESE = re.compile(r"年(?P<month>十[三四五六七八九]|[二三四五六七八九]十[一二三四五六七八九]?)月(?!龄)")
_DASHED = re.compile(
    rf"(?<![\d.\-/A-Za-z]){_YEAR}(?P<mark>[.\-/])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?![\d.\-/%％A-Za-z])"
)
_DAY_CHINESE = re.compile(
    r"(?P<month>十[一二]?|[一二三四五六七八九])月(?P<day>三十[二三四五六七八九]|[四五六七八九]十[一二三四五六七八九]?)日"
)
_LAST_DAY = re.compile(
    r"(?<!\d)(?P<month>\d{1,2})月\d{1,2}[日号]?\s?(?:—{1,2}|－|-|–|~|～|至|到)\s?(?P<day>\d{1,2})[日号]"
)
_LONG_YEAR = re.compile(r"(?<![\d.,])(?:(?:19|20)\d{3}|20\d{4})年")
_FAR_YEAR = re.compile(r"(?<!\d)(?:2[2-9]\d{2}|[3-9]\d{3})年\s?(?=\d{1,2}月|[底末度])")
_CLOCK = re.compile(r"(?<!\d)(?P<hour>\d{1,2})[时点](?P<minute>\d{1,2})分(?![之钟比点线厂散店支])")
_HOUR = re.compile(
    r"(?:[上下]午|晚上?|凌晨|中午|[每\d]日|于|自)\s?(?P<hour>\d{1,2})(?:[时点]|[:：](?P<minute>\d{2}))(?!\d)"
)
_CLOCKS = re.compile(
    r"(?<![\d:：])(?P<h1>\d{1,2})[:：](?P<m1>\d{2})\s?(?:—{1,2}|－|-|–|~|～|至|到)\s?(?P<h2>\d{1,2})[:：](?P<m2>\d{2})(?![\d:：])"
)
_WEEKDAY = re.compile(
    rf"(?<!\d)(?P<year>{_YEAR})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日\s?[（(]?\s?(?:星期|周)(?P<weekday>[一二三四五六日天])(?![{HAN}]?[年月])"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"十": 10, "十一": 11, "十二": 12}


def dates(text: ShownText) -> Iterator[Hit]:
    """Months, days, years and hours that do not exist."""

    def hit(paragraph: Paragraph, found: "re.Match[str]", zh: str, en: str) -> Hit:
        return text.hit(paragraph.start + found.start(), paragraph.start + found.end(), Severity.ERROR, zh, en)

    for paragraph, found in (*matches(text, _MONTH), *matches(text, _MONTH_CHINESE)):
        month = found["month"]
        if not month.isdecimal() or not 1 <= int(month) <= 12:
            words = _squeezed(found[0])
            yield hit(paragraph, found, f"“{words}”：没有{month}月。", f"“{words}”: there is no month {month}.")
    for paragraph, found in matches(text, _DASHED):
        month, day = int(found["month"]), int(found["day"])
        # Months that exist are left to `deadlines`, which looks whether the day does.
        if (not 1 <= month <= 12 and month + day) or not 1 <= day <= 31 or (day > 31):
            if found["mark"] == "." and not paragraph.row and (month > 31 or day > 39):
                continue  # a number of a standard or a version
            yield hit(paragraph, found, f"日期“{found[0]}”不存在。", f"There is no such day as “{found[0]}”.")
    for paragraph, found in matches(text, _DAY_CHINESE):
        yield hit(paragraph, found, f"日期“{found[0]}”不存在。", f"There is no such day as “{found[0]}”.")
    for paragraph, found in matches(text, _LAST_DAY):
        month, day = int(found["month"]), int(found["day"])
        if 1 <= month <= 12 and day > _DAYS[month - 1]:
            yield hit(
                paragraph,
                found,
                f"“{_squeezed(found[0])}”：{month}月没有{day}日。",
                f"“{_squeezed(found[0])}”: month {month} has no day {day}.",
            )
    for paragraph, found in (*matches(text, _LONG_YEAR), *matches(text, _FAR_YEAR)):
        yield hit(paragraph, found, f"年份“{found[0].strip()}”有误。", f"“{found[0].strip()}” is no year.")
    for paragraph, found in matches(text, _CLOCK):
        if int(found["hour"]) > 24 or int(found["minute"]) > 59:
            yield hit(paragraph, found, f"时刻“{found[0]}”不存在。", f"There is no such time as “{found[0]}”.")
    for paragraph, found in matches(text, _HOUR):
        if int(found["hour"]) > 24 or int(found["minute"] or 0) > 59:
            yield hit(paragraph, found, f"时刻“{found[0]}”不存在。", f"There is no such time as “{found[0]}”.")
    for paragraph, found in matches(text, _CLOCKS):
        if any(int(found[name]) > last for name, last in (("h1", 24), ("h2", 24), ("m1", 59), ("m2", 59))):
            yield hit(paragraph, found, f"时刻“{found[0]}”不存在。", f"There is no such time as “{found[0]}”.")
    for paragraph, found in matches(text, _WEEKDAY):
        try:
            day_of_week = date(int(found["year"]), int(found["month"]), int(found["day"])).weekday()
        except ValueError:
            continue
        printed = "一二三四五六日".index(found["weekday"].replace("天", "日"))
        if printed != day_of_week:
            right = "一二三四五六日"[day_of_week]
            yield hit(
                paragraph,
                found,
                f"“{found[0]}”与日历不符：该日是星期{right}。",
                f"“{found[0]}” is against the calendar: that day is a 星期{right}.",
            )


# --- figures ----------------------------------------------------------------------------------------------------------

_MIXED = re.compile(r"(?:(?<=[0-9])[０-９]|(?<=[０-９])[0-9]|(?<=[0-9])[．，](?=[０-９])|(?<=[０-９])[.,](?=[0-9]))")
_UNIT_BEHIND = (
    "(?:[年月日号]|[万亿]|元|[%％‰]|个|家|人|项|户|亩|吨|公里|平方|立方|小时|分钟|公斤|千瓦|辆|套|台|座|件|次|倍|岁|周岁"
    "|米(?!粉|面)|条|所|名|处|批(?!复)|学时|课时|株|艘|头(?!部)|只|栋|幢|场|册|箱|公顷|毫米|厘米|微米|毫克)"
)
_MEASURE_BEHIND = "(?:小时|分钟|个工作|个月|周岁|[万亿]元|公里|平方|立方|公顷|亩|吨|千瓦|人次|批次|学时|课时)"
_LETTERED = re.compile(r"(?<![A-Za-z0-9_\-/.@#〔\[])[0-9A-Za-z][0-9A-Za-z.,|]*")
_LETTER_YEAR = re.compile(r"[〔﹝\[［(（](?P<year>[12lI][0-9OoDlI]{3})[〕﹞\]］)）]\s?(?P<serial>[0-9OolI]{1,4})\s?号")
_COUNTED = re.compile("第(?P<letters>[lO][0-9lO]*|[0-9]+[lO][0-9lO]*)(?=[条章节款项批次期号届])")
_CHINESE_NOUGHT = re.compile("(?<=[〇零一二三四五六七八九])[OoＯｏ]+(?=[〇零一二三四五六七八九年])")
_DIGITS = str.maketrans("OolI|SZB", "00111528")


def letters(text: ShownText) -> Iterator[Hit]:
    """Letters that were taken for figures, and figures of two widths in one number."""
    for found in _MIXED.finditer(text.raw):
        start, end = found.start(), found.end()
        while start and text.raw[start - 1] in "0123456789０１２３４５６７８９.．":
            start -= 1
        while end < len(text.raw) and text.raw[end] in "0123456789０１２３４５６７８９.．":
            end += 1
        words = text.raw[start:end]
        yield Hit(
            start,
            end,
            Severity.WARNING,
            f"数字“{words}”全角与半角混用。",
            f"The number “{words}” mixes figures of full and half width.",
        )
    for paragraph, found in matches(text, _LETTER_YEAR):
        if re.search("[A-Za-z]", found["year"] + found["serial"]):
            words = _squeezed(found[0])
            yield text.hit(
                paragraph.start + found.start(),
                paragraph.start + found.end(),
                Severity.ERROR,
                f"文号“{words}”的数字中有字母。",
                f"There is a letter among the figures of the document number “{words}”.",
            )
    for paragraph, found in matches(text, _COUNTED):
        token = found["letters"]
        yield text.hit(
            paragraph.start + found.start(),
            paragraph.start + found.end(),
            Severity.WARNING,
            f"数字“{token}”中有字母，疑为“{token.translate(_DIGITS)}”之误。",
            f"There is a letter in the number “{token}”; “{token.translate(_DIGITS)}” is likely meant.",
        )
    for paragraph, found in matches(text, _CHINESE_NOUGHT):
        yield text.hit(
            paragraph.start + found.start(),
            paragraph.start + found.end(),
            Severity.NOTE,
            f"汉字数字中的“〇”写成了字母“{found[0][0]}”。",
            f"The letter “{found[0][0]}” stands where “〇” belongs.",
        )
    for paragraph, found in matches(text, _LETTERED):
        token = found[0].rstrip(".,|")
        if not re.search("[A-Za-z|]", token) or not _is_number(token, paragraph.text, found.start()):
            continue
        right = token.translate(_DIGITS)
        letter = next(char for char in token if char.isalpha() or char == "|")
        yield text.hit(
            paragraph.start + found.start(),
            paragraph.start + found.start() + len(token),
            Severity.WARNING,
            f"数字“{token}”中有字母“{letter}”，疑为“{right}”之误。",
            f"The letter “{letter}” stands in the number “{token}”; “{right}” is likely meant.",
        )


def _is_number(token: str, words: str, at: int) -> bool:
    """Whether a word of figures and letters (2O22, l5, 1.5O) must be a number: by its form, or the unit behind it."""
    if not re.fullmatch("[0-9OolI|SZB.,]+", token) or not re.search("[0-9]", token):
        return False
    behind = words[at + len(token) : at + len(token) + 4].lstrip(" ")
    date_behind = re.match(r"[-/.年]\s?\d", behind)
    unit = re.match(_UNIT_BEHIND, behind)
    if re.fullmatch(r"[12][0-9OolI]{3}", token) and re.search("[OolI]", token[1:]):
        return bool(behind[:1] == "年" or date_behind or re.match("[-—－~～至]", behind))
    if re.fullmatch("[1-9][0-9]*[Oo]+0+|[1-9][0-9]*0+[Oo]+0*", token) and len(token) >= 4:
        return re.match(f"[{HAN}，。；、）%％]|$", behind) is not None
    if unit is None and re.fullmatch("[0-9]{3,}[Oo]{1,3}[0-9]*", token) and 6 <= len(token) <= 11:
        return True
    if unit is None:
        # 3O5 is a number where words stand on both sides; B1O and O3 are names of something.
        before = words[at - 1 : at] if at else ""
        inside = re.fullmatch(r"[0-9]+[.,]?[Ool]+[0-9]+|[0-9]+\.[0-9]*[Ool]+[0-9]*", token) and len(token) >= 3
        return bool(inside and re.match(f"[{HAN}\t]", before) and re.match(r"[，。；、\t]|$", behind))
    if re.search("[SZB]", token):
        between = re.fullmatch(r"[0-9]+[SZB][0-9]+", token) and re.match("[万亿元年%％]", behind)
        # 4S店, 2B类 and 3B户型 are names; a 4B小时 there is not.
        return bool(between or (re.fullmatch("[0-9]+[SZB]", token) and re.match(_MEASURE_BEHIND, behind)))
    if token[0] in "Oo|":
        # O3日 is the mean of ozone; 年O5月 is a date.
        return bool(
            re.fullmatch("[Oo][1-9]", token) and words[at - 1 : at] in ("年", "月") and behind[:1] in ("月", "日")
        )
    if token[0] in "lI":
        # I类, I级 and the like are Roman; l0万元 and I5家 are not.
        return bool(re.fullmatch(r"[lI][0-9OolI.,]*[0-9Oo][0-9OolI]*", token))
    if token[-1] in "lI|" and re.fullmatch("[0-9.,]+[lI|]", token):
        return bool(re.match("[年月日万亿元%％家人户亩]", behind))  # 5l水: litres
    return True


_TWO_POINTS = re.compile(
    r"(?<![\d.．A-Za-z/\-])(?P<figure>\d{1,3}[.．]\d{1,4}[.．]\d{1,4})(?![\d.．])\s?(?=[%％‰]|[百千]?[万亿]|元|个百分点|亩|吨|公里|平方|立方|公顷|倍|微克|千瓦|公斤|度(?![范标]))"
)
_POINT_TWICE = re.compile(
    r"(?<=\d\.\d)\.(?=[万亿%％])|(?<=[一-龥])\.(?=\d+(?:[万亿%％]|个百分点))|(?<=\d)，(?=\d{3}，\d{3}[万亿]?元)|(?<=\d)(?:\.{2}|．{2}|\.．|．\.|。\.|\.。|。(?=\d+(?:[万亿%％]|元|个百分点|亩|吨|公里)))(?=\d)"
)
_COMMAS = re.compile(
    r"(?<![\d.,，A-Za-z])(?P<figure>\d+(?:,\d+)+)(?P<rest>\.\d+)?(?!\d)\s?(?P<unit>[百千]?[万亿]?元|[万亿]|亩|吨|公里|平方|立方|公顷|人|户|家|千瓦)?"
)
_POINT_AND_UNIT = re.compile(r"(?<=\d)[，。](?=(?:[万亿]元|[%％]|个百分点|公里|平方米|万亩))")


def figures(text: ShownText) -> Iterator[Hit]:
    """Points and commas that no number has."""

    def hit(paragraph: Paragraph, start: int, end: int, zh: str, en: str) -> Hit:
        return text.hit(paragraph.start + start, paragraph.start + end, Severity.WARNING, zh, en)

    for paragraph, found in matches(text, _TWO_POINTS):
        if not paragraph.text[max(0, found.start() - 20) : found.start()].strip():
            continue  # a number of a clause
        figure = found["figure"]
        yield hit(
            paragraph, *found.span("figure"), f"数字“{figure}”有两个小数点。", f"The number “{figure}” has two points."
        )
    for paragraph, found in matches(text, _POINT_TWICE):
        words = _around(paragraph.text, found.start(), found.end(), "0-9.．。")
        yield hit(
            paragraph, *found.span(), f"数字“{words}”的小数点有误。", f"The point of the number “{words}” is wrong."
        )
    for paragraph, found in matches(text, _COMMAS):
        figure = found["figure"]
        groups = figure.split(",")
        alone = (
            paragraph.row
            and paragraph.text[found.start() - 1 : found.start()] in ("", "\t")
            and (paragraph.text[found.end() : found.end() + 1] in ("", "\t"))
        )
        if not (found["unit"] or alone) or _well_grouped(groups):
            continue
        if len(groups) == 2 and not re.match("[百千]?[万亿]?元|[万亿]", found["unit"] or "") and len(groups[1]) < 3:
            continue  # 3,5人 may be two numbers
        if len(groups) > 2 and len(groups[-1]) != 3 and not any(len(group) == 3 for group in groups[1:]):
            continue  # 3,5,8 are three
        yield hit(
            paragraph,
            *found.span("figure"),
            f"数字“{figure}”的千分位分隔有误。",
            f"The commas of the number “{figure}” do not part thousands.",
        )
    for paragraph, found in matches(text, _POINT_AND_UNIT):
        words = _around(paragraph.text, found.start(), found.end() + 1, "0-9.")
        yield hit(
            paragraph,
            *found.span(),
            f"数字与单位之间夹有标点：“{words}”。",
            f"A mark stands between a number and its unit: “{words}”.",
        )


def _well_grouped(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def _around(words: str, start: int, end: int, chars: str) -> str:
    begin = re.search(f"[{chars}]*$", words[max(0, start - 12) : start])
    behind = re.match(f"[{chars}]*", words[end : end + 12])
    return (begin[0] if begin else "") + words[start:end] + (behind[0] if behind else "")


# --- units ------------------------------------------------------------------------------------------------------------

_UNIT_TWICE = re.compile(
    r"(?<=[\d一二三四五六七八九十百千万亿])\s?(?P<unit>[％%]{2}|万万|亿亿|亿元元|万元元|元元(?![素旦])|元[万亿]元|万元万元|亿元亿元|万亿亿|亿万亿"
    r"|公里公里|平方米平方米|立方米立方米|公顷公顷|个百分点个百分点|吨吨|万吨吨|米米(?=[，。；、）的]|$)|亩亩(?!均)|号号(?=[）)，。、文令]|$)"
    r"|个个(?=[村县乡镇街社单部月点地行市])|名名(?=[学教干职代农企党])|公里里(?!程)|年年(?=\d)|月月(?=\d)|日日(?=[，。；、）前至起内]))"
)
_PER_TIME = re.compile(r"(?<=[\d万亿余])\s?入次(?![年月日级要生区])")
_DIGIT_BEHIND = re.compile(r"\d\s?$")
_HUNDRED = re.compile(r"百分之百分之|百分之[\d.]+[％%]")


def units(text: ShownText) -> Iterator[Hit]:
    """Units that are set twice."""
    for paragraph, found in matches(text, _UNIT_TWICE):
        unit = found["unit"]
        behind_figure = _DIGIT_BEHIND.search(paragraph.text[max(0, found.start("unit") - 2) : found.start("unit")])
        money = unit in ("万万", "亿亿") and paragraph.text[found.end() : found.end() + 1] == "元"
        # 千千万万, 一元元件: of one character, only behind figures is it sure, or where the unit of money goes on.
        if len(unit) == 2 and unit[0] == unit[1] and not behind_figure and not money:
            continue
        yield text.hit(
            paragraph.start + found.start("unit"),
            paragraph.start + found.end("unit"),
            Severity.WARNING,
            f"单位重复：“{unit}”。",
            f"A unit is set twice: “{unit}”.",
        )
    for paragraph, found in matches(text, _PER_TIME):
        yield text.hit(
            paragraph.start + found.end() - 2,
            paragraph.start + found.end(),
            Severity.WARNING,
            "“入次”疑为“人次”之误。",
            "“入次” is likely meant to be “人次”.",
        )
    for paragraph, found in matches(text, _HUNDRED):
        yield text.hit(
            paragraph.start + found.start(),
            paragraph.start + found.end(),
            Severity.WARNING,
            f"百分数的写法重复：“{found[0]}”。",
            f"Per cent is said twice: “{found[0]}”.",
        )
