"""An exact number becomes a decimal by one rounding, half away from zero."""

from decimal import Decimal
from fractions import Fraction

import pytest

from chassis.money import of_fraction


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(2, 3), 4, "0.6667"),
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(4, 1000), 2, "0.00"),
        (Fraction(7), 0, "7"),
    ],
)
def test_a_fraction_is_rounded_once_half_away_from_zero(number: Fraction, decimals: int, expected: str) -> None:
    assert of_fraction(number, decimals) == Decimal(expected)
