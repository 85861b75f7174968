"""What compiled rules need of the processor that Python has no word for, for whole numbers of 64 bits.

Only modules written by generated.py import this, as it needs Numba. Python's own division rounds down and its minimum
becomes a jump that is guessed wrong half the time: these are one or two instructions each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

_INT64 = ir.IntType(64)


def _of_two(emit: Callable[[Any, Any, Any], Any]) -> Any:
    def of_two(context: Any, left: Any, right: Any) -> Any:
        return types.int64(types.int64, types.int64), lambda _, builder, __, args: emit(builder, *args)

    return intrinsic(of_two)


def _of_one(emit: Callable[[Any, Any], Any]) -> Any:
    def of_one(context: Any, item: Any) -> Any:
        return types.int64(types.int64), lambda _, builder, __, args: emit(builder, *args)

    return intrinsic(of_one)


def _extreme(name: str) -> Any:
    kind = ir.FunctionType(_INT64, [_INT64, _INT64])
    return _of_two(
        lambda builder, left, right: builder.call(builder.module.declare_intrinsic(name, [_INT64], kind), [left, right])
    )


least = _extreme("llvm.smin")
most = _extreme("llvm.smax")
# The quotient's whole part, towards zero; the divisor must be over 0. `over_natural` of a number that is at least 0.
over = _of_two(lambda builder, number, by: builder.sdiv(number, by))
over_natural = _of_two(lambda builder, number, by: builder.udiv(number, by))
# How many of the lowest bits are 0; how many bits the number takes. Of a number over 0.
lowest_bit = _of_one(lambda builder, item: builder.cttz(item, ir.Constant(ir.IntType(1), 1)))
length = _of_one(
    lambda builder, item: builder.sub(ir.Constant(_INT64, 64), builder.ctlz(item, ir.Constant(ir.IntType(1), 0)))
)


def _choosing(kind: Any) -> Any:
    def choosing(context: Any, condition: Any, then: Any, otherwise: Any) -> Any:
        return kind(types.boolean, kind, kind), lambda _, builder, __, args: builder.select(*args)

    return intrinsic(choosing)


# One of two without a jump: both are computed already.
either = _choosing(types.int64)
either_flag = _choosing(types.boolean)

__all__ = ["either", "either_flag", "least", "length", "lowest_bit", "most", "over", "over_natural"]
