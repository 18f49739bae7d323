"""The quantities of drivers, as of a day and as they are brought."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from finance.consumer.model import Consumer
from finance.driver.model import Driver, DriverKind, DriverQuantity, Quantity, TargetKind, UnknownDriver
from finance.fiscal_period.range import PeriodRange


async def drivers_with(session: AsyncSession, codes: Collection[str]) -> dict[str, Driver]:
    """The drivers by their codes; raises UnknownDriver with the codes that there are none for."""
    found = {driver.code: driver for driver in await session.scalars(select(Driver).where(among(Driver.code, codes)))}
    if missing := sorted(set(codes) - found.keys()):
        raise UnknownDriver(f"There is no driver {', '.join(missing[:20])}.")
    return found


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


async def quantities(
    session: AsyncSession, drivers: Collection[Driver], within: PeriodRange
) -> AsyncIterator[tuple[UUID, Sequence[UUID], Sequence[Decimal]]]:
    """Of each driver, one after the other, its targets and their quantities above zero over a range: of a level what
    holds on the last day, of a flow the sum of what is dated in the range. There may be millions."""
    D = DriverQuantity
    level = [driver.id for driver in drivers if driver.kind == DriverKind.LEVEL]
    flow = [driver.id for driver in drivers if driver.kind == DriverKind.FLOW]
    held = (
        select(D.driver_id, D.target_id, D.quantity)
        .ext(distinct_on(D.driver_id, D.target_id))
        .where(among(D.driver_id, level), D.valid_from < within.ends_on)
        .order_by(D.driver_id, D.target_id, D.valid_from.desc())
    )
    summed = (
        select(D.driver_id, D.target_id, func.sum(D.quantity).label("quantity"))
        .where(among(D.driver_id, flow), D.valid_from >= within.starts_on, D.valid_from < within.ends_on)
        .group_by(D.driver_id, D.target_id)
    )
    for each in (held.subquery(), summed.subquery()):
        columns = (
            func.array_agg(aggregate_order_by(column, each.c.target_id))
            for column in (each.c.target_id, each.c.quantity)
        )
        query = select(each.c.driver_id, *columns).where(each.c.quantity > 0).group_by(each.c.driver_id)
        async for row in await session.stream(query, execution_options={"yield_per": 10}):
            yield row[0], row[1], row[2]


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
