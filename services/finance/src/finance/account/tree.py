"""The tree of accounts, walked in the database."""

from sqlalchemy import CTE, select

from finance.account.model import Account


def accounts_above() -> CTE:
    """Rows of account_id, above_id: each account with itself and every account above it."""
    own = select(Account.id.label("account_id"), Account.id.label("above_id"), Account.parent_id.label("parent_id"))
    walk = own.cte("accounts_above", recursive=True)
    step = select(walk.c.account_id, Account.id, Account.parent_id).join(Account, Account.id == walk.c.parent_id)
    return walk.union_all(step)
