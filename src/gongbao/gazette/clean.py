"""Clean the text that page recognition left: mend what is sure, record every change, leave the rest alone.

`clean(raw)` runs the steps below in order. Each is a function from the present text to a list of edits. What a step
is not sure of stays as it is, for a person to look at (gongbao.gazette.findings lists suspicions).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from gongbao.core.numerals import CHINESE_NUMERAL
from gongbao.gazette.edits import Edit, EditedText
from gongbao.gazette.lines import DATE_LINE, HAN, SIGNATURE, Line, is_addressees, is_foot, is_title
from gongbao.gazette.markers import Style, read_marker
from gongbao.gazette.model import Change, Reason


@dataclass(slots=True)
class CleanText:
    """The cleaned text, its non-blank lines, and the record from which the raw text can be rebuilt."""

    text: str
    lines: list[Line]
    changes: list[Change]


Step = Callable[[str], list[Edit]]


def clean(raw: str) -> CleanText:
    """Clean a text. `gongbao.gazette.edits.rebuild(result.text, result.changes)` gives `raw` again."""
    edited = EditedText(raw)
    for step in STEPS:
        edited.apply(step(edited.text))
    marked = edited.text.split("\n")
    edited.apply(strip_marks(edited.text))
    numbers = edited.raw_lines()
    lines: list[Line] = []
    blank = True
    for text, mark, number in zip(edited.text.split("\n"), marked, numbers, strict=True):
        # A tab at the end is an empty cell of a table and must stay.
        text = text.strip(" ").removesuffix("\r")
        if text.strip():
            heading = len(found[0].strip()) if (found := re.match(r"#{1,6}\s", mark.lstrip())) else 0
            lines.append(Line(text, number, heading, "**" in mark[:6], blank))
        blank = not text.strip()
    return CleanText(edited.text, lines, edited.changes())


# --- characters ---------------------------------------------------------------------------------------------------

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
    return _without_overlaps(edits)


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


_PIPES = re.compile(r"^ *\|(?=.*\|).*$", re.M)
_CELLS = re.compile(
    r"\s*</t[dh]>\s*<t[dh][^<>]{0,80}>\s*|</tr>\s*|\s*</?(?:table|tbody|thead|tr|td|th)(?:\s[^<>]{0,80})?>\s*", re.I
)


# Numbering made by a word processor: a tab between the mark and the words, and no other in the line.
_TAB_BEHIND_MARK = re.compile(
    r"^[ #*]*(?:第[^\s]{1,8}[编章节条]|[一二三四五六七八九十百]{1,5}、|[（(][^（）()\s]{1,4}[）)]|\d{1,3}[.．、]|[①-⑳])"
    r"[ *]*"
    r"(\t+)(?=[^\t\n]+$)",
    re.M,
)
_WIDE_GAP = re.compile(r"(?<=\S)[ \u3000]{2,}(?=\S)")


def _columns(text: str) -> list[Edit]:
    """A table set with spaces: lines one behind the other that have three cells or more, and as many as the next."""
    edits: list[Edit] = []
    start = 0
    run: list[tuple[int, str]] = []
    for line in [*text.split("\n"), ""]:
        cells = len(_WIDE_GAP.split(line.strip())) if "  " in line or "\u3000\u3000" in line else 1
        is_row = cells >= 3 and "\t" not in line and len(line) < 400 and not re.search("[。；]", line)
        if run and (not is_row or cells != len(_WIDE_GAP.split(run[-1][1].strip()))) and line.strip():
            edits += _tabs(run) if len(run) > 1 else []
            run = []
        if is_row:
            run.append((start, line))
        start += len(line) + 1
    return edits + (_tabs(run) if len(run) > 1 else [])


def _tabs(rows: list[tuple[int, str]]) -> list[Edit]:
    return [
        Edit(start + m.start(), start + m.end(), "\t", Reason.TABLE_ROW)
        for start, line in rows
        for m in _WIDE_GAP.finditer(line)
    ]


def table_rows(text: str) -> list[Edit]:
    """Rows of Markdown and HTML tables to cells with a tab between them, as recognition prints tables else."""
    edits = []
    for m in _PIPES.finditer(text):
        row = m[0].strip(" ").strip("|")
        if set(row) <= set(" |:-"):
            continue  # the row under the heads, which page_furniture takes out
        edits.append(Edit(m.start(), m.end(), "\t".join(cell.strip() for cell in row.split("|")), Reason.TABLE_ROW))
    for m in _TAB_BEHIND_MARK.finditer(text):
        edits.append(Edit(m.start(1), m.end(1), " ", Reason.SPACE))
    edits += _columns(text)
    if "<t" in text.lower():
        for m in _CELLS.finditer(text):
            tag = m[0].strip().lower()
            after = (
                "\n" if tag.startswith(("</tr", "<table", "</table")) else "\t" if "><" in tag.replace(" ", "") else ""
            )
            edits.append(Edit(m.start(), m.end(), after, Reason.TABLE_ROW))
    return _without_overlaps(edits)


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
    return _without_overlaps(edits)


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
    return _without_overlaps(edits)


def _without_overlaps(edits: list[Edit]) -> list[Edit]:
    out: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if not out or edit.start >= out[-1].end:
            out.append(edit)
    return out


_SPREAD = re.compile(rf"(?:(?<=^)|(?<=[\s#*]))[{HAN}](?: {{1,4}}[{HAN}])+(?=[\s*：]|$)", re.M)
# The last word of a title, whose other words are not spaced out: …的通 知.
_SPREAD_KIND = re.compile(rf"(?<=[{HAN}》])(?:通 +知|决 +定|意 +见|通 +报|公 +告|通 +告|批 +复|办 +法)(?=[ *]*$)", re.M)
_LOOSE = re.compile(
    rf"(?<=[{HAN}，。；：、“”（）《》〔〕]) (?=[\dA-Za-z+\-])"
    rf"|(?<=[\dA-Za-z%+]) (?=[{HAN}，。；：、“”（）《》〔〕])"
    rf"|(?<=[，。；：、（《“〔]) +(?=[{HAN}])|(?<=[{HAN}”》）]) +(?=[，。；：、）》”])"
)
_GAP = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")
_LEADING = re.compile(
    r"[ #*\-]*(?:\d{1,3}(?:[.．]\s?\d{1,2})*[.．、]?|第[^\s]{1,8}[编章节条]|[（(][^（）()\n]{1,5}[）)])[ *]+"
)


def spaces(text: str) -> list[Edit]:
    """总 则 to 总则, 2022 年 to 2022年. The space behind a clause's number stays."""
    edits = [Edit(m.start(), m.end(), m[0].replace(" ", ""), Reason.SPACED_OUT) for m in _SPREAD.finditer(text)]
    edits += [Edit(m.start(), m.end(), m[0].replace(" ", ""), Reason.SPACED_OUT) for m in _SPREAD_KIND.finditer(text)]
    start = 0
    for line in text.split("\n"):
        if " " in line:
            lead = found.end() if (found := _LEADING.match(line)) else 0
            edits += [Edit(start + m.start(), start + m.end(), "", Reason.SPACE) for m in _LOOSE.finditer(line, lead)]
            gaps = list(_GAP.finditer(line, lead)) if "\t" not in line and re.search("[，。；]", line) else []
            if len(gaps) >= 3:
                # A sentence that recognition spaced out; in a list of names there is no comma and no full stop.
                edits += [Edit(start + m.start(), start + m.end(), "", Reason.SPACE) for m in gaps]
        start += len(line) + 1
    return _without_overlaps(edits)


