"""A market space: a part of the market that the organization has decided to serve, within a tree of such parts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from strategy.db import Base
from strategy.market_space.events import MarketSpaceDefined


class CodeTaken(Conflict, code="strategy.market-space.code-taken", constraint="uq_market_spaces_code"):
    """Another market space has this code."""


class WithinItself(Conflict, code="strategy.market-space.within-itself"):
    """A market space cannot lie within itself."""


class MarketSpace(Aggregate, Base):
    __tablename__ = "market_spaces"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    owner: Mapped[str]
    rationale: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("market_spaces.id"), index=True)

    @classmethod
    def define(
        cls, *, code: str, name: str, description: str, owner: str, rationale: str, parent_id: UUID | None
    ) -> "MarketSpace":
        space = cls(
            code=code, name=name, description=description, owner=owner, rationale=rationale, parent_id=parent_id
        )
        space.record(MarketSpaceDefined(market_space_id=space.id, code=code, name=name, parent_id=parent_id))
        return space

    def describe(self, *, name: str, description: str, owner: str, rationale: str) -> None:
        self.name, self.description, self.owner, self.rationale = name, description, owner, rationale

    def move(self, *, under: UUID | None, ancestors_of_target: Collection[UUID]) -> None:
        """`ancestors_of_target` are the ids from `under` up to the root, `under` among them."""
        if self.id in ancestors_of_target:
            raise WithinItself(f"{self.code} cannot move below itself.")
        self.parent_id = under
