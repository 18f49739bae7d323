"""Drafting invoices from current charges: a draft per consumer, and nothing where nothing is left to be billed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import exact_sum
from finance.charge_plan.model import ChargePlan
from finance.charge_plan.queries import hold, plan_with
from finance.consumer.model import Consumer, ConsumerUnknown
from finance.fiscal_period.range import PeriodRange
from finance.invoice import queries
from finance.invoice.content import Content
from finance.invoice.model import Invoice, InvoiceLine, InvoiceState, InvoiceTax, RangeOverlaps
from finance.invoice.schemas import SHOWN_INVOICES, DraftedInvoices, DraftInvoices
from finance.ledger.costs import period_range

STANDING = (InvoiceState.DRAFT, InvoiceState.FINAL)


async def draft(session: AsyncSession, command: DraftInvoices, at: datetime) -> DraftedInvoices:
    """Drafts that are there are recomputed: asked again, there is still one per consumer."""
    span = await period_range(session, command.starts_on, command.ends_on)
    plan = await plan_with(session, command.plan)
    await hold(session, plan.id)
    await _refuse_overlap(session, plan, span)
    consumer_ids = None if command.consumer_ids is None else await _survivors(session, set(command.consumer_ids))
    contents = await queries.contents(session, plan, span, consumer_ids)
    there = await _drafts(session, plan, span, consumer_ids)
    outcomes = await _redraft(session, [(draft, contents.get(draft.consumer_id)) for draft in there.values()], at)
    made = await _new(session, plan, span, {id: each for id, each in contents.items() if id not in there}, at)
    standing = [*(each for each in there.values() if each.state == InvoiceState.DRAFT), *made]
    first = sorted(standing, key=lambda invoice: (invoice.consumer_name, invoice.id))[:SHOWN_INVOICES]
    return DraftedInvoices(
        drafted=len(made),
        recomputed=outcomes["recomputed"],
        unchanged=outcomes["unchanged"],
        discarded=outcomes["discarded"],
        currency=first[0].currency if first else span.currency,
        total=exact_sum(invoice.total for invoice in standing),
        invoice_ids=[invoice.id for invoice in first],
    )


async def recompute(session: AsyncSession, invoice: Invoice, at: datetime) -> None:
    """A held draft from its current charges; it is discarded when nothing is left."""
    await _redraft(session, [(invoice, await content_of(session, invoice))], at)


async def content_of(session: AsyncSession, invoice: Invoice) -> Content | None:
    """What a held draft would say now."""
    plan = await session.get_one(ChargePlan, invoice.plan_id)
    span = PeriodRange(invoice.starts_on, invoice.ends_on, invoice.currency)
    return (await queries.contents(session, plan, span, {invoice.consumer_id})).get(invoice.consumer_id)


async def _refuse_overlap(session: AsyncSession, plan: ChargePlan, span: PeriodRange) -> None:
    other = select(Invoice.starts_on, Invoice.ends_on).where(
        Invoice.plan_id == plan.id,
        Invoice.state.in_(STANDING),
        Invoice.starts_on < span.ends_on,
        Invoice.ends_on > span.starts_on,
        (Invoice.starts_on != span.starts_on) | (Invoice.ends_on != span.ends_on),
    )
    if row := (await session.execute(other.limit(1))).one_or_none():
        raise RangeOverlaps(f"{plan.code} has been invoiced for [{row[0]}, {row[1]}).")


async def _survivors(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    query = select(Consumer.id, func.coalesce(Consumer.survivor_id, Consumer.id)).where(among(Consumer.id, ids))
    known = {row[0]: row[1] for row in await session.execute(query)}
    if unknown := [id for id in ids if id not in known]:
        raise ConsumerUnknown(f"There is no consumer {unknown[0]}.")
    return set(known.values())


async def _drafts(
    session: AsyncSession, plan: ChargePlan, span: PeriodRange, consumer_ids: Collection[UUID] | None
) -> Mapping[UUID, Invoice]:
    some = [] if consumer_ids is None else [among(Invoice.consumer_id, consumer_ids)]
    query = select(Invoice).where(
        *queries.within(plan.id, span.starts_on, span.ends_on), Invoice.state == InvoiceState.DRAFT, *some
    )
    return {draft.consumer_id: draft for draft in await session.scalars(query.with_for_update())}


async def _redraft(
    session: AsyncSession, drafts: Sequence[tuple[Invoice, Content | None]], at: datetime
) -> Counter[str]:
    """How many were recomputed, unchanged, and discarded."""
    changed, outcomes = [], Counter[str]()
    for invoice, content in drafts:
        if content is None:
            invoice.discard()
            outcomes["discarded"] += 1
        elif invoice.recompute(content, at=at):
            outcomes["recomputed"] += 1
            changed.append((invoice, content))
        else:
            outcomes["unchanged"] += 1
    if changed:
        for part in (InvoiceLine, InvoiceTax):
            await session.execute(delete(part).where(among(part.invoice_id, [invoice.id for invoice, _ in changed])))
    await _write(session, changed)
    return outcomes


async def _new(
    session: AsyncSession, plan: ChargePlan, span: PeriodRange, contents: Mapping[UUID, Content], at: datetime
) -> list[Invoice]:
    query = select(Consumer.id, Consumer.name).where(among(Consumer.id, contents))
    names = {row[0]: row[1] for row in await session.execute(query)}
    made = [
        (
            Invoice.draft(
                plan_id=plan.id,
                consumer_id=id,
                consumer_name=names[id],
                mode=plan.mode,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                content=content,
                at=at,
            ),
            content,
        )
        for id, content in contents.items()
    ]
    session.add_all(invoice for invoice, _ in made)
    await _write(session, made)
    return [invoice for invoice, _ in made]


async def _write(session: AsyncSession, drafts: Sequence[tuple[Invoice, Content]]) -> None:
    await session.flush()
    lines = [
        InvoiceLine.row(invoice.id, number, line)
        for invoice, content in drafts
        for number, line in enumerate(content.lines, 1)
    ]
    taxes = [
        {"invoice_id": invoice.id, "name": tax.rate.name, "percent": tax.rate.percent, "amount": tax.amount}
        for invoice, content in drafts
        for tax in content.taxes
    ]
    for part, rows in ((InvoiceLine, lines), (InvoiceTax, taxes)):
        if rows:
            await session.execute(insert(part), rows)
