"""Values without their class, as the generated source (generated.py) computes with them.

What a quantity is (money, a percentage) a rule's types say once and for all; while a case is computed its number alone
is carried along: a decimal, or a fraction where no decimal holds it. `bare` takes the class off, `dressed` puts it on.
The functions are those of functions.py and scales.py for such numbers; tests hold the two to the same results.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gongbao.rules import exact as ex
from gongbao.rules.scales import Scale
from gongbao.rules.shown import number
from gongbao.rules.types import Type
from gongbao.rules.values import Quantity

ZERO = ex.exact(0)
HUNDRED = ex.exact(100)
HUNDREDTH = ex.exact("0.01")


class Bands:
    """A scale as numbers. `each` has for each band where it begins, whether that is in it, where the next one begins,
    and what it gives, of which `share` is taken: a hundredth where that is a percentage. `said` has the first and the
    last of these as texts; `percents` says whether the measure is a percentage, and whether its product with what is
    given is one."""

    __slots__ = ("each", "percents", "said", "scale", "share")

    def __init__(self, scale: Scale[Any, Any], measure: Type, given: Type) -> None:
        self.scale, self.share = scale, HUNDREDTH if takes_hundredth(measure, given) else None
        is_percent = measure.kind == "percent" or (given.kind == "percent" and measure.kind != "money")
        self.percents = measure.kind == "percent", is_percent
        self.said = [(number(one.above), number(one.gives)) for one in scale.bands]
        ends = [*(one.above.exact for one in scale.bands[1:]), None]
        self.each = tuple(
            [(one.above.exact, one.included, end, one.gives.exact) for one, end in zip(scale.bands, ends, strict=True)]
        )


def bare(value: Any, kind: Type) -> Any:
    """A value of a fact or a figure; what is missing, and whatever is no number, as it is."""
    if isinstance(value, Quantity):
        return value.exact
    if isinstance(value, list | tuple) and kind.item is not None and kind.item.is_number:
        return [bare(one, kind.item) for one in value]
    if isinstance(value, dict) and kind.item is not None:
        return {key: bare(one, kind.item) for key, one in value.items()}
    if isinstance(value, Scale):
        measure, given = kind.key[0], kind.item
        assert given is not None
        return Bands(value, measure, given)
    return value


def dressed(value: Any, kind: Type) -> Any:
    """The value as a policy speaks of it."""
    if value is None:
        return None
    if issubclass(kind.python, Quantity):
        return value if value.__class__ is int else kind.python.of(value)
    if kind.kind == "list" and kind.item is not None and kind.item.is_number:
        return [dressed(one, kind.item) for one in value]
    return value.scale if value.__class__ is Bands else value


def takes_hundredth(left: Type, right: Type) -> bool:
    """Whether the product of the two is a hundredth of that of their numbers: money or a percentage, at a percentage"""
    return (left.kind == "percent" and right.kind in ("percent", "money")) or (
        right.kind == "percent" and left.kind == "money"
    )


def total(items: Sequence[Any]) -> Any:
    found: Any = ZERO
    for item in items:
        found = ex.add(item, found)
    return found


def mean(items: Sequence[Any]) -> Any:
    """Raises ZeroDivisionError for none."""
    if not items:
        raise ZeroDivisionError("the mean of none")
    return ex.divide(total(items), ex.exact(len(items)))


def capped(amount: Any, limit: Any, used: Any) -> Any:
    left = ex.subtract(limit, used)
    return ZERO if left < 0 else min(amount, left)


def capped_whole(amount: int, limit: int, used: int) -> int:
    return 0 if limit < used else min(amount, limit - used)


def as_percent(number: Any) -> Any:
    return ex.multiply(number, HUNDRED)


def whole(number: Any) -> Any:
    return ex.exact(int(number))


def absolute(number: Any) -> Any:
    return number if number >= 0 else ex.subtract(ZERO, number)


def marginal(value: Any, bands: Bands) -> Any:
    """The sum over the bands of part times rate."""
    found: Any = None
    for _, _, made in marginal_parts(value, bands):
        found = made if found is None else ex.add(made, found)
    return ex.multiply(value, ZERO) if found is None else ex.add(found, ZERO)


def marginal_parts(value: Any, bands: Bands) -> list[tuple[int, Any, Any]]:
    """Each band that the value reaches, by its place, with the part of the value that lies in it and what that makes"""
    minus: Any
    times: Any
    minus, times = (ex.minus, ex.times) if value.__class__ is Decimal else (ex.subtract, ex.multiply)
    share, out = bands.share, []
    for place, (above, _, following, gives) in enumerate(bands.each):
        if value <= above:
            break
        part = minus(value if following is None or value <= following else following, above)
        made = times(part, gives)
        out.append((place, part, made if share is None else times(made, share)))
    return out


def amount_by_band(value: Any, bands: Bands) -> Any:
    place = place_in(value, bands)
    return ZERO if place is None else bands.each[place][3]


def rate_by_band(value: Any, bands: Bands) -> Any:
    place = place_in(value, bands)
    if place is None:
        return ex.multiply(value, ZERO)
    found = ex.multiply(value, bands.each[place][3])
    return found if bands.share is None else ex.multiply(found, bands.share)


def place_in(value: Any, bands: Bands) -> int | None:
    """Which band the value lies in."""
    found = None
    for place, (above, included, _, _) in enumerate(bands.each):
        if not (value > above or (included and value == above)):
            break
        found = place
    return found
