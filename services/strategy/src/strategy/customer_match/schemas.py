"""What callers send and see of customer matches."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.money import NonNegativeAmount, PositiveAmount
from chassis.text import Day, Schema
from strategy.customer_match.model import MatchState
from strategy.need.schemas import Sentences

LEAST = Decimal("0.4")


def _bound(likeness: Decimal) -> Decimal:
    if not LEAST <= likeness <= 1:
        raise ValueError(f"give a likeness from {LEAST} to 1")
    return likeness


class SearchMatches(Schema):
    least: Annotated[PositiveAmount, AfterValidator(_bound)] = Field(
        default=Decimal("0.6"), description="How alike the names are at least: shared trigrams over all, 0.4 to 1."
    )


class MatchSearchResult(Schema):
    customers: int
    compared: int = Field(description="Pairs that were looked at closely.")
    found: int
    new: int
    closed: int = Field(description="Open ones of before that are not alike any more.")
    complete: bool = Field(description="False when one search was not enough: open ones of before then stay.")


class MergeMatch(Schema):
    survivor_id: UUID = Field(description="The one of the two that lives on.")


class DismissMatch(Schema):
    reason: Sentences


class CustomerMatchView(Schema):
    id: UUID
    one_id: UUID
    one_code: str
    one_name: str
    other_id: UUID
    other_code: str
    other_name: str
    likeness: NonNegativeAmount
    state: MatchState
    reason: str
    found_on: Day
    decided_on: Day | None
    version: int
