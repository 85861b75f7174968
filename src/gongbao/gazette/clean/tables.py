"""Rows of tables, however they were printed, as cells with a tab between them."""

import re

from gongbao.gazette.edits import Edit, without_overlaps
from gongbao.gazette.model import Reason

_PIPES = re.compile(r"^ *\|(?=.*\|).*$", re.M)
_CELLS = re.compile(
    r"\s*</t[dh]>\s*<t[dh][^<>]{0,80}>\s*|</tr>\s*|\s*</?(?:table|tbody|thead|tr|td|th)(?:\s[^<>]{0,80})?>\s*", re.I
)


# Numbering made by a word processor: a tab between the mark and the words, and no other in the line.
_TAB_BEHIND_MARK = re.compile(
    r"^[ #*]*(?:第[^\s]{1,8}[编章节条]|[一二三四五六七八九十百]{1,5}、|[（(][^（）()\s]{1,4}[）)]|\d{1,3}[.．、]|[①-⑳])"
    r"[ *]*"
    r"(\t+)(?=[^\t\n]+$)",
    re.M,
)
_WIDE_GAP = re.compile(r"(?<=\S)[ \u3000]{2,}(?=\S)")


def _columns(text: str) -> list[Edit]:
    """A table set with spaces: lines one behind the other that have three cells or more, and as many as the next."""
    edits: list[Edit] = []
    start = 0
    run: list[tuple[int, str]] = []
    for line in [*text.split("\n"), ""]:
        cells = len(_WIDE_GAP.split(line.strip())) if "  " in line or "\u3000\u3000" in line else 1
        is_row = cells >= 3 and "\t" not in line and len(line) < 400 and not re.search("[。；]", line)
        if run and (not is_row or cells != len(_WIDE_GAP.split(run[-1][1].strip()))) and line.strip():
            edits += _tabs(run) if len(run) > 1 else []
            run = []
        if is_row:
            run.append((start, line))
        start += len(line) + 1
    return edits + (_tabs(run) if len(run) > 1 else [])


def _tabs(rows: list[tuple[int, str]]) -> list[Edit]:
    return [
        Edit(start + m.start(), start + m.end(), "\t", Reason.TABLE_ROW)
        for start, line in rows
        for m in _WIDE_GAP.finditer(line)
    ]


def table_rows(text: str) -> list[Edit]:
    """Rows of Markdown and HTML tables to cells with a tab between them, as recognition prints tables else."""
    edits = []
    for m in _PIPES.finditer(text):
        row = m[0].strip(" ").strip("|")
        if set(row) <= set(" |:-"):
            continue  # the row under the heads, which page_furniture takes out
        edits.append(Edit(m.start(), m.end(), "\t".join(cell.strip() for cell in row.split("|")), Reason.TABLE_ROW))
    for m in _TAB_BEHIND_MARK.finditer(text):
        edits.append(Edit(m.start(1), m.end(1), " ", Reason.SPACE))
    edits += _columns(text)
    if "<t" in text.lower():
        edits += _html(text)
    return without_overlaps(edits)


_OPENED = re.compile(r"<t[dh](?:\s[^<>]{0,80})?>", re.I)
_SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?(\d{1,3})", re.I)
_MOST_COLUMNS = 60


def _html(text: str) -> list[Edit]:
    """Tags of HTML tables to tabs and line ends. A cell that spans several leaves the others empty, as recognition
    does elsewhere, so that what comes behind stays below its head."""
    edits: list[Edit] = []
    below: dict[int, int] = {}  # column: how many more rows the cell above it spans
    column = 0  # of the next cell
    width = 1  # of the cell that is open

    def spanned(*, to_the_end: bool) -> int:
        nonlocal column
        count = 0
        while below.get(column) or (to_the_end and any(rows and at > column for at, rows in below.items())):
            if below.get(column):
                below[column] -= 1
            column += 1
            count += 1
        return count

    for m in _CELLS.finditer(text):
        tag = m[0].strip().lower()
        tabs = 0
        opened = _OPENED.search(tag)
        if tag.startswith("</t") and tag[3] in "dh":
            tabs += width - 1
            width = 1
        if tag.startswith(("<tr", "<table", "</table")):
            below = below if tag.startswith("<tr") else {}
            column = 0
        if opened:
            tabs += spanned(to_the_end=False) + (opened.start() > 0)
            spans = {name.lower(): int(number) for name, number in _SPAN.findall(opened[0])}
            width = max(1, min(spans.get("col", 1), _MOST_COLUMNS))
            for at in range(column, column + width):
                if spans.get("row", 1) > 1:
                    below[at] = spans["row"] - 1
            column += width
            if column > _MOST_COLUMNS:
                below = {}
        elif tag.startswith("</t") and tag[3] in "dh":
            tabs += spanned(to_the_end=True)
        after = "\n" if tag.startswith(("</tr", "<table", "</table")) else "\t" * tabs
        edits.append(Edit(m.start(), m.end(), after, Reason.TABLE_ROW))
    return edits
