"""Recognise personal data in a document, so that readers who may not see it get it masked.

    from gongbao.gazette.personal import Masker, find_personal
    hide = Masker(find_personal(document))
    hide(clause.text)

Marked are, as values that hold for the whole document:

- names in lists of people (those honoured, chosen, to be called), one or several a line, in groups A、B、C群体, in
  columns 姓名, 联系人, 负责人... of tables, behind labels 联系人：, before 男，1980年生; and those whom a decision of
  honour names in its formula (对A等3名…予以表彰, 给A记功);
- telephone numbers beside a person or in a table of contacts, and every mobile number; mail addresses; identity
  numbers; account numbers; where a person in a list lives (…小区居民).

Not marked are officials named in office (the members of a leading group, those appointed, those who sign), units,
schools, enterprises and places, where a person works, and the numbers that a unit publishes for everyone (举报电话,
热线) where no person stands beside them. What the title names is not marked: under it the city cites the document.

Names are told by the list they stand in first, by the surname second: see gongbao.gazette.person_names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from gongbao.gazette.lines import is_addressees
from gongbao.gazette.masking import AREA_CODE, MASK, OFFICES, PEOPLE_HAN, Mark, Masker, PersonalKind
from gongbao.gazette.model import Document
from gongbao.gazette.person_names import Likeness, is_compound_surname, likeness
from gongbao.gazette.tables import Table, find_tables

__all__ = ["MASK", "Mark", "Masker", "PersonalKind", "find_personal"]


def find_personal(document: Document) -> list[Mark]:
    """The personal data of a document, each value once, in order."""
    lines = [line.replace("＠", "@") for line in document.text.split("\n")]
    tables = find_tables(document)
    appoints = bool(_APPOINTS.search(document.title))
    marks = set(_in_lists(lines, appoints))
    for line in lines:
        marks.update(_labelled(line))
        marks.update(_described(line))
        if _HONOURS.search(document.title):
            marks.update(_in_formula(line))
    for table in tables:
        marks.update(_in_table(table))
    people = Masker(marks)
    marks.update(_figures(lines, people))
    title = re.sub(r"\s", "", document.title)
    return sorted(mark for mark in marks if mark.value not in title or not Masker([mark]).hides(document.title))


_APPOINTS = re.compile("任免|任命|任职|免职|职务的")
_HONOURS = re.compile("表彰|表扬|奖励|嘉奖|授予|追授|追记|记功|记.等功|通报|慰问|荣誉|称号|评选|命名")
_SPACE = re.compile(r"\s+")


def _name(word: str) -> Mark:
    return Mark(PersonalKind.NAME, _SPACE.sub("", word))


# --- names one by one -------------------------------------------------------------------------------------------------

_REMARK = re.compile(r"[（(][^（）()]{0,40}[）)]")
_AMONG = re.compile("(?:群体|夫妇|夫妻|父子|母子|父女|母女|兄弟|姐妹|兄妹|一家|家庭|小组|团队)$")
_TAIL = re.compile(rf"(?:同志|先生|女士|烈士|老师|等人?|{_AMONG.pattern[3:-2]})$")
_SEPARATORS = re.compile(r"[、，,/／;；]")


def _pieces(token: str) -> list[str]:
    """The words of A、B（女）、C群体 without what is added to them."""
    out: list[str] = []
    for piece in _SEPARATORS.split(_REMARK.sub("", token)):
        bare = _TAIL.sub("", piece)
        if piece:
            out.append(bare if len(bare) > 1 else piece)
    return out


# 张 三 beside a mark: 李四、张 三（某校）.
_SPACED_OUT = re.compile(
    rf"(?<=[、，,；;])[{PEOPLE_HAN}] +[{PEOPLE_HAN}](?![{PEOPLE_HAN}])"
    rf"|(?<![{PEOPLE_HAN}])(?<![{PEOPLE_HAN}] )[{PEOPLE_HAN}] +[{PEOPLE_HAN}](?=[、，,；;（(])"
)


def _tokens(text: str) -> list[str]:
    """The words between white space and tabs; the characters of a name that was spaced out make one: 张 三, 司马 光."""
    out: list[str] = []
    for cell in text.split("\t"):
        words = _SPACED_OUT.sub(lambda found: found[0].replace(" ", ""), cell).split()
        at = 0
        while at < len(words):
            end = at + 1
            if is_compound_surname(words[at]) and end < len(words) and _is_single(words[end]):
                end += 1
            elif _is_single(words[at]):
                while end < len(words) and _is_single(words[end]):
                    end += 1
                # Three characters are one name, four are two.
                end = min(end, at + (3 if end - at == 3 else 2))
            out.append("".join(words[at:end]))
            at = end
    return out


def _is_single(word: str) -> bool:
    return len(_bare(word)) == 1 and re.match(f"[{PEOPLE_HAN}]", word) is not None


def _bare(token: str) -> str:
    return _REMARK.sub("", token)


# --- lists ------------------------------------------------------------------------------------------------------------


class _Of(Enum):
    """Of what the lines below a heading are a list."""

    PEOPLE = "people"
    UNITS = "units"
    OFFICIALS = "officials"
    OPEN = "open"  # nothing says so


_PEOPLE_WORD = (
    "个人|教师|老师|工作者|标兵|模范|能手|工匠|选手|教练员?|裁判员?|专家|评委|学生|少年|儿童|志愿者|民警|辅警|医生|医师|护士|村民|居民|代表|人员|人选"
    "|人才|市民|好人|青年|党员|干部|职工|员工|班主任|辅导员|名师|导师|获奖者|劳动者|劳模|运动员|人物|之星|先锋|骨干|带头人|考生|同志|群体|校长|园长"
    "|书记|企业家|农民|技师|技工|传承人|烈士|英雄|卫士|功臣|巾帼|状元|新秀|工人|姓名|教授|通讯员|调解员|网格员|监督员|评审员|通讯录|联络员|联系人"
    "|联系方式|联系表|值班表|完成人|作者|获得者|拟录用|拟聘用?"
)
_UNIT_WORD = (
    "单位|集体|企业|学校|机构|项目|社区|村|乡镇|街道|部门|园区|公司|产品|品牌|工程|组织|基地|中小学|小学|中学|幼儿园|班级|支部|党委|科室|窗口"
    "|县区|平台|商标|作品|论文|课题|成果|景区|医院|合作社|农场|品种|清单|任务|分工|措施|要求|条件|标准|材料|程序|办法|目录|办公室|工作组"
)
_OFFICIAL_WORD = (
    "领导小组|工作小组|指挥部|委员会|专班|联席会议|组成人员|组织机构|组织领导|协调机制|领导机构|领导分工"
    "|领导班子|成员组成"
)
_KEYWORD = re.compile(f"(?P<officials>{_OFFICIAL_WORD})|(?P<people>{_PEOPLE_WORD})|(?P<units>{_UNIT_WORD})")
_EXPERTS = re.compile("专家|评审|评委|裁判|选手")
_COUNT = re.compile(
    r"[（(]\s*(?:共|合计|总计)?\s*\d{1,5}\s*(?P<unit>名|人|位|个|家|所|户|项|支|条|件|种)[^（）()]{0,12}[）)]\s*[：:]?$"
)
_LISTING = re.compile("名单|名册|一览表|人选|通讯录|联系方式|联系表|获得者")
_MARKER = re.compile(
    r"(?P<annex>附\s?[件表录]\s?\d{0,2}[：:]?)|(?P<one>[一二三四五六七八九十]{1,3}、)|(?P<two>（[一二三四五六七八九十]{1,3}）)"
    r"|(?P<three>\d{1,4}\s?[.．、](?!\d))|(?P<four>（\d{1,4}）|\d{1,4}[）)]|[①-⑳])|(?P<bare>\d{1,4}(?=\s))"
)
_LEVELS = {"annex": 0, "one": 1, "two": 2, "three": 3, "four": 4, None: 5, "bare": 6}
_BULLET = re.compile(r"^[\s\-*•·●◆▲■★☆○]+")
_SENTENCE = re.compile("[。！？]")
_LEADS = re.compile(
    r"^(?:总|第一|常务|执行)?(?:副)?(?:组长|指挥长|总指挥|召集人|主任委员|主任|秘书长|主席|会长|理事长|政委|成员|委员|顾问)\s?[：:]"
)
_ROLE = re.compile(
    r"(?:师|员|长|任|记|工|民|生|士|部|理|监|授|人|警|兵|专干|干事|教练|主席|会计|出纳|店主|老板|户主)(?:[（(].{0,20}[）)])?$"
)
_SHARE = 0.6  # where so many of a list's names begin with a surname, the others are names as well
_RUN = 3  # lines that follow each other in the form of a list, where no heading says that it is one
_HEADING_LENGTH = 60
_ENTRY_LENGTH = 400


# Where white space is missing: before a number, behind （女） and （回族）.
_GLUED = re.compile(
    rf"(?<=[{PEOPLE_HAN}])(?=[+（(]?\d{{7}}|[（(]?0\d{{2,3}}[）)-])|(?<=[（(][男女][）)])(?=\S)|(?<=[族名人][）)])(?=\S)"
)


@dataclass(slots=True)
class _Entry:
    """A line of a list that may name people. `certain`: even where no heading says that it is a list of people."""

    names: list[tuple[str, Likeness]]
    home: str
    certain: bool

    @property
    def strong(self) -> bool:
        """Whether it is no heading."""
        return any(like >= Likeness.SURNAME for _, like in self.names)


# 张三，某校教师; 张三、男、某校教师.
_BEHIND_COMMA = re.compile(rf"^(?P<name>[{PEOPLE_HAN}·]{{2,17}})[，,、](?P<next>[^，,、\s]+)")


def _apart(found: "re.Match[str]") -> str:
    apart = likeness(found["name"]) is Likeness.CLEAR and likeness(_TAIL.sub("", _bare(found["next"]))) is Likeness.NONE
    return f"{found['name']} {found['next']}" if apart else found[0]


def _entry(words: str) -> _Entry | None:
    """What a line without its number says of people: 张三 某校教师; 张三、李四群体; 某校 张三 李四."""
    if not words or len(words) > _ENTRY_LENGTH:
        return None
    words = _BEHIND_COMMA.sub(_apart, _GLUED.sub(" ", words))
    label, colon, behind = words.replace(":", "：").partition("：")
    if colon and not re.search(r"\s", label):
        # 一等奖：张三 李四, or 张三：某校教师.
        words = f"{label} {behind}" if likeness(_bare(label)) >= Likeness.SURNAME else behind
    tokens = _tokens(words)
    if not tokens:
        return None
    first = _likes(tokens[0])
    if _are_names(first, alone=len(tokens) == 1):
        end = 1
        while end < len(tokens) and all(like is Likeness.CLEAR for _, like in _likes(tokens[end])):
            end += 1
        rest = tokens[end:]
        names = [pair for token in tokens[:end] for pair in _likes(token)]
        # In a list of two columns the next person follows the first one's place of work.
        names += [pair for token in rest[1:] for pair in _if_clear(token)]
        said = "".join([*_REMARK.findall(tokens[0]), *rest])
        role = bool(_ROLE.search(said))
        if len(names) == 1 and names[0][1] is Likeness.LENGTH and not role:
            return None
        group = len(tokens) == 1 and len(first) > 1 and bool(_AMONG.search(_REMARK.sub("", tokens[0])))
        clear = all(like is Likeness.CLEAR for _, like in first)
        return _Entry(names, _home("".join(rest)), clear and (group or (len(first) == 1 and role and bool(rest))))
    names = [pair for token in tokens[1:] for pair in _if_clear(token)]
    listed = len(names) == 1 and bool(_NUMBER.fullmatch(tokens[-1])) and bool(_if_clear(tokens[-2]))
    if len(first) > 2 and sum(like is Likeness.CLEAR for _, like in first) >= _SHARE * len(first):
        names += [pair for pair in first if pair[1] is Likeness.CLEAR]
    for remark in _REMARK.findall(words):
        inside = _likes(remark[1:-1])
        names += inside if len(inside) > 1 and all(like is Likeness.CLEAR for _, like in inside) else []
    return _Entry(names, "", listed) if names else None


def _likes(token: str) -> list[tuple[str, Likeness]]:
    return [(piece, likeness(piece)) for piece in _pieces(token)]


def _if_clear(token: str) -> list[tuple[str, Likeness]]:
    likes = _likes(token)
    return likes if all(like is Likeness.CLEAR for _, like in likes) else []


def _are_names(likes: Sequence[tuple[str, Likeness]], *, alone: bool) -> bool:
    """Whether the first word of a line names people. Alone in its line a word needs a surname."""
    if not likes or any(like is Likeness.NONE for _, like in likes):
        return False
    if len(likes) > 1:
        return sum(like >= Likeness.SURNAME for _, like in likes) >= _SHARE * len(likes)
    word, like = likes[0]
    return like >= Likeness.SURNAME or (not alone and len(word) < 4)


@dataclass(slots=True)
class _List:
    """The lines below one heading, and what they say of people."""

    of: _Of
    level: int
    entries: list[_Entry] = field(default_factory=list)

    def marks(self) -> Iterator[Mark]:
        likes = [like for entry in self.entries for _, like in entry.names]
        surnames = sum(like >= Likeness.SURNAME for like in likes)
        clear = sum(like is Likeness.CLEAR for like in likes)
        lowest = Likeness.LENGTH if surnames >= _SHARE * len(likes) and clear * 3 >= len(likes) else Likeness.CLEAR
        for entry in self.entries:
            people = [Mark(PersonalKind.NAME, _bare(word)) for word, like in entry.names if like >= lowest]
            yield from people
            if people and entry.home:
                yield Mark(PersonalKind.ADDRESS, entry.home)


def _heading(words: str, level: int, of: _Of) -> _List | None:
    """What a line announces, if it is a heading: a list of people, of units, of officials, or nothing of the kind."""
    counted = _COUNT.search(words)
    listing = _LISTING.search(words)
    found = list(_KEYWORD.finditer(words))
    last = found[-1] if found else None
    bare = words[: counted.start()] if counted else words.rstrip("：:")
    closed = last is not None and last.end() == len(bare.rstrip())
    if len(words) > _HEADING_LENGTH or level > 5 or is_addressees(words):
        return None
    if level == 5 and not (
        counted or listing or words.endswith(("：", ":")) or (closed and len(bare) <= 20 and not _SPACE.search(bare))
    ):
        return None
    kind = _Of(last.lastgroup) if last else _Of.OPEN
    if _EXPERTS.search(words) and kind is not _Of.OFFICIALS:
        kind = _Of.PEOPLE
    if counted and counted["unit"] in "名人位" and not (closed and kind is _Of.UNITS):
        kind = _Of.PEOPLE
    return _List(kind, 0 if level == 5 and listing else level)


def _in_lists(lines: Sequence[str], appoints: bool) -> Iterator[Mark]:
    """The names in lists of people, heading by heading.

    A heading holds until the next of its level or a higher one. Tables with a column of names are left to their heads.
    """
    above: list[_List] = []
    run = _List(_Of.OPEN, 5)
    for line in (*_without_tables_of_names(lines), "。"):
        body = _BULLET.sub("", line)
        marker = _MARKER.match(body)
        level = _LEVELS[marker.lastgroup if marker else None]
        words = (body[marker.end() :] if marker else body).strip()
        if above and above[-1].of is _Of.PEOPLE:
            words = words.rstrip("。；;") or words
        if _SENTENCE.search(words):
            yield from _close(run)
            run = _List(_Of.OPEN, 5)
            # 领导小组下设办公室…: the list of its members is over.
            above = [one for one in above if one.of is _Of.PEOPLE or (one.of is _Of.UNITS and one.level < 5)]
            continue
        of = above[-1].of if above else _Of.OPEN
        entry = _entry(words)
        shaped = entry is not None and (entry.strong or of is _Of.PEOPLE)
        heading = _LEADS.match(words) if of is not _Of.PEOPLE else None
        new = _List(_Of.OFFICIALS, level) if heading else None if shaped else _heading(words, level, of)
        if new is not None:
            while above and above[-1].level >= new.level:
                yield from _close(above.pop())
            if new.of is not _Of.OPEN:
                above.append(new)
            of = above[-1].of if above else _Of.OPEN
        if of is _Of.PEOPLE and entry is not None and not appoints:
            above[-1].entries.append(entry)
        elif of is _Of.OPEN and entry is not None and entry.certain and not appoints:
            run.entries.append(entry)
        elif run.entries:
            yield from _close(run)
            run = _List(_Of.OPEN, 5)
    for one in above:
        yield from _close(one)


def _close(one: _List) -> Iterator[Mark]:
    lone = one.of is _Of.OPEN and len(one.entries) < _RUN
    for entry in one.entries if lone else ():
        # 张三、李四夫妇 says by itself what it is.
        if len(entry.names) > 1:
            yield from _List(_Of.OPEN, 5, [entry]).marks()
    if not lone and one.of in (_Of.OPEN, _Of.PEOPLE):
        yield from one.marks()


def _without_tables_of_names(lines: Sequence[str]) -> Iterator[str]:
    """The lines without the tables of which a column is headed 姓名, 联系人...: there the column says who is named."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and "\t" in lines[end]:
            end += 1
        if end == at:
            yield lines[at]
            end = at + 1
        elif not any(map(_is_head, lines[at : min(end, at + 3)])):
            yield from lines[at:end]
        at = end


