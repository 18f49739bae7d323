"""Recording usage, one record or a thousand at a time: each once, and what cannot be taken with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.ids import uuid7
from chassis.money import EXACT, plain
from chassis.problems import Problem
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import NotOpen, PeriodState
from finance.ledger.entry import PostingPeriod
from finance.ledger.queries import lock_periods
from finance.usage_record import queries
from finance.usage_record.model import CorrectionRefused, RecordTaken, UnknownReference, UsageRecord
from finance.usage_record.schemas import Used

RECORDS = cast("Table", UsageRecord.__table__)


@dataclass(frozen=True)
class Asked:
    """`consumer_id` is the surviving one; null for one that nobody knows."""

    used: Used
    consumer_id: UUID | None

    @property
    def name(self) -> tuple[str, str]:
        return self.used.source, self.used.external_id


@dataclass(frozen=True)
class Outcome:
    """`problem` says why nothing was recorded; `new` is false for a record that was there already."""

    id: UUID | None = None
    new: bool = False
    problem: Problem | None = None


async def record(session: AsyncSession, asked: Sequence[Asked], at: datetime) -> list[Outcome]:
    """What became of each, in order; a name that comes twice is recorded once. Corrections find what comes along."""
    periods = await lock_periods(session, {each.used.used_on for each in asked})
    codes = {each.used.cost_object for each in asked}
    query = select(CostObject.code, CostObject.id).where(among(CostObject.code, codes))
    objects: dict[str, UUID] = {row[0]: row[1] for row in await session.execute(query)}
    known = await queries.stored(session, {each.name for each in asked})
    first: dict[tuple[str, str], int] = {}
    outcomes: list[Outcome | None] = [None] * len(asked)
    for at_, each in enumerate(asked):
        problem = None if each.name in known else _refusal(each, objects, periods)
        outcomes[at_] = Outcome(problem=problem) if problem else None
        if not problem:
            first.setdefault(each.name, at_)
    kept = [at_ for name, at_ in first.items() if name not in known]
    plain_ones = [at_ for at_ in kept if asked[at_].used.corrects is None]
    await _insert(session, [(at_, asked[at_], None) for at_ in plain_ones], objects, at, outcomes)
    corrections = [at_ for at_ in kept if asked[at_].used.corrects is not None]
    if corrections:
        taken = await _corrections(session, asked, corrections, objects, outcomes)
        await _insert(session, taken, objects, at, outcomes)
    return await _with_those_known(session, asked, objects, outcomes)


def _refusal(each: Asked, objects: dict[str, UUID], periods: dict[date, PostingPeriod]) -> Problem | None:
    used = each.used
    if each.consumer_id is None:
        return UnknownReference("No such consumer has been heard of.", field="consumer")
    if used.cost_object not in objects:
        return UnknownReference(f"There is no cost object {used.cost_object}.", field="cost_object")
    period = periods.get(used.used_on.replace(day=1))
    if period is None:
        return UnknownReference(f"No fiscal period holds {used.used_on}.", field="used_on")
    if period.state == PeriodState.CLOSED:
        return NotOpen(f"The period {period.code} is closed.", period=period.code, state=period.state)
    return None


async def _corrections(
    session: AsyncSession,
    asked: Sequence[Asked],
    corrections: Sequence[int],
    objects: dict[str, UUID],
    outcomes: list[Outcome | None],
) -> list[tuple[int, Asked, UUID | None]]:
    """Those that take back no more than is left, with the id of what they correct; what another request has recorded
    while this one waited for what both correct is left to be compared."""
    left = await queries.left_of(
        session, {(asked[at].used.source, asked[at].used.corrects or "") for at in corrections}
    )
    meanwhile = await queries.stored(session, {asked[at].name for at in corrections})
    taken: list[tuple[int, Asked, UUID | None]] = []
    for at in [at for at in corrections if asked[at].name not in meanwhile]:
        each, used = asked[at], asked[at].used
        corrected = left.get((used.source, used.corrects or ""))
        if corrected is None:
            said = f"{used.source} has no record {used.corrects!r} that can be corrected."
            outcomes[at] = Outcome(problem=UnknownReference(said, field="corrects"))
        elif corrected[1:4] != [each.consumer_id, objects[used.cost_object], used.meter]:
            outcomes[at] = Outcome(problem=CorrectionRefused(f"{used.corrects} is about another use."))
        elif used.used_on < corrected[4]:
            outcomes[at] = Outcome(problem=CorrectionRefused(f"{used.corrects} was used later, on {corrected[4]}."))
        elif used.quantity.copy_negate() > corrected[5]:
            said = f"Of {used.corrects}, {plain(corrected[5])} is left to take back."
            outcomes[at] = Outcome(problem=CorrectionRefused(said))
        else:
            corrected[5] = EXACT.add(corrected[5], used.quantity)
            taken.append((at, each, corrected[0]))
    return taken


async def _insert(
    session: AsyncSession,
    taken: Sequence[tuple[int, Asked, UUID | None]],
    objects: dict[str, UUID],
    at: datetime,
    outcomes: list[Outcome | None],
) -> None:
    """In order of names: no two transactions wait for each other. What another has recorded meanwhile is left."""
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "source": each.used.source,
            "external_id": each.used.external_id,
            "consumer_id": each.consumer_id,
            "cost_object_id": objects[each.used.cost_object],
            "meter": each.used.meter,
            "quantity": each.used.quantity,
            "used_on": each.used.used_on,
            "corrects_id": corrects,
            "recorded_at": at,
        }
        for _, each, corrects in taken
    ]
    if not rows:
        return
    statement = insert(RECORDS).on_conflict_do_nothing(constraint="uq_usage_records_source_external_id")
    in_order = sorted(rows, key=lambda row: (row["source"], row["external_id"]))
    new = set((await session.scalars(statement.returning(RECORDS.c.id), in_order)).all())
    for (place, _, _), row in zip(taken, rows, strict=True):
        if row["id"] in new:
            outcomes[place] = Outcome(row["id"], new=True)


async def _with_those_known(
    session: AsyncSession, asked: Sequence[Asked], objects: dict[str, UUID], outcomes: Sequence[Outcome | None]
) -> list[Outcome]:
    """The rest is there under its name, and says the same or something else."""
    rest = {each.name for each, outcome in zip(asked, outcomes, strict=True) if outcome is None}
    there = await queries.stored(session, rest) if rest else {}
    return [
        outcome or _compared(each, objects, there.get(each.name)) for each, outcome in zip(asked, outcomes, strict=True)
    ]


def _compared(each: Asked, objects: dict[str, UUID], stored: tuple[Any, ...] | None) -> Outcome:
    if stored is None:  # its namesake in the same file was refused
        return Outcome(problem=UnknownReference("The record with the same id was refused.", field="external_id"))
    used = each.used
    said: tuple[UUID | None, UUID | None, str, Decimal, date, str | None] = (
        each.consumer_id,
        objects.get(used.cost_object),
        used.meter,
        used.quantity,
        used.used_on,
        used.corrects,
    )
    if stored[1:] != said:
        return Outcome(stored[0], problem=RecordTaken(f"{used.source} has {used.external_id!r} with other content."))
    return Outcome(stored[0])
