"""How a figure has moved over a range: its later half against its earlier half."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from chassis.money import WHOLE_DIGITS, Amount, exact_sum, round_to
from chassis.text import Schema

DECIMALS = 4

T = TypeVar("T")


class Trend(Schema):
    """`change` = (later − earlier) / earlier, a fraction."""

    earlier: Amount
    later: Amount
    change: Amount


def halves(values: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    """Equally many on either side; of an odd number the one in the middle is left out."""
    half = len(values) // 2
    return values[:half], values[len(values) - half :]


def quotient(part: Decimal, whole: Decimal) -> Decimal | None:
    """To four decimals; None when there is nothing to divide by, or when it has more digits than a figure may have."""
    result = round_to(part / whole, DECIMALS) if whole > 0 else None
    return None if result is None or result.adjusted() >= WHOLE_DIGITS else result


def change(earlier: Decimal, later: Decimal) -> Decimal | None:
    """None when there was nothing to begin with."""
    return quotient(later - earlier, earlier)


def trend(figures: Sequence[tuple[Decimal, Decimal]]) -> Trend | None:
    """Of pairs, in order of time, of an amount and what it is divided by; None when a half has nothing to divide by."""
    earlier, later = (_quotient(half) for half in halves(figures))
    if earlier is None or later is None or (moved := change(earlier, later)) is None:
        return None
    return Trend(earlier=earlier, later=later, change=moved)


def _quotient(figures: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    return quotient(exact_sum(amount for amount, _ in figures), exact_sum(by for _, by in figures))
