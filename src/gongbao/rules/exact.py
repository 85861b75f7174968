"""Exact arithmetic on numbers of any size: a decimal as long as one holds the result, a fraction where none does.

Decimals are quick and print as they were typed; a third has no decimal, so a division may leave a fraction behind. What
is mixed becomes a fraction. Nothing is ever rounded here except where `rounded` says so.
"""

import decimal
from fractions import Fraction
from math import gcd

Exact = decimal.Decimal | Fraction

# Inexact is trapped, so no digit is lost in silence. The precision bounds what a hostile number may cost.
_CONTEXT = decimal.Context(
    prec=400,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-9999,
    Emax=9999,
    traps=[decimal.InvalidOperation, decimal.Inexact, decimal.DivisionByZero, decimal.Overflow],
)
QUANTA = [decimal.Decimal(1).scaleb(-places) for places in range(13)]
ROUNDING = decimal.Context(prec=400, rounding=decimal.ROUND_HALF_UP)
ZEROS = [abs(one * 0) for one in QUANTA]


# What every decimal can be divided by: the numbers of records of which a mean is taken, mostly.
_WITHOUT_REST = frozenset((1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50, 64, 80, 100))


def exact(number: "int | str | Exact") -> Exact:
    """The number without loss. A float is refused, as 0.1 is none of its values.

    Raises TypeError for a float or a bool, ValueError for a text that is no finite number.
    """
    if number.__class__ is int:
        return decimal.Decimal(number)
    if number.__class__ is Fraction:
        return number
    if isinstance(number, decimal.Decimal):
        value = number
    elif isinstance(number, bool) or not isinstance(number, int | str):
        raise TypeError(f"{number!r} is no exact number; write it in quotes")
    else:
        try:
            value = decimal.Decimal(number)
        except decimal.InvalidOperation:
            raise ValueError(f"{number!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{number!r} is not a number")
    return value


# Of two numbers of which none is a fraction, and not both are whole numbers of Python: without asking first.
plus, minus, times = _CONTEXT.add, _CONTEXT.subtract, _CONTEXT.multiply


def add(left: Exact, right: Exact) -> Exact:
    try:
        return _CONTEXT.add(left, right)  # type: ignore[arg-type]
    except TypeError:  # one of them is a fraction
        (above, below), (other, of) = left.as_integer_ratio(), right.as_integer_ratio()
        return _quotient(above * of + other * below, below * of)


def subtract(left: Exact, right: Exact) -> Exact:
    try:
        return _CONTEXT.subtract(left, right)  # type: ignore[arg-type]
    except TypeError:
        (above, below), (other, of) = left.as_integer_ratio(), right.as_integer_ratio()
        return _quotient(above * of - other * below, below * of)


def multiply(left: Exact, right: Exact) -> Exact:
    try:
        return _CONTEXT.multiply(left, right)  # type: ignore[arg-type]
    except TypeError:
        (above, below), (other, of) = left.as_integer_ratio(), right.as_integer_ratio()
        return _quotient(above * other, below * of)


def divide(left: Exact, right: Exact) -> Exact:
    """Raises ZeroDivisionError."""
    if not right:
        raise ZeroDivisionError("division by zero")
    if left.__class__ is decimal.Decimal and right in _WITHOUT_REST:
        return _CONTEXT.divide(left, decimal.Decimal(right))  # type: ignore[arg-type]
    (above, below), (by, of) = left.as_integer_ratio(), right.as_integer_ratio()
    return _quotient(above * of, below * by)


def rounded(value: Exact, places: int) -> decimal.Decimal:
    """To `places` decimals, a half away from zero (-1.005 becomes -1.01); zero has no sign."""
    if value.__class__ is Fraction:
        above, below = value.as_integer_ratio()
        whole, rest = divmod(abs(above) * 10**places, below)
        whole += 2 * rest >= below
        out = decimal.Decimal(-whole if value < 0 else whole).scaleb(-places, ROUNDING)
    else:
        out = value.quantize(QUANTA[places], decimal.ROUND_HALF_UP, ROUNDING)  # type: ignore[union-attr]
    return out if out else abs(out)


def places_of(value: Exact) -> int:
    """How many decimals the number is written with, zeros at the end left out; a fraction without end has 99."""
    if value.__class__ is Fraction:
        return 99
    exponent = value.normalize(ROUNDING).as_tuple().exponent  # type: ignore[union-attr]
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _quotient(above: int, below: int) -> Exact:
    """A decimal again where one holds the value, so that sums of thirds that are whole print as whole."""
    common = gcd(above, below) if below > 0 else -gcd(above, below)
    above, below = above // common, below // common
    # Some power of ten can be divided by it where it has no factor but two and five.
    if pow(10, below.bit_length(), below):
        return Fraction(above, below)
    return _CONTEXT.divide(decimal.Decimal(above), decimal.Decimal(below))
