"""Opening accounts, one by one or from a file."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, Row
from chassis.problems import NoSuchResource
from finance.account.model import Account
from finance.account.schemas import AccountRow, OpenAccount
from finance.ledger.model import JournalLine


async def open_account(session: AsyncSession, command: OpenAccount) -> Account:
    """NoSuchResource for an unknown parent, TakesPostings for one that has postings."""
    parent = (await held(session, {command.parent})).get(command.parent) if command.parent else None
    if command.parent and parent is None:
        raise NoSuchResource(f"There is no account {command.parent}.")
    if parent:
        parent.take_below(has_postings=parent.id in await with_postings(session, [parent.id]))
    account = Account.open(**command.model_dump(exclude={"parent"}), parent_id=parent.id if parent else None)
    session.add(account)
    await session.flush()
    return account


async def import_accounts(session: AsyncSession, upload: FileUpload, rows: Sequence[Row[AccountRow]]) -> Counter[str]:
    """How many accounts a batch of rows created, changed and left unchanged; the others are rejected with a reason."""
    codes = {code for row in rows for code in (row.value.code, row.value.parent) if code}
    known = await held(session, codes)
    posted = await with_postings(session, [account.id for account in known.values()])
    done: Counter[str] = Counter()
    for row in rows:
        refusal = _refusal(row.value, known, posted)
        if refusal:
            upload.reject(row, *refusal)
        elif account := known.get(row.value.code):
            done[_described(account, row.value)] += 1
        else:
            known[row.value.code] = _opened(row.value, known)
            session.add(known[row.value.code])
            done["created"] += 1
    await session.flush()
    return done


def _refusal(row: AccountRow, known: dict[str, Account], posted: Collection[UUID]) -> tuple[str, str] | None:
    """The column and the reason, if the row cannot be taken."""
    parent, account = known.get(row.parent or ""), known.get(row.code)
    if row.parent and parent is None:
        return "parent", f"there is no account {row.parent}; a parent stands above its children"
    if account and account.type != row.type:
        return "type", f"{row.code} is an account of type {account.type}, which does not change"
    if account and account.parent_id != (parent.id if parent else None):
        return "parent", f"{row.code} stands below another account, which does not change"
    if not account and parent and parent.id in posted:
        return "parent", f"{row.parent} has postings and cannot get accounts below it"
    return None


def _described(account: Account, row: AccountRow) -> str:
    known = (account.name, account.nature, account.cost_class)
    if known == (row.name, row.nature, row.cost_class or account.cost_class):
        return "unchanged"
    account.describe(name=row.name, nature=row.nature, cost_class=row.cost_class)
    return "changed"


def _opened(row: AccountRow, known: dict[str, Account]) -> Account:
    parent = known.get(row.parent or "")
    if parent:
        parent.take_below(has_postings=False)
    return Account.open(**row.model_dump(exclude={"parent"}), parent_id=parent.id if parent else None)


async def held(session: AsyncSession, codes: Collection[str]) -> dict[str, Account]:
    """Code → account, of those that exist; nobody posts to them or opens others below them meanwhile."""
    query = select(Account).where(Account.code.in_(codes)).order_by(Account.id).with_for_update()
    accounts = await session.scalars(query, execution_options={"populate_existing": True})
    return {account.code: account for account in accounts}


async def with_postings(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    has = exists().where(JournalLine.account_id == Account.id)
    return set((await session.scalars(select(Account.id).where(Account.id.in_(ids), has))).all())
