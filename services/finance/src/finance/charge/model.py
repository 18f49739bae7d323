"""A charge: what one consumer is charged for the cost objects that it used in a range of periods."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import exact_sum
from finance.charge.events import ChargedService, ChargeIssued
from finance.charge_plan.model import ChargeMode
from finance.charge_run.split import Share
from finance.db import Base


class Charge(Aggregate, Base):
    __tablename__ = "charges"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("charge_runs.id"), index=True)
    consumer_id: Mapped[UUID] = mapped_column(index=True)
    consumer_name: Mapped[str]
    mode: Mapped[ChargeMode]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[str]
    total: Mapped[Decimal]
    replaced_at: Mapped[datetime | None]

    @classmethod
    def issue(
        cls,
        *,
        run_id: UUID,
        replaces: UUID | None,
        mode: ChargeMode,
        starts_on: date,
        ends_on: date,
        currency: str,
        shares: Sequence[Share],
    ) -> "tuple[Charge, list[ChargeLine]]":
        """`shares` are all of one consumer, one per cost object."""
        charge = cls(
            run_id=run_id,
            consumer_id=shares[0].consumer.target_id,
            consumer_name=shares[0].consumer.name,
            mode=mode,
            starts_on=starts_on,
            ends_on=ends_on,
            currency=currency,
            total=exact_sum(share.amount for share in shares),
        )
        charge.record(
            ChargeIssued(
                charge_run_id=run_id,
                replaces_charge_run_id=replaces,
                charge_id=charge.id,
                mode=mode,
                customer_id=charge.consumer_id,
                starts_on=starts_on,
                ends_on=ends_on,
                currency=currency,
                total=charge.total,
                services=[
                    ChargedService(cost_object_code=share.code, service_id=share.service_id, amount=share.amount)
                    for share in shares
                ],
            )
        )
        return charge, [ChargeLine.of(charge.id, share) for share in shares]


class ChargeLine(Base):
    """amount = cost × quantity / quantity_total, to the minor unit, leftover units to the largest remainders."""

    __tablename__ = "charge_lines"
    __table_args__ = (CheckConstraint("amount <> 'NaN'", name="amount"),)

    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"), primary_key=True)
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"), primary_key=True, index=True)
    amount: Mapped[Decimal]
    quantity: Mapped[Decimal]
    quantity_total: Mapped[Decimal]
    cost: Mapped[Decimal]

    @classmethod
    def of(cls, charge_id: UUID, share: Share) -> "ChargeLine":
        return cls(
            charge_id=charge_id,
            cost_object_id=share.cost_object_id,
            amount=share.amount,
            quantity=share.consumer.quantity,
            quantity_total=share.quantity_total,
            cost=share.cost,
        )
