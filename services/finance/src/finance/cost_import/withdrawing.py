"""Taking an import back: what it left in the ledger, by one correction that is linked to it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from finance.cost_import import queries
from finance.cost_import.difference import difference
from finance.cost_import.model import CostImport, CostImportPeriod, Superseded
from finance.cost_import.posting import batch
from finance.ledger.actions import post


async def withdraw(
    session: AsyncSession, id: UUID, *, reason: str, adjustment: bool, actor: str, at: datetime
) -> CostImport:
    """Of the fiscal periods in which it stands; done again it is the withdrawal that stands. Superseded."""
    made = await queries.existing(session, id)
    await queries.one_at_a_time(session, made.source)
    await session.refresh(made)
    if made.withdrawn_at:
        return made
    P = CostImportPeriod
    stands = (P.cost_import_id == id, P.superseded_at.is_(None))
    period_ids = (await session.scalars(select(P.fiscal_period_id).where(*stands))).all()
    if not period_ids:
        raise Superseded(f"Later imports of {made.source} stand in all its periods.")
    scope = (await queries.scope(session, made.period)).only(period_ids)
    lines = difference({}, await queries.posted(session, made.source, made.view, scope))
    reference = f"{id}/withdrawal"
    entries = batch(
        made, scope, lines, actor=actor, at=at, what="Withdrawn: ", reference=reference, adjustment=adjustment
    )
    posting_id = (await post(session, entries))[0].posting_id if entries else None
    made.withdraw(reason=reason, posting_id=posting_id, actor=actor, at=at)
    await session.execute(
        update(P).where(*stands).values(superseded_at=at).execution_options(synchronize_session=False)
    )
    await session.flush()
    return made
