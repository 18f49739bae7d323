"""Steps of a service that look at its surroundings first."""

from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter

from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.business_case import queries as business_cases
from portfolio.investment_plan import queries as investment_plans
from portfolio.service import queries
from portfolio.service.gates import Act, Blocked
from portfolio.service.model import Service

AT_ONCE = 1000


@dataclass
class Retirements:
    """What became of the services whose notice has run out."""

    retired: list[Service] = field(default_factory=list)
    blocked: list[tuple[Service, Blocked]] = field(default_factory=list)


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


async def retire(session: AsyncSession, service: Service, act: Act) -> None:
    dependants = await queries.dependants_in_catalog(session, [service.id])
    subscriptions = await queries.open_subscriptions(session, [service.id], act.on)
    service.retire(act, dependants=dependants[service.id], subscriptions=subscriptions[service.id])


async def retire_due(session: AsyncSession, act: Act) -> Retirements:
    """Retires what has had its notice and has nothing in the way: at most 1,000 services, the longest due first."""
    query = queries.due(act.on).limit(AT_ONCE).with_for_update()
    due = {service.id: service for service in await session.scalars(query)}
    dependants = await queries.dependants_in_catalog(session, due)
    subscriptions = await queries.open_subscriptions(session, due, act.on)
    outcome, gone = Retirements(), set()
    # Those that use others retire before them, so that they no longer stand in the way.
    users_first = TopologicalSorter({id: {user.id for user in dependants[id]} & due.keys() for id in due})
    for id in users_first.static_order():
        left = [user for user in dependants[id] if user.id not in gone]
        try:
            due[id].retire(act, dependants=left, subscriptions=subscriptions[id])
        except Blocked as blocked:
            outcome.blocked.append((due[id], blocked))
        else:
            gone.add(id)
            outcome.retired.append(due[id])
    return outcome