def _is_head(line: str) -> bool:
    """Whether a row is a head with a column of names; 1, 张三, 某校, 教师 is none, though 教师 may head a column."""
    cells = [_SPACE.sub("", cell) for cell in line.split("\t")]
    if any(cell.isdecimal() for cell in cells):
        return False
    heads = [bool(_NAME_HEAD.fullmatch(cell)) for cell in cells]
    others = [cell for cell, head in zip(cells, heads, strict=True) if not head]
    return any(heads) and all(likeness(cell) is not Likeness.CLEAR for cell in others)


# --- where people live ------------------------------------------------------------------------------------------------

_PLACE = rf"[{PEOPLE_HAN}\dA-Za-z#\-—（）]{{4,60}}?"
_RESIDENT = re.compile(
    rf"^(?:现住|家住|住在|住|系|为)?(?P<place>{_PLACE})(?:居民|村民|住户|业主|群众|农民)(?:$|[，,。；（(])"
)
_LIVES = re.compile(
    rf"(?:家住|现住(?:址)?|居住于|居住在|住址|家庭地址|户籍地址?)[：:为在]?(?P<place>{_PLACE})(?=$|[，,。；;、\s）)]|居民|村民)"
)
_HOME_LABEL = re.compile(r"^\s*(?:家庭住址|家庭地址|现住址|住址|户籍地址)\s?[：:\t]\s*(?P<place>[^，。；;\t]{4,60})")
# 云澜市居民 tells nothing of where somebody lives.
_DWELLING = re.compile("小区|社区|[村组号路街巷苑园楼栋室庄院寨屯弄里湾坊]|单元|胡同|公寓|花园|新城|家属")


