"""Find where documents begin, and what their first lines say: number, title, issuer.

A document of a gazette begins with its title and number: the number stands on a line by itself, the title above it
(as gazettes print it) or below it (as the document itself does). A number on a line by itself without a title beside
it is a citation and begins nothing. Documents without a number are found by the table of contents, or behind the
signature of the document before by a title that names an issuer.
"""

import re
from dataclasses import dataclass

from gongbao.core.citations import NUMBER_PATTERN, ORDER_PATTERN, DocumentNumber, read_number
from gongbao.core.dates import DATE_PATTERN
from gongbao.gazette.lines import CONTENTS, HAN, TITLE_END, Line, is_addressees
from gongbao.gazette.markers import read_marker

_BODY = (
    r"(?:人民政府办公室|人民政府办公厅|人民政府|人民代表大会常务委员会|人大常委会|人民代表大会|管理委员会|管委会|委员会|领导小组"
    rf"|指挥部|办公室|办公厅|总工会|联合会|监管局|管理局|监督局|国务院|人民法院|人民检察院|[省市县区镇乡旗州]政府|[{HAN}]局|[{HAN}]厅|[{HAN}]部|[{HAN}]院"
    rf"|[{HAN}]委)"
)
# Several names in a row, the whole bounded and without nesting, so that no text makes it search for ever.
_ISSUER = re.compile(rf"(?P<issuer>[{HAN}、 ]{{2,160}}?{_BODY})\s?(?=关于|转发|印发|批转)")
_ANY_ISSUER = re.compile(rf"(?P<issuer>(?!关于)[{HAN}、（）]{{2,60}}?)(?=关于|转发|印发|批转)")
_ONE_ISSUER = re.compile(rf"[{HAN}]{{2,30}}?{_BODY}")


class _IssuerLine:
    """A line that is the names of one or several issuers, with space between them."""

    def fullmatch(self, text: str) -> bool:
        names = re.split(r"[\s、]+", text) if len(text) <= 200 else []
        return 0 < len(names) <= 6 and all(_ONE_ISSUER.fullmatch(name) for name in names)

    def match(self, text: str) -> "re.Match[str] | None":
        return _ONE_ISSUER.match(text[:60])


ISSUER_LINE = _IssuerLine()
_ORDER_LINE = re.compile(rf"[{HAN}]{{2,30}}(?:令|公告|通告|纪要)")
# 索引号：, 发文机构：…, 成文日期：…: what a web page prints round a document.
_LABEL = re.compile(
    r"^(?:索\s?引\s?号|主题(?:分类|词)|发文(?:机构|机关|字号|日期|单位)|成文日期|发布(?:日期|机构|时间)|文\s?号|文件编号|标\s?题|"
    r"有\s?效\s?性|来\s?源|时\s?间|浏览次数|字\s?号|当前位置|统一编号|公开方式|公文种类|生成日期|名\s?称|体裁分类|返回顶部|打印|关闭)"
    r"\s*(?:[:：].*)?$|^(?:绝密|机密|秘密|特急|加急|平急|急件)(?:★.*)?$|^\d{4,8}$"
)
_TITLE_LABEL = re.compile(r"^标\s?题\s*[:：]\s*(?=\S)")
_NUMBER_LABEL = re.compile(r"^(?:文\s?号|发文字号|文件编号|发文号|字\s?号)\s*[:：]\s*")
_REISSUES = re.compile("印发|转发|批转|公布|发布")


@dataclass(frozen=True, slots=True)
class Head:
    """A document begins at line `begin`; `body` is the first line behind number and title."""

    begin: int
    body: int
    number: str
    title: str
    issuer: str


def _spaced(texts: list[str], title: str, issuer: str) -> tuple[str, str]:
    """Title and issuer with the space between several issuers that the print has between them."""
    names: list[str] = []
    name = ""
    for piece in re.split(r"[\s、]+", " ".join(texts).strip()):
        name += plain(piece)
        rest = issuer[len("".join(names)) :]
        if name.startswith(rest) and names and ISSUER_LINE.fullmatch(rest):
            names.append(rest)  # the last issuer, with the title right behind it
            break
        if ISSUER_LINE.fullmatch(name):
            names.append(name)
            name = ""
        if len("".join(names)) >= len(issuer):
            break
    if len(names) > 1 and "".join(names) == issuer.replace("、", ""):
        whole = " ".join(names)
        return whole + (" " if title.startswith(issuer) else "") + title.removeprefix(issuer), whole
    return title, issuer


