"""What a page has beside its text: page numbers, running heads, separator rows."""

import re
from collections import Counter

from gongbao.gazette.clean.torn import TERMINAL, WRAP_WIDTH
from gongbao.gazette.edits import Edit, without_overlaps
from gongbao.gazette.lines import HAN
from gongbao.gazette.markers import read_marker
from gongbao.gazette.model import Reason

_PAGE_NUMBER = re.compile(
    r"^[ \t]*(?:[-—–－·]{1,3} ?\d{1,4} ?[-—–－·]{1,3}|第 ?\d{1,4} ?页(?:[ ，,]*共 ?\d{1,4} ?页)?)[ \t]*$\n?", re.M
)

_BARE_NUMBER = re.compile(r"^[ \t]*(\d{1,4})[ \t]*$", re.M)


_SEPARATOR = re.compile(r"^[ \t|:\-]{3,}$\n?", re.M)


def page_furniture(text: str) -> list[Edit]:
    """Page numbers and running heads out."""
    edits = [Edit(m.start(), m.end(), "", Reason.PAGE_NUMBER) for m in _PAGE_NUMBER.finditer(text)]
    bare = list(_BARE_NUMBER.finditer(text))
    for k, m in enumerate(bare):
        # A bare figure is a page number only in a row of them that counts up by one.
        before = k > 0 and int(bare[k - 1][1]) == int(m[1]) - 1
        after = k + 1 < len(bare) and int(bare[k + 1][1]) == int(m[1]) + 1
        apart = all(abs(m.start() - bare[n].start()) > 200 for n in (k - 1, k + 1) if 0 <= n < len(bare))
        if apart and (before or after) and len(bare) > 2:
            edits.append(Edit(m.start(), m.end(), "", Reason.PAGE_NUMBER))
    edits += [Edit(m.start(), m.end(), "", Reason.SEPARATOR_ROW) for m in _SEPARATOR.finditer(text) if "--" in m[0]]
    edits += _running_heads(text)
    edits += _lonely_figures(text)
    return without_overlaps(edits)


_GAZETTE = re.compile(rf"[{HAN}]{{2,20}}公报")
_RUNNING = re.compile(
    r"[年第期总月号\d\s.·•—–\-（）()#*|/]|(?:省|市|县|区)?(?:人民)?政府(?:办公[室厅])?文件|部门文件|目录"
)
_SECTION_LABEL = re.compile(r"^[ #*]*(?:省|市|县|区)?(?:人民)?政府(?:办公[室厅])?文件[ *]*$", re.M)


def _running_heads(text: str) -> list[Edit]:
    """The gazette's name with year and issue at the head of each page, and the name of the section."""
    edits = []
    seen: Counter[str] = Counter()
    first_words = len(re.match(r"(?:\s*\S[^\n]*\n?){0,6}", text[:2000])[0])  # type: ignore[index]
    for m in re.finditer(r"^.{4,60}$", text, re.M):
        name = _GAZETTE.search(re.sub(r"\s", "", m[0]))
        if name is None or _RUNNING.sub("", m[0].replace(" ", "").replace("\u3000", "")) != name[0].lstrip("第期年"):
            words = re.sub(r"(?:年?第期)$", "", re.sub(r"[\s#*\d—–\-·]", "", m[0]))
            if name is None or words != name[0]:
                continue
        key = name[0].lstrip("第期年")
        seen[key] += 1
        # The first is the masthead of the issue, if it stands at the beginning.
        if seen[key] > 1 or m.start() > first_words or "〕" in text[: m.start()][-200:]:
            edits.append(Edit(m.start(), m.end(), "", Reason.RUNNING_HEAD))
    labels = list(_SECTION_LABEL.finditer(text))
    counts = Counter(re.sub(r"[\s#*]", "", m[0]) for m in labels)
    edits += [
        Edit(m.start(), m.end(), "", Reason.RUNNING_HEAD) for m in labels if counts[re.sub(r"[\s#*]", "", m[0])] > 2
    ]
    return edits


def _lonely_figures(text: str) -> list[Edit]:
    """A figure alone on a line between two sentences is a page number: no paragraph is a figure."""
    edits = []
    for m in re.finditer(r"^[ \t]*\d{1,3}[ \t]*$", text, re.M):
        before = text[max(0, m.start() - 200) : m.start()].rstrip().rpartition("\n")[2]
        after = text[m.end() : m.end() + 200].lstrip().partition("\n")[0]
        lengths = sorted((len(before), len(after)))
        torn = len(before) >= WRAP_WIDTH and before[-1] not in TERMINAL and read_marker(after) is None
        words = (torn or re.search("[，。；]", before)) and re.match(f"[{HAN}“（《]", after)
        if "\t" not in before + after and lengths[0] > 4 and lengths[1] > 15 and words:
            edits.append(Edit(m.start(), m.end(), "", Reason.PAGE_NUMBER))
    return edits
