"""One name in two spellings: of units, firms, places, projects, documents and defined terms.

Two names are taken for one where they differ as a slip of typing or of reading makes them differ: one character for
another that sounds or looks alike, two that changed places, one that is lacking or doubled. First and second, east and
west and the like are different things. The rarer spelling is the one to mend. Names of persons are not looked at.
"""

import difflib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from operator import add

from gongbao.gazette.findings.alike import alike, look_alike
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Place, Severity, name_of, shortened
from gongbao.gazette.findings.rare_spellings import Rare, pairs_of, rare_spellings
from gongbao.gazette.heads import title_key
from gongbao.gazette.model import Clause, Document, PartKind


def names_in_two_spellings(manuscript: Manuscript) -> Iterator[Finding]:
    """All findings of this kind: titles that bear one number first, then names of all kinds."""
    words = _Words(manuscript)
    told: set[tuple[str, int]] = set()
    for finding in _titles_of_one_number(manuscript):
        told |= {(FindingKind.NAME, place.line) for place in finding.places[:1]}
        yield finding
    for finding in _spellings(words):
        if (FindingKind.NAME, finding.line) not in told:
            told.add((FindingKind.NAME, finding.line))
            yield finding
    for finding in _rare(words):
        if (FindingKind.NAME, finding.line) not in told:
            yield finding


# --- all words of a manuscript ------------------------------------------------------------------------------------


