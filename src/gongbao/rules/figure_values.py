"""The values of figures: from text by the declared type, through mappings and scales, and back to what JSON has."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Any

from gongbao.rules import exact as ex
from gongbao.rules.scales import Band, Scale
from gongbao.rules.types import FLAG, SCALES, Type
from gongbao.rules.values import Percent, Quantity, Unit
from gongbao.rules.yaml_parts import YamlPart, nearest

# What whole numbers count, where the sheet does not declare a unit of its own.
COUNTED = {
    one.zh: one
    for one in (
        Unit("人", "persons"),
        Unit("户", "households"),
        Unit("次", "times"),
        Unit("天", "days"),
        Unit("日", "days"),
        Unit("个工作日", "working days"),
        Unit("个月", "months"),
        Unit("年", "years"),
        Unit("周岁", "years of age"),
    )
}

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("超过", "高于", "大于", "多于", "不超过", "不高于", "以内"), False),
    **dict.fromkeys(("达到", "不低于", "不少于", "及以上", "满", "不满", "不足", "低于"), True),
    **dict.fromkeys(("以上", "以下", "含")),
}
"""The words of a text for the bound of a band, which may stand with the band above it or the one below, and whether
exactly the bound then lies in the band above. 以上 and 以下 include by law (民法典 第一千二百五十九条), but a document
may say the one of both bands; and 含 is said of either."""

_NEVER_NEGATIVE = ("money", "percent", "integer")
"""As among the facts; a decimal may be a temperature."""

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def innermost(kind: Type) -> Type:
    """What a mapping holds for each key, and a scale gives for each band."""
    return kind if kind.item is None else innermost(kind.item)


def scale_of(kind: Type) -> str | None:
    """The word for the scale that a figure is, or that it holds for each key."""
    if kind.kind == "mapping" and kind.item is not None:
        return scale_of(kind.item)
    return SCALES[kind.python] if kind.kind == "scale" else None


def value_of(text: str, kind: Type) -> Any:
    """A text as a value of the type, exactly. Raises ValueError, in words, where it is none."""
    if kind.kind in ("money", "percent", "decimal"):
        number = text
        if kind.kind == "percent":
            if not text.endswith("%"):
                raise ValueError(f"{text} is no percentage; write it with %, as 90%")
            number = text[:-1].rstrip()
        if not _NUMBER.fullmatch(number):
            raise ValueError(f"{text} is no number; write digits and a point, as 14500 or 0.05")
        value = ex.exact(number)
        if kind.places is not None and ex.places_of(value) > kind.places:
            raise ValueError(f"{text} has more than {kind.places} decimals")
        return kind.python(number if value else 0)
    if kind.kind == "integer":
        if not _WHOLE.fullmatch(text):
            raise ValueError(f"{text} is no whole number")
        return int(text)
    if kind.kind in ("date", "month"):
        return day_of(text, month=kind.kind == "month")
    if kind.kind == "flag":
        if text not in ("true", "false"):
            raise ValueError(f"{text} is neither true nor false")
        return text == "true"
    if kind.kind == "choice":
        members = members_of(kind)
        if text not in members:
            raise ValueError(f"{text} is none of {', '.join(members)}{nearest(text, members)}")
        return members[text]
    raise ValueError(f"a figure cannot be a {kind}")


def form_zh(kind: Type) -> str:
    """What a value of the type looks like, for whoever changes a figure."""
    match kind.kind:
        case "money" | "decimal":
            places = "" if kind.places is None else f"，最多{kind.places}位小数"
            return f"应为不小于零的数，如14500或0.05{places}"
        case "percent":
            return "应为不小于零的百分数，带%，如90%"
        case "integer":
            return "应为不小于零的整数"
        case "date" | "month":
            return "应为年月，如2022-05" if kind.kind == "month" else "应为日期，如2022-05-01"
        case "flag":
            return "应为true或false"
    return f"应为下列之一：{'、'.join(members_of(kind))}"


def day_of(text: str, *, month: bool = False) -> date:
    """2022-05-01, or 2022-05 for a month, which is its first day. Raises ValueError."""
    wanted = "month; write it as 2022-05" if month else "date; write it as 2022-05-01"
    if not (_MONTH if month else _DAY).fullmatch(text):
        raise ValueError(f"{text} is no {wanted}")
    try:
        return date.fromisoformat(f"{text}-01" if month else text)
    except ValueError:
        raise ValueError(f"{text} is no {wanted}, of a day that there is") from None


def members_of(kind: Type) -> dict[str, Any]:
    """The members of a Choice by the name that data has for them. Raises ValueError for a key of another type."""
    if not issubclass(kind.python, Enum):
        raise ValueError(f"the key of a figure is a Choice, not a {kind}")
    return {member.value: member for member in kind.python}


def read_value(part: YamlPart, kind: Type) -> Any:
    """A value of parameters.yaml: one text, a mapping by key, or bands. Raises PolicyError."""
    if kind.kind == "mapping" and kind.item is not None:
        return _read_mapping(part, kind.key, kind.item, ())
    if kind.kind == "scale" and kind.item is not None:
        return _read_scale(part, kind.python, kind.key[0], kind.item)
    return _read_one(part, kind)


def _read_one(part: YamlPart, kind: Type) -> Any:
    text = part.text()
    try:
        value = value_of(text, kind)
        if kind.kind in _NEVER_NEGATIVE and value < 0:
            raise ValueError(f"{text} is negative; write {text.lstrip('-')}, and let the rule subtract it")
        return value
    except ValueError as error:
        raise part.error(str(error)) from None


def _read_mapping(part: YamlPart, keys: tuple[Type, ...], item: Type, above: tuple[Any, ...]) -> dict[Any, Any]:
    """The mapping from members, or from tuples of members where it is nested, to values."""
    found = part.mapping()
    try:
        members = members_of(keys[0])
    except ValueError as error:
        raise part.error(str(error)) from None
    for name, within in found.items():
        if name not in members:
            raise within.error(f"{name} is none of {', '.join(members)}{nearest(name, members)}")
    missing = [name for name in members if name not in found]
    if missing:
        raise part.error(f"there is no value for {', '.join(missing)}")
    values: dict[Any, Any] = {}
    for name, member in members.items():
        path = (*above, member)
        if len(keys) > 1:
            values |= _read_mapping(found[name], keys[1:], item, path)
        else:
            values[path if above else member] = read_value(found[name], item)
    return values


def _read_scale(part: YamlPart, scale: type, measure: Type, given: Type) -> Scale[Any, Any]:
    bands: list[Band[Any, Any]] = []
    for one in part.items():
        judged = ["word", "included"]
        # The first bound is the foot of the scale, of which a document seldom says whether it belongs to it.
        fields = one.fields(["above", "gives", *judged], []) if bands else one.fields(["above", "gives"], judged)
        above = _read_one(fields["above"], measure)
        if bands and not above > bands[-1].above:
            raise one.error("the bands stand from low to high; this one does not begin above the one before")
        if not bands and measure.is_number and above > measure.python(0) and not fields.keys() & set(judged):
            raise one.error(
                f"up to {fields['above'].text()} nothing would be given; begin with a band above: 0, or say by "
                "word and included that the document itself begins there"
            )
        word = fields["word"].text() if "word" in fields else ""
        included = _read_one(fields["included"], FLAG) if "included" in fields else not word
        _refuse_word(fields.get("word"), word, included)
        bands.append(Band(above, included, word, _read_one(fields["gives"], given)))
    made: Scale[Any, Any] = scale(tuple(bands))
    return made


def _refuse_word(part: YamlPart | None, word: str, included: bool) -> None:
    if part is None:
        return
    if word not in WORDS:
        raise part.error(f"{word} is no word for a bound; take {', '.join(WORDS)}{nearest(word, WORDS)}")
    if WORDS[word] is not None and WORDS[word] is not included:
        lies, said = ("below", "false") if included else ("above", "true")
        raise part.error(f"by {word} exactly the bound lies in the band {lies}; write included: {said}")


def unit_of(given: YamlPart | None, entry: YamlPart, kind: Type) -> Unit | None:
    """The unit of a parameter, which must be that of its type; a whole number may count anything known, or nothing."""
    text = given.text() if given else ""
    where = given or entry
    if kind.unit is not None:
        if text != kind.unit.zh:
            raise where.error(f"the unit of this {kind} is {kind.unit.zh}" + (f", not {text}" if text else "; give it"))
        return kind.unit
    if not text:
        return None
    if kind.kind != "integer":
        raise where.error(f"this {kind} has no unit; declare one as Annotated[…, Unit(…)], or leave {text} out")
    if text not in COUNTED:
        raise where.error(f"{text} is no known unit; take {'、'.join(COUNTED)}, or declare Annotated[…, Unit(…)]")
    return COUNTED[text]


def rebuilt(name: str, kind: Type, value: Any, leaf: Callable[[str, Type, Any], Any]) -> Any:
    """The value with every single figure in it replaced by leaf(its name, its type, the figure).

    Raises ValueError where bands would no longer stand from low to high.
    """
    if isinstance(value, dict) and kind.item is not None:
        return {key: rebuilt(f"{name}[{key_text(key)}]", kind.item, one, leaf) for key, one in value.items()}
    if isinstance(value, Scale) and kind.item is not None:
        given, measure = kind.item, kind.key[0]
        bands = tuple(
            Band(
                leaf(f"{name}[{number}].above", measure, band.above),
                band.included,
                band.word,
                leaf(f"{name}[{number}].gives", given, band.gives),
            )
            for number, band in enumerate(value.bands)
        )
        if any(not lower.above < higher.above for lower, higher in pairwise(bands)):
            raise ValueError(f"the bands of {name} no longer stand from low to high")
        return type(value)(bands)
    return leaf(name, kind, value)


def key_text(key: Any) -> str:
    """The key of a mapping as it stands in the name of a figure: primary, or primary,active."""
    return ",".join(one.value for one in key) if isinstance(key, tuple) else str(key.value)


def plain(value: Any) -> Any:
    """A figure as JSON has it: numbers as text without needless zeros, a percentage with %, bands as a list.

    Whole numbers are numbers. A mapping by several keys has them in one, with a comma between: primary,active.
    """
    if isinstance(value, dict):
        return {key_text(key): plain(one) for key, one in value.items()}
    if isinstance(value, Scale):
        return [
            {"above": plain(one.above), "included": one.included, "word": one.word, "gives": plain(one.gives)}
            for one in value.bands
        ]
    if isinstance(value, Quantity):
        return number_text(value.exact) + ("%" if isinstance(value, Percent) else "")
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def number_text(number: ex.Exact) -> str:
    """14500, 0.05: no exponent, no zeros at the end of the decimals."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
