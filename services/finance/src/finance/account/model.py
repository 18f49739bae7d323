"""An account of the chart of accounts: what its postings are, and the nature of the cost they stand for."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from finance.db import Base


class CodeTaken(Conflict, code="finance.account.code-taken", constraint="uq_accounts_code"):
    """Another account has this code."""


class TakesPostings(Conflict, code="finance.account.takes-postings"):
    """An account that has postings cannot get accounts below it."""


class AccountType(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class CostClass(StrEnum):
    """What a cost is for in the life of a service: to make it, to keep it going, to make it another."""

    BUILD = "build"
    RUN = "run"
    CHANGE = "change"


class Account(Aggregate, Base):
    """`nature` is the cost nature or TBM cost pool, in the organization's own words. Only leaves take postings.

    `cost_class` counts for accounts of expense; an account stands for one class, as it stands for one nature.
    """

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    type: Mapped[AccountType] = mapped_column(index=True)
    nature: Mapped[str | None]
    cost_class: Mapped[CostClass]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    is_leaf: Mapped[bool]

    @classmethod
    def open(
        cls,
        *,
        code: str,
        name: str,
        type: AccountType,
        nature: str | None,
        parent_id: UUID | None,
        cost_class: CostClass | None = None,
    ) -> "Account":
        """Of the class run unless another is given."""
        of_class = cost_class or CostClass.RUN
        return cls(
            code=code, name=name, type=type, nature=nature, cost_class=of_class, parent_id=parent_id, is_leaf=True
        )

    def describe(self, *, name: str, nature: str | None, cost_class: CostClass | None = None) -> None:
        """A changed nature or class shows in reports of the past too: they group by what the account stands for now.
        A class that is not given stays."""
        self.name, self.nature, self.cost_class = name, nature, cost_class or self.cost_class

    def take_below(self, *, has_postings: bool) -> None:
        """Another account is opened below this one."""
        if has_postings:
            raise TakesPostings(f"{self.code} has postings; open the new account beside it.")
        self.is_leaf = False
