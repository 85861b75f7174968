"""References of a text to its own articles, 款, 项, chapters and parts that do not exist."""

import re
from collections.abc import Iterator

from gongbao.core.numerals import int_to_chinese
from gongbao.gazette.findings.model import Finding, Manuscript, Severity
from gongbao.gazette.findings.runs import clause_place, made, marker_of, number_in, place_of
from gongbao.gazette.markers import Style
from gongbao.gazette.model import Clause, Document, Part

_SELF = r"本(?:办法|规定|条例|细则|实施细则|实施办法|暂行办法|规则|规程|章程|制度|方案|意见|通知|政策|措施|预案|决定)"
_CN = "[一二三四五六七八九十]{1,3}"
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


def references(manuscript: Manuscript, document: Document, part: Part) -> Iterator[Finding]:
    """References to an article, 款 or 项 of this text that it does not have."""
    articles: dict[int, Clause] = {}
    chapters: list[int] = []
    sections: list[int] = []
    for clause in part.walk():
        mark = marker_of(clause)
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
                number = number_in(found["number"])
                if known and number and number > max(known) and min(known) == 1:
                    last = max(known)
                    yield made(
                        document,
                        Severity.ERROR,
                        f"引用“{found[0]}”，但本文最后是第{int_to_chinese(last)}{found['kind']}。",
                        f"Refers to {found[0]}, but the last one here has the number {last}.",
                        (place_of(manuscript, clause, words, found.start(), found.end()),),
                        clause,
                    )


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
        number = number_in(found["article"])
        if not own or number is None or words[found.end() : found.end() + 1] in "”":
            continue
        name = found[0]
        place = place_of(manuscript, clause, words, found.start(), found.end())
        if number > last:
            yield made(
                document,
                Severity.ERROR,
                f"引用“{name}”，但本文只到第{int_to_chinese(last)}条。",
                f"Refers to {name}, but the last article here is 第{int_to_chinese(last)}条.",
                (place, clause_place(articles[last])),
                clause,
            )
            continue
        article = articles.get(number)
        if article is None:
            continue
        paragraphs, items = _made_of(article, number_in(found["paragraph"]) if found["paragraph"] else None)
        wanted = number_in(found["paragraph"] or "") or 0
        if found["paragraph"] and wanted > max(1, paragraphs):
            yield made(
                document,
                Severity.WARNING,
                f"引用“{name}”，但第{int_to_chinese(number)}条只有{max(1, paragraphs)}款。",
                f"Refers to {name}, but 第{int_to_chinese(number)}条 has {max(1, paragraphs)} 款.",
                (place, clause_place(article)),
                clause,
            )
        elif found["is_item"] and (point := number_in(found["item"])) and point > items:
            yield made(
                document,
                Severity.ERROR if items else Severity.WARNING,
                f"引用“{name}”，但第{int_to_chinese(number)}条"
                + (f"只有{int_to_chinese(items)}项。" if items else "没有分项。"),
                f"Refers to {name}, but 第{int_to_chinese(number)}条 has {items or 'no'} 项.",
                (place, clause_place(article)),
                clause,
            )


_ITEM_MARK = re.compile(rf"(?:^|(?<=[。；：，、\s])|(?<=条))[（(]({_CN}|\d{{1,2}})[）)]", re.M)


def _made_of(article: Clause, paragraph: int | None) -> tuple[int, int]:
    """How many 款 an article has, and the highest number of a 项 in it (in the 款 meant, where that has any)."""
    paragraphs = [child for child in article.children if not child.number]
    count = len(paragraphs)
    items = 0
    for clause in article.walk():
        mark = marker_of(clause)
        if mark is not None and clause is not article:
            items = max(items, mark.number)
        for found in _ITEM_MARK.findall(clause.text[:20_000]):
            items = max(items, number_in(found) or 0)
    if not items and count > 1:
        items = count  # 项 that are printed without numbers
    return count, items
