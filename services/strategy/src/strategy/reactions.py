"""What strategy does when it learns of other services' facts."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from strategy.coverage.actions import judge
from strategy.known_service.model import KnownStage
from strategy.known_service.queries import learn, relearn
from strategy.offering import actions
from strategy.offering.bundle import launched_above
from strategy.offering.queries import launched_with

reactions = Reactions()


class ServiceChartered(Reading, type="portfolio.service-chartered.v1"):
    service_id: UUID
    code: str
    name: str
    kind: str


class ServiceLaunched(Reading, type="portfolio.service-launched.v1"):
    service_id: UUID
    code: str
    name: str
    kind: str


class ServiceChanged(Reading, type="portfolio.service-changed.v1"):
    service_id: UUID
    code: str
    name: str
    kind: str


class ServiceWithdrawn(Reading, type="portfolio.service-withdrawn.v1"):
    service_id: UUID
    code: str
    name: str
    kind: str


class ServiceRetiring(Reading, type="portfolio.service-retiring.v1"):
    service_id: UUID
    retires_on: date


class ServiceRetirementCancelled(Reading, type="portfolio.service-retirement-cancelled.v1"):
    service_id: UUID


class ServiceRetired(Reading, type="portfolio.service-retired.v1"):
    service_id: UUID
    code: str
    name: str
    kind: str
    retired_on: date


async def _learn(
    session: AsyncSession, fact: ServiceChartered | ServiceLaunched | ServiceRetired, stage: KnownStage
) -> bool:
    return await learn(
        session,
        fact.service_id,
        sequence=fact.envelope.sequence,
        code=fact.code,
        name=fact.name,
        kind=fact.kind,
        stage=stage,
    )


async def _judge(session: AsyncSession, fact: ServiceChartered | ServiceLaunched | ServiceRetired) -> None:
    await judge(session, on=fact.envelope.time.date(), services=[fact.service_id])


@reactions.to(ServiceChartered)
async def allow_in_offerings(session: AsyncSession, fact: ServiceChartered) -> None:
    if await _learn(session, fact, KnownStage.CHARTERED):
        await _judge(session, fact)


@reactions.to(ServiceLaunched)
async def allow_launching(session: AsyncSession, fact: ServiceLaunched) -> None:
    if await _learn(session, fact, KnownStage.OPERATIONAL):
        await _judge(session, fact)


@reactions.to(ServiceChanged)
async def rename_known_service(session: AsyncSession, fact: ServiceChanged) -> None:
    await relearn(
        session, fact.service_id, sequence=fact.envelope.sequence, code=fact.code, name=fact.name, kind=fact.kind
    )


@reactions.to(ServiceWithdrawn)
async def know_withdrawn_service(session: AsyncSession, fact: ServiceWithdrawn) -> None:
    """Nothing can be made of it any more. No launched offering is: it was never operational."""
    said = {"code": fact.code, "name": fact.name, "kind": fact.kind, "stage": KnownStage.RETIRED}
    await relearn(session, fact.service_id, sequence=fact.envelope.sequence, **said)


@reactions.to(ServiceRetiring)
async def refuse_launching(session: AsyncSession, fact: ServiceRetiring) -> None:
    """What is launched stays until the end, which a later fact may move."""
    await relearn(session, fact.service_id, sequence=fact.envelope.sequence, retires_on=fact.retires_on)


@reactions.to(ServiceRetirementCancelled)
async def allow_launching_again(session: AsyncSession, fact: ServiceRetirementCancelled) -> None:
    await relearn(session, fact.service_id, sequence=fact.envelope.sequence, retires_on=None)


@reactions.to(ServiceRetired)
async def withdraw_offerings(session: AsyncSession, fact: ServiceRetired) -> None:
    """Bundles of its offerings go as well, and needs that no other launched offering addresses reopen. Drafts stay, but
    cannot be launched with it."""
    if await _learn(session, fact, KnownStage.RETIRED):
        offerings = await launched_with(session, fact.service_id)
        offerings += await launched_above(session, offerings)
        await actions.withdraw(session, offerings, on=fact.retired_on, reason=f"The service {fact.code} was retired.")
        await _judge(session, fact)
