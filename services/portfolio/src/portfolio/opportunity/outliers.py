"""Costs far beyond those of peers: Tukey's fences.

J. W. Tukey, Exploratory Data Analysis (1977), chapter 2: a value is far out when it lies more than three times the
spread between the hinges beyond one of them. A hinge is the median of a half; of an odd number the one in the middle
belongs to both halves. Nearly a quarter of the values may be anything without moving the fence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chassis.money import EXACT

FAR_OUT = 3


@dataclass(frozen=True)
class Spread:
    count: int
    lower: Decimal
    median: Decimal
    upper: Decimal

    @property
    def fence(self) -> Decimal:
        """Above it a value is far out."""
        return EXACT.add(self.upper, EXACT.multiply(FAR_OUT, EXACT.subtract(self.upper, self.lower)))


def spread(values: Sequence[Decimal]) -> Spread:
    """Of one value or more."""
    ordered = sorted(values)
    half = (len(ordered) + 1) // 2
    return Spread(len(ordered), _median(ordered[:half]), _median(ordered), _median(ordered[-half:]))


def _median(ordered: Sequence[Decimal]) -> Decimal:
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return EXACT.multiply(EXACT.add(ordered[middle - 1], ordered[middle]), Decimal("0.5"))
