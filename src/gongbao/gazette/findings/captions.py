"""Numbers of tables, figures and annexes, and of the rows of a table."""

import re
from collections.abc import Iterator

from gongbao.gazette.findings.model import Finding, Manuscript, Place, Severity, shortened
from gongbao.gazette.findings.runs import Fault, Item, Wrong, fault_finding, faults, made, number_in, place_of, told
from gongbao.gazette.model import Document

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


def captions(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """表1, 表2, 图2-1: captions on lines of their own, each kind for itself, and what the text says of them."""
    runs: dict[tuple[str, int], list[Item]] = {}
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
        figure = number_in(found["number"]) or 0
        second = int(found["second"]) if found["second"] else None
        printed = f"{found['kind']}{found['number']}" + (f"-{second}" if second else "")
        group = figure if second else 0
        runs.setdefault((found["kind"], group), []).append(
            Item(second or figure, printed, Place(number, shortened(line)))
        )
    for (kind, _), items in runs.items():
        yield from told(document, items, "图表编号", f"number of a {'figure' if '图' in kind else 'table'}")
    highest = {kind: max(item.number for item in items) for (kind, group), items in runs.items() if not group}
    if highest:
        for clause in document.walk():
            for reference in _SEE.finditer(clause.text):
                last = highest.get(reference["kind"])
                named = number_in(reference["number"])
                if last is not None and named is not None and named > last:
                    yield made(
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


def annexes(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """Annexes as they are announced, as they are printed, and as the text refers to them."""
    lines = list(_plain_lines(manuscript, document))
    announced, heads = _annex_lines(lines)
    for items in announced:
        yield from told(document, items, "附件编号", "number of an annex")
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
                    number = number_in(found["number"])
                    before = words[max(0, found.start() - 40) : found.start()]
                    if number is None or number <= last or _OF_ANOTHER.search(before):
                        continue
                    place = place_of(manuscript, clause, words, found.start(), found.end())
                    if place.line in listed or _ANNEX.match(words[found.start() : found.start() + 60].split("\n")[0]):
                        continue
                    yield made(
                        document,
                        Severity.ERROR,
                        f"引用“{found[0]}”，但附件只到{last}。",
                        f"Refers to {found[0]}, but the last annex is {last}.",
                        (place,),
                        clause,
                    )


def _annex_lines(lines: list[tuple[int, str]]) -> tuple[list[list[Item]], list[Item]]:
    """The lists of annexes that are announced, and the heads under which annexes are printed."""
    announced: list[list[Item]] = []
    heads: list[Item] = []
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


def _listed(number: int, line: str, start: int) -> list[Item]:
    return [
        Item(int(found["number"]), f"附件{found['number']}", Place(number, shortened(line)))
        for found in _IN_LIST.finditer(line, start)
    ]


def _annex_item(number: int, line: str) -> Item | None:
    found = _ANNEX.match(line) if len(line) <= 70 and "\t" not in line else None
    if found is None or re.match("[的、和所中及与]", found["title"]) or found["title"].endswith(("，", "、")):
        return None
    figure = number_in(found["number"])
    return Item(figure, f"附件{found['number']}", Place(number, shortened(line))) if figure else None


def _annex_heads(document: Document, heads: list[Item], announced: set[int]) -> Iterator[Finding]:
    """Annexes as they are printed. One that is announced and left out is no error, one that was never announced is."""
    several = len(document.instruments) > 1
    for wrong in faults(heads):
        if wrong.fault is Fault.SKIPPED and announced:
            continue
        if wrong.fault is Fault.MISPRINTED and wrong.wanted < wrong.item.number and wrong.item.number in announced:
            continue
        if several and wrong.fault is not Fault.SKIPPED:
            continue
        yield fault_finding(document, wrong, "附件编号", "number of an annex")
    ones = [item for item in heads if item.number == 1]
    if len(ones) == 2 and not several and heads[0] is ones[0] and heads[1:2] == ones[1:] and len(announced) >= 2:
        yield fault_finding(document, Wrong(Fault.REPEATED, ones[1], ones[0], 2), "附件编号", "number of an annex")
    if announced and not several:
        for item in heads:
            if item.number > max(announced):
                yield made(
                    document,
                    Severity.ERROR,
                    f"印有“{item.printed}”，但正文只列出附件1至附件{max(announced)}。",
                    f"{item.printed} is printed, but the text announces no annex after {max(announced)}.",
                    (item.place,),
                )


# --- rows of tables -----------------------------------------------------------------------------------------------

_ORDINAL = re.compile(r"^(?:.*/)?\s*(?:序\s*号|序|编\s*号|项\s*次|[Nn][Oo]\.?)$")


def table_rows(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """The column 序号: it counts on over page breaks, and begins again at one under a group."""
    eids = {clause.eid: clause for clause in document.walk()}
    last: dict[tuple[str, ...], Item] = {}
    for table in manuscript.tables(document):
        places = [place for place, name in enumerate(table.names) if _ORDINAL.match(re.sub(r"\s", "", name))]
        if len(places) != 1:
            continue
        items: list[Item] = []
        beside_words = ""
        for row in table.rows:
            cell = row.cells[places[0]]
            words = re.sub(r"[\s.．、（）()]", "", cell.printed)
            others = [other.printed for place, other in enumerate(row.cells) if place != places[0]]
            if cell.filled or not words:
                continue
            number = number_in(words)
            if number is None:
                continue
            name = next((other for other in others if other), "")
            if items and items[-1].number == number and name and name == beside_words:
                continue  # a merged cell printed once for each row
            beside_words = name
            line = row.line or table.line
            quote = shortened(" ".join([cell.printed, *others]))
            items.append(Item(number, words, Place(line, quote), eids.get(table.eid), beside=True))
        if len(items) < 3:
            if items:
                last[table.names] = items[-1]
            continue
        steps = list(faults(items))
        if len(steps) > max(2, len(items) // 8):
            continue  # no numbering that counts
        before = last.get(table.names)
        last[table.names] = items[-1]
        if before is not None and items[0].number > 1 and items[0].number - before.number in (0, 2):
            yield from told(document, [before, items[0]], "序号", "row number")
        for wrong in steps:
            yield fault_finding(document, wrong, "序号", "row number")
