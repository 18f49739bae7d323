"""Reserving, committing, spending and releasing: each counted on its line while the line is held."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.fingerprint import fingerprint
from chassis.problems import NoSuchResource
from finance.budget.control import check_unbudgeted, refuse, upward
from finance.budget.lines import DocumentKind
from finance.budget.position import Month, hold, lines, month_of, use
from finance.budget.scope import Place, nearest
from finance.budget_reservation.model import BudgetReservation, ReferenceTaken, Stage
from finance.budget_reservation.schemas import ReserveBudget
from finance.cost_object.model import CostObject
from finance.exchange_rate.conversion import rounded_at
from finance.exchange_rate.queries import conversion_into_base
from finance.fiscal_period.model import FiscalYear, NotOpen, PeriodState
from finance.fiscal_period.queries import year_holding
from finance.ledger.entry import CostObjectClosed, Unknown
from finance.ledger.queries import lock_periods

R = BudgetReservation


async def reserve(session: AsyncSession, command: ReserveBudget) -> BudgetReservation:
    """Set money aside; sent again, it is the reservation that is there.

    Raises ReferenceTaken, Unknown, NotOpen, CostObjectClosed, RateUnknown, Overspent, NotBudgeted.
    """
    said = fingerprint(command)
    if there := await _there(session, command, said):
        return there
    year = await year_holding(session, command.reserved_on)
    await _hold_period(session, command.reserved_on)
    cost_object = await _cost_object(session, command)
    base_amount = await _base_amount(session, year, command)
    made = R(
        **command.model_dump(exclude={"kind", "cost_object"}),
        fiscal_year_id=year.id,
        month=month_of(year.starts_on, command.reserved_on),
        cost_object_id=cost_object.id,
        base_amount=base_amount,
        base_currency=year.base_currency,
        stage=Stage.REQUESTED if command.kind == "request" else Stage.COMMITTED,
        open_amount=base_amount,
        spent=Decimal(0),
        released=Decimal(0),
        warnings=[],
        fingerprint=said,
    )
    await _place_on_line(session, made)
    session.add(made)
    await session.flush()
    return made


async def _hold_period(session: AsyncSession, day: date) -> None:
    """No version comes into force meanwhile, which would give the scope to another line. NotOpen when it is closed."""
    for period in (await lock_periods(session, {day})).values():
        if period.state == PeriodState.CLOSED:
            raise NotOpen(f"The period {period.code} is closed.", period=period.code, state=period.state)


async def _place_on_line(session: AsyncSession, made: BudgetReservation) -> None:
    scope = (made.cost_object_id, made.nature)
    if place := (await nearest(session, made.fiscal_year_id, {scope})).get(scope):
        made.budget_id, made.line = place.budget_id, place.line
        made.warnings = await _count(session, made, place, _use(made.kind, made.base_amount))
    elif await check_unbudgeted(session, made.fiscal_year_id):
        made.warnings = ["unbudgeted"]


async def order(session: AsyncSession, made: BudgetReservation) -> None:
    """A request becomes an order, held against what the line says of commitments."""
    moved = made.order()
    if place := _place(made):
        month = Month(requested=moved.copy_negate(), committed=moved)
        made.warnings = await _count(session, made, place, month)
    await session.flush()


async def spend(session: AsyncSession, made: BudgetReservation, amount: Decimal | None, *, posted_on: date) -> None:
    """What is about to be posted on a day no longer weighs as reserved."""
    await lock_periods(session, {posted_on})  # periods before lines, as whoever approves a version has them
    kind, taken = made.kind, made.open_amount if amount is None else amount
    made.spend(taken)
    await _give_back(session, made, kind, taken)


async def release(session: AsyncSession, made: BudgetReservation) -> None:
    kind = made.kind
    await _give_back(session, made, kind, made.release())


async def release_all(session: AsyncSession, cost_object_id: UUID, *, from_day: date) -> None:
    """Of a cost object that takes no more cost from a day on."""
    query = select(R).where(R.cost_object_id == cost_object_id, R.stage != Stage.SETTLED, R.reserved_on >= from_day)
    for made in (await session.scalars(query.order_by(R.id).with_for_update())).all():
        await release(session, made)


async def held_reservation(session: AsyncSession, id: UUID) -> BudgetReservation:
    """Nobody else changes it before this transaction ends."""
    made = await session.scalar(select(R).where(R.id == id).with_for_update())
    if made is None:
        raise NoSuchResource(f"There is no BudgetReservation with the id {id}.")
    return made


async def _give_back(session: AsyncSession, made: BudgetReservation, kind: DocumentKind, amount: Decimal) -> None:
    if place := _place(made):
        await hold(session, {place})
        await use(session, {(place, made.month): _use(kind, amount.copy_negate())})
    await session.flush()


async def _count(session: AsyncSession, made: BudgetReservation, place: Place, used: Month) -> list[str]:
    """The lines that warn. Overspent when one stops."""
    held = await hold(session, {place})
    await use(session, {(place, made.month): used})
    return refuse(made.kind, made.month, upward(await lines(session, held), place))


def _place(made: BudgetReservation) -> Place | None:
    return Place(made.budget_id, made.line) if made.budget_id and made.line else None


def _use(kind: DocumentKind, amount: Decimal) -> Month:
    return Month(requested=amount) if kind == DocumentKind.REQUEST else Month(committed=amount)


async def _there(session: AsyncSession, command: ReserveBudget, said: str) -> BudgetReservation | None:
    """Two of one name follow one another. ReferenceTaken if that name says otherwise."""
    name = f"reservation {command.source} {command.reference}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    there = await session.scalar(select(R).where(R.source == command.source, R.reference == command.reference))
    if there and there.fingerprint != said:
        raise ReferenceTaken(reservation_id=str(there.id))
    return there


async def _cost_object(session: AsyncSession, command: ReserveBudget) -> CostObject:
    cost_object = await session.scalar(select(CostObject).where(CostObject.code == command.cost_object))
    if cost_object is None:
        raise Unknown(f"There is no cost object {command.cost_object}.")
    if cost_object.closed_on and command.reserved_on >= cost_object.closed_on:
        raise CostObjectClosed(f"{cost_object.code} takes no cost from {cost_object.closed_on} on.")
    return cost_object


async def _base_amount(session: AsyncSession, year: FiscalYear, command: ReserveBudget) -> Decimal:
    found = await conversion_into_base(session, year, command.currency, command.reserved_on)
    return rounded_at(found, command.amount, year.base_currency) if found.steps else command.amount
