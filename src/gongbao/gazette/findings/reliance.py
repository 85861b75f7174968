"""Repealed documents that are still relied on.

What is repealed is told by the manuscript's own documents (by number, or by title: then only what is older than the
repeal) and by what the caller knows. A document relies on another where it acts under it (按照, 根据, 执行…); that it
tells of it, replaces it, or settles what began under it is no reliance. Days count: what was relied on before the
repeal took effect was in force.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gongbao.core.citations import read_number
from gongbao.core.dates import DATE_PATTERN, date_from_match
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.model import Clause, Document, Reference, ReferenceKind


def reliance_on_repealed(manuscript: Manuscript) -> Iterator[Finding]:
    """Documents that are relied on though repealed or expired, and documents that repeal themselves."""
    ended = _Ended(manuscript)
    for document in manuscript.gazette.documents:
        yield from _repeals_itself(manuscript, document)
        if ended:
            yield from _of_document(manuscript, document, ended)


# --- what has ended -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _End:
    """That a document is out of force from `since` on. `by` is the document that repeals it, None where it expired.

    `known` says that the caller told it; `place` is where the manuscript does.
    """

    number: str
    since: date | None
    by: Document | None
    place: Place | None
    known: bool = False

    @property
    def expired(self) -> bool:
        return self.by is None and not self.known


# 民法典 第一千二百六十条: in force from 2021-01-01, it repeals these nine from that day.
_BY_THE_CIVIL_CODE = {
    f"{state}{law}": date(2021, 1, 1)
    for law in ("婚姻法", "继承法", "民法通则", "收养法", "担保法", "合同法", "物权法", "侵权责任法", "民法总则")
    for state in ("", "中华人民共和国")
}


class _Ended:
    """What has ended, by number and by title."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.by_number: dict[str, list[_End]] = defaultdict(list)
        self.by_title: dict[str, list[_End]] = defaultdict(list)
        self.titles: dict[str, list[Document]] = defaultdict(list)
        numbers: dict[str, Document] = {}
        documents = manuscript.gazette.documents
        for document in documents:
            if document.number:
                numbers.setdefault(document.number, document)
            for key in _keys(document):
                self.titles[key].append(document)
        for name, day in (_BY_THE_CIVIL_CODE | dict(manuscript.repealed)).items():
            number = read_number(name)
            self._put(str(number) if number else "", [] if number else [_key(name)], day, None, None, numbers)
        for document in documents:
            self._repeals_of(manuscript, document, numbers)
            until = document.validity.until
            if until is not None:
                end = _End(
                    document.number, until, None, _place_of(manuscript, document, document.validity.until_clause)
                )
                if document.number:
                    self.by_number[document.number].append(end)
                for key in _keys(document):
                    self.by_title[key].append(end)

    def __bool__(self) -> bool:
        return bool(self.by_number or self.by_title)

    def _repeals_of(self, manuscript: Manuscript, document: Document, numbers: dict[str, Document]) -> None:
        clauses: dict[str, Clause] | None = None
        for reference in document.references:
            if reference.kind is not ReferenceKind.REPEALS or reference.number == document.number != "":
                continue
            if clauses is None:
                clauses = {clause.eid: clause for clause in document.walk()}
            clause = clauses.get(reference.eid)
            since = _stated_day(clause, reference) or document.validity.from_ or document.date
            place = Place(clause.line, shortened(f"{clause.heading}{clause.text}")) if clause else None
            if reference.scope == "whole":
                titles = [_key(title) for title in _titles_of(reference.title)]
                self._put(reference.number, titles, since, document, place, numbers)
            else:
                # One of several instruments that were issued together.
                titles = [_key(name) for name in reference.provisions if not name.startswith("第")]
                self._put("", titles, since, document, place, numbers)

    def _put(
        self,
        number: str,
        titles: list[str],
        since: date | None,
        by: Document | None,
        place: Place | None,
        numbers: dict[str, Document],
    ) -> None:
        target = numbers.get(number)
        if target is None and not number:
            # By title only what is older than the repeal is repealed.
            older = [
                one
                for key in titles
                for one in self.titles.get(key, ())
                if one is not by and one.date is not None and since is not None and one.date < since
            ]
            target = older[0] if len(older) == 1 else None
        end = _End(number or (target.number if target else ""), since, by, place, known=by is None)
        if end.number:
            self.by_number[end.number].append(end)
        keys = dict.fromkeys([*titles, *(_keys(target) if target and number else ())])
        for key in keys:
            self.by_title[key].append(end)

    def of(self, reference: Reference, document: Document) -> _End | None:
        """What says that the document named had ended when `document` was issued, or was to take effect."""
        keys = [_key(title) for title in _titles_of(reference.title) if title]
        if reference.number:
            found = list(self.by_number.get(reference.number, ()))
            own_year = re.search(r"〔(\d{4})〕", reference.number)
            for end in [one for key in keys for one in self.by_title.get(key, ())]:
                # Known by its title only: a later number is that of a later document.
                if not end.number and own_year and end.since is not None and int(own_year[1]) < end.since.year:
                    found.append(end)
        else:
            found = [end for key in keys for end in self.by_title.get(key, ()) if not self._is_replaced(key, end)]
        for end in found:
            if end.by is document or _had_ended(end, document):
                return end
        return None

    def _is_replaced(self, key: str, end: _End) -> bool:
        """Whether the manuscript has a newer document of the same title, which is then the one that is meant."""
        return any(
            one.number != end.number or not end.number
            for one in self.titles.get(key, ())
            if one is end.by or one.date is None or end.since is None or one.date >= end.since
        )


