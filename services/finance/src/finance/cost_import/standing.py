"""What of the imports stands: per source, view and fiscal period one import, whose rows the ledger holds."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from finance.cost_import.model import CostImport, CostImportPeriod, CostImportRow, CostView
from finance.cost_import.placement import CHARGED, Scope
from finance.cost_import.schemas import CostRow

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Standing:
    """An import and those of its fiscal periods that stand."""

    made: CostImport
    period_ids: list[UUID]


async def standing(session: AsyncSession, view: CostView, scope: Scope, source: str | None) -> list[Standing]:
    """The imports that stand within a scope, oldest first: at most one per source and fiscal period."""
    query = (
        select(CostImport, func.array_agg(CostImportPeriod.fiscal_period_id))
        .join(CostImportPeriod, CostImportPeriod.cost_import_id == CostImport.id)
        .where(CostImport.view == view, among(CostImportPeriod.fiscal_period_id, scope.period_ids))
        .where(CostImportPeriod.superseded_at.is_(None))
        .group_by(CostImport.id)
        .order_by(CostImport.imported_at, CostImport.id)
    )
    found = (await session.execute(query.where(CostImport.source == source) if source else query)).all()
    return [Standing(made, list(ids)) for made, ids in found]


async def supersede(session: AsyncSession, made: CostImport, period_ids: Collection[UUID], at: datetime) -> None:
    """From now on `made` stands in these fiscal periods, and no other import of its source and view."""
    others = select(CostImport.id).where(
        CostImport.source == made.source, CostImport.view == made.view, CostImport.id != made.id
    )
    P = CostImportPeriod
    await session.execute(
        update(P)
        .where(P.cost_import_id.in_(others), among(P.fiscal_period_id, period_ids), P.superseded_at.is_(None))
        .values(superseded_at=at)
        .execution_options(synchronize_session=False)
    )


async def stored_rows(
    session: AsyncSession, cost_import_id: UUID, period_ids: Collection[UUID], *, cost_object_id: UUID | None = None
) -> AsyncIterator[Sequence[Row[Any]]]:
    """The rows of an import in these fiscal periods, or those on one cost object, some thousand at a time, in order."""
    R = CostImportRow
    query = select(R.__table__).where(R.cost_import_id == cost_import_id, among(R.fiscal_period_id, period_ids))
    if cost_object_id:
        query = query.where(R.cost_object_id == cost_object_id)
    after = 0
    while rows := (await session.execute(query.where(R.line > after).order_by(R.line).limit(ROWS_AT_ONCE))).all():
        yield rows
        after = rows[-1].line


def as_said(row: Row[Any]) -> CostRow:
    """What a stored row says of itself; its tags are among its attributes."""
    return CostRow.model_construct(
        posted_on=row.posted_on,
        account=row.named_account,
        cost_object=row.named_cost_object,
        amount=row.amount,
        currency=row.currency,
        consumer=row.named_consumer,
        description=row.description,
        reference=row.reference,
        tags={},
        **{name: getattr(row, name) for name in CHARGED},
    )
