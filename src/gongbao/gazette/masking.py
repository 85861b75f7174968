"""Hide personal data in a text, in whatever form the text takes: raw, cleaned, a clause, a cell, a quote.

A value is found though recognition, a page break or Markdown put something between its characters (张 三, **张**三).
The text is folded, character by character so that places stay what they are: full width to half width, radicals to
characters, capital letters to small ones. In the folded text a value can begin only where its first two characters
stand, so that the number of values costs nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from gongbao.gazette.clean.characters import characters

MASK = "＊＊＊"
"""Stands for whatever is hidden: always as long, so that it tells nothing of it."""


class PersonalKind(StrEnum):
    """What a value is."""

    NAME = "name"
    TELEPHONE = "telephone"
    MAIL = "mail"
    IDENTITY = "identity_number"
    ACCOUNT = "account_number"
    ADDRESS = "address"  # where a person lives


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One value that is personal. `value` has no white space inside: a name printed 张 三 is 张三."""

    kind: PersonalKind
    value: str


PEOPLE_HAN = "\u3400-\u4dbf\u4e00-\u9fff〇\U00020000-\U0003ffff"
"""The characters of names: rare ones too, which a name has sooner than any other word."""

_DOTS = "·•・‧∙⋅･"


def _folding() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, last in ((0xF900, 0xFAFF), (0xFF01, 0xFFEF), (0x2F800, 0x2FA1D)):
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain != chr(code) and not plain.isspace():
                table[code] = plain.lower()
    # What cleaning makes of each radical.
    radicals = "".join(map(chr, range(0x2E80, 0x2FE0)))
    table |= {
        ord(radicals[edit.start]): edit.after
        for edit in characters(radicals)
        if edit.end - edit.start == len(edit.after)
    }
    table |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    return table | {ord(dot): "·" for dot in _DOTS}


_FOLDING = _folding()
_PAGE_NUMBER = r"\n[ \t\r]*(?:[-–—·] ?)?\d{1,4}(?: ?[-–—·])?[ \t\r]*(?=\n)"
_TAG = r"</?[A-Za-z][^<>\n]{0,80}>"
_INVISIBLE = r"\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
# White space, invisible characters, marks of Markdown and HTML, a page number on its own line.
_IGNORED = re.compile(
    rf"(?:[^\S\n]+|{_PAGE_NUMBER}|\n|[{_INVISIBLE}*_`~\\]+|{_TAG}|&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|#160|#12288);)+"
)
_KEPT = re.compile(rf"[\t\r\n\f\v\u2028\u2029\x85]|\*\*|{_TAG}|(?<=\n)[-–—· \t]*\d[\d \t–—·-]*(?=[\r\n])")
_BREAK = re.compile("[\r\n\f\v\u2028\u2029\x85]")
_SPACE = re.compile(r"\s|&[a-z#0-9]+;|<br")
_LONGEST_GAP = 40  # characters between two of a value: a page number with blank lines round it

_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_HAN_CHARACTER = re.compile(f"[{PEOPLE_HAN}]")


def _tuple(words: str) -> tuple[str, ...]:
    return tuple(words.split())


OFFICES = _tuple(
    """
    局长 主任 书记 校长 院长 园长 所长 站长 科长 处长 部长 厅长 市长 县长 区长 镇长 乡长 队长 组长 会长 董事长 厂长
    店长 行长 村长 社长 班长 团长 秘书长 经理 总监 总裁 主席 委员 教师 老师 教授 讲师 医生 医师 护士 工程师 技师 律师
    记者 民警 辅警 教练 职工 员工 工人 村民 居民 市民 学生 同学 干部 会计 司机 保安 警官 法官 教研员 辅导员 志愿者
    消防员 网格员 联络员 调解员 驾驶员 护林员
    """
)
"""What a person is called by, before or behind the name."""
# What stands right before and right behind a name of two characters; else 高峰 would be found in 高峰期.
_BEFORE = OFFICES + _tuple(
    """
    授予 追授 追记 表彰 嘉奖 奖励 表扬 慰问 给予 联系人 负责人 责任人 经办人 代表人 法人 完成人 申请人 申报人 姓名
    同志 个人 群众 烈士 英雄 模范 标兵 选手 对 给 由 向 和 与 及 为 是
    """
)
_BEHIND = OFFICES + _tuple(
    """
    同志 等 群体 先生 女士 烈士 一家 家庭 夫妇 夫妻 父子 荣获 获得 被 担任 兼任 记个人 记功 记一等 记二等 记三等
    记大功 记嘉奖 电话 手机 联系电话 联系方式 荣誉 副 和 与 及 两 三人 二人 为 任 同学
    """
)
_REACH = 5

