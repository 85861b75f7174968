"""Build the tree of clauses from the lines of a part.

The levels follow from the numbering, not from the Markdown headings, which page recognition sets at random. A mark
(gongbao.gazette.markers) either continues a numbering that is open (third to second), or begins a new one below, or
is no mark at all: a citation or a quantity that happens to stand at the beginning of a line. Where two readings are
possible, what follows decides: a list inside an item ends and the outer list goes on.
"""

import re
from dataclasses import dataclass

from gongbao.gazette.lines import ANNEX_LIST, CONTENTS, Line, annex_titles, is_foot
from gongbao.gazette.markers import Marker, Style, read_marker
from gongbao.gazette.model import Clause, ClauseKind

_HEADING_KIND = {
    Style.PART: ClauseKind.PART,
    Style.CHAPTER: ClauseKind.CHAPTER,
    Style.SECTION: ClauseKind.SECTION,
    Style.ARTICLE: ClauseKind.ARTICLE,
    Style.HAN: ClauseKind.SECTION,
    Style.DECIMAL_1: ClauseKind.SECTION,
    Style.DECIMAL_2: ClauseKind.SUBSECTION,
    Style.DECIMAL_3: ClauseKind.PARAGRAPH,
    Style.DECIMAL_4: ClauseKind.SUBPARAGRAPH,
    Style.DECIMAL_5: ClauseKind.POINT,
    Style.HAN_BRACKET: ClauseKind.SUBSECTION,
    Style.ARABIC: ClauseKind.PARAGRAPH,
    Style.ARABIC_BRACKET: ClauseKind.SUBPARAGRAPH,
    Style.ARABIC_HALF: ClauseKind.SUBPARAGRAPH,
    Style.CIRCLE: ClauseKind.POINT,
    Style.ROMAN: ClauseKind.ITEM,
    Style.LETTER: ClauseKind.ITEM,
}
# Below an article come 项, 目 and what is below those, whatever their marks (立法法 第六十五条).
_BELOW_ARTICLE = (ClauseKind.SUBPARAGRAPH, ClauseKind.POINT, ClauseKind.ITEM)
_DECIMALS = range(Style.DECIMAL_1, Style.DECIMAL_5 + 1)
_BOX = re.compile(r"^专栏\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})?\s*[:：]?\s*(?P<heading>[^，。；]{0,60})$")
# A first sentence that says what holds is no heading: 本办法五年有效，由市园林局解释。
_RULE = re.compile("^本|之日|应当|可以|不得|按照|根据|负责|[元日年月]前")
_HEADING_LENGTH = 60
_RUN_IN_LENGTH = 32


@dataclass(slots=True)
class _Open:
    """A clause that is open while its lines are read. `box` bars the numbering outside from being continued inside.

    `article` is kept at the root: the last article, whose numbering goes on through the chapters.
    """

    clause: Clause
    marker: Marker | None = None
    box: bool = False
    article: int = 0


def outline(lines: list[Line]) -> list[Clause]:
    """The clauses of a part in reading order. Every line is in exactly one clause; nothing is left out."""
    marks = _true_marks(lines)
    contents = _contents(lines)
    for k in contents:
        marks[k] = None
    following = _next_of_style(marks)
    next_mark = _next_mark(marks)
    root = Clause(ClauseKind.PREAMBLE, "", "", "", lines[0].number if lines else 1)
    stack = [_Open(root)]
    previous: Line | None = None
    annex_list_end = 0
    rows = _Rows()
    for k, line in enumerate(lines):
        mark = marks[k]
        if k >= annex_list_end:
            annex_list_end = annex_titles(lines, k)[1]
        in_annex_list = k < annex_list_end
        depth = None
        if mark is not None and not in_annex_list:
            depth = _depth(stack, mark, k, marks, following)
        foot = mark is None and len(lines) - k <= 8 and is_foot(line.text)
        if mark is not None and depth is not None:
            del stack[depth + 1 :]
            clause = _numbered(line, mark, [item.marker for item in stack if item.marker])
            stack[-1].clause.children.append(clause)
            stack.append(_Open(clause, mark))
            if mark.style is Style.ARTICLE:
                stack[0].article = mark.number
        elif found := _box(line):
            _close_boxes(stack)
            clause = Clause(ClauseKind.BOX, found[0], found[1], "", line.number)
            stack[-1].clause.children.append(clause)
            stack.append(_Open(clause, None, box=True))
        else:
            if in_annex_list or foot or k in contents:
                del stack[1:]
            elif "\t" not in line.text:
                _close_lists(stack, next_mark[k])
            _add_words(stack[-1].clause, line, previous, in_annex_list or (k in contents and k - 1 in contents), rows)
        previous = line
    rows.put()
    _settle(root)
    return _top_level(root)


