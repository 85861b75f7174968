"""Whole-number expressions, each with the least and the greatest value it can have.

They are made by the functions below, which fold constants and follow the bounds. A bound beyond int64 raises TooLarge:
so an expression that exists cannot overflow, whatever its columns hold within their own bounds.

`frame` says for what an expression has a value of its own: RUN (one for all), CASE, RECORD (each record), LOOP (each
record again, as the one a generator goes through), PAIR (each record with each of the same case). Flags are 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

RUN, CASE, RECORD, LOOP, PAIR = "run", "case", "record", "loop", "pair"
LARGEST = 2**62
"""Half of what int64 holds, so that a rounding can add its half."""


class TooLarge(Exception):
    """An expression that might not fit into int64."""


class Mixed(Exception):
    """An expression of records of two lists at once."""


@dataclass(eq=False, slots=True, kw_only=True, weakref_slot=True)
class Whole:
    """`op` names the operation, `args` are its operands; `about` is what a leaf stands for.

    op                  args                about
    const               -                   the number
    column              -                   (list or "", name of the column): a fact
    value               -                   a Rule: its rounded value
    none                -                   a Rule: whether its value is None
    lost                -                   a Rule: whether its value needs a fact that is missing
    choice              -                   the choice for which the rules are just computed
    setting             -                   name of a reading; its value is the place of the option
    figure              () or (index,)      (base, size, dated): slots base … base+size-1 of the figures of a day;
                                            `dated` is CASE or RECORD: whose day governs
    earlier             -                   a Rule: what its values before this record come to
    add sub mul neg abs min max             as they say
    lt le eq            two                 comparisons
    and or not          flags
    where               flag, then, else
    round               number, over        the quotient, a half away from zero; over > 0
    whole               number, over        the quotient's whole part, towards zero; over > 0
    lookup              index               name of a table of calendar.py
    bit                 mask, index         whether the bit is set
    total count first   item, condition     over the records of the case; (list,); condition is a const 1 where none
    """

    op: str
    args: tuple[Whole, ...] = ()
    about: Any = None
    lo: int
    hi: int
    frame: str = RUN
    records: str = ""
    needs_earlier: bool = field(default=False)

    def walk(self) -> Iterable[Whole]:
        """This expression and all below it, operands before what is made of them, each once."""
        seen: set[int] = set()

        def go(one: Whole) -> Iterable[Whole]:
            if id(one) in seen:
                return
            seen.add(id(one))
            for arg in one.args:
                yield from go(arg)
            yield one

        return go(self)


def _frame(args: Iterable[Whole]) -> tuple[str, str]:
    """For what something made of these has values of its own, and of which list. Raises Mixed."""
    frames: dict[str, str] = {}
    for one in args:
        for frame in (RECORD, LOOP) if one.frame == PAIR else (one.frame,):
            if frames.setdefault(frame, one.records) != one.records:
                raise Mixed(f"{frames[frame]} and {one.records}")
    if RECORD in frames and LOOP in frames:
        if frames[RECORD] != frames[LOOP]:
            raise Mixed(f"{frames[RECORD]} and {frames[LOOP]}")
        return PAIR, frames[RECORD]
    for frame in (RECORD, LOOP, CASE):
        if frame in frames:
            return frame, frames[frame]
    return RUN, ""


_KNOWN: WeakValueDictionary[tuple[Any, ...], Whole] = WeakValueDictionary()


def _made(
    op: str,
    args: tuple[Whole, ...],
    lo: int,
    hi: int,
    about: Any = None,
    frame: tuple[str, str] | None = None,
) -> Whole:
    """The expression; the same one for the same, so that it is computed once, and a mean's count cancels out."""
    if lo < -LARGEST or hi > LARGEST:
        raise TooLarge(f"{op}: {lo} to {hi}")
    frame = _frame(args) if frame is None else frame
    key = (op, tuple(map(id, args)), about, lo, hi, frame)
    found = _KNOWN.get(key)
    if found is None:
        found = _KNOWN[key] = Whole(
            op=op,
            args=args,
            about=about,
            lo=lo,
            hi=hi,
            frame=frame[0],
            records=frame[1],
            needs_earlier=op == "earlier" or any(one.needs_earlier for one in args),
        )
    return found


def const(number: int) -> Whole:
    return _made("const", (), number, number, number)


ZERO, ONE = const(0), const(1)


def leaf(op: str, about: Any, lo: int, hi: int, frame: str, records: str = "") -> Whole:
    return _made(op, (), lo, hi, about, (frame, records))


def figure(base: int, size: int, index: Whole | None, records: str, lo: int, hi: int) -> Whole:
    """One of `size` slots from `base` on, the `index`-th; of the day of the case or, with `records`, of the record."""
    args = () if index is None else (index,)
    day = Whole(op="day", lo=0, hi=0, frame=RECORD if records else CASE, records=records)
    return _made("figure", args, lo, hi, (base, size, day.frame), _frame((*args, day)))


def is_const(one: Whole, number: int | None = None) -> bool:
    return one.op == "const" and (number is None or one.about == number)


