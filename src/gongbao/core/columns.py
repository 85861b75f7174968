"""Text in columns: how wide it stands, and where Chinese and English may be broken into lines."""

import unicodedata
from collections.abc import Callable

# What may not begin a line, and what may not end one (避头尾).
_NEVER_FIRST = frozenset("，。、；：？！）〕】》”’…·,.;:?!)]}%℃°(")
_NEVER_LAST = frozenset("（〔【《“‘([{")


def width(text: str) -> int:
    """How many columns a terminal gives the text: two for each Chinese character."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def wrapped(text: str, room: float, measure: Callable[[str], float] = width) -> list[str]:
    """The text in lines no wider than `room`, each as long as it can be; at least one, which may be empty.

    Lines are broken at spaces and beside Chinese characters; a figure or a word is broken only where it is wider than a
    line by itself. `measure` must give a text the sum of what it gives its characters. Linear in its length.
    """
    lines: list[str] = []
    for given in text.split("\n"):
        line, used = "", 0.0
        for piece in _pieces(given, room, measure):
            wide = measure(piece)
            if line and used + measure(piece.rstrip(" ")) > room:
                lines.append(line.rstrip(" "))
                line, used = "", 0.0
            line, used = line + piece, used + wide
        lines.append(line.rstrip(" "))
    return lines


def _pieces(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """What must not be broken, with the spaces behind it; what is wider than a line, by single characters."""
    pieces: list[str] = []
    for char in text:
        if pieces and not _may_break(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return [part for piece in pieces for part in (piece if measure(piece.rstrip(" ")) > room else [piece])]


def _may_break(before: str, after: str) -> bool:
    if after == " " or before in _NEVER_LAST:
        return False
    if before == " ":
        return True
    return after not in _NEVER_FIRST and (width(before) == 2 or width(after) == 2)


__all__ = ["width", "wrapped"]
