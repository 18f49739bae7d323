"""Journal entries as they are shown, and the search for them."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import NoSuchResource
from finance.account.model import Account
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.ledger.model import JournalEntry, JournalLine
from finance.ledger.schemas import JournalEntrySummary, JournalEntryView, JournalLineView


def entries(
    *,
    fiscal_period_id: UUID | None,
    posting_id: UUID | None,
    source: str | None,
    reference: str | None,
    account: str | None,
    cost_object: str | None,
    posted_from: date | None,
    posted_before: date | None,
) -> Select[JournalEntry]:
    """Entries that fit everything that is asked; a code that does not exist fits none."""
    E, L = JournalEntry, JournalLine
    account_id = select(Account.id).where(Account.code == account).scalar_subquery()
    cost_object_id = select(CostObject.id).where(CostObject.code == cost_object).scalar_subquery()
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (fiscal_period_id, E.fiscal_period_id == fiscal_period_id),
        (posting_id, E.posting_id == posting_id),
        (source, E.source == source),
        (reference, E.reference == reference),
        (posted_from, E.posted_on >= (posted_from or date.min)),
        (posted_before, E.posted_on < (posted_before or date.max)),
        (account, exists().where(L.entry_id == E.id, L.account_id == account_id)),
        (cost_object, exists().where(L.entry_id == E.id, L.cost_object_id == cost_object_id)),
    ]
    return select(E).where(*(condition for value, condition in asked if value is not None))


async def shown(session: AsyncSession, entry_id: UUID) -> JournalEntryView:
    """An entry with its lines; NoSuchResource."""
    entry = await session.get(JournalEntry, entry_id)
    if entry is None:
        raise NoSuchResource(f"There is no journal entry with the id {entry_id}.")
    reversed_by = await session.scalar(select(JournalEntry.id).where(JournalEntry.reversal_of == entry_id))
    summary = JournalEntrySummary.model_validate(entry)
    return JournalEntryView(**dict(summary), reversed_by=reversed_by, lines=await _shown_lines(session, entry_id))


async def _shown_lines(session: AsyncSession, entry_id: UUID) -> list[JournalLineView]:
    L = JournalLine
    query = (
        select(
            L.line_number,
            Account.code.label("account"),
            L.amount,
            L.currency,
            L.rate,
            L.base_amount,
            CostObject.code.label("cost_object"),
            Consumer.code.label("consumer"),
            L.consumer_id,
            L.tags,
        )
        .join(Account, Account.id == L.account_id)
        .outerjoin(CostObject, CostObject.id == L.cost_object_id)
        .outerjoin(Consumer, Consumer.id == L.consumer_id)
        .where(L.entry_id == entry_id)
        .order_by(L.line_number)
    )
    return [JournalLineView.model_validate(row) for row in await session.execute(query)]
