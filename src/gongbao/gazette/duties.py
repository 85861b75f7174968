"""Who must do what by when.

Duties stand in three places: in a bracket at the end of a task (（市A局牵头，市B局配合）) or in a paragraph of its
own that begins with 责任单位：; in a sentence that names a unit and a deadline (各单位应于每月25日前报送…); and in
one that gives a unit something to see to (由X负责, X：牵头…). Units are told by how they are written; a list of the
city's units is not needed, and would be wrong after the next reform.

What is not found here is not thereby nobody's duty: a sentence whose unit or deadline cannot be told is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from gongbao.gazette.deadlines import Deadline, DeadlineKind, Relation, read_deadlines
from gongbao.gazette.model import Clause, Document


@dataclass(frozen=True, slots=True)
class Units:
    """Who is responsible. `others` says that the text adds 等: units that it does not name."""

    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    others: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that somebody must do, with one deadline at most: a task with two deadlines is several duties.

    `lead` is who does it or is answerable for it (负责, 牵头, 责任单位, the subject of 应当), `support` who helps
    (配合, and 负责 behind a 牵头); brackets inside names are （ ）. Neither is known where the sentence has a deadline
    and names nobody. `duty` is the task in the document's words, with …… for what was left out; `quote` is the
    passage letter by letter, from the clause `locator` or the paragraph behind it that says who is responsible.
    """

    document: str
    locator: str
    eid: str
    line: int
    lead: tuple[str, ...]
    support: tuple[str, ...]
    others: bool
    duty: str
    deadline: Deadline | None
    quote: str

    def as_dict(self) -> dict[str, object]:
        """What the JSON prints."""
        return {
            "document": self.document,
            "clause": self.locator,
            "eid": self.eid,
            "line": self.line,
            "lead": list(self.lead),
            "support": list(self.support),
            "others": self.others,
            "duty": self.duty,
            "deadline": self.deadline.as_dict() if self.deadline else None,
            "quote": self.quote,
        }


_HAN = "\u4e00-\u9fff"
_DUTY_LENGTH = 200
_QUOTE_LENGTH = 600
_BRACKET_LENGTH = 1500


# --- units --------------------------------------------------------------------------------------------------------

# What the name of a unit ends in. (区|县|市: 禹州市, 建安区 in brackets; not enough for the subject of a sentence.)
_BODY = (
    r"委员会|委|局|厅|人民政府|政府|管委会|办公室|办公厅|办事处|办|中心|法院|检察院|研究院|医院|院|部门|部|指挥部|小组|专班|工作组|专项组|组"
    r"|公司|集团|企业|机构|机关|单位|组织|协会|学会|联合会|联席会议|委会|工会|总工会|妇联|残联|工商联|科协|文联|侨联|团市委|团委"
    r"|支队|大队|海关|银行|支行|分行|分局|总站|监测站|站|所|社|供销社|报社|电视台|电台|学校|高校|院校|乡镇|街道|业主|主体|各地"
)
_UNIT_END = re.compile(
    rf"(?:{_BODY}|省|市|县|区|示范区|开发区|镇|乡|村|馆|园|队|台|处|科|会|室)(?:（[^（）]{{1,14}}）)?$"
)
_LIST_MARK = re.compile(r"[、，,；;]")
# 和 between two units, and not the 和 of 市自然资源和规划局.
_AND = re.compile(r"(?:以及|及|和|与)其?")
_AND_SECOND = re.compile(r"各|市|省|县|区|有关|相关|其他|其它|所在|属地|乡|镇|街道")
_WHOLE_BODY = re.compile(rf"(?:{_BODY})(?:（[^（）]{{1,14}}）)?$")
_TRAILING = re.compile(r"(?:分别|共同|联合|具体|统一|各自|要){1,3}$")
_AND_OTHERS = re.compile(r"等(?:市直|市级|有关|相关|各|多个|成员|职能){0,3}(?:部门|单位|机构){0,2}(?:和单位)?$")
_LEADING = re.compile(r"^(?:由|和|及|以及|与|会同|其中|并由|主要由|[：:\s])+")


