"""What moved from one strategy review to a later one, and why."""

from uuid import UUID

from pydantic import Field

from chassis.money import Amount
from chassis.text import Day, Instant, Schema
from strategy.strategy_review.terms import Change, FactKind, Figure, Part, Word


class FigureMoved(Schema):
    """Null: not known, not measured, or not there."""

    figure: Figure
    unit: str | None = Field(description="The currency of an amount.")
    before: str | None
    after: str | None
    difference: Amount | None = Field(description="After less before; of days, how many; null for words.")
    word: Word


class Cause(Schema):
    """A fact between the two reviews that can explain the figures that it names."""

    kind: FactKind
    on: Day | None = Field(description="Null where no day is kept.")
    sentence: str
    link: str
    explains: list[Figure]


class Movement(Schema):
    id: UUID
    label: str
    link: str
    change: Change
    figures: list[FigureMoved]
    causes: list[Cause] = Field(description="The latest 20.")
    more_causes: bool
    unexplained: list[Figure] = Field(description="Figures that moved without a cause that is known.")


class TotalMoved(Schema):
    """A sum over everything of a part, also over what is not listed."""

    name: str
    before: Amount | None
    after: Amount | None
    difference: Amount | None


class ComparedPart(Schema):
    """`not_listed` are in one of the two lists, and the other is not whole: they may have been there all the same."""

    part: Part
    added: int
    removed: int
    changed: int
    unchanged: int
    not_listed: int
    totals: list[TotalMoved]
    movements: list[Movement] = Field(description="The first 500 in the order of the later review; the rest after.")
    left_out: int


class ComparedReview(Schema):
    id: UUID
    name: str
    taken_at: Instant


class ComparisonView(Schema):
    """`before` is the review that was taken first, whichever was asked for."""

    before: ComparedReview
    after: ComparedReview
    parts: list[ComparedPart]
