"""Small arithmetic on measurements."""

import math
from collections.abc import Sequence
from statistics import median


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The exponent k of seconds = c * size**k, by least squares on the logarithms; 1 is linear, 2 quadratic."""
    if len(set(sizes)) < 2:
        raise ValueError("growth needs two sizes at least")
    x = [math.log(size) for size in sizes]
    y = [math.log(max(second, 1e-9)) for second in seconds]
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    over = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return over / sum((a - middle_x) ** 2 for a in x)


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, least and greatest."""
    return median(values), min(values), max(values)
