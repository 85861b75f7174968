"""The table of contents against the documents that are printed: titles, numbers, order and pages."""

import difflib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from gongbao.core.citations import NUMBER_PATTERN, read_number
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.heads import title_key
from gongbao.gazette.model import ContentsEntry, Document

# Titles less alike than this are those of two documents.
_ALIKE = 0.6


def contents_against_body(manuscript: Manuscript) -> Iterator[Finding]:
    """All findings of this kind: of the issue's table of contents, and of those that documents have of their own."""
    for document in manuscript.gazette.documents:
        yield from _own_contents(manuscript, document)
    gazette = manuscript.gazette
    entries = gazette.contents
    if not entries:
        return
    of = _matched(entries, gazette.documents, manuscript)
    printed = set(of.values())
    for place, document_place in sorted(of.items()):
        yield from _one(manuscript, place, gazette.documents[document_place])
    # Where hardly anything fits, the table of contents was not read as it was meant.
    if len(of) * 2 >= max(len(entries), len(gazette.documents)):
        body = _Body(manuscript, entries)
        for place, entry in enumerate(entries):
            twin = next((other for other in of if _same(entries[other].title, entry.title)), None)
            if place not in of and twin is not None:
                yield _finding(
                    "",
                    Severity.WARNING,
                    f"目录两次列出《{entry.title}》，正文只印一次。",
                    f"The contents list 《{entry.title}》 twice, and it is printed once.",
                    (_entry_place(manuscript, place), _entry_place(manuscript, twin)),
                )
            elif place not in of and not body.has(entry.title):
                yield _finding(
                    "",
                    Severity.ERROR,
                    f"目录列有《{entry.title}》，正文中没有这份文件。",
                    f"The contents announce 《{entry.title}》, which is not printed.",
                    (_entry_place(manuscript, place),),
                )
        for number, document in enumerate(gazette.documents):
            if number not in printed and len(title_key(document.title)) > 5 and (document.number or document.date):
                yield _finding(
                    name_of(document),
                    Severity.ERROR,
                    f"正文印有《{document.title}》，目录未列。",
                    f"《{document.title}》 is printed, and the contents do not list it.",
                    (_title_place(manuscript, document),),
                )
    yield from _order(manuscript, of)


def _same(one: str, other: str) -> bool:
    return len(one) > 5 and title_key(one) == title_key(other)


def _matched(entries: list[ContentsEntry], documents: list[Document], manuscript: Manuscript) -> dict[int, int]:
    """Which entry announces which document (places in both lists), each at most once.

    By the same title; then by the number that stands in the entry; then what is nearest of what is left.
    """
    of: dict[int, int] = {}
    free: dict[str, list[int]] = {}
    for number, document in enumerate(documents):
        free.setdefault(title_key(document.title), []).append(number)
    for place, entry in enumerate(entries):
        if waiting := free.get(title_key(entry.title)):
            of[place] = waiting.pop(0)
    left = [number for numbers in free.values() for number in numbers]
    numbers = {documents[number].number: number for number in left if documents[number].number}
    for place in range(len(entries)):
        if place not in of and (number := numbers.pop(_entry_number(manuscript, place), -1)) >= 0:
            of[place] = number
            left.remove(number)
    if len(left) > 200:
        return of
    keys = {number: title_key(documents[number].title) for number in left}
    near: list[tuple[float, int, int]] = []
    for place, entry in enumerate(entries):
        if place in of:
            continue
        key = title_key(entry.title)
        for number in left:
            alike = difflib.SequenceMatcher(None, key, keys[number], autojunk=False).ratio()
            within = min(len(key), len(keys[number])) > 5 and (key in keys[number] or keys[number] in key)
            if alike >= _ALIKE or within:
                near.append((-alike, place, number))
    for unlike, place, number in sorted(near):
        if place not in of and number in left and _in_order(of, place, number, -unlike):
            of[place] = number
            left.remove(number)
    return of


def _in_order(of: dict[int, int], place: int, number: int, alike: float) -> bool:
    """Whether documents before and behind it are announced before and behind it; what is hardly alike must be there."""
    return alike > 0.9 or all((other < place) == (there < number) for other, there in of.items())


def _one(manuscript: Manuscript, place: int, document: Document) -> Iterator[Finding]:
    entry = manuscript.gazette.contents[place]
    if title_key(entry.title) != title_key(document.title):
        announced, printed, english = _difference(title_key(entry.title), title_key(document.title))
        yield _finding(
            name_of(document),
            Severity.WARNING,
            f"目录标题与正文不一致：目录为《{entry.title}》，正文为《{document.title}》（{announced}；{printed}）。",
            f"The title in the contents, 《{entry.title}》, differs from the one printed, "
            f"《{document.title}》 ({english}).",
            (_entry_place(manuscript, place), _title_place(manuscript, document)),
        )
    number = _entry_number(manuscript, place)
    if number and document.number and number != document.number:
        yield _finding(
            name_of(document),
            Severity.ERROR,
            f"目录文号为“{number}”，正文文号为“{document.number}”。",
            f"The contents give the number {number}, and the document bears {document.number}.",
            (_entry_place(manuscript, place), _number_place(manuscript, document)),
        )


