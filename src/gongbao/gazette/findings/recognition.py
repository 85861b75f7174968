"""Suspected errors of page recognition (or of typing): what cleaning mended silently and what it left as it was.

Of what cleaning altered, an editor is told what is wrong in print too: a foreign word between Chinese ones, a character
set twice, a date torn to pieces. Breaks, spaces, widths and table rules are layout and are not told. The rest is read
from the cleaned text, whose sentences are whole, and shown in the raw one. A mark, a letter or a word is only told
where it can stand in no right text; one place is told once, by the check that knows most of it.

Days that no calendar has (6月31日) are told by `deadlines`; here are the other dates that cannot be.
"""

import re
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterator

from gongbao.gazette.findings.cities import CITIES
from gongbao.gazette.findings.figure_slips import dates, figures, letters, numbers, units
from gongbao.gazette.findings.mark_slips import brackets, marks
from gongbao.gazette.findings.model import Finding, Manuscript, Severity
from gongbao.gazette.findings.shown_text import Hit, ShownText, matches
from gongbao.gazette.findings.word_slips import characters, strays, words_twice
from gongbao.gazette.lines import HAN
from gongbao.gazette.model import Reason


def suspected_errors(manuscript: Manuscript) -> Iterator[Finding]:
    """Suspected errors of page recognition."""
    text = ShownText(manuscript)
    taken: list[tuple[int, int]] = []
    hits: list[Hit] = []
    for look in _LOOKS:
        # What one look has told is not told again by another.
        for hit in look(text):
            if not _overlaps(taken, hit):
                insort(taken, (hit.start, hit.end))
                hits.append(hit)
    together: dict[tuple[int, str], list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.end)):
        together.setdefault((text.line(hit.start), hit.message), []).append(hit)
    for (line, _), same in together.items():
        yield text.finding(line, same)


def _overlaps(taken: list[tuple[int, int]], hit: Hit) -> bool:
    at = bisect_right(taken, (hit.end, -1))
    return any(start < hit.end and hit.start < end for start, end in taken[max(0, at - 4) : at + 1])


# --- what cleaning mended -------------------------------------------------------------------------------------------


def _mended(text: ShownText) -> Iterator[Hit]:
    """Changes that an editor has to make in the manuscript too."""
    for change in text.gazette.changes:
        reasons = change.reason.split("; ")
        before, after = change.before.strip(), change.after.strip()
        start = change.start + len(change.before) - len(change.before.lstrip())
        if Reason.STRAY_WORD in reasons and re.fullmatch("[A-Za-z]+", before):
            yield Hit(
                start,
                start + len(before),
                Severity.WARNING,
                f"中文词语之间夹有外文“{before}”，疑为“{after}”之误。",
                f"The foreign word “{before}” stands between Chinese words; “{after}” is likely meant.",
            )
        elif Reason.DOUBLED in reasons and len(before) == 1 and before not in _MAY_DOUBLE:
            words = text.raw[max(0, start - 2) : start + 4]
            if not re.search(r"\s", words):
                yield Hit(
                    start,
                    start + 2,
                    Severity.WARNING,
                    f"“{before}”字重复：“{before}{before}”疑为“{before}”之误。",
                    f"The character “{before}” is set twice.",
                )
        elif Reason.NOUGHT in reasons and (letters := re.search("[OoＯｏ]+", change.before)):
            year = change.before.strip()
            yield Hit(
                change.start + letters.start(),
                change.start + letters.end(),
                Severity.NOTE,
                f"年份“{year}”中的“〇”写成了字母“{letters[0][0]}”。",
                f"The year “{year}” has the letter “{letters[0][0]}” where “〇” belongs.",
            )
        elif Reason.TORN_SIGNATURE in reasons:
            whole = re.sub(r"\s+", " ", after)
            yield Hit(
                change.start,
                change.start + max(1, len(change.before)),
                Severity.NOTE,
                f"署名和成文日期被拆散，应为“{whole}”。",
                f"Signature and date are torn to pieces; they should read “{whole}”.",
            )


# Where a word ends and the next begins with the same character: 饮用水水源, 小学学生.
_MAY_DOUBLE = frozenset("规水学业车电地路林工品物产生土山河房校家资金企农车站网")


# --- the name of the city ------------------------------------------------------------------------------------------

_CITY_OF_ISSUER = re.compile(rf"(?:^|[省区 ])(?P<city>[{HAN}]{{2,3}})市(?:人民政府|人民代表|委员会|.{{1,12}}局)")
_CITY_BEHIND = (
    "(?=人民政府|政府|市委|委(?=[、办和，。市常])|人大常委会|发展和?改革|财政局"
    rf"|[{HAN}]{{2,8}}(?:局|委员会|办公室|中心)|行政区域|市场主体|本级|城区|辖区|实际|关于)"
)
_LEAD_OF_CITY = "在是由与和及对向为于至到省将经报请以从按据《“（、，。；：\t \n"


def _city(text: ShownText) -> Iterator[Hit]:
    """The name of the city whose gazette it is, with one character wrong."""
    names: Counter[str] = Counter()
    for issuer in (text.gazette.publisher, *(document.issuer for document in text.gazette.documents)):
        if found := _CITY_OF_ISSUER.search(issuer):
            names[found["city"]] += 1
    for city, _ in names.most_common(3):
        if text.cleaned.count(city + "市") < 3:
            continue
        forms = [f"{re.escape(city[:k])}[{HAN}]{re.escape(city[k + 1 :])}" for k in range(len(city))]
        pattern = re.compile(
            f"(?<![{HAN}])(?P<name>{'|'.join(forms)})市{_CITY_BEHIND}|(?<=[{_LEAD_OF_CITY}])(?P<name2>{'|'.join(forms)})市{_CITY_BEHIND}"
        )
        wrong = [
            (paragraph, found)
            for paragraph, found in matches(text, pattern)
            if (name := found["name"] or found["name2"]) not in names and name not in CITIES
        ]
        # Another city is named again, or beside others; a slip stands alone.
        often = Counter(found["name"] or found["name2"] for _, found in wrong)
        for paragraph, found in wrong[:_MOST_NAMES]:
            name = found["name"] or found["name2"]
            if (
                often[name] > 1
                or text.cleaned.count(name) > 1
                or _COMMON.search(name)
                or _beside_another(paragraph.text, found)
            ):
                continue
            yield text.hit(
                paragraph.start + found.start(),
                paragraph.start + found.end(),
                Severity.WARNING,
                f"“{name}市”疑为“{city}市”之误。",
                f"“{name}市” is likely meant to be “{city}市”.",
            )


_MOST_NAMES = 50
_COMMON = re.compile("[多可是于即及由对在各一二三四五六七八九十几数每该本全其他我与和至到向为的市县区]")
_ANOTHER = re.compile(rf"^[{HAN}]{{0,8}}、[{HAN}]{{2,3}}[市县]|[市县][{HAN}]{{0,8}}、$")


def _beside_another(words: str, found: "re.Match[str]") -> bool:
    return bool(
        _ANOTHER.search(words[found.end() : found.end() + 16])
        or _ANOTHER.search(words[max(0, found.start() - 12) : found.start()])
    )


_LOOKS: tuple[Callable[[ShownText], Iterator[Hit]], ...] = (
    _mended,
    numbers,
    letters,
    dates,
    figures,
    units,
    _city,
    strays,
    words_twice,
    marks,
    characters,
    brackets,
)