class _Words:
    """The words of all clauses as one text, and the way back to the clause."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.manuscript = manuscript
        self.starts: list[int] = []
        self.sources: list[tuple[Document, Clause, bool]] = []
        pieces: list[str] = []
        at = 0
        for document in manuscript.gazette.documents:
            for clause in document.walk():
                for words, is_text in ((clause.heading, False), (clause.text, True)):
                    if words:
                        self.starts.append(at)
                        self.sources.append((document, clause, is_text))
                        pieces.append(words + "\n")
                        at += len(words) + 1
        self.text = "".join(pieces)
        self.pairs = pairs_of(self.text)

    def spans(self) -> list[tuple[int, int]]:
        """Where the words of each document begin and end."""
        first = [
            start
            for number, start in enumerate(self.starts)
            if number == 0 or self.sources[number][0] is not self.sources[number - 1][0]
        ]
        return list(pairwise([*first, len(self.text)]))

    def source(self, at: int) -> tuple[Document, Clause]:
        document, clause, _ = self.sources[bisect_right(self.starts, at) - 1]
        return document, clause

    def place(self, at: int, length: int) -> Place:
        number = bisect_right(self.starts, at) - 1
        _, clause, is_text = self.sources[number]
        if not is_text:
            return Place(clause.line, shortened(self.text[at : at + length]))
        start = at - self.starts[number]
        return self.manuscript.place(clause, start, start + length)


# --- names --------------------------------------------------------------------------------------------------------


class _Kind(Enum):
    UNIT = "单位"
    FIRM = "机构"
    PLACE = "地名"
    PROJECT = "项目"
    TITLE = "文件"
    TERM = "简称"


_ENGLISH = {
    _Kind.UNIT: "unit",
    _Kind.FIRM: "body",
    _Kind.PLACE: "place",
    _Kind.PROJECT: "project",
    _Kind.TITLE: "document",
    _Kind.TERM: "defined term",
}
_HAN = "\u4e00-\u9fff"
_UNIT = re.compile(
    r"(?:委员会|管委会|常委会|[^结布格大全开时变棋残平邮]局|发展改革委|[健康国改建]委|办公室|办公厅|办事处|人民政府|人民法院|检察院"
    r"|支队|大队|总队|指挥部|领导小组|联席会议|海关|联合会|总工会)$"
)
_FIRM = re.compile(
    r"(?:公司|集团|[^工农]厂|合作社|医院|卫生院|学校|中学|小学|幼儿园|学院|大学|银行|支行|分行|研究院|研究所|研究中心|协会|商会|中心|基地|农场"
    r"|监测站|服务站|养老院|敬老院|博物馆|图书馆|文化馆|体育馆|药店|药房|酒店|超市|电厂)$"
)
_PLACE = re.compile(
    r"(?:湖|河|江|渠|溪|[^负靠]山|水库|公园|路|街|大道|广场|桥|镇|乡|村|社区|街道|园区|开发区|示范区|新区|产业园|湿地|景区|古镇|车站|机场|[^关]港)$"
)
_PROJECT = re.compile(r"(?:项目|工程|规划|计划|方案|行动|平台|基金|系统|线路|生产线|配套|厂房|管网|泵站)$")
# What makes of two names that are alike two things.
_FIGURES = set("一二三四五六七八九十百千零〇两甲乙丙丁戊己庚辛壬癸")
_SIDES = set("东西南北中上下左右前后内外大小新老高低正副")
_APART = _FIGURES | _SIDES | set("市县区乡镇村省州")
_MAY_LACK = set("和与及的市县区省乡镇、第级型类式性总分副各非不未无有新全本该等原对在将把被向从由于给让")
# Characters that are both right in the words where they stand for one another.
_SAME_WORD = frozenset(
    map(
        frozenset,
        (
            "做作",
            "的地",
            "的得",
            "它他",
            "账帐",
            "像象",
            "划画",
            "订定",
            "唯惟",
            "粘黏",
            "份分",
            "检监",
            "住驻",
            "济纪",
            "利力",
        ),
    )
)
_FILLERS = "于在对由向从与和及或把将被给为是按让请至到以而经自凡各该本此其"
_FILLERS_BEHIND = set("的由在应可不与和从为予是将须，。；、）\n")
_SHORT_PLACE_ENDS = set("庄楼营寨店集沟坡岗寺桥河湾洼家屯堡铺庙园城山湖王李张刘陈")

_CLEAN = re.compile(
    rf"(?:^|(?<=[、，。；：（）(“”\s]))(?P<name>[{_HAN}]{{3,30}})(?=[、，。；：（）)“”\s]|等[、，。；）]|$)", re.M
)
_TITLE = re.compile(r"《([^《》\n]{6,80})》")
_DEFINED = re.compile(
    r"(?:以下|下)均?(?:简称|统称|称)为?[:：]?\s*[“\"《]?"
    r"(?P<name>[^“”\"《》（）()，。；、\s]{3,16})[”\"》]?[）)，]"
)
# Words that may stand before a name in the same breath.
_VERBS = (
    r"其中|以及|同时|负责|牵头|会同|配合|包括|通过|推进|推动|支持|建设|加快|组织|单位|整治|改造"
    r"|打通|提升|完善|实施|打造|修复|严控|保护|加强|做好|开展|启动|新建|扩建|改建|修建|治理|位于"
    r"|依托|围绕|建成|落实|对接|编制|严格|沿着|途经|毗邻|流经|疏浚|修通"
)
_LEADING = re.compile(rf"(?:[{_FILLERS}]|{_VERBS})+")
_BEFORE_NAMES = frozenset(_VERBS.split("|"))


_NO_NAME_WITH = re.compile("的|应当|可以|不得|相关|有关|以及|或者")


def _kind_of(name: str) -> _Kind | None:
    for kind, pattern in ((_Kind.FIRM, _FIRM), (_Kind.UNIT, _UNIT), (_Kind.PROJECT, _PROJECT), (_Kind.PLACE, _PLACE)):
        if pattern.search(name):
            return kind
    return None


def _names(text: str) -> dict[str, _Kind]:
    """Names that stand between marks, so that it is known where they begin and end."""
    out: dict[str, _Kind] = {}
    for found in _CLEAN.finditer(text):
        name = found["name"]
        kind = _kind_of(name)
        if kind is _Kind.PLACE and len(name) <= 4 and (name[0] in _NO_NAME or name[-2:] in _GENERIC):
            continue
        if kind is not None and not _NO_NAME_WITH.search(name):
            out.setdefault(name, kind)
            if (lead := _LEADING.match(name)) and len(name) - lead.end() >= 4:
                out.setdefault(name[lead.end() :], kind)
    for found in _TITLE.finditer(text):
        out.setdefault(found[1], _Kind.TITLE)
    for found in _DEFINED.finditer(text):
        out[found["name"]] = _Kind.TERM
    return out


# --- how two spellings differ -------------------------------------------------------------------------------------


# Shorter names are abbreviated by a character, or have one more as another name.
_LEAST = {_Kind.UNIT: 7, _Kind.FIRM: 8, _Kind.PROJECT: 10, _Kind.TITLE: 12}


@dataclass(frozen=True, slots=True)
class _Slip:
    """How `other` differs from `name`: the characters of each, for the message."""

    name: str
    other: str
    at: int
    ours: str
    theirs: str


def _slip(name: str, other: str, kind: _Kind) -> _Slip | None:
    """The slip that makes `other` of `name`; None where they may be two names."""
    if len(name) == len(other):
        first = _same_before(name, other)
        # Most pairs end here: a slip is within four characters.
        if name[first + 4 :] != other[first + 4 :] or first == len(name):
            return None
        ours, theirs = name[first : first + 4], other[first : first + 4]
        while ours[-1] == theirs[-1]:
            ours, theirs = ours[:-1], theirs[:-1]
        if len(ours) == 1:
            return _Slip(name, other, first, ours, theirs) if _taken_for(name, first, ours, theirs, kind) else None
        swapped = sorted(ours) == sorted(theirs) and len(name) >= _least_swapped(kind)
        if len(ours) == 3:
            swapped = swapped and ours == theirs[::-1]  # 农业农村 turned round
        elif len(ours) == 4:
            swapped = swapped and ours == theirs[2:] + theirs[:2]
        swapped = swapped and len(ours) <= _most_swapped(kind)
        if swapped and not (set(ours) & _FIGURES or set(ours) <= _SIDES or "各" in ours):
            return _Slip(name, other, first, ours, theirs)
        return None
    longer, shorter = (name, other) if len(name) > len(other) else (other, name)
    if len(longer) - len(shorter) != 1 or kind in (_Kind.PLACE, _Kind.TERM):
        return None
    at = _same_before(longer, shorter)
    if longer[at + 1 :] != shorter[at:]:
        return None
    char = longer[at]
    doubled = char in (longer[at - 1 : at], longer[at + 1 : at + 2])
    if len(longer) < _LEAST[kind] or not 0 < at < len(shorter):
        return None
    if not _is_han(char) or (kind is _Kind.PROJECT and _SAYS.search(longer)):
        return None
    if kind is _Kind.UNIT and not _begins_like_a_unit(longer, at):
        return None
    if char in _MAY_LACK or char in _APART or (doubled and char in "区市县"):
        return None
    ours, theirs = (char, "") if longer is name else ("", char)
    return _Slip(name, other, at, ours, theirs)


def _least_swapped(kind: _Kind) -> int:
    """How long a name is at the least in which characters that changed places are a slip."""
    return 7 if kind is _Kind.PLACE else 5


def _most_swapped(kind: _Kind) -> int:
    """How many characters may have changed places: 工程建设 and 建设工程 are two projects."""
    return 2 if kind is _Kind.PROJECT else 4


def _whole_of(size: int, kind: _Kind) -> tuple[int, int]:
    """How much is whole at one end of a misspelt name of `size` characters, or else at each end, 0 if one end is."""
    half = size // 2
    if size < _least_swapped(kind):
        return half, 0
    # Fewer than `half` are whole at one end, and all others but those that changed places at the other.
    rest = size - _most_swapped(kind) - (half - 1)
    return (half, rest) if rest > 0 else (1, 0)


def _same_before(one: str, other: str) -> int:
    """How many characters two names have in common at their beginning."""
    at = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        at += 1
    return at


# No name of a project, but words about one.
_SAYS = re.compile("[的在将对应有内所及其]")
_LEVELS = set("市省县区州旗盟镇乡")
_BUREAU = re.compile("[局委厅]$|委员会$")


def _begins_like_a_unit(name: str, at: int) -> bool:
    """Whether the slip is in the name and not in words before it: 报送省人大常委会 and 报省人大常委会."""
    level = next((place for place, char in enumerate(name[:8]) if char in _LEVELS), None)
    if level is not None:
        return level < at
    return name.endswith("局") and at > 1


def _taken_for(name: str, at: int, ours: str, theirs: str, kind: _Kind) -> bool:
    if ours in _FIGURES or theirs in _FIGURES or (ours in _APART and theirs in _APART):
        return False
    if frozenset((ours, theirs)) in _SAME_WORD or not (_is_han(ours) and _is_han(theirs)):
        return False
    if kind is _Kind.UNIT and {ours, theirs} <= set("和与及"):
        return len(name) >= 8 and name[0] in _LEVELS and bool(_BUREAU.search(name))
    if len(name) < 3:
        return False
    if kind is _Kind.PLACE and len(name) <= 4 and at == 0 and set(name[1:-1]) & _SHORT_PLACE_ENDS:
        return False
    return alike(ours, theirs)


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


# --- where they stand ---------------------------------------------------------------------------------------------

_BUDGET = 6
"""Places that are looked at for each character of the text at the most, so that time grows with its length."""


def _spellings(words: _Words) -> Iterator[Finding]:
    text = words.text
    names = _names(text)
    found: dict[frozenset[str], tuple[_Slip, _Kind]] = {}
    for slip, kind in (
        *_among(names),
        *_in_text(text, names, words.pairs),
        *_short_places(text, words.pairs),
        *_joined(text),
        *_of_a_sort(text),
    ):
        found.setdefault(frozenset((slip.name, slip.other)), (slip, kind))
    told: set[tuple[int, str]] = set()
    places = _places(text, {word for slip, _ in found.values() for word in (slip.name, slip.other)})
    for slip, kind in sorted(found.values(), key=lambda one: -len(one[0].name)):
        finding = _told(words, slip, kind, places, told)
        if finding is not None:
            yield finding


def _told(
    words: _Words, slip: _Slip, kind: _Kind, places: dict[str, list[int]], told: set[tuple[int, str]]
) -> Finding | None:
    name, other = slip.name, slip.other
    ours, theirs = places[name], places[other]
    if not ours or not theirs:
        return None
    rarer = len(theirs) < len(ours) or (len(theirs) == len(ours) and theirs[0] > ours[0])
    if len(theirs) == len(ours) and len(name) != len(other):
        longer = max(name, other, key=len)
        if longer[slip.at : slip.at + 1] in (longer[slip.at - 1 : slip.at], longer[slip.at + 1 : slip.at + 2]):
            rarer = other is longer  # a doubled character is wrong
    if not rarer:
        slip = _Slip(other, name, slip.at, slip.theirs, slip.ours)
        name, other, ours, theirs = other, name, theirs, ours
    if len(theirs) >= 3 and len(ours) < 4 * len(theirs):
        return None  # both are used again and again: two names
    key = (theirs[0] + slip.at, slip.theirs)
    if key in told:
        return None
    told.add(key)
    document, clause = words.source(theirs[0])
    where = [words.place(at, len(other)) for at in theirs[:5]] + [words.place(at, len(name)) for at in ours[:1]]
    if slip.ours and slip.theirs:
        differ, english = f"“{slip.theirs}”与“{slip.ours}”不同", f"“{slip.theirs}” for “{slip.ours}”"
    elif slip.theirs:
        differ, english = f"多一“{slip.theirs}”字", f"“{slip.theirs}” too many"
    else:
        differ, english = f"少一“{slip.ours}”字", f"“{slip.ours}” is lacking"
    return Finding(
        name_of(document),
        FindingKind.NAME,
        Severity.WARNING if len(ours) > len(theirs) else Severity.NOTE,
        f"{kind.value}名称写法不一：“{other}”（{len(theirs)}处）与“{name}”（{len(ours)}处），{differ}。",
        f"A {_ENGLISH[kind]} in two spellings: {other} ({len(theirs)}) and {name} ({len(ours)}); {english}.",
        tuple(dict.fromkeys(where)),
        clause.locator,
        clause.eid,
    )


_MOST_PLACES = 1000


def _places(text: str, words: set[str]) -> dict[str, list[int]]:
    """Where each of the words stands, the first places of them; all in one pass, however many the words are."""
    places: dict[str, list[int]] = {word: [] for word in words}
    lengths: dict[str, set[int]] = {}
    for word in words:
        lengths.setdefault(word[:2], set()).add(len(word))
    for at, pair in enumerate(map(add, text, text[1:])):
        for length in lengths.get(pair, ()):
            found = places.get(text[at : at + length])
            if found is not None and len(found) < _MOST_PLACES:
                found.append(at)
    return places


def _among(names: dict[str, _Kind]) -> Iterator[tuple[_Slip, _Kind]]:
    """Names of which one becomes the other by one slip: they share what is left when a character is taken out."""
    left: dict[str, list[str]] = {}
    turned: dict[str, list[str]] = {}
    for name in names:
        if len(name) > 80:
            continue
        for key in dict.fromkeys((name, *(name[:at] + name[at + 1 :] for at in range(len(name))))):
            left.setdefault(key, []).append(name)
        turned.setdefault("".join(sorted(name)), []).append(name)
    for group in (*left.values(), *turned.values()):
        if len(group) > 30:
            continue
        for at, name in enumerate(group):
            for other in group[at + 1 :]:
                slip = _slip(name, other, names[name])
                if slip is not None:
                    yield slip, names[name]


def _in_text(text: str, names: dict[str, _Kind], pairs: Counter[str]) -> Iterator[tuple[_Slip, _Kind]]:
    """Misspellings inside running words: where a part of a name stands and the rest nearly does."""
    wanted: dict[str, list[tuple[str, int]]] = {}
    for name in names:
        if names[name] is _Kind.TERM and len(name) == 3:
            wanted.setdefault(name[:2], []).append((name, 0))
            wanted.setdefault(name[1:], []).append((name, 1))
        if not 4 <= len(name) <= 40:
            continue
        # A slip spoils two of three parts at the most.
        parts = 3 if len(name) >= 6 else 2
        for part in range(parts):
            start, end = len(name) * part // parts, len(name) * (part + 1) // parts
            grams = [(pairs[name[at : at + 2]], at) for at in range(start, end - 1)]
            if grams:
                at = min(grams)[1]
                wanted.setdefault(name[at : at + 2], []).append((name, at))
    left = _BUDGET * len(text)
    sought: dict[str, _Sought] = {}
    for gram in sorted(wanted, key=lambda gram: pairs[gram] * len(wanted[gram])):
        left -= pairs[gram] * len(wanted[gram])
        if left < 0:
            break  # 公司 stands everywhere, and says nothing
        sought[gram] = _Sought([(name, names[name], at) for name, at in wanted[gram]])
    seen: set[tuple[str, str]] = set()
    for at, gram in enumerate(map(add, text, text[1:])):
        if gram not in sought:
            continue
        for name, begin, end in sought[gram].near(text, at):
            other = text[begin:end]
            if other == name or (name, other) in seen:
                continue
            seen.add((name, other))
            slip = _slip(name, other, names[name])
            if slip is not None and _stands_alone(text, begin, other, slip, names[name]):
                yield slip, names[name]


class _Sought:
    """Names that have two characters in common, and what of them stands around these where one of them is misspelt.

    That is half of the name, or both ends if characters in its middle changed places; so most places where the two
    characters stand are told from a misspelling by words that are looked up, however many the names are.
    """

    def __init__(self, names: list[tuple[str, _Kind, int]]) -> None:
        """`names` with the place of the two characters in each."""
        # A name and where it may begin and end, from the two characters on.
        self._windows: list[tuple[str, int, int]] = []
        # By the two stretches of the text that are whole, from the two characters on; and by their words.
        self._whole: dict[tuple[int, int, int, int], dict[str, list[int]]] = {}
        for name, kind, offset in names:
            for begin, end in _windows(-offset, len(name), kind):
                half, rest = _whole_of(len(name), kind) if end - begin == len(name) else (len(name) // 2, 0)
                whole = [((begin, begin + half, 0, 0), name[:half]), ((0, 0, end - half, end), name[-half:])]
                if rest:
                    whole.append(((begin, begin + rest, end - rest, end), name[:rest] + name[-rest:]))
                for stretches, words in whole:
                    self._whole.setdefault(stretches, {}).setdefault(words, []).append(len(self._windows))
                self._windows.append((name, begin, end))

    def near(self, text: str, at: int) -> list[tuple[str, int, int]]:
        """Names that nearly stand around the two characters at `at`, and where: begin and end."""
        found: set[int] = set()
        for (one, two, three, four), by_words in self._whole.items():
            if numbers := by_words.get(text[at + one : at + two] + text[at + three : at + four]):
                found.update(numbers)
        if not found:
            return []
        near = []
        for number in sorted(found):
            name, begin, end = self._windows[number]
            begin, end = at + begin, at + end
            if begin < 0:
                continue
            # What is lacking or too many is at no end.
            if end - begin == len(name) or (text[begin] == name[0] and text[end - 1 : end] == name[-1]):
                near.append((name, begin, end))
        return near


def _windows(start: int, size: int, kind: _Kind) -> tuple[tuple[int, int], ...]:
    """Where a name of `size` characters that should begin at `start` may stand: begin and end."""
    end = start + size
    if size + 1 < _LEAST.get(kind, 100):
        return ((start, end),)
    # What is lacking may stand before the part that is whole.
    return (start, end), (start, end - 1), (start + 1, end), (start, end + 1), (start - 1, end)


def _stands_alone(text: str, begin: int, other: str, slip: _Slip, kind: _Kind) -> bool:
    """Whether what differs is inside the name: at its ends a character may belong to the words beside it."""
    if not all(_is_han(char) or char in "“”（）·、—-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" for char in other):
        return False
    before, behind = text[begin - 1 : begin], text[begin + len(other) : begin + len(other) + 1]
    first = 1 if kind is _Kind.UNIT and slip.theirs != other[0] else 2
    if len(slip.ours) != len(slip.theirs) and slip.at < first and before and _is_han(before):
        return False
    if slip.at > 0 and slip.at + max(len(slip.ours), len(slip.theirs)) < len(other):
        return True
    if kind is _Kind.TERM and slip.at and (look_alike(slip.ours, slip.theirs) or behind in _FILLERS_BEHIND):
        return True
    return not (before and _is_han(before)) if slip.at == 0 else not (behind and _is_han(behind))


_AND = re.compile("[和与]")
_BODY_END = re.compile(rf"[{_HAN}]{{2,8}}?(?:局|厅|委员会)")
_BODIES = set("局厅委办部院会和与及")


def _joined(text: str) -> Iterator[tuple[_Slip, _Kind]]:
    """市住房和城乡建设局 and 市住房与城乡建设局 in running words: of one unit the words are joined in one way."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for joint in _AND.finditer(text):
        begin = joint.start()
        while joint.start() - begin < 8 and _is_han(text[begin - 1 : begin]) and text[begin - 1] not in _FILLERS:
            begin -= 1
            if text[begin] in _LEVELS:
                break
        end = _BODY_END.match(text, joint.end())
        if end is None or joint.start() - begin < 2 or set(text[begin : joint.start()]) & _BODIES:
            continue
        if not set(end[0].removesuffix("委员会")[:-1]) & _BODIES:
            found.setdefault((text[begin : joint.start()], end[0]), Counter())[joint[0]] += 1
    for (before, behind), joints in found.items():
        if len(joints) == 2:
            (usual, often), (odd, rarely) = joints.most_common()
            if often > rarely == 1:
                yield _Slip(before + usual + behind, before + odd + behind, len(before), usual, odd), _Kind.UNIT


