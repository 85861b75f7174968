"""The values that a policy speaks of: amounts of money, percentages, decimals, choices, records.

Quantities are exact: a sum, a product, a quotient loses nothing. Rounding happens in one place only, where a rule's
declared type rounds what the rule returns. Quantities of different kinds do not mix: money times a percentage is money,
money by money is a plain decimal, money and a percentage cannot be added.
"""

import enum
import operator
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self, TypeAlias, TypeVar

from gongbao.core.labels import Label as Label
from gongbao.rules import exact as ex

Integer: TypeAlias = int
Flag: TypeAlias = bool
Date: TypeAlias = date
Text: TypeAlias = str


class GivenText(str):
    """A text as it was given, which equals every text that names the same: in other widths or spaces, in capitals.

    Institutions are told apart by their names, and 医院A, 医院Ａ and 医院 a are one.
    """

    __slots__ = ("key",)
    key: str

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.key = _key_of(text)
        return made

    def __eq__(self, other: object) -> bool:
        if isinstance(other, GivenText):
            return self.key == other.key
        return self.key == _key_of(other) if isinstance(other, str) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.key)


def _key_of(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


K = TypeVar("K")
V = TypeVar("V")
ByKey: TypeAlias = Mapping[K, V]
"""A figure with a value for each key: ByKey[Category, Percent], ByKey[tuple[Level, Status], Percent]."""

Each: TypeAlias = Sequence[V]
"""What a rule on one record came to, for each of the records, in the order in which they were given."""


@dataclass(frozen=True, slots=True)
class Places:
    """In Annotated[Decimal, Places(2)]: how many decimals a value is rounded to, and may be given with."""

    number: int


@dataclass(frozen=True, slots=True)
class Unit:
    """In Annotated[Decimal, Places(2), Unit("万元", "10,000 yuan")]: the unit as it is printed."""

    zh: str
    en: str


_new = object.__new__


class Quantity:
    """An exact number of one kind. `exact` is a decimal, or a fraction where no decimal holds it."""

    __slots__ = ("exact",)
    exact: ex.Exact

    def __init__(self, number: "int | str | ex.Exact") -> None:
        self.exact = ex.exact(number)

    @classmethod
    def of(cls, value: ex.Exact) -> Self:
        """The quantity of a number that is exact already."""
        made = _new(cls)
        made.exact = value
        return made

    def rounded(self, places: int) -> Self:
        """To `places` decimals, a half away from zero; zero is never -0."""
        return self.of(ex.rounded(self.exact, places))

    def _same(self, other: object) -> ex.Exact | None:
        """The number of another quantity of this kind. A total over no records is the plain 0, whatever its kind would
        have been, and so 0 is of every kind."""
        if other.__class__ is self.__class__:
            return other.exact
        return _ZERO if type(other) is int and other == 0 else None

    def _sum(self, other: object) -> Any:
        number = self._same(other)
        return NotImplemented if number is None else self.of(ex.add(self.exact, number))

    def _difference(self, other: object) -> Any:
        number = self._same(other)
        return NotImplemented if number is None else self.of(ex.subtract(self.exact, number))

    def __rsub__(self, other: int) -> Self:
        number = self._same(other)
        return NotImplemented if number is None else self.of(ex.subtract(number, self.exact))

    def __neg__(self) -> Self:
        return self.of(ex.subtract(_ZERO, self.exact))

    def __abs__(self) -> Self:
        return self.of(self.exact if self.exact >= 0 else ex.subtract(_ZERO, self.exact))

    def __eq__(self, other: object) -> bool:
        number = self._same(other)
        return NotImplemented if number is None else self.exact == number

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.exact))

    def _compared(self, other: object, compare: Callable[[Any, Any], bool]) -> bool:
        number = self._same(other)
        return NotImplemented if number is None else compare(self.exact, number)

    def __bool__(self) -> bool:
        raise TypeError("an amount is neither true nor false; compare it")

    def __repr__(self) -> str:
        return f'{type(self).__name__}("{self.exact}")'


_ZERO = ex.exact(0)


