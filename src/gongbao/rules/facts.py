"""What people give -> the typed facts of a case, or problems in words.

    given = read_facts(Facts, parse_json(text))
    given.facts["cost"]      # Money("14500.00"), or Missing("cost", ...) where nothing was given
    given.problems           # every one of them, each with its path, in Chinese and English

A fact that is missing is no problem: the engine computes what it can without it. A fact that is given and cannot be
meant (negative money, a 32nd day, a name that is no fact) is one, and is never guessed.

What is taken, beside the canonical form that `as_json` writes, is what clerks paste and spreadsheets hold: thousands
separators (1,234.50) and full-width figures in a text, 65%, 2022/5/1, 2022年5月1日, 是/否, the labels of a choice,
and a binary float as its shortest text, which is what was typed. A trailing zero is no further decimal: 1.000 yuan is
taken, 1.001 is refused.
"""

from __future__ import annotations

import calendar
import contextlib
import decimal
import difflib
import functools
import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, NoReturn

from gongbao.core import dates
from gongbao.core.errors import GongbaoError
from gongbao.rules import exact as ex
from gongbao.rules.policy import Fact, FactSheet
from gongbao.rules.types import Type
from gongbao.rules.values import Choice, GivenText, Label, Quantity

LARGEST = 10**13
"""No amount or number of a case is larger: ten trillion yuan is more than any city has."""

MOST_RECORDS = 10_000
MOST_DECIMALS = 12
MOST_PROBLEMS = 100
"""So many are told of one case; the last then says how many more there are."""
FIRST_YEAR, LAST_YEAR = 1900, 2199

_DEEPEST = 64
_LONGEST_NUMBER = 1000
_MOST_SUGGESTIONS = 100


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands where a fact was not given. `path` is where it would be in the input, `label` what to ask for."""

    path: str
    label: Label

    def __bool__(self) -> bool:
        raise TypeError(f"{self.path} is missing, and neither true nor false")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with what was given, and what would be right.

    `path` is as in the input: visits[2].in_scope_cost, counted from 0; empty for the input as a whole. `label` is that
    of the fact; None where there is no such fact. `code` is for programs and does not change.
    """

    path: str
    label: Label | None
    zh: str
    en: str
    code: str

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Given:
    """A case as it was read. `facts` has every fact of the sheet by name: its typed value, a list, or `Missing`.

    Records are instances of their class, whose fields may be `Missing` too. `missing` has the paths of what was not
    given. What was given wrongly is in `problems`, and stands as `Missing` among the facts.
    """

    facts: dict[str, Any]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]


class NotJson(GongbaoError):
    """A text that cannot be read as JSON; `problem` says so in both languages. `line` counts from 1, 0 if not known."""

    def __init__(self, code: str, zh: str, en: str, line: int = 0) -> None:
        super().__init__(en)
        self.line = line
        self.problem = Problem("", None, zh, en, code)


# --- JSON with exact numbers --------------------------------------------------------------------------------------


def parse_json(text: str) -> Any:
    """JSON with its numbers exact: an int, or a decimal.Decimal where there is a point, an exponent or great length.

    Raises NotJson for what is not JSON, for NaN and Infinity, for a name given twice in an object, for more than 64
    levels of brackets and for a number of more than 1000 characters. Takes time in proportion to the text.
    """
    text = text.removeprefix("\ufeff")
    if text.count("[") + text.count("{") > _DEEPEST:
        _refuse_deep(text)
    try:
        return json.loads(
            text,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_no_number,
            object_pairs_hook=_without_duplicates,
        )
    except json.JSONDecodeError as wrong:
        zh_line, en_line = (f"第{wrong.lineno}行", f"line {wrong.lineno} ") if "\n" in text.strip() else ("", "")
        raise NotJson(
            "not_json",
            f"不是正确的JSON：{zh_line}第{wrong.colno}个字符处有误",
            f"not valid JSON: {wrong.msg}, {en_line}character {wrong.colno}",
            wrong.lineno,
        ) from None


