"""A charge: what one consumer is charged for the cost objects that it used in a range of periods."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.ids import uuid7
from chassis.money import exact_sum
from finance.charge.events import ChargedService, ChargeIssued
from finance.charge.line import Charged, Priced
from finance.charge_plan.model import ChargeMode
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
        lines: Sequence[Charged],
    ) -> "Charge":
        """`lines` are all of one consumer."""
        charge = cls(
            run_id=run_id,
            consumer_id=lines[0].consumer.target_id,
            consumer_name=lines[0].consumer.name,
            mode=mode,
            starts_on=starts_on,
            ends_on=ends_on,
            currency=currency,
            total=exact_sum(line.amount for line in lines),
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
                services=_by_service(lines),
            )
        )
        return charge


def _by_service(lines: Sequence[Charged]) -> list[ChargedService]:
    """One per cost object, in the order in which they come first."""
    amounts: dict[tuple[str, UUID | None], list[Decimal]] = {}
    for line in lines:
        amounts.setdefault((line.code, line.service_id), []).append(line.amount)
    return [
        ChargedService(cost_object_code=code, service_id=service_id, amount=exact_sum(of_service))
        for (code, service_id), of_service in amounts.items()
    ]


class ChargeLine(Base):
    """amount = cost × quantity / quantity_total, to the minor unit, leftover units to the largest remainders.

    A priced line, of which nothing from `item_code` on is null, has its own amount as cost and its own quantity as
    total; it holds in `[starts_on, ends_on)`, where one price version did.
    """

    __tablename__ = "charge_lines"
    __table_args__ = (CheckConstraint("amount <> 'NaN'", name="amount"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("charges.id"), index=True)
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    amount: Mapped[Decimal]
    quantity: Mapped[Decimal]
    quantity_total: Mapped[Decimal]
    cost: Mapped[Decimal]
    item_code: Mapped[str | None]
    item_name: Mapped[str | None]
    unit: Mapped[str | None]
    price_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("price_versions.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    exact: Mapped[Decimal | None]
    rated: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    @staticmethod
    def row(charge_id: UUID, line: Charged) -> dict[str, Any]:
        priced = line.priced
        return {
            "charge_id": charge_id,
            "cost_object_id": line.cost_object_id,
            "amount": line.amount,
            "quantity": line.consumer.quantity,
            "quantity_total": line.quantity_total,
            "cost": line.cost,
            **{field.name: getattr(priced, field.name, None) for field in fields(Priced)},
        }