def _contents(lines: list[Line]) -> range:
    """The lines of a table of contents (目录) inside the part: from its head to where its first entry comes again."""
    for at, line in enumerate(lines[:20]):
        if CONTENTS.match(line.text.strip()) and at + 1 < len(lines):
            first = _entry(lines[at + 1].text)
            for end in range(at + 2, min(at + 400, len(lines))):
                if _entry(lines[end].text) == first:
                    return range(at, end)
                if len(lines[end].text) > 80:
                    break
    return range(0)


def _entry(text: str) -> str:
    return re.sub(r"[\s.…·．]*\d{0,4}$", "", re.sub(r"[\s.．、]+", "", text))


# --- which marks are marks ----------------------------------------------------------------------------------------


def _true_marks(lines: list[Line]) -> list[Marker | None]:
    """The mark of each line, with those left out that only look like one."""
    marks = [None if "\t" in line.text else read_marker(line.text) for line in lines]
    decimal = any(mark is not None and mark.style is Style.DECIMAL_2 and mark.path[1] == 1 for mark in marks)
    firsts = {mark.path[0] for mark in marks if mark is not None and mark.style in _DECIMALS and len(mark.path) > 1}
    out: list[Marker | None] = []
    article = 0
    first = 0  # the first figure of the decimal numbering so far
    dotted = False
    before = "。"
    for line, mark in zip(lines, marks, strict=True):
        glued = _GLUED_FIRST.match(line.text) if mark is None and decimal else None
        if glued and int(glued[1]) == first + 1 and first + 1 in firsts:
            # 1总则, with nothing between figure and words: only as the next of a decimal numbering.
            mark = Marker(Style.DECIMAL_1, (first + 1,), glued[1], glued.end(1), True)
        if mark is not None:
            next_article = mark.style is Style.ARTICLE and mark.number == article + 1 and not before.endswith(_GOES_ON)
            bare = mark.printed.isdecimal()
            next_first = mark.number in firsts or (dotted and mark.number == first + 1)
            if mark.style is Style.ARABIC and decimal and next_first and _is_short_heading(line, mark):
                dotted = True
                # 2. 疫情分级 above 2.1: the first level of decimal numbering, printed with a full stop.
                mark = Marker(Style.DECIMAL_1, mark.path, str(mark.number), mark.end, mark.spaced)
            elif bare and not (decimal and _is_short_heading(line, mark)):
                mark = None
            elif (
                mark.style is Style.ARTICLE
                and not mark.spaced
                and not next_article
                and _CITED.match(line.text, mark.end)
            ):
                mark = None  # 第十三条规定的…: a citation at the beginning of a line
            elif (
                mark.style in (Style.PART, Style.CHAPTER, Style.SECTION)
                and not mark.spaced
                and (
                    re.match(r"[的、和至到及或与]|规定|所|中", line.text[mark.end :])
                    or len(line.text) > _HEADING_LENGTH
                )
            ):
                mark = None
            if mark is not None and mark.style is Style.ARTICLE:
                article = mark.number
            if mark is not None and mark.style in _DECIMALS:
                first = mark.path[0]
        before = line.text
        out.append(mark)
    return out


_GLUED_FIRST = re.compile(r"(\d{1,2})[\u4e00-\u9fff]{2,20}$")
_CITED = re.compile(r"[的、和至到及或与]|第|规定|所|款|项|中|之")
_GOES_ON = tuple("，、的和或与及照据按")


def _is_short_heading(line: Line, mark: Marker) -> bool:
    words = line.text[mark.end :]
    return len(words) <= 40 and not re.search("[，；]", words)


def _next_of_style(marks: list[Marker | None]) -> list[int]:
    """For each line the next line whose mark has the same style, or the number of lines."""
    following = [len(marks)] * len(marks)
    last: dict[Style, int] = {}
    for k in range(len(marks) - 1, -1, -1):
        mark = marks[k]
        if mark is not None:
            following[k] = last.get(mark.style, len(marks))
            last[mark.style] = k
    return following


def _next_mark(marks: list[Marker | None]) -> list[Marker | None]:
    """For each line the first mark behind it."""
    out: list[Marker | None] = [None] * len(marks)
    last: Marker | None = None
    for k in range(len(marks) - 1, -1, -1):
        out[k] = last
        last = marks[k] or last
    return out


