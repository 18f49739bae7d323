"""What consumers are charged by a price book: what the pricing must know, each by one statement."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from finance.allocation_run.model import AllocationRun
from finance.allocation_run.queries import full_costs
from finance.charge_plan.model import ChargePlan
from finance.charge_run.model import CurrencyDiffers
from finance.charge_run.pricing import Pricing
from finance.charge_run.standing import allocation_of, refusal
from finance.charge_run.uncharged import Uncharged
from finance.charge_run.work import Work
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import FiscalPeriod
from finance.fiscal_period.range import PeriodRange
from finance.price_book import queries as books
from finance.price_book.model import NotADraft, PriceBook, PriceVersion
from finance.price_book.price import CostPlus
from finance.price_book.validity import Segment, Validity, segments
from finance.subscription import queries as subscriptions
from finance.usage_record import queries as usage


async def by_prices(
    session: AsyncSession,
    plan: ChargePlan,
    within: PeriodRange,
    objects: Sequence[CostObject],
    *,
    draft: PriceVersion | None = None,
) -> Work:
    """`draft` is taken as published, in place of what it would supersede. CurrencyDiffers for a cost-plus price in
    another currency than the cost."""
    book = await books.held_book(session, plan.price_book_id)  # type: ignore[arg-type]  # prices have a book
    held = await _segments(session, within, await _validities(session, book, draft))
    terms = await books.terms_of(session, {segment.version_id for segment in held if segment.version_id})
    uncharged = Uncharged()
    charged = {}
    for each in objects:
        if reason := refusal(each, within):
            uncharged.say(each.code, reason)
        else:
            charged[each.id] = each
    used = await usage.sums(session, [(each.starts_on, each.ends_on) for each in held], charged)
    days = [(each.period_starts_on, each.starts_on, each.ends_on) for each in held]
    subscribed = await subscriptions.sums(session, days, charged)
    run = None
    if any(isinstance(item.price, CostPlus) for items in terms.values() for group in items.values() for item in group):
        run = await _allocation(session, plan, within, book)
    pricing = Pricing(
        segments=held,
        terms=terms,
        cost_objects=charged,
        consumers=await _names(session, {row.consumer_id for row in used} | {row.consumer_id for row in subscribed}),
        currency=book.currency,
        full_costs=await full_costs(session, run) if run else None,
        uncharged=uncharged,
    )
    lines = await asyncio.to_thread(pricing.lines, used, subscribed)  # a hundred thousand lines take seconds
    silent = {each.code for each in charged.values()} - uncharged.codes - {line.code for line in lines}
    for code in silent:
        uncharged.say(code, "no consumer used any of it")
    return Work(book.currency, lines, uncharged.listed(), run.id if run else None)


async def _allocation(
    session: AsyncSession, plan: ChargePlan, within: PeriodRange, book: PriceBook
) -> AllocationRun | None:
    if plan.allocation_model_id and book.currency != within.currency:
        raise CurrencyDiffers(f"{book.code} is in {book.currency}, the cost in {within.currency}.")
    return await allocation_of(session, plan, within)


async def _validities(session: AsyncSession, book: PriceBook, draft: PriceVersion | None) -> list[Validity]:
    published = await books.published(session, book.id)
    if draft is None:
        return [Validity(each.id, each.starts_on, each.ends_on) for each in published]
    if draft.published_at is not None or draft.book_id != book.id:
        raise NotADraft(f"Version {draft.number} is no draft of {book.code}.")
    superseded = draft.superseded_among(published)
    ends = {superseded.id: draft.starts_on} if superseded else {}
    found = [Validity(each.id, each.starts_on, ends.get(each.id, each.ends_on)) for each in published]
    return [*found, Validity(draft.id, draft.starts_on, draft.ends_on)]


async def _segments(session: AsyncSession, within: PeriodRange, validities: Sequence[Validity]) -> list[Segment]:
    P = FiscalPeriod
    query = select(P.starts_on, P.ends_on).where(P.starts_on >= within.starts_on, P.ends_on <= within.ends_on)
    periods: list[tuple[date, date]] = [(row[0], row[1]) for row in await session.execute(query.order_by(P.starts_on))]
    return segments(periods, validities)


async def _names(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    query = select(Consumer.id, Consumer.code, Consumer.name).where(among(Consumer.id, ids))
    return {row[0]: (row[1], row[2]) for row in await session.execute(query)}