def split_units(text: str) -> tuple[list[str], bool]:
    """The units of a list, and whether the list says that there are others (等). 〔 〕 become （ ）."""
    out: list[str] = []
    others = False
    for piece in _pieces(text.replace("〔", "（").replace("〕", "）"), _LIST_MARK):
        for name in _split_and(piece):
            name = _LEADING.sub("", name.strip(" 。：:"))
            bare = _AND_OTHERS.sub("", name)
            if bare != name:
                others = True
            name = _TRAILING.sub("", bare).strip()
            if 2 <= len(name) <= 40 and name not in out:
                out.append(name)
    return out, others


def _split_and(piece: str) -> list[str]:
    out: list[str] = []
    start = 0
    for found in _AND.finditer(piece):
        left, right = piece[start : found.start()], piece[found.end() :]
        second = _AND_SECOND.match(right) or (len(right) > 3 and _WHOLE_BODY.search(left) and _WHOLE_BODY.search(right))
        if second and (_UNIT_END.search(left) or _AND_OTHERS.search(left)):
            out.append(left)
            start = found.end()
    return [*out, piece[start:]]


def is_unit(name: str) -> bool:
    """Whether a name is written like that of a unit."""
    return bool(_UNIT_END.search(name)) and not re.search(r"[，。；：]", name)


def _pieces(text: str, marks: "re.Pattern[str]") -> list[str]:
    """The text cut at marks that stand outside brackets and quotation marks."""
    out: list[str] = []
    depth, start = 0, 0
    for at, char in enumerate(text):
        if char in "（(“《〔":
            depth += 1
        elif char in "）)”》〕":
            depth = max(0, depth - 1)
        elif depth == 0 and marks.match(char):
            out.append(text[start:at])
            start = at + 1
    out.append(text[start:])
    return out


# --- what a bracket says ------------------------------------------------------------------------------------------

_LABEL = re.compile(
    r"(?P<label>(?:牵头|主要|第一|主办|主责|承办|实施)?(?:责任|牵头|主办|主责|承办|实施)(?:单位|部门|主体|处室)"
    r"|(?:配合|协办|参与|支持|协助|协同)(?:责任)?(?:单位|部门)|责任领导|责任人|完成时[间限]|时间节点|时限)\s?[：:]"
)
_VERB = re.compile(
    r"(?:分别|共同|联合|具体|统一|总)?(?:负责牵头|牵头)"
    r"|按照?(?:各自)?(?:职责|职能)(?:分工|权限)?(?:负责|落实|做好|配合|抓好)?"
    r"|(?:分别|共同|具体|各自|联合|一并)*(?:负责(?!人)|承担|落实)"
    r"|(?:积极|予以|共同)?(?:配合|协助|协办|参与|支持)|指导(?=$|[，、；])|督导(?=$|[，、；])"
)
_SAYS_WHO = re.compile(
    r"(?:负责|牵头|配合|协助|参与|落实|承担|支持|指导|负责牵头汇总|汇总|建立|实施|组织实施|推进|督导)$"
)
_SEGMENT = re.compile("[，,；;。]")
_BY_WHEN = re.compile(
    r"[^：:]{0,12}[年月日底末初旬度时前内](?:之?前|以前|底|末|内)?"
    r"(?:全面|全部|基本)?(?:完成|落实到位|落实|建成|完工|办结|到位|实施|开工|竣工|投用|达到)?"
)


def read_responsibility(words: str) -> Units | None:
    """Who is responsible by the words inside a bracket at the end of a task; None where they do not say it.

    Where somebody 牵头, those who 负责 beside them are support; where nobody does, all who 负责 are lead.
    """
    words = _without_time(words.strip(" 。；，"))
    first = words.split("。")[0]
    labels = list(_LABEL.finditer(words))
    if labels and labels[0].start() == 0:
        units = _labelled(words, labels)
    elif _SAYS_WHO.search(first) and "：" not in first:
        units = _told(first)
    else:
        return None
    return units if any(is_unit(name) for name in (*units.lead, *units.support)) else None


def _without_time(words: str) -> str:
    """The words of a bracket without the segments at their end that say by when: …，2022年6月30日前完成."""
    while (cut := max(words.rfind("，"), words.rfind("；"), words.rfind(","))) >= 0 and _BY_WHEN.fullmatch(
        words, cut + 1
    ):
        words = words[:cut]
    return words


