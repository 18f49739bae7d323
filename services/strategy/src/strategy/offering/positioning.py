"""How an offering stands against named alternatives: criteria with weights, a score for each, and who leads by what.

A party's score is Σ weight·score / Σ weight over the criteria that it was scored by; what nobody scored is not zero.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.money import Amount, NonNegativeAmount, PositiveAmount, of_fraction
from chassis.text import Line, Prose, Schema

DECIMALS = 4

Rating = Annotated[int, Field(ge=1, le=10, strict=True)]


class Criterion(Schema):
    name: Line
    weight: PositiveAmount


class Alternative(Schema):
    name: Line
    provider: Line | None = None
    note: Prose = ""


class Score(Schema):
    criterion: Line
    alternative: Line | None = Field(default=None, description="Null for the offering itself.")
    score: Rating


class Positioning(Schema):
    criteria: list[Criterion] = Field(min_length=1, max_length=20)
    alternatives: list[Alternative] = Field(min_length=1, max_length=10)
    scores: list[Score] = Field(max_length=220)

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        criteria = [criterion.name for criterion in self.criteria]
        alternatives = [alternative.name for alternative in self.alternatives]
        places = [(score.criterion, score.alternative) for score in self.scores]
        for names in (criteria, alternatives, places):
            if len(set(names)) < len(names):
                raise ValueError("a criterion, an alternative or a score is given twice")
        for criterion, alternative in places:
            if criterion not in criteria or (alternative is not None and alternative not in alternatives):
                raise ValueError(f"the score of {alternative or 'the offering'} by {criterion} names what is not there")
        return self


class Standing(Schema):
    """Of the offering (without a name) or of an alternative."""

    alternative: str | None
    score: NonNegativeAmount | None = Field(description="Weighted mean, 1 to 10; null when it was not scored.")
    assessed: NonNegativeAmount = Field(description="The share of the weights that it was scored by, 0 to 1.")
    rank: int | None = Field(description="Equals share a rank; null when it was not scored.")


class Lead(Schema):
    criterion: str
    own: int | None
    best_alternative: int | None
    lead: Amount | None = Field(description="Own less the best alternative's; null without both.")


class PositioningView(Schema):
    positioning: Positioning
    standings: list[Standing] = Field(max_length=11, description="The offering first, then as named.")
    leads: list[Lead] = Field(max_length=20)


def compared(positioning: Positioning) -> PositioningView:
    parties = [None, *(alternative.name for alternative in positioning.alternatives)]
    means = [_mean(positioning, party) for party in parties]
    known = sorted((mean for mean, _ in means if mean is not None), reverse=True)
    standings = [
        Standing(
            alternative=party,
            score=None if mean is None else of_fraction(mean, DECIMALS),
            assessed=of_fraction(share, DECIMALS),
            rank=None if mean is None else known.index(mean) + 1,
        )
        for party, (mean, share) in zip(parties, means, strict=True)
    ]
    leads = [_lead(positioning.scores, criterion.name) for criterion in positioning.criteria]
    return PositioningView(positioning=positioning, standings=standings, leads=leads)


def _mean(positioning: Positioning, party: str | None) -> tuple[Fraction | None, Fraction]:
    """The weighted mean, and the share of the weights behind it."""
    weights = {criterion.name: Fraction(criterion.weight) for criterion in positioning.criteria}
    scored = [score for score in positioning.scores if score.alternative == party]
    weight = sum((weights[score.criterion] for score in scored), Fraction(0))
    total = sum((weights[score.criterion] * score.score for score in scored), Fraction(0))
    return (total / weight if scored else None), weight / sum(weights.values())


def _lead(scores: Sequence[Score], criterion: str) -> Lead:
    here = [score for score in scores if score.criterion == criterion]
    own = next((score.score for score in here if score.alternative is None), None)
    best = max((score.score for score in here if score.alternative is not None), default=None)
    lead = None if own is None or best is None else Decimal(own - best)
    return Lead(criterion=criterion, own=own, best_alternative=best, lead=lead)
