"""An allocation run: one revision of a model carried out over a range of periods, kept with all that went in."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import exact_sum
from finance.allocation_model.model import AllocationModel
from finance.allocation_run.direct import Pool
from finance.allocation_run.events import AllocatedObject, AllocationCompleted
from finance.db import Base
from finance.fiscal_period.range import PeriodRange


class AllocationRole(StrEnum):
    SOURCE = "source"
    TARGET = "target"


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
        cls, *, model: AllocationModel, revision: int, within: PeriodRange, pools: Sequence[Pool], at: datetime
    ) -> "tuple[AllocationRun, list[AllocationLine]]":
        run = cls(
            model_id=model.id,
            revision=revision,
            starts_on=within.starts_on,
            ends_on=within.ends_on,
            currency=within.currency,
            ran_at=at,
        )
        lines = [line for pool in pools for line in run._lines(pool)]
        run.cost_in = exact_sum(pool.cost for pool in pools)
        run.allocated = exact_sum(line.amount for line in lines if line.role == AllocationRole.TARGET)
        unserved = [pool.cost for pool in pools if not pool.shares(within.currency)]
        run.unallocated = exact_sum(unserved)
        return run, lines

    def _lines(self, pool: Pool) -> "list[AllocationLine]":
        def line(role: AllocationRole, target: UUID, amount: Decimal, quantity: Decimal | None) -> AllocationLine:
            return AllocationLine(
                run_id=self.id,
                pool=pool.code,
                cost_object_id=target,
                role=role,
                amount=amount,
                driver_quantity=quantity,
            )

        return [line(AllocationRole.SOURCE, source, cost, None) for source, cost in pool.costs.items()] + [
            line(AllocationRole.TARGET, target, amount, pool.quantities[target])
            for target, amount in pool.shares(self.currency).items()
        ]

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


class AllocationLine(Base):
    """What a source gave to a pool, or a target received from it."""

    __tablename__ = "allocation_lines"
    __table_args__ = (CheckConstraint("amount <> 'NaN'", name="amount"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("allocation_runs.id"), primary_key=True)
    pool: Mapped[str] = mapped_column(primary_key=True)
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"), primary_key=True)
    role: Mapped[AllocationRole] = mapped_column(primary_key=True)
    amount: Mapped[Decimal]
    driver_quantity: Mapped[Decimal | None]