def _difference(announced: str, printed: str) -> tuple[str, str, str]:
    """The characters in which two titles differ, for the message."""
    ours, theirs = [], []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, announced, printed, autojunk=False).get_opcodes():
        if kind != "equal":
            ours.append(announced[a:b])
            theirs.append(printed[c:d])
    here = "、".join(f"“{words}”" for words in ours if words) or "无"
    there = "、".join(f"“{words}”" for words in theirs if words) or "无"
    return f"目录独有{here}", f"正文独有{there}", f"only in the contents: {here}; only in the body: {there}"


def _finding(document: str, severity: Severity, message: str, english: str, places: tuple[Place, ...]) -> Finding:
    return Finding(document, FindingKind.CONTENTS, severity, message, english, places)


# --- lines of the file --------------------------------------------------------------------------------------------


def _entry_place(manuscript: Manuscript, place: int) -> Place:
    entry = manuscript.gazette.contents[place]
    return Place(entry.line, shortened(f"{entry.title} {entry.page if entry.page is not None else ''}"))


def _title_place(manuscript: Manuscript, document: Document) -> Place:
    """The line on which the title of a document begins."""
    key = title_key(document.title)
    for line in range(document.first_line, min(document.first_line + 12, document.last_line + 1)):
        words = title_key(manuscript.raw_lines[line - 1])
        if len(words) > 3 and (key.startswith(words) or words.startswith(key)):
            return Place(line, shortened(manuscript.raw_lines[line - 1].strip(" #*")))
    return Place(document.first_line, shortened(manuscript.raw_lines[document.first_line - 1].strip(" #*")))


def _number_place(manuscript: Manuscript, document: Document) -> Place:
    for line in range(document.first_line, min(document.first_line + 15, document.last_line + 1)):
        words = manuscript.raw_lines[line - 1]
        found = NUMBER_PATTERN.search(words)
        if found and str(read_number(found[0])) == document.number:
            return Place(line, shortened(words.strip(" #*")))
    return _title_place(manuscript, document)


_BEHIND_NUMBER = re.compile(r"[）)】\]\s.…·．\t|]*(?:\d{1,4})?[）)\s|]*$")


def _entry_number(manuscript: Manuscript, place: int) -> str:
    """The document number at the end of an entry, before the page; "" where none is printed.

    A number inside the title (关于废止…〔2015〕17号的通知) is that of another document.
    """
    entries = manuscript.gazette.contents
    first = entries[place].line
    behind = entries[place + 1].line if place + 1 < len(entries) else first + 1
    words = ""
    for line in manuscript.raw_lines[first - 1 : min(behind - 1, first + 3)]:
        words += line.strip(" #*")
        if re.search(r"(?:\.{2,}|…|\t|\s{2,})[\s.…·]*[（(]?\d{1,4}[）)]?$", line):
            break
    numbers = list(NUMBER_PATTERN.finditer(words[:600]))
    if not numbers or not _BEHIND_NUMBER.fullmatch(words[numbers[-1].end() :]):
        return ""
    number = read_number(numbers[-1][0])
    return str(number) if number else ""


class _Body:
    """The text behind the table of contents, to see whether a title that is no document's stands there as a heading."""

    def __init__(self, manuscript: Manuscript, entries: list[ContentsEntry]) -> None:
        keys = [title_key(line) for line in manuscript.raw_lines[max(entry.line for entry in entries) :]]
        self.words = "".join(keys)
        self.starts = set()
        at = 0
        for key in keys:
            self.starts.add(at)
            at += len(key)

    def has(self, title: str) -> bool:
        key = title_key(title)
        at = self.words.find(key) if key else -1
        for _ in range(50):
            if at < 0:
                return False
            if at in self.starts:
                return True
            at = self.words.find(key, at + 1)
        return False


# --- the contents of one document ---------------------------------------------------------------------------------

_CONTENTS_HEAD = re.compile(r"[\s#*]*目\s*[录次]\s*$")
_HEADING = re.compile(
    r"^[\s#*]*(?P<number>第[一二三四五六七八九十百]{1,5}[编章节](?=[\s　])|[一二三四五六七八九十]{1,3}、"
    r"|附录?[一二三四五六七八九十\d]{0,2}[：:])"
    r"\s*(?P<title>[^\s。；][^。；]{0,40}?)[\s.…·．]*[（(]?\d{0,4}[）)]?$"
)
_LONGEST_CONTENTS = 200  # lines