_GROUP = re.compile(r"[0-9]+(?:x(?![a-z0-9]))?")
_FIGURE_GAP = re.compile(r"(?:[^\S\t\r\n\f\v]|[-‐‑‒–—−()·*\u200b-\u200f\u2060\ufeff（）]|\r?\n){1,4}")
_WIDEST_FIGURE_GAP = 8
AREA_CODE = r"0(?:10|2\d|[3-9]\d\d)"
_BEFORE_LOCAL = re.compile(rf"(?:(?:00)?86)?{AREA_CODE}")
_BEFORE_MOBILE = re.compile("(?:00)?860?|0")
_COUNTRY = re.compile("(?:00)?86")
_LONG_TELEPHONE = re.compile(rf"(?:(?:00)?86)?(?:{AREA_CODE}(?P<local>\d{{7,8}})|0?(?P<mobile>1[3-9]\d{{9}}))")
_EXTENSION = re.compile(r"[ -]?(?:转|-|—|–)\s?\d{1,6}(?!\d)")


class Masker:
    """Puts MASK for every occurrence of the marked values; built once for the marks of a document.

    A name of two characters is hidden only where it stands as a name; longer values wherever they stand, figures
    where no longer figure goes on. A telephone number is hidden with the area code before it and the extension
    behind it, whether or not the marked value has them.
    """

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._words: set[str] = set()
        self._figures: set[str] = set()
        self._lengths: dict[str, tuple[int, ...]] = {}
        for mark in marks:
            folded = _IGNORED.sub("", mark.value.translate(_FOLDING))
            if mark.kind in (PersonalKind.TELEPHONE, PersonalKind.IDENTITY, PersonalKind.ACCOUNT):
                self._figures |= _figures_of(mark.kind, folded)
            elif len(folded) > 1:
                self._words.add(folded)
        for word in self._words:
            known = self._lengths.get(word[:2], ())
            self._lengths[word[:2]] = tuple(sorted({*known, len(word)}, reverse=True))
        firsts = "".join(sorted({re.escape(word[0]) for word in self._words}))
        self._first = re.compile(f"[{firsts}]") if firsts else None
        self._figure_lengths = tuple(sorted({len(figure) for figure in self._figures}, reverse=True))

    def __call__(self, text: str) -> str:
        """The text with every marked value replaced; the same object where there is none.

        Line breaks, tabs and marks of bold type inside a value stay behind the mask: lines and cells are as many.
        """
        return _hidden(text, self.spans(text))

    def passage(self, text: str, *, longest: int = 0) -> str:
        """As calling it, for words cut out of a text, … standing for what was left out, or nothing.

        The cut may have gone through a value: two characters of it at an end are hidden too. At the beginning they are
        only where the passage has `longest` characters, as words that people are called by begin many a sentence.
        """
        out: list[str] = []
        for at, piece in enumerate(_LEFT_OUT.split(text)):
            spans = self.spans(piece)
            start, end = (spans[0][0], spans[-1][1]) if spans else (len(piece), 0)
            begins = at == 0 or (at == 2 and not out[0])
            if begins and len(text) >= longest and (size := _torn(piece[:start], self._ends, at_end=False)):
                spans.insert(0, (0, size))
                end = max(end, size)
            if size := _torn(piece[end:], self._beginnings, at_end=True):
                spans.append((len(piece) - size, len(piece)))
            out.append(_hidden(piece, spans))
        return "".join(out)

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(
            value[:size] for value in (*self._words, *self._figures) for size in range(_told_by(value), len(value))
        )

    @cached_property
    def _ends(self) -> frozenset[str]:
        return frozenset(
            value[-size:] for value in (*self._words, *self._figures) for size in range(_told_by(value), len(value))
        )

    def hides(self, text: str) -> bool:
        """Whether the text holds a marked value."""
        return bool(self.spans(text))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the marked values stand, in order."""
        folded = text.translate(_FOLDING)
        spans = sorted([*self._word_spans(folded), *self._figure_spans(folded)])
        merged: list[tuple[int, int]] = []
        for start, end in spans:
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    # --- names, addresses, mail -----------------------------------------------------------------------------------

    def _word_spans(self, folded: str) -> Iterator[tuple[int, int]]:
        if self._first is None or self._first.search(folded) is None:
            return
        text, places = _compact(folded)
        lengths, words = self._lengths, self._words
        for found in self._first.finditer(text):
            at = found.start()
            for length in lengths.get(text[at : at + 2], ()):
                # At the end of the text the piece may be a shorter word.
                if at + length <= len(text) and text[at : at + length] in words:
                    start, last = places[at], places[at + length - 1]
                    # Most are three characters or four, of which nothing stands between.
                    plain = length > 2 and last - start < length and text[at] > "z" and text[at + length - 1] > "z"
                    if plain or _stands(folded, text, places, at, at + length):
                        yield start, last + 1
                        break

    # --- figures --------------------------------------------------------------------------------------------------

    def _figure_spans(self, folded: str) -> Iterator[tuple[int, int]]:
        if not self._figures:
            return
        chain: list[tuple[int, int]] = []
        for found in _GROUP.finditer(folded):
            gap = found.start() - chain[-1][1] if chain else 0
            if gap > _WIDEST_FIGURE_GAP or (gap and not _FIGURE_GAP.fullmatch(folded, chain[-1][1], found.start())):
                yield from self._in_chain(folded, chain)
                chain = []
            chain.append(found.span())
        yield from self._in_chain(folded, chain)

    def _in_chain(self, folded: str, chain: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The figures among groups of digits that stand near each other: 0374-296 5000 is three groups and a figure."""
        digits = "".join(folded[start:end] for start, end in chain)
        if len(digits) < self._figure_lengths[-1]:
            return
        ends: dict[int, int] = {}
        offset = 0
        for start, end in chain:
            offset += end - start
            ends[offset] = end
        offset = behind = 0
        for k, (start, end) in enumerate(chain):
            size = end - start
            if offset >= behind:
                group = digits[offset : offset + size]
                for skipped, stop in self._matches(digits, offset, group, ends):
                    span = _with_prefix(folded, chain, k, skipped), ends[stop]
                    if _ends_there(folded, *span):
                        found = _EXTENSION.match(folded, span[1])
                        yield span[0], found.end() if found else span[1]
                        behind = stop
                        break
            offset += size

    def _matches(self, digits: str, offset: int, group: str, ends: dict[int, int]) -> Iterator[tuple[bool, int]]:
        for skip in range(9):
            if skip and skip >= len(group):
                return
            if skip and not (_BEFORE_LOCAL.fullmatch(group[:skip]) or _BEFORE_MOBILE.fullmatch(group[:skip])):
                continue
            for length in self._figure_lengths:
                stop = offset + skip + length
                if stop in ends and digits[offset + skip : stop] in self._figures:
                    yield bool(skip), stop


