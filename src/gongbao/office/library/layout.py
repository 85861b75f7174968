"""A revision as it is laid out for reading: clauses in their clauses, tables out of tabs, links to documents.

A page of many hundred clauses must come at once, and a template takes its time over each value: so the HTML of the text
and of the outline is made here, in one run through the clauses. No queries here: clauses, and the documents that may be
linked, are given.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from gongbao.core.citations import NUMBER_PATTERN, ORDER_PATTERN, read_number
from gongbao.gazette.model import gap

NOTHING = SafeString()
OUTLINE_DEPTH = 4
OPEN_OUTLINE = 60  # an outline of no more entries than this stands open
LOWEST_HEADING = 6
FIRST_WORDS, SHORT_CELL, LONG_CELL = 20, 8, 24  # characters
MOST_HEADS = 3  # rows of a table that name its columns
# More characters, or columns, side by side than a sheet of paper held upright takes.
BROAD_TABLE, MOST_UPRIGHT = 120, 12
# A heading that ends in one of these runs on into the words of its clause.
RUN_IN = ("。", "：", "；", "？", "！")
# Entries that an outline is read for; paragraphs and items below them are found in the text.
IN_OUTLINE = frozenset({"box", "part", "chapter", "section", "subsection", "article"})


class ClauseLike(Protocol):
    order: int
    last: int
    depth: int
    kind: str
    number: str
    heading: str
    text: str
    locator: str
    eid: str
    part_id: int


@dataclass(slots=True)
class LaidPart:
    """A part of the document: `anchor` is its place in the page, `name` what the outline calls it.

    `html` are its clauses, each a box of class `clause` with its eId, in the box of the clause it stands in; `outline`
    the items of a list, those that have others below them with a fold, which stands `open` or not; "" for none.
    """

    anchor: str
    kind: str
    label: str
    title: str
    titled: bool
    html: SafeString = NOTHING
    outline: SafeString = NOTHING
    open: bool = True

    @property
    def name(self) -> str:
        return " ".join(piece for piece in (self.label, self.title) if piece)


class Links:
    """Where the documents that a text names are to be read: address by number in normal form, and by title."""

    def __init__(self, by_number: Mapping[str, str] | None = None, by_title: Mapping[str, str] | None = None) -> None:
        self.by_number = dict(by_number or {})
        self.by_title = {title: url for title, url in (by_title or {}).items() if title}

    def mark(self, text: str) -> str:
        """`text` as HTML, the documents that the library holds linked in it."""
        if not (self.by_number or self.by_title):
            return escape(text)
        found: list[tuple[int, int, str]] = []
        if self.by_number and "号" in text:
            for pattern in (NUMBER_PATTERN, ORDER_PATTERN):
                for match in pattern.finditer(text):
                    # The words before a number run into its series (根据许政办〔2022〕27号): try ever shorter ones.
                    for start in range(match.start(), match.start() + len(match["series"])):
                        number = read_number(text[start : match.end()])
                        if number is not None and (url := self.by_number.get(str(number))):
                            found.append((start, match.end(), url))
                            break
        for title, url in self.by_title.items():
            for match in re.finditer(f"《{re.escape(title)}》", text):
                found.append((match.start(), match.end(), url))
        pieces: list[str] = []
        at = 0
        for start, end, url in sorted(found):
            if start < at:
                continue
            pieces += (escape(text[at:start]), f'<a href="{escape(url)}">{escape(text[start:end])}</a>')
            at = end
        return "".join(pieces) + escape(text[at:])


def lay_out(
    parts: Iterable[tuple[int, str, str, str]],
    clauses: Iterable[ClauseLike],
    *,
    before: str,
    after: str,
    links: Links,
    top_level: int = 2,
) -> list[LaidPart]:
    """Lay out a revision, or a stretch of it.

    `parts` are (id, kind, label, title) in order; `clauses` in reading order; the eId of a clause between
    `before` and `after` is its address; `top_level` is the level of the first headings.
    """
    laid: dict[int, LaidPart] = {}
    parts = list(parts)
    for place, (part_id, kind, label, title) in enumerate(parts):
        # A document that is nothing but its covering text needs no second title.
        titled = len(parts) > 1 and bool(label or title or kind == "body")
        laid[part_id] = LaidPart(f"part-{place + 1}", kind, label, title, titled)
    members: dict[int, list[ClauseLike]] = {}
    for clause in clauses:
        members.setdefault(clause.part_id, []).append(clause)
    entries = {part_id: _in_outline(group) for part_id, group in members.items()}
    size = sum(map(len, entries.values()))
    tables = _Tables()
    for part_id, group in members.items():
        part = laid[part_id]
        part.html = _text(group, (before, after), links, tables, top_level + part.titled)
        part.outline = _outline(entries[part_id], group, is_open=size <= OPEN_OUTLINE)
        part.open = size <= OPEN_OUTLINE or len(laid) == 1
    return list(laid.values())


def _text(
    clauses: Sequence[ClauseLike], address: tuple[str, str], links: Links, tables: "_Tables", top_level: int
) -> SafeString:
    out: list[str] = []
    # For each clause that is still open: its depth, and the level of the headings below it.
    above: list[tuple[int, int]] = []
    for place, clause in enumerate(clauses):
        level = above[-1][1] if above else top_level
        own_heading = bool(clause.heading) and not (clause.heading.endswith(RUN_IN) and clause.text)
        # A number that stands by itself is drawn before the first of the paragraphs below it, as it is printed.
        bare = bool(clause.number) and not clause.heading and not clause.text and _begins_with_words(clauses, place)
        css = "clause box" if clause.kind == "box" else "clause bare" if bare else "clause"
        own = _own(clause, min(level, LOWEST_HEADING) if own_heading else 0, address, links, tables)
        out.append(
            f'<div class="{css}" id="{escape(clause.eid)}" data-locator="{escape(clause.locator)}">'
            f'<div class="own">{own}</div>'
        )
        next_depth = clauses[place + 1].depth if place + 1 < len(clauses) else -1
        if next_depth > clause.depth:
            # What stands below a heading keeps its margin; what stands below plain words is set in.
            out.append('<div class="below">' if own_heading or bare else '<div class="below in">')
            above.append((clause.depth, level + own_heading))
        else:
            out.append("</div>")
            while above and above[-1][0] >= next_depth:
                above.pop()
                out.append("</div></div>")
            out.append("\n")
    return mark_safe("".join(out))


def _begins_with_words(clauses: Sequence[ClauseLike], place: int) -> bool:
    if place + 1 >= len(clauses) or clauses[place + 1].depth <= clauses[place].depth:
        return False
    first = clauses[place + 1]
    return not first.number and not first.heading and "\t" not in first.text.partition("\n")[0]


def _own(clause: ClauseLike, level: int, address: tuple[str, str], links: Links, tables: "_Tables") -> str:
    """The clause without what stands below: its heading, where that has a line of its own, then blocks of words."""
    url = escape(f"{address[0]}{clause.eid}{address[1]}")
    if clause.number:
        wide = clause.number.startswith("第") or clause.number[-1:].isalnum()
        css = "num" if wide else "num num-tight"
        name = f'<a class="{css}" href="{url}">{escape(clause.number)}</a>'
    else:
        name = (
            f'<a class="mark" href="{url}"><span aria-hidden="true">¶</span>'
            f'<span class="vh">{escape(clause.locator)}</span></a>'
        )
    out: list[str] = []
    if level:
        out.append(f"<h{level}>{name}{links.mark(clause.heading)}</h{level}>")
        name = ""
    elif clause.heading:
        name += f"<strong>{links.mark(clause.heading)}</strong>"
    for is_table, lines in groupby(clause.text.split("\n") if clause.text else [], key=lambda line: "\t" in line):
        if is_table:
            if name:
                out.append(f"<p>{name}</p>" if clause.number else name)
                name = ""
            out.append(tables.table([line.split("\t") for line in lines]))
        else:
            for line in lines:
                if line.strip():
                    out.append(f"<p>{name}{links.mark(line.strip())}</p>")
                    name = ""
    if name:
        out.append(f"<p>{name}</p>")
    return "".join(out)


def _in_outline(clauses: Iterable[ClauseLike]) -> list[ClauseLike]:
    return [
        clause
        for clause in clauses
        if clause.depth < OUTLINE_DEPTH and clause.kind in IN_OUTLINE and (clause.number or clause.heading)
    ]


def _outline(entries: Sequence[ClauseLike], clauses: Sequence[ClauseLike], *, is_open: bool) -> SafeString:
    below = gettext("what stands below")
    language = ' lang="en"' if get_language() == "en" else ""
    fold = f'<details{" open" if is_open else ""}><summary><span class="vh"{language}>{below}</span></summary><ul>'
    places = {clause.eid: place for place, clause in enumerate(clauses)}
    out: list[str] = []
    above: list[int] = []
    for place, clause in enumerate(entries):
        heading = clause.heading.rstrip("。：；")
        label: str = escape(f"{clause.number}{gap(clause.number, heading)}{heading}")
        if not heading:
            # A number alone tells little: its first words stand beside it.
            label += f' <span class="first-words">{escape(_first_words(clauses, places[clause.eid]))}</span>'
        out.append(f'<li><a href="#{escape(clause.eid)}">{label}</a>')
        following = entries[place + 1].depth if place + 1 < len(entries) else -1
        if following > clause.depth:
            out.append(fold)
            above.append(clause.depth)
        else:
            out.append("</li>")
            while above and above[-1] >= following:
                above.pop()
                out.append("</ul></details></li>")
    return mark_safe("".join(out))


def _first_words(clauses: Sequence[ClauseLike], place: int) -> str:
    for clause in clauses[place : place + 2]:
        words = (clause.text if not clause.heading else clause.heading).split("\n", 1)[0].replace("\t", " ").strip()
        if words and (clause is clauses[place] or clause.depth > clauses[place].depth):
            return words[:FIRST_WORDS]
    return ""


# --- tables: lines whose cells stand between tabs ---------------------------------------------------------------------

_FIGURE = re.compile(r"[≥≤⩾⩽≧≦＞＜><]?[-+−]?[\d,.，]+(?:%|‰)?|[—–-]+")


class _Tables:
    """Makes tables, and counts them, so that each has a name of its own for who cannot see where it stands."""

    def __init__(self) -> None:
        self.count = 0

    def table(self, lines: Sequence[Sequence[str]]) -> str:
        self.count += 1
        width = max(map(len, lines))
        grid = [[cell.strip() for cell in line] + [""] * (width - len(line)) for line in lines]
        titles = 0
        while titles + 1 < len(grid) and _spans_all(grid[titles]):
            titles += 1
        head = "".join(_across(row) for row in grid[:titles])
        rest = grid[titles:]
        heads = _head_height(rest)
        head += _head(rest[:heads])
        body = "".join(_body_row(row) for row in rest[heads:])
        # The name is in the language of the page, what stands in the table in that of the document.
        language = "en" if get_language() == "en" else "zh-Hans"
        name = escape(gettext("Table %(number)d") % {"number": self.count})
        columns = zip(*(row for row in grid if not _spans_all(row)), strict=True)
        taken = sum(min(max(map(len, column)), LONG_CELL) for column in columns)
        broad = taken > BROAD_TABLE or width > MOST_UPRIGHT
        css = "scroll broad" if broad else "scroll"
        return (
            f'<div class="{css}" role="group" tabindex="0" lang="{language}" aria-label="{name}">'
            f'<table class="grid" lang="zh-Hans"><thead>{head}</thead>'
            f"{f'<tbody>{body}</tbody>' if body else ''}</table></div>"
        )


def _spans_all(row: Sequence[str]) -> bool:
    return bool(row[0]) and len(row) > 1 and not any(row[1:])


def _across(row: Sequence[str]) -> str:
    # A short one heads the rows below it, a long one is a note.
    css = "across" if len(row[0]) <= LONG_CELL else "note"
    return f'<tr><td class="{css}" colspan="{len(row)}">{escape(row[0])}</td></tr>'


def _head_height(grid: Sequence[Sequence[str]]) -> int:
    """How many rows name the columns: a further one where it fills places that the row before it left empty."""
    height = 1
    if len(grid) < 2 or not grid[0][0] or sum(map(bool, grid[0])) < 2:
        return height
    while height < min(len(grid), MOST_HEADS):
        above, row = grid[height - 1], grid[height]
        # A body row has something in its first column; a further row of heads has not, for the first row's covers it.
        if row[0] or not any(cell and not over for cell, over in zip(row, above, strict=True)):
            break
        if height > 1 and any(len(cell) > SHORT_CELL for cell in row):
            break
        height += 1
    return height


def _head(rows: Sequence[Sequence[str]]) -> str:
    out: list[str] = []
    width = len(rows[0])
    covered: set[tuple[int, int]] = set()
    # For each column the head of the row above that it stands under: no head reaches from one into the next.
    under = [0] * width
    for place, row in enumerate(rows):
        filled_below = [any(lower[column] for lower in rows[place + 1 :]) for column in range(width)]
        cells: list[str] = []
        own = list(under)
        column = 0
        while column < width:
            if (place, column) in covered:
                column += 1
                continue
            span = 1
            if row[column] and filled_below[column]:
                # A head over several columns: the empty places after it belong to it as long as they are filled below.
                while (
                    column + span < width
                    and not row[column + span]
                    and filled_below[column + span]
                    and under[column + span] == under[column]
                    and (place, column + span) not in covered
                ):
                    span += 1
            height = 1 if filled_below[column] else len(rows) - place
            covered.update((place + down, column) for down in range(1, height))
            own[column : column + span] = [column] * span
            scope = "colgroup" if span > 1 else "col"
            attributes = (f' colspan="{span}"' if span > 1 else "") + (f' rowspan="{height}"' if height > 1 else "")
            if row[column]:
                cells.append(f'<th scope="{scope}"{attributes}{_width(row[column])}>{escape(row[column])}</th>')
            else:
                cells.append(f"<td{attributes}></td>")
            column += span
        under = own
        out.append(f"<tr>{''.join(cells)}</tr>")
    return "".join(out)


def _body_row(row: Sequence[str]) -> str:
    if _spans_all(row):
        return _across(row)
    cells = [f"<td{_width(cell)}>{escape(cell)}</td>" for cell in row]
    if row[0] and not _FIGURE.fullmatch(row[0]):
        cells[0] = f'<th scope="row"{_width(row[0])}>{escape(row[0])}</th>'
    return f"<tr>{''.join(cells)}</tr>"


def _width(cell: str) -> str:
    """A word is not broken, and a sentence not squeezed into a column of single characters."""
    if _FIGURE.fullmatch(cell):
        return ' class="figure"'
    if cell.isascii() and 0 < len(cell) <= 2 * SHORT_CELL:
        return ' class="short whole"'
    if cell and (len(cell) <= SHORT_CELL or (cell.isascii() and len(cell) <= LONG_CELL)):
        return ' class="short"'
    if len(cell) > LONG_CELL:
        return ' class="long"'
    return ' class="middling"' if cell else ""