# --- where a mark belongs -----------------------------------------------------------------------------------------


def _depth(stack: list[_Open], mark: Marker, k: int, marks: list[Marker | None], following: list[int]) -> int | None:
    """The place in the stack of the clause below which this one stands; None where it is not a mark after all."""
    barrier = max((at for at, item in enumerate(stack) if item.box), default=0)
    inside = _place(stack, mark, barrier, k, marks, following)
    if barrier == 0:
        return inside
    outer = stack[:barrier]
    if mark.style in _DECIMALS or mark.style <= Style.ARTICLE:
        return _place(outer, mark, 0, k, marks, following)
    same_inside = next(
        (item for item in reversed(stack[barrier + 1 :]) if item.marker and item.marker.style == mark.style), None
    )
    same_outside = next((item for item in reversed(outer) if item.marker and item.marker.style == mark.style), None)
    continues_inside = (
        same_inside is not None and same_inside.marker is not None and mark.number == same_inside.marker.number + 1
    )
    continues_outside = (
        same_outside is not None and same_outside.marker is not None and mark.number == same_outside.marker.number + 1
    )
    if continues_outside and not continues_inside and not (same_inside is None and mark.number == 1):
        return _place(outer, mark, 0, k, marks, following)
    return inside


def _place(
    stack: list[_Open], mark: Marker, barrier: int, k: int, marks: list[Marker | None], following: list[int]
) -> int | None:
    if mark.style in _DECIMALS:
        return _place_decimal(stack, mark, barrier)
    if mark.style is Style.ARTICLE and not mark.spaced and mark.number != 1:
        # No space behind 第四条: an article if it is the next one (or one is missing), else a citation.
        ahead = mark.number - stack[0].article
        if not (0 < ahead <= 3 or (ahead == 0 and mark.inserted)):
            return None
    same = [at for at in range(len(stack) - 1, barrier, -1) if _style(stack[at]) == mark.style]
    for at in same:
        marker = stack[at].marker
        if marker is not None and mark.number == marker.number + 1:
            return at - 1
    if same:
        at = same[0]
        marker = stack[at].marker
        assert marker is not None
        if mark.number == 1 and at < len(stack) - 1 and mark.style > Style.ARTICLE:
            # The numbering begins again below a deeper clause: a list within it, if the outer list goes on behind.
            after = following[k]
            while after < len(marks):
                later = marks[after]
                if later is not None and later.number == marker.number + 1 and marker.number > 1:
                    return len(stack) - 1
                if later is not None and later.number == 1:
                    break
                after = following[after]
        return at - 1
    # A new numbering. Below the deepest clause, unless that is of a lower rank and does not go on behind this list.
    depth = len(stack) - 1
    while depth > barrier:
        style = _style(stack[depth])
        if style is None or style < mark.style:
            break
        if mark.style >= Style.ARTICLE and _goes_on(stack[depth], k, marks):
            break
        depth -= 1
    return depth


def _place_decimal(stack: list[_Open], mark: Marker, barrier: int) -> int | None:
    """2.1.3 stands below 2.1, or below 2 where 2.1 is not printed. One whose beginning is not open is no mark."""
    for length in range(len(mark.path) - 1, 0, -1):
        for at in range(len(stack) - 1, barrier, -1):
            marker = stack[at].marker
            if marker is not None and marker.style in _DECIMALS and marker.path == mark.path[:length]:
                if mark.doubtful and mark.number != 1:
                    sibling = stack[at + 1].marker if at + 1 < len(stack) else None
                    if sibling is None or sibling.path != (*mark.path[:-1], mark.number - 1):
                        return None
                return at
    if mark.doubtful:
        return None
    for at in range(len(stack) - 1, barrier, -1):
        marker = stack[at].marker
        if (
            marker is not None
            and marker.style == mark.style
            and marker.path[:-1] == mark.path[:-1]
            and mark.number > marker.number
        ):
            return at - 1  # 1.2 beside 1.1, where no 1 is printed above them
    if len(mark.path) > 1:
        before = [item.marker.path for item in stack[barrier:] if item.marker and item.marker.style in _DECIMALS]
        if before and mark.path[0] != before[0][0] + 1:
            return None
    base = barrier
    for at in range(barrier, len(stack)):
        style = _style(stack[at])
        if style is not None and (style in _DECIMALS or style >= Style.HAN_BRACKET):
            break
        base = at
    return base


