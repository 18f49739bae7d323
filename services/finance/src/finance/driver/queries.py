"""The quantities of drivers, as of a day and as they are brought."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.driver.model import Driver, DriverQuantity, Quantity, TargetKind, UnknownDriver


async def driver_with(session: AsyncSession, code: str) -> Driver:
    driver = await session.scalar(select(Driver).where(Driver.code == code))
    if driver is None:
        raise UnknownDriver(f"There is no driver {code!r}.")
    return driver


def in_force(driver_id: UUID, on: date) -> Select[Any]:
    """Of each target the newest quantity that holds on that day."""
    return (
        select(DriverQuantity)
        .ext(distinct_on(DriverQuantity.target_id))
        .where(DriverQuantity.driver_id == driver_id, DriverQuantity.valid_from <= on)
        .order_by(DriverQuantity.target_id, DriverQuantity.valid_from.desc())
    )


async def of_cost_objects(session: AsyncSession, driver_id: UUID, on: date) -> dict[UUID, Decimal]:
    held = in_force(driver_id, on).subquery()
    query = select(held.c.target_id, held.c.quantity).join(CostObject, CostObject.id == held.c.target_id)
    return {row[0]: row[1] for row in (await session.execute(query))}


async def of_consumers(session: AsyncSession, driver_id: UUID, on: date) -> list[Quantity]:
    """Consumers with more than zero, by name; those merged into another have handed theirs over."""
    held = in_force(driver_id, on).subquery()
    query = (
        select(Consumer.id, Consumer.code, Consumer.name, held.c.quantity)
        .join(held, held.c.target_id == Consumer.id)
        .where(Consumer.survivor_id.is_(None), held.c.quantity > 0)
        .order_by(Consumer.name, Consumer.id)
    )
    return [Quantity(*row) for row in (await session.execute(query))]


async def keep_quantities(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Of two rows for one target and day the later one counts, as if they had come one after the other."""
    last = {(row["driver_id"], row["target_id"], row["valid_from"]): row for row in rows}
    if not last:
        return
    upsert = insert(DriverQuantity).values([last[key] for key in sorted(last)])
    await session.execute(
        upsert.on_conflict_do_update(
            index_elements=["driver_id", "target_id", "valid_from"],
            set_={"quantity": upsert.excluded.quantity},
            where=DriverQuantity.quantity != upsert.excluded.quantity,
        )
    )


async def stored(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> dict[tuple[UUID, UUID, date], Decimal]:
    """The quantities already held for the same driver, target and day."""
    D = DriverQuantity
    query = select(D.driver_id, D.target_id, D.valid_from, D.quantity).where(
        D.driver_id.in_({row["driver_id"] for row in rows}), D.target_id.in_({row["target_id"] for row in rows})
    )
    return {(row[0], row[1], row[2]): row[3] for row in (await session.execute(query))}


def quantity_row(
    driver_id: UUID, kind: TargetKind, target_id: UUID, valid_from: date, quantity: Decimal
) -> dict[str, Any]:
    return {
        "driver_id": driver_id,
        "target_kind": kind,
        "target_id": target_id,
        "valid_from": valid_from,
        "quantity": quantity,
    }
