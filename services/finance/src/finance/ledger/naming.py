"""From the codes that callers write to the ids that the ledger keeps."""

from collections.abc import Mapping, Sequence, Set
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from finance.account.model import Account
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.ledger.actions import about_entry
from finance.ledger.entry import Entry, Unknown
from finance.ledger.line import Line
from finance.ledger.schemas import PostJournalEntry, PostJournalLine

Ids = Mapping[str, UUID]
NOBODY = UUID(int=0)


async def named(session: AsyncSession, commands: Sequence[PostJournalEntry]) -> list[Entry]:
    """Entries with ids in place of codes; Unknown says which entry has a code that nothing has."""
    lines = [line for command in commands for line in command.lines]
    accounts = await account_ids(session, {line.account for line in lines})
    named = {code for line in lines for code in (line.cost_object, *line.dimensions.values()) if code}
    cost_objects = await cost_object_ids(session, named)
    consumers = await consumer_ids(session, {line.consumer for line in lines if line.consumer})
    return [_entry(number, command, accounts, cost_objects, consumers) for number, command in enumerate(commands)]


async def account_ids(session: AsyncSession, codes: Set[str]) -> dict[str, UUID]:
    """Code → id, of those that exist."""
    return await _ids(session, Account.code, Account.id, codes)


async def cost_object_ids(session: AsyncSession, codes: Set[str]) -> dict[str, UUID]:
    """Code → id, of those that exist."""
    return await _ids(session, CostObject.code, CostObject.id, codes)


async def id_of(session: AsyncSession, cost_object: str) -> UUID:
    """The id of the cost object with this code; one that nothing has when there is none.

    Looked up beforehand where it decides about many rows: a plan can be made for an id, not for a subquery.
    """
    return (await cost_object_ids(session, {cost_object})).get(cost_object, NOBODY)


async def consumer_ids(session: AsyncSession, codes: Set[str]) -> dict[str, UUID]:
    """Code → id of the surviving customer, of those that exist."""
    return await _ids(session, Consumer.code, func.coalesce(Consumer.survivor_id, Consumer.id), codes)


async def _ids(session: AsyncSession, code: Any, id: Any, codes: Set[str]) -> dict[str, UUID]:
    if not codes:
        return {}
    return {row[0]: row[1] for row in await session.execute(select(code, id).where(among(code, codes)))}


def _entry(number: int, command: PostJournalEntry, accounts: Ids, cost_objects: Ids, consumers: Ids) -> Entry:
    with about_entry(number, command.source, command.reference):
        lines = [
            _line(position, line, accounts, cost_objects, consumers) for position, line in enumerate(command.lines, 1)
        ]
    return Entry(
        posted_on=command.posted_on,
        description=command.description,
        source=command.source,
        reference=command.reference,
        lines=lines,
        adjustment=command.adjustment,
    )


def _line(position: int, line: PostJournalLine, accounts: Ids, cost_objects: Ids, consumers: Ids) -> Line:
    try:
        account_id = accounts[line.account]
        cost_object_id = cost_objects[line.cost_object] if line.cost_object else None
        consumer_id = consumers[line.consumer] if line.consumer else None
        dimensions = {kind: cost_objects[code] for kind, code in line.dimensions.items()}
    except KeyError as code:
        raise Unknown(f"Line {position} names {code}, which does not exist.") from code
    return Line(
        account_id=account_id,
        amount=line.amount,
        currency=line.currency,
        rate=line.rate,
        base_amount=line.base_amount,
        cost_object_id=cost_object_id,
        consumer_id=consumer_id,
        tags=line.tags,
        dimensions=dimensions,
    )
