"""Numbers that are skipped, used twice, run backwards or are referred to and do not exist.

What is looked at: clauses of every level, lists inside a sentence (一是…二是…), boxes, captions of tables and figures,
annexes as they are announced and as they are printed, the column 序号 of a table, references to a clause or an annex
of the same document, and document numbers. A numbering may begin again at one wherever it likes, and it may run on
through headings; both are told by the numbers themselves.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from gongbao.core.citations import NUMBER_PATTERN, read_number
from gongbao.core.numerals import CIRCLED, chinese_to_int, int_to_chinese
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.markers import Marker, Style, read_marker
from gongbao.gazette.model import Clause, ClauseKind, Document, Part


def wrong_numbering(manuscript: Manuscript) -> Iterator[Finding]:
    """All findings of this kind, document by document."""
    yield from _document_numbers(manuscript)
    for document in manuscript.gazette.documents:
        amends = bool(_AMENDS.search(document.title))
        for part in document.parts:
            for items in _lists(part, amends):
                yield from _told(document, items)
            yield from _decimals(document, part)
            yield from _inside_sentences(manuscript, document, part)
            if not amends:
                yield from _references(manuscript, document, part)
        yield from _captions(manuscript, document)
        yield from _annexes(manuscript, document)
        yield from _table_rows(manuscript, document)


# Such a document prints clauses of others.
_AMENDS = re.compile("关于(?:公布|集中|宣布)?(?:修改|修正|修订|废止|清理|失效)|修正案(?:（[^（）]*）)?$")


# --- one run of numbers -------------------------------------------------------------------------------------------


class _Fault(Enum):
    SKIPPED = 1
    REPEATED = 2
    BACKWARDS = 3
    MISPRINTED = 4  # the numbers before and behind it go on as if it were the right one


@dataclass(frozen=True, slots=True)
class _Item:
    """A number as it stands in the manuscript. `printed` is the mark, `beside` says that nothing stands between this
    item and the one before it; `gap` that something was left out on purpose (……)."""

    number: int
    printed: str
    place: Place
    clause: Clause | None = None
    beside: bool = False
    gap: bool = False
    sure: bool = True  # False: it may be a quantity at the beginning of a line


@dataclass(frozen=True, slots=True)
class _Wrong:
    fault: _Fault
    item: _Item
    before: _Item
    wanted: int


def _faults(items: Sequence[_Item]) -> Iterator[_Wrong]:
    """What is wrong in a run of numbers. A one begins a new run."""
    if not items:
        return
    last, before = items[0].number, items[0]
    seen = {last: before}
    for at in range(1, len(items)):
        item = items[at]
        wanted = last + 1
        follows = items[at + 1].number if at + 1 < len(items) else 0
        if item.number == wanted or item.gap:
            pass
        elif follows == wanted + 1 and not items[at + 1].gap:
            yield _Wrong(_Fault.MISPRINTED, item, before, wanted)
            last, before = wanted, item
            seen[wanted] = item
            continue
        elif item.number == 1:
            if last == 1 and item.beside:
                yield _Wrong(_Fault.REPEATED, item, before, wanted)
            seen = {}
        elif item.number == last:
            yield _Wrong(_Fault.REPEATED, item, before, wanted)
        elif item.number > wanted:
            if item.sure or item.number <= wanted + 5 or follows == item.number + 1:
                yield _Wrong(_Fault.SKIPPED, item, before, wanted)
            else:
                continue
        else:
            yield _Wrong(_Fault.BACKWARDS, item, seen.get(item.number, before), wanted)
        last, before = item.number, item
        seen[last] = item


def _like(printed: str, number: int) -> str:
    """The mark that `number` has where another is printed like `printed`: （四） and 6 give （六）."""
    if not 0 < number < 9999:
        return str(number)
    if printed and printed[0] in CIRCLED:
        return CIRCLED[number - 1] if number <= len(CIRCLED) else str(number)
    if found := re.search(r"[A-Za-z](?=\.)", printed):
        return printed[: found.start()] + chr(64 + min(number, 26)) + printed[found.end() :]
    if found := re.search(r"\d+(?=\D*$)", printed):
        return printed[: found.start()] + str(number) + printed[found.end() :]
    if found := re.search("[〇零○一二三四五六七八九十百千]+", printed):
        return printed[: found.start()] + int_to_chinese(number) + printed[found.end() :]
    return str(number)


def _told(document: Document, items: Sequence[_Item], what: str = "编号", what_en: str = "number") -> Iterator[Finding]:
    faults = [wrong for wrong in _faults(items) if not _is_glued(wrong)]
    if len(faults) > max(3, len(items) // 4):
        return  # an excerpt, or no numbering
    for wrong in faults:
        yield _finding(document, wrong, what, what_en)


def _is_glued(wrong: _Wrong) -> bool:
    """Whether the number that seems to be skipped stands in the words before: …通报。第五条 is one line with 第四条."""
    if wrong.fault is not _Fault.SKIPPED or wrong.before.clause is None or wrong.before.number == 0:
        return False
    mark = _like(wrong.item.printed, wrong.wanted)
    wanted = re.compile(rf"(?:^|[。；：！？\s）”]){re.escape(mark)}", re.M)
    return any(wanted.search(words) for clause in wrong.before.clause.walk() for words in (clause.heading, clause.text))


def _finding(document: Document, wrong: _Wrong, what: str = "编号", what_en: str = "number") -> Finding:
    item, before = wrong.item, wrong.before
    wanted = _like(item.printed, wrong.wanted)
    severity = Severity.ERROR
    if wrong.fault is _Fault.MISPRINTED and before.number == 0:
        message = f"{what}从“{item.printed}”开始，接着是“{_like(item.printed, 2)}”，似应为“{wanted}”。"
        english = f"The {what_en} begins with {item.printed} and goes on with 2; {wanted} is wanted."
    elif wrong.fault is _Fault.MISPRINTED:
        message = f"{what}“{before.printed}”之后是“{item.printed}”，按前后顺序应为“{wanted}”。"
        english = f"After the {what_en} {before.printed} comes {item.printed}, where the order wants {wanted}."
    elif wrong.fault is _Fault.REPEATED:
        message = (
            f"{what}“{item.printed}”用了两次：第{before.place.line}行和第{item.place.line}行，后者似应为“{wanted}”。"
        )
        english = (
            f"The {what_en} {item.printed} is used twice, on lines {before.place.line} and {item.place.line}; "
            f"the second should perhaps be {wanted}."
        )
    elif wrong.fault is _Fault.SKIPPED and before.number == 0:
        severity = Severity.WARNING
        message = f"{what}从“{item.printed}”开始，缺“{wanted}”。"
        english = f"The {what_en} begins with {item.printed}; {wanted} is missing."
    elif wrong.fault is _Fault.SKIPPED:
        severity = Severity.WARNING
        message = f"{what}“{before.printed}”之后是“{item.printed}”，缺“{wanted}”。"
        english = f"After the {what_en} {before.printed} comes {item.printed}; {wanted} is missing."
    else:
        message = f"{what}倒退：已到“{_like(item.printed, wrong.wanted - 1)}”，又出现“{item.printed}”。"
        english = (
            f"The {what_en} runs backwards: {_like(item.printed, wrong.wanted - 1)} has been reached, "
            f"and {item.printed} comes again."
        )
    return _made(document, severity, message, english, (item.place, before.place), item.clause)


def _made(
    document: Document,
    severity: Severity,
    message: str,
    english: str,
    places: tuple[Place, ...],
    clause: Clause | None = None,
) -> Finding:
    return Finding(
        name_of(document),
        FindingKind.NUMBERING,
        severity,
        message,
        english,
        tuple(dict.fromkeys(places)),
        clause.locator if clause else "",
        clause.eid if clause else "",
    )


# --- clauses ------------------------------------------------------------------------------------------------------

_LEFT_OUT = re.compile(r"^[\s（(]*(?:[.…·．]{2,}|从?略|以下略|省略)[\s）)。]*$")
_DECIMALS = range(Style.DECIMAL_1, Style.DECIMAL_5 + 1)
# Figures at the beginning of a line that may be no mark at all.
_UNSURE = (Style.ARABIC, Style.ARABIC_BRACKET, Style.ARABIC_HALF)


# （四）、（五）项所列人员…, 第七节相应改为第八节: words about a clause, and no clause.
_ABOUT = re.compile(
    r"(?:[、和至及]?[（(][^（）()]{1,3}[）)])*\s?项(?!目)|[、和至及][（(]|相应(?:改|调整)|(?:修改|改)为|规定的"
)


def _marker_of(clause: Clause) -> Marker | None:
    if not clause.number or clause.kind is ClauseKind.BOX or _ABOUT.match(clause.heading or clause.text):
        return None
    return read_marker(clause.number + " 文")


def _clause_place(clause: Clause) -> Place:
    return Place(clause.line, shortened(clause.own_words().split("\n")[0][:60]))


def _item(clause: Clause, mark: Marker, *, beside: bool = False, gap: bool = False) -> _Item:
    return _Item(mark.number, mark.printed, _clause_place(clause), clause, beside, gap, sure=mark.style not in _UNSURE)


def _lists(part: Part, amends: bool) -> Iterator[list[_Item]]:
    """The runs of numbers in a part: articles and boxes through all of it, others by the clause they stand in.

    A list that does not begin with one is joined to the list of its kind before it where the numbers run on through
    the headings; else what comes before it is unknown, and it stands for itself.
    """
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
    last: dict[Style, _Item] = {}
    for style, items in groups:
        if style in running:
            continue
        first, before = items[0], last.get(style)
        second = items[1].number if len(items) > 1 else 0
        last[style] = items[-1]
        if first.number != 1 and not first.gap and (before is None or first.number != before.number + 1):
            if second == 2 and not excerpt:
                yield [_Item(0, "开头", first.place), first, items[1]]
                items = items[1:]
            elif first.number == 2 and second and not excerpt and _one_is_missing(style, starts[style], part):
                yield [_Item(0, "开头", first.place), first]
            elif before is not None and starts[style].count(1) == 1 and first.number - before.number in (0, 2):
                items = [before, *items]
        yield items


def _running(groups: list[tuple[Style, list[_Item]]]) -> set[Style]:
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


_EXCERPT = re.compile("节选|摘录|摘要|选登|……")
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


def _groups(part: Part) -> list[tuple[Style, list[_Item]]]:
    """For each clause (and the part) its children of each way of numbering, in order of where they begin."""
    out: list[tuple[Style, list[_Item]]] = []
    _collect(part.clauses, "", out)
    return out


def _collect(clauses: Sequence[Clause], above: str, out: list[tuple[Style, list[_Item]]]) -> None:
    own: dict[Style, list[_Item]] = {}
    beside = False
    gap = False
    for clause in clauses:
        mark = _marker_of(clause)
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
    return pattern is not None and any(_number(found["number"]) == 1 for found in pattern.finditer(words))


def _run_on(clause: Clause, mark: Marker) -> list[_Item]:
    """The next numbers of the same list that stand on the same line: （二）… of a line that begins with （一）."""
    pattern = _INLINE_OF_STYLE.get(mark.style)
    out: list[_Item] = []
    number = mark.number
    if pattern is None:
        return out
    for words in [clause.text] + [child.text for child in clause.children if not child.number][:3]:
        if "\t" in words or len(words) > 20_000:
            continue
        for found in pattern.finditer(words):
            if _number(found["number"]) == number + 1:
                number += 1
                printed = _like(mark.printed, number)
                out.append(_Item(number, printed, Place(clause.line, shortened(words[found.start() :][:40])), clause))
    return out


def _articles(part: Part) -> list[_Item]:
    """The articles of a part in reading order, with those the reader took for words because of their number."""
    out: list[_Item] = []
    clauses = list(part.walk())
    if not any(clause.kind is ClauseKind.ARTICLE for clause in clauses):
        return out
    gap = False
    ended = True
    for clause in clauses:
        mark = _marker_of(clause)
        if mark is not None and mark.style is Style.ARTICLE:
            if not mark.inserted:
                out.append(_item(clause, mark, gap=gap))
            gap = False
        elif not clause.number and (taken := _article_as_words(clause, ended)):
            out.append(_Item(taken.number, taken.printed, _clause_place(clause), clause))
        gap = gap or bool(_LEFT_OUT.match(clause.text))
        ended = clause.text.rstrip().endswith(("。", "；", "：", "！")) if clause.text else ended
    if out[0].number == 2 and len(out) > 2 and not out[0].gap and not _EXCERPT.search(part.title):
        out.insert(0, _Item(0, "开头", out[0].place))
    return out


_A_CITATION = re.compile(r"\s*(?:[的、，和至到及或与（]|第|规定|所|款|项|中|之|明确|要求|情形|列)")


def _article_as_words(clause: Clause, ended: bool) -> Marker | None:
    mark = read_marker(clause.text) if ended and clause.text.startswith("第") else None
    if mark is None or mark.style is not Style.ARTICLE or mark.inserted or _A_CITATION.match(clause.text[mark.end :]):
        return None
    return mark


def _boxes(part: Part) -> list[_Item]:
    out = []
    for clause in part.walk():
        if clause.kind is ClauseKind.BOX and (number := _number(clause.number.removeprefix("专栏"))):
            out.append(_Item(number, clause.number, _clause_place(clause), clause))
    return out


def _number(text: str) -> int | None:
    text = text.strip()
    if text.isdecimal():
        return int(text) if len(text) <= 4 else None
    if len(text) == 1 and text in CIRCLED:
        return CIRCLED.index(text) + 1
    return chinese_to_int(text) or None


# --- decimal numbering --------------------------------------------------------------------------------------------


def _decimals(document: Document, part: Part) -> Iterator[Finding]:
    """2.1, 2.2, 3, 3.1: each the successor of the one before it, at any depth."""
    found: list[tuple[tuple[int, ...], Clause, str]] = []
    deep = False
    for clause in part.walk():
        mark = _marker_of(clause)
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
            places = (_clause_place(clause), _clause_place(before))
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
            yield _made(document, severity, message, english, places, clause)
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


def _inside_sentences(manuscript: Manuscript, document: Document, part: Part) -> Iterator[Finding]:
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
    mark = _marker_of(owner) if owner is not None else None
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
        if (number := _number(match["number"]))
    ]
    open_lists: list[_Item] = [_Item(start, owner.number, _clause_place(owner), owner)] if start else []
    for at, (number, match, clause, offset) in enumerate(found):
        begin = offset + match.start()
        words = clause.text[begin : begin + 30]
        item = _Item(number, match[0].strip(" ，、：:"), Place(0, words), clause)
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
            _Fault.MISPRINTED
            if follows == wanted + 1
            else _Fault.REPEATED
            if number == before.number
            else _Fault.SKIPPED
            if number > wanted
            else _Fault.BACKWARDS
        )
        placed = _Item(number, item.printed, manuscript.place(clause, begin, begin + 30), clause)
        prior = before
        if not before.place.line and before.clause is not None:
            where = before.clause.text.find(before.place.quote)
            prior = _Item(
                before.number, before.printed, manuscript.place(before.clause, where, where + 30), before.clause
            )
        yield _finding(document, _Wrong(fault, placed, prior, wanted), "列举序号", "number in the list")
        open_lists[-1] = _Item(wanted, item.printed, item.place, clause) if fault is _Fault.MISPRINTED else item


# --- references to the document itself ----------------------------------------------------------------------------

_SELF = r"本(?:办法|规定|条例|细则|实施细则|实施办法|暂行办法|规则|规程|章程|制度|方案|意见|通知|政策|措施|预案|决定)"
_FIGURE = r"[〇零一二三四五六七八九十百\d]{1,7}"
_REFERENCE = re.compile(
    rf"第(?P<article>{_FIGURE})条(?!例)(?:之{_CN})?"
    rf"(?:第(?P<paragraph>{_FIGURE})款)?"
    rf"(?:第?[（(]?(?P<item>{_FIGURE})[）)]?(?P<is_item>项))?"
)
_EXPLAINS = re.compile("适用|解释|实施[《〈]|贯彻[《〈]|执行[《〈]")
_DIVISION = re.compile(rf"{_SELF}第(?P<number>{_FIGURE})(?P<kind>章|部分)")
# What may stand before a reference that names no other document.
_BEFORE = re.compile(
    rf"(?:{_SELF}|按照|按|依照|依据|根据|违反|符合|有|除|因|执行|适用|参照|属于|具备|履行|前述|上述|违背|对|在|将|以|由|^|[，；：（“])的?$"
)
_JOINT = re.compile(rf"第{_FIGURE}条[^，。；条]{{0,14}}(?:[、和及或至与]|以及|或者|和其?)$")
_FOREIGN = re.compile(r"》|[^办方看无用手做书立]法(?!人|院|律|规|制|治|定|则|官|庭|学|案)|条例|公约|宪法|国务院|号令")


def _references(manuscript: Manuscript, document: Document, part: Part) -> Iterator[Finding]:
    """References to an article, 款 or 项 of this text that it does not have."""
    articles: dict[int, Clause] = {}
    chapters: list[int] = []
    sections: list[int] = []
    for clause in part.walk():
        mark = _marker_of(clause)
        if mark is None:
            continue
        if mark.style is Style.ARTICLE:
            articles.setdefault(mark.number, clause)
        elif mark.style is Style.CHAPTER:
            chapters.append(mark.number)
        elif mark.style in (Style.HAN, Style.PART):
            sections.append(mark.number)
    whole = len(articles) >= 3 and min(articles) == 1
    # Where a text explains another, 第三十二条 may be that of the other.
    explains = bool(_EXPLAINS.search(document.title) or _EXPLAINS.search(part.title))
    for clause in part.walk():
        for words in (clause.heading, clause.text):
            if "第" not in words or len(words) > 50_000:
                continue
            if whole:
                yield from _article_references(manuscript, document, clause, words, articles, explains)
            for found in _DIVISION.finditer(words):
                known = chapters if found["kind"] == "章" else sections
                number = _number(found["number"])
                if known and number and number > max(known) and min(known) == 1:
                    last = max(known)
                    yield _made(
                        document,
                        Severity.ERROR,
                        f"引用“{found[0]}”，但本文最后是第{int_to_chinese(last)}{found['kind']}。",
                        f"Refers to {found[0]}, but the last one here has the number {last}.",
                        (_place_of(manuscript, clause, words, found.start(), found.end()),),
                        clause,
                    )


def _place_of(manuscript: Manuscript, clause: Clause, words: str, start: int, end: int) -> Place:
    if words is clause.text:
        return manuscript.place(clause, max(0, start - 8), end)
    return _clause_place(clause)


def _article_references(
    manuscript: Manuscript, document: Document, clause: Clause, words: str, articles: dict[int, Clause], explains: bool
) -> Iterator[Finding]:
    last = max(articles)
    own = False  # whether the reference before this one in the same breath was to this text
    behind = 0
    for found in _REFERENCE.finditer(words):
        sentence = max(words.rfind(mark, 0, found.start()) for mark in "。；\n") + 1
        before = words[max(sentence, found.start() - 60) : found.start()]
        joined = found.start() - behind <= 4 and bool(_JOINT.search(words[max(0, behind - 16) : found.start()]))
        if joined:
            pass
        elif re.search(f"{_SELF}(?:的|中|内)?$", before):
            own = True
        elif _FOREIGN.search(before):
            own = False
        else:
            # 第五十条 at the beginning of a sentence may be the article itself, torn from its line.
            own = not explains and bool(before.strip() and _BEFORE.search(before))
        behind = found.end()
        number = _number(found["article"])
        if not own or number is None or words[found.end() : found.end() + 1] in "”":
            continue
        name = found[0]
        place = _place_of(manuscript, clause, words, found.start(), found.end())
        if number > last:
            yield _made(
                document,
                Severity.ERROR,
                f"引用“{name}”，但本文只到第{int_to_chinese(last)}条。",
                f"Refers to {name}, but the last article here is 第{int_to_chinese(last)}条.",
                (place, _clause_place(articles[last])),
                clause,
            )
            continue
        article = articles.get(number)
        if article is None:
            continue
        paragraphs, items = _made_of(article, _number(found["paragraph"]) if found["paragraph"] else None)
        wanted = _number(found["paragraph"] or "") or 0
        if found["paragraph"] and wanted > max(1, paragraphs):
            yield _made(
                document,
                Severity.WARNING,
                f"引用“{name}”，但第{int_to_chinese(number)}条只有{max(1, paragraphs)}款。",
                f"Refers to {name}, but 第{int_to_chinese(number)}条 has {max(1, paragraphs)} 款.",
                (place, _clause_place(article)),
                clause,
            )
        elif found["is_item"] and (point := _number(found["item"])) and point > items:
            yield _made(
                document,
                Severity.ERROR if items else Severity.WARNING,
                f"引用“{name}”，但第{int_to_chinese(number)}条"
                + (f"只有{int_to_chinese(items)}项。" if items else "没有分项。"),
                f"Refers to {name}, but 第{int_to_chinese(number)}条 has {items or 'no'} 项.",
                (place, _clause_place(article)),
                clause,
            )


_ITEM_MARK = re.compile(rf"(?:^|(?<=[。；：，、\s])|(?<=条))[（(]({_CN}|\d{{1,2}})[）)]", re.M)


def _made_of(article: Clause, paragraph: int | None) -> tuple[int, int]:
    """How many 款 an article has, and the highest number of a 项 in it (in the 款 meant, where that has any)."""
    paragraphs = [child for child in article.children if not child.number]
    count = len(paragraphs)
    items = 0
    for clause in article.walk():
        mark = _marker_of(clause)
        if mark is not None and clause is not article:
            items = max(items, mark.number)
        for found in _ITEM_MARK.findall(clause.text[:20_000]):
            items = max(items, _number(found) or 0)
    if not items and count > 1:
        items = count  # 项 that are printed without numbers
    return count, items


# --- document numbers ---------------------------------------------------------------------------------------------


def _document_numbers(manuscript: Manuscript) -> Iterator[Finding]:
    """A number that two documents bear."""
    first: dict[str, Document] = {}
    for document in manuscript.gazette.documents:
        if not document.number:
            continue
        other = first.setdefault(document.number, document)
        if other is not document and other.title != document.title:
            yield _made(
                document,
                Severity.ERROR,
                f"文号“{document.number}”用于两份文件：《{other.title}》和《{document.title}》。",
                f"The number {document.number} is borne by two documents: 《{other.title}》 and 《{document.title}》.",
                (_number_place(manuscript, document), _number_place(manuscript, other)),
            )


def _number_place(manuscript: Manuscript, document: Document) -> Place:
    for line in range(document.first_line, min(document.first_line + 15, document.last_line + 1)):
        words = manuscript.raw_lines[line - 1]
        found = NUMBER_PATTERN.search(words)
        if found and str(read_number(found[0])) == document.number:
            return Place(line, shortened(words))
    return Place(document.first_line, shortened(manuscript.raw_lines[document.first_line - 1]))


# --- lines of the file: captions and annexes ----------------------------------------------------------------------

_MARKS = re.compile(r"<[^<>\n]{1,80}>|[#*|]+|&nbsp;")
_CAPTION = re.compile(
    r"^(?P<kind>附表|附图|表|图)\s?(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})(?:\s?[-－—–.．]\s?(?P<second>\d{1,2}))?"
    r"(?P<behind>[\s:：]+|(?=[\u4e00-\u9fff])|$)(?P<title>.*)$"
)
_NO_CAPTION = re.compile(r"[。；，]|续|^(?:所|中|的|为|和|、|至|可|是|显|列|给|格|示)")


def _plain_lines(manuscript: Manuscript, document: Document) -> Iterator[tuple[int, str]]:
    """The lines of a document without marks, with their numbers; blank ones left out."""
    for number in range(document.first_line, min(document.last_line, len(manuscript.raw_lines)) + 1):
        line = _MARKS.sub(" ", manuscript.raw_lines[number - 1][:300]).replace("\u3000", " ").strip()
        if line:
            yield number, line


def _captions(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """表1, 表2, 图2-1: captions on lines of their own, each kind for itself, and what the text says of them."""
    runs: dict[tuple[str, int], list[_Item]] = {}
    listed: dict[str, set[str]] = {}
    lines = list(_plain_lines(manuscript, document))
    captions: list[tuple[int, int, re.Match[str], str]] = []
    for order, (number, line) in enumerate(lines):
        found = _CAPTION.match(line) if len(line) <= 60 else None
        if found and not _NO_CAPTION.search(found["title"]) and "\t" not in line:
            captions.append((order, number, found, line))
    neighbours = {order for order, _, _, _ in captions}
    for order, _, found, line in captions:
        key = re.sub(r"[\s.…·]*\d*$", "", line)
        if order - 1 in neighbours or order + 1 in neighbours:
            # A list of tables: each comes again where it is printed.
            listed.setdefault(found["kind"], set()).add(key)
    for _, number, found, line in captions:
        key = re.sub(r"[\s.…·]*\d*$", "", line)
        if key in listed.get(found["kind"], set()):
            listed[found["kind"]].discard(key)
            if sum(re.sub(r"[\s.…·]*\d*$", "", other) == key for *_, other in captions[:200]) > 1:
                continue
        figure = _number(found["number"]) or 0
        second = int(found["second"]) if found["second"] else None
        printed = f"{found['kind']}{found['number']}" + (f"-{second}" if second else "")
        group = figure if second else 0
        runs.setdefault((found["kind"], group), []).append(
            _Item(second or figure, printed, Place(number, shortened(line)))
        )
    for (kind, _), items in runs.items():
        yield from _told(document, items, "图表编号", f"number of a {'figure' if '图' in kind else 'table'}")
    highest = {kind: max(item.number for item in items) for (kind, group), items in runs.items() if not group}
    if highest:
        for clause in document.walk():
            for reference in _SEE.finditer(clause.text):
                last = highest.get(reference["kind"])
                named = _number(reference["number"])
                if last is not None and named is not None and named > last:
                    yield _made(
                        document,
                        Severity.ERROR,
                        f"引用“{reference['kind']}{reference['number']}”，但本文的{reference['kind']}只到{last}。",
                        f"Refers to {reference['kind']}{reference['number']}, but the last one here is {last}.",
                        (manuscript.place(clause, reference.start(), reference.end()),),
                        clause,
                    )


_SEE = re.compile(
    r"(?:见|如|按照?|参照|依据|符合)(?P<kind>附表|附图|表|图)\s?(?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})(?![-－—.\d格面])"
)

_LIST_OF_ANNEXES = re.compile(r"^附\s*件\s*[:：]\s*(?=\d{1,2}\s*[.．、])")
_IN_LIST = re.compile(r"(?:^|(?<=[\s；;:：]))(?P<number>\d{1,2})\s*[.．、]\s*(?=[^\d\s])")
_ANNEX = re.compile(r"^附\s*件\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})\s*[:：.．]?\s*(?P<title>[^。；]*)$")
_ANNEX_NAMED = re.compile(r"(?<![所的])附\s?件\s?(?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})(?![\d.．年月日个份])")
_OF_ANOTHER = re.compile(r"》[^，。；、]{0,30}$|号[）)]?的?$|[文法通]件?的$")


def _annexes(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    lines = list(_plain_lines(manuscript, document))
    announced, heads = _annex_lines(lines)
    for items in announced:
        yield from _told(document, items, "附件编号", "number of an annex")
    # Where a number was printed twice, there are as many annexes all the same.
    known = {number for items in announced for number in range(1, len(items) + 1)}
    known |= {item.number for items in announced for item in items}
    yield from _annex_heads(document, heads, known)
    known |= {item.number for item in heads}
    single = any(annex.label == "附件" for annex in document.announced_annexes)
    if not known and single:
        known = {1}
    if not known:
        return
    listed = {item.place.line for items in announced for item in items} | {item.place.line for item in heads}
    last = max(known)
    for part in document.parts:
        for clause in part.walk():
            if "附" not in clause.text and "附" not in clause.heading:
                continue
            for words in (clause.heading, clause.text):
                for found in _ANNEX_NAMED.finditer(words[:50_000]):
                    number = _number(found["number"])
                    before = words[max(0, found.start() - 40) : found.start()]
                    if number is None or number <= last or _OF_ANOTHER.search(before):
                        continue
                    place = _place_of(manuscript, clause, words, found.start(), found.end())
                    if place.line in listed or _ANNEX.match(words[found.start() : found.start() + 60].split("\n")[0]):
                        continue
                    yield _made(
                        document,
                        Severity.ERROR,
                        f"引用“{found[0]}”，但附件只到{last}。",
                        f"Refers to {found[0]}, but the last annex is {last}.",
                        (place,),
                        clause,
                    )


def _annex_lines(lines: list[tuple[int, str]]) -> tuple[list[list[_Item]], list[_Item]]:
    """The lists of annexes that are announced, and the heads under which annexes are printed."""
    announced: list[list[_Item]] = []
    heads: list[_Item] = []
    k = 0
    while k < len(lines):
        number, line = lines[k]
        if found := _LIST_OF_ANNEXES.match(line):
            items = _listed(number, line, found.end())
            k += 1
            missed = 0
            while k < len(lines) and missed < 2:
                number, line = lines[k]
                more = _listed(number, line, 0) if re.match(r"\d{1,2}\s*[.．、]\s*\D", line) else []
                if more and more[0].number in range(1, items[-1].number + 4) and "。" not in line:
                    items += more
                    missed = 0
                elif len(line) < 40 and not re.search("[。：]|^附|[年月日]$|(?:政府|办公室|局|委员会)$", line):
                    missed += 1
                else:
                    break
                k += 1
            announced.append(items)
            continue
        if head := _annex_item(number, line):
            run = [head]
            while k + len(run) < len(lines) and (other := _annex_item(*lines[k + len(run)])) is not None:
                run.append(other)
            if len(run) > 1:
                # 附件1：甲 and 附件2：乙 one below the other: a list, and no annex.
                announced.append(run)
            else:
                heads += run
            k += len(run)
            continue
        k += 1
    return announced, heads


def _listed(number: int, line: str, start: int) -> list[_Item]:
    return [
        _Item(int(found["number"]), f"附件{found['number']}", Place(number, shortened(line)))
        for found in _IN_LIST.finditer(line, start)
    ]


def _annex_item(number: int, line: str) -> _Item | None:
    found = _ANNEX.match(line) if len(line) <= 70 and "\t" not in line else None
    if found is None or re.match("[的、和所中及与]", found["title"]) or found["title"].endswith(("，", "、")):
        return None
    figure = _number(found["number"])
    return _Item(figure, f"附件{found['number']}", Place(number, shortened(line))) if figure else None


def _annex_heads(document: Document, heads: list[_Item], announced: set[int]) -> Iterator[Finding]:
    """Annexes as they are printed. One that is announced and left out is no error, one that was never announced is."""
    several = len(document.instruments) > 1
    for wrong in _faults(heads):
        if wrong.fault is _Fault.SKIPPED and announced:
            continue
        if wrong.fault is _Fault.MISPRINTED and wrong.wanted < wrong.item.number and wrong.item.number in announced:
            continue
        if several and wrong.fault is not _Fault.SKIPPED:
            continue
        yield _finding(document, wrong, "附件编号", "number of an annex")
    ones = [item for item in heads if item.number == 1]
    if len(ones) == 2 and not several and heads[0] is ones[0] and heads[1:2] == ones[1:] and len(announced) >= 2:
        yield _finding(document, _Wrong(_Fault.REPEATED, ones[1], ones[0], 2), "附件编号", "number of an annex")
    if announced and not several:
        for item in heads:
            if item.number > max(announced):
                yield _made(
                    document,
                    Severity.ERROR,
                    f"印有“{item.printed}”，但正文只列出附件1至附件{max(announced)}。",
                    f"{item.printed} is printed, but the text announces no annex after {max(announced)}.",
                    (item.place,),
                )


# --- rows of tables -----------------------------------------------------------------------------------------------

_ORDINAL = re.compile(r"^(?:.*/)?\s*(?:序\s*号|序|编\s*号|项\s*次|[Nn][Oo]\.?)$")


def _table_rows(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """The column 序号: it counts on over page breaks, and begins again at one under a group."""
    eids = {clause.eid: clause for clause in document.walk()}
    last: dict[tuple[str, ...], _Item] = {}
    for table in manuscript.tables(document):
        places = [place for place, name in enumerate(table.names) if _ORDINAL.match(re.sub(r"\s", "", name))]
        if len(places) != 1:
            continue
        items: list[_Item] = []
        beside_words = ""
        for row in table.rows:
            cell = row.cells[places[0]]
            words = re.sub(r"[\s.．、（）()]", "", cell.printed)
            others = [other.printed for place, other in enumerate(row.cells) if place != places[0]]
            if cell.filled or not words:
                continue
            number = _number(words)
            if number is None:
                continue
            name = next((other for other in others if other), "")
            if items and items[-1].number == number and name and name == beside_words:
                continue  # a merged cell printed once for each row
            beside_words = name
            line = row.line or table.line
            quote = shortened(" ".join([cell.printed, *others]))
            items.append(_Item(number, words, Place(line, quote), eids.get(table.eid), beside=True))
        if len(items) < 3:
            if items:
                last[table.names] = items[-1]
            continue
        steps = list(_faults(items))
        if len(steps) > max(2, len(items) // 8):
            continue  # no numbering that counts
        before = last.get(table.names)
        last[table.names] = items[-1]
        if before is not None and items[0].number > 1 and items[0].number - before.number in (0, 2):
            yield from _told(document, [before, items[0]], "序号", "row number")
        for wrong in steps:
            yield _finding(document, wrong, "序号", "row number")
