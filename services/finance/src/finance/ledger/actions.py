"""Posting: the one way into the ledger, for single entries, batches, imports, charges and reversals."""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import copy_rows
from chassis.ids import uuid7
from chassis.problems import NoSuchResource, Problem
from finance.ledger import queries
from finance.ledger.entry import Entry, PostingPeriod, Unknown, ValuedLine
from finance.ledger.model import AlreadyReversed, JournalEntry, JournalLine, Posting, ReferenceTaken

ENTRIES, LINES = cast("Table", JournalEntry.__table__), cast("Table", JournalLine.__table__)


@dataclass(frozen=True)
class Posted:
    """`entry_ids` as asked for, of which `new` were not in the ledger before; `posting_id` is null when none was."""

    posting_id: UUID | None
    entry_ids: list[UUID]
    new: set[UUID]


async def post(
    session: AsyncSession,
    entries: Sequence[Entry],
    *,
    actor: str,
    at: datetime,
    source: str | None = None,
    reference: str | None = None,
) -> Posted:
    """Post all entries or none, keep the balances, and announce their cost in one fact.

    An entry already posted under its source and reference is left as it is if it says the same, else ReferenceTaken.
    `source` and `reference` name the whole in the fact (default: the first entry's source, the posting's id). A Problem
    carries `entry`, the position of the one that it is about. Post once per transaction: balances are locked in order.
    """
    if not entries:
        return Posted(None, [], set())
    periods = await queries.lock_periods(session, {entry.posted_on for entry in entries})
    lines = await _valued(session, entries, periods)
    posting = Posting(source=source or entries[0].source, entry_count=0, actor=actor, recorded_at=at)
    posting.reference = reference or str(posting.id)
    ids, new = await _insert(session, posting, entries, periods)
    if not new:
        return Posted(None, ids, new)
    await copy_rows(session, LINES, _line_rows(ids, new, lines))
    await queries.keep_balances(session, posting.id)
    posting.entry_count = len(new)
    posting.announce(await queries.cost_totals(session, posting.id))
    session.add(posting)
    await session.flush()
    return Posted(posting.id, ids, new)


async def _valued(
    session: AsyncSession, entries: Sequence[Entry], periods: Mapping[date, PostingPeriod]
) -> list[list[ValuedLine]]:
    """The lines of each entry in base currency, once all of them keep the rules."""
    named = [line for entry in entries for line in entry.lines]
    accounts = await queries.lock_accounts(session, {line.account_id for line in named})
    cost_objects = await queries.cost_objects(session, {line.cost_object_id for line in named if line.cost_object_id})
    consumers = await queries.known_consumers(session, {line.consumer_id for line in named if line.consumer_id})
    known = {*accounts, *cost_objects, *consumers}
    valued = []
    for number, entry in enumerate(entries):
        with about_entry(number, entry.source, entry.reference):
            _check_known(entry, known)
            valued.append(entry.valued(period_of(entry.posted_on, periods), accounts, cost_objects))
    return valued


def _check_known(entry: Entry, known: Set[UUID]) -> None:
    for number, line in enumerate(entry.lines, 1):
        for id in (line.account_id, line.cost_object_id, line.consumer_id):
            if id and id not in known:
                raise Unknown(f"Line {number} names {id}, which does not exist.")


def period_of(day: date, periods: Mapping[date, PostingPeriod]) -> PostingPeriod:
    if (period := periods.get(day.replace(day=1))) is None:
        raise Unknown(f"No fiscal period holds {day}.")
    return period


@contextmanager
def about_entry(number: int, source: str, reference: str) -> Iterator[None]:
    """A problem raised inside says which entry of a batch it is about."""
    try:
        yield
    except Problem as problem:
        problem.detail = f"Entry {number} ({source} {reference}): {problem.detail}"
        problem.context["entry"] = number
        raise


async def _insert(
    session: AsyncSession, posting: Posting, entries: Sequence[Entry], periods: Mapping[date, PostingPeriod]
) -> tuple[list[UUID], set[UUID]]:
    """The id of each entry, and the new ones among them. In order of names: no two batches wait for each other."""
    names = [(entry.source, entry.reference) for entry in entries]
    rows = [_entry_row(posting, entry, period_of(entry.posted_on, periods)) for entry in entries]
    statement = insert(ENTRIES).on_conflict_do_nothing(constraint="uq_journal_entries_source_reference")
    in_order = sorted(rows, key=lambda row: (row["source"], row["reference"]))
    new = set((await session.scalars(statement.returning(ENTRIES.c.id), in_order)).all())
    others = {name for name, row in zip(names, rows, strict=True) if row["id"] not in new}
    stored = await queries.stored_entries(session, others) if others else {}
    for number, (entry, row) in enumerate(zip(entries, rows, strict=True)):
        if row["id"] in new:
            continue
        row["id"], fingerprint = stored[entry.source, entry.reference]
        if fingerprint != row["fingerprint"]:
            with about_entry(number, entry.source, entry.reference):
                raise ReferenceTaken(entry_id=str(row["id"]))
    return [row["id"] for row in rows], new


def _entry_row(posting: Posting, entry: Entry, period: PostingPeriod) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "posting_id": posting.id,
        "fiscal_period_id": period.id,
        "posted_on": entry.posted_on,
        "description": entry.description,
        "source": entry.source,
        "reference": entry.reference,
        "adjustment": entry.adjustment,
        "reversal_of": entry.reversal_of,
        "line_count": len(entry.lines),
        "fingerprint": entry.fingerprint,
        "actor": posting.actor,
        "recorded_at": posting.recorded_at,
    }


def _line_rows(ids: Sequence[UUID], new: Set[UUID], lines: Sequence[Sequence[ValuedLine]]) -> Iterator[tuple[Any, ...]]:
    """Rows of journal_lines for the new entries, each once."""
    left = set(new)
    for id, valued in zip(ids, lines, strict=True):
        if id in left:
            left.remove(id)
            for number, line in enumerate(valued, 1):
                yield id, number, *line.row


async def reverse(
    session: AsyncSession,
    entry_id: UUID,
    *,
    posted_on: date | None,
    reason: str,
    adjustment: bool,
    actor: str,
    at: datetime,
) -> Posted:
    """Post the opposite of an entry, on its own day or on a day of a period that is open.

    Asked again with the same words, it is the reversal that stands; with others, AlreadyReversed.
    """
    entry = await session.get(JournalEntry, entry_id)
    if entry is None:
        raise NoSuchResource(f"There is no journal entry with the id {entry_id}.")
    opposite = Entry(
        posted_on=posted_on or entry.posted_on,
        description=reason,
        source="reversal",
        reference=str(entry_id),
        lines=[line.reversed() for line in await queries.lines_of(session, entry_id)],
        adjustment=adjustment,
        reversal_of=entry_id,
    )
    try:
        return await post(session, [opposite], actor=actor, at=at)
    except ReferenceTaken as taken:
        raise AlreadyReversed(**taken.context) from taken
