"""The words of letters: text files that an office can read and change, with named gaps.

    # How whoever complains hears that the complaint was accepted.
    本机关于{file_on}收到你（单位）提出的投诉，编号为{case_number}。
    {to_correct}
    特此通知。

Each line is a paragraph; empty lines and those that begin with # are not printed. `{name}` is a gap: one that is not
filled is an error. A paragraph with `{name?}` is left out where there is nothing for that gap. PLACES stand on a line
of their own: there the list or the remedies of the letter are set. Files are called KEY.LANGUAGE.txt, KEY being the
letter's in the procedure; a system has its own beside its procedure, and where it has none, those of this folder serve.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from gongbao.core.errors import GongbaoError

PLACES = ("to_correct", "remedies")
"""Gaps that the letter fills with a list."""

GENERAL = "letter"
"""The wording of a letter that has none of its own: its one gap is `text`."""

_GAP = re.compile(r"\{([a-z][a-z0-9_]*)(\?)?\}")


class WordingError(GongbaoError):
    """A wording that cannot be read, or that is given too little to be filled."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`gaps` by name, each with whether the paragraph may be left out for want of it."""

    text: str
    line: int
    gaps: Mapping[str, bool]

    @property
    def place(self) -> str:
        """The place that the paragraph is; "" for one with words."""
        return next((one for one in PLACES if one in self.gaps), "")


@dataclass(frozen=True, slots=True)
class Wording:
    """`name` is that of its file."""

    name: str
    language: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def gaps(self) -> frozenset[str]:
        """All that it wants to be given, or takes where it is."""
        return frozenset(gap for one in self.paragraphs for gap in one.gaps)


def wording(key: str, language: str, folder: Traversable | None = None) -> Wording:
    """The wording of a letter, from the folder of a system or else from ours.

    Raises WordingError where it cannot be read.
    """
    language = "zh" if language.startswith("zh") else "en"
    ours = files(__name__)
    for place, name in ((folder, key), (ours, key), (ours, GENERAL)):
        if place is not None and (file := place.joinpath(f"{name}.{language}.txt")).is_file():
            return read_wording(file.read_text(encoding="utf-8"), language, f"{name}.{language}.txt")
    raise WordingError(f"there is no wording for the letter {key} in “{language}”")


def read_wording(text: str, language: str, name: str) -> Wording:
    """Raises WordingError, naming the line, where a brace is no gap or a place does not stand alone."""
    paragraphs = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        if any(brace in _GAP.sub("", words) for brace in "{}"):
            raise WordingError(
                "a gap is written {name} or {name?}, in small Latin letters, figures and _", where=f"{name}:{number}"
            )
        gaps = {found[1]: bool(found[2]) for found in _GAP.finditer(words)}
        alone = next((one for one in PLACES if one in gaps), None)
        if alone and not _GAP.fullmatch(words):
            raise WordingError(f"{{{alone}}} has to stand on a line of its own", where=f"{name}:{number}")
        paragraphs.append(Paragraph(words, number, gaps))
    if not paragraphs:
        raise WordingError("the wording is empty", where=name)
    return Wording(name, language, tuple(paragraphs))


def filled(wording: Wording, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The paragraphs as (place, words), one of both "". A value of several lines makes several paragraphs.

    `values` has an entry for each place that there is something for. Raises WordingError with all that is missing.
    """
    given = {key for key, value in values.items() if value.strip()}
    missing = [
        f"{{{gap}}} (line {one.line})"
        for one in wording.paragraphs
        for gap, optional in one.gaps.items()
        if not optional and gap not in given
    ]
    if missing:
        raise WordingError(
            f"the letter cannot be written: nothing is given for {', '.join(missing)}", where=wording.name
        )
    unplaced = [place for place in PLACES if place in given and place not in wording.gaps]
    if unplaced:
        wanted = ", ".join(f"{{{one}}}" for one in unplaced)
        raise WordingError(f"the wording has no place for {wanted}: add a line for it", where=wording.name)
    out: list[tuple[str, str]] = []
    for one in wording.paragraphs:
        if not one.gaps.keys() <= given:
            continue
        if one.place:
            out.append((one.place, ""))
            continue
        words = _GAP.sub(lambda found: values[found[1]].strip(), one.text)
        out += [("", line.strip()) for line in words.splitlines() if line.strip()]
    return out
