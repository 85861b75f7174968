"""Bodies that something is to be reported to and that were never created.

A body may stand outside the document: a named one (市防汛抗旱指挥部) is taken to exist. What a document calls just
领导小组, 专班 or 指挥部 is one of its own, and has to be introduced by it: created, named in full, or listed with its
members; so has the office of a body that the document itself creates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.model import Clause, Document


def bodies_never_created(manuscript: Manuscript) -> Iterator[Finding]:
    """Bodies, and offices of bodies, that have a task in a document and are introduced nowhere in it."""
    for document in manuscript.gazette.documents:
        places: set[tuple[int, str]] = set()
        rules = (_called_by_its_kind,) if _KIND.search(document.text) else ()
        for rule in (*rules, _of_the_same_matter, _called_by_its_matter):
            for finding in rule(manuscript, document):
                if (finding.line, finding.eid) not in places:
                    places.add((finding.line, finding.eid))
                    yield finding


# --- how bodies are called ----------------------------------------------------------------------------------------

_KINDS = {
    "领导小组": "领导小组",
    "领导组": "领导小组",
    "协调小组": "协调小组",
    "推进小组": "推进小组",
    "评审小组": "评审小组",
    "考核小组": "考核小组",
    "验收小组": "验收小组",
    "工作小组": "工作小组",
    "工作组": "工作组",
    "指挥部": "指挥部",
    "指挥中心": "指挥中心",
    "专班": "专班",
    "联席会议": "联席会议",
    "组织委员会": "组委会",
    "组委会": "组委会",
    "评审委员会": "评审委员会",
    "专家委员会": "专家委员会",
    "专家组": "专家组",
}
_KIND = re.compile("|".join(sorted(_KINDS, key=len, reverse=True)))
# What may stand right before a body that is called by its kind alone: 报领导小组审定, 向市指挥部报告.
_CALLED = re.compile(
    r"(?:^|[，。；：、！？（）()“”\n\t\s\d]|报请?|报送|报经|上报|报告|汇报|提交|递交|提请|呈报?|移送|反馈给?|告知|通知|抄送|向|经|由|送|请|交|给|与|和|及|或|并"
    r"|召开|召集|参加|列席|按照?|根据|接受|服从|在|对|将|受|到|至|是|为|依托)"
    r"(?:市级?|县级?|区级?|本级)?(?P<work>工作|专项)?$"
)
# 双报到工作领导小组: 工作 belongs to a name, unless a mark or one of these stands before it.
_CALLED_WORK = re.compile(
    r"(?:^|[，。；：、！？（）()“”\n\t\s]|报请|报送|报经|上报|提交|提请|召开|召集|向|经|由|(?<!双)报)(?:市级?|县级?|区级?)?(?:工作|专项)$"
)
_GENERIC = re.compile(
    r"(?:各级?|各自|各地|各乡镇|各县（?市?、?区?）?|上级|国家|省级?|同级|相应|属地|当地|现场|有关|相关|前方|一线|多个|若干|所在[^，。；]{0,4}|部门|企业|学校|村级?|乡镇级?)(?:工作|专项)?$"
)
_CREATED = re.compile(
    r"(?:成立|设立|组建|建立|设置|组成|抽调|健全|完善|增设|构建|选派|聘请|(?<!建)设|以下简?称(?:为)?)[^，。；\n]{0,40}$"
    r"|(?:成立|设立|组建|建立)[^。；\n]{0,90}(?:长|召集人|成员|组成|参加|参与|负责人|负责同志)[^，。；\n]{0,10}的[^，。；\n]{0,24}$"
    r"|(?:组织|邀请|委托|会同|派出|作为|担任)[^，。；\n]{0,12}$"
)
_CREATED_BEHIND = re.compile(
    r"^(?:办公室)?(?:由[^。；\n]{0,80}(?:组成|任|担任|兼任)|成员(?:名单|如下|由|包括|：)|组长|指挥长|召集人|名单|（以下|，由[^。；\n]{0,40}任|人员(?:由|组成)|组成人员|制度(?!规定))"
)
_TASK_BEFORE = re.compile(
    r"(?:报请?|报送|报经|上报|报告|汇报|提交|递交|提请|呈报?|反馈给?|抄送|向|经|由|送|请|交|召开|召集|接受|服从|按照?|在)(?:市级?|县级?|区级?|本级)?(?:工作|专项)?$"
)
_TASK_BEHIND = re.compile(
    r"^(?:办公室)?(?:（[^（）]{0,20}）)?(?:要|应当?|须|将|可|每[月季年半周]|定期|统一|负责|及时|予以|会议)?(?:负责|审定|审议|审核|审批|批准|同意|研究|协调|统筹|备案|汇总|组织|召开|会商|通报|确定|决定"
    r"|报[告送备]|的?统一|成员单位|反馈|督[导促办]|调度|考核|验收|核准|审查|裁定|指挥|牵头|领导下|要求|安排|部署|研判|评审|评定|批复|登记|提出|解释)"
)
_OFFICE_CREATED = re.compile(
    r"(?:下设|设立|设|组建|成立|设置)(?:领导小组|指挥部|联席会议|工作专班|专班)?(?:[^，。；\n]{0,12}[、和及])?办公室"
    r"|办公室(?:（[^（）]{0,20}(?:设|简称|局|委|办|厅)[^（）]{0,20}）|[，]?(?:地点)?设在|[，]?设于|设立?在|主任|副主任|成员|人员|由[^。；]{0,60}(?:组成|任|兼任)|主要职责|职责|日常工作由)"
    r"|日常工作由|承担(?:领导小组|指挥部|联席会议|专班)的?日常工作|日常办事机构|办事机构"
)
_LEADER = {"组长": "领导小组", "指挥长": "指挥部", "召集人": "联席会议"}
_LEADER_LISTED = re.compile(r"(?:任|担任)?(?:总|第一|副)?(?P<leader>组\s*长|指\s*挥\s*长|召\s*集\s*人)")


@dataclass(slots=True)
class _Mention:
    clause: Clause
    heading: bool
    start: int  # of the kind in the words
    end: int  # behind 办公室, where it is the office
    kind: str
    office: bool
    called: str


@dataclass(slots=True)
class _Known:
    """What a document introduces. `created` are kinds that it creates itself, with what it calls them."""

    kinds: set[str] = field(default_factory=set)
    created: dict[str, str] = field(default_factory=dict)
    office: bool = False
    named_offices: set[str] = field(default_factory=set)
    named: list[_Mention] = field(default_factory=list)  # with a name, and with a task
    listed: set[str] = field(default_factory=set)  # named without a task: in a title, with its members


def _called_by_its_kind(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    known = _Known()
    mentions: list[_Mention] = []
    for words in (document.title, document.issuer, document.addressees, *(part.title for part in document.parts)):
        _introductions(words, known)
    for clause in document.walk():
        for heading, words in ((True, clause.heading), (False, clause.text)):
            if words:
                mentions += _read(clause, words, heading, known)
    told: set[tuple[str, bool]] = set()
    for mention in mentions:
        key = (mention.kind, mention.office)
        if key in told:
            continue
        if mention.kind not in known.kinds:
            told.add(key)
            yield _finding(manuscript, document, mention, known)
        elif (
            mention.office
            and mention.kind in known.created
            and not (known.office or mention.kind in known.named_offices)
        ):
            told.add(key)
            yield _office_finding(manuscript, document, mention, known)
    yield from _another_name(manuscript, document, mentions, known)
    yield from _another_kind(manuscript, document, known)


def _introductions(words: str, known: _Known) -> None:
    for found in _KIND.finditer(words):
        known.kinds.add(_KINDS[found[0]])


def _read(clause: Clause, words: str, heading: bool, known: _Known) -> list[_Mention]:
    """Puts what the words introduce into `known`; the bodies that have a task and are called by their kind alone."""
    out: list[_Mention] = []
    if _OFFICE_CREATED.search(words):
        known.office = True
    if "组" in words or "挥" in words or "召" in words:
        for found in _LEADER_LISTED.finditer(words):
            known.kinds.add(_LEADER[re.sub(r"\s", "", found["leader"])])
    for found in _KIND.finditer(words):
        kind = _KINDS[found[0]]
        office = words.startswith("办公室", found.end())
        end = found.end() + 3 * office
        before = re.split(r"[。；\n]", words[max(0, found.start() - 100) : found.start()])[-1]
        behind = words[found.end() : found.end() + 100]
        called = _CALLED.search(before)
        if called is not None and called["work"] and not _CALLED_WORK.search(before):
            called = None
        created = _CREATED.search(before) or _CREATED_BEHIND.match(behind)
        if created and not _TASK_BEFORE.search(before[-12:]):
            if not office:
                known.kinds.add(kind)
                if called is None or _MAKES.search(before):
                    known.created.setdefault(kind, _name(before) + found[0])
            elif called is None:
                known.kinds.add(kind)
            continue
        if called is None:
            if not _GENERIC.search(before):
                known.kinds.add(kind)
                if office:
                    known.named_offices.add(kind)
                name = _NAMED_AFTER.search(before)
                called_so = (name["name"] if name else _name(before)) + found[0]
                if name is None:
                    known.listed.add(called_so)
                else:
                    known.named.append(_Mention(clause, heading, found.start(), end, kind, office, called_so))
            continue
        if kind == "专家组" and not re.search(r"(?:报请?|报送|提交|向)(?:市级?|县级?)?$", before):
            continue  # 经专家组评审: called together for the day
        if _TASK_BEFORE.search(before) or _TASK_BEHIND.match(behind):
            out.append(_Mention(clause, heading, found.start(), end, kind, office, found[0] + "办公室" * office))
    return out


_MAKES = re.compile(r"(?:成立|设立|组建|建立)[^。；\n]{0,60}$")


def _name(before: str) -> str:
    """What stands before the kind of a body as its name: 成立云澜市河道整治工作."""
    words = re.split(r"[，。；：]|成立|设立|组建|建立|组成的?|为成员的?", before)[-1]
    return words if len(words) <= 24 else ""


_NAMED_AFTER = re.compile(
    r"(?:报请|报送|报经|上报|提交|提请|报|向|经|由|送)(?P<name>(?!省|国|全国|中央|自治区|上级|市县|区县|县区|市区)[\u4e00-\u9fff“”]{3,24})$"
)


def _another_name(
    manuscript: Manuscript, document: Document, mentions: list[_Mention], known: _Known
) -> Iterator[Finding]:
    """What is created is never spoken of again, and all goes to one body of its kind that has quite another name."""
    for kind, created in known.created.items():
        named = [mention for mention in known.named if mention.kind == kind]
        called = any(mention.kind == kind for mention in mentions)
        if not named or called or len({mention.called for mention in named}) > 1 or not _core(created):
            continue
        other = named[0].called
        if document.text.count(created) > 1 or _alike(_core(created), _core(other)):
            continue
        yield _told(
            manuscript,
            document,
            named[0],
            f"事项报“{other}”，而文中成立的是“{created}”。",
            f"“{other}” is reported to, but what the document creates is “{created}”.",
        )


def _another_kind(manuscript: Manuscript, document: Document, known: _Known) -> Iterator[Finding]:
    """A 工作专班 of a name is created, and things go to a 指挥部 of that name, which nobody created."""
    told: set[str] = set()
    for mention in known.named:
        core = _core(mention.called)
        created = next((name for kind, name in known.created.items() if kind != mention.kind), "")
        if mention.kind in known.created or len(core) < 2 or mention.called in told or mention.called in known.listed:
            continue
        if len(_core(created)) > 1 and (core in _core(created) or _core(created) in core):
            told.add(mention.called)
            yield _told(
                manuscript,
                document,
                mention,
                f"事项交“{mention.called}”，而文中成立的是“{created}”。",
                f"“{mention.called}” is given a task, but what the document creates is “{created}”.",
            )


# Kinds of which a document has none of its own by being called so alone, yet which it may create under a name.
_WIDE = (
    r"(?:管理|工作|组织|评审)?委员会|管委会|理事会|监事会|议事会|组委会|(?:领导|协调|推进|工作|评审|考核|验收)?小组"
    r"|领导组|指挥部|指挥中心|(?:工作)?专班|联席会议|工作组"
)
_MADE = re.compile(
    rf"(?:(?:成立|设立|组建|建立|设置)(?:了|由[^，。；\n]{{0,60}}的)?|^)(?P<name>[\u4e00-\u9fff“”]{{2,24}}?)(?P<kind>{_WIDE})"
    r"(?![\u4e00-\u9fff]{0,4}(?:委员会|小组|专班|理事会|会议))(?P<behind>办公室)?"
)
_MADE_BEHIND = re.compile(r"由[^。；\n]{0,60}(?:组成|任|担任|兼任)|组成|为[^。；\n]{0,30}(?:机构|组织)")
_GIVEN = re.compile(
    r"(?:报请|报送|报经|上报|提交|提请|(?<![汇申上填])报(?![告名送请经到])|[向经由送])"
    rf"(?P<name>(?!省|国|全国|中央|自治区|上级|本级|各|同级|市县|区县|县区|市区)[\u4e00-\u9fff“”]{{2,24}}?)(?P<kind>{_WIDE})(?P<office>办公室)?"
)


def _of_the_same_matter(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """A council of some matter is created, and things go to a committee of that very matter."""
    made: dict[str, tuple[str, str]] = {}  # matter: name, kind
    given: list[tuple[_Mention, str, str]] = []
    for clause in document.walk():
        for heading, words in ((True, clause.heading), (False, clause.text)):
            if "会" not in words and "组" not in words and "班" not in words and "挥" not in words:
                continue
            for found in _MADE.finditer(words):
                if found.start("name") > found.start() or _MADE_BEHIND.match(words, found.end()):
                    matter = _matter(found["name"])
                    if len(matter) > 2:
                        made[matter] = (found["name"] + found["kind"], found["kind"][-2:])
            for found in _GIVEN.finditer(words):
                called = found["name"] + found["kind"]
                mention = _Mention(
                    clause, heading, found.start("kind"), found.end(), found["kind"], bool(found["office"]), called
                )
                given.append((mention, _matter(found["name"]), found["kind"][-2:]))
    names = {name for name, _ in made.values()}
    titles = "\n".join((document.title, document.issuer, document.addressees, *(part.title for part in document.parts)))
    told: set[str] = set()
    for mention, matter, kind in given[:200] if made else ():
        called = mention.called
        if called in told or len(matter) < 3 or any(called in name or name in called for name in names):
            continue
        told.add(called)
        # Named a second time, in whatever way, it is a body beside the one that is created.
        if called in titles or document.text.count(called) > sum(one.called == called for one, _, _ in given):
            continue
        same = [
            name
            for other, (name, its_kind) in made.items()
            if its_kind != kind and (_within(matter, other) or _within(other, matter))
        ]
        if same and not any(
            its_kind == kind and (matter in other or other in matter) for other, (_, its_kind) in made.items()
        ):
            yield _told(
                manuscript,
                document,
                mention,
                f"事项交“{called}”，而文中成立的是“{same[0]}”。",
                f"“{called}” is given a task, but what the document creates is “{same[0]}”.",
            )


def _matter(name: str) -> str:
    return re.sub(r"^(?:[\u4e00-\u9fff]{0,4}?[市县区村镇乡])?|工作$|专项|[“”]", "", name)


def _within(short: str, long: str) -> bool:
    """Whether all characters of one matter stand in the other in their order, but for one or two that are left out."""
    if not 0 <= len(long) - len(short) <= 2:
        return False
    rest = iter(long)
    return all(char in rest for char in short)


_CALLED_BY_MATTER = re.compile(
    r"(?P<way>报请|报送|报经|上报|提交|提请|(?<![汇申上填])报(?![告名送请经到])|[向经由送])"
    r"(?P<name>(?:考核|评审|评估|评定|评选|评比|认定|验收|专项|整治|治理|项目|攻坚|行动|清理|排查|改造|搬迁|迁建|建设){1,2}(?:工作)?"
    r"(?P<kind>领导小组|小组|指挥部|专班|办公室))(?!成员)"
)
_DECIDES = re.compile(r"(?:集体|统一|研究|会议)?(?:审定|审议|审批|批准|同意|核准|备案|决定|确定)")
_ASKED = re.compile(r"[^，。；\n]{0,12}?(?:报告|报送|提出|申请|提交|备案|反馈|移交)")
_BODIES = re.compile(r"小组|指挥部|专班|联席会议|委员会|工作组|理事会")


def _called_by_its_matter(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """A body called by what it does alone (整治办公室), in a document that speaks of no other body of its kind."""
    titles = (document.title, document.issuer, document.addressees, *(part.title for part in document.parts))
    told: set[str] = set()
    for clause in document.walk():
        for heading, words in ((True, clause.heading), (False, clause.text)):
            for found in _CALLED_BY_MATTER.finditer(words):
                name, kind = found["name"], found["kind"].removeprefix("领导")
                behind = words[found.end() : found.end() + 40]
                if found["way"] in {"经", "由"}:
                    asked = _DECIDES.match(behind)
                elif found["way"] == "向":
                    asked = _ASKED.match(behind)
                else:
                    asked = re.match(r"", behind)
                if asked is None or name in told:
                    continue
                told.add(name)
                rest = "\n".join((*titles, document.text)).replace(name, "")
                if kind == "办公室":
                    rest = re.sub(r"(?:政府|市委|县委|区委)办公室", "", rest)
                if kind in rest or (kind == "办公室" and _BODIES.search(rest)) or f"{name}（" in document.text:
                    continue
                if re.search(rf"(?:成立|设立|组建|建立|设)[^。；\n]{{0,40}}{name}", document.text):
                    continue
                mention = _Mention(clause, heading, found.start("kind"), found.end(), kind, False, name)
                yield _told(
                    manuscript,
                    document,
                    mention,
                    f"“{name}”在本文件中没有成立或说明。",
                    f"“{name}” is given a task, but the document nowhere creates or names it.",
                )


def _core(name: str) -> str:
    """What tells a body from others of its kind: 河道整治 of 云澜市河道整治工作领导小组."""
    return re.sub(r"^.{0,4}?[市县区]|工作|专项", "", _KIND.sub("", name))


def _alike(one: str, other: str) -> bool:
    """Whether two names share half of their pairs of characters; what differs by little is another check's matter."""
    pairs = [{name[k : k + 2] for k in range(len(name) - 1)} for name in (one, other)]
    return one in other or other in one or 2 * len(pairs[0] & pairs[1]) >= min(len(pairs[0]), len(pairs[1]))


