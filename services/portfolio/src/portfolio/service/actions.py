"""Steps of a service that look at its surroundings first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.business_case import queries as business_cases
from portfolio.investment_plan import queries as investment_plans
from portfolio.service import parting, queries
from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.service.schemas import ProposeService


async def propose(
    session: AsyncSession, command: ProposeService, *, by: str, at: datetime, evidence: str | None = None
) -> Service:
    """`evidence` is what the proposal comes of. Raises CodeTaken, ExternalIdTaken."""
    given = dict(command)
    names, act = given.pop("external_ids"), Act(by=by, at=at, reason=given.pop("reason"), evidence=evidence)
    service = Service.propose(act, **given)
    service.know_as((name.source, name.external_id) for name in names)
    session.add(service)
    await session.flush()
    return service


async def approve(session: AsyncSession, service: Service, act: Act, *, business_case: str | None) -> None:
    """On an approved business case of this service: the one with that code, or without one the newest."""
    if not act.waived_by:
        case = await business_cases.approved(session, service.id, code=business_case)
        act = replace(act, evidence=f"/v1/business-cases/{case.id}" if case else None)
    service.approve(act, business_case=business_case)


async def charter(session: AsyncSession, service: Service, act: Act, *, funding: str | None) -> None:
    """On an approved investment plan that funds a case of this service: the one with that code, or else the newest."""
    if not act.waived_by:
        plan = await investment_plans.funding(session, service.id, code=funding)
        act = replace(act, evidence=f"/v1/investment-plans/{plan.id}" if plan else None)
    service.charter(act, funding=funding)


async def launch(session: AsyncSession, service: Service, act: Act) -> None:
    service.launch(
        act,
        service_levels=await queries.service_levels(session, service.id),
        not_operational=await queries.not_operational(session, service.id),
    )


async def reject(session: AsyncSession, service: Service, act: Act) -> None:
    await go(session, service, act, service.reject)


async def withdraw(session: AsyncSession, service: Service, act: Act) -> None:
    await go(session, service, act, service.withdraw)


async def archive(session: AsyncSession, service: Service, act: Act) -> None:
    await go(session, service, act, service.archive)


async def go(session: AsyncSession, service: Service, act: Act, step: Callable[[Act], None]) -> None:
    """Takes a step out of the portfolio: what depends on the service ends with it."""
    related = await parting.relations(session, [service.id])
    step(replace(act, ends=related.told(service.id)))
    await parting.end(session, related, [service], act)