def _labelled(words: str, labels: "list[re.Match[str]]") -> Units:
    lead: list[str] = []
    support: list[str] = []
    others = False
    leads = any("牵头" in label["label"] or "主办" in label["label"] for label in labels)
    for label, behind in zip(labels, [*labels[1:], None], strict=True):
        body = words[label.end() : behind.start() if behind else len(words)].strip(" ，；。")
        name = label["label"]
        if re.match(r"完成|时|责任人|责任领导", name):
            continue
        told = _told(body) if _VERB.search(body) else None
        if told is not None:
            lead += told.lead
            support += told.support
            others |= told.others
            continue
        units, more = split_units(body)
        others |= more
        helps = re.match(r"配合|协|参与|支持", name) or (leads and not re.search("牵头|主办", name))
        (support if helps else lead).extend(units)
    return _units(lead, support, others)


def _units(lead: list[str], support: list[str], others: bool) -> Units:
    first = tuple(dict.fromkeys(lead))
    return Units(first, tuple(name for name in dict.fromkeys(support) if name not in first), others)


def _told(words: str) -> Units:
    lead: list[str] = []
    support: list[str] = []
    pending: list[str] = []
    others = False
    for segment in _pieces(words, _SEGMENT):
        verb = _VERB.search(segment)
        names, more = split_units(segment[: verb.start()] if verb else segment)
        others |= more
        pending += names
        if verb is None:
            continue
        said = segment[verb.start() :]
        if "牵头" in said:
            role = lead
        elif re.match(r"(?:积极|予以|共同)?(?:配合|协|参与|支持|指导|督导)", said):
            role = support
        else:
            role = support if lead else lead
        role += pending
        pending = []
    (support if lead else lead).extend(pending)
    return _units(lead, support, others)


@dataclass(frozen=True, slots=True)
class _Bracket:
    start: int
    end: int
    units: Units
    blanket: Units | None  # 以下均需各县落实，不再列出


_BLANKET = re.compile(r"以下均(?:需|由|须)(?P<who>[^。；]{2,80}?)(?:负责)?落实，不再(?:一一)?列出")


def _brackets(text: str) -> list[_Bracket]:
    """Outermost brackets that say who is responsible.

    Page recognition closes （ with ), and loses the end of （责任单位：…）: then the line ends it.
    """
    out: list[_Bracket] = []
    depth, start = 0, 0
    for at, char in enumerate(text + "\n"):
        if char in "（(":
            if depth == 0:
                start = at
            depth += 1
        elif char in "）)" and depth:
            depth -= 1
            if depth == 0:
                _put_bracket(out, text, start, at, at + 1)
        elif char == "\n":
            if depth and _LABEL.match(text, start + 1):
                _put_bracket(out, text, start, at, at)
            depth = 0
    return out


def _put_bracket(out: list[_Bracket], text: str, start: int, end: int, behind: int) -> None:
    if end - start > _BRACKET_LENGTH:
        return
    words = text[start + 1 : end]
    units = read_responsibility(words)
    if units is not None:
        blanket = _BLANKET.search(words)
        names = tuple(split_units(blanket["who"])[0]) if blanket else ()
        out.append(_Bracket(start, behind, units, Units((), names) if names else None))


