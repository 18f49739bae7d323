"""What the portfolio does when strategy says how much of a skill or resource there is, and how much of it is used."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from chassis.money import NonNegativeAmount
from portfolio.evidence import keeping

reactions = Reactions()


class CapacityChanged(Reading, type="strategy.capacity-changed.v1"):
    """Before use was announced, facts came without it."""

    asset_id: UUID
    code: str
    name: str
    kind: str
    asset_type: str
    unit: str
    starts_on: date
    ends_on: date
    available: NonNegativeAmount
    used: NonNegativeAmount | None = None


@reactions.to(CapacityChanged)
async def keep_capacity(session: AsyncSession, fact: CapacityChanged) -> None:
    sequence, heard_at = fact.envelope.sequence, fact.envelope.time
    said = fact.model_dump(exclude={"asset_id", "starts_on"})
    await keeping.know_capacity(session, fact.asset_id, fact.starts_on, sequence=sequence, heard_at=heard_at, **said)