# A string that is not closed runs to the end, so that no text makes the search start again and again.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def _refuse_deep(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token[0][0]
        if sign in "[{":
            depth += 1
            if depth > _DEEPEST:
                raise NotJson("too_deep", f"括号超过{_DEEPEST}层", f"more than {_DEEPEST} levels of brackets")
        elif sign != '"':
            depth -= 1


def _whole(text: str) -> int | decimal.Decimal:
    # Converting a very long text to an int takes time in proportion to its square.
    return int(text) if len(text) <= 40 else _fraction(text)


def _fraction(text: str) -> decimal.Decimal:
    if len(text) > _LONGEST_NUMBER:
        raise NotJson(
            "number_too_long",
            f"数字长达{len(text)}个字符，无法读取",
            f"a number of {len(text)} characters cannot be read",
        )
    try:
        return decimal.Decimal(text)
    except decimal.InvalidOperation:  # an exponent beyond any machine's
        return _no_number(text)


def _no_number(text: str) -> NoReturn:
    zh, en = _shown(text)
    raise NotJson("not_a_number", f"{zh}不是可以计算的数字", f"{en} is not a number to compute with")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                zh, en = _shown(name)
                raise NotJson("given_twice", f"{zh}在同一对象中出现了两次", f"{en} is given twice in one object")
            seen.add(name)
    return found


# --- Reading ------------------------------------------------------------------------------------------------------


def read_facts(sheet: type[FactSheet], given: object) -> Given:
    """Read a case from a JSON-like value: a dict by names of facts.

    null, and a name left out, are missing; an empty text is a problem. Raises nothing, whatever is given.
    """
    report = _Report()
    if not isinstance(given, Mapping):
        zh, en = _shown(given)
        problem = Problem(
            "",
            None,
            f"一个案例应为一个对象，按名称列出各项事实；给出的是{zh}",
            f"a case must be an object that gives facts by name; {en} was given",
            "not_an_object",
        )
        report.add(lambda: problem)
        given = {}
    # mypy takes the class of a frozen dataclass for unhashable.
    facts = _reader_of(sheet).read(given, _TOP, report)  # type: ignore[arg-type]
    return Given(facts, tuple(report.missing), report.told())


@dataclass(slots=True)
class _Report:
    problems: list[Problem] = field(default_factory=list)
    untold: int = 0
    missing: list[str] = field(default_factory=list)
    # Looking for the name that was meant is slow, and a hostile input may have any number of names.
    suggestions_left: int = _MOST_SUGGESTIONS

    def add(self, problem: Callable[[], Problem]) -> None:
        """One more; it is not written where nobody will be told."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem())
        else:
            self.untold += 1

    def wrong(self, path: str, label: Label, place: _Place, wrong: _Wrong) -> None:
        self.add(lambda: _problem(path, label, place, wrong))

    def told(self) -> tuple[Problem, ...]:
        return (*self.problems, _more(self.untold)) if self.untold else tuple(self.problems)


def limited(problems: list[Problem]) -> tuple[Problem, ...]:
    """The first of them, and how many more there are."""
    untold = len(problems) - MOST_PROBLEMS
    return (*problems[:MOST_PROBLEMS], _more(untold)) if untold > 0 else tuple(problems)


def _more(number: int) -> Problem:
    return Problem("", None, f"另有{number}个问题，此处不再列出", f"there are {number} more problems", "more_problems")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the input we are: what goes before a name in paths, and before a label in sentences."""

    path: str = ""
    zh: str = ""
    en: str = ""


_TOP = _Place()


