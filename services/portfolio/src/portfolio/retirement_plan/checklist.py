"""What has to be seen to before a service retires: each item done, with what shows it, or waived by somebody else."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Forbidden
from portfolio.db import Base
from portfolio.retirement_plan.terms import ItemState
from portfolio.service.gates import Act

MOST_ITEMS = 100


class ItemSettled(Conflict, code="portfolio.checklist-item.settled"):
    """The item has been done or waived."""


class OwnItem(Forbidden, code="portfolio.checklist-item.own-item"):
    """Nobody waives an item that they own, have put on the list or changed last."""


class ChecklistFull(Conflict, code="portfolio.checklist-item.checklist-full"):
    """A checklist has at most 100 items."""


class ChecklistItem(Aggregate, Base):
    """`stated_by` put it on the list or changed it last; `evidence` shows that it was done, or says why it need not."""

    __tablename__ = "checklist_items"
    __table_args__ = (
        Index("ix_checklist_items_plan_id_due_on", "plan_id", "due_on"),
        CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)"
            " AND (settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (evidence IS NULL)",
            name="settled",
        ),
        CheckConstraint("state <> 'waived' OR settled_by NOT IN (owner, stated_by)", name="separation_of_duties"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("retirement_plans.id"))
    title: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date]
    required: Mapped[bool]
    state: Mapped[ItemState]
    stated_by: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    evidence: Mapped[str | None]

    @classmethod
    def add(cls, plan_id: UUID, **stated: Any) -> "ChecklistItem":
        """`stated` is what `change` takes."""
        item = cls(plan_id=plan_id, state=ItemState.OPEN)
        item.change(**stated)
        return item

    def change(self, *, title: str, owner: str, due_on: date, required: bool, by: str) -> None:
        self.check_open()
        self.title, self.owner, self.due_on, self.required, self.stated_by = title, owner, due_on, required, by

    def complete(self, act: Act) -> None:
        self._settle(ItemState.DONE, act)

    def waive(self, act: Act) -> None:
        if act.by in (self.owner, self.stated_by):
            raise OwnItem(f"{self.owner} owns it, {self.stated_by} has put it on the list or changed it.")
        self._settle(ItemState.WAIVED, act)

    def check_open(self) -> None:
        if self.state is not ItemState.OPEN:
            raise ItemSettled(f"It was {self.state} by {self.settled_by}.")

    def _settle(self, state: ItemState, act: Act) -> None:
        self.check_open()
        self.state, self.settled_at, self.settled_by, self.evidence = state, act.at, act.by, act.reason
