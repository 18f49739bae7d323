"""What came of what was to be reached: rules on what was read before and after an initiative began."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from chassis.money import Money, of_fraction
from strategy.objective.measure import Direction
from strategy.strategy_review.terms import NotTold, Success

DECIMALS = 6


@dataclass(frozen=True)
class Course:
    """Of a measure: where it `started` with the initiative, and what was read `now`; None: nothing was read since."""

    baseline: Decimal
    target: Decimal
    direction: Direction
    started: Decimal
    now: Decimal | None

    @property
    def gained(self) -> Fraction | None:
        """Of the whole way from baseline to target; negative: it went the wrong way."""
        if self.now is None:
            return None
        return (Fraction(self.now) - Fraction(self.started)) / (Fraction(self.target) - Fraction(self.baseline))

    @property
    def word(self) -> Success:
        """At the target or beyond it, closer to it than at the start, or not."""
        if self.now is None or self.gained is None:
            return Success.NOT_MEASURED
        if self.now >= self.target if self.direction is Direction.INCREASE else self.now <= self.target:
            return Success.REACHED
        return Success.ON_THE_WAY if self.gained > 0 else Success.NOT_MOVING


def since(began_on: date, *, value: Decimal | None, read_on: date | None) -> Decimal | None:
    """The value, if it was read after the day on which the initiative began."""
    return value if read_on and read_on > began_on else None


def together(words: Collection[Success]) -> Success:
    """Reached only if all are, also those that were not measured; moving as soon as one of them does."""
    if not set(words) - {Success.NOT_MEASURED}:
        return Success.NOT_MEASURED
    if set(words) == {Success.REACHED}:
        return Success.REACHED
    return Success.ON_THE_WAY if {Success.REACHED, Success.ON_THE_WAY} & set(words) else Success.NOT_MOVING


def per_thousand(
    gained: Fraction | None, invested: Sequence[Money], *, initiatives: int
) -> tuple[Decimal | None, NotTold | None]:
    """Gain per 1,000 of the currency; not told where the gain cannot be that of this money: when nothing was measured
    or posted, amounts are in several currencies, or `initiatives` that began serve the objective."""
    if gained is None:
        return None, NotTold.NOT_MEASURED
    if initiatives > 1:
        return None, NotTold.SEVERAL_INITIATIVES
    if len(invested) > 1:
        return None, NotTold.SEVERAL_CURRENCIES
    if not invested or invested[0].amount <= 0:
        return None, NotTold.NOTHING_POSTED
    return of_fraction(gained * 1000 / Fraction(invested[0].amount), DECIMALS), None
