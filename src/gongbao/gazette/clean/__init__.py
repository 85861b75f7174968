"""Clean the text that page recognition left: mend what is sure, record every change, leave the rest alone.

`clean(raw)` runs the steps below in order. Each is a function from the present text to a list of edits. What a step
is not sure of stays as it is, for a person to look at.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gongbao.gazette.clean.characters import brackets, characters, notations, tags
from gongbao.gazette.clean.flat import glued_items, missing_line_breaks
from gongbao.gazette.clean.furniture import page_furniture
from gongbao.gazette.clean.spacing import decimals, spaces, strip_marks
from gongbao.gazette.clean.tables import table_rows
from gongbao.gazette.clean.torn import torn_lines, torn_signatures
from gongbao.gazette.clean.words import doubled_characters, stray_words
from gongbao.gazette.edits import Edit, EditedText
from gongbao.gazette.lines import Line
from gongbao.gazette.model import Change


@dataclass(slots=True)
class CleanText:
    """The cleaned text, its non-blank lines, and the record from which the raw text can be rebuilt."""

    text: str
    lines: list[Line]
    changes: list[Change]


Step = Callable[[str], list[Edit]]


def clean(raw: str) -> CleanText:
    """Clean a text. `gongbao.gazette.edits.rebuild(result.text, result.changes)` gives `raw` again."""
    edited = EditedText(raw)
    for step in STEPS:
        edited.apply(step(edited.text))
    marked = edited.text.split("\n")
    edited.apply(strip_marks(edited.text))
    numbers = edited.raw_lines()
    lines: list[Line] = []
    blank = True
    for text, mark, number in zip(edited.text.split("\n"), marked, numbers, strict=True):
        # A tab at the end is an empty cell of a table and must stay.
        text = text.strip(" ").removesuffix("\r")
        if text.strip():
            heading = len(found[0].strip()) if (found := re.match(r"#{1,6}\s", mark.lstrip())) else 0
            lines.append(Line(text, number, heading, "**" in mark[:6], blank))
        blank = not text.strip()
    return CleanText(edited.text, lines, edited.changes())


STEPS: tuple[Step, ...] = (
    characters,
    table_rows,
    tags,
    notations,
    brackets,
    page_furniture,
    spaces,
    decimals,
    missing_line_breaks,
    spaces,
    torn_signatures,
    torn_lines,
    glued_items,
    stray_words,
    doubled_characters,
)
