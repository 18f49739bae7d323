"""Keeps what the facts of finance and the portfolio say about services and initiatives."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from strategy.evidence.kept import (
    FullCost,
    KnownAllocationRun,
    KnownChargeRun,
    KnownDecision,
    KnownPerformance,
    PostedCost,
    Recovery,
)

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, order=True)
class CostKey:
    cost_object_code: str
    period_starts_on: date
    currency: str
    income: bool


async def add_costs(
    session: AsyncSession, totals: Iterable[tuple[CostKey, UUID | None, Decimal]], *, heard_at: datetime
) -> None:
    """Facts are increments: each adds to what the period has cost so far."""
    amounts: dict[CostKey, list[Decimal]] = defaultdict(list)
    services: dict[str, UUID] = {}
    for key, service_id, amount in totals:
        amounts[key].append(amount)
        services |= {key.cost_object_code: service_id} if service_id else {}
    rows = [
        {
            **asdict(key),
            "service_id": services.get(key.cost_object_code),
            "amount": exact_sum(amounts[key]),
            "heard_at": heard_at,
        }
        for key in sorted(amounts)
    ]
    await _add(session, PostedCost, rows, "heard_at")


async def _add(session: AsyncSession, kept: Any, rows: Sequence[Mapping[str, Any]], *newest: str) -> None:
    """Adds amounts to those under the same key; a service, once named, stays; of the columns `newest` the latest."""
    keys = kept.__table__.primary_key.columns.keys()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        upsert = insert(kept).values(rows[start : start + ROWS_AT_ONCE])
        new = upsert.excluded
        changes = {"amount": kept.amount + new.amount, "service_id": func.coalesce(new.service_id, kept.service_id)}
        changes |= {name: func.greatest(getattr(kept, name), new[name]) for name in newest}
        await session.execute(upsert.on_conflict_do_update(index_elements=keys, set_=changes))


@dataclass(frozen=True)
class Allocated:
    """An allocation run that was completed."""

    id: UUID
    model_code: str
    starts_on: date
    ends_on: date
    currency: str
    completed_at: datetime


async def replace_full_costs(session: AsyncSession, run: Allocated, objects: Sequence[Mapping[str, Any]]) -> None:
    """In place of an older run of the same model and range; a newer one stays."""
    known = KnownAllocationRun
    range_of = tuple_(known.model_code, known.starts_on, known.ends_on)
    same = range_of == (run.model_code, run.starts_on, run.ends_on)
    if await session.scalar(select(exists().where(same, known.completed_at > run.completed_at))):
        return
    await session.execute(delete(known).where(same))
    await session.execute(insert(known).values(**asdict(run)))
    rows = [{"allocation_run_id": run.id, **line} for line in objects]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await session.execute(insert(FullCost).values(rows[start : start + ROWS_AT_ONCE]))


@dataclass(frozen=True)
class Issued:
    """A charge to one consumer. A line: cost object, service, amount. `replaces` is the run whose charges end."""

    charge_run_id: UUID
    replaces: UUID | None
    starts_on: date
    ends_on: date
    currency: str
    heard_at: datetime
    lines: Sequence[tuple[str, UUID | None, Decimal]]


async def add_recovery(session: AsyncSession, charge: Issued) -> None:
    """The charges of one run add up. They may come in any order, even after the run that replaces theirs."""
    counts = not await _is_replaced(session, charge, charge.charge_run_id, replaced=False)
    if charge.replaces:
        await _is_replaced(session, charge, charge.replaces, replaced=True)
        await session.execute(delete(Recovery).where(Recovery.charge_run_id == charge.replaces))
    if counts:
        await _add(session, Recovery, _by_cost_object(charge))


def _by_cost_object(charge: Issued) -> list[dict[str, Any]]:
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    services: dict[str, UUID | None] = {}
    for code, service_id, amount in charge.lines:
        amounts[code].append(amount)
        services[code] = service_id or services.get(code)
    run = {"charge_run_id": charge.charge_run_id}
    return [
        {**run, "cost_object_code": code, "service_id": services[code], "amount": exact_sum(amounts[code])}
        for code in sorted(amounts)
    ]


async def _is_replaced(session: AsyncSession, charge: Issued, id: UUID, *, replaced: bool) -> bool:
    """Whether the run, which is known from now on, is replaced by another. It is held until the transaction ends."""
    known = KnownChargeRun
    said = {name: getattr(charge, name) for name in ("starts_on", "ends_on", "currency", "heard_at")}
    upsert = insert(known).values(id=id, replaced=replaced, **said)
    new = upsert.excluded
    changes = {"replaced": known.replaced | new.replaced, "heard_at": func.greatest(known.heard_at, new.heard_at)}
    kept = upsert.on_conflict_do_update(index_elements=[known.id], set_=changes).returning(known.replaced)
    return bool(await session.scalar(kept))


async def know_performance(session: AsyncSession, **said: Any) -> None:
    """Of each kind of window the latest, of that what was said last."""
    known = KnownPerformance
    upsert = insert(known).values(**said)
    new = upsert.excluded
    newer = tuple_(known.ends_on, known.number) < tuple_(new.ends_on, new.number)
    keys = [known.service_id, known.window]
    await session.execute(upsert.on_conflict_do_update(index_elements=keys, set_=said, where=newer))


async def know_decision(session: AsyncSession, *, sequence: int, **said: Any) -> None:
    """What a newer fact says takes precedence; what only an older one says stays, in whichever order they come."""
    known = KnownDecision
    upsert = insert(known).values(known_sequence=sequence, **said)
    keys, new = ("kind", "id", "service_id"), upsert.excluded
    is_newer = known.known_sequence < new.known_sequence
    kept = {name: getattr(known, name) for name in {"known_sequence", *said} - set(keys)}
    changes = {
        name: case((is_newer, func.coalesce(new[name], column)), else_=func.coalesce(column, new[name]))
        for name, column in kept.items()
    }
    await session.execute(upsert.on_conflict_do_update(index_elements=keys, set_=changes))
