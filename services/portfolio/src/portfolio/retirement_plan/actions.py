"""Opening, revising and calling off plans, and retiring the services whose notice has run out."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from graphlib import TopologicalSorter
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import found
from chassis.problems import NoSuchResource
from portfolio.retirement_plan import queries
from portfolio.retirement_plan.customer_move import CustomerMove
from portfolio.retirement_plan.model import RetirementPlan
from portfolio.service import actions as services
from portfolio.service import parting
from portfolio.service.gates import Act, Blocked
from portfolio.service.model import Service
from portfolio.service.queries import lock

AT_ONCE = 1000
NOTICE_OVER = "The notice has run out."


@dataclass
class Retirements:
    """What became of the services whose notice has run out."""

    retired: list[Service] = field(default_factory=list)
    blocked: list[tuple[Service, Blocked]] = field(default_factory=list)


async def held(session: AsyncSession, id: UUID, *, version: int | None = None) -> tuple[RetirementPlan, Service]:
    """The plan at this version, and its service: neither moves until what happens now is committed."""
    plan = await found(session, RetirementPlan, id)
    await lock(session, plan.service_id)
    await session.refresh(plan)
    return await found(session, RetirementPlan, id, version=version), await found(session, Service, plan.service_id)


async def replacement_held(session: AsyncSession, id: UUID | None) -> Service | None:
    """As it is until this is committed. Raises NoSuchResource."""
    if id is None:
        return None
    query = select(Service).where(Service.id == id).with_for_update(read=True)
    service = await session.scalar(query.execution_options(populate_existing=True))
    if service is None:
        raise NoSuchResource(f"There is no Service with the id {id}.")
    return service


async def open_plan(
    session: AsyncSession,
    act: Act,
    service_id: UUID,
    *,
    ends_on: date,
    replacement_id: UUID | None,
    notice_days: int = 1,
    review_id: UUID | None = None,
) -> RetirementPlan:
    """The service gets its notice."""
    await lock(session, service_id)
    plan = RetirementPlan.open(
        act,
        await found(session, Service, service_id),
        ends_on=ends_on,
        replacement=await replacement_held(session, replacement_id),
        notice_days=notice_days,
        review_id=review_id,
    )
    session.add(plan)
    await session.flush()
    return plan


async def revise(
    session: AsyncSession,
    plan: RetirementPlan,
    service: Service,
    act: Act,
    *,
    ends_on: date,
    replacement_id: UUID | None,
) -> None:
    moved = select(func.max(CustomerMove.moved_on)).where(CustomerMove.plan_id == plan.id)
    replacement = await replacement_held(session, replacement_id)
    last_move_on = await session.scalar(moved)
    plan.revise(act, service, ends_on=ends_on, replacement=replacement, last_move_on=last_move_on)


async def call_off(session: AsyncSession, service: Service, act: Act) -> None:
    """The open plan of a service that is held. Raises StepNotPossible if there is none."""
    plans = await queries.open_plans(session, [service.id])
    if not plans:
        service.cancel_notice(act)
    for plan in plans:
        plan.call_off(act, service)


async def retire(session: AsyncSession, service: Service, act: Act) -> None:
    held = (await queries.held(session, [service.id], act.on))[service.id]
    if act.waived_by:
        held = replace(held, charge=None)
    await services.go(session, service, act, lambda parted: service.retire(parted, held))
    await _complete(session, [service], act)


async def _complete(session: AsyncSession, retired: list[Service], act: Act) -> None:
    for plan in await queries.open_plans(session, [service.id for service in retired]):
        plan.complete(act)


async def retire_by_the_clock(session: AsyncSession, at: datetime) -> bool:
    """One piece of the chore; what something keeps is looked at again the next time."""
    act = Act(by="clock", at=at, reason=NOTICE_OVER)
    free = queries.due(act.on).where(queries.nobody_subscribes(act.on), queries.nothing_left_to_do())
    return len((await retire_due(session, act, free)).retired) == AT_ONCE


async def retire_due(session: AsyncSession, act: Act, due_ones: Select[Service] | None = None) -> Retirements:
    """Retires what has had its notice and has nothing in the way: at most 1,000 services, the longest due first."""
    query = queries.due(act.on) if due_ones is None else due_ones
    query = query.limit(AT_ONCE).with_for_update(key_share=True, of=Service)
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
    await _complete(session, outcome.retired, act)
    return outcome
