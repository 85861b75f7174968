"""Whole-number expressions by the table in whole.py, with Python's integers, which have no bounds."""

from collections.abc import Mapping
from fractions import Fraction

from gongbao.rules.columns import calendar
from gongbao.rules.columns.whole import Whole


def evaluate(one: Whole, columns: Mapping[str, int]) -> dict[Whole, int]:
    """The value of the expression and of each below it, those of columns being given by name; of one case."""
    found: dict[Whole, int] = {}
    for part in one.walk():
        found[part] = _value(part, [found[arg] for arg in part.args], columns)
    return found


def _value(one: Whole, args: list[int], columns: Mapping[str, int]) -> int:
    match one.op, args:
        case "const", _:
            return int(one.about)
        case "column", _:
            return columns[one.about[1]]
        case "add", (left, right):
            return left + right
        case "sub", (left, right):
            return left - right
        case "mul", (left, right):
            return left * right
        case "neg", (item,):
            return -item
        case "abs", (item,):
            return abs(item)
        case "min", _:
            return min(args)
        case "max", _:
            return max(args)
        case "lt", (left, right):
            return int(left < right)
        case "le", (left, right):
            return int(left <= right)
        case "eq", (left, right):
            return int(left == right)
        case "and", (left, right):
            return left & right
        case "or", (left, right):
            return left | right
        case "not", (item,):
            return 1 - item
        case "where", (flag, then, otherwise):
            return then if flag else otherwise
        case "round", (number, over):
            return rounded(number, over)
        case "whole", (number, over):
            return int(Fraction(number, over))
        case "lookup", (index,):
            return int(calendar.table(one.about)[index - calendar.first_index(one.about)])
        case "bit", (mask, index):
            return mask >> index & 1
    raise AssertionError(one.op)


def rounded(number: int, over: int) -> int:
    """To the nearest whole number, a half away from zero."""
    exact = Fraction(number, over)
    away = int(abs(exact) + Fraction(1, 2))
    return away if exact >= 0 else -away