def _home(said: str) -> str:
    """Where a person lives, of what is said of the person: 某区某小区 of 某区某小区居民; "" for a place of work."""
    found = _RESIDENT.match(said) or _LIVES.search(said)
    return found["place"] if found and _DWELLING.search(found["place"]) else ""


# --- names behind labels and in formulas ------------------------------------------------------------------------------

_LABEL = re.compile(
    r"(?:姓\s?名|联\s?系\s?人|联络人|联络员|负责人|责任人|经办人|承办人|法定代表人|法人代表|法人|项目负责人|主要完成人|完成人|指导教师|指导老师|教练|选手"
    r"|申报人|申请人|当事人|获奖人|获奖者|作者|班主任|户主|监护人|受助人|传承人|发明人|被推荐人|推荐人|校长|园长|群体成员|队员|领队|评委|裁判员?|授课人|主讲人|讲解员|填表人|审核人|值班人员?)"
    r"(?:及联?系?电话|（签字）|（签名）)?\s?[：:]"
)
_CALLED = re.compile(
    rf"(?:联系人|联络员|经办人)(?:为|是)?\s?(?P<name>[{PEOPLE_HAN}]{{2,4}}|[{PEOPLE_HAN}] +[{PEOPLE_HAN}])"
    r"(?=[\s，,、；;（(]*(?:联系电话|联系方式|办公电话|电话|手机|\d{7}|0\d{2,3}-))"
)
_BEHIND_LABEL = re.compile(
    rf"\s*(?:[、，,/和及与]\s*)?(?P<name>[{PEOPLE_HAN}] +[{PEOPLE_HAN}](?![{PEOPLE_HAN}])|[{PEOPLE_HAN}·]{{2,17}})"
    r"(?:[（(][^（）()]{0,20}[）)])?"
)
# 慕　容听 雪 and 王 小明, spaced out in whatever way; what stands behind them is no part of a name.
_ODDLY_SPACED = re.compile(
    rf"\s*(?:[、，,/和及与]\s*)?(?P<name>[{PEOPLE_HAN}](?:[ \u3000]*(?![男女](?![{PEOPLE_HAN}]))[{PEOPLE_HAN}]){{2,3}})"
    rf"(?=[ \u3000]*(?:[^{PEOPLE_HAN}\s]|$|\s*(?:联系|办公|电话|手机|职务|单位|邮箱|男|女)))"
)
_BEHIND_NAME = re.compile(
    r"(?:同志|先生|女士|老师|(?:联系|办公)?电话|手机|联系方式|电子|邮箱|职务|单位|身份证|性别|地址).*$"
)
_DESCRIBED = re.compile(
    rf"(?:^|[、。；\s（(.．）)])(?P<name>[{PEOPLE_HAN}·]{{2,17}}|[{PEOPLE_HAN}] +[{PEOPLE_HAN}])"
    r"(?:同志)?\s?[，,（(]\s?(?:男|女)\s?(?:[，,、）)。；;]|$)"
)
_ONE = rf"(?:(?!等)[{PEOPLE_HAN}·]){{2,9}}"
_NUMBERED = rf"{_ONE}(?:、{_ONE}){{0,30}}"
_FORMULA = re.compile(
    rf"(?:授予|追授|追记|表彰|嘉奖|奖励|表扬|给予|[对给为]|和|个人|{'|'.join(OFFICES)})(?=(?P<names>{_NUMBERED})"
    r"(?:同志)?(?:等[\d一二三四五六七八九十两]+[名位人]|等同志|[\d一二三四五六七八九十两]+[名位]|记(?:个人)?[一二三]等功|记大?功|予以(?:表彰|嘉奖|表扬|奖励|通报)"
    r"|(?:同志)?“[^”]{2,40}”(?:荣誉|光荣)?称号))"
)
_COMRADE = re.compile(rf"(?:授予|追授|追记|表彰|嘉奖|奖励|表扬|[对给])(?=(?P<names>{_NUMBERED})同志)")


