"""A quantity of a driver that came as a fact of another service."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import uuid7
from finance.driver.model import Driver, DriverKind, TargetKind
from finance.driver.queries import keep_quantities, quantity_row


async def record_quantity(
    session: AsyncSession, *, code: str, consumer_id: UUID, valid_from: date, quantity: Decimal
) -> None:
    """A driver that nobody has defined is defined by its first quantity, under its code."""
    new = insert(Driver).values(
        id=uuid7(), version=1, sequence=0, code=code, name=code, unit=code, kind=DriverKind.LEVEL
    )
    await session.execute(new.on_conflict_do_nothing(index_elements=["code"]))
    driver_id = (await session.scalars(select(Driver.id).where(Driver.code == code))).one()
    await keep_quantities(session, [quantity_row(driver_id, TargetKind.CONSUMER, consumer_id, valid_from, quantity)])
