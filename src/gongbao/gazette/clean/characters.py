"""Characters: width, radicals, noughts, invisible ones, HTML tags, formulas, brackets, punctuation, spaces."""

import re
import unicodedata

from gongbao.gazette.edits import Edit, without_overlaps
from gongbao.gazette.lines import HAN
from gongbao.gazette.model import Reason

_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ％]+")
_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad]+")
_SPACES = re.compile("[\u00a0\u3000\u2002-\u200a\u202f]+")


# ⑴ ⒈ ㈠, in one character what others print in three.
_ENCLOSED = (
    {chr(0x2474 + n): f"（{n + 1}）" for n in range(20)}
    | {chr(0x2488 + n): f"{n + 1}." for n in range(20)}
    | {chr(0x3220 + n): f"（{'一二三四五六七八九十'[n]}）" for n in range(10)}
)
# 二OO三年, 二００七年: every kind of nought between Chinese figures.
_NOUGHT = re.compile(r"(?<![0-9A-Za-z])[一二][OoＯｏ0０○◯〇零一二三四五六七八九]{3}(?=年)")

# PDF files often give the radical that looks like a character in its place.
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_SUPPLEMENT = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
        "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
        strict=True,
    )
)


def characters(text: str) -> list[Edit]:
    """Full-width figures and letters to half width, radicals to characters, odd spaces to a space, one line end."""
    edits = [
        Edit(m.start(), m.end(), "".join(chr(ord(c) - 0xFEE0) for c in m[0]), Reason.FULL_WIDTH)
        for m in _WIDE.finditer(text)
    ]
    edits += [
        Edit(m.start(), m.end(), _SUPPLEMENT.get(m[0]) or unicodedata.normalize("NFKC", m[0]), Reason.RADICAL)
        for m in _RADICAL.finditer(text)
    ]
    edits += [Edit(m.start(), m.end(), _ENCLOSED[m[0]], Reason.NOTATION) for m in re.finditer("[⑴-⒛㈠-㈩]", text)]
    edits += [
        Edit(m.start(), m.end(), ".", Reason.FULL_WIDTH) for m in re.finditer(r"(?<=[0-9０-９])．(?=[0-9０-９])", text)
    ]
    edits += [
        Edit(m.start(), m.end(), re.sub("[OoＯｏ0０○◯零]", "〇", m[0]), Reason.NOUGHT) for m in _NOUGHT.finditer(text)
    ]
    edits += [Edit(m.start(), m.end(), "", Reason.INVISIBLE) for m in _INVISIBLE.finditer(text)]
    edits += [Edit(m.start(), m.end(), " " * len(m[0]), Reason.SPACE) for m in _SPACES.finditer(text)]
    edits += [
        Edit(m.start(), m.end(), "\n", Reason.LINE_END) for m in re.finditer("\r\n?|[\u2028\u2029\x85\x0b]", text)
    ]
    return without_overlaps(edits)