def add(left: Whole, right: Whole) -> Whole:
    if is_const(left) and is_const(right):
        return const(left.about + right.about)
    if is_const(left, 0):
        return right
    if is_const(right, 0):
        return left
    return _made("add", (left, right), left.lo + right.lo, left.hi + right.hi)


def sub(left: Whole, right: Whole) -> Whole:
    if is_const(left) and is_const(right):
        return const(left.about - right.about)
    if is_const(right, 0):
        return left
    if is_const(left, 0):
        return neg(right)
    return _made("sub", (left, right), left.lo - right.hi, left.hi - right.lo)


def neg(item: Whole) -> Whole:
    return const(-item.about) if is_const(item) else _made("neg", (item,), -item.hi, -item.lo)


def mul(left: Whole, right: Whole) -> Whole:
    if is_const(left) and is_const(right):
        return const(left.about * right.about)
    if is_const(left, 0) or is_const(right, 0):
        return ZERO
    if is_const(left, 1):
        return right
    if is_const(right, 1):
        return left
    corners = [one * other for one in (left.lo, left.hi) for other in (right.lo, right.hi)]
    return _made("mul", (left, right), min(corners), max(corners))


def absolute(item: Whole) -> Whole:
    if item.lo >= 0:
        return item
    return _made("abs", (item,), 0 if item.hi >= 0 else -item.hi, max(-item.lo, item.hi))


def minimum(left: Whole, right: Whole) -> Whole:
    if left.hi <= right.lo or left is right:
        return left
    if right.hi <= left.lo:
        return right
    return _made("min", (left, right), min(left.lo, right.lo), min(left.hi, right.hi))


def maximum(left: Whole, right: Whole) -> Whole:
    if left.lo >= right.hi or left is right:
        return left
    if right.lo >= left.hi:
        return right
    return _made("max", (left, right), max(left.lo, right.lo), max(left.hi, right.hi))


def _flag(op: str, args: tuple[Whole, ...]) -> Whole:
    return _made(op, args, 0, 1)


def less(left: Whole, right: Whole) -> Whole:
    if left.hi < right.lo:
        return ONE
    return ZERO if left.lo >= right.hi else _flag("lt", (left, right))


def less_or_equal(left: Whole, right: Whole) -> Whole:
    if left.hi <= right.lo:
        return ONE
    return ZERO if left.lo > right.hi else _flag("le", (left, right))


def equal(left: Whole, right: Whole) -> Whole:
    if is_const(left) and is_const(right):
        return const(int(left.about == right.about))
    return ZERO if left.hi < right.lo or left.lo > right.hi else _flag("eq", (left, right))


def both(left: Whole, right: Whole) -> Whole:
    if is_const(left):
        return right if left.about else ZERO
    if is_const(right):
        return left if right.about else ZERO
    return _flag("and", (left, right))


def either(left: Whole, right: Whole) -> Whole:
    if is_const(left):
        return ONE if left.about else right
    if is_const(right):
        return ONE if right.about else left
    return _flag("or", (left, right))


def invert(item: Whole) -> Whole:
    return const(1 - item.about) if is_const(item) else _flag("not", (item,))


def where(condition: Whole, then: Whole, otherwise: Whole) -> Whole:
    if is_const(condition):
        return then if condition.about else otherwise
    if then is otherwise or (is_const(then) and is_const(otherwise) and then.about == otherwise.about):
        return then
    lo, hi = min(then.lo, otherwise.lo), max(then.hi, otherwise.hi)
    return _made("where", (condition, then, otherwise), lo, hi)


def rounded(number: Whole, over: Whole) -> Whole:
    """number / over to the nearest whole number, a half away from zero. `over` is at least 1."""
    if is_const(over, 1):
        return number
    if is_const(over) and is_const(number):
        return const(_rounded(number.about, over.about))
    least = max(over.lo, 1)
    corners = [_rounded(one, other) for one in (number.lo, number.hi) for other in (least, max(over.hi, 1))]
    if max(abs(number.lo), abs(number.hi)) + over.hi // 2 > LARGEST:
        raise TooLarge("round")
    return _made("round", (number, over), min(corners), max(corners))


def _rounded(number: int, over: int) -> int:
    whole = (abs(number) + over // 2) // over
    return whole if number >= 0 else -whole


def whole_part(number: Whole, over: Whole) -> Whole:
    if is_const(over, 1):
        return number
    least = max(over.lo, 1)
    ends = [abs(one) // least * (1 if one >= 0 else -1) for one in (number.lo, number.hi)]
    return _made("whole", (number, over), min(*ends, 0), max(*ends, 0))


def lookup(table: str, index: Whole, lo: int, hi: int) -> Whole:
    return _made("lookup", (index,), lo, hi, table)


def bit(mask: Whole, index: Whole) -> Whole:
    if is_const(mask) and is_const(index):
        return const(mask.about >> index.about & 1)
    return _flag("bit", (mask, index))


def aggregate(op: str, records: str, item: Whole, condition: Whole, lo: int, hi: int) -> Whole:
    """`total`, `count` or `first` over the records of the case: of each case, or of each record where it needs one."""
    frame, own = _frame((item, condition))
    return _made(op, (item, condition), lo, hi, (records,), (RECORD, own) if frame in (PAIR, RECORD) else (CASE, ""))
