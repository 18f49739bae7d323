"""What is to be billed by a charge plan, and what invoices say."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.problems import NoSuchResource, VersionStale
from finance.billing_profile.queries import terms_of
from finance.charge.model import Charge, ChargeLine
from finance.charge_plan.model import ChargePlan
from finance.charge_plan.queries import hold
from finance.charge_run.model import ChargeRun
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.credit_note.model import CreditNote, CreditNoteLine
from finance.driver.model import Driver
from finance.fiscal_period.model import FiscalPeriod, PeriodState
from finance.fiscal_period.range import PeriodRange
from finance.invoice.content import Content
from finance.invoice.difference import Billed, Of, Said, differences
from finance.invoice.events import BilledService
from finance.invoice.model import Invoice, InvoiceLine, InvoiceState, InvoiceTax, NotCharged
from finance.invoice.schemas import InvoiceLineView, InvoiceSummary, InvoiceTaxView, InvoiceView
from finance.ledger.queries import next_open_day

SURVIVOR = func.coalesce(Consumer.survivor_id, Consumer.id)


async def held(session: AsyncSession, id: UUID, *, unit: UUID | None = None, version: int | None = None) -> Invoice:
    """The invoice, which nobody else changes before this transaction ends; the plan is held before it, as drafting
    does. An invoice of another unit does not exist for a caller of one."""
    visible = select(Invoice.plan_id).where(Invoice.id == id, *of_unit(unit))
    plan_id = await session.scalar(visible)
    if plan_id is None:
        raise NoSuchResource(f"There is no Invoice with the id {id}.")
    await hold(session, plan_id)
    query = select(Invoice).where(Invoice.id == id).with_for_update().execution_options(populate_existing=True)
    invoice = (await session.scalars(query)).one()
    if version is not None and invoice.version != version:
        raise VersionStale(f"It is at version {invoice.version} now; read it again.", version=invoice.version)
    return invoice


def of_unit(unit: UUID | None) -> list[ColumnElement[bool]]:
    return [Invoice.consumer_id == unit] if unit else []


def bills(cost_object: str) -> ColumnElement[bool]:
    """Said of an invoice: it has a line of the cost object with this code."""
    of_object = (InvoiceLine.invoice_id == Invoice.id) & (InvoiceLine.cost_object_code == cost_object)
    return exists().where(of_object)


def within(plan_id: UUID, starts_on: date, ends_on: date) -> list[ColumnElement[bool]]:
    return [Invoice.plan_id == plan_id, Invoice.starts_on == starts_on, Invoice.ends_on == ends_on]


async def contents(
    session: AsyncSession, plan: ChargePlan, span: PeriodRange, consumer_ids: Collection[UUID] | None = None
) -> Mapping[UUID, Content]:
    """What is left to be billed, by consumer, of all of them or of some. NotCharged, ProfileMissing."""
    R = ChargeRun
    current = [R.plan_id == plan.id, R.starts_on == span.starts_on, R.ends_on == span.ends_on, R.replaced_at.is_(None)]
    run = (await session.execute(select(R.id, R.currency).where(*current))).one_or_none()
    if run is None:
        raise NotCharged(f"Run the charges of {plan.code} over [{span.starts_on}, {span.ends_on}) first.")
    unit = await session.scalar(select(Driver.unit).where(Driver.id == plan.driver_id)) if plan.driver_id else None
    some = (
        [] if consumer_ids is None else [among(Consumer.id, consumer_ids) | among(Consumer.survivor_id, consumer_ids)]
    )
    charged = await session.execute(_charged(run.id, unit or "days").where(*some))
    billed = await session.execute(_billed(plan.id, span).where(*some))
    lines = differences(
        [(Of(*row[:3]), Said(*row[3:])) for row in charged],
        [Billed(Of(*row[:3]), Said(*row[3:-1]), row[-1]) for row in billed],
    )
    terms = await terms_of(session, lines.keys(), span.ends_on - timedelta(days=1))
    return {id: Content(terms[id], of_consumer, run.currency) for id, of_consumer in lines.items()}


def _charged(run_id: UUID, unit: str) -> Select[*tuple[Any, ...]]:
    L = ChargeLine
    return (
        select(
            SURVIVOR,
            L.cost_object_id,
            L.item_code,
            CostObject.code,
            CostObject.name,
            L.item_name,
            L.charge_id,
            L.amount,
            L.quantity,
            func.coalesce(L.unit, literal(unit)),
        )
        .join_from(L, Charge, Charge.id == L.charge_id)
        .join(Consumer, Consumer.id == Charge.consumer_id)
        .join(CostObject, CostObject.id == L.cost_object_id)
        .where(Charge.run_id == run_id)
        .order_by(L.charge_id, L.id)
    )


def _billed(plan_id: UUID, span: PeriodRange) -> Select[*tuple[Any, ...]]:
    L = InvoiceLine
    return (
        select(
            SURVIVOR,
            L.cost_object_id,
            L.item_code,
            CostObject.code,
            CostObject.name,
            L.item_name,
            L.charge_id,
            L.amount,
            L.quantity,
            L.unit,
            L.invoice_id,
        )
        .join_from(L, Invoice, Invoice.id == L.invoice_id)
        .join(Consumer, Consumer.id == Invoice.consumer_id)
        .join(CostObject, CostObject.id == L.cost_object_id)
        .where(*within(plan_id, span.starts_on, span.ends_on), Invoice.state == InvoiceState.FINAL)
        .order_by(Invoice.finalized_at, Invoice.number)
    )


async def amounts_of(session: AsyncSession, invoice_id: UUID) -> dict[UUID, Decimal]:
    """Net by cost object."""
    L = InvoiceLine
    query = select(L.cost_object_id, func.sum(L.amount)).where(L.invoice_id == invoice_id)
    query = query.group_by(L.cost_object_id).order_by(func.min(L.line_number))
    return {row[0]: row[1] for row in await session.execute(query)}


async def services_of(session: AsyncSession, amounts: Mapping[UUID, Decimal]) -> list[BilledService]:
    query = select(CostObject.id, CostObject.code, CostObject.service_id).where(among(CostObject.id, amounts))
    return [
        BilledService(cost_object_code=code, service_id=service_id, amount=amounts[id])
        for id, code, service_id in await session.execute(query.order_by(CostObject.code))
    ]


async def posting_day(session: AsyncSession, own_day: date, today: date) -> date:
    """The last day billed while its period is open, else the next open day, as for a reversal."""
    state = await session.scalar(select(FiscalPeriod.state).where(FiscalPeriod.starts_on == own_day.replace(day=1)))
    if state == PeriodState.OPEN:
        return own_day
    return await next_open_day(session, own_day.replace(day=1), today) or own_day


async def any_closed(session: AsyncSession, cost_object_ids: Collection[UUID], day: date) -> bool:
    """Whether one of them has ended by then: what it is billed for is posted after its end, as an adjustment."""
    closed = select(CostObject.id).where(among(CostObject.id, cost_object_ids), CostObject.closed_on <= day)
    return await session.scalar(closed.limit(1)) is not None


async def lines_of(session: AsyncSession, invoice_id: UUID) -> list[InvoiceLineView]:
    """With what credit notes have taken of each."""
    L = InvoiceLine
    credited = (
        select(CreditNoteLine.line_number, func.sum(CreditNoteLine.amount).label("amount"))
        .join(CreditNote, CreditNote.id == CreditNoteLine.credit_note_id)
        .where(CreditNote.invoice_id == invoice_id)
        .group_by(CreditNoteLine.line_number)
        .subquery()
    )
    query = (
        select(L, CostObject.service_id, func.coalesce(credited.c.amount, 0))
        .join(CostObject, CostObject.id == L.cost_object_id)
        .outerjoin(credited, credited.c.line_number == L.line_number)
        .where(L.invoice_id == invoice_id)
        .order_by(L.line_number)
    )
    return [InvoiceLineView.of(*row) for row in await session.execute(query)]


async def taxes_of(session: AsyncSession, invoice_id: UUID) -> Sequence[InvoiceTax]:
    query = select(InvoiceTax).where(InvoiceTax.invoice_id == invoice_id).order_by(InvoiceTax.name)
    return (await session.scalars(query)).all()


async def shown(session: AsyncSession, invoice: Invoice) -> InvoiceView:
    summary = InvoiceSummary.model_validate(invoice)
    taxes = [InvoiceTaxView.model_validate(tax) for tax in await taxes_of(session, invoice.id)]
    return InvoiceView(**dict(summary), taxes=taxes, lines=await lines_of(session, invoice.id), version=invoice.version)