def _style(item: _Open) -> Style | None:
    return item.marker.style if item.marker else None


def _goes_on(item: _Open, k: int, marks: list[Marker | None]) -> bool:
    """Whether the numbering of an open clause is continued within the next 400 lines, before it begins again."""
    marker = item.marker
    assert marker is not None
    for later in marks[k + 1 : k + 400]:
        if later is not None and later.style == marker.style:
            return later.number == marker.number + 1
        if later is not None and later.style < Style.ARTICLE:
            return False
    return False


def _box(line: Line) -> tuple[str, str] | None:
    found = _BOX.match(line.text) if "\t" not in line.text else None
    if found is None or not (found["number"] or line.heading):
        return None
    return f"专栏{found['number'] or ''}", found["heading"].strip()


def _close_boxes(stack: list[_Open]) -> None:
    """A box does not stand in a box: the one before ends where the next begins."""
    barrier = next((at for at, item in enumerate(stack) if item.box), None)
    if barrier is not None:
        del stack[barrier:]


def _close_lists(stack: list[_Open], ahead: Marker | None) -> None:
    """Before an unnumbered paragraph: close the items that it does not belong to.

    It belongs to the item above it where that has no words of its own yet, where the list goes on behind the
    paragraph, or where earlier items of the list had further paragraphs too. Else the list is over, and the paragraph
    is one of the clause that holds the list: the next 款 of an article, the tail of （1）…（18） below 3.1.3.
    """
    while len(stack) > 1 and not stack[-1].box:
        item = stack[-1]
        marker, clause = item.marker, item.clause
        if marker is None or marker.style <= Style.ARTICLE or not clause.text:
            return
        in_article = any(_style(other) is Style.ARTICLE for other in stack[:-1])
        listing = bool(clause.children) and bool(clause.children[0].number)
        if _loose(clause) or not clause.text.endswith(("。", "；", "：", "！", "？", "”", "）")):
            return
        if clause.text.endswith("：") and not (listing and in_article):
            return
        if ahead is not None and ahead.style == marker.style and ahead.number == marker.number + 1:
            return
        if ahead is not None and ahead.number == 1 and all((_style(other) or 0) < ahead.style for other in stack):
            return  # words that lead in a list below the item
        if any(_loose(sibling) for sibling in stack[-2].clause.children[-20:] if sibling.number):
            return
        stack.pop()


def _loose(clause: Clause) -> bool:
    # Paragraphs stand before or behind a list, so the first and the last few children tell.
    ends = clause.children if len(clause.children) < 8 else clause.children[:4] + clause.children[-4:]
    return any(child.kind is ClauseKind.PARAGRAPH and not child.number for child in ends)


# --- clauses and their words --------------------------------------------------------------------------------------


def _numbered(line: Line, mark: Marker, above: list[Marker | None]) -> Clause:
    kind = _HEADING_KIND[mark.style]
    article = next(
        (at for at, marker in enumerate(above) if marker is not None and marker.style is Style.ARTICLE), None
    )
    if article is not None and mark.style > Style.ARTICLE:
        kind = _BELOW_ARTICLE[min(len(above) - article - 1, 2)]
    words = line.text[mark.end :].strip()
    heading, text = _heading_and_text(words, mark, kind, line.heading > 0)
    return Clause(kind, mark.printed, heading, text, line.number)


def _heading_and_text(words: str, mark: Marker, kind: ClauseKind, marked: bool) -> tuple[str, str]:
    """A line of its own without a full stop is a heading; a short first sentence before more words is a run-in one."""
    if kind is ClauseKind.ARTICLE:
        if found := re.match(r"(【[^】]{1,30}】|（[^）]{1,20}）)\s*", words):
            return found[1], words[found.end() :]
        return "", words
    if mark.style in (Style.PART, Style.CHAPTER, Style.SECTION):
        return words, ""
    if kind in (ClauseKind.SUBPARAGRAPH, ClauseKind.POINT, ClauseKind.ITEM) and mark.style not in _DECIMALS:
        if len(words) <= 40 and not re.search("[。；：，、]", words):
            return words, ""
        found = re.match(r"([^。；，：:？！]{2,24}[：。])(?=.)", words) if mark.style is not Style.HAN_BRACKET else None
        return (found[1], words[found.end() :]) if found else ("", words)
    if (
        marked
        and len(words) <= _HEADING_LENGTH
        and words.find("。") in (-1, len(words) - 1)
        and not words.endswith("：")
    ):
        return words, ""
    if len(words) <= _HEADING_LENGTH and not words.endswith(("。", "；", "：", "，", "、")) and "。" not in words:
        return words, ""
    found = re.match(rf"([^。；：]{{2,{_RUN_IN_LENGTH}}}。)(?=.)", words)
    if found and not _RULE.search(found[1]):
        return found[1], words[found.end() :].strip()
    return "", words


