"""The pairs as they are shown, and what a search stores."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Select, Uuid, delete, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.ids import uuid7
from chassis.problems import NoSuchResource
from strategy.customer.model import Customer
from strategy.customer_match.likeness import Pair
from strategy.customer_match.model import CustomerMatch, MatchState
from strategy.customer_match.schemas import CustomerMatchView

M = CustomerMatch
ONE, OTHER = aliased(Customer), aliased(Customer)
ROWS_AT_ONCE = 1_000


def shown(*, state: MatchState | None = None, customer_id: UUID | None = None) -> Select[Any]:
    """Open ones only while both customers live."""
    named = [
        column.label(f"{which}_{name}")
        for which, of in (("one", ONE), ("other", OTHER))
        for name, column in (("code", of.code), ("name", of.name))
    ]
    query = select(*M.__table__.columns, *named).join(ONE, ONE.id == M.one_id).join(OTHER, OTHER.id == M.other_id)
    if state:
        query = query.where(M.state == state)
    if state is MatchState.OPEN:
        query = query.where(ONE.merged_into.is_(None), OTHER.merged_into.is_(None))
    return query.where((M.one_id == customer_id) | (M.other_id == customer_id)) if customer_id else query


async def one_shown(session: AsyncSession, id: UUID) -> CustomerMatchView:
    row = (await session.execute(shown().where(M.id == id))).one_or_none()
    if row is None:
        raise NoSuchResource(f"There is no CustomerMatch with the id {id}.")
    return CustomerMatchView.model_validate(row)


async def hold(session: AsyncSession) -> None:
    """One search at a time, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(M.__tablename__))))


async def names(session: AsyncSession) -> dict[UUID, str]:
    """Of all living customers."""
    query = select(Customer.id, Customer.name).where(Customer.merged_into.is_(None))
    return dict((await session.execute(query)).all())


async def keep(session: AsyncSession, pairs: Sequence[Pair], *, on: date) -> int:
    """How many are new. What is decided stays decided; of open ones the likeness is that of today."""
    new = 0
    for start in range(0, len(pairs), ROWS_AT_ONCE):
        rows = [
            {
                "id": uuid7(),
                "version": 1,
                "sequence": 0,
                "one_id": pair.one,
                "other_id": pair.other,
                "likeness": pair.likeness,
                "state": MatchState.OPEN,
                "reason": "",
                "found_on": on,
            }
            for pair in pairs[start : start + ROWS_AT_ONCE]
        ]
        row = insert(M).values(rows)
        upsert = row.on_conflict_do_update(
            index_elements=[M.one_id, M.other_id],
            set_={"likeness": row.excluded.likeness, "version": M.version + 1},
            where=(M.state == MatchState.OPEN) & (M.likeness != row.excluded.likeness),
        )
        inserted = literal_column("(xmax = 0)", Boolean)  # PostgreSQL's mark of a row that was not there before
        new += sum((await session.scalars(upsert.returning(inserted))).all())
    return new


async def forget_others(session: AsyncSession, pairs: Sequence[Pair]) -> int:
    """Open ones that are not among these go; how many there were."""
    ones = func.unnest(literal([pair.one for pair in pairs], ARRAY(Uuid)))
    others = func.unnest(literal([pair.other for pair in pairs], ARRAY(Uuid)))
    found = select(ones.label("one_id"), others.label("other_id")).subquery().c
    known = select(found.one_id).where(found.one_id == M.one_id, found.other_id == M.other_id).exists()
    gone = delete(M).where(M.state == MatchState.OPEN, ~known).returning(M.id)
    return len((await session.scalars(gone)).all())
