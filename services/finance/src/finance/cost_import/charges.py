"""What the rows of an import were charged for: by category, class, commitment, publisher and currency."""

from uuid import UUID

from sqlalchemy import Select, case, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.cost_import.model import CostImport, CostImportCharge, CostImportRow, CostView
from finance.cost_import.placement import CHARGED
from finance.cost_import.queries import Rows


async def keep_charges(session: AsyncSession, cost_import_id: UUID) -> None:
    """Summed up from the rows; kept for longer than they are."""
    R = CostImportRow
    by = [*(getattr(R, name) for name in CHARGED), R.currency]
    told = case((func.count(R.other_amount) == func.count(), func.sum(R.other_amount)))
    summed = (
        select(R.cost_import_id, func.row_number().over(order_by=by), *by, func.count(), func.sum(R.amount), told)
        .where(R.cost_import_id == cost_import_id)
        .group_by(R.cost_import_id, *by)
    )
    names = [column.key for column in CostImportCharge.__table__.columns]
    await session.execute(insert(CostImportCharge).from_select(names, summed))


def charges_of(made: CostImport) -> Rows:
    """Under the names of the two views."""
    C = CostImportCharge
    posted, other = C.amount, C.other_amount
    billed, effective = (posted, other) if made.view == CostView.BILLED else (other, posted)
    shown = [*(getattr(C, name) for name in CHARGED), C.currency, C.row_count]
    query: Select[tuple[object, ...]] = select(
        *shown, billed.label("billed_amount"), effective.label("effective_amount")
    )
    return query.where(C.cost_import_id == made.id)
