"""Slips of recognition in marks: doubled, in the wrong place, or half of a pair."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gongbao.gazette.findings.model import Severity
from gongbao.gazette.findings.shown_text import Hit, ShownText, matches
from gongbao.gazette.lines import HAN, SIGNATURE, is_title
from gongbao.gazette.markers import Style, read_marker

# --- marks ------------------------------------------------------------------------------------------------------------

_MARKS_TWICE = re.compile(r"(?<=\S)(?:[，、；：。]{2,}|[！？][，、；：。]|[，、；：。][！？])(?!\d)")
_AFTER_OPENING = re.compile(rf"[（《〈〔](?P<mark>[，、；：。])(?=[{HAN}\d])")
_BEFORE_CLOSING = re.compile(rf"(?<=[{HAN}\d])(?P<mark>[，、；：])(?=[》〉〕]|）)")
_QUOTE_MARK = re.compile(rf"(?:(?<=[{HAN}])“(?P<mark>[，、；：。])(?=[{HAN}]))")
_HALF_TWICE = re.compile(rf"(?<=[{HAN}\d])(?:,,|;;|::|,[，、；。]|[，、；。],|[，、；：。][;:]|[;:][，、；。])")
_COMMA_FIRST = re.compile(rf"^\s*[，。、；：！？](?=[{HAN}])")


def marks(text: ShownText) -> Iterator[Hit]:
    """Marks that are doubled or cannot stand side by side, and clauses that end in a comma."""

    def hit(start: int, end: int, zh: str, en: str) -> Hit:
        return text.hit(start, end, Severity.WARNING, zh, en)

    for pattern in (_MARKS_TWICE, _HALF_TWICE):
        for paragraph, found in matches(text, pattern):
            if found[0] in ("。。。", "。。。。。。") or set(found[0]) <= {"…", "·"}:
                continue
            yield hit(
                paragraph.start + found.start(),
                paragraph.start + found.end(),
                f"标点连用有误：“{found[0]}”。",
                f"Marks that cannot stand side by side: “{found[0]}”.",
            )
    for pattern in (_AFTER_OPENING, _BEFORE_CLOSING, _QUOTE_MARK):
        for paragraph, found in matches(text, pattern, rows=False):
            start, end = paragraph.start + found.start(), paragraph.start + found.end() + (pattern is _BEFORE_CLOSING)
            yield hit(
                start,
                end,
                f"标点与括号连用有误：“{text.cleaned[start:end]}”。",
                f"A mark beside a bracket that cannot stand there: “{text.cleaned[start:end]}”.",
            )
    for before, paragraph in zip(text.paragraphs, text.paragraphs[1:], strict=False):
        first = _COMMA_FIRST.match(paragraph.text)
        if first and not paragraph.row and before.text.rstrip().endswith(("。", "；")):
            yield hit(
                paragraph.start + first.end() - 1,
                paragraph.start + first.end(),
                f"段首有标点“{first[0].strip()}”。",
                f"A paragraph begins with the mark “{first[0].strip()}”.",
            )
    yield from _ends(text)
    yield from _items_without_stop(text)
    yield from _no_mark_before_number(text)


def _ends(text: ShownText) -> Iterator[Hit]:
    """A clause that ends in a comma, or without a mark, before the next number."""
    for one, two in zip(text.paragraphs, text.paragraphs[1:], strict=False):
        words = one.text.rstrip(" *")
        if one.row or two.row or not words or one.document is None or two.document is not one.document:
            continue
        mark = read_marker(two.text.strip())
        if mark is None or mark.doubtful or mark.style is Style.DECIMAL_1:
            continue
        last = len(words) - 1
        if words[-1] in "，、," and (len(words) > 8 or re.search(f"[{HAN}]", words)):
            yield text.hit(
                one.start + last,
                one.start + last + 1,
                Severity.WARNING,
                f"下一段“{mark.printed}”之前，本段以“{words[-1]}”结尾。",
                f"The clause before {mark.printed} ends in “{words[-1]}”.",
            )
        elif _sentences_without_stop(words):
            yield text.hit(
                one.start + last,
                one.start + last + 1,
                Severity.WARNING,
                f"下一段“{mark.printed}”之前，本段句末缺标点：“{words[-6:]}”。",
                f"The clause before {mark.printed} ends without a mark: “{words[-6:]}”.",
            )


def _items_without_stop(text: ShownText) -> Iterator[Hit]:
    """An item without a mark at its end between two of the same numbering that have one."""
    paragraphs = text.paragraphs
    for before, one, two in zip(paragraphs, paragraphs[1:], paragraphs[2:], strict=False):
        words = one.text.strip(" *")
        if one.row or not re.search(f"[{HAN}]$", words) or one.document is not two.document:
            continue
        marks = [read_marker(each.text.strip()) for each in (before, one, two)]
        if any(mark is None for mark in marks) or len({mark.style for mark in marks if mark}) != 1:
            continue
        mark = marks[1]
        if mark is None or len(words) - mark.end < 15 or "，" not in words:
            continue
        if all(each.text.rstrip().endswith(("。", "；")) for each in (before, two)):
            last = one.start + len(one.text.rstrip(" *")) - 1
            yield text.hit(
                last,
                last + 1,
                Severity.WARNING,
                f"“{mark.printed}”末尾缺标点：“{words[-6:]}”。",
                f"{mark.printed} ends without a mark: “{words[-6:]}”.",
            )


_SENTENCE = re.compile(r"[。；]")


def _sentences_without_stop(words: str) -> bool:
    """Whether a paragraph that is made of sentences ends without a mark."""
    if not re.fullmatch(f"[{HAN}%％]", words[-1]) or is_title(words) or SIGNATURE.search(words[-30:]):
        return False
    whole = [found.end() for found in _SENTENCE.finditer(words)]
    if not whole:
        return False
    rest = words[whole[-1] :]
    # 第一条 总则。 说明 : a short rest may be a heading that stands on the line.
    return len(rest) >= 8 and "，" in rest and len(words) >= 30


_INLINE = re.compile(rf"(?P<before>.)(?P<mark>（(?P<number>[一二三四五六七八九十])）)(?=[{HAN}])")
_ORDER = "一二三四五六七八九十"


def _no_mark_before_number(text: ShownText) -> Iterator[Hit]:
    """…；（二）…达标（三）…: a number in the line whose forerunner stands behind a mark, and it does not."""
    for paragraph in text.paragraphs:
        if paragraph.row or "（二）" not in paragraph.text:
            continue
        expected = 0
        for found in _INLINE.finditer(" " + paragraph.text):
            at = _ORDER.index(found["number"])
            if found["before"] in "第件条款项表":
                continue  # 第（一）项, 附件（二）
            if at == 0:
                expected = 0 if re.fullmatch(f"[{HAN}]", found["before"]) else 1
            elif at == expected:
                expected += 1
                if not re.fullmatch(f"[{HAN}]", found["before"]) or found["before"] in "及和或至":
                    continue
                yield text.hit(
                    paragraph.start + found.start("mark") - 1,
                    paragraph.start + found.end("mark") - 1,
                    Severity.WARNING,
                    f"“{found['mark']}”之前缺标点。",
                    f"No mark stands before {found['mark']}.",
                )


# --- brackets and quotation marks -------------------------------------------------------------------------------------

_PAIRED = {
    "（": "）",
    "(": ")",
    "《": "》",
    "“": "”",
    "〔": "〕",
    "【": "】",
    "「": "」",
    "『": "』",
    "〈": "〉",
    "［": "］",
}
_SAME = {"(": "（", ")": "）", "［": "[", "］": "]"}
_CLOSERS = {_SAME.get(close, close): _SAME.get(opened, opened) for opened, close in _PAIRED.items()}
_BRACKET = re.compile(f"[{re.escape(''.join(_PAIRED) + ''.join(_PAIRED.values()))}]")
_INTERVAL = re.compile(r"[\[［（(]\s?[-+]?[\d.]+[%％]?\s?[,，、~～—-]\s?(?:[-+]?[\d.]+[%％]?|[+]?∞)\s?[\]］）)]")
_ITEM_MARK = re.compile(r"(?:^|[\s\t。；，、：:;,.？！])\s{0,4}(?:\d{1,3}|[A-Za-z]|[ivx]{1,4}|[①-⑳])[)）]")
_ITEM_MARK_HAN = re.compile(r"^\s*[一二三四五六七八九十]{1,3}[)）]")
_NAMES = {
    "（": ("括号", "bracket"),
    "《": ("书名号", "title mark"),
    "“": ("引号", "quotation mark"),
    "〔": ("六角括号", "bracket"),
    "【": ("方头括号", "bracket"),
    "〈": ("单书名号", "title mark"),
    "[": ("方括号", "bracket"),
}
_REACH = {"“": 60, "「": 60, "『": 60}
"""Paragraphs over which a quotation may stand open; a bracket may hold a list, such as the history of a law."""


@dataclass(frozen=True, slots=True)
class _Loose:
    """A bracket without its other half: paragraph, offset in it, the opening form, whether it opens."""

    paragraph: int
    at: int
    form: str
    opens: bool


def brackets(text: ShownText) -> Iterator[Hit]:
    """Brackets, quotation marks and 《》 that are not closed, or closed and never opened."""
    loose: list[_Loose] = []
    for k, paragraph in enumerate(text.paragraphs):
        loose += _loose(k, paragraph.text)
    told: dict[tuple[int, str], list[_Loose]] = {}
    waiting: dict[str, _Loose] = {}
    kept: dict[_Loose, None] = {}
    for one in loose:
        opener = waiting.get(one.form)
        if not one.opens and opener is not None and _may_span(text, opener, one):
            del kept[opener]
            del waiting[one.form]
            continue
        if one.opens:
            waiting[one.form] = one
        kept[one] = None
    for one in kept:
        if one.opens and one.form in "“「『" and _goes_on(text, one):
            continue
        told.setdefault((one.paragraph, one.form), []).append(one)
    for (k, form), ones in _crossed(told).items():
        paragraph = text.paragraphs[k]
        first = ones[0]
        start, end = paragraph.start + first.at, paragraph.start + first.at + 1
        char = paragraph.text[first.at]
        name, name_en = _NAMES.get(form, ("括号", "bracket"))
        around = paragraph.text[max(0, first.at - 6) : first.at + 7].strip()
        if len({one.opens for one in ones}) == 2:
            zh, en = f"{name}前后不配对：“{around}”。", f"The {name_en}s round “{around}” do not match."
        elif first.opens:
            zh, en = f"{name}“{char}”没有另一半：“{around}”。", f"The {name_en} “{char}” is not closed: “{around}”."
        else:
            zh, en = f"{name}“{char}”没有前一半：“{around}”。", f"The {name_en} “{char}” was never opened: “{around}”."
        yield text.hit(start, end, Severity.WARNING, zh, en)
    for k, paragraph in enumerate(text.paragraphs):
        del k
        if paragraph.row or len(re.findall('["＂]', paragraph.text)) % 2 == 0:
            continue
        if len(re.findall(rf'[{HAN}，。、]["＂]|["＂][{HAN}]', paragraph.text)) and not re.search(
            r'\d"', paragraph.text
        ):
            at = max(paragraph.text.rfind('"'), paragraph.text.rfind("＂"))
            yield text.hit(
                paragraph.start + at,
                paragraph.start + at + 1,
                Severity.NOTE,
                '本段的引号“"”不成对。',
                "The straight quotation marks of this paragraph are odd in number.",
            )


def _crossed(told: dict[tuple[int, str], list[_Loose]]) -> dict[tuple[int, str], list[_Loose]]:
    """《甲） leaves two halves of different pairs in one paragraph; they are one error, told where the first stands."""
    out: dict[tuple[int, str], list[_Loose]] = {}
    last: tuple[int, str] | None = None
    for (k, form), ones in told.items():
        before = last if last is not None and last[0] == k else None
        if before is not None and len(ones) == len(out[before]) == 1 and out[before][0].opens != ones[0].opens:
            out[before] = [*out[before], *ones]
        else:
            out[k, form] = ones
            last = (k, form)
    return out


def _loose(k: int, words: str) -> Iterator[_Loose]:
    if not _BRACKET.search(words):
        return
    skipped = {found.end() - 1 for found in _ITEM_MARK.finditer(words)}
    intervals = [found.span() for found in _INTERVAL.finditer(words)]
    stack: list[tuple[int, str]] = []
    for found in _BRACKET.finditer(words):
        at = found.start()
        char = _SAME.get(found[0], found[0])
        if any(start <= at < end for start, end in intervals):
            continue
        if char in _CLOSERS:
            wanted = _CLOSERS[char]
            if stack and stack[-1][1] == wanted:
                stack.pop()
                continue
            depth = next((d for d in range(len(stack) - 1, max(-1, len(stack) - 8), -1) if stack[d][1] == wanted), None)
            if depth is not None:
                yield from (_Loose(k, place, form, True) for place, form in stack[depth + 1 :])
                del stack[depth:]
            elif not (char == "）" and at in skipped):
                yield _Loose(k, at, wanted, False)
        else:
            stack.append((at, char))
    yield from (_Loose(k, place, form, True) for place, form in stack)


def _may_span(text: ShownText, opener: _Loose, closer: _Loose) -> bool:
    one, two = text.paragraphs[opener.paragraph], text.paragraphs[closer.paragraph]
    if one.document is not two.document:
        return False
    distance = closer.paragraph - opener.paragraph
    return 0 < distance <= _REACH.get(opener.form, 6 if one.row else 20)


def _goes_on(text: ShownText, opener: _Loose) -> bool:
    """A quotation of several paragraphs opens anew with each."""
    following = text.paragraphs[opener.paragraph + 1 : opener.paragraph + 2]
    return bool(following) and following[0].text.lstrip().startswith(("“", "「", "『"))
