"""Figures with their units in running words: exact, and comparable where their units convert into each other."""

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext

# 家 and 个 count things, 人 and 名 count people: the same thing may be counted with either of a family.
THINGS = frozenset(
    ["家", "个", "项", "所", "处", "件", "条", "种", "类", "座", "批", "宗", "点", "款", "支", "集体", "单位"]
)
PEOPLE = frozenset(["人", "名", "位"])

COUNTERS = (
    r"个(?:工作日|自然日|月|小时|百分点|学时|课时|床位|基点)|人次|户次|家次|个|家|项|人|名|位|所|处|件|条|种|类|座|批|宗|款|支|户|套|台|辆|张|床|部|篇|本|册|场|期|次|只|头|株|棵|间"
    r"|栋|幢|盏|根|对|亩|公顷|平方公里|平方千米|平方米|立方米|公里|千米|米|吨|千克|公斤|千瓦时|千瓦|课时|学时|工作日"
)
_UNIT = rf"(?:[十百千万亿]{{0,2}}(?:(?:美|欧|港|日)?元|{COUNTERS})|[%％‰]|分(?![之类为别布管配成解区析])|[万亿])"
_DIGITS = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?"
_HAN_NUMBER = r"[一二三四五六七八九十百两]{1,5}"
_FIGURE = re.compile(
    rf"(?<![\d.第〔\-—–~～/No№])(?<!\d[,，])(?P<value>{_DIGITS})\s*(?:余|多)?\s*(?P<unit>{_UNIT})"
    rf"|(?<![一二三四五六七八九十百千万两第每几多之各])(?P<han>{_HAN_NUMBER})(?P<hanunit>个|家|项|人|名|位|所|处|件|条|种|类|大|点)"
)
_LOOSE_BEFORE = re.compile(
    r"(?:约|近|超|超过|突破|不低于|不少于|不超过|至少|最多|最高|最低|大于|小于|高于|低于|以上|达到?[约近超]|≥|≤|>|<)\s*$"
)
_LOOSE_AFTER = re.compile(r"\s*(?:以上|以下|以内|左右|上下|之内|余|多)")
_RANGE_BEFORE = re.compile(r"(?:\d|[%％元个家项])\s*[至到—\-~～–]\s*$")
_RANGE_AFTER = re.compile(r"\s*[—\-~～–至]\s*\d")
_MULTIPLES = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_EQUAL_UNITS = {
    "公斤": ("千克", 0),
    "千米": ("公里", 0),
    "平方千米": ("平方公里", 0),
    "床": ("张", 0),
    "％": ("%", 0),
}
_HAN_DIGITS = {han: value for value, han in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in text[start:end]. `value` is as printed, in `unit`; `exact` is False for 约, 以上, 余 and ranges."""

    start: int
    end: int
    value: Decimal
    unit: str
    exact: bool

    @property
    def base(self) -> str:
        """The unit without its multiples: 元 for 万元. Figures of one base are comparable."""
        return base_of(self.unit)[0]

    @property
    def amount(self) -> Decimal:
        """The value in the base unit."""
        return self.value.scaleb(base_of(self.unit)[1])

    @property
    def words(self) -> str:
        return f"{plain(self.value)}{self.unit}"


def base_of(unit: str) -> tuple[str, int]:
    """万平方米 -> 平方米, 4."""
    power = 0
    rest = unit
    while len(rest) > 1 and rest[0] in _MULTIPLES:
        power += _MULTIPLES[rest[0]]
        rest = rest[1:]
    if rest in _MULTIPLES:  # 10万 in a list of amounts, or of people: what is counted is not said
        return "", power + _MULTIPLES[rest]
    same, more = _EQUAL_UNITS.get(rest, (rest, 0))
    return same, power + more


def plain(value: Decimal) -> str:
    """The value without an exponent, and without noughts behind the point that say nothing."""
    words = f"{value:f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def figures_in(text: str) -> list[Figure]:
    """The figures of a text in order. 第3个 is none, and neither is 2021年."""
    out: list[Figure] = []
    for found in _FIGURE.finditer(text):
        if found["han"]:
            number = han_number(found["han"])
            if number is None:
                continue
            value, unit, first = Decimal(number), found["hanunit"], found.start("han")
        else:
            value = Decimal(found["value"].replace(",", "").replace("，", ""))
            unit, first = found["unit"].replace("％", "%"), found.start("value")
        last = found.end()
        near = text[max(0, first - 6) : first]
        loose = (
            _LOOSE_BEFORE.search(near)
            or _RANGE_BEFORE.search(near)
            or _LOOSE_AFTER.match(text, last)
            or _RANGE_AFTER.match(text, last)
            or re.search("[余多]", found[0])
        )
        out.append(Figure(first, last, value, unit, not loose))
    return out


def han_number(words: str) -> int | None:
    """十二 -> 12; None for what is no number below 1000."""
    total, digit = 0, 0
    for each in words:
        if each == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif each == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif each in _HAN_DIGITS:
            if digit:
                return None
            digit = _HAN_DIGITS[each]
        else:
            return None
    return total + digit or None


def decimals_of(value: Decimal) -> int:
    """How many places behind the point are printed."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def total_of(values: "list[Decimal]") -> Decimal:
    """The exact sum, however many figures there are."""
    with localcontext() as context:
        context.prec = 60
        return sum(values, Decimal())


def same_kind(one: str, other: str) -> bool:
    """Whether two counting units may count the same thing: 12个 and 12家, but not 12人."""
    return one == other or (one in THINGS and other in THINGS) or (one in PEOPLE and other in PEOPLE)