def plain(text: str) -> str:
    """A title as it is compared: without spaces, brackets in one form, no marks."""
    text = re.sub(r"[\s\u3000*#]+", "", text)
    return text.translate(str.maketrans("()［］[]﹝﹞〈〉<>,", "（）〔〕〔〕〔〕《》《》，"))


def title_key(title: str) -> str:
    """What two printings of one title share: no brackets, quotes or commas."""
    return re.sub(r"[（）()《》〔〕“”\"、，]", "", plain(title))


def find_heads(lines: list[Line], announced: list[str]) -> list[Head]:
    """The heads of all documents, in order. `announced` are the titles of the table of contents."""
    numbered = _numbered(lines)
    known = {title_key(head.title) for head in numbered}
    missing = {key for title in announced if (key := title_key(title)) not in known and len(key) > 4}
    heads = sorted(
        [*numbered, *_announced(lines, missing, numbered), *_behind_signatures(lines, numbered)],
        key=lambda head: (head.begin, -head.body),
    )
    out: list[Head] = []
    for head in heads:
        if not out or head.begin >= out[-1].body:
            out.append(head)
    return out


def contents_start(lines: list[Line]) -> int | None:
    """The line of 目录 at the head of an issue; None where there is none."""
    return next((k for k, line in enumerate(lines[:60]) if CONTENTS.match(line.text.strip())), None)


# --- by number ----------------------------------------------------------------------------------------------------


def _numbered(lines: list[Line]) -> list[Head]:
    heads: list[Head] = []
    floor = 0  # nothing above this line belongs to a new document
    for at, line in enumerate(lines):
        if at < floor or len(line.text) > 160 or "\t" in line.text or "号" not in line.text:
            continue
        head = _order(lines, at) if at > floor else None
        if head is None:
            number = own_number(line.text) if len(line.text) <= 60 else None
            if number is None:
                head = _title_with_number(lines, at, floor)
            else:
                head = _title_above(lines, at, floor, number) or _title_below(lines, at, floor, number)
        if head is not None and head.begin >= floor:
            heads.append(head)
            floor = head.body
    return heads


_WITH_NUMBER = re.compile(
    rf"(?P<title>.{{4,140}}(?:通知|决定|意见|通报|公告|通告|批复|函))\s?[（(](?P<number>[{HAN}]{{1,8}}〔(?:19|20)\d{{2}}〕\d{{1,5}}号)[）)]"
)


def _title_with_number(lines: list[Line], at: int, floor: int) -> Head | None:
    """…的通知（某政〔2017〕2号）, as web pages print it: at the beginning of a text, or before its addressees."""
    found = _WITH_NUMBER.fullmatch(lines[at].text.strip())
    if found is None or read_marker(lines[at].text):
        return None
    before_addressees = at + 1 < len(lines) and is_addressees(lines[at + 1].text.strip())
    if not (before_addressees or at < 3) or "关于" not in plain(
        "".join(line.text for line in lines[max(floor, at - 2) : at + 1])
    ):
        return None
    number = read_number(found["number"])
    assert number is not None
    title, begin = plain(found["title"]), at
    while "关于" not in title or (
        begin > floor and title.startswith("关于") and ISSUER_LINE.fullmatch(lines[begin - 1].text.strip())
    ):
        begin -= 1
        title = plain(lines[begin].text) + title
    issuer = _ISSUER.match(title[:200]) or _ANY_ISSUER.match(title)
    return Head(begin, at + 1, str(number), title, issuer["issuer"] if issuer else "")


def own_number(text: str) -> DocumentNumber | None:
    """The number of a line that holds nothing else, in brackets or behind a label as some print it."""
    if "号" not in text:
        return None
    text = re.sub(r"\s*签发人.*$", "", _NUMBER_LABEL.sub("", text.strip())).strip()
    if text[:1] in "（(" and text[-1:] in "）)":
        text = text[1:-1].strip()
    if NUMBER_PATTERN.fullmatch(text) or ORDER_PATTERN.fullmatch(text):
        return read_number(text)
    return None


_ORDER_NUMBER = re.compile(
    r"[（(〔\[]?\s?(?:[〔\[（(]?[^〔〕\d]{0,6}[〕\]）)])?\s?(?P<year>(?:19|20)\d{2})?年?[〕\]）)]?\s?第?\s{0,2}(?P<serial>\d{1,4})\s{0,2}号\s?[）)]?"
)