# --- sentences ----------------------------------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^。；！？\n]{1,4000}[。；！？]?")
_DEADLINES_IN_A_SENTENCE = 30
_NAME = rf"(?:[{_HAN}“”、]|（[^（）]{{1,14}}）|〔[^〔〕]{{1,14}}〕)"
_ACTOR_END = (
    rf"(?:{_BODY}|征收人|申请人|当事人|参保人员|选手|经营者|省辖市|县（市）|县〔市〕|（市、区）|〔市、区〕|（管委会）|〔管委会〕"
    r"|示范区|开发区|街道办)"
)
_ACTOR = rf"(?P<who>(?:\d{{1,3}}个)?{_NAME}{{0,70}}?{_ACTOR_END})"
# What stands behind a name that is the subject.
_MARK = (
    r"(?:应当|应该|应|要(?![求素件点])|须|需(?!求)|必须|负责(?!人)|牵头|会同|统一|定期|分别|按|根据|依据|依照|结合|组织"
    r"|将|于|在|每|对|向|接到|收到|自|从|汇总|梳理|原则上|不得|\d|通过|及时|提出|报|编制|制定|印发|开展|完成|召开|提前)"
)
_SUBJECT = re.compile(
    r"(?:同时|其中|原则上|并且|并|且|此外|另外|[一二三四五六]是|届时|随后|之后){0,2}[，,：]?" + _ACTOR + f"(?={_MARK})"
)
_BY_UNIT = re.compile("由" + _ACTOR + f"(?={_MARK}|审|核|办|承|实施|支付|下达|提交|受理|调|落实|执行|建|出具|给予|每)")
_MUST = re.compile(r"应当|应该|应|必须|(?<![主重需])要(?![求素件点])|须|需(?![求要])|负责|原则上|力争|确保")
_ACTION = re.compile(
    r"报|提交|完成|完工|办结|公示|公布|公告|告知|通知|送达|作出|答复|签订|备案|拨付|支付|开工|竣工|建成|投入使用|投用|制定|印发|出台|编制"
    r"|召开|通报|汇总|移交|上传|反馈|核查|检查|验收|发布|举行|举办|演练|调度|抄送|建立|实施|实现|改造|整治|落实|启动|更新|调整|核算|申请"
    r"|审核|决定|评估|评价|申报|发放|兑现|修复|培养|培训|配备|整改|确认|处理|具备|检测|登记|达到|修编"
)
# A condition or a definition, and nothing that is to be done.
_CONDITION = re.compile(r"^[^，。；]{0,80}的[。；]?$|^(?:有|符合|具有)下列|逾期|之一的")
_PAST = re.compile(r"^(?:截至|截止|近年来|20\d{2}年以来)")
_ENDS_IN_CONDITION = re.compile(r"[^，。；]{0,40}的[，；。]|[^，。；：]{0,20}的(?:事项|新建项目|项目)[（：；。]")
_PURPOSE = re.compile(r"(?:为实现|为确保|为)$")
_MAY = re.compile(r"可以?(?:在|于|自)?$")
_SEEING_TO = r"(?:具体|统一|共同|分别|主要|全面)?(?:负责(?!人|的|同志)|牵头(?!部门|单位|人|的|协调机制))"
_SEES_TO = re.compile(r"(?:并|同时|其中)?由?" + _ACTOR + f"(?={_SEEING_TO}[^，。；）、][^，。；）])")
_BY_SEES_TO = re.compile("由" + _ACTOR + f"(?={_SEEING_TO})")
_ROLE = re.compile(rf"(?P<who>{_NAME}{{2,60}}?{_ACTOR_END})\s?[：:]")
_SUBJECT_END = re.compile(rf"{_ACTOR_END}(?:（[^（）]{{1,14}}）)?$")
_NO_SUBJECT = re.compile(
    r"^(?:为|对|将|把|在|与|以|从|按|经|使|向|给|于|因|凡|依|根|不|未|已|报|送|通知|通过|督促|组织(?!部)|协调|指导|选择|责任报告)"
    r"|的|以上|以下|同一|有无|是否|成为|作为|属于|进入|设立|成立|建立|下设"
)


def _is_subject(name: str) -> bool:
    return bool(_SUBJECT_END.search(name)) and not _NO_SUBJECT.search(name) and len(name) <= 40


def _named(words: str) -> Units | None:
    names, others = split_units(re.sub(r"^[^、]*由", "", words))
    if names and names[-1].endswith(("部门", "机构")) and _is_subject(names[-1]):
        names = [
            name for name in names if _is_subject(name) or re.fullmatch(f"[{_HAN}]{{2,10}}", name)
        ]  # 县级民政、乡村振兴部门
    else:
        names = [name for name in names if _is_subject(name)]
    return Units(tuple(names), (), others) if names else None


def _actor(sentence: str, deadline: Deadline) -> Units | None:
    """The unit that is to do what the deadline stands for: in its own segment, right behind it, or before it."""
    at = deadline.end - 1
    begin = max(0, deadline.start - 200)
    starts = [begin] if begin == 0 else []
    for k in range(begin, at):
        if sentence[k] in "，；：," or (sentence[k] == "（" and "）" not in sentence[k:at]):
            starts.append(k + 1)
    own, *earlier = reversed(starts[-6:] or [begin])
    ahead = deadline.end + (1 if sentence[deadline.end : deadline.end + 1] in ("，", ",") else 0)
    units = _subject_from(sentence, own, at)
    if units is None and (found := _BY_UNIT.match(sentence, ahead) or _SUBJECT.match(sentence, ahead)):
        units = _named(found["who"])
    for start in earlier:
        if units is not None:
            break
        units = _subject_from(sentence, start, at)
    return units


