"""Line breaks for a text that has none, and for items that stand on one line."""

import re
from collections.abc import Iterator

from gongbao.gazette.edits import Edit
from gongbao.gazette.lines import HAN, is_addressees
from gongbao.gazette.markers import read_marker
from gongbao.gazette.model import Reason

_ENDLESS = 600
_ENDLESS_ALONE = 60
_STRUCTURE = re.compile(
    r"(?P<division>第[〇零一二三四五六七八九十百千\d]{1,7}[编章节条])(?!规定|的|第|款|项|之|、|，|。|所列)"
    r"|(?<![\u4e00-\u9fff\d])(?P<han>[一二三四五六七八九十]{1,4}、)|(?P<hanb>（[一二三四五六七八九十]{1,4}）)"
    r"|(?<![\d.])(?P<arabic>\d{1,3}[.．])(?!\d)|(?P<arabicb>（\d{1,3}）)"
    rf"|(?P<number>[{HAN}]{{1,6}}〔(?:19|20)\d{{2}}〕\d{{1,5}}号)"
    r"|(?P<date>(?:19|20)\d{2}年\d{1,2}月\d{1,2}日)"
)


def missing_line_breaks(text: str) -> list[Edit]:
    """Break an endless line before each mark that continues its numbering, and round number, addressees and date."""
    edits = []
    start = 0
    lines = text.split("\n")
    limit = _ENDLESS_ALONE if sum(bool(line.strip()) for line in lines) <= 2 else _ENDLESS
    for line in lines:
        if len(line) > limit and "\t" not in line:
            edits += [Edit(start + at, start + at, "\n", Reason.NO_LINE_BREAKS) for at in sorted(set(_breaks(line)))]
        start += len(line) + 1
    return edits


_FLAT_TITLE = re.compile(
    rf"(?P<issuer>[{HAN}]{{2,40}}?)(?=关于|印发|转发)[^。：；]{{4,150}}?的?(?:通知|决定|实施意见|意见|通报|公告|通告|批复)"
    rf"(?=各|[{HAN}]{{1,6}}〔|[{HAN}]{{2,20}}(?:政府|市|县|区|局|委|厅|部)[^。]{{0,120}}：)"
)


_ORDER_HEAD = re.compile(rf"^[{HAN}]{{2,24}}令第?\d{{1,4}}号")
_LAW_HEAD = re.compile(
    rf"^[{HAN}]{{4,60}}?(?:条例|办法|规定|细则|规则|预案|方案|规程)(?:（[^（）]{{1,8}}）)?(?=（?(?:19|20)\d{{2}}年|\s?1\s?总则)"
)
_SIGNED = re.compile(rf"(?<=[。！”])[{HAN}]{{4,60}}(?:政府|办公室|办公厅|委员会|局|厅|部|院|会)$")
_LEVELS = ("编", "章", "节", "条", "han", "hanb", "arabic", "arabicb")


