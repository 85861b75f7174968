"""The marks that number clauses: 第三章, 第十二条之一, 一、, （一）, 1., 2.1.3, （1）, 1）, ①, Ⅰ.

One reading of a line's beginning, used both where torn lines are joined and where the outline is built.
"""

import re
from dataclasses import dataclass, replace
from enum import IntEnum

from gongbao.core.numerals import CHINESE_NUMERAL, CIRCLED, chinese_to_int, circled_to_int, roman_to_int

CN = f"[{CHINESE_NUMERAL}]"


class Style(IntEnum):
    """A way of numbering, in the order in which ways usually contain each other."""

    PART = 0  # 第一编
    CHAPTER = 1  # 第一章
    SECTION = 2  # 第一节
    ARTICLE = 3  # 第一条
    HAN = 4  # 一、
    DECIMAL_1 = 5  # 1 总则 (only where 1.1 follows)
    DECIMAL_2 = 6  # 1.1
    DECIMAL_3 = 7
    DECIMAL_4 = 8
    DECIMAL_5 = 9
    HAN_BRACKET = 10  # （一）
    ARABIC = 11  # 1.
    ARABIC_BRACKET = 12  # （1）
    ARABIC_HALF = 13  # 1）
    CIRCLE = 14  # ①
    ROMAN = 15  # Ⅰ.
    LETTER = 16  # A.


@dataclass(frozen=True, slots=True)
class Marker:
    """A mark at the beginning of a line: `printed` as a person cites it, `path` its figures (one, but for decimals).

    `spaced` tells that white space follows, which a mere citation at the beginning of a line seldom has. `doubtful`
    tells that it may be a quantity (2.5 微克): it is a mark only where it is the very next number. `inserted` is 1 in
    第十二条之一.
    """

    style: Style
    path: tuple[int, ...]
    printed: str
    end: int
    spaced: bool
    doubtful: bool = False
    inserted: int = 0

    @property
    def number(self) -> int:
        return self.path[-1]


_DIVISION = re.compile(rf"第({CN}{{1,7}}|\d{{1,4}})(编|部分|章|节|条)(?:之({CN}{{1,3}}))?")
_DIVISION_STYLE = {"编": Style.PART, "部分": Style.PART, "章": Style.CHAPTER, "节": Style.SECTION, "条": Style.ARTICLE}
_HAN = re.compile(rf"({CN}{{1,5}})\s?[、．.]\s*(?!{CN}{{1,3}}(?:[、级等类线是]|$))")
_HAN_BRACKET = re.compile(
    rf"[（(]\s?({CN}{{1,5}})\s?[）)](?!(?:项|款|条)(?:所|规定|的|、|，|或者|和|至|中))\s?[、.]?\s*"
)
_DECIMAL = re.compile(r"(\d{1,2})((?:[.．]\d{1,2}){1,4})[.．、]?(?=\s|[^\d\s.%％])")
_ARABIC = re.compile(r"(\d{1,3})\s?[.．、]\s*(?![\d.．])")
_BARE = re.compile(r"(\d{1,2})\s+(?=[\u4e00-\u9fff])")
_ARABIC_BRACKET = re.compile(r"[（(]\s?(\d{1,3})\s?[）)]\s?[、.]?\s*")
_ARABIC_HALF = re.compile(r"(\d{1,3})[)）]\s*")
_ROMAN = re.compile(r"([ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ])[.．、]\s*")
_LETTER = re.compile(r"([A-Za-z])[.．、]\s*(?=[\u4e00-\u9fff“《])")

# What follows a number that is a quantity and no mark: 2.5微克, 3.5亿元, 1.2 倍.
_QUANTITY = re.compile(
    r"(?:[亿万千百]?(?:元|亩|吨|人|个|家|户|名|项|公里|平方|立方|米|倍|微克|毫|度|℃|升|分|岁|年|月|日|小时|天|次|件|条|所|座|处)|[亿万])"
    r"|\s?(?:[亿万千百]+(?:元|亩|吨|人|户|个|平方)|[亿％%‰]|个百分点|公里|平方米|立方米|微克|倍|元(?![\u4e00-\u9fff]))"
)


def read_marker(line: str) -> Marker | None:
    """The mark at the beginning of a line without leading white space; None where the line begins with words.

    A bare figure (`1 总则`) is read as DECIMAL_1; only the outline can tell whether it is one.
    """
    if not line:
        return None
    first = line[0]
    if first == "第":
        if found := _DIVISION.match(line):
            number = chinese_to_int(found[1]) if not found[1].isdecimal() else int(found[1])
            if number is None:
                return None
            inserted = chinese_to_int(found[3]) or 0 if found[3] else 0
            mark = _marker(line, _DIVISION_STYLE[found[2]], (number,), found[0], found.end())
            return replace(mark, inserted=inserted)
        return None
    if first.isdecimal():
        return _read_figures(line)
    if first in "（(":
        if found := _HAN_BRACKET.match(line):
            number = chinese_to_int(found[1])
            return (
                None if number is None else _marker(line, Style.HAN_BRACKET, (number,), f"（{found[1]}）", found.end())
            )
        if found := _ARABIC_BRACKET.match(line):
            return _marker(line, Style.ARABIC_BRACKET, (int(found[1]),), f"（{int(found[1])}）", found.end())
        return None
    if first in CIRCLED:
        return _marker(line, Style.CIRCLE, (circled_to_int(first) or 0,), first, 1)
    if found := _ROMAN.match(line):
        return _marker(line, Style.ROMAN, (roman_to_int(found[1]) or 0,), found[1] + ".", found.end())
    if found := _HAN.match(line):
        number = chinese_to_int(found[1])
        return None if number is None else _marker(line, Style.HAN, (number,), f"{found[1]}、", found.end())
    if found := _LETTER.match(line):
        return _marker(line, Style.LETTER, (ord(found[1].upper()) - 64,), found[1] + ".", found.end())
    return None


def _read_figures(line: str) -> Marker | None:
    if found := _DECIMAL.match(line):
        path = (int(found[1]), *(int(figure) for figure in re.split("[.．]", found[2])[1:]))
        if 0 in path:
            return None
        style = Style(Style.DECIMAL_1 + len(path) - 1)
        mark = _marker(line, style, path, ".".join(map(str, path)), found.end())
        return replace(mark, doubtful=bool(_QUANTITY.match(line, found.end())))
    if found := _ARABIC_HALF.match(line):
        return _marker(line, Style.ARABIC_HALF, (int(found[1]),), f"{int(found[1])}）", found.end())
    if found := _ARABIC.match(line):
        return _marker(line, Style.ARABIC, (int(found[1]),), f"{int(found[1])}.", found.end())
    if found := _BARE.match(line):
        if _QUANTITY.match(line, found.end()):
            return None
        return _marker(line, Style.DECIMAL_1, (int(found[1]),), found[1], found.end())
    return None


def _marker(line: str, style: Style, path: tuple[int, ...], printed: str, end: int) -> Marker:
    spaced = line[end : end + 1].isspace() or line[max(end - 1, 0) : end].isspace()
    while end < len(line) and line[end].isspace():
        end += 1
    return Marker(style, path, printed, end, spaced)