_SPACED_DECIMAL = re.compile(r"^[ #*]*(\d{1,2}(?:[.．] ?\d{1,2}){1,4})(?=[ \u4e00-\u9fff])", re.M)


def decimals(text: str) -> list[Edit]:
    """8. 2. 1 to 8.2.1, where that is the next number of a decimal numbering (`1. 20 家` is an item and no 1.20)."""
    edits = []
    last: tuple[int, ...] = ()
    for m in re.finditer(rf"{_SPACED_DECIMAL.pattern}|^[ #*]*(\d{{1,2}}) +(?=[{HAN}])", text, re.M):
        if m[1] is None:
            if not last or int(m[2]) == last[0] + 1 or m[2] == "1":
                last = (int(m[2]),)
            continue
        path = tuple(int(figure) for figure in re.split(r"[.．] ?", m[1]))
        follows = path == (*last, 1) or any(path == (*last[:k], last[k] + 1) for k in range(len(last)))
        if " " not in m[1]:
            last = path
        elif follows:
            edits.append(Edit(m.start(1), m.end(1), ".".join(map(str, path)), Reason.DECIMAL_NUMBER))
            last = path
    return edits


# --- lines --------------------------------------------------------------------------------------------------------

_PAGE_NUMBER = re.compile(
    r"^[ \t]*(?:[-—–－·]{1,3} ?\d{1,4} ?[-—–－·]{1,3}|第 ?\d{1,4} ?页(?:[ ，,]*共 ?\d{1,4} ?页)?)[ \t]*$\n?", re.M
)

