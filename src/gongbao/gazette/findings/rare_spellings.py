"""A spelling that stands once beside the same words spelt otherwise again and again: 旺川 among so many 望川.

What a name is need not be known: the words around are the same, the character between is not but sounds or looks
alike, and with its neighbours the odd one is seen nowhere else in the manuscript. `homophones` tells what has two
equal characters on both sides; here one side may be shorter, or a mark, if the other is longer.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from operator import add

from gongbao.gazette.findings.alike import alike, nearly_sound_alike

_LEAST = 3  # equal characters around, if there are some on both sides
_LEAST_NEARLY = 5  # if the characters are not quite alike
_LEAST_BEHIND = 5  # if there are none before
_LEAST_BEFORE = 4  # if there are none behind
_LEAST_ONCE = 5  # if the other spelling stands once, too
_MOST_CHARS = 30  # characters in one place that are compared with one another
_LONGEST = 1_000_000  # characters of a document that are looked at
_QUOTES = "“”"
_WORDS = re.compile(f"[\u4e00-\u9fff{_QUOTES}]+")
# Both are right, or each is in its own place.
_EITHER_WORDS = (
    "定订 做作 的地 的得 地得 需须 他它 他她 帐账 象像 份分 唯惟 和合 划画 检监 住驻 济纪 利力 已以 于与 与予 及即 自至"
    " 制指 制治 治自 建健 事施 事实 实施"
)
_EITHER = frozenset(map(frozenset, _EITHER_WORDS.split()))
_COUNTS = frozenset("一二三四五六七八九十百千万亿两零〇甲乙丙丁戊己庚辛壬癸")
_APART = frozenset("东西南北中上下左右前后内外大小新老高低正副市县区乡镇村省州")
# What stands behind the name of a person.
_PERSONS = (
    "同志",
    "任",
    "担任",
    "为",
    "兼",
    "先生",
    "女士",
    "副",
    "局长",
    "主任",
    "市长",
    "县长",
    "区长",
    "书记",
    "秘书",
)
# What stands behind the first character in names of villages, of which many sound alike: 李庄 and 黎庄.
_VILLAGES = frozenset("庄楼营寨店集沟坡岗寺桥河湾洼家屯堡铺庙园城村")
_BEHIND = frozenset("的由在应可不与和从为予是将须及至到")
_BEFORE = frozenset("于在对由向从与和及或把将被给为按让请至到以经自凡各该本此其")


@dataclass(frozen=True, slots=True)
class Rare:
    """Characters of the text that stand for others: `wrong` and `right` are places, the words span `before`, `behind`.

    The odd spelling stands once, the usual one `often`.
    """

    wrong: int
    right: int
    before: int
    behind: int
    often: int


def pairs_of(text: str) -> Counter[str]:
    """How often each two neighbouring characters stand in the text."""
    return Counter(map(add, text, text[1:]))


def rare_spellings(text: str, spans: list[tuple[int, int]], pairs: Counter[str]) -> Iterator[Rare]:
    """Odd spellings of `text`, each within one of `spans` (the documents); what stands in a line is one clause.

    `pairs` are those of the text.
    """
    for start, end in spans:
        yield from _of_span(text, start, min(end, start + _LONGEST), pairs)


def _of_span(text: str, start: int, end: int, pairs: Counter[str]) -> Iterator[Rare]:
    told: set[int] = set()
    own = text[start:end]
    words = pairs_of(own[:-1])
    words.update(map(add, map(add, own, own[1:]), own[2:]))
    for places in _surroundings(text, start, end):
        chars: dict[str, list[int]] = {}
        for at in places:
            chars.setdefault(text[at], []).append(at)
        if not 2 <= len(chars) <= _MOST_CHARS:
            continue
        for right, wrong in _odd(chars):
            at = chars[wrong][0]
            if at not in told and _unseen(text, at, pairs):
                rare = _best(text, at, chars[right][:_MOST_CHARS], words)
                if rare is not None:
                    told.add(at)
                    yield rare


def _best(text: str, at: int, others: list[int], words: Counter[str]) -> Rare | None:
    """The place of the usual spelling that has most in common with the odd one; None where that is too little."""
    before, behind, other = max(
        ((*_shared(text, at, other), other) for other in others), key=lambda one: one[0] + one[1]
    )
    # The least that tells the words: the character and its neighbours, as far as they are the same.
    often = words[text[other - min(before, 1) : other + 1 + min(behind, 1)]]
    if often == 1 and (at < other or min(before, behind) < 1 or before + behind < _LEAST_ONCE):
        return None
    return Rare(at, other, before, behind, often) if _enough(text, at, other, before, behind) else None


def _surroundings(text: str, start: int, end: int) -> Iterator[list[int]]:
    """Places, two or more at a time, that have the same words around them but for the character that stands there."""
    first: dict[str, int] = {}
    again: dict[str, list[int]] = {}
    for run in _WORDS.finditer(text, start, end):
        begin, stop = run.span()
        for at in range(max(1, begin), stop):
            if text[at] in _QUOTES:
                continue
            before, behind = at - begin, stop - at - 1  # how much of the words there is on either side
            around = []
            if before >= 1 and behind >= 2:
                around.append(f"{text[at - 1]}_{text[at + 1 : at + 3]}")
            if before >= 2 and behind >= 1:
                around.append(f"{text[at - 2 : at]}_{text[at + 1]}")
            if behind >= _LEAST_BEHIND and (before == 0 or text[at - 1] in _BEFORE):
                around.append(f"_{text[at + 1 : at + 1 + _LEAST_BEHIND]}")
            if before >= _LEAST_BEFORE and (behind == 0 or text[at + 1] in _BEHIND):
                around.append(f"{text[at - _LEAST_BEFORE : at]}_")
            for words in around:
                # Most words stand once, and need no list.
                if (one := first.setdefault(words, at)) != at:
                    again.setdefault(words, [one]).append(at)
    return (again[words] for words in first if words in again)


def _odd(chars: dict[str, list[int]]) -> Iterator[tuple[str, str]]:
    """Two characters that may stand for one another: the usual one, and one that stands in this place once."""
    listed = list(chars)
    for place, one in enumerate(listed):
        for other in listed[place + 1 :]:
            if one in _COUNTS or other in _COUNTS or (one in _APART and other in _APART):
                continue
            if frozenset((one, other)) in _EITHER:
                continue
            if alike(one, other) or nearly_sound_alike(one, other):
                for right, wrong in ((one, other), (other, one)):
                    if len(chars[wrong]) == 1:
                        yield right, wrong


def _unseen(text: str, at: int, pairs: Counter[str]) -> bool:
    """Whether a character goes with its neighbours nowhere else: in a word of its own it would."""
    before, behind = text[at - 1 : at + 1], text[at : at + 2]
    return (pairs[before] == 1 or not _is_word(before) or before[0] in _BEFORE) and (
        pairs[behind] == 1 or not _is_word(behind)
    )


def _shared(text: str, one: int, other: int) -> tuple[int, int]:
    """How many characters before and behind two places are the same."""
    before = behind = 0
    while before < 12 and _is_word(text[one - 1 - before]) and text[one - 1 - before] == text[other - 1 - before]:
        before += 1
    while behind < 12 and _is_word(text[one + 1 + behind]) and text[one + 1 + behind] == text[other + 1 + behind]:
        behind += 1
    return before, behind


def _enough(text: str, one: int, other: int, before: int, behind: int) -> bool:
    if text.startswith(_PERSONS, one + 1):
        return False
    if before >= 2 and behind >= 2 and alike(text[one], text[other]):
        return not all(map(_is_han, text[one - 2 : one] + text[one + 1 : one + 3]))  # told as homophones
    if before == 0:
        if text[one + 1] in _VILLAGES:
            return False
        return behind >= _LEAST_BEHIND and text[one] not in _BEFORE and text[other] not in _BEFORE
    if behind == 0:
        return before >= _LEAST_BEFORE and text[one] not in _BEHIND and text[other] not in _BEHIND
    return before + behind >= (_LEAST if alike(text[one], text[other]) else _LEAST_NEARLY)


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _is_word(words: str) -> bool:
    return all("\u4e00" <= char <= "\u9fff" or char in _QUOTES for char in words)