def _subject_from(sentence: str, start: int, stop: int) -> Units | None:
    """The subject of the segment at `start`: 由X where it stands before `stop`, else what the segment begins with."""
    end = min(len(sentence), stop + 1, start + 200)
    by = list(_BY_UNIT.finditer(sentence, start, end))
    for found in (*reversed(by[-3:]), _SUBJECT.match(sentence, start, end)):
        if found is not None:
            units = _named(found["who"])
            if units is not None:
                return units
    return None


# --- the clauses --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    document: str
    issued: date | None
    clause: Clause

    def duty(self, units: Units, words: str, deadline: Deadline | None, quote: str) -> Duty:
        clause = self.clause
        return Duty(
            self.document,
            clause.locator,
            clause.eid,
            clause.line,
            units.lead,
            units.support,
            units.others,
            words,
            deadline,
            quote,
        )


def find_duties(document: Document) -> list[Duty]:
    """All duties of a document, in reading order."""
    out: list[Duty] = []
    for part in document.parts:
        out += duties_of(part.clauses, document.number, document.date)
    return out


def duties_of(clauses: Sequence[Clause], number: str, issued: date | None) -> list[Duty]:
    """The duties in the clauses of one part and what stands below them.

    `number` and `issued` are the document's number and date. Time grows linearly with the text.
    """
    reader = _Reader(number, issued)
    reader.read(clauses, None)
    return reader.out


@dataclass(frozen=True, slots=True)
class Said:
    """Who is responsible for the words of a clause up to `end` of its text."""

    end: int
    units: Units


def responsibility(clauses: Sequence[Clause]) -> dict[int, list[Said]]:
    """For each clause that has somebody responsible, by its `id`: who that is for which of its words, in order."""
    out: dict[int, list[Said]] = {}
    _responsibility(clauses, None, out)
    return out


def _responsibility(clauses: Sequence[Clause], parent: Clause | None, out: dict[int, list[Said]]) -> None:
    for answer in _answers(clauses, parent).values():
        for part in (answer.target, *answer.parts):
            out.setdefault(id(part), [Said(len(part.text), answer.units)])
    for clause in clauses:
        brackets = _brackets(clause.text)
        if brackets and not clause.text.strip().startswith(("（责任", "责任")):
            out[id(clause)] = [Said(bracket.start, bracket.units) for bracket in brackets]
        _responsibility(clause.children, clause, out)