_LINKS = set("、和与或")
_SORTS = re.compile("研究(?=[院所])|博物(?=[院馆])")
_OWN = 6  # characters that are the name's own: 农业科学 stands in the names of many


def _of_a_sort(text: str) -> Iterator[tuple[_Slip, _Kind]]:
    """One institute that is called 研究院 again and again, and 研究所 once."""
    found: dict[str, Counter[str]] = {}
    for sort in _SORTS.finditer(text):
        own = text[max(0, sort.start() - _OWN) : sort.end()]
        if all(map(_is_han, own)) and not _NO_NAME_WITH.search(own) and not set(own) & _LINKS:
            found.setdefault(own, Counter())[text[sort.end()]] += 1
    for own, ends in found.items():
        if len(ends) == 2:
            (usual, often), (odd, rarely) = ends.most_common()
            if often > rarely == 1:
                yield _Slip(own + usual, own + odd, len(own), usual, odd), _Kind.FIRM


def _rare(words: _Words) -> Iterator[Finding]:
    """Odd spellings of words whose kind need not be known, beside the usual one."""
    for rare in rare_spellings(words.text, words.spans(), words.pairs):
        yield _odd_one(words, rare)


def _odd_one(words: _Words, rare: Rare) -> Finding:
    before, behind = min(rare.before, 4), min(rare.behind, 4)
    length = before + 1 + behind
    odd, usual = (words.text[at - before : at - before + length] for at in (rare.wrong, rare.right))
    wrong, right = words.text[rare.wrong], words.text[rare.right]
    document, clause = words.source(rare.wrong)
    return Finding(
        name_of(document),
        FindingKind.NAME,
        Severity.WARNING if rare.often > 1 else Severity.NOTE,
        f"同一名称两种写法：“{odd}”仅此1处，另有“{usual}”（此名{rare.often}处），“{wrong}”疑为“{right}”之误。",
        f"One name in two spellings: {odd} stands once, {usual} elsewhere (the name {rare.often} times); "
        f"“{wrong}” may stand for “{right}”.",
        tuple(dict.fromkeys(words.place(at - before, length) for at in (rare.wrong, rare.right))),
        clause.locator,
        clause.eid,
    )


