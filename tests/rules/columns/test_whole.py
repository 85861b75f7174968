"""Whole-number expressions: what is folded keeps its value, bounds hold, and none that could overflow is made."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest

from gongbao.rules.columns import Batch, program_of
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.in_numpy import _Block
from gongbao.rules.columns.whole import CASE, LARGEST, LOOP, PAIR, RECORD, RUN, Mixed, TooLarge, Whole
from tests.rules.columns.in_python import evaluate, rounded
from tests.rules.country.heating.rules import policy as heating

INT64 = 2**63
OPERATIONS = {
    "const", "column", "add", "sub", "mul", "neg", "abs", "min", "max", "lt", "le", "eq", "and", "or", "not", "where",
    "round", "whole", "bit",
}  # fmt: skip


def column(name: str, lo: int, hi: int) -> Whole:
    return w.leaf("column", ("", name), lo, hi, CASE)


class Made(NamedTuple):
    """An expression, and what it means: a function of the columns' values."""

    whole: Whole
    means: Callable[[dict[str, int]], int]
    is_flag: bool = False


class Maker:
    """Random expressions over a few columns with bounds of their own, of which many are small or a single number."""

    def __init__(self, seeded: Random, largest: int) -> None:
        self.seeded, self.largest = seeded, largest
        self.bounds: dict[str, tuple[int, int]] = {}
        for name in "abcd":
            size = seeded.choice([0, 1, 3, 100, largest])
            lo = seeded.choice([0, 0, -size, seeded.randint(-size, size)])
            self.bounds[name] = lo, lo + seeded.choice([0, 1, size])

    def number(self, depth: int) -> Made:
        if depth == 0 or self.seeded.random() < 0.1:
            return self.leaf()
        return self.seeded.choice([self.operation, self.one, self.quotient, self.branch, self.counted])(depth - 1)

    def leaf(self) -> Made:
        if self.seeded.random() < 0.3:
            number = self.seeded.choice([0, 1, -1, 2, 10, self.seeded.randint(-self.largest, self.largest)])
            return Made(w.const(number), lambda given: number)
        name = self.seeded.choice("abcd")
        return Made(column(name, *self.bounds[name]), lambda given: given[name])

    def operation(self, depth: int) -> Made:
        left, right = self.number(depth), self.number(depth)
        make, means = self.seeded.choice(
            [
                (w.add, lambda one, other: one + other),
                (w.sub, lambda one, other: one - other),
                (w.mul, lambda one, other: one * other),
                (w.minimum, min),
                (w.maximum, max),
            ]
        )
        if self.seeded.random() < 0.1:
            right = left
        return Made(make(left.whole, right.whole), lambda given: means(left.means(given), right.means(given)))

    def one(self, depth: int) -> Made:
        item = self.number(depth)
        if self.seeded.random() < 0.5:
            return Made(w.neg(item.whole), lambda given: -item.means(given))
        return Made(w.absolute(item.whole), lambda given: abs(item.means(given)))

    def quotient(self, depth: int) -> Made:
        item, other = self.number(depth), self.number(depth)
        over = w.maximum(other.whole, w.ONE)
        if self.seeded.random() < 0.5:
            return Made(
                w.rounded(item.whole, over), lambda given: rounded(item.means(given), max(other.means(given), 1))
            )
        return Made(
            w.whole_part(item.whole, over),
            lambda given: int(Fraction(item.means(given), max(other.means(given), 1))),
        )

    def branch(self, depth: int) -> Made:
        condition, then, otherwise = self.flag(depth), self.number(depth), self.number(depth)
        if self.seeded.random() < 0.1:
            otherwise = then
        return Made(
            w.where(condition.whole, then.whole, otherwise.whole),
            lambda given: (then if condition.means(given) else otherwise).means(given),
        )

    def counted(self, depth: int) -> Made:
        """A flag is a number too; alone it stands for none, as NumPy has another type for it."""
        item, flag = self.number(depth), self.flag(depth)
        if w.is_const(item.whole, 0):
            return item
        return Made(w.add(item.whole, flag.whole), lambda given: item.means(given) + flag.means(given))

    def flag(self, depth: int) -> Made:
        if depth > 0 and self.seeded.random() < 0.5:
            if self.seeded.random() < 0.25:
                item = self.flag(depth - 1)
                return Made(w.invert(item.whole), lambda given: 1 - item.means(given))
            left, right = self.flag(depth - 1), self.flag(depth - 1)
            if self.seeded.random() < 0.5:
                return Made(w.both(left.whole, right.whole), lambda given: left.means(given) & right.means(given))
            return Made(w.either(left.whole, right.whole), lambda given: left.means(given) | right.means(given))
        left, right = self.number(max(depth - 1, 0)), self.number(max(depth - 1, 0))
        make, means = self.seeded.choice(
            [
                (w.less, lambda one, other: one < other),
                (w.less_or_equal, lambda one, other: one <= other),
                (w.equal, lambda one, other: one == other),
                (_bit_of, lambda one, other: max(one, 0) >> min(max(other, 0), 50) & 1),
            ]
        )
        return Made(make(left.whole, right.whole), lambda given: int(means(left.means(given), right.means(given))))

    def values(self) -> dict[str, int]:
        """For each column a value within its bounds, the bounds themselves often."""
        return {
            name: self.seeded.choice([lo, hi, self.seeded.randint(lo, hi)]) for name, (lo, hi) in self.bounds.items()
        }