_BARE_NUMBER = re.compile(r"^[ \t]*(\d{1,4})[ \t]*$", re.M)


_SEPARATOR = re.compile(r"^[ \t|:\-]{3,}$\n?", re.M)


def page_furniture(text: str) -> list[Edit]:
    """Page numbers and running heads out."""
    edits = [Edit(m.start(), m.end(), "", Reason.PAGE_NUMBER) for m in _PAGE_NUMBER.finditer(text)]
    bare = list(_BARE_NUMBER.finditer(text))
    for k, m in enumerate(bare):
        # A bare figure is a page number only in a row of them that counts up by one.
        before = k > 0 and int(bare[k - 1][1]) == int(m[1]) - 1
        after = k + 1 < len(bare) and int(bare[k + 1][1]) == int(m[1]) + 1
        apart = all(abs(m.start() - bare[n].start()) > 200 for n in (k - 1, k + 1) if 0 <= n < len(bare))
        if apart and (before or after) and len(bare) > 2:
            edits.append(Edit(m.start(), m.end(), "", Reason.PAGE_NUMBER))
    edits += [Edit(m.start(), m.end(), "", Reason.SEPARATOR_ROW) for m in _SEPARATOR.finditer(text) if "--" in m[0]]
    edits += _running_heads(text)
    edits += _lonely_figures(text)
    return _without_overlaps(edits)


_GAZETTE = re.compile(rf"[{HAN}]{{2,20}}公报")
_RUNNING = re.compile(
    r"[年第期总月号\d\s.·•—–\-（）()#*|/]|(?:省|市|县|区)?(?:人民)?政府(?:办公[室厅])?文件|部门文件|目录"
)
_SECTION_LABEL = re.compile(r"^[ #*]*(?:省|市|县|区)?(?:人民)?政府(?:办公[室厅])?文件[ *]*$", re.M)


