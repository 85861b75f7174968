"""Cut the text of an issue into documents, and each document into its covering text, instruments and annexes."""

import difflib
import re
from dataclasses import dataclass, field
from datetime import date

from gongbao.core.dates import DATE_PATTERN, date_from_match
from gongbao.gazette.heads import (
    ISSUER_LINE,
    Head,
    contents_start,
    find_heads,
    head_of_a_single_document,
    plain,
    title_key,
)
from gongbao.gazette.lines import ANNEX_LIST, CONTENTS, HAN, TITLE_END, Line, is_addressees
from gongbao.gazette.markers import Style, read_marker
from gongbao.gazette.model import ContentsEntry, DocumentKind, PartKind

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
_ISSUE_SHORT = re.compile(r"(?P<year>(?:19|20)\d{2})[·.•](?P<issue>\d{1,2})(?:（总第?\d+期?）)?")
_PAGE = re.compile(
    r"[\s.…·．]*(?:\t|\.{2,}|…+|[·．]{2,})[\s.…·．]*[（(]?(?P<page>\d{1,4})[）)]?$"
    r"|\s{2,}(?P<page2>\d{1,4})$|[（(](?P<page3>\d{1,4})[）)]$|(?<=[）)])\s?(?P<page4>\d{1,4})$"
)
# （某政〔2022〕3号） behind a title.
_NUMBER_BEHIND = re.compile(
    rf"[（(]?[{HAN}]{{1,8}}〔(?:19|20)\d{{2}}〕\d{{1,5}}号[）)]?$|[（(][{HAN}]{{1,20}}令第?\d{{1,4}}号[）)]$"
)


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


def cut(lines: list[Line]) -> CutIssue:
    """Cut the lines of a file into documents. Never fails: what fits no pattern is one document without a number."""
    announced = _read_contents(lines)
    heads = find_heads(lines, [title for title, _, _ in announced])
    if heads and heads[0].begin > 0 and not announced and not _is_front(lines[: heads[0].begin]):
        heads.insert(0, head_of_a_single_document(lines[: heads[0].begin]))
    if not heads and lines:
        heads = [head_of_a_single_document(lines)]
    ends = [head.begin for head in heads[1:]] + [len(lines)] * bool(heads)
    documents = [_document(head, lines[head.begin : end]) for head, end in zip(heads, ends, strict=True)]
    title, publisher, year, issue = _masthead(lines[: heads[0].begin] if heads else [])
    return CutIssue(title, publisher, year, issue, _check_contents(announced, documents), documents)


def _is_front(lines: list[Line]) -> bool:
    """Whether what stands before the first head is a masthead or the like, and no document of its own."""
    words = any(line.text.endswith(("。", "；")) or "\t" in line.text for line in lines)
    return (
        not words
        or any(CONTENTS.match(line.text.strip()) for line in lines)
        or any(_MASTHEAD.match(plain(line.text)) for line in lines[:30])
    )


# --- masthead and contents ----------------------------------------------------------------------------------------


def _masthead(front: list[Line]) -> tuple[str, str, int | None, int | None]:
    name, publisher, year, issue = "", "", None, None
    for line in front[:30]:
        words = plain(line.text)
        if not name and _MASTHEAD.match(words):
            name = words
        elif found := _ISSUE_NUMBER.match(words) or _ISSUE_SHORT.fullmatch(words):
            year, issue = int(found["year"]), int(found["issue"])
        elif year is None and re.fullmatch(r"(?:19|20)\d{2}年?", words):
            year = int(words[:4])
        elif issue is None and (found := re.match(r"第(?P<issue>\d{1,3})期", words)):
            issue = int(found["issue"])
        elif name and not publisher and ISSUER_LINE.fullmatch(words):
            publisher = words
        if CONTENTS.match(line.text):
            break
    if not name:
        return "", "", None, None
    whole = f"{name}{year}年第{issue}期" if year and issue else name
    return whole, publisher, year, issue