class _Alike(Quantity):
    """What adds to and compares with its own kind only."""

    __slots__ = ()

    def __add__(self, other: Self) -> Self:
        return self._sum(other)  # type: ignore[no-any-return]

    def __radd__(self, other: int) -> Self:
        return self._sum(other)  # type: ignore[no-any-return]

    def __sub__(self, other: Self) -> Self:
        return self._difference(other)  # type: ignore[no-any-return]

    def __lt__(self, other: Self) -> bool:
        return self._compared(other, operator.lt)

    def __le__(self, other: Self) -> bool:
        return self._compared(other, operator.le)

    def __gt__(self, other: Self) -> bool:
        return self._compared(other, operator.gt)

    def __ge__(self, other: Self) -> bool:
        return self._compared(other, operator.ge)


class Decimal(Quantity):
    """A plain number: micrograms, days, percentage points, or an amount in 万元. Whole numbers mix with it."""

    __slots__ = ()

    def _same(self, other: object) -> ex.Exact | None:
        if other.__class__ is Decimal:
            return other.exact
        return ex.exact(other) if isinstance(other, int) and type(other) is int else None

    def __add__(self, other: "Decimal | int") -> "Decimal":
        return self._sum(other)  # type: ignore[no-any-return]

    __radd__ = __add__

    def __sub__(self, other: "Decimal | int") -> "Decimal":
        return self._difference(other)  # type: ignore[no-any-return]

    def __mul__(self, other: "Decimal | int") -> "Decimal":
        number = self._same(other)
        return NotImplemented if number is None else Decimal.of(ex.multiply(self.exact, number))

    __rmul__ = __mul__

    def __truediv__(self, other: "Decimal | int") -> "Decimal":
        number = self._same(other)
        return NotImplemented if number is None else Decimal.of(ex.divide(self.exact, number))

    def __rtruediv__(self, other: int) -> "Decimal":
        return Decimal.of(ex.divide(ex.exact(other), self.exact))

    def __lt__(self, other: "Decimal | int") -> bool:
        return self._compared(other, operator.lt)

    def __le__(self, other: "Decimal | int") -> bool:
        return self._compared(other, operator.le)

    def __gt__(self, other: "Decimal | int") -> bool:
        return self._compared(other, operator.gt)

    def __ge__(self, other: "Decimal | int") -> bool:
        return self._compared(other, operator.ge)


_HUNDREDTH = ex.exact("0.01")


class Percent(_Alike):
    """A percentage, or a number of percentage points: Percent("65") is 65 %."""

    __slots__ = ()

    def __mul__(self, other: "Percent | Decimal | int") -> "Percent":
        if type(other) is int:
            return Percent.of(ex.multiply(self.exact, ex.exact(other)))
        if isinstance(other, Decimal):
            return Percent.of(ex.multiply(self.exact, other.exact))
        if isinstance(other, Percent):
            return Percent.of(ex.multiply(ex.multiply(self.exact, other.exact), _HUNDREDTH))
        return NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: "Decimal | int") -> "Percent":
        if type(other) is int:
            return Percent.of(ex.divide(self.exact, ex.exact(other)))
        return Percent.of(ex.divide(self.exact, other.exact)) if isinstance(other, Decimal) else NotImplemented


class Money(_Alike):
    """An amount in yuan: Money("14500"), Money("0.01")."""

    __slots__ = ()

    def __mul__(self, other: Percent | Decimal | int) -> "Money":
        if isinstance(other, Percent):
            return Money.of(ex.multiply(ex.multiply(self.exact, other.exact), _HUNDREDTH))
        if type(other) is int:
            return Money.of(ex.multiply(self.exact, ex.exact(other)))
        return Money.of(ex.multiply(self.exact, other.exact)) if isinstance(other, Decimal) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Decimal | int) -> "Money":
        if type(other) is int:
            return Money.of(ex.divide(self.exact, ex.exact(other)))
        return Money.of(ex.divide(self.exact, other.exact)) if isinstance(other, Decimal) else NotImplemented


class Choice(enum.Enum):
    """One of a few named things. Each member is its name in data, its Chinese and its English:

    class Level(Choice):
        PRIMARY = "primary", "乡镇卫生院、社区卫生服务中心", "township or community health centre"
    """

    label: Label
    __hash__ = object.__hash__  # a member is itself and no other; enum's own hash takes far longer

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.label = Label(zh, en)
        return member