class _Reader:
    """Goes through the clauses of a part; remembers what was said for all that follows."""

    def __init__(self, number: str, issued: date | None) -> None:
        self.number = number
        self.issued = issued
        self.blanket: tuple[str, ...] = ()
        self.out: list[Duty] = []

    def read(self, clauses: Sequence[Clause], parent: Clause | None) -> None:
        answers = _answers(clauses, parent)
        for clause in clauses:
            alone = answers.get(id(clause))
            if alone is not None and alone.answer is clause:
                self._attached(alone)
            elif alone is not None:
                units = self._with_blanket(alone.units)
                self._sentences(_Place(self.number, self.issued, alone.target), clause.text, units)
                self.read(clause.children, clause)
            else:
                self._clause(clause)
                self.read(clause.children, clause)

    def _attached(self, answer: "_Answer") -> None:
        words = [] if answer.target in answer.parts else [_joined(answer.target.heading, answer.target.text)]
        words += [_joined(part.heading, part.text) for part in answer.parts]
        place = _Place(self.number, self.issued, answer.target)
        task = _shortened("\n".join(word for word in words if word))
        self.out.append(place.duty(self._with_blanket(answer.units), task, None, answer.answer.text[:_QUOTE_LENGTH]))

    def _with_blanket(self, units: Units) -> Units:
        if not self.blanket:
            return units
        return replace(units, support=_units(list(units.lead), [*units.support, *self.blanket], False).support)

    # A clause by itself.

    def _clause(self, clause: Clause) -> None:
        place = _Place(self.number, self.issued, clause)
        if self._role(place):
            return
        text = clause.text if clause.text else clause.heading
        at = 0
        for bracket in _brackets(text):
            words = text[at : bracket.start].strip().lstrip("。；，")
            head = clause.heading if at == 0 and clause.text else ""
            task = _joined(head, words)
            if task:
                self._task(place, task, words or head, text[at : bracket.end], bracket)
            if bracket.blanket is not None:
                self.blanket = bracket.blanket.support
            at = bracket.end
        self._sentences(place, text[at:], None)

    def _task(self, place: _Place, task: str, words: str, quote: str, bracket: _Bracket) -> None:
        units = self._with_blanket(bracket.units)
        deadlines = read_deadlines(words, self.issued)
        # （…，完成时限：2022年6月30日前）: the day of the whole task.
        named = read_deadlines(quote[bracket.start - bracket.end :], self.issued)
        deadline = named[0] if len(named) == 1 else None
        single = len(deadlines) == 1 and len(_SENTENCE.findall(words[:_QUOTE_LENGTH])) == 1
        bracketed = quote[-(bracket.end - bracket.start) :]
        shown = quote.strip() if len(quote) <= _QUOTE_LENGTH else quote[-_QUOTE_LENGTH:]
        if len(bracketed) > _QUOTE_LENGTH:
            shown = bracketed
        if deadline is None and single and _actor(words, deadlines[0]) is None:
            self.out.append(place.duty(units, _shortened(task), deadlines[0], shown))
            return
        self.out.append(place.duty(units, _shortened(task), deadline, shown))
        self._sentences(place, words, units)

    def _role(self, place: _Place) -> bool:
        """（一）市商务局：牵头…: a clause that tells one unit its part."""
        clause = place.clause
        if not clause.number or "\t" in clause.text:
            return False
        heading = clause.heading.rstrip()
        found = _ROLE.fullmatch(heading) if heading else _ROLE.match(clause.text)
        units = _named(found["who"]) if found else None
        if found is None or units is None:
            return False
        words = clause.text if heading else clause.text[found.end() :]
        if len(words.strip()) < 4:
            return False
        self.out.append(place.duty(units, _shortened(words), None, clause.text[:_QUOTE_LENGTH]))
        self._sentences(place, words, units, roles=False)
        return True

    def _sentences(self, place: _Place, text: str, units: Units | None, *, roles: bool = True) -> None:
        before: Units | None = None
        for line in text.split("\n"):
            if "\t" in line:
                continue  # a table is read as a table
            for found in _SENTENCE.finditer(line):
                sentence = found[0]
                told = self._dated(place, sentence, units, before)
                if roles:
                    self._seeing_to(place, sentence, told)
                before = _first_subject(sentence)

    def _dated(self, place: _Place, sentence: str, units: Units | None, before: Units | None) -> set[str]:
        """Duties with a deadline. `units` is what a bracket says, `before` the subject of the sentence before."""
        told: set[str] = set()
        if _CONDITION.search(sentence[:400]) or _PAST.search(sentence):
            return told
        if sentence.rstrip("。；").endswith("的") and not re.search("应当|(?<!响)应|须|不得", sentence):
            return told
        for deadline in read_deadlines(sentence, self.issued)[:_DEADLINES_IN_A_SENTENCE]:
            behind = sentence[deadline.end : deadline.end + 80]
            before_it = sentence[max(0, deadline.start - 4) : deadline.start]
            if _MAY.search(before_it) or _PURPOSE.search(before_it):
                continue
            if _ENDS_IN_CONDITION.match(behind) or not _ACTION.search(behind):
                continue
            actor = _actor(sentence, deadline)
            if actor is None and units is None and _MUST.search(sentence) is None:
                actor = before if deadline.kind is DeadlineKind.RECURRING else None
            if actor is None and units is None:
                actor = before
            lacking = actor is None and units is None
            if lacking and (deadline.kind is DeadlineKind.EVENT or deadline.relation is Relation.AT):
                continue
            if lacking and deadline.number is not None and not deadline.event and not _MUST.search(sentence):
                continue  # 14日内2个以上县发生疫情: how a case is graded
            who = actor or Units()
            if units is not None:
                who = units if actor is None else _units(list(actor.lead), [*units.lead, *units.support], units.others)
            told |= set(who.lead)
            self.out.append(
                place.duty(who, _around(sentence, deadline, _DUTY_LENGTH), deadline, _around(sentence, deadline, 0))
            )
        return told

    def _seeing_to(self, place: _Place, sentence: str, told: set[str]) -> None:
        """市人防办负责监督…; 由市财政局负责…: a unit is given something to see to, without a day."""
        taken = 0
        starts = [0] + [k + 1 for k, char in enumerate(sentence[:2000]) if char in "，；：,"]
        found_at: list[re.Match[str]] = []
        for start in starts[:60]:
            if found := _SEES_TO.match(sentence, start, start + 140):
                found_at.append(found)
        found_at += _BY_SEES_TO.finditer(sentence[:2000])
        for found in sorted(found_at, key=lambda one: one.start("who")):
            if found.start("who") < taken:
                continue
            units = _named(found["who"])
            if units is None or told & set(units.lead):
                continue
            end = sentence.find("；", found.end())
            words = sentence[found.start("who") : end if end >= 0 else len(sentence)]
            taken = found.end("who")
            self.out.append(place.duty(units, _shortened(words), None, sentence[:_QUOTE_LENGTH].strip()))


