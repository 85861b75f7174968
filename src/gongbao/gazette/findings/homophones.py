"""A word in two spellings that sound or look alike, in the same surroundings: 标准化拖育教室 and 标准化托育教室.

What stands two characters before and two behind is the same; the character between is not, and the two are easily
taken for each other. In running words that is hardly ever meant.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from gongbao.gazette.findings.alike import alike
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of
from gongbao.gazette.model import Clause, Document

_AROUND = 2  # characters on either side
_LONGEST = 1_000_000  # characters of a document that are looked at
# Both are right, or each is in its own place.
_EITHER = frozenset(
    frozenset(pair)
    for pair in ("定订", "做作", "的地", "的得", "地得", "需须", "他它", "他她", "帐账", "象像", "份分", "唯惟", "和合")
)
_COUNTS = frozenset("一二三四五六七八九十百千万亿两零〇甲乙丙丁")


@dataclass(frozen=True, slots=True)
class _Spot:
    """A character in the text of a clause."""

    clause: Clause
    at: int


def homophones(manuscript: Manuscript) -> Iterator[Finding]:
    """Characters that stand for another one between the same four, in each document."""
    for document in manuscript.gazette.documents:
        yield from _of_document(manuscript, document)


def _of_document(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    between: dict[tuple[str, str], dict[str, list[_Spot]]] = {}
    pairs: Counter[str] = Counter()
    read = 0
    for clause in document.walk():
        text = clause.text
        read += len(text)
        if read > _LONGEST:
            break
        run = 0  # how many characters of words end at `at`
        for at, char in enumerate(text):
            run = run + 1 if "\u4e00" <= char <= "\u9fff" else 0
            if run > 1:
                pairs[text[at - 1 : at + 1]] += 1
            if run > 2 * _AROUND:
                middle = at - _AROUND
                around = text[at - 2 * _AROUND : middle], text[middle + 1 : at + 1]
                between.setdefault(around, {}).setdefault(text[middle], []).append(_Spot(clause, middle))
    told: set[tuple[str, str]] = set()
    for (before, behind), spots in between.items():
        if len(spots) < 2:
            continue
        for right, wrong in _alike(list(spots), before, behind, pairs):
            key = before[-1] + wrong + behind[0], before[-1] + right + behind[0]
            if key not in told:
                told.add(key)
                yield _finding(manuscript, document, before, behind, (right, spots[right]), (wrong, spots[wrong]))


def _alike(chars: list[str], before: str, behind: str, pairs: Counter[str]) -> Iterator[tuple[str, str]]:
    """Pairs of which one is taken for the other: first the one that goes with its neighbours, then the other."""
    for place, one in enumerate(chars):
        for other in chars[place + 1 :]:
            if one in _COUNTS or other in _COUNTS or frozenset((one, other)) in _EITHER or not alike(one, other):
                continue
            usual = [pairs[before[-1] + char] + pairs[char + behind[0]] for char in (one, other)]
            yield (one, other) if usual[0] >= usual[1] else (other, one)


def _finding(
    manuscript: Manuscript,
    document: Document,
    before: str,
    behind: str,
    right: tuple[str, list[_Spot]],
    wrong: tuple[str, list[_Spot]],
) -> Finding:
    places: dict[Place, None] = {}
    for spot in (*wrong[1][:5], right[1][0]):
        start, end = max(0, spot.at - 6), spot.at + 7
        places[manuscript.place(spot.clause, start, end)] = None
    clause = wrong[1][0].clause
    one, other = before + wrong[0] + behind, before + right[0] + behind
    return Finding(
        name_of(document),
        FindingKind.NAME,
        Severity.WARNING if len(right[1]) != len(wrong[1]) else Severity.NOTE,
        f"同一词语两种写法：“{one}”（{len(wrong[1])}处）与“{other}”（{len(right[1])}处），"
        f"“{wrong[0]}”疑为“{right[0]}”之误。",
        f"One phrase in two spellings: {one} ({len(wrong[1])}) and {other} ({len(right[1])}); "
        f"“{wrong[0]}” may stand for “{right[0]}”.",
        tuple(places),
        clause.locator,
        clause.eid,
    )
