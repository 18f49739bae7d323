"""The real roots of a sum of exponentials, Σ a·e^(−t·x): what the value of dated flows is as a function of the rate."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from itertools import pairwise

from finance.investment.discounting import CONTEXT

# (t, a), ascending by t: whole numbers, because their powers are much cheaper than others.
Terms = Sequence[tuple[int, Decimal]]

WIDTH = Decimal("1e-30")
# What is left of the sum of the terms' magnitudes when nothing but rounding is left.
NOTHING = Decimal("1e-40")


def roots(terms: Terms, low: Decimal, high: Decimal) -> list[Decimal]:
    """Those from `low` to `high`, ascending, to 30 decimals; a double root once.

    Laguerre: times e^(c·x), with c between the t of two terms of different sign, the sum has the same roots, and its
    derivative one change of sign less. Between the roots of that one it rises or falls all the way, so that each
    interval holds one root or none. Where a sum of 50 digits is zero to 40 at such a point, the value touches zero.
    """
    with localcontext(CONTEXT):
        edges = [low, *(at for at in _turning_points(terms, low, high) if low < at < high), high]
        signed = [(at, sign_at(terms, at)) for at in edges]
        return sorted({*(at for at, sign in signed if sign == 0), *_between(terms, signed)})


def sign_at(terms: Terms, x: Decimal) -> int:
    """−1, 0 or 1."""
    value, magnitude, last = Decimal(0), Decimal(0), 0
    step, factor = (-x).exp(), Decimal(1)
    powers: dict[int, Decimal] = {}
    for t, amount in terms:
        gap, last = t - last, t
        if gap not in powers:
            powers[gap] = step**gap
        factor *= powers[gap]
        value += amount * factor
        magnitude += abs(amount) * factor
    return 0 if abs(value) <= NOTHING * magnitude else 1 if value > 0 else -1


def _turning_points(terms: Terms, low: Decimal, high: Decimal) -> list[Decimal]:
    between = next(((before, after) for before, after in pairwise(terms) if before[1] * after[1] < 0), None)
    if between is None:
        return []
    c = Decimal(between[0][0] + between[1][0]) / 2
    return roots([(t, amount * (c - t)) for t, amount in terms], low, high)


def _between(terms: Terms, signed: Sequence[tuple[Decimal, int]]) -> Iterator[Decimal]:
    for (low, before), (high, after) in pairwise(signed):
        if before * after < 0:
            yield _bisected(terms, low, high, after)


def _bisected(terms: Terms, low: Decimal, high: Decimal, above: int) -> Decimal:
    while high - low > WIDTH:
        middle = (low + high) / 2
        if sign_at(terms, middle) == above:
            high = middle
        else:
            low = middle
    return (low + high) / 2
