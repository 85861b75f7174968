"""The numbers that Word prints before paragraphs and does not keep in their text.

A clause without its number is another clause, so they are computed as Word does: from numbering.xml and styles.xml
(ECMA-376 part 1, 17.9), with the deviations that Microsoft lists in [MS-OI29500].
"""

import re
from dataclasses import dataclass, field

from docx.oxml.xmlchemy import BaseOxmlElement

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_LEVELS = 9
_LONGEST_PATTERN = 255  # Word's own bound for the text of a level
_LARGEST = 32_767  # likewise for a number
_STYLE_DEPTH = 20  # styles based on each other; Word allows eleven, and a circle ends here too

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_FORMAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_HEAVENLY = "甲乙丙丁戊己庚辛壬癸"
_EARTHLY = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"))
_ROMAN_ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


def integer(value: str | None, default: int | None = None) -> int | None:
    """A number out of an attribute; `default` where it is none, or so long that it cannot be meant."""
    if value is None or len(value) > 11:
        return default
    try:
        return int(value)
    except ValueError:
        return default


def _digit_by_digit(number: int, digits: str = _DIGITS) -> str:
    return "".join(digits[int(digit)] for digit in str(number))


def _counted(number: int, digits: str, units: str, *, zero: str, first_ten: str, ones: bool = True) -> str:
    """36 -> 三十六. `first_ten` begins 10 to 19; `ones` says whether 100 is 一百 or only 百."""
    out, gap = "", False
    for power, unit in ((1000, units[2]), (100, units[1]), (10, units[0]), (1, "")):
        digit, number = divmod(number, power)
        if digit == 0:
            gap = True
            continue
        out += zero if gap and out else ""
        gap = False
        if power == 10 and digit == 1 and not out:
            out += first_ten
        elif digit == 1 and power > 1 and not ones:
            out += unit
        else:
            out += digits[digit] + unit
    return out


def _letters(number: int, first: str) -> str:
    # Word goes on with AA, BB, CC after Z, not with AA, AB.
    times, place = divmod(number - 1, 26)
    return chr(ord(first) + place) * (times + 1)


def _roman(number: int) -> str:
    out = ""
    for value, sign in _ROMAN:
        out += sign * (number // value)
        number %= value
    return out + _ROMAN_ONES[number]


def _from_row(number: int, first: str, count: int) -> str:
    return chr(ord(first) + number - 1) if number <= count else str(number)


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def format_number(number: int, style: str) -> str:
    """`number` as Word prints it in one of the styles of ST_NumberFormat; in plain digits where the style has no sign
    for it, or is not one that Chinese documents use."""
    if style == "none":
        return ""
    if style in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord("０") + int(digit)) for digit in str(number)) if number >= 0 else str(number)
    if style == "decimalZero":
        return f"{number:02d}"
    if number < 1 or number > 9999:
        return str(number)
    match style:
        case "chineseCountingThousand" | "taiwaneseCountingThousand":
            return _counted(number, _DIGITS, "十百千", zero="零", first_ten="十")
        case "chineseCounting" | "taiwaneseCounting":
            # Both count to ninety-nine and then spell digit by digit.
            if number > 99:
                return _digit_by_digit(number, "○" + _DIGITS[1:])
            return _counted(number, _DIGITS, "十百千", zero="", first_ten="十")
        case "japaneseCounting" | "koreanCounting":
            return _counted(number, _DIGITS, "十百千", zero="", first_ten="十", ones=False)
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" | "koreanDigital2":
            return _digit_by_digit(number)
        case "chineseLegalSimplified":
            return _counted(number, _FORMAL, "拾佰仟", zero="零", first_ten="壹拾")
        case "ideographLegalTraditional":
            return _counted(number, _FORMAL_TRADITIONAL, "拾佰仟", zero="零", first_ten="壹拾")
        case "ideographTraditional" if number <= 10:
            return _HEAVENLY[number - 1]
        case "ideographZodiac" if number <= 12:
            return _EARTHLY[number - 1]
        case "ideographZodiacTraditional" if number <= 60:
            return _HEAVENLY[(number - 1) % 10] + _EARTHLY[(number - 1) % 12]
        case "ideographEnclosedCircle":
            return _from_row(number, "㊀", 10)
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            if 21 <= number <= 35:
                return chr(ord("㉑") + number - 21)
            return chr(ord("㊱") + number - 36) if 36 <= number <= 50 else _from_row(number, "①", 20)
        case "decimalEnclosedFullstop":
            return _from_row(number, "⒈", 20)
        case "decimalEnclosedParen":
            return _from_row(number, "⑴", 20)
        case "upperRoman" | "lowerRoman" if number < 4000:
            return _roman(number) if style == "upperRoman" else _roman(number).lower()
        case "upperLetter" | "lowerLetter" if number <= 780:
            return _letters(number, "A" if style == "upperLetter" else "a")
        case "ordinal":
            return _ordinal(number)
        case "numberInDash":
            return f"- {number} -"
        case _:
            return str(number)


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str
    pattern: str
    restart: int | None  # 1-based level that restarts this one; 0: none does; None: every higher one does
    legal: bool  # shows the numbers of all levels in digits
    suffix: str
    paragraph_style: str


