"""Numbers of documents: in order and without a gap, per series and fiscal year."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from finance.db import Base
from finance.fiscal_period.model import FiscalYear


class Series(StrEnum):
    INVOICE = "INV"
    STATEMENT = "ST"
    CREDIT_NOTE = "CN"


class InvoiceCounter(Base):
    """Not a sequence: its row stays locked until the document is stored, and a document that fails gives its number
    back."""

    __tablename__ = "invoice_counters"

    series: Mapped[Series] = mapped_column(primary_key=True)
    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_years.id"), primary_key=True)
    last: Mapped[int]
    last_at: Mapped[datetime]


async def next_number(session: AsyncSession, series: Series, year: FiscalYear, at: datetime) -> tuple[str, datetime]:
    """INV-2025-26-000001 and its instant, which is never before that of the number before it."""
    C = InvoiceCounter
    first = insert(C).values(series=series, fiscal_year_id=year.id, last=1, last_at=at)
    counted = first.on_conflict_do_update(
        index_elements=["series", "fiscal_year_id"],
        set_={"last": C.last + 1, "last_at": func.greatest(C.last_at, first.excluded.last_at)},
    )
    last, last_at = (await session.execute(counted.returning(C.last, C.last_at))).one()
    return f"{series}-{year.code}-{last:06}", last_at
