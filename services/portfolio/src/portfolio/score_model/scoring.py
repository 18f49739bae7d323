"""The arithmetic of scores: exact fractions, so that equal scores are equal and a rounded one was rounded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.money import Amount, PositiveAmount, plain
from chassis.problems import Invalid
from chassis.text import Code, Line, Schema
from portfolio.score_model.terms import Method, ScoreDirection

DELAY = ("business_value", "time_criticality", "risk_reduction")
SIZE, COST_OF_DELAY, DURATION = "job_size", "cost_of_delay", "duration"
NEEDED = {Method.WSJF_RELATIVE: (*DELAY, SIZE), Method.WSJF_CURRENCY: (COST_OF_DELAY, DURATION)}
LOWEST, SPAN = 1, 9  # a normalised value lies between 1 and 10


class ValueRefused(Invalid, code="portfolio.score-model.value-refused"):
    """A value does not fit the model: outside its range, of no criterion, or a size that nothing can be divided by."""


class ScoreCriterion(Schema):
    """The range is fixed: a new item moves no score that was given before."""

    code: Code
    name: Line
    weight: PositiveAmount
    direction: ScoreDirection = ScoreDirection.MAXIMISE
    minimum: Amount
    maximum: Amount

    @model_validator(mode="after")
    def a_range(self) -> Self:
        if self.minimum >= self.maximum:
            raise ValueError("the minimum of a criterion is below its maximum")
        return self

    def normalised(self, value: Decimal) -> Fraction:
        """From 1, worst, to 10, best. ValueRefused outside the range."""
        if not self.minimum <= value <= self.maximum:
            raise ValueRefused(
                f"{self.code} lies between {plain(self.minimum)} and {plain(self.maximum)}; {plain(value)} does not.",
                criterion=self.code,
            )
        low = Fraction(self.minimum)
        steps = SPAN * (Fraction(value) - low) / (Fraction(self.maximum) - low)
        return LOWEST + (steps if self.direction is ScoreDirection.MAXIMISE else SPAN - steps)


Criteria = Annotated[list[ScoreCriterion], Field(max_length=50, description="None for WSJF, whose inputs are given.")]


@dataclass(frozen=True)
class Score:
    """`value` is None where too little was assessed for one; `coverage` is the share of the weight that was assessed.
    `size` is what a WSJF divides by."""

    value: Fraction | None
    coverage: Fraction
    size: Decimal | None = None


def score(method: Method, criteria: Sequence[ScoreCriterion], values: Mapping[str, Decimal]) -> Score:
    """Of the values that were assessed, by criterion. ValueRefused for one that does not fit."""
    known = {criterion.code for criterion in criteria} if method is Method.WEIGHTED else set(NEEDED[method])
    if unknown := sorted(values.keys() - known):
        raise ValueRefused(f"{unknown[0]} is no criterion; they are {', '.join(sorted(known))}.", criterion=unknown[0])
    return _weighted(criteria, values) if method is Method.WEIGHTED else _wsjf(NEEDED[method], values)


def _weighted(criteria: Sequence[ScoreCriterion], values: Mapping[str, Decimal]) -> Score:
    """Sum of weight times normalised value over the sum of the weights, of what was assessed."""
    assessed = [
        (Fraction(it.weight), it.normalised(values[it.code])) for it in criteria if values.get(it.code) is not None
    ]
    weight = sum((weight for weight, _ in assessed), Fraction(0))
    total = sum((Fraction(it.weight) for it in criteria), Fraction(0))
    points = sum((weight * value for weight, value in assessed), Fraction(0))
    return Score(points / weight if weight else None, weight / total)


def _wsjf(needed: Sequence[str], values: Mapping[str, Decimal]) -> Score:
    """Cost of delay, the sum of all but the last, divided by the last, the size."""
    *parts, size = needed
    for name, value in values.items():
        if value < 0 or (name == size and value == 0):
            least = "above zero: nothing is divided by a size of 0" if name == size else "zero or more"
            raise ValueRefused(f"{name} is {least}.", criterion=name)
    coverage = Fraction(len(values), len(needed))
    if len(values) < len(needed):
        return Score(None, coverage, values.get(size))
    delay = sum((Fraction(values[name]) for name in parts), Fraction(0))
    return Score(delay / Fraction(values[size]), coverage, values[size])