def _breaks(line: str) -> Iterator[int]:
    found: list[int] = []
    title = _FLAT_TITLE.match(line)
    issuer = title["issuer"] if title else ""
    if head := _ORDER_HEAD.match(line) or _LAW_HEAD.match(line):
        found.append(head.end())
    if (
        title
        and (colon := line.find("：", title.end(), title.end() + 200)) > 0
        and is_addressees(line[title.end() : colon + 1])
    ):
        # A title with the addressees right behind it, and no number.
        found += [title.end(), colon + 1]
    counters: dict[str, int] = {}
    numbered = False
    for m in _STRUCTURE.finditer(line):
        kind = m.lastgroup or ""
        before = line[m.start() - 1] if m.start() else "\n"
        if kind == "number":
            # Only the document's own, which stands alone between title and addressees, not one in a citation.
            if before in "（(" or line[m.end() : m.end() + 1] in "）)" or numbered or m.start() > 300:
                continue
            numbered = True
            found += [_number_start(line, m.start(), m.end()), m.end()]
            colon = line.find("：", m.end(), m.end() + 200)
            if colon > 0 and is_addressees(line[m.end() : colon + 1]):
                found.append(colon + 1)
        elif kind == "date":
            if issuer and line.endswith(issuer, 0, m.start()):
                found += [m.start() - len(issuer), m.start(), m.end()]
                counters = {}
            elif signed := _SIGNED.search(line[max(0, m.start() - 70) : m.start()]):
                found += [m.start() - len(signed[0]), m.start(), m.end()]
                counters = {}
            elif re.search(rf"(?:市长|省长|县长|区长|主任)[{HAN}]{{2,4}}$", line[max(0, m.start() - 8) : m.start()]):
                found += [m.start(), m.end()]
                counters = {}
        elif mark := read_marker(m[0] + " "):
            name = m[0][-1] if kind == "division" else kind
            ahead = mark.number - counters.get(name, 0)
            strict = before in "。；：！？”）\n \u3000"
            # The next number anywhere it can be one; a number that leaves out two only behind a full stop.
            if (ahead == 1 and (strict or mark.number == 1 or kind == "division")) or (1 < ahead <= 3 and strict):
                counters[name] = mark.number
                lower = _LEVELS[4:] if name == "条" else _LEVELS[_LEVELS.index(name) + 1 :]
                for level in lower:
                    if level != "条":
                        counters.pop(level, None)
                found.append(m.start())
    decimals = _decimal_breaks(line)
    if len(decimals) >= 4:
        found += decimals
    if len(found) >= 2:
        yield from (at for at in found if at)


_FLAT_DECIMAL = re.compile(rf"(?<![\d.〔（(])(\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?=\s?[{HAN}“（Ⅰ-Ⅻ])")


def _decimal_breaks(line: str) -> list[int]:
    """Where 1总则1.1编制目的… is to be broken: at each number that is the next of the decimal numbering."""
    out: list[int] = []
    last: tuple[int, ...] = ()
    for m in _FLAT_DECIMAL.finditer(line):
        path = tuple(int(figure) for figure in m[1].split("."))
        if len(path) == 1:
            # 2 疫情分级 is one only if 2.1 follows soon; 2个 is not.
            following = f"{path[0]}.1" in line[m.end() : m.end() + 60]
            if (
                path[0] == (last[0] if last else 0) + 1
                and (following or len(last) > 1)
                and not re.match(
                    r"\s?(?:个|项|人|名|年|月|日|号|天|小时|万|亿|元|次|件|级|类|家)", line[m.end() : m.end() + 4]
                )
            ):
                out.append(m.start())
                last = path
        elif path == (*last, 1) or any(path == (*last[:k], last[k] + 1) for k in range(len(last))):
            out.append(m.start())
            last = path
    return out


def _number_start(line: str, start: int, end: int) -> int:
    """Where the document number begins: what stands before it without a gap may be the end of the title."""
    words = line[start:end]
    for end_of_title in ("的通知", "通知", "决定", "意见", "通报", "公告", "通告", "批复", "函"):
        place = words.find(end_of_title)
        if place >= 0:
            return start + place + len(end_of_title)
    title_end = max(
        (
            line.rfind(word, 0, start) + len(word)
            for word in ("通知", "决定", "意见", "通报", "公告")
            if word in line[:start]
        ),
        default=start,
    )
    return title_end if start - title_end <= 4 else start


_GLUED = re.compile(r"(?<=[。；])(?=（[一二三四五六七八九十]{1,4}）|（\d{1,3}）|\d{1,3}[.．](?!\d)|[①-⑳])")


def glued_items(text: str) -> list[Edit]:
    """Break a line that begins with （一） before a （二） that follows a full stop in it."""
    edits = []
    start = 0
    for line in text.split("\n"):
        words = line.lstrip(" -*")
        mark = read_marker(words) if "\t" not in line and len(words) > 4 and words[0] in "（0123456789①" else None
        if mark is not None:
            for m in _GLUED.finditer(line):
                other = read_marker(line[m.start() : m.start() + 24])
                if (
                    other is not None
                    and other.style == mark.style
                    and other.path[:-1] == mark.path[:-1]
                    and other.number == mark.number + 1
                ):
                    edits.append(Edit(start + m.start(), start + m.start(), "\n", Reason.ITEMS_ON_ONE_LINE))
                    mark = other
        start += len(line) + 1
    return edits
