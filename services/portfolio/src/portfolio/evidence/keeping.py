"""Keeps what the facts of finance and strategy say about services."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from portfolio.days import DayRange
from portfolio.evidence.kept import (
    FullCost,
    KnownAlignment,
    KnownAllocationRun,
    KnownCapacity,
    KnownChargeRun,
    KnownCoverage,
    KnownDemand,
    KnownNeed,
    KnownOffering,
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
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await _add(session, PostedCost, rows[start : start + ROWS_AT_ONCE], heard_at=heard_at)


async def _add(session: AsyncSession, kept: Any, rows: Sequence[Mapping[str, Any]], **newest: datetime) -> None:
    """Adds amounts to those under the same key; a service, once named, stays."""
    upsert = insert(kept).values(rows)
    new = upsert.excluded
    changes = {"amount": kept.amount + new.amount, "service_id": func.coalesce(new.service_id, kept.service_id)}
    changes |= {name: func.greatest(getattr(kept, name), new[name]) for name in newest}
    keys = kept.__table__.primary_key.columns.keys()
    await session.execute(upsert.on_conflict_do_update(index_elements=keys, set_=changes))


@dataclass(frozen=True)
class Allocated:
    """An allocation run that was completed, and what it came to for each cost object."""

    id: UUID
    model_code: str
    within: DayRange
    currency: str
    completed_at: datetime
    objects: Sequence[Mapping[str, Any]]


async def replace_full_costs(session: AsyncSession, run: Allocated) -> None:
    """In place of an older run of the same model and range; a newer one stays."""
    known = KnownAllocationRun
    same = (
        (known.model_code == run.model_code)
        & (known.starts_on == run.within.starts_on)
        & (known.ends_on == run.within.ends_on)
    )
    if await session.scalar(select(exists().where(same, known.completed_at > run.completed_at))):
        return
    await session.execute(delete(known).where(same))
    header = {"id": run.id, "model_code": run.model_code, "currency": run.currency, "completed_at": run.completed_at}
    await session.execute(insert(known).values(**header, **asdict(run.within)))
    rows = [{"allocation_run_id": run.id, **line} for line in run.objects]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await session.execute(insert(FullCost).values(rows[start : start + ROWS_AT_ONCE]))


@dataclass(frozen=True)
class Issued:
    """A charge to one consumer. A line: cost object, service, amount. `replaces` is the run whose charges end."""

    charge_run_id: UUID
    replaces: UUID | None
    within: DayRange
    currency: str
    heard_at: datetime
    lines: Sequence[tuple[str, UUID | None, Decimal]]


async def add_recovery(session: AsyncSession, charge: Issued) -> None:
    """The charges of one run add up. They may come in any order, even after the run that replaces theirs."""
    await _know_charge_run(session, charge, charge.charge_run_id, replaced=False)
    if charge.replaces:
        await _know_charge_run(session, charge, charge.replaces, replaced=True)
    totals: dict[str, dict[str, Any]] = {}
    for code, service_id, amount in charge.lines:
        row = {"charge_run_id": charge.charge_run_id, "cost_object_code": code, "service_id": service_id, "amount": 0}
        totals.setdefault(code, row)["amount"] += amount
    rows = [totals[code] for code in sorted(totals)]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await _add(session, Recovery, rows[start : start + ROWS_AT_ONCE])


async def _know_charge_run(session: AsyncSession, charge: Issued, id: UUID, *, replaced: bool) -> None:
    known = KnownChargeRun
    upsert = insert(known).values(
        id=id, **asdict(charge.within), currency=charge.currency, replaced=replaced, heard_at=charge.heard_at
    )
    new = upsert.excluded
    changes = {"replaced": known.replaced | new.replaced, "heard_at": func.greatest(known.heard_at, new.heard_at)}
    await session.execute(upsert.on_conflict_do_update(index_elements=[known.id], set_=changes))


async def know_offering(session: AsyncSession, id: UUID, *, sequence: int, heard_at: datetime, **said: Any) -> None:
    await _know(session, KnownOffering, id, {**said, "known_sequence": sequence, "heard_at": heard_at})


async def know_need(session: AsyncSession, id: UUID, *, sequence: int, heard_at: datetime, **said: Any) -> None:
    await _know(session, KnownNeed, id, {**said, "known_sequence": sequence, "heard_at": heard_at})


async def know_alignment(
    session: AsyncSession,
    service_id: UUID,
    *,
    sequence: int,
    heard_at: datetime,
    score: Decimal | None,
    objectives: int,
) -> None:
    said = {"score": score, "objectives": objectives, "known_sequence": sequence, "heard_at": heard_at}
    await _know(session, KnownAlignment, service_id, said)


async def know_demand(session: AsyncSession, id: UUID, *, sequence: int, heard_at: datetime, **said: Any) -> None:
    await _know(session, KnownDemand, id, {**said, "known_sequence": sequence, "heard_at": heard_at})


async def know_coverage(session: AsyncSession, id: UUID, *, sequence: int, heard_at: datetime, **said: Any) -> None:
    await _know(session, KnownCoverage, id, {**said, "known_sequence": sequence, "heard_at": heard_at})


async def know_capacity(
    session: AsyncSession, asset_id: UUID, starts_on: date, *, sequence: int, heard_at: datetime, **said: Any
) -> None:
    key = {"asset_id": asset_id, "starts_on": starts_on}
    await _know_by(session, KnownCapacity, key, {**said, "known_sequence": sequence, "heard_at": heard_at})


async def _know(session: AsyncSession, kept: Any, id: UUID, said: Mapping[str, Any]) -> None:
    await _know_by(session, kept, {"id": id}, said)


async def _know_by(session: AsyncSession, kept: Any, key: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """What is older than what is known changes nothing."""
    newer = kept.known_sequence < said["known_sequence"]
    upsert = insert(kept).values(**key, **said).on_conflict_do_update(index_elements=[*key], set_=said, where=newer)
    await session.execute(upsert)
