"""A version of the approval policy; the newest one is in force, what was submitted keeps the steps of its own."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.problems import Stale
from portfolio.approval_policy.thresholds import ApprovalScale, ApprovalStep, steps_for
from portfolio.db import Base


class PolicyReplaced(Stale, code="portfolio.approval-policy.replaced", constraint="pk_approval_policies"):
    """Somebody else has set the policy since it was read."""


class ApprovalPolicy(Base):
    """`version` counts from 1; 0 is the policy that nobody has set yet, without any thresholds."""

    __tablename__ = "approval_policies"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scales: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str]
    set_by: Mapped[str | None]
    set_at: Mapped[datetime | None]

    def steps_for(self, currency: str, amount: Decimal) -> list[ApprovalStep]:
        """NoThresholds for a currency that the policy does not name."""
        return steps_for([ApprovalScale.model_validate(scale) for scale in self.scales], currency, amount)