def _labelled(line: str) -> Iterator[Mark]:
    """Names behind a label: 联系人：张三、李四, 姓名：张 三."""
    for label in _LABEL.finditer(line):
        at = label.end()
        while found := _oddly_spaced(line, at) or _BEHIND_LABEL.match(line, at):
            word = _BEHIND_NAME.sub("", _SPACE.sub("", found["name"]))
            if likeness(word) < Likeness.SURNAME:
                break
            yield Mark(PersonalKind.NAME, word)
            if word != _SPACE.sub("", found["name"]):
                break
            at = found.end()
    cells = line.split("\t")
    for label_cell, cell in pairwise(cells):
        # A form: 姓名, and the name in the next cell.
        if _NAME_HEAD.fullmatch(_SPACE.sub("", label_cell)):
            for word, like in _likes("".join(_tokens(cell))):
                if like is Likeness.CLEAR and not _NAME_HEAD.fullmatch(word):
                    yield Mark(PersonalKind.NAME, word)
    for found in _CALLED.finditer(line):
        word = _SPACE.sub("", found["name"])
        if likeness(word) >= Likeness.SURNAME:
            yield Mark(PersonalKind.NAME, word)


def _oddly_spaced(line: str, at: int) -> "re.Match[str] | None":
    """A name of three or four characters between which spaces stand where no name has them; None for two names.

    Whoever has a compound surname, or a surname that stands alone: 慕容 听雪, 慕容听 雪, 王 小明; not 舒望舒 女.
    """
    found = _ODDLY_SPACED.match(line, at)
    if found is None:
        return None
    words = found["name"].split()
    name = "".join(words)
    compound = is_compound_surname(name[:2])
    alone = len(words[0]) == 1 and len(name) == 3
    if len(words) == 1 or not (compound or alone) or name.endswith(OFFICES):
        return None
    return found if likeness(name) is Likeness.CLEAR else None