def _bit_of(mask: Whole, index: Whole) -> Whole:
    return w.bit(w.maximum(mask, w.ZERO), w.minimum(w.maximum(index, w.ZERO), w.const(50)))


@pytest.mark.parametrize("largest", [5, 10**4, 10**9, 2**40], ids=str)
def test_random_expressions_keep_their_value_and_their_bounds(largest: int) -> None:
    """Folded or not, an expression has the value of what it was made of; so has each part, within its own bounds."""
    seeded, made, too_large, ops = Random(largest), 0, 0, set[str]()
    while made < 400:
        maker = Maker(seeded, largest)
        try:
            one = maker.number(seeded.randint(1, 5))
        except TooLarge:
            too_large += 1
            continue
        made += 1
        for _ in range(12):
            given = maker.values()
            found = evaluate(one.whole, given)
            assert found[one.whole] == one.means(given)
            for part, value in found.items():
                assert part.lo <= value <= part.hi, part.op
                assert abs(value) <= LARGEST
                if part.op == "round":
                    number, over = (found[arg] for arg in part.args)
                    assert over >= 1 and abs(number) + over // 2 < INT64
        ops |= {part.op for part in one.whole.walk()}
    assert ops == OPERATIONS
    assert too_large or largest < 2**40


@pytest.mark.parametrize("largest", [5, 10**9, 2**40], ids=str)
def test_numpy_computes_them_without_overflow(largest: int) -> None:
    """With int64, at the ends of the columns' bounds and between them."""
    seeded, made = Random(largest + 1), 0
    program = program_of(heating)
    settings = program.settings(heating.figure_table)
    while made < 150:
        maker = Maker(seeded, largest)
        try:
            one = maker.number(seeded.randint(1, 5))
        except TooLarge:
            continue
        made += 1
        given = [maker.values() for _ in range(12)]
        columns = {name: np.array([one[name] for one in given], np.int64) for name in maker.bounds}
        value = _Block(program, settings, Batch(len(given), columns)).eval(one.whole, CASE)
        assert np.broadcast_to(np.asarray(value), len(given)).tolist() == [one.means(each) for each in given]


@pytest.mark.parametrize(
    ("number", "over", "nearest", "part"),
    [
        (5, 2, 3, 2), (-5, 2, -3, -2), (4, 3, 1, 1), (5, 3, 2, 1), (-5, 3, -2, -1), (-4, 3, -1, -1),
        (0, 7, 0, 0), (7, 14, 1, 0), (-7, 14, -1, 0), (6, 14, 0, 0),
        (LARGEST - 5, 10, 461168601842738790, 461168601842738789),
    ],
)  # fmt: skip
def test_quotients(number: int, over: int, nearest: int, part: int) -> None:
    """A half goes away from zero; a whole part is taken towards it. Folded, and over a column."""
    wide = column("n", min(number, 0), max(number, 0))
    for item in (w.const(number), wide):
        for made, expected in ((w.rounded, nearest), (w.whole_part, part)):
            one = made(item, w.const(over))
            assert evaluate(one, {"n": number})[one] == expected
            assert one.lo <= expected <= one.hi


