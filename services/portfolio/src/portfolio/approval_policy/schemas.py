"""What callers send and see of the approval policy."""

from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from chassis.money import Amount, Currency
from chassis.text import Schema
from portfolio.approval_policy.thresholds import ApprovalScale, ApprovalStep
from portfolio.service.schemas import Reason


class SetApprovalPolicy(Schema):
    scales: list[ApprovalScale] = Field(min_length=1, max_length=50, description="One per currency.")
    reason: Reason

    @model_validator(mode="after")
    def each_currency_once(self) -> Self:
        if len({scale.currency for scale in self.scales}) < len(self.scales):
            raise ValueError("each currency has one scale")
        return self


class ApprovalTierView(Schema):
    up_to: Amount | None = Field(description="Null: for all amounts above the tier before.")
    steps: list[ApprovalStep]


class ApprovalScaleView(Schema):
    currency: Currency
    tiers: list[ApprovalTierView]


class ApprovalPolicyView(Schema):
    version: int = Field(description="0 as long as nobody has set it; each change counts one more.")
    scales: list[ApprovalScaleView]
    reason: str
    set_by: str | None
    set_at: datetime | None