def _described(line: str) -> Iterator[Mark]:
    """A name before 男，1980年生, and where the person lives."""
    for found in _DESCRIBED.finditer(line):
        word = _SPACE.sub("", found["name"])
        if likeness(word) >= Likeness.SURNAME:
            yield Mark(PersonalKind.NAME, word)
            for home in _LIVES.finditer(line, found.end()):
                if _DWELLING.search(home["place"]):
                    yield Mark(PersonalKind.ADDRESS, home["place"])
    if (home_line := _HOME_LABEL.match(line)) and _DWELLING.search(home_line["place"]):
        yield Mark(PersonalKind.ADDRESS, _SPACE.sub("", home_line["place"]))


def _in_formula(line: str) -> Iterator[Mark]:
    """Those whom a decision of honour names: 对张三、李四等3名…予以表彰, 授予张三同志…称号, 给某局局长张三记功."""
    for found in (*_FORMULA.finditer(line), *_COMRADE.finditer(line)):
        words = found["names"].split("、")
        if all(likeness(word) is Likeness.CLEAR for word in words):
            yield from (Mark(PersonalKind.NAME, word) for word in words)


# --- tables -----------------------------------------------------------------------------------------------------------

_NAME_HEAD = re.compile(
    r"(?:[^/]*/)?(?:(?:学生|选手|教师|户主|职工|人员|家长|获奖者?|申请人|负责人|联系人|死者|党员|被救助人|获奖人|参赛者?|参赛选手|受助人?)?姓名"
    r"|(?:项目|单位|部门|企业|科室|技术|主要|具体|现场|安全|工作|业务|学校|社区|分管|村|直接)?(?:负责人|责任人|联系人|联络人|联络员|经办人)"
    r"|(?:学校)?校长|园长|(?:企业)?法定代表人|法人代表|法人|(?:主要|项目|第一)?完成人(?:员)?|(?:指导|辅导)(?:教师|老师)|教练员?|选手|参赛选手|评委|裁判员?|评审专家|专家"
    r"|获奖(?:人|者|个人|人员|教师|学生|选手)|申报人|申请人|当事人|监护人|班主任|参赛者|作者|设计人|发明人|持证人|受助人|救助对象|候选人|被?推荐人|网格员"
    r"|包保(?:干部|责任人)|领队|队长|主讲人|学科带头人|带头人|传承人|值班人员|驾驶员|志愿者|调解员|户主|村民|先进个人|优秀教师|教师|学生)"
    r"(?:姓名)?(?:（[^（）]{1,12}）|及(?:联系)?电话|及(?:联系|职务).{0,4}|、(?:联系)?电话)?"
)
_STRICT_HEAD = re.compile("姓名|^联系人|^联络员|^联络人")
_TELEPHONE_HEAD = re.compile("电话|手机|联系方式|传真|热线|座机|固话|联系号码|手机号")
_CONTACT_HEAD = re.compile("联系电话|联系方式|手机|移动电话|办公电话|住宅电话|宅电|联系号码|座机|固话")
_PUBLIC = re.compile("举报|监督|投诉|咨询|服务|热线|值班|报修|报警|急救|救援|客服|预约|查询|受理|求助")
_PLACE_HEAD = re.compile("地址|地点|时间")
_HOME_HEAD = re.compile("住址|家庭地址|家庭住址|居住地|居住地址|户籍地|户籍地址|户籍所在地|家庭所在地")
_IDENTITY_HEAD = re.compile("身份证|公民身份|证件号")
_ACCOUNT_HEAD = re.compile("[账帐]号|卡号|[账帐]户号")
_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?:[ .·-]+[A-Z][a-z]*){1,3}")


