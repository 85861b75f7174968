"""A run of numbers, what may be wrong in it, and how that is told; shared by the checks of numbering."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from gongbao.core.numerals import CIRCLED, chinese_to_int, int_to_chinese
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.markers import Marker, read_marker
from gongbao.gazette.model import Clause, ClauseKind, Document


class Fault(Enum):
    SKIPPED = 1
    REPEATED = 2
    BACKWARDS = 3
    MISPRINTED = 4  # the numbers before and behind it go on as if it were the right one


@dataclass(frozen=True, slots=True)
class Item:
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
class Wrong:
    fault: Fault
    item: Item
    before: Item
    wanted: int


def faults(items: Sequence[Item]) -> Iterator[Wrong]:
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
            yield Wrong(Fault.MISPRINTED, item, before, wanted)
            last, before = wanted, item
            seen[wanted] = item
            continue
        elif item.number == 1:
            if last == 1 and item.beside:
                yield Wrong(Fault.REPEATED, item, before, wanted)
            seen = {}
        elif item.number == last:
            yield Wrong(Fault.REPEATED, item, before, wanted)
        elif item.number > wanted:
            if item.sure or item.number <= wanted + 5 or follows == item.number + 1:
                yield Wrong(Fault.SKIPPED, item, before, wanted)
            else:
                continue
        else:
            yield Wrong(Fault.BACKWARDS, item, seen.get(item.number, before), wanted)
        last, before = item.number, item
        seen[last] = item


def like(printed: str, number: int) -> str:
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


def told(document: Document, items: Sequence[Item], what: str = "编号", what_en: str = "number") -> Iterator[Finding]:
    """What is wrong in a run, told; nothing where so much is that it is an excerpt, or no numbering."""
    wrongs = [wrong for wrong in faults(items) if not _is_glued(wrong)]
    if len(wrongs) > max(3, len(items) // 4):
        return  # an excerpt, or no numbering
    for wrong in wrongs:
        yield fault_finding(document, wrong, what, what_en)


def _is_glued(wrong: Wrong) -> bool:
    """Whether the number that seems to be skipped stands in the words before: …通报。第五条 is one line with 第四条."""
    if wrong.fault is not Fault.SKIPPED or wrong.before.clause is None or wrong.before.number == 0:
        return False
    mark = like(wrong.item.printed, wrong.wanted)
    wanted = re.compile(rf"(?:^|[。；：！？\s）”]){re.escape(mark)}", re.M)
    return any(wanted.search(words) for clause in wrong.before.clause.walk() for words in (clause.heading, clause.text))


def fault_finding(document: Document, wrong: Wrong, what: str = "编号", what_en: str = "number") -> Finding:
    """One fault as a finding, at the number that is wrong and the one before it."""
    item, before = wrong.item, wrong.before
    wanted = like(item.printed, wrong.wanted)
    severity = Severity.ERROR
    if wrong.fault is Fault.MISPRINTED and before.number == 0:
        message = f"{what}从“{item.printed}”开始，接着是“{like(item.printed, 2)}”，似应为“{wanted}”。"
        english = f"The {what_en} begins with {item.printed} and goes on with 2; {wanted} is wanted."
    elif wrong.fault is Fault.MISPRINTED:
        message = f"{what}“{before.printed}”之后是“{item.printed}”，按前后顺序应为“{wanted}”。"
        english = f"After the {what_en} {before.printed} comes {item.printed}, where the order wants {wanted}."
    elif wrong.fault is Fault.REPEATED:
        message = (
            f"{what}“{item.printed}”用了两次：第{before.place.line}行和第{item.place.line}行，后者似应为“{wanted}”。"
        )
        english = (
            f"The {what_en} {item.printed} is used twice, on lines {before.place.line} and {item.place.line}; "
            f"the second should perhaps be {wanted}."
        )
    elif wrong.fault is Fault.SKIPPED and before.number == 0:
        severity = Severity.WARNING
        message = f"{what}从“{item.printed}”开始，缺“{wanted}”。"
        english = f"The {what_en} begins with {item.printed}; {wanted} is missing."
    elif wrong.fault is Fault.SKIPPED:
        severity = Severity.WARNING
        message = f"{what}“{before.printed}”之后是“{item.printed}”，缺“{wanted}”。"
        english = f"After the {what_en} {before.printed} comes {item.printed}; {wanted} is missing."
    else:
        message = f"{what}倒退：已到“{like(item.printed, wrong.wanted - 1)}”，又出现“{item.printed}”。"
        english = (
            f"The {what_en} runs backwards: {like(item.printed, wrong.wanted - 1)} has been reached, "
            f"and {item.printed} comes again."
        )
    return made(document, severity, message, english, (item.place, before.place), item.clause)


def made(
    document: Document,
    severity: Severity,
    message: str,
    english: str,
    places: tuple[Place, ...],
    clause: Clause | None = None,
) -> Finding:
    """A finding of this kind."""
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


# （四）、（五）项所列人员…, 第七节相应改为第八节: words about a clause, and no clause.
_ABOUT = re.compile(
    r"(?:[、和至及]?[（(][^（）()]{1,3}[）)])*\s?项(?!目)|[、和至及][（(]|相应(?:改|调整)|(?:修改|改)为|规定的"
)


def marker_of(clause: Clause) -> Marker | None:
    """The mark of a numbered clause; None where the number belongs to words about another clause."""
    if not clause.number or clause.kind is ClauseKind.BOX or _ABOUT.match(clause.heading or clause.text):
        return None
    return read_marker(clause.number + " 文")


def clause_place(clause: Clause) -> Place:
    """The line on which a clause begins."""
    return Place(clause.line, shortened(clause.own_words().split("\n")[0][:60]))


def place_of(manuscript: Manuscript, clause: Clause, words: str, start: int, end: int) -> Place:
    """The line of words of a clause, `words` being its text or its heading."""
    if words is clause.text:
        return manuscript.place(clause, max(0, start - 8), end)
    return clause_place(clause)


def number_in(text: str) -> int | None:
    """A number in figures, in Chinese or in a circle; None where it is none, or nought."""
    text = text.strip()
    if text.isdecimal():
        return int(text) if len(text) <= 4 else None
    if len(text) == 1 and text in CIRCLED:
        return CIRCLED.index(text) + 1
    return chinese_to_int(text) or None
