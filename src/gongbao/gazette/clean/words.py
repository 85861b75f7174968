"""Words that recognition mistook: stray foreign words, doubled characters."""

import re
from collections import Counter

from gongbao.gazette.edits import Edit
from gongbao.gazette.lines import HAN
from gongbao.gazette.model import Reason

_STRAY = re.compile(rf"(?<=[{HAN}”》）]) ?(?<![A-Za-z])(and|or)(?![A-Za-z]) ?(?=[{HAN}“《（])")
_MEANS = {"and": "和", "or": "或"}


def stray_words(text: str) -> list[Edit]:
    """The words that recognition translated by mistake: and between two Chinese words is 和, or is 或."""
    return [Edit(m.start(), m.end(), _MEANS[m[1]], Reason.STRAY_WORD) for m in _STRAY.finditer(text)]


_FOUR_HAN = re.compile(f"[{HAN}]{{4}}")
_DOUBLED = re.compile(rf"([{HAN}])\1")
# Where a word ends and the next begins with the same character: 全市市场, 河南省省级, 项目目标, 人人.
_MAY_DOUBLE = frozenset("省市县区州乡镇村局院校部厅处科园所国人年月日目会")


def doubled_characters(text: str) -> list[Edit]:
    """动动物 to 动物, on evidence: the same words stand undoubled elsewhere, twice with two characters before and
    behind, or five times with one before and two behind; and oftener than doubled.
    """
    places: list[tuple[int, str]] = []
    for m in _DOUBLED.finditer(text):
        around = text[m.start() - 2 : m.start()] + text[m.end() : m.end() + 2] if m.start() >= 2 else ""
        if m[1] not in _MAY_DOUBLE and _FOUR_HAN.fullmatch(around):
            places.append((m.start(), around[:2] + m[1] + around[2:]))
    if not places:
        return []
    wanted = {key for _, key in places} | {key[1:] for _, key in places}
    counts: Counter[str] = Counter()
    for m in re.finditer(f"[{''.join({key[2] for _, key in places})}]", text):
        for window in (text[m.start() - 2 : m.start() + 3], text[m.start() - 1 : m.start() + 3]):
            if window in wanted:
                counts[window] += 1
    wrong = Counter(key for _, key in places)
    return [
        Edit(start, start + 1, "", Reason.DOUBLED)
        for start, key in places
        if max(counts[key], 2 * counts[key[1:]] // 5) >= 2 and max(counts[key], counts[key[1:]]) > wrong[key]
    ]
