"""Sentences, dates and signatures that a page break or a fixed line width tore apart."""

import re
from collections import Counter
from itertools import pairwise

from gongbao.core.numerals import CHINESE_NUMERAL
from gongbao.gazette.edits import Edit
from gongbao.gazette.lines import DATE_LINE, HAN, SIGNATURE, is_addressees, is_foot, is_title
from gongbao.gazette.markers import Style, read_marker
from gongbao.gazette.model import Reason

TERMINAL = "。！？：；”）)…】〕》"
WRAP_WIDTH = 20
_OPENERS = {"（": "）", "《": "》", "“": "”", "〔": "〕", "(": ")"}


def torn_lines(text: str) -> list[Edit]:
    """Join a sentence that a page break (or a fixed line width) tore in two, and a date torn over lines."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    present = [k for k, line in enumerate(lines) if line.strip(" \f")]
    width = _fixed_width(lines)
    indented = sum(lines[k].startswith(("  ", "\u3000")) for k in present) * 5 > len(present)
    edits = []
    for a, b in pairwise(present):
        first, second = lines[a], lines[b]
        reason = _why_joined(first, second, lines, a, b, width, indented)
        if reason:
            end_of_first = starts[a] + len(first.rstrip(" \f"))
            begin_of_second = starts[b] + len(second) - len(second.lstrip(" \f"))
            edits.append(Edit(end_of_first, begin_of_second, "", reason))
    return edits


def _fixed_width(lines: list[str]) -> int:
    """The line width of a text whose paragraphs are broken at a fixed width; 0 where they are not."""
    lengths = Counter(len(line) for line in lines if len(line) >= WRAP_WIDTH)
    if not lengths:
        return 0
    width, _ = lengths.most_common(1)[0]
    near = sum(count for length, count in lengths.items() if abs(length - width) <= 2)
    longer = sum(count for length, count in lengths.items() if length > width + 4)
    return width if near * 2 > sum(lengths.values()) and near >= 6 and longer * 10 < near else 0


def _why_joined(first: str, second: str, lines: list[str], a: int, b: int, width: int, indented: bool) -> Reason | None:
    bare = first.strip(" \f*").lstrip("#-").strip(" *")
    after = second.strip(" \f*").strip()
    if "\t" in first or "\t" in second or second.lstrip().startswith(("#", "|", "- ", "**")) or not bare or not after:
        return None
    if re.fullmatch(r"(?:19|20)\d{2}(?:年(?:\d{1,2}(?:月(?:\d{1,2})?)?)?)?", bare) and re.match(
        r"年?\d{1,2}月|月?\d{1,2}日|年|月|日", after
    ):
        return Reason.TORN_DATE
    if re.fullmatch(rf"[{CHINESE_NUMERAL}]{{4}}年(?:[{CHINESE_NUMERAL}]{{1,3}}月)?", bare) and re.fullmatch(
        rf"(?:[{CHINESE_NUMERAL}]{{1,3}}月)?[{CHINESE_NUMERAL}]{{1,3}}日", after
    ):
        return Reason.TORN_DATE
    if first.lstrip().startswith("#") or after.startswith(("附件", "附 件")) or bare.startswith(("附件", "附 件")):
        return None
    if (DATE_LINE.match(after) and len(after) < 14) or (SIGNATURE.fullmatch(after) and len(after) < 30):
        return None
    full = width and len(first.rstrip()) >= width - 2
    if full and indented and not second.startswith(("  ", "\u3000")) and read_marker(after) is None:
        # Paragraphs are set in, and this line is not: whatever ended the full line before, it goes on.
        return None if is_title(bare) or is_addressees(after) or is_addressees(bare) else Reason.LINE_WIDTH
    if bare[-1] in "。！？；：…" or "....." in bare or "……" in bare:
        return None
    if re.match("各|有关", bare) and after.endswith("：") and len(bare) >= WRAP_WIDTH and is_addressees(bare + after):
        return Reason.PAGE_BREAK
    if is_title(bare) or is_addressees(after) or is_foot(after):
        return None
    if after[0] in "》”）。，、；：" and not after.startswith("”") and len(bare) >= WRAP_WIDTH:
        return Reason.PAGE_BREAK
    open_bracket = _open_bracket(bare)
    closes = open_bracket and _OPENERS[open_bracket] in after and _closes_first(after, open_bracket)
    next_mark = read_marker(after)
    if next_mark is not None and not (closes or bare[-1] in "，、"):
        return None
    if next_mark is not None and next_mark.style is Style.DECIMAL_1:
        next_mark = None
    if next_mark is not None and not closes:
        return None
    if full and not (indented and second.startswith(("  ", "\u3000"))):
        return Reason.LINE_WIDTH
    if len(bare) < WRAP_WIDTH:
        return None
    if bare[-1] in TERMINAL and not closes and not (bare[-1] in "》”" and bare[-2:-1] not in "。！？"):
        return None
    if closes or bare[-1] in "，、":
        return Reason.PAGE_BREAK
    mark = read_marker(bare)
    an_article = mark is not None and mark.style is Style.ARTICLE and ("，" in bare or len(bare) - mark.end >= 18)
    if mark is not None and "。" not in bare and len(bare) <= 60 and not an_article:
        # A numbered line without a full stop may be a heading, which ends so, or an item torn in two.
        return Reason.PAGE_BREAK if _items_end_with_stop(lines, a, b) else None
    words = bare[mark.end :] if mark else bare
    if (
        an_article
        or re.search("[，。；]", words)
        or (len(words) >= 30 and " " not in words and re.search("[，。]", after))
    ):
        return Reason.PAGE_BREAK
    return None


def _open_bracket(text: str) -> str:
    """The last bracket that is opened in the last 200 characters and not closed; "" where none is."""
    stack: list[str] = []
    for char in text[-200:]:
        if char in _OPENERS:
            stack.append(char)
        elif stack and char == _OPENERS[stack[-1]]:
            stack.pop()
    return stack[-1] if stack else ""


def _closes_first(text: str, opener: str) -> bool:
    """Whether the bracket is closed in the next line before another of its kind opens."""
    close = text.find(_OPENERS[opener], 0, 200)
    again = text.find(opener, 0, 200)
    return close >= 0 and (again < 0 or close < again)


def _items_end_with_stop(lines: list[str], a: int, b: int) -> bool:
    """Whether the nearest items of the same numbering end like sentences, so that this line is an item too."""
    mark = read_marker(lines[a].strip(" *").lstrip("#-").strip(" *"))
    ends = []
    for step, place in ((-1, a), (1, b)):
        for k in range(place + step, place + 20 * step, step):
            if not 0 <= k < len(lines):
                break
            words = lines[k].strip(" *").lstrip("#-").strip(" *")
            other = read_marker(words)
            if mark and other and other.style == mark.style:
                ends.append("。" in words or words.endswith("；"))
                break
    return bool(ends) and all(ends)


_FULL_LINE = re.compile(r"^[^\n]*\S[^\n]*$", re.M)
_DAY_LINE = re.compile(r"^[ *]*(年 ?\d{1,2} ?月 ?\d{1,2} ?日)[ *]*$", re.M)


def torn_signatures(text: str) -> list[Edit]:
    """Put together an issuer and a date of which the page showed the right half before the left.

    市人民政府 / 年9月30日 / 许昌 / 2022, as four lines in any order, is 许昌市人民政府 / 2022年9月30日; done only
    where the whole issuer stands elsewhere in the text.
    """
    edits: list[Edit] = []
    done = 0
    for day in _DAY_LINE.finditer(text):
        offset = max(done, day.start() - 200)
        before = list(_FULL_LINE.finditer(text, offset, day.start()))[-3:]
        behind = list(_FULL_LINE.finditer(text, day.end(), day.end() + 200))[:3]
        near = [(m.start(), m.end(), m[0].strip(" *")) for m in (*before, *behind)]
        year = next((n for n in near if re.fullmatch(r"(?:19|20)\d{2}", n[2])), None)
        if year is None:
            continue
        halves = [n for n in near if n != year and re.fullmatch(rf"[{HAN}]{{2,20}}", n[2])]
        issuer = next(
            (
                (left, right)
                for left in halves
                for right in halves
                if left != right
                and SIGNATURE.fullmatch(left[2] + right[2])
                and not re.search(rf"^{left[2] + right[2]}$", text[near[0][0] : near[-1][1]], re.M)
                and text.count(left[2] + right[2]) >= 1
            ),
            None,
        )
        pieces = [year, (day.start(), day.end(), day[1])] + (list(issuer) if issuer else [])
        start, end = min(p[0] for p in pieces), max(p[1] for p in pieces)
        inside = {n[2] for n in near if start <= n[0] and n[1] <= end} - {p[2] for p in pieces}
        if inside or start < done:
            continue
        date = year[2] + day[1].replace(" ", "")
        mended = f"{issuer[0][2]}{issuer[1][2]}\n\n{date}" if issuer else date
        edits.append(Edit(start, end, mended, Reason.TORN_SIGNATURE))
        done = end
    return edits
