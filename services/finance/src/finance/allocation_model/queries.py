"""Finding an allocation model and the revision that a range follows."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.allocation_model.model import AllocationModel, AllocationRevision, NotYetEffective, UnknownModel


async def model_with(session: AsyncSession, code: str) -> AllocationModel:
    model = await session.scalar(select(AllocationModel).where(AllocationModel.code == code))
    if model is None:
        raise UnknownModel(f"There is no allocation model {code!r}.")
    return model


async def revision_for(session: AsyncSession, model_id: UUID, starts_on: date) -> AllocationRevision:
    """The newest revision among those effective on that day."""
    R = AllocationRevision
    query = select(R).where(R.model_id == model_id, R.effective_from <= starts_on).order_by(R.number.desc()).limit(1)
    revision = await session.scalar(query)
    if revision is None:
        raise NotYetEffective(f"No revision is effective on {starts_on}.")
    return revision