def _in_table(table: Table) -> Iterator[Mark]:
    """What stands in the columns 姓名, 联系电话, 身份证号, 家庭住址... of a table."""
    heads = [_SPACE.sub("", name) for name in table.names]
    printed = [[row.cells[at].printed for row in table.rows] for at in range(len(heads))]
    people: dict[int, list[str]] = {}
    for head, cells in zip(heads, printed, strict=True):
        if _NAME_HEAD.fullmatch(head):
            for at, names in enumerate(_in_column(cells, strict=bool(_STRICT_HEAD.search(head)))):
                people.setdefault(at, []).extend(names)
    yield from (Mark(PersonalKind.NAME, name) for names in people.values() for name in names)
    public = bool(_PLACE_HEAD.search("".join(heads)))
    for head, cells in zip(heads, printed, strict=True):
        for at, cell in enumerate(cells):
            beside = bool(people.get(at))
            if _TELEPHONE_HEAD.search(head):
                known = beside or (bool(_CONTACT_HEAD.search(head)) and not public and not _PUBLIC.search(head))
                yield from _telephones(cell, known)
            elif _IDENTITY_HEAD.search(head):
                yield from _identities(cell, known=True)
            elif _ACCOUNT_HEAD.search(head):
                yield from (Mark(PersonalKind.ACCOUNT, _digits(one[0])) for one in _ACCOUNT.finditer(cell))
            elif beside and _HOME_HEAD.search(head) and _DWELLING.search(cell):
                yield Mark(PersonalKind.ADDRESS, _SPACE.sub("", cell))


