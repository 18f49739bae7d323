"""Posting: the one way into the ledger, for single entries, batches, imports, charges and reversals."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import copy_rows
from chassis.cause import Cause, because_of, current_cause
from chassis.ids import uuid7
from chassis.problems import NoSuchResource, Problem
from finance.budget.control import count_entries
from finance.exchange_rate.conversion import Conversion, conversion
from finance.exchange_rate.model import RateUnknown
from finance.exchange_rate.queries import in_force
from finance.ledger import queries
from finance.ledger.entry import Entry, EntryKind, PostingPeriod, Unknown
from finance.ledger.line import ValuedLine
from finance.ledger.model import AlreadyReversed, ClosingEntry, JournalEntry, JournalLine, Posting, ReferenceTaken

ENTRIES, LINES = cast("Table", JournalEntry.__table__), cast("Table", JournalLine.__table__)


@dataclass(frozen=True)
class Batch:
    """What is posted in one go, and announced in one fact, with `cause` if it is another than that of the moment.

    `source` and `reference` name the whole in the fact (default: the first entry's source, the posting's id).
    """

    entries: Sequence[Entry]
    actor: str
    at: datetime
    source: str | None = None
    reference: str | None = None
    cause: Cause | None = None

    def posting(self) -> Posting:
        source = self.source or self.entries[0].source
        posting = Posting(source=source, entry_count=0, actor=self.actor, recorded_at=self.at)
        posting.reference = self.reference or str(posting.id)
        return posting


@dataclass(frozen=True)
class Posted:
    """`entry_ids` as asked for, of which `new` were not in the ledger before; `posting_id` is null when none was."""

    posting_id: UUID | None
    entry_ids: list[UUID]
    new: set[UUID]


async def post(session: AsyncSession, *batches: Batch) -> list[Posted]:
    """Post all entries of all batches or none, keep the balances, and announce the cost of each batch in one fact.

    An entry already posted under its source and reference is left as it is if it says the same, else ReferenceTaken.
    A Problem carries `entry`, the position in its batch of the one that it is about. Post once per transaction:
    balances are locked in order.
    """
    periods = await queries.lock_periods(session, {entry.posted_on for batch in batches for entry in batch.entries})
    lines = await _valued(session, batches, periods)
    postings = [batch.posting() for batch in batches]
    posted = await _insert(session, postings, batches, periods)
    new = set[UUID]().union(*(each.new for each in posted))
    if new:
        ids = [id for each in posted for id in each.entry_ids]
        await copy_rows(session, LINES, _line_rows(ids, new, lines))
        await queries.keep_balances(session, new)
        await _announce(session, postings, batches, posted)
        if any(period.budgeted for period in periods.values()):
            await count_entries(session, new)  # who hears that a budget is exceeded has heard of the cost before
    return posted


async def _announce(
    session: AsyncSession, postings: Sequence[Posting], batches: Sequence[Batch], posted: Sequence[Posted]
) -> None:
    totals = await queries.cost_totals(session, set[UUID]().union(*(each.new for each in posted)))
    for posting, batch, each in zip(postings, batches, posted, strict=True):
        if not each.new:
            continue
        posting.entry_count = len(each.new)
        with because_of(batch.cause or current_cause()):
            posting.announce(totals.get(posting.id, ()))
        session.add(posting)
    await session.flush()


async def _valued(
    session: AsyncSession, batches: Sequence[Batch], periods: Mapping[date, PostingPeriod]
) -> list[list[ValuedLine]]:
    """The lines of each entry in base currency, once all of them keep the rules."""
    lines = [line for batch in batches for entry in batch.entries for line in entry.lines]
    accounts = await queries.lock_accounts(session, {line.account_id for line in lines})
    cost_objects = await queries.cost_objects(session, {id for line in lines for id in line.cost_object_ids})
    consumers = await queries.known_consumers(session, {line.consumer_id for line in lines if line.consumer_id})
    known = {*accounts, *cost_objects, *consumers}
    conversions = await _conversions(session, [entry for batch in batches for entry in batch.entries], periods)
    valued = []
    for batch in batches:
        for number, entry in enumerate(batch.entries):
            with about_entry(number, entry.source, entry.reference):
                _check_known(entry, known)
                period = period_of(entry.posted_on, periods)
                valued.append(entry.valued(period, accounts, cost_objects, conversions.get(entry.posted_on, {})))
    return valued


async def _conversions(
    session: AsyncSession, entries: Sequence[Entry], periods: Mapping[date, PostingPeriod]
) -> dict[date, dict[str, Conversion]]:
    """Day → currency → its way into base currency, for what brings no rate of its own, where rates are recorded."""
    wanted: dict[tuple[str, date], set[str]] = defaultdict(set)
    for entry in entries:
        period = periods.get(entry.posted_on.replace(day=1))
        if period and period.rate_source and (currencies := entry.unrated(period.base_currency)):
            wanted[period.rate_source, entry.posted_on] |= currencies
    rates = await in_force(session, wanted.keys()) if wanted else {}
    found: dict[date, dict[str, Conversion]] = {}
    for (source, day), currencies in wanted.items():
        base, recorded = period_of(day, periods).base_currency, rates.get((source, day), ())
        found[day] = {}
        for currency in currencies:
            with suppress(RateUnknown):  # the line that needs it will say so
                found[day][currency] = conversion(recorded, currency, base)
    return found


def _check_known(entry: Entry, known: Set[UUID]) -> None:
    for number, line in enumerate(entry.lines, 1):
        for id in (line.account_id, *line.cost_object_ids, line.consumer_id):
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
    session: AsyncSession,
    postings: Sequence[Posting],
    batches: Sequence[Batch],
    periods: Mapping[date, PostingPeriod],
) -> list[Posted]:
    """In order of names: no two transactions wait for each other."""
    rows = [
        [_entry_row(posting, entry, period_of(entry.posted_on, periods)) for entry in batch.entries]
        for posting, batch in zip(postings, batches, strict=True)
    ]
    statement = insert(ENTRIES).on_conflict_do_nothing(constraint="uq_journal_entries_source_reference")
    in_order = sorted((row for batch in rows for row in batch), key=_name)
    new = set((await session.scalars(statement.returning(ENTRIES.c.id), in_order)).all())
    inserted = [{row["id"] for row in batch} & new for batch in rows]
    await _find(session, rows, new)
    return [
        Posted(posting.id if its_own else None, [row["id"] for row in batch], its_own)
        for posting, batch, its_own in zip(postings, rows, inserted, strict=True)
    ]


def _name(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["source"], row["reference"]


async def _find(session: AsyncSession, rows: Sequence[Sequence[dict[str, Any]]], new: Set[UUID]) -> None:
    """Gives rows that were not inserted the id of the entry of that name; ReferenceTaken if that says otherwise."""
    others = {_name(row) for batch in rows for row in batch if row["id"] not in new}
    stored = await queries.stored_entries(session, others) if others else {}
    for batch in rows:
        for number, row in enumerate(batch):
            if row["id"] in new:
                continue
            row["id"], fingerprint = stored[_name(row)]
            if fingerprint != row["fingerprint"]:
                with about_entry(number, *_name(row)):
                    raise ReferenceTaken(entry_id=str(row["id"]))


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
        "kind": entry.kind,
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
    """Post the opposite of an entry: on the given day, else on its own, else (its period is closed) in an open period.

    Asked again with the same words, it is the reversal that stands; with others, AlreadyReversed.
    """
    entry = await session.get(JournalEntry, entry_id)
    if entry is None:
        raise NoSuchResource(f"There is no journal entry with the id {entry_id}.")
    if entry.kind == EntryKind.CLOSING:
        raise ClosingEntry(f"{entry.reference} was posted by a year-end close.")
    opposite = Entry(
        posted_on=posted_on or await queries.reversal_day(session, entry, at.date()),
        description=reason,
        source="reversal",
        reference=str(entry_id),
        lines=[line.reversed() for line in await queries.lines_of(session, entry_id)],
        adjustment=adjustment,
        reversal_of=entry_id,
        kind=entry.kind,
    )
    try:
        (posted,) = await post(session, Batch([opposite], actor=actor, at=at))
    except ReferenceTaken as taken:
        raise AlreadyReversed(**taken.context) from taken
    return posted