def _had_ended(end: _End, document: Document) -> bool:
    days = [day for day in (document.date, document.validity.from_) if day is not None]
    if end.since is None or not days:
        return False
    # The last day of a term is still in force.
    return end.since < max(days) if end.expired else end.since <= max(days)


def _keys(document: Document) -> list[str]:
    """The titles by which a document may be cited: its own, and those of what it issues."""
    titles = [document.title, *(part.title for part in document.instruments), *_titles_of(document.title)[1:]]
    return list(dict.fromkeys(_key(title) for title in titles if title))


_ISSUED = re.compile(r"关于(?:印发|发布|公布|转发)[〈《]?(?P<title>.{4,}?)[〉》]?的(?:通知|令)$")


def _titles_of(title: str) -> list[str]:
    """A title and that of what it issues: 某市政府关于印发〈某办法〉的通知, 某办法."""
    found = _ISSUED.search(re.sub(r"\s", "", title))
    return [title, found["title"]] if found else [title]


def _key(title: str) -> str:
    """A title without what printers vary: width, white space, quotation and title marks."""
    return re.sub(r"[\s《》〈〉“”\"‘’「」]+", "", unicodedata.normalize("NFKC", title))


_FROM_DAY = re.compile(rf"{DATE_PATTERN.pattern}\s?起[^。；]{{0,12}}(?:废止|停止执行|失效|停止施行|不再执行)")


def _stated_day(clause: Clause | None, reference: Reference) -> date | None:
    """The day that the repealing sentence itself names: …自2023年7月1日起废止."""
    if clause is None:
        return None
    named = reference.number or reference.title
    for sentence in re.split("[。；]", clause.text):
        if named in sentence and (found := _FROM_DAY.search(sentence)):
            return date_from_match(found)
    return None


def _place_of(manuscript: Manuscript, document: Document, eid: str) -> Place | None:
    clause = next((one for one in document.walk() if one.eid == eid), None)
    return Place(clause.line, shortened(f"{clause.heading}{clause.text}")) if clause else None


# --- who relies on it ---------------------------------------------------------------------------------------------