def _own_contents(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """第三章 主要任务 in the contents of a plan, and 第三章 重点任务 above its chapter."""
    last = min(document.last_line, len(manuscript.raw_lines))
    for head in range(document.first_line, last + 1):
        if _CONTENTS_HEAD.match(manuscript.raw_lines[head - 1]):
            break
    else:
        return
    announced: dict[str, tuple[str, int]] = {}
    end = head
    for line in range(head + 1, min(last, head + _LONGEST_CONTENTS) + 1):
        words = manuscript.raw_lines[line - 1]
        found = _HEADING.match(words)
        if found is None:
            if words.strip():
                break
            continue
        number = found["number"].strip()
        if number in announced:
            break  # the body begins
        announced[number] = (found["title"].strip(), line)
        end = line
    if len(announced) < 2:
        return
    printed: dict[str, tuple[str, int]] = {}
    for line in range(end + 1, last + 1):
        if (found := _HEADING.match(manuscript.raw_lines[line - 1])) is not None:
            number = found["number"].strip()
            if number in announced:
                printed.setdefault(number, (found["title"].strip(), line))
    # Where hardly a heading comes back, it was no table of contents, or the body is printed otherwise.
    if 3 * len(printed) < 2 * len(announced):
        return
    for number, (title, line) in announced.items():
        here = Place(line, shortened(manuscript.raw_lines[line - 1].strip(" #*")))
        if number not in printed:
            yield _finding(
                name_of(document),
                Severity.WARNING,
                f"本文件目录列有“{number}{title}”，正文中没有这一标题。",
                f"The contents of the document announce “{number}{title}”, and its text has no such heading.",
                (here,),
            )
        elif title_key(printed[number][0]) != title_key(title):
            other, there = printed[number]
            yield _finding(
                name_of(document),
                Severity.WARNING,
                f"本文件目录为“{number}{title}”，正文标题为“{number}{other}”。",
                f"The contents of the document say “{number}{title}”, the heading “{number}{other}”.",
                (Place(there, shortened(manuscript.raw_lines[there - 1].strip(" #*"))), here),
            )


# --- order --------------------------------------------------------------------------------------------------------


def _order(manuscript: Manuscript, of: dict[int, int]) -> Iterator[Finding]:
    entries = manuscript.gazette.contents
    places = sorted(of)
    moved = [places[k] for k in _out_of_order([of[place] for place in places], strict=True)]
    for place in moved:
        document = manuscript.gazette.documents[of[place]]
        before = max((other for other in of.values() if other < of[place]), default=None)
        behind = f"在《{manuscript.gazette.documents[before].title}》之后" if before is not None else "在最前"
        english = f"behind 《{manuscript.gazette.documents[before].title}》" if before is not None else "first"
        yield _finding(
            name_of(document),
            Severity.WARNING,
            f"目录第{place + 1}条《{entries[place].title}》的次序与正文不一致，正文中它{behind}。",
            f"Entry {place + 1} of the contents, 《{entries[place].title}》, stands in another order than the body, "
            f"where it comes {english}.",
            (_entry_place(manuscript, place), _title_place(manuscript, document)),
        )
    paged = [(place, entry.page) for place, entry in enumerate(entries) if entry.page is not None]
    near = {other for place in moved for other in range(place - 1, place + 2)}
    for k in _out_of_order([page for _, page in paged], strict=False):
        place, page = paged[k]
        if place in near or (moved and place in range(min(moved) - 1, max(moved) + 2)):
            continue  # the pages moved with the entries
        beside = paged[k - 1] if k and paged[k - 1][1] > page else paged[k + 1] if k + 1 < len(paged) else paged[k - 1]
        number = of.get(place)
        yield _finding(
            name_of(manuscript.gazette.documents[number]) if number is not None else "",
            Severity.ERROR,
            f"目录页码顺序有误：《{entries[place].title}》在第{page}页，而相邻的《{entries[beside[0]].title}》在第{beside[1]}页。",
            f"Pages of the contents run backwards: 《{entries[place].title}》 is on page {page}, and "
            f"《{entries[beside[0]].title}》 beside it on page {beside[1]}.",
            (_entry_place(manuscript, place), _entry_place(manuscript, beside[0])),
        )


def _out_of_order(numbers: Sequence[int], *, strict: bool) -> list[int]:
    """The fewest places whose removal leaves the numbers rising (or, not `strict`, never falling)."""
    find = bisect_left if strict else bisect_right
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for k, number in enumerate(numbers):
        at = find(tails, number)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [number]
        ends[at : at + 1] = [k]
    kept: set[int] = set()
    k = ends[-1] if ends else -1
    while k >= 0:
        kept.add(k)
        k = before[k]
    return [k for k in range(len(numbers)) if k not in kept]
