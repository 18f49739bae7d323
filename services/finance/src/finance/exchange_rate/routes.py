"""The operations on exchange rates."""

from datetime import date
from typing import Annotated

from fastapi import Query
from sqlalchemy import select

from chassis.application import Now
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.money import Amount, Currency
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchMapping
from chassis.text import Code, Day
from finance.exchange_rate import actions, queries
from finance.exchange_rate.conversion import rounded_at
from finance.exchange_rate.model import ExchangeRate, RateUnknown
from finance.exchange_rate.schemas import (
    ConversionView,
    ExchangeRateRow,
    ExchangeRateView,
    RecordExchangeRate,
    StepView,
)

router = Router("exchange-rates")

READ, WRITE = "finance:exchange-rate:read", "finance:exchange-rate:write"
EXAMPLE = {
    "source": "bank-of-canada",
    "from_currency": "USD",
    "to_currency": "CAD",
    "rate_on": "2026-04-15",
    "rate": "1.3525",
}


@router.operation("POST", "/exchange-rates", permission=WRITE, status=201, example=EXAMPLE)
async def record_exchange_rate(
    command: RecordExchangeRate, session: Session, caller: CurrentCaller, now: Now
) -> ExchangeRateView:
    """Record an exchange rate. A corrected one is recorded beside the earlier one, and counts from then on."""
    (id,), _, _ = await actions.record(session, [command], actor=caller.subject, at=now)
    return ExchangeRateView.model_validate(await session.get_one(ExchangeRate, id))


@router.operation(
    "POST",
    "/exchange-rate-imports",
    permission="finance:exchange-rate:import",
    problems=[NoSuchMapping],
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_exchange_rates(upload: Upload, session: Session, caller: CurrentCaller, now: Now) -> ImportResult:
    """Import exchange rates from CSV: source, from_currency, to_currency, rate_on, rate."""
    created = changed = 0
    async for rows in upload.batches(ExchangeRateRow):
        commands = [row.value for row in rows]
        _, new, corrected = await actions.record(session, commands, actor=caller.subject, at=now)
        created, changed = created + new - corrected, changed + corrected
    return upload.result(created=created, changed=changed, unchanged=upload.accepted - created - changed)


@router.operation("GET", "/exchange-rates", permission=READ)
async def list_exchange_rates(
    session: Session,
    asked: AskedPage,
    source: Code | None = None,
    from_currency: Currency | None = None,
    to_currency: Currency | None = None,
    rated_from: Day | None = None,
    rated_before: Day | None = None,
) -> Page[ExchangeRateView]:
    """List exchange rates, corrected ones too; days are `rated_from` and later, before `rated_before`."""
    E = ExchangeRate
    query = select(E)
    for value, condition in (
        (source, E.source == source),
        (from_currency, E.from_currency == from_currency),
        (to_currency, E.to_currency == to_currency),
        (rated_from, E.rate_on >= (rated_from or date.min)),
        (rated_before, E.rate_on < (rated_before or date.max)),
    ):
        if value is not None:
            query = query.where(condition)
    return await page(session, query, asked, sorts={"rate_on": E.rate_on}, tie=E.id)


@router.operation("GET", "/conversion", permission=READ, problems=[RateUnknown])
async def convert(
    session: Session,
    source: Code,
    amount: Annotated[Amount, Query()],
    from_currency: Currency,
    to_currency: Currency,
    on: Day,
) -> ConversionView:
    """Convert an amount at the rates that a source has for a day: direct, inverse or over one other currency."""
    found = await queries.conversion_on(
        session, source=source, from_currency=from_currency, to_currency=to_currency, on=on
    )
    return ConversionView(
        amount=amount,
        currency=from_currency,
        converted=rounded_at(found, amount, to_currency),
        to_currency=to_currency,
        rate=found.rate,
        steps=[StepView.model_validate(step) for step in found.steps],
    )
