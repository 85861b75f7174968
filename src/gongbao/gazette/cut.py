"""Cut the text of an issue into documents, and each document into its covering text, instruments and annexes.

A document of a gazette begins with its title and number: the number stands on a line by itself, the title above it
(as gazettes print it) or below it (as the document itself does). A number on a line by itself without a title beside
it is a citation and begins nothing. A text without any such number is one document, its title the first lines.
"""

import difflib
import re
from dataclasses import dataclass, field
from datetime import date

from gongbao.core.citations import NUMBER_PATTERN, ORDER_PATTERN, DocumentNumber, read_number
from gongbao.core.dates import DATE_PATTERN, date_from_match
from gongbao.gazette.clean import Line
from gongbao.gazette.markers import Style, read_marker
from gongbao.gazette.model import ContentsEntry, DocumentKind, PartKind

_BODY = (
    r"(?:人民政府办公室|人民政府办公厅|人民政府|人民代表大会常务委员会|人大常委会|管理委员会|管委会|委员会|领导小组|指挥部"
    r"|办公室|办公厅|监管局|管理局|监督局|[\u4e00-\u9fff]局|[\u4e00-\u9fff]厅|[\u4e00-\u9fff]部|国务院|[\u4e00-\u9fff]院|[\u4e00-\u9fff]委)"
)
_ISSUER = re.compile(
    rf"(?P<issuer>(?:[\u4e00-\u9fff]{{2,24}}?{_BODY})(?:[\s、]*[\u4e00-\u9fff]{{2,24}}?{_BODY}){{0,4}})\s*(?=关于|转发|印发|批转)"
)
_ISSUER_LINE = re.compile(rf"[\u4e00-\u9fff]{{2,30}}?{_BODY}(?:[\s、]+[\u4e00-\u9fff]{{2,30}}?{_BODY}){{0,4}}")
_ORDER_LINE = re.compile(r"[\u4e00-\u9fff]{2,24}令")
_TITLE_END = re.compile(
    r"(?:通知|决定|意见|通报|公告|通告|批复|决议|命令|令|函|纪要|报告|请示|议案|公报)(?:（[^（）]{1,12}）)?$"
)
_ADDRESSEES = re.compile(
    r"^(?:各|市|省|县|区|[\u4e00-\u9fff]{2,8}(?:省|市|县|区|局|委|办)).{0,300}：$|^(?:各|有关).{2,300}：$"
)
_KINDS = {
    "决议": DocumentKind.RESOLUTION,
    "决定": DocumentKind.DECISION,
    "命令": DocumentKind.ORDER,
    "令": DocumentKind.ORDER,
    "公报": DocumentKind.COMMUNIQUE,
    "公告": DocumentKind.ANNOUNCEMENT,
    "通告": DocumentKind.PUBLIC_NOTICE,
    "意见": DocumentKind.OPINIONS,
    "通知": DocumentKind.NOTICE,
    "通报": DocumentKind.CIRCULAR,
    "报告": DocumentKind.REPORT,
    "请示": DocumentKind.REQUEST,
    "批复": DocumentKind.REPLY,
    "议案": DocumentKind.PROPOSAL,
    "函": DocumentKind.LETTER,
    "纪要": DocumentKind.MINUTES,
}
_MASTHEAD = re.compile(r"^[\u4e00-\u9fff]{2,20}公报$")
_ISSUE_NUMBER = re.compile(r"^(?P<year>(?:19|20)\d{2})年\s*第\s*(?P<issue>\d{1,3})\s*期")
_CONTENTS_HEAD = re.compile(r"^目\s*录$")
_PAGE = re.compile(r"[\s.…·．]*(?:\t|\.{2,}|…+|[·．]{2,})[\s.…·．]*(?P<page>\d{1,4})$|\s{2,}(?P<page2>\d{1,4})$")


@dataclass(slots=True)
class RawPart:
    kind: PartKind
    label: str
    title: str
    line: int
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class RawDocument:
    """A document before its outline is known: head fields, and its parts as lines."""

    number: str
    title: str
    issuer: str
    addressees: str
    date: date | None
    kind: DocumentKind
    lines: list[Line]
    parts: list[RawPart]