def _read_contents(lines: list[Line]) -> list[tuple[str, int | None, int]]:
    """The entries of the table of contents at the head of an issue: title, page, line."""
    start = contents_start(lines)
    if start is None or not any(_MASTHEAD.match(plain(line.text)) for line in lines[:start]):
        return []  # 目录 inside a document is no affair of the issue's
    entries: list[tuple[str, int | None, int]] = []
    words, first = "", 0
    for line in lines[start + 1 : start + 2000]:
        first = first or line.number
        # The figure stands at the end; a line of a million dots is not looked through.
        text = line.text.rstrip()
        offset = max(0, len(text) - 80)
        found = _PAGE.search(text[offset:])
        part = plain(re.sub(r"[.…·．\t]{2,}|\t", "", text[: offset + found.start()] if found else text))
        if not found and entries and title_key(part) and title_key(entries[0][0]).startswith(title_key(part)):
            break  # the first title comes again: the text begins
        if not found and (len(text) > 200 or text.endswith(("。", "；"))):
            break
        if not found and not words and not re.search("关于|[通决意][知定见]|办法|方案|规定", part):
            first = 0  # 市政府文件: a heading among the entries
            continue
        words += part
        if found:
            page = found["page"] or found["page2"] or found["page3"] or found["page4"]
            entries.append((_NUMBER_BEHIND.sub("", words), int(page), first))
            words, first = "", 0
    return entries


def _check_contents(announced: list[tuple[str, int | None, int]], documents: list[RawDocument]) -> list[ContentsEntry]:
    titles = {title_key(document.title): k for k, document in reversed(list(enumerate(documents)))}
    out: list[ContentsEntry] = []
    for words, page, line in announced:
        key = title_key(words)
        if key in titles:
            out.append(ContentsEntry(words, page, line, titles[key], True))
            continue
        # 工作 left out, a character misread: the same document under nearly the same title.
        near = difflib.get_close_matches(key, titles, n=1, cutoff=0.9) if len(titles) < 500 else []
        out.append(ContentsEntry(words, page, line, titles[near[0]] if near else None, False))
    return out


# --- one document -------------------------------------------------------------------------------------------------


def _document(head: Head, lines: list[Line]) -> RawDocument:
    body = lines[head.body - head.begin :]
    addressees = ""
    if len(body) > 1 and is_addressees(body[1].text.strip()) and _only_date(plain(body[0].text)):
        # （2022年3月1日） between number and addressees.
        body = [body[1], body[0], *body[2:]]
    if body and plain(body[0].text) == head.title:
        body = body[1:]  # the title once more, below the number
    if body and is_addressees(body[0].text.strip()):
        addressees = body[0].text.strip()[:-1]
        body = body[1:]
    kind_word = TITLE_END.search(re.sub(r"（[^（）]{1,12}）$", "", head.title))
    kind = _KINDS.get(kind_word[0], DocumentKind.OTHER) if kind_word else DocumentKind.OTHER
    signed = _signatures(body, head.issuer)
    day = next((found for _, _, found in signed if found), None)
    issuer = head.issuer
    if not issuer and signed:
        first, end, _ = signed[0]
        issuer = " ".join(body[k].text.strip() for k in range(first, end) if not DATE_PATTERN.search(body[k].text))
    if day is None:
        # 2021年3月4日 in a bracket under the title, as laws and some orders print it.
        dated = [
            found
            for line in body[:3]
            if (found := re.match(rf"^（?{DATE_PATTERN.pattern}", line.text))
            and (line.text.startswith("（") or _PASSED.search(line.text))
        ]
        day = date_from_match(dated[0]) if dated else None
    parts = _parts(head, body, signed)
    title = head.title
    issued = [part for part in parts if part.kind is PartKind.INSTRUMENT]
    if title == head.number and (word := re.match(r".*?(令|公告|通告|纪要)(?=第|〔)", head.number)):
        kind = _KINDS[word[1]]
    if title == head.number and len(issued) == 1:
        # An order has no title of its own: it is known by what it issues.
        title = issued[0].title
    return RawDocument(head.number, title, issuer, addressees, day, kind, lines, parts)


_PASSED = re.compile("(?:通过|批准|公布|修订|修正|发布)(?:）|。)?$")
_DAY_LEFT_OUT = re.compile(r"(?:19|20)\d{2}年\d{0,2}月日?")


def _signatures(body: list[Line], issuer: str) -> list[tuple[int, int, date | None]]:
    """Places of issuer and date at the foot of a text: first line, line behind, date."""
    out: list[tuple[int, int, date | None]] = []
    k = 0
    while k < len(body):
        words = plain(body[k].text)
        day = _only_date(words)
        if day is not None or _DAY_LEFT_OUT.fullmatch(words):
            first = k
            while first > 0 and k - first < 6 and ISSUER_LINE.fullmatch(body[first - 1].text.strip()):
                first -= 1
            if first < k or (day is not None and not out):
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