def test_constants_are_folded() -> None:
    two, three, x = w.const(2), w.const(3), column("x", -9, 9)
    folded = [
        (w.add(two, three), 5), (w.sub(two, three), -1), (w.mul(two, three), 6), (w.neg(two), -2),
        (w.absolute(w.const(-2)), 2),
        (w.minimum(two, three), 2), (w.maximum(two, three), 3), (w.less(two, three), 1), (w.less(three, two), 0),
        (w.less_or_equal(two, two), 1), (w.less_or_equal(three, two), 0), (w.equal(two, two), 1),
        (w.equal(two, three), 0),
        (w.both(w.ONE, w.ONE), 1), (w.either(w.ZERO, w.ZERO), 0), (w.invert(w.ONE), 0), (w.rounded(w.const(7), two), 4),
        (w.bit(two, w.ONE), 1), (w.bit(two, w.ZERO), 0), (w.mul(x, w.ZERO), 0), (w.mul(w.ZERO, x), 0),
        (w.less(x, w.const(10)), 1), (w.less(x, w.const(-9)), 0), (w.less_or_equal(x, w.const(9)), 1),
        (w.less_or_equal(x, w.const(-10)), 0), (w.equal(x, w.const(10)), 0), (w.equal(w.const(-10), x), 0),
        (w.where(x, two, two), 2), (w.both(w.less(x, two), w.ZERO), 0), (w.either(w.ONE, w.less(x, two)), 1),
    ]  # fmt: skip
    for one, number in folded:
        assert one.op in ("const", "abs") and evaluate(one, {"x": 4})[one] == number, (one.op, number)
    assert [one.op for one, _ in folded].count("abs") <= 1


def test_what_changes_nothing_is_left_out() -> None:
    x, y = column("x", -9, 9), column("y", 9, 20)
    flag, other = w.less(x, w.ZERO), w.less(w.ONE, x)
    for one in (
        w.add(x, w.ZERO), w.add(w.ZERO, x), w.sub(x, w.ZERO), w.mul(x, w.ONE), w.mul(w.ONE, x), w.rounded(x, w.ONE),
        w.whole_part(x, w.ONE), w.minimum(x, y), w.minimum(y, x), w.minimum(x, x),
        w.where(w.ONE, x, y), w.where(flag, x, x),
    ):  # fmt: skip
        assert one is x
    assert w.maximum(x, y) is y and w.maximum(y, x) is y and w.absolute(y) is y and w.where(w.ZERO, x, y) is y
    assert w.both(w.ONE, flag) is flag and w.both(flag, w.ONE) is flag
    assert w.either(w.ZERO, flag) is flag and w.either(flag, w.ZERO) is flag
    assert w.sub(w.ZERO, x) is w.neg(x)
    assert w.both(flag, other).op == "and" and w.minimum(x, column("z", 0, 1)).op == "min", "and what does is not"


def test_the_same_is_the_same_expression() -> None:
    x, y = column("x", 0, 9), column("y", 0, 9)
    assert w.add(x, y) is w.add(column("x", 0, 9), y) and w.add(x, y) is not w.add(y, x)
    assert column("x", 0, 9) is x and column("x", 0, 8) is not x
    assert w.leaf("column", ("", "x"), 0, 9, RUN) is not x and w.leaf("value", ("", "x"), 0, 9, CASE) is not x
    assert w.bit(x, y) is not w.less(x, y)


