"""What is said of a service: on the service as it stands today, and on every version of its definition."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.money import Money
from portfolio.service.terms import Criticality, Kind


def budget_checks() -> tuple[CheckConstraint, CheckConstraint]:
    """For each table that has these columns."""
    return (
        CheckConstraint("requested_amount <> 'NaN'", name="requested_amount"),
        CheckConstraint("(requested_amount IS NULL) = (requested_currency IS NULL)", name="requested_budget"),
    )


class Described:
    """`requested_*` is the money that its proposal asks for, `planned_launch_on` the day by which it is to be there."""

    name: Mapped[str]
    kind: Mapped[Kind]
    description: Mapped[str]
    owner: Mapped[str | None]
    criticality: Mapped[Criticality | None]
    market_space_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    requested_amount: Mapped[Decimal | None]
    requested_currency: Mapped[str | None]
    planned_launch_on: Mapped[date | None]

    @property
    def requested_budget(self) -> Money | None:
        if self.requested_amount is None or self.requested_currency is None:
            return None
        return Money(amount=self.requested_amount, currency=self.requested_currency)

    def said(self) -> dict[str, Any]:
        """What `say` takes."""
        return {field: getattr(self, field) for field in DESCRIBED}

    def say(
        self,
        *,
        name: str,
        kind: Kind,
        description: str = "",
        owner: str | None = None,
        criticality: Criticality | None = None,
        market_space_ids: Sequence[UUID] = (),
        tags: Sequence[str] = (),
        requested_budget: Money | None = None,
        planned_launch_on: date | None = None,
    ) -> None:
        self.name, self.kind, self.description, self.owner = name, kind, description, owner
        self.criticality, self.planned_launch_on = criticality, planned_launch_on
        self.market_space_ids, self.tags = sorted(set(market_space_ids)), sorted(set(tags))
        self.requested_amount = requested_budget.amount if requested_budget else None
        self.requested_currency = requested_budget.currency if requested_budget else None


DESCRIBED = (
    "name",
    "kind",
    "description",
    "owner",
    "criticality",
    "market_space_ids",
    "tags",
    "requested_budget",
    "planned_launch_on",
)
