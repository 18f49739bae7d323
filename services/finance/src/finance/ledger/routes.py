"""The operations on the ledger: post one, post many, reverse, look."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now
from chassis.grouping import Asked, GroupOperation, together
from chassis.operations import CurrentCaller, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import InvalidRequest, MalformedBody
from chassis.text import Code, Day, Line
from finance.account.model import Account, AccountType
from finance.budget.model import NotBudgeted, Overspent
from finance.fiscal_period.model import NotOpen
from finance.ledger import actions, entry, line, reading, statement
from finance.ledger.batch import BATCH_BODY_BYTES, BATCH_MEDIA, Batch, BatchSize
from finance.ledger.model import AlreadyReversed, BalanceTooLarge, ClosingEntry, JournalEntry, ReferenceTaken
from finance.ledger.naming import id_of, named
from finance.ledger.schemas import (
    BatchView,
    JournalEntrySummary,
    JournalEntryView,
    LedgerTotal,
    PostJournalEntry,
    ReverseJournalEntry,
    StatementView,
    TagName,
)
from finance.ledger.totals import Dimension, Dimensions, Question, totals

router = Router("journal-entries")

READ, POST, REVERSE = "finance:journal-entry:read", "finance:journal-entry:post", "finance:journal-entry:reverse"
POSTING = [
    NotOpen,
    ReferenceTaken,
    BalanceTooLarge,
    entry.Unbalanced,
    line.AmountOutOfRange,
    line.CurrencyUnknown,
    line.RateMissing,
    line.BaseAmountDiffers,
    entry.NotALeaf,
    entry.CostObjectClosed,
    line.DimensionMismatch,
    entry.Unknown,
    Overspent,
    NotBudgeted,
]


@router.operation(
    "POST",
    "/journal-entries",
    permission=POST,
    problems=POSTING,
    status=201,
    max_body_bytes=8 << 20,
    route_class_override=GroupOperation,
    example={
        "posted_on": "2026-04-15",
        "description": "Licences for April",
        "source": "general-ledger",
        "reference": "GL-2026-00041",
        "lines": [
            {"account": "5110", "amount": "1200.00", "currency": "CAD", "cost_object": "DB-HOSTING"},
            {"account": "2000", "amount": "-1200.00", "currency": "CAD"},
        ],
    },
)
@together
async def post_journal_entry(
    session: AsyncSession, asked: Sequence[Asked[PostJournalEntry]]
) -> Sequence[JournalEntryView]:
    """Post a journal entry. Sent again, it is the one that is there."""
    entries = await named(session, [each.command for each in asked])
    batches = [
        actions.Batch([entry], actor=each.caller.subject, at=each.at, cause=each.cause)
        for entry, each in zip(entries, asked, strict=True)
    ]
    posted = await actions.post(session, *batches)
    return await reading.shown(session, [each.entry_ids[0] for each in posted])


@router.operation(
    "POST",
    "/journal-entry-batches",
    permission=POST,
    problems=[*POSTING, BatchSize, MalformedBody],
    status=201,
    upload=BATCH_MEDIA,
    max_body_bytes=BATCH_BODY_BYTES,
)
async def post_journal_entry_batch(batch: Batch, session: Session, caller: CurrentCaller, now: Now) -> BatchView:
    """Post up to 10,000 journal entries, as a JSON list or as one JSON object per line: all of them or none."""
    entries = await named(session, batch)
    (posted,) = await actions.post(session, actions.Batch(entries, actor=caller.subject, at=now))
    already = len(batch) - len(posted.new)
    return BatchView(posting_id=posted.posting_id, posted=len(posted.new), already_posted=already)


@router.operation(
    "POST",
    "/journal-entries/{journal_entry_id}/reversal",
    permission=REVERSE,
    problems=[AlreadyReversed, ClosingEntry, *POSTING],
    status=201,
    example={"reason": "Posted to the wrong account", "posted_on": "2026-05-01"},
)
async def reverse_journal_entry(
    journal_entry_id: UUID, command: ReverseJournalEntry, session: Session, caller: CurrentCaller, now: Now
) -> JournalEntryView:
    """Post the opposite of an entry, once. That of an entry of a closed period falls into an open one, and says so."""
    posted = await actions.reverse(session, journal_entry_id, **dict(command), actor=caller.subject, at=now)
    (view,) = await reading.shown(session, posted.entry_ids)
    return view


@router.operation("GET", "/journal-entries", permission=READ)
async def list_journal_entries(
    session: Session,
    asked: AskedPage,
    fiscal_period_id: UUID | None = None,
    posting_id: UUID | None = None,
    account: Code | None = None,
    cost_object: Code | None = None,
    nature: Line | None = None,
    with_below: bool = False,
    source: Code | None = None,
    reference: Line | None = None,
    posted_from: Day | None = None,
    posted_before: Day | None = None,
    dimension: Code | None = None,
) -> Page[JournalEntrySummary]:
    """List journal entries without their lines; dates are `posted_from` and later, before `posted_before`.

    `with_below` takes the cost object with all below it; `nature` is that of the account of its line."""
    query = reading.entries(
        fiscal_period_id=fiscal_period_id,
        posting_id=posting_id,
        source=source,
        reference=reference,
        account=account,
        cost_object=cost_object,
        nature=nature,
        with_below=with_below,
        posted_from=posted_from,
        posted_before=posted_before,
        dimension_id=await id_of(session, dimension) if dimension else None,
    )
    sorts = {"posted_on": JournalEntry.posted_on}
    return await page(session, query, asked, sorts=sorts, tie=JournalEntry.id, by_row=True)


@router.operation("GET", "/journal-entries/{journal_entry_id}", permission=READ)
async def get_journal_entry(journal_entry_id: UUID, session: Session) -> JournalEntryView:
    """Show a journal entry with its lines."""
    (view,) = await reading.shown(session, [journal_entry_id])
    return view


@router.operation("GET", "/accounts/{account_id}/statement", permission=READ)
async def get_account_statement(
    account_id: UUID, session: Session, asked: AskedPage, starts_on: Day, ends_on: Day
) -> StatementView:
    """Show what an account held before `starts_on`, each line that moved it, and what it held before `ends_on`."""
    account = await found(session, Account, account_id)
    query = statement.lines_within(account_id, starts_on, ends_on)
    sorts = {"posted_on": JournalEntry.posted_on}
    return StatementView(
        account=account.code,
        starts_on=starts_on,
        ends_on=ends_on,
        balances=await statement.moved(session, account_id, starts_on, ends_on),
        lines=await page(session, query, asked, sorts=sorts, tie=statement.PLACE, by_row=True),
    )


@router.operation("GET", "/ledger-totals", permission=READ)
async def list_ledger_totals(
    session: Session,
    asked: AskedPage,
    by: Dimensions,
    starts_on: Day,
    ends_on: Day,
    tag: TagName | None = None,
    account: Code | None = None,
    account_type: AccountType | None = None,
    cost_object: Code | None = None,
) -> Page[LedgerTotal]:
    """Add up what was posted in `[starts_on, ends_on)` by one to four dimensions, with commas between them."""
    names = [Dimension(name) for name in by.split(",")]
    if len(set(names)) < len(names) or (tag is None) != (Dimension.TAG not in names):
        raise InvalidRequest("Name each dimension once, and a tag exactly when adding up by tag.")
    of = await id_of(session, cost_object) if cost_object else None
    question = Question(names, starts_on, ends_on, tag, account, account_type, of)
    groups = totals(question).subquery()
    sorts = {"group": groups.c.place, "base_balance": groups.c.base_balance}
    return await page(session, select(groups), asked, sorts=sorts, tie=groups.c.place, by_row=True)