_RELIES_BEFORE = re.compile(
    r"(?:按照?|根据|依据|依照|遵照|参照|对照|执行|适用|落实|贯彻|遵守|依|严格|符合|违反|享受|纳入)"
    r"(?:[^，。；：（）]{0,24})$"
)
_RELIES_BEHIND = re.compile(
    r"^(?:第[〇零一二三四五六七八九十百\d]{1,6}[条款项](?:第[^，。；]{1,8}[款项])?)?(?:[、和及与或]|等)?(?:中|里|所|的|有关|相关|关于[^，。；]{1,20}的)*"
    r"(?:规定|要求|执行|办理|标准|条件|程序|精神|实施|落实|明确|确定|处理|处罚|兑现)(?!情况|效果|过程|期间|以来|中的|总结)"
)
_FORMER = re.compile(
    r"(?:总结|评估|回顾|梳理|吸取|原|曾[^，。；]{0,12}|旧|此前[^，。；]{0,8}|替代|取代|代替|废止|修订|修改|不再(?:执行|适用|按照?)|停止执行)$"
)
_NOT_ANY_MORE = re.compile(r"废止|失效|停止执行|停止施行|不再(?:执行|适用|施行)|作废|取代|替代")
_OF_OLD = re.compile(
    r"(?:施行|实施|生效|印发|发布|执行|出台|废止|失效)(?:之日)?(?:以)?前|此前|已(?:经)?(?:受理|签订|立项|批准|开工)|已(?:经)?(?:按照?|依照?|依据|根据)|过渡期|期满前|到期前|届满前|期间"
    r"|(?:印发|实施|出台|施行|执行|发布)(?:以来|后以来)|\d{4}年度?[^，。；]{0,6}(?:仍|继续)按"
)
_CHANGED = re.compile(r"^[^，。；]{0,6}(?:进行|作出|予以|的)?(?:修订|修改|修正|清理|评估)")
_OF_A_YEAR = re.compile(r"(20\d{2})年度")
_PROLONGED = re.compile(r"延长|继续执行|继续有效|有效期延")


def _of_document(manuscript: Manuscript, document: Document, ended: _Ended) -> Iterator[Finding]:
    clauses: dict[str, Clause] | None = None
    cursor: dict[str, int] = {}
    told: set[tuple[str, str]] = set()
    for reference in document.references:
        if reference.kind is not ReferenceKind.CITES:
            continue
        end = ended.of(reference, document)
        if end is None:
            continue
        if clauses is None:
            clauses = {clause.eid: clause for clause in document.walk()}
        clause = clauses.get(reference.eid)
        if clause is None:
            continue
        words = f"{clause.heading}\n{clause.text}"
        start, behind = _find(words, reference, cursor.get(clause.eid, 0), document.text)
        cursor[clause.eid] = behind
        named = reference.number or f"《{reference.title}》"
        if (clause.eid, named) in told or not _is_relied_on(words, start, behind, expired=end.expired):
            continue
        told.add((clause.eid, named))
        sentence = (
            re.split("[。；！？\n]", words[max(0, start - 300) : start])[-1]
            + words[behind : behind + 200].split("。")[0]
        )
        # What a year earned or owed may be settled by the rules of that year.
        earlier = end.since is not None and any(int(year) < end.since.year for year in _OF_A_YEAR.findall(sentence))
        yield _finding(manuscript, document, clause, (start, behind), named, end, earlier=earlier)


def _find(words: str, reference: Reference, at: int, whole: str) -> tuple[int, int]:
    """Where the reference stands in a clause: from the 《 of its title, or its number, to behind it."""
    title = words.find(f"《{reference.title}", at) if reference.title else -1
    number = words.find(reference.number, at) if reference.number else -1
    if title >= 0:
        behind = _behind_title(words, title)
        found = re.compile(r"\s?[（(][^（）()]{0,80}[）)]").match(words, behind)
        return title, found.end() if found else behind
    if number >= 0:
        behind = number + len(reference.number)
        opened = words.rfind("》（", max(0, number - 12), number)
        start = words.rfind("《", 0, opened) if opened >= 0 else number
        return max(start, 0), behind + (words[behind : behind + 1] in ("）", ")"))
    # 《意见》, where the document has said what it is short for.
    for found in re.finditer(r"以下(?:简)?称(?:为)?《([^《》]{1,20})》", whole[:200_000]):
        short = words.find(f"《{found[1]}》", at)
        if short >= 0:
            return short, short + len(found[1]) + 2
    return at, at


