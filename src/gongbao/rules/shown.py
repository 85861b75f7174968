"""Values as a person reads them: 1,234.50 元, 65%, 是."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

from gongbao.rules.types import Type
from gongbao.rules.values import Choice, Label, Percent, Quantity

LANGUAGES = ("zh", "en")


class Words:
    """What is said of a case in Chinese and in English. Made by the thousand: a label's checks are not made again."""

    __slots__ = ("en", "zh")

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words | Label) and (self.zh, self.en) == (other.zh, other.en)

    def __hash__(self) -> int:
        return hash((self.zh, self.en))

    def __repr__(self) -> str:
        return f"Words({self.zh!r}, {self.en!r})"


Said: TypeAlias = Label | Words

NONE = Words("无", "none")
FLAGS = (Words("否", "no"), Words("是", "yes"))


def shown(value: Any, kind: Type, language: str, *, bare: bool = False) -> str:
    """A value in one language. `bare` leaves the unit of an amount out, as in a formula."""
    return in_both(value, kind, bare=bare).in_language(language)


def in_both(value: Any, kind: Type, *, bare: bool = False) -> Said:
    """The same in Chinese and in English."""
    if isinstance(value, Choice):
        return value.label
    if value.__class__ is bool:
        return FLAGS[value]
    if isinstance(value, Quantity) or value.__class__ is int:
        text = number(value, kind.places)
        if bare or kind.unit is None or isinstance(value, Percent):
            return Words(text, text)
        return Words(f"{text} {kind.unit.zh}", f"{text} {kind.unit.en}")
    if value is None:
        return NONE
    if isinstance(value, list | tuple):
        said = [in_both(one, kind.item or kind) for one in value]
        return Words("、".join([one.zh for one in said]), ", ".join([one.en for one in said]))
    text = f"{value:%Y-%m}" if kind.kind == "month" else str(value)
    return Words(text, text)


def number(value: Any, places: int | None = None) -> str:
    """1,234.50, −3, 65%; a fraction to six decimals with …"""
    if value.__class__ is int:
        return number_text(value, places)
    return number_text(value.exact, places, value.__class__ is Percent)


def number_text(exact: Any, places: int | None = None, is_percent: bool = False) -> str:
    """The same of a bare number."""
    if exact.__class__ is int:
        return f"−{-exact}" if exact < 0 else str(exact)
    if exact.__class__ is Fraction:
        shortened = round(abs(exact) * 10**6)
        text = f"{'-' if exact < 0 else ''}{shortened // 10**6:,}.{shortened % 10**6:06d}…"
    else:
        text = str(exact)
        below_thousand = text[0] != "-" and len(text) < (places or 0) + 5
        if places and below_thousand and not is_percent and text[-places - 1 : -places] == ".":
            return text  # as most amounts are
        whole, point, _ = text.partition(".")
        if places and not point and not is_percent:
            text = f"{exact:,.{places}f}"
        elif len(whole) > 3 or "E" in text:
            text = f"{exact:,f}"
        if (is_percent or places is None) and "." in text:
            text = text.rstrip("0").rstrip(".")
    if text[0] == "-":
        text = f"−{text[1:]}" if exact else text[1:]
    return f"{text}%" if is_percent else text


__all__ = ["FLAGS", "LANGUAGES", "Said", "Words", "in_both", "number", "number_text", "shown"]