def _order(lines: list[Line], at: int) -> Head | None:
    """某市人民政府令 and 第12号 on two lines, also （第12号）, 2003年第5号; likewise below 公告 and 纪要."""
    above = plain(lines[at - 1].text)
    if not _ORDER_LINE.fullmatch(above) or len(lines[at].text) > 24:
        return None
    found = _ORDER_NUMBER.fullmatch(lines[at].text.strip())
    if found is None:
        return None
    number = DocumentNumber(above, int(found["year"] or 0), int(found["serial"]))
    return Head(at - 1, at + 1, str(number), str(number), re.sub("(?:令|公告|通告|纪要)$", "", above))


def _title_above(lines: list[Line], at: int, floor: int, number: DocumentNumber) -> Head | None:
    """The title in the lines above: upwards from the number to a line that begins with an issuer."""
    collected: list[str] = []
    best: Head | None = None
    for k in range(at - 1, max(floor, at - 8) - 1, -1):
        text = _TITLE_LABEL.sub("", lines[k].text.strip())
        if _LABEL.match(text):
            continue
        if "\t" in text or len(text) > 160 or text.endswith(("。", "；", "：")) or CONTENTS.match(text):
            break
        if DATE_PATTERN.fullmatch(plain(text)) or _LABEL.match(text):
            break
        collected.insert(0, text)
        whole = plain("".join(collected))
        found = _ISSUER.match(whole[:200])
        if found and (TITLE_END.search(whole) or len(whole) > len(found[0]) + 6):
            # 关于甲事项实施意见 ends with a kind, 关于甲事项工作方案 does not.
            begin, issuer = k, found["issuer"]
            while begin > floor and k - begin < 6 and _more_issuers(lines[begin - 1].text, issuer):
                # 某市财政局 某市民政局 / 国家税务总局某市税务局 / 关于…: names over several lines.
                begin -= 1
                collected.insert(0, lines[begin].text.strip())
                issuer = plain(lines[begin].text) + issuer
                whole = plain("".join(collected))
            return Head(begin, at + 1, str(number), *_spaced(collected, whole, issuer))
        if number.year == 0 and ISSUER_LINE.fullmatch(text.removesuffix("令")):
            return Head(k, at + 1, str(number), whole, text.removesuffix("令"))
        if best is None and "关于" in whole and TITLE_END.search(whole):
            any_issuer = _ANY_ISSUER.match(whole)
            best = Head(k, at + 1, str(number), whole, any_issuer["issuer"] if any_issuer else "")
        elif best is not None and not ISSUER_LINE.fullmatch(plain(text)):
            break
        if number.series.endswith("令") and len(collected) == 1 and 4 < len(whole) <= 40 and not read_marker(text):
            best = Head(k, at + 1, str(number), whole, "")
    return best


def _more_issuers(text: str, issuer: str) -> bool:
    return len(text) < 80 and ISSUER_LINE.fullmatch(text.strip()) and plain(text) not in issuer


def _title_below(lines: list[Line], at: int, floor: int, number: DocumentNumber) -> Head | None:
    """The title in the lines below the number, as the printed document itself has it; a masthead above is taken in."""
    begin = at
    while begin > floor and (_LABEL.match(lines[begin - 1].text) or _is_masthead(lines[begin - 1].text)):
        begin -= 1
    collected: list[str] = []
    for k in range(at + 1, min(at + 16, len(lines))):
        text = _TITLE_LABEL.sub("", lines[k].text.strip())
        if _LABEL.match(text) or re.fullmatch(r"[\d:\-./ 年月日]+", text):
            continue
        if "\t" in text or len(text) > 120 or text.endswith(("。", "；", "：")):
            break
        collected.append(text)
        whole = plain("".join(collected))
        if "关于" in whole and TITLE_END.search(whole):
            found = _ISSUER.match(whole)
            issuer = found["issuer"] if found else whole.partition("关于")[0]
            if not issuer and begin < at and (masthead := ISSUER_LINE.match(plain(lines[at - 1].text))):
                issuer = masthead[0]  # the red head of the printed document names it
            return Head(begin, k + 1, str(number), *_spaced(collected, whole, issuer))
        if len(collected) > 5:
            break
    if number.year == 0:
        title = plain("".join(collected[:1]))
        if not title or re.search("[，。《》]", title):
            title = str(number)
        return Head(begin, at + 1, str(number), title, number.series.removesuffix("令"))
    return None


def _is_masthead(text: str) -> bool:
    words = plain(text)
    return bool(
        re.fullmatch(rf"[{HAN}（）]{{2,30}}(?:文件|令)?", words) and ISSUER_LINE.match(words) and "关于" not in words
    )