class _Wrong(Exception):
    """A value that cannot be meant. The sentences follow on the fact's label."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code, self.zh, self.en = code, zh, en


Read = Callable[[Any, _Place, _Report], Any]


@dataclass(slots=True)
class _SheetReader:
    entries: list[tuple[str, Read, Fact]]
    names: frozenset[str]
    meant: dict[str, str]
    """Each name and label, in small letters, with the name it stands for."""
    there_are: str

    def read(self, given: Mapping[Any, Any], place: _Place, report: _Report) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, read, fact in self.entries:
            value = given.get(name)
            if value is None:
                found[name] = self._not_given(fact, name in given, place, report)
                continue
            try:
                found[name] = read(value, place, report)
            except _Wrong as wrong:
                path = place.path + name
                found[name] = Missing(path, fact.label)
                report.wrong(path, fact.label, place, wrong)
        if not self.names.issuperset(given):
            for name in given:
                if name not in self.names:
                    report.add(functools.partial(self._unknown, name, place, report))
        return found

    def _not_given(self, fact: Fact, is_null: bool, place: _Place, report: _Report) -> Any:
        if fact.optional:
            return fact.default
        if is_null and fact.type.optional:
            return None
        path = place.path + fact.name
        report.missing.append(path)
        return Missing(path, fact.label)

    def _unknown(self, name: object, place: _Place, report: _Report) -> Problem:
        zh, en = _shown(name)
        zh, en = f"{place.zh.removesuffix('的')}没有名为{zh}的事实", f"{place.en}no fact is called {en}"
        meant = None
        if report.suggestions_left > 0:
            report.suggestions_left -= 1
            meant = nearest(str(name), self.meant)
        if meant:
            zh, en = f"{zh}；是否想写{meant}？", f"{en}; did you mean {meant}?"
        else:
            zh, en = f"{zh}；可用的名称：{self.there_are}", f"{en}; there are: {self.there_are}"
        return Problem(place.path + _clipped(str(name)), None, zh, en, "unknown_name")


def nearest(written: str, meant: Mapping[str, str]) -> str | None:
    """What was most likely meant by a misspelt name; None where nothing is near. `meant` has keys in small letters."""
    found = difflib.get_close_matches(written[:60].strip().lower(), meant, n=1)
    return meant[found[0]] if found else None


def _problem(path: str, label: Label, place: _Place, wrong: _Wrong) -> Problem:
    return Problem(path, label, f"{place.zh}「{label.zh}」{wrong.zh}", f"{place.en}“{label.en}” {wrong.en}", wrong.code)


@functools.cache
def _reader_of(sheet: Any) -> _SheetReader:
    declared: dict[str, Fact] = sheet.declared()
    meant = {}
    for fact in declared.values():
        for word in (fact.label.en, fact.label.zh, fact.name):
            meant[word.lower()] = fact.name
    entries = [(name, _reader(fact.type, fact), fact) for name, fact in declared.items()]
    return _SheetReader(entries, frozenset(declared), meant, ", ".join(declared))


def _reader(wanted: Type, fact: Fact) -> Read:
    match wanted.kind:
        case "money" | "percent" | "decimal":
            return _quantity_reader(wanted, fact)
        case "integer":
            return _integer_reader(wanted, fact)
        case "flag":
            return _read_flag
        case "choice":
            return _choice_reader(wanted)
        case "date":
            return _read_date
        case "month":
            return _read_month
        case "text":
            return _text_reader(fact.longest)
        case "record":
            return _record_reader(wanted)
        case "list" if wanted.item is not None and wanted.item.kind == "record":
            return _records_reader(wanted.item, fact)
        case "list" if wanted.item is not None:
            return _list_reader(wanted.item, fact)
    raise TypeError(f"{fact.name}: a fact cannot be a {wanted}")


# --- Numbers ------------------------------------------------------------------------------------------------------

_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，－−％＋", "0123456789.,--%+")
_PLAINEST_NUMBER = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,20})?")
_PLAIN_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")


def _number(value: object, form: Label) -> decimal.Decimal:
    """The number that was given, of at most 14 digits before the point and 100 after it; zero has no sign."""
    kind = type(value)
    if kind is decimal.Decimal:
        found: Any = value
    elif kind is int:
        if value.bit_length() > 64:  # type: ignore[attr-defined]
            raise _too_large()
        return decimal.Decimal(value)  # type: ignore[arg-type]
    elif isinstance(value, str):
        if _PLAINEST_NUMBER.fullmatch(value):  # as nearly all are, at half the cost
            return decimal.Decimal(value) or decimal.Decimal(0)
        plain = value.strip().translate(_HALF_WIDTH) if len(value) <= _LONGEST_NUMBER else ""
        if not _PLAIN_NUMBER.fullmatch(plain):
            raise _not(form, value, "not_a_number")
        found = decimal.Decimal(plain.replace(",", ""))
    elif isinstance(value, float) and math.isfinite(value):
        found = decimal.Decimal(float.__repr__(value))
    else:
        raise _not(form, value, "not_a_number")
    if not found.is_finite():
        raise _not(form, value, "not_a_number")
    if not found:
        return decimal.Decimal(0)
    # Both are read off the number before anything is computed with it: 1e400 and 1e-400 cost nothing.
    if found.adjusted() > 13:
        raise _too_large()
    if found.as_tuple().exponent < -100:
        raise _Wrong("too_many_decimals", "小数位数过多", "has far too many decimals")
    return found  # type: ignore[no-any-return]


def _too_large() -> _Wrong:
    return _Wrong("too_large", "数值过大，不能超过10万亿", "is too large; it may be 10 trillion at most")


def _bounds(wanted: Type, fact: Fact) -> Callable[[decimal.Decimal], None]:
    """What refuses a number outside the fact's bounds."""
    over = None if fact.over is None else decimal.Decimal(fact.over)
    least = None if fact.least is None else decimal.Decimal(fact.least)
    most = None if fact.most is None else decimal.Decimal(fact.most)
    if least is None and over is None and wanted.kind != "decimal":
        least = decimal.Decimal(0)
    zh_unit, en_unit = ("", "") if wanted.unit is None else (wanted.unit.zh, " " + wanted.unit.en)
    zh, en = [], []
    if over is not None:
        zh.append(f"大于{fact.over}{zh_unit}")
        en.append(f"more than {fact.over}{en_unit}")
    if least is not None:
        zh.append(f"不小于{least}{zh_unit}")
        en.append(f"at least {least}{en_unit}")
    if most is not None:
        zh.append(f"不大于{most}{zh_unit}")
        en.append(f"at most {most}{en_unit}")
    zh_rule, en_rule = "且".join(zh), " and ".join(en)

    def check(number: decimal.Decimal) -> None:
        if (least is not None and number < least) or (over is not None and number <= over):
            code = "negative" if number < 0 and not fact.least else "too_small"
        elif most is not None and number > most:
            code = "too_large"
        elif abs(number) > LARGEST:
            raise _too_large()
        else:
            return
        raise _Wrong(code, f"应{zh_rule}，给出的是{number:f}", f"must be {en_rule}; {number:f} was given")

    return check


