"""White space where recognition set letters, figures and numbers apart; the marks of Markdown."""

import re

from gongbao.gazette.edits import Edit, without_overlaps
from gongbao.gazette.lines import HAN
from gongbao.gazette.model import Reason

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
    return without_overlaps(edits)


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


_MARKS = re.compile(r"^[ ]*#{1,6} +|^[ ]*- +|\*\*|^ +|(?<! ) +$|(?<=\t) +|(?<! ) +(?=\t)|\f", re.M)


def strip_marks(text: str) -> list[Edit]:
    """Markdown's marks of headings, bold type and lists out, and white space at both ends of a line."""
    edits = [
        Edit(m.start(), m.end(), "", Reason.MARK if m[0].strip(" \f") else Reason.SPACE) for m in _MARKS.finditer(text)
    ]
    return without_overlaps(edits)
