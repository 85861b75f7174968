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
        for m in _CELLS.finditer(text):
            tag = m[0].strip().lower()
            after = (
                "\n" if tag.startswith(("</tr", "<table", "</table")) else "\t" if "><" in tag.replace(" ", "") else ""
            )
            edits.append(Edit(m.start(), m.end(), after, Reason.TABLE_ROW))
    return without_overlaps(edits)
