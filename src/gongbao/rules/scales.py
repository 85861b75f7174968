"""The three kinds of scale (阶梯, 分档) that documents print, which are three different things.

A `Ladder` charges each part of a value at the rate of the band the part lies in; `AmountByBand` gives the amount of the
band the whole value lies in; `RateByBand` applies the rate of that band to the whole value. Bounds are exact, and each
says whether it belongs to the band above it and which word of the text (以上, 超过, 不足, 含) says so.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gongbao.rules.values import Quantity

Measure = TypeVar("Measure", bound=Quantity)
Given = TypeVar("Given", bound=Quantity)


@dataclass(frozen=True, slots=True)
class Band(Generic[Measure, Given]):
    """From `above` up to the next band. `included` says whether a value of exactly `above` lies in this band."""

    above: Measure
    included: bool
    word: str
    gives: Given

    def holds(self, value: Measure) -> bool:
        return value > self.above or (self.included and value == self.above)


@dataclass(frozen=True, slots=True)
class Scale(Generic[Measure, Given]):
    """Bands from low to high. What lies below the first band is given nothing."""

    bands: tuple[Band[Measure, Given], ...]

    def band_of(self, value: Measure) -> Band[Measure, Given] | None:
        found = None
        for band in self.bands:
            if not band.holds(value):
                break
            found = band
        return found


class Ladder(Scale[Measure, Given]):
    """A marginal ladder: each part of the value at the rate of its own band."""

    __slots__ = ()

    def parts(self, value: Measure) -> list[tuple[Band[Measure, Given], Measure]]:
        """Each band that the value reaches, with the part of the value that lies in it."""
        out = []
        for band, following in zip(self.bands, (*self.bands[1:], None), strict=True):
            if value <= band.above:
                break
            top = value if following is None else min(value, following.above)
            out.append((band, top - band.above))
        return out


class AmountByBand(Scale[Measure, Given]):
    """The amount of the band in which the whole value lies."""

    __slots__ = ()


class RateByBand(Scale[Measure, Given]):
    """The rate of the band in which the value lies, applied to the whole value."""

    __slots__ = ()


def marginal(value: Any, ladder: Ladder[Any, Any]) -> Any:
    """The sum over the bands of part times rate. Money at Percent gives money; a decimal at a decimal, a decimal."""
    found: Any = 0
    for band, part in ladder.parts(value):
        found = part * band.gives + found
    return found if isinstance(found, Quantity) else value * 0


def amount_by_band(value: Any, scale: AmountByBand[Any, Given]) -> Given:
    """The amount that the band of the value gives; nothing below the first band."""
    band = scale.band_of(value)
    first = scale.bands[0].gives
    return band.gives if band else type(first)(0)


def rate_by_band(value: Any, scale: RateByBand[Any, Any]) -> Any:
    """The whole value times the rate of its band; nothing below the first band."""
    band = scale.band_of(value)
    return value * band.gives if band else value * 0


