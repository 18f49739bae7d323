"""An import while it runs: how far it has come, whether it is to stop, and how it ended."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.problems import Conflict
from finance.cost_import.model import CostView
from finance.db import Base


class ImportCancelled(Conflict, code="finance.cost-import.cancelled"):
    """Somebody has cancelled the import; nothing of it was kept."""


class RunEnded(Conflict, code="finance.cost-import.run-ended"):
    """The import has ended already, so that it cannot be cancelled."""


class RunState(StrEnum):
    """A run that its process left behind is stored as running, and told from others by the lock that it no longer
    holds."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class CostImportRun(Base):
    """Written beside the transaction of the import, except for its end: that is as true as the import itself."""

    __tablename__ = "cost_import_runs"
    __table_args__ = (Index("ix_cost_import_runs_started_at", "started_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    view: Mapped[CostView]
    period: Mapped[str]
    state: Mapped[RunState]
    received_bytes: Mapped[int]
    read: Mapped[int]
    accepted: Mapped[int]
    rejected: Mapped[int]
    cancel_requested: Mapped[bool]
    cost_import_id: Mapped[UUID | None] = mapped_column(ForeignKey("cost_imports.id"))
    problem: Mapped[str | None]
    actor: Mapped[str]
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