_TAG = re.compile(r"</?(?:b|i|u|strong|em|span|font|sub|sup|p|ol|ul|li|div)(?:\s[^<>\n]{0,80})?>|<br\s*/?>", re.I)
_ENTITY = {"&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">"}


def tags(text: str) -> list[Edit]:
    """Stray HTML: the tags of bold, sub- and superscript go, their words stay."""
    edits = [
        Edit(m.start(), m.end(), " " if re.match("<(?:br|p|li)", m[0], re.I) else "", Reason.TAG)
        for m in _TAG.finditer(text)
    ]
    edits += [Edit(m.start(), m.end(), _ENTITY[m[0]], Reason.ENTITY) for m in re.finditer("|".join(_ENTITY), text)]
    return sorted(edits, key=lambda edit: edit.start)


_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_FORMULA = re.compile(r"\$\s?([^$\n]{1,40}?)\s?\$")
_SYMBOL = re.compile(
    r"(?P<pm>PM[\s_]*\{?\s?(?P<size>2\s?[.．]\s?5|10|[₀-₉]+(?:[.．][₀-₉]+)?)\s?\}?(?!\d))"
    r"|(?P<chemical>\b(?:O|SO|NO|CO|CH|NH|N|H)_?\{?[₀-₉\d]+\}?(?:-8h)?)"
    r"|(?P<tex>\\(?:times|geqslant|geq|ge|leqslant|leq|le|sim|pm|%)(?![a-z]))"
)
_TEX = {
    "times": "×",
    "geqslant": "≥",
    "geq": "≥",
    "ge": "≥",
    "leqslant": "≤",
    "leq": "≤",
    "le": "≤",
    "sim": "～",
    "pm": "±",
    "%": "%",
}


def _plain_symbol(m: "re.Match[str]") -> str:
    if m["pm"]:
        return "PM" + re.sub(r"\s", "", m["size"]).translate(_SUBSCRIPT).replace("．", ".")
    if m["chemical"]:
        return re.sub(r"[_{}]", "", m["chemical"]).translate(_SUBSCRIPT)
    return _TEX[m["tex"][1:]]


def notations(text: str) -> list[Edit]:
    """PM₂.₅, PM_{2.5}, $PM_{2.5}$ and PM 2.5 to PM2.5; subscripts of other substances likewise (O₃ to O3)."""
    edits = []
    for m in _FORMULA.finditer(text):
        plain = _SYMBOL.sub(_plain_symbol, m[1])
        if plain != m[1] and not re.search(r"[\\_{}]", plain):
            edits.append(Edit(m.start(), m.end(), plain, Reason.NOTATION))
    edits += [Edit(m.start(), m.end(), _plain_symbol(m), Reason.NOTATION) for m in _SYMBOL.finditer(text)]
    return without_overlaps(edits)


_NUMBER = re.compile(
    rf"(?<=[{HAN}])\s?[〔﹝［\[【〖（(｛{{]\s?((?:19|20)\d{{2}})\s?[〕﹞］\]】〗）)｝}}]\s{{0,4}}第?\s{{0,4}}(\d{{1,5}})\s{{0,4}}号"
)
_ROUND = re.compile(r"\(([^()\n]{1,120})\)")
_COMMA = re.compile(
    rf"(?<=[{HAN}”》）)%\d])[ \t]?([,;:])[ ]?(?=[{HAN}“《（(])|(?<=[{HAN}”》）)])([,;:.])(?=[ *]*$)", re.M
)
_FULL = {",": "，", ";": "；", ":": "：", ".": "。"}


def brackets(text: str) -> list[Edit]:
    """〔 〕 round the year of a document number, （ ） and ，；： among Chinese words."""
    edits = [
        Edit(m.start(), m.end(), f"〔{m[1]}〕{int(m[2])}号", Reason.DOCUMENT_NUMBER) for m in _NUMBER.finditer(text)
    ]
    taken = [(edit.start, edit.end) for edit in edits]
    k = 0
    for m in _ROUND.finditer(text):
        while k < len(taken) and taken[k][1] <= m.start():
            k += 1
        # The bracket of (2020)43号 is the number's own; that of (某政〔2020〕43号) stands round it.
        inside_number = k < len(taken) and taken[k][0] <= m.start()
        neighbours = text[max(0, m.start() - 1) : m.start()] + text[m.end() : m.end() + 1]
        if not inside_number and (re.search(f"[{HAN}]", m[1]) or re.search(f"[{HAN}《“]", neighbours)):
            edits.append(Edit(m.start(), m.start() + 1, "（", Reason.BRACKET))
            edits.append(Edit(m.end() - 1, m.end(), "）", Reason.BRACKET))
    edits += [Edit(m.start(), m.end(), _FULL[m[1] or m[2]], Reason.PUNCTUATION) for m in _COMMA.finditer(text)]
    return without_overlaps(edits)
