"""What callers send and see of accounts."""

from uuid import UUID

from pydantic import Field

from chassis.text import Code, Line, Schema
from finance.account.model import AccountType, CostClass

NATURE = "The cost nature or TBM cost pool that postings stand for, in the organization's own words."

CLASS = "What its cost is for. Left out, it stays as it is; of a new account it is run."


class DescribeAccount(Schema):
    name: Line
    nature: Line | None = Field(default=None, description=NATURE)
    cost_class: CostClass | None = Field(default=None, description=CLASS)


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
    cost_class: CostClass
    parent_id: UUID | None
    is_leaf: bool
    version: int