_PLACE_END = (
    r"(?:[湖荡]|[港岛](?!口)|书院|大桥|码头|[中小]学(?!生)"
    r"|水库|公园|湿地|景区|大道|产业园|[路街镇山]|河(?!南|北|道|长))"
)
_SHORT_PLACES = re.compile(rf"(?=([{_HAN}]{{2}}{_PLACE_END}))")
_LONGER_PLACES = re.compile(rf"(?=([{_HAN}]{{3}}{_PLACE_END}))")


def _short_places(text: str, pairs: Counter[str]) -> Iterator[tuple[_Slip, _Kind]]:
    """青岩湖 and 清岩湖 in running words: the two or three characters before what says that it is a place."""
    by_key: dict[str, set[str]] = {}
    begins: set[str] = set()  # names that stand somewhere without a word before them
    for pattern, places in ((_SHORT_PLACES, (0, 1)), (_LONGER_PLACES, (1,))):
        for found in pattern.finditer(text):
            name = found[1]
            if name[-2:] in _GENERIC:
                continue
            if _begins(text, found.start()):
                begins.add(name)
            for at in places:
                by_key.setdefault(f"{name[:at]}?{name[at + 1 :]}", set()).add(name)
    for key, group in by_key.items():
        # Whatever stands before it: 白鹭 is seen again and again, 白路 only here.
        odd = {name for name in group if key[0] != "?" and pairs[name[:2]] == 1 and pairs[name[1:3]] == 1}
        members = sorted(group & begins | odd if group & begins else ())
        if not 2 <= len(members) <= 30:
            continue
        for at, name in enumerate(members):
            for other in members[at + 1 :]:
                if key[0] == "?" and (name[0] in _NO_NAME or other[0] in _NO_NAME):
                    continue
                slip = _slip(name, other, _Kind.PLACE)
                if slip is not None:
                    yield slip, _Kind.PLACE