def _in_column(cells: Sequence[str], *, strict: bool) -> list[list[str]]:
    """The names in each cell of a column that is headed as one of names.

    Under 负责人 units may stand as well; a name whose surname is not known counts only where nearly all are names.
    """
    found = [[pair for token in _tokens(_NUMBER.sub(" ", cell)) for pair in _likes(token)] for cell in cells]
    filled = [max(like for _, like in likes) for likes in found if likes]
    enough = _SHARE * len(filled) if strict else 0.8 * len(filled)
    # 姓名 says itself that the words below are names.
    known = sum(like >= (Likeness.LENGTH if strict else Likeness.SURNAME) for like in filled) >= enough
    lowest = Likeness.LENGTH if known else Likeness.SURNAME
    out: list[list[str]] = []
    for cell, likes in zip(cells, found, strict=True):
        # 张三 局长: of several words in a cell a title is none of the names.
        sure = any(like >= Likeness.SURNAME for _, like in likes)
        out.append([word for word, like in likes if like >= (Likeness.SURNAME if sure else lowest)])
        if strict and (latin := _LATIN_NAME.fullmatch(cell.strip())):
            out[-1].append(_SPACE.sub("", latin[0]))
    return out


# --- figures ----------------------------------------------------------------------------------------------------------

_AREA = rf"(?:(?:\+|00)?86[- ]?)?(?:[(（]{AREA_CODE}[)）]|{AREA_CODE})[-—–－ ]{{0,2}}"
_LOCAL = r"(?:\d{7,8}|\d{3,4}[- ]\d{4})"
_END = r"(?![0-9A-Za-z@]|[.,]\d)"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z.@])(?:(?P<mobile>(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?:[- ]?\d{{4}}){{2}})"
    rf"|(?P<land>(?P<area>{_AREA})?{_LOCAL}(?:(?:-|转)\d{{1,5}})?)){_END}"
)
_MEASURE = re.compile(r"\s?(?:万|亿|元|吨|人|户|亩|平方|立方|米|公里|千|株|个|[%％㎡])")
_TELEPHONE_LABEL = re.compile(
    "(?:联系|办公|住宅|家庭|个人|移动)?(?:电话|手机)(?:号码|号)?|联系方式|传真|座机|固话|热线"
)
_BETWEEN = re.compile(r"[\s：:为是（()）、，,/;；或和及—-]{0,6}")
_BEFORE_LABEL = 8  # characters in which 举报, 监督... stand before 电话
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\\\-]{0,63} ?@ ?[A-Za-z0-9\-]{1,63}"
    r"(?:\.[A-Za-z0-9\-]{1,24}){0,4}(?: ?\. ?(?:com|cn|net|org|gov|edu)|\.[A-Za-z]{2,10})"
)
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?![0-9A-Za-z])")
_OLD_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{15}(?![0-9A-Za-z])")
_IDENTITY_LABEL = re.compile(r"(?:身份证|公民身份|证件)[^\d\s]{0,8}\s?$")
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){8,29}(?![0-9A-Za-z])")
_ACCOUNT_LABEL = re.compile(
    r"(?:[账帐]号|卡号|[账帐]户号码?|银行[账帐]户)[（(）)：:为是\s]{0,4}(?P<figure>\d(?:[ -]?\d){8,29})(?![0-9A-Za-z])"
)
_BESIDE = r"[\s（(：:，,、]{0,3}"
_NAME_BEFORE = re.compile(
    rf"(?P<run>[{PEOPLE_HAN}] +[{PEOPLE_HAN}]|[{PEOPLE_HAN}·]{{2,24}})"
    rf"{_BESIDE}(?:联系电话|电话|手机号?|联系方式)?{_BESIDE}$"
)
_LAST_NAME = re.compile(
    rf"(?:{'|'.join(OFFICES)}|联系人|负责人|责任人|经办人|联系|或|和|与|及|找)(?P<name>[{PEOPLE_HAN}]{{2,4}})$"
)
_NEAR = 3  # lines behind a name in which 电话： is that person's
_LIST_BEFORE = 40  # characters before a number in which a name may stand


