"""A charge plan: which cost objects are charged to consumers, on which cost, and by which quantity."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, NotFound
from finance.db import Base


class CodeTaken(Conflict, code="finance.charge-plan.code-taken", constraint="uq_charge_plans_code"):
    """Another charge plan has this code."""


class UnknownPlan(NotFound, code="finance.charge-plan.unknown"):
    """There is no charge plan with this code."""


class ChargeMode(StrEnum):
    """Showback states what was used and posts nothing; chargeback is invoiced, and posts recovery income."""

    SHOWBACK = "showback"
    CHARGEBACK = "chargeback"


class ChargeBasis(StrEnum):
    """Gross and net cost as in the ledger; full is the cost after the current run of an allocation model; prices are
    those of a price book."""

    GROSS = "gross"
    NET = "net"
    FULL = "full"
    PRICES = "prices"


class ChargePlan(Aggregate, Base):
    """Without a driver cost is charged by subscribed quantity × days. `cost_objects` is a Selection. Cost-plus prices
    are on the unit cost by the allocation model."""

    __tablename__ = "charge_plans"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    mode: Mapped[ChargeMode]
    cost_objects: Mapped[dict[str, Any]]
    driver_id: Mapped[UUID | None] = mapped_column(ForeignKey("drivers.id"))
    basis: Mapped[ChargeBasis]
    allocation_model_id: Mapped[UUID | None] = mapped_column(ForeignKey("allocation_models.id"))
    price_book_id: Mapped[UUID | None] = mapped_column(ForeignKey("price_books.id"))

    @classmethod
    def define(
        cls,
        *,
        code: str,
        name: str,
        mode: ChargeMode,
        cost_objects: dict[str, Any],
        driver_id: UUID | None,
        basis: ChargeBasis,
        allocation_model_id: UUID | None,
        price_book_id: UUID | None,
    ) -> "ChargePlan":
        return cls(
            code=code,
            name=name,
            mode=mode,
            cost_objects=cost_objects,
            driver_id=driver_id,
            basis=basis,
            allocation_model_id=allocation_model_id,
            price_book_id=price_book_id,
        )
