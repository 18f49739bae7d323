"""What keeps services from retiring, and how far their plans have come: each answered by one statement for many."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from portfolio.evidence.kept import KnownChargeRun, Recovery
from portfolio.known_customer.model import KnownCustomer
from portfolio.retirement_plan.checklist import ChecklistItem
from portfolio.retirement_plan.customer_move import CustomerMove
from portfolio.retirement_plan.model import RetirementPlan
from portfolio.retirement_plan.terms import ItemState, RetirementStatus, Whereabouts
from portfolio.service.gates import Held, OpenCharge, OpenItem
from portfolio.service.model import Service
from portfolio.service.queries import dependants_in_catalog
from portfolio.service.terms import Status
from portfolio.subscription.model import Subscription

LISTED = 100  # subscriptions of one service that are named one by one; the rest are counted
NOT_EMPTY = or_(Subscription.ends_on.is_(None), Subscription.ends_on > Subscription.starts_on)


async def held(session: AsyncSession, ids: Collection[UUID], on: date) -> dict[UUID, Held]:
    """What may keep each of these retiring services from it, on this day or when its notice runs out."""
    users = await dependants_in_catalog(session, ids)
    subscriptions = await _staying_subscriptions(session, ids, on)
    charges = await _open_charges(session, ids, on)
    items = await _open_items(session, ids)
    return {
        id: Held(users[id], [row.id for row in rows], rows[0].more if rows else 0, charges.get(id), items[id])
        for id, rows in ((id, subscriptions[id]) for id in ids)
    }


async def _staying_subscriptions(session: AsyncSession, ids: Collection[UUID], on: date) -> dict[UUID, list[Any]]:
    """Of each of these services, the subscriptions that run longer than it; `more` are not among the rows."""
    last = func.greatest(Service.retires_on, on)
    ranked = (
        select(
            Subscription.service_id,
            Subscription.id,
            func.row_number().over(partition_by=Subscription.service_id, order_by=Subscription.id).label("place"),
            (func.count().over(partition_by=Subscription.service_id) - LISTED).label("more"),
        )
        .join(Service, Service.id == Subscription.service_id)
        .where(among(Subscription.service_id, ids), NOT_EMPTY)
        .where(or_(Subscription.ends_on.is_(None), Subscription.ends_on > last))
        .subquery()
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    query = select(ranked.c.service_id, ranked.c.id, func.greatest(ranked.c.more, 0).label("more"))
    for row in await session.execute(query.where(ranked.c.place <= LISTED).order_by(ranked.c.place)):
        found[row.service_id].append(row)
    return found


async def _open_charges(session: AsyncSession, ids: Collection[UUID], on: date) -> dict[UUID, OpenCharge]:
    """Of services that are charged at all: the first day that no charge has been issued for, where that is one on
    which somebody subscribed to it."""
    charged = (
        select(Recovery.service_id, func.max(KnownChargeRun.ends_on).label("until"))
        .join(KnownChargeRun, KnownChargeRun.id == Recovery.charge_run_id)
        .where(among(Recovery.service_id, ids), KnownChargeRun.replaced.is_(False))
        .group_by(Recovery.service_id)
        .subquery()
    )
    end = func.least(func.coalesce(Subscription.ends_on, on), on)
    used = (
        select(Subscription.service_id, func.max(end).label("until"))
        .where(among(Subscription.service_id, ids), Subscription.starts_on < end)
        .group_by(Subscription.service_id)
        .subquery()
    )
    query = select(used.c.service_id, used.c.until, charged.c.until).join(
        charged, (charged.c.service_id == used.c.service_id) & (charged.c.until < used.c.until)
    )
    return {id: OpenCharge(used_until, charged_until) for id, used_until, charged_until in await session.execute(query)}


async def _open_items(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[OpenItem]]:
    """Of the open plan of each of these services, the required items that are neither done nor waived."""
    item = ChecklistItem
    query = (
        select(RetirementPlan.service_id, item.plan_id, item.id, item.title, item.owner, item.due_on)
        .join(RetirementPlan, RetirementPlan.id == item.plan_id)
        .where(among(RetirementPlan.service_id, ids), RetirementPlan.status == RetirementStatus.OPEN)
        .where(item.required, item.state == ItemState.OPEN)
        .order_by(item.due_on, item.id)
    )
    found: dict[UUID, list[OpenItem]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.service_id].append(OpenItem(*row[1:]))
    return found


def due(on: date) -> Select[Service]:
    """Services whose notice has run out on this day, the longest due first."""
    query = select(Service).where(Service.status == Status.RETIRING, Service.retires_on <= on)
    return query.order_by(Service.retires_on, Service.id)


def nobody_subscribes(on: date) -> ColumnElement[bool]:
    """No subscription to the service runs on this day or later."""
    runs = or_(Subscription.ends_on.is_(None), and_(Subscription.ends_on > on, NOT_EMPTY))
    return ~exists().where(Subscription.service_id == Service.id, runs)


def nothing_left_to_do() -> ColumnElement[bool]:
    """No required item of the checklist of its plan is open."""
    plan, item = RetirementPlan, ChecklistItem
    waits = and_(item.plan_id == plan.id, item.required, item.state == ItemState.OPEN)
    return ~exists().where(plan.service_id == Service.id, plan.status == RetirementStatus.OPEN, waits)


async def open_plans(session: AsyncSession, service_ids: Collection[UUID]) -> list[RetirementPlan]:
    query = select(RetirementPlan).where(among(RetirementPlan.service_id, service_ids))
    query = query.where(RetirementPlan.status == RetirementStatus.OPEN).order_by(RetirementPlan.id)
    return list(await session.scalars(query))


def concerned(today: date) -> tuple[Select[Any], ColumnElement[Whereabouts]]:
    """Subscriptions that a plan concerns, and where each stands: those that ran when the notice was given or began
    later, as long as the service may retire; and those that were moved by the plan, for ever."""
    plan, move = RetirementPlan, CustomerMove
    last = func.greatest(plan.ends_on, cast(literal(today), Date))
    stands: ColumnElement[Whereabouts] = case(
        (move.id.is_not(None), Whereabouts.MOVING),
        (Subscription.ends_on <= last, Whereabouts.LEAVING),
        else_=Whereabouts.TO_MOVE,
    )
    ran = or_(Subscription.ends_on.is_(None), Subscription.ends_on > plan.given_on)
    query = (
        select(stands.label("state"))
        .select_from(plan)
        .join(Subscription, Subscription.service_id == plan.service_id)
        .outerjoin(move, move.subscription_id == Subscription.id)
        .where(or_(move.plan_id == plan.id, and_(plan.status != RetirementStatus.CALLED_OFF, ran, NOT_EMPTY)))
    )
    return query, stands


def customers(plan_id: UUID, today: date) -> tuple[Select[Any], ColumnElement[Whereabouts]]:
    """Rows in the words of `schemas.RetirementCustomer`."""
    query, stands = concerned(today)
    known = KnownCustomer
    query = query.outerjoin(known, known.id == Subscription.customer_id).where(RetirementPlan.id == plan_id)
    columns = (
        Subscription.id.label("subscription_id"),
        Subscription.customer_id,
        known.code.label("customer_code"),
        known.name.label("customer_name"),
        Subscription.quantity,
        Subscription.option,
        Subscription.starts_on,
        Subscription.ends_on,
        CustomerMove.successor_id,
        CustomerMove.at.label("moved_at"),
        CustomerMove.by.label("moved_by"),
    )
    return query.add_columns(*columns), stands


async def progress(session: AsyncSession, plan_ids: Collection[UUID], today: date) -> dict[UUID, dict[str, Any]]:
    """By plan and whereabouts: how many customers and subscriptions, and how much they subscribe to."""
    query, stands = concerned(today)
    counted = (
        query.add_columns(
            RetirementPlan.id.label("plan_id"),
            func.count(Subscription.customer_id.distinct()).label("customers"),
            func.count().label("subscriptions"),
            func.sum(Subscription.quantity).label("quantity"),
        )
        .where(among(RetirementPlan.id, plan_ids))
        .group_by(RetirementPlan.id, stands)
    )
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for row in await session.execute(counted):
        found[row.plan_id][row.state] = row
    return found


async def checklists(session: AsyncSession, plan_ids: Collection[UUID]) -> dict[UUID, Any]:
    """By plan: how many items are in each state, and how many of the open ones are required."""
    item = ChecklistItem
    states = [func.count().filter(item.state == state).label(state) for state in ItemState]
    required = func.count().filter(item.required, item.state == ItemState.OPEN).label("open_required")
    query = select(item.plan_id, *states, required).where(among(item.plan_id, plan_ids)).group_by(item.plan_id)
    return {row.plan_id: row for row in await session.execute(query)}
