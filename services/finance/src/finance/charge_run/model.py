"""A charge run: a charge plan carried out over a range of periods, with what could not be charged said so."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from finance.charge_plan.model import ChargeBasis, ChargePlan
from finance.charge_run.work import Work
from finance.db import Base
from finance.fiscal_period.range import PeriodRange


class NotAllocated(Conflict, code="finance.charge-run.not-allocated"):
    """Full cost is charged after an allocation run of the same range."""


class CurrencyDiffers(Conflict, code="finance.charge-run.currency-differs"):
    """Cost-plus prices are in the currency in which cost is kept."""


class ChargeRun(Aggregate, Base):
    """At most one run of a plan and range is current. `uncharged` lists cost objects left out, each with the reason."""

    __tablename__ = "charge_runs"
    __table_args__ = (
        Index(
            "uq_charge_runs_current",
            "plan_id",
            "starts_on",
            "ends_on",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("charge_plans.id"))
    allocation_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("allocation_runs.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[str]
    basis: Mapped[ChargeBasis]
    total: Mapped[Decimal]
    uncharged: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    ran_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    @classmethod
    def carry_out(cls, *, plan: ChargePlan, work: Work, within: PeriodRange, at: datetime) -> "ChargeRun":
        return cls(
            plan_id=plan.id,
            allocation_run_id=work.allocation_run_id,
            starts_on=within.starts_on,
            ends_on=within.ends_on,
            currency=work.currency,
            basis=plan.basis,
            total=work.total,
            uncharged=work.uncharged,
            ran_at=at,
        )

    def replace(self, *, at: datetime) -> None:
        self.replaced_at = at
