"""One phrase with two figures: a duty and its penalty, a limit that is said again, a list of prizes printed twice.

That two sentences speak of the same is taken from their words: the same on both sides of the figure, or all of the
sentence up to it, or the same attribute (线路长度) of the same thing (7路). Sentences that set classes apart (黄色 and
橙色, 市级 and 县级, items of one list) say two things, and so do phrases that have more than two values.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Severity, name_of
from gongbao.gazette.findings.quantities import COUNTERS, base_of, han_number, plain
from gongbao.gazette.model import Clause, ClauseKind, Document, Part

_UNITS = (
    r"(?:个?小时|分钟|个?工作日|个?自然日|天|日(?!前|至|起施)|(?<!(?:19|20)\d\d)年|周岁|岁"
    rf"|[十百千万亿]{{0,2}}元|[十百千万亿]{{0,2}}(?:{COUNTERS})|厘米|毫米|[%％])"
)
_QUANTITY = re.compile(
    rf"(?<![\d.\-—~～第〔/])(?<!\d[年月])(?P<value>\d{{1,9}}(?:\.\d{{1,4}})?)\s*(?P<unit>{_UNITS})(?P<per>[/／][\u4e00-\u9fff]{{1,3}})?"
)
_RANGE = re.compile(r"\s*(?:以上|以下)?\s*(?:至|到|—|-|~|～|以上)\s*\d|\s*以上[^，。；]{0,4}\d")
_DIRECTION = re.compile(
    r"(?:不得|不应|不可|不能|不)?(?P<word>超过|高于|大于|多于|低于|少于|小于|短于|至少|最高|最低|最长|最短|达到?|不足|满|≥|≤|约|近|为|是|共|计|有|[:：])\s*$"
)
_DROPPED = re.compile(r"应当|应该|必须|可以|未能|未|应|须|均|将|在|的|其|按规定|按照|按|依法|要|原则上|一般|严格|及时")
_RANGE_BEFORE = re.compile(r"\d[^\d，。；]{0,6}(?:以上|至|到|—|-|~|～|[，、和与及或])\s*$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SCOPE = re.compile(
    r"[一二三四五六特甲乙丙丁ⅠⅡⅢⅣⅤABCD\d]\s?[级类等档期星组批]|第[一二三四五六]|[黄橙红蓝]色|省级|市级|县级|区级|国家级|乡级|镇级|村级|省[外内]|市[外内]|校级"
    r"|城[市镇区乡]|农村|乡村|小学|初中|高中|中学|幼儿园|大学|新建|改建|扩建|续建|首次|再次|连续|男|女|重大|较大|一般|特别|重点|普通"
    r"|中央|试点|个人|单位|企业|集体|单独|夫妻|双方|一方|单身|已婚|未婚|一孩|二孩|三孩|博士|硕士|本科|大专|正高|副高|中级|初级|高级|法人|居民|非居民|公司|机关|事业"
    r"|上半年|下半年|[一二三四]季度|夏季|冬季|春季|秋季|工作日|周末|日间|夜间|白天|室内|室外|地上|地下|东部|西部|南部|北部|大型|中型|小型|微型|其他|其余|部分|[\u4e00-\u9fff]奖"
)
_OTHERWISE = re.compile(r"修改为|修订为|改为|调整为|原|曾|《|如下|同比|比上年|例如|举例|假设|其中|分别")
_MONEY_PHRASE = re.compile(r"处|罚|奖|补|给予|资助|支持|扣|赔")
_PROCEDURE = re.compile(r"起$|届满$|期满$|公示期?$")
_CHANGED = re.compile(
    r"由\s*(?P<old>\d{1,9}(?:\.\d{1,4})?)\s*[\u4e00-\u9fff%]{1,4}?\s*(?:延长|提高|增加|缩短|调整|降低|扩大|减少|上调|下调|提升|压缩|扩|增|降|减|提)(?:至|到|为)(?:每[\u4e00-\u9fff]{1,2}){0,2}\s*$"
)
_ATTRIBUTE = re.compile(
    r"(?:长度|里程|面积|水位|高度|宽度|深度|厚度|人数|床位数?|班数|规模|容量|产能|额度|限额|标准|编制|名额|时限|期限|比例|层数|库容|流量|距离|间距|年限|金额|总额|价格|保费|费用)$"
)
_ATTRIBUTE_LENGTH = 4
_NUMBERED_THING = re.compile(r"[A-Za-z]{0,2}\d{1,4}(?:号线|[路号线栋楼区#])")
_SUBJECT = re.compile(r"(?:[\u4e00-\u9fff]{2,4}路(?!线)|[\u4e00-\u9fff]{2}(?:站|库|桥|河|校|厂|湖))")
_EACH = re.compile(
    r"每(?:[两二三]?年|次|队|届|户|家|村|所|班|组|期|周|月|季度|批|车|站|个[\u4e00-\u9fff]{1,4})(?P<rest>[\u4e00-\u9fff]{2,14})$"
)
_VERBS = re.compile(r"配备|配置|设置|设立|安排|配有|配|设|数量?$|人数$")
_LABELLED = re.compile(
    rf"(?P<label>[\u4e00-\u9fff]{{2,12}}?)\s*(?:各|共|为|是|设|奖励)?\s*(?P<value>\d{{1,7}}(?:\.\d{{1,3}})?)\s*(?P<unit>{_UNITS})"
)
_CITES = re.compile(
    r"(?P<before>.?)第(?P<number>\d{1,3}|[一二三四五六七八九十百]{1,5})条(?:第[一二三四五六]款)?(?:第[（(]?[一二三四五六七八九十]{1,2}[)）]?项)?所?规定的?(?P<what>[\u4e00-\u9fff]{0,24})"
)
_MANY_FIGURES = 30  # in a sentence: more are a table in words
_PREFIX = 300  # characters of a sentence before a figure
_REACHED = re.compile("以上|以下|以内|[的时后]|之日")
_FEW = 8  # sentences of one attribute that are compared with each other
_LEAST_SHARED = 5


@dataclass(frozen=True, slots=True)
class _Said:
    """A figure of a sentence. `left` and `right` are the words at its sides up to the next figure or mark, without
    what says nothing; `prefix` all of the sentence before it and `rest` all behind; `others` are the other figures of
    the sentence, `clauses` those of the part, `item` whether it stands in a list below words that end in a colon."""

    document: Document
    part: int
    clause: Clause
    start: int
    end: int
    amount: Decimal
    base: str
    words: str
    left: str
    direction: str
    right: str
    prefix: str
    sentence: str
    rest: str
    others: tuple[str, ...]
    old: Decimal | None
    item: bool
    clauses: Mapping[str, Clause]


def figures_said_again(manuscript: Manuscript) -> Iterator[Finding]:
    """Phrases that come back with another figure."""
    shared: dict[tuple[str, ...], list[_Said]] = {}
    for document in manuscript.gazette.documents:
        said = [each for number, part in enumerate(document.parts) for each in _figures(document, number, part)]
        told: set[tuple[int, int]] = set()
        groups: dict[tuple[str, ...], list[_Said]] = {}
        for each in said:
            for key in _keys(each):
                groups.setdefault(key, []).append(each)
            if (whole := _whole_key(each)) is not None:
                shared.setdefault(whole, []).append(each)
        for one, other in (*_pairs(groups), *_attributes(said), *_cited(document, said), *_lists(said)):
            if not {(id(x.clause), x.start) for x in (one, other)} & told:
                told |= {(id(x.clause), x.start) for x in (one, other)}
                yield _finding(manuscript, one, other)
    yield from _across(manuscript, shared)


def _finding(manuscript: Manuscript, first: _Said, second: _Said) -> Finding:
    one = manuscript.place(second.clause, max(0, second.start - 24), second.end + 6)
    two = manuscript.place(first.clause, max(0, first.start - 24), first.end + 6)
    where = "" if first.document is second.document else f"（{name_of(first.document)}）"
    elsewhere = f" in {name_of(first.document)}" if where else " elsewhere"
    return Finding(
        name_of(second.document),
        FindingKind.FIGURE,
        Severity.WARNING,
        f"同一事项此处为{second.words}，另一处{where}为{first.words}。",
        f"The same is said to be {second.words} here and {first.words}{elsewhere}.",
        (one, two),
        second.clause.locator,
        second.clause.eid,
    )


# --- figures and their words ------------------------------------------------------------------------------------------


def _figures(document: Document, number: int, part: Part) -> Iterator[_Said]:
    parents = {clause.eid: clause for clause in part.walk()}
    for clause in part.walk():
        above = parents.get(clause.eid.rpartition("__")[0])
        item = above is not None and above.text.rstrip().endswith(("：", ":"))
        at = 0
        for sentence in re.split(r"(?<=[。\n])", clause.text):
            if "\t" not in sentence and re.search(r"\d", sentence):
                yield from _in_sentence(document, number, clause, sentence, at, parents, item=item)
            at += len(sentence)


def _in_sentence(
    document: Document,
    number: int,
    clause: Clause,
    sentence: str,
    at: int,
    clauses: Mapping[str, Clause],
    *,
    item: bool,
) -> Iterator[_Said]:
    begin = 0
    quantities = list(_QUANTITY.finditer(sentence))
    if len(quantities) > _MANY_FIGURES:
        return
    numbers = [re.sub(r"\s", "", each[0]) for each in quantities]
    for number_at, found in enumerate(quantities):
        between = sentence[begin : found.start()]
        begin = found.end()
        direction = _DIRECTION.search(between)
        change = _CHANGED.search(sentence[max(0, found.start() - 40) : found.start()])
        left = between[: direction.start()] if direction else between
        if change:
            head = sentence[: found.start() - len(change[0])]
            left = re.split(r"\d", head)[-1]
        near = sentence[max(0, found.start() - 14) : found.start()]
        if not (_RANGE.match(sentence, found.end()) or (_RANGE_BEFORE.search(near) and not change)):
            value = Decimal(found["value"])
            base, power = base_of(found["unit"].replace("％", "%"))
            base = {"日": "天", "个自然日": "天", "自然日": "天", "个工作日": "工作日", "个小时": "小时"}.get(
                base, base
            )
            right = re.split(r"\d", sentence[found.end() : found.end() + 24])[0]
            yield _Said(
                document,
                number,
                clause,
                at + found.start(),
                at + found.end(),
                value.scaleb(power),
                base + (found["per"] or ""),
                f"{plain(value)}{found['unit']}",
                _plain(re.split("[，。；：、（）:\n]", left)[-1]),
                direction["word"] if direction else "",
                _plain(re.sub(r"[，、\s]", "", re.split("[。；（）\n]", right)[0])),
                _plain(sentence[max(0, found.start() - _PREFIX) : found.start()]),
                sentence,
                _plain(re.sub(r"[，、。；]", "", sentence[found.end() : found.end() + 40])),
                tuple(numbers[:number_at] + numbers[number_at + 1 :]),
                Decimal(change["old"]) if change else None,
                item,
                clauses,
            )


def _plain(words: str) -> str:
    return _DROPPED.sub("", re.sub(r"\s", "", words))


def _han(words: str) -> int:
    return len(_HAN.findall(words))


def _keys(said: _Said) -> Iterator[tuple[str, ...]]:
    """What two sentences must share to speak of the same figure."""
    if _OTHERWISE.search(said.sentence):
        return
    left, right = said.left, said.right
    money = said.base.startswith("元") or said.base == "%"
    # What stands before in the sentence would say of which of several cases it is.
    opening = len(said.prefix) <= len(left) + 3 + len(said.direction)
    if len(left) >= 6 and len(right) >= 4 and opening and not money and not _PROCEDURE.search(left):
        yield "sides", said.base, said.direction, left[-6:], right[:4]
    if (whole := _whole_key(said)) is not None:
        yield whole
    each = _EACH.search(left)
    if each is not None and not money and said.direction in ("超过", "少于", "低于", "多于", "至少"):
        key = _VERBS.sub("", each[0])
        if len(key) >= 4:
            yield "each", said.base, said.direction, key


def _whole_key(said: _Said) -> tuple[str, ...] | None:
    """All of the sentence before the figure, where that says enough."""
    if _han(said.prefix) < 9 or _PROCEDURE.search(said.left) or _OTHERWISE.search(said.sentence):
        return None
    segments = [each for each in re.split("[，：、]", said.prefix) if each]
    # 由市住建局责令改正，处 is said of many things.
    if _MONEY_PHRASE.search(said.left) and re.search("责令|处$|罚款|没收|警告", said.prefix):
        return None
    if not segments or _han(segments[0]) < 5:
        return None
    return "whole", said.base, said.prefix, said.right[:2]


# --- which of them contradict each other ------------------------------------------------------------------------------


def _pairs(groups: dict[tuple[str, ...], list[_Said]]) -> Iterator[tuple[_Said, _Said]]:
    for found in groups.values():
        if not 2 <= len(found) <= 4 or len({each.amount for each in found}) != 2:
            continue
        other = next(each for each in found if each.amount != found[0].amount)
        if _may_contradict(found[0], other):
            yield found[0], other


def _may_contradict(one: _Said, other: _Said) -> bool:
    return (
        one.clause is not other.clause
        # What an item of a list says is said of what the words above the list name.
        and not (one.item and other.item)
        and not _set_apart(one, other)
        and not _listed_together(one, other)
        and not _steps(one, other)
    )


def _steps(one: _Said, other: _Said) -> bool:
    """Whether the figures are steps of a scale: other figures of the sentences differ, too, or what follows from
    reaching them (的, 时, 以上) does."""
    if set(one.others) - set(other.others) and set(other.others) - set(one.others):
        return True
    if not _REACHED.match(one.right) and not _REACHED.match(other.right):
        return False
    short, long = sorted((one.rest, other.rest), key=len)
    return len(short) < _LEAST_SHARED or not long.startswith(short)


def _set_apart(one: _Said, other: _Said) -> bool:
    """Whether the sentences, or the headings above them, name different classes of things."""
    first, second = set(_SCOPE.findall(one.sentence)), set(_SCOPE.findall(other.sentence))
    if first - second and second - first:
        return True
    before, behind = set(_SCOPE.findall(one.prefix)), set(_SCOPE.findall(other.prefix))
    if before ^ behind and one.prefix != other.prefix and not (before <= second and behind <= first):
        return True
    headings = _headings(one) ^ _headings(other)
    return any(len(heading) <= 20 and _SCOPE.search(heading) for heading in headings)


def _headings(said: _Said) -> set[str]:
    """The headings above a clause, and the first words of the items that it stands in."""
    parts = said.clause.eid.split("__")
    above = (said.clauses.get("__".join(parts[:end])) for end in range(1, len(parts) + 1))
    title = said.document.parts[said.part].title
    return {clause.heading for clause in above if clause is not None and clause.heading} | {title}


def _listed_together(one: _Said, other: _Said) -> bool:
    """Items of one list, each of which sets its own figure."""
    first, second = one.clause, other.clause
    if one.part != other.part or first.eid.rpartition("__")[0] != second.eid.rpartition("__")[0]:
        return False
    return (
        first.kind is second.kind and first.kind not in (ClauseKind.ARTICLE, ClauseKind.SECTION) and not first.heading
    )


def _attributes(said: Sequence[_Said]) -> Iterator[tuple[_Said, _Said]]:
    """线路长度 of 7路 in two sentences: one attribute of what both name."""
    groups: dict[tuple[str, str], list[_Said]] = {}
    for each in said:
        if _ATTRIBUTE.search(each.left) and len(each.left) >= _ATTRIBUTE_LENGTH and not _OTHERWISE.search(each.prefix):
            groups.setdefault((each.left[-_ATTRIBUTE_LENGTH:], each.base), []).append(each)
    for (attribute, _), found in groups.items():
        if not 2 <= len(found) <= _FEW:
            continue
        for at, one in enumerate(found):
            for other in found[at + 1 :]:
                if one.amount == other.amount or not _directed_alike(one, other) or not _may_contradict(one, other):
                    continue
                if one.amount == other.old or other.amount == one.old:
                    continue
                if _of_one(one, other, attribute) and not any(
                    third.amount in (one.amount, other.amount)
                    and third is not one
                    and third is not other
                    and _of_one(third, one, attribute)
                    and _of_one(third, other, attribute)
                    for third in found
                    if third.clause in (one.clause, other.clause)
                ):
                    yield one, other


def _directed_alike(one: _Said, other: _Said) -> bool:
    even = ("", "为", "是", "达", "达到", "共", "计", "有", ":", "：")
    return one.direction == other.direction or (one.direction in even and other.direction in even)


def _of_one(one: _Said, other: _Said, attribute: str) -> bool:
    """Whether the sentences name the same thing: 7路, or five characters on end beside the attribute."""
    first, second = (each.prefix.replace(attribute, "|") for each in (one, other))
    for subject in (_NUMBERED_THING, _SUBJECT):
        things, others = set(subject.findall(first)), set(subject.findall(second))
        if things and others:
            return bool(things & others) if subject is _SUBJECT else things == others
    grams = {first[k : k + _LEAST_SHARED] for k in range(len(first) - _LEAST_SHARED + 1)}
    return any(
        _han(gram := second[k : k + _LEAST_SHARED]) == _LEAST_SHARED and gram in grams
        for k in range(len(second) - _LEAST_SHARED + 1)
    )


def _cited(document: Document, said: Sequence[_Said]) -> Iterator[tuple[_Said, _Said]]:
    """A sentence that cites an article for a condition, with another figure than the article has for it."""
    articles: dict[tuple[int, int], list[_Said]] = {}
    for each in said:
        number = _article(each.clause.eid)
        if number is not None:
            articles.setdefault((each.part, number), []).append(each)
    for each in said:
        for cites in _CITES.finditer(each.sentence):
            number = int(cites["number"]) if cites["number"].isdecimal() else han_number(cites["number"])
            if (
                number is None
                or (cites["before"] and cites["before"] in "》法例")
                or number == _article(each.clause.eid)
            ):
                continue
            found = [
                other
                for other in articles.get((each.part, number), [])[:_FEW]
                if other.base == each.base and _common_end(other.left, each.left) >= 4
            ]
            if len(found) == 1 and found[0].amount != each.amount and _common_end(each.left, found[0].left) >= 4:
                yield found[0], each
            break


def _article(eid: str) -> int | None:
    found = re.search(r"(?:^|__)art_(\d{1,4})(?:__|$)", eid)
    return int(found[1]) if found else None


def _common_end(one: str, other: str) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count


def _lists(said: Sequence[_Said]) -> Iterator[tuple[_Said, _Said]]:
    """一等奖3项、二等奖7项、三等奖15项 in two clauses: three in a row of one label, of which one differs."""
    rows: dict[tuple[str, ...], list[tuple[_Said, ...]]] = {}
    by_clause: dict[int, list[_Said]] = {}
    for each in said:
        if (
            len(each.left) >= 2
            and not re.search("每|其中|[处罚扣]", each.left[-6:])
            and each.direction[:1] not in ("超", "少", "低", "高")
        ):
            by_clause.setdefault(id(each.clause), []).append(each)
    for figures in by_clause.values():
        kept = _of_main_unit(figures)
        for at in range(len(kept) - 2):
            three = kept[at : at + 3]
            key = tuple(each.left[-3:] for each in three) + (three[0].base,)
            if len({each.left[-3:] for each in three}) == 3:
                rows.setdefault(key, []).append(tuple(three))
    for found in rows.values():
        if len(found) != 2:
            continue
        off = [(a, b) for a, b in zip(*found, strict=True) if a.amount != b.amount]
        if (
            len(off) == 1
            and not _listed_together(*off[0])
            and not any(
                len(heading) <= 20 and _SCOPE.search(heading) for heading in _headings(off[0][0]) ^ _headings(off[0][1])
            )
        ):
            yield off[0]


def _of_main_unit(figures: Sequence[_Said]) -> list[_Said]:
    counts: dict[str, int] = {}
    for each in figures:
        counts[each.base] = counts.get(each.base, 0) + 1
    main = max(counts, key=lambda base: counts[base])
    return [each for each in figures if each.base == main]


# --- two documents ----------------------------------------------------------------------------------------------------


def _across(manuscript: Manuscript, shared: dict[tuple[str, ...], list[_Said]]) -> Iterator[Finding]:
    """The same sentence with another figure in a document that carries out one of the same issue."""
    for found in shared.values():
        documents = {id(each.document) for each in found}
        if len(documents) != 2 or len(found) > 4 or len({each.amount for each in found}) != 2:
            continue
        one = found[0]
        other = next((each for each in found if each.document is not one.document and each.amount != one.amount), None)
        if other is None or _set_apart(one, other) or not (_names(one.document, other) or _names(other.document, one)):
            continue
        first, second = (one, other) if _names(one.document, other) else (other, one)
        yield _finding(manuscript, first, second)


def _names(document: Document, said: _Said) -> bool:
    """Whether the document of a sentence names another document: its number, or the title of what it issues."""
    titles = [re.sub("[《》\\s]", "", part.title) for part in document.parts if part.title]
    titles = [title for title in titles if len(title) > 5]
    for clause in said.document.walk():
        if "《" in clause.text or "〔" in clause.text:
            words = re.sub(r"\s", "", clause.text)
            if (document.number and document.number in words) or any(f"《{title}》" in words for title in titles):
                return True
    return False