_NUMBER = Label("应为数字，如1234.50", "must be a number such as 1234.50")
_PERCENTAGE = Label("应为百分数，如65或65%", "must be a percentage such as 65 or 65%")
_WHOLE = Label("应为整数，如12", "must be a whole number such as 12")


def _quantity_reader(wanted: Type, fact: Fact) -> Read:
    python: type[Quantity] = wanted.python
    is_percent = wanted.kind == "percent"
    form = _PERCENTAGE if is_percent else _NUMBER
    check = _bounds(wanted, fact)
    most_places = MOST_DECIMALS if wanted.places is None else wanted.places

    def read(value: Any, place: _Place, report: _Report) -> Quantity:
        if is_percent and isinstance(value, str):
            value = re.sub(r"\s*[%％]\s*\Z", "", value, count=1) if len(value) <= _LONGEST_NUMBER else value
        number = _number(value, form)
        places = most_places
        if wanted.places is None or number.as_tuple().exponent < -places:  # type: ignore[operator]
            written = ex.places_of(number)
            if written > most_places:
                raise _Wrong(
                    "too_many_decimals",
                    f"最多{most_places}位小数，给出的是{number:f}",
                    f"may have at most {most_places} decimals; {number:f} was given",
                )
            places = written if wanted.places is None else places
        check(number)
        return python.of(ex.rounded(number, places))

    return read


