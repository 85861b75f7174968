"""Numbers as documents print them: 三十六, 〇, Ⅳ, ⑫.

Only whole numbers, as in the numbering of clauses and in dates written in Chinese.
"""

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = "〇一二三四五六七八九"
_ROMAN = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "Ⅵ": 6, "Ⅶ": 7, "Ⅷ": 8, "Ⅸ": 9, "Ⅹ": 10, "Ⅺ": 11, "Ⅻ": 12}

CHINESE_NUMERAL = "〇零○一二三四五六七八九十百千两"
"""The characters a Chinese numeral is made of, for use inside a regular expression's brackets."""

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def chinese_to_int(text: str) -> int | None:
    """三十六 -> 36, 一百零二 -> 102, 二〇二二 -> 2022; None where `text` is no numeral below ten thousand."""
    if not text:
        return None
    if not any(c in _UNITS for c in text):
        return (
            int("".join(str(_DIGITS[c]) for c in text)) if len(text) <= 4 and all(c in _DIGITS for c in text) else None
        )
    total, digit, last_unit = 0, None, 10_000
    for c in text:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[c]
        elif c in _UNITS and _UNITS[c] < last_unit:
            last_unit = _UNITS[c]
            total += (1 if digit is None else digit) * last_unit
            digit = None
        else:
            return None
    return total + (digit or 0)


def int_to_chinese(number: int) -> str:
    """36 -> 三十六, 102 -> 一百零二; for 1 to 9999, as clauses are numbered."""
    if not 1 <= number <= 9999:
        raise ValueError(f"no clause is numbered {number}")
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += (
                ("零" if zero and out else "")
                + ("" if unit == 10 and digit == 1 and not out else _CHINESE[digit])
                + name
            )
            zero = False
        else:
            zero = True
    return out


def circled_to_int(char: str) -> int | None:
    """⑫ -> 12; None where `char` is not one of ① to ⑳."""
    place = CIRCLED.find(char) if len(char) == 1 else -1
    return place + 1 if place >= 0 else None


def roman_to_int(char: str) -> int | None:
    """Ⅳ -> 4; None where `char` is not one of Ⅰ to Ⅻ."""
    return _ROMAN.get(char)


def read_int(text: str) -> int | None:
    """Read any of the spellings above, or Arabic digits (full or half width, at most six)."""
    text = text.strip()
    if text.isdecimal() and len(text) <= 6:
        return int(text)
    return chinese_to_int(text) or circled_to_int(text) or roman_to_int(text)
