"""The operations on accounts."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select

from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.account import actions
from finance.account.model import Account, AccountType, CodeTaken, TakesPostings
from finance.account.schemas import AccountRow, AccountView, DescribeAccount, OpenAccount

router = Router("accounts")

READ, WRITE = "finance:account:read", "finance:account:write"
EXAMPLE = {"code": "5110", "name": "Software licences", "type": "expense", "nature": "Software"}


@router.operation(
    "POST", "/accounts", permission=WRITE, problems=[CodeTaken, TakesPostings], status=201, example=EXAMPLE
)
async def open_account(command: OpenAccount, session: Session) -> AccountView:
    """Open an account."""
    return AccountView.model_validate(await actions.open_account(session, command))


@router.operation("GET", "/accounts", permission=READ)
async def list_accounts(
    session: Session, asked: AskedPage, type: AccountType | None = None, parent_id: UUID | None = None
) -> Page[AccountView]:
    """List accounts, all or those directly below one."""
    query = select(Account)
    if type:
        query = query.where(Account.type == type)
    if parent_id:
        query = query.where(Account.parent_id == parent_id)
    return await page(session, query, asked, sorts={"code": Account.code, "name": Account.name}, tie=Account.id)


@router.operation("GET", "/accounts/{account_id}", permission=READ)
async def get_account(account_id: UUID, session: Session) -> AccountView:
    """Show an account."""
    return AccountView.model_validate(await found(session, Account, account_id))


@router.operation(
    "PUT",
    "/accounts/{account_id}",
    permission=WRITE,
    example={"name": "Software licences", "nature": "Software"},
)
async def describe_account(
    account_id: UUID, command: DescribeAccount, version: ExpectedVersion, session: Session
) -> AccountView:
    """Change an account's name, and the nature and class of the cost that it stands for."""
    account = await found(session, Account, account_id, version=version)
    account.describe(**dict(command))
    await session.flush()
    return AccountView.model_validate(account)


@router.operation(
    "POST",
    "/account-imports",
    permission="finance:account:import",
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_accounts(upload: Upload, session: Session) -> ImportResult:
    """Import accounts from CSV: code, name, type, nature, parent, cost_class. What exists is described anew."""
    done: Counter[str] = Counter()
    async for rows in upload.batches(AccountRow):
        done += await actions.import_accounts(session, upload, rows)
    return upload.result(**done)
