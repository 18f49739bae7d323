"""Taking rows of a file as sizes of the customers in the register."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.customer.import_schemas import CustomerSizeRow
from strategy.customer.intake import Outcome
from strategy.customer.model import CustomerSize
from strategy.customer.register import Register, RowRefused

Place = tuple[UUID, str, date]


@dataclass
class SizeIntake:
    """`known` are the quantities by customer, measure and day; `stated` those of the file that differ."""

    register: Register
    known: dict[Place, Decimal]
    stated: dict[Place, Decimal] = field(default_factory=dict)

    @classmethod
    async def open(cls, session: AsyncSession, *, measures: Collection[str]) -> "SizeIntake":
        register = await Register.open(session)
        query = select(
            CustomerSize.customer_id, CustomerSize.measure, CustomerSize.valid_from, CustomerSize.quantity
        ).where(CustomerSize.measure.in_(measures))
        rows = (await session.execute(query)).all()
        return cls(register, {(id, measure, day): quantity for id, measure, day, quantity in rows})

    def take(self, row: CustomerSizeRow) -> Outcome:
        """Raises RowRefused. What is said of a merged customer only fills days that its survivor has no size of."""
        customer, redirected = self.register.find(row.called)
        if customer is None:
            raise RowRefused("", "there is no such customer")
        place = (customer.id, row.measure, row.valid_from)
        before = self.known.get(place)
        if before == row.quantity or (redirected and before is not None):
            return "unchanged"
        customer.size(measure=row.measure, quantity=row.quantity, valid_from=row.valid_from)
        self.known[place] = self.stated[place] = row.quantity
        return "created" if before is None else "changed"

    async def store(self, session: AsyncSession) -> None:
        names = ("customer_id", "measure", "valid_from", "quantity")
        rows: list[dict[str, Any]] = [dict(zip(names, (*place, q), strict=True)) for place, q in self.stated.items()]
        if rows:
            row = insert(CustomerSize)
            latest = row.on_conflict_do_update(index_elements=names[:3], set_={"quantity": row.excluded.quantity})
            await session.execute(latest, rows)
        await session.flush()
