"""Steps of a service that look at its surroundings first."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from graphlib import TopologicalSorter

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.business_case import queries as business_cases
from portfolio.investment_plan import queries as investment_plans
from portfolio.service import parting, queries
from portfolio.service.gates import Act, Blocked
from portfolio.service.model import Service
from portfolio.service.schemas import ProposeService

AT_ONCE = 1000
NOTICE_OVER = "The notice has run out."


@dataclass
class Retirements:
    """What became of the services whose notice has run out."""

    retired: list[Service] = field(default_factory=list)
    blocked: list[tuple[Service, Blocked]] = field(default_factory=list)


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


async def retire(session: AsyncSession, service: Service, act: Act) -> None:
    held = (await queries.held(session, [service.id], act.on))[service.id]
    if act.waived_by:
        held = replace(held, charge=None)
    await _go(session, service, act, lambda parted: service.retire(parted, held))


async def reject(session: AsyncSession, service: Service, act: Act) -> None:
    await _go(session, service, act, service.reject)


async def withdraw(session: AsyncSession, service: Service, act: Act) -> None:
    await _go(session, service, act, service.withdraw)


async def archive(session: AsyncSession, service: Service, act: Act) -> None:
    await _go(session, service, act, service.archive)


async def _go(session: AsyncSession, service: Service, act: Act, step: Callable[[Act], None]) -> None:
    related = await parting.relations(session, [service.id])
    step(replace(act, ends=related.told(service.id)))
    await parting.end(session, related, [service], act)


async def retire_by_the_clock(session: AsyncSession, at: datetime) -> bool:
    """One piece of the chore; what something keeps is looked at again the next time."""
    act = Act(by="clock", at=at, reason=NOTICE_OVER)
    retired = (await retire_due(session, act, queries.due(act.on).where(queries.nobody_subscribes(act.on)))).retired
    return len(retired) == AT_ONCE


async def retire_due(session: AsyncSession, act: Act, due_ones: Select[Service] | None = None) -> Retirements:
    """Retires what has had its notice and has nothing in the way: at most 1,000 services, the longest due first."""
    query = queries.due(act.on) if due_ones is None else due_ones
    query = query.limit(AT_ONCE).with_for_update(key_share=True)
    due = {service.id: service for service in await session.scalars(query)}
    held, related = await queries.held(session, due, act.on), await parting.relations(session, due)
    outcome, gone = Retirements(), set()
    # Those that use others retire before them, so that they no longer stand in the way.
    users_first = TopologicalSorter({id: {user.id for user in held[id].dependants} & due.keys() for id in due})
    for id in users_first.static_order():
        left = [user for user in held[id].dependants if user.id not in gone]
        try:
            due[id].retire(replace(act, ends=related.told(id)), replace(held[id], dependants=left))
        except Blocked as blocked:
            outcome.blocked.append((due[id], blocked))
        else:
            gone.add(id)
            outcome.retired.append(due[id])
    await parting.end(session, related, outcome.retired, act)
    return outcome