def _integer_reader(wanted: Type, fact: Fact) -> Read:
    check = _bounds(wanted, fact)

    def read(value: Any, place: _Place, report: _Report) -> int:
        number = _number(value, _WHOLE)
        if ex.places_of(number):
            raise _not(_WHOLE, value, "not_whole")
        check(number)
        return int(number)

    return read


# --- Yes or no, choices, texts ------------------------------------------------------------------------------------

_FLAGS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
_YES_OR_NO = Label("应为是或否", "must be yes or no (true or false)")


def _read_flag(value: Any, place: _Place, report: _Report) -> bool:
    if value is True or value is False:
        return value
    found = _FLAGS.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise _not(_YES_OR_NO, value, "not_a_flag")
    return found


def _choice_reader(wanted: Type) -> Read:
    choice: type[Choice] = wanted.python
    named: dict[str, Choice] = {}
    for words in ("value", "zh", "en"):
        for member in choice:
            word = member.value if words == "value" else getattr(member.label, words)
            named.setdefault(word.lower(), member)
    form = Label(
        "应为下列之一：" + "、".join(member.label.zh for member in choice),
        "must be one of: " + ", ".join(f"{member.value} ({member.label.en})" for member in choice),
    )

    def read(value: Any, place: _Place, report: _Report) -> Choice:
        if isinstance(value, str):
            member = named.get(value) or named.get(value.strip().lower())
            if member is not None:
                return member
        raise _not(form, value, "unknown_choice")

    return read


_CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SOME_TEXT = Label("应为文字", "must be a text")


def _text_reader(longest: int) -> Read:
    def read(value: Any, place: _Place, report: _Report) -> str:
        if not isinstance(value, str):
            raise _not(_SOME_TEXT, value, "not_a_text")
        if len(value) > longest:
            raise _Wrong(
                "too_long",
                f"最多{longest}个字，给出的有{len(value)}个",
                f"may have at most {longest} characters; {len(value)} were given",
            )
        text = value.strip()
        if not text:
            raise _Wrong("empty", "不能为空", "must not be empty")
        if not text.isprintable() and any(unicodedata.category(sign) in _CONTROL for sign in text):
            raise _Wrong(
                "control_characters",
                "含有换行或其他控制字符，请删去",
                "has line breaks or other control characters; take them out",
            )
        return GivenText(text)

    return read


# --- Dates --------------------------------------------------------------------------------------------------------

_MIDNIGHT = r"(?:[T ]00:00(?::00)?)?"
_A_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    rf"|年([0-9]{{1,2}})月([0-9]{{1,2}})日){_MIDNIGHT}"
)
_A_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})|/([0-9]{1,2})|\.([0-9]{1,2})|年([0-9]{1,2})月)")
_DATE_FORM = Label("应为日期，如2022-05-01或2022年5月1日", "must be a date such as 2022-05-01")
_MONTH_FORM = Label("应为月份，如2022-09或2022年9月", "must be a month such as 2022-09")


def _read_date(value: Any, place: _Place, report: _Report) -> date:
    if isinstance(value, str):
        return _date_of_text(value)
    if isinstance(value, datetime):
        if value.timetz() != time():
            raise _not(_DATE_FORM, value, "not_a_date")
        value = value.date()
    if not isinstance(value, date):
        raise _not(_DATE_FORM, value, "not_a_date")
    return _within_years(value)


def _date_of_text(value: str) -> date:
    if len(value) == 10 and value[4] == value[7] == "-":
        # The canonical form, which nearly all have, at a tenth of the cost.
        with contextlib.suppress(ValueError):
            return _within_years(date.fromisoformat(value))
    found = _A_DATE.fullmatch(value.strip().translate(_HALF_WIDTH)) if len(value) <= 40 else None
    if found is None:
        printed = dates.read_date(value) if len(value) <= 40 else None
        if printed is None:
            raise _not(_DATE_FORM, value, "not_a_date")
        return _within_years(printed)
    year, month, day = (int(part) for part in found.groups() if part is not None)
    last = _last_day(year, month)
    if not 1 <= day <= last:
        raise _Wrong(
            "no_such_day",
            f"不存在：{year}年{month}月没有{day}日，该月有{last}天",
            f"does not exist: {year}-{month:02} has {last} days and no day {day}",
        )
    return date(year, month, day)


