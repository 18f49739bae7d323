"""Journal entries as they are shown, and the search for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, any_, exists, func, literal, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.bulk import among
from chassis.problems import NoSuchResource
from finance.account.model import Account
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.cost_object.tree import cost_objects_below
from finance.fiscal_period.model import FiscalPeriod
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
    nature: str | None,
    with_below: bool,
    posted_from: date | None,
    posted_before: date | None,
    dimension_id: UUID | None,
) -> Select[Any]:
    """Rows of entries that fit everything that is asked; a code that does not exist fits none."""
    E, L = JournalEntry, JournalLine
    account_id = select(Account.id).where(Account.code == account).scalar_subquery()
    cost_object_id = select(CostObject.id).where(CostObject.code == cost_object)
    below = L.cost_object_id.in_(cost_objects_below(cost_object_id))
    of_object = below if with_below else L.cost_object_id == cost_object_id.scalar_subquery()
    of_nature = L.account_id.in_(select(Account.id).where(Account.nature == nature))
    # A nature and a cost object are asked of the same line: it is a cost that is looked for.
    cost = (of_object if cost_object else true()) & of_nature
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (fiscal_period_id, E.fiscal_period_id == fiscal_period_id),
        (posting_id, E.posting_id == posting_id),
        (source, E.source == source),
        (reference, E.reference == reference),
        (posted_from, E.posted_on >= (posted_from or date.min)),
        (posted_before, E.posted_on < (posted_before or date.max)),
        (account, exists().where(L.entry_id == E.id, L.account_id == account_id)),
        (cost_object, exists().where(L.entry_id == E.id, of_object)),
        (dimension_id, exists().where(L.entry_id == E.id, L.dimension_ids.contains([dimension_id]))),
        (nature, exists().where(L.entry_id == E.id, cost)),
    ]
    # Plain rows: a page of mapped objects takes half as long again.
    columns = E.__table__.columns
    return select(*columns).where(*(condition for value, condition in asked if value is not None))


async def shown(session: AsyncSession, ids: Sequence[UUID]) -> list[JournalEntryView]:
    """Entries with their lines, in this order; NoSuchResource if one does not exist."""
    E, reversal, origin = JournalEntry.__table__, aliased(JournalEntry), aliased(JournalEntry)
    elsewhere = (FiscalPeriod.id == origin.fiscal_period_id) & (FiscalPeriod.id != E.c.fiscal_period_id)
    query = (
        select(E, reversal.id.label("reversed_by"), FiscalPeriod.code.label("corrects_period"))
        .outerjoin(reversal, reversal.reversal_of == E.c.id)
        .outerjoin(origin, origin.id == E.c.reversal_of)
        .outerjoin(FiscalPeriod, elsewhere)
    )
    entries = {row.id: row for row in await session.execute(query.where(among(E.c.id, ids)))}
    lines = await _shown_lines(session, ids)
    for id in ids:
        if id not in entries:
            raise NoSuchResource(f"There is no journal entry with the id {id}.")
    return [_view(entries[id], lines[id]) for id in ids]


def _view(entry: Row[Any], lines: list[JournalLineView]) -> JournalEntryView:
    summary = JournalEntrySummary.model_validate(entry)
    return JournalEntryView(
        **dict(summary), reversed_by=entry.reversed_by, corrects_period=entry.corrects_period, lines=lines
    )


_NAMED = aliased(CostObject)
_DIMENSIONS = (
    select(func.coalesce(func.jsonb_object_agg(_NAMED.kind, _NAMED.code), literal({}, JSONB)))
    .where(_NAMED.id == any_(JournalLine.dimension_ids))
    .correlate(JournalLine)
    .scalar_subquery()
    .label("dimensions")
)


async def _shown_lines(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, list[JournalLineView]]:
    L = JournalLine
    query = (
        select(
            L.entry_id,
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
            _DIMENSIONS,
        )
        .join(Account, Account.id == L.account_id)
        .outerjoin(CostObject, CostObject.id == L.cost_object_id)
        .outerjoin(Consumer, Consumer.id == L.consumer_id)
        .where(among(L.entry_id, ids))
        .order_by(L.entry_id, L.line_number)
    )
    found: dict[UUID, list[JournalLineView]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.entry_id].append(JournalLineView.model_validate(row))
    return found
