"""What is asked for a step: fields, each with a label, and how what people give is read.

A value is a str (line, text, choice, unit, account), bool, int, date, datetime or Decimal (money, in yuan), or a tuple
of str (choices, files: the public ids of stored files). Nothing is guessed: what cannot be read is a problem in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MOST_OFFERED = 6
"""Options that a refusal names: of more, the list that is chosen from is read more easily."""

Value: TypeAlias = str | bool | int | date | datetime | Decimal | tuple[str, ...]


class Kind(StrEnum):
    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"  # a day and a time of day
    FILES = "files"
    UNIT = "unit"  # the key of a unit of the office
    ACCOUNT = "account"  # the public id of an account


@dataclass(frozen=True, slots=True)
class Option:
    """One of what may be chosen; `clause` where a clause names it."""

    key: str
    label: Label
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for.

    `staff`: only staff is asked for it. `personal`: it says something of a person, is shown to whoever handles the case
    alone, and never enters the log. `public`: it is shown to anyone who follows the case. `longest` counts characters,
    or files. `past`: a date that may not lie in the future, `future`: one that may not lie in the past. `told`: what is
    shown of its value, where that is not what is kept; None for nothing.
    """

    key: str
    label: Label
    kind: Kind = Kind.LINE
    clause: str = ""
    help: Label | None = None
    required: bool = True
    staff: bool = False
    personal: bool = False
    public: bool = False
    options: tuple[Option, ...] = ()
    longest: int = 200
    past: bool = False
    future: bool = False
    told: Callable[[Value], Label | None] | None = None

    def option(self, key: str) -> Option | None:
        return next((one for one in self.options if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with what was given for one field."""

    field: str
    message: Label


def read(fields: Sequence[Field], given: Mapping[str, Any], today: date) -> tuple[dict[str, Value], list[Problem]]:
    """The values of the fields, and what is wrong. What is left empty is no value; a name that is no field, a problem.

    Values of their own type are taken as they are, strings are read as people write them.
    """
    values: dict[str, Value] = {}
    problems = [
        Problem(key, Label(f"这里没有“{_shown(key)}”这一项", f"there is no field {_shown(key)} here"))
        for key in given
        if not any(field.key == key for field in fields)
    ]
    for field in fields:
        raw = given.get(field.key)
        if isinstance(raw, str):
            raw = raw.strip()
        if raw is None or raw == "" or (isinstance(raw, (list, tuple)) and not raw):
            if field.required:
                problems.append(Problem(field.key, Label(f"请填写{field.label.zh}", f"{field.label.en} is needed")))
            continue
        try:
            value = _READERS[field.kind](field, raw)
            _within(field, value, today)
        except _Unreadable as error:
            problems.append(Problem(field.key, error.told))
        else:
            values[field.key] = value
    return values, problems


def _shown(key: str) -> str:
    """A name that may be anything, so that it can be printed."""
    return key if key.isprintable() and len(key) < 100 else ascii(key[:100])


class _Unreadable(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.told = Label(zh, en)
        super().__init__(en)


# Signs that turn the direction of what follows: a text could be shown otherwise than it is stored.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _text(field: Field, raw: Any) -> str:
    if not isinstance(raw, str):
        raise _Unreadable("应为文字", "should be text")
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if field.kind != Kind.TEXT and len(text.splitlines()) > 1:
        raise _Unreadable("只能填写一行", "should be one line")
    if not _can_be_shown(text):
        raise _Unreadable("含有不可显示的字符", "holds characters that cannot be shown")
    if len(text) > field.longest:
        raise _Unreadable(
            f"不超过{field.longest}字，现有{len(text)}字", f"up to {field.longest} characters, not {len(text)}"
        )
    return text


def _can_be_shown(text: str) -> bool:
    """Whether it holds no control character, no half of a pair (which no database takes) and no turning sign."""
    return not any(
        char in _TURNING or (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t") for char in text
    )


def _choice(field: Field, raw: Any) -> str:
    if not isinstance(raw, str) or field.option(raw) is None:
        if len(field.options) > _MOST_OFFERED:
            raise _Unreadable("请从所列选项中选择", "choose one of the options")
        offered_zh = "、".join(one.label.zh for one in field.options)
        offered_en = ", ".join(one.label.en for one in field.options)
        raise _Unreadable(f"请从中选择：{offered_zh}", f"choose one of: {offered_en}")
    return raw


def _choices(field: Field, raw: Any) -> tuple[str, ...]:
    chosen = _several(raw)
    picked = {_choice(field, one) for one in chosen}
    return tuple(one.key for one in field.options if one.key in picked)


def _several(raw: Any) -> tuple[Any, ...]:
    if isinstance(raw, (list, tuple)):
        return tuple(raw)
    return (raw,)


def _flag(field: Field, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    known = {"yes": True, "no": False, "true": True, "false": False, "on": True, "是": True, "否": False}
    if isinstance(raw, str) and raw.casefold() in known:
        return known[raw.casefold()]
    raise _Unreadable("请选择是或者否", "say yes or no")


def _number(field: Field, raw: Any) -> int:
    if isinstance(raw, str) and len(raw) < 16 and raw.isascii() and raw.isdecimal():
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 10**15:
        return raw
    raise _Unreadable("应为不小于零的整数，最多15位", "should be a whole number, not below zero, of up to 15 figures")


# 1234.5 or 1,234.50, with the comma of either width. A comma that parts other than thousands may be a decimal sign.
_AMOUNT = re.compile(r"(?:[0-9]{1,13}|[0-9]{1,3}(?:[,，][0-9]{3}){1,4})(?:\.[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    rf"{_DAY.pattern}[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)


def _money(field: Field, raw: Any) -> Decimal:
    try:
        if isinstance(raw, str) and _AMOUNT.fullmatch(raw):
            amount = Decimal(raw.replace(",", "").replace("，", ""))
        elif isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
            amount = abs(Decimal(raw)) if raw == 0 else Decimal(raw)
        else:
            raise InvalidOperation
        if not amount.is_finite() or amount.as_tuple().exponent < -2 or not 0 <= amount < 10**13:  # type: ignore[operator]
            raise InvalidOperation
    except InvalidOperation:
        raise _Unreadable(
            "应为金额，单位元，最多两位小数，不小于零",
            "should be an amount in yuan, not below zero, up to two decimals",
        ) from None
    return amount.quantize(Decimal("0.01"))


def _date(field: Field, raw: Any) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        if isinstance(raw, str) and _DAY.fullmatch(raw):
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise _Unreadable("应为日期，例如2026-07-01", "should be a date such as 2026-07-01")


def _moment(field: Field, raw: Any) -> datetime:
    try:
        if isinstance(raw, str) and _MOMENT.fullmatch(raw):
            raw = datetime.fromisoformat(raw)
        if isinstance(raw, datetime):
            return raw if raw.utcoffset() is not None else raw.replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    raise _Unreadable("应为日期和时间，例如2026-07-01 09:30", "should be a day and time such as 2026-07-01 09:30")


def _files(field: Field, raw: Any) -> tuple[str, ...]:
    files = _several(raw)
    if not all(isinstance(one, str) and one.strip() and _can_be_shown(one) for one in files):
        raise _Unreadable("应为文件", "should be files")
    files = tuple(dict.fromkeys(files))
    if len(files) > field.longest:
        raise _Unreadable(f"最多{field.longest}个文件", f"up to {field.longest} files")
    return files


def _within(field: Field, value: Value, today: date) -> None:
    if not isinstance(value, date):
        return
    # Before the zone is changed: at both ends of the calendar that has no answer.
    if not 1900 <= value.year <= 2199:
        raise _Unreadable("年份应在1900至2199之间", "the year should be from 1900 to 2199")
    day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    if field.past and day > today:
        raise _Unreadable("不能晚于今天", "may not be after today")
    if field.future and day < today:
        raise _Unreadable("不能早于今天", "may not be before today")


_READERS: dict[Kind, Callable[[Field, Any], Value]] = {
    Kind.LINE: _text,
    Kind.TEXT: _text,
    Kind.UNIT: _text,
    Kind.ACCOUNT: _text,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.FILES: _files,
}


# --- values as they are kept


def to_plain(values: Mapping[str, Value]) -> dict[str, Any]:
    """The values as JSON knows them: days, moments and amounts as strings."""
    plain: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, (date, datetime)):
            plain[key] = value.isoformat()
        elif isinstance(value, Decimal):
            plain[key] = str(value)
        else:
            plain[key] = list(value) if isinstance(value, tuple) else value
    return plain


_PYTHON: dict[Kind, type] = {
    Kind.FLAG: bool,
    Kind.NUMBER: int,
    Kind.CHOICES: list,
    Kind.FILES: list,
}
"""What a kept value is in JSON; a string for every other kind."""


def _as_it_stands(raw: Any) -> Value:
    return tuple(raw) if isinstance(raw, list) else raw


def _kept(field: Field, raw: Any) -> Value:
    if field.kind in (Kind.DATE, Kind.MOMENT, Kind.MONEY):
        return _READERS[field.kind](field, raw)
    if type(raw) is not _PYTHON.get(field.kind, str):
        raise _Unreadable("与该项的类型不符", f"is no {field.kind}")
    return _as_it_stands(raw)


def from_plain(fields: Iterable[Field], plain: Mapping[str, Any]) -> dict[str, Value]:
    """What `to_plain` made, as values again; of a field that is declared no more, as it stands.

    A choice or a length that was allowed then is taken, even where it is no longer. Raises GongbaoError where a kept
    value is of another kind than its field.
    """
    by_key = {field.key: field for field in fields}
    values: dict[str, Value] = {}
    for key, raw in plain.items():
        field = by_key.get(key)
        try:
            values[key] = _kept(field, raw) if field else _as_it_stands(raw)
        except _Unreadable as error:
            raise GongbaoError(str(error), where=key) from error
    return values