def _add_words(clause: Clause, line: Line, previous: Line | None, in_list: bool, rows: "_Rows") -> None:
    """A paragraph becomes a child of its own for now (_settle folds it); rows stay with the words before them."""
    text = line.text.rstrip(" ")
    last = clause.children[-1] if clause.children else None
    paragraph = last is not None and last.kind is ClauseKind.PARAGRAPH and not last.number
    if "\t" in text and previous is not None:
        # A table belongs to the words above it; it is no paragraph of its own.
        if last is not None and paragraph:
            rows.add(last, text)
            return
        if clause.text and not clause.children:
            rows.add(clause, text)
            return
    elif last is not None and paragraph and previous is not None and "\t" not in previous.text:
        is_row = not line.blank_before and not _ENDS.search(text) and not _ENDS.search(previous.text)
        if is_row or (in_list and not ANNEX_LIST.match(text)):
            rows.add(last, text)
            return
    clause.children.append(Clause(ClauseKind.PARAGRAPH, "", "", text, line.number))


class _Rows:
    """Lines that go on with the text of a clause, put together once: a table may have a hundred thousand of them."""

    def __init__(self) -> None:
        self.of: dict[int, tuple[Clause, list[str]]] = {}

    def add(self, clause: Clause, text: str) -> None:
        self.of.setdefault(id(clause), (clause, []))[1].append(text)

    def put(self) -> None:
        for clause, texts in self.of.values():
            clause.text = "\n".join([clause.text, *texts])


_ENDS = re.compile("[。；：，！？]$")


def _settle(clause: Clause) -> None:
    """Fold an only paragraph into its clause; give several their own place, and 项 to the 款 before them."""
    loose = [child for child in clause.children if child.kind is ClauseKind.PARAGRAPH and not child.number]
    if clause.kind is ClauseKind.ARTICLE:
        _settle_article(clause, loose)
    elif loose:
        first_is_own = clause.children[0] is loose[0]
        if len(loose) == 1 and first_is_own and not clause.text:
            clause.text = loose[0].text
            clause.children.remove(loose[0])
        elif clause.text and clause.kind is not ClauseKind.PREAMBLE:
            # The words behind the number are the first paragraph of several.
            clause.children.insert(0, Clause(ClauseKind.PARAGRAPH, "", "", clause.text, clause.line))
            clause.text = ""
    for child in clause.children:
        _settle(child)


def _settle_article(article: Clause, loose: list[Clause]) -> None:
    """款: the words behind 第N条 are the first, each further paragraph the next; 项 belong to the one before them."""
    if not loose:
        return
    if not article.text and len(loose) == 1 and article.children[0] is loose[0]:
        article.text = loose[0].text
        article.children.remove(loose[0])
        return
    paragraphs = [Clause(ClauseKind.PARAGRAPH, "", "", article.text, article.line)] if article.text else []
    for child in article.children:
        if child.kind is ClauseKind.PARAGRAPH and not child.number:
            paragraphs.append(child)
        elif paragraphs:
            paragraphs[-1].children.append(child)
        else:
            paragraphs.append(Clause(ClauseKind.PARAGRAPH, "", "", "", child.line, children=[child]))
    article.text = ""
    article.children = paragraphs


def _top_level(root: Clause) -> list[Clause]:
    """The clauses of the part; words before the first numbered clause are its preamble."""
    out: list[Clause] = []
    if root.text:
        out.append(Clause(ClauseKind.PREAMBLE, "", "", root.text, root.line))
    lead: list[Clause] = []
    for child in root.children:
        if child.kind is ClauseKind.PARAGRAPH and not child.number and not out:
            lead.append(child)
            continue
        if lead:
            out.append(_preamble(lead))
            lead = []
        out.append(child)
    if lead:
        out.append(_preamble(lead))
    return out


def _preamble(lead: list[Clause]) -> Clause:
    if len(lead) == 1:
        return Clause(ClauseKind.PREAMBLE, "", "", lead[0].text, lead[0].line, children=lead[0].children)
    return Clause(ClauseKind.PREAMBLE, "", "", "", lead[0].line, children=lead)
