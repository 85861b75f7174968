"""The three kinds of scale (阶梯, 分档) that documents print, which are three different things.

A `Ladder` charges each part of a value at the rate of the band the part lies in; `AmountByBand` gives the amount of the
band the whole value lies in; `RateByBand` applies the rate of that band to the whole value. Bounds are exact, and each
says whether it belongs to the band above it and which word of the text (以上, 超过, 不足, 含) says so.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from gongbao.rules.values import Decimal, Money, Percent, Quantity

Measure = TypeVar("Measure", Money, Percent, Decimal)
Given = TypeVar("Given", Money, Percent, Decimal)


@dataclass(frozen=True, slots=True)
class Band(Generic[Measure, Given]):
    """From `above` up to the next band. `included` says whether a value of exactly `above` lies in this band."""

    above: Measure
    included: bool
    word: str
    gives: Given

    def holds(self, value: Any) -> bool:
        return bool(value > self.above) or (self.included and bool(value == self.above))


@dataclass(frozen=True, slots=True)
class Scale(Generic[Measure, Given]):
    """Bands from low to high. What lies below the first band is given nothing."""

    bands: tuple[Band[Measure, Given], ...]

    def band_of(self, value: Any) -> Band[Measure, Given] | None:
        found = None
        for band in self.bands:
            if not band.holds(value):
                break
            found = band
        return found


class Ladder(Scale[Measure, Given]):
    """A marginal ladder: each part of the value at the rate of its own band."""

    __slots__ = ()

    def parts(self, value: Any) -> list[tuple[Band[Measure, Given], Any]]:
        """Each band that the value reaches, with the part of the value that lies in it."""
        out = []
        for band, following in zip(self.bands, (*self.bands[1:], None), strict=True):
            if value <= band.above:
                break
            top: Any = value if following is None or value <= following.above else following.above
            out.append((band, top - band.above))
        return out


class AmountByBand(Scale[Measure, Given]):
    """The amount of the band in which the whole value lies."""

    __slots__ = ()


class RateByBand(Scale[Measure, Given]):
    """The rate of the band in which the value lies, applied to the whole value."""

    __slots__ = ()


@overload
def marginal(value: Money, ladder: Ladder[Money, Percent]) -> Money: ...
@overload
def marginal(value: Decimal, ladder: Ladder[Decimal, Decimal]) -> Decimal: ...
@overload
def marginal(value: Decimal, ladder: Ladder[Decimal, Money]) -> Money: ...
@overload
def marginal(value: Percent, ladder: Ladder[Percent, Decimal]) -> Percent: ...
def marginal(value: Any, ladder: Ladder[Any, Any]) -> Any:
    """The sum over the bands of part times rate. Money at Percent gives money; a decimal at a decimal, a decimal."""
    found: Any = 0
    for band, part in ladder.parts(value):
        found = part * band.gives + found
    return found if isinstance(found, Quantity) else value * 0


def amount_by_band(value: Measure, scale: AmountByBand[Measure, Given]) -> Given:
    """The amount that the band of the value gives; nothing below the first band."""
    band = scale.band_of(value)
    first = scale.bands[0].gives
    return band.gives if band else type(first)(0)


@overload
def rate_by_band(value: Money, scale: RateByBand[Money, Percent]) -> Money: ...
@overload
def rate_by_band(value: Decimal, scale: RateByBand[Decimal, Decimal]) -> Decimal: ...
@overload
def rate_by_band(value: Decimal, scale: RateByBand[Decimal, Money]) -> Money: ...
@overload
def rate_by_band(value: Percent, scale: RateByBand[Percent, Decimal]) -> Percent: ...
def rate_by_band(value: Any, scale: RateByBand[Any, Any]) -> Any:
    """The whole value times the rate of its band; nothing below the first band."""
    band = scale.band_of(value)
    return value * band.gives if band else value * 0