def _figures(lines: Sequence[str], people: Masker) -> Iterator[Mark]:
    """Telephone numbers, mail addresses, identity and account numbers of the text, with the names right before them."""
    named: dict[int, bool] = {}

    def names(at: int) -> bool:
        if at not in named:
            named[at] = 0 <= at < len(lines) and (people.hides(lines[at]) or bool(_LABEL.search(lines[at])))
        return named[at]

    for at, line in enumerate(lines):
        yield from (Mark(PersonalKind.MAIL, _SPACE.sub("", one[0]).replace("\\", "")) for one in _MAIL.finditer(line))
        if not re.search(r"\d{3}", line):
            continue
        yield from _identities(line, known=False)
        accounts = [(one.start("figure"), one.end("figure")) for one in _ACCOUNT_LABEL.finditer(line)]
        yield from (Mark(PersonalKind.ACCOUNT, _digits(line[start:end])) for start, end in accounts)
        label: re.Match[str] | None = None
        labels = iter(_TELEPHONE_LABEL.finditer(line))
        following = next(labels, None)
        last = 0
        for number in _NUMBER.finditer(line):
            while following is not None and following.end() <= number.start():
                label, last = following, following.end()
                following = next(labels, None)
            if any(start <= number.start() < end for start, end in accounts) or _MEASURE.match(line, number.end()):
                continue
            under = label is not None and _BETWEEN.fullmatch(line, last, number.start()) is not None
            if under:
                last = number.end()
            name = _named_before(line[max(0, number.start() - _LIST_BEFORE) : number.start()])
            if name and (number["mobile"] or number["area"]):
                yield Mark(PersonalKind.NAME, name)
            wanted = bool(number["mobile"]) or (bool(name) and bool(number["area"]))
            if under and label is not None and not wanted:
                before = line[max(0, label.start() - _BEFORE_LABEL) : label.end()]
                if _PUBLIC.search(before):
                    wanted = names(at)
                else:
                    wanted = bool(_CONTACT_HEAD.search(label[0])) or any(map(names, range(at - _NEAR, at + 2)))
            listed = bool(name) and people.hides(name)
            if wanted or listed or (number["area"] and names(at) and "\t" not in line):
                yield Mark(PersonalKind.TELEPHONE, _SPACE.sub("", number[0]))


def _named_before(before: str) -> str:
    """The name that stands right before a number: 张三（138…, 某局局长张三138…; "" if none does."""
    found = _NAME_BEFORE.search(before)
    if found is None:
        return ""
    run = _SPACE.sub("", found["run"])
    if likeness(run) is Likeness.CLEAR:
        return run
    last = _LAST_NAME.search(run)
    return last["name"] if last and likeness(last["name"]) is Likeness.CLEAR else ""


def _telephones(cell: str, known: bool) -> Iterator[Mark]:
    """The numbers in a cell; `known` says that they are a person's, otherwise only a mobile number is."""
    for number in _NUMBER.finditer(cell):
        if known or number["mobile"]:
            yield Mark(PersonalKind.TELEPHONE, _SPACE.sub("", number[0]))


def _identities(text: str, *, known: bool) -> Iterator[Mark]:
    """Identity numbers: with the right check digit anywhere, others and the old ones only where a label says so."""
    for number in _IDENTITY.finditer(text):
        digits = _digits(number[0])
        if _is_identity(digits) or known or _IDENTITY_LABEL.search(text[max(0, number.start() - 16) : number.start()]):
            yield Mark(PersonalKind.IDENTITY, digits)
    for number in _OLD_IDENTITY.finditer(text):
        if known or _IDENTITY_LABEL.search(text[max(0, number.start() - 16) : number.start()]):
            yield Mark(PersonalKind.IDENTITY, number[0])


def _is_identity(digits: str) -> bool:
    """Whether 18 characters are an identity number: a date of birth, and the check digit of GB 11643."""
    if not re.fullmatch(r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", digits):
        return False
    total = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17].upper()


def _digits(number: str) -> str:
    return re.sub(r"[^0-9Xx]", "", number)
