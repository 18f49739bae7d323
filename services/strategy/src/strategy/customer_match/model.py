"""A customer match: two customers that may be one, and what somebody decided about it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base


class Decided(Conflict, code="strategy.customer-match.decided"):
    """It was decided already whether these are one customer."""


class NeitherOfThem(Invalid, code="strategy.customer-match.neither-of-them"):
    """The survivor is one of the two customers."""


class MatchState(StrEnum):
    OPEN = "open"
    MERGED = "merged"
    DISMISSED = "dismissed"


class CustomerMatch(Aggregate, Base):
    """`one_id` comes before `other_id`: two customers are one pair. `likeness` is that of their names, from 0 to 1."""

    __tablename__ = "customer_matches"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="order"),
        CheckConstraint("likeness BETWEEN 0 AND 1", name="likeness"),
    )

    one_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    likeness: Mapped[Decimal]
    state: Mapped[MatchState]
    reason: Mapped[str]
    found_on: Mapped[date]
    decided_on: Mapped[date | None]

    def merge(self, *, survivor_id: UUID, on: date) -> UUID:
        """The id of the one that goes. Raises Decided, NeitherOfThem."""
        both = {self.one_id, self.other_id}
        if survivor_id not in both:
            raise NeitherOfThem(f"{survivor_id} is neither {self.one_id} nor {self.other_id}.")
        self._decide(MatchState.MERGED, "", on)
        return (both - {survivor_id}).pop()

    def dismiss(self, *, reason: str, on: date) -> None:
        """Raises Decided. No search opens it again."""
        self._decide(MatchState.DISMISSED, reason, on)

    def _decide(self, state: MatchState, reason: str, on: date) -> None:
        if self.state is not MatchState.OPEN:
            raise Decided(f"It is {self.state} since {self.decided_on}.")
        self.state, self.reason, self.decided_on = state, reason, on