def _parts(head: Head, body: list[Line], signed: list[tuple[int, int, date | None]]) -> list[RawPart]:
    """The covering text or body first; behind its signature, or under their own titles, instruments and annexes."""
    names = _instrument_names(head.title, body[: signed[0][0] if signed else 12])
    first_line = body[0].number if body else 0
    parts = [RawPart(PartKind.BODY, "", head.title, first_line)]
    last_signature = signed[-1][0] if signed else -1
    # Where each label stands last: before that, 附件1：甲 is a line of the list of annexes.
    last_label = {_label(found): at for at, line in enumerate(body) if (found := _annex_line(line.text))}
    signature = {k for first, end, _ in signed for k in range(first, end)}
    after_signature = False
    # Only a document that issues something has an instrument behind its signature; else that is its own tail.
    issues = bool(_ISSUES.search(head.title)) or head.title == head.number
    k = 0
    while k < len(body):
        line = body[k]
        if k in signature:
            after_signature = after_signature or k + 1 not in signature
            k += 1
            continue
        taken = _annex_head(body, k, last_signature, last_label) or _instrument_head(
            body, k, names, after_signature, parts
        )
        if taken is not None:
            part, k = taken
            parts.append(part)
            after_signature = False
            continue
        if after_signature and len(parts) == 1 and issues and not _is_appendage(line.text):
            title, behind = _following_title(body, k)
            if title:
                # Behind the covering notice, whatever its name: what is issued.
                parts.append(RawPart(PartKind.INSTRUMENT, "", title, line.number))
                k, after_signature = behind, False
                continue
        parts[-1].lines.append(line)
        k += 1
    if issues and all(part.kind is not PartKind.INSTRUMENT for part in parts):
        # 现将《甲办法》印发给你们。 附件：甲办法: the annex is what is issued.
        for part in parts:
            if part.kind is PartKind.ANNEX and title_key(part.title) in names:
                part.kind = PartKind.INSTRUMENT
    return parts


_ISSUES = re.compile("印发|公布|发布|颁布|转发|批转")


def _is_appendage(text: str) -> bool:
    """抄送, 主办, （此件公开发布）: what stands under a signature and is no text of its own."""
    words = plain(text)
    return bool(
        re.match(r"^(?:抄送|主办|督办|主送|印送|印发|（此件|附件[:：]|（?联系)|.{0,40}日印发$", words)
    ) or not re.search(f"[{HAN}]", words)


_ISSUING = re.compile(
    "印发给你们|予以印发|印发你们|现予公布|现予发布|现予以公布|转发给你们|经[^。]{2,40}(?:同意|通过)|审议通过"
)


def _instrument_names(title: str, cover: list[Line]) -> list[str]:
    """The instruments that the title or the covering notice says are issued (印发), as they are compared."""
    if not re.search("印发|公布|发布|批转|转发", title):
        return []
    names = []
    text = plain("".join(line.text for line in cover))
    sentence = next((each for each in text[:20_000].split("。") if _ISSUING.search(each)), "")
    if sentence:
        depth, begin = 0, 0
        for at, char in enumerate(sentence):
            if char == "《":
                depth += 1
                begin = at + 1 if depth == 1 else begin
            elif char == "》":
                depth -= 1
                if depth == 0:
                    names.append(sentence[begin:at])
    issued = re.search(r"(?:印发|公布|发布)(.*?)(?:的通知|的决定|的公告|的命令)?$", title)
    if issued and not names:
        names.append(issued[1].strip("《》"))
    return [title_key(name) for name in names[:20] if len(name) > 3]


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
        key = title_key(words)
        if key in names or any(key == re.sub("（.*?）$", "", name) for name in names):
            used = {title_key(part.title) for part in parts[:50] if part.kind is PartKind.INSTRUMENT}
            if key in used:
                return None
            return RawPart(PartKind.INSTRUMENT, "", words, body[k].number), behind + 1
        if not any(name.startswith(key) for name in names):
            break
    return None


def _annex_line(text: str) -> "re.Match[str] | None":
    text = text.strip()
    if len(text) > 60 or "\t" in text or ANNEX_LIST.match(text) or text.endswith(("。", "，", "；")):
        return None
    return _ANNEX_HEAD.match(text)


def _label(found: "re.Match[str]") -> str:
    return "附件" + (found["number"] or "")


def _annex_head(
    body: list[Line], k: int, last_signature: int, last_label: dict[str, int]
) -> tuple[RawPart, int] | None:
    found = _annex_line(body[k].text)
    if found is None:
        return None
    words = found["title"].strip()
    if words and (found["number"] is None or re.search("[，。；]", words)):
        return None
    label = _label(found)
    if words and (k < last_signature or k < last_label.get(label, k)):
        return None  # above a signature 附件1：甲 is a line of the list of annexes
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
