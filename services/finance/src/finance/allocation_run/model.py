"""An allocation run: one revision of a model carried out over a range of periods, kept with all that went in."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import EXACT
from finance.allocation_model.model import AllocationMethod, AllocationModel, SharedBy
from finance.allocation_run.events import AllocatedObject, AllocationCompleted
from finance.db import Base
from finance.fiscal_period.range import PeriodRange


class AllocationRole(StrEnum):
    """Idle: a target that the cost of unused capacity is shown on."""

    SOURCE = "source"
    TARGET = "target"
    IDLE = "idle"


class AllocationRun(Aggregate, Base):
    """At most one run of a model and range is current; a later one replaces it as a whole."""

    __tablename__ = "allocation_runs"
    __table_args__ = (
        CheckConstraint("cost_in = allocated + unallocated", name="conserved"),
        Index(
            "uq_allocation_runs_current",
            "model_id",
            "starts_on",
            "ends_on",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    model_id: Mapped[UUID] = mapped_column(ForeignKey("allocation_models.id"))
    revision: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[str]
    cost_in: Mapped[Decimal]
    allocated: Mapped[Decimal]
    unallocated: Mapped[Decimal]
    ran_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    @classmethod
    def carry_out(
        cls,
        *,
        id: UUID,
        model: AllocationModel,
        revision: int,
        within: PeriodRange,
        cost_in: Decimal,
        unallocated: Decimal,
        at: datetime,
    ) -> "AllocationRun":
        """What went in and was not left over has been allocated."""
        return cls(
            id=id,
            model_id=model.id,
            revision=revision,
            starts_on=within.starts_on,
            ends_on=within.ends_on,
            currency=within.currency,
            cost_in=cost_in,
            allocated=EXACT.subtract(cost_in, unallocated),
            unallocated=unallocated,
            ran_at=at,
        )

    def complete(self, *, model_code: str, objects: Sequence[AllocatedObject]) -> None:
        self.record(
            AllocationCompleted(
                allocation_run_id=self.id,
                model_code=model_code,
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                currency=self.currency,
                cost_in=self.cost_in,
                allocated=self.allocated,
                unallocated=self.unallocated,
                objects=list(objects),
            )
        )

    def replace(self, *, at: datetime) -> None:
        self.replaced_at = at


class AllocatedPool(Base):
    """What a pool held, gave and kept, in exact amounts. `served` targets had some of the driver, `unmeasured` none.

    cost = given + kept. `idle` is the cost of capacity that nobody used, wherever it went. Quantities are in units of
    the driver. `number` counts the pools of the whole revision; one that `receives` hands on what its sources receive.
    """

    __tablename__ = "allocated_pools"
    __table_args__ = (CheckConstraint("cost = given + kept", name="conserved"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("allocation_runs.id"), primary_key=True)
    pool: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    layer: Mapped[str]
    layer_number: Mapped[int]
    method: Mapped[AllocationMethod]
    shared_by: Mapped[SharedBy]
    driver: Mapped[str | None]
    receives: Mapped[bool]
    cost: Mapped[Decimal]
    given: Mapped[Decimal]
    kept: Mapped[Decimal]
    idle: Mapped[Decimal]
    used: Mapped[Decimal]
    capacity: Mapped[Decimal | None]
    served: Mapped[int]
    unmeasured: Mapped[int]


class AllocatedCost(Base):
    """What a cost object that took part bears: full = direct − given + received, rounded once, of `exact`."""

    __tablename__ = "allocated_costs"
    __table_args__ = (CheckConstraint('"full" = direct - given + received', name="conserved"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("allocation_runs.id"), primary_key=True)
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"), primary_key=True)
    direct: Mapped[Decimal]
    given: Mapped[Decimal]
    received: Mapped[Decimal]
    full: Mapped[Decimal]
    exact: Mapped[Decimal]


class AllocatedConsumer(Base):
    """What a consumer bears, rounded once, of `exact`."""

    __tablename__ = "allocated_consumers"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("allocation_runs.id"), primary_key=True)
    consumer_id: Mapped[UUID] = mapped_column(ForeignKey("consumers.id"), primary_key=True)
    amount: Mapped[Decimal]
    exact: Mapped[Decimal]


class AllocationLine(Base):
    """What a source gave to a pool, or a cost object received from it, exact.

    Of a source, `kept` is what the pool could not hand on of what it brought; amount and kept together are `own`, its
    own cost as posted, and what it had received. Without foreign keys, because there may be millions: AllocatedPool and
    AllocatedCost hold the run and the cost objects.
    """

    __tablename__ = "allocation_lines"
    __table_args__ = (CheckConstraint("amount <> 'NaN'", name="amount"),)

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    pool: Mapped[str] = mapped_column(primary_key=True)
    cost_object_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[AllocationRole] = mapped_column(primary_key=True)
    amount: Mapped[Decimal]
    driver_quantity: Mapped[Decimal | None]
    kept: Mapped[Decimal | None]
    own: Mapped[Decimal | None]


class ConsumerLine(Base):
    """What a consumer received from a pool, exact."""

    __tablename__ = "consumer_lines"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    pool: Mapped[str] = mapped_column(primary_key=True)
    consumer_id: Mapped[UUID] = mapped_column(primary_key=True)
    amount: Mapped[Decimal]
    driver_quantity: Mapped[Decimal | None]
