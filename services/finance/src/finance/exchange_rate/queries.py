"""The recorded rates that count on a day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import rows_of
from finance.exchange_rate.conversion import Conversion, conversion
from finance.exchange_rate.model import ExchangeRate, RateUnknown
from finance.fiscal_period.model import FiscalYear

MOST_AGE_DAYS = 31

Rate = tuple[str, str, Decimal, date]


async def in_force(session: AsyncSession, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], list[Rate]]:
    """(source, day) → the newest rate of each pair on that day or up to 31 days before it."""
    E = ExchangeRate
    days = rows_of((E.source, E.rate_on), sorted(wanted)).subquery()
    pair = (days.c.c0, days.c.c1, E.from_currency, E.to_currency)
    query = (
        select(*pair, E.rate, E.rate_on)
        .ext(distinct_on(*pair))
        .join_from(
            days,
            E,
            and_(
                E.source == days.c.c0,
                E.rate_on <= days.c.c1,
                E.rate_on >= days.c.c1 - timedelta(days=MOST_AGE_DAYS),
            ),
        )
        .order_by(*pair, E.rate_on.desc(), E.id.desc())
    )
    found: dict[tuple[str, date], list[Rate]] = defaultdict(list)
    for source, day, *rate in await session.execute(query):
        found[source, day].append((rate[0], rate[1], rate[2], rate[3]))
    return found


async def conversion_into_base(session: AsyncSession, year: FiscalYear, currency: str, on: date) -> Conversion:
    """By the rate source of the fiscal year; RateUnknown where it names none, or that has none."""
    if currency == year.base_currency:
        return Conversion(())
    if year.rate_source is None:
        raise RateUnknown(f"The fiscal year {year.code} names no rate source for {currency}.")
    return await conversion_on(
        session, source=year.rate_source, from_currency=currency, to_currency=year.base_currency, on=on
    )


async def conversion_on(
    session: AsyncSession, *, source: str, from_currency: str, to_currency: str, on: date
) -> Conversion:
    """RateUnknown when the source's rates do not lead from one currency to the other."""
    rates: Sequence[Rate] = (await in_force(session, {(source, on)})).get((source, on), [])
    return conversion(rates, from_currency, to_currency)