LIMIT = column("limit", 0, LARGEST)
BELOW = column("below", -LARGEST, 0)
ROOT = column("root", 0, 2**31)
HALF = column("half", 0, LARGEST // 2 + 1)
FLAG = w.less(ROOT, w.ONE)


@pytest.mark.parametrize(
    ("fits", "too_large"),
    [
        (lambda: w.const(LARGEST), lambda: w.const(LARGEST + 1)),
        (lambda: w.const(-LARGEST), lambda: w.const(-LARGEST - 1)),
        (lambda: column("x", -LARGEST, LARGEST), lambda: column("x", 0, LARGEST + 1)),
        (lambda: w.add(LIMIT, BELOW), lambda: w.add(LIMIT, w.ONE)),
        (lambda: w.add(column("x", 0, LARGEST - 1), w.ONE), lambda: w.add(LIMIT, ROOT)),
        (lambda: w.sub(LIMIT, LIMIT), lambda: w.sub(LIMIT, BELOW)),
        (lambda: w.sub(LIMIT, ROOT), lambda: w.sub(BELOW, ROOT)),
        (lambda: w.mul(ROOT, ROOT), lambda: w.mul(ROOT, column("x", 0, 2**31 + 1))),
        (lambda: w.mul(ROOT, w.neg(ROOT)), lambda: w.mul(column("x", -(2**31) - 1, 0), ROOT)),
        (lambda: w.mul(column("x", -1, 1), LIMIT), lambda: w.mul(column("x", -2, 1), LIMIT)),
        (lambda: w.rounded(column("x", 0, LARGEST - 5), w.const(10)), lambda: w.rounded(LIMIT, w.const(10))),
        (lambda: w.rounded(column("x", -LARGEST + 5, 0), w.const(10)), lambda: w.rounded(BELOW, w.const(10))),
        (lambda: w.whole_part(LIMIT, w.const(10)), lambda: w.rounded(HALF, column("x", 1, LARGEST))),
        (lambda: w.rounded(column("x", 0, LARGEST // 2), column("y", 1, LARGEST)), lambda: w.rounded(HALF, LIMIT)),
        (lambda: w.where(FLAG, LIMIT, BELOW), lambda: w.add(w.where(FLAG, LIMIT, BELOW), w.ONE)),
        (
            lambda: w.aggregate("total", "trips", ROOT, w.ONE, 0, LARGEST),
            lambda: w.aggregate("total", "trips", ROOT, w.ONE, 0, LARGEST + 1),
        ),
    ],
)  # fmt: skip
def test_the_last_that_fits_is_made_and_the_next_is_not(
    fits: Callable[[], Whole], too_large: Callable[[], Whole]
) -> None:
    made = fits()
    assert -LARGEST <= made.lo <= made.hi <= LARGEST
    with pytest.raises(TooLarge):
        too_large()


def test_for_what_an_expression_has_values() -> None:
    def of(frame: str, records: str = "") -> Whole:
        return w.leaf("column", (records, "x"), 0, 9, frame, records)

    run, case, record, loop = of(RUN), of(CASE), of(RECORD, "trips"), of(LOOP, "trips")
    for left, right, frame, records in (
        (run, w.const(3), RUN, ""), (run, case, CASE, ""), (case, record, RECORD, "trips"), (loop, run, LOOP, "trips"),
        (record, loop, PAIR, "trips"), (w.add(record, loop), case, PAIR, "trips"),
        (w.add(record, loop), loop, PAIR, "trips"),
    ):  # fmt: skip
        for made in (w.add(left, right), w.add(right, left), w.less(left, right)):
            assert (made.frame, made.records) == (frame, records)
    for other in (of(RECORD, "pastures"), of(LOOP, "pastures"), w.add(of(RECORD, "pastures"), of(LOOP, "pastures"))):
        with pytest.raises(Mixed):
            w.add(record, other)
    assert w.figure(0, 1, None, "", 0, 9).frame == CASE and w.figure(0, 1, None, "trips", 0, 9).records == "trips"
    assert w.figure(0, 9, record, "", 0, 9).frame == RECORD
    # Over the records of a case; for each record where it looks at the record's own values too.
    total = w.aggregate("total", "trips", loop, w.ONE, 0, 99)
    pairs = w.aggregate("count", "trips", w.ONE, w.less(record, loop), 0, 9)
    assert (total.frame, total.records) == (CASE, "") and (pairs.frame, pairs.records) == (RECORD, "trips")


def test_what_needs_what_came_before_says_so() -> None:
    x, earlier = column("x", 0, 9), w.leaf("earlier", "used", 0, 99, RECORD, "trips")
    assert w.add(x, earlier).needs_earlier and w.where(w.less(earlier, x), x, w.ONE).needs_earlier
    assert not w.add(x, w.ONE).needs_earlier


def test_a_walk_comes_to_each_part_once_and_to_operands_first() -> None:
    x = column("x", 0, 9)
    twice = w.add(x, w.const(7))
    whole = w.mul(twice, w.sub(twice, x))
    walked = list(whole.walk())
    assert len(walked) == len(set(map(id, walked))) == 5 and walked[-1] is whole
    places: dict[Any, int] = {one: place for place, one in enumerate(walked)}
    assert all(places[arg] < places[one] for one in walked for arg in one.args)
