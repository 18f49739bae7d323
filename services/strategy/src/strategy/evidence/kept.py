"""What is kept of other services' facts: costs, allocations, charges, performance, and what is being decided.

Finance names a service by its id once it knows it, and before that only by the code of its cost object, which is the
code of the service. Initiatives are cost objects under their own code.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from strategy.db import Base


class PostedCost(Base):
    """What a cost object cost in a fiscal period: expenses (positive), or with `income` the income (negative)."""

    __tablename__ = "posted_costs"
    __table_args__ = (
        CheckConstraint("amount <> 'NaN'", name="amount"),
        Index("ix_posted_costs_service_id_period_starts_on", "service_id", "period_starts_on"),
    )

    cost_object_code: Mapped[str] = mapped_column(primary_key=True)
    period_starts_on: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    income: Mapped[bool] = mapped_column(primary_key=True)
    service_id: Mapped[UUID | None]
    amount: Mapped[Decimal]
    heard_at: Mapped[datetime]


class KnownAllocationRun(Base):
    """The newest allocation of a model and range."""

    __tablename__ = "known_allocation_runs"
    __table_args__ = (UniqueConstraint("model_code", "starts_on", "ends_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    model_code: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[str]
    completed_at: Mapped[datetime]


class FullCost(Base):
    """What a cost object cost by an allocation, with what it gave and received."""

    __tablename__ = "full_costs"
    __table_args__ = (
        ForeignKeyConstraint(["allocation_run_id"], ["known_allocation_runs.id"], ondelete="CASCADE"),
        CheckConstraint("amount <> 'NaN'", name="amount"),
        Index("ix_full_costs_service_id", "service_id"),
        Index("ix_full_costs_cost_object_code", "cost_object_code"),
    )

    allocation_run_id: Mapped[UUID] = mapped_column(primary_key=True)
    cost_object_code: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[UUID | None]
    amount: Mapped[Decimal]


class KnownChargeRun(Base):
    """A run of charges for a range of days. Once `replaced` it has no recoveries, nor gets any that come later."""

    __tablename__ = "known_charge_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[str]
    replaced: Mapped[bool]
    heard_at: Mapped[datetime]


class Recovery(Base):
    """What the charges of a run ask for a cost object, from all consumers together."""

    __tablename__ = "recoveries"
    __table_args__ = (
        ForeignKeyConstraint(["charge_run_id"], ["known_charge_runs.id"]),
        CheckConstraint("amount <> 'NaN'", name="amount"),
        Index("ix_recoveries_service_id", "service_id"),
        Index("ix_recoveries_cost_object_code", "cost_object_code"),
    )

    charge_run_id: Mapped[UUID] = mapped_column(primary_key=True)
    cost_object_code: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[UUID | None]
    amount: Mapped[Decimal]


class KnownPerformance(Base):
    """How a service kept its promises in the newest window of a kind (month, quarter, …) that was assessed.

    `number` counts what was said of this window; shares are from 0 to 1, null where nothing was measured.
    """

    __tablename__ = "known_performances"

    service_id: Mapped[UUID] = mapped_column(primary_key=True)
    window: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    number: Mapped[int]
    levels: Mapped[int]
    measured: Mapped[int]
    met: Mapped[int]
    attainment: Mapped[Decimal | None]
    coverage: Mapped[Decimal | None]
    health: Mapped[Decimal | None]
    assessed_at: Mapped[datetime]


class DecisionKind(StrEnum):
    """What is decided about a service."""

    PROPOSAL = "proposal"
    BUSINESS_CASE = "business_case"
    FUNDING = "funding"
    REVIEW = "review"
    RETIREMENT = "retirement"


class DecisionState(StrEnum):
    PROPOSED = "proposed"
    CHARTERED = "chartered"
    LAUNCHED = "launched"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    OPEN = "open"
    DECIDED = "decided"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"
    CARRIED_OUT = "carried_out"


class KnownDecision(Base):
    """Something that is or was decided about a service; `id` is that of the service itself (proposal, retirement), of
    the business case, the investment plan or the review.

    `outcome` is what an open review recommends and a closed one decided, `amount` the requested or approved funding,
    `due_on` the first day without the service or the day of the follow-up, `stated_on` that of the newest fact.
    """

    __tablename__ = "known_decisions"
    __table_args__ = (
        CheckConstraint("amount <> 'NaN'", name="amount"),
        CheckConstraint("num_nonnulls(amount, currency) <> 1", name="money"),
        Index("ix_known_decisions_service_id", "service_id"),
    )

    kind: Mapped[DecisionKind] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[DecisionState]
    code: Mapped[str | None]
    title: Mapped[str | None]
    outcome: Mapped[str | None]
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None]
    stated_on: Mapped[date]
    due_on: Mapped[date | None]
    known_sequence: Mapped[int]
    heard_at: Mapped[datetime]