def _hidden(text: str, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return text
    out: list[str] = []
    at = 0
    for start, end in spans:
        out += (text[at:start], MASK)
        if not (hidden := text[start:end]).isalnum():
            out += _KEPT.findall(hidden)
        at = end
    out.append(text[at:])
    return "".join(out)


_LEFT_OUT = re.compile("(…+)")


def _told_by(value: str) -> int:
    """How many characters of a value tell something of it: five figures are neither a year nor an hour."""
    return 5 if value.isdecimal() else 2


def _torn(text: str, pieces: frozenset[str], *, at_end: bool) -> int:
    """How much of the text, at its end or its beginning, is the longest of the pieces; 0 where none is."""
    words, places = _compact(text.translate(_FOLDING))
    for size in range(min(max(map(len, pieces), default=0), len(words)), 1, -1):
        if (words[-size:] if at_end else words[:size]) in pieces:
            beside = words[-size - 1 : -size] if at_end else words[size : size + 1]
            # Figures that go on are those of another number.
            if not (beside.isdecimal() and words[-size if at_end else size - 1].isdecimal()):
                return len(text) - places[len(words) - size] if at_end else places[size - 1] + 1
    return 0


def _figures_of(kind: PersonalKind, folded: str) -> set[str]:
    """The digits by which a number is found: those of a telephone number without area code, country and extension."""
    main = re.split(r"转|(?<=\d{7})[-–—](?=\d{1,6}$)", folded)[0] if kind is PersonalKind.TELEPHONE else folded
    digits = re.sub(r"[^0-9x]", "", main)
    if kind is PersonalKind.TELEPHONE and (found := _LONG_TELEPHONE.fullmatch(digits)):
        return {found["local"] or found["mobile"]}
    return {digits} if len(digits) >= 5 else set()


def _with_prefix(folded: str, chain: list[tuple[int, int]], k: int, has_prefix: bool) -> int:
    """Where a telephone number begins whose groups begin with the k-th: at its area code or country, if it has them."""
    start = chain[k][0]
    before = [folded[slice(*group)] for group in chain[max(0, k - 2) : k]]
    if not has_prefix and before and re.fullmatch(AREA_CODE, before[-1]):
        start = chain[k - 1][0]
        k -= 1
        before.pop()
    elif (
        not has_prefix
        and len(before) == 2
        and _COUNTRY.fullmatch(before[0])
        and re.fullmatch(AREA_CODE, "0" + before[1])
    ):
        return _opened(folded, chain[k - 2][0])  # +86 399 2965000
    if before and _COUNTRY.fullmatch(before[-1]):
        start = chain[k - 1][0]
    return _opened(folded, start)


def _opened(folded: str, start: int) -> int:
    """The place of the + or the bracket before a number, or of the number."""
    if folded[start - 1 : start] in ("+", "(", "（"):
        opened = folded[start - 1] != "+"
        if not opened or re.match(r"[0-9]+[)）]", folded[start:]):
            start -= 1
    return start


def _ends_there(folded: str, start: int, end: int) -> bool:
    """Whether no longer figure, word or sum of money goes on where the digits end."""
    before, after = folded[max(0, start - 2) : start], folded[end : end + 2]
    if before and (before[-1] in _ASCII or (before[-1] in ".," and before[0] in "0123456789" and len(before) == 2)):
        return False
    if not after:
        return True
    return not (after[0] in _ASCII or after[0] in "元万亿%‰" or (after[0] in ".," and after[1:].isdecimal()))


def _compact(folded: str) -> tuple[str, "list[int] | range"]:
    """The text without what may stand inside a value, and the place of each of its characters."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for found in _IGNORED.finditer(folded):
        start, end = found.span()
        pieces.append(folded[at:start])
        places.extend(range(at, start))
        at = end
    if not pieces:
        return folded, range(len(folded))
    pieces.append(folded[at:])
    places.extend(range(at, len(folded)))
    return "".join(pieces), places


def _stands(folded: str, text: str, places: "list[int] | range", start: int, end: int) -> bool:
    """Whether the characters from `start` to `end` of the compact text are one value where they stand."""
    if places[end - 1] - places[start] >= end - start:
        breaks = 0
        for k in range(start, end - 1):
            gap = folded[places[k] + 1 : places[k + 1]]
            if gap:
                broken = bool(_BREAK.search(gap))
                breaks += broken
                if len(gap) > _LONGEST_GAP or breaks > 1 or (end - start == 2 and (broken or "\t" in gap)):
                    return False
    left = text[start - 1] if start and not _apart(folded, places, start - 1) else ""
    right = text[end] if end < len(text) and not _apart(folded, places, end - 1) else ""
    if (left in _ASCII and text[start] in _ASCII) or (right in _ASCII and text[end - 1] in _ASCII):
        return False
    if end - start > 2:
        return True
    if left and _HAN_CHARACTER.match(left) and not text.endswith(_BEFORE, max(0, start - _REACH), start):
        return False
    return not (right and _HAN_CHARACTER.match(right) and not text.startswith(_BEHIND, end))


def _apart(folded: str, places: "list[int] | range", k: int) -> bool:
    """Whether white space stands between the k-th character of the compact text and the next."""
    return places[k + 1] - places[k] > 1 and bool(_SPACE.search(folded, places[k] + 1, places[k + 1]))
