"""Recorded rates lead from one currency to another without rounding on the way."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.exchange_rate.conversion import Conversion, Step, conversion, rounded_at
from finance.exchange_rate.model import RateUnknown

DAY = date(2026, 4, 15)
RATES = [
    ("USD", "CAD", Decimal("1.3525"), DAY),
    ("EUR", "CAD", Decimal("1.5000"), DAY),
    ("EUR", "GBP", Decimal("0.8500"), DAY),
]


def test_a_recorded_pair_is_used_as_it_is() -> None:
    found = conversion(RATES, "USD", "CAD")
    assert (found.factor, found.is_exact) == (Fraction("1.3525"), True)


def test_an_inverse_keeps_full_precision() -> None:
    found = conversion(RATES, "CAD", "USD")
    assert found.factor == Fraction(10_000, 13_525)
    # 1 / 1.3525 = 0.7393715341959...; 135.25 CAD are exactly 100 USD.
    assert (found.rate, found.is_exact) == (Decimal("0.739371534196"), False)
    assert rounded_at(found, Decimal("135.25"), "USD") == Decimal("100.00")


def test_two_currencies_without_a_rate_meet_in_a_third() -> None:
    found = conversion(RATES, "USD", "EUR")
    assert found.factor == Fraction("1.3525") / Fraction("1.5")
    assert [(step.from_currency, step.to_currency, step.inverse) for step in found.steps] == [
        ("USD", "CAD", False),
        ("CAD", "EUR", True),
    ]


def test_there_and_back_again_is_one() -> None:
    assert conversion(RATES, "USD", "EUR").factor * conversion(RATES, "EUR", "USD").factor == 1


def test_a_missing_rate_is_an_error_and_never_one() -> None:
    with pytest.raises(RateUnknown):
        conversion(RATES, "USD", "JPY")
    with pytest.raises(RateUnknown):  # two steps away over two others
        conversion(RATES, "GBP", "USD")
    assert conversion([], "CAD", "CAD").factor == 1


@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=2), min_size=1, max_size=20))
def test_what_balances_in_one_currency_balances_in_the_other(amounts: list[Decimal]) -> None:
    balanced = [*amounts, -sum(amounts, Decimal(0))]
    thirds = Conversion((Step("CAD", "USD", Decimal("1.3525"), DAY, inverse=True),))
    converted = thirds.amounts(balanced, "USD")
    assert sum(converted, Decimal(0)) == 0
    for before, after in zip(balanced, converted, strict=True):
        assert abs(Fraction(after) - Fraction(before) * thirds.factor) < Fraction(1, 100)