@dataclass(frozen=True, slots=True)
class _Answer:
    """That the paragraph `answer` says who is responsible for `parts`, which belong to the clause `target`."""

    answer: Clause
    target: Clause
    parts: list[Clause]
    units: Units


def _answers(clauses: Sequence[Clause], parent: Clause | None) -> dict[int, _Answer]:
    """The paragraphs that only say who is responsible, and what they speak of: by the `id` of each clause concerned."""
    out: dict[int, _Answer] = {}
    waiting: list[Clause] = []
    answered = False
    for clause in clauses:
        units = _only_responsibility(clause)
        if units is None and (own := _brackets(clause.text)) and own[-1].end >= len(clause.text.rstrip("。 ")):
            waiting = []  # it says for itself who is responsible
            answered = True
            continue
        if units is None:
            waiting.append(clause)
            continue
        if waiting and waiting[-1].number:
            waiting = waiting[-1:]
            answer = _Answer(clause, waiting[0], waiting, units)
        elif waiting and (answered or parent is None):
            answer = _Answer(clause, waiting[0], waiting, units)
        elif parent is not None:
            answer = _Answer(clause, parent, waiting, units)
        else:
            answer = _Answer(clause, clause, [], units)
        for one in (*answer.parts, clause):
            out[id(one)] = answer
        waiting = []
        answered = True
    return out


def _only_responsibility(clause: Clause) -> Units | None:
    text = clause.text.strip()
    if clause.number or clause.heading or not text or len(text) > _BRACKET_LENGTH:
        return None
    if text[0] in "（(" and text.rstrip("。")[-1:] in ("）", ")"):
        brackets = _brackets(text)
        whole = len(brackets) == 1 and brackets[0].start == 0 and brackets[0].end >= len(text.rstrip("。"))
        return brackets[0].units if whole else None
    found = _LABEL.match(text)
    return read_responsibility(text) if found and "。" not in text.rstrip("。") else None


def _first_subject(sentence: str) -> Units | None:
    found = _SUBJECT.match(sentence, 0, 140)
    if found is None or _MUST.search(sentence, found.end("who")) is None:
        return None
    return _named(found["who"])


def _joined(heading: str, text: str) -> str:
    heading = heading.strip()
    if not heading or not text.strip():
        return heading or text.strip()
    return heading + ("" if heading.endswith(("。", "：", "；", "？", "！")) else "。") + text.strip()


def _shortened(words: str) -> str:
    """Whole where it is short; else as many whole sentences from the beginning as fit, and …… for the rest."""
    words = " ".join(line for line in words.split("\n") if "\t" not in line).strip()
    if len(words) <= _DUTY_LENGTH:
        return words
    for marks in ("。；！？", "，、："):
        end = max(words.rfind(mark, 20, _DUTY_LENGTH) for mark in marks)
        if end > 0:
            return words[: end + 1].rstrip("，、：；") + "……"
    return words[:_DUTY_LENGTH] + "……"


def _around(sentence: str, deadline: Deadline, limit: int) -> str:
    """The sentence; where it is too long, the segments around the deadline. `limit` 0: verbatim, for a quotation."""
    most = limit or _QUOTE_LENGTH
    if len(sentence) <= most:
        return sentence.strip()
    start = max(0, deadline.start - most // 2)
    cut = max(sentence.find("，", start, deadline.start), sentence.find("；", start, deadline.start))
    start = cut + 1 if start and cut >= 0 else start
    end = min(len(sentence), start + most)
    last = max(sentence.rfind("，", deadline.end, end), sentence.rfind("；", deadline.end, end))
    end = last if end < len(sentence) and last > 0 else end
    words = sentence[start:end].strip()
    if not limit:
        return words
    return ("……" if start else "") + words + ("……" if end < len(sentence) else "")
