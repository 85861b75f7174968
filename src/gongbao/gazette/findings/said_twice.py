"""One quantity with two values: a target, the size of a named project, a limit.

It must be the same thing: the same name, unit and year, the same sense of at least or at most. A name that has several
values in a document (完成投资 of one sector after another) is no name of one quantity, and nothing is told of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.findings.quantities import Figure, base_of, decimals_of, figures_in, han_number, plain
from gongbao.gazette.indicators import Change, Comparison, Indicator, TargetYear, find_indicators
from gongbao.gazette.model import Clause, ClauseKind, Document
from gongbao.gazette.tables import Kind, Table

_HAN = "\u4e00-\u9fff"
_OF_THE_CITY = re.compile(r"^(?:全[市县区省州]|我[市县区])(?:的)?|[“”\s]")
_DIRECTIONS = {
    Comparison.AT_LEAST: "up",
    Comparison.MORE: "up",
    Comparison.AT_MOST: "down",
    Comparison.LESS: "down",
    Comparison.EQUAL: "",
    Comparison.ABOUT: "about",
}
_NOT_ONE_THING = re.compile(r"^(?:每|其中|各|单个|部分)|每年|每个|分别|等\d?$")
_MANY_VALUES = 3
_SHORT = 16  # characters of a heading that says of what the clause is
_OF_ONE = re.compile(
    r"^[^，。]{1,12}(?:县|区|市|镇|乡)$|[一二三四ⅠⅡⅢⅣIV甲乙丙丁ABCD]\s?[级类档]|(?:重大|较大|一般)(?:突发|事件|事故|响应|项目)"
    r"|[一二三四]期|阶段|省级|市级|县级|国家级|城镇|农村|小学|初中|高中"
)

# --- named projects
_PROJECT_END = (
    r"项目|工程|中心|产业园|园区|公园|基地|医院|学校|大桥|隧道|公路|水厂"
    r"|电站|泵站|管网|市场|广场|小区|场馆|博物馆|图书馆|体育馆"
)
_PROJECT = re.compile(
    rf"[“《]?(?P<name>[{_HAN}A-Za-z0-9（）()·—\-]{{2,40}}?(?:{_PROJECT_END})(?:（?[一二三四]期）?)?"
    r"(?:建设项目|工程|项目)?)[”》]?"
)
_ATTRIBUTES = (
    ("总投资", re.compile(r"(?<!完成)(?<!年度)(?:计划|概算|估算|预计|项目)?总投资(?:额|概算|估算)?"), "元"),
    ("总建筑面积", re.compile(r"总建筑面积"), "平方米"),
    ("占地面积", re.compile(r"(?:总)?(?:占地|用地)(?:总)?面积"), ""),
    ("全长", re.compile(r"(?:线路|路线|道路)?全长|总长度?"), "公里"),
    ("新增床位", re.compile(r"新增床位数?"), "张"),
    ("总床位", re.compile(r"总床位数?"), "张"),
)
_BETWEEN = re.compile(r"\s*(?:（[^（）]{0,10}）)?(?:约为|约|为|达到|达|是|：|:|共|共计|合计)?\s*")
_LEADING_VERBS = re.compile(
    r"^(?:.*(?:推进|推动|实施|建设好?|启动|开工|建成|完成|支持|谋划|抓好|加快|同意|批准|包括|为|对|将|以|由|关于|原则同意|新建|本|该|请?按照?|根据|依据"
    r"|和|及|与)(?=.{4}))"
)
_NAME_COLUMN = re.compile(r"(?:项目|工程|建设项目|重点项目)?名称$|^项目$|^工程$")
_TOTAL_COLUMN = re.compile(r"^(?:计划|概算|估算|项目|预计)?总投资(?:额|概算|估算)?$")
_GENERIC = re.compile(
    r"^(?:本|该|此|其|各|每个?|单个|一个|重点|重大|上述|以上|拟建|新建|续建|在建)?"
    r"(?:建设|投资|政府投资)?(?:项目|工程|中心|基地|园区|学校|医院)$"
)

# --- limits
_LIMIT = re.compile(
    r"(?P<word>不得?超过|不得?高于|不得?大于|不得?多于|不得?低于|不得?少于|不得?小于|不得?短于"
    r"|最高(?:不超过|限额为|为)?|最长(?:不超过|为)?|至少|最低为?|为|≥|≤)"
    r"\s*(?P<per>每[^，。；\d]{1,6})?\s*(?P<value>\d{1,9}(?:\.\d{1,4})?|[一二三四五六七八九十]{1,3})\s*"
    r"(?P<unit>个?工作日|个?自然日|个月|日|天|年|小时|分钟|周岁|岁|[十百千万亿]{0,2}元(?:/[^，。；]{1,3})?|%|％|平方米|公里|米"
    r"|人|名|家|个|次|倍|亩|课时|学时|分贝|吨|毫米|厘米)"
)
_UP = re.compile("低于|少于|小于|短于|至少|最低|≥")
_DOWN = re.compile("超过|高于|大于|多于|最高|最长|≤")
_MODAL = re.compile(
    r"原则上|一般|应当|应该|应|须|必须|均|要|可以|可|不应|的?(?:最长|最高|最低|最短)|总计|合计|累计|严格|控制|其|，|、|的"
)
_CONDITION = re.compile(r"的，|[如若]|情况下|情形|每|其中|对于|属于|分别|除")
_LIMIT_NOUN = re.compile(
    r"期限?|时限|时间|时长|年限|面积|金额|额度|比例|标准|人数|数量|次数|距离|高度|宽度|厚度|深度|间隔|规模|资金|费用|保证金|租金|年龄"
    r"|资本|限额|总额|期|率|上限|下限|补贴|补助|容积|价格?|编制"
)
_SELF_TERM = re.compile(
    r"本(?P<what>办法|规定|细则|意见|方案|通知|规则|政策|措施|条例|标准|决定)[^。；]{0,60}?有效期限?为?\s*"
    r"(?P<value>\d{1,2}|[一二三四五六七八九十])\s*年"
)


_NAMED_WITH_UNIT = re.compile(r"(?:\d{1,3}[.．、])?(?P<name>[^（(]{3,40})(?:[（(](?P<unit>[^（）()]{1,8})[)）])?")
_PLAIN_TARGET = re.compile(r"[≥>＞≤<＜]?\s*(?P<value>\d{1,9}(?:\.\d{1,4})?)\s*(?P<unit>[%％])?")
# 市局应当自收到申请之日起5个工作日内审核.
_WITHIN = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{2,20}?)(?:应当|应该|应|须|必须)?(?:在|自)收到(?P<what>[^，。；]{2,16}?)(?:之日起|后)，?(?P<value>\d{1,3})"
    r"(?P<unit>个?工作日|日|天)内(?:予以|进行|作出|给予)?(?P<do>[\u4e00-\u9fff]{2})"
)


def figures_said_twice(manuscript: Manuscript) -> Iterator[Finding]:
    """Quantities to which the manuscript gives two values."""
    yield from _targets(manuscript)
    yield from _named(manuscript)
    for document in manuscript.gazette.documents:
        yield from _limits(manuscript, document)


@dataclass(frozen=True, slots=True)
class _Value:
    """A value with where it is said. `amount` is in the base unit, `step` what its last place is worth,
    `behind` the words that may tell two duties apart."""

    document: Document
    clause: Clause | None
    place: Place
    words: str
    amount: Decimal
    step: Decimal
    behind: str = ""


# --- targets ----------------------------------------------------------------------------------------------------------


def _targets(manuscript: Manuscript) -> Iterator[Finding]:
    said: dict[tuple[str, str, Change, int], list[tuple[Document, Indicator]]] = {}
    clauses = {id(document): _by_eid(document) for document in manuscript.gazette.documents}
    for document in manuscript.gazette.documents:
        in_tables = [each for table in manuscript.tables(document) for each in _of_years(document, table)]
        for indicator in (*find_indicators(document), *in_tables):
            name = _target_name(indicator)
            if indicator.year is None or len(name) < 4 or _NOT_ONE_THING.search(indicator.name):
                continue
            key = (name, base_of(indicator.unit)[0], indicator.change, indicator.year)
            said.setdefault(key, []).append((document, indicator))
    for (name, _, _, year), found in said.items():
        values = {(_amount(each), each.high) for _, each in found}
        if len(values) < 2 or len(values) >= _MANY_VALUES:
            continue
        (first_document, first) = found[0]
        (other_document, other) = next(
            each for each in found if _amount(each[1]) != _amount(first) or each[1].high != first.high
        )
        if not _comparable(first, other) or (
            first_document is other_document and first.eid == other.eid and "\t" not in first.quote
        ):
            continue
        if _yearly(first) != _yearly(other) or _of_one_place(
            clauses[id(first_document)], first.eid, clauses[id(other_document)], other.eid
        ):
            continue
        if _made_up_of(first, other) or _made_up_of(other, first):
            continue
        where = "" if first_document is other_document else f"（{name_of(other_document)}）"
        one, two = _place(manuscript, first_document, first), _place(manuscript, other_document, other)
        yield Finding(
            name_of(first_document),
            FindingKind.FIGURE,
            Severity.ERROR if first_document is other_document else Severity.WARNING,
            f"“{name}”{year}年目标此处为{first.value}{first.unit}，另一处{where}为{other.value}{other.unit}。",
            f"The target of {year} for “{name}” is {first.value}{first.unit} here and {other.value}{other.unit} "
            f"{'elsewhere' if not where else 'in ' + name_of(other_document)}.",
            (one, two),
            first.locator,
            first.eid,
        )


def _of_years(document: Document, table: Table) -> Iterator[Indicator]:
    """The rows of a table with a column of indicators and one for a year, as targets of that year."""
    name_at = next((k for k, name in enumerate(table.names) if re.fullmatch("(?:主要)?指标(?:名称)?", name)), None)
    if name_at is None or document.date is None:
        return
    for at, column in enumerate(table.names):
        year = re.fullmatch(r"(?P<year>20\d\d)年?(?:目标值?|预期目标|规划目标)?", column)
        if year is None or int(year["year"]) < document.date.year:
            continue
        for row in table.rows:
            named = _NAMED_WITH_UNIT.fullmatch(row.cells[name_at].printed)
            cell = _PLAIN_TARGET.fullmatch(row.cells[at].printed)
            if named is None or cell is None or row.line is None:
                continue
            unit = (cell["unit"] or named["unit"] or "").replace("％", "%")
            yield Indicator(
                document.number,
                table.locator,
                table.eid,
                row.line,
                named["name"].strip(),
                Comparison.EQUAL,
                Change.NONE,
                cell["value"],
                "",
                unit,
                int(year["year"]),
                TargetYear.HEADING,
                (),
                "\t".join(each.printed for each in row.cells),
            )


def _target_name(indicator: Indicator) -> str:
    name = _OF_THE_CITY.sub("", indicator.name)
    name = re.sub(r"（[^（）]*）$", "", name)
    return re.sub(r"^(?:力争|确保|实现|新增的?(?=.{12}))|(?:目标|指标|比上年|同比|力争|预期|实现)$", "", name)


def _amount(indicator: Indicator) -> Decimal:
    return Decimal(indicator.value).scaleb(base_of(indicator.unit)[1])


def _comparable(one: Indicator, other: Indicator) -> bool:
    first, second = _DIRECTIONS[one.comparison], _DIRECTIONS[other.comparison]
    return first == second or "" in (first, second)


def _yearly(indicator: Indicator) -> bool:
    """Whether the figure is a mean of years: 年均增长7%."""
    at = indicator.quote.find(indicator.value)
    return bool(re.search("年均|每年|平均|累计|新增", indicator.quote[max(0, at - 14) : max(0, at)]))


def _by_eid(document: Document) -> dict[str, Clause]:
    return {clause.eid: clause for clause in document.walk()}


def _of_one_place(one: Mapping[str, Clause], eid: str, other: Mapping[str, Clause], other_eid: str) -> bool:
    """Whether the clauses stand under headings of which one is of a county or a class that the other is not of."""
    first, second = _headings(one, eid), _headings(other, other_eid)
    return any(len(heading) <= _SHORT and _OF_ONE.search(heading) for heading in first ^ second)


def _headings(clauses: Mapping[str, Clause], eid: str) -> set[str]:
    """The headings of a clause and of those it stands in, without what says nothing of its scope."""
    parts = eid.split("__")
    above = (clauses.get("__".join(parts[:end])) for end in range(1, len(parts) + 1))
    return {clause.heading for clause in above if clause is not None and clause.heading}


def _made_up_of(one: Indicator, other: Indicator) -> bool:
    """新建12所、改扩建8所 beside 新建（改扩建）20所: figures beside the smaller make up the larger."""
    if _amount(one) >= _amount(other):
        return False
    base = base_of(one.unit)[0]
    rest = _amount(other) - _amount(one)
    return any(figure.base == base and figure.amount == rest for figure in figures_in(one.quote))


def _place(manuscript: Manuscript, document: Document, indicator: Indicator) -> Place:
    at = indicator.quote.find(indicator.value)
    quote = indicator.quote[max(0, at - 40) : at + 30]
    clause = next((clause for clause in document.walk() if clause.eid == indicator.eid), None)
    if clause is None or (indicator.line != clause.line and "\t" in indicator.quote):
        return Place(indicator.line, shortened(quote))
    start = clause.text.find(quote)
    if start < 0:
        return Place(indicator.line, shortened(quote))
    return Place(manuscript.line_of(clause, start + min(at, 40), start + min(at, 40) + 14), shortened(quote))


# --- named projects ---------------------------------------------------------------------------------------------------


def _named(manuscript: Manuscript) -> Iterator[Finding]:
    values: dict[tuple[str, str], list[_Value]] = {}
    for document in manuscript.gazette.documents:
        for table in manuscript.tables(document):
            rows = list(_in_rows(document, table))
            # One name on several rows is that of several things.
            lines: dict[str, set[int]] = {}
            for name, _, value in rows:
                lines.setdefault(name, set()).add(value.place.line)
            for name, attribute, value in rows:
                if len(lines[name]) == 1:
                    values.setdefault((name, attribute), []).append(value)
    names = {name for name, _ in values}
    for document in manuscript.gazette.documents:
        for clause in document.walk():
            at = 0
            for words in clause.text.split("\n"):
                if "\t" not in words and re.search(r"\d", words):
                    for name, attribute, value in _in_sentences(manuscript, document, clause, words, at, names):
                        values.setdefault((name, attribute), []).append(value)
                at += len(words) + 1
    for (name, attribute), found in values.items():
        if len(found) < 2 or _GENERIC.match(name) or len(name) < 5:
            continue
        first = found[0]
        others = [each for each in found[1:] if not _agree(first, each)]
        if not others or len({each.amount for each in found}) >= _MANY_VALUES:
            continue
        # What the text says is mended by the table.
        one, two = (others[0], first) if first.clause is None and others[0].clause is not None else (first, others[0])
        where = "" if one.document is two.document else f"（{name_of(two.document)}）"
        yield Finding(
            name_of(one.document),
            FindingKind.FIGURE,
            Severity.ERROR if one.document is two.document else Severity.WARNING,
            f"“{name}”{attribute}此处为{one.words}，另一处{where}为{two.words}。",
            f"“{name}” has {attribute} {one.words} here and {two.words} "
            f"{'elsewhere' if not where else 'in ' + name_of(two.document)}.",
            (one.place, two.place),
            one.clause.locator if one.clause else "",
            one.clause.eid if one.clause else "",
        )


def _agree(one: _Value, other: _Value) -> bool:
    """Whether two values are the same, one perhaps rounded."""
    if one.amount == other.amount:
        return True
    coarse, fine = (one, other) if one.step >= other.step else (other, one)
    return coarse.step > fine.step and abs(one.amount - other.amount) < coarse.step


def _in_rows(document: Document, table: Table) -> Iterator[tuple[str, str, _Value]]:
    name_at = next((k for k, name in enumerate(table.names) if _NAME_COLUMN.search(name)), None)
    if name_at is None:
        return
    for at, column in enumerate(table.columns):
        attribute = (
            "总投资" if _TOTAL_COLUMN.match(re.sub(r"（[^（）]*）", "", column.name.rpartition(" / ")[2])) else ""
        )
        if not attribute or column.kind is not Kind.MONEY or not column.unit:
            continue
        for row in table.rows:
            cell, name = row.cells[at], row.cells[name_at]
            if cell.kind is not Kind.MONEY or cell.value is None or not name.value or name.filled:
                continue
            value = Decimal(cell.value)
            power = base_of(column.unit)[1]
            place = Place(row.line or table.line, shortened(" ".join(c.printed for c in row.cells if c.printed)))
            key = _squeezed(name.value)
            yield (
                key,
                attribute,
                _Value(
                    document,
                    None,
                    place,
                    f"{plain(value)}{column.unit}",
                    value.scaleb(power),
                    Decimal(1).scaleb(power - decimals_of(value)),
                ),
            )
            # What the words of the row say of it: 总投资5000万元 among what is to be built.
            for other in row.cells:
                if len(other.printed) > 12 and other is not name and (figure := _said_in(other.printed)):
                    words = shortened(other.printed)
                    step = Decimal(1).scaleb(base_of(figure.unit)[1] - decimals_of(figure.value))
                    yield (
                        key,
                        attribute,
                        _Value(document, None, Place(place.line, words), figure.words, figure.amount, step),
                    )


def _said_in(words: str) -> Figure | None:
    """The only 总投资 that a cell of words states."""
    found = list(_ATTRIBUTES[0][1].finditer(words))
    if len(found) != 1 or not (between := _BETWEEN.match(words, found[0].end())):
        return None
    behind = words[between.end() : between.end() + 24]
    return next((f for f in figures_in(behind) if f.start == 0 and f.base == "元" and f.exact), None)


def _in_sentences(
    manuscript: Manuscript, document: Document, clause: Clause, words: str, at: int, names: set[str]
) -> Iterator[tuple[str, str, _Value]]:
    for attribute, pattern, unit in _ATTRIBUTES:
        for found in pattern.finditer(words):
            between = _BETWEEN.match(words, found.end())
            start = between.end() if between else found.end()
            figure = next((f for f in figures_in(words[start : start + 24]) if f.start == 0), None)
            if figure is None or not figure.exact or (unit and figure.base != unit) or not figure.base:
                continue
            name = _name_before(words[max(0, found.start() - 80) : found.start()], names)
            if name is None:
                continue
            yield (
                name,
                attribute if unit else f"{attribute}（{figure.base}）",
                _Value(
                    document,
                    clause,
                    manuscript.place(clause, at + max(0, found.start() - 20), at + start + figure.end),
                    figure.words,
                    figure.amount,
                    Decimal(1).scaleb(base_of(figure.unit)[1] - decimals_of(figure.value)),
                ),
            )


def _name_before(before: str, names: set[str]) -> str | None:
    """The project that a sentence is about: named last before the words, with nothing but punctuation between."""
    sentence = re.split("[。；]", before)[-1]
    found = None
    for found in _PROJECT.finditer(sentence):  # noqa: B007 - the last is wanted
        pass
    if found is None or len(re.findall("[，、]", sentence[found.end() :])) > 3:
        return None
    if re.search("[、和及与]$", sentence[: found.start()]):
        return None  # several projects together
    run = _squeezed(found["name"])
    for start in range(len(run) - 3):
        if run[start:] in names:
            return run[start:]
    return _LEADING_VERBS.sub("", run)


def _squeezed(words: str) -> str:
    return re.sub(r"[\s“”《》]", "", words)


# --- limits -----------------------------------------------------------------------------------------------------------


def _limits(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    said: dict[tuple[str, str, str], list[_Value]] = {}
    clauses = _by_eid(document)
    for clause in document.walk():
        at = 0
        for words in clause.text.split("\n"):
            if "\t" not in words:
                for key, value in _limits_in(manuscript, document, clause, words, at):
                    said.setdefault(key, []).append(value)
            at += len(words) + 1
    for (subject, _, _), found in said.items():
        if len(found) < 2 or len({value.amount for value in found}) != 2 or len(found) > 4:
            continue
        first = found[0]
        other = next(value for value in found if value.amount != first.amount)
        if not (first.behind.startswith(other.behind) or other.behind.startswith(first.behind)):
            continue
        assert first.clause is not None
        assert other.clause is not None
        if (
            first.clause is other.clause
            or _beside(first.clause, other.clause)
            or _items(clauses, first.clause, other.clause)
            or _of_one_place(clauses, first.clause.eid, clauses, other.clause.eid)
        ):
            continue
        yield Finding(
            name_of(document),
            FindingKind.FIGURE,
            Severity.WARNING,
            f"“{subject}”此处为{first.words}，另一处为{other.words}。",
            f"“{subject}” is {first.words} here and {other.words} elsewhere.",
            (first.place, other.place),
            first.clause.locator,
            first.clause.eid,
        )


def _beside(one: Clause, other: Clause) -> bool:
    """Whether two clauses are items of one list, each of which sets its own limit."""
    return (
        one.kind is other.kind
        and one.kind not in (ClauseKind.SECTION, ClauseKind.ARTICLE, ClauseKind.PARAGRAPH)
        and not one.heading
        and one.eid.rpartition("__")[0] == other.eid.rpartition("__")[0]
    )


def _items(clauses: Mapping[str, Clause], one: Clause, other: Clause) -> bool:
    """Whether both clauses are items below words that end in a colon, and so are of what those words name."""
    above = [clauses.get(clause.eid.rpartition("__")[0]) for clause in (one, other)]
    return all(clause is not None and clause.text.rstrip().endswith(("：", ":")) for clause in above)


def _limits_in(
    manuscript: Manuscript, document: Document, clause: Clause, words: str, at: int
) -> Iterator[tuple[tuple[str, str, str], _Value]]:
    for term in _SELF_TERM.finditer(words):
        value = _number(term["value"])
        if value is not None:
            place = manuscript.place(clause, at + term.start("value") - 4, at + term.end())
            yield (
                (f"本{term['what']}有效期", "", "年"),
                _Value(document, clause, place, f"{term['value']}年", value, value),
            )
    for found in _WITHIN.finditer(words):
        who = re.sub("(?:应当|应该|应|须|必须)$", "", found["who"])
        what = re.split("[，。；、）\\s]", words[found.end() : found.end() + 4])[0]
        subject = f"{who}收到{found['what']}后{found['do']}"
        place = manuscript.place(clause, at + found.start(), at + found.end())
        value = Decimal(found["value"])
        words_of = f"{found['value']}{found['unit']}"
        yield (
            (subject, "within", found["unit"][-1]),
            _Value(document, clause, place, words_of, value, value, what),
        )
    for found in _LIMIT.finditer(words):
        value = _number(found["value"])
        if value is None:
            continue
        before = words[max(0, found.start() - 60) : found.start()]
        sentence = re.split("[。；：]", before)[-1]
        if "（" in sentence and "）" not in sentence:
            continue
        segments = [segment for segment in sentence.split("，") if segment]
        if not segments or _CONDITION.search(sentence):
            continue
        subject = _MODAL.sub("", segments[-1]) or _MODAL.sub("", segments[-2] if len(segments) > 1 else "")
        if len(segments) > 1 and len(_MODAL.sub("", segments[-1])) < 4:
            subject = _MODAL.sub("", segments[-2])
        subject = re.sub(r"\s", "", subject)
        if len(subject) < 5 or not _LIMIT_NOUN.search(subject[-3:]) or re.search(r"\d", subject):
            continue
        direction = "up" if _UP.search(found["word"]) else "down" if _DOWN.search(found["word"]) else ""
        unit = found["unit"].replace("％", "%")
        base, power = base_of(unit)
        same = {"日": "天", "个工作日": "工作日", "个自然日": "天", "自然日": "天"}.get(base, base)
        yield (
            (subject, direction, (found["per"] or "") + same),
            _Value(
                document,
                clause,
                manuscript.place(clause, at + max(0, found.start() - len(segments[-1])), at + found.end()),
                f"{found['value']}{unit}",
                value.scaleb(power),
                value,
            ),
        )


def _number(words: str) -> Decimal | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", words):
        return Decimal(words)
    number = han_number(words)
    return None if number is None else Decimal(number)