def _read_month(value: Any, place: _Place, report: _Report) -> date:
    if isinstance(value, date):
        # A spreadsheet keeps a month as its first day.
        day = _read_date(value, place, report)
        if day.day != 1:
            raise _not(_MONTH_FORM, value, "not_a_month")
        return day
    found = None
    if isinstance(value, str) and len(value) <= 40:
        found = _A_MONTH.fullmatch(value.strip().translate(_HALF_WIDTH))
    if found is None:
        raise _not(_MONTH_FORM, value, "not_a_month")
    year, month = (int(part) for part in found.groups() if part is not None)
    _last_day(year, month)
    return date(year, month, 1)


def _last_day(year: int, month: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _year_out_of_range(year)
    if not 1 <= month <= 12:
        raise _Wrong("no_such_month", f"不存在：一年没有{month}月", f"does not exist: a year has no month {month}")
    return calendar.monthrange(year, month)[1]


def _within_years(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _year_out_of_range(day.year)
    return day


def _year_out_of_range(year: int) -> _Wrong:
    return _Wrong(
        "year_out_of_range",
        f"年份应在{FIRST_YEAR}至{LAST_YEAR}之间，给出的是{year}",
        f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}; {year} was given",
    )


# --- Lists and records --------------------------------------------------------------------------------------------

_BETWEEN = re.compile(r"[、,，;；\n]")
_SOME_LIST = Label("应为列表", "must be a list")
_SOME_OBJECT = Label("应为一个对象，按名称列出各项", "must be an object that gives its parts by name")


def _list_reader(item: Type, fact: Fact) -> Read:
    read_item = _reader(item, fact)
    is_choice = item.kind == "choice"

    def read(value: Any, place: _Place, report: _Report) -> list[Any]:
        if is_choice and isinstance(value, str):
            value = [part for part in map(str.strip, _BETWEEN.split(value)) if part]
        _refuse_no_list(value)
        if is_choice and not value:
            raise _Wrong("empty", "至少应有一项", "must have at least one entry")
        found = []
        for index, one in enumerate(value):
            try:
                found.append(read_item(one, place, report))
            except _Wrong as wrong:
                report.wrong(f"{place.path}{fact.name}[{index}]", fact.label, place, wrong)
        return list(dict.fromkeys(found)) if is_choice else found

    return read


def _record_reader(wanted: Type) -> Read:
    record: Any = wanted.python

    def read(value: Any, place: _Place, report: _Report) -> Any:
        if not isinstance(value, Mapping):
            raise _not(_SOME_OBJECT, value, "not_an_object")
        made = object.__new__(record)
        # Past the frozen class's own constructor, which knows no missing values and takes ten times as long.
        made.__dict__.update(_reader_of(record).read(value, place, report))
        return made

    return read


def _records_reader(item: Type, fact: Fact) -> Read:
    read_record = _record_reader(item)
    label = fact.label

    def read(value: Any, place: _Place, report: _Report) -> list[Any]:
        _refuse_no_list(value)
        found = []
        for index, one in enumerate(value):
            path = f"{place.path}{fact.name}[{index}]"
            zh = f"{place.zh}「{label.zh}」第{index + 1}条的"
            en = f"{place.en}“{label.en}” {index + 1}: "
            try:
                found.append(read_record(one, _Place(path + ".", zh, en), report))
            except _Wrong as wrong:
                wrong.zh, wrong.en = f"第{index + 1}条{wrong.zh}", f"{index + 1} {wrong.en}"
                report.wrong(path, label, place, wrong)
        if fact.one_for_each:
            _refuse_uneven(found, len(value) - len(found), fact, place, report)
        return found

    return read


def _refuse_no_list(value: Any) -> None:
    if not isinstance(value, list | tuple):
        raise _not(_SOME_LIST, value, "not_a_list")
    if len(value) > MOST_RECORDS:
        raise _Wrong(
            "too_many_records",
            f"最多{MOST_RECORDS}条，给出的有{len(value)}条",
            f"may have at most {MOST_RECORDS} entries; {len(value)} were given",
        )


def _refuse_uneven(records: list[Any], unread: int, fact: Fact, place: _Place, report: _Report) -> None:
    """Each member of the choice must come exactly once. One that could not be read may be any of those that lack."""
    assert fact.type.item is not None
    record_class: Any = fact.type.item.python
    members = record_class.declared()[fact.one_for_each].type.python
    times = dict.fromkeys(members, 0)
    for record in records:
        member = getattr(record, fact.one_for_each)
        if isinstance(member, Missing):
            unread += 1
        else:
            times[member] += 1
    absent = [member.label for member, number in times.items() if not number]
    repeated = [member.label for member, number in times.items() if number > 1]
    for labels, code, zh, en in (
        (absent if len(absent) > unread else [], "absent", "缺少：", "lacks: "),
        (repeated, "repeated", "重复：", "has more than once: "),
    ):
        if labels:
            wrong = _Wrong(
                code,
                f"应每个恰好一条；{zh}{'、'.join(label.zh for label in labels)}",
                f"must have each exactly once; it {en}{', '.join(label.en for label in labels)}",
            )
            report.wrong(place.path + fact.name, fact.label, place, wrong)


# --- What was given, in words -------------------------------------------------------------------------------------


def _not(form: Label, value: object, code: str) -> _Wrong:
    if isinstance(value, str) and not value.strip():
        return _Wrong("empty", f"不能为空；{form.zh}", f"must not be empty; it {form.en}")
    zh, en = _shown(value)
    return _Wrong(code, f"{form.zh}；给出的是{zh}", f"{form.en}; {en} was given")


def _clipped(text: str) -> str:
    """At most 40 characters, none of which can harm a terminal or fail to be written."""
    clipped = text[:40] + ("…" if len(text) > 40 else "")
    if clipped.isprintable():
        return clipped
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in clipped)