def _running_heads(text: str) -> list[Edit]:
    """The gazette's name with year and issue at the head of each page, and the name of the section."""
    edits = []
    seen: Counter[str] = Counter()
    first_words = len(re.match(r"(?:\s*\S[^\n]*\n?){0,6}", text[:2000])[0])  # type: ignore[index]
    for m in re.finditer(r"^.{4,60}$", text, re.M):
        name = _GAZETTE.search(re.sub(r"\s", "", m[0]))
        if name is None or _RUNNING.sub("", m[0].replace(" ", "").replace("\u3000", "")) != name[0].lstrip("第期年"):
            words = re.sub(r"(?:年?第期)$", "", re.sub(r"[\s#*\d—–\-·]", "", m[0]))
            if name is None or words != name[0]:
                continue
        key = name[0].lstrip("第期年")
        seen[key] += 1
        # The first is the masthead of the issue, if it stands at the beginning.
        if seen[key] > 1 or m.start() > first_words or "〕" in text[: m.start()][-200:]:
            edits.append(Edit(m.start(), m.end(), "", Reason.RUNNING_HEAD))
    labels = list(_SECTION_LABEL.finditer(text))
    counts = Counter(re.sub(r"[\s#*]", "", m[0]) for m in labels)
    edits += [
        Edit(m.start(), m.end(), "", Reason.RUNNING_HEAD) for m in labels if counts[re.sub(r"[\s#*]", "", m[0])] > 2
    ]
    return edits


def _lonely_figures(text: str) -> list[Edit]:
    """A figure alone on a line between two sentences is a page number: no paragraph is a figure."""
    edits = []
    for m in re.finditer(r"^[ \t]*\d{1,3}[ \t]*$", text, re.M):
        before = text[max(0, m.start() - 200) : m.start()].rstrip().rpartition("\n")[2]
        after = text[m.end() : m.end() + 200].lstrip().partition("\n")[0]
        lengths = sorted((len(before), len(after)))
        torn = len(before) >= _WRAP_WIDTH and before[-1] not in _TERMINAL and read_marker(after) is None
        words = (torn or re.search("[，。；]", before)) and re.match(f"[{HAN}“（《]", after)
        if "\t" not in before + after and lengths[0] > 4 and lengths[1] > 15 and words:
            edits.append(Edit(m.start(), m.end(), "", Reason.PAGE_NUMBER))
    return edits


_TERMINAL = "。！？：；”）)…】〕》"
_WRAP_WIDTH = 20
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
    lengths = Counter(len(line) for line in lines if len(line) >= _WRAP_WIDTH)
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
    if re.match("各|有关", bare) and after.endswith("：") and len(bare) >= _WRAP_WIDTH and is_addressees(bare + after):
        return Reason.PAGE_BREAK
    if is_title(bare) or is_addressees(after) or is_foot(after):
        return None
    if after[0] in "》”）。，、；：" and not after.startswith("”") and len(bare) >= _WRAP_WIDTH:
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
    if len(bare) < _WRAP_WIDTH:
        return None
    if bare[-1] in _TERMINAL and not closes and not (bare[-1] in "》”" and bare[-2:-1] not in "。！？"):
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


# --- words --------------------------------------------------------------------------------------------------------

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


# --- a text without line breaks -----------------------------------------------------------------------------------

_ENDLESS = 600
_ENDLESS_ALONE = 60
_STRUCTURE = re.compile(
    r"(?P<division>第[〇零一二三四五六七八九十百千\d]{1,7}[编章节条])(?!规定|的|第|款|项|之|、|，|。|所列)"
    r"|(?<![\u4e00-\u9fff\d])(?P<han>[一二三四五六七八九十]{1,4}、)|(?P<hanb>（[一二三四五六七八九十]{1,4}）)"
    r"|(?<![\d.])(?P<arabic>\d{1,3}[.．])(?!\d)|(?P<arabicb>（\d{1,3}）)"
    rf"|(?P<number>[{HAN}]{{1,6}}〔(?:19|20)\d{{2}}〕\d{{1,5}}号)"
    r"|(?P<date>(?:19|20)\d{2}年\d{1,2}月\d{1,2}日)"
)


def missing_line_breaks(text: str) -> list[Edit]:
    """Break an endless line before each mark that continues its numbering, and round number, addressees and date."""
    edits = []
    start = 0
    lines = text.split("\n")
    limit = _ENDLESS_ALONE if sum(bool(line.strip()) for line in lines) <= 2 else _ENDLESS
    for line in lines:
        if len(line) > limit and "\t" not in line:
            edits += [Edit(start + at, start + at, "\n", Reason.NO_LINE_BREAKS) for at in sorted(set(_breaks(line)))]
        start += len(line) + 1
    return edits