_GENERIC = {
    "道路",
    "铁路",
    "公路",
    "线路",
    "电路",
    "网路",
    "水路",
    "陆路",
    "乡镇",
    "城镇",
    "村镇",
    "市镇",
    "小镇",
    "集镇",
    "建制镇",
}
_NO_NAME = set(_FILLERS) | set("是市县区省有称成过时事之所可能应需要及并又还就都也不未无各某另")


def _begins(text: str, at: int) -> bool:
    """Whether a name may begin here: behind a mark, or behind words that go before names."""
    before = text[at - 1 : at]
    if not before or not _is_han(before) or before in _FILLERS:
        return True
    return text[max(0, at - 2) : at] in _BEFORE_NAMES


# --- titles that bear one number ----------------------------------------------------------------------------------

_WRAPPED = re.compile(r"关于(?:印发|转发|批转|公布|发布)(.*?)的(?:通知|公告|决定|命令)(?:（.{1,12}）)?$")
_ISSUER = re.compile(r"^.{0,40}?(?=关于)")
_IS_ISSUED = re.compile(r"[^《。]{0,30}(?:印发|公布|发布|同意|通过|转发)")
_MARKED = re.compile(r"（[^（）]{1,12}）$")


def _core(title: str) -> str:
    """What a document is about: without who issues it, without 印发…的通知 round it, without brackets at its end."""
    words = re.sub(r"\s", "", title)
    if found := _WRAPPED.search(words):
        words = found[1].strip("《》〈〉")
    words = _MARKED.sub("", words)
    return title_key(_ISSUER.sub("", words))


