"""How many steps an amount needs, and which: tiers of rising thresholds, one scale per currency."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from chassis.money import Currency, PositiveAmount
from chassis.problems import Conflict
from chassis.text import Line, Schema


class NoThresholds(Conflict, code="portfolio.approval-policy.no-thresholds"):
    """The approval policy has no thresholds in this currency."""


Permission = Annotated[str, StringConstraints(max_length=120, pattern=r"^[a-z]+:[a-z][a-z-]*:[a-z][a-z-]*$")]


class ApprovalStep(Schema):
    """One agreement, by somebody who has the permission, of whichever service it is."""

    name: Line
    permission: Permission


class ApprovalTier(Schema):
    """The steps for amounts up to and including `up_to`; null: for all above."""

    up_to: PositiveAmount | None = None
    steps: list[ApprovalStep] = Field(min_length=1, max_length=10)


class ApprovalScale(Schema):
    currency: Currency
    tiers: list[ApprovalTier] = Field(
        min_length=1, max_length=20, description="Thresholds rise; the last tier has none."
    )

    @model_validator(mode="after")
    def rising_to_no_end(self) -> Self:
        *bounded, last = [tier.up_to for tier in self.tiers]
        if last is not None or None in bounded:
            raise ValueError("the last tier, and only that, has no threshold: it is for all amounts above")
        if any(low >= high for low, high in pairwise(bound for bound in bounded if bound is not None)):
            raise ValueError("thresholds rise from tier to tier")
        return self

    def steps_for(self, amount: Decimal) -> list[ApprovalStep]:
        """Those of the lowest tier that the amount does not exceed."""
        return next(tier.steps for tier in self.tiers if tier.up_to is None or amount <= tier.up_to)


def steps_for(scales: Sequence[ApprovalScale], currency: str, amount: Decimal) -> list[ApprovalStep]:
    """NoThresholds for a currency without a scale: amounts of two currencies are not compared."""
    scale = next((scale for scale in scales if scale.currency == currency), None)
    if scale is None:
        raise NoThresholds(f"Set thresholds in {currency} by PUT /v1/approval-policy first.", currency=currency)
    return scale.steps_for(amount)