@dataclass(slots=True)
class CutIssue:
    title: str
    publisher: str
    year: int | None
    issue: int | None
    contents: list[ContentsEntry]
    documents: list[RawDocument]


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a document begins, and what its first lines say; `body` is the first line behind number and title."""

    begin: int
    body: int
    number: str
    title: str
    issuer: str


def cut(lines: list[Line]) -> CutIssue:
    """Cut the lines of a file into documents. Never fails: what fits no pattern is one document without a number."""
    heads = _heads(lines)
    front = lines[: heads[0].begin] if heads else []
    title, publisher, year, issue = _masthead(front)
    documents = [
        _document(head, lines[head.begin : heads[k + 1].begin if k + 1 < len(heads) else len(lines)])
        for k, head in enumerate(heads)
    ]
    if not heads and lines:
        documents = [_document(_head_without_number(lines), lines)]
    entries = _contents(front, documents)
    return CutIssue(title, publisher, year, issue, entries, documents)


# --- heads --------------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """A title as it is compared: without spaces, brackets in one form, no marks."""
    text = re.sub(r"[\s\u3000*#]+", "", text)
    return text.translate(str.maketrans("()［］[]﹝﹞〈〉<>,", "（）〔〕〔〕〔〕《》《》，"))


def _heads(lines: list[Line]) -> list[_Head]:
    heads: list[_Head] = []
    floor = 0  # nothing above this line belongs to a new document
    for at, line in enumerate(lines):
        if at < floor or len(line.text) > 40 or "\t" in line.text:
            continue
        number = _own_number(line.text)
        if number is None and at > floor and _ORDER_LINE.fullmatch(plain(lines[at - 1].text)):
            # 某市人民政府令 / 第12号, over two lines.
            number = _own_number(plain(lines[at - 1].text + line.text))
            if number is not None:
                heads.append(_Head(at - 1, at + 1, str(number), str(number), number.series.removesuffix("令")))
                floor = at + 1
                continue
        if number is None:
            continue
        head = _title_above(lines, at, floor, number) or _title_below(lines, at, number)
        if head is not None and head.begin >= floor:
            heads.append(head)
            floor = head.body
    return heads


def _own_number(text: str) -> DocumentNumber | None:
    if "号" not in text:
        return None
    text = text.strip().removeprefix("文号：").removeprefix("发文字号：")
    if NUMBER_PATTERN.fullmatch(text) or ORDER_PATTERN.fullmatch(text):
        return read_number(text)
    return None


def _title_above(lines: list[Line], at: int, floor: int, number: DocumentNumber) -> _Head | None:
    """The title in the lines above: upwards from the number to a line that begins with an issuer."""
    collected: list[str] = []
    for k in range(at - 1, max(floor, at - 8) - 1, -1):
        text = lines[k].text.strip()
        if "\t" in text or len(text) > 160 or text.endswith(("。", "；")):
            break
        collected.insert(0, text)
        whole = plain("".join(collected))
        if _CONTENTS_HEAD.match(text):
            break
        found = _ISSUER.match(whole)
        if found and _TITLE_END.search(whole):
            return _Head(k, at + 1, str(number), whole, found["issuer"])
        if found and len(whole) > len(found[0]) + 6:
            # A title without the kind at its end: 关于深入开展爱国卫生运动实施意见 has one, 关于…工作方案 has not.
            return _Head(k, at + 1, str(number), whole, found["issuer"])
        if number.year == 0 and _ISSUER_LINE.fullmatch(text.removesuffix("令")):
            return _Head(k, at + 1, str(number), whole, text.removesuffix("令"))
    if (
        collected
        and _TITLE_END.search(plain("".join(collected[-3:])))
        and lines[max(at - 3, 0)].heading + lines[at - 1].heading
    ):
        return None
    return None


def _title_below(lines: list[Line], at: int, number: DocumentNumber) -> _Head | None:
    """The title in the lines below the number, as the printed document itself has it; a masthead above is taken in."""
    begin = at
    if (
        at
        and re.fullmatch(r"[\u4e00-\u9fff（）]{2,30}(?:文件|令)?", plain(lines[at - 1].text))
        and not _ISSUE_NUMBER.match(lines[at - 1].text)
    ):
        begin = at - 1 if _ISSUER_LINE.match(plain(lines[at - 1].text)) else at
    collected: list[str] = []
    for k in range(at + 1, min(at + 8, len(lines))):
        text = lines[k].text.strip()
        if "\t" in text or len(text) > 120 or text.endswith(("。", "；", "：")):
            break
        collected.append(text)
        whole = plain("".join(collected))
        if "关于" in whole and _TITLE_END.search(whole):
            found = _ISSUER.match(whole)
            return _Head(begin, k + 1, str(number), whole, found["issuer"] if found else _issuer_before(whole))
    if number.year == 0:
        return _Head(
            begin, at + 1, str(number), plain("".join(collected[:1])) or str(number), number.series.removesuffix("令")
        )
    return None


def _issuer_before(title: str) -> str:
    return title.partition("关于")[0] if "关于" in title else ""


def _head_without_number(lines: list[Line]) -> _Head:
    """The head of a text that prints no number: a title at its beginning, or nothing."""
    collected: list[str] = []
    for k, line in enumerate(lines[:6]):
        text = line.text.strip()
        if "\t" in text or len(text) > 120 or text.endswith(("。", "；", "：")) or (k and read_marker(text)):
            break
        if re.fullmatch(r"[\d年月日\s（）]+", text):
            break
        collected.append(text)
        whole = plain("".join(collected))
        found = _ISSUER.match(whole)
        if _TITLE_END.search(whole) and "关于" in whole:
            return _Head(0, k + 1, "", whole, found["issuer"] if found else _issuer_before(whole))
        if not whole.endswith(("人民政府", "办公室", "办公厅")) and "关于" not in whole:
            return _Head(0, k + 1, "", whole, "")
    if collected:
        return _Head(0, 1, "", plain(collected[0]), "")
    words = re.split("[。；：，]", lines[0].text.replace("\t", " ").strip())[0][:60]
    return _Head(0, 0, "", words, "")


# --- masthead and contents ----------------------------------------------------------------------------------------


def _masthead(front: list[Line]) -> tuple[str, str, int | None, int | None]:
    name, publisher, year, issue = "", "", None, None
    for line in front[:30]:
        words = plain(line.text)
        if not name and _MASTHEAD.match(words):
            name = words
        elif found := _ISSUE_NUMBER.match(words):
            year, issue = int(found["year"]), int(found["issue"])
        elif name and not publisher and _ISSUER_LINE.fullmatch(words):
            publisher = words
        if _CONTENTS_HEAD.match(line.text):
            break
    if not name:
        return "", "", None, None
    return f"{name}{year}年第{issue}期" if year else name, publisher, year, issue


def _contents(front: list[Line], documents: list[RawDocument]) -> list[ContentsEntry]:
    start = next((k for k, line in enumerate(front) if _CONTENTS_HEAD.match(line.text)), None)
    if start is None:
        return []
    titles = {_key(document.title): k for k, document in reversed(list(enumerate(documents)))}
    entries: list[ContentsEntry] = []

    def entry(words: str, page: int | None, line: int) -> ContentsEntry:
        key = _key(words)
        if key in titles:
            return ContentsEntry(words, page, line, titles[key], True)
        # 工作 left out, a character misread: the same document under nearly the same title.
        near = difflib.get_close_matches(key, titles, n=1, cutoff=0.9) if len(titles) < 500 else []
        return ContentsEntry(words, page, line, titles[near[0]] if near else None, False)

    words, first = "", 0
    for line in front[start + 1 :]:
        first = first or line.number
        # The figure stands at the end; a line of a million dots is not looked through.
        text = line.text.rstrip()
        offset = max(0, len(text) - 80)
        found = _PAGE.search(text[offset:])
        part = plain(re.sub(r"[.…·．\t]{2,}|\t", "", text[: offset + found.start()] if found else text))
        if not found and not words and not re.search("关于|[通决意][知定见]|办法|方案|规定", part):
            first = 0  # 市政府文件: a heading among the entries
            continue
        words += part
        if found:
            page = int(found["page"] or found["page2"])
            entries.append(entry(words, page, first))
            words, first = "", 0
    if words:
        entries.append(entry(words, None, first))
    return entries


def _key(title: str) -> str:
    return re.sub(r"[（）()《》〔〕“”\"、，]", "", plain(title))


# --- one document -------------------------------------------------------------------------------------------------


def _document(head: _Head, lines: list[Line]) -> RawDocument:
    body = lines[head.body - head.begin :]
    addressees = ""
    if body and _ADDRESSEES.match(body[0].text.strip()):
        addressees = body[0].text.strip().removesuffix("：")
        body = body[1:]
    kind_word = _TITLE_END.search(re.sub(r"（[^（）]{1,12}）$", "", head.title))
    kind = _KINDS.get(kind_word[0], DocumentKind.OTHER) if kind_word else DocumentKind.OTHER
    signed = _signatures(body, head.issuer)
    day = next((found for _, _, found in signed if found), None)
    issuer = head.issuer
    if not issuer and signed:
        issuer = plain(body[signed[0][0]].text) if not DATE_PATTERN.search(body[signed[0][0]].text) else ""
    if day is None:
        # 2021年3月4日 in a bracket under the title, as laws and some orders print it.
        dated = [found for line in body[:3] if (found := re.match(rf"^（?{DATE_PATTERN.pattern}", line.text))]
        day = date_from_match(dated[0]) if dated else None
    parts = _parts(head, body, signed)
    title = head.title
    issued = [part for part in parts if part.kind is PartKind.INSTRUMENT]
    if title == head.number and len(issued) == 1:
        # An order has no title of its own: it is known by what it issues.
        title, kind = issued[0].title, DocumentKind.ORDER
    return RawDocument(head.number, title, issuer, addressees, day, kind, lines, parts)


def _signatures(body: list[Line], issuer: str) -> list[tuple[int, int, date | None]]:
    """Places of issuer and date at the foot of a text: first line, line behind, date."""
    out: list[tuple[int, int, date | None]] = []
    k = 0
    while k < len(body):
        words = plain(body[k].text)
        day = _only_date(words)
        if day is not None:
            first = k
            while first > 0 and k - first < 6 and _ISSUER_LINE.fullmatch(plain(body[first - 1].text)):
                first -= 1
            if first < k or not out:
                out.append((first, k + 1, day))
        elif issuer and words.startswith(issuer) and (day := _only_date(words.removeprefix(issuer))):
            out.append((k, k + 1, day))
        k += 1
    return out


def _only_date(words: str) -> date | None:
    found = DATE_PATTERN.fullmatch(words.removeprefix("（").removesuffix("）"))
    return date_from_match(found) if found else None


_ANNEX_HEAD = re.compile(
    r"^附\s?(?:件|表|录)\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})?\s*[:：]?(?P<title>.*)$"
)
_ANNEX_LIST = re.compile(r"^附\s?(?:件|表|录)\s*[:：]\s*\S")


def _parts(head: _Head, body: list[Line], signed: list[tuple[int, int, date | None]]) -> list[RawPart]:
    """The covering text or body first; behind its signature, or under their own titles, instruments and annexes."""
    names = _instrument_names(head.title, body[: signed[0][0] if signed else 12])
    first_line = body[0].number if body else 0
    parts = [RawPart(PartKind.BODY, "", head.title, first_line)]
    signature = {k for first, end, _ in signed for k in range(first, end)}
    after_signature = False
    k = 0
    while k < len(body):
        line = body[k]
        if k in signature:
            after_signature = after_signature or k + 1 not in signature
            k += 1
            continue
        taken = _annex_head(body, k) or _instrument_head(body, k, names, after_signature, parts)
        if taken is not None:
            part, k = taken
            parts.append(part)
            after_signature = False
            continue
        if after_signature and len(parts) == 1 and not _is_appendage(line.text):
            title, behind = _following_title(body, k)
            if title:
                # Behind the covering notice, whatever its name: what is issued.
                parts.append(RawPart(PartKind.INSTRUMENT, "", title, line.number))
                k, after_signature = behind, False
                continue
        parts[-1].lines.append(line)
        k += 1
    return parts


def _is_appendage(text: str) -> bool:
    """抄送, 主办, （此件公开发布）: what stands under a signature and is no text of its own."""
    return bool(re.match(r"^(?:抄送|主办|督办|主送|印送|印发|（此件|附件[:：]|联系)", plain(text)))


def _instrument_names(title: str, cover: list[Line]) -> list[str]:
    """The instruments that the title or the covering notice says are issued (印发), as they are compared."""
    if not re.search("印发|公布|发布|批转|转发", title):
        return []
    names = []
    text = plain("".join(line.text for line in cover))
    sentence = re.search(
        r"[^。]*(?:印发给你们|予以印发|印发你们|现予公布|现予发布|转发给你们|经[^。]{2,40}同意|审议通过)[^。]*", text
    )
    if sentence:
        depth, begin = 0, 0
        for at, char in enumerate(sentence[0]):
            if char == "《":
                depth += 1
                begin = at + 1 if depth == 1 else begin
            elif char == "》":
                depth -= 1
                if depth == 0:
                    names.append(sentence[0][begin:at])
    issued = re.search(r"(?:印发|公布|发布)(.*?)(?:的通知|的决定|的公告|的命令)?$", title)
    if issued and not names:
        names.append(issued[1].strip("《》"))
    return [_key(name) for name in names[:20] if len(name) > 3]


def _instrument_head(
    body: list[Line], k: int, names: list[str], after_signature: bool, parts: list[RawPart]
) -> tuple[RawPart, int] | None:
    """A heading that is the name of an instrument which the covering notice announced, over one to three lines."""
    if not names or not (after_signature or len(parts) > 1 or body[k].heading):
        return None
    words = ""
    for behind in range(k, min(k + 3, len(body))):
        text = body[behind].text.strip()
        if "\t" in text or len(text) > 90 or text.endswith(("。", "；", "：")):
            break
        words += plain(text)
        key = _key(words)
        if key in names or any(key == re.sub("（.*?）$", "", name) for name in names):
            used = {_key(part.title) for part in parts if part.kind is PartKind.INSTRUMENT}
            if key in used:
                return None
            return RawPart(PartKind.INSTRUMENT, "", words, body[k].number), behind + 1
        if not any(name.startswith(key) for name in names):
            break
    return None


def _annex_head(body: list[Line], k: int) -> tuple[RawPart, int] | None:
    text = body[k].text.strip()
    found = _ANNEX_HEAD.match(text) if len(text) <= 60 and "\t" not in text else None
    if found is None or _ANNEX_LIST.match(text) or text.endswith(("。", "，", "；")):
        return None
    words = found["title"].strip()
    if words and (found["number"] is None or re.search("[，。；]", words)):
        return None
    label = "附件" + (found["number"] or "")
    title, behind = (plain(words), k + 1) if words else _following_title(body, k + 1)
    return RawPart(PartKind.ANNEX, label, title, body[k].number), behind


def _following_title(body: list[Line], k: int) -> tuple[str, int]:
    """The title in the lines from k on (at most three), and the line behind it; "" where words begin at once."""
    title = ""
    behind = k
    for at in range(k, min(k + 3, len(body))):
        text = body[at].text.strip()
        mark = read_marker(text)
        if "\t" in text or len(text) > 60 or re.search(r"[，。；：]$|。", text) or _ANNEX_HEAD.match(text):
            break
        if mark is not None and mark.style not in (Style.DECIMAL_1, Style.LETTER):
            break
        if title and (title.endswith(_TITLE_WORDS) or not (body[at].heading or _continues_title(title, text))):
            break
        title += plain(text)
        behind = at + 1
    return title, behind


_TITLE_WORDS = (
    *("办法", "细则", "方案", "预案", "规划", "计划", "意见", "规定", "条例", "措施", "政策", "规程", "规则", "制度"),
    *("名单", "清单", "一览表", "表", "指南", "机制", "目录", "分工", "要点", "导则", "标准", "领导小组"),
    *("（试行）", "（修订）", "（暂行）"),
)


def _continues_title(title: str, text: str) -> bool:
    """Whether a short line goes on with a title that the line before began."""
    return len(text) <= 40 and text.strip().endswith(_TITLE_WORDS) and not title.endswith(_TITLE_WORDS)
