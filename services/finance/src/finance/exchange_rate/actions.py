"""Recording exchange rates: the same again is nothing new, another one for the same day is recorded beside it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import rows_of
from chassis.ids import uuid7
from finance.exchange_rate.model import ExchangeRate
from finance.exchange_rate.schemas import RecordExchangeRate

E = ExchangeRate
KEY = (E.source, E.from_currency, E.to_currency, E.rate_on)

Key = tuple[str, str, str, date]


async def record(
    session: AsyncSession, commands: Sequence[RecordExchangeRate], *, actor: str, at: datetime
) -> tuple[list[UUID], int, int]:
    """The ids in this order, how many rates are new, and how many of those correct an earlier one."""
    known = await _newest(session, {_key(command) for command in commands})
    ids, created, corrected = [], 0, 0
    for command in commands:
        key = _key(command)
        if _differs(known, key, command.rate):
            corrected += key in known
            created += 1
            known[key] = uuid7(), command.rate
            session.add(ExchangeRate(id=known[key][0], **dict(command), actor=actor, recorded_at=at))
        ids.append(known[key][0])
    await session.flush()
    return ids, created, corrected


def _key(command: RecordExchangeRate) -> Key:
    return command.source, command.from_currency, command.to_currency, command.rate_on


def _differs(known: Mapping[Key, tuple[UUID, Decimal]], key: Key, rate: Decimal) -> bool:
    return key not in known or known[key][1] != rate


async def _newest(session: AsyncSession, keys: set[Key]) -> dict[Key, tuple[UUID, Decimal]]:
    query = (
        select(*KEY, E.id, E.rate)
        .ext(distinct_on(*KEY))
        .where(tuple_(*KEY).in_(rows_of(KEY, sorted(keys))))
        .order_by(*KEY, E.id.desc())
    )
    return {(row[0], row[1], row[2], row[3]): (row[4], row[5]) for row in await session.execute(query)}