def _behind_title(words: str, start: int) -> int:
    depth = 0
    for at in range(start, min(len(words), start + 300)):
        depth += (words[at] == "《") - (words[at] == "》")
        if depth == 0:
            return at + 1
    return min(len(words), start + 300)


def _is_relied_on(words: str, start: int, behind: int, *, expired: bool) -> bool:
    before = re.split(r"[。；！？\n]", words[max(0, start - 300) : start])[-1]
    after = re.split(r"[。；！？\n]", words[behind : behind + 300])[0]
    if _NOT_ANY_MORE.search(before + after) or _OF_OLD.search(before + after) or _CHANGED.search(after):
        return False
    if expired and _PROLONGED.search(before + after):
        return False
    # 根据《甲》（…号）和《乙》: what stands between the word and the title are other titles.
    near = re.sub(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》|（[^（）]*）", "", before).rsplit("，", 1)[-1]
    if _FORMER.search(near):
        return False
    return bool(_RELIES_BEFORE.search(near) or _RELIES_BEHIND.search(after))


def _finding(
    manuscript: Manuscript,
    document: Document,
    clause: Clause,
    at: tuple[int, int],
    named: str,
    end: _End,
    *,
    earlier: bool,
) -> Finding:
    offset = len(clause.heading) + 1
    start, behind = at[0] - offset, at[1] - offset
    here = manuscript.place(clause, start, behind) if start >= 0 else Place(clause.line, shortened(clause.heading))
    places = (here, end.place) if end.place and end.place.line != here.line else (here,)
    own = end.by is document
    day = end.since
    same_day = not own and (document.date is None or day is None or day >= document.date)
    severity = Severity.WARNING if end.expired or same_day or earlier else Severity.ERROR
    if end.expired:
        chinese = f"所依据的{named}有效期至{_chinese(day)}，已届满。"
        english = f"Relies on {named}, whose term ended on {day}."
    elif own:
        chinese = f"所依据的{named}已由本文件废止。"
        english = f"Relies on {named}, which this document itself repeals."
    elif end.by is not None:
        by = name_of(end.by)
        chinese = f"所依据的{named}已被{by}自{_chinese(day)}起废止。"
        english = f"Relies on {named}, which {by} repeals from {day}."
    else:
        chinese = f"所依据的{named}已自{_chinese(day)}起废止。"
        english = f"Relies on {named}, which is repealed from {day}."
    return Finding(
        name_of(document), FindingKind.REPEALED, severity, chinese, english, places, clause.locator, clause.eid
    )


def _chinese(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "施行之日"


# --- a document that repeals itself -------------------------------------------------------------------------------

_NOT_BY_HAND = re.compile("自行|届满|期满|到期|之前|修订|不得|如")


def _repeals_itself(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    if not document.number:
        return
    repealing = re.compile(
        re.escape(document.number) + r"[）)]?(?P<between>[^。；]{0,40}?)(?:废止|停止执行|失效|作废|不再执行)"
    )
    for clause in document.walk():
        if document.number not in clause.text:
            continue
        for found in repealing.finditer(clause.text):
            if _NOT_BY_HAND.search(found["between"]):
                continue
            yield Finding(
                name_of(document),
                FindingKind.REPEALED,
                Severity.ERROR,
                f"本文件废止了自身的文号{document.number}。",
                f"The document repeals its own number, {document.number}.",
                (manuscript.place(clause, found.start(), found.end()),),
                clause.locator,
                clause.eid,
            )
