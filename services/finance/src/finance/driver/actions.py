"""Quantities of drivers that come as facts of other services."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import uuid7
from chassis.problems import NoSuchResource
from finance.cost_object.model import CostObject
from finance.driver.model import Driver, DriverKind, TargetKind
from finance.driver.queries import keep_quantities, quantity_row


async def record_quantity(
    session: AsyncSession, *, code: str, consumer_id: UUID, valid_from: date, quantity: Decimal
) -> None:
    """A driver that nobody has defined is defined by its first quantity, under its code."""
    driver_id = await _driver(session, code=code, name=code, unit=code, kind=DriverKind.LEVEL)
    await keep_quantities(session, [quantity_row(driver_id, TargetKind.CONSUMER, consumer_id, valid_from, quantity)])


async def record_demand(
    session: AsyncSession,
    driver: Mapping[str, str],
    *,
    service_id: UUID | None,
    consumer_id: UUID | None,
    volumes: Mapping[date, Decimal],
) -> None:
    """Of the consumer, if there is one, else of the service's cost object. A driver that nobody has defined is defined
    with this code, name and unit, as a flow. Raises NoSuchResource while finance has not heard of the service."""
    kind, target_id = TargetKind.CONSUMER, consumer_id
    if target_id is None:
        kind = TargetKind.COST_OBJECT
        target_id = await session.scalar(select(CostObject.id).where(CostObject.service_id == service_id))
    if target_id is None:
        raise NoSuchResource(f"There is no cost object of the service {service_id} yet.")
    driver_id = await _driver(session, **driver, kind=DriverKind.FLOW)
    rows = [quantity_row(driver_id, kind, target_id, month, quantity) for month, quantity in volumes.items()]
    await keep_quantities(session, rows)


async def _driver(session: AsyncSession, *, code: str, name: str, unit: str, kind: DriverKind) -> UUID:
    new = insert(Driver).values(id=uuid7(), version=1, sequence=0, code=code, name=name, unit=unit, kind=kind)
    await session.execute(new.on_conflict_do_nothing(index_elements=["code"]))
    return (await session.scalars(select(Driver.id).where(Driver.code == code))).one()
