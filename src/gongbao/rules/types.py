"""What an annotation in a policy means: the kind of value, its decimals, its unit, its choices, its records."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, get_args, get_origin

from gongbao.rules import scales
from gongbao.rules.values import Choice, Decimal, Money, Percent, Places, Quantity, Unit

YUAN = Unit("元", "yuan")
PER_CENT = Unit("%", "%")


class MonthOnly:
    """In Annotated[date, MonthOnly()]: a month, written 2022-09, and kept as its first day."""


Month = Annotated[date, MonthOnly()]


@dataclass(frozen=True, slots=True)
class Type:
    """`kind` is one of money, percent, decimal, integer, flag, choice, date, month, text, record, list, scale, mapping.

    `python` is the class of its values. `places` counts decimals (None: exact). `item` is what a list or a mapping
    holds, `key` what a mapping is looked up by; a scale has its measure in `key` and what it gives in `item`.
    """

    kind: str
    python: Any
    places: int | None = None
    unit: Unit | None = None
    item: Type | None = None
    key: tuple[Type, ...] = ()
    optional: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in ("money", "percent", "decimal", "integer")

    @property
    def is_records(self) -> bool:
        """Whether it is a list of related records: visits, units."""
        return self.kind == "list" and self.item is not None and self.item.kind == "record"

    def exact(self) -> Type:
        """The same kind before it is rounded."""
        return replace(self, places=None, optional=False)

    def __str__(self) -> str:
        if self.kind in ("choice", "record"):
            return str(self.python.__name__)
        if self.kind == "list":
            return f"list of {self.item}"
        return self.kind


FLAG = Type("flag", bool)
INTEGER = Type("integer", int)
DATE = Type("date", date)
TEXT = Type("text", str)
MONEY = Type("money", Money, None, YUAN)
PERCENT = Type("percent", Percent, None, PER_CENT)
DECIMAL = Type("decimal", Decimal)
NONE = Type("none", types.NoneType)

_PLAIN = {bool: FLAG, int: INTEGER, date: DATE, str: TEXT, Decimal: DECIMAL}
SCALES = {scales.Ladder: "marginal", scales.AmountByBand: "amount_by_band", scales.RateByBand: "rate_by_band"}


def type_of(annotation: Any) -> Type:
    """The type that an annotation stands for. Raises TypeError, in words, for one that the language does not know."""
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *notes = get_args(annotation)
        found = type_of(base)
        for note in notes:
            if isinstance(note, Places):
                found = replace(found, places=note.number)
            elif isinstance(note, Unit):
                found = replace(found, unit=note)
            elif isinstance(note, MonthOnly):
                found = replace(found, kind="month")
        return found
    if origin in (typing.Union, types.UnionType):
        within = [one for one in get_args(annotation) if one is not types.NoneType]
        if len(within) == 1 and len(get_args(annotation)) == 2:
            return replace(type_of(within[0]), optional=True)
    if origin in (list, Sequence):
        return Type("list", list, item=type_of(get_args(annotation)[0]))
    if origin is Mapping:
        key, item = get_args(annotation)
        keys = get_args(key) if get_origin(key) is tuple else (key,)
        return Type("mapping", dict, item=type_of(item), key=tuple(type_of(one) for one in keys))
    if origin in SCALES:
        measure, given = get_args(annotation)
        return Type("scale", origin, item=type_of(given), key=(type_of(measure),))
    if isinstance(annotation, type):
        if annotation in _PLAIN:
            return _PLAIN[annotation]
        # Money and percentages are rounded to two decimals unless an annotation says otherwise.
        if issubclass(annotation, Money):
            return replace(MONEY, places=2)
        if issubclass(annotation, Percent):
            return replace(PERCENT, places=2)
        if issubclass(annotation, Choice):
            return Type("choice", annotation)
        if getattr(annotation, "is_record", False):
            return Type("record", annotation)
    raise TypeError(
        f"{annotation!r} is no type of the rule language; take Money, Percent, Integer, Flag, Date, Month, Text, "
        "a Choice, a Record, a list of one of these, or Annotated[Decimal, Places(2)]"
    )


def as_type(value: Any, wanted: Type) -> Any:
    """A value as a rule returns it: rounded to the type's decimals; the total of none as zero of its kind."""
    if value is not None and wanted.places is not None and issubclass(wanted.python, Quantity):
        if type(value) is int:
            value = wanted.python(value)
        return value.rounded(wanted.places)
    return value


__all__ = ["Month", "MonthOnly", "Type", "as_type", "type_of"]
