"""What is kept of other services' facts: costs, allocations, charges, offerings, needs, alignment and capacity.

Finance names a service by its id once it knows it, and before that only by the code of its cost object, which is the
code of the service: both lead to the service (see `costs.of_services`).
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.money import exact_sum
from portfolio.db import Base
from portfolio.evidence.trend import change


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
    """What a cost object cost by an allocation: its direct cost, what it received, and all of it."""

    __tablename__ = "full_costs"
    __table_args__ = (
        ForeignKeyConstraint(["allocation_run_id"], ["known_allocation_runs.id"], ondelete="CASCADE"),
        CheckConstraint("direct <> 'NaN' AND received <> 'NaN' AND amount <> 'NaN'", name="amounts"),
        Index("ix_full_costs_service_id", "service_id"),
        Index("ix_full_costs_cost_object_code", "cost_object_code"),
    )

    allocation_run_id: Mapped[UUID] = mapped_column(primary_key=True)
    cost_object_code: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[UUID | None]
    direct: Mapped[Decimal]
    received: Mapped[Decimal]
    amount: Mapped[Decimal]


class KnownChargeRun(Base):
    """A run of charges for a range of days; once `replaced` its charges count no more, also those heard of later."""

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


class KnownOffering(Base):
    """An offering that was launched, and since when it is withdrawn; `known_sequence` counts its facts seen so far."""

    __tablename__ = "known_offerings"
    __table_args__ = (
        Index("ix_known_offerings_service_ids", "service_ids", postgresql_using="gin"),
        Index("ix_known_offerings_need_ids", "need_ids", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str | None]
    service_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    need_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    launched_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    known_sequence: Mapped[int]
    heard_at: Mapped[datetime]


class KnownNeed(Base):
    """A need and how much it matters, from 1 to 10. `opportunity_score` is null while its satisfaction is not known."""

    __tablename__ = "known_needs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    importance: Mapped[int]
    opportunity_score: Mapped[int | None]
    known_sequence: Mapped[int]
    heard_at: Mapped[datetime]


class KnownAlignment(Base):
    """How well a service is aligned with the objectives of the organization, from 0 to 1; null: not any more."""

    __tablename__ = "known_alignments"
    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 1", name="score"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    score: Mapped[Decimal | None]
    objectives: Mapped[int]
    known_sequence: Mapped[int]
    heard_at: Mapped[datetime]


class KnownDemand(Base):
    """Demand by a pattern of strategy: months that were counted, months that are expected, by its latest forecast."""

    __tablename__ = "known_demands"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    service_id: Mapped[UUID | None] = mapped_column(index=True)
    need_id: Mapped[UUID | None] = mapped_column(index=True)
    customer_id: Mapped[UUID | None] = mapped_column(index=True)
    segment_id: Mapped[UUID | None]
    method: Mapped[str]
    mean_absolute_error: Mapped[Decimal | None]
    made_on: Mapped[date]
    observed: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    expected: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    known_sequence: Mapped[int]
    heard_at: Mapped[datetime]

    @property
    def change(self) -> Decimal | None:
        """From the mean of the latest months to that of as many expected ones, at most a year of each."""
        months = min(len(self.observed), len(self.expected), 12)
        before, after = self.observed[len(self.observed) - months :], self.expected[:months]
        return change(*(exact_sum(Decimal(volume["quantity"]) for volume in part) for part in (before, after)))


class KnownCoverage(Base):
    """A need or a service, and whether offerings serve it, as strategy judged it last."""

    __tablename__ = "known_coverages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_kind: Mapped[str]
    label: Mapped[str]
    service_kind: Mapped[str | None]
    coverage_class: Mapped[str] = mapped_column(index=True)
    before: Mapped[str | None]
    offerings: Mapped[int]
    weight: Mapped[int]
    changed_on: Mapped[date]
    known_sequence: Mapped[int]
    heard_at: Mapped[datetime]


class KnownCapacity(Base):
    """How much of an asset there is in the month `[starts_on, ends_on)`, and how much of it is used, in its unit."""

    __tablename__ = "known_capacities"
    __table_args__ = (
        CheckConstraint("available >= 0 AND available <> 'NaN'", name="available"),
        CheckConstraint("used >= 0 AND used <> 'NaN'", name="used"),
    )

    asset_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True, index=True)
    ends_on: Mapped[date]
    code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    kind: Mapped[str]
    asset_type: Mapped[str]
    unit: Mapped[str]
    available: Mapped[Decimal]
    used: Mapped[Decimal | None]
    known_sequence: Mapped[int]
    heard_at: Mapped[datetime]
