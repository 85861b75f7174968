"""Numbers of clauses: headings, articles, items, decimal numbering, and lists inside a sentence."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongbao.core.numerals import CIRCLED
from gongbao.gazette.findings.model import Finding, Manuscript, Place, Severity, shortened
from gongbao.gazette.findings.runs import (
    Fault,
    Item,
    Wrong,
    clause_place,
    fault_finding,
    like,
    made,
    marker_of,
    number_in,
)
from gongbao.gazette.markers import Marker, Style, read_marker
from gongbao.gazette.model import Clause, ClauseKind, Document, Part

# --- clauses ------------------------------------------------------------------------------------------------------

_LEFT_OUT = re.compile(r"^[\s（(]*(?:[.…·．]{2,}|从?略|以下略|省略)[\s）)。]*$")
_DECIMALS = range(Style.DECIMAL_1, Style.DECIMAL_5 + 1)
# Figures at the beginning of a line that may be no mark at all.
_UNSURE = (Style.ARABIC, Style.ARABIC_BRACKET, Style.ARABIC_HALF)


def _item(clause: Clause, mark: Marker, *, beside: bool = False, gap: bool = False) -> Item:
    return Item(mark.number, mark.printed, clause_place(clause), clause, beside, gap, sure=mark.style not in _UNSURE)


def lists(part: Part, amends: bool) -> Iterator[list[Item]]:
    """The runs of numbers in a part: articles and boxes through all of it, others by the clause they stand in.

    A list that does not begin with one is joined to the list of its kind before it where the numbers run on through
    the headings; else what comes before it is unknown, and it stands for itself.
    """
    whole = not _EXCERPT.search(part.title)
    for items in _all_lists(part, amends):
        yield items if whole else _with_gaps(items)


def _with_gaps(items: list[Item]) -> list[Item]:
    """An excerpt leaves out what it likes; that it prints a number twice or out of order is still told."""
    return [
        replace(item, gap=True) if at and item.number > items[at - 1].number else item for at, item in enumerate(items)
    ]


def _all_lists(part: Part, amends: bool) -> Iterator[list[Item]]:
    articles = [] if amends else _articles(part)
    yield articles
    yield _boxes(part)
    groups = _groups(part)
    if amends:
        groups = [(style, items) for style, items in groups if style in (Style.HAN, Style.HAN_BRACKET)]
    excerpt = any(_EXCERPT.search(words) for words in (part.title, *(each.text[:400] for each in part.clauses[:2])))
    running = _running(groups)
    for style in running:
        yield [item for other, items in groups if other is style for item in items]
    starts: dict[Style, list[int]] = {}
    for style, items in groups:
        starts.setdefault(style, []).append(items[0].number)
    last: dict[Style, Item] = {}
    for style, items in groups:
        if style in running:
            continue
        first, before = items[0], last.get(style)
        second = items[1].number if len(items) > 1 else 0
        last[style] = items[-1]
        if first.number != 1 and not first.gap and (before is None or first.number != before.number + 1):
            if second == 2 and not excerpt:
                yield [Item(0, "开头", first.place), first, items[1]]
                items = items[1:]
            elif first.number == 2 and second and not excerpt and _one_is_missing(style, starts[style], part):
                yield [Item(0, "开头", first.place), first]
            elif before is not None and starts[style].count(1) == 1 and first.number - before.number in (0, 2):
                items = [before, *items]
        yield items


def _running(groups: list[tuple[Style, list[Item]]]) -> set[Style]:
    """The ways of numbering that run on through the headings: tasks 1 to 109 of a plan with eight chapters."""
    goes_on: Counter[Style] = Counter()
    begins: Counter[Style] = Counter()
    last: dict[Style, int] = {}
    for style, items in groups:
        if items[0].number == 1:
            begins[style] += 1
        elif items[0].number == last.get(style, -1) + 1:
            goes_on[style] += 1
        last[style] = items[-1].number
    return {style for style, count in goes_on.items() if count >= 2 and count > begins[style]}


_EXCERPT = re.compile("节选|摘录|摘要|摘登|摘编|选登|选载|……")
_ONE = {
    Style.PART: "第一",
    Style.CHAPTER: "第一章",
    Style.SECTION: "第一节",
    Style.HAN: "一、",
    Style.HAN_BRACKET: "（一）",
}


def _one_is_missing(style: Style, starts: list[int], part: Part) -> bool:
    """Whether a list that begins with two lacks its first item: others of its kind have one, and it stands nowhere."""
    if any(number > 2 for number in starts) or starts.count(2) > 1:
        return False
    if style not in _ONE:
        return starts.count(1) >= 2
    if style in (Style.HAN_BRACKET, Style.SECTION):
        return starts.count(1) >= 1
    return not any(_ONE[style] in clause.text or _ONE[style] in clause.heading for clause in part.walk())


def _groups(part: Part) -> list[tuple[Style, list[Item]]]:
    """For each clause (and the part) its children of each way of numbering, in order of where they begin."""
    out: list[tuple[Style, list[Item]]] = []
    _collect(part.clauses, "", out)
    return out


def _collect(clauses: Sequence[Clause], above: str, out: list[tuple[Style, list[Item]]]) -> None:
    own: dict[Style, list[Item]] = {}
    beside = False
    gap = False
    for clause in clauses:
        mark = marker_of(clause)
        if mark is None:
            beside = False
            gap = gap or bool(_LEFT_OUT.match(clause.text))
        elif mark.style not in _DECIMALS and mark.style is not Style.ARTICLE:
            if mark.style not in own:
                own[mark.style] = []
                out.append((mark.style, own[mark.style]))
                # 保障措施：1.…, and 2. on the next line.
                gap = gap or (mark.number == 2 and _has_one(mark.style, above))
            own[mark.style].append(_item(clause, mark, beside=beside, gap=gap))
            own[mark.style] += _run_on(clause, mark)
            beside = bool(clause.heading) or all(child.number for child in clause.children)
            gap = bool(re.search(r"(?:……|\.{6})\s*$", clause.text))
        above = clause.text[-3000:]
        _collect(clause.children, above or clause.heading, out)


def _has_one(style: Style, words: str) -> bool:
    pattern = _INLINE_OF_STYLE.get(style)
    return pattern is not None and any(number_in(found["number"]) == 1 for found in pattern.finditer(words))


def _run_on(clause: Clause, mark: Marker) -> list[Item]:
    """The next numbers of the same list that stand on the same line: （二）… of a line that begins with （一）."""
    pattern = _INLINE_OF_STYLE.get(mark.style)
    out: list[Item] = []
    number = mark.number
    if pattern is None:
        return out
    for words in [clause.text] + [child.text for child in clause.children if not child.number][:3]:
        if "\t" in words or len(words) > 20_000:
            continue
        for found in pattern.finditer(words):
            if number_in(found["number"]) == number + 1:
                number += 1
                printed = like(mark.printed, number)
                out.append(Item(number, printed, Place(clause.line, shortened(words[found.start() :][:40])), clause))
    return out


def _articles(part: Part) -> list[Item]:
    """The articles of a part in reading order, with those the reader took for words because of their number."""
    out: list[Item] = []
    clauses = list(part.walk())
    if not any(clause.kind is ClauseKind.ARTICLE for clause in clauses):
        return out
    gap = False
    ended = True
    for clause in clauses:
        mark = marker_of(clause)
        if mark is not None and mark.style is Style.ARTICLE:
            if not mark.inserted:
                out.append(_item(clause, mark, gap=gap))
            gap = False
        elif not clause.number and (taken := _article_as_words(clause, ended)):
            out.append(Item(taken.number, taken.printed, clause_place(clause), clause))
        gap = gap or bool(_LEFT_OUT.match(clause.text))
        ended = clause.text.rstrip().endswith(("。", "；", "：", "！")) if clause.text else ended
    if out[0].number == 2 and len(out) > 2 and not out[0].gap and not _EXCERPT.search(part.title):
        out.insert(0, Item(0, "开头", out[0].place))
    return out


_A_CITATION = re.compile(r"\s*(?:[的、，和至到及或与（]|第|规定|所|款|项|中|之|明确|要求|情形|列)")


def _article_as_words(clause: Clause, ended: bool) -> Marker | None:
    mark = read_marker(clause.text) if ended and clause.text.startswith("第") else None
    if mark is None or mark.style is not Style.ARTICLE or mark.inserted or _A_CITATION.match(clause.text[mark.end :]):
        return None
    return mark


def _boxes(part: Part) -> list[Item]:
    out = []
    for clause in part.walk():
        if clause.kind is ClauseKind.BOX and (number := number_in(clause.number.removeprefix("专栏"))):
            out.append(Item(number, clause.number, clause_place(clause), clause))
    return out


# --- decimal numbering --------------------------------------------------------------------------------------------


def decimals(document: Document, part: Part) -> Iterator[Finding]:
    """2.1, 2.2, 3, 3.1: each the successor of the one before it, at any depth."""
    found: list[tuple[tuple[int, ...], Clause, str]] = []
    deep = False
    for clause in part.walk():
        mark = marker_of(clause)
        if mark is not None and mark.style in _DECIMALS and not re.match("[，,。、—-]", clause.heading or clause.text):
            found.append((mark.path, clause, mark.printed))
            deep = deep or len(mark.path) > 1
        elif not clause.number and found and (mark := _decimal_as_words(clause, found[-1][0][0])) is not None:
            found.append((mark.path, clause, mark.printed))
    if not deep:
        return
    last = found[0][0]
    before = found[0][1]
    printed_before = found[0][2]
    for at in range(1, len(found)):
        path, clause, printed = found[at]
        if not _succeeds(last, path) and path not in ((1,), (1, 1)):
            length = min(len(path), len(last) + 1)
            wanted = (*last[: length - 1], last[length - 1] + 1) if length <= len(last) else (*last, 1)
            behind = found[at + 1][0] if at + 1 < len(found) else ()
            places = (clause_place(clause), clause_place(before))
            name = ".".join(map(str, wanted))
            if path == last or path[: len(last)] == last[: len(path)]:
                message = f"编号“{printed}”用了两次，后一处似应为“{name}”。"
                english = f"The number {printed} is used twice; the second should perhaps be {name}."
            elif path < last:
                message = f"编号“{printed_before}”之后是“{printed}”，顺序倒退，似应为“{name}”。"
                english = f"After the number {printed_before} comes {printed}, which runs backwards; {name} is wanted."
            else:
                message = f"编号“{printed_before}”之后是“{printed}”，缺“{name}”。"
                english = f"After the number {printed_before} comes {printed}; {name} is missing."
            severity = Severity.WARNING if path > last else Severity.ERROR
            yield made(document, severity, message, english, places, clause)
            if behind and _succeeds(wanted, behind) and not _succeeds(path, behind):
                path = wanted
        last, before, printed_before = path, clause, printed


def _decimal_as_words(clause: Clause, first: int) -> Marker | None:
    """The mark of a heading that the reader takes for words because of its number: 4.1 behind 2.3."""
    mark = read_marker(clause.text.split("\n")[0])
    if mark is None or mark.style not in _DECIMALS or len(mark.path) == 1 or mark.doubtful:
        return None
    short = len(clause.text) - mark.end <= 30 and not re.search("[，。；]", clause.text)
    return mark if short and mark.path[0] <= first + 3 else None


def _succeeds(last: tuple[int, ...], path: tuple[int, ...]) -> bool:
    """Whether `path` may stand behind `last`: behind 2.1.3 may 2.1.4, 2.2, 2.1.3.1, 3 (or 3.1, with 3 not printed)."""
    if path[: len(last)] == last:
        return len(path) > len(last) and all(figure == 1 for figure in path[len(last) :])
    for depth in range(min(len(last), len(path))):
        if path[depth] != last[depth]:
            return path[depth] == last[depth] + 1 and all(figure == 1 for figure in path[depth + 1 :])
    return False


# --- lists inside a sentence --------------------------------------------------------------------------------------

_CN = "[一二三四五六七八九十]{1,3}"
_OPENS = r"(?:^|(?<=[。；：，、:;,\s“]))"
_NO_CITATION = r"(?!\s*[项款条目和及或至所~—-]|、[（(]|规定)"
_INLINE: dict[str, "re.Pattern[str]"] = {
    "是": re.compile(rf"{_OPENS}(?P<number>{_CN})是(?!否|非)"),
    "要": re.compile(rf"{_OPENS}(?P<number>{_CN})要(?![素件点求闻])"),
    "第": re.compile(rf"{_OPENS}第(?P<number>{_CN})[，、：]"),
    "其": re.compile(rf"{_OPENS}其(?P<number>{_CN})[，、：是]"),
    "（1）": re.compile(rf"{_OPENS}[（(]\s?(?P<number>\d{{1,2}})\s?[）)]{_NO_CITATION}"),
    "（一）": re.compile(rf"{_OPENS}[（(]\s?(?P<number>{_CN})\s?[）)]{_NO_CITATION}"),
    "1）": re.compile(rf"{_OPENS}(?P<number>\d{{1,2}})[）)]{_NO_CITATION}"),
    "①": re.compile(rf"(?P<number>[{CIRCLED}]){_NO_CITATION}"),
    "1.": re.compile(
        r"(?:^|(?<=[。；：:;\s）)”》]))(?P<number>\d{1,2})\s?[.．、]\s?(?=[\u4e00-\u9fff“《])(?!月|日|年)"
    ),
}
_INLINE_OF_STYLE = {
    Style.HAN_BRACKET: _INLINE["（一）"],
    Style.ARABIC_BRACKET: _INLINE["（1）"],
    Style.ARABIC_HALF: _INLINE["1）"],
    Style.ARABIC: _INLINE["1."],
    Style.CIRCLE: _INLINE["①"],
}
_STYLE_NAMES = {
    Style.HAN_BRACKET: "（一）",
    Style.ARABIC_BRACKET: "（1）",
    Style.ARABIC_HALF: "1）",
    Style.ARABIC: "1.",
    Style.CIRCLE: "①",
}
_ANY_INLINE = re.compile(rf"[一二三四五六七八九十][是要，、：）)]|\d[）).．、]|[{CIRCLED}]")


def inside_sentences(manuscript: Manuscript, document: Document, part: Part) -> Iterator[Finding]:
    """Lists that run through the words of a clause: 一是…二是…, （1）…（2）…, ①…②…."""
    for flow, mark in _flows(part.clauses, None):
        text_flow = [(clause, words, offset) for clause, words, offset in flow if _ANY_INLINE.search(words)]
        if not text_flow:
            continue
        for name, pattern in _INLINE.items():
            start = mark.number if mark is not None and _STYLE_NAMES.get(mark.style) == name else 0
            yield from _run(manuscript, document, text_flow, pattern, start, flow[0][0])


_Flow = list[tuple[Clause, str, int]]


def _flows(clauses: Sequence[Clause], owner: Clause | None) -> Iterator[tuple[_Flow, Marker | None]]:
    """Words that one list may run through: those of a clause and of the unnumbered paragraphs behind, line by line.

    With each the mark of the clause. A cell of a table stands for itself.
    """
    flow: _Flow = []
    mark = marker_of(owner) if owner is not None else None
    if owner is not None:
        yield from _cells(owner)
        flow += _lines(owner)
    for clause in clauses:
        if clause.number or clause.kind is ClauseKind.BOX:
            if flow:
                yield flow, mark
            flow, mark = [], None
            yield from _flows(clause.children, clause)
        else:
            yield from _cells(clause)
            flow += _lines(clause)
            if clause.children:
                if flow:
                    yield flow, mark
                flow, mark = [], None
                yield from _flows(clause.children, None)
    if flow:
        yield flow, mark


def _lines(clause: Clause) -> Iterator[tuple[Clause, str, int]]:
    offset = 0
    for line in clause.text.split("\n"):
        if "\t" not in line:
            yield clause, line, offset
        offset += len(line) + 1


def _cells(clause: Clause) -> Iterator[tuple[_Flow, None]]:
    if "\t" not in clause.text:
        return
    offset = 0
    for line in clause.text.split("\n"):
        if "\t" in line:
            at = offset
            for cell in line.split("\t"):
                if len(cell) > 12:
                    yield [(clause, cell, at)], None
                at += len(cell) + 1
        offset += len(line) + 1


def _run(
    manuscript: Manuscript, document: Document, flow: _Flow, pattern: "re.Pattern[str]", start: int, owner: Clause
) -> Iterator[Finding]:
    """One way of numbering through the words of a flow. A list inside an item ends where the outer one goes on."""
    found = [
        (number, match, clause, offset)
        for clause, words, offset in flow
        for match in pattern.finditer(words)
        if (number := number_in(match["number"]))
    ]
    open_lists: list[Item] = [Item(start, owner.number, clause_place(owner), owner)] if start else []
    for at, (number, match, clause, offset) in enumerate(found):
        begin = offset + match.start()
        words = clause.text[begin : begin + 30]
        item = Item(number, match[0].strip(" ，、：:"), Place(0, words), clause)
        follows = found[at + 1][0] if at + 1 < len(found) else 0
        wanted = open_lists[-1].number + 1 if open_lists else 0
        outer = next((k for k in range(len(open_lists) - 1, -1, -1) if open_lists[k].number == number - 1), None)
        if outer is not None:
            del open_lists[outer:]
            open_lists.append(item)
            continue
        if number == 1 and not (wanted > 1 and follows == wanted + 1):
            open_lists.append(item)
            continue
        if not open_lists:
            continue
        before = open_lists[-1]
        if start and before.number == start and number <= start:
            continue  # （一） cited in （三）
        if number > wanted + 3 and follows != number + 1:
            continue
        fault = (
            Fault.MISPRINTED
            if follows == wanted + 1
            else Fault.REPEATED
            if number == before.number
            else Fault.SKIPPED
            if number > wanted
            else Fault.BACKWARDS
        )
        placed = Item(number, item.printed, manuscript.place(clause, begin, begin + 30), clause)
        prior = before
        if not before.place.line and before.clause is not None:
            where = before.clause.text.find(before.place.quote)
            prior = Item(
                before.number, before.printed, manuscript.place(before.clause, where, where + 30), before.clause
            )
        yield fault_finding(document, Wrong(fault, placed, prior, wanted), "列举序号", "number in the list")
        open_lists[-1] = Item(wanted, item.printed, item.place, clause) if fault is Fault.MISPRINTED else item