@dataclass(slots=True)
class _List:
    """A w:num: which abstract list it counts in, and what it changes there."""

    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Style:
    parent: str
    number_id: str | None
    level: int | None


def _value(element: BaseOxmlElement | None, name: str) -> str | None:
    """The w:val of the child `name`, None where there is no such child."""
    child = None if element is None else element.find(W + name)
    return None if child is None else child.get(W + "val", "")


def _on(element: BaseOxmlElement, name: str) -> bool:
    value = _value(element, name)
    return value is not None and value not in ("0", "false", "off")


def _level(element: BaseOxmlElement) -> _Level:
    style = _value(element, "numFmt")
    if style is None:
        # Word writes formats younger than 2010 as a choice with a fallback for older programs.
        style = _value(element.find(f"{_MC}AlternateContent/{_MC}Fallback"), "numFmt")
    pattern = (_value(element, "lvlText") or "")[:_LONGEST_PATTERN]
    if style == "bullet" or element.find(W + "lvlPicBulletId") is not None:
        # Letters and private characters are signs of a symbol font here; the letter itself is never printed.
        style, pattern = "bullet", pattern if pattern and not re.search(r"[\w\ue000-\uf8ff]", pattern) else "•"
    return _Level(
        start=integer(_value(element, "start"), 0) or 0,
        style=style or "decimal",
        pattern=pattern,
        restart=integer(_value(element, "lvlRestart")),
        legal=_on(element, "isLgl"),
        suffix=_value(element, "suff") or "tab",
        paragraph_style=_value(element, "pStyle") or "",
    )


def _levels(element: BaseOxmlElement) -> dict[int, _Level]:
    levels = {}
    for child in element.findall(W + "lvl"):
        place = integer(child.get(W + "ilvl"))
        if place is not None and 0 <= place < _LEVELS:
            levels[place] = _level(child)
    return levels


