"""What can be chosen with an offering, what excludes what, and what a choice comes to."""

from collections.abc import Collection, Sequence
from itertools import combinations

from pydantic import Field

from chassis.money import WHOLE_DIGITS, Money, exact_sum
from chassis.problems import NotFound
from chassis.text import Code, Line, Prose, Schema


class NoSuchOption(NotFound, code="strategy.offering.no-such-option"):
    """The offering has no option with this code."""


class Option(Schema):
    code: Code
    name: Line
    description: Prose = ""
    price: Money | None = Field(default=None, description="On top of the offering's; null while it is not a number.")
    excludes: list[Code] = Field(default=[], max_length=50, description="Options that cannot be chosen with it.")


class Exclusion(Schema):
    one: str
    other: str


class Choice(Schema):
    possible: bool
    exclusions: list[Exclusion] = Field(max_length=1225, description="Chosen options of which each excludes the other.")
    price: Money | None = Field(
        description="Offering and options together; null when one of them has no number, or the sum too many digits."
    )


def must_fit(options: Sequence[Option], *, currency: str | None) -> None:
    """Raises ValueError: each code is given once, excludes others that exist, and is priced in this currency."""
    codes = [option.code for option in options]
    if len(set(codes)) < len(codes):
        raise ValueError("two options have one code")
    for option in options:
        if option.code in option.excludes or not set(option.excludes) <= set(codes):
            raise ValueError(f"the option {option.code} excludes itself, or one that is not there")
        if option.price and currency and option.price.currency != currency:
            raise ValueError(f"the option {option.code} is not priced in {currency}, as the offering is")


def chosen(options: Sequence[Option], codes: Collection[str], *, price: Money | None) -> Choice:
    """Raises NoSuchOption. It suffices that one of two options excludes the other."""
    known = {option.code: option for option in options}
    if unknown := sorted(set(codes) - known.keys()):
        raise NoSuchOption(f"There is no option {unknown[0]}.")
    taken = [known[code] for code in sorted(set(codes))]
    exclusions = [
        Exclusion(one=one.code, other=other.code)
        for one, other in combinations(taken, 2)
        if other.code in one.excludes or one.code in other.excludes
    ]
    return Choice(possible=not exclusions, exclusions=exclusions, price=_together(price, taken))


def _together(price: Money | None, taken: Sequence[Option]) -> Money | None:
    prices = [price, *(option.price for option in taken)]
    known = [each.amount for each in prices if each is not None]
    if price is None or len(known) < len(prices):
        return None
    total = exact_sum(known)
    return Money(amount=total, currency=price.currency) if total.adjusted() < WHOLE_DIGITS else None