@dataclass(frozen=True, slots=True)
class _Titled:
    title: str
    core: str
    document: Document
    place: Place
    clause: Clause | None
    own: bool


def _titles_of_one_number(manuscript: Manuscript) -> Iterator[Finding]:
    """Titles that differ a little although the number behind them is the same, and those of one document in itself."""
    of: dict[str, list[_Titled]] = {}
    for document in manuscript.gazette.documents:
        if document.number:
            line = _title_line(manuscript, document)
            place = Place(line, shortened(document.title))
            of.setdefault(document.number, []).append(
                _Titled(document.title, _core(document.title), document, place, None, True)
            )
            for part in document.instruments:
                of[document.number].append(
                    _Titled(part.title, _core(part.title), document, Place(part.line, part.title), None, True)
                )
    for document in manuscript.gazette.documents:
        clauses = {clause.eid: clause for clause in document.walk()} if document.references else {}
        for reference in document.references:
            if reference.number and reference.title and (clause := clauses.get(reference.eid)) is not None:
                at = clause.text.find(reference.title[:8])
                found = manuscript.place(clause, at, at + len(reference.title)) if at >= 0 else None
                of.setdefault(reference.number, []).append(
                    _Titled(
                        reference.title,
                        _core(reference.title),
                        document,
                        found or Place(clause.line, shortened(reference.title)),
                        clause,
                        False,
                    )
                )
    for number, titles in of.items():
        yield from _compared(number, titles)
    for document in manuscript.gazette.documents:
        yield from _own_title(manuscript, document)