_FLAT_TITLE = re.compile(
    rf"(?P<issuer>[{HAN}]{{2,40}}?)(?=关于|印发|转发)[^。：；]{{4,150}}?的?(?:通知|决定|实施意见|意见|通报|公告|通告|批复)"
    rf"(?=各|[{HAN}]{{1,6}}〔|[{HAN}]{{2,20}}(?:政府|市|县|区|局|委|厅|部)[^。]{{0,120}}：)"
)


_ORDER_HEAD = re.compile(rf"^[{HAN}]{{2,24}}令第?\d{{1,4}}号")
_LAW_HEAD = re.compile(
    rf"^[{HAN}]{{4,60}}?(?:条例|办法|规定|细则|规则|预案|方案|规程)(?:（[^（）]{{1,8}}）)?(?=（?(?:19|20)\d{{2}}年|\s?1\s?总则)"
)
_SIGNED = re.compile(rf"(?<=[。！”])[{HAN}]{{4,60}}(?:政府|办公室|办公厅|委员会|局|厅|部|院|会)$")
_LEVELS = ("编", "章", "节", "条", "han", "hanb", "arabic", "arabicb")


def _breaks(line: str) -> Iterator[int]:
    found: list[int] = []
    title = _FLAT_TITLE.match(line)
    issuer = title["issuer"] if title else ""
    if head := _ORDER_HEAD.match(line) or _LAW_HEAD.match(line):
        found.append(head.end())
    if (
        title
        and (colon := line.find("：", title.end(), title.end() + 200)) > 0
        and is_addressees(line[title.end() : colon + 1])
    ):
        # A title with the addressees right behind it, and no number.
        found += [title.end(), colon + 1]
    counters: dict[str, int] = {}
    numbered = False
    for m in _STRUCTURE.finditer(line):
        kind = m.lastgroup or ""
        before = line[m.start() - 1] if m.start() else "\n"
        if kind == "number":
            # Only the document's own, which stands alone between title and addressees, not one in a citation.
            if before in "（(" or line[m.end() : m.end() + 1] in "）)" or numbered or m.start() > 300:
                continue
            numbered = True
            found += [_number_start(line, m.start(), m.end()), m.end()]
            colon = line.find("：", m.end(), m.end() + 200)
            if colon > 0 and is_addressees(line[m.end() : colon + 1]):
                found.append(colon + 1)
        elif kind == "date":
            if issuer and line.endswith(issuer, 0, m.start()):
                found += [m.start() - len(issuer), m.start(), m.end()]
                counters = {}
            elif signed := _SIGNED.search(line[max(0, m.start() - 70) : m.start()]):
                found += [m.start() - len(signed[0]), m.start(), m.end()]
                counters = {}
            elif re.search(rf"(?:市长|省长|县长|区长|主任)[{HAN}]{{2,4}}$", line[max(0, m.start() - 8) : m.start()]):
                found += [m.start(), m.end()]
                counters = {}
        elif mark := read_marker(m[0] + " "):
            name = m[0][-1] if kind == "division" else kind
            ahead = mark.number - counters.get(name, 0)
            strict = before in "。；：！？”）\n \u3000"
            # The next number anywhere it can be one; a number that leaves out two only behind a full stop.
            if (ahead == 1 and (strict or mark.number == 1 or kind == "division")) or (1 < ahead <= 3 and strict):
                counters[name] = mark.number
                lower = _LEVELS[4:] if name == "条" else _LEVELS[_LEVELS.index(name) + 1 :]
                for level in lower:
                    if level != "条":
                        counters.pop(level, None)
                found.append(m.start())
    decimals = _decimal_breaks(line)
    if len(decimals) >= 4:
        found += decimals
    if len(found) >= 2:
        yield from (at for at in found if at)


