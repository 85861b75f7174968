"""Exact quantities: what mixes, how they round, and that nothing is lost in between."""

from datetime import date
from decimal import Decimal as Plain
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.errors import GongbaoError
from gongbao.rules import Choice, Decimal, Money, Percent, capped, mean, ratio, total, whole, whole_months
from gongbao.rules import exact as ex
from gongbao.rules.functions import first_of_next_month, last_day_of_month, whole_years


class Side(Choice):
    LEFT = "left", "左", "left"
    RIGHT = "right", "右", "right"


@pytest.mark.parametrize(
    ("number", "places", "expected"),
    [
        ("-1.005", 2, "-1.01"),
        ("1.005", 2, "1.01"),
        ("-0.004", 2, "0.00"),
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("1e3", 2, "1000.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero_and_zero_has_no_sign(number: str, places: int, expected: str) -> None:
    assert str(Money(number).rounded(places).exact) == expected


@given(st.fractions(max_denominator=10**6), st.integers(0, 6))
def test_rounding_is_that_of_fractions(number: Fraction, places: int) -> None:
    scaled = abs(number) * 10**places
    whole_part, rest = divmod(scaled, 1)
    expected = Fraction(whole_part + (rest >= Fraction(1, 2)), 10**places)
    assert Fraction(ex.rounded(number, places)) == (-expected if number < 0 else expected)


@given(st.lists(st.fractions(max_denominator=1000), min_size=1, max_size=8))
def test_sums_products_and_quotients_are_exact(numbers: list[Fraction]) -> None:
    made = [Decimal.of(ex._quotient(*one.as_integer_ratio())) for one in numbers]
    assert Fraction(total(made).exact) == sum(numbers)
    assert Fraction(mean(made).exact) == sum(numbers) / len(numbers)
    assert Fraction((made[0] * made[-1]).exact) == numbers[0] * numbers[-1]
    if numbers[-1]:
        assert Fraction((made[0] / made[-1]).exact) == numbers[0] / numbers[-1]


def test_thirds_that_add_up_to_a_whole_are_whole() -> None:
    third = Money(1) / 3
    assert isinstance(third.exact, Fraction)
    assert (third + third + third).exact == Plain(1)
    assert isinstance((third + third + third).exact, Plain)


def test_kinds_mix_as_they_do_in_life() -> None:
    assert Money(200) * Percent("65") == Money(130)
    assert Percent(50) * Percent(50) == Percent(25)
    assert Money(10) / 4 == Money("2.5")
    assert ratio(Money(1), Money(4)) == Decimal("0.25")
    assert ratio(1, 4) == Decimal("0.25")
    assert Decimal(3) - 1 == Decimal(2)
    for mixed in (
        lambda: Money(1) + Percent(1),
        lambda: Money(1) * Money(1),
        lambda: Money(1) + 1,
        lambda: Money(1) < Percent(2),
        lambda: Money(1) / Percent(2),
        lambda: ratio(Money(1), Percent(1)),
    ):
        with pytest.raises(TypeError):
            mixed()
    with pytest.raises(TypeError):
        bool(Money(0))
    assert Money(1) != Percent(1)


@pytest.mark.parametrize("wrong", [1.5, True, None, object()])
def test_a_float_is_no_amount(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "twelve", ""])
def test_what_is_no_number_is_no_amount(wrong: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        Money(wrong)


@pytest.mark.parametrize(
    ("amount", "limit", "used", "expected"),
    [("10", "100", "95", "5"), ("10", "100", "80", "10"), ("10", "100", "100", "0"), ("10", "50", "80", "0")],
)
def test_what_still_fits_into_a_limit(amount: str, limit: str, used: str, expected: str) -> None:
    assert capped(Money(amount), limit=Money(limit), used=Money(used)) == Money(expected)


def test_totals_and_whole_parts() -> None:
    assert total([Money(1), Money(2)]) == Money(3)
    assert Money(5) - total([]) == Money(5)  # type: ignore[operator]
    assert whole(Decimal("-1.7")) == Decimal(-1)
    assert whole(Decimal(7) / 3) == Decimal(2)


def test_months_say_how_they_round() -> None:
    since, until = date(2026, 1, 31), date(2026, 3, 30)
    assert whole_months(since, until, "down") == 1
    assert whole_months(since, until, "up") == 2
    assert whole_months(since, date(2026, 2, 28), "up") == 1  # the last of February corresponds (民法典 第二百零二条)
    assert whole_years(date(2024, 2, 29), date(2025, 2, 28)) == 1
    with pytest.raises(ValueError, match="before"):
        whole_months(until, since, "down")
    assert first_of_next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert last_day_of_month(date(2028, 2, 1)) == date(2028, 2, 29)


def test_a_choice_has_both_labels() -> None:
    assert Side("left") is Side.LEFT
    assert Side.RIGHT.label.zh == "右"
    with pytest.raises(GongbaoError, match="label"):

        class Half(Choice):
            NONE = "none", "", "none"