def _compared(number: str, titles: list[_Titled]) -> Iterator[Finding]:
    counts = Counter(title.core for title in titles)
    told: set[str] = set()
    if len(counts) > 20:
        return
    for title in titles:
        if title.core in told or title.own:
            continue
        for other in sorted(titles, key=lambda one: (not one.own, -counts[one.core])):
            better = other.own or counts[other.core] > counts[title.core]
            if not better and (counts[other.core] < counts[title.core] or other.place.line > title.place.line):
                continue
            if other.core == title.core or not _nearly(title.core, other.core):
                continue
            told.add(title.core)
            yield _titles_differ(number, title, other)
            break


def _nearly(one: str, other: str) -> bool:
    if one == other or min(len(one), len(other)) < 5 or one.endswith(other) or other.endswith(one):
        return False
    if one in other or other in one:
        return False
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.75


def _titles_differ(number: str, title: _Titled, other: _Titled) -> Finding:
    return Finding(
        name_of(title.document),
        FindingKind.NAME,
        Severity.ERROR,
        f"同一文号{number}的名称不一致：此处为《{title.title}》，另一处为《{other.title}》。",
        f"Titles under the one number {number} differ: 《{title.title}》 here, and 《{other.title}》 elsewhere.",
        (title.place, other.place),
        title.clause.locator if title.clause else "",
        title.clause.eid if title.clause else "",
    )


