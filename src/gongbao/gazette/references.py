"""Which documents a clause cites, amends or repeals.

A reference is a title in 《 》, a document number, or a title with the number in brackets behind it. What is said of
it (废止, 停止执行, 修改) is read from the sentence it stands in.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gongbao.core.citations import NUMBER_PATTERN, read_number
from gongbao.gazette.model import Clause, ClauseKind, Document, PartKind, Reference, ReferenceKind

_SENTENCE = re.compile(r"[^。；！？\n]*[。；！？\n]?")
_ORDER = re.compile(r"(?:(?:19|20)\d{2}年)?[\u4e00-\u9fff]{0,12}令\s*第?\s*\d{1,4}\s*号|第\s*\d{1,4}\s*号令")
_BEHIND = re.compile(
    r"\s*(?:（(?P<note>[^（）〔〕\d]{1,12})）)?\s*[（〔](?P<number>[^（）]{0,60}?号(?:令)?)[^（）]{0,20}[）〕]"
)
_REPEALED = re.compile(
    r"(?:同时|予以|一并|即行|自行|均|相应|随即)?(?:废止|停止执行|停止施行|失效|作废|不再执行|不再施行|终止执行|撤销)"
)
# 下列文件同时废止：《甲》、《乙》
_REPEALED_BELOW = re.compile(r"(?:废止|停止执行|失效|作废)[^《。；□]{0,10}[:：]")
_REPEALING = re.compile(r"(?:决定|现决定|现)?废止\s*(?=《|[\u4e00-\u9fff]{1,8}〔|下列|以下)")
# 《甲》《乙》等3个文件，自本办法施行之日起同时废止
_BETWEEN = re.compile(
    r"[，、和及与以]*(?:等?\d*[件个]?(?:文件|规定|通知|办法)?)?(?:，?自[^，。]{0,24}起)?，?(?:现|原)?"
)
_NOT_REPEALED = re.compile(
    r"(?:修订|修改|清理|立改|制定)(?:、|和|或|与)?(?:并)?废(?:止)?|废止(?:或|、|和)(?:修订|修改|宣布)|被废止的|逾期"
)
_AMENDED = re.compile(r"修改为|作如下修改|作出修改|作出如下修改|修正为|予以修改|予以修订|删去第|增加一(?:条|款|项)")
_PROVISION = re.compile(
    r"第[〇零一二三四五六七八九十百千\d]{1,7}条"
    r"(?:第[一二三四五六七八九十\d]{1,3}款)?(?:第（[一二三四五六七八九十\d]{1,3}）项)?"
)


_LEAD = re.compile(
    r"^.*(?:原|按照|按|根据|依据|依照|参照|执行|落实|贯彻|废止|生效后|见|在|至|到|同|依|和|及|与|以|对|将|由|的|后)"
)


_PART_OF = re.compile(r"\s*(?:中|里|所附|附件)的?\s*")
_PROVISIONS = re.compile(rf"\s*的?{_PROVISION.pattern}(?:[、和及]{_PROVISION.pattern})*")


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    title: str
    number: str


def find_references(document: Document) -> list[Reference]:
    """All references in a document, in reading order, but for mentions of itself and of what it issues."""
    own = {_bare(part.title) for part in document.parts if part.kind is not PartKind.ANNEX} | {_bare(document.title)}
    own |= {_bare(match[0]) for part in document.instruments for match in re.finditer("^.*$", part.title)}
    short = _short_names(document.text)
    out: list[Reference] = []
    for part in document.parts:
        # 宣布失效的文件目录: an annex that is a list of what is repealed.
        listing = ReferenceKind.REPEALS if _LIST_TITLE.search(part.title) and part.kind is PartKind.ANNEX else None
        for clause, said in _with_context(part.clauses, listing):
            found: list[Reference] = []
            for words in (clause.heading, clause.text):
                for reference in _in_words(words, clause, document.number, own):
                    if reference.title in short and not reference.number:
                        title, number = short[reference.title]
                        reference = replace(reference, title=title, number=number)
                    found.append(reference)
            if (
                said is not None
                and found
                and found[0].kind is ReferenceKind.CITES
                and (listing is not None or _LISTED.match(clause.heading or clause.text))
            ):
                rows = found if "\n" in clause.text or "\t" in clause.text else found[:1]
                found = [replace(each, kind=said, scope="whole") for each in rows] + found[len(rows) :]
            if found and found[0].kind is ReferenceKind.AMENDS:
                provisions = found[0].provisions or _amended(clause, part.clauses)
                found[0] = replace(found[0], scope="partial" if provisions else found[0].scope, provisions=provisions)
            out += found
    return out


_LIST_TITLE = re.compile(r"(?:废止|失效)[^，。]{0,20}(?:目录|清单|文件|一览表)|(?:目录|清单)[^，。]{0,6}(?:废止|失效)")
_LEAD_IN = re.compile(
    r"(?:废止|失效|停止执行)[^，。；]{0,16}(?:下列|以下|如下|\d+[件个])|(?:下列|以下|如下|\d+[件个])[^，。；]{0,24}(?:废止|失效|停止执行)"
)
_LEAD_IN_AMENDS = re.compile(
    r"(?:下列|以下|如下|\d+[件个])[^，。；]{0,24}(?:修改|修订|修正)|(?:修改|修订|修正)[^，。；]{0,16}(?:下列|以下|\d+[件个])"
)
# An entry of such a list begins with what it is about.
_LISTED = re.compile(
    r"(?!为|根据|按照|依据|依照|贯彻|结合|对照)\s*(?:\d+[\t、.]\s*)?(?:《|[\u4e00-\u9fff]{1,8}〔|[^《。，：]{0,20}《)|.*\t"
)


def _led_in(words: str) -> ReferenceKind | None:
    if _LEAD_IN.search(words) and not _NOT_REPEALED.search(words):
        return ReferenceKind.REPEALS
    return ReferenceKind.AMENDS if _LEAD_IN_AMENDS.search(words) and "《" not in words else None


def _with_context(clauses: list[Clause], said: ReferenceKind | None) -> Iterator[tuple[Clause, ReferenceKind | None]]:
    """Each clause with what a lead-in above it (决定废止下列文件：) says of the documents listed below."""
    following = said
    for clause in clauses:
        words = f"{clause.heading}{clause.text}"
        own = following
        below = _led_in(words) or (own if clause.number else None) or said
        yield clause, own
        yield from _with_context(clause.children, below)
        last = clause
        while not f"{last.heading}{last.text}" and last.children:
            last = last.children[-1]
        last_words = f"{last.heading}{last.text}".rstrip()
        beside = _led_in(last_words) if last_words.endswith(("：", "。")) else None
        if beside is not None and not clause.number:
            following = beside  # the list stands beside its lead-in, not below it
        elif "《" not in words and "号" not in words and not clause.number:
            following = said


_CHANGED = re.compile(
    rf"({_PROVISION.pattern})[^。；]{{0,60}}?(?:修改为|修改|改为|删去|删除|增加)|(?:删去|删除|修改)({_PROVISION.pattern})"
)


def _amended(clause: Clause, siblings: list[Clause]) -> tuple[str, ...]:
    """The provisions that the clauses below (or, behind a preamble, beside) an amending one change."""
    behind = [clause, *clause.children]
    if clause in siblings and clause.kind is ClauseKind.PREAMBLE:
        behind = siblings[siblings.index(clause) :][:200]
    out: list[str] = []
    for one in behind[:200]:
        for below in one.walk():
            for found in _CHANGED.finditer(below.text[:2000]):
                out.append(found[1] or found[2])
    return tuple(dict.fromkeys(out))


_SHORT = re.compile(r"以下(?:分别|依次)?(?:简称|统称|称)(?:为)?(?P<names>(?:《[^《》]{1,20}》[、和]?){1,6})")


def _short_names(text: str) -> dict[str, tuple[str, str]]:
    """What 《意见》 stands for, where the text says 《国务院…意见》（…号，以下简称《意见》）: its title and number."""
    out: dict[str, tuple[str, str]] = {}
    looked = 0
    for found in _SHORT.finditer(text):
        limit = max(looked, found.start() - 600)
        start = max(text.rfind("。", limit, found.start()), text.rfind("\n", limit, found.start()), limit - 1) + 1
        looked = found.end()
        before = [mention for mention in _mentions(text[start : found.start()]) if mention.title]
        names = re.findall("《([^《》]+)》", found["names"])
        for name, mention in zip(reversed(names), reversed(before), strict=False):
            behind = _number(text[start + mention.end : found.start()]) if mention is before[-1] else ""
            out.setdefault(name, (mention.title, mention.number or behind))
    return out


def _in_words(words: str, clause: Clause, own_number: str, own: set[str]) -> list[Reference]:
    if "《" not in words and "号" not in words:
        return []
    out: list[Reference] = []
    for sentence in _SENTENCE.finditer(words):
        naming = [at for found in _SHORT.finditer(sentence[0]) for at in found.span()]
        mentions = [
            mention
            for mention in _mentions(sentence[0])
            if (not own_number or mention.number != own_number)
            and not (_bare(mention.title) in own and not _is_older(sentence[0], mention))
            and not _inside(mention, naming)
        ]
        if not mentions:
            continue
        said = _said(sentence[0], mentions)
        swallowed: set[int] = set()
        for place, mention in enumerate(mentions):
            if place in swallowed:
                continue
            kind = said[place]
            scope = ""
            provisions: tuple[str, ...] = ()
            if kind is not ReferenceKind.CITES:
                scope, provisions, taken = _scope(sentence[0], mentions, place)
                swallowed |= taken
            out.append(Reference(kind, mention.number, mention.title, scope, provisions, clause.eid, clause.line))
    return out


def _is_older(sentence: str, mention: _Mention) -> bool:
    """Whether it is an older document of the same title: it has a number, or 原 or 2015年印发的 stands before it."""
    before = sentence[max(0, mention.start - 16) : mention.start]
    return bool(mention.number) or bool(
        re.search(r"(?:原|\d{4}年[^，。]{0,10}(?:印发|发布|公布|制定|颁布)的)$", before)
    )


def _inside(mention: _Mention, spans: list[int]) -> bool:
    """Whether it stands in 以下简称《意见》, which gives a name only. `spans` are starts and ends in order."""
    return bisect_right(spans, mention.start) % 2 == 1


def _mentions(sentence: str) -> list[_Mention]:
    """Titles with their numbers, and numbers that stand alone, from left to right."""
    out: list[_Mention] = []
    taken = 0
    for start, end in _titles(sentence):
        title, number, behind = sentence[start + 1 : end - 1], "", end
        if found := _BEHIND.match(sentence, end):
            number = _number(found["number"])
            if number:
                behind = found.end()
                if found["note"]:
                    title += f"（{found['note']}）"
        out += _numbers_alone(sentence, taken, start)
        out.append(_Mention(start, behind, title.replace("〈", "《").replace("〉", "》").replace(" ", ""), number))
        taken = behind
    return out + _numbers_alone(sentence, taken, len(sentence))


def _titles(sentence: str) -> list[tuple[int, int]]:
    """Places of 《…》, an inner 《…》 belonging to the outer one."""
    out: list[tuple[int, int]] = []
    depth, start = 0, 0
    for at, char in enumerate(sentence):
        if char == "《":
            start = at if depth == 0 else start
            depth += 1
        elif char == "》" and depth:
            depth -= 1
            if depth == 0:
                out.append((start, at + 1))
    return out


def _numbers_alone(sentence: str, start: int, end: int) -> list[_Mention]:
    out: list[_Mention] = []
    for found in NUMBER_PATTERN.finditer(sentence, start, end):
        # No series is longer than 国标委工二联; what stands before it is the sentence.
        series = _LEAD.sub("", found["series"][-8:])
        number = read_number(f"{series}〔{found['year']}〕{found['serial']}号")
        if number is not None:
            out.append(_Mention(found.start(), found.end(), "", str(number)))
    return out


def _number(text: str) -> str:
    """The number in the brackets behind a title: 国办发〔2020〕43号, 2005年政府令第8号, 国务院令第590号."""
    if found := NUMBER_PATTERN.search(text):
        number = read_number(found[0])
        return str(number) if number else ""
    if found := _ORDER.search(text):
        return re.sub(r"\s", "", found[0])
    return ""


def _bare(title: str) -> str:
    return re.sub(r"[\s《》〈〉“”（）()]", "", title)


def _said(sentence: str, mentions: list[_Mention]) -> list[ReferenceKind]:
    """For each mention whether the sentence repeals, amends or merely cites it."""
    said = [ReferenceKind.CITES] * len(mentions)
    # What stands inside 《 》 is a name: 《关于宣布失效一批文件的决定》 repeals nothing here.
    pieces: list[str] = []
    at = 0
    for start, end in _titles(sentence):
        pieces += (sentence[at : start + 1], "□" * (end - start - 2))
        at = end - 1
    sentence = "".join([*pieces, sentence[at:]])
    if _NOT_REPEALED.search(sentence):
        return said
    if found := _REPEALED_BELOW.search(sentence):
        return [
            ReferenceKind.REPEALS if mention.start >= found.end() else kind
            for mention, kind in zip(mentions, said, strict=True)
        ]
    if found := _REPEALING.search(sentence):
        # 决定废止《甲》和《乙》，…: everything in the same breath behind the verb.
        end = found.end()
        for place, mention in enumerate(mentions):
            if mention.start >= found.end() and not re.search("[，。]", sentence[end : mention.start]):
                said[place] = ReferenceKind.REPEALS
                end = mention.end
        return said
    if found := _REPEALED.search(sentence):
        # 《甲》、《乙》同时废止: those before the verb, back to a comma behind which something else is said.
        limit = found.start()
        for place in range(len(mentions) - 1, -1, -1):
            mention = mentions[place]
            if mention.end > limit:
                continue
            between = sentence[mention.end : limit]
            if re.search("[，。]", between) and not _BETWEEN.fullmatch(between):
                break
            before = sentence[max(0, mention.start - 3) : mention.start]
            if re.search("按照|根据|依据|依照", between) or re.search("(?:按照|根据|依据|依照)原?$", before):
                break
            said[place] = ReferenceKind.REPEALS
            limit = mention.start
        return said
    if _AMENDED.search(sentence):
        said[0] = ReferenceKind.AMENDS
    return said


def _scope(sentence: str, mentions: list[_Mention], place: int) -> tuple[str, tuple[str, ...], set[int]]:
    """Whole or partial, what of it, and the later mentions that are that part: 《甲》中《乙》 repeals 乙 of 甲."""
    mention = mentions[place]
    if found := _PART_OF.match(sentence, mention.end):
        # No sentence repeals parts of two documents by names alone: all names behind belong to this one.
        inner = {
            later
            for later in range(place + 1, min(place + 50, len(mentions)))
            if mentions[later].title and not mentions[later].number
        }
        names = tuple(mentions[later].title for later in sorted(inner))
        return "partial", names + tuple(_PROVISION.findall(sentence, found.end(), found.end() + 400)), inner
    limit = mentions[place + 1].start if place + 1 < len(mentions) else len(sentence)
    if found := _PROVISIONS.match(sentence, mention.end, limit):
        return "partial", tuple(_PROVISION.findall(found[0])), set()
    return "whole", (), set()
