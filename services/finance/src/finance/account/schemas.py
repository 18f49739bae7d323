"""What callers send and see of accounts."""

from uuid import UUID

from pydantic import Field

from chassis.text import Code, Line, Schema
from finance.account.model import AccountType

NATURE = "The cost nature or TBM cost pool that postings stand for, in the organization's own words."


class DescribeAccount(Schema):
    name: Line
    nature: Line | None = Field(default=None, description=NATURE)


class OpenAccount(DescribeAccount):
    code: Code
    type: AccountType
    parent: Code | None = Field(default=None, description="The code of the account above it.")


class AccountRow(OpenAccount):
    """A line of an imported chart of accounts; a parent stands above its children, or exists."""


class AccountView(Schema):
    id: UUID
    code: str
    name: str
    type: AccountType
    nature: str | None
    parent_id: UUID | None
    is_leaf: bool
    version: int