# --- without a number ---------------------------------------------------------------------------------------------


def _announced(lines: list[Line], missing: set[str], numbered: list[Head]) -> list[Head]:
    """Documents that the table of contents names and that print no number: where their title comes again."""
    if not missing:
        return []
    beginnings = {key[:5] for key in missing}
    start = contents_start(lines)
    if start is None:
        return []
    out: list[Head] = []
    wanted = set(missing)
    taken = [(head.begin, head.body) for head in numbered]
    for at in range(start + 1, len(lines)):
        if not wanted:
            break
        text = lines[at].text
        if len(text) > 90 or "\t" in text or title_key(text)[:5] not in beginnings:
            continue
        whole = ""
        for behind in range(at, min(at + 4, len(lines))):
            if len(lines[behind].text) > 90 or "\t" in lines[behind].text:
                break
            whole += plain(lines[behind].text)
            if title_key(whole) in wanted and not any(a <= at < b for a, b in taken):
                wanted.discard(title_key(whole))
                found = _ISSUER.match(whole) or _ANY_ISSUER.match(whole)
                out.append(Head(at, behind + 1, "", whole, found["issuer"] if found else ""))
                break
    return out


# 某市人民政府公告, which says what about only in its text.
_BARE_TITLE = re.compile(rf"[{HAN}]{{2,20}}(?:政府|办公室|办公厅|委员会|局|厅|部|院)(?:公告|通告)")


def _behind_signatures(lines: list[Line], numbered: list[Head]) -> list[Head]:
    """A title that names an issuer right behind a date: another document, unless the one before issues something."""
    out: list[Head] = []
    place = 0
    title = ""
    beginning = plain("".join(line.text[:200] for line in lines[:3]))
    for at in range(1, len(lines)):
        while place < len(numbered) and numbered[place].begin < at:
            title = numbered[place].title
            place += 1
        words = plain(lines[at - 1].text)
        if len(words) > 16 or not DATE_PATTERN.fullmatch(words.strip("（）")):
            continue
        if _REISSUES.search(title or beginning):
            continue
        whole = ""
        if re.search("(?:大事记|政策解读|统计数据|统计公报)$", plain(lines[at].text)) and len(lines[at].text) < 40:
            out.append(Head(at, at + 1, "", plain(lines[at].text), ""))
            continue
        for behind in range(at, min(at + 4, len(lines))):
            text = lines[behind].text.strip()
            if "\t" in text or len(text) > 120 or text.endswith(("。", "；", "：")) or own_number(text):
                break
            whole += plain(text)
            if behind == at and _BARE_TITLE.fullmatch(whole):
                out.append(Head(at, at + 1, "", whole, re.sub("(?:公告|通告)$", "", whole)))
                break
            found = _ISSUER.match(whole)
            if found and TITLE_END.search(whole):
                # At the beginning there may be no head yet: what stands above is the first document then.
                out.append(Head(at, behind + 1, "", whole, found["issuer"]))
                title = whole
                break
            if not ISSUER_LINE.match(whole):
                break
    return out


def head_of_a_single_document(lines: list[Line]) -> Head:
    """The head of a text that prints no number: a title near its beginning, or its first words."""
    whole = ""
    collected: list[str] = []
    begin = 0
    for k, line in enumerate(lines[:30]):
        text = _TITLE_LABEL.sub("", line.text.strip())
        if not whole and (_LABEL.match(text) or text.endswith(">") or "当前位置" in text):
            begin = k + 1
            continue
        if "\t" in text or len(text) > 120 or text.endswith(("。", "；", "：")) or (whole and read_marker(text)):
            break
        if re.fullmatch(r"[\d年月日\s（）:.\-]+", text):
            if whole:
                break
            begin = k + 1
            continue
        whole += plain(text)
        collected.append(text)
        found = _ISSUER.match(whole)
        if "关于" in whole and TITLE_END.search(whole):
            issuer = found["issuer"] if found else whole.partition("关于")[0]
            return Head(0, k + 1, "", *_spaced(collected, whole, issuer))
        if not ISSUER_LINE.fullmatch(whole) and "关于" not in whole:
            return Head(0, k + 1, "", whole, "")
        if k - begin >= 5:
            break
    if whole:
        return Head(0, min(begin + 1, len(lines)), "", plain(lines[min(begin, len(lines) - 1)].text), "")
    words = re.split("[。；：，]", lines[0].text.replace("\t", " ").strip())[0][:60]
    return Head(0, 0, "", words, "")