def _shown(value: object) -> tuple[str, str]:
    """What was given, for a sentence in Chinese and one in English."""
    if value is None or isinstance(value, bool):
        word = json.dumps(value)
    elif isinstance(value, str):
        return f"“{_clipped(value)}”", f"“{_clipped(value)}”"
    elif isinstance(value, int) and value.bit_length() > 200:
        return "一个极大的数", "a very large number"
    elif isinstance(value, int | float | decimal.Decimal | date):
        word = _clipped(str(value))
    elif isinstance(value, list | tuple):
        return "一个列表", "a list"
    elif isinstance(value, Mapping):
        return "一个对象", "an object"
    else:
        return "其他内容", "something else"
    return word, word


# --- Back to JSON -------------------------------------------------------------------------------------------------


def as_json(value: Any, kind: Type) -> Any:
    """A typed value as JSON has it: amounts as texts with their decimals, choices by value, months as 2022-09.

    What is missing is null. A number of a type without decimals is written in full; a fraction without end as 1/3.
    """
    if value is None or isinstance(value, Missing):
        return None
    if isinstance(value, Quantity):
        number = value.exact if kind.places is None else ex.rounded(value.exact, kind.places)
        return f"{number:f}" if isinstance(number, decimal.Decimal) else str(number)
    if isinstance(value, Choice):
        return value.value
    if isinstance(value, date):
        return f"{value:%Y-%m}" if kind.kind == "month" else value.isoformat()
    if isinstance(value, FactSheet):
        return facts_as_json(type(value), vars(value))
    if isinstance(value, list | tuple):
        assert kind.item is not None
        return [as_json(one, kind.item) for one in value]
    return value


def facts_as_json(sheet: type[FactSheet], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a case in the canonical form, in order of declaration; read again, they give the same facts."""
    return {name: as_json(facts[name], fact.type) for name, fact in sheet.declared().items()}
