"""From recorded rates to the one that is wanted, and amounts at it; pure, without I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from chassis.money import DECIMALS, EXACT, minor_unit, of_fraction
from finance.exchange_rate.model import RateUnknown

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A recorded rate as it is used: `inverse` when its pair was recorded the other way round."""

    from_currency: str
    to_currency: str
    rate: Decimal
    rate_on: date
    inverse: bool = False

    @property
    def factor(self) -> Fraction:
        return 1 / Fraction(self.rate) if self.inverse else Fraction(self.rate)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The steps from one currency to another; none when they are the same. Nothing is rounded on the way."""

    steps: tuple[Step, ...]

    @property
    def factor(self) -> Fraction:
        product = Fraction(1)
        for step in self.steps:
            product *= step.factor
        return product

    @property
    def rate(self) -> Decimal:
        """For show: to 12 decimals, half away from zero."""
        return of_fraction(self.factor, DECIMALS).normalize(EXACT)

    @property
    def is_exact(self) -> bool:
        """Whether `rate` is the factor itself."""
        return Fraction(self.rate) == self.factor

    def amounts(self, amounts: Sequence[Decimal], currency: str) -> list[Decimal]:
        """Each in `currency`. At a rate with at most 12 decimals that is exact; else whole minor units by largest
        remainder, so that together they are the rounded whole: what balanced before balances after."""
        if self.is_exact:
            return [EXACT.multiply(amount, self.rate) for amount in amounts]
        return _largest_remainder([Fraction(amount) * self.factor for amount in amounts], minor_unit(currency))


def rounded_at(conversion: Conversion, amount: Decimal, currency: str) -> Decimal:
    """To the minor unit of `currency`, half away from zero."""
    return of_fraction(Fraction(amount) * conversion.factor, minor_unit(currency))


def conversion(rates: Iterable[tuple[str, str, Decimal, date]], from_currency: str, to_currency: str) -> Conversion:
    """By the pair's own rate, else its inverse, else over one other currency (the first by name); else RateUnknown."""
    if from_currency == to_currency:
        return Conversion(())
    steps: dict[Pair, Step] = {(rate[0], rate[1]): Step(*rate) for rate in rates}
    if direct := _step(steps, from_currency, to_currency):
        return Conversion((direct,))
    for pivot in sorted({currency for pair in steps for currency in pair}):
        first, second = _step(steps, from_currency, pivot), _step(steps, pivot, to_currency)
        if first and second:
            return Conversion((first, second))
    raise RateUnknown(f"There is no rate from {from_currency} to {to_currency}.")


def _step(steps: Mapping[Pair, Step], from_currency: str, to_currency: str) -> Step | None:
    if step := steps.get((from_currency, to_currency)):
        return step
    turned = steps.get((to_currency, from_currency))
    return Step(from_currency, to_currency, turned.rate, turned.rate_on, inverse=True) if turned else None


def _largest_remainder(parts: Sequence[Fraction], decimals: int) -> list[Decimal]:
    """Earlier ones are served first where remainders are equal."""
    units = [part * 10**decimals for part in parts]
    floors = [unit.numerator // unit.denominator for unit in units]
    whole = int(of_fraction(sum(units, Fraction(0)), 0))
    by_remainder = sorted(range(len(units)), key=lambda at: floors[at] - units[at])
    for at in by_remainder[: whole - sum(floors)]:
        floors[at] += 1
    return [Decimal(unit).scaleb(-decimals, EXACT) for unit in floors]