def _finding(manuscript: Manuscript, document: Document, mention: _Mention, known: _Known) -> Finding:
    others = [name for kind, name in known.created.items() if kind != mention.kind]
    instead = f"，文中成立的是“{others[0]}”" if others else ""
    instead_en = f"; what it creates is “{others[0]}”" if others else ""
    return _told(
        manuscript,
        document,
        mention,
        f"“{mention.called}”在本文件中没有成立或说明{instead}。",
        f"“{mention.called}” is given a task, but the document nowhere creates or names it{instead_en}.",
    )


def _office_finding(manuscript: Manuscript, document: Document, mention: _Mention, known: _Known) -> Finding:
    body = known.created[mention.kind]
    return _told(
        manuscript,
        document,
        mention,
        f"“{mention.called}”在本文件中没有设立：文中成立“{body}”，未设办公室。",
        f"“{mention.called}” is given a task, but the document creates “{body}” without an office.",
    )


def _told(manuscript: Manuscript, document: Document, mention: _Mention, message: str, english: str) -> Finding:
    clause = mention.clause
    words = clause.heading if mention.heading else clause.text
    start = max(0, mention.start - 16)
    line = clause.line if mention.heading else manuscript.line_of(clause, mention.start, mention.end)
    quote = words[start : mention.end + 16]
    return Finding(
        name_of(document),
        FindingKind.BODY,
        Severity.WARNING,
        message,
        english,
        (Place(line, shortened(quote)),),
        clause.locator,
        clause.eid,
    )