def _own_title(manuscript: Manuscript, document: Document) -> Iterator[Finding]:
    """What a document issues, by its own title, against the words of the covering text and the heading of the text."""
    if len(document.instruments) != 1 or not document.parts or document.parts[0].kind is not PartKind.BODY:
        return
    wrapped = _WRAPPED.search(re.sub(r"\s", "", document.title))
    instrument = document.instruments[0]
    key = title_key(_MARKED.sub("", instrument.title))
    if wrapped is not None:
        named = title_key(_MARKED.sub("", wrapped[1].strip("《》")))
        if _nearly(named, key):
            place = Place(_title_line(manuscript, document), shortened(document.title))
            yield Finding(
                name_of(document),
                FindingKind.NAME,
                Severity.ERROR,
                f"标题称印发“{wrapped[1].strip('《》')}”，所印文件题为“{instrument.title}”。",
                f"The title says that {wrapped[1].strip('《》')} is issued, and the text is called {instrument.title}.",
                (Place(instrument.line, shortened(instrument.title)), place),
            )
            return
    for clause in document.parts[0].walk():
        for found in _TITLE.finditer(clause.text[:5000]):
            named = title_key(_MARKED.sub("", found[1]))
            if _nearly(named, key) and _IS_ISSUED.match(clause.text, found.end()):
                yield Finding(
                    name_of(document),
                    FindingKind.NAME,
                    Severity.ERROR,
                    f"通知称印发《{found[1]}》，所印文件题为“{instrument.title}”。",
                    f"The covering text issues 《{found[1]}》; what is printed is called {instrument.title}.",
                    (
                        manuscript.place(clause, found.start(), found.end()),
                        Place(instrument.line, shortened(instrument.title)),
                    ),
                    clause.locator,
                    clause.eid,
                )
                return


def _title_line(manuscript: Manuscript, document: Document) -> int:
    key = title_key(document.title)
    for line in range(document.first_line, min(document.first_line + 12, document.last_line + 1)):
        words = title_key(manuscript.raw_lines[line - 1])
        if len(words) > 3 and (key.startswith(words) or words.startswith(key)):
            return line
    return document.first_line