_FLAT_DECIMAL = re.compile(rf"(?<![\d.〔（(])(\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?=\s?[{HAN}“（Ⅰ-Ⅻ])")


def _decimal_breaks(line: str) -> list[int]:
    """Where 1总则1.1编制目的… is to be broken: at each number that is the next of the decimal numbering."""
    out: list[int] = []
    last: tuple[int, ...] = ()
    for m in _FLAT_DECIMAL.finditer(line):
        path = tuple(int(figure) for figure in m[1].split("."))
        if len(path) == 1:
            # 2 疫情分级 is one only if 2.1 follows soon; 2个 is not.
            following = f"{path[0]}.1" in line[m.end() : m.end() + 60]
            if (
                path[0] == (last[0] if last else 0) + 1
                and (following or len(last) > 1)
                and not re.match(
                    r"\s?(?:个|项|人|名|年|月|日|号|天|小时|万|亿|元|次|件|级|类|家)", line[m.end() : m.end() + 4]
                )
            ):
                out.append(m.start())
                last = path
        elif path == (*last, 1) or any(path == (*last[:k], last[k] + 1) for k in range(len(last))):
            out.append(m.start())
            last = path
    return out


def _number_start(line: str, start: int, end: int) -> int:
    """Where the document number begins: what stands before it without a gap may be the end of the title."""
    words = line[start:end]
    for end_of_title in ("的通知", "通知", "决定", "意见", "通报", "公告", "通告", "批复", "函"):
        place = words.find(end_of_title)
        if place >= 0:
            return start + place + len(end_of_title)
    title_end = max(
        (
            line.rfind(word, 0, start) + len(word)
            for word in ("通知", "决定", "意见", "通报", "公告")
            if word in line[:start]
        ),
        default=start,
    )
    return title_end if start - title_end <= 4 else start


_GLUED = re.compile(r"(?<=[。；])(?=（[一二三四五六七八九十]{1,4}）|（\d{1,3}）|\d{1,3}[.．](?!\d)|[①-⑳])")


def glued_items(text: str) -> list[Edit]:
    """Break a line that begins with （一） before a （二） that follows a full stop in it."""
    edits = []
    start = 0
    for line in text.split("\n"):
        words = line.lstrip(" -*")
        mark = read_marker(words) if "\t" not in line and len(words) > 4 and words[0] in "（0123456789①" else None
        if mark is not None:
            for m in _GLUED.finditer(line):
                other = read_marker(line[m.start() : m.start() + 24])
                if (
                    other is not None
                    and other.style == mark.style
                    and other.path[:-1] == mark.path[:-1]
                    and other.number == mark.number + 1
                ):
                    edits.append(Edit(start + m.start(), start + m.start(), "\n", Reason.ITEMS_ON_ONE_LINE))
                    mark = other
        start += len(line) + 1
    return edits


# --- marks of Markdown --------------------------------------------------------------------------------------------

_MARKS = re.compile(r"^[ ]*#{1,6} +|^[ ]*- +|\*\*|^ +|(?<! ) +$|(?<=\t) +|(?<! ) +(?=\t)|\f", re.M)


def strip_marks(text: str) -> list[Edit]:
    """Markdown's marks of headings, bold type and lists out, and white space at both ends of a line."""
    edits = [
        Edit(m.start(), m.end(), "", Reason.MARK if m[0].strip(" \f") else Reason.SPACE) for m in _MARKS.finditer(text)
    ]
    return _without_overlaps(edits)


STEPS: tuple[Step, ...] = (
    characters,
    table_rows,
    tags,
    notations,
    brackets,
    page_furniture,
    spaces,
    decimals,
    missing_line_breaks,
    spaces,
    torn_signatures,
    torn_lines,
    glued_items,
    stray_words,
    doubled_characters,
)