class Numbering:
    """Counts paragraphs in reading order; `numbering` and `styles` are the roots of those parts, if there are any."""

    def __init__(self, numbering: BaseOxmlElement | None, styles: BaseOxmlElement | None) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._styles: dict[str, _Style] = {}
        self._default_style = ""
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        self._resolved: dict[str, tuple[str | None, int | None, str]] = {}
        if styles is not None:
            self._read_styles(styles)
        if numbering is not None:
            self._read_lists(numbering)

    def _read_styles(self, styles: BaseOxmlElement) -> None:
        for element in styles.findall(W + "style"):
            properties = element.find(f"{W}pPr/{W}numPr")
            name = element.get(W + "styleId", "")
            self._styles[name] = _Style(
                parent=_value(element, "basedOn") or "",
                number_id=_value(properties, "numId"),
                level=integer(_value(properties, "ilvl")),
            )
            if element.get(W + "type") == "paragraph" and element.get(W + "default") in ("1", "true", "on"):
                self._default_style = name

    def _read_lists(self, numbering: BaseOxmlElement) -> None:
        borrowed = {}
        for element in numbering.findall(W + "abstractNum"):
            name = element.get(W + "abstractNumId", "")
            self._abstract[name] = _levels(element)
            if link := _value(element, "numStyleLink"):
                borrowed[name] = link
        for element in numbering.findall(W + "num"):
            entry = _List(_value(element, "abstractNumId") or "")
            for override in element.findall(W + "lvlOverride"):
                place = integer(override.get(W + "ilvl"))
                if place is None or not 0 <= place < _LEVELS:
                    continue
                changed = override.find(W + "lvl")
                if changed is not None:
                    entry.levels[place] = _level(changed)
                start = integer(_value(override, "startOverride"))
                if start is not None:
                    entry.starts[place] = start
            self._lists[element.get(W + "numId", "")] = entry
        # A list that only names a numbering style counts in the list which that style uses.
        for entry in self._lists.values():
            for _ in range(_LEVELS):
                style = self._styles.get(borrowed.get(entry.abstract, ""))
                target = self._lists.get(style.number_id or "") if style else None
                if target is None or target is entry:
                    break
                entry.abstract = target.abstract

    def _of_style(self, name: str) -> tuple[str | None, int | None, str]:
        """List, level, and the style that says so, for a paragraph style and those it is based on."""
        if name not in self._resolved:
            number_id: str | None = None
            level: int | None = None
            source, current = "", name
            for _ in range(_STYLE_DEPTH):
                style = self._styles.get(current)
                if style is None:
                    break
                if level is None:
                    level = style.level
                if style.number_id is not None:
                    number_id, source = style.number_id, current
                    break
                current = style.parent
            self._resolved[name] = (number_id, level, source)
        return self._resolved[name]

    def _place(self, properties: BaseOxmlElement | None) -> tuple[str | None, int]:
        """The list and the level of a paragraph."""
        direct = None if properties is None else properties.find(W + "numPr")
        number_id, level = _value(direct, "numId"), integer(_value(direct, "ilvl"))
        style_name = _value(properties, "pStyle") or self._default_style
        if number_id is None:
            number_id, style_level, source = self._of_style(style_name)
            if number_id is not None and level is None:
                # The level that names the style wins over what the style says of its level.
                entry = self._lists.get(number_id)
                levels = {} if entry is None else self._abstract.get(entry.abstract, {}) | entry.levels
                for linked in (style_name, source):
                    places = [place for place, each in levels.items() if each.paragraph_style == linked]
                    if places:
                        return number_id, places[0]
                level = style_level
        return number_id, level or 0

    def label(self, properties: BaseOxmlElement | None) -> str:
        """Count the paragraph with these properties (w:pPr) and give what is printed before it, gap included.

        "" where it has no number. A gap is left after 第一条 and 1.1, none after 一、 and （一）.
        """
        number_id, place = self._place(properties)
        entry = self._lists.get(number_id or "")
        if entry is None or not 0 <= place < _LEVELS:
            return ""
        levels = self._abstract.get(entry.abstract, {}) | entry.levels
        own = levels.get(place)
        if own is None:
            return ""
        counters = self._counters.setdefault(entry.abstract, {})
        if number_id not in self._begun:
            self._begun.add(number_id or "")
            for restarted in entry.starts:
                counters.pop(restarted, None)

        def start(level: int) -> int:
            return entry.starts.get(level, levels[level].start if level in levels else 1)

        counters[place] = min(counters[place] + 1, _LARGEST) if place in counters else start(place)
        for deeper in range(place + 1, _LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or place < restart:
                counters.pop(deeper, None)

        def number(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            style = "decimal" if own.legal or level not in levels else levels[level].style
            return format_number(counters.get(level, start(level)), style)

        text = own.pattern if own.style == "bullet" else re.sub(r"%([1-9])", number, own.pattern)
        if not text or own.suffix == "nothing" or text[-1] in "、，。；：）】〕》":
            return text
        return text.rstrip() + " "
